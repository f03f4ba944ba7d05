"""Comments."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.facts import Comment
from overhaul.leaves import Collector
from overhaul.module import Module


@Collector()
def comments(module: Module) -> Iterator[Comment]:
    """Every comment, with whether it has its line for itself."""
    for line, text, own_line in module.comments:
        yield Comment(line=line, text=text, own_line=own_line)
