"""A dictionary that a memo keeps its entries in: where it is made, and everything that names it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.changes import Target
from overhaul.errors import Refused, Unreadable
from overhaul.memoising.texts import asking, quoted, refuse_texts
from overhaul.memoising.whole import Whole
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.families import Families
from overhaul.refactoring.receivers import Receivers
from overhaul.refactoring.references import means
from overhaul.refactoring.syntax import Def, Syntax

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"


class Use(NamedTuple):
    """A place that names the dictionary."""

    syntax: Syntax
    node: ast.expr
    """`D`, `module.D`, `self._d`: the whole chain up to the name."""
    occurrence: Occurrence


class Place(NamedTuple):
    """A dictionary with entries."""

    target: Target
    made: Use
    """Where it is assigned, empty."""
    statement: ast.Assign | ast.AnnAssign
    others: tuple[Use, ...]
    """Everything else that names it, by path and place."""
    owner: str
    """The class whose attribute it is; "" for a variable of the module."""


class Places:
    """Finds dictionaries and what names them."""

    def __init__(self, references: References) -> None:
        """Files are read once."""
        self.references, self.project = references, references.project
        self._syntax: dict[str, Syntax] = {}
        self._whole = Whole(references, self.syntax)

    def syntax(self, path: str) -> Syntax:
        """A file as CPython reads it. Raises Refused and Unreadable."""
        found = self._syntax.get(path)
        if found is None:
            found = self._syntax[path] = Syntax(self.references.bindings(path))
        return found

    def place(self, target: Target, symbol: Symbol) -> Place:
        """All that is to be known of a dictionary. Raises Refused, with the place, for what is not sure."""
        owner, _, name = target.name.rpartition(".")
        self._refuse_strings(target, name, owner)
        uses = list(self._of_attribute(target, owner, name) if owner else self._of_variable(symbol))
        made: list[tuple[Use, ast.Assign | ast.AnnAssign]] = []
        others: list[Use] = []
        for use in uses:
            statement = self._making(use, target, owner)
            if statement is not None:
                made.append((use, statement))
            else:
                others.append(use)
        if len(made) != 1:
            why = "assigned in several places" if made else "not made as an empty dictionary in its own place"
            line = made[1][1].lineno if made else symbol.line
            raise Refused(f"{symbol.path}:{line}: {name} is {why}: {_BY_HAND}")
        return Place(target, made[0][0], made[0][1], tuple(others), owner)

    def attribute(self, target: Target, owner: str, name: str) -> Iterator[Use]:
        """All that names an attribute. Raises Refused, with the place, for what is not sure."""
        self._refuse_strings(target, name, owner)
        yield from self._of_attribute(target, owner, name)

    def _of_variable(self, symbol: Symbol) -> Iterator[Use]:
        for found in self.references.to(symbol):
            where = f"{found.path}:{found.line}"
            if found.how == "import":
                continue
            if found.occurrence is None or found.how in ("listed", "string"):
                raise Refused(f"{where}: {symbol.name} is named in a string here: others may use it: {_BY_HAND}")
            if not found.certain:
                raise Refused(f"{where}: this may be {symbol.name} or something else: {_BY_HAND}")
            if found.occurrence.role in ("global", "nonlocal"):
                raise Refused(f"{where}: {symbol.name} is assigned anew in a function: {_BY_HAND}")
            if found.occurrence.role == "alias":
                continue
            yield self._use(found.path, found.occurrence)

    def _of_attribute(self, target: Target, owner: str, name: str) -> Iterator[Use]:
        families = Families(self.project, (target.module, owner), name)
        receivers = Receivers(self.references, families)
        others = families.family - {(target.module, owner)}
        if others:
            module, other = min(others)
            path = self.project.symbols.path(module)
            found = self.project.symbols.interior(module).member(other, name)
            line = found[1] if found is not None else 1
            raise Refused(f"{path}:{line}: {other} has {name}, too, of which this one is a kind: {_BY_HAND}")
        symbol = Symbol(target.module, target.name, "attribute", "", 0)
        for path in asking(self.references, name, self.project.symbols.path(target.module)):
            try:
                file = self.references.bindings(path)
            except Unreadable as error:
                raise Refused(f"{path}: {name} is mentioned, and it cannot be read ({error}): mend it") from None
            for one in file.occurrences.named(name):
                where = f"{path}:{one.line}"
                if one.role == "keyword":
                    raise Refused(f"{where}: {name} is an argument here, perhaps of {owner}: {_BY_HAND}")
                if one.role != "attribute":
                    home = file.home_of(one) if file.module == target.module else None
                    if home is not None and home.kind == "class" and home.name == owner:
                        yield self._use(path, one)
                    continue
                answer = receivers.judge(file, one)
                if answer.answer == "no":
                    continue
                meaning = self.references.meaning(path, one)
                if answer.answer != "yes" and not means(symbol, meaning):
                    if isinstance(meaning, External | Symbol):
                        continue
                    raise Refused(f"{where}: this may be {owner}.{name}, its class is not known: {_BY_HAND}")
                yield self._use(path, one)

    def _refuse_strings(self, target: Target, name: str, owner: str) -> None:
        for path, one in quoted(self.references, name):
            syntax = self.syntax(path)
            if owner and _is_slot(syntax, one.start):
                continue
            raise Refused(f"{path}:{one.line}: {name} is named in a string here: others may use it: {_BY_HAND}")
        refuse_texts(self.references, target.module, owner, name)
        if owner:
            self._whole.refuse(target.module, owner)
            row = self.project.symbols.interior(target.module).classes.get(owner)
            for text in row.decorators if row is not None else ():
                if text.rpartition(".")[2].partition("(")[0] in ("dataclass", "define", "attrs", "s", "frozen"):
                    assert row is not None
                    path = self.project.symbols.path(target.module)
                    raise Refused(f"{path}:{row.line}: {owner} is compared and copied by its attributes: {_BY_HAND}")

    def _use(self, path: str, one: Occurrence) -> Use:
        syntax = self.syntax(path)
        node = syntax.node(one)
        if node is None:
            raise Refused(f"{path}:{one.line}: {one.name} stands in a string or pattern here: {_BY_HAND}")
        return Use(syntax, node, one)

    def _making(self, use: Use, target: Target, owner: str) -> ast.Assign | ast.AnnAssign | None:
        """The statement that makes it, empty, where its entries begin to live."""
        syntax, node = use.syntax, use.node
        statement = syntax.parents[node]
        match statement:
            case ast.Assign(targets=[only], value=value) if only is node:
                pass
            case ast.AnnAssign(target=only, value=ast.expr() as value) if only is node:
                pass
            case _:
                return None
        if syntax.module != target.module or not _is_empty(value):
            return None
        around = syntax.parents[statement]
        if not owner:
            return statement if isinstance(around, ast.Module) else None
        if isinstance(around, ast.ClassDef):
            return statement if syntax.dotted(around) == owner else None
        if not isinstance(around, Def) or around.name not in ("__init__", "__new__", "__post_init__"):
            return None
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        return statement if syntax.dotted(around).rpartition(".")[0] == owner else None


def _is_empty(value: ast.expr) -> bool:
    match value:
        case ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=[]):
            return True
        case _:
            return False


def _is_slot(syntax: Syntax, at: int) -> bool:
    """Whether a string stands in `__slots__`."""
    for node in ast.walk(syntax.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="__slots__")]):
                if syntax.start(node) <= at < syntax.end(node):
                    return True
            case _:
                pass
    return False


_ASKED: Final = {"clear": (0, 0), "pop": (2, 2), "get": (1, 2)}
"""Methods that a store has as a dictionary has them, and how many arguments they are given."""


def harmless(use: Use) -> str:
    """Why a place outside of the memo would not go on to work with a store; "" where it does."""
    syntax, node = use.syntax, use.node
    parents = syntax.parents
    outer = parents[node]
    match outer:
        case ast.Attribute(attr=attr, value=value) if value is node:
            call = parents[outer]
            counts = _ASKED.get(attr)
            called = isinstance(call, ast.Call) and call.func is outer and not call.keywords
            if counts is not None and called and counts[0] <= len(getattr(call, "args", ())) <= counts[1]:
                used = attr == "clear" and not isinstance(parents[call], ast.Expr)
                return "what clear() gives is used" if used else ""
            if attr in ("keys", "items") and isinstance(call, ast.Call) and not call.args and _is_gone_through(
                parents, call
            ):  # fmt: skip
                return ""
            return f"{attr} is asked of it here, which a store does not answer as a dictionary does"
        case ast.Subscript(value=value, ctx=ast.Del() | ast.Load()) if value is node:
            return "it is sliced" if isinstance(outer.slice, ast.Slice) else _changed(parents, outer)
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[only]) if only is node:
            return ""
        case ast.Call(func=ast.Name(id="len" | "sorted" | "list" | "tuple" | "set" | "bool"), args=[only]) if (
            only is node
        ):
            return ""
        case _ if _is_gone_through(parents, node):
            return ""
        case ast.Subscript():
            return "an entry is stored here"
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Delete():
            return "it is assigned or deleted here"
        case _:
            return "it is passed on as a value here"


def _changed(parents: Mapping[ast.AST, ast.AST], entry: ast.Subscript) -> str:
    """What is done with an entry."""
    match parents[entry]:
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()) | ast.Attribute(
            value=value, ctx=ast.Store() | ast.Del()
        ) if value is entry:
            return "what is kept is changed here"
        case _:
            return ""


def _is_gone_through(parents: Mapping[ast.AST, ast.AST], node: ast.expr) -> bool:
    match parents[node]:
        case ast.For(iter=only) | ast.comprehension(iter=only):
            return only is node
        case ast.Call(func=ast.Name(id="list" | "sorted" | "tuple" | "set"), args=[only]):
            return only is node
        case _:
            return False


def by_function(uses: Sequence[Use]) -> Mapping[tuple[str, ast.AST], list[Use]]:
    """The uses by the function they stand in; those of a module or class body stand for themselves."""
    found: dict[tuple[str, ast.AST], list[Use]] = {}
    for use in uses:
        around: ast.AST = use.syntax.function(use.node) or use.syntax.tree
        found.setdefault((use.syntax.path, around), []).append(use)
    return found
