"""Classes that keep entries for others: cache classes of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from overhaul.caching.places import Kept, flows_of
from overhaul.facts import Function, StorageUse
from overhaul.inventory import Confidence, fact
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.types import Types

_CLASS_LIKE: Final = regex(r"^[A-Z]|class|klass|cls|_type$|constructor|ctor", re.ASCII)
SPEAKING: Final = regex(r"Cach(?:e|ing)|LRU|TTL(?=[A-Z]|$)|Memo(?:iz|is|ry?Store|$|[A-Z])|^_?cache", re.ASCII)
"""Names of classes that say that they cache."""
_NOT_CACHES: Final = regex(
    r"(?:Error|Exception|Warning|Config|Settings|Options|Stats|Statistics|Info|Key|Entry|Item|Middleware|Mixin|Test|Tests|"
    r"TestCase|Policy|Metrics|Handler|Control|Command|Params|Response|Request|Event|Status|Strategy|Type|Result|Header|"
    r"Headers|Meta|Protocol)$"
)
GETS: Final = regex(
    r"^(?:a?get|lookup|find|fetch|load|peek|read|retrieve|__getitem__|__call__|recall|query|has|__contains__|contains|"
    r"check|is_cached|match|async_get|try_get|get_\w+|lookup_\w+|load_\w+)$"
)
PUTS: Final = regex(
    r"^(?:a?set|put|store|add|save|update|remember|insert|write|__setitem__|push|record|cache|async_set|set_\w+|put_\w+|"
    r"store_\w+|add_\w+|cache_\w+|save_\w+|prefill\w*|memoize)$"
)
DROPS: Final = regex(
    r"^(?:clear|invalidate|delete|remove|pop|evict|expire|purge|flush|forget|drop|discard|reset|__delitem__|prune|cleanup|"
    r"clean|invalidate_\w+|clear_\w+|delete_\w+|evict_\w+|expire_\w+|remove_\w+|forget_\w+|drop_\w+|purge_\w+|flush_\w+)$"
)


class Store(NamedTuple):
    """A cache class, and what was seen of it."""

    owner: Symbol
    kept: Kept | None
    confidence: Confidence
    evidence: tuple[str, ...]
    getters: tuple[StorageUse, ...]
    putters: tuple[StorageUse, ...]
    droppers: tuple[str, ...]
    bounded: bool | None
    ttl: bool | None
    computes: bool


def stores(owners: Mapping[Symbol, Sequence[Kept]], types: Types) -> Iterator[Store]:
    """The cache classes among classes that keep things under keys."""
    for owner, found in owners.items():
        best: Store | None = None
        for kept in found:
            store = _judge(owner, kept, types)
            if store is not None and (best is None or _RANK[store.confidence] > _RANK[best.confidence]):
                best = store
        if best is not None:
            yield best


_RANK: Final = {"high": 2, "medium": 1, "low": 0}


def speaks(name: str) -> bool:
    """Whether the name of a class says that it is a cache, and nothing else that goes with one."""
    last = name.rpartition(".")[2]
    return SPEAKING.search(last) is not None and _NOT_CACHES.search(last) is None


def _judge(owner: Symbol, kept: Kept, types: Types) -> Store | None:
    functions = types.symbols.interior(owner.module).functions
    getters: list[StorageUse] = []
    putters: list[StorageUse] = []
    droppers: list[str] = []
    callback = False
    evicts = expires = False
    for use in kept.uses:
        function = functions.get(use.scope)
        if function is None:
            continue
        name = use.scope.rpartition(".")[2]
        parameters = {one.name for one in function.parameters}
        given = any(_mentions(one.key, parameters) for one in use.lookups if one.key)
        if (use.returns and given) or (use.returns and use.reads and GETS.match(name) and len(parameters) > 1):
            getters.append(use)
        for keep in use.keeps:
            if not keep.key:
                continue
            if (
                keep.source in ("parameter", "part", "loop", "copied", "computed", "called")
                and not keep.missed
                and (keep.keyed or PUTS.match(name))
                and name not in ("__init__", "__post_init__")
                and keep.depends
            ):
                putters.append(use)
            if keep.source == "called_parameter" and keep.missed and keep.callee in parameters:
                callback = callback or not _CLASS_LIKE.search(keep.callee)
        evicts = evicts or any(how == "evict" for _, how in use.drops) or (use.counted and bool(use.keeps))
        expires = (
            expires
            or (use.clock and any(one.key for one in use.lookups))
            or (use.clock and any(how in ("del", "pop") for _, how in use.drops))
        )
        drops = any(how in ("del", "pop", "clear", "taken", "empty") for _, how in use.drops)
        if drops and name != "__init__" and not use.keeps and use not in getters:
            droppers.append(use.scope)
    word = speaks(owner.name)
    computes = any(True for _ in flows_of(kept, True))
    if not getters or not (putters or callback or computes):
        return None
    lively = [
        line
        for use in kept.uses
        for line, at, method in use.effects
        if at >= 1 and method in ("start", "stop", "close", "cancel", "send")
    ]
    changed = [line for use in kept.uses for line, at, _ in use.changes if at >= 1]
    evidence = [fact(getters[0].line, f"{getters[0].scope} looks up and hands out")]
    if putters:
        evidence.append(fact(putters[0].line, f"{putters[0].scope} stores what it is given"))
    if evicts:
        evidence.append("entries are dropped when there are too many")
    if expires:
        evidence.append("entries are dropped when they are old")
    if callback:
        evidence.append("makes what is missing by a function that it is given")
    if droppers:
        evidence.append(f"{droppers[0]} drops entries")
    confidence: Confidence
    if word:
        confidence = "high" if evicts or expires or callback or computes or droppers else "medium"
        if lively or (changed and not (evicts or expires or callback)):
            confidence = "medium" if not lively else "low"
    elif callback and not changed and not lively and _is_store(owner, kept, functions):
        confidence = "medium"
    elif (putters and evicts and not changed and not lively and not computes) or (putters and evicts and expires):
        confidence = "low"
    else:
        return None
    return Store(
        owner, kept, confidence, tuple(evidence), tuple(getters), tuple(dict.fromkeys(putters)),
        tuple(dict.fromkeys(droppers)),
        evicts, True if expires else None if droppers else False, computes or callback,
    )  # fmt: skip


def _is_store(owner: Symbol, kept: Kept, functions: Mapping[str, Function]) -> bool:
    """Whether most methods of a class have to do with what it keeps."""
    methods = [
        name
        for name, one in functions.items()
        if one.owner == owner.name and name.rpartition(".")[2] not in ("__init__", "__repr__", "__str__", "__len__")
    ]
    return 2 * len({use.scope for use in kept.uses} & set(methods)) >= len(methods)


def _mentions(key: tuple[str, ...], parameters: set[str]) -> bool:
    words = set(re.findall(r"[^\W\d]\w*", " ".join(key)))
    return bool(words & (parameters - {"self", "cls"})) or bool(words)


def interface(functions: Mapping[str, Function], owner: str) -> tuple[list[str], list[str], list[str]]:
    """The methods of a class by what their names say: those that get, put and drop."""
    start = f"{owner}."
    names = [name[len(start) :] for name in functions if name.startswith(start) and "." not in name[len(start) :]]
    return (
        [name for name in names if GETS.match(name)],
        [name for name in names if PUTS.match(name)],
        [name for name in names if DROPS.match(name)],
    )
