"""No module comes to need a third-party package that it could be imported without."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Final

from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Context
from overhaul.proving.rings import changed_imports

CHECK: Final = "imports"


def requirements(context: Context) -> Iterator[Refusal]:
    """The packages that modules would load when they are imported, by whichever way, and did not.

    Left out are the standard library, what the metadata requires, what the module's own top-level package loads anyway,
    and imports in branches or whose failure is caught. Only modules that import something else than before need be
    looked at: all others load what they loaded.
    """
    otherwise = sorted(changed_imports(context))
    if not otherwise:
        return
    before, after = _Loads(context.before), _Loads(context.after)
    origins = {new: old for old, new in context.modules if new}
    for module in otherwise:
        origin = origins.get(module)
        if origin is None:
            continue
        known = before.packages(origin).keys() | before.packages(origin.partition(".")[0]).keys()
        for package, chain in after.packages(module).items():
            if package in known or package.lower() in context.before.layout.needed:
                continue
            path, line = after.place(chain[-1], package)
            why = f"{' -> '.join((*chain, package))}: importing {module} would need {package}, and does not now"
            remedy = f"add {package} to the dependencies of the project, import it in the functions that need it, or " \
                "choose another place"  # fmt: skip
            yield Refusal(path, line, CHECK, why, remedy)


class _Loads:
    """What is loaded when modules of one project are imported."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._direct: dict[str, tuple[list[str], dict[str, int]]] = {}
        self._found: dict[str, Mapping[str, tuple[str, ...]]] = {}

    def packages(self, module: str) -> Mapping[str, tuple[str, ...]]:
        """Third-party package -> the chain of modules by which importing one loads it."""
        found = self._found.get(module)
        if found is None:
            found = self._found[module] = dict(self._reached(module))
        return found

    def place(self, module: str, package: str) -> tuple[str, int]:
        """The statement that imports a package."""
        return self._project.symbols.path(module), self._imported(module)[1].get(package, 0)

    def _reached(self, module: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        if module not in self._project.layout.modules:
            return
        came: dict[str, str] = {module: ""}
        waiting = [module]
        told: set[str] = set()
        for one in waiting:
            modules, packages = self._imported(one)
            for package in packages:
                if package not in told:
                    told.add(package)
                    yield package, _chain(one, came)
            for other in modules:
                if other not in came:
                    came[other] = one
                    waiting.append(other)

    def _imported(self, module: str) -> tuple[list[str], dict[str, int]]:
        """The project's modules that one imports, with those that are loaded on the way, and package -> line."""
        found = self._direct.get(module)
        if found is not None:
            return found
        modules: list[str] = []
        packages: dict[str, int] = {}
        symbols, layout = self._project.symbols, self._project.layout
        for row in symbols.imports[module]:
            # What stands in a branch need not run.
            if row.kind != "module" or not row.at_import or row.caught:
                continue
            absolute = symbols.absolute(module, f"{'.' * row.level}{row.target}")
            if absolute is None:
                continue
            target = symbols.locate(absolute, module)
            if target is None:
                top = absolute.partition(".")[0]
                if not layout.is_first_party(absolute, module) and top not in sys.stdlib_module_names:
                    packages.setdefault(top, row.line)
                continue
            for name in (*(f"{target}.{name}" for name, _ in row.names), target):
                inner = symbols.locate(name, module)
                while inner:
                    if inner in layout.modules:
                        modules.append(inner)
                    inner = inner.rpartition(".")[0]
        self._direct[module] = modules, packages
        return modules, packages


def _chain(module: str, came: Mapping[str, str]) -> tuple[str, ...]:
    chain = [module]
    while came[chain[-1]]:
        chain.append(came[chain[-1]])
    return tuple(reversed(chain))
