"""How well the inventories find what careful readers found: precision, recall and F1, against labels of real code.

    python -m benchmarks.inventory [--half tuned|reported] [--kind KIND] [--corpus NAME] [--errors]

The labels are in `benchmarks/inventory/*.toml`: files of released code bases that were read in full, and in them every
component and every tempting look-alike, with the verdict of the reader. Rules were tuned on the half `tuned`; the half
`reported` is only looked at for these figures.

A row of high or medium confidence in one of those files counts as right when a label of the same kind, path and name
says `yes`, as wrong when it says `no` or there is none, and not at all when it says `open` (two careful readers could
differ). A label `yes` without such a row is missed. Caches are told in two groups: decorators, classes and libraries'
caches, and those that are written out where they are used.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from benchmarks.corpora import CORPORA, fetch
from overhaul.config import Config
from overhaul.inventory import Component
from overhaul.leaves import load_leaves
from overhaul.survey import survey

LABELS: Final = Path(__file__).parent / "inventory"
KINDS: Final = ("manager", "cache", "state_machine", "state_persistence")
_TABLES: Final = {"manager": "managers", "cache": "caches", "state_machine": "state_machines",
                  "state_persistence": "state_persistences"}  # fmt: skip
_WRITTEN_OUT: Final = frozenset({"adhoc_dict", "lazy_attr", "file"})


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """What a reader says of one name."""

    path: str
    line: int
    name: str
    kind: str
    verdict: str
    why: str
    subkind: str = ""


class Labels(msgspec.Struct, frozen=True):
    """The labels of one code base."""

    distribution: str
    version: str
    half: str
    files: tuple[str, ...]
    labels: tuple[Label, ...]


class Mark(NamedTuple):
    """One row or label with what came of it."""

    corpus: str
    group: str
    outcome: str
    """right, wrong, missed, open"""
    path: str
    line: int
    name: str
    said: str


def load(half: str = "", corpus: str = "") -> Iterator[tuple[str, Labels]]:
    """The labels on disk, by the name of their file."""
    for file in sorted(LABELS.glob("*.toml")):
        found = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Labels)
        if half in ("", found.half) and corpus in ("", file.stem):
            yield file.stem, found


def group(kind: str, subkind: str) -> str:
    """The group a row or label is counted in."""
    if kind != "cache":
        return kind
    return "cache, written out" if subkind in _WRITTEN_OUT else "cache, by decorator, class or library"


def marks(name: str, labels: Labels, kinds: Iterable[str], store: Path | None = None) -> Iterator[Mark]:
    """What an audit of a code base finds in the labelled files, held against the labels."""
    corpus = next(one for one in CORPORA.values() if one.distribution == labels.distribution)
    seen = survey(fetch(corpus), Config(), load_leaves())
    files = frozenset(labels.files)
    known = {(one.kind, one.path, one.name): one for one in labels.labels}
    for kind in kinds:
        row_type: Any = seen.leaves.tables.get(_TABLES[kind])
        rows: list[Component] = list(seen.rows(row_type)) if row_type is not None else []
        found = {(kind, row.path, row.name) for row in rows if row.confidence != "low"}
        for row in rows:
            if row.path not in files or row.confidence == "low":
                continue
            label = known.get((kind, row.path, row.name))
            verdict = label.verdict if label is not None else "no"
            outcome = {"yes": "right", "open": "open"}.get(verdict, "wrong")
            why = label.why if label is not None else "not labelled"
            counted = label.subkind if label is not None and outcome == "right" else row.subkind
            said = f"{row.confidence} {row.subkind}: {'; '.join(row.evidence)[:200]} | reader: {why}"
            yield Mark(name, group(kind, counted), outcome, row.path, row.line, row.name, said)
        for (of, path, _), label in known.items():
            if of == kind and label.verdict == "yes" and path in files and (kind, path, label.name) not in found:
                low = next((row for row in rows if (row.path, row.name) == (path, label.name)), None)
                said = f"{label.subkind}: {label.why}" + (f" | low: {'; '.join(low.evidence)[:160]}" if low else "")
                yield Mark(name, group(kind, label.subkind), "missed", path, label.line, label.name, said)


def figures(found: Iterable[Mark]) -> dict[str, tuple[int, int, int, float, float, float]]:
    """Group -> right, wrong, missed, precision, recall, F1 (the harmonic mean of the two)."""
    counts: dict[str, dict[str, int]] = {}
    for mark in found:
        of = counts.setdefault(mark.group, {"right": 0, "wrong": 0, "missed": 0, "open": 0})
        of[mark.outcome] += 1
    result: dict[str, tuple[int, int, int, float, float, float]] = {}
    for name, of in sorted(counts.items()):
        right, wrong, missed = of["right"], of["wrong"], of["missed"]
        precision = right / (right + wrong) if right + wrong else 0.0
        recall = right / (right + missed) if right + missed else 0.0
        both = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        result[name] = (right, wrong, missed, precision, recall, both)
    return result


def _print(title: str, found: list[Mark]) -> None:
    print(f"\n{title}")
    print(f"  {'':40} {'right':>6} {'wrong':>6} {'missed':>6} {'precision':>10} {'recall':>7} {'F1':>6}")
    for name, (right, wrong, missed, precision, recall, both) in figures(found).items():
        print(f"  {name:40} {right:6} {wrong:6} {missed:6} {precision:10.3f} {recall:7.3f} {both:6.3f}")


def main() -> None:
    """Print the figures of both halves, and the errors when asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--half", choices=("tuned", "reported"), default="")
    parser.add_argument("--kind", choices=KINDS, default="")
    parser.add_argument("--corpus", default="", help="one file of benchmarks/inventory, without .toml")
    parser.add_argument("--errors", action="store_true", help="list what was wrong and what was missed")
    given = parser.parse_args()
    kinds = (given.kind,) if given.kind else KINDS
    everything: dict[str, list[Mark]] = {}
    for name, labels in load(given.half, given.corpus):
        found = list(marks(name, labels, kinds))
        everything.setdefault(labels.half, []).extend(found)
        counts = {verdict: sum(one.verdict == verdict for one in labels.labels) for verdict in ("yes", "no", "open")}
        _print(f"{name} {labels.version} ({labels.half}; {len(labels.files)} files, labels: {counts})", found)
        if given.errors:
            for mark in sorted(found, key=lambda one: (one.group, one.outcome, one.path, one.line)):
                if mark.outcome in ("wrong", "missed"):
                    print(f"    {mark.outcome:6} {mark.group}: {mark.path}:{mark.line} {mark.name} | {mark.said}")
    for half, found in sorted(everything.items()):
        _print(f"half {half}, all code bases", found)
    if not everything:
        sys.exit("no labels: look into benchmarks/inventory")


if __name__ == "__main__":
    main()
