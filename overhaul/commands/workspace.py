"""What an audit of one path goes by: its settings, its leaves, and where its store lies."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from overhaul.commands.settings import check_flags, check_rules
from overhaul.config import Config, load_config
from overhaul.errors import TargetError, UsageError
from overhaul.leaves import Leaves, load_leaves
from overhaul.standing import home, ours


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says over the configuration file; what is None or empty leaves the file's word."""

    config: Path | None = None
    """The configuration file to read, wherever it lies."""
    exclude: tuple[str, ...] = ()
    """Added to the file's patterns."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    jobs: int | None = None
    store: Path | None = None
    """The folder to keep the store in."""
    no_store: bool = False


class Workspace:
    """A path that can be audited."""

    def __init__(
        self, root: Path, config: Config, leaves: Leaves, store: Path | None, left_out: Sequence[str], why: str
    ) -> None:
        """Made by `open_workspace`."""
        self.root = root
        self.config = config
        self.leaves = leaves
        self.store = store
        """The folder whose `.overhaul` holds the store; None keeps it in memory."""
        self.left_out = left_out
        """Leaf folders that the configuration names and that were not loaded."""
        self.why = why
        """Why not, behind `because`: see `distrusted`."""


def open_workspace(path: Path, flags: Flags, here: Path | None = None) -> Workspace:
    """Find the settings for an audit of `path`, and load the leaves they name as far as they may be run.

    `here` is the folder the user stands in (by default the current one). Raises ConfigError, TargetError for a path
    that is not there, UsageError for a store that cannot be made and for rules that there are not, and LeafError.
    """
    root = Path(os.path.abspath(path))
    if not root.exists():
        raise TargetError(f"{path}: no such file or folder: check the path")
    config = load_config(root, flags.config)
    folders = [Path(config.source).parent / folder for folder in config.leaves]
    why = ""
    if folders and flags.config is None:
        why = distrusted(Path(config.source), folders, here or Path.cwd())
    allowed = not why
    changes = {
        "also_exclude": flags.exclude,
        "select": flags.select or config.select,
        # Who says with the command what is to run means that and nothing else.
        "extend_select": () if flags.select else config.extend_select,
        "ignore": flags.ignore or config.ignore,
        "jobs": config.jobs if flags.jobs is None else flags.jobs,
    }
    leaves = load_leaves(folders if allowed else (), complete=allowed)
    check_rules(config, leaves)
    check_flags(leaves, flags.select, flags.ignore)
    return Workspace(
        root,
        msgspec.structs.replace(config, **changes),
        leaves,
        None if flags.no_store else _store(root, config, flags),
        () if allowed else config.leaves,
        why,
    )


def distrusted(source: Path, folders: Iterable[Path], here: Path) -> str:
    """Why leaves named by the configuration file `source` may not be run by somebody who stands in `here`; "" if so.

    Leaves are code. Whoever works inside a project runs its code anyway; whoever points overhaul at a folder elsewhere
    wants it read, not run. And what belongs to another user may have been put there for others to run.
    """
    if not here.resolve().is_relative_to(source.resolve().parent):
        return f"{source} does not lie at or above this folder: to run them, go there or pass --config {source}"
    for path in (source, *(path for folder in folders for path in (folder, *sorted(folder.glob("*.py"))))):
        if not ours(path):
            return f"{path} belongs to another user: to run them all the same, pass --config {source}"
    return ""


def _store(root: Path, config: Config, flags: Flags) -> Path:
    """The folder of the store: the one named, else where the project's ledger lies."""
    if flags.store is not None:
        try:
            flags.store.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{flags.store}: {error.strerror}: name another folder with --store") from error
        return flags.store
    return home(config.source, root)
