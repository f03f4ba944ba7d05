"""Strings that have a class's name as Python prints it: `Order(state=1)`, `<shop.orders.Order object at ...>`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from overhaul.refactoring.bindings import Bindings


def printed(file: Bindings, name: str, modules: Collection[str]) -> Iterator[tuple[int, int, int]]:
    """Start, end and line of each place where a class of one of some modules seems to be printed; docstrings left out.

    A word before a bracket or behind `<` or its module's name is taken for it; words in prose are not. Such texts are
    what `__repr__`, tracebacks and tests of both have, and are to change in all places or in none.
    """
    text = file.occurrences.text
    if name not in text:
        return
    dotted = "|".join(re.escape(f"{module}.") for module in sorted(modules, key=len, reverse=True))
    word = re.escape(name)
    shown = re.compile(
        rf"(?<![\w.])(?:{dotted})?(?P<a>{word})(?=[({{\[]|\s+object\b)|<(?:class\s+\W?)?(?:{dotted})?(?P<b>{word})\b"
        rf"|(?<![\w.])(?:{dotted})(?P<c>{word})\b"
    )
    code = {one.start for one in file.occurrences.named(name)}
    seen: set[int] = set()
    for start, end, _, kind in file.occurrences.strings():
        if kind != "string":
            continue
        for match in shown.finditer(text, start, end):
            group = str(match.lastgroup)
            first, last = match.span(group)
            whole = text[start:end].strip("rRbBuUfF'\"") == match[0].strip("<")
            if first not in code and first not in seen and not whole:
                seen.add(first)
                yield first, last, text.count("\n", 0, first) + 1
