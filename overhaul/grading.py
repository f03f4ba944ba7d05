"""How severe a finding is in the end, and whether it is wanted where it stands: what the settings say of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import cast

import msgspec

from overhaul.config import Config, PathSettings, Severity
from overhaul.files.discovery import lead
from overhaul.files.gitignore import Rules
from overhaul.findings import Finding
from overhaul.options import SEVERITY


def grade(
    findings: Iterable[Finding], config: Config, root: Path, families: Mapping[str, str] = {}
) -> Iterator[Finding]:
    """The findings with the severities that the settings give them, without those that are ignored where they stand.

    What is said of a path goes before what is said of the rule, and of several patterns that fit a path the last one
    that names the rule decides. Patterns are relative to the folder of the settings file (to `root`, where that folder
    is not above it), the paths of findings to `root`, the audited folder. `families` says which family a rule is of.
    """
    severities: dict[str, Severity] = {
        name: cast("Severity", keys[SEVERITY]) for name, keys in config.rules.items() if SEVERITY in keys
    }
    if not severities and not config.per_path:
        yield from findings
        return
    above = lead(config.source, root)
    patterns = [(Rules([pattern], 0), settings) for pattern, settings in config.per_path.items()]

    @cache
    def around(path: str) -> list[PathSettings]:
        whole = posixpath.normpath(f"{above}{path}")
        return [settings for pattern, settings in patterns if _fits(pattern, whole)]

    for one in findings:
        family = families.get(one.rule, one.rule)
        severity = _severity(one, severities.get(one.rule) or one.severity, around(one.path), family)
        if severity == one.severity:
            yield one
        elif severity is not None:
            yield msgspec.structs.replace(one, severity=severity)


def _severity(
    finding: Finding, severity: Severity, around: Sequence[PathSettings], family: str
) -> Severity | None:
    """The severity of a finding by the settings of its path; None where it is ignored."""
    found: Severity | None = severity
    for settings in around:
        if any(name == family or fnmatchcase(finding.rule, name) for name in settings.ignore):
            found = None
        elif finding.rule in settings.severity:
            found = settings.severity[finding.rule]
    return found


def _fits(pattern: Rules, path: str) -> bool:
    """Whether a gitignore pattern names a file, or a folder above it."""
    parts = path.split("/")
    return any(
        pattern.verdict("/".join(parts[:depth]), parts[depth - 1], folder=depth < len(parts))
        for depth in range(1, len(parts) + 1)
    )
