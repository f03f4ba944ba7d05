"""Parse every Python file below a folder with `libcst.parse_module`, and do nothing else: the floor of every audit.

    python -m benchmarks._floor FOLDER [--processes N] [--no-gc]

As fair as it can be made: forked processes, the largest files first, chunks of about 128 KB, and no tree kept.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import libcst as cst

from benchmarks.corpora import python_files

_CHUNK: Final = 128 * 1024
_RECURSION: Final = 10_000


def parse(paths: Sequence[Path]) -> tuple[int, int]:
    """How many files were parsed, and how many cannot be."""
    sys.setrecursionlimit(_RECURSION)
    failed = 0
    for path in paths:
        try:
            cst.parse_module(path.read_bytes())
        except (cst.ParserSyntaxError, UnicodeDecodeError):
            failed += 1
    return len(paths) - failed, failed


def chunks(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Lists of files of about 128 KB, the largest files first."""
    sizes = {path: path.stat().st_size for path in paths}
    chunk: list[Path] = []
    weight = 0
    for path in sorted(paths, key=lambda path: -sizes[path]):
        chunk.append(path)
        weight += sizes[path]
        if weight >= _CHUNK:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def main() -> None:
    """Parse, and say how much was parsed."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--no-gc", action="store_true", help="without Python's collector of rings")
    given = arguments.parse_args()
    if given.no_gc:
        gc.freeze()
        gc.disable()
    paths = list(python_files(given.folder))
    with ProcessPoolExecutor(given.processes, mp_context=multiprocessing.get_context("fork")) as pool:
        counts = list(pool.map(parse, chunks(paths)))
    print(f"{sum(done for done, _ in counts)} files parsed, {sum(failed for _, failed in counts)} cannot be")


if __name__ == "__main__":
    main()
