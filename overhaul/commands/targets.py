"""Which codemod a `rename` or `move` means, by what its target is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from overhaul.changes import Target
from overhaul.errors import Refused, UsageError
from overhaul.leaves import Leaves
from overhaul.migrations import asked_for
from overhaul.naming.meanings import Symbol
from overhaul.plans import Step
from overhaul.project import Project


def rename_step(
    project: Project, leaves: Leaves, text: str, new: str, settings: Sequence[str] = (), *, shim: bool = False
) -> Step:
    """The step that gives something another name. Raises UsageError and Refused for what cannot be meant."""
    if not new.isidentifier():
        raise UsageError(f"{new!r} is no name: write a plain one, or use `overhaul move` for another place")
    target = target_of(project, text, lambda module: (_beside(module, new),))
    if not target.name:
        codemod, to = "move_module", _beside(target.module, new)
    else:
        codemod, to = "rename_member" if "." in target.name else "rename_symbol", new
    return _step(leaves, codemod, target, to, settings, shim=shim)


def move_step(
    project: Project, leaves: Leaves, text: str, to: str, settings: Sequence[str] = (), *, shim: bool = False
) -> Step:
    """The step that puts something elsewhere: a symbol into another module, a module under another name.

    A module that is moved to a package that there is goes into it. Raises UsageError and Refused.
    """
    place = _dotted(project, to.removesuffix(":"))
    if not all(part.isidentifier() for part in place.split(".")):
        raise UsageError(f"{to!r} is no module: write its dotted name, package.module")
    known = project.layout.modules
    target = target_of(project, text, lambda module: (_inside(place, module), place))
    if not target.name:
        there, inside = known.get(place), _inside(place, target.module)
        # Asked again, what was moved is no module any more, and stands in the package by its own name.
        goes_in = there is not None and there.package and (target.module in known or inside in known)
        return _step(leaves, "move_module", target, inside if goes_in else place, settings, shim=shim)
    if "." in target.name:
        owner = target.name.partition(".")[0]
        raise UsageError(f"{target}: a member cannot be moved without its class: move {target.module}:{owner}")
    return _step(leaves, "move_symbol", target, place, settings, shim=shim)


def _beside(module: str, name: str) -> str:
    package = module.rpartition(".")[0]
    return f"{package}.{name}" if package else name


def _inside(package: str, module: str) -> str:
    return f"{package}.{module.rpartition('.')[2]}"


def _step(
    leaves: Leaves, codemod: str, target: Target, to: str, settings: Sequence[str], *, shim: bool
) -> Step:  # fmt: skip
    return Step(codemod, asked_for(leaves.codemod(codemod), {"target": str(target), "to": to, "shim": shim}, settings))


def target_of(project: Project, text: str, done: Callable[[str], Iterable[str]]) -> Target:
    """What a user names: `pkg.mod:Class.method`, `pkg.mod`, `pkg/mod.py:Name`, or `pkg.mod.Class` where that is clear.

    A name that is gone is still a module's where there is one of what it is called when it is `done`: asked again, a
    rename or move has nothing to do. Raises UsageError for what is no name, and Refused for what may be two things.
    """
    left, colon, name = text.partition(":")
    module = _dotted(project, left)
    if not all(part.isidentifier() for part in (*module.split("."), *(name.split(".") if name else ()))):
        raise UsageError(f"{text!r} is no name: write package.module, or package.module:Class.method")
    if colon:
        return Target(module, name)
    known = project.layout.modules
    package, _, last = module.rpartition(".")
    if module in known:
        if package in known and (other := project.symbols.interior(package).bindings.get(last)):
            kinds = {row.kind for row in other}
            if kinds != {"import"}:
                raise Refused(f"{text}: {package} binds {last} too: write {package}:{last} for that, {text}: otherwise")
        return Target(module)
    parts = module.split(".")
    for count in range(len(parts) - 1, 0, -1):
        start = ".".join(parts[:count])
        if start in known:
            target = Target(start, ".".join(parts[count:]))
            gone = not isinstance(project.symbols.resolve(module), Symbol)
            return Target(module) if gone and any(name in known for name in done(module)) else target
    return Target(module)


def _dotted(project: Project, text: str) -> str:
    """A module's name, where its path was given too."""
    if text.endswith((".py", ".pyi")) or "/" in text or os.sep in text:
        path = os.path.normpath(text).replace(os.sep, "/")
        here = os.path.relpath(os.path.abspath(text), project.root).replace(os.sep, "/")
        for one in (path, here, f"{path}/__init__.py", f"{here}/__init__.py"):
            try:
                return project.layout.module_of(one)
            except KeyError:
                continue
        raise UsageError(f"{text}: no module of the project has this path: check it, or write package.module")
    return text
