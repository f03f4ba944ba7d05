"""Modules where changes are dear, by the git history, with a picture of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from overhaul.drawing.figure import Figure
from overhaul.drawing.treemap import File, treemap
from overhaul.facts import Metric
from overhaul.inventory import testing
from overhaul.redundancy import ChangeHistory, FileChange, Hotspot
from overhaul.sections import Column, Grid, Line, Section, anchor, rows_of
from overhaul.summary import count
from overhaul.survey import Survey

LIMIT: Final = 500


class Hotspots(msgspec.Struct, frozen=True):
    """The files by size and by how dear they are to change, and the worst of them."""

    lead: str
    figure: Figure | None
    files: int
    counted: bool
    """Changes were counted; else complexity stands alone."""
    text: str
    """What can be seen, for those who do not."""
    grid: Grid | None


@Section("Change hotspots", order=48)
def hotspots(survey: Survey) -> Hotspots | None:
    """Modules that are complex, change often, and are imported by many."""
    rows = rows_of(survey, Hotspot)
    histories = rows_of(survey, ChangeHistory)
    files = _files(survey, rows or ())
    if not files and (rows is None or not histories):
        return None
    counted = any(change.changes for change in rows_of(survey, FileChange) or ())
    first = sorted(files, key=lambda file: (-file.weight, file.module))[:5]
    text = f"{count(len(files), 'file')}; the darkest are " + ", ".join(file.title for file in first) + "."
    return Hotspots(
        _lead(histories[0] if histories else None), treemap(files) if len(files) > 2 else None, len(files), counted,
        text, _grid(rows) if rows else None,
    )  # fmt: skip


def _lead(read: ChangeHistory | None) -> str:
    if read is None:
        return "Nobody counted changes in this run."
    if not read.commits:
        return f"Changes were not counted: {read.note}."
    note = f" ({read.note})" if read.note else ""
    return (
        "Modules not below the middle in complexity, changes and importers, the worst first; the score is "
        f"the geometric mean of the three percentile ranks. Read were {count(read.commits, 'commit')} by "
        f"{count(read.authors, 'author')}, from {read.since} to {read.until}{note}; merges are not counted, and tests "
        "are left out."
    )


def _files(survey: Survey, hot: Sequence[Hotspot]) -> list[File]:
    """What the picture is made of; without a history each file counts as changed once."""
    if Metric not in survey.leaves.tables.values():
        return []
    changes = {row.path: row.changes for row in rows_of(survey, FileChange) or ()}
    links = {row.module: anchor("hotspot", row.module) for row in hot[:LIMIT]}
    found: list[File] = []
    for module, rows in survey.facts(Metric).stream():
        path = survey.place(module)
        of = next((row for row in rows if row.kind == "module"), None)
        if of is None or testing(path):
            continue
        times = changes.get(path, 0) if changes else 1
        title = f"{path}: {count(of.loc or 0, 'line')}, complexity {of.complexity}"
        found.append(File(
            module, of.loc or 0, float(of.complexity * times),
            f"{title}, {count(times, 'change')}" if changes else title, links.get(module, ""),
        ))  # fmt: skip
    return found


def _grid(rows: Sequence[Hotspot]) -> Grid:
    return Grid(
        id="hotspots-all", caption="Change hotspots", shown=25,
        columns=(
            Column("Most complex function", "place"), Column("Name", "code"), Column("Score", "number"),
            Column("Complexity", "number"), Column("Changes", "number"), Column("Authors", "number"),
            Column("Imported by", "number"), Column("Last change"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.name, round(row.score, 2), row.complexity, row.changes, row.authors,
                row.fan_in, row.last,
            ), anchor("hotspot", row.module))
            for row in rows[:LIMIT]
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM hotspots"',
    )  # fmt: skip
