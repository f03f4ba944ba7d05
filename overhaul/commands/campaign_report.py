"""The status of a campaign as JSON, and the JSON Schema of campaign files."""

from __future__ import annotations

from typing import Final

import msgspec

from overhaul.campaign.model import Campaign, Entry, Phase
from overhaul.campaign.status import Status
from overhaul.commands.config_schema import Json, definitions_of
from overhaul.leaves import Criterion, Leaves

STATUS: Final = "overhaul-status-1"
_IDENTITY: Final = "^[a-z0-9][a-z0-9_-]*$"
_ENTRY: Final = f"#/$defs/{Entry.__name__}"
_FORM: Final = "#/$defs/Form"
_SAID: Final = "#/$defs/Said"


def status_json(status: Status) -> bytes:
    """The status for programs: figures that never changed too."""
    told = {"schema": STATUS, **msgspec.structs.asdict(status)}
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def campaign_schema(leaves: Leaves) -> str:
    """The JSON Schema (2020-12) of `overhaul-campaign.toml`, with the criteria that there are."""
    definitions = definitions_of(Campaign)
    whole, phase = definitions[Campaign.__name__], definitions[Phase.__name__]
    keys, parts = _table(whole["properties"]), _table(phase["properties"])
    # Neither is a key of the file: the one is where it lies, the other the key of a phase.
    del keys["source"], parts["id"]
    keys["phases"] = {
        "description": "By their identities; they are worked at by their numbers.", "type": "object",
        "propertyNames": {"pattern": _IDENTITY}, "additionalProperties": {"$ref": f"#/$defs/{Phase.__name__}"},
    }  # fmt: skip
    parts["criteria"] = {
        "description": "What must hold before the next phase may start, by name: a built-in one, or one's own.",
        "type": "object",
        "properties": {name: _built_in(leaves.criteria[name]) for name in sorted(leaves.criteria)},
        # What no leaf is called has to say what it asks for, in one way.
        "additionalProperties": {"allOf": [{"$ref": _ENTRY}, {"$ref": _FORM}]},
    }
    forms: list[Json] = [{"required": [form]} for form in ("expression", "silent", "command", "statement")]
    document: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "A campaign file of overhaul",
        "$defs": {
            **{name: definitions[name] for name in sorted(definitions) if name != Campaign.__name__},
            "Form": {"description": "One way to say what must hold.", "oneOf": [*forms]},
            "Said": {"description": "Some way to say what must hold.", "anyOf": [*forms]},
        },
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _built_in(one: Criterion) -> Json:
    """A criterion with its own options; it may be said otherwise under its name, and then has none."""
    own: dict[str, Json] = {}
    if one.options is not None:
        own = _table(definitions_of(one.options)[one.options.__name__]["properties"])
    return {
        "$ref": _ENTRY,
        "description": one.summary,
        "properties": {"options": {"type": "object", "properties": own, "additionalProperties": False}},
        "anyOf": [{"not": {"$ref": _SAID}}, {"$ref": _FORM, "not": {"required": ["options"]}}],
    }


def _table(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict), value
    return value
