"""Functions and classes that are handed about, so that whoever looks at annotations may come across theirs."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from overhaul.errors import Unreadable
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings

if TYPE_CHECKING:
    from overhaul.cutting.crossings import Sight

_ASKING: Final = frozenset({"cast", "isinstance", "issubclass", "super", "type", "TypeVar", "NewType"})
"""What is called with a class, and asks nothing of its annotations."""


def handed(sight: Sight, names: Collection[str]) -> str:
    """Where something of one of some names is used as a value: neither called, nor a base, nor in an annotation."""
    for name in sorted(names):
        for path in sorted(sight.mentioning(name)):
            try:
                file = sight.references.bindings(path)
            except Unreadable:
                continue
            for one in file.occurrences.named(name):
                if _value(sight, file, one):
                    return f"{path}:{one.line}: {name} is handed on"
    return ""


def _value(sight: Sight, file: Bindings, one: Occurrence) -> bool:
    if one.role not in ("load", "attribute") or one.use != "load" or one.quoted:
        return False
    every = file.occurrences.all
    following = every[one.number + 1] if one.number + 1 < len(every) else None
    if following is not None and following.base == one.number:
        return False  # an attribute of it
    statement = file.occurrences.statement_of(one)
    kind = type(statement.node).__name__
    if kind == "ClassDef" or (kind == "Try" and file.occurrences.text[: one.start].rstrip().endswith("except")):
        return False
    if any(found.start <= one.start < found.end for found in sight.annotations(file, one)):
        return False
    called = file.brackets.callee(one.start)
    last = file.occurrences.text[called[0] : called[1]].rpartition(".")[2].strip() if called is not None else ""
    return last not in _ASKING
