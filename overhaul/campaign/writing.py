"""Write a campaign file: in a stable order, with what somebody has changed in it left as it is."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import msgspec
import tomlkit
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.items import Array, InlineTable, Table

from overhaul.campaign.model import Campaign, Completion, Phase
from overhaul.errors import ConfigError

_HEAD: Final = """\
The campaign: phases with gates. `overhaul phase N` judges one, `overhaul status` all.
Yours to edit: titles, numbers (the order), `needed`, criteria, waivers, items with `own = true`. A criterion is a
built-in one by its name (`overhaul explain NAME`), or has an expression, silent, command, or statement.
`overhaul plan` writes the items, objectives and reasons anew, and leaves the rest as it is."""
_DERIVED: Final = ("why", "objectives", "risk")
"""What a new plan says anew, of a phase that is not completed."""


def new_text(campaign: Campaign) -> str:
    """A campaign that nobody has edited, as TOML."""
    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    document.add("title", campaign.title)
    document.add("risk-limit", campaign.risk_limit)
    if campaign.root != ".":
        document.add("root", campaign.root)
    document.add("decisions", campaign.decisions)
    document.add("baseline", _table(campaign.baseline))
    document.add("inventory", _table(campaign.inventory))
    phases = tomlkit.table(is_super_table=True)
    for phase in campaign.phases:
        phases.add(phase.id, _phase(phase))
    document.add("phases", phases)
    return tomlkit.dumps(document)


def renewed_text(text: str, old: Campaign, new: Campaign) -> str:
    """The text of a campaign file with the items, objectives and reasons of a new plan.

    Phases that are completed, or that the file has dropped, are left as they are; so are all other keys, comments, and
    items of somebody's own.
    """
    document = tomlkit.parse(text)
    phases = _phases(document)
    meant = tomllib.loads(text)
    for fresh in new.phases:
        known = old.phase(fresh.id)
        if known is None or known.completed is not None:
            continue
        table = phases[fresh.id]
        for key, value in _keys(fresh, _DERIVED):
            table[key] = _inlined(value) if isinstance(table, InlineTable) else value
            meant["phases"][fresh.id][key] = tomlkit.item(value).unwrap()
        items = {**fresh.items, **{name: one for name, one in known.items.items() if one.own}}
        if items == known.items:
            continue
        if "items" in table:
            del table["items"]
        meant["phases"][fresh.id].pop("items", None)
        if items:
            meant["phases"][fresh.id]["items"] = _tables(items).unwrap()
            several = _tables(items)
            # What is added at the end of a phase has no line between itself and the next one.
            several[next(reversed(items))].add(tomlkit.nl())
            _put(table, "items", several)
    return _as_meant(document, meant)


def completed_text(text: str, phase: str, completion: Completion) -> str:
    """The text of a campaign file with a phase completed."""
    document = tomlkit.parse(text)
    phases: Any = document["phases"]
    table = phases[phase]
    if "completed" in table:
        del table["completed"]
    _put(table, "completed", _struct(completion))
    meant = tomllib.loads(text)
    meant["phases"][phase]["completed"] = _struct(completion).unwrap()
    return _as_meant(document, meant)


def entry_text(text: str, phase: str, table: str, name: str, entry: msgspec.Struct) -> str:
    """The text of a campaign file with a waiver, a criterion or an item of a phase added, or written anew."""
    document = tomlkit.parse(text)
    phases: Any = document["phases"]
    found = phases[phase]
    if table not in found:
        _put(found, table, _tables({name: entry}))
    elif name not in found[table]:
        _put(found[table], name, _struct(entry))
    else:
        there, fresh = found[table][name], dict(_keys(entry, tuple(one.name for one in msgspec.structs.fields(entry))))
        for key in [key for key in there if key not in fresh]:
            del there[key]
        for key, value in fresh.items():
            if key not in there or there[key] != value:
                there[key] = _inlined(value) if isinstance(there, InlineTable) else value
    meant = tomllib.loads(text)
    meant["phases"][phase].setdefault(table, {})[name] = _struct(entry).unwrap()
    return _as_meant(document, meant)


def reopened_text(text: str, phase: str) -> str:
    """The text of a campaign file with a phase that is not completed any more."""
    document = tomlkit.parse(text)
    phases: Any = document["phases"]
    if "completed" in phases[phase]:
        del phases[phase]["completed"]
    meant = tomllib.loads(text)
    meant["phases"][phase].pop("completed", None)
    return _as_meant(document, meant)


def _as_meant(document: tomlkit.TOMLDocument, meant: Mapping[str, object]) -> str:
    """The text of a document that was edited.

    Raises ConfigError where it does not say what is meant, since tables can be laid out in ways that tomlkit edits to
    something else.
    """
    text = tomlkit.dumps(document)
    try:
        said: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        said = None
    if said != meant:
        raise ConfigError(
            "the campaign cannot be edited as it is laid out: write its tables as [phases.PHASE.TABLE.NAME]"
        )
    return text


def _put(table: Any, key: str, value: Table) -> None:
    """Add a table to another, however that is laid out."""
    if isinstance(table, InlineTable):
        table[key] = _inlined(value)
    elif isinstance(table, OutOfOrderTableProxy):
        # Its parts stand apart in the file: there is no end that something could be added at.
        table[key] = value
    else:
        table.add(key, value)


def _inlined(value: object) -> object:
    """A value as it may stand in an inline table, which is one line."""
    if isinstance(value, Table):
        inline = tomlkit.inline_table()
        for key, inner in value.unwrap().items():
            inline[key] = _inlined(cast("object", tomlkit.item(inner)))
        return inline
    return value.multiline(False) if isinstance(value, Array) else value


def _phase(phase: Phase) -> Table:
    table = tomlkit.table()
    plain = ("number", "title", "needed", "why", "objectives", "family", "verify", "risk", "rollback")
    for key, value in _keys(phase, plain):
        table.add(key, value)
    if phase.criteria:
        table.add("criteria", _tables(phase.criteria))
    if phase.items:
        table.add("items", _tables(phase.items))
    return table


def _tables(entries: Mapping[str, msgspec.Struct]) -> Table:
    table = tomlkit.table(is_super_table=True)
    for name, entry in entries.items():
        table.add(name, _struct(entry))
    return table


def _struct(entry: msgspec.Struct) -> Table:
    table = tomlkit.table()
    for key, value in _keys(entry, tuple(field.name for field in msgspec.structs.fields(entry))):
        table.add(key, value)
    return table


def _keys(entry: msgspec.Struct, names: Sequence[str]) -> Iterator[tuple[str, object]]:
    """The fields that say something else than their default, as TOML has them."""
    for field in msgspec.structs.fields(entry):
        if field.name not in names:
            continue
        value: object = getattr(entry, field.name)
        default = field.default_factory() if callable(field.default_factory) else field.default
        if value is None or (value == default and field.name not in ("needed",)):
            continue
        yield field.encode_name, _value(value)


def _value(value: object) -> object:
    if isinstance(value, tuple):
        several: Any = tomlkit.array()
        parts = cast("tuple[object, ...]", value)
        several.extend(parts)
        return several.multiline(len(parts) > 1 or any(len(str(one)) > 60 for one in parts))
    if isinstance(value, dict):
        return _table(cast("dict[str, object]", value))
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, str | bool | int | datetime.date):
        return value
    raise TypeError(f"{type(value).__name__} is no value of TOML")


def _table(values: Mapping[str, object]) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, _value(value))
    return table


def _phases(document: tomlkit.TOMLDocument) -> Any:
    """The table of the phases, which tomlkit types as anything; an empty one where there is none."""
    return document["phases"] if "phases" in document else tomlkit.table()
