"""Decisions rest on what is so."""

from collections.abc import Iterator

from overhaul.campaign.deciding import changes, folder
from overhaul.campaign.gates import Ground
from overhaul.campaign.model import Campaign
from overhaul.deciding.reading import read_records
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.leaves import Criterion


@Criterion("verification")
def decisions_hold(ground: Ground) -> Iterator[Evidence]:
    """No decision or pattern rests on something that has changed, unless somebody has looked at it since.

    They stand in the folder that the campaign names with `decisions`. What they rest on are links to rows of the
    tables, and expressions, with their values at that time; those that are rejected, deprecated or superseded are not
    asked.

    Why: what was right for twenty managers may be wrong for three, and nobody remembers to ask again.

    To reach it: `overhaul decide --check` tells what has changed; record that the decision stands all the same with
    `overhaul decide --review ID --by NAME --reason TEXT`, or take another with `--supersedes ID`.
    """
    place = folder(ground.campaign, ground.survey.root)
    if ground.campaign.decisions != Campaign().decisions and not place.is_dir():
        yield untold(f"there is no folder {ground.campaign.decisions}", "name the folder with `decisions`")
        return
    records = read_records(place, ground.survey.root)
    for one in records:
        found = tuple(changes(one, ground.survey, ground.campaign))
        for change in found:
            remedy = f"overhaul decide --review {one.id} --by NAME --reason TEXT"
            yield unmet(f"{one.called}: {change.link}: {change.what}", one.file, change.line, remedy=remedy)
        if one.standing and one.block.evidence and not found:
            yield met(f"{one.called} ({one.title}) rests on what it did", one.file)
    if not any(one.standing and one.block.evidence for one in records):
        yield met("no decision rests on anything that could change")
