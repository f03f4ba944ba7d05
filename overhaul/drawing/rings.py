"""Import cycles drawn: the small ones module by module, the large ones by packages, and then the knots in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from overhaul.drawing.figure import Figure, Thing, Tie, cut, graph
from overhaul.drawing.folding import ITSELF, Branch, folded, shared_prefix, tree
from overhaul.drawing.matrix import Item, Matrix, matrix, partitioned
from overhaul.facts import Cycle, Import, ImportKind
from overhaul.lazy import networkx

DRAWN: Final = 40
"""Modules of the largest graph that is drawn; and it has at most `_DENSE` times as many lines as modules."""
PACKAGES: Final = 30
"""Rows of the matrix of a larger one."""
SMALL: Final = 12
"""Modules up to which a cycle is looked at as one."""
KNOTS: Final = 6
"""Knots of one cycle that are drawn."""
_DENSE: Final = 2.5
_NAME: Final = 34
LATER: Final[frozenset[ImportKind]] = frozenset({"deferred", "typing", "lazy", "dynamic"})
"""Kinds of imports that do not run when their module is imported, or cannot be seen to."""
_AT_IMPORT: Final[frozenset[ImportKind]] = frozenset({"module", "conditional"})
_AT_ALL: Final[frozenset[ImportKind]] = frozenset({"module", "conditional", "deferred", "lazy", "dynamic"})
_EVERY: Final[frozenset[ImportKind]] = _AT_ALL | LATER


What = Literal["whole", "packages", "knot"]


class Shown(msgspec.Struct, frozen=True):
    """One picture of a cycle or of a part of it: a graph, or a matrix where a graph would be a thicket."""

    what: What
    modules: int
    figure: Figure | None
    matrix: Matrix | None
    text: str
    """What can be seen, for those who do not."""
    below: str
    """The package that names are told without; "" for none."""


def drawn(cycle: Cycle, imports: Sequence[Import]) -> Iterator[Shown]:
    """The pictures of a cycle of several modules; `imports` are the explicit ones among them.

    A knot is a strongly connected part that is left when only those imports count by which the cycle has its effect:
    the ones that run at import, or for a `deferred` cycle those that run at all. Only knots need to be cut.
    """
    cuts = {(one.importer, one.imported) for one in cycle.cuts}
    knots = [knot for knot in _knots(cycle, imports) if len(knot) < len(cycle.modules)]
    pairs = {(row.importer, row.imported) for row in imports} | cuts
    if _fits(cycle.modules, pairs):
        yield _modules("whole", cycle.modules, cycle, imports)
    else:
        few = len(cycle.modules) <= DRAWN
        yield _packages("whole" if few else "packages", cycle.modules, cycle, imports)
    if len(cycle.modules) > SMALL:
        counted = _counted(cycle)
        for knot in knots[:KNOTS]:
            inside = [row for row in imports if row.kind in counted and {row.importer, row.imported} <= {*knot}]
            fits = _fits(knot, {(row.importer, row.imported) for row in inside})
            yield (_modules if fits else _packages)("knot", knot, cycle, inside)


def _fits(modules: Sequence[str], pairs: Collection[tuple[str, str]]) -> bool:
    return len(modules) <= DRAWN and len(pairs) <= max(_DENSE * len(modules), 24)


def _counted(cycle: Cycle) -> frozenset[ImportKind]:
    """The kinds of imports by which the cycle has its effect."""
    if cycle.effect == "typing":
        return _EVERY
    return _AT_ALL if cycle.effect == "deferred" else _AT_IMPORT


def _knots(cycle: Cycle, imports: Sequence[Import]) -> list[tuple[str, ...]]:
    counted = _counted(cycle)
    links: networkx.DiGraph[str] = networkx.DiGraph()
    links.add_edges_from((row.importer, row.imported) for row in imports if row.kind in counted)
    found = [tuple(sorted(part)) for part in networkx.strongly_connected_components(links) if len(part) > 1]
    return sorted(found, key=lambda part: (-len(part), part))


def _modules(what: What, modules: Sequence[str], cycle: Cycle, imports: Sequence[Import]) -> Shown:
    members = set(modules)
    shared = shared_prefix(modules)
    kinds: dict[tuple[str, str], list[Import]] = {}
    for row in imports:
        if row.importer != row.imported and {row.importer, row.imported} <= members:
            kinds.setdefault((row.importer, row.imported), []).append(row)
    cuts = {
        (one.importer, one.imported): one for one in cycle.cuts
        if {one.importer, one.imported} <= members and one.importer != one.imported
    }  # fmt: skip
    things = [
        Thing(
            name=module, label=cut(module[shared:], _NAME, end=True), title=module,
            mark="fails" if module in cycle.fails else "",
        )
        for module in sorted(modules)
    ]
    ties = [
        Tie(
            source=one, target=other, title=_told(one, other, kinds.get((one, other), ()), found.way if found else ""),
            label=f"cut: {found.way}" if found else "", against=found is not None,
            mark="cut" if found else "later" if all(row.kind in LATER for row in kinds[one, other]) else "",
        )
        for one, other in sorted({*kinds, *cuts}) for found in (cuts.get((one, other)),)
    ]  # fmt: skip
    marked = f"{len(cuts)} {'is' if len(cuts) == 1 else 'are'} marked as the cut"
    text = f"{len(modules)} modules and {len(ties)} ways from one to another; {marked}."
    return Shown(what, len(modules), graph(things, ties), None, text, modules[0][: max(0, shared - 1)])


def _told(one: str, other: str, rows: Sequence[Import], way: str) -> str:
    kinds = ", ".join(sorted({row.kind for row in rows}))
    lines = ", ".join(str(row.line) for row in rows[:4])
    told = f"{one} imports {other}" + (f" ({kinds}; line {lines})" if rows else "")
    return f"{told}: to be cut, {way}" if way else told


def _packages(
    what: What, modules: Sequence[str], cycle: Cycle, imports: Sequence[Import]
) -> Shown:
    """A graph of the packages where there are few lines, else their matrix; of not too many modules one by one."""
    packages = tree(modules)
    groups = _names(packages, SMALL)
    weights = _between(groups, imports)
    if what == "packages" and len({*groups.values()}) > 2 and len(weights) <= 2 * len({*groups.values()}):
        return _quotient(what, modules, weights, groups, cycle)
    groups = {module: module for module in modules} if len(modules) <= DRAWN else _names(packages, PACKAGES)
    sizes = Counter(groups.values())
    ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
    rest = f"{len(ranked) - PACKAGES + 1} others"
    few = dict.fromkeys(ranked[PACKAGES - 1 :], rest) if len(ranked) > max(PACKAGES, DRAWN) else {}
    groups = {module: few.get(group, group) for module, group in groups.items()}
    names = [name for name in sizes if name not in few]
    prefix = _prefix(names)
    items = [Item(name, name.removeprefix(prefix), _counted_name(name, sizes[name])) for name in sorted(names)]
    if few:
        items.append(Item(rest, rest, rest, last=True))
    found = matrix(items, _between(groups, imports), cuts=_cuts(groups, cycle))
    text = f"The imports among {len(found.rows)} packages and modules."
    return Shown(what, len(modules), None, found, text, prefix[:-1])


def _names(packages: Branch, most: int) -> dict[str, str]:
    """What each module is put into, by name; the module of a package that is opened is told from the package."""
    groups = folded(packages, most)
    opened = {one.name.rpartition(".")[0] for one in groups.values()}
    return {
        module: f"{one.name} {ITSELF}" if one.name in opened and not one.whole else one.name
        for module, one in groups.items()
    }


def _counted_name(name: str, modules: int) -> str:
    return f"{name}: {modules} {'module' if modules == 1 else 'modules'}"


def _prefix(names: Sequence[str]) -> str:
    """What names of packages and modules have in common, with its dot, and can do without."""
    plain = [name for name in names if not name.endswith(ITSELF)]
    return plain[0][: shared_prefix(plain)] if plain else ""


def _cuts(groups: Mapping[str, str], cycle: Cycle) -> Counter[tuple[str, str]]:
    return Counter((groups.get(one.importer, ""), groups.get(one.imported, "")) for one in cycle.cuts)


def _between(groups: Mapping[str, str], imports: Sequence[Import]) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in imports:
        pair = groups.get(row.importer, ""), groups.get(row.imported, "")
        if pair[0] != pair[1] and all(pair):
            now, later = found.get(pair, (0, 0))
            found[pair] = (now, later + 1) if row.kind in LATER else (now + 1, later)
    return found


def _quotient(
    what: What, modules: Sequence[str], weights: Mapping[tuple[str, str], tuple[int, int]], groups: Mapping[str, str],
    cycle: Cycle,
) -> Shown:  # fmt: skip
    sizes = Counter(groups.values())
    names = sorted(sizes)
    prefix = _prefix(names)
    order = {name: number for number, name in enumerate(partitioned(names, weights).items)}
    cuts = _cuts(groups, cycle)
    things = [
        Thing(
            name=name, label=cut(name.removeprefix(prefix), _NAME, end=True), title=name,
            note=f"{sizes[name]} {'module' if sizes[name] == 1 else 'modules'}",
        )
        for name in names
    ]
    ties = [
        Tie(
            source=one, target=other, against=order[one] < order[other],
            label=f"{now or later}" + (f", {cuts[one, other]} to cut" if cuts[one, other] else ""),
            title=f"{one} imports {other}: {now} at import, {later} later",
            mark="cut" if cuts[one, other] else "" if now else "later",
        )
        for (one, other), (now, later) in sorted(weights.items())
    ]
    text = f"{len(things)} packages and modules, and {len(ties)} ways between them."
    return Shown(what, len(modules), graph(things, ties), None, text, prefix[:-1])
