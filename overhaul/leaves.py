"""Leaves: one decorated function in one file, whose signature is its registration.

    @Collector("Import", "ImportFrom")                      # node classes that the one walk notes for it
    def import_statements(module: Module) -> Iterator[ImportStatement]: ...

    @Analyzer
    def import_graph(layout: Layout, statements: Facts[ImportStatement]) -> Iterator[Import]: ...

    @Rule
    def import_cycle(cycles: Sequence[Cycle]) -> Iterator[Finding]: ...

    @OptIn("hardening")                                     # a rule that runs only where its family is selected
    def no_timeout(layout: Layout, calls: Facts[OpenedConnection]) -> Iterator[Finding]: ...

    @Report
    def json(survey: Survey) -> Iterator[bytes]: ...

    @Codemod
    def rename_symbol(project: Project, request: RenameSymbol) -> Iterator[Proposal]: ...

    @Draft
    def cycles(project: Project) -> Iterator[Drafted]: ...

    @Criterion("caches")                                    # the phase of a campaign that it belongs to
    def caches_consolidated(caches: Sequence[Cache]) -> Iterator[Evidence]: ...

The first line of the docstring is the summary, the whole of it what `overhaul explain` shows. There is no registry:
leaves are found by looking into their folders.
"""

from __future__ import annotations

import graphlib
import hashlib
import importlib.util
import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Self, cast

from overhaul.distributions import provides_entry_points
from overhaul.errors import LeafConflict, LeafError, UnknownName, UsageError, did_you_mean, place, said
from overhaul.facts import Facts, Row
from overhaul.findings import Finding
from overhaul.options import Options, flaw
from overhaul.requests import Request
from overhaul.syntax.grammar import GRAMMAR

FOLDERS: Final = ("analyzers", "rules", "reports", "codemods")
LATER: Final = ("criteria",)
"""Folders of leaves that are loaded when somebody asks for them: only what is about a campaign does, and their imports
are paid for."""
ENTRY_POINTS: Final = "overhaul.leaves"
RESERVED: Final = ("failures", "findings")
"""Tables that every survey has of itself."""


class Folder:
    """The Python files that a leaf stands among, and may import."""

    def __init__(self, path: Path) -> None:
        """Nothing is read before the digest is asked for."""
        self.path = path

    @cached_property
    def digest(self) -> bytes:
        """Digest of all of them, with their names; folders below are not looked into."""
        return self._digest("*.py")

    @cached_property
    def helpers(self) -> bytes:
        """Digest of those whose names begin with an underscore."""
        return self._digest("_*.py")

    def _digest(self, pattern: str) -> bytes:
        total = hashlib.blake2b(digest_size=16)
        for file in sorted(self.path.glob(pattern)):
            if file.is_file():
                total.update(file.name.encode("utf-8", "surrogateescape") + b"\0")
                total.update(hashlib.blake2b(file.read_bytes(), digest_size=16).digest())
        return total.digest()


class Leaf:
    """One function that looks, judges or tells."""

    kind: str = "leaf"
    function: Callable[..., Any]

    def __init__(self, function: Any) -> None:
        """Take the function's name and docstring for the leaf's own."""
        self.function = function
        self.name: str = function.__name__
        self.doc = inspect.cleandoc(function.__doc__ or "")
        self.file = Path(function.__code__.co_filename)
        self.line = function.__code__.co_firstlineno
        self.folder = Folder(self.file.parent)
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__

    @property
    def where(self) -> str:
        """File and line of the function, for messages."""
        return f"{self.file}:{self.line}"

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.doc.partition("\n")[0]

    @cached_property
    def hints(self) -> Mapping[str, Any]:
        """Parameter name -> type, and `return`."""
        try:
            return typing.get_type_hints(self.function)
        except (NameError, TypeError, AttributeError) as error:
            raise LeafError(
                f"{self.where}: the signature of {self.name} cannot be read ({error}): "
                "annotate it with types that its file imports"
            ) from error

    @cached_property
    def reads(self) -> Mapping[str, Any]:
        """Parameter name -> the type it asks for."""
        return {name: hint for name, hint in self.hints.items() if name != "return"}

    @cached_property
    def fills(self) -> type[Row]:
        """The type of the rows it yields."""
        arguments = typing.get_args(self.hints.get("return"))
        if not (arguments and isinstance(arguments[0], type) and issubclass(arguments[0], Row)):
            raise LeafError(
                f"{self.where}: {self.name} does not say which rows it yields: "
                "annotate its return as Iterator[SomeRow], with a subclass of overhaul.facts.Row"
            )
        return arguments[0]

    @cached_property
    def digest(self) -> bytes:
        """Digest of the code its results are stored under: its file, and those beside it that it may import."""
        if not self.__module__.startswith(f"{__package__}."):
            return self.folder.digest
        # In overhaul's own folders a leaf imports only the trunk and helpers, whose names begin with an underscore.
        return hashlib.blake2b(self.file.read_bytes() + self.folder.helpers, digest_size=16).digest()


class Collector(Leaf):
    """Looks at one file: `Module` -> rows that depend on nothing but the file's content."""

    kind = "collector"

    def __init__(self, *wants: str) -> None:
        """`wants` names the LibCST node classes that the walk notes for it.

        Raises TypeError for anything else, which is the function itself where the parentheses are missing.
        """
        # An author whose code is not type-checked writes this too, and the leaf would be lost without a word.
        if not all(isinstance(one, str) for one in cast("tuple[object, ...]", wants)):
            raise TypeError("a collector names node classes, as texts: write @Collector() when it wants none")
        self.wants = wants

    def __call__(self, function: Callable[..., Iterable[Row]]) -> Self:
        """Decorate `function`."""
        super().__init__(function)
        return self


class Analyzer(Leaf):
    """Looks at the project: tables -> rows of one type."""

    kind = "analyzer"


class Rule(Leaf):
    """Judges: tables -> findings."""

    kind = "rule"
    family: str = ""
    """What it is selected by together with others; "" for a rule that runs unless the settings say otherwise."""

    @cached_property
    def options(self) -> type[Options] | None:
        """What can be set of it beside the severity; None when that is nothing.

        Raises LeafError for a rule that asks for two kinds of them, and for options that cannot be set.
        """
        asked = [hint for hint in self.reads.values() if isinstance(hint, type) and issubclass(hint, Options)]
        wrong = "are asked for twice: put them into one class" if len(asked) > 1 else "".join(map(flaw, asked))
        if wrong:
            raise LeafError(f"{self.where}: options of {self.name} {wrong}")
        return asked[0] if asked else None


class OptIn(Rule):
    """A rule that runs only where it, or the family that it belongs to, is selected."""

    def __init__(self, family: str) -> None:
        """`family` is the name that selects it with its kin: words with `_` between them, and that of no rule.

        Raises TypeError for anything else, which is the function itself where the parentheses are missing.
        """
        if not (isinstance(cast("object", family), str) and family.isidentifier()):
            raise TypeError('a rule to opt in belongs to a family: write @OptIn("hardening")')
        self.family = family

    def __call__(self, function: Callable[..., Iterable[Finding]]) -> Self:
        """Decorate `function`."""
        super().__init__(function)
        return self


class Report(Leaf):
    """Tells: a survey -> text or bytes."""

    kind = "report"


class Codemod(Leaf):
    """Proposes: a project and a request -> changes, what is called otherwise afterwards, and what is left over."""

    kind = "codemod"

    @cached_property
    def request(self) -> type[Request]:
        """What it is asked with: its fields are the keys of a step. Raises LeafError where it asks for none."""
        asked = [hint for hint in self.reads.values() if isinstance(hint, type) and issubclass(hint, Request)]
        if len(asked) != 1:
            raise LeafError(f"{self.where}: {self.name} must ask for one subclass of Request: add the parameter")
        return asked[0]


class Draft(Leaf):
    """Proposes what a migration could do: a project -> steps that somebody is to look at."""

    kind = "draft"


class Criterion(Leaf):
    """Tells how far a phase of a campaign is: tables -> what is as it should be, and what is left."""

    kind = "criterion"

    def __init__(self, *phases: str) -> None:
        """`phases` names the phases whose gates it belongs to unless a campaign says otherwise; `*` means all.

        Raises TypeError for anything else, which is the function itself where the parentheses are missing.
        """
        if not phases or not all(isinstance(one, str) for one in cast("tuple[object, ...]", phases)):
            raise TypeError("a criterion names its phases, as texts")
        self.phases = phases

    def __call__(self, function: Callable[..., Iterable[Row]]) -> Self:
        """Decorate `function`."""
        super().__init__(function)
        return self

    @cached_property
    def options(self) -> type[Options] | None:
        """What a campaign can set of it; None when that is nothing. Raises LeafError for what cannot be set."""
        return _options(self)


def _options(leaf: Leaf) -> type[Options] | None:
    """The options that a leaf asks for. Raises LeafError for two kinds of them, and for those that cannot be set."""
    asked = [hint for hint in leaf.reads.values() if isinstance(hint, type) and issubclass(hint, Options)]
    wrong = "are asked for twice: put them into one class" if len(asked) > 1 else "".join(map(flaw, asked))
    if wrong:
        raise LeafError(f"{leaf.where}: options of {leaf.name} {wrong}")
    return asked[0] if asked else None


def table_name(row: type[Row]) -> str:
    """`StateMachine` -> `state_machines`: the plural snake_case by which a row type's table is known outside."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", row.__name__).lower()
    name = name.removesuffix("_row")
    if name.endswith(("s", "x", "z", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


class Leaves:
    """All leaves of a run, by kind and name."""

    def __init__(
        self, leaves: Iterable[Leaf], *, complete: bool = True, later: Callable[[], Iterable[Leaf]] = tuple
    ) -> None:
        """Raises LeafConflict when two of a kind share a name, or two fill one table, or one fills a reserved one.

        `later` gives the criteria that are loaded only when somebody asks for them.
        """
        self._later = later
        self.complete = complete
        """Leaves of the user's own were loaded too. Otherwise a rule that is not known may be one of theirs."""
        self.collectors: dict[str, Collector] = {}
        self.analyzers: dict[str, Analyzer] = {}
        self.rules: dict[str, Rule] = {}
        self.reports: dict[str, Report] = {}
        self.codemods: dict[str, Codemod] = {}
        self.drafts: dict[str, Draft] = {}
        self._given: dict[str, Criterion] = {}
        folders: dict[Path, Folder] = {}
        for leaf in leaves:
            if not isinstance(leaf, Collector | Analyzer | Rule | Report | Codemod | Draft | Criterion):
                continue
            leaf.folder = folders.setdefault(leaf.folder.path, leaf.folder)
            kin: dict[str, Any] = self._given if isinstance(leaf, Criterion) else getattr(self, f"{leaf.kind}s")
            if leaf.name in kin:
                raise LeafConflict(
                    f"{leaf.where}: {leaf.kind} {leaf.name} is defined in {kin[leaf.name].where} too: rename one"
                )
            kin[leaf.name] = leaf
        for rule in self.rules.values():
            if rule.family in self.rules:
                raise LeafConflict(
                    f"{rule.where}: the family {rule.family} of {rule.name} has the name of a rule: rename one"
                )
        self._fillers: dict[type[Row], Leaf] = {}
        names: dict[str, Leaf] = {}
        for leaf in (*self.collectors.values(), *self.analyzers.values()):
            table = table_name(leaf.fills)
            if table in RESERVED:
                raise LeafConflict(
                    f"{leaf.where}: {leaf.name} fills the table {table}, which every survey has of itself: "
                    f"give {leaf.fills.__name__} another name"
                )
            other = names.setdefault(table, leaf)
            if other is not leaf:
                raise LeafConflict(
                    f"{leaf.where}: {leaf.name} fills the table {table}, and so does {other.name} "
                    f"in {other.where}: give each a row type of its own"
                )
            self._fillers[leaf.fills] = leaf

    def filler(self, row: type[Row]) -> Leaf:
        """The leaf that fills the table of a row type. Raises LeafError when there is none."""
        try:
            return self._fillers[row]
        except KeyError:
            raise LeafError(f"no leaf fills the table of {row.__name__}: add a collector or an analyzer") from None

    def read_by(self, leaf: Leaf, hint: Any) -> Leaf | None:
        """The leaf that fills the table another asks for with `hint`; None when that is no table.

        Raises LeafError when nobody fills it, or when it is asked for as a table of the other sort.
        """
        row = row_of(hint)
        if row is None:
            return None
        try:
            filler = self._fillers[row]
        except KeyError:
            raise LeafError(
                f"{leaf.where}: {leaf.name} asks for {row.__name__}, and no leaf fills the table of {row.__name__}: "
                "add a collector or an analyzer"
            ) from None
        right, what = (Facts, "a table of facts") if isinstance(filler, Collector) else (Sequence, "no table of facts")
        if (given := typing.get_origin(hint)) is not right:
            raise LeafError(
                f"{leaf.where}: {leaf.name} asks for {given.__name__}[{row.__name__}], which is {what}: "
                f"ask for {right.__name__}[{row.__name__}]"
            )
        return filler

    @property
    def tables(self) -> dict[str, type[Row]]:
        """Table name -> row type, sorted by name."""
        return dict(sorted((table_name(row), row) for row in self._fillers))

    @property
    def wanted(self) -> frozenset[str]:
        """The node classes that any collector asks for."""
        return frozenset(name for leaf in self.collectors.values() for name in leaf.wants)

    def report(self, name: str) -> Report:
        """The report of that name. Raises UnknownName."""
        try:
            return self.reports[name]
        except KeyError:
            raise UnknownName("report", name, self.reports) from None

    def codemod(self, name: str) -> Codemod:
        """The codemod of that name. Raises UnknownName."""
        try:
            return self.codemods[name]
        except KeyError:
            raise UnknownName("codemod", name, self.codemods) from None

    def draft(self, name: str) -> Draft:
        """The draft of that name. Raises UnknownName."""
        try:
            return self.drafts[name]
        except KeyError:
            raise UnknownName("draft", name, self.drafts) from None

    @cached_property
    def criteria(self) -> Mapping[str, Criterion]:
        """The criteria by name. Raises LeafConflict when two share one, and what the loading of a leaf raises."""
        found = dict(self._given)
        for leaf in self._later():
            if isinstance(leaf, Criterion):
                if leaf.name in found:
                    other = found[leaf.name]
                    raise LeafConflict(
                        f"{other.where}: criterion {leaf.name} is defined in {leaf.where} too: rename one"
                    )
                found[leaf.name] = leaf
        for criterion in found.values():
            self._check_criterion(criterion)
        return found

    def _check_criterion(self, criterion: Criterion) -> None:
        """Raises LeafError for options that cannot be set, and for tables that nobody fills."""
        _ = criterion.options
        for hint in criterion.reads.values():
            self.read_by(criterion, hint)

    def criterion(self, name: str) -> Criterion:
        """The criterion of that name. Raises UnknownName."""
        try:
            return self.criteria[name]
        except KeyError:
            raise UnknownName("criterion", name, self.criteria) from None

    def named(self, name: str) -> Leaf:
        """The rule, analyzer, collector, report, codemod, draft or criterion of that name. Raises UnknownName."""
        kinds = (self.rules, self.analyzers, self.collectors, self.reports, self.codemods, self.drafts)
        for kin in kinds:
            if name in kin:
                return kin[name]
        if name in self.criteria:
            return self.criteria[name]
        raise UnknownName("leaf", name, [name for kin in (*kinds, self.criteria) for name in kin])

    @property
    def families(self) -> dict[str, list[Rule]]:
        """The families that can be selected, sorted, each with its rules by name."""
        found: dict[str, list[Rule]] = {}
        for rule in sorted(self.rules.values(), key=lambda one: (one.family, one.name)):
            if rule.family:
                found.setdefault(rule.family, []).append(rule)
        return found

    def selected_rules(
        self, select: Sequence[str], ignore: Sequence[str], extend_select: Sequence[str] = ()
    ) -> list[Rule]:
        """The rules that run, by name: those selected, or all that are of no family; with others, less the ignored.

        Names may be those of families, and patterns, as `fnmatch` has them. Raises UnknownName for a name that no rule
        and no family has or fits.
        """
        always = {name for name, rule in self.rules.items() if not rule.family}
        chosen = self.rules_named(select, self.complete) if select else always
        chosen |= self.rules_named(extend_select, self.complete)
        chosen -= self.rules_named(ignore, self.complete)
        return [rule for name, rule in sorted(self.rules.items()) if name in chosen]

    def rules_named(self, names: Iterable[str], strict: bool = True) -> set[str]:
        """The names of the rules that some names, families or patterns mean.

        Raises UnknownName for what no rule has or fits, if `strict`.
        """
        found: set[str] = set()
        for name in names:
            fitting = {one for one, rule in self.rules.items() if name in (one, rule.family) or fnmatchcase(one, name)}
            if strict and not fitting:
                what = "rule" if name.isidentifier() else "rule or pattern of rules"
                raise UnknownName(what, name, [*self.rules, *self.families])
            found |= fitting
        return found

    def check_order(self) -> None:
        """Raises LeafError when leaves do not fit together.

        That is when a collector wants nodes that there are not, when analyzers read each other's tables in a ring, and
        when an analyzer or a rule asks for a table that nobody fills, or for one of facts as one of the project.
        """
        for collector in self.collectors.values():
            for name in collector.wants:
                if name not in GRAMMAR:
                    raise LeafError(
                        f"{collector.where}: {collector.name} wants {name}, and LibCST has no such node class: "
                        f"{did_you_mean(name, GRAMMAR)}"
                    )
        for codemod in self.codemods.values():
            _ = codemod.request
        for rule in self.rules.values():
            _ = rule.options
            for hint in rule.reads.values():
                self.read_by(rule, hint)
        for criterion in self._given.values():
            self._check_criterion(criterion)
        try:
            tuple(graphlib.TopologicalSorter(self._needs()).static_order())
        except graphlib.CycleError as error:
            raise LeafError(f"analyzers read each other's tables in a ring: {' -> '.join(error.args[1])}") from error


    def levels(self) -> Iterator[list[Analyzer]]:
        """The analyzers, each behind those whose tables it reads: all of a level can be made at the same time.

        Those that read most come first within a level, since they are likely to take longest.
        """
        order = graphlib.TopologicalSorter(self._needs())
        order.prepare()
        while order.is_active():
            level = [self.analyzers[name] for name in order.get_ready()]
            order.done(*(leaf.name for leaf in level))
            yield sorted(level, key=lambda leaf: (-len(leaf.reads), leaf.name))

    def _needs(self) -> dict[str, set[str]]:
        """Analyzer -> the analyzers whose tables it reads."""
        needs: dict[str, set[str]] = {}
        for leaf in self.analyzers.values():
            read = [self.read_by(leaf, hint) for hint in leaf.reads.values()]
            needs[leaf.name] = {other.name for other in read if isinstance(other, Analyzer)}
        return needs


def row_of(hint: Any) -> type[Row] | None:
    """`Facts[R]` or `Sequence[R]` -> R; None for any other type."""
    if typing.get_origin(hint) in (Facts, Sequence):
        row = typing.get_args(hint)[-1]
        if isinstance(row, type) and issubclass(row, Row):
            return row
    return None


def load_leaves(folders: Iterable[Path] = (), *, complete: bool = True) -> Leaves:
    """Every leaf of overhaul's own folders, of installed distributions (entry points), and of the user's `folders`.

    `complete` says that these are all folders that the user has. Raises LeafError, with file, line and remedy, for a
    leaf that cannot be loaded.
    """
    return Leaves([*_own(), *_installed(), *_users(folders)], complete=complete, later=partial(_own, LATER))


def _own(folders: Sequence[str] = FOLDERS) -> Iterator[Leaf]:
    for folder in folders:
        package = f"{__package__}.{folder}"
        spec = importlib.util.find_spec(package)
        for location in (spec.submodule_search_locations or ()) if spec else ():
            for file in sorted(Path(location).glob("*.py")):
                if not file.stem.startswith("_"):
                    yield from _leaves_in(_load(f"{package}.{file.stem}", file))


def _installed() -> Iterator[Leaf]:
    if not provides_entry_points(ENTRY_POINTS):
        return
    from importlib import metadata

    for point in metadata.entry_points(group=ENTRY_POINTS):
        try:
            loaded = point.load()
        except Exception as error:
            raise LeafError(_blame(f"entry point {point.name} ({point.value})", error)) from error
        yield from (loaded,) if isinstance(loaded, Leaf) else _leaves_in(loaded)


def _users(folders: Iterable[Path]) -> Iterator[Leaf]:
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"leaf folder {folder} does not exist: mend `leaves` in the configuration")
        for file in sorted(folder.glob("*.py")):
            if file.stem.startswith(("_", ".")):
                continue
            name = f"overhaul_leaf_{hashlib.blake2b(str(file).encode(), digest_size=6).hexdigest()}_{file.stem}"
            spec = importlib.util.spec_from_file_location(name, file)
            if spec is None or spec.loader is None:
                raise LeafError(f"{file}: cannot be loaded as a Python module")
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except Exception as error:
                del sys.modules[name]
                raise LeafError(_blame(str(file), error)) from error
            yield from _leaves_in(module)


def _load(name: str, file: Path) -> ModuleType:
    try:
        return import_module(name)
    except Exception as error:
        raise LeafError(_blame(str(file), error)) from error


def _blame(what: str, error: Exception) -> str:
    """Where it went wrong, and how: the place of a syntax error, or the last one that is not in this file."""
    where = place(error, outside=__file__) or what
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{error.filename}:{error.lineno}"
    return f"{where}: the leaf {what} cannot be loaded ({said(error)}): mend it or take it away"


def _leaves_in(module: ModuleType) -> Iterator[Leaf]:
    for value in vars(module).values():
        if isinstance(value, Leaf) and value.__module__ == module.__name__:
            yield value


__all__ = [
    "Analyzer", "Codemod", "Collector", "Criterion", "Finding", "Leaf", "Leaves", "Report", "Rule", "load_leaves",
    "row_of", "table_name",
]  # fmt: skip
