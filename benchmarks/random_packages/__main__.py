"""`python -m benchmarks.random_packages renames 1000`: what became of so many, and every break."""

from __future__ import annotations

import sys
from collections import Counter

from hypothesis import Phase, assume, given, seed, settings

from benchmarks.random_packages.asking import NEW_NAMES, NEW_PLACES, UNHURRIED, moved_or_refused, renamed_or_refused
from benchmarks.random_packages.writing import targets

Asked = tuple[dict[str, str], str, str]


def main(what: str, count: int, start: int) -> None:
    """Ask `count` times; `start` is the seed."""
    outcomes: Counter[str] = Counter()
    breaks: list[str] = []

    @seed(start)
    @settings(UNHURRIED, max_examples=count, phases=[Phase.generate], database=None)
    @given(targets(), NEW_NAMES if what == "renames" else NEW_PLACES)
    def ask(asked: Asked, to: str) -> None:
        assume(to not in asked[1:])
        try:
            outcomes[(renamed_or_refused if what == "renames" else moved_or_refused)(*asked, to)] += 1
        except AssertionError as error:
            outcomes["broken"] += 1
            breaks.append(f"{asked[1]}:{asked[2]} {to}\n{error}")

    ask()
    for outcome, number in outcomes.most_common():
        print(f"{number:6} {outcome}")
    for one in sorted(breaks, key=len)[:5]:
        print("=" * 80, one, sep="\n")
    raise SystemExit(bool(breaks))


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "1"]
    main(arguments[0], int(arguments[1]), int(arguments[2]))
