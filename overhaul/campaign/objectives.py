"""What a phase is to reach, in sentences with numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from overhaul.campaign.items import SHOWN, Listed
from overhaul.campaign.sketches import counted, effort_of


def objectives(found: Listed, baseline: Mapping[str, float]) -> Iterator[str]:
    """How much there is to do and of what size, what comes first, and what of it is not listed."""
    del baseline
    items = found.items
    if not items:
        return
    efforts = Counter(effort_of(one.sketch) for one in items)
    sizes = ", ".join(f"{efforts[size]} {size}" for size in ("small", "medium", "large") if efforts[size])
    files = len({site.path for one in items for site in one.sketch.sites})
    yield f"{counted(len(items), 'item')} ({sizes}) in {counted(files, 'file')}."
    yield f"First: {items[0].sketch.title}."
    if found.more:
        yield f"And {found.more:,} more of less worth: a plan lists {SHOWN}, a later one those that follow."
