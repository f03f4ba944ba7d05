"""Expressions over the tables: `count(caches, subkind="class") <= 1`, read with `ast` and never run as code.

    count(TABLE, FIELD=VALUE, ...)      rows that fit: a text is a pattern of fnmatch, a list fits any of its members
    sum(TABLE.FIELD, FIELD=VALUE, ...)  of a field of numbers; so min, max and mean, which have no value without rows
    metric(NAME), baseline(NAME)        a figure of `baseline_metrics`: now, and when the plan was made

and comparisons, `and`, `or`, `not`, + - * / and numbers around them. What has no value (the least of no rows, a
division by zero, a figure that the plan has not) makes the whole unknown, and so not met. So is an expression in which
nothing is looked at. A value that the field can never have is refused: nothing would fit it, and a count of nothing is
soon small enough.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final, cast

import msgspec

from overhaul.campaign.model import Campaign
from overhaul.errors import ConfigError, did_you_mean
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.facts import Row
from overhaul.redundancy import BaselineMetric
from overhaul.survey import Survey

LONGEST: Final = 2_000
"""Characters of an expression."""
DEEPEST: Final = 50
"""Levels of an expression."""
SHOWN: Final = 200
"""Rows behind a count that are told one by one."""
_FOLDS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "sum": sum, "min": min, "max": max, "mean": lambda values: sum(values) / len(values),
}  # fmt: skip
_FIGURES: Final = ("metric", "baseline")
_COMPARED: Final[Mapping[type[ast.cmpop], tuple[str, Callable[[float, float], bool]]]] = {
    ast.Lt: ("<", operator.lt), ast.LtE: ("<=", operator.le), ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge), ast.Eq: ("==", operator.eq), ast.NotEq: ("!=", operator.ne),
}  # fmt: skip
_COMPUTED: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: lambda one, other: one / other,
}  # fmt: skip


def judged(text: str, survey: Survey, campaign: Campaign, where: str) -> tuple[Evidence, ...]:
    """The evidence for an expression: each figure in it, and the rows behind a comparison that does not hold.

    `where` names its place. Raises ConfigError for what is no expression, and for tables, fields and figures that there
    are not.
    """
    tree = _parsed(text, where)
    reader = _Reader(survey, campaign, where, text)
    try:
        holds = reader.truth(tree)
    except _NoValue as error:
        return (untold(f"{text}: {error}", "mend the expression, or make the figure"),)
    if not reader.figures:
        return (untold(f"{text}: looks at nothing", "compare a count, a sum, or a figure"),)
    figures = ", ".join(f"{what} is {value:g}" for what, value in reader.figures.items())
    if holds:
        return (met(f"{text}: {figures}" if figures else text),)
    rows = tuple(reader.left)
    more = len(rows) - SHOWN
    return (
        unmet(f"{text}: {figures}"),
        *(unmet(_told(row), *_place(row)) for row in rows[:SHOWN]),
        *((unmet(f"and {more:,} rows more"),) if more > 0 else ()),
    )


def worked_out(
    text: str, survey: Survey, campaign: Campaign, where: str
) -> tuple[bool | None, dict[str, float]]:  # fmt: skip
    """Whether an expression holds, and the figures in it; None for one that compares nothing, which is a number itself.

    Raises ConfigError as `judged`, and for what has no value, or looks at nothing.
    """
    tree = _parsed(text, where)
    reader = _Reader(survey, campaign, where, text)
    try:
        bare = isinstance(tree, ast.Call | ast.BinOp)
        value, holds = (reader.number(tree), None) if bare else (0.0, reader.truth(tree))
    except _NoValue as error:
        raise ConfigError(f"{where}: {text}: {error}") from None
    if not reader.figures:
        raise ConfigError(f"{where}: `{text}` looks at nothing: ask for a figure, as in `count(caches) <= 1`")
    return holds, {**reader.figures, ast.unparse(tree): value} if bare else reader.figures


class _NoValue(Exception):
    """A part of an expression has no value."""


class _Reader:
    """Works out an expression, and notes what it was worked out from."""

    def __init__(self, survey: Survey, campaign: Campaign, where: str, text: str) -> None:
        self._survey = survey
        self._campaign = campaign
        self._where = where
        self._text = text
        self.figures: dict[str, float] = {}
        """Each call as it is written, with its value."""
        self.left: list[Row] = []
        """The rows behind counts that are too many."""

    def truth(self, node: ast.expr, wanted: bool = True) -> bool:
        """Whether something holds; the rows behind what is not as it is `wanted` are noted."""
        match node:
            case ast.BoolOp(op=op, values=values):
                # All are worked out before: what is left is told of each.
                held = tuple(self.truth(value, wanted) for value in values)
                return all(held) if isinstance(op, ast.And) else any(held)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.truth(operand, not wanted)
            case ast.Constant(value=bool(value)):
                return value
            case ast.Compare(left=left, ops=ops, comparators=others):
                held = tuple(
                    self._compared(one, how, other, wanted)
                    for one, how, other in zip((left, *others), ops, others, strict=False)
                )
                return all(held)
        raise self._wrong(node, "is no comparison: write, say, `<= 1` behind it")

    def _compared(self, left: ast.expr, how: ast.cmpop, right: ast.expr, wanted: bool) -> bool:
        if type(how) not in _COMPARED:
            known = " ".join(sign for sign, _ in _COMPARED.values())
            raise self._wrong(left, f"is compared by something else than {known}")
        holds = _COMPARED[type(how)][1](self.number(left), self.number(right))
        if holds != wanted:
            # Too many are told; of too few there is nothing to show.
            small, large = (ast.Lt | ast.LtE, ast.Gt | ast.GtE) if wanted else (ast.Gt | ast.GtE, ast.Lt | ast.LtE)
            equal = ast.Eq if wanted else ast.NotEq
            if isinstance(how, small | equal) and isinstance(left, ast.Call):
                self.left += self._behind(left)
            if isinstance(how, large | equal) and isinstance(right, ast.Call):
                self.left += self._behind(right)
        return holds

    def number(self, node: ast.expr) -> float:
        """What something comes to."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._finite(node, value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.number(operand)
            case ast.BinOp(left=left, op=how, right=right) if type(how) in _COMPUTED:
                try:
                    return self._finite(node, _COMPUTED[type(how)](self.number(left), self.number(right)))
                except (ZeroDivisionError, OverflowError) as error:
                    raise _NoValue(f"{ast.unparse(node)} has no value ({error})") from None
            case ast.Call(func=ast.Name(id=name)):
                value = self._figure(node, name) if name in _FIGURES else self._folded(node, name)
                self.figures[ast.unparse(node)] = self._finite(node, value)
                return value
        raise self._wrong(node, "is no number: count, sum, min, max, mean, metric and baseline give one")

    def _finite(self, node: ast.expr, value: float) -> float:
        """A number that can be compared: `not` would make something true of one that is none."""
        # OverflowError is for a whole number that is larger than any float, and would fail where it is told.
        try:
            finite = math.isfinite(value)
        except OverflowError:
            finite = False
        if not finite:
            raise _NoValue(f"{_short(ast.unparse(node))} has no value: it is too large")
        return value

    def _figure(self, call: ast.Call, function: str) -> float:
        match call:
            case ast.Call(args=[ast.Name(id=name) | ast.Constant(value=str(name))], keywords=[]):
                pass
            case _:
                raise self._wrong(call, f"is not {function}(NAME)")
        now = {row.name: row.value for row in self._survey.rows(BaselineMetric)}
        if name not in now:
            raise self._wrong(call, f"names no figure of baseline_metrics: {did_you_mean(name, now)}")
        if function == "metric":
            return now[name]
        if name not in self._campaign.baseline:
            raise _NoValue(f"{ast.unparse(call)} has no value: the plan was made without this figure")
        return self._campaign.baseline[name]

    def _folded(self, call: ast.Call, function: str) -> float:
        rows = self._behind(call)
        if function == "count":
            return len(rows)
        if function not in _FOLDS:
            known = did_you_mean(function, ("count", *_FOLDS, *_FIGURES))
            raise self._wrong(call, f"calls {function}, which is unknown: {known}")
        field = call.args[0].attr if isinstance(call.args[0], ast.Attribute) else ""
        values: list[float] = []
        for row in rows:
            value: object = getattr(row, field)
            if isinstance(value, bool) or not isinstance(value, int | float):
                if value is None:
                    continue
                raise self._wrong(call, f"adds up {field}, which is no number")
            values.append(value)
        if not values and function != "sum":
            raise _NoValue(f"{ast.unparse(call)} has no value: no row fits")
        return _FOLDS[function](values)

    def _behind(self, call: ast.Call) -> list[Row]:
        """The rows that a call is about."""
        function = call.func.id if isinstance(call.func, ast.Name) else ""
        if function in _FIGURES:
            return []
        match function, call.args:
            case "count", [ast.Name(id=table)]:
                field = ""
            case _, [ast.Attribute(value=ast.Name(id=table), attr=field)] if function != "count":
                pass
            case _:
                shape = "count(TABLE)" if function == "count" else f"{function}(TABLE.FIELD)"
                raise self._wrong(call, f"is not {shape}, with FIELD=VALUE behind it")
        tables = self._survey.leaves.tables
        if table not in tables:
            raise self._wrong(call, f"names no table: {did_you_mean(table, tables)}")
        fields = {one.encode_name: one.name for one in msgspec.structs.fields(tables[table])}
        wanted = {keyword.arg or "": self._wanted(keyword.value) for keyword in call.keywords}
        for one in (*wanted, *((field,) if field else ())):
            if one not in fields:
                raise self._wrong(call, f"names {one or '**'}, which {table} has not: {did_you_mean(one, fields)}")
        if len(wanted) < len(call.keywords):
            raise self._wrong(call, "names a field twice: write a list of what it may be")
        kinds = {one.encode_name: one.type for one in msgspec.structs.fields(tables[table])}
        for one, values in wanted.items():
            if why := _never(msgspec.inspect.type_info(kinds[one]), values):
                raise self._wrong(call, f"asks of {one} what it never is: {why}")
        return [
            row
            for _, _, parts in self._survey.tables({table})
            for _, rows in parts
            for row in rows
            if all(_fits(getattr(row, fields[key]), value) for key, value in wanted.items())
        ]

    def _wanted(self, node: ast.expr) -> tuple[object, ...]:
        match node:
            case ast.Constant(value=str() | int() | float() | bool() | None as value):
                return (value,)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return (-value,)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) if parts:
                return tuple(value for part in parts for value in self._wanted(part))
        raise self._wrong(node, "is no text, number, True, False, None, or list of them")

    def _wrong(self, node: ast.expr, why: str) -> ConfigError:
        return ConfigError(f"{self._where}: in `{_short(self._text)}`, `{_short(ast.unparse(node))}` {why}")


def _parsed(text: str, where: str) -> ast.expr:
    if len(text) > LONGEST:
        raise ConfigError(f"{where}: the expression has more than {LONGEST:,} characters: cut it into several criteria")
    try:
        # In parentheses it may go on in the next line.
        tree = ast.parse(f"(\n{text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or "nested too deep"
        remedy = "write as in `count(caches) <= 1`"
        raise ConfigError(f"{where}: `{_short(text)}` is no expression ({reason}): {remedy}") from None
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [inner for node in level for inner in ast.iter_child_nodes(node)]
    if level:
        raise ConfigError(f"{where}: `{_short(text)}` is nested too deep: cut it into several criteria")
    return tree


def _short(text: str) -> str:
    """On one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:117]}..."


def _never(kind: msgspec.inspect.Type, wanted: tuple[object, ...]) -> str:
    """Why no row can fit what is asked of a field; "" where one can."""
    parts = _parts(kind)
    known = [one for part in parts if isinstance(part, msgspec.inspect.LiteralType) for one in part.values]
    texts = [str(one) for one in known if isinstance(one, str)]
    free = any(isinstance(part, msgspec.inspect.StrType) for part in parts)
    numbers = any(isinstance(part, msgspec.inspect.IntType | msgspec.inspect.FloatType) for part in parts)
    for one in wanted:
        if isinstance(one, str):
            able = free or any(fnmatchcase(text, one) for text in texts)
        elif isinstance(one, bool):
            able = any(isinstance(part, msgspec.inspect.BoolType) for part in parts)
        elif one is None:
            able = any(isinstance(part, msgspec.inspect.NoneType) for part in parts)
        else:
            able = numbers or one in known
        if not able:
            told = f"{one!r}"
            return f"{told}: {did_you_mean(str(one), texts)}" if texts else f"{told}: it is of another type"
    return ""


def _parts(kind: msgspec.inspect.Type) -> list[msgspec.inspect.Type]:
    """The types that a value, or one of several values, can have."""
    match kind:
        case msgspec.inspect.UnionType(types=types):
            return [part for one in types for part in _parts(one)]
        case msgspec.inspect.Metadata(type=inner):
            return _parts(inner)
        case msgspec.inspect.VarTupleType(item_type=inner):
            return _parts(inner)
        case msgspec.inspect.TupleType(item_types=types):
            return [part for one in types for part in _parts(one)]
        case _:
            return [kind]


def _fits(value: object, wanted: tuple[object, ...]) -> bool:
    """Whether a field has one of some values; of a field with several, whether one of them is."""
    if isinstance(value, tuple):
        return any(_fits(one, wanted) for one in cast("tuple[object, ...]", value))
    return any(
        fnmatchcase(value, one) if isinstance(value, str) and isinstance(one, str)
        else value == one and isinstance(value, bool) == isinstance(one, bool)
        for one in wanted
    )  # fmt: skip


def _told(row: Row) -> str:
    words = [str(value) for key in ("subkind", "kind") if (value := getattr(row, key, ""))]
    named = getattr(row, "name", "") or getattr(row, "title", "") or getattr(row, "message", "")
    return " ".join(dict.fromkeys((*words[:1], str(named)))).strip() or type(row).__name__


def _place(row: Row) -> tuple[str, int, str]:
    path, line, module, name = (getattr(row, key, None) for key in ("path", "line", "module", "name"))
    dotted = f"{module}.{name}" if isinstance(module, str) and isinstance(name, str) and module and name else ""
    return (path if isinstance(path, str) else "", line if isinstance(line, int) else 0, dotted)
