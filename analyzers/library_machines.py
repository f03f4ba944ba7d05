"""State machines that a library runs: transitions, python-statemachine, automat, django-fsm and viewflow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from overhaul.facts import LibraryMachine, LibraryMove
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.syntax.declared import File, argument, class_around, items, state_name, state_names
from overhaul.syntax.elements import ElementLines
from overhaul.text import dotted, text_of

_IMPORTS: Final = ("transitions", "statemachine", "automat", "django_fsm", "viewflow")
_MACHINE: Final = regex(r"transitions(?:\.\w+)*\.\w*Machine\Z")
_PARTS: Final = ("trigger", "source", "dest", "conditions")
_CHART: Final = regex(r"statemachine(?:\.\w+)*\.(?:\w*StateMachine|StateChart)\Z")


@Collector("Assign", "AnnAssign", "Call", "FunctionDef", "ClassDef")
def library_machines(module: Module) -> Iterator[LibraryMachine]:
    """The machines that a file declares to a library, with what it says of their states and transitions."""
    if not any(name in module.text for name in _IMPORTS):
        return
    file = File(module.scopes, module.nodes)
    roots = {target.partition(".")[0] for target in file.imported.values()}
    if "transitions" in roots:
        yield from _transitions(file)
    if "statemachine" in roots:
        yield from _statemachine(file)
    if "automat" in roots:
        yield from _methodical(file)
        yield from _typed(file)
    if any(root.startswith("django_fsm") or root == "viewflow" for root in roots):
        yield from _fields(file)


# transitions


def _transitions(file: File) -> Iterator[LibraryMachine]:
    made = [
        (target, value, line, scope) for target, value, line, scope in file.assigned
        if value.__class__ is cst.Call and _MACHINE.match(file.meaning(value.func))
    ]  # fmt: skip
    bound = {id(value) for _, value, _, _ in made}
    machines = [(file.held(target, scope), dotted(target), value, line) for target, value, line, scope in made]
    for call, line, scope in file.calls:
        if id(call) in bound:
            continue
        func = call.func
        inside = func.__class__ is cst.Attribute and func.attr.value == "__init__"
        around = class_around(scope)
        if inside and around:
            base = any(_MACHINE.match(file.meaning(one.value)) for one in file.classes[_last(around)].bases)
            if base and argument(call, "states") is not None:
                machines.append((around, "self", call, _line_of(file, around)))
        elif _MACHINE.match(file.meaning(func)) and argument(call, "states", 1) is not None:
            name = around or scope.name
            machines.append((name, "self", call, _line_of(file, around) if around else line))
    for name, chain, call, line in machines:
        yield _machine(file, name, chain, call, line, len(machines) == 1)


def _line_of(file: File, name: str) -> int:
    return next((scope.line for scope in file.scopes if scope.kind == "class" and scope.name == name), 1)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _machine(file: File, name: str, chain: str, call: Any, line: int, only: bool) -> LibraryMachine:
    states: list[str] = []
    moves: list[LibraryMove] = []
    complete = True
    given = argument(call, "states", 1)
    if given is not None:
        found = _states(file, given)
        complete = found is not None
        states += found or ()
    listed = argument(call, "transitions", 3)
    if listed is not None:
        told, at = file.value(listed)
        complete = _listed(told, at or line, moves) and complete
    for other, at, _ in file.calls:
        func = other.func
        if func.__class__ is not cst.Attribute or not (only or dotted(func.value) == chain):
            continue
        if func.attr.value == "add_transition":
            one = _added(other, at)
            if one is not None:
                moves.append(one)
        elif func.attr.value == "add_transitions" and other.args:
            told, where = file.value(other.args[0].value)
            complete = _listed(told, where or at, moves) and complete
        elif func.attr.value in ("add_state", "add_states") and other.args:
            states += _states(file, other.args[0].value) or ()
        elif func.attr.value == "add_ordered_transitions" and not other.args:
            pairs = zip(states, [*states[1:], *states[:1]], strict=True)
            moves += [LibraryMove((source,), target, at, "next_state", "") for source, target in pairs]
    initial = argument(call, "initial", 2)
    if initial is not None:
        initial, _ = file.value(initial)
    # A parameter can be any state.
    first = "initial" if initial is None else "" if initial.__class__ is cst.Name else state_name(initial)
    named = [*states, *(one for move in moves for one in (*move.sources, move.target) if one)]
    return LibraryMachine(
        name=name, line=line, library="transitions", states=tuple(dict.fromkeys([*named, *([first] if first else ())])),
        initial=first, final=(), moves=tuple(moves), complete=complete,
    )  # fmt: skip


def _states(file: File, node: Any) -> tuple[str, ...] | None:
    told, _ = file.value(node)
    if told.__class__ is cst.Name and told.value in file.classes:
        body = file.classes[told.value].body.body
        small = [one for line in body if line.__class__ is cst.SimpleStatementLine for one in line.body]
        return tuple(dotted(one.targets[0].target) for one in small if one.__class__ is cst.Assign)
    if told.__class__ in (cst.List, cst.Tuple, cst.Set):
        names = tuple(state_name(one.value) for one in told.elements)
        return tuple(name for name in names if name) if any(names) else None
    return None if told.__class__ in (cst.Name, cst.Attribute) else state_names(told) or None


def _listed(node: Any, line: int, moves: list[LibraryMove]) -> bool:
    """Transitions in a list of dicts or lists; whether all could be read."""
    if node.__class__ not in (cst.List, cst.Tuple):
        return False
    lines = ElementLines(node, line)
    before = len(moves)
    for element in node.elements:
        at, value = lines.of(element), element.value
        parts: dict[str, Any] = {}
        if value.__class__ is cst.Dict:
            parts = dict(items(value))
        elif value.__class__ in (cst.List, cst.Tuple):
            parts = dict(zip(_PARTS, (one.value for one in value.elements), strict=False))
        if "source" in parts and "dest" in parts:
            moves.append(_move(parts["source"], parts["dest"], at, parts.get("trigger"), parts.get("conditions")))
    return len(moves) - before == len(node.elements)


def _added(call: Any, line: int) -> LibraryMove | None:
    source, target = argument(call, "source", 1), argument(call, "dest", 2)
    if source is None or target is None:
        return None
    return _move(source, target, line, argument(call, "trigger", 0), argument(call, "conditions", 3))


def _move(source: Any, target: Any, line: int, event: Any, guard: Any) -> LibraryMove:
    to = state_name(target)
    return LibraryMove(
        state_names(source), "" if to in ("=", "None") else to, line, state_name(event) if event is not None else "",
        text_of(guard, 100) if guard is not None else "",
    )  # fmt: skip


# python-statemachine


def _statemachine(file: File) -> Iterator[LibraryMachine]:
    for node, line, block in file.nodes(cst.ClassDef):
        if not any(_CHART.match(file.meaning(base.value)) for base in node.bases):
            continue
        name = f"{block.scope.name}.{node.name.value}" if block.scope.name else node.name.value
        states: list[str] = []
        first = ""
        final: list[str] = []
        moves: list[LibraryMove] = []
        for target, value, at, scope in file.assigned:
            if scope.name != name or target.__class__ is not cst.Name:
                continue
            if value.__class__ is cst.Call and file.meaning(value.func).endswith(".State"):
                states.append(target.value)
                if _true(argument(value, "initial")):
                    first = target.value
                if _true(argument(value, "final")):
                    final.append(target.value)
            else:
                moves += _events(value, at, target.value)
        if states or moves:
            yield LibraryMachine(
                name=name, line=line, library="python-statemachine", states=tuple(states), initial=first,
                final=tuple(final), moves=tuple(moves), complete=bool(states and moves),
            )  # fmt: skip


def _true(node: Any) -> bool:
    return node is not None and dotted(node) == "True"


def _events(node: Any, line: int, event: str) -> Iterator[LibraryMove]:
    """`green.to(yellow) | yellow.to(red, cond="ready")`."""
    if node.__class__ is cst.BinaryOperation:
        yield from _events(node.left, line, event)
        yield from _events(node.right, line, event)
        return
    if node.__class__ is not cst.Call:
        return
    chain = dotted(node.func).split(".")
    condition = argument(node, "cond") or argument(node, "unless")
    guard = text_of(condition, 100) if condition is not None else ""
    others = [dotted(one.value) for one in node.args if one.keyword is None and dotted(one.value)]
    if len(chain) == 2 and chain[1] == "to":
        for other in others:
            yield LibraryMove((chain[0],), other, line, event, guard)
    elif len(chain) == 2 and chain[1] == "from_":
        yield LibraryMove(tuple(others), chain[0], line, event, guard)
    elif len(chain) == 3 and chain[1:] == ["to", "itself"]:
        yield LibraryMove((chain[0],), chain[0], line, event, guard)
    elif len(chain) == 3 and chain[1:] == ["from_", "any"]:
        yield LibraryMove((), chain[0], line, event, guard)
    elif others:
        # Event(green.to(yellow), ...)
        return
    else:
        for one in node.args:
            yield from _events(one.value, line, event)


# automat


def _methodical(file: File) -> Iterator[LibraryMachine]:
    for target, value, line, scope in file.assigned:
        if value.__class__ is not cst.Call or not file.meaning(value.func).endswith("MethodicalMachine"):
            continue
        held = dotted(target)
        states: list[str] = []
        first = ""
        final: list[str] = []
        for node, _, block in file.nodes(cst.FunctionDef):
            for one in node.decorators if block.scope is scope else ():
                call: Any = one.decorator
                if call.__class__ is cst.Call and dotted(call.func) == f"{held}.state":
                    states.append(node.name.value)
                    first = node.name.value if _true(argument(call, "initial")) else first
                    final += [node.name.value] if _true(argument(call, "terminal")) else []
        moves: list[LibraryMove] = []
        for call, at, where in file.calls:
            chain = dotted(call.func).split(".")
            if where is scope and len(chain) == 2 and chain[1] == "upon" and chain[0] in states:
                event, enter = argument(call, "input", 0), argument(call, "enter", 1)
                to = dotted(enter) if enter is not None else ""
                moves.append(LibraryMove((chain[0],), to, at, dotted(event) if event is not None else "", ""))
        yield LibraryMachine(
            name=file.held(target, scope), line=line, library="automat", states=tuple(states), initial=first,
            final=tuple(final), moves=tuple(moves), complete=bool(states),
        )  # fmt: skip


def _typed(file: File) -> Iterator[LibraryMachine]:
    for target, value, line, scope in file.assigned:
        if value.__class__ is not cst.Call or not file.meaning(value.func).endswith("TypeMachineBuilder"):
            continue
        held = dotted(target)
        states: dict[str, str] = {}
        for other, made, _, where in file.assigned:
            if where is scope and made.__class__ is cst.Call and dotted(made.func) == f"{held}.state":
                states[dotted(other)] = state_name(argument(made, "name", 0) or other) or dotted(other)
        moves: list[LibraryMove] = []
        for call, at, _ in file.calls:
            func = call.func
            if func.__class__ is not cst.Attribute or func.attr.value not in ("to", "loop"):
                continue
            upon = func.value
            if upon.__class__ is not cst.Call or upon.func.__class__ is not cst.Attribute or not upon.args:
                continue
            source = dotted(upon.func.value)
            if upon.func.attr.value == "upon" and source in states:
                to = dotted(call.args[0].value) if call.args else source
                event = dotted(upon.args[0].value)
                moves.append(LibraryMove((states[source],), states.get(to, ""), at, event, ""))
        name, at = file.held(target, scope), line
        if scope.kind == "function":
            # What is built in a function is known by what keeps it.
            name = scope.name
            at = scope.line
            for other, made, where_line, where in file.assigned:
                if where.top and made.__class__ is cst.Call and dotted(made.func) == scope.name:
                    name, at = dotted(other), where_line
        yield LibraryMachine(
            name=name, line=at, library="automat", states=tuple(dict.fromkeys(states.values())),
            initial=next(iter(states.values()), ""), final=(), moves=tuple(moves), complete=bool(states),
        )  # fmt: skip


# django-fsm and viewflow


def _fields(file: File) -> Iterator[LibraryMachine]:
    for target, value, line, scope in file.assigned:
        if scope.kind != "class" or target.__class__ is not cst.Name or value.__class__ is not cst.Call:
            continue
        meaning = file.meaning(value.func)
        library = meaning.partition(".")[0]
        if not ((library.startswith("django_fsm") and "FSM" in meaning) or meaning.startswith("viewflow.fsm")):
            continue
        field = target.value
        default = argument(value, "default")
        moves: list[LibraryMove] = []
        for node, at, block in file.nodes(cst.FunctionDef):
            for one in node.decorators if block.scope is scope else ():
                move = _decorated(one.decorator, field, at, node.name.value)
                if move is not None:
                    moves.append(move)
        first = state_name(default) if default is not None else ""
        names = [first, *(one for move in moves for one in (*move.sources, move.target))]
        yield LibraryMachine(
            name=f"{scope.name}.{field}", line=line, library=library.replace("_", "-"),
            states=tuple(dict.fromkeys(name for name in names if name)), initial=first, final=(), moves=tuple(moves),
            complete=True,
        )  # fmt: skip


def _decorated(call: Any, field: str, line: int, event: str) -> LibraryMove | None:
    """`@transition(field=state, source="new", target="done")`, `@state.transition(source=..., target=...)`."""
    if call.__class__ is not cst.Call:
        return None
    chain = dotted(call.func)
    if chain.rpartition(".")[2] == "transition" and chain != f"{field}.transition":
        given = argument(call, "field", 0)
        if given is None or state_name(given) != field:
            return None
    elif chain != f"{field}.transition":
        return None
    source, target = argument(call, "source"), argument(call, "target")
    conditions = argument(call, "conditions")
    return LibraryMove(
        state_names(source) if source is not None else (), state_name(target) if target is not None else "", line,
        event, text_of(conditions, 100) if conditions is not None else "",
    )  # fmt: skip
