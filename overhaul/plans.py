"""A plan: what becomes of each file, what the proof says of it, and what is left for people to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import msgspec

from overhaul.changes import FileChange, Leftover, Moved, Replaced
from overhaul.requests import Request


class Step(msgspec.Struct, frozen=True):
    """One codemod and what it is asked to do."""

    codemod: str
    request: Request
    title: str = ""
    """What to call it where it is told; "" for the codemod and its target."""
    leave_strings: bool = False
    """Strings in code that speak of what is moved, and cannot be rewritten exactly, are left as they are and told."""

    @property
    def called(self) -> str:
        """What to call it."""
        return self.title or f"{self.codemod}{said(self.request)}"


class Refusal(msgspec.Struct, frozen=True, order=True):
    """Why a plan may not be written: one place where a check fails."""

    path: str
    line: int
    """In the file as it would be; 0 where no line is meant."""
    check: str
    why: str
    """One line: what would break."""
    remedy: str = ""
    step: int = 0
    """Number of the step, from 1; 0 for the plan as a whole. Set by the engine."""


class Check(msgspec.Struct, frozen=True):
    """One part of the proof."""

    name: str
    """request, second pass, frozen, decisions, round trip, compile, bindings, imports, cycles, commands."""
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
    left_out: tuple[str, ...] = ()
    """Steps (by number) and files that were left out on request."""
    separable: tuple[str, ...] = ()
    """What can be left out of a refused plan so that the rest may stand: numbers of steps, and paths of files in which
    only text that is no code changes. What is left is planned and proven anew."""
    parsed: int = 0
    """Contents of files that were parsed for it: as they are, and as they would be."""
    replaced: tuple[Replaced, ...] = ()
    """What is used instead of what; names before are those of the disk, names after those of the end."""
    idle: tuple[int, ...] = ()
    """Steps, by number, that change nothing: what they ask for is done already, or was never there."""

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Of all checks; a plan with any is not written."""
        return tuple(one for check in self.checks for one in check.refusals)


def said(request: Request) -> str:
    """What a request asks for, without the keys that are as if nobody had said them: ` target=a:X to=Y`."""
    values = msgspec.to_builtins(request)
    fields = {field.encode_name: field for field in msgspec.structs.fields(request)}
    told = (key for key, field in fields.items() if field.required or getattr(request, field.name) != field.default)
    return "".join(f" {key}={_plain(values[key])}" for key in told)


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, cast("Sequence[object]", value)))
    return str(value).lower() if isinstance(value, bool) else str(value)
