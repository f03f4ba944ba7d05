"""What an author of leaves needs for tests: run one leaf on a few lines of source.

    rows = collect("import_statements", "from a import b")
    rows = table("cycles", {"a.py": "import b", "b.py": "import a"})
    findings = check("import_cycle", {"a.py": "import b", "b.py": "import a"})
    text = render("terminal", {"a.py": "..."})

A leaf is given by its name, or as the decorated object itself when it is not (yet) in one of overhaul's folders.
Everything happens in this process and in a temporary folder; nothing is forked and nothing is kept.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from overhaul.config import Config
from overhaul.errors import LeafError, UnknownName
from overhaul.facts import Row
from overhaul.findings import Finding
from overhaul.leaves import Analyzer, Collector, Leaf, Leaves, Report, Rule, load_leaves
from overhaul.module import Parser
from overhaul.source import Source, digest
from overhaul.survey import Survey, survey

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
    chosen = msgspec.structs.replace(config or Config(), select=(name,))
    with surveyed(files, chosen, None if isinstance(rule, str) else rule) as seen:
        return list(seen.findings)


def render(report: str | Report, files: Files, config: Config | None = None) -> str:
    """What a report writes, without colours or whatever else it adds for a terminal. Raises UnknownName."""
    with surveyed(files, config, None if isinstance(report, str) else report) as seen:
        leaf = seen.leaves.report(report) if isinstance(report, str) else report
        return "".join(part.decode() if isinstance(part, bytes) else part for part in leaf.function(seen))


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
    kinds: Sequence[Mapping[str, Leaf]] = (found.collectors, found.analyzers, found.rules, found.reports)
    return tuple(leaf for kind in kinds for leaf in kind.values())


def _with(extra: Leaf | None) -> Leaves:
    """All leaves, and one more in the place of any of its kind and name."""
    if extra is None:
        return Leaves(_installed())
    others = (leaf for leaf in _installed() if (leaf.kind, leaf.name) != (extra.kind, extra.name))
    return Leaves([*others, extra])


def _leaf(leaf: str | Leaf) -> Leaf:
    return Leaves(_installed()).named(leaf) if isinstance(leaf, str) else leaf
