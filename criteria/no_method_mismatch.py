"""Nothing asks a manager for what it does not have."""

from collections.abc import Iterator, Sequence

from overhaul.evidence import Evidence, met, unmet
from overhaul.facts import InterfaceMismatch
from overhaul.inventory import Manager
from overhaul.leaves import Criterion


@Criterion("managers")
def no_method_mismatch(managers: Sequence[Manager], mismatches: Sequence[InterfaceMismatch]) -> Iterator[Evidence]:
    """No code calls a method, or reads an attribute, that the manager it is asked of has not.

    Why: a name that is wrong by a letter is found when its line runs, which may be the day it is needed.

    To reach it: give it the name that the manager has; the rule missing_member lists the nearest.
    """
    owned = {row.dotted for row in managers}
    found = [row for row in mismatches if row.owner in owned]
    for row in found:
        near = f"; it has {', '.join(row.near)}" if row.near else ""
        what = f"{row.receiver}.{row.member}: {row.owner.rpartition('.')[2]} has no {row.member}{near}"
        yield unmet(what, row.path, row.line, row.owner, remedy=f"use {row.near[0]}" if row.near else "write it")
    if not found:
        yield met(f"none in what is asked of {len(owned)} managers")
