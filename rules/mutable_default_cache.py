"""Default arguments that remember."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Facts, StorageUse
from overhaul.findings import Finding
from overhaul.inventory import Cache
from overhaul.leaves import Rule
from overhaul.placing import apart


@Rule
def mutable_default_cache(caches: Sequence[Cache], uses: Facts[StorageUse]) -> Iterator[Finding]:
    """A function keeps its results in the container that is the default of one of its parameters.

    Why: it works because the default is made once and shared by all calls, which looks like the well-known mistake and
    gets mended as one; it has no limit, cannot be cleared from outside, and a caller who passes one argument too many
    replaces it.

    Instead: `functools.lru_cache`, or a variable of the module that says what it is.
    """
    for cache in caches:
        use = next(
            (one for one in uses[cache.module] if one.place == cache.name and one.root == "default" and one.keeps), None
        )
        if use is not None and cache.sure:
            because, places = apart(cache.evidence[:2], cache.path, use.line)
            yield Finding(
                rule="mutable_default_cache", severity="warning", module=cache.module, path=cache.path, line=use.line,
                name=cache.name, because=because, places=places,
                message=f"{use.scope} keeps its results in the default of {cache.name.rpartition('.')[2]}",
            )  # fmt: skip
