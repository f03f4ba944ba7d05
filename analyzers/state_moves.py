"""Where constants are assigned to variables, and what is known of these before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple

from overhaul.facts import Held, StateMove
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Scope
from overhaul.syntax.constants import constant, constants, place
from overhaul.syntax.declared import class_around
from overhaul.syntax.known import Knowledge, Known
from overhaul.syntax.names import last_name
from overhaul.syntax.paths import STATEMENTS
from overhaul.syntax.words import STATE_WORD
from overhaul.text import dotted, text_of

_SETS: Final = regex(
    r"_*(?:set|update|change|move|trans|go_?to|enter|switch|mark|advance|become|finish|notify|report|save|put)|"
    r"(?i:state|status|phase|stage)"
)
"""Functions of other modules that may assign what they are passed; those of the same file are looked at."""
_SETATTR: Final = frozenset({"setattr", "__setattr__", "_setattr", "_setter"})
_COPIES: Final = frozenset({
    "update", "values", "replace", "_replace", "evolve", "assoc", "model_copy", "copy", "create", "get_or_create",
    "update_or_create", "update_one", "update_many", "find_one_and_update", "configure",
})  # fmt: skip
_INITIAL: Final = frozenset({"default", "server_default", "insert_default", "initial", "value", "missing"})
_FIRST_DEFAULT: Final = frozenset({"Field", "State", "Reactive", "reactive", "StringProperty", "OptionProperty", "Str"})


@Collector("Assign", "AnnAssign", "AugAssign", "Call", "Dict", "Comparison", *(one for one in STATEMENTS))
def state_moves(module: Module) -> Iterator[StateMove]:
    """Assignments of constants to attributes, entries and the module's variables, and calls that pass constants on."""
    moves = _Moves(module)
    yield from moves.assigned()
    yield from moves.passed()
    yield from moves.entries()


class _Write(NamedTuple):
    """An assignment to one target."""

    node: Any
    line: int
    place: str
    values: tuple[str, ...]
    value: Any
    scope: Scope
    own: bool
    """The target is no variable of the function."""


class _Moves:
    """One file's moves."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._paths: dict[int, Known] = {}
        self._returned: dict[tuple[str, str], Any] | None = None
        self._tested: set[str] | None = None
        self._writes = list(self._found())
        self._names = {
            last_name(one.place) for one in self._writes if any(value != "None" for value in one.values)
        }
        """What is assigned constants somewhere in this file."""
        self._globals = {name for scope in module.scopes for name, how in scope.elsewhere.items() if how == "global"}

    # Assignments

    def _found(self) -> Iterator[_Write]:
        for assign, line, block in self._module.nodes(cst.Assign):
            scope = block.scope
            for target in assign.targets:
                yield from self._targets(assign, target.target, line, assign.value, scope)
        for declared, line, block in self._module.nodes(cst.AnnAssign):
            if declared.value is not None:
                yield from self._targets(declared, declared.target, line, declared.value, block.scope)
        for added, line, block in self._module.nodes(cst.AugAssign):
            # `self.__dict__ |= saved`
            if block.scope.kind == "function" and _whole(added.target):
                yield _Write(added, line, place(added.target), (), added.value, block.scope, True)

    def _targets(self, node: Any, target: Any, line: int, value: Any, scope: Scope) -> Iterator[_Write]:
        kind = target.__class__
        if kind is cst.Tuple or kind is cst.List:
            many = value.__class__ is cst.Tuple or value.__class__ is cst.List
            if many and len(value.elements) == len(target.elements):
                for one, given in zip(target.elements, value.elements, strict=True):
                    yield from self._targets(node, one.value, line, given.value, scope)
            return
        if kind is cst.Name:
            if scope.kind == "function" and scope.elsewhere.get(target.value) != "global":
                return
            if scope.kind not in ("function", "class", "module"):
                return
        elif kind is not cst.Attribute and kind is not cst.Subscript:
            return
        where = place(target)
        if kind is cst.Subscript and _whole(target.value):
            # `self.__dict__["state"] = NEW`, `self.__dict__[name] = x`
            inside, _, key = where.partition(".__dict__['")
            where = f"{inside}.{key.removesuffix(chr(39) + ']')}" if key and constants(value) else dotted(target.value)
        if not where:
            return
        values = self._values(value, scope)
        if values is None and kind is cst.Name and scope.kind == "class":
            values = _default(value)
        if values is not None or scope.kind == "function":
            yield _Write(node, line, where, values or (), value, scope, kind is not cst.Name)

    def _values(self, value: Any, scope: Scope) -> tuple[str, ...] | None:
        found = constants(value)
        if found is None and value.__class__ is cst.Attribute and value.value.__class__ is cst.Name:
            # A bound method as a state.
            chain = dotted(value)
            if chain.startswith("self.") and (class_around(scope), chain[5:]) in self._methods:
                return (chain,)
        return found

    def assigned(self) -> Iterator[StateMove]:
        """Assignments of constants, and those of anything else to what is assigned constants here or is a parameter."""
        for write in self._writes:
            name = last_name(write.place)
            if name == "__dict__":
                if write.scope.kind == "function":
                    yield _any(write.line, write.scope, write.place, write.value)
                continue
            if not write.values:
                setter = write.own and name != "self" and write.value.__class__ is cst.Name and _parameter(write)
                if not setter and (name not in self._names or write.place.startswith(("self.", "cls."))):
                    continue
                if setter and write.scope.name.endswith("__init__"):
                    continue
            elif all(value == "None" for value in write.values) and name not in self._names:
                continue
            elif not write.own and name.isupper() and name not in self._globals:
                # A constant itself.
                continue
            elif all(value[0] in "-0123456789" for value in write.values) and not STATE_WORD.search(name):
                continue
            held: tuple[Knowledge, ...] = ()
            guard = table = ""
            values = write.values
            if write.scope.kind == "function" and self._worth(write, name):
                known = self._function(write.scope)
                held, guard, table = known.before(write.node, write.place, write.value)
                if not values and write.value.__class__ is cst.Name:
                    values = known.asserted(write.node, write.value.value)
            form: Literal["default", "assign"] = "default" if write.scope.kind == "class" else "assign"
            yield StateMove(
                line=write.line, scope=write.scope.name, form=form, place=write.place, values=values,
                value="" if write.values else text_of(write.value), through="", held=_rows(held), guard=guard,
                table=table, arguments=(),
            )  # fmt: skip

    def _worth(self, write: _Write, name: str) -> bool:
        """Whether it is worth the work to find out what is known before."""
        if STATE_WORD.search(name) or name in self._tests:
            return True
        return any(value[0] not in "'\"-0123456789N" for value in write.values)

    @property
    def _tests(self) -> set[str]:
        """The last names of what this file compares or matches."""
        if self._tested is None:
            compared: list[Any] = [node.left for node, _, _ in self._module.nodes(cst.Comparison)]
            compared += [node.subject for node, _, _ in self._module.nodes(cst.Match)]
            self._tested = {name for node in compared for name in _compared(node)}
        return self._tested

    def _function(self, scope: Scope) -> Known:
        found = self._paths.get(id(scope))
        if found is None:
            found = self._paths[id(scope)] = Known(
                self._module.reached(scope), lambda node: self._return_of(node, scope)
            )
        return found

    @property
    def _methods(self) -> dict[tuple[str, str], Any]:
        """(class, name) -> what a method or property without arguments returns, if that is all it does; else None."""
        if self._returned is None:
            self._returned = {}
            for scope in self._module.scopes:
                if scope.kind == "function" and scope.parent is not None and scope.parent.kind == "class":
                    node: Any = scope.node
                    key = (scope.parent.name, node.name.value)
                    self._returned[key] = _only_return(node)
        return self._returned

    def _return_of(self, node: Any, scope: Scope) -> Any:
        """What `self.is_open`, `self.is_open()` return."""
        if node.__class__ is cst.Call:
            if node.args:
                return None
            node = node.func
        if node.__class__ is not cst.Attribute or node.value.__class__ is not cst.Name or node.value.value != "self":
            return None
        return self._methods.get((class_around(scope), node.attr.value))

    # Calls

    def passed(self) -> Iterator[StateMove]:
        """Calls with constants as arguments, and calls of private functions of this file that assign constants."""
        writers, setters = self._writers()
        for node, line, block in self._module.nodes(cst.Call):
            call: Any = node
            func = call.func
            kind = func.__class__
            name = func.attr.value if kind is cst.Attribute else func.value if kind is cst.Name else ""
            if not isinstance(name, str) or not name:
                continue
            if call.args:
                if name == "update" and kind is cst.Attribute and block.scope.kind == "function":
                    whole = _held_in(func.value)
                    if whole:
                        yield _any(line, block.scope, f"{whole}.__dict__", call)
                        continue
                if name in _SETATTR and len(call.args) == 3:
                    yield from self._setattr(call, line, block.scope)
                    continue
                yield from self._keywords(call, name, line, block.scope)
            arguments = tuple(self._arguments(call, name, name in setters)) if call.args else ()
            if not arguments and name not in writers:
                continue
            chain = dotted(func)
            if chain and (arguments or kind is cst.Name or chain.startswith(("self.", "cls."))):
                known: tuple[Knowledge, ...] = ()
                guard = ""
                if block.scope.kind == "function":
                    known, guard = self._function(block.scope).at(line)
                yield StateMove(
                    line=line, scope=block.scope.name, form="call", place=chain, values=(), value="", through="",
                    held=_rows(known), guard=guard, table="", arguments=arguments,
                )  # fmt: skip

    def _writers(self) -> tuple[set[str], set[str]]:
        """Functions of this file that assign constants, and those that assign their parameters."""
        writers: set[str] = set()
        setters: set[str] = set()
        for write in self._writes:
            if write.scope.kind == "function":
                name = write.scope.name.rpartition(".")[2]
                if any(value != "None" for value in write.values) and not name.startswith("__"):
                    writers.add(name)
                if write.own and not write.values and write.value.__class__ is cst.Name and _parameter(write):
                    setters.add(name)
        for call, _, block in self._module.nodes(cst.Call):
            func: Any = call.func
            named = func.attr.value if func.__class__ is cst.Attribute else getattr(func, "value", "")
            if isinstance(named, str) and named in _SETATTR and block.scope.kind == "function":
                setters.add(block.scope.name.rpartition(".")[2])
        return {name for name in writers if name.startswith("_")}, setters

    def _arguments(self, call: Any, name: str, setter: bool) -> Iterator[tuple[str, str]]:
        for number, argument in enumerate(call.args):
            if argument.star:
                return
            value = constant(argument.value)
            if value is None or value == "None":
                continue
            literal = value[0] in "'\"-0123456789"
            keyword = argument.keyword.value if argument.keyword is not None else ""
            if literal and not (setter or (_SETS.match(name) and value[0] in "'\"" and number < 3)):
                continue
            if not literal and not setter and (
                name[:1].isupper() or not (_SETS.match(name) or STATE_WORD.search(value.rpartition(".")[0]))
            ):
                continue
            yield keyword or str(number), value

    def _keywords(self, call: Any, name: str, line: int, scope: Scope) -> Iterator[StateMove]:
        """`Order(state=NEW)`, `replace(order, state=OPEN)`, `query.update(status="done")`."""
        makes = name[:1].isupper() or name in ("cls", "__class__") or name in _COPIES
        if not makes:
            return
        for argument in call.args:
            if argument.keyword is None:
                continue
            values = constants(argument.value)
            if values is None or values == ("None",):
                continue
            keyword = argument.keyword.value
            if keyword not in self._names and not STATE_WORD.search(keyword):
                continue
            held: tuple[Knowledge, ...] = ()
            guard = ""
            if scope.kind == "function" and name in _COPIES:
                held, guard = self._function(scope).at(line)
            yield StateMove(
                line=line, scope=scope.name, form="keyword", place=keyword, values=values, value="",
                through=text_of(call, 160), held=_rows(held), guard=guard, table="", arguments=(),
            )  # fmt: skip

    def _setattr(self, call: Any, line: int, scope: Scope) -> Iterator[StateMove]:
        """`setattr(job, "state", DONE)`, `object.__setattr__(self, "state", state)`."""
        owner, value = dotted(call.args[0].value), call.args[2].value
        if call.args[1].value.__class__ is not cst.SimpleString:
            # In `__setattr__` itself it is what all assignments come to.
            if owner and scope.kind == "function" and scope.name.rpartition(".")[2] != "__setattr__":
                yield _any(line, scope, f"{owner}.__dict__", call)
            return
        name = call.args[1].value.evaluated_value
        if not owner or not isinstance(name, str) or not name.isidentifier():
            return
        values = constants(value) or ()
        passed = value.__class__ is cst.Name and _parameter(_Write(call, line, owner, (), value, scope, True))
        if (values and values != ("None",)) or passed:
            yield StateMove(
                line=line, scope=scope.name, form="assign", place=f"{owner}.{name}", values=values,
                value="" if values else text_of(value), through="", held=(), guard="", table="", arguments=(),
            )  # fmt: skip
        elif not values and scope.kind == "function":
            yield _any(line, scope, f"{owner}.__dict__", call)

    # Dicts

    def entries(self) -> Iterator[StateMove]:
        """`{"status": "waiting"}`."""
        for node, line, block in self._module.nodes(cst.Dict):
            elements: Any = node.elements
            for element in elements:
                if element.__class__ is not cst.DictElement:
                    continue
                key = constant(element.key)
                if key is None or key[0] in "-0123456789":
                    continue
                name = key.strip("'\"").rpartition(".")[2]
                if not STATE_WORD.search(name) and name not in self._names:
                    continue
                values = constants(element.value)
                if values is None or values == ("None",):
                    continue
                yield StateMove(
                    line=line, scope=block.scope.name, form="entry", place=f"[{key}]", values=values, value="",
                    through="", held=(), guard="", table="", arguments=(),
                )  # fmt: skip


def _any(line: int, scope: Scope, where: str, value: Any) -> StateMove:
    """An assignment to any attribute of an object: its place is the `__dict__`."""
    return StateMove(
        line=line, scope=scope.name, form="assign", place=where, values=(), value=text_of(value), through="", held=(),
        guard="", table="", arguments=(),
    )  # fmt: skip


def _whole(node: Any) -> bool:
    """Whether a node is the `__dict__` of an object."""
    return node.__class__ is cst.Attribute and node.attr.value == "__dict__"


def _held_in(node: Any) -> str:
    """The object whose attributes `self.__dict__`, `vars(self)` are; "" for anything else."""
    if _whole(node):
        return dotted(node.value)
    if node.__class__ is cst.Call and len(node.args) == 1 and dotted(node.func) == "vars":
        return dotted(node.args[0].value)
    return ""


def _rows(known: Iterable[Knowledge]) -> tuple[Held, ...]:
    return tuple(Held(*one) for one in known)


def _compared(node: Any) -> Iterator[str]:
    """The names by which a variable is known that is compared."""
    kind = node.__class__
    if kind is cst.Attribute:
        yield node.attr.value
        if node.attr.value in ("value", "name"):
            yield from _compared(node.value)
    elif kind is cst.Name:
        yield node.value
    elif kind is cst.Subscript or kind is cst.Call:
        yield last_name(place(node))


def _default(value: Any) -> tuple[str, ...] | None:
    """The default of a declared field: `Column(String, default="new")`, `field(default=State.NEW)`."""
    if value.__class__ is not cst.Call:
        return None
    for argument in value.args:
        if argument.keyword is not None and argument.keyword.value in _INITIAL:
            return constants(argument.value)
    name = dotted(value.func).rpartition(".")[2]
    if value.args and value.args[0].keyword is None and (name in _FIRST_DEFAULT or name.endswith("Property")):
        return constants(value.args[0].value)
    return None


def _parameter(write: _Write) -> bool:
    """Whether what is assigned is a parameter of the function."""
    node: Any = write.scope.node
    if write.scope.kind != "function":
        return False
    parameters = node.params
    name = write.value.value
    return any(
        one.name.value == name for one in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
    )


def _only_return(node: Any) -> Any:
    """The expression that a function returns, where that is all it does."""
    body = node.body.body
    if node.params.params and len(node.params.params) > 1:
        return None
    last: Any = body[-1] if body else None
    if last.__class__ is cst.SimpleStatementLine:
        if len(body) > 2 or len(last.body) != 1:
            return None
        if len(body) == 2 and not (
            body[0].__class__ is cst.SimpleStatementLine and body[0].body[0].__class__ is cst.Expr
        ):
            return None
        last = last.body[0]
    elif len(body) != 1:
        return None
    return last.value if last.__class__ is cst.Return else None
