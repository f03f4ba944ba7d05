"""The words by which programmers name what saves a state and what brings it back."""

from __future__ import annotations

from typing import Final

SAVING: Final = frozenset({
    "save", "saves", "saving", "dump", "dumps", "persist", "snapshot", "checkpoint", "store", "write", "backup",
    "flush", "sync", "record", "freeze", "export", "serialize", "serialise", "pickle", "suspend", "commit", "stash",
    "preserve", "shutdown", "put",
})  # fmt: skip
RESTORING: Final = frozenset({
    "load", "loads", "loading", "restore", "restores", "recover", "recovery", "read", "resume", "reload", "rehydrate",
    "hydrate", "thaw", "import", "deserialize", "deserialise", "unpickle", "rebuild", "reconstruct", "retrieve", "init",
    "initialize", "startup", "from", "replay", "open", "fetch", "get",
})  # fmt: skip
STATE: Final = frozenset({
    "state", "states", "session", "checkpoint", "snapshot", "progress", "position", "positions", "jobs", "queue",
    "queues", "pending", "status", "memory", "context", "trackers", "tracker", "counters", "registry", "storage",
    "stored", "data",
})  # fmt: skip
NOT_STATE: Final = frozenset({
    "config", "configuration", "settings", "setting", "options", "preferences", "credentials", "token", "tokens",
    "secret", "secrets", "password", "key", "keys", "cert", "certificate", "cache", "cached", "report", "results",
    "csv", "excel", "figure", "plot", "image", "html", "template", "docs", "dataset", "datasets", "features",
    "manifest", "log", "logs", "fixture", "schema", "migration", "baseline", "yaml", "toml", "ini",
})  # fmt: skip
"""What is written and read, and is no runtime state."""
