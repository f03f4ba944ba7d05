"""Whose variable a name is: as CPython's symbol table has it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from overhaul.occurrences.model import Scope


def key_of(name: str, private: str) -> str:
    """A name as Python knows it: in Unicode's normal form, and mangled where it is private to the class `private`."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
    if private and name.startswith("__") and not name.endswith("__"):
        owner = private.lstrip("_")
        return f"_{owner}{name}" if owner else name
    return name


def settle(scopes: Iterable[Scope]) -> None:
    """Fix what each scope binds, when all of it was seen."""
    for scope in scopes:
        scope.variables = frozenset(scope.bound.difference(scope.elsewhere))


def home_of(scope: Scope, key: str) -> Scope:
    """The scope whose variable a name is that is looked up from `scope`; the module for what nobody binds."""
    found = scope.homes.get(key)
    if found is None:
        found = scope.homes[key] = _home(scope, key)
    return found


def _home(scope: Scope, key: str) -> Scope:
    at = scope
    given = False
    """Whether `nonlocal` has given it to an outer function."""
    while at.parent is not None:
        # A class body is seen from itself, and from the type parameters and annotations of what it defines.
        seen = at.kind != "class" or at is scope or (at is scope.parent and scope.kind == "type parameters")
        if seen and not (given and at.kind == "class"):
            where = at.elsewhere.get(key)
            if where == "global":
                return _module(at)
            if where == "nonlocal":
                given = True
            elif key in at.variables:
                return at
        if key == "__class__" and at.kind == "class" and at is not scope:
            return at
        at = at.parent
    return at


def _module(scope: Scope) -> Scope:
    while scope.parent is not None:
        scope = scope.parent
    return scope
