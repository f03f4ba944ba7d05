"""Which names a module offers to those who import from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from overhaul.facts import Attribute, Binding, Class, Export, Facts, Function, ImportStatement, Row, UsedName
from overhaul.layout import Layout
from overhaul.naming.meanings import External, Interior, Symbol, Unknown


class Offers:
    """What modules bind, from facts that are decoded module by module when somebody asks."""

    reads: Final[tuple[type[Row], ...]] = (Binding, Export, Class, Function, Attribute, ImportStatement, UsedName)

    def __init__(self, layout: Layout, *facts: Facts[Any]) -> None:
        """`facts` are the tables of `reads`, in that order."""
        self.layout = layout
        self._bindings: Facts[Binding] = facts[0]
        self.exports: Facts[Export] = facts[1]
        self._classes: Facts[Class] = facts[2]
        self._functions: Facts[Function] = facts[3]
        self._attributes: Facts[Attribute] = facts[4]
        self.imports: Facts[ImportStatement] = facts[5]
        self.used: Facts[UsedName] = facts[6]
        self.tables = (
            self._bindings, self.exports, self._classes, self._functions, self._attributes, self.imports, self.used,
        )  # fmt: skip
        """Those of `reads`, in that order."""
        self._interiors: dict[str, Interior] = {}
        self._names: dict[str, Mapping[str, str]] = {}
        self._gaps: dict[str, str] = {}
        self._open: dict[object, int] = {}
        """What is being worked out, by depth: what is met again in there is a cycle."""
        self._low = 0

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
        own = self.interior(module).bindings
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
        if name in OF_EVERY_MODULE or name in self.names(module) or self._submodule(module, name) is not None:
            return True
        return None if self.gap(module) else False

    def gap(self, module: str) -> str:
        """Why a module may have names that its source does not show; "" when it has not."""
        seen = {module}
        waiting = [module]
        while waiting:
            one = waiting.pop()
            found = self._gaps.get(one)
            if found is None:
                found = self._gaps[one] = self._find_gap(one)
            if found:
                return found
            for target in self._stars(one):
                if isinstance(target, str) and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return ""

    def unread(self, module: str) -> bool:
        """Whether a module has a source that could not be read or parsed, so that anything may stand in it."""
        place = self.layout.modules[module]
        written = place.kind in ("source", "stub") or (place.kind == "opaque" and place.stub is not None)
        return written and not self._bindings.parsed(module)

    def declared(self, module: str, name: str) -> int:
        """The line of the annotation that is all a module has of a name, which it does not bind; 0 if there is more."""
        rows = self.interior(module).bindings.get(name)
        if not rows or self.layout.modules[module].kind != "source" or any(row.kind != "declaration" for row in rows):
            return 0
        starred = any(isinstance(one, str) and one != module and name in self._exported(one)
                      for one in self._stars(module))  # fmt: skip
        return 0 if starred or self._submodule(module, name) is not None or self.gap(module) else rows[0].line

    def path(self, module: str) -> str:
        """The file that a module's facts, and so their lines, are from: of an extension module its stub."""
        place = self.layout.modules[module]
        return place.stub if place.kind == "opaque" and place.stub is not None else place.path

    def extended(self, package: str) -> str:
        """How a package takes in submodules from elsewhere, by its `__path__`; "" when it does not."""
        if not package or not self.layout.modules[package].package:
            return ""
        if rows := self.interior(package).bindings.get("__path__"):
            return f"{package} sets __path__ (line {rows[0].line})"
        for row in self.used[package]:
            if row.name in EXTENDING:
                return f"{package} uses {row.name} (line {row.lines[0]})"
        return ""

    def absolute(self, module: str, target: str) -> str | None:
        """The absolute name of an import's target as it is written; None for one above the topmost package."""
        level = len(target) - len(target.lstrip("."))
        return self.layout.resolve_relative(module, level, target[level:]) if level else target

    def locate(self, dotted: str, importer: str) -> str | None:
        """The module an absolute name means in `importer`; None if the project has no such module."""
        found = self.layout.locate(dotted, importer)
        # What a relative import means is a module's own name, which need not be importable from its place.
        return dotted if found is None and dotted in self.layout.modules else found

    def _module(self, module: str) -> Symbol:
        return Symbol(module, "", "module", self.path(module), 1)

    def _submodule(self, module: str, name: str) -> Symbol | None:
        if not self.layout.modules[module].package:
            return None
        dotted = f"{module}.{name}"
        if dotted in self.layout.modules:
            return self._module(dotted)
        found = self.layout.locate(dotted, module)
        return self._module(found) if found is not None else None

    def interior(self, module: str) -> Interior:
        """What a module binds."""
        found = self._interiors.get(module)
        if found is None:
            found = self._interiors[module] = Interior(
                self._bindings[module], lambda: self._classes[module], lambda: self._functions[module],
                lambda: self._attributes[module], lambda: self.imports[module],
            )  # fmt: skip
        return found

    def attribute_rows(self, module: str) -> Sequence[Attribute]:
        """Where the attributes of a module's classes are assigned or declared."""
        return self._attributes[module]

    def _stars(self, module: str) -> Iterator[str | External | Unknown]:
        """The modules whose names star imports take over, the last first, for it wins."""
        for row in reversed(self.interior(module).stars):
            absolute = self.absolute(module, row.target)
            if absolute is None:
                yield Unknown(row.target, "a relative import above the topmost package")
                continue
            found = self.locate(absolute, module)
            if found is not None:
                yield found
            elif self.layout.is_first_party(absolute, module):
                yield Unknown(absolute, "the project has no such module")
            else:
                yield External(absolute)

    def _exported(self, module: str) -> Iterable[str]:
        rows = self.exports[module]
        if not rows:
            return [name for name in self.names(module) if not name.startswith("_")]
        exported = [name for row in rows for name in row.names]
        complete = all(row.complete for row in rows)
        for other in (name for row in rows for name in row.others):
            listed = self._listed(module, other)
            complete = complete and listed is not None
            exported += listed or ()
        if not complete:
            # Some names are missing from what was understood: any may be among them.
            exported += self.names(module)
        return dict.fromkeys(exported)

    def _listed(self, module: str, other: str) -> Iterable[str] | None:
        """The names in the `__all__` of another module, as the chain `other` names it in this one."""
        root, _, rest = other.partition(".")
        for row in self.interior(module).bindings.get(root, ()):
            absolute = self.absolute(module, row.target) if row.kind == "import" else None
            owner, _, last = f"{absolute}.{rest}".rstrip(".").rpartition(".")
            found = self.locate(owner, module) if absolute and last == "__all__" else None
            if found is not None and found != module and not self.unread(found):
                return self._exported(found)
        return None

    def _find_gap(self, module: str) -> str:
        place = self.layout.modules[module]
        if place.kind == "opaque" and place.stub is None:
            return f"{module} is an extension module"
        if place.kind == "namespace":
            return f"{module} is a namespace package"
        if self.unread(module):
            return f"{module} could not be parsed"
        interior = self.interior(module)
        if "__getattr__" in interior.bindings:
            return f"{module} has __getattr__"
        if interior.dynamic:
            return f"{module} binds names through globals()"
        if extended := self.extended(module):
            return extended
        for target in self._stars(module):
            match target:
                case External(name=name):
                    return f"{module} has a star import from {name}"
                case Unknown(name=name):
                    return f"{module} has a star import from {name}, which does not resolve"
        return ""

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


EXTENDING: Final = frozenset({
    "__path__.append", "__path__.extend", "__path__.insert", "pkgutil.extend_path", "extend_path",
    "pkg_resources.declare_namespace", "declare_namespace",
})  # fmt: skip

# What the import system sets in every module.
OF_EVERY_MODULE: Final = frozenset({
    "__name__", "__doc__", "__file__", "__path__", "__package__", "__spec__", "__loader__", "__dict__", "__builtins__",
    "__cached__", "__annotations__", "__class__",
})  # fmt: skip
