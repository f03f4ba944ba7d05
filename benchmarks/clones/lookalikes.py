"""Pairs that look alike and do something else, so that reporting them is an error.

What a careful reader calls different, and not a copy with changes:

- `comparison`, `operator`, `operands`: in a definition of five to eight statements, nothing else than what it decides
  or reckons with is turned round: `<` for `>`, `in` for `not in`, `+` for `-`, `and` for `or`, `a - b` for `b - a`. In
  a long one this would be a copy of type 3, so long ones are not taken.
- `frame`: the same ifs, loops, tries and withs in the same order, around the statements and conditions of others.
- `vocabulary`: another function of about the same size, which uses the names of this one.
- `boilerplate`: two functions that have nothing in common but how they log, time and guard what they do.

A callee exchanged for another one is no look-alike: with nothing else changed that is a copy of type 2 by definition.
"""

from __future__ import annotations

import ast
from random import Random
from typing import Final, TypeAlias

import libcst as cst
import msgspec

from benchmarks.clones.editing import Foreign
from benchmarks.clones.exact import kind
from benchmarks.clones.renaming import names_of, renamed
from benchmarks.clones.rewriting import Unfit, Words, blocks, code, docstring_of, identifiers, parse
from benchmarks.clones.sampling import Unit

SMALL: Final = 8
_LINES: Final = 22
_COMPARISONS: Final[dict[type[cst.BaseCompOp], type[cst.BaseCompOp]]] = {
    cst.LessThan: cst.GreaterThan, cst.GreaterThan: cst.LessThan, cst.LessThanEqual: cst.GreaterThanEqual,
    cst.GreaterThanEqual: cst.LessThanEqual, cst.Equal: cst.NotEqual, cst.NotEqual: cst.Equal, cst.In: cst.NotIn,
    cst.NotIn: cst.In, cst.Is: cst.IsNot, cst.IsNot: cst.Is,
}  # fmt: skip
_OPERATORS: Final[dict[type[cst.BaseBinaryOp], type[cst.BaseBinaryOp]]] = {
    cst.Add: cst.Subtract, cst.Subtract: cst.Add, cst.Multiply: cst.Divide, cst.Divide: cst.Multiply,
    cst.FloorDivide: cst.Multiply, cst.BitAnd: cst.BitOr, cst.BitOr: cst.BitAnd,
}  # fmt: skip
_SIDED: Final = (cst.Subtract, cst.Divide, cst.FloorDivide, cst.Power)
_NO_NUMBERS: Final = ("path", "folder", "dir", "root", "parent")
_Definition: TypeAlias = cst.FunctionDef | cst.ClassDef


class _Turner(cst.CSTTransformer):
    """Leaves annotations as they are."""

    def visit_Annotation(self, node: cst.Annotation) -> bool:
        return False


class _Comparisons(_Turner):
    def leave_ComparisonTarget(
        self, original_node: cst.ComparisonTarget, updated_node: cst.ComparisonTarget
    ) -> cst.ComparisonTarget:
        other = _COMPARISONS.get(type(updated_node.operator))
        return updated_node if other is None else updated_node.with_changes(operator=other())


class _Operators(_Turner):
    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        other = _OPERATORS.get(type(updated_node.operator))
        text = isinstance(updated_node.left, cst.BaseString) or isinstance(updated_node.right, cst.BaseString)
        return updated_node if other is None or text else updated_node.with_changes(operator=other())

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        turned: cst.BaseBooleanOp = cst.Or() if isinstance(updated_node.operator, cst.And) else cst.And()
        return updated_node.with_changes(operator=turned)


class _Operands(_Turner):
    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        if not isinstance(updated_node.operator, _SIDED):
            return updated_node
        both = cst.Module([]).code_for_node(updated_node).lower()
        if '"' in both or "'" in both or any(word in both for word in _NO_NUMBERS):
            return updated_node
        return updated_node.with_changes(left=updated_node.right, right=updated_node.left)


def turned(unit: Unit, way: str) -> Unit:
    """A small unit with its comparisons, operators or operands turned. Raises Unfit when it has none, or is long."""
    if unit.statements > SMALL or len(unit.source.splitlines()) > _LINES:
        raise Unfit("too long: this would be a copy with a change")
    by = {"comparison": _Comparisons, "operator": _Operators, "operands": _Operands}[way]()
    return _checked(unit, parse(unit.source).visit(by))


def _checked(unit: Unit, tree: object) -> Unit:
    if not isinstance(tree, cst.FunctionDef | cst.ClassDef):
        raise Unfit("the definition itself is gone")
    source = code(tree)
    if kind(unit.source, source) is not None:
        raise Unfit("still the same")
    return msgspec.structs.replace(unit, source=source)


class _Frame(cst.CSTTransformer):
    """Other simple statements in the same blocks, other conditions in front of them."""

    def __init__(self, foreign: Foreign, random: Random) -> None:
        self._foreign = foreign
        self._random = random

    def _expression(self) -> cst.BaseExpression:
        return cst.parse_expression(ast.unparse(_value(self._random.choice(self._foreign))))

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        match updated_node.body[-1]:
            case cst.Return(value=cst.BaseExpression()) as last:
                made = last.with_changes(value=self._expression(), whitespace_after_return=cst.SimpleWhitespace(" "))
                return updated_node.with_changes(body=[made])
            case cst.Return() | cst.Raise() | cst.Break() | cst.Continue():
                return updated_node
            case cst.Pass() | cst.Import() | cst.ImportFrom():
                return updated_node
            case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString() | cst.Yield() | cst.Await()):
                return updated_node
            case _:
                new = cst.parse_module(self._random.choice(self._foreign)).body[0]
                return new if isinstance(new, cst.SimpleStatementLine) else updated_node

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:
        return updated_node.with_changes(test=self._expression(), whitespace_before_test=cst.SimpleWhitespace(" "))

    def leave_For(self, original_node: cst.For, updated_node: cst.For) -> cst.For:
        return updated_node.with_changes(iter=self._expression())


def _value(statement: str) -> ast.expr:
    node = ast.parse(statement).body[0]
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        return node.value
    raise Unfit("no value")


def framed(unit: Unit, foreign: Foreign, random: Random, words: Words) -> Unit:
    """The same control flow around other statements, under another name; for functions with a frame to speak of."""
    frames = (ast.If, ast.For, ast.Try, ast.With, ast.While, ast.AsyncFor, ast.AsyncWith)
    if unit.kind == "class" or sum(isinstance(one, frames) for one in ast.walk(ast.parse(unit.source))) < 2:
        raise Unfit("no frame")
    made = _checked(unit, parse(unit.source).visit(_Frame(foreign, random)))
    return _called(made, words.like(unit.own))


def _called(unit: Unit, name: str) -> Unit:
    node = parse(unit.source)
    return msgspec.structs.replace(unit, name=name, source=code(node.with_changes(name=cst.Name(name))))


def same_words(unit: Unit, other: Unit, words: Words, random: Random) -> Unit:
    """The other unit with the names of this one, sort by sort. Raises Unfit when they have few names."""
    names, theirs = names_of(unit), names_of(other)
    present = identifiers(other.source)
    variables: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for target, mine, of in (
        (variables, names.locals, theirs.locals), (variables, names.free, theirs.free),
        (attributes, names.attributes, theirs.attributes), (attributes, names.methods, theirs.methods),
    ):  # fmt: skip
        free = [name for name in mine if name not in present]
        random.shuffle(free)
        target.update(zip(of, free, strict=False))
    if len(variables) + len(attributes) < 4 or len(set(variables.values())) < len(variables):
        raise Unfit("too few names")
    return renamed(other, ("locals", "attributes", "callees"), words, random, variables, attributes)


_BOILERPLATE: Final = '''\
def wrapped():
    logger.debug("begin")
    started = time.monotonic()
    try:
        pass
    except Exception:
        logger.exception("failed")
        raise
    finally:
        logger.debug("took %.3f s", time.monotonic() - started)
'''


def guarded(unit: Unit) -> Unit:
    """The unit with the boilerplate of logging and timing around its body."""
    tree = parse(unit.source)
    if not isinstance(tree, cst.FunctionDef) or not isinstance(tree.body, cst.IndentedBlock) or unit.statements < 9:
        raise Unfit("not a function, or too short to be more than its boilerplate")
    wrapper = parse(_BOILERPLATE)
    found = docstring_of(tree.body)
    body = [one for one in tree.body.body if one is not found]
    guard = next(one for one in wrapper.body.body if isinstance(one, cst.Try))
    before = [one for one in blocks(wrapper)[0].body if one is not guard]
    guard = guard.with_changes(body=cst.IndentedBlock(body))
    return _checked(unit, tree.with_changes(body=cst.IndentedBlock([*([found] if found else []), *before, guard])))


WAYS: Final = ("comparison", "operator", "operands", "frame", "vocabulary", "boilerplate")
