"""Where the values that a function stores come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from overhaul.lazy import cst
from overhaul.patterns import regex
from overhaul.scopes import Role, Scope
from overhaul.syntax.parts import inside, parts
from overhaul.syntax.storage import Names, Source, is_empty, tells_time
from overhaul.text import dotted, text_of


class Told(NamedTuple):
    """Where a value comes from."""

    source: Source
    callee: str = ""
    awaited: bool = False
    depends: frozenset[str] = frozenset()
    """Parameters of the function that it is made from."""
    broad: bool = False
    """Whether it depends on the instance, or on what a call may know besides."""


_RANK: Final = (
    "constant", "empty", "clock", "name", "lambda", "loop", "copied", "part", "parameter", "computed", "called",
    "called_parameter", "callback",
)  # fmt: skip
_CONVERSIONS: Final = frozenset({
    "list", "tuple", "dict", "set", "frozenset", "str", "int", "float", "bool", "bytes", "copy", "deepcopy",
    "copy.copy",
    "copy.deepcopy", "weakref.ref", "ref", "OrderedDict", "cast", "typing.cast", "Path", "os.fspath",
})  # fmt: skip


class Origins:
    """What the local names of one function are bound to, as far as the pass over it has come."""

    def __init__(self, names: Names) -> None:
        """Nothing is bound yet but the parameters."""
        self.names = names
        self._values: dict[str, list[Any]] = {}
        self._loops: set[str] = set()
        self._own = _parameters(names.scope)
        self._outer: set[str] = set()
        around = names.scope.parent
        while around is not None:
            if around.kind == "function":
                self._outer |= _parameters(around)
            around = around.parent

    def bind(self, name: str, value: Any) -> None:
        """A local name gets a value."""
        self._values.setdefault(name, []).append(value)
        self._loops.discard(name)

    def loop(self, name: str) -> None:
        """A local name goes through many values."""
        self._loops.add(name)
        self._values.pop(name, None)

    def last(self, name: str) -> Any | None:
        """What a local name was bound to last; None for a parameter that was not bound again."""
        values = self._values.get(name)
        return values[-1] if values else None

    def is_parameter(self, name: str) -> bool:
        """Whether a name is a parameter of the function itself."""
        return name in self._own

    def equal(self, first: str, second: str) -> bool:
        """Whether two keys are the same by what local names are bound to."""
        if first == second:
            return True
        return self._spelled(first) == self._spelled(second)

    def _spelled(self, key: str) -> str:
        value = self.last(key) if key.isidentifier() else None
        if value is None:
            return key
        bare = value.__class__ is cst.Tuple and len(value.elements) > 1 and not value.lpar
        return f"({text_of(value)})" if bare else text_of(value)

    def key(self, nodes: list[Any], above: Sequence[str] = ()) -> tuple[frozenset[str], str]:
        """The parameters that a key is made from, and the key as it is put together.

        `nodes` are what stands in one subscript; `above` are the keys of the levels that this one is nested in.
        """
        found: set[str] = set()
        texts: list[str] = []
        for text in above:
            for name in _WORD.findall(text):
                value = self.last(name)
                found |= self._depends(value)[0] if value is not None else {name} & self._own
            texts.append(self._spelled(text))
        for node in nodes:
            found |= self._depends(node)[0]
            value = self.last(node.value) if node.__class__ is cst.Name else None
            texts.append(text_of(value if value is not None else node))
        whole = ", ".join(texts)
        return frozenset(found), f"({whole})" if nodes and len(texts) > 1 else whole if nodes else ""

    def tell(self, value: Any, depth: int = 5) -> Told:
        """Where a value comes from; of several parts the one that is the dearest."""
        told = self._tell(value, depth)
        depends, broad = self._depends(value)
        return told._replace(depends=depends, broad=broad)

    def _tell(self, value: Any, depth: int) -> Told:
        kind = value.__class__
        if depth <= 0:
            return Told("computed")
        if kind is cst.Name:
            return self._of_name(value.value, depth)
        if is_empty(value):
            return Told("empty")
        if kind is cst.Call:
            return self._of_call(value, depth)
        if kind is cst.Await:
            inner = self._tell(value.expression, depth - 1)
            return inner._replace(awaited=True)
        if kind is cst.Attribute:
            return self._of_attribute(value, depth)
        if kind is cst.Subscript:
            if self.names.ref(value) is not None and self._tell(value.value, depth - 1).source in ("copied", "name"):
                return Told("copied")
            inner = self._tell(value.value, depth - 1)
            return Told("part") if inner.source == "parameter" else inner
        if kind is cst.NamedExpr:
            return self._tell(value.value, depth - 1)
        if kind is cst.Lambda:
            return Told("lambda")
        if kind in _COMPREHENSIONS() or kind is cst.Comparison:
            return Told("computed")
        if kind is cst.Yield:
            return Told("called")
        if kind in (cst.Integer, cst.Float, cst.SimpleString, cst.ConcatenatedString, cst.Ellipsis, cst.Imaginary):
            return Told("constant")
        if kind is cst.BooleanOperation or kind is cst.IfExp:
            sides = (value.left, value.right) if kind is cst.BooleanOperation else (value.body, value.orelse)
            made = [one for one in sides if self.names.ref(one) is None] or [sides[1]]
            return max((self._tell(one, depth - 1) for one in made), key=lambda told: _RANK.index(told.source))
        below = [self._tell(getattr(one, "value", one)
            if one.__class__ in (cst.Element, cst.StarredElement, cst.DictElement)
                            else one, depth - 1) for one in parts(value)]  # fmt: skip
        if not below:
            return Told("constant")
        if kind is cst.BinaryOperation and any(one.source == "clock" for one in below):
            return Told("clock")
        best = max(below, key=lambda told: _RANK.index(told.source))
        if (
            kind in (cst.BinaryOperation, cst.FormattedString, cst.UnaryOperation)
            and _RANK.index(best.source) < _COMPUTED
        ):
            return Told("constant" if best.source == "constant" else "computed")
        return best

    def _of_name(self, name: str, depth: int) -> Told:
        if name in ("None", "True", "False"):
            return Told("constant")
        values = self._values.get(name)
        if values:
            # What was found there before is no origin.
            made = [one for one in values[-3:] if one.__class__ is cst.Name or self.names.ref(one) is None] or values[
                -1:
            ]
            told = [self._tell(one, depth - 1) for one in made]
            return max(told, key=lambda one: _RANK.index(one.source))
        if name in self._loops:
            return Told("loop")
        if name in self._own:
            return Told("parameter")
        scope = self.names.bound_in(name)
        if scope is None:
            return Told("name")
        if scope.kind == "function":
            if any(event[0] == Role.DEFINE and event[1] == name for event in scope.events):
                return Told("callback")
            return Told("parameter" if name in self._outer else "computed" if scope is self.names.scope else "copied")
        return Told("name")

    def _of_attribute(self, value: Any, depth: int) -> Told:
        base = value
        while base.__class__ is cst.Attribute:
            base = base.value
        if base.__class__ is cst.Name:
            name = base.value
            if name == self.names.receiver:
                return Told("copied")
            if name in self._values:
                return self._of_name(name, depth - 1)
            if name in self._own or name in self._loops:
                return Told("part" if name in self._own else "loop")
            return Told("name")
        return self._tell(base, depth - 1)

    def _of_call(self, value: Any, depth: int) -> Told:
        if tells_time(value):
            return Told("clock")
        func = value.func
        called = dotted(func)
        if called in _CONVERSIONS and value.args:
            inner = self._tell(value.args[0].value, depth - 1)
            if inner.source in ("parameter", "constant", "part", "called", "called_parameter"):
                return inner
            return Told("computed")
        root = called.partition(".")[0]
        given = called in self._own or called in self._outer
        if given and called == root and called not in self._values:
            scope = self.names.bound_in(called)
            if scope is not None and scope.kind == "function":
                return Told("called_parameter", called)
        if called.startswith("self.") and called.count(".") == 1 and self.names.receiver == "self":
            return Told("called", called)
        if called in ("functools.partial", "partial", "wraps"):
            return Told("callback", called)
        if not called and func.__class__ is cst.Call:
            inner = self._of_call(func, depth - 1)
            return inner._replace(source="called") if inner.source != "called_parameter" else inner
        if not called and func.__class__ is cst.Attribute:
            # `compute(x).strip()`, `session.get(url).json()`: what is called first tells most.
            inner = self._tell(func.value, depth - 1)
            if inner.source in ("called", "called_parameter"):
                return inner
            return Told("called", f"?.{func.attr.value}")
        return Told("called", called)

    def behind(self, value: Any) -> Iterator[Any]:
        """All nodes of an expression, and of what the local names in it are bound to."""
        seen: set[str] = set()
        waiting = [value]
        while waiting:
            for node in inside(waiting.pop()):
                yield node
                if node.__class__ is cst.Name and node.value in self._values and node.value not in seen:
                    seen.add(node.value)
                    waiting += self._values[node.value][-3:]

    def _depends(self, value: Any) -> tuple[frozenset[str], bool]:
        """The parameters that an expression is made from, and whether it leans on anything that is not one."""
        found: set[str] = set()
        broad = False
        seen: set[str] = set()
        waiting = [value]
        while waiting:
            for node in inside(waiting.pop()):
                if node.__class__ is not cst.Name:
                    continue
                name = node.value
                if name == self.names.receiver:
                    broad = True
                elif name in self._values:
                    if name not in seen:
                        seen.add(name)
                        waiting += self._values[name][-3:]
                        if name in self._own:
                            found.add(name)
                elif name in self._own:
                    found.add(name)
                elif name in self._loops:
                    broad = True
        return frozenset(found), broad


def _COMPREHENSIONS() -> tuple[Any, ...]:
    return (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


_WORD: Final = regex(r"(?<![\w.])[^\W\d]\w*")
_COMPUTED: Final = _RANK.index("computed")


def _parameters(scope: Scope) -> set[str]:
    """The parameters of a function, without the instance or class."""
    node: Any = scope.node
    if scope.kind != "function" or node.__class__ is not cst.FunctionDef:
        return set()
    found = [event[1] for event in scope.events if event[0] == Role.PARAMETER]
    if scope.receiver and found:
        first = next(iter((*node.params.posonly_params, *node.params.params)), None)
        if first is not None:
            return set(found) - {first.name.value}
    return set(found)
