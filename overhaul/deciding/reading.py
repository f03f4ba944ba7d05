"""Read decisions and patterns: Markdown in the form of MADR, with a block of TOML in it where there is evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, cast, get_args

import msgspec

from overhaul.config import Config
from overhaul.deciding.model import FOLDER, MARK, PATTERNS, Block, Kind, Protection, Record, Review, Seen, Status
from overhaul.errors import ConfigError, UnknownName
from overhaul.patterns import regex
from overhaul.standing import home
from overhaul.toml import below, check_keys, mismatch, parsed

LARGEST: Final = 1 << 20
"""Bytes that a record may have."""
_NAMED: Final = regex(r"([0-9]{1,8})-[^/]*\.md")
_FENCE: Final = regex(r"```+ *toml +overhaul *")
_CLOSED: Final = regex(r"```+ *")
_FIELD: Final = regex(r"([A-Za-z-]+) *:(.*)")
_STATUS: Final = regex(r"[*-] *[Ss]tatus *: *(.+)")


def folder_of(config: Config, root: Path) -> Path:
    """The folder of the decisions: what the campaign names, relative to it, else `docs/decisions`.

    Raises ConfigError for a campaign file that cannot be read.
    """
    file = home(config.source, root) / config.campaign
    named: object = FOLDER
    if file.is_file():
        _, document = parsed(file)
        named = document.get("decisions", FOLDER)
        if not isinstance(named, str):
            raise ConfigError(f"{file}: decisions: is no text: name a folder")
    return file.parent / str(named)


def read_records(folder: Path, root: Path) -> tuple[Record, ...]:
    """All decisions, then all patterns, each by number; none where the folder is not there.

    Markdown whose name does not begin with a number is no record. Raises ConfigError for a record whose block cannot be
    meant so, and for two of one number.
    """
    found: dict[str, Record] = {}
    kinds: Sequence[tuple[Kind, Path]] = (("decision", folder), ("pattern", folder / PATTERNS))
    for kind, place in kinds:
        for file in _files(place):
            one = read_record(file, root, kind)
            other = found.setdefault(one.id, one)
            # Some projects number the records of others anew, and none of those is ours to judge.
            if other is not one and (one.block != Block() or other.block != Block()):
                raise ConfigError(f"{one.file}: {other.file} has the number {one.id} too: give one of them another")
    return tuple(found.values())


def _files(folder: Path) -> list[Path]:
    try:
        there = sorted(folder.iterdir())
    except OSError:
        return []
    return [file for file in there if _NAMED.fullmatch(file.name) and file.is_file()]


def named_record(records: Sequence[Record], name: str) -> Record:
    """The record of an identity, or of its number. Raises UnknownName."""
    wanted = name.strip().upper()
    for one in records:
        if _number(one.id) == _number(wanted):
            return one
    raise UnknownName("decision", name, [one.id for one in records])


def _number(identity: str) -> str:
    """An identity without the zeros that nobody cares to type."""
    letter, digits = ("P", identity[1:]) if identity.startswith("P") else ("", identity)
    return f"{letter}{digits.lstrip('0') or '0'}" if digits else identity


def read_record(file: Path, root: Path, kind: Kind) -> Record:
    """One record. Raises ConfigError, with the place, for one that cannot be read or meant so."""
    where = below(file, root)
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: cannot be read ({error}): mend the file") from error
    if len(data) > LARGEST:
        raise ConfigError(f"{where}: is larger than {LARGEST >> 20} MiB: take out what is no decision")
    number = _NAMED.fullmatch(file.name)
    assert number is not None
    return record_of(text, where, f"P{number[1]}" if kind == "pattern" else number[1], kind)


def record_of(text: str, where: str, identity: str, kind: Kind) -> Record:
    """What the text of a record says; `where` is its file. Raises ConfigError."""
    lines = lines_of(text)
    fields, body = front_matter(lines)
    status = fields.get("status") or next(
        (found[1].strip() for line in lines[body:] if (found := _STATUS.fullmatch(line.strip()))), ""
    )
    status = status.lower()
    if status.startswith("superseded"):
        status = "superseded"
    title = next((line[2:].strip() for line in lines[body:] if line.startswith("# ")), "") or where
    block = Block()
    places: dict[str, int] = {}
    if (at := block_lines(lines, where)) is not None:
        first, last = at
        block = _block("\n".join(lines[first:last]), f"{where}:{first + 1}")
        known: tuple[str, ...] = get_args(Status)
        status = status or "accepted"
        if status not in known:
            raise ConfigError(f"{where}: the status {status!r} is unknown: write one of {', '.join(known)}")
        for one in block.evidence:
            quoted = (msgspec.json.encode(one.link).decode(), f"'{one.link}'")
            here = (number for number in range(first, last) if any(text in lines[number] for text in quoted))
            places[one.link] = next(here, first) + 1
    return Record(id=identity, kind=kind, title=title, status=status, file=where, block=block, lines=places)


def lines_of(text: str) -> list[str]:
    """The lines of a text as every editor counts them: `str.splitlines` knows of more line ends than that."""
    return text.replace("\r\n", "\n").split("\n")


def front_matter(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """The plain fields of the front matter, and the line (from 0) where the text behind it begins.

    Of YAML only `key: value` on one line is read: that is all that MADR has of it which matters here.
    """
    if not lines or lines[0].strip() != "---":
        return {}, 0
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    found: dict[str, str] = {}
    for line in lines[1:end]:
        if (field := _FIELD.fullmatch(line)) is not None:
            found[field[1].lower()] = _unquoted(field[2].strip())
    return found, end + 1 if end else 0


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text.partition(" #")[0].strip()


def block_lines(lines: Sequence[str], where: str) -> tuple[int, int] | None:
    """The lines (from 0, the end is left out) inside the block; None for none. Raises ConfigError for two."""
    starts = [number for number, line in enumerate(lines) if _FENCE.fullmatch(line)]
    if not starts:
        return None
    if len(starts) > 1:
        raise ConfigError(f"{where}:{starts[1] + 1}: a second block ```{MARK}: keep one")
    first = starts[0] + 1
    last = next((number for number in range(first, len(lines)) if _CLOSED.fullmatch(lines[number])), None)
    if last is None:
        raise ConfigError(f"{where}:{first}: the block ```{MARK} does not end: close it with ```")
    return first, last


def _block(text: str, where: str) -> Block:
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        why = "values within values, too deep" if isinstance(error, RecursionError) else str(error)
        raise ConfigError(f"{where}: the block ```{MARK} cannot be read as TOML ({why}): mend it") from error
    check_keys(f"{where}:", found, _keys(Block))
    for name, kind in (("evidence", Seen), ("protected", Protection), ("reviewed", Review)):
        entries = found.get(name, [])
        for entry in cast("list[object]", entries) if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                check_keys(f"{where}: [[{name}]]", cast("dict[str, object]", entry), _keys(kind))
    try:
        block = msgspec.convert(found, Block)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {mismatch(error, found, Block)}: mend it") from error
    for one in block.protected:
        if not (one.must_not and one.what and all(each.strip() for each in (*one.must_not, *one.what))):
            raise ConfigError(f"{where}: [[protected]] {one.rule!r} says nothing: fill in must-not and what")
    return block


def _keys(kind: type[msgspec.Struct]) -> Iterator[str]:
    return (field.encode_name for field in msgspec.structs.fields(kind))
