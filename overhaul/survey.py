"""One audit: files to facts, facts to tables, tables to findings, each made once and only when asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from overhaul.collecting import Collecting, Look, Progress, engine
from overhaul.comparison import Comparison
from overhaul.config import Config
from overhaul.covering.data import CoverageData
from overhaul.errors import LeafError
from overhaul.facts import LocalName, Row, Step, Suppression, Variable
from overhaul.files.discovery import Failure, Tree, discover
from overhaul.files.overlay import overlaid
from overhaul.findings import Finding, Judged
from overhaul.frozen import FrozenFiles
from overhaul.grading import grade
from overhaul.layout import Layout, lay_out
from overhaul.leaves import Analyzer, Criterion, Leaves, Rule, table_name
from overhaul.ledger import Entry as LedgerEntry
from overhaul.ledger import entry_of
from overhaul.results import Results
from overhaul.sharing import Early
from overhaul.store import Damaged, Parsed, Store
from overhaul.suppressing import by_path, suppress
from overhaul.symbols import Symbols
from overhaul.tables import FactTable
from overhaul.verdicts import Looked, Prints, Verdict, baseline_of, judge
from overhaul.workers import Ahead, Executor

_Row = TypeVar("_Row", bound=Row)

_FIRST: Final = frozenset((*Symbols.reads, LocalName, Step, Variable))
"""The tables that plans are proven by."""
_MANY: Final = 200
"""Modules from which on it pays to make all tables at once."""


class Survey:
    """All that is known about one codebase."""

    def __init__(
        self, tree: Tree, layout: Layout, config: Config, leaves: Leaves, store: Store, contents: Mapping[str, bytes],
        failures: Sequence[Failure], fresh: int,
    ) -> None:  # fmt: skip
        """Made by `survey`; `contents` maps each path to the key of its content in the store."""
        self._tree = tree
        self._contents = contents
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
        self.executor: Executor | None = None
        """Where files are parsed that are planned, instead of in processes of our own."""
        self._early: Early | None = None
        self.foreseen = 0
        """Contents that were parsed beforehand."""
        self._whole: Verdict | None = None
        self._narrow: Verdict | None = None
        self._paths_of_interest: frozenset[str] | None = None
        self._store = store
        known = self._known = store.parsed()
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
        self._results = Results(layout, config, leaves, store, self._facts, tree.root, tree.planned)

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

    def evidence(self, criterion: Criterion, given: Mapping[Any, object]) -> list[Any]:
        """What a criterion of a campaign yields: see `Results.evidence`."""
        return self._results.evidence(criterion, given)

    def said(self, names: Collection[str]) -> Sequence[Finding]:
        """What some rules have to say, selected or not, that no comment suppresses and no setting of a path leaves out.

        By path and line. Whether it is inherited is not asked.
        """
        rules = [self.leaves.rules[name] for name in sorted(names)]
        first = tuple(grade(self._results.findings(rules), self.config, self.root))
        judged = Judged(first, frozenset(names))
        second = tuple(grade(self._results.afterthoughts(rules, judged), self.config, self.root))
        stay, _ = suppress(sorted((*first, *second), key=lambda one: (one.path, one.line)), self._suppressions())
        return tuple(stay)

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
        deleted = (path for path in named if not os.path.isfile(self.root / path))
        modules |= set(_were(deleted)) - self.layout.modules.keys()
        whole = self._judged()
        self._paths_of_interest = named
        self._narrow = whole.only(named, modules, ledger=bool(whole.baseline) and self._below(whole.baseline) in named)

    def inherit(self, earlier: Sequence[LedgerEntry], revision: str) -> None:
        """Take the findings of an earlier revision for inherited; what `narrow` named is to be named again."""
        self._earlier, self._revision = tuple(earlier), revision
        self._whole = self._narrow = self._paths_of_interest = None

    def entries(self) -> Iterator[tuple[Finding, LedgerEntry]]:
        """The findings, each with the entry that it would have in a ledger, or with one after the other."""
        prints = Prints(self.root, self.layout)
        return ((one, entry) for one in self.verdict.findings for entry in prints.entries(one))

    def lacking(self, rules: Collection[str]) -> Iterator[LedgerEntry]:
        """The entries that the new findings of some rules lack in the ledger."""
        prints = Prints(self.root, self.layout)
        return (entry_of(unit, prints(unit)) for unit in self.verdict.uncovered if unit.rule in rules)

    def _below(self, file: str) -> str:
        """The path of a file relative to the audited root."""
        return Path(os.path.relpath(os.path.realpath(file), os.path.realpath(self.root))).as_posix()

    def _judged(self) -> Verdict:
        """The verdict about all files."""
        if self._whole is None:
            config = self.config
            rules = self.leaves.selected_rules(config.select, config.ignore, config.extend_select)
            self.prepare(rules)
            looked = Looked(
                self.root, self.config, self.leaves, self.layout, self.failures, tuple(rules), self.alone
            )  # fmt: skip
            self._whole = judge(
                self._results.findings(rules),
                lambda judged: self._results.afterthoughts(rules, judged),
                (rule.name for rule in rules),
                lambda findings: grade(findings, config, self.root, {rule.name: rule.family for rule in rules}),
                lambda findings: suppress(findings, self._suppressions()),
                baseline_of(looked, self._earlier, self._revision),
            )
        return self._whole

    def _suppressions(self) -> dict[str, Sequence[Suppression]]:
        """The comments that suppress findings, by path."""
        table: FactTable[Suppression] | None = self._facts.get(Suppression)
        return {} if table is None else by_path(self.layout, table)

    def planned(self, planned: Mapping[str, bytes | None]) -> Survey:
        """The same project as it would be: path -> the content that a file is planned to have, None if it goes.

        Only what is planned is parsed. Nothing of it is taken for the state of the disk by a later run.
        """
        self.forget()
        tree = overlaid(self._tree, self.config, planned)
        layout = lay_out(tree, self.config)
        store = self._store.aside()
        look = Collecting(tree, layout, self.config, self.leaves, store, 0, None, self.executor, None)
        try:
            contents, failures, fresh = look.planned(self._contents, self._first)
        except Damaged:
            contents, failures, fresh = look.planned({})
        store.refill = lambda: look.planned({})
        made = Survey(tree, layout, self.config, self.leaves, store, contents, [*tree.failures, *failures], fresh)
        made.alone, made.executor = self.alone, self.executor
        for table in made._facts.values():
            if store.lacking(table.name):
                table.complete = partial(made._complete, look, table.name)
        return made

    @cached_property
    def _first(self) -> frozenset[str]:
        """The collectors that look into what is planned; the others do when somebody asks for their tables."""
        return frozenset(leaf.name for leaf in self.leaves.collectors.values() if leaf.fills in _FIRST)

    def _complete(self, look: Collecting, table: str) -> None:
        """Let all collectors look into what has not been looked into for a table."""
        if lacking := self._store.lacking(table):
            self.failures = tuple(sorted({*self.failures, *look.complete(self._contents, lacking)}))
        # Another view may have had it done.
        self._known.update(self._store.parsed())

    def foresee(self, contents: Mapping[str, bytes]) -> None:
        """Begin to parse what some files will probably be planned to hold, while nothing else needs the processors.

        `planned` takes what is parsed by then; what turns out otherwise was in vain. `forget` ends it.
        """
        processes = (self.config.jobs or os.cpu_count() or 1) - 1
        if self.executor is None and processes > 0:
            look = Look(
                self.root, tuple(self.leaves.collectors.values()), self.leaves.wanted, frozenset(), contents,
                self._first,
            )  # fmt: skip
            # Whoever changes code needs it too: once is enough.
            import_module("libcst")
            self._early = Early(tuple(contents), processes, look.encoded)

    def forget(self) -> None:
        """Keep what was parsed beforehand, and parse no more of it."""
        early, self._early = self._early, None
        if early is not None:
            found = [msgspec.msgpack.decode(one, type=Parsed) for one in early.done()]
            self.foreseen += len(found)
            self._store.add(found)

    @property
    def frozen(self) -> FrozenFiles:
        """What is not to be changed, as it is, or would be."""
        return self._results.frozen

    @property
    def coverage(self) -> CoverageData:
        """What coverage data the settings name."""
        return self._results.coverage

    @cached_property
    def symbols(self) -> Symbols:
        """The symbol table."""
        return Symbols(self.layout, *(self.facts(row) for row in Symbols.reads))


def _were(paths: Iterable[str]) -> Iterator[str]:
    """What modules files that are gone may have been, whatever their import root was."""
    for path in paths:
        stem, dot, kind = path.rpartition(".")
        if not dot or kind not in ("py", "pyi"):
            continue
        parts = stem.removesuffix("/__init__").split("/")
        yield from (".".join(parts[at:]) for at in range(len(parts)))


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
    if not root.is_dir():
        # Whatever else there is beside the file is not looked at, so that nothing of it can be said to be gone.
        config = msgspec.structs.replace(config, also_exclude=(*config.also_exclude, "*"))
    layout = lay_out(tree, config)
    names = [table_name(leaf.fills) for leaf in leaves.collectors.values()]
    facts = Store(store, engine(leaves), names, called or root)

    look = Collecting(tree, layout, config, leaves, facts, began, progress, executor, ahead)
    try:
        contents, failures, fresh = look()
    except Damaged:
        contents, failures, fresh = look()
    # Tables are read when they are asked for, and damage may show itself only then.
    facts.refill = look
    made = Survey(tree, layout, config, leaves, facts, contents, [*tree.failures, *failures], fresh)
    made.alone, made.executor = not root.is_dir(), executor
    return made
