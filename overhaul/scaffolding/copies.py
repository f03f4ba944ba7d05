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

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from typing import Final, Literal

import msgspec

from overhaul import __version__
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

FIRST_WORDS: Final = b"# overhaul scaffold: "
_FIRST: Final = re.compile(r"# overhaul scaffold: (?P<what>\w+) (?P<version>\S+) blake2b:(?P<digest>[0-9a-f]{32})")
_LAST: Final = "# fmt: off"
_BEGIN: Final = "# overhaul: types"
_END: Final = "# overhaul: end of types"
_WHOLE: Final = re.compile(r".*\)\s*(?:#.*)?")
_TYPE: Final = re.compile(r"\s*(?P<name>[^\W\d]\w*)(?:\s*:[^=]+)?\s*=\s*(?P<call>[\w.]+)\(")


class NamedType(Request, frozen=True):
    """One of the cache's named types."""

    name: str
    """In capitals, as Python names a constant: `GREEKS`."""
    ttl: int | float | None = None
    """Seconds for which an entry holds; the module's default where it is left out."""
    max_size: int | None = None
    """Entries that are kept; the module's default where it is left out."""
    policy: str = ""
    """Which entry goes first when it is full: `lru`, `lfu`, `fifo`; the module's default where it is left out."""


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
    first, _, rest = text.partition("\n")
    found = _FIRST.fullmatch(first.rstrip())
    if found is None:
        return None
    head, mark, body = f"\n{rest}".partition(f"\n{_LAST}\n")
    whole = bool(mark) and all(line.startswith("#") for line in head.split("\n")[1:])
    body = body if whole else rest
    return Copy(
        found["what"], found["version"], not whole or _digest(body) != found["digest"],
        found["digest"] != _digest(original(found["what"])), body,
    )  # fmt: skip


def written(what: What, body: str) -> str:
    """A copy as it stands in a file."""
    return "\n".join((
        f"# overhaul scaffold: {what} {__version__} blake2b:{_digest(body)}",
        f"# A copy of overhaul.unified.{what}: `overhaul scaffold --check` tells whether it has been changed, "
        "or is outdated.",
        "# SPDX-FileCopyrightText: overhaul contributors",
        "# SPDX-License-Identifier: MIT",
        _LAST,
        body,
    ))  # fmt: skip


@cache
def original(what: str) -> str:
    """The text of a unified module as this overhaul has it; "" for one that it has not. Nothing of it is imported."""
    spec = find_spec(f"{__name__.partition('.')[0]}.unified")
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        return ""
    file = spec.loader.get_resource_reader(spec.name).files() / f"{what}.py"
    return file.read_text(encoding="utf-8").replace("\r\n", "\n") if file.is_file() else ""


def with_types(what: str, body: str, types: Sequence[NamedType], kept: str = "") -> str:
    """A module's text with other named types than it came with.

    The first that it came with stays, and so do those of `kept`, which is the text of a copy that is there. Raises
    Refused for a module that has none, and for names that are none.
    """
    region = _region(body)
    if region is None:
        if types:
            raise Refused(f"the module {what} has no named types: leave `types` out")
        return body
    before, own, after = region
    there = _region(kept)
    lines = there[1] if there is not None else own[:1] if types else own
    return "\n".join((*before, *_merged(lines, types, own[0]), *after))


def _merged(lines: Sequence[str], types: Sequence[NamedType], like: str) -> Iterator[str]:
    """Lines of types with some in the place of those of the same name, or behind them all."""
    wanted = {one.name: _line(like, one) for one in types}
    for line in lines:
        found = _TYPE.match(line)
        new = wanted.pop(found["name"], line) if found else line
        if new != line and not _WHOLE.fullmatch(line):
            raise Refused(f"the type {line.strip()!r} goes on in the next line: write it in one")
        yield line if line.startswith(new) else new
    yield from wanted.values()


def _line(like: str, one: NamedType) -> str:
    """The line of one type, of the form of another."""
    if not one.name.isidentifier() or one.name.startswith("_") or one.name != one.name.upper():
        raise Refused(f"{one.name!r} cannot name a type: write a name in capitals, as GREEKS")
    found = _TYPE.match(like)
    indentation = like[: len(like) - len(like.lstrip())]
    given = (
        ("ttl", one.ttl), ("max_size", one.max_size), ("policy", f'"{one.policy}"' if one.policy else None)
    )  # fmt: skip
    keywords = ", ".join(f"{key}={value}" for key, value in given if value is not None)
    if not re.fullmatch(r"\w*", one.policy):
        raise Refused(f"{one.policy!r} is no policy: write a plain word, as lru")
    return f"{indentation}{one.name} = {found['call'] if found else 'dict'}({keywords})"


def _region(text: str) -> tuple[Sequence[str], Sequence[str], Sequence[str]] | None:
    """The lines before, of, and behind the named types, the first of which is one; None where there are none."""
    lines = text.split("\n")
    marks = [at for mark in (_BEGIN, _END) for at, line in enumerate(lines) if line.strip() == mark]
    if len(marks) != 2 or marks[0] > marks[1]:
        return None
    start, end = marks
    start = next((at for at in range(start + 1, end) if _TYPE.match(lines[at])), end)
    return (lines[:start], lines[start:end], lines[end:]) if start < end else None


def _digest(body: str) -> str:
    return digest("\n".join(_counted(body)).encode()).hex()


def _counted(body: str) -> Iterator[str]:
    """The lines that a digest is made of."""
    inside = False
    for line in body.split("\n"):
        inside = inside and line.strip() != _END
        if not inside:
            yield line
        inside = inside or line.strip() == _BEGIN
