"""The rows on tests: what each function of a suite uses, of which kind a test is, and who covers a component."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from overhaul.facts import Row

TestKind = Literal["unit", "integration", "system", "performance"]
KINDS: Final[tuple[TestKind, ...]] = ("unit", "integration", "system", "performance")
UseHow = Literal["builds", "uses", "names"]
"""builds: makes an instance; uses: calls it, or calls or reads a member; names: mentions it in any other way."""


class Use(msgspec.Struct, frozen=True, array_like=True):
    """One definition of the source that a function of a suite uses."""

    target: str
    """Dotted, with its module: a class, a function, a method, an attribute of a class, a variable of a module."""
    how: UseHow
    line: int
    """The first."""


class SuiteFunction(Row, frozen=True):
    """A function of a test module: a test, a fixture, or what helps them; the module itself, for what it imports."""

    module: str
    name: str
    """Dotted, inside its module; "" for the module."""
    path: str
    line: int
    role: Literal["test", "fixture", "helper", "module"]
    uses: tuple[Use, ...]
    """What it uses itself of modules that are no tests."""
    helpers: tuple[str, ...]
    """The functions of test modules that it calls, and what prepares its class (`setUp`): dotted with their modules."""
    fixtures: tuple[str, ...]
    """The fixtures that it asks for, or that run unasked: dotted with their modules."""
    asked: tuple[str, ...]
    """Fixtures of plug-ins that it asks for, by name: what no module here defines."""
    markers: tuple[str, ...]
    """`integration` for `@pytest.mark.integration`, by where it stands: `function integration`, `class ...`,
    `module ...`."""
    outside: tuple[str, ...]
    """Names from outside that tell a kind of test, dotted: `timeit.timeit`, `click.testing.CliRunner`."""
    replaced: tuple[str, ...]
    """What its decorators replace by a double: `patch("shop.orders.Mailer")`."""


class KindedTest(Row, frozen=True):
    """A test function, with the kind of test that it is."""

    module: str
    name: str
    path: str
    line: int
    kind: TestKind
    told_by: Literal["marker", "tool", "folder", "name", "content"]
    """marker: `pytest.mark.X`; tool: what it measures or drives the program with; folder and name: of its file, class
    or itself; content: how many components it makes or uses."""
    evidence: tuple[str, ...]
    components: tuple[str, ...]
    """The managers, classes that are caches, and members of custom roles that it works with and does not replace by
    doubles: dotted."""

    @property
    def dotted(self) -> str:
        """Its name with its module."""
        return f"{self.module}.{self.name}"


TesterHow = Literal["uses", "builds", "fixture", "helper", "through", "runs"]


class Tester(msgspec.Struct, frozen=True):
    """A test that covers a component, or a file of such tests."""

    test: str
    """Dotted with its module; of `through` any one of a file."""
    path: str
    line: int
    how: TesterHow
    """uses, builds: the test itself does; fixture, helper: a fixture, or a helper or `setUp`, makes it or uses it;
    through: what the test uses gets to it; runs: coverage data says that lines of it run."""
    why: str


class Coverage(Row, frozen=True):
    """Who covers a component by tests of one kind; one row for each of the four kinds."""

    component: str
    """Dotted, with its module."""
    role: str
    """manager, cache, state_machine, or the name of a custom role."""
    subkind: str
    kind: TestKind
    tests: int
    """Test functions that make it or use it themselves, or whose fixtures and helpers make nothing else."""
    beside: int
    """Test functions for which fixtures or helpers make it, or use it, among others."""
    files: int
    """Test files of this kind from which it is got to only by way of other code."""
    testers: tuple[Tester, ...]
    """The nearest, at most ten."""
    imported: tuple[str, ...]
    """Test files that import it, without any test of theirs using it; of every kind the same. At most ten."""
    statements: int | None
    """Statements of it; None where no coverage data was named, or it has none of this file."""
    ran: int | None
    """Those of them that ran at all."""
    run: int | None
    """Those of them that ran under tests of this kind; None where the data does not say which test ran what."""
    stale: bool
    """The coverage data is older than the file, or does not fit it."""
    module: str
    """Of the component."""
    path: str
    line: int

    @property
    def covered(self) -> bool:
        """Whether any test of this kind gets to it, as far as one can tell."""
        return bool(self.tests or self.beside or self.files or (self.run and not self.stale))


class MeasuredFile(Row, frozen=True):
    """A module of which coverage data is there; one without a module says why the data could not be read."""

    module: str
    path: str
    recorded: str
    """Its path as the data has it."""
    ran: int
    """Lines that ran."""
    contexts: int
    """Contexts with a name, such as tests, of which the data says what they ran."""
    stale: bool
    """The file has changed since, or lacks lines that ran."""
    why: str
    """Why it is taken for stale, or cannot be read; "" where nothing is wrong."""


__all__ = [
    "KINDS", "Coverage", "KindedTest", "MeasuredFile", "SuiteFunction", "TestKind", "Tester", "TesterHow", "Use",
    "UseHow",
]  # fmt: skip
