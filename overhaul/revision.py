"""The files of an earlier revision, read from git's objects and written where nothing else is.

git is run as for the history: in an empty repository of our own that borrows the objects of the audited one, so that
nothing in its configuration is run. What its references mean is read here. See
`docs/decisions/0018-history-without-trust.md`.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import tempfile
import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

from overhaul.errors import UsageError
from overhaul.files.discovery import EXTENSIONS, METADATA, SOURCES
from overhaul.gitlog import borrowing, confine, end, environment
from overhaul.repository import Repository

SECONDS: Final = 120.0
"""How long one run of git may take."""
LARGEST: Final = 64 << 20
"""Bytes of a file that is written."""
ALL: Final = 4 << 30
"""Bytes of all that is written."""
LIST: Final = 256 << 20
"""Bytes that the list of a revision's files may have: a tree can be made to unfold to billions."""
REFERENCES: Final = 100_000
"""References of a repository that are read."""
_HASH: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_OWN: Final = ("FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD")


class Blob(msgspec.Struct, frozen=True):
    """A file of a revision."""

    path: str
    """From the top of the work tree, with forward slashes."""
    name: str
    """Of the object."""
    size: int


class Revisions:
    """What can be asked of a repository's objects; a context that leaves nothing behind."""

    def __init__(self, git: str, found: Repository, top: Path) -> None:
        """`git` is the program, `top` the folder that holds `.git`."""
        self._git = git
        self._found = found
        self._top = top
        self._folder = tempfile.TemporaryDirectory(prefix="overhaul-git-")
        self._own: Path | None = None

    def __enter__(self) -> Revisions:
        """Make the repository that borrows."""
        try:
            self._own = borrowing(Path(self._folder.name), self._found)
            rows = [f"{name} {reference}\n" for reference, name in sorted(_references(self._found, self._top).items())]
            # git wants them sorted by the reference, which the order of pairs is.
            (self._own / "packed-refs").write_text(
                "".join(["# pack-refs with: sorted \n", *rows]), encoding="utf-8", errors="surrogateescape"
            )
        except (OSError, ValueError) as error:
            self._folder.cleanup()
            raise UsageError(f"--since: no room for a repository of our own ({error}): free some space") from error
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._folder.cleanup()

    def merge_base(self, revision: str) -> str:
        """The commit where a revision and HEAD part. Raises UsageError, with the remedy, when there is none."""
        if not revision or revision.startswith("-") or "\0" in revision:
            raise UsageError(f"--since {revision}: is no revision: name a branch, a tag or a commit")
        try:
            commit = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except _Failed:
            shallow = ", or `git fetch --unshallow` if it is older than this clone" if self._found.shallow else ""
            raise UsageError(
                f"--since {revision}: there is no such commit here: check the name, fetch it first{shallow}"
            ) from None
        try:
            return self._ask("merge-base", commit.strip(), self._found.head).split()[0]
        except (_Failed, IndexError):
            if self._found.shallow:
                raise UsageError(
                    f"--since {revision}: this shallow clone does not reach back to where it and HEAD part: "
                    "`git fetch --unshallow`, or fetch with a larger --depth"
                ) from None
            raise UsageError(f"--since {revision}: it and HEAD have no commit in common: name another") from None

    def files(self, commit: str, prefix: str, also: Collection[str] = ()) -> list[Blob]:
        """The files of a commit that say something of the Python code below `prefix`, a folder or "".

        `also` are the paths of others that are wanted, from the top of the work tree.
        """
        answer = self._run(["ls-tree", "-r", "-l", "-z", "--full-tree", commit], b"", LIST)
        with answer:
            rows = answer.read().split(b"\0")
        return [blob for row in rows if (blob := _blob(row, prefix, also)) is not None]

    def write(self, blobs: Sequence[Blob], folder: Path) -> None:
        """Write the files below a folder, which is there and empty. Raises UsageError."""
        if sum(blob.size for blob in blobs) > ALL:
            raise UsageError("--since: that revision is too large to be looked at: check without it")
        # Of extension modules it only counts that they are there.
        wanted = [blob for blob in blobs if not blob.path.endswith(EXTENSIONS)]
        try:
            for blob in blobs:
                if blob.path.endswith(EXTENSIONS):
                    _put(folder / blob.path, b"")
            asked = "".join(f"{blob.name}\n" for blob in wanted).encode()
            with self._run(["cat-file", "--batch"], asked, ALL) as answer:
                for blob in wanted:
                    head = answer.readline().split()
                    if len(head) != 3 or head[1] != b"blob":
                        raise UsageError(
                            "--since: this clone lacks files of that revision (a partial clone): "
                            "`git fetch --refetch --no-filter` brings them"
                        )
                    _put(folder / blob.path, answer.read(int(head[2])))
                    answer.read(1)
        except OSError as error:
            raise UsageError(f"--since: that revision cannot be written ({error}): free some space") from error

    def _ask(self, *words: str) -> str:
        """What git answers in a line or two."""
        with self._run(words, b"", 1 << 20) as answer:
            return answer.read(1 << 16).decode("utf-8", "replace")

    def _run(self, words: Sequence[str], asked: bytes, limit: int) -> IO[bytes]:
        """The answer of git, in a file without a name, of at most `limit` bytes. Raises _Failed."""
        assert self._own is not None
        answer = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
        with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as question:
            question.write(asked)
            question.seek(0)
            try:
                process = subprocess.Popen(
                    [self._git, "--no-pager", "--literal-pathspecs", *_SETTINGS, *words], cwd=self._own,
                    env=environment(self._own), stdin=question, stdout=answer, stderr=complaints,
                    start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                answer.close()
                raise UsageError(f"--since: git cannot be run ({error.strerror}): check your PATH") from error
            confine(process.pid, limit)
            timer = threading.Timer(SECONDS, end, (process,))
            timer.start()
            try:
                code = process.wait()
            finally:
                timer.cancel()
                end(process)
            if code:
                answer.close()
                complaints.seek(0)
                raise _Failed(complaints.read(300).decode("utf-8", "replace").partition("\n")[0] or f"exit code {code}")
        answer.seek(0)
        return answer


class _Failed(UsageError):
    """git ended with another code than 0."""

    def __init__(self, said: str) -> None:
        super().__init__(f"--since: git could not read the repository ({said}): try `git fsck`")


_SETTINGS: Final = (
    "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false", "-c", "core.fsmonitor=false",
    "-c", "gc.auto=0", "-c", "protocol.allow=never", "-c", "core.warnAmbiguousRefs=false",
)  # fmt: skip


def _put(file: Path, data: bytes) -> None:
    """Write a file; nothing where its name cannot be one here, or is taken by a folder, as by a name in other case."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        return
    except OSError as error:
        if error.errno not in (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL):
            raise


def _blob(row: bytes, prefix: str, also: Collection[str]) -> Blob | None:
    """One line of `ls-tree -l`: `mode type object size<tab>path`; None for what is not wanted, or could not be safe."""
    about, _, raw = row.partition(b"\t")
    words = about.split()
    # A mode with 0o100000 is a regular file; links and submodules have others.
    if len(words) != 4 or not words[0].startswith(b"100") or words[1] != b"blob" or not words[3].isdigit():
        return None
    path, size = os.fsdecode(raw), int(words[3])
    wanted = size <= LARGEST and _is_safe(path) and (path in also or _is_told(path, prefix))
    return Blob(path, words[2].decode("ascii"), size) if wanted else None


def _is_safe(path: str) -> bool:
    """Whether a path leads nowhere else."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" or "\\" in part or "\0" in part for part in parts):
        return False
    return os.name != "nt" or not any(":" in part for part in parts)


def _is_told(path: str, prefix: str) -> bool:
    """Whether a file is Python, or says something of it."""
    *folders, name = path.split("/")
    if not prefix or path.startswith(f"{prefix}/"):
        return name in _TOLD or name.endswith((*SOURCES, *EXTENSIONS))
    # What stands above the audited folder may say what it is called, and what is ignored in it.
    return name in _TOLD and prefix.split("/")[: len(folders)] == folders


_TOLD: Final = frozenset({*METADATA, ".gitignore", "pyvenv.cfg"})


def _references(found: Repository, top: Path) -> dict[str, str]:
    """Reference -> object, of a repository: loose ones and packed ones. Links are not followed."""
    common = found.objects.parent
    names: dict[str, str] = {}
    packed = common / "packed-refs"
    for line in _text(packed).splitlines():
        name, _, reference = line.partition(" ")
        if _HASH.fullmatch(name) and reference.startswith("refs/"):
            names[reference] = name
    links: dict[str, str] = {}
    for file in _loose(common / "refs"):
        text = _text(file).strip()
        reference = file.relative_to(common).as_posix()
        if _HASH.fullmatch(text):
            names[reference] = text
        elif text.startswith("ref: refs/"):
            links[reference] = text.removeprefix("ref: ")
        if len(names) > REFERENCES:
            break
    names |= {reference: names[target] for reference, target in links.items() if target in names}
    own = _own_directory(top) or common
    for name in _OWN:
        first = _text(own / name).split(maxsplit=1)
        if first and _HASH.fullmatch(first[0]):
            # Found as `FETCH_HEAD` by git, which looks for it below `refs/` too.
            names.setdefault(f"refs/{name}", first[0])
    return {reference: name for reference, name in names.items() if _SAFE.fullmatch(reference)}


_SAFE: Final = re.compile(r"refs/[^\x00-\x20\x7f~^:?*\[\\]+")


def _own_directory(top: Path) -> Path | None:
    """The git directory of a work tree of its own; None for the usual one. The repository was checked before."""
    entry = top / ".git"
    if not entry.is_file():
        return None
    key, _, value = _text(entry).partition(":")
    return Path(os.path.realpath(top / value.strip())) if key == "gitdir" else None


def _loose(folder: Path) -> Iterator[Path]:
    """The plain files below a folder."""
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _loose(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def _text(file: Path) -> str:
    """The text of a plain file; "" for what is none or cannot be read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(file, flags), "rb") as stream:
            plain = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
            return stream.read(32 << 20).decode("utf-8", "surrogateescape") if plain else ""
    except OSError:
        return ""


__all__ = ["Blob", "Revisions"]
