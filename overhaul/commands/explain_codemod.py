"""What a codemod is asked with, and how a step of a migration file says it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import inspect

from overhaul.commands.fields import field_docs, values
from overhaul.leaves import Codemod
from overhaul.toml import written


def codemod_keys(leaf: Codemod) -> Iterator[str]:
    """Lines on the keys of its request, and an example."""
    docs = field_docs(leaf.request)
    fields = msgspec.structs.fields(leaf.request)
    yield "\nKeys of a step, with their defaults:\n" if fields else "\nA step has no keys of its own.\n"
    for field in fields:
        said = docs.get(field.name, "").rstrip(".")
        kind = values(inspect.type_info(field.type))
        default = "" if field.required else f" = {written(_default(field))}"
        yield f"  {field.encode_name}{default}\n      {f'{said}. ' if said else ''}Takes {kind}.\n"
        yield from _inner(inspect.type_info(field.type))
    yield f'\nIn a migration file:\n\n    [[steps]]\n    codemod = "{leaf.name}"\n'
    yield from (f"    {field.encode_name} = ...\n" for field in fields if field.required)


def _inner(kind: inspect.Type) -> Iterator[str]:
    """Lines on the keys of a table, or of each table of a list."""
    match kind:
        case inspect.VarTupleType(item_type=inspect.StructType(cls=struct)) | inspect.StructType(cls=struct):
            docs = field_docs(struct)
            for field in msgspec.structs.fields(struct):
                said = docs.get(field.name, "").rstrip(".")
                told = f"{said}. " if said else ""
                yield f"        {field.encode_name}: {told}Takes {values(inspect.type_info(field.type))}.\n"
        case _:
            return


def _default(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
