"""Who holds whom among managers and custom roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.inventory import CustomRole, Manager, Wire
from overhaul.leaves import Analyzer


@Analyzer
def wires(managers: Sequence[Manager], roles: Sequence[CustomRole]) -> Iterator[Wire]:
    """The wiring graph: each component with the components it constructs or receives."""
    components: dict[str, Manager | CustomRole] = {one.dotted: one for one in roles}
    components |= {
        one.dotted: one for one in managers if one.sure
    }
    for name, one in sorted(components.items()):
        for held in one.collaborators:
            if held.name in components and held.name != name:
                yield Wire(
                    holder=name, held=held.name, how=held.how, attribute=held.attribute, module=one.module,
                    path=one.path, line=held.line,
                )  # fmt: skip
