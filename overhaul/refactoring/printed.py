"""Strings that have a class's name as Python prints it: `Order(state=1)`, `<shop.orders.Order object at ...>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from overhaul.occurrences.finding import Scope
from overhaul.refactoring.bindings import Bindings


def printed(
    file: Bindings, name: str, modules: Collection[str], means: Callable[[Scope], bool], met: Callable[[], bool]
) -> Iterator[tuple[int, int, int]]:  # fmt: skip
    """Start, end and line of each place where a class of one of some modules seems to be printed; docstrings left out.

    A word before a bracket or behind `<` or its module's name is taken for it; words in prose are not. Such texts are
    what `__repr__`, tracebacks and tests of both have, and are to change in all places or in none. Without its module's
    name it is taken for the class only where the name means it, as `means` tells of a scope, or where it looks like
    `<Order state=` and nothing else can be meant, as `met` tells of the file.
    """
    text = file.occurrences.text
    if name not in text:
        return
    dotted = "|".join(
        re.escape(f"{module}.").replace(r"\.", r"\\?\.") for module in sorted(modules, key=len, reverse=True)
    )
    word = re.escape(name)
    shown = re.compile(
        rf"(?<![\w.])(?:{dotted})?(?P<a>{word})(?=[({{\[]|\s+object\b)|<(?:class\s+\W?)?(?:{dotted})?(?P<b>{word})\b"
        rf"|(?<![\w./@:-])(?:{dotted})(?P<c>{word})(?![\w/@])"
    )
    alone = re.compile(rf"\b(?P<d>{word})\b")
    code = {one.start for one in file.occurrences.named(name)}
    seen: set[int] = set()
    for start, end, _, kind in file.occurrences.strings():
        if kind != "string":
            continue
        # What is between `<` and `object at` is a printed object: `<shop\\.(Order|Offer) object at .*>` too.
        whole_text = (
            "<" in text[start:end] and " object" in text[start:end] and bool(re.search(dotted, text[start:end]))
        )
        for match in (alone if whole_text else shown).finditer(text, start, end):
            group = str(match.lastgroup)
            first, last = match.span(group)
            whole = text[start:end].strip("rRbBuUfF'\"") == match[0].strip("<")
            if first in code or first in seen or whole:
                continue
            shape = text[first - 1] == "<" and re.match(r"\s+\w+=", text[last : last + 40]) is not None
            if whole_text or text[first - 1] == "." or means(_scope(file, start)) or (shape and met()):
                seen.add(first)
                yield first, last, text.count("\n", 0, first) + 1


def _scope(file: Bindings, at: int) -> Scope:
    """The scope that a place stands in; that of the body for what a compound statement begins with."""
    statement = file.occurrences.statement_at(at)
    return statement.scope if statement is not None else file.top
