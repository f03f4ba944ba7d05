"""The shims of a project, and the places that still go through them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

import msgspec

from overhaul.changes import Leftover, Target
from overhaul.errors import Unreadable
from overhaul.lazy import cst
from overhaul.moving.modules_marks import MARK, stands_for
from overhaul.moving.modules_reading import Chain, Import, Reading
from overhaul.occurrences.finding import Statement
from overhaul.project import Project

_DOCS: Final = (".md", ".rst", ".txt", ".adoc", ".html", ".ipynb")
_NAMED: Final = re.compile(rf"^[ \t]+{re.escape(MARK.strip())} +([\w.]+)[ \t]*$", re.MULTILINE)


class Shim(msgspec.Struct, frozen=True, order=True):
    """An old name that goes on to work."""

    module: str
    """The module that it is asked from."""
    name: str
    """In that module; "" where the whole module is a shim."""
    path: str
    start: int
    """Offset of its first line; 0 for a module."""
    end: int
    after: str
    """What it stands for, dotted."""

    @property
    def target(self) -> Target:
        """As a user names it."""
        return Target(self.module, self.name)


def shims_of(project: Project) -> Iterator[Shim]:
    """Every shim, by module and name."""
    layout = project.layout
    for path in project.mentioning(["overhaul"]):
        source = project.source(path)
        if MARK.strip().encode() not in source.data:
            continue
        module = layout.module_of(path)
        if after := stands_for(source):
            yield Shim(module, "", path, 0, 0, after)
            continue
        names = project.occurrences(path)
        for found in _NAMED.finditer(names.text):
            statement = next((one for one in names.statements if one.start > found.end()), None)
            if statement is not None and (name := _asked(statement)):
                yield Shim(module, name, path, found.start(), names.lines(statement)[1], found[1])


def _asked(statement: Statement) -> str:
    """The name in `if name == "Name":`."""
    node = statement.node
    if node.__class__ is not cst.If or node.orelse is not None or node.test.__class__ is not cst.Comparison:
        return ""
    value = node.test.comparisons[0].comparator
    return str(value.raw_value) if value.__class__ is cst.SimpleString else ""


class Uses:
    """Who still goes through some shims."""

    def __init__(self, project: Project, shims: Sequence[Shim]) -> None:
        """Nothing is read before it is asked for."""
        self.project, self.shims = project, shims
        self._readings: dict[str, Reading | None] = {}

    def of(self, shim: Shim) -> Iterator[Leftover]:
        """The places that do, by path and line."""
        word = shim.name or shim.module.rpartition(".")[2]
        for path in self.project.mentioning([word]):
            if path == shim.path or path in self._shim_paths:
                continue
            reading = self._reading(path)
            if reading is not None:
                for line in sorted({*self._in_code(reading, shim), *self._in_strings(reading, shim)}):
                    yield self.project.leftover(path, line, shim.target, "goes through the shim")
        spoken = _spoken(shim)
        for path in self.project.texts():
            if not path.endswith(_DOCS):
                yield from self._in_text(path, shim, spoken)

    @cached_property
    def _shim_paths(self) -> frozenset[str]:
        return frozenset(one.path for one in self.shims if not one.name)

    def _reading(self, path: str) -> Reading | None:
        if path not in self._readings:
            try:
                self._readings[path] = Reading(self.project, path)
            except (Unreadable, KeyError):
                self._readings[path] = None
        return self._readings[path]

    def _in_code(self, reading: Reading, shim: Shim) -> Iterator[int]:
        for one in reading.imports:
            if any(self._imports(reading, one, dotted, shim) for dotted in _dotted(reading, one)):
                yield one.statement.line
        for chain in reading.chains:
            yield from _asks(chain, shim)

    def _imports(self, reading: Reading, one: Import, dotted: str, shim: Shim) -> bool:
        if shim.name:
            module, _, name = dotted.rpartition(".")
            asked = bool(one.base) and name == shim.name
            return asked and reading.symbols.locate(module, reading.module) == shim.module
        found = self.project.layout.prefix(dotted, reading.module)
        return found is not None and (found[0] == shim.module or found[0].startswith(f"{shim.module}."))

    def _in_strings(self, reading: Reading, shim: Shim) -> Iterator[int]:
        spoken = _spoken(shim)
        for start, end, _, what in reading.names.strings():
            if what in ("string", "quoted") and spoken.search(reading.text, start, end):
                yield reading.text.count("\n", 0, start) + 1
        if shim.name and reading.module == shim.module:
            return
        for row in reading.symbols.exports[reading.module]:
            if reading.module == shim.module and shim.name in row.names:
                yield row.line

    def _in_text(self, path: str, shim: Shim, spoken: re.Pattern[str]) -> Iterator[Leftover]:
        try:
            source = self.project.source(path)
            text = source.text() if shim.module.rpartition(".")[2].encode() in source.data else ""
        except Unreadable:
            return
        for line, content in enumerate(text.splitlines(), 1):
            if spoken.search(content):
                yield self.project.leftover(path, line, shim.target, "goes through the shim")


def _dotted(reading: Reading, one: Import) -> Iterator[str]:
    """What a statement imports, dotted and absolute."""
    if one.star and (absolute := reading.symbols.absolute(reading.module, one.base)):
        yield absolute
    for alias in one.aliases:
        if absolute := reading.symbols.absolute(reading.module, alias.target):
            yield absolute


def _asks(chain: Chain, shim: Shim) -> Iterator[int]:
    for number in range(len(chain.links)):
        if chain.module(number) == shim.module:
            following = chain.links[number + 1].occurrence if number + 1 < len(chain.links) else None
            if not shim.name or (following is not None and following.name == shim.name):
                yield chain.root.line


def _spoken(shim: Shim) -> re.Pattern[str]:
    """The old name as a whole word; for a module what is in it too."""
    name = rf"[.:]{re.escape(shim.name)}" if shim.name else ""
    return re.compile(rf"(?<![\w./-]){re.escape(shim.module)}{name}(?![\w])")
