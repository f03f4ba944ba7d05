"""What keeps a program running, what starts and stops it, and what tells others how it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from overhaul.hardening import RunLoop
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.syntax.suites import called, calls, directly, endless, exits, function_of
from overhaul.text import dotted, text_of

_SERVING: Final = frozenset({
    "serve_forever", "run_forever", "start_consuming", "wait_for_termination",
})  # fmt: skip
_SIGNALS: Final = (
    "SIGTERM", "SIGINT", "SIGHUP", "add_signal_handler", "install_signal_handlers", "signal.signal", "sigwait",
    "handle_signal", "sigterm_handler",
)  # fmt: skip
_HEALTH: Final = (
    "health", "heartbeat", "heart_beat", "readiness", "liveness", "watchdog", "sd_notify", "prometheus", "statsd",
    "opentelemetry", "/ping", "/status", "metrics", "keepalive", "keep_alive", "last_seen",
)  # fmt: skip
_ALERTS: Final = (
    "sentry", "pagerduty", "alert", "rollbar", "bugsnag", "opsgenie", "smtphandler", "smtplib", "sendmail", "send_mail",
    "notify", "notifier", "notification", "slack", "telegram", "webhook", "log.critical", "logger.critical",
    "logging.critical", "sysloghandler",
)  # fmt: skip
"""In small letters; plain texts, for they are looked for in every file."""


@Collector("While", "For", "Call", "If")
def run_loops(module: Module) -> Iterator[RunLoop]:
    """Loops that nothing ends, calls that serve, `if __name__ == "__main__"`, and words about signals and health."""
    text = module.text
    for kind in (cst.While, cst.For):
        for node, line, block in module.nodes(kind):
            if endless(node) and not list(exits(directly(node.body))):
                yield RunLoop(
                    kind="endless", scope=function_of(block.scope).name, line=line, end=line, what="while True",
                    calls=tuple(dict.fromkeys(called(one).rpartition(".")[2] for one in calls(node.body)))[:40],
                )  # fmt: skip
    if any(word in text for word in _SERVING):
        for call, line, block in module.nodes(cst.Call):
            func: Any = call.func
            if func.__class__ is cst.Attribute and func.attr.value in _SERVING:
                yield RunLoop(
                    kind="serves", scope=function_of(block.scope).name, line=line, end=line,
                    what=f"{text_of(func, 60)}()", calls=(),
                )  # fmt: skip
    if "__main__" in text:
        for test, line, block in module.nodes(cst.If):
            if block.scope.top and _is_main(test.test):
                end = line + module.tree.code_for_node(test.body).rstrip().count("\n")
                yield RunLoop(kind="main", scope="", line=line, end=end, what="__main__", calls=())
    small = text.lower()
    words: tuple[tuple[Literal["signals", "health", "alerts"], str, tuple[str, ...]], ...] = (
        ("signals", text, _SIGNALS), ("health", small, _HEALTH), ("alerts", small, _ALERTS),
    )  # fmt: skip
    for what, within, known in words:
        found = [(at, word) for word in known if (at := within.find(word)) >= 0]
        if found:
            at, word = min(found)
            line = text.count("\n", 0, at) + 1
            yield RunLoop(kind=what, scope="", line=line, end=line, what=word, calls=())


def _is_main(test: Any) -> bool:
    if test.__class__ is not cst.Comparison or len(test.comparisons) != 1:
        return False
    sides = {dotted(test.left), getattr(test.comparisons[0].comparator, "value", "").strip("\"'")}
    sides |= {getattr(test.left, "value", ""), dotted(test.comparisons[0].comparator)}
    return "__name__" in sides and ("__main__" in sides or '"__main__"' in sides or "'__main__'" in sides)
