"""Complexity, Halstead figures, line counts and maintainability of functions, classes and modules, equal to radon's.

Counted from what the one walk has noted, so that nothing is parsed a second time; ranks and formulas are radon's own.
As radon has it, a `with`, a `lambda`, `except*`, and what stands in an `assert`, a decorator, a default or an
annotation of a parameter add nothing to the complexity; a nested function or class adds nothing to the one around it.

Where these figures differ from those of radon 6.0, and why:

- Rows: functions inside functions have rows (radon lists them as closures, and counts them nowhere else), and so have
  classes inside functions with their methods (radon drops them). The module's complexity leaves out both, as radon's.
- `end` is the last line of the body; radon's `endline` is the last line on which a node starts.
- Lines are what ends in a line feed, a carriage return or both. radon splits at form feeds and other separators as
  well, so that it counts a form feed as a line, and fails when one stands in a string.
- A statement before a `;` that holds a colon is two logical lines, as is one without a `;` behind it: radon takes it
  for one when a single token follows the colon (`if a: pass; b()`).
- A backslash before an empty line ends the statement; radon joins it with the next one.
- A colon inside an f-string is part of a string, on any version of Python; radon sees it from Python 3.12 on.
- A file that radon's line count cannot read (a rare letter in an identifier) is counted like any other.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from unicodedata import normalize

from overhaul.facts import Metric
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block, Scope
from overhaul.syntax.grammar import GRAMMAR


@Collector(
    "AnnAssign", "Assert", "AugAssign", "BinaryOperation", "BooleanOperation", "ClassDef", "CompFor", "Comparison",
    "Decorator", "Dict", "DictComp", "Else", "ExceptHandler", "ExceptStarHandler", "Finally", "For", "FormattedString",
    "FunctionDef", "If", "IfExp", "IndentedBlock", "Lambda", "Match", "MatchCase", "SimpleStatementLine",
    "SimpleStatementSuite", "Slice", "Try", "TryStar", "TypeVar", "UnaryOperation", "While", "With",
)  # fmt: skip
def metrics(module: Module) -> Iterator[Metric]:
    """Complexity of each function, class and module; Halstead figures, lines and maintainability of each module."""
    cc_rank = import_module("radon.complexity").cc_rank
    radon = import_module("radon.metrics")
    places = _Places(module)
    complexities = _complexities(module, places)
    total = complexities[module.scopes[0]]
    lines = _lines(module)
    halstead = radon.halstead_visitor_report(_operations(module, places))
    percent = (lines.comments + lines.multi) / lines.sloc * 100 if lines.sloc else 0.0
    maintainability: float = radon.mi_compute(halstead.volume, total, lines.lloc, percent)
    yield Metric(
        name="", kind="module", line=1, end=max(1, module.lines), complexity=total, rank=radon.mi_rank(maintainability),
        loc=lines.loc, lloc=lines.lloc, sloc=lines.sloc, comments=lines.comments, multi=lines.multi, blank=lines.blank,
        single_comments=lines.single_comments, h1=halstead.h1, h2=halstead.h2, N1=halstead.N1, N2=halstead.N2,
        vocabulary=halstead.vocabulary, length=halstead.length, volume=float(halstead.volume),
        difficulty=float(halstead.difficulty), effort=float(halstead.effort), time=halstead.time, bugs=halstead.bugs,
        maintainability=maintainability,
    )  # fmt: skip
    ranks: dict[int, str] = {complexity: cc_rank(complexity) for complexity in set(complexities.values())}
    for scope in places.definitions:
        complexity = complexities[scope]
        yield Metric(name=scope.name, kind=_kind(scope), line=scope.line, end=scope.end, complexity=complexity,
                     rank=ranks[complexity])  # fmt: skip


def _kind(scope: Scope) -> Literal["class", "function", "method"]:
    if scope.kind == "class":
        return "class"
    return "method" if scope.parent is not None and scope.parent.kind == "class" else "function"


# Where a node stands


class _Places:
    """Whose body, or whose header, a node stands in.

    A header (decorators, parameters, annotations, bases) is evaluated around the definition, and so the walk notes its
    nodes in the suite that holds the definition; there, nothing but the header stands on the definition's lines.
    """

    def __init__(self, module: Module) -> None:
        decorators = {id(node): line for node, line, _ in module.nodes(cst.Decorator)}
        decorated: list[tuple[Any, int, Block]] = [*module.nodes(cst.FunctionDef), *module.nodes(cst.ClassDef)]
        first_lines = {id(node): decorators[id(node.decorators[0])] for node, _, _ in decorated if node.decorators}
        self.definitions = [scope for scope in module.scopes if scope.kind == "function" or scope.kind == "class"]
        """Functions and classes, in source order."""
        self._headers: dict[Block, tuple[list[int], list[Scope]]] = {}
        """Suite -> the definitions in it, and the line on which each begins."""
        for scope in self.definitions:
            if scope.defined_in is not None:
                first, definitions = self._headers.setdefault(scope.defined_in, ([], []))
                first.append(first_lines.get(id(scope.node), scope.line))
                definitions.append(scope)
        defining = {block.scope for block in self._headers}
        self.plain: dict[Scope, Scope] = {}
        """Scopes in which no function or class is defined, and so no header stands -> the body they are part of."""
        for scope in module.scopes:
            if scope not in defining:
                body = scope if scope.parent is None or scope.kind in _BODIES else self.plain.get(scope.parent)
                if body is not None:
                    self.plain[scope] = body

    def find(self, line: int, block: Block) -> tuple[Scope, Scope | None]:
        """The module, class or function whose body holds a node, and the definition whose header holds it."""
        scope = block.scope
        while scope.kind not in _BODIES and scope.defined_in is not None:
            line, block = scope.line, scope.defined_in
            scope = block.scope
        first, definitions = self._headers.get(block, _NO_DEFINITIONS)
        index = bisect_right(first, line) - 1
        if index < 0 or line > definitions[index].end:
            return scope, None
        return scope, definitions[index]


_BODIES: Final = ("module", "class", "function")
_NO_DEFINITIONS: Final[tuple[Sequence[int], Sequence[Scope]]] = ((), ())


# Cyclomatic complexity


def _complexities(module: Module, places: _Places) -> dict[Scope, int]:
    """The complexity of the module and of each function and class."""
    decisions = _decisions(module, places)
    result: dict[Scope, int] = {}
    methods: defaultdict[Scope, list[int]] = defaultdict(list)
    root = module.scopes[0]
    total = 1 + decisions[root]
    # What is defined inside comes later in source order, so that in reverse a class's methods stand before it.
    for scope in reversed(places.definitions):
        real = own = 1 + decisions[scope]
        if scope.kind == "class":
            inside = methods[scope]
            real = own + sum(inside)
            own = real // len(inside) + (len(inside) > 1) if inside else real
        result[scope] = own
        if scope.parent is root:
            total += real - 1
        elif scope.parent is not None and scope.kind == "function":
            methods[scope.parent].append(own)
    result[root] = total
    return result


def _decisions(module: Module, places: _Places) -> Counter[Scope]:
    """The decision points in the body of each scope, without those of the functions and classes inside it."""
    decisions: Counter[Scope] = Counter([block.scope for _, _, block in module.nodes(cst.If)])
    decisions.update([block.scope for _, _, block in module.nodes(cst.Assert)])
    for loop, _, block in module.nodes(cst.For):
        decisions[block.scope] += 1 + (loop.orelse is not None)
    for repeat, _, block in module.nodes(cst.While):
        decisions[block.scope] += 1 + (repeat.orelse is not None)
    for attempt, _, block in module.nodes(cst.Try):
        decisions[block.scope] += len(attempt.handlers) + (attempt.orelse is not None)
    for match, _, block in module.nodes(cst.Match):
        patterns = [case.pattern for case in match.cases]
        catches_all = any(type(pattern) is cst.MatchAs and pattern.pattern is None for pattern in patterns)
        decisions[block.scope] += len(patterns) - catches_all
    asserts = _Asserts(module.nodes(cst.Assert))
    for node, line, block, weight in _deciding_expressions(module):
        scope = places.plain.get(block.scope)
        if scope is None:
            scope, header = places.find(line, block)
            if header is not None:
                continue
        if not asserts.hold(node, line):
            decisions[scope] += weight
    return decisions


def _deciding_expressions(module: Module) -> Iterator[tuple[cst.CSTNode, int, Block, int]]:
    for choice, line, block in module.nodes(cst.IfExp):
        yield choice, line, block, 1
    for operation, line, block in module.nodes(cst.BooleanOperation):
        yield operation, line, block, 1
    for loop, line, block in module.nodes(cst.CompFor):
        yield loop, line, block, 1 + len(loop.ifs)


class _Asserts:
    """Which expressions stand in an `assert`; no assertion is looked into unless one may."""

    def __init__(self, asserts: Sequence[tuple[cst.Assert, int, Block]]) -> None:
        self._nodes = asserts
        self._lines = [line for _, line, _ in asserts]
        self._inside: dict[int, frozenset[int]] = {}

    def hold(self, node: cst.CSTNode, line: int) -> bool:
        """Whether `node`, which stands on `line`, is part of an assertion: then of the last one that has begun."""
        index = bisect_right(self._lines, line) - 1
        if index < 0:
            return False
        begin = self._lines[index]
        while index >= 0 and self._lines[index] == begin:
            if index not in self._inside:
                self._inside[index] = frozenset(map(id, _below(self._nodes[index][0])))
            if id(node) in self._inside[index]:
                return True
            index -= 1
        return False


def _below(node: cst.CSTNode, opaque: str = "") -> Iterator[cst.CSTNode]:
    """A statement or expression and all expressions in it, but not what is in nodes of the class named `opaque`."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        name = node.__class__.__name__
        if name == opaque:
            continue
        for field in _fields(name):
            child = getattr(node, field)
            if isinstance(child, cst.CSTNode):
                stack.append(child)
            elif isinstance(child, tuple | list):
                stack += child


@lru_cache(maxsize=256)
def _fields(kind: str) -> tuple[str, ...]:
    """The fields of a node class that hold expressions, or nodes with expressions in them."""
    if kind == "Attribute":
        return ("value",)
    fields = (field.rstrip("*?=$+") for field in GRAMMAR.get(kind, "").split() if field[-1] not in "~#^%!}@")
    return tuple(field.partition("|")[0].partition(">")[0] for field in fields)


# Halstead's operators and operands


class _Operations(NamedTuple):
    """What radon computes Halstead's figures from."""

    distinct_operators: int
    distinct_operands: int
    operators: int
    operands: int


def _operations(module: Module, places: _Places) -> _Operations:
    """Count operators and operands outside of functions' headers.

    Operands are distinct by value or name, within all functions of one name; any other expression is its own operand.
    """
    contexts: defaultdict[str | None, set[object]] = defaultdict(set)
    seen = {scope: contexts[_context(body)] for scope, body in places.plain.items()}
    kinds: set[str] = set()
    operators = operands = 0
    for line, block, more_operators, more_operands in _operator_expressions(module):
        known = seen.get(block.scope)
        if known is None:
            scope, header = places.find(line, block)
            if header is not None and header.kind == "function":
                continue
            known = contexts[_context(scope)]
        operators += len(more_operators)
        operands += len(more_operands)
        kinds.update([operator.__class__.__name__ for operator in more_operators])
        for operand in more_operands:
            read = _OPERANDS.get(operand.__class__.__name__)
            known.add(operand if read is None else read(operand))
    # `a + b` and `a += b` have the same operator.
    kinds = {kind.removesuffix("Assign") for kind in kinds}
    return _Operations(len(kinds), sum(map(len, contexts.values())), operators, operands)


_Nodes: TypeAlias = Sequence[Any]


def _operator_expressions(module: Module) -> Iterator[tuple[int, Block, _Nodes, _Nodes]]:
    """Line, suite, operators and operands."""
    for binary, line, block in module.nodes(cst.BinaryOperation):
        yield line, block, (binary.operator,), (binary.left, binary.right)
    for unary, line, block in module.nodes(cst.UnaryOperation):
        yield line, block, (unary.operator,), (unary.expression,)
    for comparison, line, block in module.nodes(cst.Comparison):
        targets = comparison.comparisons
        operators = [target.operator for target in targets]
        yield line, block, operators, [comparison.left, *[target.comparator for target in targets]]
    for augmented, line, block in module.nodes(cst.AugAssign):
        yield line, block, (augmented.operator,), (augmented.target, augmented.value)
    for boolean, line, block in module.nodes(cst.BooleanOperation):
        left = boolean.left
        # `a and b and c` is one operator with three operands: the inner node hands on what it has.
        if type(left) is cst.BooleanOperation and type(left.operator) is type(boolean.operator) and not left.lpar:
            yield line, block, (), (boolean.right,)
        else:
            yield line, block, (boolean.operator,), (left, boolean.right)


def _context(scope: Scope) -> str | None:
    """The name of the innermost function around; None outside of functions."""
    inner: Scope | None = scope
    while inner is not None and inner.kind != "function":
        inner = inner.parent
    return None if inner is None else _identifier(inner.name.rpartition(".")[2])


def _identifier(name: str) -> str:
    """The form under which Python knows a name (PEP 3131)."""
    return name if name.isascii() else normalize("NFKC", name)


def _name(node: Any) -> object:
    name: str = node.value
    return _CONSTANTS.get(name) if name in _CONSTANTS else _identifier(name)


def _integer(node: Any) -> object:
    text: str = node.value
    try:
        return int(text, 0)
    except ValueError:  # Python refuses decimal numbers of more than some thousand digits; LibCST does not.
        return text


def _string(node: Any) -> Any:
    text: str = node.value
    if text[0] not in "'\"" or "\\" in text or "\r" in text:
        with warnings.catch_warnings():
            # What is wrong with an escape sequence is for the user's linter to say.
            warnings.simplefilter("ignore")
            try:
                return ast.literal_eval(text)
            except (SyntaxError, ValueError):  # A broken escape, which LibCST takes as it is.
                return text
    return text[3:-3] if text[:3] in ('"""', "'''") else text[1:-1]


def _joined(node: Any) -> object:
    parts: list[Any] = []
    while isinstance(node, cst.ConcatenatedString):
        parts.append(node.left)
        node = node.right
    parts.append(node)
    if not all(isinstance(part, cst.SimpleString) for part in parts):
        return node
    values = [_string(part) for part in parts]
    return b"".join(values) if all(isinstance(value, bytes) for value in values) else "".join(map(str, values))


_CONSTANTS: Final[Mapping[str, object]] = {"None": None, "True": True, "False": False}
_OPERANDS: Final[Mapping[str, Callable[[Any], object]]] = {
    "Name": _name,
    "Attribute": lambda node: _identifier(node.attr.value),
    "Integer": _integer,
    "Float": lambda node: float(node.value),
    "Imaginary": lambda node: complex(node.value.lower()),
    "Ellipsis": lambda node: ...,
    "SimpleString": _string,
    "ConcatenatedString": _joined,
}


# Lines


class _Lines(NamedTuple):
    loc: int
    lloc: int
    sloc: int
    comments: int
    multi: int
    blank: int
    single_comments: int


def _lines(module: Module) -> _Lines:
    """Count the lines as `radon.raw.analyze` does, in linear time."""
    lines = _split(module.text)
    if not lines[-1]:
        lines.pop()
    loc = len(lines)
    blank = lines.count("") + sum(map(str.isspace, lines))
    headers = [clause for kind in _HEADERS for clause in module.nodes(getattr(cst, kind))]
    single = _own_lines(module, headers) if module.comments else 0
    multi = 0
    for string in _lone_strings(module):
        inside = _split(string)
        if len(inside) > 1:
            multi += len(inside) - inside.count("") - sum(map(str.isspace, inside))
        else:
            single += 1
    lloc = _logical_lines(module, headers)
    return _Lines(loc, lloc, loc - blank - multi - single, len(module.comments), multi, blank, single)


_HEADERS: Final = (
    "ClassDef", "Else", "ExceptHandler", "ExceptStarHandler", "Finally", "For", "FunctionDef", "If", "Match",
    "MatchCase", "Try", "TryStar", "While", "With",
)  # fmt: skip
"""The node classes that begin with a line which ends in a colon."""


def _split(text: str) -> list[str]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def _own_lines(module: Module, headers: Sequence[tuple[Any, int, Block]]) -> int:
    """How many lines outside of brackets hold but a comment; inside brackets, they are lines of the statement."""
    spaces: list[Sequence[cst.EmptyLine]] = [module.tree.header, module.tree.footer]
    spaces += [node.footer for node, _, _ in module.nodes(cst.IndentedBlock) if node.footer]
    spaces += [node.footer for node, _, _ in module.nodes(cst.Match) if node.footer]
    spaces += [node.leading_lines for node, _, _ in module.nodes(cst.SimpleStatementLine) if node.leading_lines]
    spaces += [node.leading_lines for node, _, _ in module.nodes(cst.Decorator) if node.leading_lines]
    spaces += [node.leading_lines for node, _, _ in headers if node.leading_lines]
    for definitions in (module.nodes(cst.FunctionDef), module.nodes(cst.ClassDef)):
        spaces += [node.lines_after_decorators for node, _, _ in definitions if node.lines_after_decorators]
    return sum(line.comment is not None for space in spaces for line in space)


def _lone_strings(module: Module) -> Iterator[str]:
    """The text of each string that has its lines for itself: docstrings, and what else is written that way."""
    expression = cst.Expr
    for node, _, _ in module.nodes(cst.SimpleStatementLine):
        statement = node.body[0]
        if type(statement) is not expression or type(statement.semicolon) is not cst.MaybeSentinel:
            continue
        value = statement.value
        if type(value) is cst.SimpleString:
            text = value.value
        elif type(value) is cst.FormattedString:
            text = module.tree.code_for_node(value)
        else:
            continue
        if not value.lpar and node.trailing_whitespace.comment is None:
            yield text


def _logical_lines(module: Module, headers: Sequence[tuple[Any, int, Block]]) -> int:
    """Statements, clauses and decorators, and one more for each statement or decorator with a colon in it."""
    lone: dict[int, cst.CSTNode] = {line: node for node, line, _ in module.nodes(cst.Decorator)}
    """First line -> a decorator, or the one statement of its line."""
    begins = [*lone, *(line for _, line, _ in headers)]
    logical = len(begins)
    for node, line, _ in module.nodes(cst.SimpleStatementLine):
        begins.append(line)
        if len(node.body) == 1:
            lone[line] = node
            logical += 1
        else:
            logical += sum(1 + _has_colon(statement) for statement in node.body)
    for suite, _, _ in module.nodes(cst.SimpleStatementSuite):
        # The clause's own colon is the one of the first statement behind it.
        logical += 1 + sum(1 + _has_colon(statement) for statement in suite.body[1:])
    begins.sort()
    with_colon: set[int] = set()
    for line in _colons(module):
        begin = line if line in lone else begins[bisect_right(begins, line) - 1]
        if begin in lone:
            with_colon.add(begin)
    if with_colon:
        strings = {begins[bisect_right(begins, line) - 1] for _, line, _ in module.nodes(cst.FormattedString)}
        with_colon -= {begin for begin in with_colon & strings if not _has_colon(lone[begin])}
    return logical + len(with_colon)


def _colons(module: Module) -> Iterator[int]:
    """The lines of the nodes that are written with a colon inside a statement."""
    for nodes in (module.nodes(cst.Slice), module.nodes(cst.AnnAssign), module.nodes(cst.Lambda),
                  module.nodes(cst.DictComp)):  # fmt: skip
        yield from [line for _, line, _ in nodes]
    yield from [line for node, line, _ in module.nodes(cst.Dict) if _is_written_with_colon(node)]
    yield from [line for node, line, _ in module.nodes(cst.TypeVar) if node.bound is not None]


def _is_written_with_colon(node: cst.CSTNode) -> bool:
    match node:
        case cst.Slice() | cst.AnnAssign() | cst.Lambda() | cst.DictComp():
            return True
        case cst.Dict():
            return any(isinstance(element, cst.DictElement) for element in node.elements)
        case cst.TypeVar():
            return node.bound is not None
        case _:
            return False


def _has_colon(node: cst.CSTNode) -> bool:
    """Whether a statement holds a colon outside of strings."""
    return any(map(_is_written_with_colon, _below(node, opaque="FormattedString")))
