"""What a request to merge names: the definitions that are there, those that are gone, and mistyped ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.changes import Target
from overhaul.errors import Refused, Unreadable, UsageError
from overhaul.merging.definitions import Member
from overhaul.merging.likeness import likeness
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.project import Project

_NEAR: Final = 0.6


class Asked(NamedTuple):
    """The members of a request."""

    here: tuple[Symbol, ...]
    """Those that their modules define."""
    gone: tuple[Target, ...]
    """Those that they do not define, perhaps not any more."""


def asked(project: Project, names: Sequence[str]) -> Asked:
    """What the members of a request mean."""
    here: list[Symbol] = []
    gone: list[Target] = []
    for one in names:
        module, colon, name = one.partition(":")
        if not colon or not name:
            raise UsageError(f"{one}: a member is written package.module:name")
        target = Target(module, name)
        owner, _, last = name.rpartition(".")
        found = project.symbols.member(module, name.partition(".")[0]) if module in project.layout.modules else None
        mine = not owner or last in project.symbols.interior(module).members_of(owner) if found is not None else False
        if isinstance(found, Symbol) and found.module == module and mine:
            here.append(project.symbol(target))
        else:
            gone.append(target)
    return Asked(tuple(here), tuple(gone))


def refuse_mistyped(project: Project, here: Symbol, gone: Target) -> None:
    """Raises Refused where the one that is left has another like it, nearly of the name of one that is not there."""
    modules = project.layout.modules
    if gone.module in modules:
        interior = project.symbols.interior(gone.module)
        row = interior.functions.get(gone.name) or interior.classes.get(gone.name)
        if row is not None:
            raise Refused(f"{project.symbols.path(gone.module)}:{row.line}: {gone.name} is not what {gone.module} has "
                          "by that name in the end: look what else binds or deletes it")  # fmt: skip
        if project.symbols.names(gone.module).get(gone.name) is not None:
            return
    references = References(project)
    if gone.module in modules:
        try:
            references.bindings(modules[gone.module].path)
        except Unreadable as error:
            raise Refused(f"{modules[gone.module].path}: it cannot be read ({error}): mend it first") from None
    for near in _near(project, gone):
        symbol = project.symbols.member(near.module, near.name)
        if isinstance(symbol, Symbol) and symbol.kind == here.kind and not symbol.same(here):
            try:
                likeness(Member(project, references, here), Member(project, references, symbol))
            except Refused:
                continue
            raise Refused(f"{gone}: there is no such {here.kind}: did you mean {near}?")


def _near(project: Project, gone: Target) -> Iterator[Target]:
    modules = project.layout.modules
    if gone.module not in modules:
        for module in get_close_matches(gone.module, modules, cutoff=_NEAR):
            yield Target(module, gone.name)
        return
    interior = project.symbols.interior(gone.module)
    known = [one for one in (*interior.functions, *interior.classes) if "." not in one]
    for name in get_close_matches(gone.name, known, cutoff=_NEAR):
        yield Target(gone.module, name)
