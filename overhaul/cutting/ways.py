"""How an import could be done without, and why not: the ways, from the cheapest to the dearest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from overhaul.cutting.looking import Looking
from overhaul.cutting.reliance import Reliance
from overhaul.errors import Refused, Unreadable
from overhaul.moving.early import Early
from overhaul.moving.graph import Graph
from overhaul.moving.needs import When
from overhaul.moving.old import outer_function
from overhaul.moving.text import quoted
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence, Statement
from overhaul.refactoring.annotations import Annotation, within
from overhaul.refactoring.bindings import Bindings

if TYPE_CHECKING:
    from overhaul.cutting.crossings import Crossing, Level, Sight

Way = Literal["typing", "defining-module", "defer", "move", "lazy"]
WAYS: Final[Sequence[Way]] = ("typing", "defining-module", "defer", "move", "lazy")
COST: Final[Mapping[Way, int]] = {"typing": 1, "defining-module": 1, "defer": 2, "move": 5, "lazy": 1}

_NAMED: Final = 3
"""Up to how many functions are named."""


class Option(NamedTuple):
    """One way to do without an import."""

    crossing: Crossing
    way: Way
    annotations: bool = False
    """The name is still imported for type checkers."""
    quotes: tuple[Annotation, ...] = ()
    """Annotations that become strings."""
    functions: tuple[Statement, ...] = ()
    """The functions that import it themselves."""
    module: str = ""
    """The module that defines it."""
    name: str = ""
    """What it is called there."""

    @property
    def cost(self) -> int:
        """As the audit counts it."""
        return COST[self.way]

    @property
    def said(self) -> str:
        """For people."""
        name = self.crossing.name
        match self.way:
            case "typing":
                return f"only annotations use {name}: import it under TYPE_CHECKING"
            case "defining-module":
                return f"import {name} from {self.module}, which defines it"
            case "defer":
                names = [one.node.name.value for one in self.functions if type(one.node).__name__ == "FunctionDef"]
                if len(names) == len(self.functions) <= _NAMED:
                    return f"import {name} in {', '.join(names)}, which use{'s' if len(names) == 1 else ''} it"
                return f"import {name} in the {len(self.functions)} functions that use it"
            case "move":
                return f"move {name} to a module of its own"
            case "lazy":
                return f"import {name} lazily"


class _Use(NamedTuple):
    """Where the name of an import is used."""

    one: Occurrence
    when: When
    annotation: Annotation | None


class Ways:
    """Works out the ways for the imports of one ring."""

    def __init__(
        self, sight: Sight, members: Collection[str], allowed: Collection[Way], reliance: Reliance | None = None
    ) -> None:
        """`members` are the modules of the ring; `reliance` is what was worked out for other rings of the project."""
        self._sight, self._members, self._allowed = sight, members, allowed
        self._project = sight.project
        self._looking, self._reliance = Looking(sight), reliance or Reliance(sight)
        self._found: dict[tuple[str, int, str, str], Option | str] = {}

    @cached_property
    def _early(self) -> Early:
        """The functions that may run while modules of the ring are imported."""
        graph = Graph(self._project)
        return Early(self._project, {one for module in self._members for one in graph.loaded(module)})

    def options(self, crossing: Crossing, level: Level) -> Iterator[Option | str]:
        """The ways that go, from the cheapest on, and the reasons why the others do not."""
        if crossing.kind == "branch":
            yield f"{crossing.path}:{crossing.line}: the import stands in a branch: it is left to people"
            return
        if crossing.taken.name == "*":
            yield f"{crossing.path}:{crossing.line}: a star import: name what is taken first"
            return
        for way in ("typing", "defining-module", "defer", "lazy"):
            if way not in self._allowed or (way == "typing" and level == "all"):
                continue
            if way != "defining-module" and crossing.kind != "module":
                continue
            if way in ("defer", "lazy") and level != "import":
                continue
            yield self.option(crossing, way)

    def option(self, crossing: Crossing, way: Literal["typing", "defining-module", "defer", "lazy"]) -> Option | str:
        """One way, or why it does not go."""
        key = crossing.path, crossing.taken.statement.number, crossing.name, way
        if key not in self._found:
            try:
                match way:
                    case "typing":
                        self._found[key] = self._typing(crossing)
                    case "defer":
                        self._found[key] = self._defer(crossing)
                    case "lazy":
                        self._found[key] = self._lazily(crossing)
                    case "defining-module":
                        self._found[key] = self._direct(crossing)
            except Refused as refused:
                self._found[key] = str(refused).rpartition(": ")[0]
            except Unreadable as error:
                self._found[key] = f"{crossing.path}:{crossing.line}: {error}"
        return self._found[key]

    # Where it is used

    def _uses(self, crossing: Crossing) -> list[_Use] | str:
        """Every use of the name that the import binds, or why it cannot go from its module."""
        file, taken = self._sight.file(crossing.importer), crossing.taken
        where = f"{crossing.path}:{crossing.line}"
        if taken.home is not file.top:
            return f"{where}: the import is not the module's own"
        if len(file.bindings(file.top, taken.bound)) > 1:
            return f"{where}: {taken.bound} is bound more than once in {file.module}"
        if taken.bound.startswith("__"):
            return f"{where}: {taken.bound} means something else in classes"
        needs = self._sight.needs(crossing.importer)
        found: list[_Use] = []
        for one in file.uses(file.top, taken.bound):
            if taken.binder is one or one.number in {part.number for part in taken.parts}:
                continue
            if one.role != "load":
                return f"{file.path}:{one.line}: {taken.bound} is given another value, or declared global"
            if file.torn(one):
                return f"{file.path}:{one.line}: a class body reads {taken.bound} and binds it"
            annotations = self._sight.annotations(file, one)
            found.append(_Use(one, needs.when(one, annotations), within(annotations, one.start)))
        if not taken.name and taken.alias is None and len(taken.parts) > 1:
            for use in found:
                if not self._below(file, use.one, taken.target):
                    return f"{file.path}:{use.one.line}: {taken.bound} is used without {taken.target}"
        if not found:
            return f"{where}: nothing here uses {taken.bound}: it is there for others, or for what importing it does"
        return found

    @staticmethod
    def _below(file: Bindings, one: Occurrence, target: str) -> bool:
        """Whether the chain that a name begins goes on as a dotted module does."""
        every = file.occurrences.all
        for part in target.split(".")[1:]:
            following = every[one.number + 1] if one.number + 1 < len(every) else None
            if following is None or following.base != one.number or following.name != part:
                return False
            one = following
        return True

    def _looked_at(self, crossing: Crossing, uses: Sequence[_Use]) -> tuple[str, tuple[Annotation, ...]]:
        """Why the name must be there for those who look at annotations, and the annotations that become strings."""
        file = self._sight.file(crossing.importer)
        future = self._sight.needs(crossing.importer).future
        quotes: set[Annotation] = set()
        for use in uses:
            found = use.annotation
            hidden = not use.one.quoted and found is not None and found.evaluated and not future
            if found is None and not use.one.quoted:
                continue
            if why := self._looking.why(file, use.one, found, hidden=hidden):
                return why, ()
            if hidden and found is not None:
                quotes.add(found)
        made = tuple(sorted(quotes))
        for _ in quoted(file.occurrences, made):
            continue  # raises Refused for one that cannot be quoted
        return "", made

    # The ways

    def _typing(self, crossing: Crossing) -> Option | str:
        uses = self._uses(crossing)
        if isinstance(uses, str):
            return uses
        for use in uses:
            if use.when != "annotation" and not self._for_types(use):
                return self._moment(crossing, use)
        if why := self._reliance.why_kept(crossing):
            return why
        why, quotes = self._looked_at(crossing, uses)
        return why or Option(crossing, "typing", annotations=True, quotes=quotes)

    def _defer(self, crossing: Crossing) -> Option | str:
        uses = self._uses(crossing)
        if isinstance(uses, str):
            return uses
        file = self._sight.file(crossing.importer)
        calls = [use for use in uses if use.when == "call" and not self._for_types(use)]
        early = [use for use in uses if use.when == "import" and not self._for_types(use)]
        if early:
            return self._moment(crossing, early[0])
        functions: dict[int, Statement] = {}
        for use in calls:
            function = outer_function(file, use.one)
            if self._early.runs(file, use.one):
                where = f"{crossing.path}:{use.one.line}"
                return f"{where}: this function may run while modules are imported, and needs {crossing.name} then"
            functions[function.number] = function
        for use in calls:
            if why := self._hidden(file, use.one):
                return why
        for function in functions.values():
            if why := self._own_names(file, function) or self._reliance.dangers.compiled(file, function):
                return why
        if why := self._reliance.why_now(crossing):
            return why
        if why := self._reliance.why_kept(crossing) or self._reliance.why_unsteady(crossing):
            return why
        others = [use for use in uses if use not in calls]
        why, quotes = self._looked_at(crossing, others)
        made = tuple(functions[number] for number in sorted(functions))
        return why or Option(crossing, "defer", bool(others), quotes, made)

    def _lazily(self, crossing: Crossing) -> Option | str:
        """As for an import in functions: what would load the module while others are loaded is no way out."""
        found = self._defer(crossing)
        if isinstance(found, str):
            return found
        if found.quotes:
            where = f"{crossing.path}:{crossing.line}"
            return f"{where}: {crossing.name} stands in annotations that are evaluated: postpone them first"
        return Option(crossing, "lazy", functions=found.functions)

    def _moment(self, crossing: Crossing, use: _Use) -> str:
        """Why a name is needed when the code runs."""
        if use.annotation is not None and use.annotation.asked:
            file = self._sight.file(crossing.importer)
            return self._looking.why(file, use.one, use.annotation, hidden=False)
        moment = "when it is imported" if use.when == "import" else "in a function"
        return f"{crossing.path}:{use.one.line}: {crossing.importer} uses {crossing.name} {moment}"

    @staticmethod
    def _for_types(use: _Use) -> bool:
        """Whether a use is an annotation that can be made a string."""
        found = use.annotation
        return found is not None and found.evaluated and not found.asked

    @staticmethod
    def _hidden(file: Bindings, one: Occurrence) -> str:
        """A class in a function that binds the name itself does not look among the names of the function."""
        scope = one.scope
        if scope.kind == "class" and one.name in scope.variables:
            return f"{file.path}:{one.line}: a class in a function reads {one.name} and binds it"
        return ""

    @staticmethod
    def _own_names(file: Bindings, function: Statement) -> str:
        """A function that asks for all its local names would find one more; one that runs at the end cannot import."""
        if getattr(getattr(function.node, "name", None), "value", "") == "__del__":
            return f"{file.path}:{function.line}: __del__ may run when nothing can be imported any more"
        for one in file.occurrences.all[function.names[0] : function.names[1]]:
            if one.name in ("locals", "vars", "eval", "exec") and one.role == "load" and file.occurrences.unbound(one):
                return f"{file.path}:{one.line}: {one.name}() may see the names of its function"
        return ""

    def _direct(self, crossing: Crossing) -> Option | str:
        where, taken = f"{crossing.path}:{crossing.line}", crossing.taken
        meaning = self._sight.meaning(crossing)
        if not taken.name:
            return f"{where}: {crossing.importer} imports {crossing.imported} as a module, and no name of it"
        if isinstance(meaning, Symbol) and meaning.kind == "module":
            return f"{where}: what {crossing.importer} imports is the module {meaning.module}, no name of it"
        if not isinstance(meaning, Symbol) or meaning.alternatives or "." in meaning.name:
            return f"{where}: what {taken.name} of {crossing.imported} means cannot be told"
        if meaning.module == crossing.imported:
            return f"{where}: {crossing.importer} takes {taken.name} from {crossing.imported}, which defines it itself"
        if meaning.module == crossing.importer:
            return f"{where}: {taken.name} is {crossing.importer}'s own"
        rows = self._project.symbols.interior(meaning.module).bindings.get(meaning.name, ())
        if any(row.kind == "global" for row in rows) or len({row.kind for row in rows}) > 1:
            return f"{where}: {meaning.module} gives {meaning.name} another value later"
        if why := self._reliance.why_unsteady(crossing):
            return why
        return Option(crossing, "defining-module", module=meaning.module, name=meaning.name)
