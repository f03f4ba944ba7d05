"""Imports of the project's own modules, and of names from them, that nothing provides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Final, Literal, NamedTuple

from overhaul.facts import Binding, Facts, ImportStatement, UnresolvedImport, UsedName
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.patterns import regex
from overhaul.symbols import Symbol, Symbols

Confidence = Literal["high", "medium", "low"]

NEAR: Final = 3
"""How many known names like a missing one are told."""

_LIKENESS: Final = 0.65
"""How like they are at least, as difflib measures it."""

_GENERATED: Final = regex(
    r"(?:^|\.)(?:_{0,2}version_{0,2}|_version_\w+|\w+_pb2(?:_grpc)?|_?generated\w*|\w+_generated)$"
)


@Analyzer
def unresolved_imports(
    layout: Layout, symbols: Symbols, statements: Facts[ImportStatement], used: Facts[UsedName],
    bindings: Facts[Binding],
) -> Iterator[UnresolvedImport]:
    """Imports of the project's own modules that do not exist, and of names that their module does not have.

    Only what belongs to the project is judged: relative imports, and absolute ones whose top-level name is its own. A
    name is reported only where all names of its module are known: never one of an extension module, of a namespace
    package or one that extends its `__path__`, of a module with `__getattr__`, with a star import from outside, that
    writes to `globals()`, or that could not be parsed. What makes an import less sure to fail (a caught failure, a
    branch, TYPE_CHECKING) lowers the confidence and is named. So it is for a name that its module only annotates
    (`x: int`): it does not exist when it runs unless something sets it from outside.

    Not seen: names that their module binds only under TYPE_CHECKING, or by `except ... as name`, which is unbound again
    at the end of the handler. They count as there.
    """
    search = _Search(layout, symbols, used, bindings)
    for module, rows in statements.items():
        for row in rows:
            for missing in search.missing(module, row):
                yield search.told(module, row, missing)


class _Missing(NamedTuple):
    """What an import asks for and does not get."""

    kind: Literal["module", "name"]
    name: str
    """The dotted module, or module.name."""
    parent: str | None
    """The module that should hold it; None when that is missing too, up to the top."""
    part: str
    """What the parent does not have."""
    declared: int = 0
    """The line where the parent annotates it without giving it a value; 0 where it does not."""


class _Search:
    """Looks imports up, keeping what many of them ask for."""

    def __init__(
        self, layout: Layout, symbols: Symbols, used: Facts[UsedName], bindings: Facts[Binding]
    ) -> None:  # fmt: skip
        self._layout, self._symbols, self._used, self._bindings = layout, symbols, used, bindings

    def missing(self, module: str, row: ImportStatement) -> Iterator[_Missing]:
        """What one import statement of a module asks for and does not get."""
        layout = self._layout
        target = row.target
        if row.level:
            if row.kind == "dynamic":
                return  # relative to a package that only the call knows
            absolute = layout.resolve_relative(module, row.level, row.target)
            if absolute is None:
                yield _Missing("module", f"{'.' * row.level}{row.target}", None, "")
                return
            target = absolute
            found = target if target in layout.modules else layout.locate(target, module)
        else:
            found = layout.locate(target, module)
            if found is None and not layout.is_first_party(target, module):
                return
        if found is None:
            absent = self._absent(module, target)
            if not self._symbols.extended(absent.parent or ""):
                yield absent
            return
        offers = self._symbols.offers
        for name, _ in row.names:
            if name == "*":
                continue
            if offers(found, name) is False:
                yield _Missing("name", f"{found}.{name}", found, name)
            elif row.kind != "typing" and (line := self._symbols.declared(found, name)):
                yield _Missing("name", f"{found}.{name}", found, name, line)

    def _absent(self, module: str, target: str) -> _Missing:
        """A module that does not exist, with the part of its name that is wrong first."""
        parts = target.split(".")
        for count in range(len(parts) - 1, 0, -1):
            start = ".".join(parts[:count])
            parent = start if start in self._layout.modules else self._layout.locate(start, module)
            if parent is not None:
                return _Missing("module", target, parent, parts[count])
        return _Missing("module", target, None, parts[0])

    def told(self, module: str, row: ImportStatement, missing: _Missing) -> UnresolvedImport:
        """The row, with how sure it is and why."""
        doubts = tuple(self._doubts(module, row, missing))
        levels = {level for level, _ in doubts}
        confidence: Confidence = "low" if "low" in levels else "medium" if "medium" in levels else "high"
        return UnresolvedImport(
            kind=missing.kind, module=module, path=self._symbols.path(module), line=row.line, name=missing.name,
            near=self._near(missing), caught=row.caught, confidence=confidence,
            evidence=(self._fact(missing), *(text for _, text in doubts)),
        )  # fmt: skip

    def _fact(self, missing: _Missing) -> str:
        if missing.parent is None:
            if missing.name.startswith("."):
                return f"{missing.name} climbs above the topmost package"
            return f"there is no module {missing.part}"
        where = f"{missing.parent} ({self._symbols.path(missing.parent)})"
        if missing.declared:
            return f"{where} annotates {missing.part} in line {missing.declared} and never binds it"
        if missing.kind == "name":
            listed = missing.part in self._symbols.public(missing.parent)
            package = self._layout.modules[missing.parent].package
            more = ", though its __all__ lists it" if listed else ", and has no such submodule" if package else ""
            return f"{where} does not bind {missing.part}{more}"
        return f"{where} has no submodule {missing.part}"

    def _doubts(self, module: str, row: ImportStatement, missing: _Missing) -> Iterator[tuple[Confidence, str]]:
        """Why the import may work all the same, or its failure may not matter."""
        if row.caught:
            yield "low", f"line {row.line}: its failure is caught"
        if row.kind == "typing":
            yield "medium", f"line {row.line}: under TYPE_CHECKING, it never runs"
        elif row.kind == "conditional" and not row.caught:
            yield "medium", f"line {row.line}: stands in a branch that need not be taken"
        elif row.kind == "dynamic":
            yield "medium", f"line {row.line}: a dynamic import"
        if _GENERATED.search(missing.name):
            yield "low", "is named like a file that a build writes"
        if missing.parent is None:
            yield "low", "what lies above the audited tree is not known"
            return
        place = self._layout.modules[missing.parent]
        if missing.kind == "module":
            if not place.package:
                yield from self._replaced(missing.parent)
            elif place.kind == "namespace":
                yield "low", f"{missing.parent} is a namespace package, to which other distributions may add"
            yield from self._redirected(missing.parent)
            return
        if missing.declared:
            yield "medium", f"{missing.name} may be set from outside"
        if place.kind != "source":
            yield "low", f"only the stub of {missing.parent} is known"
        if missing.part in self._assigned.get(missing.parent, ()):
            yield "low", f"{missing.name} is assigned from another module"
        yield from self._replaced(missing.parent)

    def _replaced(self, module: str) -> Iterator[tuple[Confidence, str]]:
        """Signs that a module puts something else in its own place."""
        for row in self._used[module]:
            if row.name == "sys.modules" or row.name.startswith("sys.modules."):
                yield "low", f"{module} uses sys.modules (line {row.lines[0]})"
                return

    def _redirected(self, package: str) -> Iterator[tuple[Confidence, str]]:
        """Signs that a package, or one around it, makes modules importable in its own way."""
        while package:
            known = package in self._layout.modules
            if known and self._symbols.unread(package):
                yield "low", f"{package} could not be parsed"
                return
            for row in self._used[package] if known else ():
                if row.name in _HOOKS:
                    yield "low", f"{package} uses {row.name} (line {row.lines[0]})"
                    return
            package = package.rpartition(".")[0]

    @cached_property
    def _assigned(self) -> Mapping[str, set[str]]:
        """Module -> the attributes that other modules assign to it. Made only when something is missing."""
        found: dict[str, set[str]] = {}
        for module, rows in self._used.items():
            for row in rows:
                if row.how == "store" and not row.name.startswith(("self.", "cls.")):
                    owner, _, name = row.name.rpartition(".")
                    meaning = self._symbols.lookup(module, row.scope, owner)
                    if isinstance(meaning, Symbol) and meaning.kind == "module":
                        found.setdefault(meaning.module, set()).add(name)
        return found

    def _near(self, missing: _Missing) -> tuple[str, ...]:
        """Where the missing name stands now, then known names like it, the likest first."""
        if not missing.part:
            return ()
        last = missing.name.rpartition(".")[2]
        moved = self._homes.get((missing.kind, last), ())
        known = self._submodules(missing.parent or "")
        if missing.kind == "name" and missing.parent is not None:
            known = [*self._symbols.names(missing.parent), *known]
        like = get_close_matches(missing.part, sorted(set(known) - {missing.part}), n=NEAR, cutoff=_LIKENESS)
        names = (f"{missing.parent}.{name}" if missing.parent else name for name in like)
        # A name that stands in many places says nothing about where this one went.
        return tuple(dict.fromkeys((*(moved if len(moved) <= NEAR else ()), *names)))[:NEAR]

    @cached_property
    def _homes(self) -> Mapping[tuple[str, str], Sequence[str]]:
        """(kind, name) -> the modules, or classes and functions, of that name. Made only when something is missing."""
        homes: dict[tuple[str, str], list[str]] = {}
        for module in self._layout.modules:
            if "/" not in module:
                homes.setdefault(("module", module.rpartition(".")[2]), []).append(module)
        for module, rows in self._bindings.items():
            for row in rows:
                if row.kind in ("class", "function"):
                    places = homes.setdefault(("name", row.name), [])
                    if (dotted := f"{module}.{row.name}") not in places:
                        places.append(dotted)
        return homes

    def _submodules(self, package: str) -> Sequence[str]:
        return self._children.get(package, ())

    @cached_property
    def _children(self) -> Mapping[str, Sequence[str]]:
        children: dict[str, list[str]] = {}
        for module in self._layout.modules:
            if "/" not in module:
                above, _, name = module.rpartition(".")
                children.setdefault(above, []).append(name)
        return children


_HOOKS: Final = frozenset({
    "sys.meta_path", "sys.meta_path.append", "sys.meta_path.insert", "sys.modules", "sys.modules.update",
    "sys.path_hooks",
})  # fmt: skip
