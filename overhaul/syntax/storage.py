"""Which place an expression means: an attribute, a variable, or what is kept in one under a key."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, NamedTuple

from overhaul.lazy import cst
from overhaul.patterns import regex
from overhaul.scopes import Role, Scope
from overhaul.text import dotted, text_of

Root = Literal["instance", "class", "module", "function", "closure", "default", "object", "imported"]
Source = Literal[
    "called", "computed", "parameter", "part", "called_parameter", "constant", "empty", "copied", "clock", "loop",
    "name", "lambda", "callback",
]  # fmt: skip


class Place(NamedTuple):
    """Where values may be kept."""

    root: Root
    name: str
    """Dotted inside its module; of an object or an imported name what is written."""


class Ref(NamedTuple):
    """A place, or what is kept there under keys."""

    place: Place
    keys: tuple[str, ...] = ()
    """One for each level of nesting, as written."""


EMPTY_MAKERS: Final = frozenset({
    "dict", "list", "set", "OrderedDict", "defaultdict", "deque", "Counter", "frozenset", "WeakKeyDictionary",
    "WeakValueDictionary", "WeakSet", "ChainMap", "tuple", "SimpleNamespace", "bytearray", "object", "str", "bytes",
})  # fmt: skip
"""What makes an empty container where it is called without arguments (or with a factory, or a size)."""

CLOCKS: Final = frozenset({
    "time.time", "time.monotonic", "time.perf_counter", "datetime.now", "datetime.datetime.now", "datetime.utcnow",
    "datetime.datetime.utcnow", "timezone.now", "time", "monotonic", "perf_counter", "utcnow", "now", "loop.time",
    "time.time_ns", "time.monotonic_ns", "dt_util.utcnow", "dt_util.now", "date.today", "datetime.date.today",
})  # fmt: skip
_CLOCK_ENDINGS: Final = (".now", ".utcnow", ".time", ".monotonic", ".today", ".datetime", ".seconds", ".millis")
_TIMES: Final = regex(
    r"(?:^|_)(?:now|ttl|time|timeout|expir\w*|age|max_age|deadline|fresh\w*|stale\w*|lifetime|monotonic|timestamp|"
    r"elapsed|interval|updated|refreshed?|valid_until|until)(?:$|_)", re.IGNORECASE,
)  # fmt: skip


def tells_time(node: Any) -> bool:
    """Whether a call reads a clock."""
    if node.__class__ is not cst.Call:
        return False
    called = dotted(node.func)
    return called in CLOCKS or (called.endswith(_CLOCK_ENDINGS) and all(one.keyword is not None for one in node.args))


def speaks_of_time(name: str) -> bool:
    """Whether a name is one of times: `expires_at`, `_ttl`."""
    return _TIMES.search(name) is not None


class Names:
    """What names mean in one function: which scope binds them, and what the instance is called."""

    def __init__(self, scope: Scope, aliases: dict[str, dict[str, Ref]], relevant: frozenset[str]) -> None:
        """`aliases` are those of all functions of the module, by the function's dotted name.

        Only places whose last name is `relevant` are told.
        """
        self.scope = scope
        self.relevant = relevant
        self._all = aliases
        self.aliases = aliases.setdefault(scope.name, {})
        self.receiver = self.owner = self.around = ""
        """What the instance or class is called, the class of the method, and its kind: self, cls."""
        top = scope
        one: Scope | None = scope
        while one is not None:
            outer = one.parent
            if not self.owner and one.receiver and outer is not None and outer.kind == "class":
                node: Any = one.node
                first = next(iter((*node.params.posonly_params, *node.params.params)), None)
                if first is not None:
                    self.receiver, self.owner, self.around = first.name.value, outer.name, one.receiver
            top = one
            one = outer
        self.top = top
        self.words: dict[str, str] = {}
        """Local names of words: `name = "_cached"`."""
        self.containers = frozenset(_container_defaults(scope))

    def bound_in(self, name: str) -> Scope | None:
        """The scope that binds a name which this one uses."""
        one: Scope | None = self.scope
        while one is not None:
            if one.elsewhere.get(name) == "global":
                return self.top
            if name in one.bound and (one.kind != "class" or one is self.scope):
                return one
            one = one.parent
        return None

    def ref(self, node: Any) -> Ref | None:
        """The place that an expression means, if it means one."""
        kind = node.__class__
        if kind is cst.Name:
            return self._name(node.value)
        if kind is cst.Attribute:
            return self._attribute(node.value, node.attr.value)
        if kind is cst.Subscript:
            return self._subscript(node)
        if kind is cst.Call:
            return self._call(node)
        return self.ref(node.value) if kind is cst.NamedExpr else None

    def whole(self, node: Any) -> Ref | None:
        """The place that an expression means which is looked into: for the instance itself its class's entries."""
        if node.__class__ is cst.Name and node.value == self.receiver and self.around == "self":
            return Ref(Place("instance", self.owner))
        return self.ref(node)

    def _name(self, name: str) -> Ref | None:
        alias = self.aliases.get(name)
        if alias is not None:
            return alias
        if name not in self.relevant or (name == self.receiver and self.owner):
            return None
        scope = self.bound_in(name)
        if scope is None:
            return None
        if scope is self.scope and not scope.top:
            return Ref(Place("default", f"{scope.name}.{name}")) if name in self.containers else None
        if scope.kind == "module":
            if name in scope.imported:
                return Ref(Place("imported", name))
            return Ref(Place("module", name))
        if scope.kind == "function":
            outer = self._all.get(scope.name, {}).get(name)
            return outer if outer is not None else Ref(Place("closure", f"{scope.name}.{name}"))
        return None

    def _attribute(self, owner: Any, name: str) -> Ref | None:
        if name not in self.relevant and name != "?":
            return None
        kind = owner.__class__
        if kind is cst.Name:
            called = owner.value
            if called == self.receiver and self.owner:
                root: Root = "class" if self.around == "cls" else "instance"
                return Ref(Place(root, f"{self.owner}.{name}"))
            alias = self.aliases.get(called)
            scope = self.bound_in(called)
            if alias is None and scope is not None:
                event = next(
                    (one for one in scope.events if one[1] == called and one[0] in (Role.DEFINE, Role.CLASS)), None
                )
                if event is not None and scope.kind != "class":
                    prefix = f"{scope.name}." if scope.name else ""
                    return Ref(Place("class" if event[0] == Role.CLASS else "function", f"{prefix}{called}.{name}"))
                if called in scope.imported:
                    return Ref(Place("imported", f"{called}.{name}"))
        if kind is cst.Call and dotted(owner.func) == "type" and owner.args:
            if dotted(owner.args[0].value) == self.receiver and self.owner:
                return Ref(Place("class", f"{self.owner}.{name}"))
            return None
        if (
            kind is cst.Attribute
            and owner.attr.value == "__class__"
            and dotted(owner.value) == self.receiver
            and self.owner
        ):
            return Ref(Place("class", f"{self.owner}.{name}"))
        chain = dotted(owner)
        return Ref(Place("object", f"{chain}.{name}")) if chain else None

    def _subscript(self, node: Any) -> Ref | None:
        if len(node.slice) != 1 and not node.slice:
            return None
        key = ", ".join(
            text_of(one.slice.value if one.slice.__class__ is cst.Index else one.slice) for one in node.slice
        )
        if len(node.slice) > 1:
            key = f"({key})"  # what the tuple is that it means
        held = self._held(node.value, node.slice[0].slice)
        if held is not None:
            return held
        base = self.whole(node.value)
        if any(one.slice.__class__ is cst.Slice for one in node.slice):
            return None
        return Ref(base.place, (*base.keys, key)) if base is not None and len(base.keys) < 4 else None

    def _held(self, base: Any, index: Any) -> Ref | None:
        """`self.__dict__["x"]`, `vars(self)["x"]`, `globals()["x"]`: an attribute or a variable."""
        owner: Any = None
        if base.__class__ is cst.Attribute and base.attr.value == "__dict__":
            owner = base.value
        elif base.__class__ is cst.Call and dotted(base.func) == "vars" and len(base.args) == 1:
            owner = base.args[0].value
        elif base.__class__ is cst.Call and dotted(base.func) == "globals":
            word = literal(getattr(index, "value", index))
            return Ref(Place("module", word)) if word else None
        if owner is None:
            return None
        value = getattr(index, "value", index) if index.__class__ is cst.Index else index
        word = literal(value)
        if word:
            return self._attribute(owner, word)
        found = self._attribute(owner, "?")
        return Ref(found.place, (text_of(value),)) if found is not None else None

    def _call(self, node: Any) -> Ref | None:
        func = node.func
        args = node.args
        if func.__class__ is cst.Attribute:
            if func.attr.value in ("get", "setdefault", "pop") and 1 <= len(args) <= 2 and args[0].keyword is None:
                held = self._held(func.value, args[0].value)
                if held is not None:
                    return held
                base = self.whole(func.value)
                if base is not None and len(base.keys) < 4:
                    return Ref(base.place, (*base.keys, text_of(args[0].value)))
            return None
        if func.__class__ is cst.Name and func.value in ("getattr", "hasattr") and len(args) >= 2:
            word = self.word(args[1].value)
            found = self._attribute(args[0].value, word or "?")
            if found is None or word:
                return found
            return Ref(found.place, (text_of(args[1].value),))
        return None

    def attribute_named(self, owner: Any, name: Any) -> Ref | None:
        """What `setattr(owner, name, ...)` assigns."""
        word = self.word(name)
        found = self._attribute(owner, word or "?")
        return found if found is None or word else Ref(found.place, (text_of(name),))

    def word(self, node: Any) -> str:
        """The text of a word, or of a local name for one."""
        return self.words.get(node.value, "") if node.__class__ is cst.Name else literal(node)

    def container(self, node: Any) -> Ref | None:
        """What `key in node` looks into; `node.keys()` is the same."""
        if node.__class__ is cst.Call and node.func.__class__ is cst.Attribute and node.func.attr.value == "keys":
            node = node.func.value
        if node.__class__ is cst.Attribute and node.attr.value == "__dict__":
            found = self._attribute(node.value, "?")
            return found
        if node.__class__ is cst.Call and dotted(node.func) == "vars" and len(node.args) == 1:
            return self._attribute(node.args[0].value, "?")
        return self.whole(node)


def literal(node: Any) -> str:
    """The text of a plain string literal that is an identifier; "" for anything else."""
    if node.__class__ is cst.SimpleString and len(node.value) < 90:
        text = str(node.value).strip("\"'")
        return text if text.isidentifier() else ""
    return ""


def _container_defaults(scope: Scope) -> list[str]:
    """The parameters of a function whose default is a container, which lives as long as the function."""
    node: Any = scope.node
    if node.__class__ is not cst.FunctionDef:
        return []
    parameters = (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params)
    return [one.name.value for one in parameters if one.default is not None and is_empty(one.default)]


def is_empty(node: Any) -> bool:
    """Whether an expression makes an empty container."""
    kind = node.__class__
    if kind is cst.Dict or kind is cst.List or kind is cst.Tuple:
        return not node.elements
    if kind is cst.Call:
        made = dotted(node.func).rpartition(".")[2]
        if made in ("defaultdict", "deque", "Counter"):
            return len(node.args) <= 1 or made == "defaultdict"
        return made in EMPTY_MAKERS and not node.args
    return False
