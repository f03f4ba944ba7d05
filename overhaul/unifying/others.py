"""Uses of the members of a class that no instance is known to come to: told, and refused where the class is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from overhaul.errors import Refused
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.families import common_names
from overhaul.unifying.flow import Flow
from overhaul.unifying.newcomer import Newcomer
from overhaul.unifying.rules import Rules
from overhaul.unifying.slots import Places
from overhaul.unifying.trees import Tree

if TYPE_CHECKING:
    from overhaul.unifying.sites import Site

Problem = tuple[str, int, str]
"""Path, line, and why."""


class Others:
    """Looks for them where the words of the members stand."""

    def __init__(
        self, places: Places, flow: Flow, rules: Rules, to: Newcomer, sites: Mapping[str, Mapping[int, Site]]
    ) -> None:
        """`sites`: what is written anew, by file and node; nothing is looked at before `look`."""
        self._places, self._flow, self._rules, self._to, self._sites = places, flow, rules, to, sites
        self._project, self._target = places.project, flow.target
        self.problems: list[Problem] = []
        self.doubts: list[Problem] = []
        self.told: list[Problem] = []

    def look(self, most: int = 0) -> None:
        """Look at all of them. Raises Refused where more than `most` files have to be read for it."""
        interior = self._project.symbols.interior(self._target.module)
        names = [
            name for name in sorted(interior.members_of(self._target.name))
            if not (name.startswith("_") or self._rules.same(name))
        ]  # fmt: skip
        count = len({*self._project.mentioning(names)} - {*self._places.references.looked}) if most and names else 0
        if count > most:
            raise Refused(
                f"{self._target.path}:{self._target.line}: it was not tried to the end, as {count} more files have the "
                f"words {', '.join(names[:3])} in them: take the marks away, and see what `overhaul migrate` says"
            )
        for name in names:
            self._member(name)

    def _member(self, name: str) -> None:
        told = name not in common_names() and not self._to.has(name)
        for file, one, (answer, why) in self._places.judged((self._target.module, self._target.name), name):
            if answer == "unsure" and (not told or self._is_elsewhere(file, one, why)):
                continue
            tree = self._places.tree(file.path)
            node = tree.value_at(one)
            parent = tree.parent(node) if node is not None else None
            served = {id(node), id(parent), id(tree.parent(parent))} & self._sites.get(tree.path, {}).keys()
            if node is None or served or self._flow.own(tree, node):
                continue
            if answer == "yes" and not self._mine(tree, one, name):
                continue
            if answer == "yes" and (tree.path, id(node.value)) not in self._flow.values:
                said = f"is one of {self._target.name}, and where it comes from cannot be followed"
                self.problems.append((tree.path, one.line, f"`{tree.written(node)[:60]}` {said}"))
            elif answer == "likely":
                self.doubts.append((tree.path, one.line, f"`{tree.written(node)[:60]}` may be one: {why}"))
            elif answer == "unsure":
                self.told.append((tree.path, one.line, f"`{tree.written(node)[:60]}` is left: {why}"))

    def _is_elsewhere(self, file: Bindings, one: Occurrence, why: str) -> bool:
        """Whether a place stands in a file in which nothing changes, so that it is told and no tree is needed."""
        text = self._places.references.receiver_text(file, one)
        if not text or one.quoted or file.path == self._target.path or self._sites.get(file.path):
            return False
        self.told.append((file.path, one.line, f"`{f'{text}.{one.name}'[:60]}` is left: {why}"))
        return True

    def _mine(self, tree: Tree, one: Occurrence, name: str) -> bool:
        """Whether a receiver is of the class or one below it, not of a base that has the member too."""
        receivers = self._places.receivers((self._target.module, self._target.name), name)
        base = tree.file.occurrences.all[one.base] if one.base >= 0 else None
        own = receivers.own_class(tree.file, base) if base is not None else None
        classes: Sequence[object] = receivers.classes(tree.file, one)
        if own is not None:
            classes = [Symbol(*own, "class", "", 0)]
        elif base is not None:
            meaning = self._places.references.meaning(tree.path, base)
            classes = [meaning] if isinstance(meaning, Symbol) and meaning.kind == "class" else classes
        return any(
            isinstance(each, Symbol) and any(self._target.same(above) for above in self._project.types.bases(each))
            for each in classes
        )  # fmt: skip
