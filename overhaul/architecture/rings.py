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
    """Each ring of modules and packages side by side, below each ancestor and so on down."""
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
            yield _ring(case, package, sorted(members), sides)
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


def _ring(case: Case, package: str, members: list[str], sides: Sides) -> ContractBreach:
    inside = frozenset(members)
    costs = {
        (one, other): len(imports)
        for one in members
        for other, imports in sorted(sides.get(one, {}).items())
        if other in inside
    }
    cuts, _ = feedback_arcs(members, costs)
    # What is told is a shortest ring through the member of the cheapest cut: it begins with an import to take out.
    one, other = min(cuts, key=lambda cut: (costs[cut], cut))
    links = [case.graph.link(*min(sides[first][second])) for first, second in _through(one, other, sides, inside)]
    also = [link for found in sorted(sides[one][other]) for link in case.graph.links(*found)][1:]
    # Each of the others takes part by an import of its own.
    rest = (_through(member, "", sides, inside)[0] for member in members)
    also += [link for pair in rest if (link := case.graph.link(*min(sides[pair[0]][pair[1]]))) not in (*links, *also)]
    names = [name.rpartition(".")[2] for name in members]
    listed = ", ".join(names if len(names) <= 6 else [*names[:5], f"{len(names) - 5} more"])
    cut = "; ".join(f"{first} -> {second} ({_imports(costs[first, second])})" for first, second in cuts[:5])
    more = f" and {len(cuts) - 5} more" if len(cuts) > 5 else ""
    what = f"below {package}, {listed} import each other in a ring; without {cut}{more} there is none"
    row = case.row("cyclic_packages", links, (one, other), what, f"ring below {package}", also)
    return msgspec.structs.replace(row, importer=members[0], members=tuple(members))


def _imports(count: int) -> str:
    return f"{count} import{'s' if count != 1 else ''}"


def _through(
    member: str, first: str, sides: Mapping[str, Mapping[str, object]], inside: frozenset[str]
) -> list[tuple[str, str]]:
    """The steps of a shortest ring from a member back to it, by the one that is to come first if any is named."""
    came: dict[str, str] = {first: member} if first else {}
    front = [first or member]
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
