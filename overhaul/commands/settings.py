"""What the settings say of rules, held against the rules there are, before any file is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from overhaul.config import Config, own_settings
from overhaul.errors import ConfigError, UnknownName, UsageError
from overhaul.leaves import Leaves
from overhaul.options import SEVERITY
from overhaul.toml import check_keys, mismatch, section


def check_flags(leaves: Leaves, select: Iterable[str], ignore: Iterable[str]) -> None:
    """Raises UsageError for a name given with the command that no rule has or fits."""
    for flag, names in (("--select", select), ("--ignore", ignore)):
        _named(flag, names, leaves)


def check_rules(config: Config, leaves: Leaves) -> None:
    """Raises ConfigError for a rule, or an option of one, that nobody knows, and for a value that it cannot have.

    Where leaves of the user's own were left out, what is not known may be about one of them, and is passed over.
    """
    file = Path(config.source)
    if leaves.complete:
        for key, names in (
            ("select", config.select), ("extend-select", config.extend_select), ("ignore", config.ignore)
        ):  # fmt: skip
            _named(f"{section(file)} {key}", names, leaves)
        for pattern, settings in config.per_path.items():
            at = section(file, "per-path", pattern)
            _named(f"{at} ignore", settings.ignore, leaves)
            _known(f"{at} {SEVERITY}", settings.severity, leaves)
        _known(f"{section(file)} rules", config.rules, leaves)
    for name in config.rules.keys() & leaves.rules.keys():
        _check_options(section(file, "rules", name), name, config, leaves)


def _check_options(where: str, name: str, config: Config, leaves: Leaves) -> None:
    options = leaves.rules[name].options
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(options)} if options else {}
    check_keys(where, config.rules[name], {*fields, SEVERITY})
    settings = own_settings(config.rules[name])
    for key, value in settings.items():
        try:
            msgspec.convert(value, fields[key])
        except msgspec.ValidationError as error:
            wrong = mismatch(error, value, fields[key])
            raise ConfigError(f"{where} {key}: {wrong}: mend the value") from error
    if options is not None:
        try:
            msgspec.convert(settings, options)
        except msgspec.ValidationError as error:  # what its own check refuses
            raise ConfigError(f"{where} {error}: mend the values") from error


def _named(where: str, names: Iterable[str], leaves: Leaves) -> None:
    """Refuse a name or pattern that no rule has or fits."""
    try:
        leaves.rules_named(names)
    except UnknownName as error:
        raise (UsageError if where.startswith("--") else ConfigError)(f"{where}: {error}") from None


def _known(where: str, names: Iterable[str], leaves: Leaves) -> None:
    """Refuse a name that no rule has; patterns are none."""
    for name in names:
        if name not in leaves.rules:
            raise ConfigError(f"{where}: {UnknownName('rule', name, leaves.rules)}")
