"""The pairs of a whole project: who owns a state, who only keeps it for others, and who only gives the word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from overhaul.facts import Facts, FileAct, ReceiverUse, StateKeySet, UsedName
from overhaul.inventory import Persisting, StatePersistence, testing
from overhaul.naming.meanings import Symbol
from overhaul.naming.outlines import noting
from overhaul.past import Past
from overhaul.patterns import regex
from overhaul.persisting.halves import Deed, Deeds, read_name
from overhaul.persisting.judgement import discipline, judge, lone
from overhaul.persisting.pairs import Pair, pairs
from overhaul.persisting.remembering import Known, Memory
from overhaul.symbols import Symbols
from overhaul.types import Types


class _Found(NamedTuple):
    module: str
    pair: Pair
    row: StatePersistence
    asked: tuple[tuple[str, str], ...]
    """The functions of the project (module, name) to which the pair passes its work."""


_WRITING: Final = frozenset({"write", "append", "pickle", "serialize", "read", "unpickle", "deserialize"})
_SAVING: Final = regex(r"save|dump|persist|snapshot|checkpoint|write|store|pickle|serialize", re.IGNORECASE)
_RESTORING: Final = regex(r"load|restore|read|recover|retrieve|set_state", re.IGNORECASE)


class Project:
    """All modules, with what their functions do."""

    def __init__(
        self, symbols: Symbols, types: Types, used: Facts[UsedName], receivers: Facts[ReceiverUse],
        acts: Facts[FileAct], keys: Facts[StateKeySet], past: Past[Known],
    ) -> None:  # fmt: skip
        """Facts are read when they are asked for."""
        notes: set[str] = set()
        self._symbols = symbols
        self._noting = noting(symbols, notes)
        """Asked for what classes inherit, on which the search depends beyond the module."""
        self._types = types
        self._facts = used, receivers, acts, keys
        self._modules: dict[str, Deeds] = {}
        self._lone: dict[str, Sequence[StatePersistence]] = {}
        self._above: set[str] = set()
        """The modules that the classes of the module in hand inherit from."""
        self._past = past
        tables = (*symbols.tables, *self._facts)
        self._memory = Memory(past.state, symbols, tables, notes)

    def may_matter(self, module: str) -> bool:
        """Whether a module has anything that saves and anything that restores, or a lone half: most have neither."""
        used, receivers, acts, _ = self._facts
        seen: set[str] = {one.act for one in acts[module]}
        if seen & _WRITING:
            return True
        for name in self._symbols.interior(module).functions:
            if half := read_name(name).half:
                seen.add(half)
        for table in (used, receivers):
            for row in table[module]:
                if row.how == "call":
                    last = row.name.rpartition(".")[2]
                    if _SAVING.search(last):
                        seen.add("save")
                    elif _RESTORING.search(last):
                        seen.add("restore")
        return {"save", "restore"} <= seen

    def deeds(self, module: str) -> Mapping[str, Deed]:
        """The functions of a module."""
        found = self._modules.get(module)
        if found is None:
            found = self._modules[module] = Deeds(module, self._symbols, *self._facts)
        return found.all

    def rows(self) -> Iterator[StatePersistence]:
        """The state that is saved and restored, by path and line."""
        found = list(self._pairs())
        owners = {
            (one.module, deed.row.name): one for one in found for deed in (*one.pair.saves, *one.pair.restores)
        }  # fmt: skip
        callers: dict[int, int] = {}
        for one in found:
            for number in {id(owners[key]) for key in one.asked if key in owners and owners[key] is not one}:
                callers[number] = callers.get(number, 0) + 1
        plumbing: set[tuple[str, str]] = set()
        kept: list[StatePersistence] = []
        for one in found:
            reached = list({
                id(owners[key]): owners[key] for key in one.asked if key in owners and owners[key] is not one
            }.values())
            if reached and (not _owns(one) or any(_dedicated(other, callers[id(other)]) for other in reached)):
                continue  # It only gives the word: the state is another's, who has a row.
            row = one.row
            if reached:
                others = [member for other in reached for member in other.row.members]
                plumbing |= {(member.module, member.name) for member in others}
                known = {(member.module, member.name) for member in row.members}
                added = [member for member in dict.fromkeys(others) if (member.module, member.name) not in known]
                write = row.write or next((other.row.write for other in reached if other.row.write), "")
                damaged = row.damaged or next((other.row.damaged for other in reached if other.row.damaged), "")
                row = msgspec.structs.replace(row, members=(*row.members, *added), write=write, damaged=damaged)
            kept.append(self._with_keepers(row, one.asked, owners))
        rows = [row for row in kept if (row.module, row.name) not in plumbing]
        told = {(member.module, member.name) for row in kept for member in row.members}
        rows += [row for lone in self._lone.values() for row in lone if (row.module, row.name) not in told]
        self._past.leave(self._memory.left(self._lone))
        yield from sorted(rows, key=lambda row: (row.path, row.line))

    def _with_keepers(
        self, row: StatePersistence, asked: Iterable[tuple[str, str]], owners: Mapping[tuple[str, str], object]
    ) -> StatePersistence:
        """The row with the functions that write and read for it, where these have no pair of their own."""
        members = list(row.members)
        write = row.write
        for key in dict.fromkeys(asked):
            deed = self.deeds(key[0]).get(key[1])
            if key in owners or deed is None or any((one.module, one.name) == key for one in members):
                continue
            if deed.writes is not None or deed.reads is not None:
                role: Literal["save", "restore"] = "save" if deed.writes is not None else "restore"
                members.append(Persisting(key[0], key[1], self._symbols.path(key[0]), deed.row.line, role))
                write = write or (discipline((deed,), {}) if role == "save" else "")
        return msgspec.structs.replace(row, members=tuple(members), write=write)

    def _pairs(self) -> Iterator[_Found]:
        for module in self._symbols.layout.modules:
            path = self._symbols.path(module)
            if testing(path):
                continue
            if (halves := self._memory.quiet(module)) is not None:
                self._lone[module] = halves
                continue
            if not self.may_matter(module):
                self._memory.found_none(module, ())
                continue
            deeds = self.deeds(module)
            self._lone[module] = [row for deed in deeds.values() if (row := lone(deed, module, path)) is not None]
            self._above = set()
            found = list(self._pairs_of(module, path, deeds))
            if not found:
                self._memory.found_none(module, self._above)
            yield from found

    def _pairs_of(self, module: str, path: str, deeds: Mapping[str, Deed]) -> Iterator[_Found]:
        for owner in ("", *self._symbols.interior(module).classes):
            own = {name.rpartition(".")[2]: one for name, one in deeds.items() if one.row.owner == owner}
            if len(own) < 2:
                continue
            found = False
            for pair in pairs(owner, own):
                row = judge(pair, module, path, {**self._inherited(module, owner), **own})
                if row is not None:
                    found = True
                    yield _Found(module, pair, row, tuple(self._asked(module, pair)))
            if found or not owner or not any(one.name.half == "save" for one in own.values()):
                continue
            # What is written stands in the class, and how it is written and read in a base.
            inherited = self._inherited(module, owner)
            for pair in pairs(owner, {**inherited, **own}) if inherited else ():
                mine = tuple(one for one in own.values() if one.name.half == "save" and one.loads)
                if not pair.store or not mine or not any(one.row.owner == owner for one in pair.restores):
                    continue
                pair = pair._replace(
                    saves=mine, restores=tuple(one for one in pair.restores if one.row.owner == owner)
                )
                row = judge(pair, module, path, {**inherited, **own})
                if row is not None:
                    yield _Found(module, pair, row, tuple(self._asked(module, pair)))

    def _inherited(self, module: str, owner: str) -> Mapping[str, Deed]:
        """What the bases of a class do that stand in the project, by plain name."""
        found: dict[str, Deed] = {}
        if not owner:
            return found
        for one in reversed(self._noting.order(module, owner)[1:]):
            if isinstance(one, Symbol):
                self._above.add(one.module)
                for name, deed in self.deeds(one.module).items():
                    if deed.row.owner == one.name:
                        found[name.rpartition(".")[2]] = deed
        return found

    def _asked(self, module: str, pair: Pair) -> Iterator[tuple[str, str]]:
        """The methods of classes of the project that a pair calls on a collaborator."""
        for deed in (*pair.saves, *pair.restores):
            for chain in deed.calls:
                holder, _, method = chain.rpartition(".")
                if not holder or holder in ("self", "cls", "super()"):
                    continue
                for one in self._types.of_expression(module, deed.row.name, holder):
                    if isinstance(one, Symbol) and (found := self._types.method(one, method)) is not None:
                        yield found[0].module, found[1].name


def _owns(found: _Found) -> bool:
    """Whether what is restored becomes the state of the object itself, or a new object of its class."""
    store = found.pair.store.removeprefix("self.").partition(".")[0]
    return any(deed.stores - {store} for deed in found.pair.restores)


def _dedicated(found: _Found, callers: int) -> bool:
    """Whether a pair keeps one thing for a few callers: then the row is its own, and they only give the word."""
    return callers <= 3 and all(len(deed.row.parameters) <= 1 for deed in found.pair.restores)
