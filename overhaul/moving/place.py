"""The module that symbols move to: what it binds, and where among its statements they may stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.errors import Refused
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence, Occurrences, Statement, occurrences_of
from overhaul.refactoring.annotations import annotations_of, has_future
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.import_blocks import Blocks
from overhaul.refactoring.units import at_import, bound_by, is_script, outermost, own_statements
from overhaul.source import Source, digest
from overhaul.text import IMPORTS

if TYPE_CHECKING:
    from overhaul.project import Project


class Destination:
    """A module that is there, or is yet to be made."""

    def __init__(self, project: Project, module: str, path: str, old: Bindings, *, fresh: bool) -> None:
        """`fresh`: there is no such file yet, and `old` is what it takes its future from."""
        self.project, self.module, self.path, self.fresh = project, module, path, fresh
        self.file: Bindings | None = None if fresh else Bindings(project, path)
        self.occurrences: Occurrences
        if self.file is not None:
            self.occurrences = self.file.occurrences
        else:
            data = b"from __future__ import annotations\n" if has_future(old.occurrences) else b""
            self.occurrences = occurrences_of(Source(path, data, digest(data)))
        self.blocks = Blocks(self.occurrences)
        self.future = has_future(self.occurrences)

    @property
    def package(self) -> bool:
        """Whether it is the `__init__` of a package."""
        return self.path.endswith("__init__.py")

    @property
    def taken(self) -> Sequence[Taken]:
        """All that its imports bring."""
        return self.file.taken if self.file is not None else ()

    @property
    def annotated(self) -> bool:
        """Whether any annotation of its own is evaluated."""
        statements = (one for one in self.occurrences.statements if one.suite == -1)
        return any(one.evaluated for part in statements for one in annotations_of(self.occurrences, part))

    def binds(self, name: str) -> bool:
        """Whether it has a global of that name, or one may come by a star import."""
        if self.file is None:
            return False
        return bool(self.file.bindings(self.file.top, name)) or name in self.project.symbols.names(self.module)

    def always(self, name: str) -> bool:
        """Whether a global is bound at the module's own level, whatever happens, and before its first definition."""
        if self.file is None:
            return False
        top = set(self.blocks.top)
        for one in self.file.bindings(self.file.top, name):
            binder = one.binder if isinstance(one, Taken) else one
            statement = one.statement if isinstance(one, Taken) else self.occurrences.statement_of(one)
            if statement.suite == -1 and (statement.number in top or not isinstance(one, Taken)) and binder is not None:
                return True
        return False

    def uses_builtin(self, name: str) -> bool:
        """Whether it uses a name that it does not bind."""
        return any(self.occurrences.unbound(one) for one in self.occurrences.named(name))

    def free(self, name: str) -> str:
        """A name that occurs nowhere in it."""
        while self.occurrences.named(name):
            name += "_"
        return name

    def given_up(self, old: str, names: Collection[str]) -> Iterator[Taken]:
        """Its imports of what moves here. Raises Refused where a name stands for something else."""
        if self.file is None:
            return
        symbols = self.project.symbols
        for name in sorted(names):
            own = self.file.bindings(self.file.top, name)
            for one in own:
                if not isinstance(one, Taken) or not _is(symbols.taken(self.module, one.target, one.name), old, name):
                    binder = one.binder if isinstance(one, Taken) else one
                    line = binder.line if binder is not None else 1
                    raise Refused(f"{self.path}:{line}: {self.module} has another {name}: rename one of them first")
            if not own and self.uses_builtin(name) and not _is(symbols.member(self.module, name), old, name):
                place = next(one for one in self.occurrences.named(name) if self.occurrences.unbound(one))
                raise Refused(f"{self.path}:{place.line}: {name} would hide another one there: rename it first")
            if f"{self.module}.{name}" in self.project.layout.modules:
                raise Refused(f"{self.path}: {self.module} has a submodule {name}: choose another name or place")
        for taken in self.taken:
            if taken.name in names and _is(symbols.taken(self.module, taken.target, taken.name), old, taken.name):
                yield taken

    def position(self, old: str, names: Collection[str], own: Collection[str], *, early: bool) -> int:
        """The number of the statement before which the symbols are to stand; -1 for the end.

        `own` are names of this module that they need when it is imported. Raises Refused where these come too late.
        `early`: before the first function or class, where that goes.
        """
        if self.file is None:
            return -1
        file = self.file
        statements = list(own_statements(file))
        place = len(statements)
        while place and is_script(statements[place - 1], self.occurrences.text):
            place -= 1
        if early:
            tall = (at for at, one in enumerate(statements[:place])
                    if type(one.node).__name__ in ("FunctionDef", "ClassDef"))  # fmt: skip
            first_tall = next(tall, place)
            place = first_tall if not self._lacking(statements, first_tall, own) else place
        for at, statement in enumerate(statements[:place]):
            if type(statement.node).__name__ in IMPORTS:
                continue
            first, last = statement.names
            if any(self._uses(one, old, names) and at_import(one) for one in self.occurrences.all[first:last]):
                place = at
                break
        if (lacking := self._lacking(statements, place, own)) is not None:
            name, line = lacking
            raise Refused(f"{self.path}:{line}: {name} is needed before it is made there: move it by hand")
        return statements[place].number if place < len(statements) else -1

    def _lacking(self, statements: Sequence[Statement], place: int, own: Collection[str]) -> tuple[str, int] | None:
        """The first of some names that is only made behind a place, with the line where it is."""
        assert self.file is not None
        for late in statements[place:]:
            if (wanted := bound_by(self.file, late) & set(own)) and not any(
                wanted & bound_by(self.file, before) for before in statements[:place]
            ):
                return min(wanted), late.line
        return None

    def _uses(self, one: Occurrence, old: str, names: Collection[str]) -> bool:
        file = self.file
        if file is None or one.name not in self._called(old, names):
            return False
        return file.home_of(one) is file.top

    def _called(self, old: str, names: Collection[str]) -> frozenset[str]:
        """What the module calls the symbols."""
        symbols = self.project.symbols
        return frozenset({
            *names,
            *(one.bound for one in self.taken
              if one.name in names and _is(symbols.taken(self.module, one.target, one.name), old, one.name)),
        })  # fmt: skip

    def used_at(self, name: str) -> Iterator[Statement]:
        """The statements of its own suite that use a global."""
        if self.file is not None:
            for one in self.file.uses(self.file.top, name):
                yield outermost(self.file, one)


def _is(meaning: object, module: str, name: str) -> bool:
    return isinstance(meaning, Symbol) and (meaning.module, meaning.name) == (module, name)
