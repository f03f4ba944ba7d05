"""Every place that means a symbol, to the character."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from overhaul.naming.meanings import Meaning, Symbol
from overhaul.occurrences.finding import Occurrence

if TYPE_CHECKING:
    from overhaul.project import Project

How = Literal["definition", "name", "attribute", "import", "module", "listed", "string"]
"""definition: binds the symbol where it is defined; name: a plain name; attribute: the last part of a chain; import: taken
by `from m import name`; module: part of an import's dotted module; listed: a string in `__all__`; string: the name in
`getattr(x, "name")` and the like."""


class Found(msgspec.Struct, frozen=True):
    """One place that means a symbol."""

    path: str
    module: str
    start: int
    """Offset in characters; of strings without prefix and quotes."""
    end: int
    line: int
    how: How
    through: str
    """For what is taken from a module (import, attribute) that module, dotted: its own, or one that re-exports it; for a
    plain name the module where its global was bound (its own, or "" for a builtin scope); for a member its class."""
    occurrence: Occurrence | None = None
    """None for strings."""
    certain: bool = True
    """Otherwise it may mean something else: a receiver of several classes, a branch."""


class References:
    """Answers for one project; what has been worked out is kept."""

    def __init__(self, project: Project) -> None:
        """Nothing is looked at before it is asked for."""
        self.project = project

    def meaning(self, path: str, one: Occurrence) -> Meaning:
        """What an occurrence means: local imports and definitions first, then the module, builtins; attributes step by
        step, and through the classes of receivers where those are known.
        """
        raise NotImplementedError

    def to(self, symbol: Symbol) -> Iterator[Found]:
        """Every place that means a symbol, by path and place; only files that mention its name are parsed."""
        raise NotImplementedError
