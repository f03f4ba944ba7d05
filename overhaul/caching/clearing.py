"""Which functions clear what a memoiser keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from overhaul.facts import Facts, StorageUse
from overhaul.inventory import Cache, testing
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols

_CLEARING: Final = frozenset({
    "cache_clear", "cache_invalidate", "cache_close", "cache_delete", "clear", "invalidate", "clear_cache",
    "invalidate_cache", "reset_cache", "delete_memoized", "delete_memoized_verhash", "expire", "refresh",
})  # fmt: skip


def with_clearing(rows: Sequence[Cache], symbols: Symbols, uses: Facts[StorageUse]) -> Iterator[Cache]:
    """The rows, those of memoisers with the functions that clear them: `parse.cache_clear()`, `del self.total`.

    What tests clear goes on growing where the program runs.
    """
    names = {row.name.rpartition(".")[2] for row in rows if row.memoiser}
    names |= {
        bound for _, statements in symbols.imports.items() for one in statements for taken, bound in one.names
        if taken in names
    }  # fmt: skip
    found: dict[tuple[str, str], dict[str, None]] = {}
    for module, used in symbols.used.items() if names else ():
        if testing(symbols.path(module)):
            continue
        for one in used:
            if one.how == "call":
                chain, _, method = one.name.rpartition(".")
                if method not in _CLEARING:
                    continue
            elif one.how == "delete":
                chain = one.name
            else:
                continue
            if not one.scope or chain.rpartition(".")[2] not in names:
                continue
            meaning = symbols.lookup(module, one.scope, chain)
            if isinstance(meaning, Symbol):
                shown = one.scope if meaning.module == module else f"{module}.{one.scope}"
                found.setdefault((meaning.module, meaning.name), {})[shown] = None
    for row in rows:
        if row.memoiser:
            here = found.get((row.module, row.name), {})
            here.update({
                use.scope: None for use in uses[row.module]
                if use.place == row.name and any(how != "evict" for _, how in use.drops)
            })  # fmt: skip
            if here:
                row = msgspec.structs.replace(row, invalidation=tuple(here), ttl=row.ttl or None)
        yield row
