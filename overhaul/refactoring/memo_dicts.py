"""Dictionaries that memos keep their entries in: a store of the unified cache in their place."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from overhaul.changes import Edit, Replacement, Target
from overhaul.errors import Refused
from overhaul.facts import Function
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.memo_places import Place, Places, Use, by_function, harmless
from overhaul.refactoring.memo_shapes import Shape, shape_of
from overhaul.refactoring.memo_syntax import Def, Syntax, own_nodes
from overhaul.refactoring.memo_target import STORE, TYPES, Settings, Unified
from overhaul.refactoring.memo_writing import Written, writing

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"
_PURE: Final = frozenset({
    "tuple", "str", "repr", "frozenset", "len", "id", "type", "int", "float", "bool", "bytes", "hash", "abs", "round",
    "min", "max", "ord", "isinstance",
})  # fmt: skip
"""Builtins that may stand in a key: called once or twice makes no difference."""
_LOOKING: Final = frozenset({"super", "locals", "eval", "exec", "vars", "dir", "_getframe", "currentframe"})
"""What knows in which function it is called."""


class Dictionaries:
    """Rewrites the memos of one dictionary, and what makes it."""

    def __init__(self, references: References, unified: Unified, settings: Settings) -> None:
        """Nothing is looked at before it is asked for."""
        self.references, self.project = references, references.project
        self._unified, self._settings = unified, settings
        self.places = Places(references)

    def edits(self, target: Target, symbol: Symbol) -> Iterator[Edit]:
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
            self._refuse_unfit(syntax, function, shape)
            written = Written(syntax, function, shape, self._never_none(syntax, function, shape))
            found.setdefault(syntax.path, []).extend(writing(written))
        found.setdefault(place.made.syntax.path, []).extend(self._making(place))
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

    # Whether it stays what it is

    def _refuse_unfit(self, syntax: Syntax, function: Def, shape: Shape) -> None:
        """Raise Refused where the parts of a memo cannot be put elsewhere."""
        if shape.none == "miss" and not self._never_none(syntax, function, shape):
            # It keeps its form: nothing is computed elsewhere.
            self._refuse_key(syntax, shape)
            return
        self._refuse_key(syntax, shape)
        compute: list[ast.AST] = [*shape.compute, shape.value]
        for node in own_nodes(compute):
            where = syntax.where(node) if isinstance(node, ast.expr | ast.stmt) else ""
            match node:
                case ast.Return():
                    raise Refused(f"{where}: it returns without keeping what it returns: {_BY_HAND}")
                case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                    raise Refused(f"{where}: it waits while it computes: use get_or_compute_async by hand")
                case ast.Yield() | ast.YieldFrom():
                    raise Refused(f"{where}: it yields: {_BY_HAND}")
                case ast.Delete(targets=targets) if any(isinstance(one, ast.Name) for one in targets):
                    raise Refused(f"{where}: it deletes a variable: {_BY_HAND}")
                case ast.Raise(exc=None):
                    raise Refused(f"{where}: it raises again what was caught: {_BY_HAND}")
                case _:
                    pass
        for node in ast.walk(ast.Module([one for one in function.body], [])):
            match node:
                case ast.Global() | ast.Nonlocal():
                    raise Refused(f"{syntax.where(node)}: it assigns variables of others: {_BY_HAND}")
                case _:
                    pass
        for node in (one for part in compute for one in ast.walk(part)):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in _LOOKING:
                    if name != "super" or _bare_super(syntax, node):
                        raise Refused(f"{syntax.where(node)}: {name}() knows where it is called: {_BY_HAND}")
                case _:
                    pass
        self._refuse_shared(syntax, function, shape)

    def _refuse_key(self, syntax: Syntax, shape: Shape) -> None:
        for node in ast.walk(shape.key):
            match node:
                case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _PURE and hasattr(builtins, name):
                    pass
                case ast.Call() | ast.Await() | ast.NamedExpr() | ast.Lambda() | ast.Yield() | ast.comprehension():
                    raise Refused(
                        f"{syntax.where(shape.key)}: the key is worked out anew at each place: put it in a variable"
                    )
                case _:
                    pass
        names = {one.id for one in ast.walk(shape.key) if isinstance(one, ast.Name)}
        for node in (one for part in (*shape.compute, shape.value) for one in ast.walk(part)):
            match node:
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name in names:
                    raise Refused(f"{syntax.where(node)}: {name}, of the key, is assigned anew: {_BY_HAND}")
                case _:
                    pass

    def _refuse_shared(self, syntax: Syntax, function: Def, shape: Shape) -> None:
        """What is computed in a function of its own must have its variables for itself."""
        parts = (*shape.compute, shape.value)
        inside = {id(one) for part in parts for one in ast.walk(part)}
        region = {id(one) for node in shape.region for one in ast.walk(node)}
        stays = [one for one in ast.walk(function) if id(one) not in region]
        stays += ast.walk(shape.key)
        if shape.entry is not None:
            stays += ast.walk(shape.answer)
        others = {one.id for one in stays if isinstance(one, ast.Name)}
        others |= {one.arg for one in stays if isinstance(one, ast.arg)}
        own = {name: node for part in parts for name, node in _bound_in(part)}
        for name, node in own.items():
            if name in others:
                raise Refused(f"{syntax.where(_placed(syntax, node))}: {name} is assigned here and used elsewhere, too: "
                              f"{_BY_HAND}")  # fmt: skip
        goes = {
            one.id for node in shape.region for one in ast.walk(node)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and id(one) not in inside
        }  # fmt: skip
        for one in (each for part in parts for each in ast.walk(part)):
            if isinstance(one, ast.Name) and one.id in goes - own.keys():
                raise Refused(f"{syntax.where(one)}: {one.id} is what was looked up: {_BY_HAND}")

    def _never_none(self, syntax: Syntax, function: Def, shape: Shape) -> bool:
        """Whether what is computed is surely not None."""
        value = shape.value
        match value:
            case ast.Constant():
                return value.value is not None
            case (
                ast.Tuple() | ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp()
                | ast.GeneratorExp() | ast.JoinedStr() | ast.Lambda()
            ):  # fmt: skip
                return True
            case ast.Compare():
                return False
            case ast.Call(func=ast.Name() | ast.Attribute() as func):
                return self._returns_something(syntax, func)
            case _:
                return False

    def _returns_something(self, syntax: Syntax, func: ast.expr) -> bool:
        one = syntax.occurrence(func)
        meaning = self.references.meaning(syntax.path, one) if one is not None else None
        if not isinstance(meaning, Symbol):
            name = getattr(meaning, "name", "")
            return name.removeprefix("builtins.") in _NEVER_NONE and name.startswith("builtins.")
        if meaning.alternatives:
            return False
        if meaning.kind == "class":
            row = self.project.symbols.interior(meaning.module).classes.get(meaning.name)
            return row is not None and f"{meaning.name}.__new__" not in (
                self.project.symbols.interior(meaning.module).functions
            )
        row = self.project.symbols.interior(meaning.module).functions.get(meaning.name)
        return isinstance(row, Function) and not row.asynchronous and _says_something(row.returns)

    # What makes it

    def _making(self, place: Place) -> Iterator[Replacement]:
        syntax, statement = place.made.syntax, place.statement
        value = statement.value
        assert value is not None
        self._unified.refuse_cycle(syntax.file)
        imports = Imports(self.project, syntax.path)
        scopes = [place.made.occurrence.scope]
        names = self._unified.taken(syntax.file, imports, (STORE, TYPES), scopes)
        said = ", ".join(self._settings.arguments("None", "None", f"{names[TYPES]}.{self._settings.type}"))
        start, end = syntax.start(value), syntax.end(value)
        because, guidance = "the entries are kept by the unified cache; no two threads compute one at once", "safe"
        if self._settings.changes:
            because = "the entries are kept by the unified cache, which drops them at other times"
            guidance = "review"
        yield Replacement(start, end, f"{names[STORE]}.of({said})", because, "review" if guidance == "review" else "safe")
        if isinstance(statement, ast.AnnAssign):
            yield from self._annotation(syntax, statement.annotation, names[STORE], imports)
        yield from imports.replacements()

    def _annotation(
        self, syntax: Syntax, annotation: ast.expr, store: str, imports: Imports
    ) -> Iterator[Replacement]:
        """`dict[K, V]` becomes what it is then."""
        match annotation:
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name) as base) if name in _MAPPINGS:
                pass
            case ast.Name(id="dict") as base:
                yield Replacement(syntax.start(base), syntax.end(base), f"{store}[object, object]", "its annotation")
                return
            case ast.Subscript(value=ast.Name(id="ClassVar" | "Final") | ast.Attribute(attr="ClassVar" | "Final"),
                               slice=inner):  # fmt: skip
                yield from self._annotation(syntax, inner, store, imports)
                return
            case _:
                raise Refused(f"{syntax.where(annotation)}: its annotation is no dict[...]: change that first")
        start, end = syntax.start(base), syntax.end(base)
        yield Replacement(start, end, "", "its annotation")
        yield Replacement(end, end, store, "its annotation")
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
_NEVER_NONE: Final = frozenset({
    "str", "int", "float", "tuple", "list", "dict", "set", "frozenset", "bytes", "bool", "len", "sorted", "sum", "repr",
    "object", "type", "range", "zip", "map", "filter", "complex", "abs", "round", "hash", "ord", "chr", "format",
})  # fmt: skip


def _says_something(returns: str) -> bool:
    """Whether a function is annotated to return something that is not None."""
    text = returns.strip().strip("'\"")
    if not text or text in ("Any", "typing.Any", "object", "None", "NoReturn", "Never"):
        return False
    parts = [part.strip() for part in text.replace("[", "|").replace("]", "|").split("|")]
    return not any(part in ("None", "Optional", "typing.Optional", "Any", "Union") for part in parts) and (
        len(text) > 1 and not text.startswith(("_T", "T_"))
    )


def _placed(syntax: Syntax, node: ast.AST) -> ast.expr | ast.stmt:
    return node if isinstance(node, ast.expr) else syntax.statement(node)


def _bare_super(syntax: Syntax, node: ast.AST) -> bool:
    call = syntax.parents.get(node)
    return isinstance(call, ast.Call) and call.func is node and not call.args


def _bound_in(part: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The variables that a part of a function binds."""
    for node in ast.walk(part):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                if not _in_comprehension(part, node):
                    yield name, node
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from ((one.asname or one.name.partition(".")[0], node) for one in names)
            case _:
                pass


def _in_comprehension(part: ast.AST, name: ast.AST) -> bool:
    """Whether a name is bound by a comprehension, which keeps it for itself."""
    for node in ast.walk(part):
        if isinstance(node, ast.comprehension) and any(one is name for one in ast.walk(node.target)):
            return True
    return False
