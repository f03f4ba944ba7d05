"""Every name in the changed files means afterwards what it meant before, but for what was to move."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from overhaul.errors import Unreadable
from overhaul.naming.meanings import Symbol
from overhaul.naming.offers import OF_EVERY_MODULE
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Changed, Context
from overhaul.proving.keywords import Keywords
from overhaul.proving.loading import Loading
from overhaul.proving.mapping import Identity
from overhaul.proving.meaning import Meanings, Told
from overhaul.proving.pairing import in_order, loosely_paired, paired
from overhaul.proving.reading import Reading, Use, read
from overhaul.proving.scoping import Scope

CHECK: Final = "bindings"


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
                if len(spans) > max(wanted[path.endswith(".pyi"), Identity(module, name)], 1):
                    line = after.source(path).text().count("\n", 0, spans[-1][0]) + 1
                    yield Refusal(path, line, CHECK, f"`{name}` would be defined twice in {module}", "remove one")

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


class Sure:
    """What is certain of the names of one module, whatever they mean."""

    def __init__(self, reading: Reading, project: Project, module: str, stub: bool = False) -> None:
        """`project` has the symbol table that the module is looked up in; a `stub` never runs."""
        self._stub = stub
        self.reading = reading
        self._symbols = project.symbols
        self.module = module

    def bound(self, name: str) -> bool:
        """Whether a global of the module, or a builtin, may have this name."""
        symbols, module = self._symbols, self.module
        if hasattr(builtins, name) or name in OF_EVERY_MODULE or self.reading.module.binds(name):
            return True
        return name in symbols.names(module) or bool(symbols.gap(module)) or name in _OF_CLASSES

    def named(self, use: Use) -> bool:
        """Whether a statement binds the first name of a chain."""
        return use.home.kind != "module" or use.parts[0] in self._symbols.names(self.module) or self._stub

    def only_typed(self, name: str) -> bool:
        """Whether a global is imported under TYPE_CHECKING alone."""
        if self._stub:
            return False
        rows = self._symbols.interior(self.module).bindings.get(name, ())
        if not rows or any(row.kind != "import" for row in rows):
            return False
        lines = {row.line for row in rows}
        kinds = [
            one.kind for one in self._symbols.imports[self.module]
            if not one.scope and one.line in lines and name in (one.bound, *(bound for _, bound in one.names))
        ]  # fmt: skip
        return bool(kinds) and all(kind == "typing" for kind in kinds)

    def late(self, use: Use) -> bool:
        """Whether a global is asked for, while the module is imported, above the statement that binds it."""
        if self._stub or use.when != "import" or use.role not in ("load", "string"):
            return False
        since = self.reading.since.get(use.variable)
        return since is not None and since > use.number and not hasattr(builtins, use.parts[0])


class Comparison:
    """Compares names of one file, or of one statement, with what they have become."""

    def __init__(
        self, context: Context, before: Meanings, after: Meanings, path: str, sure: Sure, sure_after: Sure
    ) -> None:
        """`path` is that of the file after the step."""
        self._context = context
        self._replacing = context.replacing
        self._before, self._after = before, after
        self._path = path
        self._sure, self._sure_after = sure, sure_after
        self._loading = Loading(context.before, sure.module)
        self._loading_after = Loading(context.after, sure_after.module)
        self._forth: dict[tuple[int, str], tuple[int, str]] = {}
        self._back: dict[tuple[int, str], tuple[int, str]] = {}

    def compare(self, before: Use, after: Use) -> Iterator[Refusal]:
        """What is wrong with one name."""
        home, home_after = before.home, after.home
        meant, means = self._before.of(before, home), self._after.of(after, home_after)
        known = max((number for number, one in enumerate(meant) if one), default=-1)
        if known >= 0:
            tail = len(meant) - 1 - known
            at = len(means) - 1 - tail
            wanted = self._replacing.wanted(meant[known])
            got: Told = means[at] if at >= 0 else frozenset()
            if not self._replacing.serves(meant[known], got):
                if self._goes_on(meant[known], got, before, after, home_after):
                    return
                if self._stays(meant[known], got, before):
                    return
                if not got and at > 0 and self._replacing.outside(meant[known], after.parts[at]):
                    return
                same = not got and wanted == meant[known] and before.parts == after.parts
                if same and self._before.guessed(before, home, known):
                    return
                yield self._differs(before, after, meant[known], wanted, got)
                return
        if before.parts[0] and after.parts[0] and not (known >= 0 and len(meant) - known <= len(means)
                                                      and self._imported(before, home, after, home_after)):
            yield from self._variable(before, home, after, home_after)
        yield from self._moment(before, after)
        if after.parts != before.parts and not any(self._loading.unsure(meant)):
            for module in self._loading_after.unsure(means):
                why = f"`{after.text}` would need {module}, which nothing imports here"
                yield self._refuse(after, why, "import it")

    def _goes_on(self, meant: Told, got: Told, before: Use, after: Use, home: Scope) -> bool:
        """Whether an old name is used on, and goes on to work: never as a plain name that nothing binds."""
        if before.parts[-1] != after.parts[-1] or not _is_plain(after, home):
            return False
        return self._sure_after.named(after) and self._context.goes_on(meant, got)

    def _stays(self, meant: Told, got: Told, before: Use) -> bool:
        """Whether something that is replaced is used on: in its own definition, which stays, or where that is told."""
        if got != meant:
            return False
        spans = [
            span for one in meant if self._replacing.is_told(one) and one.module == self._sure.module
            for span in self._sure.reading.definitions.get(self._replacing.around(one), ())
        ]  # fmt: skip
        if any(start <= before.start < end for start, end in spans):
            return True
        path = self._context.before.symbols.path(self._sure.module)
        return self._replacing.left(meant, got, path, 0 if before.role == "import" else before.line)

    def dropped(self, old: Sequence[Use], new: Sequence[Use]) -> Iterator[Refusal]:
        """What is wrong with the uses of replaced things that stood in a stretch, and with what stands there now."""
        means = [told for use in new for told in self._after.of(use, use.home) if told]
        for use in old:
            meant = next((one for one in reversed(self._before.of(use, use.home)) if one), frozenset[Identity]())
            if not any(map(self._replacing.is_told, meant)) or any(self._replacing.serves(meant, one) for one in means):
                continue
            instead = next((one for one in new if one.role == "load"), None)
            if instead is not None:
                yield self._differs(use, instead, meant, self._replacing.wanted(meant), self._last(instead))

    def _last(self, use: Use) -> Told:
        return next((one for one in reversed(self._after.of(use, use.home)) if one), frozenset())

    def _imported(self, before: Use, home: Scope, after: Use, home_after: Scope) -> bool:
        """Whether the first names are globals or come from imports, whose meaning has been compared."""
        return _is_plain(before, home) and _is_plain(after, home_after)

    def _variable(self, before: Use, home: Scope, after: Use, home_after: Scope) -> Iterator[Refusal]:
        """The variables of functions and classes stay what they are: none is split, none falls together."""
        if home.kind == "module" and home_after.kind == "module":
            if not self._sure_after.bound(after.variable) and self._sure.bound(before.variable):
                yield self._unbound(after)
            return
        if home.kind != home_after.kind:
            what, instead = _whose(home), _whose(home_after)
            yield self._refuse(
                after, f"`{after.parts[0]}` would be {instead}, where `{before.parts[0]}` was {what}",
                "choose another name",
            )  # fmt: skip
            return
        shape = before.variable in home.imported, before.variable in home.bound
        if shape != (after.variable in home_after.imported, after.variable in home_after.bound):
            yield self._refuse(
                after, f"`{after.parts[0]}` would be bound by an import and otherwise in one scope",
                "choose another name",
            )  # fmt: skip
            return
        if before.variable == after.variable and self._context.divides(self._sure.module, home.name, home_after.name):
            # Each part has its own variable of that name, which the codemod hands on.
            return
        one, other = (id(home), before.variable), (id(home_after), after.variable)
        if self._forth.setdefault(one, other) != other or self._back.setdefault(other, one) != one:
            yield self._refuse(
                after, f"`{after.parts[0]}` would be another variable than `{before.parts[0]}` was",
                "choose another name",
            )  # fmt: skip

    def _moment(self, before: Use, after: Use) -> Iterator[Refusal]:
        """A global must be there when it is asked for."""
        name = after.parts[0]
        if not name or after.home.kind != "module":
            return
        if self._sure_after.late(after) and not self._sure.late(before):
            yield self._refuse(after, f"`{name}` would be used above the statement that binds it", "move it further up")
            return
        if before.when in ("import", "call") and self._sure.only_typed(before.parts[0]):
            return
        if after.when in ("import", "call") and self._sure_after.only_typed(name):
            yield self._refuse(
                after, f"`{name}` would be imported for type checkers only, and is used when the code runs",
                "import it outside of TYPE_CHECKING",
            )  # fmt: skip

    def judge(self, use: Use) -> Iterator[Refusal]:
        """What is wrong with a name that stands where none stood."""
        if not use.parts[0] or use.role == "import":
            return
        if use.home.kind != "module" or use.role in ("store", "definition"):
            return
        if not self._sure_after.bound(use.variable):
            yield self._unbound(use)
        elif self._replacing.some and (why := self._unknown(use)):
            yield self._refuse(use, why, "write a name that is there")
        elif self._sure_after.late(use):
            yield self._refuse(
                use, f"`{use.parts[0]}` would be used above the statement that binds it", "move it further up"
            )
        elif use.when in ("import", "call") and self._sure_after.only_typed(use.parts[0]):
            yield self._refuse(
                use, f"`{use.parts[0]}` would be imported for type checkers only, and is used when the code runs",
                "import it outside of TYPE_CHECKING",
            )  # fmt: skip

    def _unknown(self, use: Use) -> str:
        """Why a new name is none that can be meant: it is not there, or is what another thing has replaced."""
        means = self._after.of(use, use.home)
        for number, one in enumerate(means):
            text = ".".join(use.parts[: number + 1])
            replaced = [each for each in one if self._replacing.is_told(each) and not self._replacing.takes_place(each)]
            if replaced and len(replaced) == len(one):
                return f"`{text}` would mean {_listed(one)}, which becomes {_listed(self._replacing.wanted(one))}"
            if number and not one and self._lacks(means[number - 1]):
                return f"`{text}` would mean nothing that is known"
        return ""

    def _lacks(self, around: Told) -> bool:
        """Whether what has no such attribute is a module or a class of the project, all of whose names are known."""
        symbols = self._context.after.symbols
        for one in around:
            if not one.module or one.module not in symbols.layout.modules or symbols.gap(one.module):
                return False
            interior = symbols.interior(one.module)
            if one.name and one.name not in interior.classes:
                return False
            if not one.name and "__getattr__" in interior.bindings:
                return False
            if one.name and not all(isinstance(base, Symbol) for base in symbols.order(one.module, one.name)):
                return False
        return bool(around)

    # Words

    def _unbound(self, use: Use) -> Refusal:
        return self._refuse(use, f"nothing would bind `{use.parts[0]}` any more", "keep or add its import")

    def _differs(self, before: Use, after: Use, meant: Told, wanted: Told, got: Told) -> Refusal:
        was, now, means = _listed(meant), _listed(wanted), _listed(got)
        text = after.text.lstrip(".")
        if not got:
            why = f"`{text}` would mean nothing that is known, where it meant {was}"
        elif got == meant:
            why = f"`{text}` would go on to mean {was}, which becomes {now}"
        else:
            why = f"`{text}` would mean {means}, where it meant {was}"
        remedy = "choose another name" if got and after.parts != before.parts else f"let it mean {now}"
        return self._refuse(after, why, remedy)

    def _refuse(self, use: Use, why: str, remedy: str) -> Refusal:
        return Refusal(self._path, use.line, CHECK, why, remedy)


def _is_plain(use: Use, home: Scope) -> bool:
    return home.kind == "module" or (use.variable in home.imported and use.variable not in home.bound)


def _whose(home: Scope) -> str:
    if home.kind == "module":
        return "the module's or a builtin"
    return f"a variable of {home.kind} {home.name or '(module)'}"


def _listed(some: Told) -> str:
    return " or ".join(str(one) for one in sorted(some))


_OF_CLASSES: Final = frozenset({"__module__", "__qualname__", "__class__"})
