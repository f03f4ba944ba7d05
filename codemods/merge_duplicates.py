"""Make one of several functions or classes that say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from overhaul.changes import Proposal, Target
from overhaul.errors import Refused, UsageError
from overhaul.leaves import Codemod
from overhaul.merging.asked import asked, refuse_mistyped
from overhaul.merging.duplicates import Merger
from overhaul.merging.functions import FunctionMerger
from overhaul.merging.mixins import MixinMerger
from overhaul.project import Project
from overhaul.requests import Request


class MergeDuplicates(Request, frozen=True, kw_only=True):
    """What becomes one, and where."""

    members: tuple[str, ...]
    """Two or more functions or classes, `package.module:name`."""
    home: str = ""
    """The module of the one that stays; left out, that from which most modules take it already, and which all others
    can import without a cycle."""
    parameters: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Literals that differ, as arguments: name -> the literal as the one that stays has it (`message = "'too small'"`).
    It becomes the default, and calls of the others give theirs."""
    mixin: str = ""
    """For methods, `package.module:Class.method`: the name of a class that is made for the one that stays, and from
    which their classes inherit first."""
    function: str = ""
    """For methods: the name of a function that is made in the module of the one that stays, and that all of them call.
    The classes keep their methods; literals that differ may be `parameters`."""
    keep: bool = False
    """The old names go on to work, by an import in their modules, even where nothing in the project needs them."""


@Codemod
def merge_duplicates(project: Project, request: MergeDuplicates) -> Iterator[Proposal]:
    """Make one of several functions or classes that say the same: one stays, and whoever used the others uses it.

    They may differ in layout, comments, docstrings and in the names of local variables and parameters; literals may
    differ where `parameters` names them. Every name that they use must mean the same in their modules. The modules that
    lose one import it where they use it, list it in `__all__`, are packages, or where nothing tells who takes it;
    everybody else imports it from its home. Refused is whatever would go on to work, but differently: decorators and
    bases that keep lists, defaults and class attributes that are one object, code that asks for its module or name,
    values that tests put in their place. A docstring or comment that goes is told.
    Methods become calls of one function, or come from a mixin, on request.
    """
    names = tuple(dict.fromkeys(request.members))
    if len(names) < 2:
        raise UsageError("members: name two or more, package.module:name")
    here, gone = asked(project, names)
    if not here and request.mixin and _made(project, request.mixin, gone):
        return
    if len(here) == 1 and not request.mixin:
        for one in gone:
            refuse_mistyped(project, here[0], one)
        return
    for one in gone:
        # Raises Refused, with what is near.
        project.symbol(one)
    methods = ["." in one.name and one.name in project.symbols.interior(one.module).functions for one in here]
    if request.mixin and request.function:
        raise UsageError("mixin and function: methods become the one or the other")
    if request.function and all(methods):
        yield from FunctionMerger(project, here, request.home, request.function, request.parameters).proposals()
        return
    if request.mixin and all(methods):
        yield from MixinMerger(project, here, request.home, request.mixin).proposals()
        return
    for symbol, method in zip(here, methods, strict=True):
        if symbol.kind not in ("function", "class"):
            what = "a method: name a mixin, or a function, for it"
            if not method:
                what = f"no function or class ({symbol.kind}): leave it out"
            raise Refused(f"{symbol.path}:{symbol.line}: {symbol.module}:{symbol.name} is {what}")
    yield from Merger(project, here, request.home, request.parameters, keep=request.keep).proposals()


def _made(project: Project, name: str, gone: Sequence[Target]) -> bool:
    """Whether there is a class of a name that has what is no longer where it was."""
    wanted = {one.name.rpartition(".")[2] for one in gone}
    interiors = (project.symbols.interior(one) for one in project.layout.modules)
    return any(name in one.classes and wanted <= one.members_of(name) for one in interiors)
