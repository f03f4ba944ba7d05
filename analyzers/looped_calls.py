"""What functions call in loops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from overhaul.facts import LoopedCalls
from overhaul.heat.loops import WANTED, Loops
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module

_MOST: Final = 3
"""Deeper loops count as this many."""
_USUAL: Final = frozenset({
    "append", "len", "str", "isinstance", "int", "join", "format", "items", "keys", "values", "extend", "range",
    "enumerate", "list", "dict", "set", "tuple", "getattr", "hasattr", "startswith", "endswith", "split", "strip",
    "lower", "upper", "print", "sorted", "min", "max", "sum", "any", "all", "zip", "float", "bool", "type",
    "setdefault", "super", "repr", "issubclass", "abs", "next", "iter", "map", "filter", "round", "ValueError",
    "TypeError", "KeyError", "RuntimeError", "setattr",
})  # fmt: skip
"""Names that hardly any project gives to functions of its own that cost something."""


@Collector(*WANTED)
def looped_calls(module: Module) -> Iterator[LoopedCalls]:
    """The last names of what each function calls in loops that run as often as there is data, by depth."""
    loops = Loops(module)
    found: dict[tuple[str, int], set[str]] = {}
    for call, _, block in module.nodes(cst.Call):
        around = loops.around(block)
        if not around.loops or around.deferred:
            continue
        func: Any = call.func
        name: Any = func.attr.value if func.__class__ is cst.Attribute else getattr(func, "value", None)
        if name.__class__ is str and name not in _USUAL:
            found.setdefault((block.scope.name, min(len(around.loops), _MOST)), set()).add(name)
    for (scope, depth), names in sorted(found.items()):
        yield LoopedCalls(scope=scope, loops=depth, names=tuple(sorted(names)))
