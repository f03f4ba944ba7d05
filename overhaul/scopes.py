"""Scopes and suites of one module, and what is bound and used in them, as the one walk meets it."""

import sys
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

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


class Imported(NamedTuple):
    """What an import statement says of one name that it binds."""

    module: str
    """The module as written, with its leading dots."""
    taken: str
    """The name taken from it, "*" for all; "" where the module itself is bound."""
    given: bool
    """Bound under a name given by `as`."""
    lazy: bool = False
    """`lazy import` of Python 3.15: the module is loaded when the name is first used."""

    @property
    def target(self) -> str:
        """What the name means: `import a.b` -> `a`, `import a.b as c` -> `a.b`, `from ..a import b` -> `..a.b`."""
        if self.taken == "*":
            return self.module
        if self.taken:
            return f"{self.module}{self.taken}" if self.module.endswith(".") else f"{self.module}.{self.taken}"
        return self.module if self.given else self.module.partition(".")[0]


Event: TypeAlias = "tuple[int, str, int, Block, cst.CSTNode | Imported | None]"
"""One name that is used or bound, in the order of execution within its suite: role, name (plain, or a whole chain of
attribute names), line, the suite it stands in, and for a binding the node that binds, or what the import says. A plain
tuple, for there is one for each name of the source."""

Use: TypeAlias = tuple[str, int, str, int]
"""A name that a scope uses and does not bind as a local variable: the scope's dotted name, role, name, line."""


class Scope:
    """A module, class, function, lambda or comprehension: a space of names."""

    __slots__ = ("bound", "defined_in", "elsewhere", "end", "events", "generic", "imported", "inner", "kind", "line",
                 "name", "node", "parent", "receiver")

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
        self.generic: tuple[frozenset[str], int, int] | None = None
        """Its type parameters, and how many events and uses of inner scopes the scope around it had before them."""

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
    caught: Literal["", "imports", "all"]
    """Which failures are caught around it: of imports, or of names and attributes as well."""
    never: bool
    """Not at import in any case: under the main guard, or for another version of Python."""


def situation(block: Block | None) -> Situation:
    """The circumstances of what stands in `block`."""
    typing = conditional = never = False
    caught: Literal["", "imports", "all"] = ""
    while block is not None:
        node: Any = block.node
        match block.kind:
            case "body":
                if node.__class__.__name__ in ("FunctionDef", "Lambda"):
                    # What counts for a function's body is what stands around the call, and that is not known here.
                    return _outside(block.parent, typing, caught)
            case "if" | "orelse":
                taken = block.kind == "if"
                truth = _truth(node.test, block.scope)
                if truth == "typing":
                    typing = typing or taken
                elif truth == "not typing":
                    typing = typing or not taken
                else:
                    conditional = True
                    never = never or ((truth == "never") == taken and truth in ("never", "always"))
            case "try":
                conditional = True
                caught = max([caught, *(_catches(handler) for handler in node.handlers)], key=_CAUGHT.index)
            case "with":
                if any(_suppresses(item.item) for item in node.items):
                    caught = caught or "imports"
            case "except" | "case" | "while" | "for":
                conditional = True
            case "else" if block.parent is not None and block.parent.kind != "orelse":
                # Of a loop or a try; that of an `if` stands in its "orelse".
                conditional = True
        block = block.parent
    return Situation(False, typing, conditional, caught, never)


def _outside(block: Block | None, typing: bool, caught: Literal["", "imports", "all"]) -> Situation:
    """What is left to know around a function: whether the whole of it is for the type checker."""
    return Situation(True, typing or situation(block).typing, False, caught, False)


_CAUGHT: Final = ("", "imports", "all")
_IMPORT_FAILURES: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _last(node: object) -> str:
    """The last name of a chain: `typing.TYPE_CHECKING` -> `TYPE_CHECKING`."""
    name = getattr(node, "attr", node)
    value = getattr(name, "value", "")
    return value if isinstance(value, str) else ""


def _truth(test: Any, scope: Scope) -> Literal["typing", "not typing", "always", "never", ""]:
    """What is known of a condition in `scope` when a module is imported."""
    match test.__class__.__name__:
        case "Name" | "Attribute":
            return "typing" if _last(test) == "TYPE_CHECKING" or _stands_for_typing(test.value, scope) else ""
        case "UnaryOperation" if test.operator.__class__.__name__ == "Not":
            truth = _truth(test.expression, scope)
            return "not typing" if truth == "typing" else "typing" if truth == "not typing" else ""
        case "BooleanOperation":
            sides = _truth(test.left, scope), _truth(test.right, scope)
            # One side that is false makes the whole of `and` false, one that is true the whole of `or` true.
            if test.operator.__class__.__name__ == "And":
                return "typing" if "typing" in sides else "never" if "never" in sides else ""
            return "not typing" if "not typing" in sides else ""
        case "Comparison" if len(test.comparisons) == 1:
            left, operator = test.left, test.comparisons[0].operator.__class__.__name__
            right = test.comparisons[0].comparator
            if _last(left) == "__name__" and operator == "Equal":
                return "never"
            if _last(left) == "version_info":
                return _version_truth(operator, right)
    return ""


def _stands_for_typing(name: object, scope: Scope) -> bool:
    """Whether a plain name is what the module calls `TYPE_CHECKING`: `from typing import TYPE_CHECKING as name`."""
    top = scope
    while top.parent is not None:
        top = top.parent
    if name not in top.imported:
        return False
    origin = next((event[4] for event in top.events if event[1] == name and event[0] == Role.IMPORT), None)
    return isinstance(origin, Imported) and origin.taken == "TYPE_CHECKING"


def _version_truth(operator: str, right: Any) -> Literal["always", "never", ""]:
    """A comparison with `sys.version_info`, for the Python that overhaul runs on."""
    if right.__class__.__name__ != "Tuple":
        return ""
    parts = [getattr(element.value, "value", "") for element in right.elements]
    if not all(isinstance(part, str) and part.isdigit() for part in parts):
        return ""
    version = tuple(int(part) for part in parts)
    here: tuple[int, ...] = sys.version_info[:3]
    match operator:
        case "GreaterThanEqual":
            truth = here >= version
        case "GreaterThan":
            truth = here > version
        case "LessThan":
            truth = here < version
        case "LessThanEqual":
            truth = here <= version
        case _:
            return ""
    return "always" if truth else "never"


def _catches(handler: Any) -> Literal["", "imports", "all"]:
    kind = handler.type
    if kind is None:
        return "all"
    kinds = [element.value for element in kind.elements] if kind.__class__.__name__ == "Tuple" else [kind]
    names = {_last(one) for one in kinds}
    if names & {"Exception", "BaseException"} or {"AttributeError", "ImportError"} <= names:
        return "all"
    return "imports" if names & _IMPORT_FAILURES else ""


def _suppresses(item: Any) -> bool:
    return (
        item.__class__.__name__ == "Call"
        and _last(item.func) in ("suppress", "raises", "assertRaises")
        and any(_last(argument.value) in _IMPORT_FAILURES for argument in item.args)
    )
