"""The audit as one HTML page."""

from __future__ import annotations

import hashlib
import importlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from overhaul import __version__
from overhaul.leaves import Report
from overhaul.patterns import regex
from overhaul.printable import printable
from overhaul.sections import GROUPS, Cell, Grid, Grids, Section
from overhaul.survey import Survey

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent / "templates" / "html"
LINES: Final = ("links", "folded", "points", "excerpt")
"""Kinds of columns whose cells are made of lines."""
UNBROKEN: Final = 24
"""Characters of a name that need no place to break."""


class Part(msgspec.Struct, frozen=True):
    """A section with what it has to show."""

    name: str
    title: str
    template: str
    view: msgspec.Struct


class Group(msgspec.Struct, frozen=True):
    """Sections that stand together in the navigation."""

    title: str
    parts: tuple[Part, ...]


@Report
def html(survey: Survey) -> Iterator[str]:
    """One self-contained page: what to do next, findings with their source, inventories, pictures, every table.

    It opens from disk, asks nothing of the network and runs no script but its own, which its content security policy
    names by hash. Tables sort and filter; every section, finding and row of an inventory has an address of its own
    (`#finding-...`, `#cache-...`) that outlives edits elsewhere in its file.
    """
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "script.js").read_text(encoding="utf-8")
    named = [
        (section, Part(section.name, section.title, _template(section, view), view))
        for section in sections()
        if (view := section.view(survey)) is not None
    ]
    groups = [
        Group(title, parts)
        for (least, title), (limit, _) in zip(GROUPS, (*GROUPS[1:], (1000, "")), strict=True)
        if (parts := tuple(part for section, part in named if least <= section.order < limit))
    ]
    ids = frozenset(_ids([part.view for _, part in named])) | {part.name for _, part in named}
    yield from _environment(ids).get_template("page.html").generate(
        project=survey.root.name or "project", version=__version__, groups=groups,
        style=style, script=script, style_hash=_hash(style), script_hash=_hash(script),
    )  # fmt: skip


def _ids(values: Iterable[object]) -> Iterator[str]:
    """Whatever has an address in what is shown."""
    for value in values:
        match value:
            case msgspec.Struct():
                if isinstance(id := getattr(value, "id", None), str) and id:
                    yield id
                yield from _ids(getattr(value, field) for field in value.__struct_fields__)
            case tuple():
                yield from _ids(cast("tuple[object, ...]", value))
            case _:
                pass


def sections() -> list[Section]:
    """The sections in the files beside this one, in the order of the page."""
    files = Path(__file__).parent.glob("_html_*.py")
    modules = (importlib.import_module(f"{__package__}.{file.stem}") for file in files)
    found = {value for module in modules for value in vars(module).values() if isinstance(value, Section)}
    return sorted(found, key=lambda section: (section.order, section.name))


def _template(section: Section, view: msgspec.Struct) -> str:
    return "grids.html" if isinstance(view, Grids) else f"sections/{section.name}.html"


def _hash(text: str) -> str:
    """What a content security policy calls an inline script or style by."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _environment(ids: frozenset[str]) -> Environment:
    """Templates in which whatever is shown is escaped, and a name that is missing is an error.

    Links lead only to what has one of the `ids`.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def shown(value: object) -> object:
        # What has `__html__` is markup of our own, made of what was shown before.
        return printable(value, lines=True) if isinstance(value, str) and not hasattr(value, "__html__") else value

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=shown,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    def island(grid: Grid) -> str:
        return _island(grid, ids)

    environment.filters |= {"island": island, "number": _number}
    # Jinja's own type of it has room for nothing but what Jinja puts there.
    functions: dict[str, Any] = environment.globals
    functions |= {"breakable": _breakable, "on_page": ids.__contains__}
    return environment


def _island(grid: Grid, ids: frozenset[str]) -> str:
    """The lines that are not shown at first, as JSON `[[id, cell, cell ...] ...]` for a script element.

    No character is left in it that could end the element, or a line of a script: the template takes it as it is.
    """
    kinds = [column.kind for column in grid.columns]

    def shown(cell: Cell, kind: str) -> Cell:
        if not isinstance(cell, str):
            return cell
        return printable(_linked(cell, ids) if kind == "links" else cell, lines=kind in LINES)

    text = msgspec.json.encode(
        [[line.id, *map(shown, line.cells, kinds)] for line in grid.lines[grid.shown :]]
    ).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _linked(cell: str, ids: frozenset[str]) -> str:
    """The links of a cell, without the ids that are not on the page."""
    pairs = (line.partition(" ") for line in cell.split("\n") if line)
    return "\n".join(f"{id if id in ids else ''} {text}" for id, _, text in pairs)


def _breakable(value: str | int | float) -> list[str]:
    """A long name or path in parts between which it may be broken: behind dots and slashes; script.js does the same."""
    text = str(value)
    return _PARTS.split(text) if len(text) > UNBROKEN else [text]


_PARTS: Final = regex(r"(?<=[./])(?=\w)(?!pyi?\b)")


def _number(value: float | None) -> str:
    """A number as people read it; script.js does the same."""
    if value is None:
        return ""
    return f"{value:,.{0 if float(value).is_integer() else 2 if abs(value) < 1 else 1}f}"
