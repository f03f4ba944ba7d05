"""Services that are ended in the midst of what they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding, Place
from overhaul.hardening import Service
from overhaul.leaves import OptIn


@OptIn("hardening")
def no_graceful_shutdown(services: Sequence[Service]) -> Iterator[Finding]:
    """A service handles no signal: whoever stops it ends it in the midst of what it does.

    Why: systemd, Docker and Kubernetes stop a program with SIGTERM, which ends Python at once: no `finally`, no
    `atexit`, nothing flushed; a message is lost or handled twice, a file is half written, clients see a broken pipe.
    `except KeyboardInterrupt` helps at the terminal only.

    Instead: handle SIGTERM where the service starts (`signal.signal(signal.SIGTERM, ...)`,
    `loop.add_signal_handler(...)`), and let the handler ask the loop to end: `while not stopping.is_set()`,
    `server.shutdown()`.

    A service is a function that serves (`serve_forever`, `run_forever`, `start_consuming`, `wait_for_termination`), or
    has a loop that nothing ends and that waits or receives in each round, where calls lead to it from `__main__` or an
    entry point. Servers that handle SIGTERM by themselves (uvicorn, gunicorn, aiohttp's `run_app`, twisted's reactor,
    Celery) are none of these. A handler of signals in any module on the way counts.
    """
    for row in services:
        if not row.signals:
            yield Finding(
                rule="no_graceful_shutdown", severity="warning", module=row.module, path=row.path, line=row.line,
                name=row.name or "module", message=f"{row.name or row.module} runs {row.what} and handles no signal",
                places=tuple(
                    Place(one.path, one.line, f"starts in {one.what or one.module}" if not n else f"calls {one.what}")
                    for n, one in enumerate(row.entry)
                ),
            )  # fmt: skip
