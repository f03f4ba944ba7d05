"""One contract, the graph that it looks at, and how what breaks it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import msgspec

from overhaul.architecture.graph import Graph, Imports
from overhaul.architecture.rows import Breach, ContractBreach, Link
from overhaul.contracts import Contract
from overhaul.facts import Import


class Case:
    """A contract before its judge."""

    def __init__(self, contract: Contract, imports: Imports, outside: Iterable[str] = ()) -> None:
        """`outside` names what counts as a module though it need be none of the project's."""
        self.contract = contract
        self.imports = imports
        whole = imports.graph(contract)
        foreign = [name for name in outside if "*" not in name and name not in whole.modules]
        if foreign:
            whole = whole.plus(self._from_outside(foreign, whole))
        self.graph, self._unmatched = whole.without(contract.ignore_imports)
        self._tops = {name.partition(".")[0] for name in imports.modules}

    def breach(
        self, breach: Breach, chain: Sequence[str], between: tuple[str, str], what: str, about: str = "",
        fault: int = 0,
    ) -> ContractBreach:  # fmt: skip
        """The row of a chain of modules, of which each imports the next; `fault` numbers the import to blame."""
        links = [self.graph.link(one, other) for one, other in pairwise(chain)]
        also = self.graph.links(links[fault].importer, links[fault].imported)[1:]
        return self.row(breach, links, between, what, about or chain[-1], also, fault)

    def row(
        self, breach: Breach, links: Sequence[Link], between: tuple[str, str], what: str, about: str,
        also: Sequence[Link] = (), fault: int = 0,
    ) -> ContractBreach:  # fmt: skip
        """The row of a chain of links."""
        terms, blamed = self.contract, links[fault]
        return ContractBreach(
            contract=terms.name, kind=self.kind, breach=breach, severity=terms.severity, what=what, about=about,
            importer=blamed.importer, imported=links[-1].imported, between=between, members=(), chain=tuple(links),
            also=tuple(also), path=blamed.path, line=blamed.line, reason=terms.reason, told=self.told,
        )  # fmt: skip

    def misplaced(self, breach: Breach, module: str, what: str) -> ContractBreach:
        """The row of a module that is at fault by being where it is."""
        place = self.imports.layout.modules[module]
        path = f"{place.path}/" if place.kind == "namespace" else place.path
        return msgspec.structs.replace(
            self.stale(what, module), breach=breach, severity=self.contract.severity, importer=module, path=path, line=1
        )

    def stale(self, what: str, about: str, severity: str = "warning") -> ContractBreach:
        """The row of a part of the contract that fits nothing."""
        terms = self.contract
        row = {
            "contract": terms.name, "kind": self.kind, "breach": "stale_contract", "severity": severity, "what": what,
            "about": about, "importer": "", "imported": "", "between": ("", ""), "members": (), "chain": (), "also": (),
            "path": terms.file, "line": terms.line, "reason": terms.reason, "told": self.told,
        }  # fmt: skip
        return msgspec.convert(row, ContractBreach)

    @property
    def kind(self) -> str:
        """The kind of the contract."""
        return str(self.contract.__struct_config__.tag)

    @property
    def told(self) -> str:
        """Where the contract is written."""
        return f"{self.contract.file}:{self.contract.line}"

    @property
    def whole(self) -> bool:
        """Whether the run looked at all that the contract is about: it began at its folder and left nothing out."""
        return not (self.imports.partial or self.contract.file.startswith("../"))

    def named(self, expressions: Iterable[str]) -> list[str]:
        """The modules that are meant, in the order of names, what is no module of the project's included."""
        found: set[str] = set()
        for expression in expressions:
            found.update(self.graph.modules.matching(expression))
        return sorted(found)

    def absent(self, key: str, expressions: Iterable[str], *, foreign: bool = False) -> Iterator[ContractBreach]:
        """A row for each expression that no module fits; with `foreign` it may mean what is none of the project's."""
        if not self.whole:
            return
        for expression in expressions:
            fixed = expression.partition("*")[0].rstrip(".")
            if self.graph.modules.matching(expression) or ("*" in expression and fixed in self.graph.modules):
                # A package below which there is nothing yet is no mistake.
                continue
            if foreign and expression.partition(".")[0] not in self._tops:
                continue
            what = f"{key} names {expression}, which fits no module"
            yield self.stale(what, f"{key}: {expression}")

    def unmatched(self) -> Iterator[ContractBreach]:
        """A row for each expression of imports that fits none any more."""
        severity = self.contract.unmatched_ignore_imports
        if severity == "none" or not self.whole:
            return
        for expression in self._unmatched:
            imported = expression.partition("->")[2].strip()
            if "*" in imported or imported.partition(".")[0] in self._tops or imported in self.graph.modules:
                what = f"ignore-imports names {expression}, and there is no such import: take it away"
                yield self.stale(what, f"ignore-imports: {expression}", severity)

    def _from_outside(self, names: Sequence[str], graph: Graph) -> Iterator[Import]:
        """Imports of what is no module of the graph, as imports of the name that was asked for."""
        modules = self.imports.layout.modules
        for name in names:
            for outside in self.imports.external.get(name.partition(".")[0], ()):
                statement = outside.statement
                if (
                    outside.importer in graph.modules
                    and self.imports.counts(self.contract, statement.kind)
                    and any(covers(name, meaning) for meaning in outside.meanings)
                ):
                    yield Import(
                        importer=outside.importer, imported=name, kind=statement.kind, implicit=False, names=(),
                        path=modules[outside.importer].path, line=statement.line,
                    )  # fmt: skip
        if self.contract.within:
            for row in self.imports.rows:
                if row.importer in graph.modules and not row.implicit and self.imports.counts(self.contract, row.kind):
                    for name in names:
                        if covers(name, row.imported):
                            yield msgspec.structs.replace(row, imported=name)


def covers(name: str, other: str) -> bool:
    """Whether a dotted name is another one, or a package that it lies in."""
    return other == name or other.startswith(f"{name}.")


def chained(chain: Sequence[str]) -> str:
    """How a chain reads in a sentence: what stands between its ends."""
    between = chain[1:-1]
    if not between:
        return ""
    if len(between) > 4:
        return f" by way of {', '.join(between[:3])} and {len(between) - 3} more"
    return f" by way of {', '.join(between)}"
