"""Copies of type 2: the same code under other names, and with other literals."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from random import Random
from typing import Final, Literal, TypeAlias

import libcst as cst
import msgspec

from benchmarks.clones.exact import definition
from benchmarks.clones.rewriting import Unfit, Words, code, identifiers, parse
from benchmarks.clones.sampling import Import, Unit, bound_names, free_names

What: TypeAlias = Literal["locals", "attributes", "callees", "literals"]
WHATS: Final[tuple[What, ...]] = ("locals", "attributes", "callees", "literals")
_COMMON: Final = frozenset(
    name for of in (str, bytes, list, dict, set, int, float, Exception, type(None)) for name in dir(of)
)
"""Attributes of Python's own types are no names of the project's."""


class Names(msgspec.Struct, frozen=True):
    """The names of a definition by what they are, each sorted."""

    locals: tuple[str, ...]
    """Parameters and local variables, functions in functions."""
    attributes: tuple[str, ...]
    """Attributes of self or cls that no other object is asked for; methods and attributes of a class."""
    free: tuple[str, ...]
    methods: tuple[str, ...]
    """Attributes of other objects that are called, and not offered by Python's own types."""


def names_of(unit: Unit) -> Names:
    """The names that can be changed; what an import binds, and what is special to Python, cannot."""
    node = definition(unit.source)
    imported: set[str] = set()
    keywords: set[str] = set()
    own: set[str] = set()
    foreign: set[str] = set()
    called: set[str] = set()
    in_class: set[str] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                imported |= {(alias.asname or alias.name).partition(".")[0] for alias in names}
            case ast.keyword(arg=str(name)):
                keywords.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                own.add(name)
            case ast.Attribute(attr=name):
                foreign.add(name)
            case ast.ClassDef(body=body):
                for one in body:
                    if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                        in_class.add(one.name)
                    elif isinstance(one, ast.Assign | ast.AnnAssign):
                        in_class |= {
                            target.id
                            for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
                            if isinstance(target, ast.Name)
                        }
            case _:
                pass
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            called.add(inner.func.attr)
    bound = bound_names(node)
    inside = {
        name
        for one in ast.walk(node)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one is not node
        for name in [one.name, *(arg.arg for arg in ast.walk(one.args) if isinstance(arg, ast.arg))]
    }
    variables = bound - in_class - imported - (keywords & inside) - {"self", "cls", "_", node.name}
    members = {name for name in own | in_class if name not in foreign and not name.startswith("__")}
    # What is a variable too, or the keyword of a call, cannot be told apart by its name alone.
    members -= (in_class & (variables | keywords | imported | {node.name})) | _COMMON
    methods = {name for name in called & foreign - own - in_class if not name.startswith("__")} - _COMMON
    free = free_names(node) - {node.name}
    return Names(*(tuple(sorted(group)) for group in (variables, members, free, methods)))


class _Renamer(cst.CSTTransformer):
    """Gives every name its new one: variables, attributes and keywords by a map each."""

    def __init__(self, variables: Mapping[str, str], attributes: Mapping[str, str]) -> None:
        self._variables = variables
        self._attributes = attributes
        self._kept: set[int] = set()

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._kept.add(id(node.attr))

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        new = self._attributes.get(original_node.attr.value)
        return updated_node if new is None else updated_node.with_changes(attr=cst.Name(new))

    def visit_Arg(self, node: cst.Arg) -> None:
        if node.keyword is not None:
            self._kept.add(id(node.keyword))

    def visit_MatchKeywordElement(self, node: cst.MatchKeywordElement) -> None:
        self._kept.add(id(node.key))

    def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        new = self._variables.get(original_node.value)
        return updated_node if new is None or id(original_node) in self._kept else updated_node.with_changes(value=new)


class _Literals(cst.CSTTransformer):
    """Gives literals other values of the same kind; docstrings and the parts of f-strings stay."""

    def __init__(self, words: Words, random: Random) -> None:
        self._words = words
        self._random = random
        self.changed = 0

    def visit_Expr(self, node: cst.Expr) -> bool:
        return not isinstance(node.value, cst.SimpleString | cst.ConcatenatedString)

    def visit_Annotation(self, node: cst.Annotation) -> bool:
        return False

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        return False

    def leave_Integer(self, original_node: cst.Integer, updated_node: cst.Integer) -> cst.BaseExpression:
        self.changed += 1
        return updated_node.with_changes(value=str(original_node.evaluated_value + self._random.randint(1, 9)))

    def leave_Float(self, original_node: cst.Float, updated_node: cst.Float) -> cst.BaseExpression:
        self.changed += 1
        more = self._random.randint(1, 9) / 4
        return updated_node.with_changes(value=repr(original_node.evaluated_value + more))

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.BaseExpression:
        if "\\" in original_node.value or not original_node.raw_value.strip():
            return updated_node
        self.changed += 1
        prefix = original_node.prefix if original_node.raw_value.isascii() else ""
        return updated_node.with_changes(value=f'{prefix}"{self._words.like(original_node.raw_value[:12].lower())}"')


def renamed(
    unit: Unit, what: Iterable[What], words: Words, random: Random, variables: Mapping[str, str] | None = None,
    attributes: Mapping[str, str] | None = None,
) -> Unit:  # fmt: skip
    """The unit with all names of the given sorts changed consistently, its own too unless only literals are.

    `variables` and `attributes` are names to use, before new ones are made. Raises Unfit when there is nothing to
    change.
    """
    what = frozenset(what)
    names = names_of(unit)
    known = dict(variables or {})
    of_variables = [name for name in names.locals if "locals" in what]
    of_variables += [name for name in names.free if "callees" in what]
    of_attributes = [name for name in names.attributes if "attributes" in what]
    of_attributes += [name for name in names.methods if "callees" in what]
    new_variables = {name: known.get(name) or words.like(name) for name in of_variables}
    new_attributes = {name: (attributes or {}).get(name) or words.like(name) for name in of_attributes}
    if not new_variables and not new_attributes and "literals" not in what:
        raise Unfit("no name to change")
    # Members of a class are bound as names in its body, and asked for as attributes.
    both = {name: new_attributes[name] for name in names.attributes if name in new_attributes}
    tree = parse(unit.source)
    if isinstance(tree, cst.ClassDef):
        new_variables |= {name: new for name, new in both.items() if name not in names.locals}
    own = unit.own
    if what - {"literals"}:
        own = words.like(unit.own) if not (unit.own.startswith("__") and unit.own.endswith("__")) else unit.own
        new_variables[unit.own] = own
    changed = tree.visit(_Renamer(new_variables, new_attributes))
    if "literals" in what:
        literals = _Literals(words, random)
        if isinstance(changed, cst.CSTNode):
            changed = changed.visit(literals)
        if not literals.changed and not what - {"literals"}:
            raise Unfit("no literal to change")
    if not isinstance(changed, cst.FunctionDef | cst.ClassDef):
        raise Unfit("the definition itself is gone")
    imports = tuple(
        Import(new_variables[one.bound], one.module, new_variables[one.bound]) if one.bound in new_variables else one
        for one in unit.imports
    )
    return msgspec.structs.replace(
        unit, name=own, source=code(changed), imports=tuple(sorted(imports, key=lambda one: one.bound))
    )  # fmt: skip


def word_supply(unit: Unit, words: list[str], random: Random) -> Words:
    """Names that a unit does not have yet."""
    return Words(words, random, identifiers(unit.source))
