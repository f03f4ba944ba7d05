"""The status of a campaign as JSON, and the JSON Schema of campaign files."""

from __future__ import annotations

from typing import Final

import msgspec

from overhaul.campaign.model import Campaign, Entry, Phase
from overhaul.campaign.status import Status
from overhaul.commands.config_schema import Json, definitions_of
from overhaul.leaves import Leaves

STATUS: Final = "overhaul-status-1"
_IDENTITY: Final = "^[a-z0-9][a-z0-9_-]*$"


def status_json(status: Status) -> bytes:
    """The status for programs: figures that never changed too."""
    told = {"schema": STATUS, **msgspec.structs.asdict(status)}
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def campaign_schema(leaves: Leaves) -> str:
    """The JSON Schema (2020-12) of `overhaul-campaign.toml`, with the criteria that there are."""
    definitions = definitions_of(Campaign)
    whole, phase, entry = (definitions[one.__name__] for one in (Campaign, Phase, Entry))
    keys, parts = _table(whole["properties"]), _table(phase["properties"])
    # Neither is a key of the file: the one is where it lies, the other the key of a phase.
    del keys["source"], parts["id"]
    keys["phases"] = {
        "description": "By their identities; they are worked at by their numbers.", "type": "object",
        "propertyNames": {"pattern": _IDENTITY}, "additionalProperties": {"$ref": f"#/$defs/{Phase.__name__}"},
    }  # fmt: skip
    forms = ("expression", "silent", "command", "statement")
    # What no leaf is called has to say what it asks for, in one way.
    entry["oneOf"] = [{"required": [form]} for form in forms]
    built_in: dict[str, Json] = {
        name: {
            **{key: value for key, value in entry.items() if key != "oneOf"},
            "description": one.summary,
            "properties": {**_table(entry["properties"]), "options": _options(leaves, name)},
            "not": {"required": ["options"], "anyOf": [{"required": [form]} for form in forms]},
        }
        for name, one in sorted(leaves.criteria.items())
    }
    parts["criteria"] = {
        "description": "What must hold before the next phase may start, by name: a built-in one, or one's own.",
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in built_in},
        "additionalProperties": {"$ref": f"#/$defs/{Entry.__name__}"},
    }
    document: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "A campaign file of overhaul",
        "$defs": {
            **{name: definitions[name] for name in sorted(definitions) if name != Campaign.__name__}, **built_in,
        },
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _options(leaves: Leaves, name: str) -> Json:
    """The options of one criterion."""
    asked = leaves.criteria[name].options
    own: dict[str, Json] = {} if asked is None else _table(definitions_of(asked)[asked.__name__]["properties"])
    return {"type": "object", "properties": own, "additionalProperties": False}


def _table(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict), value
    return value
