"""What a dotted name means, following re-exports to the module that defines it."""

from __future__ import annotations

from typing import Final

from overhaul.facts import Binding, Class, Export, Facts, Function, ImportStatement, Row, UsedName
from overhaul.layout import Layout


class Symbols:
    """Stub while the trunk is being laid."""

    reads: Final[tuple[type[Row], ...]] = (Binding, Export, Class, Function, ImportStatement, UsedName)

    def __init__(self, layout: Layout, *facts: Facts[Row]) -> None:
        """Keep."""
        self.layout = layout
