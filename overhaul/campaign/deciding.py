"""What decisions rest on, held against the code as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from overhaul.campaign.expressions import worked_out
from overhaul.campaign.model import Campaign
from overhaul.deciding.links import differences, link_of, looked_up, nearest, told
from overhaul.deciding.model import Record, Seen
from overhaul.errors import ConfigError, UsageError
from overhaul.survey import Survey


class Change(msgspec.Struct, frozen=True):
    """Something that a record rests on is not as it was."""

    record: Record
    link: str
    what: str
    """On one line: `shop.app.Old is gone`, `shop.app.Bus: tier: 1 \N{RIGHTWARDS ARROW} 2`."""

    @property
    def line(self) -> int:
        """Of the link, in the file of the record."""
        return self.record.lines.get(self.link, 1)


def folder(campaign: Campaign, root: Path) -> Path:
    """Where the decisions of a campaign stand."""
    return (Path(campaign.source).parent if campaign.source else root) / campaign.decisions


def seen(text: str, survey: Survey, campaign: Campaign, where: str = "--because") -> Seen:
    """What is to be seen at a link, or what an expression comes to.

    Raises UsageError for a link that leads nowhere, and for a table, field or expression that there is not.
    """
    link = link_of(text)
    if link is None:
        holds, figures = worked_out(text, survey, campaign, where)
        return Seen(link=text, holds=holds, figures=figures)
    found = looked_up(link, text, survey)
    if not found.rows:
        raise UsageError(f"{where} {text}: there is no such row of {link.table}: {nearest(link, survey)}")
    return found


def changes(record: Record, survey: Survey, campaign: Campaign) -> Iterator[Change]:
    """What of a record's evidence has changed; nothing of one that is out of force.

    Where its evidence cannot be looked at any more (its table has gone, an expression has no value), that is a change.
    """
    if not record.standing:
        return
    for before in record.block.evidence:
        for what in _differences(before, survey, campaign, record.file):
            yield Change(record, before.link, what)


def _differences(before: Seen, survey: Survey, campaign: Campaign, where: str) -> Iterator[str]:
    link = link_of(before.link)
    try:
        if link is not None:
            yield from differences(before, looked_up(link, before.link, survey))
            return
        holds, figures = worked_out(before.link, survey, campaign, where)
    except (UsageError, ConfigError) as error:
        yield f"cannot be looked at any more: {str(error).removeprefix(f'{where}: ')}"
        return
    arrow = "\N{RIGHTWARDS ARROW}"
    changed = [
        f"{name}: {told(value)} {arrow} {told(figures[name]) if name in figures else 'nothing'}"
        for name, value in before.figures.items() if figures.get(name) != value
    ]  # fmt: skip
    if holds is None:
        yield from changed
    elif holds != before.holds:
        # Of what is compared it is the outcome that the decision rests on: figures may go up and down as they like.
        outcome = "held, and does not hold any more" if before.holds else "did not hold, and holds now"
        yield f"{outcome} ({'; '.join(changed)})" if changed else outcome


def again(record: Record, survey: Survey, campaign: Campaign) -> tuple[Seen, ...]:
    """The evidence of a record as it is now. Rows that have gone, and what cannot be looked at, are dropped from it."""
    return tuple(_again(one, survey, campaign, record.file) for one in record.block.evidence)


def _again(before: Seen, survey: Survey, campaign: Campaign, where: str) -> Seen:
    link = link_of(before.link)
    if link is not None:
        return looked_up(link, before.link, survey)
    holds, figures = worked_out(before.link, survey, campaign, where)
    return Seen(link=before.link, holds=holds, figures=figures)
