"""The tables as SQL: SQLite in memory, read only, filled with just the columns that a statement reads."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from overhaul.commands.report_schema import PLACE, own_name
from overhaul.errors import QueryError, did_you_mean
from overhaul.facts import Row
from overhaul.files.discovery import Failure
from overhaul.findings import Finding
from overhaul.leaves import Leaves
from overhaul.printable import printable
from overhaul.survey import Survey

Value = None | bool | int | float | str | bytes
_ALLOWED: Final = {
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE,
}  # fmt: skip
_FORBIDDEN_FUNCTIONS: Final = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}
_WIDEST: Final = 80
"""Characters of a value that the table format shows, but in the last column; json and csv give it whole."""
_LARGEST: Final = 2**63
_INSTRUCTIONS: Final = 10_000
"""Virtual machine instructions between two chances for Ctrl-C."""


class Answer(msgspec.Struct, frozen=True):
    """The rows that a statement gives, under the names of its columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]


class Table(msgspec.Struct, frozen=True):
    """A table as SQL sees it."""

    name: str
    row: type[Row | Failure]
    facts: bool
    """Rows of facts are given the `module` and `path` they were found in as first columns."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields of its rows."""
        return tuple(field.encode_name for field in msgspec.structs.fields(self.row))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return (*PLACE, *map(own_name, self.fields)) if self.facts else self.fields


def tables_of(leaves: Leaves) -> dict[str, Table]:
    """Every table there is by name; findings and failures are tables too."""
    facts = {leaf.fills for leaf in leaves.collectors.values()}
    found = [Table(name, row, row in facts) for name, row in leaves.tables.items()]
    found += [Table("failures", Failure, False), Table("findings", Finding, False)]
    return {table.name: table for table in sorted(found, key=lambda table: table.name)}


def answer(survey: Survey, sql: str) -> Answer:
    """What one SELECT statement gives. Values that are neither text nor numbers are JSON text; booleans are 0 and 1.

    Raises QueryError, with the nearest names, for what SQLite refuses and for anything but reading.
    """
    tables = tables_of(survey.leaves)
    base = sqlite3.connect(":memory:", isolation_level=None)
    try:
        # Virtual tables are made on first use, which the guard would forbid.
        base.executescript("".join(map(_created, tables.values())) + "SELECT 1 FROM json_each('[]'), json_tree('[]');")
        for name, columns in _read(base, sql, tables).items():
            _fill(base, tables[name], columns, survey)
        base.set_authorizer(_Guard())
        # A statement may run for ever (a recursive one); Python sees Ctrl-C only when SQLite calls back.
        base.set_progress_handler(lambda: 0, _INSTRUCTIONS)
        cursor = base.execute(sql)
        if cursor.description is None:
            raise QueryError("that statement gives no rows: ask with SELECT")
        return Answer(tuple(column[0] for column in cursor.description), cursor.fetchall())
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        if str(error) == "interrupted":
            raise KeyboardInterrupt from error
        raise QueryError(_explained(str(error), tables)) from error
    finally:
        base.close()


def list_tables(survey: Survey) -> Answer:
    """The tables with their numbers of rows and their columns."""
    counts = {**survey.counts(), "failures": len(survey.failures), "findings": len(survey.findings)}
    rows: list[tuple[Value, ...]] = [
        (name, counts[name], ", ".join(table.columns)) for name, table in tables_of(survey.leaves).items()
    ]
    return Answer(("table", "rows", "columns"), rows)


def written(result: Answer, form: str) -> Iterator[str]:
    """The answer as `table`, `json` (a list of objects) or `csv`."""
    match form:
        case "json":
            names = _distinct(result.columns)
            yield "["
            for number, row in enumerate(result.rows):
                values = {
                    name: value.hex() if isinstance(value, bytes) else value
                    for name, value in zip(names, row, strict=True)
                }
                yield ("\n" if number == 0 else ",\n") + msgspec.json.encode(values).decode()
            yield "\n]\n"
        case "csv":
            buffer = io.StringIO(newline="")
            writer = csv.writer(buffer, lineterminator="\n")
            for line in (result.columns, *result.rows):
                writer.writerow(line)
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        case _:
            yield from _aligned(result)


class _Guard:
    """SQLite's authorizer: reading is allowed, and nothing else. Notes which columns are read."""

    def __init__(self) -> None:
        self.read: dict[str, set[str]] = {}

    def __call__(self, action: int, first: str | None, second: str | None, base: str | None, inner: str | None) -> int:
        if action not in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and second in _FORBIDDEN_FUNCTIONS):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and first is not None:
            self.read.setdefault(first, set()).add(second or "")
        return sqlite3.SQLITE_OK


def _read(base: sqlite3.Connection, sql: str, tables: dict[str, Table]) -> dict[str, set[str]]:
    """The tables that a statement reads, with the columns: SQLite compiles it against empty ones, and says."""
    guard = _Guard()
    base.set_authorizer(guard)
    try:
        base.execute(f"EXPLAIN {sql}").close()
    finally:
        base.set_authorizer(None)
    return {name: columns for name, columns in guard.read.items() if name in tables}


def _created(table: Table) -> str:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    return f'CREATE TABLE "{table.name}" ({columns});\n'


def _fill(base: sqlite3.Connection, table: Table, wanted: set[str], survey: Survey) -> None:
    """Load the wanted columns of a table; the others, which nothing reads, stay NULL."""
    marks = ", ".join("?" * len(table.columns))
    base.execute("BEGIN")
    base.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', _tuples(table, wanted, survey))
    base.execute("COMMIT")


def _tuples(table: Table, wanted: set[str], survey: Survey) -> Iterator[list[Value]]:
    getters = [(field, own_name(field) if table.facts else field) for field in table.fields]
    read = [field if column in wanted else None for field, column in getters]
    for module, rows in _groups(table, survey):
        start: list[Value] = [module, survey.place(module)] if module else []
        for row in rows:
            yield [*start, *(None if field is None else _value(getattr(row, field)) for field in read)]


def _groups(table: Table, survey: Survey) -> Iterable[tuple[str, Sequence[Row | Failure]]]:
    if table.row is Finding:
        return [("", survey.findings)]
    if not issubclass(table.row, Row):
        return [("", survey.failures)]
    if table.facts:
        return survey.facts(table.row).stream()
    return [("", survey.rows(table.row))]


def _value(value: object) -> Value:
    """What SQLite can hold of it."""
    if isinstance(value, str | float | None):
        return value
    if isinstance(value, int):
        return value if -_LARGEST <= value < _LARGEST else str(value)
    return msgspec.json.encode(value).decode()


def _explained(message: str, tables: dict[str, Table]) -> str:
    """SQLite's words, and what to write instead."""
    if missing := re.search(r"no such table: (?:main\.)?(.+)", message):
        return f"{message}: {did_you_mean(missing[1], tables)}; `overhaul query --tables` lists the columns"
    if missing := re.search(r"no such column: (?:.*\.)?(.+)", message):
        columns = {column for table in tables.values() for column in table.columns}
        near = did_you_mean(missing[1], columns)
        return f"{message}: {near if near.startswith('did') else 'see `overhaul query --tables`'}"
    if any(words in message for words in ("not authorized", "authorization denied", "prohibited", "one statement")):
        return "only reading is allowed: ask with one SELECT statement"
    return f"{message}: known tables are {', '.join(tables)}"


def _distinct(columns: Sequence[str]) -> list[str]:
    """Column names that a JSON object can have beside each other."""
    names: list[str] = []
    for column in columns:
        name, number = column, 1
        while name in names:
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _aligned(result: Answer) -> Iterator[str]:
    """Columns below their names, numbers to the right."""
    last = len(result.columns) - 1
    cells = [[_cell(value, whole=place == last) for place, value in enumerate(row)] for row in result.rows]
    widths = [min(_WIDEST, max(map(len, column))) for column in zip(result.columns, *cells, strict=True)]
    numeric = [
        bool(result.rows) and all(isinstance(value, int | float | None) for value in column)
        for column in (zip(*result.rows, strict=True) if result.rows else [() for _ in widths])
    ]
    pads: list[Callable[[str, int], str]] = [str.rjust if number else str.ljust for number in numeric]
    for line in (list(result.columns), ["-" * width for width in widths], *cells):
        yield "  ".join(pad(cell, width) for pad, cell, width in zip(pads, line, widths, strict=True)).rstrip() + "\n"
    yield f"({len(result.rows):,} row{'' if len(result.rows) == 1 else 's'})\n"


def _cell(value: Value, *, whole: bool) -> str:
    """A value on one line; `whole` where nothing stands behind it."""
    text = "" if value is None else printable(str(value))
    return text if whole or len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
