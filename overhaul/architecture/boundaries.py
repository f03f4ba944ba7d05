"""Modules that say themselves which others they need, and what may be imported from them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from overhaul.architecture.cases import Case
from overhaul.architecture.rows import ContractBreach, Link
from overhaul.components import components
from overhaul.contracts import Boundaries, Boundary
from overhaul.facts import Import
from overhaul.files.gitignore import Rules

ROOT = Boundary(path="<root>", depends_on=())


def boundaries_crossed(case: Case, contract: Boundaries) -> Iterator[ContractBreach]:
    """Imports into a higher layer, of what is not declared, not visible or not exposed; and what is stale."""
    yield from case.absent("modules", (one.path for one in contract.modules if one.path != ROOT.path))
    court = _Court(case, contract)
    used: dict[str, set[str]] = {}
    for importer, importeds in sorted(case.graph.edges.items()):
        own = court.boundary(importer)
        if own.unchecked or not court.looked_at(importer):
            continue
        for imported, rows in sorted(importeds.items()):
            other = court.boundary(imported)
            if other is own or not court.looked_at(imported):
                continue
            if contract.root_module == "ignore" and ROOT.path in (own.path, other.path):
                continue
            used.setdefault(own.path, set()).add(other.path)
            yield from court.judged(own, other, importer, imported, rows)
    if contract.exact and case.whole:
        for one in contract.modules:
            for name in (one.depends_on or ()) if "*" not in one.path else ():
                if not any(_fits(name, other) for other in used.get(one.path, ())):
                    yield case.stale(f"{one.path} depends on {name} and does not import it", f"{one.path}: {name}")
    if contract.acyclic:
        yield from _rings(case, contract)


class _Court:
    """Who is which boundary, and what it may do."""

    def __init__(self, case: Case, contract: Boundaries) -> None:
        self._case = case
        self._contract = contract
        self._layers = {name: number for number, name in enumerate(contract.layers)}
        self._closed = [self._layers[name] for name in contract.closed_layers if name in self._layers]
        # Where several say something of a module, the one that names it does; wildcards stand for a boundary each.
        self._boundaries = {
            module: one if one.path == module else msgspec.structs.replace(one, path=module)
            for one in sorted(contract.modules, key=lambda one: "*" not in one.path)
            for module in case.graph.modules.matching(one.path)
        }
        self._root = next((one for one in contract.modules if one.path == ROOT.path), ROOT)
        self._exposed = {one.path: self._interfaces(one) for one in (self._root, *self._boundaries.values())}
        self._base = posixpath.dirname(contract.file)
        self._excluded = [Rules([pattern], 0) for pattern in contract.exclude]
        self._looked_at: dict[str, bool] = {}

    def boundary(self, module: str) -> Boundary:
        """The nearest at or above a module."""
        name = module
        while name:
            if (found := self._boundaries.get(name)) is not None:
                return found
            name = name.rpartition(".")[0]
        return self._root

    def looked_at(self, module: str) -> bool:
        """Whether the contract is about the file of a module."""
        known = self._looked_at.get(module)
        if known is None:
            path = posixpath.relpath(self._case.imports.layout.modules[module].path, self._base or ".")
            known = self._looked_at[module] = _counts(path, self._excluded, self._contract.roots)
        return known

    def judged(
        self, own: Boundary, other: Boundary, importer: str, imported: str, rows: Sequence[Import]
    ) -> Iterator[ContractBreach]:
        """What is wrong with an import from one boundary into another."""
        case, between = self._case, (own.path, other.path)
        chain = (importer, imported)
        verdict = self._layered(own, other)
        if verdict is not None and verdict:
            yield case.breach("layer_violation", chain, between, f"{importer} imports {imported}, {verdict}")
        elif verdict is None:
            for refusal, severity in self._undeclared(own, other):
                row = case.breach("undeclared_dependency", chain, between, f"{importer} imports {imported}, {refusal}")
                yield msgspec.structs.replace(row, severity=severity) if severity == "warning" else row
        if not any(_sees(pattern, own.path) for pattern in other.visibility):
            what = f"{importer} imports {imported}, and {other.path} is not visible to {own.path}"
            yield case.breach("protected_import", chain, between, what)
        hidden: dict[str, list[Link]] = {}
        for statement in rows:
            for name in _taken(other, statement):
                if not self._open(own, other, name):
                    hidden.setdefault(name, []).append(Link(importer, imported, statement.path, statement.line))
        for name, links in sorted(hidden.items()):
            what = f"{importer} imports {other.path}.{name}, which {other.path} does not expose"
            yield case.row("private_import", links[:1], between, what, f"{other.path}.{name}", links[1:])

    def _layered(self, own: Boundary, other: Boundary) -> str | None:
        """What is wrong as to layers; "" for what they allow, None for what they leave to the declarations."""
        if not own.layer or not other.layer or own.layer == other.layer:
            return None
        one, two = self._layers[own.layer], self._layers[other.layer]
        if one > two:
            return f"and the layer {other.layer} is above {own.layer}"
        past = [number for number in self._closed if one < number < two]
        if past:
            return f"past the closed layer {self._contract.layers[past[0]]}"
        return None if self._contract.explicit else ""

    def _undeclared(self, own: Boundary, other: Boundary) -> Iterator[tuple[str, str]]:
        if any(_fits(name, other.path) for name in own.cannot_depend_on):
            yield f"and {own.path} is not to depend on {other.path}", ""
        elif own.depends_on is None or other.utility:
            return
        elif not any(_fits(name, other.path) for name in own.depends_on):
            yield f"and {own.path} does not say that it depends on {other.path}", ""
        elif any(_fits(name, other.path) for name in own.deprecated):
            yield f"and {own.path} is to do without {other.path} some day", "warning"

    def _interfaces(self, one: Boundary) -> list[tuple[Callable[[str], object], tuple[str, ...]]]:
        return [
            (re.compile("|".join(f"(?:{pattern})" for pattern in interface.expose)).fullmatch, interface.visibility)
            for interface in self._contract.interfaces
            if any(re.fullmatch(pattern, one.path) for pattern in interface.modules)
        ]

    def _open(self, own: Boundary, other: Boundary, name: str) -> bool:
        """Whether what is taken is exposed; all is, of a boundary without interfaces."""
        interfaces = [
            exposes
            for exposes, visibility in self._exposed.get(other.path, ())
            if any(_sees(pattern, own.path) for pattern in visibility)
        ]
        return not interfaces or any(exposes(name) for exposes in interfaces)


def _taken(other: Boundary, row: Import) -> Iterator[str]:
    """What an import takes of a boundary, named relative to it; nothing for the boundary itself."""
    for whole in [f"{row.imported}.{name}" for name in row.names] or [row.imported]:
        if whole.startswith(f"{other.path}."):
            yield whole[len(other.path) + 1 :]


def _fits(pattern: str, path: str) -> bool:
    return pattern == path or ("*" in pattern and fnmatchcase(path, pattern))


def _sees(pattern: str, path: str) -> bool:
    return _fits(pattern, path) or (pattern.endswith(".*") and path.startswith(pattern[:-1]))


def _counts(path: str, excluded: Sequence[Rules], roots: tuple[str, ...]) -> bool:
    if roots and not any(path == root or path.startswith(f"{root.rstrip('/')}/") for root in roots):
        return False
    parts = path.split("/")
    return not any(
        rules.verdict("/".join(parts[:depth]), parts[depth - 1], folder=depth < len(parts))
        for rules in excluded
        for depth in range(1, len(parts) + 1)
    )


def _rings(case: Case, contract: Boundaries) -> Iterator[ContractBreach]:
    paths = [one.path for one in contract.modules]
    edges = {
        one.path: [path for path in paths if path != one.path and any(_fits(name, path) for name in needs)]
        for one in contract.modules
        for needs in [one.depends_on or ()]
    }
    for members in components(edges):
        if len(members) > 1:
            named = sorted(members)
            row = case.stale(f"{', '.join(named)} say that they depend on each other, in a ring", "ring")
            yield msgspec.structs.replace(
                row, breach="cyclic_packages", severity=contract.severity, members=tuple(named)
            )
