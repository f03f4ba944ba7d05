"""The caches: how many of which kind, the families that could be one, and where each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from overhaul.inventory import Cache, CacheFamily
from overhaul.sections import Column, Grid, Line, Section, anchor, by_subkind, rows_of, short, surest_first
from overhaul.survey import Survey

LIMIT: Final = 2000


class FamilyView(msgspec.Struct, frozen=True):
    """Caches that could be one."""

    id: str
    name: str
    members: tuple[str, ...]
    more: int
    differing: tuple[str, ...]
    interface: Grid


class Caches(msgspec.Struct, frozen=True):
    """The caches, those that are sure first."""

    count: int
    unsure: int
    subkinds: tuple[tuple[str, int], ...]
    unbounded: int
    families: tuple[FamilyView, ...]
    grids: tuple[Grid, ...]


@Section("Caches", order=24)
def caches(survey: Survey) -> Caches | None:
    """Places that return what could be computed or fetched again."""
    rows = rows_of(survey, Cache)
    if rows is None:
        return None
    sure = [row for row in rows if row.sure]
    families = rows_of(survey, CacheFamily) or ()
    return Caches(
        len(sure), len(rows) - len(sure), by_subkind(sure),
        sum(row.bounded is False and row.ttl is not True for row in sure),
        tuple(_family(one) for one in families[:40]), (_grid(rows), _evidence(rows)) if rows else (),
    )  # fmt: skip


def _family(row: CacheFamily) -> FamilyView:
    id = anchor("family", row.module, row.name)
    return FamilyView(id, row.name, row.members[:12], max(0, len(row.members) - 12), row.differing, Grid(
        id=f"{id}-interface", caption=f"The interface table of {row.name}", shown=30,
        columns=(
            Column("Does"), Column("Cache", "code"), Column("As", "code"), Column("Signature", "code"),
            Column("Place", "place"),
        ),
        lines=tuple(
            Line((
                one.role.replace("_", " "), one.cache.rpartition(".")[2], one.function.rpartition(".")[2],
                f"{'async ' if one.asynchronous else ''}{short(one.signature, 160)}", f"{one.path}:{one.line}",
            ))
            for one in row.operations[:300]
        ),
        total=len(row.operations), rest='overhaul query "SELECT operations FROM cache_families"',
    ))  # fmt: skip


def _said(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _grid(rows: Sequence[Cache]) -> Grid:
    return Grid(
        id="caches-all", caption="Every cache", shown=40,
        columns=(
            Column("Place", "place"), Column("Name", "code"), Column("Kind"), Column("Key", "code"), Column("Bounded"),
            Column("Expires"), Column("Locked"), Column("None is"), Column("Value"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.name, f"{row.subkind.replace('_', ' ')}, {row.confidence}",
                short(row.key, 80), _said(row.bounded), _said(row.ttl), _said(row.locked), row.none, row.value_kind,
            ), anchor("cache", row.module, row.name))
            for row in surest_first(rows, LIMIT)
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM caches"',
    )  # fmt: skip


def _evidence(rows: Sequence[Cache]) -> Grid:
    return Grid(
        id="caches-evidence", caption="The evidence, cache by cache", shown=15,
        columns=(
            Column("Name", "code"), Column("Evidence"), Column("Invalidated by", "code"),
            Column("Looked up in", "code"),
        ),
        lines=tuple(
            Line((
                row.name, short("; ".join(row.evidence)), short(", ".join(row.invalidation), 200),
                short(", ".join(dict.fromkeys(f"{site.path}:{site.line}" for site in row.lookups[:3])), 200),
            ))
            for row in surest_first(rows, LIMIT)
        ),
        total=len(rows), rest='overhaul query "SELECT name, evidence FROM caches"',
    )  # fmt: skip
