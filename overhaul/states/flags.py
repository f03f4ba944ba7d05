"""Booleans that stand together as the exclusive phases of one life: a state machine that nobody has written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from overhaul.facts import Attribute
from overhaul.inventory import StateMachine, fact
from overhaul.patterns import regex

_LIFE: Final = regex(
    r"_*(?:is_|was_|has_|been_)*(?:start|run|stop|clos|open|connect|disconnect|paus|initiali[sz]|activ|finish|done|cancel|"
    r"shut|ready|alive|abort|terminat|complet|dispos|destroy|enter|exit|fail|suspend|resum|begun|end)\w*\Z"
)


def flags_of(module: str, path: str, rows: Sequence[Attribute]) -> Iterator[StateMachine]:
    """Life-cycle flags of a module's classes, of which one method sets one and takes back another."""
    found: dict[str, dict[str, list[Attribute]]] = {}
    for row in rows:
        if row.value in ("True", "False") and _LIFE.match(row.name):
            found.setdefault(row.owner, {}).setdefault(row.name, []).append(row)
    for owner, named in sorted(found.items()):
        moving = {
            name: one for name, one in named.items()
            if {row.value for row in one} == {"True", "False"} and any(row.where not in ("", "__init__") for row in one)
        }  # fmt: skip
        methods: dict[str, dict[str, str]] = {}
        for name, one in moving.items():
            for row in one:
                if row.where not in ("", "__init__"):
                    methods.setdefault(row.where, {})[name] = row.value
        exclusive = {where: values for where, values in methods.items() if set(values.values()) == {"True", "False"}}
        together = sorted({name for values in exclusive.values() for name in values})
        if len(together) < 2:
            continue
        first = min((row for name in together for row in moving[name]), key=lambda row: row.line)
        others = ", ".join(one for one in together if one != first.name)
        yield StateMachine(
            kind="state_machine", subkind="flag_lifecycle", name=f"{owner}.{first.name}", module=module, path=path,
            line=first.line, confidence="low",
            evidence=(fact(first.line, f"stands together with {others}"[:150]), *_methods(exclusive, moving)),
            states=tuple(together), initial=None, final=(), transitions=(), enum="", table="", tests=(),
            unknown_writes=(), entered=tuple(together),
        )  # fmt: skip


def _methods(exclusive: Mapping[str, Mapping[str, str]], moving: Mapping[str, Sequence[Attribute]]) -> Iterator[str]:
    """What the methods do that set one flag and take back another."""
    for where, values in sorted(exclusive.items())[:4]:
        line = next(row.line for name in values for row in moving[name] if row.where == where)
        what = ", ".join(f"{name} = {value}" for name, value in sorted(values.items()))
        yield fact(line, f"{where} sets {what}"[:150])
