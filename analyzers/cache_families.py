"""Caches that could be one: what they have in common, and how their interfaces differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from overhaul.facts import Attribute, Facts, Function, StorageUse, Variable
from overhaul.inventory import Cache, CacheFamily, CacheRole, Operation, fact
from overhaul.leaves import Analyzer
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.symbols import Symbols


@Analyzer
def cache_families(
    caches: Sequence[Cache], symbols: Symbols, functions: Facts[Function], attributes: Facts[Attribute],
    variables: Facts[Variable], uses: Facts[StorageUse],
) -> Iterator[CacheFamily]:  # fmt: skip
    """Groups of caches with an interface table each: method by method, who has it, under what name and signature.

    All cache classes of a project are one family; caches of whatever kind that keep instances of the same class of the
    project, by their annotations, are another.
    """
    known = [cache for cache in caches if cache.sure]
    classes = [cache for cache in known if cache.subkind == "class"]
    if len(classes) > 1:
        yield _family("cache classes", "class", classes, functions, uses)
    things: dict[tuple[str, str], list[Cache]] = {}
    for cache in known:
        for thing in dict.fromkeys(_things(cache, symbols, functions, attributes, variables)):
            things.setdefault((thing.module, thing.name), []).append(cache)
    for (module, name), members in sorted(things.items()):
        if len(members) > 1:
            yield _family(f"{module}.{name}", "value", members, functions, uses)


def _family(
    name: str,
    basis: Literal["class", "value"],
    members: Sequence[Cache],
    functions: Facts[Function],
    uses: Facts[StorageUse],
) -> CacheFamily:
    operations = tuple(
        one for cache in members for one in sorted(set(_operations(cache, functions, uses)), key=lambda one: one.line)
    )  # fmt: skip
    ordered = tuple(sorted(operations, key=lambda one: (_ROLES.index(one.role), one.cache, one.line)))
    differing: list[CacheRole] = []
    for role in _ROLES[:-1]:
        mine = [one for one in ordered if one.role == role]
        if len({one.cache for one in mine}) > 1 and len({_shape(one) for one in mine}) > 1:
            differing.append(role)
    first = members[0]
    return CacheFamily(
        name=name, basis=basis, members=tuple(f"{one.module}.{one.name}" for one in members), operations=ordered,
        differing=tuple(differing), module=first.module, path=first.path, line=first.line,
        confidence="high" if basis == "class" else "medium",
        evidence=tuple(fact(one.line, f"{one.name} ({one.subkind})", one.path) for one in members[:20]),
    )  # fmt: skip


def _shape(one: Operation) -> tuple[str, int]:
    """The name and the number of parameters of an operation."""
    return one.function.rpartition(".")[2], one.signature.partition(")")[0].count(",")


def _operations(cache: Cache, functions: Facts[Function], uses: Facts[StorageUse]) -> Iterator[Operation]:
    rows = {row.name: row for row in functions[cache.module]}
    if cache.subkind == "class":
        place = f"{cache.name}.{cache.storage}"
        mine = {use.scope: use for use in uses[cache.module] if use.place in (place, cache.name)}
        for row in rows.values():
            last = row.name.rpartition(".")[2]
            if row.owner == cache.name and (not last.startswith("_") or last in _SPECIAL):
                yield _operation(_role(last, mine.get(row.name)), cache, row)
        return
    for role, scopes in (
        ("get_or_compute", {cache.name} if cache.memoiser else {site.scope for site in cache.lookups}),
        ("invalidate", set(cache.invalidation)),
    ):
        for scope in scopes:
            if scope in rows:
                yield _operation(role, cache, rows[scope])  # type: ignore[arg-type]


def _role(name: str, use: StorageUse | None) -> CacheRole:
    """What a method is for, by what it does to the entries, else by its name."""
    if name in ("__len__", "size", "count"):
        return "size"
    if name == "__contains__" or name.startswith(("has", "contains")):
        return "contains"
    if use is not None:
        if any(keep.missed for keep in use.keeps):
            return "get_or_compute"
        if any(keep.key for keep in use.keeps):
            return "put"
        if use.returns and use.lookups and any(one.key for one in use.lookups):
            return "get"
        if use.drops:
            return "invalidate"
    for role, words in _WORDS.items():
        if name.strip("_").partition("_")[0] in words:
            return role
    return "other"


def _operation(role: CacheRole, cache: Cache, row: Function) -> Operation:
    parameters = row.parameters[1:] if row.owner and row.kind != "staticmethod" else row.parameters
    written = ", ".join(
        f"{'*' if one.kind == 'variadic' else '**' if one.kind == 'keywords' else ''}{one.name}"
        f"{f': {one.annotation}' if one.annotation else ''}{f' = {one.default}' if one.default else ''}"
        for one in parameters
    )  # fmt: skip
    signature = f"({written}){f' -> {row.returns}' if row.returns else ''}"
    if len(signature) > 160:
        signature = f"{signature[:157]}..."
    return Operation(role, f"{cache.module}.{cache.name}", row.name, signature, row.asynchronous, cache.path, row.line)


def _things(
    cache: Cache, symbols: Symbols, functions: Facts[Function], attributes: Facts[Attribute], variables: Facts[Variable]
) -> Iterator[Symbol]:
    """The classes of the project whose instances a cache keeps, by annotations."""
    owner, _, name = cache.name.rpartition(".")
    texts: list[str] = []
    if cache.memoiser:
        texts = [row.returns for row in functions[cache.module] if row.name == cache.name]
    elif cache.subkind == "class":
        texts = [
            row.annotation for row in attributes[cache.module] if row.owner == cache.name and row.name == cache.storage
        ]
    elif owner:
        texts = [row.annotation for row in attributes[cache.module] if row.owner == owner and row.name == name]
    else:
        texts = [row.annotation for row in variables[cache.module] if row.name == name]
    if not any(texts) and cache.subkind in ("adhoc_dict", "lazy_attr"):
        scopes = {site.scope for site in cache.stores}
        texts = [row.returns for row in functions[cache.module] if row.name in scopes]
    for text in texts:
        for word in _CLASS.findall(text):
            meaning = symbols.lookup(cache.module, owner, word)
            if isinstance(meaning, Symbol) and meaning.kind == "class":
                yield Symbol(meaning.module, meaning.name, "class", meaning.path, meaning.line)


_ROLES: Final[tuple[CacheRole, ...]] = ("get", "get_or_compute", "put", "invalidate", "contains", "size", "other")
_SPECIAL: Final = frozenset({"__getitem__", "__setitem__", "__delitem__", "__contains__", "__len__", "__call__"})
_WORDS: Final[dict[CacheRole, frozenset[str]]] = {
    "get": frozenset({"get", "lookup", "peek", "find", "fetch", "load", "read", "getitem"}),
    "put": frozenset({"put", "set", "store", "remember", "add", "save", "insert", "write", "setitem"}),
    "invalidate": frozenset({
        "invalidate", "clear", "drop", "forget", "delete", "remove", "evict", "purge", "expire", "pop", "flush",
        "delitem",
    }),
}  # fmt: skip
_CLASS: Final = regex(r"(?:[^\W\d]\w*\.)*[A-Z]\w*")
