"""What analyzers and rules have made, kept until something that they read has changed.

What a leaf reads is noted while it runs: facts module by module, tables of other leaves as a whole, once it looks into
them. Its result is used again as long as just these, the layout and its code are the same: an edit in one file costs
only those leaves that looked at what it changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import IO, Any, Final, Generic, TypeVar, cast, overload

import msgspec

from overhaul.config import Config, Rollback, Verify, own_settings
from overhaul.covering.data import CoverageData
from overhaul.errors import LeafError, OverhaulError, blame, said
from overhaul.facts import Facts, Row
from overhaul.findings import Finding, Judged
from overhaul.frozen import FrozenFiles
from overhaul.history import History
from overhaul.layout import Layout
from overhaul.leaves import Analyzer, Criterion, Leaf, Leaves, Rule, row_of, table_name
from overhaul.options import Options
from overhaul.past import Past
from overhaul.sharing import can_fork, frames, share, write_frame
from overhaul.source import digest
from overhaul.store import Store
from overhaul.symbols import Symbols
from overhaul.tables import FactTable, list_decoder

_Row = TypeVar("_Row", bound=Row)

_HANDED_OVER: Final = msgspec.msgpack.Decoder(tuple[str, bytes, bytes, int])
"""What a fork would have kept: the arguments of `Store.keep`."""

Reads = dict[str, list[str] | None]
"""Table -> the modules whose rows were read; None for all, and for what an analyzer has made."""


class Kept(msgspec.Struct, array_like=True):
    """A result as it lies in the store."""

    reads: Reads
    state: bytes
    """Digest of all that `reads` names, as it was."""
    rows: msgspec.Raw


class Watched(Generic[_Row]):
    """A table of facts that notes which modules' rows are read."""

    def __init__(self, table: FactTable[_Row], reads: dict[str, set[str] | None]) -> None:
        """Note in `reads` under the table's name."""
        self._table = table
        self._reads = reads
        reads.setdefault(table.name, set())

    def __getitem__(self, module: str) -> Sequence[_Row]:
        """The rows of one module."""
        modules = self._reads[self._table.name]
        if modules is not None:
            modules.add(module)
        return self._table[module]

    def parsed(self, module: str) -> bool:
        """Whether a module's source was understood."""
        modules = self._reads[self._table.name]
        if modules is not None:
            modules.add(module)
        return self._table.parsed(module)

    def items(self) -> Iterator[tuple[str, Sequence[_Row]]]:
        """Every module that has rows, with them."""
        self._reads[self._table.name] = None
        return self._table.items()

    def prints(self) -> Mapping[str, bytes]:
        """A digest of each module's rows."""
        self._reads[self._table.name] = None
        return self._table.prints()

    def mentions(self, words: Sequence[bytes], but: Collection[str]) -> bool:
        """Whether the rows of any other module have one of these words."""
        self._reads[self._table.name] = None
        return self._table.mentions(words, but)


class Made(Sequence[_Row]):
    """A table that an analyzer fills, made when somebody looks into it, who is noted then."""

    def __init__(self, name: str, make: Callable[[], list[_Row]], reads: dict[str, set[str] | None]) -> None:
        """Note in `reads` under the table's name."""
        self._name = name
        self._make = make
        self._reads = reads
        self._rows: list[_Row] | None = None

    def _all(self) -> list[_Row]:
        rows = self._rows
        if rows is None:
            rows = self._rows = self._make()
            self._reads[self._name] = None
        return rows

    @overload
    def __getitem__(self, index: int) -> _Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_Row]: ...
    def __getitem__(self, index: int | slice) -> _Row | Sequence[_Row]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[_Row]:
        return iter(self._all())


class Results:
    """The results of analyzers and rules, each made once."""

    def __init__(
        self, layout: Layout, config: Config, leaves: Leaves, store: Store, facts: Mapping[type[Row], FactTable[Any]],
        root: Path, planned: Mapping[str, bytes | None] | None = None,
    ) -> None:  # fmt: skip
        """`facts` has the table of every collector; `root` is the audited folder, `planned` that of its tree."""
        self._layout = layout
        self._config = config
        self._leaves = leaves
        self._store = store
        self._facts = facts
        self._history = History(root)
        self.frozen = FrozenFiles(root, layout, config, planned)
        self.coverage = CoverageData(root, config)
        self._by_name = {table.name: table for table in facts.values()}
        self._made_tables = {name: row for name, row in leaves.tables.items() if name not in self._by_name}
        self._made: dict[str, tuple[bytes, list[Any]]] = {}
        self._unchanged: set[str] = set()
        """Those that the store had, made from just what there is now."""
        self._digests: dict[str, bytes] = {}

    def rows(self, leaf: Leaf, row: type[_Row]) -> list[_Row]:
        """What a leaf makes. Raises LeafError, with its place, for whatever goes wrong in it."""
        return self._result(leaf, row)[1]

    def findings(self, rules: Sequence[Rule]) -> Iterator[Finding]:
        """What some rules have to say, those that ask for `Judged` left out."""
        for rule in rules:
            if Judged not in rule.reads.values():
                yield from self._result(rule, Finding)[1]

    def afterthoughts(self, rules: Sequence[Rule], judged: Judged) -> Iterator[Finding]:
        """What those of some rules have to say that ask what the others said; they are not kept."""
        if self._leaves.complete:
            judged = msgspec.structs.replace(judged, known=frozenset(self._leaves.rules))
        for rule in rules:
            if Judged in rule.reads.values():
                yield from self._judge(rule, judged)

    def evidence(self, criterion: Criterion, given: Mapping[Any, object]) -> list[Any]:
        """What a criterion yields; `given` maps types that nothing else provides to what it is handed for them.

        Nothing of it is kept: a gate is judged by what is there. Raises LeafError for what it asks for in vain, and for
        whatever goes wrong in it.
        """
        for parameter, hint in criterion.reads.items():
            if hint not in given and hint not in _PROVIDED and row_of(hint) is None:
                raise LeafError(
                    f"{criterion.where}: {criterion.name} asks for {parameter}: {hint}, which nothing provides: a "
                    "criterion reads Facts[Row], Sequence[Row], Layout, Symbols, Config, History, date, Ground, and "
                    "its Options"
                )
        return _rows_of(criterion, {
            parameter: given[hint] if hint in given else self._argument(criterion, hint, {})
            for parameter, hint in criterion.reads.items()
        })

    def make(self, processes: int, rules: Sequence[Rule] | None = None) -> None:
        """Make the tables of all analyzers, in so many processes where this one can be forked.

        With `rules` only those that these have looked into the last time, and what went into them. Level by level, so
        that what an analyzer reads is there when it begins. What a fork makes, it hands over instead of keeping it; the
        parent finds it in the store, as if an earlier run had left it there.
        """
        wanted = None if rules is None else self._looked_into(rules)
        for every in self._leaves.levels():
            level = every if wanted is None else [leaf for leaf in every if leaf.name in wanted]
            if processes < 2 or not can_fork():
                return
            if len(level) < 2:
                continue
            leaves = {leaf.name: leaf for leaf in level}

            def here(name: str, leaves: Mapping[str, Leaf] = leaves) -> None:
                self._result(leaves[name], leaves[name].fills)

            def there(file: IO[bytes], name: str, leaves: Mapping[str, Leaf] = leaves) -> None:
                made: list[str] = []

                def hand_over(*kept: object) -> None:
                    made.append(str(kept[0]))
                    write_frame(file, msgspec.msgpack.encode(kept))

                self._store.in_fork(hand_over)
                self._result(leaves[name], leaves[name].fills)
                if not made and f"{Analyzer.kind} {name}" in self._unchanged:
                    hand_over(f"{Analyzer.kind} {name}", b"", b"", 0)

            for file in share(tuple(leaves), processes, here, there):
                with file:
                    for frame in frames(file):
                        self._take_over(*_HANDED_OVER.decode(frame), leaves)

    def _looked_into(self, rules: Sequence[Rule]) -> set[str]:
        """The analyzers whose tables some rules read the last time, or may read now, directly or through others."""
        found: set[str] = set()
        waiting: list[Leaf] = [rule for rule in rules if Judged not in rule.reads.values()]
        while waiting:
            leaf = waiting.pop()
            read: Reads | None = None
            if (stored := self._store.result(f"{leaf.kind} {leaf.name}", self._key(leaf))) is not None:
                with contextlib.suppress(msgspec.MsgspecError):
                    read = msgspec.msgpack.decode(stored[0], type=Kept).reads
            for hint in leaf.reads.values():
                filler = self._leaves.read_by(leaf, hint)
                if not isinstance(filler, Analyzer) or filler.name in found:
                    continue
                if read is None or table_name(filler.fills) in read:
                    found.add(filler.name)
                    waiting.append(filler)
        return found

    def _take_over(self, name: str, key: bytes, data: bytes, rows: int, leaves: Mapping[str, Leaf]) -> None:
        """Keep what a fork has made, and have it as made, since nothing can have changed meanwhile.

        Without data the fork has found that what the store holds is still so.
        """
        kind, _, found = name.partition(" ")
        leaf = leaves.get(found) if kind == Analyzer.kind else None
        if data:
            self._store.keep(name, key, data, rows)
        elif leaf is not None:
            stored = self._store.result(name, self._key(leaf))
            data = stored[0] if stored else b""
        if data and leaf is not None:
            made = msgspec.msgpack.decode(data, type=Kept).rows
            self._made[name] = digest(made), list_decoder(leaf.fills).decode(made)

    def _result(self, leaf: Leaf, row: type[_Row]) -> tuple[bytes, list[_Row]]:
        """The digest of the rows, and the rows."""
        name = f"{leaf.kind} {leaf.name}"
        made = self._made.get(name)
        if made is None:
            key = self._key(leaf)
            made = self._kept(name, key, row)
            if made is not None:
                self._unchanged.add(name)
            else:
                made = self._carried_out(name, key, leaf, row)
            self._made[name] = made
        return made

    def _kept(self, name: str, key: bytes, row: type[_Row]) -> tuple[bytes, list[_Row]] | None:
        """A result from the store, when what it was made from is as it was."""
        found = self._store.result(name, key)
        if found is None:
            return None
        try:
            kept = msgspec.msgpack.decode(found[0], type=Kept)
            if kept.state != self._state(kept.reads):
                return None
            return digest(kept.rows), list_decoder(row).decode(kept.rows)
        except msgspec.MsgspecError:
            return None

    def _judge(self, rule: Rule, judged: Judged) -> list[Finding]:
        arguments = {
            parameter: judged if hint is Judged else self._argument(rule, hint, {})
            for parameter, hint in rule.reads.items()
        }
        return _rows_of(rule, arguments)

    def _carried_out(self, name: str, key: bytes, leaf: Leaf, row: type[_Row]) -> tuple[bytes, list[_Row]]:
        watched: dict[str, set[str] | None] = {}
        arguments = {parameter: self._argument(leaf, hint, watched) for parameter, hint in leaf.reads.items()}
        rows = _rows_of(leaf, arguments)
        data = _encoded(leaf, row, rows)
        reads: Reads = {
            table: sorted(modules) if modules is not None else None for table, modules in sorted(watched.items())
        }
        kept = Kept(reads, self._state(reads), msgspec.Raw(data))
        if not any(isinstance(argument, History) and argument.failed for argument in arguments.values()):
            self._store.keep(name, key, msgspec.msgpack.encode(kept), len(rows))
        for argument in arguments.values():
            past = cast("Past[Any]", argument)
            if isinstance(argument, Past) and past.left is not None:
                self._store.keep(_past(leaf), self._ground(leaf), msgspec.msgpack.encode(past.left), 0)
        return digest(data), rows

    # What a result depends on

    def _key(self, leaf: Leaf) -> bytes:
        """A digest of all that a result depends on besides the facts that are read."""
        total = hashlib.blake2b(digest_size=16)
        total.update(leaf.digest)
        total.update(self._trunk)
        for parameter, hint in leaf.reads.items():
            total.update(parameter.encode())
            if hint is Layout or hint is Symbols:
                total.update(self._layout_digest)
            elif hint is Config:
                total.update(self._config_digest)
            elif hint is date:
                total.update(self.day.isoformat().encode())
            elif hint is History:
                total.update(self._history.digest)
            elif hint is FrozenFiles:
                total.update(self.frozen.digest)
            elif hint is CoverageData:
                total.update(self.coverage.digest)
            elif isinstance(hint, type) and issubclass(hint, Options):
                total.update(msgspec.msgpack.encode(self._options(leaf, hint)))
            elif _state_of(hint) is not None:
                continue
            elif row_of(hint) is None:
                raise LeafError(
                    f"{leaf.where}: {leaf.name} asks for {parameter}: {hint}, which nothing provides: "
                    "a leaf reads Facts[Row], Sequence[Row], Layout, Symbols, Config, History, FrozenFiles, "
                    "CoverageData, Past[State], date, "
                    "and a rule its Options, or Judged"
                )
            else:
                self._leaves.read_by(leaf, hint)
        return total.digest()

    def _ground(self, leaf: Leaf) -> bytes:
        """A digest of what the state that a leaf leaves for its next run stands on, whatever the files say."""
        return digest(self._key(leaf) + self._layout_digest)

    def _state(self, reads: Reads) -> bytes:
        """A digest of the facts that were read, as they are now; nothing is decoded for it."""
        total = hashlib.blake2b(digest_size=16)
        for name, modules in reads.items():
            table = self._by_name.get(name)
            if table is None:
                if (row := self._made_tables.get(name)) is not None:
                    total.update(self._result(self._leaves.filler(row), row)[0])
                continue
            if modules is not None:
                total.update(table.digest(modules))
                continue
            whole = self._digests.get(name)
            if whole is None:
                whole = self._digests[name] = table.digest()
            total.update(whole)
        return total.digest()

    @cached_property
    def _trunk(self) -> bytes:
        # A leaf may import any part of the trunk, and what that part imports: all of it is read, in a millisecond.
        return digest(b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.rglob("*.py"))))

    @cached_property
    def _layout_digest(self) -> bytes:
        layout = self._layout
        parts = (list(layout.modules.values()), layout.mounts, layout.required, layout.entries, layout.unlisted)
        return digest(msgspec.msgpack.encode(parts))

    @cached_property
    def _config_digest(self) -> bytes:
        config = self._config
        # A rule may ask for the options of another, so that both agree.
        options = {name: own for name, keys in config.rules.items() if (own := own_settings(keys))}
        plain = msgspec.structs.replace(config, source=Path(config.source).name, rules=options, **_NO_MATTER)
        return digest(msgspec.json.encode(plain))

    @cached_property
    def day(self) -> date:
        """The day of the run: one for all that depends on it, though midnight should pass."""
        return _today()

    def _argument(self, leaf: Leaf, hint: Any, watched: dict[str, set[str] | None]) -> Any:
        if hint is Layout:
            return self._layout
        if hint is Config:
            return self._config
        if hint is date:
            return self.day
        if hint is History:
            return self._history
        if hint is FrozenFiles:
            return self.frozen
        if hint is CoverageData:
            return self.coverage
        if isinstance(hint, type) and issubclass(hint, Options):
            return self._options(leaf, hint)
        if (state := _state_of(hint)) is not None:
            return Past(self._left(leaf, state))
        if hint is Symbols:
            return Symbols(self._layout, *(Watched(self._facts[row], watched) for row in Symbols.reads))
        row = row_of(hint)
        assert row is not None, hint
        if typing.get_origin(hint) is not Facts:
            make: Callable[[], list[Any]] = partial(self.rows, self._leaves.filler(row), row)
            return Made(table_name(row), make, watched)
        return Watched(self._facts[row], watched)


    def _options(self, leaf: Leaf, options: type[Options]) -> Options:
        """What the user has set of a rule's own options; that they fit was checked with the configuration."""
        return msgspec.convert(own_settings(self._config.rules.get(leaf.name, {})), options)

    def _left(self, leaf: Leaf, state: type[msgspec.Struct]) -> msgspec.Struct | None:
        """What a leaf left for its next run; None when there is nothing, or what cannot be read."""
        found = self._store.result(_past(leaf), self._ground(leaf))
        if found is None:
            return None
        try:
            return msgspec.msgpack.decode(found[0], type=state)
        except msgspec.MsgspecError:
            return None


_NO_MATTER: Final[Mapping[str, Any]] = {
    "jobs": 0, "file_timeout": 1.0, "select": (), "ignore": (), "per_path": {},
    "baseline": "", "campaign": "", "fail_on": "note", "passed_over": (), "verify": Verify(), "rollback": Rollback(),
}  # fmt: skip
"""Settings that change no result: how it is worked, and what becomes of findings (a rule's options count by
themselves)."""


_PROVIDED: Final = (Layout, Symbols, Config, History, FrozenFiles, date)


def _rows_of(leaf: Leaf, arguments: Mapping[str, Any]) -> list[Any]:
    """What a leaf yields. Raises LeafError, with its place, for whatever goes wrong in it."""
    try:
        return list(leaf.function(**arguments))
    except OverhaulError:
        raise
    except Exception as error:
        raise LeafError(
            f"{leaf.where}: {leaf.kind} {leaf.name} failed ({blame(error)}): "
            f"mend it{', or leave it out with --ignore' if isinstance(leaf, Rule) else ''}"
        ) from error


def _today() -> date:
    return date.today()


def _past(leaf: Leaf) -> str:
    return f"past of {leaf.kind} {leaf.name}"


def _state_of(hint: Any) -> type[msgspec.Struct] | None:
    """`Past[S]` -> S; None for any other type."""
    if typing.get_origin(hint) is Past:
        state = typing.get_args(hint)[0]
        if isinstance(state, type) and issubclass(state, msgspec.Struct):
            return state
    return None


def _encoded(leaf: Leaf, row: type[Row], rows: Sequence[object]) -> bytes:
    """The rows as they are kept. Raises LeafError, with the leaf's place, for whatever is no row of the type.

    They are decoded once, since msgspec checks the values of fields only then: whoever reads them from the store could
    not say any more who made them.
    """
    for one in rows:
        if type(one) is not row:
            raise LeafError(
                f"{leaf.where}: {leaf.kind} {leaf.name} yields a {type(one).__name__} where its rows are "
                f"{row.__name__}: mend it"
            )
    try:
        data = msgspec.msgpack.encode(rows)
        list_decoder(row).decode(data)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:
        raise LeafError(
            f"{leaf.where}: {leaf.kind} {leaf.name} yields a {row.__name__} that its type does not allow "
            f"({said(error)}): mend it"
        ) from error
    return data
