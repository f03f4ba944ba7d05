"""What a record of a decision, or of a pattern, says beside its text."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

FOLDER: Final = "docs/decisions"
"""Where decisions stand, unless a campaign says otherwise."""
PATTERNS: Final = "patterns"
"""The folder below it with the patterns."""
MARK: Final = "toml overhaul"
"""How the fenced block begins that holds what we read."""
Status = Literal["proposed", "accepted", "rejected", "deprecated", "superseded"]
Kind = Literal["decision", "pattern"]
Value = bool | int | float | str | tuple[str, ...]
"""A field of a row, as TOML has it; None is the text "none"."""


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """One `[[evidence]]`: what it rests on, and what was there to be seen."""

    link: str
    """Rows, `managers:shop.app.*`, of which only some fields count with `#tier,bases` behind it; or an expression."""
    rows: dict[str, dict[str, Value]] = {}
    """What a row is called -> its fields."""
    holds: bool | None = None
    """Whether an expression held that compares something; None for any other."""
    figures: dict[str, float] = {}
    """The figures in an expression, as they are written there."""


class Protection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """One `[[protected]]`: what is not to be done to what."""

    rule: str
    """In words: `state machines stay separate`."""
    must_not: tuple[str, ...]
    """What is not to be done: unify, move, rename, or another word with which names of codemods begin."""
    what: tuple[str, ...]
    """Rows, `state_machines:*`, or patterns of dotted names."""


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """One `[[reviewed]]`: somebody has looked at evidence that had changed."""

    by: str
    on: datetime.date
    reason: str
    changes: tuple[str, ...] = ()
    """What had changed, a line each."""


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """What stands in the fenced block of a record."""

    phase: str = ""
    """The phase of a campaign that it belongs to."""
    evidence: tuple[Seen, ...] = ()
    protected: tuple[Protection, ...] = ()
    reviewed: tuple[Review, ...] = ()


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One file: a decision or a pattern."""

    id: str
    """The digits that its name begins with; with a P before them for a pattern."""
    kind: Kind
    title: str
    status: str
    """A `Status` where there is a block; else as it is written, "" where nothing says."""
    file: str
    """As one would write it from the folder that is audited."""
    block: Block = Block()
    lines: Mapping[str, int] = {}
    """Link -> the line it stands in."""

    @property
    def standing(self) -> bool:
        """Whether it is to be looked at: neither rejected nor out of force."""
        return self.status in ("proposed", "accepted")

    @property
    def called(self) -> str:
        """`decision 0007`, `pattern P0001`."""
        return f"{self.kind} {self.id}"
