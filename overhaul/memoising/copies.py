"""Whether instances are copied or pickled, with the dictionaries that they have."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused, Unreadable
from overhaul.memoising.places import Place

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_COPYING: Final = frozenset({
    "copy", "pickle", "cPickle", "shelve", "multiprocessing", "joblib", "dill", "cloudpickle",
})  # fmt: skip
"""Modules that copy instances, or pickle them."""
_COUNTING: Final = frozenset({"len", "sorted", "list", "tuple", "set"})


def refuse_copies(references: References, place: Place) -> None:
    """Raise Refused for entries that are more than a memo's, where a file that names the class copies or pickles."""
    syntax, statement = place.made.syntax, place.statement
    if not place.owner or isinstance(syntax.parents[statement], ast.ClassDef):
        return
    asked = next((use for use in place.others if _is_asked(use.syntax.parents, use.node)), None)
    if asked is None:
        return
    speaking = set(references.project.mentioning([place.owner.rpartition(".")[2]]))
    for path in references.project.mentioning(sorted(_COPYING)):
        if path not in speaking:
            continue
        try:
            file = references.bindings(path)
        except Unreadable:
            continue
        for one in file.taken:
            if one.target.partition(".")[0] in _COPYING:
                raise Refused(
                    f"{asked.syntax.where(asked.node)}: the entries are counted or gone through here, and {path} "
                    "copies or pickles: a copy has no entries then: change it by hand"
                )


def _is_asked(parents: Mapping[ast.AST, ast.AST], node: ast.expr) -> bool:
    outer = parents[node]
    match outer:
        case ast.For(iter=only) | ast.comprehension(iter=only) if only is node:
            return True
        case ast.Call(func=ast.Name(id=name)) if name in _COUNTING:
            return True
        case ast.Attribute(attr="keys" | "items" | "values"):
            return True
        case _:
            return False
