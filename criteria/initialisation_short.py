"""The initialisation is one call."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet
from overhaul.inventory import BuildStep, testing
from overhaul.leaves import Criterion
from overhaul.options import Options
from overhaul.redundancy import BaselineMetric

_FIGURE = "initialisation_lines"


class InitialisationOptions(Options, frozen=True):
    """How long it may be."""

    at_most: Annotated[int, msgspec.Meta(ge=0, description="Lines of all functions that make several managers.")] = 20


@Criterion("managers")
def initialisation_short(
    ground: Ground, metrics: Sequence[BaselineMetric], steps: Sequence[BuildStep], options: InitialisationOptions
) -> Iterator[Evidence]:
    """The functions that make several managers, one after the other, have few lines, or there are none.

    What a factory makes, each in a function of its own, does not count.

    Why: a long initialisation is an order that nobody has written down, and every change to it is a risk.

    To reach it: `overhaul propose managers` makes of it registrations and one call.
    """
    now = next((row.value for row in metrics if row.name == _FIGURE), 0.0)
    before = ground.campaign.baseline.get(_FIGURE)
    told = f"{now:g} lines" + (f", {before:g} when the plan was made" if before is not None else "")
    if now <= options.at_most:
        yield met(f"{told}; at most {options.at_most}")
        return
    functions = {one.function: one for one in reversed(steps) if not testing(one.path)}
    for name, one in sorted(functions.items()):
        count = sum(other.function == name for other in steps)
        yield unmet(f"{name} makes {count} managers", one.path, one.line, name, remedy="overhaul propose managers")
    yield unmet(f"{told}; at most {options.at_most}")
