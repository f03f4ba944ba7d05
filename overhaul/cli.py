"""The command line: the one place that prints and exits.

Only click is imported here; each command imports what it needs when it runs, so that `overhaul --version` and shell
completion answer at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from overhaul import __version__
from overhaul.commands.options import colour, config_option, flags, path_argument, run_options
from overhaul.commands.options import kinds as named_kinds

if TYPE_CHECKING:
    from pathlib import Path

    from overhaul.commands.output import Order
    from overhaul.commands.workspace import Flags, Workspace
    from overhaul.config import Severity
    from overhaul.survey import Survey
    from overhaul.workers import Ahead

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""
FAILED: Final = 3
"""Exit code of a run that broke off."""
BROKEN_PIPE: Final = 141
"""Exit code when the reader of our output has gone, by the same rule."""


def main() -> None:
    """Run the command line and exit with its code: 0 nothing to report, 1 findings, 2 usage, 3 the run failed."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line; the exit code."""
    try:
        code = commands.main(list(arguments), prog_name="overhaul", standalone_mode=False)
        sys.stdout.flush()
    except _Ended as error:
        _say(f"overhaul: {error}")
        if error.code == FAILED:
            _drop_output()
        return error.code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):  # before a command runs, or at one of click's prompts
        _say("overhaul: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except Exception:  # noqa: BLE001 - the last resort: Python's own exit code would be 1, which means findings
        import traceback

        for line in traceback.format_exc().splitlines():
            _say(line)
        _say("overhaul: this is a mistake in overhaul, or in a leaf of yours: please report it with the lines above")
        return FAILED
    return code if isinstance(code, int) else 0


def _drop_output() -> None:
    """Forget what is still in the buffer: nobody can take it, and the interpreter would complain while it exits."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Ended(Exception):
    """A command ended early: one line for standard error, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class _Commands(click.Group):
    """The commands; whatever overhaul raises on purpose ends them with one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        from overhaul.errors import OverhaulError

        try:
            return super().invoke(ctx)
        except OverhaulError as error:
            raise _Ended(str(error), error.exit_code) from error
        except KeyboardInterrupt:
            raise _Ended("interrupted", INTERRUPTED) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="overhaul", message="%(prog)s %(version)s")
def commands() -> None:
    """Find what a large Python codebase has too many of, and bring it to one implementation of each."""


@commands.command()
@path_argument
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="NAME[=FILE]",
    help="terminal (the default), html, json ...; FILE may be - for standard output. Repeatable.",
)
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule. Repeatable.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not run this rule. Repeatable.")
@click.option(
    "--compare", type=click.Path(allow_dash=True), metavar="FILE",
    help="Say what has changed since an earlier JSON report; - for standard input.",
)
@click.option(
    "--tables", multiple=True, metavar="NAME,...", help="The tables that JSON is to carry; none for none. Repeatable."
)
@run_options
def audit(
    path: str, reports: tuple[str, ...], select: tuple[str, ...], ignore: tuple[str, ...], compare: str | None,
    tables: tuple[str, ...], **options: Any,
) -> int:  # fmt: skip
    """Look at all the code below PATH, and report.

    Exits with 0 when there is nothing new, 1 when there are findings that are neither suppressed nor in the baseline.
    """
    from overhaul.commands.baseline import read_baseline
    from overhaul.commands.compare import compared, read_report
    from overhaul.commands.output import orders, told
    from overhaul.commands.report_schema import told_tables

    quiet, coloured = options["quiet"], colour(sys.stdout, refused=options["no_color"])
    workspace = _open(path, flags(options, select, ignore), quiet=quiet, verbose=options["verbose"])
    wanted = orders(reports or (() if quiet else ("terminal",)), workspace.leaves)
    workspace.leaves.selected_rules(workspace.config.select, workspace.config.ignore)
    # Read before the audit, which it would be a pity to do for a file that is none of ours.
    read_baseline(workspace)
    earlier = None if compare is None else read_report(compare)
    carried = told_tables(tables, workspace.leaves)
    survey = _survey(workspace, quiet=quiet, no_color=options["no_color"])
    survey.make()
    survey.told_tables = carried
    if earlier is not None:
        survey.comparison = compared(earlier, survey)
    _deliver(wanted, lambda name: told(workspace.leaves.report(name), survey), coloured=coloured, quiet=quiet)
    return 1 if survey.verdict.new else 0


@commands.command()
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--root", type=click.Path(), metavar="DIR", help="The project; by default the one you stand in.")
@click.option(
    "--format", "formats", multiple=True, metavar="NAME[=FILE]",
    help="terminal (the default), sarif, gitlab, github, junit, markdown, json ...; - is standard output. Repeatable.",
)  # fmt: skip
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule. Repeatable.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not run this rule. Repeatable.")
@click.option("--since", metavar="REV", help="Take what was there where this revision and HEAD part for inherited.")
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note"]),
    help="The least severity of a new finding that counts for the exit code.",
)  # fmt: skip
@click.option("--inherited", is_flag=True, help="List the inherited findings too.")
@click.option("--update", is_flag=True, help="Take what is fixed out of the baseline.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@run_options
def check(
    files: tuple[str, ...], root: str | None, formats: tuple[str, ...], select: tuple[str, ...],
    ignore: tuple[str, ...], since: str | None, fail_on: Severity | None, inherited: bool, update: bool,
    exit_zero: bool, **options: Any,
) -> int:  # fmt: skip
    """Say what is new: findings that are not in the baseline, and that FILES take part in (all, when none is named).

    Exits with 1 when there are any, or when the baseline holds what is fixed.
    """
    with _ahead(files) as worker:
        return _check(
            files, root, formats, flags(options, select, ignore), since, fail_on, worker, inherited=inherited,
            update=update, exit_zero=exit_zero, quiet=options["quiet"], verbose=options["verbose"],
            no_color=options["no_color"],
        )  # fmt: skip


def _check(
    files: tuple[str, ...], root: str | None, formats: tuple[str, ...], given: Flags, since: str | None,
    fail_on: Severity | None, worker: Ahead | None, *, inherited: bool, update: bool, exit_zero: bool, quiet: bool,
    verbose: bool, no_color: bool,
) -> int:  # fmt: skip
    """Check, with a worker that was started ahead."""
    from overhaul.commands.check import closing, fails, named, project, within
    from overhaul.commands.output import orders, told

    coloured = colour(sys.stdout, refused=no_color)
    top = project(root, given.config)
    names = named(files, top)
    workspace = _open(str(top), given, quiet=quiet, verbose=verbose)
    wanted = orders(formats or (() if quiet else ("terminal",)), workspace.leaves, "--format")
    earlier = None
    if since is not None:
        from overhaul.commands.since import findings_since

        earlier = findings_since(since, workspace)
    survey = _survey(workspace, quiet=quiet or bool(files), no_color=no_color, worker=worker)
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

    _deliver(wanted, told_as, coloured=coloured, quiet=quiet)
    if not quiet:
        aside = any(order.file is None and order.report != "terminal" for order in wanted)
        for line in closing(survey.verdict, updated=update):
            click.echo(line, err=aside)
    failed = fails(survey.verdict, fail_on or workspace.config.fail_on, updated=update)
    return 1 if failed and not exit_zero else 0


@commands.command()
@click.option("--root", type=click.Path(), metavar="DIR", help="The project; by default the one you stand in.")
@click.option("--update", is_flag=True, help="Take out what is fixed, and give what was moved its new name.")
@click.option(
    "--accept", multiple=True, metavar="RULE", help="Add the new findings of this rule, and no others. Repeatable."
)
@run_options
def baseline(root: str | None, update: bool, accept: tuple[str, ...], **options: Any) -> int:
    """Write the baseline: the findings of now, which `overhaul check` takes for inherited from then on.

    Where there is one already it only shrinks: --update takes out what is fixed. Without an option nothing is written
    then, and what could be done is said.
    """
    from overhaul.commands.baseline import checked, written
    from overhaul.commands.check import project

    given = flags(options)
    workspace = _open(str(project(root, given.config)), given, quiet=options["quiet"], verbose=options["verbose"])
    checked(accept, workspace)
    survey = _survey(workspace, quiet=options["quiet"], no_color=options["no_color"])
    for line in written(survey, update=update, accepted=accept):
        if not options["quiet"]:
            click.echo(line)
    return 0


@commands.command()
@click.argument("sql", required=False)
@path_argument
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.option("--tables", "listing", is_flag=True, help="List the tables with their columns and row counts instead.")
@run_options
def query(sql: str | None, path: str, form: str, listing: bool, **options: Any) -> int:
    """Ask the tables in SQL, as SQLite understands it.

    For instance: overhaul query "SELECT path, line FROM classes WHERE name LIKE '%Manager'" src
    """
    from overhaul.commands.query import answer, list_tables, written

    if listing and sql is not None:
        # Without a statement the first argument is the path.
        path = sql
    if not listing and sql is None:
        raise click.UsageError('no statement: overhaul query "SELECT ..." [PATH], or overhaul query --tables [PATH]')
    from overhaul.commands.output import write_stdout

    workspace = _open(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    survey = _survey(workspace, quiet=options["quiet"], no_color=options["no_color"])
    result = list_tables(survey) if listing else answer(survey, sql or "")
    write_stdout(written(result, form), sys.stdout.buffer)
    return 0


@commands.command()
@click.argument("name", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the JSON report instead.")
@click.option("--config-schema", is_flag=True, help="Print the JSON Schema of the settings instead, for editors.")
@config_option
def explain(name: str | None, schema: bool, config_schema: bool, config: str | None) -> int:
    """Tell what a rule, table, analyzer or report is about; without NAME, list them all."""
    from overhaul.commands.explain import explanation, overview
    from overhaul.commands.report_schema import report_schema

    leaves = _open(".", flags({"config": config})).leaves
    if schema:
        click.echo(report_schema(leaves))
    elif config_schema:
        from overhaul.commands.config_schema import config_schema as schema_of_settings

        click.echo(schema_of_settings(leaves))
    elif name is None:
        click.echo(overview(leaves), nl=False)
    else:
        click.echo(explanation(name, leaves), nl=False)
    return 0


@commands.command()
@click.argument("identity", metavar="ID")
@path_argument
@click.option("--reason", default="", metavar="TEXT", help="Why the group stays as it is.")
@click.option("--owner", default="", metavar="NAME", help="Who answers for it.")
@click.option("--expires", metavar="DATE", help="The last day on which it holds: 2030-12-31.")
@run_options
def justify(identity: str, path: str, reason: str, owner: str, expires: str | None, **options: Any) -> int:
    """Print the entry that records why a group of duplicates, or another candidate, stays as it is.

    ID is its identity, as reports show it: dup-1f0c9a2b3d4e. Nothing is written: paste what is printed.
    """
    from datetime import date

    from overhaul.commands.justify import expiry, justified
    from overhaul.commands.output import write_stdout

    day = expiry(expires, date.today())
    workspace = _open(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    survey = _survey(workspace, quiet=options["quiet"], no_color=options["no_color"])
    write_stdout([justified(survey, identity, reason, owner, day)], sys.stdout.buffer)
    return 0


@commands.command()
@path_argument
@click.option("--pre-commit", "hook", is_flag=True, help="Add the hook to .pre-commit-config.yaml too.")
@click.option("--baseline/--no-baseline", "inherit", default=True, help="Whether the findings of now are inherited.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
def init(path: str, hook: bool, inherit: bool, dry_run: bool, yes: bool) -> int:
    """Set overhaul up for the project in PATH: settings, the baseline, and with --pre-commit the hook.

    Every file is shown before it is written, and what exists is only added to.
    """
    from pathlib import Path

    from overhaul.commands.init import edits

    planned = edits(Path(path), hook=hook)
    for edit in planned:
        _offer(edit.file, edit.what, edit.added.splitlines(), edit.content, dry_run=dry_run, yes=yes)
    if not (inherit and _offer_baseline(path, dry_run=dry_run, yes=yes)) and not planned:
        click.echo("Nothing to do: overhaul is set up here.")
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

    workspace = _open(str(Path(path).absolute()), flags({"no_store": dry_run}))
    if not workspace.config.baseline or (file := place(workspace.config, workspace.root)).exists():
        return False
    try:
        found = len(discover(workspace.root, workspace.config).entries)
    except TargetError:
        return False
    asked = f"Look at {found:,} files for findings that {printable(file.name)} is to hold as inherited?"
    if not yes and not dry_run and not click.confirm(asked, default=True):
        return True
    survey = _survey(workspace, quiet=False, no_color=False)
    text = ledger_text(entry for _, entry in survey.entries())
    what = f"a new file, {len(survey.findings):,} findings"
    _offer(file, what, list(preview(text)), text.encode(), dry_run=dry_run, yes=yes)
    return True


def _offer(file: Path, what: str, shown: Iterable[str], content: bytes, *, dry_run: bool, yes: bool) -> None:
    """Show what would be written, and write it if the user wants it."""
    from overhaul.commands.output import write_file
    from overhaul.printable import printable

    click.echo(f"{printable(str(file))}: {what}\n")
    click.echo("".join(f"    {printable(line)}\n" for line in shown))
    if not dry_run and (yes or click.confirm(f"Write {printable(str(file))}?", default=True)):
        write_file(file, [content])


@commands.command()
@path_argument
@click.option(
    "--format", "form", type=click.Choice(["dot", "mermaid", "json", "svg", "png"]), default="dot", show_default=True
)
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Write to FILE instead of standard output.")
@click.option("--package-depth", type=click.IntRange(min=1), metavar="N", help="Draw packages of N names, not modules.")
@click.option("--cycles-only", is_flag=True, help="Draw only what stands in an import cycle.")
@click.option("--kinds", multiple=True, metavar="KIND,...", help="Only imports of these kinds: module, conditional ...")
@click.option("--states", is_flag=True, help="Draw state machines instead, as Mermaid's state diagrams.")
@click.option("--machine", metavar="NAME", help="Only the state machine of this name: Order.state, orders.Order.state.")
@run_options
def graph(
    path: str, form: str, output: str | None, package_depth: int | None, cycles_only: bool, kinds: tuple[str, ...],
    states: bool, machine: str | None, **options: Any,
) -> int:  # fmt: skip
    """Draw the import graph, or state machines. svg and png need Graphviz."""
    from pathlib import Path

    from overhaul.commands.drawing import draw
    from overhaul.commands.output import encoded, write_file, write_stdout
    from overhaul.commands.state_drawing import draw_states

    drawn_by_default = click.get_current_context().get_parameter_source("form") is ParameterSource.DEFAULT
    if states:
        if package_depth is not None or cycles_only or kinds:
            raise click.UsageError("--states draws no imports: leave out --package-depth, --cycles-only and --kinds")
        if form != "mermaid" and not drawn_by_default:
            raise click.UsageError("state machines are drawn as mermaid only: leave out --format")
    elif machine is not None:
        raise click.UsageError("--machine needs --states")

    if form == "png" and output is None and sys.stdout.isatty():
        raise click.UsageError("a picture is nothing for a terminal: name a file with -o FILE")
    chosen = named_kinds(",".join(kinds) or None)
    workspace = _open(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    survey = _survey(workspace, quiet=options["quiet"], no_color=options["no_color"])
    drawing = draw_states(survey, machine) if states else draw(survey, form, package_depth, cycles_only, chosen)
    if output is None or output == "-":
        write_stdout([drawing], sys.stdout.buffer)
    else:
        write_file(Path(output), encoded([drawing]))
    return 0


def _open(path: str, given: Flags, *, quiet: bool = False, verbose: bool = False) -> Workspace:
    """Settings and leaves for an audit of `path`; what was left out is said."""
    import gc
    from pathlib import Path

    from overhaul.commands.workspace import open_workspace

    # Rows and trees hold no rings: the collector would only walk over them, and decoding is six times faster without.
    gc.disable()
    workspace = open_workspace(Path(path), given)
    gc.freeze()
    if workspace.left_out and not quiet:
        _say(
            f"overhaul: leaves in {', '.join(workspace.left_out)} were left out, because {workspace.config.source} "
            f"does not lie at or above this folder: to run them, go there or pass --config {workspace.config.source}"
        )
    if verbose:
        _say(f"configuration: {workspace.config.source or 'none'}")
        _say(f"store: {_where(workspace.store)}")
    return workspace


def _where(store: Path | None) -> str:
    if store is None:
        return "in memory"
    folder = store / ".overhaul"
    writable = os.access(folder if folder.exists() else store, os.W_OK)
    return str(folder) if writable else f"in memory ({folder} is not writable)"


def _survey(workspace: Workspace, *, quiet: bool, no_color: bool, worker: Ahead | None = None) -> Survey:
    """Look at the code, with a bar on a terminal."""
    from overhaul.survey import survey

    if quiet or not sys.stderr.isatty():
        return survey(workspace.root, workspace.config, workspace.leaves, store=workspace.store, ahead=worker)
    from overhaul.commands.progress import Bar

    with Bar(colour=colour(sys.stderr, refused=no_color)) as bar:
        return survey(
            workspace.root, workspace.config, workspace.leaves, store=workspace.store, progress=bar, ahead=worker
        )


def _ahead(files: Sequence[str]) -> contextlib.AbstractContextManager[Ahead | None]:
    """A worker that gets ready to parse while settings are read and files are listed, where that saves time."""
    if not files or sys.platform == "win32" or (os.cpu_count() or 1) < 2:
        return contextlib.nullcontext()
    from overhaul.workers import Ahead

    return Ahead(_ready)


def _ready() -> None:
    """What the worker imports."""
    from overhaul.survey import ready

    ready()


def _deliver(
    wanted: Iterable[Order], chunks_of: Callable[[str], Iterable[bytes | str]], *, coloured: bool, quiet: bool
) -> None:
    """Write each report that was ordered; `chunks_of` makes the one of a name."""
    from overhaul.commands.output import encoded, write_file, write_stdout

    for order in wanted:
        chunks = chunks_of(order.report)
        if order.file is None:
            write_stdout(chunks if coloured else map(_plain, chunks), sys.stdout.buffer)
            continue
        write_file(order.file, encoded(map(_plain, chunks)))
        if order.announce and not quiet:
            _say(f"wrote {order.file}")


def _plain(chunk: bytes | str) -> bytes | str:
    """Without colours."""
    return chunk if isinstance(chunk, bytes) else click.unstyle(chunk)


def _say(text: str) -> None:
    """One line on standard error."""
    from overhaul.printable import printable

    click.echo(printable(text), err=True)
