"""Which state a constant stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from overhaul.facts import Attribute
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown
from overhaul.patterns import regex
from overhaul.types import Types

_ENUMS: Final = frozenset({
    "enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.ReprEnum", "aenum.Enum", "aenum.IntEnum", "aenum.StrEnum",
    "constantly.Names", "constantly.Values", "strenum.StrEnum", "django.db.models.TextChoices",
    "django.db.models.IntegerChoices", "django.db.models.Choices", "extended_enum.ExtendedEnum",
})  # fmt: skip
_CHAIN: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_AUTO: Final = frozenset({"auto()", "enum.auto()", "aenum.auto()"})
_CUT: Final = "..."


class State(NamedTuple):
    """One state of a family of which a variable has one at a time."""

    family: str
    """The dotted Enum, `string`, `int`, `method` or `object`; for names from outside what they stand in."""
    name: str

    @property
    def enum(self) -> bool:
        """Whether it is a member of an Enum."""
        return self.family.startswith(("enum ", "outside "))


class States:
    """Tells constants by the symbol table."""

    def __init__(self, types: Types) -> None:
        """Stands on the symbol table and what variables are bound to."""
        self._types = types
        self._symbols = types.symbols
        self._known: dict[tuple[str, str, str], State | None] = {}
        self._enums: dict[tuple[str, str], bool] = {}
        self._members: dict[tuple[str, str], dict[str, str]] = {}
        self._values: dict[tuple[str, str], dict[object, str]] = {}

    def of(self, module: str, scope: str, text: str) -> State | None:
        """The state that a constant (as `overhaul.syntax.constants.constant` writes it) stands for; None for none."""
        first = text[:1]
        if first in "'\"":
            value = _literal(text)
            return State("string", value) if isinstance(value, str) else None
        if first.isdigit() or first == "-":
            return State("int", text)
        if text == "None":
            return None
        near = text.startswith(("self.", "cls.")) or "." not in text
        key = (module, scope if near else "", text)
        if key not in self._known:
            self._known[key] = None  # for constants that are defined by each other
            self._known[key] = self._named(module, scope, text)
        return self._known[key]

    def all_of(self, module: str, scope: str, texts: Sequence[str]) -> Iterator[State]:
        """The states among constants; those in a collection for `*NAME`."""
        for text in texts:
            if text.startswith("*"):
                yield from self._collected(module, scope, text[1:])
            elif (state := self.of(module, scope, text)) is not None:
                yield state

    def is_enum(self, module: str, name: str) -> bool:
        """Whether a class of the project is an Enum; flags, of which several can be set, are none."""
        key = (module, name)
        found = self._enums.get(key)
        if found is None:
            found = self._enums[key] = any(
                isinstance(one, External) and (one.name in _ENUMS or one.name.endswith((".StrEnum", ".IntEnum")))
                for one in self._symbols.order(module, name)[1:]
            )
        return found

    def _is_flag(self, module: str, name: str) -> bool:
        return any(
            isinstance(one, External) and one.name in ("enum.Flag", "enum.IntFlag", "aenum.Flag", "constantly.Flags")
            for one in self._symbols.order(module, name)[1:]
        )

    def members(self, family: str) -> tuple[str, ...]:
        """The members of an Enum of the project, in the order of their declaration; empty for any other family."""
        if not family.startswith("enum "):
            return ()
        module, _, name = family[5:].partition(":")
        return tuple(dict.fromkeys(self._names(module, name).values()))

    def within(self, family: str, states: Sequence[State]) -> tuple[State, ...]:
        """The same states, where a text or number is the value of a member of the Enum `family` that member."""
        if not family.startswith("enum ") or all(state.family == family for state in states):
            return tuple(states)
        module, _, name = family[5:].partition(":")
        self._names(module, name)
        values = self._values[module, name]
        found: list[State] = []
        for state in states:
            value = _literal(state.name) if state.family == "int" else state.name
            member = values.get(value) if state.family in ("string", "int") else None
            found.append(state if member is None else State(family, member))
        return tuple(found)

    def _names(self, module: str, name: str) -> dict[str, str]:
        """The names of an Enum's members, each with the member: of several for one value the first."""
        key = (module, name)
        found = self._members.get(key)
        if found is None:
            rows: list[Attribute] = []
            texts = False
            for one in self._types.own_bases(Symbol(module, name, "class", "", 0)):
                rows += [row for row in self._symbols.attribute_rows(one.module) if row.owner == one.name]
            for base in self._symbols.order(module, name):
                texts = texts or (isinstance(base, External) and base.name.endswith(".StrEnum"))
            found = self._members[key] = {}
            values: dict[object, str] = {}
            for row in sorted(rows, key=lambda row: row.line):
                if row.where or not row.value or row.name.startswith("_") or row.value.startswith("lambda"):
                    continue
                value: object = row.name.lower() if texts and row.value in _AUTO else _value(row.value)
                same = found.get(row.value) if value is None else values.get(value)
                found[row.name] = same or row.name
                if value is not None:
                    values.setdefault(value, found[row.name])
            self._values[key] = values
        return found

    @staticmethod
    def dotted(family: str) -> str:
        """The dotted name of an Enum; "" for any other family."""
        if family.startswith("enum "):
            return family[5:].replace(":", ".")
        return family[8:] if family.startswith("outside ") else ""

    # Names

    def _named(self, module: str, scope: str, text: str) -> State | None:
        inside = "." not in text and scope in self._symbols.interior(module).classes
        if inside and self._types.attributes(Symbol(module, scope, "class", "", 0), text):
            # In the class body that defines it.
            return self._attribute(module, f"{scope}.{text}")
        meaning = self._symbols.lookup(module, scope, text)
        owner, _, last = text.rpartition(".")
        match meaning:
            case Symbol(kind="attribute", module=where, name=name):
                return self._attribute(where, name)
            case Symbol(kind="variable", module=where, name=name):
                return self._variable(where, name)
            case Symbol(kind="class", module=where, name=name) if last.isupper():
                # A class that is used as a mark: `class IDLE(Mark): ...`
                return State(f"object of {where}:", name)
            case Symbol(kind="method", module=where, name=name):
                own = text.startswith("self.") and text.count(".") == 1
                return State("method", name.rpartition(".")[2]) if own else None
            case External(name=name):
                return self._outside(name)
            case Unknown():
                if not owner or owner in ("self", "cls") or not owner.rpartition(".")[2][:1].isupper():
                    return self._by_value(module, scope, text) if owner in ("self", "cls") else None
                return State(f"outside {owner}", last)
            case _:
                return None

    def _outside(self, name: str) -> State | None:
        owner, _, last = name.rpartition(".")
        if not last[:1].isupper() and not owner.rpartition(".")[2][:1].isupper():
            return None
        if name.startswith("builtins."):
            return None
        return State(f"outside {owner}", last)

    def _by_value(self, module: str, scope: str, text: str) -> State | None:
        """`self.IDLE`, a class's constant, where a base class stands outside the project."""
        owner = self._types.class_around(module, scope)
        if owner is None:
            return None
        name = text.partition(".")[2]
        for one in self._types.own_bases(owner):
            rows = [row for row in self._types.attributes(one, name) if not row.where]
            if rows:
                return self._attribute(one.module, f"{one.name}.{name}")
        return None

    def _attribute(self, module: str, name: str) -> State | None:
        owner, _, last = name.rpartition(".")
        if self.is_enum(module, owner):
            family = f"enum {module}:{owner}"
            member = self._names(module, owner).get(last, last)
            return State(family, member) if not last.startswith("_") else None
        if self._is_flag(module, owner):
            return None
        bound = self._types.attributes(Symbol(module, owner, "class", "", 0), last)
        rows = [row for row in bound if not row.where and row.value]
        if len(bound) == 1 and not rows and not bound[0].where and not bound[0].annotation and last[:1].isupper():
            # `Created, Sent, Done = range(3)` in a class body
            return State(f"int of {module}:{owner}", last)
        if len(rows) != 1:
            return None
        return self._of_value(module, owner, last, rows[0].value)

    def _variable(self, module: str, name: str) -> State | None:
        bound = self._types.variables(module, name)
        rows = [row for row in bound if row.value]
        if len(bound) == 1 and not rows and not bound[0].annotation and name.isupper():
            # `IDLE, BUSY = range(2)`
            return State(f"int of {module}:", name)
        if len(rows) != 1 or rows[0].where:
            return None
        return self._of_value(module, "", name, rows[0].value)

    def _of_value(self, module: str, scope: str, name: str, value: str) -> State | None:
        """What a name stands for that is bound once."""
        literal = _literal(value)
        if isinstance(literal, bool):
            return None
        if isinstance(literal, str):
            return State("string", literal) if len(literal) < 80 else None
        if isinstance(literal, int):
            return State(f"int of {module}:{scope}", name)
        if _CHAIN.match(value):
            return self.of(module, scope, value) if value != "None" else None
        called = value.partition("(")[0]
        if value in ("object()", "NamedConstant()", "enum.auto()", "auto()", "Symbol()") or (
            called.endswith(("Sentinel", "sentinel", "Constant")) and value.endswith(")")
        ):
            return State(f"object of {module}:{scope}", name)
        if value.endswith(("(...)", _CUT)):
            return None
        if called in ("str", "int", "Final", "sys.intern", "intern", "_") and value.endswith(")"):
            return self._of_value(module, scope, name, value[len(called) + 1 : -1])
        return None

    def _collected(self, module: str, scope: str, text: str) -> Iterator[State]:
        """The states in a collection that has a name: `OPEN_STATES`, `self.FINAL`, an Enum itself."""
        meaning: Meaning = self._symbols.lookup(module, scope, text)
        if not isinstance(meaning, Symbol):
            return
        if meaning.kind == "class":
            family = f"enum {meaning.module}:{meaning.name}"
            if self.is_enum(meaning.module, meaning.name):
                yield from (State(family, name) for name in self.members(family))
            return
        where, inside = meaning.module, ""
        if meaning.kind == "variable":
            values = [row.value for row in self._types.variables(where, meaning.name)]
        elif meaning.kind == "attribute":
            inside, _, last = meaning.name.rpartition(".")
            owner = Symbol(where, inside, "class", "", 0)
            values = [row.value for row in self._types.attributes(owner, last) if not row.where]
        else:
            return
        for value in values[:1]:
            for part in _elements(value):
                if (state := self.of(where, inside, part)) is not None:
                    yield state


def _elements(text: str) -> Iterator[str]:
    """The constants in a collection that is written out."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    while isinstance(tree, ast.Call) and len(tree.args) == 1:
        tree = tree.args[0]
    parts = tree.keys if isinstance(tree, ast.Dict) else getattr(tree, "elts", ())
    for part in parts:
        if isinstance(part, ast.Constant | ast.Name | ast.Attribute):
            yield ast.unparse(part)


def _value(text: str) -> str | int | float | None:
    """The value of a member: of `"new", _("New")` the first; None where it is none that is written out."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if isinstance(tree, ast.Tuple) and len(tree.elts) == 2 and isinstance(tree.elts[0], ast.Constant):
        # With its label; a pair of two numbers is a value of its own.
        tree = tree.elts[0] if isinstance(tree.elts[0].value, str) else tree
    found = _literal(ast.unparse(tree)) if isinstance(tree, ast.Constant | ast.UnaryOp) else None
    return found if isinstance(found, str | int | float) else None


def _literal(text: str) -> object:
    """The value of a literal; None for anything else."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
