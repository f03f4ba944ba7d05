"""Which decorators hand a function on as it was, and which may register it with somebody who calls it later."""

from __future__ import annotations

import sys
from typing import Final

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
_REGISTERING: Final = frozenset({"atexit.register", "codecs.register", "signal.signal", "unittest.skip"})
_CHANGING: Final = frozenset({
    "append", "add", "insert", "register", "setdefault", "update", "connect", "subscribe", "extend", "on", "listen",
    "add_listener", "appendleft", "put", "bind", "add_handler", "register_handler", "attach", "observe",
})  # fmt: skip


class Decorating:
    """Tells plain wrappers from registrations."""

    def __init__(self, symbols: Symbols) -> None:
        """Stands on the symbol table."""
        self._symbols = symbols
        self._plain: dict[tuple[str, str], bool] = {}

    def registers(self, module: str, scope: str, text: str) -> bool:
        """Whether a decorator, as it is written in a scope, may keep what it decorates for somebody to call."""
        chain = CHAIN.match(text) or CHAIN.match(text.partition("(")[0])
        if chain is None:
            return True
        if chain[0].rpartition(".")[2] in _PLAIN:
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
        inner = [row for name, row in interior.functions.items() if name.startswith(prefix)]
        wraps = any(
            any(one.partition("(")[0].rpartition(".")[2] in ("wraps", "wraps_func") for one in row.decorators)
            or {"variadic", "keywords"} <= {one.kind for one in row.parameters}
            for row in inner
        )
        return wraps and not self._keeps(module, decorator, prefix)

    def _keeps(self, module: str, decorator: str, prefix: str) -> bool:
        """Whether a decorator puts something into a variable of its module."""
        symbols = self._symbols
        for row in symbols.used[module]:
            if row.scope != decorator and not row.scope.startswith(prefix):
                continue
            last = row.name.rpartition(".")[2]
            plain = row.how == "load" and "." not in row.name
            if not plain and not (row.how == "call" and last in _CHANGING):
                continue
            meaning = symbols.lookup(module, row.scope, row.name if plain else row.name.rpartition(".")[0])
            if isinstance(meaning, Symbol) and meaning.kind == "variable":
                return True
        return False
