"""Coroutines that are kept in place of their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.caching.libraries import DECORATORS
from overhaul.facts import Facts, Function, StorageUse
from overhaul.findings import Finding, Place
from overhaul.inventory import Cache
from overhaul.leaves import Rule
from overhaul.naming.meanings import Symbol
from overhaul.placing import apart
from overhaul.symbols import Symbols


@Rule
def cached_coroutine(
    caches: Sequence[Cache], functions: Facts[Function], uses: Facts[StorageUse], symbols: Symbols
) -> Iterator[Finding]:
    """A cache keeps the coroutine that an async function returns, and not what it comes to.

    Why: a coroutine can be awaited once. The first caller gets its value, the second `RuntimeError: cannot reuse
    already awaited coroutine`.

    Instead: await first and keep the result, keep a task (`asyncio.ensure_future`), which can be awaited again and
    again, or decorate with a cache for coroutines (`async_lru.alru_cache`).
    """
    for cache in caches:
        if cache.memoiser:
            known = DECORATORS.get(cache.memoiser)
            row = next((one for one in functions[cache.module] if one.name == cache.name), None)
            if row is None or not row.asynchronous or row.generator or known is None or known.coroutines:
                continue
            if not cache.memoiser.startswith(("functools.", "cachetools.func.", "cached_property.", "backports.")):
                continue
            if len(row.decorators) > 1 and not cache.memoiser.endswith("property") and not _innermost(row):
                continue
            because, places = apart(cache.evidence[:1], cache.path, cache.line)
            yield Finding(
                rule="cached_coroutine", severity="error", module=cache.module, path=cache.path, line=cache.line,
                name=cache.name, because=because, places=places,
                message=f"{cache.memoiser} keeps the coroutine of {cache.name}, which can be awaited only once",
            )  # fmt: skip
            continue
        if not cache.sure:
            continue
        for use in uses[cache.module]:
            if use.place != cache.name:
                continue
            for keep in use.keeps:
                if not (keep.missed and keep.source == "called" and not keep.awaited and keep.callee):
                    continue
                meaning = symbols.lookup(cache.module, use.scope, keep.callee)
                if not isinstance(meaning, Symbol) or meaning.alternatives or not keep.value.startswith(keep.callee):
                    continue
                made = symbols.interior(meaning.module).functions.get(meaning.name)
                if made is not None and made.asynchronous and not made.generator and not made.decorators:
                    coroutine = Place(symbols.path(meaning.module), made.line, f"{meaning.name} is a coroutine")
                    because, places = apart(cache.evidence[:2], cache.path, keep.line)
                    yield Finding(
                        rule="cached_coroutine", severity="error", module=cache.module, path=cache.path, line=keep.line,
                        name=f"{cache.name}:{use.scope}", because=because, places=(*places, coroutine),
                        message=f"keeps the coroutine of {keep.callee}(), which can be awaited only once",
                    )  # fmt: skip


def _innermost(row: Function) -> bool:
    """Whether the caching decorator is the one next to the function."""
    return "cache" in row.decorators[-1]
