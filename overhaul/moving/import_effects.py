"""What a module does to others when it is imported: whether it matters if and when that happens."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from overhaul.errors import Unreadable
from overhaul.later import parsed
from overhaul.moving.guards import registering
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.references import References
from overhaul.refactoring.units import Unit, own_statements

if TYPE_CHECKING:
    from overhaul.project import Project

_HARMLESS: Final = frozenset({"TypeVar", "getLogger", "len", "print", "repr", "set", "update_wrapper"})

_ASKING: Final = frozenset({
    "all", "any", "bool", "callable", "catch_warnings", "dict", "dir", "endswith", "enumerate", "exists", "filter",
    "find_spec", "frozenset", "get", "getattr", "getenv", "hasattr", "int", "is_dir", "is_file", "isinstance",
    "issubclass", "items", "keys", "len", "list", "lower", "machine", "map", "max", "min", "python_implementation",
    "range", "reversed", "set", "sorted", "split", "startswith", "str", "strip", "suppress", "system", "tuple", "upper",
    "values", "vars", "version", "zip",
})  # fmt: skip
"""What is called to ask something."""
_EMPTY: Final = frozenset({"dict", "list", "set", "defaultdict", "deque"})
_UNLISTED: Final = frozenset({
    "builtins", "click", "httpx", "jinja2", "markdown", "msgspec", "numpy", "pandas", "pydantic", "pydantic_settings",
    "pygments", "pytest", "requests", "rich", "typer", "typing_extensions", "urllib3", "yaml",
})  # fmt: skip
"""Packages whose classes keep no list of their subclasses that anybody would miss one in."""


def effect(project: Project, references: References, module: str) -> str:
    """What a module does to others when it is imported, or may do, with its place; "" for nothing."""
    place = project.layout.modules[module]
    if place.kind != "source":
        return "" if place.kind == "namespace" else f"{place.path}:1: {module} has no source to look at"
    try:
        file = references.bindings(place.path)
        tree = parsed(file.occurrences.text)
    except (Unreadable, SyntaxError, ValueError, RecursionError):
        return f"{place.path}:1: it cannot be read"
    for line, what in _doing(tree.body, file):
        return f"{place.path}:{line}: {what} when {module} is imported"
    unit = Unit(tuple(own_statements(file)), frozenset())
    for why, certain in registering(project, file, unit):
        base = re.match(r"the base ([\w]+)", why)
        if certain or base is None or base[1] not in _UNLISTED:
            return f"{place.path}:1: {why} when {module} is imported"
    return ""


def _doing(body: Collection[ast.stmt], file: Bindings) -> Iterator[tuple[int, str]]:
    """What a module does to others when it is imported: calls for their effect, changes of what is not its own."""
    for node in body:
        match node:
            case ast.If(test=test) if "TYPE_CHECKING" in ast.dump(test) or "__name__" in ast.dump(test):
                continue
            case ast.Expr(value=ast.Call(func=function)):
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                # What is done to an object of the module's own is seen by nobody else.
                inward = isinstance(function, ast.Attribute) and _made_here(_root(function), file)
                if name not in _HARMLESS and not inward:
                    yield node.lineno, f"{name or 'something'}() is called"
            case ast.Expr(value=ast.ListComp() | ast.SetComp() | ast.DictComp()):
                yield node.lineno, "something is gone through"
            case ast.AugAssign(target=ast.Name(id=name)) if file.bindings(file.top, name) and not _own(name, file):
                yield node.lineno, "something of another module is changed"
            case ast.ClassDef(body=inner):
                yield from _doing(inner, file)
            case ast.Assign(targets=targets) if any(_foreign(one, file) for one in targets):
                yield node.lineno, "something of another module is changed"
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target) if _foreign(target, file):
                yield node.lineno, "something of another module is changed"
            case ast.Delete(targets=targets) if any(_foreign(one, file) for one in targets):
                yield node.lineno, "something of another module is taken away"
            case ast.Assert(test=test):
                yield from _asked(test)
            case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While() | ast.Match():
                for one in _heads(node):
                    yield from _asked(one)
                inner = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt)]
                branches = (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))
                inner += [one for each in branches for one in each.body]
                yield from _doing(inner, file)
            case _:
                continue


def _heads(node: ast.stmt) -> Iterator[ast.expr]:
    """What a compound statement evaluates before its suites."""
    match node:
        case ast.If(test=test) | ast.While(test=test):
            yield test
        case ast.For(iter=iterated):
            yield iterated
        case ast.With(items=items):
            yield from (one.context_expr for one in items)
        case ast.Match(subject=subject):
            yield subject
        case _:
            return


def _asked(expression: ast.expr) -> Iterator[tuple[int, str]]:
    """The calls in an expression that may be more than questions."""
    for one in ast.walk(expression):
        if isinstance(one, ast.Call):
            name = one.func.attr if isinstance(one.func, ast.Attribute) else getattr(one.func, "id", "")
            if name not in _ASKING:
                yield one.lineno, f"{name or 'something'}() is called"


def _foreign(target: ast.expr, file: Bindings) -> bool:
    return isinstance(target, ast.Attribute | ast.Subscript) and not _own(_root(target), file)


def _own(name: str, file: Bindings) -> bool:
    """Whether a variable of the module is of its own making, and not imported."""
    bindings = file.bindings(file.top, name) if name else ()
    return bool(bindings) and not any(isinstance(one, Taken) for one in bindings)


def _made_here(name: str, file: Bindings) -> bool:
    """Whether a variable holds what the module has made itself, and has not been given by a call of somebody's."""
    if not _own(name, file):
        return False
    for node in parsed(file.occurrences.text).body:
        match node:
            case ast.ClassDef(name=bound) | ast.FunctionDef(name=bound) if bound == name:
                return False  # its own code may do anything
            case ast.Assign(targets=[ast.Name(id=bound)], value=ast.Call(func=function)) if bound == name:
                last = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if not last[:1].isupper() and last not in _EMPTY:
                    return False
            case ast.Assign(targets=[ast.Name(id=bound)], value=ast.Name() | ast.Attribute()) if bound == name:
                return False
            case _:
                continue
    return True


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


