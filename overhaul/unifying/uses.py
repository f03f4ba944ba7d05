"""What is told of instances that are followed: where they are, what is done with them, where they go out of sight."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from overhaul.unifying.slots import Shape
from overhaul.unifying.trees import Tree

TEXTS: Final = ("__str__", "__repr__", "__format__")
"""What is asked for the text of an instance."""
ORDERS: Final = {
    "LessThan": ("__lt__", "__gt__"), "GreaterThan": ("__gt__", "__lt__"), "LessThanEqual": ("__le__", "__ge__"),
    "GreaterThanEqual": ("__ge__", "__le__"),
}  # fmt: skip
"""What comparisons ask of their left side, and of their right one."""


class Escape(NamedTuple):
    """A place where an instance goes out of sight."""

    path: str
    line: int
    why: str


class Value(NamedTuple):
    """An expression that is an instance, or that instances lie in."""

    tree: Tree
    node: Any
    shape: Shape


class Use(NamedTuple):
    """Something that is done with an instance."""

    tree: Tree
    node: Any
    """The expression that is the instance."""
    what: str
    """The member that is asked for, or `__len__`, `__contains__`, `__bool__` and so on for operators."""
    site: Any
    """What is written anew: the attribute, its call, or the expression with the operator."""
    operator: bool = True
    """Otherwise the member is asked for by its name."""
