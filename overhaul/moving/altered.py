"""What a module goes on to do with a symbol when it is imported, which nobody sees who takes it from elsewhere."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from overhaul.errors import Refused
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.import_blocks import Blocks
from overhaul.refactoring.units import Unit, is_script, own_statements

_ALTERING: Final = frozenset({
    "add", "add_argument", "append", "appendleft", "clear", "connect", "discard", "extend", "insert", "pop", "popitem",
    "register", "remove", "reverse", "setdefault", "sort", "update", "__setitem__", "__delitem__", "__setattr__",
})  # fmt: skip
"""Methods that change what they are called of."""
_HARMLESS: Final = frozenset({"print", "len", "repr", "isinstance", "issubclass", "hasattr", "callable"})
_MAKING: Final = ("__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__")
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def refuse_altered(file: Bindings, unit: Unit, names: Collection[str]) -> None:
    """Raises Refused where the rest of a module changes some names of a unit, or hands them on, when it is imported.

    `names` are those that other files take from it.
    """
    for line, name, why in _altered(file, unit, frozenset(names)):
        raise Refused(f"{file.path}:{line}: {file.module} {why} {name} when it is imported, which would not be done "
                      f"for who imports it from its new place alone: move that too, or by hand")  # fmt: skip


def _altered(file: Bindings, unit: Unit, names: frozenset[str]) -> Iterator[tuple[int, str, str]]:
    occurrences = file.occurrences
    if not names or not any(not unit.has(one) for name in names for one in file.uses(file.top, name)):
        return
    numbers = {one.number for one in unit.statements}
    blocks = Blocks(occurrences)
    functions: dict[str, ast.AST] = {}
    started: list[ast.AST] = []
    for statement in own_statements(file):
        if statement.number in numbers or blocks.under_typing(statement.number):
            continue
        try:
            (tree,) = ast.parse(occurrences.text[statement.start : statement.end]).body
        except (SyntaxError, ValueError, RecursionError):
            continue
        ast.increment_lineno(tree, statement.line - 1)
        functions.update(_defined(tree))
        if not is_script(statement, occurrences.text):
            started.append(tree)
    own = frozenset(functions)
    for one in started:
        for part in _early(one):
            yield from _changed(part, names)
            yield from _handed(file, part, names, own)
    for body in _run(started, functions):
        local = _locals(body)
        for part in ast.walk(body):
            yield from _changed(part, names - local)


def _defined(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The functions and classes of a module, those in an `if` or `try` too."""
    if isinstance(tree, (*_FUNCTIONS, ast.ClassDef)):
        yield tree.name, tree
    elif isinstance(tree, ast.stmt):
        for inner in ast.iter_child_nodes(tree):
            yield from _defined(inner)


def _early(tree: ast.AST) -> Iterator[ast.AST]:
    """All that is evaluated when a module is imported."""
    yield tree
    for inner in ast.iter_child_nodes(tree):
        if isinstance(tree, (*_FUNCTIONS, ast.Lambda)) and inner not in getattr(tree, "decorator_list", ()):
            continue
        yield from _early(inner)


def _run(started: Collection[ast.AST], functions: Mapping[str, ast.AST]) -> Iterator[ast.AST]:
    """The module's own functions that run when it is imported, as far as their names tell."""
    waiting = [one.id for tree in started for one in _early(tree) if isinstance(one, ast.Name)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        found = functions.get(name)
        if found is None or name in seen:
            continue
        seen.add(name)
        bodies = [found]
        if isinstance(found, ast.ClassDef):
            bodies = [one for one in found.body if isinstance(one, _FUNCTIONS) and one.name in _MAKING]
        for body in bodies:
            yield body
            waiting += [one.id for one in ast.walk(body) if isinstance(one, ast.Name)]


def _locals(function: ast.AST) -> frozenset[str]:
    """The names that a function binds somewhere itself."""
    shared = {name for one in ast.walk(function) if isinstance(one, ast.Global) for name in one.names}
    stored = {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return frozenset({one.arg for one in ast.walk(function) if isinstance(one, ast.arg)} | stored) - shared


def _changed(part: ast.AST, names: frozenset[str]) -> Iterator[tuple[int, str, str]]:
    """An attribute or item of a name that is set or deleted, or a method that changes it."""
    match part:
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            if (root := _root(part)) in names:
                yield part.lineno, root, "changes"
        case ast.Call(func=ast.Attribute(attr=attribute) as function) if attribute in _ALTERING:
            if (root := _root(function)) in names:
                yield part.lineno, root, "changes"
        case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[first, *_]) if (root := _root(first)) in names:
            yield part.lineno, root, "changes"
        case _:
            return


def _handed(
    file: Bindings, part: ast.AST, names: frozenset[str], own: frozenset[str]
) -> Iterator[tuple[int, str, str]]:
    """A call for its effect alone that gets a name, unless what it is asked of is the module's own as well."""
    match part:
        case ast.Expr(value=ast.Call(func=function) as call):
            given = {one.id for argument in (*call.args, *call.keywords) for one in ast.walk(argument)
                     if isinstance(one, ast.Name)} & names  # fmt: skip
            root = _root(function)
            if given and root not in _HARMLESS and (root in own or not root or _from_elsewhere(file, root)):
                yield part.lineno, min(given), f"hands {root or 'a function'}"
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Attribute | ast.Subscript) and _from_elsewhere(file, _root(target)):
                    given = {one.id for one in (*ast.walk(value), *ast.walk(target)) if isinstance(one, ast.Name)}
                    for name in sorted(given & names)[:1]:
                        yield part.lineno, name, f"gives {_root(target)}"
        case _:
            return


def _from_elsewhere(file: Bindings, name: str) -> bool:
    """Whether a name is imported, or Python's own."""
    bindings = file.bindings(file.top, name)
    return all(isinstance(one, Taken) for one in bindings) if bindings else hasattr(builtins, name)


def _root(node: ast.AST) -> str:
    """The name that an expression begins with; "" for others."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
