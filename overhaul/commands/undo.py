"""`overhaul undo`: take back what was written, and list it.

Only click is imported here; what else is needed is imported when it is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import click

from overhaul.commands.running import say, tell

if TYPE_CHECKING:
    from pathlib import Path

    from overhaul.transaction.history import Listed

_LONG: Final = 12
"""Digits that no number of a journal has."""


@click.command()
@click.argument("number", default="", metavar="[ID]")
@click.argument("path", default="", type=click.Path())
@click.option("--phase", metavar="N", help="Restore all that the migrations of a campaign's phase have changed.")
@click.option("--again", is_flag=True, help="With --phase: bring back what was taken back.")
@click.option("--list", "listing", is_flag=True, help="Show what was written and taken back, and change nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and what has to be looked at.")
def undo(number: str, path: str, phase: str | None, again: bool, listing: bool, quiet: bool) -> int:
    """Restore every byte that a migration has changed.

    That is the last one, the one of this ID, or all of a phase, in the project of PATH. Files that have changed since
    are never overwritten: then nothing is done, and they are named. What an interrupted migration has left is put back
    first.
    """
    import os
    from pathlib import Path

    from overhaul.errors import TargetError
    from overhaul.printable import printable
    from overhaul.transaction import writing

    if number and not path and not number.isdecimal():
        number, path = "", number
    if number and not (number.isdecimal() and number.isascii() and len(number) < _LONG and int(number)):
        raise click.UsageError(f"{number!r} is no ID: overhaul undo --list shows them")
    root = Path(os.path.abspath(path or "."))
    if not root.is_dir():
        raise TargetError(f"{path}: no such folder: check the path")
    store = journals_home(root)
    if again and phase is None:
        raise click.UsageError("--again needs --phase")
    if phase is not None and not phase.strip():
        raise click.UsageError("--phase needs the number or identity of a phase")
    if listing:
        from overhaul.commands.output import write_stdout

        named = _identity(root, phase, store) if phase is not None else None
        found = writing.journals(root, store=store)
        shown = [one for one in found if named is None or one.phase == named]
        write_stdout(_lines(shown), sys.stdout.buffer)
        return 0
    if phase is not None:
        if number:
            raise click.UsageError(f"either the ID {number}, or --phase")
        return _undo_phase(root, phase, store, again=again, quiet=quiet)
    done = writing.undo(root, int(number or 0), store=store)
    for note in done.notes:
        say(note)
    if done.number and not quiet:
        files = "1 file is" if done.files == 1 else f"{done.files:,} files are"
        tell(f"{printable(done.title)}: {files} as before; `overhaul undo {done.number}` takes that back")
    return 0


def _undo_phase(root: Path, named: str, store: Path, *, again: bool, quiet: bool) -> int:
    """Take back what belongs to a phase, and say in the campaign that it is not complete any more."""
    from overhaul.printable import printable
    from overhaul.transaction.by_phase import undo_phase

    identity = _identity(root, named, store)
    for one in undo_phase(root, identity, again=again, store=store):
        for note in one.notes:
            say(note)
        if one.number and not quiet:
            files = "1 file is" if one.files == 1 else f"{one.files:,} files are"
            tell(f"{printable(one.title)}: {files} as before; `overhaul undo {one.number}` takes that back")
    return 0 if again else _reopened(root, identity, store, quiet=quiet)


def _identity(root: Path, named: str, store: Path) -> str:
    """The identity of a phase that is named by it or by its number."""
    from overhaul.campaign.reading import named_phase, read_campaign
    from overhaul.config import load_config
    from overhaul.errors import UsageError
    from overhaul.transaction.writing import journals

    try:
        file = store / load_config(root).campaign
        return named_phase(read_campaign(file), named).id if file.exists() else named
    except UsageError:
        # What is to be taken back may be what has broken the campaign or the settings, or taken the phase out.
        if named in {one.phase for one in journals(root, store=store)}:
            return named
        raise


def _reopened(root: Path, identity: str, store: Path, *, quiet: bool) -> int:
    """Say in the campaign that a phase is not complete any more; the exit code.

    The campaign is read only now: it may have been among what was restored.
    """
    from overhaul.campaign.reading import read_campaign
    from overhaul.campaign.texts import campaign_text, write_campaign
    from overhaul.campaign.writing import reopened_text
    from overhaul.commands.output import short
    from overhaul.config import load_config
    from overhaul.errors import OverhaulError

    try:
        file = store / load_config(root).campaign
        phase = read_campaign(file).phase(identity) if file.exists() else None
        if phase is None or phase.completed is None:
            return 0
        text = campaign_text(file)
        write_campaign(file, text, reopened_text(text, phase.id))
    except OverhaulError as error:
        say(f"overhaul: {error}")
        say(f"overhaul: all is taken back, but for the note in the campaign that phase {identity} is complete")
        return error.exit_code
    if not quiet:
        tell(f"{short(file)}: phase {phase.number} is not complete any more")
    return 0


def journals_home(root: Path) -> Path:
    """Where the journals of a project lie, whatever `--config` and `--store` say: they must be found again."""
    from overhaul.config import load_config
    from overhaul.errors import ConfigError
    from overhaul.standing import git_top, home, ours

    try:
        return home(load_config(root).source, root)
    except ConfigError:
        # What is to be taken back may be what has broken the settings.
        top = git_top(root) or root
        for folder in (root, *root.parents):
            if (folder / ".overhaul" / "journal").is_dir() and ours(folder, root):
                return folder
            if folder == top:
                break
        raise


def _lines(found: Sequence[Listed]) -> Iterator[str]:
    """What was written and taken back, the latest first."""
    from overhaul.printable import printable

    if not found:
        yield "nothing was written here by overhaul, or nothing is left of it\n"
        return
    state_width = max(len(one.state) for one in found)
    for one in reversed(found):
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.when)) if one.when else " " * 16
        counts = ", ".join(
            f"{count:,} {what}"
            for count, what in (
                (one.edited, "edited"), (one.moved, "moved"), (one.created, "created"), (one.deleted, "deleted"),
            )
            if count
        )  # fmt: skip
        of = f" [phase {one.phase}]" if one.phase else ""
        what = f"{one.title or '(no title)'} ({counts or 'no files'}){of}"
        yield printable(f"{one.number:5}  {when}  {one.state:{state_width}}  {what}") + "\n"
        if one.note:
            yield f"       {printable(one.note)}\n"
