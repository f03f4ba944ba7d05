"""One function with all that is known of it, and what is said of it in the end."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from overhaul.facts import Body, Function, Remark
from overhaul.pretending.promises import Promise
from overhaul.redundancy import Reach, Tier

Pattern = Literal[
    "empty", "not_implemented", "constant", "contradiction", "unused_parameters", "simulated", "fake_data",
    "announced", "swallowed", "marker",
]  # fmt: skip


class Verdict(NamedTuple):
    """What is wrong with one function."""

    tier: Tier
    pattern: Pattern
    why: str
    marker_line: int | None
    evidence: tuple[str, ...]


class Case(NamedTuple):
    """A function with what is known of it."""

    module: str
    row: Function
    body: Body
    promise: Promise
    remark: Remark | None
    """The strongest in it, or right before it."""
    reach: Reach | None

    @property
    def last(self) -> str:
        """The last part of its name."""
        return self.row.name.rpartition(".")[2]

    @property
    def marked(self) -> bool:
        """Whether a remark says so in words that mean nothing else."""
        return self.remark is not None and self.remark.strength != "hint"

    @property
    def called(self) -> bool:
        """Whether anything calls it for sure."""
        return self.reach is not None and self.reach.callers > 0


def told(remark: Remark) -> str:
    """The reason in a few words."""
    return f"{remark.phrase} in the function" if remark.strength == "tag" else f"says {remark.phrase}"


def quoted(remark: Remark) -> str:
    """The line that says so."""
    return f'"{remark.text.strip()}"'


def deed(body: Body) -> str:
    """What a body does, in a few words."""
    if body.form == "empty":
        return EMPTY.get(body.how, "does nothing")
    if body.form == "announced":
        return f'prints or logs "{body.message[:60]}"' + (f", returns {body.how}" if body.how else "")
    return f"returns {body.how}"


EMPTY: Final = {
    "pass": "a body of pass", "dots": "a body of dots", "docstring": "only a docstring", "return": "only returns",
    "return None": "only returns None", "nothing": "does nothing",
}  # fmt: skip
"""How an empty body is written -> in a few words."""
