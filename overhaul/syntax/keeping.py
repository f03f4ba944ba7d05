"""What one function does with the places where values may be kept: looks up, stores, drops, changes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from overhaul.facts import Keep, Lookup, StorageUse
from overhaul.lazy import cst
from overhaul.module import Module
from overhaul.scopes import FIRST_BINDING, Scope
from overhaul.syntax.origins import Origins
from overhaul.syntax.parts import inside, parts
from overhaul.syntax.paths import Condition
from overhaul.syntax.storage import Names, Place, Ref, is_empty, literal, speaks_of_time, tells_time
from overhaul.text import dotted, text_of

How = Literal["in", "get", "try", "none", "sentinel", "truth", "has", "clock", "key", "order", "setdefault"]

_NOTHING: Final[frozenset[str]] = frozenset()
_DYNAMIC: Final = ("getattr", "hasattr", "setattr", "delattr", "vars", "globals", "__dict__", "__setattr__")
_MISSING: Final = frozenset({"KeyError", "AttributeError", "IndexError", "LookupError"})
_BROAD: Final = frozenset({"Exception", "BaseException", "NameError", "UnboundLocalError", "TypeError", "ValueError",
                           "FileNotFoundError", "OSError", "ReferenceError"})  # fmt: skip
_SENTINEL: Final = re.compile(
    r"_*[A-Z][A-Z0-9_]*$|.*(?:missing|sentinel|unset|notset|not_set|marker|undefined|absent|nothing|no_value|"
    r"not_found|unknown|default|empty|null|nil|no_default)", re.IGNORECASE,
)  # fmt: skip
_CHANCE: Final = frozenset({
    "uuid1", "uuid4", "random", "randint", "randrange", "choice", "choices", "sample", "token_hex", "token_urlsafe",
    "token_bytes", "urandom", "getrandbits", "uniform", "shuffle", "secureRandom", "mkdtemp", "mkstemp", "next",
    "NamedTemporaryFile", "TemporaryDirectory", "randbytes", "get_random_string", "getpid",
})  # fmt: skip
_ASKS: Final = frozenset({"has", "has_key", "contains", "__contains__", "exists"})
_CHANGERS: Final = frozenset({
    "append", "extend", "insert", "add", "update", "remove", "discard", "appendleft", "extendleft", "sort", "reverse",
    "setdefault", "pop", "popitem", "popleft", "clear", "increment", "put", "put_nowait", "push", "subtract",
})  # fmt: skip
_LOCKS: Final = re.compile(r"lock|mutex|semaphore|guard|condition|critical", re.IGNORECASE)


class Claim(NamedTuple):
    """What a condition says of a place."""

    ref: Ref
    state: Literal["hit", "miss", "clock", "key"]
    sure: bool
    how: How


class _Use:
    """What is being noted of one place."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.lookups: dict[tuple[How, tuple[str, ...]], list[Any]] = {}
        self.keeps: list[Keep] = []
        self.drops: list[tuple[int, str]] = []
        self.changes: list[tuple[int, int, str]] = []
        self.effects: list[tuple[int, int, str]] = []
        self.returns = self.reads = self.counted = self.clock = self.iterated = self.locked = False
        self.entry: Literal["returned", "used", ""] = ""
        self.handed = False


class Flow:
    """One pass over the statements of a function."""

    def __init__(
        self, module: Module, scope: Scope, aliases: dict[str, dict[str, Ref]], relevant: frozenset[str]
    ) -> None:
        """`aliases` are filled function by function, the outer ones first; only `relevant` names are followed."""
        self.module = module
        self.scope = scope
        self.names = Names(scope, aliases, relevant)
        self.origins = Origins(self.names)
        self.uses: dict[Place, _Use] = {}
        self._known: dict[int, tuple[list[Claim], list[Claim]]] = {}
        self._was: dict[str, set[Ref]] = {}
        self._tried: dict[int, list[Ref]] = {}
        self._derived: dict[str, set[tuple[Place, bool]]] = {}
        """Local names -> the places that their values were made from."""
        self._counters: set[str] = set()
        """What the function has added to so far, dotted."""
        self._live = {*relevant, *_DYNAMIC, *(name for known in aliases.values() for name in known)}
        if "self" in relevant or scope.name.endswith((".__get__", ".__missing__")):
            self._live.add(self.names.receiver)
        """Names by which a statement matters."""
        self._left: list[Ref] = []
        """What was found and returned: what comes behind is reached where it was not found."""
        self._clock = False
        self._line = 0

    def rows(self, wraps: str) -> Iterator[StorageUse]:
        """One row for each place that matters."""
        self._run()
        for place, use in self.uses.items():
            if not (use.lookups or use.keeps or use.drops or use.changes or use.effects or use.returns or use.reads):
                continue
            yield StorageUse(
                scope=self.scope.name, root=place.root, place=place.name, line=use.line,
                lookups=tuple(
                    Lookup(found[0], how, key, tuple(dict.fromkeys(found[1])), tuple(sorted(set(found[2]))))
                    for (how, key), found in use.lookups.items()
                ),
                keeps=tuple(use.keeps), drops=tuple(use.drops), changes=tuple(use.changes), effects=tuple(use.effects),
                returns=use.returns, entry=use.entry, handed=use.handed, reads=use.reads, counted=use.counted, clock=use.clock or self._clock,
                iterated=use.iterated, locked=use.locked,
                wraps=wraps if any(keep.source == "called_parameter" for keep in use.keeps) else "",
            )  # fmt: skip

    # Statement by statement

    def _run(self) -> None:
        statements = self.module.reached(self.scope)
        names = self._names_by_line(sorted({line for _, line, _ in statements}))
        for node, line, conditions in statements:
            self._line = line
            kind = node.__class__
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
                self._count(node.target)
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
        elif kind is cst.AugAssign:
            self._count(node.target)
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

    def _use(self, ref: Ref) -> _Use:
        found = self.uses.get(ref.place)
        if found is None:
            found = self.uses[ref.place] = _Use(self._line)
        return found

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

    def _is_local(self, name: str) -> bool:
        return name in self.scope.bound and name not in self.scope.elsewhere

    def _bind(self, name: str, value: Any, ref: Ref | None) -> None:
        self.origins.bind(name, value)
        derived = self._mentioned(value)
        if derived:
            self._live.add(name)
            self._derived[name] = self._derived.get(name, set()) | derived
        if value.__class__ is cst.SimpleString and (word := literal(value)):
            self.names.words[name] = word
            if "?" in self.names.relevant:
                self.names.relevant |= {word}
                self._live.add(name)
        if ref is None or (ref.place.root == "default" and ref.place.name.endswith(f".{name}")):
            self.names.aliases.pop(name, None)
        else:
            self.names.aliases[name] = ref
            self._live.add(name)
            self._was.setdefault(name, set()).add(ref)

    def _mentioned(self, value: Any) -> set[tuple[Place, bool]]:
        """The places whose values an expression is made from, and whether from an entry that has a key."""
        found: set[tuple[Place, bool]] = set()
        for node in inside(value):
            kind = node.__class__
            if kind is cst.Name:
                found |= self._derived.get(node.value, set())
            if kind is cst.Name or kind is cst.Attribute or kind is cst.Subscript:
                ref = self.names.ref(node)
                if ref is not None and ref.place in self.uses:
                    found.add((ref.place, bool(ref.keys) and ref.keys[-1] != "*"))
            elif kind is cst.Call and (ref := self.names.ref(node)) is not None and ref.place in self.uses:
                found.add((ref.place, bool(ref.keys)))
        return found

    def _store(self, target: Any, value: Any, conditions: Sequence[Condition]) -> None:
        kind = target.__class__
        if kind is cst.Tuple or kind is cst.List:
            values = value.elements if value.__class__ is cst.Tuple else ()
            for number, element in enumerate(target.elements):
                same = len(values) == len(target.elements)
                self._store(element.value, values[number].value if same else value, conditions)
                if element.value.__class__ is cst.Name and self._is_local(element.value.value):
                    # Part of what is kept is taken out: `stored_at, value = entry`.
                    whole = self.names.ref(value) if not same else self.names.ref(values[number].value)
                    self._bind(element.value.value, values[number].value if same else value, whole)
            return
        if kind is cst.Name and self._is_local(target.value):
            return
        if kind is cst.Attribute and target.value.__class__ is not cst.Attribute:
            held = self.names.ref(target.value)
            if held is not None and (held.keys or target.value.__class__ is cst.Name):
                self._use(held).changes.append((self._line, len(held.keys), "="))
                return
        ref = self.names.ref(target)
        if ref is not None:
            self._keep(ref, value, conditions, target)

    def _keep(self, ref: Ref, value: Any, conditions: Sequence[Condition], target: Any = None) -> None:
        """A value goes to a place; what stands in its branches counts by itself."""
        claims = list(self._claims(conditions))
        kind = value.__class__
        if kind is cst.IfExp:
            taken, other = self._of_test(value.test)
            for branch, known in ((value.body, taken), (value.orelse, other)):
                if self.names.ref(branch) != ref:
                    self._keep_plain(ref, branch, [*claims, *known], conditions, target)
            return
        if kind is cst.BooleanOperation and value.operator.__class__ is cst.Or:
            left = self.names.ref(value.left)
            if left is not None and self._same(left, ref):
                self._look(left, "truth")
                self._use(left).reads = True
                self._keep_plain(ref, value.right, [*claims, Claim(ref, "miss", True, "truth")], conditions, target)
                return
        if kind is cst.Name and self._is_local(value.value):
            # `v = place.get(k) or compute(k)` before `place[k] = v`.
            bound = self.origins.last(value.value)
            if bound is not None and bound.__class__ is cst.BooleanOperation and bound.operator.__class__ is cst.Or:
                left = self.names.ref(bound.left)
                if left is not None and self._same(left, ref):
                    self._look(left, "truth")
                    claims.append(Claim(ref, "miss", False, "truth"))
            elif bound is not None and bound.__class__ is cst.IfExp:
                taken, other = self._of_test(bound.test)
                for known in (taken, other):
                    claims += [Claim(one.ref, one.state, False, one.how) for one in known if one.state == "miss"]
            if not self.origins.is_parameter(value.value) or bound is not None:
                self.names.aliases[value.value] = ref
                self._live.add(value.value)
                self._was.setdefault(value.value, set()).add(ref)
        self._keep_plain(ref, value, claims, conditions, target)

    def _keep_plain(
        self, ref: Ref, value: Any, claims: Sequence[Claim], conditions: Sequence[Condition], target: Any
    ) -> None:
        use = self._use(ref)
        if value.__class__ is cst.Name and value.value == "None":
            use.drops.append((self._line, "none"))
            return
        if is_empty(value):
            use.drops.append((self._line, "empty"))
            if not ref.keys:
                return
        missed: Literal["sure", "weak", ""] = ""
        beside: list[str] = []
        looked: Claim | None = None
        for claim in claims:
            if claim.state == "hit":
                continue
            if self._same(claim.ref, ref):
                if claim.state == "miss":
                    missed = "sure" if claim.sure else missed or "weak"
                else:
                    missed = missed or "weak"
                looked = claim
            elif claim.ref.place != ref.place or claim.state in ("clock", "key"):
                beside.append(f"{claim.state}:{claim.ref.place.name}")
            elif not missed and claim.state == "miss" and len(claim.ref.keys) == len(ref.keys):
                # Asked for by one name and stored under another: `place[quote.symbol]` after `symbol in place`.
                missed, looked = "weak", claim
        if not missed and self.scope.name.endswith(".__missing__") and ref.place.name == self.names.owner:
            self._look(ref, "in")
            missed = "sure"
        if not missed and any(self._same(one, ref) for one in self._left):
            missed = "sure"
        locks = [number for number, one in enumerate(conditions) if one.kind == "with" and self._locks(one.node)]
        locked = bool(locks)
        use.locked = use.locked or locked
        checked = locked and looked is not None
        told = self.origins.tell(value)
        key = target.slice if target is not None and target.__class__ is cst.Subscript else ()
        keyed, key_text = self.origins.key([getattr(one.slice, "value", one.slice) for one in key])
        use.keeps.append(
            Keep(
                self._line, ref.keys, text_of(value), told.source, told.callee, told.awaited, missed,
                tuple(dict.fromkeys(beside)), locked, checked, tuple(sorted(told.depends)), tuple(sorted(keyed)),
                key_text, told.broad, self._unrepeatable(value, ref), self._attributes(value),
            )
        )

    def _attributes(self, value: Any) -> tuple[str, ...]:
        """The attributes of the instance that a value is made from."""
        found: dict[str, None] = {}
        for node in self.origins.behind(value):
            if node.__class__ is cst.Attribute and node.value.__class__ is cst.Name:
                if node.value.value == self.names.receiver and self.names.around == "self":
                    found[node.attr.value] = None
        return tuple(found)

    def _unrepeatable(self, value: Any, ref: Ref) -> bool:
        """Whether the value hangs on chance, on a counter, or on how many there are."""
        for node in self.origins.behind(value):
            kind = node.__class__
            if kind is cst.Call:
                called = dotted(node.func)
                if called.rpartition(".")[2] in _CHANCE:
                    return True
                if called == "len" and node.args:
                    held = self.names.ref(node.args[0].value)
                    if held is not None and held.place == ref.place:
                        return True
            elif self._counters and (kind is cst.Attribute or kind is cst.Name) and dotted(node) in self._counters:
                return True
        return False

    def _same(self, one: Ref, other: Ref) -> bool:
        if one == other:
            return True
        if one.place != other.place or len(one.keys) != len(other.keys):
            return False
        return all(self.origins.equal(first, second) for first, second in zip(one.keys, other.keys, strict=True))

    def _delete(self, target: Any, conditions: Sequence[Condition]) -> None:
        if target.__class__ is cst.Tuple:
            for element in target.elements:
                self._delete(element.value, conditions)
            return
        ref = self.names.ref(target)
        if ref is not None:
            self._use(ref).drops.append((self._line, "evict" if self._measured(ref, conditions) else "del"))

    def _measured(self, ref: Ref, conditions: Sequence[Condition]) -> bool:
        """Whether it happens because a place has grown too large."""
        for one in conditions:
            if one.kind in ("true", "false"):
                for node in inside(one.node):
                    if node.__class__ is cst.Call and dotted(node.func) == "len" and node.args:
                        held = self.names.ref(node.args[0].value)
                        if held is not None and held.place == ref.place:
                            return True
        return False

    def _return(self, node: Any, conditions: Sequence[Condition]) -> None:
        value = node.value
        if value is None:
            self._missed(conditions, "none")
            return
        self._loads(value, conditions, returned=True)
        for place, entry in self._mentioned(value):
            self.uses[place].returns = True
            if entry:
                self.uses[place].entry = "returned"
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
            ref = self.names.ref(value)
            if ref is not None:
                self._look(ref, "get")
                self._note_miss(Claim(ref, "miss", True, "get"), "none" if len(value.args) == 1 else "default")

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
        elif method in ("set", "put", "add", "store", "save") and len(inner.args) >= 2 and inner.args[1].keyword is None:
            # A cache object of a library or of the project: `cache.set(key, value)`.
            self._keep(Ref(ref.place, (*ref.keys, text_of(inner.args[0].value))), inner.args[1].value, conditions)
            use.effects.append((self._line, len(ref.keys), method))
        elif method == "update" and inner.args and not ref.keys:
            told = self.origins.tell(inner.args[0].value)
            use.keeps.append(Keep(self._line, ("*",), text_of(inner.args[0].value), told.source, told.callee, told.awaited,
                                  "", (), False, False, (), (), "", told.broad, False, ()))  # fmt: skip
        elif method in _CHANGERS:
            use.changes.append((self._line, len(ref.keys), method))
        else:
            use.effects.append((self._line, len(ref.keys), method))

    def _container_call(
        self, ref: Ref, method: str, call: Any, conditions: Sequence[Condition], *, used: bool
    ) -> None:
        use = self._use(ref)
        if method == "clear":
            use.drops.append((self._line, "evict" if self._measured(ref, conditions) else "clear"))
        elif method == "popitem":
            use.drops.append((self._line, "evict"))
        elif method == "pop":
            use.drops.append((self._line, "evict" if self._measured(ref, conditions) else "taken" if used else "pop"))
        elif len(call.args) == 2:
            inner = Ref(ref.place, (*ref.keys, text_of(call.args[0].value)))
            if not is_empty(call.args[1].value):
                known = self._look(inner, "setdefault")
                known[2].append("value")
                told = self.origins.tell(call.args[1].value)
                already = next((one for one in self._claims(conditions) if one.state == "miss" and self._same(one.ref, inner)), None)
                self._keep_plain(
                    inner, call.args[1].value, [*self._claims(conditions), Claim(inner, "miss", already is not None, "setdefault")],
                    conditions, None,
                )
                if told.source == "called" and used:
                    use.reads = True
            else:
                use.changes.append((self._line, len(ref.keys), "setdefault"))

    def _help(self, called: str, conditions: Sequence[Condition]) -> None:
        for claim in self._claims(conditions):
            if claim.state != "hit":
                found = self._use(claim.ref).lookups.get((claim.how, claim.ref.keys))
                if found is not None:
                    found[1].append(called)

    def _loop(self, node: Any, conditions: Sequence[Condition]) -> None:
        self._loads(node.iter, conditions)
        iterated = node.iter
        if iterated.__class__ is cst.Call and dotted(iterated.func) in ("list", "tuple", "sorted", "enumerate", "reversed"):
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

    # Conditions

    def _claims(self, conditions: Sequence[Condition]) -> Iterator[Claim]:
        for one in conditions:
            if one.kind == "true" or one.kind == "false":
                known = self._known.get(id(one.node))
                if known is not None:
                    yield from known[0 if one.kind == "true" else 1]
            elif one.kind == "raised":
                yield from self._raised(one)
            elif one.kind == "case" and one.around is not None:
                pattern = one.node.pattern
                if pattern.__class__ is cst.MatchSingleton and (ref := self.names.ref(one.around.subject)) is not None:
                    yield Claim(ref, "miss", True, "none")

    def _raised(self, one: Condition) -> Iterator[Claim]:
        """What is known in the handler of a missing key or attribute: that a place in the try had none."""
        sure = True
        if one.node.__class__ is cst.ExceptHandler:
            caught = one.node.type
            kinds: list[Any] = [] if caught is None else [caught]
            if caught is not None and caught.__class__ is cst.Tuple:
                kinds = [element.value for element in caught.elements]
            names = {dotted(kind).rpartition(".")[2] for kind in kinds}
            if names.isdisjoint(_MISSING):
                if names and names.isdisjoint(_BROAD):
                    return
                sure = False
        refs = self._tried.get(id(one.around))
        if refs is None:
            refs = self._tried[id(one.around)] = list(self._taken(one.around.body))
        for ref in refs:
            self._look(ref, "try")
            yield Claim(ref, "miss", sure, "try")

    def _taken(self, body: Any) -> Iterator[Ref]:
        """The places whose value a short suite takes."""
        statements = list(body.body)
        if len(statements) > 6:
            return
        for statement in statements:
            if statement.__class__ is not cst.SimpleStatementLine:
                if statement.__class__ is cst.With or statement.__class__ is cst.If:
                    yield from self._taken(statement.body)
                continue
            for small in statement.body:
                value = getattr(small, "value", None)
                if value is None:
                    continue
                for node in inside(value):
                    kind = node.__class__
                    taken = kind is cst.Subscript or kind is cst.Attribute or (
                        kind is cst.Call and dotted(node.func) == "getattr" and len(node.args) == 2)
                    if kind is cst.Call and node.func.__class__ is cst.Attribute and node.func.attr.value == "pop":
                        continue
                    if taken and (ref := self.names.ref(node)) is not None:
                        yield ref
                        if kind is cst.Subscript:
                            break

    def _test(self, test: Any, conditions: Sequence[Condition]) -> None:
        self._loads(test, conditions, tested=True)
        self._known[id(test)] = self._of_test(test)

    def _of_test(self, test: Any) -> tuple[list[Claim], list[Claim]]:
        """What is known where a test came out true, and where false."""
        return list(self._say(test, True)), list(self._say(test, False))

    def _say(self, test: Any, truth: bool) -> Iterator[Claim]:
        kind = test.__class__
        if kind is cst.NamedExpr:
            if test.target.__class__ is cst.Name:
                self._bind(test.target.value, test.value, self.names.ref(test.value))
            yield from self._say(test.value, truth)
        elif kind is cst.UnaryOperation:
            if test.operator.__class__ is cst.Not:
                yield from self._say(test.expression, not truth)
        elif kind is cst.BooleanOperation:
            whole = (test.operator.__class__ is cst.And) == truth
            for side in (test.left, test.right):
                for claim in self._say(side, truth):
                    yield claim if whole else claim._replace(sure=False)
        elif kind is cst.Comparison:
            if len(test.comparisons) == 1:
                yield from self._compared(test.left, test.comparisons[0], truth)
            else:
                yield from self._timed(test)
        elif kind is cst.Call and test.func.__class__ is cst.Attribute and test.func.attr.value in _ASKS:
            ref = self.names.ref(test.func.value)
            if ref is not None and len(test.args) == 1:
                inner = Ref(ref.place, (*ref.keys, text_of(test.args[0].value)))
                self._look(inner, "in")
                yield Claim(inner, "hit" if truth else "miss", True, "in")
        else:
            ref = self.names.ref(test)
            if ref is not None:
                how: How = "truth"
                if kind is cst.Call:
                    how = "has" if dotted(test.func) == "hasattr" else "get"
                self._look(ref, how)
                yield Claim(ref, "hit" if truth else "miss", True, how)
            elif kind is cst.Call:
                yield from self._timed(test)

    def _compared(self, left: Any, target: Any, truth: bool) -> Iterator[Claim]:
        operator = target.operator.__class__
        right = target.comparator
        if left.__class__ is cst.NamedExpr and left.target.__class__ is cst.Name:
            self._bind(left.target.value, left.value, self.names.ref(left.value))
            left = left.value
        if operator is cst.In or operator is cst.NotIn:
            ref = self.names.container(right)
            if ref is not None:
                held = ref.place.name.endswith(".?")
                if held:
                    named = self.names.attribute_named(_owner_of(right), left)
                    ref = named if named is not None else ref
                inner = ref if held else Ref(ref.place, (*ref.keys, text_of(left)))
                self._look(inner, "in")
                yield Claim(inner, "hit" if (operator is cst.In) == truth else "miss", True, "in")
            return
        equal = operator is cst.Is or operator is cst.Equal
        if equal or operator is cst.IsNot or operator is cst.NotEqual:
            if self._is_missing(left, right):
                ref = self.names.ref(left)
                if ref is not None:
                    how: How = "none" if dotted(right) == "None" else "sentinel"
                    self._look(ref, how)
                    yield Claim(ref, "miss" if equal == truth else "hit", True, how)
                return
            for side, other in ((left, right), (right, left)):
                ref = self.names.ref(side)
                if ref is not None and not _constant(other) and operator in (cst.Equal, cst.NotEqual):
                    self._look(ref, "key")
                    yield Claim(ref, "hit" if equal == truth else "key", True, "key")
            return
        yield from self._timed(left, right)

    def _is_missing(self, left: Any, right: Any) -> bool:
        """Whether `right` is what stands for no value: None, or a sentinel."""
        kind = right.__class__
        if kind is cst.Ellipsis or kind is cst.Dict or kind is cst.List:
            return kind is cst.Ellipsis or not right.elements
        if kind is cst.SimpleString:
            return right.evaluated_value in ("", b"")
        if kind is cst.Integer or kind is cst.UnaryOperation:
            return text_of(right) in ("0", "-1")
        name = dotted(right)
        if not name:
            return False
        if name in ("None", "False"):
            return True
        last = name.rpartition(".")[2]
        if name == "True":
            return False
        bound = self.origins.last(left.value) if left.__class__ is cst.Name else left
        if bound is not None and bound.__class__ is cst.Call and len(bound.args) >= 2:
            default = bound.args[-1].value
            if dotted(default) == name:
                return True
        return _SENTINEL.match(last) is not None and not last.isdigit() and _sentinel_like(last)

    def _timed(self, *sides: Any) -> Iterator[Claim]:
        """A comparison with the time says whether what is kept is still fresh."""
        refs: list[Ref] = []
        timed = False
        for side in sides:
            for node in inside(side):
                if tells_time(node):
                    timed = True
                elif node.__class__ is cst.Call and dotted(node.func) == "len" and node.args:
                    held = self.names.ref(node.args[0].value)
                    if held is not None:
                        self._use(held).counted = True
                elif node.__class__ is cst.Name or node.__class__ is cst.Attribute:
                    name = node.value if node.__class__ is cst.Name else node.attr.value
                    timed = timed or speaks_of_time(name)
                    ref = self.names.ref(node)
                    if ref is not None:
                        refs.append(ref)
                elif node.__class__ is cst.Subscript and (ref := self.names.ref(node)) is not None:
                    refs.append(ref)
        if not timed:
            for ref in dict.fromkeys(refs):
                self._look(ref, "order")
        if timed:
            self._clock = True
            for ref in dict.fromkeys(refs):
                self._look(ref, "clock")
                yield Claim(ref, "clock", False, "clock")

    def _look(self, ref: Ref, how: How) -> list[Any]:
        use = self._use(ref)
        found = use.lookups.get((how, ref.keys))
        if found is None:
            found = use.lookups[how, ref.keys] = [self._line, [], []]
        return found

    def _locks(self, node: Any) -> bool:
        return any(_LOCKS.search(text_of(item.item)) for item in node.items)

    # What is read

    def _loads(self, node: Any, conditions: Sequence[Condition], *, returned: bool = False, tested: bool = False) -> None:
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
            if func.__class__ is cst.Attribute:
                method = func.attr.value
                held = self.names.container(func.value) if method in ("pop", "popitem", "setdefault", "get") else None
                if held is not None and not (method in ("pop", "popitem") and held.keys == () and held.place.root == "object"):
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
            self._loads(child, conditions, tested=tested and kind in (cst.Comparison, cst.UnaryOperation, cst.ComparisonTarget))

    def _note_lock(self, use: _Use, conditions: Sequence[Condition]) -> None:
        if not use.locked and any(one.kind == "with" and self._locks(one.node) for one in conditions):
            use.locked = True

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
            refs = self._was.get(node.value, ())
            for ref in refs:
                self._seen(ref, returned, tested)
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
            use.entry = "returned" if returned else use.entry or "used"


def _owner_of(node: Any) -> Any:
    """`x` of `x.__dict__` and of `vars(x)`."""
    return node.value if node.__class__ is cst.Attribute else node.args[0].value


def _constant(node: Any) -> bool:
    kind = node.__class__
    if kind is cst.Name:
        return node.value in ("None", "True", "False")
    return kind in (cst.Integer, cst.Float, cst.SimpleString, cst.UnaryOperation, cst.ConcatenatedString, cst.Tuple)


def _given(value: Any, origins: Origins) -> str:
    """What kind of thing a function returns where it found nothing."""
    if value.__class__ is cst.Name:
        if value.value == "None":
            return "none"
        if origins.is_parameter(value.value) and origins.last(value.value) is None:
            return "default"
    if _constant(value) or is_empty(value):
        return "default"
    return "value"


def _sentinel_like(name: str) -> bool:
    return name.isupper() or name.lower().strip("_") in _WORDS or name.lower().endswith(tuple(_WORDS))


_WORDS: Final = frozenset({
    "missing", "sentinel", "unset", "notset", "not_set", "marker", "undefined", "absent", "nothing", "no_value",
    "not_found", "notfound", "null", "nil", "no_default", "empty",
})  # fmt: skip
