"""What one function does with the places where values may be kept: looks up, stores, drops, changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from overhaul.lazy import cst
from overhaul.scopes import FIRST_BINDING, Scope
from overhaul.syntax.asking import Claim, Stored, Use, is_constant
from overhaul.syntax.loading import Loading
from overhaul.syntax.origins import Origins
from overhaul.syntax.paths import Condition, Reached
from overhaul.syntax.storage import Place, Ref, is_empty
from overhaul.text import dotted, text_of

_NOTHING: Final[frozenset[str]] = frozenset()
_CHANGERS: Final = frozenset({
    "append", "extend", "insert", "add", "update", "remove", "discard", "appendleft", "extendleft", "sort", "reverse",
    "setdefault", "pop", "popitem", "popleft", "clear", "increment", "put", "put_nowait", "push", "subtract",
})  # fmt: skip


class Flow(Loading):
    """One pass over the statements of a function."""

    def __init__(
        self, statements: Sequence[Reached], scope: Scope, aliases: dict[str, dict[str, Ref]], relevant: frozenset[str],
        locks: frozenset[str],
    ) -> None:  # fmt: skip
        """`statements` are those of the function's own body; the rest is as in `Asking`."""
        super().__init__(scope, aliases, relevant, locks)
        self._statements = statements

    def noted(self) -> Iterator[tuple[Place, Use]]:
        """Each place that matters, with what was noted of it."""
        self._run()
        for place, use in self.uses.items():
            if use.lookups or use.keeps or use.drops or use.changes or use.effects or use.returns or use.reads:
                use.clock = use.clock or self._clock
                use.entry = self._entry(use)
                yield place, use

    def _entry(self, use: Use) -> Literal["returned", "used", ""]:
        """What becomes of the entries that are taken by a key which was looked up."""
        ways = [
            how for keys, how in use.entries.items()
            if any(len(keys) == len(key) and all(map(self.origins.equal, keys, key)) for _, key in use.lookups)
            or not use.lookups or keys[-1] == ""
        ]  # fmt: skip
        return "returned" if "returned" in ways else "used" if ways else ""

    def _run(self) -> None:
        statements = self._statements
        names = self._names_by_line(sorted({line for _, line, _ in statements}))
        for node, _, _ in statements:
            if node.__class__ is cst.AugAssign:
                self._count(node.target)
        for node, line, conditions in statements:
            self._line = line
            kind = node.__class__
            if kind is cst.Expr:
                self._acquire(node.value, conditions)
            if self._live.isdisjoint(names.get(line, _NOTHING)):
                self._pass(node, kind, conditions)
            elif kind is cst.Assign:
                self._assign(node, conditions)
            elif kind is cst.AnnAssign:
                if node.value is not None:
                    self._loads(node.value, conditions)
                    self._store(node.target, node.value, conditions)
            elif kind is cst.AugAssign:
                self._loads(node.value, conditions)
                if (ref := self.names.ref(node.target)) is not None:
                    self._use(ref).changes.append((line, len(ref.keys), "+="))
            elif kind is cst.Del:
                self._delete(node.target, conditions)
            elif kind is cst.Return:
                self._return(node, conditions)
            elif kind is cst.Raise:
                self._missed(conditions, "raise")
            elif kind is cst.Expr:
                self._expression(node.value, conditions)
            elif kind is cst.If or kind is cst.While:
                self._test(node.test, conditions)
            elif kind is cst.Assert:
                self._loads(node.test, conditions)
            elif kind is cst.For:
                self._loop(node, conditions)
            elif kind is cst.With:
                for item in node.items:
                    self._loads(item.item, conditions)
                    if item.asname is not None and item.asname.name.__class__ is cst.Name:
                        self.origins.bind(item.asname.name.value, item.item)
            elif kind is cst.Match:
                self._test(node.subject, conditions)

    def _names_by_line(self, starts: Sequence[int]) -> dict[int, set[str]]:
        """First line of a statement -> the parts of all names in it."""
        found: dict[int, set[str]] = {}
        for role, name, line, _, _ in self.scope.events:
            if role < FIRST_BINDING:
                index = bisect_right(starts, line) - 1
                if index >= 0:
                    start = starts[index]
                    here = found.get(start)
                    if here is None:
                        here = found[start] = set()
                    if "." in name:
                        here.update(name.split("."))
                    else:
                        here.add(name)
        for name in self.scope.elsewhere:
            # Assignments of these are no uses.
            for role, bound, line, block, _ in self.names.top.events:
                if bound == name and role >= FIRST_BINDING and block.scope is self.scope:
                    index = bisect_right(starts, line) - 1
                    if index >= 0:
                        found.setdefault(starts[index], set()).add(name)
        return found

    def _pass(self, node: Any, kind: Any, conditions: Sequence[Condition]) -> None:
        """A statement that names no place: what it binds and calls may still matter."""
        if kind is cst.Assign:
            for one in node.targets:
                self._plain_binding(one.target, node.value)
            if conditions and node.value.__class__ in (cst.Call, cst.Await):
                self._helped(node.value, conditions)
        elif kind is cst.AnnAssign:
            if node.value is not None:
                self._plain_binding(node.target, node.value)
        elif kind is cst.Return:
            self._missed(conditions, "none" if node.value is None else _given(node.value, self.origins))
            if conditions and node.value is not None:
                self._helped(node.value, conditions)
        elif kind is cst.Raise:
            self._missed(conditions, "raise")
        elif kind is cst.Expr:
            if conditions:
                self._helped(node.value, conditions)
        elif kind is cst.For:
            targets = [node.target]
            if node.target.__class__ is cst.Tuple:
                targets = [element.value for element in node.target.elements]
            for target in targets:
                if target.__class__ is cst.Name:
                    self.origins.loop(target.value)
                    self.names.aliases.pop(target.value, None)
        elif kind is cst.With:
            for item in node.items:
                if item.asname is not None and item.asname.name.__class__ is cst.Name:
                    self.origins.bind(item.asname.name.value, item.item)

    def _count(self, target: Any) -> None:
        """Something that outlives the function is added to."""
        counter = dotted(target)
        if counter and ("." in counter or not self._is_local(counter)):
            self._counters.add(counter)

    def _plain_binding(self, target: Any, value: Any) -> None:
        if target.__class__ is cst.Name:
            if self._is_local(target.value):
                self.origins.bind(target.value, value)
                self.names.aliases.pop(target.value, None)
                if value.__class__ is cst.SimpleString:
                    self._bind(target.value, value, None)
        elif target.__class__ is cst.Tuple or target.__class__ is cst.List:
            values = value.elements if value.__class__ is cst.Tuple else ()
            same = len(values) == len(target.elements)
            for number, element in enumerate(target.elements):
                self._plain_binding(element.value, values[number].value if same else value)

    def _helped(self, value: Any, conditions: Sequence[Condition]) -> None:
        inner = value.expression if value.__class__ is cst.Await else value
        if inner.__class__ is cst.Call and (called := dotted(inner.func)):
            self._help(called, conditions)

    def _assign(self, node: Any, conditions: Sequence[Condition]) -> None:
        value = node.value
        self._loads(value, conditions)
        refs = [ref for one in node.targets if one.target.__class__ is not cst.Name
                and (ref := self.names.ref(one.target)) is not None]  # fmt: skip
        for one in node.targets:
            self._store(one.target, value, conditions)
        for one in node.targets:
            if one.target.__class__ is cst.Name and self._is_local(one.target.value):
                ref = refs[0] if refs else self.names.ref(value)
                self._bind(one.target.value, value, ref)

    def _return(self, node: Any, conditions: Sequence[Condition]) -> None:
        value = node.value
        if value is None:
            self._missed(conditions, "none")
            return
        self._loads(value, conditions, returned=True)
        for ref in self._mentioned(value):
            use = self.uses[ref.place]
            use.returns = True
            if ref.keys and ref.keys[-1] != "*":
                use.entries[ref.keys] = "returned"
        self._left += [one.ref for one in self._claims(conditions) if one.state == "hit"]
        kind = value.__class__
        if kind is cst.IfExp:
            taken, other = self._of_test(value.test)
            for branch, known in ((value.body, taken), (value.orelse, other)):
                for claim in known:
                    if claim.state == "miss":
                        self._note_miss(claim, _given(branch, self.origins))
        self._missed(conditions, _given(value, self.origins))
        if kind is cst.Call and value.func.__class__ is cst.Attribute and value.func.attr.value == "get":
            asked = self.names.ref(value)
            if asked is not None:
                self._look(asked, "get")
                self._note_miss(Claim(asked, "miss", True, "get"), "none" if len(value.args) == 1 else "default")

    def _missed(self, conditions: Sequence[Condition], what: str) -> None:
        for claim in self._claims(conditions):
            if claim.state == "miss":
                self._note_miss(claim, what)

    def _note_miss(self, claim: Claim, what: str) -> None:
        found = self._use(claim.ref).lookups.get((claim.how, claim.ref.keys))
        if found is not None:
            found[2].append(what)

    def _expression(self, value: Any, conditions: Sequence[Condition]) -> None:
        """A statement that is an expression: a call for its effect."""
        inner = value.expression if value.__class__ is cst.Await else value
        if inner.__class__ is not cst.Call:
            self._loads(value, conditions)
            return
        func = inner.func
        for argument in inner.args:
            self._loads(argument.value, conditions)
        called = dotted(func)
        if called:
            self._help(called, conditions)
        if called in ("setattr", "object.__setattr__", "super.__setattr__") and len(inner.args) == 3:
            ref = self.names.attribute_named(inner.args[0].value, inner.args[1].value)
            if ref is not None:
                self._keep(ref, inner.args[2].value, conditions)
            return
        if called == "delattr" and len(inner.args) == 2:
            ref = self.names.attribute_named(inner.args[0].value, inner.args[1].value)
            if ref is not None:
                self._use(ref).drops.append((self._line, "del"))
            return
        if func.__class__ is not cst.Attribute:
            self._loads(func, conditions)
            return
        method = func.attr.value
        if method in ("pop", "setdefault", "popitem", "clear"):
            held = self.names.container(func.value)
            if held is not None:
                self._container_call(held, method, inner, conditions, used=False)
                return
        ref = self.names.ref(func.value)
        if ref is None:
            self._loads(func, conditions)
            return
        self._part_of(func.value, conditions)
        use = self._use(ref)
        if method == "__setitem__" and len(inner.args) == 2:
            self._keep(Ref(ref.place, (*ref.keys, text_of(inner.args[0].value))), inner.args[1].value, conditions)
        elif (
            method in ("set", "put", "add", "store", "save") and len(inner.args) >= 2 and inner.args[1].keyword is None
        ):
            # A cache object of a library or of the project: `cache.set(key, value)`.
            self._keep(Ref(ref.place, (*ref.keys, text_of(inner.args[0].value))), inner.args[1].value, conditions)
            use.effects.append((self._line, len(ref.keys), method))
        elif method == "update" and inner.args and not ref.keys:
            told = self.origins.tell(inner.args[0].value)
            use.keeps.append(Stored(self._line, ("*",), text_of(inner.args[0].value), told.source, told.callee,
                told.awaited,
                                  "", (), False, False, (), (), "", told.broad, False, ()))  # fmt: skip
        elif method in _CHANGERS:
            use.changes.append((self._line, len(ref.keys), method))
        else:
            use.effects.append((self._line, len(ref.keys), method))

    def _loop(self, node: Any, conditions: Sequence[Condition]) -> None:
        self._loads(node.iter, conditions)
        iterated = node.iter
        if iterated.__class__ is cst.Call and dotted(iterated.func) in (
            "list",
            "tuple",
            "sorted",
            "enumerate",
            "reversed",
        ):
            iterated = iterated.args[0].value if iterated.args else iterated
        method = ""
        if iterated.__class__ is cst.Call and iterated.func.__class__ is cst.Attribute:
            method = iterated.func.attr.value
            if method in ("values", "items", "keys", "copy") and not iterated.args:
                iterated = iterated.func.value
        ref = self.names.ref(iterated)
        targets = [node.target]
        if node.target.__class__ is cst.Tuple:
            targets = [element.value for element in node.target.elements]
        for number, target in enumerate(targets):
            if target.__class__ is cst.Name:
                self.origins.loop(target.value)
                self.names.aliases.pop(target.value, None)
                if ref is not None and method in ("values", "items") and number == len(targets) - 1:
                    self._use(ref).iterated = True
                    self.names.aliases[target.value] = Ref(ref.place, (*ref.keys, "*"))
                    self._live.add(target.value)


def _given(value: Any, origins: Origins) -> str:
    """What kind of thing a function returns where it found nothing."""
    if value.__class__ is cst.Name:
        if value.value == "None":
            return "none"
        if origins.is_parameter(value.value) and origins.last(value.value) is None:
            return "default"
    if is_constant(value) or is_empty(value):
        return "default"
    return "value"
