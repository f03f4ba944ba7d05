"""What functions do with the places where values may be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from overhaul.caching.collecting import changed, guarded
from overhaul.facts import Keep, Lookup, StorageUse
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import FIRST_BINDING, Block, Role, Scope
from overhaul.syntax.keeping import Flow
from overhaul.syntax.paths import STATEMENTS
from overhaul.syntax.storage import Ref, is_empty, literal
from overhaul.syntax.suites import function_of
from overhaul.text import dotted


@Collector(
    "Assign", "AnnAssign", "AugAssign", "Del", "Call", "Comparison", "BooleanOperation", "UnaryOperation", "IfExp",
    *STATEMENTS,
)  # fmt: skip
def storage_uses(module: Module) -> Iterator[StorageUse]:
    """For each function and each attribute or variable that the file both stores and looks up: what it does with it.

    What is only stored, or only read, makes no row but for what methods write by key or delete by name where a class
    keeps a value that may be made from it: the file is gone through function by function only where names of
    attributes or variables are assigned in one place and asked for in another (`in`, `.get`, None, `hasattr`, a caught
    KeyError ...).
    """
    known: set[str] = set()
    for row in _kept(module):
        known.add(row.place)
        yield row
    yield from changed(module, known)


def _kept(module: Module) -> Iterator[StorageUse]:
    """The rows of what is both stored and looked up."""
    same: dict[int, dict[str, str]] = {}
    stored, asked = _plainly(_stored(module, same), same), _plainly(_asked(module), same)
    functions = {id(one): one for one in module.scopes if one.kind == "function"}
    apart = _apart(stored, asked, functions)
    matters = _together(stored, asked, functions) | apart
    methods = {here: _last(one.name) for here, one in functions.items() if one.receiver}
    if "__missing__" in methods.values():
        matters.add("self")
    if "__get__" in methods.values():
        matters.add("?")
    if not matters:
        return
    relevant = frozenset(matters | _flags(stored, asked))
    locks = frozenset(_locks(module))
    library = "Cache" in module.text or "LRU" in module.text
    aliases: dict[str, dict[str, Ref]] = {}
    found: dict[str, list[StorageUse]] = {}
    later: list[Scope] = []
    for here, scope in sorted(functions.items(), key=lambda one: one[1].line):
        names = stored.get(here, _NONE).keys() | asked.get(here, _NONE).keys()
        special = methods.get(here) in ("__missing__", "__get__")
        if not special and matters.isdisjoint(names):
            later.append(scope)
            continue
        for row in _rows(Flow(module.reached(scope), scope, aliases, relevant, locks), scope):
            if special or _last(row.place) in matters or "?" in names or "self" in matters:
                found.setdefault(row.place, []).append(row)
    places = {
        place: rows for place, rows in found.items() if _by_key(rows, library, apart) or _single(rows) or _makes(rows)
    }
    # What else is done to these, by functions that neither store nor ask: dropped, changed, handed out.
    wanted = {_last(place) for place in places} - {"?"}
    for scope in later if wanted else ():
        if _touches(scope, wanted):
            for row in _rows(Flow(module.reached(scope), scope, aliases, relevant, locks), scope):
                if row.place in places:
                    places[row.place].append(row)
    for rows in places.values():
        for row in _telling(rows):
            yield guarded(row, module, functions, locks)


def _rows(flow: Flow, scope: Scope) -> Iterator[StorageUse]:
    """One row for each place that a function does something with."""
    for place, use in flow.noted():
        yield StorageUse(
            scope=scope.name, root=place.root, place=place.name, line=use.line,
            lookups=tuple(
                Lookup(found[0], how, key, tuple(dict.fromkeys(found[1])), tuple(sorted(set(found[2]))))
                for (how, key), found in use.lookups.items()
            ),
            keeps=tuple(Keep(*keep) for keep in use.keeps), drops=tuple(use.drops), changes=tuple(use.changes),
            effects=tuple(use.effects), returns=use.returns, entry=use.entry, handed=use.handed, reads=use.reads,
            counted=use.counted, clock=use.clock, iterated=use.iterated, locked=use.locked,
            wraps=_outermost(scope) if any(keep.source == "called_parameter" for keep in use.keeps) else "",
        )  # fmt: skip


def _telling(rows: Sequence[StorageUse]) -> Iterator[StorageUse]:
    """All but those that only read, of which one is enough."""
    readers: list[StorageUse] = []
    for row in rows:
        if row.lookups or row.keeps or row.drops or row.changes or row.effects or row.iterated:
            yield row
        else:
            readers.append(row)
    yield from sorted(readers, key=lambda row: not row.returns)[:1]


def _makes(rows: Sequence[StorageUse]) -> bool:
    """Whether it is a mapping that makes what is missing, or what a descriptor keeps."""
    return any(row.scope.endswith((".__missing__", ".__get__")) for row in rows)


Ways = dict[int, dict[str, bool]]
"""Identity of a function's scope -> the last names of attributes and variables -> whether that says much: a value that
is made, or put under a key; a question whether there is one."""
_NONE: Final[dict[str, bool]] = {}


def _flags(stored: Ways, asked: Ways) -> set[str]:
    """The names that one function both sets and asks for: a flag, a time, a key beside what is kept."""
    return {name for here, names in stored.items() for name in names.keys() & asked.get(here, _NONE).keys()}


def _together(stored: Ways, asked: Ways, functions: Mapping[int, Scope]) -> set[str]:
    """The names of what a function makes and stores that asks for it, or for what else it stores: a flag, a time.

    Where an object is set up, that means nothing.
    """
    found: set[str] = set()
    for here, names in stored.items():
        both = names.keys() & asked.get(here, _NONE).keys()
        if not both or here not in functions or _last(functions[here].name) in ("__init__", "__post_init__", "__new__"):
            continue
        found.update(name for name, made in names.items() if made and name in both)
        if any(one for one in both if not names[one] or _SAYING.search(one)):
            found.update(name for name, made in names.items() if made)
    return found - {""}


_SAYING: Final = regex(
    r"at$|time|ttl|expir|stamp|last|when|date|age|next|until|fresh|key|version|hash|digest|tag|rev|seq|name|path|id$|count|size",
    re.IGNORECASE,
)
"""Names of times and keys that say whether what stands beside is still good."""


def _apart(stored: Ways, asked: Ways, functions: Mapping[int, Scope]) -> set[str]:
    """The names that one function asks for and another one, which it calls or holds, stores; those of caches at all."""
    storers: dict[str, list[Scope]] = {}
    for here, names in stored.items():
        if here in functions:
            for name, made in names.items():
                if made:
                    storers.setdefault(name, []).append(functions[here])
    found: set[str] = set()
    for here, names in asked.items():
        scope = functions.get(here)
        candidates = [name for name, much in names.items() if much and name in storers and name not in found]
        if scope is None or not candidates:
            continue
        called = {_last(event[1]) for event in scope.events if event[0] == Role.CALL}
        for name in candidates:
            if _SPEAKING.search(name) or any(
                _last(one.name) in called or one.name.startswith(f"{scope.name}.") or _SPEAKING.search(one.name)
                for one in storers[name] if one is not scope
            ):  # fmt: skip
                found.add(name)
    return found - {""}


_SPEAKING: Final = regex(r"cach|memo|lru|ttl", re.IGNORECASE)


def _by_key(rows: Sequence[StorageUse], library: bool, apart: set[str]) -> bool:
    """Whether something is looked up under a key, and something is stored under one that is no constant.

    Where a library's cache may stand, constants count, too: with these it throttles.
    """
    keeps = [keep for row in rows for keep in row.keeps if keep.key and keep.source != "empty"]
    if not any(one.key for row in rows for one in row.lookups):
        return False
    if library or _last(rows[0].place) in apart:
        return any(library or keep.source != "constant" for keep in keeps)
    return any(keep.missed and keep.source != "constant" for keep in keeps)


def _single(rows: Sequence[StorageUse]) -> bool:
    """Whether a single value is asked for, and one is made where it was not there."""
    if any(one.startswith("whole:") for row in rows for keep in row.keeps for one in keep.beside):
        return True
    keeps = [keep for row in rows for keep in row.keeps if not keep.key and keep.source in _MADE]
    if not keeps:
        return False
    lookups = [one for row in rows for one in row.lookups if not one.key]
    asking = [row.scope for row in rows if any(not one.key for one in row.lookups)]
    if any(row.scope.startswith(f"{scope}.") and row.keeps for row in rows for scope in asking):
        return True
    return any(keep.missed or keep.beside for keep in keeps) or any(one.helpers for one in lookups)


_MADE: Final = frozenset({"called", "computed", "called_parameter", "callback", "copied", "part", "parameter"})


def _locks(module: Module) -> Iterator[str]:
    """The last names of attributes and variables that hold locks."""
    for assign, _, _ in module.nodes(cst.Assign):
        value: Any = assign.value
        if value.__class__ is cst.Call and dotted(value.func).endswith(("Lock", "Semaphore", "Condition")):
            for one in assign.targets:
                yield _chain(one.target)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _outermost(scope: Scope) -> str:
    """The outermost function around a function."""
    found, one = "", scope.parent
    while one is not None:
        if one.kind == "function":
            found = one.name
        one = one.parent
    return found


def _chain(node: Any) -> str:
    """The last name of the innermost container of a target: `_x` of `self._x[a][b]`."""
    while node.__class__ is cst.Subscript:
        node = node.value
    if node.__class__ is cst.Call and node.func.__class__ is cst.Attribute:
        return _chain(node.func.value)
    if node.__class__ is cst.Attribute:
        return "?" if node.attr.value == "__dict__" else str(node.attr.value)
    return str(node.value) if node.__class__ is cst.Name else ""


def _targets(node: Any) -> Iterator[Any]:
    if node.__class__ is cst.Tuple or node.__class__ is cst.List:
        for element in node.elements:
            yield from _targets(element.value)
    else:
        yield node


_STORING: Final = frozenset(
    {"setattr", "__setattr__", "setdefault", "set", "put", "add", "update", "__setitem__", "store", "save"}
)
_MISSING: Final = ("KeyError", "AttributeError", "IndexError", "LookupError")


def _plainly(ways: Ways, same: dict[int, dict[str, str]]) -> Ways:
    """With what is done to local names for what they stand for done to that."""
    for here, pairs in same.items():
        names = ways.get(here)
        if names is not None:
            for local, meant in pairs.items():
                if local in names:
                    names[meant] = names.get(meant, False) or names[local]
    return ways


def _stored(module: Module, same: dict[int, dict[str, str]]) -> Ways:
    """The last names of attributes and variables that functions assign, or assign into."""
    found: Ways = {}

    def note(block: Block, name: str, made: bool) -> None:
        names = found.setdefault(id(function_of(block.scope)), {})
        names[name] = names.get(name, False) or made

    parameters: dict[int, frozenset[str]] = {}

    def given(scope: Scope) -> frozenset[str]:
        known = parameters.get(id(scope))
        if known is None:
            # What a function inside another is given may be the answer that the outer one asked for.
            inner = scope.parent is not None and scope.parent.kind == "function"
            known = frozenset(event[1] for event in scope.events if event[0] == Role.PARAMETER and not inner)
            parameters[id(scope)] = known
        return known

    for assign, _, block in module.nodes(cst.Assign):
        scope = function_of(block.scope)
        if scope.kind != "function":
            continue
        value: Any = assign.value
        for one in assign.targets:
            for target in _targets(one.target):
                if target.__class__ is cst.Name:
                    if target.value in scope.elsewhere:
                        note(block, target.value, not _plain(value, given(scope)))
                    elif value.__class__ in (cst.Attribute, cst.Name, cst.Subscript, cst.Call):
                        # The local name may stand for a place, into which may be stored.
                        meant = _meant(value)
                        if meant and meant != target.value:
                            same.setdefault(id(scope), {})[target.value] = meant
                elif target.__class__ is cst.Subscript:
                    alias = _chain(target)
                    note(block, alias, True)
                    for part in _literals(target):
                        note(block, part, True)
                else:
                    note(block, _chain(target), not _plain(value, given(scope)))
    for declared, _, block in module.nodes(cst.AnnAssign):
        if declared.value is not None and declared.target.__class__ is not cst.Name:
            note(block, _chain(declared.target), not _plain(declared.value, given(function_of(block.scope))))
    for call, _, block in module.nodes(cst.Call):
        func: Any = call.func
        name = func.attr.value if func.__class__ is cst.Attribute else dotted(func)
        if name in _STORING:
            if name in ("setattr", "__setattr__"):
                if len(call.args) == 3:
                    note(
                        block,
                        literal(call.args[1].value) or "?",
                        not _plain(call.args[2].value, given(function_of(block.scope))),
                    )
            elif func.__class__ is cst.Attribute and len(call.args) >= 2:
                note(block, _chain(func.value), True)
    return found


def _meant(value: Any) -> str:
    """The last name of the place that a value is taken from; for `getattr(x, "name")` that name."""
    named = value.__class__ is cst.Call and dotted(value.func) == "getattr" and len(value.args) > 1
    return literal(value.args[1].value) if named else _chain(value)


def _plain(value: Any, parameters: frozenset[str]) -> bool:
    """Whether a value is nothing that had to be made: a name, a constant, an empty container."""
    if value.__class__ is cst.Name:
        return value.value in ("None", "True", "False") or value.value in parameters
    return value.__class__ in (cst.Integer, cst.SimpleString, cst.Float, cst.Lambda) or is_empty(value)


def _literals(target: Any) -> Iterator[str]:
    """Names in `x.__dict__["name"] = ...`."""
    if target.__class__ is cst.Subscript and _chain(target) in ("?", "vars", "globals"):
        index: Any = target.slice[0].slice
        yield literal(getattr(index, "value", index))


def _asked(module: Module) -> Ways:
    """The last names of attributes and variables whose presence or state is asked for."""
    found: Ways = {}

    def note(block: Block, names: Iterable[str], much: bool) -> None:
        here = found.setdefault(id(function_of(block.scope)), {})
        for name in names:
            here[name] = here.get(name, False) or much

    for test, _, block in module.nodes(cst.Comparison):
        for one in test.comparisons:
            operator = one.operator.__class__
            if operator is cst.In or operator is cst.NotIn:
                note(block, (_chain(one.comparator), literal(test.left)), True)
            elif operator is cst.Is or operator is cst.IsNot:
                note(block, _chains(test.left), True)
            else:
                note(block, _chains(test.left) | _chains(one.comparator), False)
    for kinds in (module.nodes(cst.If), module.nodes(cst.IfExp), module.nodes(cst.While)):
        for node, _, block in kinds:
            note(block, _chains(node.test), False)
    for operation, _, block in module.nodes(cst.BooleanOperation):
        note(block, _chains(operation.left) | _chains(operation.right), False)
    for negation, _, block in module.nodes(cst.UnaryOperation):
        note(block, _chains(negation.expression), True)
    for call, _, block in module.nodes(cst.Call):
        func: Any = call.func
        if func.__class__ is cst.Attribute:
            if func.attr.value in _LOOKING:
                note(block, (_chain(func.value), literal(call.args[0].value) if call.args else ""), True)
        elif func.__class__ is cst.Name and func.value in ("hasattr", "getattr") and len(call.args) >= 2:
            note(block, (literal(call.args[1].value) or "?",), True)
    tries: list[tuple[Any, Block]] = [
        (one, block)
        for one, _, block in module.nodes(cst.Try)
        if any(_catches(handler.type) for handler in one.handlers)
    ]
    tries += [(one, block) for one, _, block in module.nodes(cst.With) if _suppresses(one)]
    for attempt, block in tries:
        for statement in attempt.body.body[:4]:
            for small in getattr(statement, "body", ()) if statement.__class__ is cst.SimpleStatementLine else ():
                note(block, _all_chains(getattr(small, "value", None)), True)
    return found


_LOOKING: Final = frozenset({"get", "setdefault", "has", "has_key", "contains", "__contains__", "exists"})


def _suppresses(node: Any) -> bool:
    for item in node.items:
        call = item.item
        if call.__class__ is cst.Call and dotted(call.func).endswith("suppress"):
            return any(_catches(one.value) for one in call.args)
    return False


def _catches(kind: Any) -> bool:
    if kind is None:
        return False
    kinds = [one.value for one in kind.elements] if kind.__class__ is cst.Tuple else [kind]
    return any(dotted(one).endswith(_MISSING) for one in kinds)


def _chains(node: Any) -> set[str]:
    """The last names that a simple operand speaks of."""
    kind = node.__class__
    if kind is cst.Name:
        return {node.value}
    if kind is cst.Attribute or kind is cst.Subscript:
        return {_chain(node)}
    if kind is cst.BinaryOperation:
        return _chains(node.left) | _chains(node.right)
    if kind is cst.NamedExpr:
        return _chains(node.value)
    if kind is cst.Call:
        return {_chain(node.func)}.union(*(_chains(one.value) for one in node.args[:2]))
    return set()


def _all_chains(node: Any) -> set[str]:
    """The last names of what an expression takes by key or as an attribute, as deep as it is simple."""
    found: set[str] = set()
    depth = 0
    while node is not None and depth < 6:
        depth += 1
        kind = node.__class__
        if kind is cst.Subscript or kind is cst.Attribute:
            found.add(_chain(node))
            node = node.value
        elif kind is cst.Call:
            for one in node.args[:3]:
                if one.value.__class__ in (cst.Subscript, cst.Attribute):
                    found.add(_chain(one.value))
            node = node.func
        elif kind is cst.Await:
            node = node.expression
        elif kind is cst.Name:
            found.add(node.value)
            node = None
        else:
            node = None
    return found


def _touches(scope: Scope, matters: set[str]) -> bool:
    """Whether a function uses one of these names, as a variable that is not its own or as an attribute."""
    for role, name, *_ in scope.events:
        if role >= FIRST_BINDING:
            continue
        if "." in name:
            first, *rest = name.split(".")
            if not matters.isdisjoint(rest) or (first in matters and first not in scope.bound):
                return True
        elif name in matters and (name not in scope.bound or name in scope.elsewhere or _defaulted(scope)):
            return True
    return any(name in matters for name in scope.elsewhere)


def _defaulted(scope: Scope) -> bool:
    node: Any = scope.node
    params: Any = node.params if node.__class__ is cst.FunctionDef else None
    return params is not None and any(
        one.default is not None and one.default.__class__ in (cst.Dict, cst.List, cst.Call)
        for one in (*params.params, *params.kwonly_params)
    )
