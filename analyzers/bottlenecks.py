"""Places that are likely to cost time out of proportion, with the loops that lead there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Attribute, CostlyAct, Facts, Function, LocalName, LoopedCalls, UsedName, Variable
from overhaul.heat.callers import Callers
from overhaul.heat.rows import Bottleneck, ranked
from overhaul.heat.waiting import Waiting
from overhaul.heat.working_out import Heat
from overhaul.leaves import Analyzer
from overhaul.redundancy import Reach
from overhaul.symbols import Symbols


@Analyzer
def bottlenecks(
    symbols: Symbols, acts: Facts[CostlyAct], looped: Facts[LoopedCalls], functions: Facts[Function],
    attributes: Facts[Attribute], variables: Facts[Variable], local_names: Facts[LocalName], used: Facts[UsedName],
    reaches: Sequence[Reach],
) -> Iterator[Bottleneck]:  # fmt: skip
    """Logging, files, tables, blocking calls, repeated work and scans, ranked by loops around them and their callers.

    What stands in tests, or is reached from tests only, is left out. What `docs/bottlenecks.md` says decides.
    """
    waiting = Waiting(symbols, variables, local_names)
    heat = Heat(symbols, waiting, Callers(reaches, looped), functions, attributes, used)
    yield from ranked(heat.rows(acts))
