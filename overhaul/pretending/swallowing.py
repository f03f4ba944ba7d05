"""Which exceptions are swallowed that should not be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from overhaul.facts import SwallowedError
from overhaul.text import words_of

_BROAD: Final = frozenset({"Exception", "BaseException", "StandardError"})
_WORLD: Final = frozenset({
    "OSError", "IOError", "EnvironmentError", "RuntimeError", "ConnectionError", "RequestException", "DatabaseError",
    "HTTPError", "URLError", "ClientError", "SQLAlchemyError", "IntegrityError", "OperationalError",
})  # fmt: skip
"""Failures of the world outside: taken together with others, nobody knows any more what went wrong."""
_CLEANING: Final = frozenset({
    "close", "aclose", "unlink", "remove", "rmdir", "rmtree", "kill", "killpg", "terminate", "shutdown", "disconnect",
    "cancel",
    "join", "flush", "chmod", "utime", "release", "stop", "wait", "delete", "detach", "abort", "unregister",
    "unsubscribe",
    "rollback", "send_signal", "cleanup", "clear", "reset", "dispose", "quit", "logout", "fsync", "makedirs", "mkdir",
    "setsockopt", "tcsetattr", "setlocale", "__exit__", "shutdown_async", "destroy", "exit", "loseConnection",
})  # fmt: skip
"""What may fail while something is put away, without harm."""
_TRYING: Final = frozenset({
    "del", "close", "aclose", "exit", "aexit", "cleanup", "shutdown", "stop", "disconnect", "terminate", "teardown",
    "repr",
    "is", "has", "can", "try", "safe", "safely", "maybe", "supports", "exists", "disconnected", "quietly", "silent",
    "silently", "ignore", "suppress", "best", "closed", "lost", "effort", "atexit", "finalize", "dispose", "kill",
    "check", "test",
})  # fmt: skip
"""Words of functions in which a failure is an answer, or beyond help."""


def expected(scope: str, tried: Iterable[str]) -> bool:
    """Whether a failure is an answer in a function of this name, or does no harm to what is tried there."""
    if not _TRYING.isdisjoint(words_of(scope)):
        return True
    return any(one in _CLEANING or not _CLEANING.isdisjoint(words_of(one)) for one in tried if one)


def pretends(row: SwallowedError) -> str:
    """Why a handler hides what went wrong, in a few words; "" where it may well be meant."""
    if row.explained:
        return ""
    kinds = {one.rpartition(".")[2] for one in row.caught}
    broad = not row.caught or bool(kinds & _BROAD)
    mixed = bool(kinds & _WORLD) and bool(kinds & {"ValueError", "RuntimeError"}) and row.act == "pass"
    if not broad and not mixed:
        return ""
    if mixed and not broad and row.statements > 3:
        return ""
    if not _TRYING.isdisjoint(words_of(row.scope)):
        return ""
    tried = [one for one in row.tried if one]
    if row.act == "suppress" and not row.statements:
        # Nobody knows what it stands around.
        return "swallows exceptions"
    cleaning = [one in _CLEANING or not _CLEANING.isdisjoint(words_of(one)) for one in tried]
    # What says success afterwards may not fail for anything else.
    cleans = all(cleaning) if row.act == "success" else any(cleaning)
    if cleans or not tried:
        return ""
    return "says success whatever happens" if row.act == "success" else "swallows exceptions"
