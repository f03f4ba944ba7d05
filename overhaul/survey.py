"""One audit: files to facts, facts to tables, tables to findings, each made once and only when asked for."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import msgspec

from overhaul import __version__
from overhaul.comparison import Comparison
from overhaul.config import Config
from overhaul.distributions import version
from overhaul.errors import LeafError, OverhaulError, Unreadable, blame
from overhaul.facts import Row, Suppression
from overhaul.files.discovery import Entry, Failure, Tree, discover
from overhaul.findings import Finding
from overhaul.grading import grade
from overhaul.layout import Layout, lay_out
from overhaul.leaves import Analyzer, Collector, Leaves, Rule, load_leaves, table_name
from overhaul.ledger import Entry as LedgerEntry
from overhaul.module import Module, Parser, read_only
from overhaul.results import Results
from overhaul.source import Source, read
from overhaul.store import Damaged, Parsed, Store
from overhaul.suppressing import by_path, suppress
from overhaul.symbols import Symbols
from overhaul.tables import FactTable
from overhaul.verdicts import Looked, Prints, Verdict, baseline_of, judge
from overhaul.workers import Ahead, Executor, Job, run

_Row = TypeVar("_Row", bound=Row)

ENGINE_FILES: Final = (
    "syntax/*", "caching/collecting", "scopes", "text", "module", "source", "facts", "lazy", "patterns", "survey",
    "store", "workers",
)  # fmt: skip
"""The files of the trunk that facts depend on; results depend on all of it."""
_BATCH: Final = 256
_MANY: Final = 200
"""Modules from which on it pays to make all tables at once."""


class Progress(Protocol):
    """Told how many of how many files are parsed."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` files are parsed."""
        ...


class Survey:
    """All that is known about one codebase."""

    def __init__(
        self, tree: Tree, layout: Layout, config: Config, leaves: Leaves, store: Store, contents: Mapping[str, bytes],
        failures: Sequence[Failure], fresh: int,
    ) -> None:  # fmt: skip
        """Made by `survey`; `contents` maps each path to the key of its content in the store."""
        self.fresh = fresh
        """How many contents this run has parsed, or taken to be new."""
        self.root = tree.root
        self.layout = layout
        self.config = config
        self.leaves = leaves
        misread = (Failure(one.path, "contracts", one.reason) for one in config.misread)
        self.failures = tuple(sorted({*failures, *layout.failures, *misread}))
        self.files = len(tree.entries)
        self.comparison: Comparison | None = None
        """What has changed since an earlier report; set by whoever has one to compare with."""
        self.told_tables: frozenset[str] | None = None
        """The tables that the JSON report is to carry; None for all. Set by whoever has been asked."""
        self._earlier: tuple[LedgerEntry, ...] = ()
        self._revision = ""
        self.alone = False
        """Only one file is looked at, whatever else there is beside it."""
        self._whole: Verdict | None = None
        self._narrow: Verdict | None = None
        self._paths_of_interest: frozenset[str] | None = None
        self._store = store
        known = store.parsed()
        self._paths = {
            module: path
            for module, place in sorted(layout.modules.items())
            if (path := place.path if place.path in contents else place.stub) is not None and path in contents
        }
        self._keys = {module: contents[path] for module, path in self._paths.items()}
        self.lines = sum(known[key].lines for key in self._keys.values() if key in known and known[key].prints)
        """Of the files that were analysed."""
        self._facts: dict[type[Row], FactTable[Any]] = {
            leaf.fills: FactTable(leaf.fills, table_name(leaf.fills), number, self._keys, known, store)
            for number, leaf in enumerate(leaves.collectors.values())
        }
        self._results = Results(layout, config, leaves, store, self._facts, tree.root)

    def make(self) -> None:
        """Make the tables of all analyzers at once: faster than one by one in a large project that has changed."""
        if self.fresh and len(self._keys) >= _MANY:
            self._results.make(self.config.jobs or os.cpu_count() or 1)

    def prepare(self, rules: Sequence[Rule]) -> None:
        """Make at once what some rules will look into, as far as one can tell from the last time."""
        if self.fresh and len(self._keys) >= _MANY:
            self._results.make(self.config.jobs or os.cpu_count() or 1, rules)

    # Tables

    def facts(self, row: type[_Row]) -> FactTable[_Row]:
        """A table that a collector fills. Raises LeafError when none does."""
        table = self._facts.get(row)
        if table is None:
            raise LeafError(f"no collector fills the table of {row.__name__}: add one, or ask for a sequence")
        return table

    def rows(self, row: type[_Row]) -> list[_Row]:
        """A table that an analyzer fills. Raises LeafError when none does."""
        leaf = self.leaves.filler(row)
        if not isinstance(leaf, Analyzer):
            raise LeafError(f"{row.__name__} is a table of facts, filled by {leaf.name}: ask for Facts[{row.__name__}]")
        return self._results.rows(leaf, row)

    def tables(
        self, named: Collection[str] | None = None
    ) -> Iterator[tuple[str, type[Row], Iterator[tuple[str, Sequence[Row]]]]]:
        """Every table, or those named, by name, with its row type and its rows by module ("" if they name theirs)."""
        for name, row in self.leaves.tables.items():
            if named is not None and name not in named:
                continue
            if row in self._facts:
                yield name, row, self.facts(row).stream()
            else:
                yield name, row, iter([("", self.rows(row))])

    def counts(self) -> dict[str, int]:
        """The number of rows of every table, by name; no fact is decoded for it."""
        return {
            name: self.facts(row).count() if row in self._facts else len(self.rows(row))
            for name, row in self.leaves.tables.items()
        }

    def place(self, module: str) -> str:
        """The path of a module's facts: of an extension module that of its stub, if it has one."""
        return self._paths.get(module) or self.layout.modules[module].path

    def digest(self, module: str) -> bytes | None:
        """The digest of the file that a module's facts are of; None for one that was not parsed."""
        return self._keys.get(module)

    @property
    def day(self) -> date:
        """The day of the run, for what expires."""
        return self._results.day

    @property
    def findings(self) -> Sequence[Finding]:
        """What the selected rules have to say and no comment suppresses, by path, line and rule."""
        return self.verdict.findings

    @property
    def verdict(self) -> Verdict:
        """What has become of all that the selected rules said; of what the files take part in that `narrow` named."""
        if self._narrow is None:
            self._narrow = self._judged()
        return self._narrow

    @property
    def narrowed(self) -> frozenset[str] | None:
        """The paths that the verdict is about; None for all."""
        return self._paths_of_interest

    def narrow(self, paths: Iterable[str]) -> None:
        """Let the verdict be only about what these files take part in; paths relative to the audited root."""
        named = frozenset(paths)
        modules = {
            module for module, place in self.layout.modules.items() if place.path in named or place.stub in named
        }
        self._paths_of_interest = named
        self._narrow = self._judged().only(named, modules)

    def inherit(self, earlier: Sequence[LedgerEntry], revision: str) -> None:
        """Take the findings of an earlier revision for inherited; what `narrow` named is to be named again."""
        self._earlier, self._revision = tuple(earlier), revision
        self._whole = self._narrow = self._paths_of_interest = None

    def entries(self) -> Iterator[tuple[Finding, LedgerEntry]]:
        """The findings, each with the entry that it would have in a ledger."""
        prints = Prints(self.root)
        return ((one, prints.entry(one)) for one in self.verdict.findings)

    def _judged(self) -> Verdict:
        """The verdict about all files."""
        if self._whole is None:
            rules = self.leaves.selected_rules(self.config.select, self.config.ignore)
            self.prepare(rules)
            looked = Looked(
                self.root, self.config, self.leaves, self.layout, self.failures, tuple(rules), self.alone
            )  # fmt: skip
            self._whole = judge(
                self._results.findings(rules),
                lambda judged: self._results.afterthoughts(rules, judged),
                (rule.name for rule in rules),
                lambda findings: grade(findings, self.config, self.root),
                lambda findings: suppress(findings, self._suppressions()),
                baseline_of(looked, self._earlier, self._revision),
            )
        return self._whole

    def _suppressions(self) -> dict[str, Sequence[Suppression]]:
        """The comments that suppress findings, by path."""
        table: FactTable[Suppression] | None = self._facts.get(Suppression)
        return {} if table is None else by_path(self.layout, table)

    @cached_property
    def symbols(self) -> Symbols:
        """The symbol table."""
        return Symbols(self.layout, *(self.facts(row) for row in Symbols.reads))


def survey(
    root: Path, config: Config, leaves: Leaves, *, store: Path | None = None, progress: Progress | None = None,
    executor: Executor | None = None, ahead: Ahead | None = None, called: Path | None = None,
) -> Survey:  # fmt: skip
    """Look at every file below `root` that has changed since the store saw it, and say what is known.

    `store` is the folder whose `.overhaul` keeps the facts; None keeps them in memory. Files are parsed in processes of
    their own, or by `executor` (anything with `map`, as `concurrent.futures` has it); a few by a worker started `ahead`
    with `ready`. `called` is what the root is called in the store, for one that lies elsewhere each time.

    Raises TargetError for a root without Python, and LeafError for leaves that do not fit together.
    """
    leaves.check_order()
    began = time.time_ns()
    tree = discover(root, config)
    layout = lay_out(tree, config)
    names = [table_name(leaf.fills) for leaf in leaves.collectors.values()]
    facts = Store(store, _engine(leaves), names, called or root)

    def look() -> tuple[dict[str, bytes], list[Failure], int]:
        return _contents(tree, layout, config, leaves, facts, began, progress, executor, ahead)

    try:
        contents, failures, fresh = look()
    except Damaged:
        contents, failures, fresh = look()
    # Tables are read when they are asked for, and damage may show itself only then.
    facts.refill = look
    made = Survey(tree, layout, config, leaves, facts, contents, [*tree.failures, *failures], fresh)
    made.alone = not root.is_dir()
    return made


def _engine(leaves: Leaves) -> bytes:
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


def _contents(
    tree: Tree, layout: Layout, config: Config, leaves: Leaves, store: Store, began: int, progress: Progress | None,
    executor: Executor | None, ahead: Ahead | None,
) -> tuple[dict[str, bytes], list[Failure], int]:  # fmt: skip
    """The key of each file's content, with its facts in the store; what went wrong; how many files were looked at.

    `began` is a time, in nanoseconds, before the tree was listed.
    """
    wanted = {place.path for place in layout.modules.values()}
    wanted |= {place.stub for place in layout.modules.values() if place.stub and place.kind != "source"}
    known = store.known()
    parsed = store.parsed(config.file_timeout)
    contents: dict[str, bytes] = {}
    changed: dict[str, Entry] = {}
    for entry in tree.entries:
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
        fresh, failures = _look(tree.root, changed, set(parsed), config, leaves, store, progress, executor, ahead)
        contents |= fresh
    stats = {
        path: (entry.size, entry.mtime_ns, entry.inode, contents[path])
        for path, entry in changed.items()
        if path in contents
    }
    store.remember(stats, known.keys() - contents.keys(), began)
    broken = store.failures()
    if broken:
        failures += [Failure(path, *broken[key]) for path, key in contents.items() if key in broken]
    if changed:
        store.prune(set(contents.values()))
    return contents, failures, len(changed)


def _look(
    root: Path, changed: Mapping[str, Entry], parsed: set[bytes], config: Config, leaves: Leaves, store: Store,
    progress: Progress | None, executor: Executor | None, ahead: Ahead | None,
) -> tuple[dict[str, bytes], list[Failure]]:  # fmt: skip
    """Read and parse what has changed."""
    contents: dict[str, bytes] = {}
    failures: list[Failure] = []
    jobs = [Job(path, entry.size) for path, entry in changed.items()]
    batch: list[Parsed] = []
    done = 0
    work = Look(root, tuple(leaves.collectors.values()), leaves.wanted, frozenset(parsed))
    for outcome in run(jobs, work, config.jobs or os.cpu_count() or 1, config.file_timeout, executor, ahead):
        done += 1
        if progress is not None:
            progress(done, len(jobs))
        if outcome.failure:
            failures.append(Failure(outcome.name, "parse", outcome.failure))
            if outcome.passing:
                continue
            try:
                source = read(root, outcome.name)
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
            store.add(batch)
            batch = []
    store.add(batch)
    return contents, [failure for failure in failures if failure.path not in contents]


def ready() -> None:
    """Import what it takes to parse, for a worker that was started ahead."""
    # Whatever is wrong with a leaf is told by the parent, which loads the same ones.
    with contextlib.suppress(OverhaulError):
        Look(Path(), (), load_leaves().wanted, frozenset()).facts(Source("", b"x = 1\n", b""))


class Look:
    """What a worker does with one file: read, parse, walk, collect, encode."""

    def __init__(
        self, root: Path, collectors: tuple[Collector, ...], wanted: frozenset[str], parsed: frozenset[bytes]
    ) -> None:
        """Contents whose keys are in `parsed` are only read."""
        self._root = root
        self._collectors = collectors
        self._wanted = wanted
        self._parsed = parsed
        self._parser: Parser | None = None
        self._encode = msgspec.msgpack.encode

    def __call__(self, path: str) -> Parsed | str:
        """What came of it; a text says why it could not be read."""
        try:
            source = read(self._root, path)
        except Unreadable as error:
            return str(error)
        if source.digest in self._parsed:
            return Parsed(source.digest, (), source.lines, "", "")
        return self.facts(source)

    def prepare(self) -> None:
        """Called once in a worker process of our own, before the first file."""
        read_only()

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
        return _recalled, (self._root, names, self._wanted, self._parsed)


def _recalled(
    root: Path, names: tuple[tuple[str, str, str], ...], wanted: frozenset[str], parsed: frozenset[bytes]
) -> Look:
    """A `Look` in another process."""
    return Look(root, tuple(_collector(*name) for name in names), wanted, parsed)


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
