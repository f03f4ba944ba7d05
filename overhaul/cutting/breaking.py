"""Break the rings of a project, one after the other, each cut proven before the next is thought of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.changes import Change, Create, Delete, Edit, FileChange, Leftover, Moved, Replacement, assembled
from overhaul.composing import composed, composed_moves
from overhaul.cutting.choosing import Choice, Choosing, Cut
from overhaul.cutting.crossings import EFFECTS, Crossing, Edge, Effect, Level, Sight, in_ring, level_of, rings
from overhaul.cutting.loading import Loading
from overhaul.cutting.moves import Move, carried_out, moves
from overhaul.cutting.reliance import Reliance
from overhaul.cutting.ways import Option, Way, Ways
from overhaul.cutting.writing import edits
from overhaul.errors import Refused
from overhaul.facts import Cycle
from overhaul.moving.graph import Graph
from overhaul.proving.proof import prove
from overhaul.source import Source, digest

if TYPE_CHECKING:
    from overhaul.project import Project

_TRIES: Final = 8
"""How many choices are tried for one ring when the proof refuses the cheaper ones."""
_SINGLE: Final = 12
"""How many single cuts are tried where no set of them opens a ring."""
_MOVES: Final = 3
"""How many moves one ring is worth: more of them are a new design, which is for people to make."""
_MOVES_TRIED: Final = 6
"""How many moves are tried for one ring: each is planned and proven as a whole."""
_ROUNDS: Final = 60
_TOLD: Final = 3
"""How many reasons are told in one line."""


class Broken(NamedTuple):
    """A ring that is open, or does less harm than before."""

    cycle: Cycle
    """As it was."""
    options: tuple[Option, ...]
    moves: tuple[Move, ...]
    effect: str
    """What is left of it: "" for nothing."""

    @property
    def said(self) -> list[str]:
        """What was done, for people."""
        cuts = [f"{one.crossing.said}: {one.said}" for one in self.options if one.way != "move"]
        return [*cuts, *(one.said for one in self.moves)]


class Stuck(NamedTuple):
    """A ring that cannot be opened, and why."""

    cycle: Cycle
    reasons: tuple[str, ...]


class _Stage(NamedTuple):
    """The project after some cuts, and what they change."""

    after: Project
    stages: tuple[tuple[FileChange, ...], ...]
    moved: tuple[tuple[Moved, ...], ...]
    leftovers: tuple[Leftover, ...]
    moves: tuple[Move, ...]


class _Failed(Exception):
    """Some cuts do not do."""

    def __init__(self, why: str, banned: Collection[tuple[Edge, Way]], *, moving: bool = False) -> None:
        """`banned`: what must not be chosen again; `moving`: it was a move that did not go."""
        super().__init__(why)
        self.banned, self.moving = banned, moving


class Breaker:
    """Breaks rings, and keeps what that changes."""

    def __init__(
        self, project: Project, ways: Collection[Way], *, partly: bool = False, reliance: Reliance | None = None
    ) -> None:
        """Nothing is done yet. `partly`: cuts count that only make a ring smaller, where none opens it.

        `reliance` is what others have worked out of the project as it is.
        """
        self.project = self.now = project
        self._reliance = reliance or Reliance(Sight(project))
        self._ways, self._partly = ways, partly
        self._stages: list[tuple[FileChange, ...]] = []
        self._moved: list[tuple[Moved, ...]] = []
        self.leftovers: list[Leftover] = []
        self.broken: list[Broken] = []
        self.stuck: dict[tuple[str, ...], Stuck] = {}

    def all(self, kinds: Collection[str], module: str = "") -> None:
        """Break every ring of some kinds, or those that a module is in; what cannot be broken is left, with reasons."""
        for _ in range(_ROUNDS):
            self.stuck.clear()
            before = len(self.broken)
            while (cycle := self._next(kinds, module)) is not None:
                outcome = self.ring(cycle, kinds)
                if isinstance(outcome, Stuck):
                    self.stuck[cycle.modules] = outcome
            # What was in the way of one may be gone with another.
            if len(self.broken) == before or not self.stuck:
                return

    def _next(self, kinds: Collection[str], module: str) -> Cycle | None:
        rows: Sequence[Cycle] = self.now.survey.rows(Cycle)
        for row in rows:
            if row.effect in kinds and row.modules not in self.stuck and (not module or module in row.modules):
                return row
        return None

    @property
    def _sight(self) -> Sight:
        """The project as it is now."""
        return self._reliance.sight

    # One ring

    def ring(self, cycle: Cycle, kinds: Collection[str]) -> Broken | Stuck:
        """Break one ring, at once so that nothing of these kinds is left, else so that it does less harm."""
        crossings = self._sight.crossings(cycle.modules)
        least = level_of(cycle.effect, crossings)
        wanted: list[Level] = []
        if "typing" in kinds:
            wanted.append("all")
        if "deferred" in kinds and least != "all":
            wanted.append("call")
        if cycle.effect == "latent" and not rings(crossings, "import"):
            why = f"{cycle.path}:{cycle.line}: only imports under the main guard close it, or under a condition that " \
                "is never true: no import can fail for it"  # fmt: skip
            return Stuck(cycle, (why,))
        outcome: Broken | Stuck | None = None
        for level in dict.fromkeys((*wanted, least)):
            outcome = self.one(cycle, level)
            if isinstance(outcome, Broken):
                break
        assert outcome is not None
        return outcome

    def one(self, cycle: Cycle, level: Level, edge: Edge | None = None) -> Broken | Stuck:
        """Break the imports of a level in one ring; with an `edge` do without that one, whatever is left."""
        sight = self._sight
        crossings = sight.crossings(cycle.modules)
        ways = Ways(sight, cycle.modules, self._ways, self._reliance)
        choosing = Choosing(sight, ways, crossings, level, self._ways)
        near: list[str] = []
        far: list[str] = []
        banned: set[tuple[Edge, Way]] = set()
        for choice in self._tried(choosing, edge, banned):
            try:
                stage = self._stage(sight, cycle, choice, level, edge)
            except _Failed as failed:
                (far if failed.moving else near).append(str(failed))
                banned.update(failed.banned)
                continue
            return self._taken(cycle, choice, stage)
        # What was nearly done comes first, then why each import stays, those first that the audit would cut.
        first = [edge] if edge is not None else [(cut.importer, cut.imported) for cut in cycle.cuts]
        edges = dict.fromkeys([*(one for one in first if one in choosing.edges), *choosing.edges])
        each = [choosing.why_not(one) for one in edges]
        reasons = [*near, *(one[0] for one in each if one), *far, *(why for one in each for why in one[1:])]
        return Stuck(cycle, tuple(dict.fromkeys(reasons)) or (f"{cycle.path}:{cycle.line}: no import can be cut",))

    def _tried(self, choosing: Choosing, edge: Edge | None, banned: set[tuple[Edge, Way]]) -> Iterator[Choice]:
        """What to try, one after the other; what has failed is banned meanwhile."""
        if edge is not None:
            last: Cut | None = None
            while edge in choosing.edges:
                cut = choosing.cut(edge, banned, inner=True)
                if cut is None or cut == last:
                    return
                last = cut
                yield Choice((cut,), whole=True)
            return
        seen: set[Choice] = set()
        for _ in range(_TRIES):
            fresh = [one for one in choosing.choices(banned) if one not in seen and one.moves <= _MOVES]
            if not fresh:
                break
            seen.add(fresh[0])
            yield fresh[0]
        moves = 0
        for number, cut in enumerate(choosing.single(banned)):
            one = Choice((cut,), whole=False)
            moves += one.moves
            if number >= _SINGLE or moves > _MOVES_TRIED:
                break
            if one not in seen:
                yield one
        for _ in range(_TRIES if self._partly else 0):
            rest = choosing.without_moves(banned)
            if rest is None or rest in seen:
                return
            seen.add(rest)
            yield rest

    def _taken(self, cycle: Cycle, choice: Choice, stage: _Stage) -> Broken:
        self.now = stage.after
        self._reliance = Reliance(Sight(stage.after))
        self._stages += stage.stages
        self._moved += stage.moved
        self.leftovers += stage.leftovers
        rows = _around(stage.after, cycle, choice)
        effect = max((_effect(stage.after, row) for row in rows), key=EFFECTS.index, default="")
        done = Broken(cycle, tuple(choice.options), stage.moves, effect)
        self.broken.append(done)
        return done

    # One choice

    def _stage(self, sight: Sight, cycle: Cycle, choice: Choice, level: Level, edge: Edge | None) -> _Stage:
        """Carry out some cuts in memory, and prove that they do. Raises _Failed."""
        stage = _Stage(self.now, (), (), (), ())
        options = [one for one in choice.options if one.way != "move"]
        if options:
            stage = self._cut(sight, choice, options)
        for cut in choice.cuts:
            if any(one.way == "move" for one in cut.options):
                stage = self._moves(stage, cycle, cut, level)
        self._refuse_vain(cycle, choice, stage, edge, level)
        self._refuse_lost(choice, stage)
        return stage

    def _cut(self, sight: Sight, choice: Choice, options: Sequence[Option]) -> _Stage:
        ways = _done(options)
        try:
            changes: list[Change] = list(edits(sight, options))
            return self._proven(self.now, changes, (), ())
        except Refused as refused:
            place = str(refused).partition(":")[0]
            blamed = _done([one for one in options if one.crossing.path == place])
            raise _Failed(str(refused), blamed or ways) from refused

    def _moves(self, stage: _Stage, cycle: Cycle, cut: Cut, level: Level) -> _Stage:
        """Move what an edge needs to where it can be had. Raises _Failed."""
        banned: set[tuple[Edge, Way]] = {(cut.edge, "move")}
        sight = Sight(stage.after)
        left = [
            one for one in sight.crossings(cycle.modules)
            if one.edge == cut.edge and one.counts(level)
        ]  # fmt: skip
        if not left:
            return stage  # what was moved for another import has served this one, too
        why = ""
        for move in moves(sight, left):
            try:
                changes, moved, leftovers = carried_out(stage.after, move)
                done = self._proven(stage.after, changes, moved, leftovers)
            except Refused as refused:
                why = why or str(refused)
                continue
            again = Sight(done.after).crossings({*cycle.modules, move.to})
            if _still(again, cut.edge, move, level):
                why = why or f"{left[0].path}:{left[0].line}: to {move.said} leaves a ring"
                continue
            return _Stage(
                done.after, (*stage.stages, *done.stages), (*stage.moved, *done.moved),
                (*stage.leftovers, *done.leftovers), (*stage.moves, move),
            )  # fmt: skip
        raise _Failed(why or f"{cut.options[0].crossing.said}: it cannot be moved", banned, moving=True)

    def _proven(
        self, before: Project, changes: Sequence[Change], moved: Sequence[Moved], leftovers: Sequence[Leftover]
    ) -> _Stage:
        """The project with some changes. Raises Refused with what the proof has against them."""
        files = tuple(assembled(changes, before.source, before.exists))
        after = before.after(files)
        for check in prove(before, after, files, moved, leftovers=leftovers):
            for one in check.refusals:
                raise Refused(f"{one.path}:{one.line}: {one.why}: {one.remedy}")
        return _Stage(after, (files,), (tuple(moved),), tuple(leftovers), ())

    def _refuse_vain(
        self, cycle: Cycle, choice: Choice, stage: _Stage, edge: Edge | None, level: Level
    ) -> None:  # fmt: skip
        """Raises _Failed where the ring does as much harm as before."""
        ways = _done(choice.options)
        after = _around(stage.after, cycle, choice)
        worst = max((EFFECTS.index(_effect(stage.after, row)) for row in after), default=-1)
        was = EFFECTS.index(cycle.effect)
        if edge is not None:
            there = any(one.edge == edge and one.counts(level) for one in Sight(stage.after).crossings(edge))
            if there or worst > was:
                raise _Failed(f"{cycle.path}:{cycle.line}: the import is still there when this is done", ways)
            return
        if self._partly and not choice.whole and worst <= was and self._smaller(cycle, stage.after, level):
            return
        if worst >= {"import": was, "call": min(was, 1), "all": 0}[level]:
            rest = max(after, key=lambda row: EFFECTS.index(row.effect))
            why = f"{cycle.path}:{cycle.line}: a ring would be left: {' -> '.join(rest.modules[:5])} ({rest.effect})"
            raise _Failed(why, ways if len(choice.cuts) == 1 else ())

    def _smaller(self, cycle: Cycle, after: Project, level: Level) -> bool:
        """Whether fewer modules of a ring are left in rings of a level."""
        before, then = (Sight(one).crossings(cycle.modules) for one in (self.now, after))
        return in_ring(then, level) < in_ring(before, level)

    def _refuse_lost(self, choice: Choice, stage: _Stage) -> None:
        """Raises _Failed where somebody needs what an import has loaded."""
        before, then = Graph(self.now), Graph(stage.after)
        earlier, later = Loading(self.now), Loading(stage.after)
        reliance = self._reliance
        here, there = self.now.layout, stage.after.layout
        # What a symbol needs is loaded with it: that its old module loads less is what a move is about.
        sources = {here.modules[one.source].path for one in stage.moves if one.source in here.modules}
        paths = {file.path for files in stage.stages for file in files if file.path.endswith(".py")}
        for path in sorted(paths - sources):
            if not self.now.exists(path) or (module := here.module_of(path)) not in there.modules:
                continue
            lost = (set(before.loaded(module)) - set(then.loaded(module))) & there.modules.keys()
            why = reliance.why_loaded(lost, stage.after) if lost else ""
            for one, other in zip(earlier.orders(module), later.orders(module), strict=True):
                why = why or reliance.why_in_order(one, other)
            if why:
                mine = _done([one for one in choice.options if one.crossing.path == path])
                raise _Failed(why, mine or _done(choice.options))

    # What it comes to

    def changes(self) -> Iterator[Change | Moved]:
        """All that changes, from the project as it was to its end."""
        for one in composed(self._stages):
            yield _change(self.project, one)
        yield from composed_moves(self._moved)


def _done(options: Sequence[Option]) -> set[tuple[Edge, Way]]:
    """Which ways were taken for which imports."""
    found: set[tuple[Edge, Way]] = set()
    for one in options:
        found.add((one.crossing.edge, one.way))
    return found


def reasons(left: Stuck) -> str:
    """Why a ring is left, in one line: the first few reasons, and how many more there are."""
    more = len(left.reasons) - _TOLD
    return "; ".join(left.reasons[:_TOLD]) + (f" (and {more} more reasons)" if more > 0 else "")


def _around(project: Project, cycle: Cycle, choice: Choice) -> list[Cycle]:
    """The rings of a project that have to do with one that was there."""
    modules = {*cycle.modules, *(one.module for one in choice.options if one.module)}
    rows: Sequence[Cycle] = project.survey.rows(Cycle)
    return [row for row in rows if not modules.isdisjoint(row.modules)]


def _effect(project: Project, row: Cycle) -> Effect:
    """The effect of a ring: what only main guards close is `latent` for the audit, and runs at no import."""
    if row.effect == "latent" and not rings(Sight(project).crossings(row.modules), "import"):
        return "deferred"
    return row.effect


def _still(crossings: Sequence[Crossing], edge: Edge, move: Move, level: Level) -> bool:
    """Whether the edge is there after a move, or leads round by the new module."""
    edges: dict[str, set[str]] = {}
    for one in crossings:
        if one.counts(level):
            edges.setdefault(one.importer, set()).add(one.imported)
    if edge[1] in edges.get(edge[0], ()):
        return True
    seen = {move.to}
    todo = [move.to]
    while todo:
        for other in edges.get(todo.pop(), ()):
            if other == edge[0] and move.to != edge[0]:
                return True
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return False


def _change(project: Project, one: FileChange) -> Change:
    """A file's change as codemods propose it."""
    if one.before is None:
        return Create(one.path, one.after or b"", one.because, one.guidance, one.mode or 0o644)
    source = project.source(one.path)
    if one.after is None:
        return Delete(one.path, source.digest, one.because, one.guidance)
    if one.replacements:
        return Edit(one.path, source.digest, one.replacements)
    now = Source(one.path, one.after, digest(one.after)).text()
    return Edit(one.path, source.digest, (Replacement(0, len(source.text()), now, one.because, one.guidance),))
