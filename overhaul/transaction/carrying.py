"""Carry out what a record says, and put back what it has done, from wherever it was left."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from overhaul.errors import OverhaulError, Refused
from overhaul.transaction.disk import ABSENT, Disk, State, digest
from overhaul.transaction.journal import Journals
from overhaul.transaction.records import Damaged, Entry, Record, gone


def carry_out(disk: Disk, root: Path, record: Record, contents: Mapping[str, bytes]) -> None:
    """Change the tree as the record says; `contents` are the new files, by path.

    All that takes room and time is done beside the files; then one after the other they change places. Raises OSError,
    and Refused for a file that is not as the record has it: the tree is then as it was left, for `put_back`.
    """
    for folder in record.made:
        disk.make_folder(root / folder.path, folder.mode)
    fresh = [
        (entry, _beside(root, record, position)) for position, entry in enumerate(record.entries) if not gone(entry)
    ]
    for entry, temporary in fresh:
        file = root / entry.path
        like = root / (entry.origin or entry.path)
        disk.create(temporary, contents[entry.path], entry.after.mode, like, file)
    for _, temporary in fresh:
        disk.sync(temporary)
    for entry, temporary in fresh:
        _check(disk, root, entry)
        disk.replace(temporary, root / entry.path)
    for entry in filter(gone, record.entries):
        _check(disk, root, entry)
        disk.remove(root / entry.path)
    for folder in record.emptied:
        disk.remove_folder(root / folder.path)
    for place in _touched(root, record):
        disk.sync_folder(place)


def _check(disk: Disk, root: Path, entry: Entry) -> None:
    """The last look before a file is touched."""
    if not disk.look(root / entry.path).holds(entry.before):
        raise Refused(f"{entry.path}: somebody has changed it during the migration: plan anew")


def put_back(disk: Disk, root: Path, record: Record, journals: Journals) -> tuple[str, ...]:
    """Make the tree as it was before the record; what somebody has changed meanwhile is left, and told, one line each.

    May be stopped at any instant and begun anew. Raises OSError, and Damaged before anything is touched when an
    original that is needed is not what was kept.
    """
    for position in range(len(record.entries)):
        for back in (False, True):
            temporary = _beside(root, record, position, back=back)
            if _is_inside(root, temporary) and os.path.lexists(temporary):
                disk.remove(temporary)
    found = [(position, entry, _found(disk, root, entry)) for position, entry in enumerate(record.entries)]
    done = [(position, entry) for position, entry, now in found if _is_done(entry, now)]
    strange = [(entry, now) for _, entry, now in found if not now.holds(entry.before) and not now.holds(entry.after)]
    touched = [*(entry for _, entry in done), *(entry for entry, _ in strange)]
    wanted = [entry for entry in touched if entry.before != ABSENT]
    originals = _originals(journals, record, wanted) if wanted else {}
    told = tuple(_told(journals, record, root, entry, now, originals) for entry, now in strange)
    for folder in reversed(record.emptied):
        if _is_inside(root, root / folder.path) and not os.path.lexists(root / folder.path):
            disk.make_folder(root / folder.path, folder.mode)
    lost = [(position, entry) for position, entry in done if entry.before != ABSENT]
    for position, entry in lost:
        temporary = _beside(root, record, position, back=True)
        file = root / entry.path
        disk.create(temporary, originals[entry.path], entry.before.mode, _like(root, record, entry), file)
    for position, _ in lost:
        disk.sync(_beside(root, record, position, back=True))
    for position, entry in lost:
        disk.replace(_beside(root, record, position, back=True), root / entry.path)
    for _, entry in done:
        if entry.before == ABSENT:
            disk.remove(root / entry.path)
    for folder in reversed(record.made):
        if _is_inside(root, root / folder.path):
            disk.remove_folder(root / folder.path)
    for place in _touched(root, record):
        disk.sync_folder(place)
    return told


def _is_done(entry: Entry, now: State) -> bool:
    return now.holds(entry.after) and not now.holds(entry.before)


def _found(disk: Disk, root: Path, entry: Entry) -> State:
    """What stands there now; something strange where the way leads elsewhere."""
    file = root / entry.path
    return disk.look(file) if _is_inside(root, file) else State("special")


def _is_inside(root: Path, file: Path) -> bool:
    """Whether no link stands on the way to a file's folder, as none did when the record was made."""
    above = file.parent
    while above != root:
        if not above.is_relative_to(root):
            return False
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if not stat.S_ISDIR(os.lstat(above).st_mode):
                return False
        above = above.parent
    return True


def _originals(journals: Journals, record: Record, entries: Sequence[Entry]) -> dict[str, bytes]:
    """Path -> original. Raises Damaged."""
    place = journals.place(record.number)
    try:
        data = journals.originals(record.number)
    except FileNotFoundError as error:
        raise Damaged(f"{place}: the originals are missing: {_BY_HAND}") from error
    found: dict[str, bytes] = {}
    for entry in entries:
        found[entry.path] = data[entry.at : entry.at + entry.size]
        if digest(found[entry.path]) != entry.before.digest:
            raise Damaged(f"{place}: the original of {entry.path} is damaged: {_BY_HAND}")
    return found


_BY_HAND = "put the files back from git or a backup, then delete that folder"


def original(journals: Journals, record: Record, entries: Sequence[Entry]) -> dict[str, bytes]:
    """Path -> the bytes that a file had before. Raises Damaged, and OverhaulError for what cannot be read."""
    try:
        return _originals(journals, record, entries)
    except OSError as error:
        raise OverhaulError(f"{journals.place(record.number)}: cannot be read ({error.strerror or error})") from error


def _like(root: Path, record: Record, entry: Entry) -> Path | None:
    """Whose owner and attributes an original gets: those of what stands in its place, or of where it was moved."""
    if entry.after != ABSENT:
        return root / entry.path
    return next((root / other.path for other in record.entries if other.origin == entry.path), None)


def _told(
    journals: Journals, record: Record, root: Path, entry: Entry, now: State, originals: Mapping[str, bytes]
) -> str:
    """What is said of a file that somebody has changed; its original is laid down."""
    happened = "deleted" if now == ABSENT else "changed"
    if entry.before == ABSENT:
        return f"{entry.path}: somebody has {happened} it since: left as it is (before the migration it was not there)"
    lies = journals.keep(record.number, entry.path, originals[entry.path])
    return f"{entry.path}: somebody has {happened} it since: left as it is; what it was before lies in {lies}"


def _beside(root: Path, record: Record, position: int, *, back: bool = False) -> Path:
    """The temporary file of an entry."""
    return (root / record.entries[position].path).parent / record.beside(position, back=back)


def _touched(root: Path, record: Record) -> Iterator[Path]:
    """Folders whose names have changed, each once, as far as they are there."""
    folders = {(root / entry.path).parent for entry in record.entries}
    folders |= {(root / folder.path).parent for folder in (*record.made, *record.emptied)}
    for folder in sorted(folders):
        if _is_inside(root, folder / "name"):
            yield folder


__all__ = ["carry_out", "original", "put_back"]
