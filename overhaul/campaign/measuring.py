"""Count what the risk of a work item is made of: users, tests, state, loops, rings, commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from msgspec.structs import replace

from overhaul.campaign.risk import Measured
from overhaul.campaign.sketches import Site, Sketch
from overhaul.covered import CoveredSite, Covering
from overhaul.facts import Attribute, Class, Cycle, Function, Import, LoopedCalls, Metric, Variable
from overhaul.heat.callers import Callers
from overhaul.heat.rows import Bottleneck
from overhaul.inventory import Cache, StateMachine, StatePersistence, testing
from overhaul.profiles.baseline import FOLDER
from overhaul.project import Project
from overhaul.redundancy import FileChange, Reach
from overhaul.repeating.risk_project import Member
from overhaul.repeating.risk_project import Project as Tables

MOST: Final = 40
"""Sites of one item that are looked at: the first."""
PIECES: Final = 8
"""Files of one item that are looked at each for itself."""
NO_TESTS: Final = CoveredSite("", 0, "", 0, (), None, None)
_RINGED: Final = {"fatal": 1.0, "order-dependent": 1.0, "latent": 0.5}


class Measuring:
    """Measures items of one project; each table is looked at when it is asked for first."""

    def __init__(self, project: Project) -> None:
        """Tables that are not there yet are made."""
        self._survey = project.survey
        self._layout = project.layout
        self._covered: dict[tuple[str, int], CoveredSite] = {}
        self._baseline = self._has_baseline(project)

    def of(self, sketch: Sketch) -> Measured:
        """What is counted of an item."""
        return self._of(sketch, sketch.sites[:MOST])

    def alone(self, sketch: Sketch) -> tuple[Measured, ...]:
        """What is counted of each file of an item by itself; nothing where it has to be changed at once."""
        files: dict[str, list[Site]] = {}
        for site in sketch.sites[:MOST]:
            files.setdefault(site.path, []).append(site)
        if not sketch.apart or not 1 < len(files) <= PIECES:
            return ()
        return tuple(replace(self._of(sketch, sites), files=1) for sites in files.values())

    def tests(self, sketch: Sketch) -> tuple[str, ...]:
        """The test files that get to its sites, those that get to most of them first."""
        found: dict[str, int] = {}
        for one in self._sites([one for site in sketch.sites[:MOST] for one in site.by or (site,)]):
            for _, files in one.files:
                for file in files:
                    found[file] = found.get(file, 0) + 1
        return tuple(sorted(found, key=lambda file: (-found[file], file)))

    def _of(self, sketch: Sketch, sites: Sequence[Site]) -> Measured:
        every = [one for site in sites for one in site.by or (site,)]
        members = [self._member(one) for one in every]
        known = [one for one in dict.fromkeys(members) if one.name]
        counts = self._tables.measures(known, users=self._users(known))
        covered = self._sites(every)
        reached = {
            one for one, found, member in zip(every, covered, members, strict=True)
            if self._reached(one, found, member)
        }  # fmt: skip
        modules = {one.module for one in members if one.module}
        return Measured(
            sites=len(sites),
            bare=tuple(site.name for site in sites if reached.isdisjoint(site.by or (site,))),
            users=counts.users,
            state=sum(count for _, count in counts.held),
            work=sketch.work,
            loops=max((self._loops(one) for one in known), default=0),
            watched=self._baseline or any(kind == "performance" for one in covered for kind, _ in one.files),
            fan_in=len({by for module in modules for by in self._importers.get(module, ())} - modules),
            distance=sketch.distance, modules=len(modules),
            ringed=sum(self._rings.get(module, 0.0) for module in modules),
            decisions=counts.complexity,
            files=len({site.path for site in sites}),
            commits=max((self._commits.get(site.path, 0) for site in sites), default=0), usual=self._usual,
            by_hand=sketch.by_hand,
        )  # fmt: skip

    def _member(self, site: Site) -> Member:
        """The innermost definition around a site of which it is known who uses it; of none the module."""
        found = self._tables.member(site.name)
        name = found.name
        while name and self._callers.row(found.module, name) is None:
            name = name.rpartition(".")[0]
        if not name and site.line:
            around = self._around(site)
            name = around if self._callers.row(found.module, around) is not None else ""
        return Member(found.module, name)

    def _around(self, site: Site) -> str:
        one = self._sites([site])[0]
        member = self._tables.member(one.name) if one.name else None
        return member.name if member is not None else ""

    def _users(self, members: Iterable[Member]) -> int:
        rows = (self._callers.row(one.module, one.name) for one in members)
        return sum(row.users for row in rows if row is not None)

    def _reached(self, site: Site, covered: CoveredSite, member: Member) -> bool:
        """Whether a test gets there; the top level of a module runs when a test imports that."""
        if covered.covered or testing(site.path):
            return True
        row = self._callers.row(member.module, member.name) if member.name else None
        return row.tests > 0 if row is not None else not member.name and member.module in self._tested

    def _sites(self, sites: Sequence[Site]) -> list[CoveredSite]:
        places = [(site.path, site.line) for site in sites]
        lacking = [one for one in places if one not in self._covered and one[1]]
        if lacking:
            asked = dict.fromkeys(lacking)
            self._covered.update(zip(asked, self._covering.of(asked), strict=True))
        return [self._covered.get(one, NO_TESTS) for one in places]

    def _loops(self, member: Member) -> int:
        own = self._hot.get((member.module, member.name), 0)
        return max(own, self._callers.way(member.module, member.name).loops)

    @staticmethod
    def _has_baseline(project: Project) -> bool:
        folder = project.root / FOLDER
        return folder.is_dir() and any(folder.iterdir())

    @cached_property
    def _covering(self) -> Covering:
        return Covering(self._survey)

    @cached_property
    def _callers(self) -> Callers:
        return Callers(self._survey.rows(Reach), self._survey.facts(LoopedCalls))

    @cached_property
    def _hot(self) -> dict[tuple[str, str], int]:
        """(module, function) -> the most loops around one of its bottlenecks."""
        found: dict[tuple[str, str], int] = {}
        for row in self._survey.rows(Bottleneck):
            key = row.module, row.scope
            found[key] = max(found.get(key, 0), row.loops + row.around)
        return found

    @cached_property
    def _rings(self) -> dict[str, float]:
        """Module -> how much of it counts as ringed."""
        found: dict[str, float] = {}
        for row in self._survey.rows(Cycle):
            for module in row.modules if row.effect in _RINGED else ():
                found[module] = max(found.get(module, 0.0), _RINGED[row.effect])
        return found

    @cached_property
    def _commits(self) -> dict[str, int]:
        return {row.path: row.changes for row in self._survey.rows(FileChange)}

    @cached_property
    def _usual(self) -> int:
        """The upper decile of the commits of a file."""
        counts = sorted(self._commits.values())
        return max(1, counts[len(counts) * 9 // 10]) if counts else 1

    @cached_property
    def _edges(self) -> tuple[dict[str, set[str]], set[str]]:
        importers: dict[str, set[str]] = {}
        tested: set[str] = set()
        for row in self._survey.rows(Import):
            if testing(row.path):
                tested.add(row.imported)
            elif not row.implicit:
                importers.setdefault(row.imported, set()).add(row.importer)
        return importers, tested

    @property
    def _importers(self) -> dict[str, set[str]]:
        """Module -> those that import it, tests left out."""
        return self._edges[0]

    @property
    def _tested(self) -> set[str]:
        """Modules that a test imports."""
        return self._edges[1]

    @cached_property
    def _tables(self) -> Tables:
        survey = self._survey
        holdings = (*survey.rows(Cache), *survey.rows(StateMachine), *survey.rows(StatePersistence))
        # The imports are counted here, for all modules of an item at once.
        return Tables(
            survey.rows(Reach), (), holdings, survey.facts(Metric), survey.facts(Function), survey.facts(Class),
            survey.facts(Attribute), survey.facts(Variable), survey.symbols,
        )  # fmt: skip
