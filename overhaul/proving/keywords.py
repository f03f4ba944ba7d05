"""Keyword arguments go on to fit what is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from overhaul.facts import Function
from overhaul.naming.meanings import Symbol
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Changed, Context
from overhaul.proving.mapping import Identity
from overhaul.proving.meaning import Meanings
from overhaul.proving.names import Keyword, Reading

CHECK: Final = "bindings"


class Keywords:
    """Compares the keyword arguments of one file's calls before and after."""

    def __init__(self, context: Context, one: Changed, before: Meanings, after: Meanings) -> None:
        """`before` and `after` tell what names of the file mean."""
        self._context = context
        self._one = one
        self._before, self._after = before, after

    def refusals(self, old: Reading, new: Reading) -> Iterator[Refusal]:
        """Keywords that fitted and would not, or that name another field than before."""
        words = self._context.words | self._one.words
        now = _by_place(new.keywords)
        for keyword in old.keywords:
            if keyword.name not in words and words.isdisjoint(keyword.callee.parts):
                continue
            start = self._one.places.start(keyword.start)
            found = now.get(start) if start is not None else self._replaced(keyword, new.keywords)
            if found is not None:
                yield from self._compare(keyword, found)

    def _replaced(self, keyword: Keyword, new: Sequence[Keyword]) -> Keyword | None:
        """The only keyword in the text that replaces one."""
        places = self._one.places
        number = places.stretch(keyword.start, keyword.start + len(keyword.name))
        start, end = places.new(number) if number >= 0 else (0, 0)
        inside = [one for one in new if start <= one.start < end]
        return inside[0] if len(inside) == 1 else None

    def _compare(self, keyword: Keyword, found: Keyword) -> Iterator[Refusal]:
        project = self._context.before
        callee = self._symbol(project, self._before, keyword)
        callee_after = self._symbol(self._context.after, self._after, found)
        if callee is None or callee_after is None:
            return
        if not _accepts(project, callee, keyword.name):
            return
        field = _field(project, callee, keyword.name)
        wanted = keyword.name
        if field is not None:
            names = {one.name.rpartition(".")[2] for one in self._context.replacing.options(field)}
            wanted = found.name if found.name in names else min(names)
        if field is not None and found.name != wanted:
            yield Refusal(
                self._one.path_after, found.line, CHECK,
                f"`{found.name}=` would not be the field {field.name} of {callee_after.dotted}", f"write `{wanted}=`",
            )  # fmt: skip
        elif not _accepts(self._context.after, callee_after, found.name):
            yield Refusal(
                self._one.path_after, found.line, CHECK,
                f"{callee_after.dotted} would not take the keyword `{found.name}`", f"write `{wanted}=`",
            )  # fmt: skip

    @staticmethod
    def _symbol(project: Project, meanings: Meanings, keyword: Keyword) -> Symbol | None:
        """What is called, where that is one class or function of the project."""
        use = keyword.callee
        if not use.parts[0]:
            return None
        told = meanings.of(use, use.home)[-1]
        one = next(iter(told)) if len(told) == 1 else None
        if one is None or not one.module or not one.name:
            return None
        interior = project.symbols.interior(one.module)
        if one.name in interior.classes:
            return Symbol(one.module, one.name, "class", "", 0)
        return Symbol(one.module, one.name, "function", "", 0) if one.name in interior.functions else None


def _by_place(keywords: Sequence[Keyword]) -> Mapping[int, Keyword]:
    return {one.start: one for one in keywords}


def _constructor(project: Project, owner: Symbol) -> Function | None:
    """The `__init__` or `__new__` that takes the arguments; None where none is written in the project."""
    for base in project.symbols.order(owner.module, owner.name):
        if not isinstance(base, Symbol):
            return None
        functions = project.symbols.interior(base.module).functions
        for name in ("__init__", "__new__"):
            if (row := functions.get(f"{base.name}.{name}")) is not None:
                return row
    return None


def _accepts(project: Project, callee: Symbol, name: str) -> bool:
    """Whether a keyword fits, as far as what is called says which it takes."""
    row = project.symbols.interior(callee.module).functions.get(callee.name)
    if callee.kind == "class":
        row = _constructor(project, callee)
        if row is None:
            return True
    if row is None or any(_last(one) not in _TRANSPARENT for one in row.decorators):
        return True
    return any(
        one.kind == "keywords" or (one.name == name and one.kind in ("positional", "keyword-only"))
        for one in row.parameters
    )  # fmt: skip


def _field(project: Project, callee: Symbol, name: str) -> Identity | None:
    """The field that a keyword of a class without a constructor of its own sets."""
    if callee.kind != "class" or _constructor(project, callee) is not None:
        return None
    for base in project.symbols.order(callee.module, callee.name):
        if isinstance(base, Symbol) and project.symbols.interior(base.module).member(base.name, name) is not None:
            return Identity(base.module, f"{base.name}.{name}")
    return None


def _last(decorator: str) -> str:
    return decorator.partition("(")[0].rpartition(".")[2]


_TRANSPARENT: Final = frozenset({"classmethod", "staticmethod", "abstractmethod", "override", "final", "overload"})
