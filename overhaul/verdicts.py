"""From what rules say to what is reported: graded by settings, suppressed by comments, held against the baseline."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from overhaul.config import Config
from overhaul.errors import Unreadable
from overhaul.files.discovery import SOURCES, Failure
from overhaul.findings import Finding, Judged
from overhaul.layout import Layout
from overhaul.leaves import Leaves, Rule
from overhaul.ledger import Entry, entry_of, ledger_file, match, print_of, read_ledger
from overhaul.source import digest, read


class Verdict(msgspec.Struct, frozen=True):
    """What has become of all that the selected rules said."""

    findings: tuple[Finding, ...]
    """New and inherited ones, by path, line, rule and name."""
    suppressed: tuple[Finding, ...] = ()
    """Those that a comment suppresses, in the same order."""
    fixed: tuple[Entry, ...] = ()
    """Entries of the baseline that no finding fits any more."""
    stale: tuple[Entry, ...] = ()
    """Those of them that stand in the ledger and are to be taken out; the others were so in the earlier revision."""
    moved: tuple[tuple[Entry, Entry], ...] = ()
    """Entries of the ledger whose module has another name now, with what they are now."""
    baseline: str = ""
    """The file of the baseline; "" when there is none."""
    since: str = ""
    """The revision whose findings are inherited too; "" for none."""
    uncovered: tuple[Finding, ...] = ()
    """What of the new findings the baseline does not hold: themselves, and of those about groups the members that have
    joined."""
    unsure: tuple[Entry, ...] = ()
    """Entries that no finding fits, and that may only seem to be fixed: not everything could be looked at."""

    @property
    def new(self) -> tuple[Finding, ...]:
        """Findings that are not in the baseline."""
        return tuple(one for one in self.findings if one.status == "new")

    @property
    def inherited(self) -> tuple[Finding, ...]:
        """Findings that are in the baseline."""
        return tuple(one for one in self.findings if one.status == "inherited")

    @property
    def sentence(self) -> str:
        """`N new, M inherited, K fixed`, and how many are suppressed where any are."""
        said = f"{len(self.new):,} new, {len(self.inherited):,} inherited, {len(self.fixed):,} fixed"
        return f"{said}, {len(self.suppressed):,} suppressed" if self.suppressed else said

    def only(self, paths: Collection[str], modules: Collection[str], *, ledger: bool = False) -> Verdict:
        """What some files take part in: `paths` relative to the audited root, and the `modules` that they are, or were.

        `ledger` says that the file of the baseline is among them: then all that is fixed counts.
        """

        def about(one: Finding) -> bool:
            return one.path in paths or any(place.path in paths for place in one.places)

        def theirs(entry: Entry) -> bool:
            return ledger or entry.module in modules or entry.module in paths

        return msgspec.structs.replace(
            self,
            findings=tuple(filter(about, self.findings)),
            suppressed=tuple(filter(about, self.suppressed)),
            fixed=tuple(filter(theirs, self.fixed)),
            stale=tuple(filter(theirs, self.stale)),
            moved=tuple(pair for pair in self.moved if theirs(pair[1]) or theirs(pair[0])),
            uncovered=tuple(filter(about, self.uncovered)),
            unsure=tuple(filter(theirs, self.unsure)),
        )


class Baseline(msgspec.Struct, frozen=True):
    """What is inherited, and what this run can say of it."""

    ledger: Sequence[Entry]
    earlier: Sequence[Entry]
    """The findings of an earlier revision."""
    seen: Callable[[Entry], bool]
    """Whether this run would have found it: its rule ran, and its module was looked at, or is there no more."""
    gone: Callable[[str], bool]
    """Whether there is no such module, or file, any more."""
    printed: Callable[[Finding], str]
    """The print of a finding's source line."""
    file: str = ""
    since: str = ""
    units: Callable[[Finding], Iterable[Finding]] = lambda one: (one,)
    """What of a finding is held against entries: itself, or its members, each as a finding in its own module."""
    holds: Callable[[Finding, str], bool] | None = None
    """Whether the file of one of these has a line of that print."""
    sure: bool = True
    """Whether what no finding fits is fixed: everything that it may be about was looked at."""


class Looked(NamedTuple):
    """What a run has looked at."""

    root: Path
    config: Config
    leaves: Leaves
    layout: Layout
    failures: Sequence[Failure]
    rules: Sequence[Rule]
    alone: bool
    """Only one file, whatever else there is beside it."""


def baseline_of(run: Looked, earlier: Sequence[Entry], since: str) -> Baseline:
    """The baseline of a run: the ledger, where there is one, and what an `earlier` revision had.

    Nothing is said of entries whose rule did not run, nor of those whose module this run did not look at: because it
    could not be parsed, or because only a part of the project is looked at and the module is not in it. As long as
    anything was not looked at nothing is fixed either: a ring, or a group of copies, is gone when one of its files is.
    Raises ConfigError for a ledger that cannot be read.
    """
    file = ledger_file(run.config, run.root)
    ledger = None if file is None else read_ledger(file)
    ran = {rule.name for rule in run.rules}
    known = run.leaves.rules
    # Rules of the user's own may have been left out.
    strangers = bool(run.config.leaves)
    failed = {failure.path for failure in run.failures}
    modules = run.layout.modules
    unlisted = any(not path.endswith(SOURCES) for path in run.layout.unlisted)
    whole = not (run.alone or run.config.also_exclude or unlisted)
    if file is not None:
        whole = whole and file.parent.resolve().is_relative_to(run.root)


    @cache
    def packages() -> frozenset[str]:
        return frozenset(module[:at] for module in modules for at, char in enumerate(module) if char == ".")

    def gone(module: str) -> bool:
        return whole and module not in modules and module not in packages() and not os.path.isfile(run.root / module)

    def seen(entry: Entry) -> bool:
        if entry.rule not in ran and (entry.rule in known or strangers):
            return False
        place = modules.get(entry.module)
        if place is None:
            return whole or os.path.isfile(run.root / entry.module)
        return place.path not in failed and (place.stub is None or place.stub not in failed)

    written = "" if file is None or ledger is None else str(file)
    prints = Prints(run.root, run.layout)
    sure = whole and not any(failure.stage in UNSEEN for failure in run.failures)
    return Baseline(ledger or (), earlier, seen, gone, prints, written, since, prints.units, prints.holds, sure)


UNSEEN: Final = ("discovery", "read", "parse")
"""Stages in which a file can fail so that nothing is known of it."""


Suppressing = Callable[[Iterable[Finding]], tuple[Iterable[Finding], Iterable[Finding]]]
"""Findings -> those that stay, and those that a comment suppresses."""


def judge(
    said: Iterable[Finding], thoughts: Callable[[Judged], Iterable[Finding]], rules: Iterable[str],
    grading: Callable[[Iterable[Finding]], Iterable[Finding]], suppressing: Suppressing, baseline: Baseline,
) -> Verdict:  # fmt: skip
    """What has become of the findings that the `rules` made; `thoughts` are those about the others."""
    first = tuple(_in_order(identified(_in_order(grading(said)))))
    second = thoughts(Judged(first, frozenset(rules)))
    after = identified(_in_order(grading(second)))
    stay, suppressed = suppressing(_in_order((*first, *after)))
    return _held(tuple(_in_order(stay)), tuple(_in_order(suppressed)), baseline)


def _held(findings: Sequence[Finding], suppressed: tuple[Finding, ...], baseline: Baseline) -> Verdict:
    """The verdict, with what is inherited told from what is new."""
    known = [entry for entry in baseline.ledger if baseline.seen(entry)]
    before = _beyond(baseline.earlier, baseline.ledger, baseline.gone)
    earlier = [entry for entry in before if baseline.seen(entry)]
    units = [(at, unit) for at, one in enumerate(findings) for unit in baseline.units(one)]
    asked = [unit for _, unit in units]
    matched = match(asked, (*known, *earlier), baseline.printed, baseline.gone, baseline.holds)
    uncovered: dict[int, list[Finding]] = defaultdict(list)
    covered: Counter[int] = Counter()
    for number, (at, unit) in enumerate(units):
        if number in matched.inherited:
            covered[at] += 1
        else:
            uncovered[at].append(unit)
    in_ledger = Counter(known)
    stale: list[Entry] = []
    for entry in matched.fixed if baseline.sure else ():
        if in_ledger[entry] > 0:
            in_ledger[entry] -= 1
            stale.append(entry)
    return Verdict(
        tuple(
            _joined(one, uncovered[at], covered[at]) if at in uncovered
            else msgspec.structs.replace(one, status="inherited")
            for at, one in enumerate(findings)
        ),
        suppressed,
        matched.fixed if baseline.sure else (),
        tuple(stale),
        tuple(pair for pair in matched.moved if in_ledger[pair[0]] > 0),
        baseline.file,
        baseline.since,
        tuple(unit for fresh in uncovered.values() for unit in fresh),
        () if baseline.sure else tuple(entry for entry in matched.fixed if in_ledger[entry] > 0),
    )  # fmt: skip


def _joined(one: Finding, uncovered: Sequence[Finding], covered: int) -> Finding:
    """A new finding; of one about a group that the baseline holds in part it is said who has joined."""
    if not covered:
        return one
    names = [f"{unit.module or unit.path}:{unit.name}" if unit.name != one.name else unit.module or unit.path
             for unit in uncovered]  # fmt: skip
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    said = f"not in the baseline: {', '.join(names[:_NAMED])}{more} (of {len(uncovered) + covered:,})"
    return msgspec.structs.replace(one, because=(*one.because, said))


_NAMED: Final = 10


def _beyond(earlier: Iterable[Entry], ledger: Collection[Entry], gone: Callable[[str], bool]) -> Iterator[Entry]:
    """What an earlier revision had and the ledger does not hold: one finding must not be inherited twice.

    An entry that has been rewritten since, because its module has another name, is the same finding: its module is
    gone now, and the ledger's was not there then.
    """
    left = Counter(ledger)
    by_name: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    by_print: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in sorted(ledger):
        by_name[entry.rule, entry.module, entry.name].append(entry)
        by_print[entry.rule, entry.name, entry.print].append(entry)
    before = sorted(earlier)
    modules = {entry.module for entry in before}
    others: list[Entry] = []
    for entry in before:
        same = by_name.get((entry.rule, entry.module, entry.name))
        if same:
            left[same.pop()] -= 1
        else:
            others.append(entry)
    for entry in others:
        moved = by_print.get((entry.rule, entry.name, entry.print), []) if gone(entry.module) else []
        while moved and (left[moved[-1]] <= 0 or moved[-1].module in modules):
            moved.pop()
        if moved:
            left[moved.pop()] -= 1
        else:
            yield entry


def identified(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with their identities; those that agree in rule, module and name are told apart by their order."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for one in findings:
        key = (one.rule, one.module or one.path, one.name)
        seen[key] += 1
        text = "\0".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass")
        yield msgspec.structs.replace(one, identity=digest(text)[:8].hex())


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (one.path, one.line, one.rule, one.name))


class Prints:
    """The prints of the source lines that findings stand on; each file is read once, and only when it is asked for."""

    def __init__(self, root: Path, layout: Layout) -> None:
        """`root` is the audited folder, and `layout` says where its modules are."""
        self._root = root
        self._modules = layout.modules
        self._files: dict[str, list[bytes]] = {}
        self._marks: dict[str, frozenset[str]] = {}

    def __call__(self, finding: Finding) -> str:
        """The print of a finding's line; of an empty one, where there is none."""
        lines = self._content(finding.path)
        return print_of(lines[finding.line - 1] if 0 < finding.line <= len(lines) else b"")

    def units(self, finding: Finding) -> Iterator[Finding]:
        """What of a finding has an entry of its own: its members, each as a finding in its module, or the finding."""
        if not finding.members:
            yield finding
            return
        for member in sorted(set(finding.members)):
            module, _, name = member.partition(":")
            place = self._modules.get(module)
            paths = () if place is None else (place.path, place.stub)
            own = finding.path in paths
            line = finding.line if own else min((one.line for one in finding.places if one.path in paths), default=0)
            path = finding.path if own else next((path for path in paths if path is not None), "")
            yield msgspec.structs.replace(finding, module=module, path=path, line=line, name=name or finding.name)

    def holds(self, unit: Finding, mark: str) -> bool:
        """Whether the file of a finding has a line of that print; lines that say nothing do not count."""
        marks = self._marks.get(unit.path)
        if marks is None:
            lines = {line.strip() for line in self._content(unit.path)} - {b""}
            marks = self._marks[unit.path] = frozenset(map(print_of, lines))
        return mark in marks

    def entries(self, finding: Finding) -> Iterator[Entry]:
        """The entries of a finding in the ledger: one, or one for each member."""
        return (entry_of(unit, self(unit)) for unit in self.units(finding))

    def _content(self, path: str) -> list[bytes]:
        lines = self._files.get(path)
        if lines is None:
            lines = self._files[path] = self._lines(path) if path else []
        return lines

    def _lines(self, path: str) -> list[bytes]:
        try:
            data = read(self._root, path).data
        except Unreadable:
            return []
        return _LINE_END.split(data) if b"\r" in data else data.split(b"\n")


_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
