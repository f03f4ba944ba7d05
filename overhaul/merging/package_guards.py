"""What a package has or does beside what its users name, and would be lost with it: a reason to refuse, or to tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from overhaul.changes import Leftover, Target
from overhaul.errors import Refused, Unreadable
from overhaul.facts import Function
from overhaul.later import parsed
from overhaul.merging.loading import printing
from overhaul.moving.guards import rebound
from overhaul.moving.import_effects import effect
from overhaul.moving.modules import Relocation
from overhaul.moving.modules_dangers import loaded_by_name
from overhaul.moving.modules_files import files_of
from overhaul.naming.meanings import External, Symbol
from overhaul.redundancy import Parallel
from overhaul.refactoring.references import References
from overhaul.unifying.mistyped import slipped

if TYPE_CHECKING:
    from overhaul.project import Project

_MORE: Final = ("variadic", "keywords")
_BASE: Final = re.compile(r": the base \S+ may keep")
_THROUGH: Final = re.compile(r"\b(?:iter_modules|walk_packages)\(")


def refuse_mistyped(project: Project, old: str, new: str, tables: Sequence[str]) -> None:
    """Raises Refused where the package that is to go is not there, and one nearly of its name is what is meant.

    `tables`: what the request names in it, `old.module:name`.
    """
    modules = project.layout.modules
    apart = [one for one in modules if not f"{one}.".startswith(f"{new}.")]
    parallel = {frozenset((row.first, row.second)) for row in project.survey.rows(Parallel)}
    for near in get_close_matches(old, apart, cutoff=0.8):
        targets = [one.partition(":") for one in tables if one.startswith((f"{old}.", f"{old}:"))]
        meant = any(f"{near}{module[len(old) :]}" in modules for module, _, _ in targets)
        slip = slipped(old, near) and not project.was(Target(old))
        if meant or slip or frozenset((near, new)) in parallel:
            raise Refused(f"{old}: the project has no such module: did you mean {near}?")


def refuse_lost(project: Project, old: str, new: str, modules: Sequence[str]) -> Iterator[Leftover]:
    """What is to be looked at when a package goes. Raises Refused for what somebody may miss.

    `modules`: all that go with it.
    """
    references = References(project)
    layout = project.layout
    for module in modules:
        place = layout.modules[module]
        _refuse_data(project, old, module)
        if place.kind == "namespace":
            continue
        _refuse_main(project, module)
        if why := effect(project, references, module):
            if _BASE.search(why) is None:
                raise Refused(f"{why}, and nobody would do that any more: do it elsewhere first, or take it out "
                              "(by-hand)")  # fmt: skip
            path, number, told = why.split(":", 2)
            yield project.leftover(path, int(number), Target(module), told.strip())
        try:
            lines = list(printing(parsed(project.source(place.path).text()).body))
        except (Unreadable, SyntaxError, ValueError, RecursionError):
            lines = []
        for line in lines[:1]:
            lost = "it prints when it is imported, which is lost"
            yield project.leftover(place.path, line, Target(module), lost)
        move = Relocation(module, f"{new}.{module.rpartition('.')[2]}", {module: module}, {place.path: place.path})
        yield from loaded_by_name(project, move)
    yield from _gone_through(project, old)


def _refuse_data(project: Project, old: str, module: str) -> None:
    """Raises Refused for files of a package that are no source of the project's: nobody says what takes their place."""
    place = project.layout.modules[module]
    if not place.package:
        return
    known = {path for one in project.layout.modules.values() for path in (one.path, one.stub) if path}
    for path in files_of(project, place)[0]:
        if path not in known:
            raise Refused(f"{path}: a file of {old} that is none of its modules: move it first, or delete it")


def _refuse_main(project: Project, module: str) -> None:
    """Raises Refused for a module that can be run: whoever runs it by its name would run another, or none."""
    path = project.layout.modules[module].path
    line = 1 if path.rpartition("/")[2] == "__main__.py" else 0
    try:
        tree = parsed(project.source(path).text())
    except (Unreadable, SyntaxError, ValueError, RecursionError):
        raise Refused(f"{path}: it cannot be read: mend it first") from None
    for node in tree.body:
        if isinstance(node, ast.If) and "'__name__'" in ast.dump(node.test):
            line = line or node.lineno
    if line:
        raise Refused(f"{path}:{line}: {module} can be run, and {module} would no longer be there: move that part "
                      "first, or take it out (by-hand)")  # fmt: skip


def _gone_through(project: Project, old: str) -> Iterator[Leftover]:
    """Where the modules beside a package are gone through."""
    parent = old.rpartition(".")[0]
    last = parent.rpartition(".")[2]
    for path in project.mentioning(["iter_modules", "walk_packages"]):
        text = project.source(path).text()
        match = _THROUGH.search(text)
        if match is not None and re.search(rf"\b{re.escape(last)}\b" if last else "", text) is not None:
            line = text.count("\n", 0, match.start()) + 1
            yield project.leftover(path, line, Target(old), f"goes through modules, perhaps those beside {old}")


def refuse_unlike(project: Project, one: Symbol, other: Symbol, *, asked: bool) -> Iterator[Leftover]:
    """What is to be looked at when one function or constant takes the place of another.

    Raises Refused where its calls would not fit, or do otherwise. `asked`: somebody has named the pair.
    """
    first, second = (project.symbols.interior(each.module).functions.get(each.name) for each in (one, other))
    where = f"{one.path}:{one.line}"
    if one.kind != other.kind or (first is None) != (second is None):
        kinds = f"a {one.kind}, {other.dotted} a {other.kind}"
        raise Refused(f"{where}: {one.dotted} is {kinds}: write its uses by hand")
    if first is None or second is None:
        yield from _of_values(project, one, other, asked=asked)
        return
    had = [(each.name, each.kind, bool(each.default)) for each in first.parameters]
    has = [(each.name, each.kind, bool(each.default)) for each in second.parameters]
    if has[: len(had)] != had or not all(default or kind in _MORE for _, kind, default in has[len(had) :]):
        raise Refused(f"{where}: {one.dotted} and {other.dotted} take other arguments: write its uses by hand")
    if (sort := _sort(project, one, first)) != (another := _sort(project, other, second)):
        raise Refused(f"{where}: {one.dotted} is {sort}, {other.dotted} is {another}: write its uses by hand")
    for left, right in zip(first.parameters, second.parameters, strict=False):
        if left.default != right.default or not _means_the_same(project, left.default, one, other):
            raise Refused(f"{where}: {left.name} of {one.dotted} is {left.default} where it is not given, and "
                          f"{right.default} of {other.dotted}: give it in every call first")  # fmt: skip


def _sort(project: Project, symbol: Symbol, row: Function) -> str:
    """What calling a function gives: a value, a coroutine, a generator, or what its decorators make of it."""
    plain = {(False, False): "a plain function", (True, False): "a coroutine", (False, True): "a generator",
             (True, True): "an asynchronous generator"}[row.asynchronous, row.generator]  # fmt: skip
    names = [_dotted(project, symbol.module, each.partition("(")[0].lstrip("@")) for each in row.decorators]
    return f"{plain} decorated by {', '.join(names)}" if names else plain


def _dotted(project: Project, module: str, name: str) -> str:
    meaning = project.symbols.lookup(module, "", name)
    return meaning.name if isinstance(meaning, External) else meaning.dotted if isinstance(meaning, Symbol) else name


def _means_the_same(project: Project, default: str, one: Symbol, other: Symbol) -> bool:
    """Whether an expression is the same value in the modules of two symbols, as far as one can see."""
    if not default:
        return True
    try:
        tree = ast.parse(default, mode="eval")
    except SyntaxError:
        return False
    return all(
        _dotted(project, one.module, node.id) == _dotted(project, other.module, node.id)
        for node in ast.walk(tree) if isinstance(node, ast.Name)
    )  # fmt: skip


def _of_values(project: Project, one: Symbol, other: Symbol, *, asked: bool) -> Iterator[Leftover]:
    """Two variables: assigned once each, and by nobody else."""
    references = References(project)
    for symbol in (one, other):
        file = references.bindings(symbol.path)
        if line := rebound(file, symbol.name):
            raise Refused(f"{symbol.path}:{line}: {symbol.dotted} is assigned by a function: write its uses by hand")
        for found in references.to(symbol):
            place = found.occurrence
            if place is not None and found.path != symbol.path and place.role in ("store", "delete"):
                raise Refused(f"{found.path}:{found.line}: {symbol.dotted} is assigned there: write its uses by hand")
            if place is not None and found.how == "attribute" and _assigned(project, found.path, found.end):
                raise Refused(f"{found.path}:{found.line}: {symbol.dotted} is assigned there: write its uses by hand")
    left, right = _value(project, one), _value(project, other)
    if left == right and left:
        return
    why = f"{one.dotted} is {left or 'no plain value'}, {other.dotted} is {right or 'no plain value'}"
    if not asked:
        raise Refused(f"{one.path}:{one.line}: {why}: say in names that one is for the other, or write by hand")
    yield project.leftover(one.path, one.line, Target(one.module, one.name), why)


def _assigned(project: Project, path: str, end: int) -> bool:
    return re.match(r"\s*(?:[-+*/|&%@^]|//|<<|>>|\*\*)?=(?!=)", project.source(path).text()[end : end + 40]) is not None


def _value(project: Project, symbol: Symbol) -> str:
    """The constant that a variable is set to, once; "" for anything else."""
    tree = parsed(project.source(symbol.path).text())
    values: list[ast.expr | None] = []
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(each, ast.Name) and each.id == symbol.name for each in targets):
            values.append(getattr(node, "value", None))
    if len(values) != 1 or values[0] is None:
        return ""
    try:
        return repr(ast.literal_eval(values[0]))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ""
