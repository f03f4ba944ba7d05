"""The caches of a project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from overhaul.caching.clearing import with_clearing
from overhaul.caching.decorated import Decorated
from overhaul.caching.held import Held
from overhaul.caching.memoisers import Memoisers
from overhaul.caching.places import Judge, Kept, Verdict, dropped, owner_of, places
from overhaul.caching.reading import bounded, key_of, kind_of, locked, lookups, none_of, stored
from overhaul.caching.stores import Store, interface, speaks, stores
from overhaul.caching.unified import as_one
from overhaul.caching.values import FETCHING, Values
from overhaul.facts import Attribute, Class, Comment, Facts, Function, KeptFile, LocalName, StorageUse, Variable
from overhaul.inventory import Cache, Confidence, Site, fact, testing
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.symbols import Symbols
from overhaul.types import Types

Scope = Literal["instance", "class", "module", "process-external"]


@Analyzer
def caches(
    layout: Layout, symbols: Symbols, classes: Facts[Class], functions: Facts[Function], attributes: Facts[Attribute],
    variables: Facts[Variable], local_names: Facts[LocalName], uses: Facts[StorageUse], files: Facts[KeptFile],
    comments: Facts[Comment],
) -> Iterator[Cache]:  # fmt: skip
    """Every place that returns a value which could be computed or fetched again, one row for each storage.

    Memoising decorators by what they are (libraries) or do (the project's own); attributes, variables and classes by
    the flow of data: looked up, else made and kept. What `docs/caches.md` says against it lowers the confidence.
    The unified cache is one row, and its uses are none.
    """
    types = Types(symbols, variables, local_names)
    finder = _Finder(
        layout, types, Memoisers(types, variables, uses), classes, functions, attributes, variables, uses, files
    )
    seen: set[tuple[str, str]] = set()
    for row in with_clearing(list(as_one(finder.rows(), comments)), symbols, uses):
        key = (row.module, row.name)
        if key not in seen:
            seen.add(key)
            if testing(row.path) and row.sure:
                told = (*row.evidence, fact(row.line, "stands in a test"))
                row = msgspec.structs.replace(row, confidence="low", evidence=told)
            yield row


class _Finder:
    """One search through the tables."""

    def __init__(
        self, layout: Layout, types: Types, memoisers: Memoisers, classes: Facts[Class], functions: Facts[Function],
        attributes: Facts[Attribute], variables: Facts[Variable], uses: Facts[StorageUse],
        files: Facts[KeptFile],
    ) -> None:  # fmt: skip
        self.layout = layout
        self.types = types
        self.symbols = types.symbols
        self.memoisers = memoisers
        self.classes = classes
        self.functions, self.attributes, self.variables = functions, attributes, variables
        self.files = files
        self.values = Values(types)
        self.kept = list(places(uses))
        self.judge = Judge(types, self.values, self.kept)
        self.decorated = Decorated(layout, types, memoisers, self.values)
        self.held = Held(layout, self.symbols, variables, attributes)

    def rows(self) -> Iterator[Cache]:
        """Rows in the order in which one place wins over another."""
        yield from self.decorated.functions(self.functions)
        yield from self.decorated.wrapped(self.variables, self.attributes)
        yield from self.held.rows(self.kept, self.judge)
        yield from self._kept()
        yield from self._files()

    def _path(self, module: str) -> str:
        return self.layout.modules[module].path

    # Attributes, variables and classes

    def _kept(self) -> Iterator[Cache]:
        owners: dict[Symbol, list[Kept]] = {}
        rest: list[Kept] = []
        for kept in self.kept:
            key = (kept.module, kept.place)
            if key in self.held.places or key in self.memoisers.machinery or kept.place.endswith(".?"):
                continue
            if "." not in kept.place and kept.uses[0].root == "instance":
                owner = self._class(kept.module, kept.place)
            else:
                owner = owner_of(kept, self.types)
            if owner is not None and kept.keyed:
                owners.setdefault(owner, []).append(kept)
            rest.append(kept)
        for plain, use in self.memoisers.plain.items():
            # A class that remembers what it calls is a cache class where nobody decorates with it.
            if f"{plain[0]}.{plain[1]}" not in self.decorated.used:
                owner = self._class(*plain)
                found = [one for one in self.kept if one.module == plain[0] and one.place == use.place]
                if owner is not None and found:
                    owners.setdefault(owner, []).extend(found)
        classes: dict[tuple[str, str], Store] = {}
        for store in stores(owners, self.types):
            if f"{store.owner.module}.{store.owner.name}" in self.decorated.used:
                continue
            if store.confidence != "low" or speaks(store.owner.name):
                classes[store.owner.module, store.owner.name] = store
                yield self._of_store(store)
        yield from self._heirs(classes)
        yield from self._named(classes)
        for kept in rest:
            owner = owner_of(kept, self.types)
            if owner is not None and kept.keyed:
                store_of = classes.get((owner.module, owner.name))
                if store_of is not None and (store_of.kept is kept or speaks(owner.name)):
                    continue
            if "." not in kept.place and kept.uses[0].root == "instance":
                if (row := self._mapping(kept)) is not None and (kept.module, kept.place) not in classes:
                    yield row
                continue
            verdict = self.judge.verdict(kept)
            if verdict is not None and not (verdict.flows[0].keep.key and self._holds_cache(kept, classes)):
                yield self._of_place(kept, verdict)

    def _holds_cache(self, kept: Kept, classes: dict[tuple[str, str], Store]) -> bool:
        """Whether a place holds an instance of one of the project's cache classes, which is a row itself."""
        owner = owner_of(kept, self.types)
        if owner is not None:
            held = self.types.of_attribute(owner, kept.place.rpartition(".")[2])
        else:
            held = self.types.of_expression(kept.module, kept.uses[0].scope, kept.place)
        return any(
            isinstance(one, Symbol)
            and any(
                isinstance(base, Symbol) and ((base.module, base.name) in classes or speaks(base.name))
                for base in self.types.bases(one)
            )
            for one in held
        )

    def _class(self, module: str, name: str) -> Symbol | None:
        row = self.symbols.interior(module).classes.get(name)
        return Symbol(module, name, "class", self._path(module), row.line) if row is not None else None

    def _of_store(self, store: Store) -> Cache:
        owner, kept = store.owner, store.kept
        assert kept is not None
        fetched = any(
            keep.awaited or FETCHING.search(keep.callee.lstrip("_")) for use in kept.uses for keep in use.keeps
        )
        key = next((one.key for use in store.getters for one in use.lookups if one.key), ("",))
        return Cache(
            kind="cache", subkind="class", name=owner.name, module=owner.module, path=owner.path, line=owner.line,
            confidence=store.confidence, evidence=store.evidence, storage=kept.place.rpartition(".")[2] or owner.name,
            bounded=store.bounded, ttl=store.ttl, scope="class" if kept.uses[0].root == "class" else "instance",
            key=", ".join(key), value_kind="fetched" if fetched else "pure", invalidation=store.droppers,
            locked=locked(kept), none=none_of(kept), lookups=lookups(kept, self.layout),
            stores=stored(kept, self.layout),
        )  # fmt: skip

    def _mapping(self, kept: Kept) -> Cache | None:
        """A class whose own entries are made when they are missing: a dict with `__missing__`."""
        use = next((one for one in kept.uses if one.scope.endswith(".__missing__")), None)
        owner = self._class(kept.module, kept.place)
        keep = next((one for one in use.keeps if one.missed), None) if use is not None else None
        if (
            owner is None
            or use is None
            or keep is None
            or keep.source not in ("called", "computed", "called_parameter")
        ):
            return None
        nature, _ = self.values.nature(kept.module, use.scope, keep)
        return Cache(
            kind="cache", subkind="class", name=owner.name, module=owner.module, path=owner.path, line=owner.line,
            confidence="low" if nature == "live" else "high" if speaks(owner.name) else "medium",
            evidence=(fact(keep.line, f"__missing__ makes and keeps {keep.value}"),), storage="", bounded=False,
            ttl=False,
            scope="instance", key=", ".join(keep.key), value_kind="pure", invalidation=(), locked=keep.locked,
            none="stored",
            lookups=lookups(kept, self.layout), stores=stored(kept, self.layout),
        )  # fmt: skip

    def _named(self, known: dict[tuple[str, str], Store]) -> Iterator[Cache]:
        """Classes that are called caches and have a cache's methods, where the entries lie somewhere else."""
        for module, rows in self.functions.items():
            owners = {row.owner for row in rows if row.owner and speaks(row.owner)}
            for name in sorted(owners):
                owner = self._class(module, name)
                if owner is None or (module, name) in known or f"{module}.{name}" in self.decorated.used:
                    continue
                if (module, name) in self.memoisers.own:
                    continue
                gets, puts, drops = interface(self.symbols.interior(module).functions, name)
                if not gets or not (puts or drops):
                    continue
                if not self._holds(owner):
                    continue
                abstract = self._abstract(owner)
                yield Cache(
                    kind="cache", subkind="class", name=name, module=module, path=owner.path, line=owner.line,
                    confidence="low" if abstract and not puts else "medium",
                    evidence=(
                        fact(owner.line, f"called {name.rpartition('.')[2]}"), f"gets by {', '.join(gets[:4])}",
                        *([f"keeps by {', '.join(puts[:4])}"] if puts else []),
                        *([f"drops by {', '.join(drops[:4])}"] if drops else []),
                    ),
                    storage="", bounded=None, ttl=None, scope="instance", key="", value_kind="",
                    invalidation=tuple(f"{name}.{one}" for one in drops), locked=None, none="", lookups=(), stores=(),
                )  # fmt: skip

    def _holds(self, owner: Symbol) -> bool:
        """Whether a class has attributes of its own, or inherits from something that may."""
        row = self.types.row(owner)
        assigned = any(
            one.owner == owner.name and (one.where or one.value.endswith(("{}", "()", "[]", ")")))
            for one in self.attributes[owner.module]
        )
        return row is not None and (assigned or any(base != "object" for base in row.bases))

    def _heirs(self, known: dict[tuple[str, str], Store]) -> Iterator[Cache]:
        """Classes that inherit from a cache class and do some of its work in another way."""
        bases = {name.rpartition(".")[2] for _, name in known}
        if not bases:
            return
        for module, rows in self.classes.items():
            for row in rows:
                named = {base.partition("[")[0].rpartition(".")[2] for base in row.bases}
                if (module, row.name) in known or named.isdisjoint(bases):
                    continue
                heir = self._class(module, row.name)
                assert heir is not None
                base = next(
                    (one for one in self.types.own_bases(heir) if (one.module, one.name) in known and one != heir), None
                )
                if base is None:
                    continue
                own = {
                    name.rpartition(".")[2] for name, one in self.symbols.interior(module).functions.items()
                    if one.owner == row.name
                } - {"__init__", "__repr__", "__str__"}  # fmt: skip
                inherited = {
                    name.rpartition(".")[2] for name, one in self.symbols.interior(base.module).functions.items()
                    if one.owner == base.name
                }  # fmt: skip
                store = known[base.module, base.name]
                if own & inherited:
                    made = self._of_store(store)
                    yield msgspec.structs.replace(
                        made, name=row.name, module=module, path=heir.path, line=heir.line, confidence="medium",
                        evidence=(fact(heir.line, f"inherits from {base.name}"),
                        f"has its own {', '.join(sorted(own & inherited))}"),
                        lookups=(), stores=(),
                    )  # fmt: skip

    def _abstract(self, owner: Symbol) -> bool:
        row = self.types.row(owner)
        return row is not None and any(
            "ABC" in one or "Protocol" in one for one in (*row.bases, *(v for _, v in row.keywords))
        )

    def _of_place(self, kept: Kept, verdict: Verdict) -> Cache:
        module, name, line = kept.module, kept.place, kept.uses[0].line
        root = kept.uses[0].root
        confidence = verdict.confidence
        evidence = verdict.evidence
        scope: Scope = "module" if root in ("module", "function", "default", "imported") else "instance"
        owner = owner_of(kept, self.types)
        if owner is not None:
            rows = self.types.attributes(owner, name.rpartition(".")[2])
            line = min([one.line for one in rows if one.line], default=line)
            shared = any(not one.where and one.value not in ("", "None") for one in rows)
            rebound = any(one.where and one.value for one in rows)
            scope = "class" if root == "class" or (kept.keyed and shared and not rebound) else "instance"
        elif root == "module":
            line = min([one.line for one in self.types.variables(module, name)], default=line)
        elif root == "imported":
            meaning = self.symbols.lookup(module, kept.uses[0].scope, name)
            if isinstance(meaning, Symbol) and meaning.kind in ("variable", "attribute"):
                module, name, line = meaning.module, meaning.name, meaning.line
            else:
                confidence = "low"
        elif root == "object":
            told = self._object(kept)
            if told is not None:
                name = told
        elif root == "closure":
            confidence = "medium" if confidence == "high" else confidence
        flow = verdict.flows[0]
        value_kind = kind_of(verdict)
        return Cache(
            kind="cache", subkind=verdict.subkind, name=name, module=module, path=self._path(module), line=line,
            confidence=confidence, evidence=evidence, storage="", scope=scope,
            bounded=bounded(kept) if flow.keep.key else None, ttl=verdict.ttl, key=key_of(verdict),
            value_kind=value_kind,
            invalidation=dropped(kept), locked=locked(kept), none=none_of(kept),
            lookups=lookups(kept, self.layout),
            stores=stored(kept, self.layout),
        )  # fmt: skip

    def _object(self, kept: Kept) -> str | None:
        """`Class.attribute` for an attribute of an object whose class stands in the same module."""
        owner, _, attribute = kept.place.rpartition(".")
        for one in self.types.of_expression(kept.module, kept.uses[0].scope, owner):
            if isinstance(one, Symbol) and one.module == kept.module:
                return f"{one.name}.{attribute}"
        return None

    # Files

    def _files(self) -> Iterator[Cache]:
        """Results kept in files: one row for the class or the outermost function that makes them."""
        found: dict[tuple[str, str], list[KeptFile]] = {}
        for module, rows in self.files.items():
            interior = self.symbols.interior(module)
            for row in rows:
                owner = interior.class_around(row.scope)
                name = owner or row.scope.partition(".")[0]
                found.setdefault((module, name), []).append(row)
        for (module, name), rows in found.items():
            row = min(rows, key=lambda one: _ORDER[_of_file(one)])
            confidence = _of_file(row)
            interior = self.symbols.interior(module)
            place = interior.classes.get(name) or interior.functions.get(name)
            path = self._path(module)
            drops = tuple(
                one.name for one in interior.functions.values()
                if one.owner == name and _REMOVING.match(one.name.rpartition(".")[2])
            )  # fmt: skip
            yield Cache(
                kind="cache", subkind="file", name=name, module=module, path=path, line=place.line if place
                else row.line,
                confidence=confidence,
                evidence=(
                    fact(row.line, f"{row.scope} looks for {row.file} ({row.check})"),
                    *([fact(row.loads[0], "reads it")] if row.loads else []),
                    fact(row.stores[0], f"writes it, made by {row.made}()"),
                ),
                storage="", bounded=False, ttl=True if row.check == "time" else None if drops else False,
                scope="process-external", key=row.file,
                value_kind="fetched" if _FETCHED.search(row.made) else "pure", invalidation=drops, locked=False,
                none="",
                lookups=tuple(Site(module, path, one.line, one.scope) for one in rows),
                stores=tuple(Site(module, path, line, one.scope) for one in rows for line in one.stores),
            )  # fmt: skip


_ORDER: Final[dict[Confidence, int]] = {"high": 0, "medium": 1, "low": 2}
_WRITING: Final = regex(
    r"_*(?:open|write|save|update|put|dump|store|backup|archive|copy|move|install|upload|export|init|create|setup|"
    r"configure|migrate|upgrade|render|generate|build|main|test|append)(?:_|$)"
)
_REMOVING: Final = regex(r"(?:purge|clear|invalidate|evict|forget|drop|clean|delete|remove|expire|reset)(?:_|$)")
_FETCHED: Final = regex(
    r"(?:^|[._])(?:fetch|download|request|get|urlopen|urlretrieve|query|retrieve)", re.IGNORECASE
)
_CONFIGURED: Final = regex(
    r"config|settings|\.ini|\.toml|\.env|\.pid|\.lock|\.log|state|secret|token|\bkey\b", re.IGNORECASE
)
_KEEPING: Final = regex(r"cache|memo", re.IGNORECASE)


def _of_file(row: KeptFile) -> Confidence:
    """How sure it is that a file only saves the work of making its content again."""
    speaks = _KEEPING.search(f"{row.scope} {row.file}") is not None
    function = row.scope.rpartition(".")[2]
    last = row.made.rpartition(".")[2]
    if _CONFIGURED.search(row.file) or last in ("joinpath", "tofile", "make_archive", "copyfile", "copy"):
        return "low"
    if row.hit and row.loads and not _WRITING.match(function):
        return "high" if row.keyed or speaks else "medium"
    if speaks or (row.hit and row.loads and row.keyed and not _WRITING.match(function)):
        return "medium"
    return "low"
