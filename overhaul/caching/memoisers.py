"""Which decorators make functions remember: those of libraries, and the project's own, found by what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from overhaul.caching.libraries import DECORATORS, LAST_NAMES, METHODS, SPEAKING, SPEAKING_AGAINST, UNIFIED, Memoiser
from overhaul.facts import Facts, Keep, StorageUse, Variable
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown
from overhaul.patterns import regex
from overhaul.types import Types

_HEAD: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_CALLABLES: Final = frozenset({
    "func", "fn", "f", "function", "method", "wrapped", "user_function", "fun", "callable", "meth", "getter", "target",
    "coro", "coroutine", "decorated", "_func", "func_", "call", "callable_", "user_func", "wrapped_func", "cls_method",
})  # fmt: skip
_PACKAGES: Final = frozenset(name.partition(".")[0] for name in DECORATORS)
_MADE: Final = ("called", "called_parameter")


class Memoisers:
    """Tells what a decorator, or a call that wraps a function, does."""

    def __init__(self, types: Types, variables: Facts[Variable], uses: Facts[StorageUse]) -> None:
        """Looks for the project's own memoisers at once; names are looked up when they are asked for."""
        self._types = types
        self._symbols = types.symbols
        self._variables = variables
        self.own: dict[tuple[str, str], Memoiser] = {}
        """(module, dotted function or class) of the project's own."""
        self.machinery: set[tuple[str, str]] = set()
        """(module, place) of what they keep values in."""
        self.plain: dict[tuple[str, str], StorageUse] = {}
        """Classes that remember what they call, and may stand as decorators or not."""
        self._known: dict[tuple[str, str, str], tuple[Memoiser, str] | None] = {}
        for module, rows in uses.items():
            for row in rows:
                self._find(module, row)
        self.names: set[str] = {name.rpartition(".")[2] for _, name in self.own} | set(LAST_NAMES)
        self._wrap_libraries()
        self._follow_aliases()

    # The project's own

    def _find(self, module: str, row: StorageUse) -> None:
        """A function that hands out one which remembers; a class whose `__get__` or `__call__` does."""
        owner, _, method = row.scope.rpartition(".")
        for keep in row.keeps:
            if keep.source not in _MADE or keep.callee.startswith(("super", "cls.", "type(")):
                continue
            if method == "__get__" and (keep.missed or row.root == "object") and row.place.rpartition(".")[0] != "cls":
                by_owner = (
                    keep.callee.startswith("self.") or keep.source == "called_parameter" or "." not in keep.callee
                )
                if by_owner and owner:
                    self._add(module, owner, row, keep, single=True)
                    if row.wraps or self._function_around(module, owner):
                        self._add(module, self._function_around(module, owner) or row.wraps, row, keep, single=True)
                    return
            calls_own = method == "__call__" and owner and keep.missed and keep.key and keep.callee.startswith("self.")
            if calls_own and keep.callee.count(".") == 1 and self._handed_in(module, owner, keep.callee[5:]):
                self.plain[module, owner] = row
                self._add(module, owner, row, keep, single=False)
                return
            wraps = row.wraps and keep.source == "called_parameter" and (keep.missed or row.root == "object")
            if wraps and self._outer_parameter(module, row.scope, keep.callee):
                self._add(module, row.wraps, row, keep, single=not keep.key or keep.key[-1].startswith(("'", '"')))
                return

    def _add(self, module: str, name: str, row: StorageUse, keep: Keep, *, single: bool) -> None:
        evicts = any(how == "evict" for _, how in row.drops) or row.counted
        how = {look.how for look in row.lookups if look.key == keep.key}
        self.machinery.add((module, row.place))
        self.own.setdefault(
            (module, name),
            Memoiser(
                f"{module}.{name}", True if evicts else None if single else False, True if row.clock else None,
                single=single, own=True, coroutines=keep.awaited,
                none="stored" if how & {"in", "try", "has"} else "miss" if how & {"none", "get", "truth"} else "",
                locked=row.locked,
            ),
        )  # fmt: skip

    def _function_around(self, module: str, name: str) -> str:
        functions = self._symbols.interior(module).functions
        found = ""
        while name:
            name = name.rpartition(".")[0]
            if name in functions:
                found = name
        return found

    def _outer_parameter(self, module: str, scope: str, name: str) -> bool:
        """Whether a name is a parameter of a function around a function."""
        functions = self._symbols.interior(module).functions
        around = scope.rpartition(".")[0]
        while around:
            row = functions.get(around)
            if row is not None and any(one.name == name for one in row.parameters):
                return True
            around = around.rpartition(".")[0]
        return False

    def _handed_in(self, module: str, owner: str, attribute: str) -> bool:
        """Whether an attribute is what the constructor was given."""
        owner_class = Symbol(module, owner, "class", "", 0)
        for row in self._types.attributes(owner_class, attribute):
            constructor = self._symbols.interior(module).functions.get(f"{owner}.{row.where}")
            if constructor is not None and any(one.name == row.value for one in constructor.parameters):
                return True
        return False

    def _wrap_libraries(self) -> None:
        """Functions of the project that hand a function they are given to a library's memoiser."""
        for module, statements in self._symbols.imports.items():
            if not any(
                name in LAST_NAMES or (not one.names and one.target.partition(".")[0] in _PACKAGES)
                for one in statements
                for name in ([taken for taken, _ in one.names] or [""])
            ):
                continue
            for row in self._symbols.used[module]:
                last = row.name.rpartition(".")[2]
                if not row.scope or last not in LAST_NAMES or row.name.startswith(("self.", "cls.")):
                    continue
                functions = self._symbols.interior(module).functions
                scope, outermost, given = row.scope, "", False
                while scope:
                    function = functions.get(scope)
                    if function is not None:
                        outermost = scope
                        given = given or any(one.name in _CALLABLES for one in function.parameters)
                    scope = scope.rpartition(".")[0]
                if not given or not outermost or (module, outermost) in self.own:
                    continue
                meaning = self._symbols.lookup(module, row.scope, row.name)
                base = DECORATORS.get(meaning.name) if isinstance(meaning, External) else None
                if base is not None and meaning.name != f"{module}.{outermost}":
                    self.own[module, outermost] = Memoiser(
                        f"{module}.{outermost}", base.bounded, base.ttl, base.single, base.outside, base.coroutines,
                        True,
                        base.none, base.locked,
                    )  # fmt: skip
                    self.names.add(outermost.rpartition(".")[2])

    def _follow_aliases(self) -> None:
        """Other names under which memoisers are imported."""
        for module, statements in self._symbols.imports.items():
            for statement in statements:
                for taken, bound in statement.names:
                    if taken in self.names and bound != taken:
                        self.names.add(bound)
            for variable in self._variables[module]:
                head = _HEAD.match(variable.value)
                if head is not None and head[0].rpartition(".")[2] in self.names:
                    self.names.add(variable.name)

    # What is asked

    def decorator(self, module: str, scope: str, text: str) -> tuple[Memoiser, str] | None:
        """The memoiser that a decorator is, with its arguments as they are written; None for any other decorator."""
        head = _HEAD.match(text)
        if head is None:
            return None
        chain = head[0]
        last = chain.rpartition(".")[2]
        if last not in self.names and not SPEAKING.search(last):
            return None
        found = self._means(module, scope, chain)
        return (found, text[head.end() :]) if found is not None else None

    def _means(self, module: str, scope: str, chain: str) -> Memoiser | None:
        key = (module, scope, chain)
        if key not in self._known:
            found = self._resolve(module, scope, chain, 4)
            self._known[key] = (found, "") if found is not None else None
        known = self._known[key]
        return known[0] if known is not None else None

    def _resolve(self, module: str, scope: str, chain: str, depth: int) -> Memoiser | None:
        meaning = self._symbols.lookup(module, scope, chain)
        for one in (meaning, *(meaning.alternatives if isinstance(meaning, Symbol) else ())):
            found = self._of_meaning(one, depth)
            if found is not None:
                return found
        return self._of_object(module, scope, chain, meaning)

    def _of_meaning(self, meaning: Meaning, depth: int) -> Memoiser | None:
        if isinstance(meaning, External):
            if meaning.name in DECORATORS:
                return DECORATORS[meaning.name]
            if meaning.name.startswith(UNIFIED):
                return None  # one cache, whatever uses it
            last = meaning.name.rpartition(".")[2]
            whole = [one for name, one in DECORATORS.items() if name.rpartition(".")[2] == last]
            package = meaning.name.partition(".")[0]
            for one in whole:
                if one.name.partition(".")[0] == package:
                    return one
            if SPEAKING.search(last) and not SPEAKING_AGAINST.search(last) and not meaning.name.startswith("builtins."):
                # By its name alone.
                return Memoiser(meaning.name, single="property" in last.lower() or last == "reify")
            return None
        if not isinstance(meaning, Symbol):
            return None
        own = self.own.get((meaning.module, meaning.name))
        if own is not None:
            return own
        if meaning.kind == "class":
            for base in self._symbols.order(meaning.module, meaning.name)[1:]:
                if isinstance(base, Symbol) and (base.module, base.name) in self.own:
                    return self.own[base.module, base.name]
                if isinstance(base, External) and base.name in DECORATORS:
                    return DECORATORS[base.name]
            return None
        if meaning.kind in ("variable", "attribute") and depth > 0:
            return self._of_value(meaning, depth)
        return None

    def _of_value(self, meaning: Symbol, depth: int) -> Memoiser | None:
        """`memoize = lru_cache(maxsize=None)`, `cached = partial(lru_cache, maxsize=10)`, `cache = functools.cache`."""
        for row in self._types.variables(meaning.module, meaning.name):
            text = row.value
            head = _HEAD.match(text)
            if head is None:
                continue
            if head[0] in ("partial", "functools.partial"):
                head = _HEAD.match(text, head.end() + 1)
                if head is None:
                    continue
            if head[0] != meaning.name:
                found = self._resolve(meaning.module, "", head[0], depth - 1)
                if found is not None:
                    bounded, ttl = settings(found, text[head.end() :])
                    return msgspec.structs.replace(found, bounded=bounded, ttl=ttl)
        return None

    def _of_object(self, module: str, scope: str, chain: str, meaning: Meaning) -> Memoiser | None:
        """A method of an object that decorates: `@memory.cache`, `@cache.memoize(60)`."""
        owner, _, method = chain.rpartition(".")
        if not owner:
            return None
        for one in self._types.of_expression(module, scope, owner):
            if isinstance(one, External):
                found = METHODS.get(f"{one.name}.{method}")
                if found is not None:
                    return found
            else:
                held = self._types.method(one, method)
                if held is not None and (held[0].module, held[1].name) in self.own:
                    return self.own[held[0].module, held[1].name]
        for row in self._makers(module, owner):
            found = METHODS.get(f"{row}.{method}")
            if found is not None:
                return found
        speaking = re.search(r"cache|memo|region", owner, re.IGNORECASE)
        if isinstance(meaning, Unknown) and speaking and method in METHOD_NAMES:
            return Memoiser(chain)
        return None

    def _makers(self, module: str, owner: str) -> Iterator[str]:
        """What makes the object a variable holds, dotted: `dogpile.cache.make_region`."""
        meaning = self._symbols.lookup(module, "", owner)
        if isinstance(meaning, External):
            yield meaning.name
        if isinstance(meaning, Symbol) and meaning.kind == "variable":
            for row in self._types.variables(meaning.module, meaning.name):
                head = _HEAD.match(row.value)
                made = self._symbols.lookup(meaning.module, "", head[0]) if head is not None else None
                if isinstance(made, External):
                    yield made.name

    def wrapping(self, module: str, scope: str, text: str) -> tuple[Memoiser, str] | None:
        """The memoiser and the function it is given, where an expression wraps a function: `lru_cache(8)(self._x)`."""
        head = _HEAD.match(text)
        if head is None or text[head.end() : head.end() + 1] != "(":
            return None
        found = self.decorator(module, scope, text)
        if found is None:
            return None
        memoiser, rest = found
        parts = _calls(rest)
        if not parts:
            return None
        given = parts[-1].partition(",")[0].strip()
        function = _HEAD.fullmatch(given)
        if function is None and not given.startswith("lambda"):
            return None
        if len(parts) == 1 and function is not None:
            meaning = self._symbols.lookup(module, scope, given)
            known = isinstance(meaning, Symbol) and meaning.kind in ("function", "method", "class")
            if not known and not (isinstance(meaning, External) and memoiser.name.startswith("functools.")):
                return None
        return memoiser, given


METHOD_NAMES: Final = frozenset({
    "memoize", "memoise", "cached", "cache_on_arguments", "cache", "cached_property", "memoized", "cached_view",
})  # fmt: skip


def _calls(text: str) -> list[str]:
    """The arguments of calls one behind the other: `(8)(self._x)` -> ["8", "self._x"]; empty where they do not end."""
    found: list[str] = []
    while text.startswith("("):
        depth = 0
        for number, sign in enumerate(text):
            depth += (sign in "([{") - (sign in ")]}")
            if depth == 0:
                found.append(text[1:number])
                text = text[number + 1 :]
                break
        else:
            return []
    return found if not text.strip() else []


def settings(memoiser: Memoiser, arguments: str) -> tuple[bool | None, bool | None]:
    """Whether a use of a memoiser is bounded, and expires, by the arguments it is given."""
    bounded, ttl = memoiser.bounded, memoiser.ttl
    name = memoiser.name
    text = arguments.replace(" ", "")
    if re.search(r"\b(?:ttl|expire\w*|timeout|max_age|seconds|lifetime|expir\w*)=(?!None)", text):
        ttl = True
    if re.search(r"\b(?:maxsize|max_size|capacity|max_entries|limit|maxlen)=(?!None)", text):
        bounded = True
    if re.search(r"\b(?:maxsize|max_size|capacity|max_entries|limit)=None", text) or (
        text.startswith("(None") and name.rpartition(".")[2].endswith("lru_cache")
    ):
        bounded = False
    made = re.search(r"\b(TTLCache|LRUCache|LFUCache|FIFOCache|MRUCache|RRCache|TLRUCache)\(", text)
    if made is not None:
        bounded, ttl = True, made[1] in ("TTLCache", "TLRUCache")
    elif re.search(r"cache=(?:\{\}|dict\(\))|\(\{\}", text):
        bounded = ttl = False
    return bounded, ttl


Own = Mapping[tuple[str, str], Memoiser]
