"""State files that a crash can leave half written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.inventory import StatePersistence
from overhaul.leaves import Rule
from overhaul.placing import apart


@Rule
def state_overwritten_in_place(persistences: Sequence[StatePersistence]) -> Iterator[Finding]:
    """A state file is overwritten where it lies.

    Why: opening a file for writing empties it first. A crash, a full disk or a second process between that and the last
    byte leaves neither the old state nor the new one.

    Instead: write to a file beside it, flush and `os.fsync` it, then `os.replace` it over the old one: readers see one
    or the other.
    """
    for row in persistences:
        if row.write != "in_place" or (not row.sure and row.complete):
            continue
        because, places = apart(row.evidence[:2], row.path, row.line)
        yield Finding(
            rule="state_overwritten_in_place", severity="warning",
            message=f"{row.name} overwrites its state file in place",
            module=row.module, path=row.path, line=row.line, name=row.name, because=because, places=places,
        )  # fmt: skip
