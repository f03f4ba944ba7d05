"""`overhaul check --since REV`: what was there where that revision and HEAD part, found with the settings of today."""

from __future__ import annotations

import contextlib
import os
import posixpath
import signal
import tempfile
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import msgspec

from overhaul.commands.workspace import Workspace
from overhaul.config import Config
from overhaul.errors import TargetError, UsageError
from overhaul.files.gitignore import exclude_file, read_patterns
from overhaul.gitlog import git_program
from overhaul.ledger import Entry
from overhaul.repository import repository
from overhaul.revision import Revisions
from overhaul.survey import survey


def findings_since(revision: str, workspace: Workspace) -> tuple[Entry, ...]:
    """The findings at the merge base of a revision and HEAD, as entries of a ledger.

    The files of that commit are written to a folder that only the user can read, looked at, and taken away again.
    What the store knows of their contents is not found out again. Raises UsageError, with the remedy, for a revision
    that is not there and a repository that cannot be read.
    """
    root = workspace.root.resolve()
    if not root.is_dir():
        root = root.parent
    found = repository(root)
    if isinstance(found, str):
        raise UsageError(f"--since {revision}: {found}: check without --since")
    git = git_program(root)
    if git is None:
        raise UsageError(f"--since {revision}: there is no git program: install git, or check without --since")
    top = root.parents[found.prefix.count("/")] if found.prefix else root
    private = tempfile.TemporaryDirectory(prefix="overhaul-since-")
    with _leaving_on_term(), Revisions(git, found, top) as revisions, private as folder:
        commit = revisions.merge_base(revision)
        place = _Place(Path(folder).resolve(), top, workspace.config)
        (place.top / ".git" / "info").mkdir(parents=True)
        lines = read_patterns(exclude_file(str(top)))
        (place.top / ".git" / "info" / "exclude").write_bytes(os.fsencode("\n".join(lines)))
        revisions.write(revisions.files(commit, found.prefix, set(_named(workspace.config, found.prefix))), place.top)
        then = place.top / found.prefix
        then.mkdir(parents=True, exist_ok=True)
        try:
            before = survey(
                then, place.config, workspace.leaves, store=workspace.store, called=root / ".overhaul-since"
            )
        except TargetError:
            # There was no Python then.
            return ()
        return tuple(entry for _, entry in before.entries())


@contextlib.contextmanager
def _leaving_on_term() -> Generator[None]:
    """Let SIGTERM, with which CI ends a job, unwind as Ctrl-C does, so that what was written is taken away."""
    here = os.getpid()

    def leave(number: int, _: object) -> None:
        if os.getpid() != here:
            # A process of ours that was forked: what lies there is not its own.
            os._exit(128 + number)
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _named(config: Config, prefix: str) -> Iterator[str]:
    """The files that the settings name, from the top of the work tree: rules read them, whatever they are."""
    for entry in config.frozen:
        if ":" not in entry.what:
            yield posixpath.normpath(posixpath.join(prefix, posixpath.dirname(entry.file), entry.what))


class _Place:
    """Where the work tree of then lies, and its settings: those of now, as if they had been written there."""

    def __init__(self, folder: Path, top: Path, config: Config) -> None:
        source = Path(os.path.realpath(config.source)) if config.source else None
        # Patterns are relative to the folder of the settings, which may lie above the work tree.
        above = source is not None and top != source.parent and top.is_relative_to(source.parent)
        anchor = source.parent if source is not None and above else top.parent
        self.top = folder / top.relative_to(anchor)
        self.top.mkdir(parents=True, exist_ok=True)
        written = config.source
        if source is not None and source.is_relative_to(anchor):
            written = str(folder / source.relative_to(anchor))
        # A root that was not there then is none.
        roots = tuple(one for one in config.roots if self._is_there(one, written))
        self.config = msgspec.structs.replace(config, source=written, roots=roots, baseline="")

    @staticmethod
    def _is_there(one: str, source: str) -> bool:
        return (Path(source).parent / one).is_dir()
