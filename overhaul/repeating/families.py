"""Which names of functions make a family, and what their pattern is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from overhaul.facts import Function
from overhaul.redundancy import FamilyMember, NameFamily
from overhaul.repeating.names import VERBS
from overhaul.text import words_of

_VAGUE: Final = frozenset({
    "get", "set", "is", "has", "on", "test", "do", "can", "should", "was", "will", "are", "visit", "handle", "setup",
    "init", "add", "make", "to", "from", "as", "with", "in", "of", "by", "for", "and", "not", "no", "new",
})  # fmt: skip
"""First words that so many names have, or that a dispatcher asks for, that they tell something only with a noun."""
_NO_VERBS: Final = frozenset({"to", "from", "as", "with", "in", "of", "by", "for", "and", "not", "no", "new", "test"})
_VERB_ALONE: Final = (6, 4)
"""So many different names, in so many modules, make a family of a verb alone."""
_WITH_NOUN: Final = (4, 3)
_INTERFACE: Final = 4
"""A method that classes of so many modules define under the same name is an interface: it founds no family."""
_CONVENTION: Final = 10
"""What so many modules define under the same name a framework asks for by that name: it is left out."""


class Named(msgspec.Struct, frozen=True):
    """A function or method whose name has a verb and more."""

    verb: str
    noun: str
    """Its last word, where there is one between; else ""."""
    last: str
    member: FamilyMember


def named(module: str, path: str, functions: Iterable[Function]) -> Iterator[Named]:
    """The functions and methods of one module that may belong to a family."""
    for row in functions:
        if row.kind in ("nested", "property"):
            continue
        last = row.name.rpartition(".")[2]
        verb, noun = _parts(last)
        if verb:
            yield Named(verb, noun, last, FamilyMember(module, row.name, path, row.line))


@lru_cache(maxsize=1 << 16)
def _parts(name: str) -> tuple[str, str]:
    words = words_of(name)
    while len(words) > 1 and words[0] in ("async", "do", "a"):
        words = words[1:]
    if len(words) < 2 or name.endswith("__"):
        return "", ""
    return words[0], words[-1] if len(words) > 2 and not words[-1].isdigit() else ""


def families(found: Sequence[Named], things: Mapping[str, int]) -> Iterator[NameFamily]:
    """The families among the definitions of a project, the largest first.

    `things` counts the words of parameters: what is passed around under a name is a thing, and no verb, unless the word
    is known as one.
    """
    homes: dict[str, set[str]] = {}
    for one in found:
        homes.setdefault(one.last, set()).add(one.member.module)
    groups: dict[tuple[str, str], list[Named]] = {}
    for one in found:
        if len(homes[one.last]) >= _CONVENTION or one.verb in _NO_VERBS:
            continue
        if one.verb not in VERBS and one.verb not in _VAGUE and things.get(one.verb, 0):
            continue
        if one.verb not in _VAGUE:
            groups.setdefault((one.verb, ""), []).append(one)
        if one.noun and one.noun not in _NO_VERBS:
            groups.setdefault((one.verb, one.noun), []).append(one)
    rows = [row for (verb, noun), members in groups.items() for row in _family(verb, noun, members, homes)]
    yield from sorted(rows, key=lambda row: (-len(row.members), row.pattern))


def _family(
    verb: str, noun: str, group: Sequence[Named], homes: Mapping[str, Collection[str]]
) -> Iterator[NameFamily]:
    least, spread = _WITH_NOUN if noun else _VERB_ALONE
    founders = [one for one in group if "." not in one.member.name or len(homes[one.last]) < _INTERFACE]
    if len({one.last for one in founders}) < least or len({one.member.module for one in founders}) < spread:
        return
    modules = {one.member.module for one in group}
    members = sorted((one.member for one in group), key=lambda one: (one.module, one.line, one.name))
    first = members[0]
    yield NameFamily(
        pattern=f"{verb}_*_{noun}" if noun else f"{verb}_*", verb=verb, noun=noun, members=tuple(members),
        modules=len(modules), module=first.module, path=first.path, line=first.line,
    )  # fmt: skip


def things_of(functions: Iterable[Function], into: Counter[str]) -> None:
    """Count the words of the parameters of some functions."""
    for row in functions:
        for parameter in row.parameters:
            into.update(words_of(parameter.name))
