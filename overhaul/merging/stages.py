"""Several codemods in one step: each sees what the one before has made, and all together are told as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import msgspec

from overhaul.changes import (
    Change,
    Create,
    Delete,
    Edit,
    FileChange,
    Formed,
    Leftover,
    Move,
    Proposal,
    Replaced,
    assembled,
)
from overhaul.composing import composed
from overhaul.errors import Refused

if TYPE_CHECKING:
    from overhaul.project import Project


class Stages:
    """What has been done to a project so far, in memory."""

    def __init__(self, project: Project) -> None:
        """Nothing has been done yet."""
        self.first, self.now = project, project
        self._files: list[tuple[FileChange, ...]] = []
        self._replaced: dict[Replaced | Formed, None] = {}
        self._leftovers: dict[Leftover, None] = {}

    def carry_out(self, proposals: Iterable[Proposal]) -> None:
        """One more stage. Raises Refused for what contradicts itself, or could not be told in the whole."""
        changes: list[Change] = []
        for one in proposals:
            match one:
                case Edit() | Create() | Delete():
                    changes.append(one)
                case Replaced() | Formed():
                    self._replaced[one] = None
                case Leftover():
                    self._leftovers[self._placed(one)] = None
                case _:
                    raise Refused("this cannot be done in one step with others: make it a step of its own")
        if changes:
            files = tuple(assembled(changes, self.now.source, self.now.exists))
            self._files.append(files)
            self.now = self.now.after(files)

    def _placed(self, one: Leftover) -> Leftover:
        return msgspec.structs.replace(one, line=self.line(one.path, one.line))

    def line(self, path: str, line: int) -> int:
        """The line of the first project that is one of the project now; the last one before it that stayed."""
        if path not in self.now.planned or not line or not self.first.exists(path):
            return line
        was, now = (project.source(path).text().splitlines() for project in (self.first, self.now))
        found = 1
        for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks():
            if block.b >= line:
                break
            found = block.a + min(line - block.b, block.size)
        return max(found, 1)

    def proposals(self) -> Iterator[Proposal]:
        """All of it, in terms of the first project."""
        for file in composed(self._files):
            yield from self._change(file)
        yield from self._replaced
        gone = {file.path for file in composed(self._files) if file.after is None}
        yield from (one for one in self._leftovers if one.path not in gone)

    def _change(self, file: FileChange) -> Iterator[Edit | Create | Delete | Move]:
        if file.after is None:
            if file.before is not None:
                yield Delete(file.path, self.first.source(file.path).digest, file.because, file.guidance)
        elif file.before is None:
            yield Create(file.path, file.after, file.because, file.guidance, file.mode or 0o644)
        elif file.replacements:
            yield Edit(file.path, self.first.source(file.path).digest, file.replacements)
        elif file.after != file.before:
            raise Refused(f"{file.path}: changed by several parts of one step in a way that cannot be told: split it")
