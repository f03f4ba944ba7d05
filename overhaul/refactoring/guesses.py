"""What values are where `Types` does not say: fixtures, context managers, what is made outside the project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.facts import Function
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence, Scope
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.families import Key
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.types import Classes

_COMPARING: Final = frozenset({
    "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__and__", "__or__", "__xor__",
})  # fmt: skip
_LITERAL: Final = re.compile(r"""[bBrRfFuU]{0,2}["'\[{0-9]|-?\d""")
_CALLED: Final = re.compile(r"((?:[^\W\d]\w*\.)*[^\W\d]\w*)\(([^()]*)\)")
_METHOD: Final = re.compile(r"([^\W\d]\w*)\.([^\W\d]\w*)\([^()]*\)")
_PLAIN: Final = frozenset(
    f"builtins.{name}"
    for name in ("open", "str", "repr", "len", "int", "float", "bytes", "bool", "range", "format", "input")
)
_PLAIN_MODULES: Final = ("os.", "re.", "json.", "logging.", "subprocess.", "socket.", "time.", "hashlib.", "io.",
                         "tempfile.", "shutil.", "struct.", "urllib.", "datetime.", "pathlib.")  # fmt: skip


def stands_in(name: str) -> bool:
    """Whether what something outside the project makes has whatever members a test gives it."""
    return name.startswith(("unittest.mock.", "mock.")) or name == "types.SimpleNamespace"


class Guesses:
    """Reads what pytest and the usual conventions say of a variable."""

    def __init__(self, references: References) -> None:
        """Nothing is looked at before it is asked for."""
        self.references, self.project = references, references.project
        self._given: dict[str, Classes] = {}

    # Fixtures

    @cached_property
    def _fixtures(self) -> Mapping[str, Sequence[tuple[str, Function]]]:
        found: dict[str, list[tuple[str, Function]]] = {}
        for module, rows in self.project.facts(Function).items():
            for row in rows:
                if any("fixture" in text for text in row.decorators):
                    found.setdefault(row.name.rpartition(".")[2], []).append((module, row))
        return found

    def of_fixture(self, file: Bindings, name: str) -> Classes:
        """What the fixtures of a name give: the one of the same module, else all there are."""
        rows = self._fixtures.get(name, ())
        rows = [one for one in rows if one[0] == file.module] or rows
        found: Classes = ()
        for module, row in rows:
            told = self._told(module, row)
            if not told:
                return ()
            found = (*found, *told)
        return tuple(dict.fromkeys(found))

    def _told(self, module: str, row: Function) -> Classes:
        key = f"{module}:{row.name}"
        if key not in self._given:
            self._given[key] = ()
            self._given[key] = tuple(dict.fromkeys(self._gives(module, row)))
        return self._given[key]

    def _gives(self, module: str, row: Function) -> Iterator[Symbol | External]:
        """The classes of what a fixture returns or yields."""
        types = self.project.types
        if row.returns:
            inner = re.fullmatch(r"(?:\w+\.)*(?:Iterator|Generator|Iterable)\[([^,\]]+).*\]", row.returns)
            yield from types.of_annotation(module, "", inner[1] if inner else row.returns)
            return
        file = self.references.bindings(self.project.symbols.path(module))
        for statement in file.occurrences.statements:
            if statement.scope.name != row.name or statement.scope.kind != "function":
                continue
            text = file.occurrences.text[statement.start : statement.end]
            if match := re.match(r"(?:return|yield)\s+(.*)", text, re.DOTALL):
                value = " ".join(match[1].split())
                found = types.of_expression(module, row.name, value)
                yield from found or self.of_entered(file, statement.scope, value)

    def of_made(self, file: Bindings, home: Scope, name: str) -> Classes:
        """The classes of `table = db.table("orders")` where a fixture gives `db`, by what the method returns."""
        found: Classes = ()
        rows = self.project.types.local_rows(file.module, home.name, name)
        if len(rows) != len(file.bindings(home, name)):
            return ()
        for row in rows:
            match = _METHOD.fullmatch(row.value)
            if match is None:
                return ()
            bound = file.bindings(home, match[1])
            if len(bound) != 1 or isinstance(bound[0], Taken) or bound[0].role != "parameter":
                return ()
            owners = self.of_fixture(file, match[1])
            told = [self._returned(one, match[2]) for one in owners]
            if not told or not all(told):
                return ()
            found = (*found, *(one for classes in told for one in classes))
        return tuple(dict.fromkeys(found))

    def _returned(self, owner: Symbol | External, name: str) -> Classes:
        method = self.project.types.method(owner, name) if isinstance(owner, Symbol) else None
        if method is None or not method[1].returns:
            return ()
        return self.project.types.of_annotation(method[0].module, method[0].name, method[1].returns)

    def passed_on_to(self, owner: Symbol) -> Classes:
        """The classes of what `__getattr__` asks for all that a class lacks: `return getattr(self.table(), name)`."""
        method = self.project.types.method(owner, "__getattr__")
        if method is None or len(method[1].parameters) < 2:
            return ()
        file = self.references.bindings(self.project.symbols.path(method[0].module))
        asked = re.escape(method[1].parameters[1].name)
        values = [
            match
            for statement in file.occurrences.statements
            if statement.scope.kind == "function" and statement.scope.name == method[1].name
            and (text := " ".join(file.occurrences.text[statement.start : statement.end].split())).startswith("return")
            and (match := re.fullmatch(rf"return getattr\((.+), {asked}\)", text)) is not None
        ]  # fmt: skip
        if len(values) != 1:
            return ()
        return self.project.types.of_expression(method[0].module, method[1].name, values[0][1])

    # Context managers

    def of_entered(self, file: Bindings, home: Scope, name: str) -> Classes:
        """The class of what `with Class(...) as name` binds, where its `__enter__` gives itself."""
        if home.kind != "function":
            return ()
        rows = self.project.types.local_rows(file.module, home.name, name)
        found: Classes = ()
        for row in rows:
            if not row.value.startswith("with "):
                return ()
            managers = self.project.types.of_expression(file.module, home.name, row.value.removeprefix("with "))
            if not managers or not all(isinstance(one, Symbol) and self._gives_itself(one) for one in managers):
                return ()
            found = (*found, *managers)
        return tuple(dict.fromkeys(found))

    def _gives_itself(self, one: Symbol) -> bool:
        method = self.project.types.method(one, "__enter__")
        if method is None or not method[1].parameters:
            return False
        file = self.references.bindings(self.project.symbols.path(method[0].module))
        name = method[1].parameters[0].name
        given = [
            file.occurrences.text[statement.start : statement.end]
            for statement in file.occurrences.statements
            if statement.scope.kind == "function" and statement.scope.name == method[1].name
        ]
        given = [text for text in given if text.startswith("return")]
        return bool(given) and all(text.split() == ["return", name] for text in given)

    # What is not of the project

    def outside(self, file: Bindings, one: Occurrence, text: str) -> bool:
        """Whether what stands before the dot is a literal, or made by a call of something outside the project."""
        if self._made_outside(file, one.scope.name, text):
            return True
        if one.base < 0:
            return False
        base = file.occurrences.all[one.base]
        if base.base < 0 and base.role == "load":
            home = file.home_of(base)
            if home is None or home.kind != "function":
                return False
            bound = file.bindings(home, base.name)
            rows = self.project.types.local_rows(file.module, home.name, base.name)
            return len(rows) >= len(bound) > 0 and all(
                bool(row.value) and self._made_outside(file, home.name, row.value.removeprefix("with ")) for row in rows
            )
        root = file.occurrences.chain(base)[0]
        if base.base < 0 or file.occurrences.all[base.base] is not root or root.name != "self":
            return False
        around = self.project.types.class_around(file.module, one.scope.name)
        if around is None:
            return False
        for owner in self.project.types.own_bases(around):
            given = self.project.types.attributes(owner, base.name)
            if given:
                real = [row for row in given if row.value not in ("", "None")]
                return bool(real) and all(
                    self._made_outside(file, f"{owner.name}.{row.where}" if row.where else owner.name, row.value)
                    for row in real
                ) and owner.module == file.module  # fmt: skip
        return False

    def _made_outside(self, file: Bindings, scope: str, text: str) -> bool:
        if _LITERAL.match(text):
            return True
        match = _CALLED.fullmatch(text)
        if match is None:
            return False
        meaning = self.project.symbols.lookup(file.module, scope, match[1])
        if not isinstance(meaning, External) or stands_in(meaning.name):
            return False
        # Nothing of the project comes out of it where nothing of the project goes in.
        return meaning.name in _PLAIN or meaning.name.startswith(_PLAIN_MODULES) or not re.search(r"[^\W\d]", match[2])

    # Comparisons

    def compared(self, file: Bindings, one: Occurrence) -> Key | None:
        """The class of the method that compares, or adds, itself and the value before the dot: `other` in `__eq__`."""
        if one.base < 0:
            return None
        base = file.occurrences.all[one.base]
        home = file.home_of(base) if base.role == "load" else None
        if home is None or home.kind != "function" or home.name.rpartition(".")[2] not in _COMPARING:
            return None
        bound = file.bindings(home, base.name)
        if len(bound) != 1 or isinstance(bound[0], Taken) or bound[0].role != "parameter":
            return None
        around = self.project.types.class_around(file.module, home.name)
        return (around.module, around.name) if around is not None else None
