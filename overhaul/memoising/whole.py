"""Who sees all attributes of an instance at once: a dictionary that becomes a store, or goes, is one of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused, Unreadable
from overhaul.facts import Class
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.families import Key
from overhaul.refactoring.syntax import Syntax

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"
_SEEING: Final = re.compile(rb"__dict__|\bvars\s*\(|\bgetmembers\s*\(")
_GOING: Final = frozenset({"vars", "getmembers"})


class Whole:
    """Answers for the classes of one project."""

    def __init__(self, references: References, read: Callable[[str], Syntax]) -> None:
        """Nothing is looked at before it is asked for."""
        self._references, self._project, self._read = references, references.project, read
        self._orders: dict[Key, frozenset[Key]] = {}

    def refuse(self, module: str, owner: str) -> None:
        """Raise Refused for a class of whose instances somebody sees all attributes."""
        kin = self._kin((module, owner))
        for one in sorted(kin):
            if one[0] not in self._project.layout.modules:
                continue
            for syntax, node in self._in_class(one):
                why = f"{one[1]} goes through all attributes of its instances"
                raise Refused(f"{syntax.where(node)}: {why}: {_BY_HAND}")
        for where in self._elsewhere(module, owner, kin):
            raise Refused(f"{where}: all attributes of a {owner} may be seen here, since it is not known whose they "
                          f"are: {_BY_HAND}")  # fmt: skip

    def _kin(self, key: Key) -> frozenset[Key]:
        """A class, those above it, and those below it."""
        above = self._order(key)
        below = {
            (module, row.name) for module, rows in self._project.facts(Class).items() for row in rows
            if row.bases and key in self._order((module, row.name))
        }  # fmt: skip
        return frozenset({key, *above, *below})

    def _order(self, key: Key) -> frozenset[Key]:
        if key not in self._orders:
            order = self._project.symbols.order(*key)
            self._orders[key] = frozenset((one.module, one.name) for one in order if isinstance(one, Symbol))
        return self._orders[key]

    def _in_class(self, key: Key) -> Iterator[tuple[Syntax, ast.expr]]:
        """What goes through `__dict__` in the body of a class."""
        path = self._project.symbols.path(key[0])
        if not self._sees(path):
            return
        syntax = self._read(path)
        for node in (one for each in syntax.definitions.get(key[1], ()) for one in ast.walk(each)):
            match node:
                case ast.Attribute(attr="__dict__"):
                    if not asked_by_name(syntax, node):
                        yield syntax, node
                case ast.Call(func=ast.Name(id="vars")):
                    yield syntax, node
                case _:
                    pass

    def _elsewhere(self, module: str, owner: str, kin: frozenset[Key]) -> Iterator[str]:
        """Files that name the class, and go through the attributes of something that may be one of it."""
        for path in self._project.mentioning([owner.rpartition(".")[2]]):
            if not self._sees(path):
                continue
            try:
                syntax = self._read(path)
            except (Refused, Unreadable):
                continue
            for node in ast.walk(syntax.tree):
                match node:
                    case ast.Attribute(attr="__dict__", value=value) if not asked_by_name(syntax, node):
                        pass
                    case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[value]) if name in _GOING:
                        pass
                    case _:
                        continue
                if self._may_be(syntax, value, kin):
                    yield syntax.where(node)

    def _may_be(self, syntax: Syntax, value: ast.expr, kin: frozenset[Key]) -> bool:
        """Whether an expression may be an instance of one of some classes."""
        match value:
            case ast.Name(id="self" | "cls"):
                return False  # of the class it stands in, whose body has been looked at
            case ast.Call(func=ast.Name(id="type")) | ast.Attribute(attr="__class__"):
                return False
            case ast.Name() | ast.Attribute():
                pass
            case _:
                return True
        one = syntax.occurrence(value)
        if one is None:
            return True
        meaning = self._references.meaning(syntax.path, one)
        if isinstance(meaning, Symbol) and meaning.kind in ("module", "class", "function"):
            return False
        text = syntax.of(value)
        classes = self._project.types.of_expression(syntax.module, one.scope.name, text)
        return not classes or any(isinstance(each, Symbol) and (each.module, each.name) in kin for each in classes)

    def _sees(self, path: str) -> bool:
        try:
            return _SEEING.search(self._project.source(path).data) is not None
        except Unreadable:
            return False


def asked_by_name(syntax: Syntax, node: ast.expr) -> bool:
    """Whether `__dict__` is asked for one attribute, by a name that is written there."""
    outer = syntax.parents[node]
    match outer, syntax.parents.get(outer):
        case ast.Subscript(slice=ast.Constant()), _:
            return True
        case ast.Attribute(attr="pop" | "get" | "setdefault"), ast.Call(args=[ast.Constant(), *_]):
            return True
        case ast.Compare(left=ast.Constant(), comparators=[only]), _:
            return only is node
        case _:
            return False
