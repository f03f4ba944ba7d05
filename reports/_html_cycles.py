"""The import cycles: what they do, how they fail, what to cut, and a picture of the small ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.facts import Cut, Cycle, Import, Witness
from overhaul.sections import Column, Grid, Line, Section, anchor, rows_of, short
from overhaul.survey import Survey

LIMIT: Final = 150
"""Cycles told in full."""
CUTS: Final = 300
"""Cuts of one cycle that are in the page."""
DRAWN: Final = 12
"""Modules of the largest cycle that has a picture."""

_EFFECTS: Final[Mapping[str, str]] = {
    "fatal": "The import fails, whichever of its modules is imported first.",
    "order-dependent": "The import fails for some first importers, and works for the others.",
    "latent": "Nothing fails today: every name is bound before it is needed.",
    "deferred": "Held together by imports inside functions, which run after the modules are loaded.",
    "typing": "Only imports for type checkers close it; nothing happens when it runs.",
}
_WAYS: Final[Mapping[str, str]] = {
    "typing": "only annotations need it: import under TYPE_CHECKING",
    "direct": "import from the module that defines it",
    "defer": "only function bodies need it: import there",
    "move": "needed while the module is imported: move what is shared",
    "drop": "nothing uses it: drop the import",
}

# Lengths of the picture, in the units of its view box.
_DOT: Final = 6.0
_GAP: Final = 14.0
_LETTER: Final = 6.7
_NAME: Final = 30


class Point(msgspec.Struct, frozen=True):
    """A module in a picture."""

    x: str
    y: str
    name: str
    label: str
    label_x: str
    label_y: str
    side: str
    """`start`, `middle` or `end`: where the label's anchor is."""


class Arrow(msgspec.Struct, frozen=True):
    """An import in a picture."""

    path: str
    """A curve, as SVG has it."""
    head: str
    """Corners of the arrow's head."""
    name: str
    cut: bool


class Picture(msgspec.Struct, frozen=True):
    """A ring of modules and the imports between them."""

    box: str
    """The view box."""
    width: int
    height: int
    points: tuple[Point, ...]
    arrows: tuple[Arrow, ...]


class CycleView(msgspec.Struct, frozen=True):
    """One cycle."""

    id: str
    rank: int
    cycle: Cycle
    meaning: str
    witness: Witness | None
    picture: Picture | None
    cuts: Grid


class Cycles(msgspec.Struct, frozen=True):
    """All cycles, by impact."""

    count: int
    cycles: tuple[CycleView, ...]


@Section("Import cycles", order=30)
def cycles(survey: Survey) -> Cycles | None:
    """Rings of imports, those that matter most first."""
    rows = rows_of(survey, Cycle)
    if rows is None:
        return None
    ranked = sorted(rows, key=lambda cycle: (-cycle.impact, cycle.modules))
    drawn = {module: number for number, cycle in enumerate(ranked[:LIMIT]) for module in cycle.modules}
    edges: dict[int, set[tuple[str, str]]] = {}
    for row in rows_of(survey, Import) or ():
        number = drawn.get(row.importer)
        if number is not None and not row.implicit and drawn.get(row.imported) == number:
            edges.setdefault(number, set()).add((row.importer, row.imported))
    told = enumerate(ranked[:LIMIT])
    return Cycles(len(ranked), tuple(_view(number, cycle, edges.get(number, set())) for number, cycle in told))


def _view(number: int, cycle: Cycle, edges: set[tuple[str, str]]) -> CycleView:
    id = anchor("cycle", *sorted(cycle.modules))
    return CycleView(
        id, number + 1, cycle, _EFFECTS.get(cycle.effect, ""), cycle.witness,
        draw(cycle.modules, edges, cycle.cuts) if 1 < len(cycle.modules) <= DRAWN else None,
        Grid(
            id=f"{id}-cuts", caption=f"Imports to cut in cycle {number + 1}", shown=12,
            columns=(
                Column("Import in", "code"), Column("of", "code"), Column("Line", "number"), Column("Names", "code"),
                Column("Way"), Column("Cost", "number"),
            ),
            lines=tuple(
                Line((
                    cut.importer, cut.imported, cut.line, short(", ".join(cut.names), 200),
                    f"{cut.way}: {_WAYS.get(cut.way, '')}", cut.cost,
                ))
                for cut in cycle.cuts[:CUTS]
            ),
            total=len(cycle.cuts), rest='overhaul query "SELECT cuts FROM cycles"',
        ),
    )  # fmt: skip


def draw(modules: Sequence[str], edges: Iterable[tuple[str, str]], cuts: Sequence[Cut]) -> Picture:
    """The modules on a circle, by name, from the top clockwise.

    The cuts are drawn whether or not they are among the edges.
    """
    names = sorted(modules)
    shared = _shared(names)
    turn = math.tau / len(names)
    radius = 52 + 9 * len(names)
    at = {
        name: (radius * math.sin(number * turn), -radius * math.cos(number * turn))
        for number, name in enumerate(names)
    }
    points = tuple(_point(name, *at[name], shared) for name in names)
    cut = {(one.importer, one.imported) for one in cuts if one.importer in at and one.imported in at}
    pairs = sorted(pair for pair in {*edges, *cut} if pair[0] != pair[1])
    left = max((len(point.label) for point in points if point.side != "start"), default=0) * _LETTER
    right = max((len(point.label) for point in points if point.side != "end"), default=0) * _LETTER
    half = math.ceil(radius + _GAP + max(left, right))
    tall = math.ceil(radius + 2.5 * _GAP)
    return Picture(
        f"{-half} {-tall} {2 * half} {2 * tall}", 2 * half, 2 * tall, points,
        tuple(_arrow(pair, at, pair in cut) for pair in pairs),
    )  # fmt: skip


def _shared(names: Sequence[str]) -> int:
    """How many characters of their packages' names all modules have in common, and can do without."""
    packages = [name.split(".")[:-1] for name in names]
    common = 0
    for parts in zip(*packages, strict=False):
        if len(set(parts)) > 1:
            break
        common += len(parts[0]) + 1
    return common


def _point(name: str, x: float, y: float, shared: int) -> Point:
    length = math.hypot(x, y)
    side = "middle" if abs(x) < 1 else "start" if x > 0 else "end"
    away = 1 + (_GAP + (4 if side == "middle" else 0)) / length
    label = name[shared:]
    # The end of a dotted name tells more than its beginning.
    label = label if len(label) <= _NAME else f"…{label[1 - _NAME :]}"
    return Point(_at(x), _at(y), name, label, _at(x * away), _at(y * away + 4), side)


def _arrow(pair: tuple[str, str], at: Mapping[str, tuple[float, float]], cut: bool) -> Arrow:
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
        f"{pair[0]} imports {pair[1]}",
        cut,
    )


def _towards(x: float, y: float, to_x: float, to_y: float, steps: float) -> tuple[float, float]:
    length = math.hypot(to_x - x, to_y - y) or 1.0
    return x + (to_x - x) * steps / length, y + (to_y - y) * steps / length


def _at(value: float) -> str:
    return f"{value:.1f}".replace("-0.0", "0.0")
