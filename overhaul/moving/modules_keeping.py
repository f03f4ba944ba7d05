"""Which variables must keep their names when the module they are bound to gets another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from overhaul.moving.modules import Relocation
from overhaul.moving.modules_reading import Reading
from overhaul.naming.meanings import Symbol
from overhaul.project import Project


class Keeping:
    """What others take from modules that bind the moved module in their turn."""

    def __init__(self, project: Project, move: Relocation, readings: Mapping[str, Reading], *, shim: bool) -> None:
        """`readings` are of all files that mention the module, by path."""
        self.project, self.move, self.readings, self.shim = project, move, readings, shim

    def __call__(self, module: str, name: str) -> bool:
        """Whether the variable `name` of a module may be taken from there, under that name."""
        if module == self.move.parent:
            # What its own package offers under its own name is the module itself: every use of that gets the new name.
            return self.shim or (module, name) in self._taken
        return (
            (module, name) in self._taken
            or module in self._starred
            or any(name in row.names for row in self.project.symbols.exports[module])
            or self._told(module, name)
        )

    @cached_property
    def _taken(self) -> frozenset[tuple[str, str]]:
        """(module, name) of what is reached through a module that is not the package it stands in."""
        return frozenset(pair for reading in self.readings.values() for pair in self._reached(reading))

    def _reached(self, reading: Reading) -> Iterator[tuple[str, str]]:
        for chain in reading.chains:
            for number in range(1, len(chain.links)):
                name = chain.links[number].occurrence.name
                through = chain.module(number - 1)
                if chain.module(number) == self.move.before and (through, name) != (self.move.parent, self.move.name):
                    yield through, name
        for one in reading.imports:
            absolute = reading.symbols.absolute(reading.module, one.base) if one.base else None
            located = reading.symbols.locate(absolute, reading.module) if absolute else None
            for alias in one.aliases if located else ():
                meaning = reading.meaning(alias)
                means = isinstance(meaning, Symbol) and not meaning.name and meaning.module == self.move.before
                if means and located and (located, alias.name) != (self.move.parent, self.move.name):
                    yield located, alias.name

    @cached_property
    def _starred(self) -> frozenset[str]:
        """The modules whose names are imported by a star somewhere."""
        symbols = self.project.symbols
        return frozenset(
            found
            for module in self.project.layout.modules
            for row in symbols.interior(module).stars
            if (absolute := symbols.absolute(module, row.target)) and (found := symbols.locate(absolute, module))
        )

    def _told(self, module: str, name: str) -> bool:
        """Whether a string says `module.name`, or a call sets an attribute of just that name."""
        found = self._said.get(name)
        if found is None:
            found = self._said[name] = frozenset(self._spoken(name))
        return "" in found or module.rpartition(".")[2] in found

    def _spoken(self, name: str) -> Iterator[str]:
        """What stands before the name and a dot or colon; "" for a call that sets an attribute of that name."""
        whole = re.compile(rf"{re.escape(name)}\b")
        for text in self._texts:
            for one in whole.finditer(text):
                at = one.start()
                mark = text[at - 1 : at]
                line = text[text.rfind("\n", 0, at) + 1 : max(at - 1, 0)]
                if mark in (".", ":"):
                    yield from _LAST.findall(line)
                elif mark in ('"', "'") and text[one.end() : one.end() + 1] in ('"', "'") and _SETS.search(line):
                    yield ""

    @cached_property
    def _said(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _texts(self) -> Iterable[str]:
        return [self.project.source(path).text() for path in self.project.mentioning([self.move.name])]


_LAST: Final = re.compile(r"\w+\Z")
_SETS: Final = re.compile(r"(?:attr|\b(?:object|multiple|setitem|dict))\([^()\n]*\Z")
