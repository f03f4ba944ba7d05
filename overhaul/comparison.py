"""What has changed between two audits of one codebase: which figures went up or down, what is new and what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from overhaul.redundancy import BaselineMetric

NAMED: Final = 20
"""How many of what is new, and of what is gone, are named."""
LONGEST: Final = 160
"""Letters of a name that are shown."""
ALIKE: Final = 0.5
"""The share of members (of those of either) that two groups have in common at least, of which one became the other."""
MOST_PAIRS: Final = 1_000_000
"""Of groups that are compared: with more, they are just new and gone."""

Verdict = Literal["better", "worse", ""]


class Figure(msgspec.Struct, frozen=True):
    """One figure of the codebase then and now."""

    name: str
    group: str
    unit: str
    before: float | None
    """None where the earlier report does not have it."""
    after: float | None
    verdict: Verdict
    """"" for what has not changed, and for what is neither good nor bad."""

    @property
    def changed(self) -> bool:
        """Whether it went up or down; what only one of the two reports has did neither."""
        return self.before is not None and self.after is not None and self.before != self.after


class Turnover(msgspec.Struct, frozen=True):
    """What is new and what is gone in one table, told by names and not by lines."""

    table: str
    new: int
    gone: int
    changed: int
    """Groups and cycles that have become other ones, with at least half of the members in common."""
    new_names: tuple[str, ...]
    """Sorted; the first of them."""
    gone_names: tuple[str, ...]
    changed_names: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True):
    """Two audits side by side."""

    since: str
    """The name of the earlier report's file."""
    version: str
    """The version of overhaul that made it."""
    figures: tuple[Figure, ...]
    """All of them, in the order of the table of baseline metrics."""
    turnovers: tuple[Turnover, ...]
    """Of the tables that both have."""
    notes: tuple[str, ...]
    """What makes the two less comparable than one would think."""

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was."""
        moved = any(one.new or one.gone or one.changed for one in self.turnovers)
        return moved or any(one.changed for one in self.figures)


class Standing(msgspec.Struct, frozen=True):
    """What of one audit is compared."""

    version: str
    root: str
    """The name of the audited folder."""
    figures: Sequence[BaselineMetric]
    names: Mapping[str, Counter[str]]
    """Table -> what tells its rows apart, and how many rows have that."""
    members: Mapping[str, Mapping[str, frozenset[str]]]
    """Table -> what tells a row apart -> its members, for tables of groups."""


def compare(since: str, earlier: Standing, now: Standing) -> Comparison:
    """Set two audits side by side; `since` is what the earlier one is called."""
    return Comparison(
        since,
        earlier.version,
        tuple(_figures(earlier.figures, now.figures)),
        tuple(_turnover(table, earlier, now) for table in now.names if table in earlier.names),
        tuple(_notes(earlier, now)),
    )  # fmt: skip


def _figures(earlier: Iterable[BaselineMetric], now: Iterable[BaselineMetric]) -> Iterator[Figure]:
    before = {one.name: one for one in earlier}
    for one in now:
        was = before.pop(one.name, None)
        value = None if was is None else was.value
        yield Figure(one.name, one.group, one.unit, value, one.value, _verdict(one, value))
    for one in before.values():
        yield Figure(one.name, one.group, one.unit, one.value, None, "")


def _verdict(figure: BaselineMetric, before: float | None) -> Verdict:
    if before is None or before == figure.value or not figure.better:
        return ""
    return "better" if (figure.value < before) == (figure.better == "less") else "worse"


def _turnover(table: str, earlier: Standing, now: Standing) -> Turnover:
    new, gone = now.names[table] - earlier.names[table], earlier.names[table] - now.names[table]
    before, after = earlier.members.get(table, {}), now.members.get(table, {})
    became = _pairs(new, gone, before, after)
    new, gone = new - Counter(became.values()), gone - Counter(list(became))
    changed = sorted(_change(before[was], after[name]) for was, name in became.items())
    return Turnover(
        table, new.total(), gone.total(), len(changed), _first(sorted(new.elements())), _first(sorted(gone.elements())),
        _first(changed),
    )  # fmt: skip


def _pairs(
    new: Counter[str], gone: Counter[str], before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """Which group of before has become which one of now, the most alike first."""
    if not before or not after or len(new) * len(gone) > MOST_PAIRS:
        return {}
    alike = sorted(
        (-len(before[was] & after[name]) / len(before[was] | after[name]), was, name)
        for was in gone if before[was] for name in new if before[was] & after[name]
    )  # fmt: skip
    became: dict[str, str] = {}
    taken: set[str] = set()
    for share, was, name in alike:
        if -share >= ALIKE and was not in became and name not in taken:
            became[was] = name
            taken.add(name)
    return became


def _change(before: frozenset[str], after: frozenset[str]) -> str:
    """`shop.cart: 3 -> 4 members (+ shop.order)`: begins with the first of the members."""
    moves = [*(f"+ {name}" for name in sorted(after - before)), *(f"- {name}" for name in sorted(before - after))]
    more = f" and {len(moves) - 3} more" if len(moves) > 3 else ""
    which = f" ({', '.join(moves[:3])}{more})" if moves else ""
    return f"{min(after)}: {len(before)} -> {len(after)} members{which}"


def _first(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(_cut(name) for name in names[:NAMED])


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _notes(earlier: Standing, now: Standing) -> Iterator[str]:
    if earlier.root != now.root:
        yield f"the earlier report is of a folder called {_cut(earlier.root)}, this one of {_cut(now.root)}"
    if earlier.version != now.version:
        yield f"made by overhaul {_cut(earlier.version)}, this one by {now.version}: what counts may differ"
    if not earlier.figures:
        yield "the earlier report has no baseline metrics"
    if missing := [table for table in now.names if table not in earlier.names]:
        yield f"the earlier report has no {', '.join(missing)}"


__all__ = ["Comparison", "Figure", "Standing", "Turnover", "Verdict", "compare"]
