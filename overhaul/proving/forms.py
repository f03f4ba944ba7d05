"""Whether an expression has become what was told: an instance of a form, with the arguments that stood there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, cast

from overhaul.changes import Formed
from overhaul.facts import Parameter
from overhaul.patterns import regex

Same = Callable[[ast.AST, ast.AST], bool]
"""Whether an argument is, afterwards, what it was."""
_BLANK: Final = regex(r"__blank_(\d+)__")
SKIPPED: Final = frozenset({"ctx", "type_comment", "kind", "lineno", "col_offset", "end_lineno", "end_col_offset"})
_POSITIONAL: Final = ("positional-only", "positional")


class Given(NamedTuple):
    """The arguments of one use."""

    named: Mapping[str, ast.expr]
    """By parameter; "self" for what the member is asked of."""
    rest: Sequence[ast.expr] = ()
    """Beyond the positional parameters, those with a star too."""
    more: Sequence[ast.keyword] = ()
    """Beyond the named parameters."""


class Form(NamedTuple):
    """One form, read."""

    told: Formed
    tree: ast.expr
    first: ast.expr | None
    parameters: Sequence[Parameter]
    """Of what is replaced, as a caller gives them."""

    def given(self, call: ast.Call | None, receiver: ast.expr | None, operands: Sequence[ast.expr] = ()) -> Given:
        """Which argument is which parameter's."""
        named: dict[str, ast.expr] = {} if receiver is None else {"self": receiver}
        places = [one.name for one in self.parameters if one.kind in _POSITIONAL]
        known = {one.name for one in self.parameters if one.kind in ("positional", "keyword-only")}
        arguments = call.args if call is not None else operands
        rest: list[ast.expr] = []
        for number, one in enumerate(arguments):
            if rest or isinstance(one, ast.Starred) or number >= len(places):
                rest.append(one)
            else:
                named[places[number]] = one
        more: list[ast.keyword] = []
        for keyword in call.keywords if call is not None else ():
            if keyword.arg is not None and keyword.arg in known and keyword.arg not in named:
                named[keyword.arg] = keyword.value
            else:
                more.append(keyword)
        return Given(named, rest, more)


def read(told: Formed, parameters: Sequence[Parameter]) -> Form:
    """Read a form. Raises SyntaxError for a text that is no expression."""
    first = ast.parse(told.first, mode="eval").body if told.first else None
    return Form(told, ast.parse(told.text, mode="eval").body, first, parameters)


class Instance:
    """Compares one expression with one form."""

    def __init__(self, form: Form, given: Given, same: Same) -> None:
        """`same` compares arguments."""
        self._form, self._given, self._same = form, given, same

    def holds(self, new: ast.expr) -> bool:
        """Whether an expression is the form with what was given."""
        return self._like(self._form.tree, new)

    def begins(self, new: ast.expr) -> bool:
        """Whether an expression is what stands above, with what was given."""
        return self._form.first is not None and self._like(self._form.first, new)

    def _blank(self, node: ast.AST) -> int | None:
        match = _BLANK.fullmatch(node.id) if isinstance(node, ast.Name) else None
        return int(match[1]) if match else None

    def _missing(self, node: ast.AST) -> bool:
        """Whether a part of the form is a blank for which nothing was given."""
        number = self._blank(node)
        return number is not None and self._form.told.blanks[number] not in self._given.named

    def _like(self, form: object, new: object) -> bool:
        if isinstance(form, ast.AST):
            number = self._blank(form)
            if number is not None:
                return isinstance(new, ast.AST) and self._filled(number, new)
            if isinstance(form, ast.Call) and isinstance(new, ast.Call):
                return self._like(form.func, new.func) and self._positions(form.args, new.args) and self._keywords(
                    form.keywords, new.keywords
                )
            return type(form) is type(new) and all(
                self._like(getattr(form, name, None), getattr(new, name, None))
                for name in form._fields if name not in SKIPPED
            )
        if type(form) is not type(new):
            return False
        if isinstance(form, list):
            first, second = cast("list[object]", form), cast("list[object]", new)
            return len(first) == len(second) and all(map(self._like, first, second))
        return form == new

    def _filled(self, number: int, new: ast.AST) -> bool:
        told, name = self._form.told, self._form.told.blanks[number]
        given = self._given.named.get(name)
        if given is not None:
            return self._same(given, new)
        own = next((one.default for one in self._form.parameters if one.name == name), "")
        text = told.fallbacks[number] or own
        return bool(text) and ast.dump(ast.parse(text, mode="eval").body) == ast.dump(new)

    def _positions(self, form: Sequence[ast.expr], new: Sequence[ast.expr]) -> bool:
        if not form:
            return not new
        head, following = form[0], form[1:]
        if isinstance(head, ast.Starred) and self._blank(head.value) is not None:
            count = len(self._given.rest)
            return len(new) >= count and all(map(self._same, self._given.rest, new)) and self._positions(
                following, new[count:]
            )
        if new and self._like(head, new[0]) and self._positions(following, new[1:]):
            return True
        return self._missing(head) and self._positions(following, new)

    def _keywords(self, form: Sequence[ast.keyword], new: Sequence[ast.keyword]) -> bool:
        wanted = list(self._told_keywords(form))
        at = 0
        for one in new:
            while at < len(wanted) and not (wanted[at][0] == one.arg and wanted[at][1](one.value)):
                if not wanted[at][2]:
                    return False
                at += 1
            if at == len(wanted):
                return False
            at += 1
        return all(optional for *_, optional in wanted[at:])

    def _told_keywords(
        self, form: Sequence[ast.keyword]
    ) -> Iterator[tuple[str | None, Callable[[ast.expr], bool], bool]]:
        """Name, what its value must be, and whether it may be missing."""
        for one in form:
            if one.arg is None and self._blank(one.value) is not None:
                for each in self._given.more:
                    yield each.arg, lambda new, old=each.value: self._same(old, new), False  # type: ignore[misc]
            else:
                yield one.arg, lambda new, told=one.value: self._like(told, new), self._missing(one.value)  # type: ignore[misc]


def takes_all(form: Form, given: Given) -> bool:
    """Whether a form has room for what was given beyond the parameters."""
    stars = {one.__class__ for one in ast.walk(form.tree) if isinstance(one, ast.Starred)}
    doubles = any(isinstance(one, ast.keyword) and one.arg is None for one in ast.walk(form.tree))
    return (not given.rest or bool(stars)) and (not given.more or doubles)
