"""What a codebase has of each kind that one can have too many of, in sentences whose numbers lead to their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from overhaul.facts import Cycle, UnresolvedImport
from overhaul.findings import Finding
from overhaul.inventory import Cache, Manager, ResponsibilityOverlap, StateMachine, StatePersistence
from overhaul.redundancy import Duplicate, Parallel, Placeholder
from overhaul.sections import by_subkind, rows_of, rule_anchor
from overhaul.summary import kept, lines_fewer
from overhaul.survey import Survey


class Piece(msgspec.Struct, frozen=True):
    """A part of a sentence."""

    text: str
    link: str = ""
    """The id of what it leads to; "" for none."""


class Tally(msgspec.Struct, frozen=True):
    """How many there are of one kind, and what is the matter with them."""

    number: int
    noun: str
    """In the number that it takes."""
    link: str
    """The section they stand in."""
    pieces: tuple[Piece, ...]


def tallies(survey: Survey) -> Iterator[Tally]:
    """One for each kind that some leaf looked for; of those that are sure, and what nobody keeps on purpose.

    Of imports that lead nowhere all are counted, and said how many certainly fail.
    """
    rules = _Rules(survey.findings)
    held = kept(survey)
    if (managers := rows_of(survey, Manager)) is not None:
        sure = [row for row in managers if row.sure]
        pairs = len(rows_of(survey, ResponsibilityOverlap) or ())
        tiers = {row.tier for row in sure if row.tier is not None}
        yield _tally(
            len(sure), "manager", "managers", "managers",
            _kinds(by_subkind(sure)),
            Piece(f"in {len(tiers)} tiers") if len(tiers) > 1 else None,
            Piece(_many(pairs, "pair does", "pairs do") + " the same", "managers-overlaps") if pairs else None,
            *rules.about("built_more_than_once", "construction_cycle", "used_before_built", "built_and_never_used"),
        )  # fmt: skip
    if (caches := rows_of(survey, Cache)) is not None:
        sure_caches = [row for row in caches if row.sure]
        unbounded = sum(row.bounded is False and row.ttl is not True for row in sure_caches)
        designs = len({row.memoiser or row.subkind for row in sure_caches})
        yield _tally(
            len(sure_caches), "cache", "caches", "caches",
            Piece(f"of {designs} designs") if designs > 1 else None,
            Piece(f"{unbounded:,} with neither a limit of size nor an expiry", "caches-all") if unbounded else None,
            *rules.about(
                "unbounded_cache", "stale_cache", "incomplete_cache_key", "method_cache_keeps_instance",
                "unlocked_check_then_store", "mutable_value_handed_out", "mutable_default_cache", "cached_coroutine",
            ),
        )  # fmt: skip
    if (machines := rows_of(survey, StateMachine)) is not None:
        sure_machines = [row for row in machines if row.sure]
        yield _tally(
            len(sure_machines), "state machine", "state machines", "state_machines",
            Piece(f"with {sum(len(row.states) for row in sure_machines):,} states") if sure_machines else None,
            *rules.about(
                "forbidden_transition", "dead_end_state", "unentered_state", "misspelt_state", "unguarded_transition",
                "unassigned_state_compared", "state_written_outside",
            ),
        )  # fmt: skip
    if (saved := rows_of(survey, StatePersistence)) is not None:
        yield _tally(
            sum(row.sure for row in saved), "saved state", "saved states", "state_persistence",
            *rules.about(
                "state_overwritten_in_place", "unpickled_from_shared_path", "state_never_restored", "unrestored_key"
            ),
        )  # fmt: skip
    if (parallels := rows_of(survey, Parallel)) is not None:
        open_pairs = [row for row in parallels if row.sure and row.identity not in held]
        packages = sum(row.subkind == "package" for row in open_pairs)
        yield _tally(
            len(open_pairs), "pair of whole modules or packages in parallel",
            "pairs of whole modules or packages in parallel", "parallels",
            Piece(f"{packages:,} between packages") if packages else None,
        )  # fmt: skip
    if (duplicates := rows_of(survey, Duplicate)) is not None:
        sure_groups = [row for row in duplicates if row.sure and row.identity not in held]
        fewer = lines_fewer(survey)
        yield _tally(
            len(sure_groups), "group of duplicates", "groups of duplicates", "duplicates",
            Piece(f"{fewer:,} lines fewer with one of each") if fewer else None,
        )  # fmt: skip
    if (cycles := rows_of(survey, Cycle)) is not None:
        effects = Counter(row.effect for row in cycles)
        ringed = len({name for row in cycles for name in row.modules})
        largest = max((len(row.modules) for row in cycles), default=0)
        yield _tally(
            len(cycles), "import cycle", "import cycles", "cycles",
            Piece(f"through {ringed:,} modules") if cycles else None,
            Piece(f"the largest of {largest:,}") if len(cycles) > 1 else None,
            Piece(_many(effects["fatal"], "fails", "fail") + " in every order", rules.link("import_cycle"))
            if effects["fatal"] else None,
            Piece(_many(effects["order-dependent"], "fails", "fail") + " in some orders", rules.link("import_cycle"))
            if effects["order-dependent"] else None,
        )  # fmt: skip
    if (placeholders := rows_of(survey, Placeholder)) is not None:
        pretending = [row for row in placeholders if row.sure]
        certain = sum(row.tier == "certain" for row in pretending)
        reached = sum(row.reached == "entry" for row in pretending)
        yield _tally(
            len(pretending), "placeholder", "placeholders", "placeholders",
            Piece(f"{certain:,} certain", rules.link("placeholder")) if certain else None,
            Piece(f"{reached:,} reached from outside") if reached else None,
        )  # fmt: skip
    if (unresolved := rows_of(survey, UnresolvedImport)) is not None:
        # Of those under TYPE_CHECKING, or in a branch that may never run, nobody knows.
        failing = sum(not row.caught and row.confidence == "high" for row in unresolved)
        yield _tally(
            len(unresolved), "unresolved import", "unresolved imports", "unresolved_imports",
            Piece(_many(failing, "fails", "fail") + " when the line runs") if failing else None,
        )  # fmt: skip


class _Rules:
    """How many findings there are of each rule, and where they begin."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._counts: Counter[str] = Counter()
        self._links: dict[str, str] = {}
        for one in findings:
            self._counts[one.rule] += 1
            self._links.setdefault(one.rule, rule_anchor(one.rule, one.severity))

    def about(self, *rules: str) -> Iterator[Piece]:
        """A piece for each of the rules that found something: `2 unbounded_cache`."""
        for rule in rules:
            if count := self._counts[rule]:
                yield Piece(f"{count:,} {rule}", self._links[rule])

    def link(self, rule: str) -> str:
        """Where its findings stand; "" when there are none."""
        return self._links.get(rule, "")


def _tally(number: int, one: str, many: str, section: str, *pieces: Piece | None) -> Tally:
    return Tally(number, one if number == 1 else many, section, tuple(piece for piece in pieces if piece is not None))


def _kinds(kinds: Iterable[tuple[str, int]]) -> Piece | None:
    text = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in kinds)
    return Piece(text) if text else None


def _many(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
