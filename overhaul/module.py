"""One parsed file, walked once, and what the walk has seen of it."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from overhaul.errors import LeafError, Unreadable, did_you_mean
from overhaul.lazy import cst

if TYPE_CHECKING:
    from overhaul.scopes import Block, Scope, Use
    from overhaul.source import Source
    from overhaul.syntax.paths import Reached
    from overhaul.syntax.walk import Walk
    from overhaul.syntax.walker import Walker

_Node = TypeVar("_Node", bound="cst.CSTNode")

RECURSION_LIMIT: Final = 1_000_000
"""Python frames a walk may nest: chains of thousands of operators are nested as deep."""

_CAREFUL: Final = re.compile(rb"\r(?!\n)|\\\r?\n")


class Module:
    """A file's tree with its lines, scopes and names; collectors are handed one and keep nothing of it."""

    __slots__ = ("_lines", "_reached", "_walk", "path", "source", "text", "tree")

    def __init__(self, source: Source, text: str, tree: cst.Module, walk: Walk) -> None:
        """Made by `Parser.parse`."""
        self.source = source
        self.text = text
        self.tree = tree
        self._walk = walk
        self._lines: Mapping[int, int] | None = None
        self._reached: dict[int, Sequence[Reached]] = {}
        self.path = source.path

    def nodes(self, kind: type[_Node]) -> list[tuple[_Node, int, Block]]:
        """Every node of exactly this class, in source order, with its line (1-based) and the suite it stands in.

        Raises KeyError for a class that the collector has not asked for in its decorator.
        """
        found: Any = self._walk.found[kind.__name__]
        return cast("list[tuple[_Node, int, Block]]", found)

    def reached(self, scope: Scope) -> Sequence[Reached]:
        """The statements of a function's, class's or the module's own body, with the conditions under which each runs.

        Worked out once for all collectors. Raises KeyError unless the collector asks for `paths.STATEMENTS`.
        """
        found = self._reached.get(id(scope))
        if found is None:
            from overhaul.syntax.paths import STATEMENTS, reached

            if self._lines is None:
                self._lines = {id(node): line for kind in STATEMENTS for node, line, _ in self._walk.found[kind]}
            node: Any = scope.node
            found = self._reached[id(scope)] = reached(node if scope.top else node.body, self._lines)
        return found

    @property
    def scopes(self) -> list[Scope]:
        """The module's scope first, then every class, function, lambda and comprehension in source order."""
        return self._walk.scopes

    @property
    def uses(self) -> list[Use]:
        """Names that are used and are no local variable: (scope, role, name, line)."""
        return self._walk.uses

    @property
    def comments(self) -> list[tuple[int, str, bool]]:
        """Every comment: line, text from the `#` on, whether it has the line for itself."""
        return self._walk.comments

    @property
    def lines(self) -> int:
        """How many lines the source has."""
        return self.source.lines

    def drop(self) -> None:
        """Break the rings (a scope's events name their suites, and those the scope), so that the tree goes at once.

        Workers run without the garbage collector: without this they would keep every tree.
        """
        self._reached.clear()
        for scope in self._walk.scopes:
            scope.events.clear()
            scope.inner.clear()


class Parser:
    """Parses and walks files for a set of collectors; one for each process."""

    def __init__(self, wanted: frozenset[str]) -> None:
        """Note nodes of the classes named in `wanted` (names of LibCST's node classes).

        Raises LeafError for a name that is none.
        """
        from overhaul.syntax.grammar import GRAMMAR

        for name in sorted(wanted - GRAMMAR.keys()):
            raise LeafError(f"LibCST has no node class {name}: {did_you_mean(name, GRAMMAR)}")
        self._wanted = wanted
        self._walkers: dict[bool, Walker] = {}

    def parse(self, source: Source) -> Module:
        """Parse and walk one file.

        Raises Unreadable with the reason: encoding, null bytes, syntax, or lines that do not add up.
        """
        from overhaul.syntax.walker import Walker, walk

        text = source.text()
        try:
            tree = cst.parse_module(text)
        except cst.ParserSyntaxError as error:
            where = f"line {error.raw_line}" if error.raw_line else "unknown line"
            raise Unreadable(f"syntax error, {where}: {_first_sentence(error.message)}") from error
        except (SyntaxError, ValueError, RecursionError, OverflowError) as error:
            # LibCST's own checks of the nodes it makes, and what Python refuses while they are made.
            raise Unreadable(f"LibCST cannot parse it: {_first_sentence(str(error))}") from error
        careful = _CAREFUL.search(source.data) is not None
        walker = self._walkers.get(careful)
        if walker is None:
            walker = self._walkers[careful] = Walker(self._wanted, careful)
        seen = walk(tree, walker, self._wanted, careful)
        # The walk has counted each line end on its way: a sum that is off would mean lines that are off.
        if not 0 <= seen.line - 1 - _line_ends(text, careful) <= 1:
            raise Unreadable(f"the lines do not add up ({seen.line - 1}): LibCST does not keep this file's bytes")
        return Module(source, text, tree, seen)


def _line_ends(text: str, careful: bool) -> int:
    return len(re.findall(r"\r\n?|\n", text)) if careful else text.count("\n")


def _first_sentence(message: str) -> str:
    return message.replace("\n", " ").strip() or "not Python 3"


def read_only() -> None:
    """Make this process fit to do nothing but parse and walk.

    LibCST's checks of each node it makes are left out (14 to 26% of the parse), and Python frames may nest as deep as
    chains of thousands of operators do. Only for processes of our own that read, where every tree comes from LibCST's
    parser; never where trees are edited, and never in a process that is not ours.
    """
    from libcst import CSTNode

    sys.setrecursionlimit(RECURSION_LIMIT)
    CSTNode.__post_init__ = _unchecked  # type: ignore[method-assign]


@contextlib.contextmanager
def trusting() -> Generator[None]:
    """LibCST's checks of each node are left out as long as the context lasts: for parsing, and nothing else."""
    from libcst import CSTNode

    checking = CSTNode.__post_init__
    CSTNode.__post_init__ = _unchecked  # type: ignore[method-assign]
    try:
        yield
    finally:
        CSTNode.__post_init__ = checking  # type: ignore[method-assign]


def _unchecked(self: cst.CSTNode) -> None:
    """The parser made this node; there is nothing to check."""
