"""State machines as Mermaid's state diagrams."""

from __future__ import annotations

from overhaul.errors import UnknownName, UsageError
from overhaul.inventory import StateMachine
from overhaul.states.picture import pictures
from overhaul.survey import Survey


def draw_states(survey: Survey, name: str | None = None) -> str:
    """The diagram of the machine of that name (dotted, with or without its module), or of all machines.

    One diagram is plain Mermaid text; several are a Markdown document with a fenced diagram each. Life-cycle flags
    have no transitions, and are left out unless they are named.

    Raises UnknownName for a name that no machine has, and UsageError where there is nothing to draw.
    """
    machines = list(survey.rows(StateMachine))
    if name is None:
        drawn = [one for one in machines if one.subkind != "flag_lifecycle"]
        if not drawn:
            raise UsageError("no state machine was found: nothing to draw")
        return pictures(drawn)
    chosen = [one for one in machines if name in (one.name, f"{one.module}.{one.name}")]
    if not chosen:
        raise UnknownName("state machine", name, sorted({one.name for one in machines}))
    return pictures(chosen)
