"""The components of a running program that a profile is asked about, and the share of the time each may take."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

Priority = Literal["high", "medium", "low"]


class ComponentPattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.perf.components.NAME]`: what belongs to a component, and when it takes too much.

    Patterns are those of `fnmatch`, with their case. One that has the name of a built-in component (`logging`,
    `file_writes`, `queues`, `dataframes`) says only what differs.
    """

    frames: tuple[str, ...] = ()
    """Functions, as `module` or `module:function`: `shop.pricing.*`, `csv:DictWriter.*`."""
    calls: tuple[str, ...] = ()
    """Calls as they are written (`log.*`, `*.writerow`), for profilers that do not see the function itself."""
    measured: tuple[str, ...] = ()
    """Names that an instrumentor has measured it under; its own name always counts."""
    threshold: Annotated[float, msgspec.Meta(ge=0, lt=1)] | None = None
    """The share of the time, 0 to 1, above which something is to be done; with 0, or none, it is listed only."""
    priority: Priority | None = None
    """How urgent that is then; medium when it is not said."""
    advice: str = ""
    """What is to be done."""


class Perf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.perf]`: how profiles are read."""

    components: dict[str, ComponentPattern] = {}
    """Components by name; they are looked for before those that are built in."""


BUILT_IN: Final = (
    (
        "logging",
        ComponentPattern(
            frames=("logging", "logging.*", "loguru.*", "structlog.*"),
            calls=("log.*", "*.log.*", "logger.*", "*.logger.*", "*._log.*", "*._logger.*", "logging.*", "LOG.*",
                   "LOGGER.*", "_LOGGER.*", "_log.*", "_logger.*"),
            measured=("log", "logs", "log.*", "logging.*", "logging_*", "*_logging"),
            threshold=0.40, priority="high",
            advice="let a thread of its own write the log (logging.handlers.QueueHandler), or log less in the loop",
        ),
    ),
    (
        "file_writes",
        ComponentPattern(
            frames=("csv", "_csv", "pandas.*:to_csv", "pandas.*:*.to_csv", "pandas.io.formats.csvs",
                    "polars.*:*write_csv", "*:writer.writerow", "*:writer.writerows", "*:*IO*.write",
                    "*:*IO*.writelines", "*:*IO*.flush",
                    "*:Buffered*.write", "*:Buffered*.flush", "io:open", "_io:open", "<built-in>:open", "posix:fsync",
                    "posix:write", "nt:fsync", "nt:write", "pathlib*:*write_text", "pathlib*:*write_bytes"),
            calls=("*.writerow", "*.writerows", "*.to_csv", "csv.writer", "csv.DictWriter", "*.write", "*.writelines",
                   "*.flush", "os.fsync", "*.write_text", "*.write_bytes"),
            measured=("csv", "csv_*", "csv.*", "*_csv", "file_*", "files", "*_write", "*_writes"),
            threshold=0.30, priority="high",
            advice="keep rows in memory and write them in batches; keep files open",
        ),
    ),
    (
        "queues",
        ComponentPattern(
            frames=("queue", "_queue", "multiprocessing.queues", "asyncio.queues", "*:SimpleQueue.*"),
            calls=("*queue.put", "*queue.get", "*.put_nowait", "*.get_nowait", "*inbox.put", "*inbox.get",
                   "*outbox.put", "*_q.put", "*_q.get", "q.put", "q.get"),
            measured=("queue", "queue_*", "queue.*", "*_queue", "*_queues"),
            threshold=0.20, priority="medium",
            advice="hand over several items at a time, or use collections.deque where one thread puts and one takes",
        ),
    ),
    (
        "dataframes",
        ComponentPattern(
            frames=("pandas", "pandas.*", "polars", "polars.*"),
            calls=("pd.*", "pandas.*", "pl.*", "polars.*", "df.*", "*_df.*", "*.iterrows", "*.itertuples"),
            measured=("dataframe", "dataframe_*", "dataframes.*", "dataframe.*", "df", "df_*", "*_df"),
            threshold=0.25, priority="medium",
            advice="collect rows in a list and make the frame once; compute on whole columns",
        ),
    ),
)  # fmt: skip
"""The components of the decision matrix; the first that fits a function counts."""


def wanted(settings: Perf) -> tuple[tuple[str, ComponentPattern], ...]:
    """The components that are looked for, by name: the project's own first, in their order."""
    built_in = dict(BUILT_IN)
    own = ((name, _filled(one, built_in.get(name))) for name, one in settings.components.items())
    return (*own, *(pair for pair in BUILT_IN if pair[0] not in settings.components))


def _filled(own: ComponentPattern, other: ComponentPattern | None) -> ComponentPattern:
    """A component of the project, with what it leaves out as it is built in."""
    if other is None:
        return own
    return ComponentPattern(
        frames=own.frames or other.frames, calls=own.calls or other.calls, measured=own.measured or other.measured,
        threshold=other.threshold if own.threshold is None else own.threshold, priority=own.priority or other.priority,
        advice=own.advice or other.advice,
    )  # fmt: skip
