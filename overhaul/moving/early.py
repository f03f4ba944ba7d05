"""Which functions may run while modules are imported, so that no import in them can be called late."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.errors import Unreadable
from overhaul.facts import UsedName
from overhaul.later import parsed
from overhaul.naming.meanings import CHAIN, External, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings

if TYPE_CHECKING:
    from overhaul.project import Project

_Call = tuple[str, str, str, bool]
"""Module, scope and chain of what is called; False: of what is handed over to what may call it."""
_MAKING: Final = ("__init__", "__new__", "__post_init__", "__attrs_post_init__")
_BEFORE: Final = r"(?:^\s*|[(,]\s*|(?<!factory)(?<!converter)(?<!validator)=\s*)"
"""What stands before an argument; those that are called when an instance is made are left out."""
_SELDOM: Final = frozenset({
    "__repr__", "__str__", "__enter__", "__exit__", "__aenter__", "__aexit__", "__del__", "__reduce__", "__copy__",
    "__deepcopy__", "__getstate__", "__setstate__", "__await__", "__rich__", "__rich_console__", "__call__",
})  # fmt: skip
"""Methods that operators do not call: that an instance is made does not make them run."""
_UNSAID: Final = frozenset({"__enter__", "__exit__", "__aenter__", "__aexit__", "__str__", "__repr__", "__format__"})
"""Those of them that statements and texts call."""
_ENTERED: Final = frozenset({"__enter__", "__exit__"})
_TOLD: Final = frozenset({"__str__", "__repr__", "__format__"})
_TELLING: Final = frozenset({"str", "repr", "print", "format", "format_map", "warn", "join"})
_ALWAYS: Final = frozenset({"__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__", "__getattr__"})
"""Methods that Python itself calls while a class is made or a module is imported."""


class Early:
    """Functions that are called when some modules are imported, followed from call to call."""

    def __init__(self, project: Project, modules: Collection[str]) -> None:
        """Worked out when it is first asked.

        `modules` are those that may be imported before what is imported late is there: what it loads itself. Others,
        as tests, have it whole.
        """
        self._project, self._modules = project, modules
        self._uses: dict[str, dict[str, list[UsedName]]] = {}
        self._texts: dict[str, list[str]] = {}

    def runs(self, file: Bindings, one: Occurrence) -> bool:
        """Whether a function that a name is looked up in may run at import."""
        scope = one.scope
        while scope.parent is not None:
            if scope.kind == "function" and self._may(file.module, scope.name):
                return True
            scope = scope.parent
        return False

    def _may(self, module: str, name: str) -> bool:
        owner, _, last = name.rpartition(".")
        if last in _ALWAYS or (module, name) in self._called:
            return True
        # An instance is there: operators and properties need no call, and who calls a method may not name its class.
        if (module, owner) not in self._made:
            return False
        if last == "__call__":
            return self._instances
        if last in self._asked or (last.startswith("__") and last not in _SELDOM):
            return True
        row = self._project.symbols.interior(module).functions.get(name)
        # No call is written where a property is asked, a block entered, an instance put into a text.
        return (last in _UNSAID or (row is not None and bool(row.decorators))) and last in self._read

    @cached_property
    def _called(self) -> frozenset[tuple[str, str]]:
        return self._worked_out[0]

    @cached_property
    def _made(self) -> frozenset[tuple[str, str]]:
        """Classes that are called: by (module, name)."""
        return self._worked_out[1]

    @cached_property
    def _asked(self) -> frozenset[str]:
        """The last names of all that is called meanwhile."""
        return self._worked_out[2]

    @property
    def _instances(self) -> bool:
        """Whether something that is neither a function nor a class is called meanwhile."""
        return "" in self._asked

    @cached_property
    def _read(self) -> frozenset[str]:
        """The attributes that are read meanwhile, of whatever; and what blocks and texts call of their own."""
        found: set[str] = set()
        reached = {*self._called}
        for module in sorted({*self._modules, *(module for module, _ in reached)}):
            place = self._project.layout.modules.get(module)
            if place is None or place.kind != "source":
                continue
            try:
                tree = parsed(self._project.source(place.path).text())
            except (Unreadable, SyntaxError, ValueError, RecursionError):
                continue
            names = {name for one, name in reached if one == module}
            found.update(_read_in(tree.body, "", names, runs=module in self._modules))
        return frozenset(found)

    @cached_property
    def _worked_out(self) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]], frozenset[str]]:
        called: set[tuple[str, str]] = set()
        made: set[tuple[str, str]] = set()
        asked: set[str] = set()
        waiting = list(self._at_import())
        while waiting:
            module, scope, chain, is_call = waiting.pop()
            if is_call:
                asked.add(chain.rpartition(".")[2])
            meaning = self._project.symbols.lookup(module, scope, chain)
            if not isinstance(meaning, Symbol) or meaning.kind not in ("function", "method", "class"):
                if is_call and not isinstance(meaning, External):
                    asked.add("")
                continue
            if meaning.kind == "class":
                if (meaning.module, meaning.name) in made:
                    continue
                for one in self._project.symbols.order(meaning.module, meaning.name):
                    if isinstance(one, Symbol):
                        made.add((one.module, one.name))
                        for method in _MAKING:
                            waiting += self._body(one.module, f"{one.name}.{method}", called)
            else:
                waiting += self._body(meaning.module, meaning.name, called)
        return frozenset(called), frozenset(made), frozenset(asked)

    def _body(self, module: str, name: str, called: set[tuple[str, str]]) -> Iterator[_Call]:
        """What a function calls or hands over, those in it too."""
        if (module, name) in called:
            return
        called.add((module, name))
        for scope, rows in self._by_scope(module).items():
            if scope == name or scope.startswith(f"{name}."):
                yield from ((module, scope, row.name, row.how == "call") for row in rows if self._calls(module, row))

    def _calls(self, module: str, row: UsedName) -> bool:
        """Whether a name is called, or handed over to what may call it."""
        if row.how != "load":
            return row.how == "call"
        lines = self._texts.get(module)
        if lines is None:
            path = self._project.layout.modules[module].path
            try:
                lines = self._project.source(path).text().splitlines()
            except Unreadable:
                lines = []
            self._texts[module] = lines
        handed = re.compile(rf"{_BEFORE}{re.escape(row.name)}\s*[,)]")
        return any(number <= len(lines) and handed.search(lines[number - 1]) for number in row.lines)

    def _by_scope(self, module: str) -> dict[str, list[UsedName]]:
        found = self._uses.get(module)
        if found is None:
            found = self._uses[module] = {}
            for row in self._project.symbols.used[module]:
                found.setdefault(row.scope, []).append(row)
        return found

    def _at_import(self) -> Iterator[_Call]:
        """What is called, handed over, or used as a decorator, by modules and class bodies."""
        symbols = self._project.symbols
        for module in self._project.layout.modules:
            if module not in self._modules:
                continue
            inside = symbols.interior(module)
            for scope, rows in self._by_scope(module).items():
                if not scope or scope in inside.classes:
                    called = (row for row in rows if self._calls(module, row))
                    yield from ((module, scope, row.name, row.how == "call") for row in called)
            decorated = [(row.name, row.decorators) for row in inside.classes.values()]
            decorated += [(row.name, row.decorators) for row in inside.functions.values()]
            for name, decorators in decorated:
                around = name.rpartition(".")[0]
                if not around or around in inside.classes:
                    for text in decorators:
                        if (chain := CHAIN.match(text)) or (chain := CHAIN.match(text.partition("(")[0])):
                            yield module, around, chain[0], True


def _read_in(body: Collection[ast.AST], around: str, reached: Collection[str], *, runs: bool) -> Iterator[str]:
    """What some statements read of objects, those of functions that are not reached left out."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                dotted = f"{around}.{name}" if around else name
                yield from _read_in(node.body, dotted, reached, runs=dotted in reached)
                todo += node.decorator_list
                continue
            case ast.ClassDef(name=name):
                yield from _read_in(node.body, f"{around}.{name}" if around else name, reached, runs=runs)
                todo += [*node.decorator_list, *node.bases]
                continue
            case _:
                todo += ast.iter_child_nodes(node)
        if not runs:
            continue
        match node:
            case ast.Attribute(attr=name, ctx=ast.Load()):
                yield name
            case ast.With() | ast.AsyncWith():
                yield from _ENTERED
            case ast.JoinedStr() | ast.BinOp(op=ast.Mod()):
                yield from _TOLD
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _TELLING:
                yield from _TOLD
            case _:
                pass
