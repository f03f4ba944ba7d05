"""The words by which programmers name what a class or a method does; evidence beside others, never alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from overhaul.text import words_of

OWNING: Final = frozenset({
    "manager", "mgr", "controller", "service", "services", "coordinator", "orchestrator", "engine", "registry",
    "supervisor", "tracker", "gateway", "dispatcher", "scheduler", "provider", "repository", "store", "monitor",
    "broker", "hub", "server", "application", "app", "bus", "director", "administrator", "system", "platform",
    "storage", "backend", "router", "pool", "bot", "daemon", "launcher", "kernel", "runtime",
})  # fmt: skip
"""Words for what owns, coordinates or gives access."""

SERVING: Final = frozenset({
    "handler", "handlers", "client", "loader", "resolver", "runner", "executor", "worker", "processor", "listener",
    "watcher", "publisher", "agent", "watchdog", "limiter", "keeper",
    "interface", "connector", "exchange", "downloader", "crawler", "poller", "master", "core", "proxy", "notifications",
    "distributor", "allocator", "balancer", "syncer", "synchronizer", "api", "adapter", "trainer",
    "portal", "facade", "catalog", "catalogue", "directory", "index", "emitter", "portfolio", "account", "wallet",
    "pipeline", "workflow", "environment",
})  # fmt: skip
"""Words that stand for such a class as often as for a helper."""

BEGINNING: Final = frozenset({
    "start", "open", "connect", "initialize", "initialise", "init", "setup", "boot", "bootstrap", "launch", "run",
    "begin", "resume", "activate", "load", "startup", "serve", "listen", "attach", "subscribe", "enable", "prepare",
    "register",
})  # fmt: skip
ENDING: Final = frozenset({
    "stop", "close", "shutdown", "disconnect", "terminate", "teardown", "cleanup", "dispose", "finish", "destroy",
    "quit", "exit", "kill", "abort", "deactivate", "unload", "pause", "halt", "detach", "release", "finalize", "end",
    "disable", "cancel",
})  # fmt: skip
LIFE: Final = frozenset({
    "start", "open", "connect", "initialize", "initialise", "setup", "boot", "bootstrap", "launch", "run", "begin",
    "startup", "serve", "listen", "stop", "close", "shutdown", "disconnect", "terminate", "teardown", "cleanup",
    "dispose", "finish", "destroy", "quit", "exit", "halt", "unload",
})  # fmt: skip
"""First words of methods that begin or end the life of their object."""

GIVING: Final = frozenset({
    "get", "find", "lookup", "list", "iter", "fetch", "has", "all", "resolve", "query", "search", "select",
})  # fmt: skip
KEEPING: Final = frozenset({
    "add", "register", "create", "remove", "unregister", "delete", "subscribe", "unsubscribe", "attach", "detach",
    "insert", "submit", "schedule", "enqueue", "dispatch", "publish", "emit", "notify", "broadcast", "send", "update",
    "set", "put", "acquire", "release", "process", "handle", "execute", "sync", "refresh", "reload", "load", "save",
})  # fmt: skip
"""First words of methods by which others have something kept, changed or passed on."""

UNIT_OF_WORK: Final = frozenset({
    "order", "request", "response", "position", "trade", "job", "task", "message", "event", "connection", "session",
    "transaction", "context", "run", "step", "batch", "item", "record", "row", "packet", "frame", "stream", "query",
    "report", "result", "node", "token", "entry", "ticket", "fill", "signal", "command", "call", "trial", "epoch",
    "experiment", "recorder", "scope", "iteration", "cursor", "attempt", "operation", "process", "thread", "future",
})  # fmt: skip
"""Words for what one thing is done with, and then thrown away."""

HELPERS: Final = frozenset({
    "mixin", "error", "exception", "warning", "test", "tests", "case", "config", "configuration", "settings", "options",
    "params", "parameters", "schema", "serializer", "form", "view", "widget", "field", "parser", "formatter", "encoder",
    "decoder", "codec", "validator", "filter", "converter", "visitor", "transformer", "builder", "iterator", "enum",
    "type", "meta", "metaclass", "descriptor", "property", "column", "model", "entity", "dto", "data", "info", "stub",
    "mock", "fake", "dummy", "command", "migration", "admin", "protocol", "strategy", "policy", "rule", "plugin",
    "middleware", "extension", "decorator", "wrapper", "utils", "helper", "helpers", "calculator", "comparator",
    "matcher", "lexer", "tokenizer", "renderer", "template", "layer", "dataset", "loss", "metric", "dialog", "window",
    "panel", "button", "sensor", "switch", "flow", "cache", "event", "message", "request", "response", "exit",
})  # fmt: skip
"""Words for what is no manager, unless what it does says otherwise."""


SORTS: Final = frozenset({
    "protocol", "transport", "connection", "request", "response", "strategy", "entity", "widget", "view", "form",
    "field", "model", "command", "test", "case", "event", "message", "sensor", "switch", "camera", "dialog", "window",
    "dataset", "layer", "loss", "metric", "parser", "formatter", "encoder", "decoder", "serializer", "schema",
    "visitor", "node", "token", "filter", "validator", "callback", "order", "position", "job", "task", "thread",
    "process", "transaction", "flow", "receiver", "item", "record", "step", "rule", "policy", "plugin", "middleware",
    "action", "indicator", "environment", "iterator", "stream", "socket", "lock", "future", "error", "exception",
    "enum", "type", "operator",
})  # fmt: skip
"""Last words of base classes that say what their subclasses are: one of many, and no manager."""


@lru_cache(maxsize=1 << 16)
def first_word(name: str) -> str:
    """The first word of a method's name; leading `async`, `do`, `on` and `a` are passed over, as are underscores."""
    found = words_of(name)
    if len(found) > 1 and found[0] in ("async", "do"):
        found = found[1:]
    return found[0] if found else ""
