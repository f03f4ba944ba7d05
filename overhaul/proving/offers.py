"""What modules and classes offer to others stays the same, but for what was to move; nothing new is in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.changes import Moved, Target
from overhaul.facts import Binding
from overhaul.naming.meanings import Symbol, Unknown
from overhaul.plans import Refusal
from overhaul.proving.context import Context
from overhaul.proving.mapping import Identity, identity
from overhaul.proving.meaning import told

CHECK: Final = "bindings"


class Offered:
    """Compares what changed modules offer."""

    def __init__(self, context: Context) -> None:
        """Nothing is looked at before `refusals`."""
        self._context = context
        self._old, self._new = context.before.symbols, context.after.symbols
        self.looked = 0
        """How many names were compared."""

    def refusals(self) -> Iterator[Refusal]:
        """What is lost, doubled, hidden or in the way, by module."""
        yield from self._arrivals()
        yield from self._replaced()
        yield from self._remains()
        for module, after in self._context.modules:
            yield from self._names(module, after)
            if after:
                yield from self._listed(module, after)
                yield from self._doubled(module, after)
                yield from self._classes(module, after)

    # What arrives

    def _arrivals(self) -> Iterator[Refusal]:
        """All that moved is where it was said to be, and nothing was there before."""
        for one in self._context.mapping.moved:
            self.looked += 1
            yield from self._arrives(one)
            yield from self._in_the_way(one)

    def _arrives(self, one: Moved) -> Iterator[Refusal]:
        target = one.after
        if target.module not in self._context.after.layout.modules:
            yield self._refuse_at(one, f"{target.module} would not be there", "create it first")
            return
        # A codemod may tell of a name that an import binds, too: what that means is looked at with the module.
        interior = self._old.interior(one.before.module)
        defined = one.before.name in interior.functions or one.before.name in interior.classes
        imported = not defined and "." not in target.name and target.name in self._new.names(target.module)
        if target.name and not imported and self._defined(self._new, target) is None:
            yield self._refuse_at(one, f"{target} would not be defined", "move the whole definition")

    def _replaced(self) -> Iterator[Refusal]:
        """What takes the place of something is there."""
        for one in self._context.replacing.replaced:
            self.looked += 1
            target = one.after
            modules = self._context.after.layout.modules
            if target.module not in modules:
                top = target.module.partition(".")[0]
                if any(module == top or module.startswith(f"{top}.") for module in modules):
                    yield Refusal("", 0, CHECK, f"{target}: {target.module} would not be there", "create it first")
            elif target.name:
                *_, meaning = self._new.trail(target.module, "", target.name.split("."))
                interior = self._new.interior(target.module)
                known = target.name in interior.functions or target.name in interior.classes
                if not known and identity(meaning) is None and not self._new.gap(target.module):
                    why = f"{target} would not be defined, and is to take the place of {one.before}"
                    yield Refusal(self._new.path(target.module), 0, CHECK, why, "define it, or name what is there")

    @staticmethod
    def _defined(symbols: object, target: Target) -> Symbol | None:
        """What a target names, if it is defined there itself; attributes of instances included."""
        from overhaul.symbols import Symbols

        assert isinstance(symbols, Symbols)
        if target.module not in symbols.layout.modules:
            return None
        *_, meaning = symbols.trail(target.module, "", target.name.split("."))
        here = isinstance(meaning, Symbol) and meaning.module == target.module and meaning.name == target.name
        if here and isinstance(meaning, Symbol):
            return meaning
        interior = symbols.interior(target.module)
        if target.name in interior.functions or target.name in interior.classes:
            return Symbol(target.module, target.name, "function", symbols.path(target.module), 0)
        return None

    def _remains(self) -> Iterator[Refusal]:
        """What moved is not defined at its old place, too; what is kept there is no copy."""
        for one in self._context.mapping.moved:
            module = self._context.mapping.module(one.before.module)
            if not one.before.name or module not in self._context.after.layout.modules:
                continue
            # Something else may take the name.
            if self._context.mapping.arrives(module, one.before.name) or (module, one.before.name) == (
                one.after.module, one.after.name
            ):  # fmt: skip
                continue
            interior = self._new.interior(module)
            row = interior.functions.get(one.before.name) or interior.classes.get(one.before.name)
            if row is not None:
                why = f"{module}:{one.before.name} would still be defined, beside {one.after}"
                yield Refusal(self._new.path(module), row.line, CHECK, why, "remove it there")

    def _in_the_way(self, one: Moved) -> Iterator[Refusal]:
        """What had the new name before."""
        mapping, old = self._context.mapping, self._old
        module, name = one.after.module, one.after.name
        if not name:
            place = old.layout.modules.get(module)
            there = place is not None and place.kind != "namespace" and not mapping.leaves(module, "")
            if there and one.before.module != module:
                yield self._refuse_at(one, f"there is a module {module} already", "choose another name")
            return
        # The module may have come here in the same step.
        origin = mapping.before(module, "")
        home = origin.module if origin is not None else module
        if home not in old.layout.modules or "." in name:
            return
        was = old.member(home, name)
        if isinstance(was, Unknown):
            if "__getattr__" in old.interior(home).bindings and one.before.module != home:
                yield self._refuse_at(
                    one, f"{home} has a __getattr__ that may make `{name}` already", "choose another name or place"
                )
            return
        known = identity(was)
        # An import of what moves may be there before it.
        same = known is not None and mapping.of(known) == Identity(module, name) != known
        if not same and not (isinstance(was, Symbol) and was.module == home and mapping.leaves(home, was.name)):
            if known is not None and not known.module and known.name.startswith("types.ModuleType."):
                yield self._refuse_at(one, f"`{name}` is set in every module by Python itself", "choose another name")
            else:
                yield self._refuse_at(one, f"{home} has a `{name}` already: {known}", "choose another name")

    # What stays

    def _names(self, module: str, after: str) -> Iterator[Refusal]:
        """Each name of a module means the same, or has gone where it was to go."""
        mapping, old, new = self._context.mapping, self._old, self._new
        replacing = self._context.replacing
        names_after = frozenset(new.names(after)) if after else frozenset[str]()
        for name in old.names(module):
            self.looked += 1
            meant = told(old.member(module, name))
            if not meant:
                continue
            own = Identity(module, name) in meant
            told_of = any(map(replacing.is_told, meant))
            if name in names_after:
                got = told(new.member(after, name))
                if replacing.serves(meant, got) or self._context.goes_on(meant, got) or (told_of and got == meant):
                    continue
                # The name may be free for something else now: whoever still means the old one is found elsewhere.
                if own and mapping.arrives(after, name) and mapping.leaves(module, name):
                    continue
                means = " or ".join(map(str, sorted(got))) or "nothing that is known"
                yield self._refuse(
                    after, name, f"{after}.{name} would mean {means}, where it meant {_all(meant)}",
                    "choose another name",
                )  # fmt: skip
            elif own and not mapping.leaves(module, name) and self._is_definition(module, name):
                # Whoever uses what goes is found elsewhere.
                if told_of or (not after and replacing.gone(module)):
                    continue
                yield self._refuse(after, "", f"{module}:{name} would be lost", "keep it, or move it")

    def _is_definition(self, module: str, name: str) -> bool:
        rows = self._old.interior(module).bindings.get(name, ())
        # What a shim needs goes with it.
        return any(row.kind in ("class", "function", "assignment") for row in rows) and not name.startswith("__")

    def _listed(self, module: str, after: str) -> Iterator[Refusal]:
        """`__all__` lists the same, by its new names."""
        if not self._old.exports[module]:
            return
        mapping, replacing = self._context.mapping, self._context.replacing
        before, now = self._old.public(module), set(self._new.public(after))
        for name in before:
            meant = told(self._old.member(module, name))
            if not meant or (name in now and not mapping.leaves(module, name)):
                continue
            if name in now and self._context.goes_on(meant, told(self._new.member(after, name))):
                continue
            wanted = replacing.wanted(meant)
            if any(replacing.serves(meant, told(self._new.member(after, one))) for one in now):
                continue
            told_of = any(map(replacing.is_told, meant))
            if told_of and name in now and told(self._new.member(after, name)) == meant:
                continue
            # What leaves its module leaves its list, too, unless it is kept there.
            own = Identity(module, name)
            gone = own in meant and not mapping.kept(own) and not any(one.module == after for one in wanted)
            if not gone:
                yield self._refuse(after, "__all__", f"`__all__` would no longer list {_all(wanted)}", "list it")
        for name in sorted(now.difference(before)):
            if self._new.offers(after, name) is False:
                yield self._refuse(
                    after, "__all__", f"`__all__` would list `{name}`, which {after} does not bind", "take it out"
                )
        for name in sorted(now.intersection(before)):
            if self._new.offers(after, name) is False and self._old.offers(module, name) is not False:
                yield self._refuse(
                    after, "__all__", f"`__all__` would list `{name}`, which {after} does not bind", "take it out"
                )

    def _doubled(self, module: str, after: str) -> Iterator[Refusal]:
        """No name is bound by two statements that mean different things, unless it was so before."""
        mapping, new = self._context.mapping, self._new
        before = self._old.interior(module).bindings
        for name, rows in new.interior(after).bindings.items():
            firm = [row for row in rows if row.kind in ("class", "function", "import") and not row.conditional]
            others = [row for row in rows if row.kind == "assignment"]
            if len(firm) + len(others) < 2 or not firm:
                continue
            origin = mapping.before(after, name)
            was = origin.name if origin is not None and origin.module == module else name
            if len(rows) <= len(before.get(was, ())):
                continue
            meanings = {self._meaning(after, row) for row in (*firm, *others)}
            if len(meanings) > 1:
                line = max(row.line for row in rows)
                yield Refusal(
                    new.path(after), line, CHECK, f"`{name}` would be bound twice in {after}: {_lines(rows)}",
                    "choose another name",
                )  # fmt: skip

    def _meaning(self, module: str, row: Binding) -> object:
        if row.kind != "import":
            return row.line
        return identity(self._new.target(module, row.target, row.name)) or row.target

    # Classes

    def _classes(self, module: str, after: str) -> Iterator[Refusal]:
        """Each class has the members that it had."""
        mapping, replacing = self._context.mapping, self._context.replacing
        old, new = self._old.interior(module), self._new.interior(after)
        for name in old.classes:
            wanted = mapping.of(Identity(module, name))
            if wanted.module != after:
                continue
            if wanted.name not in new.classes:
                if not mapping.leaves(module, name) and "." in name and not self._goes(module, name):
                    yield self._refuse(after, "", f"{module}:{name} would be lost", "keep it, or move it")
                continue
            have = new.members_of(wanted.name)
            for member in old.members_of(name):
                self.looked += 1
                expected = mapping.of(Identity(module, f"{name}.{member}")).name.rpartition(".")[2]
                if expected not in have and not replacing.is_told(Identity(module, f"{name}.{member}")):
                    yield self._refuse(
                        after, wanted.name, f"{wanted} would lose `{expected}`", "rename all places that set it"
                    )
            yield from self._merged(module, name, wanted, have)

    def _merged(self, module: str, name: str, wanted: Identity, have: frozenset[str]) -> Iterator[Refusal]:
        """Two members must not become one, nor one two."""
        old = self._old.interior(module).members_of(name)
        expected = {
            self._context.mapping.of(Identity(module, f"{name}.{member}")).name.rpartition(".")[2] for member in old
        }
        if len(expected) < len(old):
            why = f"two members of {wanted} would be one"
            yield self._refuse(wanted.module, wanted.name, why, "choose another name")
        elif extra := sorted(one for one in have - expected if not self._comes(wanted, one)):
            yield self._refuse(
                wanted.module, wanted.name, f"{wanted} would get a new `{extra[0]}`", "rename all places that set it"
            )

    def _goes(self, module: str, name: str) -> bool:
        """Whether a class, or one that it stands in, is replaced."""
        while name:
            if self._context.replacing.is_told(Identity(module, name)):
                return True
            name = name.rpartition(".")[0]
        return False

    def _comes(self, owner: Identity, member: str) -> bool:
        """Whether a member is there to take the place of something."""
        one = Identity(owner.module, f"{owner.name}.{member}")
        return one in self._context.added or self._context.replacing.takes_place(one)

    # Words

    def _refuse(self, module: str, name: str, why: str, remedy: str) -> Refusal:
        layout = self._context.after.layout
        if module not in layout.modules:
            return Refusal("", 0, CHECK, why, remedy)
        interior = self._new.interior(module)
        row = next(iter(interior.bindings.get(name, ())), None) or interior.classes.get(name)
        return Refusal(self._new.path(module), row.line if row is not None else 0, CHECK, why, remedy)

    def _refuse_at(self, one: Moved, why: str, remedy: str) -> Refusal:
        """At the place where something moves to."""
        modules = self._context.after.layout.modules
        path = self._new.path(one.after.module) if one.after.module in modules else one.path_after
        defined = self._defined(self._new, one.after) if one.after.name else None
        return Refusal(path, defined.line if defined is not None else 0, CHECK, why, remedy)


def _all(some: frozenset[Identity]) -> str:
    return " or ".join(map(str, sorted(some)))


def _lines(rows: Sequence[Binding]) -> str:
    return "lines " + ", ".join(str(row.line) for row in rows)
