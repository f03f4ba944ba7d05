"""A module as a row of statements, each as codes of what it is made of, apart from the names and literals in it.

Layout, comments, docstrings, quotes, redundant parentheses and annotations leave no trace in the codes. Names and
literals are put aside in their order, so that two statements with equal codes can be compared name by name. The
functions that go from node to node are made from `overhaul.syntax.grammar`, one a node class, when it is first met.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from overhaul.lazy import cst
from overhaul.syntax.grammar import GRAMMAR

Put: TypeAlias = "Callable[[Any], None]"
Emit: TypeAlias = "Callable[[Any, Put, Put, Put], None]"
"""Visits a node; hands codes to the first, names to the second, literals to the third."""

NAME: Final = 1
ATTRIBUTE: Final = 2
KEYWORD: Final = 3
STRING: Final = 4
NUMBER: Final = 5
DECLARED: Final = 6
ELSE: Final = 7
FINALLY: Final = 8
ELIF: Final = 9
IMPORTED: Final = 10
STAR: Final = 11
STARS: Final = 12
NOTHING: Final = 13
"""Stands where an optional child is missing that could be mistaken for the next one."""
TEXT: Final = 14
"""What stands between the expressions of an f-string."""
SHOWN: Final = 15
"""The `=` behind an expression in an f-string; the three numbers after it are its conversions."""
_CONVERSIONS: Final = {"r": SHOWN + 1, "s": SHOWN + 2, "a": SHOWN + 3}
_FIRST: Final = 20
OPERATORS: Final = 160
"""Codes from here on tell what is done with the parts: operators, comparisons, constants, context of evaluation."""

_OPERATORS: Final = (
    "Add", "Subtract", "Multiply", "Divide", "FloorDivide", "Modulo", "Power", "MatrixMultiply", "LeftShift",
    "RightShift", "BitOr", "BitAnd", "BitXor", "BitInvert", "Minus", "Plus", "Not", "And", "Or", "Equal", "NotEqual",
    "LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual", "Is", "IsNot", "In", "NotIn", "True", "False",
    "None", "Break", "Continue", "Return", "Yield", "Raise", "If", "While",
)  # fmt: skip
CODES: Final[Mapping[str, int]] = {
    **{name: _FIRST + number for number, name in enumerate(one for one in sorted(GRAMMAR) if one not in _OPERATORS)},
    **{name: OPERATORS + number for number, name in enumerate(_OPERATORS)},
}
"""Node class, operator or constant -> its code, below 256."""
WAITS: Final = bytes((CODES["Await"], CODES["Asynchronous"]))
"""The codes that an asynchronous copy has and its model has not."""
NEUTRAL: Final = bytes(min(code, OPERATORS) for code in range(256))
"""Translates codes so that all operators are one."""

_CONSTANTS: Final = {name: CODES[name] for name in ("True", "False", "None")}
_ABSENT: Final = {("Slice", "lower"), ("Slice", "upper"), ("Slice", "step"), ("Return", "value"), ("Raise", "exc")}
"""Optional children that must leave a trace when they are missing."""
_PASSED: Final = frozenset({"annotation", "returns", "type_parameters", "semicolon", "lpar", "rpar"})

_COMPOUND: Final = frozenset({
    "If", "While", "For", "Try", "TryStar", "With", "Match", "MatchCase", "FunctionDef", "ClassDef", "ExceptHandler",
    "ExceptStarHandler",
})  # fmt: skip
_SUITES: Final = frozenset({"body", "orelse", "handlers", "finalbody", "cases"})
"""Children of a compound statement that are statements of their own."""

# A name is dealt with where it stands most often: a call of a function costs more than what it does.
_CHILD: Final = """k = d.__class__
if k is Name:
    v = d.value
    k = K.get(v)
    if k is None:
        c(1); t(v)
    else:
        c(k)
else: V[k](d, c, t, l)"""
_ARGUMENTS: Final = """
for a in n.args:
    s = a.star
    if s: c(11 if s == '*' else 12)
    k = a.keyword
    if k is not None: c(3); t('=' + k.value)
    d = a.value
"""

_SPECIAL: Final[dict[str, str]] = {
    "Name": "v = n.value\nk = K.get(v)\nif k is None:\n    c(1); t(v)\nelse:\n    c(k)",
    "Attribute": f"c(2)\nd = n.value\n{_CHILD}\nt('.' + n.attr.value)",
    "Call": "c({code})\nd = n.func\n" + _CHILD + _ARGUMENTS + "\n".join(f"    {line}" for line in _CHILD.split("\n"))
            + f"\nc({NOTHING})",
    "Arg": "s = n.star\nif s: c(11 if s == '*' else 12)\nk = n.keyword\nif k is not None: c(3); t('=' + k.value)\n"
           "d = n.value\nV[d.__class__](d, c, t, l)",
    "Integer": "c(5); l(n.value)",
    "Float": "c(5); l(n.value)",
    "Imaginary": "c(5); l(n.value)",
    "SimpleString": "c(4); l(string(n.value))",
    "ConcatenatedString": "joined(n, c, t, l, V)",
    "FormattedString": "formatted([n], c, t, l, V)",
    "TemplatedString": "formatted([n], c, t, l, V)",
    "Subscript": f"c({{code}})\nd = n.value\n{_CHILD}\ne = n.slice\na = e[0]\n"
                 # `row[1,]` is `row[(1,)]`, and no `row[1]`.
                 "if len(e) > 1 or (a.comma.__class__ is Comma and not getattr(a.slice, 'star', None)):\n"
                 "    c(TUPLE); c(min(len(e), 15) + 220)\n"
                 f"for a in e: d = a.slice; V[d.__class__](d, c, t, l)\nc({NOTHING})",
    "Index": "if n.star: c(11)\nd = n.value\nV[d.__class__](d, c, t, l)",
    "Element": "d = n.value\nV[d.__class__](d, c, t, l)",
    "AssignTarget": f"d = n.target\n{_CHILD}",
    "Comparison": "c({code})\nd = n.left\nV[d.__class__](d, c, t, l)\n"
                  "for e in n.comparisons:\n    c(C[e.operator.__class__.__name__])\n    d = e.comparator\n"
                  "    V[d.__class__](d, c, t, l)",
    "UnaryOperation": "d = n.expression\nk = n.operator.__class__.__name__\n"
                      "if k == 'Minus' and d.__class__ in NUMBERS: c(5); l('-' + d.value)\n"
                      "else:\n    c({code}); c(C[k]); V[d.__class__](d, c, t, l)",
    "BinaryOperation": "chain(n, c, t, l, V)",
    "BooleanOperation": "chain(n, c, t, l, V)",
    "AugAssign": "c({code}); c(C[n.operator.__class__.__name__[:-6]])\nd = n.target\nV[d.__class__](d, c, t, l)\n"
                 "d = n.value\nV[d.__class__](d, c, t, l)",
    "AnnAssign": "c(6 if n.value is None else ASSIGN)\nd = n.target\nV[d.__class__](d, c, t, l)\n"
                 "d = n.value\nif d is not None: V[d.__class__](d, c, t, l)",
    "Tuple": "e = n.elements\nc({code}); c(min(len(e), 15) + 220)\nfor d in e: V[d.__class__](d, c, t, l)",
    "Import": "c(10)\nfor a in n.names: alias(a, c, t)",
    "LazyImport": "c(10)\nfor a in n.names: alias(a, c, t)",
    "ImportFrom": "c(10); c(11)\nt(source(n))\n"
                  "if n.names.__class__ is not ImportStar:\n    for a in n.names: alias(a, c, t)",
    "LazyImportFrom": "c(10); c(11)\nt(source(n))\n"
                      "if n.names.__class__ is not ImportStar:\n    for a in n.names: alias(a, c, t)",
    "MatchSingleton": "c({code})\nd = n.value\nV[d.__class__](d, c, t, l)",
    "Param": "c({code})\ns = n.star\nif s and s.__class__ is str: c(11 if s == '*' else 12)\nt(n.name.value)\n"
             "d = n.default\nif d is not None: c(13); V[d.__class__](d, c, t, l)",
}


class Shaper(dict[type, Emit]):
    """Node class -> the function that emits what stands below a node of it; made on first use."""

    def __init__(self) -> None:
        """Nothing is made yet."""
        super().__init__()
        self._names: dict[str, object] = {
            "V": self, "K": _CONSTANTS, "C": CODES, "ASSIGN": CODES["Assign"], "string": string_value,
            "joined": _joined, "formatted": _formatted, "TUPLE": CODES["Tuple"], "Comma": cst.Comma,
            "chain": _chain, "alias": _alias, "source": _source, "ImportStar": cst.ImportStar,
            "Name": cst.Name, "NUMBERS": (cst.Integer, cst.Float), "MS": cst.MaybeSentinel,
        }  # fmt: skip

    def __missing__(self, kind: type) -> Emit:
        """Make the function for a node class that is met for the first time."""
        name = kind.__name__
        if kind is cst.MaybeSentinel or (name not in GRAMMAR and name not in CODES):
            self[kind] = _nothing
            return _nothing
        text = _SPECIAL.get(name)
        body = text.replace("{code}", str(CODES.get(name, NOTHING))) if text is not None else _general(name)
        scope: dict[str, Any] = {}
        lines = "\n".join(f"    {line}" for line in body.split("\n"))
        exec(compile(f"def {name}(n, c, t, l):\n{lines}\n", f"<shape of {name}>", "exec"), self._names, scope)
        made: Emit = scope[name]
        self[kind] = made
        return made


def _general(name: str) -> str:
    """The code of the class, then its children as the grammar has them."""
    lines = [f"c({CODES[name]})"]
    for field in GRAMMAR[name].split():
        if field[0] in "{@" or "|" in field:
            continue
        child = field.rstrip("*?~#^%=!$+").partition(">")[0]
        sign = field[-1] if field[-1] in "*?~#^%=!$+" else ""
        suite = name in _COMPOUND and child in _SUITES
        if suite or child in _PASSED or sign in ("~", "#", "^"):
            continue
        if sign == "%":
            if child == "operator":
                lines.append("c(C.get(n.operator.__class__.__name__, 0))")
        elif sign == "!":
            lines.append(f"d = n.{child}\nif d is not None and d.__class__ is not str: c(1); t(d.value)")
        elif sign in ("*", "+") or field.endswith("*?"):
            lines.append(f"for d in n.{child} or (): V[d.__class__](d, c, t, l)")
        else:
            absent = "\nelse: c(13)" if (name, child) in _ABSENT else ""
            lines.append(f"d = n.{child}\nif d is not None: V[d.__class__](d, c, t, l){absent}")
    if name in ("Set", "List", "Dict"):
        lines.append(f"c({NOTHING})")
    return "\n".join(lines)


def _nothing(node: Any, c: Put, t: Put, l: Put) -> None:  # noqa: E741 - the generated functions have these names
    """What holds nothing that counts."""


def _chain(node: Any, c: Put, t: Put, l: Put, shaper: Shaper) -> None:  # noqa: E741
    """Operators with their operands, the outermost first; chains of thousands are nested on the left."""
    kinds: list[int] = []
    rights: list[Any] = []
    while node.__class__ is cst.BinaryOperation or node.__class__ is cst.BooleanOperation:
        kinds.append(CODES[node.operator.__class__.__name__])
        rights.append(node.right)
        node = node.left
    c(_BINARY)
    for kind in kinds:
        c(kind)
    shaper[node.__class__](node, c, t, l)
    for right in reversed(rights):
        shaper[right.__class__](right, c, t, l)
    c(NOTHING)


_BINARY: Final = CODES["BinaryOperation"]


def _joined(node: Any, c: Put, t: Put, l: Put, shaper: Shaper) -> None:  # noqa: E741
    """Strings written one behind the other are one string."""
    strings: list[Any] = []
    while node.__class__ is cst.ConcatenatedString:
        strings.append(node.left)
        node = node.right
    strings.append(node)
    if all(one.__class__ is cst.SimpleString for one in strings):
        c(STRING)
        l("".join([string_value(one.value) for one in strings]))
    else:
        _formatted(strings, c, t, l, shaper)


def _formatted(strings: Sequence[Any], c: Put, t: Put, l: Put, shaper: Shaper) -> None:  # noqa: E741
    """Strings written one behind the other, some with expressions in them, as if they were one."""
    c(_TEMPLATED if any(one.__class__ is cst.TemplatedString for one in strings) else _FORMATTED)
    plain: list[str] = []
    for one in strings:
        if one.__class__ is cst.SimpleString:
            plain.append(string_value(one.value))
        else:
            plain = _parts(one.parts, one.start, plain, (c, t, l, shaper))
    if plain:
        c(TEXT)
        l("".join(plain))
    c(NOTHING)


def _parts(
    parts: Sequence[Any], start: str, plain: list[str], out: tuple[Put, Put, Put, Shaper]
) -> list[str]:
    """Text and expressions; `plain` is the text before them, the result that behind the last expression."""
    c, t, l, shaper = out  # noqa: E741
    for part in parts:
        if part.__class__ is cst.FormattedStringText or part.__class__ is cst.TemplatedStringText:
            plain.append(_text(start, part.value))
            continue
        if plain:
            c(TEXT)
            l("".join(plain))
        c(_FILLED)
        if part.equal is not None:
            c(SHOWN)
        if part.conversion:
            c(_CONVERSIONS.get(part.conversion, SHOWN))
        inner = part.expression
        shaper[inner.__class__](inner, c, t, l)
        left = _parts(part.format_spec or (), start, [], out)
        if left:
            c(TEXT)
            l("".join(left))
        c(NOTHING)
        plain = []
    return plain


def _text(start: str, text: str) -> str:
    """What text in an f-string says; `start` is what that begins with, its quotes among it."""
    text = text.replace("{{", "{").replace("}}", "}")
    quotes = start.lstrip("fFrRtT")
    return text if "\\" not in text or "r" in start.lower() else string_value(f"{quotes}{text}{quotes}")


_FORMATTED: Final = CODES["FormattedString"]
_TEMPLATED: Final = CODES["TemplatedString"]
_FILLED: Final = CODES["FormattedStringExpression"]


def _alias(node: Any, c: Put, t: Put) -> None:
    c(NAME)
    t(f"import {_dotted(node.name)}")
    if node.asname is not None:
        c(KEYWORD)
        t(node.asname.name.value)


def _source(node: Any) -> str:
    return f"from {'.' * len(node.relative)}{_dotted(node.module) if node.module is not None else ''}"


def _dotted(node: Any) -> str:
    return f"{_dotted(node.value)}.{node.attr.value}" if node.__class__ is cst.Attribute else str(node.value)


def string_value(text: str) -> str:
    """What a string literal says, whichever quotes it has; bytes are told apart by a `b` before them."""
    first = text[0]
    if first in "'\"" and "\\" not in text:
        return text[3:-3] if text[:3] in ('"""', "'''") else text[1:-1]
    with warnings.catch_warnings():
        # What is wrong with an escape sequence is for the user's linter to say.
        warnings.simplefilter("ignore")
        try:
            value: object = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            return text
    return value if isinstance(value, str) else f"b{value!r}"
