"""The order of nodes within the layers of a drawing, and their places when the order is fixed."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

ROUNDS: Final = 12
"""Sweeps down and up; few pictures get better after these."""
_STALE: Final = 3
"""Sweeps without a better order after which none is expected."""


def arranged(rows: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The layers in an order with few crossings of edges, each of which leads from one layer to the next.

    Each layer in turn is sorted by the barycentre of its neighbours in the one before, downwards and upwards, and the
    best order that was seen is kept: never one with more crossings than the first.
    """
    above: defaultdict[int, list[int]] = defaultdict(list)
    below: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        above[b].append(a)
        below[a].append(b)
    order = [list(row) for row in rows]
    best, fewest = [list(row) for row in order], crossings(order, below)
    stale = 0
    for number in range(ROUNDS):
        if not fewest or stale >= _STALE:
            break
        downward = number % 2 == 0
        steps = range(1, len(order)) if downward else range(len(order) - 2, -1, -1)
        for step in steps:
            _sort(order[step], order[step - 1 if downward else step + 1], above if downward else below)
        found = crossings(order, below)
        stale = 0 if found < fewest else stale + 1
        if found < fewest:
            best, fewest = [list(row) for row in order], found
    return best


def crossings(rows: Sequence[Sequence[int]], below: Mapping[int, Sequence[int]]) -> int:
    """How many pairs of edges cross when each layer stands in this order."""
    total = 0
    for row, following in pairwise(rows):
        at = {node: number for number, node in enumerate(following)}
        seen: list[int] = []
        for node in row:
            ends = sorted(at[other] for other in below.get(node, ()))
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _sort(row: list[int], fixed: Sequence[int], neighbours: Mapping[int, Sequence[int]]) -> None:
    """By the mean place of the neighbours; who has none keeps the place it has."""
    at = {node: number for number, node in enumerate(fixed)}
    means: list[tuple[float, int]] = []
    free: dict[int, int] = {}
    for number, node in enumerate(row):
        near = neighbours.get(node, ())
        if near:
            means.append((sum(at[one] for one in near) / len(near), node))
        else:
            free[number] = node
    # Stable: nodes with the same mean keep their order.
    means.sort(key=lambda pair: pair[0])
    rest = iter(means)
    row[:] = [free[number] if number in free else next(rest)[1] for number in range(len(row))]


def pooled(wanted: Sequence[float], weights: Sequence[float], needs: Sequence[float]) -> list[float]:
    """The places closest to those wanted, by weighted least squares, that keep the order and the distances needed.

    `needs[i]` is the least distance between i and i + 1, one less than there are places. This is isotonic regression,
    solved by pooling adjacent violators (Ayer and others, 1955).
    """
    shifts = [0.0]
    for need in needs:
        shifts.append(shifts[-1] + need)
    blocks: list[tuple[float, float, int]] = []
    for want, weight, shift in zip(wanted, weights, shifts, strict=False):
        mean, total, count = want - shift, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, other_total, other_count = blocks.pop()
            mean = (mean * total + other * other_total) / (total + other_total)
            total += other_total
            count += other_count
        blocks.append((mean, total, count))
    places = [mean for mean, _, count in blocks for _ in range(count)]
    return [place + shift for place, shift in zip(places, shifts, strict=False)]
