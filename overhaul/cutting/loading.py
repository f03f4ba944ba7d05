"""The orders in which modules are begun and complete when one is imported, told from the lines of their imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from overhaul.facts import Import

if TYPE_CHECKING:
    from overhaul.project import Project


class Loading:
    """The imports of one project, line by line."""

    def __init__(self, project: Project) -> None:
        """Read when it is first asked."""
        self._project = project

    def orders(self, start: str) -> tuple[Sequence[str], Sequence[str]]:
        """All modules of the project that are imported when one is: as they are begun, and as they are complete."""
        begun: list[str] = [start]
        return begun, list(self._complete(begun))

    @cached_property
    def _rows(self) -> Mapping[str, Sequence[str]]:
        rows: dict[str, list[tuple[int, str]]] = {}
        found: Sequence[Import] = self._project.survey.rows(Import)
        for row in found:
            if row.kind in ("module", "conditional"):
                rows.setdefault(row.importer, []).append((row.line, row.imported))
        return {importer: tuple(imported for _, imported in sorted(several)) for importer, several in rows.items()}

    def _complete(self, begun: list[str]) -> Iterator[str]:
        start = begun[0]
        seen = {start}
        stack: list[tuple[str, Iterator[str]]] = [(start, self._needs(start))]
        while stack:
            module, rest = stack[-1]
            for other in rest:
                if other not in seen:
                    seen.add(other)
                    begun.append(other)
                    stack.append((other, self._needs(other)))
                    break
            else:
                stack.pop()
                yield module

    def _needs(self, module: str) -> Iterator[str]:
        """What is imported for a module: the package around it, then what its lines say."""
        package = module.rpartition(".")[0]
        if package in self._project.layout.modules:
            yield package
        yield from self._rows.get(module, ())
