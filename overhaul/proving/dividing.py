"""A function that is divided: all its statements stand in its parts, in their order, and each part is given its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from overhaul.changes import Divided, Target
from overhaul.errors import Unreadable
from overhaul.later import parsed
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Context

CHECK = "bindings"
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Dividing:
    """Compares the statements of divided functions with those of their parts."""

    def __init__(self, context: Context) -> None:
        """Nothing is read before `refusals`."""
        self._context = context
        self.looked = 0
        """How many functions were compared."""

    def refusals(self) -> Iterator[Refusal]:
        """What is lost of a function, what has changed its place, and what is handed to the wrong parameter."""
        for told in self._context.divided:
            old = function_at(self._context.before, told.before)
            new = function_at(self._context.after, told.before)
            parts = [function_at(self._context.after, one) for one in told.parts]
            if old is None or new is None:
                continue  # Offered tells of it
            self.looked += 1
            path = self._context.after.symbols.path(told.before.module)
            # What goes on below the parts stands in the function itself again.
            found = [*new.body, *(one for part in parts if part is not None for one in part.body), *new.body]
            yield from self._lost(path, old, found)
            yield from self._handed(path, told, [one for one in parts if one is not None])

    def _lost(self, path: str, old: Function, found: Sequence[ast.stmt]) -> Iterator[Refusal]:
        texts = [ast.dump(one) for one in found]
        at = 0
        for one in old.body:
            text = ast.dump(one)
            if text in texts[at:]:
                at = texts.index(text, at) + 1
            else:
                said = " ".join(ast.unparse(one).split())[:60]
                why = f"`{said}` of {old.name} would be lost, or run at another time"
                yield Refusal(path, one.lineno, CHECK, why, "let it stand in one of the parts, in its order")
                return

    def _handed(self, path: str, told: Divided, parts: Sequence[Function]) -> Iterator[Refusal]:
        """Each call of a part hands variables to the parameters of their names."""
        wanted = {one.name: _parameters(one, "." in told.before.name) for one in parts}
        tree = parsed(self._context.after.source(path).text())
        for call in ast.walk(tree):
            name = _last(call.func) if isinstance(call, ast.Call) else ""
            if not isinstance(call, ast.Call) or name not in wanted:
                continue
            given = [(parameter, one) for parameter, one in zip(wanted[name], call.args, strict=False)]
            given += [(one.arg, one.value) for one in call.keywords if one.arg is not None]
            for parameter, value in given:
                if isinstance(value, ast.Name) and value.id != parameter and value.id in wanted[name]:
                    why = f"`{value.id}` would be given to {name} as `{parameter}`"
                    yield Refusal(path, call.lineno, CHECK, why, f"give it as `{value.id}`")


def function_at(project: Project, target: Target) -> Function | None:
    """A function of a project as CPython reads it; None where it is not there, or cannot be read."""
    if target.module not in project.layout.modules:
        return None
    try:
        tree = parsed(project.source(project.symbols.path(target.module)).text())
    except (Unreadable, SyntaxError, ValueError, RecursionError):
        return None
    bodies: list[Sequence[ast.stmt]] = [tree.body]
    for number, name in enumerate(names := target.name.split(".")):
        last = number == len(names) - 1
        for one in (each for body in bodies for each in body):
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and one.name == name:
                if last:
                    return None if isinstance(one, ast.ClassDef) else one
                bodies = [one.body]
                break
        else:
            return None
    return None


def _parameters(function: Function, method: bool) -> list[str]:
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    static = any(_last(one) == "staticmethod" for one in function.decorator_list)
    return names[1:] if method and not static else names


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
