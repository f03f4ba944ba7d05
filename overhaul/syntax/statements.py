"""The statements of a module in source order, each with what it is made of, and which of them a definition spans."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple
from zlib import crc32

from overhaul.lazy import cst
from overhaul.scopes import Scope
from overhaul.syntax.shapes import CODES, ELIF, ELSE, FINALLY, IMPORTED, NEUTRAL, WAITS, Shaper

WANTED: Final = (
    "SimpleStatementLine", "SimpleStatementSuite", "If", "While", "For", "Try", "TryStar", "With", "Match", "MatchCase",
    "ExceptHandler", "ExceptStarHandler", "FunctionDef", "ClassDef",
)  # fmt: skip
"""The node classes that a collector asks for which calls `flatten`."""
MOST: Final = 255
LIGHT: Final = tuple(
    code in (ELSE, FINALLY, IMPORTED, CODES["Try"], CODES["TryStar"], CODES["Pass"]) for code in range(256)
)
"""By the code that a statement begins with: whether it is one of a frame, and says nothing: `else`, `try`, imports."""


class Span(NamedTuple):
    """A function or class: its scope, and the statements from its head to its end."""

    scope: Scope
    first: int
    last: int
    """One behind its last statement."""
    notes: tuple[int, int]
    """Its part of `Flat.notes`."""


class Flat:
    """All statements of a module, one after the other, and what stands in them."""

    __slots__ = ("codes", "codes_at", "data", "depths", "lines", "literals", "literals_at", "names", "names_at",
                 "notes", "spans")  # fmt: skip

    def __init__(self) -> None:
        """None yet."""
        self.codes: list[int] = []
        self.data = b""
        """The same, once all are there."""
        self.names: list[str] = []
        """Attributes begin with a dot, keywords of calls with `=`, what an import names with `import` or `from`."""
        self.literals: list[str] = []
        self.notes: list[object] = []
        """What the annotations are made of."""
        self.codes_at: list[int] = []
        """Where the codes of each statement begin."""
        self.names_at: list[int] = []
        self.literals_at: list[int] = []
        self.lines: list[int] = []
        self.depths: list[int] = []
        """How many suites each statement stands in."""
        self.spans: list[Span] = []
        """By their ends: what stands inside comes first."""

    def __len__(self) -> int:
        """How many statements there are."""
        return len(self.lines)

    def shape(self, first: int, last: int) -> bytes:
        """The codes of some statements."""
        return self.data[self.codes_at[first] : self.codes_at[last]]

    def named(self, first: int, last: int) -> list[str]:
        """The names in some statements."""
        return self.names[self.names_at[first] : self.names_at[last]]

    def said(self, first: int, last: int) -> list[str]:
        """The literals in some statements."""
        return self.literals[self.literals_at[first] : self.literals_at[last]]

    def prints(self) -> Iterator[tuple[int, int, int]]:
        """Of each statement a hash of its shape, a hash of it without regard to operators, and how many codes it has.

        Names count as far as they are the same within the statement: `a = a + b` is not `a = b + c`. That it waits for
        something leaves no trace, so that an asynchronous copy is found; `waits` has that.
        """
        codes = self.data
        bare = codes.translate(NEUTRAL)
        names = self.names
        waiting = self.waiting
        for (first, last), (begin, end) in zip(pairwise(self.codes_at), pairwise(self.names_at), strict=True):
            repeated = 0
            if end - begin > 1:
                mine = names[begin:end]
                if len(set(mine)) < end - begin:
                    repeated = crc32(pattern(mine))
            if waiting:
                kept = codes[first:last].translate(None, WAITS)
                yield crc32(kept, repeated), crc32(kept.translate(NEUTRAL), repeated), len(kept)
            else:
                yield crc32(codes[first:last], repeated), crc32(bare[first:last], repeated), last - first

    @property
    def waiting(self) -> bool:
        """Whether there is any `await` or `async`."""
        return any(code in self.data for code in WAITS)

    def waits(self) -> Iterator[int]:
        """Of each statement how many `await` and `async` stand in it."""
        for first, last in pairwise(self.codes_at):
            yield sum(self.data.count(code, first, last) for code in WAITS)


def flatten(
    body: Sequence[object], lines: Mapping[str, Iterable[int]], scopes: Iterable[Scope], shaper: Shaper
) -> Flat:
    """Go through a module's statements.

    `body` are those of its tree, `lines` has for each node class in `WANTED` the line of every node of it in source
    order, and `scopes` are the module's in source order. Raises KeyError where a class is missing.
    """
    return _Flattening(body, lines, scopes, shaper).flat


def pattern(names: list[str]) -> bytes:
    """Names as the numbers of their first occurrence: equal for what is equal after a consistent renaming."""
    order = dict.fromkeys(names)
    number = dict(zip(order, range(len(order)), strict=True))
    return array("I", map(number.__getitem__, names)).tobytes()


class _Flattening:
    """One pass over the statements."""

    def __init__(
        self, body: Sequence[object], lines: Mapping[str, Iterable[int]], scopes: Iterable[Scope], shaper: Shaper
    ) -> None:
        self.flat = flat = Flat()
        self._shaper = shaper
        self._lines = {getattr(cst, kind): iter(lines[kind]) for kind in WANTED}
        self._scopes = (one for one in scopes if one.kind in ("function", "class"))
        self._code = flat.codes.append
        self._name = flat.names.append
        self._literal = flat.literals.append
        self._marks: list[tuple[int, int, int, int, int]] = []
        """Of each statement its line and depth, and how much of the rest stands before it."""
        self._mark_at = self._marks.append
        self._body(body, 0)
        if self._marks:
            columns = [list(column) for column in zip(*self._marks, strict=True)]
            flat.lines, flat.depths, flat.codes_at, flat.names_at, flat.literals_at = columns
        flat.data = bytes(flat.codes)
        flat.codes_at.append(len(flat.codes))
        flat.names_at.append(len(flat.names))
        flat.literals_at.append(len(flat.literals))

    def _begin(self, line: int, depth: int) -> None:
        flat = self.flat
        self._mark_at((line, depth if depth < MOST else MOST, len(flat.codes), len(flat.names), len(flat.literals)))

    def _suite(self, body: Any, depth: int) -> None:
        if body.__class__ is cst.SimpleStatementSuite:
            self._line(body, next(self._lines[cst.SimpleStatementSuite]), depth)
        else:
            self._body(body.body, depth)

    def _body(self, statements: Any, depth: int) -> None:
        lines = self._lines[cst.SimpleStatementLine]
        simple = cst.SimpleStatementLine
        for statement in statements:
            if statement.__class__ is simple:
                self._line(statement, next(lines), depth)
            else:
                self._compound(statement, depth)

    def _line(self, statement: Any, line: int, depth: int) -> None:
        shaper, code, name, literal = self._shaper, self._code, self._name, self._literal
        flat = self.flat
        if depth > MOST:
            depth = MOST
        for small in statement.body:
            kind = small.__class__
            if kind is cst.Expr:
                value = small.value.__class__
                if value is cst.SimpleString or value is cst.ConcatenatedString:
                    continue
            elif kind is cst.AnnAssign:
                self._note(small.annotation.annotation)
            self._mark_at((line, depth, len(flat.codes), len(flat.names), len(flat.literals)))
            shaper[kind](small, code, name, literal)

    def _note(self, annotation: Any) -> None:
        note = self.flat.notes.append
        self._shaper[annotation.__class__](annotation, note, note, note)

    def _bounds(self, parameters: Any) -> None:
        """What stands in the brackets behind the name of a definition: type parameters."""
        note = self.flat.notes.append
        for one in parameters.params:
            note(CODES[one.param.__class__.__name__])
            note(one.param.name.value)
            bound = one.param.bound if one.param.__class__ is cst.TypeVar else None
            for number, given in enumerate((bound, one.default)):
                if given is not None:
                    note(number)
                    self._note(given)

    def _compound(self, node: Any, depth: int) -> None:
        kind = node.__class__
        if kind is cst.FunctionDef or kind is cst.ClassDef:
            self._definition(node, depth)
            return
        lines = self._lines
        line = next(lines[kind])
        self._head(node, line, depth)
        if kind is cst.If:
            self._if(node, depth)
        elif kind is cst.Match:
            for case in node.cases:
                self._head(case, next(lines[cst.MatchCase]), depth + 1)
                self._suite(case.body, depth + 2)
        else:
            self._suite(node.body, depth + 1)
            if kind is cst.Try or kind is cst.TryStar:
                for handler in node.handlers:
                    self._head(handler, next(lines[handler.__class__]), depth)
                    self._suite(handler.body, depth + 1)
            if kind is not cst.With:
                self._mark(node.orelse, ELSE, depth)
                if kind is not cst.For and kind is not cst.While:
                    self._mark(node.finalbody, FINALLY, depth)

    def _head(self, node: Any, line: int, depth: int) -> None:
        self._begin(line, depth)
        self._shaper[node.__class__](node, self._code, self._name, self._literal)

    def _mark(self, clause: Any, code: int, depth: int) -> None:
        """An `else` or `finally`; its line is that of what stands before it."""
        if clause is not None:
            self._begin(self._marks[-1][0], depth)
            self._code(code)
            self._suite(clause.body, depth + 1)

    def _if(self, node: Any, depth: int) -> None:
        """The rest of an if: chains of thousands of elifs are none too deep."""
        self._suite(node.body, depth + 1)
        while (orelse := node.orelse) is not None:
            if orelse.__class__ is not cst.If:
                self._mark(orelse, ELSE, depth)
                return
            node = orelse
            self._begin(next(self._lines[cst.If]), depth)
            self._code(ELIF)
            self._shaper[cst.If](node, self._code, self._name, self._literal)
            self._suite(node.body, depth + 1)

    def _definition(self, node: Any, depth: int) -> None:
        flat = self.flat
        scope = next(self._scopes)
        first, noted = len(self._marks), len(flat.notes)
        if node.type_parameters is not None:
            self._bounds(node.type_parameters)
        next(self._lines[node.__class__])
        self._head(node, scope.line, depth)
        if node.__class__ is cst.FunctionDef:
            parameters: Any = node.params
            for one in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params, parameters.star_arg,
                        parameters.star_kwarg):  # fmt: skip
                if one.__class__ is cst.Param and (annotation := one.annotation) is not None:
                    flat.notes.append(one.name.value)
                    self._note(annotation.annotation)
            if node.returns is not None:
                flat.notes.append("->")
                self._note(node.returns.annotation)
        self._suite(node.body, depth + 1)
        flat.spans.append(Span(scope, first, len(self._marks), (noted, len(flat.notes))))
