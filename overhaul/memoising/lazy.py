"""Values that a method works out once for each instance: the unified decorator in the place of the attribute."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.changes import Edit, Replaced, Replacement, Target
from overhaul.errors import Refused
from overhaul.memoising.fitness import never_none, refuse_odd
from overhaul.memoising.places import Places, Use
from overhaul.memoising.target import DECORATOR, PLAIN_TYPE, TYPES, Settings, Unified
from overhaul.naming.meanings import External, Symbol
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.syntax import Def, Syntax, named, same

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"
_BECAUSE: Final = "the value lies beside the instance, no longer in it: copies and pickles of it work it out anew"
_WEAK: Final = frozenset({
    "builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol",
    "builtins.Exception", "builtins.ValueError", "builtins.RuntimeError", "enum.Enum",
})  # fmt: skip
"""Bases from outside whose instances can be referred to weakly."""


class Lazy(NamedTuple):
    """A method that works out a value once."""

    syntax: Syntax
    function: ast.FunctionDef
    first: ast.stmt
    """The statement that looks for the value."""
    compute: tuple[ast.stmt, ...]
    value: ast.expr
    last: ast.Return


class LazyAttributes:
    """Rewrites the method of one attribute."""

    def __init__(self, references: References, unified: Unified, settings: Settings, places: Places) -> None:
        """Nothing is looked at before it is asked for."""
        self.references, self.project = references, references.project
        self._unified, self._settings, self._places = unified, settings, places

    def proposals(self, target: Target, symbol: Symbol) -> Iterator[Edit | Replaced]:
        """The changes of its file. Raises Refused where it is not the plain shape, or not for the method alone."""
        owner, _, name = target.name.rpartition(".")
        uses = list(self._places.attribute(target, owner, name))
        syntax = self._places.syntax(symbol.path)
        begun = [(use, one) for use in uses if (one := _begins(use)) is not None]
        first = [one.node for one, _ in begun]
        around = {use.syntax.function(use.node) for use in uses if use.node not in first}
        if len(begun) != 1 or len(around) != 1:
            where = f"{symbol.path}:{symbol.line}"
            raise Refused(f"{where}: {name} is set or asked for in several places: {_BY_HAND}")
        function = around.pop()
        lazy = _lazy(syntax, function, {id(use.node) for use in uses})
        if lazy is None or any(use.syntax is not syntax for use in uses):
            raise Refused(f"{symbol.path}:{symbol.line}: {name} is no value that one method works out once: {_BY_HAND}")
        self._refuse_unfit(lazy, target, owner)
        self._unified.refuse_cycle(syntax.file)
        yield Replaced(target, Target(target.module, f"{owner}.{lazy.function.name}"), "attribute")
        imports = Imports(self.project, syntax.path)
        parts = [*self._decorated(lazy, imports), *_written(lazy), *_forgotten(syntax, begun[0][1])]
        yield self.project.edit(syntax.path, {*parts, *imports.replacements()})

    @staticmethod
    def fits(syntax: Syntax, name: str) -> bool:
        """Whether a method of a file looks like one that works out an attribute once: a look before the exact one."""
        found = list(named(syntax, name))
        nodes = {id(one) for one in found}
        return any(_lazy(syntax, one, nodes) for one in {syntax.function(one) for one in found})

    def _refuse_unfit(self, lazy: Lazy, target: Target, owner: str) -> None:
        syntax, function = lazy.syntax, lazy.function
        where = syntax.where(function)
        given = function.args
        several = len(given.args) != 1 or given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg
        if several:
            raise Refused(f"{where}: {function.name} is given arguments, which make no key: {_BY_HAND}")
        plain = all(isinstance(one, ast.Name) and one.id == "property" for one in function.decorator_list)
        if not plain or syntax.dotted(function).rpartition(".")[0] != owner:
            raise Refused(f"{where}: {function.name} is decorated, or stands in another class: {_BY_HAND}")
        if self._settings.changes:
            raise Refused(f"{where}: a single value has no bound, and is given no expiry: leave ttl and max-size out")
        refuse_odd(syntax, function, [*lazy.compute, lazy.value])
        for node in ast.walk(lazy.value):
            if isinstance(node, ast.Await):
                raise Refused(f"{where}: it waits while it computes: {_BY_HAND}")
        if not never_none(self.references, syntax, lazy.value):
            raise Refused(
                f"{syntax.where(lazy.value)}: it may be None, and is worked out anew then: annotate what makes it, or "
                f"{_BY_HAND}"
            )
        _refuse_held(lazy)
        self._refuse_strong(where, target, owner)

    def _refuse_strong(self, where: str, target: Target, owner: str) -> None:
        """Raise Refused for a class whose instances cannot be referred to weakly."""
        symbols = self.project.symbols
        for base in symbols.order(target.module, owner):
            if isinstance(base, Symbol):
                if "__slots__" in symbols.interior(base.module).members_of(base.name):
                    raise Refused(f"{where}: {base.name} has __slots__: {_BY_HAND}")
            elif not isinstance(base, External) or base.name not in _WEAK:
                raise Refused(f"{where}: {owner} has a base of which nothing is known ({base.name}): {_BY_HAND}")

    def _decorated(self, lazy: Lazy, imports: Imports) -> Iterator[Replacement]:
        syntax, function = lazy.syntax, lazy.function
        one = next(
            one for one in syntax.file.occurrences.named(function.name)
            if one.role == "function" and one.line == function.lineno
        )  # fmt: skip
        names = [DECORATOR] if self._settings.type == PLAIN_TYPE else [DECORATOR, TYPES]
        bound = self._unified.taken(syntax.file, imports, names, [one.scope])
        said = ["per_instance=True"]
        if self._settings.type != PLAIN_TYPE:
            said = ["maxsize=None", "ttl=None", *said, f"cache_type={bound[TYPES]}.{self._settings.type}"]
        at = syntax.text.rfind("\n", 0, one.start) + 1
        indent = syntax.text[at : at + len(syntax.text[at:]) - len(syntax.text[at:].lstrip(" \t"))]
        yield Replacement(at, at, f"{indent}@{bound[DECORATOR]}({', '.join(said)})\n", _BECAUSE, "review")


def _lazy(syntax: Syntax, function: Def | None, nodes: Collection[int]) -> Lazy | None:
    """The method that works out an attribute; `nodes` are the ids of all that names it."""
    if not isinstance(function, ast.FunctionDef):
        return None
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    match body:
        case [ast.If(test=ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=None)]),
                     body=[*compute, ast.Assign(targets=[kept], value=value)], orelse=[]) as first,
              ast.Return(value=ast.expr() as given) as last]:  # fmt: skip
            pass
        case [ast.If(test=ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]),
                     body=[ast.Return(value=ast.expr() as found)], orelse=[]) as first,
              *compute, ast.Assign(targets=[kept], value=value), ast.Return(value=ast.expr() as given) as last
              ] if same(found, left):  # fmt: skip
            pass
        case _:
            return None
    if id(left) not in nodes or not same(left, kept) or not same(left, given):
        return None
    return Lazy(syntax, function, first, tuple(compute), value, last)


def _refuse_held(lazy: Lazy) -> None:
    """Raise Refused where the value may refer to its instance, which would be kept alive for ever by it."""
    syntax, me = lazy.syntax, lazy.function.args.args[0].arg
    around = syntax.parents[lazy.function]
    body = around.body if isinstance(around, ast.ClassDef) else []
    methods = {one.name for one in body if isinstance(one, Def)}
    for node in (one for part in (*lazy.compute, lazy.value) for one in ast.walk(part)):
        if not isinstance(node, ast.Name) or node.id != me:
            continue
        outer = syntax.parents[node]
        within = any(isinstance(one, ast.Lambda | ast.GeneratorExp | Def) and one is not lazy.function
                     for one in _below(syntax, node, lazy.function))  # fmt: skip
        asked = isinstance(outer, ast.Attribute) and not within
        if asked and isinstance(outer, ast.Attribute) and outer.attr in methods:
            call = syntax.parents[outer]
            asked = isinstance(call, ast.Call) and call.func is outer
        if not asked:
            raise Refused(f"{syntax.where(node)}: the value may hold {me}, which would never be freed: {_BY_HAND}")


def _below(syntax: Syntax, node: ast.AST, function: ast.AST) -> Iterator[ast.AST]:
    """What a node stands in, up to a function."""
    for one in syntax.around(node):
        if one is function:
            return
        yield one


def _begins(use: Use) -> ast.stmt | None:
    """The statement that says that there is no value yet."""
    statement = use.syntax.parents[use.node]
    match statement:
        case ast.Assign(targets=[only], value=ast.Constant(value=None)) if only is use.node:
            pass
        case ast.AnnAssign(target=only, value=ast.Constant(value=None)) if only is use.node:
            pass
        case _:
            return None
    around = use.syntax.parents[statement]
    first = isinstance(around, Def) and around.name in ("__init__", "__post_init__", "__new__")
    return statement if first or isinstance(around, ast.ClassDef) else None


def _written(lazy: Lazy) -> Iterator[Replacement]:
    """The method without its look-up: what is computed, and its value returned."""
    from overhaul.memoising.writing import shifted, shifted_lines, stands_alone

    syntax = lazy.syntax
    indent = syntax.indent(lazy.first)
    start, end = syntax.start(lazy.first), syntax.end(lazy.last)
    begin, stop = syntax.start(lazy.value), syntax.end(lazy.value)
    opening, closing = ("", "") if stands_alone(syntax.of(lazy.value)) else ("(", ")")
    for at, _ in (*syntax.comments(start, begin), *syntax.comments(stop, end)):
        line = syntax.text.count("\n", 0, at) + 1
        if not lazy.compute or at < syntax.start(lazy.compute[0]) or at > syntax.end(lazy.compute[-1]):
            raise Refused(f"{syntax.where(line)}: a comment stands where the value is looked up: move it above")
    depth = syntax.indent(syntax.statement(lazy.value))
    if not syntax.first_of_line(syntax.statement(lazy.value)):
        raise Refused(f"{syntax.where(lazy.value)}: it shares its line with something else: write it on its own")
    if lazy.compute:
        first, last = lazy.compute[0], lazy.compute[-1]
        line = syntax.start(first) - len(syntax.indent(first))
        yield Replacement(start - len(indent), line, "", _BECAUSE, "review")
        yield from shifted(syntax, line, syntax.end(last), depth, indent, _BECAUSE)
        yield Replacement(syntax.line_end(syntax.end(last)), begin, f"\n{indent}return {opening}", _BECAUSE, "review")
    else:
        yield Replacement(start, begin, f"return {opening}", _BECAUSE, "review")
    yield from shifted_lines(syntax, begin, stop, depth, indent, _BECAUSE)
    yield Replacement(stop, end, closing, _BECAUSE, "review")


def _forgotten(syntax: Syntax, statement: ast.stmt) -> Iterator[Replacement]:
    """The statement that says that there is no value yet goes, with its line."""
    around = syntax.parents[statement]
    body: Sequence[ast.stmt] = getattr(around, "body", ())
    start, end = syntax.start(statement), syntax.end(statement)
    if len(body) == 1 or not syntax.first_of_line(statement):
        yield Replacement(start, end, "pass", _BECAUSE, "review")
        return
    at = start - len(syntax.indent(statement))
    last = syntax.line_end(end)
    if syntax.text[end:last].strip() and not syntax.text[end:last].lstrip().startswith("#"):
        yield Replacement(start, end, "pass", _BECAUSE, "review")
        return
    number = body.index(statement) + 1
    match body[number : number + 1]:
        case [ast.Expr(value=ast.Constant(value=str())) as said]:
            # What is said of the attribute goes with it.
            last = syntax.line_end(syntax.end(said))
        case _:
            pass
    following = syntax.text.find("\n", last)
    stop = len(syntax.text) if following < 0 else following + 1
    if syntax.text[:at].endswith("\n\n") and syntax.text.startswith("\n", stop):
        stop += 1
    yield Replacement(at, stop, "", _BECAUSE, "review")
