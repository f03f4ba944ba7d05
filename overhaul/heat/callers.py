"""Loops of callers: how often a function is likely to run, from where it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from overhaul.facts import Facts, LoopedCalls
from overhaul.heat.rows import MOST_AROUND
from overhaul.redundancy import Reach

_FAR: Final = 4
"""So many callers one above the other are looked at."""


class Way(NamedTuple):
    """The way to a function on which most loops stand."""

    loops: int
    callers: tuple[tuple[str, str, int], ...]
    """Module, function and the loops around its call, the nearest first; those without a loop are left out."""


_NONE: Final = Way(0, ())


class Callers:
    """Tells who calls a function, and in how many loops."""

    def __init__(self, reaches: Sequence[Reach], looped: Facts[LoopedCalls]) -> None:
        """Definitions are found by module and name, and by the two joined by a dot."""
        self._dotted: dict[str, Reach] = {}
        self._rows: dict[tuple[str, str], Reach] = {}
        for row in reaches:
            self._dotted[f"{row.module}.{row.name}"] = self._rows[row.module, row.name] = row
        self._looped = looped
        self._of_module: dict[str, Mapping[tuple[str, str], int]] = {}
        self._ways: dict[tuple[str, str], Way] = {}

    def row(self, module: str, scope: str) -> Reach | None:
        """What is known of the reach of a definition."""
        return self._rows.get((module, scope))

    def of(self, module: str, scope: str) -> Iterator[Reach]:
        """Those that call a function for sure, at most ten, as the table of reaches has them; no module's top level."""
        row = self._rows.get((module, scope))
        for dotted in row.called_by if row is not None else ():
            caller = self._dotted.get(dotted)
            if caller is not None:
                yield caller

    def way(self, module: str, scope: str, far: int = _FAR) -> Way:
        """The way with most loops; what is called in a ring counts once."""
        key = module, scope
        found = self._ways.get(key)
        if found is None:
            self._ways[key] = _NONE  # for functions that call each other
            found = self._way(module, scope, far)
            if far == _FAR:
                # overhaul: ignore[incomplete_cache_key] kept only where `far` is that of all who ask from outside
                self._ways[key] = found
            else:
                del self._ways[key]
        return found

    def _way(self, module: str, scope: str, far: int) -> Way:
        best = _NONE
        if not scope or not far:
            return best
        owner, _, name = scope.rpartition(".")
        if name in ("__init__", "__new__", "__post_init__", "__call__") and owner:
            name = owner.rpartition(".")[2]
        for caller in self.of(module, scope):
            here = self._calls(caller.module).get((caller.name, name), 0)
            above = self.way(caller.module, caller.name, far - 1)
            loops = min(here + above.loops, MOST_AROUND)
            if loops > best.loops:
                step = ((caller.module, caller.name, here),) if here else ()
                best = Way(loops, (*step, *above.callers))
        return best

    def _calls(self, module: str) -> Mapping[tuple[str, str], int]:
        """(function, last name of what it calls) -> the loops around the call."""
        found = self._of_module.get(module)
        if found is None:
            found = self._of_module[module] = {
                (row.scope, name): row.loops for row in self._looped[module] for name in row.names
            }
        return found
