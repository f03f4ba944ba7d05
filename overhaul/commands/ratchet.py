"""The commands that keep a codebase from getting worse: check, baseline, init."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from overhaul.commands.options import colour, flags, path_argument, run_options
from overhaul.commands.running import ahead, deliver, look, open_project, say, tell

if TYPE_CHECKING:
    from pathlib import Path

    from overhaul.commands.workspace import Flags
    from overhaul.config import Severity
    from overhaul.workers import Ahead


@click.command()
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--root", type=click.Path(), metavar="DIR", help="The project; by default the one you stand in.")
@click.option(
    "--format", "formats", multiple=True, metavar="NAME[=FILE]",
    help="terminal (the default), sarif, gitlab, github, junit, markdown, json ...; - is standard output. Repeatable.",
)  # fmt: skip
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule or family. Repeatable.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not run this rule. Repeatable.")
@click.option("--since", metavar="REV", help="Take what was there where this revision and HEAD part for inherited.")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note"]),
    help="The least severity of a new finding that counts for the exit code.",
)  # fmt: skip
@click.option("--inherited", is_flag=True, help="List the inherited findings too.")
@click.option("--update", is_flag=True, help="Take what is fixed out of the baseline.")
@click.option("--gates", is_flag=True, help="Say which completed phases of the campaign are not complete any more.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@run_options
def check(
    files: tuple[str, ...], root: str | None, formats: tuple[str, ...], select: tuple[str, ...],
    ignore: tuple[str, ...], since: str | None, fail_on: Severity | None, inherited: bool, update: bool, gates: bool,
    exit_zero: bool, **options: Any,
) -> int:  # fmt: skip
    """Say what is new, in the whole project or in FILES.

    That is what is not in the baseline, and what FILES take part in (all, when none is named).

    Exits with 1 when there are any, when the baseline holds what is fixed, and with --gates when a phase that was
    completed is not complete any more.
    """
    with ahead(files) as worker:
        return _check(
            files, root, formats, flags(options, select, ignore), since, fail_on, worker, inherited=inherited,
            update=update, gates=gates, exit_zero=exit_zero, quiet=options["quiet"], verbose=options["verbose"],
            no_color=options["no_color"],
        )  # fmt: skip


def _check(
    files: tuple[str, ...], root: str | None, formats: tuple[str, ...], given: Flags, since: str | None,
    fail_on: Severity | None, worker: Ahead | None, *, inherited: bool, update: bool, gates: bool, exit_zero: bool,
    quiet: bool, verbose: bool, no_color: bool,
) -> int:  # fmt: skip
    """Check, with a worker that was started ahead."""
    from overhaul.commands.check import closing, fails, missing, named, project, some_rule, unread, within
    from overhaul.commands.output import orders, told

    coloured = colour(sys.stdout, refused=no_color)
    top = project(root, given.config)
    names = named(files, top)
    if (nothing := missing(top, files, names)) and not quiet:
        say(nothing)
    workspace = open_project(str(top), given, quiet=quiet, verbose=verbose)
    some_rule(workspace)
    wanted = orders(formats or (() if quiet else ("terminal",)), workspace.leaves, "--format")
    earlier = None
    if since is not None:
        from overhaul.commands.since import findings_since

        earlier = findings_since(since, workspace)
    survey = look(workspace, quiet=quiet or bool(files), no_color=no_color, worker=worker)
    survey.told_tables = frozenset()
    if earlier is not None:
        survey.inherit(earlier, since or "")
    if files:
        survey.narrow(within(survey, names))
    if update:
        from overhaul.commands.baseline import shrink

        shrink(survey)

    def told_as(name: str) -> Iterable[bytes | str]:
        if name != "terminal":
            return told(workspace.leaves.report(name), survey)
        if not (survey.verdict.new or (inherited and survey.verdict.inherited)):
            return ()
        from overhaul.listing import listed

        return listed(survey, inherited=inherited)

    deliver(wanted, told_as, coloured=coloured, quiet=quiet)
    if not quiet:
        aside = any(order.file is None and order.report != "terminal" for order in wanted)
        for line in (*unread(survey), *closing(survey.verdict, updated=update)):
            (say if aside else tell)(line)
    failed = fails(survey.verdict, fail_on or workspace.config.fail_on, updated=update)
    if gates:
        from overhaul.commands.gating import fallen

        aside = any(order.file is None and order.report != "terminal" for order in wanted)
        for line in fallen(survey):
            failed = True
            (say if aside else tell)(line)
    return 1 if failed and not exit_zero else 0


@click.command()
@click.option("--root", type=click.Path(), metavar="DIR", help="The project; by default the one you stand in.")
@click.option("--update", is_flag=True, help="Take out what is fixed, and give what was moved its new name.")
@click.option(
    "--accept", multiple=True, metavar="RULE", help="Add the new findings of this rule, and no others. Repeatable."
)
@run_options
def baseline(root: str | None, update: bool, accept: tuple[str, ...], **options: Any) -> int:
    """Write the baseline of inherited findings, or shorten it.

    Written are the findings of now, which `overhaul check` takes for inherited from then on.

    Where there is one already it only shrinks: --update takes out what is fixed. Without an option nothing is written
    then, and what could be done is said.
    """
    from overhaul.commands.baseline import checked, written
    from overhaul.commands.check import project

    given = flags(options)
    top = str(project(root, given.config))
    workspace = open_project(top, given, quiet=options["quiet"], verbose=options["verbose"])
    checked(accept, workspace)
    survey = look(workspace, quiet=options["quiet"], no_color=options["no_color"])
    for line in written(survey, update=update, accepted=accept):
        if not options["quiet"]:
            tell(line)
    return 0


@click.command()
@path_argument
@click.option("--pre-commit", "hook", is_flag=True, help="Add the hook to .pre-commit-config.yaml too.")
@click.option("--baseline/--no-baseline", "inherit", default=True, help="Whether the findings of now are inherited.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
def init(path: str, hook: bool, inherit: bool, dry_run: bool, yes: bool) -> int:
    """Set overhaul up for the project in PATH.

    It writes settings, the baseline, and with --pre-commit the hook.

    Every file is shown before it is written, and what exists is only added to.
    """
    from pathlib import Path

    from overhaul.commands.init import edits

    planned = edits(Path(path), hook=hook)
    for edit in planned:
        _offer(edit.file, edit.what, edit.added.splitlines(), edit.content, dry_run=dry_run, yes=yes)
    if not (inherit and _offer_baseline(path, dry_run=dry_run, yes=yes)) and not planned:
        tell("Nothing to do: overhaul is set up here.")
    return 0


def _offer_baseline(path: str, *, dry_run: bool, yes: bool) -> bool:
    """Write the baseline if the user wants it; False when there is one, or no Python yet."""
    from pathlib import Path

    from overhaul.commands.baseline import place
    from overhaul.commands.init import preview
    from overhaul.errors import TargetError
    from overhaul.files.discovery import discover
    from overhaul.ledger import ledger_text
    from overhaul.printable import printable

    workspace = open_project(str(Path(path).absolute()), flags({"no_store": dry_run}))
    if not workspace.config.baseline or (file := place(workspace.config, workspace.root)).exists():
        return False
    try:
        found = len(discover(workspace.root, workspace.config).entries)
    except TargetError:
        return False
    files = "1 file" if found == 1 else f"{found:,} files"
    asked = f"Look at {files} for findings that {printable(file.name)} is to hold as inherited?"
    if not yes and not dry_run and not click.confirm(asked, default=True):
        return True
    survey = look(workspace, quiet=False, no_color=False)
    text = ledger_text(entry for _, entry in survey.entries())
    count = len(survey.findings)
    what = "a new file of 1 finding" if count == 1 else f"a new file of {count:,} findings"
    _offer(file, what, list(preview(text)), text.encode(), dry_run=dry_run, yes=yes)
    return True


def _offer(file: Path, what: str, shown: Iterable[str], content: bytes, *, dry_run: bool, yes: bool) -> None:
    """Show what would be written, and write it if the user wants it."""
    from overhaul.commands.output import short, write_file
    from overhaul.printable import printable

    tell(f"{short(file)}: {printable(what)}\n")
    tell("".join(f"    {printable(line)}\n" for line in shown))
    if not dry_run and (yes or click.confirm(f"Write {short(file)}?", default=True)):
        write_file(file, [content])
