"""Uses of attributes that the receiver's class does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import (
    Class,
    Facts,
    InterfaceMismatch,
    LocalName,
    ReceiverUse,
    Reflection,
    UsedName,
    Variable,
)
from overhaul.inventory import testing
from overhaul.leaves import Analyzer
from overhaul.naming.meanings import External, Symbol
from overhaul.past import Past
from overhaul.symbols import Symbols
from overhaul.text import words_of
from overhaul.types import Types
from overhaul.wiring.interfaces import Asked, Interfaces
from overhaul.wiring.remembering import Known, Memory


@Analyzer
def interface_mismatches(
    symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName], classes: Facts[Class],
    used: Facts[UsedName], receivers: Facts[ReceiverUse], reflections: Facts[Reflection],
    past: Past[Known],
) -> Iterator[InterfaceMismatch]:  # fmt: skip
    """Methods and attributes that are asked of a receiver whose class is known, and that this class does not have.

    Silent where the class may have attributes that nobody can see, where a subclass has it and the receiver may be of
    one, where the code has asked what the receiver is, and in tests.
    """
    memory = Memory(past.state, symbols, variables, local_names, used, receivers, reflections)
    interfaces = Interfaces(
        symbols, Types(symbols, variables, local_names), classes, used, receivers, reflections, memory.outside
    )
    found: dict[str, Sequence[InterfaceMismatch]] = {}
    for module in symbols.layout.modules:
        if testing(symbols.path(module)):
            continue
        told = memory.rows(module)
        found[module] = told if told is not None else list(_of_module(module, interfaces))
        yield from found[module]
    past.leave(memory.left(interfaces.set_from_outside, found))


def _of_module(module: str, interfaces: Interfaces) -> Iterator[InterfaceMismatch]:
    for asked in interfaces.asked(module):
        if not asked.exact and any(_of_an_heir(interfaces, asked)):
            continue
        if asked.receiver == "self" and _completed_elsewhere(interfaces, asked.classes[0]):
            continue
        owner = asked.classes[0]
        near = interfaces.near(owner, asked.member)
        yield InterfaceMismatch(
            module=module, path=interfaces.symbols.path(module), line=asked.line, scope=asked.scope,
            receiver=asked.receiver, owner=owner.dotted, member=asked.member,
            how="call" if asked.how == "call" else "load", near=near,
            confidence="high" if asked.exact else "medium",
        )  # fmt: skip


def _completed_elsewhere(interfaces: Interfaces, owner: Symbol) -> bool:
    """Whether a class is there to be mixed in or completed, and nobody in the project does it: others may."""
    if (owner.module, owner.name) in interfaces.heirs:
        return False
    spoken = set(words_of(owner.name)) & {"mixin", "base", "abstract", "mix"}
    outside = {one.name for one in interfaces.types.bases(owner) if isinstance(one, External)}
    abstract = not outside.isdisjoint(("abc.ABC", "typing.Protocol"))
    return bool(spoken) or abstract


def _of_an_heir(interfaces: Interfaces, asked: Asked) -> Iterator[bool]:
    for one in asked.classes:
        for heir in interfaces.heirs.get((one.module, one.name), ()):
            yield interfaces.has(heir, asked.member) != "no"
