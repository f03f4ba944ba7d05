"""Settings that change while the program runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

import msgspec

from overhaul.facts import Facts, Function
from overhaul.findings import Finding, Place
from overhaul.hardening import SettingUse
from overhaul.inventory import testing
from overhaul.leaves import OptIn
from overhaul.naming.meanings import External, Symbol
from overhaul.options import Options
from overhaul.symbols import Symbols
from overhaul.text import words_of

_STARTING: Final = frozenset({
    "main", "setup", "set", "configure", "config", "init", "initialize", "initialise", "load", "bootstrap", "prepare",
    "exit", "aexit", "install", "cli", "command", "handle", "patch", "environ", "env", "activate", "apply", "override",
    "use", "enter", "chdir", "environment", "verify", "check",
    "startup", "start", "launch", "register", "reset", "restore", "reload", "update", "enable", "disable", "export",
    "parse", "add", "import", "context", "preload", "run", "unset", "test", "change", "switch", "boot", "settings",
    "options", "reconfigure", "refresh", "invoke", "exec", "virtual", "process", "read", "new", "clear", "put", "write",
})  # fmt: skip
"""Words of functions that run when a program starts, or whose whole task is to set."""
_BEGINNING: Final = frozenset({"bin", "cli", "commands", "management", "scripts", "_scripts", "tools"})
"""Folders of what is started from a command line."""
_OWN: Final = frozenset({"settings", "config", "conf", "configuration"})


class ChangedConfigurationOptions(Options, frozen=True):
    """What else runs when the program starts."""

    starting: Annotated[
        tuple[str, ...], msgspec.Meta(description="Further words of the names of functions that may set settings")
    ] = ()


@OptIn("hardening")
def changed_configuration(
    symbols: Symbols, uses: Facts[SettingUse], functions: Facts[Function], options: ChangedConfigurationOptions
) -> Iterator[Finding]:
    """A function changes the settings that all of the program reads.

    Why: what a setting is depends on whether that function has run: on the order of requests, on the thread, on a test
    that ran before. What has read it already goes on with the old value, and nobody can tell from the settings what the
    program does.

    Instead: settings are made when the program starts, and frozen; what differs from call to call is an argument.

    Found are assignments in functions to `os.environ[...]`, to attributes of a module that is called settings or config
    and of an object that such a module offers, and of `django.conf.settings`. Passed over is what runs at the start or
    is there to set (by the words of its name; see the option), what puts the old value back in a `finally`, and what
    sets a variable for a process that it starts.
    """
    starting = _STARTING | set(options.starting)
    for module, rows in uses.items():
        path = symbols.path(module)
        if testing(path) or not _BEGINNING.isdisjoint(path.split("/")[:-1]):
            continue
        started = {one.name for one in functions[module] if any(map(_commands, one.decorators))}
        told: dict[str, list[SettingUse]] = {}
        for row in rows:
            if row.act != "sets" or not row.scope or row.restored or row.scope in started:
                continue
            if any(not starting.isdisjoint(words_of(part)) for part in row.scope.split(".")):
                continue
            if not starting.isdisjoint(words_of(module)):
                continue
            if _what(symbols, module, row):
                told.setdefault(row.scope, []).append(row)
        for scope, (first, *others) in told.items():
            yield Finding(
                rule="changed_configuration", severity="note", module=module, path=path, line=first.line,
                name=scope, message=f"{scope} sets {_what(symbols, module, first)} for all of the program",
                places=tuple(Place(path, row.line, f"sets {_what(symbols, module, row)}") for row in others),
            )  # fmt: skip


def _commands(decorator: str) -> bool:
    """Whether a decorator makes a function the beginning of a program: `@click.command()`, `@app.callback()`."""
    return not {"command", "group", "callback", "option", "argument", "fixture", "entrypoint"}.isdisjoint(
        words_of(decorator.partition("(")[0])
    )


def _what(symbols: Symbols, module: str, row: SettingUse) -> str:
    """The setting that is changed, as a reader knows it; "" where it belongs to something smaller."""
    if row.holder == "environ":
        return f"the variable {row.key} of the environment"
    meaning = symbols.lookup(module, row.scope, row.holder)
    if isinstance(meaning, External):
        return f"{row.key} of {meaning.name}" if meaning.name == "django.conf.settings" else ""
    if not isinstance(meaning, Symbol):
        return ""
    own = meaning.module.rpartition(".")[2] in _OWN
    if meaning.kind == "module" and own:
        return f"{row.key} of the module {meaning.module}"
    if meaning.kind == "variable" and (own or meaning.name in ("settings", "SETTINGS")):
        return f"{row.key} of {meaning.dotted}"
    return ""
