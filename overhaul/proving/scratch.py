"""A copy of the project in which its own checks can be run, so that the real tree is never touched."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from overhaul.errors import Refused
from overhaul.layout import Layout

LEFT_OUT: Final = frozenset({
    ".git", ".hg", ".svn", ".overhaul", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".tox", ".nox",
})  # fmt: skip
"""Folders that no check needs: histories, caches, environments that their tool makes anew."""
LINKED: Final = frozenset({"node_modules"})
"""Folders that are too large to be copied and that no check changes; virtual environments are linked too."""


def copy(root: Path, to: Path, planned: Mapping[str, bytes | None], modes: Mapping[str, int]) -> None:
    """Copy a project, with some files as they are planned to be (None: not there).

    Symbolic links stay links; those that name a place in the project by its whole path lead into the copy. `modes` are
    the permissions of files that are new. Raises Refused when there is no room.
    """
    try:
        _folder(root, root, to, planned)
        for path, data in planned.items():
            if data is None:
                continue
            file = to / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.is_symlink():
                file.unlink()
            file.write_bytes(data)
            original = root / path
            mode = modes.get(path) or (stat.S_IMODE(original.stat().st_mode) if original.exists() else 0o644)
            file.chmod(mode | stat.S_IWUSR | stat.S_IRUSR)
    except OSError as error:
        raise Refused(f"{to}: the scratch copy cannot be made ({error}): free some space, or set TMPDIR") from error


def _folder(root: Path, folder: Path, to: Path, planned: Mapping[str, bytes | None]) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for entry in _entries(folder):
        target = to / entry.name
        path = Path(entry.path)
        if entry.is_symlink():
            _link(root, path, to, target)
        elif entry.is_dir(follow_symlinks=False):
            if entry.name in LEFT_OUT:
                continue
            if entry.name in LINKED or (path / "pyvenv.cfg").is_file():
                target.symlink_to(path, target_is_directory=True)
            else:
                _folder(root, path, target, planned)
        elif entry.is_file(follow_symlinks=False) and path.relative_to(root).as_posix() not in planned:
            # What cannot be read by us cannot be read by the checks either.
            with contextlib.suppress(PermissionError):
                shutil.copy2(path, target)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from sorted(found, key=lambda entry: entry.name)
    except PermissionError:
        return


def _link(root: Path, path: Path, folder: Path, target: Path) -> None:
    """A link to the same thing: in the copy what lies in the project, outside what lies outside."""
    written = os.readlink(path)
    end = Path(os.path.normpath(path.parent / written))
    if end == root or root in end.parents:
        copied = folder / os.path.relpath(end, path.parent)
        written = os.path.relpath(copied, folder)
    else:
        written = str(end)
    target.symlink_to(written)


def import_path(layout: Layout, copied: Path) -> Iterator[str]:
    """The folders of the copy from which its modules are imported, nearest first."""
    seen: set[str] = set()
    for mount in layout.mounts:
        if not mount.prefix and not mount.folder.startswith("..") and mount.folder not in seen:
            seen.add(mount.folder)
            if (copied / mount.folder).is_dir():
                yield str(copied / mount.folder) if mount.folder else str(copied)


def environment(root: Path, copied: Path, layout: Layout, witness: Path) -> dict[str, str]:
    """The user's environment, in which the copy is imported before anything else, and `witness` before that.

    An editable install names the real tree: without this, the checks would run what stands there.
    """
    own = dict(os.environ)
    rest: list[str] = []
    for entry in own.get("PYTHONPATH", "").split(os.pathsep):
        if not entry:
            continue
        path = Path(os.path.normpath(root / entry))
        inside = path == root or root in path.parents
        rest.append(str(copied / path.relative_to(root)) if inside else entry)
    own["PYTHONPATH"] = os.pathsep.join([str(witness), *import_path(layout, copied), *rest])
    for name in ("PYTHONPYCACHEPREFIX", "PYTHONSAFEPATH"):
        own.pop(name, None)
    return own


WITNESS: Final = '''"""Say at the end of each process which modules came from the real tree."""

import atexit
import os
import sys

_ROOT = {root!r}
_FILE = {file!r}


def _tell():
    found = set()
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and path.startswith(_ROOT + os.sep):
            found.add(os.path.relpath(path, _ROOT))
    if found:
        with open(_FILE, "a", encoding="utf-8") as stream:
            stream.write("".join(sorted(one + chr(10) for one in found)))


atexit.register(_tell)
_here = os.path.dirname(os.path.abspath(__file__))
_mine = sys.modules.pop("sitecustomize", None)
sys.path[:] = [one for one in sys.path if os.path.abspath(one or ".") != _here]
try:
    import sitecustomize
except ImportError:
    sys.modules["sitecustomize"] = _mine
'''
"""A `sitecustomize` that is found before any other, and then runs the one that it stands before."""
