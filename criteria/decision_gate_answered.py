"""What is slow was measured, and each question has its answer."""

from collections.abc import Iterator
from pathlib import Path

from overhaul.campaign.gates import Ground
from overhaul.errors import ConfigError
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.leaves import Criterion
from overhaul.profiles.verdict import changed_sources, read_verdicts
from overhaul.thresholds import wanted


@Criterion("performance")
def decision_gate_answered(ground: Ground) -> Iterator[Evidence]:
    """For each component of the decision matrix it is on record whether something is to be done about it.

    The record is the file that the campaign names with `verdicts`; `overhaul perf report --record` writes it from
    profiles. What has been measured and changed since is asked for anew; what the code has become since is not. An
    answer that nobody can tell (the interval holds the threshold) is no answer.

    Why: what is made faster without a measurement is made more complicated, and maybe not faster.

    To reach it: profile the program (cProfile, py-spy, pyinstrument, scalene, the unified instrumentor), then
    `overhaul perf report FILE... --record overhaul-verdicts.toml`, and `verdicts = "overhaul-verdicts.toml"` in the
    campaign.
    """
    campaign = ground.campaign
    if not campaign.verdicts:
        yield untold("no verdicts are on record", "overhaul perf report FILE... --record overhaul-verdicts.toml")
        return
    file = Path(campaign.source).parent / campaign.verdicts
    again = f"overhaul perf report FILE... --record {campaign.verdicts}"
    if not file.is_file():
        yield untold(f"{campaign.verdicts} is not there", again)
        return
    try:
        verdicts = read_verdicts(file)
    except ConfigError as error:
        yield unmet(str(error).removeprefix(f"{file}: "), campaign.verdicts)
        return
    if not any(one.sources for one in verdicts):
        yield unmet("it stands on no measurement", campaign.verdicts, remedy=again)
    for changed in changed_sources(verdicts, file.parent):
        yield unmet("has changed since it was read", changed, remedy=again)
    asked = {name: component.threshold for name, component in wanted(ground.survey.config.perf) if component.threshold}
    if not asked:
        remedy = "set `threshold` below [tool.overhaul.perf.components.NAME]"
        yield untold("no component of the decision matrix has a threshold", remedy)
    answered = {one.component: one.threshold for one in verdicts}
    for name, threshold in asked.items():
        if name not in answered:
            yield unmet(f"{name} has no answer", campaign.verdicts, remedy="measure it")
        elif answered[name] != threshold:
            yield unmet(
                f"{name} was answered against {answered[name]:.0%}, and the settings say {threshold:.0%}",
                campaign.verdicts, remedy=again,
            )  # fmt: skip
    for one in verdicts:
        told = f"{one.component}: {one.answer}: {one.share:.0%} ({one.low:.0%} to {one.high:.0%})"
        if not one.threshold:
            continue
        told += f" against {one.threshold:.0%}"
        if one.answer == "cannot tell":
            yield unmet(told, campaign.verdicts, remedy="measure longer, or more often")
        else:
            yield met(told, campaign.verdicts)
