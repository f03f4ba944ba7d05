"""`overhaul check`: which project, which of its files, what is said at the end, and whether it fails."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from overhaul.commands.output import short
from overhaul.config import Severity, load_config
from overhaul.errors import TargetError, UsageError
from overhaul.findings import SEVERITIES
from overhaul.ledger import Entry
from overhaul.printable import printable
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
    return next((above for above in (here, *here.parents) if (above / ".git").exists()), here)


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
    for name in names:
        file = survey.root / name
        if name in paths:
            found.add(name)
        elif file.is_dir():
            start = f"{name}/" if name else ""
            found |= {path for path in paths if path.startswith(start)}
            # Findings about settings stand in files that are no modules.
            found |= {f"{start}{entry.name}" for entry in file.iterdir() if entry.is_file()}
        elif file.is_symlink():
            real = Path(os.path.realpath(file))
            if real.is_relative_to(survey.root):
                found.add(real.relative_to(survey.root).as_posix())
        else:
            real = Path(os.path.realpath(file))
            found |= {name, real.relative_to(survey.root).as_posix()} if real.is_relative_to(survey.root) else {name}
    return found


def fails(verdict: Verdict, least: Severity, *, updated: bool) -> bool:
    """Whether a new finding is at least so severe, or the ledger holds what is fixed and was not `updated` just now."""
    severe = SEVERITIES[: SEVERITIES.index(least) + 1]
    return any(one.severity in severe for one in verdict.new) or (bool(verdict.stale) and not updated)


def closing(verdict: Verdict, *, updated: bool) -> Iterator[str]:
    """What is said at the end: what is fixed and must leave the ledger, and the sentence."""
    if verdict.stale:
        file = short(verdict.baseline)
        count = len(verdict.stale)
        what = "1 entry is" if count == 1 else f"{count:,} entries are"
        if updated:
            yield f"{what} fixed, and taken out of {file}:"
        else:
            yield f"{what} fixed and still {'stands' if count == 1 else 'stand'} in {file}:"
        yield from (f"  {_entry(entry)}" for entry in verdict.stale[:SHOWN])
        if count > SHOWN:
            yield f"  and {count - SHOWN:,} more"
        if not updated:
            yield "`overhaul check --update` takes out what is fixed, and nothing else."
    since = f" since {printable(verdict.since)}" if verdict.since else ""
    yield f"{verdict.sentence}{since}"


def _entry(entry: Entry) -> str:
    where = f"{entry.module}: {entry.name}" if entry.name else entry.module
    return printable(f"{entry.rule}  {where}")
