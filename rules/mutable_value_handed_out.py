"""Cached lists, dicts and sets that every caller gets a hand on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.caching.growing import of_a_call
from overhaul.facts import Facts, Function, StorageUse
from overhaul.findings import Finding
from overhaul.inventory import Cache
from overhaul.leaves import Rule
from overhaul.patterns import regex
from overhaul.placing import apart


@Rule
def mutable_value_handed_out(
    caches: Sequence[Cache], functions: Facts[Function], uses: Facts[StorageUse]
) -> Iterator[Finding]:
    """A cache hands out the very list, dict or set that it keeps.

    Why: a caller that sorts it, or adds to it, changes what all later callers get. The error shows far from its cause,
    and only on a hit.

    Instead: keep a tuple, a frozenset or a `MappingProxyType`, or hand out a copy.

    A note, for nobody need change it. Private functions are passed over, and so is what is handed out as a type that
    cannot be changed (`Mapping`, `Sequence`). Told where the function's annotation names a mutable container, or where
    the kept value is one as it is written, and where it is returned as it is.
    """
    for cache in caches:
        if not cache.sure or cache.subkind not in ("decorator", "adhoc_dict", "lazy_attr"):
            continue
        if of_a_call(cache, functions):
            continue
        scopes = {cache.name} if cache.memoiser else _handing(cache, uses)
        for row in functions[cache.module]:
            if row.name.rpartition(".")[2].startswith("_"):
                continue  # within the class or module, everybody can know
            if row.name not in scopes or (row.asynchronous and cache.memoiser.startswith("functools.")):
                continue
            if _MUTABLE.match(row.returns):
                because, places = apart(cache.evidence[:2], cache.path, row.line)
                yield Finding(
                    rule="mutable_value_handed_out", severity="note", module=cache.module, path=cache.path,
                    line=row.line, name=row.name if row.name == cache.name else f"{row.name}:{cache.name}",
                    because=because, places=places,
                    message=f"{row.name} hands out the {row.returns.partition('[')[0]} that {cache.name} keeps",
                )  # fmt: skip
                break


def _handing(cache: Cache, uses: Facts[StorageUse]) -> set[str]:
    """The functions that return what a place keeps, as it is."""
    return {use.scope for use in uses[cache.module] if use.place == cache.name and use.handed}


_MUTABLE = regex(
    r"(?:list|dict|set|List|Dict|Set|defaultdict|OrderedDict|deque|bytearray|MutableMapping|MutableSequence)(?:\[.*\])?$"
)
