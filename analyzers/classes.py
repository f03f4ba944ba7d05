"""Class definitions."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.facts import Class
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.text import summary_of, text_of


@Collector()
def classes(module: Module) -> Iterator[Class]:
    """Every class, with its bases, keywords (a metaclass, say) and decorators as they are written."""
    for scope in module.scopes:
        if scope.kind != "class":
            continue
        node = scope.node
        assert isinstance(node, cst.ClassDef)
        yield Class(
            name=scope.name,
            line=scope.line,
            end=scope.end,
            bases=tuple(f"{base.star}{text_of(base.value)}" for base in node.bases),
            keywords=tuple((one.keyword.value if one.keyword else "**", text_of(one.value)) for one in node.keywords),
            decorators=tuple(text_of(one.decorator) for one in node.decorators),
            summary=summary_of(node.body),
            scope=scope.within,
        )
