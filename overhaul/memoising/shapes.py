"""Tell a memo of the plain shape: look up, else compute, keep under the same key, and return."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from overhaul.refactoring.syntax import same

IsStore = Callable[[ast.expr], bool]
"""Whether an expression is the dictionary with the entries."""


class Shape(NamedTuple):
    """One memo, part by part; what a part does not name the memo does not do."""

    region: tuple[ast.stmt, ...]
    """The statements that are the memo, the last of a suite."""
    key: ast.expr
    compute: tuple[ast.stmt, ...]
    """What runs where nothing was found, up to the value."""
    value: ast.expr
    """The value that is kept."""
    none: Literal["stored", "miss"]
    """miss: None is taken for nothing found."""
    answer: ast.Return
    """What returns the value; with more around it, where an entry is used on the spot."""
    entry: ast.expr | None
    """The entry in what is returned; None where all of it is the value."""
    eager: bool = False
    """The value was computed each time, found or not: `setdefault`."""
    unhashable: bool = False
    """What cannot be a key goes straight through."""


class Miss(NamedTuple):
    """What happens where nothing was found."""

    compute: tuple[ast.stmt, ...]
    value: ast.expr
    result: str
    """The name that is bound to the value; "" for none."""
    answer: ast.Return | None
    """None where it does not return."""


def shape_of(body: Sequence[ast.stmt], is_store: IsStore) -> Shape | None:
    """The memo that a suite ends in; None where it is of no shape that is known."""
    return _Matcher(is_store).suite(body)


class _Matcher:
    """Matches the statements of one suite."""

    def __init__(self, is_store: IsStore) -> None:
        self._is_store = is_store

    def suite(self, body: Sequence[ast.stmt]) -> Shape | None:
        first = next((at for at, one in enumerate(body) if self.speaks(one)), None)
        if first is None:
            return None
        region = tuple(body[first:])
        match region:
            case (ast.With(items=items, body=inner),) if not any(self.speaks(one.context_expr) for one in items):
                return self.suite(inner)
            case (ast.If(test=test, body=found, orelse=otherwise), *rest):
                return self._asked(region, test, found, otherwise, rest)
            case (ast.Try(body=[tried], handlers=[handler], orelse=[], finalbody=[]), *rest):
                return self._tried(region, tried, handler, rest)
            case (ast.Assign(targets=[ast.Name(id=name)], value=value), ast.If() as test, *rest):
                return self._got(region, name, value, test, rest)
            case (ast.Return(value=ast.Call() as call) as answer,):
                return self._default(region, call, answer)
            case _:
                return None

    def speaks(self, node: ast.AST) -> bool:
        """Whether the dictionary is named in it."""
        return any(isinstance(one, ast.expr) and self._is_store(one) for one in ast.walk(node))

    # Entries

    def entry(self, node: ast.AST | None) -> ast.expr | None:
        """The key of `D[key]`."""
        match node:
            case ast.Subscript(value=store, slice=key) if self._is_store(store) and not isinstance(key, ast.Slice):
                return key
            case _:
                return None

    def _is_entry(self, node: ast.AST | None, key: ast.expr) -> bool:
        found = self.entry(node)
        return found is not None and same(found, key)

    def _called(self, node: ast.expr, name: str) -> Sequence[ast.expr] | None:
        match node:
            case ast.Call(func=ast.Attribute(value=store, attr=attr), args=args, keywords=[]) if (
                attr == name and self._is_store(store) and not any(isinstance(one, ast.Starred) for one in args)
            ):
                return args
            case _:
                return None

    # Looked up by `in`, `D.get` in a condition

    def _asked(
        self, region: tuple[ast.stmt, ...], test: ast.expr, found: Sequence[ast.stmt],
        otherwise: Sequence[ast.stmt], rest: Sequence[ast.stmt],
    ) -> Shape | None:  # fmt: skip
        match test:
            case ast.Compare(left=key, ops=[ast.In()], comparators=[store]) if self._is_store(store):
                if not (len(found) == 1 and isinstance(found[0], ast.Return) and self._is_entry(found[0].value, key)):
                    return None
                return self._missed(region, key, [*otherwise, *rest] if not (otherwise and rest) else [])
            case ast.Compare(left=key, ops=[ast.NotIn()], comparators=[store]) if self._is_store(store):
                return self._filled(region, key, found, rest) if not otherwise else None
            case ast.Compare(left=ast.NamedExpr(target=ast.Name(id=name), value=value), ops=[how],
                             comparators=[nothing]):  # fmt: skip
                return self._compared(region, name, value, how, nothing, found, otherwise, rest)
            case _:
                return None

    def _missed(self, region: tuple[ast.stmt, ...], key: ast.expr, body: Sequence[ast.stmt]) -> Shape | None:
        miss = self._miss(body, key)
        if miss is None or miss.answer is None:
            return None
        return Shape(region, key, miss.compute, miss.value, "stored", miss.answer, None)

    def _filled(
        self, region: tuple[ast.stmt, ...], key: ast.expr, body: Sequence[ast.stmt], rest: Sequence[ast.stmt]
    ) -> Shape | None:
        """`if key not in D: D[key] = value`, and then the entry is returned or used."""
        miss = self._miss(body, key)
        match rest:
            case [ast.Return(value=ast.expr() as value) as answer] if miss is not None and miss.answer is None:
                entries = [one for one in ast.walk(value) if self._is_entry(one, key)]
                spoken = [one for one in ast.walk(value) if isinstance(one, ast.expr) and self._is_store(one)]
                if len(entries) != 1 or len(spoken) != 1 or not isinstance(entries[0], ast.expr):
                    return None
                if any(isinstance(one, ast.Lambda | ast.comprehension) for one in ast.walk(value)):
                    return None
                return Shape(region, key, miss.compute, miss.value, "stored", answer, entries[0])
            case _:
                return None

    # A missing key is caught

    def _tried(
        self, region: tuple[ast.stmt, ...], tried: ast.stmt, handler: ast.ExceptHandler, rest: Sequence[ast.stmt]
    ) -> Shape | None:
        if not isinstance(handler.type, ast.Name) or handler.name is not None:
            return None
        match handler.type.id, tried:
            case "KeyError", ast.Return(value=value):
                key = self.entry(value)
                if key is None:
                    return None
                if len(handler.body) == 1 and isinstance(handler.body[0], ast.Pass):
                    return self._missed(region, key, rest)
                return self._missed(region, key, handler.body) if not rest else None
            case "KeyError", ast.Assign(targets=[ast.Name(id=name)], value=value):
                key = self.entry(value)
                miss = self._miss(handler.body, key) if key is not None else None
                match rest:
                    case [ast.Return(value=ast.Name(id=returned)) as answer] if (
                        key is not None and miss is not None and miss.answer is None and returned == name
                        and miss.result == name
                    ):  # fmt: skip
                        return Shape(region, key, miss.compute, miss.value, "stored", answer, None)
                    case _:
                        return None
            case "TypeError", ast.If(test=ast.Compare(left=key, ops=[ast.In()], comparators=[store]), orelse=[]):
                return self._passing(region, tried, key, store, handler, rest)
            case _:
                return None

    def _passing(
        self, region: tuple[ast.stmt, ...], tried: ast.If, key: ast.expr, store: ast.expr, handler: ast.ExceptHandler,
        rest: Sequence[ast.stmt],
    ) -> Shape | None:  # fmt: skip
        """What cannot be hashed goes straight through: the handler returns what is computed otherwise."""
        match tried.body, handler.body:
            case [ast.Return(value=found)], [ast.Return(value=ast.expr() as through)] if (
                self._is_store(store) and self._is_entry(found, key)
            ):
                shape = self._missed(region, key, rest)
                if shape is None or shape.compute or not same(shape.value, through):
                    return None
                return shape._replace(unhashable=True)
            case _:
                return None

    # Looked up by `get`

    def _got(
        self, region: tuple[ast.stmt, ...], name: str, value: ast.expr, test: ast.If, rest: Sequence[ast.stmt]
    ) -> Shape | None:
        match test.test:
            case ast.Compare(left=ast.Name(id=asked), ops=[how], comparators=[nothing]) if asked == name:
                return self._compared(region, name, value, how, nothing, test.body, test.orelse, rest)
            case _:
                return None

    def _compared(
        self, region: tuple[ast.stmt, ...], name: str, value: ast.expr, how: ast.cmpop, nothing: ast.expr,
        body: Sequence[ast.stmt], otherwise: Sequence[ast.stmt], rest: Sequence[ast.stmt],
    ) -> Shape | None:  # fmt: skip
        """What `D.get(key)` gave is compared with None, or what `D.get(key, nothing)` gave with that."""
        args = self._called(value, "get")
        if args is None or not 1 <= len(args) <= 2:
            return None
        key, default = args[0], args[1] if len(args) == 2 else ast.Constant(None)
        plain = isinstance(nothing, ast.Constant) and nothing.value is None
        if not same(default, nothing) or not (plain or isinstance(nothing, ast.Name)):
            return None
        match how:
            case ast.IsNot():
                if not (len(body) == 1 and isinstance(body[0], ast.Return) and _is_name(body[0].value, name)):
                    return None
                miss = self._miss([*otherwise, *rest] if not (otherwise and rest) else [], key)
                answer = miss.answer if miss is not None else None
            case ast.Is():
                miss = self._miss(body, key) if not otherwise else None
                match rest:
                    case [ast.Return(value=ast.Name(id=returned)) as answer] if returned == name:
                        if miss is None or miss.answer is not None or miss.result != name:
                            return None
                    case _:
                        return None
            case _:
                return None
        if miss is None or answer is None:
            return None
        if not plain:
            return Shape(region, key, miss.compute, miss.value, "stored", answer, None)
        return Shape(region, key, miss.compute, miss.value, "miss", answer, None)

    # `setdefault`

    def _default(self, region: tuple[ast.stmt, ...], call: ast.Call, answer: ast.Return) -> Shape | None:
        args = self._called(call, "setdefault")
        if args is None or len(args) != 2 or any(self.speaks(one) for one in args):
            return None
        return Shape(region, args[0], (), args[1], "stored", answer, None, eager=True)

    # What is computed

    def _miss(self, body: Sequence[ast.stmt], key: ast.expr) -> Miss | None:
        found = self._kept(body, key)
        if found is None or any(self.speaks(one) for one in (*found.compute, found.value)):
            return None
        return found

    def _kept(self, body: Sequence[ast.stmt], key: ast.expr) -> Miss | None:
        """The statements of a miss: what is computed, what is kept, what is returned."""
        answer: ast.Return | None = None
        rest = list(body)
        if rest and isinstance(last := rest[-1], ast.Return):
            answer = last
            rest.pop()
            match last.value:
                case ast.Call() as call if (args := self._called(call, "setdefault")) is not None:
                    # Whoever was first has kept it: all get the same.
                    return Miss(tuple(rest), args[1], "", answer) if _two(args, key) else None
                case _:
                    pass
        if not rest or not isinstance(keep := rest.pop(), ast.Assign):
            return None
        names = [one.id for one in keep.targets if isinstance(one, ast.Name)]
        entries = [one for one in keep.targets if self._is_entry(one, key)]
        if len(entries) != 1 or len(names) + len(entries) != len(keep.targets) or len(names) > 1:
            return None
        name, value = names[0] if names else "", keep.value
        if not name and isinstance(value, ast.Name):
            name = value.id
            match rest:
                case [*_, ast.Assign(targets=[ast.Name(id=bound)], value=computed)] if bound == name:
                    rest.pop()
                    value = computed
                case [*_, ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as computed)] if bound == name:
                    rest.pop()
                    value = computed
                case _:
                    pass
        if answer is not None and not (_is_name(answer.value, name) or self._is_entry(answer.value, key)):
            return None
        return Miss(tuple(rest), value, name, answer)


def _two(args: Sequence[ast.expr], key: ast.expr) -> bool:
    return len(args) == 2 and same(args[0], key)


def _is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
