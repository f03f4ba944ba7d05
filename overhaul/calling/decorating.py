"""Which decorators hand a function on as it was, and which may register it with somebody who calls it later."""

from __future__ import annotations

import sys
from collections.abc import Set
from typing import Final

from overhaul.facts import Facts, Variable
from overhaul.naming.meanings import CHAIN, External, Symbol
from overhaul.symbols import Symbols

_PLAIN: Final = frozenset({
    "property", "cached_property", "staticmethod", "classmethod", "abstractmethod", "abstractproperty", "overload",
    "override", "final", "wraps", "lru_cache", "cache", "alru_cache", "contextmanager", "asynccontextmanager",
    "dataclass", "define", "frozen", "attrs", "attrib", "s", "total_ordering", "runtime_checkable", "deprecated",
    "no_type_check", "unique", "nonmember", "member", "setter", "getter", "deleter", "dataclass_transform", "coroutine",
    "singledispatch", "singledispatchmethod", "partialmethod", "jit", "njit", "vectorize", "no_grad", "inference_mode",
    "retry", "on_exception", "on_predicate", "login_required", "permission_required", "csrf_exempt", "csrf_protect",
    "require_http_methods", "require_POST", "require_GET", "require_safe", "never_cache", "cache_page",
    "xframe_options_exempt", "method_decorator", "sync_to_async", "async_to_sync", "memoize", "cached", "cachedmethod",
    "beartype", "typechecked", "implementer", "implementer_only", "provider", "inlineCallbacks", "classproperty",
    "ensure_annotations", "deferred", "synchronized", "type_check_only", "deconstructible", "wrapt", "atomic",
    "keep_lazy", "keep_lazy_text", "sensitive_variables", "sensitive_post_parameters", "async_unsafe", "profile",
})  # fmt: skip
"""Last names of decorators that call nobody's registry, wherever they come from."""
_OF_PROPERTIES: Final = frozenset({"setter", "getter", "deleter"})
"""Of these only where they are asked of something: `@size.setter`."""
_REGISTERING: Final = frozenset({"atexit.register", "codecs.register", "signal.signal", "unittest.skip"})
_CHANGING: Final = frozenset({
    "append", "add", "insert", "register", "setdefault", "update", "connect", "subscribe", "extend", "on", "listen",
    "add_listener", "appendleft", "put", "bind", "add_handler", "register_handler", "attach", "observe",
})  # fmt: skip


class Decorating:
    """Tells plain wrappers from registrations."""

    def __init__(self, symbols: Symbols, variables: Facts[Variable]) -> None:
        """Stands on the symbol table; `variables` tell which functions assign those of their module."""
        self._symbols, self._variables = symbols, variables
        self._plain: dict[tuple[str, str], bool] = {}

    def registers(self, module: str, scope: str, text: str) -> bool:
        """Whether a decorator, as it is written in a scope, may keep what it decorates for somebody to call."""
        chain = CHAIN.match(text) or CHAIN.match(text.partition("(")[0])
        if chain is None:
            return True
        front, _, last = chain[0].rpartition(".")
        if last in _PLAIN and (front or last not in _OF_PROPERTIES):
            return False
        meaning = self._symbols.lookup(module, scope, chain[0])
        if isinstance(meaning, External):
            name = meaning.name
            root = name.partition(".")[0]
            # What the standard library offers as decorators wraps, with a few exceptions.
            return name in _REGISTERING or (root not in sys.stdlib_module_names and root != "builtins")
        if not isinstance(meaning, Symbol):
            return True
        if meaning.kind == "class":
            members = self._symbols.interior(meaning.module).members_of(meaning.name)
            return not members & {"__get__", "__call__"} or "register" in members
        return meaning.kind != "function" or not self.plain(meaning.module, meaning.name)

    def plain(self, module: str, name: str) -> bool:
        """Whether a function, used as a decorator, wraps what it is given and keeps it nowhere else."""
        key = module, name
        found = self._plain.get(key)
        if found is None:
            found = self._plain[key] = self._is_plain(module, name)
        return found

    def _is_plain(self, module: str, decorator: str) -> bool:
        interior = self._symbols.interior(module)
        prefix = f"{decorator}."
        wrappers = {
            name for name, row in interior.functions.items()
            if name.startswith(prefix) and (
                any(one.partition("(")[0].rpartition(".")[2] in ("wraps", "wraps_func") for one in row.decorators)
                or {"variadic", "keywords"} <= {one.kind for one in row.parameters}
            )
        }  # fmt: skip
        return bool(wrappers) and not self._keeps(module, decorator, prefix, wrappers)

    def _keeps(self, module: str, decorator: str, prefix: str, wrappers: Set[str]) -> bool:
        """Whether a decorator puts something into a variable of a module, an attribute of a class, or a registry.

        What wrappers store or hand to others they do when they are called, which is when the function is known already.
        """
        if any(
            (row.where == decorator or row.where.startswith(prefix)) and not _within(row.where, wrappers)
            for row in self._variables[module]
        ):
            return True
        for row in self._symbols.used[module]:
            if row.scope != decorator and not row.scope.startswith(prefix):
                continue
            front, _, last = row.name.rpartition(".")
            changes = row.how == "call" and last in _CHANGING
            if row.how == "load" and not front:
                # `TABLE[name] = inner` names the table.
                meaning = self._symbols.lookup(module, row.scope, row.name)
                if isinstance(meaning, Symbol) and meaning.kind == "variable":
                    return True
            elif (changes or row.how == "store") and self._is_kept(module, row.scope, front or last, wrappers):
                return True
        return False

    def _is_kept(self, module: str, scope: str, owner: str, wrappers: Set[str]) -> bool:
        """Whether what is stored in, or handed to, something stays there after the decorator has run."""
        meaning = self._symbols.lookup(module, scope, owner)
        if isinstance(meaning, Symbol) and meaning.kind == "variable":
            return True
        return isinstance(meaning, Symbol | External) and not _within(scope, wrappers)


def _within(scope: str, wrappers: Set[str]) -> bool:
    """Whether a scope is, or stands in, one of some functions."""
    return any(scope == one or scope.startswith(f"{one}.") for one in wrappers)
