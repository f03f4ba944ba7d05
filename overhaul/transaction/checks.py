"""Everything that could stand in the way of a plan, looked for before the first file is touched."""

from __future__ import annotations

import os
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from overhaul.changes import FileChange
from overhaul.transaction.disk import ABSENT, Disk, State, digest
from overhaul.transaction.emptying import Emptying
from overhaul.transaction.journal import PRIVILEGED, is_plain
from overhaul.transaction.records import Entry, Folder, above

_SPARE: Final = 1 << 20
"""Bytes that are left free."""
_BLOCK: Final = 4096


class Prepared(msgspec.Struct, frozen=True):
    """What a transaction will do, or why it must not."""

    entries: tuple[Entry, ...] = ()
    originals: tuple[bytes, ...] = ()
    contents: Mapping[str, bytes] = {}
    """Path -> what stands there afterwards."""
    made: tuple[Folder, ...] = ()
    emptied: tuple[Folder, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it must not be carried out: one line each."""
    notes: tuple[str, ...] = ()


class _Change(msgspec.Struct):
    """A change by the place where its file really stands."""

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None
    origin: str


def prepare(
    disk: Disk, root: Path, files: Sequence[FileChange], *,
    modes: Mapping[str, int | None] | None = None, may_go: Collection[str] | None = None, folds: bool = False,
) -> Prepared:  # fmt: skip
    """What is to be done for the files of a plan; `root` has no link in it.

    `modes` are the permissions of folders that come back, `may_go` the only folders that may go (None: any that nothing
    is left in). `folds`: names that differ only by case are the same here.
    """
    reasons: list[str] = []
    changes = _merged(_placed(root, files, reasons), reasons)
    if folds:
        reasons += _alike([one.path for one in changes])
    entries: list[Entry] = []
    originals: list[bytes] = []
    notes: list[str] = []
    at = 0
    arriving = {one.path for one in changes if one.after is not None}
    leaving = {one.path for one in changes if one.after is None}
    reasons += _folders_in_the_way(root, [one.path for one in changes], arriving)
    for one in changes:
        try:
            now = disk.look(root / one.path)
            reason = _stale(one, now)
            mode = _mode(disk, root, one, now)
        except OSError as error:
            reason, now, mode = f"cannot be read ({error.strerror or error}): allow it", ABSENT, 0
        if reason:
            reasons.append(f"{one.path}: {reason}")
            continue
        if now.links > 1:
            notes.append(f"{one.path}: has {now.links} names on the disk, and the others keep the old content")
        if now != ABSENT and not _is_writable(root / one.path, now.mode):
            reasons.append(f"{one.path}: is read-only: allow writing, if it is meant to be changed")
        if (now.mode | mode) & PRIVILEGED:
            reasons.append(f"{one.path}: runs with the rights of its owner or group: take that away first (chmod ug-s)")
        after = ABSENT if one.after is None else State("file", digest(one.after), mode, 1)
        size = 0 if one.before is None else len(one.before)
        entries.append(Entry(one.path, now, after, at, size, one.origin))
        originals.append(one.before or b"")
        at += size
    try:
        gone = Emptying(disk, root, leaving, arriving, may_go)
    except OSError as error:
        return Prepared(reasons=(*reasons, f"{error.filename}: cannot be read ({error.strerror or error}): allow it"))
    for path, state, data in gone.swept:
        entries.append(Entry(path, state, ABSENT, at, len(data), swept=True))
        originals.append(data)
        at += len(data)
    made = _missing(root, arriving, modes or {})
    reasons += _closed(root, {one.path for one in changes}, made, gone.folders)
    reasons += _no_room(root, [len(one.after) for one in changes if one.after is not None], at)
    contents = {one.path: one.after for one in changes if one.after is not None}
    return Prepared(
        tuple(entries), tuple(originals), contents, made, gone.folders, tuple(dict.fromkeys(reasons)), tuple(notes)
    )


# Paths


def _placed(root: Path, files: Sequence[FileChange], reasons: list[str]) -> Iterator[_Change]:
    """The changes by where the files really stand, without those that change nothing."""
    real: dict[str, Path] = {}
    for one in files:
        if one.before == one.after:
            continue
        place = _place(root, one, real)
        if isinstance(place, _Reason):
            reasons.append(f"{one.path}: {place}")
            continue
        origin = ""
        if one.origin:
            found = _place(root, FileChange(one.origin, b"", None), real)
            origin = "" if isinstance(found, _Reason) else found
        yield _Change(place, one.before, one.after, one.mode, origin)


class _Reason(str):
    """Why a path is not touched."""


def _place(root: Path, one: FileChange, real: dict[str, Path]) -> str:
    """The path of the file that is meant, without links on the way; or the _Reason why it is not touched.

    `real` keeps where folders really stand.
    """
    if not is_plain(one.path) or one.path == ".":
        return _Reason("is no path below the root, or one of git's or overhaul's own: leave it out")
    folder, _, name = one.path.rpartition("/")
    if folder not in real:
        real[folder] = Path(os.path.realpath(root / folder))
    parent = real[folder]
    if not parent.is_relative_to(root):
        return _Reason(f"leads out of {root} through a link ({parent}): change it there")
    file = parent / name
    if file.is_symlink():
        if one.before is None or one.after is None:
            return _Reason(f"is a link to {os.readlink(file)}: move or delete what it leads to, and the link by hand")
        file = Path(os.path.realpath(file))
        if not file.is_relative_to(root):
            return _Reason(f"is a link that leads out of {root} ({file}): change it there")
    path = file.relative_to(root).as_posix()
    return path if is_plain(path) else _Reason("leads to a file of git's or overhaul's own: leave it out")


def _merged(changes: Iterator[_Change], reasons: list[str]) -> list[_Change]:
    """One change a file: several paths may lead to one, and one file may leave a place that another one takes."""
    found: dict[str, _Change] = {}
    for one in changes:
        other = found.setdefault(one.path, one)
        if other is one or (other.before, other.after, other.mode) == (one.before, one.after, one.mode):
            continue
        leaves, comes = (other, one) if other.after is None else (one, other)
        if leaves.after is None and comes.before is None:
            found[one.path] = _Change(one.path, leaves.before, comes.after, comes.mode, comes.origin)
        else:
            reasons.append(f"{one.path}: two changes of one file differ: a link leads to it; leave one of them out")
    return [found[path] for path in sorted(found) if found[path].before != found[path].after]


def _alike(paths: Sequence[str]) -> Iterator[str]:
    """Names that are one and the same where case does not count."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if other != path:
            yield f"{path}: is the same file as {other} on this disk: go by way of a third name, in two migrations"


# Files


def _stale(one: _Change, now: State) -> str:
    """Why a file is not what the plan was made for; "" where it is."""
    if now.kind not in ("absent", "file"):
        return f"is a {now.kind}: only files are changed" if now.kind == "folder" else "is no regular file"
    if one.before is None:
        return "" if now == ABSENT else "there is a file already, which the plan does not know: plan anew"
    if now == ABSENT:
        return "has gone since it was read: plan anew"
    return "" if now.digest == digest(one.before) else "has changed since it was read: plan anew"


def _mode(disk: Disk, root: Path, one: _Change, now: State) -> int:
    """The permissions of a file afterwards."""
    if one.mode is not None:
        return one.mode
    if one.origin:
        origin = disk.look(root / one.origin)
        return origin.mode if origin.kind == "file" else 0o644
    return 0o644 if now == ABSENT else now.mode


def _is_writable(path: Path, mode: int) -> bool:
    # The bits are asked too, since root may write whatever they say.
    return bool(mode & 0o222) and os.access(path, os.W_OK)


# Folders


def _folders_in_the_way(root: Path, paths: Sequence[str], arriving: Collection[str]) -> Iterator[str]:
    """Files where folders would have to be."""
    above_which = {folder: path for path in paths for folder in above(path)}
    for folder, path in above_which.items():
        if folder in arriving:
            yield f"{path}: {folder} would be a file and a folder: name another place"
        elif os.path.lexists(root / folder) and not (root / folder).is_dir():
            yield f"{path}: {folder} is no folder: name another place"


def _missing(root: Path, arriving: Collection[str], modes: Mapping[str, int | None]) -> tuple[Folder, ...]:
    """The folders that have to be made, the outer ones first."""
    folders = {folder for path in arriving for folder in above(path) if not os.path.lexists(root / folder)}
    return tuple(Folder(path, modes.get(path)) for path in sorted(folders))


def _closed(root: Path, paths: Collection[str], made: Sequence[Folder], emptied: Sequence[Folder]) -> Iterator[str]:
    """Folders in which no file may come or go."""
    new = {folder.path for folder in made}
    touched = {os.path.dirname(path) for path in (*paths, *new, *(folder.path for folder in emptied))} - new
    for path in sorted(touched):
        folder = root / path
        if folder.is_dir():
            mode = stat.S_IMODE(folder.stat().st_mode)
            if not mode & 0o222 or not os.access(folder, os.W_OK | os.X_OK):
                yield f"{path or '.'}: the folder is read-only: allow writing in it, if that is meant"


def _no_room(root: Path, sizes: Sequence[int], kept: int) -> Iterator[str]:
    """Whether the new files and the originals find room beside the old ones."""
    needed = kept + sum(size + _BLOCK for size in sizes) + _SPARE
    try:
        free = shutil.disk_usage(root).free
    except OSError:
        return
    if free < needed:
        yield f"{root}: {needed >> 10:,} KiB are needed, and {free >> 10:,} KiB are free: make room"


__all__ = ["Prepared", "prepare"]
