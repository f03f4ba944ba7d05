"""Which places a function asks for what they keep, and what its conditions say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from overhaul.lazy import cst
from overhaul.patterns import regex
from overhaul.scopes import Scope
from overhaul.syntax.origins import Origins
from overhaul.syntax.parts import inside
from overhaul.syntax.paths import Condition
from overhaul.syntax.storage import Names, Place, Ref, Source, literal, speaks_of_time, tells_time
from overhaul.text import dotted, text_of

How = Literal["in", "get", "try", "none", "sentinel", "truth", "has", "clock", "key", "order", "setdefault"]

_DYNAMIC: Final = ("getattr", "hasattr", "setattr", "delattr", "vars", "globals", "__dict__", "__setattr__")
_MISSING: Final = frozenset({"KeyError", "AttributeError", "IndexError", "LookupError"})
_BROAD: Final = frozenset({"Exception", "BaseException", "NameError", "UnboundLocalError", "TypeError", "ValueError",
                           "FileNotFoundError", "OSError", "ReferenceError"})  # fmt: skip
_SENTINEL: Final = regex(
    r"_*[A-Z][A-Z0-9_]*$|.*(?:missing|sentinel|unset|notset|not_set|marker|undefined|absent|nothing|no_value|"
    r"not_found|unknown|default|empty|null|nil|no_default)", re.IGNORECASE,
)  # fmt: skip
_ASKS: Final = frozenset({"has", "has_key", "contains", "__contains__", "exists"})
_LOCKS: Final = regex(r"lock|mutex|semaphore|guard|condition|critical", re.IGNORECASE)


class Claim(NamedTuple):
    """What a condition says of a place."""

    ref: Ref
    state: Literal["hit", "miss", "clock", "key"]
    sure: bool
    how: How


class Stored(NamedTuple):
    """A store; the fields are those of `overhaul.facts.Keep`."""

    line: int
    key: tuple[str, ...]
    value: str
    source: Source
    callee: str
    awaited: bool
    missed: Literal["sure", "weak", ""]
    beside: tuple[str, ...]
    locked: bool
    checked: bool
    depends: tuple[str, ...]
    keyed: tuple[str, ...]
    key_text: str
    broad: bool
    unrepeatable: bool
    reads: tuple[str, ...]


class Use:
    """What is being noted of one place."""

    def __init__(self, line: int) -> None:
        """Nothing is noted yet; `line` is that of the first use."""
        self.line = line
        self.lookups: dict[tuple[How, tuple[str, ...]], list[Any]] = {}
        self.keeps: list[Stored] = []
        self.drops: list[tuple[int, str]] = []
        self.changes: list[tuple[int, int, str]] = []
        self.effects: list[tuple[int, int, str]] = []
        self.returns = self.reads = self.counted = self.clock = self.iterated = self.locked = False
        self.entries: dict[tuple[str, ...], Literal["returned", "used"]] = {}
        """Key -> what becomes of the entry that is taken by it."""
        self.entry: Literal["returned", "used", ""] = ""
        self.handed = False


class Asking:
    """What is known of places while the statements of a function are gone through."""

    def __init__(
        self, scope: Scope, aliases: dict[str, dict[str, Ref]], relevant: frozenset[str],
        locks: frozenset[str],
    ) -> None:  # fmt: skip
        """`aliases` are filled function by function, the outer ones first; only `relevant` names are followed.

        `locks` are the last names of what holds locks.
        """
        self._held = locks
        self.scope = scope
        self.names = Names(scope, aliases, relevant)
        self.origins = Origins(self.names)
        self.uses: dict[Place, Use] = {}
        self._known: dict[int, tuple[list[Claim], list[Claim]]] = {}
        self._was: dict[str, set[Ref]] = {}
        self._tried: dict[int, list[Ref]] = {}
        self._derived: dict[str, set[Ref]] = {}
        """Local names -> the places that their values were made from."""
        self._counters: set[str] = set()
        """What the function has added to so far, dotted."""
        self._live = {*relevant, *_DYNAMIC, *(name for known in aliases.values() for name in known)}
        """Names by which a statement matters."""
        if "self" in relevant or scope.name.endswith((".__get__", ".__missing__")):
            self._live.add(self.names.receiver)
        self._left: list[Ref] = []
        """What was found and returned: what comes behind is reached where it was not found."""
        self._clock = False
        self._line = 0
        self._acquired: int | None = None
        """How many conditions deep a lock was acquired that is not released yet."""

    def _use(self, ref: Ref) -> Use:
        found = self.uses.get(ref.place)
        if found is None:
            found = self.uses[ref.place] = Use(self._line)
        return found

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

    def _mentioned(self, value: Any) -> set[Ref]:
        """The places whose values an expression is made from, with the keys of what is taken."""
        found: set[Ref] = set()
        for node in inside(value):
            kind = node.__class__
            if kind is cst.Name:
                found |= self._derived.get(node.value, set())
            if kind is cst.Name or kind is cst.Attribute or kind is cst.Subscript:
                ref = self.names.ref(node)
                if ref is not None and ref.place in self.uses:
                    found.add(ref)
            elif kind is cst.Call and (ref := self.names.ref(node)) is not None and ref.place in self.uses:
                found.add(ref)
        return found

    def _same(self, one: Ref, other: Ref) -> bool:
        if one == other:
            return True
        if one.place != other.place or len(one.keys) != len(other.keys):
            return False
        return all(self.origins.equal(first, second) for first, second in zip(one.keys, other.keys, strict=True))

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
                    taken = (
                        kind is cst.Subscript
                        or kind is cst.Attribute
                        or (kind is cst.Call and dotted(node.func) == "getattr" and len(node.args) == 2)
                    )
                    if kind is cst.Call and node.func.__class__ is cst.Attribute and node.func.attr.value == "pop":
                        continue
                    if taken and (ref := self.names.ref(node)) is not None:
                        yield ref
                        if kind is cst.Subscript:
                            break

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
                if ref is not None and not is_constant(other) and operator in (cst.Equal, cst.NotEqual):
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
                    one: Any = node
                    name = one.value if node.__class__ is cst.Name else one.attr.value
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

    def _acquire(self, value: Any, conditions: Sequence[Condition]) -> None:
        """`lock.acquire()` holds until `lock.release()` of the same way through the function, as in a `finally`."""
        inner = value.expression if value.__class__ is cst.Await else value
        owner, _, method = dotted(inner.func).rpartition(".") if inner.__class__ is cst.Call else ("", "", "")
        if method == "acquire" and self._acquired is None and self._names_a_lock(owner):
            self._acquired = len(conditions)
        elif method == "release" and self._acquired is not None and len(conditions) <= self._acquired:
            self._acquired = None

    def _locked(self, conditions: Sequence[Condition]) -> bool:
        """Whether a lock is held."""
        return self._acquired is not None or any(one.kind == "with" and self._locks(one.node) for one in conditions)

    def _locks(self, node: Any) -> bool:
        return holds_lock(node, self._held)

    def _names_a_lock(self, chain: str) -> bool:
        return chain.rpartition(".")[2] in self._held or _LOCKS.search(chain) is not None


def holds_lock(node: Any, locks: frozenset[str]) -> bool:
    """Whether a with statement takes a lock, by the last names of what holds locks or by how it is called."""
    for item in node.items:
        if dotted(item.item).rpartition(".")[2] in locks or _LOCKS.search(text_of(item.item)):
            return True
    return False


def _owner_of(node: Any) -> Any:
    """`x` of `x.__dict__` and of `vars(x)`."""
    return node.value if node.__class__ is cst.Attribute else node.args[0].value


def is_constant(node: Any) -> bool:
    """Whether an expression is a constant, or a tuple as one writes them."""
    kind = node.__class__
    if kind is cst.Name:
        return node.value in ("None", "True", "False")
    return kind in (cst.Integer, cst.Float, cst.SimpleString, cst.UnaryOperation, cst.ConcatenatedString, cst.Tuple)


def _sentinel_like(name: str) -> bool:
    return name.isupper() or name.lower().strip("_") in _WORDS or name.lower().endswith(tuple(_WORDS))


_WORDS: Final = frozenset({
    "missing", "sentinel", "unset", "notset", "not_set", "marker", "undefined", "absent", "nothing", "no_value",
    "not_found", "notfound", "null", "nil", "no_default", "empty",
})  # fmt: skip
