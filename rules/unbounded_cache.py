"""Caches that grow for as long as the process lives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from overhaul.caching.growing import growing
from overhaul.facts import Facts, Function, StorageUse
from overhaul.findings import Finding
from overhaul.inventory import Cache
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.placing import apart


class UnboundedCacheOptions(Options, frozen=True):
    """Which types can take any number of values, beside those that everybody knows."""

    open_types: Annotated[
        tuple[str, ...], msgspec.Meta(description="Further annotations of a key's parameter that are open")
    ] = ()
    closed_types: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Annotations of which this project has few values, though their type is open"),
    ] = ()


@Rule
def unbounded_cache(
    caches: Sequence[Cache], functions: Facts[Function], uses: Facts[StorageUse], options: UnboundedCacheOptions
) -> Iterator[Finding]:
    """A cache without limit, expiry or clearing is keyed by arguments that can take any number of values.

    Why: each new key stays until the process ends. What is fast in a test that runs for a minute takes all memory in a
    server that runs for a month, and the growth shows nowhere as the cache's.

    Instead: give it a size (`lru_cache(maxsize=...)`, an `OrderedDict` that drops its oldest entry) or an expiry, or
    clear it when a unit of work ends. Where the keys are few and known, say so by their type: an Enum, a bool.

    Only caches that live as long as the process count, and only where a parameter of the key is annotated with an open
    type (str, int, float, bytes, a date, a tuple, a path); keys of unknown type are passed over, and what was checked
    against a closed set before (`if kind not in ("a", "b"): raise ...`).
    """
    for cache, opened in growing(caches, functions, uses, options.open_types, options.closed_types):
        because, places = apart(cache.evidence[:2], cache.path, cache.line)
        yield Finding(
            rule="unbounded_cache", severity="warning", module=cache.module, path=cache.path, line=cache.line,
            name=cache.name,
            message=f"{cache.name} keeps an entry for each {opened} for ever: no limit, expiry or clearing",
            because=because, places=places,
        )  # fmt: skip
