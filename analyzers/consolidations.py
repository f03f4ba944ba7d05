"""Candidates of consolidation: what could be one, what that would save, and what it would risk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from overhaul.config import Config
from overhaul.facts import Attribute, Class, Facts, Function, Import, Metric, Variable
from overhaul.inventory import Cache, CacheFamily, ResponsibilityOverlap, StateMachine, StatePersistence
from overhaul.leaves import Analyzer
from overhaul.redundancy import Consolidation, Duplicate, Parallel, Reach, RepeatedUtility
from overhaul.repeating.risk_candidates import Rows, consolidations_of
from overhaul.repeating.risk_project import Project
from overhaul.symbols import Symbols


@Analyzer
def consolidations(
    duplicates: Sequence[Duplicate], parallels: Sequence[Parallel], families: Sequence[CacheFamily],
    overlaps: Sequence[ResponsibilityOverlap], utilities: Sequence[RepeatedUtility], reaches: Sequence[Reach],
    imports: Sequence[Import], caches: Sequence[Cache], machines: Sequence[StateMachine],
    persistences: Sequence[StatePersistence], metrics: Facts[Metric], functions: Facts[Function],
    classes: Facts[Class], attributes: Facts[Attribute], variables: Facts[Variable], symbols: Symbols,
    config: Config, today: date,
) -> Iterator[Consolidation]:  # fmt: skip
    """What could be one, with the lines that would save and a risk in 0 to 1 made of six parts.

    Candidates come from duplicates, parallel modules, families of caches, managers that overlap and repeated
    utilities of high or medium confidence; what a larger candidate has in it is not listed again. They are ordered by
    the saved lines times what the risk leaves of them, the best first. A candidate that is on record as justified
    keeps its place, with the reason.
    """
    rows = Rows(duplicates=duplicates, parallels=parallels, families=families, overlaps=overlaps, utilities=utilities)
    holdings = (*caches, *machines, *persistences)
    project = Project(reaches, imports, holdings, metrics, functions, classes, attributes, variables, symbols)
    reasons = {one.group: one.reason for one in config.justified if one.holds(today)}
    yield from consolidations_of(rows, project, reasons)
