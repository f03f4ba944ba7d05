"""A function that hands its work to another: with the arguments put in, the body of that one is what it had."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from overhaul.changes import Delegated
from overhaul.naming.meanings import External, Symbol
from overhaul.plans import Refusal
from overhaul.proving.context import Context
from overhaul.proving.dividing import Function, function_at

CHECK: Final = "bindings"


class Delegating:
    """Compares what functions did with what those do that they call instead."""

    def __init__(self, context: Context) -> None:
        """Nothing is read before `refusals`."""
        self._context = context
        self.looked = 0
        """How many functions were compared."""

    def refusals(self) -> Iterator[Refusal]:
        """What would be done otherwise."""
        for told in self._context.delegated:
            old = function_at(self._context.before, told.before)
            new = function_at(self._context.after, told.before)
            other = function_at(self._context.after, told.after)
            if old is None or new is None or other is None:
                continue  # what is offered tells of it
            self.looked += 1
            path = self._context.after.symbols.path(told.before.module)
            for why in self._wrong(told, old, new, other):
                yield Refusal(path, new.lineno, CHECK, why, "let the call give what the body had")
                break

    def _wrong(self, told: Delegated, old: Function, new: Function, other: Function) -> Iterator[str]:
        name = told.after.name
        if ast.dump(old.args) != ast.dump(new.args) or _heads(old) != _heads(new):
            yield f"{old.name} would have another head"
        call = _called(new, name)
        if call is None:
            yield f"{old.name} would do something beside calling {name}"
            return
        given = _bound(call, other)
        if given is None:
            yield f"{name} would not be given what it takes"
            return
        same = _Same(_locals(old), {one.arg for one in _parameters(old)}, _locals(other), given)
        was, now = _plain(old), _plain(other)
        if len(was) != len(now) or not all(map(same.node, was, now)):
            yield f"what {name} does is not what {old.name} did"
            return
        for before, after in sorted(same.free):
            if not self._means_the_same(told, before, after):
                yield f"`{after}` in {name} would be another than `{before}` in {old.name}"

    def _means_the_same(self, told: Delegated, before: str, after: str) -> bool:
        left = self._context.before.symbols.lookup(told.before.module, "", before)
        right = self._context.after.symbols.lookup(told.after.module, "", after)
        if isinstance(left, Symbol) and isinstance(right, Symbol):
            # Two constants of one value are told as equal by the codemod.
            variables = left.kind == right.kind == "variable"
            return variables or left.same(right) or left.dotted == right.dotted
        if isinstance(left, External) and isinstance(right, External):
            return left.name == right.name
        return type(left) is type(right) and before == after


class _Same:
    """Two trees, side by side: the second with what its parameters are given."""

    def __init__(
        self, variables: frozenset[str], own: set[str], others: frozenset[str], given: Mapping[str, ast.expr]
    ) -> None:  # fmt: skip
        """`variables` of the first, and which are its parameters; of the other, and what its parameters are given."""
        self._variables, self._own, self._others, self._given = variables, own, others, given
        self._forth: dict[str, str] = {}
        self._back: dict[str, str] = {}
        self.free: set[tuple[str, str]] = set()
        """The names that are no variables of the two, as each calls them."""

    def node(self, one: ast.AST, other: ast.AST) -> bool:
        if isinstance(other, ast.Name) and other.id in self._given:
            value = self._given[other.id]
            if isinstance(value, ast.Name):
                return isinstance(one, ast.Name) and one.id == value.id and type(one.ctx) is type(other.ctx)
            return ast.dump(one) == ast.dump(value) and isinstance(other.ctx, ast.Load)
        if type(one) is not type(other):
            return False
        if isinstance(one, ast.Name) and isinstance(other, ast.Name):
            return type(one.ctx) is type(other.ctx) and self._name(one.id, other.id)
        if isinstance(one, ast.Nonlocal) and isinstance(other, ast.Nonlocal):
            return len(one.names) == len(other.names) and all(map(self._outer, one.names, other.names))
        for field in one._fields:
            left, right = getattr(one, field, None), getattr(other, field, None)
            named = field in ("name", "arg", "rest", "asname") and not isinstance(one, ast.keyword)
            if named and isinstance(left, str) and isinstance(right, str) and not isinstance(one, ast.alias):
                if not self._name(left, right):
                    return False
            elif not self._field(left, right):
                return False
        return True

    def _outer(self, one: str, other: str) -> bool:
        value = self._given.get(other)
        return value.id == one if isinstance(value, ast.Name) else value is None and self._name(one, other)

    def _field(self, left: object, right: object) -> bool:
        if isinstance(left, ast.AST) and isinstance(right, ast.AST):
            return self.node(left, right)
        if type(left) is not type(right):
            return False
        if isinstance(left, list):
            first, second = cast("list[object]", left), cast("list[object]", right)
            return len(first) == len(second) and all(map(self._field, first, second))
        return left == right

    def _name(self, one: str, other: str) -> bool:
        if one in self._own:
            return False  # a variable of the caller's that nobody has handed on
        if (one in self._variables) != (other in self._others):
            return False
        if one not in self._variables:
            self.free.add((one, other))
        return self._forth.setdefault(one, other) == other and self._back.setdefault(other, one) == one


def _locals(function: Function) -> frozenset[str]:
    """The names that a function, or what is nested in it, binds; but for those that it says are global."""
    found: set[str] = set()
    outer: set[str] = set()
    for one in function.body:
        for node in ast.walk(one):
            match node:
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                    found.add(name)
                case ast.Global(names=names):
                    outer.update(names)
                case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                    found.update((each.asname or each.name).partition(".")[0] for each in aliases)
                case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.add(name)
                case ast.ClassDef(name=name) | ast.MatchMapping(rest=str(name)):
                    found.add(name)
                case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                    found.add(name)
                case _:
                    continue
    return frozenset(found - outer)


def _heads(function: Function) -> tuple[type[Function], list[str], str]:
    back = ast.dump(function.returns) if function.returns is not None else ""
    return type(function), [ast.dump(one) for one in function.decorator_list], back


def _plain(function: Function) -> Sequence[ast.stmt]:
    """A body without its docstring."""
    first = function.body[0]
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return function.body[1:] if said else function.body


def _called(function: Function, name: str) -> ast.Call | None:
    """The call of a function that another consists of, whatever it gives back."""
    body = _plain(function)
    one = body[0] if len(body) == 1 else None
    value = one.value if isinstance(one, ast.Expr | ast.Return) else None
    if isinstance(value, ast.Await | ast.YieldFrom):
        value = value.value
    right = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == name
    return value if isinstance(value, ast.Call) and right else None


def _parameters(function: Function) -> Iterator[ast.arg]:
    yield from (one for one in ast.walk(function.args) if isinstance(one, ast.arg))


def _bound(call: ast.Call, function: Function) -> Mapping[str, ast.expr] | None:
    """What each parameter of a function is given; None where that does not fit."""
    args = function.args
    if args.defaults or any(one is not None for one in args.kw_defaults):
        return None
    positional = [one.arg for one in (*args.posonlyargs, *args.args)]
    plain = [one for one in call.args if not isinstance(one, ast.Starred)]
    starred = [one.value for one in call.args if isinstance(one, ast.Starred)]
    if len(plain) != len(positional) or call.args[: len(plain)] != plain:
        return None
    found = dict(zip(positional, plain, strict=True))
    spread = [each.value for each in call.keywords if each.arg is None]
    for several, one in ((starred, args.vararg), (spread, args.kwarg)):
        if len(several) != (one is not None):
            return None
        found.update({one.arg: several[0]} if one is not None else {})
    named = {one.arg: one.value for one in call.keywords if one.arg is not None}
    if named.keys() != {one.arg for one in args.kwonlyargs}:
        return None
    found.update(named)
    names = [one.id for one in found.values() if isinstance(one, ast.Name)]
    constant = all(isinstance(one, ast.Name | ast.Constant) for one in found.values())
    return found if constant and len(set(names)) == len(names) else None
