"""What a move of some symbols would change without a word, so that it is refused."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Final

from overhaul.errors import Refused, Unreadable
from overhaul.naming.meanings import External, Symbol
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.named_strings import own_names
from overhaul.refactoring.units import Unit, bare, outermost

if TYPE_CHECKING:
    from overhaul.project import Project

QUIET_DECORATORS: Final = frozenset({
    "abc", "builtins", "classmethod", "collections", "contextlib", "dataclasses", "enum", "functools", "property",
    "staticmethod", "typing", "typing_extensions", "warnings", "asyncio", "types", "attr", "attrs", "deprecated",
    "zope", "click", "six", "wrapt", "tenacity", "unittest",
})  # fmt: skip
"""Packages whose decorators keep no list of what they decorate."""
_BUILDING: Final = re.compile(r"(^|[._])(test|tests|conftest)($|[._])|(^|\.)test_|_test$")
_LISTING: Final = re.compile(
    r"\.(append|appendleft|add|attach|connect|extend|insert|register|setdefault|subscribe|update)\("
    r"|\]\s*=[^=]|\bheappush\(|\bglobal\b"
)
_SUBCLASSES: Final = re.compile(r"(\w*)\s*\.\s*__subclasses__\b|__subclasses__")
_DEEP: Final = 3
"""How many calls deep is looked for what puts things into lists."""


def refuse_names(module: str, names: Collection[str], path: str) -> None:
    """Raises Refused for names that mean something to Python itself."""
    for name in sorted(names):
        if name.startswith("__") and name.endswith("__"):
            raise Refused(f"{path}: {name} means something to Python where it stands: move it by hand")
    if _BUILDING.search(module):
        raise Refused(f"{path}: what a test runner collects is found by its place: move tests by hand")


def refuse_by_name(file: Bindings, unit: Unit) -> None:
    """Raises Refused where the module looks a symbol up in its own namespace by a string."""
    for listed, certain in own_names(file, unit.names):
        if certain:
            raise Refused(f"{file.path}:{listed.line}: {listed.name} is looked up in globals(): move it by hand")


def refuse_replaced(
    project: Project, file: Bindings, names: Collection[str], paths: Collection[str] | None = None
) -> None:  # fmt: skip
    """Raises Refused where another file gives some global names of a module another value, as tests do.

    What has moved away would not see it. Strings with the whole dotted name are looked after elsewhere. `paths` are the
    files that may, where somebody knows that already.
    """
    if not names:
        return
    last = file.module.rpartition(".")[2]
    either = "|".join(map(re.escape, sorted(names)))
    renamed = re.compile(rf"\b{re.escape(last)}\s+as\s+(\w+)")
    for path in project.mentioning(names) if paths is None else sorted(paths):
        if path == file.path:
            continue
        try:
            text = project.source(path).text()
        except Unreadable:
            continue
        if (match := _giving(either, [last, *renamed.findall(text)]).search(text)) is not None:
            line = text.count("\n", 0, match.start()) + 1
            what = " ".join(match[0].split())
            raise Refused(f"{path}:{line}: {what} gives {file.module} another value, which the moved code would not "
                          "see: move it by hand")  # fmt: skip


def _giving(either: str, called: Collection[str]) -> re.Pattern[str]:
    """What gives one of some names of a module a value, by what the module is called.

    No part may match a text in two ways: such an expression takes for ever on a long line.
    """
    owner = rf"(?:[\w.]+\.)?(?:{'|'.join(map(re.escape, sorted(set(called))))})"
    return re.compile(
        rf"(?<![\w.]){owner}\.(?:{either})\s*(?:=(?!=)|[-+*/|&]=)"
        rf"|^[ \t]*(?:[\w.*]+[ \t]*,[ \t]*)*{owner}\.(?:{either})\s*(?:,[\w.,* \t]*|:[^\n=]+)=(?!=)"
        rf"|\b(?:as|for|del)\s+(?:[\w.]+\s*,\s*)*{owner}\.(?:{either})\b(?!\s*[.(\[])"
        rf"|\b(?:setattr|object|delattr|multiple|setitem)\(\s*(?:target\s*=\s*)?{owner}\s*,"
        rf"\s*(?:(?:attribute|name)\s*=\s*)?[\"'](?:{either})[\"']"
        rf"|\bmultiple\(\s*(?:target\s*=\s*)?{owner}\s*,[^()]*\b(?:{either})\s*=(?!=)",
        re.MULTILINE,
    )


def rebound(file: Bindings, name: str) -> int:
    """The line of a function that assigns a global by `global`; 0 where none does."""
    for one in file.occurrences.named(name):
        if one.role == "global":
            return one.line
    return 0


def bound_again(file: Bindings, name: str) -> int:
    """The line where a global of the module is bound once more by a statement of its own; 0 where none does.

    Overloads and the branches of one statement count once.
    """
    places: dict[int, tuple[int, str]] = {}
    for one in file.bindings(file.top, name):
        if isinstance(one, Taken) or one.scope is not file.top:
            continue
        statement = outermost(file, one)
        places[statement.number] = one.line, type(statement.node).__name__
    lines = [line for line, kind in places.values() if kind != "FunctionDef"]
    return lines[-1] if len(places) > 1 and lines else 0


def registering(project: Project, file: Bindings, unit: Unit) -> Iterator[tuple[str, bool]]:
    """Why the module must go on to import what has moved, each reason with whether it is certain.

    Decorators and base classes may keep lists: what is never imported is on none.
    """
    for statement in unit.statements:
        node = statement.node
        kind = type(node).__name__
        for one in getattr(node, "decorators", ()) if kind in ("FunctionDef", "ClassDef") else ():
            name = bare(one.decorator)
            if name.partition(".")[0] in unit.names:
                continue
            meaning = project.symbols.lookup(file.module, "", name) if name else None
            match meaning:
                case External(name=dotted) if dotted.partition(".")[0] in QUIET_DECORATORS:
                    continue
                case Symbol(kind="function") if not lists(project, meaning):
                    continue
                case _:
                    yield f"@{name or '...'} may keep a list of what it decorates", True
        if kind in ("Assign", "AnnAssign") and type(node.value).__name__ == "Call":
            name = bare(node.value)
            meaning = project.symbols.lookup(file.module, "", name) if name else None
            if name.partition(".")[0] not in unit.names and (
                isinstance(meaning, Symbol) and meaning.kind == "function" and lists(project, meaning)
            ):
                yield f"{name}(...) may keep a list of what it makes", True
        if kind == "ClassDef":
            yield from _bases(project, file, node)


def lists(project: Project, symbol: Symbol, deep: int = _DEEP) -> bool:
    """Whether a function, or one that it calls, puts something into a container, as far as one can see."""
    symbols = project.symbols
    row = symbols.interior(symbol.module).functions.get(symbol.name)
    if row is None:
        return True
    lines = project.source(symbol.path).text().splitlines()[row.line - 1 : row.end]
    if _LISTING.search("\n".join(lines)) is not None:
        return True
    for used in symbols.used[symbol.module] if deep else ():
        if used.how == "call" and f"{used.scope}.".startswith(f"{symbol.name}."):
            meaning = symbols.lookup(symbol.module, used.scope, used.name)
            other = isinstance(meaning, Symbol) and meaning.kind == "function" and not meaning.same(symbol)
            if other and isinstance(meaning, Symbol) and lists(project, meaning, deep - 1):
                return True
    return False


def _bases(project: Project, file: Bindings, node: Any) -> Iterator[tuple[str, bool]]:
    symbols = project.symbols
    for one in symbols.order(file.module, node.name.value)[1:]:
        match one:
            case Symbol(module=module, name=name):
                inside = symbols.interior(module)
                if inside.member(name, "__init_subclass__") is not None:
                    yield f"{name}.__init_subclass__ is told of its subclasses", True
                row = inside.classes.get(name)
                for keyword, text in row.keywords if row is not None else ():
                    if keyword == "metaclass" and isinstance(symbols.lookup(module, "", text), Symbol):
                        yield f"the metaclass {text} of {name} is told of its subclasses", True
            case External(name=name) if name.partition(".")[0] not in QUIET_DECORATORS and not _standard(name):
                yield f"the base {name} may keep a list of its subclasses", False
            case _:
                continue
    row = symbols.interior(file.module).classes.get(node.name.value)
    own = [one for one in symbols.order(file.module, node.name.value)[1:] if isinstance(one, Symbol)]
    if row is not None and own and _asks_for_subclasses(project, {one.name.rpartition(".")[2] for one in own}):
        yield "somebody asks for __subclasses__()", True


def _asks_for_subclasses(project: Project, bases: Collection[str]) -> bool:
    """Whether a file asks one of some classes, or a variable, for its subclasses."""
    for path in project.mentioning(["__subclasses__"]):
        try:
            text = project.source(path).text()
        except Unreadable:
            return True
        for match in _SUBCLASSES.finditer(text):
            asked = match[1] or ""
            if asked in bases or not asked[:1].isupper():
                return True
    return False


def _standard(name: str) -> bool:

    return name.partition(".")[0] in sys.stdlib_module_names
