"""Remove old names that nothing in the project uses any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.changes import Delete, Proposal, Replacement
from overhaul.errors import Refused, did_you_mean
from overhaul.lazy import cst
from overhaul.leaves import Codemod
from overhaul.moving.modules_shim_uses import Shim, Uses, shims_of
from overhaul.occurrences.finding import Occurrences, Statement
from overhaul.project import Project
from overhaul.requests import Request


class DropShims(Request, frozen=True):
    """Which shims to remove."""

    names: tuple[str, ...] = ()
    """Old names, as `package.module:Name` or `package.module`; none for all shims that there are."""


@Codemod
def drop_shims(project: Project, request: DropShims) -> Iterator[Proposal]:
    """Remove the shims that earlier migrations have left and that nothing uses any more.

    A shim is told by the comment that was written with it. One that code, strings or configuration still go through
    stays, and each of those places is a leftover; what the project's users do is not known, so remove shims when a
    release says so. The shim of a package stays as long as anything stands in its folder.
    """
    shims = sorted(shims_of(project))
    known = [str(shim.target) for shim in shims]
    for name in request.names:
        if name not in known and name.partition(":")[0] not in project.layout.modules:
            continue  # gone with the module
        if name not in known and not _done(project, name):
            raise Refused(f"{name}: no shim: {did_you_mean(name, known)}")
    chosen = [shim for shim in shims if not request.names or str(shim.target) in request.names]
    uses = Uses(project, shims)
    going: list[Shim] = []
    for shim in chosen:
        places = sorted(set(uses.of(shim)))
        if places:
            yield from places
        else:
            going.append(shim)
    modules = {shim.module for shim in going if not shim.name}
    for shim in going:
        if shim.name:
            continue
        if _all_go(project, shim, modules):
            yield Delete(shim.path, project.source(shim.path).digest, "unused shim")
        else:
            yield project.leftover(shim.path, 2, shim.target, "modules in its folder are still there")
    for path in sorted({shim.path for shim in going if shim.name}):
        yield project.edit(path, _without(project.occurrences(path), [shim for shim in going if shim.path == path]))


def _done(project: Project, name: str) -> bool:
    """Whether a name of a module that is there has been dropped: it has no such name."""
    module, _, rest = name.partition(":")
    return bool(rest) and rest not in project.symbols.names(module)


def _all_go(project: Project, shim: Shim, going: set[str]) -> bool:
    """Whether every module below a package goes too."""
    below = (name for name in project.layout.modules if name.startswith(f"{shim.module}."))
    return all(name in going for name in below)


def _without(names: Occurrences, shims: Sequence[Shim]) -> Iterator[Replacement]:
    """The branches of `__getattr__` that go; all of it where the shims were all it was there for."""
    whole = next((one for one in names.statements if one.suite == -1 and _is_getattr(one)), None)
    if whole is not None:
        number = names.statements.index(whole)
        body = [one for one in names.statements if one.suite == number]
        left = [one for one in body if not any(shim.start < one.start < shim.end for shim in shims)]
        if all(_made_for_shims(one) for one in left) and any(one.node.__class__ is cst.Expr for one in left):
            start = len(names.text[: whole.head].rstrip())
            end = names.lines(whole)[1]
            rest = names.text[end:].strip()
            kept = "\n\n\n" if rest and start else "\n" if start else ""
            yield Replacement(start, len(names.text) - len(names.text[end:].lstrip("\n")), kept, "unused shims")
            return
    for shim in shims:
        yield Replacement(shim.start, shim.end, "", "unused shim")


def _is_getattr(statement: Statement) -> bool:
    return statement.node.__class__ is cst.FunctionDef and statement.node.name.value == "__getattr__"


def _made_for_shims(statement: Statement) -> bool:
    """The docstring and the last line that a shim's function is made with."""
    node = statement.node
    if node.__class__ is cst.Expr and node.value.__class__ is cst.SimpleString:
        return bool(node.value.raw_value == "Names that have moved.")
    return bool(node.__class__ is cst.Raise)
