"""Write the moved code down in its new place, and take it out of the old one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from overhaul.changes import Replacement, least
from overhaul.errors import Refused
from overhaul.moving.supplies import Supply
from overhaul.occurrences.finding import Occurrence, Occurrences, Scope, Statement
from overhaul.refactoring.annotations import Annotation
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.import_blocks import Blocks
from overhaul.refactoring.import_lines import listed
from overhaul.refactoring.units import Unit

_MOVED: Final = "moved code"
_FROM: Final = re.compile(r"from\s*([.\w]+)\s*import\b")
_SIMPLE: Final = re.compile(r"None|bool|bytes|complex|dict|float|int|list|object|set|str|tuple|type|frozenset|range")


def stretches(occurrences: Occurrences, unit: Unit) -> Iterator[tuple[int, int]]:
    """The lines of a unit; those of statements that follow each other as one, the blank lines between them too."""
    last: tuple[int, int] | None = None
    for statement in unit.statements:
        start, end = occurrences.lines(statement)
        line = occurrences.text[occurrences.text.rfind("\n", 0, statement.start) + 1 : statement.start]
        if line.strip() or not _ends_line(occurrences, statement):
            where = f"{occurrences.source.path}:{statement.line}"
            raise Refused(f"{where}: it shares its line with other statements: put it on a line of its own")
        if last is not None and not occurrences.text[last[1] : start].strip():
            last = last[0], end
        else:
            if last is not None:
                yield last
            last = start, end
    if last is not None:
        yield last


def _ends_line(occurrences: Occurrences, statement: Statement) -> bool:
    rest = occurrences.text[statement.end : occurrences.lines(statement)[1]].strip()
    return not rest or rest.startswith("#")


def cut(occurrences: Occurrences, unit: Unit) -> Iterator[Replacement]:
    """Take a unit out; of the blank lines above and below it the more stay."""
    text = occurrences.text
    for start, end in stretches(occurrences, unit):
        above, below = _blank_above(text, start), _blank_below(text, end)
        if below == len(text):
            yield Replacement(above, len(text), "", _MOVED)
        elif not text[:above].strip() or text.count("\n", end, below) >= text.count("\n", above, start):
            yield Replacement(above if text[:above].strip() else 0, end if text[:above].strip() else below, "", _MOVED)
        else:
            yield Replacement(start, below, "", _MOVED)


def _blank_above(text: str, start: int) -> int:
    while start:
        line = text.rfind("\n", 0, start - 1) + 1
        if text[line:start].strip():
            break
        start = line
    return start


def _blank_below(text: str, end: int) -> int:
    while end < len(text):
        line = text.find("\n", end) + 1 or len(text)
        if text[end:line].strip():
            break
        end = line
    return end


class Moving:
    """The code of a unit, as it reads elsewhere."""

    def __init__(self, old: Bindings, unit: Unit) -> None:
        """As it stands in its module."""
        self.old, self.unit = old, unit
        self.blocks = Blocks(old.occurrences)
        self._changes: set[Replacement] = set()

    def name(self, supply: Supply) -> None:
        """Call a name what it is called in the new place. Raises Refused where that is taken by a local variable."""
        need, local = supply.need, supply.local
        if not local or local == need.name:
            return
        for one in need.places:
            if one.role in ("load", "store", "delete") or one.home is not None:
                self._refuse_captured(one, local)
                self._changes.add(Replacement(one.start, one.end, local))

    def _refuse_captured(self, one: Occurrence, local: str) -> None:
        for scope in self.old.scopes_between(one, self.old.top):
            if local in scope.variables:
                where = f"{self.old.path}:{one.line}"
                raise Refused(f"{where}: {local} is a local variable there: rename it first")

    def without_module(self, supply: Supply) -> None:
        """Take the new module's name off what is the module's own now: `new.helper` becomes `helper`."""
        for one in supply.need.places:
            attribute = self.old.occurrences.all[one.number + 1]
            self._refuse_captured(one, attribute.name)
            self._changes.add(Replacement(one.start, attribute.start, ""))

    def quoted(self, annotations: Iterable[Annotation]) -> None:
        """Quote annotations that the new module is not to evaluate. Raises Refused for one that cannot be quoted."""
        for one in quoted(self.old.occurrences, annotations):
            if one in self._changes:
                continue
            if any(one.start <= other.start < one.end for other in self._changes):
                line = self.old.occurrences.text.count("\n", 0, one.start) + 1
                raise Refused(f"{self.old.path}:{line}: this annotation changes in two ways: give both modules "
                              "`from __future__ import annotations`")  # fmt: skip
            self._changes.add(one)

    def redotted(self, spelled: Callable[[str], str], absolute: Callable[[str], str | None]) -> None:
        """Write the relative imports in functions as the new place has them."""
        text = self.old.occurrences.text
        for one in self.old.taken:
            if not one.target.startswith(".") or not any(
                part.start <= one.statement.start < part.end for part in self.unit.statements
            ):
                continue
            found = absolute(one.target)
            match = _FROM.match(text, one.statement.start)
            if found is None or match is None:
                raise Refused(f"{self.old.path}:{one.statement.line}: a relative import that cannot be followed")
            new = spelled(found)
            if new != match[1]:
                self._changes.add(Replacement(match.start(1), match.end(1), new, "import"))

    def within(self, supply: Supply, module: str, calls: Iterable[Occurrence]) -> None:
        """Import something in the functions that use it; `module` as it is written there."""
        functions = {self._function(one).number: self._function(one) for one in calls}
        if supply.name:
            wanted = f"from {module} import {listed(supply.name, supply.alias)}"
        else:
            wanted = f"import {listed(module, supply.alias)}"
        for function in functions.values():
            bound = supply.local or supply.need.name
            if any(scope.node is function.node and bound in scope.variables for scope in self.old.occurrences.scopes):
                raise Refused(f"{self.old.path}:{function.line}: {bound} is a local variable there: rename it first")
            body = self.blocks.body(function.number)
            first = body[1] if self.blocks.docstring(body) and len(body) > 1 else body[0]
            if self.blocks.beside_head(first):
                raise Refused(f"{self.old.path}:{function.line}: its body shares its line: put it on a line of its own")
            place = self.blocks.line_start(self.old.occurrences.statements[first].head)
            start = self.old.occurrences.statements[first].start
            indent = self.old.occurrences.text[self.blocks.line_start(start) : start]
            self._changes.add(Replacement(place, place, f"{indent}{wanted}\n", "import made late", "review"))

    def _function(self, one: Occurrence) -> Statement:
        """The outermost function that a name is looked up in."""
        statements = self.old.occurrences.statements
        statement = self.old.occurrences.statement_of(one)
        found: Statement | None = None
        while True:
            inside = statement.node.__class__.__name__ == "FunctionDef" and any(
                scope.node is statement.node for scope in self._around(one)
            )
            found = statement if inside else found
            if statement.suite == -1:
                break
            statement = statements[statement.suite]
        if found is None:
            where = f"{self.old.path}:{one.line}"
            raise Refused(f"{where}: {one.name} is looked up outside of any function: move it by hand")
        return found

    def _around(self, one: Occurrence) -> Iterator[Scope]:
        scope = one.scope
        while scope.parent is not None:
            yield scope
            scope = scope.parent

    def text(self) -> str:
        """The whole of it, without blank lines around."""
        occurrences = self.old.occurrences
        parts: list[str] = []
        gaps: list[int] = []
        pieces = list(stretches(occurrences, self.unit))
        for start, end in pieces:
            inside = sorted(one for one in self._changes if start <= one.start < end or one.start == one.end == end)
            parts.append(_changed(occurrences.text, start, end, inside).strip("\n").rstrip())
            gaps.append(occurrences.text.count("\n", _blank_above(occurrences.text, start), start))
        joined = parts[0]
        for (before, after), gap in zip(pairwise(parts), gaps[1:], strict=True):
            tall = any(one.lstrip().startswith(("def ", "class ", "async def", "@")) for one in (before, after))
            joined += "\n" * (1 + max(gap, 2 if tall else 1 if gap else 0)) + after
        return joined + "\n"

    def carrying(self, carried: Callable[[str, int, int], Iterable[Replacement]]) -> None:
        """Change what the texts in it say of what has moved."""
        for start, end in stretches(self.old.occurrences, self.unit):
            for one in carried(self.old.path, start, end):
                if not any(one.start < other.end and other.start < one.end for other in self._changes):
                    self._changes.add(one)

    @property
    def review(self) -> bool:
        """Whether anything in it is to be looked at."""
        return any(one.guidance != "safe" for one in self._changes)


def quoted(occurrences: Occurrences, annotations: Iterable[Annotation]) -> Iterator[Replacement]:
    """Annotations in quotes, to be reviewed; what needs none is left. Raises Refused for one that cannot be quoted."""
    text = occurrences.text
    for one in annotations:
        written = text[one.start : one.end]
        if not one.evaluated or _SIMPLE.fullmatch(written):
            continue
        mark = '"' if '"' not in written else "'"
        if mark in written or "\\" in written or "#" in written:
            where = f"{occurrences.source.path}:{text.count(chr(10), 0, one.start) + 1}"
            raise Refused(f"{where}: this annotation cannot be quoted: use `from __future__ import annotations`")
        yield Replacement(one.start, one.end, f"{mark}{' '.join(written.split())}{mark}", "annotation", "review")


def _changed(text: str, start: int, end: int, changes: Sequence[Replacement]) -> str:
    parts: list[str] = []
    at = start
    for one in changes:
        parts += (text[at : one.start], one.text)
        at = one.end
    return "".join((*parts, text[at:end])).replace("\r\n", "\n")


def merged(*groups: Iterable[Replacement]) -> list[Replacement]:
    """All replacements of one file; insertions at one place become one, in the order of the groups."""
    found: list[Replacement] = []
    inserted: dict[int, list[Replacement]] = {}
    for one in (one for group in groups for one in group):
        if one.start == one.end:
            inserted.setdefault(one.start, []).append(one)
        else:
            found.append(one)
    for place, several in inserted.items():
        text = "".join(one.text for one in several)
        guidance = least(one.guidance for one in several)
        found.append(Replacement(place, place, text, several[-1].because, guidance))
    return sorted(_united(sorted(found)))


def _united(changes: Iterable[Replacement]) -> Iterator[Replacement]:
    """Stretches that are taken out and overlap are taken out as one."""
    last: Replacement | None = None
    for one in changes:
        if last is not None and not last.text and not one.text and one.start < one.end and one.start <= last.end:
            last = Replacement(last.start, max(last.end, one.end), "", last.because)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def closed(text: str, changes: Sequence[Replacement]) -> Iterator[Replacement]:
    """Changes of a file where blank lines that stood between things that go, or above all others, go too."""
    last: Replacement | None = None
    for number, one in enumerate(changes):
        following = changes[number + 1].start if number + 1 < len(changes) else len(text)
        whole = not one.text and (last is None or (not last.text and _line_starts(text, last.start, last.end)))
        if last is not None and whole and _line_starts(text, one.start) and not text[last.end : one.start].strip():
            around = max(text.count("\n", _blank_above(text, last.start), last.start),
                         text.count("\n", one.end, _blank_below(text, one.end)))  # fmt: skip
            gap = text.count("\n", last.end, one.start)
            last = Replacement(last.start, one.end, "\n" * max(0, gap - around), last.because)
            continue
        if last is not None:
            yield last
        last = one
        if not one.text and one.start < one.end and not text[: one.start].strip():
            last = Replacement(0, min(following, _blank_below(text, one.end)), "", one.because)
    if last is not None:
        yield last


def _line_starts(text: str, *places: int) -> bool:
    """Whether lines begin at some places."""
    return all(place == 0 or place == len(text) or text[place - 1] == "\n" for place in places)


def put(text: str, new: Occurrences, before: int, imports: Sequence[Replacement]) -> Iterator[Replacement]:
    """Code as it is inserted into a module, before a statement or at its end, with blank lines around, and imports."""
    tall = _tall(text)
    if before >= 0:
        statement = new.statements[before]
        place = new.lines(statement)[0]
        gap = 2 if tall or type(statement.node).__name__ in ("FunctionDef", "ClassDef", "If") else 1
        yield from merged(imports, [Replacement(place, place, text + "\n" * gap, _MOVED)])
        return
    end = len(new.text)
    last = next((one for one in reversed(new.statements) if one.suite == -1), None)
    place = len(new.text.rstrip())
    coming = "".join(one.text for one in imports if one.start >= place and one.start == one.end).strip("\n")
    after = tall or (last is not None and type(last.node).__name__ in ("FunctionDef", "ClassDef"))
    lines = [coming] if coming else []
    if place and coming:
        lines = ["\n\n" + coming if _apart(imports, place) else "\n" + coming]
    yield from (one for one in imports if one.start < place or one.start != one.end)
    head = "".join(lines)
    between = "" if not place and not head else "\n" + "\n" * (2 if after else 1)
    yield Replacement(place, end, head + between + text, _MOVED)


def _apart(imports: Sequence[Replacement], place: int) -> bool:
    """Whether imports at the end of a file begin with a blank line."""
    return next((one.text.startswith("\n") for one in imports if one.start >= place and one.start == one.end), False)


def _tall(text: str) -> bool:
    """Whether code begins with a function or class, comments apart."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return next(lines, "").startswith(("def ", "class ", "async def ", "@"))
