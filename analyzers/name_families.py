"""Definitions of several modules whose names have the same verb, or the same verb and noun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from overhaul.facts import Facts, Function
from overhaul.inventory import testing
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.redundancy import NameFamily
from overhaul.repeating.families import Named, families, named, things_of


@Analyzer
def name_families(layout: Layout, functions: Facts[Function]) -> Iterator[NameFamily]:
    """Families of names: `calculate_*`, `get_*_data`, and whatever else the code has, the largest first.

    A verb alone makes a family of six different names in four modules, a verb and a last noun one of four in three.
    Verbs that say nothing by themselves (get, set, is, has, on ...) need a noun. A method that classes of four modules
    define under the very same name is an interface and founds no family; what ten modules define under the same name is
    a convention, and left out. So are tests.
    """
    found: list[Named] = []
    things: Counter[str] = Counter()
    for module, rows in functions.items():
        path = layout.modules[module].path
        if not testing(path):
            found.extend(named(module, path, rows))
            things_of(rows, things)
    yield from families(found, things)
