"""What some modules may not reach, and who may import what is protected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

from overhaul.architecture.cases import Case, chained, covers
from overhaul.architecture.chains import first_ways, ways_to, within_reach
from overhaul.architecture.rows import ContractBreach, Link
from overhaul.contracts import External, Forbidden, Protected


def forbidden_reached(case: Case, contract: Forbidden) -> Iterator[ContractBreach]:
    """Imports from source modules of forbidden ones, and chains by others unless these are allowed."""
    yield from case.absent("source-modules", contract.source_modules)
    yield from case.absent("forbidden-modules", contract.forbidden_modules, foreign=True)
    forbidden = case.named(contract.forbidden_modules)
    for source in case.named(contract.source_modules):
        apart = [
            name for name in forbidden
            if name != source and not (contract.as_packages and (covers(source, name) or covers(name, source)))
        ]  # fmt: skip
        yield from _reached(case, contract, source, apart)


def _reached(case: Case, contract: Forbidden, source: str, forbidden: Sequence[str]) -> Iterator[ContractBreach]:
    """Each import of something forbidden by a module of the source, and for each module a shortest way to each."""
    graph = case.graph
    inside = frozenset(_meant(case, source, contract.as_packages))
    around: set[str] = set() if contract.allow_indirect_imports else within_reach(graph, inside)
    leaving: dict[str, list[str]] = {}
    for module in sorted(inside):
        for imported in graph.edges.get(module, ()):
            leaving.setdefault(imported, []).append(module)
    for name in forbidden:
        targets = frozenset(_meant(case, name, contract.as_packages))
        steps = {} if targets.isdisjoint(around) else ways_to(graph, targets, around.__contains__)
        sources = {module for one in (*targets, *steps) for module in leaving.get(one, ())}
        for chain in first_ways(graph, sources, targets, steps):
            what = f"{chain[0]} imports {chain[-1]}{chained(chain)}, which is forbidden to {source}"
            about = "" if len(chain) == 2 else f"{source} reaches {name}"
            yield case.breach("forbidden_import", chain, (source, name), what, about)


def protected_imported(case: Case, contract: Protected) -> Iterator[ContractBreach]:
    """Imports of protected modules by any that is neither allowed to, nor protected with them."""
    yield from case.absent("protected-modules", contract.protected_modules, foreign=True)
    yield from case.absent("allowed-importers", contract.allowed_importers)
    allowed = {
        module for name in case.named(contract.allowed_importers) for module in _meant(case, name, contract.as_packages)
    }
    told: set[tuple[str, str]] = set()
    for protected in case.named(contract.protected_modules):
        inside = frozenset(_meant(case, protected, contract.as_packages))
        for module in sorted(inside):
            for importer in case.graph.importers.get(module, ()):
                if importer not in allowed and importer not in inside and (importer, module) not in told:
                    told.add((importer, module))
                    what = f"{importer} imports {module}, which is protected and not open to it"
                    yield case.breach("protected_import", (importer, module), (importer, protected), what)


def external_unlisted(case: Case, contract: External) -> Iterator[ContractBreach]:
    """Imports of other distributions that are not allowed, or denied."""
    if contract.modules != ("**",):
        yield from case.absent("modules", contract.modules)
    inside = {module for name in case.named(contract.modules) for module in case.graph.modules.below(name)}
    modules = case.imports.layout.modules
    found: dict[tuple[str, str], list[Link]] = {}
    for top, imports in case.imports.external.items():
        if top in sys.stdlib_module_names or top == "_typeshed":
            continue
        for outside in imports:
            importer, row = outside
            if importer not in inside or not case.imports.counts(contract, row.kind):
                continue
            name = _refused(contract, top, outside.meanings)
            if name and not case.imports.layout.is_first_party(row.target, importer):
                found.setdefault((importer, name), []).append(Link(importer, name, modules[importer].path, row.line))
    ignored = _ignoring(contract.ignore_imports, case)
    for (importer, name), links in sorted(found.items()):
        if ignored(importer, name):
            continue
        denied = any(covers(one, name) for one in contract.denied)
        what = f"{importer} imports {name}, which is {'denied' if denied else 'not among what is allowed'} there"
        yield case.row("unlisted_external_import", links[:1], ("", ""), what, name, links[1:])


def _refused(contract: External, top: str, meanings: Sequence[str]) -> str:
    """What a statement imports that the contract does not allow; "" when there is nothing."""
    for meaning in meanings:
        if any(covers(denied, meaning) for denied in contract.denied):
            return next(denied for denied in contract.denied if covers(denied, meaning))
    if contract.allowed is None or any(covers(one, meanings[0]) for one in contract.allowed):
        return ""
    # `from google import protobuf` takes google.protobuf, and google is but the way there.
    taken = [name for name in meanings[1:] or meanings if not any(covers(one, name) for one in contract.allowed)]
    if not taken:
        return ""
    return taken[0] if any(one.startswith(f"{top}.") for one in contract.allowed) else top


def _ignoring(expressions: Sequence[str], case: Case) -> Callable[[str, str], bool]:
    """Whether an import of something outside is one that is to be ignored."""
    pairs = [tuple(part.strip() for part in expression.partition("->")[::2]) for expression in expressions]
    importers = [(frozenset(case.graph.modules.matching(one)), other) for one, other in pairs]

    def ignored(importer: str, name: str) -> bool:
        return any(importer in those and (other in ("*", "**") or covers(other, name)) for those, other in importers)

    return ignored


def _meant(case: Case, name: str, as_packages: bool) -> Sequence[str]:
    return case.graph.modules.below(name) if as_packages else (name,)
