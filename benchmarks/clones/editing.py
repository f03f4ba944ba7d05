"""Copies of type 3: the same code with some statements added, taken away or changed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Final

import libcst as cst
import msgspec

from benchmarks.clones.exact import kind
from benchmarks.clones.rewriting import Edit, Unfit, body_statements, code, edit, parse
from benchmarks.clones.sampling import BUILTINS, Unit, bound_names

_OFF: Final = 0.05
"""How far the share of edited statements may be from the wished one."""
Foreign = Sequence[str]
"""Sources of single statements of other real functions."""


def foreign_statements(units: Iterable[Unit]) -> list[str]:
    """Simple statements of real code that can stand anywhere: calls and assignments, on one line, sorted."""
    found: set[str] = set()
    for unit in units:
        for node in ast.walk(ast.parse(unit.source)):
            if not isinstance(node, ast.Assign | ast.AugAssign | ast.Expr) or isinstance(node.value, ast.Constant):
                continue
            inner = [*ast.walk(node)]
            barred = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Starred, ast.Lambda)
            if any(isinstance(one, barred) for one in inner) or not any(isinstance(one, ast.Call) for one in inner):
                continue
            if any(isinstance(one, ast.Name) and one.id in ("super", "cls") for one in inner):
                continue
            text = ast.unparse(node)
            if 15 <= len(text) <= 100 and "\n" not in text and text.isascii():
                found.add(text)
    return sorted(found)


def _picked(foreign: Foreign, random: Random, names: Sequence[str]) -> cst.SimpleStatementLine:
    """A statement of another function, half of its variables replaced by those of this one."""
    tree = ast.parse(random.choice(foreign))
    for node in ast.walk(tree):
        own = isinstance(node, ast.Name) and node.id not in BUILTINS and node.id != "self"
        if isinstance(node, ast.Name) and own and names and random.random() < 0.5:
            node.id = random.choice(names)
    found = cst.parse_module(ast.unparse(tree)).body[0]
    if not isinstance(found, cst.SimpleStatementLine):
        raise Unfit("not a simple statement")
    return found


def _insert(foreign: Foreign, random: Random, names: Sequence[str], node: cst.BaseStatement) -> Edit:
    new = _picked(foreign, random, names)
    before = random.random() < 0.5 or _leaves(node)
    return lambda now: [new, now] if before else [now, new]


def _delete(foreign: Foreign, random: Random, names: Sequence[str], node: cst.BaseStatement) -> Edit:
    if not isinstance(node, cst.SimpleStatementLine):
        raise Unfit("only simple statements are taken away")
    return lambda now: []


def _replace(foreign: Foreign, random: Random, names: Sequence[str], node: cst.BaseStatement) -> Edit:
    if not isinstance(node, cst.SimpleStatementLine) or _leaves(node):
        raise Unfit("only simple statements are replaced")
    new = _picked(foreign, random, names)
    return lambda now: [new]


def _change(foreign: Foreign, random: Random, names: Sequence[str], node: cst.BaseStatement) -> Edit:
    """Another expression in the same statement: one more argument, a call around it, a fallback, one more condition."""
    other = random.choice(names) if names else "None"

    def changed(value: cst.BaseExpression) -> cst.BaseExpression:
        if list(getattr(value, "lpar", ())) or isinstance(value, cst.Tuple | cst.Yield | cst.NamedExpr):
            raise Unfit("brackets of its own")
        if isinstance(value, cst.Call) and random.random() < 0.5:
            args = [arg.with_changes(comma=cst.MaybeSentinel.DEFAULT) for arg in value.args]
            if any(isinstance(arg.value, cst.GeneratorExp) or arg.star == "**" for arg in args):
                raise Unfit("no room for an argument")
            extra = cst.Arg(cst.parse_expression(other), keyword=cst.Name("context"), equal=cst.AssignEqual(
                cst.SimpleWhitespace(""), cst.SimpleWhitespace("")))  # fmt: skip
            return value.with_changes(args=[*args, extra], whitespace_before_args=cst.SimpleWhitespace(""))
        bracketed = value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        if random.random() < 0.5:
            return cst.BooleanOperation(bracketed, cst.Or(), cst.parse_expression(f"{other}.copy()"))
        return cst.Call(cst.Name(random.choice(["adapt", "checked", "normalise"])), [cst.Arg(value)])

    match node:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value) | cst.AugAssign(value=value) as small]):
            made = small.with_changes(value=changed(value))
            return lambda now: [now.with_changes(body=[made])]
        case cst.SimpleStatementLine(body=[cst.Return(value=cst.BaseExpression() as value) as last]):
            end = last.with_changes(value=changed(value), whitespace_after_return=cst.SimpleWhitespace(" "))
            return lambda now: [now.with_changes(body=[end])]
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call() as value) as act]):
            call = act.with_changes(value=changed(value))
            return lambda now: [now.with_changes(body=[call])]
        case cst.If(test=test):
            bracketed = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            both = cst.BooleanOperation(bracketed, cst.And(), cst.parse_expression(f"{other} is not None"))
            return lambda now: [now.with_changes(test=both, whitespace_before_test=cst.SimpleWhitespace(" "))]
        case _:
            raise Unfit("no expression to change")


def _wrap(foreign: Foreign, random: Random, names: Sequence[str], node: cst.BaseStatement) -> Edit:
    other = random.choice(names) if names else "None"
    frame = cst.parse_statement(
        random.choice([
            f"if {other} is not None:\n    pass\n",
            "with suppress(KeyError):\n    pass\n",
            "try:\n    pass\nexcept (TypeError, ValueError):\n    raise\n",
        ])
    )  # fmt: skip
    if isinstance(node, cst.FunctionDef | cst.ClassDef) or not isinstance(frame, cst.If | cst.With | cst.Try):
        raise Unfit("definitions are not wrapped")
    return lambda now: [frame.with_changes(body=cst.IndentedBlock([now]))]


def _leaves(node: cst.BaseStatement) -> bool:
    """Whether what stands behind it is never reached."""
    return isinstance(node, cst.SimpleStatementLine) and isinstance(
        node.body[-1], cst.Return | cst.Raise | cst.Break | cst.Continue
    )


_ACTS: Final[dict[str, Callable[[Foreign, Random, Sequence[str], cst.BaseStatement], Edit]]] = {
    "added": _insert, "taken away": _delete, "replaced": _replace, "changed": _change, "wrapped": _wrap,
}  # fmt: skip
_OFTEN: Final = ("added", "added", "taken away", "taken away", "replaced", "changed", "changed", "wrapped")


def edits_for(statements: int, share: float) -> int:
    """How many statements of so many are the wished share. Raises Unfit when no number of them is near it."""
    count = max(1, round(share * statements))
    if abs(count / statements - share) > _OFF:
        raise Unfit("too small for this share")
    return count


def edited(unit: Unit, share: float, foreign: Foreign, random: Random) -> tuple[Unit, str]:
    """The unit with this share of its statements edited, each one once, and what was done.

    A statement added counts like one changed. Raises Unfit when it is too small, or when the outcome would be a copy of
    another type.
    """
    count = edits_for(unit.statements, share)
    tree = parse(unit.source)
    names = sorted(bound_names(ast.parse(unit.source).body[0]) - {"self", "cls", "_", unit.own})
    names = [name for name in names if not name.startswith("__")]
    places = list(body_statements(tree))
    random.shuffle(places)
    edits: list[tuple[cst.BaseStatement, Edit]] = []
    done: list[str] = []
    for place in places:
        if len(edits) == count:
            break
        act = random.choice(_OFTEN)
        try:
            edits.append((place, _ACTS[act](foreign, random, names, place)))
            done.append(act)
        except Unfit:
            continue
    if len(edits) < count:
        raise Unfit("too few places")
    source = code(edit(tree, edits))
    if kind(unit.source, source) is not None:
        raise Unfit("a copy of another type")
    return msgspec.structs.replace(unit, source=source), ", ".join(sorted(done))
