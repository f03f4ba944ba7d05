"""State machines as Mermaid's `stateDiagram-v2`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.inventory import StateMachine
from overhaul.patterns import regex
from overhaul.printable import printable

_SAFE: Final = regex(r"[A-Za-z][A-Za-z0-9_]*\Z")
_WORDS: Final = frozenset({
    "state", "statediagram", "note", "end", "as", "class", "classdef", "style", "direction", "default", "title", "hide",
    "empty", "description", "scale", "width", "fork", "join", "choice", "concurrent", "left", "right", "of", "tb", "td",
    "bt", "lr", "rl", "acctitle", "accdescr", "click", "href", "root", "start", "done", "history", "node", "graph",
    "subgraph", "linkstyle", "init", "constructor", "prototype", "__proto__", "tostring", "valueof", "hasownproperty",
})  # fmt: skip
_KEYWORD: Final = regex(
    r"s\d|(?i:state|note|end|class|style|direction|default|as|acc|scale|hide|click|root)"
)
_LONGEST: Final = 60


def picture(machine: StateMachine) -> str:
    """The diagram of one machine; the same text for the same machine."""
    return "".join(f"{line}\n" for line in _diagram(machine))


def pictures(machines: Sequence[StateMachine]) -> str:
    """The diagram of one machine; of several a Markdown document with a fenced diagram each."""
    if len(machines) == 1:
        return picture(machines[0])
    return "".join(
        f"## {_markdown(one.name)}\n\n{_markdown(one.path)}:{one.line} ({one.subkind}, {one.confidence})\n\n"
        f"```mermaid\n{picture(one)}```\n\n"
        for one in machines
    )


def _diagram(machine: StateMachine) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    %% {_comment(machine.name)} at {_comment(machine.path)}, line {machine.line}"
    drawn = [*machine.states]
    drawn += [one for move in machine.transitions for one in (move.source, move.target) if one is not None]
    states = tuple(dict.fromkeys(drawn))
    ids = {state: _id(state, number) for number, state in enumerate(states)}
    anywhere = any(move.source is None for move in machine.transitions)
    for state in states:
        if ids[state] != state:
            yield f'    state "{_text(state)}" as {ids[state]}'
        else:
            yield f"    {state}"
    if anywhere:
        yield '    state "any" as any_state'
    if machine.initial in ids:
        yield f"    [*] --> {ids[machine.initial or '']}"
    seen: dict[tuple[str, str], list[str]] = {}
    for move in machine.transitions:
        ends = (ids[move.source] if move.source is not None else "any_state", ids[move.target])
        label = move.function.rpartition(".")[2]
        labels = seen.setdefault(ends, [])
        if label and label not in labels:
            labels.append(label)
    for (source, target), labels in seen.items():
        text = _text(", ".join(labels[:4]) + (", ..." if len(labels) > 4 else ""))
        yield f"    {source} --> {target}{f' : {text}' if labels else ''}"
    for state in machine.final:
        yield f"    {ids[state]} --> [*]"


def _id(state: str, number: int) -> str:
    """A state's own name where Mermaid takes it for one; else a made one."""
    plain = _SAFE.match(state) and state.lower() not in _WORDS and state != "any_state" and len(state) <= _LONGEST
    # Its lexer takes words at the beginning of a name for keywords.
    return state if plain and not _KEYWORD.match(state) else f"s{number}"


def _text(text: str) -> str:
    """A label that means just this text: what is neither letter, digit nor harmless is `#code;`."""
    shown = printable(text) or "(empty)"
    if len(shown) > _LONGEST:
        shown = f"{shown[: _LONGEST - 3]}..."
    return "".join(char if char.isalnum() or char in " ._,-/()" else f"#{ord(char)};" for char in shown)


def _comment(text: str) -> str:
    """Text in a comment: Mermaid takes braces and percent signs there for directives."""
    return re.sub(r"[{}%\r\n`]", "_", printable(text))[:200]


def _markdown(text: str) -> str:
    return re.sub(r"[`\r\n]", "_", printable(text))
