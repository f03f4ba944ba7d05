"""Attributes and variables in which values are kept that were looked up before they were made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from overhaul.caching.libraries import LIVE_WORDS
from overhaul.caching.values import FETCHING, Values
from overhaul.facts import Facts, Keep, Lookup, StorageUse
from overhaul.inventory import Confidence, fact
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.types import Types

SETTING_UP: Final = frozenset({
    "__init__", "__post_init__", "__new__", "__attrs_post_init__", "setUp", "setup", "__setstate__",
    "__init_subclass__",
    "__enter__", "__aenter__", "_init", "init", "initialize", "__set_name__", "__prepare__", "reset", "clear", "copy",
    "__copy__", "__deepcopy__", "configure", "__call__init__",
})  # fmt: skip
"""Methods that give attributes their first values."""

_MADE: Final = frozenset({"called", "computed", "called_parameter", "callback"})
_HANDED: Final = frozenset({"parameter", "part", "loop"})
_LIVELY: Final = frozenset({
    "start", "stop", "close", "cancel", "set", "send", "put", "put_nowait", "join", "shutdown", "terminate", "kill",
    "connect", "disconnect", "acquire", "release", "notify", "subscribe", "unsubscribe", "emit", "run", "write",
    "aclose",
    "async_cancel", "set_result", "set_exception", "callback", "errback", "fire", "publish", "dispatch", "flush",
    "commit",
    "stopListening", "loseConnection", "destroy", "unload", "remove_listener", "add_listener", "wait", "open",
    "execute",
    "setLevel", "addHandler", "pause", "resume", "process", "handle", "on_next", "schedule", "trigger", "reset", "feed",
})  # fmt: skip


class Flow(NamedTuple):
    """A look-up that goes on to make and keep what was not found."""

    use: StorageUse
    lookup: Lookup | None
    keep: Keep
    by: StorageUse
    """Where it is kept: another function where a helper does it."""


class Verdict(NamedTuple):
    """What was made of a place."""

    subkind: str
    confidence: Confidence
    flows: tuple[Flow, ...]
    evidence: tuple[str, ...]
    ttl: bool | None
    value_kind: str


class Kept(NamedTuple):
    """All that a file does with one place."""

    module: str
    place: str
    uses: tuple[StorageUse, ...]

    @property
    def keyed(self) -> bool:
        """Whether values are stored under keys."""
        return any(keep.key for use in self.uses for keep in use.keeps)


def places(uses: Facts[StorageUse]) -> Iterator[Kept]:
    """The places of the project, by module."""
    for module, rows in uses.items():
        grouped: dict[str, list[StorageUse]] = {}
        for row in rows:
            grouped.setdefault(row.place, []).append(row)
        for place, found in grouped.items():
            yield Kept(module, place, tuple(found))


def flows_of(kept: Kept, keyed: bool) -> Iterator[Flow]:
    """Where what was not found is made and kept, by the same function or by one that it calls."""
    by_name = {use.scope: use for use in kept.uses}
    for use in kept.uses:
        method = use.scope.rpartition(".")[2]
        filled = [keep for keep in use.keeps if any(one.startswith("whole:") for one in keep.beside)]
        if filled and not keyed and any(how in ("empty", "none") for _, how in use.drops):
            lookup = next((one for one in use.lookups if not one.key), None)
            yield Flow(use, lookup, msgspec.structs.replace(filled[0], key=(), missed="sure", beside=()), use)
        for keep in use.keeps:
            if bool(keep.key) != keyed or keep.source not in _MADE or keep in filled:
                continue
            if keep.missed or (not keyed and keep.beside and use.returns and method not in SETTING_UP):
                lookup = next((one for one in use.lookups if len(one.key) == len(keep.key)), None)
                yield Flow(use, lookup, keep, use)
        for lookup in use.lookups:
            if bool(lookup.key) != keyed or lookup.how in ("clock", "key", "order"):
                continue
            for other, keep in _nested(use, kept.uses):
                if len(keep.key) == len(lookup.key):
                    yield Flow(use, lookup, keep, other)
                    break
            for helper in lookup.helpers:
                helping = _helper(helper, use.scope, by_name)
                if helping is None or helping is use:
                    continue
                for keep in helping.keeps:
                    # "*" is what `update` stores.
                    fits = len(keep.key) == len(lookup.key) or keep.key == ("*",)
                    if keep.key == ("*",) and keep.source != "called":
                        continue
                    if fits and keep.source in (*_MADE, "copied", "loop", "part") and not keep.missed:
                        if keep.source in ("loop", "part") and not keyed:
                            continue
                        yield Flow(use, lookup, keep, helping)
                        break


def _nested(use: StorageUse, uses: Sequence[StorageUse]) -> Iterator[tuple[StorageUse, Keep]]:
    """What functions inside a function store: what it hands on to be called when the answer is there."""
    for other in uses:
        if other.scope.startswith(f"{use.scope}."):
            for keep in other.keeps:
                if keep.source in (*_MADE, "copied", "parameter", "part") and not keep.missed:
                    yield other, keep


def _helper(called: str, scope: str, by_name: dict[str, StorageUse]) -> StorageUse | None:
    """The use of the same place by a function that is called."""
    owner = scope.rpartition(".")[0]
    root, _, rest = called.partition(".")
    if root in ("self", "cls") and "." not in rest:
        return by_name.get(f"{owner}.{rest}")
    return by_name.get(called) or by_name.get(f"{owner}.{called}")


class Judge:
    """Tells caches from what looks like them."""

    def __init__(self, types: Types, values: Values, kept: Sequence[Kept]) -> None:
        """`kept` are all places, for what stands beside them."""
        self._types = types
        self._by_name = {(one.module, one.place): one for one in kept}
        self._values = values

    def verdict(self, kept: Kept) -> Verdict | None:
        """What a place is; None for no cache at all."""
        flows = [one for one in flows_of(kept, True) if self._read(one, kept)]
        if flows:
            found = self._by_key(kept, flows)
            if found is not None:
                return found
        flows = [one for one in flows_of(kept, False) if self._read(one, kept)]
        return self._single(kept, flows) if flows else None

    def _read(self, flow: Flow, kept: Kept) -> bool:
        if flow.use.returns or flow.use.reads:
            return True
        return any(use.returns or use.reads for use in kept.uses)

    # Under keys

    def _by_key(self, kept: Kept, flows: Sequence[Flow]) -> Verdict | None:
        against: list[str] = []
        depth = len(flows[0].keep.key)
        changed = [(line, method) for use in kept.uses for line, at, method in use.changes if at >= depth]
        deeper = [keep.line for use in kept.uses for keep in use.keeps if len(keep.key) > depth]
        if changed:
            against.append(fact(changed[0][0], f"changes what is kept ({changed[0][1]})"))
        elif deeper:
            against.append(fact(deeper[0], "stores into what is kept"))
        lively = [
            (line, method) for use in kept.uses for line, at, method in use.effects if at >= 1 and _lively(method)
        ]
        if lively:
            against.append(fact(lively[0][0], f"calls {lively[0][1]}() of what is kept"))
        natures = [self._values.nature(kept.module, flow.by.scope, flow.keep) for flow in flows]
        live = next((what for nature, what in natures if nature == "live"), None)
        if any(flow.keep.unrepeatable for flow in flows):
            against.append(fact(flows[0].keep.line, "another time the value would be another"))
        if not _speaks(kept.place) and all(_ALLOCATES.match(flow.use.scope.rpartition(".")[2]) for flow in flows):
            against.append("what is given out must stay what it is")
        if not _speaks(kept.place) and all(_saves(flow) for flow in flows):
            against.append("is saved once it is stored: part of a state")
        name = kept.place.rpartition(".")[2]
        if live is None and _names_a_life(name) and any(nature in ("unknown", "object") for nature, _ in natures):
            live = name
        if live is not None:
            against.append(fact(flows[0].keep.line, f"{live or 'what is kept'} has a life of its own"))
        elif all(flow.keep.value.isidentifier() and _names_a_life(flow.keep.value) for flow in flows):
            against.append(fact(flows[0].keep.line, f"{flows[0].keep.value} may have a life of its own"))
        if all(_fixed(key) for flow in flows for key in flow.keep.key[-1:]) and not _speaks(kept.place):
            against.append(fact(flows[0].keep.line, "its keys are fixed: the fields of a record"))
        root = kept.uses[0].root
        if root == "closure" and not _speaks(kept.place):
            against.append("lives only as long as one call")
        if root == "object" and not _speaks(kept.place):
            against.append(f"stands in {kept.place.rpartition('.')[0]}, which others share")
        storing = {id(flow.by) for flow in flows}
        others = [
            (use, keep) for use in kept.uses for keep in use.keeps
            if keep.key and not keep.missed and id(use) not in storing and keep.source != "constant"
        ]  # fmt: skip
        handed = [(use, keep) for use, keep in others if keep.source in _HANDED]
        iterated = any(use.iterated for use in kept.uses)
        taken = [line for use in kept.uses for line, how in use.drops if how == "taken"]
        weak = all(flow.keep.missed == "weak" for flow in flows)
        returned = any(flow.use.entry == "returned" for flow in flows)
        if not any(flow.use.entry for flow in flows):
            against.append("no entry is taken by its key where one was found")
        objects = any(nature == "object" for nature, _ in natures)
        doubts: list[str] = []
        if handed:
            doubts.append(fact(handed[0][1].line, f"{handed[0][0].scope} stores what it is given"))
        if iterated:
            doubts.append("its values are gone through")
        if taken:
            doubts.append(fact(taken[0], "an entry is taken out and used"))
        if objects:
            doubts.append(f"keeps instances of {next(what for nature, what in natures if nature == 'object')}")
        if not returned:
            (doubts if _speaks(kept.place) else against).append("what is found is used, and not returned")
        if weak and all(flow.lookup is not None and flow.lookup.how == "setdefault" for flow in flows):
            doubts.append("setdefault makes the value anew each time")
            if not returned or objects or any(nature == "value" and what for nature, what in natures):
                against.append("an entry is begun, and not computed")
        confidence: Confidence = "high"
        if against or (len(doubts) >= 2 and (handed or objects)):
            confidence = "low"
        elif doubts:
            confidence = "medium"
        speaking = _speaks(kept.place)
        if confidence == "low" and speaking and len(against) <= 1 and live is None and not (objects and handed):
            confidence = "medium"
        elif confidence == "low" and not speaking and len(against) >= 2:
            return None
        return Verdict(
            "adhoc_dict",
            confidence,
            tuple(flows),
            (*self._evidence(flows), *against, *doubts),
            self._expires(kept, flows),
            _kind_of_value(flows),
        )

    # One value

    def _single(self, kept: Kept, flows: Sequence[Flow]) -> Verdict | None:
        flows = [one for one in flows if one.use.scope.rpartition(".")[2] not in SETTING_UP]
        if not flows:
            return None
        name = kept.place.rpartition(".")[2]
        against: list[str] = []
        doubts: list[str] = []
        changed = [(line, method) for use in kept.uses for line, _, method in use.changes]
        filled = {
            id(use) for use in kept.uses for keep in use.keeps if any(one.startswith("whole:") for one in keep.beside)
        }
        stored = [keep.line for use in kept.uses for keep in use.keeps if keep.key and id(use) not in filled]
        if changed:
            against.append(fact(changed[0][0], f"changes what is kept ({changed[0][1]})"))
        elif stored:
            against.append(fact(stored[0], "stores into what is kept"))
        effects = [(line, method) for use in kept.uses for line, _, method in use.effects]
        lively = [one for one in effects if _lively(one[1])]
        if lively:
            against.append(fact(lively[0][0], f"calls its {lively[0][1]}()"))
        elif effects:
            doubts.append(fact(effects[0][0], f"calls its {effects[0][1]}()"))
        natures = [self._values.nature(kept.module, flow.by.scope, flow.keep) for flow in flows]
        for nature, what in natures:
            if nature == "live":
                against.append(fact(flows[0].keep.line, f"{what or 'what is kept'} has a life of its own"))
                break
            if nature == "object" or (kept.uses[0].root == "module" and _MAKES.match(what.rpartition(".")[2])):
                against.append(fact(flows[0].keep.line, f"one instance of {what}, made when it is first needed"))
                break
        else:
            if _names_a_life(name) and any(nature == "unknown" for nature, _ in natures):
                against.append(fact(flows[0].keep.line, f"{name} has a life of its own"))
            elif not _nothing_lives(name, flows):
                doubts.append(f"{name} may be something with a life of its own")
        for flow in flows:
            for keep in flow.by.keeps:
                made = keep.source not in ("constant", "clock", "copied")
                if made and not keep.key and not keep.missed and not keep.beside and keep is not flow.keep:
                    against.append(fact(keep.line, f"{flow.by.scope} assigns it for another reason, too"))
        if any(flow.keep.unrepeatable for flow in flows):
            against.append(fact(flows[0].keep.line, "another time the value would be another"))
        ordered = [one.line for flow in flows for one in flow.use.lookups if one.how == "order" and not one.key]
        if ordered:
            against.append(fact(ordered[0], "compared by size with what is new"))
        storing = {id(flow.by) for flow in flows}
        others = [
            (use, keep) for use in kept.uses for keep in use.keeps
            if not keep.key and not keep.missed and id(use) not in storing and keep.source not in ("constant", "clock")
        ]  # fmt: skip
        for use, keep in others:
            method = use.scope.rpartition(".")[2]
            if method in SETTING_UP:
                text = (
                    "is given when the object is made" if keep.source in _HANDED else "is set when the object is made"
                )
                (against if keep.source in _HANDED else doubts).append(fact(keep.line, text))
            elif keep.source in _HANDED or keep.source in ("name", "copied"):
                against.append(fact(keep.line, f"{use.scope} assigns it, too"))
            else:
                doubts.append(fact(keep.line, f"{use.scope} assigns it, too"))
        root = kept.place.partition(".")[0] if kept.uses[0].root == "object" else ""
        if kept.uses[0].root == "closure":
            against.append("lives only as long as one call")
        if root and not name.startswith("_") and not _speaks(kept.place):
            against.append(f"{name} of {root} is open to all who have it")
        given = next(
            (
                flow for flow in flows
                if set(flow.keep.depends) - {root} and not _key_beside(flow.keep)
                and not flow.by.scope.startswith(f"{flow.use.scope}.")
            ),
            None,
        )  # fmt: skip
        if given is not None:
            doubts.append(
                fact(given.keep.line, f"is made from {', '.join(given.keep.depends)}, and kept for any other")
            )
        beside = [one for flow in flows if not flow.keep.missed for one in flow.keep.beside]
        timed = any(one.startswith("clock:") for flow in flows for one in flow.keep.beside)
        by_key = any(one.startswith("key:") for one in beside)
        if beside and not timed and not by_key:
            # A flag says whether it is there.
            flag = self._by_name.get((kept.module, beside[0].partition(":")[2]))
            made = flag is not None and any(
                keep.source not in ("constant", "clock") for use in flag.uses for keep in use.keeps
            )
            if all(flow.keep.source == "called" for flow in flows) and not made:
                doubts.append(f"told by {beside[0].partition(':')[2]}")
            else:
                against.append(f"told by {beside[0].partition(':')[2]}")
        elif beside and by_key:
            doubts.append(f"told by {next(one for one in beside if one.startswith('key:'))[4:]}")
        if not any(flow.use.returns for flow in flows):
            ensured = all(
                not flow.keep.depends and _ENSURING.match(flow.use.scope.rpartition(".")[2]) for flow in flows
            ) and any(use.returns or use.reads for use in kept.uses if all(use is not flow.use for flow in flows))
            # What holds until a time is asked to be renewed, and read by others.
            limited = any(flow.use.clock and flow.keep.awaited for flow in flows) and any(
                use.returns or use.reads for use in kept.uses if all(use is not flow.use for flow in flows)
            )
            told_by = doubts if ensured or limited or _speaks(kept.place) else against
            told_by.append("what is found is used, and not returned")
        confidence: Confidence = "high" if not doubts else "medium"
        if against or len(doubts) >= 3:
            confidence = "low"
        if against and not _speaks(kept.place) and len(against) + len(doubts) >= 3:
            return None
        if (
            confidence == "low"
            and _speaks(kept.place)
            and len(against) <= 1
            and not any(n == "live" for n, _ in natures)
            and not lively
        ):
            confidence = "medium"
        subkind = "adhoc_dict" if timed or by_key else "lazy_attr"
        ttl = True if timed else None if dropped(kept) or by_key else False
        return Verdict(
            subkind, confidence, tuple(flows), (*self._evidence(flows), *against, *doubts), ttl, _kind_of_value(flows)
        )

    def _evidence(self, flows: Sequence[Flow]) -> Iterator[str]:
        for flow in flows[:3]:
            if flow.lookup is not None:
                yield fact(flow.lookup.line, f"{flow.use.scope} looks it up ({_HOW[flow.lookup.how]})")
            made = flow.keep.value if len(flow.keep.value) < 90 else f"{flow.keep.value[:87]}..."
            yield fact(flow.keep.line, f"{flow.by.scope} keeps {made}")

    def _expires(self, kept: Kept, flows: Sequence[Flow]) -> bool | None:
        for flow in flows:
            if flow.use.clock and any(one.how == "clock" and one.key for one in flow.use.lookups):
                return True
            if any(one.startswith("clock:") for one in flow.keep.beside):
                return True
        if any(use.clock and any(how == "del" for _, how in use.drops) for use in kept.uses):
            return True
        return None if dropped(kept) else False


_HOW: Final = {
    "in": "membership", "get": "get", "try": "a missing one is caught", "none": "compared with None",
    "sentinel": "compared with a sentinel", "truth": "whether true",
    "has": "hasattr", "clock": "age", "key": "made for the same key", "order": "compared by size",
    "setdefault": "setdefault",
}  # fmt: skip

_MAKES: Final = regex(r"_*(?:create|make|new|init|connect|setup|instantiate|open|start|spawn)(?:_|$|[A-Z])")
_ENSURING: Final = regex(
    r"_*(?:ensure|maybe|load|lazy|prepare|build|compute|get|read|populate|need|require)(?:_|$|[A-Z])"
)
_ALLOCATES: Final = regex(r"_*(?:async_)?(?:(?:get|find)_or_)?(?:alloc\w*|assign|reserve)(?:_|$)")
_SAVES: Final = regex(r"_*(?:async_)?(?:schedule_|delay(?:ed)?_|queue_)?(?:save|persist)(?:_|$)")
_SPEAKING: Final = regex(r"cache|memo(?:$|_|i[sz])|lookup_table|precomputed|lazy", re.IGNORECASE)


def _lively(method: str) -> bool:
    return method in _LIVELY or method.startswith(("start_", "stop_", "close_", "connect_", "send_", "async_"))


def _saves(flow: Flow) -> bool:
    """Whether the function that found nothing saves what it has stored."""
    called = flow.lookup.helpers if flow.lookup is not None else ()
    return any(_SAVES.match(one.rpartition(".")[2]) for one in called)


def _speaks(place: str) -> bool:
    return _SPEAKING.search(place.rpartition(".")[2]) is not None


def _names_a_life(name: str) -> bool:
    """Whether the last word of a name is one for connections, locks, tasks and the like."""
    words = [one for one in re.split(r"_+|(?<=[a-z])(?=[A-Z])", name) if one]
    return bool(words) and not _speaks(name) and words[-1].lower().removesuffix("s") in _LIVES


_LIVES: Final = frozenset({
    "client", "connection", "conn", "channel", "session", "socket", "sock", "lock", "thread", "task", "engine", "pool",
    "worker", "process", "proces", "loop", "listener", "server", "logger", "log", "timer", "semaphore", "subscription",
    "websocket", "executor", "driver", "cursor", "transport", "protocol", "event", "future", "queue", "mutex",
    "handler",
    "manager", "scheduler", "reactor", "consumer", "producer", "publisher", "subscriber", "controller", "coordinator",
    "dispatcher", "broker", "ws", "redis", "db", "database", "browser", "window", "widget", "stream", "proxy", "bot",
    "runner", "monitor", "watcher", "observer", "coroutine", "deferred", "connector", "gateway", "daemon", "popen",
})  # fmt: skip


def _nothing_lives(name: str, flows: Sequence[Flow]) -> bool:
    return LIVE_WORDS.search(name.strip("_")) is None or all(flow.keep.source == "computed" for flow in flows)


def _key_beside(keep: Keep) -> bool:
    return any(one.startswith("key:") for one in keep.beside)


def _fixed(key: str) -> bool:
    return key.startswith(("'", '"', "b'", 'b"')) or key.isdigit() or (key.isupper() and "." not in key)


def _kind_of_value(flows: Sequence[Flow]) -> str:
    for flow in flows:
        if flow.keep.awaited or FETCHING.search(flow.keep.callee.rpartition(".")[2].lstrip("_")):
            return "fetched"
    return "pure"


def dropped(kept: Kept) -> tuple[str, ...]:
    """The functions that drop entries, other than those that give the place its first value."""
    return tuple(dict.fromkeys(
        use.scope for use in kept.uses
        if use.scope.rpartition(".")[2] not in ("__init__", "__new__", "__post_init__")
        and any(how != "evict" and not (how in ("empty", "none") and use.keeps) for _, how in use.drops)
        and not (use.clock and all(how == "del" for _, how in use.drops))
    ))  # fmt: skip


def owner_of(kept: Kept, types: Types) -> Symbol | None:
    """The class whose attribute a place is."""
    owner, _, _ = kept.place.rpartition(".")
    if kept.uses[0].root in ("instance", "class") and owner:
        row = types.symbols.interior(kept.module).classes.get(owner)
        if row is not None:
            return Symbol(kept.module, owner, "class", types.symbols.path(kept.module), row.line)
    return None
