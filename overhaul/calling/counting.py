"""From how many test functions a definition is reached."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from overhaul.calling.definitions import CLASS, FIXTURE
from overhaul.calling.graph import Calls

_BESIDE = ("setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup", "tearDown")
"""What runs with every test of a class."""


def tests_reaching(calls: Calls) -> Sequence[int]:
    """Node -> the number of test functions from which it is got to for sure, itself left out.

    A test function is one of a test module whose name begins with `test`. Fixtures count as called by the tests and
    fixtures that have a parameter of their name; what a module does when it is imported counts as called by none.
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
    numbering = calls.numbering
    fixtures: dict[str, list[int]] = {}
    for number in range(calls.count):
        if calls.flags[number] & FIXTURE:
            fixtures.setdefault(numbering.names[number].rpartition(".")[2], []).append(number)
    found: dict[int, list[int]] = {}
    for number in tests:
        owner = calls.inside[number]
        if calls.flags[owner] & CLASS:
            members = (calls.targets(owner, f"{name}!") for name in _BESIDE)
            found[number] = [one for targets in members for one in targets]
    if fixtures:
        for start, module, one in zip(calls.starts, numbering.modules, calls.defined, strict=True):
            for number, parameters in one.parameters:
                wanted = [
                    fixture for name in parameters for fixture in fixtures.get(name, ())
                    if fixture != start + number and _visible(numbering.modules[numbering.module_of[fixture]], module)
                ]  # fmt: skip
                if wanted:
                    found.setdefault(start + number, []).extend(wanted)
    return found


def _visible(fixture: str, module: str) -> bool:
    """Whether a fixture of one module is seen in another: its own, or the conftest of a package around."""
    package, _, last = fixture.rpartition(".")
    around = f"{package}." if package else ""
    return fixture == module or (last.startswith("conftest") and f"{module}.".startswith(around))


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
