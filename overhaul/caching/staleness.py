"""Caches that go on answering with what was true before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Attribute, Facts, Function, StorageUse, UsedName
from overhaul.inventory import Cache


def stale(
    caches: Sequence[Cache], attributes: Facts[Attribute], functions: Facts[Function], used: Facts[UsedName],
    uses: Facts[StorageUse],
) -> Iterator[tuple[Cache, str, int, str, str]]:  # fmt: skip
    """Each cache whose value is made from an attribute that another method changes, and that nothing drops then.

    With the cache come the attribute, and of its first change the line, the method, and how: `assigns`, `changes by
    .append()`.
    """
    for cache in caches:
        owner, _, name = cache.name.rpartition(".")
        if not cache.sure or cache.ttl or cache.invalidation or not owner:
            continue
        module, versioned = cache.module, False
        methods = {row.name: row for row in functions[module] if row.owner == owner}
        if cache.memoiser:
            if cache.scope != "instance" or cache.name not in methods:
                continue
            if any(
                row.name == f"self.{name}" and row.how in ("delete", "store") and row.scope.startswith(f"{owner}.")
                for row in used[module]
            ) or any(use.place == f"{owner}.?" and use.drops for use in uses[module]):
                continue
            scopes = {cache.name}
            sources = {
                row.name.split(".")[1] for row in used[module]
                if row.scope == cache.name and row.name.startswith("self.")
                and (row.how == "load" or (row.how == "call" and row.name.count(".") > 1))
            }  # fmt: skip
        elif cache.subkind == "lazy_attr":
            mine = [use for use in uses[module] if use.place == cache.name]
            scopes = {use.scope for use in mine}
            sources = {one for use in mine for keep in use.keeps if keep.missed for one in keep.reads}
            versioned = any(one.startswith("key:") for use in mine for keep in use.keeps for one in keep.beside)
        else:
            continue
        asked = {
            row.name[5:] for row in used[module]
            if versioned and row.scope in scopes and row.how == "load" and row.name.startswith("self.")
        } - {name}  # fmt: skip
        sources = {one for one in sources if f"{owner}.{one}" not in methods} - {name}
        for source, line, where, how in _changes(owner, sources, attributes[module], used[module], uses[module]):
            method = methods.get(f"{owner}.{where}")
            if method is None or f"{owner}.{where}" in scopes or where in _SETTING_UP or method.kind == "classmethod":
                continue
            if any(
                row.owner == owner and row.where == where and row.name in asked - {source} for row in attributes[module]
            ):
                # A version, which the kept value is compared with.
                continue
            callers = {row.scope for row in used[module] if row.name == f"self.{where}"}
            if where.startswith("_") and callers and callers <= {f"{owner}.{one}" for one in _SETTING_UP}:
                continue
            if any(use.place == f"{owner}.{source}" and any(k.missed for k in use.keeps) for use in uses[module]):
                # Made when it is first needed, too.
                continue
            yield cache, source, line, where, how
            break


def _changes(
    owner: str, sources: set[str], attributes: Sequence[Attribute], used: Sequence[UsedName],
    uses: Sequence[StorageUse],
) -> Iterator[tuple[str, int, str, str]]:  # fmt: skip
    """(attribute, line, method, how) of what changes one of the attributes after it was set up."""
    set_up = {
        row.name for row in attributes
        if row.owner == owner and row.value not in ("None", "") and (not row.where or row.where in _SETTING_UP)
    }  # fmt: skip
    for row in attributes:
        # What gets its first value there was not there to be cached before.
        if row.owner == owner and row.name in sources & set_up and row.where and row.value != "None":
            yield row.name, row.line, row.where, "assigns"
    for name in used:
        parts = name.name.split(".")
        if name.how != "call" or len(parts) != 3 or parts[0] != "self":
            continue
        inside = name.scope.startswith(f"{owner}.") and "." not in name.scope[len(owner) + 1 :]
        if inside and parts[1] in sources and parts[2] in _CHANGING:
            yield parts[1], name.lines[0], name.scope.rpartition(".")[2], f"changes by .{parts[2]}()"
    for use in uses:
        source = use.place.rpartition(".")[2]
        inside = use.scope.startswith(f"{owner}.") and "." not in use.scope[len(owner) + 1 :]
        if inside and source in sources and use.place == f"{owner}.{source}":
            lines = [line for line, _, method in use.changes if method == "[]"] + [k.line for k in use.keeps if k.key]
            if lines:
                yield source, lines[0], use.scope.rpartition(".")[2], "changes by key"


_CHANGING = frozenset({
    "append", "extend", "insert", "add", "update", "remove", "discard", "pop", "popitem", "clear", "sort", "setdefault",
    "appendleft", "popleft",
})  # fmt: skip
_SETTING_UP = frozenset({
    "__init__", "__new__", "__post_init__", "__setstate__", "__enter__", "__aenter__", "setUp", "setup", "configure",
    "__init_subclass__", "init", "_init", "initialize", "__exit__", "close", "tearDown", "__set_name__", "from_dict",
})  # fmt: skip
