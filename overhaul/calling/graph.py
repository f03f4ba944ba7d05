"""Who uses whom in the whole project, methods of heirs and names on unknown receivers with them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from overhaul.calling.definitions import (
    CLASS,
    DYNAMIC,
    HOOKED,
    KEPT,
    METHOD,
    NESTED,
    REGISTERED,
    Defined,
    Numbering,
)
from overhaul.calling.outgoing import Outgoing


class Calls:
    """The graph of uses.

    Its nodes are the definitions, by their numbers, and after them one for each attribute that is asked of a class, and
    one for each name that is asked of what nobody knows.
    """

    def __init__(
        self, numbering: Numbering, defined: Sequence[Defined], outgoing: Sequence[Outgoing], tests: Sequence[bool],
        imports: Iterable[tuple[int, int]],
    ) -> None:  # fmt: skip
        """All by the index of the module; `imports` are pairs of such, `tests` says which modules are tests."""
        self.numbering, self.defined, self.outgoing, self.tests = numbering, defined, outgoing, tests
        self.count = len(numbering.names)
        self.flags = b"".join(one.flags for one in defined)
        self.starts = [numbering.starts[module] for module in numbering.modules]
        self.tested = any(tests)
        self.of_tests = bytes(tests[module] for module in numbering.module_of)
        """Definition -> 1 for those of test modules."""
        self.ancestors: dict[int, tuple[int, ...]] = {}
        self.sure: list[list[int]] = [[] for _ in range(self.count)]
        """Node -> the nodes it gets to."""
        self.weak: list[list[int]] = [[] for _ in range(self.count)]
        """Node -> the nodes it may get to."""
        self.users: list[set[int]] = [set() for _ in range(self.count)]
        """Definition -> those that use it for sure, itself left out; tests only of what stands in tests."""
        self._words: dict[str, int] = {}
        for start, one in zip(self.starts, defined, strict=True):
            for number, known in one.ancestors:
                self.ancestors[start + number] = known
        self._structure()
        self._uses()
        for importer, imported in imports:
            self.sure[self.starts[importer]].append(self.starts[imported])

    # What stands in what

    @cached_property
    def inside(self) -> Sequence[int]:
        """Definition -> the one it stands in; a module itself."""
        around = array("I")
        for start, one in zip(self.starts, self.defined, strict=True):
            around.extend([start + number for number in array("I", one.inside)])
        return around

    @cached_property
    def runs(self) -> Sequence[int]:
        """Definition -> what has to be reached for its body to run: of a class the function or module around."""
        runs = array("I", range(self.count))
        flags, inside = self.flags, self.inside
        for number, kind in enumerate(flags):
            if kind & CLASS:
                one = inside[number]
                while flags[one] & CLASS:
                    one = inside[one]
                runs[number] = one
        return runs

    @cached_property
    def members(self) -> Mapping[int, Mapping[str, int]]:
        """Class -> what its body defines, by name."""
        members: dict[int, dict[str, int]] = {}
        flags, inside, names = self.flags, self.inside, self.numbering.names
        for number in range(self.count):
            owner = inside[number]
            if owner != number and flags[owner] & CLASS:
                members.setdefault(owner, {})[names[number].rpartition(".")[2]] = number
        return members

    @cached_property
    def definers(self) -> Mapping[str, Sequence[int]]:
        """Last name -> the definitions of it that an attribute or a string may mean."""
        found: dict[str, list[int]] = {}
        flags, names = self.flags, self.numbering.names
        for number in range(self.count):
            if names[number] and not flags[number] & NESTED:
                found.setdefault(names[number].rpartition(".")[2], []).append(number)
        return found

    @cached_property
    def heirs(self) -> Mapping[int, Sequence[int]]:
        """Class -> the classes that inherit from it."""
        found: dict[int, list[int]] = {}
        for number, known in self.ancestors.items():
            for base in known:
                if base != number:
                    found.setdefault(base, []).append(number)
        return found

    @cached_property
    def hooked(self) -> frozenset[int]:
        """Classes whose methods something outside the project may call: they or heirs of theirs inherit from it."""
        return frozenset(
            base for number, known in self.ancestors.items() if self.flags[number] & HOOKED for base in (number, *known)
        )

    def _structure(self) -> None:
        """What is reached because of where it stands, or of what it is."""
        flags, inside, runs, names = self.flags, self.inside, self.runs, self.numbering.names
        hooked = self.hooked
        of_class = [kind & CLASS for kind in flags]
        for number, (kind, owner) in enumerate(zip(flags, inside, strict=True)):
            if owner == number:
                continue
            if kind & (REGISTERED | KEPT):
                self.sure[runs[owner]].append(number)
            if not of_class[owner]:
                if names[number].startswith("__") and names[number].endswith("__"):
                    self.sure[owner].append(number)  # `__getattr__` of a module
                if kind & NESTED and names[owner]:
                    # A function that is defined in another is a local variable of it, whose uses nobody has noted.
                    self._use(owner, number)
                continue
            last = names[number].rpartition(".")[2]
            if (last.startswith("_") and last.endswith("_")) or kind & CLASS:
                self.sure[owner].append(number)
            elif owner in hooked:
                (self.weak if last.startswith("_") else self.sure)[owner].append(number)
            if kind & REGISTERED:
                self.sure[owner].append(number)
        members = self.members
        for number, known in self.ancestors.items():
            for base in known[1:]:
                self._use(number, base)
                # What a base declares stands for what its heirs do, whichever of the two is named.
                declared = members.get(base)
                if declared:
                    for name, own in members.get(number, {}).items():
                        if name in declared:
                            self.weak[own].append(declared[name])
            if flags[number] & DYNAMIC:
                for name, own in members.get(number, {}).items():
                    for other in self.definers.get(name, ()):
                        self.weak[other].append(own)

    def _use(self, source: int, target: int) -> None:
        if source == target:
            return
        sure = self.sure
        sure[self.runs[source]].append(target)
        if self.flags[source] & CLASS:
            sure[source].append(target)
        if not self.of_tests[source] or self.of_tests[target]:
            self.users[target].add(source)

    # Uses

    def _uses(self) -> None:
        asked: dict[tuple[int, str], list[int]] = {}
        mentioned: dict[str, list[int]] = {}
        patterns: dict[str, list[int]] = {}
        use = self._use
        for start, out in zip(self.starts, self.outgoing, strict=True):
            words = out.words
            for source, target in _tuples(out.uses, 2):
                use(start + source, target)
            for source, owner, index in _tuples(out.asks, 3):
                key = owner, words[index]
                if key in asked:
                    asked[key].append(start + source)
                else:
                    asked[key] = [start + source]
            for source, index in _tuples(out.mentions, 2):
                word = words[index]
                if word in mentioned:
                    mentioned[word].append(start + source)
                else:
                    mentioned[word] = [start + source]
            for pattern in out.patterns:
                patterns.setdefault(pattern, []).append(start)
        for pattern, modules in patterns.items():
            if not _telling(pattern):
                self._fitting_here(pattern, modules)
                continue
            for word in self._fitting(pattern):
                mentioned.setdefault(word, []).extend(modules)
        for (owner, word), sources in asked.items():
            if word == "*":
                node = self._node(self._all_of(owner))
                for source in sources:
                    self.weak[self.runs[source]].append(node)
                continue
            targets = self.targets(owner, word)
            if not targets or self.flags[owner] & DYNAMIC:
                mentioned.setdefault(word, []).extend(sources)
            if targets:
                self._asked(sources, targets)
        runs, weak = self.runs, self.weak
        for word, sources in mentioned.items():
            definers = self.definers.get(word)
            if definers:
                node = self._node(definers)
                for source in sources:
                    weak[runs[source]].append(node)

    def _asked(self, sources: Sequence[int], targets: Sequence[int]) -> None:
        of_tests, sure, runs = self.of_tests, self.sure, self.runs
        own = [one for one in sources if not of_tests[one]] if self.tested else sources
        for target in targets:
            users = self.users[target]
            users.update(sources if of_tests[target] else own)
            users.discard(target)
        if len(targets) == 1:
            for source in sources:
                sure[runs[source]].append(targets[0])
        else:
            node = self._node(targets)
            for source in sources:
                sure[runs[source]].append(node)

    def _node(self, targets: Iterable[int]) -> int:
        self.sure.append(list(targets))
        self.weak.append([])
        return len(self.sure) - 1

    def targets(self, owner: int, word: str) -> Sequence[int]:
        """What an attribute of an instance of a class, or of an heir, may be; what the class itself has first."""
        exact = word.endswith("!")
        word = word.rstrip("!")
        if word == "__subclasses__":
            return self.heirs.get(owner, ())
        known = self.ancestors.get(owner, (owner,))
        members = self.members
        first = next((found for one in known if (found := members.get(one, {}).get(word)) is not None), None)
        own = () if first is None else (first,)
        if exact:
            return own
        definers = self.definers.get(word, ())
        if len(definers) <= len(own):
            return own
        related = self._related(owner)
        inside = self.inside
        return [*own, *(one for one in definers if inside[one] in related and one != first)]

    def _related(self, owner: int) -> frozenset[int]:
        """The heirs of a class, and what those inherit from besides."""
        found = self._kin.get(owner)
        if found is None:
            own = set(self.ancestors.get(owner, ()))
            heirs = self.heirs.get(owner, ())
            kin = {base for heir in heirs for base in self.ancestors[heir]} - own
            found = self._kin[owner] = frozenset(kin)
        return found

    @cached_property
    def _kin(self) -> dict[int, frozenset[int]]:
        return {}

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self.definers)

    @cached_property
    def _backwards(self) -> Sequence[str]:
        return sorted(name[::-1] for name in self.definers)

    def _fitting(self, pattern: str) -> Iterator[str]:
        """The names of definitions that fit `front*back`."""
        front, _, back = pattern.partition("*")
        ends = len(back) > len(front)
        names = self._backwards if ends else self._sorted
        first, last = (back[::-1], front[::-1]) if ends else (front, back)
        at = bisect_left(names, first)
        while at < len(names) and names[at].startswith(first):
            if names[at].endswith(last):
                yield names[at][::-1] if ends else names[at]
            at += 1

    def _fitting_here(self, pattern: str, modules: Iterable[int]) -> None:
        """What a pattern that says little may mean in the modules that have it."""
        front, _, back = pattern.partition("*")
        names = self.numbering.names
        for start in modules:
            defined = self.defined[self.numbering.module_of[start]]
            for number in range(start + 1, start + len(defined.names)):
                name = names[number].rpartition(".")[2]
                if name.startswith(front) and name.endswith(back) and not self.flags[number] & NESTED:
                    self.weak[start].append(number)

    def _all_of(self, owner: int) -> Iterator[int]:
        """Everything that an instance of a class or of an heir has; what a module defines and passes on."""
        names = self.numbering.names
        if not names[owner]:
            index = self.numbering.module_of[owner]
            own = range(owner + 1, owner + len(self.defined[index].names))
            yield from (number for number in own if "." not in names[number])
            yield from array("I", self.outgoing[index].offered)
            return
        for one in (*self.ancestors.get(owner, (owner,)), *self._related(owner)):
            yield from self.members.get(one, {}).values()

    # What is reached

    def _gates(self) -> Sequence[int]:
        """Definition -> the class that has to be reached before it can be; -1 for none.

        A method runs when there is an instance of its class, or of an heir, which then uses the class.
        """
        gates = array("i", [-1]) * len(self.sure)
        flags, inside = self.flags, self.inside
        for number in range(self.count):
            if flags[number] & METHOD and not flags[number] & REGISTERED and flags[inside[number]] & CLASS:
                gates[number] = inside[number]
        return gates

    def reached(self, roots: Iterable[int], weak: bool) -> bytearray:
        """Node -> 1 for those that are got to from the roots; `weak`: by names on unknown receivers as well."""
        seen = bytearray(len(self.sure))
        sure, maybe, gates = self.sure, self.weak, self._gates()
        held: dict[int, list[int]] = {}
        """Class that is not reached -> its methods that would be."""
        waiting = list(dict.fromkeys(roots))
        for one in waiting:
            seen[one] = 1
        while waiting:
            node = waiting.pop()
            if node in held:
                for one in held.pop(node):
                    if not seen[one]:
                        seen[one] = 1
                        waiting.append(one)
            for one in (*sure[node], *maybe[node]) if weak and maybe[node] else sure[node]:
                if not seen[one]:
                    gate = gates[one]
                    if gate >= 0 and not seen[gate]:
                        held.setdefault(gate, []).append(one)
                        continue
                    seen[one] = 1
                    waiting.append(one)
        return seen


def _telling(pattern: str) -> bool:
    """Whether a pattern says enough to be looked for in the whole project."""
    front, _, back = pattern.partition("*")
    return len(front) >= 3 or len(back) >= 4


def _tuples(packed: bytes, size: int) -> Iterator[tuple[int, ...]]:
    """Numbers that were packed, so many at a time."""
    numbers = array("I", packed)
    return zip(*[iter(numbers)] * size, strict=True)
