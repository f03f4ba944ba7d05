"""Which functions are measured, and which of them might notice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final

import msgspec

from overhaul.changes import Target
from overhaul.errors import Refused, UsageError
from overhaul.instrumenting.probes import FRAMES, Probed, dotted
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
_AFTER: Final = re.compile(r"\.(?:setter|getter|deleter)\b")
_MAKING: Final = frozenset({
    "dataclasses.dataclass", "enum.unique", "functools.total_ordering", "typing.final", "typing.runtime_checkable",
    "typing_extensions.final", "typing_extensions.runtime_checkable",
})  # fmt: skip
"""Decorators of classes that leave methods as they are, or break `super()` in whichever way (slots before 3.14)."""
_GENERAL: Final = re.compile(
    r"\bget(?:full)?argspec\b|\.__(?:code|defaults|kwdefaults)__\b|\.(?:gi|cr|ag)_(?:code|frame)\b"
)
"""What tells more of any function than a call can see; `inspect.signature` looks through a wrapper."""
_LOOKING: Final = (
    "__code__", "__defaults__", "__kwdefaults__", "ag_code", "ag_frame", "cr_code", "cr_frame", "getargspec",
    "getfullargspec", "gi_code", "gi_frame",
)  # fmt: skip
_COUNTING: Final = re.compile(r"\bstacklevel\s*=\s*(\d+)|\b_getframe\((\d+)\)")
_INSIDE: Final = r"\.__(?:code|defaults|kwdefaults|globals|closure)__\b"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Chosen(msgspec.Struct, frozen=True):
    """A definition that is to be measured."""

    target: Target
    node: Function
    doubt: str
    """Why it may notice; "" where it cannot."""

    @property
    def recursive(self) -> bool:
        """Whether it may call itself: by then it takes two frames a level."""
        last = self.target.name.rpartition(".")[2]
        called = (dotted(one.func) for one in ast.walk(self.node) if isinstance(one, ast.Call))
        return any(one in (last, f"self.{last}", f"cls.{last}") for one in called)


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


class Looking:
    """The places where a project looks into functions, whichever they are."""

    def __init__(self, project: Project) -> None:
        """Nothing is read before it is asked for."""
        self._project = project

    @cached_property
    def places(self) -> Sequence[str]:
        """`path:line` of each."""
        found = self._project.mentioning(_LOOKING)
        return [place for path in found for place in self._in(path)]

    def _in(self, path: str) -> Iterator[str]:
        text = self._project.source(path).text()
        own = self._project.symbols.interior(self._project.layout.module_of(path)).functions
        for match in _GENERAL.finditer(text):
            of = re.search(r"\w*$", text[: match.start()])
            # Who names the function is found with the function.
            if of is None or of[0] not in own:
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}"

    @cached_property
    def counting(self) -> Sequence[tuple[str, int]]:
        """Path and line of what counts further up than to its caller: frames between change what it points at."""
        return [
            (path, text.count("\n", 0, match.start()) + 1)
            for path in self._project.mentioning(("stacklevel", "_getframe"))
            for text in (self._project.source(path).text(),) for match in _COUNTING.finditer(text)
            if int(match[1] or 0) > 2 or int(match[2] or 0) > 1
        ]  # fmt: skip

    def at(self, name: str) -> str:
        """Where a function of that name may be looked into: it is handed about, and somebody looks. "" for nowhere."""
        if not self.places:
            return ""
        for path in self._project.mentioning((name,)):
            occurrences = self._project.occurrences(path)
            for one in occurrences.named(name):
                accessor = _AFTER.match(occurrences.text, one.end) is not None
                if one.role in ("load", "attribute") and one.use == "load" and not accessor:
                    return self.places[0]
        return ""


def chosen(project: Project, file: Probed, target: Target, looking: Looking) -> Iterator[Chosen]:
    """The definitions of a function: one, but for properties and branches; overloads, which never run, are left out."""
    for node in file.syntax.definitions.get(target.name, ()):
        if isinstance(node, ast.ClassDef) or file.syntax.function(node) is not None:
            continue
        meanings = [_meaning(file, one) for one in node.decorator_list]
        if any(one in _OVERLOAD for one in meanings):
            continue
        doubt = _doubt(project, file, node, meanings)
        if not doubt and (place := looking.at(node.name)):
            doubt = f"it is handed about, and {place} looks into functions"
        yield Chosen(target, node, doubt)


def own(file: Probed, node: Function) -> ast.expr | None:
    """The decorator that was put in."""
    return next((one for one in node.decorator_list if file.is_probe(one, "probed")), None)


def _doubt(project: Project, file: Probed, node: Function, meanings: Sequence[str]) -> str:
    for one, meaning in zip(node.decorator_list, meanings, strict=True):
        if meaning not in _TRANSPARENT and not _accessor(one) and not file.is_probe(one, "probed"):
            return f"what @{ast.unparse(one)} makes of a function is not known"
    if ">>>" in (ast.get_docstring(node, clean=False) or ""):
        return "doctest passes over what is wrapped"
    if (by := _made_anew(file, node)) is not None:
        return f"@{by} may make the class anew, and then not find its `super()`"
    if any(_levels(one) for one in ast.walk(node)):
        return "it warns with a level of the stack"
    source = file.syntax.of(node)
    if (found := FRAMES.search(source)) is not None:
        return f"it asks who has called it (`{found[0]}`)"
    inside = re.compile(rf"\b{re.escape(node.name)}{_INSIDE}")
    for path in project.mentioning([node.name]):
        data = project.source(path).data
        if b".__" in data and (found := inside.search(project.source(path).text())) is not None:
            return f"{path} looks inside of it (`{found[0]}`)"
    return ""


def _levels(node: ast.AST) -> bool:
    """Whether it is `warn(message, category, level)`."""
    return isinstance(node, ast.Call) and len(node.args) > 2 and dotted(node.func).rpartition(".")[2] == "warn"


def _made_anew(file: Probed, node: Function) -> str | None:
    """The decorator of the class around a method that speaks of its class, if it may copy the class (as attrs does)."""
    owner = file.syntax.parents.get(node)
    speaks = any(isinstance(one, ast.Name) and one.id in ("super", "__class__") for one in ast.walk(node))
    if not isinstance(owner, ast.ClassDef) or not speaks:
        return None
    return next((ast.unparse(one) for one in owner.decorator_list if _meaning(file, one) not in _MAKING), None)


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
