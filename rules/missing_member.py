"""Methods and attributes that the receiver's class does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import InterfaceMismatch
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def missing_member(mismatches: Sequence[InterfaceMismatch]) -> Iterator[Finding]:
    """A method or attribute is asked of an object whose class does not have it.

    Why: it raises AttributeError as soon as the line runs. It is what remains where two components were built against
    different ideas of one interface, or where one was renamed and a caller was forgotten.

    Instead: call what the class has (the nearest names are given), or give it what is asked.

    Said only when the class of the receiver is known: it is constructed on the spot (an error), or annotated (a
    warning). Bases, mixins, `__getattr__`, attributes set from outside or by name, subclasses, and code that asks with
    isinstance or hasattr first are taken into account: what may be there is not reported.
    """
    for row in mismatches:
        near = f": did you mean {' or '.join(row.near)}?" if row.near else ""
        what = "called on" if row.how == "call" else "read from"
        owner = row.owner.rpartition(".")[2]
        yield Finding(
            rule="missing_member", severity="error" if row.confidence == "high" else "warning",
            message=f"{row.member} is {what} {row.receiver}, a {owner}, which does not have it{near}",
            module=row.module, path=row.path, line=row.line,
            name=f"{row.scope}.{row.receiver}.{row.member}".lstrip("."),
            because=(f"{row.receiver} is a {row.owner}",),
        )  # fmt: skip
