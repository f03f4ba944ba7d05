"""Services of whose state nobody hears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding, Place
from overhaul.hardening import Service
from overhaul.leaves import OptIn


@OptIn("hardening")
def unwatched_service(services: Sequence[Service]) -> Iterator[Finding]:
    """A service tells nobody whether it lives, or that something went wrong.

    Why: a process that runs is no service that works: a dead lock, a lost connection, a queue that nobody empties look
    from outside like a quiet day. Who watches it needs something to ask, and who is on call something that rings.

    Instead: an answer to "are you well" (an endpoint `/health`, a heartbeat, systemd's watchdog, a metric), and on the
    path of errors something that alerts (Sentry, a handler that mails, a webhook).

    One finding for each service (`no_graceful_shutdown` says what that is) in whose topmost package no module speaks of
    either: of health, heartbeats, watchdogs, pings or metrics; of alerts, notifications, mail, Sentry and the like.
    """
    for row in services:
        lacking = [what for what, found in (("health check", row.health), ("alert", row.alerts)) if not found]
        if lacking:
            yield Finding(
                rule="unwatched_service", severity="note", module=row.module, path=row.path, line=row.line,
                name=row.name or "module",
                message=f"{row.name or row.module} runs {row.what} with no {' and no '.join(lacking)} in its package",
                places=tuple(Place(one.path, one.line, f"starts in {one.what or one.module}") for one in row.entry[:1]),
            )  # fmt: skip
