"""Methods and attributes that the receiver's class does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec

from overhaul.facts import Class, Facts, InterfaceMismatch
from overhaul.findings import Finding
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.placing import Whereabouts


class MissingMemberOptions(Options, frozen=True):
    """How sure it must be."""

    confidence: Annotated[
        Literal["high", "medium"],
        msgspec.Meta(description="The least: high where the receiver is constructed on the spot, medium by annotation"),
    ] = "medium"


@Rule
def missing_member(
    mismatches: Sequence[InterfaceMismatch], layout: Layout, classes: Facts[Class], options: MissingMemberOptions
) -> Iterator[Finding]:
    """A method or attribute is asked of an object whose class does not have it.

    Why: it raises AttributeError as soon as the line runs. It is what remains where two components were built against
    different ideas of one interface, or where one was renamed and a caller was forgotten.

    Instead: call what the class has (the nearest names are given), or give it what is asked.

    Said only when the class of the receiver is known: it is constructed on the spot (an error), or annotated (a
    warning). Bases, mixins, `__getattr__`, attributes set from outside or by name, subclasses, and code that asks with
    isinstance or hasattr first are taken into account: what may be there is not reported.
    """
    where = Whereabouts(layout, None, classes)
    for row in mismatches:
        if row.confidence != "high" and options.confidence == "high":
            continue
        near = f": did you mean {' or '.join(row.near)}?" if row.near else ""
        what = "called on" if row.how == "call" else "read from"
        owner = row.owner.rpartition(".")[2]
        yield Finding(
            rule="missing_member", severity="error" if row.confidence == "high" else "warning",
            message=f"{row.member} is {what} {row.receiver}, a {owner}, which does not have it{near}",
            module=row.module, path=row.path, line=row.line,
            name=f"{row.scope}.{row.receiver}.{row.member}".lstrip("."),
            places=tuple(where.of(row.owner, f"{row.receiver} is a {row.owner}")),
        )  # fmt: skip
