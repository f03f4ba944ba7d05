"""Constants, the variables that are compared with them, and what a condition says of a variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from overhaul.lazy import cst
from overhaul.patterns import regex
from overhaul.text import dotted, text_of

_UPPER: Final = regex(r"_{0,2}[A-Z][A-Z0-9_]*\Z")
_CAPITAL: Final = regex(r"_{0,2}[A-Z]\w*\Z")
_LONGEST: Final = 60


def constant(node: Any) -> str | None:
    """A constant as text: `'live'`, `3`, `None`, `OrderState.NEW`, `PRE_OPEN`; None for any other expression.

    Names are taken for constants by their spelling; what they mean is for a reader of the whole project to find out.
    """
    kind = node.__class__
    if kind is cst.SimpleString:
        written: str = node.value
        if written[0] in "'\"" and "\\" not in written and written[1:2] != written[0]:
            return f"'{written[1:-1]}'" if len(written) <= _LONGEST and "'" not in written[1:-1] else None
        if len(written) > _LONGEST or written[0] in "bB":
            return None
        value = node.evaluated_value
        return repr(value) if isinstance(value, str) else None
    if kind is cst.Integer:
        text: str = node.value
        return text
    if kind is cst.Name:
        name: str = node.value
        return name if name == "None" or (_UPPER.match(name) and len(name) > 1) else None
    if kind is cst.Attribute:
        chain = dotted(node)
        parts = chain.split(".")
        if len(parts) > 2 and parts[-1] in ("value", "name"):
            del parts[-1]
        if len(parts) > 2 and parts[1] == "__class__":
            del parts[1]
        if len(parts) > 1 and (_UPPER.match(parts[-1]) or (_CAPITAL.match(parts[-2]) and parts[-1] not in _PARTS)):
            return ".".join(parts)
        if len(parts) == 2 and parts[0] in ("self", "cls") and _CAPITAL.match(parts[1]):
            return chain
        return None
    if kind is cst.UnaryOperation and node.operator.__class__ is cst.Minus:
        inner = node.expression
        return f"-{inner.value}" if inner.__class__ is cst.Integer else None
    if kind is cst.Call and len(node.args) == 1 and not node.args[0].keyword and not node.args[0].star:
        # `State("new")`, `str(State.NEW)` mean a constant of the same state.
        called = dotted(node.func)
        if called in ("str", "int"):
            return constant(node.args[0].value)
    return None


_PARTS: Final = frozenset({"__name__", "objects", "value", "name", "__class__", "__doc__", "c", "query"})


def constants(node: Any) -> tuple[str, ...] | None:
    """The constants of which a value is one: of `A if x else B` both; None when it may be anything else."""
    if node.__class__ is cst.IfExp:
        sides = constants(node.body), constants(node.orelse)
        return None if sides[0] is None or sides[1] is None else (*sides[0], *sides[1])
    one = constant(node)
    return None if one is None else (one,)


def collection(node: Any) -> tuple[str, ...] | None:
    """The constants in a tuple, list or set that is written out; `*NAME` for the name of one."""
    kind = node.__class__
    if kind is cst.Tuple or kind is cst.List or kind is cst.Set:
        found: list[str] = []
        for element in node.elements:
            one = constant(element.value) if element.__class__ is cst.Element else None
            if element.__class__ is cst.StarredElement and (chain := dotted(element.value)):
                one = f"*{chain}"
            if one is None:
                return None
            found.append(one)
        return tuple(found)
    if kind is cst.Call and dotted(node.func) in ("frozenset", "set", "tuple", "list") and len(node.args) == 1:
        return collection(node.args[0].value)
    if kind is cst.BinaryOperation and node.operator.__class__ in (cst.BitOr, cst.Add):
        sides = collection(node.left), collection(node.right)
        return None if sides[0] is None or sides[1] is None else (*sides[0], *sides[1])
    chain = dotted(node)
    if chain and _CAPITAL.match(chain.rpartition(".")[2]):
        return (f"*{chain}",)
    return None


def place(node: Any) -> str:
    """A variable as text: `self.state`, `STATE`, `job['status']` (by `job.get('status')` too); "" for anything else."""
    kind = node.__class__
    if kind is cst.Name:
        name: str = node.value
        return name
    if kind is cst.Attribute:
        return dotted(node)
    if kind is cst.Subscript and len(node.slice) == 1 and node.slice[0].slice.__class__ is cst.Index:
        return _entry(node.value, node.slice[0].slice.value)
    if kind is cst.Call and node.args and node.func.__class__ is cst.Attribute:
        if node.func.attr.value == "get" and len(node.args) < 3:
            return _entry(node.func.value, node.args[0].value)
        if node.func.attr.value in ("lower", "upper", "strip") and not node.args:
            return place(node.func.value)
    return ""


def _entry(container: Any, key: Any) -> str:
    text = constant(key)
    chain = dotted(container)
    return f"{chain}[{text}]" if chain and text is not None and (text[0] in "'\"" or text[-1:].isupper()) else ""


class Claim(NamedTuple):
    """What a comparison says of a variable when it is true."""

    place: str
    positive: bool
    """It is one of the values; else it is none of them."""
    values: tuple[str, ...]
    table: str = ""
    """The chain of a table that was asked: then it is what is compared with that has to be allowed."""


def compared(node: Any) -> tuple[Any, str, tuple[str, ...]] | None:
    """The variable's node, the operator's class name and the constants of a comparison with constants."""
    if len(node.comparisons) != 1:
        return None
    target = node.comparisons[0]
    operator = target.operator.__class__.__name__
    left, right = node.left, target.comparator
    if operator in ("In", "NotIn"):
        values = collection(right)
        return None if values is None else (left, operator, values)
    one = constant(right)
    if one is None or (constant(left) is not None and one[:1] not in "'\"" and not one[:1].isdigit()):
        swapped = constant(left)
        if swapped is None:
            return None
        return right, operator, (swapped,)
    return left, operator, (one,)


Meant = Callable[[Any], str]
"""What a variable's node is called: a local name that stands for an attribute is followed."""


def claim(node: Any, meant: Meant) -> Claim | None:
    """What a Comparison says of a variable when it is true."""
    if len(node.comparisons) == 1:
        operator = node.comparisons[0].operator.__class__
        if operator is cst.In or operator is cst.NotIn:
            told = _asked(node.left, node.comparisons[0].comparator, meant)
            if told is not None:
                return told._replace(positive=operator is cst.In)
    found = compared(node)
    if found is None:
        return None
    variable, name, values = found
    where = meant(variable)
    if not where or name not in _EQUALITY:
        return None
    return Claim(where, _EQUALITY[name], values)


_EQUALITY: Final[Mapping[str, bool]] = {
    "Equal": True, "Is": True, "In": True, "NotEqual": False, "IsNot": False, "NotIn": False,
}  # fmt: skip


def _asked(left: Any, right: Any, meant: Meant) -> Claim | None:
    """`new in TABLE[self.state]`, `new in TABLE.get(self.state, ())`, `(self.state, new) in TABLE`."""
    kind = right.__class__
    key: Any
    if kind is cst.Subscript and len(right.slice) == 1 and right.slice[0].slice.__class__ is cst.Index:
        table, key = dotted(right.value), right.slice[0].slice.value
    elif kind is cst.Call and right.func.__class__ is cst.Attribute and right.func.attr.value == "get" and right.args:
        table, key = dotted(right.func.value), right.args[0].value
    elif left.__class__ is cst.Tuple and len(left.elements) == 2:
        table, key = dotted(right), left.elements[0].value
        left = left.elements[1].value
    else:
        return None
    where = meant(key) if constant(key) is None else ""
    return Claim(where, True, (text_of(left),), table) if table and where else None


def claims(
    node: Any, truth: bool, meant: Meant, returned: Callable[[Any], Any], depth: int = 4
) -> Iterator[Claim | str]:
    """What is known when a condition came out as `truth`: claims, and as text what they cannot say.

    `returned` gives what a property or method without arguments returns, where that is one expression.
    """
    kind = node.__class__
    if kind is cst.UnaryOperation and node.operator.__class__ is cst.Not:
        yield from claims(node.expression, not truth, meant, returned, depth)
        return
    if kind is cst.NamedExpr:
        node = node.value
        kind = node.__class__
    if kind is cst.BooleanOperation:
        parts = _operands(node)
        if (node.operator.__class__ is cst.And) == truth:
            for part in parts:
                yield from claims(part, truth, meant, returned, depth)
            return
        whole = _either([list(claims(part, truth, meant, returned, depth)) for part in parts])
        if whole is not None:
            yield whole
            return
    elif kind is cst.Comparison:
        one = claim(node, meant)
        if one is not None:
            yield one if truth else one._replace(positive=not one.positive)
            return
    elif depth:
        inner = returned(node)
        if inner is not None:
            told = list(claims(inner, truth, meant, returned, depth - 1))
            if any(one.__class__ is Claim for one in told):
                yield from told
                return
    text = text_of(node, 100)
    yield text if truth else f"not {text}" if kind in (cst.Name, cst.Attribute, cst.Call) else f"not ({text})"


def _operands(node: Any) -> list[Any]:
    """The operands of a chain of the same operator; long chains nest to the left."""
    kind = node.operator.__class__
    parts: list[Any] = []
    while node.__class__ is cst.BooleanOperation and node.operator.__class__ is kind:
        parts.append(node.right)
        node = node.left
    parts.append(node)
    parts.reverse()
    return parts


def _either(sides: list[list[Claim | str]]) -> Claim | None:
    """What holds when at least one of several holds, each a claim about the same variable."""
    found: list[Claim] = []
    for side in sides:
        if len(side) != 1 or side[0].__class__ is not Claim:
            return None
        one = side[0]
        assert isinstance(one, Claim)
        found.append(one)
    first = found[0]
    if any(one.place != first.place or one.table or one.positive != first.positive for one in found):
        return None
    if first.positive:
        return Claim(first.place, True, tuple(dict.fromkeys(value for one in found for value in one.values)))
    common = set(first.values).intersection(*(one.values for one in found))
    return Claim(first.place, False, tuple(value for value in first.values if value in common)) if common else None
