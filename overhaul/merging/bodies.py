"""The body of a method as a function of its own, and the call of it that stands in its place."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from overhaul.changes import Replacement
from overhaul.errors import Refused
from overhaul.merging.mixins import Method
from overhaul.occurrences.finding import Statement

_WIDE: Final = 88
"""A longer head is written with one parameter on each line."""


class Body:
    """What a method does, its docstring apart."""

    def __init__(self, method: Method) -> None:
        """Raises Refused for one that does nothing, or shares a line with its docstring."""
        self.method = method
        self._tree, self._text = method.tree, method.tree.text
        body = method.body()
        if not body:
            raise Refused(f"{method.where}: {method.name} does nothing: leave it out")
        first, last = body[0], body[-1]
        decorators = getattr(first, "decorator_list", ())
        self._start = min((self._tree.start(one) for one in (*decorators, first)), default=self._tree.start(first))
        if decorators:
            self._start = self._text.rindex("@", 0, self._start)
        self._inline = bool(self._text[self._line_start(self._start) : self._start].strip())
        if self._inline and len(method.node.body) != len(body):
            raise Refused(f"{method.where}: its docstring and its body share a line: put each on its own")
        self._last = self._tree.end(last)
        self.start = self._start if self._inline else self._above(self._line_start(self._start))
        self.end = self._last if self._inline else self._below(self._line_end(self._last))

    def _line_start(self, at: int) -> int:
        return self._text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """The end of a line, the break apart."""
        found = self._text.find("\n", at)
        end = found if found >= 0 else len(self._text)
        return end - 1 if self._text[end - 1 : end] == "\r" else end

    def _above(self, start: int) -> int:
        """The first of the comments that stand above the body."""
        found = start
        while start:
            before = self._line_start(start - 1)
            line = self._text[before:start].strip()
            if line and not line.startswith("#"):
                break
            start = before
            found = before if line else found
        return found

    def _below(self, end: int) -> int:
        """The last of the comments below the body that are indented deeper than the method."""
        found = end
        while (start := self._text.find("\n", end) + 1) and start < len(self._text):
            end = self._line_end(start)
            line = self._text[start:end]
            deeper = line.startswith(self._indent) and line[len(self._indent) : len(self._indent) + 1].isspace()
            if line.strip() and not (line.strip().startswith("#") and deeper):
                break
            found = end if line.strip() else found
        return found

    @cached_property
    def statements(self) -> Sequence[Statement]:
        """The statements of the body."""
        number = self.method.unit.statements[0].number
        every = self.method.file.occurrences.statements
        return tuple(one for one in every if one.suite == number and one.start >= self._start)

    def comments(self) -> Iterator[str]:
        """The comments in it that have lines of their own."""
        return (text for _, text in self.placed_comments())

    def placed_comments(self) -> Iterator[tuple[int, str]]:
        """The same with their lines."""
        first = self._text.count("\n", 0, self.start) + 1
        for number, line in enumerate(self._text[self.start : self.end].splitlines(), first):
            if line.strip().startswith("#"):
                yield number, line.strip()

    # The call

    def calling(self, function: str, home: ast.arguments, more: Mapping[str, str]) -> Iterator[Replacement]:
        """The call of the function in the place of the body; `home`: the parameters of the method that it was."""
        node = self.method.function
        own = node.args
        given = [one.arg for one in (*own.posonlyargs, *own.args)]
        given += [f"*{own.vararg.arg}"] if own.vararg is not None else []
        given += [f"{one.arg}={two.arg}" for one, two in zip(home.kwonlyargs, own.kwonlyargs, strict=True)]
        given += [f"{name}={text}" for name, text in more.items()]
        given += [f"**{own.kwarg.arg}"] if own.kwarg is not None else []
        indent = self._text[self._line_start(self._start) : self._start]
        called = f"{function}({', '.join(given)})"
        if not self._inline and len(indent.expandtabs(4)) + len(called) + len("return ") > _WIDE and given:
            newline = "\r\n" if "\r\n" in self._text else "\n"
            inner = f"{indent}{self._step}"
            one_line = f"{inner}{', '.join(given)}"
            lines = [one_line] if len(one_line.expandtabs(4)) <= _WIDE else [f"{inner}{one}," for one in given]
            called = newline.join((f"{function}(", *lines, f"{indent})"))
        if isinstance(node, ast.AsyncFunctionDef):
            called = f"await {called}"
        elif self._generates:
            called = f"(yield from {called})" if self._returns else f"yield from {called}"
        text = f"return {called}" if self._returns else called
        lead = "" if self._inline else indent
        # Two changes: no name of the call is one of the body's.
        yield Replacement(self.start, self.end, "", "what they have in common", "review")
        yield Replacement(self.end, self.end, f"{lead}{text}", "call of what they have in common", "review")

    @cached_property
    def _generates(self) -> bool:
        return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in _own(self.method.function))

    @cached_property
    def _returns(self) -> bool:
        return any(isinstance(one, ast.Return) and one.value is not None for one in _own(self.method.function))

    # The function

    def function(
        self, name: str, more: Sequence[tuple[str, str]], literals: Mapping[int, tuple[int, str]], *, typed: bool
    ) -> str:  # fmt: skip
        """The definition of the function, with the blank lines below it.

        `more`: further parameters with their types; `literals`: where a literal begins -> its end, and the parameter
        that stands there afterwards; `typed`: the first parameter gets a type.
        """
        newline = "\r\n" if "\r\n" in self._text else "\n"
        head = self._head(name, more, typed=typed)
        lines = [head, *self._said(), *self._dedented(literals)]
        return newline.join("\n".join(lines).split("\n")) + newline * 3

    def _said(self) -> Iterator[str]:
        said, first = self.method.documentation(), self.method.node.body[0]
        if said and first.lineno == first.end_lineno:
            yield f"{self._step}{self._tree.written(first)}"
        elif said and not {'"', "\\"} & set(said.splitlines()[0]):
            yield f'{self._step}"""{said.splitlines()[0]}"""'

    @cached_property
    def _indent(self) -> str:
        """What the method is indented by."""
        node = self.method.function
        start = self._tree.start(node)
        return self._text[self._line_start(start) : start]

    @cached_property
    def _step(self) -> str:
        return self._indent if not self._indent.strip() and self._indent else "    "

    def _dedented(self, literals: Mapping[int, tuple[int, str]]) -> Iterator[str]:
        """The lines of the body, further to the left; those inside of texts stay as they are."""
        start, kept = self.start, self._inside_texts
        pieces: list[str] = []
        at = start
        for place, (end, name) in sorted(literals.items()):
            pieces += (self._text[at:place], name)
            at = end
        pieces.append(self._text[at : self.end])
        text = "".join(pieces).replace("\r\n", "\n")
        if self._inline:
            yield f"{self._step}{text}"
            return
        number = self._text.count("\n", 0, start) + 1
        for line in text.split("\n"):
            plain = number not in kept and line.startswith(self._indent)
            yield line[len(self._indent) :] if plain else line
            number += 1

    @cached_property
    def _inside_texts(self) -> frozenset[int]:
        """The lines that begin inside of a string."""
        found: set[int] = set()
        opened: list[int] = []
        for token in tokenize.generate_tokens(io.StringIO(self._text).readline):
            kind = tokenize.tok_name[token.type]
            if kind == "STRING":
                found.update(range(token.start[0] + 1, token.end[0] + 1))
            elif kind in ("FSTRING_START", "TSTRING_START"):
                opened.append(token.start[0])
            elif kind in ("FSTRING_END", "TSTRING_END"):
                found.update(range(opened.pop() + 1, token.end[0] + 1))
        return frozenset(found)

    def _head(self, name: str, more: Sequence[tuple[str, str]], *, typed: bool) -> str:
        node = self.method.function
        args = node.args
        loose = not any(_last(one) == "staticmethod" for one in node.decorator_list) and typed
        parts: list[str] = []
        for number, one in enumerate((*args.posonlyargs, *args.args)):
            parts.append(f"{one.arg}: Any" if not number and loose and one.annotation is None else self._declared(one))
            if args.posonlyargs and number == len(args.posonlyargs) - 1:
                parts.append("/")
        if args.vararg is not None:
            parts.append(f"*{self._declared(args.vararg)}")
        elif args.kwonlyargs or more:
            parts.append("*")
        parts += [self._declared(one) for one in args.kwonlyargs]
        parts += [f"{name}: {kind}" if typed else name for name, kind in more]
        if args.kwarg is not None:
            parts.append(f"**{self._declared(args.kwarg)}")
        kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        back = f" -> {_free(self._tree.written(node.returns))}" if node.returns is not None else ""
        head = f"{kind} {name}({', '.join(parts)}){back}:"
        if len(head) <= _WIDE or not parts:
            return head
        inner = "\n".join(f"{self._step}{one}," for one in parts)
        return f"{kind} {name}(\n{inner}\n){back}:"

    def _declared(self, one: ast.arg) -> str:
        if one.annotation is None:
            return one.arg
        return f"{one.arg}: {_free(self._tree.written(one.annotation))}"


def _free(annotation: str) -> str:
    """An annotation outside of a class."""
    return re.sub(r"\b(?:typing\.|t\.)?Self\b", "Any", annotation)


def _last(node: ast.expr) -> str:
    return ast.unparse(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside."""
    for one in ast.iter_child_nodes(function):
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        yield one
        yield from _own(one)
