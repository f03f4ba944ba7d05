"""One file with the probes in it: how they are written, found, and what name they are written with.

    from app.core.instrument import INSTRUMENTOR  # instrument_calls

    @INSTRUMENTOR.probed()
    def submit(order): ...

    with INSTRUMENTOR.probe("queue"): self._queue.put(order)
    total = INSTRUMENTOR.probe_call("price", price)(order) * 2

Nothing else is called by these names, so that what the codemod has written can be told from what people have.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from overhaul.changes import Replacement, Target
from overhaul.errors import Refused
from overhaul.naming.meanings import Meaning, Symbol
from overhaul.refactoring.references import References, means
from overhaul.refactoring.syntax import Syntax

MARK: Final = "  # instrument_calls"
"""Behind the import that was put in."""
_BECAUSE: Final = "a measurement"
FRAMES: Final = re.compile(
    r"\b(?:_getframe|currentframe|stacklevel|f_back|getouterframes|inspect\.stack|(?:extract|format|print|walk)_stack)\b"
)
"""What tells who has called: one frame more stands between them."""


class Probed:
    """A file, and the name by which its probes speak of the instrumentor."""

    def __init__(self, references: References, path: str, instrumentor: Target) -> None:
        """Raises Unreadable, and Refused for a file that this Python cannot parse."""
        self.references = references
        self.path = path
        self.instrumentor = instrumentor
        self.syntax = Syntax(references.bindings(path))

    @property
    def text(self) -> str:
        """The whole file."""
        return self.syntax.text

    # The name

    @cached_property
    def _imported(self) -> ast.ImportFrom | None:
        """The statement at the top of the module that takes the instrumentor, under its own name."""
        file, name = self.syntax.file, self.instrumentor.name
        starts = {
            one.statement.start for one in file.taken
            if (one.name, one.bound, one.home) == (name, name, file.top)
            and self._is_it(self.references.brought(file, one))
        }  # fmt: skip
        found = (one for one in self.syntax.tree.body if isinstance(one, ast.ImportFrom))
        return next((one for one in found if self.syntax.start(one) in starts), None)

    def _is_it(self, meaning: Meaning) -> bool:
        """Whether something is the instrumentor, and nothing else."""
        return means(Symbol(self.instrumentor.module, self.instrumentor.name, "variable", "", 0), meaning) is True

    def check_name(self) -> None:
        """Raises Refused where the name means something else, or would."""
        file, name = self.syntax.file, self.instrumentor.name
        if file.module == self.instrumentor.module:
            raise Refused(f"{self.path}: the instrumentor stands here, and cannot measure itself: leave the module out")
        for one in file.occurrences.named(name):
            if one.role in ("attribute", "keyword"):
                continue
            if not self._is_it(self.references.meaning(self.path, one)):
                raise Refused(f"{self.path}:{one.line}: {name} is another here: give the instrumentor another name")
        if self._imported is None and file.occurrences.named(name):
            line = file.occurrences.named(name)[0].line
            raise Refused(f"{self.path}:{line}: {name} is not imported at the top: import it there")

    def importing(self) -> Iterator[Replacement]:
        """The line by which the file takes the instrumentor; nothing where it does."""
        if self._imported is None:
            line = f"from {self.instrumentor.module} import {self.instrumentor.name}{MARK}\n"
            at = self._behind_imports()
            yield Replacement(at, at, line, "import of the instrumentor")

    def _behind_imports(self) -> int:
        """Where a line may be put in behind the first imports, else before the first statement."""
        body = list(self.syntax.tree.body)
        start = 1 if body and _is_docstring(body[0]) else 0
        end = start
        while end < len(body) and isinstance(body[end], ast.Import | ast.ImportFrom):
            end += 1
        for node in reversed(body[start:end]):
            if (at := self.line_end(node)) is not None:
                return at
        first = body[start] if start < len(body) else None
        if first is None or _is_of_the_future(first) or not self.syntax.first_of_line(first):
            line = first.lineno if first is not None else 1
            raise Refused(f"{self.path}:{line}: there is no line of its own for an import: put statements on their own")
        return self.line_start(self.syntax.start(first))

    def unimporting(self, gone: int) -> Iterator[Replacement]:
        """Take the import out that was put in, if `gone` uses are all there are."""
        node = self._imported
        if node is None:
            return
        start = self.syntax.start(node)
        end = self.text.find("\n", start) + 1 or len(self.text)
        if self.text[start:end].rstrip("\r\n") == f"{self.syntax.of(node)}{MARK}":
            uses = [one for one in self.syntax.file.occurrences.named(self.instrumentor.name) if one.role == "load"]
            if len(uses) == gone:
                yield Replacement(start, end, "", "import of the instrumentor")

    # Lines

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    def line_end(self, node: ast.stmt) -> int | None:
        """Where the line behind a statement begins; None where something but a comment follows it on its last line."""
        end = self.syntax.end(node)
        stop = self.text.find("\n", end)
        stop = len(self.text) - 1 if stop < 0 else stop
        rest = self.text[end:stop].strip()
        return stop + 1 if not rest or rest.startswith("#") else None

    # What is written

    def decorator(self, node: ast.FunctionDef | ast.AsyncFunctionDef, label: str) -> Replacement:
        """A decorator directly above the `def`: below all that expect something else than a function."""
        at = self._def(node)
        indentation = self.text[self.line_start(at) : at]
        given = f'"{label}"' if label else ""
        line = f"{indentation}@{self.instrumentor.name}.probed({given})\n"
        return Replacement(at - len(indentation), at - len(indentation), line, _BECAUSE)

    def _def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        """Where `def` or `async` stands."""
        if not node.decorator_list:
            return self.syntax.start(node)
        return self.syntax.offset(node.lineno, node.col_offset)

    def block(self, node: ast.stmt, label: str) -> Replacement:
        """`with` before a statement, on its line."""
        at = self.syntax.start(node)
        return Replacement(at, at, f'with {self.instrumentor.name}.probe("{label}"): ', _BECAUSE)

    def wrapper(self, node: ast.Call, label: str) -> Iterator[Replacement]:
        """What is called, wrapped."""
        start, end = self.syntax.start(node.func), self.syntax.end(node.func)
        method = "probe_await" if isinstance(self.syntax.parents.get(node), ast.Await) else "probe_call"
        yield Replacement(start, start, f'{self.instrumentor.name}.{method}("{label}", ', _BECAUSE)
        yield Replacement(end, end, ")", _BECAUSE)

    # What is found

    def is_probe(self, node: ast.AST, *methods: str) -> bool:
        """Whether an expression is a call of one of these methods, which are the codemod's own."""
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in methods
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == self.instrumentor.name
            and self._imported is not None
        )

    def label(self, node: ast.AST) -> str:
        """The label of a probe; "" for one that has none."""
        first = node.args[0] if isinstance(node, ast.Call) and node.args else None
        return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a chain of names; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    base = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{base}.{node.attr}" if base and isinstance(node, ast.Attribute) else ""


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_of_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
