"""Pickles in bytes literals: they name a class by its module, with lengths, and nobody can rewrite them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused, Unreadable
from overhaul.later import parsed
from overhaul.mentions.contexts import line_starts
from overhaul.mentions.subject import Subject
from overhaul.mentions.tokens import Remark

if TYPE_CHECKING:
    from overhaul.changes import Moved
    from overhaul.project import Project


class Pickles:
    """Of what has a name that its old module no longer answers to."""

    def __init__(self, project: Project, subject: Subject) -> None:
        """Modules as a whole are their codemod's affair."""
        self._project, self._subject = project, subject
        self._moved = [
            one for one in subject.moved
            if one.before.name and not one.kept and not subject.afterwards.means(one.before.dotted, one.after)
        ]  # fmt: skip

    @property
    def words(self) -> list[str]:
        """Files that have none of these hold no such pickle. The name itself may stand behind an escape sequence."""
        return sorted({one.before.module.rpartition(".")[2] for one in self._moved})

    def outcomes(self, path: str) -> Iterator[Remark]:
        """The pickles in a Python file. Raises Refused, or yields remarks where strings may be left."""
        try:
            text = self._project.source(path).text()
        except Unreadable:
            return
        words = self.words
        if not any(word in found[0] for found in _BYTES.finditer(text) for word in words):
            return
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
                for moved in self._moved:
                    if _named(moved).search(node.value) is not None:
                        yield self._remark(path, text, node.lineno, moved)

    def _remark(self, path: str, text: str, line: int, moved: Moved) -> Remark:
        why = f"bytes hold a pickle that names {moved.before.dotted}"
        if not self._subject.leave_strings:
            raise Refused(f"{path}:{line}: {why}: leave a shim in its place, or say --leave-strings")
        return Remark(line_starts(text)[line - 1], moved, why)


def _named(moved: Moved) -> re.Pattern[bytes]:
    """The module and the name as pickles have them: behind an opcode, and each with an end of its own."""
    module, name = re.escape(moved.before.module.encode()), re.escape(moved.before.name.encode())
    return re.compile(
        rb"(?:(?<![\w.])|(?<=\bc))" + module + rb"[\x00-\x1f\x80-\xff][^A-Za-z]{0,8}" + name + rb"(?!\w)"
    )


_BYTES: Final = re.compile(
    r"(?<!\w)[rR]?[bB][rR]?(?:\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')", re.DOTALL
)
"""Bytes literals as they look; some in comments or other strings are none, and are found too."""
