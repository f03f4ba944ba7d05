"""Write one file's imports and module chains as a move wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from overhaul.changes import Replacement
from overhaul.errors import Refused
from overhaul.moving.modules import Relocation
from overhaul.moving.modules_reading import Alias, Chain, Import, Reading
from overhaul.moving.modules_statements import Statements
from overhaul.moving.modules_written import Written
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Scope
from overhaul.project import Project

Style = Literal["name", "as", "chain"]
"""What becomes of a variable that is the module: it takes the new name, keeps its own by `as`, or gives way to a chain
of names.
"""


class Rewriting:
    """The edits of one file, worked out from what it reads before."""

    def __init__(self, project: Project, move: Relocation, reading: Reading, kept: Callable[[str, str], bool]) -> None:
        """`kept(module, name)` says whether a module's variable must keep its name, since others take it from there."""
        self.project, self.move, self.reading, self.kept = project, move, reading, kept
        self.written = Written(project, move, reading.module)
        self.statements = Statements(reading.text)
        self._styles: dict[tuple[int, str], Style] = {}
        self._elsewhere: dict[tuple[int, str], str] = {}

    def replacements(self) -> Iterator[Replacement]:
        """All edits, by place. Raises Refused for what cannot be written."""
        found = [*self._names(), *self._chains()]
        for one in self.reading.imports:
            if one.base:
                self._from(one)
            else:
                self._plain(one)
        found += self.statements.replacements(self.reading.imports)
        yield from sorted(found)

    # Import statements

    def _plain(self, one: Import) -> None:
        for alias in one.aliases:
            located = self.written.located(alias.name)
            if located is None or not self.move.within(located):
                continue
            new = self.written.absolute(alias.name, self._at(alias))
            if alias.aliased:
                meaning = self.reading.meaning(alias)
                if not (isinstance(meaning, Symbol) and not meaning.name):
                    raise Refused(f"{self._at(alias)}: {alias.name} is hidden by what its package binds under its name:"
                                  " import the module in another way first")  # fmt: skip
                self.statements.edit(one, alias.start, alias.stop, new)
            elif self._is_root(alias):
                self._root(one, alias, new)
            else:
                self.statements.edit(one, alias.start, alias.stop, new)
                if not self.move.renamed and (parent := self._parent_needed(alias, new)):
                    self.statements.before(one, f"import {parent}")

    def _is_root(self, alias: Alias) -> bool:
        """Whether the name that an `import a.b` binds is the module that moves, and no package above it."""
        return self.written.located(alias.bound) == self.move.before

    def _root(self, one: Import, alias: Alias, new: str) -> None:
        style = self._style(alias.home, alias.bound)
        old, shown = alias.bound, self.written.absolute(alias.bound, self._at(alias))
        if style == "name":
            if "." not in shown:
                self.statements.edit(one, alias.start, alias.stop, new)
            else:
                package, _, name = shown.rpartition(".")
                self.statements.instead(one, alias, f"from {package} import {name}")
        elif style == "chain":
            self.statements.edit(one, alias.start, alias.stop, new)
        elif "." not in alias.name:
            package, _, name = shown.rpartition(".")
            if package:
                self.statements.instead(one, alias, f"from {package} import {name}{_as(name, old)}")
            else:
                self.statements.edit(one, alias.start, alias.stop, f"{new} as {old}")
        else:
            self.statements.edit(one, alias.start, alias.stop, new)
            self.statements.before(one, f"import {shown} as {old}")

    def _from(self, one: Import) -> None:
        base = self.written.base(one.base, self._at(one))
        if base != one.base:
            self.statements.edit(one, one.start, one.stop, base)
        absolute = self.reading.symbols.absolute(self.reading.module, one.base)
        if absolute is None or self.written.located(absolute) != self.move.parent or not self.move.parent:
            return
        for alias in one.aliases:
            meaning = self.reading.meaning(alias)
            if alias.name != self.move.name or not self._is_target(meaning):
                continue
            bound = alias.bound
            new = self.move.new_name
            if self._named_after(alias) and self._style(alias.home, bound) == "name":
                bound = new
            shown = f"{new} as {bound}" if alias.aliased else f"{new}{_as(new, bound)}"
            if self.move.renamed:
                self.statements.edit(one, alias.start, alias.end, shown)
            else:
                parent = self.written.package(self.move.new_parent, like=one.base)
                text = f"from {parent} import {shown}" if parent else f"import {shown}"
                self.statements.instead(one, alias, text)

    def _named_after(self, alias: Alias) -> bool:
        """Whether a variable has its name from the module: also by `m as m`, with which a stub's package exports it."""
        doubled = bool(alias.base) and alias.name == alias.bound and self.reading.module == self.move.parent
        return not alias.aliased or doubled

    def _is_target(self, meaning: object) -> bool:
        return isinstance(meaning, Symbol) and not meaning.name and meaning.module == self.move.before

    def _parent_needed(self, alias: Alias, new: str) -> str:
        """The package that an `import a.b` must go on to load, beside what has moved out of it; "" for none."""
        part = alias.name.split(".")
        while part and self.written.located(".".join(part)) != self.move.parent:
            part.pop()
        parent = ".".join(part)
        alike = [one for one in self.reading.chains if one.root.home is alias.home and one.root.name == alias.bound]
        others = [one for one in alike if self._own(one) is None]
        if new.partition(".")[0] == alias.bound:
            others = [chain for chain in others if "." in parent and self._through(chain, self.move.parent)]
        if not others or not parent:
            return ""
        for other in self.reading.binding(alias.home, alias.bound):
            stays = not self.move.within(self.written.located(other.name) or "")
            if not other.base and not other.aliased and stays and f"{other.name}.".startswith(f"{parent}."):
                return ""
        return parent

    @staticmethod
    def _through(chain: Chain, module: str) -> bool:
        return any(chain.module(number) == module for number in range(len(chain.links)))

    # Variables

    def _style(self, home: Scope | None, name: str) -> Style:
        """What becomes of a variable that imports bind to the module."""
        key = id(home), name
        found = self._styles.get(key)
        if found is None:
            found = self._styles[key] = self._styled(home, name)
        return found

    def _styled(self, home: Scope | None, name: str) -> Style:
        assert home is not None
        aliases = self.reading.binding(home, name)
        plain = [alias for alias in aliases if not alias.base and not alias.aliased]
        shown = self.written.absolute(name, self._at(aliases[0])) if plain else self.move.new_name
        free = self._may_rename(home, name, shown.rpartition(".")[2])
        if any("." in alias.name for alias in plain):
            # `import a.b` beside `import a`: all of them bind the module, and more.
            top = shown.partition(".")[0]
            if not self._may_rename(home, name, top):
                if "." not in shown and self.reading.free(top) and not any(one.aliased or one.base for one in aliases):
                    return "as"
                raise Refused(f"{self._at(aliases[0])}: {name} cannot become {shown} here: {top} is taken,"
                              f" or others use {name} from here")  # fmt: skip
            return "name" if "." not in shown else "chain"
        return "name" if free else "as"

    def _may_rename(self, home: Scope, name: str, new: str) -> bool:
        """Whether the variable can be called otherwise, everywhere, without taking a name that is in use."""
        if name == new:
            return True
        aliases = self.reading.binding(home, name)
        alike = all(self._named_after(alias) and self._is_target(self.reading.meaning(alias)) for alias in aliases)
        if not alike or home.kind == "class" or self.reading.bound_otherwise(home, name):
            return False
        if any(one.role in ("global", "nonlocal") for one in self.reading.names.named(name)):
            return False
        if home.kind == "module" and self.kept(self.reading.module, name):
            return False
        return self.reading.free(new)

    def _names(self) -> Iterator[Replacement]:
        """The uses of variables that get another name."""
        done: set[tuple[int, str]] = set()
        for one in self.reading.imports:
            for alias in one.aliases:
                key = id(alias.home), alias.bound
                if key in done or alias.home is None or (alias.base and not self._from_parent(alias)):
                    continue
                if not self._named_after(alias):
                    continue
                if not self._is_target(self.reading.meaning(alias)):
                    continue
                done.add(key)
                style = self._style(alias.home, alias.bound)
                new = self.move.new_name
                if style == "chain":
                    new = self.written.absolute(alias.bound, self._at(alias))
                if style == "as" or new == alias.bound:
                    continue
                for use in self.reading.names.named(alias.bound):
                    if use.home is alias.home and use.number not in self.reading.importing:
                        yield Replacement(use.start, use.end, new, "the module's new name")

    def _from_parent(self, alias: Alias) -> bool:
        absolute = self.reading.symbols.absolute(self.reading.module, alias.base)
        own = absolute is not None and self.written.located(absolute) == self.move.parent and bool(self.move.parent)
        return own and alias.name == self.move.name

    # Chains

    def _chains(self) -> Iterator[Replacement]:
        for chain in self.reading.chains:
            number = self._own(chain)
            if number is None:
                continue
            if number == 0:
                if not chain.aliases:
                    yield self._starred(chain)
                continue
            link = chain.links[number].occurrence
            if self.move.renamed:
                yield Replacement(link.start, link.end, self.move.new_name, "the module's new name")
            else:
                yield Replacement(chain.root.start, link.end, self._reached(chain), "the module's new place")

    def _starred_name(self, chain: Chain) -> bool:
        """Whether a name comes, by stars alone, from the package that the module stands in."""
        meaning, symbols = chain.links[0].meaning, self.reading.symbols
        via = meaning.via[1:] if isinstance(meaning, Symbol) else ()
        return chain.root.name == self.move.name and not any(
            one != self.move.parent and self.move.name in symbols.interior(one).bindings for one in via
        )

    def _starred(self, chain: Chain) -> Replacement:
        root = chain.root
        if not self.move.renamed or not self.reading.free(self.move.new_name):
            raise Refused(f"{self.reading.path}:{root.line}: {root.name} comes by a star import of {self.move.parent}:"
                          " import it by name first")  # fmt: skip
        return Replacement(root.start, root.end, self.move.new_name, "the module's new name")

    def _own(self, chain: Chain) -> int | None:
        """The number of the link that is the module, reached through its own package; None where there is none."""
        for number in range(len(chain.links)):
            if chain.module(number) == self.move.before:
                if not number:
                    return 0 if chain.aliases or self._starred_name(chain) else None
                own = chain.module(number - 1) == self.move.parent
                return number if own and chain.links[number].occurrence.name == self.move.name else None
        return None

    def _reached(self, chain: Chain) -> str:
        """How the module is written where a chain from its old package led to it; an import is added if need be."""
        root = chain.root
        key = id(root.home), root.name
        found = self._elsewhere.get(key)
        if found is None:
            found = self._elsewhere[key] = self._reach(chain)
        return found

    def _reach(self, chain: Chain) -> str:
        root, after = chain.root, self.move.after
        where = f"{self.reading.path}:{root.line}"
        if not chain.aliases or chain.mixed:
            raise Refused(f"{where}: {root.name} may mean several things here: import {self.move.before} by name first")
        text, shown = f"import {after}", after
        if self._will_import(root.home, after):
            return after
        if (variable := self._variable(root.home)) is not None:
            return variable
        top = after.partition(".")[0]
        if not self._top_is_ours(root.home, top):
            package, _, name = after.rpartition(".")
            if not package or not self.reading.free(name):
                raise Refused(f"{where}: {top} is taken in this file: import {self.move.before} by name first")
            text, shown = f"from {self.written.package(package, like='')} import {name}", name
        self.statements.before(self._import_of(chain.aliases[0]), text)
        return shown

    def _variable(self, home: Scope | None) -> str | None:
        """A variable of the file that is the module afterwards, and can be seen from a scope; None where none is."""
        new = self.move.new_name
        for one in self.reading.imports:
            for alias in one.aliases:
                seen = alias.home is not None and (alias.home is home or alias.home.kind == "module")
                if not seen or "." in alias.name or not self._named_after(alias):
                    continue
                if not self._is_target(self.reading.meaning(alias)) or self._style(alias.home, alias.bound) != "name":
                    continue
                if all(use.home is None or use.home is alias.home for use in self.reading.names.named(new)):
                    return new
        return None

    def _top_is_ours(self, home: Scope | None, top: str) -> bool:
        """Whether a name is free, or bound to the top-level package already, here and nowhere else in the file."""
        aliases = self.reading.binding(home, top)
        packages = all(not alias.base and not alias.aliased for alias in aliases)
        others = any(one.home is not home for one in self.reading.names.named(top) if one.home is not None)
        if not aliases:
            return self.reading.free(top)
        return packages and not others and not self.reading.bound_otherwise(home, top)

    def _will_import(self, home: Scope | None, after: str) -> bool:
        for one in self.reading.imports:
            for alias in one.aliases:
                if alias.home is home and not alias.base and not alias.aliased and self._comes_to(alias, after):
                    return True
        return False

    def _comes_to(self, alias: Alias, after: str) -> bool:
        new = self.written.absolute(alias.name, self._at(alias))
        return f"{new}.".startswith(f"{after}.")

    def _import_of(self, alias: Alias) -> Import:
        return next(one for one in self.reading.imports if one.statement is alias.statement)

    def _at(self, one: Alias | Import) -> str:
        return f"{self.reading.path}:{one.statement.line}"


def _as(name: str, bound: str) -> str:
    return "" if name == bound else f" as {bound}"
