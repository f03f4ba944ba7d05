"""A submodule that is reached as an attribute of its package has been loaded by somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from overhaul.project import Project
from overhaul.proving.mapping import Identity
from overhaul.proving.meaning import Told


class Loading:
    """Tells for one module which submodules it can be sure to reach through their packages."""

    def __init__(self, project: Project, module: str) -> None:
        """Imports anywhere in the module count, but for those that only type checkers see."""
        self._project = project
        self._module = module
        self._known: dict[str, frozenset[str]] = {}

    def unsure(self, meanings: Sequence[Told]) -> Iterator[str]:
        """The submodules on the way of a chain that neither this module nor their package imports."""
        for around, inner in pairwise(meanings):
            package, module = _module(around), _module(inner)
            if not package or not module or not module.startswith(f"{package}."):
                continue
            bound = self._project.symbols.interior(package).bindings
            if module.rpartition(".")[2] in bound or module in self._loaded(self._module):
                continue
            if module not in self._loaded(package):
                yield module

    def _loaded(self, module: str) -> frozenset[str]:
        """The modules that the imports of one load, packages around them included."""
        found = self._known.get(module)
        if found is None:
            found = self._known[module] = frozenset(self._loads(module))
        return found

    def _loads(self, module: str) -> Iterator[str]:
        symbols = self._project.symbols
        yield from _around(module)
        for row in symbols.imports[module]:
            if row.kind == "typing":
                continue
            absolute = symbols.absolute(module, f"{'.' * row.level}{row.target}")
            target = symbols.locate(absolute, module) if absolute else None
            if target is None:
                continue
            yield from _around(target)
            for name, _ in row.names:
                inner = symbols.locate(f"{target}.{name}", module) if name != "*" else None
                if inner is not None:
                    yield inner


def _module(told: Told) -> str:
    """The module that something is; "" for anything else."""
    one = next(iter(told)) if len(told) == 1 else Identity("", "")
    return one.module if not one.name else ""


def _around(module: str) -> Iterator[str]:
    while module:
        yield module
        module = module.rpartition(".")[0]
