"""What a journal says of one transaction: written so that damage is told, never believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Literal, TypeVar

import msgspec

from overhaul.errors import OverhaulError
from overhaul.transaction.disk import ABSENT, State, digest

_VERSION: Final = 1
_HEAD: Final = b"overhaul journal "
_Kind = TypeVar("_Kind", "Record", "End")


class Damaged(OverhaulError):
    """A journal does not say what was written in it."""


class Entry(msgspec.Struct, frozen=True):
    """What becomes of one file."""

    path: str
    """Below the root, with forward slashes; nothing on the way is a link."""
    before: State
    after: State
    at: int = 0
    """Where the original begins in the file of originals."""
    size: int = 0
    """Bytes of it."""
    origin: str = ""
    """The path that it was moved from."""
    swept: bool = False
    """Compiled code that nothing belongs to any more: no part of the plan."""


class Folder(msgspec.Struct, frozen=True):
    """A folder that comes or goes."""

    path: str
    mode: int | None = None
    """Permissions; None for those that any new folder gets."""


class Record(msgspec.Struct, frozen=True):
    """All that is to be known before the first file of the tree is touched."""

    number: int
    title: str
    when: float
    """Seconds since 1970."""
    root: str
    """From the folder that holds `.overhaul`, with forward slashes; "." for that folder itself."""
    token: str
    """What the names of temporary files hold, so that no other transaction takes them for its own."""
    entries: tuple[Entry, ...]
    made: tuple[Folder, ...]
    """Folders that are new, the outer ones first."""
    emptied: tuple[Folder, ...]
    """Folders that go because nothing is left in them, the inner ones first."""
    undoes: int = 0
    """The number of the transaction that this one takes back; 0 for none."""
    phase: str = ""
    """The phase of a campaign that it belongs to; "" for none. One that takes another back has that one's."""
    together: int = 0
    """The number of the first of those that have taken a phase back at one go; 0 for what was taken back alone."""

    def beside(self, position: int, *, back: bool = False) -> str:
        """The name of the temporary file of an entry, in the same folder; `back` while the original is put back."""
        return f".overhaul-{self.token}-{position}{'-back' if back else ''}"


class End(msgspec.Struct, frozen=True):
    """How a transaction ended; while there is none, it has not."""

    state: Literal["written", "restored"]
    """restored: put back after an interruption, but for files that somebody had changed meanwhile."""
    record: str
    """The digest of the record it belongs to."""
    kept: tuple[str, ...] = ()
    """Paths that were not put back."""


def packed(record: Record | End) -> bytes:
    """A record as the file that holds it: a line with its digest, then JSON."""
    # The standard library's, since a file name need not be UTF-8.
    body = json.dumps(msgspec.to_builtins(record)).encode("ascii")
    return b"%s%d %s\n%s" % (_HEAD, _VERSION, digest(body).encode(), body)


def unpacked(data: bytes, kind: type[_Kind]) -> _Kind:
    """What `packed` has written. Raises Damaged, with the reason."""
    head, _, body = data.partition(b"\n")
    words = head.removeprefix(_HEAD).split()
    if not head.startswith(_HEAD) or len(words) != 2:
        raise Damaged("it has no head")
    if words[0] != b"%d" % _VERSION:
        raise Damaged(f"it is of version {words[0].decode('ascii', 'replace')}, and this overhaul reads {_VERSION}")
    if words[1] != digest(body).encode():
        raise Damaged("its checksum does not hold")
    try:
        told: Any = json.loads(body)
        return msgspec.convert(told, kind)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise Damaged(f"it says what cannot be ({error})") from error


def told_digest(data: bytes) -> str:
    """The digest that stands in the head of what `packed` has made."""
    return data.partition(b"\n")[0].decode("ascii").rpartition(" ")[2]


def gone(entry: Entry) -> bool:
    """Whether the entry takes a file away."""
    return entry.after == ABSENT


def above(path: str) -> Iterator[str]:
    """The folders that a path stands in, the innermost first, without the root."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


__all__ = ["Damaged", "End", "Entry", "Folder", "Record", "above", "gone", "packed", "told_digest", "unpacked"]
