"""The command that puts unified modules into a project, and tells what has become of those that are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from overhaul.commands.migrating import SETTINGS_OPTION, carry_out, planning_options
from overhaul.commands.options import flags, path_argument
from overhaul.commands.running import open_project, tell

if TYPE_CHECKING:
    from overhaul.commands.workspace import Workspace
    from overhaul.plans import Step
    from overhaul.project import Project


@click.command()
@click.argument("what", metavar="WHAT", required=False)
@path_argument
@click.option("--into", default="", metavar="FILE", help="The module's path, relative to PATH: app/core/cache.py.")
@click.option("--check", is_flag=True, help="Tell which copies have been changed, or are outdated; write nothing.")
@SETTINGS_OPTION
@planning_options
def scaffold(what: str | None, path: str, into: str, check: bool, settings: tuple[str, ...], **options: Any) -> int:
    """Put a copy of a unified module into the project: cache, state, factory, events or instrument.

    What it needs is added to the project's metadata. What would be written is shown; --write writes it.

    With --check, and PATH alone, all copies are looked at; with WHAT and --into that one. Exits with 1 when one has
    been changed by hand, or this overhaul has another text of it.
    """
    from typing import get_args

    from overhaul.errors import UnknownName
    from overhaul.migrations import asked_for
    from overhaul.plans import Step
    from overhaul.scaffolding.copies import What

    modules = get_args(What)
    # In `--check PATH` the path stands where WHAT does otherwise.
    if what is not None and what not in modules and not (check and not into):
        raise UnknownName("module", what, modules)
    if check:
        if what is not None and not into:
            if path != ".":
                raise click.UsageError("--check of one module needs --into FILE; of all copies only PATH")
            return _check(None, into, what, options)
        return _check(what, into, path, options)
    if what is None or not into:
        named = f"{what}" if what is not None else f"WHAT ({', '.join(modules)})"
        raise click.UsageError(f"overhaul scaffold {named} --into FILE [PATH], or overhaul scaffold --check [PATH]")

    def steps(project: Project, workspace: Workspace) -> Sequence[Step]:
        keys = {"what": what, "into": into}
        return [Step("scaffold", asked_for(workspace.leaves.codemod("scaffold"), keys, settings))]

    return carry_out(f"Scaffold {what} into {into}", steps, path, options)


def _check(what: str | None, into: str, path: str, options: dict[str, Any]) -> int:
    """Tell of each copy how it stands; the exit code."""
    import posixpath

    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    wanted = posixpath.normpath(into.replace("\\", "/")) if into else ""
    drifted = False
    seen = False
    for file, kind, wrong in _copies(workspace, wanted):
        if wanted and what is not None and kind != what:
            wrong = f"is a copy of {kind}"
        seen, drifted = True, drifted or bool(wrong)
        if wrong or not options["quiet"]:
            tell(f"{file}: {wrong or f'{kind}: all well'}")
    if wanted and not seen:
        tell(f"{wanted}: is no copy of a unified module: overhaul scaffold {what or 'WHAT'} --into {wanted} makes one")
        drifted = True
    elif not seen and not options["quiet"]:
        tell("there are no copies of unified modules")
    return 1 if drifted else 0


def _copies(workspace: Workspace, wanted: str) -> Iterator[tuple[str, str, str]]:
    """The copies in a project, or the one of that path: where, of what, and what is wrong with it."""
    from overhaul import __version__
    from overhaul.copied import MARK
    from overhaul.errors import Unreadable
    from overhaul.files.discovery import discover
    from overhaul.scaffolding.copies import original, read_copy
    from overhaul.source import read

    tree = discover(workspace.root, workspace.config)
    for entry in tree.entries:
        if wanted and entry.path != wanted:
            continue
        try:
            source = read(tree.root, entry.path)
            copy = read_copy(source.text()) if MARK.encode() in source.data else None
        except Unreadable:
            continue
        if copy is None:
            continue
        told: list[str] = []
        if copy.changed:
            told.append("has been changed by hand")
        if not original(copy.what):
            told.append(f"overhaul {__version__} has no {copy.what}")
        elif copy.outdated:
            told.append(
                f"is of overhaul {copy.version}, and {__version__} has another text of it"
                + ("" if copy.changed else f": overhaul scaffold {copy.what} --into {entry.path} --write renews it")
            )
        yield entry.path, copy.what, "; ".join(told)
