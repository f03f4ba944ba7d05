"""Where the instances of a class go: from each place where one is made to every place that does something with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from overhaul.facts import Function
from overhaul.lazy import cst
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.families import Key
from overhaul.unifying.handing import Handing
from overhaul.unifying.slots import Called, Field, Places, Result, Shape, Slot, Variable, is_fixture
from overhaul.unifying.trees import Tree
from overhaul.unifying.uses import ORDERS, TEXTS, Escape, Use, Value

_QUIET: Final = frozenset({
    "clear", "keys", "append", "appendleft", "add", "insert", "remove", "discard", "index", "count", "reverse",
})  # fmt: skip
"""Methods of containers that hand out nothing of what lies in them."""


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
        self.guessed: set[str] = set()
        """Files in which something is taken for an instance that is likely to be one."""
        self.branches: list[tuple[Tree, Any]] = []
        """What may stand in the place of an instance: the other side of `a or b`, `a if c else b`."""
        self.heirs: list[Symbol] = []
        """Subclasses that go along: their instances are followed, too."""
        self.handing = Handing(self)
        self._waiting: list[tuple[Tree, Any, Shape]] = []
        row = places.project.types.row(target)
        self._own = (target.path, row.line if row else 0, row.end if row else 0)

    def is_one(self, one: object) -> bool:
        """Whether a class is the one whose instances are followed, or goes along with it."""
        return any(isinstance(one, Symbol) and one.same(each) for each in (self.target, *self.heirs))

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

    def run(self, most: int = 0) -> bool:
        """Follow all that was seeded to its end, or until `most` instances are out of sight; whether it is the end."""
        while self._waiting and not (most and len(self.escapes) >= most):
            self._follow(*self._waiting.pop())
        return not self._waiting

    def strangers(self) -> Iterator[Escape]:
        """The other branches in which no instance stands, nor None."""
        for tree, node in self.branches:
            if (tree.path, id(node)) not in self.values and not (node.__class__ is cst.Name and node.value == "None"):
                yield Escape(tree.path, tree.line(node), "something else may stand in the place of an instance here")

    def escape(self, tree: Tree, node: Any, why: str) -> None:
        """Note a place where nobody knows what becomes of an instance."""
        self.escapes[Escape(tree.path, tree.line(node), why)] = None

    def use(self, tree: Tree, node: Any, what: str, site: Any, operator: bool = True) -> None:
        """Something is done with an instance."""
        self.uses[tree.path, id(node)] = Use(tree, node, what, site, operator)

    # One value

    def _follow(self, tree: Tree, node: Any, shape: Shape) -> None:
        parent = tree.parent(node)
        match parent:
            case cst.Attribute():
                self._member(tree, parent, shape)
            case cst.Arg():
                self.handing.argument(tree, parent, node, shape)
            case cst.Assign() if node is parent.value:
                for target in parent.targets:
                    self.give(tree, target.target, shape)
            case cst.AnnAssign() if node is parent.value:
                self.give(tree, parent.target, shape)
            case cst.NamedExpr() if node is parent.value:
                self.give(tree, parent.target, shape)
                self.seed(tree, parent, shape)
            case cst.Return():
                self.handing.given_back(tree, parent, shape)
            case cst.Yield():
                self.handing.given_back(tree, parent, shape)
            case cst.Lambda():
                self.handing.of_lambda(tree, parent, shape)
            case cst.IfExp() if node is not parent.test:
                self.branches.append((tree, parent.orelse if node is parent.body else parent.body))
                self.seed(tree, parent, shape)
            case cst.BooleanOperation():
                if node is parent.left:
                    self.truth(tree, node, shape)
                self.branches.append((tree, parent.right if node is parent.left else parent.left))
                self.seed(tree, parent, shape)
            case cst.IfExp() | cst.If() | cst.While() | cst.Assert() | cst.CompIf():
                self.truth(tree, node, shape)
            case cst.UnaryOperation() if isinstance(parent.operator, cst.Not):
                self.truth(tree, node, shape)
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
                self.use(tree, node, "__enter__", node)
            case cst.Param() if node is parent.default:
                self.handing.default(tree, parent, shape)
            case cst.FormattedStringExpression() if not shape:
                self.texts(tree, node)
            case cst.Expr() | cst.FormattedStringExpression() | cst.Del():
                pass
            case _:
                self.escape(tree, node, "it goes where nobody can follow it")

    def texts(self, tree: Tree, node: Any) -> None:
        """An instance is asked for its text."""
        for name in TEXTS:
            self.uses[tree.path, hash((id(node), name))] = Use(tree, node, name, node)

    def truth(self, tree: Tree, node: Any, shape: Shape) -> None:
        """It is asked whether a value is true."""
        if not shape:
            self.use(tree, node, "__bool__", node)

    def _member(self, tree: Tree, attribute: Any, shape: Shape) -> None:
        name = attribute.attr.value
        call = tree.parent(attribute)
        called = isinstance(call, cst.Call) and call.func is attribute
        if not shape:
            self.use(tree, attribute.value, name, call if called else attribute, operator=False)
            if called and self.handing.gives_own(name):
                self.seed(tree, call)
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
                self.use(tree, node, "__contains__", comparison)
                return
            if isinstance(operator, (cst.Equal, cst.NotEqual, cst.In, cst.NotIn)):
                self.use(tree, node, "__eq__", comparison)
                return
            if (orders := ORDERS.get(type(operator).__name__)) is not None:
                self.use(tree, node, orders[target.comparator is node], comparison)
                return

    def _indexed(self, tree: Tree, subscript: Any, shape: Shape) -> None:
        parent = tree.parent(subscript)
        if not shape:
            stored = isinstance(parent, cst.AssignTarget) or (
                isinstance(parent, (cst.AugAssign, cst.AnnAssign)) and parent.target is subscript
            )
            what = "__setitem__" if stored else "__delitem__" if isinstance(parent, cst.Del) else "__getitem__"
            self.use(tree, subscript.value, what, subscript)
            return
        first = shape[0]
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
                self.give(tree, target.target, (number, *shape))
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
            self.use(tree, node, "__iter__", node)
        elif shape[0] == "seq":
            self.give(tree, target, shape[1:])
        elif isinstance(shape[0], int):
            self.escape(tree, node, "a tuple is iterated")

    # Where it is put

    def give(self, tree: Tree, target: Any, shape: Shape) -> None:
        """A target is bound to a value."""
        match target:
            case cst.Name():
                one = tree.occurrence(target)
                home = tree.file.home_of(one) if one is not None else None
                if one is None or home is None:
                    self.escape(tree, target, "what it is assigned to cannot be told")
                elif home.kind == "class":
                    self.give_slot(Field((tree.module, home.name), one.name), shape, tree, target)
                else:
                    self.give_slot(Variable(tree.path, home, one.name), shape, tree, target)
            case cst.Attribute():
                self._give_member(tree, target, shape)
            case cst.Subscript() if self._plain(target):
                self.contain(tree, target.value, ("map", *shape))
            case cst.Tuple() | cst.List():
                for number, element in enumerate(target.elements):
                    if isinstance(element, cst.StarredElement) or not shape:
                        self.escape(tree, target, "it is unpacked")
                        return
                    if shape[0] in (number, "seq"):
                        self.give(tree, element.value, shape[1:])
            case _:
                self.escape(tree, target, "what it is assigned to cannot be told")

    def _plain(self, subscript: Any) -> bool:
        return len(subscript.slice) == 1 and isinstance(subscript.slice[0].slice, cst.Index)

    def _give_member(self, tree: Tree, target: Any, shape: Shape) -> None:
        one = tree.occurrence(target)
        owner = self.owner(tree, one) if one is not None else None
        if owner is None:
            self.escape(tree, target, f"whose `{target.attr.value}` it becomes cannot be told")
        elif self.places.computed(owner, target.attr.value):
            self.escape(tree, target, f"`{target.attr.value}` is a property: what its setter does cannot be told")
        else:
            self.give_slot(Field(owner, target.attr.value), shape, tree, target)

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

    def contain(self, tree: Tree, base: Any, shape: Shape) -> None:
        """Something is put into what `base` means."""
        match base:
            case cst.Name() | cst.Attribute():
                self.give(tree, base, shape)
            case cst.Subscript() if self._plain(base):
                self.contain(tree, base.value, ("map", *shape))
            case _:
                self.escape(tree, base, "what it is put into cannot be told")

    def give_slot(self, slot: Slot, shape: Shape, tree: Tree, place: Any) -> None:
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
                        self.guessed |= {tree.path} if answer == "likely" else set()
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

