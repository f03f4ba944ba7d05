"""Strings that name a class or a member of it: targets of mock.patch, and other text that asks for them by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.lazy import cst
from overhaul.naming.meanings import Symbol
from overhaul.unifying.flow import Flow

if TYPE_CHECKING:
    from overhaul.project import Project

_DOTTED: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")


class Patch(NamedTuple):
    """A string that names the class or a member."""

    path: str
    line: int
    why: str
    breaks: bool
    """It names what is replaced at run time: left as it is, it would break."""


def patches(project: Project, target: Symbol, flow: Flow) -> Iterator[Patch]:
    """Every string that is the dotted name of the class, or of a member."""
    for path in sorted(project.mentioning([target.name])):
        file = flow.places.file(path)
        for start, _, node, kind in file.occurrences.strings():
            if kind != "string" or not isinstance(node, cst.SimpleString) or not isinstance(node.evaluated_value, str):
                continue
            text = node.evaluated_value
            if _DOTTED.fullmatch(text) is None or target.name not in text.split("."):
                continue
            meaning = project.symbols.resolve(text)
            if not isinstance(meaning, Symbol) or meaning.module != target.module:
                continue
            if meaning.name != target.name and not meaning.name.startswith(f"{target.name}."):
                continue
            tree = flow.places.tree(path)
            line = tree.text.count("\n", 0, start) + 1
            call = next((one for one in tree.above(node) if isinstance(one, (cst.Call, cst.BaseSmallStatement))), None)
            callee = tree.written(call.func) if isinstance(call, cst.Call) else ""
            if re.search(r"patch|setattr|import_string|spec", callee):
                yield Patch(path, line, f"`{text}` is replaced by a test: write it anew", True)
            else:
                yield Patch(path, line, f"`{text}` is named as text", False)
