"""What the user has set: flag beats file beats default, and an unknown key is refused."""

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, cast

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
    """One `[[tool.overhaul.justified]]`: a group that stays as it is."""

    group: str
    """The identity of the group, as reports show it."""
    reason: str
    owner: str = ""
    expires: str = ""
    """ISO date after which it is reported again; "" for never."""
    members: tuple[str, ...] = ()
    """Dotted names of its members, so that one can tell what has become of it."""


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
    roles: dict[str, RolePattern] = {}
    """Families of the project's own, by name."""
    source: str = ""
    """Where these settings were read; not a key of the file."""
    also_exclude: tuple[str, ...] = ()
    """Patterns given with the command, relative to the audited root; not a key of the file."""


def load_config(root: Path, explicit: Path | None = None) -> Config:
    """Read the settings for an audit of `root`.

    The nearest folder at or above `root` that holds an `overhaul.toml`, or a `pyproject.toml` with `[tool.overhaul]`,
    decides; the search ends at the folder that holds `.git`. `explicit` names the file instead.

    Raises ConfigError for a file that cannot be read, an unknown key (the known ones are listed) or a wrong value.
    """
    if explicit is not None:
        if not explicit.is_file():
            what = "is a folder" if explicit.is_dir() else "does not exist"
            raise ConfigError(f"configuration file {explicit} {what}: check the path given with --config")
        return _read(explicit) or Config(source=str(explicit))
    start = root if root.is_dir() else root.parent
    for folder in (start, *start.parents):
        for name in ("overhaul.toml", "pyproject.toml"):
            file = folder / name
            if file.is_file() and (config := _read(file)) is not None:
                return config
        if (folder / ".git").exists():
            break
    return Config()


def _read(file: Path) -> Config | None:
    """The settings in one file; None for a pyproject.toml that has none."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read as TOML ({error}): mend the file") from error
    where = f"{file}: [tool.overhaul]" if file.name == "pyproject.toml" else f"{file}:"
    found: Any = document
    if file.name == "pyproject.toml":
        tools: Any = document.get("tool")
        found = cast("dict[str, Any]", tools).get("overhaul") if isinstance(tools, dict) else None
        if found is None:
            return None
    if not isinstance(found, dict):
        raise ConfigError(f"{where} is no table: write the keys below [tool.overhaul]")
    table = cast("dict[str, object]", found)
    known = {field.encode_name for field in msgspec.structs.fields(Config)} - {"source", "also-exclude"}
    for key in table:
        if key in known:
            continue
        if key == "tool" and file.name != "pyproject.toml":
            raise ConfigError(f"{where} the keys stand at the top level here: take [tool.overhaul] away")
        close = get_close_matches(key, known)
        near = f"did you mean {' or '.join(close)}? " if close else ""
        raise ConfigError(f"{where} unknown key {key!r}: {near}(known keys: {', '.join(sorted(known))})")
    _check_roles(where, table.get("roles"))
    try:
        return msgspec.convert({**table, "source": str(file)}, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where} {error}: mend the value") from error


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
        for key in keys:
            if key not in known:
                close = get_close_matches(key, known)
                near = f"did you mean {' or '.join(close)}? " if close else ""
                raise ConfigError(f"{at}: unknown key {key!r}: {near}(known keys: {', '.join(sorted(known))})")
        if not any(keys.get(key) for key in ("names", "bases", "decorators", "modules")):
            raise ConfigError(f"{at} fits nothing: give it names, bases, decorators or modules")
