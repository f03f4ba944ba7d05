"""Every place that names a class, and what it is there: made, annotated, asked for, inherited from, imported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

from overhaul.lazy import cst
from overhaul.naming.meanings import External, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.references import Found
from overhaul.unifying.flow import Flow
from overhaul.unifying.slots import Field, Places, Result, Shape, Slot, Variable
from overhaul.unifying.trees import Tree

Sort = Literal["made", "annotation", "check", "base", "member", "double", "listed", "import", "other"]
"""made: an instance is constructed; check: isinstance, except, `type(x) is`, cast (whose call is the site); member:
something of the class itself is asked for; double: a stand-in of tests is made by it; other: the class is a value like
any other."""

_SEQUENCES: Final = frozenset({
    "list", "List", "Sequence", "MutableSequence", "set", "Set", "frozenset", "FrozenSet", "Iterable", "Iterator",
    "Collection", "deque", "Deque", "Generator", "AbstractSet",
})  # fmt: skip
_MAPPINGS: Final = frozenset({
    "dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict", "WeakValueDictionary",
})  # fmt: skip
_TRANSPARENT: Final = frozenset({"Optional", "Final", "ClassVar", "Annotated", "Union", "Awaitable"})
_DOUBLES: Final = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock",
                             "create_autospec", "mock_open"})  # fmt: skip


class Named(NamedTuple):
    """One place that names the class."""

    tree: Tree
    found: Found
    sort: Sort
    node: Any = None
    """The expression that is the class; None in quoted annotations and lists."""
    site: Any = None
    """What is written anew: the call that makes one; the attribute, or its call, for members."""

    @property
    def line(self) -> int:
        """Counted from 1."""
        return self.found.line


def named(places: Places, flow: Flow, target: Symbol) -> Iterator[Named]:
    """Every place outside of the class itself that names it; imports too."""
    for found in places.references.to(target):
        if found.how == "definition" or (found.occurrence is not None and found.occurrence.role == "alias"):
            continue
        tree = places.tree(found.path)
        if found.how in ("import", "module"):
            yield Named(tree, found, "import")
        elif found.how == "listed":
            yield Named(tree, found, "listed")
        elif found.occurrence is None:
            yield Named(tree, found, "other")
        elif found.occurrence.quoted and tree.name_at(found.start) is None:
            if not _within(flow, tree, found):
                yield Named(tree, found, "annotation")
        else:
            node = tree.value_at(found.occurrence)
            if node is not None and not flow.own(tree, node):
                yield _judged(places, tree, found, node)


def _within(flow: Flow, tree: Tree, found: Found) -> bool:
    row = flow.places.project.types.row(flow.target)
    return row is not None and tree.path == flow.target.path and row.line <= found.line <= row.end


def _judged(places: Places, tree: Tree, found: Found, node: Any) -> Named:
    parent = tree.parent(node)
    around = next((one for one in tree.above(node) if isinstance(one, (cst.Annotation, cst.BaseStatement))), None)
    if isinstance(around, cst.Annotation):
        return Named(tree, found, "annotation", node)
    if isinstance(parent, cst.Call) and parent.func is node:
        return Named(tree, found, "made", node, parent)
    if isinstance(parent, cst.Attribute):
        call = tree.parent(parent)
        called = isinstance(call, cst.Call) and call.func is parent
        return Named(tree, found, "member", node, call if called else parent)
    if isinstance(parent, cst.ExceptHandler):
        return Named(tree, found, "check", node)
    argument = parent
    while isinstance(argument, (cst.Element, cst.Tuple, cst.BinaryOperation)):
        argument = tree.parent(argument)
    if isinstance(argument, cst.ExceptHandler):
        return Named(tree, found, "check", node)
    if isinstance(argument, cst.ComparisonTarget) and tree.written(tree.parent(argument).left).startswith("type("):
        return Named(tree, found, "check", node)
    if not isinstance(argument, cst.Arg):
        return Named(tree, found, "other", node)
    call = tree.parent(argument)
    if isinstance(call, cst.ClassDef):
        return Named(tree, found, "base" if argument.keyword is None else "other", node, call)
    name = _callee(places, tree, call)
    number = next(at for at, one in enumerate(call.args) if one is argument)
    last = name.rpartition(".")[2]
    if last in ("isinstance", "issubclass") and number == 1:
        return Named(tree, found, "check", node)
    if last == "cast" and number == 0:
        return Named(tree, found, "check", node, call)
    keyword = argument.keyword.value if argument.keyword is not None else ""
    if last in _DOUBLES and (keyword.startswith("spec") or (number == 0 and not keyword)):
        return Named(tree, found, "double", node, call)
    return Named(tree, found, "other", node)


def _callee(places: Places, tree: Tree, call: Any) -> str:
    one = tree.occurrence(call.func) if isinstance(call.func, (cst.Name, cst.Attribute)) else None
    meaning = places.references.meaning(tree.path, one) if one is not None else None
    return meaning.name if isinstance(meaning, External) else one.name if one is not None else ""


# What annotations declare

class Undeclared(ValueError):
    """An annotation that nobody can follow, with the reason."""


def declared(tree: Tree, found: Found, node: Any) -> tuple[Slot, Shape, Any] | None:
    """The slot that an annotation is of, how deep the class lies in it, and where it stands; None for a local one.

    Raises Undeclared.
    """
    whole = node if node is not None else string_of(tree, found)
    around = next((one for one in (whole, *tree.above(whole)) if isinstance(one, cst.Annotation)), None)
    if around is None:
        return None
    shape = _depth(around.annotation, found.occurrence.name if found.occurrence else "")
    if shape is None:
        raise Undeclared("what the annotation says of it cannot be followed")
    owner = tree.parent(around)
    if isinstance(owner, cst.Param):
        function = next(one for one in tree.above(owner) if isinstance(one, (cst.FunctionDef, cst.Lambda)))
        parameters = function.params
        if owner is parameters.star_arg or owner is parameters.star_kwarg:
            shape = ("seq" if owner is parameters.star_arg else "map", *shape)
        return Variable(tree.path, tree.functions[id(function)], owner.name.value), shape, owner
    if isinstance(owner, cst.FunctionDef):
        if shape[:1] == ("seq",) and _gives_one(owner):
            shape = shape[1:]
        return Result(tree.module, tree.functions[id(owner)].name), shape, owner
    if isinstance(owner, cst.AnnAssign):
        slot = _of_target(tree, owner.target)
        if slot is None:
            raise Undeclared("what it annotates cannot be told")
        return slot, shape, owner.target
    raise Undeclared("what it annotates cannot be told")


def _gives_one(function: Any) -> bool:
    """Whether a generator is a fixture or a context manager, which gives one value."""
    texts = [cst.Module([]).code_for_node(one.decorator) for one in function.decorators]
    return any("fixture" in text or "contextmanager" in text for text in texts)


def _of_target(tree: Tree, target: Any) -> Slot | None:
    one = tree.occurrence(target)
    if one is None:
        return None
    if isinstance(target, cst.Name):
        home = tree.file.home_of(one)
        if home is None:
            return None
        if home.kind == "class":
            return Field((tree.module, home.name), one.name)
        return Variable(tree.path, home, one.name)
    around = _class_around(tree, one)
    written = tree.written(target.value)
    return Field((tree.module, around), one.name) if around and written == "self" else None


def _class_around(tree: Tree, one: Occurrence) -> str:
    scope = one.scope
    while scope.parent is not None:
        if scope.kind == "class":
            return scope.name
        scope = scope.parent
    return ""


def string_of(tree: Tree, found: Found) -> Any:
    """The string that a quoted name stands in."""
    for start, end, node, _ in tree.file.occurrences.strings():
        if start <= found.start < end and node is not None:
            return node
    return None


def _depth(node: Any, name: str) -> Shape | None:
    """How deep a class lies in what an annotation says: () for `C` and `C | None`; None where nobody can tell."""
    match node:
        case cst.SimpleString():
            try:
                return _depth(cst.parse_expression(str(node.evaluated_value)), name)
            except (cst.ParserSyntaxError, SyntaxError, ValueError):
                return None
        case cst.Name():
            return () if node.value == name else None
        case cst.Attribute():
            return () if node.attr.value == name else None
        case cst.BinaryOperation():
            sides = [_depth(one, name) for one in (node.left, node.right)]
            return next((one for one in sides if one is not None), None)
        case cst.Subscript():
            last = node.value.attr.value if isinstance(node.value, cst.Attribute) else getattr(node.value, "value", "")
            if last == name:
                return ()
            parts = [one.slice.value if isinstance(one.slice, cst.Index) else None for one in node.slice]
            inner = [_depth(one, name) if one is not None else None for one in parts]
            return _outer(str(last), parts, inner)
        case _:
            return None


def _outer(last: str, parts: list[Any], inner: list[Shape | None]) -> Shape | None:
    places = [at for at, one in enumerate(inner) if one is not None]
    if len(places) != 1:
        return None
    at = places[0]
    depth = inner[at] or ()
    if last in _TRANSPARENT:
        return depth
    if last in _SEQUENCES and at == 0:
        return ("seq", *depth)
    if last in _MAPPINGS and at == 1:
        return ("map", *depth)
    if last in ("tuple", "Tuple"):
        return ("seq", *depth) if len(parts) == 2 and isinstance(parts[1], cst.Ellipsis) else (at, *depth)
    return None
