"""The imports by which the modules of a ring reach each other, name by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from overhaul.components import components
from overhaul.errors import Unreadable
from overhaul.facts import Cycle, Step
from overhaul.moving.needs import Needs
from overhaul.naming.meanings import Meaning
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.annotations import Annotation, annotations_of
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.import_blocks import Blocks
from overhaul.refactoring.references import References
from overhaul.refactoring.units import is_script, outermost

if TYPE_CHECKING:
    from overhaul.project import Project

Effect = Literal["fatal", "order-dependent", "latent", "deferred", "typing"]
EFFECTS: Final[Sequence[Effect]] = ("typing", "deferred", "latent", "order-dependent", "fatal")
"""From harmless to fatal."""
Kind = Literal["module", "branch", "deferred", "typing"]
"""module: a statement of the module's own suite; branch: under an `if` or `try`, or in a class body."""
Level = Literal["import", "call", "all"]
"""Which imports of a ring count: those that run at import, those in functions too, those for type checkers too."""
Edge = tuple[str, str]

_COUNTED: Final[Mapping[Level, Collection[Kind]]] = {
    "import": ("module", "branch"),
    "call": ("module", "branch", "deferred"),
    "all": ("module", "branch", "deferred", "typing"),
}


class Crossing(NamedTuple):
    """One name that a module of a ring imports from another one."""

    importer: str
    imported: str
    path: str
    kind: Kind
    taken: Taken

    @property
    def edge(self) -> Edge:
        """From whom, to whom."""
        return self.importer, self.imported

    @property
    def line(self) -> int:
        """Of the statement."""
        return self.taken.statement.line

    @property
    def name(self) -> str:
        """What is bound, or the module whose star is taken."""
        return self.taken.bound or f"* of {self.imported}"

    @property
    def said(self) -> str:
        """For people: `pkg/a.py:3: a imports X from pkg.b`."""
        what = f"{self.taken.name} from {self.imported}" if self.taken.name else self.imported
        if self.taken.name and self.imported.endswith(f".{self.taken.name}"):
            what = self.imported
        return f"{self.path}:{self.line}: {self.importer} imports {what}"

    def counts(self, level: Level) -> bool:
        """Whether it is an import of those that a level is about."""
        return self.kind in _COUNTED[level]


class Sight:
    """A project with what has been worked out of its files, for all rings."""

    def __init__(self, project: Project) -> None:
        """Nothing is looked at before it is asked for."""
        self.project = project
        self.references = References(project)
        self._needs: dict[str, Needs] = {}
        self._blocks: dict[str, Blocks] = {}
        self._mentioning: dict[str, frozenset[str]] = {}
        self._annotations: dict[tuple[str, int], tuple[Annotation, ...]] = {}

    def file(self, module: str) -> Bindings:
        """The variables of a module. Raises Unreadable."""
        return self.references.bindings(self.project.layout.modules[module].path)

    def blocks(self, module: str) -> Blocks:
        """Where a module's imports stand."""
        if module not in self._blocks:
            self._blocks[module] = Blocks(self.file(module).occurrences)
        return self._blocks[module]

    def needs(self, module: str) -> Needs:
        """When a module's names are looked up."""
        if module not in self._needs:
            self._needs[module] = Needs(self.project, self.file(module))
        return self._needs[module]

    def meaning(self, crossing: Crossing) -> Meaning:
        """What a crossing brings."""
        return self.references.brought(self.file(crossing.importer), crossing.taken)

    def mentioning(self, *words: str) -> frozenset[str]:
        """The paths of the files that have all of some words in them."""
        found: frozenset[str] | None = None
        for word in words:
            if word not in self._mentioning:
                self._mentioning[word] = frozenset(self.project.mentioning([word]))
            found = self._mentioning[word] if found is None else found & self._mentioning[word]
        return found or frozenset()

    def annotations(self, file: Bindings, one: Occurrence) -> list[Annotation]:
        """The annotations in the statement of the module's own suite that a name stands in, by place."""
        statement = outermost(file, one)
        key = file.path, statement.number
        if key not in self._annotations:
            self._annotations[key] = tuple(sorted(annotations_of(file.occurrences, statement)))
        return list(self._annotations[key])

    @cached_property
    def cycles(self) -> Sequence[Cycle]:
        """Those of the audit."""
        return tuple(self.project.survey.rows(Cycle))

    # What reaches what

    def crossings(self, members: Collection[str]) -> list[Crossing]:
        """All imports among some modules that are written out; dynamic ones are none."""
        return [one for module in sorted(members) for one in self._of(module, members)]

    def _of(self, module: str, members: Collection[str]) -> Iterator[Crossing]:
        if self.project.layout.modules[module].kind != "source":
            return
        try:
            file = self.file(module)
        except Unreadable:
            return
        rows = self.project.facts(Step)[module]
        steps = frozenset(step.line for step in rows)
        loaded = frozenset(step.name for step in rows if step.act in ("from", "import"))
        for taken in file.taken:
            imported = self.loads(file, taken)
            if imported is not None and imported in members:
                kind = self._kind(file, taken, steps)
                late = type(taken.statement.node).__name__.startswith("Lazy") and taken.bound not in loaded
                if late and kind in ("module", "branch"):
                    kind = "deferred"
                if kind is not None:
                    yield Crossing(module, imported, file.path, kind, taken)

    def loads(self, file: Bindings, taken: Taken) -> str | None:
        """The module of the project that an import names: the submodule that is taken, else where it is taken from."""
        symbols = self.project.symbols
        absolute = symbols.absolute(file.module, taken.target)
        found = symbols.locate(absolute, file.module) if absolute else None
        if found is None or not taken.name or taken.name == "*":
            return found
        inner = self.project.layout.modules.get(f"{found}.{taken.name}")
        return inner.module if inner is not None else found

    def _kind(self, file: Bindings, taken: Taken, steps: Collection[int]) -> Kind | None:
        statement = taken.statement
        if self.blocks(file.module).under_typing(statement.number):
            return "typing"
        scope = statement.scope
        while scope.parent is not None:
            if scope.kind in ("function", "lambda"):
                return "deferred"
            scope = scope.parent
        outer = statement
        while outer.suite != -1:
            outer = file.occurrences.statements[outer.suite]
        if is_script(outer, file.occurrences.text) or (statement.suite != -1 and statement.line not in steps):
            return None  # what stands under the main guard is never imported
        return "module" if statement.suite == -1 else "branch"


def level_of(effect: Effect, crossings: Sequence[Crossing]) -> Level:
    """The imports that a ring of some effect hangs on."""
    if effect == "typing":
        return "all"
    if effect == "deferred":
        return "call"
    return "import" if rings(crossings, "import") else "call"


def rings(crossings: Sequence[Crossing], level: Level) -> bool:
    """Whether imports of a level make a ring."""
    return in_ring(crossings, level) > 0


def in_ring(crossings: Sequence[Crossing], level: Level) -> int:
    """How many modules are part of a ring of imports of a level."""
    return sum(map(len, knots({one.edge for one in crossings if one.counts(level)})))


def knots(edges: Iterable[Edge]) -> Iterator[list[str]]:
    """The modules of each ring that some edges make, rings that share a module as one."""
    outward: dict[str, set[str]] = {}
    for importer, imported in edges:
        outward.setdefault(importer, set()).add(imported)
    for members in components(outward):
        if len(members) > 1 or members[0] in outward.get(members[0], ()):
            yield members
