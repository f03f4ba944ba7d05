"""Carry out what is proposed for real projects, step by step and all together, and let their tests judge.

    python -m benchmarks.unify [PROJECT...] [--kind cycles|duplicates|cache|class] [--from NAME=FOLDER] [--fresh]

Every step that `overhaul propose` holds ready is a trial by itself, and all of a kind together are one more; so are
those of kind `class`, which are written by hand (`migrations/NAME.toml`). Each
starts from the pristine source; the suite runs before and after, and its outcomes are compared test by test. A second
run must have nothing to do, and `undo` must restore every byte. `.cache/unify/results.jsonl` keeps what was measured.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from benchmarks.moves import applying
from benchmarks.moves.applying import Applied
from benchmarks.moves.outcomes import Outcomes, outcomes, worse
from benchmarks.moves.projects import PROJECTS, prepare, restore
from benchmarks.unify.trials import KINDS, Trial, trials

CACHE: Final = Path(__file__).parents[2] / ".cache" / "unify"
_NEEDS: Final = ("cachetools",)
"""What the modules stand on that migrations may bring along."""
_RUNS: Final = 3
"""Runs of the pristine source that show which tests are unsteady."""


class Bench:
    """One project's trials."""

    def __init__(self, name: str, given: Path | None) -> None:
        """Prepares the project; see `prepare`."""
        self.name = name
        self.pristine, self.work, self.python = prepare(name, given, CACHE, _NEEDS)
        self.tests = PROJECTS[name].tests
        self._before: Outcomes | None = None
        self._unsteady: frozenset[str] = frozenset()

    def before(self) -> Outcomes:
        """The outcomes on the pristine source."""
        if self._before is None:
            restore(self.pristine, self.work)
            first, *others = (outcomes(self.python, self.work, self.tests) for _ in range(_RUNS))
            if "" in first:
                raise SystemExit(f"{self.name}: its tests do not run: {first['']}")
            names = {name for one in (first, *others) for name in one}
            self._unsteady = frozenset(
                name for name in names if any(one.get(name) != first.get(name) for one in others)
            )
            self._before = first
        return self._before

    def run(self, trial: Trial) -> dict[str, object]:
        """Carry out one trial; what came of it."""
        before = self.before()
        restore(self.pristine, self.work)
        pristine = applying.snapshot(self.work)
        file = self.work.parent / "trial.toml"
        file.write_text(trial.text, "utf-8")
        command = ["migrate", str(file), str(self.work), *applying.settings(self.work)]
        done = applying.carried_out(self.work, command)
        written = applying.snapshot(self.work)
        promises = ""
        if done.verdict == "refused" and written != pristine:
            done = Applied("broken", f"refused, but files have changed: {done.why}", done.seconds)
        elif done.verdict == "green" and written == pristine:
            done = Applied("refused", "it was ready, and there was nothing to do", done.seconds)
        elif done.verdict == "green":
            odd = worse(before, outcomes(self.python, self.work, self.tests), self._unsteady)
            if odd:
                again = worse(before, outcomes(self.python, self.work, self.tests), self._unsteady)
                odd = [one for one in odd if one in again]
            if odd:
                done = Applied("broken", f"{len(odd)} tests: {'; '.join(odd[:3])}"[:600], done.seconds)
            promises = applying.repeated(self.work, command) or applying.undo(self.work, pristine, written)
        return {
            "project": self.name, "kind": trial.kind, "title": trial.title, "steps": trial.steps,
            "verdict": done.verdict, "why": done.why, "promises": promises, "seconds": round(done.seconds, 2),
        }  # fmt: skip


def tell(rows: Iterable[Mapping[str, object]], by_hand: Mapping[tuple[str, str], int]) -> None:
    """The figures, by project and kind."""
    rows = list(rows)
    print(f"\n{'':14} {'kind':11} {'done':>5} {'refused':>7} {'broken':>6} {'promises broken':>15} {'by hand':>7}")
    keys = sorted({(str(row["project"]), str(row["kind"])) for row in rows} | by_hand.keys())
    for project, kind in keys:
        some = [row for row in rows if (row["project"], row["kind"]) == (project, kind)]
        count = Counter(row["verdict"] for row in some)
        odd = sum(1 for row in some if row["promises"])
        print(f"{project:14} {kind:11} {count['green']:5} {count['refused']:7} {count['broken']:6} {odd:15}"
              f" {by_hand.get((project, kind), 0):7}")  # fmt: skip
    count = Counter(row["verdict"] for row in rows)
    print(f"{'all':14} {'':11} {count['green']:5} {count['refused']:7} {count['broken']:6}")


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unify", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("projects", nargs="*", choices=[[], *PROJECTS], metavar="PROJECT")
    parser.add_argument("--kind", action="append", choices=KINDS, help="by default all")
    parser.add_argument("--from", dest="given", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument("--only", default="", help="only trials whose title has this text")
    parser.add_argument("--together", action="store_true", help="only all steps of a kind together")
    options = parser.parse_args()
    given = {name: Path(folder) for name, _, folder in (text.partition("=") for text in options.given)}
    CACHE.mkdir(parents=True, exist_ok=True)
    results = CACHE / "results.jsonl"
    if options.fresh:
        results.unlink(missing_ok=True)
    rows: list[Mapping[str, object]] = []
    by_hand: dict[tuple[str, str], int] = {}
    for name in options.projects or list(PROJECTS):
        try:
            bench = Bench(name, given.get(name))
        except SystemExit as error:
            print(f"{name:14} not run: {error}", flush=True)
            continue
        known = _recorded(results)
        for kind in options.kind or KINDS:
            restore(bench.pristine, bench.work)
            drafted = trials(kind, name, bench.work, bench.work.parent)
            by_hand[name, kind] = drafted.by_hand
            for trial in drafted.trials:
                if options.only not in trial.title or (options.together and trial.steps == 1 < len(drafted.trials)):
                    continue
                row = known.get((name, kind, trial.text))
                if row is None:
                    row = bench.run(trial)
                    # overhaul: ignore[file_opened_again] a trial takes minutes, and what it gave is not to be lost
                    with results.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps({**row, "text": trial.text}) + "\n")
                    print(f"{name:14} {kind:11} {row['verdict']!s:8} {trial.title}  {str(row['why'])[:200]}"
                          f" {row['promises']}", flush=True)  # fmt: skip
                rows.append(row)
    tell(rows, by_hand)


def _recorded(file: Path) -> dict[tuple[str, str, str], Mapping[str, object]]:
    if not file.is_file():
        return {}
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return {(row["project"], row["kind"], row["text"]): row for row in rows}


if __name__ == "__main__":
    main()
