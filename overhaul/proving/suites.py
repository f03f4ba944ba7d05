"""Which statements of a suite trees are compared by: imports and lists of names are not among them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def bare(suite: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements without imports, `__all__` and `pass`: those are looked at by what they bind."""
    return [one for one in suite if not _is_elsewhere(one)]


def _is_elsewhere(one: ast.stmt) -> bool:
    match one:
        case ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.If() | ast.Try():
            # Imports under a condition, or that may fail, with what stands in their place.
            return not bare(one.body) and any(isinstance(each, (ast.Import, ast.ImportFrom)) for each in one.body)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            return all(isinstance(each, ast.Name) and each.id == "__all__" for each in targets)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="__all__")))):
            return True
        case _:
            return False


def bound(suite: Sequence[ast.stmt]) -> frozenset[str]:
    """The names that definitions and plain assignments of a suite bind."""
    return frozenset(_bound(suite))


def _bound(suite: Sequence[ast.stmt]) -> Iterator[str]:
    for one in suite:
        match one:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield one.name
            case ast.Assign():
                yield from (each.id for each in one.targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass
