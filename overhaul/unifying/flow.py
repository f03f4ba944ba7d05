"""Where the instances of a class go: from each place where one is made to every place that does something with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from overhaul.facts import Function
from overhaul.inventory import testing
from overhaul.lazy import cst
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.families import Key
from overhaul.unifying.filling import without_receiver
from overhaul.unifying.slots import Called, Field, Places, Result, Shape, Slot, Variable, is_fixture
from overhaul.unifying.trees import Tree

CONTAINER_ADDS: Final = {"append": 0, "add": 0, "appendleft": 0, "insert": 1}
_QUIET: Final = frozenset({
    "clear", "keys", "append", "appendleft", "add", "insert", "remove", "discard", "index", "count", "reverse",
})  # fmt: skip
"""Methods of containers that hand out nothing of what lies in them."""
_SAME: Final = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "deque"})
_ASSERTIONS: Final = frozenset({"assertIsNone", "assertIsNotNone", "assertIs", "assertIsNot", "assertIsInstance"})
_HARMLESS: Final = frozenset({"isinstance", "print", "repr", "str", "id", "callable", "type"})
"""Builtins that an instance may be handed to: nothing of its own is asked of it but its text."""


class Escape(NamedTuple):
    """A place where an instance goes out of sight."""

    path: str
    line: int
    why: str


class Value(NamedTuple):
    """An expression that is an instance, or that instances lie in."""

    tree: Tree
    node: Any
    shape: Shape


class Use(NamedTuple):
    """Something that is done with an instance."""

    tree: Tree
    node: Any
    """The expression that is the instance."""
    what: str
    """The member that is asked for, or `__len__`, `__contains__`, `__bool__` and so on for operators."""
    site: Any
    """What is written anew: the attribute, its call, or the expression with the operator."""


class Flow:
    """The values of one class, and what is done with them."""

    def __init__(self, places: Places, target: Symbol) -> None:
        """Nothing is followed before `seed` and `run`."""
        self.places, self.target = places, target
        self.references = places.references
        self.values: dict[tuple[str, int], Value] = {}
        self.uses: dict[tuple[str, int], Use] = {}
        self.escapes: dict[Escape, None] = {}
        self.slots: dict[Slot, Shape] = {}
        self.bound: dict[Slot, set[tuple[str, int]]] = {}
        """Where a slot is given an instance: the offsets of targets, arguments and `return`."""
        self._waiting: list[tuple[Tree, Any, Shape]] = []
        row = places.project.types.row(target)
        self._own = (target.path, row.line if row else 0, row.end if row else 0)

    def own(self, tree: Tree, node: Any) -> bool:
        """Whether a place stands in the class itself."""
        path, first, last = self._own
        return tree.path == path and first <= tree.line(node) <= last

    def seed(self, tree: Tree, node: Any, shape: Shape = ()) -> None:
        """Take an expression for an instance, or for what instances lie in."""
        key = tree.path, id(node)
        if key in self.values or self.own(tree, node):
            if key in self.values and self.values[key].shape != shape:
                self.escape(tree, node, "it holds instances in several ways")
            return
        self.values[key] = Value(tree, node, shape)
        self._waiting.append((tree, node, shape))

    def run(self) -> None:
        """Follow all that was seeded to its end."""
        while self._waiting:
            self._follow(*self._waiting.pop())

    def escape(self, tree: Tree, node: Any, why: str) -> None:
        """Note a place where nobody knows what becomes of an instance."""
        self.escapes[Escape(tree.path, tree.line(node), why)] = None

    def _use(self, tree: Tree, node: Any, what: str, site: Any) -> None:
        self.uses[tree.path, id(node)] = Use(tree, node, what, site)

    # One value

    def _follow(self, tree: Tree, node: Any, shape: Shape) -> None:
        parent = tree.parent(node)
        match parent:
            case cst.Attribute():
                self._member(tree, parent, shape)
            case cst.Arg():
                self._argument(tree, parent, node, shape)
            case cst.Assign() if node is parent.value:
                for target in parent.targets:
                    self._give(tree, target.target, shape)
            case cst.AnnAssign() if node is parent.value:
                self._give(tree, parent.target, shape)
            case cst.NamedExpr() if node is parent.value:
                self._give(tree, parent.target, shape)
                self.seed(tree, parent, shape)
            case cst.Return():
                self._given_back(tree, parent, shape)
            case cst.Yield():
                self._given_back(tree, parent, shape)
            case cst.Lambda():
                self._of_lambda(tree, parent, shape)
            case cst.IfExp() if node is not parent.test:
                self.seed(tree, parent, shape)
            case cst.BooleanOperation():
                if node is parent.left:
                    self._truth(tree, node, shape)
                self.seed(tree, parent, shape)
            case cst.IfExp() | cst.If() | cst.While() | cst.Assert() | cst.CompIf():
                self._truth(tree, node, shape)
            case cst.UnaryOperation() if isinstance(parent.operator, cst.Not):
                self._truth(tree, node, shape)
            case cst.Await():
                self.seed(tree, parent, shape)
            case cst.Comparison():
                self._compared(tree, parent, node, shape)
            case cst.ComparisonTarget():
                self._compared(tree, tree.parent(parent), node, shape)
            case cst.Subscript() if node is parent.value:
                self._indexed(tree, parent, shape)
            case cst.Element():
                self._element(tree, parent, shape)
            case cst.DictElement() if node is parent.value:
                self.seed(tree, tree.parent(parent), ("map", *shape))
            case cst.For() | cst.CompFor() if node is parent.iter:
                self._iterated(tree, node, parent.target, shape)
            case cst.ListComp() | cst.SetComp() | cst.GeneratorExp():
                self.seed(tree, parent, ("seq", *shape))
            case cst.DictComp() if node is parent.value:
                self.seed(tree, parent, ("map", *shape))
            case cst.WithItem() if not shape:
                self._use(tree, node, "__enter__", node)
            case cst.Param() if node is parent.default:
                self._default(tree, parent, shape)
            case cst.Expr() | cst.FormattedStringExpression() | cst.Del():
                pass
            case _:
                self.escape(tree, node, "it goes where nobody can follow it")

    def _truth(self, tree: Tree, node: Any, shape: Shape) -> None:
        if not shape:
            self._use(tree, node, "__bool__", node)

    def _member(self, tree: Tree, attribute: Any, shape: Shape) -> None:
        name = attribute.attr.value
        call = tree.parent(attribute)
        called = isinstance(call, cst.Call) and call.func is attribute
        if not shape:
            self._use(tree, attribute.value, name, call if called else attribute)
            return
        first, rest = shape[0], shape[1:]
        if not called:
            self.escape(tree, attribute, f"`{name}` of what it lies in is passed on")
        elif first == "map" and name in ("values", "copy", "get", "pop", "setdefault"):
            self.seed(tree, call, {"values": ("seq", *rest), "copy": shape}.get(name, rest))
        elif first == "map" and name == "items":
            self.seed(tree, call, ("seq", 1, *rest))
        elif first == "map" and name == "popitem":
            self.seed(tree, call, (1, *rest))
        elif first == "seq" and name in ("pop", "popleft", "copy"):
            self.seed(tree, call, shape if name == "copy" else rest)
        elif name not in _QUIET:
            self.escape(tree, attribute, f"`{name}` of what it lies in is not followed")

    def _compared(self, tree: Tree, comparison: Any, node: Any, shape: Shape) -> None:
        if shape:
            return
        for target in comparison.comparisons:
            operator = target.operator
            if target.comparator is node and isinstance(operator, (cst.In, cst.NotIn)):
                self._use(tree, node, "__contains__", comparison)
                return
            if isinstance(operator, (cst.Equal, cst.NotEqual)):
                self._use(tree, node, "__eq__", comparison)
                return

    def _indexed(self, tree: Tree, subscript: Any, shape: Shape) -> None:
        if not shape:
            self._use(tree, subscript.value, "__getitem__", subscript)
            return
        first, parent = shape[0], tree.parent(subscript)
        if isinstance(parent, (cst.AssignTarget, cst.Del)):
            return
        index = subscript.slice[0].slice if len(subscript.slice) == 1 else None
        if isinstance(first, int):
            value = index.value if isinstance(index, cst.Index) else None
            if isinstance(value, cst.Integer):
                if int(value.value) == first:
                    self.seed(tree, subscript, shape[1:])
                return
            self.escape(tree, subscript, "which part of a tuple is taken cannot be told")
            return
        self.seed(tree, subscript, shape[1:] if isinstance(index, cst.Index) else shape)

    def _element(self, tree: Tree, element: Any, shape: Shape) -> None:
        around = tree.parent(element)
        if isinstance(around, cst.Tuple):
            number = next(at for at, one in enumerate(around.elements) if one is element)
            starred = any(isinstance(one, cst.StarredElement) for one in around.elements[:number])
            if starred:
                self.escape(tree, element, "its place in a tuple cannot be told")
            elif isinstance(tree.parent(around), (cst.Assign, cst.Return, cst.Yield, cst.For, cst.Arg, cst.Element)):
                self._whole_tuple(tree, around, number, shape)
            else:
                self.seed(tree, around, ("seq", *shape))
        else:
            self.seed(tree, around, ("seq", *shape))

    def _whole_tuple(self, tree: Tree, around: Any, number: int, shape: Shape) -> None:
        """A tuple may hold several instances: each place is followed by itself."""
        parent = tree.parent(around)
        if isinstance(parent, cst.Assign):
            for target in parent.targets:
                self._give(tree, target.target, (number, *shape))
            return
        known = [self.values.get((tree.path, id(one.value))) for one in around.elements]
        every = [one.shape if one is not None else None for one in known]
        if sum(one is not None for one in every) > 1 or isinstance(parent, cst.For):
            if all(one == shape for one in every):
                self.seed(tree, around, ("seq", *shape))
            else:
                self.escape(tree, around, "a tuple with several instances is not followed")
            return
        self.seed(tree, around, (number, *shape))

    def _iterated(self, tree: Tree, node: Any, target: Any, shape: Shape) -> None:
        if not shape:
            self._use(tree, node, "__iter__", node)
        elif shape[0] == "seq":
            self._give(tree, target, shape[1:])
        elif isinstance(shape[0], int):
            self.escape(tree, node, "a tuple is iterated")

    # Where it is put

    def _give(self, tree: Tree, target: Any, shape: Shape) -> None:
        """A target is bound to a value."""
        match target:
            case cst.Name():
                one = tree.occurrence(target)
                home = tree.file.home_of(one) if one is not None else None
                if one is None or home is None:
                    self.escape(tree, target, "what it is assigned to cannot be told")
                elif home.kind == "class":
                    self._hold(Field((tree.module, home.name), one.name), shape, tree, target)
                else:
                    self._hold(Variable(tree.path, home, one.name), shape, tree, target)
            case cst.Attribute():
                self._give_member(tree, target, shape)
            case cst.Subscript() if self._plain(target):
                self._contain(tree, target.value, ("map", *shape))
            case cst.Tuple() | cst.List():
                for number, element in enumerate(target.elements):
                    if isinstance(element, cst.StarredElement) or not shape:
                        self.escape(tree, target, "it is unpacked")
                        return
                    if shape[0] in (number, "seq"):
                        self._give(tree, element.value, shape[1:])
            case _:
                self.escape(tree, target, "what it is assigned to cannot be told")

    def _plain(self, subscript: Any) -> bool:
        return len(subscript.slice) == 1 and isinstance(subscript.slice[0].slice, cst.Index)

    def _give_member(self, tree: Tree, target: Any, shape: Shape) -> None:
        one = tree.occurrence(target)
        owner = self.owner(tree, one) if one is not None else None
        if owner is None:
            self.escape(tree, target, f"whose `{target.attr.value}` it becomes cannot be told")
        else:
            self._hold(Field(owner, target.attr.value), shape, tree, target)

    def owner(self, tree: Tree, one: Occurrence) -> Key | None:
        """The class of what stands before the dot."""
        if one.base >= 0:
            base = tree.file.occurrences.all[one.base]
            receivers = self.places.receivers((tree.module, ""), one.name)
            own = receivers.own_class(tree.file, base)
            if own is not None:
                return own
            meaning = self.references.meaning(tree.path, base)
            if isinstance(meaning, Symbol) and meaning.kind == "class" and not meaning.alternatives:
                return meaning.module, meaning.name
        classes = self.references.receivers(tree.file, one)
        if len(classes) == 1 and isinstance(classes[0], Symbol):
            return classes[0].module, classes[0].name
        return None

    def _contain(self, tree: Tree, base: Any, shape: Shape) -> None:
        """Something is put into what `base` means."""
        match base:
            case cst.Name() | cst.Attribute():
                self._give(tree, base, shape)
            case cst.Subscript() if self._plain(base):
                self._contain(tree, base.value, ("map", *shape))
            case _:
                self.escape(tree, base, "what it is put into cannot be told")

    def _hold(self, slot: Slot, shape: Shape, tree: Tree, place: Any) -> None:
        """A slot holds a value from now on; its readers go on with it."""
        self.bound.setdefault(slot, set()).add((tree.path, tree.span(place)[0]))
        self.hold(slot, shape, tree, place)

    def hold(self, slot: Slot, shape: Shape, tree: Tree, place: Any) -> None:
        """The same where it is declared, and not given anything."""
        known = self.slots.get(slot)
        if known is None:
            self.slots[slot] = shape
            for where, node in self._read(slot):
                self.seed(where, node, shape)
        elif known != shape:
            self.escape(tree, place, "it holds instances in several ways")

    # Where it is read

    def _read(self, slot: Slot) -> Iterator[tuple[Tree, Any]]:
        match slot:
            case Variable():
                yield from self._read_variable(slot)
            case Field():
                for tree, one, answer, why in self.places.members(slot.owner, slot.name):
                    node = tree.value_at(one)
                    if node is None or one.use not in ("load", "call") or self.own(tree, node):
                        continue
                    if answer == "unsure":
                        self.escape(tree, node, f"`{tree.written(node)}` may be {slot.owner[1]}.{slot.name} ({why})")
                    else:
                        yield tree, node
            case Result():
                function = self.places.function(slot.module, slot.name)
                if function is not None:
                    yield from self._read_result(slot.module, function)

    def _read_variable(self, slot: Variable) -> Iterator[tuple[Tree, Any]]:
        tree = self.places.tree(slot.path)
        for one in tree.file.uses(slot.home, slot.name):
            if one.role == "load" and not one.quoted and (node := tree.name_at(one.start)) is not None:
                yield tree, node
        if slot.home is tree.file.top:
            symbol = self.places.project.symbols.member(tree.module, slot.name)
            if isinstance(symbol, Symbol):
                for found in self.references.to(symbol):
                    if found.occurrence is None or found.how not in ("name", "attribute"):
                        continue
                    there = self.places.tree(found.path)
                    node = there.value_at(found.occurrence)
                    if found.path != slot.path and node is not None and found.occurrence.use in ("load", "call"):
                        yield there, node

    def _read_result(self, module: str, function: Function) -> Iterator[tuple[Tree, Any]]:
        if is_fixture(function):
            shape, name = self.slots[Result(module, function.name)], function.name.rpartition(".")[2]
            for tree, home in self.places.given_by_fixture(module, function):
                self.hold(Variable(tree.path, home, name), shape, tree, home.node)
            return
        for one in self.places.calls(module, function):
            if not isinstance(one, Called):
                tree, place, why = one
                node = tree.value_at(place)
                if node is not None:
                    self.escape(tree, node, f"`{place.name}` may be {function.name} ({why})")
            elif function.kind == "property":
                yield one.tree, one.node
            elif one.call is not None:
                yield one.tree, one.call
            else:
                self.escape(one.tree, one.node, f"{function.name}, which gives one, is passed on")

    # Functions

    def _given_back(self, tree: Tree, statement: Any, shape: Shape) -> None:
        around = tree.function_around(statement)
        home = tree.functions.get(id(around)) if around is not None else None
        function = self.places.function(tree.module, home.name) if home is not None else None
        if home is None or function is None or isinstance(around, cst.Lambda):
            self.escape(tree, statement, "who is given it cannot be told")
            return
        manager = any("contextmanager" in text for text in function.decorators)
        if isinstance(statement, cst.Yield) and not is_fixture(function):
            if manager:
                self.escape(tree, statement, "it is given by a context manager")
                return
            shape = ("seq", *shape)
        for module, other in self.places.overriding(tree.module, function):
            if (module, other.name) == (tree.module, function.name):
                self._hold(Result(module, other.name), shape, tree, statement)
            else:
                self.hold(Result(module, other.name), shape, tree, statement)

    def _of_lambda(self, tree: Tree, node: Any, shape: Shape) -> None:
        """What makes the default of a field, or of a defaultdict; any other goes out of sight."""
        argument = tree.parent(node)
        call = tree.parent(argument) if isinstance(argument, cst.Arg) else None
        if isinstance(call, cst.Call):
            callee = tree.written(call.func).rpartition(".")[2]
            statement = tree.parent(call)
            if callee == "defaultdict" and call.args[0] is argument:
                self.seed(tree, call, ("map", *shape))
                return
            if callee in ("field", "attrib", "ib", "Factory") and isinstance(statement, cst.AnnAssign):
                self._give(tree, statement.target, shape)
                return
        self.escape(tree, node, "a lambda gives it to whoever calls it")

    def _default(self, tree: Tree, parameter: Any, shape: Shape) -> None:
        around = next((one for one in tree.above(parameter) if isinstance(one, (cst.FunctionDef, cst.Lambda))), None)
        home = tree.functions.get(id(around))
        if home is None:
            self.escape(tree, parameter, "whose default it is cannot be told")
        else:
            self._hold(Variable(tree.path, home, parameter.name.value), shape, tree, parameter.name)

    def _argument(self, tree: Tree, argument: Any, node: Any, shape: Shape) -> None:
        call = tree.parent(argument)
        if not isinstance(call, cst.Call) or argument.star:
            self.escape(tree, node, "it is handed over in a way that cannot be followed")
            return
        func, number = call.func, next(at for at, one in enumerate(call.args) if one is argument)
        name = func.attr.value if isinstance(func, cst.Attribute) else func.value if isinstance(func, cst.Name) else ""
        one = tree.occurrence(func) if isinstance(func, (cst.Name, cst.Attribute)) else None
        meaning = self.references.meaning(tree.path, one) if one is not None else None
        if isinstance(meaning, External) and self._outside(tree, call, number, node, shape, meaning.name):
            return
        if isinstance(func, cst.Attribute) and CONTAINER_ADDS.get(name) == number and not isinstance(meaning, Symbol):
            self._contain(tree, func.value, ("seq", *shape))
            return
        if isinstance(func, cst.Attribute) and name == "setdefault" and number == 1 and not isinstance(meaning, Symbol):
            self._contain(tree, func.value, ("map", *shape))
            self.seed(tree, call, shape)
            return
        if name == "__init__" and isinstance(func, cst.Attribute) and tree.written(func.value).startswith("super("):
            meaning = self._base_init(tree, one)
        every = (meaning, *meaning.alternatives) if isinstance(meaning, Symbol) else ()
        if not every or not all(isinstance(each, Symbol) for each in every):
            if isinstance(meaning, External) and meaning.name.startswith(("pytest.", "unittest.")):
                self.escape(tree, node, f"it is handed to {meaning.name}, which nobody can follow")
            else:
                self.escape(tree, node, f"what `{tree.written(func)[:60]}` does with it cannot be told")
            return
        for each in every:
            if isinstance(each, Symbol):
                self._hand(tree, call, argument, number, each, shape)

    def _outside(self, tree: Tree, call: Any, number: int, node: Any, shape: Shape, name: str) -> bool:
        last = name.rpartition(".")[2]
        if name == "builtins.len" and not shape:
            self._use(tree, node, "__len__", call)
        elif name == "builtins.bool":
            self._truth(tree, node, shape)
        elif last in _SAME and name.startswith(("builtins.", "collections.")):
            if not shape:
                self._use(tree, node, "__iter__", node)
            elif shape[0] == "seq":
                self.seed(tree, call, shape)
        elif name == "builtins.next" and shape[:1] == ("seq",):
            self.seed(tree, call, shape[1:])
        elif name in ("typing.cast", "typing_extensions.cast") and number == 1:
            self.seed(tree, call, shape)
        else:
            asked = name.startswith("builtins.") and (last == "len" or last in _HARMLESS)
            return asked or (testing(tree.path) and last in _ASSERTIONS)
        return True

    def _base_init(self, tree: Tree, one: Occurrence | None) -> Symbol | None:
        types = self.places.project.types
        around = types.class_around(tree.module, one.scope.name) if one is not None else None
        if around is None:
            return None
        for base in [*types.bases(around)][1:]:
            if not isinstance(base, Symbol):
                return None
            name = f"{base.name}.__init__"
            if self.places.function(base.module, name) is not None:
                return Symbol(base.module, name, "method", base.path, base.line)
        return None

    def _hand(self, tree: Tree, call: Any, argument: Any, number: int, callee: Symbol, shape: Shape) -> None:
        """An argument becomes a parameter, or a field of what is made."""
        types = self.places.project.types
        function = self.places.function(callee.module, callee.name)
        if callee.kind == "class":
            found = types.method(callee, "__init__")
            if found is None:
                self._hand_field(tree, argument, number, callee, shape)
                return
            callee, function = Symbol(found[0].module, found[1].name, "method", found[0].path, found[1].line), found[1]
        if function is None:
            self.escape(tree, argument, f"what {callee.dotted} does with it cannot be told")
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
                self.escape(tree, argument, f"which parameter of {function.name} it becomes cannot be told")
                return
            parameter, shape = rest, ("map" if argument.keyword else "seq", *shape)
        at = [one.name for one in function.parameters].index(parameter.name)
        for module, other in self.places.overriding(callee.module, function):
            same = next((one for one in other.parameters if one.name == parameter.name), None)
            same = same or (other.parameters[at] if at < len(other.parameters) and argument.keyword is None else None)
            if same is None:
                self.escape(tree, argument, f"{other.name} overrides {function.name} with other parameters")
                continue
            for where, home in self.places.homes(module, other.name):
                self._hold(Variable(where.path, home, same.name), shape, tree, argument.value)

    def _by_class(self, tree: Tree, func: Any) -> bool:
        one = tree.occurrence(func.value) if isinstance(func.value, (cst.Name, cst.Attribute)) else None
        meaning = self.references.meaning(tree.path, one) if one is not None else None
        return isinstance(meaning, Symbol) and meaning.kind == "class"

    def _hand_field(self, tree: Tree, argument: Any, number: int, owner: Symbol, shape: Shape) -> None:
        """A field of a dataclass and the like."""
        row = self.places.project.types.row(owner)
        fields = [
            (one, each.name)
            for one in reversed([*self.places.project.types.own_bases(owner)])
            for each in self.places.project.symbols.attribute_rows(one.module)
            if each.owner == one.name and not each.where and each.annotation and "ClassVar" not in each.annotation
        ]
        name = argument.keyword.value if argument.keyword is not None else ""
        found = next((one for one in fields if one[1] == name), None) if name else (
            fields[number] if number < len(fields) else None
        )
        if row is None or found is None or not (row.decorators or row.bases):
            self.escape(tree, argument, f"what {owner.dotted} does with it cannot be told")
            return
        self._hold(Field((found[0].module, found[0].name), found[1]), shape, tree, argument.value)
