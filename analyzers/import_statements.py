"""Import statements as they are written, and dynamic imports with a constant name."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from overhaul.facts import ImportKind, ImportStatement
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block, Role, Situation, situation
from overhaul.text import dotted


@Collector("Import", "ImportFrom", "LazyImport", "LazyImportFrom", "Call", "Assign")
def import_statements(module: Module) -> Iterator[ImportStatement]:
    """Every import statement, with when it runs, what it names, and whether a failure of it is caught.

    `importlib.import_module("constant")` and `__import__("constant")` count as imports of kind `dynamic`. The dots of a
    relative name count from the constant that is given as package, else from the importer's.
    """
    for plain, line, block in module.nodes(cst.Import):
        yield from _plain(plain, line, block, lazy=False)
    for chosen, line, block in module.nodes(cst.ImportFrom):
        yield _chosen(chosen, line, block, lazy=False)
    if "lazy" in module.text and hasattr(cst, "LazyImport"):
        used = frozenset(_used_at_import(module))
        for late, line, block in module.nodes(cst.LazyImport):
            for row in _plain(late, line, block, lazy=True):
                yield msgspec.structs.replace(row, at_import=row.bound in used)
        for late_from, line, block in module.nodes(cst.LazyImportFrom):
            row = _chosen(late_from, line, block, lazy=True)
            yield msgspec.structs.replace(row, at_import=any(bound in used for _, bound in row.names))
    if "import_module" in module.text or "__import__" in module.text:
        yield from _dynamic(module)


def _plain(node: cst.Import | cst.LazyImport, line: int, block: Block, *, lazy: bool) -> Iterator[ImportStatement]:
    when = situation(block)
    for alias in node.names:
        name = dotted(alias.name)
        bound = _given(alias) or name.partition(".")[0]
        yield ImportStatement(
            line=line, kind=_kind(when, lazy), target=name, level=0, names=(), bound=bound, scope=_scope(block),
            at_import=not (when.deferred or when.typing or when.never or lazy), caught=when.caught != "",
        )  # fmt: skip


def _chosen(node: cst.ImportFrom | cst.LazyImportFrom, line: int, block: Block, *, lazy: bool) -> ImportStatement:
    when = situation(block)
    if isinstance(node.names, cst.ImportStar):
        names: tuple[tuple[str, str], ...] = (("*", "*"),)
    else:
        names = tuple((name := dotted(alias.name), _given(alias) or name) for alias in node.names)
    return ImportStatement(
        line=line, kind=_kind(when, lazy), target=dotted(node.module) if node.module is not None else "",
        level=len(node.relative), names=names, bound="", scope=_scope(block),
        at_import=not (when.deferred or when.typing or when.never or lazy), caught=when.caught != "",
    )  # fmt: skip


def _used_at_import(module: Module) -> Iterator[str]:
    """The names that the body of a module uses itself: what is imported lazily under one of them is loaded then."""
    for role, name, _, block, _ in module.scopes[0].events:
        if role < Role.ASSIGN and role != Role.ANNOTATION:
            when = situation(block)
            if not (when.typing or when.deferred or when.never):
                yield name.partition(".")[0]


def _given(alias: cst.ImportAlias) -> str:
    """The name after `as`; "" without one."""
    return dotted(alias.asname.name) if alias.asname is not None else ""


def _kind(when: Situation, lazy: bool) -> ImportKind:
    if when.typing:
        return "typing"
    if when.deferred:
        return "deferred"
    if lazy:
        return "lazy"
    return "conditional" if when.conditional else "module"


def _scope(block: Block) -> str:
    return block.scope.name


def _dynamic(module: Module) -> Iterator[ImportStatement]:
    stored = {
        id(assign.value): assign.targets[0].target.value
        for assign, _, _ in module.nodes(cst.Assign)
        if isinstance(assign.targets[0].target, cst.Name)
    }
    for call, line, block in module.nodes(cst.Call):
        name = dotted(call.func).rpartition(".")[2]
        if name not in ("import_module", "__import__"):
            continue
        target = _constant(_argument(call, 0, "name"))
        if target is None:
            continue
        when = situation(block)
        bare = target.lstrip(".")
        level = len(target) - len(bare)
        package = _constant(_argument(call, 1, "package")) if level and name == "import_module" else None
        if package is not None:
            # Each dot after the first leads out of one package.
            around = package.split(".")[: len(package.split(".")) - level + 1]
            if not around:
                continue
            bare, level = ".".join((*around, *([bare] if bare else ()))), 0
        if not all(part.isidentifier() for part in bare.split(".")):
            continue
        yield ImportStatement(
            line=line, kind="dynamic", target=bare, level=level, names=(),
            bound=stored.get(id(call), ""), scope=_scope(block),
            at_import=not (when.deferred or when.typing or when.never), caught=when.caught != "",
        )  # fmt: skip


def _argument(call: cst.Call, place: int, keyword: str) -> cst.BaseExpression | None:
    """The argument that is given at a place, or by its keyword."""
    for number, argument in enumerate(call.args):
        if argument.star:
            return None
        if argument.keyword.value == keyword if argument.keyword is not None else number == place:
            return argument.value
    return None


def _constant(value: cst.BaseExpression | None) -> str | None:
    constant = value.evaluated_value if isinstance(value, cst.SimpleString) else None
    return constant if isinstance(constant, str) else None
