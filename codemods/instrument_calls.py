"""Measure functions and calls, and take the measurements out again."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Proposal
from overhaul.instrumenting.calls import Form
from overhaul.instrumenting.putting import Unsure, Wanted, instrumented
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.requests import Request


class InstrumentCalls(Request, frozen=True):
    """What to measure, and with what."""

    instrumentor: str
    """The variable that measures, an `Instrumentor` of overhaul.unified.instrument: `package.module:INSTRUMENTOR`."""
    functions: tuple[str, ...] = ()
    """Functions and methods, all calls of which are measured: `package.module:Class.method`; patterns with `*`."""
    calls: tuple[str, ...] = ()
    """Calls, by the function as it is written, `self._queue.put` (patterns with `*`), or meant: `json:dumps`."""
    within: tuple[str, ...] = ()
    """The modules in which calls are looked for, dotted, patterns with `*`; all where there are none."""
    label: str = ""
    """The component under which all of it is told; a function's own name or the call as it is written without one."""
    form: Form = "with"
    """How a call is measured: `with` its whole statement, or the `call` alone, by a function that calls it."""
    unsure: Unsure = "refuse"
    """What becomes of functions that may notice that they are wrapped: `refuse`, `wrap` or `leave` them."""
    remove: bool = False
    """The measurements are taken out: of what is named, or all."""


@Codemod
def instrument_calls(project: Project, request: InstrumentCalls) -> Iterator[Proposal]:
    """Put measurements around functions or calls, or take them out again, byte for byte.

    A function gets a decorator directly above its `def`, below `@staticmethod`, `@property` and the like. A call that
    is the whole value of a statement is measured by a `with` on the statement's line, arguments included; with
    `form = "call"` any call is, without its arguments. What was put in is known by its names (`probed`, `probe`,
    `probe_call`, `probe_await`), which nothing else is to use, and the import by the comment behind it: with `remove`
    all of it goes.

    Refused, or left where a pattern named it: functions that ask who calls them, whose code is looked into, or that
    have a decorator which may. A call that cannot be measured in the form asked for is told.
    """
    wanted = Wanted(
        instrumentor=request.instrumentor, functions=request.functions, calls=request.calls, within=request.within,
        label=request.label, form=request.form, unsure=request.unsure,
    )  # fmt: skip
    yield from instrumented(project, wanted, remove=request.remove)
