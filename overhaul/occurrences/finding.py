"""Find every name in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from overhaul.source import Source

Role = Literal[
    "load", "store", "delete",  # a variable; store: assigned, for, with, walrus, augmented, annotated, comprehension
    "parameter", "function", "class", "capture", "handler", "type parameter", "type alias",  # what else binds
    "global", "nonlocal",  # named in such a statement
    "module",  # part of the dotted module of an import: `a` and `b` in `import a.b` and in `from a.b import c`
    "taken",  # `c` in `from a import c as d`, and in `from a import c`, where it binds too
    "alias",  # `d` in `import a as d` and `from a import c as d`
    "attribute",  # `b` in `a.b`
    "keyword",  # `k` in `f(k=1)`, and in a class pattern `C(k=x)`
]


class Scope:
    """A space of names: the module, a class, function, lambda, comprehension or type parameter list."""

    __slots__ = ("elsewhere", "kind", "line", "name", "parent", "variables")
    kind: Literal["module", "class", "function", "lambda", "comprehension", "type parameters"]
    name: str
    """Dotted as facts have it: "" for the module; that of the function or class around for the last three kinds."""
    parent: Scope | None
    variables: frozenset[str]
    """The names it binds itself (what `global` and `nonlocal` give away left out)."""
    elsewhere: dict[str, Literal["global", "nonlocal"]]
    line: int


class Occurrence:
    """One name where it stands."""

    __slots__ = ("base", "end", "home", "line", "name", "number", "quoted", "role", "scope", "start", "use")
    start: int
    """Offset in characters of the decoded text."""
    end: int
    name: str
    role: Role
    use: Literal["load", "store", "delete", "call", ""]
    """What is done with a variable or attribute: `b` in `a.b()` is called, `a` is loaded; "" for other roles."""
    scope: Scope
    """The scope it is looked up from: defaults, decorators and bases belong to the scope around."""
    home: Scope | None
    """The scope whose variable it is: where Python finds it at run time, the module's for globals and builtins (see
    `Occurrences.unbound`). None for attributes, keywords and names of modules and of what is taken with `as`.
    A name in a class body that the class binds and an outer function too is the class's."""
    base: int
    """For an attribute the number of the name or attribute before the dot, `a` for `b` in `a.b`; -1 where that is
    another expression, and for other roles."""
    line: int
    quoted: bool
    """Stands in a quoted annotation or a type comment."""
    number: int
    """Its index in `Occurrences.all`."""


class Statement:
    """One statement of a suite, with what belongs to it."""

    __slots__ = ("end", "head", "line", "names", "node", "scope", "start", "suite")
    node: Any
    """The LibCST node: a small statement (`Import`, `Assign` ...) or a compound one (`FunctionDef`, `If` ...)."""
    start: int
    """Offset of its first token; of the first decorator's `@` for what is decorated."""
    end: int
    """Offset behind its last token, a comment on its last line left out; of what is compound: behind its last line."""
    head: int
    """Offset where the comment lines directly above it begin (no blank line between); `start`'s line where there are none."""
    scope: Scope
    suite: int
    """Number of the compound statement whose suite it stands in, in `Occurrences.statements`; -1 for the module."""
    line: int
    names: tuple[int, int]
    """The occurrences in it: numbers from, and up to but not including."""


class Occurrences:
    """The names of one file, in the order in which they stand there."""

    source: Source
    text: str
    tree: Any
    """`libcst.Module`; of a text whose form feeds are replaced by spaces, where LibCST does not keep them."""
    all: Sequence[Occurrence]
    scopes: Sequence[Scope]
    statements: Sequence[Statement]
    """Every statement, those in suites too, in the order of the text; small ones on one line each for itself."""

    def named(self, name: str) -> Sequence[Occurrence]:
        """All occurrences of a name."""
        raise NotImplementedError

    def chain(self, one: Occurrence) -> Sequence[Occurrence]:
        """The names of `a.b.c` up to and with this one; only itself where its base is another expression."""
        raise NotImplementedError

    def unbound(self, one: Occurrence) -> bool:
        """Whether its home is the module and the module never binds it: a builtin, a star import's, or nothing."""
        raise NotImplementedError

    def statement_of(self, one: Occurrence) -> Statement:
        """The innermost statement that an occurrence stands in."""
        raise NotImplementedError

    def strings(self) -> Iterator[tuple[int, int, Any, Literal["string", "docstring", "quoted", "comment"]]]:
        """Every string literal and comment: start, end (with prefix and quotes, or from the `#`), the LibCST node (None
        for comments), and what it is; quoted: an annotation whose names are among the occurrences.
        """
        raise NotImplementedError


def occurrences_of(source: Source) -> Occurrences:
    """Find every name of a file. Raises Unreadable for what cannot be parsed, or not be located exactly."""
    raise NotImplementedError
