"""Whether what holds instances of a class holds nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from overhaul.facts import Parameter
from overhaul.lazy import cst
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Taken
from overhaul.refactoring.named_strings import named_members
from overhaul.unifying.filling import Unserved, bound, without_receiver
from overhaul.unifying.flow import Flow
from overhaul.unifying.handing import CONTAINER_ADDS
from overhaul.unifying.slots import Called, Field, Result, Shape, Variable, is_fixture
from overhaul.unifying.trees import Tree, returns_of
from overhaul.unifying.uses import Escape

_EMPTY: Final = frozenset({
    "dict", "list", "set", "OrderedDict", "defaultdict", "deque", "WeakValueDictionary", "tuple",
})  # fmt: skip


def mixtures(flow: Flow) -> Iterator[Escape]:
    """Every place where a slot that holds instances is given something else, or something that nobody knows."""
    yield from _contents(flow)
    for slot in list(flow.slots):
        match slot:
            case Variable():
                yield from _variable(flow, slot)
            case Field():
                yield from _field(flow, slot)
            case Result():
                yield from _result(flow, slot)


def _told(flow: Flow, tree: Tree, node: Any, shape: Shape) -> bool:
    """Whether a value is an instance, None, or a container of nothing else."""
    match node:
        case cst.Name() if node.value == "None":
            return True
        case cst.List() | cst.Set() | cst.Tuple() if shape[:1] == ("seq",):
            values = [one.value if isinstance(one, cst.Element) else None for one in node.elements]
            return all(one is not None and _told(flow, tree, one, shape[1:]) for one in values)
        case cst.Dict() if shape[:1] == ("map",):
            return all(isinstance(one, cst.DictElement) and _told(flow, tree, one.value, shape[1:])
                       for one in node.elements)  # fmt: skip
        case cst.IfExp():
            return _told(flow, tree, node.body, shape) and _told(flow, tree, node.orelse, shape)
        case cst.BooleanOperation():
            return _told(flow, tree, node.left, shape) and _told(flow, tree, node.right, shape)
        case cst.NamedExpr() | cst.Await():
            inner = node.value if isinstance(node, cst.NamedExpr) else node.expression
            return _told(flow, tree, inner, shape)
        case _:
            pass
    if (tree.path, id(node)) in flow.values:
        return True
    return isinstance(node, cst.Call) and _told_call(flow, tree, node, shape)


def _told_call(flow: Flow, tree: Tree, node: Any, shape: Shape) -> bool:
    """What makes an empty container, or the field of a dataclass."""
    last = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
    if last in ("field", "attrib", "ib"):
        given = {one.keyword.value: one.value for one in node.args if one.keyword is not None}
        if "default" in given:
            return _told(flow, tree, given["default"], shape)
        maker = given.get("default_factory", given.get("factory"))
        if isinstance(maker, cst.Lambda):
            return _told(flow, tree, maker.body, shape)
        return maker is None or (bool(shape) and isinstance(maker, cst.Name) and maker.value in _EMPTY)
    if not shape or last not in _EMPTY:
        return False
    if last == "defaultdict" and node.args:
        first = node.args[0].value
        return len(node.args) == 1 and (not isinstance(first, cst.Lambda) or _told(flow, tree, first.body, shape[1:]))
    return not node.args


def _contents(flow: Flow) -> Iterator[Escape]:
    """What is put into containers of instances."""
    for tree, node, shape in list(flow.values.values()):
        if not shape or isinstance(shape[0], int):
            continue
        parent = tree.parent(node)
        if isinstance(node, (cst.Dict, cst.List, cst.Set, cst.Tuple)) and not _told(flow, tree, node, shape):
            yield _other(flow, tree, node, "what lies in it")
        if isinstance(parent, cst.Subscript) and parent.value is node:
            target = tree.parent(parent)
            if isinstance(target, cst.AssignTarget) and not _told(flow, tree, tree.parent(target).value, shape[1:]):
                yield _other(flow, tree, tree.parent(target).value, f"what lies in `{tree.written(node)}`")
        if isinstance(parent, cst.Attribute) and parent.value is node and isinstance(tree.parent(parent), cst.Call):
            call, name = tree.parent(parent), parent.attr.value
            at = CONTAINER_ADDS.get(name, 1 if name == "setdefault" else None)
            if call.func is parent and at is not None and (len(call.args) <= at or call.args[at].star or not _told(
                flow, tree, call.args[at].value, shape[1:])):  # fmt: skip
                yield _other(flow, tree, call, f"what lies in `{tree.written(node)}`")


def _other(flow: Flow, tree: Tree, node: Any, what: str) -> Escape:
    return Escape(tree.path, tree.line(node), f"{what} may be something else than {flow.target.name} too: "
                  f"`{' '.join(tree.written(node).split())[:60]}`")  # fmt: skip


def _value_of(tree: Tree, target: Any) -> Any:
    """What a target is assigned; None for what is bound in another way."""
    parent = tree.parent(target)
    if isinstance(parent, cst.AssignTarget):
        return tree.parent(parent).value
    if isinstance(parent, (cst.AnnAssign, cst.NamedExpr)):
        return parent.value
    if isinstance(parent, cst.Element):
        around = tree.parent(parent)
        value = _value_of(tree, around)
        if isinstance(value, (cst.Tuple, cst.List)) and len(value.elements) == len(around.elements):
            at = next(at for at, one in enumerate(around.elements) if one is parent)
            return value.elements[at].value
    return None


def _variable(flow: Flow, slot: Variable) -> Iterator[Escape]:
    tree = flow.places.tree(slot.path)
    given = flow.bound.get(slot, set())
    for one in tree.file.bindings(slot.home, slot.name):
        if isinstance(one, Taken):
            if slot.home is not tree.file.top:
                yield Escape(slot.path, one.statement.line, f"`{slot.name}` is imported too")
        elif one.role == "parameter":
            yield from _parameter(flow, slot, tree)
        elif one.role != "delete":
            yield from _bound_otherwise(flow, slot, tree, one, (slot.path, one.start) in given)
    if slot.home is tree.file.top:
        yield from _from_elsewhere(flow, slot, tree)


def _from_elsewhere(flow: Flow, slot: Variable, tree: Tree) -> Iterator[Escape]:
    """Where a variable of a module is assigned, or replaced by its name, in other files."""
    places = flow.places
    symbol = places.project.symbols.member(tree.module, slot.name)
    if not isinstance(symbol, Symbol):
        return
    for found in places.references.to(symbol):
        if found.how == "string":
            yield Escape(found.path, found.line, f"`{slot.name}` of {tree.module} is asked for by its name")
        elif found.how == "attribute" and found.occurrence is not None and found.occurrence.use == "store":
            there = places.tree(found.path)
            node = there.value_at(found.occurrence)
            value = _value_of(there, node) if node is not None else None
            if value is None or not _told(flow, there, value, flow.slots[slot]):
                yield Escape(found.path, found.line, f"`{slot.name}` of {tree.module} is assigned from elsewhere")
    yield from _by_dotted_name(flow, symbol)


def _by_dotted_name(flow: Flow, symbol: Symbol) -> Iterator[Escape]:
    """Strings that are the dotted name of a slot: tests replace it by that."""
    last = symbol.name.rpartition(".")[2]
    for path in sorted(flow.places.project.mentioning([last])):
        file = flow.places.file(path)
        for start, _, node, kind in file.occurrences.strings():
            text = node.evaluated_value if kind == "string" and isinstance(node, cst.SimpleString) else None
            if isinstance(text, str) and text.endswith(f".{last}") and " " not in text and symbol.same(
                flow.places.project.symbols.resolve(text)):  # fmt: skip
                line = file.occurrences.text.count("\n", 0, start) + 1
                yield Escape(path, line, f"`{text}` is asked for by its name")


def _bound_otherwise(
    flow: Flow, slot: Variable, tree: Tree, one: Occurrence, given: bool
) -> Iterator[Escape]:  # fmt: skip
    node = tree.name_at(one.start)
    if node is None:
        return
    parent = tree.parent(node)
    if isinstance(parent, cst.AnnAssign) and parent.value is None:
        return
    value = _value_of(tree, node)
    if not (given if value is None else _told(flow, tree, value, flow.slots[slot])):
        yield _other(flow, tree, value if value is not None else node, f"`{slot.name}`")


def _parameter(flow: Flow, slot: Variable, tree: Tree) -> Iterator[Escape]:
    function = flow.places.function(tree.module, slot.home.name)
    if function is None:
        return
    parameter = next((one for one in function.parameters if one.name == slot.name), None)
    if parameter is None or (function.owner and parameter is function.parameters[0] and function.kind == "method"):
        return
    if (why := _declared(flow, tree, parameter, slot)) is not None:
        yield Escape(tree.path, function.line, why)
        return
    if is_fixture(function) or function.name.rpartition(".")[2].startswith("test"):
        return
    for one in flow.places.calls(tree.module, function):
        if not isinstance(one, Called) or one.call is None or flow.own(one.tree, one.node):
            continue
        arguments = one.call.args
        try:
            told = bound(without_receiver(function), arguments)
            value = told.given.get(slot.name)
            if parameter.kind in ("variadic", "keywords"):
                yield from _rest(flow, slot, one.tree, told.rest, parameter.kind == "keywords")
        except Unserved:
            if any(each.star for each in arguments):
                yield _other(flow, one.tree, one.call, f"`{slot.name}` of {function.name}")
            continue
        if value is not None and not _told(flow, one.tree, value, flow.slots[slot]):
            yield _other(flow, one.tree, value, f"`{slot.name}` of {function.name}")


def _rest(flow: Flow, slot: Variable, tree: Tree, rest: Sequence[Any], named: bool) -> Iterator[Escape]:
    """What else `*args` or `**kwargs` are given."""
    for one in rest:
        if (one.keyword is not None) == named and not _told(flow, tree, one.value, flow.slots[slot][1:]):
            yield _other(flow, tree, one.value, f"what lies in `{slot.name}`")


def _declared(flow: Flow, tree: Tree, parameter: Parameter, slot: Variable) -> str | None:
    """What an annotation says that is not the class."""
    if not parameter.annotation or flow.slots[slot]:
        return None
    types = flow.places.project.types
    classes = types.of_annotation(tree.module, slot.home.name.rpartition(".")[0], parameter.annotation)
    others = [
        one for one in classes
        if not (flow.is_one(one) or (isinstance(one, External) and one.name in ("typing.Any", "builtins.object")))
    ]  # fmt: skip
    if not others:
        return None
    names = ", ".join(one.dotted if isinstance(one, Symbol) else one.name for one in others)
    return f"`{slot.name}` is declared as {names}, and is given a {flow.target.name}: its users may be given others"


def _field(flow: Flow, slot: Field) -> Iterator[Escape]:
    given = flow.bound.get(slot, set())
    shape = flow.slots[slot]
    for tree, one, answer, _ in flow.places.members(slot.owner, slot.name):
        node = tree.value_at(one)
        if one.use != "store" or answer == "unsure" or node is None or flow.own(tree, node):
            continue
        parent = tree.parent(node)
        if isinstance(parent, cst.AnnAssign) and parent.value is None:
            continue
        value = _value_of(tree, node)
        known = (tree.path, tree.span(node)[0]) in given if value is None else _told(flow, tree, value, shape)
        if not known:
            yield _other(flow, tree, value if value is not None else node, f"`{slot.name}` of {slot.owner[1]}")
    yield from _field_in_body(flow, slot, shape)
    yield from _by_name(flow, slot)
    symbol = flow.places.project.symbols.resolve(f"{slot.owner[0]}.{slot.owner[1]}.{slot.name}")
    if isinstance(symbol, Symbol):
        yield from _by_dotted_name(flow, symbol)


def _by_name(flow: Flow, slot: Field) -> Iterator[Escape]:
    """Where an attribute is asked for, or replaced, by its name as a text."""
    receivers = flow.places.receivers(slot.owner, slot.name)
    for path in sorted(flow.places.project.mentioning([slot.name])):
        file = flow.places.file(path)
        for one in named_members(file, {slot.name}):
            if not one.certain:
                continue
            text = ".".join(each.name for each in file.occurrences.chain(one.owner))
            classes = flow.places.project.types.of_expression(file.module, one.owner.scope.name, text)
            if not classes or receivers.of_classes(classes).answer != "no":
                yield Escape(path, one.line, f"`{slot.name}` of {slot.owner[1]} is asked for by its name")


def _field_in_body(flow: Flow, slot: Field, shape: Shape) -> Iterator[Escape]:
    """What stands for it in the bodies of classes."""
    families = flow.places.receivers(slot.owner, slot.name).families
    for module, owner in sorted({*families.family, slot.owner}):
        tree = flow.places.tree(flow.places.project.symbols.path(module))
        for scope in tree.file.occurrences.scopes:
            if scope.kind != "class" or scope.name != owner:
                continue
            for one in tree.file.bindings(scope, slot.name):
                node = tree.name_at(one.start) if isinstance(one, Occurrence) else None
                if node is None:
                    continue
                parent = tree.parent(node)
                if isinstance(parent, cst.FunctionDef) or (isinstance(parent, cst.AnnAssign) and parent.value is None):
                    continue
                value = _value_of(tree, node)
                if value is None or not _told(flow, tree, value, shape):
                    yield _other(flow, tree, node, f"`{slot.name}` of {owner}")


def _result(flow: Flow, slot: Result) -> Iterator[Escape]:
    function = flow.places.function(slot.module, slot.name)
    tree = flow.places.tree(flow.places.project.symbols.path(slot.module))
    if function is None:
        return
    shape = flow.slots[slot]
    for _, home in flow.places.homes(slot.module, slot.name):
        for node in returns_of(home.node):
            inner = shape[1:] if isinstance(node, cst.Yield) and function.generator and shape[:1] == ("seq",) else shape
            if node.value is not None and not flow.own(tree, node) and not _told(flow, tree, node.value, inner):
                yield _other(flow, tree, node.value, f"what {slot.name} gives")

