"""What the user has set: flag beats file beats default, and an unknown key is refused."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from overhaul.errors import ConfigError, did_you_mean


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul]` in pyproject.toml, or of overhaul.toml.

    Paths and patterns are relative to the folder of the file they are written in.
    """

    exclude: tuple[str, ...] = ()
    """Files left out, as gitignore patterns relative to the audited root."""
    respect_gitignore: bool = True
    """Leave out what git ignores."""
    roots: tuple[str, ...] = ()
    """Import roots (the folders that stand on `sys.path`); found from packaging metadata when empty."""
    leaves: tuple[str, ...] = ()
    """Folders with leaves of the user's own."""
    jobs: int = 0
    """Processes that parse; 0 means one per processor."""
    file_timeout: float = 60.0
    """Seconds one file may take before its worker is ended and the file becomes a failure."""
    select: tuple[str, ...] = ()
    """Rules that run; all when empty."""
    ignore: tuple[str, ...] = ()
    """Rules that do not run."""
    rules: Mapping[str, Mapping[str, msgspec.Raw | str | int | float | bool | list[str]]] = {}
    """Options of single rules: `[tool.overhaul.rules.NAME]`."""
    source: str = ""
    """Where these settings were read; not a key of the file."""


def load_config(root: Path, explicit: Path | None = None) -> Config:
    """Read the settings for an audit of `root`.

    The nearest folder at or above `root` that holds an `overhaul.toml`, or a `pyproject.toml` with `[tool.overhaul]`,
    decides; the search ends at the folder that holds `.git`. `explicit` names the file instead.

    Raises ConfigError for a file that cannot be read, an unknown key (the known ones are listed) or a wrong value.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise ConfigError(f"configuration file {explicit} does not exist: check the path given with --config")
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
        if file.name == "pyproject.toml" and not isinstance(error, tomllib.TOMLDecodeError):
            return None
        raise ConfigError(f"{file}: cannot be read as TOML ({error}): mend the file") from error
    table = document if file.name != "pyproject.toml" else document.get("tool", {}).get("overhaul")
    if table is None:
        return None
    known = {field.encode_name for field in msgspec.structs.fields(Config)} - {"source"}
    for key in table:
        if key not in known:
            raise ConfigError(f"{file}: unknown key {key!r} in [tool.overhaul]: {did_you_mean(key, known)}"
                              f" (known keys: {', '.join(sorted(known))})")
    try:
        return msgspec.convert({**table, "source": str(file)}, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: [tool.overhaul] {error}: mend the value") from error
