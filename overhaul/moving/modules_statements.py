"""Change import statements: names put otherwise, taken out, or imported by a statement of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from overhaul.changes import Replacement
from overhaul.moving.modules_reading import Alias, Import

_BECAUSE = "import of a moved module"


class Statements:
    """What is to become of the import statements of one file; gathered, and written once."""

    def __init__(self, text: str) -> None:
        """`text` is that of the file."""
        self.text = text
        self._edits: dict[int, list[Replacement]] = {}
        self._gone: dict[int, list[Alias]] = {}
        self._before: dict[int, list[str]] = {}

    def edit(self, one: Import, start: int, end: int, text: str) -> None:
        """Replace a stretch of a statement; words keep apart from what stands around."""
        if self.text[start - 1 : start].isalnum():
            text = f" {text}"
        if self.text[end : end + 1].isalpha():
            text = f"{text} "
        self._edits.setdefault(one.statement.start, []).append(Replacement(start, end, text, _BECAUSE))

    def instead(self, one: Import, alias: Alias, text: str) -> None:
        """Take a name out, and import it by a statement of its own, before what is left of this one."""
        self._gone.setdefault(one.statement.start, []).append(alias)
        self.before(one, text)

    def before(self, one: Import, text: str) -> None:
        """Add a statement before one, unless it is there already."""
        added = self._before.setdefault(one.statement.start, [])
        if text not in added:
            added.append(text)

    def replacements(self, imports: Iterable[Import]) -> Iterator[Replacement]:
        """All of it, by place."""
        for one in imports:
            start = one.statement.start
            gone, before = self._gone.get(start, []), self._before.get(start, [])
            separator = self._separator(one)
            if gone and len(gone) == len(one.aliases):
                yield Replacement(start, one.statement.end, separator.join(before), _BECAUSE)
                continue
            if before:
                yield Replacement(start, start, "".join(f"{text}{separator}" for text in before), _BECAUSE)
            yield from self._edits.get(start, ())
            yield from self._without(one, gone)

    def _separator(self, one: Import) -> str:
        """What stands between two statements: a line end, or a semicolon where several stand on one line."""
        start, end = one.statement.start, one.statement.end
        line = max(self.text.rfind("\n", 0, start), self.text.rfind("\r", 0, start)) + 1
        indent = self.text[line:start]
        alone = not indent.strip() and not self.text[end:].lstrip(" \t").startswith(";")
        return f"\n{indent}" if alone else "; "

    def _without(self, one: Import, gone: list[Alias]) -> Iterator[Replacement]:
        """Each name that goes with the comma behind it; at the end with that before it."""
        left = [alias for alias in one.aliases if alias not in gone]
        for alias in gone:
            following = next((other for other in one.aliases if other.start > alias.start), None)
            if alias.start < left[-1].start and following is not None:
                yield Replacement(alias.start, following.start, "", _BECAUSE)
            elif alias is next(other for other in gone if other.start > left[-1].start):
                yield Replacement(left[-1].end, one.aliases[-1].end, "", _BECAUSE)
