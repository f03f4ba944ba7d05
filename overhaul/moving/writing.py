"""Carry out the move of some symbols: what becomes of the old module, the new one, and all that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.changes import Create, Edit, Kind, Moved, Proposal, Replacement, Target, replaced
from overhaul.errors import Refused, Unreadable
from overhaul.moving.altered import refuse_altered
from overhaul.moving.guards import refuse_by_name, refuse_names, refuse_replaced
from overhaul.moving.namespace import refuse_asking
from overhaul.moving.needs import refuse_bound_to_module
from overhaul.moving.old import Leaving, outer_function
from overhaul.moving.place import Destination
from overhaul.moving.sound import sound
from overhaul.moving.stubs import Stubs
from overhaul.moving.symbols import Decider, Decision, Helpers
from overhaul.moving.text import Moving, closed, cut, merged, put, quoted
from overhaul.moving.users import User
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Statement
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.public_lists import listed_too, unlisted
from overhaul.refactoring.references import Found, References
from overhaul.refactoring.shims import shim as shimmed
from overhaul.refactoring.units import Unit

if TYPE_CHECKING:
    from overhaul.project import Project


Carried = Callable[[Sequence[Moved], str, int, int], Iterable[Replacement]]


class Mover:
    """One move of some symbols from a module to another."""

    def __init__(
        self, project: Project, old: str, new: str, path: str, *, fresh: bool, helpers: Helpers, shim: bool,
        carried: Carried,
    ) -> None:  # fmt: skip
        """`path` is that of the new module, which is yet to be made where it is `fresh`.

        `carried` tells what becomes of the texts in a stretch of a file: of docstrings, comments and other strings.
        """
        self.project, self.shim, self.carried = project, shim, carried
        self.references = References(project)
        self.old = self.references.bindings(project.layout.modules[old].path)
        self.new = Destination(project, new, path, self.old, fresh=fresh)
        self.stubs = Stubs(project, self.references, old, new)
        self.decider = Decider(project, self.old, self.new, helpers, self.references, shim=shim)

    def proposals(self, names: Sequence[str]) -> Iterator[Proposal]:
        """All changes, and what they move, in the first way that goes. Raises Refused."""
        reason: Refused | None = None
        seen: set[Decision] = set()
        try:
            for decision in self.decider.decisions(names):
                plain = decision._replace(sure=True)
                if plain in seen:
                    continue
                seen.add(plain)
                try:
                    found = list(self._proposals(decision))
                except Refused as refused:
                    reason = reason or refused
                    continue
                if decision.sure or sound(self.project, found):
                    yield from found
                    return
        except Refused as refused:
            raise reason or refused from None
        raise reason or Refused(f"{self.old.path}: whatever way it moves, some import fails: choose another module")

    def _proposals(self, decision: Decision) -> Iterator[Proposal]:
        """All changes of one way to do it. Raises Refused."""
        old, new, unit = self.old, self.new, decision.unit
        refuse_names(old.module, unit.names - {"_"}, old.path)
        refuse_by_name(old, unit)
        refuse_asking(old, unit)
        # What is imported from the old module each time is seen as it is there.
        seen_there = {one.need.name for one in decision.supplies if one.way != "within"}
        every = list(self.decider.needs.of(unit))
        said = list(refuse_bound_to_module(old, unit, every))
        refuse_replaced(self.project, old, sorted({*seen_there, *unit.names} - {"_"}))
        symbols = [self._symbol(name) for name in sorted(unit.names - {"_"})]
        found = [(symbol, one) for symbol in symbols for one in self.references.to(symbol)]
        self._refuse_hidden(sorted(name for name in unit.names if not name.startswith("_")))
        inside = f"{new.module}.".startswith(f"{old.module}.")  # the old module is imported before the new one
        if not inside and any(one.path != old.path for _, one in found):
            refuse_altered(old, unit, unit.names)
        yield from self._users(decision, found)
        yield from self._old(decision, found)
        moved = [self._moved(symbol, decision) for symbol in symbols]
        if "_" in unit.names and all(unit.has(one) for one in old.occurrences.named("_") if one.role == "function"):
            moved.append(Moved(Target(old.module, "_"), Target(new.module, "_"), "function"))
        yield from self._new(decision, found, moved)
        yield from self.stubs.changes(unit.names - {"_"}, kept=decision.kept or self.shim)
        said += self._put_off(unit)
        for line, why in said:
            yield self.project.leftover(old.path, line, Target(old.module, symbols[0].name), why)
        yield from moved

    def _put_off(self, unit: Unit) -> Iterator[tuple[int, str]]:
        """The annotations of fields that are strings in the new module, where they were none."""
        if self.new.future and not self.decider.needs.future:
            text = self.old.occurrences.text
            for one in self.decider.needs.annotations(unit):
                if one.field and one.evaluated:
                    line = text.count("\n", 0, one.start) + 1
                    yield line, "an annotation of a field, a string in the new module (from __future__)"

    def _moved(self, symbol: Symbol, decision: Decision) -> Moved:
        kind: Kind = symbol.kind if symbol.kind in ("class", "function") else "variable"
        before, after = Target(self.old.module, symbol.name), Target(self.new.module, symbol.name)
        return Moved(before, after, kind, kept=decision.kept or self.shim)

    def _symbol(self, name: str) -> Symbol:
        found = self.project.symbols.member(self.old.module, name)
        if not isinstance(found, Symbol) or found.module != self.old.module:
            raise Refused(f"{self.old.path}: what {name} means cannot be told: move it by hand")
        return found

    # Those that use it

    def _users(self, decision: Decision, found: Sequence[tuple[Symbol, Found]]) -> Iterator[Edit]:
        users: dict[str, User] = {}
        through = {one.through for _, one in found if one.how in ("import", "attribute", "string")}
        listed = {one.module for _, one in found if one.how == "listed"}
        for symbol, one in found:
            if one.path not in (self.old.path, self.new.path) and one.path not in self.stubs.paths:
                self._user(users, one.path).follow(one, symbol.name)
        if not decision.kept:
            for path, star in self._stars(self.old.module):
                user = self._user(users, path)
                passing = path.endswith("__init__.py") or user.file.module in through
                for symbol, one in found:
                    own = one.path == path and one.how == "name" and one.occurrence is not None
                    if symbol.name in self._public() and (passing or (own and self._by_star(user, one, symbol))):
                        user.starred(star, symbol.name)
        for path in sorted(users):
            user = users[path]
            ring = self.decider.graph.ring(user.file.module, self.new.module, decision.edges, decision.removed)
            if user.loads_early and ring and not path.endswith(".pyi"):
                if user.file.module in through | listed or path.endswith("__init__.py"):
                    why = f"{path}: importing {self.new.module} there makes the cycle {ring}"
                    raise Refused(f"{why}: choose another module")
                user = User(
                    self.project, self.references, path, self.old.module, self.new.module, late=self.decider.early
                )
                for symbol, one in found:
                    if one.path == path:
                        user.follow(one, symbol.name)
                if user.loads_early:
                    why = f"{path}: importing {self.new.module} there makes the cycle {ring}"
                    raise Refused(f"{why}: choose another module")
            yield from user.edit()

    def _user(self, users: dict[str, User], path: str) -> User:
        if path not in users:
            users[path] = User(self.project, self.references, path, self.old.module, self.new.module)
        return users[path]

    @staticmethod
    def _by_star(user: User, one: Found, symbol: Symbol) -> bool:
        return one.occurrence is not None and user.file.occurrences.unbound(one.occurrence) and (
            one.occurrence.name == symbol.name
        )  # fmt: skip

    def _public(self) -> frozenset[str]:
        return frozenset(self.project.symbols.public(self.old.module))

    def _refuse_hidden(self, names: Iterable[str]) -> None:
        """Raises Refused where a star import of the new module would bring a name that means something else there."""
        for path, star in self._stars(self.new.module):
            file = self.references.bindings(path)
            for name in names:
                for one in file.bindings(file.top, name):
                    meaning = self.references.brought(file, one) if isinstance(one, Taken) else None
                    if not (isinstance(meaning, Symbol) and meaning.same(self._symbol(name))):
                        where = f"{path}:{star.statement.line}"
                        raise Refused(f"{where}: the star import of {self.new.module} would bring {name}, which is "
                                      "another one there: rename it first")  # fmt: skip

    def _stars(self, source: str) -> Iterator[tuple[str, Taken]]:
        """The star imports from the old or the new module."""
        package = (self.old.path if source == self.old.module else self.new.path).endswith("__init__.py")
        words = ["import"] if package else [source.rpartition(".")[2]]
        for path in self.project.mentioning(words):
            if path in (self.old.path, self.new.path) or path in self.stubs.paths:
                continue
            module = self.project.layout.module_of(path)
            if not self.project.symbols.interior(module).stars:
                continue
            try:
                file = self.references.bindings(path)
            except Unreadable:
                continue
            for taken in file.taken:
                if taken.name == "*":
                    meaning = self.references.module(file, taken.target)
                    if isinstance(meaning, Symbol) and meaning.module == source:
                        yield path, taken

    # The old module

    def _old(self, decision: Decision, found: Sequence[tuple[Symbol, Found]]) -> Iterator[Edit]:
        old, unit = self.old, decision.unit
        leaving = Leaving(self.project, self.references, old, unit)
        imports = Imports(self.project, old.path)
        late = decision.back_way == "within"
        wanted = decision.back or ()
        quotes: set[Replacement] = set()
        if decision.back_way == "top":
            names = [need.name for need in wanted] or sorted(unit.names - {"_"})
            for name in names:
                imports.take(self.new.module, name)
        elif decision.back_way == "typing":
            for need in wanted:
                imports.take(self.new.module, need.name, typing=True)
        elif late:
            for need in wanted:
                calls, annotations = self.decider.needs.late(need)
                quotes.update(quoted(old.occurrences, annotations))
                for function in {outer_function(old, one).number for one in calls}:
                    imports.take(self.new.module, need.name, within=old.occurrences.statements[function])
                if len(calls) < len(need.places):
                    imports.take(self.new.module, need.name, typing=True)
        listed: list[Replacement] = []
        for symbol, one in found:
            if one.path == old.path and one.how == "listed" and not decision.kept and not self.shim:
                listed += unlisted(old, symbol.name)
            elif one.path == old.path and one.how in ("attribute", "string") and one.through == old.module:
                raise Refused(f"{old.path}:{one.line}: {symbol.name} is asked of the module itself: move it by hand")
        for taken in leaving.unneeded():
            imports.drop(taken.statement, taken.name or taken.target)
        changes = list(imports.replacements())
        if late:
            changes = [Replacement(one.start, one.end, one.text, "import made late", "review") for one in changes]
        shims: list[Replacement] = []
        removed = list(cut(old.occurrences, unit))
        if self.shim and not decision.kept:
            at, text = shimmed(old, [(name, self.new.module) for name in unit.names - {"_"}])
            shims.append(Replacement(at, at, text, "shim"))
            removed = _up_to(removed, at)
        done = merged(changes, quotes, set(listed), removed, shims)
        yield self.project.edit(old.path, closed(old.occurrences.text, done))

    # The new module

    def _new(
        self, decision: Decision, found: Sequence[tuple[Symbol, Found]], moved: Sequence[Moved]
    ) -> Iterator[Proposal]:
        new, old = self.new, self.old
        imports = Imports(
            self.project, new.path, occurrences=new.occurrences, module=new.module, package=new.package,
            dotted=Imports(self.project, old.path).dotted,
        )  # fmt: skip
        moving = Moving(old, decision.unit)
        symbols = self.project.symbols
        spell = imports.spelled
        copied: dict[int, Statement] = {}
        moving.redotted(spell, lambda target: symbols.absolute(old.module, target))
        for supply in decision.supplies:
            if supply.copied is not None:
                copied[supply.copied.number] = supply.copied
            elif supply.way == "there" and supply.module:
                moving.without_module(supply)
                continue
            elif supply.way in ("within", "quoted"):
                calls, annotations = self.decider.needs.late(supply.need)
                moving.within(supply, spell(supply.module) if supply.name else supply.module, calls)
                moving.quoted(annotations)
                if len(calls) < len(supply.need.places):
                    self._ask(imports, supply.module, supply.name, supply.alias, typing=True)
            elif supply.way in ("top", "typing"):
                self._ask(imports, supply.module, supply.name, supply.alias, typing=supply.way == "typing")
            moving.name(supply)
        self._future(imports, moving, decision)
        changes: list[Replacement] = []
        for taken in new.given_up(old.module, decision.unit.names):
            imports.drop(taken.statement, taken.name)
            if taken.bound != taken.name and new.file is not None:
                changes += self._called_back(new.file, taken)
        for symbol, one in found:
            if one.path != new.path or one.through != old.module:
                continue
            if one.how == "attribute" and one.occurrence is not None:
                first = new.occurrences.chain(one.occurrence)[0]
                changes.append(Replacement(first.start, one.end, symbol.name, "use"))
            if one.how == "string":
                where = f"{new.path}:{one.line}"
                raise Refused(f"{where}: {symbol.name} is asked of {old.module} by a string: write a name")
        if new.file is not None:
            for name in sorted(decision.unit.names & self._public()):
                changes += listed_too(new.file, name)
        own = [one.local for one in decision.supplies if one.way == "there" and one.need.when == "import"]
        early = all(type(one.node).__name__ in ("Assign", "AnnAssign") for one in decision.unit.statements)
        before = new.position(old.module, decision.unit.names, own, early=early)
        moving.carrying(lambda path, start, end: self.carried(moved, path, start, end))
        code = moving.text()
        for statement in copied.values():
            code = old.occurrences.text[statement.start : statement.end].replace("\r\n", "\n") + "\n\n\n" + code
        coming = list(imports.replacements())
        done = merged(changes, put(code, new.occurrences, before, coming))
        if new.fresh:
            source = new.occurrences.source
            yield Create(new.path, replaced(source, done), because="moved code")
        else:
            yield self.project.edit(new.path, done)

    def _ask(self, imports: Imports, module: str, name: str, alias: str, *, typing: bool) -> None:
        if name:
            imports.take(module, name, alias, typing=typing)
        else:
            imports.load(module, alias, typing=typing)

    def _future(self, imports: Imports, moving: Moving, decision: Decision) -> None:
        """Keep annotations from being evaluated that were not."""
        needs = self.decider.needs
        if not needs.future or self.new.future or not needs.annotations(decision.unit):
            return
        if not self.new.annotated:
            imports.take("__future__", "annotations")
        else:
            moving.quoted(needs.annotations(decision.unit))

    def _called_back(self, file: Bindings, taken: Taken) -> Iterator[Replacement]:
        """Call what was imported under another name by its own."""
        for one in file.uses(taken.home, taken.bound):
            if one is not taken.alias:
                for scope in file.scopes_between(one, file.top):
                    if taken.name in scope.variables:
                        where = f"{file.path}:{one.line}"
                        raise Refused(f"{where}: {taken.name} is a local variable there: rename it first")
                yield Replacement(one.start, one.end, taken.name, "use")


def _up_to(removed: Sequence[Replacement], at: int) -> list[Replacement]:
    """What is taken out, with what lies behind an offset left to who writes there."""
    return [
        Replacement(one.start, min(one.end, max(at, one.start)), one.text, one.because) if one.start < at else one
        for one in removed
    ]
