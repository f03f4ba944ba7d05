"""What all mutations need: the syntax tree of one definition, its blocks, and a supply of words."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Final, TypeAlias

import libcst as cst

from benchmarks.clones.sampling import BUILTINS, Unit

Block: TypeAlias = cst.IndentedBlock
_WORD: Final = re.compile(r"[A-Z]?[a-z]{3,10}")
_BARRED_WORDS: Final = frozenset({"test", "tests", "mock", "fake", "todo", "stub", "dummy", "none", "self", "class"})


class Unfit(Exception):
    """A mutation cannot be made of this definition; another one is taken."""


def parse(source: str) -> cst.FunctionDef | cst.ClassDef:
    """The tree of the one definition that a source is."""
    node = cst.parse_module(source).body[0]
    if not isinstance(node, cst.FunctionDef | cst.ClassDef):
        raise Unfit("not a definition")
    return node


def code(node: cst.FunctionDef | cst.ClassDef) -> str:
    """Its source again. Raises Unfit when that is no Python."""
    source = cst.Module([node]).code
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise Unfit(str(error)) from error
    return source


def words(units: Iterable[Unit]) -> list[str]:
    """The words in the names of real definitions, sorted."""
    found = {word.lower() for unit in units for word in _WORD.findall(unit.name)}
    return sorted(found - _BARRED_WORDS - {*keyword.kwlist} - BUILTINS)


class Words:
    """Names that nobody has yet, made of real words."""

    def __init__(self, words: Sequence[str], random: Random, taken: Iterable[str] = ()) -> None:
        """`taken` are the names that stand already where the new ones shall stand."""
        self._words = words
        self._random = random
        self._taken = {*taken} | BUILTINS | {*keyword.kwlist, *keyword.softkwlist}

    def like(self, name: str) -> str:
        """A new name in the style of `name`: upper case, capitalised or not, with its leading underscores."""
        bare = name.lstrip("_")
        before = name[: len(name) - len(bare)]
        count = max(1, min(3, len(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", bare))))
        while True:
            picked = [self._random.choice(self._words) for _ in range(count)]
            if bare.isupper() and len(bare) > 1:
                new = "_".join(picked).upper()
            elif bare[:1].isupper():
                new = "".join(word.capitalize() for word in picked)
            else:
                new = "_".join(picked)
            if before + new not in self._taken:
                self._taken.add(before + new)
                return before + new
            count = min(4, count + 1)


def identifiers(source: str) -> set[str]:
    """Every name, attribute and keyword of a source."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "attr", "arg", "name", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found.add(value)
    return found


def docstring_of(block: cst.BaseSuite) -> cst.SimpleStatementLine | None:
    """The docstring's statement, if the block begins with one."""
    first = block.body[0] if block.body else None
    if isinstance(first, cst.SimpleStatementLine):
        inner = first.body[0]
        if isinstance(inner, cst.Expr) and isinstance(inner.value, cst.SimpleString | cst.ConcatenatedString):
            return first
    return None


class _Blocks(cst.CSTVisitor):
    def __init__(self) -> None:
        self.found: list[Block] = []

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self.found.append(node)


def blocks(node: cst.CSTNode) -> list[Block]:
    """All blocks below a node, outer ones first."""
    visitor = _Blocks()
    node.visit(visitor)
    return visitor.found


Statements: TypeAlias = list[cst.BaseStatement]
Edit: TypeAlias = Callable[[cst.BaseStatement], Iterable[cst.BaseStatement]]
"""Gives what shall stand instead of a statement: itself, nothing, or several."""


class _Editor(cst.CSTTransformer):
    def __init__(self, edits: Sequence[tuple[cst.BaseStatement, Edit]]) -> None:
        self._edits = edits

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> cst.BaseSuite:
        body: Statements = []
        changed = False
        for before, now in zip(original_node.body, updated_node.body, strict=True):
            edit = next((edit for target, edit in self._edits if target is before), None)
            if edit is None:
                body.append(now)
            else:
                body.extend(edit(now))
                changed = True
        if not changed:
            return updated_node
        return updated_node.with_changes(body=body or [cst.SimpleStatementLine([cst.Pass()])])


def edit(
    node: cst.FunctionDef | cst.ClassDef, edits: Sequence[tuple[cst.BaseStatement, Edit]]
) -> cst.FunctionDef | cst.ClassDef:
    """The definition with some statements replaced."""
    changed = node.visit(_Editor(edits))
    if not isinstance(changed, cst.FunctionDef | cst.ClassDef):
        raise Unfit("the definition itself is gone")
    return changed


def body_statements(node: cst.FunctionDef | cst.ClassDef) -> Iterator[cst.BaseStatement]:
    """All statements of the functions in a definition, but for docstrings, and not those of class bodies themselves."""
    for block, inside in _function_blocks(node, isinstance(node, cst.FunctionDef)):
        document = docstring_of(block)
        for statement in block.body:
            if inside and statement is not document:
                yield statement


def _function_blocks(node: cst.CSTNode, inside: bool) -> Iterator[tuple[Block, bool]]:
    for child in node.children:
        now = inside or isinstance(child, cst.FunctionDef)
        if isinstance(child, cst.IndentedBlock):
            yield child, inside
        yield from _function_blocks(child, now and not isinstance(child, cst.ClassDef))
