"""`overhaul check --gates`: completed phases of a campaign stay complete."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.campaign.gates import Gates
from overhaul.campaign.reading import check_whole, read_campaign
from overhaul.commands.output import short
from overhaul.printable import printable
from overhaul.standing import home
from overhaul.survey import Survey


def fallen(survey: Survey) -> Iterator[str]:
    """What completed phases have lost, a line each; nothing where all of them hold.

    All of the code is judged, whichever files are named. Commands are not run, and signatures stand: what nobody can
    tell here is left to `overhaul phase N --run`.

    Raises UsageError when there is no campaign, and ConfigError for one that cannot be read.
    """
    config = survey.config
    campaign = read_campaign(home(config.source, survey.root) / config.campaign)
    check_whole(campaign, survey)
    gates = Gates(campaign, survey)
    for phase in campaign.phases:
        if phase.completed is None or not phase.needed:
            continue
        for one in gates.gate(phase).left:
            lost = [piece for piece in one.left if not piece.unknown]
            for piece in lost:
                at = f"{piece.place}: " if piece.place else ""
                yield printable(f"{at}gate of phase {phase.number} ({phase.title}): {one.name}: {piece.what}")
            if lost:
                yield printable(
                    f"  it was completed by {phase.completed.by} on {phase.completed.on}: mend it, or see "
                    f"`overhaul phase {phase.number}` in {short(campaign.source)}"
                )
