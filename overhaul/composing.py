"""Several steps as one: what they do to files and to names, told from the first to the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from overhaul.changes import FileChange, Moved, Replaced, Replacement, Target, least


def composed(steps: Iterable[Sequence[FileChange]]) -> tuple[FileChange, ...]:
    """What becomes of each path in the end, by path; each step relates to what the one before it has left."""
    first: dict[str, bytes | None] = {}
    """Path -> what the disk has."""
    last: dict[str, FileChange] = {}
    for step in steps:
        were = dict(last)
        for change in step:
            first.setdefault(change.path, change.before)
        for change in step:
            came = were.get(change.origin or change.path)
            whole = change if came is None else _joined(came, change, first.get(came.origin or came.path))
            last[change.path] = msgspec.structs.replace(whole, path=change.path, before=first[change.path])
    return tuple(_plain(last[path]) for path in sorted(last) if last[path].after != first[path])


def _joined(came: FileChange, change: FileChange, content: bytes | None) -> FileChange:
    """Two changes of one content as one; the path and what stands there on the disk are left to the caller.

    `content` is what the first one began with.
    """
    if change.after is None:
        return change
    if came.after is None or (change.before is None and not change.origin):
        # What was there is gone, and something else has taken its place.
        return change
    origin = came.origin or (came.path if change.origin and came.before is not None else "")
    newline = "\r\n" if b"\r\n" in came.after else "\n"
    # A file that is new, or made anew in the place of one that went, has no replacements that would lead to it.
    exact = content is not None and _explained(came, content) and _explained(change, came.after)
    return msgspec.structs.replace(
        change,
        mode=came.mode if change.mode is None else change.mode,
        origin=origin,
        replacements=tuple(in_turn(came.replacements, change.replacements, newline)) if exact else (),
        because="; ".join(dict.fromkeys(filter(None, (came.because, change.because)))),
        guidance=least((came.guidance, change.guidance)),
    )


def _explained(change: FileChange, content: bytes) -> bool:
    """Whether its replacements, or none, say what becomes of a content."""
    return bool(change.replacements) or change.after == content


def _plain(change: FileChange) -> FileChange:
    """Without an origin that is the path itself: moved away and back again."""
    return msgspec.structs.replace(change, origin="") if change.origin == change.path else change


def in_turn(first: Sequence[Replacement], then: Sequence[Replacement], newline: str = "\n") -> Iterator[Replacement]:
    """Two lists of replacements as one; those of `then` relate to the text that `first` has left.

    Stretches that meet become one.
    """
    shift = 0
    pieces: list[tuple[int, int, Replacement, bool]] = []
    for one in first:
        text = _written(one.text, newline)
        pieces.append((one.start + shift, one.start + shift + len(text), one, False))
        shift += len(text) - (one.end - one.start)
    pieces += [(one.start, one.end, one, True) for one in then]
    pieces.sort(key=lambda piece: piece[:2])
    shift = 0
    while pieces:
        start, end, *_ = pieces[0]
        count = 1
        while count < len(pieces) and pieces[count][0] <= end:
            end = max(end, pieces[count][1])
            count += 1
        cluster, pieces = pieces[:count], pieces[count:]
        yield (whole := _merged(cluster, start, end, shift, newline))
        grown = sum(len(_written(one.text, newline)) - one.end + one.start for _, _, one, late in cluster if not late)
        shift += grown
        assert whole.end - whole.start == end - start - grown, "stretches that are mapped back keep their length"


def _merged(
    cluster: Sequence[tuple[int, int, Replacement, bool]], start: int, end: int, shift: int, newline: str
) -> Replacement:
    """Stretches that meet, as one; `start` and `end` relate to the text in between, which is `shift` ahead."""
    ours = [(left, one) for left, _, one, late in cluster if not late]
    theirs = [(left, right, one) for left, right, one, late in cluster if late]
    grown = sum(len(_written(one.text, newline)) - (one.end - one.start) for _, one in ours)
    parts: list[str] = []
    at = start
    # Between our texts and theirs lies what neither has touched only where theirs spans it: then it goes.
    for left, right, one in theirs:
        parts += (_between(ours, at, left, newline), _written(one.text, newline))
        at = right
    parts.append(_between(ours, at, end, newline))
    kinds = [one for _, _, one, _ in cluster]
    return Replacement(
        start - shift, end - shift - grown, "".join(parts),
        "; ".join(dict.fromkeys(filter(None, (one.because for one in kinds)))), least(one.guidance for one in kinds),
    )  # fmt: skip


def _between(ours: Sequence[tuple[int, Replacement]], start: int, end: int, newline: str) -> str:
    """What our replacements have written between two places of the text in between."""
    parts: list[str] = []
    for left, one in ours:
        text = _written(one.text, newline)
        parts.append(text[max(start - left, 0) : max(end - left, 0)])
    return "".join(parts)


def _written(text: str, newline: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", newline)


def composed_moves(steps: Iterable[Sequence[Moved]]) -> tuple[Moved, ...]:
    """What is called otherwise in the end; names before are those of the disk."""
    whole: list[Moved] = []
    for step in steps:
        late = [
            msgspec.structs.replace(one, before=_mapped(one.before, [(was.after, was.before) for was in whole]))
            for one in step
        ]
        forward = [(one.before, one.after) for one in step]
        early = [msgspec.structs.replace(one, after=_mapped(one.after, forward)) for one in whole]
        known = {one.before for one in early}
        whole = [*early, *(one for one in late if one.before not in known)]
    return tuple(sorted(one for one in whole if one.before != one.after))


def composed_replaced(steps: Iterable[tuple[Sequence[Moved], Sequence[Replaced]]]) -> tuple[Replaced, ...]:
    """What is used instead of what in the end; names before are those of the disk.

    Of each step what it moves and what it replaces. What takes a place may be moved, or be replaced itself, later on.
    """
    whole: set[Replaced] = set()
    back: list[tuple[Target, Target]] = []
    """(name now, name on the disk) of what has moved so far."""
    for moved, replaced in steps:
        instead = {one.before: one.after for one in replaced}
        forward = [(one.before, one.after) for one in moved]
        whole = {
            msgspec.structs.replace(one, after=instead.get(one.after, _mapped(one.after, forward))) for one in whole
        }
        whole |= {msgspec.structs.replace(one, before=_mapped(one.before, back)) for one in replaced}
        back = [*((one.after, _mapped(one.before, back)) for one in moved), *back]
    return tuple(sorted(one for one in whole if one.before != one.after))


def _mapped(target: Target, pairs: Iterable[tuple[Target, Target]]) -> Target:
    """What a name has become, itself or what it stands in; the closest decides."""
    found, depth = target, -1
    for before, after in pairs:
        if target.module != before.module:
            continue
        if target.name == before.name or not before.name or target.name.startswith(f"{before.name}."):
            rest = target.name[len(before.name) :].lstrip(".")
            if len(before.name) > depth:
                depth = len(before.name)
                found = Target(after.module, ".".join(filter(None, (after.name, rest))))
    return found
