"""Make one of several methods that say the same: a class that has it, and that their classes inherit from first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.changes import Proposal, Replaced, Replacement, Target
from overhaul.errors import Refused
from overhaul.facts import ImportStatement
from overhaul.merging.calls import Calls
from overhaul.merging.definitions import Member, apart
from overhaul.merging.guards import unsaid
from overhaul.merging.homes import Homes
from overhaul.merging.likeness import likeness
from overhaul.merging.watching import refuse_changed, refuse_star
from overhaul.moving.graph import Graph
from overhaul.moving.guards import refuse_replaced
from overhaul.moving.namespace import refuse_asking
from overhaul.moving.needs import refuse_bound_to_module
from overhaul.moving.old import Leaving
from overhaul.moving.text import merged
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Statement
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.references import Found, References
from overhaul.refactoring.units import Unit

if TYPE_CHECKING:
    from overhaul.project import Project

_SPECIAL: Final = ("Protocol", "NamedTuple", "TypedDict", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")
_PLAIN: Final = frozenset({"builtins.property", "builtins.staticmethod", "builtins.classmethod"})
_QUIET: Final = frozenset({"functools", "contextlib", "abc", "typing", "typing_extensions"})
PRIVATE: Final = re.compile(r"__\w*[^_\W]_?")


class Method(Member):
    """A method of a class at the top of a module; `name` is dotted."""

    def _unit(self) -> Unit:
        owner, _, name = self.name.rpartition(".")
        statements = self.file.occurrences.statements
        around = [one for one in statements if one.suite == -1 and _named(one, "ClassDef", owner)]
        if len(around) != 1:
            raise Refused(f"{self.where}: {owner} is no class that is defined once, at the top of its module: merge by "
                          "hand")  # fmt: skip
        self.around = around[0]
        inside = [one for one in statements if one.suite == self.around.number]
        found = [one for one in inside if _named(one, "FunctionDef", name)]
        if len(found) != 1:
            raise Refused(f"{self.where}: {name} is not defined once in {owner}: merge it by hand")
        for one in self.file.occurrences.named(name):
            at_class = one.home is not None and one.home.kind == "class" and one.home.name == owner
            if at_class and one.role != "function":
                raise Refused(f"{self.symbol.path}:{one.line}: {name} is used in the body of {owner}: merge it by hand")
        self.alone = len(inside) == 1
        return Unit((found[0],), frozenset())

    def _node(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        owner, _, name = self.name.rpartition(".")
        for node in self.tree.node.body:
            if isinstance(node, ast.ClassDef) and node.name == owner:
                self.owner = node
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name == name:
                        return inner
        raise Refused(f"{self.where}: {self.name} is no method of a class at the top of its module: merge it by hand")

    @property
    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """Its definition."""
        assert not isinstance(self.node, ast.ClassDef)
        return self.node


def _named(statement: Statement, kind: str, name: str) -> bool:
    node = statement.node
    return type(node).__name__ == kind and node.name.value == name


class MixinMerger:
    """One merge of some methods."""

    def __init__(
        self, project: Project, symbols: Sequence[Symbol], home: str, mixin: str, references: References | None = None,
        graph: Graph | None = None,
    ) -> None:  # fmt: skip
        """`mixin`: what the class is called that they come to have in common.

        `references` and `graph` of the project may be there already.
        """
        self.project, self.mixin = project, mixin
        self._references = references = references or References(project)
        self._calls = Calls(project)
        self.members = [Method(project, references, one) for one in symbols]
        # Whoever uses a method goes on to ask its class for it: only the modules of the classes count.
        found: dict[Member, Sequence[Found]] = dict.fromkeys(self.members, ())
        self.home, self.why = Homes(project, found, references, graph).chosen(home)

    def proposals(self) -> Iterator[Proposal]:
        """All changes. Raises Refused, with the place and the reason."""
        home = self.home
        assert isinstance(home, Method)
        self._refuse_related()
        for one in self.members:
            self._refuse(one)
            if one is not home:
                alike = likeness(home, one)
                if alike.parameters or alike.literals or alike.defaults:
                    raise Refused(f"{one.where}: {one.name} has other parameters or literals than {home.name}, and "
                                  "nobody sees all of its calls: make them alike first")  # fmt: skip
        for path in sorted({one.symbol.path for one in self.members}):
            yield self.project.edit(path, self._changes(path, home))
        for one in self.members:
            name = one.name.rpartition(".")[2]
            yield Replaced(one.target, Target(home.module, f"{self.mixin}.{name}"), "method")
            for line, why in unsaid(home, one) if one is not home else ():
                yield self.project.leftover(one.symbol.path, line, one.target, why)

    # What stands against it

    def _refuse_related(self) -> None:
        """Raises Refused for classes that inherit from one another, or have an heir in common."""
        names = {(one.module, one.name.rpartition(".")[0]) for one in self.members}
        if len(names) < len(self.members):
            raise Refused(f"{self.home.where}: two methods of one class: leave one out")
        if len({one.name.rpartition(".")[2] for one in self.members}) > 1:
            raise Refused(f"{self.home.where}: they have several names: rename them first")
        for module, name in self._heirs({name for _, name in names}):
            order = self.project.symbols.order(module, name)
            mine = {(one.module, one.name) for one in order if isinstance(one, Symbol)} & names
            if len(mine) > 1:
                path = self.project.symbols.path(module)
                raise Refused(f"{path}: {module}.{name} inherits from several of the classes, which would be asked in "
                              "another order: merge them by hand")  # fmt: skip

    def _heirs(self, names: set[str]) -> Iterator[tuple[str, str]]:
        """The classes that may inherit from some, by what their bases are called; imports may rename them."""
        renamed = {
            bound: name for _, rows in self.project.facts(ImportStatement).items() for row in rows
            for name, bound in row.names if name != bound
        }  # fmt: skip
        known = set(names)
        classes = [
            (module, name, {base.partition("[")[0].rpartition(".")[2] for base in row.bases})
            for module in self.project.layout.modules
            for name, row in self.project.symbols.interior(module).classes.items()
        ]
        while True:
            known |= {bound for bound, name in renamed.items() if name in known}
            more = {name.rpartition(".")[2] for _, name, bases in classes if not bases.isdisjoint(known)} - known
            if not more:
                break
            known |= more
        yield from ((module, name) for module, name, bases in classes if not bases.isdisjoint(known))

    def _refuse(self, one: Method) -> None:
        """Raises Refused where a method would do something else as that of another class."""
        name = one.name.rpartition(".")[2]
        if name.startswith("__") and name.endswith("__"):
            raise Refused(f"{one.where}: {name} means something to Python in the class it stands in: leave it out")
        if name.startswith("__"):
            raise Refused(f"{one.where}: {name} is private to its class: leave it out")
        for node in ast.walk(one.node):
            word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            if word in ("super", "__class__", "__qualname__") or PRIVATE.fullmatch(word):
                raise Refused(f"{one.where}: {word} means something else in another class: merge {one.name} by hand")
        for decorator in one.node.decorator_list:
            text = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
            meaning = self.project.symbols.lookup(one.module, "", text)
            quiet = isinstance(meaning, External) and (
                meaning.name in _PLAIN or meaning.name.partition(".")[0] in _QUIET
            )
            if not quiet:
                raise Refused(f"{one.at(decorator)}: @{text} may keep what it decorates: merge {one.name} by hand")
        if getattr(one.owner, "type_params", ()):
            raise Refused(f"{one.where}: a class with type parameters: merge it by hand")
        for keyword in one.owner.keywords:
            if keyword.arg != "metaclass" or ast.unparse(keyword.value).rpartition(".")[2] != "ABCMeta":
                raise Refused(f"{one.where}: {ast.unparse(keyword.value)} is told of what its class has: merge by hand")
        for base in self.project.symbols.order(one.module, one.owner.name)[1:]:
            last = base.name.rpartition(".")[2] if isinstance(base, Symbol | External) else ""
            told = isinstance(base, Symbol) and self.project.symbols.interior(base.module).member(
                base.name, "__init_subclass__"
            )
            if not last or last in _SPECIAL or told:
                raise Refused(f"{one.where}: {one.owner.name} inherits from {last or 'what cannot be told'}, which "
                              "looks at what its classes have: merge it by hand")  # fmt: skip
        owner = self.project.symbols.member(one.module, one.owner.name)
        if isinstance(owner, Symbol):
            refuse_changed(self._calls, one, list(self._references.to(owner)))
        refuse_star(one)
        refuse_asking(one.file, one.unit)
        for _ in refuse_bound_to_module(one.file, one.unit, list(one.needs.values())):
            raise Refused(f"{one.where}: it names a logger after its module: merge it by hand")
        refuse_replaced(self.project, one.file, [each for each in one.needs if one.file.bindings(one.file.top, each)])
        if self.mixin in self.project.symbols.names(one.module) or not self.mixin.isidentifier():
            raise Refused(f"{one.where}: {self.mixin} is no free name in {one.module}: choose another")

    # What changes

    def _changes(self, path: str, home: Method) -> list[Replacement]:
        here = [one for one in self.members if one.symbol.path == path]
        file, text = home.file if path == home.symbol.path else here[0].file, self.project.source(path).text()
        changes: list[Replacement] = []
        imports: list[Replacement] = []
        for one in here:
            changes += (self._cut(one, text), self._base(one, text))
        if path == home.symbol.path:
            first = min(here, key=lambda one: one.around.start).around
            at = file.occurrences.lines(first)[0]
            lead = apart(text, at)
            changes.append(Replacement(at, at, lead + self._class(home), "what they have in common", "review"))
        else:
            wanted = Imports(self.project, path)
            unit = Unit(tuple(one.unit.statements[0] for one in here), frozenset())
            for taken in Leaving(self.project, self._references, here[0].file, unit).unneeded():
                wanted.drop(taken.statement, taken.name or taken.target)
            wanted.take(home.module, self.mixin)
            imports = list(wanted.replacements())
        return merged(imports, changes)

    def _class(self, home: Method) -> str:
        """The class that they come to have in common."""
        text = home.file.occurrences.text
        start, end = home.file.occurrences.lines(home.unit.statements[0])
        method = text[start:end].replace("\r\n", "\n").strip("\n")
        indent = re.match(r"[ \t]*", method)
        owners = " and ".join(one.name.rpartition(".")[0] for one in self.members)
        slots = any(
            self.project.symbols.interior(one.module).member(one.owner.name, "__slots__") is not None
            or any("slots" in ast.unparse(each) for each in one.owner.decorator_list)
            for one in self.members
        )
        lead = indent[0] if indent is not None else "    "
        said = f'{lead}"""What {owners} have in common."""\n\n'
        return f"class {self.mixin}:\n{said}{f'{lead}__slots__ = ()' + chr(10) * 2 if slots else ''}{method}\n\n\n"

    def _cut(self, one: Method, text: str) -> Replacement:
        """The method taken out, with the blank lines above it."""
        start, end = one.file.occurrences.lines(one.unit.statements[0])
        if one.alone:
            indent = text[start:end][: len(text[start:end]) - len(text[start:end].lstrip())].rpartition("\n")[2]
            return Replacement(start, end, f"{indent}pass\n", "moved code", "review")
        above = start
        while above and not text[(line := text.rfind("\n", 0, above - 1) + 1) : above].strip():
            above = line
        if text[:above].rstrip().endswith(":"):
            while end < len(text) and not text[end : (after := text.find("\n", end) + 1 or len(text))].strip():
                end = after
            above = start
        return Replacement(above, end, "", "moved code", "review")

    def _base(self, one: Method, text: str) -> Replacement:
        """The class that they have in common, as the first base."""
        match = re.compile(rf"class\s+{re.escape(one.owner.name)}\s*(\(\s*)?").match(text, one.tree.start(one.owner))
        if match is None:
            raise Refused(f"{one.where}: how {one.owner.name} is written cannot be told: merge it by hand")
        if match[1] is None:
            at = match.start() + len(match[0].rstrip())
            return Replacement(at, at, f"({self.mixin})", "what they have in common", "review")
        more = ", " if one.owner.bases or one.owner.keywords else ""
        return Replacement(match.end(), match.end(), f"{self.mixin}{more}", "what they have in common", "review")
