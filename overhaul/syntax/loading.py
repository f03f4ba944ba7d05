"""Where a function reads what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from overhaul.lazy import cst
from overhaul.syntax.asking import Use
from overhaul.syntax.parts import parts
from overhaul.syntax.paths import Condition
from overhaul.syntax.storage import Ref
from overhaul.syntax.storing import Storing
from overhaul.text import dotted, text_of


class Loading(Storing):
    """Notes what is read, and what is called where nothing was found."""

    def _help(self, called: str, conditions: Sequence[Condition]) -> None:
        for claim in self._claims(conditions):
            if claim.state != "hit":
                found = self._use(claim.ref).lookups.get((claim.how, claim.ref.keys))
                if found is not None:
                    found[1].append(called)

    def _loads(
        self, node: Any, conditions: Sequence[Condition], *, returned: bool = False, tested: bool = False
    ) -> None:
        """Note which places an expression takes values from."""
        kind = node.__class__
        if kind is cst.Name:
            self._load(node, returned, tested)
            return
        if kind is cst.Attribute or kind is cst.Subscript:
            if self._load(node, returned, tested):
                self._part_of(node, conditions)
                return
        elif kind is cst.Call:
            func = node.func
            called = dotted(func)
            if called:
                self._help(called, conditions)
                if (
                    called in ("next", "anext")
                    and node.args
                    and (ref := self.names.ref(node.args[0].value)) is not None
                ):
                    self._use(ref).changes.append((self._line, len(ref.keys), "next"))
            if func.__class__ is cst.Attribute:
                method = func.attr.value
                held = self.names.container(func.value) if method in ("pop", "popitem", "setdefault", "get") else None
                if held is not None and not (
                    method in ("pop", "popitem") and held.keys == () and held.place.root == "object"
                ):
                    if method != "get":
                        self._container_call(held, method, node, conditions, used=True)
                    elif node.args:
                        inner = Ref(held.place, (*held.keys, text_of(node.args[0].value)))
                        self._seen(inner, returned, tested)
                        use = self._use(inner)
                        self._note_lock(use, conditions)
                    if method == "setdefault":
                        self._seen(Ref(held.place, (*held.keys, "")), returned, False)
                    for argument in node.args:
                        self._loads(argument.value, conditions)
                    return
            if called == "getattr" and len(node.args) >= 2 and (ref := self.names.ref(node)) is not None:
                self._seen(ref, returned, tested)
                return
            self._loads(func, conditions)
            for argument in node.args:
                self._loads(argument.value, conditions)
            return
        elif kind is cst.NamedExpr:
            self._loads(node.value, conditions, returned=returned, tested=tested)
            if node.target.__class__ is cst.Name and not tested:
                self._bind(node.target.value, node.value, self.names.ref(node.value))
            return
        elif kind is cst.IfExp:
            self._loads(node.test, conditions, tested=True)
            self._loads(node.body, conditions, returned=returned)
            self._loads(node.orelse, conditions, returned=returned)
            return
        elif kind is cst.Await:
            self._loads(node.expression, conditions, returned=returned)
            return
        elif kind is cst.BooleanOperation:
            self._loads(node.left, conditions, returned=returned, tested=tested)
            self._loads(node.right, conditions, returned=returned, tested=tested)
            return
        for child in parts(node):
            self._loads(
                child, conditions, tested=tested and kind in (cst.Comparison, cst.UnaryOperation, cst.ComparisonTarget)
            )

    def _note_lock(self, use: Use, conditions: Sequence[Condition]) -> None:
        use.locked = use.locked or self._locked(conditions)

    def _part_of(self, node: Any, conditions: Sequence[Condition]) -> None:
        """What stands below a place's value: its key is read, too."""
        kind = node.__class__
        if kind is cst.Subscript:
            for one in node.slice:
                self._loads(one.slice, conditions)
            self._part_of(node.value, conditions)
        elif kind is cst.Attribute:
            if node.value.__class__ is not cst.Name:
                self._part_of(node.value, conditions)
            elif node.value.value in self.names.aliases:
                self._load(node.value, False, False)

    def _load(self, node: Any, returned: bool, tested: bool) -> bool:
        found = False
        if node.__class__ is cst.Name:
            for known in self._was.get(node.value, ()):
                self._seen(known, returned, tested)
                found = True
            if found:
                return True
        ref = self.names.ref(node)
        if ref is None or (ref.place.root == "object" and not ref.keys and node.__class__ is not cst.Attribute):
            return False
        self._seen(ref, returned, tested)
        return True

    def _seen(self, ref: Ref, returned: bool, tested: bool) -> None:
        """What is kept is read."""
        use = self._use(ref)
        use.reads = use.reads or not tested
        use.returns = use.returns or returned
        use.handed = use.handed or returned
        if ref.keys and ref.keys[-1] != "*" and not tested:
            use.entries[ref.keys] = "returned" if returned else use.entries.get(ref.keys, "used")

    def _test(self, test: Any, conditions: Sequence[Condition]) -> None:
        self._loads(test, conditions, tested=True)
        self._known[id(test)] = self._of_test(test)
