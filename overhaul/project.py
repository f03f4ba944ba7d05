"""One codebase as a codemod sees it: its files as they are planned to be, and what is known of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from overhaul.changes import Edit, FileChange, Leftover, Replacement, Target
from overhaul.config import Config
from overhaul.errors import Refused, Unreadable, did_you_mean
from overhaul.facts import Facts, LocalName, Row, Variable
from overhaul.files.discovery import SOURCES, texts
from overhaul.layout import Layout
from overhaul.module import trusting
from overhaul.naming.meanings import Meaning, Symbol, Unknown
from overhaul.occurrences.finding import Occurrences, occurrences_of
from overhaul.source import Source, digest, read
from overhaul.standing import home
from overhaul.survey import Survey
from overhaul.symbols import Symbols
from overhaul.types import Types

_Row = TypeVar("_Row", bound=Row)

Planned = Mapping[str, bytes | None]
"""Path -> the content it is planned to have, None for a file that goes; all others are as they stand on the disk."""


_LARGEST: Final = 1_000_000
"""Bytes of a file that is no Python and may be looked into."""
_BINARY: Final = (
    ".7z", ".a", ".avi", ".bin", ".bmp", ".bz2", ".class", ".dll", ".doc", ".docx", ".dylib", ".eot", ".exe", ".gif",
    ".gz", ".ico", ".jar", ".jpeg", ".jpg", ".mo", ".mp3", ".mp4", ".npy", ".npz", ".o", ".ogg", ".otf", ".pdf",
    ".pickle", ".pkl", ".png", ".ppt", ".pptx", ".pyc", ".sqlite", ".tar", ".tgz", ".tif", ".tiff", ".ttf", ".wav",
    ".webp", ".whl", ".woff", ".woff2", ".xls", ".xlsx", ".xz", ".zip",
)  # fmt: skip
_KEPT: Final = 256_000_000
"""Bytes of files that are kept in memory, so that each is read once in a run."""


class Project:
    """The files of a survey, with the names in them; nothing is read or parsed before it is asked for."""

    def __init__(
        self, survey: Survey, planned: Planned | None = None, disk: Project | None = None, apart: str | None = None
    ) -> None:
        """`planned` is what the survey was made with; `disk` the project as it stands, if this one is planned.

        `apart` is a file that speaks of the code and is not spoken of: the migration that is drafted or carried out.
        So is the campaign, which is a record: what was there before has the name that it had then.
        """
        self.survey = survey
        campaign = home(survey.config.source, survey.root) / survey.config.campaign
        self._apart = {os.path.realpath(one) for one in (apart, campaign) if one is not None}
        self.planned: Planned = planned or {}
        self._disk = disk or self
        self._sources: dict[str, Source] = {}
        self._contents: dict[str, bytes] = {}
        """Of unplanned Python files, for the project on the disk: what has been read once."""
        self._kept = 0
        self._occurrences: dict[str, Occurrences] = {}
        self.parsed = 0
        """Contents that were parsed: of the project on the disk, and of all that were planned upon it."""

    def after(self, files: Iterable[FileChange]) -> Project:
        """The project as it would be after some changes of it as it is here."""
        planned = {**self.planned, **{one.path: one.after for one in files}}
        survey = self._disk.survey.planned(planned)
        self._disk.parsed += survey.fresh
        return Project(survey, planned, self._disk)

    @property
    def root(self) -> Path:
        """Absolute; all paths are relative to it."""
        return self.survey.root

    @property
    def layout(self) -> Layout:
        """Which module each Python file is."""
        return self.survey.layout

    @property
    def config(self) -> Config:
        """What the user has set."""
        return self.survey.config

    @property
    def symbols(self) -> Symbols:
        """What names mean."""
        return self.survey.symbols

    @cached_property
    def types(self) -> Types:
        """Of which classes values are."""
        return Types(self.symbols, self.facts(Variable), self.facts(LocalName))

    def facts(self, row: type[_Row]) -> Facts[_Row]:
        """A table that a collector fills."""
        return self.survey.facts(row)

    def source(self, path: str) -> Source:
        """The content of one file, Python or not. Raises Unreadable for what is not there or no regular file."""
        found = self._sources.get(path)
        if found is None:
            if self is not self._disk and path not in self.planned:
                return self._disk.source(path)
            data = self.planned.get(path, self._contents.get(path))
            if data is None and path in self.planned:
                raise Unreadable("planned to be deleted")
            found = read(self.root, path) if data is None else Source(path, data, digest(data))
            self._sources[path] = found
        return found

    def exists(self, path: str) -> bool:
        """Whether something stands there."""
        return self.planned[path] is not None if path in self.planned else os.path.lexists(self.root / path)

    def occurrences(self, path: str) -> Occurrences:
        """Every name in a Python file (`.py` or `.pyi`), with its place and the scope it belongs to.

        Raises Unreadable for what cannot be parsed; its path is a note of the error.
        """
        found = self._occurrences.get(path)
        if found is None:
            disk = self._disk
            if self is not disk and path not in self.planned:
                found = disk.occurrences(path)
            else:
                found = self._found(path)
            self._occurrences[path] = found
        return found

    def _found(self, path: str) -> Occurrences:
        try:
            # What has ended a worker, or taken too long in one, is not tried again here.
            if (why := self._unparsed.get(path)) is not None:
                raise Unreadable(why)
            with trusting():
                return self._located(path)
        except Unreadable as error:
            error.add_note(path)
            raise

    def _located(self, path: str) -> Occurrences:
        self._disk.parsed += 1
        try:
            return occurrences_of(self.source(path))
        except RecursionError as error:
            raise Unreadable("nested too deeply") from error

    @cached_property
    def _unparsed(self) -> Mapping[str, str]:
        return {one.path: one.reason for one in self.survey.failures if one.stage == "parse"}

    def paths(self) -> Iterator[str]:
        """Every Python file that belongs to the audit, stubs beside modules too, by path."""
        yield from self._paths

    @cached_property
    def _paths(self) -> Sequence[str]:
        modules = self.layout.modules.values()
        real = (one for one in modules if one.kind != "namespace")
        found = {path for one in real for path in (one.path, one.stub) if path}
        return sorted(path for path in found if path.endswith(SOURCES))

    def mentioning(self, words: Iterable[str]) -> Iterator[str]:
        """The Python files whose text has any of these words in it, by path: others cannot be affected.

        Files that cannot be read are left out.
        """
        wanted = tuple(words)
        plain = [word.encode() for word in wanted if word.isascii()]
        # In an encoding that is not UTF-8 a word with other letters has other bytes: any file with such may have it.
        other = len(plain) < len(wanted)
        whole = re.compile(rb"(?<![0-9A-Za-z_])(?:" + b"|".join(map(re.escape, plain)) + rb")(?![0-9A-Za-z_])").search
        for path in self._paths:
            data = self._data(path)
            if data is None:
                continue
            if (any(word in data for word in plain) and whole(data)) or (other and not data.isascii()):
                yield path

    def _data(self, path: str) -> bytes | None:
        """The content of a Python file; None for one that cannot be read."""
        if path in self.planned:
            return self.planned[path]
        disk = self._disk
        data = disk._contents.get(path)
        if data is None:
            try:
                data = read(self.root, path).data
            except Unreadable:
                return None
            if disk._kept < _KEPT:
                disk._kept += len(data)
                disk._contents[path] = data
        return data

    def texts(self) -> Iterator[str]:
        """The files that are not Python and may speak of it (docs, configuration, scripts), by path.

        What git ignores, what is named like something binary, and what is larger than a megabyte is left out.
        """
        there = set(self._disk._others)
        planned = {path for path, data in self.planned.items() if data is not None and not path.endswith(SOURCES)}
        for path in sorted(there | planned):
            if self.planned.get(path, b"") is not None:
                yield path

    @cached_property
    def _others(self) -> Sequence[str]:
        if self.survey.alone:
            return ()
        found = texts(self.root, self.config, _LARGEST)
        return tuple(
            path for path in found
            if not path.lower().endswith(_BINARY) and os.path.realpath(self.root / path) not in self._apart
        )  # fmt: skip

    def symbol(self, target: Target) -> Symbol:
        """What a target names, where it is defined there. Raises Refused, with the nearest names, where nothing is."""
        module, name = target.module, target.name
        known = self.layout.modules
        if module not in known:
            whole = self.symbols.resolve(target.dotted)
            remedy = f"write {_target(whole)}" if isinstance(whole, Symbol) else did_you_mean(module, known)
            raise Refused(f"{target}: the project has no module {module}: {remedy}")
        if not name:
            place = known[module]
            return Symbol(module, "", "module", place.path, 1)
        meaning = self._inside(module, name)
        if not isinstance(meaning, Symbol):
            owner, _, last = name.rpartition(".")
            why = f" ({meaning.reason})" if isinstance(meaning, Unknown) else " (it comes from outside the project)"
            raise Refused(f"{target}: {module} has no {name}{why}: {did_you_mean(last, self._beside(module, owner))}")
        if (meaning.module, meaning.name) != (module, name):
            raise Refused(f"{target}: it is defined elsewhere: name it {_target(meaning)}")
        return meaning

    def was(self, target: Target) -> bool:
        """Whether the target is there before any step of the plan; a module, or what stands at the top of one."""
        known = self._disk.layout.modules
        return target.module in known and (
            not target.name or target.name in self._disk.symbols.interior(target.module).bindings
        )

    def _inside(self, module: str, name: str) -> Meaning:
        """What a dotted name inside a module means; definitions inside functions are not looked for."""
        first, _, rest = name.partition(".")
        found = self.symbols.member(module, first)
        for part in rest.split(".") if rest else ():
            if not isinstance(found, Symbol):
                return found
            found = self.symbols.resolve(f"{found.dotted}.{part}")
        return found

    def _beside(self, module: str, owner: str) -> Iterator[str]:
        """The names that a module, or a class in it, defines."""
        if owner:
            yield from self.symbols.interior(module).members_of(owner)
        else:
            yield from (name for name in self.symbols.interior(module).bindings if name.isidentifier())

    def edit(self, path: str, replacements: Iterable[Replacement]) -> Edit:
        """Replacements in a file, as a change."""
        return Edit(path, self.source(path).digest, tuple(sorted(replacements)))

    def leftover(self, path: str, line: int, target: Target, reason: str) -> Leftover:
        """A line that goes on to speak of a target."""
        lines = self.source(path).text().splitlines()
        text = lines[line - 1].strip()[:120] if 0 < line <= len(lines) else ""
        return Leftover(path, line, text, str(target), reason)


def _target(symbol: Symbol) -> Target:
    return Target(symbol.module, symbol.name)
