"""What the JSON report looks like, as a JSON Schema made from the row types themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from overhaul.comparison import Comparison
from overhaul.errors import UnknownName
from overhaul.facts import Row
from overhaul.files.discovery import Failure
from overhaul.findings import Finding
from overhaul.leaves import Leaves
from overhaul.ledger import Entry

SCHEMA: Final = "overhaul-report-1"
"""Goes up when a consumer must change: a key is gone, or means something else. New tables and fields leave it."""
NO_TABLES: Final = "none"
"""What `--tables` calls it when the report is to have none."""
PLACE: Final = ("module", "path")
"""What rows of facts are given before their own fields, wherever they are shown without their module."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def own_name(field: str) -> str:
    """How a field of a fact is called beside `module` and `path`: its name, or `own_module` where the two clash."""
    return f"own_{field}" if field in PLACE else field


def told_tables(named: Iterable[str], leaves: Leaves) -> frozenset[str] | None:
    """The tables named, each in a list with commas; `none` names no table, and None means that nothing was said.

    Raises UnknownName.
    """
    names = [name.strip() for text in named for name in text.split(",") if name.strip()]
    for name in names:
        if name != NO_TABLES and name not in leaves.tables:
            raise UnknownName("table", name, [*leaves.tables, NO_TABLES])
    return frozenset(names) - {NO_TABLES} if names else None


def report_schema(leaves: Leaves) -> str:
    """The JSON Schema (2020-12) of the JSON report that these leaves make.

    Tables that it does not know are allowed: a leaf more makes a table more.
    """
    facts = {leaf.fills for leaf in leaves.collectors.values()}
    types: list[type] = [*leaves.tables.values(), Comparison, Finding, Failure, Entry]
    references, definitions = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    tables: dict[str, Json] = {}
    for (name, row), reference in zip(leaves.tables.items(), references, strict=False):
        if row in facts:
            definitions[row.__name__] = _with_place(definitions[row.__name__], row)
        tables[name] = {"type": "array", "items": reference}
    document: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The JSON report of overhaul",
        "type": "object",
        "required": ["schema", "version", "root", "tables", "findings", "failures"],
        "additionalProperties": False,
        "properties": {
            "schema": {"const": SCHEMA},
            "version": {"type": "string", "description": "The version of overhaul."},
            "root": {"type": "string", "description": "The name of the audited folder."},
            "tables": {
                "type": "object",
                "properties": tables,
                "additionalProperties": {"type": "array", "items": {"type": "object"}},
            },
            "comparison": references[-4],
            "baseline": {"type": "string", "description": "The file of the baseline; absent when there is none."},
            "since": {"type": "string", "description": "The revision whose findings are inherited too."},
            "findings": {"type": "array", "items": references[-3]},
            "suppressed": {"type": "array", "items": references[-3]},
            "fixed": {"type": "array", "items": references[-1]},
            "failures": {"type": "array", "items": references[-2]},
        },
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _with_place(schema: dict[str, Json], row: type[Row]) -> dict[str, Json]:
    """The schema of a fact's row with its place in front."""
    fields = [field.encode_name for field in msgspec.structs.fields(row)]
    properties, required = schema["properties"], schema["required"]
    assert isinstance(properties, dict) and isinstance(required, list)
    return {
        **schema,
        "properties": {
            **{name: {"type": "string"} for name in PLACE},
            **{own_name(name): properties[name] for name in fields},
        },
        "required": [*PLACE, *(own_name(name) for name in fields if name in required)],
    }
