"""What pytest-benchmark and pyperf write."""

from __future__ import annotations

import msgspec

from overhaul.profiles.model import Profile, Series, Wrong, weight


class _Stats(msgspec.Struct):
    median: float
    data: list[float] | None = None
    """Each round, where they were kept: `--benchmark-json`, or `--benchmark-save-data`."""


class _Benchmark(msgspec.Struct):
    fullname: str
    stats: _Stats


class _PytestBenchmark(msgspec.Struct):
    benchmarks: list[_Benchmark]


def read_pytest_benchmark(data: bytes, file: str) -> Profile:
    """The benchmarks in the bytes of pytest-benchmark's JSON. Raises Wrong, and what msgspec raises."""
    found = msgspec.json.decode(data, type=_PytestBenchmark)
    return _series(
        file, "pytest-benchmark",
        [Series(one.fullname, (tuple(weight(value, "a round") for value in one.stats.data or [one.stats.median]),))
         for one in found.benchmarks],
    )  # fmt: skip


class _Metadata(msgspec.Struct):
    name: str = ""
    unit: str = "second"


class _Run(msgspec.Struct):
    values: list[float] = []


class _Suite(msgspec.Struct):
    runs: list[_Run]
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Pyperf(msgspec.Struct):
    benchmarks: list[_Suite]
    version: str
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def read_pyperf(data: bytes, file: str) -> Profile:
    """The benchmarks in the bytes of pyperf's JSON, whose runs are processes. Raises Wrong, and what msgspec raises."""
    found = msgspec.json.decode(data, type=_Pyperf)
    series: list[Series] = []
    for one in found.benchmarks:
        if (one.metadata.unit or found.metadata.unit) != "second" or found.metadata.unit != "second":
            continue
        runs = (tuple(weight(value, "a value") for value in run.values) for run in one.runs)
        # A run that calibrates has no values.
        name = one.metadata.name or found.metadata.name or "benchmark"
        series.append(Series(name, tuple(run for run in runs if run)))
    return _series(file, "pyperf", series)


def _series(file: str, name: str, found: list[Series]) -> Profile:
    kept = tuple(one for one in found if one.runs)
    if not kept:
        raise Wrong("holds no benchmark that measures time")
    return Profile(file=file, format=name, kind="benchmarks", series=kept)
