"""The same run of statements inside functions that are otherwise different, or at the top of modules."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from overhaul.cloning.groups import Group
from overhaul.cloning.pieces import WEIGHTS, Text
from overhaul.cloning.spans import Spans
from overhaul.syntax.shapes import CODES, ELIF, ELSE, FINALLY, IMPORTED
from overhaul.syntax.statements import LIGHT

GRAM: Final = 6
"""Statements that must follow each other in both places; a run is at least as long."""
VARIETY: Final = 13.0
"""How much a run must have to say: as `Piece.variety`."""
SHARED: Final = 0.6
"""So many of the names must be the same; a run that is all renamed shows nothing but a habit."""
MOST: Final = 40
"""Where more places have the same statements, only neighbours in the order of modules are held against each other."""
_STOP: Final = re.compile(b"[%s]" % re.escape(bytes([CODES["FunctionDef"], CODES["ClassDef"], IMPORTED])))
"""The kinds of statements before which a run ends."""


class Run(NamedTuple):
    """A run of statements in one module, siblings with all that stands inside them."""

    text: Text
    first: int
    last: int
    """One behind its last statement."""

    @property
    def key(self) -> tuple[str, int]:
        """By which runs are ordered."""
        return self.text.module, self.first

    @property
    def said(self) -> bytes:
        """What it says to the letter: the shapes of its statements, their literals and names."""
        text = self.text
        return b"\0".join((
            text.shapes[self.first : self.last].tobytes(), text.literals[self.first : self.last].tobytes(),
            " ".join(text.named(self.first, self.last)).encode("utf-8", "surrogatepass"),
        ))  # fmt: skip


class RunGroup(NamedTuple):
    """Runs of the same shape whose names correspond."""

    runs: Sequence[Run]
    statements: int
    exact: bool
    """All names and literals are the same."""


def runs(texts: Sequence[Text], groups: Iterable[Group]) -> Iterator[RunGroup]:
    """Groups of equal runs, without those that `groups` tell already; the longest first where they overlap."""
    told = _Told(groups)
    found: dict[tuple[int, ...], dict[tuple[str, int], Run]] = {}
    for first, second in _matches(texts, told):
        shapes = tuple(first.text.shapes[first.first : first.last])
        same = found.setdefault(shapes, {})
        same[first.key] = first
        same[second.key] = second
    taken: dict[str, list[tuple[int, int]]] = {}
    ordered = sorted(found.values(), key=lambda one: (-_worth(one.values()), min(one)))
    for same in ordered:
        members = [run for _, run in sorted(same.items())]
        for group in _agreeing(members):
            left = [run for run in group if not _overlaps(run, taken.get(run.text.module, ()))]
            left = list(_apart(left))
            if len(left) < 2:
                continue
            for run in left:
                taken.setdefault(run.text.module, []).append((run.first, run.last))
            yield RunGroup(left, _statements(left[0]), _exact(left))


class _Told:
    """Which groups each statement is told by already."""

    def __init__(self, groups: Iterable[Group]) -> None:
        spans: dict[str, list[tuple[int, int, int]]] = {}
        for number, group in enumerate(groups):
            for piece in group.pieces:
                fragment = piece.fragment
                spans.setdefault(piece.text.module, []).append((fragment.first, fragment.last, number))
        self._spans = {module: Spans(found) for module, found in spans.items()}

    def __call__(self, text: Text, statement: int) -> set[int]:
        spans = self._spans.get(text.module)
        return set(spans.around(statement, statement + 1)) if spans is not None else set()


def _matches(texts: Sequence[Text], told: _Told) -> Iterator[tuple[Run, Run]]:
    """Pairs of runs that begin with the same statements, extended as far as they go on alike."""
    grams = [array("q", _grams(text)) for text in texts]
    seen: set[int] = set()
    again: set[int] = set()
    for found in grams:
        own = set(found)
        again |= seen & own
        seen |= own
    del seen
    stopped: list[Sequence[int]] = []
    places: dict[int, list[tuple[int, int]]] = {}
    for number, found in enumerate(grams):
        if again.isdisjoint(found):
            stopped.append(())
            continue
        stops = _stops(texts[number])
        stopped.append(stops)
        for place, gram in enumerate(found):
            if gram in again and stops[place] >= place + GRAM:
                places.setdefault(gram, []).append((number, place))
    ends: dict[tuple[int, int, int], int] = {}
    for number, place, other, there in sorted(_pairs(places)):
        diagonal = number, other, there - place
        if ends.get(diagonal, -1) >= place + GRAM:
            continue
        first, second = texts[number], texts[other]
        stop = min(stopped[number][place] - place, stopped[other][there] - there)
        length = _length(first, place, second, there, stop)
        ends[diagonal] = place + length
        if number == other and there < place + length:
            continue
        if not told(first, place) & told(second, there):
            yield from _whole(first, place, second, there, length)


def _grams(text: Text) -> list[int]:
    """A hash of every `GRAM` statements that follow each other."""
    shapes = text.shapes
    return list(map(hash, zip(*(shapes[shift:] for shift in range(GRAM)), strict=False)))


def _stops(text: Text) -> list[int]:
    """For each statement where a run from it on has to end: before the next definition or import."""
    stops: list[int] = []
    begin = 0
    for match in _STOP.finditer(text.kinds):
        stop = match.start()
        stops += [stop] * (stop + 1 - begin)
        begin = stop + 1
    stops += [len(text.kinds)] * (len(text.kinds) - begin)
    return stops


def _pairs(places: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[tuple[int, int, int, int]]:
    for found in places.values():
        if len(found) > MOST:
            near: Iterable[tuple[tuple[int, int], tuple[int, int]]] = pairwise(found)
        else:
            near = ((one, two) for place, one in enumerate(found) for two in found[place + 1 :])
        for one, two in near:
            yield (*one, *two)


def _length(first: Text, place: int, second: Text, there: int, stop: int) -> int:
    length = GRAM
    while length < stop and first.shapes[place + length] == second.shapes[there + length]:
        length += 1
    return length


def _whole(first: Text, place: int, second: Text, there: int, length: int) -> Iterator[tuple[Run, Run]]:
    """What of a match are whole statements of one suite, in both places alike."""
    begin = 0
    while length - begin >= GRAM:
        depth, other = first.depths[place + begin], second.depths[there + begin]
        end = begin
        last = begin
        # Up to the end of the suite; a statement is whole where the next one stands no deeper.
        while end < length and first.depths[place + end] >= depth:
            if first.depths[place + end] - depth != second.depths[there + end] - other:
                break
            end += 1
            if _whole_at(first, place + end, depth) and _whole_at(second, there + end, other):
                last = end
        one = Run(first, place + begin, place + last)
        two = Run(second, there + begin, there + last)
        if _worthy(one) and _agree(one, two):
            yield one, two
        begin = max(end, begin + 1)


_CLAUSES: Final = frozenset({CODES["ExceptHandler"], CODES["ExceptStarHandler"], ELSE, FINALLY, ELIF})
"""What goes on with a statement before it: handlers, else, finally, elif."""


def _whole_at(text: Text, place: int, depth: int) -> bool:
    """Whether a statement of the suite at `depth` ends before `place`."""
    if place >= len(text.kinds):
        return True
    return text.depths[place] <= depth and text.kinds[place] not in _CLAUSES


def _worthy(run: Run) -> bool:
    if run.last - run.first < GRAM or run.text.kinds[run.first] in _CLAUSES:
        return False
    return _statements(run) >= GRAM and _variety(run) >= VARIETY


def _statements(run: Run) -> int:
    return sum(not LIGHT[kind] for kind in run.text.kinds[run.first : run.last])


def _variety(run: Run) -> float:
    seen: set[int] = set()
    variety = 0.0
    for place in range(run.first, run.last):
        weight = WEIGHTS[run.text.weights[place]]
        shape = run.text.shapes[place]
        variety += weight / 5 if shape in seen else weight
        seen.add(shape)
    return variety


def _agree(one: Run, other: Run) -> bool:
    """Whether the names are renamed consistently, and most of them are the same; and both wait in the same places."""
    if one.text.waits[one.first : one.last] != other.text.waits[other.first : other.last]:
        return False
    names = one.text.named(one.first, one.last)
    others = other.text.named(other.first, other.last)
    forth: dict[str, str] = {}
    back: dict[str, str] = {}
    for name, its_name in zip(names, others, strict=True):
        if forth.setdefault(name, its_name) != its_name or back.setdefault(its_name, name) != name:
            return False
    told = {name for name in names if name not in ("self", "cls")}
    same = sum(forth[name] == name for name in told)
    return same >= SHARED * len(told)


def _agreeing(members: Sequence[Run]) -> Iterator[list[Run]]:
    """Members that agree with the first of each group."""
    groups: list[list[Run]] = []
    for run in members:
        for group in groups:
            if _agree(group[0], run):
                group.append(run)
                break
        else:
            groups.append([run])
    yield from (group for group in groups if len(group) > 1)


def _worth(same: Iterable[Run]) -> int:
    members = list(same)
    return (len(members) - 1) * (members[0].last - members[0].first)


def _overlaps(run: Run, taken: Sequence[tuple[int, int]]) -> bool:
    return any(first < run.last and run.first < last for first, last in taken)


def _apart(members: Sequence[Run]) -> Iterator[Run]:
    """Members that do not overlap each other."""
    ends: dict[str, int] = {}
    for run in members:
        if run.first >= ends.get(run.text.module, 0):
            ends[run.text.module] = run.last
            yield run


def _exact(members: Sequence[Run]) -> bool:
    first = members[0]
    names = first.text.named(first.first, first.last)
    literals = first.text.literals[first.first : first.last]
    return all(
        run.text.named(run.first, run.last) == names and run.text.literals[run.first : run.last] == literals
        for run in members[1:]
    )
