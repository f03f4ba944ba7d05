"""Carry out the merge of some definitions: one stays, the others go, and whoever used them uses that one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from overhaul.changes import Edit, Kind, Leftover, Proposal, Replaced, Replacement, Target, least
from overhaul.errors import Refused
from overhaul.merging.calls import Calls, Change, Given
from overhaul.merging.decorators import refuse_kept
from overhaul.merging.definitions import Member
from overhaul.merging.guards import refuse_identity, remarks, unsaid
from overhaul.merging.homes import Homes
from overhaul.merging.likeness import Likeness, Literal, likeness
from overhaul.merging.literals import arguments
from overhaul.merging.watching import refuse_changed, refuse_told_apart, star_importers, values
from overhaul.moving.graph import Graph
from overhaul.moving.old import Leaving
from overhaul.moving.text import closed, cut, merged
from overhaul.moving.users import User
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.public_lists import unlisted
from overhaul.refactoring.references import Found, References

if TYPE_CHECKING:
    from overhaul.project import Project


class Merger:
    """One merge of some definitions."""

    def __init__(
        self, project: Project, symbols: Sequence[Symbol], home: str, parameters: Mapping[str, str], *, keep: bool,
        references: References | None = None, graph: Graph | None = None,
    ) -> None:  # fmt: skip
        """`parameters`: name of a new parameter -> the literal that it stands for, as the one that stays has it.

        `keep`: the old names go on to work in any case. `references` and `graph` of the project may be there already.
        """
        self.project, self.keep, self.parameters = project, keep, parameters
        self.references = references or References(project)
        self.members = [Member(project, self.references, one) for one in symbols]
        self.found: dict[Member, Sequence[Found]] = {
            one: list(self.references.to(one.symbol)) for one in self.members
        }  # fmt: skip
        self._refuse_stubs()
        homes = Homes(project, self.found, self.references, graph)
        self.home, self.why = homes.chosen(home)
        self._loading = homes.loading
        self.others = [one for one in self.members if one is not self.home]
        self._imports: dict[str, Imports] = {}
        self._changes: dict[str, list[Replacement]] = {}
        self._removed: dict[str, list[Replacement]] = {}
        self._users: dict[tuple[str, str], User] = {}
        self._calls = Calls(project)
        self._signature: dict[str, Literal] = {}
        self._doubtful = False

    def _refuse_stubs(self) -> None:
        for one in self.members:
            if stub := self.project.layout.modules[one.module].stub:
                raise Refused(f"{stub}: a stub declares {one.name} too: merge it by hand")

    def proposals(self) -> Iterator[Proposal]:
        """All changes. Raises Refused, with the place and the reason."""
        leftovers: list[Leftover] = []
        for member, places in self.found.items():
            for one in places:
                self._calls.refuse_compared(one, member.name)
            refuse_changed(self._calls, member, places)
        used = {member: list(values(self._calls, member, places)) for member, places in self.found.items()}
        refuse_told_apart(used)
        for one in self.found[self.home] if self.parameters else ():
            self._calls.refuse_handed_on(one, self.home.name)
        alikes = {other: likeness(self.home, other) for other in self.others}
        arguing = arguments(self.home, {one: alike.literals for one, alike in alikes.items()}, self.parameters)
        for other, alike in alikes.items():
            self._signature.update(
                (name, literal) for literal in alike.literals for name, text in self.parameters.items()
                if text == self.home.tree.written(literal.first)
            )  # fmt: skip
            refuse_identity(self.project, self.references, self.home, other, self.found[other])
            self._loading.refuse_lost(other, self.home.module, self.found[other])
            change = self._change(other, alike, arguing[other])
            for one in self.found[other]:
                place = one.occurrence
                own = one.path == other.symbol.path and place is not None and other.unit.has(place)
                if own and change.given and one.how == "name":
                    raise Refused(f"{one.path}:{one.line}: {other.name} calls itself, and would go on with the "
                                  f"{change.given[0].name} of the one that stays: hand it on there first")  # fmt: skip
                if not own and not (place is not None and place.role in ("taken", "alias", "module")):
                    self._changes.setdefault(one.path, []).extend(self._calls.changes(one, other.name, change))
            self._follow(other)
            self._leave(other)
            leftovers += self._told(other)
        for member, several in used.items():
            for value in several:
                why = f"{member.target} is used as a value ({value.what}), and cannot be told from the others any more"
                leftovers.append(self.project.leftover(value.path, value.line, member.target, why))
                self._doubtful = True
        self._add_parameters()
        yield from self._edits()
        yield from leftovers
        for other in self.others:
            yield from self._replaced(other)

    # Arguments

    def _change(self, other: Member, alike: Likeness, arguing: Mapping[str, str]) -> Change:
        """What becomes of the calls of one that goes."""
        given = [Given(name, text, -1, "") for name, text in arguing.items()]
        renamed = {second: first for first, second in alike.parameters}
        back = dict(alike.parameters)
        for default in alike.defaults:
            assert not isinstance(other.node, ast.ClassDef)
            older = back.get(default.parameter, default.parameter)
            positional = [one.arg for one in (*other.node.args.posonlyargs, *other.node.args.args)]
            position = positional.index(older) if older in positional else -1
            given.append(Given(default.parameter, other.tree.written(default.second), position, older))
        return Change(renamed, tuple(given))

    def _add_parameters(self) -> None:
        """Give the definition that stays the parameters that literals become."""
        if not self._signature:
            return
        node, tree, path = self.home.node, self.home.tree, self.home.symbol.path
        if isinstance(node, ast.ClassDef):
            raise Refused(f"{self.home.where}: literals of a class are no arguments: make the classes alike first")
        changes = self._changes.setdefault(path, [])
        for name in self._signature:
            written = self.parameters[name]
            for one in ast.walk(node):
                if isinstance(one, ast.Constant) and tree.written(one) == written and self._differs(one):
                    changes.append(Replacement(tree.start(one), tree.end(one), name, "argument", "review"))
        arguments = node.args
        text = ", ".join(self._declared(name, node) for name in self._signature)
        if arguments.kwarg is not None or (arguments.posonlyargs and not arguments.args) or arguments.vararg:
            raise Refused(f"{self.home.where}: its signature takes no further parameter at its end: merge it by hand")
        parts: list[ast.arg | ast.expr] = [
            *arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *arguments.defaults,
            *(one for one in arguments.kw_defaults if one is not None),
        ]  # fmt: skip
        if parts:
            at = max(map(tree.end, parts))
            changes.append(Replacement(at, at, f", {text}", "parameter", "review"))
        else:
            at = tree.text.index("(", tree.start(node) + len("def ")) + 1
            changes.append(Replacement(at, at, text, "parameter", "review"))

    def _declared(self, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        """A parameter as it is written in the signature: annotated where the others are."""
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if any(one.annotation is not None for one in arguments) or node.returns is not None:
            return f"{name}: {type(self._signature[name].first.value).__name__} = {self.parameters[name]}"
        return f"{name}={self.parameters[name]}"

    def _differs(self, node: ast.Constant) -> bool:
        return any(literal.first is node for literal in self._literals())

    def _literals(self) -> Iterator[Literal]:
        for other in self.others:
            yield from likeness(self.home, other).literals

    # Those that use it

    def _of(self, path: str) -> Imports:
        if path not in self._imports:
            self._imports[path] = Imports(self.project, path)
        return self._imports[path]

    def _user(self, path: str, old: str) -> User:
        key = path, old
        if key not in self._users:
            self._users[key] = User(
                self.project, self.references, path, old, self.home.module, imports=self._of(path)
            )  # fmt: skip
        return self._users[key]

    def _follow(self, other: Member) -> None:
        """Every other file that takes it from its module takes the one that stays."""
        for one in self.found[other]:
            if one.path == other.symbol.path:
                if one.how in ("attribute", "string") and one.through == other.module:
                    where = f"{one.path}:{one.line}"
                    raise Refused(f"{where}: {other.name} is asked of the module itself: write the name alone first")
                continue
            self._user(one.path, other.module).follow(one, other.name, self.home.name)

    # The module that it leaves

    def _leave(self, other: Member) -> None:
        """Take the definition out; its module imports the one that stays where it goes on to need or offer it."""
        file, path = other.file, other.symbol.path
        imports = self._of(path)
        for taken in Leaving(self.project, self.references, file, other.unit).unneeded():
            imports.drop(taken.statement, taken.name or taken.target)
        self._removed.setdefault(path, []).extend(cut(file.occurrences, other.unit))
        uses = [one for one in file.uses(file.top, other.name) if not other.unit.has(one)]
        uses = [one for one in uses if one.role not in ("taken", "alias", "module")]
        kept = self._kept(other)
        if other.module == self.home.module:
            self._beside(other, uses, kept=kept)
            return
        if not uses and not kept:
            return
        name = other.name
        plain = not kept and all(one.role == "load" for one in uses)
        if plain and name != self.home.name and self._free(other, self.home.name):
            name = self.home.name
            self._changes.setdefault(path, []).extend(Replacement(one.start, one.end, name, "use") for one in uses)
        imports.take(self.home.module, self.home.name, name)

    def _beside(self, other: Member, uses: Sequence[Occurrence], *, kept: bool) -> None:
        """The same where both stand in one module: whoever used the one there uses the other."""
        name, path = self.home.name, other.symbol.path
        if kept:
            raise Refused(f"{other.where}: {other.module} offers {other.name} to others, and both stand there: write "
                          f"`{other.name} = {name}` by hand, or take it out of what is offered")  # fmt: skip
        for one in uses:
            captured = any(name in scope.variables for scope in other.file.scopes_between(one, other.file.top))
            if one.role != "load" or captured:
                raise Refused(f"{path}:{one.line}: {name} cannot be written for {other.name} there: change it by hand")
            self._changes.setdefault(path, []).append(Replacement(one.start, one.end, name, "use"))

    def _free(self, other: Member, name: str) -> bool:
        """Whether a name means nothing yet in the module of one that goes, or the one that stays."""
        file = other.file
        return all(
            self._same(file.path, one.number) for one in file.occurrences.named(name)
            if one.home is not None and not other.unit.has(one)
        )  # fmt: skip

    def _same(self, path: str, number: int) -> bool:
        file = self.references.bindings(path)
        return self.home.symbol.same(self.references.meaning(path, file.occurrences.all[number]))

    def _kept(self, other: Member) -> bool:
        """Whether the old name goes on to work in its module: it offers it to others."""
        module, name = other.module, other.name
        if self.keep or other.symbol.path.endswith("__init__.py"):
            return True
        if any(name in row.names for row in self.project.symbols.exports[module]):
            return True
        if not name.startswith("_") and any(star_importers(self.project, module)):
            return True
        # A public name that nobody in the project takes may be there for others.
        return not name.startswith("_") and all(
            one.path == other.symbol.path for one in self.found[other]
        ) and not self._used_here(other)  # fmt: skip

    def _used_here(self, other: Member) -> bool:
        file = other.file
        return any(
            not other.unit.has(one) and one.role == "load" for one in file.uses(file.top, other.name)
        )  # fmt: skip

    # What is told

    def _told(self, other: Member) -> Iterator[Leftover]:
        told = [*remarks(other), *refuse_kept(self.project, other)]
        printed = list(self._loading.printed(other, self.home.module, self.found[other]))
        self._doubtful = self._doubtful or bool(told) or bool(printed)
        for path, line, why in printed:
            yield self.project.leftover(path, line, other.target, why)
        for line, why in (*told, *unsaid(self.home, other)):
            yield self.project.leftover(other.symbol.path, line, other.target, why)

    def _replaced(self, other: Member) -> Iterator[Replaced]:
        kind: Kind = "class" if isinstance(other.node, ast.ClassDef) else "function"
        yield Replaced(other.target, self.home.target, kind)
        if kind == "class":
            interior = self.project.symbols.interior(other.module)
            for name in sorted(interior.members_of(other.name)):
                found = interior.member(other.name, name)
                part: Kind = "method" if found is not None and found[0] == "method" else "attribute"
                yield Replaced(
                    Target(other.module, f"{other.name}.{name}"), Target(self.home.module, f"{self.home.name}.{name}"),
                    part,
                )  # fmt: skip

    # All together

    def _edits(self) -> Iterator[Edit]:
        uses: dict[str, list[Replacement]] = {}
        for (path, _), user in sorted(self._users.items()):
            uses.setdefault(path, []).extend(user.uses())
        paths = {*self._imports, *self._changes, *self._removed, *uses}
        for path in sorted(paths):
            imports = list(self._of(path).replacements()) if path in self._imports else []
            changes = set(self._changes.get(path, ())) | set(uses.get(path, ()))
            removed = self._removed.get(path, [])
            text = self.project.source(path).text()
            inside = {one for one in changes if any(cut.start <= one.start < cut.end for cut in removed)}
            listed = self._unlisted(path)
            done = list(closed(text, merged(imports, changes - inside, listed, removed)))
            if done and not text[done[-1].end :] and done[-1].start == 0:
                # Nothing is left but imports.
                done = [Replacement(0, len(text), "".join(one.text for one in done).rstrip() + "\n", done[-1].because)]
            if self._doubtful:
                done = [msgspec.structs.replace(one, guidance=least((one.guidance, "review"))) for one in done]
            if done:
                yield self.project.edit(path, done)

    def _unlisted(self, path: str) -> list[Replacement]:
        """`__all__` without what is no longer there."""
        found: list[Replacement] = []
        for other in self.others:
            if other.symbol.path == path and not self._kept(other):
                listed = any(other.name in row.names for row in self.project.symbols.exports[other.module])
                found += unlisted(other.file, other.name) if listed else []
        return found

