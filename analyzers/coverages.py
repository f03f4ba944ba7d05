"""Which tests cover which component."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.covering.data import CoverageData
from overhaul.covering.lines import Measured
from overhaul.covering.matrix import Matrix
from overhaul.covering.rows import Coverage, KindedTest, SuiteFunction
from overhaul.covering.subjects import Subjects
from overhaul.covering.suite import Suite
from overhaul.covering.through import Through, bases_of, begun_by_modules
from overhaul.facts import Class, Construction, Facts, Fingerprint, Function
from overhaul.inventory import Cache, CustomRole, Manager, StateMachine
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.redundancy import Reach
from overhaul.symbols import Symbols


@Analyzer
def coverages(
    layout: Layout, symbols: Symbols, suite: Sequence[SuiteFunction], kinded: Sequence[KindedTest],
    managers: Sequence[Manager], caches: Sequence[Cache], machines: Sequence[StateMachine],
    roles: Sequence[CustomRole], reaches: Sequence[Reach], classes: Facts[Class], functions: Facts[Function],
    prints: Facts[Fingerprint], constructions: Facts[Construction], data: CoverageData,
) -> Iterator[Coverage]:  # fmt: skip
    """The test matrix: for each component and each kind of test who covers it, and what says so.

    A test covers what it makes or calls itself, what its fixtures and helpers make, and what these get to by sure uses;
    with coverage data, what ran under it. `docs/test-matrix.md` says what counts as what.
    """
    subjects = Subjects(managers, caches, machines, roles, classes, functions)
    measured = Measured(data, layout, prints, functions, kinded)
    bases, begun = bases_of(symbols, classes), begun_by_modules(symbols, constructions)
    through = Through(Suite(suite), kinded, reaches, bases, begun)
    yield from Matrix(suite, kinded, subjects, through, measured).rows()
