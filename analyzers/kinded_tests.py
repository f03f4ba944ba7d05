"""Which kind of test each one is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.covering.kinds import Kinds
from overhaul.covering.rows import KindedTest, SuiteFunction
from overhaul.covering.subjects import Subjects
from overhaul.covering.suite import Suite
from overhaul.covering.telling import is_suite, words_of
from overhaul.facts import Class, Facts, Function
from overhaul.inventory import Cache, CustomRole, Manager, StateMachine
from overhaul.layout import Layout
from overhaul.leaves import Analyzer


@Analyzer
def kinded_tests(
    layout: Layout, functions_of_suite: Sequence[SuiteFunction], managers: Sequence[Manager], caches: Sequence[Cache],
    machines: Sequence[StateMachine], roles: Sequence[CustomRole], classes: Facts[Class], functions: Facts[Function],
) -> Iterator[KindedTest]:  # fmt: skip
    """Unit, integration, system or performance: of which kind each test is, and what says so.

    What is said first decides: a mark (`pytest.mark.integration`, of the function, its class or its module); a tool
    for speed (the fixture `benchmark`, `timeit`, a clock in a test whose name speaks of speed); a folder
    (`tests/integration`, `e2e`), unless it mirrors a package of the source; a word at either end of a name; what is
    driven (the root that builds the other managers, an entry point, a test client, a runner, an interpreter, a
    browser: system); how many components it makes or uses that are no doubles (two or more: integration; else unit).
    """
    suite = Suite(functions_of_suite)
    if not suite.tests:
        return
    source = [place for place in layout.modules.values() if not is_suite(place.path)]
    packages = {place.path.rpartition("/")[0] for place in source if place.kind == "source"}
    words = {word for place in source for word in words_of(place.module.rpartition(".")[2])}
    for place in source:
        words.update(word for row in classes[place.module] for word in words_of(row.name.rpartition(".")[2]))
    entries = {one.replace(":", ".").replace(" ", "") for one in layout.entries}
    subjects = Subjects(managers, caches, machines, roles, classes, functions)
    yield from Kinds(suite, subjects, entries, packages, words)
