"""The figures that all progress is measured from are on record."""

from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet
from overhaul.leaves import Criterion
from overhaul.redundancy import BaselineMetric

SHOWN: Final = 5
"""Figures that are named."""


@Criterion("audit")
def baseline_recorded(ground: Ground, metrics: Sequence[BaselineMetric]) -> Iterator[Evidence]:
    """The campaign holds a figure for everything that `baseline_metrics` counts.

    Why: without it nobody can say afterwards what has become better, or worse.

    To reach it: `overhaul plan` writes them when it makes the campaign.
    """
    if (done := ground.phase.completed) is not None and ground.campaign.baseline:
        # A newer version may count more.
        yield met(f"{len(ground.campaign.baseline)} figures are on record since {done.on} at the latest")
        return
    missing = [row.name for row in metrics if row.name not in ground.campaign.baseline]
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        yield unmet(
            f"{len(missing)} of {len(metrics)} figures are missing: {', '.join(missing[:SHOWN])}{more}",
            remedy="write what they were below [baseline]",
        )
    if metrics and not missing:
        yield met(f"{len(metrics)} figures are on record")
