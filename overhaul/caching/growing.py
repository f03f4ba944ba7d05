"""Caches that grow for as long as the process lives."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from overhaul.facts import Facts, Function, StorageUse
from overhaul.inventory import Cache
from overhaul.patterns import regex


def growing(
    caches: Sequence[Cache], functions: Facts[Function], uses: Facts[StorageUse],
    open_types: Collection[str] = (), closed_types: Collection[str] = (),
) -> Iterator[tuple[Cache, str]]:  # fmt: skip
    """Caches of the whole process without limit, expiry or clearing, with a parameter that may have any value.

    The parameter is `name: annotation`. Keys of unknown type are passed over, and what was checked against a closed set
    before. Annotations of `open_types` count as open too, those of `closed_types` do not.
    """
    for cache in caches:
        if not cache.sure or cache.bounded is not False or cache.ttl or cache.invalidation:
            continue
        if cache.subkind not in ("decorator", "adhoc_dict") or cache.scope not in ("module", "class") or not cache.key:
            continue
        if cache.memoiser and not cache.memoiser.startswith(("functools.", "toolz.", "funcy.")):
            # The project's own memoiser may be cleared in ways that its uses do not show.
            continue
        if of_a_call(cache, functions):
            continue
        names = set(re.findall(r"[^\W\d]\w*", cache.key)) - _closed(cache, uses)
        scopes = {cache.name} if cache.memoiser else {site.scope for site in cache.stores}
        opened = next(
            (
                f"{one.name}: {one.annotation}" for row in functions[cache.module] if row.name in scopes
                for one in row.parameters if one.name in names and one.annotation not in closed_types
                and (one.annotation in open_types or _OPEN.fullmatch(one.annotation))
            ),
            "",
        )  # fmt: skip
        if opened:
            yield cache, opened


def of_a_call(cache: Cache, functions: Facts[Function]) -> bool:
    """Whether it is a function within a function that is memoised: made anew by every call of the outer one."""
    outer = cache.name.rpartition(".")[0]
    return bool(cache.memoiser and outer) and any(row.name == outer for row in functions[cache.module])


def _closed(cache: Cache, uses: Facts[StorageUse]) -> set[str]:
    """The names that wherever an entry is stored are known to be one of a closed set: checked before."""
    stores = [
        {one[7:] for one in keep.beside if one.startswith("closed:")}
        for use in uses[cache.module] if use.place == cache.name for keep in use.keeps if keep.key
    ]  # fmt: skip
    return {name for name in stores[0] if all(name in one for one in stores)} if stores else set()


_OPEN = regex(
    r"(?:Optional\[)?(?:str|int|float|bytes|datetime(?:\.datetime)?|date|Decimal|Path|UUID|tuple\[.*\]|Tuple\[.*\]|"
    r"frozenset\[.*\]|Hashable|Sequence\[.*\])(?:\])?(?: \| None)?"
)
