"""Whether one tree says what another said, but for the uses of what is replaced."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, cast

from overhaul.patterns import regex
from overhaul.proving.forms import SKIPPED, Form, Given, Instance, takes_all

Suites = Callable[[Sequence[ast.stmt], Sequence[ast.stmt]], bool]
_WORD: Final = regex(r"[^\W\d]\w*")
_ANYWHERE: Final = ("__iter__", "__bool__", "__enter__")
"""Operators for which any expression may stand."""


class Likeness:
    """Compares the trees of one file."""

    def __init__(
        self, words: frozenset[str], forms: Sequence[Form], suites: Suites, aliases: Mapping[str, str],
        qualified: bool = False,
    ) -> None:  # fmt: skip
        """`words`: by which what is replaced is asked for; `suites` compares what statements hold.

        `aliases`: what the file calls some of it, with its own name. `qualified`: names may be asked of their modules,
        as those of a definition in another file are.
        """
        self._words, self._suites, self._aliases = words, suites, aliases
        self._qualified = qualified
        self._forms: defaultdict[str, list[Form]] = defaultdict(list)
        for one in forms:
            self._forms[one.told.before.name.rpartition(".")[2]].append(one)
        self._known: dict[tuple[int, int], bool] = {}
        self._kept: list[ast.AST] = []
        self._above: list[ast.expr] = []

    def statement(self, old: ast.stmt, new: ast.stmt, above: Sequence[ast.stmt]) -> bool:
        """Whether a statement is what it was, with those that stand above it for its sake."""
        self._known.clear()
        values = {each.targets[0].id: each.value for each in above
                  if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)}  # fmt: skip
        self._above = [each.value for each in above if isinstance(each, ast.Expr)]
        told = len(self._above)
        if values:
            # Positions go with the copy; the tree itself is another file's affair.
            new = _Inlined(values).visit(ast.parse(ast.unparse(new)).body[0])
            self._kept.append(new)
        if isinstance(old, ast.Expr) and isinstance(new, ast.Expr) and self._first_alone(old.value, new.value):
            return not told
        return self.same(old, new) and not self._above

    def _first_alone(self, old: ast.expr, new: ast.expr) -> bool:
        """Whether all that is left of a form of two statements is the first: nobody asks for a plain value."""
        for form, given in self._candidates(old):
            value = form.tree
            quiet = isinstance(value, (ast.Name, ast.Constant))
            if form.first is not None and quiet and Instance(form, given, self.same).begins(new):
                return True
        return False

    def same(self, old: object, new: object) -> bool:
        """Whether two parts of trees say the same."""
        if isinstance(old, ast.AST) and isinstance(new, ast.AST):
            key = id(old), id(new)
            if key not in self._known:
                self._known[key] = self._compared(old, new)
            return self._known[key]
        first, second = _listed(old), _listed(new)
        if first is None or second is None:
            return self._leaf(old, new)
        if any(isinstance(one, ast.stmt) for one in (*first, *second)):
            return self._suites(cast("list[ast.stmt]", first), cast("list[ast.stmt]", second))
        return len(first) == len(second) and all(map(self.same, first, second))

    def _leaf(self, old: object, new: object) -> bool:
        if isinstance(old, str) and isinstance(new, str) and old != new:
            # The dotted name of something that another module has now for its use, as patches ask for it.
            (head, _, last), (other, _, same) = old.rpartition("."), new.rpartition(".")
            elsewhere = head and other and last == same and last.isidentifier()
            return bool(elsewhere) or not self._words.isdisjoint(_WORD.findall(old))
        return type(old) is type(new) and old == new

    def _compared(self, old: ast.AST, new: ast.AST) -> bool:
        if isinstance(old, ast.expr) and isinstance(new, ast.expr):
            served = self._served(old, new)
            if served is not None:
                return served
        return type(old) is type(new) and all(
            self._field(name, getattr(old, name, None), getattr(new, name, None))
            for name in old._fields if name not in SKIPPED
        )

    def _field(self, name: str, old: object, new: object) -> bool:
        if name in ("annotation", "returns") and isinstance(old, ast.AST) and isinstance(new, ast.AST):
            # May be quoted now, or no longer.
            return ast.unparse(old).strip("'\"") == ast.unparse(new).strip("'\"") or not self._words.isdisjoint(
                _WORD.findall(ast.unparse(old))
            )
        return self.same(old, new)

    # Uses of what is replaced

    def _served(self, old: ast.expr, new: ast.expr) -> bool | None:
        """Whether a use of something replaced is written as it was told; None for what is no such use."""
        candidates = list(self._candidates(old))
        for form, given in candidates:
            if self._instance(form, given, old, new):
                return True
        if isinstance(old, ast.Call) and any(form.told.called for form, _ in candidates) and not self._passed_on(old):
            named = _last(old.func)
            if isinstance(new, ast.Call) and named and _last(new.func) != named:
                return False
        chain, chain_new = _chain(old), _chain(new)
        if chain and chain_new:
            if not self._kept_in(chain, chain_new):
                return False
            # What it means there is looked at by names.
            same = self._qualified and (chain[-1] == chain_new[-1] or chain[1:] == chain_new[1:])
            return same or chain == chain_new or not self._words.isdisjoint(chain)
        if isinstance(old, ast.Call) and isinstance(new, ast.Call) and not candidates:
            return self._called(old, new) if _last(old.func) in self._words else None
        return None

    def _kept_in(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Whether the last attribute of a chain that has a form stands in the new chain as it was, or by its form."""
        for at in range(len(old) - 1, 0, -1):
            forms = [one for one in self._forms.get(old[at], ()) if not one.told.called and not one.told.item]
            if forms:
                place = len(new) - len(old) + at
                names = {old[at], *(one.tree.attr for one in forms if isinstance(one.tree, ast.Attribute))}
                return place >= 0 and new[place] in names
        return True

    def _passed_on(self, call: ast.Call) -> bool:
        return any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords)

    def _called(self, old: ast.Call, new: ast.Call) -> bool:
        """Without a form: all arguments in their order; keywords may be called otherwise, and others come."""
        if not self.same(old.func, new.func) or len(old.args) != len(new.args):
            return False
        rest = list(new.keywords)
        for one in old.keywords:
            while rest and not self.same(one.value, rest[0].value):
                rest.pop(0)
            if not rest:
                return False
            rest.pop(0)
        return all(map(self.same, old.args, new.args))

    def _instance(self, form: Form, given: Given, old: ast.expr, new: ast.expr) -> bool:
        instance = Instance(form, given, self.same)
        if isinstance(old, ast.Compare) and isinstance(old.ops[0], ast.NotIn):
            held = self._negated(instance, new)
        else:
            held = takes_all(form, given) and instance.holds(new)
        if not held or form.first is None:
            return held
        found = next((one for one in self._above if instance.begins(one)), None)
        if found is not None:
            self._above.remove(found)
        return found is not None

    @staticmethod
    def _negated(instance: Instance, new: ast.expr) -> bool:
        if isinstance(new, ast.UnaryOp) and isinstance(new.op, ast.Not):
            return instance.holds(new.operand)
        if isinstance(new, ast.Compare) and len(new.ops) == 1 and isinstance(new.ops[0], ast.NotIn):
            return instance.holds(ast.Compare(new.left, [ast.In()], new.comparators))
        return False

    def _candidates(self, old: ast.expr) -> Iterator[tuple[Form, Given]]:
        """The forms that an expression may become an instance of, with what is given."""
        match old:
            case ast.Call(func=ast.Attribute() as func):
                for form in self._forms.get(func.attr, ()):
                    if form.told.called and not form.told.item:
                        made = "." not in form.told.before.name
                        yield form, form.given(old, None if made else func.value)
            case ast.Call(func=ast.Name(id=name)):
                for form in self._named(name):
                    yield form, form.given(old, None)
                if name == "len" and len(old.args) == 1:
                    yield from ((form, form.given(None, old.args[0])) for form in self._forms.get("__len__", ()))
            case ast.Attribute():
                for form in self._forms.get(old.attr, ()):
                    if not form.told.called and not form.told.item:
                        yield form, form.given(None, old.value)
            case ast.Subscript():
                value = old.value
                if isinstance(value, ast.Attribute):
                    for form in self._forms.get(value.attr, ()):
                        if form.told.item and _dumped(form.told.item) == ast.dump(old.slice):
                            yield form, form.given(None, value.value)
                for form in self._forms.get("__getitem__", ()):
                    yield form, form.given(None, value, [old.slice])
            case ast.Compare() if len(old.ops) == 1 and isinstance(old.ops[0], (ast.In, ast.NotIn)):
                for form in self._forms.get("__contains__", ()):
                    yield form, form.given(None, old.comparators[0], [old.left])
            case _:
                pass
        for name in _ANYWHERE:
            yield from ((form, form.given(None, old)) for form in self._forms.get(name, ()))

    def _named(self, name: str) -> Iterator[Form]:
        """The forms of what makes an instance, under its own name or another."""
        for forms in self._forms.values():
            for one in forms:
                made = "." not in one.told.before.name
                if made and one.told.before.name == self._aliases.get(name, name):
                    yield one


class _Inlined(ast.NodeTransformer):
    """Puts what is given back in the place of variables that were made for it."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


def _dumped(text: str) -> str:
    return ast.dump(ast.parse(text, mode="eval").body)


def _chain(node: ast.expr) -> tuple[str, ...]:
    """The names of `a.b.c`; () for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _listed(value: object) -> list[object] | None:
    """A list, or None for what is none."""
    return cast("list[object]", value) if isinstance(value, list) else None
