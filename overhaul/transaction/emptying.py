"""Which folders nothing is left in, once some files have gone."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from overhaul.transaction.disk import Disk, State
from overhaul.transaction.journal import PRIVILEGED
from overhaul.transaction.records import Folder, above

_COMPILED: Final = "__pycache__"


class Emptying:
    """The folders that go, with what Python has left in them.

    A package that has moved would live on as a namespace package, if the folder with its compiled code stayed. So where
    nothing but compiled code is left, that goes too; `undo` brings it back like everything else.
    """

    def __init__(
        self, disk: Disk, root: Path, leaving: Collection[str], arriving: Collection[str],
        may_go: Collection[str] | None,
    ) -> None:  # fmt: skip
        """`leaving` and `arriving` are paths of files; `may_go` the only folders that may go, None for any.

        Raises OSError for what cannot be looked at.
        """
        self.swept: list[tuple[str, State, bytes]] = []
        """Compiled files: path, state, content."""
        self._disk = disk
        self._root = root
        self._leaving = leaving
        self._stay = {folder for path in arriving for folder in above(path)}
        self._may_go = may_go
        self._gone: dict[str, int] = {}
        # The inner ones first: whether a folder is empty depends on those in it.
        candidates = {folder for path in leaving for folder in above(path)}
        for folder in sorted(candidates, key=lambda path: (-path.count("/"), path)):
            self._consider(folder)
        self.folders = tuple(Folder(path, mode) for path, mode in self._gone.items())
        """The inner ones first."""

    def _consider(self, folder: str) -> None:
        if folder in self._stay or (self._may_go is not None and folder not in self._may_go):
            return
        place = self._root / folder
        if not place.is_dir() or place.is_symlink():
            return
        left = {name for name in os.listdir(place) if not self._goes(f"{folder}/{name}")}
        if left == {_COMPILED} and (compiled := list(self._compiled(f"{folder}/{_COMPILED}"))):
            self.swept += compiled
            self._gone[f"{folder}/{_COMPILED}"] = stat.S_IMODE((place / _COMPILED).stat().st_mode)
            left.clear()
        if not left:
            self._gone[folder] = stat.S_IMODE(place.stat().st_mode)

    def _goes(self, path: str) -> bool:
        return path in self._leaving or path in self._gone

    def _compiled(self, folder: str) -> Iterator[tuple[str, State, bytes]]:
        """What is in a folder of compiled code; nothing where anything else is in it."""
        place = self._root / folder
        # Tests that were run in a container leave folders that are not this user's to clear.
        if place.is_symlink() or not os.access(place, os.W_OK | os.X_OK):
            return
        found: list[tuple[str, State, bytes]] = []
        for name in sorted(os.listdir(place)):
            state = self._disk.look(place / name)
            if state.kind != "file" or not name.endswith(".pyc") or state.mode & PRIVILEGED:
                return
            found.append((f"{folder}/{name}", state, self._disk.read(place / name)))
        yield from found


__all__ = ["Emptying"]
