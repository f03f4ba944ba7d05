"""Which module and which file of the project a frame of a profile is, wherever the profile was taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from overhaul.patterns import regex
from overhaul.profiles.model import Frame

_LIBRARY: Final = regex(r"(?:^|/)(?:site-packages|dist-packages)/(.+)$")
_STANDARD: Final = regex(
    r"/python\d+\.zip/(.+)$|(?:^|/)lib(?:64)?/python\d+(?:\.\d+)?t?/(.+)$|^[A-Za-z]:/(?:.*?/)?Lib/(.+)$"
)
_FROZEN: Final = regex(r"<frozen ([\w.]+)>")
_EXTENSION: Final = regex(r"\.(?:[\w-]+\.)?(?:so|pyd|pyi?|pyc)$")
_LARGEST_SOURCE: Final = 4 * 1024 * 1024


class Spot(msgspec.Struct, frozen=True):
    """Where a frame stands."""

    module: str
    path: str = ""
    """Relative to the audited root; "" for what is no file of the project."""
    own: bool = False
    """It is code of the project, or at least not of a library."""


class Project:
    """The files of a project, as profiles may name them.

    A profile may have been taken elsewhere: `/srv/app/shop/orders.py` is the project's `shop/orders.py`, and so is
    `/srv/app/venv/lib/python3.12/site-packages/shop/orders.py`, where it was installed. A file is known by its place
    below the audited root, below an import root, or below a folder in which others of the project's have been found.
    """

    def __init__(self, root: Path | None, modules: Mapping[str, str]) -> None:
        """`modules`: the path of each file, relative to the root, and its dotted module."""
        self._root = root
        self._modules = modules
        self._by_import: dict[str, str] = {}
        for path, module in sorted(modules.items(), reverse=True):
            parts = module.count(".") + 1 + path.endswith("/__init__.py")
            self._by_import["/".join(path.split("/")[-parts:])] = path
        self._lines: dict[str, tuple[str, ...]] = {}

    def spots(self, frames: Iterable[Frame]) -> list[Spot]:
        """Where each frame stands, in the same order."""
        listed = list(frames)
        files = {frame.file: frame.file.replace("\\", "/") for frame in listed if frame.file}
        found = {file: self._by_itself(path) for file, path in files.items()}
        bases = {
            base for file, path in found.items() if path and (base := files[file].removesuffix(path)) != files[file]
        }
        spots = {file: self._spot(files[file], path, bases) for file, path in found.items()}
        return [spots[one.file] if one.file else Spot(one.module or "<built-in>") for one in listed]

    def text(self, path: str, line: int) -> str:
        """A line of a file of the project as it is now; "" where there is none."""
        if self._root is None or not path or line < 1:
            return ""
        if (lines := self._lines.get(path)) is None:
            lines = self._lines[path] = _lines(self._root / path)
        return lines[line - 1].strip() if line <= len(lines) else ""

    def _by_itself(self, file: str) -> str:
        """The project's file that a path alone tells; "" for none."""
        if self._root is not None:
            top = self._root.as_posix().rstrip("/") + "/"
            if file.startswith(top) and (below := file.removeprefix(top)) in self._modules:
                return below
        if library := _LIBRARY.search(file):
            return self._by_import.get(library[1], "")
        if _STANDARD.search(file) or file.startswith("<"):
            return ""
        absolute = file.startswith("/") or file[1:2] == ":"
        if not absolute:
            return file if file in self._modules else self._by_import.get(file, "")
        parts = file.split("/")
        # The longest end of it that is a file of ours; a mere name could be anybody's.
        for start in range(1, len(parts) - 1):
            end = "/".join(parts[start:])
            if end in self._modules:
                return end
            if end in self._by_import:
                return self._by_import[end]
        return ""

    def _spot(self, file: str, path: str, bases: set[str]) -> Spot:
        library = _LIBRARY.search(file) or _STANDARD.search(file)
        if not path and library is None:
            path = next((end for base in sorted(bases) if (end := file.removeprefix(base)) in self._modules), "")
        if path:
            return Spot(self._modules[path], path, own=True)
        if library is not None:
            return Spot(_dotted(next(filter(None, library.groups()), "")))
        if frozen := _FROZEN.fullmatch(file):
            return Spot(frozen[1])
        # Short names of libraries, as py-spy writes them, begin at an import root; code of nobody knows whom does not.
        absolute = file.startswith("/") or file[1:2] == ":"
        return Spot(_dotted(file.rpartition("/")[2] if absolute else file), own=absolute)


def _dotted(path: str) -> str:
    """The module of a path below an import root."""
    return _EXTENSION.sub("", path).removesuffix("/__init__").replace("/", ".")


def _lines(file: Path) -> tuple[str, ...]:
    try:
        if file.stat().st_size > _LARGEST_SOURCE:
            return ()
        return tuple(file.read_text("utf-8", "replace").splitlines())
    except OSError:
        return ()
