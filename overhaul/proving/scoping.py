"""To which scope a name belongs, told from CPython's syntax tree alone: the proof asks nobody whose work it proves."""

from __future__ import annotations

from typing import Literal

ScopeKind = Literal["module", "class", "function", "lambda", "comprehension", "types"]


class Scope:
    """A space of names."""

    __slots__ = ("bound", "elsewhere", "imported", "kind", "name", "owner", "parent", "receiver", "start")

    def __init__(self, kind: ScopeKind, name: str, start: int, parent: Scope | None) -> None:
        """`name` is dotted as facts have it, `start` the offset where the node begins."""
        self.kind: ScopeKind = kind
        self.name = name
        self.start = start
        self.parent = parent
        self.bound: set[str] = set()
        """What it binds, import statements and `global` left out."""
        self.imported: set[str] = set()
        """What import statements in it bind."""
        self.elsewhere: dict[str, Literal["global", "nonlocal"]] = {}
        self.receiver = ""
        """The first parameter of what is a method."""
        self.owner: str = name if kind == "class" else parent.owner if parent is not None else ""
        """The class whose body is around, for the mangling of private names."""

    def binds(self, name: str) -> bool:
        """Whether a name is a variable of it."""
        return (name in self.bound or name in self.imported) and name not in self.elsewhere

    @property
    def above(self) -> Scope:
        """The scope around; of a module itself."""
        return self.parent if self.parent is not None else self


def home(scope: Scope, name: str, early: bool = False) -> Scope:
    """The scope whose variable a name is where it is looked up from a scope; the module's for globals and builtins.

    `early`: the class body it stands in has not yet bound it, so that it is looked for further out.
    """
    here = scope
    direct = True
    while here.parent is not None:
        given = here.elsewhere.get(name)
        if given == "global":
            return _top(here)
        if given is None and here.binds(name):
            if here.kind != "class":
                return here
            if direct and not (early and here is scope):
                return here
        # Type parameters and what is annotated see the class around, functions in it do not.
        direct = direct and here.kind == "types"
        here = here.parent
    return _top(scope)


def _top(scope: Scope) -> Scope:
    """The module."""
    while scope.parent is not None:
        scope = scope.parent
    return scope


def mangled(name: str, owner: str) -> str:
    """A name as Python keeps it: private ones in a class get its name."""
    if not owner or not name.startswith("__") or name.endswith("__"):
        return name
    last = owner.rpartition(".")[2].lstrip("_")
    return f"_{last}{name}" if last else name
