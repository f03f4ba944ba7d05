"""The command line: what is called by which name, and how a run exits.

Only click is imported here; each command imports what it needs when it runs, so that `overhaul --version` and shell
completion answer at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import click
from click.core import ParameterSource

from overhaul import __version__
from overhaul.commands.campaigning import phase, plan, status
from overhaul.commands.deciding import decide
from overhaul.commands.migrating import migrate, move, rename
from overhaul.commands.options import colour, config_option, flags, path_argument, run_options
from overhaul.commands.options import kinds as named_kinds
from overhaul.commands.perf import perf
from overhaul.commands.proposing import propose
from overhaul.commands.ratchet import baseline, check, init
from overhaul.commands.running import deliver, look, open_project, say
from overhaul.commands.scaffolding import scaffold
from overhaul.commands.undo import undo

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
        if error.code == BROKEN_PIPE:
            _drop_output()
            return BROKEN_PIPE
        say(f"overhaul: {error}")
        if error.code == FAILED:
            _drop_output()
        return error.code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):  # before a command runs, or at one of click's prompts
        say("overhaul: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except Exception:  # noqa: BLE001 - the last resort: Python's own exit code would be 1, which means findings
        import traceback

        for line in traceback.format_exc().splitlines():
            say(line)
        say("overhaul: this is a mistake in overhaul, or in a leaf of yours: please report it with the lines above")
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
        from overhaul.errors import NotWritten, OverhaulError

        try:
            return super().invoke(ctx)
        except NotWritten as error:
            for reason in error.reasons:
                say(reason)
            raise _Ended("nothing has been changed", error.exit_code) from error
        except BrokenPipeError:
            # click would make the exit code 1 of it, which means findings.
            raise _Ended("", BROKEN_PIPE) from None
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
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule or family. Repeatable.")
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
    workspace = open_project(path, flags(options, select, ignore), quiet=quiet, verbose=options["verbose"])
    wanted = orders(reports or (() if quiet else ("terminal",)), workspace.leaves)
    config = workspace.config
    workspace.leaves.selected_rules(config.select, config.ignore, config.extend_select)
    # Read before the audit, which it would be a pity to do for a file that is none of ours.
    read_baseline(workspace)
    earlier = None if compare is None else read_report(compare)
    carried = told_tables(tables, workspace.leaves)
    survey = look(workspace, quiet=quiet, no_color=options["no_color"])
    survey.make()
    survey.told_tables = carried
    if earlier is not None:
        survey.comparison = compared(earlier, survey)
    deliver(wanted, lambda name: told(workspace.leaves.report(name), survey), coloured=coloured, quiet=quiet)
    return 1 if survey.verdict.new else 0


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

    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    survey = look(workspace, quiet=options["quiet"], no_color=options["no_color"])
    result = list_tables(survey) if listing else answer(survey, sql or "")
    write_stdout(written(result, form), sys.stdout.buffer)
    return 0


@commands.command()
@click.argument("name", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the JSON report instead.")
@click.option("--config-schema", is_flag=True, help="Print the JSON Schema of the settings instead, for editors.")
@click.option("--migration-schema", is_flag=True, help="Print the JSON Schema of migration files instead.")
@click.option("--plan-schema", is_flag=True, help="Print the JSON Schema of what rename, move and migrate tell.")
@click.option("--campaign-schema", is_flag=True, help="Print the JSON Schema of campaign files instead, for editors.")
@config_option
def explain(
    name: str | None, schema: bool, config_schema: bool, migration_schema: bool, plan_schema: bool,
    campaign_schema: bool, config: str | None,
) -> int:  # fmt: skip
    """Tell what a rule, table, report or codemod is about; list them all.

    All are listed without NAME, which may be an analyzer's or a collector's too.
    """
    from overhaul.commands.explain import explanation, overview
    from overhaul.commands.report_schema import report_schema

    leaves = open_project(".", flags({"config": config})).leaves
    if schema:
        click.echo(report_schema(leaves))
    elif config_schema:
        from overhaul.commands.config_schema import config_schema as schema_of_settings

        click.echo(schema_of_settings(leaves))
    elif migration_schema:
        from overhaul.commands.migration_schema import migration_schema as schema_of_migrations

        click.echo(schema_of_migrations(leaves))
    elif plan_schema:
        from overhaul.commands.plan_report import plan_schema as schema_of_plans

        click.echo(schema_of_plans())
    elif campaign_schema:
        from overhaul.commands.campaign_report import campaign_schema as schema_of_campaigns

        click.echo(schema_of_campaigns(leaves))
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
    """Print the entry that records why a group stays as it is.

    That is a group of duplicates, or another candidate for one implementation.

    ID is its identity, as reports show it: dup-1f0c9a2b3d4e. Nothing is written: paste what is printed.
    """
    from datetime import date

    from overhaul.commands.justify import expiry, justified
    from overhaul.commands.output import write_stdout

    day = expiry(expires, date.today())
    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    survey = look(workspace, quiet=options["quiet"], no_color=options["no_color"])
    write_stdout([justified(survey, identity, reason, owner, day)], sys.stdout.buffer)
    return 0


@commands.command()
@click.argument("what")
@path_argument
@click.option("--reason", default="", metavar="TEXT", help="Why it is not to be changed.")
@click.option("--owner", default="", metavar="NAME", help="Who is to be asked.")
@click.option("--code-only", is_flag=True, help="Of a file: its layout and comments may change.")
@config_option
def freeze(what: str, path: str, reason: str, owner: str, code_only: bool, config: str | None) -> int:
    """Print the entry that says what is not to be changed.

    That is a definition, a module or a file.

    WHAT is `package.module:Class.method`, `package.module`, or a path. Nothing is written: paste what is printed.
    """
    from overhaul.commands.freeze import frozen_entry
    from overhaul.commands.output import write_stdout

    workspace = open_project(path, flags({"config": config, "no_store": True}))
    entry = frozen_entry(workspace.root, workspace.config, what, reason, owner, code_only=code_only)
    write_stdout([entry], sys.stdout.buffer)
    return 0


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
    """Draw the import graph, or state machines.

    The formats svg and png need Graphviz.
    """
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
    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    survey = look(workspace, quiet=options["quiet"], no_color=options["no_color"])
    drawing = draw_states(survey, machine) if states else draw(survey, form, package_depth, cycles_only, chosen)
    if output is None or output == "-":
        write_stdout([drawing], sys.stdout.buffer)
    else:
        write_file(Path(output), encoded([drawing]))
    return 0


for command in (
    plan, phase, status, decide, propose, rename, move, migrate, scaffold, undo, check, baseline, init, perf,
):  # fmt: skip
    commands.add_command(command)
