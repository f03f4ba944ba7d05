"""What is worth doing next: rows of several tables, brought to one shape and one measure, and put in order.

The measure is a line of code that need not be there. Lines that are said twice are counted as they are; what the other
gains count is a judgement, and all of it stands in this file and in `docs/report.md`: nobody has recorded yet what such
steps were worth afterwards. A reader who judges otherwise sees every number and every part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Final

import msgspec
from msgspec.structs import replace

from overhaul.facts import Cycle, InterfaceMismatch, UnresolvedImport
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
RINGED: Final[Mapping[str, float]] = {"fatal": 10.0, "order-dependent": 10.0, "latent": 3.0, "deferred": 1.0}
"""A module that leaves a ring: it can be imported, tested and moved without the others."""
HALF_CUTS: Final = 10
"""A cut of this cost is as likely to be dear as not: two modules taken apart, or five imports put off."""
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


class Users:
    """Who uses a definition, and which tests reach it."""

    def __init__(self, reaches: Iterable[Reach]) -> None:
        """The table of the whole project."""
        self._reaches = {(row.module, row.name): row for row in reaches}

    def doubts(self, rows: Sequence[tuple[str, str]]) -> tuple[Doubt, ...]:
        """Two parts that weigh the same: modules that use what changes, and what of it no test reaches.

        `rows` are (module, name); what has no reach of its own (an attribute, a variable) is asked of what it is in.
        """
        known = [self._around(module, name) for module, name in rows]
        users = sum(row.users for row in known if row is not None)
        untested = sum(row is None or not row.tests for row in known)
        return (
            Doubt(
                "users", round(saturated(users, HALF_USERS), 3), 0.5,
                f"{counted(users, 'module')} {'uses' if users == 1 else 'use'} what changes",
            ),
            Doubt(
                "untested", round(untested / len(known), 3) if known else 1.0, 0.5,
                f"no test reaches {untested} of {len(known)}" if untested else f"tests reach all {len(known)}",
            ),
        )  # fmt: skip

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


def rings(cycles: Iterable[Cycle], paths: Mapping[str, str]) -> Iterator[Draft]:
    """Each ring that stands in the way when the program runs or is changed; those of typing alone do not."""
    for row in cycles:
        # A cut of a ring of tests is a matter for the tests.
        if row.effect not in RINGED or not row.cuts or all(testing(paths.get(one, "")) for one in row.modules):
            continue
        gains = [Gain("modules that leave a ring", len(row.modules), RINGED[row.effect])]
        if row.effect == "fatal":
            gains.insert(0, Gain("imports that fail in every order", 1, FAILS_ALWAYS))
        elif row.effect == "order-dependent":
            gains.insert(0, Gain("imports that fail in some orders", 1, FAILS_FOR_SOME))
        ring, cuts = named([f"`{one}`" for one in row.modules]), counted(len(row.cuts), "import")
        what = {
            "fatal": "Whichever of them is imported first, the import fails.",
            "order-dependent": f"The import fails when {row.fails[0]} is imported first." if row.fails else "",
            "latent": "None of them can be imported, tested or moved without all the others.",
            "deferred": "Imports inside functions close it: it holds as long as nobody moves them up.",
        }[row.effect]
        yield Draft(
            kind="cut_ring",
            title=f"Cut {cuts} and {counted(len(row.modules), 'module')} are no ring any more: {ring}",
            why=f"{what} {'No cheaper cut is possible' if row.exact else 'The cut that was found'}: cost {row.cost}.",
            gains=tuple(gains),
            doubts=(
                Doubt(
                    "cut_cost", round(saturated(row.cost, HALF_CUTS), 3), 1.0,
                    f"the cut costs {row.cost}: 1 for an import that goes or moves under TYPE_CHECKING, 2 for one "
                    "that moves into functions, 5 for modules taken apart",
                ),
            ),
            spots=tuple(
                Spot(paths.get(cut.importer, ""), cut.line, f"{_WAYS[cut.way]} `{cut.imported}`") for cut in row.cuts
            ),
            subjects=(Subject("cycles", tuple(sorted(row.modules))),),
            command="overhaul graph --cycles-only --format mermaid",
        )  # fmt: skip


_WAYS: Final = {
    "typing": "move under TYPE_CHECKING the import of", "direct": "import from the defining module, not from",
    "defer": "move into the functions that use it the import of", "move": "take out what both need: no import of",
    "drop": "drop the import of",
}  # fmt: skip


def pretences(placeholders: Iterable[Placeholder], users: Users) -> Iterator[Draft]:
    """All that certainly only pretends and that somebody uses: one step."""
    found = [
        row for row in placeholders
        if row.tier == "certain" and (row.reached == "entry" or row.callers) and not testing(row.path)
    ]  # fmt: skip
    if found:
        found.sort(key=lambda row: (-row.callers, row.path, row.line))
        callers = sum(row.callers for row in found)
        believe = f"; {counted(callers, 'function')} {'believes' if callers == 1 else 'believe'} the answer"
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
        doubts=users.doubts([(row.module, row.name) for row in rows]),
        spots=tuple(Spot(row.path, row.line, f"`{row.name or row.module}`: {says[row]}") for row in rows),
        subjects=tuple(dict.fromkeys(subjects)),
        command=f'overhaul query "SELECT path, line, name, evidence FROM {table}"',
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
        subjects=draft.subjects, command=draft.command, identity=f"step-{digest}",
    )  # fmt: skip


def named(names: Sequence[str], limit: int = NAMED) -> str:
    """`a`, `a and b`, `a, b, c and 4 more`."""
    if len(names) > limit + 1:
        return f"{', '.join(names[:limit])} and {len(names) - limit:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def counted(number: int, noun: str) -> str:
    """`1 module`, `2,000 modules`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
