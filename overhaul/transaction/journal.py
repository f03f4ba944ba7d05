"""The journals of a project: one folder for each transaction, with a record, the originals, and how it ended."""

from __future__ import annotations

import contextlib
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from overhaul.errors import Refused
from overhaul.transaction.disk import Disk
from overhaul.transaction.records import Damaged, End, Record, packed, told_digest, unpacked

FOLDER: Final = ".overhaul"
KEPT: Final = 20
"""Journals that are kept."""
BYTES: Final = 256 << 20
"""Bytes of all originals that are kept. The last journal stays, however large it is."""
KEPT_OF_PHASES: Final = 200
"""Journals of a campaign's phases that are kept: a phase may take weeks, and is to be taken back as a whole.

As many again of what has taken others back, so that it pushes none of them out."""
BYTES_OF_PHASES: Final = 1 << 30
"""Bytes of all their originals."""
KNOWN_OF_PHASES: Final = 1000
"""Journals of phases that stay without their originals: a phase that has lost some is not taken for a whole one."""
_OPEN: Final = ("begun", "unfinished", "damaged")
_RECORD: Final = "record"
_ORIGINALS: Final = "originals"
_END: Final = "end"
_CHANGED: Final = "changed"
_GONE: Final = ".gone"
_LATEST: Final = 1 << 40
"""Seconds since 1970 that any calendar knows."""
PRIVILEGED: Final = 0o6000
"""Permissions by which a program runs as its owner or group: no such file is written."""

Phase = Literal["begun", "unfinished", "written", "restored", "damaged"]


class Journal(msgspec.Struct, frozen=True):
    """What one journal says."""

    number: int
    phase: Phase
    """begun: nothing was touched yet; unfinished: some files may have been."""
    record: Record | None = None
    end: End | None = None
    damage: str = ""
    """What is wrong with it, with its place."""
    doubtful: bool = False
    """Nobody knows whether it has ended: nothing may be written before a person has looked."""
    light: bool = False
    """Its originals are not kept any more: it tells what was done, and cannot be taken back."""


class Journals:
    """The journals in the folder `.overhaul` of a project's home."""

    def __init__(self, home: Path, disk: Disk) -> None:
        """Nothing is made yet."""
        self.home = home
        self.folder = home / FOLDER / "journal"
        self._disk = disk

    def prepare(self) -> None:
        """Make the folder. Raises Refused when something else stands in its place, or it cannot be made."""
        above = self.folder.parent
        try:
            self.check()
            for folder in (above, self.folder):
                if not os.path.lexists(folder):
                    self._disk.make_folder(folder)
                    self._disk.sync_folder(folder.parent)
            ignore = above / ".gitignore"
            # One that is empty was left by a run that was killed as it made it.
            if os.path.lexists(ignore) and not os.lstat(ignore).st_size:
                self._disk.remove(ignore)
            if not os.path.lexists(ignore):
                with contextlib.suppress(FileExistsError):
                    self._disk.create(ignore, b"*\n", 0o644)
        except OSError as error:
            raise Refused(f"{above}: cannot be written ({error.strerror or error}): allow it, or free space") from error

    def check(self) -> None:
        """Raises Refused for a folder that is a link: the audited tree may be hostile, and lead us elsewhere."""
        for folder in (self.folder.parent, self.folder):
            if os.path.lexists(folder) and not stat.S_ISDIR(os.lstat(folder).st_mode):
                raise Refused(f"{folder}: is no folder of its own: take it away, journals are kept there")

    def numbers(self) -> list[int]:
        """Of all journals, the oldest first."""
        try:
            names = os.listdir(self.folder)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(number for name in names if (number := _number(name)) > 0)

    def next(self) -> int:
        """The number of the next one. Raises Refused when somebody has used them up."""
        last = max(self.numbers(), default=0)
        if not _number(f"{last + 1:04}"):
            raise Refused(f"{self.place(last)}: no number is left after it: take that folder away")
        return last + 1

    def place(self, number: int) -> Path:
        """The folder of a journal."""
        return self.folder / f"{number:04}"

    def read(self, number: int) -> Journal:
        """What a journal says; what is damaged is told."""
        place = self.place(number)
        try:
            if not stat.S_ISDIR(os.lstat(place).st_mode):
                return Journal(number, "damaged", damage=f"{place}: is no folder", doubtful=True)
            if not os.path.lexists(place / _RECORD):
                over = os.path.lexists(place / _END)
                return Journal(number, "damaged", damage=f"{place / _RECORD}: is missing") if over else (
                    Journal(number, "begun")
                )
        except OSError as error:
            return Journal(number, "damaged", damage=f"{place}: {error.strerror}", doubtful=True)
        at = place / _RECORD
        record: Record | None = None
        try:
            data = self._disk.read(at)
            told = unpacked(data, Record)
            if told.number != number or not _could_be_ours(told):
                raise Damaged("it is of another place, or says what overhaul does not write")
            record = told
            at = place / _END
            if not os.path.lexists(at):
                return Journal(number, "unfinished", record)
            end = unpacked(self._disk.read(at), End)
            if end.record != told_digest(data):
                raise Damaged("it is the end of another record")
        except (Damaged, OSError) as error:
            why = f"cannot be read ({error.strerror or error})" if isinstance(error, OSError) else str(error)
            return Journal(number, "damaged", record, damage=f"{at}: {why}", doubtful=not self._has_whole_end(number))
        return Journal(number, end.state, record, end, light=self._is_light(record))

    def _is_light(self, record: Record) -> bool:
        """Whether the originals were taken away by `tidy`, which does that to journals of phases."""
        return bool(record.phase) and not os.path.lexists(self.place(record.number) / _ORIGINALS)

    def _has_whole_end(self, number: int) -> bool:
        """Whether a whole end is there, of whatever record."""
        try:
            return bool(unpacked(self._disk.read(self.place(number) / _END), End).record)
        except (Damaged, OSError):
            return False

    def all(self) -> Iterator[Journal]:
        """Every journal, the oldest first."""
        yield from map(self.read, self.numbers())

    def open(self) -> list[Journal]:
        """Those that have not ended, or of which nobody knows whether they have, the latest first."""
        waiting = [number for number in self.numbers() if not self._has_whole_end(number)]
        return [journal for number in reversed(waiting) if (journal := self.read(number)).phase in _OPEN]

    # Writing

    def begin(self, record: Record, originals: Sequence[bytes]) -> None:
        """Write a journal down to the disk, before anything of the tree is touched. Raises OSError."""
        disk, place = self._disk, self.place(record.number)
        disk.make_folder(place)
        disk.create(place / _ORIGINALS, b"".join(originals), 0o600)
        disk.sync(place / _ORIGINALS)
        self._put(place / _RECORD, packed(record))
        disk.sync_folder(self.folder)

    def finish(self, record: Record, state: Literal["written", "restored"], kept: tuple[str, ...] = ()) -> None:
        """Say on the disk how it ended: from here on it has. Raises OSError."""
        self._put(self.place(record.number) / _END, packed(End(state, told_digest(packed(record)), kept)))

    def has_ended(self, number: int) -> bool:
        """Whether an end is there: the last thing that is written."""
        return os.path.lexists(self.place(number) / _END)

    def reopen(self, number: int) -> None:
        """Take back that it has ended, so that it is put back."""
        self._disk.remove(self.place(number) / _END)
        self._disk.sync_folder(self.place(number))

    def _put(self, file: Path, data: bytes) -> None:
        """A file that is there whole or not at all."""
        fresh = file.with_name(f"{file.name}.new")
        self._disk.remove(fresh)
        self._disk.create(fresh, data, 0o600)
        self._disk.sync(fresh)
        self._disk.replace(fresh, file)
        self._disk.sync_folder(file.parent)

    def originals(self, number: int) -> bytes:
        """The originals of a journal, one after the other. Raises OSError."""
        return self._disk.read(self.place(number) / _ORIGINALS)

    def keep(self, number: int, path: str, data: bytes) -> Path:
        """Lay an original down as a file of its own, for the user to compare; where it lies.

        Raises OSError, and Damaged when something else stands on the way.
        """
        file = self.place(number) / _CHANGED / path
        for folder in reversed([one for one in file.parents if one.is_relative_to(self.place(number))]):
            self._disk.make_folder(folder)
            # The journal may have come with the tree: a link in it would lead elsewhere.
            if not _is_folder(folder):
                raise Damaged(f"{folder}: is no folder of its own: take it away")
        self._disk.remove(file)
        self._disk.create(file, data, 0o600)
        self._disk.sync(file)
        return file

    def discard(self, number: int) -> None:
        """Take a journal away, in one instant for whoever looks for journals. Raises OSError."""
        place = self.place(number)
        gone = place.with_name(f"{place.name}{_GONE}")
        self._clear(gone)
        self._disk.replace(place, gone)
        self._disk.sync_folder(self.folder)
        self._clear(gone)

    def tidy(self) -> None:
        """Take away what was discarded, and the oldest journals that are over, beyond what is kept.

        What cannot be taken away stays, until the next time.
        """
        with contextlib.suppress(OSError):
            for name in sorted(os.listdir(self.folder)):
                if name.endswith(_GONE) and _number(name.removesuffix(_GONE)):
                    self._clear(self.folder / name)
            counts: Counter[str] = Counter()
            sizes: Counter[str] = Counter()
            for place, number in enumerate(reversed(self.numbers())):
                journal = self.read(number)
                of_phase = journal.record is not None and bool(journal.record.phase)
                # Taking a phase back must not push out what is still to be taken back of it.
                kind = "" if not of_phase or journal.record is None else "undo" if journal.record.undoes else "step"
                counts[kind] += 1
                with contextlib.suppress(OSError):
                    sizes[kind] += os.lstat(self.place(number) / _ORIGINALS).st_size
                most, bytes_ = (KEPT_OF_PHASES, BYTES_OF_PHASES) if of_phase else (KEPT, BYTES)
                beyond = counts[kind] > most or sizes[kind] > bytes_
                if not place or not beyond or journal.phase not in ("written", "restored"):
                    continue
                if of_phase and counts[kind] <= KNOWN_OF_PHASES:
                    self._disk.remove(self.place(number) / _ORIGINALS)
                else:
                    self.discard(number)

    def _clear(self, folder: Path) -> None:
        """Take a folder away with all that is in it; of a link, the link alone."""
        if not _is_folder(folder):
            self._disk.remove(folder)
            return
        for place, folders, files in os.walk(folder, topdown=False):
            for name in files:
                self._disk.remove(Path(place, name))
            for name in folders:
                inner = Path(place, name)
                if inner.is_symlink():
                    self._disk.remove(inner)
                else:
                    self._disk.remove_folder(inner)
        self._disk.remove_folder(folder)


def _is_folder(path: Path) -> bool:
    """Whether a folder stands there, and no link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _number(name: str) -> int:
    """Which journal a folder is; 0 for what is none."""
    number = int(name) if name.isdecimal() and name.isascii() and len(name) < 10 else 0
    return number if name == f"{number:04}" else 0


def is_plain(path: str) -> bool:
    """Whether a path leads nowhere but below its root, and into nothing that is git's or ours."""
    return path == "." or all(map(_is_plain_part, path.split("/")))


def _is_plain_part(part: str) -> bool:
    if part in ("", ".", "..") or "\0" in part or (os.name == "nt" and any(char in part for char in ':\\<>"|?*')):
        return False
    # What some file systems take for the same name: other case, dots and spaces at the end, the short form.
    return part.rstrip(". ").casefold() not in (".git", FOLDER, "git~1")


def _could_be_ours(record: Record) -> bool:
    """Whether a record leads nowhere else and gives no rights: it may have come with a hostile tree."""
    modes = {state.mode for entry in record.entries for state in (entry.before, entry.after)}
    folders = {folder.mode for folder in (*record.made, *record.emptied)} - {None}
    return (
        all(map(is_plain, _paths(record)))
        and record.token.isascii()
        and record.token.isalnum()
        and 0 <= record.when < _LATEST
        and all(0 <= mode <= 0o1777 for mode in modes)
        and all(mode is not None and 0 <= mode <= 0o7777 for mode in folders)
    )


def _paths(record: Record) -> Iterator[str]:
    yield record.root
    for entry in record.entries:
        yield entry.path
    for folder in (*record.made, *record.emptied):
        yield folder.path


__all__ = ["FOLDER", "PRIVILEGED", "Journal", "Journals", "is_plain"]
