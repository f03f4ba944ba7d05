"""`git log`, asked so that nothing of the repository it tells of is run.

git works in an empty repository of our own that borrows the objects of the audited one, without configuration or
environment, and with limits of time, size and memory. Of the audited repository it reads nothing but the objects, so
nothing in it can make git run anything. See `docs/decisions/0018-history-without-trust.md`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from overhaul.repository import Repository

MOST_BYTES: Final = 32 << 20
"""Of git's answer."""
MEMORY: Final = 1 << 30
"""Bytes that git may take for itself, where the system can be told so."""
SECONDS: Final = 20.0
"""How long git may take: what it did not answer in that time is asked again in the next run."""
LONGEST: Final = 8192
"""Bytes that a path or an address may have."""


class Commit(msgspec.Struct, frozen=True):
    """A commit with the files that it touched."""

    name: str
    when: int
    """Seconds since 1970 when it was committed."""
    author: str
    touched: tuple[tuple[str, bytes, bytes], ...]
    """(status letter, path, new path of a file that was renamed): as git has them."""


class Ended(msgspec.Struct, frozen=True):
    """How git's answer ended."""

    failure: str = ""
    """Why it broke off; "" when it did not."""
    cut: bool = False
    """There was more than is read."""


def git_program(root: Path) -> str | None:
    """The git program: never one from a relative folder of the search path, or from the audited folder itself."""
    inside = os.path.realpath(root)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        file = os.path.join(folder, "git.exe" if os.name == "nt" else "git")
        if os.path.isabs(folder) and os.path.isfile(file) and os.access(file, os.X_OK):
            real = os.path.realpath(file)
            if real != inside and not real.startswith(os.path.join(inside, "")):
                return file
    return None


def ask(git: str, found: Repository, take: Callable[[Commit], bool]) -> Ended:
    """Hand every commit that touches Python files to `take`, the newest first, until that says False."""
    return _told(git, found, _words(found), lambda tokens: all(take(commit) for commit in _commits(tokens)))


def at_head(git: str, found: Repository, files: set[bytes]) -> Ended:
    """Put the paths of the Python files of HEAD into `files`, below the audited folder."""

    def take(tokens: Iterator[bytes]) -> bool:
        files.update(path for path in tokens if path.endswith((b".py", b".pyi")))
        return True

    words = ("--no-pager", "--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", "--name-only", found.head, "--")
    return _told(git, found, (*words, f"{found.prefix}/") if found.prefix else words, take)


def _told(git: str, found: Repository, words: Iterable[str], take: Callable[[Iterator[bytes]], bool]) -> Ended:
    """Hand what git prints to `take`, in parts that end with zero bytes, until that says False."""
    with tempfile.TemporaryDirectory(prefix="overhaul-git-") as folder:
        try:
            own = borrowing(Path(folder), found)
        except (OSError, ValueError) as error:
            return Ended(f"no room for a repository of our own ({error})")
        complaints = Path(folder, "stderr")
        with complaints.open("wb") as errors:
            try:
                process = subprocess.Popen(
                    [git, *words], cwd=own, env=environment(own), stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                return Ended(f"git cannot be run ({error.strerror})")
        confine(process.pid)
        late = threading.Event()
        timer = threading.Timer(SECONDS, _expire, (late, process))
        timer.start()
        try:
            assert process.stdout is not None
            with process.stdout:
                tokens = _Tokens(process.stdout)
                done = take(iter(tokens)) and not tokens.cut
            # Closing the pipe ends a git that has more to say.
            code = process.wait() if done else 0
        finally:
            timer.cancel()
            end(process)
            process.wait()
        if late.is_set():
            return Ended(f"git took longer than {SECONDS:.0f} seconds")
        if code:
            said = complaints.read_bytes()[:300].decode("utf-8", "replace").partition("\n")[0]
            return Ended(f"git could not read the history ({said or f'exit code {code}'})")
        return Ended(cut=tokens.cut)


def _expire(late: threading.Event, process: subprocess.Popen[bytes]) -> None:
    late.set()
    end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End git, with whatever it may have started: a child that lives on would hold the pipe."""
    with contextlib.suppress(OSError):
        if os.name == "posix" and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def confine(process: int, written: int | None = None) -> None:
    """Limit the memory of a process, and the bytes of a file it writes, where that can be done.

    A tree can be made to unfold to billions of files.
    """
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import resource

        resource.prlimit(process, resource.RLIMIT_DATA, (MEMORY, MEMORY))
        if written is not None:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (written, written))


def borrowing(folder: Path, found: Repository) -> Path:
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


def environment(own: Path) -> dict[str, str]:
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
        "core.commitGraph=false", "core.multiPackIndex=false", "core.fsmonitor=false", "core.hooksPath=/dev/null",
        "log.showSignature=false", "log.mailmap=false", "log.showRoot=true", "mailmap.blob=", "attr.tree=", "gc.auto=0",
        "maintenance.auto=false", "diff.renameLimit=2000", "protocol.allow=never",
    ):  # fmt: skip
        yield from ("-c", setting)
    yield from ("log", "-z", "--no-merges", "--full-history", "--format=%H %ct %ae", "--encoding=none")
    yield from ("--name-status", "-M100%", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all")
    yield from ("--no-rename-empty", "--no-show-signature", "--no-notes", "--end-of-options", found.head, "--")
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


__all__ = ["Commit", "Ended", "ask", "at_head", "borrowing", "confine", "end", "environment", "git_program"]
