"""The baseline: findings that are inherited, one on a line, so that none is added without a word.

    rule <tab> module <tab> name <tab> print

Lines are sorted, and nothing in them changes when code moves: no line number, no time. What is odd in a name stands
there as an escape. Where several findings agree in all four, the second has `.2` after its print, and so on: a line
that a merge has doubled says nothing more than once.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from overhaul.config import Config
from overhaul.errors import ConfigError
from overhaul.findings import Finding
from overhaul.source import digest
from overhaul.standing import home

HEADER: Final = """\
# Findings that `overhaul check` takes as inherited, one on a line: rule, module,
# name, and a digest of the source line. This list only shrinks:
# `overhaul baseline --update` takes out what is fixed.
"""
LARGEST: Final = 64 << 20
"""Bytes that a ledger may have."""


class Entry(msgspec.Struct, frozen=True, order=True):
    """One inherited finding."""

    rule: str
    module: str
    """Dotted; the path, for what is no module."""
    name: str
    print: str
    """Digest of the source line the finding stands on, without its indentation: it knows a renamed file again."""


class Matched(msgspec.Struct, frozen=True):
    """Which findings are inherited, and what has become of the entries."""

    inherited: frozenset[int]
    """The places of these findings in the sequence that was asked about."""
    fixed: tuple[Entry, ...]
    """Entries that no finding fits any more, sorted."""
    moved: tuple[tuple[Entry, Entry], ...]
    """Entries whose module has another name now, with what they are now, sorted."""


def entry_of(finding: Finding, printed: str) -> Entry:
    """The entry of a finding; `printed` is the print of its source line."""
    return Entry(finding.rule, finding.module or finding.path, finding.name, printed)


def print_of(line: bytes) -> str:
    """The print of a source line."""
    return digest(line.strip())[:4].hex()


# Which entry is which finding


def match(
    findings: Sequence[Finding], entries: Iterable[Entry], printed: Callable[[Finding], str],
    gone: Callable[[str], bool], holds: Callable[[Finding, str], bool] | None = None,
) -> Matched:  # fmt: skip
    """Find each entry's finding, each finding used once; one about a group is given as its members, one by one.

    Entry and finding agree in rule, module and name; where there are more of one than of the other, those whose prints
    agree come first. An entry of a module that is `gone` is what agrees in rule, name and print in a module that has
    no entries of its own: the file has another name. Prints are only asked for where they decide. For members of groups
    it is enough that their file `holds` a line of that print, or has kept its own name in another folder.
    """
    waiting: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    owners: set[str] = set()
    for entry in sorted(entries):
        waiting[entry.rule, entry.module, entry.name].append(entry)
        owners.add(entry.module)
    asked: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for at, one in enumerate(findings):
        asked[one.rule, one.module or one.path, one.name].append(at)
    inherited: set[int] = set()
    left: list[Entry] = []
    for key, group in waiting.items():
        here = asked.get(key, [])
        if len(here) == len(group):
            inherited.update(here)
            continue
        taken, rest = _by_print(here, group, lambda at: printed(findings[at])) if here else ([], group)
        inherited.update(taken)
        left += rest
    homeless = [entry for entry in left if gone(entry.module)]
    found = _moved(findings, inherited, homeless, owners, printed, holds) if homeless else {}
    moved: list[tuple[Entry, Entry]] = []
    remaining = Counter(left)
    for at, entry in found.items():
        inherited.add(at)
        remaining[entry] -= 1
        moved.append((entry, entry_of(findings[at], printed(findings[at]))))
    return Matched(frozenset(inherited), tuple(sorted(remaining.elements())), tuple(sorted(moved)))


def _by_print(
    here: Sequence[int], group: Sequence[Entry], printed: Callable[[int], str]
) -> tuple[list[int], list[Entry]]:
    """Findings and entries that agree but for their number: which have each other, and which entries are left."""
    rest = list(group)
    taken: list[int] = []
    others: list[int] = []
    for at in here:
        mark = printed(at)
        same = next((entry for entry in rest if entry.print == mark), None)
        if same is None:
            others.append(at)
        else:
            rest.remove(same)
            taken.append(at)
    # The line was edited.
    count = min(len(others), len(rest))
    return [*taken, *others[:count]], rest[count:]


def _moved(
    findings: Sequence[Finding], inherited: set[int], homeless: Sequence[Entry], owners: set[str],
    printed: Callable[[Finding], str], holds: Callable[[Finding, str], bool] | None,
) -> dict[int, Entry]:  # fmt: skip
    """The findings that entries of modules which are no more have become.

    First what is the same to the letter, the pairs of modules with most in common before others; then, between two
    modules that are the same file under two names, what agrees in rule and name.
    """
    kinds = {(entry.rule, entry.name) for entry in homeless}
    free = [
        at for at, one in enumerate(findings)
        if at not in inherited and (one.rule, one.name) in kinds and (one.module or one.path) not in owners
    ]  # fmt: skip
    prints = {at: (findings[at].rule, findings[at].name, printed(findings[at])) for at in free}
    old: dict[str, list[Entry]] = defaultdict(list)
    for entry in homeless:
        old[entry.module].append(entry)
    new: dict[str, list[int]] = defaultdict(list)
    for at in free:
        new[findings[at].module or findings[at].path].append(at)
    found: dict[int, Entry] = {}
    named: dict[str, str] = {}
    for was, now in _pairs(old, new, prints):
        before = len(found)
        _take(found, old[was], new[now], prints, lambda entry: (entry.rule, entry.name, entry.print))
        if len(found) > before and was not in named and now not in named.values():
            named[was] = now
    kind = {at: mark[:2] for at, mark in prints.items()}
    for was, now in named.items():
        _take(found, old[was], new[now], kind, lambda entry: (entry.rule, entry.name))
    if holds is not None:
        left = sorted(entry for entries in old.values() for entry in entries)
        _members(found, left, [at for places in new.values() for at in places if findings[at].members], findings, holds)
    return found


def _members(
    found: dict[int, Entry], entries: list[Entry], places: Iterable[int], findings: Sequence[Finding],
    holds: Callable[[Finding, str], bool],
) -> None:  # fmt: skip
    """Give entries to members of groups that have none: which line of theirs is told depends on the other members."""
    for at in sorted(places):
        one = findings[at]
        agree = [entry for entry in entries if (entry.rule, entry.name) == (one.rule, one.name)]
        same = max(
            (entry for entry in agree if holds(one, entry.print) or _likeness(entry.module, one.module)),
            key=lambda entry: (holds(one, entry.print), _likeness(entry.module, one.module)), default=None,
        )  # fmt: skip
        if same is not None:
            entries.remove(same)
            found[at] = same


def _pairs(
    old: Mapping[str, Sequence[Entry]], new: Mapping[str, Sequence[int]], prints: Mapping[int, tuple[str, str, str]]
) -> list[tuple[str, str]]:
    """Which module may have become which, those with most in common first."""
    where: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for now, places in new.items():
        for at in places:
            where[prints[at]][now] += 1
    common: Counter[tuple[str, str]] = Counter()
    for was, entries in old.items():
        for mark, count in Counter((one.rule, one.name, one.print) for one in entries).items():
            for now, there in where[mark].items() if mark in where else ():
                common[was, now] += min(count, there)

    def order(pair: tuple[str, str]) -> tuple[int, int, tuple[str, str]]:
        return -common[pair], -_likeness(*pair), pair

    return sorted(common, key=order)


def _likeness(was: str, now: str) -> int:
    """How many last parts two dotted names share: a package that moves takes its modules along."""
    count = 0
    for one, other in zip(reversed(was.split(".")), reversed(now.split(".")), strict=False):
        if one != other:
            break
        count += 1
    return count


def _take(
    found: dict[int, Entry], entries: list[Entry], places: list[int], marks: Mapping[int, tuple[str, ...]],
    mark: Callable[[Entry], tuple[str, ...]],
) -> None:  # fmt: skip
    """Give entries to places with the same mark; both are used up."""
    for at in list(places):
        same = next((entry for entry in entries if mark(entry) == marks[at]), None)
        if same is not None:
            entries.remove(same)
            places.remove(at)
            found[at] = same


# The file


def ledger_file(config: Config, root: Path) -> Path | None:
    """Where the ledger of a project lies, be there one or not; None when the settings name none.

    Beside the configuration file; without one, or with one that lies elsewhere, at the top of the git repository, else
    in the audited folder.
    """
    return home(config.source, root) / config.baseline if config.baseline else None


def read_ledger(file: Path) -> tuple[Entry, ...] | None:
    """The entries of a ledger, sorted; None when there is no such file.

    Raises ConfigError, with file and line, for what is none.
    """
    try:
        if not file.is_file():
            if file.exists():
                raise ConfigError(f"{file}: is no plain file: name another baseline")
            return None
        if file.stat().st_size > LARGEST:
            raise ConfigError(f"{file}: is too large for a baseline: name another file")
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or error}: mend the file, or name another baseline") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8: mend the file, or name another baseline") from error
    return tuple(sorted(_entries(file, text)))


def _entries(file: Path, text: str) -> Iterator[Entry]:
    seen: set[str] = set()
    for number, row in enumerate(text.split("\n"), 1):
        line = row.removesuffix("\r")
        if not line or line.startswith("#") or line in seen:
            continue
        seen.add(line)
        if _CONFLICT.match(line):
            raise ConfigError(
                f"{file}:{number}: a conflict of git: keep the lines of both sides without the marks, "
                "then run `overhaul baseline --update`"
            )
        parts = line.split("\t")
        if len(parts) != 4 or not (mark := _PRINT.fullmatch(parts[3])) or not parts[0]:
            raise ConfigError(f"{file}:{number}: is no entry (rule, module, name and print, with tabs): mend the line")
        rule, module, name = map(_plain, parts[:3])
        yield Entry(rule, module, name, mark[1])


def ledger_text(entries: Iterable[Entry], before: str = "") -> str:
    """A ledger; comments of the one `before` that are not ours stay, at the top."""
    ours = HEADER.splitlines()
    kept = [line for line in before.splitlines() if line.startswith("#") and line not in ours]
    counts: Counter[Entry] = Counter()
    lines: list[str] = []
    for entry in sorted(entries):
        counts[entry] += 1
        again = f".{counts[entry]}" if counts[entry] > 1 else ""
        words = map(_escaped, (entry.rule, entry.module, entry.name))
        lines.append("\t".join((*words, entry.print + again)))
    # Sorted as it is written, as `sort` does with LC_ALL=C, so that what a merge has put together can be sorted.
    lines.sort(key=lambda line: line.encode())
    return "".join(f"{line}\n" for line in (*ours, *kept, *lines))


_CONFLICT: Final = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_PRINT: Final = re.compile(r"([0-9a-f]{8})(?:\.[1-9][0-9]*)?")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([\\tnr]))")
_SHORT: Final = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


def _escaped(text: str) -> str:
    r"""A text on one line, without tabs: what cannot be printed as `\xNN`, `\uNNNN` or `\UNNNNNNNN`."""
    if text.isprintable() and "\\" not in text and not text.startswith("#"):
        return text
    return "".join(
        "\\\\" if char == "\\" else char if char.isprintable() and char != "#" else _code(char) for char in text
    )


def _code(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _plain(text: str) -> str:
    """What `_escaped` has made one line of."""
    return _ESCAPE.sub(_char, text) if "\\" in text else text


def _char(found: re.Match[str]) -> str:
    if found[4]:
        return _SHORT[found[4]]
    code = int(found[1] or found[2] or found[3], 16)
    return chr(code) if code <= 0x10FFFF else found[0]
