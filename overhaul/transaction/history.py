"""What has been written and taken back, told from the journals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

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
        yield Listed(
            journal.number, record.when, record.title, states.get(journal.phase, journal.phase), *_counts(record),
            note=journal.damage or left_alone, phase=record.phase,
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
    return found.record


def of_phase(journals: Sequence[Journal], phase: str, *, again: bool = False) -> list[Record]:
    """The transactions of a phase that are to be taken back, the latest first.

    `again`: those that have taken one of the phase back, so that what they took back is there again.
    """
    undone = taken_back(journals)
    return [
        journal.record for journal in reversed(journals)
        if journal.record is not None and journal.phase == "written" and journal.record.phase == phase
        and journal.number not in undone and bool(journal.record.undoes) == again
    ]  # fmt: skip


def in_the_way(journals: Sequence[Journal], records: Sequence[Record]) -> Iterator[str]:
    """Later transactions that are none of some, and have changed the same files: one line for each."""
    undone = taken_back(journals)
    ours = {record.number for record in records}
    touched: dict[str, int] = {}
    for record in records:
        for entry in record.entries:
            if not entry.swept:
                touched[entry.path] = min(touched.get(entry.path, record.number), record.number)
    for journal in journals:
        other = journal.record
        if other is None or journal.phase != "written" or journal.number in (ours | undone.keys()) or other.undoes:
            continue
        shared = sorted(one.path for one in other.entries if touched.get(one.path, journal.number) < journal.number)
        if shared:
            more = f" and {len(shared) - 3} more" if len(shared) > 3 else ""
            of = f" of phase {other.phase}" if other.phase else ""
            what = f"--phase {other.phase}" if other.phase else str(journal.number)
            yield (
                f"{', '.join(shared[:3])}{more}: changed later by {journal.number}{of} ({other.title}): "
                f"`overhaul undo {what}` first"
            )


def _counts(record: Record) -> tuple[int, int, int, int]:
    """Files edited, created, deleted, moved."""
    plan = [entry for entry in record.entries if not entry.swept]
    left = {entry.path for entry in plan if gone(entry)}
    moved = left & {entry.origin for entry in plan}
    edited = [entry for entry in plan if entry.before != ABSENT and not gone(entry)]
    created = [entry for entry in plan if entry.before == ABSENT and entry.origin not in moved]
    return len(edited), len(created), len(left) - len(moved), len(moved)


__all__ = ["Listed", "in_the_way", "listed", "of_phase", "taken_back", "undoable"]
