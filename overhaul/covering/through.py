"""What tests get to by way of the code that they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import Final, NamedTuple

from overhaul.covering.rows import KINDS, KindedTest, SuiteFunction, TestKind
from overhaul.covering.suite import Suite
from overhaul.facts import Class, Construction, Facts
from overhaul.naming.meanings import Symbol
from overhaul.redundancy import Reach
from overhaul.symbols import Symbols

_MAKING: Final = ("__init__", "__new__", "__post_init__")


class Way(NamedTuple):
    """The shortest way from a test to a definition."""

    test: SuiteFunction
    by: tuple[str, ...]
    """The definitions that lie between, the one that the test uses first: dotted."""


class Through:
    """The graph of sure uses in the source, with the tests of each kind that enter it.

    The edges are those of the table `reaches`, which names ten users of a definition at most: where there are more, a
    way may be missed. They go on to the methods of heirs: one is entered only where the same test file gets to its
    class, or to an heir of it, too.
    """

    def __init__(
        self, suite: Suite, kinded: Iterable[KindedTest], reaches: Iterable[Reach],
        classes: Mapping[str, Sequence[str]], begun: Set[str],
    ) -> None:  # fmt: skip
        """Tests that `kinded` does not name do not enter.

        `classes` maps each class, dotted, to its bases in the project; of those in `begun`, modules make instances when
        they are imported.
        """
        self._edges: dict[str, list[str]] = {}
        self._known: set[str] = set()
        self._classes = classes
        for heir, bases in classes.items():
            if bases:
                # Who has an heir has what it inherits.
                self._edges.setdefault(heir, []).extend(bases)
        self._free = begun
        for row in reaches:
            name = f"{row.module}.{row.name}"
            self._known.add(name)
            for user in row.called_by:
                self._edges.setdefault(user, []).append(name)
        kinds: dict[str, TestKind] = {one.dotted: one.kind for one in kinded}
        self._files: dict[tuple[str, TestKind], int] = {}
        self._seeds: dict[TestKind, dict[str, SuiteFunction]] = {kind: {} for kind in KINDS}
        own: dict[str, int] = {}
        for test in suite.tests:
            kind = kinds.get(f"{test.module}.{test.name}")
            if kind is None:
                continue
            bit = 1 << self._files.setdefault((test.path, kind), len(self._files))
            seeds = self._seeds[kind]
            for got in suite.got(test):
                for name in self._entered(got.use.target, built=got.use.how == "builds"):
                    own[name] = own.get(name, 0) | bit
                    seeds.setdefault(name, test)
        self._bits: dict[str, int] = {}
        self._spread(own)
        self._ways: dict[TestKind, Mapping[str, tuple[str, int]]] = {}

    def _entered(self, target: str, *, built: bool) -> Iterator[str]:
        if target in self._known:
            yield target
            if built:
                yield from (name for one in _MAKING if (name := f"{target}.{one}") in self._known)

    def _spread(self, own: Mapping[str, int]) -> None:
        """Note for each definition the files with kinds, as bits, from which it is got to, those that use it too."""
        bits, held = self._bits, dict[str, int]()
        waiting: dict[str, int] = dict(own)
        while waiting:
            name, new = waiting.popitem()
            if gate := self._gate(name):
                # It is entered with what uses it itself, or gets to its class as well; the rest waits for that.
                held[name] = held.get(name, 0) | new
                new &= own.get(name, 0) | bits.get(gate, 0)
            new &= ~bits.get(name, 0)
            if not new:
                continue
            bits[name] = bits.get(name, 0) | new
            for one in self._edges.get(name, ()):
                waiting[one] = waiting.get(one, 0) | new
            for one in self._members.get(name, ()):
                if late := held.get(one, 0) & new:
                    waiting[one] = waiting.get(one, 0) | late

    def _gate(self, name: str) -> str:
        """The class that has to be got to before its method is; "" for none."""
        owner = name.rpartition(".")[0]
        return owner if owner in self._classes and owner not in self._free else ""

    @cached_property
    def _members(self) -> Mapping[str, Sequence[str]]:
        """Class -> its methods."""
        found: dict[str, list[str]] = {}
        for name in self._known:
            owner = name.rpartition(".")[0]
            if owner in self._classes:
                found.setdefault(owner, []).append(name)
        return found

    def files(self, names: Iterable[str]) -> Mapping[TestKind, frozenset[str]]:
        """Kind -> the paths of the test files from which any of these definitions is got to."""
        bits = 0
        for name in names:
            bits |= self._bits.get(name, 0)
        found: dict[TestKind, set[str]] = {kind: set() for kind in KINDS}
        if bits:
            for (path, kind), number in self._files.items():
                if bits >> number & 1:
                    found[kind].add(path)
        return {kind: frozenset(paths) for kind, paths in found.items()}

    def way(self, kind: TestKind, names: Iterable[str]) -> Way | None:
        """The shortest way from a test of a kind to any of these definitions."""
        steps = self._steps(kind)
        there = [(steps[name][1], name) for name in names if name in steps]
        if not there:
            return None
        _, name = min(there)
        by: list[str] = []
        while name:
            by.append(name)
            name = steps[name][0]
        return Way(self._seeds[kind][by[-1]], tuple(reversed(by)))

    def _steps(self, kind: TestKind) -> Mapping[str, tuple[str, int]]:
        """Definition -> (the one it is got to from, "" for what a test uses; how far it is)."""
        found = self._ways.get(kind)
        if found is None:
            steps: dict[str, tuple[str, int]] = dict.fromkeys(self._seeds[kind], ("", 0))
            level: Sequence[str] = sorted(steps)
            far = 0
            mask = sum(1 << number for (_, of), number in self._files.items() if of == kind)
            while level:
                far += 1
                following: list[str] = []
                for name in level:
                    for one in self._edges.get(name, ()):
                        # What no file of this kind enters lies on no way.
                        if one not in steps and self._bits.get(one, 0) & mask:
                            steps[one] = name, far
                            following.append(one)
                level = following
            found = self._ways[kind] = steps
        return found


def bases_of(symbols: Symbols, classes: Facts[Class]) -> Mapping[str, Sequence[str]]:
    """Class, dotted with its module -> its bases that the project defines."""
    found: dict[str, Sequence[str]] = {}
    for module, rows in classes.items():
        for row in rows:
            scope = row.name.rpartition(".")[0]
            bases = (symbols.lookup(module, scope, base.partition("[")[0]) for base in row.bases if base[:1].isalpha())
            found[f"{module}.{row.name}"] = [
                one.dotted for one in bases if isinstance(one, Symbol) and one.kind == "class"
            ]  # fmt: skip
    return found


def begun_by_modules(symbols: Symbols, constructions: Facts[Construction]) -> Set[str]:
    """The classes of which instances are made outside of functions, when a module is imported: dotted."""
    return {
        meaning.dotted for module, rows in constructions.items() for row in rows if not row.scope
        and isinstance(meaning := symbols.lookup(module, "", row.callee), Symbol)
    }  # fmt: skip
