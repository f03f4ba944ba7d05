"""Where the things that a finding names stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from overhaul.facts import Class, Facts, Function
from overhaul.findings import Place
from overhaul.layout import Layout
from overhaul.patterns import regex

_HERE: Final = regex(r"line ([0-9]+): ")
_THERE: Final = regex(r"([^\n]+?\.pyi?):([0-9]+): ")


def apart(evidence: Iterable[str], path: str, line: int) -> tuple[tuple[str, ...], tuple[Place, ...]]:
    """Evidence about something on a line, taken apart: facts that have no place of their own, and the other places.

    Evidence is as in `overhaul.inventory`: `line 12: text`, `path.py:12: text`, or a text alone. What stands on the
    line itself is a fact, since everybody knows where.
    """
    because: list[str] = []
    places: list[Place] = []
    for fact in evidence:
        place = _place(fact, path)
        if place is None:
            because.append(fact)
        elif (place.path, place.line) == (path, line):
            because.append(place.what)
        else:
            places.append(place)
    return tuple(because), tuple(places)


def _place(fact: str, path: str) -> Place | None:
    if (found := _HERE.match(fact)) is not None:
        return Place(path, int(found[1]), fact[found.end() :])
    if (found := _THERE.match(fact)) is not None:
        return Place(found[1], int(found[2]), fact[found.end() :])
    return None


class Whereabouts:
    """Finds modules, functions, methods and classes by their dotted names."""

    def __init__(self, layout: Layout, functions: Facts[Function] | None, classes: Facts[Class] | None) -> None:
        """Functions or classes can be left out where there is nothing of the kind to be found."""
        self._layout, self._functions, self._classes = layout, functions, classes

    def of(self, dotted: str, what: str) -> Iterator[Place]:
        """The place of what a dotted name names, if it is known; `what` is said of it. A module stands in line 1."""
        module, name = dotted, ""
        while module and module not in self._layout.modules:
            module, _, last = module.rpartition(".")
            name = f"{last}.{name}" if name else last
        if not module:
            return
        path = self._layout.modules[module].path
        if not name:
            yield Place(path, 1, what)
            return
        tables: list[Facts[Function] | Facts[Class]] = [
            table for table in (self._functions, self._classes) if table is not None
        ]
        for table in tables:
            for row in table[module]:
                if row.name == name:
                    yield Place(path, row.line, what)
                    return
