"""Findings: what rules say about places, and what has become of what they said."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from overhaul.config import Severity
from overhaul.facts import Row

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
"""The most severe first."""
Status = Literal["new", "inherited", "suppressed"]
"""new: nobody has said anything about it; inherited: it stands in the baseline; suppressed: a comment in the source
says that it may stay."""


class Place(msgspec.Struct, frozen=True):
    """One more place that a finding is about."""

    path: str
    """Relative to the audited root, with forward slashes."""
    line: int
    what: str = ""
    """What stands there, on one line; "" where path and line say enough."""


class Judged(msgspec.Struct, frozen=True):
    """What the other rules said, for a rule that asks for it and so runs after them."""

    findings: tuple[Finding, ...]
    """Of all files, before any comment suppressed them."""
    rules: frozenset[str]
    """Those that ran, whether they found anything or not."""
    known: frozenset[str] = frozenset()
    """All that there are; none where leaves of the user's own were left out, so that nobody can tell."""


class Finding(Row, frozen=True):
    """What a rule has to say about one place.

    Rules fill the fields down to `members`; the others are filled behind them.
    """

    rule: str
    severity: Severity
    message: str
    module: str
    """Dotted; "" for a place that is no module of the project."""
    path: str
    """Relative to the audited root, with forward slashes."""
    line: int
    """1-based."""
    name: str
    """What it is about, dotted inside the module; part of the finding's identity, so that no line may stand in it."""
    because: tuple[str, ...] = ()
    """What a reader can check, each a short text."""
    places: tuple[Place, ...] = ()
    """The other places that take part: a finding is reported for a file when it stands in it or names a place there."""
    members: tuple[str, ...] = ()
    """Of a finding about a group, such as a ring: its modules, dotted, or `module:Name` for what stands in one. Each is
    held against the baseline by itself, so that one that joins is not inherited; under which of them the finding stands
    does not matter then."""
    identity: str = ""
    """The same as long as rule, module and name are, and among findings that share them their order."""
    status: Status = "new"
    reason: str = ""
    """Why it is suppressed."""
