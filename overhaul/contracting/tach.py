"""The boundaries of tach, from `tach.toml`, from `[tool.tach]` in `pyproject.toml`, and from its domain files."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final, cast

import msgspec

from overhaul.contracting.entries import fault, header_lines, pattern_fault, settings_of_others
from overhaul.contracting.import_names import import_names
from overhaul.contracts import Boundaries, Boundary, Contract, External, Interface, Misread
from overhaul.toml import below

_KEYS: Final = frozenset({
    "modules", "interfaces", "layers", "source_roots", "exclude", "root_module", "exact", "rules", "plugins", "cache",
    "forbid_circular_dependencies", "ignore_type_checking_imports", "layers_explicit_depends_on", "external",
    "include_string_imports", "respect_gitignore", "use_regex_matching", "disable_logging", "data_types",
})  # fmt: skip
"""Those at the top of its settings."""
_DOMAIN: Final = "tach.domain.toml"
_DOMAIN_ROOT: Final = "<domain_root>"
_NOT_ENTERED: Final = frozenset({"__pycache__", "node_modules", "venv", "site-packages"})
Table = dict[str, object]


class _Broken(Exception):
    """The settings cannot be meant so; the message says why."""


def read_tach(folder: Path, root: Path) -> Iterator[Contract | Misread]:
    """What tach would check in a folder, and what of it cannot be made use of; places relative to `root`."""
    for name in ("tach.toml", "pyproject.toml"):
        file = folder / name
        data = settings_of_others(file)
        if data is None or (b"tach" not in data and name != "tach.toml"):
            continue
        place = below(file, root)
        try:
            text = data.decode("utf-8-sig")
            settings = _settings(name, text)
            if settings is None:
                continue
            yield from _boundaries(folder, root, place, text, settings)
        except (ValueError, _Broken) as error:
            yield Misread(place, f"the settings of tach cannot be read ({' '.join(str(error).split())})")
        return


def _settings(name: str, text: str) -> Table | None:
    document = tomllib.loads(text)
    if name == "tach.toml":
        return document
    tools = document.get("tool")
    found = cast("Table", tools).get("tach") if isinstance(tools, dict) else None
    return cast("Table", found) if isinstance(found, dict) else None


def _boundaries(
    folder: Path, root: Path, place: str, text: str, settings: Table
) -> Iterator[Contract | Misread]:
    modules: list[Boundary] = []
    external: list[Contract] = []
    interfaces = [_interface(table, "") for table in _tables(settings, "interfaces")]
    for key in sorted(settings.keys() - _KEYS):
        near = " or ".join(get_close_matches(key, _KEYS))
        yield Misread(place, f"tach has no key {key!r}{f' (did you mean {near}?)' if near else ''}: it is passed over")
    tables = _tables(settings, "modules")
    lines = header_lines(text, "modules", len(tables))
    for table, line in zip(tables, lines, strict=True):
        found = list(_modules(table, ""))
        modules += found
        external += _external(table, found, place, line)
    # Nothing outside of the folder is looked at, whatever the settings of an audited tree say.
    roots = tuple(
        one for one in _texts(settings, "source_roots") or (".",)
        if not Path(one).is_absolute() and ".." not in Path(one).parts
    )  # fmt: skip
    for file, dotted in _domains(folder, roots):
        try:
            domain = tomllib.loads((settings_of_others(file, folder) or b"").decode("utf-8-sig"))
            if isinstance(own := domain.get("root"), dict):
                modules += _modules({**cast("Table", own), "path": _DOMAIN_ROOT}, dotted)
            for table in _tables(domain, "modules"):
                modules += _modules(table, dotted)
            interfaces += [_interface(table, dotted) for table in _tables(domain, "interfaces")]
        except (ValueError, _Broken) as error:
            yield Misread(below(file, root), f"the domain of tach cannot be read ({error})")
    usable, misread = _usable(interfaces)
    yield from (Misread(place, reason) for reason in misread)
    layers, closed = _layers(settings)
    contract = Boundaries(
        name="tach", file=place, modules=tuple(modules), interfaces=tuple(usable), layers=layers,
        closed_layers=closed, explicit=settings.get("layers_explicit_depends_on") is True,
        exclude=_texts(settings, "exclude"),
        roots=() if "." in roots else roots,
        root_module="ignore" if settings.get("root_module") == "ignore" else "allow",
        exact=settings.get("exact") is True, acyclic=settings.get("forbid_circular_dependencies") is True,
        typing=settings.get("ignore_type_checking_imports", True) is False, dynamic=False,
    )  # fmt: skip
    if wrong := fault(contract):
        raise _Broken(wrong)
    yield contract
    yield from external


def _modules(table: Table, domain: str) -> Iterator[Boundary]:
    """The boundaries of one entry: one, or several that say the same."""
    paths = [str(table["path"])] if "path" in table else list(_texts(table, "paths"))
    if not paths:
        raise _Broken("a module has neither path nor paths")
    depends: list[str] | None = None
    deprecated: list[str] = []
    if isinstance(given := table.get("depends_on"), list):
        depends = []
        for one in cast("list[object]", given):
            entry = cast("Table", one) if isinstance(one, dict) else {"path": one}
            depends.append(_resolved(str(entry.get("path", "")), domain))
            if entry.get("deprecated") is True:
                deprecated.append(depends[-1])
    for path in paths:
        yield Boundary(
            path=_resolved(path, domain), depends_on=tuple(depends) if depends is not None else None,
            deprecated=tuple(deprecated), layer=str(table.get("layer") or ""), utility=table.get("utility") is True,
            cannot_depend_on=tuple(_resolved(one, domain) for one in _texts(table, "cannot_depend_on")),
            visibility=_texts(table, "visibility") if "visibility" in table else ("*",),
            unchecked=table.get("unchecked") is True,
        )  # fmt: skip


def _resolved(path: str, domain: str) -> str:
    """A name as it stands in a domain file, in full: relative to the domain, but for `//name`."""
    if not domain or path.startswith("//"):
        return path.removeprefix("//")
    return domain if path == _DOMAIN_ROOT else f"{domain}.{path}"


def _external(table: Table, modules: list[Boundary], place: str, line: int) -> Iterator[External]:
    # Distributions are named there, and contracts are about what is imported.
    allowed, denied = (
        tuple(name for one in _texts(table, key) for name in import_names(one))
        for key in ("depends_on_external", "cannot_depend_on_external")
    )
    limited = isinstance(table.get("depends_on_external"), list)
    if limited or denied:
        yield External(
            name=f"tach: what {modules[0].path} takes from outside", modules=tuple(one.path for one in modules),
            allowed=allowed if limited else None, denied=denied, file=place, line=line,
        )  # fmt: skip


def _interface(table: Table, domain: str) -> Interface:
    modules = _texts(table, "from") if "from" in table else (".*",)
    if domain:
        modules = tuple(domain if one == _DOMAIN_ROOT else rf"{domain}\.{one}" for one in modules)
    return Interface(
        expose=_texts(table, "expose"), modules=modules,
        visibility=_texts(table, "visibility") if "visibility" in table else ("*",),
    )  # fmt: skip


def _usable(interfaces: list[Interface]) -> tuple[list[Interface], list[str]]:
    """The interfaces without the patterns that cannot be asked, and what is wrong with these.

    Nothing is reported that tach would not report: where a pattern is left out, the interface is open; where nobody
    can tell whose an interface is, there is none.
    """
    found: list[Interface] = []
    wrong: list[str] = []
    for interface in interfaces:
        faults = [fault for pattern in interface.expose if (fault := pattern_fault(pattern))]
        if faults:
            interface = msgspec.structs.replace(interface, expose=(".*",))
            wrong += (f"interfaces: {fault}; until then all is taken to be exposed there" for fault in faults)
        found.append(interface)
    if owners := [fault for one in found for pattern in one.modules if (fault := pattern_fault(pattern))]:
        return [], [*wrong, *(f"interfaces: {fault}; until then no interface is looked at" for fault in owners)]
    return found, wrong


def _layers(settings: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The layers, the highest first, and those that are closed."""
    given = settings.get("layers", [])
    layers: list[str] = []
    closed: list[str] = []
    for one in cast("list[object]", given) if isinstance(given, list) else []:
        entry = cast("Table", one) if isinstance(one, dict) else {"name": one}
        layers.append(str(entry.get("name")))
        if entry.get("closed") is True:
            closed.append(layers[-1])
    return tuple(layers), tuple(closed)


def _domains(folder: Path, roots: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """The domain files below the source roots, each with the dotted name of its folder."""
    seen: set[Path] = set()
    top = os.path.realpath(folder)
    starts = (start for one in roots if Path(os.path.realpath(start := folder / one)).is_relative_to(top))
    for start in sorted(starts, key=lambda one: -len(one.parts)):
        for where, folders, files in os.walk(start):
            folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in _NOT_ENTERED)
            file = Path(where, _DOMAIN)
            if _DOMAIN in files and file not in seen and Path(os.path.realpath(file)).is_relative_to(top):
                seen.add(file)
                yield file, ".".join(file.parent.relative_to(start).parts)


def _tables(settings: Mapping[str, object], key: str) -> list[Table]:
    found = settings.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in cast("list[object]", found)):
        raise _Broken(f"{key} is no array of tables")
    return cast("list[Table]", found)


def _texts(table: Table, key: str) -> tuple[str, ...]:
    found = table.get(key, [])
    if isinstance(found, str):
        return (found,)
    return tuple(str(one) for one in cast("list[object]", found)) if isinstance(found, list) else ()
