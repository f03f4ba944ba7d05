"""Make memos uses of one unified cache: what a target is, and what becomes of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.changes import Edit, Leftover, Proposal, Replacement, Target, Used
from overhaul.errors import Refused, Unreadable
from overhaul.memoising.calls import LAST_NAMES
from overhaul.memoising.decorators import ALL, Decorators, Site, drop_unused, names_of
from overhaul.memoising.dicts import Dictionaries
from overhaul.memoising.lazy import LazyAttributes
from overhaul.memoising.members import Members, member_changes
from overhaul.memoising.target import DECORATOR, STORE, Settings, Unified
from overhaul.memoising.uses import OwnUses
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.references import References
from overhaul.refactoring.syntax import Def, Syntax

if TYPE_CHECKING:
    from overhaul.project import Project

_BY_HAND: Final = "change it by hand"
_COMMON: Final = ("cache", "cached")
_USING: Final = re.compile(
    rb"\b(?:functools|cachetools|" + "|".join(sorted(LAST_NAMES.difference(_COMMON))).encode() + rb")\b"
    rb"|@[ \t]*[\w.]*\bcached?\b|(?<![\w.])cached?\s*\(|\bcached?\s+as\b"
)
"""What stands in a file that uses a memoiser, by whatever name its module has."""


class Memos:
    """Carries out one request."""

    def __init__(self, project: Project, cache: str, settings: Settings) -> None:
        """Raises Refused where there is no unified cache, or no such type."""
        self.project, self.settings = project, settings
        self.references = References(project)
        self.unified = Unified(project, self.references, cache)
        self.unified.refuse_unknown_type(settings.type)
        self.dictionaries = Dictionaries(self.references, self.unified, settings)
        self.own = OwnUses(self.references, self.unified, settings, self._syntax)

    def _syntax(self, path: str) -> Syntax:
        return self.dictionaries.places.syntax(path)

    # One target

    def proposals(self, target: Target) -> Iterator[Proposal]:
        """What is to be changed for a function, a memoiser or a dictionary; nothing where that is done."""
        if self._gone(target):
            return
        symbol = self.project.symbol(target)
        if symbol.kind in ("function", "method"):
            yield from self._of_function(target, symbol)
        elif symbol.kind in ("variable", "attribute"):
            yield from self._of_value(target, symbol)
        else:
            raise Refused(f"{symbol.path}:{symbol.line}: {target} is a {symbol.kind}: name a function or a dictionary")

    def unlike(self, target: Target) -> str:
        """Why a variable or attribute can be no memo of a known shape, told from its own file; "" where it may be.

        Most are told so at once, and no other file need be read.
        """
        try:
            symbol = self.project.symbol(target)
            if symbol.kind not in ("variable", "attribute"):
                return ""
            syntax = self._syntax(symbol.path)
            name = target.name.rpartition(".")[2]
            if self.dictionaries.fits(target, symbol) or LazyAttributes.fits(syntax, name):
                return ""
            if any(any(_inside(syntax, node, value) for value in _values(syntax, target.name))
                   for _, node, _ in Decorators(self.references, syntax).sites()):  # fmt: skip
                return ""
        except (Refused, Unreadable):
            return ""
        why = f"no function here looks up, computes and keeps in {name} in a shape that is known"
        return f"{symbol.path}:{symbol.line}: {why}: {_BY_HAND}"

    def _gone(self, target: Target) -> bool:
        """Whether a memoiser that was asked for has gone, and the unified decorator is used in its place."""
        modules = self.project.layout.modules
        owner, _, name = target.name.rpartition(".")
        if target.module in modules and owner:
            return self._kept_beside(target.module, owner, name)
        if target.module in modules and target.name in self.project.symbols.interior(target.module).bindings:
            return False
        return any(
            self.unified.means(self.references.brought(self.references.bindings(path), taken), DECORATOR)
            for path in self.project.mentioning([DECORATOR])
            for taken in self.references.bindings(path).taken
        )

    def _kept_beside(self, module: str, owner: str, name: str) -> bool:
        """Whether a class has no such attribute, and a method that keeps its value by the unified decorator."""
        interior = self.project.symbols.interior(module)
        if owner not in interior.classes or name in interior.members_of(owner):
            return False
        syntax = self._syntax(self.project.symbols.path(module))
        return any(
            isinstance(one, Def) and "per_instance" in ast.dump(decorator) and self._is_done(syntax, one)
            for dotted, several in syntax.definitions.items() if dotted.rpartition(".")[0] == owner
            for one in several for decorator in getattr(one, "decorator_list", ())
        )  # fmt: skip

    def _of_function(self, target: Target, symbol: Symbol) -> Iterator[Proposal]:
        syntax = self._syntax(symbol.path)
        functions = [one for one in syntax.definitions.get(target.name, ()) if isinstance(one, Def)]
        decorators = Decorators(self.references, syntax)
        chosen: list[Site] = []
        for site, node, why in decorators.sites():
            if any(_decorates(syntax, node, one) for one in functions):
                if site is None:
                    raise Refused(why)
                chosen.append(site)
        if chosen:
            yield from self._changed(decorators, chosen)
            return
        if any(self._is_done(syntax, one) for one in functions):
            return
        if len(functions) == 1 and (found := self.own.decorating(syntax, functions[0])) is not None:
            yield from self.own.one(found, syntax, functions[0])
            return
        if len(functions) == 1 and "." not in target.name and self.own.is_used(symbol):
            yield from self.own.all(symbol, syntax, functions[0])
            return
        if len(functions) == 1 and self.own.looks_like_one(functions[0]):
            return  # nobody uses it any longer
        line = f"{symbol.path}:{symbol.line}"
        raise Refused(f"{line}: {target.name} remembers nothing, and makes no function that does: name another one")

    def _is_done(self, syntax: Syntax, function: Def) -> bool:
        for one in function.decorator_list:
            callee = one.func if isinstance(one, ast.Call) else one
            occurrence = syntax.occurrence(callee)
            if occurrence is not None and self.unified.means(
                self.references.meaning(syntax.path, occurrence), DECORATOR
            ):
                return True
        return False

    def _of_value(self, target: Target, symbol: Symbol) -> Iterator[Proposal]:
        """A dictionary, or a function that is wrapped: `parse = lru_cache(8)(_parse)`."""
        syntax = self._syntax(symbol.path)
        values = [*_values(syntax, target.name)]
        decorators = Decorators(self.references, syntax)
        chosen: list[Site] = []
        for site, node, why in decorators.sites():
            if any(_inside(syntax, node, value) for value in values):
                if site is None:
                    raise Refused(why)
                chosen.append(site)
        if chosen:
            yield from self._changed(decorators, chosen)
        elif "." in target.name and any(isinstance(value, ast.Constant) and value.value is None for value in values):
            places = self.dictionaries.places
            yield from LazyAttributes(self.references, self.unified, self.settings, places).proposals(target, symbol)
        elif not any(self._is_store(syntax, value) for value in values):
            yield from self.dictionaries.edits(target, symbol)

    def _is_store(self, syntax: Syntax, value: ast.expr) -> bool:
        for node in ast.walk(value):
            if isinstance(node, ast.Name | ast.Attribute) and (one := syntax.occurrence(node)) is not None:
                meaning = self.references.meaning(syntax.path, one)
                if any(self.unified.means(meaning, name) for name in (STORE, DECORATOR)):
                    return True
        return False

    # All of a package

    def everything(self, package: str) -> Iterator[Proposal]:
        """All uses of libraries' memoisers in a module, or in the modules of a package; what cannot be is left."""
        if package not in self.project.layout.modules:
            self.project.symbol(Target(package))
        for path in self.project.mentioning(sorted(LAST_NAMES)):
            module = self.project.layout.module_of(path)
            if path.endswith(".pyi") or not (module == package or module.startswith(f"{package}.")):
                continue
            if self.unified.is_own(module) or not self._may_use(path):
                continue
            yield from self._of_file(path)

    def _may_use(self, path: str) -> bool:
        """Whether a file may use a library's memoiser: `cache` is a word of many others, which are not parsed."""
        try:
            return _USING.search(self.project.source(path).data) is not None
        except Unreadable:
            return False

    def _of_file(self, path: str) -> Iterator[Proposal]:
        try:
            syntax = self._syntax(path)
        except Unreadable:
            return
        decorators = Decorators(self.references, syntax)
        chosen: list[Site] = []
        for site, node, why in decorators.sites():
            if site is None:
                yield self._left(syntax, node, why)
            else:
                chosen.append(site)
        if not chosen:
            return
        try:
            self.unified.refuse_cycle(syntax.file)
        except Refused as error:
            yield from (self._left(syntax, site.callee, str(error)) for site in chosen)
            return
        fit: list[Site] = []
        for site in chosen:
            try:
                list(decorators.replacements(site, self.unified, Imports(self.project, path), self.settings))
                list(self._members(syntax, site))
            except Refused as error:
                yield self._left(syntax, site.callee, str(error))
            else:
                fit.append(site)
        if fit:
            yield from self._changed(decorators, fit)

    def _left(self, syntax: Syntax, node: ast.expr, why: str) -> Leftover:
        name = ""
        if (one := syntax.occurrence(node)) is not None:
            name = getattr(self.references.meaning(syntax.path, one), "name", "")
        _, _, reason = why.partition(": ")
        lines = syntax.text.splitlines()
        text = lines[node.lineno - 1].strip()[:120] if node.lineno <= len(lines) else ""
        return Leftover(syntax.path, node.lineno, text, name, reason or why)

    # Changes of one file

    def _changed(self, decorators: Decorators, sites: Sequence[Site]) -> Iterator[Edit | Leftover | Used]:
        syntax, file = decorators.syntax, decorators.file
        self.unified.refuse_cycle(file)
        imports = Imports(self.project, syntax.path)
        found: dict[str, list[Replacement]] = {syntax.path: []}
        gone: set[int] = set()
        for site in sites:
            for one in decorators.replacements(site, self.unified, imports, self.settings):
                if isinstance(one, Used):
                    yield one
                    continue
                found[syntax.path].append(one)
                gone |= {name.number for name in file.occurrences.all if one.start <= name.start < name.end <= one.end}
            for change in self._members(syntax, site):
                if isinstance(change, Leftover):
                    yield change
                else:
                    found.setdefault(change[0], []).append(change[1])
        drop_unused(self.references, file, imports, gone, names_of(ALL))
        found[syntax.path] += imports.replacements()
        for path, replacements in found.items():
            yield self.project.edit(path, set(replacements))

    def _members(self, syntax: Syntax, site: Site) -> Iterator[tuple[str, Replacement] | Leftover]:
        if site.function is not None and site.family.lacking:
            yield from member_changes(self.references, syntax, site.function, Members({}, site.family.lacking))


def _decorates(syntax: Syntax, node: ast.expr, function: Def) -> bool:
    return any(_inside(syntax, node, one) for one in function.decorator_list)


def _inside(syntax: Syntax, node: ast.expr, outer: ast.expr) -> bool:
    return node is outer or any(one is outer for one in syntax.around(node))


def _values(syntax: Syntax, name: str) -> Iterator[ast.expr]:
    """What a variable of the module, or an attribute of a class, is assigned in its own module."""
    owner, _, last = name.rpartition(".")
    for node in ast.walk(syntax.tree):
        match node:
            case ast.Assign(targets=targets, value=ast.expr() as value):
                pass
            case ast.AnnAssign(target=only, value=ast.expr() as value):
                targets = [only]
            case _:
                continue
        around = [one for one in syntax.around(node) if isinstance(one, ast.ClassDef)]
        if (syntax.dotted(around[0]) if around else "") != owner:
            continue
        for one in targets:
            named = one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
            if named == last:
                yield value
