"""How often each Python file was changed, by the git history."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.history import History
from overhaul.leaves import Analyzer
from overhaul.redundancy import FileChange


@Analyzer
def file_changes(history: History) -> Iterator[FileChange]:
    """Every Python file that is there at HEAD and was changed in the part of the history that was read.

    A table of its own, so that an edit in the code does not make git tell the same again.
    """
    for file in history.log.files:
        yield FileChange(file.path, file.changes, file.authors, file.first, file.last)
