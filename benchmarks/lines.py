"""Compare every line that the walk notes with LibCST's PositionProvider, on files taken at random.

    python -m benchmarks.lines [PATH...] [--files 500] [--seed 0]

Compared are the first line of every noted node, the last line of every function and class, and the line of every
comment. A difference is printed with its place, and makes the exit code 1; without a path, overhaul's own trunk is
taken. Files that LibCST cannot parse, or whose bytes it does not keep, are counted and left out. Given last is how many
times as long the provider takes as the walk.
"""

from __future__ import annotations

import argparse
import gc
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from overhaul.errors import Unreadable
from overhaul.module import Module, Parser
from overhaul.source import Source, digest
from overhaul.syntax.grammar import GRAMMAR

NOTED: Final = tuple(
    name
    for name, fields in GRAMMAR.items()
    if ("@" in fields.split() or name == "Attribute") and name != "IndentedBlock"
)
"""The node classes whose nodes the walk can note; a suite is noted where its header ends, on purpose."""


class Comparison:
    """What was compared, and how long it took."""

    def __init__(self) -> None:
        """Start at nought."""
        self.compared: Counter[str] = Counter({"files": 0, "nodes": 0, "ends": 0, "comments": 0})
        self.left_out = 0
        self.walked = 0.0
        """Seconds for parse and walk."""
        self.provided = 0.0
        """Seconds for the provider alone."""
        self._parser = Parser(frozenset(NOTED))

    def file(self, path: Path) -> Iterator[str]:
        """The differences in one file, each with its place."""
        data = path.read_bytes()
        begin = perf_counter()
        try:
            module = self._parser.parse(Source(path=str(path), data=data, digest=digest(data)))
        except Unreadable:
            self.left_out += 1
            return
        self.walked += perf_counter() - begin
        begin = perf_counter()
        positions: Any = MetadataWrapper(module.tree, unsafe_skip_copy=True).resolve(PositionProvider)
        self.provided += perf_counter() - begin
        self.compared["files"] += 1
        for difference in self._differences(module, positions):
            yield f"{path}:{difference}"

    def _differences(self, module: Module, positions: Any) -> Iterator[str]:
        for name in NOTED:
            for node, line, _ in module.nodes(getattr(cst, name)) if hasattr(cst, name) else ():
                self.compared["nodes"] += 1
                if line != positions[node].start.line:
                    yield f"{positions[node].start.line}: {name} is noted at line {line}"
        for scope in module.scopes:
            if scope.kind in ("function", "class"):
                self.compared["ends"] += 1
                if scope.end != positions[scope.node].end.line:
                    yield f"{positions[scope.node].end.line}: {scope.name} is noted to end at line {scope.end}"
        # A comment at the end of a block belongs to the block's footer, and may be met after the one behind it.
        theirs = Counter((place.start.line, node.value) for node,
            place in positions.items() if type(node) is cst.Comment)
        ours = Counter((line, text) for line, text, _ in module.comments)
        self.compared["comments"] += theirs.total()
        for line, text in sorted((theirs - ours) | (ours - theirs)):
            yield f"{line}: {text} is {'missed' if (line, text) in theirs else 'noted and not there'}"


def main() -> None:
    """Compare files below the paths given."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("paths", nargs="*", type=Path, default=[Path(__file__).parents[1] / "overhaul"])
    arguments.add_argument("--files", type=int, default=500, help="how many files to take")
    arguments.add_argument("--seed", type=int, default=0, help="which files to take")
    options = arguments.parse_args()
    paths: list[Path] = options.paths
    files = sorted({file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))})
    chosen = random.Random(options.seed).sample(files, min(options.files, len(files)))
    gc.freeze()
    gc.disable()
    comparison = Comparison()
    differences = 0
    for path in chosen:
        gc.collect()  # The walk leaves rings of scopes, and with them the tree.
        for difference in comparison.file(path):
            differences += 1
            print(difference)
    compared = ", ".join(f"{count} {what}" for what, count in comparison.compared.items())
    print(f"{compared}; {differences} differences; {comparison.left_out} files left out")
    if comparison.walked:
        print(f"{comparison.provided / comparison.walked:8.3f}  PositionProvider alone / parse and walk")
    raise SystemExit(differences > 0)


if __name__ == "__main__":
    main()
