"""A unified module as a file of somebody's own: its header, its named types, and whether it has drifted.

    # overhaul scaffold: cache 0.1.0 blake2b:0f1e...
    # A copy of overhaul.unified.cache: `overhaul scaffold --check` tells whether it has been changed, or is outdated.
    # SPDX-FileCopyrightText: overhaul contributors
    # SPDX-License-Identifier: MIT
    # fmt: off

The digest is that of what follows, with Unix line ends and without the lines between the two marks of the named
types, which are the project's own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from typing import Final, Literal

import msgspec

from overhaul import __version__
from overhaul.copied import LINES, MARK
from overhaul.errors import Refused
from overhaul.requests import Request
from overhaul.source import digest

What = Literal["cache", "state", "factory", "events", "instrument"]

REQUIREMENTS: Final[Mapping[What, tuple[str, ...]]] = {
    "cache": ("cachetools>=6",),
    "state": (),
    "factory": (),
    "events": (),
    "instrument": ("psutil>=6",),
}
"""The distributions that each module imports, as metadata names them."""

_FIRST: Final = re.compile(re.escape(MARK) + r"(?P<what>\w+) (?P<version>\S+) blake2b:(?P<digest>[0-9a-f]{32})")
_LAST: Final = "# fmt: off"
_BEGIN: Final = "# overhaul: types"
_END: Final = "# overhaul: end of types"
_WHOLE: Final = re.compile(r".*(?:[\"']|\),)\s*(?:#.*)?")
_TYPE: Final = re.compile(
    r"\s*(?P<owner>[^\W\d]\w*\.)?(?P<name>[^\W\d]\w*)\s*(?:=\s*[\"'](?P=name)[\"']|:\s*(?P<call>[\w.]+)\()"
)


class NamedType(Request, frozen=True):
    """One of the cache's named types."""

    name: str
    """In capitals, as Python names a constant: `GREEKS`."""
    ttl: int | float | None = None
    """Seconds for which an entry holds; for ever where it is left out."""
    max_size: int | None = None
    """Entries that are kept; as many as come where it is left out."""
    policy: Literal["", "lru", "lfu", "fifo", "ttl"] = ""
    """Which entry goes first when it is full: `lru` (as well where it is left out), `lfu`, `fifo` or `ttl`."""
    boundary: Literal["", "at", "after"] = ""
    """When an entry is too old: `at` its ttl (as well where it is left out), or only `after` it."""


class Copy(msgspec.Struct, frozen=True):
    """What the header of a copy, and a look at the rest, tell."""

    what: str
    version: str
    """Of the overhaul that made it."""
    changed: bool
    """Somebody has changed it, other than its named types."""
    outdated: bool
    """This overhaul has another text of it."""
    body: str
    """What follows the header, with Unix line ends; all of it where the header has no end."""


def read_copy(text: str) -> Copy | None:
    """What a file is a copy of; None for one that is not ours."""
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    above, mark, below = f"\n{text}".partition(f"\n{MARK}")
    if not mark or above.count("\n") >= LINES:
        return None
    first, _, rest = f"{MARK}{below}".partition("\n")
    found = _FIRST.fullmatch(first.rstrip())
    if found is None:
        return None
    head, mark, body = f"\n{rest}".partition(f"\n{_LAST}\n")
    whole = bool(mark) and all(line.startswith("#") for line in head.split("\n")[1:])
    body = body if whole else rest
    return Copy(
        found["what"], found["version"], bool(above) or not whole or _digest(body) != found["digest"],
        found["digest"] != _digest(original(found["what"])), body,
    )  # fmt: skip


def written(what: What, body: str) -> str:
    """A copy as it stands in a file."""
    return "\n".join((
        f"{MARK}{what} {__version__} blake2b:{_digest(body)}",
        f"# A copy of overhaul.unified.{what}: `overhaul scaffold --check` tells whether it has been changed, "
        "or is outdated.",
        "# SPDX-FileCopyrightText: overhaul contributors",
        "# SPDX-License-Identifier: MIT",
        _LAST,
        body,
    ))  # fmt: skip


@lru_cache(maxsize=8)
def original(what: str) -> str:
    """The text of a unified module as this overhaul has it; "" for one that it has not. Nothing of it is imported."""
    spec = find_spec(f"{__name__.partition('.')[0]}.unified")
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        return ""
    file = spec.loader.get_resource_reader(spec.name).files() / f"{what}.py"
    return file.read_text(encoding="utf-8").replace("\r\n", "\n") if file.is_file() else ""


def with_types(what: str, body: str, types: Sequence[NamedType], kept: str = "") -> str:
    """A module's text with other named types than it came with.

    They stand between pairs of marks: their names in one place, their settings in another. The first that it came with
    stays, and so do those of `kept`, which is the text of a copy that is there. Raises Refused for a module that has
    none, and for names that are none.
    """
    pieces, there = _pieces(body), _pieces(kept)
    if len(pieces) == 1 and types:
        raise Refused(f"the module {what} has no named types: leave `types` out")
    fixed = {found["name"] for piece in pieces[::2] for line in piece.splitlines() if (found := _TYPE.match(line))}
    for one in types:
        _check(one, fixed)
    # An odd piece is what stands between two marks.
    for at in range(1, len(pieces), 2):
        own = pieces[at].splitlines(keepends=True)
        lines = there[at].splitlines(keepends=True) if len(there) == len(pieces) else own[:1] if types else own
        pieces[at] = "".join(_merged(lines, types, own[0])) if types else "".join(lines)
    return "".join(pieces)


def _check(one: NamedType, fixed: Set[str]) -> None:
    """Raises Refused for what cannot be a type."""
    if one.name in fixed:
        raise Refused(f"the type {one.name} is there for good: name another, or set its limits where it is used")
    if not one.name.isidentifier() or one.name.startswith("_") or one.name != one.name.upper():
        raise Refused(f"{one.name!r} cannot name a type: write a name in capitals, as GREEKS")
    # The copy would take the module that imports it down.
    if one.ttl is not None and not 0 < one.ttl < math.inf:
        raise Refused(f"{one.name}: ttl = {one.ttl}: write seconds, more than 0, or leave it out for no expiry")
    if one.max_size is not None and one.max_size < 1:
        raise Refused(f"{one.name}: max-size = {one.max_size}: write 1 or more, or leave it out for no bound")


def _merged(lines: Sequence[str], types: Sequence[NamedType], like: str) -> Iterator[str]:
    """Lines of types with some in the place of those of the same name, or behind them all."""
    wanted = {one.name: _line(like, one) for one in types}
    for line in lines:
        found = _TYPE.match(line)
        new = wanted.pop(found["name"], line) if found else line
        if new != line and not _WHOLE.fullmatch(line.rstrip()):
            raise Refused(f"the type {line.strip()!r} goes on in the next line: write it in one")
        yield line if line.startswith(new.rstrip("\n")) else new
    yield from wanted.values()


def _line(like: str, one: NamedType) -> str:
    """The line of one type, of the form of another."""
    indentation = like[: len(like) - len(like.lstrip())]
    found = _TYPE.match(like)
    if found is None or found["call"] is None:
        return f'{indentation}{one.name} = "{one.name}"\n'
    policy = f"Policy.{one.policy.upper()}" if one.policy else None
    boundary = f"Boundary.{one.boundary.upper()}" if one.boundary else None
    given = (("ttl", one.ttl), ("max_size", one.max_size), ("policy", policy), ("boundary", boundary))
    keywords = ", ".join(f"{key}={value}" for key, value in given if value is not None)
    return f"{indentation}{found['owner']}{one.name}: {found['call']}({keywords}),\n"


def _pieces(text: str) -> list[str]:
    """A text cut at its marks: what stands between a pair of them is every second piece; the marks go with the rest."""
    pieces = [""]
    for line in text.splitlines(keepends=True):
        mark = line.strip()
        if mark == _END and len(pieces) % 2 == 0:
            pieces.append("")
        pieces[-1] += line
        if mark == _BEGIN and len(pieces) % 2:
            pieces.append("")
    return pieces


def _digest(body: str) -> str:
    return digest("".join(_pieces(body)[::2]).encode()).hex()
