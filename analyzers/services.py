"""Programs that keep running, found from where they start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from overhaul.facts import Facts, LocalName, LooseName, ReceiverUse, UsedName, Variable
from overhaul.hardening import RunLoop, Service, ServicePath
from overhaul.inventory import testing
from overhaul.leaves import Analyzer
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols
from overhaul.types import Types

_DEPTH: Final = 5
"""Calls from the start to the loop."""
_WAITING: Final = frozenset({
    "sleep", "wait", "recv", "recvfrom", "accept", "poll", "select", "get", "consume", "receive", "read", "readline",
    "run_pending", "receive_text", "brpop", "blpop", "listen", "next_message", "get_message", "get_event", "next_event",
    "recv_multipart", "wait_for", "receive_message", "drain_events", "sleep_ms", "recv_pyobj", "recv_json", "step",
})  # fmt: skip
"""What a loop does that serves: without any of these it works something out."""
_ASKING: Final = frozenset({"input", "raw_input", "prompt", "getpass", "readchar", "getch", "cmdloop"})


class _Start(NamedTuple):
    """Where a program begins."""

    module: str
    scope: str
    first: int
    """Lines of the module between which it stands; 0 for all of a function."""
    last: int
    what: str


@Analyzer
def services(
    symbols: Symbols, loops: Facts[RunLoop], used: Facts[UsedName], receivers: Facts[ReceiverUse],
    loose: Facts[LooseName], variables: Facts[Variable], local_names: Facts[LocalName],
) -> Iterator[Service]:  # fmt: skip
    """Functions that serve, or loop for ever, and that a program gets to by calls from where it starts.

    Starts are what stands below `if __name__ == "__main__"`, `__main__` modules, and what entry points of the metadata
    name. What runs in a thread or another process is not called, and so is none. One row for each start and function.
    """
    found = {module: rows for module, rows in loops.items() if not testing(symbols.path(module))}
    running = {
        (module, row.scope): row for module, rows in found.items() for row in rows
        if row.kind == "serves" or (row.kind == "endless" and _serves(row))
    }  # fmt: skip
    if not running:
        return
    calls = _Calls(symbols, used, receivers, loose, Types(symbols, variables, local_names))
    told: set[tuple[str, str]] = set()
    for start in _starts(symbols, found):
        for path in _paths(start, calls, running, symbols):
            module, scope = path[-1].module, path[-1].what
            if (module, scope) in told:
                continue
            told.add((module, scope))
            row = running[module, scope]
            through = dict.fromkeys(one.module for one in path)
            around = tuple(_around(module, found))
            yield Service(
                name=scope, module=module, path=symbols.path(module), line=row.line, what=row.what,
                entry=tuple(path[:-1]),
                signals=tuple(_places("signals", through, found, symbols)),
                health=tuple(_places("health", around, found, symbols))[:3],
                alerts=tuple(_places("alerts", around, found, symbols))[:3],
            )  # fmt: skip


def _serves(row: RunLoop) -> bool:
    calls = set(row.calls)
    return bool(calls & _WAITING) and not calls & _ASKING


def _starts(symbols: Symbols, loops: Mapping[str, Sequence[RunLoop]]) -> Iterator[_Start]:
    for target in symbols.layout.entries:
        meaning = symbols.resolve(target.replace(":", ".").replace(" ", ""))
        if isinstance(meaning, Symbol) and meaning.kind in ("function", "method"):
            yield _Start(meaning.module, meaning.name, 0, 0, f"entry point {target}")
    for module, rows in loops.items():
        yield from (_Start(module, "", row.line, row.end, "__main__") for row in rows if row.kind == "main")
    for module in symbols.layout.modules:
        if module.rpartition(".")[2] == "__main__":
            yield _Start(module, "", 0, 0, "__main__")


def _paths(
    start: _Start, calls: _Calls, running: Mapping[tuple[str, str], RunLoop], symbols: Symbols
) -> Iterator[list[ServicePath]]:
    """The ways from a start to functions that keep running, the shortest to each; the last step is such a function."""
    first = ServicePath(start.module, symbols.path(start.module), max(start.first, 1), start.scope)
    waiting: list[list[ServicePath]] = [[first]]
    seen = {(start.module, start.scope)}
    row = running.get((start.module, start.scope))
    if row is not None and (not start.first or start.first <= row.line <= start.last):
        yield [first]
    while waiting:
        path = waiting.pop(0)
        if len(path) > _DEPTH:
            continue
        here = path[-1]
        span = (start.first, start.last) if len(path) == 1 and start.first else None
        for symbol in calls.of(here.module, here.what, span):
            key = (symbol.module, symbol.name)
            if key in seen:
                continue
            seen.add(key)
            longer = [*path, ServicePath(symbol.module, symbol.path, symbol.line, symbol.name)]
            if key in running:
                yield longer
            waiting.append(longer)


def _around(module: str, loops: Mapping[str, Sequence[RunLoop]]) -> Iterator[str]:
    """The modules of the same topmost package, or beside a script."""
    top = module.partition(".")[0]
    return (one for one in loops if one == top or one.startswith(f"{top}."))


def _places(
    kind: str, modules: Iterable[str], loops: Mapping[str, Sequence[RunLoop]], symbols: Symbols
) -> Iterator[str]:
    for module in modules:
        yield from (f"{symbols.path(module)}:{row.line}" for row in loops.get(module, ()) if row.kind == kind)


class _Calls:
    """What the functions of a project call, asked one by one."""

    def __init__(
        self, symbols: Symbols, used: Facts[UsedName], receivers: Facts[ReceiverUse], loose: Facts[LooseName],
        types: Types,
    ) -> None:  # fmt: skip
        self._symbols, self._used, self._receivers, self._loose, self._types = symbols, used, receivers, loose, types

    def of(self, module: str, scope: str, span: tuple[int, int] | None) -> Iterator[Symbol]:
        """The functions and methods that a scope calls, of a module's top level those between two lines."""
        for used in self._used[module]:
            here = span is None or any(span[0] <= line <= span[1] for line in used.lines)
            if used.scope == scope and used.how == "call" and here:
                yield from self._named(module, scope, used.name)
        for receiver in self._receivers[module]:
            if receiver.scope == scope and receiver.how == "call":
                owner, _, method = receiver.name.rpartition(".")
                yield from self._method(module, scope, owner, method)
        for loose in self._loose[module]:
            if loose.scope == scope and loose.how == "called":
                for name in loose.names:
                    owner, _, method = name.partition("().")
                    yield from self._method(module, scope, f"{owner}()", method)

    def _named(self, module: str, scope: str, name: str) -> Iterator[Symbol]:
        meaning = self._symbols.lookup(module, scope, name)
        if isinstance(meaning, Symbol):
            if meaning.kind in ("function", "method"):
                yield meaning
            elif meaning.kind == "class":
                yield from self._of_class(meaning, "__init__")
            return
        owner, _, method = name.rpartition(".")
        if owner:
            yield from self._method(module, scope, owner, method)

    def _method(self, module: str, scope: str, owner: str, method: str) -> Iterator[Symbol]:
        for one in self._types.of_expression(module, scope, owner):
            if isinstance(one, Symbol):
                yield from self._of_class(one, method)

    def _of_class(self, owner: Symbol, method: str) -> Iterator[Symbol]:
        found = self._types.method(owner, method)
        if found is not None:
            at, row = found
            yield Symbol(at.module, row.name, "method", self._symbols.path(at.module), row.line)
