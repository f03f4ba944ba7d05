"""What a maintainer wants to see first, on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

import click

from overhaul.facts import Cycle
from overhaul.findings import SEVERITIES, Finding
from overhaul.leaves import Report, table_name
from overhaul.listing import columns
from overhaul.printable import printable
from overhaul.redundancy import ChangeHistory, Hotspot
from overhaul.sections import rows_of
from overhaul.summary import count, summary
from overhaul.survey import Survey

SHOWN: Final = 10
"""Findings of one rule, failures, and cycles that are listed before the rest is only counted."""
MODULES: Final = 6
"""Modules of a cycle that are named."""
CHANGED: Final = 5
"""New rows of a table, and gone ones, that are named."""
HOTSPOTS: Final = 5
"""Hotspots that are listed."""
COLOURS: Final = {
    "error": "red", "warning": "yellow", "note": "blue",
    "worse": "red", "better": "green",
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
    listed, `json` and `html` have them all. Findings that are in the baseline are counted and not listed. `overhaul
    check` lists the new ones with the lines that they are about.
    """
    width = columns()
    yield from _header(survey)
    yield from _since(survey, width)
    yield from _failures(survey, width)
    yield from _inventory(survey, width)
    yield from _findings(survey.findings, width)
    yield from _cycles(survey, width)
    yield from _hotspots(survey, width)
    yield from _tables(survey, width)
    yield "\n"
    yield from _wrapped(_next(survey), width, "")


def _header(survey: Survey) -> Iterator[str]:
    yield click.style(printable(str(survey.root)), bold=True) + "\n"
    yield (
        f"{count(survey.files, 'file')}, {count(survey.lines, 'line')}, "
        f"{count(len(survey.layout.modules), 'module')}, {count(len(survey.findings), 'finding')}\n"
    )
    verdict = survey.verdict
    if verdict.baseline or verdict.since or verdict.suppressed:
        yield f"{verdict.sentence}\n"


def _since(survey: Survey, width: int) -> Iterator[str]:
    """What has changed since the report that was named with `--compare`."""
    if (comparison := survey.comparison) is None:
        return
    yield "\n" + click.style(f"Since {printable(comparison.since)}", bold=True) + "\n"
    for note in comparison.notes:
        yield from _wrapped(printable(note), width, "  ")
    if comparison.unchanged:
        yield f"  {comparison.unchanged}\n"
    for figure in comparison.figures:
        if figure.before is not None and figure.after is not None and figure.changed:
            change = f"{figure.before:,.10g} -> {figure.after:,.10g} ({figure.after - figure.before:+,.6g})"
            name = f"{printable(figure.name.replace('_', ' ')):<30}"
            yield f"  {click.style(f'{figure.verdict:<6}', fg=COLOURS.get(figure.verdict))}  {name}  {change}\n"
    for one in comparison.turnovers:
        table = printable(one.table.replace("_", " "))
        for what, number, names in (
            ("new", one.new, one.new_names), ("gone", one.gone, one.gone_names),
            ("changed", one.changed, one.changed_names),
        ):  # fmt: skip
            if number:
                more = f" and {number - CHANGED:,} more" if number > CHANGED else ""
                shown = printable("; ".join(names[:CHANGED]))
                yield from _wrapped(f"{table}: {number:,} {what}: {shown}{more}", width, "  ")


def _failures(survey: Survey, width: int) -> Iterator[str]:
    if not survey.failures:
        return
    yield _title("Not analysed", len(survey.failures), "red")
    for failure in survey.failures[:SHOWN]:
        yield from _entry(printable(failure.path), f"{failure.stage}: {failure.reason}", width)
    yield from _more(len(survey.failures), '`overhaul query "SELECT * FROM failures"` lists them')


def _findings(findings: Sequence[Finding], width: int) -> Iterator[str]:
    """By rule, the most severe first, then the most frequent; those that are inherited are only counted."""
    by_rule = [
        (rule, list(group))
        for rule, group in groupby(
            sorted(findings, key=lambda one: (one.rule, one.path, one.line)), lambda one: one.rule
        )
    ]
    for rule, group in sorted(by_rule, key=lambda item: (_rank(item[1]), -len(item[1]), item[0])):
        severity = SEVERITIES[_rank(group)]
        new = [one for one in group if one.status == "new"]
        inherited = f"{len(group) - len(new):,} inherited" if len(new) < len(group) else ""
        yield _title(f"{severity} {printable(rule)}", len(new), COLOURS[severity], inherited)
        for one in sorted(new, key=lambda one: SEVERITIES.index(one.severity))[:SHOWN]:
            yield from _entry(f"{printable(one.path)}:{one.line}", one.message, width)
        yield from _more(len(new), f"`overhaul explain {printable(rule)}` says why and what instead")


def _rank(group: Iterable[Finding]) -> int:
    return min(SEVERITIES.index(one.severity) for one in group)


def _inventory(survey: Survey, width: int) -> Iterator[str]:
    """How many there are of each kind, what is pretended or said twice, and what could be one."""
    lines = list(summary(survey))
    if lines:
        yield "\n" + click.style("Inventory", bold=True) + "\n"
    for line in lines:
        yield from _wrapped(printable(line), width, "  ")


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
    size = f"{count(len(cycle.modules), 'module')}, {count(cycle.edges, 'import')}, impact {cycle.impact:,.0f}"
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
        yield f"    and {count(len(cycle.cuts) - MODULES, 'more cut')}\n"


def _hotspots(survey: Survey, width: int) -> Iterator[str]:
    """Where changes are dear; where there is a repository without a history that can be read, why there are none."""
    rows = rows_of(survey, Hotspot) or ()
    if rows:
        yield _title("Change hotspots: complex, often changed, imported by many", len(rows), "yellow")
        for one in rows[:HOTSPOTS]:
            figures = f"complexity {one.complexity:,}, {count(one.changes, 'change')}, {count(one.fan_in, 'importer')}"
            yield from _entry(f"{printable(one.path)}:{one.line}", f"{figures}; most complex: {one.name}", width)
    notes = [printable(read.note) for read in rows_of(survey, ChangeHistory) or () if read.head and read.note]
    for note in notes:
        yield f"  {note}\n" if rows else f"\nNo change hotspots: {note}\n"


def _tables(survey: Survey, width: int) -> Iterator[str]:
    # A name stays with its number: textwrap does not break at this space.
    counts = [f"{name}\N{NO-BREAK SPACE}{number:,}" for name, number in survey.counts().items()]
    if counts:
        yield "\n" + click.style("Tables", bold=True) + "\n"
        for line in _wrapped(", ".join(counts), width, "  "):
            yield line.replace("\N{NO-BREAK SPACE}", " ")


def _next(survey: Survey) -> str:
    """What to do with it, on one line."""
    if survey.findings:
        worst = min(survey.verdict.new or survey.findings, key=lambda one: SEVERITIES.index(one.severity)).rule
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
    """The text in lines; what it is indented by itself, its further lines are too."""
    deeper = " " * (len(text) - len(text.lstrip(" ")) + 2)
    for line in textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + deeper,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield f"{line}\n"


def _title(text: str, count: int, colour: str, inherited: str = "") -> str:
    counted = f"{count:,} new, {inherited}" if count and inherited else inherited or f"{count:,}"
    return f"\n{click.style(text, fg=colour, bold=True)} ({counted})\n"


def _more(count: int, how: str) -> Iterator[str]:
    if count > SHOWN:
        yield f"  and {count - SHOWN:,} more: {how}\n"
