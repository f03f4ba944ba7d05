"""The import structure, package by package: dependency structure matrices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.drawing.folding import ITSELF, Branch, Folded, folded, tree, trunk_of
from overhaul.drawing.matrix import Item, Matrix, linked, matrix, ringed
from overhaul.drawing.rings import LATER
from overhaul.facts import Import, ModuleRow
from overhaul.inventory import testing
from overhaul.sections import Column, Grid, Line, Section, anchor, rows_of
from overhaul.summary import count
from overhaul.survey import Survey

MOST: Final = 40
"""Rows of a matrix."""
SHARE: Final = 0.25
"""A package that holds more than this share of a matrix' modules stands in it by its parts."""
LEVELS: Final = 60
"""Packages that have a matrix."""
LISTED: Final = 6000
"""Imports that are listed in all: those against the grain first."""


class Level(msgspec.Struct, frozen=True):
    """One package, by its parts."""

    id: str
    name: str
    """"" for the whole."""
    modules: int
    matrix: Matrix
    imports: int
    apart: tuple[str, ...]
    """Parts that no other imports, and that import no other."""
    others: int
    """Parts that share the last row."""
    listed: Grid | None


class Structure(msgspec.Struct, frozen=True):
    """The whole, and its packages: those with most imports against the grain first."""

    modules: int
    tests: int
    """Modules of tests that stand beside the packages and are left out."""
    imports: int
    top: Level
    levels: tuple[Level, ...]
    omitted: int
    """Packages that have no matrix."""


class _Group(msgspec.Struct):
    """What there is to draw of one package."""

    branch: Branch
    groups: Mapping[str, Folded]
    imports: list[Import]


@Section("Structure", order=28)
def structure(survey: Survey) -> Structure | None:
    """Who imports whom, package by package, and what of it goes against the grain."""
    modules, imports = rows_of(survey, ModuleRow), rows_of(survey, Import)
    if modules is None or imports is None or len(modules) < 2:
        return None
    left_out = _tests(modules)
    explicit = [
        row for row in imports
        if not row.implicit and row.importer != row.imported and not {row.importer, row.imported} & left_out
    ]  # fmt: skip
    root = trunk_of(tree([row.module for row in modules if row.module not in left_out]))
    top, *groups = _groups(root, explicit)
    if not top.imports:
        return None
    ids = {group.branch.name: anchor("structure", group.branch.name) for group in groups}
    drawn = sorted(groups, key=lambda group: (-_against(group), -len(group.imports), group.branch.name))[:LEVELS]
    kept = {group.branch.name: ids[group.branch.name] for group in drawn}
    budget = LISTED - sum(_against(group) for group in (top, *drawn))
    every = budget >= sum(len(group.imports) for group in (top, *drawn))
    tests = sum(row.module in left_out and row.kind != "namespace" for row in modules)
    return Structure(
        sum(row.kind != "namespace" for row in modules) - tests, tests, len(explicit), _level(top, kept, every),
        tuple(_level(group, kept, every) for group in drawn), len(groups) - len(drawn),
    )  # fmt: skip


def _tests(modules: Sequence[ModuleRow]) -> frozenset[str]:
    """The modules of packages, and single modules, at the top that are mostly tests; none where all are.

    What such a package has besides (helpers, mocks) is there for the tests. A package of the program keeps what only
    sounds like tests, as a module `test` that it offers to others.
    """
    tops: defaultdict[str, list[ModuleRow]] = defaultdict(list)
    for row in modules:
        tops[row.module.partition(".")[0]].append(row)
    # The path of a namespace package is a folder, which says nothing that its modules do not say.
    found = [rows for rows in tops.values() if _mostly([testing(row.path) for row in rows if row.kind != "namespace"])]
    return frozenset(row.module for rows in found for row in rows) if len(found) < len(tops) else frozenset()


def _mostly(tests: Sequence[bool]) -> bool:
    return 2 * sum(tests) > len(tests)


def _groups(root: Branch, imports: Sequence[Import]) -> Iterator[_Group]:
    """The whole, and every package in it that has a matrix of its own, each with the imports between its parts."""
    todo = [(root, SHARE)]
    found: list[_Group] = []
    homes: dict[str, list[_Group]] = defaultdict(list)
    while todo:
        branch, share = todo.pop()
        groups = folded(branch, MOST, share)
        group = _Group(branch, groups, [])
        found.append(group)
        for module in groups:
            homes[module].append(group)
        names = {one.name for one in groups.values() if one.whole}
        todo += [(one, SHARE) for one in _branches(branch) if one.name in names]
    for row in imports:
        for group in homes.get(row.importer, ()):
            other = group.groups.get(row.imported)
            if other is not None and other != group.groups[row.importer]:
                group.imports.append(row)
    yield found[0]
    yield from (group for group in found[1:] if len(group.imports) > 1 and len({*group.groups.values()}) > 2)


def _branches(branch: Branch) -> Iterator[Branch]:
    for one in branch.below.values():
        yield one
        yield from _branches(one)


def _weights(group: _Group) -> dict[tuple[str, str], tuple[int, int]]:
    """Imports between parts, at import and later."""
    counts: Counter[tuple[str, str, bool]] = Counter(
        (_key(group.groups[row.importer]), _key(group.groups[row.imported]), row.kind in LATER)
        for row in group.imports
    )
    pairs = dict.fromkeys((one, other) for one, other, _ in counts)
    return {pair: (counts[*pair, False], counts[*pair, True]) for pair in pairs}


def _key(one: Folded) -> str:
    return one.name if one.whole else f"{one.name} {ITSELF}"


def _against(group: _Group) -> int:
    """A quick estimate, for the order of the packages: imports between parts that also go the other way."""
    weights = _weights(group)
    return sum(min(now, weights.get((b, a), (0, 0))[0]) for (a, b), (now, _) in weights.items())


def _level(group: _Group, ids: Mapping[str, str], every: bool) -> Level:
    weights = _weights(group)
    sizes = Counter(_key(one) for one in group.groups.values())
    whole = {_key(one): one for one in group.groups.values()}
    busy: Counter[str] = Counter()
    for (one, other), (now, later) in weights.items():
        busy[one] += now + later
        busy[other] += now + later
    apart = tuple(sorted(whole[key].name for key in whole if key not in busy))
    # What goes round in a ring is never hidden behind what is merely busy.
    rings = ringed(weights)
    ranked = sorted(busy, key=lambda key: (key not in rings, -busy[key], key))
    own, others = (ranked, []) if len(ranked) <= MOST else (ranked[: MOST - 1], ranked[MOST - 1 :])
    rest = f"{len(others)} others"
    if others:
        weights = _with_others(weights, dict.fromkeys(others, rest))
    items = [
        Item(
            key, _label(whole[key], group), f"{whole[key].name}: {count(sizes[key], 'module')}", ids.get(key, ""),
        )
        for key in sorted(own)
    ]  # fmt: skip
    if others:
        items.append(Item(rest, rest, f"{rest}, with {sum(sizes[key] for key in others)} modules", last=True))
    id = anchor("structure", group.branch.name)
    plain = matrix(items, weights)
    links, lines = _listed(id, group, plain, every)
    return Level(
        id, group.branch.name, group.branch.size, linked(plain, links), len(group.imports), apart, len(others),
        Grid(
            id=f"{id}-imports", shown=10,
            caption="Imports between these" if every else "Imports against the grain, later ones too",
            columns=(
                Column("Cell", "word"), Column("Place", "place"), Column("Imports", "code"), Column("What", "code"),
                Column("Kind", "word"),
            ),
            lines=tuple(lines), total=len(lines),
        ) if lines else None,
    )  # fmt: skip


def _listed(
    id: str, group: _Group, drawn: Matrix, every: bool
) -> tuple[dict[tuple[str, str], str], list[Line]]:
    """The imports of the matrix, or those against the grain, with the first line of each cell, which it leads to."""
    numbers = {row.name: number for number, row in enumerate(drawn.rows, start=1)}
    placed: list[tuple[int, int, Import]] = []
    for row in group.imports:
        one = numbers.get(_key(group.groups[row.importer]))
        other = numbers.get(_key(group.groups[row.imported]))
        if one is not None and other is not None and (every or one < other):
            placed.append((one, other, row))
    links: dict[tuple[str, str], str] = {}
    lines: list[Line] = []
    for one, other, row in sorted(placed, key=_as_listed):
        pair = drawn.rows[one - 1].name, drawn.rows[other - 1].name
        first = f"{id}-{one}-{other}" if pair not in links else ""
        links.setdefault(pair, first)
        lines.append(
            Line((f"{one}, {other}", f"{row.path}:{row.line}", row.importer, row.imported, row.kind), first)
        )
    return links, lines


def _as_listed(entry: tuple[int, int, Import]) -> tuple[bool, int, int, str, int]:
    """Those against the grain first, then by cell and place."""
    one, other, row = entry
    return one > other, one, other, row.path, row.line


def _label(one: Folded, group: _Group) -> str:
    """The name below the package that is drawn."""
    if one.name == group.branch.name:
        return ITSELF
    label = one.name.removeprefix(f"{group.branch.name}.") if group.branch.name else one.name
    opened = any(other.name.startswith(f"{one.name}.") for other in group.groups.values())
    return f"{label} {ITSELF}" if opened and not one.whole else label


def _with_others(
    weights: Mapping[tuple[str, str], tuple[int, int]], others: Mapping[str, str]
) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for (one, other), (now, later) in weights.items():
        pair = others.get(one, one), others.get(other, other)
        before = found.get(pair, (0, 0))
        found[pair] = (before[0] + now, before[1] + later)
    return found
