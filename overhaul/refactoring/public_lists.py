"""Take a name out of a module's `__all__`, or put one in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from overhaul.changes import Replacement
from overhaul.errors import Refused
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.named_strings import Listed, exported_names

_BECAUSE: Final = "__all__"
_LINE: Final = re.compile(r"[ \t]*[\"'][\w]+[\"'],?[ \t]*(#[^\n]*)?\r?\n")
_COMMA: Final = re.compile(r"\s*,")
_COMMA_BEHIND: Final = re.compile(r"\s*,[ \t]*")
_COMMA_BEFORE: Final = re.compile(r".*?(\s*,\s*)$", re.DOTALL)


def unlisted(file: Bindings, name: str) -> Iterator[Replacement]:
    """Take a name out. Raises Refused for a string that stands in no list or tuple of strings."""
    text = file.occurrences.text
    everything = list(exported_names(file))
    for one in everything:
        if text[one.start : one.end] != name:
            continue
        start, end = one.start - 1, one.end + 1
        line = text.rfind("\n", 0, start) + 1
        if (whole := _LINE.match(text, line)) is not None and whole.end() > end:
            yield Replacement(line, whole.end(), "", _BECAUSE)
            continue
        after = _COMMA_BEHIND.match(text, end)
        before = _COMMA_BEFORE.match(text[max(0, start - 200) : start])
        single = _others(everything, one) == 1 and _opening(file, one) == "("
        if after is not None and not (single and text[after.end() : after.end() + 1] == ")"):
            yield Replacement(start, after.end(), "", _BECAUSE)
            if single:
                other = next(each for each in everything if each != one)
                if not _COMMA.match(text, other.end + 1):
                    yield Replacement(other.end + 1, other.end + 1, ",", _BECAUSE)
        elif before is not None:
            first = start - len(before[1])
            yield Replacement(first + 1 if single else first, after.end() if after else end, "", _BECAUSE)
        elif text[start - 1] in "[(" and text[end] in "])":
            yield Replacement(start, end, "", _BECAUSE)
        else:
            raise Refused(f"{file.path}:{one.line}: {name} in __all__ cannot be taken out: do that by hand")


def listed_too(file: Bindings, name: str) -> Iterator[Replacement]:
    """Put a name in, in order where they stand in order; nothing where it is, or where there is no list of strings."""
    text = file.occurrences.text
    everything = list(exported_names(file))
    names = [text[one.start : one.end] for one in everything]
    if not everything or name in names:
        return
    if any(file.occurrences.text[one.start - 2 : one.start - 1] not in " \t\n[(" for one in everything):
        return
    place = len(names)
    if names == sorted(names):
        place = sum(one < name for one in names)
    elif (folded := [one.casefold() for one in names]) == sorted(folded):
        place = sum(one < name.casefold() for one in folded)
    one = everything[place] if place < len(everything) else everything[-1]
    mark = text[one.end]
    line = text.rfind("\n", 0, one.start) + 1
    indent = text[line : one.start - 1]
    own_line = not indent.strip()
    if place < len(everything):
        gap = f"\n{indent}" if own_line else " "
        yield Replacement(one.start - 1, one.start - 1, f"{mark}{name}{mark},{gap}", _BECAUSE)
        return
    after = re.compile(r"\s*,").match(text, one.end + 1)
    at = after.end() if after else one.end + 1
    comma = "" if after else ","
    written = f"\n{indent}{mark}{name}{mark}," if own_line else f" {mark}{name}{mark}{',' if after else ''}"
    yield Replacement(at, at, f"{comma}{written}", _BECAUSE)


def _others(everything: list[Listed], one: Listed) -> int:
    return sum(each != one for each in everything)


def _opening(file: Bindings, one: Listed) -> str:
    """The bracket that a string stands in."""
    found = file.brackets.opening(one.start)
    return file.brackets.code[found] if found >= 0 else ""
