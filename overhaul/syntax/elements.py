"""The lines of a container's elements, for which the one walk notes none."""

from __future__ import annotations

from typing import Any

from overhaul.lazy import cst


class ElementLines:
    """Counts lines from the layout of a dict, list, set or tuple."""

    def __init__(self, node: Any, line: int) -> None:
        """`line` is that on which the container begins."""
        self._of: dict[int, int] = {}
        opening = getattr(node, "lbrace", None) or getattr(node, "lbracket", None)
        if opening is None:
            opening = node.lpar[0] if getattr(node, "lpar", None) else None
        module = cst.Module(())
        if opening is not None:
            line += module.code_for_node(opening).count("\n")
        for element in node.elements:
            self._of[id(element)] = line
            line += module.code_for_node(element).count("\n")

    def of(self, element: Any) -> int:
        """The line on which an element begins."""
        return self._of[id(element)]
