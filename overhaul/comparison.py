"""What has changed between two audits of one codebase: which figures went up or down, what is new and what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from overhaul.redundancy import BaselineMetric
from overhaul.repeating.justify import half_kept, share

NAMED: Final = 20
"""How many of what is new, and of what is gone, are named."""
LONGEST: Final = 160
"""Letters of a name that are shown."""
MOST_PAIRS: Final = 1_000_000
"""Of groups that are compared: with more, they are just new and gone."""
UNSEEN: Final = "files_not_analysed"
"""The figure that says how many files an audit knows nothing of."""

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
    """Groups and cycles that have become other ones, with at least half of the smaller one's members in common."""
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
    def unchanged(self) -> str:
        """What to say where nothing is known to have changed; "" where something has."""
        if self.changed:
            return ""
        if not any(one.before is not None and one.after is not None for one in self.figures) and not any(
            one.table != "findings" for one in self.turnovers
        ):
            return "nothing could be compared"
        return "nothing has changed in what can be compared" if self.notes else "nothing has changed"

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
    places: Mapping[str, Mapping[str, frozenset[str]]] = MappingProxyType({})
    """Table -> what tells a row apart -> the paths it speaks of, or the modules where it has no path."""
    unseen: frozenset[str] = frozenset()
    """Paths of files, and of folders, that were not analysed."""


def compare(
    since: str, earlier: Standing, now: Standing, modules: Mapping[str, str] = MappingProxyType({})
) -> Comparison:
    """Set two audits side by side; `since` is what the earlier one is called.

    What was not analysed has no rows, which says nothing about it. Where a file is missing in this audit that was there
    in the earlier one, no figure is called better and what stood in the file is not called gone; where it was missing
    in the earlier one, no figure is called worse and what stands in it is not called new. `modules` are the modules of
    paths, for tables whose rows have none.
    """
    lost, found = (
        Unseen(paths, frozenset(_modules(paths, modules)))
        for paths in (now.unseen - earlier.unseen, earlier.unseen - now.unseen)
    )  # fmt: skip
    tables = [table for table in now.names if table in earlier.names]
    turned = [_turnover(table, earlier, now, lost, found) for table in tables]
    withheld = sum(count for _, count in turned)
    return Comparison(
        since,
        earlier.version,
        tuple(_figures(earlier.figures, now.figures, lost, found)),
        tuple(turnover for turnover, _ in turned),
        (*_unseen(earlier, now, withheld), *_notes(earlier, now)),
    )  # fmt: skip


class Unseen(msgspec.Struct, frozen=True):
    """What one of two audits did not analyse, and the other one did, or did not have."""

    paths: frozenset[str]
    modules: frozenset[str]
    """With the packages around them: what speaks of a package speaks of all that is in it."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.paths)

    def touches(self, places: Iterable[str]) -> bool:
        """Whether any of these paths and modules was not analysed; a folder that was not counts for all in it."""
        for place in places:
            if place in self.modules:
                return True
            while place:
                if place in self.paths:
                    return True
                place = place.rpartition("/")[0]
        return False


def _modules(paths: Iterable[str], modules: Mapping[str, str]) -> Iterator[str]:
    for path in paths:
        name = modules.get(path, "")
        while name:
            yield name
            name = name.rpartition(".")[0]


def _figures(
    earlier: Iterable[BaselineMetric], now: Iterable[BaselineMetric], lost: Unseen, found: Unseen
) -> Iterator[Figure]:
    before = {one.name: one for one in earlier}
    for one in now:
        was = before.pop(one.name, None)
        value = None if was is None else was.value
        verdict = _verdict(one, value)
        if one.name != UNSEEN and ((verdict == "better" and lost) or (verdict == "worse" and found)):
            verdict = ""
        yield Figure(one.name, one.group, one.unit, value, one.value, verdict)
    for one in before.values():
        yield Figure(one.name, one.group, one.unit, one.value, None, "")


def _verdict(figure: BaselineMetric, before: float | None) -> Verdict:
    if before is None or before == figure.value or not figure.better:
        return ""
    return "better" if (figure.value < before) == (figure.better == "less") else "worse"


def _turnover(table: str, earlier: Standing, now: Standing, lost: Unseen, found: Unseen) -> tuple[Turnover, int]:
    """What is new and gone in a table, and of how many rows that cannot be told."""
    new, gone = now.names[table] - earlier.names[table], earlier.names[table] - now.names[table]
    before, after = earlier.members.get(table, {}), now.members.get(table, {})
    became = _pairs(new, gone, before, after)
    new, gone = new - Counter(became.values()), gone - Counter(list(became))
    old, young = earlier.places.get(table, {}), now.places.get(table, {})
    judged = {
        was: name for was, name in became.items()
        if not lost.touches(old.get(was, ())) and not found.touches(young.get(name, ()))
    }  # fmt: skip
    if table == "findings":
        became = _moved(new, gone, old, young, lost, found)
        new, gone = new - Counter(became.values()), gone - Counter(list(became))
    withheld = len(became) - len(judged) + _withhold(gone, old, lost) + _withhold(new, young, found)
    changed = sorted(_change(before[was], after[name]) for was, name in judged.items())
    return Turnover(
        table, new.total(), gone.total(), len(changed), _first(sorted(new.elements())), _first(sorted(gone.elements())),
        _first(changed),
    ), withheld  # fmt: skip


def _moved(
    new: Counter[str], gone: Counter[str], before: Mapping[str, frozenset[str]],
    after: Mapping[str, frozenset[str]], lost: Unseen, found: Unseen,
) -> dict[str, str]:  # fmt: skip
    """Which findings stand at another place only since a file which they lean on was not analysed in one audit."""
    became: dict[str, str] = {}
    lean = {name: found.touches(after.get(name, ())) for name in sorted(new)} if lost or found else {}
    for was in sorted(gone):
        if len(lean) * len(gone) > MOST_PAIRS:
            break
        places, leans = before.get(was, frozenset()), lost.touches(before.get(was, ()))
        for name in lean:
            same = was.partition(":")[0] == name.partition(":")[0] and not places.isdisjoint(
                after.get(name, frozenset())
            )
            if same and (leans or lean[name]):
                became[was] = name
                del lean[name]
                break
    return became


def _withhold(rows: Counter[str], places: Mapping[str, frozenset[str]], unseen: Unseen) -> int:
    """Take away the rows that speak of what was not analysed, and say how many they were."""
    touched = [row for row in rows if unseen.touches(places.get(row, ()))] if unseen else []
    return sum(rows.pop(row) for row in touched)


def _pairs(
    new: Counter[str], gone: Counter[str], before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """Which group of before has become which one of now, the most alike first."""
    if not before or not after or len(new) * len(gone) > MOST_PAIRS:
        return {}
    alike = sorted(
        (-share(before[was], after[name]), was, name)
        for was in gone for name in new if half_kept(before[was], after[name])
    )  # fmt: skip
    became: dict[str, str] = {}
    taken: set[str] = set()
    for _, was, name in alike:
        if was not in became and name not in taken:
            became[was] = name
            taken.add(name)
    return became


def _change(before: frozenset[str], after: frozenset[str]) -> str:
    """`shop.cart: 3 -> 4 members (+ shop.order)`: begins with the first of the members."""
    if before == after:
        return f"{min(after)}: the same {len(after)} members, what they say has changed"
    moves = [*(f"+ {name}" for name in sorted(after - before)), *(f"- {name}" for name in sorted(before - after))]
    more = f" and {len(moves) - 3} more" if len(moves) > 3 else ""
    which = f" ({', '.join(moves[:3])}{more})" if moves else ""
    return f"{min(after)}: {len(before)} -> {len(after)} members{which}"


def _first(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(_cut(name) for name in names[:NAMED])


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _unseen(earlier: Standing, now: Standing, withheld: int) -> Iterator[str]:
    """What of the code the audits do not speak of, and what is not said for that reason."""
    for paths, others, when, verdict, rows in (
        (now.unseen, earlier.unseen, "in this audit", "better", "gone"),
        (earlier.unseen, now.unseen, "in the earlier audit", "worse", "new"),
    ):  # fmt: skip
        if only := sorted(paths - others):
            more = f" and {len(only) - 3:,} more" if len(only) > 3 else ""
            yield (
                f"{_files(len(paths))} not analysed {when} ({', '.join(map(_cut, only[:3]))}{more}"
                f"{' only there' if len(only) < len(paths) else ''}): no figure is called {verdict}, "
                f"and nothing in there is called {rows}"
            )  # fmt: skip
        elif paths and when == "in this audit":
            yield f"{_files(len(paths))} not analysed in either audit: nothing is known of what is in there"
    if withheld:
        yield f"{withheld:,} row{'s' if withheld > 1 else ''} for that reason neither new nor gone nor changed"


def _files(count: int) -> str:
    return "1 file was" if count == 1 else f"{count:,} files were"


def _notes(earlier: Standing, now: Standing) -> Iterator[str]:
    if earlier.root != now.root:
        yield f"the earlier report is of a folder called {_cut(earlier.root)}, this one of {_cut(now.root)}"
    if earlier.version != now.version:
        yield f"made by overhaul {_cut(earlier.version)}, this one by {now.version}: what counts may differ"
    if not earlier.figures:
        yield "the earlier report has no baseline metrics"
    if missing := [table for table in now.names if table not in earlier.names]:
        yield f"the earlier report has no {', '.join(missing)}"
    for table in now.members:
        new, gone = now.names[table] - earlier.names.get(table, Counter()), earlier.names.get(table, Counter())
        gone = gone - now.names[table]
        if earlier.members.get(table) and len(new) * len(gone) > MOST_PAIRS:
            yield f"{table}: too many are new or gone to tell which has become which: what has changed counts as both"


__all__ = ["Comparison", "Figure", "Standing", "Turnover", "Verdict", "compare"]
