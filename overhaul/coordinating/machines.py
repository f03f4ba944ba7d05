"""State machines are registered with a coordinator where they are made; they stay classes of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from overhaul.changes import Added, Create, Edit, Guidance, Leftover, Replacement, Target
from overhaul.coordinating.functions import Body, body_of
from overhaul.coordinating.kinds import kind_name, machine_of, maps_to_several, taken_by_stars
from overhaul.errors import Refused, did_you_mean
from overhaul.facts import Class
from overhaul.moving.namespace import seen_whole
from overhaul.naming.meanings import External, Symbol, Unknown
from overhaul.occurrences.finding import Statement
from overhaul.patterns import regex
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.import_style import line_length
from overhaul.refactoring.imports import Imports

if TYPE_CHECKING:
    from overhaul.project import Project

_DATACLASSES: Final = frozenset({"dataclasses.dataclass"})
_ATTRS: Final = frozenset({
    "attr.s", "attr.attrs", "attr.dataclass", "attr.define", "attr.mutable", "attrs.define", "attrs.mutable",
})  # fmt: skip
_UNREFERENCED: Final = frozenset({
    "builtins.int", "builtins.str", "builtins.bytes", "builtins.tuple", "builtins.float", "typing.NamedTuple",
    "collections.namedtuple",
})  # fmt: skip
"""Bases whose instances nothing can refer to weakly."""


class Coordinating:
    """One state machine, and the coordinator it comes under."""

    def __init__(
        self, project: Project, machine: Target, coordinator: Target, state: str, *, kind: str = "", table: bool = True
    ) -> None:
        """`state`: the module with the unified `StateCoordinator`. Raises Refused."""
        self.project = project
        self.machine = machine
        owner, _, self.attribute = machine.name.rpartition(".")
        if not owner:
            raise Refused(f"{machine}: it is a variable of a module: keep it in an object, or register it by hand")
        self.row = machine_of(project, machine)
        self.owner = project.symbol(Target(machine.module, owner))
        if self.owner.kind != "class":
            raise Refused(f"{machine}: {owner} is no class: register it by hand")
        self.coordinator, self.state = coordinator, state
        self.kind = kind or kind_name(owner, self.attribute)
        self.table = table

    # What is there

    def done(self) -> bool:
        """Whether instances register themselves already."""
        if self.kind not in set(self.project.symbols.names(self.machine.module)):
            return False
        bodies = (self._body(name) for name in _BUILDERS)
        return any(body is not None and self._registers(body) for body in bodies)

    def _registers(self, body: Body) -> bool:
        for one in body.names():
            if one.name == "register" and one.use == "call" and one.role == "attribute":
                chain = body.occurrences.chain(one)
                if [part.name for part in chain] == [self.kind, "register"]:
                    return True
        return False

    def _body(self, name: str) -> Body | None:
        row = self.project.symbols.interior(self.machine.module).functions.get(f"{self.owner.name}.{name}")
        if row is None:
            return None
        symbol = Symbol(self.machine.module, row.name, "method", self.owner.path, row.line)
        return body_of(self.project, symbol)

    def _refused(self, line: int, why: str, remedy: str) -> Refused:
        return Refused(f"{self.owner.path}:{line}: {self.machine.name}: {why}: {remedy}")

    # What becomes of it

    def proposals(self) -> Iterator[Edit | Create | Added | Leftover]:
        """The kind above the class, and the registration at the end of its constructor. Raises Refused."""
        self._check()
        path = self.owner.path
        yield from self._coordinator()
        imports = Imports(self.project, path)
        self._take(imports)
        kind = self._kind(imports)
        inserted, added = self._registration()
        yield self.project.edit(path, [kind, inserted, *imports.replacements()])
        if added:
            yield Added(Target(self.machine.module, f"{self.owner.name}.{added}"))
        yield from self._below()

    def _take(self, imports: Imports) -> None:
        name, module = self.coordinator.name, self.machine.module
        if module == self.coordinator.module:
            raise self._refused(self.owner.line, "it stands in the coordinator's own module", "move it elsewhere")
        there = self.project.symbols.lookup(module, "", name)
        if isinstance(there, Symbol) and there.dotted == self.coordinator.dotted:
            return
        if name in set(self.project.symbols.names(module)):
            raise self._refused(self.owner.line, f"{name} is something else in this module", "rename it first")
        imports.take(self.coordinator.module, name)

    def _check(self) -> None:
        """What cannot be registered."""
        symbols, row = self.project.symbols, self._class()
        for name, path in taken_by_stars(self.project, self.machine.module):
            new = name in (self.kind, self.coordinator.name, "anywhere")
            if new and name not in set(symbols.names(self.machine.module)):
                why = f"{name} is another thing in {path}, which imports everything from here"
                raise self._refused(row.line, why, "name there what is imported")
        for line, called in seen_whole(Bindings(self.project, self.owner.path)):
            why = f"{called}() goes through all names of the module, of which there would be more"
            raise self._refused(line, why, "name there what is meant")
        if "." in self.owner.name:
            raise self._refused(row.line, f"{self.owner.name} stands in another class or function", "move it out first")
        if self.kind in set(symbols.names(self.machine.module)):
            raise self._refused(row.line, f"{self.kind} is something else in this module", "name it with `kind`")
        order = symbols.order(self.machine.module, self.owner.name)
        for one in order:
            if isinstance(one, External) and one.name in _UNREFERENCED:
                raise self._refused(row.line, f"instances of {one.name} cannot be referred to weakly", "do it by hand")
        own = [one for one in order if isinstance(one, Symbol)]
        if all(self._slotted(one) for one in own):
            made = any(self._slots_of(self.machine.module, written) for written in row.decorators)
            remedy = "add weakref_slot=True" if made else "add '__weakref__' to them"
            raise self._refused(row.line, "it has __slots__, and nothing can refer to it weakly", remedy)
        for one in order:
            meta = isinstance(one, Unknown) and one.reason == "its metaclass"
            if not (meta or isinstance(one, External) or (isinstance(one, Symbol) and one.kind == "class")):
                raise self._refused(row.line, "what it is made of is not known", "name its base itself, not a variable")

    def _slotted(self, one: Symbol) -> bool:
        """Whether a class adds nothing by which its instances could be referred to weakly."""
        row = self.project.symbols.interior(one.module).classes[one.name]
        lines = self.project.source(one.path).text().splitlines()[row.line - 1 : row.end]
        slots = self.project.symbols.interior(one.module).member(one.name, "__slots__") is not None
        decorated = any(self._slots_of(one.module, written) for written in row.decorators)
        return decorated or (slots and not any("__weakref__" in line for line in lines))

    def _slots_of(self, module: str, written: str) -> bool:
        """Whether a decorator makes a dataclass with slots, and none for weak references."""
        name, _, arguments = written.partition("(")
        meaning = self.project.symbols.lookup(module, "", name.strip())
        asked = dict(_OPTION.findall(arguments))
        known = isinstance(meaning, External) and meaning.name in _DATACLASSES
        return known and asked.get("slots", "False") != "False" and asked.get("weakref_slot") != "True"

    def _class(self) -> Class:
        return self.project.symbols.interior(self.machine.module).classes[self.owner.name]

    # The coordinator's module

    def _coordinator(self) -> Iterator[Create]:
        """The module with the coordinator, where there is none."""
        module, modules = self.coordinator.module, self.project.layout.modules
        if self.state not in modules:
            raise Refused(f"{self.state}: the project has no such module: `scaffold` puts the unified state there")
        if not isinstance(self.project.symbols.member(self.state, "StateCoordinator"), Symbol):
            raise Refused(f"{self.state}: it has no StateCoordinator: put the unified state there with `scaffold`")
        if module in modules:
            if not isinstance(self.project.symbols.member(module, self.coordinator.name), Symbol):
                near = did_you_mean(self.coordinator.name, list(self.project.symbols.names(module)))
                raise Refused(f"{self.coordinator}: {modules[module].path} has no {self.coordinator.name}: {near}")
            return
        package, _, last = module.rpartition(".")
        if package:
            if package not in modules or not modules[package].package:
                near = did_you_mean(package, modules)
                raise Refused(f"{module}: there is no package {package} to make it in: {near}")
            place = modules[package]
            folder = place.path if place.kind == "namespace" else place.path.rpartition("/")[0]
        else:
            folder = self.owner.path.rpartition("/")[0]
        path = f"{folder}/{last}.py" if folder else f"{last}.py"
        if self.project.exists(path):
            raise Refused(f"{path}: there is such a file, but it is no module: move it away first")
        text = (
            f'"""The coordinator of the program\'s state machines."""\n\n'
            f"from {self.state} import StateCoordinator\n\n{self.coordinator.name} = StateCoordinator()\n"
        )
        yield Create(path, text.encode(), "the coordinator")

    # In the class's module

    def _kind(self, imports: Imports) -> Replacement:
        """The kind of machine, behind its class: no instance is made before it is there."""
        text = self.project.occurrences(self.owner.path).text
        statement = self._definition()
        end = self.project.occurrences(self.owner.path).lines(statement)[1]
        start = f"{self.kind} = {self.coordinator.name}.kind("
        arguments = (
            f'"{self.machine.name}"', self.owner.name, f"table={self._states(imports)}",
            f'attribute="{self._mangled()}"', "enforce=False",
        )  # fmt: skip
        written = f"{start}{', '.join(arguments)})"
        if len(written) > line_length(self.project, self.owner.path):
            written = start + "".join(f"\n    {one}," for one in arguments) + "\n)"
        newline = "" if text[end - 1 : end] == "\n" else "\n"
        unknown = [one for one in self._class().decorators if one.partition("(")[0].rpartition(".")[2] not in _PLAIN]
        guidance: Guidance = "review" if unknown or self._class().keywords else "safe"
        return Replacement(end, end, f"{newline}\n\n{written}\n", "the kind of machine", guidance)

    def _mangled(self) -> str:
        """The attribute as Python keeps it: private names get that of the class."""
        if self.attribute.startswith("__") and not self.attribute.endswith("__"):
            return f"_{self.owner.name.lstrip('_')}{self.attribute}"
        return self.attribute

    def _states(self, imports: Imports) -> str:
        """The table that the coordinator is told: the module's own, or any state to any."""
        if self.table and (table := self._table()):
            return table
        states = ""
        if self.row.enum:
            module, _, name = self.row.enum.rpartition(".")
            meaning = self.project.symbols.lookup(self.machine.module, "", name)
            if isinstance(meaning, Symbol) and meaning.dotted == self.row.enum:
                states = name
            elif module in self.project.layout.modules and name not in set(
                self.project.symbols.names(self.machine.module)
            ):  # fmt: skip
                states = imports.take(module, name)
        elif self.row.subkind in ("string", "table"):
            listed = ", ".join(json.dumps(one) for one in self.row.states)
            states = f"({listed})" if len(self.row.states) > 1 else f"({listed},)"
        if not states:
            raise self._refused(self.row.line, "its states cannot be written out", "register it by hand")
        there = self.project.symbols.lookup(self.machine.module, "", "anywhere")
        if not (isinstance(there, Symbol) and there.dotted == f"{self.state}.anywhere"):
            if "anywhere" in set(self.project.symbols.names(self.machine.module)):
                raise self._refused(self.row.line, "anywhere is something else in this module", "rename it first")
            imports.take(self.state, "anywhere")
        return f"anywhere({states})"

    def _definition(self) -> Statement:
        occurrences = self.project.occurrences(self.owner.path)
        found = [
            one for one in occurrences.statements
            if one.node.__class__.__name__ == "ClassDef" and one.node.name.value == self.owner.name and one.suite == -1
        ]
        if len(found) != 1:
            raise self._refused(self.owner.line, "its class is defined under a condition, or twice", "do it by hand")
        return found[0]

    def _table(self) -> str:
        """The table of its transitions, if that is a dict of the module that stands above the class."""
        module, _, name = self.row.table.rpartition(".")
        if module != self.machine.module:
            return ""
        rows = self.project.types.variables(module, name)
        if len(rows) != 1 or rows[0].line >= self._definition().line:
            return ""
        return name if maps_to_several(self.project.source(self.owner.path).text(), name) else ""

    def _registration(self) -> tuple[Replacement, str]:
        """The line that registers an instance when it is made, and the method that had to be made for it."""
        row = self._class()
        made_by = self._decorated()
        hook = {"dataclass": "__post_init__", "attrs": "__attrs_post_init__", "": "__init__"}[made_by]
        if made_by and self._body("__init__") is not None:
            hook = "__init__"
        body = self._body(hook)
        if body is not None:
            return self._at_the_end(body), ""
        if not made_by:
            raise self._refused(row.line, "it has no constructor of its own", "give it an __init__ first")
        for one in self.project.symbols.order(self.machine.module, self.owner.name)[1:]:
            if isinstance(one, External) and one.name.partition(".")[0] not in _PLAIN_BASES:
                why = f"{one.name}, which it is made of, may have a {hook}"
                raise self._refused(row.line, why, f"write a {hook} first, which calls that one if it is there")
            if isinstance(one, Symbol) and (
                self.project.symbols.interior(one.module).member(one.name, hook) is not None
            ):  # fmt: skip
                remedy = f"write one that calls super().{hook}() first"
                raise self._refused(row.line, f"{one.name} has a {hook}", remedy)
        return self._fresh(hook), hook

    def _decorated(self) -> str:
        row = self._class()
        for written in row.decorators:
            name, _, arguments = written.partition("(")
            meaning = self.project.symbols.lookup(self.machine.module, "", name.strip())
            known = meaning.name if isinstance(meaning, External) else ""
            if known not in _DATACLASSES | _ATTRS:
                continue
            flat = arguments.replace(" ", "")
            if "weakref_slot=False" in flat:
                raise self._refused(row.line, "it has weakref_slot=False", "take that out")
            if "frozen=True" in flat:
                raise self._refused(row.line, "it is frozen", "do it by hand")
            if "init=False" in flat:
                raise self._refused(row.line, "it gets no constructor", "do it by hand")
            return "dataclass" if known in _DATACLASSES else "attrs"
        return ""

    def _at_the_end(self, body: Body) -> Replacement:
        """Behind the last statement of a constructor that sets the state."""
        receiver = self._receiver(body)
        suite = body.suite()
        if not suite or body.statement.node.body.__class__.__name__ != "IndentedBlock":
            raise self._refused(body.statement.line, "its constructor stands on one line", "write it on several")
        last = suite[-1]
        returns = [one for one in body.statements() if one.node.__class__.__name__ == "Return"]
        if returns:
            sets = [one for one in suite if self._sets(body, one, receiver) and one.start < returns[0].start]
            if not sets or sets[-1].node.__class__.__name__ not in ("Assign", "AnnAssign"):
                raise self._refused(returns[0].line, "its constructor returns before its end", "do it by hand")
            last = sets[-1]
        elif body.statement.node.name.value == "__init__" and not self._has_state(body, suite, receiver):
            raise self._refused(body.statement.line, "its constructor does not set the state", "set it there first")
        text = body.occurrences.text
        end = body.occurrences.lines(last)[1]
        first = suite[0].start
        indent = text[text.rfind("\n", 0, first) + 1 : first]
        if indent.strip() or (text[end - 1 : end] not in ("\n", "") and end != len(text)):
            raise self._refused(last.line, "another statement stands on its line", "split it")
        newline = "" if text[end - 1 : end] == "\n" else "\n"
        return Replacement(
            end, end, f"{newline}{indent}{self.kind}.register({receiver})\n", "it comes under the coordinator"
        )

    def _has_state(self, body: Body, suite: list[Statement], receiver: str) -> bool:
        if any(self._sets(body, one, receiver) for one in suite):
            return True
        rows = self.project.types.attributes(self.owner, self.attribute)
        return any(not row.where and row.value for row in rows)

    def _sets(self, body: Body, statement: Statement, receiver: str) -> bool:
        names = body.occurrences.all[statement.names[0] : statement.names[1]]
        return any(
            one.name == self.attribute and one.use == "store"
            and [part.name for part in body.occurrences.chain(one)] == [receiver, self.attribute] for one in names
        )  # fmt: skip

    def _receiver(self, body: Body) -> str:
        row = self.project.symbols.interior(self.machine.module).functions[body.symbol.name]
        if not row.parameters or row.kind != "method":
            raise self._refused(row.line, "its constructor takes no instance", "do it by hand")
        return row.parameters[0].name

    def _fresh(self, hook: str) -> Replacement:
        """A method that does nothing but register, before the first method of the class."""
        statement = self._definition()
        occurrences = self.project.occurrences(self.owner.path)
        text = occurrences.text
        if "InitVar" in text:
            why = f"a field may be an InitVar, which {hook} would be handed"
            raise self._refused(statement.line, why, "do it by hand")
        inside = [one for one in occurrences.statements if one.suite == statement.number]
        if statement.node.body.__class__.__name__ != "IndentedBlock" or not inside:
            raise self._refused(statement.line, "its body stands on one line", "write it on several")
        first = inside[0].start
        indent = text[text.rfind("\n", 0, first) + 1 : first]
        step = indent or "    "
        lines = f"{indent}def {hook}(self) -> None:\n{indent}{step}{self.kind}.register(self)\n"
        methods = [one for one in inside if one.node.__class__.__name__ == "FunctionDef"]
        if methods:
            place = text.rfind("\n", 0, methods[0].head if methods[0].head < methods[0].start else methods[0].start) + 1
            return Replacement(place, place, f"{lines}\n", "it comes under the coordinator")
        end = occurrences.lines(inside[-1])[1]
        newline = "" if text[end - 1 : end] == "\n" else "\n"
        return Replacement(end, end, f"{newline}\n{lines}", "it comes under the coordinator")

    # What is told

    def _below(self) -> Iterator[Leftover]:
        """Subclasses with a constructor that does not call that of the class are not registered."""
        symbols = self.project.symbols
        for path in self.project.mentioning((self.owner.name.rpartition(".")[2],)):
            module = self.project.layout.module_of(path)
            interior = symbols.interior(module)
            for name, row in interior.classes.items():
                if (module, name) == (self.machine.module, self.owner.name):
                    continue
                order = symbols.order(module, name)
                if not any(isinstance(one, Symbol) and one.dotted == self.owner.dotted for one in order):
                    continue
                own = interior.functions.get(f"{name}.__init__")
                text = self.project.source(path).text().splitlines()
                body = "\n".join(text[own.line - 1 : own.end]) if own is not None else "super()"
                if "super(" not in body and ".__init__(" not in body:
                    yield self.project.leftover(
                        path, row.line, self.machine, f"{name} does not call the constructor that registers"
                    )  # fmt: skip


_OPTION: Final = regex(r"(\w+)\s*=\s*([^,)\s]+)")
_PLAIN_BASES: Final = frozenset({"builtins", "abc", "typing", "collections", "enum", "typing_extensions"})
"""Where bases come from of which none has anything for dataclasses or attrs."""
_PLAIN: Final = frozenset({
    "dataclass", "define", "mutable", "attrs", "s", "total_ordering", "final", "runtime_checkable",
})  # fmt: skip
"""Decorators that make no instance."""
_BUILDERS: Final = ("__init__", "__post_init__", "__attrs_post_init__")
