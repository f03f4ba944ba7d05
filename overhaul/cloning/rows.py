"""Groups as rows: which are worth telling, how sure they are, and what one shared implementation would save."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Final, Literal

from overhaul.cloning.evidence import of_alike, of_equal
from overhaul.cloning.groups import Group, needed
from overhaul.cloning.pieces import Piece, Text
from overhaul.cloning.runs import Run, RunGroup
from overhaul.cloning.spans import Spans
from overhaul.inventory import Confidence, fact, testing
from overhaul.patterns import regex
from overhaul.redundancy import Clone, Difference, Duplicate

SURE: Final = 14.0
"""Equal pieces that have so much to say (`Piece.variety`) are beyond doubt."""
FAR: Final = 0.08
"""Alike by so much more than is needed: beyond doubt."""
LONG: Final = 8
"""Statements of a run that is beyond doubt."""
GENERATED: Final = regex(r"(^|/)(migrations|versions)/(\d|[0-9a-f]{8,}_)[^/]*\.py$|_pb2(_grpc)?\.pyi?$")
"""Files that a generator names: numbered migrations, protocol buffers."""


def written(text: Text) -> bool:
    """Whether somebody wrote a module by hand."""
    return not text.generated and GENERATED.search(text.path) is None


def uncovered(groups: Iterable[Group]) -> Iterator[Group]:
    """Groups without those whose members all stand inside the members of another, each in one of its own."""
    listed = list(groups)
    spans: dict[str, list[tuple[int, int, tuple[int, Piece]]]] = {}
    for number, group in enumerate(listed):
        for piece in group.pieces:
            fragment = piece.fragment
            spans.setdefault(piece.text.module, []).append((fragment.first, fragment.last, (number, piece)))
    around = {module: Spans(found) for module, found in spans.items()}
    for group in listed:
        common: dict[int, set[tuple[str, int]]] = {}
        for piece in group.pieces:
            first, last = piece.fragment.first, piece.fragment.last
            for number, outer in around[piece.text.module].around(first, last):
                if outer.fragment.last - outer.fragment.first > last - first:
                    common.setdefault(number, set()).add(outer.key)
        if not any(len(outers) >= len(group.pieces) for outers in common.values()):
            yield group


def row(group: Group, differences: Sequence[Difference]) -> Duplicate:
    """A group as it is reported; one whose names mean different things is of type 2 at least."""
    pieces = group.pieces
    first = pieces[0]
    kind: Literal[1, 2, 3] = 2 if group.type == 1 and differences else group.type
    unit = first.fragment.unit
    evidence = of_alike(pieces) if group.type == 3 else of_equal(pieces, group.type == 1)
    lengths = [one.fragment.end - one.fragment.line + 1 for one in pieces]
    return Duplicate(
        kind="duplicate",
        subkind=unit,
        name=first.fragment.name,
        module=first.text.module,
        path=first.text.path,
        line=first.fragment.line,
        confidence=_confidence(group),
        evidence=(*evidence, *(_told(first.fragment.line, one) for one in differences[:3])),
        type=kind,
        unit=unit,
        similarity=round(group.similarity, 3),
        members=tuple([
            Clone(one.text.module, one.fragment.name, one.text.path, one.fragment.line, one.fragment.end)
            for one in pieces
        ]),
        statements=first.fragment.statements,
        saved_lines=sum(lengths) - max(lengths),
        differences=tuple(differences),
        identity=identity(kind, ((f"{one.text.module}.{one.fragment.name}", one.fragment.exact) for one in pieces)),
    )  # fmt: skip


def run_row(group: RunGroup, differences: Sequence[Difference]) -> Duplicate:
    """The same for a group of statement runs."""
    members = tuple([_clone(run) for run in group.runs])
    lengths = [one.end - one.line + 1 for one in members]
    sure: Confidence = "high" if group.exact and not differences and group.statements >= LONG else "medium"
    if all(testing(one.path) for one in members):
        sure = "low"
    kind: Literal[1, 2] = 1 if group.exact and not differences else 2
    said = "names and literals and all" if group.exact else "but for names and literals"
    return Duplicate(
        kind="duplicate",
        subkind="run",
        name=members[0].name,
        module=members[0].module,
        path=members[0].path,
        line=members[0].line,
        confidence=sure,
        evidence=(
            *(fact(one.line, f"{group.statements} statements are equal, {said}", one.path if number else "")
              for number, one in enumerate(members[:4])),
            *(_told(members[0].line, one) for one in differences[:3]),
        ),
        type=kind,
        unit="run",
        similarity=1.0,
        members=members,
        statements=group.statements,
        saved_lines=sum(lengths) - max(lengths),
        differences=tuple(differences),
        identity=identity(kind, ((f"{run.text.module}.{member.name}", run.said)
                                 for run, member in zip(group.runs, members, strict=True))),
    )  # fmt: skip


def _clone(run: Run) -> Clone:
    text = run.text
    around = [one for one in text.fragments if one.first < run.first and run.last <= one.last]
    name = max(around, key=lambda one: one.first).name if around else ""
    line = text.lines[run.first]
    return Clone(text.module, name, text.path, line, max(text.lines[run.last - 1], line))


def identity(kind: int, members: Iterable[tuple[str, bytes]]) -> str:
    """`dup-` and 12 hexadecimal digits, of the type, the members' names and what they say."""
    total = blake2b(f"{kind}\n".encode(), digest_size=6)
    for name, content in sorted(members):
        total.update(f"{name}\0{content.hex()}\n".encode())
    return f"dup-{total.hexdigest()}"


def _confidence(group: Group) -> Confidence:
    first = group.pieces[0]
    if all(testing(one.text.path) for one in group.pieces):
        return "low"
    if group.type == 3:
        far = min(needed(first, other) for other in group.pieces[1:]) + FAR
        return "high" if group.similarity >= far else "medium"
    return "high" if first.variety >= SURE else "medium"


def _told(line: int, difference: Difference) -> str:
    meant = " or ".join(dict.fromkeys(difference.meanings[:3]))
    return f"line {line}: {difference.name} is not the same thing for all: {meant}"
