"""State that is saved and never brought back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.inventory import StatePersistence
from overhaul.leaves import Rule
from overhaul.placing import apart


@Rule
def state_never_restored(persistences: Sequence[StatePersistence]) -> Iterator[Finding]:
    """A state is saved and nothing restores it, or restored and nothing saves it.

    Why: after a restart the work of the half that is there is lost; nobody notices before the first crash.

    Instead: write the other half, with a test that takes the state through both; or, when the file is meant for people,
    call it an export and name it so.

    The counterpart is looked for beside the function, under names for the other half and by the file or store that both
    use. One that stands somewhere else under another name is not found: a note, not an error.
    """
    for row in persistences:
        if row.complete:
            continue
        saving = row.members[0].role == "save"
        what = "saves a state that nothing restores" if saving else "restores a state that nothing saves"
        because, places = apart(row.evidence, row.path, row.line)
        yield Finding(
            rule="state_never_restored", severity="note", message=f"{row.name} {what}",
            module=row.module, path=row.path, line=row.line, name=row.name, because=because, places=places,
        )  # fmt: skip
