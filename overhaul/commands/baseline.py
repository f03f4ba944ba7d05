"""`overhaul baseline`: written once, the ledger only shrinks, unless a rule is accepted by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from overhaul.commands.output import short, write_file
from overhaul.commands.workspace import Workspace
from overhaul.config import Config
from overhaul.errors import ConfigError, UnknownName
from overhaul.ledger import Entry, ledger_file, ledger_text, read_ledger
from overhaul.printable import printable
from overhaul.standing import git_top, home
from overhaul.survey import Survey


def checked(accepted: Iterable[str], workspace: Workspace) -> None:
    """Raises UnknownName for a rule that there is not, and ConfigError for a ledger that cannot be written or read."""
    for name in accepted:
        if name not in workspace.leaves.rules:
            raise UnknownName("rule", name, workspace.leaves.rules)
    read_ledger(place(workspace.config, workspace.root))


def read_baseline(workspace: Workspace) -> None:
    """Raises ConfigError for a ledger that cannot be read."""
    file = ledger_file(workspace.config, workspace.root)
    if file is not None:
        read_ledger(file)


def written(survey: Survey, *, update: bool, accepted: Collection[str]) -> Iterator[str]:
    """Write what is asked for, and say in a few lines what was done, or what could be."""
    verdict = survey.verdict
    file = place(survey.config, survey.root)
    shown = short(file)
    if not verdict.baseline:
        if update:
            raise ConfigError(f"{file}: there is no baseline to update: write one with `overhaul baseline`")
        entries = [entry for one, entry in survey.entries() if not accepted or one.rule in accepted]
        count = sum(not accepted or one.rule in accepted for one in verdict.findings)
        write_file(file, [ledger_text(entries).encode()])
        yield f"wrote {shown}: {_count(count, 'finding')} inherited from now on"
        return
    mended, moved = len(verdict.stale), len(verdict.moved)
    fresh = Counter(one.rule for one in verdict.new)
    taken = sum(fresh[rule] for rule in set(accepted))
    if update or accepted:
        shrink(survey, accepted, update=update)
        if update:
            yield f"{shown}: {mended:,} fixed and taken out, {moved:,} moved and written anew"
        if accepted:
            yield f"{shown}: {taken:,} added for {printable(', '.join(sorted(set(accepted))))}"
        left = sum(fresh.values()) - taken
        yield f"{left:,} new, {len(verdict.inherited) + taken:,} inherited, {0 if update else mended:,} fixed"
        return
    yield f"{shown} is there, and only shrinks. {verdict.sentence}."
    if mended or moved:
        yield f"`overhaul baseline --update` would take {mended:,} out, and write {moved:,} anew that were moved."
    if fresh:
        yield "New findings, which `overhaul baseline --accept RULE` would add:"
        yield from (f"  {printable(rule)}: {count:,}" for rule, count in sorted(fresh.items()))


def _count(number: int, what: str) -> str:
    return f"1 {what} is" if number == 1 else f"{number:,} {what}s are"


def shrink(survey: Survey, accepted: Collection[str] = (), *, update: bool = True) -> None:
    """Take out what is fixed and rewrite what has moved (`update`), and add the new findings of `accepted` rules.

    Raises ConfigError. A file that would stay as it is is not written.
    """
    verdict = survey.verdict
    if not verdict.baseline:
        return
    file = place(survey.config, survey.root)
    entries = Counter(read_ledger(file) or ())
    if update:
        entries.subtract(verdict.stale)
        for was, now in verdict.moved:
            entries[was] -= 1
            entries[now] += 1
    entries.update(survey.lacking(accepted))
    before = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    text = ledger_text(_positive(entries), before)
    if text != before:
        write_file(file, [text.encode()])


def _positive(entries: Counter[Entry]) -> Iterator[Entry]:
    for entry, count in entries.items():
        yield from [entry] * count


def place(config: Config, root: Path) -> Path:
    """Where the ledger is written: inside the project, or its git repository. Raises ConfigError."""
    file = ledger_file(config, root)
    source = config.source or "settings"
    if file is None:
        raise ConfigError(f"{source}: `baseline` is empty: name a file, such as overhaul-baseline.txt")
    folder = home(config.source, root).resolve()
    top = git_top(folder) or folder
    real = file.resolve()
    if not real.is_relative_to(top):
        raise ConfigError(f"{source}: `baseline` lies outside the project: name a file in {top}")
    if any(part.lower() == ".git" for part in real.relative_to(top).parts):
        raise ConfigError(f"{source}: `baseline` lies in the git directory: name a file in {top}")
    if not file.parent.is_dir():
        raise ConfigError(f"{file}: the folder does not exist: make it first, or name another file as `baseline`")
    return file
