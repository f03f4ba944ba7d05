"""From places that may cost time to those that are likely to: what they mean, and which loops lead there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from overhaul.facts import Attribute, CostlyAct, Facts, Function, UsedName
from overhaul.findings import Place
from overhaul.heat.callers import Callers, Way
from overhaul.heat.rows import COSTS, Bottleneck, BottleneckKind
from overhaul.heat.waiting import Wait, Waiting
from overhaul.inventory import testing
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols

_TOLD: Final[Mapping[Wait, str]] = {
    "sleep": "sleeps", "network": "waits for the network", "process": "waits for a process",
    "database": "waits for a database", "input": "waits for somebody to type",
}  # fmt: skip
_HARMLESS: Final = frozenset({"staticmethod", "classmethod", "property"})
_SCANNING: Final[Mapping[str, str]] = {
    "in": "asks whether something is in", "index": "looks for something in", "remove": "looks for something in",
    "insert(0)": "moves all of", "pop(0)": "moves all of",
}  # fmt: skip


class Blocker(NamedTuple):
    """A function that waits in its own body."""

    path: str
    line: int
    callee: str
    wait: Wait


class Heat:
    """Goes through the acts of a project."""

    def __init__(
        self, symbols: Symbols, waiting: Waiting, callers: Callers, functions: Facts[Function],
        attributes: Facts[Attribute], used: Facts[UsedName],
    ) -> None:  # fmt: skip
        """Everything is looked at module by module, when an act leads there."""
        self._symbols, self._waiting, self._callers = symbols, waiting, callers
        self._functions, self._attributes, self._used = functions, attributes, used
        self._blockers: dict[tuple[str, str], Blocker] = {}
        self._rows: dict[str, Mapping[str, Function]] = {}

    def rows(self, acts: Facts[CostlyAct]) -> Iterator[Bottleneck]:
        """The places, by module and line."""
        for module, found in acts.items():
            if testing(self._symbols.path(module)):
                continue
            for act in found:
                if act.act == "call" and act.scope:
                    self._block(module, act)
        for module, found in acts.items():
            if testing(self._symbols.path(module)):
                continue
            for act in found:
                reach = self._callers.row(module, act.scope)
                if reach is None or reach.reached != "tests":
                    yield from self._of(module, act)
        yield from self._one_below()

    # What blocks

    def _function(self, module: str, scope: str) -> Function | None:
        rows = self._rows.get(module)
        if rows is None:
            rows = self._rows[module] = {row.name: row for row in self._functions[module]}
        return rows.get(scope)

    def _block(self, module: str, act: CostlyAct) -> None:
        """Note a function that waits, of those that run when they are called."""
        row = self._function(module, act.scope)
        if row is None or row.asynchronous or row.generator or not _HARMLESS.issuperset(row.decorators):
            return
        wait = self._waiting.of(module, act.scope, act.callee)
        if wait in _TOLD:
            path = self._symbols.path(module)
            self._blockers.setdefault((module, act.scope), Blocker(path, act.line, act.callee, wait))

    def _one_below(self) -> Iterator[Bottleneck]:
        """Coroutines that call a function which blocks."""
        for (module, scope), blocker in self._blockers.items():
            last = scope.rpartition(".")[2]
            for caller in self._callers.of(module, scope):
                row = self._function(caller.module, caller.name)
                if row is None or not row.asynchronous or testing(caller.path) or caller.reached == "tests":
                    continue
                for use in self._used[caller.module]:
                    if use.how != "call" or use.scope != caller.name or use.name.rpartition(".")[2] != last:
                        continue
                    meaning = self._symbols.lookup(caller.module, use.scope, use.name)
                    if isinstance(meaning, Symbol) and (meaning.module, meaning.name) == (module, scope):
                        yield self._made(
                            "blocking_call_in_coroutine", caller.module, caller.name, use.lines[0], use.name, 0,
                            f"the coroutine {caller.name} calls {use.name}, which {_TOLD[blocker.wait]}: the event loop"
                            " stands still meanwhile",
                            places=(Place(blocker.path, blocker.line, f"{last} calls {blocker.callee}"),),
                        )  # fmt: skip

    # Acts

    def _of(self, module: str, act: CostlyAct) -> Iterator[Bottleneck]:
        match act.act:
            case "eager_log" | "log":
                yield from self._log(module, act)
            case "reopened" | "appended":
                yield from self._open(module, act)
            case "row":
                said = {"INSERT": "inserts one row", "writerow": "writes one row"}.get(act.detail, "flushes")
                message = f"{act.callee} {said} in each round of a loop"
                yield self._looped("row_written_alone", module, act, message, way=act.detail)
            case "frame_grown":
                yield self._looped(
                    "frame_grown_in_loop", module, act,
                    f"{act.detail} gets longer by {act.callee} in each round of a loop, which copies all of it",
                )  # fmt: skip
            case "frame_rows":
                does = "makes a Series of" if act.detail == "iterrows" else "runs Python for"
                axis = " with axis=1" if act.detail == "apply" else ""
                yield self._looped(
                    "frame_gone_through_by_row", module, act, f"{act.callee or act.detail}{axis} {does} each row"
                )
            case "call" | "awaits":
                yield from self._call(module, act)
            case "repeated":
                yield self._looped(
                    "repeated_computation", module, act,
                    f"{act.detail} is worked out in each round of a loop, which changes nothing in it",
                )  # fmt: skip
            case "scan":
                yield from self._scan(module, act)
            case "poll":
                yield self._looped(
                    "queue_polled", module, act, f"{act.callee}() is asked again and again, with a sleep in between"
                )

    def _log(self, module: str, act: CostlyAct) -> Iterator[Bottleneck]:
        way = self._callers.way(module, act.scope)
        level, _, how = act.detail.partition(" ")
        if act.act == "eager_log" and act.loops + way.loops >= 1:
            yield self._looped(
                "eager_log_message", module, act,
                f"{act.callee} is given a message that {_HOW[how]} has put together, whether {level} is logged or not",
            )  # fmt: skip
        elif act.act == "log" and act.loops + way.loops >= _HOT:
            yield self._looped("log_in_hot_loop", module, act, f"{act.callee} is called in each round of nested loops")

    def _open(self, module: str, act: CostlyAct) -> Iterator[Bottleneck]:
        if act.act == "reopened":
            way, _, path = act.detail.partition(" ")
            yield self._looped(
                "file_opened_again", module, act, f"{act.callee} opens {path} again in each round of a loop, to {way}"
            )
        elif self._callers.way(module, act.scope).loops:
            yield self._looped(
                "file_opened_again", module, act,
                f"{act.callee} opens {act.detail} to append each time {act.scope} is called, which a loop does",
            )  # fmt: skip

    def _call(self, module: str, act: CostlyAct) -> Iterator[Bottleneck]:
        if act.act == "awaits":
            wait, said = "await", "awaits something else"
            where: tuple[Place, ...] = ()
        else:
            found, where = self._waits(module, act)
            wait, said = found, _TOLD.get(found, "")
        if not said:
            return
        row = self._function(module, act.scope)
        if act.act == "call" and not where and row is not None and row.asynchronous:
            yield self._looped(
                "blocking_call_in_coroutine", module, act,
                f"{act.callee} {said} in the coroutine {act.scope}: the event loop stands still meanwhile",
            )  # fmt: skip
        if act.lock and wait != "database":
            path = self._symbols.path(module)
            lock = (Place(path, act.locked, f"takes {act.lock}"),) if act.locked != act.line else ()
            yield self._looped(
                "lock_held_while_waiting", module, act, f"{act.callee or act.scope} {said} while {act.lock} is held",
                places=(*lock, *where), subject=f"{act.lock}:{act.callee}",
            )  # fmt: skip

    def _waits(self, module: str, act: CostlyAct) -> tuple[Wait, tuple[Place, ...]]:
        """What a call waits for, itself or, under a lock, one below."""
        wait = self._waiting.of(module, act.scope, act.callee)
        if wait or not act.lock:
            return wait, ()
        meaning = self._symbols.lookup(module, act.scope, act.callee)
        if isinstance(meaning, Symbol) and (blocker := self._blockers.get((meaning.module, meaning.name))) is not None:
            name = meaning.name.rpartition(".")[2]
            return blocker.wait, (Place(blocker.path, blocker.line, f"{name} calls {blocker.callee}"),)
        return "", ()

    def _scan(self, module: str, act: CostlyAct) -> Iterator[Bottleneck]:
        way, _, whose = act.detail.partition(" ")
        if whose == "own" and not self._is_own_list(module, act):
            return
        yield self._looped(
            "list_scanned_in_loop", module, act,
            f"each round of a loop {_SCANNING[way]} the list {act.callee}: `{way}` takes the longer, the more it holds",
            subject=f"{act.callee}:{way}", way=way,
        )  # fmt: skip

    def _is_own_list(self, module: str, act: CostlyAct) -> bool:
        """Whether an attribute of the instance is a list wherever its class assigns it."""
        around = self._symbols.interior(module).class_around(act.scope)
        name = act.callee.removeprefix("self.")
        values = [row.value for row in self._attributes[module] if row.owner == around and row.name == name]
        told = [one for one in values if one]
        return bool(told) and all(one.startswith(("[", "list(", "sorted(")) for one in told)

    # Rows

    def _looped(
        self, kind: BottleneckKind, module: str, act: CostlyAct, message: str, places: tuple[Place, ...] = (),
        subject: str = "", way: str = "",
    ) -> Bottleneck:  # fmt: skip
        if act.loop and act.loop != act.line:
            places = (*places, Place(self._symbols.path(module), act.loop, "the loop"))
        return self._made(
            kind, module, act.scope, act.line, subject or act.callee or act.detail, act.loops, message, places, way
        )

    def _made(
        self, kind: BottleneckKind, module: str, scope: str, line: int, subject: str, loops: int, message: str,
        places: tuple[Place, ...], way: str = "",
    ) -> Bottleneck:  # fmt: skip
        led: Way = self._callers.way(module, scope)
        because = tuple(
            f"{caller} of {home} calls {'it' if not number else 'that'} in {_counted(count)}"
            for number, (home, caller, count) in enumerate(led.callers)
        )
        cost = COSTS[kind]
        return Bottleneck(
            kind=kind, module=module, path=self._symbols.path(module), line=line, scope=scope, subject=subject,
            loops=loops, around=led.loops, cost=cost, rank=loops + led.loops + cost, way=way, message=message,
            because=because,
            places=tuple(dict.fromkeys(places)),
        )  # fmt: skip


def _counted(loops: int) -> str:
    return "a loop" if loops == 1 else f"{loops} loops"


_HOW: Final[Mapping[str, str]] = {"f-string": "an f-string", "%": "`%`", "str.format": "`str.format`"}
_HOT: Final = 2
"""Loops around a line of log from which on it is told."""
