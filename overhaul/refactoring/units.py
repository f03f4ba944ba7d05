"""What belongs to a symbol of a module: the statements that make it, and those that go on making it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

from overhaul.errors import Refused
from overhaul.occurrences.finding import Occurrence, Statement
from overhaul.refactoring.bindings import BINDING, Bindings, Taken
from overhaul.text import IMPORTS, dotted

_DEFINING: Final = ("FunctionDef", "ClassDef", "Assign", "AnnAssign", "AugAssign", "TypeAlias")
_COMPOUND: Final = ("If", "Try", "TryStar", "With", "For", "While", "Match")


class Unit(NamedTuple):
    """Some symbols of a module, with all that makes them."""

    statements: tuple[Statement, ...]
    """Of the module's own suite, in the order of the text."""
    names: frozenset[str]
    """All that they bind at the level of the module."""

    def has(self, one: Occurrence) -> bool:
        """Whether a name stands in it."""
        return any(part.names[0] <= one.number < part.names[1] for part in self.statements)

    def has_statement(self, statement: Statement) -> bool:
        """Whether a statement stands in it."""
        return any(part.start <= statement.start < part.end for part in self.statements)


def unit_of(file: Bindings, names: Collection[str]) -> Unit:
    """What some symbols are made of. Raises Refused where something else is made in the same breath."""
    found: dict[int, Statement] = {}
    wanted = set(names)
    for name in sorted(names):
        for statement in _binding(file, name, wanted):
            found[statement.number] = statement
    while True:
        more = [one for one in own_statements(file) if one.number not in found and _attached(file, one, wanted, found)]
        if not more:
            break
        for one in more:
            found[one.number] = one
            wanted.update(bound_by(file, one))
    statements = tuple(found[number] for number in sorted(found))
    _refuse_between(file, statements, wanted)
    return Unit(statements, frozenset(wanted))


def own_statements(file: Bindings) -> Iterator[Statement]:
    """The statements of the module's own suite."""
    return (one for one in file.occurrences.statements if one.suite == -1)


def outermost(file: Bindings, one: Occurrence) -> Statement:
    """The statement of the module's own suite that a name stands in."""
    statement = file.occurrences.statement_of(one)
    while statement.suite != -1:
        statement = file.occurrences.statements[statement.suite]
    return statement


def bound_by(file: Bindings, statement: Statement) -> frozenset[str]:
    """The module's variables that a statement binds, be it in a function by `global`."""
    first, last = statement.names
    here = file.occurrences.all[first:last]
    return frozenset(
        one.name for one in here
        if (one.role in BINDING or one.role in ("taken", "module")) and file.home_of(one) is file.top
    )  # fmt: skip


def _binding(file: Bindings, name: str, names: Collection[str]) -> Iterator[Statement]:
    """The statements that make a symbol."""
    bindings = file.bindings(file.top, name)
    if not bindings:
        raise Refused(f"{file.path}: {file.module} does not bind {name} itself: name the module that defines it")
    for one in bindings:
        if isinstance(one, Taken):
            where = f"{file.path}:{one.statement.line}"
            raise Refused(f"{where}: {name} is imported there: name the module that defines it")
        statement = outermost(file, one)
        kind = type(statement.node).__name__
        where = f"{file.path}:{one.line}"
        if one.scope is not file.top:
            if kind == "FunctionDef" and statement.node.name.value in names:
                continue
            raise Refused(f"{where}: {name} is assigned by a function (global): move that by hand")
        if one.role == "delete":
            raise Refused(f"{where}: {name} is deleted there: move it by hand")
        others = bound_by(file, statement) - {name}
        if kind not in _DEFINING and kind not in _COMPOUND:
            raise Refused(f"{where}: {name} is bound in a way that cannot be moved: move it by hand")
        if kind in ("FunctionDef", "ClassDef") and others - _by_global(file, statement):
            raise Refused(f"{where}: {name} is bound beside {', '.join(sorted(others))}: move it by hand")
        yield statement


def _by_global(file: Bindings, statement: Statement) -> frozenset[str]:
    """What functions in a statement assign by `global`."""
    first, last = statement.names
    return frozenset(one.name for one in file.occurrences.all[first:last] if one.role == "global")


def refuse_others(file: Bindings, unit: Unit, names: Collection[str]) -> None:
    """Raises Refused where a unit makes more than what is asked for."""
    for statement in unit.statements:
        others = bound_by(file, statement) - set(names) - {"_"}
        if others and type(statement.node).__name__ not in ("FunctionDef", "ClassDef"):
            what = ", ".join(sorted(others))
            where = f"{file.path}:{statement.line}"
            raise Refused(f"{where}: {what} is bound in the same statement: move them together (with = [...])")
        for one in sorted(others):
            where = f"{file.path}:{statement.line}"
            raise Refused(f"{where}: assigns the global {one} of the module: move it too (with = [{one!r}])")


def _attached(file: Bindings, statement: Statement, names: set[str], found: Collection[int]) -> bool:
    """Whether a statement says more of the symbols: `X.a = ...`, `@x.register`, `Base.register(X)`."""
    node = statement.node
    match type(node).__name__:
        case "Assign":
            return all(_root(target.target) in names and not _plain(target.target) for target in node.targets)
        case "AugAssign" | "AnnAssign":
            return _root(node.target) in names and not _plain(node.target)
        case "FunctionDef":
            return any(_root(one.decorator) in names and not _plain(one.decorator) for one in node.decorators)
        case "Expr" if type(node.value).__name__ == "Call":
            return _says_more(file, statement, node.value, names)
        case _:
            return False


def _says_more(file: Bindings, statement: Statement, call: Any, names: set[str]) -> bool:
    """Whether a call is about the symbols, and needs nothing that the module makes itself."""
    if _root(call.func) in names and not _plain(call.func):
        return True
    first, last = statement.names
    here = [one for one in file.occurrences.all[first:last] if file.home_of(one) is file.top]
    if not any(one.name in names for one in here):
        return False
    others = {one.name for one in here} - names
    return all(
        all(isinstance(binding, Taken) for binding in file.bindings(file.top, other)) for other in others
    )  # fmt: skip


def _root(node: Any) -> str:
    """The name that an expression begins with: `x` in `x.a[0].b(...)`; "" for others."""
    while True:
        match type(node).__name__:
            case "Name":
                name: str = node.value
                return name
            case "Attribute" | "Subscript":
                node = node.value
            case "Call":
                node = node.func
            case _:
                return ""


def _plain(node: Any) -> bool:
    return type(node).__name__ == "Name"


def _refuse_between(file: Bindings, statements: Sequence[Statement], names: Collection[str]) -> None:
    """Raises Refused where a symbol is bound again behind a statement that has used it before."""
    numbers = {one.number for one in statements}
    first_bound: dict[str, int] = {}
    last: dict[str, int] = {}
    for one in statements:
        for name in bound_by(file, one):
            first_bound.setdefault(name, one.number)
            last[name] = one.number
    for statement in own_statements(file):
        if statement.number in numbers or type(statement.node).__name__ in IMPORTS:
            continue
        first, end = statement.names
        for use in file.occurrences.all[first:end]:
            late = use.name in names and first_bound.get(use.name, 0) < statement.number < last.get(use.name, -1)
            if late and file.home_of(use) is file.top and at_import(use):
                where = f"{file.path}:{use.line}"
                raise Refused(f"{where}: {use.name} is used there before it is bound once more: move it by hand")


def at_import(one: Occurrence) -> bool:
    """Whether a name is looked up when its module is imported: it stands in no body of a function or lambda."""
    scope = one.scope
    while scope.parent is not None:
        if scope.kind in ("function", "lambda"):
            return False
        scope = scope.parent
    return True


def is_script(statement: Statement, text: str) -> bool:
    """`if __name__ == "__main__":`."""
    head = text[statement.start : statement.end].partition("\n")[0]
    return type(statement.node).__name__ == "If" and "__name__" in head and statement.node.orelse is None


def in_script(file: Bindings, one: Occurrence) -> bool:
    """Whether a name stands under `if __name__ == "__main__":`."""
    return is_script(outermost(file, one), file.occurrences.text)


def bare(node: Any) -> str:
    """What a decorator or base names: `a.b` of `a.b(...)`, `a.b[...]` and `a.b`; "" for other expressions."""
    while type(node).__name__ in ("Call", "Subscript"):
        node = node.func if type(node).__name__ == "Call" else node.value
    return dotted(node)
