"""What each name of the project is to mean after a step: what the codemod said it moved, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from overhaul.changes import Moved, Target
from overhaul.naming.meanings import External, Meaning, Symbol


class Identity(msgspec.Struct, frozen=True, order=True):
    """A meaning without the way to it, so that two of them can be compared."""

    module: str
    """"" for what stands outside the project."""
    name: str

    def __str__(self) -> str:
        """As a user would name it."""
        if not self.module:
            return self.name.removeprefix("builtins.")
        return f"{self.module}:{self.name}" if self.name else self.module


def identity(meaning: Meaning) -> Identity | None:
    """What a meaning is; None for what is not known."""
    if isinstance(meaning, Symbol):
        return Identity(meaning.module, meaning.name)
    if not isinstance(meaning, External) or any(meaning.name.startswith(one) for one in _VALUES):
        return None
    return Identity("", meaning.name)


_VALUES: Final = ("builtins.object.__class__.", "types.ModuleType.__class__.", "types.ModuleType.__dict__.")
"""Attributes of what depends on the instance: `self.__class__.make` may be anything."""


class Mapping:
    """Tells what something that was there before is called afterwards."""

    def __init__(self, moved: Sequence[Moved]) -> None:
        """A module takes along its content and a class its members."""
        self.moved = moved
        self._to: dict[tuple[str, str], Target] = {(one.before.module, one.before.name): one.after for one in moved}
        self._from = {(one.after.module, one.after.name): one.before for one in moved}
        self._kept = {(one.before.module, one.before.name) for one in moved if one.kept}

    def of(self, one: Identity) -> Identity:
        """What is to be found after the step where this was meant before."""
        if not one.module:
            return self._outside(one)
        head = one.name
        while True:
            found = self._to.get((one.module, head))
            if found is not None:
                rest = one.name[len(head):].lstrip(".")
                return Identity(found.module, ".".join(filter(None, (found.name, rest))))
            if not head:
                return one
            head = head.rpartition(".")[0]

    def _outside(self, one: Identity) -> Identity:
        """A module below a package that others extend is taken for external; it goes along with its package."""
        head = one.name
        while head:
            found = self._to.get((head, ""))
            if found is not None:
                return Identity("", found.module + one.name[len(head):])
            head = head.rpartition(".")[0]
        return one

    def module(self, name: str) -> str:
        """What a module is called afterwards."""
        return self.of(Identity(name, "")).module

    def before(self, module: str, name: str) -> Target | None:
        """What came to be called so; None for what is not told to have moved."""
        return self._from.get((module, name))

    def arrives(self, module: str, name: str) -> bool:
        """Whether something that moved stands there afterwards, or inside it."""
        return (module, name) in self._from

    def leaves(self, module: str, name: str) -> bool:
        """Whether what stood there is called otherwise afterwards, by itself or with the class or module around it."""
        one = Identity(module, name)
        return self.of(one) != one

    def kept(self, one: Identity) -> bool:
        """Whether the old name goes on to work."""
        head = one.name
        while True:
            if (one.module, head) in self._kept:
                return True
            if not head:
                return False
            head = head.rpartition(".")[0]

    def words(self) -> frozenset[str]:
        """Every word that a reference to what moves, or to where it goes, must contain."""
        return frozenset(word for one in self.moved for word in _words(one))


def _words(one: Moved) -> Sequence[str]:
    """The parts by which the two names differ, and their last ones."""
    if one.before.name and one.before.module == one.after.module:
        return (*one.before.name.rpartition(".")[2:], *one.after.name.rpartition(".")[2:])
    return (one.before.dotted.rpartition(".")[2], one.after.dotted.rpartition(".")[2])
