"""Write every change of a plan, or none; take a transaction back; put back what an interruption has left."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Generator, Sequence
from pathlib import Path

import msgspec

from overhaul.changes import FileChange
from overhaul.errors import NotWritten, OverhaulError, Refused
from overhaul.transaction import committing
from overhaul.transaction.carrying import carry_out, original, put_back
from overhaul.transaction.checks import Prepared, prepare
from overhaul.transaction.disk import ABSENT, Disk
from overhaul.transaction.history import Listed, listed, undoable
from overhaul.transaction.journal import FOLDER, Journals
from overhaul.transaction.lock import Lock
from overhaul.transaction.records import Damaged, Entry, Record, gone
from overhaul.transaction.tracked import untidy


class Written(msgspec.Struct, frozen=True):
    """What was done."""

    number: int
    """By which `undo` knows it; 0 where nothing was to be written."""
    title: str
    files: int
    """Files that have changed, come or gone; a moved one counts once."""
    notes: tuple[str, ...] = ()
    """What the user should know: one line each."""
    commit: str = ""
    """The name of git's commit."""


def write(
    root: Path, files: Sequence[FileChange], title: str, *,
    allow_dirty: bool = False, commit: str = "", phase: str = "", store: Path, disk: Disk | None = None,
) -> Written:  # fmt: skip
    """Write what becomes of each file, or nothing.

    `root` is what the paths are relative to, `store` the folder whose `.overhaul` holds the journals (the root's own
    where it does not stand above the root), `commit` the message of a git commit that is made, "" for none, `phase` the
    phase of a campaign that it belongs to. What an interruption has left is put back first.

    Raises NotWritten with every reason why it may not be written, before anything is touched; Refused when it could not
    be finished and all is as it was; and OverhaulError, with the place, when it could not be put back either: the next
    start does that.
    """
    disk = disk or Disk()
    root = Path(os.path.realpath(root))
    home = home_of(root, store)
    with session(home, title, disk) as (journals, notes):
        prepared = prepare(disk, root, files, folds=_folds(home))
        reasons = list(prepared.reasons)
        paths = [entry.path for entry in prepared.entries if not entry.swept]
        if not allow_dirty and paths:
            changed = {entry.path for entry in prepared.entries if entry.before != ABSENT and not entry.swept}
            reasons += untidy(root, changed)
        git = None
        if commit and paths and not reasons:
            git = committing.Commit(root, paths)
            reasons += git.reasons()
        if reasons:
            raise NotWritten(reasons)
        if not prepared.entries:
            return Written(0, title, 0, (*notes, *prepared.notes))
        number = journals.next()
        try:
            record = _transact(disk, journals, home, root, title, prepared, phase=phase)
        except KeyboardInterrupt as error:
            if not journals.has_ended(number):
                raise
            raise OverhaulError(
                f"interrupted when all was written: `overhaul undo {number}` takes it back"
            ) from error
        name = ""
        if git is not None:
            name = _committed(disk, journals, root, record, git, commit)
        return Written(record.number, title, _count(record), (*notes, *prepared.notes), name)


def undo(root: Path, number: int = 0, *, store: Path, disk: Disk | None = None) -> Written:
    """Restore what a transaction has changed: content, permissions, moved files, folders.

    `number` 0 is the last one that is not taken back yet. It is a transaction itself, so that it can be taken back by
    its own number. What an interruption has left is put back first, and nothing else is done then without a number.

    Raises NotWritten when files have changed since, naming all of them, Refused when there is nothing to take back, and
    otherwise what `write` raises.
    """
    disk = disk or Disk()
    home = home_of(Path(os.path.realpath(root)), store)
    if not os.path.lexists(home / FOLDER / "journal"):
        raise Refused(f"{home}: nothing was ever written by overhaul here: there is nothing to undo")
    with session(home, "undo", disk) as (journals, notes):
        if notes and not number:
            return Written(0, "", 0, tuple(notes))
        done = undone(disk, journals, home, undoable(list(journals.all()), number, home))
        return msgspec.structs.replace(done, notes=(*notes, *done.notes))


def undone(
    disk: Disk, journals: Journals, home: Path, record: Record, *, together: int = 0, tidy: bool = True
) -> Written:  # fmt: skip
    """Take one transaction back, within a session; `together` and `tidy` are those of `_transact`."""
    top = home / record.root
    if Path(os.path.realpath(top)) != top or not top.is_dir():
        raise Refused(f"{top}: is no folder of its own any more: put it back where it was")
    prepared = _inverse(disk, journals, top, record, _folds(home))
    if prepared.reasons:
        raise NotWritten(prepared.reasons)
    title = f"undo {record.number}: {record.title}"
    if not prepared.entries:
        return Written(0, title, 0)
    done = _transact(
        disk, journals, home, top, title, prepared, record.number, record.phase, together=together, tidy=tidy
    )
    return Written(done.number, title, _count(done), prepared.notes)


def recover(root: Path, *, store: Path, disk: Disk | None = None) -> tuple[str, ...]:
    """Put back what an interrupted transaction has left; what was done, one line each. Nothing is made where none was.

    Raises Refused while another transaction is at work, or when a journal is damaged, and OverhaulError when the disk
    refuses.
    """
    disk = disk or Disk()
    home = home_of(Path(os.path.realpath(root)), store)
    journals = Journals(home, disk)
    if not os.path.lexists(journals.folder):
        return ()
    journals.check()
    if not journals.open():
        return ()
    with session(home, "recovery", disk) as (_, notes):
        return tuple(notes)


def interrupted(root: Path, *, store: Path) -> str:
    """The title of a transaction that has not ended, and was killed or is still at work; "" where there is none."""
    found = Journals(home_of(Path(os.path.realpath(root)), store), Disk())
    found.check()
    titles = (journal.record.title for journal in found.open() if journal.phase == "unfinished" and journal.record)
    return next(titles, "")


def journals(root: Path, *, store: Path) -> list[Listed]:
    """What can be taken back, and what was, the oldest first; nothing is changed."""
    found = Journals(home_of(Path(os.path.realpath(root)), store), Disk())
    found.check()
    return list(listed(list(found.all())))


# One transaction


@contextlib.contextmanager
def session(home: Path, what: str, disk: Disk) -> Generator[tuple[Journals, list[str]]]:
    """The journals, locked and with nothing left open in them, and what was put back, one line each."""
    found = Journals(home, disk)
    found.prepare()
    with Lock(home / FOLDER, what):
        yield found, recovered(disk, found, home)


def _transact(
    disk: Disk, journals: Journals, home: Path, root: Path, title: str, prepared: Prepared, undoes: int = 0,
    phase: str = "", *, together: int = 0, tidy: bool = True,
) -> Record:  # fmt: skip
    """Carry out what was prepared, `together` with others that take a phase back.

    Journals that are beyond what is kept go, unless `tidy` is off. Raises Refused when all is as it was, and
    OverhaulError when it is not.
    """
    record = Record(
        number=journals.next(),
        title=title,
        when=time.time(),
        root=root.relative_to(home).as_posix(),
        token=secrets.token_hex(6),
        entries=prepared.entries,
        made=prepared.made,
        emptied=prepared.emptied,
        undoes=undoes,
        phase=phase,
        together=together,
    )
    try:
        journals.begin(record, prepared.originals)
        carry_out(disk, root, record, prepared.contents)
        journals.finish(record, "written")
    except BaseException as error:
        if not journals.has_ended(record.number):
            _take_back(disk, journals, root, record, error)
            if isinstance(error, OSError):
                raise Refused(f"{said(error)}: nothing has been changed: mend that, and try again") from error
            raise
        # The end is there: it is written, though the disk may not have said so.
        if not isinstance(error, OSError):
            raise
    if tidy:
        journals.tidy()
    return record


def _take_back(disk: Disk, journals: Journals, root: Path, record: Record, error: BaseException) -> None:
    """Make the tree as it was. Raises OverhaulError when the disk does not let us."""
    place = journals.place(record.number)
    try:
        if not os.path.lexists(place):
            return
        if journals.read(record.number).phase == "begun":
            # Nothing was touched: what cannot be taken away now goes at the next start.
            with contextlib.suppress(OSError):
                journals.discard(record.number)
            return
        told = put_back(disk, root, record, journals)
        _close(journals, record, told)
    except (OSError, Damaged) as second:
        raise OverhaulError(
            f"{said(error)}, and what was written so far could not be put back ({said(second)}): mend that and run "
            f"`overhaul undo`, which puts it back from {place}"
        ) from error
    if told:
        raise OverhaulError(f"{said(error)}; all else is as it was: {'; '.join(told)}") from error


def _close(journals: Journals, record: Record, told: Sequence[str]) -> None:
    """End a journal whose files were put back: it goes, unless something in it is still needed."""
    if told:
        journals.finish(record, "restored", tuple(line.partition(":")[0] for line in told))
    else:
        journals.discard(record.number)


def recovered(disk: Disk, journals: Journals, home: Path) -> list[str]:
    """Put back whatever was left open, the latest first; what was done, one line each."""
    lines: list[str] = []
    for journal in journals.open():
        if journal.doubtful:
            raise Refused(
                f"{journal.damage}: whether that transaction has ended cannot be told: compare the files with git or a "
                f"backup, then delete {journals.place(journal.number)}"
            )
        try:
            if journal.phase == "begun":
                journals.discard(journal.number)
            elif journal.phase == "unfinished" and journal.record is not None:
                root = home / journal.record.root
                if Path(os.path.realpath(root)) != root:
                    raise Damaged(f"{root} is a link now")
                told = put_back(disk, root, journal.record, journals)
                _close(journals, journal.record, told)
                lines.append(f"{journal.record.title}: was interrupted, and all is as it was before")
                lines += told
        except (OSError, Damaged) as error:
            raise OverhaulError(
                f"{journals.place(journal.number)}: an interrupted transaction could not be put back ({said(error)}): "
                "mend that, and run `overhaul undo`"
            ) from error
    journals.tidy()
    return lines


def _inverse(disk: Disk, journals: Journals, root: Path, record: Record, folds: bool) -> Prepared:
    """What takes a transaction back."""
    reasons: list[str] = []
    wanted = [entry for entry in record.entries if entry.before != ABSENT]
    data = original(journals, record, wanted) if wanted else {}
    came_from = {entry.origin: entry.path for entry in record.entries if entry.origin}
    changes: list[FileChange] = []
    for entry in record.entries:
        file = root / entry.path
        try:
            now = disk.look(file)
            if not now.holds(entry.after):
                # Compiled code that is there again is as good as the one that was.
                if not entry.swept:
                    happened = "is gone" if now == ABSENT else "was changed"
                    reasons.append(f"{entry.path}: {happened} since: put it back first, or mend it by hand")
                continue
            before = None if now == ABSENT else disk.read(file)
        except OSError as error:
            reasons.append(f"{entry.path}: cannot be read ({error.strerror or error}): allow it")
            continue
        # Permissions that somebody has changed since stay as they are now.
        ours = now == ABSENT or now.mode == entry.after.mode
        mode = entry.before.mode if ours and entry.before != ABSENT else None
        origin = came_from.get(entry.path, "") if before is None else ""
        changes.append(FileChange(entry.path, before, data.get(entry.path), mode, origin))
    prepared = prepare(
        disk, root, changes, modes={folder.path: folder.mode for folder in record.emptied},
        may_go={folder.path for folder in record.made}, folds=folds,
    )  # fmt: skip
    swept = {entry.path for entry in record.entries if entry.swept}
    entries = tuple(
        msgspec.structs.replace(entry, swept=True) if entry.path in swept else entry for entry in prepared.entries
    )
    return msgspec.structs.replace(prepared, entries=entries, reasons=(*reasons, *prepared.reasons))


def _committed(
    disk: Disk, journals: Journals, root: Path, record: Record, git: committing.Commit, message: str
) -> str:
    """Make the commit; the tree is as it was when git refuses, unless a hook has changed its files."""
    try:
        return git.make(message)
    except KeyboardInterrupt as error:
        raise OverhaulError(
            "interrupted; the migration is written and not committed: commit it, or run `overhaul undo`"
        ) from error
    except Refused as error:
        changed = [entry.path for entry in record.entries if not _is_as_left(disk, root, entry)]
        if changed:
            raise OverhaulError(
                f"{error}; the migration is written and not committed, since {', '.join(changed[:5])} was changed "
                "meanwhile, as by a hook: look at it and commit, or put it back and run `overhaul undo`"
            ) from error
        git.unstage()
        try:
            journals.reopen(record.number)
        except OSError as second:
            raise OverhaulError(
                f"{error}; the migration is written and not committed ({said(second)}): `overhaul undo` takes it back"
            ) from error
        _take_back(disk, journals, root, record, error)
        raise Refused(f"{error}; nothing has been changed") from error


def _is_as_left(disk: Disk, root: Path, entry: Entry) -> bool:
    try:
        return disk.look(root / entry.path).holds(entry.after)
    except OSError:
        return False


# Helpers


def home_of(root: Path, store: Path) -> Path:
    """Where the journals lie: at or above the root, so that no journal can lead elsewhere."""
    home = Path(os.path.realpath(store))
    return home if root.is_relative_to(home) else root


def _folds(home: Path) -> bool:
    """Whether names that differ only by case are the same; `.overhaul` is there."""
    try:
        return os.path.samefile(home / FOLDER, home / FOLDER.upper())
    except OSError:
        return False


def _count(record: Record) -> int:
    plan = [entry for entry in record.entries if not entry.swept]
    left = {entry.path for entry in plan if gone(entry)}
    return len(plan) - len(left & {entry.origin for entry in plan})


def said(error: BaseException) -> str:
    """An error in a few words, with the file where there is one."""
    if isinstance(error, OSError):
        where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        return f"{where}{error.strerror or type(error).__name__}"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return str(error) or type(error).__name__


__all__ = [
    "Listed", "Written", "home_of", "interrupted", "journals", "recover", "recovered", "said", "session", "undo",
    "undone", "write",
]  # fmt: skip
