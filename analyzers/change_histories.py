"""What part of the git history was read, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.history import History
from overhaul.leaves import Analyzer
from overhaul.redundancy import ChangeHistory


@Analyzer
def change_histories(history: History) -> Iterator[ChangeHistory]:
    """One row: from which commit back to when the git history was read, and what is missing.

    Read are the commits that touch Python files of the audited folder: those of the twelve months before the last of
    them, and at least 500.
    """
    found, log = history.repository, history.log
    head = "" if isinstance(found, str) else found.head
    yield ChangeHistory(head, log.since, log.until, log.commits, log.authors, log.note)
