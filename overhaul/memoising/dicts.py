"""Dictionaries that memos keep their entries in: a store of the unified cache in their place."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from overhaul.changes import Edit, Replacement, Target, Used
from overhaul.errors import Refused
from overhaul.memoising.copies import refuse_copies
from overhaul.memoising.dangers import refuse_dangers, refuse_own_default
from overhaul.memoising.fitness import never_none, refuse_unfit
from overhaul.memoising.forms import Forms
from overhaul.memoising.keys import refuse_key, refuse_unsteady
from overhaul.memoising.places import Place, Places, Use, by_function, harmless
from overhaul.memoising.shapes import Shape, shape_of
from overhaul.memoising.target import STORE, TYPES, Settings, Unified
from overhaul.memoising.writing import Written, writing
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.syntax import Def, Syntax, named

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"


class Dictionaries:
    """Rewrites the memos of one dictionary, and what makes it."""

    def __init__(self, references: References, unified: Unified, settings: Settings) -> None:
        """Nothing is looked at before it is asked for."""
        self.references, self.project = references, references.project
        self._unified, self._settings = unified, settings
        self.places = Places(references)
        self._forms = Forms(references, self.places.syntax)

    def edits(self, target: Target, symbol: Symbol) -> Iterator[Edit | Used]:
        """The changes of all files. Raises Refused where the memo is not provably the plain one."""
        place = self.places.place(target, symbol)
        refuse_own_default(self.references, place)
        refuse_copies(self.references, place)
        found: dict[str, list[Replacement]] = {}
        memos = list(self._memos(place))
        if not memos:
            made = place.made
            raise Refused(
                f"{made.syntax.where(place.statement)}: no function looks up, computes and keeps in {target.name} in a "
                f"shape that is known: {_BY_HAND}"
            )
        for syntax, function, shape in memos:
            something = shape.none == "stored" or never_none(self.references, syntax, shape.value)
            refuse_key(syntax, shape)
            refuse_unfit(syntax, function, shape, moved=something)
            if something:
                refuse_dangers(self.references, syntax, function, shape)
                something = not self._keeps_form(syntax, function, shape)
            if something:
                refuse_unsteady(syntax, function, shape)
            written = Written(syntax, function, shape, something)
            found.setdefault(syntax.path, []).extend(writing(written))
        together = any(_first_wins(shape) for _, _, shape in memos)
        for one in self._making(place, together=together):
            if isinstance(one, Used):
                yield one
            else:
                found.setdefault(place.made.syntax.path, []).append(one)
        for path, replacements in found.items():
            yield self.project.edit(path, set(replacements))

    def fits(self, target: Target, symbol: Symbol) -> bool:
        """Whether a function of its own file looks like a memo with it: a quick look before the exact one."""
        syntax = self.places.syntax(symbol.path)
        found = list(named(syntax, target.name.rpartition(".")[2]))
        nodes = {id(one) for one in found}
        around = {syntax.function(one) for one in found} - {None}
        return any(one and shape_of(one.body, lambda each: id(each) in nodes) is not None for one in around)

    def _keeps_form(self, syntax: Syntax, function: Def, shape: Shape) -> bool:
        """Whether a memo goes on to look up and store in two steps. Raises Refused where it then could not go on."""
        why = self._forms.why_kept(syntax, function, shape)
        if why and (_first_wins(shape) or self._settings.changes):
            raise Refused(f"{syntax.where(function)}: {why}: leave ttl and max-size out, and store by D[key] = value")
        return bool(why)

    # What uses it

    def _memos(self, place: Place) -> Iterator[tuple[Syntax, Def, Shape]]:
        for (_, around), uses in by_function(place.others).items():
            nodes = {id(use.node) for use in uses}
            syntax = uses[0].syntax
            if isinstance(around, Def):
                shape = shape_of(around.body, lambda one, nodes=nodes: id(one) in nodes)  # type: ignore[misc]
                if shape is not None and self._all_of_it(shape, uses):
                    yield syntax, around, shape
                    continue
            for use in uses:
                if why := harmless(use):
                    raise Refused(f"{syntax.where(use.node)}: {why}: {_BY_HAND}")

    @staticmethod
    def _all_of_it(shape: Shape, uses: Iterable[Use]) -> bool:
        inside = {id(one) for node in shape.region for one in ast.walk(node)}
        return all(id(use.node) in inside for use in uses)

    # What makes it

    def _making(self, place: Place, *, together: bool) -> Iterator[Replacement | Used]:
        syntax, statement = place.made.syntax, place.statement
        value = statement.value
        assert value is not None
        self._unified.refuse_cycle(syntax.file)
        imports = Imports(self.project, syntax.path)
        scopes = [place.made.occurrence.scope]
        names = self._unified.taken(syntax.file, imports, (STORE, TYPES), scopes)
        said = ", ".join(self._settings.arguments("None", "None", f"{names[TYPES]}.{self._settings.type}"))
        if together:
            # Whoever was first has kept the value for all: one computes it, and all get the same.
            said = said.removesuffix(", single_flight=False")
        start, end = syntax.start(value), syntax.end(value)
        made = f"{names[STORE]}.of({said})"
        if self._settings.changes:
            because = "the entries are kept by the unified cache, which drops them at other times"
            yield Replacement(start, end, made, because, "review")
        else:
            because = "the entries are kept by the unified cache"
            yield Replacement(start, end, made, because)
        if isinstance(statement, ast.AnnAssign):
            yield from self._annotation(syntax, statement.annotation, names[STORE], imports)
        yield from imports.replacements()

    def _annotation(
        self, syntax: Syntax, annotation: ast.expr, store: str, imports: Imports
    ) -> Iterator[Replacement | Used]:
        """`dict[K, V]` becomes what it is then."""
        match annotation:
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name) as base) if name in _MAPPINGS:
                pass
            case ast.Name(id="dict") as base:
                pass
            case ast.Subscript(value=ast.Name(id="ClassVar" | "Final") | ast.Attribute(attr="ClassVar" | "Final"),
                               slice=inner):  # fmt: skip
                yield from self._annotation(syntax, inner, store, imports)
                return
            case _:
                raise Refused(f"{syntax.where(annotation)}: its annotation is no dict[...]: change that first")
        yield Replacement(syntax.start(base), syntax.end(base), store, "its annotation")
        if (one := syntax.occurrence(base)) is not None:
            module, _, last = getattr(self.references.meaning(syntax.path, one), "name", "").rpartition(".")
            yield Used(syntax.path, one.line, Target(module, last), self._unified.store)
        if isinstance(base, ast.Name) and base.id != "dict":
            self._drop(syntax, base, imports)

    @staticmethod
    def _drop(syntax: Syntax, base: ast.Name, imports: Imports) -> None:
        """Take out `Dict`, where nothing else needs it."""
        one = syntax.occurrence(base)
        if one is None or one.home is not syntax.file.top:
            return
        uses = [use for use in syntax.file.uses(syntax.file.top, base.id) if use.number not in syntax.file.by_place]
        taken = [each for each in syntax.file.taken if each.bound == base.id and each.home is syntax.file.top]
        if len(uses) == 1 and len(taken) == 1 and taken[0].target in ("typing", "collections.abc"):
            imports.drop(taken[0].statement, taken[0].name)


def _first_wins(shape: Shape) -> bool:
    """Whether `setdefault` keeps the value, so that all threads get the same."""
    nodes = (one for node in shape.region for one in ast.walk(node))
    return any(isinstance(one, ast.Attribute) and one.attr == "setdefault" for one in nodes)


_MAPPINGS: Final = frozenset({"dict", "Dict", "MutableMapping"})
