"""The functions that walk a tree, made from `overhaul.syntax.grammar`, one a node class, when it is first met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from overhaul.lazy import cst
from overhaul.scopes import Block, Role
from overhaul.syntax.grammar import GRAMMAR
from overhaul.syntax.walk import Walk, type_parameters

Visit: TypeAlias = Callable[[Any, Walk], None]

_VERBS: Final[dict[str, str]] = {
    "end": "w.end = w.line",
    "load": "w.add((w.role, n.value, w.line, w.block, None))",
    "mark": "first = len(w.scope.events)",
    "value": "then = len(w.scope.events); w.stored = n.value",
    # A target is written before its value and bound after it.
    "bind": "events = w.scope.events\n"
            "if len(events) != then and w.scope.kind in AT_IMPORT:\n"
            "    late = events[first:then]\n"
            "    del events[first:then]\n"
            "    events += late",
    "declare": "events = w.scope.events\n"
               "late = events[first:then]\n"
               "del events[first:then]\n"
               "if n.value is None: late = [(DECLARE if e[0] == ASSIGN else e[0], *e[1:]) for e in late]\n"
               "events += late",
    "augment": "if n.target.__class__ is Name: w.bind(ASSIGN, n.target.value, n)",
    "delete": "w.delete(n, first)",
    "annotation": "role = w.role\nw.role = ANNOTATION\n"
                  "if n.annotation.__class__ is not Name: w.annotate(n.annotation)",
    "plain": "w.role = role",
    "alias": "role = w.role\nw.role = ANNOTATION\nw.annotate(n.value)",
    "aliased": "w.role = role\n"
               "if n.type_parameters is not None:\n"
               "    w.forget(type_parameters(n.type_parameters), first, len(w.scope.inner))",
    "typed": "w.typed(n, first)",
    "import": "w.imports(n)",
    "global": "w.elsewhere(n, 'global')",
    "nonlocal": "w.elsewhere(n, 'nonlocal')",
    "param": "w.parameter(n)",
    "function": "w.function(n)",
    "class": "w.open('class', n.name.value, n)",
    "lambda": "w.open('lambda', '<lambda>', n)",
    "comprehension": "w.open('comprehension', '', n)",
    "enter": "w.enter()",
    "leave": "w.leave()",
    "outside": "inside = None\n"
               "if w.scope.kind == 'comprehension' and w.scope.node.for_in is n:\n"
               "    inside = w.scope, w.block\n"
               "    w.scope = inside[0].parent; w.block = inside[0].defined_in; w.add = w.scope.events.append",
    "inside": "if inside is not None:\n"
              "    w.scope, w.block = inside; w.add = w.scope.events.append",
    "walrus": "w.walrus(n)",
    "capture": "if n.name is not None: w.bind(ASSIGN, n.name.value, n)",
    "rest": "if n.rest is not None: w.bind(ASSIGN, n.rest.value, n)",
    "string": "v = n.value\n"
              "if w.role == ANNOTATION and id(n) in w.types: w.quoted(v)\n"
              "w.line += v.count('\\n')",
    "text": "w.line += n.value.count('\\n')",
    "dotted": "pass",
}
_CAREFUL_VERBS: Final[dict[str, str]] = _VERBS | {
    "string": "if w.role == ANNOTATION and id(n) in w.types: w.quoted(n.value)\nw.newlines(n.value)",
    "text": "w.newlines(n.value)",
    "dotted": "w.newlines(EMPTY.code_for_node(n))",
}

# `a.b.c` is noted once, at the line of `a`; below anything but a name the chain ends.
_ATTRIBUTE: Final = """
def Attribute(n, w, suffix="", role=None):
{lpar}
{at}
    suffix = f".{{n.attr.value}}{{suffix}}"
    c = n.value
    k = c.__class__
    if k is Name and not c.lpar:
        w.add((w.role if role is None else role, c.value + suffix, w.line, w.block, None))
    elif k is AttributeNode:
        Attribute(c, w, suffix, role)
    elif k is Name:
        V[k](c, w)
    else:
        role = w.role
        w.role = LOAD
        V[k](c, w)
        w.role = role
{dot}
{rpar}
"""


class Walker(dict[type, Visit]):
    """Node class -> the function that walks it; made on first use.

    `wanted` are the names of the node classes whose nodes are noted; `careful` also looks for line ends in plain white
    space, which only sources with a backslash before a line end or with a lone carriage return need.
    """

    def __init__(self, wanted: frozenset[str], careful: bool) -> None:
        """Prepare to make functions for `wanted`."""
        super().__init__()
        self._wanted = wanted
        self._careful = careful
        self._verbs = _CAREFUL_VERBS if careful else _VERBS
        self._stores = _Stores(self)
        self._names: dict[str, object] = {
            "V": self, "S": self._stores, "Block": Block, "Name": cst.Name, "AttributeNode": cst.Attribute,
            "PW": cst.ParenthesizedWhitespace, "MS": cst.MaybeSentinel, "ImportStar": cst.ImportStar,
            "type_parameters": type_parameters,
            "EMPTY": cst.Module(()), "ASSIGN": int(Role.ASSIGN), "ANNOTATION": int(Role.ANNOTATION),
            "LOAD": int(Role.LOAD), "DECLARE": int(Role.DECLARE), "CALL": int(Role.CALL),
            "AT_IMPORT": frozenset({"module", "class"}),
            "parenthesized": _parenthesized_careful if careful else _parenthesized,
            "spaces": _spaces,
        }  # fmt: skip
        for alias in ("AliasAs", "Dotted"):
            self._names[f"as_{alias}"] = self._make(alias, store=False)
        self._names["Attribute"] = self._define("Attribute", self._attribute())
        self[cst.Attribute] = self._names["Attribute"]  # type: ignore[assignment]

    def __missing__(self, kind: type) -> Visit:
        """Make the function for a node class that is met for the first time."""
        visit = self[kind] = _nothing if kind is cst.MaybeSentinel else self._make(kind.__name__, store=False)
        return visit

    def store(self, kind: type) -> Visit:
        """The function for a node class that stands where something is assigned to."""
        if kind is cst.Name:
            return self._define("Name", "def Name(n, w):\n" + _indent(
                f"{self._field('lpar*')}\nw.bind(ASSIGN, n.value, n)\n{self._field('rpar*')}"))
        if kind is cst.Attribute:
            attribute: Any = self._names["Attribute"]
            store = int(Role.STORE)
            return lambda n, w: attribute(n, w, "", store)
        if kind in (cst.Tuple, cst.List, cst.Element, cst.StarredElement):
            return self._make(kind.__name__, store=True)
        return self[kind]

    def _make(self, name: str, store: bool) -> Visit:
        if name not in GRAMMAR:
            return _unknown
        lines = [self._field(field, name, store) for field in GRAMMAR[name].split()]
        return self._define(name, f"def {name}(n, w):\n" + _indent("\n".join(lines)))

    def _define(self, name: str, text: str) -> Visit:
        scope: dict[str, Any] = {}
        exec(compile(text, f"<walk of {name}>", "exec"), self._names, scope)
        self._names.update({name: scope[name]} if name == "Attribute" else {})
        return scope[name]  # type: ignore[no-any-return]

    def _attribute(self) -> str:
        dot = ("d = n.dot\n"
               f"{self._space('d.whitespace_before')}\n{self._space('d.whitespace_after')}")
        return _ATTRIBUTE.format(lpar=_indent(self._field("lpar*")), rpar=_indent(self._field("rpar*")),
                                 at=_indent(self._field("@", "Attribute")), dot=_indent(dot))

    def _space(self, what: str) -> str:
        if self._careful:
            return f"spaces({what}, w)"
        return f"x = {what}\nif x.__class__ is PW: parenthesized(x, w)"

    def _trailing(self, what: str) -> str:
        careful = f"w.newlines({what}.whitespace.value)\n" if self._careful else ""
        return (f"{careful}x = {what}.comment\n"
                "if x is not None: w.comments.append((w.line, x.value, False))\n"
                "w.line += 1")

    def _field(self, field: str, name: str = "", store: bool = False) -> str:
        if field == "@":
            return f"w.found[{name!r}].append((n, w.line, w.block))" if name in self._wanted else "pass"
        if field[0] == "{":
            return self._verbs[field[1:-1]]
        if "|" in field:
            child, kind = field.split("|")
            suite = (f"outer = w.block\nw.block = Block({kind!r}, n, outer, w.scope)\n"
                     "V[c.__class__](c, w)\nw.block = outer")
            if child.endswith("?"):
                return f"c = n.{child[:-1]}\nif c is not None:\n{_indent(suite)}"
            return f"c = n.{child}\n{suite}"
        if ">" in field:
            child, alias = field.split(">")
            return f"c = n.{child}\nif c is not None: as_{alias}(c, w)"
        dispatch = "S" if store else "V"
        sign = field[-1] if field[-1] in "*?~#^%=!$+" else ""
        child = field.rstrip("*?~#^%=!$+")
        match sign:
            case "!":
                return "pass"
            case "~":
                return self._space(f"n.{child}")
            case "^":
                return f"t = n.{child}\n{self._trailing('t')}"
            case "#":
                careful = "    w.newlines(e.whitespace.value)\n" if self._careful else ""
                return (f"for e in n.{child}:\n{careful}"
                        "    x = e.comment\n"
                        "    if x is not None: w.comments.append((w.line, x.value, True))\n"
                        "    w.line += 1")
            case "%":
                return f"t = n.{child}\nif t is not None and t.__class__ is not MS:\n" + _indent(self._token(child))
            case "*":
                return f"for c in n.{child}: {dispatch}[c.__class__](c, w)"
            case "+":
                return f"if n.{child}.__class__ is not ImportStar:\n    for c in n.{child}: V[c.__class__](c, w)"
            case "=":
                return f"c = n.{child}\nS[c.__class__](c, w)"
            case "$":
                return (f"c = n.{child}\nk = c.__class__\n"
                        "if k is Name and not c.lpar: w.add((CALL, c.value, w.line, w.block, None))\n"
                        "elif k is AttributeNode: Attribute(c, w, '', CALL)\n"
                        "else: V[k](c, w)")
            case "?" if field.endswith("*?"):
                return f"for c in n.{child} or (): V[c.__class__](c, w)"
            case "?":
                return f"c = n.{child}\nif c is not None: V[c.__class__](c, w)"
            case _:
                return f"c = n.{child}\n{dispatch}[c.__class__](c, w)"

    def _token(self, child: str) -> str:
        """White space of a token whose class is known from the field, or looked up when there are several."""
        before = self._space("t.whitespace_before")
        after = self._space("t.whitespace_after")
        if child in ("lpar", "lbracket", "lbrace"):
            return after
        if child in ("rpar", "rbracket", "rbrace"):
            return before
        if child == "operator":
            between = self._space("t.whitespace_between")
            return (f"k = t.__class__.__name__\nif k in {_UNARY!r}:\n{_indent(after)}\nelse:\n{_indent(before)}\n"
                    f"    if k in ('IsNot', 'NotIn'):\n{_indent(_indent(between))}\n{_indent(after)}")
        return f"{before}\n{after}"


_UNARY: Final = ("BitInvert", "Minus", "Not", "Plus")


class _Stores(dict[type, Visit]):
    """The functions for what is assigned to."""

    def __init__(self, walker: Walker) -> None:
        super().__init__()
        self._walker = walker

    def __missing__(self, kind: type) -> Visit:
        visit = self[kind] = self._walker.store(kind)
        return visit


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _nothing(node: Any, w: Walk) -> None:
    """A sentinel stands for what is not there."""


def _parenthesized(space: cst.ParenthesizedWhitespace, w: Walk) -> None:
    """White space inside brackets: the rest of a line, whole lines, the start of a line."""
    comment = space.first_line.comment
    if comment is not None:
        w.comments.append((w.line, comment.value, False))
    w.line += 1
    for line in space.empty_lines:
        if line.comment is not None:
            w.comments.append((w.line, line.comment.value, True))
        w.line += 1


def _parenthesized_careful(space: cst.ParenthesizedWhitespace, w: Walk) -> None:
    w.newlines(space.first_line.whitespace.value)
    comment = space.first_line.comment
    if comment is not None:
        w.comments.append((w.line, comment.value, False))
    w.line += 1
    for line in space.empty_lines:
        w.newlines(line.whitespace.value)
        if line.comment is not None:
            w.comments.append((w.line, line.comment.value, True))
        w.line += 1
    w.newlines(space.last_line.value)


def _spaces(space: cst.BaseParenthesizableWhitespace, w: Walk) -> None:
    if isinstance(space, cst.ParenthesizedWhitespace):
        _parenthesized_careful(space, w)
    elif isinstance(space, cst.SimpleWhitespace):
        w.newlines(space.value)


def _unknown(node: cst.CSTNode, w: Walk) -> None:
    """A node class that this version does not know: its text is counted, its names are not seen."""
    w.newlines(cst.Module(()).code_for_node(node))


def walk(tree: cst.Module, walker: Mapping[type, Visit], wanted: frozenset[str], careful: bool) -> Walk:
    """Walk a module once; afterwards `found`, `scopes`, `uses` and `comments` are complete."""
    result = Walk(tree, {name: [] for name in wanted}, careful)
    walker[cst.Module](tree, result)
    result.finish()
    return result
