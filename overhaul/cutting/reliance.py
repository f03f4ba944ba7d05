"""Who else relies on an import: those that take the name from the module, replace it there, or need what it loads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from overhaul.cutting.dangers import Dangers
from overhaul.errors import Refused, Unreadable
from overhaul.moving.guards import refuse_replaced
from overhaul.moving.import_effects import effect
from overhaul.moving.namespace import asked_for
from overhaul.naming.meanings import Symbol, Unknown
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.named_strings import named_members
from overhaul.refactoring.references import References
from overhaul.refactoring.units import Unit

if TYPE_CHECKING:
    from overhaul.cutting.crossings import Crossing, Sight
    from overhaul.project import Project

_MAY: Final = re.compile(r"may keep a list|may be asked|has no source")
_TESTED: Final = re.compile(r"(^|[._])(test|tests|conftest)($|[._])|(^|\.)test_|_test$")


class Reliance:
    """Tells whether a name may go from the names of a module, and whether a module may be loaded later."""

    def __init__(self, sight: Sight) -> None:
        """Files are read when they are asked about."""
        self.sight = sight
        self._project = sight.project
        self.dangers = Dangers(sight)
        self._asked: dict[str, str] = {}
        self._effects: dict[str, str] = {}

    # The name in the importer

    def why_kept(self, crossing: Crossing) -> str:
        """Why the importer must go on to have the name when it has been imported; "" where nothing says so."""
        file = self.sight.file(crossing.importer)
        taken, where = crossing.taken, f"{crossing.path}:{crossing.line}"
        name = taken.bound
        if self._project.layout.modules[file.module].package:
            return f"{where}: a package hands the names on that it imports, {name} too"
        if taken.alias is not None and taken.alias.name == taken.name:
            return f"{where}: `as {name}` says that others take it from here"
        if _TESTED.search(file.module):
            return f"{where}: what a test runner collects is found by its place"
        for row in self._project.symbols.exports[file.module]:
            if name in row.names or not row.complete:
                return f"{crossing.path}:{row.line}: __all__ hands {name} on"
        if why := self._star(file, name) or self._taken_elsewhere(file, name):
            return why
        if why := self._by_text(file.path, crossing.importer, name):
            return why
        try:
            refuse_replaced(self._project, file, [name], self._giving(file.module, name))
        except Refused as refused:
            return _short(refused)
        dangers = self.dangers
        return (
            self._doctest(file, name) or self._namespace(file) or dangers.given(file.module) or dangers.loader
            or dangers.in_settings(file.module, name)
        )  # fmt: skip

    @staticmethod
    def _doctest(file: Bindings, name: str) -> str:
        text = file.occurrences.text
        word = re.compile(rf"\b{re.escape(name)}\b")
        for match in re.finditer(r"^[ \t]*(?:>>>|\.\.\.) .*", text, re.MULTILINE) if ">>> " in text else ():
            if word.search(match[0]):
                line = text.count("\n", 0, match.start()) + 1
                return f"{file.path}:{line}: a doctest uses {name} among the names of its module"
        return ""

    def _giving(self, module: str, name: str) -> list[str]:
        """The files that may give a name of a module another value: a quick look before the exact one."""
        found: list[str] = []
        for path in sorted(self.sight.mentioning(name, module.rpartition(".")[2])):
            try:
                text = self._project.source(path).text()
            except Unreadable:
                continue
            if any(one in text for one in (f".{name}", f'"{name}"', f"'{name}'", "multiple")):
                found.append(path)
        return found

    def _namespace(self, file: Bindings) -> str:
        """Who asks for all names of a module."""
        if file.module not in self._asked:
            unit = Unit((), frozenset(one.bound for one in file.taken if one.bound))
            why = next(iter(asked_for(self._project, self.sight.references, file, unit)), "")
            if why and not re.match(r"\S+:\d+ ", why):
                why = f"{file.path}:1: {why}"
            self._asked[file.module] = re.sub(r"^(\S+:\d+) ", r"\1: ", why)
        return self._asked[file.module]

    def _star(self, file: Bindings, name: str) -> str:
        if name.startswith("_") or self._project.symbols.exports[file.module]:
            return ""
        found = self._stars.get(file.module)
        return f"{found}: a star import takes {name} from {file.module}" if found else ""

    @cached_property
    def _stars(self) -> dict[str, str]:
        """Modules of which somebody takes everything -> where."""
        symbols, found = self._project.symbols, dict[str, str]()
        for module, place in self._project.layout.modules.items():
            for row in symbols.imports[module]:
                if any(name == "*" for name, _ in row.names):
                    absolute = symbols.absolute(module, f"{'.' * row.level}{row.target}")
                    target = symbols.locate(absolute, module) if absolute else None
                    if target is not None:
                        found.setdefault(target, f"{place.path}:{row.line}")
        return found

    def _taken_elsewhere(self, file: Bindings, name: str) -> str:
        """A file that takes the name from the importer: by an import, as an attribute, or by a string."""
        for path in sorted(self.sight.mentioning(name, file.module.rpartition(".")[2]) - {file.path}):
            try:
                other = self.sight.references.bindings(path)
            except Unreadable:
                continue
            for line in _taking(self.sight.references, other, file.module, name):
                return f"{path}:{line}: {name} is taken from {file.module}"
        return ""

    def _by_text(self, own: str, module: str, name: str) -> str:
        """A string that names it in the importer, as `mock.patch("module.name")` does."""
        last = re.escape(module.rpartition(".")[2])
        wanted = re.compile(
            rf"\b{last}\.{re.escape(name)}\b(?=[\w.]*[\"'])|[}}]\.{re.escape(name)}[\"']"
            rf"|\b{last}:{re.escape(name)}\b"
        )
        for path in sorted(self.sight.mentioning(name) - {own}):
            try:
                text = self._project.source(path).text()
            except Unreadable:
                continue
            if (f".{name}" in text or f":{name}" in text) and (match := wanted.search(text)) is not None:
                return f"{path}:{text.count(chr(10), 0, match.start()) + 1}: a string names {name} of {last}"
        return ""

    # The value

    def why_unsteady(self, crossing: Crossing) -> str:
        """Why a name may mean something else later than when it is imported now; "" where it stays what it is."""
        where = f"{crossing.path}:{crossing.line}"
        taken = crossing.taken
        meaning = self.sight.meaning(crossing)
        if isinstance(meaning, Unknown) or (isinstance(meaning, Symbol) and meaning.alternatives):
            return f"{where}: what {crossing.name} means cannot be told"
        if not taken.name or (isinstance(meaning, Symbol) and meaning.kind == "module"):
            return ""
        symbols = self._project.symbols
        homes = [(crossing.imported, taken.name)]
        if isinstance(meaning, Symbol) and "." not in meaning.name:
            homes.append((meaning.module, meaning.name))
        for module, name in dict.fromkeys(homes):
            firm = [row for row in symbols.interior(module).bindings.get(name, ()) if row.kind != "declaration"]
            place = f"{symbols.path(module)}:{firm[-1].line}" if firm else where
            if any(row.kind == "global" for row in firm):
                return f"{place}: a function of {module} gives {name} another value"
            if len(firm) > 1 and not all(row.kind == "function" for row in firm):
                return f"{place}: {name} of {module} is bound more than once"
            try:
                other = self.sight.references.bindings(symbols.path(module))
                refuse_replaced(self._project, other, [name], self._giving(module, name))
            except Refused as refused:
                return _short(refused)
            except Unreadable:
                return f"{where}: {module} cannot be read"
            if why := self._by_text(crossing.path, module, name) or self.dangers.given(module):
                return why
            if (why := self._namespace(other)) and not self._project.layout.modules[module].package:
                return why
        return ""

    def why_now(self, crossing: Crossing) -> str:
        """Why a module must be imported when it is imported now; "" where nothing says so."""
        return self.dangers.by_name(crossing.imported) or self.dangers.shortened

    # What is loaded on the way

    def why_loaded(self, lost: Collection[str], after: Project) -> str:
        """Why what an import has loaded so far must be loaded with it: modules that do something when imported."""
        for module in sorted(lost):
            if why := self._effect(module) or self.dangers.by_name(module) or self._reached(module, after):
                return why
        return ""

    def why_in_order(self, before: Sequence[str], after: Sequence[str]) -> str:
        """Why modules must go on to be imported in the order in which they are: two of them do something then."""
        places = {module: number for number, module in enumerate(before)}
        then = [module for module in after if module in places]
        if all(places[one] < places[other] for one, other in pairwise(then)):
            return ""
        doing = [module for module in then if self._does(module)]
        for one, other in pairwise(doing):
            if places[one] > places[other]:
                return f"{self._done(one)}, which would be done before what {other} does"
        return ""

    def _done(self, module: str) -> str:
        """What a module does to others when it is imported."""
        if module not in self._effects:
            self._effects[module] = effect(self._project, self.sight.references, module)
        return self._effects[module]

    def _does(self, module: str) -> bool:
        """Whether a module calls or changes something when it is imported; its decorators and bases are left out."""
        why = self._done(module)
        return bool(why) and _MAY.search(why) is None

    def _effect(self, module: str) -> str:
        why = self._done(module)
        return f"{why}, which would be done later or not at all" if why else ""

    def _reached(self, module: str, after: Project) -> str:
        """A file that reaches a submodule through its package, and has left it to others to load it."""
        package, _, last = module.rpartition(".")
        if not package or package not in self._project.layout.modules:
            return ""
        from overhaul.moving.graph import Graph

        if last in self._project.symbols.interior(package).bindings:
            return ""
        if (place := self._project.layout.modules[package]).kind == "source":
            unit = Unit((), frozenset({last}))
            around = self.sight.references.bindings(place.path)
            if why := next(asked_for(self._project, self.sight.references, around, unit), ""):
                return f"{place.path}:1: {module} may be asked of {package}: {why}"
            if where := self._as_a_value(package, last):
                return f"{where}: {module} may be asked of {package}"
        graph = Graph(after)
        for path in sorted(self.sight.mentioning(last)):
            try:
                file = self.sight.references.bindings(path)
            except Unreadable:
                continue
            for one in file.occurrences.named(last):
                if one.role != "attribute" or one.base < 0:
                    continue
                base = self.sight.references.meaning(path, file.occurrences.all[one.base])
                if not (isinstance(base, Symbol) and base.kind == "module" and base.module == package):
                    continue
                own = {self.sight.loads(file, taken) or "" for taken in file.taken}
                if any(f"{each}.".startswith(f"{module}.") for each in own):
                    continue
                if module not in set(graph.loaded(file.module)):
                    return f"{path}:{one.line}: {module} is reached through {package}, and nothing there loads it"
        return ""

    def _as_a_value(self, package: str, name: str) -> str:
        """Where a package is given another name, or a string asks it for one of its modules."""
        for path in sorted(self.sight.mentioning(package.rpartition(".")[2])):
            try:
                file = self.sight.references.bindings(path)
            except Unreadable:
                continue
            every = file.occurrences.all
            for one in file.occurrences.named(package.rpartition(".")[2]):
                following = every[one.number + 1] if one.number + 1 < len(every) else None
                if one.role not in ("load", "attribute") or (following is not None and following.base == one.number):
                    continue
                meaning = self.sight.references.meaning(path, one)
                if isinstance(meaning, Symbol) and meaning.kind == "module" and meaning.module == package:
                    return f"{path}:{one.line}"
            for line in _taking(self.sight.references, file, package, name, strings=True):
                return f"{path}:{line}"
        return ""


def _taking(
    references: References, file: Bindings, module: str, name: str, *, strings: bool = False
) -> Iterator[int]:  # fmt: skip
    """The lines where a file takes a name of a module; `strings`: only where a string does."""
    for one in file.occurrences.named(name) if not strings else ():
        if one.role == "taken" and (taken := file.by_place.get(one.number)) is not None:
            found = references.module(file, taken.target)
            if isinstance(found, Symbol) and found.module == module:
                yield one.line
        elif one.role == "attribute" and one.base >= 0:
            base = references.meaning(file.path, file.occurrences.all[one.base])
            if isinstance(base, Symbol) and base.kind == "module" and base.module == module:
                yield one.line
    for asked in named_members(file, {name}):
        base = references.meaning(file.path, asked.owner)
        if isinstance(base, Symbol) and base.kind == "module" and base.module == module:
            yield asked.line


def _short(refused: Refused) -> str:
    """A refusal without its remedy, which is meant for moves."""
    return str(refused).rpartition(": ")[0]
