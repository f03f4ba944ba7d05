"""Links to rows of the tables: `managers:shop.app.TradingApp`, and what is to be seen there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final, get_args

import msgspec

from overhaul.deciding.model import Seen, Value
from overhaul.errors import UnknownName, UsageError, did_you_mean
from overhaul.facts import Row
from overhaul.patterns import regex
from overhaul.printable import printable
from overhaul.survey import Survey

MOST: Final = 200
"""Rows that one link may lead to."""
_LONGEST: Final = 50
"""Names in a field; of more only the number is kept."""
_LINK: Final = regex(r"([a-z][a-z0-9_]*):([^#]+)(?:#([a-z0-9_, -]+))?")
_ASIDE: Final = frozenset({
    "kind", "name", "module", "path", "line", "end", "column", "evidence", "because", "message", "purpose", "title",
    "why", "identity", "dotted",
})  # fmt: skip
"""Fields that say where a row stands, what it is called, or what it is in words: they change with every edit."""


class Link(msgspec.Struct, frozen=True):
    """A link, taken apart."""

    table: str
    key: str
    """What the row is called, or a pattern of it."""
    fields: tuple[str, ...] = ()
    """Those that count; () for all that do not change with every edit."""


def link_of(text: str) -> Link | None:
    """A link taken apart; None for what is none."""
    found = _LINK.fullmatch(text.strip())
    if found is None:
        return None
    fields = tuple(one.strip() for one in (found[3] or "").split(",") if one.strip())
    return Link(found[1], found[2].strip(), fields)


def looked_up(link: Link, text: str, survey: Survey) -> Seen:
    """What is there to be seen now; no rows where none is there any more.

    Raises UnknownName for a table or field that there is not, and UsageError for too many rows.
    """
    kind = _kind(link.table, survey)
    names = {field.encode_name: field.name for field in msgspec.structs.fields(kind)}
    for one in link.fields:
        if one not in names:
            raise UnknownName(f"field of {link.table}", one, names)
    found: dict[str, dict[str, Value]] = {}
    for module, row in rows_of(link, survey):
        called = printable(_called(row, module))
        times = sum(one == called or one.startswith(f"{called} (") for one in found)
        found[f"{called} ({times + 1})" if times else called] = dict(_fields(row, names, link.fields))
        if len(found) > MOST:
            raise UsageError(f"{text}: leads to more than {MOST} rows: write an expression, count({link.table}) <= N")
    return Seen(link=text, rows=dict(sorted(found.items())))


def nearest(link: Link, survey: Survey) -> str:
    """What somebody may have meant whose link leads to no row."""
    known = {one for module, row in _rows(link.table, survey) for one in (_called(row, module),)}
    return did_you_mean(link.key, known) if len(known) <= MOST else f"overhaul query 'SELECT * FROM {link.table}'"


def rows_of(link: Link, survey: Survey) -> Iterator[tuple[str, Row]]:
    """The rows that a link leads to, each with its module. Raises UnknownName for a table that there is not."""
    for module, row in _rows(link.table, survey):
        if any(one == link.key or fnmatchcase(one, link.key) for one in _aliases(row, module)):
            yield module, row


def _rows(table: str, survey: Survey) -> Iterator[tuple[str, Row]]:
    _kind(table, survey)
    for _, _, parts in survey.tables({table}):
        for module, rows in parts:
            for row in rows:
                own: object = getattr(row, "module", "")
                yield own if isinstance(own, str) and own else module, row


def _kind(table: str, survey: Survey) -> type[Row]:
    kind = survey.leaves.tables.get(table)
    if kind is None:
        raise UnknownName("table", table, survey.leaves.tables)
    return kind


def _aliases(row: Row, module: str) -> Iterator[str]:
    """All that a row may be called."""
    dotted, name = _dotted(row, module), getattr(row, "name", "")
    yield from (one for one in (dotted, name, module) if isinstance(one, str) and one)
    for key in ("identity", "group", "path", "function", "holder", "first"):
        value: object = getattr(row, key, "")
        if isinstance(value, str) and value:
            yield value


def _called(row: Row, module: str) -> str:
    """What a row is called in a record: its identity if it has one, else its dotted name, else what it is made of."""
    identity: object = getattr(row, "identity", "")
    if isinstance(identity, str) and identity:
        return identity
    if dotted := _dotted(row, module):
        return dotted
    names = [
        value for field in msgspec.structs.fields(type(row))
        if field.name not in ("path", "kind") and isinstance(value := getattr(row, field.name), str) and value
    ]  # fmt: skip
    path: object = getattr(row, "path", "")
    return " ".join(names[:3]) or (path if isinstance(path, str) else "") or type(row).__name__


def _dotted(row: Row, module: str) -> str:
    name: object = getattr(row, "name", "")
    return ".".join(one for one in (module, name) if isinstance(one, str) and one) if name else ""


def _fields(row: Row, names: Mapping[str, str], wanted: tuple[str, ...]) -> Iterator[tuple[str, Value]]:
    # Of a list that is empty only its type says what would be in it.
    places = {
        field.encode_name for field in msgspec.structs.fields(type(row))
        if any(isinstance(one, type) and issubclass(one, msgspec.Struct) for one in get_args(field.type))
    }  # fmt: skip
    for key, name in names.items():
        value: object = getattr(row, name)
        if wanted:
            if key in wanted:
                yield key, len(value) if isinstance(value, tuple) and key in places else _value(value)  # pyright: ignore[reportUnknownArgumentType]
        elif name not in _ASIDE and not name.endswith(("_line", "_path")) and key not in places and _plain(value):
            yield key, _value(value)


def _plain(value: object) -> bool:
    """Whether a value says something by itself, and is no list of places."""
    if isinstance(value, tuple):
        return all(isinstance(one, str) for one in value)  # pyright: ignore[reportUnknownVariableType]
    return value is None or isinstance(value, bool | int | float | str)


def _value(value: object) -> Value:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, tuple):
        if _plain(value) and len(value) <= _LONGEST:  # pyright: ignore[reportUnknownArgumentType]
            return tuple(printable(str(one)) for one in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return len(value)  # pyright: ignore[reportUnknownArgumentType]
    return "none" if value is None else str(value)


def told(value: Value) -> str:
    """A value on one line."""
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value) if value != "" else '""'


def differences(before: Seen, now: Seen) -> Iterator[str]:
    """What is different at the rows of a link, a line each: what has gone or come, and which values are others."""
    for called, fields in before.rows.items():
        if called not in now.rows:
            yield f"{called} is gone"
            continue
        there = now.rows[called]
        for key, value in fields.items():
            if key not in there:
                yield f"{called}: {key} was {told(value)}, and there is no such field any more"
            elif told(there[key]) != told(value):
                yield f"{called}: {key}: {told(value)} \N{RIGHTWARDS ARROW} {told(there[key])}"
    for called in now.rows:
        if called not in before.rows:
            yield f"{called} has come"
