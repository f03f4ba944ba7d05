"""The contracts that a project has written for other tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from overhaul.contracting.import_linter import read_import_linter
from overhaul.contracting.tach import read_tach
from overhaul.contracts import Contract, Misread, Tool


def adopted(
    folders: Iterable[Path], tools: Sequence[Tool], own: tuple[Contract, ...], root: Path
) -> tuple[tuple[Contract, ...], tuple[Misread, ...]]:
    """Our `own` contracts and those of `tools`, and what of these could not be made use of.

    Of each tool the first folder decides in which it has settings. Places are told relative to `root`.
    """
    contracts = list(own)
    misread: list[Misread] = []
    taken = {one.name for one in own}
    searched = tuple(folders)
    for tool in tools:
        for one in _first(searched, tool, root):
            if isinstance(one, Misread):
                misread.append(one)
                continue
            # Findings are told apart by the names of contracts.
            name, number = one.name, 1
            while name in taken:
                number += 1
                name = f"{one.name} ({tool})" if number == 2 else f"{one.name} ({tool}, {number - 1})"
            taken.add(name)
            contracts.append(msgspec.structs.replace(one, name=name))
    return tuple(contracts), tuple(misread)


def _first(folders: Sequence[Path], tool: Tool, root: Path) -> Iterator[Contract | Misread]:
    read: Callable[[Path, Path], Iterator[Contract | Misread]] = (
        read_import_linter if tool == "import-linter" else read_tach
    )
    for folder in folders:
        found = list(read(folder, root))
        if found:
            yield from found
            return
