"""What was worked out of each module in the last run, and whether it still holds."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final, NamedTuple

import msgspec

from overhaul.calling.decorating import Decorating
from overhaul.calling.definitions import Defined, Numbering, define, names_of
from overhaul.calling.outgoing import Outgoing, Sources, outgoing
from overhaul.calling.renumbering import renumbered
from overhaul.facts import (
    Attribute,
    Binding,
    Class,
    Export,
    Facts,
    Function,
    ImportStatement,
    LocalName,
    LooseName,
    ReceiverUse,
    UsedName,
    Variable,
)
from overhaul.naming.additions import got, unheard, words_of
from overhaul.past import Past
from overhaul.symbols import Symbols
from overhaul.types import Types


class Tables(NamedTuple):
    """The facts that uses are worked out from."""

    bindings: Facts[Binding]
    exports: Facts[Export]
    classes: Facts[Class]
    functions: Facts[Function]
    attributes: Facts[Attribute]
    statements: Facts[ImportStatement]
    variables: Facts[Variable]
    local_names: Facts[LocalName]
    used: Facts[UsedName]
    receivers: Facts[ReceiverUse]
    loose: Facts[LooseName]


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one module."""

    printed: bytes
    """A digest of its facts."""
    face: bytes
    """A digest of all that the meaning of names in other modules can depend on, without lines."""
    defined: Defined
    outgoing: Outgoing
    starred: bool
    """A package that passes on whatever a star import brings."""


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What was said of each definition, by its number; numbers have four bytes, in this machine's byte order."""

    loads: bytes
    """A digest of which module loads which."""
    reached: bytes
    """One byte each, the place in `WAYS`."""
    shown: bytes
    """One byte each: how many of its users are named."""
    named: bytes
    """The numbers of those."""
    callers: bytes
    users: bytes
    tests: bytes


class State(msgspec.Struct, frozen=True):
    """What is left for the next run."""

    modules: dict[str, Kept]
    told: Told | None = None
    others: bytes = b""
    """A digest of the facts of modules without a source, such as stubs: names may mean what stands there."""


class Parts(NamedTuple):
    """What all modules define and use."""

    numbering: Numbering
    defined: Sequence[Defined]
    outgoing: Sequence[Outgoing]
    told: Told | None
    """What the last run said of all definitions, if no module defines or uses anything else, lines aside."""
    modules: dict[str, Kept] | None
    """What the next run can take over; None where nothing has changed."""
    others: bytes


def parts(symbols: Symbols, tables: Tables, past: Past[State]) -> Parts:
    """What every module of the project defines and uses.

    Where no module's face has changed since the last run, but for functions that no other one can have heard of, only
    those with other facts are looked into.
    """
    modules = [
        module for module, place in symbols.layout.modules.items()
        if place.kind == "source" and tables.used.parsed(module)
    ]  # fmt: skip
    printed = _printed(tables, modules)
    decorating = Decorating(symbols, tables.variables)
    known: dict[str, Kept] = {}
    others = _of_others(symbols, tables, frozenset(modules))
    if past.state is not None and list(past.state.modules) == modules and past.state.others == others:
        known = past.state.modules
    changed = [module for module in modules if module not in known or known[module].printed != printed[module]]
    shown = {module: _face(symbols, tables, decorating, module) for module in changed}
    faces = {module: _digest(face) for module, face in shown.items()}
    added = _added(known, shown, symbols, tables, decorating) if known else None
    if added is None:
        known, changed = {}, modules
        for module in modules:
            if module not in faces:
                faces[module] = _digest(_face(symbols, tables, decorating, module))
    numbering = Numbering([
        (module, known[module].defined.names if module in known and module not in shown else
         names_of(tables.classes[module], tables.functions[module]))
        for module in modules
    ])  # fmt: skip
    if added:
        # What stands behind a new definition has another number, and a star may bring it in.
        before = [(module, one.defined, one.outgoing) for module, one in known.items()]
        known = {
            module: msgspec.structs.replace(known[module], defined=defined, outgoing=out)
            for module, defined, out in renumbered(before, numbering)
        }
        faces = {module: one.face for module, one in known.items()} | faces
        changed = [module for module in modules if module in shown or known[module].starred]
    last = Counter([name.rpartition(".")[2] for name in numbering.names])
    defined = {module: known[module].defined for module in known}
    defined |= {module: define(symbols, tables.variables, numbering, decorating, module) for module in changed}
    telling = last.keys() | {name for one in defined.values() for name in one.aliases}
    types = Types(symbols, tables.variables, tables.local_names)
    sources = Sources(symbols, types, numbering, last, telling, tables.used, tables.receivers, tables.loose)
    now = dict(known)
    for module in changed:
        now[module] = Kept(
            printed[module], faces[module], defined[module], outgoing(sources, module),
            symbols.layout.modules[module].package and bool(symbols.interior(module).stars),
        )  # fmt: skip
    same = known and not added and all(
        now[module].outgoing == known[module].outgoing
        and msgspec.structs.replace(now[module].defined, lines=known[module].defined.lines) == known[module].defined
        for module in changed
    )
    return Parts(
        numbering, [now[module].defined for module in modules], [now[module].outgoing for module in modules],
        past.state.told if past.state is not None and same else None,
        {module: now[module] for module in modules} if changed or past.state is None or past.state.others != others
        else None,
        others,
    )  # fmt: skip


def _printed(tables: Tables, modules: Sequence[str]) -> Mapping[str, bytes]:
    """Module -> the digests of its rows in all tables."""
    prints = [table.prints() for table in tables]
    return {module: b"".join([one[module] for one in prints]) for module in modules}


def _of_others(symbols: Symbols, tables: Tables, modules: Set[str]) -> bytes:
    """A digest of the facts of all other modules, and of which of them could be read."""
    prints = [table.prints() for table in tables]
    others = [
        (module, [one.get(module, b"") for one in prints], tables.used.parsed(module))
        for module in symbols.layout.modules if module not in modules
    ]  # fmt: skip
    return _digest(_ENCODER.encode(others))


def _added(
    known: Mapping[str, Kept], faces: Mapping[str, bytes], symbols: Symbols, tables: Tables, decorating: Decorating
) -> Set[str] | None:
    """The changed modules that define functions which no other one can have heard of, and are the same otherwise.

    None where a module has changed for others in another way.
    """
    added: set[str] = set()
    words: set[bytes] = set()
    shown: list[bytes] = []
    for module, face in faces.items():
        data = face
        if known[module].face != _digest(face):
            before = frozenset(known[module].defined.names)
            new = got(tables.functions[module], before)
            now = frozenset(names_of(tables.classes[module], tables.functions[module]))
            data = _face(symbols, tables, decorating, module, new)
            if not new or now - new != before or _digest(data) != known[module].face:
                return None
            added.add(module)
            words.update(words_of(new))
        shown.append(data)
    return added if not words or unheard(sorted(words), tables, faces.keys(), shown) else None


def _face(
    symbols: Symbols, tables: Tables, decorating: Decorating, module: str, but: Set[str] = frozenset()
) -> bytes:
    """All that names of a module can mean to others, some of its functions left out."""
    attributes, variables = tables.attributes[module], tables.variables[module]
    # The class of an attribute may be told by a local variable of the method that assigns it.
    scopes = {f"{row.owner}.{row.where}" for row in attributes if row.where}
    scopes |= {row.owner for row in attributes} | {row.where for row in variables if row.where}
    assigning = {
        ".".join(parts[:count]) for parts in (one.split(".") for one in scopes) for count in range(1, len(parts) + 1)
    }
    says = (
        [(row.name, row.kind, row.target, row.conditional) for row in tables.bindings[module]
         if row.kind != "function" or row.name not in but],
        [(row.names, row.others, row.complete) for row in tables.exports[module]],
        [(row.name, row.bases, row.keywords, row.decorators, row.scope) for row in tables.classes[module]],
        [(row.name, row.owner, row.kind, row.generator, row.parameters, row.returns, row.decorators)
         for row in tables.functions[module] if row.name not in but],
        [(row.owner, row.name, row.where, row.annotation, row.value) for row in attributes],
        [(row.kind, row.target, row.level, row.names, row.bound, row.scope) for row in tables.statements[module]],
        [(row.name, row.where, row.annotation, row.value) for row in variables],
        [(row.scope, row.name, row.annotation, row.value) for row in tables.local_names[module]
         if row.scope in assigning] if assigning else [],
        symbols.extended(module).partition(" (line")[0] if symbols.layout.modules[module].package else "",
        [name for name in _plain(tables, decorating, symbols, module) if name not in but],
    )  # fmt: skip
    return _ENCODER.encode(says)


def _digest(face: bytes) -> bytes:
    return hashlib.blake2b(face, digest_size=16).digest()


def _plain(tables: Tables, decorating: Decorating, symbols: Symbols, module: str) -> Iterator[str]:
    """The functions of a module that wrap what they decorate and keep nothing of it."""
    outer = dict.fromkeys(row.name.partition(".")[0] for row in tables.functions[module] if "." in row.name)
    for name in outer:
        if name in symbols.interior(module).functions and decorating.plain(module, name):
            yield name


_ENCODER: Final = msgspec.msgpack.Encoder()
