"""No import cycle comes to be, and none becomes worse."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from overhaul.components import components
from overhaul.facts import (
    Binding,
    Class,
    Export,
    Function,
    Import,
    ImportStatement,
    Step,
    UsedName,
)
from overhaul.importing.interpreter import NotBound, attempts
from overhaul.importing.world import World
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Context
from overhaul.proving.mapping import Mapping as Moves

CHECK: Final = "cycles"
_AT_IMPORT: Final = frozenset({"module", "conditional", "dynamic"})


def cycles(context: Context) -> Iterator[Refusal]:
    """Rings of imports that run at import and are new, and imports that fail in some order and did not.

    A ring may grow by modules below a package that is part of it, as long as every order works. Where every module
    imports the same as before in the same order, nothing is worked out.
    """
    otherwise = frozenset(changed_imports(context))
    if not otherwise:
        return
    rings = [one for one in _rings(context.after, implicit=False) if not otherwise.isdisjoint(one)]
    if rings:
        mapping = context.mapping
        known = [frozenset(map(mapping.module, one)) for one in _rings(context.before, implicit=False)]
        for ring in rings:
            if not any(_grown(one, ring) for one in known):
                yield _new(context, ring, otherwise)
    for ring in _rings(context.after, implicit=True):
        if not otherwise.isdisjoint(ring):
            yield from _failing(context, ring)


def _rings(project: Project, implicit: bool) -> Iterator[frozenset[str]]:
    """Modules that import each other while they are imported; `implicit`: packages that are loaded on the way count."""
    edges: dict[str, set[str]] = {}
    rows: Sequence[Import] = project.survey.rows(Import)
    for row in rows:
        if row.kind in _AT_IMPORT and (implicit or not row.implicit) and _runs(project, row):
            edges.setdefault(row.importer, set()).add(row.imported)
    if implicit:
        for module in list(edges):
            package = module.rpartition(".")[0]
            if package in project.layout.modules:
                edges[module].add(package)
    for members in components(edges):
        if len(members) > 1:
            yield frozenset(members)


def _runs(project: Project, row: Import) -> bool:
    """Whether an import may be carried out at import: what stands under the main guard never is."""
    if row.kind != "conditional":
        return True
    return any(step.line == row.line and step.act != "bind" for step in project.facts(Step)[row.importer])


def _grown(known: frozenset[str], ring: frozenset[str]) -> bool:
    """Whether a ring is one that was there, or has grown by nothing but modules below its own packages."""
    if ring <= known:
        return True
    return not known.isdisjoint(ring) and all(_above(module, known) for module in ring - known)


def _above(module: str, packages: Collection[str]) -> bool:
    while module:
        module = module.rpartition(".")[0]
        if module in packages:
            return True
    return False


def _new(context: Context, ring: frozenset[str], otherwise: frozenset[str]) -> Refusal:
    """The refusal of a ring, at an import in it that the step has changed."""
    rows = [
        row for row in context.after.survey.rows(Import)
        if row.importer in ring and row.imported in ring and not row.implicit and row.kind in _AT_IMPORT
        and _runs(context.after, row)
    ]  # fmt: skip
    row = min(rows, key=lambda one: (one.importer not in otherwise, one.path, one.line))
    names = sorted(ring)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    why = f"{row.importer} would import {row.imported} in a cycle: {', '.join(names[:5])}{more}"
    return Refusal(row.path, row.line, CHECK, why, "choose another place, or break the cycle first")


# Orders that fail


def _failing(context: Context, ring: frozenset[str]) -> Iterator[Refusal]:
    """Imports of the ring's modules that fail, each taken for the first, and did not fail before."""
    failures = _failures(context.after, ring, ring)
    if not failures:
        return
    mapping = context.mapping
    members = {module for module in context.before.layout.modules if mapping.module(module) in ring}
    scope = frozenset(members).union(*(one for one in _rings(context.before, implicit=True) if members & one))
    known = {mapping.module(module) for module in _failures(context.before, members, scope)}
    told: set[tuple[str, int, str]] = set()
    for entry, failure in failures.items():
        key = failure.module, failure.line, failure.name
        if entry in known or key in told:
            continue
        told.add(key)
        order = failure.order if len(failure.order) <= 8 else (*failure.order[:3], "...", *failure.order[-4:])
        why = f"`import {entry}` would fail ({' -> '.join(order)}): {failure.source} has no `{failure.name}` yet"
        path = context.after.symbols.path(failure.module)
        yield Refusal(path, failure.line, CHECK, why, "choose another place, or break the cycle first")


def _failures(project: Project, members: Collection[str], scope: Collection[str]) -> Mapping[str, NotBound]:
    """First importer -> what fails."""
    facts = project.facts
    world = World(
        project.layout, facts(Step), facts(ImportStatement), facts(Binding), facts(Export), facts(UsedName),
        facts(Class), facts(Function),
    )  # fmt: skip
    return {one.entry: one.failure for one in attempts(world, members, scope) if one.failure is not None}


# What is imported in which order


def changed_imports(context: Context) -> Iterator[str]:
    """The modules that import something else than before, or in another order."""
    mapping = context.mapping
    origins = {after: before for before, after in context.modules if after}
    for path in context.created:
        yield context.after.layout.module_of(path)
    unmoved = Moves(())
    for after, before in origins.items():
        around = list(map(mapping.module, _packages(context.before, before)))
        same = around == list(_packages(context.after, after))
        if not same or _program(context.before, before, mapping) != _program(context.after, after, unmoved):
            yield after


def _program(project: Project, module: str, mapping: Moves) -> Sequence[tuple[str, ...]]:
    """What a module does about imports when it is imported, and what its functions import; by its later names."""
    symbols = project.symbols
    rows: list[tuple[str, ...]] = []
    steps: Sequence[Step] = project.facts(Step)[module]
    statements: Sequence[ImportStatement] = [row for row in symbols.imports[module] if row.scope]
    for step in steps:
        if step.act not in ("import", "from", "star"):
            rows.append((step.act, str(step.maybe)))
            continue
        loaded = _loaded(project, module, step.target, step.taken, mapping)
        rows.append((step.act, str(step.maybe), step.caught, *loaded))
    for row in statements:
        target = f"{'.' * row.level}{row.target}"
        names = [taken for taken, _ in row.names] or [""]
        rows += [(row.kind, *_loaded(project, module, target, name, mapping)) for name in names]
    return rows


def _loaded(project: Project, module: str, target: str, taken: str, mapping: Moves) -> tuple[str, ...]:
    """What an import loads: a module, the submodule that it takes from it, if it does, and the packages around it."""
    symbols = project.symbols
    absolute = symbols.absolute(module, target) or target
    found = symbols.locate(absolute, module)
    if found is None:
        return absolute, ""
    inner = symbols.locate(f"{found}.{taken}", module) if taken and project.layout.modules[found].package else None
    submodule = mapping.module(inner) if inner is not None else ""
    return mapping.module(found), submodule, *map(mapping.module, _packages(project, found))


def _packages(project: Project, module: str) -> Iterator[str]:
    """The packages around a module, which are loaded before it."""
    while module:
        module = module.rpartition(".")[0]
        if module in project.layout.modules:
            yield module
