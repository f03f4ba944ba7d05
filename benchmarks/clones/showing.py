"""Pairs of sources for a reader: the errors of a run, and groups that are reported in real code."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.clones.project import Project
from benchmarks.clones.scoring import Mark
from overhaul.redundancy import Clone, Duplicate

_WIDTH: Final = 88
_LINES: Final = 70
_EVIDENCE: Final = 6


def show_errors(marks: Sequence[Mark], project: Project, root: Path, out: Path | None) -> Iterator[str]:
    """A line for each pair that is missed, of the wrong type or false; its sources in the folder `out`, if given."""
    origins = {(one.path, one.name): one.unit.origin for one in project.fragments}
    for mark in marks:
        if mark.outcome in ("right", "true"):
            continue
        origin = origins.get((mark.first.partition(":")[0], mark.first.rpartition(" ")[2]), "")
        said = (mark.unit, mark.first, mark.second, mark.note, origin)
        yield f"{mark.outcome:10} {mark.mutation or '-'} | {' | '.join(said)}"
        if out is not None:
            out.mkdir(exist_ok=True)
            digest = hashlib.blake2b(f"{mark.first} {mark.second}".encode(), digest_size=3).hexdigest()
            name = "_".join(re.findall(r"\w+", f"{mark.outcome} {mark.mutation or 'real'} {digest}"))
            text = f"# {mark.note}\n" + "\n\n\n".join(
                f"# {place}\n{_lines(root, place)}" for place in (mark.first, mark.second)
            )
            (out / f"{name}.py").write_text(text + "\n", encoding="utf-8")


def _lines(root: Path, place: str) -> str:
    path, _, rest = place.partition(":")
    begin, _, end = rest.partition(" ")[0].partition("-")
    return "\n".join((root / path).read_text(encoding="utf-8").splitlines()[int(begin) - 1 : int(end)])


def side_by_side(rows: Sequence[Duplicate], count: int, seed: int, root: Path) -> Iterator[str]:
    """Groups drawn by the seed, each with its evidence and two of its members; the second one is drawn too."""
    random = Random(f"{seed} sample")
    for row in random.sample(list(rows), min(count, len(rows))):
        first, second = row.members[0], random.choice(row.members[1:])
        yield (f"\n## {row.identity}: type {row.type}, {row.unit}, {row.confidence}, similarity {row.similarity:.2f}, "
               f"{len(row.members)} members, {row.statements} statements, {row.saved_lines} lines saved")  # fmt: skip
        for line in row.evidence[:_EVIDENCE]:
            yield f"   {line[: 2 * _WIDTH]}"
        columns = [_member(root, one) for one in (first, second)]
        for left, right in zip_longest(*columns, fillvalue=""):
            yield f"{left[:_WIDTH]:{_WIDTH}} | {right[:_WIDTH]}".rstrip()


def _member(root: Path, member: Clone) -> list[str]:
    lines = (root / member.path).read_text(encoding="utf-8", errors="replace").splitlines()
    shown = textwrap.dedent("\n".join(lines[member.line - 1 : member.end])).splitlines()
    more = [f"... {len(shown) - _LINES} lines more"] if len(shown) > _LINES else []
    return [f"{member.path}:{member.line} {member.name}", *shown[:_LINES], *more]
