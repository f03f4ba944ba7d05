"""What the variables of a module are assigned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from overhaul.facts import Variable
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block
from overhaul.text import text_of


@Collector("Assign", "AnnAssign")
def variables(module: Module) -> Iterator[Variable]:
    """Every assignment or declaration of a module's variable: at the top level, or in a function that says `global`."""
    for assign, line, block in module.nodes(cst.Assign):
        if not (block.scope.top or block.scope.elsewhere):
            continue
        for target in assign.targets:
            node: Any = target.target
            if node.__class__ is cst.Name and _of_module(node.value, block):
                yield _row(node.value, line, block, "", text_of(assign.value))
            elif node.__class__ is cst.Tuple or node.__class__ is cst.List:
                for element in node.elements:
                    if element.value.__class__ is cst.Name and _of_module(element.value.value, block):
                        yield _row(element.value.value, line, block, "", "")
    for declared, line, block in module.nodes(cst.AnnAssign):
        node = declared.target
        if node.__class__ is cst.Name and _of_module(node.value, block):
            value = text_of(declared.value) if declared.value is not None else ""
            yield _row(node.value, line, block, text_of(declared.annotation.annotation), value)


def _of_module(name: str, block: Block) -> bool:
    return block.scope.top or block.scope.elsewhere.get(name) == "global"


def _row(name: str, line: int, block: Block, annotation: str, value: str) -> Variable:
    return Variable(name=name, line=line, where=block.scope.name, annotation=annotation, value=value)
