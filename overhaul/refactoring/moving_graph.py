"""Which modules are imported when one is: the edges that make a cycle when another is added."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from overhaul.facts import Import

if TYPE_CHECKING:
    from overhaul.project import Project

Edge = tuple[str, str]


class Graph:
    """The imports of a project that are made when a module is imported."""

    def __init__(self, project: Project) -> None:
        """Read when it is first asked."""
        self._project = project

    @cached_property
    def _edges(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for row in self._project.survey.rows(Import):
            if row.kind not in ("module", "conditional"):
                continue
            # A package that the importer is in has been begun before it, whatever it imports.
            if row.implicit and f"{row.importer}.".startswith(f"{row.imported}."):
                continue
            if row.importer != row.imported:
                found.setdefault(row.importer, set()).add(row.imported)
        return {importer: frozenset(imported) for importer, imported in found.items()}

    def has(self, importer: str, imported: str) -> bool:
        """Whether one imports the other already."""
        return imported in self._edges.get(importer, ())

    def way(self, start: str, end: str, added: Collection[Edge] = (), removed: Collection[Edge] = ()) -> list[str]:
        """The shortest way of imports from one module to another, both included; empty where there is none."""
        if start == end:
            return [start]
        before: dict[str, str] = {start: ""}
        waiting = deque([start])
        while waiting:
            one = waiting.popleft()
            others = {other for other in self._edges.get(one, ()) if (one, other) not in removed}
            others.update(imported for importer, imported in added if importer == one)
            for other in sorted(others):
                if other in before:
                    continue
                before[other] = one
                if other == end:
                    way = [end]
                    while before[way[-1]]:
                        way.append(before[way[-1]])
                    return way[::-1]
                waiting.append(other)
        return []

    def ring(self, importer: str, imported: str, added: Collection[Edge] = (), removed: Collection[Edge] = ()) -> str:
        """The cycle that a new import closes, told as `a -> b -> a`; "" for none, and for an import that is there."""
        if importer == imported or (self.has(importer, imported) and (importer, imported) not in removed):
            return ""
        way = self.way(imported, importer, added, removed)
        return " -> ".join([importer, *way]) if way else ""
