"""What git says of uncommitted work, asked so that nothing of the repository's configuration is run.

git works on a repository of our own that borrows the objects of the audited one, as for the history
(`docs/decisions/0018-history-without-trust.md`), with its index and its work tree. What the configuration says of line
ends and file modes is read as text, since without it every file could look changed.
"""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from overhaul.gitlog import borrowing, confine, end, environment, git_program
from overhaul.repository import Repository, repository

_SECONDS: Final = 120.0
_NAMED: Final = 5
"""Files that are named in a reason."""
_HARMLESS: Final = (
    "core.autocrlf", "core.eol", "core.filemode", "core.symlinks", "core.ignorecase", "core.precomposeunicode",
    "core.trustctime", "core.checkstat",
)  # fmt: skip
_WORDS: Final = ("true", "false", "input", "lf", "crlf", "native", "default", "minimal", "yes", "no", "on", "off")
HIDDEN: Final = "git update-index --no-assume-unchanged --no-skip-worktree"
"""How git is made to look again."""
_CLEAN: Final = "commit or stash first, or pass --allow-dirty"


def untidy(root: Path, paths: Collection[str]) -> list[str]:
    """Why git could not bring back what is there now: one line each; none where git has no part in the project.

    `root` has no link in it; `paths` are the files that will be changed, relative to it.
    """
    found = repository(root)
    if isinstance(found, str):
        if found in ("no git repository", "there is no commit yet"):
            return []
        return [_unknown(root, found)]
    git = git_program(root)
    if git is None:
        return [_unknown(root, "there is no git program")]
    try:
        return list(_reasons(git, found, root, paths))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return [_unknown(root, str(error))]


def _unknown(root: Path, why: str) -> str:
    return f"{root}: whether all is committed cannot be told ({why}): pass --allow-dirty if it is"


def _reasons(git: str, found: Repository, root: Path, paths: Collection[str]) -> Iterator[str]:
    top = root.parents[found.prefix.count("/")] if found.prefix else root
    index = _directory(top) / "index"
    if not index.exists() or not stat.S_ISREG(index.lstat().st_mode):
        return
    with tempfile.TemporaryDirectory(prefix="overhaul-git-") as folder:
        own = borrowing(Path(folder), found)
        around = environment(own) | {"GIT_WORK_TREE": str(top), "GIT_INDEX_FILE": str(index)}
        # A linked work tree's index lies in .git/worktrees/NAME, the settings in .git.
        linked = index.parent.parent.name == "worktrees"
        settings = [
            *_settings(git, index.parents[2] if linked else index.parent, own),
            "core.fsmonitor=false", "core.untrackedCache=false", "core.hooksPath=/dev/null", "gc.auto=0",
            "core.commitGraph=false", "core.multiPackIndex=false", "protocol.allow=never", "attr.tree=",
        ]  # fmt: skip
        words = [git, "--no-pager", "--literal-pathspecs", *(part for one in settings for part in ("-c", one))]
        below = ("--", f"{found.prefix}/") if found.prefix else ("--",)
        listed = _ask([*words, "ls-files", "-v", "-z", *below], top, around).split(b"\0")
        tracked = {os.fsdecode(line[2:]): line[:1] for line in listed if line}
        if not tracked:
            return
        told = _ask(
            [*words, "status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames",
             *below], top, around,
        )  # fmt: skip
        start = f"{found.prefix}/" if found.prefix else ""
        changed = [os.fsdecode(line[3:]).removeprefix(start) for line in told.split(b"\0") if line]
        if changed:
            yield f"{_some(changed)}: not committed: {_CLEAN}"
        hidden = sorted(path for path in paths if is_hidden(tracked.get(start + path, b"H")))
        if hidden:
            yield f"{_some(hidden)}: git is told not to look whether that has changed: {HIDDEN}, or pass --allow-dirty"
        loose = sorted(path for path in paths if start + path not in tracked)
        if loose:
            yield f"{_some(loose)}: not tracked by git, which could not bring back what is there now: {_CLEAN}"


def is_hidden(tag: bytes) -> bool:
    """Whether `git ls-files -v` marks a file as one that git does not compare with the disk."""
    return tag == b"S" or tag.islower()


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more


def _directory(top: Path) -> Path:
    """The git directory of a work tree, which `repository` has looked at."""
    entry = top / ".git"
    if entry.is_dir():
        return entry
    return Path(os.path.realpath(top / entry.read_text(encoding="utf-8").partition(":")[2].strip()))


def _settings(git: str, directory: Path, own: Path) -> Iterator[str]:
    """What is said of line ends and the like, by the user and then by the repository: `core.eol=lf`."""
    user = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    user["GIT_CEILING_DIRECTORIES"] = str(own)
    words = [git, "config", "--null", "--get-regexp", "^core[.](autocrlf|eol)$"]
    yield from _known(_ask(words, own / "home", user, fine=1))
    file = directory / "config"
    if file.exists() and stat.S_ISREG(file.lstat().st_mode) and file.stat().st_size < 1 << 20:
        words = [git, "config", "--file", str(file), "--no-includes", "--null", "--list"]
        yield from _known(_ask(words, own, environment(own)))


def _known(told: bytes) -> Iterator[str]:
    for line in told.decode("utf-8", "replace").split("\0"):
        name, _, value = line.partition("\n")
        if name in _HARMLESS and value.lower() in _WORDS:
            yield f"{name}={value}"


def _ask(words: Sequence[str], folder: Path, around: Mapping[str, str], fine: int = 0) -> bytes:
    """What git answers. Raises OSError and SubprocessError."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            words, cwd=folder, env=around, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints,
            start_new_session=True,
        )  # fmt: skip
        confine(process.pid)
        try:
            answer, _ = process.communicate(timeout=_SECONDS)
        finally:
            end(process)
            process.wait()
        if process.returncode not in (0, fine):
            complaints.seek(0)
            said = complaints.read(300).decode("utf-8", "replace").partition("\n")[0]
            raise OSError(f"git: {said or f'exit code {process.returncode}'}")
    return answer


__all__ = ["HIDDEN", "is_hidden", "untidy"]
