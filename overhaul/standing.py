"""Where a project begins, and whose its files are."""

from __future__ import annotations

import os
from pathlib import Path


def git_top(folder: Path) -> Path | None:
    """The nearest folder at or above one that holds `.git`; None when there is none."""
    return next((above for above in (folder, *folder.parents) if os.path.lexists(above / ".git")), None)


def home(source: str, root: Path) -> Path:
    """The folder in which a project's ledger and store lie, for an audit of `root`, which may be a file.

    That of the settings file `source`, when it lies at or above the root; else the top of the git repository, else the
    root itself.
    """
    folder = root if root.is_dir() else root.parent
    if source:
        beside = Path(os.path.abspath(source)).parent
        if Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(beside)):
            return beside
    return git_top(folder) or folder


def ours(path: Path, beside: Path | None = None) -> bool:
    """Whether a file or folder belongs to the user, to root, or to whoever the folder `beside` belongs to.

    Of a link, so must what it leads to. True where files have no owners, and for what is not there.
    """
    if os.name == "nt":
        return True
    users = {0, os.geteuid()}
    # Who has become root by sudo is still at home.
    if os.geteuid() == 0 and (before := os.environ.get("SUDO_UID", "")).isdecimal():
        users.add(int(before))
    try:
        if beside is not None:
            users.add(beside.stat().st_uid)
        return {path.lstat().st_uid, path.stat().st_uid} <= users
    except OSError:
        return True
