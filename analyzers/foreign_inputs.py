"""What comes from outside and is taken by key unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from overhaul.hardening import ForeignInput
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Block, Scope
from overhaul.syntax.parts import inside
from overhaul.syntax.suites import called, expressions, function_of, statements
from overhaul.text import dotted, text_of, words_of

Kind = Literal["request", "message"]

_WORTH: Final = ("get_json", "request.json", "req.json", "loads(", "unpackb(", "argv")
_REQUESTS: Final = frozenset({"request", "req", "http_request"})
_MESSAGES: Final = frozenset({
    "message", "msg", "payload", "body", "event", "delivery", "frame", "raw_message", "record",
})  # fmt: skip
_LOADS: Final = frozenset({
    "json.loads", "orjson.loads", "ujson.loads", "simplejson.loads", "msgpack.unpackb", "loads",
})  # fmt: skip
_GUARDS: Final = frozenset({"KeyError", "LookupError", "Exception", "BaseException", "TypeError", "IndexError"})
_CHECKING: Final = frozenset({
    "valid", "validate", "validated", "validator", "schema", "expects", "require", "required", "requires", "check",
    "assert", "ensure", "parse", "typed", "args", "webhook",
})  # fmt: skip
_TELLING: Final = frozenset({
    "print", "len", "repr", "str", "dumps", "debug", "info", "warning", "error", "pprint", "bool",
})  # fmt: skip


@Collector("FunctionDef", "Subscript", "Try", "Call")
def foreign_inputs(module: Module) -> Iterator[ForeignInput]:
    """The body of a request, or a message, that is parsed and then asked for a key that nobody has looked for.

    Looked for is a key where the function asks whether it is there (`in`, `.get`, `isinstance`), hands all of it to
    something that may look, or takes it where a KeyError is caught; or where a decorator of the function may.
    Arguments of the command line count as looked at where their number is asked for anywhere in the file.
    """
    if not any(word in module.text for word in _WORTH):
        return
    guarded = {
        id(node) for node, _, _ in module.nodes(cst.Try) if any(_guards(handler.type) for handler in node.handlers)
    }
    held: dict[int, dict[str, tuple[Kind, str]]] = {}
    told: set[tuple[int, str]] = set()
    scopes: dict[int, Scope] = {}
    arguments = "argv" in module.text and not _COUNTED.search(module.text)
    for node, line, block in module.nodes(cst.Subscript):
        scope = function_of(block.scope)
        key = _key(node)
        if not key or _below_guard(block, guarded):
            continue
        if arguments and dotted(node.value) == "sys.argv" and key.isdigit():
            begins = scope.name.rpartition(".")[2] in ("", "main") and key != "0"
            if begins and (id(scope), "sys.argv") not in told:
                told.add((id(scope), "sys.argv"))
                yield ForeignInput(
                    scope=scope.name, line=line, kind="argument", source="sys.argv", key=key, name="sys.argv"
                )
            continue
        if scope.kind != "function" or key.isdigit():
            continue
        value: Any = node.value
        name: str = value.value if value.__class__ is cst.Name else ""
        if not name and (outside := _outside(node.value)) is not None:
            if not _checked_by_decorator(scope.node) and not _of_our_own(scope.node):
                yield ForeignInput(
                    scope=scope.name, line=line, kind=outside[0], source=outside[1], key=key, name=""
                )
            continue
        if not name or (id(scope), name) in told:
            continue
        if id(scope) not in held:
            held[id(scope)] = dict(_held(scope.node))
            scopes[id(scope)] = scope
        found = held[id(scope)].get(name)
        if found is not None and _read(node, scope.node, name):
            told.add((id(scope), name))
            yield ForeignInput(scope=scope.name, line=line, kind=found[0], source=found[1], key=key, name=name)


_COUNTED: Final = regex(
    r"len\(\s*(?:sys\.)?argv|argv\[\s*\d*\s*:|argparse|optparse|getopt|=\s*sys\.argv\b|parse_args|click|docopt"
)


def _guards(kind: Any) -> bool:
    if kind is None:
        return True
    kinds = [one.value for one in kind.elements] if kind.__class__ is cst.Tuple else [kind]
    return any(dotted(one).rpartition(".")[2] in _GUARDS or not dotted(one) for one in kinds) or any(
        dotted(one).isupper() for one in kinds
    )


def _below_guard(block: Block | None, guarded: set[int]) -> bool:
    """Whether a suite stands in the body of a try that catches what a missing key raises."""
    while block is not None:
        if block.kind == "try" and id(block.node) in guarded:
            return True
        block = block.parent if block.parent is not None else None
    return False


def _key(node: Any) -> str:
    """The literal that is asked for; "" for anything else."""
    if len(node.slice) != 1 or node.slice[0].slice.__class__ is not cst.Index:
        return ""
    value = node.slice[0].slice.value
    if value.__class__ is cst.SimpleString:
        return str(value.value).strip("rRbBuU").strip("\"'")
    return value.value if value.__class__ is cst.Integer else ""


def _outside(node: Any) -> tuple[Kind, str] | None:
    """Whether an expression gives what somebody outside has sent, parsed."""
    while node.__class__ is cst.Await:
        node = node.expression
    if node.__class__ is cst.Attribute:
        # Flask's parsed body.
        chain = dotted(node).split(".")
        return ("request", ".".join(chain)) if chain[-1] == "json" and chain[-2:-1] == ["request"] else None
    if node.__class__ is not cst.Call:
        return None
    name = called(node)
    parts = name.split(".")
    if parts[-1] in ("get_json", "json") and len(parts) > 1 and parts[-2] in _REQUESTS:
        return "request", text_of(node, 60)
    if name in _LOADS and node.args:
        given = node.args[0].value
        words = {one.value for one in inside(given) if one.__class__ is cst.Name}
        if words & _REQUESTS:
            return "request", text_of(node, 60)
        if words & _MESSAGES:
            return "message", text_of(node, 60)
    return None


def _held(function: Any) -> Iterator[tuple[str, tuple[Kind, str]]]:
    """The variables of a function that hold nothing but what came from outside, unseen."""
    if function.__class__ is not cst.FunctionDef or _checked_by_decorator(function) or _of_our_own(function):
        return
    found: dict[str, tuple[Kind, str]] = {}
    spoiled: set[str] = set()
    for statement in statements(function.body):
        if statement.__class__ is cst.Assign:
            for target in statement.targets:
                if target.target.__class__ is cst.Name:
                    name = target.target.value
                    outside = _outside(statement.value)
                    if outside is not None and name not in found:
                        found[name] = outside
                    elif name in found:
                        spoiled.add(name)
    for name, outside in found.items():
        if name not in spoiled and not _looked_at(function, name):
            yield name, outside


def _looked_at(function: Any, name: str) -> bool:
    """Whether a function asks what a variable has, or hands it to something that may."""
    for statement in statements(function.body):
        if statement.__class__ is cst.Match and _is(statement.subject, name):
            return True
        for node in expressions(statement):
            kind = node.__class__
            if kind is cst.Comparison:
                if any(_is(one.comparator, name) for one in node.comparisons):
                    return True
            elif kind is cst.Call:
                func = node.func
                if func.__class__ is cst.Attribute and _is(func.value, name):
                    return True
                last = called(node).rpartition(".")[2]
                if last not in _TELLING and any(_is(one.value, name) for one in node.args):
                    return True
    return False


def _of_our_own(function: Any) -> bool:
    """Whether a function makes its request itself: `request = requests.get(...)` holds an answer."""
    if function.__class__ is not cst.FunctionDef:
        return False
    bound: set[str] = set()
    for statement in statements(function.body):
        if statement.__class__ is cst.Assign and _outside(statement.value) is None:
            bound |= {one.target.value for one in statement.targets if one.target.__class__ is cst.Name}
        elif statement.__class__ is cst.With:
            names = [item.asname.name for item in statement.items if item.asname is not None]
            bound |= {one.value for one in names if one.__class__ is cst.Name}
    return not bound.isdisjoint(_REQUESTS)


def _is(node: Any, name: str) -> bool:
    return node.__class__ is cst.Name and node.value == name


def _read(node: Any, function: Any, name: str) -> bool:
    """Whether a subscript is read, not assigned or deleted."""
    for statement in statements(function.body):
        if statement.__class__ is cst.Assign and any(one.target is node for one in statement.targets):
            return False
        if statement.__class__ is cst.Del and any(one is node for one in inside(statement.target)):
            return False
    return True


def _checked_by_decorator(function: Any) -> bool:
    """Whether a decorator of a function may look at what comes in."""
    if function.__class__ is not cst.FunctionDef:
        return False
    for one in function.decorators:
        call = one.decorator.func if one.decorator.__class__ is cst.Call else one.decorator
        if not _CHECKING.isdisjoint(words_of(dotted(call))):
            return True
    return False
