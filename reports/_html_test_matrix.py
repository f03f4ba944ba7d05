"""The test matrix: which kinds of tests cover each component."""

from __future__ import annotations

from collections import Counter
from typing import Final

from overhaul.covering.rows import KINDS, Coverage, KindedTest, MeasuredFile, TestKind
from overhaul.sections import Column, Grid, Grids, Line, Section, anchor, bad, good, rows_of, short
from overhaul.survey import Survey

LIMIT: Final = 1500
_PER_KIND: Final = 3


@Section("Test matrix", order=29)
def test_matrix(survey: Survey) -> Grids | None:
    """Who tests each manager, cache, state machine and member of a custom role, by kinds of tests."""
    rows = rows_of(survey, Coverage)
    tests = rows_of(survey, KindedTest)
    if not rows or not tests:
        return None
    cells: dict[tuple[str, str], dict[TestKind, Coverage]] = {}
    for row in rows:
        cells.setdefault((row.role, row.component), {})[row.kind] = row
    counts = Counter(test.kind for test in tests)
    told = ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS if counts[kind])
    least = sorted(cells.items(), key=lambda item: (sum(one.covered for one in item[1].values()), item[0]))
    return Grids(
        f"{len(tests):,} tests ({told}) and the {len(cells):,} components that they cover, those with the fewest kinds "
        f"of tests first.{_data(survey)}",
        (
            Grid(
                id="test-matrix-all", caption="Components by kinds of tests", shown=40,
                columns=(
                    Column("Role", "word", choose=True), Column("Component", "code"), Column("Place", "place"),
                    Column("Unit", "mark"), Column("Integration", "mark"), Column("System", "mark"),
                    Column("Performance", "mark"), Column("Statements run"), Column("Who, and what says so", "folded"),
                ),
                lines=tuple(_line(role, component, of) for (role, component), of in least[:LIMIT]),
                total=len(cells), rest='overhaul query "SELECT * FROM coverages"',
            ),
        ),
    )  # fmt: skip


def _line(role: str, component: str, of: dict[TestKind, Coverage]) -> Line:
    first = of["unit"]
    ran = "" if first.statements is None else f"{first.ran} of {first.statements}{' (stale)' if first.stale else ''}"
    facts = [
        short(f"{kind}: {one.test} ({one.why})", 260) for kind in KINDS for one in of[kind].testers[:_PER_KIND]
    ]  # fmt: skip
    if first.imported:
        facts.append(short(f"imported, and not used, by {', '.join(first.imported)}", 260))
    return Line(
        (
            role.replace("_", " "), component, f"{first.path}:{first.line}", *(_mark(of[kind]) for kind in KINDS),
            ran, "\n".join(facts),
        ),
        anchor("coverage", role, component),
    )  # fmt: skip


def _mark(cell: Coverage) -> str:
    if cell.tests:
        return good(f"{cell.tests:,}")
    if cell.beside:
        return good(f"{cell.beside:,} beside others")
    if cell.files:
        return good(f"through {cell.files:,} file{'s' if cell.files > 1 else ''}")
    return good("it ran") if cell.covered else bad("none")


def _data(survey: Survey) -> str:
    """What coverage data there is."""
    files = rows_of(survey, MeasuredFile) or ()
    if unread := next((row for row in files if not row.module), None):
        return f" The coverage data {unread.path} cannot be read: {unread.why}."
    stale = sum(row.stale for row in files)
    more = f", of which {stale:,} have changed since" if stale else ""
    return f" Coverage data is there of {len(files):,} files{more}." if files else ""
