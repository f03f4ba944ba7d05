"""What the user has set: flag beats file beats default, and an unknown key is refused."""

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal, cast

import msgspec

from overhaul.errors import ConfigError


class RolePattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.roles.NAME]`: what belongs to a family of the project's own.

    A class belongs to it when any of `names`, `bases` and `decorators` fits; with `modules` only where it stands in one
    of these, and with `modules` alone every class there that is no mere data. Names and modules are patterns of
    `fnmatch`, with their case; bases and decorators are dotted names, or the last parts of one.
    """

    names: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Names (plain, or dotted with the module) that do not belong to it all the same."""
    functions: bool = False
    """Functions of modules count as well, by name or decorator."""
    tests: bool = False
    """Classes of tests count as well."""


class Justification(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """One `[[tool.overhaul.justified]]`, or one `[[justified]]` of the ledger: a group that stays as it is."""

    group: str
    """The identity of the group, as reports show it."""
    reason: str
    owner: str = ""
    expires: str = ""
    """ISO date, the last day on which it holds; "" for ever."""
    members: tuple[str, ...] = ()
    """Dotted names of its members, so that one can tell what has become of it."""
    file: str = ""
    """Where it is written, relative to the audited root, above which it may lie; not a key of the file."""
    line: int = 1
    """Where it begins there, 1 where that cannot be told; not a key of the file."""

    def holds(self, today: date) -> bool:
        """Whether it has not expired."""
        return not self.expires or today <= date.fromisoformat(self.expires)


Severity = Literal["error", "warning", "note"]
Setting = bool | int | float | str | tuple[str, ...]
"""What a key of a rule's own can be."""


class PathSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.per-path."PATTERN"]`: what holds for the files that the pattern fits."""

    ignore: tuple[str, ...] = ()
    """Rules whose findings are left out there."""
    severity: dict[str, Severity] = {}
    """Rule -> the severity of its findings there."""


BUILT_IN_KINDS: Final = ("manager", "cache", "state_machine", "state_persistence")


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul]` in pyproject.toml, or of overhaul.toml.

    Paths and patterns are relative to the folder of the file they are written in.
    """

    exclude: tuple[str, ...] = ()
    """Files left out, as gitignore patterns."""
    respect_gitignore: bool = True
    """Leave out what git ignores."""
    roots: tuple[str, ...] = ()
    """Import roots (the folders that stand on `sys.path`); found from packaging metadata when empty."""
    leaves: tuple[str, ...] = ()
    """Folders with leaves of the user's own."""
    jobs: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Processes that parse; 0 means one per processor."""
    file_timeout: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    """Seconds one file may take before its worker is ended and the file becomes a failure."""
    select: tuple[str, ...] = ()
    """Rules that run; all when empty."""
    ignore: tuple[str, ...] = ()
    """Rules that do not run."""
    rules: dict[str, dict[str, Setting]] = {}
    """Rule -> its `severity`, and the options that it has of its own (`overhaul explain RULE` lists them)."""
    per_path: dict[str, PathSettings] = {}
    """Gitignore pattern -> what holds for the files it fits; what comes later wins."""
    baseline: str = "overhaul-baseline.txt"
    """The ledger of findings that are inherited; there need be none."""
    fail_on: Severity = "note"
    """The least severity of a new finding that makes `overhaul check` fail."""
    roles: dict[str, RolePattern] = {}
    """Families of the project's own, by name."""
    justified: tuple[Justification, ...] = ()
    """Groups of duplicates and other candidates that stay as they are; those of the ledger are added."""
    justified_file: str = ""
    """A TOML file with more of them, each a `[[justified]]`: a ledger."""
    source: str = ""
    """Where these settings were read; not a key of the file."""
    also_exclude: tuple[str, ...] = ()
    """Patterns given with the command, relative to the audited root; not a key of the file."""


def own_settings(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """A rule's settings without what every rule has."""
    return {key: value for key, value in settings.items() if key != "severity"}


def load_config(root: Path, explicit: Path | None = None) -> Config:
    """Read the settings for an audit of `root`.

    The nearest folder at or above `root` that holds an `overhaul.toml`, or a `pyproject.toml` with `[tool.overhaul]`,
    decides; the search ends at the folder that holds `.git`. `explicit` names the file instead.

    Raises ConfigError for a file that cannot be read, an unknown key (the known ones are listed) or a wrong value.
    """
    start = root if root.is_dir() else root.parent
    if explicit is not None:
        if not explicit.is_file():
            what = "is a folder" if explicit.is_dir() else "does not exist"
            raise ConfigError(f"configuration file {explicit} {what}: check the path given with --config")
        return _read(explicit, start) or Config(source=str(explicit))
    for folder in (start, *start.parents):
        for name in ("overhaul.toml", "pyproject.toml"):
            file = folder / name
            if file.is_file() and (config := _read(file, start)) is not None:
                return config
        if (folder / ".git").exists():
            break
    return Config()


def _read(file: Path, root: Path) -> Config | None:
    """The settings in one file; None for a pyproject.toml that has none."""
    text, document = _parsed(file)
    where = f"{file}: [tool.overhaul]" if file.name == "pyproject.toml" else f"{file}:"
    found: object = document
    if file.name == "pyproject.toml":
        tools = document.get("tool")
        found = cast("dict[str, object]", tools).get("overhaul") if isinstance(tools, dict) else None
        if found is None:
            return None
    if not isinstance(found, dict):
        raise ConfigError(f"{where} is no table: write the keys below [tool.overhaul]")
    table = cast("dict[str, object]", found)
    if "tool" in table and file.name != "pyproject.toml":
        raise ConfigError(f"{where} the keys stand at the top level here: take [tool.overhaul] away")
    known = {field.encode_name for field in msgspec.structs.fields(Config)} - {"source", "also-exclude"}
    _check_keys(where, table, known)
    _check_roles(where, table.get("roles"))
    justified = table.pop("justified", None)
    try:
        config = msgspec.convert({**table, "source": str(file)}, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where} {error}: mend the value") from error
    header = "tool.overhaul.justified" if file.name == "pyproject.toml" else "justified"
    entries = [*_justified(file, root, header, text, justified), *_ledger(where, file, config.justified_file, root)]
    return msgspec.structs.replace(config, justified=tuple(_once(entries))) if entries else config


def _parsed(file: Path) -> tuple[str, dict[str, object]]:
    """The text of a TOML file, and what it says."""
    try:
        text = file.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read as TOML ({error}): mend the file") from error


def _check_keys(where: str, table: Mapping[str, object], known: Iterable[str]) -> None:
    """Raises ConfigError for a key that nobody knows."""
    names = sorted(known)
    for key in table:
        if key not in names:
            close = get_close_matches(key, names)
            near = f"did you mean {' or '.join(close)}? " if close else ""
            raise ConfigError(f"{where} unknown key {key!r}: {near}(known keys: {', '.join(names)})")


def _check_roles(where: str, roles: object) -> None:
    """Raises ConfigError for a role that cannot be meant so."""
    if not isinstance(roles, dict):
        return
    known = {field.encode_name for field in msgspec.structs.fields(RolePattern)}
    for name, pattern in cast("dict[str, object]", roles).items():
        at = f"{where} roles.{name}"
        if name in BUILT_IN_KINDS:
            taken = ", ".join(BUILT_IN_KINDS)
            raise ConfigError(f"{at}: there is a kind of this name already: choose another (not {taken})")
        if not isinstance(pattern, dict):
            raise ConfigError(f"{at} is no table: write names, bases, decorators or modules below it")
        keys = cast("dict[str, object]", pattern)
        _check_keys(f"{at}:", keys, known)
        if not any(keys.get(key) for key in ("names", "bases", "decorators", "modules")):
            raise ConfigError(f"{at} fits nothing: give it names, bases, decorators or modules")


def _ledger(where: str, file: Path, name: str, root: Path) -> Iterator[Justification]:
    """The entries of the ledger that a settings file names."""
    if not name:
        return
    ledger = file.parent / name
    if not ledger.is_file():
        raise ConfigError(f"{where} justified-file: there is no file {ledger}: make it, or take the key away")
    text, document = _parsed(ledger)
    _check_keys(f"{ledger}:", document, ("justified",))
    yield from _justified(ledger, root, "justified", text, document.get("justified"))


def _justified(file: Path, root: Path, header: str, text: str, found: object) -> Iterator[Justification]:
    """The entries of one file, checked; `header` is what stands between their double brackets."""
    if found is None:
        return
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in cast("list[object]", found)):
        raise ConfigError(f"{file}: {header} is no array of tables: begin each entry with [[{header}]]")
    entries = cast("list[dict[str, object]]", found)
    known = {field.encode_name for field in msgspec.structs.fields(Justification)} - {"file", "line"}
    for entry, line in zip(entries, _lines(text, header, entries), strict=True):
        where = f"{file}:{line}: [[{header}]]"
        _check_keys(where, entry, known)
        given = {**entry, "file": _below(file, root), "line": line}
        if (expires := entry.get("expires")) is not None:
            given["expires"] = _day(where, expires)
        try:
            one = msgspec.convert(given, Justification)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{where} {error}: mend the entry") from error
        for key, value in (("group", one.group), ("reason", one.reason)):
            if not value.strip():
                raise ConfigError(f"{where} the {key} is empty: say {_MEANING[key]}")
        yield one


_MEANING: Final = {"group": "which group it is about, by its identity", "reason": "why the group stays as it is"}


def _day(where: str, value: object) -> str:
    """A date of TOML, or one written as text, in ISO 8601."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(cast("str", value)).isoformat() if value != "" else ""
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where} expires: {value!r} is no date: write it like 2030-12-31") from error


def _lines(text: str, header: str, entries: Sequence[Mapping[str, object]]) -> list[int]:
    """The line of each entry: of its header; else the first that names its group; else 1."""
    parts = r"[ \t]*\.[ \t]*".join(rf"[\"']?{part}[\"']?" for part in header.split("."))
    written = re.compile(rf"^[ \t]*\[\[[ \t]*{parts}[ \t]*\]\]")
    rows = text.split("\n")
    found = [number for number, row in enumerate(rows, 1) if written.match(row)]
    if len(found) == len(entries):
        return found
    # Written as an inline array; or a header stands in a string of several lines.
    groups = [str(entry.get("group", "")) for entry in entries]
    return [next((at for at, row in enumerate(rows, 1) if group and group in row), 1) for group in groups]


def _below(file: Path, root: Path) -> str:
    """A path relative to the audited root, with forward slashes."""
    try:
        return Path(os.path.relpath(file, root)).as_posix()
    except ValueError:  # on another drive
        return file.as_posix()


def _once(entries: Iterable[Justification]) -> Iterator[Justification]:
    """The entries, of which no two may be about one group."""
    seen: dict[str, Justification] = {}
    for one in entries:
        first = seen.setdefault(one.group, one)
        if first is not one:
            at = f"{first.file}:{first.line}"
            raise ConfigError(f"{one.file}:{one.line}: {one.group} is justified at {at} already: keep one of them")
        yield one
