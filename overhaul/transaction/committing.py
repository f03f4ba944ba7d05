"""Make one git commit of just the files of a plan, as its user would."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from overhaul.changes import FileChange, Moved
from overhaul.errors import Refused
from overhaul.gitlog import git_program
from overhaul.transaction.tracked import HIDDEN, is_hidden

_SUBJECT: Final = 72
_WORDS: Final = 24_000
"""Characters of paths on one command line: Windows takes 32,767 for all of it."""
_LISTED: Final = 50
"""Moved names that a message lists."""
_UNDER_WAY: Final = (("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"))


class Commit:
    """A commit that is asked for: git runs with the user's settings, identity and hooks, and on no other files."""

    def __init__(self, root: Path, paths: Sequence[str]) -> None:
        """`paths` are those of the plan, relative to `root`."""
        self._root = root
        self._paths = tuple(paths)
        self._git = git_program(root)
        self._added: tuple[str, ...] = ()

    def reasons(self) -> Iterator[str]:
        """Why no commit could be made: one line each. Asked before anything is written."""
        if self._git is None:
            yield "--commit: there is no git program: leave it out, or check your PATH"
            return
        code, told = self._run("rev-parse", "--is-inside-work-tree")
        if code or told.strip() != "true":
            yield f"--commit: {self._root} is in no git work tree: leave it out"
            return
        for name, what in _UNDER_WAY:
            if not self._run("rev-parse", "--verify", "--quiet", name)[0]:
                yield f"--commit: a {what} is under way: finish it first"
        code, told = self._run("var", "GIT_COMMITTER_IDENT")
        if code:
            yield "--commit: git does not know who you are: set user.name and user.email"
        dirty: list[str] = []
        hidden: list[str] = []
        # Those that are not on the disk too: the index may hold what is nowhere else.
        for some in _portions(self._paths):
            code, told = self._run(
                "status", "--porcelain", "-z", "--no-renames", "--ignored", "--untracked-files=all", "--", *some
            )
            if code:
                yield f"--commit: git status failed ({_line(told)}): mend that, or leave it out"
                return
            dirty += [line[3:] for line in told.split("\0") if line]
            code, told = self._run("ls-files", "-v", "-z", "--", *some)
            hidden += [line[2:] for line in told.split("\0") if line and is_hidden(os.fsencode(line[:1]))]
        if hidden:
            yield f"--commit: {', '.join(hidden[:5])}: may hold changes of yours, git is told not to look: {HIDDEN}"
        if dirty:
            named = ", ".join(dirty[:5]) + (f" and {len(dirty) - 5} more" if len(dirty) > 5 else "")
            yield f"--commit: {named}: would be committed with changes of yours: commit them first"

    def make(self, message: str) -> str:
        """Commit; the name of the commit. Raises Refused with what git, or a hook, has said."""
        paths = "\0".join(self._paths)
        # Without --force, what the plan creates where .gitignore says so would be missing from the commit.
        steps = (
            ("add", "--all", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"),
            ("commit", "--quiet", "--only", f"--message={message}", "--pathspec-from-file=-", "--pathspec-file-nul"),
        )
        for words in steps:
            code, told = self._run(*words, feed=paths)
            if code:
                raise Refused(f"--commit: git {words[0]} failed ({_line(told)}): mend that, or leave --commit out")
        return self._run("rev-parse", "HEAD")[1].strip()

    def unstage(self) -> None:
        """Make the index as it was for these files, which were clean."""
        self._run("reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", feed="\0".join(self._paths))

    def _run(self, *words: str, feed: str = "") -> tuple[int, str]:
        """Exit code, and what was said."""
        assert self._git is not None
        # What a hook that runs us says of its own repository is not meant for this one.
        around = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
        try:
            done = subprocess.run(
                [self._git, "--no-pager", "--literal-pathspecs", *words], cwd=self._root, env=around,
                input=os.fsencode(feed), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        except OSError as error:
            return 1, error.strerror or str(error)
        return done.returncode, os.fsdecode(done.stdout)


_OF_A_HOOK: Final = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"}
)


def message(title: str, files: Sequence[FileChange], moved: Iterable[Moved], leftovers: int = 0) -> str:
    """What a commit says of a plan: its title, what is called otherwise now, and how much was changed."""
    subject = " ".join(title.split()) or "Migrate with overhaul"
    parts = [subject if len(subject) <= _SUBJECT else f"{subject[: _SUBJECT - 3]}..."]
    if len(subject) > _SUBJECT:
        parts.append(subject)
    names = [f"{one.before} -> {one.after}{', the old name stays' if one.kept else ''}" for one in moved]
    if names:
        rest = [f"and {len(names) - _LISTED} more"] if len(names) > _LISTED else []
        parts.append("\n".join((*names[:_LISTED], *rest)))
    parts.append("\n".join(_figures(files, leftovers)))
    return "\n\n".join(parts) + "\n"


def _figures(files: Sequence[FileChange], leftovers: int) -> Iterator[str]:
    origins = {one.origin for one in files if one.origin}
    counts = {
        "edited": len([one for one in files if one.before is not None and one.after is not None]),
        "moved": len(origins),
        "created": len([one for one in files if one.before is None and not one.origin]),
        "deleted": len([one for one in files if one.after is None and one.path not in origins]),
    }
    yield "Files: " + ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    replacements = [one.guidance for file in files for one in file.replacements]
    if replacements:
        by = ", ".join(f"{replacements.count(one)} {one}" for one in ("safe", "review") if one in replacements)
        yield f"Replacements: {len(replacements)} ({by})"
    if leftovers:
        yield f"Left for people to look at: {leftovers}"


def _portions(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """Paths by so many as fit on a command line anywhere."""
    start = size = 0
    for position, path in enumerate(paths):
        if size and size + len(path) > _WORDS:
            yield paths[start:position]
            start, size = position, 0
        size += len(path) + 3
    if start < len(paths):
        yield paths[start:]


def _line(told: str) -> str:
    """The last line of what git and its hooks have said that says something."""
    lines = [" ".join(line.split()) for line in told.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it said nothing"


__all__ = ["Commit", "message"]
