"""How well places in the code are covered by tests: what a migration of them can rely on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from overhaul.covering.lines import Measured
from overhaul.covering.rows import KINDS, KindedTest, SuiteFunction, TestKind
from overhaul.covering.suite import Suite
from overhaul.covering.through import Through, bases_of, begun_by_modules
from overhaul.facts import Class, Construction, Fingerprint, Function
from overhaul.redundancy import Reach
from overhaul.survey import Survey


class CoveredSite(msgspec.Struct, frozen=True):
    """A place, with the tests that get to the function it stands in."""

    path: str
    line: int
    name: str
    """The innermost function, method or class around it, dotted with its module; "" for a module's top level."""
    tests: int
    """Test functions that get to it for sure, however far away."""
    files: tuple[tuple[TestKind, tuple[str, ...]], ...]
    """The test files by kind, of the kinds that there are; of much-used code some may be missing."""
    statements: int | None
    """Of the function; None where coverage data says nothing."""
    ran: int | None
    """Those of them that ran; None also where the data is stale."""

    @property
    def covered(self) -> bool:
        """Whether anything gets there."""
        return bool(self.tests or self.files or self.ran)


class Covering:
    """Tells of places how well they are covered; what that stands on is worked out once."""

    def __init__(self, survey: Survey) -> None:
        """Tables that are not there yet are made."""
        suite, kinded = survey.rows(SuiteFunction), survey.rows(KindedTest)
        classes, constructions = survey.facts(Class), survey.facts(Construction)
        reaches = survey.rows(Reach)
        symbols = survey.symbols
        self._survey = survey
        self._through = Through(
            Suite(suite), kinded, reaches, bases_of(symbols, classes), begun_by_modules(symbols, constructions)
        )
        self._tests = {f"{row.module}.{row.name}": row.tests for row in reaches}
        self._measured = Measured(
            survey.coverage, survey.layout, survey.facts(Fingerprint), survey.facts(Function), kinded
        )

    def of(self, sites: Iterable[tuple[str, int]]) -> Iterator[CoveredSite]:
        """Each place once, in their order; places are (path below the audited root, line)."""
        for path, line in dict.fromkeys(sites):
            module, name = self._around(path, line)
            dotted = f"{module}.{name}" if name else ""
            files = self._through.files((dotted,) if dotted else ())
            lines = self._measured.of_functions(module, frozenset((dotted,)), "unit") if dotted else None
            known = lines is not None and lines.statements is not None
            yield CoveredSite(
                path=path, line=line, name=dotted, tests=self._tests.get(dotted, 0),
                files=tuple((kind, tuple(sorted(files[kind]))) for kind in KINDS if files[kind]),
                statements=lines.statements if lines is not None and known else None,
                ran=lines.ran if lines is not None and known and not lines.stale else None,
            )  # fmt: skip

    def _around(self, path: str, line: int) -> tuple[str, str]:
        """The module, and the innermost definition around a line; "" for what is none."""
        try:
            module = self._survey.layout.module_of(path)
        except KeyError:
            return "", ""
        rows: list[Function | Class] = [*self._survey.facts(Function)[module], *self._survey.facts(Class)[module]]
        around = [row for row in rows if row.line <= line <= row.end]
        return module, max(around, key=lambda row: row.line).name if around else ""


def told(sites: Iterable[CoveredSite]) -> Iterator[str]:
    """What a draft says of the tests of its sites: how many sites each kind of test gets to, by which files.

    `unit: 3 of 4 sites (tests/test_orders.py, tests/test_book.py)`, and last `no test: shop/legacy.py:12`.
    """
    known = list(sites)
    for kind in KINDS:
        files: dict[str, None] = {}
        count = 0
        for site in known:
            if there := dict(site.files).get(kind):
                count += 1
                files.update(dict.fromkeys(there))
        if count:
            shown = ", ".join(list(files)[:_SHOWN]) + (", ..." if len(files) > _SHOWN else "")
            yield f"{kind}: {count} of {len(known)} sites ({shown})"
    bare = [f"{site.path}:{site.line}" for site in known if not site.covered]
    if bare:
        yield f"no test: {', '.join(bare[:_SHOWN])}{', ...' if len(bare) > _SHOWN else ''}"


_SHOWN = 4
