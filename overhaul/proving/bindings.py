"""Every name in the changed files means afterwards what it meant before, but for what was to move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from overhaul.errors import Unreadable
from overhaul.plans import Refusal
from overhaul.proving.comparing import CHECK, Comparison, Sure
from overhaul.proving.context import Changed, Context
from overhaul.proving.keywords import Keywords
from overhaul.proving.mapping import Identity
from overhaul.proving.meaning import Meanings
from overhaul.proving.pairing import in_order, loosely_paired, paired
from overhaul.proving.reading import Reading, Use, read


class Bindings:
    """Compares the names of all changed files."""

    def __init__(self, context: Context) -> None:
        """Nothing is read before `refusals`."""
        self._context = context
        self._words = context.words
        self._readings: dict[tuple[bool, str], Reading] = {}
        self.looked = 0
        """How many names were compared."""

    def refusals(self) -> Iterator[Refusal]:
        """Every name that would mean something else, by file."""
        for one in self._context.changed:
            if one.before == one.after and one.module == one.module_after:
                continue
            words = one.words | self._words
            try:
                old, new = read(one.before, words), read(one.after, words)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue  # what this Python cannot read was not read before either, or does not compile
            self._readings[False, one.path], self._readings[True, one.path_after] = old, new
            yield from self._file(one, old, new, words)
        yield from self._statements()
        yield from self._new_files()
        yield from self._twice()

    # One file

    def _file(self, one: Changed, old: Reading, new: Reading, words: frozenset[str]) -> Iterator[Refusal]:
        context = self._context
        stub = one.path_after.endswith(".pyi")
        meant = Meanings(context.before, one.module, words, old.origins if stub else None)
        means = Meanings(context.after, one.module_after, words, new.origins if stub else None)
        comparison = Comparison(
            context, meant, means, one.path_after,
            Sure(old, context.before, one.module, stub), Sure(new, context.after, one.module_after, stub),
        )  # fmt: skip
        replacing = context.replacing
        if replacing.some:
            pairs, alone, gone = loosely_paired(old.uses, new.uses, one.places)
            for stretch in gone:
                yield from comparison.dropped(*stretch)
        else:
            pairs, alone = paired(old.uses, new.uses, one.places)
        for before, after in pairs:
            if words.isdisjoint(before.parts) and words.isdisjoint(after.parts):
                continue
            yield from comparison.compare(before, after)
        for use in alone:
            yield from comparison.judge(use)
        yield from Keywords(context, one, meant, means).refusals(old, new)
        self.looked += len(pairs) + len(alone)

    def _twice(self) -> Iterator[Refusal]:
        """Nothing is defined by more statements than before."""
        mapping, after = self._context.mapping, self._context.after
        # A stub beside a module defines the same once more.
        wanted: Counter[tuple[bool, Identity]] = Counter()
        for one in self._context.changed:
            for name, spans in self._defined(False, one.path).items():
                wanted[one.path.endswith(".pyi"), mapping.of(Identity(one.module, name))] += len(spans)
        fresh = set(self._context.created)
        for path in (*(one.path_after for one in self._context.changed), *sorted(fresh)):
            module = after.layout.module_of(path)
            for name, spans in self._defined(True, path).items():
                if path in fresh and not mapping.arrives(module, name.partition(".")[0]):
                    continue  # a new file's own: overloads and setters are written on purpose
                if len(spans) > max(wanted[path.endswith(".pyi"), Identity(module, name)], 1) and len(spans) > (
                    self._as_before(path, Identity(module, name))
                ):
                    line = after.source(path).text().count("\n", 0, spans[-1][0]) + 1
                    yield Refusal(path, line, CHECK, f"`{name}` would be defined twice in {module}", "remove one")

    def _as_before(self, path: str, name: Identity) -> int:
        """How many statements have defined a name that keeps its place: those too that no word led to."""
        for one in self._context.changed:
            if one.path_after == path and self._context.mapping.of(Identity(one.module, name.name)) == name:
                return len(read(one.before).definitions.get(name.name, ()))
        return 0

    def _defined(self, after: bool, path: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        reading = self._readings.get((after, path)) or (self._reading(after, path) if after else None)
        return reading.definitions if reading is not None else {}

    # Statements that have moved to another place

    def _statements(self) -> Iterator[Refusal]:
        """What stands in moved definitions means the same at their new places."""
        context = self._context
        for moved in context.mapping.moved:
            if moved.kind not in ("class", "function", "variable"):
                continue
            module = context.mapping.module(moved.before.module)
            if module == moved.after.module:
                continue
            old = self._reading(False, context.before.symbols.path(moved.before.module))
            new = self._reading(True, self._path_after(moved.after.module))
            if old is None or new is None:
                continue
            spans = old.definitions.get(moved.before.name, ())
            spans_after = new.definitions.get(moved.after.name, ())
            pairs = in_order(_within(old.uses, spans), _within(new.uses, spans_after))
            comparison = Comparison(
                context, Meanings(context.before, moved.before.module, self._words),
                Meanings(context.after, moved.after.module, self._words), self._path_after(moved.after.module),
                Sure(old, context.before, moved.before.module), Sure(new, context.after, moved.after.module),
            )  # fmt: skip
            self.looked += len(pairs)
            for before, after in pairs:
                yield from comparison.compare(before, after)

    def _path_after(self, module: str) -> str:
        return self._context.after.symbols.path(module) if module in self._context.after.layout.modules else ""

    def _reading(self, after: bool, path: str) -> Reading | None:
        """All names of a file; None for one that is not there or cannot be read."""
        project = self._context.after if after else self._context.before
        try:
            return read(project.source(path).text())
        except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    # New files

    def _new_files(self) -> Iterator[Refusal]:
        for path in self._context.created:
            new = self._reading(True, path)
            if new is None:
                continue
            after = self._context.after
            module = after.layout.module_of(path)
            sure = Sure(new, after, module)
            meanings = Meanings(after, module, ())
            comparison = Comparison(self._context, meanings, meanings, path, sure, sure)
            self.looked += len(new.uses)
            for use in new.uses:
                yield from comparison.judge(use)


def _within(uses: Iterable[Use], spans: Sequence[tuple[int, int]]) -> Iterator[Use]:
    for use in uses:
        if use.start >= 0 and any(start <= use.start < end for start, end in spans):
            yield use
