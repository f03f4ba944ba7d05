"""What has been written and taken back, told from the journals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from posixpath import normpath

import msgspec

from overhaul.errors import Refused
from overhaul.transaction.disk import ABSENT
from overhaul.transaction.journal import Journal
from overhaul.transaction.records import Record, gone


class Listed(msgspec.Struct, frozen=True):
    """One transaction, as `overhaul undo --list` shows it."""

    number: int
    when: float
    """Seconds since 1970; 0 where the journal does not say."""
    title: str
    state: str
    """written, undone by N, interrupted, put back after an interruption, damaged."""
    edited: int = 0
    created: int = 0
    deleted: int = 0
    moved: int = 0
    note: str = ""
    phase: str = ""
    """The phase of a campaign that it belongs to; "" for none."""


def listed(journals: Sequence[Journal]) -> Iterator[Listed]:
    """Every transaction, the oldest first."""
    undone = taken_back(journals)
    for journal in journals:
        record = journal.record
        if record is None:
            state = "damaged" if journal.phase == "damaged" else "interrupted"
            yield Listed(journal.number, 0.0, "", state, note=journal.damage)
            continue
        by = undone.get(journal.number)
        states = {
            "written": "written" if by is None else f"undone by {by}",
            "unfinished": "interrupted",
            "restored": "put back after an interruption",
        }
        left_alone = f"somebody had changed {', '.join(journal.end.kept)}" if journal.end and journal.end.kept else ""
        too_old = "its originals are not kept any more: it cannot be taken back" if journal.light and by is None else ""
        yield Listed(
            journal.number, record.when, record.title, states.get(journal.phase, journal.phase), *_counts(record),
            note=journal.damage or left_alone or too_old, phase=record.phase,
        )  # fmt: skip


def taken_back(journals: Sequence[Journal]) -> dict[int, int]:
    """Number of a transaction that is taken back -> number of the one that did it.

    The latest counts: whatever took a transaction back may have been taken back itself.
    """
    undone: dict[int, int] = {}
    for journal in reversed(journals):
        if journal.phase == "written" and journal.record is not None and journal.number not in undone:
            undone.setdefault(journal.record.undoes, journal.number)
    undone.pop(0, None)
    return undone


def undoable(journals: Sequence[Journal], number: int, home: Path) -> Record:
    """The record of a transaction that can be taken back; 0 is the last that is no taking back itself.

    Raises Refused.
    """
    undone = taken_back(journals)
    if not number:
        for journal in reversed(journals):
            fresh = journal.phase == "written" and journal.number not in undone
            if fresh and journal.record is not None and not journal.record.undoes:
                _check_kept(journal)
                return journal.record
            if journal.phase == "damaged":
                break
        else:
            raise Refused(f"{home}: nothing is left to undo: `overhaul undo --list` shows what there was")
        raise Refused(f"{journal.damage}: the last transaction cannot be undone: put it back from git or a backup")
    found = next((journal for journal in journals if journal.number == number), None)
    if found is None:
        known = ", ".join(str(journal.number) for journal in journals) or "none"
        raise Refused(f"there is no transaction {number} here: known are {known} (`overhaul undo --list`)")
    if number in undone:
        raise Refused(
            f"{number} is undone already, by {undone[number]}: `overhaul undo {undone[number]}` brings it back"
        )
    if found.phase != "written" or found.record is None:
        why = found.damage or "it was interrupted, and put back"
        raise Refused(f"transaction {number} cannot be undone: {why}: `overhaul undo --list` shows the others")
    _check_kept(found)
    return found.record


def _check_kept(journal: Journal) -> None:
    """Raises Refused for a journal without originals."""
    if journal.light:
        raise Refused(
            f"transaction {journal.number} cannot be undone: its originals are not kept any more: put its files back "
            "from git or a backup"
        )


def phases(journals: Sequence[Journal]) -> list[str]:
    """The phases that transactions belong to, sorted."""
    return sorted({journal.record.phase for journal in journals if journal.record is not None} - {""})


def doubts(journals: Sequence[Journal], phase: str) -> Iterator[str]:
    """The journals that may be of a phase and cannot be read: one line each."""
    for journal in journals:
        if journal.phase == "damaged" and (journal.record is None or journal.record.phase == phase):
            yield (
                f"{journal.damage}: whether it belongs to phase {phase} cannot be told: put back what it has changed "
                "from git or a backup, then delete that folder"
            )


def of_phase(journals: Sequence[Journal], phase: str) -> list[Record]:
    """The transactions of a phase that are to be taken back, the latest first."""
    return [record for record in _standing(journals, phase) if not record.undoes]


def taken_back_together(journals: Sequence[Journal], phase: str) -> list[Record]:
    """Those that have taken a phase back, by the last run that did; the latest first. None taken back by its number."""
    found = [record for record in _standing(journals, phase) if record.together]
    return [record for record in found if record.together == found[0].together]


def run_of(journals: Sequence[Journal], phase: str, records: Sequence[Record]) -> int:
    """The run that taking back some transactions goes on with, because it was interrupted; 0 for none."""
    run = next((record.together for record in _standing(journals, phase) if record.together), 0)
    return run if all(record.number < run for record in records) else 0


def _standing(journals: Sequence[Journal], phase: str) -> Iterator[Record]:
    """What was done in a phase and was not taken back since, the latest first."""
    undone = taken_back(journals)
    for journal in reversed(journals):
        record = journal.record
        if record is not None and journal.phase == "written" and record.phase == phase and record.number not in undone:
            yield record


def in_the_way(journals: Sequence[Journal], records: Sequence[Record]) -> Iterator[str]:
    """Later transactions that are none of some, and have changed the same files: one line for each."""
    undone = taken_back(journals)
    ours = {record.number for record in records}
    touched: dict[str, int] = {}
    for record in records:
        for path in _touched(record):
            touched[path] = min(touched.get(path, record.number), record.number)
    for journal in journals:
        other = journal.record
        if other is None or journal.phase != "written" or journal.number in (ours | undone.keys()) or other.undoes:
            continue
        shared = sorted(path for path in _touched(other) if touched.get(path, journal.number) < journal.number)
        if shared:
            more = f" and {len(shared) - 3} more" if len(shared) > 3 else ""
            of = f" of phase {other.phase}" if other.phase else ""
            another = other.phase and all(record.phase != other.phase for record in records)
            what = f"--phase {other.phase}" if another else str(journal.number)
            yield (
                f"{', '.join(shared[:3])}{more}: changed later by {journal.number}{of} ({other.title}): "
                f"`overhaul undo {what}` first"
            )


def _touched(record: Record) -> Iterator[str]:
    """The files of a plan, from the folder that holds the journals: transactions may be of several roots in it."""
    for entry in record.entries:
        if not entry.swept:
            yield normpath(f"{record.root}/{entry.path}")


def _counts(record: Record) -> tuple[int, int, int, int]:
    """Files edited, created, deleted, moved."""
    plan = [entry for entry in record.entries if not entry.swept]
    left = {entry.path for entry in plan if gone(entry)}
    moved = left & {entry.origin for entry in plan}
    edited = [entry for entry in plan if entry.before != ABSENT and not gone(entry)]
    created = [entry for entry in plan if entry.before == ABSENT and entry.origin not in moved]
    return len(edited), len(created), len(left) - len(moved), len(moved)


__all__ = [
    "Listed", "doubts", "in_the_way", "listed", "of_phase", "phases", "run_of", "taken_back", "taken_back_together",
    "undoable",
]  # fmt: skip
