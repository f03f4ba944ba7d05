"""Nothing has become slower."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from overhaul.campaign.gates import Ground
from overhaul.errors import ConfigError, UsageError
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.leaves import Criterion
from overhaul.options import Options
from overhaul.profiles.baseline import baseline_path, read_baseline, timings
from overhaul.profiles.compare import compare
from overhaul.profiles.evidence import project_at
from overhaul.profiles.reading import read_profiles
from overhaul.thresholds import wanted


class PerformanceOptions(Options, frozen=True):
    """What is held against what."""

    baseline: Annotated[str, msgspec.Meta(description="The name that `overhaul perf baseline NAME` was given.")] = ""
    files: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="What was measured since: files of profiles or benchmarks, relative to the campaign."),
    ] = ()
    tolerance: Annotated[
        float, msgspec.Meta(gt=0, lt=10, description="The part by which something may become slower.")
    ] = 0.15


@Criterion("verification")
def performance_kept(ground: Ground, options: PerformanceOptions) -> Iterator[Evidence]:
    """Nothing that was measured is slower than in the baseline, beyond the tolerance, and that is certain.

    Why: a consolidation that costs a third of the speed is not finished.

    To reach it: `overhaul perf baseline NAME FILE...` before the campaign, measure again behind it, and name both in
    the criterion's options. What nobody can tell needs more runs: `overhaul perf compare NAME FILE...` says how many.
    """
    if not options.baseline or not options.files:
        yield untold("no baseline and measurements are named", 'options = { baseline = "NAME", files = ["FILE"] }')
        return
    root, config = ground.survey.root, ground.survey.config
    folder = Path(ground.campaign.source).parent
    try:
        before = read_baseline(baseline_path(folder, options.baseline))
        profiles = read_profiles([folder / file for file in options.files])
        now = timings(profiles, wanted(config.perf), project_at(root, config))
        compared = list(compare(before, now, options.tolerance))
    except (ConfigError, UsageError) as error:
        # Of the file alone: where the project lies says nothing.
        yield unmet(str(error).replace(f"{folder}/", ""), remedy="measure, and keep what came of it")
        return
    if all(one.outcome == "new" for one in compared):
        yield untold("the baseline has nothing that was measured again", "measure the same as then")
    for one in compared:
        ratio = f"{one.ratio:.2f} times as long" if one.ratio is not None else "no ratio"
        told = f"{one.of} {one.name}: {one.outcome}: {ratio}"
        if one.outcome in ("same", "faster", "new"):
            yield met(told)
        elif one.outcome == "cannot tell":
            yield untold(told, "measure more often")
        else:
            yield unmet(told, remedy=f"overhaul perf compare {options.baseline} {' '.join(options.files)}")
