"""Copies of type 1: the same code laid out in another way, with other comments and another docstring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

import libcst as cst
import msgspec

from benchmarks.clones.rewriting import Unfit, blocks, code, docstring_of, identifiers, parse
from benchmarks.clones.sampling import Unit

_INDENTS: Final = ("  ", "   ", "        ")


class _Layout(cst.CSTTransformer):
    """What all changes of layout need: chance, and some words for comments."""

    def __init__(self, random: Random, words: Sequence[str]) -> None:
        self.random = random
        self.words = words
        self.changed = 0

    def often(self, share: float) -> bool:
        """True so often; and counts it as a change."""
        hit = self.random.random() < share
        self.changed += hit
        return hit

    def sentence(self) -> str:
        """Some words."""
        return " ".join(self.random.choice(self.words) for _ in range(self.random.randint(2, 6)))


class _BlankLines(_Layout):
    """Puts empty lines before statements, and takes away those that are there."""

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        lines = [line for line in updated_node.leading_lines if line.comment is not None]
        if self.often(0.4):
            lines = [cst.EmptyLine(indent=False)] * self.random.randint(1, 2) + lines
        return updated_node.with_changes(leading_lines=lines)


class _Comments(_Layout):
    """Comments before and behind statements; those that are there go or stay."""

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        lines = list(updated_node.leading_lines)
        if self.often(0.5):
            lines = [line for line in lines if line.comment is None]
        if self.often(0.4):
            lines.append(cst.EmptyLine(comment=cst.Comment(f"# {self.sentence().capitalize()}.")))
        changed = updated_node.with_changes(leading_lines=lines)
        if self.often(0.3):
            behind = cst.TrailingWhitespace(cst.SimpleWhitespace("  "), cst.Comment(f"# {self.sentence()}"))
            changed = changed.with_changes(trailing_whitespace=behind)
        return changed


class _Docstring(_Layout):
    """Takes the docstrings away, or puts some there."""

    def _documented(self, node: cst.FunctionDef | cst.ClassDef) -> cst.FunctionDef | cst.ClassDef:
        if not isinstance(node.body, cst.IndentedBlock):
            return node
        found = docstring_of(node.body)
        rest = [one for one in node.body.body if one is not found]
        self.changed += 1
        if found is None or self.random.random() < 0.3:
            text = cst.Expr(cst.SimpleString(f'"""{self.sentence().capitalize()}.\n\n    {self.sentence()}\n    """'))
            rest.insert(0, cst.SimpleStatementLine([text]))
        if not rest:
            rest = [cst.SimpleStatementLine([cst.Pass()])]
        return node.with_changes(body=node.body.with_changes(body=rest))

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.BaseStatement:
        return self._documented(updated_node)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.BaseStatement:
        return self._documented(updated_node)


class _Brackets(_Layout):
    """Brackets around whole expressions that have none."""

    def _around(self, value: cst.BaseExpression) -> cst.BaseExpression:
        # A bare tuple, generator or yield is left alone: those have rules of their own.
        if isinstance(value, cst.Tuple | cst.Yield | cst.GeneratorExp | cst.NamedExpr) or not self.often(0.5):
            return value
        if list(getattr(value, "lpar", ())):
            return value
        return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        return updated_node.with_changes(value=self._around(updated_node.value))

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:
        if updated_node.value is None:
            return updated_node
        return updated_node.with_changes(
            value=self._around(updated_node.value), whitespace_after_return=cst.SimpleWhitespace(" ")
        )

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:
        return updated_node.with_changes(test=self._around(updated_node.test))


class _Breaks(_Layout):
    """Arguments each on a line of their own, or all on one."""

    _depth = 0

    def visit_Call(self, node: cst.Call) -> None:
        self._depth += 1

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        self._depth -= 1
        if self._depth or not updated_node.args or not self.often(0.7):
            return updated_node
        broken = isinstance(updated_node.whitespace_before_args, cst.ParenthesizedWhitespace)
        space: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace("")
        between: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace(" ")
        if not broken:
            space = between = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
        args = [
            arg.with_changes(
                comma=cst.Comma(whitespace_after=between) if number + 1 < len(updated_node.args) else arg.comma,
                whitespace_after_arg=cst.SimpleWhitespace(""),
            )
            for number, arg in enumerate(updated_node.args)
        ]
        if isinstance(args[-1].comma, cst.Comma):
            args[-1] = args[-1].with_changes(comma=cst.Comma())
        return updated_node.with_changes(whitespace_before_args=space, args=args)


class _Quotes(_Layout):
    """The other sort of quotes."""

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.BaseExpression:
        text, quote = updated_node.value, updated_node.quote
        if len(quote) != 1 or "\\" in text or "'" in updated_node.raw_value or '"' in updated_node.raw_value:
            return updated_node
        self.changed += 1
        other = "'" if quote == '"' else '"'
        return updated_node.with_changes(value=f"{updated_node.prefix}{other}{updated_node.raw_value}{other}")

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        return False


class _Commas(_Layout):
    """Commas behind the last argument or element, or none."""

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        args = list(updated_node.args)
        if not args or isinstance(args[-1].value, cst.GeneratorExp) or not self.often(0.7):
            return updated_node
        there = isinstance(args[-1].comma, cst.Comma)
        args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT if there else cst.Comma())
        return updated_node.with_changes(args=args)

    def leave_List(self, original_node: cst.List, updated_node: cst.List) -> cst.BaseExpression:
        elements = list(updated_node.elements)
        if not elements or not self.often(0.7):
            return updated_node
        there = isinstance(elements[-1].comma, cst.Comma)
        elements[-1] = elements[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT if there else cst.Comma())
        return updated_node.with_changes(elements=elements)


class _Spaces(_Layout):
    """No spaces, or more of them, around operators of arithmetic."""

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        operators = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide, cst.Modulo, cst.BitOr)
        # Where the line is broken at the operator, it stays so.
        if not self.often(0.7) or not isinstance(updated_node.operator, operators):
            return updated_node
        if not isinstance(updated_node.operator.whitespace_before, cst.SimpleWhitespace):
            return updated_node
        if not isinstance(updated_node.operator.whitespace_after, cst.SimpleWhitespace):
            return updated_node
        space = cst.SimpleWhitespace(self.random.choice(["", "  "]))
        operator = updated_node.operator.with_changes(whitespace_before=space, whitespace_after=space)
        return updated_node.with_changes(operator=operator)


class _OneLiners(_Layout):
    """`if x: return y` on one line where the block is one simple statement, and on two where it was on one."""

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:
        body = updated_node.body
        if isinstance(body, cst.SimpleStatementSuite):
            self.changed += 1
            return updated_node.with_changes(body=cst.IndentedBlock([cst.SimpleStatementLine(body.body)]))
        if len(body.body) != 1 or updated_node.orelse is not None or not self.often(0.7):
            return updated_node
        only = body.body[0]
        if not isinstance(only, cst.SimpleStatementLine) or only.leading_lines or only.trailing_whitespace.comment:
            return updated_node
        return updated_node.with_changes(body=cst.SimpleStatementSuite(only.body))


KINDS: Final[dict[str, Callable[[Random, Sequence[str]], _Layout]]] = {
    "blank lines": _BlankLines, "comments": _Comments, "docstrings": _Docstring, "brackets": _Brackets,
    "line breaks": _Breaks, "quotes": _Quotes, "commas": _Commas, "spaces": _Spaces, "one-liners": _OneLiners,
}  # fmt: skip


def _indented(node: cst.FunctionDef | cst.ClassDef, random: Random) -> cst.FunctionDef | cst.ClassDef:
    """All blocks indented by another number of spaces."""
    indent = random.choice(_INDENTS)

    class Indent(cst.CSTTransformer):
        def leave_IndentedBlock(
            self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
        ) -> cst.BaseSuite:
            return updated_node.with_changes(indent=indent)

    changed = node.visit(Indent())
    return changed if isinstance(changed, cst.FunctionDef | cst.ClassDef) else node


def moved(unit: Unit) -> Unit:
    """The unit at another indentation: a function inside a class, a method at the top of a module.

    Raises Unfit for classes, and for what would mean something else there.
    """
    said = identifiers(unit.source)
    # A function's own name means something else inside a class; names of two underscores belong to theirs.
    alone = unit.source.count(unit.own) == 1
    if unit.kind == "class" or not alone or {"super", "__class__"} & said or any(one[:2] == "__" for one in said):
        raise Unfit("it belongs where it is")
    return msgspec.structs.replace(unit, kind="method" if unit.kind == "function" else "function")


MOVED: Final = "moved to another indentation"


def laid_out(unit: Unit, random: Random, words: Sequence[str], kinds: Sequence[str] | None = None) -> tuple[Unit, str]:
    """The unit in another layout, and which changes were made. Raises Unfit when none of them changes anything."""
    tree = parse(unit.source)
    chosen = list(kinds) if kinds is not None else random.sample([*KINDS, "indent", MOVED], random.randint(2, 5))
    done: list[str] = []
    made = unit
    for kind in chosen:
        if kind == MOVED:
            try:
                made = moved(unit)
            except Unfit:
                continue
            done.append(kind)
            continue
        if kind == "indent":
            tree = _indented(tree, random)
            done.append(kind)
            continue
        transformer = KINDS[kind](random, words)
        changed = tree.visit(transformer)
        if transformer.changed and isinstance(changed, cst.FunctionDef | cst.ClassDef):
            tree = changed
            done.append(kind)
    source = code(tree)
    if (source == unit.source and made is unit) or not blocks(tree):
        raise Unfit("nothing to lay out anew")
    return msgspec.structs.replace(made, source=source), ", ".join(done)
