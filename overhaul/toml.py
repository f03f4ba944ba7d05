"""One TOML file of settings: what it says, and what is refused in it, on one line each."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Final, cast

import msgspec

from overhaul.errors import ConfigError
from overhaul.patterns import regex


def parsed(file: Path) -> tuple[str, dict[str, object]]:
    """The text of a TOML file, and what it says. Raises ConfigError for one that cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
        found = tomllib.loads(text)
    # ValueError: a number of thousands of digits.
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: cannot be read as TOML ({error}): mend the file") from error
    except RecursionError:
        raise ConfigError(f"{file}: cannot be read as TOML (values within values, too deep): mend the file") from None
    if "\0" in text or _NULL.search(text):
        own: object = found
        if file.name == "pyproject.toml":
            tools = found.get("tool")
            own = cast("dict[str, object]", tools).get("overhaul") if isinstance(tools, dict) else None
        _refuse_nulls(file, own)
    return text, found


_NULL: Final = regex(r"\\u0000|\\U00000000")


def _refuse_nulls(file: Path, value: object, keys: tuple[str, ...] = ()) -> None:
    """Raises ConfigError for a null character in a key or value: no path and no name has one."""
    if isinstance(value, str) and "\0" in value:
        raise ConfigError(f"{file}: {'.'.join(keys) or 'a key'}: holds a null character: take it out")
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            _refuse_nulls(file, key, keys)
            _refuse_nulls(file, inner, (*keys, key))
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            _refuse_nulls(file, inner, keys)


def check_keys(where: str, table: Mapping[str, object], known: Iterable[str]) -> None:
    """Raises ConfigError for a key that nobody knows; the nearest known ones are named, and all are listed."""
    names = sorted(known)
    for key in table:
        if key not in names:
            close = get_close_matches(key, names)
            near = f"did you mean {' or '.join(close)}? " if close else ""
            raise ConfigError(f"{where} unknown key {key!r}: {near}(known keys: {', '.join(names)})")


def below(file: Path, root: Path) -> str:
    """The path of a settings file relative to the audited root, above which it may lie, with forward slashes."""
    try:
        return Path(os.path.relpath(file, root)).as_posix()
    except ValueError:  # on another drive
        return file.as_posix()


def section(file: Path, *keys: str) -> str:
    """How a table of a settings file is named in a message: `pyproject.toml: [tool.overhaul.rules.NAME]`."""
    parts = ("tool", "overhaul", *keys) if file.name == "pyproject.toml" else keys
    named = ".".join(key if re.fullmatch(r"[\w-]+", key, re.ASCII) else written(key) for key in parts)
    return f"{file}: [{named}]" if named else f"{file}:"


def as_table(where: str, value: object, remedy: str) -> dict[str, object]:
    """A value that must be a table. Raises ConfigError for any other; `remedy` says what to write."""
    if not isinstance(value, dict):
        raise ConfigError(f"{where} is no table: {remedy}")
    return cast("dict[str, object]", value)


def mismatch(error: msgspec.ValidationError, value: object, wanted: object) -> str:
    """What was expected and what was found, as a user would say it: `expected int >= 1, got "ten"`.

    `wanted` is the type that the value was to have.
    """
    if unknown := unknown_in(error, wanted):
        return unknown
    expected = re.sub(r" - at `[^`]*`$|, got .*", "", str(error).replace("\n", " "))
    return f"{expected[:1].lower()}{expected[1:].replace('`', '')}, got {written(value)}"


def unknown_in(error: msgspec.ValidationError, wanted: object) -> str:
    """Which text or key is none of the known ones, with the nearest and all of these; "" for any other error."""
    said = str(error).replace("\n", " ")
    match = _UNKNOWN.match(said)
    if match is None:
        return ""
    kind, of = ("key", _keys) if match["key"] else ("value", _texts)
    path = (match["path"] or "") + ("[...]" if match["in"] else "")
    names = {name for one in _at(wanted, path) for name in of(one)}
    if not names:
        return ""
    name = match["key"] or match["text"]
    close = get_close_matches(name, names)
    near = f"did you mean {' or '.join(close)}? " if close else ""
    place = f"{match['path'].lstrip('.')}: " if match["path"] else ""
    return f"{place}unknown {kind} {name!r}: {near}(known {kind}s: {', '.join(sorted(names))})"


_UNKNOWN: Final = regex(
    r"(?:Invalid enum value (?P<quote>['\"])(?P<text>.*)(?P=quote)|Object contains unknown field `(?P<key>[^`]*)`)"
    r"(?: - at (?P<in>`key` in )?`\$(?P<path>[^`]*)`)?$"
)
_STEP: Final = regex(r"\[[^\]]*\]|\.[\w-]+")


def _at(wanted: object, path: str) -> Iterator[msgspec.inspect.Type]:
    """The types that stand at a place in a value of some type: `[0].policy`, as msgspec writes it."""
    kinds = list(_flat(msgspec.inspect.type_info(wanted)))
    for step in _STEP.findall(path):
        kinds = [one for kind in kinds for inner in _inside(kind, step) for one in _flat(inner)]
    yield from kinds


def _flat(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    if isinstance(kind, msgspec.inspect.UnionType):
        for one in kind.types:
            yield from _flat(one)
    elif isinstance(kind, msgspec.inspect.Metadata):
        yield from _flat(kind.type)
    else:
        yield kind


def _inside(kind: msgspec.inspect.Type, step: str) -> Iterator[msgspec.inspect.Type]:
    match kind:
        case msgspec.inspect.StructType(fields=fields) if step.startswith("."):
            yield from (one.type for one in fields if one.encode_name == step[1:])
        case msgspec.inspect.ListType(item_type=item) | msgspec.inspect.VarTupleType(item_type=item):
            yield item
        case msgspec.inspect.DictType(key_type=key, value_type=item):
            yield from (key, item)
        case _:
            return


def _texts(kind: msgspec.inspect.Type) -> Iterator[str]:
    if isinstance(kind, msgspec.inspect.LiteralType):
        yield from (str(one) for one in kind.values if one != "")


def _keys(kind: msgspec.inspect.Type) -> Iterator[str]:
    if isinstance(kind, msgspec.inspect.StructType):
        yield from (one.encode_name for one in kind.fields)


def written(value: object) -> str:
    """A value of TOML on one line, much as it is written there; cut at 60 characters."""
    if isinstance(value, date | time):
        return value.isoformat()
    text = msgspec.json.format(msgspec.json.encode(value), indent=0).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."
