"""The rows about what a program does when the world outside fails it, tells it to stop, or sends it anything."""

from __future__ import annotations

from typing import Literal

import msgspec

from overhaul.facts import Row


class RemoteCall(Row, frozen=True):
    """A call that may wait for another machine, or that says how long to wait; which library it is of, names tell."""

    scope: str
    """The dotted function or class it stands in; "" for the module."""
    line: int
    callee: str
    """The chain that is called: `requests.get`, `self.session.post`; behind a call `?.get`."""
    receiver: str
    """What a method is called of, on one line, where that is no chain of names: `requests.Session()`."""
    arguments: tuple[tuple[str, str], ...]
    """(keyword or position, value on one line, cut at 80 characters)."""
    starred: bool
    """Arguments are passed on by `*` or `**`: what they are is not known."""
    limited: bool
    """Stands below a `with` that ends it after some time."""


class Retry(Row, frozen=True):
    """A loop that tries again what failed, or a decorator that does."""

    scope: str
    line: int
    form: Literal["endless", "counted", "decorator"]
    """endless: nothing but success ends it; counted: it ends after some rounds."""
    pause: Literal["none", "same", "growing"]
    """How it waits before it tries again."""
    caught: tuple[str, ...]
    """As they are written; empty for a bare `except`, and for a decorator."""
    tried: tuple[str, ...]
    """The chains that are called in the `try`."""
    callee: str
    """For a decorator the chain that is called; else ""."""
    keywords: tuple[str, ...]
    """For a decorator the names of its arguments; `*` where some are passed on, positions as numbers."""


class RunLoop(Row, frozen=True):
    """What makes a module a program that keeps running, or helps it to stop and to be looked after."""

    kind: Literal["endless", "serves", "main", "signals", "health", "alerts"]
    """endless: a loop that nothing but an exception ends; serves: a call that returns when a server stops; main: what
    stands below `if __name__ == "__main__"`; signals: a handler of signals; health, alerts: words that say so."""
    scope: str
    line: int
    end: int
    what: str
    """For serves the chain that is called, for words the first of them."""
    calls: tuple[str, ...]
    """Of a loop: the last names of what it calls."""


class SettingUse(Row, frozen=True):
    """A setting that is read with a default written out beside it, or set while the program runs."""

    act: Literal["reads", "sets", "sections"]
    """sections: what is called `holder` is a configuration with sections, whose `get` takes a section and a name."""
    scope: str
    line: int
    holder: str
    """`environ`, or the chain of what is asked: `self.config`, `settings`."""
    key: str
    """The name of the setting as it is written: a literal without its quotes, or the name of a constant."""
    default: str
    """The literal as it is written; for what is set the value on one line."""
    restored: bool
    """What is set is put back in the same function, or handed on to a process that is started there."""
    literal: bool
    """The key is written out, and is no name of a constant."""


class ForeignInput(Row, frozen=True):
    """Something that comes from outside and is taken by key without a look at whether it is there."""

    scope: str
    line: int
    kind: Literal["request", "message", "argument"]
    source: str
    """The expression that gives it, on one line."""
    key: str
    """What is asked of it first."""
    name: str
    """The variable it is kept in; "" where it is taken at once."""


class DefaultedError(Row, frozen=True):
    """A handler of any exception that drops it, and at most puts a constant in the place of what could not be had."""

    scope: str
    line: int
    act: Literal["assigns", "returns", "drops", "skips", "told"]
    """drops: does nothing, and what was tried is an act that is lost; skips: goes on with the next one of a `for`;
    told: whatever it does, the statement behind the `try` raises or logs, the `try` is one of several attempts or
    stands in a handler itself, or a comment at its top or the docstring says what happens."""
    given: str
    """The constant, on one line; for drops the chain that was called, for skips what is gone through; "" for told."""
    explained: bool
    """A comment says why."""
    tried: tuple[str, ...]
    """The last names of what is called in the `try`."""


class ServicePath(msgspec.Struct, frozen=True):
    """One step from where a program starts to where it keeps running."""

    module: str
    path: str
    line: int
    what: str


class Service(Row, frozen=True):
    """A program that keeps running until it is stopped: a server, a loop of its own, a consumer."""

    name: str
    """The function that it runs in, dotted inside its module; "" for the module."""
    module: str
    path: str
    line: int
    what: str
    """What keeps it running: `server.serve_forever()`, `while True`."""
    entry: tuple[ServicePath, ...]
    """From where it starts to the loop, the loop left out."""
    signals: tuple[str, ...]
    """Places (`path:line`) that handle signals in one of the modules that it runs through."""
    health: tuple[str, ...]
    """Places that tell whether it lives, in its package."""
    alerts: tuple[str, ...]
    """Places that tell somebody of failures, in its package."""
