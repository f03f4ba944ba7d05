"""Strings that name a variable or attribute: in `__all__`, `getattr(x, "name")`, `globals()["name"]`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import msgspec

from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings


class Listed(msgspec.Struct, frozen=True):
    """A string that is a name."""

    start: int
    """Offset in characters, without prefix and quotes."""
    end: int
    line: int
    name: str


class Asked(msgspec.Struct, frozen=True, eq=False):
    """A string that names an attribute of what stands before it in the same call."""

    start: int
    end: int
    line: int
    name: str
    owner: Occurrence
    """The last name of the chain that the attribute is asked of."""
    certain: bool
    """What is called is known to take an attribute's name there."""


NAMING: Final = frozenset({"getattr", "setattr", "hasattr", "delattr", "object", "spy", "stub", "multiple"})
"""Last names of calls whose argument behind an object is the name of one of its attributes: `monkeypatch.setattr`,
`mock.patch.object`, `mocker.spy`."""


def constants(file: Bindings, names: Collection[str]) -> Iterator[Listed]:
    """The plain strings that are one of some names, and nothing else."""
    text = file.occurrences.text
    for start, end, _, kind in file.occurrences.strings():
        if kind != "string":
            continue
        found = plain(text, start, end)
        if found is not None and text[found[0] : found[1]] in names:
            yield Listed(*found, text.count("\n", 0, start) + 1, text[found[0] : found[1]])


def plain(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the content of a string literal without prefix (but `u` and `r`) stands, if it is an identifier."""
    while start < end and text[start] in "uUrR":
        start += 1
    quote = text[start : start + 3] if text[start : start + 3] in ('"""', "'''") else text[start : start + 1]
    first, last = start + len(quote), end - len(quote)
    if quote[:1] not in ("'", '"') or not text[first:last].isidentifier():
        return None
    return first, last


def exported_names(file: Bindings, names: Collection[str] | None = None) -> Iterator[Listed]:
    """The strings in statements of the module that set or change its `__all__`; those of some names, or all."""
    if not (places := [one for one in file.occurrences.named("__all__") if one.home is file.top]):
        return
    statements = {file.occurrences.statement_of(one).start: file.occurrences.statement_of(one) for one in places}
    text = file.occurrences.text
    for start, end, _, kind in file.occurrences.strings():
        if kind != "string":
            continue
        if not any(one.start <= start and end <= one.end for one in statements.values()):
            continue
        found = plain(text, start, end)
        if found is not None and (names is None or text[found[0] : found[1]] in names):
            yield Listed(*found, text.count("\n", 0, start) + 1, text[found[0] : found[1]])


def named_members(file: Bindings, names: Collection[str]) -> Iterator[Asked]:
    """Strings of some names that stand behind a chain of names in a call: `getattr(settings, "CACHE")`."""
    for one in constants(file, names):
        opening = file.brackets.opening(one.start)
        if opening < 0 or file.brackets.code[opening] != "(":
            continue
        called = file.brackets.callee(one.start)
        if called is None:
            continue
        owner = _before(file, opening, one.start)
        if owner is None:
            continue
        callee = file.occurrences.text[called[0] : called[1]].rpartition(".")[2].strip()
        yield Asked(one.start, one.end, one.line, one.name, owner, callee in NAMING)


def _before(file: Bindings, opening: int, at: int) -> Occurrence | None:
    """The last name of the argument before the one at a place, where that is a chain of names."""
    before: tuple[int, int] | None = None
    for start, end in file.brackets.arguments(opening):
        if start <= at < end:
            break
        before = start, end
    if before is None:
        return None
    start, end = before
    for one in reversed(file.occurrences.all):
        if one.end == end:
            return one if file.occurrences.chain(one)[0].start == start else None
        if one.end < start:
            return None
    return None


def own_names(file: Bindings, names: Collection[str]) -> Iterator[tuple[Listed, bool]]:
    """Strings of some names that index `globals()`: `globals()["name"]`, `globals().get("name")`.

    The flag tells that from `vars()` and `locals()`, which mean the module's names at its own level only.
    """
    for one in constants(file, names):
        opening = file.brackets.opening(one.start)
        if opening < 0:
            continue
        before = file.occurrences.text[max(0, opening - 40) : opening].replace(" ", "")
        for word in ("globals()", "vars()", "locals()"):
            if before.endswith((word, f"{word}.get", f"{word}.pop", f"{word}.setdefault", f"{word}.__getitem__")):
                yield one, word == "globals()"
