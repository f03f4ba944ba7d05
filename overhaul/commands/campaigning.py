"""The commands of a campaign: plan it, judge and complete a phase, say how far it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from overhaul.commands.options import colour, flags, path_argument, run_options
from overhaul.commands.running import look, open_project, plain, say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from overhaul.campaign.gates import Gates
    from overhaul.campaign.model import Campaign, Phase
    from overhaul.commands.workspace import Workspace


@click.command()
@path_argument
@click.option("--family", default="", metavar="ROLE", help="The custom role that is to stand behind one interface.")
@click.option("--title", default="", help="What the campaign is called.")
@click.option("-o", "--output", metavar="FILE", help="Write it to FILE; `-` is standard output.")
@click.option("--docs", metavar="FILE", help="Write it as a page to read, too, in Markdown; `-` is standard output.")
@run_options
def plan(path: str, family: str, title: str, output: str | None, docs: str | None, **options: Any) -> int:
    """Turn an audit into a campaign of ten phases.

    It is written to overhaul-campaign.toml, for review and git. Where there is one already, its items, objectives and
    reasons are written anew; what was completed, dropped, waived or written by somebody stays.
    """
    import msgspec

    from overhaul.campaign.drafting import drafted
    from overhaul.campaign.reading import check_whole, read_campaign
    from overhaul.campaign.texts import campaign_text, write_campaign
    from overhaul.campaign.writing import new_text, renewed_text
    from overhaul.commands.output import short, write_file, write_stdout
    from overhaul.errors import Refused, UnknownName, UsageError
    from overhaul.project import Project

    if output == docs == "-":
        raise UsageError("-o and --docs would both go to standard output: name a file for one of them")
    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    file = _file(workspace, output)
    old = read_campaign(file) if file is not None and file.exists() else None
    before = campaign_text(file) if file is not None and old is not None else ""
    survey = look(workspace, quiet=options["quiet"], no_color=options["no_color"])
    survey.make()
    if old is not None:
        check_whole(old, survey)
    if family and family not in workspace.config.roles:
        raise UnknownName("role", family, workspace.config.roles)
    found = drafted(Project(survey), title or (old.title if old else f"Overhaul of {workspace.root.name}"), family)
    found = msgspec.structs.replace(found, root=_below(workspace))
    text = new_text(found) if old is None or file is None else renewed_text(before, old, found)
    if file is None:
        write_stdout([text], sys.stdout.buffer)
    elif old is not None:
        write_campaign(file, before, text)
    elif file.exists():
        raise Refused(f"{short(file)}: has come meanwhile, and is left as it is: try again")
    else:
        write_file(file, [text.encode()])
    if docs is not None:
        from overhaul.campaign.page import plan_page
        from overhaul.campaign.reporting import document

        # Of what was written, so that what somebody has changed in it is told.
        planned = found if file is None else read_campaign(file)
        _write(docs, document(plan_page(planned, workspace.leaves)))
    if file is None:
        return 0
    if not options["quiet"]:
        if old is not None:
            from overhaul.campaign.drafting import lacking

            for line in lacking(old, found):
                say(f"overhaul: {line}")
        needed = sum(one.needed for one in found.phases)
        items = sum(len(one.items) for one in found.phases)
        say(
            f"overhaul: {short(file)}: {len(found.phases)} phases, {needed} needed, {items} items: look at it, then "
            "`overhaul status`"
        )
    return 0


@click.command()
@click.argument("number", metavar="N")
@path_argument
@click.option("--run", "running", is_flag=True, help="Run the commands that its criteria name.")
@click.option("--complete", is_flag=True, help="Record that it is complete, if it is.")
@click.option("--by", default="", metavar="NAME", help="Who completes, waives or signs.")
@click.option("--waive", metavar="CRITERION", help="Let the phase be completed without it; needs --by and --reason.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is waived.")
@click.option("--sign", metavar="CRITERION", help="Sign a statement; needs --by.")
@click.option("--risk", "detailed", is_flag=True, help="Show what the risk of each item is made of.")
@click.option("--all", "every", is_flag=True, help="Show all evidence.")
@click.option(
    "--report", is_flag=False, flag_value="-", metavar="[FILE]",
    help="Write the completion report of the phase, in Markdown, to FILE; to standard output without one.",
)
@run_options
def phase(
    number: str, path: str, running: bool, complete: bool, by: str, waive: str | None, reason: str, sign: str | None,
    detailed: bool, every: bool, report: str | None, **options: Any,
) -> int:  # fmt: skip
    """Judge the gate of a phase: each criterion with its evidence, and what is left.

    N is its number, or its identity. Exits with 1 while the gate is shut.
    """
    from overhaul.campaign.completing import check_waivable, completed, signed, waived
    from overhaul.campaign.model import named
    from overhaul.campaign.reading import named_phase, read_campaign
    from overhaul.campaign.telling import fitted, gate_lines
    from overhaul.campaign.texts import campaign_text, write_campaign
    from overhaul.campaign.weighing import risk_lines, weighed_phase
    from overhaul.errors import Refused, UsageError
    from overhaul.listing import columns

    for asked, option in ((complete, "--complete"), (waive, "--waive"), (sign, "--sign")):
        if asked and not named(by):
            raise UsageError(f"{option} needs a name: add --by NAME")
    workspace, campaign, gates = _open(path, options, running=running)
    file = _path(campaign)
    found = named_phase(campaign, number)
    before = text = campaign_text(file)
    if read_campaign(file) != campaign:
        raise Refused(f"{file}: has changed meanwhile: try again")
    if waive is not None:
        text = waived(text, found, waive, by, reason)
        check_waivable(gates.gate(found), waive)
    if sign is not None:
        text = signed(text, found, sign, by, gates.survey.day)
    if waive is not None or sign is not None:
        write_campaign(file, before, text)
        campaign, gates = _again(gates)
        found = named_phase(campaign, number)
    gate = gates.gate(found)
    width = columns()
    if report != "-":
        _show(gate_lines(gate, campaign, every=every, width=width, recording=complete), options)
    if found.needed and found.completed is None and not complete and report is None:
        told = risk_lines(weighed_phase(gates.project, campaign, found), found.number, detailed=detailed)
        _show(["", *fitted(told, width)], options)
    if complete:
        write_campaign(file, text, completed(text, gates, gate, by))
        done = found.completed
        was = f" already, by {done.by} on {done.on}" if done is not None else ""
        say(f"overhaul: phase {found.number} is complete{was}")
    if report is not None:
        if complete:
            campaign, gates = _again(gates)
        _report(workspace, gates, named_phase(campaign, number), report, every=every)
    return 0 if gate.open else 1


@click.command()
@path_argument
@click.option("--run", "running", is_flag=True, help="Run the commands that criteria name.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON, with every figure.")
@run_options
def status(path: str, running: bool, as_json: bool, **options: Any) -> int:
    """Say how far a campaign is: each phase, what has changed since the plan, the risks, and what comes next."""
    from overhaul.campaign.status import status_of
    from overhaul.campaign.telling import status_lines
    from overhaul.commands.campaign_report import status_json
    from overhaul.commands.output import write_stdout
    from overhaul.listing import columns

    _, _, gates = _open(path, options, running=running)
    found = status_of(gates)
    if as_json:
        write_stdout([status_json(found)], sys.stdout.buffer)
        return 0
    lines = status_lines(found, width=columns(), drawn=sys.stdout.isatty())
    _show(lines, options)
    return 0


def _show(lines: Iterable[str], options: dict[str, Any]) -> None:
    """Lines on standard output, with colours where they are wanted."""
    from overhaul.commands.output import write_stdout

    shown = (f"{line}\n" for line in lines)
    coloured = colour(sys.stdout, refused=options["no_color"])
    write_stdout(shown if coloured else map(plain, shown), sys.stdout.buffer)


def _report(workspace: Workspace, gates: Gates, phase: Phase, file: str, *, every: bool) -> None:
    """Write the completion report of a phase."""
    from overhaul.campaign.reporting import document, phase_report
    from overhaul.commands.undo import journals_home
    from overhaul.transaction.writing import journals

    listed = journals(workspace.root, store=journals_home(workspace.root))
    migrations = [one for one in listed if one.phase == phase.id]
    _write(file, document(phase_report(gates, phase, migrations, every=every)))


def _write(file: str, text: str) -> None:
    """To a file, or to standard output for `-`."""
    from pathlib import Path

    from overhaul.commands.output import short, write_file, write_stdout

    if file == "-":
        write_stdout([text.encode("utf-8", "backslashreplace")], sys.stdout.buffer)
    else:
        from overhaul.mentions.sorts import RECORD

        write_file(Path(file), [f"{RECORD}\n\n{text}".encode("utf-8", "backslashreplace")])
        say(f"overhaul: wrote {short(file)}")


def _open(path: str, options: dict[str, Any], *, running: bool) -> tuple[Workspace, Campaign, Gates]:
    from overhaul.campaign.gates import Gates
    from overhaul.campaign.reading import check_whole, read_campaign
    from overhaul.errors import UsageError
    from overhaul.standing import ours

    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    file = _file(workspace, None)
    assert file is not None
    campaign = read_campaign(file)
    if running and not ours(file, workspace.root):
        raise UsageError(f"{file}: belongs to another user, so that its commands are not run: make it yours first")
    survey = look(workspace, quiet=options["quiet"], no_color=options["no_color"])
    survey.make()
    check_whole(campaign, survey)
    return workspace, campaign, Gates(campaign, survey, _runner(workspace, running=running))


def _again(gates: Gates) -> tuple[Campaign, Gates]:
    """The campaign as it is after the file was written, on the same survey; no command is run twice."""
    from overhaul.campaign.gates import Gates
    from overhaul.campaign.reading import read_campaign

    campaign = read_campaign(_path(gates.campaign))
    return campaign, Gates(campaign, gates.survey, gates.run)


def _runner(workspace: Workspace, *, running: bool) -> Any:
    from overhaul.campaign.running import runner

    return runner(workspace.root, workspace.config.verify.timeout) if running else None


def _file(workspace: Workspace, output: str | None) -> Path | None:
    """Where the campaign stands, or is to; None for standard output."""
    from pathlib import Path

    from overhaul.standing import home

    if output == "-":
        return None
    if output is not None:
        return Path(output)
    return home(workspace.config.source, workspace.root) / workspace.config.campaign


def _below(workspace: Workspace) -> str:
    """The audited folder, relative to the one that the campaign stands in."""
    import os
    from pathlib import Path

    from overhaul.standing import home

    return Path(os.path.relpath(workspace.root, home(workspace.config.source, workspace.root))).as_posix()


def _path(campaign: Campaign) -> Path:
    from pathlib import Path

    return Path(campaign.source)
