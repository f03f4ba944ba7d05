"""The order in which modules are imported when one is, told from the lines of their imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.facts import Import

if TYPE_CHECKING:
    from overhaul.project import Project


def loading(project: Project, start: str) -> Sequence[str]:
    """All modules of the project that are imported when one is, in the order in which they are complete."""
    rows: dict[str, list[tuple[int, str]]] = {}
    found: Sequence[Import] = project.survey.rows(Import)
    for row in found:
        if row.kind in ("module", "conditional"):
            rows.setdefault(row.importer, []).append((row.line, row.imported))
    return list(_complete(project, rows, start))


def _complete(project: Project, rows: dict[str, list[tuple[int, str]]], start: str) -> Iterator[str]:
    seen = {start}
    stack: list[tuple[str, Iterator[str]]] = [(start, _needs(project, rows, start))]
    while stack:
        module, rest = stack[-1]
        for other in rest:
            if other not in seen:
                seen.add(other)
                stack.append((other, _needs(project, rows, other)))
                break
        else:
            stack.pop()
            yield module


def _needs(project: Project, rows: dict[str, list[tuple[int, str]]], module: str) -> Iterator[str]:
    """What is imported for a module: the package around it, then what its lines say."""
    package = module.rpartition(".")[0]
    if package in project.layout.modules:
        yield package
    yield from (imported for _, imported in sorted(rows.get(module, ())))
