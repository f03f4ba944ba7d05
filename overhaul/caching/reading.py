"""What a row says of a place: its key, its bound, its locks, what None means there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from overhaul.caching.places import Kept, Verdict
from overhaul.facts import StorageUse
from overhaul.inventory import Site
from overhaul.layout import Layout

Kind = Literal["pure", "fetched", "singleton", ""]
None_ = Literal["stored", "miss", ""]


def lookups(kept: Kept | None, layout: Layout) -> tuple[Site, ...]:
    """Where a place is asked."""
    return _sites(kept, layout, lambda use: [one.line for one in use.lookups])


def stored(kept: Kept | None, layout: Layout) -> tuple[Site, ...]:
    """Where values are put into a place."""
    return _sites(kept, layout, lambda use: [keep.line for keep in use.keeps])


def _sites(kept: Kept | None, layout: Layout, lines: Callable[[StorageUse], list[int]]) -> tuple[Site, ...]:
    if kept is None:
        return ()
    path = layout.modules[kept.module].path
    return tuple(dict.fromkeys(Site(kept.module, path, line, use.scope) for use in kept.uses for line in lines(use)))


def key_of(verdict: Verdict | None) -> str:
    """The key as it is put together; "" for a single value."""
    if verdict is None:
        return ""
    keep = verdict.flows[0].keep
    return keep.key_text or ", ".join(keep.key) if keep.key else ""


def kind_of(verdict: Verdict | None) -> Kind:
    """Whether values are computed or fetched."""
    if verdict is None:
        return ""
    found: Any = verdict.value_kind
    return found  # type: ignore[no-any-return]


def bounded(kept: Kept) -> bool:
    """Whether entries go when there are too many."""
    return any(how == "evict" for use in kept.uses for _, how in use.drops) or any(
        use.counted and use.drops for use in kept.uses
    )


def locked(kept: Kept | None) -> bool | None:
    """Whether all stores stand under a lock."""
    if kept is None:
        return None
    keeps = [keep for use in kept.uses for keep in use.keeps if keep.missed or keep.key]
    return bool(keeps) and all(keep.locked for keep in keeps)


def none_of(kept: Kept | None) -> None_:
    """Whether None is a value that is kept, or means that there is none."""
    if kept is None:
        return ""
    ways = {one.how for use in kept.uses for one in use.lookups if bool(one.key) == kept.keyed}
    if "sentinel" in ways:
        return "stored"
    given = {what for use in kept.uses for one in use.lookups for what in one.miss if use.returns}
    if kept.keyed and given & {"none", "default"} and not any(keep.missed for use in kept.uses for keep in use.keeps):
        return "miss"
    if ways & {"in", "try", "has"}:
        return "stored"
    return "miss" if ways & {"none", "get", "truth"} else ""
