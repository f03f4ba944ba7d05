"""Whether a memo must keep its form, looked up and stored in two steps, when its dictionary becomes a store."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused, Unreadable
from overhaul.facts import Function
from overhaul.memoising.shapes import Shape
from overhaul.naming.meanings import External, Symbol
from overhaul.refactoring.syntax import Def, Syntax

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_MOST: Final = 300
"""Definitions that are followed; more count as coming back."""
_FILES: Final = 150
"""Files that name a function; where there are more, what calls something unknown counts as coming back to it."""
_FRAMES: Final = frozenset({"stack", "_getframe", "currentframe", "getouterframes", "extract_stack", "walk_stack"})
"""What counts the calls it stands in."""


class Forms:
    """Tells what would notice that a value is computed in a call of the store."""

    def __init__(self, references: References, read: Callable[[str], Syntax]) -> None:
        """Nothing is looked at before it is asked for."""
        self._references, self._read = references, read
        self._coming: dict[str, Sequence[Syntax] | None] = {}

    def why_kept(self, syntax: Syntax, function: Def, shape: Shape) -> str:
        """Why a memo must go on to look up and store by itself; "" where one call does the same."""
        if self._is_coroutine(syntax, function, shape.value):
            return "what is kept may be a coroutine, which get_or_compute does not take"
        for reached, part in self._reached(syntax, function, [*shape.compute, shape.value]):
            if reached == function.name:
                return "what it computes may come back to it: each level would need three calls instead of one"
            if part in _FRAMES or part == "stacklevel":
                return f"{part} counts the calls it stands in"
        return ""

    def _is_coroutine(self, syntax: Syntax, function: Def, value: ast.expr) -> bool:
        if not isinstance(value, ast.Call):
            return False
        one = syntax.occurrence(value.func)
        meaning = self._references.meaning(syntax.path, one) if one is not None else None
        if isinstance(meaning, External):
            return False
        if isinstance(meaning, Symbol) and meaning.kind in ("function", "method") and not meaning.alternatives:
            row = self._references.project.symbols.interior(meaning.module).functions.get(meaning.name)
            return not isinstance(row, Function) or bool(row.asynchronous)
        if isinstance(meaning, Symbol) and meaning.kind == "class":
            return False
        return isinstance(function, ast.AsyncFunctionDef) or "async" in syntax.text

    def _reached(
        self, syntax: Syntax, function: Def, parts: list[ast.expr | ast.stmt]
    ) -> Iterator[tuple[str, str]]:
        """The names that are used in what is computed, and in the functions of the project that it can reach."""
        waiting: list[tuple[Syntax, ast.AST]] = [(syntax, one) for one in parts]
        done: set[int] = set()
        while waiting:
            here, part = waiting.pop()
            if id(part) in done:
                continue
            done.add(id(part))
            if len(done) > _MOST:
                yield function.name, ""
                return
            for node in ast.walk(part):
                match node:
                    case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                        yield name, name
                        found = self._definitions(here, node, name, function.name)
                        if found is None:
                            yield function.name, ""
                            return
                        waiting += found
                    case ast.keyword(arg="stacklevel"):
                        yield "", "stacklevel"
                    case _:
                        pass

    def _naming(self, name: str) -> Sequence[Syntax] | None:
        """The files that name a function: only these can call it. None for too many of them."""
        if name not in self._coming:
            paths = list(self._references.project.mentioning([name]))
            found: list[Syntax] = []
            for path in paths if len(paths) <= _FILES else ():
                try:
                    found.append(self._read(path))
                except (Refused, Unreadable):
                    continue
            self._coming[name] = found if len(paths) <= _FILES else None
        return self._coming[name]

    def _definitions(
        self, syntax: Syntax, node: ast.expr, name: str, back: str
    ) -> list[tuple[Syntax, ast.AST]] | None:
        """What a name may mean: surely, or, of an object that is not known, by the name alone.

        The latter is looked for in files that name the function `back`; None where these are too many to be read.
        """
        one = syntax.occurrence(node)
        meaning = self._references.meaning(syntax.path, one) if one is not None else None
        if isinstance(meaning, External):
            return []
        if isinstance(meaning, Symbol) and meaning.kind in ("function", "method", "class") and meaning.path:
            try:
                found = self._read(meaning.path)
            except (Refused, Unreadable):
                return []
            return [(found, each) for each in found.definitions.get(meaning.name, ())]
        coming = self._naming(back)
        if coming is None:
            return None
        return [
            (file, definition) for file in {id(file): file for file in (syntax, *coming)}.values()
            for dotted, several in file.definitions.items() if dotted.rpartition(".")[2] == name
            for definition in several
        ]  # fmt: skip
