"""What members of a group have in common and where they differ, as a reader can check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.cloning.likeness import likeness, meanings
from overhaul.cloning.pieces import Piece
from overhaul.inventory import fact

MOST: Final = 3
"""So many members, names and lines are spelt out."""


def of_equal(pieces: Sequence[Piece], exact: bool) -> Iterator[str]:
    """Pieces whose statements all have the same shape."""
    first = pieces[0]
    lines, count = first.text.lines, first.fragment.statements
    head = first.fragment.first
    if exact:
        yield fact(lines[head], f"all {count} statements are equal but for layout, comments and docstrings")
    else:
        yield fact(lines[head], f"all {count} statements are equal but for names and literals")
    for other in pieces[1 : MOST + 1]:
        if other.fragment.exact != first.fragment.exact:
            yield from _renamed(first, other, [(one, one) for one in range(len(first.shapes))])
    if len(pieces) > MOST + 1:
        yield fact(lines[head], f"and {len(pieces) - MOST - 1} more members")


def of_alike(pieces: Sequence[Piece]) -> Iterator[str]:
    """Pieces of which the first is held against each of the others."""
    first = pieces[0]
    equal = [one for one in pieces[1:] if one.fragment.exact == first.fragment.exact]
    others = [one for one in pieces[1:] if one.fragment.exact != first.fragment.exact]
    if equal:
        where = ", ".join(f"{one.fragment.name} ({one.text.path}:{one.fragment.line})" for one in equal[:MOST])
        more = f" and {len(equal) - MOST} more" if len(equal) > MOST else ""
        yield fact(first.fragment.line, f"equal to {where}{more}")
    for other in others[:MOST]:
        found = likeness(first, other)
        where = f"{other.text.path}:{other.fragment.line}"
        yield fact(first.fragment.line, f"{found.similarity:.0%} like {other.fragment.name} ({where}): "
                   f"{len(found.aligned)} of {len(first.shapes)} and {len(other.shapes)} statements correspond")
        yield from _waiting(first, other)
        if (0, 0) not in found.aligned:
            yield fact(first.fragment.line, f"{other.fragment.name} has another signature")
        yield from _missing(first, {one for one, _ in found.aligned}, f"not in {other.fragment.name}", "")
        yield from _missing(other, {two for _, two in found.aligned}, f"not in {first.fragment.name}", other.text.path)
        yield from _renamed(first, other, found.aligned)
    if len(others) > MOST:
        yield fact(first.fragment.line, f"and {len(others) - MOST} more members")


def _waiting(first: Piece, other: Piece) -> Iterator[str]:
    """That one is asynchronous and the other is not."""
    waits = [any(one.text.waits[one.fragment.first : one.fragment.last]) for one in (first, other)]
    if waits[0] != waits[1]:
        one = first if waits[0] else other
        path = "" if waits[0] else other.text.path
        yield fact(one.fragment.line, f"{one.fragment.name} is asynchronous, the other is not", path)


def _missing(piece: Piece, there: set[int], text: str, path: str) -> Iterator[str]:
    lines = piece.text.lines
    gone = sorted({lines[piece.fragment.first + one] for one in range(1, len(piece.shapes)) if one not in there})
    if gone:
        more = f" and {len(gone) - MOST} more lines" if len(gone) > MOST else ""
        others = f" (also {', '.join(map(str, gone[1:MOST]))}{more})" if len(gone) > 1 else ""
        yield fact(gone[0], f"{text}{others}", path)


def _renamed(first: Piece, other: Piece, aligned: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The names and literals that differ in statements of the same shape."""
    start, begin = first.fragment.first, other.fragment.first
    names = [(first.text.names(start + one), other.text.names(begin + two)) for one, two in aligned]
    forth, _ = meanings(names)
    own = {first.fragment.name.rpartition(".")[2]}
    said: set[str] = set()
    changed: list[str] = []
    where = first.fragment.line
    for (one, _), (mine, _) in zip(aligned, names, strict=True):
        for name in mine:
            if name not in said and name not in own and forth[name][0] != name:
                if not changed:
                    where = first.text.lines[start + one]
                changed.append(f"{_shown(name)} is {_shown(forth[name][0])}")
            said.add(name)
    if changed:
        more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
        yield fact(where, f"{', '.join(changed[:MOST])}{more} in {other.fragment.name}")
    mine_literals, its = first.text.literals, other.text.literals
    lines = sorted({
        first.text.lines[start + one] for one, two in aligned if mine_literals[start + one] != its[begin + two]
    })  # fmt: skip
    if lines:
        more = " ..." if len(lines) > MOST else ""
        others = f" (also {', '.join(map(str, lines[1:MOST]))}{more})" if lines[1:] else ""
        yield fact(lines[0], f"another literal in {other.fragment.name}{others}")


def _shown(name: str) -> str:
    return name[:60]
