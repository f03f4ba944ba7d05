"""Keys of a saved state that only one half knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding, Place
from overhaul.inventory import StatePersistence
from overhaul.leaves import Rule


@Rule
def unrestored_key(persistences: Sequence[StatePersistence]) -> Iterator[Finding]:
    """A key is saved with a state and never restored, or read and never saved.

    Why: what is saved and not restored silently starts from its default after a restart; what is read and not saved is
    a KeyError, or a default that looks like a value.

    Instead: write and read the same keys, best from one list, or give the state a type that both halves share.

    Only where both halves name most of their keys as constants: when half of the keys of either are unknown to the
    other, they do not speak of the same mapping.
    """
    for row in persistences:
        saved, restored = set(row.saved) - {"*"}, set(row.restored) - {"*"}
        both = saved & restored
        if not row.complete or not row.sure or len(both) < max(1, len(saved) / 2, len(restored) / 2):
            continue
        # What is unpacked, passed on whole or read under other keys may hold the rest.
        for key in sorted(saved - restored) if "*" not in row.restored else ():
            yield _finding(row, key, f"{row.name} saves {key!r}, which nothing restores")
        reader = next((member.name for member in row.members if member.role == "restore"), row.name)
        for key in sorted(restored - saved) if "*" not in row.saved else ():
            yield _finding(row, key, f"{reader} restores {key!r}, which nothing saves")


def _finding(row: StatePersistence, key: str, message: str) -> Finding:
    return Finding(
        rule="unrestored_key", severity="warning", message=message,
        module=row.module, path=row.path, line=row.line, name=f"{row.name}.{key}",
        places=tuple(
            Place(one.path, one.line, f"{one.name} {one.role}s") for one in row.members
            if (one.path, one.line) != (row.path, row.line)
        ),
    )  # fmt: skip
