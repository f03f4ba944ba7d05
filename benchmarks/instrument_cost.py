"""What it costs to be measured by `overhaul.unified.instrument`: switched on, switched off, and left out.

    python -m benchmarks.instrument_cost [--runs N]

Each line is the same work bare and with a measurement: the ratio of the two, and the difference in nanoseconds. The
pieces of work are a function that does nothing, which shows the cost itself, and one of a few
microseconds, a small message encoded as JSON and read again. The best of some runs counts: whatever else the machine
does only adds to them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from unified import instrument  # noqa: TID251
else:
    instrument = importlib.import_module("overhaul.unified.instrument")

LIMIT: Final = 250
"""Greatest nanoseconds that a decorator may add which is switched off; ratios of real work tell as much of the load."""
MESSAGE: Final = {"id": 17, "prices": [1.5, 2.25, 3.125] * 4, "symbols": ["ABC", "DEF"] * 4, "open": True, "of": None}

Work = Callable[[], object]


def nothing() -> None:
    """The least that can be called."""


def message() -> object:
    """A small piece of real work."""
    return json.loads(json.dumps(MESSAGE))


def numbers() -> Iterator[int]:
    """Ten steps of a generator."""
    yield from range(10)


def drained(work: Callable[[], Iterator[int]]) -> Work:
    """Goes through a generator."""
    return lambda: sum(work())


def nanoseconds(works: list[Work], runs: int) -> list[float]:
    """Of one call of each, the best of some runs, which alternate."""
    best = [float("inf")] * len(works)
    for _ in range(runs):
        for number, work in enumerate(works):
            calls = 2000
            begin = perf_counter_ns()
            for _ in range(calls):
                work()
            best[number] = min(best[number], (perf_counter_ns() - begin) / calls)
    return best


def with_block(meter: instrument.Instrumentor, work: Work) -> Work:
    """The work in a `with` of its own."""

    def measured() -> object:
        with meter.measure("work"):
            return work()

    return measured


def main() -> None:
    """Measure and print; exits with 1 when what is switched off costs more than it may."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--runs", type=int, default=15)
    runs = arguments.parse_args().runs
    on, off = instrument.Instrumentor(), instrument.Instrumentor(enabled=False)
    absent = instrument.Instrumentor.absent()
    resources = instrument.Instrumentor(resources="components")
    plain = lambda: nothing()  # noqa: E731 - a frame as the block's has
    rows: list[tuple[str, Work, Work]] = []
    for name, meter in (("absent", absent), ("off", off), ("on", on), ("on, with resources", resources)):
        rows += [
            (f"nothing, decorated, {name}", nothing, meter.measured("nothing")(nothing)),
            (f"nothing, in a with, {name}", plain, with_block(meter, nothing)),
            (f"a message, decorated, {name}", message, meter.measured("message")(message)),
            (f"a generator of ten steps, {name}", drained(numbers), drained(meter.measured("steps")(numbers))),
        ]
    measured = nanoseconds([work for _, *pair in rows for work in pair], runs)
    print(f"{'work':40} {'bare ns':>9} {'measured':>9} {'ratio':>7} {'adds ns':>9}")
    failed = False
    for number, (name, _, _) in enumerate(rows):
        bare, now = measured[2 * number], measured[2 * number + 1]
        failed |= name == "nothing, decorated, off" and now - bare > LIMIT
        print(f"{name:40} {bare:9.0f} {now:9.0f} {now / bare:7.2f} {now - bare:9.0f}")
    sys.exit(f"switched off, a decorator adds more than {LIMIT} ns" if failed else 0)


if __name__ == "__main__":
    main()
