"""The orders in which modules are begun and complete when one is imported, told from the lines of their imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.facts import Import

if TYPE_CHECKING:
    from overhaul.project import Project


def loading(project: Project, start: str) -> tuple[Sequence[str], Sequence[str]]:
    """All modules of the project that are imported when one is: as they are begun, and as they are complete."""
    rows: dict[str, list[tuple[int, str]]] = {}
    found: Sequence[Import] = project.survey.rows(Import)
    for row in found:
        if row.kind in ("module", "conditional"):
            rows.setdefault(row.importer, []).append((row.line, row.imported))
    begun: list[str] = [start]
    return begun, list(_complete(project, rows, begun))


def _complete(project: Project, rows: dict[str, list[tuple[int, str]]], begun: list[str]) -> Iterator[str]:
    start = begun[0]
    seen = {start}
    stack: list[tuple[str, Iterator[str]]] = [(start, _needs(project, rows, start))]
    while stack:
        module, rest = stack[-1]
        for other in rest:
            if other not in seen:
                seen.add(other)
                begun.append(other)
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
