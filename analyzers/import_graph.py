"""Import statements to edges between the modules of the project."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.facts import Facts, Import, ImportStatement
from overhaul.layout import Layout
from overhaul.leaves import Analyzer


@Analyzer
def import_graph(layout: Layout, statements: Facts[ImportStatement]) -> Iterator[Import]:
    """Every import of one of the project's modules by another, as an edge.

    `from a import b` is an edge to `a.b` when that is a module, else to `a`. The packages that Python loads on the way
    (`import a.b.c` loads `a` and `a.b`) are edges too, marked `implicit`, one for each importer and package.
    """
    for importer, rows in statements.items():
        place = layout.modules[importer]
        if place.stub is not None and place.kind != "stub" and place.path == place.stub:
            continue
        implied: dict[str, ImportStatement] = {}
        told: set[tuple[str, int, str]] = set()
        for row in rows:
            base = row.target if not row.level else layout.resolve_relative(importer, row.level, row.target)
            if not base:
                continue
            edges: dict[str, list[str]] = {}
            # A relative import never leaves its own package tree; an absolute one is looked up root by root.
            target = layout.locate(base, importer)
            if target is None:
                # A folder without modules of its own is no module, and holds none.
                continue
            if not row.names:
                edges[target] = []
            # Only a package has submodules.
            holds_modules = layout.modules[target].package
            for name, _ in row.names:
                submodule = layout.locate(f"{base}.{name}", importer) if holds_modules and name != "*" else None
                if submodule is not None:
                    edges.setdefault(submodule, [])
                    implied.setdefault(target, row)
                else:
                    edges.setdefault(target, []).append(name)
            for imported, names in edges.items():
                edge = imported, row.line, row.kind
                if edge in told:
                    continue
                told.add(edge)
                yield Import(
                    importer=importer, imported=imported, kind=row.kind, implicit=False, names=tuple(names),
                    path=place.path, line=row.line,
                )  # fmt: skip
                package = imported.rpartition(".")[0]
                while package:
                    if package in layout.modules:
                        implied.setdefault(package, row)
                    package = package.rpartition(".")[0]
        explicit = {imported for imported, _, _ in told}
        for package, row in implied.items():
            if package != importer and package not in explicit and layout.modules[package].kind != "namespace":
                yield Import(
                    importer=importer, imported=package, kind=row.kind, implicit=True, names=(), path=place.path,
                    line=row.line,
                )  # fmt: skip

