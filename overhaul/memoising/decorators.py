"""Functions that a library's memoiser decorates or wraps: the unified decorator in its place."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.changes import Guidance, Replacement, Target, Used
from overhaul.errors import Refused
from overhaul.memoising.calls import CACHED, FAMILIES, UNFIT, Calls, Family, arguments, needed
from overhaul.memoising.target import DECORATOR, Settings, Unified
from overhaul.naming.meanings import Symbol, Unknown
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.references import means
from overhaul.refactoring.syntax import Def, Syntax

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_HOLDING: Final = frozenset({
    "staticmethod", "classmethod", "property", "cached_property", "singledispatchmethod", "abstractproperty",
})  # fmt: skip
"""What makes no function of a function."""


class Site(NamedTuple):
    """A place where a memoiser is used."""

    name: str
    """The memoiser, dotted."""
    family: Family
    callee: ast.expr
    """Its name, as it is written."""
    call: ast.Call | None
    """The call with its settings; None where it is given none."""
    function: Def | None
    """What it decorates; None where it is called."""
    wraps: bool
    """The call is given the function itself."""


class Decorators:
    """The uses of libraries' memoisers in one file."""

    def __init__(self, references: References, syntax: Syntax) -> None:
        """Nothing is looked at before it is asked for."""
        self.references, self.syntax = references, syntax
        self.calls = Calls(references, syntax)
        self.file = syntax.file

    def sites(self) -> Iterator[tuple[Site | None, ast.expr, str]]:
        """Every place that means one of the memoisers: what it is, the name, and why it cannot be told."""
        for one in self.file.occurrences.all:
            if one.quoted or one.role not in ("load", "attribute") or one.use == "delete":
                continue
            meaning = self.references.meaning(self.file.path, one)
            name = getattr(meaning, "name", "")
            if isinstance(meaning, Symbol | Unknown):
                continue
            family = self.calls.family(name)
            node = self.syntax.node(one) if family is not None or name in UNFIT else None
            if family is None and node is not None:
                yield None, node, f"{self.syntax.where(node)}: {UNFIT[name]}: change it by hand"
            if family is None or node is None:
                continue
            try:
                yield self._site(name, family, node), node, ""
            except Refused as error:
                yield None, node, str(error)

    def _site(self, name: str, family: Family, node: ast.expr) -> Site:
        self._refuse_branches(name, node)
        parents = self.syntax.parents
        outer = parents[node]
        call = outer if isinstance(outer, ast.Call) and outer.func is node else None
        whole: ast.expr = call or node
        holder = parents[whole]
        if isinstance(holder, Def | ast.ClassDef) and whole in holder.decorator_list:
            if isinstance(holder, ast.ClassDef):
                raise Refused(f"{self.syntax.where(node)}: {holder.name} is a class, whose instances it keeps: by hand")
            if call is None and name == CACHED:
                raise Refused(f"{self.syntax.where(node)}: it is given no container: by hand")
            self._refuse_unfit(holder, whole)
            return Site(name, family, node, call, holder, wraps=False)
        if call is None:
            raise Refused(f"{self.syntax.where(node)}: {name} is passed on as a value: change it by hand")
        if name == CACHED:
            return Site(name, family, node, call, None, wraps=False)
        wraps = self.calls.is_function(call)
        if not wraps and not family.called:
            raise Refused(f"{self.syntax.where(node)}: what it is given cannot be told: change it by hand")
        return Site(name, family, node, call, None, wraps)

    def _refuse_branches(self, name: str, node: ast.expr) -> None:
        """Raise Refused for a name that is imported in one branch, and something else in another."""
        one = self.syntax.occurrence(node)
        first = self.file.occurrences.chain(one)[0] if one is not None else None
        home = self.file.home_of(first) if first is not None else None
        if first is None or home is None:
            return
        brought = {(taken.target, taken.name) if isinstance(taken, Taken) else () for taken in
                   self.file.bindings(home, first.name)}  # fmt: skip
        if len(brought) > 1:
            raise Refused(f"{self.syntax.where(node)}: {first.name} may be {name} or something else here: by hand")

    def _refuse_unfit(self, function: Def, decorator: ast.expr) -> None:
        where = self.syntax.where(decorator)
        if isinstance(function, ast.AsyncFunctionDef):
            raise Refused(
                f"{where}: {function.name} is a coroutine, and what is kept is one that can be awaited once: "
                "decide what it is to keep, by hand"
            )
        below = function.decorator_list[function.decorator_list.index(decorator) + 1 :]
        for one in below:
            callee = one.func if isinstance(one, ast.Call) else one
            last = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
            if last in _HOLDING:
                raise Refused(f"{where}: it stands above {last}, which makes no function: turn the two round first")

    # What a site becomes

    def replacements(
        self, site: Site, unified: Unified, imports: Imports, settings: Settings
    ) -> Iterator[Replacement | Used]:
        """The unified decorator in the place of a memoiser. Raises Refused for what it cannot say."""
        syntax = self.syntax
        given = self.calls.given(site.family, None if site.wraps else site.call)
        one = syntax.occurrence(site.callee)
        assert one is not None
        scopes = [one.scope]
        names = unified.taken(self.file, imports, needed(given.values, settings, DECORATOR), scopes)
        said = arguments(given.values, settings, names)
        own = given.plain and said == arguments(given.values, _AS_IT_IS, names)
        start, end = syntax.start(site.callee), syntax.end(site.callee)
        because, guidance = self._because(site, settings)
        text = names[DECORATOR]
        if site.wraps or (site.call is None and not own):
            text += f"({', '.join(said)})"
        yield Replacement(start, end, text, because, guidance)
        if site.call is not None and not site.wraps and not own:
            last = syntax.end(site.call)
            self._refuse_comments(end, last)
            yield Replacement(end, last, f"({', '.join(said)})", "its settings", guidance)
        module, _, last_name = site.name.rpartition(".")
        yield Used(syntax.path, one.line, Target(module, last_name), unified.decorator)

    def _because(self, site: Site, settings: Settings) -> tuple[str, Guidance]:
        last = site.name.rpartition(".")[2]
        if settings.changes:
            return f"{last} becomes the unified decorator; entries are dropped at other times", "review"
        if site.name.startswith("cachetools."):
            told = "1, 1.0 and True, and keywords in another order, are no longer one key"
            return f"{last} becomes the unified decorator; {told}", "review"
        owner = self.syntax.parents.get(site.function) if site.function is not None else None
        if isinstance(owner, ast.ClassDef) and not _static(site.function):
            return f"{last} becomes the unified decorator, with one bound for all instances, as before", "safe"
        return f"{last} becomes the unified decorator", "safe"

    def _refuse_comments(self, start: int, end: int) -> None:
        for at, _ in self.syntax.comments(start, end):
            line = self.syntax.text.count("\n", 0, at) + 1
            raise Refused(f"{self.syntax.where(line)}: a comment stands among the settings: move it above")


def _static(function: Def | None) -> bool:
    if function is None:
        return False
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in function.decorator_list)


_CODE: Final = re.compile(r"(?<![\w.])(?:exec|eval|globals)\(")
"""What may see the names of its module."""
_AS_IT_IS: Final = Settings("MEMO", None, None, bare=False)


def drop_unused(
    references: References, file: Bindings, imports: Imports, gone: Collection[int], wanted: Collection[str]
) -> None:
    """Take out the imports of some modules that nothing in the file, and nobody elsewhere, needs any longer.

    `gone` are the numbers of the names that are replaced; `wanted` the dotted names and modules that may go.
    """
    for taken in file.taken:
        if not taken.bound or (taken.home is not file.top and taken.statement.scope is not taken.home):
            continue
        whole = f"{taken.target}.{taken.name}" if taken.name else taken.target
        if whole not in wanted and not (not taken.name and any(one.startswith(f"{whole}.") for one in wanted)):
            continue
        used = [one for one in file.uses(taken.home, taken.bound) if not _of_import(file, one)]
        touched = [one for one in used if _root_of(file, gone, one)]
        if not touched or len(touched) < len(used):
            continue
        if len(file.bindings(taken.home, taken.bound)) > 1 or _needed_elsewhere(references, file, taken):
            continue
        imports.drop(taken.statement, taken.name or taken.target)


def _of_import(file: Bindings, one: Occurrence) -> bool:
    return one.number in file.by_place


def _root_of(file: Bindings, gone: Collection[int], one: Occurrence) -> bool:
    """Whether a name is one that is replaced, or the beginning of a chain that is."""
    if one.number in gone:
        return True
    return any(file.occurrences.chain(file.occurrences.all[number])[0] is one for number in gone)


def _needed_elsewhere(references: References, file: Bindings, taken: Taken) -> bool:
    """Whether a module lists a name in `__all__`, or others take it from there."""
    from overhaul.refactoring.named_strings import exported_names

    if any(one.name == taken.bound for one in exported_names(file)):
        return True
    if _CODE.search(file.occurrences.text) is not None:
        return True
    here = Symbol(file.module, "", "module", file.path, 1)
    last = file.module.rpartition(".")[2]
    named = re.compile(rf"\b{re.escape(last)}[.:]{re.escape(taken.bound)}\b(?=[\w.]*[\"'])")
    for path in references.project.mentioning([taken.bound]):
        if path == file.path:
            continue
        other = references.bindings(path)
        if named.search(other.occurrences.text):
            return True
        for one in other.taken:
            if one.name in (taken.bound, "*") and means(here, references.module(other, one.target)):
                return True
        for use in other.occurrences.named(taken.bound):
            asked = use.role == "attribute" and use.base >= 0
            if asked and means(here, references.meaning(path, other.occurrences.all[use.base])):
                return True
    return False


def names_of(names: Collection[str]) -> frozenset[str]:
    """The dotted names of memoisers, and all that is imported for them alone."""
    return frozenset(names) | {"cachetools.LRUCache", "cachetools.TTLCache", "cachetools.FIFOCache",
                               "cachetools.LFUCache"}  # fmt: skip


ALL: Final = frozenset({*FAMILIES, CACHED})
