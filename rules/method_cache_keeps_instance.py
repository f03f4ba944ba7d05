"""Methods cached with their instance in the key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from overhaul.facts import Class, Facts, Function
from overhaul.findings import Finding
from overhaul.inventory import Cache
from overhaul.leaves import Rule
from overhaul.naming.meanings import Symbol
from overhaul.options import Options
from overhaul.placing import apart
from overhaul.symbols import Symbols


class MethodCacheKeepsInstanceOptions(Options, frozen=True):
    """Which caches are found."""

    bounded: Annotated[
        bool, msgspec.Meta(description="Report caches with a limit too, as notes: they keep the last instances only")
    ] = True


@Rule
def method_cache_keeps_instance(
    caches: Sequence[Cache], functions: Facts[Function], classes: Facts[Class], symbols: Symbols,
    options: MethodCacheKeepsInstanceOptions,
) -> Iterator[Finding]:  # fmt: skip
    """A method is decorated with `lru_cache` or `cache`: the cache belongs to the class and holds every instance.

    Why: `self` is part of the key, so the cache keeps each instance alive that the method was ever called on: all of
    them without a limit, the last `maxsize` ones with one. All instances also share that one limit.

    Instead: `functools.cached_property` for a value without parameters; a cache made in `__init__`
    (`self._parse = lru_cache(...)(self._parse)`); or a function of the module that takes what it needs and not `self`.

    Enums and other classes whose instances are made once are passed over, and so are class methods and static methods.
    """
    for cache in caches:
        if cache.memoiser not in _SHARED or cache.bounded is None or (cache.bounded and not options.bounded):
            continue
        method = next((row for row in functions[cache.module] if row.name == cache.name), None)
        if method is None or method.kind not in ("method", "property") or not method.owner:
            continue
        if not method.parameters or method.parameters[0].name in ("cls", "mcs", "metacls"):
            continue
        if any(_made_once(row) for row in _line(cache.module, method.owner, classes, symbols)):
            continue
        kept = "the last instances it was called on" if cache.bounded else "every instance it was ever called on"
        because, places = apart(cache.evidence[:1], cache.path, cache.line)
        yield Finding(
            rule="method_cache_keeps_instance", severity="note" if cache.bounded else "warning", module=cache.module,
            path=cache.path, line=cache.line, name=cache.name, because=because, places=places,
            message=f"{cache.name} is cached by {cache.memoiser} with self in its key: that keeps {kept} alive",
        )  # fmt: skip


def _line(module: str, name: str, classes: Facts[Class], symbols: Symbols) -> Iterator[Class]:
    """The definitions of a class and of those of its bases that the project defines."""
    named = {(one.module, one.name) for one in symbols.order(module, name) if isinstance(one, Symbol)}
    for where, owner in {(module, name), *named}:
        yield from (row for row in classes[where] if row.name == owner)


def _made_once(row: Class) -> bool:
    """Whether the instances of a class are as many as its definition says: an Enum, a metaclass."""
    return any(one.rpartition(".")[2] in _ONCE for one in row.bases) or any(
        value.rpartition(".")[2] in ("EnumMeta", "EnumType") for _, value in row.keywords
    )


_SHARED = frozenset({
    "functools.lru_cache", "functools.cache", "async_lru.alru_cache", "cachetools.func.lru_cache",
    "cachetools.func.ttl_cache", "backports.functools_lru_cache.lru_cache",
})  # fmt: skip
_ONCE = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "type"})
