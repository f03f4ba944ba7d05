"""What a module offers: the names bound at its top level."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from overhaul.facts import Binding
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Event, Imported, Role, situation

Kind = Literal["class", "function", "assignment", "import", "declaration", "star", "global"]

_LINE_END: Final = regex(r"\r\n?|\n")
_DYNAMIC: Final = regex(
    r"""(?<!hasattr\()(?<!getattr\()(?<!\bin[ ])
        (?:\b(?:globals|vars|locals)\(\)|\bsys\.modules\[__name__\](?:\.__dict__)?)
        (?!\s*(?:\.(?:get|items|keys|values|copy|__doc__|__file__|__name__)\b|\[[^][\n]*\]\s*(?!\s|=[^=])))""",
    re.VERBOSE,
)
"""`globals()` where it is written to or handed on: all but the ways of reading it."""


@Collector()
def bindings(module: Module) -> Iterator[Binding]:
    """The names a module binds at its top level, each way of binding once: by definition, import, or assignment.

    `del name` at the top level takes a name away unless it is bound again. Names that functions bind by `global` count.
    A row of kind `global` for the name `*` says that names are bound that no statement names: through `globals()`,
    `sys.modules[__name__]` or, at the top level, `vars()`, `locals()` and `exec`.
    """
    if (line := _dynamic(module)) is not None:
        yield Binding(line=line, name="*", kind="global", target="", conditional=True)
    top = module.scopes[0]
    last: dict[str, int] = {}
    for number, event in enumerate(top.events):
        if event[0] >= Role.ASSIGN and (event[3].scope.top or event[3].kind == "global"):
            last[event[1]] = number
    seen: set[tuple[str, str, str]] = set()
    for event in top.events:
        role, name, line, block, _ = event
        if role < Role.ASSIGN or role == Role.UNBIND or not (block.scope.top or block.kind == "global"):
            continue
        if top.events[last[name]][0] == Role.UNBIND and not situation(top.events[last[name]][3]).conditional:
            continue
        kind, target = _meaning(event)
        if (name, kind, target) not in seen:
            seen.add((name, kind, target))
            branch = block.kind != "body" and situation(block).conditional
            yield Binding(line=line, name=name, kind=kind, target=target, conditional=branch)


def _dynamic(module: Module) -> int | None:
    """The first line that may bind names which no statement names."""
    if not any(word in module.text for word in ("globals()", "vars()", "locals()", "sys.modules[__name__]", "exec(")):
        return None
    calls = (event for event in module.scopes[0].events if event[0] == Role.CALL)
    top = {event[2] for event in calls if event[1] in ("vars", "locals", "exec")}
    anywhere = {line for _, role, name, line in module.uses if (role, name) == (Role.CALL, "globals")}
    anywhere |= {line for _, _, name, line in module.uses if name == "sys.modules"}
    lines = _LINE_END.split(module.text)
    for line in sorted(top | anywhere):
        # A call may go on below: what is read from the value stands right behind it.
        text = "\n".join(lines[line - 1:line + 1])
        if _DYNAMIC.search(text) is not None or (line in top and "exec(" in lines[line - 1]):
            return line
    return None


def _meaning(event: Event) -> tuple[Kind, str]:
    role, name, _, block, node = event
    if block.kind == "global":
        return "global", ""
    match role:
        case Role.CLASS:
            return "class", ""
        case Role.DEFINE:
            return "function", ""
        case Role.DECLARE:
            return "declaration", ""
        case Role.IMPORT:
            assert isinstance(node, Imported)
            return ("star" if name == "*" else "import"), node.target
        case _:
            return "assignment", ""
