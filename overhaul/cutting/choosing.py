"""Choose the cheapest imports of a ring to do without."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.components import in_rings
from overhaul.cutting.crossings import Edge, knots
from overhaul.cutting.moves import movable
from overhaul.cutting.ways import Option, Way
from overhaul.importing.cuts import feedback_arcs

if TYPE_CHECKING:
    from overhaul.cutting.crossings import Crossing, Level, Sight
    from overhaul.cutting.ways import Ways

_NEVER: Final = 100_000
"""What an import costs that nothing can be done about."""
_RENAMED: Final = "defining-module"


class Cut(NamedTuple):
    """One edge of a ring, and what is done about each import that makes it."""

    edge: Edge
    options: tuple[Option, ...]

    @property
    def cost(self) -> int:
        """Of each statement the dearest of its names."""
        dearest: dict[int, int] = {}
        for one in self.options:
            number = one.crossing.taken.statement.number
            dearest[number] = max(dearest.get(number, 0), one.cost)
        return sum(dearest.values())


class Choice(NamedTuple):
    """Cuts without which no ring is left, or not all of them."""

    cuts: tuple[Cut, ...]
    whole: bool
    """No ring is left."""

    @property
    def cost(self) -> int:
        """All of it."""
        return sum(one.cost for one in self.cuts)

    @property
    def moves(self) -> int:
        """How many edges are cut by a move."""
        return sum(any(one.way == "move" for one in cut.options) for cut in self.cuts)

    @property
    def options(self) -> list[Option]:
        """What is done, import by import."""
        return [one for cut in self.cuts for one in cut.options]


Banned = Collection[tuple[Edge, Way]]


class Choosing:
    """The edges of one ring, with the cheapest way for each."""

    def __init__(
        self, sight: Sight, ways: Ways, crossings: Sequence[Crossing], level: Level, allowed: Collection[Way]
    ) -> None:
        """`crossings` are all imports among the modules of the ring."""
        self._sight, self._ways, self._allowed = sight, ways, allowed
        self._level: Level = level
        every: dict[Edge, list[Crossing]] = {}
        for one in crossings:
            if one.counts(level):
                every.setdefault(one.edge, []).append(one)
        home = {module: number for number, ring in enumerate(knots(every)) for module in ring}
        self._around = [edge for edge in every if edge[0] not in home or home[edge[0]] != home.get(edge[1])]
        """Imports of the level that are part of no ring."""
        around = set(self._around)
        self.edges = {edge: found for edge, found in every.items() if edge not in around}
        """Those that are."""
        self.members = sorted({module for edge in every for module in edge})

    def why_not(self, edge: Edge) -> list[str]:
        """Why the ways do not go for an edge, for the imports that none goes for; the one that was nearest first."""
        found: list[str] = []
        for crossing in self.edges[edge]:
            options = list(self._ways.options(crossing, self._level))
            if any(isinstance(one, Option) for one in options):
                continue
            found += [one for one in options[::-1] if isinstance(one, str)]
            if "move" in self._allowed and (why := movable(self._sight, crossing)):
                found.append(why)
        return list(dict.fromkeys(found))

    def cut(self, edge: Edge, banned: Banned, *, inner: bool = False) -> Cut | None:
        """The cheapest way to do without an edge; `inner`: by an import of another module of the ring, too."""
        options: list[Option] = []
        for crossing in self.edges[edge]:
            option = self._option(crossing, banned, inner=inner)
            if option is None:
                return None
            options.append(option)
        return Cut(edge, tuple(options))

    def _option(self, crossing: Crossing, banned: Banned, *, inner: bool) -> Option | None:
        for one in self._ways.options(crossing, self._level):
            if isinstance(one, str) or (crossing.edge, one.way) in banned:
                continue
            if one.way == _RENAMED and not inner and one.module in self.members:
                continue
            return one
        if crossing.kind == "branch" or "move" not in self._allowed or (crossing.edge, "move") in banned:
            return None
        return None if movable(self._sight, crossing) else Option(crossing, "move")

    def choices(self, banned: Banned) -> Iterator[Choice]:
        """What could be done, the cheapest first: cuts without which no ring is left, then some of them."""
        plain = self._choice({}, banned)
        renamed = self._renamed(banned)
        found = [one for one in (plain, renamed) if one is not None]
        yield from sorted((one for one in found if one.whole), key=lambda one: one.cost)
        yield from (one for one in found if not one.whole and one.cuts)

    def single(self, banned: Banned) -> Iterator[Cut]:
        """Each edge that can be cut by itself, the cheapest first."""
        cuts = [cut for edge in self.edges if (cut := self.cut(edge, banned)) is not None]
        yield from sorted(cuts, key=lambda one: (one.cost, one.edge))

    def without_moves(self, banned: Banned) -> Choice | None:
        """The same without moves: what can be done so cheaply, though rings are left."""
        moves: set[tuple[Edge, Way]] = {(edge, "move") for edge in self.edges}
        found = self._choice({}, {*banned, *moves})
        return Choice(found.cuts, whole=False) if found is not None else None

    def _choice(self, renamed: Mapping[Edge, Cut], banned: Banned) -> Choice | None:
        """The cheapest cuts, when some edges lead elsewhere."""
        cuts: dict[Edge, Cut] = {}
        costs: dict[Edge, int] = {}
        for edge in self.edges:
            if edge in renamed:
                continue
            cut = self.cut(edge, banned)
            if cut is not None:
                cuts[edge] = cut
            costs[edge] = cut.cost if cut is not None else _NEVER
        # An import that is taken from elsewhere may close a ring with what is in none now.
        costs.update(dict.fromkeys(self._around if renamed else (), _NEVER))
        for edge, cut in renamed.items():
            for one in cut.options:
                new = edge[0], one.module
                if one.way == _RENAMED and one.module in self.members and new not in costs:
                    costs[new] = _NEVER
        arcs, _ = feedback_arcs(self.members, costs)
        whole = all(edge in cuts for edge in arcs)
        chosen = [cuts[edge] for edge in arcs if edge in cuts]
        return Choice((*renamed.values(), *chosen), whole) if chosen or renamed else None

    def _renamed(self, banned: Banned) -> Choice | None:
        """The same where names come from the modules of the ring that define them, as far as that is needed."""
        renamed: dict[Edge, Cut] = {}
        for edge in self.edges:
            cut = self.cut(edge, banned, inner=True)
            if cut is not None and any(one.way == _RENAMED and one.module in self.members for one in cut.options):
                renamed[edge] = cut
        if not renamed:
            return None
        found = self._choice(renamed, banned)
        if found is None:
            return None
        rest = [cut for cut in found.cuts if cut.edge not in renamed]
        # What is not needed stays as it is.
        for edge in sorted(renamed, key=lambda one: (-renamed[one].cost, one)):
            fewer = {other: cut for other, cut in renamed.items() if other != edge}
            if not self._ring([*fewer.values(), *rest]):
                renamed = fewer
        return Choice((*renamed.values(), *rest), found.whole)

    def _ring(self, cuts: Sequence[Cut]) -> bool:
        """Whether a ring is left when some cuts are made."""
        gone = {cut.edge for cut in cuts}
        edges: dict[str, set[str]] = {}
        for importer, imported in (*self.edges, *self._around):
            if (importer, imported) not in gone:
                edges.setdefault(importer, set()).add(imported)
        for cut in cuts:
            for one in cut.options:
                if one.way == _RENAMED and one.module in self.members:
                    edges.setdefault(cut.edge[0], set()).add(one.module)
        return in_rings(edges)


