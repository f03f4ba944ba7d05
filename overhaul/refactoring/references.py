"""Every place that means a symbol, to the character."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from overhaul.errors import Unreadable
from overhaul.naming.meanings import External, Meaning, Symbol, SymbolKind, Unknown
from overhaul.occurrences.finding import Occurrence, Scope
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.named_strings import exported_names, named_members

if TYPE_CHECKING:
    from overhaul.project import Project
    from overhaul.types import Classes

How = Literal["definition", "name", "attribute", "import", "module", "listed", "string"]
"""definition: binds the symbol where it is defined; name: a plain name; attribute: the last part of a chain; import:
taken by `from m import name`; module: part of an import's dotted module; listed: a string in `__all__`; string: the
name in `getattr(x, "name")` and the like."""


class Found(msgspec.Struct, frozen=True):
    """One place that means a symbol."""

    path: str
    module: str
    start: int
    """Offset in characters; of strings without prefix and quotes."""
    end: int
    line: int
    how: How
    through: str
    """For what is taken from a module (import, attribute) that module, dotted: its own, or one that re-exports it; for
    a plain name the module it stands in; for a member its class."""
    occurrence: Occurrence | None = None
    """None for strings."""
    certain: bool = True
    """Otherwise it may mean something else: a receiver of several classes, a branch."""


class References:
    """Answers for one project; what has been worked out is kept."""

    def __init__(self, project: Project) -> None:
        """Nothing is looked at before it is asked for."""
        self.project = project
        self._bindings: dict[str, Bindings] = {}
        self._meanings: dict[tuple[str, int], Meaning] = {}

    def bindings(self, path: str) -> Bindings:
        """The variables of one file. Raises Unreadable for what cannot be parsed."""
        found = self._bindings.get(path)
        if found is None:
            found = self._bindings[path] = Bindings(self.project, path)
        return found

    @property
    def looked(self) -> Collection[str]:
        """The files that have been parsed so far."""
        return self._bindings.keys()

    # What one name means

    def meaning(self, path: str, one: Occurrence) -> Meaning:
        """What an occurrence means: local imports and definitions first, then the module, builtins.

        Attributes are looked up step by step, and through the classes of receivers where those are known.
        """
        key = path, one.number
        found = self._meanings.get(key)
        if found is None:
            found = self._meanings[key] = self._meaning(self.bindings(path), one)
        return found

    def _meaning(self, file: Bindings, one: Occurrence) -> Meaning:
        if one.role == "attribute":
            return self._attribute(file, one)
        if one.role == "keyword":
            return Unknown(one.name, "an argument or pattern")
        if one.role in ("module", "taken", "alias") and (taken := file.by_place.get(one.number)) is not None:
            return self._in_import(file, taken, one)
        home = file.home_of(one)
        return self.variable(file, home, one.name) if home is not None else Unknown(one.name, "no variable")

    def _in_import(self, file: Bindings, taken: Taken, one: Occurrence) -> Meaning:
        if one.role != "module":
            return self.brought(file, taken)
        count = next(number for number, part in enumerate(taken.parts, 1) if part.number == one.number)
        dots = taken.target[: len(taken.target) - len(taken.target.lstrip("."))]
        return self.module(file, dots + ".".join(part.name for part in taken.parts[:count]))

    def brought(self, file: Bindings, taken: Taken) -> Meaning:
        """What one part of an import statement brings; of `import a.b` what its bound name means."""
        if taken.name:
            return self.project.symbols.taken(file.module, taken.target, taken.name)
        return self.module(file, taken.target if taken.alias is not None else taken.parts[0].name)

    def module(self, file: Bindings, target: str) -> Meaning:
        """The module that an import names, with its dots, from a file."""
        symbols = self.project.symbols
        absolute = symbols.absolute(file.module, target)
        if absolute is None:
            return Unknown(target, "a relative import above the topmost package")
        found = symbols.locate(absolute, file.module)
        if found is not None:
            return Symbol(found, "", "module", symbols.path(found), 1)
        if symbols.layout.is_first_party(absolute, file.module):
            return Unknown(absolute, "the project has no such module")
        return External(absolute)

    def variable(self, file: Bindings, home: Scope, name: str) -> Meaning:
        """What a variable means, by all that binds it."""
        symbols = self.project.symbols
        if home is file.top:
            return symbols.lookup(file.module, "", name)
        if home.kind == "class" and (inside := symbols.interior(file.module).member(home.name, name)) is not None:
            kind, line = inside
            return Symbol(file.module, f"{home.name}.{name}", kind, symbols.path(file.module), line)
        meanings = [self._bound(file, home, one) for one in file.bindings(home, name)]
        if not meanings:
            return Unknown(name, "nothing binds it")
        first = next((one for one in meanings if not isinstance(one, Unknown)), meanings[0])
        others = tuple(one for one in meanings if one != first and not (isinstance(first, Symbol) and first.same(one)))
        if others and isinstance(first, Symbol):
            return msgspec.structs.replace(first, alternatives=(*first.alternatives, *others))
        return Unknown(name, "bound in several ways") if others else first

    def _bound(self, file: Bindings, home: Scope, one: Occurrence | Taken) -> Meaning:
        if isinstance(one, Taken):
            return self.brought(file, one)
        symbols = self.project.symbols
        if one.role in ("function", "class"):
            kind: SymbolKind = "class" if one.role == "class" else "function"
            return Symbol(file.module, f"{home.name}.{one.name}", kind, symbols.path(file.module), one.line)
        dynamic = symbols.interior(file.module).imported.get((home.name, one.name))
        if dynamic is not None and one.role == "store":
            return symbols.target(file.module, dynamic, "")
        return Unknown(one.name, "a local variable")

    def _attribute(self, file: Bindings, one: Occurrence) -> Meaning:
        if one.base >= 0:
            base = self.meaning(file.path, file.occurrences.all[one.base])
            if isinstance(base, Symbol) and base.kind in ("module", "class"):
                meaning = self.step(base, one.name)
                if base.alternatives and isinstance(meaning, Symbol):
                    others = tuple(self.step(other, one.name) for other in base.alternatives)
                    return msgspec.structs.replace(meaning, alternatives=(*meaning.alternatives, *others))
                return meaning
            if isinstance(base, External):
                return External(f"{base.name}.{one.name}")
        classes = self.receivers(file, one)
        if not classes:
            return Unknown(one.name, "a receiver whose class is not known")
        found = [
            self.step(owner, one.name) if isinstance(owner, Symbol) else External(f"{owner.name}.{one.name}")
            for owner in classes
        ]
        first = found[0]
        others = tuple(other for other in found[1:] if other != first)
        if isinstance(first, Symbol) and others:
            return msgspec.structs.replace(first, alternatives=(*first.alternatives, *others))
        return first if not others else Unknown(one.name, "a receiver of several classes")

    def step(self, base: Meaning, name: str) -> Meaning:
        """What an attribute of something means."""
        symbols = self.project.symbols
        match base:
            case Symbol(kind="module", module=module):
                return symbols.member(module, name)
            case Symbol(kind="class"):
                return symbols.resolve(f"{base.dotted}.{name}")
            case External():
                return External(f"{base.name}.{name}")
            case _:
                return Unknown(name, "an attribute of what is not known")

    def receivers(self, file: Bindings, one: Occurrence) -> Classes:
        """The classes whose instances an attribute is asked of; empty where that is not known."""
        text = self.receiver_text(file, one)
        if not text:
            return ()
        return self.project.types.of_expression(file.module, one.scope.name, text)

    def receiver_text(self, file: Bindings, one: Occurrence) -> str:
        """What stands before an attribute's dot, on one line.

        "" where it cannot be told, or its names are of a comprehension or lambda, of which `Types` does not know.
        """
        if one.base >= 0:
            chain = file.occurrences.chain(one)
            root = file.home_of(chain[0])
            if root is None or (root.kind in ("comprehension", "lambda") and chain[0].name in root.variables):
                return ""
            if chain[0].base < 0 and chain[0].role == "attribute":
                return ""
            return ".".join(part.name for part in chain[:-1])
        dot = file.brackets.before(one.start)
        if dot < 0 or file.brackets.code[dot] != ".":
            return ""
        start = file.brackets.start(dot)
        inner = [name for name in file.occurrences.all[: one.number] if name.start >= start]
        for name in inner:
            home = file.home_of(name)
            if home is not None and home.kind in ("comprehension", "lambda"):
                return ""
        return " ".join(file.occurrences.text[start:dot].split())

    # Every place

    def to(self, symbol: Symbol) -> Iterator[Found]:
        """Every place that means a symbol, by path and place; only files that mention its name are parsed."""
        known = {(symbol.name or symbol.module).rpartition(".")[2]}
        looked: set[str] = set()
        while True:
            before = len(known), len(looked)
            for path in self._mentioning(known):
                if path not in looked:
                    looked.add(path)
                    known.update(self._aliases(path, symbol))
            if (len(known), len(looked)) == before:
                break
        for path in sorted(looked):
            yield from sorted(self._in_file(path, symbol, known), key=lambda one: (one.start, one.end))

    def _mentioning(self, known: Iterable[str]) -> Iterator[str]:
        for path in sorted(self.project.mentioning(sorted(known))):
            try:
                self.bindings(path)
            except Unreadable:
                continue
            yield path

    def _aliases(self, path: str, symbol: Symbol) -> Iterator[str]:
        file = self.bindings(path)
        for taken in file.taken:
            if taken.alias is not None and means(symbol, self.brought(file, taken)) is not None:
                yield taken.alias.name

    def _in_file(self, path: str, symbol: Symbol, known: Collection[str]) -> Iterator[Found]:
        file = self.bindings(path)
        for name in sorted(known):
            for one in file.occurrences.named(name):
                meaning = self.meaning(path, one)
                certain = means(symbol, meaning)
                if certain is not None:
                    how = self._how(file, one, symbol)
                    yield Found(path, file.module, one.start, one.end, one.line, how, self._through(file, one, symbol),
                                one, certain)  # fmt: skip
        for listed in exported_names(file):
            if (
                listed.name in known
                and means(symbol, self.project.symbols.member(file.module, listed.name)) is not None
            ):
                yield Found(path, file.module, listed.start, listed.end, listed.line, "listed", file.module)
        for asked in named_members(file, known):
            base = self.meaning(path, asked.owner)
            if (certain := means(symbol, self.step(base, asked.name))) is not None:
                through = base.dotted if isinstance(base, Symbol) else ""
                yield Found(path, file.module, asked.start, asked.end, asked.line, "string", through, None,
                            certain and asked.certain)  # fmt: skip

    def _how(self, file: Bindings, one: Occurrence, symbol: Symbol) -> How:
        match one.role:
            case "attribute":
                return "attribute"
            case "module":
                return "module"
            case "taken":
                return "import"
            case "alias":
                return "name"
            case "store" | "function" | "class" | "type alias" if file.module == symbol.module:
                return "definition"
            case _:
                return "name"

    def _through(self, file: Bindings, one: Occurrence, symbol: Symbol) -> str:
        if one.role == "taken":
            taken = file.by_place[one.number]
            found = self.module(file, taken.target)
            return found.module if isinstance(found, Symbol) else taken.target
        if one.role == "attribute" and one.base >= 0:
            base = self.meaning(file.path, file.occurrences.all[one.base])
            if isinstance(base, Symbol) and base.kind in ("module", "class"):
                return base.dotted
        owner = symbol.name.rpartition(".")[0]
        if owner:
            return f"{symbol.module}.{owner}"
        return file.module


def means(symbol: Symbol, meaning: Meaning) -> bool | None:
    """Whether a meaning is a symbol for certain; None where it is another."""
    if symbol.same(meaning):
        return not (isinstance(meaning, Symbol) and meaning.alternatives)
    if isinstance(meaning, Symbol) and any(symbol.same(other) for other in meaning.alternatives):
        return False
    return None


__all__ = ["Found", "How", "References", "means"]
