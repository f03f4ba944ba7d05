"""Give a method, attribute or nested class another name."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from typing import Literal

from overhaul.changes import Moved, Proposal, Target
from overhaul.errors import Refused
from overhaul.leaves import Codemod
from overhaul.project import Project
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
    target = wanted(request)
    owner, _, old = target.name.rpartition(".")
    interior = project.symbols.interior(target.module) if target.module in project.layout.modules else None
    if interior is None or interior.member(owner, old) is None:
        if interior is not None and interior.member(owner, request.to) is not None:
            return  # done already
        found = project.symbol(target)
        raise Refused(f"{target}: it is no member of a class: {found.dotted} is a {found.kind}")
    refuse_if_unfit(target, old, request.to)
    renaming = MemberRenaming(project, target, request.to, request.unsure)
    renaming.check()
    kind = renaming.kind()
    for path, replacements in renaming.replacements():
        yield project.edit(path, replacements)
    for module, name in renaming.owners():
        yield Moved(Target(module, f"{name}.{old}"), Target(module, f"{name}.{request.to}"), kind)
    yield from renaming.leftovers()


def wanted(request: RenameMember) -> Target:
    """What is to be renamed. Raises Refused for what is no member of a class."""
    module, _, name = request.target.partition(":")
    if "." not in name:
        raise Refused(f"{request.target}: no member of a class: write package.module:Class.name; others: rename_symbol")
    return Target(module, name)


def refuse_if_unfit(target: Target, old: str, new: str) -> None:
    """Raise Refused for a new name that cannot be one, and for names that mean something by themselves."""
    if not new.isidentifier() or keyword.iskeyword(new):
        raise Refused(f"{target}: {new!r} is no name that Python allows: choose another")
    if new == old:
        raise Refused(f"{target}: is called that already")
    for one in (old, new):
        if one.startswith("__") and one.endswith("__"):
            raise Refused(f"{target}: {one} means something to Python: it cannot be renamed")
    if new.startswith("__") and not old.startswith("__"):
        raise Refused(f"{target}: {new} would be private to the class: choose a name with one underscore")
