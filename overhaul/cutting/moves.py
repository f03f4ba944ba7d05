"""Move what one module of a ring needs of another to where both can import it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from overhaul.changes import Change, Create, Delete, Edit, Leftover, Moved, Proposal
from overhaul.changes import Move as FileMove
from overhaul.errors import Refused, Unreadable
from overhaul.mentions.finding import carried
from overhaul.moving.writing import Mover
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.units import unit_of

if TYPE_CHECKING:
    from overhaul.cutting.crossings import Crossing, Sight
    from overhaul.project import Project

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_MOST: Final = 6
"""How many helpers may go along that are needed elsewhere too."""


class Move(NamedTuple):
    """Some symbols of a module that go to another."""

    source: str
    names: tuple[str, ...]
    to: str
    path: str
    fresh: bool

    @property
    def said(self) -> str:
        """For people."""
        return f"move {', '.join(self.names)} of {self.source} to {self.to}{' (new)' if self.fresh else ''}"


def movable(sight: Sight, crossing: Crossing) -> str:
    """Why what a crossing brings cannot be moved out of its module; "" where it may be tried."""
    where = f"{crossing.path}:{crossing.line}"
    meaning = sight.meaning(crossing)
    if not isinstance(meaning, Symbol) or meaning.alternatives or meaning.kind == "module":
        return f"{where}: {crossing.imported} is imported as a whole" if not crossing.taken.name or (
            isinstance(meaning, Symbol) and meaning.kind == "module"
        ) else f"{where}: what {crossing.name} means cannot be told"  # fmt: skip
    if meaning.module != crossing.imported or "." in meaning.name:
        return f"{where}: {crossing.imported} does not define {crossing.taken.name} itself"
    if meaning.kind == "class" and (pickling := _pickling(sight)):
        return f"{pickling}: something is pickled, and {meaning.name} would be another class then"
    return ""


def _pickling(sight: Sight) -> str:
    """Where classes may be written down by their names, or compared by them."""
    for word in ("pickle", "cPickle", "dill", "cloudpickle", "shelve", "joblib", "__module__"):
        if found := sorted(sight.mentioning(word)):
            return f"{found[0]}:1"
    return ""


def moves(sight: Sight, crossings: Sequence[Crossing]) -> Iterator[Move]:
    """Where the names of one edge could move to: a module of their own first, then the one that needs them."""
    names = tuple(dict.fromkeys(one.taken.name for one in crossings))
    yield from _places(sight, crossings, names)
    more = _with_helpers(sight, crossings[0].imported, names)
    if more != names:
        yield from _places(sight, crossings, more)


def _with_helpers(sight: Sight, module: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Some names of a module with all that they need of it, as long as that is little."""
    needs = sight.needs(module)
    found = list(names)
    try:
        for one in found:
            for need in needs.of(unit_of(needs.file, {one})):
                if needs.origin(need.name).kind == "helper" and need.name not in found:
                    found.append(need.name)
            if len(found) > _MOST + len(names):
                return names
    except Refused:
        return names
    return tuple(found)


def _places(sight: Sight, crossings: Sequence[Crossing], names: tuple[str, ...]) -> Iterator[Move]:
    importer, imported = crossings[0].edge
    modules = sight.project.layout.modules
    place = modules[imported]
    package = imported if place.package else imported.rpartition(".")[0]
    if package and modules[package].kind == "source":
        folder = modules[package].path.rpartition("/")[0]
        for last in _names(imported.rpartition(".")[2], names[0]):
            path = f"{folder}/{last}.py"
            if f"{package}.{last}" not in modules and not sight.project.exists(path) and not sight.project.exists(
                f"{folder}/{last}"
            ):  # fmt: skip
                yield Move(imported, names, f"{package}.{last}", path, fresh=True)
                break
    if modules[importer].kind == "source":
        yield Move(imported, names, importer, modules[importer].path, fresh=False)


def _names(module: str, symbol: str) -> Iterator[str]:
    """What a module for a symbol could be called."""
    plain = _WORDS.sub("_", symbol).lower().strip("_")
    yield from (plain, f"{module.strip('_')}_base", f"{module.strip('_')}_{plain}")


def _reviewed(one: Proposal, paths: Collection[str]) -> Proposal:
    """What nobody has asked to be moved is to be looked at: its module, its repr and its pickles are others."""
    if isinstance(one, Create):
        return msgspec.structs.replace(one, guidance="review")
    if isinstance(one, Edit) and one.path in paths:
        parts = (msgspec.structs.replace(part, guidance="review") for part in one.replacements)
        return msgspec.structs.replace(one, replacements=tuple(parts))
    return one


def carried_out(project: Project, move: Move) -> tuple[list[Change], list[Moved], list[Leftover]]:
    """What becomes of all files. Raises Refused."""
    mover = Mover(
        project, move.source, move.to, move.path, fresh=move.fresh, helpers="import-back", shim=False,
        carried=lambda moved, where, start, end: carried(project, moved, where, start, end),
    )  # fmt: skip
    try:
        found: list[Proposal] = list(mover.proposals(move.names))
    except Unreadable as error:
        raise Refused(f"{move.path}: it would be affected, and cannot be read ({error}): mend or exclude it") from error
    found = [_reviewed(one, {move.path, project.layout.modules[move.source].path}) for one in found]
    moved = [one for one in found if isinstance(one, Moved)]
    left = [one for one in found if isinstance(one, Leftover)]
    changes = [one for one in found if isinstance(one, Edit | Create | Delete | FileMove)]
    return changes, moved, left
