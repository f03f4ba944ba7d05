"""The commands that change code: rename, move, migrate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from overhaul.commands.options import colour, flags, path_argument, run_options
from overhaul.commands.running import look, open_project, plain, say
from overhaul.commands.undo import journals_home

if TYPE_CHECKING:
    from overhaul.commands.workspace import Workspace
    from overhaul.config import Verify
    from overhaul.plans import Plan, Step
    from overhaul.project import Project
    from overhaul.survey import Survey

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Steps = Callable[["Project", "Workspace"], "Sequence[Step]"]

_PLANNING: Final = (
    click.option("--write", is_flag=True, help="Write what is planned, if it is proven."),
    click.option("--allow-dirty", is_flag=True, help="Write though git knows of changes that are not committed."),
    click.option("--commit", is_flag=True, help="Make one commit of it, with a summary; implies --write."),
    click.option(
        "--roll-back-on", "triggers", multiple=True, metavar="TRIGGER,...",
        help="Take it back at once when, behind it, tests fail, imports lead nowhere, performance drops, or state "
        "cannot be read: tests, imports, performance, state. Commands are those of the settings. Repeatable.",
    ),
    click.option(
        "--phase", metavar="N",
        help="The phase of the campaign that it belongs to; by default the current one, `none` for none.",
    ),
    click.option(
        "--verify", multiple=True, metavar="COMMAND",
        help="Run this in a scratch copy, before and after: what failed before may fail, nothing else. Repeatable.",
    ),
    click.option("--no-verify", is_flag=True, help="Do not run the commands of the settings."),
    click.option(
        "--without", multiple=True, metavar="STEP|PATH",
        help="Leave out a step, by its number, or a file in which only text changes. Repeatable.",
    ),
    click.option(
        "--despite", multiple=True, metavar="ID",
        help="Do it although this decision protects what it changes (`overhaul decide --list`). Repeatable.",
    ),
    click.option("--code-only", is_flag=True, help="Change no text that is no code; where it speaks of it is told."),
    click.option(
        "--leave-strings", is_flag=True,
        help="Leave strings in code as they are that speak of what is moved and cannot be rewritten exactly.",
    ),
    click.option(
        "--diff/--no-diff", "shown", default=None, help="Show what changes; by default where nothing is written."
    ),
    click.option(
        "--json", "file", is_flag=False, flag_value="-", metavar="[FILE]",
        help="Tell all as JSON instead, to FILE or standard output.",
    ),
    click.option("--covered", is_flag=True, help="Say which tests get to what changes, and what none gets to."),
    click.option("--color", is_flag=True, help="Colours, wherever it goes."),
)


def planning_options(command: _Command) -> _Command:
    """The options of every command that plans; they arrive with those of `run_options`."""
    command = run_options(command)
    for option in reversed(_PLANNING):
        command = option(command)
    return command


SETTINGS_OPTION: Final = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE",
    help="A key of the codemod (`overhaul explain CODEMOD` lists them), its value as in TOML. Repeatable.",
)  # fmt: skip
_SHIM: Final = click.option("--shim", is_flag=True, help="Let the old name go on to work, with a DeprecationWarning.")


@click.command()
@click.argument("target")
@click.argument("name", metavar="NEW")
@path_argument
@_SHIM
@SETTINGS_OPTION
@planning_options
def rename(target: str, name: str, path: str, shim: bool, settings: tuple[str, ...], **options: Any) -> int:
    """Give a symbol, a member, a module or a package another name, everywhere.

    TARGET is `package.module:Name`, `package.module:Class.member` or `package.module`; NEW is a plain name.

    What would be written is shown; --write writes it. Exits with 1 when it is refused.
    """
    from overhaul.commands.targets import rename_step

    def steps(project: Project, workspace: Workspace) -> Sequence[Step]:
        return [rename_step(project, workspace.leaves, target, name, settings, shim=shim)]

    return carry_out(f"Rename {target} to {name}", steps, path, options)


@click.command()
@click.argument("target")
@click.argument("place", metavar="TO")
@path_argument
@_SHIM
@SETTINGS_OPTION
@planning_options
def move(target: str, place: str, path: str, shim: bool, settings: tuple[str, ...], **options: Any) -> int:
    """Put a symbol into another module, or a module or package elsewhere.

    TARGET is `package.module:Name` or `package.module`. TO is a module: that which gets the symbol, or what the module
    is called afterwards; a package that is there takes the module in.

    What would be written is shown; --write writes it. Exits with 1 when it is refused.
    """
    from overhaul.commands.targets import move_step

    def steps(project: Project, workspace: Workspace) -> Sequence[Step]:
        return [move_step(project, workspace.leaves, target, place, settings, shim=shim)]

    return carry_out(f"Move {target} to {place}", steps, path, options)


@click.command()
@click.argument("migration", metavar="FILE", required=False, type=click.Path())
@path_argument
@click.option("--drop-shims", is_flag=True, help="Take away the shims that nothing uses any more, without a FILE.")
@planning_options
def migrate(migration: str | None, path: str, drop_shims: bool, **options: Any) -> int:
    """Carry out the steps of a migration file, as one change.

    FILE is TOML: `[[steps]]`, each with `codemod` and what it asks for.

    What would be written is shown; --write writes it. Exits with 1 when it is refused.
    """
    from pathlib import Path

    from overhaul.migrations import asked_for, load_migration
    from overhaul.plans import Step

    if drop_shims:
        path = migration if migration is not None and path == "." else path

        def dropping(project: Project, workspace: Workspace) -> Sequence[Step]:
            return [Step("drop_shims", asked_for(workspace.leaves.codemod("drop_shims"), {}, ()))]

        return carry_out("Take away the shims that nothing uses", dropping, path, options)
    if migration is None:
        raise click.UsageError("no migration file: overhaul migrate FILE [PATH], or migrate --drop-shims [PATH]")
    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    loaded = load_migration(Path(migration), workspace.leaves)

    def steps(project: Project, workspace: Workspace) -> Sequence[Step]:
        return loaded.steps

    return carry_out(loaded.title, steps, path, options, loaded.verify, workspace, migration)


def carry_out(
    title: str, steps: _Steps, path: str, options: dict[str, Any], verify: Verify | None = None,
    workspace: Workspace | None = None, migration: str | None = None,
) -> int:  # fmt: skip
    """Plan, tell, and write if that is asked for; the exit code. `options` are those of `planning_options`.

    `migration` is the file that says the steps: it speaks of what they change, and is not told as a place that does.
    """
    from overhaul.commands.stepping import phase_of, rolled_back, triggers_of, watching
    from overhaul.planning import Asked, plan
    from overhaul.project import Project

    if options["allow_dirty"] and not (options["write"] or options["commit"]):
        raise click.UsageError("--allow-dirty needs --write")
    if options["triggers"] and not (options["write"] or options["commit"]):
        raise click.UsageError("--roll-back-on needs --write")
    if options["commit"] and options["triggers"]:
        raise click.UsageError("--roll-back-on goes with --write: commit once it has held")
    if (options["write"] or options["commit"]) and options["file"] not in (None, "-"):
        _check_place(options["file"])
    quiet = options["quiet"]
    workspace = workspace or open_project(path, flags(options), quiet=quiet, verbose=options["verbose"])
    writes = options["write"] or options["commit"]
    if writes:
        from overhaul.transaction.writing import recover

        # What an interrupted run has left is put back first: it is not to be planned upon.
        for line in recover(workspace.root, store=journals_home(workspace.root)):
            say(line)
    else:
        _check_whole(workspace)
    phase = phase_of(workspace, options["phase"]) if writes or options["phase"] else ""
    triggers = triggers_of(options["triggers"])
    survey = look(workspace, quiet=quiet, no_color=options["no_color"])
    project = Project(survey, apart=migration)
    asked = Asked(
        without=_parts(options["without"]), code_only=options["code_only"], leave_strings=options["leave_strings"],
        despite=tuple(options["despite"]),
        verify=_verify(workspace, options, verify, quiet=quiet),
    )  # fmt: skip
    with _bar(quiet=quiet, no_color=options["no_color"]) as told:
        made = plan(project, steps(project, workspace), workspace.leaves, asked, told)
    number = ""
    lines: list[str] = []
    fired: Sequence[str] = ()
    if writes and made.files and not made.refusals:
        watch = watching(survey, triggers, verify) if triggers else None
        _check_standing(workspace, survey)
        number, lines = _written(workspace, made, title, options, phase)
        if watch is not None and (fired := rolled_back(workspace, watch, made, number)):
            del lines[-1]
    try:
        _tell(made, project, title, number, options, back=bool(fired))
    except BaseException:
        # What is written has to be known all the more where the rest cannot be told.
        quiet = False
        raise
    finally:
        if not quiet:
            for line in lines:
                say(line)
    return 1 if made.refusals or fired else 0


def _check_place(file: str) -> None:
    """Raises UsageError for a file that could not be written once all else is."""
    import os
    from pathlib import Path

    from overhaul.errors import UsageError

    target = Path(os.path.realpath(file))
    if target.is_dir() or not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise UsageError(f"{file}: cannot be written: name another file")


def _check_whole(workspace: Workspace) -> None:
    """Raises Refused where a transaction has not ended: what would be planned upon is half written."""
    from overhaul.errors import Refused
    from overhaul.printable import printable
    from overhaul.transaction.writing import interrupted

    if title := interrupted(workspace.root, store=journals_home(workspace.root)):
        raise Refused(
            f"{workspace.root}: `{printable(title)}` has not ended: wait where it is still at work; what was "
            "interrupted `overhaul undo` puts back"
        )


def _parts(without: Sequence[str]) -> tuple[str, ...]:
    """What `--without` names, a number as it is counted."""
    from posixpath import normpath

    return tuple(str(int(one)) if one.isdecimal() else normpath(one.replace("\\", "/")) for one in without)


def _check_standing(workspace: Workspace, planned: Survey) -> None:
    """Raises NotWritten when the code is not what the plan was made and proven for.

    A file that the plan does not change may speak of what it moves by now; the commands of the user take their time.
    """
    from overhaul.errors import NotWritten
    from overhaul.survey import survey

    before = _contents(planned)
    now = _contents(survey(workspace.root, workspace.config, workspace.leaves, store=workspace.store))
    changed = sorted(path for path in before.keys() | now.keys() if before.get(path, b"") != now.get(path, b""))
    if changed:
        raise NotWritten(f"{path}: has changed since the plan was made: plan anew" for path in changed)


def _contents(survey: Survey) -> dict[str, bytes | None]:
    """Path -> digest of each module; None for one that cannot be parsed."""
    return {survey.place(module): survey.digest(module) for module in survey.layout.modules}


def _written(
    workspace: Workspace, made: Plan, title: str, options: dict[str, Any], phase: str
) -> tuple[str, list[str]]:
    """Write it; the number of the transaction, and what to say of it."""
    from overhaul.transaction.committing import message
    from overhaul.transaction.writing import write

    summary = message(title, made.files, made.moved, len(made.leftovers)) if options["commit"] else ""
    done = write(
        workspace.root, made.files, title, allow_dirty=options["allow_dirty"],
        commit=summary, phase=phase, store=journals_home(workspace.root),
    )  # fmt: skip
    files = "1 file" if done.files == 1 else f"{done.files:,} files"
    committed = f" and committed as {done.commit[:12]}" if done.commit else ""
    of = f" in phase {phase}" if phase else ""
    closing = f"overhaul: {files} written{of}{committed}; `overhaul undo {done.number}` takes it back"
    return str(done.number), [*done.notes, closing]


def _verify(
    workspace: Workspace, options: dict[str, Any], own: Verify | None, *, quiet: bool
) -> Verify | None:  # fmt: skip
    """The commands to run: those of the command line, else of the migration file, else of the settings."""
    from pathlib import Path

    import msgspec

    from overhaul.commands.workspace import distrusted

    settings = workspace.config.verify
    if options["verify"]:
        timeout = (own or settings).timeout
        return msgspec.structs.replace(settings, commands=tuple(options["verify"]), timeout=timeout)
    if options["no_verify"]:
        return None
    if own is not None:
        return own if own.commands else None
    if not settings.commands:
        return None
    why = "" if options["config"] else distrusted(Path(workspace.config.source), (), Path.cwd())
    if why:
        if not quiet:
            say(f"overhaul: the commands of the settings are not run, because {why}")
        return None
    return settings


def _tell(made: Plan, project: Project, title: str, number: str, options: dict[str, Any], *, back: bool) -> None:
    """The plan on standard output or as JSON; `back`: it was written, and taken back."""
    from pathlib import Path

    from overhaul.commands.output import write_file, write_stdout
    from overhaul.commands.plan_report import plan_json
    from overhaul.commands.plan_telling import diffs, summary

    coloured = options["color"] or colour(sys.stdout, refused=options["no_color"])
    if options["file"] is not None:
        data = plan_json(made, project, title, "" if back else number)
        if options["file"] == "-":
            write_stdout([data], sys.stdout.buffer)
            return
        write_file(Path(options["file"]), [data])
    if options["quiet"] and not made.refusals:
        return
    shown = options["shown"] if options["shown"] is not None else not number and not options["quiet"]
    chunks = [*(diffs(made, project) if shown else ()), *summary(made, title)]
    if options["covered"]:
        from overhaul.commands.covering import covered_lines

        chunks += covered_lines(made, project)
    if made.files and not made.refusals and not number:
        chunks.append("Nothing has been written: --write writes it.\n")
    write_stdout(chunks if coloured else map(plain, chunks), sys.stdout.buffer)


def _bar(*, quiet: bool, no_color: bool) -> Any:
    """A bar that tells which step is worked at, on a terminal."""
    from overhaul.commands.progress import Stages

    return Stages(drawn=not quiet and sys.stderr.isatty(), colour=colour(sys.stderr, refused=no_color))
