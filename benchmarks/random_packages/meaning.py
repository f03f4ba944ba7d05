"""What a package means: asked of CPython's compiler, byte code for byte code, with nothing of overhaul."""

from __future__ import annotations

import ast
import copy
import dis
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import CodeType
from typing import Any, Final, cast

Origin = tuple[str, str, str]
"""("def", module, name), ("module", module, ""), ("member", module, name) that it lacks, or ("nobody", "", name)."""


class Package:
    """The modules of a package as CPython compiles them, and what their global names come from."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """`files`: path -> text; all below one package. Raises SyntaxError."""
        self.trees = {module_of(path): ast.parse(text) for path, text in files.items()}
        self.bound: dict[str, dict[str, set[Origin]]] = {}
        self.typing: dict[str, dict[str, Origin]] = {}
        """What is imported under TYPE_CHECKING alone."""
        for module, tree in self.trees.items():
            self.bound[module] = {}
            self.typing[module] = {}
            for node in tree.body:
                if _checks_types(node):
                    self.typing[module].update(self._bindings(module, ast.Module([node], [])))
                    continue
                for name, origin in self._bindings(module, ast.Module([node], [])):
                    self.bound[module].setdefault(name, set()).add(origin)

    def _bindings(self, module: str, tree: ast.Module) -> Iterator[tuple[str, Origin]]:
        """Every name that the module binds, and whence; a star import as "*"."""
        for name in stored(compiled(tree)):
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
                told = not isinstance(statement, ast.Pass) and not _checks_types(statement)
                if told and _listed(ast.Module([statement], [])) is None:
                    code = compiled(ast.fix_missing_locations(ast.Module([statement], [])))
                    found[repr(list(_Reading(self, module, renamed).read(code, {})))] += 1
        return found

    def flaws(self) -> Iterator[str]:
        """Imports of what is not there, and names in `__all__` that nothing binds."""
        for module, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom):
                    source = self.source(module, node)
                    for alias in node.names if source in self.trees else ():
                        if alias.name != "*" and ("member", source, alias.name) in self.member(source, alias.name):
                            yield f"{module} imports {alias.name} from {source}"
            for name in _listed(tree) or ():
                if ("nobody", "", name) in self.origins(module, name):
                    yield f"{module} lists {name}"


def compiled(code: str | ast.Module) -> CodeType:
    """Without the `from __future__` of this file here."""
    return compile(code, "<module>", "exec", dont_inherit=True)


def module_of(path: str) -> str:
    """The dotted name of a module."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def stored(code: CodeType, *, top: bool = True) -> Iterator[str]:
    """The global names that code binds, in functions too."""
    before = None
    for one in dis.get_instructions(code):
        stores = one.opname == "STORE_GLOBAL" or (top and one.opname == "STORE_NAME")
        if stores and before not in ("IMPORT_FROM", "IMPORT_NAME"):
            yield one.argval
        before = one.opname if one.opname not in ("SWAP", "POP_TOP") else before
        if isinstance(one.argval, CodeType):
            yield from stored(one.argval, top=False)


def _checks_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _names_of(scope: ast.AST) -> Iterator[str]:
    """The names that a function or class binds itself."""
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        yield from (one.arg for one in ast.walk(scope.args) if isinstance(one, ast.arg))
    for node in _outside_functions(scope):
        match node:
            case ast.Name(id=str() as name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef(name=str() as name) | ast.ClassDef(name=str() as name):
                yield name
            case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
                yield name
            case ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
                yield name
            case ast.alias(name=name, asname=bound):
                yield bound or name.partition(".")[0]
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
            case _:
                pass


_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp,
                  ast.DictComp, ast.GeneratorExp)  # fmt: skip


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from _outside_functions(child)


def _listed(tree: ast.Module) -> frozenset[str] | None:
    """What `__all__` lists; None where there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return None


class _Imports(ast.NodeTransformer):
    """Imports in functions as assignments of what they take; those of modules are asked of the package.

    Annotations that name only globals become texts, whether they were quoted or not.
    """

    def __init__(self, module: str, package: Package) -> None:
        self.module = module
        self.package = package
        self.inside: list[frozenset[str]] = []

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.AnnAssign):
            node.annotation = self._typed(node.annotation)
        if isinstance(node, ast.FunctionDef):
            node.returns = self._typed(node.returns) if node.returns is not None else None
            for one in ast.walk(node.args):
                if isinstance(one, ast.arg) and one.annotation is not None:
                    one.annotation = self._typed(one.annotation)
        scope = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if scope:
            self.inside.append(frozenset(_names_of(node)))
        super().generic_visit(node)
        if scope:
            self.inside.pop()
        return node

    def _typed(self, annotation: ast.expr) -> ast.expr:
        plain = str(annotation.value) if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
        names = re.findall(r"\w+", plain)
        if any(name in scope for scope in self.inside for name in names):
            return annotation
        return ast.Constant(f"type {plain}")

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
            elif op == "LOAD_CONST" and (taken := self._taken(name)) is not None:
                if steps[number + 1].argval not in local:
                    yield "import", self._told(taken)
            elif op == "LOAD_CONST" and not _is_own_name(steps, number):
                yield "constant", self._text(name)
            elif op == "KW_NAMES":
                yield op, code.co_consts[one.arg or 0]
            elif op != "LOAD_CONST" and not (op.startswith("STORE") and name in local):
                yield (op, name) if one.opcode in dis.hasname or op in _PLAIN else op
        if at is not None:
            yield "value", self._told(at)

    def _imported(self, code: CodeType, steps: list[dis.Instruction]) -> Iterator[tuple[str, frozenset[Origin]]]:
        """The variables of a function that imports of one thing bind, and nothing else."""
        stores = Counter(_stores(code))
        found: dict[str, list[frozenset[Origin]]] = {}
        for number, one in enumerate(steps):
            if one.opname == "LOAD_CONST" and (taken := self._taken(one.argval)) is not None:
                found.setdefault(steps[number + 1].argval, []).append(taken)
        for name, origins in found.items():
            if len(origins) == stores[name] and len(set(origins)) == 1:
                yield name, origins[0]

    def _taken(self, constant: object) -> frozenset[Origin] | None:
        """What an import takes, of the constant that `_Imports` has put in its place; None for any other constant."""
        match constant:
            case ("@", str() as source, ""):
                return frozenset({("module", source, "")})
            case ("@", str() as source, str() as taken):
                return self.package.member(source, taken)
            case _:
                return None

    def _type(self, parts: Sequence[str]) -> list[Origin]:
        """What a dotted name in an annotation means, for which imports under TYPE_CHECKING count."""
        match self.package.typing[self.module].get(parts[0]):
            case ("import", source, ""):
                at = frozenset({("module", source, "")})
            case ("import", source, taken):
                at = self.package.member(source, taken)
            case _:
                at = self.package.origins(self.module, parts[0])
        for name in parts[1:]:
            where = _only_module(at)
            at = self.package.member(where, name) if where else frozenset({("member", repr(self._told(at)), name)})
        return self._told(at)

    def _told(self, origins: frozenset[Origin]) -> list[Origin]:
        return sorted(map(self.renamed, origins))

    def _text(self, value: object) -> object:
        """A constant; a text that is a type, or a whole dotted name, as what it names."""
        if isinstance(value, str) and value.startswith("type "):
            names = re.findall(r"[\w.]+", value.removeprefix("type "))
            return re.sub(r"[\w.]+", "_", value), [self._type(name.split(".")) for name in names]
        if isinstance(value, str) and value.startswith("pkg."):
            # A dotted name in a text is that of a module first.
            module, _, name = value.rpartition(".")
            if module in self.package.trees and value not in self.package.trees:
                found = self.package.member(module, name)
                return ("text", self._told(found)) if ("member", module, name) not in found else repr(value)
        if isinstance(value, tuple):
            return [self._text(one) for one in cast("tuple[object, ...]", value)]
        return repr(value)


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
    entries: list[Any] = attrgetter("exception_entries")(dis.Bytecode(code))
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
