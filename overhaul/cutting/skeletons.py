"""How a ring could be cut by an event, as a skeleton for people to complete; never carried out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from overhaul.cutting.crossings import Crossing, Sight
from overhaul.naming.meanings import Symbol

if TYPE_CHECKING:
    from overhaul.facts import Cycle
    from overhaul.project import Project


def skeleton(project: Project, cycle: Cycle) -> Iterator[str]:
    """Lines of code: the event, who publishes it and who hears it. None where the ring has no import of a name."""
    sight = Sight(project)
    crossing = _heard(sight, cycle)
    if crossing is None:
        return
    asks, answers = crossing.edge
    name = crossing.taken.name
    event = f"{''.join(part[:1].upper() + part[1:] for part in name.strip('_').split('_'))}Wanted"
    package = asks.rpartition(".")[0] or "app"
    handler = f"on_{_snake(event)}"
    yield f"{crossing.path}:{crossing.line}: {asks} need not import {name}, when it can say that it is wanted:"
    yield f"  # {package}.events (a step with codemod = \"scaffold\", what = \"events\" puts EventBus there)"
    yield "  @dataclass(frozen=True)"
    yield f"  class {event}:"
    yield "      ...  # what the other side has to know"
    yield "  BUS = EventBus()"
    yield f"  # {asks}, in place of the use of {name}; its import of {answers} goes"
    yield f"  BUS.publish({event}(...))"
    yield f"  # {answers}, which imports {package}.events and no longer has to be imported by {asks}"
    yield f"  @BUS.on({event})"
    yield f"  def {handler}(event: {event}) -> None: ..."
    yield f"  # whoever starts the program imports {answers}, or nobody hears the event"


def _heard(sight: Sight, cycle: Cycle) -> Crossing | None:
    """The import that an event could stand for: of a function, and of those the one that the audit would cut."""
    crossings = [one for one in sight.crossings(cycle.modules) if one.taken.name not in ("", "*")]
    wanted = {(cut.importer, cut.imported) for cut in cycle.cuts}

    def rank(one: Crossing) -> tuple[bool, bool, str, int]:
        meaning = sight.meaning(one)
        function = isinstance(meaning, Symbol) and meaning.kind == "function"
        return not function, one.edge not in wanted, one.path, one.line

    return min(crossings, key=rank, default=None)


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() and at else one.lower() for at, one in enumerate(name))
