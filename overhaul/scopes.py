"""Scopes and suites of one module, and what is bound and used in them, as the one walk meets it."""

from enum import IntEnum
from typing import TYPE_CHECKING, Final, TypeAlias

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
