"""What an author of leaves needs for tests: run one leaf on a few lines of source.

    rows = collect("import_statements", "from a import b")
    rows = table("cycles", {"a.py": "import b", "b.py": "import a"})
    findings = check("import_cycle", {"a.py": "import b", "b.py": "import a"})
    text = render("terminal", {"a.py": "..."})
    said = judge("no_fatal_cycle", {"a.py": "import b", "b.py": "import a"})
    done = transform("rename_symbol", {"a.py": "class A: ..."}, {"target": "a:A", "to": "B"})

A leaf is given by its name, or as the decorated object itself when it is not (yet) in one of overhaul's folders.
Everything happens in this process and in a temporary folder; nothing is forked and nothing is kept.
"""

from __future__ import annotations

import contextlib
import difflib
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from overhaul.campaign.gates import Gates, Judgement
from overhaul.campaign.model import FILE as CAMPAIGN
from overhaul.campaign.model import Campaign, Entry, Phase
from overhaul.campaign.reading import read_campaign
from overhaul.campaign.running import runner
from overhaul.changes import Leftover, Moved
from overhaul.config import Config, load_config
from overhaul.errors import LeafError, UnknownName
from overhaul.facts import Row
from overhaul.findings import Finding
from overhaul.leaves import Analyzer, Codemod, Collector, Criterion, Leaf, Leaves, Report, Rule, load_leaves
from overhaul.migrations import request as asked_of
from overhaul.migrations import steps_of
from overhaul.module import Parser
from overhaul.planning import Asked, plan
from overhaul.plans import Plan, Refusal, Step
from overhaul.project import Project
from overhaul.source import Source, digest
from overhaul.survey import Survey, survey
from overhaul.toml import parsed

Files = Mapping[str, str | bytes]
"""Path below the root -> content."""


class InProcess:
    """An executor for `overhaul.survey.survey` that does the work where it stands."""

    def map(self, function: Callable[..., Any], *iterables: Any) -> Iterator[Any]:
        """Apply `function` to every item."""
        return map(function, *iterables)


def collect(leaf: str | Collector, source: str | bytes, path: str = "module.py") -> list[Row]:
    """The rows that a collector makes of one file.

    Raises Unreadable for source that cannot be parsed, and UnknownName.
    """
    collector = _leaf(leaf)
    if not isinstance(collector, Collector):
        raise LeafError(f"{collector.where}: {collector.name} is no collector: use table, check or render")
    data = source if isinstance(source, bytes) else source.encode()
    module = Parser(frozenset(collector.wants)).parse(Source(path, data, digest(data)))
    return list(collector.function(module))


def table(of: str | type[Row] | Leaf, files: Files, config: Config | None = None) -> list[Row]:
    """All rows of a table, given by its name, its row type, or the leaf that fills it; those of facts by module.

    Raises UnknownName, and LeafError when the leaf or one it reads fails.
    """
    with surveyed(files, config, of if isinstance(of, Leaf) else None) as seen:
        if isinstance(of, str):
            leaves = seen.leaves
            if of not in leaves.tables and of not in {**leaves.collectors, **leaves.analyzers}:
                raise UnknownName("table", of, leaves.tables)
            row = leaves.tables[of] if of in leaves.tables else leaves.named(of).fills
        else:
            row = of.fills if isinstance(of, Leaf) else of
        if isinstance(seen.leaves.filler(row), Analyzer):
            return list(seen.rows(row))
        return [one for _, rows in seen.facts(row).stream() for one in rows]


def check(rule: str | Rule, files: Files, config: Config | None = None) -> list[Finding]:
    """What one rule has to say, by path and line. Raises UnknownName, and LeafError when it fails."""
    name = rule if isinstance(rule, str) else rule.name
    chosen = msgspec.structs.replace(config or Config(), select=(name,), extend_select=())
    with surveyed(files, chosen, None if isinstance(rule, str) else rule) as seen:
        return list(seen.findings)


def render(report: str | Report, files: Files, config: Config | None = None) -> str:
    """What a report writes, without colours or whatever else it adds for a terminal. Raises UnknownName."""
    with surveyed(files, config, None if isinstance(report, str) else report) as seen:
        leaf = seen.leaves.report(report) if isinstance(report, str) else report
        return "".join(part.decode() if isinstance(part, bytes) else part for part in leaf.function(seen))


def judge(
    criterion: str | Criterion, files: Files, entry: Entry | None = None, config: Config | None = None,
    phase: Phase | None = None, *, running: bool = False,
) -> Judgement:  # fmt: skip
    """What becomes of one criterion, in the gate of a phase that has no other.

    Where `files` hold an `overhaul-campaign.toml`, the phases, the baseline and the entry are those of that file: the
    first phase with such a criterion is judged. Commands are run if `running`.

    Raises ConfigError, UnknownName, and LeafError when it fails.
    """
    name = criterion if isinstance(criterion, str) else criterion.name
    with surveyed(files, config, None if isinstance(criterion, str) else criterion) as seen:
        file = seen.root / CAMPAIGN
        campaign = read_campaign(file) if file.exists() else Campaign()
        found = phase or next((one for one in campaign.phases if name in one.criteria), None)
        if found is None:
            found = Phase(id="this", number=1, title="This one", criteria={name: entry or Entry()})
        only = msgspec.structs.replace(found, criteria={name: found.criteria[name]})
        run = runner(seen.root, 60) if running else None
        return Gates(campaign, seen, run).gate(only).judgements[0]


class Transformed(msgspec.Struct, frozen=True):
    """What a codemod has made of some files, with the mentions in text and the proof."""

    files: dict[str, bytes]
    """All files as they are afterwards; as they were, where the plan is refused."""
    plan: Plan

    def text(self, path: str) -> str:
        """One file, as UTF-8. Raises KeyError where there is none."""
        return self.files[path].decode()

    @property
    def leftovers(self) -> tuple[Leftover, ...]:
        """Places that speak of what is moved, and were left as they are."""
        return self.plan.leftovers

    @property
    def moved(self) -> tuple[Moved, ...]:
        """What is called otherwise."""
        return self.plan.moved

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Why it may not be written."""
        return self.plan.refusals


def transform(
    codemod: str | Codemod, files: Files, request: Mapping[str, object], config: Config | None = None,
    asked: Asked | None = None,
) -> Transformed:  # fmt: skip
    """Ask a codemod for one step, with keys as a migration file has them; nothing is refused by raising.

    Raises ConfigError for keys that the codemod lacks or does not know, UnknownName, and LeafError when it fails.
    """
    leaf = _leaf(codemod)
    if not isinstance(leaf, Codemod):
        raise LeafError(f"{leaf.where}: {leaf.name} is no codemod: use collect, table, check or render")
    steps = [Step(leaf.name, asked_of("request", leaf, request))]
    return carried_out(steps, files, config, leaf if isinstance(codemod, Codemod) else None, asked)


def carried_out(
    steps: Sequence[Step], files: Files, config: Config | None = None, extra: Leaf | None = None,
    asked: Asked | None = None,
) -> Transformed:  # fmt: skip
    """Plan some steps on files that are on the disk meanwhile, and say what they come to."""
    with surveyed(files, config, extra) as seen:
        project = Project(seen)
        made = plan(project, steps, seen.leaves, asked)
        there = {path: content if isinstance(content, bytes) else content.encode() for path, content in files.items()}
        for one in made.files if not made.refusals else ():
            there.pop(one.path, None)
            if one.after is not None:
                there[one.path] = one.after
        return Transformed(dict(sorted(there.items())), made)


class Case(msgspec.Struct, frozen=True):
    """A folder that shows what a codemod does: `before/`, `after/` (unless it is refused) and `request.toml`.

    `request.toml` is a step as in a migration file, or a whole one with `[[steps]]`; beside that `refused`, a part of
    the reason why it is, and `leftovers`, the places that are left, as `path:line`, in order.
    """

    folder: Path
    before: dict[str, bytes]
    after: dict[str, bytes]
    steps: tuple[Step, ...]
    refused: str = ""
    leftovers: tuple[str, ...] = ()

    @property
    def config(self) -> Config | None:
        """The settings that lie in `before/`; None where there are none."""
        there = self.before.keys() & {"overhaul.toml", "pyproject.toml"}
        return load_config(self.folder / "before") if there else None


def case(folder: Path, leaves: Leaves | None = None) -> Case:
    """Read such a folder. Raises ConfigError for what is wrong in its request."""
    file = folder / "request.toml"
    _, keys = parsed(file)
    refused, leftovers = str(keys.pop("refused", "")), keys.pop("leftovers", [])
    steps = keys.get("steps", [keys])
    return Case(
        folder, dict(_below(folder / "before")), dict(_below(folder / "after")),
        tuple(steps_of(str(file), steps, leaves or Leaves(_installed()))), refused,
        tuple(msgspec.convert(leftovers, tuple[str, ...])),
    )  # fmt: skip


def flaws(shown: Case, extra: Leaf | None = None) -> Iterator[str]:
    """What does not come out as a case shows it, one text each; nothing where all is well.

    It is carried out with mentions and proof, compared byte by byte, and then once more on the files it has left, which
    must stay as they are.
    """
    done = carried_out(shown.steps, shown.before, shown.config, extra)
    told = [f"{one.path}:{one.line}: {one.check}: {one.why}: {one.remedy}" for one in done.refusals]
    if shown.refused:
        if not any(shown.refused in one for one in told):
            yield f"not refused for {shown.refused!r}, but for {told or 'nothing'}"
        return
    yield from (f"refused: {one}" for one in told)
    if told:
        return
    for path in sorted(done.files.keys() | shown.after.keys()):
        if done.files.get(path) != shown.after.get(path):
            yield from _difference(path, shown.after.get(path), done.files.get(path))
    places = tuple(f"{one.path}:{one.line}" for one in done.leftovers)
    if places != shown.leftovers:
        yield f"leftovers: expected {list(shown.leftovers)}, got {list(places)}"
    again = carried_out(shown.steps, done.files, shown.config, extra)
    yield from (f"the second time: {one.path} changes again" for one in again.plan.files)
    yield from (f"the second time: refused: {one.why}" for one in again.refusals)


def _difference(path: str, expected: bytes | None, got: bytes | None) -> Iterator[str]:
    if expected is None or got is None:
        yield f"{path}: {'should not be there' if expected is None else 'is missing'}"
        return
    left, right = (text.decode("utf-8", "backslashreplace").splitlines(True) for text in (expected, got))
    shown = difflib.unified_diff(left, right, f"{path} as expected", f"{path} as made")
    yield "".join(shown) or f"{path}: bytes differ"


def _below(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not {"__pycache__", ".overhaul"}.intersection(file.relative_to(folder).parts):
            yield file.relative_to(folder).as_posix(), file.read_bytes()


@contextlib.contextmanager
def surveyed(files: Files, config: Config | None = None, extra: Leaf | None = None) -> Generator[Survey]:
    """A survey of files, which are on the disk as long as the context lasts; `extra` is one leaf more."""
    with tempfile.TemporaryDirectory(prefix="overhaul-") as folder:
        root = Path(folder, "project")
        for path, content in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield survey(root, config or Config(), _with(extra), executor=InProcess())


@cache
def _installed() -> tuple[Leaf, ...]:
    """Overhaul's own leaves and those of installed distributions."""
    found = load_leaves()
    kinds: Sequence[Mapping[str, Leaf]] = (
        found.collectors, found.analyzers, found.rules, found.reports, found.codemods, found.drafts, found.criteria,
    )  # fmt: skip
    return tuple(leaf for kind in kinds for leaf in kind.values())


def _with(extra: Leaf | None) -> Leaves:
    """All leaves, and one more in the place of any of its kind and name."""
    if extra is None:
        return Leaves(_installed())
    others = (leaf for leaf in _installed() if (leaf.kind, leaf.name) != (extra.kind, extra.name))
    return Leaves([*others, extra])


def _leaf(leaf: str | Leaf) -> Leaf:
    return Leaves(_installed()).named(leaf) if isinstance(leaf, str) else leaf
