"""Read the names of one text from CPython's own syntax tree."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final, Literal

from overhaul.later import parsed
from overhaul.patterns import regex
from overhaul.proving.expressions import Expressions, Handlers, arguments_of, last_of, starts_of
from overhaul.proving.names import Keyword, Reading, Role, Use, When
from overhaul.proving.scoping import Scope, mangled

NAME: Final = regex(r"[^\W\d]\w*")


def read(text: str, words: Collection[str] | None = None) -> Reading:
    """The names of a text; with `words` only of the statements (of the module or a class) in which one of them stands.

    What a name in `words` means is told right all the same, for each statement that binds it has it. Raises
    SyntaxError, ValueError, RecursionError and MemoryError as `ast.parse` does.
    """
    tree = parsed(text)
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
    starts = starts_of(text)
    last = -1
    for match in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words)))})(?!\w)", text):
        line = bisect_right(starts, match.start())
        if line != last:
            last = line
            yield line


class _Reader(Expressions):
    """Goes through a tree once; with `lines` only through statements in which one of them stands."""

    def __init__(self, text: str, lines: Sequence[int] | None) -> None:
        super().__init__(text)
        self._wanted = lines

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
                bound = one.asname or (one.name if isinstance(node, ast.ImportFrom) else one.name.partition(".")[0])
                self._bind(bound, imported=True)
                if self._scope.kind == "module":
                    self.reading.origins[bound] = _origin(node, one)

    def _is_wanted(self, node: ast.stmt) -> bool:
        first = node.lineno
        for one in getattr(node, "decorator_list", ()):
            first = min(first, one.lineno)
        wanted = self._wanted or ()
        number = bisect_left(wanted, first)
        return number < len(wanted) and wanted[number] <= (node.end_lineno or first)

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
        for one in (*(one.annotation for one in arguments_of(arguments)), node.returns):
            if one is not None:
                self._annotation(one)
        self._lazy = lazy
        inner = Scope("function", dotted, start, self._scope)
        if outer.kind == "class" and not any(last_of(one) == "staticmethod" for one in node.decorator_list):
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
        if not isinstance(node.target, ast.Name):
            self._visit(node.target)
            return
        # It is read first: in a class that has not bound it yet, it is the module's.
        self._load(node.target)
        self._bind(node.target.id)

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
            if self._scope.kind == "module":
                self.reading.origins[bound] = _origin(node, one)
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

    handlers: ClassVar[Handlers] = {
        **Expressions.handlers,
        ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.ClassDef: _class, ast.Assign: _assign,
        ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.For: _loop, ast.AsyncFor: _loop,
        ast.ExceptHandler: _handler, ast.Global: _outside, ast.Nonlocal: _outside, ast.Import: _import,
        ast.ImportFrom: _import, ast.MatchAs: _captured, ast.MatchStar: _captured, ast.MatchMapping: _match_mapping,
        # Python 3.12 has it; no node is of the class that stands for it before.
        getattr(ast, "TypeAlias", ast.AST): _type_alias,
    }  # fmt: skip


def _origin(node: ast.Import | ast.ImportFrom, one: ast.alias) -> str:
    """What an import's name means: `import a.b` -> `a`, `import a.b as c` -> `a.b`, `from ..a import b` -> `..a.b`."""
    if isinstance(node, ast.Import):
        return one.name if one.asname else one.name.partition(".")[0]
    return f"{'.' * node.level}{f'{node.module}.' if node.module else ''}{one.name}"


__all__ = ["Keyword", "Reading", "Role", "Use", "When", "read", "words_in"]
