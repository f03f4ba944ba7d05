"""The unified cache that memos become uses of: whether it is there, can be imported, and by which names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from overhaul.changes import Target
from overhaul.errors import Refused, Unreadable, did_you_mean
from overhaul.moving.graph import Graph
from overhaul.moving.namespace import seen_whole
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown
from overhaul.occurrences.finding import Scope
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.imports import Imports

if TYPE_CHECKING:
    from overhaul.project import Project
    from overhaul.refactoring.references import References

DECORATOR: Final = "cached"
STORE: Final = "UnifiedCache"
TYPES: Final = "CacheType"
ARGUMENTS: Final = "arguments"
"""A key made of positional arguments as they are."""
PLAIN_TYPE: Final = "MEMO"
"""The type that never expires, as memos do not."""
OUTSIDE: Final = "overhaul.unified.cache"
"""Where it is when it is not in the project."""


_STAR: Final = re.compile(rb"\bimport[ \t\\\r\n]*\*")


class Settings:
    """What the user wants of a memo beside what it has."""

    def __init__(self, cache_type: str, ttl: float | None, max_size: int | None, *, bare: bool) -> None:
        """`bare`: what is not said is the type's, and no longer the memo's."""
        self.type, self.ttl, self.max_size, self.bare = cache_type, ttl, max_size, bare

    @property
    def changes(self) -> bool:
        """Whether entries will be dropped at other times than now."""
        return self.bare or self.ttl is not None or self.max_size is not None

    def arguments(self, max_size: str, ttl: str, types: str) -> Iterator[str]:
        """What `UnifiedCache.of` is given: the texts are what the memo has now."""
        yield types
        if self.ttl is not None:
            yield f"ttl={self.ttl:g}"
        elif not self.bare and (ttl != "None" or self.type != PLAIN_TYPE):
            yield f"ttl={ttl}"
        if self.max_size is not None:
            yield f"max_size={self.max_size}"
        elif not self.bare:
            yield f"max_size={max_size}"
        # A dictionary lets nobody wait: who waits while he holds a lock that is needed to compute would do so for ever.
        yield "single_flight=False"


class Unified:
    """One unified cache of a project, or the one that is installed."""

    def __init__(self, project: Project, references: References, module: str) -> None:
        """Raises Refused where there is none."""
        self.project, self.references, self.module = project, references, module
        self._graph = Graph(project)
        if module in project.layout.modules:
            for name in (DECORATOR, STORE, TYPES):
                if isinstance(found := self._member(name), Unknown):
                    raise Refused(
                        f"{project.layout.modules[module].path}: {module} has no {name} ({found.reason}): "
                        "write the unified cache there first, by `overhaul scaffold cache`"
                    )
        elif module != OUTSIDE:
            known = did_you_mean(module, project.layout.modules)
            raise Refused(f"{module}: the project has no such module ({known}): scaffold the unified cache first")

    def _member(self, name: str) -> Meaning:
        if self.module not in self.project.layout.modules:
            return External(f"{self.module}.{name}")
        return self.project.symbols.member(self.module, name)

    def refuse_unknown_type(self, name: str) -> None:
        """Raise Refused for a type that the cache does not have."""
        if self.module not in self.project.layout.modules:
            return
        meaning = self._member(TYPES)
        if not isinstance(meaning, Symbol):
            return
        interior = self.project.symbols.interior(meaning.module)
        members = {one for one in interior.members_of(meaning.name) if one.isupper()}
        if name not in members:
            raise Refused(f"{meaning.path}:{meaning.line}: {TYPES} has no {name}: {did_you_mean(name, members)}")

    def is_own(self, module: str) -> bool:
        """Whether a module is the unified cache, or the one that defines what it passes on."""
        meaning = self._member(STORE)
        return module == self.module or (isinstance(meaning, Symbol) and module == meaning.module)

    @property
    def decorator(self) -> Target:
        """Its decorator, where it is defined."""
        return self._defined(DECORATOR)

    @property
    def store(self) -> Target:
        """Its class, where it is defined."""
        return self._defined(STORE)

    def _defined(self, name: str) -> Target:
        meaning = self._member(name)
        if isinstance(meaning, Symbol):
            return Target(meaning.module, meaning.name)
        return Target("", meaning.name if isinstance(meaning, External) else f"{self.module}.{name}")

    def means(self, meaning: Meaning, name: str) -> bool:
        """Whether something is the unified cache's `name`."""
        own = self._member(name)
        if isinstance(own, Symbol):
            return own.same(meaning)
        return isinstance(meaning, External) and meaning.name == f"{OUTSIDE}.{name}"

    def refuse_cycle(self, file: Bindings) -> None:
        """Raise Refused for a module that cannot import the cache, since the cache imports it."""
        module, own = file.module, self.project.layout.modules
        if self.is_own(module):
            raise Refused(f"{file.path}: {module} is the unified cache itself: leave its memos as they are")
        if self.module not in own:
            return
        parts = self.module.split(".")
        packages = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
        for one in packages:
            if one not in own or module == one or module.startswith(f"{one}."):
                continue
            ring = self._graph.ring(module, one)
            if ring:
                raise Refused(
                    f"{file.path}: importing {self.module} here would make a cycle, {ring}: "
                    "move the unified cache to a module that imports nothing of these"
                )

    def taken(self, file: Bindings, imports: Imports, names: Iterable[str], scopes: Iterable[Scope]) -> dict[str, str]:
        """Ask for imports of some of its names; what each is called in this file.

        `scopes` are those the names are to be used in. Raises Refused where no name is free.
        """
        around = list(scopes)
        return {name: self._bound(file, imports, name, around) for name in names}

    def _bound(self, file: Bindings, imports: Imports, name: str, scopes: list[Scope]) -> str:
        for bound in self._there(file, name):
            if all(file.owner(scope, bound) is file.top for scope in scopes):
                return bound
        free = (name, f"unified_{name}" if name.islower() else f"Unified{name}", f"_{name}")
        for bound in free[2:] if self._is_taken_whole(file) else free:
            if self._free(file, bound, scopes):
                for line, called in seen_whole(file):
                    raise Refused(f"{file.path}:{line}: {called}() goes through all names of the module, {bound} would "
                                  "be one more: change it by hand")  # fmt: skip
                return imports.take(self.module, name, bound)
        raise Refused(f"{file.path}: {name} means something else here: rename that first")

    def _there(self, file: Bindings, name: str) -> Iterator[str]:
        """The names under which the file imports it already, for all that runs."""
        for one in file.taken:
            at_top = bool(one.name) and one.home is file.top and one.statement.suite == -1
            if at_top and self.means(self.references.brought(file, one), name):
                yield one.bound

    def _is_taken_whole(self, file: Bindings) -> bool:
        """Whether somebody takes all public names of a module by `*`, and may have such a name of his own."""
        if file.bindings(file.top, "__all__"):
            return False
        here = Symbol(file.module, "", "module", file.path, 1)
        for path in self.project.mentioning([part for part in file.module.split(".")[-2:] if part]):
            if path == file.path:
                continue
            try:
                if _STAR.search(self.project.source(path).data) is None:
                    continue
                other = self.references.bindings(path)
            except Unreadable:
                continue
            if any(one.name == "*" and here.same(self.references.module(other, one.target)) for one in other.taken):
                return True
        return False

    def _free(self, file: Bindings, name: str, scopes: list[Scope]) -> bool:
        if file.bindings(file.top, name) or not isinstance(self.project.symbols.member(file.module, name), Unknown):
            return False
        if any(one.home is file.top or one.scope is file.top for one in file.occurrences.named(name)
               if one.role not in ("attribute", "keyword", "module", "taken")):  # fmt: skip
            return False
        return all(file.owner(scope, name) is file.top for scope in scopes)
