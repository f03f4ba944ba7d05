"""Text that speaks of what another thing replaces: only whole names are rewritten, and somebody is to look at each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from overhaul.changes import Edit, Leftover, Moved, Replacement, least
from overhaul.naming.meanings import Meaning, Unknown

if TYPE_CHECKING:
    from overhaul.project import Project


def unlike(
    project: Project, found: Iterable[Edit | Leftover], moved: Sequence[Moved], after: Callable[[str], Meaning]
) -> Iterator[Edit | Leftover]:
    """The mentions of a step as they are right for what is not the same thing under another name.

    A word alone may be said of the old thing in a way that is not true of the new one: it is left, and told.
    """
    for one in found:
        if isinstance(one, Leftover):
            yield one
            continue
        text = project.source(one.path).text()
        kept: list[Replacement] = []
        for each in one.replacements:
            written = text[each.start : each.end]
            if _names_whole(written, each.text, after):
                kept.append(msgspec.structs.replace(each, guidance=least((each.guidance, "review"))))
                continue
            target = _target(written, moved)
            line = text.count("\n", 0, each.start) + 1
            yield project.leftover(one.path, line, target.before, f"speaks of what {target.after} takes the place of")
        if kept:
            yield project.edit(one.path, kept)


def _names_whole(written: str, text: str, after: Callable[[str], Meaning]) -> bool:
    """Whether a dotted name, or the path of a file, becomes one that means something."""
    if "/" in written:
        return True
    if "." not in written and ":" not in written:
        return False
    return not isinstance(after(text.replace(":", ".")), Unknown)


def _target(written: str, moved: Sequence[Moved]) -> Moved:
    last = written.replace(":", ".").rpartition(".")[2]
    return next((one for one in moved if one.before.dotted.rpartition(".")[2] == last), moved[0])
