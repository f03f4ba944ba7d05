"""The matrix: who covers each component, by each kind of test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from overhaul.covering.lines import Measured
from overhaul.covering.rows import KINDS, Coverage, KindedTest, SuiteFunction, Tester, TesterHow, TestKind
from overhaul.covering.subjects import Subject, Subjects
from overhaul.covering.suite import Got, Suite
from overhaul.covering.through import Through
from overhaul.inventory import fact

_SHOWN: Final = 10
_ORDER: Final[Mapping[TesterHow, int]] = {
    "uses": 0, "builds": 1, "fixture": 2, "helper": 3, "through": 4, "runs": 5
}  # fmt: skip
_BETWEEN: Final = 4
"""Definitions of a way that are named."""


class Matrix:
    """Tests by component and kind."""

    def __init__(
        self, functions: Iterable[SuiteFunction], kinded: Iterable[KindedTest], subjects: Subjects,
        through: Through, measured: Measured,
    ) -> None:  # fmt: skip
        """All that the rows stand on."""
        self._suite = suite = Suite(functions)
        self._kinded = {one.dotted: one for one in kinded}
        self._subjects, self._measured = subjects, measured
        self._through = through
        self._sure: dict[tuple[int, TestKind], list[Tester]] = {}
        self._beside: dict[tuple[int, TestKind], list[Tester]] = {}
        self._touched: dict[int, set[str]] = {}
        """Component -> the test files that use it in any way."""
        for test in suite.tests:
            self._enter(test)

    def rows(self) -> Iterator[Coverage]:
        """Four for each component, by its place."""
        importing = self._importing()
        for number, subject in enumerate(self._subjects.all):
            imported = importing.get(number, set()) - self._touched.get(number, set())
            yield from self._of(number, subject, tuple(sorted(imported)[:_SHOWN]))

    def _enter(self, test: SuiteFunction) -> None:
        """Note which components a test covers, and how."""
        row = self._kinded.get(f"{test.module}.{test.name}")
        if row is None:
            return
        doubled = {one.rpartition(".")[2] for one in test.replaced}
        best: dict[int, Got] = {}
        for got in self._suite.got(test):
            for number in self._subjects.by_name.get(got.use.target, ()):
                self._touched.setdefault(number, set()).update((test.path, got.by.path))
                if got.use.how == "names" and self._subjects.all[number].owner:
                    continue
                if number not in best or _telling(got) < _telling(best[number]):
                    best[number] = got
        for number, got in best.items():
            if self._subjects.all[number].row.name.rpartition(".")[2] in doubled:
                continue
            sure = got.by is test or len(row.components) < 2
            told = self._sure if sure else self._beside
            told.setdefault((number, row.kind), []).append(_tester(test, got))

    def _of(self, number: int, subject: Subject, imported: tuple[str, ...]) -> Iterator[Coverage]:
        row = subject.row
        names = subject.members or frozenset((subject.dotted,))
        files = self._through.files(names)
        for kind in KINDS:
            sure, beside = self._sure.get((number, kind), []), self._beside.get((number, kind), [])
            further = files[kind] - {one.path for one in (*sure, *beside)}
            testers = sorted((*sure, *beside), key=lambda one: (_ORDER[one.how], one.path, one.line))[:_SHOWN]
            way = self._through.way(kind, names) if further and len(testers) < _SHOWN else None
            if way is not None and way.test.path in further:
                testers.append(_passing(way.test, way.by))
            lines = self._measured.of(subject, kind)
            named = {one.test for one in testers}
            running = [one for one in lines.tests if one.dotted not in named]
            testers += [_running(one) for one in running[: _SHOWN - len(testers)]]
            yield Coverage(
                component=subject.dotted, role=row.kind, subkind=row.subkind, kind=kind, tests=len(sure),
                beside=len(beside), files=len(further), testers=tuple(testers), imported=imported,
                statements=lines.statements, ran=lines.ran, run=lines.run, stale=lines.stale,
                module=row.module, path=row.path, line=row.line,
            )  # fmt: skip

    def _importing(self) -> Mapping[int, set[str]]:
        """Component -> the test files that import it."""
        found: dict[int, set[str]] = {}
        for row in self._suite.modules.values():
            for use in row.uses:
                for number in self._subjects.by_name.get(use.target, ()):
                    found.setdefault(number, set()).add(row.path)
        return found


def _telling(got: Got) -> tuple[int, int]:
    """What says most comes first: the nearest way, and a member rather than the class."""
    return _ORDER[got.way], -got.use.target.count(".")


def _tester(test: SuiteFunction, got: Got) -> Tester:
    use = got.use
    text = "makes it" if use.how == "builds" else f"uses {use.target}"
    if got.by is test:
        why = fact(use.line, text)
    else:
        why = fact(use.line, f"the {got.way} {got.by.name} {text}", got.by.path if got.by.path != test.path else "")
    return Tester(f"{test.module}.{test.name}", test.path, test.line, got.way, why)


def _running(test: KindedTest) -> Tester:
    return Tester(test.dotted, test.path, test.line, "runs", "lines of it ran under the test, as coverage data tells")


def _passing(test: SuiteFunction, by: Sequence[str]) -> Tester:
    shown = [*by[:_BETWEEN], "...", by[-1]] if len(by) > _BETWEEN + 1 else by
    return Tester(
        f"{test.module}.{test.name}", test.path, test.line, "through", f"gets to it by way of {' -> '.join(shown)}"
    )
