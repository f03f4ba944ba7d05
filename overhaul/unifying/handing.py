"""What becomes of an instance that is handed to a function, or given back by one."""

from __future__ import annotations

from typing import Any, Final, Protocol

from overhaul.inventory import testing
from overhaul.lazy import cst
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.references import References
from overhaul.unifying.filling import without_receiver
from overhaul.unifying.slots import Field, Places, Result, Shape, Slot, Variable, is_fixture
from overhaul.unifying.trees import Tree, returns_of

CONTAINER_ADDS: Final = {"append": 0, "add": 0, "appendleft": 0, "insert": 1}
_SAME: Final = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "deque"})
_ASSERTIONS: Final = frozenset({"assertIsNone", "assertIsNotNone", "assertIs", "assertIsNot", "assertIsInstance"})
_TEXTS: Final = frozenset({"builtins.str", "builtins.repr", "builtins.print", "builtins.format", "builtins.ascii"})
_HARMLESS: Final = frozenset({"isinstance", "print", "repr", "str", "id", "callable", "type"})
"""Builtins that an instance may be handed to: nothing of its own is asked of it but its text."""




class Following(Protocol):
    """What follows instances, and is told where they are handed to."""

    places: Places
    references: References
    target: Symbol

    def seed(self, tree: Tree, node: Any, shape: Shape = ()) -> None:
        """Go on with an expression."""
        ...

    def escape(self, tree: Tree, node: Any, why: str) -> None:
        """Note where an instance goes out of sight."""
        ...

    def use(self, tree: Tree, node: Any, what: str, site: Any, operator: bool = True) -> None:
        """Note what is done with an instance."""
        ...

    def texts(self, tree: Tree, node: Any) -> None:
        """Note that an instance is asked for its text."""
        ...

    def truth(self, tree: Tree, node: Any, shape: Shape) -> None:
        """Note that it is asked whether a value is true."""
        ...

    def give(self, tree: Tree, target: Any, shape: Shape) -> None:
        """Go on with what a target is bound to."""
        ...

    def contain(self, tree: Tree, base: Any, shape: Shape) -> None:
        """Go on with what something is put into."""
        ...

    def give_slot(self, slot: Slot, shape: Shape, tree: Tree, place: Any) -> None:
        """Go on with a slot that is given a value there."""
        ...

    def hold(self, slot: Slot, shape: Shape, tree: Tree, place: Any) -> None:
        """Go on with a slot that is declared."""
        ...


class Handing:
    """Follows arguments to parameters, and results to callers."""

    def __init__(self, flow: Following) -> None:
        """On behalf of a flow, which is told what is found."""
        self.flow = flow
        self._giving: dict[str, bool] = {}

    def given_back(self, tree: Tree, statement: Any, shape: Shape) -> None:
        """A function returns or yields a value."""
        around = tree.function_around(statement)
        home = tree.functions.get(id(around)) if around is not None else None
        function = self.flow.places.function(tree.module, home.name) if home is not None else None
        if home is None or function is None or isinstance(around, cst.Lambda):
            self.flow.escape(tree, statement, "who is given it cannot be told")
            return
        manager = any("contextmanager" in text for text in function.decorators)
        if isinstance(statement, cst.Yield) and not is_fixture(function):
            if manager:
                self.flow.escape(tree, statement, "it is given by a context manager")
                return
            shape = ("seq", *shape)
        for module, other in self.flow.places.overriding(tree.module, function):
            if (module, other.name) == (tree.module, function.name):
                self.flow.give_slot(Result(module, other.name), shape, tree, statement)
            else:
                self.flow.hold(Result(module, other.name), shape, tree, statement)

    def of_lambda(self, tree: Tree, node: Any, shape: Shape) -> None:
        """What makes the default of a field, or of a defaultdict; any other goes out of sight."""
        argument = tree.parent(node)
        call = tree.parent(argument) if isinstance(argument, cst.Arg) else None
        if isinstance(call, cst.Call):
            callee = tree.written(call.func).rpartition(".")[2]
            statement = tree.parent(call)
            if callee == "defaultdict" and call.args[0] is argument:
                self.flow.seed(tree, call, ("map", *shape))
                return
            if callee in ("field", "attrib", "ib", "Factory") and isinstance(statement, cst.AnnAssign):
                self.flow.give(tree, statement.target, shape)
                return
        self.flow.escape(tree, node, "a lambda gives it to whoever calls it")

    def default(self, tree: Tree, parameter: Any, shape: Shape) -> None:
        """A value is the default of a parameter."""
        around = next((one for one in tree.above(parameter) if isinstance(one, (cst.FunctionDef, cst.Lambda))), None)
        home = tree.functions.get(id(around))
        if home is None:
            self.flow.escape(tree, parameter, "whose default it is cannot be told")
        else:
            self.flow.give_slot(Variable(tree.path, home, parameter.name.value), shape, tree, parameter.name)

    def argument(self, tree: Tree, argument: Any, node: Any, shape: Shape) -> None:
        """A value is handed to what is called."""
        call = tree.parent(argument)
        if not isinstance(call, cst.Call) or argument.star:
            self.flow.escape(tree, node, "it is handed over in a way that cannot be followed")
            return
        func, number = call.func, next(at for at, one in enumerate(call.args) if one is argument)
        name = func.attr.value if isinstance(func, cst.Attribute) else func.value if isinstance(func, cst.Name) else ""
        one = tree.occurrence(func) if isinstance(func, (cst.Name, cst.Attribute)) else None
        meaning = self.flow.references.meaning(tree.path, one) if one is not None else None
        if isinstance(meaning, External) and self._outside(tree, call, number, node, shape, meaning.name):
            return
        if isinstance(func, cst.Attribute) and CONTAINER_ADDS.get(name) == number and not isinstance(meaning, Symbol):
            self.flow.contain(tree, func.value, ("seq", *shape))
            return
        if isinstance(func, cst.Attribute) and name == "setdefault" and number == 1 and not isinstance(meaning, Symbol):
            self.flow.contain(tree, func.value, ("map", *shape))
            self.flow.seed(tree, call, shape)
            return
        if name == "__init__" and isinstance(func, cst.Attribute) and tree.written(func.value).startswith("super("):
            meaning = self._base_init(tree, one)
        every = (meaning, *meaning.alternatives) if isinstance(meaning, Symbol) else ()
        if not every or not all(isinstance(each, Symbol) for each in every):
            if isinstance(meaning, External) and meaning.name.startswith(("pytest.", "unittest.")):
                self.flow.escape(tree, node, f"it is handed to {meaning.name}, which nobody can follow")
            else:
                self.flow.escape(tree, node, f"what `{tree.written(func)[:60]}` does with it cannot be told")
            return
        for each in every:
            if isinstance(each, Symbol):
                self._hand(tree, call, argument, number, each, shape)

    def _outside(self, tree: Tree, call: Any, number: int, node: Any, shape: Shape, name: str) -> bool:
        last = name.rpartition(".")[2]
        if name == "builtins.len" and not shape:
            self.flow.use(tree, node, "__len__", call)
        elif name in _TEXTS and not shape:
            self.flow.texts(tree, node)
        elif name == "builtins.bool":
            self.flow.truth(tree, node, shape)
        elif last in _SAME and name.startswith(("builtins.", "collections.")):
            if not shape:
                self.flow.use(tree, node, "__iter__", node)
            elif shape[0] == "seq":
                self.flow.seed(tree, call, shape)
        elif name == "builtins.next" and shape[:1] == ("seq",):
            self.flow.seed(tree, call, shape[1:])
        elif name in ("typing.cast", "typing_extensions.cast") and number == 1:
            self.flow.seed(tree, call, shape)
        else:
            asked = name.startswith("builtins.") and (last == "len" or last in _HARMLESS)
            return asked or (testing(tree.path) and last in _ASSERTIONS)
        return True

    def _base_init(self, tree: Tree, one: Occurrence | None) -> Symbol | None:
        types = self.flow.places.project.types
        around = types.class_around(tree.module, one.scope.name) if one is not None else None
        if around is None:
            return None
        for base in [*types.bases(around)][1:]:
            if not isinstance(base, Symbol):
                return None
            name = f"{base.name}.__init__"
            if self.flow.places.function(base.module, name) is not None:
                return Symbol(base.module, name, "method", base.path, base.line)
        return None

    def _hand(self, tree: Tree, call: Any, argument: Any, number: int, callee: Symbol, shape: Shape) -> None:
        """An argument becomes a parameter, or a field of what is made."""
        types = self.flow.places.project.types
        function = self.flow.places.function(callee.module, callee.name)
        if callee.kind == "class":
            found = types.method(callee, "__init__")
            if found is None:
                self._hand_field(tree, argument, number, callee, shape)
                return
            callee, function = Symbol(found[0].module, found[1].name, "method", found[0].path, found[1].line), found[1]
        if function is None:
            self.flow.escape(tree, argument, f"what {callee.dotted} does with it cannot be told")
            return
        unbound = function.kind == "method" and isinstance(call.func, cst.Attribute) and self._by_class(tree, call.func)
        parameters = function.parameters if unbound else without_receiver(function)
        starred = any(one.star for one in call.args[:number])
        places = [one for one in parameters if one.kind in ("positional-only", "positional")]
        if argument.keyword is not None:
            parameter = next((one for one in parameters if one.name == argument.keyword.value), None)
        else:
            parameter = places[number] if number < len(places) and not starred else None
        if parameter is None:
            kind = "keywords" if argument.keyword else "variadic"
            rest = next((one for one in parameters if one.kind == kind), None)
            if rest is None or starred:
                self.flow.escape(tree, argument, f"which parameter of {function.name} it becomes cannot be told")
                return
            parameter, shape = rest, ("map" if argument.keyword else "seq", *shape)
        at = [one.name for one in function.parameters].index(parameter.name)
        for module, other in self.flow.places.overriding(callee.module, function):
            same = next((one for one in other.parameters if one.name == parameter.name), None)
            same = same or (other.parameters[at] if at < len(other.parameters) and argument.keyword is None else None)
            if same is None:
                self.flow.escape(tree, argument, f"{other.name} overrides {function.name} with other parameters")
                continue
            for where, home in self.flow.places.homes(module, other.name):
                self.flow.give_slot(Variable(where.path, home, same.name), shape, tree, argument.value)

    def _by_class(self, tree: Tree, func: Any) -> bool:
        one = tree.occurrence(func.value) if isinstance(func.value, (cst.Name, cst.Attribute)) else None
        meaning = self.flow.references.meaning(tree.path, one) if one is not None else None
        return isinstance(meaning, Symbol) and meaning.kind == "class"

    def _hand_field(self, tree: Tree, argument: Any, number: int, owner: Symbol, shape: Shape) -> None:
        """A field of a dataclass and the like."""
        row = self.flow.places.project.types.row(owner)
        fields = [
            (one, each.name)
            for one in reversed([*self.flow.places.project.types.own_bases(owner)])
            for each in self.flow.places.project.symbols.attribute_rows(one.module)
            if each.owner == one.name and not each.where and each.annotation and "ClassVar" not in each.annotation
        ]
        name = argument.keyword.value if argument.keyword is not None else ""
        found = next((one for one in fields if one[1] == name), None) if name else (
            fields[number] if number < len(fields) else None
        )
        if row is None or found is None or not (row.decorators or row.bases):
            self.flow.escape(tree, argument, f"what {owner.dotted} does with it cannot be told")
            return
        self.flow.give_slot(Field((found[0].module, found[0].name), found[1]), shape, tree, argument.value)

    # Methods of the class that give an instance

    def gives_own(self, name: str) -> bool:
        """Whether a method of the class gives an instance of it."""
        found = self._giving.get(name)
        if found is None:
            found = self._giving[name] = self._gives_own(name)
        return found

    def _gives_own(self, name: str) -> bool:
        types = self.flow.places.project.types
        method = types.method(self.flow.target, name)
        if method is None or method[1].kind == "property":
            return False
        owner, function = method
        if function.returns:
            told = types.of_annotation(owner.module, owner.name, function.returns)
            return any(self.flow.target.same(one) or one == owner for one in told) or "Self" in function.returns
        for tree, home in self.flow.places.homes(owner.module, function.name):
            first = function.parameters[0].name if function.parameters else "self"
            for node in returns_of(home.node):
                text = tree.written(node.value) if node.value is not None else ""
                maker = text.partition("(")[0]
                if text == first or maker in ("cls", f"{first}.__class__", "type", self.flow.target.name):
                    return maker != "type" or text.startswith(f"type({first})(")
        return False
