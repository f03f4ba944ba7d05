"""From how many test functions a definition is reached."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from overhaul.calling.definitions import CLASS
from overhaul.calling.graph import Calls

_OWN_CLASS = 1_000_000
_OWN_MODULE = 100_000
"""Nearer than any conftest."""
_BESIDE = ("setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup", "tearDown")
"""What runs with every test of a class."""


def tests_reaching(calls: Calls) -> Sequence[int]:
    """Node -> the number of test functions from which it is got to for sure, itself left out.

    A test function is one of a test module whose name begins with `test`. The nearest fixture of a name counts as
    called by the tests and fixtures that have a parameter of that name, and by tests that are marked to use it; those
    with `autouse` by every test that sees them. What a module does when it is imported counts as called by none.
    """
    counts = array("I", bytes(4 * len(calls.sure)))
    names, module_of = calls.numbering.names, calls.numbering.module_of
    flags = calls.flags
    tests = [
        number for number in range(calls.count)
        if calls.tests[module_of[number]] and not flags[number] & CLASS
        and names[number].rpartition(".")[2].startswith("test")
    ]  # fmt: skip
    if not tests:
        return counts
    more = _beside(calls, tests)
    order, component = _components(calls, more, tests)
    bits: list[int] = [0] * len(order)
    for bit, number in enumerate(tests):
        bits[component[number]] |= 1 << bit
    place = {number: bit for bit, number in enumerate(tests)}
    # Components come out of the search with what they reach first.
    for index in range(len(order) - 1, -1, -1):
        mine = bits[index]
        bits[index] = 0
        total = mine.bit_count()
        for node in order[index]:
            counts[node] = total - (node in place and bool(mine >> place[node] & 1))
            for one in (*calls.sure[node], *more.get(node, ())):
                other = component.get(one, index)
                if other != index:
                    bits[other] |= mine
    return counts


def _beside(calls: Calls, tests: Sequence[int]) -> dict[int, list[int]]:
    """Test function or fixture -> the fixtures and preparations that run with it."""
    numbering, inside = calls.numbering, calls.inside
    found: dict[int, list[int]] = {}
    for number in tests:
        owner = inside[number]
        if calls.flags[owner] & CLASS:
            members = (calls.targets(owner, f"{name}!") for name in _BESIDE)
            found[number] = [one for targets in members for one in targets]
    fixtures = _Fixtures(calls)
    if not fixtures.known:
        return found
    asked = {start + number: names for start, one in zip(calls.starts, calls.defined, strict=True)
             for number, names in one.parameters}  # fmt: skip
    of_tests = frozenset(tests)
    for number in (*tests, *(number for number in asked if number not in of_tests)):
        names = asked.get(number, ()) if not calls.flags[number] & CLASS and numbering.names[number] else ()
        if number in of_tests:
            around = inside[number]
            start = calls.starts[numbering.module_of[number]]
            marked = (name for one in calls.ancestors.get(around, ()) for name in asked.get(one, ()))
            names = (*names, *marked, *asked.get(start, ()), *fixtures.unasked(around))
        wanted = [one for name in dict.fromkeys(names) if (one := fixtures.meant(name, number)) >= 0]
        if wanted:
            found.setdefault(number, []).extend(wanted)
    return found


class _Fixtures:
    """Which fixture a name means where it is asked for."""

    def __init__(self, calls: Calls) -> None:
        """Gathers those of all modules."""
        self._calls = calls
        self.known: dict[str, list[int]] = {}
        """Name -> fixtures that are asked for by it."""
        self._unasked: list[tuple[int, str]] = []
        """Fixtures that run without being asked, with their names."""
        for start, one in zip(calls.starts, calls.defined, strict=True):
            for number, name, unasked in one.fixtures:
                self.known.setdefault(name, []).append(start + number)
                if unasked:
                    self._unasked.append((start + number, name))
        self._around: dict[int, tuple[str, ...]] = {}

    def meant(self, name: str, asker: int) -> int:
        """The nearest fixture of a name, the one that asks left out; -1 for none."""
        fixtures = self.known.get(name)
        if not fixtures:
            return -1
        around = self._calls.inside[asker]
        near = [(self._nearness(one, around), one) for one in fixtures if one != asker]
        best = max(near, default=(0, -1))
        return best[1] if best[0] else -1

    def unasked(self, around: int) -> tuple[str, ...]:
        """The names of the fixtures that run with all tests of a class or module."""
        found = self._around.get(around)
        if found is None:
            found = self._around[around] = tuple(name for one, name in self._unasked if self._nearness(one, around))
        return found

    def _nearness(self, fixture: int, around: int) -> int:
        """How near a fixture is to what stands in a class or module: its own class is nearest; 0: not seen from there.

        Others are seen in the module they stand in, and in those below the folder of their conftest.
        """
        calls = self._calls
        modules, module_of = calls.numbering.modules, calls.numbering.module_of
        owner = calls.inside[fixture]
        if calls.flags[owner] & CLASS:
            return _OWN_CLASS if owner in calls.ancestors.get(around, (around,)) else 0
        home, module = modules[module_of[fixture]], modules[module_of[around]]
        if home == module:
            return _OWN_MODULE
        package, _, last = home.rpartition(".")
        seen = last.startswith("conftest") and (not package or f"{module}.".startswith(f"{package}."))
        return package.count(".") + 1 + bool(package) if seen else 0


def _components(
    calls: Calls, more: dict[int, list[int]], roots: Sequence[int]
) -> tuple[list[list[int]], dict[int, int]]:
    """Tarjan's strongly connected components of what is got to from the roots, modules left out; and node -> its own.

    A component stands behind all those that it gets to.
    """
    names, count, sure = calls.numbering.names, calls.count, calls.sure
    number_of: dict[int, int] = {}
    low: dict[int, int] = {}
    component: dict[int, int] = {}
    order: list[list[int]] = []
    stack: list[int] = []
    for root in roots:
        if root in number_of:
            continue
        number_of[root] = low[root] = len(number_of)
        stack.append(root)
        work = [(root, iter((*sure[root], *more.get(root, ()))))]
        while work:
            node, successors = work[-1]
            for one in successors:
                if one not in number_of:
                    if one < count and not names[one]:
                        continue
                    number_of[one] = low[one] = len(number_of)
                    stack.append(one)
                    work.append((one, iter((*sure[one], *more.get(one, ())))))
                    break
                if one not in component and number_of[one] < low[node]:
                    low[node] = number_of[one]
            else:
                work.pop()
                if work and low[node] < low[work[-1][0]]:
                    low[work[-1][0]] = low[node]
                if low[node] == number_of[node]:
                    members: list[int] = []
                    while True:
                        one = stack.pop()
                        component[one] = len(order)
                        members.append(one)
                        if one == node:
                            break
                    order.append(members)
    return order, component
