"""Which pieces are alike, with what the last run found of those that have not changed since."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from overhaul.cloning.candidates import MOST, Tally, candidates, candidates_of, frequencies, frequencies_around
from overhaul.cloning.groups import Group, judge, needs, worth
from overhaul.cloning.pieces import Piece
from overhaul.cloning.rows import row
from overhaul.redundancy import Difference, Duplicate

Pair = tuple[str, int, str, int, float]
"""Module and first statement of two pieces, the earlier one first, and their similarity."""


class Known(msgspec.Struct):
    """What a run leaves for the next; numbers are packed, eight bytes each, in this machine's byte order."""

    prints: dict[str, bytes]
    """Module -> digest of what its pieces were made from."""
    worth: dict[str, bytes]
    """Module -> the first statements of its pieces that have enough to say; none where there are none."""
    compared: dict[str, bytes]
    """Of those the ones that have been held against others."""
    alike: list[Pair]
    frequent: bytes
    """The shapes of `Tally.frequent`."""
    watched: bytes
    rows: dict[str, Duplicate]
    """The rows of groups, under their type, their similarity and the places of their members."""


class Memory:
    """Finds the pairs that are alike, and tells of groups; what is of unchanged modules is taken from the last run.

    Whether two pieces are alike depends on the two, and on which shapes so many have that they bring nobody together;
    so what is taken over is what would be found.
    """

    def __init__(self, past: Known | None, prints: Mapping[str, bytes]) -> None:
        """`prints`: module -> digest of what its pieces are made from."""
        self._past = past
        self._prints = prints
        known = past.prints if past is not None else {}
        self._same = {module for module, print_ in known.items() if prints.get(module) == print_}
        self._worth: dict[str, list[int]] = {}
        self._compared: dict[str, list[int]] = {}
        self._alike: list[Pair] = []
        self._tally = Tally({})
        self._rows: dict[str, Duplicate] = {}

    def worth(self, pieces: Sequence[Piece]) -> Iterator[Piece]:
        """Those that have enough to say; to be asked with all pieces, in order of modules."""
        past = self._past
        module, known = "", None
        for piece in pieces:
            if piece.text.module != module:
                module = piece.text.module
                known = None
                if past is not None and module in self._same:
                    known = frozenset(_unpacked(past.worth.get(module, b"")))
            first = piece.fragment.first
            if first in known if known is not None else worth(piece):
                self._worth.setdefault(module, []).append(first)
                yield piece

    def pairs(self, pieces: Sequence[Piece]) -> Iterator[tuple[int, int, float]]:
        """Numbers of pieces that are alike, the smaller first, and their similarity."""
        least = [needs(piece) for piece in pieces]
        for piece in pieces:
            self._compared.setdefault(piece.text.module, []).append(piece.fragment.first)
        found = self._found_again(pieces, least)
        if found is None:
            had = frequencies(pieces)
            self._tally = Tally(had)
            found = self._judged(pieces, candidates(pieces, least, had))
        for one, two, similarity in found:
            self._alike.append((*pieces[one].key, *pieces[two].key, similarity))
            yield one, two, similarity

    def _found_again(self, pieces: Sequence[Piece], least: Sequence[float]) -> list[tuple[int, int, float]] | None:
        """The same by what is known; None where too much has changed."""
        past = self._past
        if past is None:
            return None
        compared = {
            module: frozenset(_unpacked(firsts)) for module, firsts in past.compared.items() if module in self._same
        }
        nothing: frozenset[int] = frozenset()
        fresh = {
            number for number, piece in enumerate(pieces)
            if piece.fragment.first not in compared.get(piece.text.module, nothing)
        }  # fmt: skip
        if len(fresh) > min(MOST // 2, len(pieces) // 4):
            return None
        found = frequencies_around(pieces, fresh, _unpacked(past.watched))
        self._tally = Tally({shape: len(numbers) for shape, numbers in found.items()})
        if self._tally.frequent != frozenset(_unpacked(past.frequent)):
            return None
        number_of = {piece.key: number for number, piece in enumerate(pieces)}
        again: list[tuple[int, int, float]] = []
        for module, first, other, place, similarity in past.alike:
            one, two = number_of.get((module, first)), number_of.get((other, place))
            if one is not None and two is not None and one not in fresh and two not in fresh:
                again.append((one, two, similarity))
        return sorted([*again, *self._judged(pieces, candidates_of(fresh, pieces, least, found))])

    def _judged(self, pieces: Sequence[Piece], pairs: Iterator[tuple[int, int]]) -> list[tuple[int, int, float]]:
        found: list[tuple[int, int, float]] = []
        for one, two in pairs:
            similarity = judge(pieces[one], pieces[two])
            if similarity is not None:
                found.append((one, two, similarity))
        return sorted(found)

    def row(self, group: Group, differences: Sequence[Difference]) -> Duplicate:
        """A group as it is reported: what its members say, and what the names in them mean, is all it depends on."""
        places = [f"{piece.text.module}:{piece.fragment.first}" for piece in group.pieces]
        key = f"{group.type} {group.similarity!r} {' '.join(places)}"
        told = self._past.rows.get(key) if self._past is not None else None
        same = told is not None and all(piece.text.module in self._same for piece in group.pieces)
        if told is None or not same or told.differences != tuple(differences):
            told = row(group, differences)
        self._rows[key] = told
        return told

    def left(self) -> Known:
        """What the next run can take over."""
        return Known(
            dict(self._prints),
            {module: _packed(firsts) for module, firsts in self._worth.items()},
            {module: _packed(firsts) for module, firsts in self._compared.items()},
            self._alike,
            _packed(sorted(self._tally.frequent)),
            _packed(sorted(self._tally.watched)),
            self._rows,
        )


def _packed(numbers: Sequence[int]) -> bytes:
    return array("Q", numbers).tobytes()


def _unpacked(data: bytes) -> array[int]:
    return array("Q", data)
