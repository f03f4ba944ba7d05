"""A plan: what becomes of each file, what the proof says of it, and what is left for people to do."""

from __future__ import annotations

import msgspec

from overhaul.changes import FileChange, Leftover, Moved
from overhaul.requests import Request


class Step(msgspec.Struct, frozen=True):
    """One codemod and what it is asked to do."""

    codemod: str
    request: Request
    title: str = ""
    """What to call it where it is told; "" for the codemod and its target."""


class Refusal(msgspec.Struct, frozen=True, order=True):
    """Why a plan may not be written: one place where a check fails."""

    path: str
    line: int
    """In the file as it would be; 0 where no line is meant."""
    check: str
    why: str
    """One line: what would break."""
    remedy: str = ""


class Check(msgspec.Struct, frozen=True):
    """One part of the proof."""

    name: str
    """round trip, compile, second pass, bindings, imports, cycles, commands."""
    looked: int
    """How many files, names, edges or tests it has looked at."""
    refusals: tuple[Refusal, ...] = ()
    skipped: str = ""
    """Why it was not made; "" where it was."""


class Plan(msgspec.Struct, frozen=True):
    """What is to be written, or why not."""

    steps: tuple[Step, ...]
    files: tuple[FileChange, ...]
    """By path; from the disk to the end of the last step. Empty where nothing is left to do."""
    moved: tuple[Moved, ...]
    leftovers: tuple[Leftover, ...]
    checks: tuple[Check, ...]

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Of all checks; a plan with any is not written."""
        return tuple(one for check in self.checks for one in check.refusals)
