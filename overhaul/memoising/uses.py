"""The uses of a memoiser of the project's own: the unified decorator in its place, and the memoiser gone at last."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.changes import Delete, Guidance, Leftover, Proposal, Replaced, Replacement, Target, Used
from overhaul.errors import Refused, Unreadable
from overhaul.memoising.calls import arguments, needed
from overhaul.memoising.members import Members, member_changes
from overhaul.memoising.own import Memoiser, alone, memoiser_of, type_variables
from overhaul.memoising.target import DECORATOR, Settings, Unified
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence, Statement
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.syntax import Def, Syntax

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"


class OwnUse(NamedTuple):
    """A place where the memoiser is used."""

    syntax: Syntax
    node: ast.expr
    function: Def | None
    """What it decorates; None where it is called with a function."""


class OwnUses:
    """Rewrites them."""

    def __init__(
        self, references: References, unified: Unified, settings: Settings, read: Callable[[str], Syntax]
    ) -> None:
        """Nothing is looked at before it is asked for."""
        self.references, self.project = references, references.project
        self._unified, self._settings, self._read = unified, settings, read

    def decorating(self, syntax: Syntax, function: Def) -> tuple[Symbol, ast.expr] | None:
        """The memoiser of the project's own that decorates a function, and where it is named."""
        for one in function.decorator_list:
            occurrence = syntax.occurrence(one)
            meaning = self.references.meaning(syntax.path, occurrence) if occurrence is not None else None
            if isinstance(meaning, Symbol) and meaning.kind == "function" and not meaning.alternatives:
                node = self._definition(meaning)
                if node is not None and self.looks_like_one(node):
                    return meaning, one
        return None

    def _definition(self, symbol: Symbol) -> Def | None:
        found = self._read(symbol.path).definitions.get(symbol.name, ())
        return found[0] if len(found) == 1 and isinstance(found[0], Def) else None

    @staticmethod
    def looks_like_one(function: Def) -> bool:
        """Whether a function makes a function of the one it is given."""
        return any(isinstance(one, ast.FunctionDef) for one in function.body) and bool(function.args.args)

    def is_used(self, symbol: Symbol) -> bool:
        """Whether anything is decorated with, or given to, a function that makes functions."""
        node = self._definition(symbol)
        return node is not None and self.looks_like_one(node) and any(
            found.how in ("name", "attribute", "import") for found in self.references.to(symbol)
        )

    # One use

    def one(self, found: tuple[Symbol, ast.expr], syntax: Syntax, function: Def) -> Iterator[Proposal]:
        """One function alone."""
        symbol, node = found
        if isinstance(function, ast.AsyncFunctionDef):
            why = f"{function.name} is a coroutine, which can be awaited once"
            raise Refused(f"{syntax.where(node)}: {why}: {_BY_HAND}")
        definition = self._definition(symbol)
        assert definition is not None
        memoiser = memoiser_of(self._read(symbol.path), definition)
        yield from self._changed(symbol, memoiser, [OwnUse(syntax, node, function)], everything=False)

    # All uses

    def all(self, symbol: Symbol, syntax: Syntax, definition: Def) -> Iterator[Proposal]:
        """Every use, and the memoiser itself where nothing is left that needs it."""
        memoiser = memoiser_of(syntax, definition)
        uses = list(self._uses(symbol))
        yield from self._changed(symbol, memoiser, uses, everything=True)

    def _uses(self, symbol: Symbol) -> Iterator[OwnUse]:
        for found in self.references.to(symbol):
            where = f"{found.path}:{found.line}"
            if found.how in ("definition", "import"):
                continue
            if found.occurrence is not None and found.occurrence.role == "alias":
                continue
            if found.how == "listed":
                raise Refused(f"{where}: __all__ lists {symbol.name}: others may use it: name its uses one by one")
            if found.occurrence is None or not found.certain:
                raise Refused(f"{where}: this may be {symbol.name} or something else: {_BY_HAND}")
            syntax = self._read(found.path)
            node = syntax.node(found.occurrence)
            if node is None:
                raise Refused(f"{where}: {symbol.name} stands in a string here: {_BY_HAND}")
            holder = syntax.parents[node]
            if isinstance(holder, ast.FunctionDef) and node in holder.decorator_list:
                yield OwnUse(syntax, node, holder)
            elif isinstance(holder, ast.Call) and holder.func is node and len(holder.args) == 1:
                yield OwnUse(syntax, node, None)
            else:
                raise Refused(f"{where}: {symbol.name} is used otherwise than to decorate: {_BY_HAND}")

    # What becomes of them

    def _changed(
        self, symbol: Symbol, memoiser: Memoiser, uses: Sequence[OwnUse], *, everything: bool
    ) -> Iterator[Proposal]:
        by_file: dict[str, list[OwnUse]] = {}
        for use in uses:
            by_file.setdefault(use.syntax.path, []).append(use)
        found: dict[str, list[Replacement]] = {}
        imports: dict[str, Imports] = {}
        for path, several in by_file.items():
            file = several[0].syntax.file
            self._unified.refuse_cycle(file)
            imports[path] = Imports(self.project, path)
            found.setdefault(path, [])
            for use in several:
                self._refuse_order(use, memoiser)
                found[path] += self._replacements(use, memoiser, imports[path])
                for change in self._members(use, memoiser):
                    if isinstance(change, Leftover):
                        yield change
                    else:
                        found.setdefault(change[0], []).append(change[1])
        kept = not everything or self._is_public(symbol)
        for path in self.project.mentioning([symbol.name]) if everything else by_file:
            numbers = {one.number for use in by_file.get(path, ()) if (one := use.syntax.occurrence(use.node))}
            for taken in self._idle(path, symbol, numbers, unused=everything and not kept):
                imports.setdefault(path, Imports(self.project, path)).drop(taken.statement, taken.name or taken.target)
        before = Target(symbol.module, symbol.name)
        if not everything or kept:
            yield from (Used(use.syntax.path, use.node.lineno, before, self._unified.decorator) for use in uses)
        else:
            yield Replaced(before, Target(self._unified.module, DECORATOR), "function")
            yield from self._gone(symbol, memoiser, found, imports, by_file)
        for path in found.keys() | imports.keys():
            parts = {*found.get(path, ()), *(imports[path].replacements() if path in imports else ())}
            if parts:
                yield self.project.edit(path, parts)

    def _idle(self, path: str, symbol: Symbol, gone: Collection[int], *, unused: bool) -> Iterator[Taken]:
        """The imports of the memoiser, and of its module, that nothing in a file needs any longer.

        `gone` are the numbers of the names that are replaced; `unused`: those that nothing has needed go, too.
        """
        file = self.references.bindings(path)
        here = Symbol(symbol.module, "", "module", symbol.path, 1)
        for taken in file.taken:
            brought = self.references.brought(file, taken)
            itself = bool(taken.name) and symbol.same(brought)
            if not itself and not here.same(brought):
                continue
            used = [one for one in file.uses(taken.home, taken.bound) if one.number not in file.by_place]
            roots = {file.occurrences.chain(file.occurrences.all[one])[0].number for one in gone} | set(gone)
            if (used and all(one.number in roots for one in used)) or (not used and itself and unused):
                yield taken

    def _replacements(self, use: OwnUse, memoiser: Memoiser, imports: Imports) -> Iterator[Replacement]:
        syntax = use.syntax
        one = syntax.occurrence(use.node)
        assert one is not None
        names = self._unified.taken(
            syntax.file, imports, needed(memoiser.values, self._settings, DECORATOR), [one.scope]
        )
        said = ", ".join(arguments(memoiser.values, self._settings, names))
        start, end = syntax.start(use.node), syntax.end(use.node)
        because = f"{memoiser.node.name} becomes the unified decorator"
        guidance: Guidance = "safe"
        if memoiser.differs or self._settings.changes:
            because = f"{because}; {memoiser.differs or 'entries are dropped at other times'}"
            guidance = "review"
        yield Replacement(start, end, f"{names[DECORATOR]}({said})", because, guidance)

    def _refuse_order(self, use: OwnUse, memoiser: Memoiser) -> None:
        """Raise Refused where keywords in another order would become another key, and somebody gives several."""
        if not memoiser.ordered or use.function is None:
            return
        name = use.function.name
        for path in self.project.mentioning([name]):
            try:
                syntax = self._read(path)
            except (Refused, Unreadable):
                continue
            for node in ast.walk(syntax.tree):
                match node:
                    case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), keywords=given) if (
                        called == name and (len(given) > 1 or any(one.arg is None for one in given))
                    ):
                        raise Refused(
                            f"{syntax.where(node)}: {name} may be given several keywords here, which are another key "
                            "in another order: give them by place, or in one order, and decorate it by hand"
                        )
                    case _:
                        pass

    def _members(self, use: OwnUse, memoiser: Memoiser) -> Iterator[tuple[str, Replacement] | Leftover]:
        members = Members(memoiser.members, memoiser.lacking)
        if use.function is not None:
            yield from member_changes(self.references, use.syntax, use.function, members)
        elif members.renamed or members.lacking:
            raise Refused(f"{use.syntax.where(use.node)}: what is made of it cannot be followed: decorate a function")

    # The memoiser itself

    def _is_public(self, symbol: Symbol) -> bool:
        """Whether a package passes it on, so that somebody outside may use it."""
        for path in self.project.mentioning([symbol.name]):
            file = self.references.bindings(path)
            if not self.project.layout.modules[file.module].package:
                continue
            if any(taken.name and symbol.same(self.references.brought(file, taken)) for taken in file.taken):
                return True
        return False

    def _gone(
        self, symbol: Symbol, memoiser: Memoiser, found: dict[str, list[Replacement]], imports: dict[str, Imports],
        uses: Mapping[str, Sequence[OwnUse]],
    ) -> Iterator[Proposal]:  # fmt: skip
        syntax = self._read(symbol.path)
        if symbol.path in found:
            return  # its own module uses it: what is left of it is for people
        if alone(syntax, memoiser.node) and not self._module_needed(symbol, syntax, uses):
            module = Target(symbol.module)
            yield Replaced(module, Target(self._unified.module), "module")
            imports.pop(symbol.path, None)
            source = self.project.source(symbol.path)
            yield Delete(symbol.path, source.digest, "nothing uses it any longer")
            return
        statement = _statement_of(syntax.file, memoiser.node)
        start, end = syntax.file.occurrences.lines(statement)
        text = syntax.text
        if text[end:].strip():
            end = _blank_lines(text, end)
        else:
            start, end = len(text[:start].rstrip()) + 1, len(text)
        found[symbol.path] = [Replacement(start, end, "", "nothing uses it any longer")]
        own = imports.setdefault(symbol.path, Imports(self.project, symbol.path))
        for taken in syntax.file.taken:
            used = [one for one in syntax.file.uses(taken.home, taken.bound) if one.number not in syntax.file.by_place]
            if used and all(statement.start <= one.start < statement.end for one in used):
                own.drop(taken.statement, taken.name or taken.target)

    def _module_needed(self, symbol: Symbol, syntax: Syntax, uses: Mapping[str, Sequence[OwnUse]]) -> bool:
        """Whether somebody needs more of its module."""
        here = Symbol(symbol.module, "", "module", symbol.path, 1)
        others = {symbol.name, *type_variables(syntax)}
        last = symbol.module.rpartition(".")[2]
        for path in self.project.mentioning({last, *others}):
            if path == symbol.path:
                continue
            file = self.references.bindings(path)
            numbers = {one.number for use in uses.get(path, ()) if (one := use.syntax.occurrence(use.node))}
            idle = list(self._idle(path, symbol, numbers, unused=True))
            for taken in file.taken:
                brought = self.references.brought(file, taken)
                if here.same(brought) and taken not in idle:
                    return True
                if taken.name and here.same(self.references.module(file, taken.target)) and not symbol.same(brought):
                    return True
        return False


def _statement_of(file: Bindings, node: ast.FunctionDef) -> Statement:
    name: Occurrence = next(
        one for one in file.occurrences.named(node.name) if one.role == "function" and one.line == node.lineno
    )
    return file.occurrences.statement_of(name)


def _blank_lines(text: str, end: int) -> int:
    """Behind the blank lines that follow."""
    while text[end : end + 1] in ("\n", "\r"):
        end += 1
    return end
