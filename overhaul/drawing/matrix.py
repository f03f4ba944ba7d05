"""Dependency structure matrices: who imports whom, in the order in which least goes against the grain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Final, Generic, TypeVar

import msgspec

from overhaul.lazy import networkx

SHADES: Final = 5
"""How many shades a cell can have."""

_Item = TypeVar("_Item", bound=Hashable)
Weights = Mapping[tuple[_Item, _Item], tuple[int, int]]
"""Importer and imported, with the number of imports that run at import and of those that do not."""


class Ordered(msgspec.Struct, Generic[_Item], frozen=True):
    """The order of rows and columns."""

    items: tuple[_Item, ...]
    """What is imported stands before what imports it."""
    blocks: tuple[tuple[int, int], ...]
    """Where those that import each other in a ring stand: the first, and the one behind the last."""


def partitioned(items: Sequence[_Item], weights: Weights[_Item]) -> Ordered[_Item]:
    """Put the items in order, foundations first, so that a row imports columns to its left where that can be.

    This is the partitioning of a design structure matrix (Steward, 1981): strongly connected components become blocks,
    the blocks stand in topological order. Only imports that run at import count for that; where they leave a choice,
    the others do, and then the order of the items. Within a block the order is the one with the fewest imports above
    the diagonal that moving single items can find.
    """
    graph: networkx.DiGraph[int] = networkx.DiGraph()
    number = {item: place for place, item in enumerate(items)}
    graph.add_nodes_from(range(len(items)))
    later: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for (one, other), (now, lazily) in weights.items():
        if now and one != other:
            graph.add_edge(number[one], number[other], weight=now)
        if lazily and one != other:
            later[number[one]].append((number[other], lazily))
    components = sorted(sorted(members) for members in networkx.strongly_connected_components(graph))
    block_of = {member: block for block, members in enumerate(components) for member in members}
    needs: list[set[int]] = [
        {block_of[other] for member in members for other in graph.successors(member)} - {block}
        for block, members in enumerate(components)
    ]
    placed: list[int] = []
    blocks: list[tuple[int, int]] = []
    done: set[int] = set()
    waiting = list(range(len(components)))
    while waiting:
        ready = [block for block in waiting if needs[block] <= done]
        block = min(ready, key=lambda one: (_unmet(components[one], later, done, block_of), components[one]))
        waiting.remove(block)
        done.add(block)
        members = components[block]
        if len(members) > 1:
            members = _within(members, graph)
            blocks.append((len(placed), len(placed) + len(members)))
        placed += members
    return Ordered(tuple(items[place] for place in placed), tuple(blocks))


def ringed(weights: Weights[_Item]) -> frozenset[_Item]:
    """What imports, at import, something that comes back to it."""
    graph: networkx.DiGraph[_Item] = networkx.DiGraph()
    graph.add_edges_from(pair for pair, (now, _) in weights.items() if now)
    parts = networkx.strongly_connected_components(graph)
    return frozenset(one for part in parts if len(part) > 1 for one in part)


def shade(count: int, largest: int) -> int:
    """How dark a cell is, 1 to `SHADES`: one step for each time the count doubles, or more where counts are large."""
    if largest <= 1:
        return 1
    steps = (count.bit_length() - 1) / (largest.bit_length() - 1) if largest.bit_length() > 1 else 0.0
    return 1 + min(SHADES - 1, int(steps * SHADES))


def _unmet(
    members: Sequence[int], later: Mapping[int, Sequence[tuple[int, int]]], done: set[int], block_of: Mapping[int, int]
) -> int:
    """Imports that do not run at import, of blocks that would stand behind."""
    return sum(
        weight
        for member in members
        for other, weight in later.get(member, ())
        if block_of[other] not in done and block_of[other] != block_of[member]
    )


def _within(members: Sequence[int], graph: networkx.DiGraph[int]) -> list[int]:
    """Members of a ring in an order with few imports above the diagonal.

    Begins with the greedy order of Eades, Lin and Smyth (1993), then moves each item to its best place until nothing
    gets better.
    """
    left = set(members)
    weight: dict[int, dict[int, int]] = {
        one: {other: graph[one][other]["weight"] for other in graph.successors(one) if other in left} for one in members
    }
    order: list[int] = []
    while left:
        best = min(
            (sum(w for other, w in weight[one].items() if other in left)
             - sum(weight[other].get(one, 0) for other in left), one)
            for one in left
        )[1]  # fmt: skip
        order.append(best)
        left.discard(best)
    for _ in range(len(order)):
        moved = False
        for one in sorted(order):
            place = order.index(one)
            rest = [other for other in order if other != one]
            # What stands above the diagonal because of `one`, for each place it could have.
            cost = sum(weight[one].get(other, 0) for other in rest)
            costs = [cost]
            for other in rest:
                cost += weight[other].get(one, 0) - weight[one].get(other, 0)
                costs.append(cost)
            best = min(range(len(costs)), key=lambda number: (costs[number], abs(number - place)))
            if costs[best] < costs[place]:
                order = [*rest[:best], one, *rest[best:]]
                moved = True
        if not moved:
            break
    return order


class Cell(msgspec.Struct, frozen=True):
    """How often the thing of the row imports that of the column."""

    count: int
    """Imports that run at import; where there are none, all."""
    title: str
    mark: str
    """Words for the style sheet: how dark, `up` for against the grain, `later` for none that runs at
    import, `cut` where there is something to cut."""
    link: str = ""


class Row(msgspec.Struct, frozen=True):
    """One thing, with what it imports of the others."""

    name: str
    label: str
    title: str
    link: str
    cells: tuple[Cell | None, ...]
    frames: tuple[str, ...]
    """For each cell words for the style sheet: `in` a block, and at which of its sides: t(op), b(ottom), l(eft), r."""


class Matrix(msgspec.Struct, frozen=True):
    """A dependency structure matrix."""

    rows: tuple[Row, ...]
    up: int
    """Imports above the diagonal that run at import."""
    rings: tuple[int, ...]
    """How many things each block has."""


class Item(msgspec.Struct, frozen=True):
    """What a row stands for."""

    name: str
    label: str
    title: str
    link: str = ""
    last: bool = False
    """Has its place at the end, and no direction: it stands for all that have no row of their own."""


def linked(drawn: Matrix, links: Mapping[tuple[str, str], str]) -> Matrix:
    """The matrix with cells, by the names of row and column, that lead somewhere."""
    names = [row.name for row in drawn.rows]
    rows = tuple(
        msgspec.structs.replace(row, cells=tuple(
            cell if cell is None or (row.name, name) not in links
            else msgspec.structs.replace(cell, link=links[row.name, name])
            for name, cell in zip(names, row.cells, strict=True)
        ))
        for row in drawn.rows
    )  # fmt: skip
    return msgspec.structs.replace(drawn, rows=rows)


def matrix(
    items: Sequence[Item], weights: Weights[str], cuts: Mapping[tuple[str, str], int] | None = None,
    act: str = "imports", thing: str = "import",
) -> Matrix:  # fmt: skip
    """The matrix of these items, whose names `weights` speaks of.

    `cuts` are how many of the imports in a cell are to be cut; blocks and order are those without them. `act` and
    `thing` are the words for what the numbers count.
    """
    cuts = cuts or {}
    last = {item.name for item in items if item.last}
    # What is to be cut has no say in the order: it is what then stands above the diagonal.
    counted = {
        pair: (max(0, now - cuts.get(pair, 0)), later) for pair, (now, later) in weights.items() if not last & {*pair}
    }
    ordered = partitioned([item.name for item in items if not item.last], counted)
    by_name = {item.name: item for item in items}
    rest = [item.name for item in items if item.last]
    names = [*ordered.items, *rest]
    block_of = {place: block for block in ordered.blocks for place in range(*block)}
    largest = max((now + later for now, later in weights.values()), default=1)
    rows: list[Row] = []
    up = 0
    for place, name in enumerate(names):
        cells: list[Cell | None] = []
        for column, other in enumerate(names):
            now, later = weights.get((name, other), (0, 0))
            if name == other or not now + later:
                cells.append(None)
                continue
            against = column > place and name not in rest and other not in rest
            up += now if against else 0
            cut = cuts.get((name, other), 0)
            marks = [f"s{shade(now + later, largest)}"] + ["up"] * against + ["later"] * (not now) + ["cut"] * (cut > 0)
            counts = f"{now + later} {thing}{'' if now + later == 1 else 's'}"
            how = "" if not later else ", none of them at import time" if not now else f", {later} not at import time"
            told = f"{by_name[name].label} {act} {by_name[other].label}: {counts}{how}"
            cells.append(Cell(now or later, f"{told}; {cut} to cut" if cut else told, " ".join(marks)))
        item = by_name[name]
        block = block_of.get(place, (0, 0))
        frames = tuple(_frame(place, column, block) for column in range(len(names)))
        rows.append(Row(name, item.label, item.title, item.link, tuple(cells), frames))
    return Matrix(tuple(rows), up, tuple(b - a for a, b in ordered.blocks))


def _frame(row: int, column: int, block: tuple[int, int]) -> str:
    first, last = block[0], block[1] - 1
    if not (first <= row <= last and first <= column <= last):
        return ""
    sides = {"t": row == first, "b": row == last, "l": column == first, "r": column == last}
    return " ".join(["in", *(side for side, there in sides.items() if there)])
