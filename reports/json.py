"""Every table as JSON: streamed, sorted, the same bytes on every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from overhaul import __version__
from overhaul.commands.report_schema import SCHEMA, own_name
from overhaul.facts import Row
from overhaul.leaves import Report
from overhaul.survey import Survey
from overhaul.toml import below


@Report
def json(survey: Survey) -> Iterator[bytes]:
    """Tables, findings and failures as one JSON document.

    The keys are `schema` (changes when a consumer must), `version` (of overhaul), `root` (the name of the audited
    folder: no path of the machine), `tables` (name -> rows; `--tables` says which, `check` writes none), `comparison`
    (only with `--compare`), `baseline` and `since` (what findings are inherited from, when there is such a thing),
    `findings` (new and inherited: see their `status`), `suppressed` (by a comment), `fixed` (entries of the baseline
    that no finding fits any more) and `failures`. `docs/report.schema.json` describes it. Rows of facts begin with the
    `module` and `path` they were found in.
    """
    encode = msgspec.json.Encoder().encode
    head = {"schema": SCHEMA, "version": __version__, "root": survey.root.name or "."}
    yield encode(head)[:-1] + b',\n"tables":{'
    separator = b"\n"
    for name, row, groups in survey.tables(survey.told_tables):
        yield separator + encode(name) + b":["
        separator = b",\n"
        yield from _listed(_rows(survey, row, groups, encode))
        yield b"]"
    yield b"}"
    if survey.comparison is not None:
        yield b',\n"comparison":' + encode(survey.comparison)
    verdict = survey.verdict
    baseline = below(Path(verdict.baseline), survey.root) if verdict.baseline else ""
    for key, value in (("baseline", baseline), ("since", verdict.since)):
        if value:
            yield b",\n" + encode(key) + b":" + encode(value)
    lists: tuple[tuple[str, Sequence[object]], ...] = (
        ("findings", verdict.findings), ("suppressed", verdict.suppressed), ("fixed", verdict.fixed),
        ("failures", survey.failures),
    )  # fmt: skip
    for key, rows in lists:
        yield b",\n" + encode(key) + b":["
        yield from _listed(map(encode, rows))
        yield b"]"
    yield b"}\n"


def _listed(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Rows with commas between them, a chunk at a time."""
    chunk: list[bytes] = []
    separator = b"\n"
    for row in rows:
        chunk.append(separator)
        chunk.append(row)
        separator = b",\n"
        if len(chunk) >= 1000:
            yield b"".join(chunk)
            chunk.clear()
    yield b"".join(chunk)


def _rows(
    survey: Survey, row: type[Row], groups: Iterator[tuple[str, Sequence[Row]]], encode: Callable[[object], bytes]
) -> Iterator[bytes]:
    """Encoded rows; those of facts with the place spliced in before the first field."""
    names = [field.encode_name for field in msgspec.structs.fields(row)]
    renamed = any(own_name(name) != name for name in names)
    for module, rows in groups:
        if not module:
            yield from map(encode, rows)
            continue
        start = encode({"module": module, "path": survey.place(module)})[:-1] + b","
        for one in rows:
            if renamed:
                values = {
                    own_name(name): value for name, value in zip(names, msgspec.structs.astuple(one), strict=True)
                }
                yield start + encode(values)[1:]
            else:
                yield start + encode(one)[1:]
