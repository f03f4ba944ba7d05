"""Which function saves and which restores the same state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from overhaul.patterns import regex
from overhaul.persisting.halves import Deed
from overhaul.syntax.state_words import NOT_STATE, STATE
from overhaul.text import words_of

_SAVING_CALL: Final = frozenset({
    "save", "dump", "dumps", "persist", "write", "store", "checkpoint", "snapshot", "pickle", "serialize",
})  # fmt: skip
_RESTORING_CALL: Final = frozenset({
    "load", "loads", "restore", "read", "recover", "unpickle", "deserialize", "retrieve",
})  # fmt: skip
_VALUES: Final = frozenset({
    "dict", "json", "xml", "yaml", "string", "str", "bytes", "csv", "html", "row", "proto", "msg", "repr",
})  # fmt: skip


class Pair(NamedTuple):
    """Functions that save and functions that restore the same thing, of one class or one module."""

    owner: str
    """The class; "" for functions of the module."""
    saves: tuple[Deed, ...]
    restores: tuple[Deed, ...]
    why: tuple[tuple[int, str], ...]
    """(line, fact)"""
    store: str
    """The chain of the collaborator that keeps the state; "" where the functions do it themselves."""


def pairs(owner: str, deeds: Mapping[str, Deed]) -> Iterator[Pair]:
    """The pairs among the functions of one class (by plain name, inherited ones included) or one module."""
    taken: set[str] = set()
    for found in (*_by_collaborator(owner, deeds), *_by_name(owner, deeds), *_by_file(owner, deeds)):
        names = {one.row.name for one in (*found.saves, *found.restores)}
        if not names & taken:
            taken |= names
            yield found


def _by_collaborator(owner: str, deeds: Mapping[str, Deed]) -> Iterator[Pair]:
    """One function asks a collaborator to save, another asks the same collaborator to load."""
    saves: dict[str, list[tuple[Deed, int, str]]] = {}
    loads: dict[str, list[tuple[Deed, int, str]]] = {}
    for deed in deeds.values():
        for chain, line in deed.calls.items():
            holder, _, method = chain.rpartition(".")
            if not holder or holder in ("self", "super()", "cls") or holder.partition(".")[0] in _LIBRARIES:
                continue
            verbs = set(words_of(method))
            if verbs & _PLAIN and not _STORES & set(words_of(holder)):
                continue  # Devices and connections are written and read, too.
            if verbs & _SAVING_CALL and not verbs & _RESTORING_CALL:
                saves.setdefault(holder, []).append((deed, line, method))
            elif verbs & _RESTORING_CALL and not verbs & _SAVING_CALL:
                loads.setdefault(holder, []).append((deed, line, method))
    for holder, several in saves.items():
        names = {deed.row.name for deed, _, _ in several}
        both = loads.get(holder, [])
        others = [one for one in both if one[0].row.name not in names] or both
        if not others or not ("." in holder or holder.isupper() or holder.startswith("_")):
            continue
        (_, line, method), (_, at, loading) = several[0], others[0]
        # `self._store.delay_save(self._data_to_save)`: what is written is said by a method that is handed on.
        handed = [
            deeds[name] for deed, _, _ in several for name in sorted(deed.loads & deeds.keys())
            if deeds[name].name.half == "save" and name not in deed.calls
        ]  # fmt: skip
        why = ((line, f"{holder}.{method} keeps it"), (at, f"{holder}.{loading} brings it back"))
        yield Pair(
            owner, _once((*(deed for deed, _, _ in several), *handed)), _once(deed for deed, _, _ in others), why,
            holder,
        )  # fmt: skip


def _once(deeds: Iterable[Deed]) -> tuple[Deed, ...]:
    return tuple({deed.row.name: deed for deed in deeds}.values())


_PLAIN: Final = frozenset({"write", "read", "store", "retrieve", "put", "get"})
_STORES: Final = frozenset({
    "store", "storage", "file", "path", "db", "database", "repository", "backend", "persistence", "disk", "vault",
    "archive", "shelf", "journal", "saver", "persister", "snapshots", "checkpoints",
})  # fmt: skip


_LIBRARIES: Final = frozenset({
    "json", "pickle", "yaml", "os", "np", "numpy", "torch", "joblib", "orjson", "msgpack", "dill", "cloudpickle",
    "toml", "log", "logger", "logging", "pd", "shutil", "csv", "LOGGER", "_LOGGER", "struct", "sys", "marshal",
    "jsonutils",
})  # fmt: skip


def _by_name(owner: str, deeds: Mapping[str, Deed]) -> Iterator[Pair]:
    """Two functions are named as the halves of the same thing."""
    saves = [one for one in deeds.values() if one.name.half == "save"]
    restores = [one for one in deeds.values() if one.name.half == "restore"]
    used: set[str] = set()
    ranked = sorted(
        ((_likeness(first, second), first, second) for first in saves for second in restores),
        key=lambda one: (-one[0], not one[1].writes, not one[2].reads, one[1].row.line, one[2].row.line),
    )  # fmt: skip
    for likeness, first, second in ranked:
        if likeness < _ALIKE or first.row.name in used or second.row.name in used:
            continue
        used |= {first.row.name, second.row.name}
        names = first.row.name.rpartition(".")[2], second.row.name.rpartition(".")[2]
        yield Pair(owner, (first,), (second,), ((first.row.line, f"{names[0]} and {names[1]} name two halves"),), "")


_ALIKE: Final = 0.5


def _likeness(first: Deed, second: Deed) -> float:
    """How far two names speak of the same thing: Jaccard's index of their nouns, 1 where both have none."""
    one, other = first.name.nouns, second.name.nouns
    if not one or not other:
        return 1.0 if not one and not other else 0.6
    return len(one & other) / len(one | other)


def _by_file(owner: str, deeds: Mapping[str, Deed]) -> Iterator[Pair]:
    """One function writes a file that another reads, under the same name."""
    writes: dict[str, list[Deed]] = {}
    reads: dict[str, list[Deed]] = {}
    for deed in deeds.values():
        for act in deed.acts:
            place = act.target
            if not re.fullmatch(r"self\.[\w.]+|[A-Z_][A-Z0-9_]*|cls\.[\w.]+", place):
                continue
            if act.act in ("write", "pickle"):
                writes.setdefault(place, []).append(deed)
            elif act.act in ("read", "unpickle"):
                reads.setdefault(place, []).append(deed)
    for place, several in writes.items():
        names = {one.row.name for one in several}
        others = [one for one in reads.get(place, ()) if one.row.name not in names]
        if others:
            why = ((several[0].row.line, f"writes {place}"), (others[0].row.line, f"reads {place}"))
            yield Pair(owner, _once(several), _once(others), why, "")


def not_state(pair: Pair, module: str) -> str:
    """Why what is saved is no runtime state: configuration, a cache, an export, a value; "" when nothing says so."""
    # What says that it is a state is believed, wherever it stands; but for settings and caches.
    plain = all(_SAYS_STATE & set(words_of(deed.row.name)) for deed in (*pair.saves, *pair.restores))
    # The last word of a class says what it is: a ConfigStore is a store.
    name = pair.owner or module.rpartition(".")[2]
    spoken = words_of(name)[-1:] if pair.owner else words_of(name)
    if found := (_NEVER if plain else _NO_STATE_OWNERS) & set(spoken):
        return f"stands in {name}, which is about {min(found)}"
    if found := _SECRETS & set(words_of(pair.owner)):
        return f"stands in {pair.owner}, which is about {min(found)}"
    for deed in (*pair.saves, *pair.restores):
        if found := NOT_STATE & set(words_of(deed.row.name)):
            return f"{deed.row.name} is about {min(found)}"
        for act in deed.acts:
            if found := _NO_STATE_PATHS & set(re.findall(r"[a-z]+", " ".join(_LITERALS.findall(act.target)).lower())):
                return f"line {act.line} is about a {min(found)}"
    return ""


_NO_STATE_OWNERS: Final = frozenset({
    "config", "configuration", "settings", "options", "cache", "cached", "serializer", "encoder", "decoder", "codec",
    "schema", "parser", "dataset", "loader", "exporter", "importer", "credentials", "template", "migration", "writer",
    "reader", "formatter", "fixture", "document", "image", "report",
})  # fmt: skip
_SECRETS: Final = frozenset({
    "token", "tokens", "credentials", "auth", "password", "secret", "secrets", "cache", "cached",
})  # fmt: skip
_SAYS_STATE: Final = frozenset({"state", "states", "checkpoint", "snapshot", "session", "progress"})
_NEVER: Final = frozenset({
    "config", "configuration", "settings", "options", "cache", "cached", "credentials", "schema",
})  # fmt: skip
_LITERALS: Final = regex(r"""['"][^'"]*['"]|\b[A-Z][A-Z_0-9]+\b""")
"""What is written out in a path: texts, and the names of constants."""
_NO_STATE_PATHS: Final = frozenset({"config", "cache", "csv", "yaml", "ini", "toml", "xlsx", "html", "png", "settings"})


def serialiser(pair: Pair) -> bool:
    """Whether the functions only turn a value into another form and back: nobody touches a file or a store."""
    return all(
        not deed.writes and not deed.reads and set(words_of(deed.row.name)) & _VALUES
        and not set(words_of(deed.row.name)) & STATE
        for deed in (*pair.saves, *pair.restores)
    )  # fmt: skip


def delegates(deed: Deed, saving: bool) -> tuple[int, str] | None:
    """A call by which a function has another one save or restore."""
    verbs = _SAVING_CALL if saving else _RESTORING_CALL
    for chain, line in deed.calls.items():
        method = chain.rpartition(".")[2]
        if method != deed.row.name.rpartition(".")[2] and set(words_of(method)) & verbs:
            return line, chain
    return None


def touches(deed: Deed, plumbing: Sequence[str]) -> frozenset[str]:
    """The attributes of its object that a function reads or sets, but for those by which it saves."""
    return frozenset(name for name in deed.loads | deed.stores if name not in plumbing and not name.startswith("__"))
