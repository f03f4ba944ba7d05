"""Rename a symbol in every file that means it."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from overhaul.changes import Edit, Guidance, Kind, Replacement, Target
from overhaul.errors import Refused
from overhaul.facts import Class
from overhaul.naming.meanings import Meaning, Symbol, Unknown
from overhaul.occurrences.finding import Occurrence, Scope
from overhaul.refactoring.bindings import BINDING, Bindings, Taken
from overhaul.refactoring.carriers import Carriers
from overhaul.refactoring.doubts import Doubts
from overhaul.refactoring.named_strings import Listed, constants, exported_names, named_members, own_names
from overhaul.refactoring.printed import printed
from overhaul.refactoring.run_time_names import RunTimeNames
from overhaul.refactoring.shims import MARK, shim

if TYPE_CHECKING:
    from overhaul.project import Project

_NAMED_LEFT: Final = re.compile(r"(?<![\w.])([\w.]+)\.__(?:qual)?name__\s*[=!]=\s*[rRuU]?[\"']$")
_NAMED_RIGHT: Final = re.compile(r"[\"']\s*[=!]=\s*([\w.]+)\.__(?:qual)?name__\b")
_SPOKEN_FOR: Final = ("pytest_", "setup_module", "teardown_module", "setUpModule", "tearDownModule", "load_tests")
"""How names begin that a test runner looks for."""


class Renaming:
    """One symbol and its new name."""

    def __init__(self, project: Project, carriers: Carriers, target: Target, unsure: str = "refuse") -> None:
        """`unsure`: refuse, rename or leave what may mean it or not."""
        self.project, self.carriers, self.target = project, carriers, target
        self.references = carriers.references
        self.old, self.new = target.name, carriers.new
        self.doubts = Doubts(project, target, unsure)

    @cached_property
    def _run_time(self) -> RunTimeNames:
        return RunTimeNames(self.carriers, self._paths_to)

    def kind(self) -> Kind:
        """What is renamed, as the module binds it last."""
        rows = self.project.symbols.interior(self.target.module).bindings[self.old]
        kinds = [row.kind for row in rows]
        return "class" if "class" in kinds else "function" if "function" in kinds else "variable"

    # Whether it can be

    def check(self) -> None:
        """Raise Refused for a rename that would break something for certain, or may without being seen."""
        project, module = self.project, self.target.module
        interior = project.symbols.interior(module)
        rows = interior.bindings[self.old]
        path = project.symbols.path(module)
        if self.new in project.symbols.names(module):
            line = next((row.line for row in interior.bindings.get(self.new, ())), 1)
            raise Refused(f"{path}:{line}: {module} has a {self.new} already: choose another, or rename that first")
        if f"{module}.{self.new}" in project.layout.modules:
            raise Refused(f"{path}:1: {module} has a submodule {self.new}: choose another name")
        here = f"{path}:{rows[0].line}"
        if all(row.kind == "import" for row in rows):
            meaning = project.symbols.member(module, self.old)
            where = f"{meaning.module}:{meaning.name}" if isinstance(meaning, Symbol) else "outside the project"
            raise Refused(f"{here}: {self.old} is only imported there, from {where}: rename it where it is defined")
        if f"{module}.{self.old}" in project.layout.modules:
            raise Refused(f"{here}: {module} has a submodule {self.old} too: rename one of them by hand")
        for kind, prefix in (("function", "test"), ("class", "Test")):
            tested = any(row.kind == kind for row in rows) and self.old.startswith(prefix)
            if tested and not self.new.startswith(prefix):
                raise Refused(f"{here}: a test: a name that does not begin with {prefix!r} is not collected")
        if self.old.startswith(_SPOKEN_FOR):
            raise Refused(f"{here}: a test runner looks for {self.old}: it cannot be renamed")
        function = interior.functions.get(self.old)
        if function is not None and any("fixture" in one for one in function.decorators):
            raise Refused(f"{here}: a pytest fixture: tests ask for it by their parameters' names: rename it by hand")
        self._check_home(self.references.bindings(path))
        stub = project.layout.modules[module].stub
        if stub is not None and stub in self.carriers.files_mentioning:
            self._check_home(self.references.bindings(stub))
        self._check_stars()
        if self.doubts.unsure == "refuse":
            if (found := self._run_time.put_together()) is not None:
                raise Refused(f"{here}: {found[0]} puts names together that {self.old} may be one of ({found[1]}): "
                              "rename it by hand, or say unsure = \"leave\"")  # fmt: skip
            if why := self._run_time.kept_by_name():
                raise Refused(f"{here}: {why}: rename it by hand, or say unsure = \"leave\"")

    def _check_home(self, file: Bindings) -> None:
        if conflict := self.carriers.conflict(file, file.top):
            line = next((one.line for one in file.occurrences.named(self.new)), 1)
            raise Refused(f"{file.path}:{line}: {conflict}: rename that first, or choose another name")
        for taken in file.taken:
            bare = not taken.name and taken.alias is None and len(taken.parts) > 1
            if bare and taken.home is file.top and taken.bound == self.old:
                raise Refused(f"{file.path}:{taken.statement.line}: {self.old} is a module there too: part them first")

    def _check_stars(self) -> None:
        """A star import passes the new name on; it must not be taken there, nor be left behind for its underscore."""
        symbols = self.project.symbols
        for path in sorted(self.carriers.taken_somewhere):
            file = self.references.bindings(path)
            starred = [one for one in file.taken if one.name == "*"]
            for star in starred:
                source = self.references.module(file, star.target)
                if not isinstance(source, Symbol) or not self.carriers.carries(source.module):
                    continue
                if self.old in symbols.public(source.module) and (conflict := self.carriers.conflict(file, file.top)):
                    raise Refused(f"{path}:{star.statement.line}: {conflict}, and the star import would bring it: "
                                  "choose another name")  # fmt: skip
        if self.new.startswith("_") == self.old.startswith("_"):
            return
        for file in self.carriers.files():
            for star in file.taken:
                if star.name != "*":
                    continue
                source = self.references.module(file, star.target)
                if not isinstance(source, Symbol) or symbols.exports[source.module]:
                    continue
                if self.carriers.carries(source.module):
                    raise Refused(f"{file.path}:{star.statement.line}: whether a star import passes on a name depends "
                                  "on its first underscore: choose one that has it as before")  # fmt: skip

    # What changes

    def modules(self) -> Iterator[str]:
        """The modules in which the name is another one afterwards: the defining one first."""
        yield self.target.module
        seen = {self.target.module}
        for module in self.project.layout.modules:
            if module not in seen and self.old in self.project.symbols.names(module) and self.carriers.carries(module):
                yield module

    def _doubt(self, file: Bindings, start: int, line: int, why: str) -> Iterator[Replacement]:
        if self.doubts.unsure == "rename":
            yield Replacement(start, start + len(self.old), self.new, why, "review")
        else:
            self.doubts.doubt(file.path, line, why)

    def in_file(self, file: Bindings) -> Iterator[Replacement]:
        """What is replaced in a file. Raises Refused where one place cannot follow."""
        for one in file.occurrences.named(self.old):
            match one.role:
                case "keyword":
                    continue
                case "attribute":
                    yield from self._attribute(file, one)
                case "taken":
                    yield from self._taken(file, file.by_place[one.number], one)
                case "module":
                    yield from self._module(file, one)
                case _:
                    yield from self._variable(file, one)
        yield from self._strings(file)
        if self.kind() == "class":
            means, met = partial(self._is_meant, file), partial(self._is_met, file)
            for start, end, _ in printed(file, self.old, self._paths_to, means, met):
                yield Replacement(start, end, self.new, "as it is printed", "review")

    def _is_meant(self, file: Bindings, scope: Scope) -> bool:
        """Whether the old name means the symbol in a scope."""
        return self.carriers.follows(file, file.owner(scope, self.old))

    def _is_met(self, file: Bindings) -> bool:
        """Whether nothing else is called so in a file that imports the package, nor any other class of the project."""
        if any(True for _ in file.occurrences.named(self.old)):
            return False
        defined = [
            module for module, rows in self.project.facts(Class).items()
            for row in rows if row.name.rpartition(".")[2] == self.old
        ]  # fmt: skip
        package = self.target.module.partition(".")[0]
        return defined == [self.target.module] and any(one.target.partition(".")[0] == package for one in file.taken)

    @cached_property
    def _paths_to(self) -> frozenset[str]:
        return frozenset(self.modules())

    def _replacement(self, one: Occurrence, because: str, guidance: Guidance = "safe", text: str = "") -> Replacement:
        return Replacement(one.start, one.end, text or self.new, because, guidance)

    def _variable(self, file: Bindings, one: Occurrence) -> Iterator[Replacement]:
        home = file.home_of(one)
        if file.torn(one) and self.carriers.follows(file, file.top):
            raise Refused(f"{file.path}:{one.line}: the class may read the module's {self.old} there, and binds its "
                          "own: rename it by hand")  # fmt: skip
        if home is None or not self.carriers.follows(file, home):
            return
        if home is file.top and file.module == self.target.module and self._is_builtin_yet(file, one):
            raise Refused(f"{file.path}:{one.line}: {self.old} is the builtin there, above its own: rename it by hand")
        if self.carriers.captured(file, [one], home):
            raise Refused(f"{file.path}:{one.line}: {self.new} is another variable there: rename that first")
        if one.name.startswith("__") and any(scope.kind == "class" for scope in _around(one)):
            raise Refused(f"{file.path}:{one.line}: {self.old} is mangled inside the class: rename it by hand")
        yield self._replacement(one, "definition" if one.role in BINDING else "use")

    def _is_builtin_yet(self, file: Bindings, one: Occurrence) -> bool:
        """Whether a name is read at import above the first statement that binds it: `str = str` reads the builtin."""
        if one.role != "load" or not hasattr(builtins, self.old) or one.scope.kind not in ("module", "class"):
            return False
        first = min(
            (found.statement if isinstance(found, Taken) else file.occurrences.statement_of(found)).start
            for found in file.bindings(file.top, self.old)
        )
        return file.occurrences.statement_of(one).start <= first

    def _taken(self, file: Bindings, taken: Taken, one: Occurrence) -> Iterator[Replacement]:
        brings = self.carriers.brings(file, taken)
        follows = taken.alias is None and self.carriers.follows(file, taken.home)
        if brings and (taken.alias is not None or follows):
            yield self._replacement(one, "import")
        elif brings:
            why = self.carriers.kept.get((file.path, taken.statement.line), "")
            guidance: Guidance = "review" if why else "safe"
            yield self._replacement(one, f"import; {why}" if why else "import", guidance, f"{self.new} as {self.old}")
        elif follows:
            # Another way to bind the same variable: `try: from fast import f` before the definition.
            yield self._replacement(one, "import of what is bound instead", "safe", f"{self.old} as {self.new}")
        else:
            self._refuse_hidden(file, taken)

    def _refuse_hidden(self, file: Bindings, taken: Taken) -> None:
        """Refuse where an import may bring the symbol by a way that cannot be seen."""
        meaning = self.references.brought(file, taken)
        module = self.references.module(file, taken.target)
        if isinstance(meaning, Unknown) and isinstance(module, Symbol) and self._hides(module.module):
            raise Refused(f"{file.path}:{taken.statement.line}: {module.module} may pass {self.old} on by __getattr__ "
                          "or globals(): rename it by hand")  # fmt: skip

    def _hides(self, module: str) -> bool:
        """Whether a module may have the symbol without a statement that binds it."""
        interior = self.project.symbols.interior(module)
        return "__getattr__" in interior.bindings or interior.dynamic

    def _module(self, file: Bindings, one: Occurrence) -> Iterator[Replacement]:
        """`import name` as another way to bind the variable."""
        home = file.home_of(one)
        if home is not None and self.carriers.follows(file, home):
            yield self._replacement(one, "import of what is bound instead", "safe", f"{self.old} as {self.new}")

    def _attribute(self, file: Bindings, one: Occurrence) -> Iterator[Replacement]:
        base: Meaning = Unknown("", "")
        if one.base >= 0:
            base = self.references.meaning(file.path, file.occurrences.all[one.base])
        if isinstance(base, Symbol) and base.kind == "module":
            if self.carriers.means(base.module):
                if any(other != base for other in base.alternatives):
                    raise Refused(f"{file.path}:{one.line}: which module {self.old} is taken from depends on a branch: "
                                  "rename it by hand")  # fmt: skip
                yield self._replacement(one, "attribute of its module")
            elif isinstance(self.references.step(base, self.old), Unknown) and self._hides(base.module):
                raise Refused(f"{file.path}:{one.line}: {base.module} may pass {self.old} on by __getattr__ or "
                              "globals(): rename it by hand")  # fmt: skip
            return
        if not isinstance(base, Unknown) and not (
            isinstance(base, Symbol) and base.kind in ("variable", "attribute")
        ):
            return
        if told := self._run_time.module(file, one):
            if told in self.project.layout.modules and self.carriers.means(told):
                yield self._replacement(one, "attribute of its module")
            return
        if not self._may_be_a_module(file, one):
            return
        if self._run_time.passed_about:
            why = f"asked of something that may be its module, which is passed about in {self._run_time.passed_about}"
            yield from self._doubt(file, one.start, one.line, why)
        else:
            self.doubts.leave(file.path, one.line, "asked of something that may be its module")

    def _may_be_a_module(self, file: Bindings, one: Occurrence) -> bool:
        """Whether what stands before the dot may be a module: no class of the project has such a member."""
        if one.base >= 0 and file.occurrences.all[one.base].name in ("self", "cls"):
            return False
        return not self.references.receivers(file, one)

    def _strings(self, file: Bindings) -> Iterator[Replacement]:
        names = {self.old}
        yield from self._within_strings(file)
        yield from self._in_a_table(file)
        if not any(True for _ in constants(file, names)):
            return
        listed: set[int] = set()
        if self.carriers.carries(file.module):
            for one in exported_names(file, names):
                listed.add(one.start)
                yield Replacement(one.start, one.end, self.new, "listed in __all__")
            for one, certain in own_names(file, names):
                listed.add(one.start)
                yield Replacement(one.start, one.end, self.new, "name in globals()", "safe" if certain else "review")
            if self.carriers.lazy(file.module):
                for one in constants(file, names):
                    if one.start not in listed:
                        listed.add(one.start)
                        yield Replacement(one.start, one.end, self.new, "name in the table of __getattr__", "review")
        for asked in named_members(file, names):
            base = self.references.meaning(file.path, asked.owner)
            if isinstance(base, Symbol) and base.kind == "module" and self.carriers.means(base.module):
                listed.add(asked.start)
                yield Replacement(
                    asked.start, asked.end, self.new, "name of an attribute", "safe" if asked.certain else "review"
                )
        for one in constants(file, names):
            if one.start in listed:
                continue
            if self._is_compared(file, one):
                yield Replacement(one.start, one.end, self.new, "compared with its `__name__`", "review")
            elif self._is_index(file, one):
                yield Replacement(one.start, one.end, self.new, "name in its module's dictionary")
            elif (module := self._run_time.asked(file, one)) and self.carriers.means(module):
                yield Replacement(one.start, one.end, self.new, "name of an attribute")
            elif self._run_time.worked_out:
                why = f"a string of its name, and {self._run_time.worked_out} asks for names that are worked out"
                yield from self._doubt(file, one.start, one.line, why)

    def _is_compared(self, file: Bindings, one: Listed) -> bool:
        """`X.__name__ == "X"`, whichever stands first, where X is the symbol."""
        text, statement = file.occurrences.text, file.occurrences.statement_at(one.start)
        start, end = text.rfind("\n", 0, one.start) + 1, text.find("\n", one.end)
        left = _NAMED_LEFT.search(text[start : one.start])
        right = _NAMED_RIGHT.match(text[one.end : end if end >= 0 else len(text)])
        match = left or right
        if match is None or statement is None:
            return False
        meaning = self.project.symbols.lookup(file.module, statement.scope.name, match[1])
        return isinstance(meaning, Symbol) and (meaning.module, meaning.name) == (self.target.module, self.old)

    def _is_index(self, file: Bindings, one: Listed) -> bool:
        """`vars(module)["name"]`, `module.__dict__["name"]`."""
        opening = file.brackets.opening(one.start)
        if opening < 0 or file.brackets.code[opening] != "[":
            return False
        text = "".join(file.occurrences.text[file.brackets.start(opening) : opening].split())
        match = re.fullmatch(r"vars\(([\w.]+)\)|([\w.]+)\.__dict__", text)
        statement = file.occurrences.statement_at(one.start)
        if match is None or statement is None:
            return False
        meaning = self.project.symbols.lookup(file.module, statement.scope.name, match[1] or match[2])
        return isinstance(meaning, Symbol) and meaning.kind == "module" and self.carriers.means(meaning.module)

    def _in_a_table(self, file: Bindings) -> Iterator[Replacement]:
        """A word of a longer text in a file that asks for names that it works out: it may have them from there."""
        if self.old not in file.occurrences.text or file.path not in self._run_time.working_out:
            return
        word = re.compile(rf"(?<![\w.]){re.escape(self.old)}(?![\w.])")
        for start, end, _, kind in file.occurrences.strings():
            text = file.occurrences.text[start:end]
            if kind == "string" and text.strip("rRuU\"'") != self.old:
                for found in word.finditer(text):
                    at = start + found.start()
                    line = file.occurrences.text.count("\n", 0, at) + 1
                    yield from self._doubt(file, at, line, "names are worked out here, perhaps from this text")

    def _within_strings(self, file: Bindings) -> Iterator[Replacement]:
        """`__all__ = "old other".split()`, `eval("old()")`."""
        text = file.occurrences.text
        word = re.compile(rf"(?<![\w.]){re.escape(self.old)}(?!\w)")
        carried = self.carriers.carries(file.module)
        places = [one for one in file.occurrences.named("__all__") if one.home is file.top] if carried else []
        listing = {file.occurrences.statement_of(one).start for one in places}
        for start, end, _, kind in file.occurrences.strings():
            if kind != "string" or self.old not in text[start:end]:
                continue
            for match in word.finditer(text, start, end):
                if text[start:end].lstrip("rRbBuUfF").strip("'\"") == self.old:
                    continue
                statement = file.occurrences.statement_at(start)
                if statement is None:
                    continue
                called = file.brackets.callee(start)
                if statement.start in listing:
                    yield Replacement(match.start(), match.end(), self.new, "listed in __all__", "review")
                    continue
                code = called is not None and text[called[0] : called[1]] in ("eval", "exec", "compile")
                if code and (carried or self._is_meant(file, statement.scope)):
                    yield from self._doubt(file, match.start(), statement.line, "code in a string may ask for it")

    # The old name, for a while

    def shimmed(self, module: str) -> bool:
        """Whether the old name is kept in a module: where it is defined, and where it is offered to others."""
        if module == self.target.module:
            return True
        symbols = self.project.symbols
        listed = any(self.old in row.names for row in symbols.exports[module])
        return listed or (self.project.layout.modules[module].package and not self.old.startswith("_"))

    def shims(self) -> Iterator[Edit]:
        """A `__getattr__` in each of those modules that gives the new thing for the old name, with a warning."""
        for module in self.modules():
            path = self.project.symbols.path(module)
            if not self.shimmed(module) or not path.endswith(".py"):
                continue
            offset, text = shim(self.references.bindings(path), [(self.old, module)])
            text = re.sub(rf"^ *from {re.escape(module)} import {self.old}\n\n", "", text, flags=re.MULTILINE)
            for before, after in (
                (f"{MARK} {module}.{self.old}\n", f"{MARK} {module}.{self.new}\n"),
                (f'"{self.old} is in {module} now"', f'"{self.old} is called {self.new} now"'),
                (f"return {self.old}\n", f"return {self.new}\n"),
            ):
                text = text.replace(before, after)
            yield self.project.edit(path, [Replacement(offset, offset, text, "the old name goes on to work")])


def _around(one: Occurrence) -> Iterator[Scope]:
    scope: Scope | None = one.scope
    while scope is not None:
        yield scope
        scope = scope.parent
