"""Where one file speaks of modules: its import statements, and the chains of names that lead through them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec

from overhaul.lazy import cst
from overhaul.naming.meanings import Meaning, Symbol
from overhaul.occurrences.finding import Occurrence, Scope, Statement
from overhaul.project import Project
from overhaul.text import IMPORTS, dotted


class Alias(msgspec.Struct, frozen=True, eq=False):
    """One name of an import statement: `a.b as c` in `import a.b as c`, `x` in `from a import x`."""

    base: str
    """For `from` what stands before `import`, dots too; "" for `import a.b`."""
    name: str
    """As it is written before `as`: dotted for `import a.b`."""
    bound: str
    """The name it binds; "" for a star."""
    aliased: bool
    """It has an `as`."""
    start: int
    """Offset of its name."""
    stop: int
    """Behind its name."""
    end: int
    """Behind its `as` part, or its name."""
    home: Scope | None
    """Whose variable it binds."""
    statement: Statement

    @property
    def target(self) -> str:
        """What is imported, dotted, with leading dots for what is relative."""
        if not self.base:
            return self.name
        return f"{self.base}{self.name}" if self.base.endswith(".") else f"{self.base}.{self.name}"

    @property
    def whole(self) -> bool:
        """What it binds is what it names: not so for `import a.b`, which binds `a`."""
        return self.aliased or bool(self.base) or "." not in self.name


class Import(msgspec.Struct, frozen=True, eq=False):
    """One import statement."""

    statement: Statement
    base: str
    """What stands between `from` and `import`, without white space; "" for `import a`."""
    start: int
    """Offset of `base`; of the first name for `import a`."""
    stop: int
    """Behind it."""
    aliases: tuple[Alias, ...]
    star: bool


class Link(msgspec.Struct, frozen=True, eq=False):
    """One name of a chain, and what it means there."""

    occurrence: Occurrence
    meaning: Meaning


class Chain(msgspec.Struct, frozen=True, eq=False):
    """`a.b.c` as far as it leads through modules; the last link may be what a module defines."""

    links: tuple[Link, ...]
    aliases: tuple[Alias, ...]
    """The imports that bind its first name; none for what a star import brings."""
    mixed: bool
    """Its first name is bound in other ways too."""

    @property
    def root(self) -> Occurrence:
        """Its first name."""
        return self.links[0].occurrence

    def module(self, number: int) -> str:
        """The module that a link means; "" for anything else."""
        meaning = self.links[number].meaning
        return meaning.module if isinstance(meaning, Symbol) and not meaning.name else ""


def may_lead(project: Project, path: str, name: str) -> bool:
    """Whether a file that mentions a name may import a module of that name, or reach it by a chain; nothing is parsed.

    True for what only its text could tell: stubs, and files that were not analysed.
    """
    module, symbols = project.layout.module_of(path), project.symbols
    if path != project.layout.modules[module].path or symbols.unread(module):
        return True
    known: set[str] = set()
    for row in symbols.imports[module]:
        known.update(row.target.split("."), (bound for _, bound in row.names), (taken for taken, _ in row.names))
        known.add(row.bound)
    if name in known or "*" in known:
        return True
    chains = re.finditer(rf"(\w+)[\s\\]*\.[\s\\]*{re.escape(name)}\b", project.source(path).text())
    return any(found[1] in known for found in chains)


class Reading:
    """The imports and module chains of one file."""

    def __init__(self, project: Project, path: str) -> None:
        """Raises Unreadable for what cannot be parsed."""
        self.path = path
        self.module = project.layout.module_of(path)
        self.symbols = project.symbols
        self.names = project.occurrences(path)
        self.text = self.names.text
        self.imports = tuple(self._imports())

    def _imports(self) -> Iterator[Import]:
        for statement in self.names.statements:
            kind = statement.node.__class__.__name__
            if kind in IMPORTS:
                yield self._from(statement) if kind.endswith("ImportFrom") else self._plain(statement)

    def _plain(self, statement: Statement) -> Import:
        at = statement.names[0]
        aliases: list[Alias] = []
        for node in statement.node.names:
            name = dotted(node.name)
            first, last = self.names.all[at], self.names.all[at + name.count(".")]
            at += name.count(".") + 1
            aliases.append(self._alias("", name, node, first, last, at, statement))
            at += node.asname is not None
        return Import(statement, "", aliases[0].start, aliases[-1].end, tuple(aliases), star=False)

    def _from(self, statement: Statement) -> Import:
        node, at = statement.node, statement.names[0]
        written = dotted(node.module) if node.module is not None else ""
        dots = len(node.relative)
        start = self.text.index("from", statement.start) + len("from")
        while self.text[start] in " \t\\\r\n\f":
            start += 1
        if written:
            at += written.count(".") + 1
            stop = self.names.all[at - 1].end
        else:
            stop, seen = start, 0
            while seen < dots:
                seen += self.text[stop] == "."
                stop += 1
        base = "." * dots + written
        star = node.names.__class__ is cst.ImportStar
        aliases: list[Alias] = []
        for one in () if star else node.names:
            first = self.names.all[at]
            at += 1
            aliases.append(self._alias(base, first.name, one, first, first, at, statement))
            at += one.asname is not None
        return Import(statement, base, start, stop, tuple(aliases), star)

    def _alias(
        self, base: str, name: str, node: cst.ImportAlias, first: Occurrence, last: Occurrence, at: int,
        statement: Statement,
    ) -> Alias:  # fmt: skip
        if node.asname is None:
            return Alias(base, name, first.name, False, first.start, last.end, last.end, first.home, statement)
        alias = self.names.all[at]
        return Alias(base, name, alias.name, True, first.start, last.end, alias.end, alias.home, statement)

    @cached_property
    def _bound(self) -> dict[tuple[int, str], tuple[Alias, ...]]:
        """(scope, name) -> the imports that bind it."""
        found: dict[tuple[int, str], list[Alias]] = {}
        for one in self.imports:
            for alias in one.aliases:
                if alias.home is not None:
                    found.setdefault((id(alias.home), alias.bound), []).append(alias)
        return {key: tuple(aliases) for key, aliases in found.items()}

    def binding(self, home: Scope | None, name: str) -> tuple[Alias, ...]:
        """The imports that bind a name of a scope."""
        return self._bound.get((id(home), name), ())

    @cached_property
    def importing(self) -> frozenset[int]:
        """The numbers of the occurrences that stand in import statements."""
        return frozenset(number for one in self.imports for number in range(*one.statement.names))

    @cached_property
    def _others(self) -> frozenset[tuple[int, str]]:
        """(scope, name) of what something else than an import binds or unbinds."""
        return frozenset(
            (id(one.home), one.name)
            for one in self.names.all
            if one.home is not None and one.role not in ("load", "global", "nonlocal", "attribute", "keyword")
            and one.number not in self.importing
        )  # fmt: skip

    def bound_otherwise(self, home: Scope | None, name: str) -> bool:
        """Whether anything but imports binds or unbinds a name of a scope."""
        return (id(home), name) in self._others

    def free(self, name: str) -> bool:
        """Whether no scope of the file has, or looks for, a variable of that name."""
        return not any(one.home is not None or one.role in ("global", "nonlocal") for one in self.names.named(name))

    def meaning(self, alias: Alias) -> Meaning:
        """What a name of an import statement binds."""
        target = alias.target if alias.whole else alias.bound
        at_top = alias.home is not None and alias.home.kind == "module"
        return self.symbols.target(self.module, target, alias.bound if at_top else "")

    @cached_property
    def chains(self) -> Sequence[Chain]:
        """All chains whose first name means a module."""
        return tuple(self._chains())

    def _chains(self) -> Iterator[Chain]:
        after = {one.base: one for one in self.names.all if one.role == "attribute" and one.base >= 0}
        roots: dict[tuple[int, str], Sequence[Meaning]] = {}
        for one in self.names.all:
            if one.home is None or one.role not in ("load", "store", "delete") or one.number in self.importing:
                continue
            key = id(one.home), one.name
            if (meanings := roots.get(key)) is None:
                meanings = roots[key] = self._modules(one)
            aliases = self.binding(one.home, one.name)
            for meaning in meanings:
                links = [Link(one, meaning)]
                while (link := after.get(links[-1].occurrence.number)) is not None:
                    before = links[-1].meaning
                    if not isinstance(before, Symbol) or before.name:
                        break
                    links.append(Link(link, self.symbols.member(before.module, link.name)))
                yield Chain(tuple(links), aliases, self.bound_otherwise(one.home, one.name) or len(meanings) > 1)

    def _modules(self, one: Occurrence) -> Sequence[Meaning]:
        """The modules that the first name of a chain may mean."""
        aliases = self.binding(one.home, one.name)
        meanings = [self.meaning(alias) for alias in aliases]
        if not aliases and self.names.unbound(one):
            meanings = [self.symbols.lookup(self.module, "", one.name)]
        modules = {meaning.module: meaning for meaning in meanings if isinstance(meaning, Symbol) and not meaning.name}
        return list(modules.values())
