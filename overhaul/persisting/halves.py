"""What one function does with state: whether it saves or restores, what it touches, and through whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final, Literal, NamedTuple

from overhaul.facts import Facts, FileAct, Function, ReceiverUse, StateKeySet, UsedName
from overhaul.symbols import Symbols
from overhaul.text import words_of

Half = Literal["save", "restore", ""]

_SAVE_VERBS: Final = frozenset({
    "save", "saving", "dump", "persist", "snapshot", "checkpoint", "store", "write", "backup", "serialize", "serialise",
    "freeze", "export", "pickle", "stash", "preserve", "suspend", "flush", "put", "record",
})  # fmt: skip
_RESTORE_VERBS: Final = frozenset({
    "load", "restore", "recover", "read", "reload", "resume", "rehydrate", "thaw", "import", "deserialize",
    "deserialise", "unpickle", "retrieve", "loading", "rollback",
})  # fmt: skip
_FILLERS: Final = frozenset({
    "async", "to", "from", "all", "the", "file", "files", "disk", "json", "pickle", "db", "database", "as", "into",
    "for", "of", "and", "on", "do", "current", "internal", "local", "schedule", "delay", "delayed", "force",
    "immediately", "now", "storage", "redis", "last", "previous", "initial", "saved", "stored", "if", "needed", "sync",
    "maybe", "try", "existing",
})  # fmt: skip


class Name(NamedTuple):
    """A function's name taken apart."""

    half: Half
    verb: str
    nouns: frozenset[str]


@lru_cache(maxsize=1 << 16)
def read_name(name: str) -> Name:
    """Which half a name claims to be, and of what.

    `async_save_jobs` -> save, {jobs}; `state_dict` -> save, {state, dict}.
    """
    found = [one for one in words_of(name) if one not in _FILLERS]
    if name.endswith("__"):
        return Name("", "", frozenset(found))  # a hook for pickling and the like
    last = name.rpartition(".")[2].strip("_")
    if last in ("state_dict", "get_state", "getstate", "dump_state", "export_state", "to_state"):
        return Name("save", "get", frozenset({"state"}))
    if last in ("load_state_dict", "set_state", "setstate", "import_state", "from_state"):
        return Name("restore", "set", frozenset({"state"}))
    for number, word in enumerate(found[:2]):
        rest = frozenset(one.rstrip("s") for at, one in enumerate(found) if at != number)
        if word in _SAVE_VERBS:
            return Name("save", word, rest)
        if word in _RESTORE_VERBS:
            return Name("restore", word, rest)
    return Name("", "", frozenset(one.rstrip("s") for one in found))


class Deed(NamedTuple):
    """What a function does, seen from its body."""

    row: Function
    name: Name
    acts: Sequence[FileAct]
    calls: Mapping[str, int]
    """Chains it calls, with a line each."""
    loads: frozenset[str]
    """Attributes of `self` that it reads."""
    stores: frozenset[str]
    """Attributes of `self` (or of a variable it returns) that it assigns or fills."""
    made: tuple[str, ...]
    read: tuple[str, ...]

    @property
    def writes(self) -> FileAct | None:
        """Where it writes something to a file, or turns it into bytes."""
        return next((one for one in self.acts if one.act in ("write", "append", "pickle", "serialize")), None)

    @property
    def reads(self) -> FileAct | None:
        """Where it reads something from a file, or makes it of bytes."""
        return next((one for one in self.acts if one.act in ("read", "unpickle", "deserialize")), None)


_FILLING: Final = frozenset({
    "update", "append", "extend", "add", "setdefault", "clear", "insert", "load", "restore", "set",
})  # fmt: skip
"""First words of methods that change what they are called on."""


class Deeds:
    """The functions of one module, by what they do."""

    def __init__(
        self, module: str, symbols: Symbols, used: Facts[UsedName], receivers: Facts[ReceiverUse], acts: Facts[FileAct],
        keys: Facts[StateKeySet],
    ) -> None:  # fmt: skip
        """Facts are read when they are asked for."""
        self.module = module
        self.symbols = symbols
        self._used = used
        self._receivers = receivers
        self._acts = acts
        self._keys = keys

    @cached_property
    def all(self) -> Mapping[str, Deed]:
        """Every function of the module that stands in no other, by dotted name."""
        functions = {
            name: row for name, row in self.symbols.interior(self.module).functions.items() if row.kind != "nested"
        }  # fmt: skip
        acts: dict[str, list[FileAct]] = {}
        calls: dict[str, dict[str, int]] = {}
        loads: dict[str, set[str]] = {}
        stores: dict[str, set[str]] = {}
        made: dict[str, set[str]] = {}
        read: dict[str, set[str]] = {}
        for act in self._acts[self.module]:
            if (owner := _around(act.scope, functions)) is not None:
                acts.setdefault(owner, []).append(act)
        for table in (self._used, self._receivers):
            for row in table[self.module]:
                owner = _around(row.scope, functions)
                if owner is None:
                    continue
                root, _, rest = row.name.partition(".")
                if row.how == "call":
                    calls.setdefault(owner, {}).setdefault(row.name, row.lines[0])
                    if root == "self" and "." in rest and _FILLING.intersection(words_of(rest)[:1]):
                        stores.setdefault(owner, set()).add(rest.partition(".")[0])
                if not rest:
                    continue
                first = rest.partition(".")[0]
                if row.how == "store":
                    stores.setdefault(owner, set()).add(first)
                elif root == "self":
                    loads.setdefault(owner, set()).add(first)
        for keyed in self._keys[self.module]:
            if (owner := _around(keyed.scope, functions)) is not None:
                (made if keyed.act == "made" else read).setdefault(owner, set()).update(keyed.keys)
        return {
            name: Deed(
                row, read_name(name), acts.get(name, ()), calls.get(name, {}), frozenset(loads.get(name, ())),
                frozenset(stores.get(name, ())), tuple(sorted(made.get(name, ()))), tuple(sorted(read.get(name, ()))),
            )
            for name, row in functions.items()
        }  # fmt: skip


def _around(scope: str, functions: Mapping[str, Function]) -> str | None:
    while scope:
        if scope in functions:
            return scope
        scope = scope.rpartition(".")[0]
    return None



