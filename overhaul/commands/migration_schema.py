"""What a migration file looks like, as a JSON Schema made from the requests of the codemods that there are."""

from __future__ import annotations

import msgspec

from overhaul.commands.config_schema import Json, definitions_of
from overhaul.config import Verify
from overhaul.leaves import Codemod, Leaves


def migration_schema(leaves: Leaves) -> str:
    """The JSON Schema (2020-12) of migration files, with a kind of step for each codemod."""
    definitions: dict[str, Json] = {**definitions_of(Verify)}
    names = sorted(leaves.codemods)
    for name in names:
        request = leaves.codemods[name].request
        definitions |= {key: one for key, one in definitions_of(request).items() if key != request.__name__}
        definitions[name] = _step(leaves.codemods[name])
    document: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A migration file of overhaul",
        "description": "Steps that are planned one after the other, proven, and written as one change.",
        "type": "object",
        "required": ["steps"],
        "additionalProperties": False,
        "properties": {
            "title": {"type": "string", "description": "What the change is called; the name of the file without one."},
            "steps": {
                "type": "array", "minItems": 1,
                "items": {
                    "type": "object", "required": ["codemod"],
                    "properties": {"codemod": {"enum": [*names]}},
                    "oneOf": [{"$ref": f"#/$defs/{name}"} for name in names],
                },
            },
            "verify": {"$ref": "#/$defs/Verify"},
        },
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def _step(leaf: Codemod) -> Json:
    schema = definitions_of(leaf.request)[leaf.request.__name__]
    properties, required = schema.get("properties", {}), schema.get("required", [])
    assert isinstance(properties, dict) and isinstance(required, list)
    return {
        **schema,
        "title": leaf.name,
        "description": leaf.summary,
        "required": ["codemod", *required],
        "additionalProperties": False,
        "properties": {
            "codemod": {"const": leaf.name},
            "title": {"type": "string", "description": "What the step is called where it is told."},
            "leave-strings": {
                "type": "boolean",
                "description": "Strings that speak of what is moved, and cannot be rewritten, are left and told.",
            },
            **properties,
        },
    }
