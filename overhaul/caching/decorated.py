"""Functions that remember their results, because a memoiser decorates or wraps them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from overhaul.caching.libraries import DECORATORS, METHODS, Memoiser
from overhaul.caching.memoisers import Memoisers, settings
from overhaul.caching.values import Values
from overhaul.facts import Attribute, Facts, Function, Variable
from overhaul.inventory import Cache, Site, fact
from overhaul.layout import Layout
from overhaul.naming.meanings import Symbol
from overhaul.types import Types

Scope = Literal["instance", "class", "module", "process-external"]
Kind = Literal["pure", "fetched", "singleton", ""]


class Decorated:
    """Rows for each use of a memoiser."""

    def __init__(self, layout: Layout, types: Types, memoisers: Memoisers, values: Values) -> None:
        """Nothing is looked at before rows are asked for."""
        self._layout = layout
        self._types = types
        self._memoisers = memoisers
        self._values = values
        self.used: set[str] = set()
        """Dotted names of the memoisers that were met."""

    def _path(self, module: str) -> str:
        return self._layout.modules[module].path

    def functions(self, functions: Facts[Function]) -> Iterator[Cache]:
        """Decorated functions and methods."""
        for module, rows in functions.items():
            for row in rows:
                for text in row.decorators:
                    scope = row.name.rpartition(".")[0]
                    found = self._memoisers.decorator(module, scope, text)
                    if found is not None:
                        self.used.add(found[0].name)
                        yield self._of_function(module, row, text, *found)
                        break

    def _of_function(self, module: str, row: Function, text: str, memoiser: Memoiser, arguments: str) -> Cache:
        bounded, ttl = settings(memoiser, arguments)
        names = [one.name for one in row.parameters]
        method = bool(row.owner) and row.kind != "staticmethod"
        key = names[1:] if method and names else names
        single = memoiser.single
        scope: Scope = "process-external" if memoiser.outside else "module"
        if row.owner:
            scope = scope if memoiser.outside else "instance" if single else "class"
        told = f"@{text}" if len(text) < 100 else f"@{text[:97]}..."
        own = "the project's own memoiser" if memoiser.own else f"is {memoiser.name}"
        byname = (
            not memoiser.own
            and memoiser.bounded is None
            and memoiser.ttl is None
            and not memoiser.coroutines
            and (not memoiser.single and not memoiser.outside)
        )
        return Cache(
            kind="cache", subkind="decorator", name=row.name, module=module, path=self._path(module), line=row.line,
            confidence="medium" if byname and not _known(memoiser.name) else "high",
            evidence=(fact(row.line, f"decorated with {told}"), own), storage="",
            bounded=None if single and not arguments else bounded, ttl=ttl, scope=scope,
            key="" if single else f"({', '.join(key)})" if len(key) != 1 else key[0],
            value_kind=self._kind_of(module, row, key if not single else []), invalidation=(), locked=memoiser.locked,
            none=memoiser.none, lookups=(), stores=(Site(module, self._path(module), row.line, row.name),),
            memoiser=memoiser.name,
        )  # fmt: skip

    def _kind_of(self, module: str, row: Function, key: Sequence[str]) -> Kind:
        last = row.name.rpartition(".")[2]
        if row.asynchronous:
            return "fetched"
        made = self._types.of_annotation(module, row.name.rpartition(".")[0], row.returns) if row.returns else ()
        alive = any(isinstance(one, Symbol) and self._values.of_class(one) in ("live", "object") for one in made)
        if not key and alive:
            return "singleton"
        if re.match(r"_*(?:fetch|load|read|request|query|download|retrieve|open)(?:_|$)", last):
            return "fetched"
        return "pure"

    def wrapped(self, variables: Facts[Variable], attributes: Facts[Attribute]) -> Iterator[Cache]:
        """Variables and attributes: `self.parse = lru_cache(8)(self._parse)`, `get = memoize(_get)`."""
        for module, rows in variables.items():
            for row in rows:
                if "(" in row.value and (found := self._memoisers.wrapping(module, row.where, row.value)) is not None:
                    yield self._of_wrapped(module, row.name, row.line, row.value, found[0], "module")
        for module, assigned in attributes.items():
            for one in assigned:
                if "(" not in one.value:
                    continue
                scope = f"{one.owner}.{one.where}" if one.where else one.owner
                if (found := self._memoisers.wrapping(module, scope, one.value)) is not None:
                    kind: Scope = "instance" if one.where or found[0].single else "class"
                    yield self._of_wrapped(module, f"{one.owner}.{one.name}", one.line, one.value, found[0], kind)

    def _of_wrapped(self, module: str, name: str, line: int, text: str, memoiser: Memoiser, scope: Scope) -> Cache:
        bounded, ttl = settings(memoiser, text[text.find("(") :])
        path = self._path(module)
        self.used.add(memoiser.name)
        return Cache(
            kind="cache", subkind="decorator", name=name, module=module, path=path, line=line, confidence="high",
            evidence=(fact(line, f"wrapped: {text}"),), storage="", bounded=bounded, ttl=ttl, scope=scope, key="",
            value_kind="pure", invalidation=(), locked=memoiser.locked, none=memoiser.none, lookups=(),
            stores=(Site(module, path, line, ""),), memoiser=memoiser.name,
        )  # fmt: skip


def _known(name: str) -> bool:
    return name in DECORATORS or name in METHODS
