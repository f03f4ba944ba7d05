"""Find every text that speaks of what a step moves, and change it where that is exact."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from overhaul.changes import Change, Edit, Leftover, Moved, Replacement
from overhaul.errors import Unreadable
from overhaul.mentions.examples import Session
from overhaul.mentions.filepaths import FilePaths
from overhaul.mentions.patches import PatchedHelpers
from overhaul.mentions.pickles import Pickles
from overhaul.mentions.prose import Prose, in_prose
from overhaul.mentions.settings import in_opaque, in_settings
from overhaul.mentions.sorts import Sort, is_data, is_migration, is_record, sort_of
from overhaul.mentions.strings import PythonFile
from overhaul.mentions.subject import Subject
from overhaul.mentions.tokens import Remark
from overhaul.naming.meanings import Meaning

if TYPE_CHECKING:
    from overhaul.project import Project

Outcome: TypeAlias = Replacement | Remark


def mentions(
    project: Project, after: Callable[[str], Meaning] | None, moved: Iterable[Moved], changes: Iterable[Change] = (),
    *, leave_strings: bool = False,
) -> Iterator[Edit | Leftover]:
    """Edits and leftovers in strings, comments, documents and settings, by path.

    `project` is as it was before the step, `after` tells what a dotted name means after it (without it that is worked
    out from the edited modules), `changes` are the codemod's own, whose stretches are left to it. Raises Refused where
    a string would break what reads it, and cannot be rewritten exactly: a patch of what both the moved code and what
    stays look up, a pattern of several names of which one moves. With `leave_strings` these are leftovers.
    """
    subject = Subject(project, after, moved, changes, leave_strings=leave_strings)
    if not subject.moved:
        return
    paths = FilePaths(project, subject)
    helpers = PatchedHelpers(project, subject)
    for path in sorted({*project.mentioning((*subject.words, *helpers.words))}):
        if path in subject.afterwards.gone:
            continue
        if is_data(path) and not _imported(project, path):
            yield from _settled(subject, path, _in_data(project, path, subject))
        else:
            yield from _settled(subject, path, _in_python(project, path, subject, paths, helpers))
    pickles = Pickles(project, subject)
    for path in project.mentioning(pickles.words):
        yield from _settled(subject, path, pickles.outcomes(path))
    for path in sorted(project.texts()):
        sort = sort_of(path)
        if sort != "foreign" and path not in subject.afterwards.gone:
            yield from _in_text(project, path, sort, subject, paths)


def carried(project: Project, moved: Iterable[Moved], path: str, start: int, end: int) -> list[Replacement]:
    """What changes in the strings and comments of code that a codemod takes to another module, by place.

    A name without its module goes on to be right there. Raises Unreadable for a file that cannot be read.
    """
    subject = Subject(project, None, moved, (), leave_strings=True)
    text = project.source(path).text()
    found = PythonFile(project, path, subject, FilePaths(project, subject)).outcomes()
    return sorted(
        {one for one in found if isinstance(one, Replacement) and start <= one.start and one.end <= end
         and "." in text[one.start : one.end]}
    )  # fmt: skip


def _in_python(
    project: Project, path: str, subject: Subject, paths: FilePaths, helpers: PatchedHelpers
) -> Iterator[Outcome]:
    try:
        file = PythonFile(project, path, subject, paths)
    except Unreadable:
        return
    yield from file.outcomes()
    yield from helpers.outcomes(path)


def _in_data(project: Project, path: str, subject: Subject) -> Iterator[Remark]:
    try:
        text = project.source(path).text()
    except Unreadable:
        return
    yield from in_opaque(text, subject, "data of tests")


def _imported(project: Project, path: str) -> bool:
    """Whether another module imports a file, or it is in a package."""
    module = project.layout.module_of(path)
    around = project.layout.modules.get(module.rpartition(".")[0])
    return around is not None and around.kind == "source"


def _in_text(
    project: Project, path: str, sort: Sort, subject: Subject, paths: FilePaths
) -> Iterator[Edit | Leftover]:
    try:
        source = project.source(path)
        if len(source.data) > _HUGE or subject.bytes_pattern.search(source.data) is None:
            return
        text = source.text()
    except Unreadable:
        return
    if is_data(path):
        yield from _settled(subject, path, in_opaque(text, subject, "data of tests"))
        return
    if sort == "history" or (sort == "settings" and is_migration(text)) or is_record(text):
        remark = next(in_opaque(text, subject, "history: it tells what was"), None)
        yield from _settled(subject, path, [remark] if remark else [])
        return
    yield from _settled(subject, path, _outcomes(path, text, sort, subject, paths))


def _outcomes(path: str, text: str, sort: Sort, subject: Subject, paths: FilePaths) -> Iterator[Outcome]:
    match sort:
        case "rst" | "markdown":
            yield from in_prose(Prose(text, 0, len(text), sort), subject, Session(subject, "", ""))
            yield from paths.outcomes(path, text, 0, len(text))
        case "settings":
            yield from in_settings(text, subject)
            yield from paths.outcomes(path, text, 0, len(text))
        case "notebook":
            yield from in_opaque(text, subject, "a notebook")
        case _:
            yield from in_opaque(text, subject, "a template, or code of another language")


def _settled(subject: Subject, path: str, outcomes: Iterable[Outcome]) -> Iterator[Edit | Leftover]:
    """The outcomes of one file without what the codemod or another of them changes already."""
    found = list(outcomes)
    if not found:
        return
    text = subject.project.source(path).text()
    found = [one for one in found if isinstance(one, Remark) or text[one.start : one.end] != one.text]
    taken = _Taken(subject.afterwards.replacements.get(path, ()))
    replacements: list[Replacement] = []
    for change in sorted({one for one in found if isinstance(one, Replacement)}):
        free = not replacements or replacements[-1].end <= change.start
        if free and not taken.touches(change.start, change.end):
            replacements.append(change)
    project = subject.project
    if replacements:
        yield project.edit(path, replacements)
    own = _Taken(replacements)
    leftovers = {
        project.leftover(path, text.count("\n", 0, one.at) + 1, one.moved.before, one.reason)
        for one in found
        if isinstance(one, Remark) and not taken.touches(one.at, one.at + 1) and not own.touches(one.at, one.at + 1)
    }
    for one in found:
        # A codemod that moves code takes its text along as it is.
        if isinstance(one, Replacement) and taken.carries(one) and "." in text[one.start : one.end]:
            line = text.count("\n", 0, one.start) + 1
            moved = next(iter(subject.outermost))
            leftovers.add(project.leftover(path, line, moved.before, "in the text of what was moved"))
    yield from sorted(leftovers)


class _Taken:
    """Stretches that are changed already."""

    def __init__(self, replacements: Iterable[Replacement]) -> None:
        self._all: Sequence[Replacement] = sorted({one for one in replacements if one.start < one.end})
        self._starts = [one.start for one in self._all]
        self._ends = [one.end for one in self._all]

    def touches(self, start: int, end: int) -> bool:
        """Whether any of them and a stretch have a character in common."""
        return bisect_right(self._ends, start) < bisect_left(self._starts, end)

    def carries(self, one: Replacement) -> bool:
        """Whether a stretch is a small part of a large one."""
        at = bisect_right(self._ends, one.start)
        if at >= len(self._all):
            return False
        other = self._all[at]
        around = other.start < one.start and one.end < other.end
        return around and other.end - other.start > _MANY * (one.end - one.start)


_HUGE: Final = 1 << 20
"""Bytes: what is larger is data."""
_MANY: Final = 4
