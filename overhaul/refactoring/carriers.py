"""Which variables carry a symbol under its own name, and so are renamed with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from overhaul.errors import Refused, Unreadable
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence, Scope
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.named_strings import constants
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.changes import Target
    from overhaul.project import Project


class Carriers:
    """The modules in which `name` is the symbol, and becomes `new`.

    That is the module that defines it, and those whose variable of that name is bound by nothing but imports of it from
    such a module, or by a star import. Where the new name is taken the old one stays, and the import gets an `as`.
    """

    def __init__(self, project: Project, references: References, target: Target, new: str) -> None:
        """Nothing is looked at before it is asked for."""
        self.project, self.references = project, references
        self.home, self.name, self.new = target.module, target.name, new
        self._known: dict[str, bool] = {}
        self._variables: dict[tuple[str, Scope], bool] = {}
        self.kept: dict[tuple[str, int], str] = {}
        """(path, line) of imports that keep the old name -> why."""

    # Modules

    def carries(self, module: str) -> bool:
        """Whether a module's global of the old name is the symbol, and is renamed with it."""
        found = self._known.get(module)
        if found is None:
            self._known[module] = False  # re-exports in a ring
            found = self._known[module] = self._carries(module)
        return found

    def _carries(self, module: str) -> bool:
        if module == self.home:
            return True
        symbols = self.project.symbols
        source = symbols.names(module).get(self.name)
        if source is None:
            return self.lazy(module)
        if source != module:
            return self.carries(source)
        path = symbols.path(module)
        if path not in self.files_mentioning or not path.endswith((".py", ".pyi")):
            return False
        file = self.references.bindings(path)
        return self.follows(file, file.top)

    def lazy(self, module: str) -> bool:
        """Whether a package offers the symbol through `__getattr__`, by a table of its name and module as strings."""
        symbols = self.project.symbols
        if "__getattr__" not in symbols.interior(module).bindings:
            return False
        path = symbols.path(module)
        if path not in self.files_mentioning:
            return False
        file = self.references.bindings(path)
        if not any(True for _ in constants(file, {self.name})):
            return False
        text = file.occurrences.text
        return self.home in text or self.home.rpartition(".")[2] in text

    @cached_property
    def files_mentioning(self) -> frozenset[str]:
        """The files that have the old name in them."""
        return frozenset(self.project.mentioning([self.name]))

    @cached_property
    def taken_somewhere(self) -> frozenset[str]:
        """The files that have the new name in them: only there can it be taken."""
        return frozenset(self.project.mentioning([self.new]))

    def files(self) -> Iterator[Bindings]:
        """The files that mention the old name. Raises Refused for one that cannot be parsed."""
        for path in sorted(self.files_mentioning):
            try:
                yield self.references.bindings(path)
            except Unreadable as error:
                raise Refused(
                    f"{path}: mentions {self.name} and cannot be read ({error}): mend it, or exclude it"
                ) from None

    # Variables

    def follows(self, file: Bindings, home: Scope) -> bool:
        """Whether a file's variable of the old name is the symbol, and is renamed with it."""
        key = file.path, home
        found = self._variables.get(key)
        if found is None:
            self._variables[key] = False
            found = self._variables[key] = self._follows(file, home)
        return found

    def _follows(self, file: Bindings, home: Scope) -> bool:
        if home is file.top and file.module == self.home:
            return True
        bound = file.bindings(home, self.name)
        if not bound:
            # Nothing in the file binds it: a star import does, or it is a builtin.
            source = self.project.symbols.names(file.module).get(self.name) if home is file.top else None
            return source is not None and source != file.module and self.carries(source)
        if home.kind == "class":
            return False
        imports = [one for one in bound if isinstance(one, Taken)]
        if not imports and home is file.top and self._is_stub_of_carrier(file):
            if conflict := self.conflict(file, home):
                raise Refused(f"{file.path}:1: {conflict}: rename that first, or choose another name")
            return True
        if not any(self.brings(file, one) for one in imports):
            return False
        why = ""
        if len(imports) < len(bound) or not all(self.brings(file, one) for one in imports):
            why = "bound in other ways too"
        elif conflict := self.conflict(file, home):
            why = conflict
        if why:
            for one in imports:
                if self.brings(file, one):
                    self.kept[file.path, one.statement.line] = why
        return not why

    def _is_stub_of_carrier(self, file: Bindings) -> bool:
        """Whether a stub stands beside a module that passes the symbol on: what it defines by that name is the same."""
        place = self.project.layout.modules.get(file.module)
        return place is not None and place.stub == file.path != place.path and self.carries(file.module)

    def brings(self, file: Bindings, taken: Taken) -> bool:
        """Whether an import takes the symbol under its old name."""
        if taken.name != self.name:
            return False
        module = self.references.module(file, taken.target)
        return isinstance(module, Symbol) and self.means(module.module)

    def means(self, module: str) -> bool:
        """Whether the old name, taken from a module, is a name that is renamed: no submodule of the same name."""
        if not self.carries(module):
            return False
        return self.name in self.project.symbols.names(module) or self.lazy(module)

    # What is in the way

    def conflict(self, file: Bindings, home: Scope) -> str:
        """Why a file's variable cannot get the new name; "" where it can."""
        if file.path not in self.taken_somewhere and home is not file.top:
            return ""
        symbols = self.project.symbols
        if home is file.top:
            source = symbols.names(file.module).get(self.new)
            if source is not None and not (source != file.module and self._renamed_there(source)):
                return f"{self.new} is bound there already"
            if f"{file.module}.{self.new}" in self.project.layout.modules:
                return f"{self.new} is a submodule there"
        if file.path not in self.taken_somewhere:
            return ""
        for one in file.occurrences.named(self.new):
            other = file.home_of(one)
            if other is None:
                continue
            if other is home:
                return f"{self.new} is used there already, in line {one.line}"
            if file.within(home, other) and file.within(one.scope, home):
                return f"{self.new} means something else there, in line {one.line}"
        for one in file.uses(home, self.name):
            for scope in file.scopes_between(one, home):
                if self.new in scope.variables or self.new in scope.elsewhere:
                    return f"{self.new} is another variable in line {one.line}"
        return ""

    def _renamed_there(self, module: str) -> bool:
        return False

    def captured(self, file: Bindings, places: Sequence[Occurrence], home: Scope) -> Occurrence | None:
        """The first of some uses of a variable that would find another one under the new name."""
        for one in places:
            for scope in file.scopes_between(one, home):
                if self.new in scope.variables or self.new in scope.elsewhere:
                    return one
        return None
