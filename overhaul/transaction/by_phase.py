"""Take back, or bring back, all that was written in a phase of a campaign: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from overhaul.errors import NotWritten, OverhaulError, Refused
from overhaul.transaction.carrying import original
from overhaul.transaction.disk import ABSENT, Disk, State
from overhaul.transaction.history import doubts, in_the_way, of_phase, phases, run_of, taken_back_together
from overhaul.transaction.journal import FOLDER, Journals
from overhaul.transaction.records import Record
from overhaul.transaction.writing import Written, home_of, recovered, said, session, undone


def undo_phase(
    root: Path, phase: str, *, again: bool = False, store: Path, disk: Disk | None = None
) -> tuple[Written, ...]:
    """Restore what all transactions of a campaign's phase have changed, the latest first.

    Each is taken back by a transaction of its own, all of them under one lock; whether they can be is found out before
    anything is touched, and if one fails all the same, those that were taken back are brought back. After a kill each
    is whole, and the same call goes on with the rest. `again` brings back what was taken back so, by the last such run.

    Raises NotWritten when files have changed since, when a later transaction of something else has changed them, and
    for a journal that cannot be read, naming all; Refused when there is nothing to take back; and otherwise what `undo`
    raises.
    """
    disk = disk or Disk()
    home = home_of(Path(os.path.realpath(root)), store)
    if not os.path.lexists(home / FOLDER / "journal"):
        raise Refused(f"{home}: nothing was ever written by overhaul here: there is nothing to undo")
    with session(home, f"undo phase {phase}", disk) as (journals, notes):
        known = list(journals.all())
        records = taken_back_together(known, phase) if again else of_phase(known, phase)
        reasons = [*doubts(known, phase)]
        if not records and not reasons:
            what = "taken back and can be brought back" if again else "left to undo"
            there = ", ".join(phases(known)) or "none"
            raise Refused(
                f"nothing of phase {phase} is {what}: `overhaul undo --list` shows what there was (phases: {there})"
            )
        reasons += in_the_way(known, records)
        reasons += _lost(journals, home, records)
        reasons += _moved_on(disk, home, records)
        if reasons:
            raise NotWritten(dict.fromkeys(reasons))
        first = journals.next()
        together = 0 if again else run_of(known, phase, records) or first
        done: list[Written] = []
        for record in records:
            try:
                done.append(undone(disk, journals, home, record, together=together, tidy=False))
            except BaseException as error:
                _bring_back(disk, journals, home, first, phase, error)
                raise
        # Not before: the journals that are beyond what is kept may be those that were still to be taken back.
        journals.tidy()
    return (msgspec.structs.replace(done[0], notes=(*notes, *done[0].notes)), *done[1:])


def _bring_back(
    disk: Disk, journals: Journals, home: Path, first: int, phase: str, error: BaseException
) -> None:  # fmt: skip
    """Take back what has the number `first` or a later one. Raises OverhaulError when that cannot be done either."""
    left = [number for number in journals.numbers() if number >= first]
    try:
        recovered(disk, journals, home)
        # Not what was told to have been done: it may have been interrupted when all was done but telling it.
        for number in reversed(left.copy()):
            journal = journals.read(number)
            if journal.phase == "written" and journal.record is not None:
                undone(disk, journals, home, journal.record, tidy=False)
            left.remove(number)
    except BaseException as second:
        some = ", ".join(map(str, left)) or "none"
        raise OverhaulError(
            f"{said(error)}, and what was taken back so far ({some}) could not be brought back ({said(second)}): mend "
            f"that; then `overhaul undo --phase {phase}` goes on, or `overhaul undo ID` brings back one after the other"
        ) from second


def _lost(journals: Journals, home: Path, records: Sequence[Record]) -> Iterator[str]:
    """What is needed and not there any more: originals, and the folders that the paths are relative to."""
    for record in records:
        top = home / record.root
        if Path(os.path.realpath(top)) != top or not top.is_dir():
            yield f"{top}: is no folder of its own any more: put it back where it was"
        if journals.read(record.number).light:
            yield (
                f"{record.number} ({record.title}) is so long ago that its originals are not kept any more: put its "
                "files back from git, and take back the others one by one: `overhaul undo ID`"
            )
            continue
        try:
            original(journals, record, [entry for entry in record.entries if entry.before != ABSENT])
        except OverhaulError as error:
            yield str(error)


def _moved_on(disk: Disk, home: Path, records: Sequence[Record]) -> Iterator[str]:
    """The files that are not as the latest of some transactions has left them, or between two of them were not."""
    expected: dict[Path, State] = {}
    for record in records:
        for entry in record.entries:
            file = home / record.root / entry.path
            now = expected.get(file)
            try:
                now = disk.look(file) if now is None else now
            except OSError as error:
                yield f"{entry.path}: cannot be read ({error.strerror or error}): allow it"
                continue
            if not entry.swept and not now.holds(entry.after):
                happened = "is gone" if now == ABSENT else "was changed"
                yield f"{entry.path}: {happened} since {record.number}: put it back first, or mend it by hand"
            expected[file] = entry.before


__all__ = ["undo_phase"]
