"""What the git history of a codebase says of its files: who changed which, how often, and when.

git is asked for it, in an empty repository of our own that borrows the objects of the audited one, without
configuration or environment, and with limits of time, size and memory. Of the audited repository git reads nothing but
the objects, so nothing in it can make git run anything. See `docs/decisions/0018-history-without-trust.md`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Final

import msgspec

from overhaul.repository import Repository, repository

DAYS: Final = 365
"""How far back from the last commit the history is read, at least ..."""
COMMITS: Final = 500
"""... and how many commits that touch Python files are read, at least, where there are so many."""
MOST_COMMITS: Final = 50_000
"""Where reading ends in any case."""
MOST_BYTES: Final = 32 << 20
"""Of git's answer."""
MEMORY: Final = 2 << 30
"""Bytes that git may take for itself, where the system can be told so."""
SECONDS: Final = 120.0
"""How long git may take."""
LONGEST: Final = 8192
"""Bytes that a path or an address may have."""


class FileHistory(msgspec.Struct, frozen=True):
    """What the commits that were read did to one file, which is there at HEAD."""

    path: str
    """Relative to the audited root."""
    changes: int
    """Commits that touched it."""
    authors: int
    first: str
    """Date of the first of these commits, ISO 8601, in UTC."""
    last: str


class Log(msgspec.Struct, frozen=True):
    """What was read of the history."""

    files: tuple[FileHistory, ...] = ()
    """By path."""
    commits: int = 0
    """How many were read that touch Python files; merges are none, what they bring in is counted where it was made."""
    authors: int = 0
    since: str = ""
    """Date of the oldest of them, ISO 8601, in UTC."""
    until: str = ""
    note: str = ""
    """Why nothing was read, or what is missing; "" when all is as it should be."""
    failed: bool = False
    """git broke off or took too long: another run may have more luck."""


class Commit(msgspec.Struct, frozen=True):
    """A commit with the files that it touched."""

    name: str
    when: int
    """Seconds since 1970 when it was committed."""
    author: str
    touched: tuple[tuple[str, bytes, bytes], ...]
    """(status letter, path, new path of a file that was renamed): as git has them."""


class History:
    """The git history of the folder that is audited; git is not run before the log is asked for."""

    def __init__(self, root: Path) -> None:
        """`root` may be any folder of a work tree, or none."""
        self._root = root

    @cached_property
    def repository(self) -> Repository | str:
        """The repository, or why there is none that can be read."""
        return repository(self._root)

    @cached_property
    def digest(self) -> bytes:
        """A digest of all that the log depends on; git is not run for it."""
        parts = (self.repository, DAYS, COMMITS, MOST_COMMITS, MOST_BYTES, _git(self._root) is not None)
        return hashlib.blake2b(msgspec.msgpack.encode(parts, enc_hook=os.fspath), digest_size=16).digest()

    @cached_property
    def log(self) -> Log:
        """What git says; the same for the same HEAD, whatever the day."""
        found = self.repository
        if isinstance(found, str):
            return Log(note=found)
        git = _git(self._root)
        if git is None:
            return Log(note="git is not installed")
        return _told(git, found)

    @property
    def failed(self) -> bool:
        """Whether git was asked in vain, so that the answer is not to be kept."""
        return "log" in self.__dict__ and self.log.failed


def _git(root: Path) -> str | None:
    """The git program: never one from a relative folder of the search path, or from the audited folder itself."""
    inside = os.path.realpath(root)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        file = os.path.join(folder, "git.exe" if os.name == "nt" else "git")
        if os.path.isabs(folder) and os.path.isfile(file) and os.access(file, os.X_OK):
            real = os.path.realpath(file)
            if real != inside and not real.startswith(os.path.join(inside, "")):
                return file
    return None


def _told(git: str, found: Repository) -> Log:
    """Run git, and put together what it says."""
    with tempfile.TemporaryDirectory(prefix="overhaul-git-") as folder:
        try:
            own = _borrowing(Path(folder), found)
        except (OSError, ValueError) as error:
            return Log(note=f"no room for a repository of our own ({error})", failed=True)
        complaints = Path(folder, "stderr")
        with complaints.open("wb") as errors:
            try:
                process = subprocess.Popen(
                    [git, *_words(found)], cwd=own, env=_environment(own), stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                return Log(note=f"git cannot be run ({error.strerror})", failed=True)
        _confine(process.pid)
        reading = _Reading(found)
        late = threading.Event()
        timer = threading.Timer(SECONDS, _expire, (late, process))
        timer.start()
        try:
            assert process.stdout is not None
            with process.stdout:
                done = reading.read(_Tokens(process.stdout))
            code = process.wait() if done else 0
        finally:
            timer.cancel()
            process.kill()
            process.wait()
        if late.is_set():
            return Log(note=f"git took longer than {SECONDS:.0f} seconds", failed=True)
        if code:
            said = complaints.read_bytes()[:300].decode("utf-8", "replace").partition("\n")[0]
            return Log(note=f"git could not read the history ({said or f'exit code {code}'})", failed=True)
        return reading.log()


def _expire(late: threading.Event, process: subprocess.Popen[bytes]) -> None:
    late.set()
    process.kill()


def _confine(process: int) -> None:
    """Limit the memory of a process, where that can be done: a tree can be made to unfold to billions of files."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import resource

        resource.prlimit(process, resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _borrowing(folder: Path, found: Repository) -> Path:
    """An empty repository that borrows the objects of another. Raises ValueError for a path that cannot be named."""
    own = folder / "repository"
    for part in ("objects/info", "refs", "home"):
        (own / part).mkdir(parents=True)
    large = len(found.head) == 64
    (own / "HEAD").write_text(f"{found.head}\n", encoding="ascii")
    (own / "config").write_text(
        f"[core]\n\trepositoryformatversion = {1 if large else 0}\n\tbare = true\n"
        + ("[extensions]\n\tobjectformat = sha256\n" if large else ""),
        encoding="ascii",
    )
    if found.shallow:
        (own / "shallow").write_text("".join(f"{one}\n" for one in found.shallow), encoding="ascii")
    path = os.fsencode(found.objects)
    if b"\n" in path:
        raise ValueError("a line break in a path")
    (own / "objects" / "info" / "alternates").write_bytes(path + b"\n")
    return own


def _environment(own: Path) -> dict[str, str]:
    """All that git is told by its environment: that there is nothing to read, to ask or to fetch."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    home = str(own / "home")
    return kept | {
        "PATH": os.pathsep.join(
            one for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(one)
        ),
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "LC_ALL": "C",
        "GIT_DIR": str(own),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
    }


def _words(found: Repository) -> Iterator[str]:
    """The command line.

    A rename is one that changes nothing (`-M100%`): told by the names of objects alone, so that no content is read,
    which a partial clone might not have.
    """
    yield "--no-pager"
    for setting in (
        "core.commitGraph=false", "core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false",
        "log.mailmap=false", "log.showRoot=true", "mailmap.blob=", "attr.tree=", "gc.auto=0", "maintenance.auto=false",
        "diff.renameLimit=2000", "protocol.allow=never",
    ):  # fmt: skip
        yield from ("-c", setting)
    yield from ("log", "-z", "--no-merges", "--full-history", "--format=%H %ct %ae", "--encoding=none")
    yield from ("--name-status", "-M100%", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all")
    yield from ("--no-show-signature", "--no-notes", "--end-of-options", found.head, "--")
    # What is a wildcard to git in the name of a folder is none here.
    escaped = "".join(f"\\{char}" if char in "\\*?[]" else char for char in found.prefix)
    start = f":(top,glob){escaped}/" if escaped else ":(top,glob)"
    yield from (f"{start}**/*.py", f"{start}**/*.pyi")


class _Tokens:
    """What stands between the zero bytes of a stream, up to the limit of size."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.cut = False
        """There is more than is read."""

    def __iter__(self) -> Iterator[bytes]:
        rest, size = b"", 0
        while not self.cut and (chunk := self._stream.read(1 << 16)):
            *whole, rest = (rest + chunk).split(b"\0")
            for token in whole:
                size += len(token) + 1
                if size > MOST_BYTES or len(token) > LONGEST:
                    # Counted by token, not by chunk: where it ends must not depend on how the bytes came.
                    self.cut = True
                    return
                yield token
            self.cut = len(rest) > LONGEST
        if rest and not self.cut:
            yield rest


def _commits(tokens: Iterator[bytes]) -> Iterator[Commit]:
    """Commits as git prints them: `name time address`, then status and path of each file, all ended by a zero byte."""
    head: bytes | None = None
    touched: list[tuple[str, bytes, bytes]] = []
    for token in tokens:
        status = token.lstrip(b"\n")
        if head is not None and len(status) <= 4 and status[:1].isalpha():
            # A path is whatever comes next, whatever it looks like.
            path = next(tokens, b"")
            moved = next(tokens, b"") if status[:1] in b"RC" else b""
            touched.append((status[:1].decode("ascii"), path, moved))
            continue
        if head is not None:
            yield _commit(head, touched)
        head, touched = status, []
    if head is not None:
        yield _commit(head, touched)


def _commit(head: bytes, touched: Iterable[tuple[str, bytes, bytes]]) -> Commit:
    name, _, rest = head.partition(b" ")
    when, _, author = rest.partition(b" ")
    seconds = int(when) if when.isdigit() and len(when) < 12 else 0
    return Commit(name.decode("ascii", "replace"), seconds, author.decode("utf-8", "replace").lower(), tuple(touched))


class _File:
    """What is known of one file so far, from the newest commit to the oldest."""

    def __init__(self, when: int) -> None:
        self.changes = 0
        self.authors: set[str] = set()
        self.first = self.last = when


class _Reading:
    """The files of the commits that were taken, under the names they have at HEAD."""

    def __init__(self, found: Repository) -> None:
        self._shallow = frozenset(found.shallow)
        self._prefix = f"{found.prefix}/" if found.prefix else ""
        self._files: dict[bytes, _File] = {}
        self._names: dict[bytes, bytes | None] = {}
        """What a path of an older commit is called at HEAD; None for one that is not there any more."""
        self._authors: set[str] = set()
        self._commits = 0
        self._newest = self._oldest = 0
        self._limit = ""
        self._met_end = False
        """The end of a shallow clone was reached."""

    def read(self, tokens: _Tokens) -> bool:
        """Count commits until there are enough; whether all was read that git has to say."""
        for commit in _commits(iter(tokens)):
            if not self._take(commit):
                return False
        if tokens.cut:
            self._limit = f"only the last {self._commits:,} commits were read: git's answer is too long"
        return not tokens.cut

    def _take(self, commit: Commit) -> bool:
        """Count a commit; False when it is one too many."""
        if commit.name in self._shallow:
            # git takes it for the first of all, which made every file.
            self._met_end = True
            return True
        if not self._commits:
            self._newest = self._oldest = commit.when
        elif self._commits >= COMMITS and commit.when < self._newest - DAYS * 86400:
            return False
        elif self._commits >= MOST_COMMITS:
            self._limit = f"only the last {MOST_COMMITS:,} commits were read"
            return False
        self._commits += 1
        self._authors.add(commit.author)
        self._oldest = min(self._oldest, commit.when)
        for status, path, moved in commit.touched:
            self._touch(commit, status, path, moved)
        return True

    def _touch(self, commit: Commit, status: str, path: bytes, moved: bytes) -> None:
        now = moved or path
        name = self._names.setdefault(now, None if status == "D" else now)
        if status == "R":
            # Before this commit it had its old name, and what had the new one was another file.
            self._names[path], self._names[now] = name, None
        if name is None:
            return
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = _File(commit.when)
        file.changes += 1
        file.authors.add(commit.author)
        file.first, file.last = min(file.first, commit.when), max(file.last, commit.when)

    def log(self) -> Log:
        """All of it."""
        return Log(
            tuple(self._rows()), self._commits, len(self._authors), _day(self._oldest), _day(self._newest), self._note()
        )

    def _rows(self) -> Iterator[FileHistory]:
        for name, file in sorted(self._files.items()):
            with contextlib.suppress(UnicodeDecodeError):
                path = name.decode("utf-8")
                if path.startswith(self._prefix):
                    path = path.removeprefix(self._prefix)
                    yield FileHistory(path, file.changes, len(file.authors), _day(file.first), _day(file.last))

    def _note(self) -> str:
        if self._commits and self._met_end:
            return f"a shallow clone: nothing is known of the time before {_day(self._oldest)}"
        if self._commits:
            return self._limit
        return "a shallow clone without history" if self._shallow else "no commit touches a Python file here"


def _day(seconds: int) -> str:
    """The date, in UTC; "" for a time that is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else ""
    except (OverflowError, OSError, ValueError):
        return ""


__all__ = ["Commit", "FileHistory", "History", "Log"]
