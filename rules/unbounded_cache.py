"""Caches that grow for as long as the process lives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from overhaul.facts import Facts, Function, StorageUse
from overhaul.findings import Finding
from overhaul.inventory import Cache
from overhaul.leaves import Rule


@Rule
def unbounded_cache(caches: Sequence[Cache], functions: Facts[Function], uses: Facts[StorageUse]) -> Iterator[Finding]:
    """A cache without limit, expiry or clearing is keyed by arguments that can take any number of values.

    Why: each new key stays until the process ends. What is fast in a test that runs for a minute takes all memory in a
    server that runs for a month, and the growth shows nowhere as the cache's.

    Instead: give it a size (`lru_cache(maxsize=...)`, an `OrderedDict` that drops its oldest entry) or an expiry, or
    clear it when a unit of work ends. Where the keys are few and known, say so by their type: an Enum, a bool.

    Only caches that live as long as the process count, and only where a parameter of the key is annotated with an open
    type (str, int, float, bytes, a date, a tuple, a path); keys of unknown type are passed over, and what was checked
    against a closed set before (`if kind not in ("a", "b"): raise ...`).
    """
    for cache in caches:
        if not cache.sure or cache.bounded is not False or cache.ttl or cache.invalidation:
            continue
        if cache.subkind not in ("decorator", "adhoc_dict") or cache.scope not in ("module", "class") or not cache.key:
            continue
        if cache.memoiser and not cache.memoiser.startswith(("functools.", "toolz.", "funcy.")):
            # The project's own memoiser may be cleared in ways that its uses do not show.
            continue
        names = set(re.findall(r"[^\W\d]\w*", cache.key)) - _closed(cache, uses)
        scopes = {cache.name} if cache.memoiser else {site.scope for site in cache.stores}
        opened = next(
            (
                f"{one.name}: {one.annotation}" for row in functions[cache.module] if row.name in scopes
                for one in row.parameters if one.name in names and _OPEN.fullmatch(one.annotation)
            ),
            "",
        )  # fmt: skip
        if opened:
            yield Finding(
                rule="unbounded_cache", severity="warning", module=cache.module, path=cache.path, line=cache.line,
                name=cache.name,
                message=f"{cache.name} keeps an entry for each {opened} for ever: no limit, expiry or clearing",
                because=cache.evidence[:2],
            )  # fmt: skip


def _closed(cache: Cache, uses: Facts[StorageUse]) -> set[str]:
    """The names that wherever an entry is stored are known to be one of a closed set: checked before."""
    stores = [
        {one[7:] for one in keep.beside if one.startswith("closed:")}
        for use in uses[cache.module] if use.place == cache.name for keep in use.keeps if keep.key
    ]  # fmt: skip
    return {name for name in stores[0] if all(name in one for one in stores)} if stores else set()


_OPEN = re.compile(
    r"(?:Optional\[)?(?:str|int|float|bytes|datetime(?:\.datetime)?|date|Decimal|Path|UUID|tuple\[.*\]|Tuple\[.*\]|"
    r"frozenset\[.*\]|Hashable|Sequence\[.*\])(?:\])?(?: \| None)?"
)
