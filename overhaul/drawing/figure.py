"""What a picture is made of, in pixels, ready for a template that writes SVG."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from overhaul.drawing.layered import Layout, Link, Node, Route, layered
from overhaul.printable import printable

LETTER: Final = 7.3
"""Width of a letter of 12 pixels in the widest of the fonts with letters of one width that the page asks for."""
SMALL: Final = 6.7
"""The same at 11 pixels."""
TEXT: Final = 14.0
"""Height of a line of text."""
MARGIN: Final = 8.0
_HEAD: Final = 8.0
_LOOP: Final = 26.0
_PAD: Final = 9.0


class Words(msgspec.Struct, frozen=True):
    """A line of text; x and y are where its first letter stands."""

    x: str
    y: str
    text: str
    small: bool = False


class Box(msgspec.Struct, frozen=True):
    """A rectangle with text in it."""

    x: str
    y: str
    width: str
    height: str
    words: tuple[Words, ...]
    title: str
    """What it is, in full."""
    mark: str = ""
    """Words for the style sheet."""
    link: str = ""
    """The id of something on the page."""


class Line(msgspec.Struct, frozen=True):
    """A line with a head at its end."""

    path: str
    head: str
    """The corners."""
    title: str
    mark: str = ""
    words: Words | None = None


class Figure(msgspec.Struct, frozen=True):
    """A picture."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    bands: tuple[Box, ...] = ()
    """What lies behind: layers, groups."""
    shift: str = ""
    """How far everything but the bands is moved: x and y."""

    @property
    def linked(self) -> bool:
        """Some of the boxes lead somewhere."""
        return any(box.link for box in self.boxes)


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """What a box of a graph stands for."""

    name: str
    label: str
    note: str = ""
    """A second line, smaller."""
    title: str = ""
    mark: str = ""
    link: str = ""
    layer: int | None = None
    plain: bool = False
    """A dot without text: where a state machine begins."""


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """What a line of a graph stands for."""

    source: str
    target: str
    title: str
    label: str = ""
    mark: str = ""
    against: bool = False
    """Shall be drawn against the direction of the others."""


def graph(
    things: Sequence[Thing], ties: Sequence[Tie], *, columns: bool | None = None, widest: int = 1000,
    bands: Mapping[int, str] | None = None,
) -> Figure:  # fmt: skip
    """The graph in layers: in rows, in `columns`, or in what is the narrower one when rows are wider than `widest`.

    `bands` are the names of layers that are shown as such, for things that have their layers.
    """
    loops = {tie.source: tie for tie in ties if tie.source == tie.target}
    found: Layout | None = None
    chosen = bool(columns)
    links = [
        Link(tie.source, tie.target, (width(tie.label, SMALL), TEXT) if tie.label else (0.0, 0.0), tie.against)
        for tie in ties
    ]
    for way in (False, True) if columns is None else (columns,):
        nodes = [_node(thing, loops.get(thing.name), way) for thing in things]
        tried = layered(nodes, links, columns=way)
        if found is None or tried.width < found.width:
            found, chosen = tried, way
        if columns is None and tried.width <= widest:
            break
    assert found is not None
    figure = _figure(things, ties, found, chosen, loops)
    return _banded(figure, things, found, bands, chosen) if bands else figure


def width(text: str, letter: float = LETTER) -> float:
    """How wide a text is at most: letters of some scripts are twice as wide as others."""
    return letter * sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in printable(text))


def cut(text: str, most: int, *, end: bool = False) -> str:
    """The text, or its beginning, or its `end`, with `…` where something was left out."""
    if len(text) <= most:
        return text
    return f"…{text[1 - most :]}" if end else f"{text[: most - 1]}…"


def at(value: float) -> str:
    """A number as it is written into a picture: half a pixel is fine enough to see no difference."""
    return f"{round(value * 2) / 2:g}"


def size(thing: Thing) -> tuple[float, float]:
    """Width and height of the box of a thing."""
    if thing.plain:
        return 14.0, 14.0
    wide = max(width(thing.label), width(thing.note, SMALL))
    return math.ceil(wide + 2 * _PAD), 40.0 if thing.note else 26.0


def _node(thing: Thing, loop: Tie | None, columns: bool) -> Node:
    wide, tall = size(thing)
    room = 0.0 if loop is None else _LOOP if columns else _LOOP + 4 + width(loop.label, SMALL)
    return Node(thing.name, wide, tall, room, thing.layer)


def _figure(
    things: Sequence[Thing], ties: Sequence[Tie], layout: Layout, columns: bool, loops: Mapping[str, Tie]
) -> Figure:
    boxes = tuple(_box(thing, layout) for thing in things)
    lines = tuple(
        _loop(tie, layout, things, columns) if tie.source == tie.target else _line(tie, route, columns)
        for tie, route in zip(ties, layout.routes, strict=True)
        if tie.source != tie.target or loops[tie.source] is tie
    )
    return Figure(
        math.ceil(layout.width + 2 * MARGIN), math.ceil(layout.height + 2 * MARGIN), boxes, lines
    )


def _banded(
    figure: Figure, things: Sequence[Thing], layout: Layout, titles: Mapping[int, str], columns: bool
) -> Figure:
    """Stripes behind the layers, with their names in a margin of their own: at the left, or above columns."""
    wide = max(width(title, SMALL) for title in titles.values()) + MARGIN
    bands: list[Box] = []
    for layer, title in sorted(titles.items()):
        number = next(layout.numbers[thing.name] for thing in things if thing.layer == layer)
        begin, end = layout.layers[number]
        if columns:
            x, y = begin + MARGIN / 2, 0.0
            across, along = end - begin + MARGIN, figure.height + TEXT
            words = Words(at(x + 2), at(11), title, small=True)
        else:
            x, y = 0.0, begin + MARGIN / 2
            across, along = figure.width + wide, end - begin + MARGIN
            words = Words(at(4), at((begin + end) / 2 + MARGIN + 4), title, small=True)
        bands.append(Box(at(x), at(y), at(across), at(along), (words,), title))
    shift = (0.0, TEXT) if columns else (wide, 0.0)
    return msgspec.structs.replace(
        figure, width=math.ceil(figure.width + shift[0]), height=math.ceil(figure.height + shift[1]),
        bands=tuple(bands), shift=f"{at(shift[0])} {at(shift[1])}",
    )


def _box(thing: Thing, layout: Layout) -> Box:
    spot = layout.nodes[thing.name]
    wide, tall = size(thing)
    x, y = spot.x + MARGIN, spot.y + MARGIN
    middle = x + wide / 2
    words = [Words(at(middle - width(thing.label) / 2), at(y + 17), thing.label)]
    if thing.note:
        words.append(Words(at(middle - width(thing.note, SMALL) / 2), at(y + 32), thing.note, small=True))
    return Box(
        at(x), at(y), at(wide), at(tall), () if thing.plain else tuple(words), thing.title or thing.name, thing.mark,
        thing.link,
    )  # fmt: skip


def _line(tie: Tie, route: Route, columns: bool) -> Line:
    points = [(x + MARGIN, y + MARGIN) for x, y in route.points]
    (tip_x, tip_y), (from_x, from_y) = points[-1], points[-2]
    # The last part is a curve that ends in the direction of the layers: so does the head.
    ahead = math.copysign(1.0, tip_x - from_x if columns else tip_y - from_y)
    end = (tip_x - ahead * _HEAD, tip_y) if columns else (tip_x, tip_y - ahead * _HEAD)
    side = _HEAD * 0.42
    corners = (
        [(tip_x, tip_y), (end[0], end[1] - side), (end[0], end[1] + side)] if columns
        else [(tip_x, tip_y), (end[0] - side, end[1]), (end[0] + side, end[1])]
    )  # fmt: skip
    points[-1] = end
    words = None
    if tie.label and route.label is not None:
        words = Words(at(route.label.x + MARGIN), at(route.label.y + MARGIN + 11), tie.label, small=True)
    return Line(
        _path(points, columns), " ".join(f"{at(x)},{at(y)}" for x, y in corners), tie.title, tie.mark, words
    )


def _path(points: Sequence[tuple[float, float]], columns: bool) -> str:
    """Curves and straight parts in turn."""
    parts = [f"M{at(points[0][0])} {at(points[0][1])}"]
    for number, ((x1, y1), (x2, y2)) in enumerate(pairwise(points)):
        if number % 2 or (x1 == x2 and y1 != y2) or (y1 == y2 and x1 != x2):
            parts.append(f"L{at(x2)} {at(y2)}")
        elif (x1, y1) != (x2, y2):
            half_x, half_y = (x1 + x2) / 2, (y1 + y2) / 2
            first, second = ((half_x, y1), (half_x, y2)) if columns else ((x1, half_y), (x2, half_y))
            parts.append(f"C{at(first[0])} {at(first[1])} {at(second[0])} {at(second[1])} {at(x2)} {at(y2)}")
    return "".join(parts)


def _loop(tie: Tie, layout: Layout, things: Sequence[Thing], columns: bool) -> Line:
    """A link from a box to itself: out at its right side, or below it where layers are columns, and back."""
    spot = layout.nodes[tie.source]
    wide, tall = next(size(thing) for thing in things if thing.name == tie.source)
    if columns:
        x, y = spot.x + wide / 2 + MARGIN, spot.y + tall + MARGIN
        return Line(
            f"M{at(x + 6)} {at(y)}C{at(x + 16)} {at(y + _LOOP)} {at(x - 16)} {at(y + _LOOP)} "
            f"{at(x - 7)} {at(y + _HEAD)}",
            f"{at(x - 6)},{at(y)} {at(x - 10)},{at(y + _HEAD)} {at(x - 3)},{at(y + _HEAD)}", tie.title, tie.mark,
        )  # fmt: skip
    x, y = spot.x + wide + MARGIN, spot.y + tall / 2 + MARGIN
    top, bottom = y - 6, y + 6
    words = Words(at(x + _LOOP - 2), at(y + 4), tie.label, small=True) if tie.label else None
    return Line(
        f"M{at(x)} {at(top)}C{at(x + _LOOP)} {at(top - 10)} {at(x + _LOOP)} {at(bottom + 10)} "
        f"{at(x + _HEAD)} {at(bottom + 1)}",
        f"{at(x)},{at(bottom)} {at(x + _HEAD)},{at(bottom - 3)} {at(x + _HEAD)},{at(bottom + 4)}",
        tie.title, tie.mark, words,
    )  # fmt: skip
