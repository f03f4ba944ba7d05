"""The contracts and the frozen code of our own settings, checked entry by entry."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar, cast

import msgspec

from overhaul.contracts import CONTRACTS, Boundaries, Boundary, Contract, External, Frozen, Interface, Layers, Terms
from overhaul.errors import ConfigError
from overhaul.patterns import regex
from overhaul.toml import below, check_keys, unknown_in

NOT_KEYS: Final = frozenset({"file", "line"})
"""Fields that are filled when an entry is read."""
FINGERPRINT: Final = r"v1:[0-9a-f]{32}"
_SLOW: Final = regex(r"\)[*+{]|[*+}?][*+{]")
"""Groups that are repeated, and repetitions of repetitions."""
_Entry = TypeVar("_Entry", Contract, Frozen)


def own_contracts(file: Path, root: Path, text: str, found: object) -> tuple[Contract, ...]:
    """The `contracts` of a settings file; places are told relative to `root`.

    Raises ConfigError for an entry that cannot be meant so, and for two of one name.
    """
    return tuple(_once(_contracts(file, root, text, found)))


def frozen_code(file: Path, root: Path, text: str, found: object) -> tuple[Frozen, ...]:
    """The `frozen` of a settings file. Raises ConfigError for an entry that cannot be meant so."""
    return tuple(_frozen(file, root, text, found))


def module_expression(text: str) -> str:
    """What is wrong with a dotted name with wildcards; "" when nothing is."""
    parts = text.split(".")
    for part, after in zip(parts, [*parts[1:], ""], strict=True):
        if part in ("*", "**"):
            if "**" in (part, after) and after in ("*", "**"):
                return "a wildcard and `**` stand side by side"
        elif "*" in part:
            return "a wildcard stands for whole parts of a name"
        elif not part:
            return "a part of the name is empty"
    return ""


def import_expression(text: str) -> str:
    """What is wrong with `a.b -> c.d`; "" when nothing is."""
    importer, arrow, imported = (part.strip() for part in text.partition("->"))
    if not (importer and arrow and imported):
        return "it is written `importer -> imported`"
    return module_expression(importer) or module_expression(imported)


def lies_elsewhere(what: str) -> bool:
    """Whether a path leads out of the folder that it is relative to."""
    return what.startswith("/") or ".." in what.split("/")


def layer_members(layer: str) -> tuple[list[tuple[str, bool]], bool]:
    """The modules of a layer, each with whether it must exist, and whether they may not import each other.

    Raises ValueError for a layer that joins some by `|` and others by `:`.
    """
    if "|" in layer and ":" in layer:
        raise ValueError("modules of one layer are joined by `|` or by `:`, not by both")
    names = [part.strip() for part in re.split(r"[|:]", layer)]
    return [(name.removeprefix("(").removesuffix(")").strip(), not name.startswith("(")) for name in names], (
        ":" not in layer
    )


def settings_of_others(file: Path, top: Path | None = None) -> bytes | None:
    """The content of a file; None for what is no plain file of a size that settings have, or leads out of `top`."""
    try:
        if top is not None and not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(top)):
            return None
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        return file.read_bytes()
    except (OSError, ValueError):
        return None


_LARGEST: Final = 4 * 1024 * 1024


def header_lines(text: str, header: str, count: int) -> list[int]:
    """The lines of the headers of an array of tables in TOML; 1 for each where they cannot be told."""
    parts = r"[ \t]*\.[ \t]*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in header.split("."))
    written = re.compile(rf"^[ \t]*\[\[[ \t]*{parts}[ \t]*\]\]")
    found = [number for number, row in enumerate(text.split("\n"), 1) if written.match(row)]
    return found if len(found) == count else [1] * count


def fault(contract: Contract) -> str:
    """What is wrong with the names in a contract; "" when nothing is."""
    for key, names in _expressions(contract):
        for name in names:
            if wrong := module_expression(name):
                return f"{key}: {name!r}: {wrong}"
    for text in contract.ignore_imports:
        if wrong := import_expression(text):
            return f"ignore-imports: {text!r}: {wrong}"
    if isinstance(contract, Layers):
        return _layers_fault(contract)
    if isinstance(contract, External) and contract.allowed is None and not contract.denied:
        return "it says nothing: give it `allowed` or `denied`"
    return _patterns_fault(contract) if isinstance(contract, Boundaries) else ""


def _contracts(file: Path, root: Path, text: str, found: object) -> Iterator[Contract]:
    for where, entry, place in _entries(file, root, "contracts", text, found):
        kind = entry.get("kind")
        struct: type[Contract] | None = CONTRACTS.get(kind) if isinstance(kind, str) else None
        if struct is None:
            what = f"unknown kind {kind!r}" if "kind" in entry else "it has no kind"
            raise ConfigError(f"{where} {what}: (known kinds: {', '.join(CONTRACTS)})")
        check_keys(where, entry, {*_keys(struct), "kind"})
        if isinstance(tables := entry.get("modules"), list) and struct is Boundaries:
            _check_tables(f"{where} modules:", cast("list[object]", tables), Boundary)
        if isinstance(tables := entry.get("interfaces"), list):
            _check_tables(f"{where} interfaces:", cast("list[object]", tables), Interface)
        contract = _converted(where, {**entry, **place}, struct)
        if not contract.name.strip():
            raise ConfigError(f"{where} the name is empty: say in a few words what is agreed")
        if wrong := fault(contract):
            raise ConfigError(f"{where} {wrong}: mend the entry")
        yield contract


def _frozen(file: Path, root: Path, text: str, found: object) -> Iterator[Frozen]:
    for where, entry, place in _entries(file, root, "frozen", text, found):
        check_keys(where, entry, _keys(Frozen))
        one = _converted(where, {**entry, **place}, Frozen)
        for key, value in (("what", one.what), ("reason", one.reason)):
            if not value.strip():
                raise ConfigError(f"{where} the {key} is empty: say {_MEANING[key]}")
        if lies_elsewhere(one.what):
            raise ConfigError(f"{where} {one.what!r} lies elsewhere: name a file below the folder of the settings")
        if not re.fullmatch(FINGERPRINT, one.fingerprint):
            raise ConfigError(f"{where} {one.fingerprint!r} is no fingerprint: `overhaul freeze {one.what}` prints it")
        yield one


_MEANING: Final = {"what": "which definition or file is not to be changed", "reason": "why it is not to be changed"}


def _entries(
    file: Path, root: Path, key: str, text: str, found: object
) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    """Each table of an array: how a message about it begins, what it says, and where it stands."""
    if found is None:
        return
    header = f"tool.overhaul.{key}" if file.name == "pyproject.toml" else key
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in cast("list[object]", found)):
        raise ConfigError(f"{file}: {header} is no array of tables: begin each entry with [[{header}]]")
    tables = cast("list[dict[str, object]]", found)
    for entry, line in zip(tables, header_lines(text, header, len(tables)), strict=True):
        yield f"{file}:{line}: [[{header}]]", entry, {"file": below(file, root), "line": line}


def _keys(struct: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(struct)} - NOT_KEYS


def _check_tables(where: str, tables: Sequence[object], struct: type[msgspec.Struct]) -> None:
    for table in tables:
        if isinstance(table, dict):
            check_keys(where, cast("dict[str, object]", table), _keys(struct))


def _converted(where: str, entry: Mapping[str, object], struct: type[_Entry]) -> _Entry:
    try:
        return msgspec.convert(entry, struct)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where} {unknown_in(error, struct) or error}: mend the entry") from error


def _once(contracts: Iterator[Contract]) -> Iterator[Contract]:
    """The contracts, of which no two may have one name: their findings could not be told apart."""
    seen: dict[str, Terms] = {}
    for one in contracts:
        first = seen.setdefault(one.name, one)
        if first is not one:
            at = f"{first.file}:{first.line}"
            raise ConfigError(f"{one.file}:{one.line}: there is a contract {one.name!r} at {at} already: rename one")
        yield one


def _expressions(contract: Contract) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys of a contract that hold names of modules, with these."""
    yield "within", contract.within
    for key in (
        "containers", "source_modules", "forbidden_modules", "protected_modules", "allowed_importers", "ancestors",
        "skip_descendants",
    ):  # fmt: skip
        yield key.replace("_", "-"), getattr(contract, key, ())
    if not isinstance(contract, Boundaries):
        yield "modules", getattr(contract, "modules", ())


def _layers_fault(contract: Layers) -> str:
    seen: set[str] = set()
    for layer in contract.layers:
        try:
            members, _ = layer_members(layer)
        except ValueError as error:
            return f"layers: {layer!r}: {error}"
        for name, _ in members:
            if wrong := module_expression(name) or ("*" in name and "a layer is named without wildcards"):
                return f"layers: {layer!r}: {wrong}"
            if name in seen:
                return f"layers: {name!r} stands there twice"
            seen.add(name)
    if contract.exhaustive and not contract.containers:
        return "exhaustive: it needs containers, whose modules it is about"
    unknown = [name for name in contract.closed_layers if name not in seen]
    return f"closed-layers: there is no layer {unknown[0]!r}" if unknown else ""


def pattern_fault(pattern: str) -> str:
    """What is wrong with a regular expression; "" when nothing is."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"{pattern!r} is no regular expression ({error})"
    if _SLOW.search(plain := re.sub(r"\\.", "", pattern)) or len(re.findall(r"[*+{]", plain)) > 3:
        # Settings of an audited tree are read too: they must not be able to hold the run up.
        return f"{pattern!r} may take for ever: repeat no group, and repeat at most three times"
    return ""


def _patterns_fault(contract: Boundaries) -> str:
    for interface in contract.interfaces:
        for pattern in (*interface.expose, *interface.modules):
            if wrong := pattern_fault(pattern):
                return f"interfaces: {wrong}"
    unknown = [one.layer for one in contract.modules if one.layer and one.layer not in contract.layers]
    return f"modules: there is no layer {unknown[0]!r}" if unknown else ""
