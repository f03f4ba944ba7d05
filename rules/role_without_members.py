"""Families of the configuration to which nothing belongs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from overhaul.config import Config
from overhaul.findings import Finding
from overhaul.inventory import CustomRole
from overhaul.leaves import Rule


@Rule
def role_without_members(config: Config, roles: Sequence[CustomRole]) -> Iterator[Finding]:
    """A family that the configuration names has no member.

    Why: a pattern that is misspelt, or that was right before something was renamed, hides a whole family silently.

    Instead: mend the names, bases, decorators or modules of the family, or take it out of the configuration.
    """
    members = {row.kind for row in roles}
    for role in sorted(config.roles.keys() - members):
        path = Path(config.source).name or "pyproject.toml"
        yield Finding(
            rule="role_without_members", severity="warning", message=f"nothing belongs to the role {role}",
            module="", path=path, line=1, name=role,
        )  # fmt: skip
