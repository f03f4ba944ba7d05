"""The caches: how many of which kind, what is the matter with each at a glance, and the families that could be one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from overhaul.crosslinks import Crosslinks
from overhaul.inventory import Cache, CacheFamily
from overhaul.sections import (
    Column,
    Grid,
    Line,
    Section,
    anchor,
    bad,
    by_subkind,
    good,
    rows_of,
    short,
    surest_first,
    trimmed,
)
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
    hazards: tuple[tuple[str, int], ...]
    """(rule, how many of its findings speak of a cache)."""
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
    links = Crosslinks(survey)
    return Caches(
        len(sure), len(rows) - len(sure), by_subkind(sure),
        sum(row.bounded is False and row.ttl is not True for row in sure),
        tuple(links.count(dict.fromkeys(_id(row) for row in rows)).most_common()),
        tuple(_family(one) for one in families[:40]), (_grid(rows, links),) if rows else (),
    )  # fmt: skip


def _id(row: Cache) -> str:
    return anchor("cache", row.module, row.name)


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


def _said(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else good(yes) if value else bad(no)


def _grid(rows: Sequence[Cache], links: Crosslinks) -> Grid:
    """The matrix: a limit, an expiry and a lock with signs and words; what lacks both of the first two grows."""
    return trimmed(Grid(
        id="caches-all", caption="Every cache", shown=40,
        columns=(
            Column("Place", "place"), Column("Name", "code"), Column("Hazards", "links"),
            Column("Limit", "mark"), Column("Expiry", "mark"), Column("Lock", "mark"),
            Column("Scope", "word", choose=True), Column("Kind", "word", choose=True),
            Column("Confidence", "word", choose=True), Column("Facts", "folded"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.name, links.findings(_id(row)),
                _said(row.bounded, "size", "none"), _said(row.ttl, "yes", "never"),
                # That nobody locks it is a hazard only where threads meet: a rule says so.
                "" if row.locked is None else good("yes") if row.locked else "none",
                row.scope, row.subkind.replace("_", " "), row.confidence, "\n".join(_facts(row)),
            ), _id(row))
            # Those that some finding is about come first.
            for row in sorted(surest_first(rows, LIMIT), key=lambda row: not links.findings(_id(row)))
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM caches"',
    ))  # fmt: skip


def _facts(row: Cache) -> list[str]:
    """The evidence, and what the columns have no room for."""
    looked = ", ".join(dict.fromkeys(f"{site.path}:{site.line}" for site in row.lookups[:3]))
    others = (
        ("found by", short(row.key, 120)),
        ("None is", {"stored": "stored", "miss": "a miss"}.get(row.none, "")), ("its values are", row.value_kind),
        ("invalidated by", ", ".join(row.invalidation[:6])), ("looked up at", looked),
    )  # fmt: skip
    return [
        *(short(text, 200) for text in row.evidence),
        *(short(f"{name} {text}", 200) for name, text in others if text),
    ]
