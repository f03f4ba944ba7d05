"""The parallel modules and packages of a project, as rows."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import product
from typing import Final

import msgspec

from overhaul.facts import Attribute, Class, Facts, Function, Import, ReceiverUse, UsedName, Variable
from overhaul.inventory import Confidence, fact, testing
from overhaul.naming.outlines import noting
from overhaul.past import Past
from overhaul.patterns import regex
from overhaul.redundancy import Correspondence, Parallel
from overhaul.repeating.assignment import apart, matching
from overhaul.repeating.candidates import candidates
from overhaul.repeating.interfaces import Bodies, Conventions, Interface, every, interface_of, tallied
from overhaul.repeating.kinship import Kinship
from overhaul.repeating.matching import Matcher, Pair
from overhaul.repeating.names import Weights, counted
from overhaul.repeating.parallels import Comparison, Judge, same_but_for_age
from overhaul.repeating.remembering import Known, Memory, Whole
from overhaul.repeating.tables import constants, corresponding, missing
from overhaul.symbols import Symbols
from overhaul.text import words_of

_WHOLE: Final = 0.6
"""So much of the smaller package must correspond for the packages to."""
_NOT_LOOKED_AT: Final = regex(
    r"(?:^|/)(?:migrations|examples?|[^/]*_examples?|example_[^/]*|vendor|_vendor|vendored|_vendored|third_party|extern)/"
    r"|_pb2(?:_grpc)?\.py$"
)
"""Code that is made anew for every step, shown, generated, or somebody else's."""
_BESIDE: Final = regex(r"(?:^|/)(?:samples?|docs?|tutorials?|demos?|external|benchmarks?)(?=/)")
"""The same where it stands beside the packages; a package of that name inside another one is at work."""
_RANK: Final[Mapping[Confidence, int]] = {"high": 0, "medium": 1, "low": 2}


class Twins(msgspec.Struct, frozen=True):
    """Two modules or packages that correspond."""

    first: str
    second: str
    comparisons: tuple[Comparison, ...]
    coverage: float
    confidence: Confidence
    dissolved: tuple[float, float] = (0.0, 0.0)
    """How much of each package corresponds, 0 to 1."""


class Finder:
    """Finds them, and says so."""

    def __init__(
        self, symbols: Symbols, classes: Facts[Class], functions: Facts[Function], attributes: Facts[Attribute],
        variables: Facts[Variable], used: Facts[UsedName], receivers: Facts[ReceiverUse], imports: Sequence[Import],
        past: Past[Known],
    ) -> None:  # fmt: skip
        """All tables are of one project."""
        self._layout, self._variables, self._past = symbols.layout, variables, past
        self._facts = classes, functions, attributes
        self._interfaces: dict[str, Interface] = {}
        self._notes: set[str] = set()
        tables = (*symbols.tables, used, receivers)
        symbols = noting(symbols, self._notes)
        packages = {posixpath.dirname(place.path) for place in symbols.layout.modules.values()
                    if posixpath.basename(place.path) == "__init__.py"}  # fmt: skip
        considered = [
            module for module, place in symbols.layout.modules.items()
            if place.kind == "source" and not testing(place.path) and not _left_out(place.path, packages)
        ]  # fmt: skip
        self._memory = Memory(past.state, symbols, tables, functions, imports, self._interface, considered)
        told = self._memory.past
        self._whole = told.whole if told is not None else _whole(list(map(self._interface, considered)))
        taken: dict[tuple[str, str], set[str]] = {}
        self._users: dict[str, set[str]] = {}
        for row in imports:
            if not row.implicit and row.importer != row.imported:
                taken.setdefault((row.importer, row.imported), set()).update(row.names or ("*",))
                self._users.setdefault(row.imported, set()).add(row.importer)
        self._taken = {key: frozenset(names) for key, names in taken.items()}
        self._judge = Judge(
            Matcher(Weights(self._whole.concepts), Bodies(used, receivers)), Conventions(self._whole.tallies),
            Kinship(symbols, self._taken),
        )  # fmt: skip

    def parallels(self) -> Iterator[Parallel]:
        """The rows, packages first, then by confidence and similarity."""
        found = list(self._found())
        self._past.leave(self._memory.left(self._whole, self._flags, self._notes))
        packages = list(self._packages(found))
        inside = {frozenset(pair) for twins in packages for pair in product(*_modules(twins.comparisons))}
        modules = [
            Twins(one.first.module, one.second.module, (one,), one.coverage, one.confidence)
            for one in found
            if one.confidence is not None and frozenset((one.first.module, one.second.module)) not in inside
        ]  # fmt: skip
        rows = [self._row(twins, package=True) for twins in packages]
        rows += [self._row(twins, package=False) for twins in modules]
        yield from sorted(
            rows,
            key=lambda row: (row.subkind != "package", _RANK[row.confidence], -row.similarity, row.first, row.second),
        )

    def _interface(self, module: str) -> Interface:
        found = self._interfaces.get(module)
        if found is None:
            classes, functions, attributes = self._facts
            found = interface_of(module, classes[module], functions[module], attributes[module])
            self._interfaces[module] = found
        return found

    def _found(self) -> Iterator[Comparison]:
        """The pairs of modules that correspond."""
        modules = tuple(self._whole.sizes)
        flags = bytearray(len(self._whole.pairs))
        for number, (one, two) in enumerate(self._whole.pairs):
            first, second = modules[one], modules[two]
            if self._memory.found(number, first, second):
                found = self._judge.compare(self._interface(first), self._interface(second))
                if found is not None and found.confidence is not None:
                    flags[number] = 1
                    yield found
        self._flags = bytes(flags)

    def _packages(self, found: Sequence[Comparison]) -> Iterator[Twins]:
        """Packages of which several modules correspond, and most of the smaller one."""
        groups: dict[tuple[str, str], list[Comparison]] = {}
        for one in found:
            if one.confidence != "low":
                first, second = _tops(one.first.module, one.second.module)
                # Of a package inside another one some modules come before those of the other, and some after.
                turned = first > second
                key = (second, first) if turned else (first, second)
                groups.setdefault(key, []).append(_turned(one) if turned else one)
        for (first, second), alike in groups.items():
            if first == second or not first or not second or len(alike) < 2:
                continue
            group = matching(alike)
            firsts = {one.first.module: one.first.weight for one in group}
            seconds = {one.second.module: one.second.weight for one in group}
            if len(firsts) < 2 or len(seconds) < 2:
                continue
            parts = (
                sum(firsts.values()) / max(1, self._weight(first, second)),
                sum(seconds.values()) / max(1, self._weight(second, first)),
            )
            if max(parts) >= _WHOLE:
                sure: Confidence = "high" if any(one.confidence == "high" for one in group) else "medium"
                mean = sum(one.coverage for one in group) / len(group)
                yield Twins(first, second, group, mean * min(1.0, max(parts)), sure, parts)

    def _weight(self, package: str, other: str) -> int:
        """How much a package offers; where the other one lies in it, without that."""
        return sum(
            size for module, size in self._whole.sizes.items()
            if _within(module, package) and not (_within(other, package) and _within(module, other))
        )  # fmt: skip

    def _row(self, twins: Twins, *, package: bool) -> Parallel:
        firsts = [one.first.module for one in twins.comparisons]
        seconds = [one.second.module for one in twins.comparisons]
        users = [
            self._users_of(twins.first, firsts, _names(twins, "first"), package=package, other=twins.second),
            self._users_of(twins.second, seconds, _names(twins, "second"), package=package, other=twins.first),
        ]
        keys = [
            (not _aged(whole), -round(share, 2), len(these), whole)
            for whole, share, these in zip((twins.first, twins.second), twins.dissolved, users, strict=True)
        ]
        turned = keys[0] > keys[1]
        comparisons = [_turned(one) if turned else one for one in twins.comparisons]
        comparisons = [self._judge.completed(one) for one in apart(comparisons)]
        first, second = (twins.second, twins.first) if turned else (twins.first, twins.second)
        users = users[::-1] if turned else users
        table = tuple(self._table(comparisons))
        place = self._layout.modules[first]
        both = sum(bool(row.first and row.second) for row in table)
        return Parallel(
            kind="parallel", subkind="package" if package else "module", name="", module=first, path=place.path, line=1,
            confidence=twins.confidence, evidence=tuple(self._evidence(comparisons, table, both)), first=first,
            second=second, similarity=round(twins.coverage, 2), correspondences=table, first_users=users[0],
            second_users=users[1], identity=_identity(first, second),
        )  # fmt: skip

    def _table(self, comparisons: Sequence[Comparison]) -> Iterator[Correspondence]:
        paths = {
            side.module: self._path(side.module) for one in comparisons for side in (one.first, one.second)
        }
        named: set[str] = set()
        for one in comparisons:
            yield from corresponding(one.pairs, paths)
            first, second = one.first.module, one.second.module
            for row in constants(first, second, (self._constants(first), self._constants(second)), paths):
                if named.isdisjoint((row.first, row.second)):
                    named.update((row.first, row.second))
                    yield row
        for one in comparisons:
            yield from missing(one.first, one.second, one.pairs, paths)

    def _path(self, module: str) -> str:
        return self._layout.modules[module].path

    def _constants(self, module: str) -> Mapping[str, tuple[int, str]]:
        return {
            row.name: (row.line, row.value) for row in reversed(self._variables[module])
            if row.name.isupper() and not row.name.startswith("_") and not row.where
        }  # fmt: skip

    def _users_of(
        self, whole: str, modules: Sequence[str], names: frozenset[str], *, package: bool, other: str
    ) -> tuple[str, ...]:
        """Modules outside that import it; of a package one of the modules that correspond, or their names from it."""
        found = {user for module in modules for user in self._users.get(module, ())}
        if package:
            found |= {user for user in self._users.get(whole, ()) if self._taken[user, whole] & (names | {"*"})}
        inside = set(modules) | {whole}
        return tuple(sorted(user for user in found if user not in inside and not (
            package and _within(user, whole) and not (_within(other, whole) and _within(user, other))
        )))  # fmt: skip

    def _evidence(
        self, comparisons: Sequence[Comparison], table: Sequence[Correspondence], both: int
    ) -> Iterator[str]:
        yield fact(1, f"{both} of its definitions correspond, {sum(not row.second for row in table)} do not")
        for one in comparisons[:3]:
            if len(comparisons) > 1:
                yield fact(1, f"{one.first.module} corresponds to {one.second.module}", self._path(one.first.module))
            best = sorted(_flat(one.pairs), key=lambda pair: (-pair.alike, pair.first.line))[:3]
            for pair in best:
                yield fact(
                    pair.first.line, f"{pair.first.name} is {round(100 * pair.alike)}% like {pair.second.name} "
                    f"({self._path(one.second.module)}:{pair.second.line})", self._path(one.first.module)
                )  # fmt: skip
            if one.excuse:
                yield fact(1, f"may be so on purpose: {one.excuse}")
            elif same_but_for_age(one.first.module, one.second.module):
                yield fact(1, "the modules are called the same but for what says their age")


def _whole(interfaces: Sequence[Interface]) -> Whole:
    offering = [one for one in interfaces if one.offers]
    places = {one.module: place for place, one in enumerate(offering)}
    return Whole(
        counted(offer.last for one in offering for offer in every(one)), tallied(offering),
        {one.module: one.weight for one in offering},
        tuple((places[one.module], places[two.module]) for one, two in candidates(offering)),
    )  # fmt: skip


def _left_out(path: str, packages: Set[str]) -> bool:
    """Whether a file is nobody's work to keep in step; `packages` are the folders with an `__init__`."""
    if _NOT_LOOKED_AT.search(path):
        return True
    beside = (path[: found.end()] for found in _BESIDE.finditer(path))
    return any(folder not in packages or posixpath.dirname(folder) not in packages for folder in beside)


def _modules(comparisons: Sequence[Comparison]) -> tuple[frozenset[str], frozenset[str]]:
    """The modules of both sides."""
    return frozenset(one.first.module for one in comparisons), frozenset(one.second.module for one in comparisons)


def _tops(first: str, second: str) -> tuple[str, str]:
    """The packages of two modules, without what both are called below: `a.x.m`, `b.x.m` -> `a`, `b`."""
    one, two = first.split(".")[:-1], second.split(".")[:-1]
    while one and two and one[-1] == two[-1] and len(one) > 1 and len(two) > 1:
        one.pop()
        two.pop()
    return ".".join(one), ".".join(two)


def _aged(dotted: str) -> bool:
    """Whether a name says that there is something newer."""
    return not {word for part in dotted.split(".") for word in words_of(part)}.isdisjoint(_OLD)


_OLD: Final = frozenset({"old", "legacy", "deprecated", "obsolete", "backup", "bak", "orig", "compat"})


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _turned(one: Comparison) -> Comparison:
    """The same seen from the other side."""
    pairs = sorted(map(_turned_pair, one.pairs), key=lambda pair: pair.first.line)
    return msgspec.structs.replace(one, first=one.second, second=one.first, pairs=tuple(pairs))


def _turned_pair(pair: Pair) -> Pair:
    methods = sorted(map(_turned_pair, pair.methods), key=lambda one: one.first.line)
    return msgspec.structs.replace(pair, first=pair.second, second=pair.first, methods=tuple(methods))


def _flat(pairs: Sequence[Pair]) -> Iterator[Pair]:
    for pair in pairs:
        yield pair
        yield from pair.methods


def _names(twins: Twins, side: str) -> frozenset[str]:
    return frozenset(
        (pair.first if side == "first" else pair.second).last for one in twins.comparisons for pair in one.pairs
    )


def _identity(first: str, second: str) -> str:
    text = "\0".join(sorted((first, second)))
    return f"par-{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"
