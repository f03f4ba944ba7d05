"""Frozen definitions and files that were changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.contracts import Frozen
from overhaul.findings import Finding, Place
from overhaul.frozen import Found, FrozenFiles
from overhaul.leaves import Rule


@Rule
def changed_frozen_code(files: FrozenFiles) -> Iterator[Finding]:
    """A definition or a file that is not to be changed was changed, or is gone.

    Why: somebody wrote down that it stays as it is, and the reason: a format that old data is in, a formula that was
    certified, an order of steps that an accident taught. Who changes it in passing does not know that.

    Instead: take the change back. Where it is meant, talk to the owner first; then `overhaul freeze WHAT` prints the
    entry with the fingerprint that it has now, to put in place of the old one, where everybody sees it in review.

    Of a definition its code counts: signature, decorators, defaults, the whole body, and of a constant its value; not
    its layout, its comments and its docstrings. Of a file every byte counts, but for the ends of lines.
    """
    for entry in files.entries:
        found = files.look(entry)
        message = _said(entry, found)
        if message:
            yield Finding(
                rule="changed_frozen_code", severity="warning" if found.state == "unreadable" else "error",
                message=f"{entry.what} is frozen and {message}: {entry.reason}", module=found.module, path=found.path,
                line=found.line, name=f"{entry.what}: {found.fingerprint or found.state}",
                because=tuple(_because(entry, found)), places=tuple(_places(entry, found)),
            )  # fmt: skip


def _said(entry: Frozen, found: Found) -> str:
    """What is wrong; "" when nothing is, or when nobody can tell."""
    match found.state:
        case "changed":
            return "has changed"
        case "unreadable":
            return f"nobody can tell whether it has changed, since {found.because}"
        case "gone":
            return f"is gone ({_OR.join(found.near)} may be what it is called now)" if found.near else "is gone"
        case _:
            return ""


_OR: Final = " or "


def _places(entry: Frozen, found: Found) -> Iterator[Place]:
    if (found.path, found.line) != (entry.file, entry.line):
        yield Place(entry.file, entry.line, "the entry that freezes it")
    for path in dict.fromkeys(found.there):
        yield Place(path, 1, "where it may be now")


def _because(entry: Frozen, found: Found) -> Iterator[str]:
    if entry.owner:
        yield f"owner: {entry.owner}"
    if found.fingerprint:
        yield f"frozen as {entry.fingerprint}, and now {found.fingerprint}"
    if found.state == "changed":
        yield f"where the change is meant: `overhaul freeze {entry.what}` prints the new entry"
    if found.state == "gone":
        yield "where it has another name: `overhaul freeze NAME` prints the entry to put in the place of this one"
