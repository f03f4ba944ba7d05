"""`overhaul check`: which project, which of its files, what is said at the end, and whether it fails."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from overhaul.commands.output import short
from overhaul.commands.workspace import Workspace
from overhaul.config import Severity, load_config
from overhaul.errors import TargetError, UsageError
from overhaul.findings import SEVERITIES
from overhaul.ledger import Entry
from overhaul.patterns import regex
from overhaul.printable import printable
from overhaul.standing import git_top
from overhaul.survey import Survey
from overhaul.verdicts import Verdict

SHOWN: Final = 10
"""Fixed entries that are listed before the rest is only counted."""


def project(named: str | None, config: Path | None, here: Path | None = None) -> Path:
    """The folder of the project that is checked.

    The one that is `named`; else that of the configuration file, else the top of the git repository, else the folder
    `here` (by default the current one). Raises TargetError when the named one is no folder, and ConfigError.
    """
    if named is not None:
        if not Path(named).is_dir():
            raise TargetError(f"{named}: no such folder: name the top of the project with --root")
        return Path(os.path.abspath(named))
    here = Path.cwd() if here is None else here
    source = load_config(here).source if config is None else os.path.abspath(config)
    if source and here.is_relative_to(folder := Path(os.path.abspath(source)).parent):
        return folder
    return git_top(here) or here


def named(files: Iterable[str], root: Path) -> list[str]:
    """What is named on the command line, each relative to the root, "" for the root itself; whether it is there or not.

    Raises UsageError for what lies outside the root.
    """
    return [_below(file, root) for file in files]


def _below(file: str, root: Path) -> str:
    whole = Path(os.path.abspath(file))
    real = Path(os.path.realpath(whole.parent)) / whole.name
    for path, top in ((whole, root), (real, root.resolve()), (Path(os.path.realpath(whole)), root.resolve())):
        if path.is_relative_to(top):
            below = path.relative_to(top).as_posix()
            return "" if below == "." else below
    raise UsageError(f"{file}: lies outside the project {root}: name files below it, or another project with --root")


def within(survey: Survey, names: Iterable[str]) -> set[str]:
    """The paths of the survey that are named, or lie in a folder that is; the others are passed over."""
    paths = {path for place in survey.layout.modules.values() for path in (place.path, place.stub) if path is not None}
    found: set[str] = set()
    top = os.path.realpath(survey.root)
    for name in names:
        file = os.path.join(survey.root, name)
        real = Path(os.path.realpath(file))
        # By way of links, files and folders have another name in the survey.
        again = real.relative_to(top).as_posix() if real.is_relative_to(top) else name
        if name in paths:
            found.add(name)
        elif os.path.isdir(file):
            for start in {f"{one}/" if one not in ("", ".") else "" for one in (name, again)}:
                found |= {path for path in paths if path.startswith(start)}
                # Findings about settings stand in files that are no modules.
                found |= {f"{start}{entry.name}" for entry in _listing(file) if entry.is_file()}
        else:
            found |= {again} if os.path.islink(file) else {name, again}
    return found


def _listing(folder: str) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def missing(root: Path, files: Sequence[str], names: Iterable[str]) -> str | None:
    """What to say when nothing that is named on the command line is there; None when something is.

    Hooks and scripts name files that a commit deletes. A folder, or a pattern that the shell did not resolve, nobody
    names by that way. Raises UsageError for these.
    """
    if not files or any(os.path.lexists(os.path.join(root, name)) for name in names):
        return None
    shown = ", ".join(files[:SHOWN]) + (f" and {len(files) - SHOWN:,} more" if len(files) > SHOWN else "")
    wrong = [file for file in files if not _DELETED.search(file)]
    if wrong:
        raise UsageError(f"nothing that is named is there: {shown}: check the path")
    return f"overhaul: nothing that is named is there (any more): {shown}"


_DELETED: Final = regex(r"^[^*?\[]*[^/.*?\[][.][^/*?\[]+$")
"""The path of a file, as a commit may have deleted one."""


def some_rule(workspace: Workspace) -> None:
    """Raises UsageError when no rule is left: nothing would ever be found."""
    config = workspace.config
    if not workspace.leaves.selected_rules(config.select, config.ignore, config.extend_select):
        raise UsageError(
            "no rule is left to run: what is selected is ignored as well (--select and --ignore, and `select` and "
            f"`ignore` in {config.source or 'the settings'})"
        )


def fails(verdict: Verdict, least: Severity, *, updated: bool) -> bool:
    """Whether a new finding is at least so severe, or the ledger holds what is fixed and was not `updated` just now."""
    severe = SEVERITIES[: SEVERITIES.index(least) + 1]
    return any(one.severity in severe for one in verdict.new) or (bool(verdict.stale) and not updated)


def unread(survey: Survey) -> Iterator[str]:
    """What could not be looked at, and so is neither clean nor fixed: files (those that are named), and settings."""
    named = survey.narrowed
    found = [one for one in survey.failures if named is None or one.path in named or one.stage == "contracts"]
    for one in found[:SHOWN]:
        yield printable(f"{one.path}: not looked at ({one.stage}): {one.reason}")
    if len(found) > SHOWN:
        yield f"and {len(found) - SHOWN:,} more that could not be looked at: `overhaul audit` lists them"


def closing(verdict: Verdict, *, updated: bool) -> Iterator[str]:
    """What is said at the end: what is fixed and must leave the ledger, what has another name, and the sentence."""
    if verdict.stale:
        file = short(verdict.baseline)
        count = len(verdict.stale)
        what = _are(count)
        if updated:
            yield f"{what} fixed, and taken out of {file}:"
        else:
            yield f"{what} fixed and still {'stands' if count == 1 else 'stand'} in {file}:"
        yield from (f"  {_entry(entry)}" for entry in verdict.stale[:SHOWN])
        if count > SHOWN:
            yield f"  and {count - SHOWN:,} more"
        if not updated:
            yield "`overhaul check --update` takes out what is fixed, and adds nothing."
    if verdict.moved:
        count = len(verdict.moved)
        if updated:
            yield f"{_are(count)} written anew under a new name."
        else:
            yield (
                f"{_are(count)} about a file that has another name now: `overhaul check --update` writes "
                f"{'it' if count == 1 else 'them'} anew."
            )
    if verdict.unsure:
        yield (
            f"{_are(len(verdict.unsure))} not found any more, and may be about what was not looked at: "
            f"{'it stays' if len(verdict.unsure) == 1 else 'they stay'}."
        )
    since = f" since {printable(verdict.since)}" if verdict.since else ""
    yield f"{verdict.sentence}{since}"


def _are(count: int) -> str:
    return "1 entry is" if count == 1 else f"{count:,} entries are"


def _entry(entry: Entry) -> str:
    where = f"{entry.module}: {entry.name}" if entry.name else entry.module
    return printable(f"{entry.rule}  {where}")
