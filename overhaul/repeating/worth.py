"""Which groups of duplicates are worth a finding: two rules have to agree on it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from overhaul.config import Config, own_settings
from overhaul.options import Options
from overhaul.redundancy import Duplicate

Likeness = Literal["equal", "renamed", "changed"]
Unit = Literal["function", "method", "class", "run"]


class DuplicateOptions(Options, frozen=True):
    """The settings of the rule `unjustified_duplicate`."""

    least_lines: Annotated[
        int, msgspec.Meta(ge=1, description="Lines that one of them would save, from which on a group is reported")
    ] = 10
    warning_lines: Annotated[
        int, msgspec.Meta(ge=1, description="Lines that one of them would save, from which on it is a warning")
    ] = 25
    similarity: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="How alike the members must be where statements were changed")
    ] = 0.9
    types: Annotated[
        tuple[Likeness, ...],
        msgspec.Meta(
            min_length=1,
            description="equal; renamed: but for names and values; changed: but for some statements",
        ),
    ] = ("equal", "renamed", "changed")
    units: Annotated[
        tuple[Unit, ...], msgspec.Meta(min_length=1, description="What is compared; run: statements in a row")
    ] = ("function", "method", "class", "run")
    confidence: Annotated[Literal["high", "medium"], msgspec.Meta(description="The least")] = "high"

    def worth(self, row: Duplicate) -> bool:
        """Whether a group is reported, if nobody has justified it."""
        if not row.sure or (self.confidence == "high" and row.confidence != "high"):
            return False
        if row.unit not in self.units or _LIKENESS[row.type] not in self.types:
            return False
        return row.saved_lines >= self.least_lines and (row.type < 3 or row.similarity >= self.similarity)


def duplicate_options(config: Config) -> DuplicateOptions:
    """What the user has set of that rule, for another one."""
    return msgspec.convert(own_settings(config.rules.get("unjustified_duplicate", {})), DuplicateOptions)


_LIKENESS: Final[dict[int, Likeness]] = {1: "equal", 2: "renamed", 3: "changed"}
