"""How well duplicates are found: recall for each type of copy, and precision, on real functions changed in known ways.

    python -m benchmarks.clones [--seed 1] [--scale 1.0] [--errors] [--keep FOLDER] [--peers] [--low] [--markdown FILE]
    python -m benchmarks.clones --sample 40 --seed 2 [--corpora django ...]

The first writes a project of originals, copies, look-alikes and unrelated code (see `docs/benchmarks.md`), audits it in
a process of its own and counts. The second prints groups that are reported in the code bases as they are, at random,
the sources of two members side by side, to be judged by a reader.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from benchmarks._measure import run
from benchmarks.clones import peers
from benchmarks.clones.auditing import duplicates
from benchmarks.clones.project import Pair, Plan, Project, make, wanted, write
from benchmarks.clones.sampling import sample
from benchmarks.clones.scoring import Figures, Judge, Mark, precision, recalls
from benchmarks.clones.showing import show_errors, side_by_side
from benchmarks.corpora import CORPORA, fetch

_DEFAULT: Final = ("django", "sqlalchemy", "kombu", "homeassistant")
GOALS: Final = {"type 1": 0.99, "type 2": 0.99, "type 3 at 20 %": 0.92, "precision": 0.95}


def main() -> None:
    """Print the figures, or the sample."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="python -m benchmarks.clones"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="times the number of pairs")
    parser.add_argument("--corpora", nargs="+", default=list(_DEFAULT), choices=sorted(CORPORA), metavar="NAME")
    parser.add_argument("--errors", action="store_true", help="list every pair that is missed or wrong")
    parser.add_argument("--keep", type=Path, help="leave the project, and the sources of errors, in this new folder")
    parser.add_argument("--low", action="store_true", help="count the rows of low confidence too")
    parser.add_argument("--peers", action="store_true", help="run pylint and jscpd over the same project")
    parser.add_argument("--limit", type=float, default=300, help="seconds that a peer may take")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables between the marks in this file")
    parser.add_argument("--sample", type=int, metavar="N", help="print N groups of the code bases as they are")
    given = parser.parse_args()
    folder: Path = given.keep or Path(tempfile.mkdtemp(prefix="overhaul-clones-"))
    if given.keep and given.keep.exists():
        parser.error(f"{given.keep} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if given.sample:
            for text in _sampled(given.corpora, given.sample, given.seed, given.low, folder):
                print(text)
            return
        lines = list(_measured(given, folder))
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if given.markdown:
        _replace(given.markdown, "\n".join(lines))


def _say(line: str) -> str:
    print(line, flush=True)
    return line


def _measured(given: argparse.Namespace, folder: Path) -> Iterator[str]:
    """The lines of the report, printed as they come."""
    plan = Plan(*(max(1, round(number * given.scale)) for number in msgspec.structs.astuple(Plan())))
    units, pairs = make(sample([CORPORA[name] for name in given.corpora], given.seed, wanted(plan)), plan, given.seed)
    root = folder / "project"
    project = write(units, pairs, given.seed, root)
    rows, _ = duplicates(root, folder / "rows.json")
    marks = list(Judge(project, root).marks(row for row in rows if given.low or row.confidence != "low"))
    lines = sum(path.read_bytes().count(b"\n") for path in root.rglob("*.py"))
    arguments = " ".join(argument for argument in sys.argv[1:])
    yield _say(f"Measured with `python -m benchmarks.clones {arguments}`".rstrip())
    yield _say(f"on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {len(project.fragments):,} definitions of "
               f"{', '.join(given.corpora)}, {lines:,} lines.")  # fmt: skip
    yield _say("")
    yield from map(_say, _table(marks))
    if given.errors:
        for text in show_errors(marks, project, root, folder / "errors" if given.keep else None):
            print(text)
    if given.peers:
        yield _say("")
        yield from map(_say, _beside(project, root, folder, given.limit, marks))


def _table(marks: Sequence[Mark]) -> Iterator[str]:
    yield "| copies | pairs made | found | of the right type | recall | goal |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for figures in recalls(marks):
        yield _row(figures)
    yield ""
    true = sum(mark.outcome in ("right", "wrong type", "true") for mark in marks)
    of_copies = sum(mark.outcome == "true" for mark in marks)
    share = precision(marks)
    wrong = sum(mark.outcome in ("look-alike", "noise") for mark in marks)
    yield (f"Precision: {share:.3f} ({_kept(share, GOALS['precision'])}): {true:,} reported pairs are true, "
           f"{of_copies} of them copies that the code bases have of their own; {wrong} are not.")  # fmt: skip
    yield ""
    yield "| reported and false | pairs |"
    yield "| --- | --- |"
    false = [mark for mark in marks if mark.outcome in ("look-alike", "noise")]
    for label in sorted({mark.mutation for mark in false}):
        name = f"look-alike: {label}" if label else "unrelated real code"
        yield f"| {name} | {sum(mark.mutation == label for mark in false)} |"


def _row(figures: Figures) -> str:
    goal = GOALS.get(figures.label)
    name = f"**{figures.label}**" if goal else figures.label
    return (f"| {name} | {figures.made} | {figures.found} | {figures.typed} | {figures.recall:.3f} | "
            f"{_kept(figures.recall, goal) if goal else ''} |")  # fmt: skip


def _kept(share: float, goal: float) -> str:
    return f"at least {goal:.2f}: {'kept' if share >= goal else 'missed'}"


def _beside(project: Project, root: Path, folder: Path, limit: float, marks: Sequence[Mark]) -> Iterator[str]:
    """Ours and the peers', over the same project in turn; whole processes, from nothing."""
    command = [str(Path(sys.executable).parent / "overhaul"), "query", "--no-store", "--format", "csv",
               "SELECT count(*) FROM duplicates", str(root)]  # fmt: skip
    ours = run(command, limit=limit)
    found = sum(mark.outcome in ("right", "wrong type") for mark in marks)
    false = sum(mark.outcome in ("look-alike", "noise") for mark in marks)
    made = {of: sum(pair.type == of for pair in project.pairs) for of in (1, 2, 3)}
    of_ours = [mark.type for mark in marks if mark.outcome in ("right", "wrong type")]
    yield "| the same project | type 1 | type 2 | type 3 | precision | seconds | processor seconds | ratio (of those) |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    shares = " | ".join(f"{of_ours.count(of) / max(1, made[of]):.2f}" for of in (1, 2, 3))
    yield (f"| overhaul, parsing included | {shares} | {found / max(1, found + false):.2f} | {ours.seconds:.1f} | "
           f"{ours.work:.1f} | 1.00 (1.00) |")  # fmt: skip
    for outcome in [*peers.pylint(root, folder, limit), *peers.jscpd(root, folder, limit)]:
        if outcome.failed:
            yield f"| {outcome.name} | {outcome.failed.replace('|', '/')} | | | | | | |"
            continue
        pairs, right, wrong = peers.covered(outcome.overlaps, project)
        shares = " | ".join(f"{_of(pairs, of) / max(1, made[of]):.2f}" for of in (1, 2, 3))
        seconds, work = outcome.seconds / ours.seconds, outcome.work / ours.work
        yield (f"| {outcome.name} | {shares} | {right / max(1, right + wrong):.2f} | {outcome.seconds:.1f} | "
               f"{outcome.work:.1f} | {seconds:.2f} ({work:.2f}) |")  # fmt: skip


def _of(pairs: set[Pair], kind: int) -> int:
    return sum(pair.type == kind for pair in pairs)


def _sampled(names: Sequence[str], count: int, seed: int, low: bool, folder: Path) -> Iterator[str]:
    """Groups of the code bases as they are: as many of each, drawn by the seed."""
    for number, name in enumerate(names):
        corpus = CORPORA[name]
        rows, _ = duplicates(fetch(corpus), folder / f"{name}.json")
        counted = [row for row in rows if low or row.confidence != "low"]
        share = count // len(names) + (number < count % len(names))
        yield f"# {name}: {len(counted):,} groups, {share} of them"
        yield from side_by_side(counted, share, seed, fetch(corpus))


def _replace(file: Path, text: str) -> None:
    """Put the text between the two marks of this benchmark."""
    mark = "<!-- measured: clones -->"
    parts = file.read_text(encoding="utf-8").split(mark)
    if len(parts) != 3:
        sys.exit(f"{file} needs the line {mark} twice")
    file.write_text(f"{parts[0]}{mark}\n{text}\n\n{mark}{parts[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
