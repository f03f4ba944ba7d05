"""Of which files coverage data is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.covering.data import CoverageData
from overhaul.covering.lines import Measured
from overhaul.covering.rows import KindedTest, MeasuredFile
from overhaul.facts import Facts, Fingerprint, Function
from overhaul.layout import Layout
from overhaul.leaves import Analyzer


@Analyzer
def measured_files(
    layout: Layout, kinded: Sequence[KindedTest], prints: Facts[Fingerprint], functions: Facts[Function],
    data: CoverageData,
) -> Iterator[MeasuredFile]:  # fmt: skip
    """The modules that the file knows which the setting `coverage-data` names, and which of them have changed since."""
    yield from Measured(data, layout, prints, functions, kinded).files()
