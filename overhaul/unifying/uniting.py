"""Make all uses of one class uses of another: gather them, judge them, and write them anew."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from overhaul.changes import Guidance, Kind, Proposal, Replaced, Replacement, Target
from overhaul.errors import Refused
from overhaul.lazy import cst
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.references import References
from overhaul.unifying.classes import Named, Undeclared, declared, named, string_of
from overhaul.unifying.dynamic import Dynamic
from overhaul.unifying.flow import Flow
from overhaul.unifying.heirs import Heirs, Kept, refusal
from overhaul.unifying.importing import FileImports, hidden
from overhaul.unifying.leaving import Departure
from overhaul.unifying.newcomer import Newcomer
from overhaul.unifying.others import Others
from overhaul.unifying.patching import patches
from overhaul.unifying.rules import Rules, asked, plain_rename
from overhaul.unifying.semantics import differences
from overhaul.unifying.sites import Site, Writer
from overhaul.unifying.slots import Places
from overhaul.unifying.soundness import mixtures
from overhaul.unifying.trees import Tree
from overhaul.unifying.uses import TEXTS, Use
from overhaul.unifying.wanted import Wanted

if TYPE_CHECKING:
    from overhaul.project import Project

Problem = tuple[str, int, str]
"""Path, line, and why."""
_MANY: Final = 25
"""Instances out of sight, from which on no others are looked for."""


class Unification:
    """One class whose uses become another's."""

    def __init__(
        self, project: Project, wanted: Wanted, target: Symbol, places: Places | None = None, most: int = 0
    ) -> None:
        """Raises Refused for a request that is wrong in itself. `places` is what others have read of the project.

        With `most` it is refused where more files than that would have to be read for the names of its members alone.
        """
        self._most = most
        self.project, self.wanted, self.target = project, wanted, target
        self.places = places or Places(References(project))
        self.rules = Rules(project, target, wanted.construct, wanted.methods, wanted.attributes)
        self.flow = Flow(self.places, target)
        self.to = Newcomer(project, wanted.to, self.rules)
        self.new = self.to.name
        self._check_names()
        if misfit := next(self.to.misfits(), ""):
            raise Refused(f"{target.path}:{target.line}: {misfit}: mend the template")
        self.heirs = Heirs(self.places, self.flow, self.rules, self.to)
        self._sites: dict[str, dict[int, Site]] = {}
        self._problems: list[Problem] = []
        self._doubts: list[Problem] = []
        self._told: list[Problem] = []
        self._used: set[tuple[str, Kind]] = set()

    def _check_names(self) -> None:
        known = [self.new, *self.wanted.imports]
        if unknown := self.rules.unknown_names(known):
            raise Refused(f"{self.wanted.target}: the templates name {', '.join(unknown)}: say where they come from, "
                          f"imports = {{ {unknown[0]} = \"package.module\" }}")  # fmt: skip

    # What is done

    def proposals(self) -> Iterator[Proposal]:
        """The changes. Raises Refused with all places that stand against it."""
        self.names = list(named(self.places, self.flow, self.target))
        for one in self.names:
            self._seed(one)
        # What is refused in any case need not be followed to its end.
        self._settle()
        if not self.flow.run(_MANY if self.wanted.unsure == "refuse" else 0):
            self._doubts += [(one.path, one.line, one.why) for one in self.flow.escapes]
            self._settle()
            self.flow.run()
        for use in self.flow.uses.values():
            self._use(use)
        unseen = (*self.flow.escapes, *self.flow.strangers(), *mixtures(self.flow))
        self._doubts += [(one.path, one.line, one.why) for one in unseen]
        others = Others(self.places, self.flow, self.rules, self.to, self._sites)
        others.look(self._most)
        self._problems += others.problems
        self._doubts += others.doubts
        self._told += [*others.told, *self.heirs.told]
        dynamic = Dynamic(self.flow, self.rules)
        self._doubts += dynamic.doubts()
        self._problems += dynamic.problems(self.names)
        self._told += dynamic.told()
        found = list(patches(self.project, self.target, self.flow))
        self._problems += [(patch.path, patch.line, patch.why) for patch in found if patch.breaks]
        differing = tuple(differences(self.project, self.target, self.wanted.construct, self.wanted.to))
        edits = dict(self._edits(differing))
        departure = Departure(self.places, self.target, self.names) if self.wanted.delete else None
        self._settle()
        yield from self._changes(edits, departure)
        if edits:
            yield from self._replaced(departure)
            yield from self.rules.forms()
            yield from self.heirs.forms()
        for path, line, why in sorted({*self._doubts, *self._told}):
            yield self.project.leftover(path, line, self.wanted.target, why)
        for patch in found:
            if not patch.breaks:
                yield self.project.leftover(patch.path, patch.line, self.wanted.target, patch.why)

    def _changes(
        self, edits: Mapping[str, Sequence[Replacement]], departure: Departure | None
    ) -> Iterator[Proposal]:
        gone = departure.file if departure is not None else ""
        for path, replacements in edits.items():
            if path != gone and (found := sorted({*replacements, *(departure.within(path) if departure else ())})):
                yield self.project.edit(path, found)
        if departure is not None:
            if gone:
                yield departure.deletion()
            elif self.target.path not in edits and (found := sorted(departure.within(self.target.path))):
                yield self.project.edit(self.target.path, found)

    def _settle(self) -> None:
        """Raise Refused for what cannot be served, and for what nobody can follow unless that is to be left."""
        problems = sorted(set(self._problems))
        remedy = "serve it by a template, or change it by hand first"
        if not problems and self.wanted.unsure == "refuse":
            problems = sorted(set(self._doubts))
            remedy = "annotate it, change it by hand first, or say unsure = \"leave\""
        if not problems:
            return
        path, line, why = problems[0]
        more = "; ".join(f"{one[0]}:{one[1]} {one[2]}" for one in problems[1:6])
        rest = f", and {len(problems) - 6} more" if len(problems) > 6 else ""
        raise Refused(f"{path}:{line}: {why}{f' (also {more}{rest})' if more else ''}: {remedy}")

    @property
    def places_served(self) -> Mapping[str, int]:
        """How many expressions of each file are written anew."""
        return {path: len(sites) for path, sites in self._sites.items() if sites}

    # Gathering

    def _seed(self, one: Named) -> None:
        tree = one.tree
        if not one.found.certain:
            self._problems.append((tree.path, one.line, f"it may be another thing than {self.target.name} here"))
        if self.to.holds(tree.path, one.line):
            self._problems.append((tree.path, one.line, f"{self.wanted.to.name} itself stands on {self.target.name}: "
                                   "let it do without first"))  # fmt: skip
        match one.sort:
            case "made":
                self._site(tree, one.site, "construct")
                self.flow.seed(tree, one.site)
            case "annotation":
                self._site_of_name(one)
                try:
                    found = declared(tree, one.found, one.node)
                except Undeclared as error:
                    self._doubts.append((tree.path, one.line, str(error)))
                else:
                    if found is not None:
                        self.flow.hold(found[0], found[1], tree, found[2])
                    elif (call := _cast(tree, one)) is not None:
                        self.flow.seed(tree, call)
            case "check":
                self._site_of_name(one)
                if one.site is None and self.to.used(self.places.references):
                    why = f"instances of {self.new} that were there before are told to be one, too"
                    self._told.append((tree.path, one.line, why))
                if one.site is not None:
                    self.flow.seed(tree, one.site)
            case "double":
                self._site_of_name(one)
                self.flow.seed(tree, one.site)
            case "base":
                try:
                    for place in self.heirs.along(one):
                        self._site(*place)
                except Kept as kept:
                    said = refusal(one.site.name.value, self.target.name, kept)
                    self._problems.append((tree.path, one.line, said))
            case "member":
                self._class_member(one)
            case "other":
                self._problems.append((tree.path, one.line, f"the class {self.target.name} itself is passed on"))
            case _:
                pass

    def _class_member(self, one: Named) -> None:
        tree, site = one.tree, one.site
        called = isinstance(site, cst.Call)
        attribute: Any = site.func if called else site
        name = str(attribute.attr.value)
        function = self.rules.function(name)
        rule = self.rules.attribute(name)
        plain = rule is not None and plain_rename(rule.template) and isinstance(rule.template.tree, cst.Attribute)
        if not called and plain:
            # A constant of the class.
            self._used.add((name, "attribute"))
            self._site_of_name(one)
            self._site(tree, site, "attribute", name)
            return
        if not called or function is None or function.kind not in ("classmethod", "staticmethod"):
            self._problems.append((tree.path, one.line, f"{name} is asked of the class itself"))
            return
        self._site(tree, site, "method", name)
        given = self.project.types.of_annotation(self.target.module, self.target.name, function.returns)
        if any(self.target.same(each) for each in given):
            self.flow.seed(tree, site)

    def _site(self, tree: Tree, node: Any, sort: str, member: str = "") -> None:
        self._sites.setdefault(tree.path, {})[id(node)] = Site(tree, node, sort, member)

    def _site_of_name(self, one: Named) -> None:
        if one.node is not None:
            self._site(one.tree, one.node, "name")

    def _use(self, use: Use) -> None:
        tree, what, site = use.tree, use.what, use.site
        if use.operator:
            self._operator(use)
            return
        if not self.rules.has(what):
            if what in self.heirs.names:
                return
            why = f"{self.target.name} has no {what}: it is another thing"
            self._doubts.append((tree.path, tree.line(site), why))
            return
        if isinstance(site, cst.Call):
            function = self.rules.function(what)
            if function is None or function.kind == "property":
                # What an attribute holds is called.
                self._attribute(tree, site.func, what)
            else:
                self._used.add((what, "method"))
                self._site(tree, site, "method", what)
            return
        self._attribute(tree, site, what)

    def _attribute(self, tree: Tree, node: Any, name: str) -> None:
        function = self.rules.function(name)
        self._used.add((name, "method" if function is not None and function.kind != "property" else "attribute"))
        parent = tree.parent(node)
        if isinstance(parent, cst.Subscript) and parent.value is node and len(parent.slice) == 1:
            key = tree.written(parent.slice[0].slice.value) if isinstance(parent.slice[0].slice, cst.Index) else ""
            if key and self.rules.item(name, key) is not None:
                self._site(tree, parent, "item", name)
                return
        self._site(tree, node, "attribute", name)

    def _operator(self, use: Use) -> None:
        """An operator: by its template, or as it is where both classes answer to it alike."""
        what = use.what
        if self.rules.operator(what) is not None:
            self._used.add((what, "method"))
            self._site(use.tree, use.site, "operator", what)
            return
        if what == "__bool__":
            old = self.rules.has("__bool__"), self.rules.has("__len__")
            new = self.to.has("__bool__"), self.to.has("__len__")
            if old == new:
                return
            why = "when it is true would be another matter"
        elif what == "__eq__":
            if not self.rules.has("__eq__") and not self.to.has("__eq__"):
                return
            why = "what it is equal to would be another matter"
        elif what in TEXTS:
            if self.rules.has(what) and self.to.has(what):
                line = use.tree.line(use.node)
                self._told.append((use.tree.path, line, f"its text is that of {self.new} afterwards"))
            if not self.rules.has(what) or self.to.has(what):
                return
            why = f"its text is worked out by {what}, which {self.new} has not"
        elif self.to.has(what):
            self._used.add((what, "method"))
            return
        else:
            why = f"nothing says what becomes of {what}, and {self.new} has none"
        self._problems.append((use.tree.path, use.tree.line(use.node), why))

    # Writing

    def _edits(self, differing: Sequence[str]) -> Iterator[tuple[str, Sequence[Replacement]]]:
        guidance: Guidance = "review" if differing else "safe"
        because = "; ".join((f"{self.target.name} becomes {self.new}", *differing))
        functions = self.to.functions()
        paths = {*self._sites, *(one.tree.path for one in self.names)}
        for path in sorted(paths):
            tree = self.places.tree(path)
            width = max([100, *(len(line) for line in tree.text.splitlines())])
            writer = Writer(self.rules, self.new, functions, self._sites.get(path, {}), min(width, 120), self.to.fixed,
                            self.flow.handing.gives_own)  # fmt: skip
            sure: Guidance = "review" if path in self.flow.guessed else guidance
            found = list(writer.replacements(tree, sure, because))
            self._problems += writer.problems
            mine = [one for one in self.names if one.tree.path == path]
            found += self._in_strings(mine, because, guidance)
            nodes = [one.node for one in self._sites.get(path, {}).values()]
            imports = FileImports(self.project, tree, mine, self.wanted, self.target, nodes)
            quoted = any(one.sort == "annotation" and one.node is None for one in mine)
            named_here = {*writer.needed, *({self.new} if quoted else ())}
            known = {self.new, *self.wanted.imports}
            self._problems += hidden(self.project, tree, writer.needed - known)
            needed = {name for name in named_here if name in known or not hasattr(builtins, name)}
            found += imports.replacements(needed)
            self._problems += imports.problems
            yield path, found

    def _in_strings(self, mine: Sequence[Named], because: str, guidance: Guidance) -> Iterator[Replacement]:
        """Quoted annotations."""
        for one in mine:
            if one.sort == "annotation" and one.node is None:
                start = one.found.start
                if one.found.occurrence is not None and one.found.occurrence.base >= 0:
                    start = one.tree.file.occurrences.chain(one.found.occurrence)[0].start
                yield Replacement(start, one.found.end, self.new, because, guidance)

    def _replaced(self, departure: Departure | None) -> Iterator[Replaced]:
        """What the proof is to allow."""
        old, new = self.wanted.target, self.wanted.to
        yield Replaced(old, new, "class")
        if departure is not None and departure.file:
            yield Replaced(Target(old.module), Target(new.module), "module")
        made = self.to.functions().get("__init__")
        if made is not None and made.owner:
            yield Replaced(Target(old.module, f"{old.name}.__init__"), Target(new.module, made.name), "method")
        for name, kind in sorted(self._used):
            rules = [one for one in (*self.rules.methods, *self.rules.attributes) if one.name == name]
            members = {member for rule in rules for member, _ in asked(rule.template)}
            before = Target(old.module, f"{old.name}.{name}")
            for member in sorted(members or ({name} if not rules else set[str]())):
                yield Replaced(before, Target(new.module, f"{new.name}.{member}"), kind)


def _cast(tree: Tree, one: Named) -> Any:
    """The call of `cast("Name", value)` that a quoted name stands in."""
    string = string_of(tree, one.found) if one.node is None else None
    argument = tree.parent(string) if string is not None else None
    call = tree.parent(argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(call, cst.Call) or tree.written(call.func).rpartition(".")[2] != "cast":
        return None
    return call if call.args[0] is argument else None
