"""One codebase as a codemod sees it: its files as they are planned to be, and what is known of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from overhaul.changes import Edit, Leftover, Replacement, Target
from overhaul.config import Config
from overhaul.facts import Facts, LocalName, Row, Variable
from overhaul.layout import Layout
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrences, occurrences_of
from overhaul.source import Source, digest, read
from overhaul.survey import Survey
from overhaul.symbols import Symbols
from overhaul.types import Types

_Row = TypeVar("_Row", bound=Row)

Planned = Mapping[str, bytes | None]
"""Path -> the content it is planned to have, None for a file that goes; all others are as they stand on the disk."""


class Project:
    """The files of a survey, with the names in them; nothing is read or parsed before it is asked for."""

    def __init__(self, survey: Survey, planned: Planned | None = None) -> None:
        """`planned` is what the survey was made with."""
        self.survey = survey
        self.planned: Planned = planned or {}
        self._sources: dict[str, Source] = {}
        self._occurrences: dict[str, Occurrences] = {}

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
            data = self.planned.get(path)
            found = self._sources[path] = read(self.root, path) if data is None else Source(path, data, digest(data))
        return found

    def exists(self, path: str) -> bool:
        """Whether something stands there."""
        return self.planned[path] is not None if path in self.planned else os.path.lexists(self.root / path)

    def occurrences(self, path: str) -> Occurrences:
        """Every name in a Python file (`.py` or `.pyi`), with its place and the scope it belongs to.

        Raises Unreadable for what cannot be parsed.
        """
        found = self._occurrences.get(path)
        if found is None:
            found = self._occurrences[path] = occurrences_of(self.source(path))
        return found

    def paths(self) -> Iterator[str]:
        """Every Python file that belongs to the audit, stubs beside modules too, by path."""
        yield from sorted({path for one in self.layout.modules.values() for path in (one.path, one.stub) if path})

    def mentioning(self, words: Iterable[str]) -> Iterator[str]:
        """The Python files whose text has any of these words in it, by path: others cannot be affected.

        Files that cannot be read are left out.
        """
        raise NotImplementedError  # the engine's

    def texts(self) -> Iterator[str]:
        """The files that are not Python and may speak of it (docs, configuration, scripts), by path."""
        raise NotImplementedError  # the engine's

    def symbol(self, target: Target) -> Symbol:
        """What a target names, where it is defined there. Raises Refused, with the nearest names, where nothing is."""
        raise NotImplementedError  # the engine's

    def edit(self, path: str, replacements: Iterable[Replacement]) -> Edit:
        """Replacements in a file, as a change."""
        return Edit(path, self.source(path).digest, tuple(sorted(replacements)))

    def leftover(self, path: str, line: int, target: Target, reason: str) -> Leftover:
        """A line that goes on to speak of a target."""
        lines = self.source(path).text().splitlines()
        text = lines[line - 1].strip()[:120] if 0 < line <= len(lines) else ""
        return Leftover(path, line, text, str(target), reason)
