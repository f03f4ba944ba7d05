"""Tell the names in expressions, as CPython's own syntax tree has them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, count
from operator import add
from typing import Any, ClassVar, Final, TypeAlias, cast

from overhaul.patterns import regex
from overhaul.proving.names import Keyword, Reading, Role, Use, When
from overhaul.proving.scoping import Scope, mangled

Handlers: TypeAlias = Mapping[type[ast.AST], Callable[[Any, Any], object]]


class Expressions:
    """Goes through a tree once, and tells of each name; what statements do is added by who inherits."""

    def __init__(self, text: str) -> None:
        """Of a text whose tree is visited."""
        self.reading = Reading()
        self._text = text
        self._starts = starts_of(text)
        self._ascii = text.isascii()
        self._scope = self.reading.module
        self._when: When = "import"
        self._lazy = False
        self._future = _FUTURE.search(text) is not None
        self._shift: tuple[int, int] | None = None
        """While a quoted annotation is read: where its text begins (-1: unknown), and its line."""

    # Places

    def _offset(self, line: int, column: int) -> int:
        """Offset in characters of a line (from 1) and a column in UTF-8 bytes."""
        if self._shift is not None:
            at = self._shift[0]
            return -1 if at < 0 else at + column
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        return start + len(self._text[start:end].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def _start(self, node: ast.expr | ast.stmt | ast.arg | ast.alias | ast.keyword | ast.pattern) -> int:
        return self._offset(node.lineno, node.col_offset)

    def _end(self, node: ast.expr | ast.stmt | ast.alias | ast.pattern) -> int:
        return self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _line(
        self, node: ast.expr | ast.stmt | ast.arg | ast.alias | ast.keyword | ast.pattern | ast.excepthandler
    ) -> int:
        return self._shift[1] if self._shift is not None else node.lineno

    # What is told

    def _tell(
        self, start: int, end: int, parts: tuple[str, ...], role: Role, line: int, base: str = "", early: bool = False
    ) -> Use:
        when: When = "quoted" if self._shift is not None else "annotation" if self._lazy else self._when
        use = Use(start, end, parts, self._scope, role, early, base, line, when, len(self.reading.uses))
        self.reading.uses.append(use)
        return use

    def _bind(self, name: str, imported: bool = False) -> None:
        scope = self._scope
        variable = mangled(name, scope.owner)
        (scope.imported if imported else scope.bound).add(variable)
        if scope.kind == "module":
            self.reading.since.setdefault(variable, len(self.reading.uses))

    def _named(self, node: ast.stmt | ast.pattern | ast.excepthandler, name: str, role: Role, after: str) -> None:
        """A name that has no node of its own: the first such word behind a keyword."""
        line = self._line(node)
        start = self._offset(node.lineno, node.col_offset)
        found = re.compile(rf"{after}(?<!\w){re.escape(name)}(?!\w)").search(self._text, start) if start >= 0 else None
        self._bind(name)
        # Python normalizes identifiers: one that is not found as it is written has no place.
        end = found.end() if found is not None else -1
        self._tell(end - len(name) if end >= 0 else -1, end, (name,), role, line)

    # The visit

    def statements(self, body: Sequence[ast.stmt]) -> None:
        """A suite."""
        self._all(body)

    def _visit(self, node: ast.AST) -> None:
        handler = self.handlers.get(type(node))
        if handler is not None:
            handler(self, node)
            return
        for name in node._fields:
            value: object = getattr(node, name, None)
            if isinstance(value, ast.AST):
                self._visit(value)
            elif isinstance(value, list):
                nodes = [one for one in cast("list[object]", value) if isinstance(one, ast.AST)]
                suite = [one for one in nodes if isinstance(one, ast.stmt)]
                if suite:
                    self.statements(suite)
                else:
                    self._all(nodes)

    def _all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self._visit(node)

    # Expressions

    def _name(self, node: ast.Name) -> None:
        if type(node.ctx) is ast.Load:
            self._load(node)
            return
        start = self._start(node)
        self._bind(node.id)
        role: Role = "store" if type(node.ctx) is ast.Store else "delete"
        self._tell(start, start + len(node.id) if start >= 0 else -1, (node.id,), role, self._line(node))

    def _load(self, node: ast.Name) -> None:
        start, scope = self._start(node), self._scope
        early = scope.kind == "class" and not scope.binds(mangled(node.id, scope.owner))
        self._tell(start, start + len(node.id) if start >= 0 else -1, (node.id,), "load", self._line(node), "", early)

    def _attribute(self, node: ast.Attribute) -> Use:
        names = [node.attr]
        value: ast.expr = node.value
        while isinstance(value, ast.Attribute):
            names.append(value.attr)
            value = value.value
        end = self._end(node)
        if isinstance(value, ast.Name):
            scope = self._scope
            early = scope.kind == "class" and not scope.binds(mangled(value.id, scope.owner))
            parts = (value.id, *reversed(names))
            return self._tell(self._start(value), end, parts, "load", self._line(node), "", early)
        self._visit(value)
        base = ast.unparse(value) if len(names) < _DEEP and not isinstance(value, ast.Constant) else ""
        start = self._end(value)
        return self._tell(start, end, ("", *reversed(names)), "load", self._line(node), base[:_LONG])

    def _call(self, node: ast.Call) -> None:
        callee = node.func
        use: Use | None = None
        if isinstance(callee, ast.Attribute):
            use = self._attribute(callee)
        elif isinstance(callee, ast.Name):
            self._name(callee)
            use = self.reading.uses[-1]
            if callee.id in _BY_NAME:
                self._by_name(node)
        else:
            self._visit(callee)
        first = _FORWARD.get(last_of(callee), len(node.args))
        for number, argument in enumerate(node.args):
            quoted = number == first or (number > first and last_of(callee) == "TypeVar")
            (self._annotation if quoted else self._visit)(argument)
        for one in node.keywords:
            if one.arg is not None and use is not None:
                self.reading.keywords.append(Keyword(use, one.arg, self._start(one), self._line(one)))
            (self._annotation if one.arg == "bound" and last_of(callee) == "TypeVar" else self._visit)(one.value)

    def _subscript(self, node: ast.Subscript) -> None:
        self._visit(node.value)
        (self._annotation if last_of(node.value) in _TYPING else self._visit)(node.slice)

    def _by_name(self, node: ast.Call) -> None:
        """`getattr(a.b, "c")` is the chain `a.b.c`."""
        if len(node.args) < 2:
            return
        owner: ast.expr = node.args[0]
        name = node.args[1]
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value.isidentifier()):
            return
        parts = [name.value]
        while isinstance(owner, ast.Attribute):
            parts.append(owner.attr)
            owner = owner.value
        if isinstance(owner, ast.Name):
            end = self._end(name) - 1
            scope = self._scope
            early = scope.kind == "class" and not scope.binds(mangled(owner.id, scope.owner))
            self._tell(end - len(name.value), end, (owner.id, *reversed(parts)), "string", self._line(name), "", early)

    def _lambda(self, node: ast.Lambda) -> None:
        self._all([*node.args.defaults, *node.args.kw_defaults])
        outer = self._scope
        self._scope = Scope("lambda", outer.name, self._start(node), outer)
        when, self._when = self._when, "call"
        self._parameters(node.args)
        self._visit(node.body)
        self._scope, self._when = outer, when

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self._visit(node.generators[0].iter)
        outer = self._scope
        self._scope = Scope("comprehension", outer.name, self._start(node), outer)
        for number, one in enumerate(node.generators):
            if number:
                self._visit(one.iter)
            self._visit(one.target)
            self._all(one.ifs)
        if isinstance(node, ast.DictComp):
            self._all([node.key, node.value])
        else:
            self._visit(node.elt)
        self._scope = outer

    def _walrus(self, node: ast.NamedExpr) -> None:
        self._visit(node.value)
        outer = self._scope
        while self._scope.kind == "comprehension":
            self._scope = self._scope.above
        self._visit(node.target)
        self._scope = outer

    def _parameters(self, arguments: ast.arguments) -> None:
        for one in arguments_of(arguments):
            self._bind(one.arg)
            start = self._start(one)
            self._tell(start, start + len(one.arg) if start >= 0 else -1, (one.arg,), "parameter", self._line(one))

    # Annotations

    def _annotation(self, node: ast.expr) -> None:
        """An annotation; what is quoted in it is read too."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._quoted(node, node.value)
            return
        if isinstance(node, ast.Subscript):
            self._visit(node.value)
            if last_of(node.value) not in ("Literal", "Annotated"):
                self._annotation(node.slice)
                return
            self._visit(node.slice)
            return
        if isinstance(node, ast.Tuple | ast.List):
            for one in node.elts:
                self._annotation(one)
            return
        if isinstance(node, ast.BinOp):
            self._annotation(node.left)
            self._annotation(node.right)
            return
        self._visit(node)

    def _quoted(self, node: ast.Constant, value: str) -> None:
        if self._shift is not None or not value.isascii():
            return
        try:
            inner = ast.parse(value.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return
        start = self._start(node)
        source = self._text[start:self._end(node)]
        at = source.find(value.strip())
        plain = at >= 0 and "\n" not in value
        self._shift = (start + at if plain else -1, node.lineno)
        self._annotation(inner)
        self._shift = None

    handlers: ClassVar[Handlers] = {
        ast.Name: _name, ast.Attribute: _attribute, ast.Call: _call, ast.Subscript: _subscript, ast.Lambda: _lambda,
        ast.ListComp: _comprehension, ast.SetComp: _comprehension, ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension, ast.NamedExpr: _walrus,
    }  # fmt: skip


def starts_of(text: str) -> Sequence[int]:
    """Where each line begins."""
    if "\r" in text:
        return [0, *(match.end() for match in _BREAK.finditer(text))]
    ends = accumulate(map(len, text.split("\n")))
    return [0, *map(add, ends, count(1))]


_FORWARD: Final = {"cast": 0, "ForwardRef": 0, "NewType": 1, "TypeVar": 1}
"""Which argument of a call is, or begins, what is read like an annotation."""
_TYPING: Final = frozenset({
    "Union", "Optional", "List", "Dict", "Set", "FrozenSet", "Tuple", "Type", "Callable", "Iterable", "Iterator",
    "Sequence", "Mapping", "MutableMapping", "MutableSequence", "Collection", "Generator", "AsyncIterator", "Awaitable",
    "AsyncGenerator", "AsyncIterable", "Coroutine", "ClassVar", "Final", "DefaultDict", "Deque", "Generic", "Protocol",
})  # fmt: skip
_BY_NAME: Final = frozenset({"getattr", "hasattr", "setattr", "delattr"})


def arguments_of(arguments: ast.arguments) -> Iterator[ast.arg]:
    """All parameters, in the order in which they stand."""
    yield from (*arguments.posonlyargs, *arguments.args)
    if arguments.vararg is not None:
        yield arguments.vararg
    yield from arguments.kwonlyargs
    if arguments.kwarg is not None:
        yield arguments.kwarg


def last_of(node: ast.expr) -> str:
    """The last name of a chain."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


_FUTURE: Final = regex(r"(?m)^from[ \t]+__future__[ \t]+import\b.*\bannotations\b")
_BREAK: Final = regex(r"\r\n|\r|\n")
_DEEP: Final = 8
_LONG: Final = 200
