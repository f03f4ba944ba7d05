"""Rename a member of a class in every place that means it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.changes import Guidance, Kind, Replacement, Target
from overhaul.errors import Refused, Unreadable
from overhaul.facts import Class, LooseName
from overhaul.naming.meanings import External, Symbol, Unknown
from overhaul.occurrences.finding import Occurrence, Scope
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.doubts import Doubts
from overhaul.refactoring.families import Families, Key, outside_has
from overhaul.refactoring.member_keywords import DATA, Keywords
from overhaul.refactoring.member_strings import Strings
from overhaul.refactoring.named_strings import Listed, constants
from overhaul.refactoring.receivers import Judgement, Receivers
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.project import Project

_DATA_BASES: Final = ("typing.NamedTuple", "typing_extensions.NamedTuple", "msgspec.Struct", "pydantic.BaseModel")

_STANDS_IN: Final = re.compile(r"(?:Fake|Mock|Stub|Dummy|Double|Spy)(?=[A-Z_]|$)|(?<=[a-z])"
                               r"(?:Fake|Mock|Stub|Dummy|Double|Spy)\b")  # fmt: skip
"""What is added to a class's name for one that stands for it."""
_CALLED_BY_PYTHON: Final = frozenset({
    "write", "flush", "read", "readline", "readlines", "fileno", "isatty", "keys",
})  # fmt: skip
"""Methods that are called of whatever is taken for a file or a mapping."""


class MemberRenaming:
    """One member and its new name."""

    def __init__(self, project: Project, target: Target, new: str, unsure: str) -> None:
        """Nothing is looked at before it is asked for."""
        self.project, self.target, self.new = project, target, new
        owner, _, self.old = target.name.rpartition(".")
        self.owner: Key = target.module, owner
        self.references = References(project)
        self.families = Families(project, self.owner, self.old)
        self.receivers = Receivers(self.references, self.families)
        self.doubts = Doubts(project, target, unsure)

    def kind(self) -> Kind:
        """What is renamed."""
        found = self.project.symbols.interior(self.owner[0]).member(self.owner[1], self.old)
        kind = found[0] if found is not None else "attribute"
        return "method" if kind == "method" else "class" if kind == "class" else "attribute"

    def owners(self) -> Sequence[Key]:
        """The classes that define the member, this one first."""
        if self.private:
            return [self.owner]
        return [self.owner, *sorted(self.families.family - {self.owner})]

    # Whether it can be

    def check(self) -> None:
        """Raise Refused for a rename that would break something for certain, or may without being seen."""
        if not self.private:
            self.families.listing = frozenset(self._listing())
        families, symbols = self.families, self.project.symbols
        path = symbols.path(self.owner[0])
        found = symbols.interior(self.owner[0]).member(self.owner[1], self.old)
        if self.private:
            return self._check_private(path)
        here = f"{path}:{found[1] if found is not None else 1}"
        for one in sorted(families.holders):
            for base in self.project.symbols.order(*one):
                if isinstance(base, Symbol) and families.defines((base.module, base.name), self.new):
                    line = symbols.interior(base.module).member(base.name, self.new)
                    raise Refused(f"{symbols.path(base.module)}:{line[1] if line else 1}: {base.name} has a {self.new} "
                                  f"already, beside that of {one[1]}: choose another name")  # fmt: skip
            for base in families.outside(one):
                self._check_outside(one, base, here)
        for other, shared in sorted(families.rivals().items()):
            raise Refused(f"{here}: {other[0]}:{other[1]} has {', '.join(sorted(shared)[:4])} too, and may stand "
                          f"for {self.owner[1]}, or be its stand-in: give them a common base")  # fmt: skip
        self._check_stand_ins(here)
        if self.families.holders_below(self.owner) and (patterns := self._patterns()):
            raise Refused(f"{here}: {patterns[0]} puts names together that {self.old} may be one of ({patterns[1]}): "
                          "rename it by hand")  # fmt: skip
        if self.old.startswith("test") and not self.new.startswith("test") and self.kind() == "method":
            raise Refused(f"{here}: a test: a name that does not begin with 'test' is not collected")
        for module, row in self._rows():
            if self._is_typed_dict(module, row):
                raise Refused(f"{here}: the keys of a TypedDict are strings wherever they are used: rename it by hand")
        if self.fields and "_" in (self.old[0], self.new[0]) and self._attrs and self.doubts.unsure == "refuse":
            raise Refused(f"{here}: the constructor that attrs makes leaves out the first underscore, its keyword is "
                          f"{self.old.lstrip('_')}: rename it by hand, or say unsure = \"leave\"")  # fmt: skip
        if not self.old.startswith("_") and not self._used_here:
            raise Refused(f"{here}: nothing in the project asks for {self.old}: what does stands outside")

    def _check_stand_ins(self, here: str) -> None:
        """Refuse where a class of tests stands for one that has it, and where the library calls it by its name."""
        if self.doubts.unsure != "refuse":
            return
        plain = {name.rpartition(".")[2].strip("_").lower() for _, name in self.families.holders}
        for module, name in sorted(self.families.others):
            last = name.rpartition(".")[2]
            rest = _STANDS_IN.sub("", last).strip("_").lower()
            if rest != last.strip("_").lower() and (not rest or any(rest in one or one in rest for one in plain)):
                raise Refused(f"{here}: {module}:{name} has a {self.old} too, and may stand for {self.owner[1]}: give "
                              "them a common base, or say unsure = \"leave\"")  # fmt: skip
        for module, name in sorted(self.families.others):
            if self.families.torn_off((module, name)):
                raise Refused(f"{here}: {module}:{name} has a base that is not known, and a {self.old} that may "
                              "override this: rename it by hand, or say unsure = \"leave\"")  # fmt: skip
        closed = self.old == "close" and bool([*self.project.mentioning(["closing"])])
        if self.kind() == "method" and (self.old in _CALLED_BY_PYTHON or closed):
            raise Refused(f"{here}: Python's own library calls {self.old} of whatever it is given: see that it is not "
                          "given this, and say unsure = \"leave\"")  # fmt: skip
        if self._enumeration and self._named_values():
            raise Refused(f"{here}: its value is made of its name: rename it by hand, or say unsure = \"leave\"")

    def _named_values(self) -> bool:
        given = self.project.types.attributes(self._owner_symbol, self.old) if self._owner_symbol is not None else ()
        if not any(re.match(r"(?:\w+\.)*auto\(", row.value) for row in given):
            return False
        orders = self.families.orders.get(self.owner, ())
        return any(
            base.name == "enum.StrEnum" if not isinstance(base, Symbol)
            else self.families.defines((base.module, base.name), "_generate_next_value_")
            for base in orders
        )  # fmt: skip

    @property
    def _owner_symbol(self) -> Symbol | None:
        found = self.project.symbols.resolve(f"{self.owner[0]}.{self.owner[1]}")
        return found if isinstance(found, Symbol) else None

    def _check_private(self, path: str) -> None:
        plain = f"_{self.owner[1].rpartition('.')[2].lstrip('_')}{self.old}"
        for other in self.project.mentioning([plain]):
            file = self.references.bindings(other)
            line = next((one.line for one in file.occurrences.named(plain)), 1)
            raise Refused(f"{other}:{line}: {plain} reaches into the class: rename it by hand")
        if not self.new.startswith("__") or self.new.endswith("__"):
            raise Refused(f"{path}:1: {self.old} is private to its class: choose a name that begins with __ too")
        interior = self.project.symbols.interior(self.owner[0])
        if interior.member(self.owner[1], self.new) is not None:
            raise Refused(f"{path}:1: {self.owner[1]} has a {self.new} already: choose another name")

    def _check_outside(self, one: Key, base: object, here: str) -> None:
        if not isinstance(base, External | Unknown):
            return
        for name in (self.old, self.new):
            if outside_has(base, name):
                raise Refused(f"{here}: {one[1]} inherits from {base.name}, which has a {name}: rename it by hand")
        if outside_has(base, self.old) is None and not self.old.startswith("_") and not self._used_here:
            raise Refused(f"{here}: {one[1]} inherits from {base.name}, outside what is known, which may call "
                          f"{self.old} by its name: nothing in the project does: rename it by hand")  # fmt: skip
        if isinstance(base, External):
            self._check_called(one, base, here)

    def _check_called(self, one: Key, base: External, here: str) -> None:
        """Refuse for a method that a base outside the project may call."""
        public = self.kind() == "method" and not self.old.startswith("_") and self.doubts.unsure == "refuse"
        if public and outside_has(base, self.old) is None:
            raise Refused(f"{here}: {one[1]} inherits from {base.name}, outside what is known, which may call "
                          f"{self.old} by its name: rename it by hand, or say unsure = \"leave\"")  # fmt: skip

    def _listing(self) -> Iterator[Key]:
        """Other classes whose bodies have the name as a string."""
        for file in self.files:
            for one in constants(file, {self.old}):
                found = file.occurrences.statement_at(one.start)
                if found is not None and found.scope.kind == "class" and not self._defined_in(file, found.scope):
                    yield file.module, found.scope.name

    @cached_property
    def _used_here(self) -> bool:
        """Whether the project itself asks for it anywhere."""
        return any(
            (one.role == "attribute" and self.receivers.judge(file, one).answer != "no") or one.role == "keyword"
            for file in self.files
            for one in file.occurrences.named(self.old)
            if one.use != "store"
        ) or any(True for file in self.files for _ in constants(file, {self.old}))

    def _patterns(self) -> tuple[str, str] | None:
        """Module and pattern of strings put together, `visit_*`, that the name fits."""
        try:
            rows = self.project.facts(LooseName)
        except LookupError:
            return None
        for module, found in rows.items():
            for row in found:
                if row.how != "pattern":
                    continue
                for pattern in row.names:
                    bare = pattern.replace("*", "")
                    if len(bare) > 2 and re.fullmatch(re.escape(pattern).replace(r"\*", r"\w+"), self.old):
                        return module, pattern
        return None

    def _rows(self) -> Iterator[tuple[str, Class]]:
        for module, name in self.owners():
            row = self.project.symbols.interior(module).classes.get(name)
            if row is not None:
                yield module, row

    def _is_typed_dict(self, module: str, row: Class) -> bool:
        return any(base.name.endswith("TypedDict") for base in self.families.outside((module, row.name)))

    @cached_property
    def fields(self) -> bool:
        """Whether it is a field of classes whose constructors take fields as keywords."""
        if self.kind() == "method":
            return False
        for module, row in self._rows():
            decorated = any(DATA.match(text) for text in row.decorators)
            bases = any(base.name in _DATA_BASES for base in self.families.outside((module, row.name)))
            if decorated or bases:
                return True
        classes = [self.project.symbols.interior(module).classes.get(name) for module, name in self.families.holders]
        return any(DATA.match(text) for one in classes if one is not None for text in one.decorators)

    @property
    def _attrs(self) -> bool:
        """Whether attrs makes one of the constructors."""
        rows = (self.project.symbols.interior(module).classes.get(name) for module, name in self.families.holders)
        return any("dataclass" not in text for one in rows if one is not None for text in one.decorators)

    # What changes

    @cached_property
    def files(self) -> Sequence[Bindings]:
        """The files that mention the old name. Raises Refused for one that cannot be parsed."""
        found: list[Bindings] = []
        for path in sorted(self.project.mentioning([self.old])):
            try:
                found.append(self.references.bindings(path))
            except Unreadable as error:
                raise Refused(f"{path}: mentions {self.old} and cannot be read ({error}): mend or exclude it") from None
        return found

    @property
    def private(self) -> bool:
        """Whether its name is mangled, so that only its own class's body means it."""
        return self.old.startswith("__")

    def _own_class_s(self, one: Occurrence) -> bool:
        """Whether a private name stands in the class whose it is, or in another of that name."""
        return one.key == f"_{self.owner[1].rpartition('.')[2].lstrip('_')}{self.old}"

    def _in_private(self, file: Bindings) -> Iterator[Replacement]:
        """A private member: each name that Python mangles to the same."""
        for one in file.occurrences.named(self.old):
            if self._own_class_s(one) and (one.role == "attribute" or one.scope.kind == "class"):
                yield self._replacement(one, "private to its class")

    def in_file(self, file: Bindings) -> Iterator[Replacement]:
        """What is replaced in a file. Raises Refused where one place cannot follow."""
        if self.private:
            if file.module == self.owner[0]:
                yield from self._in_private(file)
            return
        for one in file.occurrences.named(self.old):
            if one.role == "attribute":
                yield from self._judged(file, one, self.receivers.judge(file, one))
            elif one.role == "keyword":
                yield from self._judged(file, one, self._keywords.judge(file, one))
            elif (home := file.home_of(one)) is not None and home.kind == "class" and self._defined_in(file, home):
                if file.torn(one):
                    raise Refused(f"{file.path}:{one.line}: the class may read the module's {self.old} there, and "
                                  "binds its own: rename it by hand")  # fmt: skip
                yield self._replacement(one, "definition or use in the class's body")
        yield from self._strings(file)

    def _defined_in(self, file: Bindings, home: Scope) -> bool:
        # A stub says again what its classes inherit.
        known = self.families.holders if file.path.endswith(".pyi") else self.families.family
        return (file.module, home.name) in known

    def _replacement(self, one: Occurrence | Listed, because: str, guidance: Guidance = "safe") -> Replacement:
        return Replacement(one.start, one.end, self.new, because, guidance)

    def _judged(self, file: Bindings, one: Occurrence | Listed, judgement: Judgement) -> Iterator[Replacement]:
        match judgement.answer:
            case "yes":
                yield self._replacement(one, judgement.why)
            case "likely":
                yield self._replacement(one, judgement.why, "review")
            case "unsure":
                yield from self._doubt(file, one, judgement.why)
            case "no":
                return

    def _doubt(
        self, file: Bindings, one: Occurrence | Listed, why: str, *, within: bool = False
    ) -> Iterator[Replacement]:
        """What may mean it; `within` a longer text, where it cannot be renamed."""
        if self.doubts.unsure == "rename" and not within:
            yield self._replacement(one, why, "review")
            return
        self.doubts.doubt(file.path, one.line, f"may be {self.target.name}: {why}")

    # Keywords and strings

    @cached_property
    def _keywords(self) -> Keywords:
        return Keywords(self.receivers, self.fields)

    @cached_property
    def _texts(self) -> Strings:
        return Strings(self.receivers, self._keywords, self._enumeration)

    @cached_property
    def _enumeration(self) -> bool:
        bases = {base.name for row in self._rows() for base in self.families.outside((row[0], row[1].name))}
        return any(name.startswith("enum.") for name in bases) and self.kind() != "method"

    def _strings(self, file: Bindings) -> Iterator[Replacement]:
        for one in constants(file, {self.old}):
            if self._texts.listed(file, one):
                yield self._replacement(one, "listed in the class")
            else:
                yield from self._judged(file, one, self._texts.judge(file, one))
        for start, line, why in self._texts.within(file):
            yield from self._doubt(file, Listed(start, start, line, self.old), why, within=True)
