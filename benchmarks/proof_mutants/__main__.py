"""Break correct renames and moves in many ways: the proof must refuse each that is broken, and none that is right."""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks.proof_mutants.running import mutants, right_plans, said
from benchmarks.proof_mutants.ways import MUTATIONS
from overhaul.leaves import load_leaves

DEFAULT: Final = ("fixtures/projects/tradeframe", "src/tradeframe", "1", "4")


def main() -> None:
    """`python -m benchmarks.proof_mutants [PATH [PACKAGE,... [SEED [EACH]]]]`: a table; exit 1 for survivors."""
    words = (*sys.argv[1:], *DEFAULT[len(sys.argv) - 1 :])
    root, packages, seed, each = Path(words[0]).resolve(), words[1].split(","), int(words[2]), int(words[3])
    chance = random.Random(seed)
    made: Counter[str] = Counter()
    refused: dict[str, Counter[str]] = {}
    plans = 0
    with tempfile.TemporaryDirectory(prefix="overhaul-mutants-") as store:
        for right in right_plans(root, packages, seed, each, load_leaves(), Path(store)):
            if isinstance(right, str):
                print(f"refused: {right}", flush=True)
                continue
            plans += 1
            for way, path, files in mutants(right, chance):
                made[way] += 1
                check, why = said(right, files)
                if check:
                    refused.setdefault(way, Counter())[check] += 1
                else:
                    moved = right.plan.moved[0]
                    print(f"survived: {way} in {path} of {moved.before} -> {moved.after}{why}", flush=True)
    _print(made, refused, plans)
    sys.exit(made.total() != sum(one.total() for one in refused.values()))


def _print(made: Mapping[str, int], refused: Mapping[str, Mapping[str, int]], plans: int) -> None:
    print(f"\n{plans} plans\n\n| way | mutants | refused | by |\n| --- | ---: | ---: | --- |")
    for mutation in MUTATIONS:
        name = mutation.__name__
        found = refused.get(name, {})
        by = ", ".join(f"{check} {count}" for check, count in sorted(found.items()))
        print(f"| {name.replace('_', ' ')} | {made.get(name, 0)} | {sum(found.values())} | {by} |")
    print(f"| all | {sum(made.values())} | {sum(sum(one.values()) for one in refused.values())} | |")


if __name__ == "__main__":
    main()
