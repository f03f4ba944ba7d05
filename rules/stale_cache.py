"""Caches that go on answering with what was true before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.caching.staleness import stale
from overhaul.facts import Attribute, Facts, Function, StorageUse, UsedName
from overhaul.findings import Finding, Place
from overhaul.inventory import Cache
from overhaul.leaves import Rule
from overhaul.placing import apart


@Rule
def stale_cache(
    caches: Sequence[Cache], attributes: Facts[Attribute], functions: Facts[Function], used: Facts[UsedName],
    uses: Facts[StorageUse],
) -> Iterator[Finding]:  # fmt: skip
    """A value is kept that is made from an attribute which another method changes, and nothing drops it.

    Why: after that method has run, the object goes on answering with the value of before, until it is thrown away.

    Instead: drop the value where its source changes (`self._total = None`, `del self.total`), make the key say what it
    was made from (a version, a time), or compute it each time.

    Only attributes of the same class are looked at: one from which the value is made as it is written, that has a value
    once the object is set up, and that another method assigns, adds to, removes from or changes by key. A version that
    the same method moves, and that is compared before the value is taken, is enough.
    """
    for cache, source, line, where, how in stale(caches, attributes, functions, used, uses):
        because, places = apart(cache.evidence[:2], cache.path, cache.line)
        verb, _, by = how.partition(" by")
        yield Finding(
            rule="stale_cache", severity="warning", module=cache.module, path=cache.path, line=cache.line,
            name=cache.name,
            message=f"{cache.name} is kept for ever, made from self.{source}, which {where}() {how}",
            because=because,
            places=(Place(cache.path, line, f"{where}() {verb} self.{source}{by and f' by{by}'}"), *places),
        )  # fmt: skip
