"""Packages that may import each other in one direction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from overhaul.architecture.cases import Case
from overhaul.architecture.chains import Steps, way, ways_to
from overhaul.architecture.rows import MEMBERS, Breach, ContractBreach
from overhaul.contracting.entries import layer_members
from overhaul.contracts import Independence, Layers


def layers_broken(case: Case, contract: Layers) -> Iterator[ContractBreach]:
    """Imports from a layer into one above it, into an independent sibling, and past a closed layer."""
    layers = [layer_members(layer) for layer in contract.layers]
    if not contract.containers:
        yield from _layers_in(case, contract, layers, "")
        return
    yield from case.absent("containers", contract.containers)
    for container in case.named(contract.containers):
        yield from _layers_in(case, contract, layers, container)
        if contract.exhaustive:
            yield from _unlisted(case, contract, layers, container)


def not_independent(case: Case, contract: Independence) -> Iterator[ContractBreach]:
    """Imports from one of some packages into another."""
    yield from case.absent("modules", contract.modules)
    members = case.named(contract.modules)

    def why(one: int, other: int) -> str:
        return f"{members[one]} and {members[other]} are to be independent"

    yield from _between(case, members, lambda one, other: one != other, "independence_violation", why)


def _layers_in(
    case: Case, contract: Layers, layers: Sequence[tuple[list[tuple[str, bool]], bool]], container: str
) -> Iterator[ContractBreach]:
    start = f"{container}." if container else ""
    members: list[str] = []
    level: list[int] = []
    independent: list[bool] = []
    closed: set[int] = set()
    for number, (names, apart) in enumerate(layers):
        for name, required in names:
            if name in contract.closed_layers:
                closed.add(number)
            if start + name not in case.graph.modules:
                if required and case.whole:
                    what = f"there is no module {start}{name}: put the layer in brackets if it may be absent"
                    yield case.stale(what, f"layers: {start}{name}")
                continue
            members.append(start + name)
            level.append(number)
            independent.append(apart)

    def forbidden(one: int, other: int) -> bool:
        if one == other:
            return False
        if level[one] == level[other]:
            return independent[one]
        return level[one] > level[other] or any(level[one] < number < level[other] for number in closed)

    def why(one: int, other: int) -> str:
        if level[one] > level[other]:
            return f"{members[other]} is a higher layer than {members[one]}"
        if level[one] == level[other]:
            return f"{members[one]} and {members[other]} are independent in one layer"
        past = next(number for number in sorted(closed) if level[one] < number < level[other])
        return f"{members[other]} is below the closed layer {contract.layers[past]}"

    yield from _between(case, members, forbidden, "layer_violation", why)


def _unlisted(
    case: Case, contract: Layers, layers: Sequence[tuple[list[tuple[str, bool]], bool]], container: str
) -> Iterator[ContractBreach]:
    listed = {name.partition(".")[0] for names, _ in layers for name, _ in names} | set(contract.exhaustive_ignores)
    for module in case.graph.modules.children(container):
        if module.rpartition(".")[2] not in listed and module in case.graph.modules:
            what = f"{module} is in no layer, and every module of {container} is to be in one"
            yield case.misplaced("layer_violation", module, what)


def _between(
    case: Case, members: Sequence[str], forbidden: Callable[[int, int], bool], breach: Breach,
    why: Callable[[int, int], str],
) -> Iterator[ContractBreach]:  # fmt: skip
    """Each import from one member into another that is forbidden, and each by which others let one reach another.

    Modules of further members do not count as a way: what leads by them is a matter between these.
    """
    graph = case.graph
    inside = [graph.modules.below(name) for name in members]
    owner: dict[str, int] = {}
    for number in sorted(range(len(members)), key=lambda one: members[one].count(".")):
        owner.update(dict.fromkeys(inside[number], number))
    ways = _Approaches(case, owner)
    for target, package in enumerate(members):
        barred = [one for one in range(len(members)) if forbidden(one, target)]
        if not barred:
            continue
        exits: dict[str, str] = {}
        for imported in inside[target]:
            if owner[imported] != target:
                continue
            for importer in graph.importers.get(imported, ()):
                source = owner.get(importer)
                if source is None:
                    exits.setdefault(importer, imported)
                elif forbidden(source, target):
                    what = f"{importer} imports {imported}, and {why(source, target)}"
                    yield case.breach(breach, (importer, imported), (members[source], package), what)
        for importer, imported in sorted(exits.items()):
            found = ways.to(importer)
            sources = sorted((one for one in barred if one in found), key=lambda one: (found[one][0], one))
            if sources:
                chain = [*ways.chain(importer, found[sources[0]]), imported]
                rest = f", and so do {len(sources) - 1} more of the contract" if len(sources) > 1 else ""
                what = (
                    f"{importer} imports {imported}, and by way of it {chain[0]} does{rest}: "
                    f"{why(sources[0], target)}"
                )
                between = members[sources[0]], package
                row = case.breach(breach, chain, between, what, f"{package} by way of {importer}", len(chain) - 2)
                if len(sources) <= MEMBERS:
                    links = (graph.link(*found[one][1:]) for one in sources[1:])
                    named = tuple(sorted(members[one] for one in sources))
                    row = msgspec.structs.replace(row, members=named, also=(*row.also, *links))
                yield row


class _Approaches:
    """How members reach a module that is in none of them, by others that are in none."""

    def __init__(self, case: Case, owner: Mapping[str, int]) -> None:
        self._graph = case.graph
        self._owner = owner
        self._found: dict[str, tuple[Steps, dict[int, tuple[int, str, str]]]] = {}
        self._entries: dict[str, dict[int, str]] = {}

    def to(self, module: str) -> Mapping[int, tuple[int, str, str]]:
        """Member -> how many imports it takes, its module that begins, and the first that this imports."""
        return self._approach(module)[1]

    def chain(self, module: str, approach: tuple[int, str, str]) -> list[str]:
        """The modules of an approach."""
        return [approach[1], *way(self._approach(module)[0], approach[2])]

    def _approach(self, module: str) -> tuple[Steps, dict[int, tuple[int, str, str]]]:
        if module not in self._found:
            steps = ways_to(self._graph, {module}, lambda name: name not in self._owner)
            lengths = {module: 1}
            best: dict[int, tuple[int, str, str]] = {}
            # The steps stand in the order in which they were found, the nearest first.
            for entry in (module, *steps):
                length = lengths.setdefault(entry, lengths.get(steps.get(entry, ""), 0) + 1)
                for member, importer in self._importers(entry).items():
                    if member not in best or (length, importer) < best[member][:2]:
                        best[member] = length, importer, entry
            self._found[module] = steps, best
        return self._found[module]

    def _importers(self, module: str) -> Mapping[int, str]:
        """Each member that imports a module, with the first of its modules that do."""
        found = self._entries.get(module)
        if found is None:
            found = self._entries[module] = {}
            for importer in self._graph.importers.get(module, ()):
                if (member := self._owner.get(importer)) is not None:
                    found.setdefault(member, importer)
        return found
