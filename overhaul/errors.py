"""Everything overhaul raises on purpose, as one tree.

    OverhaulError                 anything below; the message is one line: what, where, remedy
    ├── UsageError                the user asked for something that cannot be done: exit code 2
    │   ├── ConfigError           a configuration file, key or value
    │   ├── TargetError           a path that is missing, unreadable or holds no Python
    │   ├── QueryError            SQL that SQLite refuses
    │   └── UnknownName           a rule, report, table or kind that nobody provides
    ├── Refused                   a migration that cannot be proven or carried out as it stands: exit code 1
    │   └── NotWritten            a plan that the disk or git stands in the way of; `reasons` has each on one line
    ├── Unreadable                one file that cannot be read or parsed; the run makes a Failure row of it
    └── LeafError                 a leaf that cannot be loaded or that failed: exit code 3
        └── LeafConflict          two leaves that fill one table, or share one name

What goes wrong with one audited file never ends the run: it becomes a `Failure` row.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class OverhaulError(Exception):
    """One line that says what is wrong, where, and what to do about it."""

    exit_code = 3


class UsageError(OverhaulError):
    """The request cannot be carried out as it stands."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file, key or value is wrong."""


class TargetError(UsageError):
    """The path to audit is missing, unreadable, or holds no Python."""


class QueryError(UsageError):
    """SQLite refuses the statement."""


class UnknownName(UsageError):
    """A name that nobody provides; the message lists the nearest or all known ones."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        """Build the message from the kind of thing, the name asked for, and the names there are."""
        super().__init__(f"unknown {what} {name!r}: {did_you_mean(name, known)}")


class Refused(OverhaulError):
    """A migration cannot be planned, proven or written as it stands; nothing has been changed."""

    exit_code = 1


class NotWritten(Refused):
    """The disk, or git, stands in the way of a plan; all reasons are told at once."""

    def __init__(self, reasons: Iterable[str]) -> None:
        """`reasons`: one line each, place first."""
        self.reasons = tuple(reasons)
        more = f" (and {len(self.reasons) - 3} more reasons)" if len(self.reasons) > 3 else ""
        super().__init__("; ".join(self.reasons[:3]) + more)


class Unreadable(OverhaulError):
    """One audited file that cannot be read, decoded or parsed; the message is the reason alone."""


class LeafError(OverhaulError):
    """A leaf cannot be loaded, or failed while it ran."""


class LeafConflict(LeafError):
    """Two leaves fill one table, or share one name."""


def blame(error: BaseException) -> str:
    """An exception on one line: its type, its message, and the file and line that raised it."""
    where = place(error)
    return f"{said(error)} at {where}" if where else said(error)


def said(error: BaseException) -> str:
    """An exception on one line: its type and its message."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def place(error: BaseException, outside: str = "") -> str:
    """File and line that raised an exception, or that called whatever in the file `outside` did; "" when none did."""
    where = ""
    trace = error.__traceback__
    while trace is not None:
        if (file := trace.tb_frame.f_code.co_filename) != outside:
            where = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A remedy for a mistyped name: the nearest known ones, else all of them."""
    names = sorted(known)
    near = get_close_matches(name, names, n=3)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"known: {', '.join(names)}" if names else "none are known"
