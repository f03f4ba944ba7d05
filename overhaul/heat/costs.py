"""What a call or a comparison in a loop says of its cost: eager texts, files opened again, lists gone through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from overhaul.heat.loops import Loops, steady
from overhaul.lazy import cst
from overhaul.module import Module
from overhaul.scopes import FIRST_BINDING, Block, Role, Scope
from overhaul.syntax.parts import inside
from overhaul.text import dotted, text_of, words_of

LOCKS: Final = frozenset({"lock", "rlock", "mutex", "locker", "locks"})
QUEUES: Final = frozenset({"queue", "queues", "q", "inbox", "mailbox", "deque", "jobs", "tasks"})
_LOGGERS: Final = frozenset({"log", "logger", "logging", "logs", "syslog"})
_OPENERS: Final = frozenset({"open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open"})
_LIVE: Final = ("/proc", "/sys", "/dev")
"""Files that say something else each time."""
_ASKING: Final = frozenset({"debug", "verbose", "trace", "verbosity", "loglevel", "is", "enabled"})


def function_of(scope: Scope) -> Scope:
    """The function, class or module in which a comprehension runs."""
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def is_logger(chain: str) -> bool:
    """Whether a chain that is called is a method of what is called a logger."""
    parts = chain.split(".")
    return len(parts) > 1 and parts[-2].strip("_").lower() in _LOGGERS


def eager(call: Any) -> str:
    """How the message of a logging call is put together before it is known to be wanted; "" where it is not."""
    first: Any = call.args[0].value if call.args else None
    kind = first.__class__
    if kind is cst.ConcatenatedString:
        return "f-string" if any(map(_has_fields, inside(first))) else ""
    if _has_fields(first):
        return "f-string"
    if kind is cst.BinaryOperation and first.left.__class__ in (cst.SimpleString, cst.ConcatenatedString):
        return "%" if first.operator.__class__ is cst.Modulo else ""
    if kind is cst.Call and first.func.__class__ is cst.Attribute and first.func.attr.value == "format":
        return "str.format" if first.func.value.__class__ in (cst.SimpleString, cst.ConcatenatedString) else ""
    return ""


def _has_fields(node: Any) -> bool:
    return node.__class__ is cst.FormattedString and any(
        one.__class__ is cst.FormattedStringExpression for one in node.parts
    )


def asked(block: Block) -> bool:
    """Whether a condition around asks for the level, or for debugging."""
    one: Block | None = block
    while one is not None and one.kind != "body":
        if one.kind == "if":
            node: Any = one.node
            for part in inside(node.test):
                name = part.attr.value if part.__class__ is cst.Attribute else getattr(part, "value", "")
                if name.__class__ is str and (name == "isEnabledFor" or not _ASKING.isdisjoint(words_of(name))):
                    return True
        one = one.parent
    return False


def lock_around(block: Block) -> tuple[str, Any]:
    """The lock of threads that a `with` around holds, as it is written, with the statement; "" and None for none."""
    one: Block | None = block
    while one is not None and (one.kind != "body" or one.scope.kind == "comprehension"):
        if one.kind == "with":
            node: Any = one.node
            for item in node.items if node.asynchronous is None else ():
                chain = dotted(item.item)
                if chain and not LOCKS.isdisjoint(words_of(chain)):
                    return chain, node
        one = one.parent if one.kind != "body" else one.scope.defined_in
    return "", None


def reopened(call: Any, changing: frozenset[str]) -> tuple[str, str]:
    """The path, as it is written, and "read" or "append", of a file that is opened under a name that stays the same.

    Empty texts for others, and for a file that is written anew.
    """
    chain = dotted(call.func)
    path: Any = call.args[0].value if call.args else None
    at = 1
    if chain not in _OPENERS:
        if call.func.__class__ is not cst.Attribute or call.func.attr.value != "open":
            return "", ""
        path, at = call.func.value, 0
    mode = _mode(call, at)
    if path is None or mode is None or (at == 0 and not mode) or "w" in mode or "x" in mode or "+" in mode:
        return "", ""
    if not steady(path, changing):
        return "", ""
    written = text_of(path, 60)
    if written.strip("\"'rbf").startswith(_LIVE):
        return "", ""
    return written, "append" if "a" in mode else "read"


def _mode(call: Any, at: int) -> str | None:
    """The mode; "" for none, None where it is no literal or what is given is none."""
    for number, argument in enumerate(call.args):
        name = argument.keyword.value if argument.keyword is not None else ""
        if name == "mode" or (not name and number == at):
            value = argument.value
            if value.__class__ is not cst.SimpleString:
                return None
            mode: str = value.value.strip("rbu").strip("\"'")
            return mode if not set(mode) - set("rwaxbt+U") else None
    return ""


class Lists:
    """Which local variables of functions are lists that grow with what the function is given."""

    def __init__(self, module: Module, loops: Loops) -> None:
        """Assignments are gone through when the first variable is asked for."""
        self._module, self._loops = module, loops
        self._values: Mapping[tuple[int, str], Sequence[Any]] | None = None
        self._grown: dict[tuple[int, str], int] = {}
        self._unhashable: frozenset[tuple[int, str]] | None = None

    def grown(self, scope: Scope, name: str) -> int:
        """The line where a list grows in a loop; 0 for what is no list for sure, or does not grow."""
        owner: Scope | None = scope
        while owner is not None and owner.kind == "comprehension" and name not in owner.bound:
            owner = owner.parent
        if owner is None or owner.kind != "function" or name not in owner.bound or name in owner.elsewhere:
            return 0
        key = id(owner), name
        found = self._grown.get(key)
        if found is None:
            found = self._grown[key] = self._grows(owner, name)
        return found

    def unhashable(self, scope: Scope, name: str) -> bool:
        """Whether displays of lists, dicts or sets are appended to a list, for which no set can stand."""
        if self._unhashable is None:
            self._unhashable = frozenset(
                (id(function_of(block.scope)), chain.removesuffix(".append"))
                for call, _, block in self._module.nodes(cst.Call)
                if call.args
                and call.args[0].value.__class__ in (cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp)
                and (chain := dotted(call.func)).endswith(".append")
            )  # fmt: skip
        return (id(scope), name) in self._unhashable

    def _grows(self, owner: Scope, name: str) -> int:
        values = self._assigned().get((id(owner), name), ())
        bindings = 0
        grown = 0
        for role, bound, line, block, node in owner.events:
            if bound == name and role >= FIRST_BINDING and node.__class__ is not cst.AugAssign:
                bindings += 1
            elif role == Role.CALL and not grown and bound in (f"{name}.append", f"{name}.insert"):
                around = self._loops.around(block)
                grown = line if around.loops and not around.deferred else 0
        if not values or len(values) != bindings or not all(map(_is_list, values)):
            return 0
        return grown

    def _assigned(self) -> Mapping[tuple[int, str], Sequence[Any]]:
        if self._values is None:
            found: dict[tuple[int, str], list[Any]] = {}
            assigned: Any
            for assigned, _, block in self._module.nodes(cst.Assign):
                for target in assigned.targets:
                    if target.target.__class__ is cst.Name:
                        found.setdefault((id(block.scope), target.target.value), []).append(assigned.value)
            for assigned, _, block in self._module.nodes(cst.AnnAssign):
                if assigned.target.__class__ is cst.Name and assigned.value is not None:
                    found.setdefault((id(block.scope), assigned.target.value), []).append(assigned.value)
            self._values = found
        return self._values


def _is_list(value: Any) -> bool:
    kind = value.__class__
    return kind is cst.List or kind is cst.ListComp or (kind is cst.Call and dotted(value.func) in ("list", "sorted"))


class Alternatives:
    """Which branches of an `if` have one beside them that awaits: a function for coroutines and others alike."""

    def __init__(self, module: Module) -> None:
        """All that is awaited is gone through when the first branch is asked for."""
        self._module = module
        self._awaiting: frozenset[tuple[int, str]] | None = None

    def beside(self, block: Block) -> bool:
        """Whether a suite stands in a branch, and another branch of the same `if` awaits something."""
        if self._awaiting is None:
            self._awaiting = frozenset(
                branch for _, _, around in self._module.nodes(cst.Await) for branch in _branches(around)
            )
        others = {"if": "orelse", "orelse": "if"}
        return any((node, others[kind]) in self._awaiting for node, kind in _branches(block))


def _branches(block: Block) -> Iterator[tuple[int, str]]:
    """The branches around a suite, in its function: the `if`, and "if" or "orelse"."""
    one: Block | None = block
    while one is not None and one.kind != "body":
        if one.kind in ("if", "orelse"):
            yield id(one.node), one.kind
        one = one.parent


def strings(node: Any) -> Iterator[str]:
    """The texts of the literals in an expression."""
    for one in inside(node):
        if one.__class__ is cst.SimpleString:
            yield one.value.strip("rbfuRBFU").strip("\"'").strip()
        elif one.__class__ is cst.FormattedStringText:
            yield one.value.strip()
