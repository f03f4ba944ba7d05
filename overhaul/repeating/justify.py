"""Groups that stay as they are: which identities there are, what has become of one, and the entry that records one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.config import Justification
from overhaul.redundancy import Consolidation, Duplicate, Parallel, RepeatedUtility

_MOSTLY: Final = 0.5
"""Share of all members, old and new, that a group must have in common with a recorded one to be what it has become."""


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
            duplicate.identity, f"{len(members)} {unit} that say the same thing", members, duplicate.path,
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


def successor(entry: Justification, groups: Mapping[str, Group]) -> Group | None:
    """The group that an entry's has become: of the same kind and with mostly the same members; None for none."""
    old = frozenset(entry.members)
    kind = entry.group.partition("-")[0]
    best: tuple[float, str] | None = None
    for identity, group in groups.items():
        if identity.partition("-")[0] != kind or old.isdisjoint(group.members):
            continue
        new = frozenset(group.members)
        common = len(old & new) / len(old | new)
        # The most alike; of equals the first by its identity.
        if common >= _MOSTLY and (best is None or (-common, identity) < best):
            best = -common, identity
    return groups[best[1]] if best is not None else None


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
