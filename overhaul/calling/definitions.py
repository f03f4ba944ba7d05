"""The definitions of all modules, numbered, and which class inherits from which."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.calling.decorating import Decorating
from overhaul.facts import Class, Facts, Function, Variable
from overhaul.inventory import testing
from overhaul.naming.meanings import External, Symbol
from overhaul.patterns import regex
from overhaul.symbols import Symbols

CLASS: Final = 1
NESTED: Final = 2
"""A function or class that stands in a function."""
METHOD: Final = 4
REGISTERED: Final = 8
"""Decorated with what may keep it for somebody to call."""
HOOKED: Final = 16
"""A class some of whose methods the outside may call: it, or an heir, has a base outside the project."""
DYNAMIC: Final = 32
"""A class that is asked by structure (Protocol), so that who implements it need not inherit from it."""
FIXTURE: Final = 64
KEPT: Final = 128
"""A class that a metaclass or `__init_subclass__` hears of when it is defined."""

_NO_HOOKS: Final = frozenset({
    "abc.ABC", "typing.Generic", "typing_extensions.Generic", "typing.Protocol", "typing_extensions.Protocol",
    "typing.NamedTuple", "typing.TypedDict", "typing_extensions.TypedDict", "enum.Enum", "enum.IntEnum", "enum.StrEnum",
    "enum.Flag", "enum.IntFlag", "collections.namedtuple", "builtins.object", "builtins.dict", "builtins.list",
    "builtins.tuple", "builtins.str", "builtins.int", "builtins.float", "builtins.set", "builtins.frozenset",
    "builtins.bytes", "builtins.type", "builtins.property", "threading.local", "types.ModuleType",
    "types.SimpleNamespace", "collections.OrderedDict", "collections.defaultdict", "collections.UserDict",
    "collections.UserList", "collections.deque", "collections.Counter",
})  # fmt: skip
"""Bases from outside that call no method of their heirs but special ones."""
_FIXTURE_NAME: Final = regex(r"""\bname\s?=\s?["'](\w{1,120})["']""")
_AUTOUSE: Final = regex(r"\bautouse\s?=\s?True\b")
_MARK: Final = regex(r"\busefixtures\(([^()]{0,400})\)")
_QUOTED: Final = regex(r"""["'](\w{1,120})["']""")


class Defined(msgspec.Struct, frozen=True):
    """What one module defines."""

    names: tuple[str, ...]
    """Dotted, sorted; "" first, for the module itself."""
    inside: bytes
    """Of each the number of the one it stands in, as unsigned 32-bit numbers; the module stands in itself."""
    lines: bytes
    """Of each, likewise."""
    flags: bytes
    """Of each, one byte."""
    ancestors: tuple[tuple[int, tuple[int, ...]], ...]
    """(number inside the module, numbers of the classes in which attributes are looked up, itself first)."""
    parameters: tuple[tuple[int, tuple[str, ...]], ...]
    """Of a test module: (number of a function inside the module, names of its parameters and of the fixtures it is
    marked to use); what a class or the module is marked with stands under its own number."""
    fixtures: tuple[tuple[int, str, bool], ...]
    """(number of a fixture inside the module, the name it is asked for by, whether it runs without being asked)."""
    aliases: tuple[str, ...]
    """Names that imports give to what is called otherwise where it is defined."""


class Numbering:
    """Gives every definition of the project a number: those of a module stand together, the module itself first."""

    def __init__(self, names: Iterable[tuple[str, Sequence[str]]]) -> None:
        """`names` are (module, names of its definitions, "" first), by module."""
        self.modules: list[str] = []
        self.starts: dict[str, int] = {}
        self.names: list[str] = []
        self.module_of = array("I")
        """Number of a definition -> index of its module."""
        for index, (module, defined) in enumerate(names):
            self.modules.append(module)
            self.starts[module] = len(self.names)
            self.names += defined
            self.module_of.extend([index] * len(defined))
        self._numbers: dict[str, Mapping[str, int]] = {}

    def of(self, module: str, name: str) -> int:
        """The number of a definition; -1 for what is none."""
        found = self._numbers.get(module)
        if found is None:
            start = self.starts.get(module, -1)
            if start < 0:
                return -1
            end, index = start, self.module_of[start]
            total, module_of = len(self.names), self.module_of
            while end < total and module_of[end] == index:
                end += 1
            found = self._numbers[module] = {self.names[number]: number for number in range(start, end)}
        return found.get(name, -1)

    def of_module(self, module: str) -> int:
        """How many definitions a module of the project has, itself counted."""
        start = self.starts[module]
        index, total = self.module_of[start], len(self.names)
        return (self.starts[self.modules[index + 1]] if index + 1 < len(self.modules) else total) - start

    def dotted(self) -> list[str]:
        """The whole names of all definitions."""
        modules = self.modules
        return [
            f"{modules[index]}.{name}" if name else modules[index]
            for index, name in zip(self.module_of, self.names, strict=True)
        ]


def names_of(classes: Sequence[Class], functions: Sequence[Function]) -> tuple[str, ...]:
    """The names a module defines, "" first."""
    return ("", *sorted({row.name for row in classes} | {row.name for row in functions}))


def define(
    symbols: Symbols, variables: Facts[Variable], numbering: Numbering, decorating: Decorating, module: str
) -> Defined:
    """Lines, kinds and ancestors of a module's definitions."""
    interior = symbols.interior(module)
    names = symbols_names(numbering, module)
    place = {name: number for number, name in enumerate(names)}
    lines = array("I", [1] * len(names))
    flags = bytearray(len(names))
    for function in interior.functions.values():
        number = place[function.name]
        lines[number] = function.line
        scope = function.name.rpartition(".")[0]
        kind = METHOD if function.owner else NESTED if function.kind == "nested" else 0
        for text in function.decorators:
            if "fixture" in text:
                kind |= FIXTURE
            if not kind & REGISTERED and decorating.registers(module, scope, text):
                kind |= REGISTERED
        flags[number] = kind
    ancestors: list[tuple[int, tuple[int, ...]]] = []
    for row in interior.classes.values():
        number = place[row.name]
        lines[number] = row.line
        scope = row.name.rpartition(".")[0]
        kind = CLASS | (NESTED if row.scope else 0)
        order = symbols.order(module, row.name)
        known = tuple(
            base for one in order if isinstance(one, Symbol) and (base := numbering.of(one.module, one.name)) >= 0
        )
        for one in order:
            if isinstance(one, Symbol):
                if symbols.interior(one.module).member(one.name, "__init_subclass__") is not None:
                    kind |= KEPT
                continue
            if one.name.rpartition(".")[2] == "Interface":
                kind |= DYNAMIC  # zope's, which classes declare to implement without inheriting from them
            plain = isinstance(one, External) and (one.name in _NO_HOOKS or _raised(one.name))
            if not plain:
                kind |= HOOKED
        if any(base.partition("[")[0].rpartition(".")[2] == "Protocol" for base in row.bases):
            kind |= DYNAMIC
        for text in row.decorators:
            kind |= HOOKED if _implements_outside(symbols, module, scope, text) else 0
        if any(keyword == "metaclass" and value.rpartition(".")[2] != "ABCMeta" for keyword, value in row.keywords):
            kind |= KEPT
        if any(decorating.registers(module, scope, text) for text in row.decorators):
            kind |= REGISTERED
        flags[number] |= kind
        ancestors.append((number, known))
    fixtures = tuple(
        (place[row.name], *_fixture(row)) for row in interior.functions.values() if flags[place[row.name]] & FIXTURE
    )
    parameters = tuple(_asked(symbols, variables[module], module, place)) if testing(symbols.path(module)) else ()
    inside = array("I", [_around(name, place) for name in names]).tobytes()
    bound = [(row.name, row.target) for rows in interior.bindings.values() for row in rows if row.kind == "import"]
    bound += ((name, target) for (_, name), target in interior.imported.items())
    aliases = tuple(sorted({name for name, target in bound if target.rpartition(".")[2] != name}))
    return Defined(names, inside, lines.tobytes(), bytes(flags), tuple(ancestors), parameters, fixtures, aliases)


def _fixture(row: Function) -> tuple[str, bool]:
    """By which name a fixture is asked for, and whether it runs without."""
    text = next(one for one in row.decorators if "fixture" in one)
    named = _FIXTURE_NAME.search(text)
    return named[1] if named else row.name.rpartition(".")[2], _AUTOUSE.search(text) is not None


def _asked(
    symbols: Symbols, variables: Sequence[Variable], module: str, place: Mapping[str, int]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Which fixtures the functions, classes and the whole of a test module ask for, as `Defined.parameters` has it."""
    interior = symbols.interior(module)
    marks = tuple(name for row in variables if row.name == "pytestmark" for name in _marked((row.value,)))
    if marks:
        yield 0, marks
    for owner in interior.classes.values():
        if names := _marked(owner.decorators):
            yield place[owner.name], names
    for row in interior.functions.values():
        if names := (*(one.name for one in row.parameters), *_marked(row.decorators)):
            yield place[row.name], names


def _marked(texts: Sequence[str]) -> tuple[str, ...]:
    """The fixtures that marks say are used: `pytest.mark.usefixtures("db")`."""
    return tuple(
        name for text in texts for mark in _MARK.findall(text) for name in _QUOTED.findall(mark)
    )  # fmt: skip


def _implements_outside(symbols: Symbols, module: str, scope: str, text: str) -> bool:
    """Whether a decorator says that a class implements an interface (zope's) which the project does not define."""
    name, _, given = text.partition("(")
    if name.rpartition(".")[2] != "implementer":
        return False
    chains = (one.strip(" )") for one in given.split(","))
    return any(
        one.replace(".", "").isidentifier() and not isinstance(symbols.lookup(module, scope, one), Symbol)
        for one in chains
    )


def _around(name: str, place: Mapping[str, int]) -> int:
    while name:
        name = name.rpartition(".")[0]
        if name in place:
            return place[name]
    return 0


def symbols_names(numbering: Numbering, module: str) -> tuple[str, ...]:
    """The names of a module's definitions, as they are numbered."""
    start = numbering.starts[module]
    index = numbering.module_of[start]
    end = start
    while end < len(numbering.names) and numbering.module_of[end] == index:
        end += 1
    return tuple(numbering.names[start:end])


def _raised(name: str) -> bool:
    """Whether a class from outside is an exception, by the convention for their names."""
    last = name.rpartition(".")[2]
    return last.endswith(("Error", "Exception", "Warning")) or last in ("KeyboardInterrupt", "SystemExit")
