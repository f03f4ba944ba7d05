"""Look-ups that another thread or task can come between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import msgspec

from overhaul.facts import Class, Facts, StorageUse, UsedName
from overhaul.findings import Finding, Place
from overhaul.inventory import Cache
from overhaul.leaves import Rule
from overhaul.naming.meanings import Symbol
from overhaul.options import Options
from overhaul.patterns import regex
from overhaul.placing import apart
from overhaul.symbols import Symbols


class UnlockedCheckThenStoreOptions(Options, frozen=True):
    """Which of them are found."""

    awaited: Annotated[
        bool,
        msgspec.Meta(description="Report what tasks of one thread do twice, since the value is awaited, as a note too"),
    ] = True


@Rule
def unlocked_check_then_store(
    caches: Sequence[Cache], uses: Facts[StorageUse], used: Facts[UsedName], classes: Facts[Class], symbols: Symbols,
    options: UnlockedCheckThenStoreOptions,
) -> Iterator[Finding]:  # fmt: skip
    """A cache is looked up and filled without a lock where other threads or tasks do the same.

    Why: all that ask before the first answer is there find nothing, and all do the work: the slow query runs as many
    times at once as there are askers, just when the load is highest. With threads, a half-filled container can be seen.

    Instead: hold a lock over the look-up and the store (`threading.Lock`; `asyncio.Lock` where the value is awaited),
    and look again once it is held; or keep the task and not the value, so that all wait for the one.

    Told where the value is awaited between look-up and store, where other functions take a lock for the same cache,
    and where the function, or one of the class that calls it, is handed to a thread. It is a note where only work is
    done twice.
    """
    for cache in caches:
        if not cache.sure or cache.subkind not in ("adhoc_dict", "lazy_attr", "class"):
            continue
        place = f"{cache.name}.{cache.storage}" if cache.subkind == "class" and cache.storage else cache.name
        mine = [use for use in uses[cache.module] if use.place == place]
        bare = [(use, keep) for use in mine for keep in use.keeps if keep.missed and not keep.locked]
        if not bare:
            continue
        use, keep = bare[0]
        locking = next((one for one in mine if one.locked and one is not use), None)
        owners = {row.name for row in classes[cache.module]}
        lines = {name: _line_of(symbols, cache.module, name) for name in owners}
        threaded = _threads(use.scope, used[cache.module], lines)
        because, places = apart(cache.evidence[:2], cache.path, keep.line)
        if locking is not None:
            places = (*places, Place(cache.path, locking.line, f"{locking.scope} takes a lock"))
            why, severity = f"{locking.scope} takes a lock for it", "warning"
        elif threaded:
            why, severity = f"{threaded} runs it in a thread", "warning"
        elif keep.awaited and not use.locked and options.awaited:
            why, severity = "the value is awaited in between", "note"
        else:
            continue
        yield Finding(
            rule="unlocked_check_then_store", severity="warning" if severity == "warning" else "note",
            module=cache.module,
            path=cache.path, line=keep.line, name=cache.name,
            message=f"{use.scope} looks {cache.name} up and fills it without a lock: {why}", because=because,
            places=places,
        )  # fmt: skip


def _line_of(symbols: Symbols, module: str, name: str) -> frozenset[str]:
    """The classes of a module that a class is or inherits from."""
    order = symbols.order(module, name)
    return frozenset({name, *(one.name for one in order if isinstance(one, Symbol) and one.module == module)})


def _threads(scope: str, used: Sequence[UsedName], classes: Mapping[str, frozenset[str]]) -> str:
    """The function that hands this one, or one of the class that calls it, to a thread; "" when none does.

    `classes` are those of the module, each with what it inherits from: `self.get` is that of the class whose function
    starts the thread, or of one that stands in line with it.
    """
    owner = scope.rpartition(".")[0]
    callers: Mapping[str, set[str]] = _callers(owner, used)
    reached, waiting = {scope}, [scope]
    while waiting:
        for one in callers.get(waiting.pop(), ()):
            if one not in reached:
                reached.add(one)
                waiting.append(one)
    starters = {row.scope: row.lines for row in used if row.how == "call" and _STARTING.fullmatch(row.name)}
    for row in used:
        if row.how != "load" or row.scope not in starters:
            continue
        named = row.name
        if owner and row.name.startswith("self."):
            starting = _class_around(row.scope, classes)
            if owner not in classes.get(starting, ()) and starting not in classes.get(owner, ()):
                continue
            named = f"{owner}.{row.name[5:]}"
        if named in reached and any(abs(line - start) <= 3 for line in row.lines for start in starters[row.scope]):
            return row.scope or "the module"
    return ""


def _class_around(scope: str, classes: Mapping[str, frozenset[str]]) -> str:
    """The innermost class around a function, dotted; "" outside of classes."""
    while scope and scope not in classes:
        scope = scope.rpartition(".")[0]
    return scope


def _callers(owner: str, used: Sequence[UsedName]) -> dict[str, set[str]]:
    """Function -> the functions of the same class or module that call it."""
    callers: dict[str, set[str]] = {}
    for row in used:
        if row.how == "call" or row.how == "load":
            if row.name.startswith("self.") and row.name.count(".") == 1 and row.scope.startswith(f"{owner}."):
                callers.setdefault(f"{owner}.{row.name[5:]}", set()).add(row.scope)
            elif "." not in row.name and row.how == "call":
                callers.setdefault(row.name, set()).add(row.scope)
    return callers


_STARTING = regex(
    r"(?:.*\.)?(?:Thread|Timer|submit|start_new_thread|to_thread|run_in_executor)|.*(?:pool|executor)\w*\.map",
    re.IGNORECASE,
)
