"""What there is in a file beside its text: scopes, names where they stand, and statements."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["module", "class", "function", "lambda", "comprehension", "type parameters"]
Use: TypeAlias = Literal["load", "store", "delete", "call", ""]
Role: TypeAlias = Literal[
    "load", "store", "delete",  # a variable; store: assigned, for, with, walrus, augmented, annotated, comprehension
    "parameter", "function", "class", "capture", "handler", "type parameter", "type alias",  # what else binds
    "global", "nonlocal",  # named in such a statement
    "module",  # part of the dotted module of an import: `a` and `b` in `import a.b` and in `from a.b import c`
    "taken",  # `c` in `from a import c as d`, and in `from a import c`, where it binds too
    "alias",  # `d` in `import a as d` and `from a import c as d`
    "attribute",  # `b` in `a.b`
    "keyword",  # `k` in `f(k=1)`, and in a class pattern `C(k=x)`
]  # fmt: skip


class Scope:
    """A space of names: the module, a class, function, lambda, comprehension or type parameter list."""

    __slots__ = ("bound", "elsewhere", "homes", "kind", "line", "name", "node", "parent", "private", "rows",
                 "variables")  # fmt: skip

    def __init__(
        self, kind: Kind, name: str, parent: Scope | None, node: Any, line: int, rows: Sequence[int], private: str = ""
    ) -> None:
        """Open a scope; `rows` are the offsets at which the lines of the file begin."""
        self.kind: Kind = kind
        self.name = name
        """Dotted as facts have it: "" for the module; that of the function or class around for the last three kinds."""
        self.parent = parent
        self.node = node
        """The LibCST node that opens it."""
        self.line = line
        """Of the name of a function or class, of `lambda`, else of the first name inside."""
        self.rows = rows
        self.private = private
        """The class whose private names (`__x`) are mangled in it; "" outside of classes."""
        self.bound: set[str] = set()
        self.variables: frozenset[str] = frozenset()
        """The names it binds itself, as Python knows them (`Occurrence.key`); what `global` and `nonlocal` give away is
        left out."""
        self.elsewhere: dict[str, Literal["global", "nonlocal"]] = {}
        self.homes: dict[str, Scope] = {}
        """What was looked up from here already."""


class Occurrence:
    """One name where it stands."""

    __slots__ = ("base", "end", "home", "key", "name", "number", "quoted", "role", "scope", "start", "use")

    def __init__(
        self, start: int, end: int, name: str, key: str, role: Role, use: Use, scope: Scope, home: Scope | None,
        base: int, number: int, quoted: bool = False,
    ) -> None:  # fmt: skip
        """Made while a file is walked; the home is corrected when all bindings are known."""
        self.start = start
        """Offset in characters of the decoded text."""
        self.end = end
        self.name = name
        """As it is written."""
        self.key = key
        """As Python knows it: in Unicode's normal form, and `_C__x` for the variable or attribute `__x` in a class
        `C`."""
        self.role: Role = role
        self.use: Use = use
        """What is done with a variable or attribute: `b` in `a.b()` is called, `a` is loaded; "" for other roles."""
        self.scope = scope
        """The scope it is looked up from: defaults, decorators and bases belong to the scope around."""
        self.home = home
        """The scope whose variable it is: where Python finds it at run time, the module's for globals and builtins (see
        `Occurrences.unbound`). None for attributes, keywords and names of modules and of what is taken with `as`; what
        `import a.b` and `from m import c` bind, `a` and `c`, has one. A name in a class body that the class binds and
        an outer function too is the class's."""
        self.base = base
        """For an attribute the number of the name or attribute before the dot, `a` for `b` in `a.b`, and so for the
        modules of an import; -1 where that is another expression, and for other roles."""
        self.quoted = quoted
        """Stands in a quoted annotation or a type comment."""
        self.number = number
        """Its index in `Occurrences.all`."""

    @property
    def line(self) -> int:
        """Counted from 1."""
        return bisect_right(self.scope.rows, self.start)

    def __repr__(self) -> str:
        return f"<{self.role} {self.name} at {self.line}:{self.start - self.scope.rows[self.line - 1]}>"


class Statement:
    """One statement of a suite, with what belongs to it."""

    __slots__ = ("block", "end", "head", "names", "node", "number", "scope", "start", "suite")

    def __init__(self, node: Any, scope: Scope, suite: int, number: int, first: int, block: int) -> None:
        """Made where it begins; its place is filled in as the lines are met."""
        self.node = node
        """The LibCST node: a small statement (`Import`, `Assign` ...) or a compound one (`FunctionDef`, `If` ...)."""
        self.scope = scope
        self.suite = suite
        """Number of the compound statement whose suite it stands in, in `Occurrences.statements`; -1 for the module."""
        self.number = number
        """Its own index there."""
        self.block = block
        """The same for statements that follow each other; another one for each branch of a compound statement."""
        self.start = 0
        """Offset of its first token; of the first decorator's `@` for what is decorated."""
        self.end = 0
        """Offset behind its last token; a comment on its last line is left out, and so is the line's end. For the whole
        lines of a statement see `Occurrences.lines`."""
        self.head = 0
        """Offset where the lines of comments directly above it begin (no blank line between, none indented deeper, the
        file's `#!` and encoding left out), else where its own line begins; its start, if another statement stands
        before it on its line."""
        self.names: tuple[int, int] = (first, first)
        """The occurrences in it: numbers from, and up to but not including."""

    @property
    def line(self) -> int:
        """Counted from 1; of the first decorator for what is decorated."""
        return bisect_right(self.scope.rows, self.start)

    def __repr__(self) -> str:
        return f"<{type(self.node).__name__} at line {self.line}>"
