"""How much is at risk when several things become one: a score in 0 to 1, made of six parts that are each shown.

Every part is a number in 0 to 1 that never falls when what it counts grows. A count c becomes c / (c + h): 0 for none,
one half at h, towards 1 without end, so that the hundredth user weighs less than the first. All six weigh the same: as
long as nobody has recorded which consolidations went wrong there is nothing to fit weights to, and equal weights then
predict about as well as fitted ones (R. M. Dawes, "The robust beauty of improper linear models in decision making",
American Psychologist 34 (1979), 571-582).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Final

import msgspec

from overhaul.redundancy import RiskName, RiskPart
from overhaul.repeating.risk_signatures import NONE, Distance

HALF_USERS: Final = 5
"""One more than the upper decile of the modules that use a definition which others use at all, where it was measured
(docs/risk.md)."""
HALF_FAN_IN: Final = 10
"""The upper decile of the importers of a module there."""
HALF_STATE: Final = 6
"""The upper decile of the attributes that a class assigns there."""
HALF_DECISIONS: Final = 9
"""The decisions of a function of cyclomatic complexity 10, the limit that T. J. McCabe recommends ("A complexity
measure", IEEE Transactions on Software Engineering SE-2 (1976), 308-320)."""
HALF_MEANINGS: Final = 5
"""Names that mean different things must be handed in: as many parameters as linters let a function have (pylint's
`max-args`)."""
WEIGHT: Final = 1 / 6
OF_ONE: Final = ("attribute", "module variable")
"""State of which that member counts which has most: copies of one class have no more kinds of state than one of
them."""


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted of one candidate."""

    users: int
    """Modules that use a member, once for each member they use."""
    fan_in: int
    """Modules, tests left out, that import a module of a member and have none themselves."""
    distance: Distance = NONE
    held: tuple[tuple[str, int], ...] = ()
    """What the members own: ("attribute", 3), in the singular. Of attributes and variables that one which has most
    owns; of caches, state machines and saved states all, since each has contents of its own."""
    members: int
    untested: int
    """Members that no test reaches."""
    complexity: int
    """Cyclomatic, of the most complex function of a member; 1 for none."""


def saturated(count: float, half: float) -> float:
    """0 for 0, one half for `half`, towards 1; Michaelis and Menten's curve."""
    return count / (count + half)


def parts_of(measures: Measures) -> tuple[RiskPart, ...]:
    """The parts of a risk, each with its measure in words."""
    held = sum(count for _, count in measures.held)
    owned = ", ".join(_owned(count, what, measures.members) for what, count in measures.held if count)
    users = _counted(measures.users, "module")
    importers = _counted(measures.fan_in, "module")
    return (
        _part("users", saturated(measures.users, HALF_USERS), f"{users} {_does('use', measures.users)} them"),
        _part(
            "fan_in", saturated(measures.fan_in, HALF_FAN_IN),
            f"{importers} {_does('import', measures.fan_in)} the modules they stand in",
        ),
        _part("interface_distance", measures.distance.value, measures.distance.words or "the interfaces are equal"),
        _part("state_held", saturated(held, HALF_STATE), f"they hold {owned}" if owned else "they hold no state"),
        _part(
            "untested", measures.untested / measures.members if measures.members else 1.0,
            f"no test reaches {measures.untested} of {measures.members}"
            if measures.untested or not measures.members else f"tests reach all {measures.members}",
        ),
        _part(
            "complexity", saturated(max(0, measures.complexity - 1), HALF_DECISIONS),
            f"cyclomatic complexity of up to {max(1, measures.complexity)}",
        ),
    )  # fmt: skip


def risk_of(parts: Sequence[RiskPart]) -> float:
    """What the parts add, 0 to 1, to three places: just the sum of what a reader is shown."""
    return min(1.0, round(fsum(part.adds for part in parts), 3))


def _part(name: RiskName, value: float, measure: str) -> RiskPart:
    return RiskPart(name, round(value, 3), WEIGHT, measure)


def _owned(count: int, what: str, members: int) -> str:
    return f"up to {_counted(count, what)} each" if what in OF_ONE and members > 1 else _counted(count, what)


def _counted(count: int, what: str) -> str:
    if count == 1:
        return f"1 {what}"
    return f"{count} {what[:-1]}ies" if what.endswith("y") else f"{count} {what}s"


def _does(verb: str, count: int) -> str:
    return f"{verb}s" if count == 1 else verb
