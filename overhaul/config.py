"""What the user has set: flag beats file beats default, and an unknown key is refused."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, cast, get_args

import msgspec

from overhaul.contracting.entries import frozen_code, own_contracts
from overhaul.contracting.foreign import adopted
from overhaul.contracts import Contract, Frozen, Misread, Tool
from overhaul.errors import ConfigError
from overhaul.justified import Justification as Justification
from overhaul.justified import justifications
from overhaul.standing import ours
from overhaul.thresholds import Perf
from overhaul.toml import as_table, check_keys, mismatch, parsed, section, written


class RolePattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.roles.NAME]`: what belongs to a family of the project's own.

    A class belongs to it when any of `names`, `bases` and `decorators` fits; with `modules` only where it stands in one
    of these, and with `modules` alone every class there that is no mere data. Names and modules are patterns of
    `fnmatch`, with their case; bases and decorators are dotted names, or the last parts of one.
    """

    names: tuple[str, ...] = ()
    """Patterns of the names of its classes: `*Strategy`."""
    bases: tuple[str, ...] = ()
    """Classes that they inherit from, be it by way of others."""
    decorators: tuple[str, ...] = ()
    """Decorators that they have."""
    modules: tuple[str, ...] = ()
    """Patterns of the modules that they stand in: `shop.pricing.*`."""
    exclude: tuple[str, ...] = ()
    """Names (plain, or dotted with the module) that do not belong to it all the same."""
    functions: bool = False
    """Functions of modules count as well, by name or decorator."""
    tests: bool = False
    """Classes of tests count as well."""


Severity = Literal["error", "warning", "note"]
Setting = bool | int | float | str | tuple[str, ...]
"""What a key of a rule's own can be."""


class PathSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.per-path."PATTERN"]`: what holds for the files that the pattern fits."""

    ignore: tuple[str, ...] = ()
    """Rules, by name, family or pattern, whose findings are left out there."""
    severity: dict[str, Severity] = {}
    """Rule -> the severity of its findings there."""


class Verify(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.verify]`: the project's own checks, run in a scratch copy before and after a change.

    What failed before may fail, and nothing else.
    """

    commands: tuple[str, ...] = ()
    """Commands of the shell, as `pytest -q`, run in the folder that is audited."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 1800.0
    """Seconds that each may take."""


Trigger = Literal["tests", "imports", "performance", "state"]
"""What takes a written step back: checks that fail, imports that lead nowhere, lost speed, state that nobody can
read."""


class Rollback(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.rollback]`: what is looked at behind a step, and what takes it back.

    Looked at only where `--roll-back-on` asks for it.
    """

    performance_command: str = ""
    """Measures the program, and writes the files below."""
    performance_files: tuple[str, ...] = ()
    """Profiles or benchmarks that it writes, relative to the audited folder; those that are there go before."""
    tolerance: Annotated[float, msgspec.Meta(gt=0, le=10)] = 0.2
    """The part by which something may become slower: 0.2 for 20%."""
    state_command: str = ""
    """Reads state that was written before the step, and exits with 0 when it could."""


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
    """Rules that run, by name, family (`hardening`) or pattern (`*_cache`); when empty, all that are of no family."""
    extend_select: tuple[str, ...] = ()
    """Rules that run as well, named likewise: `["hardening"]` adds a family to those that run anyhow."""
    ignore: tuple[str, ...] = ()
    """Rules that do not run, by name, family or pattern."""
    rules: dict[str, dict[str, Setting]] = {}
    """Rule -> its `severity`, and the options that it has of its own (`overhaul explain RULE` lists them)."""
    per_path: dict[str, PathSettings] = {}
    """Gitignore pattern -> what holds for the files it fits; of several that name a rule the last one wins."""
    baseline: str = "overhaul-baseline.txt"
    """The ledger of findings that are inherited; there need be none."""
    campaign: str = "overhaul-campaign.toml"
    """The campaign that `overhaul plan` writes; there need be none."""
    fail_on: Severity = "note"
    """The least severity of a new finding that makes `overhaul check` fail."""
    roles: dict[str, RolePattern] = {}
    """Families of the project's own, by name."""
    justified: tuple[Justification, ...] = ()
    """Groups of duplicates and other candidates that stay as they are; those of the ledger are added."""
    justified_file: str = ""
    """A TOML file with more of them, each a `[[justified]]`: a ledger."""
    contracts: tuple[Contract, ...] = ()
    """What is agreed about imports; those of other tools are added."""
    read_contracts: tuple[Tool, ...] = ("import-linter", "tach")
    """Tools whose contracts are read as well, from the folder of the settings."""
    frozen: tuple[Frozen, ...] = ()
    """Definitions and files that are not to be changed."""
    verify: Verify = Verify()
    """The project's own checks, which a migration has to leave as they are."""
    coverage_data: str = ""
    """Data of coverage.py (`.coverage`, or its JSON report), for the test matrix; none is read unless it is named."""
    rollback: Rollback = Rollback()
    """What is looked at behind a step, and what takes it back."""
    perf: Perf = Perf()
    """How profiles are read: components, and the share of the time that each may take."""
    misread: tuple[Misread, ...] = ()
    """What of the contracts of other tools could not be made use of; not a key of the file."""
    source: str = ""
    """Where these settings were read; not a key of the file."""
    passed_over: tuple[str, ...] = ()
    """Settings files that belong to somebody else, and so do not count; not a key of the file."""
    also_exclude: tuple[str, ...] = ()
    """Patterns given with the command, relative to the audited root; not a key of the file."""


_FILLED: Final = {"source", "also-exclude", "misread", "passed-over"}
"""Fields of Config that are no keys."""


def own_settings(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """A rule's settings without what every rule has."""
    return {key: value for key, value in settings.items() if key != "severity"}


def load_config(root: Path, explicit: Path | None = None) -> Config:
    """Read the settings for an audit of `root`.

    The nearest folder at or above `root` that holds an `overhaul.toml`, or a `pyproject.toml` with `[tool.overhaul]`,
    decides; the search ends at the folder that holds `.git`. A file above `root` counts only if it belongs to the user,
    to root, or to whoever `root` belongs to: anybody may put one into a folder such as /tmp. `explicit` names the file
    instead.

    Raises ConfigError for a file that cannot be read, an unknown key (the known ones are listed) or a wrong value.
    """
    start = root if root.is_dir() else root.parent
    if explicit is not None:
        if not explicit.is_file():
            what = "is a folder" if explicit.is_dir() else "does not exist"
            raise ConfigError(f"configuration file {explicit} {what}: check the path given with --config")
        return _adopting(_read(explicit, start) or Config(source=str(explicit)), [explicit.parent], start)
    above: list[Path] = []
    others: list[str] = []
    for folder in (start, *start.parents):
        above.append(folder)
        for name in ("overhaul.toml", "pyproject.toml"):
            file = folder / name
            if not file.is_file():
                continue
            if folder != start and not ours(file, start):
                others += [str(file)] if name == "overhaul.toml" or _speaks(file) else []
            elif (config := _read(file, start)) is not None:
                return _adopting(msgspec.structs.replace(config, passed_over=tuple(others)), [folder], start)
        if os.path.lexists(folder / ".git"):
            break
    return _adopting(Config(passed_over=tuple(others)), above, start)


def _speaks(file: Path) -> bool:
    """Whether a settings file of somebody else may be about overhaul."""
    try:
        return b"overhaul" in file.read_bytes()
    except OSError:
        return False


def _adopting(config: Config, folders: list[Path], root: Path) -> Config:
    """The settings, with what the project has agreed on in the settings of other tools in one of the folders."""
    contracts, misread = adopted(folders, config.read_contracts, config.contracts, root)
    return msgspec.structs.replace(config, contracts=contracts, misread=misread)


def _read(file: Path, root: Path) -> Config | None:
    """The settings in one file; None for a pyproject.toml that has none."""
    text, document = parsed(file)
    where = section(file)
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
    known = {field.encode_name for field in msgspec.structs.fields(Config)} - _FILLED
    check_keys(where, table, known)
    _check_roles(where, table.get("roles"))
    _check_rules(file, table)
    _check_verify(where, table.get("verify", {}))
    if "fail-on" in table:
        _check_severity(f"{where} fail-on", table["fail-on"])
    justified = table.pop("justified", None)
    contracts = own_contracts(file, root, text, table.pop("contracts", None))
    frozen = frozen_code(file, root, text, table.pop("frozen", None))
    for field in msgspec.structs.fields(Config):
        if field.encode_name in table:
            _check_type(f"{where} {field.encode_name}", table[field.encode_name], field.type)
    config = msgspec.convert({**table, "source": str(file)}, Config)
    entries = justifications(where, file, root, text, justified, config.justified_file)
    return msgspec.structs.replace(config, justified=entries, contracts=contracts, frozen=frozen)


def _check_rules(file: Path, table: Mapping[str, object]) -> None:
    """Raises ConfigError for settings of rules that cannot be meant so; whether there are such rules is not asked."""
    where = section(file)
    rules = as_table(f"{where} rules", table.get("rules", {}), "write the name of a rule behind it: [rules.NAME]")
    for name, settings in rules.items():
        at = section(file, "rules", name)
        keys = as_table(at, settings, "write `severity`, or an option of the rule, below it")
        if "severity" in keys:
            _check_severity(f"{at} severity", keys["severity"])
        for key, value in keys.items():
            _check_type(f"{at} {key}", value, Setting)
    patterns = as_table(f"{where} per-path", table.get("per-path", {}), 'write a pattern behind it: per-path."tests/"')
    known = [field.encode_name for field in msgspec.structs.fields(PathSettings)]
    for pattern, settings in patterns.items():
        at = section(file, "per-path", pattern)
        if not pattern.strip() or pattern.startswith(("!", "#")):
            raise ConfigError(f"{at} fits no file: write a pattern as in .gitignore, without ! or # before it")
        keys = as_table(at, settings, "write `ignore` or `severity` below it")
        check_keys(at, keys, known)
        severities = as_table(f"{at} severity", keys.get("severity", {}), 'write { RULE = "note" }')
        for rule, severity in severities.items():
            _check_severity(f"{at} severity.{rule}", severity)
        _check_type(f"{at} ignore", keys.get("ignore", ()), tuple[str, ...], "list names of rules")


def _check_type(where: str, value: object, expected: object, remedy: str = "mend the value") -> None:
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {mismatch(error, value, expected)}: {remedy}") from error


def _check_severity(where: str, severity: object) -> None:
    known: tuple[str, ...] = get_args(Severity)
    if severity not in known:
        raise ConfigError(f"{where}: expected {' or '.join(known)}, got {written(severity)}: mend the value")


def _check_verify(where: str, value: object) -> None:
    """Raises ConfigError for checks that cannot be meant so."""
    keys = as_table(f"{where} verify", value, "write `commands` below [verify]")
    check_keys(f"{where} verify:", keys, [field.encode_name for field in msgspec.structs.fields(Verify)])
    for field in msgspec.structs.fields(Verify):
        if field.encode_name in keys:
            _check_type(f"{where} verify.{field.encode_name}", keys[field.encode_name], field.type)


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
        check_keys(f"{at}:", keys, known)
        if not any(keys.get(key) for key in ("names", "bases", "decorators", "modules")):
            raise ConfigError(f"{at} fits nothing: give it names, bases, decorators or modules")
        for field in msgspec.structs.fields(RolePattern):
            if field.encode_name in keys:
                _check_type(f"{at}.{field.encode_name}", keys[field.encode_name], field.type)
