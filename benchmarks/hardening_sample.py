"""A seeded sample of what the rules of a family find in code bases, with the source, for somebody to read.

    python -m benchmarks.hardening_sample [NAME | FOLDER ...] [--each 10] [--seed 8] [--family hardening] [--rule RULE]

draws up to so many findings of each rule from all code bases together and prints each with the lines around it. Who
reads them writes down which are true; `docs/hardening.md` has the tally. Only the leaves that the family needs are run.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.corpora import CORPORA, fetch
from overhaul.config import Config
from overhaul.findings import Finding
from overhaul.leaves import Leaf, Leaves, Rule, load_leaves
from overhaul.survey import survey

DEFAULT: Final = ("synapse", "homeassistant", "airflow", "kombu", "jesse", "vnpy", "twisted", "qlib", "zipline")
_ALWAYS: Final = (
    "import_statements", "bindings", "exports", "classes", "functions", "attributes", "used_names", "suppressions",
)  # fmt: skip
"""What names are looked up in."""


def needed(family: str, only: str = "") -> Leaves:
    """The rules of a family, and the leaves that these read, directly or not."""
    whole = load_leaves()
    rules = [rule for rule in whole.families[family] if only in ("", rule.name)]
    found: dict[str, Leaf] = {name: whole.collectors[name] for name in _ALWAYS}
    waiting: list[Leaf] = [*rules]
    while waiting:
        leaf = waiting.pop()
        for hint in leaf.reads.values():
            filler = whole.read_by(leaf, hint)
            if filler is not None and filler.name not in found:
                found[filler.name] = filler
                waiting.append(filler)
    # What runs beside it, a rule may need to hear of; here every rule speaks for itself.
    kept: list[Rule] = rules
    return Leaves([*found.values(), *kept])


def findings(root: Path, leaves: Leaves, store: Path | None) -> Iterator[Finding]:
    """What the rules find below a folder."""
    # Tests have no findings of these rules, and need not be read.
    config = Config(select=tuple(leaves.rules), exclude=("tests/", "test/"))
    yield from survey(root, config, leaves, store=store).findings


def shown(root: Path, finding: Finding, around: int) -> str:
    """A finding with the lines around it and around its other places."""
    lines = (root / finding.path).read_text("utf-8", "replace").splitlines()
    first, last = max(finding.line - around, 1), min(finding.line + 2 * around, len(lines))
    told = "".join(f"    {number:5} {lines[number - 1]}\n" for number in range(first, last + 1))
    places = "".join(f"    also {one.path}:{one.line}: {one.what}\n" for one in finding.places)
    return f"{root.name}/{finding.path}:{finding.line}: {finding.message} {list(finding.because)}\n{places}{told}"


def main() -> None:
    """Print the sample, and how many there are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="*", default=DEFAULT)
    parser.add_argument("--each", type=int, default=10, help="findings of each rule")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--family", default="hardening")
    parser.add_argument("--rule", default="", help="only this one")
    parser.add_argument("--around", type=int, default=6, help="lines above, and twice as many below")
    parser.add_argument("--store", type=Path, help="a folder to keep what is known of the files in")
    given = parser.parse_args()
    leaves = needed(given.family, given.rule)
    found: dict[str, list[tuple[Path, Finding]]] = defaultdict(list)
    for name in given.corpora:
        root = fetch(CORPORA[name]) if name in CORPORA else Path(name)
        for one in findings(root, leaves, given.store):
            found[one.rule].append((root, one))
    for rule, all_ in sorted(found.items()):
        drawn = random.Random(f"{given.seed} {rule}").sample(all_, min(given.each, len(all_)))
        print(f"## {rule}: {len(drawn)} of {len(all_)}\n")
        for root, one in drawn:
            print(shown(root, one, given.around))


if __name__ == "__main__":
    main()
