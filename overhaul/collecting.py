"""Files to facts: what has changed since the store saw it is parsed and walked, in processes of their own."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from overhaul import __version__
from overhaul.config import Config
from overhaul.distributions import version
from overhaul.errors import OverhaulError, Unreadable, blame
from overhaul.files.discovery import Entry, Failure, Tree
from overhaul.layout import Layout
from overhaul.leaves import Collector, Leaves, load_leaves
from overhaul.module import Module, Parser, read_only
from overhaul.source import Source, digest, read
from overhaul.store import Parsed, Store
from overhaul.workers import Ahead, Executor, Job, run

ENGINE_FILES: Final = (
    "syntax/*", "caching/collecting", "heat/costs", "heat/loops", "scopes", "text", "module", "copied", "source",
    "facts", "lazy", "patterns", "hardening", "collecting", "store", "workers",
)  # fmt: skip
"""The files of the trunk that facts depend on; results depend on all of it."""
_BATCH: Final = 256


class Progress(Protocol):
    """Told how many of how many files are parsed."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` files are parsed."""
        ...


def engine(leaves: Leaves) -> bytes:
    """A digest of everything that facts depend on besides the content of the file."""
    here = Path(__file__).parent
    total = hashlib.blake2b(digest_size=16)
    total.update(f"{__version__} {version('libcst')} {platform.python_version()}".encode())
    for name in ENGINE_FILES:
        for file in sorted(here.glob(f"{name}.py")):
            total.update(file.read_bytes())
    for name, leaf in leaves.collectors.items():
        total.update(name.encode() + leaf.digest)
    return total.digest()


class Collecting:
    """The one pass over the files: what is known is taken from the store, what has changed is parsed."""

    def __init__(
        self, tree: Tree, layout: Layout, config: Config, leaves: Leaves, store: Store, began: int,
        progress: Progress | None, executor: Executor | None, ahead: Ahead | None,
    ) -> None:  # fmt: skip
        """`began` is a time, in nanoseconds, before the tree was listed."""
        self._tree = tree
        self._layout = layout
        self._config = config
        self._leaves = leaves
        self._store = store
        self._began = began
        self._progress = progress
        self._executor = executor
        self._ahead = ahead

    def __call__(self) -> tuple[dict[str, bytes], list[Failure], int]:
        """The key of each file's content, with its facts in the store; what went wrong; how many files were new."""
        wanted = self._wanted()
        known = self._store.known()
        parsed = self._store.parsed(self._config.file_timeout)
        contents: dict[str, bytes] = {}
        changed: dict[str, Entry] = {}
        for entry in self._tree.entries:
            path = entry.path
            if path not in wanted:
                continue
            was = known.get(path)
            if was is not None and was.matches(entry.size, entry.mtime_ns, entry.inode) and was.key in parsed:
                contents[path] = was.key
            else:
                changed[path] = entry
        failures: list[Failure] = []
        if changed:
            fresh, failures = self._look(changed, set(parsed))
            contents |= fresh
        stats = {
            path: (entry.size, entry.mtime_ns, entry.inode, contents[path])
            for path, entry in changed.items()
            if path in contents
        }
        self._store.remember(stats, known.keys() - contents.keys(), self._began)
        broken = self._store.failures()
        if broken:
            failures += [Failure(path, *broken[key]) for path, key in contents.items() if key in broken]
        if changed:
            self._store.prune(set(contents.values()))
        return contents, failures, len(changed)

    def planned(
        self, there: Mapping[str, bytes], only: frozenset[str] | None = None
    ) -> tuple[dict[str, bytes], list[Failure], int]:
        """The same for a tree with planned contents, when those on the disk are known: `there`, path -> key.

        What is not known is read and parsed, for the collectors named in `only`, or for all. The stat index, which
        speaks of the disk, stays as it is.
        """
        wanted = self._wanted()
        parsed = self._store.parsed(self._config.file_timeout)
        contents: dict[str, bytes] = {}
        changed: dict[str, Entry] = {}
        for entry in self._tree.entries:
            path = entry.path
            if path not in wanted:
                continue
            data = self._tree.planned.get(path)
            # A stub that described a source is looked at once the source has gone.
            key = there.get(path) if data is None else digest(data)
            if key is not None and key in parsed:
                contents[path] = key
            else:
                changed[path] = entry
        failures: list[Failure] = []
        if changed:
            fresh, failures = self._look(changed, set(parsed), only)
            contents |= fresh
        broken = self._store.failures()
        failures += [Failure(path, *broken[key]) for path, key in contents.items() if key in broken]
        return contents, failures, len(changed)

    def complete(self, contents: Mapping[str, bytes], keys: Collection[bytes]) -> list[Failure]:
        """Look with all collectors into some contents (path -> key), and say what went wrong."""
        lacking = {path for path, key in contents.items() if key in keys}
        _, failures = self._look({one.path: one for one in self._tree.entries if one.path in lacking}, set())
        broken = self._store.failures()
        return [*failures, *(Failure(path, *broken[contents[path]]) for path in lacking if contents[path] in broken)]

    def _wanted(self) -> set[str]:
        """The files that facts are taken from: of each module its source, or the stub where there is none to read."""
        modules = self._layout.modules.values()
        return {one.path for one in modules} | {one.stub for one in modules if one.stub and one.kind != "source"}

    def _look(
        self, changed: Mapping[str, Entry], parsed: set[bytes], only: frozenset[str] | None = None
    ) -> tuple[dict[str, bytes], list[Failure]]:
        """Read and parse what has changed."""
        contents: dict[str, bytes] = {}
        failures: list[Failure] = []
        jobs = [Job(path, entry.size) for path, entry in changed.items()]
        batch: list[Parsed] = []
        done = 0
        work = Look(
            self._tree.root, tuple(self._leaves.collectors.values()), self._leaves.wanted, frozenset(parsed),
            self._tree.planned, only,
        )  # fmt: skip
        processes, limit = self._config.jobs or os.cpu_count() or 1, self._config.file_timeout
        for outcome in run(jobs, work, processes, limit, self._executor, self._ahead):
            done += 1
            if self._progress is not None:
                self._progress(done, len(jobs))
            if outcome.failure:
                failures.append(Failure(outcome.name, "parse", outcome.failure))
                if outcome.passing:
                    continue
                try:
                    source = work.source(outcome.name)
                except Unreadable:
                    continue
                contents[outcome.name] = source.digest
                batch.append(Parsed(source.digest, (), source.lines, "parse", outcome.failure, outcome.limit))
            elif isinstance(outcome.value, Parsed):
                contents[outcome.name] = outcome.value.key
                if outcome.value.blobs or outcome.value.reason:
                    batch.append(outcome.value)
            else:
                failures.append(Failure(outcome.name, "read", outcome.value))
            if len(batch) >= _BATCH:
                self._store.add(batch)
                batch = []
        self._store.add(batch)
        return contents, [failure for failure in failures if failure.path not in contents]


def ready() -> None:
    """Import what it takes to parse, for a worker that was started ahead."""
    # Whatever is wrong with a leaf is told by the parent, which loads the same ones.
    with contextlib.suppress(OverhaulError):
        Look(Path(), (), load_leaves().wanted, frozenset()).facts(Source("", b"x = 1\n", b""))


class Look:
    """What a worker does with one file: read, parse, walk, collect, encode."""

    def __init__(
        self, root: Path, collectors: tuple[Collector, ...], wanted: frozenset[str], parsed: frozenset[bytes],
        planned: Mapping[str, bytes | None] | None = None, only: frozenset[str] | None = None,
    ) -> None:  # fmt: skip
        """Contents whose keys are in `parsed` are only read; `planned` has some that are not on the disk.

        With `only` the other collectors do not look: their rows are empty bytes.
        """
        self._only = only
        self._root = root
        self._planned = planned or {}
        self._collectors = collectors
        self._wanted = wanted
        self._parsed = parsed
        self._parser: Parser | None = None
        self._encode = msgspec.msgpack.encode

    def __call__(self, path: str) -> Parsed | str:
        """What came of it; a text says why it could not be read."""
        try:
            source = self.source(path)
        except Unreadable as error:
            return str(error)
        if source.digest in self._parsed:
            return Parsed(source.digest, (), source.lines, "", "")
        return self.facts(source)

    def source(self, path: str) -> Source:
        """The content of a file. Raises Unreadable."""
        data = self._planned.get(path)
        return read(self._root, path) if data is None else Source(path, data, digest(data))

    def prepare(self) -> None:
        """Called once in a worker process of our own, before the first file."""
        read_only()

    def encoded(self, path: str) -> bytes:
        """What came of one file, in one piece: for a fork of our own."""
        self.prepare()
        return msgspec.msgpack.encode(self.facts(self.source(path)))

    def facts(self, source: Source) -> Parsed:
        """The encoded rows of every collector."""
        if self._parser is None:
            self._parser = Parser(self._wanted)
        stage = "parse"
        module: Module | None = None
        try:
            module = self._parser.parse(source)
            blobs: list[bytes] = []
            for leaf in self._collectors:
                stage = leaf.name
                if self._only is not None and leaf.name not in self._only:
                    blobs.append(b"")
                    continue
                blobs.append(self._encode(list(leaf.function(module))))
        except Unreadable as error:
            return Parsed(source.digest, (), source.lines, stage, str(error))
        except MemoryError:
            # Says nothing about the file: whoever called may have more memory the next time.
            raise
        except Exception as error:  # noqa: BLE001 - around one leaf and one file, and here only
            return Parsed(source.digest, (), source.lines, stage, blame(error))
        finally:
            if module is not None:
                module.drop()
        return Parsed(source.digest, tuple(blobs), source.lines, "", "")

    def __reduce__(self) -> tuple[Callable[..., Look], tuple[Any, ...]]:
        """For processes that are not forked: a leaf stands in its module under its function's name, and goes by it."""
        names = tuple((leaf.function.__module__, str(leaf.file), leaf.name) for leaf in self._collectors)
        return _recalled, (self._root, names, self._wanted, self._parsed, self._planned, self._only)


def _recalled(
    root: Path, names: tuple[tuple[str, str, str], ...], wanted: frozenset[str], parsed: frozenset[bytes],
    planned: Mapping[str, bytes | None], only: frozenset[str] | None,
) -> Look:  # fmt: skip
    """A `Look` in another process."""
    return Look(root, tuple(_collector(*name) for name in names), wanted, parsed, planned, only)


def _collector(module: str, file: str, name: str) -> Collector:
    try:
        found = sys.modules.get(module) or import_module(module)
    except ModuleNotFoundError:
        # A leaf of the user's own: its file lies on no path that Python searches.
        spec = importlib.util.spec_from_file_location(module, file)
        assert spec is not None and spec.loader is not None, file
        found = sys.modules[module] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
    leaf = getattr(found, name)
    assert isinstance(leaf, Collector), name
    return leaf
