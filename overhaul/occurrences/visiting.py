"""The functions that walk a tree for its names: by hand where a name, scope or statement is, else from the grammar."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal

from overhaul.lazy import cst
from overhaul.occurrences.defining import DEFINING
from overhaul.occurrences.expressions import EXPRESSIONS, delete_attribute, load_attribute, store_attribute
from overhaul.occurrences.walking import Table, Visit, Walk
from overhaul.syntax.grammar import GRAMMAR

_BY_HAND: Final[Mapping[str, Visit]] = {**EXPRESSIONS, **DEFINING}
_THROUGH: Final = frozenset({"Tuple", "List", "Element", "StarredElement"})
"""What is stored to or deleted through these is what stands in them."""


class _Visits(dict[type, Visit]):
    """Node class -> the function that walks it, made on first use."""

    def __init__(self, mode: Literal["load", "store", "delete"], load: _Visits | None) -> None:
        """`load` are those for what is neither stored to nor deleted; None for these themselves."""
        super().__init__()
        self._mode = mode
        self._load = load

    def __missing__(self, kind: type) -> Visit:
        """Make the function for a node class that is met for the first time."""
        visit = self[kind] = self._made(kind)
        return visit

    def _made(self, kind: type) -> Visit:
        name = kind.__name__
        if kind is cst.Name:
            return {"load": _load_name, "store": _store_name, "delete": _delete_name}[self._mode]
        if kind is cst.Attribute:
            return {"load": load_attribute, "store": store_attribute, "delete": delete_attribute}[self._mode]
        if self._load is not None and name not in _THROUGH:
            return self._load[kind]
        return _BY_HAND.get(name) or self._plain(name)

    def _plain(self, name: str) -> Visit:
        """What the grammar says of a node class, as far as names can be in it."""
        lines = [f"def {name}(n, w):", "    pass"]
        for field in GRAMMAR.get(name, "").split():
            if field[0] in "@{" or field[-1] in "~^#%" or field in ("lpar*", "rpar*", "semicolon?", "asynchronous?"):
                continue
            child = field.partition("|")[0]
            plain = child.rstrip("*?=!$+")
            visit = "w.store" if child.endswith("=") else "V"
            if child.endswith(("*", "*?")):
                lines.append(f"    for c in n.{plain} or (): {visit}[c.__class__](c, w)")
            else:
                lines += [f"    c = n.{plain}", f"    if c is not None: {visit}[c.__class__](c, w)"]
        scope: dict[str, Any] = {}
        exec(compile("\n".join(lines), f"<names of {name}>", "exec"), {"V": self}, scope)
        return scope[name]  # type: ignore[no-any-return]


@cache
def tables() -> tuple[Table, Table, Table]:
    """The functions for what is loaded, stored to, and deleted."""
    load = _Visits("load", None)
    return load, _Visits("store", load), _Visits("delete", load)


def _load_name(node: Any, walk: Walk) -> None:
    walk.use(node.value, "load")


def _store_name(node: Any, walk: Walk) -> None:
    walk.bind(node.value, "store", "store")


def _delete_name(node: Any, walk: Walk) -> None:
    walk.bind(node.value, "delete", "delete")
