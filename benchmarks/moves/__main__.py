"""Rename and move what chance chooses in real projects, and let their tests judge.

    python -m benchmarks.moves [PROJECT...] [--seed N] [--each N] [--tool NAME] [--from NAME=FOLDER] [--fresh]

What is broken is tried again with the suite as part of the proof (`--verify`), which has to refuse it.
Each trial starts from the pristine source; the suite runs before and after, and its outcomes are compared test by test.
A test whose outcome changes between runs of the pristine source is left out, and what fails must fail twice.
`.cache/moves/results-SEED.jsonl` keeps what was measured, so that a run that was broken off goes on where it was;
`--fresh` begins anew.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from benchmarks.moves import applying, peers
from benchmarks.moves.applying import Applied, recorded
from benchmarks.moves.choosing import Trial, trials
from benchmarks.moves.outcomes import Outcomes, outcomes, worse
from benchmarks.moves.projects import CACHE, PROJECTS, prepare, restore

_QUICK: Final = 20.0
"""Seconds: a suite that takes less is run more often beforehand."""
_QUICK_RUNS: Final = 4


class Bench:
    """One project's trials."""

    def __init__(self, name: str, given: Path | None, results: Path) -> None:
        """Prepares the project; see `prepare`."""
        self.name = name
        self.pristine, self.work, self.python = prepare(name, given)
        self.results = results
        self.tests = PROJECTS[name].tests
        self._before: Outcomes | None = None
        self._unsteady: frozenset[str] = frozenset()

    def before(self) -> Outcomes:
        """The outcomes on the pristine source, which is run several times to see what is unsteady."""
        if self._before is None:
            restore(self.pristine, self.work)
            began = time.perf_counter()
            first = outcomes(self.python, self.work, self.tests)
            if "" in first:
                raise SystemExit(f"{self.name}: its tests do not run: {first['']}")
            more = _QUICK_RUNS if time.perf_counter() - began < _QUICK else 1
            others = [outcomes(self.python, self.work, self.tests) for _ in range(more)]
            names = {name for one in (first, *others) for name in one}
            self._unsteady = frozenset(
                name for name in names if any(one.get(name) != first.get(name) for one in others)
            )
            self._before = first
        return self._before

    def run(self, tool: str, trial: Trial) -> None:
        """Carry out one trial, and keep and print what came of it."""
        before = self.before()
        restore(self.pristine, self.work)
        pristine = applying.snapshot(self.work)
        done = applying.apply(trial, self.work) if tool == "overhaul" else peers.apply(peers.rope(), trial, self.work)
        written = applying.snapshot(self.work)
        promises = ""
        if done.verdict == "refused" and tool == "overhaul" and written != pristine:
            done = Applied("broken", f"refused, but files have changed: {done.why}", done.seconds)
        elif done.verdict == "green":
            odd = worse(before, outcomes(self.python, self.work, self.tests), self._unsteady)
            if odd:
                # What does not show again is the test's own unsteadiness.
                again = worse(before, outcomes(self.python, self.work, self.tests), self._unsteady)
                odd = [one for one in odd if one in again]
            if odd:
                done = Applied("broken", f"{len(odd)} tests: {'; '.join(odd[:3])}"[:600], done.seconds)
            if tool == "overhaul":
                promises = applying.again(trial, self.work) or applying.undo(self.work, pristine, written)
        proven = ""
        if done.verdict == "broken" and tool == "overhaul":
            restore(self.pristine, self.work)
            proven = applying.verified(trial, self.work, self.python, self.tests)
        row = {
            "tool": tool, "project": self.name, "title": trial.title, "sort": trial.thing.sort, "verb": trial.verb,
            "verdict": done.verdict, "why": done.why, "promises": promises, "verified": proven,
            "seconds": round(done.seconds, 2),
        }  # fmt: skip
        # overhaul: ignore[file_opened_again] a trial takes minutes, and what it gave is not to be lost with the next
        with self.results.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
        print(f"{self.name:12} {tool:9} {done.verdict:8} {trial.title}  {done.why[:200]} {promises}"
              f"{' | with --verify: ' + proven if proven else ''}", flush=True)


def tell(rows: Iterable[Mapping[str, object]]) -> None:
    """The figures: by project, verb and tool."""
    rows = list(rows)
    print(f"\n{'':12} {'tool':9} {'verb':7} {'green':>8} {'refused':>7} {'broken':>7}  of these refused with --verify,"
          " promises broken")
    for project in [*sorted({str(row["project"]) for row in rows}), "all"]:
        for tool in sorted({str(row["tool"]) for row in rows}):
            for verb in ("rename", "move", "both"):
                some = [
                    row for row in rows
                    if row["tool"] == tool and project in ("all", row["project"]) and verb in ("both", row["verb"])
                ]  # fmt: skip
                if some and (verb == "both" or project == "all"):
                    count = Counter(row["verdict"] for row in some)
                    odd = sum(1 for row in some if row["promises"])
                    share = f"{count['green'] / len(some):.0%}"
                    proven = sum(1 for row in some if row.get("verified") == "refused")
                    print(f"{project:12} {tool:9} {verb:7} {count['green']:3} {share:>4}"
                          f" {count['refused']:7} {count['broken']:7}  {proven}  {odd}")  # fmt: skip


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moves", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("projects", nargs="*", choices=[[], *PROJECTS], metavar="PROJECT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=12, help="renames, and as many moves (default 12)")
    parser.add_argument("--tool", action="append", choices=("overhaul", "rope"), help="by default both")
    parser.add_argument("--from", dest="given", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument("--only", default="", help="only trials whose title has this text")
    parser.add_argument("--retry", default="", help="measure those again that were so: refused, broken")
    options = parser.parse_args()
    names = options.projects or list(PROJECTS)
    given = {name: Path(folder) for name, _, folder in (text.partition("=") for text in options.given)}
    CACHE.mkdir(parents=True, exist_ok=True)
    results = CACHE / f"results-{options.seed}.jsonl"
    if options.fresh:
        results.unlink(missing_ok=True)
    wanted: list[str] = []
    for name in names:
        try:
            bench = Bench(name, given.get(name), results)
        except SystemExit as error:
            print(f"{name:12} not run: {error}", flush=True)
            continue
        runner = next((bench.python.parents[1] / "lib").glob("python*/site-packages/_pytest"))
        for trial in trials(bench.pristine, PROJECTS[name].packages, options.seed, options.each, runner):
            if options.only not in trial.title:
                continue
            for tool in options.tool or ("overhaul", "rope"):
                key = f"{tool} {name} {trial.title}"
                wanted.append(key)
                known = recorded(results).get(key)
                if known is None or (options.retry and known["verdict"] in options.retry.split(",")):
                    bench.run(tool, trial)
    done = recorded(results)
    tell(done[key] for key in wanted if key in done)


if __name__ == "__main__":
    main()
