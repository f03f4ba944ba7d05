"""Random packages, renamed and moved at random: what CPython's compiler binds is bound as before, or it is refused."""

from __future__ import annotations

import ast
import copy
import dis
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any, Final, TypeVar

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from overhaul.testing import transform

Origin = tuple[str, str, str]
"""("def", module, name), ("module", module, ""), ("member", module, name) that it lacks, or ("nobody", "", name)."""

T = TypeVar("T")

# What a package means: asked of CPython's compiler, with nothing of overhaul.


class Package:
    """The modules of a package as CPython compiles them, and what their global names come from."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.trees = {_module_of(path): ast.parse(text) for path, text in files.items()}
        self.bound: dict[str, dict[str, set[Origin]]] = {}
        for module, tree in self.trees.items():
            self.bound[module] = {}
            for name, origin in self._bindings(module, tree):
                self.bound[module].setdefault(name, set()).add(origin)

    def _bindings(self, module: str, tree: ast.Module) -> Iterator[tuple[str, Origin]]:
        """Every name that the module binds, and whence; a star import as "*"."""
        for name in _stored(_compiled(tree)):
            yield name, ("def", module, name)
        for node in _outside_functions(tree):
            if isinstance(node, ast.ImportFrom):
                source = self.source(module, node)
                for alias in node.names:
                    yield alias.asname or alias.name, ("import", source, alias.name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    target = alias.name if alias.asname else alias.name.partition(".")[0]
                    yield alias.asname or target, ("import", target, "")

    def source(self, module: str, node: ast.ImportFrom) -> str:
        """The module that something is taken from."""
        if not node.level:
            return node.module or ""
        package = module if f"{module}." in " ".join(self.trees) else module.rpartition(".")[0]
        return f"{package}.{node.module}" if node.module else package

    def origins(self, module: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()) -> frozenset[Origin]:
        """Where a global name of a module comes from."""
        if (module, name) in seen or module not in self.trees:
            return frozenset()
        seen |= {(module, name)}
        found: set[Origin] = set()
        imported = {source: taken for kind, source, taken in self.bound[module].get(name, ()) if kind == "import"}
        for source, taken in imported.items():
            found |= self.member(source, taken, seen) if taken else {("module", source, "")}
        if ("def", module, name) in self.bound[module].get(name, ()):
            found.add(("def", module, name))
        for _, source, _ in self.bound[module].get("*", ()):
            if not found and name in self.exported(source):
                found |= self.origins(source, name, seen)
        return frozenset(found or {("nobody", "", name)})

    def member(self, module: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()) -> frozenset[Origin]:
        """What `module.name` is."""
        found = self.origins(module, name, seen)
        if not found or ("nobody", "", name) in found:
            submodule = f"{module}.{name}"
            return frozenset({("module", submodule, "") if submodule in self.trees else ("member", module, name)})
        return found

    def exported(self, module: str) -> frozenset[str]:
        """The names that a star import takes."""
        if module not in self.trees:
            return frozenset()
        names = {name for name in self.bound[module] if name != "*"}
        for _, source, _ in self.bound[module].get("*", ()):
            names |= self.exported(source)
        listed = _listed(self.trees[module])
        return frozenset(name for name in names if not name.startswith("_")) if listed is None else listed

    def meanings(self, renamed: Callable[[Origin], Origin]) -> Counter[str]:
        """Every top-level statement of all modules but imports and `__all__`, as what it does with what."""
        found: Counter[str] = Counter()
        for module, tree in self.trees.items():
            for statement in _Imports(module, self).visit(copy.deepcopy(tree)).body:
                if _listed(ast.Module([statement], [])) is None and not isinstance(statement, ast.Pass):
                    code = _compiled(ast.fix_missing_locations(ast.Module([statement], [])))
                    found[repr(list(_Reading(self, module, renamed).read(code, {})))] += 1
        return found

    def flaws(self) -> Iterator[str]:
        """Imports of what is not there, and names in `__all__` that nothing binds."""
        for module, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom):
                    source = self.source(module, node)
                    for alias in node.names:
                        if alias.name != "*" and ("member", source, alias.name) in self.member(source, alias.name):
                            yield f"{module} imports {alias.name} from {source}"
            for name in _listed(tree) or ():
                if ("nobody", "", name) in self.origins(module, name):
                    yield f"{module} lists {name}"


def _compiled(code: str | ast.Module) -> CodeType:
    """Without the `from __future__` of this file here."""
    return compile(code, "<module>", "exec", dont_inherit=True)


def _module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _stored(code: CodeType, *, top: bool = True) -> Iterator[str]:
    """The global names that code binds, in functions too."""
    before = None
    for one in dis.get_instructions(code):
        stores = one.opname == "STORE_GLOBAL" or (top and one.opname == "STORE_NAME")
        if stores and before not in ("IMPORT_FROM", "IMPORT_NAME"):
            yield one.argval
        before = one.opname if one.opname not in ("SWAP", "POP_TOP") else before
        if isinstance(one.argval, CodeType):
            yield from _stored(one.argval, top=False)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _outside_functions(child)


def _listed(tree: ast.Module) -> frozenset[str] | None:
    """What `__all__` lists; None where there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return None


class _Imports(ast.NodeTransformer):
    """Imports in functions as assignments of what they take; those of modules are asked of the package."""

    def __init__(self, module: str, package: Package) -> None:
        self.module = module
        self.package = package
        self.inside = 0

    def generic_visit(self, node: ast.AST) -> ast.AST:
        scope = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        self.inside += scope
        super().generic_visit(node)
        self.inside -= scope
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        source = self.package.source(self.module, node)
        return self._bound([(alias.asname or alias.name, source, alias.name) for alias in node.names])

    def visit_Import(self, node: ast.Import) -> Any:
        roots = [alias.name if alias.asname else alias.name.partition(".")[0] for alias in node.names]
        names = zip(node.names, roots, strict=True)
        return self._bound([(alias.asname or root, root, "") for alias, root in names])

    def _bound(self, names: list[tuple[str, str, str]]) -> Any:
        if not self.inside:
            return ast.Pass()
        return [
            ast.Assign([ast.Name(name, ast.Store())], ast.Constant(("@", source, taken)))  # type: ignore[arg-type]
            for name, source, taken in names
        ]


_LAYOUT: Final = frozenset({
    "RESUME", "NOP", "PUSH_NULL", "PRECALL", "CACHE", "EXTENDED_ARG", "MAKE_CELL", "COPY_FREE_VARS", "LOAD_CLOSURE",
    "BUILD_TUPLE",
})  # fmt: skip
_MEMBER: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "DELETE_ATTR"})


class _Reading:
    """Byte code as a list of what it does, with each global name as what it comes from."""

    def __init__(self, package: Package, module: str, renamed: Callable[[Origin], Origin]) -> None:
        self.package = package
        self.module = module
        self.renamed = renamed

    def read(self, code: CodeType, outer: Mapping[str, frozenset[Origin]], kind: str = "module") -> Iterator[object]:
        """Its instructions; `outer` are the names that only imports of functions around bind."""
        steps = [one for one in dis.get_instructions(code) if one.opname not in _LAYOUT]
        local = dict(self._imported(code, steps)) if kind == "function" else {}
        known = {name: origins for name, origins in outer.items() if name in code.co_freevars} | local
        yield code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], code.co_flags & 0xEC
        owned = dict(_from_itself(code)) if kind == "class" else {}
        at: frozenset[Origin] | None = None
        for number, one in enumerate(steps):
            name, op = one.argval, one.opname
            if at is not None and op in _MEMBER and (where := _only_module(at)):
                at = self.package.member(where, name)
                if op.startswith("LOAD"):
                    continue
                yield op, self._told(at)
                at = None
                continue
            if at is not None:
                yield "value", self._told(at)
                at = None
            if op in ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF") and name in known:
                at = known[name]
            elif op in ("LOAD_GLOBAL", "LOAD_NAME"):
                if own := owned.get(one.offset):
                    yield op, name
                if own != "always":
                    at = self.package.origins(self.module, name)
            elif op in ("STORE_GLOBAL", "DELETE_GLOBAL") or (kind == "module" and op in ("STORE_NAME", "DELETE_NAME")):
                yield op, self._told(self.package.origins(self.module, name))
            elif isinstance(name, CodeType):
                built = any(each.opname == "LOAD_BUILD_CLASS" for each in steps[max(number - 2, 0) : number])
                yield list(self.read(name, known, "class" if built else "function"))
            elif op == "LOAD_CONST" and isinstance(name, tuple) and name[:1] == ("@",):
                if steps[number + 1].argval not in local:
                    yield "import", self._told(self._taken(name))
            elif op == "LOAD_CONST" and not _is_own_name(steps, number):
                yield "constant", self._text(name)
            elif op == "KW_NAMES":
                yield op, code.co_consts[one.arg or 0]
            elif op != "LOAD_CONST" and not (op.startswith("STORE") and name in local):
                yield (op, name) if one.opcode in dis.hasname or op in _PLAIN else op
        if at is not None:
            yield "value", self._told(at)

    def _imported(self, code: CodeType, steps: list[dis.Instruction]) -> Iterator[tuple[str, frozenset[Origin]]]:
        """The variables of a function that one import binds, and nothing else."""
        stores = Counter(_stores(code))
        for number, one in enumerate(steps):
            if one.opname == "LOAD_CONST" and isinstance(one.argval, tuple) and one.argval[:1] == ("@",):
                store = steps[number + 1]
                if store.opname in ("STORE_FAST", "STORE_DEREF") and stores[store.argval] == 1:
                    yield store.argval, self._taken(one.argval)

    def _taken(self, told: tuple[str, str, str]) -> frozenset[Origin]:
        _, source, taken = told
        return self.package.member(source, taken) if taken else frozenset({("module", source, "")})

    def _told(self, origins: frozenset[Origin]) -> list[Origin]:
        return sorted(map(self.renamed, origins))

    def _text(self, value: object) -> object:
        """A constant; a text that is a type, or a whole dotted name, as what it names."""
        if isinstance(value, str) and (match := re.fullmatch(r"(list|pkg)([\[.])([\w.]+)\]?", value)):
            if match[2] == "[":
                return match[1], self._told(self.package.origins(self.module, match[3]))
            # A dotted name in a text is that of a module first.
            module, _, name = value.rpartition(".")
            if module in self.package.trees and value not in self.package.trees:
                found = self.package.member(module, name)
                return (match[1], self._told(found)) if ("member", module, name) not in found else repr(value)
        return [self._text(one) for one in value] if isinstance(value, tuple) else repr(value)


_PLAIN: Final = frozenset({
    "LOAD_FAST", "STORE_FAST", "DELETE_FAST", "LOAD_DEREF", "STORE_DEREF", "DELETE_DEREF", "BINARY_OP", "COMPARE_OP",
    "IS_OP", "CONTAINS_OP", "CALL",
})  # fmt: skip


def _only_module(origins: frozenset[Origin]) -> str:
    return next(iter(origins))[1] if len(origins) == 1 and next(iter(origins))[0] == "module" else ""


def _from_itself(code: CodeType) -> Iterator[tuple[int, str]]:
    """Where the body of a class reads a name that it binds: offset, and whether it is bound then, always or maybe."""
    steps = {one.offset: one for one in dis.get_instructions(code)}
    following = dict(zip(steps, list(steps)[1:], strict=False))
    entries: list[Any] = dis.Bytecode(code).exception_entries  # type: ignore[attr-defined]
    for name in {one.argval for one in steps.values() if one.opname == "STORE_NAME"}:
        bound: dict[int, set[bool]] = {offset: set() for offset in steps}
        todo = [(0, False)]
        while todo:
            offset, state = todo.pop()
            if state in bound[offset]:
                continue
            bound[offset].add(state)
            one = steps[offset]
            todo += [(entry.target, state) for entry in entries if entry.start <= offset <= entry.end]
            if one.argval == name and one.opname in ("STORE_NAME", "DELETE_NAME"):
                state = one.opname == "STORE_NAME"
            if one.opcode in dis.hasjrel or one.opcode in dis.hasjabs:
                todo.append((one.argval, state))
            if one.opname not in ("RETURN_VALUE", "RERAISE", "RAISE_VARARGS", "JUMP_FORWARD", "JUMP_BACKWARD"):
                todo.append((following[offset], state))
        for offset, one in steps.items():
            if one.argval == name and one.opname == "LOAD_NAME" and True in bound[offset]:
                yield offset, "maybe" if False in bound[offset] else "always"


def _is_own_name(steps: list[dis.Instruction], number: int) -> bool:
    """Whether a constant is what a class or an annotated variable is called: where it is stored is told already."""
    if number and steps[number - 1].argval == "__annotations__":
        return True
    following = steps[number + 1 : number + 2]
    if following and following[0].argval == "__qualname__":
        return True
    return any(one.opname == "LOAD_BUILD_CLASS" for one in steps[max(number - 3, 0) : number])


def _stores(code: CodeType) -> Iterator[str]:
    yield from code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 12) * 2]
    for one in dis.get_instructions(code):
        if one.opname in ("STORE_FAST", "STORE_DEREF", "DELETE_FAST", "DELETE_DEREF"):
            yield one.argval
        elif isinstance(one.argval, CodeType):
            free = one.argval.co_freevars
            yield from (name for name in _stores(one.argval) if name in free)


# Packages at random.

NAMES: Final = ("alpha", "beta", "Gamma", "Delta", "eta", "a")
MODULES: Final = ("pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/c.py")


class Writer:
    """Writes one module, statement by statement; `pick` chooses among what it is given."""

    def __init__(self, draw: st.DrawFn, known: Mapping[str, tuple[str, ...]], *, tame: bool) -> None:
        """`known` are the modules that it may import, with the names they bind.

        tame: names are mostly bound once, and used after that; what is wild is mostly refused.
        """
        self.draw = draw
        self.known = known
        self.tame = tame
        self.seen: tuple[str, ...] = ()
        self.local: tuple[str, ...] = ()

    def pick(self, options: Sequence[T]) -> T:
        picked: T = self.draw(st.sampled_from(options))
        return picked

    def used(self) -> str:
        """A name to use: mostly one that the module has bound by then."""
        names = [*self.seen * 3, *self.local * 2, "len"]
        return self.pick(names if self.tame else [*names, *NAMES])

    def fresh(self) -> str:
        """A name to bind inside a function or class."""
        return self.pick(["one", "two"] * 5 + list(NAMES) if self.tame else NAMES)

    def text(self) -> str:
        """The whole module; statements that do not compile are left out."""
        makers = [self.imported] * self.pick(range(4)) if self.known else []
        makers += [self.definition] * self.pick(range(1, 4))
        makers += [lambda: self.statement(2, "module")] * (0 if self.tame else self.pick((0, 0, 0, 1, 2)))
        text = ""
        for maker in makers:
            line = maker() + "\n"
            if _compiles(line):
                text += line
                self.seen = _bound(text)
        if self.pick(range(4)) == 0:
            text += f"__all__ = {list(_defined(text))!r}\n"
        return text

    def definition(self) -> str:
        """Of a name that the module lacks, as far as there is one."""
        name = self.pick([one for one in NAMES if one not in self.seen] or NAMES)
        if kind := self.pick(range(3)):
            return self.function(name, 2, "module") if kind == 1 else f"{name} = {self.expression(2)}"
        return f"{self.decorator()}class {name}({self.used()}):\n{self.suite(2, 'class')}"

    def imported(self) -> str:
        module = self.pick(tuple(self.known))
        names = self.known[module] or ("a",)
        name, other, bound = self.pick(names), self.pick(names), self.pick(NAMES)
        near = "." + module.removeprefix("pkg").removeprefix(".")
        up = module.rpartition(".")
        return self.pick((
            f"import {module}", f"import {module} as {bound}", f"from {module} import {name}, {other}",
            f"from {near} import {name}", f"from {module} import {name} as {bound}", f"from {near} import *",
            f"from {up[0] or module} import {up[2] if up[0] else name}", f"from {near} import ({name} as {bound},)",
        ))  # fmt: skip

    def suite(self, depth: int, kind: str, first: str = "") -> str:
        lines = [first] if first else []
        lines += [self.statement(depth - 1, kind) for _ in range(self.pick(range(1, 4)))]
        return "\n".join("    " + line for one in lines for line in one.split("\n"))

    def statement(self, depth: int, kind: str) -> str:
        name, other, pick = self.fresh(), self.used(), self.pick
        simple: Sequence[Callable[[], str]] = (
            lambda: f"{name} = {self.expression(2)}", lambda: f"{name}, {other} = {self.expression(1)}",
            lambda: f"{name} += {self.expression(1)}", lambda: f"{name}: {self.kind(kind, name)} = {self.expression(1)}",
            lambda: f"{self.expression(1)}.{name} = {other}", lambda: self.expression(2),
            lambda: f"del {name}" if not self.tame and kind != "class" else f"assert {other}",
            lambda: f"print('{name}', 'pkg.a.{other}', f'{{{name}!r:>{{{other}}}}}')",
        )  # fmt: skip
        if depth <= 0 or pick(range(3)) == 0:
            return pick(simple)()
        body = self.suite(depth, kind)
        compound: Sequence[Callable[[], str]] = (
            lambda: self.function(name, depth, kind), lambda: self.function(name, depth, kind),
            lambda: f"{self.decorator()}class {name}({other}):\n{self.suite(depth, 'class')}",
            lambda: f"if {self.expression(1)}:\n{body}\nelse:\n{self.suite(depth, kind)}",
            lambda: f"for {name} in {self.expression(1)}:\n{body}", lambda: f"with {other} as {name}:\n{body}",
            lambda: f"try:\n{body}\nexcept {other} as {name}:\n{self.suite(depth, kind)}",
            lambda: f"match {other}:\n    case {other}(k={name}) | [{name}, *_]:\n{self.nested(body)}",
        )  # fmt: skip
        return pick(compound)()

    def nested(self, text: str) -> str:
        return "\n".join("    " + line for line in text.split("\n"))

    def decorator(self) -> str:
        return self.pick(("", "", f"@{self.used()}\n"))

    def kind(self, kind: str, bound: str = "") -> str:
        """An annotation; quoted ones mean the module's names wherever they stand, and are used where that is plain.

        What is annotated is not named in it: `date: date = ...` means a type and is evaluated to something else.
        """
        name = self.pick([one for one in (self.used(), "len") if one != bound])
        return self.pick((name, f"'list[{name}]'" if kind == "module" else name))

    def function(self, name: str, depth: int, kind: str) -> str:
        one, two, default, mark = self.fresh(), self.fresh(), self.used(), self.used()
        first = self.pick(("", "", f"global {default}", f"nonlocal {default}")) if not self.tame else ""
        if not first and self.known and self.pick(range(3)) == 0:
            first = self.imported()
        heads = f"{one}, /, {two}={default}", f"*{one}, {two}: {mark} = {default}", f"{one}: {self.kind(kind)}"
        head = self.pick(heads)
        outer, self.local = self.local, (*self.local, one)
        body = self.suite(depth, "function", first)
        self.local = outer
        return f"{self.decorator()}def {name}({head}) -> {mark}:\n{body}"

    def expression(self, depth: int) -> str:
        name, other, third = self.used(), self.used(), self.fresh()
        if depth <= 0:
            return self.pick((name, f"{name}.{third}", "1", f"pkg.a.{name}" if "pkg" in self.seen else name))
        inner = self.expression(depth - 1)
        return self.pick((
            name, name, f"{name}.{third}", f"{name}({inner}, {third}={other})",
            f"[{inner} for {third} in {other} if {name}]", f"lambda {third}, *{other}: {inner}",
            f"(lambda {third}={other}: {name})({inner})", f"({third} := {inner})", f"({inner}).{third}",
            f"{{{third}: {inner} for {third} in {other} for {name} in {third}}}", f"{inner} if {name} else {other}",
            f"f'{{{name}}} {other} {{{third}.{name}()}}'", f"{name}[{inner}]",
        ))  # fmt: skip


def _compiles(text: str) -> bool:
    try:
        _compiled(text)
    except SyntaxError:
        return False
    return True


def _bound(text: str) -> tuple[str, ...]:
    """What a module binds, by imports too."""
    names = (one.argval for one in dis.get_instructions(_compiled(text)) if one.opname == "STORE_NAME")
    return tuple(name for name in dict.fromkeys(names) if name in (*NAMES, "pkg"))


def _defined(text: str) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(_stored(_compiled(text))) if name in NAMES)


@st.composite
def packages(draw: st.DrawFn, *, tame: bool) -> dict[str, str]:
    """A package of three or four modules, each importing from those before it; `pkg` itself from any."""
    known: dict[str, tuple[str, ...]] = {}
    files: dict[str, str] = {}
    for path in (*MODULES[1 : draw(st.sampled_from((3, 4)))], MODULES[0]):
        files[path] = Writer(draw, dict(known), tame=tame).text()
        assume(_compiles(files[path]))
        known[_module_of(path)] = _defined(files[path])
    return files


@st.composite
def targets(draw: st.DrawFn) -> tuple[dict[str, str], str, str]:
    """A package, a module of it, and a name that the module defines."""
    files = draw(packages(tame=draw(st.booleans())))
    defined = [(_module_of(path), name) for path, text in files.items() for name in _defined(text)]
    assume(defined)
    return files, *draw(st.sampled_from(defined))


NEW_NAMES: Final = st.sampled_from(("omega", "omega", "omega", *NAMES))
NEW_PLACES: Final = st.sampled_from(("pkg.a", "pkg.b", "pkg.c", "pkg.d", "pkg.d"))


def renamed_or_refused(files: dict[str, str], module: str, old: str, new: str) -> str:
    """Rename, and hold the result against the compiler; what became of it."""
    request = {"target": f"{module}:{old}", "to": new}
    return compared("rename_symbol", files, request, {("def", module, old): ("def", module, new)})


def moved_or_refused(files: dict[str, str], module: str, name: str, to: str) -> str:
    """Move, and hold the result against the compiler; what became of it."""
    request = {"target": f"{module}:{name}", "to": to}
    assume(to != module)
    return compared("move_symbol", files, request, {("def", module, name): ("def", to, name)})


def compared(codemod: str, files: dict[str, str], request: dict[str, str], mapping: dict[Origin, Origin]) -> str:
    """Carry out, and ask the compiler whether all names mean what they meant."""
    done = transform(codemod, files, request)
    if done.refusals:
        assert done.files == {path: text.encode() for path, text in files.items()}
        return f"refused: {re.sub(WHERE, '', done.refusals[0].why)}"
    after = {path: done.text(path) for path in done.files}
    for one in done.moved:
        # Helpers may move along.
        before = "def", one.before.module, one.before.name
        mapping.setdefault(before, ("def", one.after.module, one.after.name))
    if not done.plan.files:
        return "nothing to do"
    here, there = Package(files), Package(after)
    expected = here.meanings(lambda origin: mapping.get(origin, origin))
    got = there.meanings(lambda origin: origin)
    assert expected == got, _difference(expected, got, after)
    assert sum(1 for _ in there.flaws()) <= sum(1 for _ in here.flaws()), list(there.flaws())
    assert not transform(codemod, after, request).plan.files
    return "done"


def _difference(expected: Counter[str], got: Counter[str], after: Mapping[str, str]) -> str:
    told = ""
    for lost, more in zip(sorted(expected - got), sorted(got - expected), strict=False):
        same = next((at for at, (one, two) in enumerate(zip(lost, more, strict=False)) if one != two), 0)
        told += f"{lost[max(same - 90, 0) : same]}\n    expected {lost[same : same + 120]}\n"
        told += f"    got {more[same : same + 120]}\n"
    files = "\n".join(f"--- {path}\n{text}" for path, text in after.items())
    return f"{expected.total()} statements, {got.total()} after\n{told}{files}"


WHERE: Final = rf"pkg[\w./:]*|\b(?:{'|'.join(NAMES)}|omega)\b|\d+"
UNHURRIED: Final = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
)
by_the_same_compiler = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="reads the byte code of Python 3.11 and 3.12"
)


Asked = tuple[dict[str, str], str, str]


@by_the_same_compiler
@given(targets(), NEW_NAMES)
@settings(UNHURRIED, max_examples=40)
def test_a_random_rename_keeps_every_binding_or_is_refused(asked: Asked, new: str) -> None:
    event(renamed_or_refused(*asked, new))


@by_the_same_compiler
@given(targets(), NEW_PLACES)
@settings(UNHURRIED, max_examples=40)
def test_a_random_move_keeps_every_binding_or_is_refused(asked: Asked, to: str) -> None:
    event(moved_or_refused(*asked, to))
