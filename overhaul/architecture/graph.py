"""The imports that a contract looks at, as a graph of modules."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from overhaul.architecture.rows import Link
from overhaul.contracts import Terms
from overhaul.facts import Facts, Import, ImportKind, ImportStatement
from overhaul.layout import Layout

Edges = dict[str, dict[str, list[Import]]]


class Outside(NamedTuple):
    """An import of something that is none of the project's modules."""

    importer: str
    statement: ImportStatement

    @property
    def meanings(self) -> tuple[str, ...]:
        """What it may name: the target, and what is taken from it, which may be a module or not."""
        target = self.statement.target
        return (target, *(f"{target}.{name}" for name, _ in self.statement.names if name != "*"))


class Imports:
    """All imports of a project, from which each contract gets the graph that it looks at."""

    def __init__(
        self, layout: Layout, imports: Sequence[Import], statements: Facts[ImportStatement], *, partial: bool = False
    ) -> None:
        """Implicit imports of packages are left out: nobody wrote them; `partial`: there are modules not looked at."""
        self.layout = layout
        self.partial = partial
        self.rows = imports
        self._statements = statements
        self._graphs: dict[tuple[bool, bool, bool, tuple[str, ...]], Graph] = {}
        self.modules = [name for name in layout.modules if "/" not in name]
        """Sorted; those that no import can reach are left out."""

    def graph(self, terms: Terms) -> Graph:
        """The graph of the imports that count for a contract."""
        key = (terms.typing, terms.deferred, terms.dynamic, terms.within)
        graph = self._graphs.get(key)
        if graph is None:
            graph = self._graphs[key] = self._graph(terms)
        return graph

    def counts(self, terms: Terms, kind: ImportKind) -> bool:
        """Whether imports of a kind count for a contract."""
        return not (
            (kind == "typing" and not terms.typing)
            or (kind == "deferred" and not terms.deferred)
            or (kind == "dynamic" and not terms.dynamic)
        )

    @cached_property
    def external(self) -> Mapping[str, Sequence[Outside]]:
        """The absolute imports whose top-level name is none of the project's, by that name."""
        found: dict[str, list[Outside]] = {}
        for importer, rows in self._statements.items():
            own: dict[str, bool] = {}
            for row in rows:
                if row.level or not row.target:
                    continue
                top = row.target.partition(".")[0]
                if top not in own:
                    own[top] = self.layout.locate(top, importer) is not None
                if not own[top]:
                    found.setdefault(top, []).append(Outside(importer, row))
        return found

    def _graph(self, terms: Terms) -> Graph:
        modules = self.modules
        if terms.within:
            whole = Modules(modules)
            inside = {one for name in terms.within for root in whole.matching(name) for one in whole.below(root)}
            modules = [name for name in modules if name in inside]
        known = set(modules)
        edges: Edges = {}
        for row in self.rows:
            if row.implicit or row.importer == row.imported or not self.counts(terms, row.kind):
                continue
            if row.importer in known and row.imported in known:
                edges.setdefault(row.importer, {}).setdefault(row.imported, []).append(row)
        return Graph(modules, edges)


class Modules:
    """Names of modules, to be asked by expression and by package."""

    def __init__(self, names: Iterable[str]) -> None:
        """Keep the names, sorted."""
        self.names = sorted(names)
        self._known = frozenset(self.names)

    def __contains__(self, name: str) -> bool:
        """Whether there is such a module."""
        return name in self._known

    def below(self, package: str) -> Sequence[str]:
        """A module, and all that are below it."""
        # "/" comes right behind "." among the characters: what begins with the name and a dot stands between the two.
        first, last = bisect_left(self.names, f"{package}."), bisect_left(self.names, f"{package}/")
        inside = self.names[first:last]
        return [package, *inside] if package in self._known else inside

    def children(self, package: str) -> list[str]:
        """The modules directly below a package, those included that have no file of their own."""
        start = len(package) + 1
        inside = (name for name in self.below(package) if name != package)
        return sorted({f"{package}.{name[start:].partition('.')[0]}" for name in inside})

    def matching(self, expression: str) -> Sequence[str]:
        """The modules that a dotted name with wildcards fits."""
        if "*" not in expression:
            return (expression,) if expression in self._known else ()
        pattern = expression.split(".")
        fixed = next(number for number, part in enumerate(pattern) if "*" in part)
        names = self.below(".".join(pattern[:fixed])) if fixed else self.names
        return [name for name in names if fits(pattern, name.split("."))]


def fits(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether a pattern of parts, with `*` for one and `**` for one or more, fits a name.

    Settings of others are read, so that no pattern may take long: only the last `**` is ever taken up again.
    """
    at = here = 0
    again: tuple[int, int] | None = None
    while here < len(parts):
        if at < len(pattern) and pattern[at] == "**":
            at, here = at + 1, here + 1
            again = at, here
        elif at < len(pattern) and pattern[at] in ("*", parts[here]):
            at, here = at + 1, here + 1
        elif again is not None:
            at, here = again[0], again[1] + 1
            again = at, here
        else:
            return False
    return at == len(pattern)


class Graph:
    """Who imports whom, and where."""

    def __init__(
        self, modules: Iterable[str], edges: Mapping[str, Mapping[str, Sequence[Import]]],
        importers: Mapping[str, Sequence[str]] | None = None,
    ) -> None:  # fmt: skip
        """`edges` maps importer to imported to the statements, `importers` the other way round, sorted."""
        self.modules = Modules(modules)
        self.edges = edges
        self._importers = importers

    @property
    def importers(self) -> Mapping[str, Sequence[str]]:
        """Each module that is imported, with those that do."""
        if self._importers is None:
            found: dict[str, list[str]] = {}
            for importer, importeds in sorted(self.edges.items()):
                for imported in importeds:
                    found.setdefault(imported, []).append(importer)
            self._importers = found
        return self._importers

    def without(self, ignored: Iterable[str]) -> tuple[Graph, list[str]]:
        """The graph without the imports that some expressions fit, and the expressions that fit none."""
        gone: set[tuple[str, str]] = set()
        unmatched: list[str] = []
        for expression in ignored:
            fits = set(self.fitting(expression))
            if not fits:
                unmatched.append(expression)
            gone |= fits
        if not gone:
            return self, unmatched
        touched = {importer for importer, _ in gone}
        edges = {
            importer: {one: rows for one, rows in importeds.items() if (importer, one) not in gone}
            if importer in touched else importeds
            for importer, importeds in self.edges.items()
        }  # fmt: skip
        importers = dict(self.importers)
        for importer, imported in gone:
            importers[imported] = [one for one in importers[imported] if one != importer]
        return Graph(self.modules.names, edges, importers), unmatched

    def plus(self, rows: Iterable[Import]) -> Graph:
        """The graph with further imports, of what may be no module of the project."""
        edges = dict(self.edges)
        own: dict[str, dict[str, Sequence[Import]]] = {}
        more: set[str] = set()
        for row in rows:
            more.add(row.imported)
            importeds = own.get(row.importer)
            if importeds is None:
                importeds = edges[row.importer] = own[row.importer] = dict(edges.get(row.importer, {}))
            importeds[row.imported] = [*importeds.get(row.imported, ()), row]
        importers = dict(self.importers)
        for importer, importeds in own.items():
            for imported in more.intersection(importeds):
                importers[imported] = sorted({*importers.get(imported, ()), importer})
        names = (name for name in sorted(more) if name not in self.modules)
        return Graph([*self.modules.names, *names], edges, importers)

    def fitting(self, expression: str) -> Iterator[tuple[str, str]]:
        """The imports that `importer -> imported` fits."""
        importer, _, imported = (part.strip() for part in expression.partition("->"))
        targets = frozenset(self.modules.matching(imported))
        for module in self.modules.matching(importer):
            for target in self.edges.get(module, ()):
                if target in targets:
                    yield module, target

    def link(self, importer: str, imported: str) -> Link:
        """The first statement of an import."""
        row = self.edges[importer][imported][0]
        return Link(importer, imported, row.path, row.line)

    def links(self, importer: str, imported: str) -> list[Link]:
        """Every statement of an import."""
        return [Link(importer, imported, row.path, row.line) for row in self.edges[importer][imported]]
