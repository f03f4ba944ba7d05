"""Files as rectangles, as large as they are long and as dark as they are dear to change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.drawing.figure import SMALL, Box, Figure, Words, at, cut, width
from overhaul.drawing.folding import folded, shared_prefix, tree

WIDTH: Final = 960
HEIGHT: Final = 600
GROUPS: Final = 28
"""Packages that files are put together by."""
SHARE: Final = 0.12
"""A package with more than this share of the modules is shown by its parts."""
LEAST: Final = 60.0
"""Square pixels that a file must have to be drawn by itself; smaller ones of a package share a rectangle."""
UNITS: Final = 1500
"""Rectangles there are at most; where there are more files, those of the smaller packages share one."""
STEPS: Final = (0.25, 0.5, 0.75, 0.95)
"""Shares of the whole weight that the files of each shade make up, together with all that are darker."""
_TITLE: Final = 15.0
_LETTERS: Final = 5
"""Letters of a name that say something."""
_EDGE: Final = 2.0


class File(msgspec.Struct, frozen=True):
    """What a rectangle stands for."""

    module: str
    """Or the package, with all that is below it."""
    size: int
    """Its area; lines."""
    weight: float
    """How dear it is to change."""
    title: str
    link: str = ""


class Area(msgspec.Struct, frozen=True):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


def squarified(sizes: Sequence[float], area: Area) -> list[Area]:
    """Fill an area with rectangles of these sizes, in proportion, none longer than it must be.

    The algorithm of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000): rows along the shorter side take
    rectangles as long as the worst of them gets better. Sizes are positive and come in descending order.
    """
    total = sum(sizes)
    if not total or area.width <= 0 or area.height <= 0:
        return [Area(area.x, area.y, 0.0, 0.0) for _ in sizes]
    scale = area.width * area.height / total
    found: list[Area] = []
    x, y, wide, tall = area.x, area.y, area.width, area.height
    start = 0
    while start < len(sizes):
        side = min(wide, tall)
        end = start + 1
        row = sizes[start] * scale
        worst = _worst(row, sizes[start] * scale, row, side)
        while end < len(sizes):
            more = sizes[end] * scale
            changed = _worst(sizes[start] * scale, more, row + more, side)
            if changed > worst:
                break
            row, worst, end = row + more, changed, end + 1
        deep = row / side if side else 0.0
        along = 0.0
        for number in range(start, end):
            length = sizes[number] * scale / deep if deep else 0.0
            found.append(Area(x, y + along, deep, length) if wide >= tall else Area(x + along, y, length, deep))
            along += length
        if wide >= tall:
            x, wide = x + deep, max(0.0, wide - deep)
        else:
            y, tall = y + deep, max(0.0, tall - deep)
        start = end
    return found


def _worst(largest: float, smallest: float, row: float, side: float) -> float:
    """The ratio of the sides of the longest rectangle of a row, at least 1."""
    if not row or not smallest or not side:
        return float("inf")
    return max(side * side * largest / (row * row), row * row / (side * side * smallest))


def shades(weights: Sequence[float]) -> list[int]:
    """How dark each is, 1 to 5: 5 are those that together make up a quarter of the whole, and so on by `STEPS`."""
    total = sum(weights)
    order = sorted(range(len(weights)), key=lambda number: (-weights[number], number))
    found = [1] * len(weights)
    done = 0.0
    for number in order:
        if not weights[number]:
            break
        found[number] = 5 - sum(done >= step * total for step in STEPS)
        done += weights[number]
    return found


def treemap(files: Sequence[File]) -> Figure:
    """The files, grouped by package; empty ones are left out."""
    shown = sorted(_together([file for file in files if file.size > 0]), key=lambda file: (-file.size, file.module))
    dark = dict(zip((file.module for file in shown), shades([file.weight for file in shown]), strict=True))
    names = folded(tree([file.module for file in shown]), GROUPS, SHARE)
    members: defaultdict[str, list[File]] = defaultdict(list)
    for file in shown:
        one = names[file.module]
        members[one.name if one.whole else file.module.rpartition(".")[0]].append(file)
    groups = sorted(members.items(), key=lambda pair: (-sum(file.size for file in pair[1]), pair[0]))
    areas = squarified(
        [float(sum(file.size for file in several)) for _, several in groups], Area(0.0, 0.0, WIDTH, HEIGHT)
    )
    shared = shared_prefix([name for name, _ in groups if "." in name])
    bands: list[Box] = []
    boxes: list[Box] = []
    for (name, several), area in zip(groups, areas, strict=True):
        titled = area.height > 3 * _TITLE and area.width > 60
        most = int((area.width - 2 * _EDGE - 4) / SMALL)
        label = cut(name[shared:] if "." in name else name, most, end=True) if titled else ""
        words = (Words(at(area.x + _EDGE + 2), at(area.y + 11), label, small=True),) if label else ()
        bands.append(Box(at(area.x), at(area.y), at(area.width), at(area.height), words, name))
        top = _TITLE if titled else _EDGE
        inner = Area(
            area.x + _EDGE, area.y + top, max(0.0, area.width - 2 * _EDGE), max(0.0, area.height - top - _EDGE)
        )
        boxes += _boxes(name, several, inner, dark)
    return Figure(WIDTH, HEIGHT, tuple(boxes), (), tuple(bands))


def _together(files: Sequence[File]) -> Iterator[File]:
    """The files, or what they are put into where there are too many."""
    if len(files) <= UNITS:
        yield from files
        return
    names = folded(tree([file.module for file in files]), UNITS)
    members: defaultdict[str, list[File]] = defaultdict(list)
    for file in files:
        one = names[file.module]
        if one.whole:
            members[one.name].append(file)
        else:
            yield file
    for name, several in members.items():
        lines = sum(file.size for file in several)
        title = several[0].title if len(several) == 1 else f"{name}: {len(several):,} files, {lines:,} lines"
        yield File(name, lines, sum(file.weight for file in several), title)


def _boxes(name: str, files: Sequence[File], area: Area, dark: Mapping[str, int]) -> Iterator[Box]:
    total = sum(file.size for file in files)
    least = LEAST * total / (area.width * area.height) if area.width * area.height else float("inf")
    large = [file for file in files if file.size >= least]
    small = [file for file in files if file.size < least]
    sizes = [float(file.size) for file in large]
    rest = float(sum(file.size for file in small))
    # The rectangle of the small ones has its place by size, like all others.
    place = sum(size >= rest for size in sizes) if rest else len(sizes)
    areas = squarified([*sizes[:place], *([rest] if rest else []), *sizes[place:]], area)
    if rest:
        here = areas.pop(place)
        shade = max(dark[file.module] for file in small)
        yield _box(here, f"{len(small)} small files of {name}: {int(rest)} lines", "", f"h{shade}", "")
    for file, here in zip(large, areas, strict=True):
        most = int((here.width - 6) / width("m", SMALL))
        label = cut(file.module.rpartition(".")[2], most) if here.height >= 15 and most >= _LETTERS else ""
        yield _box(here, file.title, label, f"h{dark[file.module]}", file.link)


def _box(area: Area, title: str, label: str, mark: str, link: str) -> Box:
    words = (Words(at(area.x + 3), at(area.y + 11), label, small=True),) if label else ()
    return Box(at(area.x), at(area.y), at(area.width), at(area.height), words, title, mark, link)
