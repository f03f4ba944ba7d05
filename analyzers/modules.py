"""The modules of the project."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.facts import ModuleRow
from overhaul.layout import Layout
from overhaul.leaves import Analyzer


@Analyzer
def modules(layout: Layout) -> Iterator[ModuleRow]:
    """Every module: its dotted name, its file, and whether there is source, a stub, or only an extension module."""
    for module, place in sorted(layout.modules.items()):
        yield ModuleRow(module=module, path=place.path, kind=place.kind, package=place.package)
