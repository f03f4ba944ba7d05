"""What the old module no longer needs when some of its symbols have moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from overhaul.errors import Refused, Unreadable
from overhaul.occurrences.finding import Occurrence, Statement
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.import_blocks import Blocks
from overhaul.refactoring.named_strings import exported_names
from overhaul.refactoring.references import References
from overhaul.refactoring.units import Unit, is_script

if TYPE_CHECKING:
    from overhaul.project import Project


class Leaving:
    """A module that a unit is taken out of."""

    def __init__(self, project: Project, references: References, file: Bindings, unit: Unit) -> None:
        """Nothing is looked at before it is asked for."""
        self.project, self.references, self.file, self.unit = project, references, file, unit

    def unneeded(self) -> Iterator[Taken]:
        """The imports that only the unit used, and nobody takes from here."""
        file, text = self.file, self.file.occurrences.text
        if file.path.endswith("__init__.py"):
            return
        blocks = Blocks(file.occurrences)
        listed = {text[one.start : one.end] for one in exported_names(file)}
        for taken in file.taken:
            if taken.home is not file.top or taken.name == "*" or taken.bound in listed:
                continue
            if taken.target == "__future__" or self.unit.has_statement(taken.statement):
                continue
            plain = taken.statement.suite == -1 or blocks.under_typing(taken.statement.number)
            if not plain or "noqa" in text[taken.statement.start : blocks.line_end(taken.statement.end)]:
                continue
            if taken.alias is not None and taken.alias.name == taken.name:
                continue
            if len(file.bindings(file.top, taken.bound)) > 1:
                continue
            if self._left(taken) or not self._wanted_here(taken) or self._taken_elsewhere(taken.bound):
                continue
            yield taken

    def _uses(self, taken: Taken) -> Iterator[Occurrence]:
        for one in self.file.uses(self.file.top, taken.bound):
            if one.role not in ("taken", "alias", "module"):
                yield one

    def _left(self, taken: Taken) -> bool:
        """Whether anything outside of the unit uses it."""
        return any(not self.unit.has(one) for one in self._uses(taken))

    def _wanted_here(self, taken: Taken) -> bool:
        """Whether the unit uses it: what nothing has used stays."""
        return any(self.unit.has(one) for one in self._uses(taken))

    def _taken_elsewhere(self, name: str) -> bool:
        """Whether another file may take it from this module."""
        last = self.file.module.rpartition(".")[2]
        owner, member = re.escape(last), re.escape(name)
        asked = re.compile(rf"\b{owner}\.{member}\b|\b{owner}\s*,\s*[\"']{member}[\"']")
        for path in self.project.mentioning([last]):
            if path == self.file.path:
                continue
            try:
                text = self.project.source(path).text()
                if asked.search(text):
                    return True
            except Unreadable:
                return True
            module = self.project.layout.module_of(path)
            for row in self.project.symbols.imports[module]:
                if any(taken in (name, "*") for taken, _ in row.names):
                    absolute = self.project.symbols.absolute(module, f"{'.' * row.level}{row.target}")
                    if absolute and self.project.symbols.locate(absolute, module) == self.file.module:
                        return True
        return False


def outer_function(file: Bindings, one: Occurrence) -> Statement:
    """The outermost function, or method, in whose body a name is looked up, or the script at the end of its module.

    Raises Refused where there is neither.
    """
    scope = one.scope
    nodes: list[Any] = []
    while scope.parent is not None:
        if scope.kind == "function":
            nodes.append(scope.node)
        scope = scope.parent
    statement = file.occurrences.statement_of(one)
    found: Statement | None = None
    while True:
        if any(statement.node is node for node in nodes):
            found = statement
        if statement.suite == -1:
            break
        statement = file.occurrences.statements[statement.suite]
    if found is None and is_script(statement, file.occurrences.text):
        return statement
    if found is None:
        raise Refused(f"{file.path}:{one.line}: {one.name} is looked up outside of any function: move it by hand")
    return found
