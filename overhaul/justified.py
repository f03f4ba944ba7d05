"""Groups that stay as they are: the entries of the settings, and of a ledger beside them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, cast

import msgspec

from overhaul.errors import ConfigError
from overhaul.toml import below, check_keys, parsed


class Justification(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """One `[[tool.overhaul.justified]]`, or one `[[justified]]` of the ledger: a group that stays as it is."""

    group: str
    """The identity of the group, as reports show it."""
    reason: str
    owner: str = ""
    expires: str = ""
    """ISO date, the last day on which it holds; "" for ever."""
    members: tuple[str, ...] = ()
    """Dotted names of its members, so that one can tell what has become of it."""
    file: str = ""
    """Where it is written, relative to the audited root, above which it may lie; not a key of the file."""
    line: int = 1
    """Where it begins there, 1 where that cannot be told; not a key of the file."""

    def holds(self, today: date) -> bool:
        """Whether it has not expired."""
        return not self.expires or today <= date.fromisoformat(self.expires)


def justifications(
    where: str, file: Path, root: Path, text: str, found: object, ledger: str
) -> tuple[Justification, ...]:
    """The entries of a settings file, where they are `found`, and of the `ledger` that it names ("" for none).

    `where` begins a message about the file; places are told relative to `root`.

    Raises ConfigError for an entry that cannot be meant so, for two of one group, and for a ledger that is not there.
    """
    header = "tool.overhaul.justified" if file.name == "pyproject.toml" else "justified"
    return tuple(_once([*_entries(file, root, header, text, found), *_ledger(where, file, ledger, root)]))


def _ledger(where: str, file: Path, name: str, root: Path) -> Iterator[Justification]:
    """The entries of the ledger that a settings file names."""
    if not name:
        return
    ledger = file.parent / name
    if not ledger.is_file():
        raise ConfigError(f"{where} justified-file: there is no file {ledger}: make it, or take the key away")
    text, document = parsed(ledger)
    check_keys(f"{ledger}:", document, ("justified",))
    yield from _entries(ledger, root, "justified", text, document.get("justified"))


def _entries(file: Path, root: Path, header: str, text: str, found: object) -> Iterator[Justification]:
    """The entries of one file, checked; `header` is what stands between their double brackets."""
    if found is None:
        return
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in cast("list[object]", found)):
        raise ConfigError(f"{file}: {header} is no array of tables: begin each entry with [[{header}]]")
    tables = cast("list[dict[str, object]]", found)
    known = {field.encode_name for field in msgspec.structs.fields(Justification)} - {"file", "line"}
    for entry, line in zip(tables, _lines(text, header, tables), strict=True):
        where = f"{file}:{line}: [[{header}]]"
        check_keys(where, entry, known)
        given = {**entry, "file": below(file, root), "line": line}
        if (expires := entry.get("expires")) is not None:
            given["expires"] = _day(where, expires)
        try:
            one = msgspec.convert(given, Justification)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{where} {error}: mend the entry") from error
        for key, value in (("group", one.group), ("reason", one.reason)):
            if not value.strip():
                raise ConfigError(f"{where} the {key} is empty: say {_MEANING[key]}")
        yield one


_MEANING: Final = {"group": "which group it is about, by its identity", "reason": "why the group stays as it is"}


def _day(where: str, value: object) -> str:
    """A date of TOML, or one written as text, in ISO 8601."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(cast("str", value)).isoformat() if value != "" else ""
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where} expires: {value!r} is no date: write it like 2030-12-31") from error


def _lines(text: str, header: str, entries: Sequence[Mapping[str, object]]) -> list[int]:
    """The line of each entry: of its header; else the first that names its group; else 1."""
    parts = r"[ \t]*\.[ \t]*".join(rf"[\"']?{part}[\"']?" for part in header.split("."))
    written = re.compile(rf"^[ \t]*\[\[[ \t]*{parts}[ \t]*\]\]")
    rows = text.split("\n")
    found = [number for number, row in enumerate(rows, 1) if written.match(row)]
    if len(found) == len(entries):
        return found
    # Written as an inline array; or a header stands in a string of several lines.
    groups = [str(entry.get("group", "")) for entry in entries]
    return [next((at for at, row in enumerate(rows, 1) if group and group in row), 1) for group in groups]


def _once(entries: Iterable[Justification]) -> Iterator[Justification]:
    """The entries, of which no two may be about one group."""
    seen: dict[str, Justification] = {}
    for one in entries:
        first = seen.setdefault(one.group, one)
        if first is not one:
            at = f"{first.file}:{first.line}"
            raise ConfigError(f"{one.file}:{one.line}: {one.group} is justified at {at} already: keep one of them")
        yield one
