"""Classes that inherit from the one that goes, where they can stand on the new one as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from overhaul.changes import Formed, Target
from overhaul.lazy import cst
from overhaul.naming.meanings import External, Symbol
from overhaul.unifying.classes import Named, Undeclared, declared, named, string_of
from overhaul.unifying.flow import Flow
from overhaul.unifying.newcomer import Newcomer
from overhaul.unifying.rules import Rules
from overhaul.unifying.slots import Places, Variable
from overhaul.unifying.templates import SELF, Template, below, code
from overhaul.unifying.trees import Tree

_OWN: Final = frozenset({"__init__", "__repr__", "__str__", "__doc__", "__call__", "__enter__", "__exit__"})
"""What an heir may define for itself of what Python asks for, where neither class has it."""
_HOOKS: Final = (
    "__init_subclass__", "__new__", "__slots__", "__getattr__", "__getattribute__", "__setattr__", "__set_name__",
    "__class_getitem__", "__del__", "__prepare__", "__delattr__",
)  # fmt: skip
"""What makes a subclass another thing than its lines tell."""
_REMEDY: Final = "unify it first, as a step of its own"


class Kept(Exception):
    """Why an heir cannot stand on the new class: said behind its name."""


class Place(NamedTuple):
    """An expression of an heir, or of its users, that is written anew."""

    tree: Tree
    node: Any
    sort: str


class Heirs:
    """The subclasses that go along."""

    def __init__(self, places: Places, flow: Flow, rules: Rules, to: Newcomer) -> None:
        """Instances of heirs are seeded in `flow`."""
        self._places, self._flow, self._rules, self._to = places, flow, rules, to
        self._types = places.project.types
        self.names: set[str] = set()
        """What heirs define themselves: nothing that the class that goes has."""
        self.told: list[tuple[str, int, str]] = []

    def along(self, one: Named) -> Sequence[Place]:
        """What is written anew when the class in whose bases a name stands goes along. Raises Kept."""
        tree, node = one.tree, one.site
        heir = self._symbol(tree, node)
        self._check_bases(tree, node, heir)
        own = self._own(heir)
        places: list[Place] = [Place(tree, one.node, "name")]
        made = False
        for function in (each for each in node.body.body if isinstance(each, cst.FunctionDef)):
            made = made or function.name.value == "__init__"
            places += self._method(tree, function)
        places += self._users(heir, made)
        self.names |= own
        self._flow.heirs.append(heir)
        new = self._to.name
        self.told.append((tree.path, one.line, f"{heir.name} inherits from {new} from now on, with all that this has"))
        return places

    def forms(self) -> Iterator[Formed]:
        """What the arguments of constructors become, for the proof to look at."""
        old, construct = self._flow.target, self._rules.construct
        if not self._flow.heirs or not isinstance(construct.tree, cst.Call):
            return
        made = [(Target(old.module, f"{old.name}.__init__"), "super().__init__")]
        made += [(Target(one.module, one.name), one.name) for one in self._flow.heirs]
        for before, called in made:
            call = construct.tree.with_changes(func=cst.parse_expression(called))
            yield msgspec.structs.replace(construct.formed(before), text=code(call))

    # The classes

    def _symbol(self, tree: Tree, node: Any) -> Symbol:
        found = self._places.project.symbols.member(tree.module, node.name.value)
        if not isinstance(found, Symbol) or found.kind != "class" or found.alternatives or found.path != tree.path:
            raise Kept("is no class of its module that is there once")
        if self._types.row(found) is None or not isinstance(node.body, cst.IndentedBlock):
            raise Kept("is no class of its module that is there once")
        return found

    def _check_bases(self, tree: Tree, node: Any, heir: Symbol) -> None:
        if node.keywords or node.decorators or len(node.bases) != 1 or node.bases[0].star or node.type_parameters:
            raise Kept("has other bases, keywords or decorators too")
        new = self._to.symbol
        if new is None or new.kind != "class":
            raise Kept(f"would stand on {self._to.name}, of which nobody knows what is in it")
        if new.path == tree.path and new.line > heir.line:
            raise Kept(f"would stand above {new.name}, which is its base")
        for base in (self._flow.target, new):
            for above in self._types.bases(base):
                if isinstance(above, External) and above.name in ("builtins.object", "object"):
                    continue
                row = self._types.row(above) if isinstance(above, Symbol) else None
                if row is None or not isinstance(above, Symbol) or row.decorators or row.keywords:
                    raise Kept(f"needs {base.name} to be a plain class, and what it stands on")
                interior = self._places.project.symbols.interior(above.module)
                if hook := next((one for one in _HOOKS if interior.member(above.name, one) is not None), ""):
                    raise Kept(f"is made by {hook} of {above.name} too")

    def _own(self, heir: Symbol) -> set[str]:
        """The names that it defines. Raises Kept where the old class or the new one has one of them."""
        new = self._to.symbol
        assert new is not None
        interior = self._places.project.symbols.interior(heir.module)
        found = set(interior.members_of(heir.name))
        methods = {name for name in found if f"{heir.name}.{name}" in interior.functions}
        for name in sorted(found - {"__init__"}):
            hidden = name.startswith("__") and name.endswith("__")
            if name in _HOOKS or (hidden and name not in _OWN):
                raise Kept(f"has {name}, which may change what {new.name} does")
            if self._rules.function(name) is not None if hidden else self._rules.has(name):
                rows = self._types.attributes(heir, name)
                if rows and all(one.where for one in rows) and name not in methods:
                    # What its methods assign is the old class's own attribute.
                    if not self._rules.same(name):
                        raise Kept(f"assigns {name}, an attribute of {self._flow.target.name} that is called otherwise")
                    found.discard(name)
                    continue
                raise Kept(f"overrides {name} of {self._flow.target.name}")
            if self._types.method(new, name) is not None if hidden else self._types.has_member(new, name) != "no":
                raise Kept(f"would override {name} of {new.name}")
        return found - {"__init__"}

    # Its body

    def _method(self, tree: Tree, function: Any) -> Iterator[Place]:
        name = function.name.value
        texts = [tree.written(one.decorator) for one in function.decorators]
        if "classmethod" in texts:
            raise Kept(f"has a method of the class itself, {name}")
        for node, _ in below(function):
            if isinstance(node, cst.Attribute) and node.attr.value == "__class__":
                raise Kept(f"asks for its class in {name}")
            if isinstance(node, cst.Name) and node.value in ("type", "__class__", "vars", "locals", "globals", "eval"):
                raise Kept(f"asks for its class, or for its names, in {name}")
        if "staticmethod" in texts:
            return
        first = next(iter((*function.params.posonly_params, *function.params.params)), None)
        scope = tree.functions.get(id(function))
        if first is None or scope is None:
            raise Kept(f"has a method without a first parameter, {name}")
        self._flow.hold(Variable(tree.path, scope, first.name.value), (), tree, first.name)
        inits = 0
        for node, _ in below(function):
            if not (isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "super"):
                continue
            asked = tree.parent(node)
            if node.args or not isinstance(asked, cst.Attribute) or not isinstance(tree.parent(asked), cst.Call):
                raise Kept(f"asks for super() in another way than to call a method of it, in {name}")
            if asked.attr.value == "__init__":
                inits += 1
                statement = tree.parent(tree.parent(tree.parent(asked)))
                if name != "__init__" or tree.parent(statement) is not function.body:
                    raise Kept(f"calls super().__init__ in {name}, or under a condition")
                yield Place(tree, tree.parent(asked), "init")
                continue
            if not all(_asked_of_self(one.template) for one in self._rules.methods if one.name == asked.attr.value):
                raise Kept(f"calls super().{asked.attr.value}, and its template asks {{self}} for more than members")
            self._flow.seed(tree, node)
        if name == "__init__" and inits != 1:
            raise Kept("has an __init__ that does not call super().__init__ once")

    # Its users

    def _users(self, heir: Symbol, made: bool) -> Iterator[Place]:
        for one in named(self._places, self._flow, heir):
            where = f"{one.tree.path}:{one.line}"
            if not one.found.certain:
                raise Kept(f"may be another class at {where}")
            match one.sort:
                case "made":
                    self._flow.seed(one.tree, one.site)
                    if not made:
                        yield Place(one.tree, one.site, "init")
                case "annotation":
                    try:
                        found = declared(one.tree, one.found, one.node)
                    except Undeclared:
                        raise Kept(f"stands in an annotation at {where} that cannot be followed") from None
                    if found is not None:
                        self._flow.hold(found[0], found[1], one.tree, found[2])
                    elif one.node is None and string_of(one.tree, one.found) is None:
                        raise Kept(f"is named at {where} in a text")
                case "check" | "double":
                    if one.site is not None:
                        self._flow.seed(one.tree, one.site)
                case "base":
                    raise Kept(f"has a class below it, {one.site.name.value}")
                case "member":
                    called = isinstance(one.site, cst.Call)
                    attribute: Any = one.site.func if called else one.site
                    if called or attribute.attr.value not in self._constants(heir):
                        raise Kept(f"is asked for {attribute.attr.value} itself at {where}")
                case "other":
                    raise Kept(f"is passed on at {where}")
                case _:
                    pass

    def _constants(self, heir: Symbol) -> set[str]:
        interior = self._places.project.symbols.interior(heir.module)
        return {
            name for name in interior.members_of(heir.name)
            if interior.functions.get(f"{heir.name}.{name}") is None and not self._rules.has(name)
        }  # fmt: skip


def refusal(heir: str, target: str, kept: Kept) -> str:
    """Why a subclass stands against it."""
    return f"{heir} inherits from {target}, and {kept}: {_REMEDY}"


def _asked_of_self(template: Template) -> bool:
    """Whether `{self}` is nothing but asked for members."""
    for tree in (template.first, template.tree):
        if tree is None:
            continue
        held = {id(node.value) for node, _ in below(tree) if isinstance(node, cst.Attribute)}
        for node, _ in below(tree):
            blank = template.blank(node)
            if blank is not None and blank.name == SELF and id(node) not in held:
                return False
    return True
