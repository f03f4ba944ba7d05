"""Whether two definitions say the same: names of their own apart, and literals that could be arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias, cast

from overhaul.errors import Refused
from overhaul.merging.constants import constant, type_variable
from overhaul.merging.definitions import Member, without_docstring
from overhaul.naming.meanings import External, Meaning, Symbol

Node: TypeAlias = ast.AST


class Literal(NamedTuple):
    """A constant that differs."""

    first: ast.Constant
    second: ast.Constant


class Default(NamedTuple):
    """The default of a parameter that differs."""

    parameter: str
    """As the first calls it."""
    second: ast.expr


class Likeness(NamedTuple):
    """How the second of two definitions differs from the first, where they can be one."""

    parameters: tuple[tuple[str, str], ...]
    """(name in the first, in the second) of the parameters that may be given by keyword and are called otherwise."""
    literals: tuple[Literal, ...]
    defaults: tuple[Default, ...]


class _Walk:
    """Goes through two trees side by side."""

    def __init__(self, first: Member, second: Member) -> None:
        self.first, self.second = first, second
        self.forth: dict[str, str] = {}
        self.back: dict[str, str] = {}
        self.free: dict[tuple[str, str], ast.expr] = {}
        self.literals: list[Literal] = []
        self.depth = 0
        """More than 0 where a constant cannot be an argument: in annotations, patterns, decorators."""

    def refused(self, node: ast.AST, why: str, remedy: str = "make them alike first, or leave it out") -> Refused:
        line = getattr(node, "lineno", self.second.node.lineno)
        return Refused(f"{self.second.symbol.path}:{line}: {self.second.target} differs from {self.first.target} "
                       f"({why}): {remedy}")  # fmt: skip

    def definition(self) -> list[Default]:
        one, other = self.first.node, self.second.node
        if type(one) is not type(other):
            raise self.refused(other, "another kind of definition")
        self.fixed(one.decorator_list, other.decorator_list, other, "decorators")
        if getattr(one, "type_params", ()) or getattr(other, "type_params", ()):
            self.several(getattr(one, "type_params", ()), getattr(other, "type_params", ()), other)
        if isinstance(one, ast.ClassDef) and isinstance(other, ast.ClassDef):
            self.fixed(one.bases, other.bases, other, "bases")
            self.fixed(one.keywords, other.keywords, other, "keywords of the class")
            self.several(self.first.body(), self.second.body(), other)
            return []
        assert isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        assert isinstance(other, ast.FunctionDef | ast.AsyncFunctionDef)
        self.parameters(one.args, other.args, other)
        found = list(self.defaults(one.args, other.args))
        self.optional(one.returns, other.returns, other, "annotations")
        self.several(self.first.body(), self.second.body(), other)
        return found

    def fixed(self, one: Sequence[Node], other: Sequence[Node], place: Node, what: str) -> None:
        """Parts in which no constant may differ."""
        if len(one) != len(other):
            raise self.refused(place, what)
        self.depth += 1
        for first, second in zip(one, other, strict=True):
            self.node(first, second)
        self.depth -= 1

    def optional(self, one: Node | None, other: Node | None, place: Node, what: str) -> None:
        """A part that may be missing, in which no constant may differ."""
        self.fixed([one] if one is not None else [], [other] if other is not None else [], place, what)

    def several(self, one: Sequence[Node], other: Sequence[Node], place: Node) -> None:
        if len(one) != len(other):
            raise self.refused(place, "statements are added or left out")
        for first, second in zip(one, other, strict=True):
            self.node(first, second)

    def named(self, one: str | None, other: str | None, place: Node) -> None:
        """Names of variables of their own."""
        if (one is None) != (other is None):
            raise self.refused(place, "names")
        if one is None or other is None:
            return
        if self.forth.setdefault(one, other) != other or self.back.setdefault(other, one) != one:
            raise self.refused(place, f"`{other}` stands for two things")

    def parameters(self, one: ast.arguments, other: ast.arguments, place: Node) -> None:
        for kind in ("posonlyargs", "args", "kwonlyargs"):
            first: list[ast.arg] = getattr(one, kind)
            second: list[ast.arg] = getattr(other, kind)
            if len(first) != len(second):
                raise self.refused(place, "parameters")
            for left, right in zip(first, second, strict=True):
                self.node(left, right)
        for left_one, right_one in ((one.vararg, other.vararg), (one.kwarg, other.kwarg)):
            if (left_one is None) != (right_one is None):
                raise self.refused(place, "parameters")
            if left_one is not None and right_one is not None:
                self.node(left_one, right_one)

    def defaults(self, one: ast.arguments, other: ast.arguments) -> Iterator[Default]:
        """The defaults that differ, by parameter."""
        positional = [*one.posonlyargs, *one.args]
        if len(one.defaults) != len(other.defaults):
            raise self.refused(self.second.node, "defaults")
        named = positional[len(positional) - len(one.defaults) :]
        pairs = [*zip(named, one.defaults, other.defaults, strict=True)]
        for name, left, right in zip(one.kwonlyargs, one.kw_defaults, other.kw_defaults, strict=True):
            if (left is None) != (right is None):
                raise self.refused(self.second.node, "defaults")
            if left is not None and right is not None:
                pairs.append((name, left, right))
        for name, left, right in pairs:
            if isinstance(left, _MUTABLE) or isinstance(right, _MUTABLE):
                raise self.refused(right, f"the default of `{name.arg}` is one object for all calls", "make it None")
            if isinstance(left, ast.Constant) and isinstance(right, ast.Constant) and not _same(left, right):
                if name in one.posonlyargs:
                    raise self.refused(right, f"the default of `{name.arg}`, which cannot be given by name")
                yield Default(name.arg, right)
            else:
                self.fixed([left], [right], right, "defaults")

    def node(self, one: Node, other: Node) -> None:
        if type(one) is not type(other):
            raise self.refused(other, "what is done")
        match one, other:
            case ast.Name(), ast.Name():
                self.name(one, other)
            case ast.Constant(), ast.Constant():
                self.constant(one, other)
            case ast.arg(), ast.arg():
                self.named(one.arg, other.arg, other)
                self.optional(one.annotation, other.annotation, other, "annotations")
            case (ast.FunctionDef() | ast.AsyncFunctionDef(), ast.FunctionDef() | ast.AsyncFunctionDef()):
                self.inner(one, other)
            case ast.ClassDef(), ast.ClassDef():
                raise self.refused(other, "a class of its own")
            case (ast.Global() | ast.Nonlocal(), ast.Global() | ast.Nonlocal()):
                if isinstance(one, ast.Global):
                    raise self.refused(other, f"assigns the global {', '.join(one.names)}", "merge it by hand")
                for left, right in zip(one.names, other.names, strict=False):
                    self.named(left, right, other)
            case ast.Import(), ast.Import():
                self.imported(one, other)
            case ast.ImportFrom(), ast.ImportFrom():
                if self.absolute(self.first, one) != self.absolute(self.second, other):
                    raise self.refused(other, "imports")
                self.imported(one, other)
            case ast.AnnAssign(), ast.AnnAssign():
                self.fixed([one.annotation], [other.annotation], other, "annotations")
                self.node(one.target, other.target)
                self.several([one.value] if one.value else [], [other.value] if other.value else [], other)
            case ast.FormattedValue(), ast.FormattedValue():
                if one.conversion != other.conversion:
                    raise self.refused(other, "formats")
                self.node(one.value, other.value)
                self.optional(one.format_spec, other.format_spec, other, "formats")
            case ast.JoinedStr(), ast.JoinedStr():
                # A piece of such a text is no argument, what stands between the braces may be.
                self.pieces(one, other)
            case _:
                self.fields(one, other)

    def pieces(self, one: ast.JoinedStr, other: ast.JoinedStr) -> None:
        if len(one.values) != len(other.values):
            raise self.refused(other, "formats")
        for left, right in zip(one.values, other.values, strict=True):
            if isinstance(left, ast.Constant):
                self.fixed([left], [right], other, "texts")
            else:
                self.node(left, right)

    def inner(
        self, one: ast.FunctionDef | ast.AsyncFunctionDef, other: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> None:
        """A function inside, or a method."""
        method = isinstance(self.first.node, ast.ClassDef) and one in self.first.node.body
        if method and one.name != other.name:
            raise self.refused(other, f"the method {other.name}")
        if not method:
            self.named(one.name, other.name, other)
        self.fixed(one.decorator_list, other.decorator_list, other, "decorators")
        self.parameters(one.args, other.args, other)
        if method:
            for first, second in zip(_arguments(one.args), _arguments(other.args), strict=True):
                if first.arg != second.arg:
                    raise self.refused(second, f"the parameter {second.arg}")
        self.fixed(one.args.defaults, other.args.defaults, other, "defaults")
        for left, right in zip(one.args.kw_defaults, other.args.kw_defaults, strict=True):
            self.optional(left, right, other, "defaults")
        self.optional(one.returns, other.returns, other, "annotations")
        self.several(without_docstring(one.body), without_docstring(other.body), other)

    def fields(self, one: Node, other: Node) -> None:
        pattern = isinstance(one, ast.pattern)
        self.depth += pattern
        for field in one._fields:
            left, right = getattr(one, field, None), getattr(other, field, None)
            if field == "type_comment":
                continue
            if isinstance(one, _BINDING) and field in ("name", "rest") and not isinstance(left, ast.AST):
                self.named(left, right, other)
            elif isinstance(left, list) and isinstance(right, list):
                first, second = cast("list[object]", left), cast("list[object]", right)
                if any(isinstance(each, ast.AST) for each in (*first, *second)):
                    self.several(_nodes(first), _nodes(second), other)
                elif first != second:
                    raise self.refused(other, field)
            elif isinstance(left, ast.AST) and isinstance(right, ast.AST):
                self.node(left, right)
            elif left != right:
                what = f"`.{right}`" if isinstance(other, ast.Attribute) else f"`{right}`"
                raise self.refused(other, what)
        self.depth -= pattern

    def name(self, one: ast.Name, other: ast.Name) -> None:
        free = self.first.tree.start(one) in self.first.free
        if free != (self.second.tree.start(other) in self.second.free):
            raise self.refused(other, f"`{other.id}`")
        if free:
            self.free.setdefault((one.id, other.id), other)
        elif isinstance(self.first.node, ast.ClassDef) and self._of_class(one):
            if one.id != other.id:
                raise self.refused(other, f"`{other.id}`")
        else:
            self.named(one.id, other.id, other)

    def _of_class(self, one: ast.Name) -> bool:
        """Whether a name is an attribute of the class itself."""
        start = self.first.tree.start(one)
        found = next((each for each in self.first.file.occurrences.named(one.id) if each.start == start), None)
        return found is not None and found.home is not None and found.home.kind == "class"

    def constant(self, one: ast.Constant, other: ast.Constant) -> None:
        if _same(one, other):
            return
        if self.depth or type(one.value) is not type(other.value) or one.value is None or isinstance(one.value, bool):
            raise self.refused(other, f"{ast.unparse(other)} instead of {ast.unparse(one)}")
        self.literals.append(Literal(one, other))

    def imported(self, one: ast.Import | ast.ImportFrom, other: ast.Import | ast.ImportFrom) -> None:
        if [each.name for each in one.names] != [each.name for each in other.names]:
            raise self.refused(other, "imports")
        for left, right in zip(one.names, other.names, strict=True):
            first, second = (each.asname or each.name.partition(".")[0] for each in (left, right))
            self.named(first, second, other)

    @staticmethod
    def absolute(member: Member, node: ast.ImportFrom) -> str | None:
        target = f"{'.' * node.level}{node.module or ''}"
        return member.project.symbols.absolute(member.module, target)


def likeness(first: Member, second: Member) -> Likeness:
    """How the second differs from the first. Raises Refused, with place and reason, where they are not alike."""
    walk = _Walk(first, second)
    defaults = walk.definition()
    for (one, other), place in sorted(walk.free.items()):
        if (one, other) == (first.name, second.name):
            continue
        _refuse_another(walk, one, other, place)
    # Names in quoted annotations are part of a text that is the same in both.
    for name in sorted(first.needs.keys() & second.needs.keys()):
        if (name, name) not in walk.free and any(place.quoted for place in first.needs[name].places):
            _refuse_another(walk, name, name, second.node)
    names: list[tuple[str, str]] = []
    if isinstance(first.node, ast.FunctionDef | ast.AsyncFunctionDef):
        assert isinstance(second.node, ast.FunctionDef | ast.AsyncFunctionDef)
        for left, right in zip(
            (*first.node.args.args, *first.node.args.kwonlyargs),
            (*second.node.args.args, *second.node.args.kwonlyargs), strict=True,
        ):  # fmt: skip
            if left.arg != right.arg:
                names.append((left.arg, right.arg))
        if names and second.node.args.kwarg is not None:
            raise walk.refused(second.node, f"the parameter `{names[0][1]}`, and it takes any keywords, so that one of "
                               f"these may be called `{names[0][0]}`")  # fmt: skip
    _refuse_seen(walk)
    return Likeness(tuple(names), tuple(walk.literals), tuple(defaults))


def _refuse_seen(walk: _Walk) -> None:
    """Raises Refused where the code sees the names of its own variables, and these differ."""
    if all(one == other for one, other in walk.forth.items()) and not walk.literals:
        return
    for node in ast.walk(walk.second.node):
        match node:
            case ast.Call(func=ast.Name(id="locals" | "vars" | "dir" | "eval" | "exec" as name)):
                raise walk.refused(node, f"{name}() sees the names of variables, which differ")
            case _:
                continue


def _refuse_another(walk: _Walk, one: str, other: str, place: Node) -> None:
    """Raises Refused where a global name does not mean the same thing in both modules."""
    first, second = walk.first, walk.second
    symbols = first.project.symbols
    left, right = symbols.lookup(first.module, "", one), symbols.lookup(second.module, "", other)
    if _same_meaning(left, right):
        return
    need, other_need = first.needs.get(one), second.needs.get(other)
    annotations = need is not None and other_need is not None and need.when == other_need.when == "annotation"
    if annotations and type_variable(first, left) == type_variable(second, right) != "":
        return
    if (value := constant(first, left)) and value == constant(second, right):
        return
    here, there = _called(right, second, other), _called(left, first, one)
    why = f"`{other}` is {here}, `{one}` is {there}" if here != there else f"`{other}` may be another than {here}"
    raise walk.refused(place, why, "make them one first, or leave it out")


def _same_meaning(one: Meaning, other: Meaning) -> bool:
    if isinstance(one, Symbol):
        return one.same(other) and not one.alternatives
    return isinstance(one, External) and isinstance(other, External) and one.name == other.name


def _called(meaning: Meaning, member: Member, name: str) -> str:
    if isinstance(meaning, Symbol):
        return meaning.dotted
    return meaning.name if isinstance(meaning, External) else f"unknown in {member.module} ({name})"


def _same(one: ast.Constant, other: ast.Constant) -> bool:
    return type(one.value) is type(other.value) and repr(one.value) == repr(other.value) and one.kind == other.kind


def _nodes(several: Sequence[object]) -> list[Node]:
    return [one for one in several if isinstance(one, ast.AST)]


def _arguments(arguments: ast.arguments) -> Sequence[ast.arg]:
    return (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)


_MUTABLE: Final = (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.DictComp, ast.SetComp)
_BINDING: Final = (ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping)
