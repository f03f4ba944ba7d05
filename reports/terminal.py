"""What a maintainer wants to see first, on a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

import click

from overhaul.facts import Cycle, Finding
from overhaul.inventory import (
    Cache,
    CacheFamily,
    Component,
    CustomRole,
    Manager,
    ResponsibilityOverlap,
    StateMachine,
    StatePersistence,
)
from overhaul.leaves import Report, table_name
from overhaul.printable import printable
from overhaul.survey import Survey

SHOWN: Final = 10
"""Findings of one rule, failures, and cycles that are listed before the rest is only counted."""
MODULES: Final = 6
"""Modules of a cycle that are named."""
INVENTORIED: Final = 3
"""Candidates for one, and machines, that are named."""
PLAIN_WIDTH: Final = 100
SEVERITIES: Final = ("error", "warning", "note")
COLOURS: Final = {
    "error": "red", "warning": "yellow", "note": "blue",
    "fatal": "red", "order-dependent": "yellow", "latent": "yellow", "deferred": "blue", "typing": "blue",
}  # fmt: skip
WAYS: Final = {
    "typing": "move under TYPE_CHECKING",
    "direct": "import from the defining module",
    "defer": "import inside the functions",
    "move": "move the definition",
    "drop": "drop, nothing uses it",
}


@Report
def terminal(survey: Survey) -> Iterator[str]:
    """The short story: what was looked at, what could not be, what there is of each kind, findings, cycles, tables.

    Colours are for the terminal; the command line takes them away elsewhere. At most ten findings of a rule are
    listed, `json` and `html` have them all.
    """
    width = max(40, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns)
    yield from _header(survey)
    yield from _failures(survey, width)
    yield from _inventory(survey, width)
    yield from _findings(survey.findings, width)
    yield from _cycles(survey, width)
    yield from _tables(survey, width)
    yield "\n"
    yield from _wrapped(_next(survey), width, "")


def _header(survey: Survey) -> Iterator[str]:
    yield click.style(printable(str(survey.root)), bold=True) + "\n"
    yield (
        f"{_count(survey.files, 'file')}, {_count(survey.lines, 'line')}, "
        f"{_count(len(survey.layout.modules), 'module')}, {_count(len(survey.findings), 'finding')}\n"
    )


def _failures(survey: Survey, width: int) -> Iterator[str]:
    if not survey.failures:
        return
    yield _title("Not analysed", len(survey.failures), "red")
    for failure in survey.failures[:SHOWN]:
        yield from _entry(printable(failure.path), f"{failure.stage}: {failure.reason}", width)
    yield from _more(len(survey.failures), '`overhaul query "SELECT * FROM failures"` lists them')


def _findings(findings: Sequence[Finding], width: int) -> Iterator[str]:
    """By rule, the most severe first, then the most frequent."""
    by_rule = [
        (rule, list(group))
        for rule, group in groupby(
            sorted(findings, key=lambda one: (one.rule, one.path, one.line)), lambda one: one.rule
        )
    ]
    for rule, group in sorted(by_rule, key=lambda item: (_rank(item[1]), -len(item[1]), item[0])):
        severity = SEVERITIES[_rank(group)]
        yield _title(f"{severity} {printable(rule)}", len(group), COLOURS[severity])
        for one in sorted(group, key=lambda one: SEVERITIES.index(one.severity))[:SHOWN]:
            yield from _entry(f"{printable(one.path)}:{one.line}", one.message, width)
        yield from _more(len(group), f"`overhaul explain {printable(rule)}` says why and what instead")


def _rank(group: Iterable[Finding]) -> int:
    return min(SEVERITIES.index(one.severity) for one in group)


def _inventory(survey: Survey, width: int) -> Iterator[str]:
    """How many there are of each kind, and which of them could be one."""
    tables = survey.leaves.tables.values()
    lines = [
        line for row, tell in (
            (Manager, _managers), (Cache, _caches), (StateMachine, _machines), (StatePersistence, _persistences),
            (CustomRole, _roles),
        )
        if row in tables for line in tell(survey)
    ]  # fmt: skip
    if lines:
        yield "\n" + click.style("Inventory", bold=True) + "\n"
    for line in lines:
        yield from _wrapped(printable(line), width, "  ")


def _managers(survey: Survey) -> Iterator[str]:
    rows = survey.rows(Manager)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    yield f"{_kinds('manager', sure)}{_unsure(len(rows) - len(sure))}"
    tiers = Counter(row.tier for row in sure if row.tier is not None)
    if len(tiers) > 1:
        yield f"  tiers: {', '.join(f'{tier}: {count}' for tier, count in sorted(tiers.items()))}"
    overlaps = survey.rows(ResponsibilityOverlap) if ResponsibilityOverlap in survey.leaves.tables.values() else []
    for one in overlaps[:INVENTORIED]:
        yield f"  could be one: {one.first} and {one.second} (both {', '.join(one.shared[:3])}) {one.path}:{one.line}"


def _caches(survey: Survey) -> Iterator[str]:
    rows = survey.rows(Cache)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    yield f"{_kinds('cache', sure)}{_unsure(len(rows) - len(sure))}"
    families = survey.rows(CacheFamily) if CacheFamily in survey.leaves.tables.values() else []
    for one in sorted(families, key=lambda one: -len(one.members))[:INVENTORIED]:
        names = ", ".join(member.rpartition(".")[2] for member in one.members[:4])
        more = f" and {len(one.members) - 4} more" if len(one.members) > 4 else ""
        yield f"  could be one: {one.name} ({names}{more}) {one.path}:{one.line}"


def _machines(survey: Survey) -> Iterator[str]:
    rows = survey.rows(StateMachine)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    yield f"{_kinds('state machine', sure)}{_unsure(len(rows) - len(sure))}"
    largest = sorted(sure, key=lambda row: (-len(row.transitions), row.path, row.line))[:INVENTORIED]
    for one in largest:
        states, moves = _count(len(one.states), "state"), _count(len(one.transitions), "transition")
        yield f"  {one.name}: {states}, {moves} {one.path}:{one.line}"


def _persistences(survey: Survey) -> Iterator[str]:
    rows = survey.rows(StatePersistence)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    ways = Counter(row.write.replace("_", " ") for row in sure if row.write)
    how = f" ({', '.join(f'{count} {way}' for way, count in ways.most_common())})" if ways else ""
    yield f"{_count(len(sure), 'saved state')}{how}{_unsure(len(rows) - len(sure))}"


def _roles(survey: Survey) -> Iterator[str]:
    for role, count in sorted(Counter(row.kind for row in survey.rows(CustomRole)).items()):
        yield f"{role}: {count:,}"


def _kinds(noun: str, rows: Sequence[Component]) -> str:
    counted = Counter(row.subkind for row in rows).most_common()
    kinds = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in counted)
    return f"{_count(len(rows), noun)}{f': {kinds}' if kinds else ''}"


def _unsure(count: int) -> str:
    return f" ({count:,} more unsure)" if count else ""


def _cycles(survey: Survey, width: int) -> Iterator[str]:
    if Cycle not in survey.leaves.tables.values():
        return
    cycles = sorted(survey.rows(Cycle), key=lambda one: (-one.impact, one.modules))
    if cycles:
        yield _title("Import cycles, by impact", len(cycles), "yellow")
    for cycle in cycles[:SHOWN]:
        yield from _cycle(cycle, width)
    yield from _more(len(cycles), f'`overhaul query "SELECT * FROM {table_name(Cycle)}"` lists them')


def _cycle(cycle: Cycle, width: int) -> Iterator[str]:
    size = f"{_count(len(cycle.modules), 'module')}, {_count(cycle.edges, 'import')}, impact {cycle.impact:,.0f}"
    yield f"  {click.style(cycle.effect, fg=COLOURS[cycle.effect], bold=True)}: {size}\n"
    more = f" and {len(cycle.modules) - MODULES} more" if len(cycle.modules) > MODULES else ""
    yield from _wrapped(", ".join(map(printable, cycle.modules[:MODULES])) + more, width, "    ")
    if cycle.witness is not None and cycle.effect in ("fatal", "order-dependent"):
        witness = cycle.witness
        yield from _wrapped(
            f"fails when imported in this order: {' > '.join(map(printable, witness.order))}", width, "    "
        )
        yield from _wrapped(
            f"at {printable(witness.path)}:{witness.line}: {printable(witness.source)} does not have "
            f"{printable(witness.name)} yet", width, "    ",
        )  # fmt: skip
    for cut in cycle.cuts[:MODULES]:
        names = f" ({', '.join(map(printable, cut.names[:MODULES]))})" if cut.names else ""
        yield from _wrapped(
            f"cut {printable(cut.importer)}:{cut.line} -> {printable(cut.imported)}{names}: {WAYS[cut.way]}",
            width,
            "    ",
        )
    if len(cycle.cuts) > MODULES:
        yield f"    and {_count(len(cycle.cuts) - MODULES, 'more cut')}\n"


def _tables(survey: Survey, width: int) -> Iterator[str]:
    counts = [f"{name} {count:,}" for name, count in survey.counts().items()]
    if counts:
        yield "\n" + click.style("Tables", bold=True) + "\n"
        yield from _wrapped(", ".join(counts), width, "  ")


def _next(survey: Survey) -> str:
    """What to do with it, on one line."""
    if survey.findings:
        worst = min(survey.findings, key=lambda one: SEVERITIES.index(one.severity)).rule
        whole = next((name for name in ("html", "json") if name in survey.leaves.reports), "json")
        return f"Next: `overhaul explain {printable(worst)}`, or all of it with `overhaul audit --report {whole}`."
    return "No findings. Next: `overhaul query --tables` lists what can be asked, `overhaul explain` what is looked at."


def _entry(place: str, message: str, width: int) -> Iterator[str]:
    """`  place  message`, wrapped below itself; the place is never broken, so that editors can follow it."""
    lines = textwrap.wrap(printable(message), max(30, width - 6), break_on_hyphens=False) or [""]
    if len(lines) == 1 and len(place) + len(lines[0]) + 4 <= width:
        yield f"  {click.style(place, bold=True)}  {lines[0]}\n"
        return
    yield f"  {click.style(place, bold=True)}\n"
    yield from (f"      {line}\n" for line in lines)


def _wrapped(text: str, width: int, indent: str) -> Iterator[str]:
    for line in textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield f"{line}\n"


def _title(text: str, count: int, colour: str) -> str:
    return f"\n{click.style(text, fg=colour, bold=True)} ({count:,})\n"


def _more(count: int, how: str) -> Iterator[str]:
    if count > SHOWN:
        yield f"  and {count - SHOWN:,} more: {how}\n"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
