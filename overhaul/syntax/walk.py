"""One read-only walk over a LibCST tree that counts lines, keeps track of scopes, and notes what collectors ask for.

LibCST's own visitors and metadata providers cost one to seven times the parse; this costs a small part of it. Here is
what is kept on the way; the functions that go from node to node are made in `overhaul.syntax.walker`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from overhaul.lazy import cst
from overhaul.patterns import regex
from overhaul.scopes import FIRST_BINDING, Block, Event, Imported, Role, Scope, Use
from overhaul.text import dotted

_NEWLINE: Final = regex(r"\r\n?|\n")
_LITERAL: Final = regex(r"\bLiteral\s*\[[^]]*\]")
_STRING: Final = regex(r"""'[^']*'|"[^"]*\"""")
_CHAIN: Final = regex(r"[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*")
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
        here, block = self.scope, self.block
        while self.scope.kind == "comprehension" and self.scope.parent is not None:
            self.scope = self.scope.parent
        if self.scope is not here:
            outer: Block | None = block
            while outer is not None and outer.scope is not self.scope:
                outer = outer.parent
            # As in the suite of a loop, which may run no time at all.
            self.block = Block("for", here.node, outer, self.scope)
        if isinstance(node.target, cst.Name):
            self.bind(Role.ASSIGN, node.target.value, node)
        self.scope, self.block = here, block

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
        lazy = node.__class__.__name__.startswith("Lazy")
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
                self.bind(Role.IMPORT, bound, Imported(module, name, given, lazy))
            else:
                self.bind(Role.IMPORT, bound if given else name.partition(".")[0], Imported(name, "", given, lazy))

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
            self.opening[-1].generic = (type_parameters(node), first, len(self.scope.inner))

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


def type_parameters(node: cst.TypeParameters) -> frozenset[str]:
    """The names of type parameters (PEP 695)."""
    return frozenset(one.param.name.value for one in node.params)


def _deleted(target: cst.CSTNode) -> Iterator[str]:
    """The names and attributes that a `del` of this target takes away."""
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _deleted(element.value)
    elif name := dotted(target):
        yield name
