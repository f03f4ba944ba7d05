"""What is worth doing next: rows of several tables, brought to one shape and one measure, and put in order.

The measure is a line of code that need not be there. Lines that are said twice are counted as they are; what the other
gains count is a judgement, and all of it stands in this file and in `docs/report.md`: nobody has recorded yet what such
steps were worth afterwards. A reader who judges otherwise sees every number and every part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Final

import msgspec
from msgspec.structs import replace

from overhaul.facts import InterfaceMismatch, UnresolvedImport
from overhaul.inventory import Cache, Component, StatePersistence, testing
from overhaul.redundancy import Doubt, Gain, NextStep, Placeholder, Reach, Spot, StepKind, Subject, SubjectTable
from overhaul.repeating.risk import HALF_USERS, saturated

FAILS_ALWAYS: Final = 100.0
"""A ring of imports that fails in every order: nobody can use what stands in it."""
FAILS_FOR_SOME: Final = 50.0
"""A ring that fails for some first importers, a name that is not there: an error that waits for its caller."""
HAZARD: Final = 25.0
"""A file that a crash empties, a cache that grows for ever: as long as a class of moderate size."""
PRETENCE: Final = 15.0
"""A function that claims to do something and does not, and is used."""
SPOTS: Final = 40
"""Places of one step that are listed."""
NAMED: Final = 3
LEAST: Final = 5.0
"""What is worth less, after its risk, is no step."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A step before it has its rank."""

    kind: StepKind
    title: str
    why: str
    gains: tuple[Gain, ...]
    doubts: tuple[Doubt, ...]
    spots: tuple[Spot, ...]
    subjects: tuple[Subject, ...]
    command: str
    """What shows it in full; "" for its places."""


class Users:
    """Who uses definitions, and which tests reach them; as far as that can be told."""

    def __init__(self, reaches: Iterable[Reach], module_of: Callable[[str], str]) -> None:
        """The table of the whole project, and of which module a dotted name is."""
        self._reaches = {(row.module, row.name): row for row in reaches}
        self._module_of = module_of

    def doubts(self, rows: Sequence[Component]) -> tuple[Doubt, ...]:
        """Two parts that weigh the same: modules that use what changes, and what of it no test reaches.

        What has no reach of its own is asked of what it is in, a variable of the functions that look it up or fill it.
        What of that is not known is said, and counts neither for nor against; nothing known counts a half.
        """
        asked = [self._asked(row) for row in rows]
        known = [some for some in asked if some]
        if not known:
            return (
                Doubt("users", 0.5, 0.5, "not known who uses what changes"),
                Doubt("untested", 0.5, 0.5, "not known whether tests reach it"),
            )
        users, exact = self._users([one for some in known for one in some])
        untested = sum(not any(one.tests for one in some) for some in known)
        besides = f", not known of {len(asked) - len(known)}" if len(known) < len(asked) else ""
        return (
            Doubt(
                "users", round(saturated(users, HALF_USERS), 3), 0.5,
                f"{'' if exact else 'at least '}{counted(users, 'module')} {'uses' if users == 1 else 'use'} "
                f"what changes{besides}",
            ),
            Doubt(
                "untested", round(untested / len(known), 3), 0.5,
                (f"no test reaches {untested} of {len(known)}" if untested else f"tests reach all {len(known)}")
                + besides,
            ),
        )  # fmt: skip

    def callers(self, rows: Sequence[Placeholder]) -> tuple[int, bool]:
        """How many use any of these, each counted once, and whether that is all or at least so many."""
        found = list(dict.fromkeys(one for row in rows for one in self._asked(row)))
        # The table names the first callers of each; the count of one is of all.
        every = {name for one in found for name in one.called_by}
        most = max((row.callers for row in rows), default=0)
        return max(len(every), most), len(found) < 2 or all(one.callers <= len(one.called_by) for one in found)

    def _users(self, found: Sequence[Reach]) -> tuple[int, bool]:
        modules = {
            module for one in found for name in one.called_by if (module := self._module_of(name)) != one.module
        }  # fmt: skip
        whole = len(set(found)) == 1 or all(one.callers <= len(one.called_by) for one in found)
        return max(len(modules), *(one.users for one in found)), whole

    def _asked(self, row: Component) -> list[Reach]:
        if (found := self._around(row.module, row.name)) is not None:
            return [found]
        sites = (*row.lookups, *row.stores) if isinstance(row, Cache) else ()
        around = (self._around(site.module, site.scope) for site in sites)
        return list(dict.fromkeys(one for one in around if one is not None))

    def _around(self, module: str, name: str) -> Reach | None:
        while name:
            if (found := self._reaches.get((module, name))) is not None:
                return found
            name = name.rpartition(".")[0]
        return None


def ranked(drafts: Iterable[Draft]) -> Iterator[NextStep]:
    """The steps in their order: by what they are worth times what the risk leaves of it."""
    steps = sorted(map(_step, drafts), key=lambda step: (-step.priority, step.identity))
    for rank, step in enumerate((step for step in steps if step.priority >= LEAST), 1):
        yield replace(step, rank=rank)


def pretences(placeholders: Iterable[Placeholder], users: Users) -> Iterator[Draft]:
    """All that certainly only pretends and that somebody uses: one step."""
    found = [
        row for row in placeholders
        if row.tier == "certain" and (row.reached == "entry" or row.callers) and not testing(row.path)
    ]  # fmt: skip
    if found:
        found.sort(key=lambda row: (-row.callers, row.path, row.line))
        callers, exact = users.callers(found)
        least = "" if exact else "at least "
        believe = f"; {least}{counted(callers, 'caller')} {'believes' if callers == 1 else 'believe'} the answer"
        many = len(found) > 1
        yield _hazards(
            "write_out", found, users,
            f"Write out, or take away, {counted(len(found), 'function')} that only {'pretend' if many else 'pretends'}",
            f"{'They claim' if many else 'It claims'} to do something and {'do' if many else 'does'} not"
            f"{believe if callers else ''}.",
            Gain("functions that pretend", len(found), PRETENCE), "placeholders", {row: row.why for row in found},
        )  # fmt: skip


def growths(found: Sequence[tuple[Cache, str]], users: Users) -> Iterator[Draft]:
    """The caches that grow for as long as the process lives: one step."""
    if rows := [(cache, opened) for cache, opened in found if not testing(cache.path)]:
        yield _hazards(
            "bound_caches", [cache for cache, _ in rows], users,
            f"Give {counted(len(rows), 'cache')} a limit of size, or an expiry",
            f"{'It keeps' if len(rows) == 1 else 'They keep'} an entry for every value that a parameter may have, "
            "as long as the process lives.",
            Gain("caches that grow for ever", len(rows), HAZARD), "caches",
            {cache: f"keyed by {opened}" for cache, opened in rows},
        )  # fmt: skip


def falsehoods(found: Sequence[tuple[Cache, str]], users: Users) -> Iterator[Draft]:
    """The caches that go on answering with what was true before: one step; each comes with what changes."""
    if rows := [(cache, change) for cache, change in found if not testing(cache.path)]:
        one = len(rows) == 1
        yield _hazards(
            "renew_caches", [cache for cache, _ in rows], users,
            f"Renew {counted(len(rows), 'cache')} when what {'it is' if one else 'they are'} made of changes",
            f"{'It goes' if one else 'They go'} on answering with what was true before.",
            Gain("caches that answer with old values", len(rows), HAZARD), "caches", dict(rows),
        )  # fmt: skip


def overwritings(persistences: Iterable[StatePersistence], users: Users) -> Iterator[Draft]:
    """The state files that a crash can leave half written: one step."""
    rows = [
        row for row in persistences
        if row.write == "in_place" and (row.sure or not row.complete) and not testing(row.path)
    ]  # fmt: skip
    if rows:
        yield _hazards(
            "save_atomically", rows, users,
            f"Write {counted(len(rows), 'state file')} beside the old one, and replace it",
            "A crash, a full disk or a second process in the middle of it leaves neither the old state nor the new.",
            Gain("state files that a crash can empty", len(rows), HAZARD), "state_persistences",
            dict.fromkeys(rows, "overwrites its file in place"),
        )  # fmt: skip


def repairs(imports: Iterable[UnresolvedImport], uses: Iterable[InterfaceMismatch]) -> Iterator[Draft]:
    """What fails as soon as its line runs: one step for imports, and one for members that a class does not have."""
    missing = [row for row in imports if not row.caught and row.confidence == "high" and not testing(row.path)]
    if missing:
        names = named([f"`{one}`" for one in dict.fromkeys(row.name for row in missing)])
        yield Draft(
            kind="repair_imports",
            title=f"Repair {counted(len(missing), 'import')} of what is not there: {names}",
            why="Each raises ImportError when its line runs.",
            gains=(Gain("imports that fail", len(missing), FAILS_FOR_SOME),), doubts=(_NOTHING_TO_LOSE,),
            spots=tuple(
                Spot(row.path, row.line, f"`{row.name}`" + (f": known is `{row.near[0]}`" if row.near else ""))
                for row in missing
            ),
            subjects=tuple(Subject("unresolved_imports", (row.path, row.name)) for row in missing[:SPOTS]),
            command='overhaul query "SELECT path, line, name FROM unresolved_imports"',
        )  # fmt: skip
    asked = list(uses)
    if asked:
        yield Draft(
            kind="repair_uses",
            title=f"Repair {counted(len(asked), 'use')} of what the receiver's class does not have",
            why="Each raises AttributeError when its line runs.",
            gains=(Gain("uses that fail", len(asked), FAILS_FOR_SOME),), doubts=(_NOTHING_TO_LOSE,),
            spots=tuple(
                Spot(row.path, row.line, f"`{row.receiver}.{row.member}` of `{row.owner}`") for row in asked
            ),
            subjects=tuple(
                Subject("interface_mismatches", (row.module, row.scope, row.receiver, row.member))
                for row in asked[:SPOTS]
            ),
            command='overhaul query "SELECT path, line, receiver, member, owner FROM interface_mismatches"',
        )  # fmt: skip


_NOTHING_TO_LOSE: Final = Doubt("users", 0.0, 1.0, "what fails anyway can hardly be made worse")


def _hazards(
    kind: StepKind, rows: Sequence[Component], users: Users, title: str, why: str, gain: Gain, table: SubjectTable,
    says: Mapping[Component, str],
) -> Draft:  # fmt: skip
    names = named([f"`{row.name or row.module}`" for row in rows])
    # Of placeholders several may stand in one function.
    patterns = [(row.pattern,) if isinstance(row, Placeholder) else () for row in rows]
    subjects = [
        Subject(table, (row.module, row.name, *pattern)) for row, pattern in zip(rows, patterns, strict=True)
    ][:SPOTS]
    return Draft(
        kind=kind, title=f"{title}: {names}", why=why, gains=(gain,),
        doubts=users.doubts(rows),
        spots=tuple(Spot(row.path, row.line, f"`{row.name or row.module}`: {says[row]}") for row in rows),
        subjects=tuple(dict.fromkeys(subjects)),
        command="",
    )  # fmt: skip


def _step(draft: Draft) -> NextStep:
    worth = round(fsum(gain.adds for gain in draft.gains), 1)
    risk = min(1.0, round(fsum(doubt.adds for doubt in draft.doubts), 3))
    key = "\0".join((draft.kind, *(part for one in draft.subjects for part in (one.table, *one.key))))
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
    return NextStep(
        rank=0, kind=draft.kind, title=draft.title, why=draft.why, gains=draft.gains, worth=worth,
        doubts=draft.doubts, risk=risk, priority=round(worth * (1 - risk), 1),
        files=len({spot.path for spot in draft.spots}), places=len(draft.spots), spots=draft.spots[:SPOTS],
        subjects=draft.subjects, identity=f"step-{digest}",
        command=draft.command
        or f"overhaul query --format json \"SELECT spots FROM next_steps WHERE identity = 'step-{digest}'\"",
    )  # fmt: skip


def named(names: Sequence[str], limit: int = NAMED) -> str:
    """`a`, `a and b`, `a, b, c and 4 more`."""
    if len(names) > limit + 1:
        return f"{', '.join(names[:limit])} and {len(names) - limit:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def counted(number: int, noun: str) -> str:
    """`1 module`, `2,000 modules`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
