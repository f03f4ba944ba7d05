"""Scopes and suites of one module, and what is bound and used in them, as the one walk meets it."""

from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import libcst as cst


class Role(IntEnum):
    """What a name does where it stands; below ASSIGN it is used, from there on it is bound."""

    LOAD = 0
    CALL = 1
    STORE = 2
    """An attribute of it is assigned: `name.attr = ...`."""
    DELETE = 3
    ANNOTATION = 4
    QUOTED = 5
    """Named inside a quoted annotation."""
    ASSIGN = 10
    IMPORT = 11
    DEFINE = 12
    CLASS = 13
    PARAMETER = 14
    DECLARE = 15
    """Annotated without a value: bound for the compiler, not at run time."""
    UNBIND = 16
    """`del name`."""


FIRST_BINDING: Final = Role.ASSIGN


Event: TypeAlias = "tuple[int, str, int, Block, cst.CSTNode | None]"
"""One name that is used or bound, in the order of execution within its suite: role, name (plain, or a whole chain of
attribute names), line, the suite it stands in, and for a binding the node that binds. A plain tuple, for there is one
for each name of the source."""

Use: TypeAlias = tuple[str, int, str, int]
"""A name that a scope uses and does not bind as a local variable: the scope's dotted name, role, name, line."""


class Scope:
    """A module, class, function, lambda or comprehension: a space of names."""

    __slots__ = ("kind", "name", "node", "parent", "line", "end", "events", "bound", "imported", "elsewhere", "inner",
                 "receiver", "defined_in")

    def __init__(self, kind: str, name: str, node: "cst.CSTNode", parent: "Scope | None", line: int) -> None:
        """Open a scope of `kind` (module, class, function, lambda, comprehension) with its dotted `name`."""
        self.kind = kind
        self.name = name
        self.node = node
        self.parent = parent
        self.line = line
        self.end = line
        """Last line of its body."""
        self.events: list[Event] = []
        self.bound: set[str] = set()
        self.imported: set[str] = set()
        """Names that an import binds here."""
        self.elsewhere: dict[str, str] = {}
        """Names that `global` or `nonlocal` gives to an outer scope."""
        self.inner: list[Use] = []
        """Uses of scopes inside that none of them binds."""
        self.receiver = ""
        """`self` or `cls` for a method whose first parameter is the instance or the class, whatever it is called."""
        self.defined_in: Block | None = None

    @property
    def top(self) -> bool:
        """Whether this is the module's own scope."""
        return self.parent is None

    @property
    def within(self) -> str:
        """The dotted name of the innermost function around it; "" when there is none."""
        scope = self.parent
        while scope is not None and scope.kind not in ("function", "lambda"):
            scope = scope.parent
        return scope.name if scope is not None else ""

    @property
    def at_import(self) -> bool:
        """Whether its body runs when the module is imported."""
        scope: Scope | None = self
        while scope is not None:
            if scope.kind in ("function", "lambda"):
                return False
            scope = scope.parent
        return True


class Block:
    """A suite: the body of a scope, or of one branch of a statement."""

    __slots__ = ("kind", "node", "parent", "scope")

    def __init__(self, kind: str, node: "cst.CSTNode", parent: "Block | None", scope: Scope) -> None:
        """A suite of `kind` (body, if, else, while, for, try, except, finally, with, case) that belongs to `node`."""
        self.kind = kind
        self.node = node
        self.parent = parent
        self.scope = scope


class Situation(NamedTuple):
    """Under which circumstances a statement runs."""

    deferred: bool
    """In the body of a function: not at import."""
    typing: bool
    """Under `if TYPE_CHECKING`: never."""
    conditional: bool
    """In a branch that need not be taken at import."""
    caught: bool
    """A failing import is caught around it."""


def situation(block: Block | None) -> Situation:
    """The circumstances of what stands in `block`."""
    deferred = typing = conditional = caught = inside = False
    while block is not None:
        match block.kind:
            case "body":
                if block.node.__class__.__name__ in ("FunctionDef", "Lambda"):
                    # What catches a failure has to stand around the call, not around the definition.
                    if not deferred:
                        inside, caught = caught, False
                    deferred = True
            case "if":
                if _is_type_checking(block.node.test):  # type: ignore[attr-defined]
                    typing = True
                elif not _is_not_type_checking(block.node.test):  # type: ignore[attr-defined]
                    conditional = True
            case "orelse":
                if _is_not_type_checking(block.node.test):  # type: ignore[attr-defined]
                    typing = True
                elif not _is_type_checking(block.node.test):  # type: ignore[attr-defined]
                    conditional = True
            case "try":
                conditional = True
                caught = caught or any(_catches(handler) for handler in block.node.handlers)  # type: ignore[attr-defined]
            case "with":
                caught = caught or any(_suppresses(item.item) for item in block.node.items)  # type: ignore[attr-defined]
            case "except" | "case" | "while" | "for":
                conditional = True
        block = block.parent
    return Situation(deferred, typing, conditional and not deferred, inside if deferred else caught)


_IMPORT_FAILURES: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _last(node: object) -> str:
    """The last name of a chain: `typing.TYPE_CHECKING` -> `TYPE_CHECKING`."""
    name = getattr(node, "attr", node)
    value = getattr(name, "value", "")
    return value if isinstance(value, str) else ""


def _is_type_checking(test: object) -> bool:
    return test.__class__.__name__ in ("Name", "Attribute") and _last(test) == "TYPE_CHECKING"


def _is_not_type_checking(test: object) -> bool:
    return (
        test.__class__.__name__ == "UnaryOperation"
        and test.operator.__class__.__name__ == "Not"  # type: ignore[attr-defined]
        and _is_type_checking(test.expression)  # type: ignore[attr-defined]
    )


def _catches(handler: object) -> bool:
    kind = handler.type  # type: ignore[attr-defined]
    if kind is None:
        return True
    if kind.__class__.__name__ == "Tuple":
        return any(_last(element.value) in _IMPORT_FAILURES for element in kind.elements)
    return _last(kind) in _IMPORT_FAILURES


def _suppresses(item: object) -> bool:
    return (
        item.__class__.__name__ == "Call"
        and _last(item.func) == "suppress"  # type: ignore[attr-defined]
        and any(_last(argument.value) in _IMPORT_FAILURES for argument in item.args)  # type: ignore[attr-defined]
    )
