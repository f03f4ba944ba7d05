"""The git repository that a folder stands in, found and read without git: where its objects are, and what HEAD is.

The audited tree is not trusted, and neither is its `.git`: its configuration is never read, links are not followed, and
what is no plain file of a reasonable size is refused. Why so: `docs/decisions/0018-history-without-trust.md`.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

import msgspec

from overhaul.patterns import regex

SMALL: Final = 4096
"""Bytes that HEAD, a reference, or a file which says where the git directory is, may have."""
LARGE: Final = 32 << 20
"""Bytes that the packed references, and the list of commits where a shallow clone ends, may have."""
LINKS: Final = 5
"""References that may lead to another reference, one after the other."""

_HASH: Final = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REFERENCE: Final = regex(r"refs(?:/(?!\.)[^\x00-\x20\x7f~^:?*\[\\/]{1,200}){1,20}")


class Repository(msgspec.Struct, frozen=True):
    """What one has to know of a repository to read its history."""

    objects: Path
    """The folder of its objects."""
    head: str
    """The commit that HEAD is: 40 hexadecimal digits, or 64 where its objects are named by SHA-256."""
    prefix: str
    """The audited folder below the top of the work tree, with forward slashes; "" for the top itself."""
    shallow: tuple[str, ...]
    """The commits where a shallow clone ends, sorted: what they changed cannot be told."""


class _Refused(Exception):
    """Why there is no history, in a few words."""


def repository(root: Path) -> Repository | str:
    """The repository whose work tree holds the folder `root`; a text says why there is none that can be read."""
    folder = Path(os.path.realpath(root))
    if not folder.is_dir():
        folder = folder.parent
    top = next((above for above in (folder, *folder.parents) if os.path.lexists(above / ".git")), None)
    if top is None:
        return "no git repository"
    try:
        return _read(top, folder)
    except _Refused as refusal:
        return str(refusal)
    except OSError as error:
        return f"the git directory cannot be read ({error.strerror or type(error).__name__})"


def _read(top: Path, folder: Path) -> Repository:
    own, common = _directories(top)
    if (common / "reftable").exists():
        raise _Refused("the references are kept as a reftable, which is not read")
    objects = common / "objects"
    for part in (objects, objects / "pack", objects / "info"):
        if part.is_symlink() or (part.exists() and not part.is_dir()):
            raise _Refused(f"{part.name} in the git directory is no folder of its own")
    if not objects.is_dir():
        raise _Refused("the git directory has no objects")
    if os.path.lexists(objects / "info" / "alternates"):
        raise _Refused("the objects stand in another repository (objects/info/alternates), which is not followed")
    shallow = _plain(common / "shallow", LARGE).split() if os.path.lexists(common / "shallow") else []
    if not all(_HASH.fullmatch(one) for one in shallow):
        raise _Refused("the file `shallow` of the git directory is damaged")
    prefix = folder.relative_to(top).as_posix()
    return Repository(objects, _head(own, common), "" if prefix == "." else prefix, tuple(sorted(set(shallow))))


def _directories(top: Path) -> tuple[Path, Path]:
    """The git directory of the work tree, and the one with the objects, which work trees of one repository share."""
    entry = top / ".git"
    mode = entry.lstat().st_mode
    if stat.S_ISDIR(mode):
        return entry, entry
    if not stat.S_ISREG(mode):
        raise _Refused(".git is a link, which is not followed")
    key, _, value = _plain(entry, SMALL).partition(":")
    if key != "gitdir" or not value.strip():
        raise _Refused(".git is a file that names no git directory")
    own = Path(os.path.realpath(top / value.strip()))
    if os.path.lexists(own / "commondir"):
        # A work tree of its own: git notes in its directory where the work tree is, and that must be here.
        common = Path(os.path.realpath(own / _plain(own / "commondir", SMALL).strip()))
        back = os.path.realpath(own / _plain(own / "gitdir", SMALL).strip())
        if own.parent != common / "worktrees" or back != os.path.realpath(entry):
            raise _Refused(".git names a git directory that does not belong to this work tree")
        return own, common
    if any(own.is_relative_to(above / ".git" / "modules") for above in top.parents):
        return own, own
    raise _Refused(".git names a git directory elsewhere, which is not followed")


def _head(own: Path, common: Path) -> str:
    """The commit that HEAD is."""
    text = _plain(own / "HEAD", SMALL).strip()
    for _ in range(LINKS):
        if _HASH.fullmatch(text):
            return text
        key, _, name = text.partition(":")
        name = name.strip()
        if key != "ref" or not _REFERENCE.fullmatch(name) or ".." in name:
            raise _Refused("HEAD names no branch or commit")
        text = _reference(common, name)
    raise _Refused("HEAD leads from one reference to the next without end")


def _reference(common: Path, name: str) -> str:
    """What a reference says."""
    file = common / name
    if file.is_file() and Path(os.path.realpath(file.parent)).is_relative_to(common.resolve()):
        return _plain(file, SMALL).strip()
    packed = common / "packed-refs"
    ending = f" {name}"
    for line in _plain(packed, LARGE).splitlines() if os.path.lexists(packed) else ():
        if line.endswith(ending) and not line.startswith(("#", "^")):
            return line.removesuffix(ending)
    raise _Refused("there is no commit yet")


def _plain(file: Path, limit: int) -> str:
    """The text of a plain file. Opening a link or a pipe would lead elsewhere, or wait for ever."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if file.is_symlink():
        raise _Refused(f"{file.name} in the git directory is a link, which is not followed")
    with open(os.open(file, flags), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise _Refused(f"{file.name} in the git directory is no plain file")
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise _Refused(f"{file.name} in the git directory is too large")
    return os.fsdecode(data)


__all__ = ["Repository", "repository"]
