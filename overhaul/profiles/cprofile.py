"""What cProfile, profile and pstats write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.patterns import regex
from overhaul.profiles.marshalled import Reader, Value
from overhaul.profiles.model import Edge, Frame, Profile, Wrong, weight

OVERHEAD: Final = (
    "cProfile adds its own cost to each call: functions that are called very often look more expensive than they are"
)
_METHOD: Final = regex(r"<(?:built-in )?method '([^']*)' of '([^']*)' objects>")
_FUNCTION: Final = regex(r"<built-in method (?:([\w.]+)\.)?([\w<>]+)>")


def read_cprofile(data: bytes, file: str) -> Profile:
    """The profile in the bytes of a file. Raises Wrong."""
    table = Reader(data).value()
    if not isinstance(table, dict) or not table:
        raise Wrong("holds no function")
    functions = {_function(key): index for index, key in enumerate(table)}
    if len(functions) != len(table):
        raise Wrong("names a function twice")
    own: list[float] = []
    cumulative: list[float] = []
    edges: list[Edge] = []
    for index, entry in enumerate(table.values()):
        _, _, alone, whole, callers = _entry(entry)
        own.append(alone)
        cumulative.append(whole)
        edges += _edges(callers, index, functions)
        # Each takes its bytes, unless one table stands for many by references.
        if len(edges) > len(data):
            raise Wrong("has more calls than it has bytes")
    return Profile(
        file=file, format="cprofile", kind="traced", total=sum(own), frames=tuple(functions), own=tuple(own),
        cumulative=tuple(cumulative), edges=tuple(edges), notes=(OVERHEAD,),
    )  # fmt: skip


def _entry(entry: Value) -> tuple[int, int, float, float, dict[Value, Value]]:
    """Calls, calls that are no recursion, seconds alone, seconds in all, callers."""
    match entry:
        case (int(primitive), int(calls), float() | int() as own, float() | int() as total, dict(callers)):
            return primitive, calls, weight(own, "a time"), weight(total, "a time"), callers
    raise Wrong("what is said of a function is not what cProfile says")


def _edges(callers: dict[Value, Value], callee: int, functions: dict[Frame, int]) -> Iterator[Edge]:
    for key, entry in callers.items():
        caller = functions.get(_function(key))
        if caller is None:
            continue
        match entry:
            case (int(), int(), float() | int() as own, float() | int() as total):
                yield Edge(caller, callee, weight(own, "a time"), weight(total, "a time"))
            case int(calls):
                # The `profile` module keeps only how often; the times are shared out by that.
                yield Edge(caller, callee, float(calls), float(calls))
            case _:
                raise Wrong("what is said of a caller is not what cProfile says")


def _function(key: Value) -> Frame:
    match key:
        case (str(file), int(line), str(name)):
            return Frame(file, name, max(line, 0)) if file != "~" else in_c(name)
    raise Wrong("a function is not named as cProfile does")


def in_c(name: str) -> Frame:
    """A function written in C: `<method 'flush' of '_io.TextIOWrapper' objects>` is `_io:TextIOWrapper.flush`."""
    if method := _METHOD.match(name):
        module, _, owner = method[2].rpartition(".")
        return Frame("", f"{owner}.{method[1]}", module=module or "builtins")
    if function := _FUNCTION.match(name):
        return Frame("", function[2], module=function[1] or "builtins")
    return Frame("", name, module="<built-in>")
