"""A test suite as a whole: what each test gets from its fixtures and helpers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from overhaul.covering.rows import SuiteFunction, TesterHow, Use


class Got(NamedTuple):
    """A use that a test has, by itself or by what it stands on."""

    use: Use
    way: TesterHow
    """uses or builds: its own; fixture or helper: of what it stands on."""
    by: SuiteFunction
    """Where the use is written."""


class Suite:
    """The functions of a suite, by what stands on what."""

    def __init__(self, functions: Iterable[SuiteFunction]) -> None:
        """Nothing is followed before it is asked."""
        self.functions: Sequence[SuiteFunction] = tuple(functions)
        self._by_name: Mapping[str, SuiteFunction] = {
            f"{one.module}.{one.name}": one for one in self.functions if one.name
        }  # fmt: skip
        self._below: dict[str, tuple[str, ...]] = {}

    @cached_property
    def tests(self) -> Sequence[SuiteFunction]:
        """The tests, by module and name."""
        return [one for one in self.functions if one.role == "test"]

    @cached_property
    def modules(self) -> Mapping[str, SuiteFunction]:
        """Module -> what it imports."""
        return {one.module: one for one in self.functions if one.role == "module"}

    def below(self, test: SuiteFunction) -> Iterator[tuple[SuiteFunction, TesterHow]]:
        """The fixtures and helpers that a test stands on, directly or by others, each once; fixtures first."""
        ways: tuple[tuple[TesterHow, tuple[str, ...]], ...] = (("fixture", test.fixtures), ("helper", test.helpers))
        seen: set[str] = {f"{test.module}.{test.name}"}
        for way, firsts in ways:
            for first in firsts:
                for name in self._reached(first):
                    if name not in seen and (found := self._by_name.get(name)) is not None:
                        seen.add(name)
                        yield found, way

    def _reached(self, name: str) -> tuple[str, ...]:
        """A fixture or helper, and all that it stands on."""
        found = self._below.get(name)
        if found is None:
            reached = dict.fromkeys((name,))
            waiting = [name]
            while waiting:
                row = self._by_name.get(waiting.pop())
                for one in (*row.fixtures, *row.helpers) if row is not None else ():
                    if one not in reached:
                        reached[one] = None
                        waiting.append(one)
            found = self._below[name] = tuple(reached)
        return found

    def got(self, test: SuiteFunction) -> Iterator[Got]:
        """All uses of a test, its own first."""
        for use in test.uses:
            yield Got(use, "builds" if use.how == "builds" else "uses", test)
        for row, way in self.below(test):
            for use in row.uses:
                yield Got(use, way, row)
