"""What a name in one text means in the whole project."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from overhaul.naming.meanings import External, Meaning, Symbol
from overhaul.project import Project
from overhaul.proving.mapping import Identity, identity
from overhaul.proving.reading import Use
from overhaul.proving.scoping import Scope

Told = frozenset[Identity]
"""What something may mean; empty where that is not known."""


class Meanings:
    """Tells what the names of one module's text mean."""

    def __init__(
        self, project: Project, module: str, members: Collection[str], origins: Mapping[str, str] | None = None
    ) -> None:
        """`members`: the attributes for which it is worth finding the classes of receivers.

        `origins`: what a stub beside the module imports, for a text that is that stub; None for the module itself.
        """
        self._origins = origins
        self._project = project
        self._symbols = project.symbols
        self._module = module
        self._members = members

    def of(self, use: Use, home: Scope) -> Sequence[Told]:
        """What each beginning of a chain means, the first name alone first."""
        parts = use.parts
        if not parts[0]:
            return self._of_rest((), use, parts)
        if home.kind == "module" and self._origins is not None and parts[0] in self._origins:
            found = self._imported(self._origins[parts[0]], parts)
        elif home.kind == "module":
            found = [told(one) for one in self._symbols.trail(self._module, "", parts)]
        elif home.kind == "class":
            owner = home.name.split(".")
            found = [told(one) for one in self._symbols.trail(self._module, "", (*owner, *parts))][len(owner):]
        elif use.variable in home.imported and use.variable not in home.bound:
            found = [told(one) for one in self._symbols.trail(self._module, home.name, parts)]
        elif parts[0] == home.receiver and home.parent is not None and home.parent.kind == "class":
            trail = self._symbols.trail(self._module, home.parent.name, ("self", *parts[1:]))
            found = [told(one) for one in trail]
        else:
            found = [frozenset[Identity]()] * len(parts)
        if not found[-1] and not self._members_apart(parts):
            return self._of_rest(found, use, parts)
        return found

    def guessed(self, use: Use, home: Scope, number: int) -> bool:
        """Whether a part of a chain is known by the class of its receiver alone, which need not be told everywhere."""
        known, self._members = self._members, ()
        try:
            return not self.of(use, home)[number]
        finally:
            self._members = known

    def _imported(self, origin: str, parts: Sequence[str]) -> Sequence[Told]:
        """The same for what an import of a stub says."""
        meaning = self._symbols.target(self._module, origin, "")
        found = [told(meaning)]
        if isinstance(meaning, Symbol):
            inner = (*filter(None, meaning.name.split(".")), *parts[1:])
            found += [told(one) for one in self._symbols.trail(meaning.module, "", inner)] if inner else []
            return [found[0], *found[len(found) - len(parts) + 1:]]
        if isinstance(meaning, External):
            names = (".".join((meaning.name, *parts[1:count])) for count in range(2, len(parts) + 1))
            return [*found, *(frozenset({Identity("", name)}) for name in names)]
        return [*found, *[frozenset[Identity]()] * (len(parts) - 1)]

    def _members_apart(self, parts: Sequence[str]) -> bool:
        return not any(part in self._members for part in parts[1:])

    def _of_rest(self, found: Sequence[Told], use: Use, parts: Sequence[str]) -> Sequence[Told]:
        """What attributes of values mean, where the classes of those are known."""
        meanings = list(found) or [frozenset[Identity]()]
        meanings += [frozenset()] * (len(parts) - len(meanings))
        for number, part in enumerate(parts[1:], 1):
            if part not in self._members or meanings[number]:
                continue
            base = ".".join(filter(None, (use.base, *parts[:number]))) if parts[0] == "" else ".".join(parts[:number])
            if base:
                meanings[number] = self._member(use.scope, base, part)
        return meanings

    def _member(self, scope: Scope, base: str, name: str) -> Told:
        if base == "super()":
            return self._above(scope, name)
        classes = self._project.types.of_expression(self._module, scope.name, base)
        found: set[Identity] = set()
        for one in classes:
            if not isinstance(one, Symbol):
                return frozenset()
            *_, meaning = self._symbols.trail(one.module, "", (*one.name.split("."), name))
            known = identity(meaning)
            if known is None:
                return frozenset()
            found.add(known)
        return frozenset(found)

    def _above(self, scope: Scope, name: str) -> Told:
        """What `super().name` means in a method, for instances of the class itself."""
        if not scope.owner or scope.owner not in self._symbols.interior(self._module).classes:
            return frozenset()
        for one in self._symbols.order(self._module, scope.owner)[1:]:
            if not isinstance(one, Symbol):
                return frozenset()
            if self._symbols.interior(one.module).member(one.name, name) is not None:
                return frozenset({Identity(one.module, f"{one.name}.{name}")})
        return frozenset()


def told(meaning: Meaning) -> Told:
    """What a meaning may be, with what it may be instead."""
    one = identity(meaning)
    if one is None:
        return frozenset()
    # What a member may be instead only tells which bases stand before the class, and goes by its name.
    if isinstance(meaning, Symbol) and meaning.alternatives and meaning.kind not in ("method", "attribute"):
        return frozenset({one, *(other for each in meaning.alternatives if (other := identity(each)) is not None)})
    return frozenset({one})
