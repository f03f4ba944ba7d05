"""Move the users of one package, or module, to another that does the same, and take the first one away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from overhaul.changes import BY_HAND, Delete, Edit, Kind, Leftover, Proposal, Replaced, Replacement, Target
from overhaul.errors import Refused, did_you_mean
from overhaul.inventory import testing
from overhaul.merging.package_guards import refuse_lost, refuse_unlike
from overhaul.merging.stages import Stages
from overhaul.moving.users import User
from overhaul.naming.meanings import Symbol
from overhaul.redundancy import Correspondence, Parallel
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.references import References
from overhaul.unifying.classes import Named
from overhaul.unifying.trees import Tree
from overhaul.unifying.uniting import Unification
from overhaul.unifying.uses import Use
from overhaul.unifying.wanted import Wanted

if TYPE_CHECKING:
    from overhaul.project import Project

_NAME: Final = re.compile(r"[^\W\d]\w*")


class ClassPair(msgspec.Struct, frozen=True):
    """What becomes of one class of the package that goes."""

    target: Target
    to: Target
    construct: str
    methods: Mapping[str, str]
    attributes: Mapping[str, str]
    imports: Mapping[str, str]


class Written(msgspec.Struct, frozen=True):
    """A place that somebody has written anew by hand."""

    path: str
    before: str
    after: str
    imports: Mapping[str, str]
    """Name in the new text -> the module that it is taken from."""


class _Apart(Unification):
    """The uses of one class, but for those in places that somebody writes by hand."""

    def __init__(
        self, project: Project, wanted: Wanted, target: Symbol, apart: Mapping[str, Sequence[tuple[int, int]]]
    ) -> None:
        super().__init__(project, wanted, target)
        self._apart = apart
        texts = {path: project.source(path).text() for path in apart}
        self._lines = {
            (path, line)
            for path, spans in apart.items() for start, end in spans
            for line in range(texts[path].count("\n", 0, start) + 1, texts[path].count("\n", 0, end) + 2)
        }  # fmt: skip

    def _inside(self, tree: Tree, node: object) -> bool:
        start, end = tree.span(node)
        return any(first <= start and end <= last for first, last in self._apart.get(tree.path, ()))

    def _use(self, use: Use) -> None:
        if not self._inside(use.tree, use.site):
            super()._use(use)

    def _seed(self, one: Named) -> None:
        if one.site is None or not self._inside(one.tree, one.site):
            super()._seed(one)

    def _settle(self) -> None:
        self._problems = [one for one in self._problems if one[:2] not in self._lines]
        self._doubts = [one for one in self._doubts if one[:2] not in self._lines]
        super()._settle()


class PackageMerger:
    """One package that goes, and one that stays."""

    def __init__(
        self, project: Project, old: str, new: str, classes: Sequence[ClassPair], names: Mapping[str, str],
        by_hand: Sequence[Written], drop_tests: Sequence[str],
    ) -> None:  # fmt: skip
        """`names`: functions and constants, `module:name` -> `module:name`. Raises Refused for what is not there."""
        self.stages = Stages(project)
        self.old, self.new = old, new
        self.classes, self.by_hand, self.drop_tests = classes, by_hand, drop_tests
        self.modules = sorted(one for one in project.layout.modules if f"{one}.".startswith(f"{old}."))
        for one in (old, new):
            if one not in project.layout.modules:
                raise Refused(f"{one}: the project has no such module: {did_you_mean(one, project.layout.modules)}")
        if f"{new}.".startswith(f"{old}."):
            raise Refused(f"{new}: it stands in {old}, which is to go: move it out first")
        self.names = dict(names)
        self._table = self._correspondences()
        self._check()

    @property
    def now(self) -> Project:
        """The project as the stages so far have left it."""
        return self.stages.now

    def _correspondences(self) -> Sequence[Correspondence]:
        """The interface table of the audit, the package that goes first; empty where the audit sees no parallel."""
        for row in self.now.survey.rows(Parallel):
            if (row.first, row.second) == (self.old, self.new):
                return row.correspondences
            if (row.first, row.second) == (self.new, self.old):
                return [
                    msgspec.structs.replace(
                        one, first=one.second, second=one.first, first_path=one.second_path,
                        first_line=one.second_line, second_path=one.first_path, second_line=one.first_line,
                    )
                    for one in row.correspondences
                ]  # fmt: skip
        return []

    def _check(self) -> None:
        project = self.now
        for pair in self.classes:
            if pair.target.module not in self.modules:
                raise Refused(f"{pair.target}: it does not stand in {self.old}: name classes of the package that goes")
            project.symbol(pair.target)
        for one in self.names:
            target = Target(*one.split(":", 1))
            if target.module not in self.modules:
                raise Refused(f"{one}: it does not stand in {self.old}: name what the package that goes defines")
            project.symbol(target)

    # The stages

    def proposals(self) -> Iterator[Proposal]:
        """All changes. Raises Refused with the places that stand against it."""
        self.stages.carry_out(self._dropped())
        for pair in self.classes:
            self.stages.carry_out(self._united(pair))
        for one in self.by_hand:
            self.stages.carry_out(self._written(one))
            self.stages.carry_out(self._unneeded(one.path))
        for before, after in sorted(self._plain().items()):
            self.stages.carry_out(self._taken(Target(*before.split(":", 1)), Target(*after.split(":", 1))))
        self._refuse_users()
        self.stages.carry_out(self._gone())
        yield from self.stages.proposals()

    def _written(self, one: Written) -> Iterator[Proposal]:
        """A place as somebody has written it."""
        start, end = self._place(one)
        before, after = self.now.source(one.path).text()[start:end], one.after.strip("\n")
        # What both begin and end with is not replaced.
        head = 0
        while head < min(len(before), len(after)) and before[head] == after[head]:
            head += 1
        while head and before[head - 1] != "\n" and not before[head - 1].isspace():
            head -= 1
        changes = [Replacement(start + head, start + len(before), after[head:], BY_HAND, "review")]
        if one.path.endswith((".py", ".pyi")):
            imports = Imports(self.now, one.path)
            words = set(_NAME.findall(after))
            for name, module in sorted(one.imports.items()):
                if name in words:
                    imports.take(module, name)
            changes += imports.replacements()
        yield self.now.edit(one.path, changes)

    def _unneeded(self, path: str) -> Iterator[Proposal]:
        """Without the imports of the package that nothing uses any more, now that a place is written anew."""
        if not path.endswith((".py", ".pyi")):
            return
        references = References(self.now)
        file = references.bindings(path)
        imports = Imports(self.now, path)
        for taken in file.taken:
            source = references.module(file, taken.target)
            if not (isinstance(source, Symbol) and source.module in self.modules) or not taken.bound:
                continue
            roles = {one.role for one in file.uses(taken.home, taken.bound)}
            if roles <= {"taken", "alias", "module"} and not path.endswith("__init__.py"):
                imports.drop(taken.statement, taken.name or taken.target)
        if changes := list(imports.replacements()):
            yield self.now.edit(path, changes)

    def _place(self, one: Written) -> tuple[int, int]:
        """Where the text stands that somebody has written anew. Raises Refused where that cannot be told."""
        if not self.now.exists(one.path):
            raise Refused(f"{one.path}: there is no such file: name one relative to the root")
        text, before = self.now.source(one.path).text(), one.before.strip("\n")
        if not before.strip() or text.count(before) != 1:
            raise Refused(f"{one.path}: `{before.strip()[:60]}` stands there {text.count(before)} times, and not once: "
                          "write down the text as it is, with enough around it")  # fmt: skip
        return text.index(before), text.index(before) + len(before)

    def _dropped(self) -> Iterator[Proposal]:
        """Tests of what goes, which nothing can serve."""
        project = self.now
        for path in self.drop_tests:
            if not project.exists(path) or not path.endswith(".py"):
                raise Refused(f"{path}: there is no such test file: name one relative to the root")
            module = project.layout.module_of(path)
            if not testing(path):
                raise Refused(f"{path}: it is no test file: only tests of what goes are dropped")
            used = {one.rpartition(".")[2] for one in self.modules}
            if not any(path == one for one in project.mentioning(used)):
                raise Refused(f"{path}: it tests nothing of {self.old}: leave it as it is")
            text = project.source(path).text()
            count = len(re.findall(r"(?m)^\s*(?:async\s+)?def test_", text))
            yield Delete(path, project.source(path).digest, f"{count} tests of {self.old}, which goes", "review")
            yield Replaced(Target(module), Target(self.new), "module")

    def _united(self, pair: ClassPair) -> Iterator[Proposal]:
        """The uses of one class become those of another."""
        methods = {**self._methods(pair), **pair.methods}
        wanted = Wanted(
            target=pair.target, to=pair.to, construct=pair.construct, methods=methods, attributes=pair.attributes,
            imports=pair.imports, delete=False, unsure="refuse",
        )  # fmt: skip
        apart: dict[str, list[tuple[int, int]]] = {}
        for one in self.by_hand:
            apart.setdefault(one.path, []).append(self._place(one))
        yield from _Apart(self.now, wanted, self.now.symbol(pair.target), apart).proposals()
        yield Replaced(pair.target, pair.to, "class")

    def _methods(self, pair: ClassPair) -> dict[str, str]:
        """The methods of which the audit knows another with the same signature."""
        have = {key.partition("(")[0].strip() for key in pair.methods}
        old, new = f"{pair.target.dotted}.", f"{pair.to.dotted}."
        return {
            one.first[len(old) :]: one.second[len(new) :] for one in self._table
            if one.unit == "method" and not one.difference and one.first.startswith(old) and one.second.startswith(new)
            and one.first[len(old) :] not in have and one.first[len(old) :] != one.second[len(new) :]
        }  # fmt: skip

    def _plain(self) -> dict[str, str]:
        """Functions and constants: those that were asked for, and those of which the audit knows the same elsewhere."""
        found: dict[str, str] = {}
        for one in self._table:
            if one.unit in ("function", "constant") and one.first and one.second and not one.difference:
                first, second = (self.now.symbols.resolve(name) for name in (one.first, one.second))
                if isinstance(first, Symbol) and isinstance(second, Symbol) and first.module in self.modules:
                    found[f"{first.module}:{first.name}"] = f"{second.module}:{second.name}"
        return {**found, **self.names}

    def _taken(self, before: Target, after: Target) -> Iterator[Proposal]:
        """Whoever takes something from a module of the package takes another thing from another module."""
        project = self.now
        symbol = project.symbol(before)
        if after.module in project.layout.modules:
            yield from refuse_unlike(project, symbol, project.symbol(after), asked=str(before) in self.names)
        references = References(project)
        users: dict[str, User] = {}
        for one in references.to(symbol):
            if one.module in self.modules:
                continue
            if one.path not in users:
                users[one.path] = User(project, references, one.path, before.module, after.module)
            users[one.path].follow(one, before.name, after.name)
        for _, user in sorted(users.items()):
            for edit in user.edit():
                yield Edit(edit.path, edit.digest, tuple(_reviewed(one, before, after) for one in edit.replacements))
        kind: Kind = "function" if symbol.kind == "function" else "variable"
        yield Replaced(before, after, kind)

    # The end

    def _refuse_users(self) -> None:
        """Raises Refused where somebody goes on to use something of the package, each with its place."""
        project = self.now
        references = References(project)
        places: dict[tuple[str, int], str] = {}
        for module in self.modules:
            place = project.layout.modules[module]
            if place.kind == "namespace":
                continue
            symbols = [Symbol(module, "", "module", place.path, 1)]
            for name in project.symbols.names(module):
                found = project.symbols.member(module, name)
                if isinstance(found, Symbol) and found.module == module and found.name == name:
                    symbols.append(found)
            for symbol in symbols:
                for one in references.to(symbol):
                    if one.module not in self.modules:
                        # Of a module and what it defines, the latter tells more.
                        places[one.path, self.stages.line(one.path, one.line)] = symbol.dotted
        if not places:
            return
        (path, line), what = min(places.items())
        told = "; ".join(f"{one[0]}:{one[1]} {name}" for one, name in sorted(places.items())[1:6])
        rest = f", and {len(places) - 6} more" if len(places) > 6 else ""
        also = f" (also {told}{rest})" if told else ""
        raise Refused(f"{path}:{line}: {what} is used there, and nothing says what takes its place{also}: say so, "
                      "write it by hand (by-hand), or drop the test (drop-tests)")  # fmt: skip

    def _gone(self) -> Iterator[Proposal]:
        """The package, with what the proof is to know."""
        project = self.now
        yield from refuse_lost(project, self.old, self.new, self.modules)
        homes: dict[str, str] = {}
        for pair in self.classes:
            homes.setdefault(pair.target.module, pair.to.module)
        for before, after in self._plain().items():
            homes.setdefault(before.partition(":")[0], after.partition(":")[0])
        for module in self.modules:
            place = project.layout.modules[module]
            yield Replaced(Target(module), Target(homes.get(module, self.new)), "module")
            for path in filter(None, (place.path if place.kind != "namespace" else "", place.stub)):
                why = f"nothing uses {self.old} any more"
                yield Delete(path, project.source(path).digest, why, "review")
                yield from self._missing(module)

    def _missing(self, module: str) -> Iterator[Leftover]:
        """What the package had and the other has not."""
        for one in self._table:
            if one.first and not one.second and one.first.startswith(f"{module}."):
                path = one.first_path
                yield self.now.leftover(path, one.first_line, Target(module), f"{self.new} has no such {one.unit}")


def _reviewed(one: Replacement, before: Target, after: Target) -> Replacement:
    """That the one does what the other did is for people to say."""
    return Replacement(one.start, one.end, one.text, f"{before.name} becomes {after.name}", "review")
