"""Register the instances of a state machine with a coordinator."""

from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword

from overhaul.changes import Proposal
from overhaul.coordinating.functions import named
from overhaul.coordinating.machines import Coordinating
from overhaul.errors import UsageError
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.requests import Request


class CoordinateMachine(Request, frozen=True, kw_only=True):
    """Which machine, and which coordinator."""

    machine: str
    """The variable with the state, as the audit names it: `package.module:Class.attribute`."""
    coordinator: str
    """The variable with the coordinator, as `package.module:COORDINATOR`; its module is made where there is none."""
    state: str
    """The module with the unified `StateCoordinator`, dotted; `scaffold` puts it into the project."""
    kind: str = ""
    """The variable with the kind of machine, behind its class; CLASS_ATTRIBUTE without one."""
    table: bool = True
    """A table of transitions that the module has is told to the coordinator; it is not enforced. Without one any state
    may follow any."""


@Codemod
def coordinate_machine(project: Project, request: CoordinateMachine) -> Iterator[Proposal]:
    """Register the instances of a state machine with a coordinator.

    The module of the class gets the kind of machine (`ORDER_STATE = COORDINATOR.kind(...)`), and the constructor of the
    class registers what it has made: at its end, or in `__post_init__` of a dataclass. The class stays what it is, goes
    on to move its state itself, and is held weakly; the coordinator knows all instances with their states, tells them
    of events, and restores one without the others.

    Refused: machines of which the audit is not sure, variables of modules, classes without a constructor, constructors
    that return early, instances to which nothing can refer weakly.
    """
    if request.kind and not (request.kind.isidentifier() and not iskeyword(request.kind)):
        raise UsageError(f"kind = {request.kind}: no variable can be called that: write a name as ORDER_STATE")
    coordinating = Coordinating(
        project, named(request.machine), named(request.coordinator), request.state, kind=request.kind,
        table=request.table,
    )  # fmt: skip
    if not coordinating.done():
        yield from coordinating.proposals()
