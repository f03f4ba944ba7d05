"""What names mean: from a module, a scope and a chain of names to what the project defines."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from overhaul.facts import Binding, Class, Facts
from overhaul.layout import Layout
from overhaul.naming.meanings import CHAIN, External, Meaning, Symbol, SymbolKind, Unknown
from overhaul.naming.offers import OF_EVERY_MODULE, Offers


class Resolver(Offers):
    """Looks names up in facts, which are decoded module by module when a name leads there.

    A dotted name is looked up as Python does when it runs: what a module binds itself comes before what star imports
    bring, and that before submodules, whether or not anything has imported them.
    """

    def __init__(self, layout: Layout, *facts: Facts[Any]) -> None:
        """`facts` are the tables of `reads`, in that order."""
        super().__init__(layout, *facts)
        self._members: dict[tuple[str, str], Meaning] = {}
        self._orders: dict[tuple[str, str], tuple[Meaning, ...]] = {}
        self._resolved: dict[str, Meaning] = {}

    # Names

    def resolve(self, dotted: str, importer: str = "") -> Meaning:
        """What an absolute dotted name means, where the module `importer` uses it, or by the modules' own names.

        The longest beginning that is a module wins: `a.b.c` is the submodule even where `a.b` has another `c`.
        Raises KeyError for an importer that is no module of the layout.
        """
        if importer:
            return self._resolve(dotted, importer)
        found = self._resolved.get(dotted)
        if found is None:
            found = self._resolved[dotted] = self._resolve(dotted, "")
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
        *_, meaning = self.trail(module, scope, name.split("."))
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

    # How it is worked out

    def _resolve(self, dotted: str, importer: str) -> Meaning:
        parts = dotted.split(".")
        first: Meaning | None = None
        for count in range(len(parts), 0, -1):
            start = ".".join(parts[:count])
            module = self.locate(start, importer) if importer else (start if start in self.layout.modules else None)
            if module is None:
                continue
            meaning = self._walk(self._module(module), parts[count:])
            if not isinstance(meaning, Unknown):
                return meaning
            first = first or meaning
        if first is not None:
            return first
        return self._outside(dotted, importer) if importer else External(dotted)

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

    def trail(self, module: str, scope: str, parts: Sequence[str]) -> Iterator[Meaning]:
        """What each beginning of a chain of names means, shortest first."""
        root = parts[0]
        around = self.interior(module).class_around(scope) if root in ("self", "cls") else ""
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
        if isinstance(found, Unknown):
            return Unknown(name, self.gap(module) or f"{module} does not bind it")
        return found

    def _local(self, module: str, scope: str, name: str) -> Meaning | None:
        """What a name means that one of the scopes around binds."""
        interior = self.interior(module)
        around = scope
        while around:
            if around == scope or around not in interior.classes:
                if (target := interior.imported.get((around, name))) is not None:
                    return self.target(module, target, "")
                inner = f"{around}.{name}"
                if (row := interior.classes.get(inner) or interior.functions.get(inner)) is not None:
                    kind: SymbolKind = "class" if isinstance(row, Class) else "function"
                    return Symbol(module, inner, kind, self.path(module), row.line)
                function = interior.functions.get(around)
                if function is not None and any(one.name == name for one in function.parameters):
                    return Unknown(name, f"a parameter of {around}")
            around = around.rpartition(".")[0]
        return None

    def _find_member(self, module: str, name: str) -> Meaning:
        rows = self.interior(module).bindings.get(name, ())
        if rows:
            return self._choose([self._bound(module, row) for row in _candidates(rows)])
        source = self.names(module).get(name)
        if source is not None:
            return _through(module, self.member(source, name))
        submodule = self._submodule(module, name)
        if submodule is not None:
            return submodule
        if name in OF_EVERY_MODULE:
            return External(f"types.ModuleType.{name}")
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
            return _through(module, self.target(module, row.target, row.name))
        kind: SymbolKind = row.kind if row.kind in ("class", "function") else "variable"
        return Symbol(module, row.name, kind, self.path(module), row.line)

    def target(self, module: str, target: str, bound: str) -> Meaning:
        """What an import's target means; `bound` is the name it gets at the top level of its module, "" elsewhere."""
        absolute = self.absolute(module, target)
        if absolute is None:
            return Unknown(target, "a relative import above the topmost package")
        package, _, name = absolute.rpartition(".")
        if not package:
            found = self.locate(absolute, module)
            return self._module(found) if found is not None else self._outside(absolute, module)
        container = self.locate(package, module)
        if container is None:
            return self._outside(absolute, module)
        if container == module and name == bound:
            return self._submodule(module, name) or Unknown(absolute, "imports itself")
        return self.member(container, name)

    def taken(self, module: str, target: str, name: str) -> Meaning:
        """What `name` means in `from target import name`."""
        return self.target(module, f"{target}{name}" if target.endswith(".") else f"{target}.{name}", name)

    def _outside(self, dotted: str, importer: str) -> Meaning:
        if not self.layout.is_first_party(dotted, importer) or self.extended(self._nearest(dotted, importer)):
            return External(dotted)
        return Unknown(dotted, "the project has no such module")

    def _nearest(self, dotted: str, importer: str) -> str:
        """The module that the longest beginning of a name means which means one; "" when none does."""
        found = self.layout.prefix(dotted, importer)
        return found[0] if found is not None else ""

    # Classes

    def _class_member(self, module: str, name: str, member: str) -> Meaning:
        outside: list[Meaning] = []
        for one in self.order(module, name):
            if not isinstance(one, Symbol):
                outside.append(one)
                continue
            found = self.interior(one.module).member(one.name, member)
            if found is not None:
                kind, line = found
                path = self.path(one.module)
                others = tuple(_attribute(base, member) for base in outside)
                return Symbol(one.module, f"{one.name}.{member}", kind, path, line, (), others)
        if outside:
            base = outside[0].name
            return Unknown(f"{module}.{name}.{member}", f"may come from the base {base}, outside what is known")
        if hasattr(object, member):
            return External(f"builtins.object.{member}")
        return Unknown(f"{module}.{name}.{member}", f"{name} and its bases do not define it")

    def _linearize(self, module: str, name: str) -> tuple[Meaning, ...]:
        interior = self.interior(module)
        row = interior.classes.get(name)
        line = row.line if row is not None else 0
        own = Symbol(module, name, "class", self.path(module), line)
        bases = [self._base(module, name, text) for text in row.bases] if row is not None else []
        bases = [base for base in bases if base != External("builtins.object")]
        orders: list[Sequence[Meaning]] = [
            list(self.order(base.module, base.name)) if isinstance(base, Symbol) and base.kind == "class" else [base]
            for base in bases
        ]
        above = _merged(orders, [_bare(base) for base in bases])
        if row is not None and any(keyword == "metaclass" for keyword, _ in row.keywords):
            # What a metaclass adds is looked for last, when nothing else has been found.
            chosen = next(text for keyword, text in row.keywords if keyword == "metaclass")
            if chosen not in ("ABCMeta", "abc.ABCMeta"):
                return (own, *above, Unknown(chosen, "its metaclass"))
        return (own, *above)

    def _base(self, module: str, name: str, text: str) -> Meaning:
        chain = CHAIN.match(text)
        if chain is None:
            return Unknown(text, "a base class that is an expression")
        scope, _, last = name.rpartition(".")
        meaning = self.lookup(module, scope, chain[0])
        if isinstance(meaning, Symbol) and (meaning.module, meaning.name) == (module, name):
            # `class Handler(Handler)`: the base is what the name meant before.
            rows = self.interior(module).bindings.get(last, ())
            before = (self._bound(module, row) for row in rows if row.kind == "import")
            meaning = next(before, Unknown(text, "its own base"))
        if isinstance(meaning, Symbol) and meaning.kind != "class":
            return Unknown(meaning.dotted, f"a base class that is a {meaning.kind}")
        return _bare(meaning)



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


def _merged(orders: Sequence[Sequence[Meaning]], bases: Sequence[Meaning]) -> Sequence[Meaning]:
    """The orders of some bases as one."""
    if len(bases) == 1:
        # Nearly all classes have one base: its order stands as it is, unless that has something twice: itself, if it is
        # its own ancestor, or at the end a metaclass that is said again.
        (only,) = orders
        if only and only[0] == bases[0] and only[0] not in only[1:] and only[-1] not in only[1:-1]:
            return only
    return tuple(_merge([*orders, bases]))


def _merge(orders: Sequence[Sequence[Meaning]]) -> Iterator[Meaning]:
    """C3: the first head that stands in no other tail; the first head of all where there is none."""
    left: list[list[Meaning]] = [list(order) for order in orders if order]
    while left:
        head = next(
            (order[0] for order in left if not any(order[0] in other[1:] for other in left)), left[0][0]
        )  # fmt: skip
        yield head
        left = [rest for order in left if (rest := [one for one in order if one != head])]
