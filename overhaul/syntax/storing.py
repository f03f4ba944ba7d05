"""What a function puts into the places where values may be kept, and takes away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from overhaul.lazy import cst
from overhaul.patterns import regex
from overhaul.syntax.asking import Asking, Claim, Stored, is_constant
from overhaul.syntax.parts import inside
from overhaul.syntax.paths import Condition
from overhaul.syntax.storage import Ref, is_empty
from overhaul.text import dotted, text_of

_CHANCE: Final = frozenset({
    "uuid1", "uuid4", "random", "randint", "randrange", "choice", "choices", "sample", "token_hex", "token_urlsafe",
    "token_bytes", "urandom", "getrandbits", "uniform", "shuffle", "secureRandom", "mkdtemp", "mkstemp", "next",
    "NamedTemporaryFile", "TemporaryDirectory", "randbytes", "get_random_string", "getpid",
})  # fmt: skip

_NUMBERING: Final = regex(
    r"_*(?:new|next|generate|gen|alloc\w*|make|create)_?\w*(?:id|uid|uuid|token|nonce|number|seq|sequence|counter)$",
    re.IGNORECASE,
)


class Storing(Asking):
    """Notes stores and removals."""

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
            elif claim.ref.place == ref.place and claim.state == "miss" and not claim.ref.keys and ref.keys:
                # The whole is filled where there was none.
                beside.append(f"whole:{claim.ref.place.name}")
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
        locked = self._locked(conditions)
        use.locked = use.locked or locked
        checked = locked and looked is not None
        told = self.origins.tell(value)
        if ref.keys:
            beside += [f"closed:{name}" for one in conditions for name in _closed(one, ref)]
        key = target.slice if target is not None and target.__class__ is cst.Subscript else ()
        keyed, key_text = self.origins.key([getattr(one.slice, "value", one.slice) for one in key], ref.keys[:-1])
        use.keeps.append(
            Stored(
                self._line,
                ref.keys,
                text_of(value),
                told.source,
                told.callee,
                told.awaited,
                missed,
                tuple(dict.fromkeys(beside)),
                locked,
                checked,
                tuple(sorted(told.depends)),
                tuple(sorted(keyed)),
                key_text,
                told.broad,
                self._unrepeatable(value, ref),
                self._attributes(value),
            )
        )

    def _attributes(self, value: Any) -> tuple[str, ...]:
        """The attributes of the instance that a value is made from."""
        found: dict[str, None] = {}
        for node in self.origins.behind(value):
            if node.__class__ is cst.Attribute and node.value.__class__ is cst.Name and (
                node.value.value == self.names.receiver and self.names.around == "self"
            ):  # fmt: skip
                found[node.attr.value] = None
        return tuple(found)

    def _unrepeatable(self, value: Any, ref: Ref) -> bool:
        """Whether the value hangs on chance, on a counter, or on how many there are."""
        for node in self.origins.behind(value):
            kind = node.__class__
            if kind is cst.Call:
                called = dotted(node.func)
                last = called.rpartition(".")[2]
                if last in _CHANCE or _NUMBERING.match(last):
                    return True
                if called == "len" and node.args:
                    held = self.names.ref(node.args[0].value)
                    if held is not None and held.place == ref.place:
                        return True
            elif self._counters and (kind is cst.Attribute or kind is cst.Name) and dotted(node) in self._counters:
                return True
        return False

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

    def _container_call(self, ref: Ref, method: str, call: Any, conditions: Sequence[Condition], *, used: bool) -> None:
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
                already = next(
                    (one for one in self._claims(conditions) if one.state == "miss" and self._same(one.ref, inner)),
                    None,
                )
                self._keep_plain(
                    inner,
                    call.args[1].value,
                    [*self._claims(conditions), Claim(inner, "miss", already is not None, "setdefault")],
                    conditions,
                    None,
                )
                if told.source == "called" and used:
                    use.reads = True
            else:
                use.changes.append((self._line, len(ref.keys), "setdefault"))


def _closed(condition: Condition, ref: Ref) -> Iterator[str]:
    """The names that are known to be one of a few values: of constants as they are written, or of a constant's."""
    if condition.kind not in ("true", "false"):
        return
    waiting = [(condition.node, condition.kind == "true")]
    while waiting:
        test, truth = waiting.pop()
        kind = test.__class__
        if kind is cst.UnaryOperation and test.operator.__class__ is cst.Not:
            waiting.append((test.expression, not truth))
        elif kind is cst.BooleanOperation and (test.operator.__class__ is cst.And) == truth:
            waiting += [(test.left, truth), (test.right, truth)]
        elif kind is cst.Comparison and len(test.comparisons) == 1 and test.left.__class__ is cst.Name:
            operator, among = test.comparisons[0].operator.__class__, test.comparisons[0].comparator
            if operator is (cst.In if truth else cst.NotIn) and _few(among) and dotted(among) != ref.place.name:
                yield test.left.value


def _few(among: Any) -> bool:
    """Whether a container has only so many elements: constants, or a variable of the module that is written so."""
    if among.__class__ in (cst.Tuple, cst.List, cst.Set):
        return all(is_constant(one.value) for one in among.elements)
    return _CONSTANT.fullmatch(dotted(among).rpartition(".")[2]) is not None


_CONSTANT: Final = regex(r"_*[A-Z][A-Z0-9_]*")
