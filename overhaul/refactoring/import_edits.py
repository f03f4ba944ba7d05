"""Write down what becomes of the import statements of a file, as replacements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import Final, NamedTuple

from overhaul.changes import Replacement
from overhaul.refactoring.import_blocks import Blocks

_BECAUSE: Final = "import"
_LAST: Final = (9,)
"""The rank of what stands behind all imports."""


class Edits:
    """Statements that change, go and come in one file."""

    def __init__(self, blocks: Blocks, dropped: Mapping[int, Set[int]], width: int) -> None:
        """`dropped`: the number of an import statement -> those of its names that go; `width`: the length of line."""
        self.blocks = blocks
        self.text = blocks.text
        self.width = width
        self.dropped = dropped
        self.added: dict[int, list[tuple[str, str]]] = {}
        """Number of a statement -> the names that it takes in."""
        self.instead: dict[int, list[str]] = {}
        """Number of a statement that is left without names -> what takes its place."""
        self._behind: dict[int, list[_Fresh]] = {}
        self._before: dict[int, list[_Fresh]] = {}
        self._joined: dict[int, list[str]] = {}
        self._at: dict[int, list[_Fresh]] = {}
        self._prefixed: dict[int, list[str]] = {}
        self._guarded: list[str] = []
        self._guard: tuple[int, int] = (-1, -1)

    @cached_property
    def emptied(self) -> frozenset[int]:
        """The statements that all names of go."""
        lines = self.blocks.lines
        return frozenset(
            number for number, gone in self.dropped.items() if (len(gone) >= len(lines[number].items) and gone)
            or lines[number].star
        )  # fmt: skip

    def leaves(self, number: int) -> bool:
        """Whether nothing of a statement is left."""
        return number in self.emptied and number not in self.added

    def column(self, number: int) -> int:
        """How far in its line a statement begins, had it a line for itself."""
        blocks = self.blocks
        if blocks.beside_head(number):
            return 0
        start = blocks.occurrences.statements[blocks.logical(number)[0]].start
        return start - blocks.line_start(start)

    def indent(self, number: int) -> str:
        """The white space before the line that a statement stands on."""
        start = self.blocks.occurrences.statements[self.blocks.logical(number)[0]].start
        return self.text[self.blocks.line_start(start) : start]

    def put_behind(self, number: int, rank: tuple[int | str, ...], text: str, *, apart: int = -1) -> None:
        """A new statement behind another, in the same suite.

        `apart`: the section of that other, where blank lines stand between sections; -1 where none do.
        """
        if self.blocks.beside_head(number):
            self._joined.setdefault(number, []).append(text)
        else:
            self._behind.setdefault(self.blocks.logical(number)[-1], []).append(_Fresh(rank, text, apart))

    def put_before(self, number: int, rank: tuple[int | str, ...], text: str, *, apart: int = -1) -> None:
        """A new statement before another, in the same suite, and before the comments directly above that."""
        self._before.setdefault(self.blocks.logical(number)[0], []).append(_Fresh(rank, text, apart))

    def put_at(self, offset: int, rank: tuple[int | str, ...], text: str) -> None:
        """New lines at the beginning of a line."""
        self._at.setdefault(offset, []).append(_Fresh(rank, f"{text}\n", 0))

    def put_first(self, number: int, text: str) -> None:
        """Before a statement that stands on the line of its compound statement, which is broken for it."""
        self._prefixed.setdefault(number, []).append(text)

    def guard(self, behind: int, offset: int, text: str) -> None:
        """Under an `if TYPE_CHECKING:` that is yet to be made, behind a statement, or at an offset where that is -1."""
        self._guard = behind, offset
        self._guarded.append(text)

    # What becomes of it

    def replacements(self) -> Iterator[Replacement]:
        """All changes, by place."""
        if self._guarded:
            behind, offset = self._guard
            text = f"\n{self._unit}".join(("if TYPE_CHECKING:", *self._guarded))
            if behind >= 0:
                self.put_behind(behind, _LAST, f"\n{text}")
            else:
                self.put_at(offset, _LAST, f"\n{text}" if self._at.get(offset) else text)
        yield from sorted([*self._changed(), *self._gone(), *self._inserted()])

    @property
    def _unit(self) -> str:
        """By how much the file indents: a tab where it has tabs and no blanks before its statements."""
        text = self.blocks.text
        tabs = re.search(r"^\t", text, re.MULTILINE) is not None
        return "\t" if tabs and re.search(r"^ {2,}\S", text, re.MULTILINE) is None else "    "

    def _changed(self) -> Iterator[Replacement]:
        for number in sorted({*self.dropped, *self.added}):
            if self.leaves(number):
                continue
            line = self.blocks.lines[number]
            new = line.without(
                self.dropped.get(number, ()), self.added.get(number, ()), self.width, self.column(number)
            )  # fmt: skip
            yield from self.trimmed(line.statement.start, line.written, new)
        for number, joined in self._joined.items():
            if not self.leaves(number):
                end = self.blocks.lines[number].statement.end
                yield Replacement(end, end, "".join(f"; {one}" for one in joined), _BECAUSE)

    @staticmethod
    def trimmed(start: int, old: str, new: str) -> Iterator[Replacement]:
        """What differs between two texts, without what they begin and end with alike."""
        if old == new:
            return
        head = 0
        while head < min(len(old), len(new)) and old[head] == new[head]:
            head += 1
        # No name is cut: a part of one would be taken for the beginning of another.
        while head and _cuts(old, head) | _cuts(new, head):
            head -= 1
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        while tail and _cuts(old, len(old) - tail) | _cuts(new, len(new) - tail):
            tail -= 1
        yield Replacement(start + head, start + len(old) - tail, new[head : len(new) - tail], _BECAUSE)

    def _gone(self) -> Iterator[Replacement]:
        """Statements without names, with their lines where nothing else stands there."""
        statements = self.blocks.occurrences.statements
        done: set[int] = set()
        for number in sorted(self.emptied):
            if number in done or not self.leaves(number):
                continue
            instead = [*self.instead.get(number, ()), *self._joined.get(number, ())]
            if instead:
                one = statements[number]
                joint = "; " if len(self.blocks.logical(number)) > 1 or self.blocks.beside_head(number) else (
                    "\n" + self.indent(number)
                )  # fmt: skip
                new = joint.join(instead)
                yield from self.trimmed(one.start, self.blocks.lines[number].written, new)
                continue
            mates = self.blocks.logical(number)
            if self._in_emptied(mates):
                continue
            going = [mate for mate in mates if self.leaves(mate) and not self._stays(mate)]
            done.update(going)
            if len(going) < len(mates):
                yield from self._out_of_line(mates, going)
            elif (block := self._typing_alone(mates)) is not None:
                yield self._whole_lines([block])
            elif self._alone(mates):
                yield Replacement(statements[mates[0]].start, statements[mates[-1]].end, "pass", _BECAUSE)
            else:
                yield self._whole_lines(mates)

    def _stays(self, number: int) -> bool:
        return bool(self.instead.get(number) or self._joined.get(number))

    def _out_of_line(self, mates: Sequence[int], going: Sequence[int]) -> Iterator[Replacement]:
        """Some statements of a line that others stay on."""
        statements = self.blocks.occurrences.statements
        last = max(number for number in mates if number not in going)
        for place, number in enumerate(mates):
            if number not in going:
                continue
            if number < last:
                yield Replacement(statements[number].start, statements[mates[place + 1]].start, "", _BECAUSE)
            else:
                yield Replacement(statements[last].end, statements[mates[-1]].end, "", _BECAUSE)
                return

    def _in_emptied(self, mates: Sequence[int]) -> bool:
        """Whether they stand in an `if TYPE_CHECKING:` that goes as a whole, behind its first statement."""
        suite = self.blocks.occurrences.statements[mates[0]].suite
        body = self.blocks.body(suite) if suite >= 0 else ()
        return bool(body) and body[0] not in mates and self._typing_alone(body[:1]) is not None

    def _typing_alone(self, mates: Sequence[int]) -> int | None:
        """The number of an `if TYPE_CHECKING:` that would be empty without these."""
        suite = self.blocks.occurrences.statements[mates[0]].suite
        if suite not in set(self.blocks.typing()) or self._behind.keys() & set(self.blocks.body(suite)):
            return None
        body = self.blocks.body(suite)
        gone = all(self.leaves(number) and not self._stays(number) for number in body)
        return suite if gone and body[0] == mates[0] and not self._before.keys() & set(body) else None

    def _alone(self, mates: Sequence[int]) -> bool:
        """Whether its suite would be empty without these."""
        first = mates[0]
        if self.blocks.occurrences.statements[first].suite == -1:
            return False
        if self.blocks.beside_head(first):
            return True
        branch = self.blocks.branch(first)
        if self._typing_alone(self.blocks.body(self.blocks.occurrences.statements[first].suite)[:1]) is not None:
            return False
        coming = any(number in self._behind or number in self._before for number in branch)
        # The first of several that go stays as `pass`.
        rest = [number for number in branch if not (self.leaves(number) and not self._stays(number))]
        earlier = [number for number in branch if number < first]
        return not coming and not rest and not earlier

    def _whole_lines(self, mates: Sequence[int]) -> Replacement:
        """The lines of some statements, and of the blank ones around them the fewer."""
        statements, text = self.blocks.occurrences.statements, self.text
        start = self.blocks.line_start(statements[mates[0]].start)
        end = self.blocks.line_end(statements[mates[-1]].end)
        if mates[-1] in self._behind or mates[0] in self._before:
            return Replacement(start, end, "", _BECAUSE)
        above = below = 0
        first, last = start, end
        while first and not text[self.blocks.line_start(first - 1) : first].strip():
            first = self.blocks.line_start(first - 1)
            above += 1
        while last < len(text) and not text[last : self.blocks.line_end(last)].strip():
            last = self.blocks.line_end(last)
            below += 1
        if not text[:first].strip() or (above and below and above >= below):
            return Replacement(start, last, "", _BECAUSE)
        if above and below:
            return Replacement(first, end, "", _BECAUSE)
        return Replacement(start, end, "", _BECAUSE)

    def _inserted(self) -> Iterator[Replacement]:
        statements = self.blocks.occurrences.statements
        at: dict[int, str] = {}
        for number, texts in self._prefixed.items():
            start = statements[number].start
            bare = len(self.text[:start].rstrip(" \t"))
            line = self.text[self.blocks.line_start(start) : start]
            indent = line[: len(line) - len(line.lstrip())] + self._unit
            yield Replacement(bare, start, "".join(f"\n{indent}{one}" for one in (*texts, "")), _BECAUSE)
        for number, fresh in sorted(self._behind.items()):
            offset = self.blocks.line_end(statements[number].end)
            at[offset] = at.get(offset, "") + self._together(number, sorted(fresh))
        for number, fresh in sorted(self._before.items()):
            offset = self.blocks.line_start(statements[number].head)
            last = max(fresh)
            foot = "\n" if last.apart not in (-1, last.rank[0]) else ""
            at[offset] = at.get(offset, "") + self._together(number, sorted(fresh), first=True) + foot
        for offset, fresh in sorted(self._at.items()):
            above, below = self.text[:offset], self.text[offset:]
            head = "\n" if above.strip() and not above.endswith("\n\n") else ""
            foot = "\n" if below.strip() and not below.startswith(("\n", "\r\n")) else ""
            foot *= 2 if below.startswith(("def ", "class ", "async ", "@")) else 1
            at[offset] = at.get(offset, "") + head + _sections(sorted(fresh)) + foot
        for offset, text in at.items():
            if offset == len(self.text) and offset and not self.text.endswith("\n"):
                yield Replacement(offset, offset, "\n" + text.removesuffix("\n"), _BECAUSE)
            else:
                yield Replacement(offset, offset, text, _BECAUSE)


    def _together(self, number: int, fresh: Sequence[_Fresh], *, first: bool = False) -> str:
        """New statements beside another, with blank lines between the sections."""
        indent = self.indent(number)
        lines: list[str] = []
        last = fresh[0].rank[0] if first or self.leaves(number) else fresh[0].apart
        for one in fresh:
            if one.apart >= 0 and one.rank[0] != last and not one.text.startswith("\n"):
                lines.append("\n")
            last = one.rank[0]
            lines.append(f"{indent}{one.text}\n")
        return "".join(lines)


class _Fresh(NamedTuple):
    """A new statement."""

    rank: tuple[int | str, ...]
    """Its place among others that come to the same place."""
    text: str
    apart: int
    """The section of what it is put beside, where blank lines stand between sections; else -1."""


def _sections(fresh: Sequence[_Fresh]) -> str:
    """New statements where none were, with blank lines between the sections."""
    parts: list[str] = []
    for place, one in enumerate(fresh):
        apart = place and one.rank[0] != fresh[place - 1].rank[0] and not one.text.startswith("\n")
        parts.append(f"\n{one.text}" if apart else one.text)
    return "".join(parts)


def _cuts(text: str, at: int) -> bool:
    """Whether a place lies in the midst of a word."""
    around = text[max(0, at - 1) : at + 1]
    return len(around) == 2 and all(one.isalnum() or one == "_" for one in around)
