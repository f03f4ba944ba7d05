"""Migration files: several steps, in TOML, as one change of the project.

    title = "Orders move out of the shop"

    [[steps]]
    codemod = "move_symbol"
    target = "shop.models:Order"
    to = "shop.orders"

Beside `codemod` and `title` a step has the keys of its codemod's request (`overhaul explain CODEMOD` lists them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

import msgspec

from overhaul.config import Verify
from overhaul.errors import ConfigError, UnknownName, UsageError
from overhaul.leaves import Codemod, Leaves
from overhaul.plans import Step
from overhaul.requests import Request
from overhaul.toml import as_table, check_keys, mismatch, parsed

OF_STEPS: Final = ("codemod", "title", "leave-strings")
"""The keys of every step; a request that has one of them could not be asked for it."""


class Migration(msgspec.Struct, frozen=True):
    """What a migration file says."""

    file: str
    title: str
    steps: tuple[Step, ...]
    verify: Verify | None = None
    """None where the file says nothing of checks: those of the settings count."""


def load_migration(file: Path, leaves: Leaves) -> Migration:
    """Read a migration file. Raises ConfigError, with file, step and key, for whatever is wrong in it."""
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        raise ConfigError(f"migration file {file} {what}: check the path")
    _, document = parsed(file)
    check_keys(f"{file}:", document, ("title", "steps", "verify"))
    title = document.get("title", "")
    if not isinstance(title, str):
        raise ConfigError(f"{file}: title: expected a text: mend the value")
    return Migration(
        str(file), title or file.stem, tuple(steps_of(str(file), document.get("steps", []), leaves)),
        _verify(f"{file}: verify", document["verify"]) if "verify" in document else None,
    )  # fmt: skip


def steps_of(where: str, value: object, leaves: Leaves) -> Iterator[Step]:
    """The steps that a file lists. Raises ConfigError."""
    if not isinstance(value, list) or not value:
        raise ConfigError(f"{where}: there are no steps: write [[steps]], and below it `codemod` and what it asks for")
    for number, one in enumerate(cast("list[object]", value), 1):
        yield _step(f"{where}: step {number}", one, leaves)


def _verify(where: str, value: object) -> Verify:
    table = as_table(where, value, "write [verify], and below it `commands`")
    fields = {field.encode_name: field for field in msgspec.structs.fields(Verify)}
    check_keys(f"{where}:", table, fields)
    for key, one in table.items():
        _check_type(f"{where} {key}", one, fields[key].type)
    return msgspec.convert(table, Verify)


def _step(where: str, value: object, leaves: Leaves) -> Step:
    table = as_table(where, value, "write [[steps]], and its keys below it")
    name, title = table.get("codemod"), table.get("title", "")
    if not isinstance(name, str):
        raise ConfigError(f"{where}: says no codemod: write `codemod = ...`, one of {', '.join(leaves.codemods)}")
    if not isinstance(title, str):
        raise ConfigError(f"{where} title: expected a text: mend the value")
    _check_type(f"{where} leave-strings", leave := table.get("leave-strings", False), bool)
    try:
        leaf = leaves.codemod(name)
    except UnknownName as error:
        raise ConfigError(f"{where} codemod: {error}") from None
    keys = {key: one for key, one in table.items() if key not in OF_STEPS}
    return Step(name, request(f"{where} ({name})", leaf, keys), title, leave is True)


def request(where: str, leaf: Codemod, keys: Mapping[str, object]) -> Request:
    """What a codemod is asked, from keys and values. Raises ConfigError for keys that it lacks or does not know."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(leaf.request)}
    check_keys(f"{where}:", keys, fields)
    if lacking := [key for key, field in fields.items() if field.required and key not in keys]:
        raise ConfigError(f"{where}: {lacking[0]} is missing: write what it is to be")
    for key, value in keys.items():
        _check_type(f"{where} {key}", value, fields[key].type)
    try:
        return msgspec.convert(keys, leaf.request)
    except msgspec.ValidationError as error:  # what its own check refuses
        raise ConfigError(f"{where}: {error}: mend the values") from error


def _check_type(where: str, value: object, expected: object) -> None:
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {mismatch(error, value, expected)}: mend the value") from error


def asked_for(leaf: Codemod, keys: Mapping[str, object], settings: Sequence[str]) -> Request:
    """The request of a command: its own keys, and `KEY=VALUE` texts for others, whose values are written as in TOML.

    A value that is no TOML is a text; commas part the items of a list. Raises UsageError.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(leaf.request)}
    given = dict(keys)
    for text in settings:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set {text}: no value: write --set {text}=VALUE")
        if key in keys:
            raise UsageError(f"--set {key}: the command itself says it: leave this out")
        given[key] = _value(value, key in fields and _is_list(fields[key].type))
    # What is as if nobody had said it need not be known to the codemod.
    told = {key: value for key, value in given.items() if key in fields or value not in (False, "", None)}
    try:
        return request(leaf.name, leaf, told)
    except ConfigError as error:
        raise UsageError(str(error)) from None


def _is_list(hint: object) -> bool:
    info = msgspec.inspect.type_info(hint)
    return isinstance(info, msgspec.inspect.VarTupleType | msgspec.inspect.ListType)


def _value(text: str, several: bool) -> object:
    import tomllib

    try:
        value: object = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        if several:
            return [one.strip() for one in text.split(",")]
        return text
    return [value] if several and not _is_array(value) else value


def _is_array(value: object) -> bool:
    return isinstance(value, list)
