"""What happens when modules are imported in some order: told from facts, without importing anything.

Python's import system as the language reference gives it (`The import system`, section 5): a module is put into
`sys.modules` before its body runs, a package runs before its submodules, a submodule becomes an attribute of its
package when its body has run to the end, and `from m import n` falls back to the submodule `m.n`. An import cycle fails
when a name is taken from a module whose body has not come to the place that binds it.
"""

from __future__ import annotations

import builtins
import contextlib
import sys
from collections.abc import Callable, Collection, Generator, Iterator
from typing import Final, NamedTuple

from overhaul.facts import Step
from overhaul.importing.world import Meaning, World

_DEEPEST_CALL: Final = 5
_FRAMES: Final = 200_000
_BUILTINS: Final = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__path__", "__spec__", "__package__"}


class NotBound(Exception):
    """A name is taken from a module that does not have it yet."""

    def __init__(self, module: str, line: int, name: str, source: str, *, importing: bool, certain: bool) -> None:
        """`module`:`line` takes `name` from `source`.

        `importing`: it is an import statement that fails (ImportError), else a use (AttributeError or NameError); not
        `certain` when it hangs on a branch or on a called function.
        """
        super().__init__(f"{module}:{line} takes {name} from {source}")
        self.module = module
        self.line = line
        self.name = name
        self.source = source
        self.importing = importing
        self.certain = certain
        self.order: tuple[str, ...] = ()


class Running:
    """A module whose body has been begun."""

    __slots__ = ("bound", "done", "means", "stars")

    def __init__(self) -> None:
        """Nothing is bound yet."""
        self.bound: set[str] = set()
        self.means: dict[str, Meaning] = {}
        self.stars: set[str] = set()
        """Names that a star import would have bound, had its module been complete."""
        self.done = False

    def copy(self) -> Running:
        """A copy that can run on by itself."""
        other = Running()
        other.bound = set(self.bound)
        other.means = dict(self.means)
        other.stars = set(self.stars)
        other.done = self.done
        return other


_DONE: Final = Running()
_DONE.done = True


class _Clean(NamedTuple):
    """What an import does that came across nothing begun before it: it goes the same way in another state."""

    loaded: frozenset[str]
    """All that is complete after it for its sake."""
    looked_at: frozenset[str]
    """What it looks into without importing it."""


class Interpreter:
    """One run of the import system, from the first importer on.

    Only modules in `scope` are run; any other counts as imported at once and completely.
    """

    def __init__(self, world: World, scope: Collection[str]) -> None:
        """Start with nothing imported."""
        self._world = world
        self._scope = scope
        self.modules: dict[str, Running] = {}
        self.order: list[str] = []
        self._stack: list[str] = []
        self._lowest: list[int] = []
        """For each module on the stack: the lowest place of the stack that its import has come across."""
        self._leaned: list[set[str]] = []
        """For each module on the stack: modules that its import needs, but that were complete before it."""
        self._looked_at: list[set[str]] = []
        """For each module on the stack: modules whose attributes it takes without importing them."""
        self._clean: dict[str, _Clean] = {}
        """Imports that go the same way whenever none of what they load or look at is on the stack. What such an import
        leaned on must itself be clean, since another first importer may come without it. Shared by all copies."""
        self._calls: list[tuple[str, str]] = []
        self.passed: Callable[[NotBound], bool] = lambda _: False
        """Failures that are none of ours: the import goes on as if the name had been there."""

    def copy(self) -> Interpreter:
        """The state after a complete import, to go on from."""
        other = Interpreter(self._world, self._scope)
        other.modules = {name: module if module.done else module.copy() for name, module in self.modules.items()}
        other.order = [*self.order]
        other.passed = self.passed
        other._clean = self._clean
        return other

    def load(self, module: str) -> None:
        """Import a module after the packages around it. Raises NotBound."""
        running = self.modules.get(module)
        if running is not None:
            if not running.done:
                self._meet(module)
            elif self._leaned and module in self._scope:
                self._leaned[-1].add(module)
            return
        package, _, name = module.rpartition(".")
        if package and package in self._world.layout.modules:
            self.load(package)
            if module in self.modules:
                return
        if module not in self._scope:
            self.modules[module] = _DONE
        elif not self._known(module):
            self._run(module)
        around = self.modules.get(package)
        # For a package that is complete, that the submodule is complete says as much.
        if around is not None and not around.done:
            around.bound.add(name)
            around.means.setdefault(name, Meaning(module, ""))

    def _known(self, module: str) -> bool:
        """Take over what an earlier import of the module has loaded, where it must go the same way again."""
        clean = self._clean.get(module)
        if clean is None or any(begun in clean.loaded or begun in clean.looked_at for begun in self._stack):
            return False
        for one in clean.loaded:
            self.modules.setdefault(one, _DONE)
        if self._leaned:
            self._leaned[-1].add(module)
        return True

    def _run(self, module: str) -> None:
        running = self.modules[module] = Running()
        begun = len(self.order)
        place = len(self._stack)
        self.order.append(module)
        self._stack.append(module)
        self._lowest.append(place)
        self._leaned.append(set())
        self._looked_at.append(set())
        failed = True
        try:
            for step in self._world.program(module):
                self._take(module, step, running.means)
            failed = False
        except NotBound as error:
            del self.modules[module]
            if not error.order:
                error.order = tuple(self.order)
            raise
        finally:
            self._stack.pop()
            lowest = self._lowest.pop()
            if self._lowest:
                self._lowest[-1] = min(self._lowest[-1], lowest)
            loaded = self.order[begun:]
            leaned = self._leaned.pop().difference(loaded)
            looked_at = self._looked_at.pop()
            if self._leaned:
                self._leaned[-1] |= leaned
                self._looked_at[-1] |= looked_at
            if not failed and lowest >= place and not self._calls and leaned <= self._clean.keys():
                earlier = [clean for one in (*loaded, *leaned) if (clean := self._clean.get(one)) is not None]
                whole = set(loaded).union(*(clean.loaded for clean in earlier))
                looked_at = looked_at.union(*(clean.looked_at for clean in earlier))
                self._clean[module] = _Clean(frozenset(whole & self.modules.keys()), frozenset(looked_at))
        running.done = True

    def _meet(self, module: str) -> None:
        """A module that is still running is come across."""
        place = self._stack.index(module) if module in self._stack else 0
        if self._lowest:
            self._lowest[-1] = min(self._lowest[-1], place)

    def _look_at(self, module: str) -> None:
        """A module is looked into that nothing here need have imported; that it is running would make a difference."""
        if self._looked_at and module in self._scope:
            self._looked_at[-1].add(module)

    def _take(self, module: str, step: Step, local: dict[str, Meaning]) -> None:
        """One step in `module`; imported names come to mean something in `local`."""
        try:
            match step.act:
                case "import":
                    self._import(module, step, local)
                case "from":
                    self._from(module, step, local)
                case "star":
                    self._star(module, step)
                case "bind":
                    self._bind(module, step.name)
                case "unbind":
                    self.modules[module].bound.discard(step.name)
                case "load":
                    self._use(module, step, local)
                case "call":
                    meaning = self._use(module, step, local)
                    if meaning is not None and meaning.name:
                        self._call(meaning)
        except NotBound as error:
            caught = step.caught == "all" or (step.caught == "imports" and error.importing)
            if not caught and not self.passed(error):
                raise

    def _fail(self, module: str, step: Step, name: str, source: str) -> None:
        certain = not step.maybe and not self._calls
        raise NotBound(module, step.line, name, source, importing=step.act == "from", certain=certain)

    def _bind(self, module: str, name: str, meaning: Meaning | None = None) -> None:
        running = self.modules[module]
        running.bound.add(name)
        running.means.pop(name, None)
        if meaning is not None:
            running.means[name] = meaning

    def _bind_import(self, module: str, name: str, meaning: Meaning | None, local: dict[str, Meaning]) -> None:
        running = self.modules.get(module)
        if running is not None and local is running.means:
            self._bind(module, name, meaning)
        elif meaning is not None:
            local[name] = meaning

    def _import(self, module: str, step: Step, local: dict[str, Meaning]) -> None:
        target = self._world.absolute(module, step.target)
        if target is not None:
            self.load(target)
        if not step.name:
            return
        bound = target if step.taken else self._world.absolute(module, step.target.partition(".")[0])
        if target is None and bound is not None:
            self.load(bound)
        self._bind_import(module, step.name, Meaning(bound, "") if bound is not None else None, local)

    def _from(self, module: str, step: Step, local: dict[str, Meaning]) -> None:
        target = self._world.absolute(module, step.target)
        if target is None:
            self._bind_import(module, step.name, None, local)
            return
        self.load(target)
        self._bind_import(module, step.name, self._attribute(module, step, target, step.taken, fall_back=True), local)

    def _attribute(self, module: str, step: Step, source: str, name: str, *, fall_back: bool) -> Meaning | None:
        """`source.name`; with `fall_back` as a from-import takes it. Raises NotBound."""
        world = self._world
        running = self.modules.get(source)
        submodule = world.submodule(source, name)
        if running is None or running.done:
            if not fall_back:
                self._look_at(source)
            meaning = running.means.get(name) if running is not None else None
            if meaning is None and submodule is not None and name not in world.offered(source):
                if fall_back:
                    self.load(submodule)
                elif submodule in self.modules and not self.modules[submodule].done:
                    self._meet(submodule)
                    self._fail(module, step, name, source)
                else:
                    self._look_at(submodule)
                return Meaning(submodule, "")
            if meaning is None and "__getattr__" in world.offered(source) and name not in world.offered(source):
                self._ask(module, source, name)
            return meaning or world.meaning(source, name)
        self._meet(source)
        if name in running.bound:
            return running.means.get(name) or self._defined(source, name)
        if "__getattr__" in running.bound:
            self._ask(module, source, name)
            return None
        if submodule is not None and fall_back:
            self.load(submodule)
            return Meaning(submodule, "")
        if submodule is not None and (submodule in self.modules or self._comes_by_import(source, submodule)):
            self._fail(module, step, name, source)
        row = world.offered(source).get(name)
        if row is not None and row.kind == "global":
            # Bound by a function, whenever that is called.
            return None
        later = row is not None or "__getattr__" in world.offered(source)
        if later or name in running.stars or self._comes_by_star(source, name):
            self._fail(module, step, name, source)
        return None

    def _ask(self, module: str, source: str, name: str) -> None:
        """A module's `__getattr__` answers: what it imports for this name is imported. Raises NotBound."""
        call = source, "__getattr__"
        if call in self._calls or len(self._calls) >= _DEEPEST_CALL:
            return
        self._calls.append(call)
        try:
            for step in self._world.body(source, "__getattr__"):
                if step.act == "from" and name in (step.taken, step.name):
                    self._take(source, step, {})
        finally:
            self._calls.pop()

    def _comes_by_import(self, module: str, submodule: str) -> bool:
        """Whether a module's body imports its submodule at some time."""
        name = submodule.rpartition(".")[2]
        for step in self._world.program(module):
            target = self._world.absolute(module, step.target) if step.act in ("import", "from") else None
            if target is not None and (target == submodule or (target == module and step.taken == name)):
                return True
        return False

    def _defined(self, module: str, name: str) -> Meaning | None:
        row = self._world.offered(module).get(name)
        if row is not None and row.kind in ("class", "function"):
            return Meaning(module, name)
        return None

    def _comes_by_star(self, module: str, name: str) -> bool:
        """Whether a star import that is still to come binds the name."""
        for step in self._world.program(module):
            target = self._world.absolute(module, step.target) if step.act == "star" else None
            if target is not None and name in self._world.public(target):
                return True
        return False

    def _star(self, module: str, step: Step) -> None:
        target = self._world.absolute(module, step.target)
        if target is None:
            return
        self.load(target)
        here = self.modules[module]
        there = self.modules.get(target)
        listed = self._world.listed(target)
        if there is None or there.done:
            for name in self._world.public(target) if listed is None else listed:
                submodule = self._world.submodule(target, name) if listed is not None else None
                if submodule is not None and name not in self._world.offered(target):
                    self.load(submodule)
                    if not self.modules[submodule].done:
                        # A star has no way around the package's attribute.
                        self._fail(module, step, name, target)
                meaning = there.means.get(name) if there is not None else None
                self._bind(module, name, meaning or self._world.meaning(target, name))
            return
        if listed is not None and "__all__" in there.bound:
            for name in listed:
                if name not in there.bound:
                    submodule = self._world.submodule(target, name)
                    if submodule is not None:
                        self.load(submodule)
                    elif name in self._world.offered(target):
                        self._fail(module, step, name, target)
                self._bind(module, name, there.means.get(name) or self._defined(target, name))
            return
        for name in sorted(there.bound):
            if not name.startswith("_"):
                self._bind(module, name, there.means.get(name) or self._defined(target, name))
        here.stars |= self._world.public(target) - here.bound

    def _use(self, module: str, step: Step, local: dict[str, Meaning]) -> Meaning | None:
        """Evaluate a chain of names; what it stands for, as far as that is known. Raises NotBound."""
        root, *rest = step.name.split(".")
        running = self.modules.get(module)
        meaning = local.get(root)
        if meaning is None and running is not None:
            if not running.done and root not in running.bound:
                elsewhere = running is not (self.modules.get(self._stack[-1]) if self._stack else None)
                known = root in running.stars or (elsewhere and root in self._world.offered(module))
                if known and root not in _BUILTINS and "*" not in root:
                    self._fail(module, step, root, module)
                return None
            meaning = running.means.get(root) or (
                self._world.meaning(module, root) if running.done else self._defined(module, root)
            )
        elif meaning is None:
            meaning = self._world.meaning(module, root)
        for number, name in enumerate(rest):
            if meaning is None:
                return None
            if meaning.name:
                return Meaning(meaning.module, ".".join((meaning.name, *rest[number:])))
            meaning = self._attribute(module, step, meaning.module, name, fall_back=False)
        return meaning

    def _call(self, meaning: Meaning) -> None:
        """Run the body of a function, or of what makes an instance of a class. Raises NotBound."""
        module, name = meaning
        if len(self._calls) >= _DEEPEST_CALL:
            return
        running = self.modules.get(module)
        if running is not None and not running.done:
            self._meet(module)
        else:
            self._look_at(module)
        scopes = [name]
        row = self._world.offered(module).get(name)
        if row is not None and row.kind == "class":
            scopes = [f"{name}.{method}" for method in ("__new__", "__init__", "__post_init__")]
        for scope in scopes:
            call = module, scope
            if call in self._calls:
                continue
            self._calls.append(call)
            try:
                local: dict[str, Meaning] = {}
                for step in self._world.body(module, scope):
                    self._take(module, step, local)
            finally:
                self._calls.pop()


class Attempt(NamedTuple):
    """What came of importing one module first."""

    entry: str
    failure: NotBound | None


def attempts(world: World, members: Collection[str], scope: Collection[str]) -> Iterator[Attempt]:
    """Import each of the `members` first, each in a fresh interpreter, and tell what comes of it.

    `scope` are the modules whose bodies matter: the members, and what can lead to them. A failure in which no member
    takes part is none of this cycle.
    """
    inside = set(members)

    def foreign(failure: NotBound) -> bool:
        return failure.module not in inside and failure.source not in inside

    beginnings: dict[str, Interpreter | NotBound] = {}
    for entry in sorted(members):
        top = entry.partition(".")[0]
        begun = beginnings.get(top)
        if begun is None:
            begun = Interpreter(world, scope)
            begun.passed = foreign
            if top != entry and top in world.layout.modules:
                try:
                    with _deep():
                        begun.load(top)
                except NotBound as failure:
                    beginnings[top] = failure
                    yield Attempt(entry, failure)
                    continue
            else:
                yield Attempt(entry, _try(begun, entry))
                continue
            beginnings[top] = begun
        if isinstance(begun, NotBound):
            yield Attempt(entry, begun)
        elif entry in begun.modules:
            yield Attempt(entry, None)
        else:
            yield Attempt(entry, _try(begun.copy(), entry))


@contextlib.contextmanager
def _deep() -> Generator[None]:
    """Let Python's frames nest as deep as chains of imports do: four frames a module."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _try(interpreter: Interpreter, entry: str) -> NotBound | None:
    try:
        with _deep():
            interpreter.load(entry)
    except NotBound as failure:
        return failure
    return None
