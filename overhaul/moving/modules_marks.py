"""How a module that is only a shim is told."""

from __future__ import annotations

from typing import Final

from overhaul.source import Source

MARK: Final = "# overhaul: shim of "
"""The second line of the file of a module that is a shim, before the dotted name of what it stands for."""


def stands_for(source: Source) -> str:
    """The module that a file is a shim of; "" for any other file."""
    if MARK.encode() not in source.data[:400]:
        return ""
    lines = source.text().splitlines()
    return lines[1].removeprefix(MARK).strip() if len(lines) > 1 and lines[1].startswith(MARK) else ""
