"""Write decisions and patterns: a text in the form of MADR 4 (of the same shape for a pattern), and a block of TOML."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

import msgspec
import tomlkit
from tomlkit.items import AoT, Table

from overhaul.deciding.model import MARK, Block, Kind, Record
from overhaul.deciding.reading import block_lines, front_matter, lines_of
from overhaul.printable import printable


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of a decision or a pattern."""

    kind: Kind
    title: str
    status: str = "accepted"
    on: datetime.date
    by: tuple[str, ...] = ()
    context: str = ""
    """Of a pattern the problem."""
    why: str = ""
    """Why this option; of a pattern the solution."""
    alternatives: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()
    """Of a pattern the benefits."""
    trade_offs: tuple[str, ...] = ()
    """Of a pattern."""
    supersedes: Record | None = None
    block: Block = Block()


def file_name(number: int, title: str) -> str:
    """`0007-machines-stay-separate.md`."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    short = ""
    for word in words:
        if short and len(short) + len(word) > 60:
            break
        short += f"-{word}"
    return f"{number:04}{short[:80] or '-decision'}.md"


def record_text(said: Said) -> str:
    """A record that nobody has edited."""
    fields = {"status": said.status, "date": said.on.isoformat()}
    if said.by:
        fields["decision-makers"] = ", ".join(said.by)
    head = "".join(f"{key}: {_scalar(value)}\n" for key, value in fields.items())
    parts = _pattern(said) if said.kind == "pattern" else _decision(said)
    text = "\n\n".join(part for part in parts if part)
    return f"---\n{head}---\n\n{text}\n"


def _decision(said: Said) -> Iterator[str]:
    title = line_of(said.title)
    yield f"# {title}"
    yield "## Context and Problem Statement"
    yield _text(said.context)
    yield "## Considered Options"
    yield _bullets((said.title, *said.alternatives))
    yield "## Decision Outcome"
    because = f", because {_text(said.why)}" if said.why else ""
    yield f'Chosen option: "{title}"{because}' + ("" if because.endswith((".", "!", "?")) else ".")
    if said.consequences:
        yield "### Consequences"
        yield _bullets(said.consequences)
    yield from _confirmation(said)
    yield from _more(said)


def _pattern(said: Said) -> Iterator[str]:
    yield f"# {line_of(said.title)}"
    yield "## Problem"
    yield _text(said.context)
    yield "## Solution"
    yield _text(said.why)
    if said.consequences:
        yield "## Benefits"
        yield _bullets(said.consequences)
    if said.trade_offs:
        yield "## Trade-offs"
        yield _bullets(said.trade_offs)
    if said.block.evidence:
        yield "## Examples"
        yield _bullets([f"`{one.link}`" for one in said.block.evidence])
    yield from _more(said)


def _confirmation(said: Said) -> Iterator[str]:
    if not (said.block.evidence or said.block.protected):
        return
    yield "### Confirmation"
    lines = [f"`overhaul decide --check` tells when `{one.link}` has changed." for one in said.block.evidence]
    lines += [
        f"{line_of(one.rule)}: a migration that would {' or '.join(one.must_not)} it is refused."
        for one in said.block.protected
    ]
    yield _bullets(lines)


def _more(said: Said) -> Iterator[str]:
    block = block_text(said.block)
    if block or said.supersedes is not None:
        yield "## More Information"
    if said.supersedes is not None:
        file = said.supersedes.file.rpartition("/")[2]
        yield f"It takes the place of [{said.supersedes.id}]({file}), {line_of(said.supersedes.title)}."
    if block:
        yield f"```{MARK}\n{block}```"


def block_text(block: Block) -> str:
    """The block as TOML, "" for one that says nothing. No value has a line break in it, so none can end the fence."""
    document = tomlkit.document()
    if block.phase:
        document.add("phase", block.phase)
    for name, entries in (("evidence", block.evidence), ("protected", block.protected), ("reviewed", block.reviewed)):
        tables = AoT([_table(entry) for entry in entries])
        if entries:
            document.add(name, tables)
    return "".join(map(_shown, tomlkit.dumps(document).lstrip("\n")))


def _shown(char: str) -> str:
    """A character as TOML has it between quotation marks, where nobody could see it otherwise."""
    if char.isprintable() or char == "\n":
        return char
    if "\ud800" <= char <= "\udfff":
        return f"\\\\u{ord(char):04x}"  # no text of TOML can hold it
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _table(entry: msgspec.Struct) -> Table:
    table = tomlkit.table()
    for field in msgspec.structs.fields(entry):
        value: object = getattr(entry, field.name)
        if value is None or value == {} or value == ():
            continue
        table.add(field.encode_name, _value(value))
    return table


def _value(value: object) -> object:
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, object]", value)
        table = tomlkit.table(is_super_table=all(isinstance(one, Mapping) for one in fields.values()))
        for key, inner in fields.items():
            table.add(key, _value(inner))
        return table
    if isinstance(value, tuple):
        return [str(one) for one in cast("tuple[object, ...]", value)]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value


def reviewed_text(text: str, where: str, block: Block) -> str:
    """The text of a record with another block; all else stays as it is. Raises ConfigError for one without a block."""
    at = block_lines(lines_of(text), where)
    assert at is not None
    lines = text.split("\n")
    newline = "\r\n" if lines[0].endswith("\r") else "\n"
    made = block_text(block).replace("\n", newline)
    return "\n".join((*lines[: at[0]], f"{made}{lines[at[1]]}", *lines[at[1] + 1 :]))


def superseded_text(text: str, by: str) -> str:
    """The text of a record whose place another one takes."""
    lines = text.split("\n")
    end = "\r" if lines[0].endswith("\r") else ""
    said = f"status: superseded by {by}{end}"
    _, body = front_matter(lines_of(text))
    if not body:
        return "\n".join((f"---{end}", said, f"---{end}", end, text))
    for number in range(1, body):
        if re.match(r"status *:", lines[number], re.IGNORECASE):
            return "\n".join((*lines[:number], said, *lines[number + 1 :]))
    return "\n".join((lines[0], said, *lines[1:]))


_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,@<>()+/_-]*")


def _scalar(value: str) -> str:
    """A plain scalar of YAML where it is one beyond doubt, else one in double quotes, which are those of JSON."""
    value = line_of(value)
    return value if _PLAIN.fullmatch(value) else msgspec.json.encode(value).decode()


def line_of(text: str) -> str:
    """A text on one line, safe to show."""
    return printable(" ".join(text.split()))


def _text(text: str) -> str:
    """Paragraphs as they were given, safe to show; nothing in them can be taken for the block."""
    shown = printable(text.replace("\r\n", "\n").strip(), lines=True)
    return re.sub(rf"(?m)^(`{{3,}} *)({re.escape(MARK)})", r"\\\1\2", shown)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"* {line_of(one)}" for one in lines)
