"""Read the names of one text from CPython's own syntax tree."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, count
from operator import add
from typing import Any, Final, Literal, NamedTuple, cast

from overhaul.patterns import regex
from overhaul.proving.scoping import Scope, home, mangled

NAME: Final = regex(r"[^\W\d]\w*")

Role = Literal["load", "store", "delete", "definition", "parameter", "import", "string"]


When = Literal["import", "call", "annotation", "quoted"]
"""annotation: of what need not be evaluated: under `from __future__ import annotations`, or of a local variable."""


class Use(NamedTuple):
    """A name, or a chain of attributes of one, where it stands."""

    start: int
    """Offset of the first name; -1 where it stands in a string that cannot be mapped to the source."""
    end: int
    """Offset behind the last one."""
    parts: tuple[str, ...]
    """The chain; the first part is "" where it hangs on another expression than a name."""
    scope: Scope
    """Where it is looked up from."""
    role: Role
    """Of the first name; string: the last part is a string: `getattr(a, "b")`."""
    early: bool
    """The class body it stands in has not bound it yet."""
    base: str
    """The expression that the chain hangs on, where that is no name."""
    line: int
    when: When
    """Whether it is looked up when its module is imported."""
    number: int
    """Its index in `Reading.uses`."""

    @property
    def text(self) -> str:
        """As it is written."""
        return ".".join(self.parts)

    @property
    def home(self) -> Scope:
        """The scope whose variable the first name is."""
        return home(self.scope, self.variable, self.early)

    @property
    def variable(self) -> str:
        """The first name as Python keeps it."""
        return mangled(self.parts[0], self.scope.owner)


class Keyword(NamedTuple):
    """A keyword argument of a call."""

    callee: Use
    name: str
    start: int
    line: int


class Reading:
    """The names of one text."""

    def __init__(self) -> None:
        """Made by `read`."""
        self.module = Scope("module", "", 0, None)
        self.uses: list[Use] = []
        """In the order of execution within each statement."""
        self.keywords: list[Keyword] = []
        self.since: dict[str, int] = {}
        """Name of the module -> how many uses come before the first statement that binds it."""
        self.definitions: dict[str, list[tuple[int, int]]] = {}
        """Dotted name of a class, function or variable outside of functions -> where the statements stand."""


def read(text: str, words: Collection[str] | None = None) -> Reading:
    """The names of a text; with `words` only of the statements (of the module or a class) in which one of them stands.

    What a name in `words` means is told right all the same, for each statement that binds it has it. Raises
    SyntaxError, ValueError, RecursionError and MemoryError as `ast.parse` does.
    """
    tree = ast.parse(text, type_comments=False)
    reader = _Reader(text, None if words is None else sorted(_lines(text, words)))
    reader.statements(tree.body)
    return reader.reading


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """All identifiers in some texts."""
    return frozenset(word for text in texts for word in NAME.findall(text))


def _lines(text: str, words: Collection[str]) -> Iterator[int]:
    """The lines in which one of some words stands, from 1."""
    if not words:
        return
    starts = _starts(text)
    last = -1
    for match in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words)))})(?!\w)", text):
        line = bisect_right(starts, match.start())
        if line != last:
            last = line
            yield line


def _starts(text: str) -> Sequence[int]:
    """Where each line begins."""
    if "\r" in text:
        return [0, *(match.end() for match in _BREAK.finditer(text))]
    ends = accumulate(map(len, text.split("\n")))
    return [0, *map(add, ends, count(1))]


_FUTURE: Final = regex(r"(?m)^from[ \t]+__future__[ \t]+import\b.*\bannotations\b")
_BREAK: Final = regex(r"\r\n|\r|\n")


class _Reader:
    """Goes through a tree once."""

    def __init__(self, text: str, lines: Sequence[int] | None) -> None:
        self.reading = Reading()
        self._text = text
        self._wanted = lines
        self._starts = _starts(text)
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

    # Statements

    def statements(self, body: Sequence[ast.stmt]) -> None:
        """A suite."""
        selecting = self._wanted is not None and self._scope.kind in ("module", "class")
        for node in body:
            if not selecting or self._is_wanted(node):
                self._visit(node)
            else:
                self._pass_over(node)

    def _pass_over(self, node: ast.stmt) -> None:
        """What a statement binds that is not read."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._bind(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                if isinstance(target, ast.Name):
                    self._bind(target.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for one in node.names:
                self._bind(one.asname or one.name.partition(".")[0], imported=True)

    def _is_wanted(self, node: ast.stmt) -> bool:
        first = node.lineno
        for one in getattr(node, "decorator_list", ()):
            first = min(first, one.lineno)
        wanted = self._wanted or ()
        number = bisect_left(wanted, first)
        return number < len(wanted) and wanted[number] <= (node.end_lineno or first)

    def _visit(self, node: ast.AST) -> None:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            handler(self, node)
            return
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                if value and isinstance(value[0], ast.stmt):
                    self.statements(value)
                    continue
                for one in value:
                    if isinstance(one, ast.AST):
                        self._visit(one)
            elif isinstance(value, ast.AST):
                self._visit(value)

    def _all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self._visit(node)

    def _defines(self, name: str, node: ast.stmt) -> None:
        scope = self._scope
        if scope.kind not in ("module", "class"):
            return
        start = min([self._start(node), *(self._start(one) for one in getattr(node, "decorator_list", ()))])
        dotted = f"{scope.name}.{name}" if scope.name else name
        self.reading.definitions.setdefault(dotted, []).append((start, self._end(node)))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._all(node.decorator_list)
        self._defines(node.name, node)
        outer = self._scope
        dotted = f"{outer.name}.{node.name}" if outer.name else node.name
        arguments = node.args
        self._all([*arguments.defaults, *arguments.kw_defaults])
        start = self._start(node)
        self._type_parameters(node, dotted, start)
        lazy, self._lazy = self._lazy, self._lazy or self._future
        for one in (*(one.annotation for one in _arguments(arguments)), node.returns):
            if one is not None:
                self._annotation(one)
        self._lazy = lazy
        inner = Scope("function", dotted, start, self._scope)
        if outer.kind == "class" and not any(_last(one) == "staticmethod" for one in node.decorator_list):
            first = next(iter((*arguments.posonlyargs, *arguments.args)), None)
            inner.receiver = first.arg if first is not None else ""
        self._scope = inner
        when, self._when = self._when, "call"
        self._parameters(arguments)
        self.statements(node.body)
        self._scope, self._when = outer, when
        self._named(node, node.name, "definition", r"def\s*(?:\\\s*)*")

    def _type_parameters(self, node: ast.stmt, dotted: str, start: int) -> None:
        """Open the scope of `[T]` behind a name, where there is one; whoever asked for it closes it."""
        parameters: Sequence[Any] = getattr(node, "type_params", ())
        if not parameters:
            return
        self._scope = Scope("types", dotted, start, self._scope)
        for one in parameters:
            self._bind(one.name)
            at = self._text.find(one.name, self._offset(one.lineno, one.col_offset))
            self._tell(at, at + len(one.name), (one.name,), "parameter", one.lineno)
        for one in parameters:
            self._all([getattr(one, "bound", None), getattr(one, "default_value", None)])

    def _parameters(self, arguments: ast.arguments) -> None:
        for one in _arguments(arguments):
            self._bind(one.arg)
            start = self._start(one)
            self._tell(start, start + len(one.arg) if start >= 0 else -1, (one.arg,), "parameter", self._line(one))

    def _class(self, node: ast.ClassDef) -> None:
        self._all(node.decorator_list)
        self._defines(node.name, node)
        outer = self._scope
        dotted = f"{outer.name}.{node.name}" if outer.name else node.name
        start = self._start(node)
        self._type_parameters(node, dotted, start)
        self._all([*node.bases, *(one.value for one in node.keywords)])
        self._scope = Scope("class", dotted, start, self._scope)
        self.statements(node.body)
        self._scope = outer
        self._named(node, node.name, "definition", r"class\s*(?:\\\s*)*")

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

    def _assign(self, node: ast.Assign) -> None:
        self._visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._defines(target.id, node)
            self._visit(target)

    def _annotated(self, node: ast.AnnAssign) -> None:
        lazy, self._lazy = self._lazy, self._lazy or self._future or self._scope.kind == "function"
        self._annotation(node.annotation)
        self._lazy = lazy
        if node.value is not None:
            self._visit(node.value)
        if isinstance(node.target, ast.Name):
            self._defines(node.target.id, node)
        self._visit(node.target)

    def _augmented(self, node: ast.AugAssign) -> None:
        self._visit(node.value)
        self._visit(node.target)

    def _loop(self, node: ast.For | ast.AsyncFor) -> None:
        self._visit(node.iter)
        self._visit(node.target)
        self.statements(node.body)
        self.statements(node.orelse)

    def _handler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self._visit(node.type)
        if node.name:
            self._named(node, node.name, "store", r"(?<!\w)as\s*(?:\\\s*)*")
        self.statements(node.body)

    def _outside(self, node: ast.Global | ast.Nonlocal) -> None:
        how: Literal["global", "nonlocal"] = "global" if isinstance(node, ast.Global) else "nonlocal"
        start, end = self._start(node), self._end(node)
        for name in node.names:
            self._scope.elsewhere[mangled(name, self._scope.owner)] = how
            if how == "global":
                self.reading.module.bound.add(mangled(name, self._scope.owner))
            found = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").search(self._text, start + len(how), end)
            at = found.start() if found is not None else -1
            self._tell(at, at + len(name) if at >= 0 else -1, (name,), "store", self._line(node))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for one in node.names:
            if one.name == "*":
                continue
            bound = one.asname or (one.name if isinstance(node, ast.ImportFrom) else one.name.partition(".")[0])
            self._bind(bound, imported=True)
            end = self._end(one)
            start = end - len(bound) if one.asname or isinstance(node, ast.ImportFrom) else self._start(one)
            self._tell(start, start + len(bound), (bound,), "import", self._line(one))

    def _type_alias(self, node: Any) -> None:
        outer = self._scope
        self._visit(node.name)
        self._type_parameters(node, outer.name, self._start(node))
        self._scope = Scope("types", outer.name, self._start(node), self._scope)
        self._visit(node.value)
        self._scope = outer

    # Patterns

    def _captured(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if isinstance(node, ast.MatchAs) and node.pattern is not None:
            self._visit(node.pattern)
        if node.name:
            end = self._end(node)
            self._bind(node.name)
            self._tell(end - len(node.name), end, (node.name,), "store", self._line(node))

    def _match_mapping(self, node: ast.MatchMapping) -> None:
        self._all([*node.keys, *node.patterns])
        if node.rest:
            self._named(node, node.rest, "store", r"\*\*\s*")

    # Expressions

    def _name(self, node: ast.Name) -> None:
        start = self._start(node)
        role: Role = "load"
        if type(node.ctx) is not ast.Load:
            role = "store" if type(node.ctx) is ast.Store else "delete"
            self._bind(node.id)
        scope = self._scope
        early = scope.kind == "class" and role == "load" and not scope.binds(mangled(node.id, scope.owner))
        self._tell(start, start + len(node.id) if start >= 0 else -1, (node.id,), role, self._line(node), "", early)

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
        self._all(node.args)
        for one in node.keywords:
            if one.arg is not None and use is not None:
                self.reading.keywords.append(Keyword(use, one.arg, self._start(one), self._line(one)))
            self._visit(one.value)

    def _by_name(self, node: ast.Call) -> None:
        """`getattr(a.b, "c")` is the chain `a.b.c`."""
        if len(node.args) < 2 or not isinstance(node.args[0], ast.Name | ast.Attribute):
            return
        owner, name = node.args[0], node.args[1]
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value.isidentifier()):
            return
        parts = [name.value]
        while isinstance(owner, ast.Attribute):
            parts.append(owner.attr)
            owner = cast("ast.Name | ast.Attribute", owner.value)
        if isinstance(owner, ast.Name):
            end = self._end(name) - 1
            scope = self._scope
            early = scope.kind == "class" and not scope.binds(mangled(owner.id, scope.owner))
            self._tell(end - len(name.value), end, (owner.id, *reversed(parts)), "string", self._line(name), "", early)

    # Annotations

    def _annotation(self, node: ast.expr) -> None:
        """An annotation; what is quoted in it is read too."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._quoted(node, node.value)
            return
        if isinstance(node, ast.Subscript):
            self._visit(node.value)
            if _last(node.value) not in ("Literal", "Annotated"):
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


_DEEP: Final = 8
_LONG: Final = 200
_BY_NAME: Final = frozenset({"getattr", "hasattr", "setattr", "delattr"})


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args)
    if arguments.vararg is not None:
        yield arguments.vararg
    yield from arguments.kwonlyargs
    if arguments.kwarg is not None:
        yield arguments.kwarg


def _last(node: ast.expr) -> str:
    """The last name of a chain."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


_HANDLERS: Final[Mapping[type[ast.AST], Callable[[_Reader, Any], object]]] = {
    ast.Name: _Reader._name, ast.Attribute: _Reader._attribute, ast.Call: _Reader._call,
    ast.FunctionDef: _Reader._function, ast.AsyncFunctionDef: _Reader._function, ast.ClassDef: _Reader._class,
    ast.Lambda: _Reader._lambda, ast.ListComp: _Reader._comprehension, ast.SetComp: _Reader._comprehension,
    ast.GeneratorExp: _Reader._comprehension, ast.DictComp: _Reader._comprehension, ast.NamedExpr: _Reader._walrus,
    ast.Assign: _Reader._assign, ast.AnnAssign: _Reader._annotated, ast.AugAssign: _Reader._augmented,
    ast.For: _Reader._loop, ast.AsyncFor: _Reader._loop, ast.ExceptHandler: _Reader._handler,
    ast.Global: _Reader._outside, ast.Nonlocal: _Reader._outside, ast.Import: _Reader._import,
    ast.ImportFrom: _Reader._import, ast.MatchAs: _Reader._captured, ast.MatchStar: _Reader._captured,
    ast.MatchMapping: _Reader._match_mapping,
    **({ast.TypeAlias: _Reader._type_alias} if hasattr(ast, "TypeAlias") else {}),
}  # fmt: skip
