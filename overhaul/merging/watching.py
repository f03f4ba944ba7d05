"""Who sees which of several definitions it is: those that replace it, are handed several, or tell them apart."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.errors import Refused, Unreadable
from overhaul.merging.calls import Calls
from overhaul.merging.constants import starred
from overhaul.merging.definitions import Member
from overhaul.moving.guards import refuse_replaced
from overhaul.moving.namespace import asked_for
from overhaul.refactoring.references import Found, References

if TYPE_CHECKING:
    from overhaul.project import Project

_GIVING: Final = re.compile(r"\b(?:patch|setattr|delattr)\b")
_NAMESPACE: Final = re.compile(r"\.\s*(?:__dict__|__mro__|__bases__|__base__|__subclasses__|mro\b)")
_TELLING: Final = frozenset({"isinstance", "issubclass"})


class Value(NamedTuple):
    """A place that uses a definition, and neither calls it nor takes something of it."""

    path: str
    line: int
    what: str
    """How it is used, as one reads it."""


def refuse_replaced_anywhere(
    project: Project, references: References, member: Member, *, home: bool, itself: bool = True
) -> None:  # fmt: skip
    """Raises Refused where somebody may give a module of a definition other values than those that are written there.

    `home`: whether the definition stays, so that a value in its own place comes to be seen by more than before.
    `itself`: the definition is one of these values; else only what it uses.
    """
    bound = {name for name in member.needs if member.file.bindings(member.file.top, name)}
    names = bound | ({member.name} if itself else set[str]())
    refuse_replaced(project, member.file, sorted(names))
    # A builtin that somebody puts into a module hides Python's from what stands there.
    builtin = member.builtins
    refuse_replaced(project, member.file, builtin, list(_naming(project, member, builtin)))
    bound |= builtin
    names |= builtin
    for why in asked_for(project, references, member.file, member.unit):
        raise Refused(f"{member.where}: {why}, and may give it others: merge {member.name} by hand")
    module = re.escape(member.module)
    named = "|".join(map(re.escape, sorted(names if home or not itself else bound | {f"{member.name}."})))
    dotted = re.compile(rf"[\"']{module}\.(?:{named})(?:\.\w+)*[\"']|[\"']{module}\.?(?:[\"']|\{{)")
    last = member.module.rpartition(".")[2]
    computed = re.compile(rf"\b(?:setattr|delattr|object)\(\s*(?:[\w.]+\.)?{re.escape(last)}\s*,(?!\s*[\"'])")
    for path in project.mentioning([last]):
        if path == member.symbol.path:
            continue
        try:
            text = project.source(path).text()
        except Unreadable:
            continue
        match = computed.search(text) or (dotted.search(text) if _GIVING.search(text) is not None else None)
        if match is not None:
            line = text.count("\n", 0, match.start()) + 1
            raise Refused(f"{path}:{line}: {' '.join(match[0].split())} may give {member.module} another value, which "
                          f"others than now would see: merge {member.name} by hand")  # fmt: skip


def _naming(project: Project, member: Member, names: Collection[str]) -> Iterator[str]:
    """The files that name the module of a definition and may give some names a value, seen by a cheap look."""
    either = "|".join(map(re.escape, sorted(names)))
    quick = re.compile(rf"\.(?:{either})\s*[-+*/|&=,:]|[\"'](?:{either})[\"']|\b(?:{either})\s*=(?!=)")
    for path in project.mentioning([member.module.rpartition(".")[2]]) if names else ():
        try:
            if quick.search(project.source(path).text()) is not None:
                yield path
        except Unreadable:
            continue


def refuse_star(member: Member) -> None:
    """Raises Refused where a star import behind a definition may bring another under its name."""
    for line in starred(member, member.name.partition(".")[0]):
        if line >= member.node.lineno:
            raise Refused(f"{member.symbol.path}:{line}: the star import may bring another {member.name}: name "
                          "what is taken there first")  # fmt: skip


def star_importers(project: Project, module: str) -> Iterator[str]:
    """The modules that import all names of one by a star."""
    symbols = project.symbols
    for path in project.mentioning([module.rpartition(".")[2]]):
        importer = project.layout.module_of(path)
        for row in symbols.imports[importer]:
            if any(name == "*" for name, _ in row.names):
                absolute = symbols.absolute(importer, f"{'.' * row.level}{row.target}")
                if absolute and symbols.locate(absolute, importer) == module:
                    yield importer


def values(calls: Calls, member: Member, found: Sequence[Found]) -> Iterator[Value]:
    """Every place that hands a definition on, or tells others by it."""
    for one in found:
        if one.how not in ("name", "attribute"):
            continue
        tree, _ = calls.file(one.path)
        own = one.path == member.symbol.path and one.occurrence is not None and member.unit.has(one.occurrence)
        kind = isinstance(member.node, ast.ClassDef)
        if not own and (what := _use(calls.around(one.path, one.end), tree.node, kind)):
            yield Value(one.path, one.line, what)


def _use(chain: Sequence[ast.AST], top: ast.AST, kind: bool) -> str:
    """How a name is used by what it stands in, innermost first; "" where it is only called, or a type."""
    for inner, outer in itertools.pairwise((*chain, top)):
        match outer:
            case ast.Call(func=function) if inner is function:
                return ""
            case ast.Call(func=function):
                name = ast.unparse(function).rpartition(".")[2]
                placed = inner in outer.args[:1] or (isinstance(inner, ast.keyword) and inner.arg == "key")
                # A test runner calls its values by their place.
                if not kind and ((name in _PLACING and placed) or name == "parametrize"):
                    return ""
                return f"{name}()" if name in _TELLING else f"handed to {name}()"
            case ast.ExceptHandler(type=caught) if inner is caught:
                return "except"
            case ast.MatchClass():
                return "case"
            case ast.arg(annotation=annotation) if inner is annotation:
                return "" if not _registered(chain) else "the type that a registered function takes"
            case ast.AnnAssign(annotation=annotation) if inner is annotation:
                return ""
            case ast.FunctionDef() | ast.AsyncFunctionDef() if inner is outer.returns:
                return ""
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                # A decorator, a base.
                return ""
            case ast.Attribute() | ast.Delete() | ast.Raise():
                return ""
            case ast.stmt():
                return "" if isinstance(outer, ast.Expr) else "kept"
            case _:
                continue
    return ""


def _registered(chain: Sequence[ast.AST]) -> bool:
    function = next((one for one in chain if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)), None)
    return function is not None and any("regist" in ast.unparse(one) for one in function.decorator_list)


def refuse_told_apart(used: Mapping[Member, Sequence[Value]]) -> None:
    """Raises Refused where one file, or one function, is handed several of the definitions: it may tell them apart."""
    seen: dict[str, tuple[Member, Value]] = {}
    for member, several in used.items():
        for one in several:
            keys = [one.path] + ([one.what] if one.what.startswith("handed") else [])
            for key in keys:
                first, place = seen.setdefault(key, (member, one))
                if first is not member:
                    raise Refused(f"{one.path}:{one.line}: {member.name} is used as a value ({one.what}), and so is "
                                  f"{first.target} in {place.path}:{place.line} ({place.what}): what gets both may "
                                  "tell them apart: merge them by hand")  # fmt: skip


def refuse_changed(calls: Calls, member: Member, found: Sequence[Found]) -> None:
    """Raises Refused where an attribute of a definition is set or deleted, or its own names are asked for."""
    for one in found:
        if one.how not in ("name", "attribute"):
            continue
        chain = calls.around(one.path, one.end)
        outer = chain[1] if len(chain) > 1 else None
        where = f"{one.path}:{one.line}"
        if isinstance(outer, ast.Attribute) and not isinstance(outer.ctx, ast.Load):
            raise Refused(f"{where}: {member.name}.{outer.attr} is set there, or deleted, for all that use it: merge "
                          f"{member.name} by hand")  # fmt: skip
        called = ast.unparse(outer.func).rpartition(".")[2] if isinstance(outer, ast.Call) else ""
        if called in ("setattr", "delattr", "object", "multiple", "vars"):
            raise Refused(f"{where}: {called}() is given {member.name}: merge it by hand")
        if (match := _NAMESPACE.match(member.project.source(one.path).text(), one.end)) is not None:
            raise Refused(f"{where}: {match[0].lstrip('. ')} of {member.name} is asked for, which would be another: "
                          "merge it by hand")  # fmt: skip


_PLACING: Final = frozenset({"map", "filter", "sorted", "min", "max"})
