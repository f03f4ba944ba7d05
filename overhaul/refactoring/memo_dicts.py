"""Dictionaries that memos keep their entries in: a store of the unified cache in their place."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from overhaul.changes import Edit, Replacement, Target, Used
from overhaul.errors import Refused
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.memo_fitness import never_none, refuse_unfit
from overhaul.refactoring.memo_places import Place, Places, Use, by_function, harmless
from overhaul.refactoring.memo_shapes import Shape, shape_of
from overhaul.refactoring.memo_syntax import Def, Syntax
from overhaul.refactoring.memo_target import STORE, TYPES, Settings, Unified
from overhaul.refactoring.memo_writing import Written, writing

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

    def edits(self, target: Target, symbol: Symbol) -> Iterator[Edit | Used]:
        """The changes of all files. Raises Refused where the memo is not provably the plain one."""
        place = self.places.place(target, symbol)
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
            refuse_unfit(syntax, function, shape, moved=something)
            written = Written(syntax, function, shape, something)
            found.setdefault(syntax.path, []).extend(writing(written))
        for one in self._making(place):
            if isinstance(one, Used):
                yield one
            else:
                found.setdefault(place.made.syntax.path, []).append(one)
        for path, replacements in found.items():
            yield self.project.edit(path, set(replacements))

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

    def _making(self, place: Place) -> Iterator[Replacement | Used]:
        syntax, statement = place.made.syntax, place.statement
        value = statement.value
        assert value is not None
        self._unified.refuse_cycle(syntax.file)
        imports = Imports(self.project, syntax.path)
        scopes = [place.made.occurrence.scope]
        names = self._unified.taken(syntax.file, imports, (STORE, TYPES), scopes)
        said = ", ".join(self._settings.arguments("None", "None", f"{names[TYPES]}.{self._settings.type}"))
        start, end = syntax.start(value), syntax.end(value)
        made = f"{names[STORE]}.of({said})"
        if self._settings.changes:
            because = "the entries are kept by the unified cache, which drops them at other times"
            yield Replacement(start, end, made, because, "review")
        else:
            because = "the entries are kept by the unified cache; no two threads compute one at once"
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


_MAPPINGS: Final = frozenset({"dict", "Dict", "MutableMapping"})
