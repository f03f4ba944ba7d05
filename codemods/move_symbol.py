"""Move classes, functions and constants to another module."""

from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword
from typing import Literal

import msgspec

from overhaul.changes import Proposal, Target
from overhaul.errors import Refused, UsageError, did_you_mean
from overhaul.leaves import Codemod
from overhaul.mentions.finding import carried
from overhaul.moving.writing import Mover
from overhaul.naming.meanings import Symbol
from overhaul.project import Project
from overhaul.requests import Request


class MoveSymbol(Request, frozen=True, kw_only=True):
    """What moves, and where to."""

    target: str
    """`package.module:Name`."""
    to: str
    """The module it moves to, dotted; it is made where only its package is there."""
    with_: tuple[str, ...] = msgspec.field(default=(), name="with")
    """Other names of the same module that move too."""
    helpers: Literal["import-back", "move", "refuse"] = "import-back"
    """What becomes of what the code needs of its old module: it is imported from there (and moves along where that
    makes a cycle and nothing outside of that module uses it), moves along where nothing else uses it, or the move is
    refused."""
    shim: bool = False
    """The old name goes on to work, with a DeprecationWarning."""


@Codemod
def move_symbol(project: Project, request: MoveSymbol) -> Iterator[Proposal]:
    """Move classes, functions and constants to another module, and every use of them with it.

    What belongs to a symbol goes along: overloads, decorators, comments above, attributes that are set on it, functions
    registered with it. The new module gets the imports that the code needs, the old one loses those it needs no longer,
    and imports back what it goes on to use. No import cycle is made: where a plain import would make one, the import is
    made in the functions that need it (`review`), or a helper that nothing outside of its module uses moves along; else
    the move is refused, and the cycle is named. It is refused as well where code would go on to work, but differently:
    where the old module changes the symbol when it is imported, where the code sees all names of its module
    (`globals()`), and where a test replaces what it needs.
    """
    module, colon, name = request.target.partition(":")
    if not colon or not name:
        raise UsageError(f"{request.target}: what is to move is written package.module:Name")
    if "." in name:
        raise Refused(f"{request.target}: a member does not move by itself: move {name.partition('.')[0]}")
    names = tuple(dict.fromkeys((name, *request.with_)))
    if _done(project, module, request.to, names):
        return
    for one in names:
        symbol = project.symbol(Target(module, one))
        if symbol.kind == "module":
            raise Refused(f"{request.target}: that is a module: move it as one")
    if module == request.to:
        raise Refused(f"{request.target}: it is in {module} already: name another module")
    for one in (module, request.to):
        if not all(part.isidentifier() and not iskeyword(part) for part in one.split(".")):
            raise Refused(f"{request.target}: {one} cannot be imported by its name: move it by hand")
    path, fresh = _place(project, module, request.to)
    for place in (project.layout.modules[module], project.layout.modules.get(request.to)):
        if place is not None and place.kind != "source":
            raise Refused(f"{place.path}: {place.module} has no source: move it by hand")
    mover = Mover(
        project, module, request.to, path, fresh=fresh, helpers=request.helpers, shim=request.shim,
        carried=lambda moved, where, start, end: carried(project, moved, where, start, end),
    )  # fmt: skip
    yield from mover.proposals(names)


def _done(project: Project, old: str, new: str, names: tuple[str, ...]) -> bool:
    """Whether all of it is in the new place already."""
    modules = project.layout.modules
    if old not in modules or new not in modules or old == new:
        return False
    for name in names:
        here, there = project.symbols.member(old, name), project.symbols.member(new, name)
        if not (isinstance(there, Symbol) and (there.module, there.name) == (new, name)):
            return False
        if isinstance(here, Symbol) and here.module == old:
            return False
    return True


def _place(project: Project, old: str, new: str) -> tuple[str, bool]:
    """The file of the new module, and whether it is yet to be made."""
    modules = project.layout.modules
    if new in modules:
        return modules[new].path, False
    package, _, last = new.rpartition(".")
    if not package:
        if "." in old:
            raise Refused(f"{new}: the project has no such module: {did_you_mean(new, modules)}")
        folder = modules[old].path.rpartition("/")[0]
    elif package not in modules or not modules[package].package:
        raise Refused(f"{new}: there is no package {package} to make it in: {did_you_mean(package, modules)}")
    else:
        place = modules[package]
        folder = place.path if place.kind == "namespace" else place.path.rpartition("/")[0]
    path = f"{folder}/{last}.py" if folder else f"{last}.py"
    if project.exists(path):
        raise Refused(f"{path}: there is such a file, but it is no module: move it away first")
    return path, True
