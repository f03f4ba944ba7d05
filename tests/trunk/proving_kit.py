"""What the tests of the proof share: two versions of some files, and what is said of the way between them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from overhaul.changes import (
    Added,
    Divided,
    FileChange,
    Formed,
    Kind,
    Leftover,
    Moved,
    Replaced,
    Replacement,
    Target,
    Used,
    Vouched,
)
from overhaul.plans import Check
from overhaul.project import Project
from overhaul.proving.proof import prove
from overhaul.testing import surveyed

Files = Mapping[str, str]


def moved(before: str, after: str, *, kept: bool = False, paths: tuple[str, str] = ("", "")) -> Moved:
    """`pkg.mod:Name` to `pkg.mod:Other`; a module has no colon."""
    old, new = (Target(*one.split(":")) for one in (before, after))
    last = old.name.rpartition(".")[2]
    kind: Kind = "module" if not last else "method" if "." in old.name else "class" if last[0].isupper() else "function"
    return Moved(old, new, kind, *paths, kept=kept)


def replaced(before: str, after: str) -> Replaced:
    """`pkg.mod:Old` to `pkg.other:New`; a module has no colon."""
    one = moved(before, after)
    return Replaced(one.before, one.after, one.kind)


def formed(before: str, text: str, *blanks: str, called: bool = True, first: str = "", item: str = "") -> Formed:
    """`old:Old.get` is written as a text with `__blank_0__` and so on."""
    return Formed(Target(*before.split(":")), text, blanks, ("",) * len(blanks), first, item, called)


def left(path: str, line: int, name: str) -> Leftover:
    """A place that a codemod tells to have left as it is."""
    return Leftover(path, line, "", name, "left")


def checks(before: Files, after: Files, *told: Moved | Replaced | Vouched | Leftover) -> list[Check]:
    """The checks of the step that makes some files others; only what differs need be given of those after, "" deletes.

    What is replaced is told from the words that differ. A file that is told to move is edited where it goes.
    """
    moves = [one for one in told if isinstance(one, Moved)]
    leftovers = [one for one in told if isinstance(one, Leftover)]
    with surveyed(before) as seen:
        project = Project(seen)
        files = tuple(_changes(before, after, moves))
        instead = [one for one in told if isinstance(one, Replaced)]
        vouched = [one for one in told if isinstance(one, Divided | Added | Used | Formed)]
        return list(prove(project, project.after(files), files, moves, leftovers, instead, vouched))


def complaints(before: Files, after: Files, *moves: Moved | Replaced | Vouched | Leftover) -> list[str]:
    """What the proof says against a step: `path:line: why`."""
    return [
        f"{one.path}:{one.line}: {one.why}" for check in checks(before, after, *moves) for one in check.refusals
    ]  # fmt: skip


def _changes(before: Files, after: Files, moves: Sequence[Moved]) -> list[FileChange]:
    paths = {one.path_after: one.path_before for one in moves if one.path_before}
    files: list[FileChange] = []
    for path, text in after.items():
        origin = paths.get(path, "")
        if origin:
            files.append(FileChange(origin, before[origin].encode(), None))
            files.append(FileChange(path, None, text.encode(), None, origin, replacements(before[origin], text)))
        elif path not in before:
            files.append(FileChange(path, None, text.encode(), 0o644))
        elif not text and path not in paths.values():
            files.append(FileChange(path, before[path].encode(), None))
        elif text != before[path]:
            files.append(
                FileChange(path, before[path].encode(), text.encode(), None, "", replacements(before[path], text))
            )
    return sorted(files, key=lambda one: (one.path, one.after is not None))


def replacements(before: str, after: str) -> tuple[Replacement, ...]:
    """The words that differ."""
    old, new = (re.findall(r"\w+|\s+|[^\w\s]", text) for text in (before, after))
    starts = [0]
    for word in old:
        starts.append(starts[-1] + len(word))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        Replacement(starts[a], starts[a_end], "".join(new[b:b_end]))
        for tag, a, a_end, b, b_end in matcher.get_opcodes() if tag != "equal"
    )  # fmt: skip
