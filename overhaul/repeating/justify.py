"""Groups that stay as they are: which identities there are, what has become of one, and the entry that records one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from overhaul.config import Justification
from overhaul.redundancy import Consolidation, Duplicate, Parallel, RepeatedUtility

SAY: Final = {
    1: "say the same thing",
    2: "say the same thing but for names and values",
    3: "say nearly the same thing",
}
"""What the members of a group of duplicates do, by its type."""
_OF_FEW: Final = 3
"""Members of the larger one of two groups of which a single one in common is enough: of a pair one was renamed."""
_OFFERED: Final = 3


class Group(msgspec.Struct, frozen=True):
    """A group that can be justified."""

    identity: str
    what: str
    """`3 functions that say the same thing`."""
    members: tuple[str, ...]
    """Dotted, with their modules."""
    path: str
    line: int


def groups_of(
    duplicates: Iterable[Duplicate], parallels: Iterable[Parallel], consolidations: Iterable[Consolidation],
    utilities: Iterable[RepeatedUtility] = (),
) -> dict[str, Group]:  # fmt: skip
    """Everything that has an identity, by it, whatever its confidence."""
    found: dict[str, Group] = {}
    for duplicate in duplicates:
        members = tuple(f"{one.module}.{one.name}" if one.name else one.module for one in duplicate.members)
        unit = "runs of statements" if duplicate.unit == "run" else f"{duplicate.unit}{_plural(duplicate.unit)}"
        found[duplicate.identity] = Group(
            duplicate.identity, f"{len(members)} {unit} that {SAY[duplicate.type]}", members, duplicate.path,
            duplicate.line,
        )  # fmt: skip
    for parallel in parallels:
        what = f"2 {parallel.subkind}s that implement the same thing"
        found[parallel.identity] = Group(
            parallel.identity, what, (parallel.first, parallel.second), parallel.path, parallel.line
        )
    for utility in utilities:
        members = (utility.dotted, utility.repeats) if utility.repeats_path else (utility.dotted,)
        what = f"a function that repeats {utility.repeats}"
        found[utility.identity] = Group(utility.identity, what, members, utility.path, utility.line)
    for row in consolidations:
        if row.identity not in found:
            what = f"{row.subkind.replace('_', ' ')} of {len(row.members)}"
            found[row.identity] = Group(row.identity, what, row.members, row.path, row.line)
    return found


def half_kept(old: AbstractSet[str], new: AbstractSet[str]) -> bool:
    """Whether one group may have become another: at least half of the smaller one's members are in both.

    That is two of them, or one where neither has more than three: a single common member says little of a large group.
    """
    common = len(old & new)
    return common > 0 and 2 * common >= min(len(old), len(new)) and (common > 1 or max(len(old), len(new)) <= _OF_FEW)


def share(old: AbstractSet[str], new: AbstractSet[str]) -> float:
    """Of all members of either group those that are in both, 0 to 1."""
    return len(old & new) / len(old | new) if old or new else 0.0


def successor(entry: Justification, groups: Mapping[str, Group], gone: Callable[[str], bool]) -> Group | None:
    """The group that an entry's has become: of the same kind and with half of the members; None for none.

    `gone` tells of a member of the entry whether nothing has its name any more. Where one of two is left, the other
    must be gone: else it is another pair.
    """
    old = frozenset(entry.members)
    best: tuple[float, str] | None = None
    for identity, group in _of_a_kind(entry, groups):
        new = frozenset(group.members)
        if not half_kept(old, new):
            continue
        if len(old & new) == 1 and not all(gone(name) for name in old - new):
            continue
        # The most alike; of equals the first by its identity.
        likeness = -share(old, new), identity
        if best is None or likeness < best:
            best = likeness
    return groups[best[1]] if best is not None else None


def neighbours(entry: Justification, groups: Mapping[str, Group]) -> list[Group]:
    """Groups that an entry's may have become when all its members got other names: not one of them is the same.

    As many members of the same kind, in the same modules or classes, or in such of the same names elsewhere; the first
    few.
    """
    modules, names = _apart(entry.members)
    found = sorted(
        identity for identity, group in _of_a_kind(entry, groups)
        if modules and (modules == (there := _apart(group.members))[0] or names == there[1])
    )  # fmt: skip
    return [groups[identity] for identity in found[:_OFFERED]]


def _of_a_kind(entry: Justification, groups: Mapping[str, Group]) -> Iterator[tuple[str, Group]]:
    kind = entry.group.partition("-")[0]
    return ((identity, group) for identity, group in groups.items() if identity.partition("-")[0] == kind)


def _apart(members: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """What members stand in, and the last two parts of their names: plain names like `get` are too common."""
    parts = [member.split(".") for member in members]
    return Counter(".".join(one[:-1]) for one in parts), Counter(".".join(one[-2:]) for one in parts)


def entry_text(header: str, group: str, members: Sequence[str], reason: str, owner: str, expires: str) -> str:
    """The entry of a group in TOML, ready to paste; keys without a value are left out, but for the reason."""
    lines = [f"[[{header}]]", f"group = {_quoted(group)}"]
    lines.append(f"reason = {_quoted(reason)}" if reason else 'reason = ""  # say why it stays as it is')
    lines.extend(f"{key} = {_quoted(value)}" for key, value in (("owner", owner), ("expires", expires)) if value)
    if members:
        lines += ["members = [", *(f"    {_quoted(member)}," for member in members), "]"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML; whatever a terminal would not show is written as its escape."""
    written = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return "".join(char if char.isprintable() else _escaped(char) for char in written)


def _escaped(char: str) -> str:
    number = ord(char)
    # TOML has no half of a surrogate pair: what could not be decoded becomes the replacement character.
    if 0xD800 <= number < 0xE000:
        return "\\uFFFD"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _plural(unit: str) -> str:
    return "es" if unit.endswith("s") else "s"
