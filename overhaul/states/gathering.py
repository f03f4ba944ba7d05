"""Everything that is known of each variable that may be a state: what is assigned to it, where, and who asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from overhaul.facts import Attribute, Facts, StateMove, StateTest
from overhaul.inventory import Site
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.states.meaning import State, States
from overhaul.states.places import Anchor, Places
from overhaul.states.variables import Move, Setter, Test, Variable, own_held
from overhaul.syntax.names import last_name
from overhaul.syntax.words import STATE_WORD
from overhaul.types import Types

CONSTRUCTORS: Final = frozenset({"__init__", "__new__", "__post_init__", "__attrs_post_init__", "__init_subclass__"})
_WORD: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_FEW: Final = 3
"""How many variables of one name a place may mean whose owner is not known."""


class Gathering:
    """Goes once through all moves, and once through all tests."""

    def __init__(
        self, types: Types, moves: Facts[StateMove], tests: Facts[StateTest]
    ) -> None:
        """Gather; what is asked is in the attributes."""
        self.types = types
        self.symbols = types.symbols
        self.states = States(types)
        self._moves = moves
        self._tests = tests
        self.variables: dict[Anchor, Variable] = {}
        self._by_name: dict[str, list[Variable]] = {}
        self.calls: dict[tuple[str, str], list[StateMove]] = {}
        """(module, last name of what is called) -> the calls."""
        self.naming: set[str] = set()
        """Modules that put names of attributes together."""
        self.mentioned: dict[str, set[str]] = {}
        """Name of an Enum -> its members that are passed on or assigned somewhere, to whatever it is."""
        self._asked = {last_name(row.place).lstrip("_") for _, rows in tests.items() for row in rows}
        self.places = Places(types, self._property_setters())
        self._setters: dict[tuple[str, str], list[Setter]] = {}
        """(module, dotted function)."""
        self._setters_by_name: dict[str, list[Setter]] = {}
        self._bases: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}
        self._anything: list[tuple[str, StateMove]] = []
        """Assignments to attributes whose names are not known."""
        loose = list(self._assigned())
        self.variables = {
            anchor: one for anchor, one in self.variables.items() if one.moves or one.setters or one.defaults
        }
        for one in self.variables.values():
            self._by_name.setdefault(one.anchor.name, []).append(one)
        for module, move, states in loose:
            self._assign_loosely(module, move, states)
        self._passed()
        for one in self.variables.values():
            self._others(one)
        for module, row in self._anything:
            self._assign_anything(module, row)
        self._gather_tests()

    # Assignments

    def _property_setters(self) -> dict[tuple[str, str], str]:
        """(module, dotted property) -> the attribute that its setter assigns."""
        found: dict[tuple[str, str], str] = {}
        for module, rows in self._moves.items():
            for row in rows:
                if row.form == "assign" and row.value and row.place.startswith("self.") and not row.values:
                    name = row.place[5:]
                    if name == "__dict__":
                        continue
                    if "." not in name and "[" not in name and row.scope.rpartition(".")[2] != name:
                        function = self.symbols.interior(module).functions.get(row.scope)
                        if function is not None and any(one.endswith(".setter") for one in function.decorators):
                            found[module, row.scope] = name
        return found

    def _assigned(self) -> Iterator[tuple[str, StateMove, tuple[State, ...]]]:
        """Gather assignments; yields those of constants to something whose owner is not known."""
        for module, rows in self._moves.items():
            for row in rows:
                if row.form == "call":
                    self.calls.setdefault((module, row.place.rpartition(".")[2]), []).append(row)
                    self._mention([text for _, text in row.arguments])
                    continue
                name = last_name(row.place)
                self._mention(row.values)
                if name == "__dict__":
                    self._anything.append((module, row))
                    continue
                if name.lstrip("_") not in self._asked and not STATE_WORD.search(name):
                    continue
                if row.values:
                    states = tuple(self.states.all_of(module, row.scope, row.values))
                    if states:
                        yield from self._place(module, row, states)
                if row.value and row.form == "assign":
                    self._not_constant(module, row)

    def _mention(self, texts: Iterable[str]) -> None:
        for text in texts:
            owner, _, name = text.rpartition(".")
            if owner:
                self.mentioned.setdefault(owner.rpartition(".")[2], set()).add(name)

    def _place(
        self, module: str, row: StateMove, states: tuple[State, ...]
    ) -> Iterator[tuple[str, StateMove, tuple[State, ...]]]:
        if row.form == "keyword":
            yield module, row, states
            return
        if row.form == "entry":
            anchor = self.places.of(module, row.scope, row.place)
        else:
            anchor = self.places.of(module, row.scope, row.place, row.form == "default")
        if anchor is None:
            if row.form == "assign" and "." in row.place:
                yield module, row, states
            return
        if row.form == "default" and self.states.is_enum(module, row.scope):
            return
        self._add(anchor, Move(module, row, states, True, self._entry(row), own_held(row)))

    def _add(self, anchor: Anchor, move: Move) -> None:
        self.variable(anchor).add(move)

    def variable(self, anchor: Anchor) -> Variable:
        """What is gathered about a variable."""
        found = self.variables.get(anchor)
        if found is None:
            found = self.variables[anchor] = Variable(anchor)
        return found

    @staticmethod
    def _entry(row: StateMove) -> bool:
        """Whether an assignment belongs to the making of the object."""
        if row.form in ("default", "entry"):
            return True
        if not row.scope:
            return True
        last = row.scope.rpartition(".")[2]
        return last in CONSTRUCTORS and row.place.startswith(("self.", "cls."))

    def _not_constant(self, module: str, row: StateMove) -> None:
        """A parameter makes the function a setter; anything else is an assignment of what is not known."""
        function = self.symbols.interior(module).functions.get(row.scope)
        if function is None:
            return
        anchor = self.places.of(module, row.scope, row.place)
        if anchor is None:
            return
        names = [one.name for one in function.parameters]
        if row.value in names and row.place.startswith(("self.", "cls.")):
            first = 1 if function.kind in ("method", "classmethod", "property") else 0
            setter = Setter(function, row.value, names.index(row.value) - first, anchor, row)
            self._setters.setdefault((module, row.scope), []).append(setter)
            self._setters_by_name.setdefault(row.scope.rpartition(".")[2], []).append(setter)
            variable = self.variable(anchor)
            variable.setters.append((module, row))
            default = function.parameters[names.index(row.value)].default
            states = tuple(self.states.all_of(module, row.scope.rpartition(".")[0], (default,))) if default else ()
            if states:
                variable.add(Move(module, row, states, True, self._entry(row), own_held(row)))
        elif anchor in self.variables or not row.place.startswith(("self.", "cls.")):
            self.variable(anchor).unknown.append((self.site(module, row.line, row.scope), False))

    def site(self, module: str, line: int, scope: str) -> Site:
        """A place."""
        return Site(module, self.symbols.path(module), line, scope)

    def _assign_loosely(self, module: str, row: StateMove, states: tuple[State, ...]) -> None:
        """Assignments through something whose class is not known, and keywords."""
        name = last_name(row.place)
        known = self._by_name.get(name, [])
        if row.form == "keyword":
            self._keyword(module, row, states, known)
            return
        fitting = self._fitting(known, states)
        if not fitting and STATE_WORD.search(name):
            fitting = self._likely(name, known, states)
        if len(fitting) == 1:
            self._add(fitting[0].anchor, Move(module, row, states, False, False, own_held(row)))

    def _likely(self, name: str, known: Sequence[Variable], states: Sequence[State]) -> list[Variable]:
        """The only variable of a name that is commonly given to states; of an Enum the only one declared to be."""
        family = states[0].family
        if not states[0].enum:
            only = known if len(known) == 1 else ()
            return [one for one in only if any(state.family == family for state in one.known)]
        enum = re.compile(rf"\b{re.escape(States.dotted(family).rpartition('.')[2])}\b")
        declared = {
            anchor for module, owner, text in self._declared.get(name, ()) if enum.search(text)
            and (anchor := self.places.attribute(Symbol(module, owner, "class", "", 0), name)) is not None
        }  # fmt: skip
        if len(declared) != 1:
            return []
        variable = self.variable(declared.pop())
        if variable not in self._by_name.get(name, ()):
            self._by_name.setdefault(name, []).append(variable)
        return [variable]

    @cached_property
    def _declared(self) -> dict[str, list[tuple[str, str, str]]]:
        """Attribute -> module and class that declare it in a class body, with annotation and value."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for module in self.symbols.layout.modules:
            for row in self.symbols.attribute_rows(module):
                if not row.where and STATE_WORD.search(row.name):
                    found.setdefault(row.name, []).append((module, row.owner, f"{row.annotation} {row.value}"))
        return found

    @staticmethod
    def _fitting(known: Iterable[Variable], states: Sequence[State]) -> list[Variable]:
        """The variables that are known to have one of these states, or other members of their Enum."""
        return [
            one for one in known if any(state in one.known or state.family in one.enums for state in states)
        ]

    def _keyword(self, module: str, row: StateMove, states: tuple[State, ...], known: Sequence[Variable]) -> None:
        if not known:
            return
        called = row.through.partition("(")[0]
        last = called.rpartition(".")[2]
        makes = last[:1].isupper() or last in ("cls", "create", "get_or_create", "update_or_create")
        through: list[Anchor] = []
        for chain in dict.fromkeys(_WORD.findall(row.through)):
            parts = chain.split(".")
            for count in range(len(parts), 0, -1):
                if not parts[count - 1][:1].isupper() and parts[count - 1] != "cls":
                    continue
                text = ".".join(parts[:count])
                owner = (
                    self.types.class_around(module, row.scope) if text == "cls"
                    else self.symbols.lookup(module, row.scope, text)
                )  # fmt: skip
                if isinstance(owner, Symbol) and owner.kind == "class":
                    anchor = self.places.attribute(owner, last_name(row.place))
                    if anchor is not None:
                        through.append(anchor)
                break
            if through:
                break
        if not through and not makes:
            # `replace(order, state=...)`, `order.model_copy(update=...)`: by the class of what is copied.
            inner = row.through[len(called) + 1 :].partition(",")[0] if "." not in called else called.rpartition(".")[0]
            through += [
                anchor for one in self.types.of_expression(module, row.scope, inner)
                if isinstance(one, Symbol) and (anchor := self.places.attribute(one, row.place)) is not None
            ]  # fmt: skip
        if through:
            entry = makes and last not in ("update_or_create",)
            self._add(through[0], Move(module, row, states, True, entry, own_held(row)))
            return
        fitting = self._fitting(known, states)
        if len(fitting) == 1 and not makes and not called.startswith("self."):
            self._add(fitting[0].anchor, Move(module, row, states, False, False, own_held(row)))

    # Setters

    def _passed(self) -> None:
        """Constants that are passed to functions that assign them."""
        if not self._setters:
            return
        for (module, name), rows in sorted(self.calls.items()):
            constructs = name[:1].isupper()
            if name not in self._setters_by_name and not constructs:
                continue
            for row in rows:
                for setter, typed in self._called(module, row, name):
                    for position, text in row.arguments:
                        if position != setter.parameter and position != str(setter.position):
                            continue
                        states = tuple(self.states.all_of(module, row.scope, (text,)))
                        if not states:
                            continue
                        held = next(
                            (one for one in row.held if last_name(one.place) == setter.anchor.name), None
                        ) or own_held(setter.row)  # fmt: skip
                        made = setter.row.scope.rpartition(".")[2] in CONSTRUCTORS
                        self._add(setter.anchor, Move(module, row, states, typed, made, held))

    def _called(self, module: str, row: StateMove, name: str) -> Iterator[tuple[Setter, bool]]:
        owner, _, _ = row.place.rpartition(".")
        if owner in ("self", "cls", "super()"):
            around = self.types.class_around(module, row.scope)
            found = self.types.method(around, name) if around is not None else None
            if found is not None:
                yield from ((one, True) for one in self._setters.get((found[0].module, found[1].name), ()))
            return
        meaning = self.symbols.lookup(module, row.scope, row.place)
        if isinstance(meaning, Symbol) and meaning.kind in ("function", "method"):
            yield from ((one, True) for one in self._setters.get((meaning.module, meaning.name), ()))
            return
        if not owner:
            return
        classes = self.types.of_expression(module, row.scope, owner)
        for one in classes:
            if isinstance(one, Symbol) and (found := self.types.method(one, name)) is not None:
                yield from ((setter, True) for setter in self._setters.get((found[0].module, found[1].name), ()))
                return
        if classes:
            return
        named = self._setters_by_name.get(name, [])
        states = [state for _, text in row.arguments for state in self.states.all_of(module, row.scope, (text,))]
        fitting = [
            one for one in named
            if one.anchor in self.variables and self._fitting((self.variables[one.anchor],), states)
        ]
        if len({one.anchor for one in fitting}) == 1:
            yield fitting[0], False

    # Tests

    def _gather_tests(self) -> None:
        interesting = {
            anchor.name.lstrip("_") for anchor, one in self.variables.items()
            if len(set(one.states())) > 1 or any(row.table for _, row in one.setters)
        }  # fmt: skip
        by_family: dict[str, list[Variable]] = {}
        for one in self.variables.values():
            for family in one.enums if len(one.known) > 1 else ():
                by_family.setdefault(family, []).append(one)
        enums = {family.rpartition(".")[2].rpartition(":")[2] for family in by_family}
        for module, rows in self._tests.items():
            for row in rows:
                if row.how == "name":
                    self.naming.add(module)
                name = last_name(row.place)
                plain = "." not in row.place and "[" not in row.place
                if name.lstrip("_") not in interesting and not any(
                    value.rpartition(".")[0].rpartition(".")[2] in enums for value in row.values
                ):
                    continue
                states = tuple(self.states.all_of(module, row.scope, row.values))
                if not states and row.how in ("compare", "order", "case"):
                    continue
                anchor = self.places.of(module, row.scope, row.place)
                if anchor is not None and anchor in self.variables:
                    self.variables[anchor].tests.append(Test(module, row, states, True))
                    continue
                if row.how in ("index", "name"):
                    # `def dispatcher(self, ...): getattr(self, prefix + self._state)`, a function beside the classes
                    near = [one for one in self._by_name.get(name, ()) if one.anchor.module == module]
                    for one in near if anchor is None and "." in row.place else ():
                        one.tests.append(Test(module, row, (), True))
                    continue
                if anchor is not None:
                    continue
                known = [*self._by_name.get(name, ()), *self._by_name.get(f"_{name}", ())]
                if plain and states and states[0].enum:
                    known = by_family.get(states[0].family, [])
                elif plain:
                    continue
                fitting = self._fitting(known, states)
                if 0 < len(fitting) <= _FEW or (fitting and not plain):
                    for one in fitting:
                        one.tests.append(Test(module, row, states, False))

    # What is no constant

    def _others(self, one: Variable) -> None:
        """Assignments in the class and its subclasses that are no constants, by the table of attributes."""
        anchor = one.anchor
        known = {(move.module, move.row.line) for move in one.moves}
        known |= {(module, row.line) for module, row in one.setters}
        if anchor.kind != "attribute":
            return
        rows: Sequence[Attribute] = self.types.attributes(
            Symbol(anchor.module, anchor.owner, "class", "", 0), anchor.name
        )
        for row in rows:
            if (anchor.module, row.line) in known or row.value in ("None", "") or not row.where:
                if not row.where or row.value:
                    continue
                if (anchor.module, row.line) in known:
                    continue
            default = self._default_of(anchor, row)
            if default is not None:
                one.defaults.append((row.line, default))
                one.known.add(default)
            elif row.value != "None" and (anchor.module, row.line) not in known:
                constructor = row.where in CONSTRUCTORS
                one.unknown.append((self.site(anchor.module, row.line, f"{anchor.owner}.{row.where}"), constructor))

    def _assign_anything(self, module: str, row: StateMove) -> None:
        """What is assigned to attributes whose names are not known may be any of the object's states."""
        text = row.place.removesuffix(".__dict__")
        around = self.types.class_around(module, row.scope) if text in ("self", "cls") else None
        classes = [around] if around is not None else self.types.of_expression(module, row.scope, text)
        for owner in classes:
            if not isinstance(owner, Symbol):
                continue
            key = (owner.module, owner.name)
            above = {(one.module, one.name) for one in self.types.own_bases(owner)}
            for one in self.variables.values():
                anchor = one.anchor
                if anchor.kind != "attribute":
                    continue
                if (anchor.module, anchor.owner) in above or key in self._above(anchor.module, anchor.owner):
                    one.anything.append(self.site(module, row.line, row.scope))

    def _above(self, module: str, owner: str) -> frozenset[tuple[str, str]]:
        """A class and its bases."""
        found = self._bases.get((module, owner))
        if found is None:
            bases = self.types.own_bases(Symbol(module, owner, "class", "", 0))
            found = self._bases[module, owner] = frozenset((one.module, one.name) for one in bases)
        return found

    def _default_of(self, anchor: Anchor, row: Attribute) -> State | None:
        function = self.symbols.interior(anchor.module).functions.get(f"{anchor.owner}.{row.where}")
        for parameter in function.parameters if function is not None else ():
            if parameter.name == row.value and parameter.default:
                states = tuple(self.states.all_of(anchor.module, anchor.owner, (parameter.default,)))
                return states[0] if states else None
        return None
