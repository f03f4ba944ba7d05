"""Modules that `overhaul scaffold` has copied into a project: how they work inside is their maker's affair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from overhaul.facts import Comment, Facts

MARK: Final = "# overhaul scaffold: "
"""What the first line of a copy begins with; what it is a copy of follows."""
LINES: Final = 3
"""Lines of a file in which its mark is looked for: an editor may have put something above."""


def copies(comments: Facts[Comment]) -> Callable[[str], str]:
    """Tells of which unified module a module is a copy: cache, state, factory ...; "" for none."""
    known: dict[str, str] = {}

    def copied(module: str) -> str:
        found = known.get(module)
        if found is None:
            found = known[module] = next(
                (
                    one.text.removeprefix(MARK).partition(" ")[0]
                    for one in comments[module]
                    if one.line <= LINES and one.text.startswith(MARK)
                ),
                "",
            )
        return found

    return copied
