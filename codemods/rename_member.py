"""Give a method, attribute or nested class another name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from overhaul.changes import Moved, Proposal, Target
from overhaul.errors import Refused
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.refactoring.doubts import refuse_if_unfit, target_of
from overhaul.refactoring.members import MemberRenaming
from overhaul.requests import Request


class RenameMember(Request, frozen=True, kw_only=True):
    """What is to be called otherwise."""

    target: str
    """The member, as `package.module:Class.name`."""
    to: str
    """Its new name, without the class."""
    unsure: Literal["refuse", "rename", "leave"] = "refuse"
    """What becomes of places that may mean it or not: receivers whose class is not known, where others have such a
    member too."""


@Codemod
def rename_member(project: Project, request: RenameMember) -> Iterator[Proposal]:
    """Give a method, attribute or nested class another name.

    What overrides it and what it overrides is renamed too, with every use through `self`, `cls`, `super()`, the class,
    and receivers whose class is known. What may mean it or not is a reason to refuse, unless `unsure` says more.
    """
    target = target_of(request.target, member=True)
    owner, _, old = target.name.rpartition(".")
    interior = project.symbols.interior(target.module) if target.module in project.layout.modules else None
    if interior is None or interior.member(owner, old) is None:
        if interior is not None and interior.member(owner, request.to) is not None:
            return  # done already
        found = project.symbol(target)
        raise Refused(f"{target}: it is no member of a class: {found.dotted} is a {found.kind}")
    refuse_if_unfit(target, request.to)
    renaming = MemberRenaming(project, target, request.to, request.unsure)
    renaming.check()
    kind = renaming.kind()
    for path, replacements in renaming.doubts.settled(renaming.files, renaming.in_file, "annotate it"):
        yield project.edit(path, replacements)
    for module, name in renaming.owners():
        yield Moved(Target(module, f"{name}.{old}"), Target(module, f"{name}.{request.to}"), kind)
    yield from renaming.doubts.leftovers()
