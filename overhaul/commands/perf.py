"""The commands about performance: what profilers have measured, held against thresholds and against a baseline."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from overhaul.commands.options import config_option
from overhaul.commands.running import look, open_project, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from overhaul.profiles.model import Profile
    from overhaul.profiles.verdict import Evidence
    from overhaul.profiles.where import Project
    from overhaul.thresholds import ComponentPattern

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
_ROOT = click.option("--root", type=click.Path(), metavar="DIR", help="The project; by default the one you stand in.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _part(context: click.Context, parameter: click.Parameter, value: str) -> float:
    """A part, as `15%` or `0.15`."""
    text = value.strip()
    try:
        part = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        part = -1.0
    if not 0 < part <= 10:
        raise click.BadParameter(f"{text!r} is no part: write 15% or 0.15", context, parameter)
    return part


@click.group()
def perf() -> None:
    """Judge performance by what profilers and benchmarks have written.

    Nothing is run. Read are files of cProfile, pyinstrument (JSON), py-spy (speedscope and raw), whatever else writes
    speedscope files, scalene (JSON), the unified instrumentor (JSON, CSV), pytest-benchmark and pyperf (JSON).
    """


@perf.command()
@_FILES
@_ROOT
@_JSON
@click.option("--record", type=click.Path(), metavar="FILE", help="Write the answers to FILE, as TOML.")
@click.option("--places", type=click.IntRange(min=0), default=5, show_default=True, help="Places told per component.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is to be done.")
@config_option
def report(
    files: tuple[str, ...], root: str | None, as_json: bool, record: str | None, places: int, exit_zero: bool,
    config: str | None,
) -> int:  # fmt: skip
    """Say what share of the time each component takes, and what is worth doing about it.

    Several FILEs are runs of one program: their spread says how sure a share is. The answer is `implement` where the
    share is surely above its threshold, `skip` where it surely is not, else `cannot tell`.

    Exits with 1 when the answer to any is `implement`.
    """
    from pathlib import Path

    from overhaul.commands.output import write_file, write_stdout
    from overhaul.commands.perf_telling import matrix_json, matrix_lines
    from overhaul.errors import UsageError
    from overhaul.profiles.matrix import decide, verdicts
    from overhaul.profiles.verdict import verdicts_text

    if record is not None and any(Path(file).exists() and Path(record).exists() and Path(record).samefile(file)
                                  for file in files):  # fmt: skip
        raise UsageError(f"{record}: is a measurement: name another file for --record")
    setting = _open(files, root, config)
    matrix = decide(setting.profiles, setting.wanted, setting.project)
    if as_json:
        write_stdout([matrix_json(matrix, setting.sources)], sys.stdout.buffer)
    else:
        write_stdout([f"{line}\n" for line in matrix_lines(matrix, setting.sources, places)], sys.stdout.buffer)
    if record is not None:
        write_file(Path(record), [verdicts_text(verdicts(matrix, setting.sources)).encode()])
        say(f"wrote {record}")
    todo = any(row.answer == "implement" for row in matrix.rows)
    return 1 if todo and not exit_zero else 0


@perf.command()
@click.argument("name")
@_FILES
@_ROOT
@click.option("--force", is_flag=True, help="Write over the baseline of this NAME.")
@config_option
def baseline(name: str, files: tuple[str, ...], root: str | None, force: bool, config: str | None) -> int:
    """Keep how long things take now, for `overhaul perf compare NAME`.

    Written is overhaul-perf/NAME.json in the project, to be committed.
    """
    from overhaul.commands.output import short, write_file
    from overhaul.errors import UsageError
    from overhaul.profiles.baseline import RUNS, baseline_path, baseline_text, made_baseline

    setting = _open(files, root, config)
    target = baseline_path(setting.root, name)
    if target.exists() and not force:
        raise UsageError(f"{short(target)}: is there already: take another name, or give --force")
    made = made_baseline(name, setting.profiles, setting.sources, setting.wanted, setting.project)
    try:
        target.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"{short(target.parent)}: {error.strerror or error}: make the folder first") from error
    write_file(target, [baseline_text(made)])
    count = len(made.timings)
    tell(f"{short(target)}: {count} {'timing' if count == 1 else 'timings'}")
    few = sum(one.basis == "rounds" or len(one.values) < RUNS for one in made.timings)
    if few:
        tell(f"{few} of them are of fewer than {RUNS} runs, too few to compare with: give {RUNS} files or more")
    return 0


@perf.command()
@click.argument("name")
@_FILES
@_ROOT
@_JSON
@click.option(
    "--tolerance", callback=_part, default="15%", show_default=True, metavar="PART",
    help="By how much it may become slower.",
)  # fmt: skip
@click.option("--rounds", is_flag=True, help="Take rounds within one process for runs, which they are not.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when something has become slower.")
@config_option
def compare(
    name: str, files: tuple[str, ...], root: str | None, as_json: bool, tolerance: float, rounds: bool,
    exit_zero: bool, config: str | None,
) -> int:  # fmt: skip
    """Say what has become slower since the baseline NAME, as far as noise lets one tell.

    Several FILEs are runs of one program. Exits with 1 when something is surely slower by more than the tolerance.
    """
    from overhaul.commands.output import write_stdout
    from overhaul.commands.perf_telling import changes_json, changes_lines
    from overhaul.profiles.baseline import baseline_path, read_baseline, timings
    from overhaul.profiles.compare import compare as held_against

    setting = _open(files, root, config)
    earlier = read_baseline(baseline_path(setting.root, name))
    now = timings(setting.profiles, setting.wanted, setting.project)
    changes = held_against(earlier, now, tolerance, rounds=rounds)
    if as_json:
        write_stdout([changes_json(name, changes, tolerance)], sys.stdout.buffer)
    else:
        write_stdout([f"{line}\n" for line in changes_lines(changes, tolerance)], sys.stdout.buffer)
    slower = any(one.outcome == "slower" for one in changes)
    return 1 if slower and not exit_zero else 0


@perf.command()
@_FILES
@_ROOT
@click.option("--most", type=click.IntRange(min=1), default=20, show_default=True, help="Places told at most.")
@config_option
def bottlenecks(files: tuple[str, ...], root: str | None, most: int, config: str | None) -> int:
    """Say which bottlenecks of the code a profile has seen, those that took most first.

    The places are those of the table `bottlenecks`, each with the share of the time until its function returned. What
    the profile has not seen comes last, by rank.
    """
    from pathlib import Path

    from overhaul.commands.output import write_stdout
    from overhaul.commands.perf_telling import bottleneck_lines
    from overhaul.commands.workspace import Flags
    from overhaul.heat.rows import Bottleneck
    from overhaul.profiles.matrix import function_shares

    setting = _open(files, root, config)
    workspace = open_project(str(setting.root), Flags(config=Path(config) if config else None))
    rows = look(workspace, quiet=True, no_color=True).rows(Bottleneck)
    shares = function_shares(setting.profiles, setting.project)
    write_stdout([f"{line}\n" for line in bottleneck_lines(rows, shares, most)], sys.stdout.buffer)
    return 0


class _Setting:
    """The project, and what was measured of it."""

    def __init__(
        self, root: Path, profiles: Sequence[Profile], sources: tuple[Evidence, ...], project: Project,
        wanted: Sequence[tuple[str, ComponentPattern]],
    ) -> None:  # fmt: skip
        self.root, self.profiles, self.sources = root, profiles, sources
        self.project, self.wanted = project, wanted


def _open(files: tuple[str, ...], root: str | None, config: str | None) -> _Setting:
    """Read the settings, the names of the project's files, and what was measured."""
    from pathlib import Path

    from overhaul.commands.check import project as project_of
    from overhaul.config import load_config
    from overhaul.profiles.evidence import evidence, project_at
    from overhaul.profiles.reading import read_profiles
    from overhaul.thresholds import wanted

    explicit = Path(config) if config else None
    top = project_of(root, explicit)
    settings = load_config(top, explicit)
    profiles = read_profiles(map(Path, files))
    return _Setting(top, profiles, evidence(profiles, top), project_at(top, settings), wanted(settings.perf))
