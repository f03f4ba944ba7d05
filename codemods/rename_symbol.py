"""Give a class, function or constant of a module another name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from overhaul.changes import Moved, Proposal, Target
from overhaul.errors import Refused
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.refactoring.carriers import Carriers
from overhaul.refactoring.doubts import refuse_if_unfit, target_of
from overhaul.refactoring.references import References
from overhaul.refactoring.renaming import Renaming
from overhaul.requests import Request


class RenameSymbol(Request, frozen=True, kw_only=True):
    """What is to be called otherwise."""

    target: str
    """The symbol, as `package.module:Name`."""
    to: str
    """Its new name, without the module."""
    shim: bool = False
    """The old name goes on to work, with a DeprecationWarning."""
    unsure: Literal["refuse", "rename", "leave"] = "refuse"
    """What becomes of places that may mean it or not: attributes of modules that are passed about as values, strings
    where its module is asked for names that are worked out, code in strings, decorators that go by its name."""


@Codemod
def rename_symbol(project: Project, request: RenameSymbol) -> Iterator[Proposal]:
    """Give a class, function or constant of a module another name.

    Every place that means it follows: definitions, uses, imports in all forms, modules that pass it on, `__all__`,
    `getattr(module, "name")`, quoted annotations, stubs. Where the new name is taken, an import keeps the old one, by
    `as`.
    """
    target = target_of(request.target, member=False)
    known = project.symbols.interior(target.module).bindings if target.module in project.layout.modules else {}
    if target.name not in known:
        if request.to in known:
            return  # done already
        project.symbol(target)  # says what there is instead
        raise Refused(f"{target}: {target.module} does not bind it itself: name the module that defines it")
    refuse_if_unfit(target, request.to)
    carriers = Carriers(project, References(project), target, request.to)
    renaming = Renaming(project, carriers, target, request.unsure)
    renaming.check()
    kind = renaming.kind()
    for path, replacements in renaming.doubts.settled(carriers.files(), renaming.in_file, "change it by hand"):
        yield project.edit(path, replacements)
    if request.shim:
        yield from renaming.shims()
    for module in renaming.modules():
        yield Moved(
            Target(module, target.name),
            Target(module, request.to),
            kind,
            kept=request.shim and renaming.shimmed(module),
        )
    yield from renaming.doubts.leftovers()
