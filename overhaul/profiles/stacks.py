"""Profiles that are made of stacks: pyinstrument's JSON, speedscope's JSON, collapsed stacks."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from overhaul.patterns import regex
from overhaul.profiles.model import NOWHERE, Frame, Profile, Tree, Wrong, weight

_SECONDS: Final = {"seconds": 1.0, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9}


MERGED: Final = (
    "pyinstrument books short calls to their callers in this format, so that components are missed: use `-r json`"
)


class _Called(msgspec.Struct):
    """A frame in pyinstrument's JSON."""

    function: str
    time: float
    file_path: str | None = None
    file_path_short: str | None = None
    line_no: int | None = None
    children: list[_Called] = []


class _Pyinstrument(msgspec.Struct):
    """A file of pyinstrument."""

    root_frame: _Called | None
    sample_count: int
    duration: float


def read_pyinstrument(data: bytes, file: str) -> Profile:
    """The profile in the bytes of `pyinstrument -r json`. Raises Wrong, and what msgspec raises."""
    found = msgspec.json.decode(data, type=_Pyinstrument)
    if found.root_frame is None or found.sample_count <= 0:
        raise Wrong("pyinstrument has taken no sample")
    tree = Tree()
    waiting: list[tuple[_Called, int]] = [(found.root_frame, NOWHERE)]
    while waiting:
        called, parent = waiting.pop()
        children = called.children
        alone = weight(called.time, "a time") - sum(child.time for child in children)
        # `[self]`, `[await]` and the like are no functions: their time is that of whoever stands above.
        if called.function.startswith("[") and parent != NOWHERE:
            node = parent
        else:
            node = tree.node(parent, tree.frame(_pyinstrument_frame(called)))
        tree.add(node, max(alone, 0.0))
        waiting += [(child, node) for child in reversed(children)]
    return Profile(
        file=file, format="pyinstrument", kind="sampled", samples=found.sample_count, total=tree.total(),
        frames=tree.frames(), nodes=tree.nodes(),
    )  # fmt: skip


def _pyinstrument_frame(called: _Called) -> Frame:
    path = called.file_path or called.file_path_short or ""
    if path == "<built-in>" or not path:
        return Frame("", called.function, module="<built-in>")
    return Frame(path, called.function, max(called.line_no or 0, 0))


class _SpeedscopeFrame(msgspec.Struct):
    name: str
    file: str | None = None
    line: int | None = None


class _Shared(msgspec.Struct):
    frames: list[_SpeedscopeFrame]


class _Event(msgspec.Struct, gc=False):
    type: Literal["O", "C"]
    at: float
    frame: int


class _Evented(msgspec.Struct, tag="evented"):
    """A profile of openings and closings."""

    unit: str
    startValue: float
    endValue: float
    events: list[_Event]


class _Sampled(msgspec.Struct, tag="sampled"):
    """A profile of stacks, outermost first, with their weights."""

    unit: str
    samples: list[list[int]]
    weights: list[float]


class _Speedscope(msgspec.Struct):
    """A file of the speedscope format."""

    shared: _Shared
    profiles: list[_Evented | _Sampled]
    exporter: str | None = None


def read_speedscope(data: bytes, file: str) -> Profile:
    """The profiles in the bytes of a file of speedscope, one for each thread, as one.

    Raises Wrong, and what msgspec raises. https://www.speedscope.app/file-format-schema.json
    """
    found = msgspec.json.decode(data, type=_Speedscope)
    # py-spy names the line that ran, others the one where the function begins.
    exact = (found.exporter or "").startswith("py-spy")
    tree = Tree()
    frames = [
        tree.frame(
            Frame(one.file, one.name, max(one.line or 0, 0), exact and bool(one.line))
            if one.file and one.file != "<built-in>"
            else Frame("", one.name, module="<built-in>")
        )
        for one in found.shared.frames
    ]
    units = {one.unit for one in found.profiles}
    if len(units) > 1:
        raise Wrong(f"its threads are in different units, {' and '.join(sorted(units))}")
    if "bytes" in units:
        raise Wrong("it is of memory, not of time")
    samples: int | None = 0
    for one in found.profiles:
        factor = _SECONDS.get(one.unit, 1.0)
        if isinstance(one, _Sampled):
            _add_samples(tree, one, frames, factor)
            samples = None if samples is None else samples + len(one.samples)
        else:
            _add_events(tree, one, frames, factor)
            samples = None
    if not tree.total():
        raise Wrong("holds no time")
    merged = "pyinstrument" in (found.exporter or "")
    sampled = samples is not None or merged
    return Profile(
        file=file, format="speedscope", kind="sampled" if sampled else "traced", samples=samples, total=tree.total(),
        seconds=units <= _SECONDS.keys(), frames=tree.frames(), nodes=tree.nodes(),
        notes=(MERGED,) if merged else (),
    )  # fmt: skip


def _add_samples(tree: Tree, one: _Sampled, frames: list[int], factor: float) -> None:
    if len(one.samples) != len(one.weights):
        raise Wrong(f"{len(one.samples)} stacks have {len(one.weights)} weights")
    for stack, value in zip(one.samples, one.weights, strict=True):
        node = NOWHERE
        for frame in stack:
            node = tree.node(node, _known(frame, frames))
        if node != NOWHERE:
            tree.add(node, weight(value, "a weight") * factor)


def _add_events(tree: Tree, one: _Evented, frames: list[int], factor: float) -> None:
    opened: list[tuple[int, int]] = []
    last = one.startValue
    for event in one.events:
        if opened:
            tree.add(opened[-1][1], weight(event.at - last, "the time between two events") * factor)
        last = event.at
        if event.type == "O":
            frame = _known(event.frame, frames)
            opened.append((event.frame, tree.node(opened[-1][1] if opened else NOWHERE, frame)))
        elif not opened or opened.pop()[0] != event.frame:
            raise Wrong(f"frame {event.frame} is closed where it is not the innermost")


def _known(frame: int, frames: list[int]) -> int:
    if not 0 <= frame < len(frames):
        raise Wrong(f"frame {frame} is not among the {len(frames)} that it lists")
    return frames[frame]


_COLLAPSED: Final = regex(r"(.*) (\d{1,15})")
_PLACE: Final = regex(r"(.*) \((.+?)(?::(\d{1,9}))?\)")


def read_collapsed(data: bytes, file: str) -> Profile:
    """The profile in stacks of one line each, `outer (file:line);inner (file:line) count`, as `py-spy -f raw` writes.

    Raises Wrong.
    """
    tree = Tree()
    samples = 0
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        if not (stack := _COLLAPSED.fullmatch(line)):
            raise Wrong(f"line {number} is no stack with its count behind it")
        node = NOWHERE
        # py-spy has empty stacks too, of threads that were just beginning.
        for name in filter(None, stack[1].split(";")):
            node = tree.node(node, tree.frame(_collapsed_frame(name)))
        if node != NOWHERE:
            tree.add(node, int(stack[2]))
            samples += int(stack[2])
    if not samples:
        raise Wrong("holds no sample")
    return Profile(
        file=file, format="collapsed", kind="sampled", samples=samples, total=tree.total(), seconds=False,
        frames=tree.frames(), nodes=tree.nodes(),
    )  # fmt: skip


def _collapsed_frame(name: str) -> Frame:
    if place := _PLACE.fullmatch(name):
        return Frame(place[2], place[1], int(place[3] or 0), exact=bool(place[3]))
    return Frame("", name, module="<built-in>")
