"""Evidence: what a criterion of a campaign has seen, thing by thing."""

from __future__ import annotations

from collections.abc import Iterable

from overhaul.facts import Row


class Evidence(Row, frozen=True):
    """One thing that a criterion has looked at, and whether it is as it should be.

    A criterion that looks at nothing has shown nothing: it must yield at least one, also where all is well.
    """

    met: bool
    what: str
    """On one line: what was seen, with its numbers."""
    path: str = ""
    """Relative to the audited root, with forward slashes; "" for what has no place."""
    line: int = 0
    """1-based; 0 for what has no place."""
    name: str = ""
    """What it is about, dotted with its module; "" for the codebase as a whole."""
    remedy: str = ""
    """What to do about it, as one would tell somebody: best a command."""
    unknown: bool = False
    """Nobody can tell whether it is met, and so it is not: `what` says why not."""

    @property
    def place(self) -> str:
        """`path:line`, or as much of it as there is."""
        return f"{self.path}:{self.line}" if self.path and self.line else self.path


def met(what: str, path: str = "", line: int = 0, name: str = "") -> Evidence:
    """Something that is as it should be."""
    return Evidence(met=True, what=what, path=path, line=line, name=name)


def unmet(what: str, path: str = "", line: int = 0, name: str = "", remedy: str = "") -> Evidence:
    """Something that is left to do."""
    return Evidence(met=False, what=what, path=path, line=line, name=name, remedy=remedy)


def untold(what: str, remedy: str = "") -> Evidence:
    """Something that nobody can tell, and that therefore is not met."""
    return Evidence(met=False, what=what, remedy=remedy, unknown=True)


def all_met(evidence: Iterable[Evidence]) -> bool:
    """Whether there is any evidence, and all of it is met."""
    found = tuple(evidence)
    return bool(found) and all(one.met for one in found)
