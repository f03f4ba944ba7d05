"""The wiring of managers drawn by tiers: whole where it is small, by packages and then package by package else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.drawing.figure import Figure, Thing, Tie, cut, graph
from overhaul.drawing.folding import Branch, shared_prefix, tree
from overhaul.drawing.matrix import Item, Matrix, matrix, partitioned
from overhaul.inventory import BuildStep, Manager, Wire
from overhaul.lazy import networkx

DRAWN: Final = 60
"""Managers of the largest graph that is drawn."""
PACKAGES: Final = 40
"""Packages in the matrix, and packages with a graph of their own."""
_NAME: Final = 30


class Plan(msgspec.Struct, frozen=True):
    """A graph of managers in their tiers."""

    name: str
    """The package; "" for the whole."""
    managers: int
    figure: Figure
    text: str
    """What can be seen, for those who do not."""
    ringed: int
    """Managers that hold each other in a ring."""
    leaps: int
    """Wires that pass over a tier."""
    order: str
    """The function whose order of making is told; "" for none."""


def plan(managers: Sequence[Manager], wires: Sequence[Wire], steps: Sequence[BuildStep], links: Mapping[str, str],
         name: str = "") -> Plan:  # fmt: skip
    """Managers in rows by tier, those that hold others above; `links` are where the boxes lead to.

    Managers in a ring have no tier, and neither have those above one: a ring stands above all that it holds, in the
    rows that it has when the wires that close it are left out.
    """
    by_name = {one.dotted: one for one in managers}
    inside = {(one.holder, one.held): one for one in wires if one.holder in by_name and one.held in by_name}
    levels, ringed, above = _levels(by_name, inside)
    top = max(levels.values(), default=0)
    order, function = _order(by_name, steps)
    twice = {label for label, count in Counter(one.name for one in managers).items() if count > 1}
    things = [
        Thing(
            name=dotted, layer=top - levels[dotted], link=links.get(dotted, ""),
            label=(f"{order[dotted]}. " if dotted in order else "") + cut(one.name, _NAME, end=True),
            note=cut(one.module, _NAME, end=True) if one.name in twice else "",
            title=f"{dotted}: {_tier(dotted, levels, ringed, above)}",
            mark="fails" if dotted in ringed else "",
        )
        for dotted, one in sorted(by_name.items(), key=lambda pair: (order.get(pair[0], len(order) + 1), pair[0]))
    ]
    ties = [
        Tie(
            source=holder, target=held, mark=_mark(holder, held, levels, ringed),
            title=f"{by_name[holder].name} {_HOW[wire.how]} {by_name[held].name} ({wire.path}:{wire.line})",
        )
        for (holder, held), wire in sorted(inside.items())
    ]
    leaps = sum(tie.mark == "leap" for tie in ties)
    text = (
        f"{len(things)} managers in {len({*levels.values()})} tiers and {len(ties)} wires"
        + (f", {len(ringed)} of the managers in rings" if ringed else "") + "."
    )  # fmt: skip
    # A row is called after those that have a tier, where there are any.
    titles: dict[int, str] = {}
    for dotted in sorted(levels, key=lambda one: (one in ringed or one in above, one not in ringed)):
        titles.setdefault(top - levels[dotted], _tier(dotted, levels, ringed, above))
    return Plan(name, len(things), graph(things, ties, bands=titles), text, len(ringed), leaps, function)


_HOW: Final[Mapping[str, str]] = {
    "constructs": "constructs", "receives": "receives", "annotated": "declares", "setter": "is given",
}  # fmt: skip


def _tier(name: str, levels: Mapping[str, int], ringed: Mapping[str, int], above: Collection[str]) -> str:
    return "in a ring" if name in ringed else "above a ring" if name in above else f"tier {levels[name]}"


def _mark(holder: str, held: str, levels: Mapping[str, int], ringed: Mapping[str, int]) -> str:
    if holder in ringed and ringed[holder] == ringed.get(held):
        return "cut"
    return "leap" if levels[holder] - levels[held] > 1 else ""


def _levels(
    names: Collection[str], wires: Collection[tuple[str, str]]
) -> tuple[dict[str, int], dict[str, int], frozenset[str]]:
    """The row of each from below, the number of the ring for those in one, and who stands above a ring."""
    links: networkx.DiGraph[str] = networkx.DiGraph()
    links.add_nodes_from(sorted(names))
    links.add_edges_from(sorted(wires))
    levels: dict[str, int] = {}
    ringed: dict[str, int] = {}
    above: set[str] = set()
    for number, part in enumerate(networkx.strongly_connected_components(links)):
        # Tarjan's order: what a component holds comes before it.
        order = [next(iter(part))]
        if len(part) > 1:
            ringed |= dict.fromkeys(part, number)
            among = {(a, b): (1, 0) for a in part for b in links.successors(a) if b in part}
            order = list(partitioned(sorted(part), among).items)
        below = [other for one in order for other in links.successors(one) if other not in part]
        base = max((levels[other] for other in below), default=-1) + 1
        for one in order:
            # Of the ring itself only what stands before it in the order counts: the wires that close it are left out.
            inside = [levels[other] + 1 for other in links.successors(one) if other in part and other in levels]
            levels[one] = max([base, *inside])
        if len(part) == 1 and any(other in ringed or other in above for other in below):
            above |= part
    return levels, ringed, frozenset(above)


def _order(names: Collection[str], steps: Sequence[BuildStep]) -> tuple[dict[str, int], str]:
    """In which place the function that makes most of them makes each; nothing where it makes fewer than three."""
    makers: defaultdict[str, list[BuildStep]] = defaultdict(list)
    for step in steps:
        if step.component in names:
            makers[step.function].append(step)
    made = {
        function: {step.component: step.order for step in sorted(several, key=lambda one: -one.order)}
        for function, several in makers.items()
    }
    most = max(made, key=lambda function: (len(made[function]), function), default="")
    return (made[most], most) if most and len(made[most]) > 2 else ({}, "")


def packages(
    managers: Sequence[Manager], wires: Sequence[Wire], steps: Sequence[BuildStep], links: Mapping[str, str]
) -> Iterator[Plan]:
    """The packages whose managers hold each other, each by itself, those with most wires first."""
    homes = _homes(managers)
    inside = Counter(homes[one.holder] for one in wires if homes.get(one.holder) == homes.get(one.held))
    for name, _ in sorted(inside.items(), key=lambda pair: (-pair[1], pair[0]))[:PACKAGES]:
        own = [one for one in managers if homes[one.dotted] == name]
        if len(own) <= DRAWN:
            yield plan(own, wires, steps, links, name)


def between(managers: Sequence[Manager], wires: Sequence[Wire]) -> Matrix | None:
    """Who holds whom, package by package; None where no package holds one of another."""
    homes = _homes(managers)
    counts = Counter(
        (homes[one.holder], homes[one.held]) for one in wires if homes.get(one.holder) != homes.get(one.held)
    )
    busy: Counter[str] = Counter()
    for (holder, held), number in counts.items():
        busy[holder] += number
        busy[held] += number
    if not busy:
        return None
    kept = sorted(busy, key=lambda name: (-busy[name], name))[:PACKAGES]
    rest = f"{len(busy) - len(kept)} others"
    names = sorted(kept)
    shared = shared_prefix(names)
    weights: dict[tuple[str, str], tuple[int, int]] = {}
    for (holder, held), number in counts.items():
        pair = holder if holder in kept else rest, held if held in kept else rest
        weights[pair] = (weights.get(pair, (0, 0))[0] + number, 0)
    sizes = Counter(homes.values())
    items = [Item(name, name[shared:], f"{name}: {sizes[name]} managers") for name in names]
    if len(busy) > len(kept):
        items.append(Item(rest, rest, rest, last=True))
    return matrix(items, weights, act="holds", thing="wire")


def _homes(managers: Sequence[Manager]) -> dict[str, str]:
    """The package of each manager: the largest one with no more managers than can be drawn."""
    found: dict[str, str] = {}
    modules = Counter(one.module for one in managers)

    def settle(branch: Branch) -> None:
        if branch.below and sum(modules[module] for module in branch.modules()) > DRAWN:
            if branch.module:
                found[branch.name] = branch.name
            for one in branch.below.values():
                settle(one)
        else:
            found.update(dict.fromkeys(branch.modules(), branch.name))

    for branch in tree([*modules]).below.values():
        settle(branch)
    return {one.dotted: found[one.module] for one in managers}
