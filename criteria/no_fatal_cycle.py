"""No order of imports fails."""

from collections.abc import Iterator, Sequence

from overhaul.evidence import Evidence, met, unmet
from overhaul.facts import Cycle
from overhaul.leaves import Criterion


@Criterion("cycles")
def no_fatal_cycle(cycles: Sequence[Cycle]) -> Iterator[Evidence]:
    """No ring of imports is fatal or order-dependent.

    Why: such a ring fails as soon as somebody imports its modules in another order.

    To reach it: `overhaul propose cycles -o cycles.toml`, look at it, `overhaul migrate cycles.toml --write`.
    """
    bad = [cycle for cycle in cycles if cycle.effect in ("fatal", "order-dependent")]
    for cycle in bad:
        yield unmet(
            f"{cycle.effect} ring of {len(cycle.modules)} modules: {', '.join(cycle.modules[:4])}",
            cycle.path, cycle.line, cycle.module, remedy="overhaul propose cycles",
        )  # fmt: skip
    if not bad:
        yield met(f"none of {len(cycles)} rings is fatal or order-dependent")
