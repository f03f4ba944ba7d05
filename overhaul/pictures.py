"""Pictures of small graphs, as numbers that a template writes out as SVG."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

# Lengths, in the units of the view box.
_DOT: Final = 6.0
_GAP: Final = 14.0
_LETTER: Final = 6.7
_NAME: Final = 30
_ROW: Final = 42.0
_BETWEEN: Final = 90.0


class Point(msgspec.Struct, frozen=True):
    """A node."""

    x: str
    y: str
    name: str
    label: str
    label_x: str
    label_y: str
    side: str
    """`start`, `middle` or `end`: where the label's anchor is."""
    mark: str = ""
    """What makes it stand out, as a word for the style sheet: initial, final."""


class Arrow(msgspec.Struct, frozen=True):
    """An edge."""

    path: str
    """A curve, as SVG has it."""
    head: str
    """Corners of the arrow's head."""
    name: str
    cut: bool
    """Drawn so that it stands out."""


class Picture(msgspec.Struct, frozen=True):
    """Nodes and the edges between them."""

    box: str
    """The view box."""
    width: int
    height: int
    points: tuple[Point, ...]
    arrows: tuple[Arrow, ...]


Edges = Mapping[tuple[str, str], str]
"""From and to, with what the edge means."""


def ring(
    nodes: Sequence[str], edges: Edges, marked: Collection[tuple[str, str]] = (), shared: int = 0,
    marks: Mapping[str, str] | None = None, in_order: bool = False,
) -> Picture:  # fmt: skip
    """The nodes on a circle, from the top clockwise, by name or in the order given.

    `marked` edges stand out; labels leave out the first `shared` characters; `marks` are the points' own marks.
    """
    names = list(dict.fromkeys(nodes)) if in_order else sorted(nodes)
    turn = math.tau / len(names)
    radius = 52 + 9 * len(names)
    at = {
        name: (radius * math.sin(number * turn), -radius * math.cos(number * turn))
        for number, name in enumerate(names)
    }
    points = tuple(_point(name, *at[name], shared, (marks or {}).get(name, "")) for name in names)
    pairs = sorted(pair for pair in edges if pair[0] != pair[1] and pair[0] in at and pair[1] in at)
    left = max((len(point.label) for point in points if point.side != "start"), default=0) * _LETTER
    right = max((len(point.label) for point in points if point.side != "end"), default=0) * _LETTER
    half = math.ceil(radius + _GAP + max(left, right))
    tall = math.ceil(radius + 2.5 * _GAP)
    return Picture(
        f"{-half} {-tall} {2 * half} {2 * tall}", 2 * half, 2 * tall, points,
        tuple(_arrow(pair, at, pair in marked, edges[pair]) for pair in pairs),
    )  # fmt: skip


def columns(tiers: Sequence[Sequence[str]], edges: Edges, labels: Mapping[str, str]) -> Picture:
    """The nodes in columns, one a tier from left to right; `labels` are what stands beside them."""
    height = max((len(tier) for tier in tiers), default=0) * _ROW
    at: dict[str, tuple[float, float]] = {}
    x = 0.0
    for tier in tiers:
        top = (height - len(tier) * _ROW) / 2
        for number, name in enumerate(tier):
            at[name] = (x, top + (number + 0.5) * _ROW)
        x += max((len(labels[name]) for name in tier), default=0) * _LETTER + _BETWEEN
    width = x - _BETWEEN + _GAP if tiers else 0.0
    points = tuple(
        Point(_at(px), _at(py), name, labels[name], _at(px + _GAP), _at(py + 4), "start")
        for name, (px, py) in at.items()
    )
    pairs = sorted(pair for pair in edges if pair[0] in at and pair[1] in at and pair[0] != pair[1])
    return Picture(
        f"{_at(-2 * _GAP)} {_at(-_GAP)} {math.ceil(width + 4 * _GAP)} {math.ceil(height + 2 * _GAP)}",
        math.ceil(width + 4 * _GAP), math.ceil(height + 2 * _GAP), points,
        tuple(_arrow(pair, at, False, edges[pair]) for pair in pairs),
    )  # fmt: skip


def shared_prefix(names: Sequence[str]) -> int:
    """How many characters of their packages' names dotted names have in common, and can do without."""
    packages = [name.split(".")[:-1] for name in names]
    common = 0
    for parts in zip(*packages, strict=False):
        if len(set(parts)) > 1:
            break
        common += len(parts[0]) + 1
    return common


def _point(name: str, x: float, y: float, shared: int, mark: str) -> Point:
    length = math.hypot(x, y) or 1.0
    side = "middle" if abs(x) < 1 else "start" if x > 0 else "end"
    away = 1 + (_GAP + (4 if side == "middle" else 0)) / length
    label = name[shared:]
    # The end of a dotted name tells more than its beginning.
    label = label if len(label) <= _NAME else f"…{label[1 - _NAME :]}"
    return Point(_at(x), _at(y), name, label, _at(x * away), _at(y * away + 4), side, mark)


def _arrow(pair: tuple[str, str], at: Mapping[str, tuple[float, float]], cut: bool, name: str) -> Arrow:
    """A curve that bends to its left, so that two modules which import each other have two."""
    (x1, y1), (x2, y2) = at[pair[0]], at[pair[1]]
    bend_x, bend_y = (x1 + x2) / 2 + (y2 - y1) * 0.13, (y1 + y2) / 2 - (x2 - x1) * 0.13
    x1, y1 = _towards(x1, y1, bend_x, bend_y, _DOT + 2)
    tip_x, tip_y = _towards(x2, y2, bend_x, bend_y, _DOT + 2)
    end_x, end_y = _towards(tip_x, tip_y, bend_x, bend_y, 9)
    across_x, across_y = (tip_y - end_y) * 0.42, (end_x - tip_x) * 0.42
    return Arrow(
        f"M{_at(x1)} {_at(y1)}Q{_at(bend_x)} {_at(bend_y)} {_at(end_x)} {_at(end_y)}",
        f"{_at(tip_x)},{_at(tip_y)} {_at(end_x + across_x)},{_at(end_y + across_y)} "
        f"{_at(end_x - across_x)},{_at(end_y - across_y)}",
        name,
        cut,
    )


def _towards(x: float, y: float, to_x: float, to_y: float, steps: float) -> tuple[float, float]:
    length = math.hypot(to_x - x, to_y - y) or 1.0
    return x + (to_x - x) * steps / length, y + (to_y - y) * steps / length


def _at(value: float) -> str:
    return f"{value:.1f}".replace("-0.0", "0.0")
