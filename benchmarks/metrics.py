"""Compare overhaul's metrics with radon's, figure by figure, and their cost with that of the parse.

    python -m benchmarks.metrics [PATH...]

A difference is printed with its place, and makes the exit code 1; without a path, overhaul's own trunk is taken. Files
that radon or this Python's `ast` cannot take are counted and left out. Times are of one process, and are given as parts
of the time that `libcst.parse_module` takes for the same files.
"""

from __future__ import annotations

import argparse
import ast
import gc
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

import libcst as cst

from overhaul.errors import Unreadable
from overhaul.leaves import Collector, load_leaves
from overhaul.module import Module, Parser, read_only
from overhaul.source import Source, digest

# radon has no stubs: its modules are imported as such, for what is in them is then of no known type.
complexity = import_module("radon.complexity")
formulas = import_module("radon.metrics")
raw_lines = import_module("radon.raw")
visitors = import_module("radon.visitors")

_Result = TypeVar("_Result")

LINES: Final = ("loc", "lloc", "sloc", "comments", "multi", "blank", "single_comments")
HALSTEAD: Final = ("h1", "h2", "N1", "N2", "vocabulary", "length", "volume", "difficulty", "effort", "time", "bugs")
TOLERANCE: Final = 1e-9
"""Greatest difference of two figures that are held for equal."""


class Clock:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        """Start at nought."""
        self.spent: defaultdict[str, float] = defaultdict(float)

    def time(self, what: str, work: Callable[[], _Result]) -> _Result:
        """Do the work and note how long it took."""
        begin = perf_counter()
        try:
            return work()
        finally:
            self.spent[what] += perf_counter() - begin


class Comparison:
    """What was compared, and what differs."""

    def __init__(self, collector: Collector) -> None:
        """Compare the rows of `collector`."""
        self.collector = collector
        self.clock = Clock()
        self.compared: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.parser = Parser(frozenset(collector.wants))
        self.plain = Parser(frozenset())

    def file(self, path: Path) -> Iterator[str]:
        """The differences in one file."""
        data = path.read_bytes()
        source = Source(path=str(path), data=data, digest=digest(data))
        try:
            text = source.text()
            self.clock.time("parse", lambda: cst.parse_module(text))
            self.clock.time("parse and walk, nothing noted", lambda: self.plain.parse(source))
            module = self.clock.time("parse and walk", lambda: self.parser.parse(source))
        except (Unreadable, cst.ParserSyntaxError):
            self.left_out["unreadable"] += 1
            return
        rows = self.clock.time("metrics", lambda: list(self.collector.function(module)))
        self.compared["files"] += 1
        self.compared["lines"] += module.lines
        yield from self._against_radon(path, module, rows)

    def _against_radon(self, path: Path, module: Module, rows: Sequence[Any]) -> Iterator[str]:
        try:
            tree = self.clock.time("ast.parse", lambda: ast.parse(module.text))
        except (SyntaxError, ValueError, RecursionError):
            self.left_out["not of this Python"] += 1
            return
        visitor = self.clock.time("radon cc", lambda: visitors.ComplexityVisitor.from_ast(tree))
        halstead = self.clock.time("radon halstead", lambda: formulas.h_visit_ast(tree).total)
        by_place = {(row.line, row.name.rpartition(".")[2]): row for row in rows[1:]}
        for block in complexity.add_inner_blocks(visitor.blocks):
            self.compared["blocks"] += 1
            row = by_place.get((block.lineno, block.name.rpartition(".")[2]))
            theirs = (block.complexity, complexity.cc_rank(block.complexity), block.letter)
            ours = row and (row.complexity, row.rank, row.kind[0].upper())
            if ours != theirs:
                yield f"{path}:{block.lineno}: {block.name} is {ours}, radon {theirs}"
        yield from self._differ(path, rows[0], halstead, HALSTEAD)
        if rows[0].complexity != visitor.total_complexity:
            yield f"{path}: complexity is {rows[0].complexity}, radon {visitor.total_complexity}"
        try:
            raw = self.clock.time("radon raw", lambda: raw_lines.analyze(module.text))
        except (SyntaxError, IndentationError):
            self.left_out["radon raw fails"] += 1
            return
        yield from self._differ(path, rows[0], raw, LINES)
        percent = (raw.comments + raw.multi) / raw.sloc * 100 if raw.sloc else 0
        expected = formulas.mi_compute(halstead.volume, visitor.total_complexity, raw.lloc, percent)
        self.compared["figures"] += 1
        if abs(expected - rows[0].maintainability) > TOLERANCE:
            yield f"{path}: maintainability is {rows[0].maintainability}, radon {expected}"

    def _differ(self, path: Path, row: Any, theirs: Any, names: Sequence[str]) -> Iterator[str]:
        for name in names:
            self.compared["figures"] += 1
            if abs(getattr(row, name) - getattr(theirs, name)) > TOLERANCE:
                yield f"{path}: {name} is {getattr(row, name)}, radon {getattr(theirs, name)}"


def main() -> None:
    """Compare all files below the paths given."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("paths", nargs="*", type=Path, default=[Path(__file__).parents[1] / "overhaul"])
    paths: list[Path] = arguments.parse_args().paths
    warnings.simplefilter("ignore")
    read_only()
    gc.freeze()
    gc.disable()
    comparison = Comparison(load_leaves().collectors["metrics"])
    differences = 0
    for root in paths:
        for path in [root] if root.is_file() else sorted(root.rglob("*.py")):
            gc.collect()  # The walk leaves rings of scopes, and with them the tree.
            for difference in comparison.file(path):
                differences += 1
                print(difference)
    compared = ", ".join(f"{count} {what}" for what, count in comparison.compared.items())
    print(f"{compared}; {differences} differences")
    print("left out:", ", ".join(f"{count} {why}" for why, count in comparison.left_out.items()) or "none")
    floor = comparison.clock.spent["parse"]
    for what, seconds in comparison.clock.spent.items():
        print(f"{seconds / floor:8.3f}  {what}")
    raise SystemExit(differences > 0)


if __name__ == "__main__":
    main()
