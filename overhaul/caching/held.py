"""Attributes and variables that hold the cache objects of libraries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from overhaul.caching.libraries import CONTAINER_LAST, CONTAINERS
from overhaul.caching.places import Judge, Kept, dropped
from overhaul.caching.reading import key_of, kind_of, locked, lookups, none_of, stored
from overhaul.facts import Attribute, Facts, Variable
from overhaul.inventory import Cache, Confidence, fact
from overhaul.layout import Layout
from overhaul.naming.meanings import External
from overhaul.patterns import regex
from overhaul.symbols import Symbols

Scope = Literal["instance", "class", "module", "process-external"]


class Held:
    """Which places hold a library's cache, and what they use it for."""

    def __init__(
        self, layout: Layout, symbols: Symbols, variables: Facts[Variable], attributes: Facts[Attribute]
    ) -> None:
        """Looks for them at once."""
        self._layout = layout
        self._symbols = symbols
        self.places = self._libraries(variables, attributes)
        """(module, place) -> line, what it is made by, the text, where."""

    def _libraries(
        self, variables: Facts[Variable], attributes: Facts[Attribute]
    ) -> dict[tuple[str, str], tuple[int, str, str, str]]:
        found: dict[tuple[str, str], tuple[int, str, str, str]] = {}
        for module, rows in variables.items():
            for row in rows:
                made = self._made_by(module, row.where, row.value)
                if made:
                    found.setdefault((module, row.name), (row.line, made, row.value, ""))
        for module, assigned in attributes.items():
            for one in assigned:
                scope = f"{one.owner}.{one.where}" if one.where else one.owner
                made = self._made_by(module, scope, one.value)
                if made:
                    found.setdefault(
                        (module, f"{one.owner}.{one.name}"), (one.line, made, one.value, one.where or "class")
                    )
        return found

    def _made_by(self, module: str, scope: str, text: str) -> str:
        match = _MADE.search(text)
        if match is None or match[1].rpartition(".")[2] not in CONTAINER_LAST:
            return ""
        meaning = self._symbols.lookup(module, scope, match[1])
        if isinstance(meaning, External):
            if meaning.name in CONTAINERS:
                return meaning.name
            package, _, last = meaning.name.partition(".")[0], "", meaning.name.rpartition(".")[2]
            for name in CONTAINERS:
                if name.rpartition(".")[2] == last and name.partition(".")[0] == package:
                    return name
        return ""

    def rows(self, kept_places: list[Kept], judge: Judge) -> Iterator[Cache]:
        """One row for each of them."""
        by_place = {(one.module, one.place): one for one in kept_places}
        for (module, place), (line, made, text, where) in self.places.items():
            bounded, ttl, outside = CONTAINERS[made]
            kept = by_place.get((module, place))
            subkind, confidence, why = self._use_of(kept)
            verdict = judge.verdict(kept) if kept is not None else None
            scope: Scope = "module" if not where else "class" if where == "class" else "instance"
            yield Cache(
                kind="cache", subkind=subkind, name=place, module=module, path=self._layout.modules[module].path,
                line=line,
                confidence=confidence, evidence=(fact(line, f"holds {text}"), f"{made} is a library's cache", *why),
                storage="", bounded=bounded, ttl=ttl, scope="process-external" if outside else scope,
                key=key_of(verdict), value_kind=kind_of(verdict), invalidation=dropped(kept) if kept is not None
                else (), locked=locked(kept),
                none=none_of(kept), lookups=lookups(kept, self._layout), stores=stored(kept, self._layout),
            )  # fmt: skip

    def _use_of(self, kept: Kept | None) -> tuple[str, Confidence, tuple[str, ...]]:
        """Whether a library's cache object caches, or only counts or remembers what came by."""
        if kept is None:
            return "library", "high", ()
        keeps = [keep for use in kept.uses for keep in use.keeps if keep.key and keep.key != ("*",)]
        added = [line for use in kept.uses for line, _, method in use.changes if method == "+="]
        if added:
            return "retention", "medium", (fact(added[0], "counts"),)
        if keeps and all(keep.source in ("constant", "clock") for keep in keeps):
            return "throttle", "medium", (fact(keeps[0].line, f"stores only {keeps[0].value}"),)
        return "library", "high", ()


_MADE: Final = regex(r"(?:^|[\s(=,])([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*[(\[]")
