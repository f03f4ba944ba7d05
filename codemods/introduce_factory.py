"""Have the managers that a function makes one by one made by a factory."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.assembling.making import Assembly
from overhaul.changes import Proposal
from overhaul.coordinating.functions import named
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.requests import Request


class IntroduceFactory(Request, frozen=True, kw_only=True):
    """Which function, and which factory."""

    function: str
    """The function or method that makes the managers, as `package.module:Class.initialize`."""
    factory: str
    """The factory's class, as `package.factory:ManagerFactory`: `scaffold` puts it into the project."""
    managers: tuple[str, ...] = ()
    """The attributes or variables that become parts; without any all managers that the audit sees made there."""
    listing: str = ""
    """What the method that lists the parts is called (`_managers`); in a function that is none of a class, the variable
    that holds the factory (`managers`)."""
    root: str = ""
    """The name under which the instance that makes them becomes the last part itself, with what comes behind them."""
    keep: str = ""
    """The attribute of the instance in which the factory is kept, for its timings and its report; without one it goes
    when all is built. An instance that keeps one cannot be pickled."""


@Codemod
def introduce_factory(project: Project, request: IntroduceFactory) -> Iterator[Proposal]:
    """Have the managers that a function makes one by one made by a factory.

    Each manager becomes a part: a function of its own with the statements of its paragraph, as they stand. The parts
    are registered with their tier and what they are handed, in the order in which they were made, and one call builds
    them. No statement moves or changes, so that arguments are evaluated, attributes set, hooks called and callbacks
    registered in the same order as before. What follows the last one is a function too.

    Refused: managers that are made under a condition or in a loop, a return between two of them, variables that one
    part binds and another reads, code that asks in which function it runs.
    """
    assembly = Assembly(
        project, named(request.function), named(request.factory), managers=request.managers,
        listing=request.listing, root=request.root, keep=request.keep,
    )  # fmt: skip
    if not assembly.done():
        yield from assembly.proposals()
