"""Which loops a suite stands in, as far as they make what they hold run often, and what a loop leaves as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from overhaul.lazy import cst
from overhaul.module import Module
from overhaul.scopes import FIRST_BINDING, Block, Role, Scope
from overhaul.syntax.parts import inside, parts
from overhaul.text import dotted, words_of

FEW: Final = 10
"""A loop that is known to run no more often than this is none."""
WANTED: Final = ("Call", "For", "While")
"""What a collector asks for that uses `Loops`."""
WAITING: Final = frozenset({
    "sleep", "wait", "wait_for", "select", "poll", "accept", "recv", "recvfrom", "recv_into", "recv_multipart",
    "get_message", "readuntil", "input", "backoff", "sleep_ms", "join", "listen", "drain_events", "countdown",
})  # fmt: skip
_TRYING: Final = frozenset({
    "attempt", "attempts", "retry", "retries", "try", "tries", "tried", "backoff", "trial", "trials", "timeout",
})  # fmt: skip


class Around(NamedTuple):
    """The hot loops around a suite, within its function."""

    loops: tuple[Any, ...]
    """Innermost first: For, While, or the node of a comprehension."""
    branched: bool
    """Between it and the innermost of them (or the function) stands a branch that need not be taken."""
    handling: bool
    """It stands in an exception handler."""
    deferred: bool
    """It stands in a lambda, which runs when somebody calls it."""


class Loops:
    """Tells which loops are hot: they run as often as there is data.

    None is one that goes through a literal or a small range, that tries something again, that waits in each round
    (`sleep`, `accept`, `async for`), or that is left in the suite in which the question stands.
    """

    def __init__(self, module: Module) -> None:
        """Calls that wait are looked for once."""
        self._module = module
        self._known: dict[int, Around] = {}
        self._kept: list[Block] = []  # so that no id is used twice
        self._lines: dict[int, int] | None = None
        self._bound: dict[int, frozenset[str]] = {}
        self._used: dict[int, Counter[tuple[str, bool]]] = {}
        self._waits = set(self._waiting())

    def around(self, block: Block) -> Around:
        """What stands around a suite."""
        found = self._known.get(id(block))
        if found is None:
            found = self._known[id(block)] = self._around(block)
            self._kept.append(block)
        return found

    def line(self, loop: Any, otherwise: int) -> int:
        """The line of a loop's head; of a comprehension `otherwise`."""
        if self._lines is None:
            self._lines = {id(node): line for kind in (cst.For, cst.While) for node, line, _ in self._nodes(kind)}
        return self._lines.get(id(loop), otherwise)

    def bound_in(self, loop: Any, scope: Scope) -> frozenset[str]:
        """Names that a loop of a scope binds, and chains of attributes that it assigns, each time it runs."""
        found = self._bound.get(id(loop))
        if found is None:
            found = self._bound[id(loop)] = frozenset(_bound(loop, scope))
        return found

    def uses(self, loop: Any, scope: Scope, name: str) -> int:
        """How often a loop's body uses a name; of a chain of attributes, how often what it begins with may change.

        What is asked of an instance may change what it holds; what is only read of it does not.
        """
        found = self._used.get(id(loop))
        if found is None:
            found = self._used[id(loop)] = Counter(
                (used.partition(".")[0], role != Role.LOAD)
                for role, used, _, block, _ in scope.events if role < FIRST_BINDING and _within(block, loop)
            )  # fmt: skip
        root = name.partition(".")[0]
        return found[root, True] + (found[root, False] if root == name else 0)

    def _nodes(self, kind: Any) -> Sequence[tuple[Any, int, Block]]:
        return self._module.nodes(kind)

    def _waiting(self) -> Iterator[int]:
        text = self._module.text
        if not any(word in text for word in WAITING):
            return
        for call, _, block in self._module.nodes(cst.Call):
            func: Any = call.func
            name = func.attr.value if func.__class__ is cst.Attribute else getattr(func, "value", "")
            if name not in WAITING or (name == "join" and call.args):
                continue
            around: Block | None = block
            while around is not None and around.kind != "body":
                if around.kind in ("for", "while"):
                    yield id(around.node)
                around = around.parent

    def _around(self, block: Block) -> Around:
        loops: list[Any] = []
        branched = handling = deferred = False
        left: str = ""
        one: Block | None = block
        while one is not None:
            kind, node = one.kind, one.node
            if kind == "body":
                scope = one.scope
                if scope.kind == "lambda":
                    deferred = True
                if scope.kind != "comprehension":
                    break
                if not left and not _short(node):
                    loops.append(node)
                one = scope.defined_in
                continue
            if kind != "orelse" and left != "all":
                left = _leaves(node) or left
            if kind in ("for", "while"):
                if not left and id(node) not in self._waits and _hot(node):
                    loops.append(node)
                if left == "loop":
                    left = ""
            elif kind in ("if", "orelse", "case", "else"):
                branched = branched or not loops
            elif kind == "except":
                branched = branched or not loops
                handling = True
            one = one.parent
        return Around(tuple(loops), branched, handling, deferred)


def _leaves(owner: Any) -> str:
    """Whether a suite ends by leaving: "all" loops by return or raise, the innermost "loop" by break; else ""."""
    body: Any = getattr(owner, "body", None)
    statements: Any = getattr(body, "body", None)
    if not statements:
        return ""
    last = statements[-1]
    if last.__class__ is cst.SimpleStatementLine:
        last = last.body[-1]
    kind = last.__class__
    if kind is cst.Return or kind is cst.Raise:
        return "all"
    return "loop" if kind is cst.Break else ""


def _hot(node: Any) -> bool:
    if node.__class__ is cst.For:
        if node.asynchronous is not None or _few(node.iter):
            return False
        return _TRYING.isdisjoint(_words(node.target)) and _TRYING.isdisjoint(_words(node.iter))
    return _TRYING.isdisjoint(_words(node.test)) and "True" not in dotted(node.test)


def _short(comprehension: Any) -> bool:
    clause = comprehension.for_in
    return clause.asynchronous is not None or _few(clause.iter)


def _few(iterated: Any) -> bool:
    """Whether what is gone through is known to be short."""
    kind = iterated.__class__
    if kind in (cst.Tuple, cst.List, cst.Set):
        return all(one.__class__ is cst.Element for one in iterated.elements)
    if kind is cst.Dict or kind is cst.SimpleString:
        return True
    if kind is cst.Call:
        name = dotted(iterated.func)
        arguments = [one.value for one in iterated.args]
        if name == "range":
            numbers = [one.value for one in arguments if one.__class__ is cst.Integer]
            return len(numbers) == len(arguments) and any(one.isdigit() and int(one) <= FEW for one in numbers[:2][-1:])
        if name in ("enumerate", "reversed", "sorted", "zip") and arguments:
            return _few(arguments[0])
        if iterated.func.__class__ is cst.Attribute and name == "" and not arguments:
            return _few(iterated.func.value)
    return False


def _words(node: Any) -> Iterator[str]:
    for one in inside(node):
        if one.__class__ is cst.Name:
            yield from words_of(one.value)
        elif one.__class__ is cst.Attribute:
            yield from words_of(one.attr.value)


def _bound(loop: Any, scope: Scope) -> Iterator[str]:
    clause = getattr(loop, "for_in", None)
    while clause is not None:
        yield from _targets(clause.target)
        clause = clause.inner_for_in
    if loop.__class__ is cst.For:
        yield from _targets(loop.target)
    if hasattr(loop, "for_in"):
        return
    for role, name, _, block, _ in scope.events:
        if role < FIRST_BINDING and role != Role.STORE:
            continue
        if _within(block, loop):
            yield name


def _within(block: Block, loop: Any) -> bool:
    """Whether a suite is that of a loop, or stands in it."""
    around: Block | None = block
    while around is not None and around.node is not loop:
        around = around.parent
    return around is not None


def _targets(target: Any) -> Iterator[str]:
    for one in inside(target):
        if one.__class__ is cst.Name:
            yield one.value


_PASSING: Final = frozenset({
    "os.path.join", "os.path.abspath", "os.path.dirname", "os.path.expanduser", "Path", "pathlib.Path", "str",
    "path.join", "join", "os.fspath", "len", "tuple",
})  # fmt: skip
"""Calls that give the same for the same."""


def steady(node: Any, changing: frozenset[str]) -> bool:
    """Whether an expression gives the same each time, as far as it is made of names that are not `changing`.

    Anything that is called, but for a few functions that put paths together, may give something else.
    """
    for one in _shallow(node):
        kind = one.__class__
        if kind is cst.Call:
            if dotted(one.func) not in _PASSING:
                return False
        elif kind is cst.Name:
            if one.value in changing:
                return False
        elif kind is cst.Attribute:
            chain = dotted(one)
            if not chain or chain in changing or chain.partition(".")[0] in changing:
                return False
        elif kind in (cst.Await, cst.Yield, cst.NamedExpr, cst.Lambda, cst.ListComp, cst.GeneratorExp, cst.Subscript):
            return False
    return True


def _shallow(node: Any) -> Iterator[Any]:
    """The node and what is below it; a chain of attributes is one."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if one.__class__ is cst.Name or (one.__class__ is cst.Attribute and dotted(one)):
            continue
        if one.__class__ is cst.Call:
            waiting += [argument.value for argument in one.args]
            continue
        waiting += parts(one)
