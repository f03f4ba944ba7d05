"""Make all uses of one class uses of another, by templates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from overhaul.changes import Proposal, Target
from overhaul.errors import Refused
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.requests import Request
from overhaul.unifying.mistyped import mistyped
from overhaul.unifying.uniting import Unification
from overhaul.unifying.wanted import Wanted


class UnifyClass(Request, frozen=True, kw_only=True):
    """What becomes what."""

    target: str
    """The class that goes, as `package.module:Name`."""
    to: str
    """The class that takes its place, as `package.module:Name`; it may stand outside the project."""
    construct: str
    """What a constructor call becomes: `Cache.of(Kind.QUOTES, ttl={ttl}, max_size={capacity=256})`. Blanks are named
    like the parameters of the old constructor."""
    methods: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Old method -> what its call becomes, `lookup = "get({symbol}, {default})"`, or a new name alone. A key may say
    which arguments are given: `"invalidate()" = "clear()"`, `"invalidate(symbol)" = "delete({symbol})"`. Operators are
    asked for by their methods: `__len__`, `__contains__`, `__getitem__`, `__iter__`, `__bool__`."""
    attributes: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Old attribute -> expression, `capacity = "max_size"`, `'stats["hit"]' = "hits"`."""
    imports: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Name that the templates use -> module that it is taken from, or `module:name`."""
    delete: bool = True
    """The old class goes, with its file where that has nothing else."""
    unsure: Literal["refuse", "leave"] = "refuse"
    """What becomes of places where an instance goes out of sight, or where something else may be held too."""


@Codemod
def unify_class(project: Project, request: UnifyClass) -> Iterator[Proposal]:
    """Make all uses of one class uses of another.

    Instances are followed from where they are made through variables, attributes, parameters, results, containers and
    fixtures; each call, attribute and operator on them becomes what its template says, with the arguments that the
    caller gave. Subclasses go along where they override nothing, and no name of theirs is one of the new class. What no
    template serves, and where an instance goes out of sight, is told with its place, and nothing is changed.
    """
    target, to = _target(request.target), _target(request.to)
    if target == to:
        raise Refused(f"{target}: it is to become itself: name another class")
    known = project.symbols.interior(target.module).bindings if target.module in project.layout.modules else {}
    if target.name not in known and _there(project, to):
        if (meant := mistyped(project, target, to, request.methods)) is not None:
            raise Refused(f"{target}: there is no such class: did you mean {meant}?")
        return  # done already
    symbol = project.symbol(target)
    if symbol.kind != "class":
        raise Refused(f"{target}: it is a {symbol.kind}, no class")
    if to.module in project.layout.modules:
        project.symbol(to)
    wanted = Wanted(
        target=target, to=to, construct=request.construct, methods=request.methods, attributes=request.attributes,
        imports=request.imports, delete=request.delete, unsure=request.unsure,
    )  # fmt: skip
    yield from Unification(project, wanted, symbol).proposals()


def _there(project: Project, to: Target) -> bool:
    if to.module not in project.layout.modules:
        return True
    return to.name.partition(".")[0] in project.symbols.interior(to.module).bindings


def _target(text: str) -> Target:
    module, _, name = text.partition(":")
    if not name or "." in name:
        raise Refused(f"{text}: no class of a module: write package.module:Name")
    return Target(module, name)
