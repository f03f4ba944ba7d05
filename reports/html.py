"""The audit as one HTML page."""

from __future__ import annotations

import hashlib
import importlib
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from overhaul import __version__
from overhaul.leaves import Report
from overhaul.printable import printable
from overhaul.sections import Grid, Grids, Section
from overhaul.survey import Survey

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent / "templates" / "html"
UNBROKEN: Final = 24
"""Characters of a name that need no place to break."""


class Part(msgspec.Struct, frozen=True):
    """A section with what it has to show."""

    name: str
    title: str
    template: str
    view: msgspec.Struct


@Report
def html(survey: Survey) -> Iterator[str]:
    """One self-contained page: findings, import cycles, unresolved imports, figures, and every table's first rows.

    It opens from disk, asks nothing of the network and runs no script but its own, which its content security policy
    names by hash. Tables sort and filter; every finding and cycle has an address of its own (`#finding-...`).
    """
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "script.js").read_text(encoding="utf-8")
    parts = [
        Part(section.name, section.title, _template(section, view), view)
        for section in sections()
        if (view := section.view(survey)) is not None
    ]
    yield from _environment().get_template("page.html").generate(
        project=survey.root.name or "project", version=__version__, parts=parts,
        style=style, script=script, style_hash=_hash(style), script_hash=_hash(script),
    )  # fmt: skip


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


def _environment() -> Environment:
    """Templates in which whatever is shown is escaped, and a name that is missing is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def shown(value: object) -> object:
        # What has `__html__` is markup of our own, made of what was shown before.
        return printable(value, lines=True) if isinstance(value, str) and not hasattr(value, "__html__") else value

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=shown,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"island": _island, "number": _number}
    # Jinja's own type of it has room for nothing but what Jinja puts there.
    functions: dict[str, Any] = environment.globals
    functions["breakable"] = _breakable
    return environment


def _island(grid: Grid) -> str:
    """The lines that are not shown at first, as JSON `[[id, cell, cell ...] ...]` for a script element.

    No character is left in it that could end the element, or a line of a script: the template takes it as it is.
    """
    text = msgspec.json.encode(
        [
            [line.id, *(printable(cell) if isinstance(cell, str) else cell for cell in line.cells)]
            for line in grid.lines[grid.shown :]
        ]
    ).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _breakable(value: str | int | float) -> list[str]:
    """A long name or path in parts between which it may be broken: behind dots and slashes; script.js does the same."""
    text = str(value)
    return _PARTS.split(text) if len(text) > UNBROKEN else [text]


_PARTS: Final = re.compile(r"(?<=[./])(?=\w)(?!pyi?\b)")


def _number(value: float | None) -> str:
    """A number as people read it; script.js does the same."""
    if value is None:
        return ""
    return f"{value:,.{0 if float(value).is_integer() else 2 if abs(value) < 1 else 1}f}"
