"""No import cycle comes to be, and none becomes worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.facts import Cycle, ImportStatement, Ring, Step
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Context
from overhaul.proving.mapping import Mapping

CHECK: Final = "cycles"

_RANK: Final = ("typing", "deferred", "latent", "order-dependent", "fatal")
"""Effects, from harmless to fatal; from `latent` on the modules are imported by each other while they are imported."""


def cycles(context: Context) -> Iterator[Refusal]:
    """Rings of imports that are worse than what there was.

    A ring that runs at import must be part of one that did, and fail for no first importer for which none failed. One
    that only deferred imports or type checkers close may come to be. Where every module imports the same in the same
    order as before, nothing is worked out.
    """
    mapping = context.mapping
    otherwise = frozenset(_otherwise(context))
    if not otherwise or otherwise.isdisjoint(one for ring in context.after.survey.rows(Ring) for one in ring.modules):
        return
    before: Sequence[Cycle] = context.before.survey.rows(Cycle)
    old = [({mapping.module(one) for one in row.modules}, row) for row in before]
    failing = {mapping.module(one) for row in before for one in row.fails}
    for row in context.after.survey.rows(Cycle):
        if _RANK.index(row.effect) < _RANK.index("latent"):
            continue
        members = set(row.modules)
        was = [one for modules, one in old if modules & members]
        worst = max((_RANK.index(one.effect) for one in was), default=-1)
        part = any(members <= modules and _RANK.index(one.effect) >= _RANK.index("latent") for modules, one in old)
        if part and worst >= _RANK.index(row.effect) and failing.issuperset(row.fails):
            continue
        if row.witness is not None and not failing.issuperset(row.fails):
            witness = row.witness
            why = f"importing {' -> '.join(witness.order)} would fail: {witness.source} has no `{witness.name}` yet"
            yield Refusal(witness.path, witness.line, CHECK, why, _remedy(row))
        elif not part and row.effect == "latent" and _spelled(was) == "latent":
            # It works in every order; only more modules are in it.
            yield Refusal(row.path, row.line, CHECK, f"the cycle would grow to {_names(members)}", _remedy(row))
        else:
            yield Refusal(row.path, row.line, CHECK, f"a cycle would come to be: {_names(members)}", _remedy(row))


def _otherwise(context: Context) -> Iterator[str]:
    """The modules that import something else than before, or in another order."""
    mapping = context.mapping
    origins = {after: before for before, after in context.modules if after}
    for path in context.created:
        yield context.after.layout.module_of(path)
    unmoved = Mapping(())
    for after, before in origins.items():
        if _program(context.before, before, mapping) != _program(context.after, after, unmoved):
            yield after


def _program(project: Project, module: str, mapping: Mapping) -> Sequence[tuple[str, ...]]:
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


def _loaded(project: Project, module: str, target: str, taken: str, mapping: Mapping) -> tuple[str, str]:
    """The module that an import loads, and the submodule that it takes from it, if it does."""
    symbols = project.symbols
    absolute = symbols.absolute(module, target) or target
    found = symbols.locate(absolute, module)
    if found is None:
        return absolute, ""
    inner = symbols.locate(f"{found}.{taken}", module) if taken and project.layout.modules[found].package else None
    return mapping.module(found), mapping.module(inner) if inner is not None else ""


def _spelled(rows: Sequence[Cycle]) -> str:
    return max((row.effect for row in rows), key=_RANK.index, default="")


def _names(members: set[str]) -> str:
    names = sorted(members)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _remedy(row: Cycle) -> str:
    if not row.cuts:
        return "choose another place"
    cut = row.cuts[0]
    return f"cut {cut.importer} -> {cut.imported} (line {cut.line}), or choose another place"
