"""One TOML file of settings: what it says, and what is refused in it, on one line each."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
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
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
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


def mismatch(error: msgspec.ValidationError, value: object) -> str:
    """What was expected and what was found, as a user would say it: `expected int >= 1, got "ten"`."""
    expected = re.sub(r" - at `[^`]*`$|, got .*", "", str(error).replace("\n", " "))
    return f"{expected[:1].lower()}{expected[1:].replace('`', '')}, got {written(value)}"


def written(value: object) -> str:
    """A value of TOML on one line, much as it is written there; cut at 60 characters."""
    if isinstance(value, date | time):
        return value.isoformat()
    text = msgspec.json.format(msgspec.json.encode(value), indent=0).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."
