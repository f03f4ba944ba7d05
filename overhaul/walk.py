"""One read-only walk over a LibCST tree that counts lines, keeps track of scopes, and notes what collectors ask for.

LibCST's own visitors and metadata providers cost one to seven times the parse; this costs a small part of it, because
one plain function is made for each node class from `overhaul.grammar`, when the class is first met.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from overhaul.grammar import GRAMMAR
from overhaul.lazy import cst
from overhaul.scopes import FIRST_BINDING, Block, Event, Imported, Role, Scope, Use

Visit: TypeAlias = Callable[[Any, "Walk"], None]

_NEWLINE: Final = re.compile(r"\r\n?|\n")
_LITERAL: Final = re.compile(r"\bLiteral\s*\[[^]]*\]")
_STRING: Final = re.compile(r"""'[^']*'|"[^"]*\"""")
_CHAIN: Final = re.compile(r"[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*")
_STATIC: Final = frozenset({"staticmethod", "abc.abstractstaticmethod", "abstractstaticmethod"})
_OF_CLASS: Final = frozenset({"classmethod", "abc.abstractclassmethod", "abstractclassmethod"})
_NEVER_SELF: Final = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


class Walk:
    """What one walk has seen; the generated functions write here."""

    __slots__ = ("add", "block", "careful", "comments", "end", "found", "line", "module", "opening", "role", "scope",
                 "scopes", "stored", "types", "uses")

    def __init__(self, tree: cst.Module, found: dict[str, list[tuple[cst.CSTNode, int, Block]]], careful: bool) -> None:
        """Start at the first line of `tree`; `found` has an empty list for each node class that is asked for."""
        self.line = 1
        self.end = 1
        self.role: int = Role.LOAD
        self.found = found
        self.careful = careful
        self.comments: list[tuple[int, str, bool]] = []
        self.uses: list[Use] = []
        self.scopes: list[Scope] = []
        self.opening: list[Scope] = []
        self.stored: cst.CSTNode | None = None
        """The value of the last assignment: a generator expression that is stored runs later."""
        self.types: set[int] = set()
        """Identities of the strings that stand for types in annotations."""
        self.module = self.scope = Scope("module", "", tree, None, 1)
        self.scopes.append(self.scope)
        self.block = Block("body", tree, None, self.scope)
        self.add: Callable[[Event], None] = self.scope.events.append

    # Scopes

    def open(self, kind: str, name: str, node: cst.CSTNode) -> None:
        """Make the scope that `enter` goes into; until then names still belong to the one around it."""
        outer = self.scope
        dotted = f"{outer.name}.{name}" if outer.name and name else outer.name or name
        scope = Scope(kind, dotted, node, outer, self.line)
        scope.defined_in = self.block
        self.opening.append(scope)

    def enter(self) -> None:
        """Go into the scope that was opened last."""
        self.scope = scope = self.opening.pop()
        self.scopes.append(scope)
        self.block = Block("body", scope.node, self.block, scope)
        self.add = scope.events.append

    def leave(self) -> None:
        """Go back out, and hand on the names that this scope uses and does not bind."""
        scope = self.scope
        outer, around = scope.parent, scope.defined_in
        if outer is None or around is None:
            raise AssertionError("the module's scope is finished, not left")
        node: Any = scope.node
        scope.end = self.end if scope.kind in ("class", "function") else self.line
        self.scope = outer
        self.block = around
        self.add = outer.events.append
        kind = scope.kind
        bound = scope.bound
        if kind == "class":
            # A class body runs where it stands: what it uses and imports is seen from outside, what it binds is not.
            outer.inner += scope.inner
            add = outer.events.append
            imported = scope.imported
            for event in scope.events:
                role, name = event[:2]
                if role < FIRST_BINDING:
                    root = name.partition(".")[0]
                    # Comprehensions and classes in its body do not see the names of the class.
                    if root not in bound or root in imported or event[3].scope is not scope:
                        add(event)
                elif role == Role.IMPORT:
                    add(event)
            self.bind(Role.CLASS, node.name.value, node, scope.line)
            if scope.generic is not None:
                self.forget(*scope.generic)
            return
        imported = scope.imported
        elsewhere = scope.elsewhere
        receiver = scope.receiver
        pass_on = outer.inner.append
        uses = self.uses.append
        first = receiver and next(iter(_parameters(node)), "")
        if kind == "comprehension":
            add = outer.events.append
            later = scope.node is self.stored and scope.node.__class__ is cst.GeneratorExp
            for event in scope.events:
                if event[0] < FIRST_BINDING and event[1].partition(".")[0] not in bound:
                    if later:
                        pass_on((outer.name, event[0], event[1], event[2]))
                    else:
                        add(event)
        else:
            label = scope.name
            for role, name, line, _, _ in scope.events:
                if role >= FIRST_BINDING:
                    continue
                root, dot, rest = name.partition(".")
                if root not in bound:
                    # What is said to be global is none of the names of the functions around.
                    if elsewhere and elsewhere.get(root) == "global":
                        uses((label, role, name, line))
                    else:
                        pass_on((label, role, name, line))
                elif root in imported:
                    uses((label, role, name, line))
                elif dot and root == first:
                    uses((label, role, f"{receiver}.{rest}", line))
        for use in scope.inner:
            root, dot, rest = use[2].partition(".")
            if root not in bound:
                pass_on(use)
            elif root in imported:
                uses(use)
            elif dot and root == first:
                uses((use[0], use[1], f"{receiver}.{rest}", use[3]))
        if kind == "function":
            self.bind(Role.DEFINE, node.name.value, node, scope.line)
            if scope.generic is not None:
                self.forget(*scope.generic)

    def finish(self) -> None:
        """Close the module: what nobody has bound is a name of the module or a builtin."""
        scope = self.module
        scope.end = self.end
        add = self.uses.append
        for role, name, line, block, _ in scope.events:
            if role < FIRST_BINDING:
                add((block.scope.name, role, name, line))
        self.uses += scope.inner

    # Names

    def bind(self, role: int, name: str, node: cst.CSTNode | Imported | None, line: int = 0) -> None:
        """A name is bound here, at `line` or where the walk stands."""
        scope = self.scope
        if name in scope.elsewhere:
            if scope.elsewhere[name] == "global":
                self.module.bound.add(name)
                block = Block("global", scope.node, self.block, scope)
                self.module.events.append((role, name, line or self.line, block, node))
            return
        scope.bound.add(name)
        if role == Role.IMPORT:
            scope.imported.add(name)
        scope.events.append((role, name, line or self.line, self.block, node))

    def walrus(self, node: cst.NamedExpr) -> None:
        """`name := value` binds in the scope around the comprehensions."""
        here = self.scope
        while self.scope.kind == "comprehension" and self.scope.parent is not None:
            self.scope = self.scope.parent
        if isinstance(node.target, cst.Name):
            self.bind(Role.ASSIGN, node.target.value, node)
        self.scope = here

    def parameter(self, node: cst.Param) -> None:
        """A parameter is bound in the scope that is being opened."""
        if self.opening:
            scope = self.opening[-1]
            name = node.name.value
            scope.bound.add(name)
            scope.events.append((Role.PARAMETER, name, self.line, self.block, node))

    def imports(self, node: Any) -> None:
        """The names that an import statement binds."""
        names = node.names
        module = ""
        if hasattr(node, "relative"):
            module = "." * len(node.relative) + (dotted(node.module) if node.module is not None else "")
            if names.__class__ is cst.ImportStar:
                self.scope.events.append((Role.IMPORT, "*", self.line, self.block, Imported(module, "*", False)))
                return
        for alias in names:
            name = dotted(alias.name)
            given = alias.asname is not None
            bound = alias.asname.name.value if given else name
            if module:
                self.bind(Role.IMPORT, bound, Imported(module, name, given))
            else:
                self.bind(Role.IMPORT, bound if given else name.partition(".")[0], Imported(name, "", given))

    def elsewhere(self, node: cst.Global | cst.Nonlocal, where: str) -> None:
        """Names that belong to an outer scope; at the top level `global` says nothing new."""
        if self.scope.parent is not None:
            for item in node.names:
                self.scope.elsewhere[item.name.value] = where

    def delete(self, node: cst.Del, first: int) -> None:
        """What a `del` takes away, among what was just noted from index `first` on; `del a[b]` takes no name away."""
        deleted = list(_deleted(node.target))
        events = self.scope.events
        for index in range(len(events) - 1, first - 1, -1):
            role, name, line, block, _ = events[index]
            if role != Role.LOAD or name not in deleted:
                continue
            deleted.remove(name)
            if "." in name or name in self.scope.elsewhere:
                events[index] = (Role.DELETE, name, line, block, None)
            else:
                self.scope.bound.add(name)
                events[index] = (Role.UNBIND, name, line, block, None)

    def typed(self, node: cst.TypeParameters, first: int) -> None:
        """Keep the type parameters of the function or class that is being opened until it is left."""
        if self.opening:
            self.opening[-1].generic = (_type_parameters(node), first, len(self.scope.inner))

    def forget(self, names: frozenset[str], first: int, inner: int) -> None:
        """Take out what was noted of type parameters: only the definition they belong to knows them."""
        scope = self.scope
        events, uses = scope.events, scope.inner
        events[first:] = [
            one for one in events[first:] if one[0] >= FIRST_BINDING or one[1].partition(".")[0] not in names
        ]
        uses[inner:] = [one for one in uses[inner:] if one[2].partition(".")[0] not in names]

    def quoted(self, value: str) -> None:
        """The names inside a quoted annotation; strings in a `Literal` are none."""
        text = value.lstrip("rRuUbB").strip("\"'")
        text = _LITERAL.sub(lambda literal: _STRING.sub("", literal[0]), text)
        if len(text) < 200:
            for match in _CHAIN.finditer(text):
                self.add((Role.QUOTED, re.sub(r"\s", "", match[0]), self.line, self.block, None))

    def annotate(self, node: Any) -> None:
        """Find the strings of an annotation that stand for types: none in a `Literal`, in metadata or in a call."""
        kind = node.__class__.__name__
        if kind == "Subscript":
            generic = dotted(node.value).rpartition(".")[2]
            if generic != "Literal":
                for element in node.slice[:1] if generic == "Annotated" else node.slice:
                    self.annotate(getattr(element.slice, "value", element.slice))
        elif kind == "SimpleString":
            self.types.add(id(node))
        elif kind in ("BinaryOperation", "ConcatenatedString"):
            self.annotate(node.left)
            self.annotate(node.right)
        elif kind in ("List", "Tuple"):
            for item in node.elements:
                self.annotate(item.value)

    def function(self, node: cst.FunctionDef) -> None:
        """Open a function, and see whether its first parameter is the instance or the class."""
        self.open("function", node.name.value, node)
        scope = self.opening[-1]
        if self.scope.kind == "class":
            decorators = {dotted(one.decorator) for one in node.decorators}
            if not decorators & _STATIC:
                of_class = decorators & _OF_CLASS or node.name.value in _NEVER_SELF
                scope.receiver = "cls" if of_class else "self"

    def newlines(self, text: str) -> None:
        """Count the line ends of a piece of source."""
        self.line += len(_NEWLINE.findall(text)) if self.careful else text.count("\n")


def _parameters(node: Any) -> list[str]:
    parameters = node.params
    return [one.name.value for one in (*parameters.posonly_params, *parameters.params)]


def _type_parameters(node: cst.TypeParameters) -> frozenset[str]:
    return frozenset(one.param.name.value for one in node.params)


def _deleted(target: cst.CSTNode) -> Iterator[str]:
    """The names and attributes that a `del` of this target takes away."""
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _deleted(element.value)
    elif name := dotted(target):
        yield name


def dotted(node: Any) -> str:
    """`a.b.c` for a chain of attributes on a name, "" for any other expression."""
    parts: list[str] = []
    # Not isinstance: the classes of LibCST are abstract base classes, which makes it ten times as dear.
    while node.__class__ is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    if node.__class__ is not cst.Name:
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))


# The functions, one a node class, made when the class is first met

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
            "type_parameters": _type_parameters,
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
            attribute = self._names["Attribute"]
            store = int(Role.STORE)
            return lambda n, w: attribute(n, w, "", store)  # type: ignore[operator]
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
