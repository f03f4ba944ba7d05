"""What each function of a test module uses of the source, of other functions of tests, and from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from overhaul.covering.fixtures import Fixtures
from overhaul.covering.rows import SuiteFunction, Use, UseHow
from overhaul.covering.telling import TELLING, decorated_markers, is_suite, is_test, replaced
from overhaul.facts import (
    Attribute,
    Construction,
    Facts,
    Function,
    LocalName,
    LooseName,
    ReceiverUse,
    UsedName,
    Variable,
)
from overhaul.naming.meanings import External, Symbol
from overhaul.symbols import Symbols
from overhaul.types import Types

PREPARING: Final = (
    "setUp", "setUpClass", "asyncSetUp", "setUpTestData", "setup_method", "setup_class", "setup", "tearDown", "__init__"
)
"""What runs with every test of a class."""
_STRENGTH: Final[Mapping[UseHow, int]] = {"builds": 0, "uses": 1, "names": 2}


class Reading(NamedTuple):
    """The tables that uses are worked out from."""

    symbols: Symbols
    attributes: Facts[Attribute]
    variables: Facts[Variable]
    local_names: Facts[LocalName]
    used: Facts[UsedName]
    receivers: Facts[ReceiverUse]
    loose: Facts[LooseName]
    constructions: Facts[Construction]


def used_by_suite(reading: Reading) -> Iterator[SuiteFunction]:
    """The functions of all test modules, by module and name."""
    symbols = reading.symbols
    modules = [
        module for module, place in symbols.layout.modules.items()
        if place.kind == "source" and is_suite(place.path) and reading.used.parsed(module)
    ]  # fmt: skip
    if not modules:
        return
    types = Types(symbols, reading.variables, reading.local_names)
    fixtures = Fixtures(symbols, modules)
    suite = frozenset(modules)
    for module in modules:
        yield from _Module(reading, types, fixtures, suite, module).rows()


class _Found:
    """What is gathered of one function."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.uses: dict[tuple[str, UseHow], int] = {}
        self.helpers: dict[str, None] = {}
        self.outside: dict[str, None] = {}

    def use(self, target: str, how: UseHow, line: int) -> None:
        key = target, how
        self.uses[key] = min(line, self.uses.get(key, line))

    def rows(self) -> tuple[Use, ...]:
        """One for each target, by the strongest way."""
        best: dict[str, Use] = {}
        for (target, how), line in self.uses.items():
            if target not in best or _STRENGTH[how] < _STRENGTH[best[target].how]:
                best[target] = Use(target, how, line)
        return tuple(best[target] for target in sorted(best))


class _Module:
    """One test module."""

    def __init__(self, reading: Reading, types: Types, fixtures: Fixtures, suite: frozenset[str], module: str) -> None:
        self._reading, self._types, self._fixtures, self._suite = reading, types, fixtures, suite
        self._symbols, self._module = reading.symbols, module
        self._path = self._symbols.path(module)
        self._interior = self._symbols.interior(module)
        self._found: dict[str, _Found] = {}
        self._homes: dict[str, str] = {}

    def rows(self) -> Iterator[SuiteFunction]:
        for used in self._reading.used[self._module]:
            if used.how not in ("annotation", "quoted", "delete"):
                self._name(used)
        for use in self._reading.receivers[self._module]:
            self._receiver(use)
        for loose in self._reading.loose[self._module]:
            if loose.how == "called":
                for text in loose.names:
                    call, _, name = text.rpartition(".")
                    self._ask(self._of(loose.scope), self._classes(loose.scope, call), (name,), self._line(loose.scope))
            elif loose.how == "super":
                self._super(loose)
        values = [row.value for row in self._reading.variables[self._module] if row.name == "pytestmark"]
        yield self._imports()
        for name, row in sorted(self._interior.functions.items()):
            if self._home(name) == name:
                yield self._row(name, row, values)

    def _imports(self) -> SuiteFunction:
        """What the module binds by imports."""
        found = _Found()
        for name, rows in self._interior.bindings.items():
            for row in rows:
                if row.kind == "import" and isinstance(meaning := self._symbols.member(self._module, name), Symbol):
                    if meaning.kind != "module" and meaning.module not in self._suite:
                        found.use(meaning.dotted, "names", row.line)
                    break
        outside = self._found[""].outside if "" in self._found else {}
        return SuiteFunction(
            module=self._module, name="", path=self._path, line=1, role="module", uses=found.rows(), helpers=(),
            fixtures=(), asked=(), markers=(), outside=tuple(outside), replaced=(),
        )  # fmt: skip

    def _row(self, name: str, row: Function, marks: Sequence[str]) -> SuiteFunction:
        found = self._of(name)
        fixture = self._fixtures.is_fixture(row)
        test = not fixture and is_test(self._path, self._interior, row)
        helpers = dict(found.helpers)
        around = self._interior.class_around(name.rpartition(".")[0])
        owners: Sequence[Symbol] = ()
        if around and row.owner == around:
            owner = Symbol(self._module, around, "class", self._path, 0)
            owners = tuple(self._types.own_bases(owner))
            if test:
                helpers.update(dict.fromkeys(self._preparing(owner)))
        wanted: tuple[str, ...] = ()
        if test or fixture:
            wanted = self._fixtures.wanted(self._path, self._module, row, owners, test=test, marks=marks)
        markers: tuple[str, ...] = ()
        doubles = replaced(row.decorators)
        if test:
            classes = [one for one in map(self._types.row, owners) if one is not None]
            decorators = [text for one in classes for text in one.decorators]
            values = [one.value for owner in owners for one in self._types.attributes(owner, "pytestmark")]
            markers = (
                *(f"function {one}" for one in decorated_markers(row.decorators)),
                *(f"class {one}" for one in decorated_markers((*decorators, *values))),
                *(f"module {one}" for one in decorated_markers(marks)),
            )
            doubles = (*doubles, *replaced(decorators))
        return SuiteFunction(
            module=self._module, name=name, path=self._path, line=row.line,
            role="test" if test else "fixture" if fixture else "helper", uses=found.rows(),
            helpers=tuple(one for one in helpers if one != f"{self._module}.{name}"),
            fixtures=tuple(one for one in wanted if "." in one), asked=tuple(one for one in wanted if "." not in one),
            markers=markers, outside=tuple(found.outside), replaced=doubles,
        )  # fmt: skip

    def _preparing(self, owner: Symbol) -> Iterator[str]:
        for name in PREPARING:
            if (method := self._types.method(owner, name)) is not None and method[0].module in self._suite:
                yield f"{method[0].module}.{method[1].name}"

    # Where a use stands

    def _home(self, scope: str) -> str:
        """The outermost function around a scope, be it a method; "" for the module and for class bodies."""
        found = self._homes.get(scope)
        if found is None:
            parts = scope.split(".")
            names = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
            found = self._homes[scope] = next((one for one in names if one in self._interior.functions), "")
        return found

    def _of(self, scope: str) -> _Found:
        return self._found.setdefault(self._home(scope), _Found())

    # Names

    def _super(self, row: LooseName) -> None:
        around = self._interior.class_around(row.scope)
        order = self._symbols.order(self._module, around)[1:] if around else ()
        for name in row.names:
            for base in order:
                method = self._types.method(base, name) if isinstance(base, Symbol) else None
                if method is not None:
                    self._method(self._of(row.scope), method[0], method[1], self._line(row.scope))
                    break

    def _line(self, scope: str) -> int:
        """Of the function around a scope: where the line of a use is not known."""
        row = self._interior.functions.get(self._home(scope))
        return row.line if row is not None else 1

    def _name(self, row: UsedName) -> None:
        parts = row.name.split(".")
        found, line = self._of(row.scope), row.lines[0]
        how: UseHow = "uses" if row.how == "call" else "names"
        if parts[0] in ("self", "cls") and (around := self._interior.class_around(row.scope)):
            mine = Symbol(self._module, around, "class", self._path, 0)
            if parts[1:2] == ["client"] and self._is_django_s(around):
                found.outside["django.test.Client"] = None
            self._ask(found, (mine,), parts[1:], line)
            return
        for count, meaning in enumerate(self._symbols.trail(self._module, row.scope, parts), 1):
            rest = parts[count:]
            match meaning:
                case External(name=name):
                    whole = ".".join((name, *rest))
                    if TELLING.fullmatch(whole):
                        found.outside[whole] = None
                    return
                case Symbol(kind="module"):
                    continue
                case Symbol(kind="class") if rest:
                    if meaning.module not in self._suite:
                        found.use(meaning.dotted, "uses" if row.how == "call" else "names", line)
                    continue
                case Symbol(kind="class"):
                    self._class(found, meaning, line, built=row.how == "call")
                case Symbol():
                    self._definition(found, meaning, rest, line, how)
                case _:
                    pass
            return

    def _is_django_s(self, owner: str) -> bool:
        """Whether a class of tests inherits from one of Django's, which gives it a test client."""
        outside = (one.name for one in self._symbols.order(self._module, owner) if isinstance(one, External))
        return any(name.startswith(("django.test.", "rest_framework.test.")) for name in outside)

    def _class(self, found: _Found, owner: Symbol, line: int, *, built: bool) -> None:
        """A class is called or named: one of tests by way of its constructor, as what it inherits from too."""
        if owner.module not in self._suite:
            found.use(owner.dotted, "builds" if built else "names", line)
            return
        if not built:
            return
        if (method := self._types.method(owner, "__init__")) is not None and method[0].module in self._suite:
            found.helpers[f"{method[0].module}.{method[1].name}"] = None
        for base in self._types.own_bases(owner):
            if base.module not in self._suite:
                found.use(base.dotted, "builds", line)
                return

    def _definition(self, found: _Found, meaning: Symbol, rest: Sequence[str], line: int, how: UseHow) -> None:
        if meaning.module in self._suite:
            if meaning.kind in ("function", "method"):
                found.helpers[meaning.dotted] = None
            elif meaning.kind == "variable" and rest:
                self._ask(found, self._classes_of(meaning), rest, line)
            return
        found.use(meaning.dotted, "uses" if rest else how, line)
        if meaning.kind == "method":
            found.use(f"{meaning.module}.{meaning.name.rpartition('.')[0]}", "uses", line)
        if rest and meaning.kind == "variable":
            self._ask(found, self._classes_of(meaning), rest, line)

    def _classes_of(self, variable: Symbol) -> Sequence[Symbol]:
        found = self._types.of_expression(variable.module, "", variable.name)
        return [one for one in found if isinstance(one, Symbol)]

    # Receivers

    def _receiver(self, use: ReceiverUse) -> None:
        root, *parts = use.name.split(".")
        found = self._of(use.scope)
        if parts[-1] == "test_client" and use.how == "call":
            found.outside["test_client"] = None
        classes = self._classes(use.scope, root) or self._handed(use.scope, root, parts[0])
        self._ask(found, classes, parts, use.lines[0])

    def _classes(self, scope: str, text: str) -> Sequence[Symbol]:
        found = self._types.of_expression(self._module, scope, text)
        return [one for one in found if isinstance(one, Symbol)]

    def _handed(self, scope: str, name: str, member: str) -> Sequence[Symbol]:
        """The class of what a fixture or a helper gives, where that is told by what it makes.

        That is what it makes and returns, or else the only class it makes that has the member which is asked.
        """
        if (scope, name) in self._made:
            return self._made[scope, name]
        home = self._home(scope)
        row = self._interior.functions.get(home)
        if row is None:
            return ()
        giver = ""
        if any(one.name == name for one in row.parameters):
            giver = self._fixtures.meant(name, self._path, self._module, home)
        else:
            for local in self._types.local_rows(self._module, scope, name):
                chain = local.value.removeprefix("await ").partition("(")[0]
                if "(" in local.value and chain.replace(".", "").isidentifier():
                    meaning = self._symbols.lookup(self._module, scope, chain)
                    if isinstance(meaning, Symbol) and meaning.kind in ("function", "method"):
                        giver = meaning.dotted
        return self._given(giver, member) if giver else ()

    def _given(self, giver: str, member: str) -> Sequence[Symbol]:
        meaning = self._symbols.resolve(giver)
        if not isinstance(meaning, Symbol) or meaning.module not in self._suite:
            return ()
        row = self._symbols.interior(meaning.module).functions.get(meaning.name)
        if row is not None and row.returns:
            inner = row.returns.removeprefix("Iterator[").removeprefix("Generator[").partition(",")[0].rstrip("]")
            told = self._types.of_annotation(meaning.module, "", inner if row.generator else row.returns)
            return [one for one in told if isinstance(one, Symbol)]
        made = [
            (one, owner) for one in self._reading.constructions[meaning.module] if one.scope == meaning.name
            and isinstance(owner := self._symbols.lookup(meaning.module, one.scope, one.callee), Symbol)
            and owner.kind == "class"
        ]  # fmt: skip
        returned = [owner for one, owner in made if one.how in ("returned", "yielded")]
        if len(returned) == 1:
            return returned
        having = {owner.dotted: owner for _, owner in made if self._types.has_member(owner, member) == "yes"}
        return list(having.values()) if len(having) == 1 else ()

    @cached_property
    def _made(self) -> Mapping[tuple[str, str], Sequence[Symbol]]:
        """(scope, local variable) -> the class that is made for it; what is bound twice is left out."""
        found: dict[tuple[str, str], list[Symbol]] = {}
        for row in self._reading.constructions[self._module]:
            if row.how == "local" and row.target:
                meaning = self._symbols.lookup(self._module, row.scope, row.callee)
                if isinstance(meaning, Symbol) and meaning.kind == "class":
                    found.setdefault((row.scope, row.target), []).append(meaning)
        return {key: owners for key, owners in found.items() if len({one.dotted for one in owners}) == 1}

    def _ask(self, found: _Found, classes: Sequence[Symbol], parts: Sequence[str], line: int) -> None:
        """What attributes of an instance lead to that are asked one after the other."""
        for count, part in enumerate(parts):
            last = count + 1 == len(parts)
            following: list[Symbol] = []
            for owner in classes:
                if owner.module not in self._suite:
                    found.use(owner.dotted, "uses", line)
                method = self._types.method(owner, part)
                if method is not None:
                    self._method(found, method[0], method[1], line)
                else:
                    for base in self._types.own_bases(owner):
                        if self._symbols.interior(base.module).member(base.name, part) is not None:
                            if base.module not in self._suite:
                                found.use(f"{base.dotted}.{part}", "uses", line)
                            break
                if not last:
                    told = self._types.of_attribute(owner, part) or self._kept(owner, part)
                    following += [one for one in told if isinstance(one, Symbol)]
            classes = following

    def _method(self, found: _Found, owner: Symbol, row: Function, line: int) -> None:
        if owner.module in self._suite:
            found.helpers[f"{owner.module}.{row.name}"] = None
        else:
            found.use(f"{owner.module}.{row.name}", "uses", line)
            found.use(owner.dotted, "uses", line)

    def _kept(self, owner: Symbol, name: str) -> Sequence[Symbol]:
        """The class that a class of tests makes for one of its attributes, where that is one."""
        if owner.module not in self._suite:
            return ()
        found: dict[str, Symbol] = {}
        for base in self._types.own_bases(owner):
            for row in self._reading.constructions[base.module]:
                if row.how == "attribute" and row.target == name and row.scope.startswith(f"{base.name}."):
                    meaning = self._symbols.lookup(base.module, row.scope, row.callee)
                    if isinstance(meaning, Symbol) and meaning.kind == "class":
                        found[meaning.dotted] = meaning
            if found:
                break
        return list(found.values()) if len(found) == 1 else ()
