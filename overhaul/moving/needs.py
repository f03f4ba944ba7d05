"""What the code of some symbols needs of its module: each name, when it is looked up, and where it comes from."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from overhaul.errors import Refused
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence, Statement
from overhaul.refactoring.annotations import Annotation, annotations_of, has_future, within
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.import_blocks import Blocks
from overhaul.refactoring.units import Unit, at_import, bound_by, in_script, outermost
from overhaul.text import IMPORTS

if TYPE_CHECKING:
    from overhaul.project import Project

When = Literal["annotation", "call", "import"]
"""annotation: only a type checker looks it up, or who asks for the annotations; call: when a function runs; import:
when the module is imported."""
_LATER: Final[Sequence[When]] = ("annotation", "call", "import")


class Need(NamedTuple):
    """A global name that some code uses."""

    name: str
    places: tuple[Occurrence, ...]
    when: When
    """The earliest."""
    calls: tuple[Occurrence, ...] = ()
    """The places where it is looked up at run time."""


class Origin(NamedTuple):
    """Where a global name of a module comes from."""

    kind: Literal["builtin", "import", "copied", "helper", "missing"]
    """import: one statement brings it; copied: an `if` or `try` does that brings nothing but imports; helper: the
    module makes it itself."""
    taken: tuple[Taken, ...] = ()
    typing: bool = False
    """Under TYPE_CHECKING."""
    statement: Statement | None = None
    """What is copied."""
    module: str = ""
    """For what a star import brings, the module that it is taken from."""


class Needs:
    """The names that a unit uses, with what has to be known of its annotations."""

    def __init__(self, project: Project, file: Bindings) -> None:
        """Of one file, as it stands."""
        self.project, self.file = project, file
        self.blocks = Blocks(file.occurrences)
        self.future = has_future(file.occurrences)

    def annotations(self, unit: Unit) -> list[Annotation]:
        """The annotations in a unit, by place."""
        found = (one for part in unit.statements for one in annotations_of(self.file.occurrences, part))
        return sorted(found)

    def of(self, unit: Unit) -> Iterator[Need]:
        """Every name of the module that a unit uses and does not make, by name."""
        annotations = self.annotations(unit)
        places: dict[str, list[Occurrence]] = {}
        for part in unit.statements:
            for one in self.file.occurrences.all[part.names[0] : part.names[1]]:
                if one.role in ("global", "nonlocal", "attribute", "keyword") or one.name in unit.names:
                    continue
                if self.file.home_of(one) is self.file.top:
                    places.setdefault(one.name, []).append(one)
        for name in sorted(places):
            yield self._need(name, places[name], annotations)

    def of_statement(self, statement: Statement) -> Iterator[Need]:
        """What a statement of the module that brings imports under a condition needs itself, by name."""
        places: dict[str, list[Occurrence]] = {}
        for one in self.file.occurrences.all[statement.names[0] : statement.names[1]]:
            if one.role == "load" and one.base < 0 and self.file.home_of(one) is self.file.top:
                places.setdefault(one.name, []).append(one)
        for name in sorted(places):
            yield self._need(name, places[name], [])

    def _need(self, name: str, places: Sequence[Occurrence], annotations: list[Annotation]) -> Need:
        times: list[When] = [self.when(one, annotations) for one in places]
        calls = tuple(one for one, when in zip(places, times, strict=True) if when != "annotation")
        return Need(name, tuple(places), earliest(times), calls)

    def when(self, one: Occurrence, annotations: list[Annotation]) -> When:
        """When a name is looked up."""
        found = within(annotations, one.start)
        if found is not None and found.asked:
            return "import" if self._early(one) else "call"
        if one.quoted or (found is not None and (self.future or not found.evaluated)):
            return "annotation"
        return "import" if self._early(one) else "call"

    def quotable(self, need: Need) -> bool:
        """Whether all that looks a name up when its module is imported are annotations, which nobody evaluates."""
        return all(self._plain(one) for one in need.calls if self._early(one))

    def _early(self, one: Occurrence) -> bool:
        return at_import(one) and not in_script(self.file, one)

    def _plain(self, one: Occurrence) -> bool:
        found = self.annotation(one)
        return found is not None and found.plain

    def annotation(self, one: Occurrence) -> Annotation | None:
        """The annotation that a name stands in."""
        return within(sorted(annotations_of(self.file.occurrences, outermost(self.file, one))), one.start)

    def late(self, need: Need) -> tuple[list[Occurrence], list[Annotation]]:
        """The places of a name where an import can be made late, and the annotations that have to be quoted for it."""
        calls: list[Occurrence] = []
        quoted: set[Annotation] = set()
        for one in need.calls:
            if not self._early(one):
                calls.append(one)
            elif (found := self.annotation(one)) is not None:
                quoted.add(found)
        return calls, sorted(quoted)

    def uses_beside(self, unit: Unit) -> Iterator[Need]:
        """The uses of a unit's names by the rest of its module."""
        file = self.file
        inside = {part.number for part in unit.statements}
        for name in sorted(unit.names):
            places = [
                one for one in file.uses(file.top, name)
                if one.role not in ("global", "nonlocal") and outermost(file, one).number not in inside
            ]  # fmt: skip
            if places:
                stretches = sorted(
                    found for number in {outermost(file, one).number for one in places}
                    for found in annotations_of(file.occurrences, file.occurrences.statements[number])
                )  # fmt: skip
                yield self._need(name, places, stretches)

    def origin(self, name: str) -> Origin:
        """Where a global name of the module comes from."""
        bindings = self.file.bindings(self.file.top, name)
        if not bindings:
            return self._unbound(name)
        taken = [one for one in bindings if isinstance(one, Taken)]
        if len(taken) < len(bindings):
            if all(self._for_checkers(one) for one in bindings):
                return Origin("helper", typing=True)
            return self._mixed(bindings)
        typing = [one for one in taken if self.blocks.under_typing(one.statement.number)]
        if len(typing) == len(taken):
            same = {(one.target, one.name) for one in taken if one.alias is not None or one.name}
            return Origin("import", tuple(taken[:1] if len(same) == 1 else taken), typing=True)
        plain = [one for one in taken if one.statement.suite == -1]
        if len(plain) == len(taken):
            roots = [one for one in plain if not one.name and one.alias is None]
            if len(roots) == len(plain) or len({(one.target, one.name) for one in plain}) == 1:
                return Origin("import", tuple(roots or plain[:1]))
            return Origin("helper")
        return self._mixed(bindings)

    def _for_checkers(self, one: Occurrence | Taken) -> bool:
        """Whether it is bound under TYPE_CHECKING, and so never when the code runs."""
        statement = one.statement if isinstance(one, Taken) else self.file.occurrences.statement_of(one)
        return self.blocks.under_typing(statement.number)

    def _unbound(self, name: str) -> Origin:
        symbols, module = self.project.symbols, self.file.module
        source = symbols.names(module).get(name)
        if source is not None and source != module:
            return Origin("import", module=source)
        if hasattr(builtins, name):
            return Origin("builtin")
        return Origin("missing" if symbols.interior(module).stars else "builtin")

    def _mixed(self, bindings: Sequence[Occurrence | Taken]) -> Origin:
        """What an `if` or `try` makes, if it may be made twice: imports, and names that stand for nothing."""
        statements = {
            outermost(self.file, binder).number
            for one in bindings
            if (binder := one.binder if isinstance(one, Taken) else one) is not None
        }
        if len(statements) != 1:
            return Origin("helper")
        statement = self.file.occurrences.statements[statements.pop()]
        if type(statement.node).__name__ not in ("If", "Try") or not self._repeatable(statement):
            return Origin("helper")
        return Origin("copied", statement=statement)

    def _repeatable(self, statement: Statement) -> bool:
        occurrences, file = self.file.occurrences, self.file
        for one in occurrences.statements:
            if one.number <= statement.number or not statement.start <= one.start < statement.end:
                continue
            kind = type(one.node).__name__
            if kind.endswith("ImportFrom") and one.node.relative:
                return False
            if kind == "Assign" and type(one.node.value).__name__ != "Name":
                return False
            if kind not in (*IMPORTS, "Assign", "Pass", "If", "Try"):
                return False
        own = bound_by(file, statement)
        first, last = statement.names
        for use in occurrences.all[first:last]:
            if file.home_of(use) is file.top and use.name not in own:
                found = self.origin(use.name)
                if found.kind not in ("builtin", "import"):
                    return False
        return True


def earliest(times: Iterable[When]) -> When:
    """The earliest of some times."""
    return max(times, key=_LATER.index)


def refuse_bound_to_module(file: Bindings, unit: Unit, needs: Sequence[Need]) -> Iterator[tuple[int, str]]:
    """Raises Refused for code that asks which module it is in; yields the lines that may, each with a reason."""
    for need in needs:
        if need.name in ("__file__", "__path__", "__package__", "__spec__", "__loader__", "__cached__"):
            where = f"{file.path}:{need.places[0].line}"
            raise Refused(f"{where}: {need.name} means the module it stands in: move it by hand")
        if need.name != "__name__":
            continue
        for one in need.places:
            text = file.occurrences.text
            before = text[max(0, one.start - 40) : one.start].rstrip()
            if not before.endswith("getLogger("):
                raise Refused(f"{file.path}:{one.line}: __name__ means the module it stands in: move it by hand")
            yield one.line, "a logger named after its module is called otherwise"
    for part in unit.statements:
        for one in file.occurrences.all[part.names[0] : part.names[1]]:
            if one.role == "global" and one.name not in unit.names:
                raise Refused(
                    f"{file.path}:{one.line}: assigns the global {one.name} of {file.module}: "
                    f"move it too (with = [{one.name!r}])"
                )


def same_thing(project: Project, first: str, second: str, name: str) -> bool:
    """Whether a global name means the same for certain in two modules."""
    one, other = project.symbols.lookup(first, "", name), project.symbols.lookup(second, "", name)
    match one, other:
        case Symbol(), Symbol():
            return one.same(other) and not one.alternatives and not other.alternatives
        case External(), External():
            return one.name == other.name
        case _:
            return False
