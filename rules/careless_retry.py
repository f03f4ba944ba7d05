"""Attempts that are repeated for ever, or without a pause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.facts import Facts
from overhaul.findings import Finding
from overhaul.hardening import Retry
from overhaul.inventory import testing
from overhaul.leaves import OptIn
from overhaul.naming.meanings import External
from overhaul.patterns import regex
from overhaul.symbols import Symbols
from overhaul.syntax.handlers import broad
from overhaul.text import words_of

_OUTSIDE: Final = regex(
    r"(?i)^(os|io|environment)error$|^(socket|select|ssl|mysql\w*|psycopg2?)?\.?error$|connect|(?<!tree)closed|http|url|network"
    r"|socket|clienterror|requestexception|requesterror|operational|interfaceerror|database|broken|ssh|stream|unavailable"
    r"|apierror|server|rpc|timeout|unreachable|disconnect|ratelimit|throttl"
)
"""Exceptions that say that something outside failed, which may be there again the next moment."""
_POLLING: Final = frozenset({
    "wait", "get", "get_nowait", "poll", "acquire", "lock", "locking", "flock", "lockf", "select", "join", "accept",
    "wait_for", "readline", "recv", "recvfrom", "communicate", "read", "input", "bind", "mkdir", "makedirs", "lease",
})  # fmt: skip
"""What is waited for by a short timeout, or tried with another name or port each time: that is no failure."""
_REACHING: Final = frozenset({
    "connect", "reconnect", "request", "fetch", "send", "post", "urlopen", "download", "upload", "login", "query",
    "execute", "publish", "ping", "call", "authenticate", "subscribe", "register",
})  # fmt: skip
_LIMITS: Final = {
    "tenacity.retry": (("stop", "2"), "stop"),
    "backoff.on_exception": (("max_tries", "max_time", "giveup"), "max_tries or max_time"),
    "backoff.on_predicate": (("max_tries", "max_time"), "max_tries or max_time"),
    "retrying.retry": (
        ("stop_max_attempt_number", "stop_max_delay", "stop_func", "stop"), "stop_max_attempt_number or stop_max_delay"
    ),
    "retry.retry": (("tries", "1"), "tries"),
    "retry.api.retry": (("tries", "1"), "tries"),
}  # fmt: skip
"""Decorators that try for ever unless they are told when to stop: by which arguments, and how to say so."""


@OptIn("hardening")
def careless_retry(symbols: Symbols, retries: Facts[Retry]) -> Iterator[Finding]:
    """What failed is tried again for ever, or at once.

    Why: where the other side is down for good, the caller hangs for good, and nobody hears of it; where it is down for
    a moment because it has too much to do, everybody who tries again at once keeps it down.

    Instead: stop after some attempts or some time and let the failure be seen, and wait longer each time, with a bit
    of chance so that not all come back together: `tenacity.retry(stop=stop_after_attempt(5), wait=wait_random())`.

    Found are loops without another way out than success whose handlers take failures of the outside (connections, HTTP,
    databases, sockets; any exception where something is sent or fetched) and that wait the same time or none; loops of
    some rounds that do not wait at all; and decorators of tenacity, backoff, retrying and retry that are told no limit.
    Who waits longer each time may try for ever: it is passed over, and so is waiting for a lock, a queue or a process.
    """
    for module, rows in retries.items():
        path = symbols.path(module)
        if testing(path):
            continue
        for row in rows:
            said = _decorated(symbols, module, row) if row.form == "decorator" else _looped(row)
            if said:
                yield Finding(
                    rule="careless_retry", severity="warning" if row.pause == "none" else "note", module=module,
                    path=path, line=row.line, name=row.scope or "module", message=f"{row.scope or 'the module'} {said}",
                    because=(f"caught: {', '.join(row.caught)}",) if row.caught else (),
                )  # fmt: skip


def _decorated(symbols: Symbols, module: str, row: Retry) -> str:
    meaning = symbols.lookup(module, row.scope.rpartition(".")[0], row.callee)
    limit = _LIMITS.get(meaning.name) if isinstance(meaning, External) else None
    if limit is None or "*" in row.keywords or not set(limit[0]).isdisjoint(row.keywords):
        return ""
    return f"is tried again for ever: {row.callee} is given no {limit[1]}"


def _looped(row: Retry) -> str:
    if row.pause == "growing":
        return ""
    words = {word for name in row.tried for word in (name.rpartition(".")[2], *words_of(name)) if not _fetches(name)}
    if words & _POLLING:
        return ""
    kinds = [one.rpartition(".")[2] if one.rpartition(".")[2] != "error" else one for one in row.caught]
    reaching = any(map(_fetches, row.tried)) or bool(words & _REACHING)
    outside = any(_OUTSIDE.search(one) for one in kinds)
    if not outside and not (broad(row.caught) and reaching):
        return ""
    if row.form == "counted":
        return "tries again at once: it waits for nothing between its attempts" if row.pause == "none" else ""
    how = "at once" if row.pause == "none" else "after the same time"
    return f"tries again for ever, {how} each time"


def _fetches(name: str) -> bool:
    """`requests.get`, `self.session.get`: no queue is asked here."""
    owner, _, last = name.rpartition(".")
    return last == "get" and not _CLIENTS.isdisjoint(words_of(owner))


_CLIENTS: Final = frozenset({"requests", "httpx", "session", "client", "http", "api", "urllib", "rest"})
