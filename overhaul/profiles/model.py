"""What a profile says, whichever tool wrote it."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["sampled", "traced", "measured", "benchmarks"]
"""`sampled`: looked at now and then; `traced`: every call timed; `measured`: blocks timed on purpose."""
NOWHERE = -1
"""Stands for a frame, node or component that there is none of."""


class Frame(msgspec.Struct, frozen=True):
    """A function, or a line of one, as the profiler names it."""

    file: str
    """As the profiler wrote it: absolute, or short; "" for what is written in C."""
    function: str
    """With its class where the profiler knows it."""
    line: int = 0
    """0 where it is not known."""
    exact: bool = False
    """The line is the one that ran; otherwise the function begins there."""
    module: str = ""
    """Of what has no file."""
    text: str = ""
    """The line itself, where the profiler kept it."""


class Node(msgspec.Struct, frozen=True, gc=False):
    """One place of the call tree."""

    frame: int
    """Index of a Frame."""
    parent: int
    """Index of the node that called it, which stands before it; NOWHERE for a root."""
    own: float
    """Time, or samples, in it alone."""


class Edge(msgspec.Struct, frozen=True, gc=False):
    """One function calls another: all that a tracing profiler keeps of stacks."""

    caller: int
    callee: int
    own: float
    """Seconds in the callee alone, when called from there."""
    total: float
    """Seconds until it returned; of recursion, the outermost calls only."""


class Measured(msgspec.Struct, frozen=True):
    """What an instrumentor measured under one name; seconds."""

    name: str
    count: int
    own: float
    """Without what was measured inside it."""
    total: float


class Turn(msgspec.Struct, frozen=True, gc=False):
    """One turn of the main loop, measured; seconds."""

    total: float
    parts: tuple[float, ...]
    """In the order of the profile's `measured`."""


class Series(msgspec.Struct, frozen=True):
    """How long one thing took, again and again: a benchmark, a cycle, a component; seconds."""

    name: str
    runs: tuple[tuple[float, ...], ...]
    """For each process that measured, its values in their order."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a profiler or benchmark tool. Only those of `nodes`, `edges` and so on are filled that it has."""

    file: str
    """As it was named."""
    format: str
    """`cprofile`, `pyinstrument`, `speedscope`, `collapsed`, `scalene`, `instrumentor`, `pytest-benchmark` ..."""
    kind: Kind
    digest: str = ""
    """`sha256:` and the digest of the file."""
    samples: int | None = None
    """How often was looked, as far as the file tells."""
    seconds: bool = True
    """Weights are seconds; otherwise counts of samples."""
    total: float = 0.0
    """All that the shares are shares of."""
    frames: tuple[Frame, ...] = ()
    nodes: tuple[Node, ...] = ()
    own: tuple[float, ...] = ()
    """With `edges`: of each frame, seconds in it alone."""
    cumulative: tuple[float, ...] = ()
    """With `edges`: of each frame, seconds until it returned."""
    edges: tuple[Edge, ...] = ()
    measured: tuple[Measured, ...] = ()
    turns: tuple[Turn, ...] = ()
    series: tuple[Series, ...] = ()
    notes: tuple[str, ...] = ()
    """What is to be known about figures of this tool."""


class Wrong(Exception):
    """The file is none of this format, or broken; the message says what of it."""


class Tree:
    """Puts a call tree together from stacks; equal stacks share their nodes."""

    def __init__(self) -> None:
        """An empty tree."""
        self._frames: dict[Frame, int] = {}
        self._nodes: dict[tuple[int, int], int] = {}
        self._own: list[float] = []

    def frame(self, frame: Frame) -> int:
        """The index of a frame."""
        return self._frames.setdefault(frame, len(self._frames))

    def node(self, parent: int, frame: int) -> int:
        """The index of the node of a frame below another node."""
        node = self._nodes.setdefault((parent, frame), len(self._own))
        if node == len(self._own):
            self._own.append(0.0)
        return node

    def add(self, node: int, weight: float) -> None:
        """Put time, or samples, to a node alone."""
        self._own[node] += weight

    def frames(self) -> tuple[Frame, ...]:
        """The frames, by index."""
        return tuple(self._frames)

    def nodes(self) -> tuple[Node, ...]:
        """The nodes; whoever calls stands before what it calls."""
        return tuple(
            Node(frame, parent, own) for (parent, frame), own in zip(self._nodes, self._own, strict=True)
        )

    def total(self) -> float:
        """All time, or samples."""
        return sum(self._own)


def weight(value: float, what: str) -> float:
    """A duration or count. Raises Wrong for one below 0, and for what is no number."""
    if not 0 <= value < float("inf"):
        raise Wrong(f"{what} is {value}")
    return value
