"""Code that claims to do something and does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from overhaul.findings import Finding
from overhaul.leaves import Rule
from overhaul.redundancy import Placeholder, Tier

_SEVERITY: Final[Mapping[Tier, Literal["warning", "note"]]] = {"certain": "warning", "likely": "note"}


@Rule
def placeholder(placeholders: Sequence[Placeholder]) -> Iterator[Finding]:
    """A function claims to do something by its name, docstring or annotation, and does not.

    Why: whoever calls it gets an answer and believes it: a price that is always 50, an order that nobody sends, an
    error that nobody sees. Tests pass, for nothing fails.

    Instead: write it; or raise NotImplementedError with a message that says what is missing, so that nobody takes it
    for done; or delete it with its callers. What is meant to do nothing says so in its docstring ("does nothing by
    default: subclasses override it").

    A warning is certain: a body that is nothing, or a constant with a remark beside it that says so. A note is likely:
    a constant that contradicts the promise, work that only sleeps, records of the usual examples, exceptions that
    nobody sees, "for now" in a comment.
    """
    for row in placeholders:
        severity = _SEVERITY.get(row.tier)
        if severity is None:
            continue
        yield Finding(
            rule="placeholder", severity=severity, message=f"{row.name or row.module}: {row.why}{_callers(row)}",
            module=row.module, path=row.path, line=row.line, name=row.name, because=row.evidence[:3],
        )  # fmt: skip


def _callers(row: Placeholder) -> str:
    """Who gets what it gives."""
    match row.callers:
        case 0:
            return ""
        case 1 if row.called_by:
            return f"; {row.called_by[0]} calls it"
        case _:
            return f"; called by {row.callers} functions"
