"""How `overhaul perf` tells what it has found: lines for people, JSON for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from overhaul.heat.rows import Bottleneck, ranked, share_of
from overhaul.printable import printable
from overhaul.profiles.compare import Change
from overhaul.profiles.matrix import Cause, Matrix, Row
from overhaul.profiles.verdict import Evidence


class _MatrixJson(msgspec.Struct, frozen=True):
    schema: str
    version: int
    sources: tuple[Evidence, ...]
    components: tuple[Row, ...]
    rest: float
    own: float
    notes: tuple[str, ...]


class _ChangesJson(msgspec.Struct, frozen=True):
    schema: str
    version: int
    baseline: str
    tolerance: float
    changes: tuple[Change, ...]


def matrix_json(matrix: Matrix, sources: tuple[Evidence, ...]) -> bytes:
    """The decision matrix as JSON; the fields are those of Row."""
    told = _MatrixJson(
        "overhaul perf report", 1, sources, matrix.rows, round(matrix.rest, 4), round(matrix.own, 4), matrix.notes
    )
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def changes_json(name: str, changes: tuple[Change, ...], tolerance: float) -> bytes:
    """What has changed as JSON; the fields are those of Change."""
    told = _ChangesJson("overhaul perf compare", 1, name, tolerance, changes)
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def matrix_lines(matrix: Matrix, sources: Sequence[Evidence], places: int) -> Iterator[str]:
    """The decision matrix, a line each component, then why."""
    formats = ", ".join(sorted({one.format for one in sources}))
    yield f"{len(sources)} {'file' if len(sources) == 1 else 'files'}: {formats}"
    yield ""
    rows = [("component", "share", "95% interval", "threshold", "answer")]
    rows += [_cells(row) for row in matrix.rows]
    rows.append(("the rest", percent(matrix.rest), "", "", ""))
    yield from _aligned(rows)
    for row in matrix.rows:
        if row.share or row.answer == "implement":
            yield ""
            yield from _about(row, places)
    for note in matrix.notes:
        yield ""
        yield f"Note: {note}."


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    interval = f"{percent(row.low)} to {percent(row.high)}{', assumed' if row.basis == 'one run' else ''}"
    answer: str = row.answer or "listed only"
    if row.answer == "implement":
        answer = f"implement ({row.priority})"
    threshold = percent(row.threshold) if row.threshold else "-"
    return printable(row.component), percent(row.share), interval, threshold, answer


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _about(row: Row, places: int) -> Iterator[str]:
    name = printable(row.component)
    advice = f": {printable(row.advice)}" if row.advice and row.answer == "implement" else ""
    yield f"{name}: {row.answer or 'listed only'}{advice}"
    if len(row.runs) > 1:
        yield f"    in each run {', '.join(map(percent, row.runs))}"
    if row.inclusive is not None and row.inclusive - row.share > 0.01:
        yield f"    {percent(row.inclusive)} with what other components do below it"
    if row.by_text > 0.0005:
        yield f"    {percent(row.by_text)} known by the text of lines alone"
    for cause in row.causes[:places]:
        yield f"    {percent(cause.share).rjust(6)}  {_place(cause)}"
    if len(row.causes) > places > 0:
        rest = sum(cause.share for cause in row.causes[places:])
        yield f"    {percent(rest).rjust(6)}  at {len(row.causes) - places} more places"


def _place(cause: Cause) -> str:
    function = printable(cause.function)
    if not cause.path:
        return f"{function}, outside of the project"
    where = f"{printable(cause.path)}:{cause.line}" if cause.line else printable(cause.path)
    return f"{where} in {function}" if cause.exact else f"{where} {function}, somewhere in it"


def changes_lines(changes: Sequence[Change], tolerance: float) -> Iterator[str]:
    """What has changed, a line each, and what would tell where nothing can be told."""
    rows = [("", "before", "now", "ratio", "95% interval", "answer")]
    rows += [
        (
            printable(one.name), seconds(one.before), seconds(one.after), _ratio(one.ratio),
            "" if one.low is None or one.high is None else f"{_ratio(one.low)} to {_ratio(one.high)}", one.outcome,
        )
        for one in changes
    ]  # fmt: skip
    yield from _aligned(rows)
    yield ""
    yield f"slower: surely more than {percent(tolerance)} longer; same: surely within {percent(tolerance)}"
    yield from _unsure(changes)


def _unsure(changes: Iterable[Change]) -> Iterator[str]:
    """What would tell, for those of which nothing can be told; together where it is the same."""
    alike: dict[str, list[str]] = {}
    for one in changes:
        if one.outcome == "cannot tell":
            alike.setdefault(_remedy(one), []).append(printable(one.name))
    for remedy, names in alike.items():
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        yield f"cannot tell: {', '.join(names[:5])}{more}: {remedy}"


def _remedy(one: Change) -> str:
    before, after = one.values
    if one.basis == "rounds":
        return "rounds within one process say little about the next: give the files of 4 runs or more, before and now"
    if one.needed is None:
        return "the difference is about the tolerance itself: no number of runs would tell"
    return f"{before} before and {after} now are too few: about {one.needed} runs, before and now, would tell"


def percent(part: float) -> str:
    """A part as `12.3%`, of `40%` without the zero."""
    return f"{part * 100:.1f}".removesuffix(".0") + "%"


def seconds(value: float | None) -> str:
    """A duration with the unit that suits it."""
    if value is None:
        return "-"
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if value >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def bottleneck_lines(
    rows: Iterable[Bottleneck], shares: Mapping[tuple[str, str], float], most: int
) -> Iterator[str]:
    """Bottlenecks in the order in which a profile says that they are worth a look, at most so many, a line each."""
    known = ranked(rows, shares)
    if not known:
        yield "The code has no place that is known to cost time out of proportion."
        return
    for row in known[:most]:
        share = share_of(row, shares)
        seen = f"{share:6.1%}" if share is not None else "unseen"
        yield printable(f"{seen}  rank {row.rank}  {row.path}:{row.line}: {row.kind}: {row.message}")
    if len(known) > most:
        yield f"and {len(known) - most:,} more (--most N shows them)"
