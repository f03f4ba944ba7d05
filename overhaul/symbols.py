"""What a dotted name means, following re-exports to the module that defines it."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import msgspec

from overhaul.facts import Attribute, Binding, Class, Export, Facts, Function, ImportStatement, Row, UsedName
from overhaul.layout import Layout

SymbolKind = Literal["module", "class", "function", "method", "attribute", "variable"]


class Symbol(msgspec.Struct, frozen=True):
    """Something that the project defines."""

    module: str
    """The module that defines it."""
    name: str
    """Dotted, inside the module; "" for the module itself."""
    kind: SymbolKind
    path: str
    line: int
    """Of the first binding; 1 for a module."""
    via: tuple[str, ...] = ()
    """The modules whose re-export was followed, the one that was asked first."""
    alternatives: tuple[Meaning, ...] = ()
    """What it may mean instead, where a branch or a base class outside the project decides."""

    @property
    def dotted(self) -> str:
        """The whole name, from which `Symbols.resolve` finds the symbol again."""
        return f"{self.module}.{self.name}" if self.name else self.module

    def same(self, other: Meaning) -> bool:
        """Whether the other is this symbol too, whichever way it was reached."""
        return isinstance(other, Symbol) and other.module == self.module and other.name == self.name


class External(msgspec.Struct, frozen=True):
    """Something that stands outside the project: in the standard library, an installed package or the builtins."""

    name: str
    """Its whole dotted name; builtins as `builtins.len`."""


class Unknown(msgspec.Struct, frozen=True):
    """What cannot be told from the source."""

    name: str
    reason: str


Meaning: TypeAlias = Symbol | External | Unknown

ReferenceHow = Literal[
    "import", "re-export", "__all__", "load", "call", "store", "delete", "annotation", "quoted", "base", "decorator"
]


class Reference(msgspec.Struct, frozen=True):
    """One place that means a symbol."""

    module: str
    path: str
    line: int
    scope: str
    """The dotted function or class it stands in; "" for the module itself."""
    how: ReferenceHow
    """What is done there; `load` where something is taken from the symbol in its turn: `C` in `C.x = 1`."""
    name: str
    """The chain as it is written up to the symbol; for an import the name that is taken."""


class Symbols:
    """The symbol table, made from facts when it is asked, module by module.

    A dotted name is looked up as Python does when it runs: what a module binds itself comes before what star imports
    bring, and that before submodules, whether or not anything has imported them.
    """

    reads: Final[tuple[type[Row], ...]] = (Binding, Export, Class, Function, Attribute, ImportStatement, UsedName)

    def __init__(self, layout: Layout, *facts: Facts[Any]) -> None:
        """`facts` are the tables of `reads`, in that order."""
        self.layout = layout
        self._bindings: Facts[Binding] = facts[0]
        self._exports: Facts[Export] = facts[1]
        self._classes: Facts[Class] = facts[2]
        self._functions: Facts[Function] = facts[3]
        self._attributes: Facts[Attribute] = facts[4]
        self._imports: Facts[ImportStatement] = facts[5]
        self._used: Facts[UsedName] = facts[6]
        self._interiors: dict[str, _Interior] = {}
        self._members: dict[tuple[str, str], Meaning] = {}
        self._names: dict[str, Mapping[str, str]] = {}
        self._gaps: dict[str, str] = {}
        self._orders: dict[tuple[str, str], tuple[Meaning, ...]] = {}
        self._resolved: dict[str, Meaning] = {}
        self._open: dict[object, int] = {}
        """What is being worked out, by depth: what is met again in there is a cycle."""
        self._low = 0

    # Names

    def resolve(self, dotted: str, importer: str = "") -> Meaning:
        """What an absolute dotted name means, where a module of the project (`importer`) uses it, or as modules are named.

        The longest beginning that is a module wins: `a.b.c` is the submodule even where `a.b` has another `c`.
        Raises KeyError for an importer that is no module of the layout.
        """
        if importer:
            return self._resolve(dotted, importer)
        found = self._resolved.get(dotted)
        if found is None:
            found = self._resolved[dotted] = self._resolve(dotted, "")
        return found

    def names(self, module: str) -> Mapping[str, str]:
        """The names that a module binds, star imports included, with the module that each is taken from next.

        That is the module itself, or the one a star import names.
        """
        found = self._names.get(module)
        if found is not None:
            return found
        if ("names", module) in self._open:
            self._met("names", module)
            return {}
        mark = self._begin("names", module)
        own = self._interior(module).bindings
        names = dict.fromkeys(own, module)
        for target in self._stars(module):
            if isinstance(target, str) and target != module:
                for name in self._exported(target):
                    names.setdefault(name, target)
        if self._end(mark, "names", module):
            self._names[module] = names
        return names

    def public(self, module: str) -> tuple[str, ...]:
        """What `from module import *` binds, as far as it is known: `__all__`, or the names without underscore."""
        return tuple(self._exported(module))

    def offers(self, module: str, name: str) -> bool | None:
        """Whether `from module import name` works; None when that cannot be known, for the reason in `gap`."""
        if name in _OF_EVERY_MODULE or name in self.names(module) or self._submodule(module, name) is not None:
            return True
        return None if self.gap(module) else False

    def gap(self, module: str) -> str:
        """Why a module may have names that its source does not show; "" when it has not."""
        found = self._gaps.get(module)
        if found is None:
            self._gaps[module] = ""  # for star imports in a ring
            found = self._gaps[module] = self._find_gap(module)
        return found

    def member(self, module: str, name: str) -> Meaning:
        """What the attribute `name` of a module means: a binding, a star import's, or a submodule."""
        key = module, name
        found = self._members.get(key)
        if found is not None:
            return found
        if key in self._open:
            self._met(*key)
            return self._submodule(module, name) or Unknown(f"{module}.{name}", "re-exported in a ring")
        mark = self._begin(*key)
        found = self._find_member(module, name)
        if self._end(mark, *key):
            self._members[key] = found
        return found

    def lookup(self, module: str, scope: str, name: str) -> Meaning:
        """What a chain of names means that is used in a scope of a module, as `UsedName` rows have them.

        Imports and definitions of the functions around come first, then the module, then builtins. `self.x` and `cls.x`
        are looked up in the class around and its bases.
        """
        *_, meaning = self._trail(module, scope, name.split("."))
        return meaning

    def order(self, module: str, name: str) -> tuple[Meaning, ...]:
        """The classes in which a class's attributes are looked up, itself first; bases outside the project included.

        That is C3's order; depth first, left to right, where C3 finds none.
        """
        key = module, name
        found = self._orders.get(key)
        if found is None:
            self._orders[key] = ()  # for classes that are their own ancestors
            found = self._orders[key] = self._linearize(module, name)
        return found

    # References

    def references(self, symbol: Symbol) -> Iterator[Reference]:
        """Every place outside its definition that means a symbol, by module and line.

        Methods and attributes are found through `self`, `cls`, the class's name and its subclasses' names; through other
        receivers (`order.cancel()`, `super().cancel()`) they are not. Only modules that mention one of the symbol's
        names are looked into.
        """
        first = symbol.name.rpartition(".")[2] or symbol.module.rpartition(".")[2]
        known = {first}
        waiting = [first]
        modules: set[str] = set()
        while waiting:
            for module in self._mentions.get(waiting.pop(), ()):
                modules.add(module)
                for bound in self._aliases(symbol, module, known):
                    known.add(bound)
                    waiting.append(bound)
        for module in sorted(modules):
            found = {*self._imports_of(symbol, module), *self._exports_of(symbol, module, known),
                     *self._uses_of(symbol, module, known)}  # fmt: skip
            yield from sorted(found, key=lambda one: (one.line, one.how, one.scope, one.name))

    @cached_property
    def _mentions(self) -> Mapping[str, Sequence[str]]:
        """Each part of a name that is used or imported -> the modules that do."""
        parts: dict[str, set[str]] = {}
        for module, rows in self._used.items():
            parts[module] = {part for name in {row.name for row in rows} for part in name.split(".")}
        for module, statements in self._imports.items():
            here = parts.setdefault(module, set())
            for statement in statements:
                here.update(statement.module.split("."))
                here.update(name for name, _ in statement.names)
                here.add(statement.bound)
        mentions: dict[str, list[str]] = {}
        for module, here in parts.items():
            for part in here:
                mentions.setdefault(part, []).append(module)
        return mentions

    def _aliases(self, symbol: Symbol, module: str, known: Iterable[str]) -> Iterator[str]:
        """Other names that a module's imports give to a symbol."""
        for statement in self._imports[module]:
            for taken, bound in statement.names or ((statement.module.rpartition(".")[2], statement.bound),):
                if taken in known and bound not in known and bound:
                    target = f"{'.' * statement.level}{statement.module}"
                    meaning = self._taken(module, target, taken) if statement.names else self._of_import(module, target, bound)
                    if symbol.same(meaning):
                        yield bound

    def _imports_of(self, symbol: Symbol, module: str) -> Iterator[Reference]:
        path = self.layout.modules[module].path
        for statement in self._imports[module]:
            target = f"{'.' * statement.level}{statement.module}"
            if not symbol.name:
                absolute = self._absolute(module, target)
                parts = absolute.split(".") if absolute else []
                # The dots of a relative import name a package without writing its name.
                written = statement.module.count(".") + 1 if statement.module else 0
                for count in range(max(1, len(parts) - written + 1), len(parts) + 1):
                    if self._locate(".".join(parts[:count]), module) == symbol.module:
                        name = target if count == len(parts) else ".".join(parts[:count])
                        yield Reference(module, path, statement.line, statement.scope, "import", name)
            for taken, bound in statement.names:
                if taken != "*" and symbol.same(self._taken(module, target, taken)):
                    how: ReferenceHow = "re-export" if self._passes_on(module, statement, taken, bound) else "import"
                    yield Reference(module, path, statement.line, statement.scope, how, taken)

    def _passes_on(self, module: str, statement: ImportStatement, taken: str, bound: str) -> bool:
        """Whether an import is there for others: named in `__all__`, `X as X` in a stub, or in an `__init__` without."""
        if statement.scope:
            return False
        if exports := self._exports[module]:
            return any(bound in row.names for row in exports)
        return self.layout.modules[module].package and not bound.startswith("_")

    def _exports_of(self, symbol: Symbol, module: str, known: Iterable[str]) -> Iterator[Reference]:
        for row in self._exports[module]:
            for name in known:
                if name in row.names and symbol.same(self.member(module, name)):
                    yield Reference(module, self.layout.modules[module].path, row.line, "", "__all__", name)

    def _uses_of(self, symbol: Symbol, module: str, known: set[str]) -> Iterator[Reference]:
        path = self.layout.modules[module].path
        for row in self._used[module]:
            parts = row.name.split(".")
            if known.isdisjoint(parts):
                continue
            for count, meaning in enumerate(self._trail(module, row.scope, parts), 1):
                if symbol.same(meaning):
                    name = ".".join(parts[:count])
                    how: ReferenceHow = row.how
                    if count < len(parts) and how in ("call", "store", "delete"):
                        how = "load"
                    for line in row.lines:
                        place = self._interior(module).header(row.scope, row.name, line) if how in ("load", "call") else None
                        yield Reference(module, path, line, row.scope, place or how, name)
                    break

    # How it is worked out

    def _resolve(self, dotted: str, importer: str) -> Meaning:
        parts = dotted.split(".")
        first: Meaning | None = None
        for count in range(len(parts), 0, -1):
            start = ".".join(parts[:count])
            module = self._locate(start, importer) if importer else (start if start in self.layout.modules else None)
            if module is None:
                continue
            meaning = self._walk(self._module(module), parts[count:])
            if not isinstance(meaning, Unknown):
                return meaning
            first = first or meaning
        if first is not None:
            return first
        if importer and self.layout.is_first_party(dotted, importer):
            return Unknown(dotted, "the project has no such module")
        return External(dotted)

    def _walk(self, meaning: Meaning, parts: Iterable[str]) -> Meaning:
        for part in parts:
            meaning = self._step(meaning, part)
        return meaning

    def _step(self, meaning: Meaning, part: str) -> Meaning:
        """What an attribute of something means."""
        match meaning:
            case External(name=name):
                return External(f"{name}.{part}")
            case Unknown(name=name, reason=reason):
                return Unknown(f"{name}.{part}", reason)
            case Symbol(kind="module", module=module):
                return self.member(module, part)
            case Symbol(kind="class", module=module, name=name):
                return self._class_member(module, name, part)
            case _:
                return Unknown(f"{meaning.dotted}.{part}", f"an attribute of a {meaning.kind}")

    def _trail(self, module: str, scope: str, parts: Sequence[str]) -> Iterator[Meaning]:
        """What each beginning of a chain of names means, shortest first."""
        root = parts[0]
        around = self._interior(module).class_around(scope) if root in ("self", "cls") else ""
        meaning: Meaning
        if around:
            yield Unknown(root, "an instance or class of its method's class or of a subclass")
            if len(parts) == 1:
                return
            yield (meaning := self._class_member(module, around, parts[1]))
            rest = parts[2:]
        else:
            yield (meaning := self._root(module, scope, root))
            rest = parts[1:]
        for part in rest:
            yield (meaning := self._step(meaning, part))

    def _root(self, module: str, scope: str, name: str) -> Meaning:
        if scope:
            local = self._local(module, scope, name)
            if local is not None:
                return local
        if name in self.names(module):
            return self.member(module, name)
        if hasattr(builtins, name):
            return External(f"builtins.{name}")
        found = self.member(module, name)
        return found if isinstance(found, Symbol) else Unknown(name, self.gap(module) or f"{module} does not bind it")

    def _local(self, module: str, scope: str, name: str) -> Meaning | None:
        """What a name means that one of the scopes around binds."""
        interior = self._interior(module)
        around = scope
        while around:
            if around == scope or around not in interior.classes:
                if (target := interior.imported.get((around, name))) is not None:
                    return self._of_import(module, target, "")
                inner = f"{around}.{name}"
                if (row := interior.classes.get(inner) or interior.functions.get(inner)) is not None:
                    kind: SymbolKind = "class" if isinstance(row, Class) else "function"
                    return Symbol(module, inner, kind, self.layout.modules[module].path, row.line)
                function = interior.functions.get(around)
                if function is not None and any(one.name == name for one in function.parameters):
                    return Unknown(name, f"a parameter of {around}")
            around = around.rpartition(".")[0]
        return None

    def _find_member(self, module: str, name: str) -> Meaning:
        rows = self._interior(module).bindings.get(name, ())
        if rows:
            return self._choose([self._bound(module, row) for row in _candidates(rows)])
        source = self.names(module).get(name)
        if source is not None:
            return _through(module, self.member(source, name))
        submodule = self._submodule(module, name)
        if submodule is not None:
            return submodule
        return Unknown(f"{module}.{name}", self.gap(module) or f"{module} does not bind it")

    @staticmethod
    def _choose(meanings: Sequence[Meaning]) -> Meaning:
        """The first that is known, with the others as alternatives."""
        chosen = next((one for one in meanings if not isinstance(one, Unknown)), meanings[0])
        others = tuple(one for one in meanings if one is not chosen)
        if not others or not isinstance(chosen, Symbol):
            return chosen
        distinct = tuple(one for one in dict.fromkeys(others) if not chosen.same(one))
        return msgspec.structs.replace(chosen, alternatives=distinct) if distinct else chosen

    def _bound(self, module: str, row: Binding) -> Meaning:
        """What one way of binding a name makes it mean."""
        if row.kind == "import":
            return _through(module, self._of_import(module, row.target, row.name))
        kind: SymbolKind = row.kind if row.kind in ("class", "function") else "variable"  # type: ignore[assignment]
        return Symbol(module, row.name, kind, self.layout.modules[module].path, row.line)

    def _of_import(self, module: str, target: str, bound: str) -> Meaning:
        """What an import's target means; `bound` is the name it gets at the top level of its module, "" elsewhere."""
        absolute = self._absolute(module, target)
        if absolute is None:
            return Unknown(target, "a relative import above the topmost package")
        package, _, name = absolute.rpartition(".")
        if not package:
            found = self._locate(absolute, module)
            return self._module(found) if found is not None else self._outside(absolute, module)
        container = self._locate(package, module)
        if container is None:
            return self._outside(absolute, module)
        if container == module and name == bound:
            return self._submodule(module, name) or Unknown(absolute, "imports itself")
        return self.member(container, name)

    def _taken(self, module: str, target: str, name: str) -> Meaning:
        return self._of_import(module, f"{target}{name}" if target.endswith(".") else f"{target}.{name}", name)

    def _outside(self, dotted: str, importer: str) -> Meaning:
        if self.layout.is_first_party(dotted, importer):
            return Unknown(dotted, "the project has no such module")
        return External(dotted)

    def _absolute(self, module: str, target: str) -> str | None:
        level = len(target) - len(target.lstrip("."))
        return self.layout.resolve_relative(module, level, target[level:]) if level else target

    def _locate(self, dotted: str, importer: str) -> str | None:
        found = self.layout.locate(dotted, importer)
        # What a relative import means is a module's own name, which need not be importable from its place.
        return dotted if found is None and dotted in self.layout.modules else found

    def _module(self, module: str) -> Symbol:
        return Symbol(module, "", "module", self.layout.modules[module].path, 1)

    def _submodule(self, module: str, name: str) -> Symbol | None:
        if not self.layout.modules[module].package:
            return None
        dotted = f"{module}.{name}"
        if dotted in self.layout.modules:
            return self._module(dotted)
        found = self.layout.locate(dotted, module)
        return self._module(found) if found is not None else None

    # What a module binds

    def _interior(self, module: str) -> _Interior:
        found = self._interiors.get(module)
        if found is None:
            found = self._interiors[module] = _Interior(
                self._bindings[module], lambda: self._classes[module], lambda: self._functions[module],
                lambda: self._attributes[module], lambda: self._imports[module],
            )  # fmt: skip
        return found

    def _stars(self, module: str) -> Iterator[str | External | Unknown]:
        """The modules whose names star imports take over, the last first, for it wins."""
        for row in reversed(self._interior(module).stars):
            absolute = self._absolute(module, row.target)
            if absolute is None:
                yield Unknown(row.target, "a relative import above the topmost package")
                continue
            found = self._locate(absolute, module)
            if found is not None:
                yield found
            elif self.layout.is_first_party(absolute, module):
                yield Unknown(absolute, "the project has no such module")
            else:
                yield External(absolute)

    def _exported(self, module: str) -> Iterable[str]:
        rows = self._exports[module]
        if not rows:
            return [name for name in self.names(module) if not name.startswith("_")]
        exported = [name for row in rows for name in row.names]
        for other in (name for row in rows for name in row.others):
            exported += self._listed(module, other)
        if not all(row.complete for row in rows):
            # Some names are missing from what was understood: any may be among them.
            exported += [name for name in self.names(module) if not name.startswith("_")]
        return dict.fromkeys(exported)

    def _listed(self, module: str, other: str) -> Iterable[str]:
        """The names in the `__all__` of another module, as the chain `other` names it in this one."""
        owner, _, last = other.rpartition(".")
        if last == "__all__" and owner:
            meaning = self._root(module, "", owner.partition(".")[0])
            meaning = self._walk(meaning, owner.split(".")[1:])
            return self._exported(meaning.module) if isinstance(meaning, Symbol) and meaning.kind == "module" else ()
        for row in self._interior(module).bindings.get(other, ()):
            absolute = self._absolute(module, row.target) if row.kind == "import" else None
            if absolute is not None and absolute.endswith(".__all__"):
                found = self._locate(absolute.removesuffix(".__all__"), module)
                return self._exported(found) if found is not None and found != module else ()
        return ()

    def _find_gap(self, module: str) -> str:
        place = self.layout.modules[module]
        if place.kind == "opaque" and place.stub is None:
            return f"{module} is an extension module"
        if place.kind == "namespace":
            return f"{module} is a namespace package"
        interior = self._interior(module)
        if "__getattr__" in interior.bindings:
            return f"{module} has __getattr__"
        if interior.dynamic:
            return f"{module} binds names through globals()"
        for target in self._stars(module):
            match target:
                case External(name=name):
                    return f"{module} has a star import from {name}"
                case Unknown(name=name):
                    return f"{module} has a star import from {name}, which does not resolve"
                case _ if gap := self.gap(target):
                    return gap
        return ""

    # Classes

    def _class_member(self, module: str, name: str, member: str) -> Meaning:
        outside: list[Meaning] = []
        for one in self.order(module, name):
            if not isinstance(one, Symbol):
                outside.append(one)
                continue
            found = self._interior(one.module).member(one.name, member)
            if found is not None:
                kind, line = found
                path = self.layout.modules[one.module].path
                others = tuple(_attribute(base, member) for base in outside)
                return Symbol(one.module, f"{one.name}.{member}", kind, path, line, (), others)
        if outside:
            base = outside[0].name
            return Unknown(f"{module}.{name}.{member}", f"may come from the base {base}, outside what is known")
        if hasattr(object, member):
            return External(f"builtins.object.{member}")
        return Unknown(f"{module}.{name}.{member}", f"{name} and its bases do not define it")

    def _linearize(self, module: str, name: str) -> tuple[Meaning, ...]:
        interior = self._interior(module)
        row = interior.classes.get(name)
        line = row.line if row is not None else 0
        own = Symbol(module, name, "class", self.layout.modules[module].path, line)
        bases = [self._base(module, name, text) for text in row.bases] if row is not None else []
        bases = [base for base in bases if base != External("builtins.object")]
        orders = [
            list(self.order(base.module, base.name)) if isinstance(base, Symbol) and base.kind == "class" else [base]
            for base in bases
        ]
        return (own, *_merge([*orders, [_bare(base) for base in bases]]))

    def _base(self, module: str, name: str, text: str) -> Meaning:
        chain = _CHAIN.match(text)
        if chain is None:
            return Unknown(text, "a base class that is an expression")
        scope, _, last = name.rpartition(".")
        meaning = self.lookup(module, scope, chain[0])
        if isinstance(meaning, Symbol) and (meaning.module, meaning.name) == (module, name):
            # `class Handler(Handler)`: the base is what the name meant before.
            rows = self._interior(module).bindings.get(last, ())
            meaning = next((self._bound(module, row) for row in rows if row.kind == "import"), Unknown(text, "its own base"))
        if isinstance(meaning, Symbol) and meaning.kind != "class":
            return Unknown(meaning.dotted, f"a base class that is a {meaning.kind}")
        return _bare(meaning)

    # Cycles

    def _begin(self, *key: str) -> int:
        mark, self._low = self._low, len(self._open)
        self._open[key] = len(self._open)
        return mark

    def _met(self, *key: str) -> None:
        self._low = min(self._low, self._open[key])

    def _end(self, mark: int, *key: str) -> bool:
        """Whether the result may be kept: nothing of it depended on what is still being worked out."""
        depth = self._open.pop(key)
        whole = self._low >= depth
        # What came back from here was cut short by a ring that starts further out.
        self._low = mark if whole else min(mark, self._low)
        return whole


class _Interior:
    """What one module binds, by name; classes and functions are decoded when they are asked for."""

    def __init__(
        self, bindings: Sequence[Binding], classes: Callable[[], Sequence[Class]],
        functions: Callable[[], Sequence[Function]], attributes: Callable[[], Sequence[Attribute]],
        imports: Callable[[], Sequence[ImportStatement]],
    ) -> None:  # fmt: skip
        self._of_classes, self._of_functions, self._of_attributes = classes, functions, attributes
        self._of_imports = imports
        self.bindings: dict[str, list[Binding]] = {}
        self.stars: list[Binding] = []
        self.dynamic = False
        """Whether it binds names that no statement names."""
        for row in bindings:
            if row.kind == "star":
                self.stars.append(row)
            elif row.name == "*":
                self.dynamic = True
            else:
                self.bindings.setdefault(row.name, []).append(row)

    @cached_property
    def classes(self) -> Mapping[str, Class]:
        """By dotted name; the last where a branch defines one twice."""
        return {row.name: row for row in self._of_classes()}

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """By dotted name."""
        return {row.name: row for row in self._of_functions()}

    @cached_property
    def imported(self) -> Mapping[tuple[str, str], str]:
        """(scope, name) -> what an import in a function or class means, as `Binding.target` has it."""
        found: dict[tuple[str, str], str] = {}
        for row in self._of_imports():
            if not row.scope:
                continue
            base = f"{'.' * row.level}{row.module}"
            for name, bound in row.names:
                found[row.scope, bound] = f"{base}{name}" if base.endswith(".") else f"{base}.{name}"
            if row.bound:
                found[row.scope, row.bound] = row.module if row.bound != row.module.partition(".")[0] else row.bound
        return found

    @cached_property
    def _members(self) -> Mapping[str, Mapping[str, tuple[SymbolKind, int]]]:
        """Class -> what its body and its methods bind, definitions before assignments."""
        members: dict[str, dict[str, tuple[SymbolKind, int]]] = {}
        for function in self._of_functions():
            if function.owner:
                kind: SymbolKind = "attribute" if function.kind == "property" else "method"
                members.setdefault(function.owner, {}).setdefault(function.name.rpartition(".")[2], (kind, function.line))
        for row in self._of_classes():
            owner, _, name = row.name.rpartition(".")
            if owner in self.classes:
                members.setdefault(owner, {}).setdefault(name, ("class", row.line))
        for attribute in self._of_attributes():
            members.setdefault(attribute.owner, {}).setdefault(attribute.name, ("attribute", attribute.line))
        return members

    def member(self, owner: str, name: str) -> tuple[SymbolKind, int] | None:
        """Kind and line of what a class itself defines under a name."""
        found = self._members.get(owner)
        return found.get(name) if found is not None else None

    def class_around(self, scope: str) -> str:
        """The innermost class that a scope stands in; "" when there is none."""
        while scope and scope not in self.classes:
            scope = scope.rpartition(".")[0]
        return scope

    @cached_property
    def _headers(self) -> Mapping[tuple[str, str], Sequence[tuple[int, int, Literal["base", "decorator"]]]]:
        """(scope, chain) -> the lines between which it stands as a base or a decorator."""
        headers: dict[tuple[str, str], list[tuple[int, int, Literal["base", "decorator"]]]] = {}
        for row in (*self._of_classes(), *self._of_functions()):
            scope = row.name.rpartition(".")[0]
            for text in row.decorators:
                if chain := _CHAIN.match(text):
                    first = row.line - _DECORATED * len(row.decorators)
                    headers.setdefault((scope, chain[0]), []).append((first, row.line - 1, "decorator"))
            if isinstance(row, Class):
                for text in row.bases:
                    if chain := _CHAIN.match(text):
                        headers.setdefault((scope, chain[0]), []).append((row.line, row.end, "base"))
        return headers

    def header(self, scope: str, chain: str, line: int) -> Literal["base", "decorator"] | None:
        """Whether a use stands in the head of a class or function definition."""
        for first, last, how in self._headers.get((scope, chain), ()):
            if first <= line <= last:
                return how
        return None


_CHAIN: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?![\w(])")
_DECORATED: Final = 12
"""How many lines above its definition a decorator may start, for each decorator."""

_OF_EVERY_MODULE: Final = frozenset({
    "__name__", "__doc__", "__file__", "__path__", "__package__", "__spec__", "__loader__", "__dict__", "__builtins__",
    "__cached__", "__annotations__", "__class__",
})  # fmt: skip


def _candidates(rows: Sequence[Binding]) -> Sequence[Binding]:
    """The ways of binding that may be the one in force, definitions and imports before assignments.

    A definition or import that runs unconditionally replaces those before it. An assignment does not: it wraps what it
    takes (`f = register(f)`), or is what a failing import falls back on.
    """
    if len(rows) == 1:
        return rows
    defining = [row for row in rows if row.kind in ("class", "function", "import")]
    last = max((number for number, row in enumerate(defining) if not row.conditional), default=0)
    return [*defining[last:], *(row for row in rows if row.kind not in ("class", "function", "import"))]


def _through(module: str, meaning: Meaning) -> Meaning:
    """The same meaning, reached through one more module."""
    if not isinstance(meaning, Symbol):
        return meaning
    return msgspec.structs.replace(meaning, via=(module, *meaning.via))


def _bare(meaning: Meaning) -> Meaning:
    """The same meaning without the way to it, so that equal ones compare equal."""
    if isinstance(meaning, Symbol) and (meaning.via or meaning.alternatives):
        return msgspec.structs.replace(meaning, via=(), alternatives=())
    return meaning


def _attribute(meaning: Meaning, name: str) -> Meaning:
    match meaning:
        case External(name=base):
            return External(f"{base}.{name}")
        case Unknown(name=base, reason=reason):
            return Unknown(f"{base}.{name}", reason)
        case _:
            return Unknown(f"{meaning.dotted}.{name}", "an attribute of something that is no class")


def _merge(orders: Sequence[Sequence[Meaning]]) -> Iterator[Meaning]:
    """C3: the first head that stands in no other tail; the first head of all where there is none."""
    left = [list(order) for order in orders if order]
    while left:
        head = next(
            (order[0] for order in left if not any(order[0] in other[1:] for other in left)), left[0][0]
        )  # fmt: skip
        yield head
        left = [rest for order in left if (rest := [one for one in order if one != head])]
