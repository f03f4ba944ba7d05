"""What the settings look like, as a JSON Schema made from the structs that read them and the options of the rules."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Final, get_args

import msgspec

from overhaul.commands.fields import field_docs
from overhaul.config import Config, PathSettings, Severity
from overhaul.leaves import Leaves, Rule
from overhaul.options import SEVERITY

INTERNAL: Final = "not a key of the file"
"""Stands in what is said of a field that is filled in behind the file."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def config_schema(leaves: Leaves) -> str:
    """The JSON Schema (2020-12) of `overhaul.toml`, and of `[tool.overhaul]`, with the rules that there are."""
    definitions = definitions_of(Config, PathSettings)
    settings, around = definitions.pop(Config.__name__), _properties(definitions[PathSettings.__name__])
    keys = _properties(settings)
    names = sorted(leaves.rules)
    for part, key in ((keys, "select"), (keys, "extend-select"), (keys, "ignore"), (around, "ignore")):
        part[key] = {**_table(part[key]), "items": {"$ref": "#/$defs/Rules"}}
    around[SEVERITY] = {
        **_table(around[SEVERITY]),
        "propertyNames": {"$ref": "#/$defs/Rule"},
        "additionalProperties": {"$ref": "#/$defs/Severity"},
    }
    keys["rules"] = {
        **_table(keys["rules"]),
        "properties": {name: _of_rule(leaves.rules[name]) for name in names},
        "additionalProperties": False,
    }
    definitions |= {
        "Rule": {"description": "The name of a rule.", "enum": [*names]},
        "Family": {
            "description": "The name of a family of rules that run only where it, or one of them, is selected.",
            "enum": [*leaves.families],
        },
        "Rules": {
            "description": "The name of a rule or of a family, or a pattern of names of rules, with *, ? or [].",
            "anyOf": [
                {"$ref": "#/$defs/Rule"}, {"$ref": "#/$defs/Family"}, {"type": "string", "pattern": r"[*?\[]"},
            ],
        },
        "Severity": {"enum": list(get_args(Severity))},
    }  # fmt: skip
    document: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **settings,
        "title": "The settings of overhaul",
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _of_rule(rule: Rule) -> Json:
    """The table of one rule: its severity, and its own options."""
    options = rule.options
    own = {} if options is None else _properties(definitions_of(options)[options.__name__])
    severity: Json = {"description": "Of all its findings, whatever the rule says.", "$ref": "#/$defs/Severity"}
    return {
        "type": "object",
        "description": rule.summary,
        "properties": {SEVERITY: severity, **own},
        "additionalProperties": False,
    }


def definitions_of(*types: type[msgspec.Struct]) -> dict[str, dict[str, Json]]:
    """The schemas of some structs and of all that they hold, by name, with what is said of their fields."""
    components: tuple[object, dict[str, dict[str, Json]]] = msgspec.json.schema_components(
        types, ref_template="#/$defs/{name}"
    )
    definitions = components[1]
    for struct in _structs(types):
        schema = definitions[struct.__name__]
        if struct.__doc__:
            schema["description"] = inspect.cleandoc(struct.__doc__)
        docs = field_docs(struct)
        properties = _properties(schema)
        for field in msgspec.structs.fields(struct):
            said = docs.get(field.name, "")
            if INTERNAL in said:
                del properties[field.encode_name]
            elif said:
                properties[field.encode_name] = {"description": said, **_table(properties[field.encode_name])}
    return definitions


def _structs(types: Iterable[type]) -> Iterator[type[msgspec.Struct]]:
    """All structs that some types hold, themselves included."""
    waiting: list[object] = list(msgspec.inspect.multi_type_info(types))
    seen: set[type] = set()
    while waiting:
        match waiting.pop():
            case msgspec.inspect.StructType(cls=cls, fields=fields) if cls not in seen:
                seen.add(cls)
                yield cls
                waiting += [field.type for field in fields]
            case msgspec.inspect.VarTupleType(item_type=inner) | msgspec.inspect.ListType(item_type=inner):
                waiting.append(inner)
            case msgspec.inspect.DictType(value_type=inner) | msgspec.inspect.Metadata(type=inner):
                waiting.append(inner)
            case msgspec.inspect.UnionType(types=several):
                waiting += several


def _properties(schema: dict[str, Json]) -> dict[str, Json]:
    return _table(schema["properties"])


def _table(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict), value
    return value
