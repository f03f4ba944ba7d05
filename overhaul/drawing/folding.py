"""Modules put together by their packages, so that not too many are left to be looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

ITSELF: Final = "(itself)"
"""What the module of a package is called among the package's parts."""


class Folded(msgspec.Struct, frozen=True):
    """One thing that stands for modules."""

    name: str
    """Dotted: of a module, or of a package with all that is below it."""
    whole: bool
    """Stands for a package with what is below it, not for the module of that name alone."""


class Branch:
    """A part of the tree of packages."""

    def __init__(self, name: str) -> None:
        """Made by `tree`."""
        self.name = name
        self.module = False
        """There is a module of this name."""
        self.size = 0
        """Modules in it."""
        self.below: dict[str, Branch] = {}

    def parts(self) -> list[Folded]:
        """What it consists of: the branches below, by name, and its own module first."""
        own = [Folded(self.name, False)] if self.module else []
        return [*own, *(Folded(one.name, bool(one.below)) for one in self.below.values())]

    def modules(self) -> list[str]:
        """The modules in it, in the order of the tree."""
        found = [self.name] if self.module else []
        for one in self.below.values():
            found += one.modules()
        return found


def tree(modules: Collection[str]) -> Branch:
    """The packages of these modules, by name; the branch without a name holds all."""
    root = Branch("")
    for module in sorted(modules):
        branch = root
        branch.size += 1
        for part in module.split("."):
            if part not in branch.below:
                branch.below[part] = Branch(f"{branch.name}.{part}" if branch.name else part)
            branch = branch.below[part]
            branch.size += 1
        branch.module = True
    return root


def trunk_of(branch: Branch) -> Branch:
    """The first branch that has several parts."""
    while len(branch.below) == 1 and not branch.module:
        (branch,) = branch.below.values()
    # A package with one thing in it besides its own module, which may be empty.
    while len(branch.below) == 1 and next(iter(branch.below.values())).below:
        (branch,) = branch.below.values()
    return branch


def folded(branch: Branch, most: int, share: float = 0.0) -> dict[str, Folded]:
    """What each module of a branch is put into: at most `most` things, unless it has more parts itself.

    The depth is chosen branch by branch: the largest one is opened as long as its parts find room, and as long as it
    holds more than `share` of all modules (0 to 1).
    """
    opened = [branch]
    closed = {one.name: one for one in branch.below.values() if one.below}
    count = len(branch.parts())
    while closed:
        largest = min(closed.values(), key=lambda one: (-one.size, one.name))
        del closed[largest.name]
        if largest.size <= share * branch.size:
            break
        more = count - 1 + len(largest.parts())
        if more > most:
            continue
        count = more
        opened.append(largest)
        closed |= {one.name: one for one in largest.below.values() if one.below}
    whole = {one.name for one in opened}
    found: dict[str, Folded] = {}
    for one in opened:
        if one.module:
            found[one.name] = Folded(one.name, False)
        for part in one.below.values():
            if part.name not in whole:
                for module in part.modules():
                    found[module] = Folded(part.name, bool(part.below))
    return found


def between(
    pairs: Mapping[tuple[str, str], tuple[int, int]], groups: Mapping[str, Folded]
) -> dict[tuple[Folded, Folded], tuple[int, int]]:
    """How many imports there are between different things, at import time and later, of those between modules."""
    found: dict[tuple[Folded, Folded], tuple[int, int]] = {}
    for (importer, imported), (now, later) in pairs.items():
        one, other = groups.get(importer), groups.get(imported)
        if one is not None and other is not None and one != other:
            before = found.get((one, other), (0, 0))
            found[one, other] = (before[0] + now, before[1] + later)
    return found


def shared_prefix(names: Sequence[str]) -> int:
    """How many characters of their packages' names dotted names have in common, and can do without."""
    packages = [name.split(".")[:-1] for name in names]
    common = 0
    for parts in zip(*packages, strict=False):
        if len(set(parts)) > 1:
            break
        common += len(parts[0]) + 1
    return common
