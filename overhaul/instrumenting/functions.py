"""Which functions are measured, and which of them might notice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from overhaul.changes import Target
from overhaul.errors import Refused, UsageError
from overhaul.instrumenting.probes import FRAMES, Probed
from overhaul.naming.meanings import External
from overhaul.project import Project

_TRANSPARENT: Final = frozenset({
    "abc.abstractmethod", "builtins.classmethod", "builtins.property", "builtins.staticmethod",
    "contextlib.asynccontextmanager", "contextlib.contextmanager", "enum.nonmember", "functools.cache",
    "functools.cached_property", "functools.lru_cache", "functools.singledispatch", "functools.singledispatchmethod",
    "functools.wraps", "typing.final", "typing.override", "typing_extensions.final", "typing_extensions.override",
})  # fmt: skip
"""Decorators that take any function; those that take more of it than a call can see are not among them."""
_OVERLOAD: Final = frozenset({"typing.overload", "typing_extensions.overload"})
_ACCESSORS: Final = ("setter", "getter", "deleter")
_INSIDE: Final = r"\.__(?:code|defaults|kwdefaults|globals|closure)__\b"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Chosen(msgspec.Struct, frozen=True):
    """A definition that is to be measured."""

    target: Target
    node: Function
    doubt: str
    """Why it may notice; "" where it cannot."""


def modules_of(project: Project, pattern: str) -> Iterator[str]:
    """The modules that a pattern means. Raises Refused where there is none."""
    if not any(sign in pattern for sign in "*?["):
        yield project.symbol(Target(pattern)).module
        return
    found = [module for module in project.layout.modules if fnmatchcase(module, pattern)]
    if not found:
        raise Refused(f"{pattern}: the project has no such module: check the pattern")
    yield from found


def targets(project: Project, wanted: Sequence[str]) -> Iterator[tuple[Target, bool]]:
    """The functions that are named, and whether each was named itself, not by a pattern.

    Raises UsageError for what is no name, and Refused for what there is not.
    """
    for text in wanted:
        module, colon, name = text.partition(":")
        if not colon or not name:
            raise UsageError(f"{text!r} names no function: write package.module:Class.method, or package.module:*")
        by_name = not any(sign in text for sign in "*?[")
        found = [
            Target(one, function) for one in modules_of(project, module)
            if project.layout.modules[one].path.endswith(".py")
            for function in project.symbols.interior(one).functions
            if (function == name if by_name else fnmatchcase(function, name))
        ]  # fmt: skip
        if not found:
            if by_name:
                project.symbol(Target(module, name))
            raise Refused(f"{text}: the project has no such function: check the name")
        yield from ((one, by_name) for one in found)


def chosen(project: Project, file: Probed, target: Target) -> Iterator[Chosen]:
    """The definitions of a function: one, but for properties and branches; overloads, which never run, are left out."""
    for node in file.syntax.definitions.get(target.name, ()):
        if isinstance(node, ast.ClassDef) or file.syntax.function(node) is not None:
            continue
        meanings = [_meaning(file, one) for one in node.decorator_list]
        if any(one in _OVERLOAD for one in meanings):
            continue
        yield Chosen(target, node, _doubt(project, file, node, meanings))


def own(file: Probed, node: Function) -> ast.expr | None:
    """The decorator that was put in."""
    return next((one for one in node.decorator_list if file.is_probe(one, "probed")), None)


def _doubt(project: Project, file: Probed, node: Function, meanings: Sequence[str]) -> str:
    for one, meaning in zip(node.decorator_list, meanings, strict=True):
        if meaning not in _TRANSPARENT and not _accessor(one) and not file.is_probe(one, "probed"):
            return f"what @{ast.unparse(one)} makes of a function is not known"
    if ">>>" in (ast.get_docstring(node, clean=False) or ""):
        return "doctest passes over what is wrapped"
    source = file.syntax.of(node)
    if (found := FRAMES.search(source)) is not None:
        return f"it asks who has called it (`{found[0]}`)"
    inside = re.compile(rf"\b{re.escape(node.name)}{_INSIDE}")
    for path in project.mentioning([node.name]):
        data = project.source(path).data
        if b".__" in data and (found := inside.search(project.source(path).text())) is not None:
            return f"{path} looks inside of it (`{found[0]}`)"
    return ""


def _accessor(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _ACCESSORS and isinstance(node.value, ast.Name)


def _meaning(file: Probed, node: ast.expr) -> str:
    """What a decorator is, dotted; "" for what is not known."""
    called = node.func if isinstance(node, ast.Call) else node
    occurrence = file.syntax.occurrence(called)
    if occurrence is None:
        return ""
    if file.syntax.file.occurrences.unbound(occurrence):
        return f"builtins.{occurrence.name}"
    meaning = file.references.meaning(file.path, occurrence)
    return meaning.name if isinstance(meaning, External) else ""
