"""Packages side by side that import each other in a ring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from overhaul.architecture.cases import Case
from overhaul.architecture.rows import ContractBreach
from overhaul.components import components
from overhaul.contracts import Acyclic
from overhaul.importing.cuts import feedback_arcs

Sides = dict[str, dict[str, list[tuple[str, str]]]]
"""Package -> package that it imports -> the imports of modules that make it so."""


def rings_closed(case: Case, contract: Acyclic) -> Iterator[ContractBreach]:
    """Each module and package that is in a ring with others beside it, below each ancestor and so on down."""
    yield from case.absent("ancestors", contract.ancestors)
    yield from case.absent("skip-descendants", contract.skip_descendants)
    skipped = frozenset(case.named(contract.skip_descendants))
    seen: set[str] = set()
    for ancestor in case.named(contract.ancestors):
        yield from _below(case, ancestor, contract.depth, skipped, seen)


def _below(
    case: Case, package: str, depth: int, skipped: frozenset[str], seen: set[str]
) -> Iterator[ContractBreach]:
    if package in seen:
        return
    seen.add(package)
    children = case.graph.modules.children(package)
    sides = _sides(case, package)
    for members in components(sides):
        if len(members) > 1:
            yield from _ring(case, package, sorted(members), sides)
    if depth:
        for child in children:
            if child not in skipped:
                yield from _below(case, child, depth - 1, skipped, seen)


def _sides(case: Case, package: str) -> Sides:
    start = len(package) + 1
    sides: Sides = {}
    for importer in case.graph.modules.below(package):
        if importer == package:
            continue
        one = importer[: start + len(importer[start:].partition(".")[0])]
        for imported in case.graph.edges.get(importer, ()):
            if imported.startswith(f"{package}."):
                other = imported[: start + len(imported[start:].partition(".")[0])]
                if one != other:
                    sides.setdefault(one, {}).setdefault(other, []).append((importer, imported))
    return sides


def _ring(case: Case, package: str, members: list[str], sides: Sides) -> Iterator[ContractBreach]:
    """A row for each member, so that one more is one more finding, and one less changes none of the others."""
    inside = frozenset(members)
    costs = {
        (one, other): len(imports)
        for one in members
        for other, imports in sorted(sides.get(one, {}).items())
        if other in inside
    }
    cuts, _ = feedback_arcs(members, costs)
    listed = sorted(cuts, key=lambda cut: (costs[cut], cut))
    cut = "; ".join(f"{first} -> {second} ({_imports(costs[first, second])})" for first, second in listed[:5])
    more = f" and {len(cuts) - 5} more" if len(cuts) > 5 else ""
    names = {name: name.rpartition(".")[2] for name in members}
    for member in members:
        ring = _through(member, sides, inside)
        links = [case.graph.link(*min(sides[first][second])) for first, second in ring]
        also = [link for found in sorted(sides[member][ring[0][1]]) for link in case.graph.links(*found)][1:]
        rest = [names[name] for name in members if name != member]
        others = ", ".join(rest if len(rest) <= 6 else [*rest[:5], f"{len(rest) - 5} more"])
        what = f"{member} is in a ring with {others} below {package}; without {cut}{more} there is none"
        row = case.row("cyclic_packages", links, ring[0], what, f"ring below {package}", also)
        yield msgspec.structs.replace(row, importer=member)


def _imports(count: int) -> str:
    return f"{count} import{'s' if count != 1 else ''}"


def _through(
    member: str, sides: Mapping[str, Mapping[str, object]], inside: frozenset[str]
) -> list[tuple[str, str]]:
    """The steps of a shortest ring from a member back to it."""
    came: dict[str, str] = {}
    front = [member]
    while member not in came:
        found: list[str] = []
        for one in front:
            for other in sorted(sides.get(one, {})):
                if other in inside and other not in came:
                    came[other] = one
                    found.append(other)
        front = found
    steps = [(came[member], member)]
    while steps[-1][0] != member:
        steps.append((came[steps[-1][0]], steps[-1][0]))
    return steps[::-1]
