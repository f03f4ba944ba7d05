"""The classes that share a member: those that define it and override each other, and those that inherit it."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from overhaul.facts import Class
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown

if TYPE_CHECKING:
    from overhaul.project import Project

Key = tuple[str, str]
"""Module and dotted name of a class."""

_ADDING_NOTHING: Final = frozenset({
    "typing.Generic", "typing.Protocol", "typing_extensions.Protocol", "abc.ABC", "builtins.object",
    "typing_extensions.Generic",
})  # fmt: skip


class Families:
    """The classes of a project and one member's name."""

    def __init__(self, project: Project, owner: Key, name: str) -> None:
        """Nothing is looked at before it is asked for."""
        self.project, self.owner, self.name = project, owner, name
        self._members: dict[Key, frozenset[str]] = {}
        self._passing_on: dict[Key, bool] = {}
        self.listing: frozenset[Key] = frozenset()
        """Other classes whose bodies have the name as a string, as `__slots__` do: they have such a member too."""

    @cached_property
    def orders(self) -> Mapping[Key, Sequence[Meaning]]:
        """Each class of the project -> the classes in which its attributes are looked up."""
        symbols = self.project.symbols
        return {
            (module, row.name): symbols.order(module, row.name)
            for module, rows in self.project.facts(Class).items()
            if module in symbols.layout.modules
            for row in rows
        }

    def defines(self, one: Key, name: str) -> bool:
        """Whether a class itself defines a member."""
        return self.project.symbols.interior(one[0]).member(one[1], name) is not None

    @cached_property
    def definers(self) -> frozenset[Key]:
        """The classes that define a member of the name."""
        return frozenset(one for one in self.orders if self.defines(one, self.name))

    def _defining(self, one: Key) -> Iterator[Key]:
        for base in self.orders.get(one, ()):
            if isinstance(base, Symbol) and (key := (base.module, base.name)) in self.definers:
                yield key

    @cached_property
    def family(self) -> frozenset[Key]:
        """Those that define this very member: whichever stand in one order override each other."""
        groups: dict[Key, set[Key]] = {one: {one} for one in self.definers}
        for one in self.orders:
            linked = [*self._defining(one)]
            if self.protocol(one) and one in self.definers:
                # What has all that a Protocol asks for may be meant by it.
                asked = self.members(one) - _OF_PROTOCOLS
                linked += [other for other in self.definers if asked <= self.members(other)]
            for other in linked[1:]:
                first, second = groups[linked[0]], groups[other]
                if first is not second:
                    first |= second
                    for key in second:
                        groups[key] = first
        return frozenset(groups.get(self.owner, {self.owner}))

    def protocol(self, one: Key) -> bool:
        """Whether a class says what others must have, without being their base."""
        row = self.project.symbols.interior(one[0]).classes.get(one[1])
        return row is not None and any(text.partition("[")[0].endswith("Protocol") for text in row.bases)

    def rivals(self) -> Mapping[Key, frozenset[str]]:
        """Other classes that have three or more public methods with the same names: they may stand for this one."""
        own = self._methods(self.owner)
        found: dict[Key, frozenset[str]] = {}
        for other in self.others:
            shared = frozenset(own & self._methods(other))
            both = {base for base in self.orders[other] if isinstance(base, Symbol)} & {
                base for base in self.orders.get(self.owner, ()) if isinstance(base, Symbol)
            }
            if not both and len(shared) >= _RIVAL and self.name in shared:
                found[other] = shared
        return found

    def _methods(self, one: Key) -> frozenset[str]:
        """The public methods that the classes of an order define in the project."""
        return frozenset(
            name
            for base in self.orders.get(one, ())
            if isinstance(base, Symbol)
            for name in self.project.symbols.interior(base.module).members_of(base.name)
            if not name.startswith("_")
            and f"{base.name}.{name}" in self.project.symbols.interior(base.module).functions
        )

    @cached_property
    def holders(self) -> frozenset[Key]:
        """The classes whose instances have it: those that define it, and those that inherit it."""
        return frozenset(one for one in self.orders if any(key in self.family for key in self._defining(one)))

    @cached_property
    def others(self) -> frozenset[Key]:
        """The classes that define another member of the same name."""
        typed = {one for one in self.definers if any(base.name.endswith("TypedDict") for base in self.outside(one))}
        return self.definers - self.family - typed

    @cached_property
    def _below(self) -> Mapping[Key, frozenset[Key]]:
        below: dict[Key, set[Key]] = {}
        for one in self.holders:
            for base in self.orders[one]:
                if isinstance(base, Symbol):
                    below.setdefault((base.module, base.name), set()).add(one)
        return {key: frozenset(found) for key, found in below.items()}

    def holders_below(self, one: Key) -> frozenset[Key]:
        """The classes that have it and inherit from a class, or are it."""
        return self._below.get(one, frozenset())

    def torn_off(self, one: Key) -> bool:
        """Whether a class has a base that may be any: `class Custom(self.machine)`."""
        return any(isinstance(base, Unknown) for base in self.orders.get(one, ()))

    @cached_property
    def passing(self) -> frozenset[Key]:
        """The classes that may have it from elsewhere: by a base that is not known, or by passing on what is asked."""
        return frozenset(
            one for one in self.orders if not self.has(one) and (self.torn_off(one) or self.passes_on(one))
        )  # fmt: skip

    def others_below(self, one: Key) -> frozenset[Key]:
        """The classes that inherit from a class and have another member of the name."""
        if not self.others:
            return frozenset()
        return frozenset(
            key for key in self.orders
            if key not in self.holders and self.has(key)
            and any(isinstance(base, Symbol) and (base.module, base.name) == one for base in self.orders[key])
        )  # fmt: skip

    def has(self, one: Key) -> bool:
        """Whether a class has some member of the name, this one or another, that the project defines."""
        return next(self._defining(one), None) is not None

    def outside(self, one: Key) -> Iterator[Meaning]:
        """The bases of a class that the project does not define, and that may add members."""
        for base in self.orders.get(one, ()):
            if not isinstance(base, Symbol) and base.name not in _ADDING_NOTHING:
                yield base

    @cached_property
    def outsiders(self) -> frozenset[str]:
        """The bases outside the project of all classes that have it."""
        return frozenset(base.name for one in self.holders for base in self.outside(one))

    def members(self, one: Key) -> frozenset[str]:
        """The names of all that a class defines or inherits, as far as the project tells."""
        if (known := self._members.get(one)) is not None:
            return known
        found: set[str] = set()
        for base in self.orders.get(one, ()):
            if isinstance(base, Symbol):
                found |= self.project.symbols.interior(base.module).members_of(base.name)
            elif (real := standard(base.name)) is not None:
                found.update(dir(real))
        self._members[one] = frozenset(found)
        return self._members[one]

    def may_stand_for(self, outside: str) -> bool:
        """Whether an instance of a class that has it may be called one of a class outside the project."""
        real = standard(outside)
        if real is None:
            return outside in self.outsiders
        bases = [standard(name) for name in self.outsiders]
        return any(isinstance(base, type) and isinstance(real, type) and _is_a(base, real) for base in bases)

    def open(self, one: Key) -> bool:
        """Whether a class may have members that the project does not tell."""
        if any(isinstance(base, External) and standard(base.name) is None for base in self.outside(one)):
            return True
        return self.passes_on(one)

    def passes_on(self, one: Key) -> bool:
        """Whether a class hands what it is asked for on to another object: its `__getattr__` calls `getattr`."""
        if one not in self._passing_on:
            self._passing_on[one] = self._passes_on(one)
        return self._passing_on[one]

    def _passes_on(self, one: Key) -> bool:
        for base in self.orders.get(one, ()):
            if not isinstance(base, Symbol):
                continue
            row = self.project.symbols.interior(base.module).functions.get(f"{base.name}.__getattr__")
            if row is not None:
                text = self.project.source(self.project.symbols.path(base.module)).text()
                body = "\n".join(text.splitlines()[row.line : row.end])
                return "getattr" in body or "__dict__" in body
        return False


def _is_a(base: type, real: type) -> bool:
    try:
        return issubclass(base, real)
    except TypeError:
        return False


def outside_has(base: Meaning, name: str) -> bool | None:
    """Whether a class outside the project has a member; None where that cannot be known."""
    if not isinstance(base, External):
        return None
    if base.name in _ADDING_NOTHING:
        return False
    real = standard(base.name)
    return hasattr(real, name) if real is not None else None


@lru_cache(maxsize=512)
def standard(dotted: str) -> object | None:
    """A class of the builtins or the standard library; None for any other name."""
    module, _, name = dotted.rpartition(".")
    if module == "typing" and name in _ALIASES:
        module = _ALIASES[name]
    if module == "builtins":
        return getattr(builtins, name, None)
    top = module.partition(".")[0]
    if top not in sys.stdlib_module_names or top in _WITH_EFFECTS:
        return None
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None
    return found if isinstance(found, type) else None


_ALIASES: Final = {
    **dict.fromkeys(("Mapping", "MutableMapping", "Sequence", "MutableSequence", "Iterable", "Iterator", "Callable",
                     "Collection", "Container", "Hashable", "Sized", "Generator"), "collections.abc"),
}  # fmt: skip
"""What `typing` calls by other modules' names."""
_RIVAL: Final = 3
_OF_PROTOCOLS: Final = frozenset(dir(Protocol))

_WITH_EFFECTS: Final = frozenset(
    {"this", "antigravity", "idlelib", "turtle", "tkinter", "turtledemo", "lib2to3", "test"}
)
"""Modules of the standard library that are not imported to look at them."""

_COMMON: Final = (
    "builtins.str", "builtins.bytes", "builtins.dict", "builtins.list", "builtins.set", "builtins.tuple",
    "builtins.int", "builtins.float", "builtins.type", "builtins.BaseException", "builtins.OSError", "builtins.slice",
    "builtins.range", "builtins.property", "builtins.memoryview", "collections.deque", "collections.OrderedDict",
    "collections.Counter", "re.Match", "re.Pattern", "datetime.datetime", "datetime.timedelta", "pathlib.Path",
    "logging.Logger", "logging.LogRecord", "threading.Thread", "threading.Event", "threading.Condition",
    "queue.Queue", "io.TextIOWrapper", "io.BytesIO", "io.StringIO", "socket.socket", "argparse.ArgumentParser",
    "subprocess.Popen", "unittest.TestCase", "unittest.mock.Mock", "inspect.Signature", "inspect.Parameter",
    "types.FunctionType", "types.CodeType", "types.FrameType", "types.ModuleType", "types.GeneratorType",
    "asyncio.AbstractEventLoop", "asyncio.Task", "asyncio.Future", "concurrent.futures.Executor", "enum.Enum",
    "decimal.Decimal", "fractions.Fraction", "uuid.UUID", "http.cookiejar.CookieJar", "http.cookiejar.Cookie",
    "urllib.request.Request", "urllib.parse.ParseResult", "email.message.Message", "xml.etree.ElementTree.Element",
    "configparser.ConfigParser", "random.Random", "types.TracebackType", "functools.partial",
    "contextvars.ContextVar", "weakref.ref", "sqlite3.Connection", "sqlite3.Cursor", "zipfile.ZipFile",
    "tarfile.TarFile", "tempfile.TemporaryDirectory", "string.Formatter", "warnings.WarningMessage",
    "traceback.FrameSummary", "http.client.HTTPResponse", "http.client.HTTPConnection",
)  # fmt: skip


@lru_cache(maxsize=1)
def common_names() -> frozenset[str]:
    """The members of the classes of the standard library that are met everywhere."""
    return frozenset(name for dotted in _COMMON if (real := standard(dotted)) is not None for name in dir(real)
                     if not name.startswith("_")) | {
        "args", "kwargs", "returncode", "stdout", "stderr", "options", "config", "param", "node", "name", "value",
    }  # fmt: skip


def common_with(names: frozenset[str]) -> bool:
    """Whether one of those classes has all of some members."""
    return any((real := standard(dotted)) is not None and names <= set(dir(real)) for dotted in _COMMON)
