"""The contracts of import-linter, from `setup.cfg`, `.importlinter` or `pyproject.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final, cast

import msgspec

from overhaul.contracting.entries import fault, header_lines, settings_of_others
from overhaul.contracts import (
    Acyclic,
    Contract,
    Forbidden,
    Independence,
    Layers,
    Misread,
    Protected,
)  # fmt: skip
from overhaul.toml import below

_INI: Final = ("setup.cfg", ".importlinter")
_TYPES: Final[Mapping[str, type[Contract]]] = {
    "layers": Layers, "forbidden": Forbidden, "protected": Protected, "independence": Independence,
    "acyclic_siblings": Acyclic,
}  # fmt: skip
_FLAGS: Final = ("exhaustive", "allow_indirect_imports", "as_packages")
_ALERTS: Final = {"error": "error", "warn": "warning", "none": "none"}
_OPTIONS: Final[Mapping[type[Contract], frozenset[str]]] = {
    Layers: frozenset({"layers", "containers", "exhaustive", "exhaustive_ignores", "ignore_imports"}),
    Forbidden: frozenset({
        "source_modules", "forbidden_modules", "allow_indirect_imports", "as_packages", "ignore_imports",
    }),
    Protected: frozenset({"protected_modules", "allowed_importers", "as_packages", "ignore_imports"}),
    Independence: frozenset({"modules", "ignore_imports"}),
    Acyclic: frozenset({"ancestors", "depth", "skip_descendants", "ignore_imports"}),
}  # fmt: skip
_IGNORED: Final = frozenset({"name", "type", "id", "unmatched_ignore_imports_alerting", "broken_contract_guidance"})
Value = str | list[str]


class _Section(msgspec.Struct, frozen=True):
    """One contract as it is written."""

    line: int
    options: dict[str, object]


def read_import_linter(folder: Path, root: Path) -> Iterator[Contract | Misread]:
    """The contracts that import-linter would read in a folder, and what of it cannot be made use of.

    The first file decides that has a section of it, as there. Places are told relative to `root`.
    """
    for name in (*_INI, "pyproject.toml"):
        file = folder / name
        data = settings_of_others(file)
        if data is None or b"importlinter" not in data:
            continue
        place = below(file, root)
        try:
            text = data.decode("utf-8-sig")
            found = _toml(text) if name.endswith(".toml") else _ini(text)
        except (ValueError, tomllib.TOMLDecodeError) as error:
            yield Misread(place, f"the contracts of import-linter cannot be read ({' '.join(str(error).split())})")
            return
        if found is not None:
            yield from _contracts(place, *found)
            return


def _ini(text: str) -> tuple[dict[str, object], list[_Section]] | None:
    """The options of a session and its contracts; None when the file has none. Raises ValueError."""
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from error
    if "importlinter" not in parser:
        return None
    lines = {
        match[1].strip(): number
        for number, row in enumerate(text.split("\n"), 1)
        if (match := re.match(r"\[([^\]]+)\]", row))
    }
    sections = [
        _Section(lines.get(name, 1), {"id": name.rpartition(":")[2], **_values(parser[name])})
        for name in parser.sections()
        if name.startswith("importlinter:")
    ]
    return _values(parser["importlinter"]), sections


def _values(section: Mapping[str, str]) -> dict[str, object]:
    """A value of several lines is a list."""
    return {key: value.strip().split("\n") if "\n" in value else value for key, value in section.items()}


def _toml(text: str) -> tuple[dict[str, object], list[_Section]] | None:
    tools = tomllib.loads(text).get("tool")
    session = cast("dict[str, object]", tools).get("importlinter") if isinstance(tools, dict) else None
    if not isinstance(session, dict) or not session:
        return None
    options = cast("dict[str, object]", session)
    contracts = options.get("contracts", [])
    if not isinstance(contracts, list) or not all(isinstance(one, dict) for one in cast("list[object]", contracts)):
        raise ValueError("tool.importlinter.contracts is no array of tables")
    tables = cast("list[dict[str, object]]", contracts)
    lines = header_lines(text, "tool.importlinter.contracts", len(tables))
    return options, [_Section(line, table) for line, table in zip(lines, tables, strict=True)]


def _contracts(
    place: str, session: Mapping[str, object], sections: list[_Section]
) -> Iterator[Contract | Misread]:
    roots = (*_texts(session.get("root_packages")), *_texts(session.get("root_package")))
    typing = not _true(session.get("exclude_type_checking_imports"))
    if not roots:
        yield Misread(place, "import-linter's settings name no root_package: its contracts are left out")
        return
    for number, section in enumerate(sections, 1):
        name = str(section.options.get("name") or section.options.get("id") or f"contract {number}")
        kind = section.options.get("type")
        struct = _TYPES.get(str(kind))
        if struct is None:
            yield Misread(
                place,
                f"line {section.line}: the contract {name!r} is of the type {kind!r}, which import-linter itself does "
                f"not have (it has {', '.join(_TYPES)}): it is left out",
            )
            continue
        options = _OPTIONS[struct] | _IGNORED
        for key in sorted(section.options.keys() - options):
            near = " or ".join(get_close_matches(key, options))
            said = f"contracts of the type {kind!r} have no option {key!r}{f' (did you mean {near}?)' if near else ''}"
            yield Misread(place, f"line {section.line}: the contract {name!r}: {said}: it is passed over")
        yield _contract(place, section, name, struct, roots, typing)


def _contract(
    place: str, section: _Section, name: str, struct: type[Contract], roots: tuple[str, ...], typing: bool
) -> Contract | Misread:
    options = section.options
    known = {field.name: field.encode_name for field in msgspec.structs.fields(struct)}
    given: dict[str, object] = {
        "kind": next(kind for kind, of in _TYPES.items() if of is struct) if struct is not Acyclic else "acyclic",
        "name": name, "within": roots, "typing": typing, "dynamic": False, "file": place, "line": section.line,
        "reason": " ".join(_texts(options.get("broken_contract_guidance"))),
        "unmatched-ignore-imports": _ALERTS.get(str(options.get("unmatched_ignore_imports_alerting")), "error"),
    }  # fmt: skip
    for key, value in options.items():
        if key not in _OPTIONS[struct]:
            continue
        if key in _FLAGS:
            given[known[key]] = _true(value)
        elif key == "depth":
            given[key] = int(value) if isinstance(value, int | str) and str(value).isdecimal() else value
        else:
            given[known[key]] = _texts(value)
    try:
        contract: Contract = msgspec.convert(given, struct)
        wrong = fault(contract)
        if not wrong:
            return contract
    except msgspec.ValidationError as error:
        wrong = str(error)
    return Misread(place, f"line {section.line}: the contract {name!r} is left out, it cannot be meant so: {wrong}")


def _texts(value: object) -> tuple[str, ...]:
    """One text or several, without blank ones."""
    if isinstance(value, str):
        value = [value]
    found = cast("list[object]", value) if isinstance(value, list | tuple) else []
    return tuple(text for one in found if (text := str(one).strip()))


def _true(value: object) -> bool:
    return str(value).lower() == "true"
