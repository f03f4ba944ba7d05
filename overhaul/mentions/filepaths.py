"""Paths of moved files and folders, where texts name them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from overhaul.changes import Moved, Replacement
from overhaul.mentions.subject import Subject

if TYPE_CHECKING:
    from overhaul.project import Project


class FilePaths:
    """Asked by the path as a text writes it."""

    def __init__(self, project: Project, subject: Subject) -> None:
        """Of the modules among what has moved."""
        self._files: dict[str, tuple[str, Moved]] = {}
        self._folders: dict[str, tuple[str, Moved]] = {}
        for moved in subject.moved:
            if moved.before.name or not moved.path_before or not moved.path_after:
                continue
            for before, after in _from_roots(project, moved):
                self._files.setdefault(before, (after, moved))
                folder, base = posixpath.split(before)
                into, into_base = posixpath.split(after)
                if base == into_base == "__init__.py" and folder:
                    self._folders.setdefault(folder, (into, moved))
        self._pattern = _pattern_of({*self._files, *self._folders})

    def outcomes(self, path: str, text: str, start: int, end: int) -> Iterator[Replacement]:
        """What changes between two offsets of a file, by place."""
        if self._pattern is None or self._pattern.search(text, start, end) is None:
            return
        for found in _PATH.finditer(text, start, end):
            written = found[0].rstrip(".,")
            if "/" not in written or "://" in text[max(start, found.start() - 12) : found.start() + 12]:
                continue
            new = self._new(path, written)
            if new is not None and new != written:
                yield Replacement(found.start(), found.start() + len(written), new, "path of a moved file", "review")

    def _new(self, path: str, written: str) -> str | None:
        """The path to write in its place; None where it means something else."""
        lead = _LEAD.match(written)
        bare = written[lead.end() :] if lead else written
        if (new := self._mapped(bare)) is not None:
            return f"{lead[0] if lead else ''}{new}"
        folder = posixpath.dirname(path)
        if not folder or (lead and lead[0] != "./"):
            return None
        # Relative to the folder of the file that names it.
        absolute = posixpath.normpath(posixpath.join(folder, written))
        if (new := self._mapped(absolute)) is None:
            return None
        return posixpath.relpath(new, folder) + ("/" if written.endswith("/") else "")

    def _mapped(self, bare: str) -> str | None:
        found = self._files.get(bare)
        if found is not None:
            return found[0]
        slash = bare.rstrip("/")
        at = len(slash)
        while at > 0:
            folder = self._folders.get(slash[:at])
            if folder is not None:
                return folder[0] + bare[at:]
            at = slash.rfind("/", 0, at)
        return None


def _from_roots(project: Project, moved: Moved) -> Iterator[tuple[str, str]]:
    """A file before and after, relative to the root and to the import root that both are below."""
    yield moved.path_before, moved.path_after
    place = project.layout.modules.get(moved.before.module)
    root = place.root if place else ""
    if root and not root.startswith("..") and moved.path_after.startswith(f"{root}/"):
        yield moved.path_before.removeprefix(f"{root}/"), moved.path_after.removeprefix(f"{root}/")


def _pattern_of(paths: set[str]) -> re.Pattern[str] | None:
    """The last parts of the paths: a quick look that most texts fail."""
    names = {posixpath.basename(path) for path in paths}
    return re.compile("|".join(map(re.escape, sorted(names)))) if names else None


_PATH: Final = re.compile(
    r"(?<![\w/.\\@$%{}-])(?:\{\w+\}/|\$\{?\w+\}?/|\$\(\w+\)/|\./|(?:\.\./)+|/)?[\w.*-]+(?:/[\w.*-]+)*/?(?![\w\\])"
)
_LEAD: Final = re.compile(
    r"(?:\*\*?/)+|\{(?:toxinidir|posargs|envdir)\}/|\$\{?(?:PWD|GITHUB_WORKSPACE|CURDIR)\}?/|\$\(CURDIR\)/|\./|/"
)
