"""Every import that resolved before resolves after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from overhaul.facts import Step, UnresolvedImport
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Context
from overhaul.proving.mapping import Identity

CHECK: Final = "imports"


def imports(context: Context) -> Iterator[Refusal]:
    """The imports of the project's own modules, and of names from them, that nothing would provide any more.

    One whose failure is caught counts too: the code would silently go another way.
    """
    mapping = context.mapping
    known = Counter(
        (mapping.module(row.module), _name(context, row)) for row in context.before.survey.rows(UnresolvedImport)
    )
    for row in context.after.survey.rows(UnresolvedImport):
        key = row.module, row.name
        if known[key] > 0:
            known[key] -= 1
            continue
        near = f"; there is {' or '.join(row.near)}" if row.near else ""
        remedy = f"import {row.near[0]}" if row.near else "change the import"
        yield Refusal(row.path, row.line, CHECK, f"{row.evidence[0]}{near}", remedy)


def typed_only(context: Context) -> Iterator[Refusal]:
    """Imports that run and, unlike before, ask for names that their module binds for type checkers alone."""
    mapping = context.mapping
    for before, after in (*context.modules, *(("", context.after.layout.module_of(one)) for one in context.created)):
        if not after or context.after.symbols.path(after).endswith(".pyi"):
            continue
        known = {
            mapping.of(Identity(source, name)) for source, name, _ in _asked(context.before, before)
        } if before else set[Identity]()  # fmt: skip
        for source, name, line in _asked(context.after, after):
            if Identity(source, name) not in known:
                why = f"{source} binds `{name}` for type checkers only, and the import would run"
                yield Refusal(context.after.symbols.path(after), line, CHECK, why, "import it under TYPE_CHECKING")


def _asked(project: Project, module: str) -> Iterator[tuple[str, str, int]]:
    """What run-time imports of a module take that is not bound when it runs: module, name, and line."""
    symbols = project.symbols
    steps = frozenset(step.line for step in project.facts(Step)[module])
    for row in symbols.imports[module]:
        idle = row.at_import and row.line not in steps
        if row.kind == "typing" or row.caught or idle:
            continue
        absolute = symbols.absolute(module, f"{'.' * row.level}{row.target}")
        source = symbols.locate(absolute, module) if absolute else None
        if source is None or project.layout.modules[source].kind != "source" or symbols.gap(source):
            continue
        bound = {step.name for step in project.facts(Step)[source]}
        for name, _ in row.names:
            rows = symbols.interior(source).bindings.get(name, ())
            firm = bool(rows) and all(one.kind in ("import", "class", "function") for one in rows)
            if firm and name not in bound and symbols.locate(f"{source}.{name}", module) is None:
                yield source, name, row.line


def _name(context: Context, row: UnresolvedImport) -> str:
    """What does not resolve, as it is called afterwards."""
    if row.kind == "module":
        return row.name
    parent, _, part = row.name.rpartition(".")
    return f"{context.mapping.module(parent)}.{part}"


def counted(context: Context) -> int:
    """How many import statements the project has."""
    return sum(len(rows) for _, rows in context.after.symbols.imports.items())
