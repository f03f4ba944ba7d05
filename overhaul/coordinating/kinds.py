"""What is known of a state machine: the audit's row, its table, and what its kind is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from overhaul.changes import Target
from overhaul.errors import Refused, did_you_mean
from overhaul.inventory import StateMachine

if TYPE_CHECKING:
    from overhaul.project import Project


def maps_to_several(text: str, name: str) -> bool:
    """Whether a variable of a module is a dict that is written out, from each state to a collection of others."""
    for statement in ast.parse(text).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Dict() as value) if found == name:
                pass
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.Dict() as value) if found == name:
                pass
            case _:
                continue
        return bool(value.values) and None not in value.keys and all(map(_collection, value.values))
    return False


def _collection(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.List() | ast.Tuple():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset" | "list" | "tuple")):
            return True
        case _:
            return False


def kind_name(owner: str, attribute: str) -> str:
    """What the variable with a kind of machine is called: `Order.state` -> `ORDER_STATE`."""
    parts: list[str] = []
    for sign in owner.rpartition(".")[2]:
        if sign.isupper() and parts and not parts[-1].isupper():
            parts.append("_")
        parts.append(sign)
    return f"{''.join(parts).strip('_')}_{attribute.strip('_')}".upper()


def taken_by_stars(project: Project, module: str) -> Iterator[tuple[str, str]]:
    """The names of modules that import everything from a module, each with its path: a new name would hide theirs."""
    symbols = project.symbols
    if "__all__" in set(symbols.names(module)):
        return
    for other, row in project.layout.modules.items():
        targets = (symbols.absolute(other, star.target) for star in symbols.interior(other).stars)
        if any(one and symbols.locate(one, other) == module for one in targets):
            yield from ((name, row.path) for name in symbols.names(other))


def machine_of(project: Project, machine: Target) -> StateMachine:
    """The audit's row of a machine. Raises Refused, with the nearest names, where there is none."""
    rows = list(project.survey.rows(StateMachine))
    for one in rows:
        if (one.module, one.name) == (machine.module, machine.name):
            if not one.sure:
                raise Refused(f"{one.path}:{one.line}: {one.name}: the audit is not sure that it is a state machine: "
                              "look at its evidence, and register it by hand")  # fmt: skip
            return one
    known = [f"{one.module}:{one.name}" for one in rows if one.sure]
    raise Refused(f"{machine}: the audit knows no such state machine: {did_you_mean(str(machine), known)}")
