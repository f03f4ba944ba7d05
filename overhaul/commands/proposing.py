"""The command that drafts a migration from the audit."""

from __future__ import annotations

import sys
from typing import Any

import click

from overhaul.commands.options import flags, path_argument, run_options
from overhaul.commands.running import look, open_project, say


@click.command()
@click.argument("kind", required=False)
@path_argument
@click.option("-o", "--output", metavar="FILE", help="Write it to FILE, which is new; `-` is standard output.")
@click.option("--force", is_flag=True, help="Write over a FILE that is there.")
@run_options
def propose(kind: str | None, path: str, output: str | None, force: bool, **options: Any) -> int:
    """Draft a migration file from the audit, for you to look at.

    KIND says what of: cache, cycles, duplicates, managers, state, or one of your own; without it they are listed. What
    nobody can be sure of is marked "by hand", and what a decision protects is left out (`overhaul decide`).
    `overhaul migrate FILE` then shows what it would do.
    """
    from pathlib import Path

    from overhaul.commands.output import write_file, write_stdout
    from overhaul.deciding.keeping import Keeping
    from overhaul.drafts import migration_text
    from overhaul.errors import UsageError
    from overhaul.project import Project

    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    if kind is None:
        drafts = workspace.leaves.drafts
        width = max(map(len, drafts), default=0)
        for name, one in sorted(drafts.items()):
            say(f"  {name:{width}}  {one.summary}")
        raise click.UsageError("say what to draft: overhaul propose KIND [PATH], KIND being one of the above")
    leaf = workspace.leaves.draft(kind)
    to_file = output is not None and output != "-"
    if output is not None and to_file and not force and Path(output).exists():
        raise UsageError(f"{output}: is there already: name another file, or give --force")
    survey = look(workspace, quiet=options["quiet"], no_color=options["no_color"])
    # What was drafted before is written over, and no place that speaks of the code.
    steps = tuple(Keeping(survey).drafted(leaf.function(Project(survey, apart=output if to_file else None))))
    if not steps:
        if not options["quiet"]:
            say(f"overhaul: nothing to propose: the audit has found no {kind} that could be migrated")
        return 0
    data = migration_text(leaf.summary.rstrip("."), steps).encode()
    if output is None or not to_file:
        write_stdout([data], sys.stdout.buffer)
        return 0
    write_file(Path(output), [data])
    if not options["quiet"]:
        ready = sum(1 for one in steps if one.ready)
        say(f"overhaul: {output}: {len(steps)} steps, {ready} ready: look at it, then `overhaul migrate {output}`")
    return 0
