"""The facts that imports are told from, module by module, in the order in which they happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final, Literal, NamedTuple

from overhaul.facts import Binding, Class, Export, Facts, Function, Import, ImportStatement, Step, UsedName
from overhaul.layout import Layout

_LONGEST_TRAIL: Final = 8


class Meaning(NamedTuple):
    """What a name stands for: a module of the project (`name` is ""), or what one of them defines."""

    module: str
    name: str


class World:
    """The facts that imports are told from."""

    def __init__(
        self, layout: Layout, steps: Facts[Step], statements: Facts[ImportStatement], bindings: Facts[Binding],
        exports: Facts[Export], uses: Facts[UsedName], classes: Facts[Class], functions: Facts[Function],
    ) -> None:  # fmt: skip
        """Facts are decoded for the modules that take part."""
        self.layout = layout
        self._steps = steps
        self._statements = statements
        self._bindings = bindings
        self._exports = exports
        self._uses = uses
        self._classes = classes
        self._functions = functions
        self._class_names: dict[str, frozenset[str]] = {}
        self._offered: dict[str, dict[str, Binding]] = {}
        self._bodies: dict[tuple[str, str], list[Step]] = {}
        self._programs: dict[str, list[Step]] = {}
        self.through: set[str] = set()
        """Modules whose steps or names were asked for."""
        self.called: set[tuple[str, str]] = set()
        """Functions whose bodies were asked for."""

    def written(self, row: Import) -> Iterator[tuple[ImportStatement, set[str]]]:
        """The statements that an edge of the import graph stands for, each with the names it binds for that edge."""
        for statement in self._statements[row.importer]:
            if statement.line != row.line or statement.kind != row.kind:
                continue
            base = "." * statement.level + statement.target
            target = self.absolute(row.importer, base)
            dot = "." if statement.target else ""
            # A name is an edge to the submodule that it stands for, else to the module it is taken from.
            bound = {
                name
                for taken, name in statement.names
                if ((taken != "*" and self.absolute(row.importer, f"{base}{dot}{taken}")) or target) == row.imported
            }
            if bound or (target == row.imported and not statement.names):
                yield statement, bound or ({statement.bound} if statement.bound else set())

    def uses(self, module: str) -> Sequence[UsedName]:
        """The names that a module's scopes use."""
        return self._uses[module]

    def is_function(self, module: str, scope: str) -> bool:
        """Whether a scope's body runs later than at import: it is, or stands in, a function of the module."""
        if not scope:
            return False
        if scope.endswith("<lambda>"):
            return True
        classes = self._classes_of(module)
        parts = scope.split(".")
        return any(".".join(parts[: number + 1]) not in classes for number in range(len(parts)))

    def _classes_of(self, module: str) -> frozenset[str]:
        found = self._class_names.get(module)
        if found is None:
            found = self._class_names[module] = frozenset(row.name for row in self._classes[module])
        return found

    def program(self, module: str) -> list[Step]:
        """The steps of a module's body, with the dynamic imports in their places."""
        self.through.add(module)
        found = self._programs.get(module)
        if found is None:
            found = [*self._steps[module]] if self.layout.modules[module].kind == "source" else []
            dynamic = [row for row in self._statements[module] if row.kind == "dynamic" and row.at_import]
            if dynamic and found:
                found += [_dynamic(row) for row in dynamic]
                found.sort(key=lambda step: step.line)
            self._programs[module] = found
        return found

    def body(self, module: str, scope: str) -> Sequence[Step]:
        """The steps of a function's body, where they are sure to be taken; a module's `__getattr__` is taken whole."""
        key = module, scope
        self.called.add(key)
        found = self._bodies.get(key)
        if found is None:
            straight = [row.straight for row in self._functions[module] if row.name == scope]
            # Of several definitions, which one a call finds is not known.
            if straight != [True] and scope != "__getattr__":
                found = self._bodies[key] = []
                return found
            lines: list[tuple[int, int, Step]] = []
            for row in self._statements[module]:
                if row.scope == scope and row.kind in ("deferred", "dynamic"):
                    lines += ((row.line, 0, step) for step in _steps_of(row))
            lazy = (row for row in self._statements[module] if row.kind == "lazy")
            late = {step.name: step for row in lazy for step in _steps_of(row)}
            for used in self._uses[module]:
                if used.scope == scope and used.how in ("load", "call", "store"):
                    if (first := late.get(used.name.partition(".")[0])) is not None:
                        # What is imported lazily is loaded by the first use.
                        lines.append((used.lines[0], 0, first))
                    act = "call" if used.how == "call" else "load"
                    step = Step(line=used.lines[0], act=act, name=used.name, target="", taken="", maybe=True, caught="")  # type: ignore[arg-type]
                    lines.append((used.lines[0], 1, step))
            found = self._bodies[key] = [step for _, _, step in sorted(lines, key=lambda one: one[:2])]
        return found

    def offered(self, module: str) -> Mapping[str, Binding]:
        """The names that a module's body binds in the end, stars apart."""
        self.through.add(module)
        found = self._offered.get(module)
        if found is None:
            found = dict[str, Binding]()
            for row in self._bindings[module]:
                if row.kind != "declaration":
                    found.setdefault(row.name, row)
            self._offered[module] = found
        return found

    def defined(self, module: str) -> frozenset[str]:
        """The functions and classes that a module's body binds first of all that it binds under their names."""
        return frozenset(name for name, row in self.offered(module).items() if row.kind in ("function", "class"))

    def essence(self, module: str, but: Set[str] = frozenset()) -> Iterator[object]:
        """All that is told of a module's body, whatever the lines: `program`, `offered`, `listed`, stars.

        What `but` names is left out where it is defined.
        """
        for step in self.program(module):
            if step.act != "bind" or step.name not in but:
                yield without_line(step)
        for name, row in self.offered(module).items():
            if name not in but:
                yield name, row.kind, row.target
        yield [row.target for row in self._bindings[module] if row.kind == "star"]
        yield self.listed(module)

    def public(self, module: str, depth: int = 0) -> set[str]:
        """The names that `from module import *` binds in the end."""
        listed = self.listed(module)
        if listed is not None:
            return {*listed}
        names = {name for name in self.offered(module) if not name.startswith("_") and name != "*"}
        if depth < _LONGEST_TRAIL:
            for row in self._bindings[module]:
                if row.kind == "star" and (target := self.absolute(module, row.target)) is not None:
                    names |= self.public(target, depth + 1)
        return names

    def listed(self, module: str) -> tuple[str, ...] | None:
        """`__all__`, when a module has one."""
        self.through.add(module)
        rows = self._exports[module]
        return rows[0].names if rows else None

    def absolute(self, module: str, written: str) -> str | None:
        """The project's module that `written`, with its leading dots, means in `module`."""
        bare = written.lstrip(".")
        level = len(written) - len(bare)
        dotted = self.layout.resolve_relative(module, level, bare) if level else bare
        return self.layout.locate(dotted, module) if dotted else None

    def submodule(self, package: str, name: str) -> str | None:
        """The module `package.name`, if the project has one."""
        place = self.layout.modules.get(f"{package}.{name}")
        return place.module if place is not None else None

    def meaning(self, module: str, name: str, depth: int = 0) -> Meaning | None:
        """What a name of a completely imported module stands for; None for a value that facts say nothing about."""
        if depth > _LONGEST_TRAIL:
            return None
        row = self.offered(module).get(name)
        if row is None:
            if (submodule := self.submodule(module, name)) is not None:
                return Meaning(submodule, "")
            for star in self._bindings[module]:
                if star.kind == "star" and (target := self.absolute(module, star.target)) is not None:
                    found = self.meaning(target, name, depth + 1)
                    if found is not None:
                        return found
            return None
        if row.kind in ("class", "function"):
            return Meaning(module, name)
        if row.kind != "import":
            return None
        target = self.absolute(module, row.target)
        if target is not None:
            return Meaning(target, "")
        base, _, taken = row.target.rpartition(".")
        if row.target.startswith(".") and not base.strip("."):
            base = row.target[: len(row.target) - len(row.target.lstrip("."))]
        source = self.absolute(module, base) if base else None
        return self.meaning(source, taken, depth + 1) if source is not None else None


def without_line(step: Step) -> tuple[str, str, str, str, bool, str]:
    """A step, wherever it stands."""
    return step.act, step.name, step.target, step.taken, step.maybe, step.caught


def _caught(row: ImportStatement) -> Literal["", "imports"]:
    return "imports" if row.caught else ""


def _dynamic(row: ImportStatement) -> Step:
    target = "." * row.level + row.target
    return Step(
        line=row.line, act="import", name=row.bound, target=target, taken="as", maybe=False, caught=_caught(row)
    )  # fmt: skip


def _steps_of(row: ImportStatement) -> Iterator[Step]:
    target = "." * row.level + row.target
    if row.kind == "dynamic":
        yield _dynamic(row)
    elif not row.names:
        given = "as" if row.bound != row.target.partition(".")[0] else ""
        yield Step(
            line=row.line, act="import", name=row.bound, target=target, taken=given, maybe=True, caught=_caught(row)
        )  # fmt: skip
    for taken, bound in row.names:
        yield Step(line=row.line, act="from", name=bound, target=target, taken=taken, maybe=True, caught=_caught(row))
