"""Rename a member of a class in every place that means it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.changes import Guidance, Kind, Leftover, Replacement, Target
from overhaul.errors import Refused, Unreadable
from overhaul.facts import Class, LooseName
from overhaul.naming.meanings import External, Symbol, Unknown
from overhaul.occurrences.finding import Occurrence, Scope
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.families import Families, Key, outside_has
from overhaul.refactoring.named_strings import NAMING, Listed, constants
from overhaul.refactoring.receivers import Judgement, Receivers
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.project import Project

_DATA: Final = re.compile(
    r"(?:\w+\.)*(?:dataclass|define|frozen|mutable|attrs|attr\.s|s|attributes|dataclass_transform)\b"
)
_DATA_BASES: Final = ("typing.NamedTuple", "typing_extensions.NamedTuple", "msgspec.Struct", "pydantic.BaseModel")
_COPYING: Final = frozenset({"replace", "evolve", "_replace", "assoc", "copy_with", "model_copy"})
"""Last names of calls that make another instance with some fields changed."""
_NAMED: Final = NAMING | {"attrgetter", "methodcaller", "getattr_static", "safe_getattr"}


class MemberRenaming:
    """One member and its new name."""

    def __init__(self, project: Project, target: Target, new: str, unsure: str) -> None:
        """Nothing is looked at before it is asked for."""
        self.project, self.target, self.new, self.unsure = project, target, new, unsure
        owner, _, self.old = target.name.rpartition(".")
        self.owner: Key = target.module, owner
        self.references = References(project)
        self.families = Families(project, self.owner, self.old)
        self.receivers = Receivers(self.references, self.families)
        self._left: list[Leftover] = []
        self._doubts: list[Leftover] = []

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
        if self.families.holders_below(self.owner) and (patterns := self._patterns()):
            raise Refused(f"{here}: {patterns[0]} puts names together that {self.old} may be one of ({patterns[1]}): "
                          "rename it by hand")  # fmt: skip
        if self.old.startswith("test") and not self.new.startswith("test") and self.kind() == "method":
            raise Refused(f"{here}: a test: a name that does not begin with 'test' is not collected")
        for module, row in self._rows():
            if self._is_typed_dict(module, row):
                raise Refused(f"{here}: the keys of a TypedDict are strings wherever they are used: rename it by hand")
        if not self.old.startswith("_") and not self._used_here:
            raise Refused(f"{here}: nothing in the project asks for {self.old}: what does stands outside")

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
            decorated = any(_DATA.match(text) for text in row.decorators)
            bases = any(base.name in _DATA_BASES for base in self.families.outside((module, row.name)))
            if decorated or bases:
                return True
        classes = [self.project.symbols.interior(module).classes.get(name) for module, name in self.families.holders]
        return any(_DATA.match(text) for one in classes if one is not None for text in one.decorators)

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

    def replacements(self) -> Iterator[tuple[str, Sequence[Replacement]]]:
        """What is replaced, file by file. Raises Refused where it cannot be told what a place means."""
        found = [(file.path, sorted(set(self._in_file(file)))) for file in self.files]
        if self._doubts and self.unsure == "refuse":
            first = min(self._doubts)
            more = f" ({len(self._doubts)} such places)" if len(self._doubts) > 1 else ""
            raise Refused(f"{first.path}:{first.line}: {first.reason}{more}: annotate it, or say unsure = \"rename\" "
                          f"or \"leave\": {first.text}")  # fmt: skip
        yield from ((path, replacements) for path, replacements in found if replacements)

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

    def _in_file(self, file: Bindings) -> Iterator[Replacement]:
        if self.private:
            if file.module == self.owner[0]:
                yield from self._in_private(file)
            return
        for one in file.occurrences.named(self.old):
            if one.role == "attribute":
                yield from self._judged(file, one, self.receivers.judge(file, one))
            elif one.role == "keyword":
                yield from self._keyword(file, one)
            elif (home := file.home_of(one)) is not None and home.kind == "class" and self._defined_in(file, home):
                yield self._replacement(one, "definition or use in the class's body")
        yield from self._strings(file)

    def _defined_in(self, file: Bindings, home: Scope) -> bool:
        return (file.module, home.name) in self.families.family

    def _replacement(self, one: Occurrence | Listed, because: str, guidance: Guidance = "safe") -> Replacement:
        return Replacement(one.start, one.end, self.new, because, guidance)

    def _judged(self, file: Bindings, one: Occurrence, judgement: Judgement) -> Iterator[Replacement]:
        match judgement.answer:
            case "yes":
                yield self._replacement(one, judgement.why)
            case "likely":
                yield self._replacement(one, judgement.why, "review")
            case "unsure":
                yield from self._doubt(file, one, judgement.why)
            case "no":
                return

    def _doubt(self, file: Bindings, one: Occurrence | Listed, why: str) -> Iterator[Replacement]:
        if self.unsure == "rename":
            yield self._replacement(one, why, "review")
            return
        left = self.project.leftover(file.path, one.line, self.target, f"may be {self.target.name}: {why}")
        self._left.append(left)
        self._doubts.append(left)

    # Keywords

    def _keyword(self, file: Bindings, one: Occurrence) -> Iterator[Replacement]:
        """`Order(state=1)` where state is a field, and `case Order(state=x)`."""
        called = file.brackets.callee(one.start)
        if called is None:
            return
        start, end = called
        text = file.occurrences.text[start:end]
        last = text.rpartition(".")[2].strip()
        callee = next((other for other in reversed(file.occurrences.all[: one.number]) if other.end == end), None)
        pattern = self._in_pattern(file, one)
        if not (self.fields or pattern):
            return
        if last in _COPYING:
            yield from self._copied(file, one, callee, text)
            return
        if callee is None:
            return
        own = self.receivers.own_class(file, callee) if callee.base < 0 else None
        meaning = self.references.meaning(file.path, callee)
        key = own or ((meaning.module, meaning.name) if isinstance(meaning, Symbol) else None)
        if key is not None and key in self.families.holders and (pattern or not self._has_constructor(key)):
            yield self._replacement(one, "keyword of the pattern" if pattern else "field in the constructor's call")

    def _in_pattern(self, file: Bindings, one: Occurrence) -> bool:
        text = file.occurrences.text
        line = text[text.rfind("\n", 0, one.start) + 1 : one.start].lstrip()
        return line.startswith("case ")

    def _has_constructor(self, key: Key) -> bool:
        """Whether a class takes what its own `__init__` says."""
        for base in self.project.symbols.order(*key):
            if isinstance(base, Symbol):
                interior = self.project.symbols.interior(base.module)
                if (base.name + ".__init__") in interior.functions:
                    return True
                row = interior.classes.get(base.name)
                if row is not None and any(_DATA.match(text) for text in row.decorators):
                    return False
        return False

    def _copied(self, file: Bindings, one: Occurrence, callee: Occurrence | None, text: str) -> Iterator[Replacement]:
        """`dataclasses.replace(order, state=1)`, `order._replace(state=1)`."""
        opening = file.brackets.opening(one.start)
        first = next(iter(file.brackets.arguments(opening)), None)
        what = text.rpartition(".")[0] if text.endswith("._replace") else ""
        if not what and first is not None and first[1] < one.start:
            what = " ".join(file.occurrences.text[first[0] : first[1]].split())
        classes = self.project.types.of_expression(file.module, one.scope.name, what) if what else ()
        keys = {(found.module, found.name) for found in classes if isinstance(found, Symbol)}
        if (
            what in ("self", "cls")
            and (own := self.project.types.class_around(file.module, one.scope.name)) is not None
        ):
            keys = {(own.module, own.name)}
        if keys and keys <= self.families.holders:
            yield self._replacement(one, "field that is changed in a copy")
        elif not classes and not keys:
            yield from self._doubt(file, one, "a copy of what is not known")

    # Strings

    def _strings(self, file: Bindings) -> Iterator[Replacement]:
        for one in constants(file, {self.old}):
            found = file.occurrences.statement_at(one.start)
            if found is not None and found.scope.kind == "class" and self._defined_in(file, found.scope):
                names = {name.name for name in file.occurrences.all[found.names[0] : found.names[1]]}
                if names & {"__slots__", "__match_args__", "_fields_", "__annotations__"}:
                    yield self._replacement(one, "listed in the class")
                    continue
            yield from self._string(file, one)

    def _string(self, file: Bindings, one: Listed) -> Iterator[Replacement]:
        """`getattr(order, "state")`, `patch.object(Order, "state")`, `attrgetter("state")`."""
        opening = file.brackets.opening(one.start)
        called = file.brackets.callee(one.start)
        last = file.occurrences.text[called[0] : called[1]].rpartition(".")[2].strip() if called is not None else ""
        if last not in _NAMED:
            return
        before = [span for span in file.brackets.arguments(opening) if span[1] < one.start]
        if not before:
            yield from self._doubt(file, one, "asked of what is not known, by its name")
            return
        end = before[-1][1]
        last_name = next((name for name in reversed(file.occurrences.all) if name.end <= end), None)
        judgement = Judgement("unsure", "asked of what is not known, by its name")
        if last_name is not None and last_name.end == end:
            judgement = self._of_argument(file, last_name)
        if judgement.answer == "yes":
            yield self._replacement(one, "name of an attribute")
        elif judgement.answer == "likely":
            yield self._replacement(one, f"name of an attribute; {judgement.why}", "review")
        elif judgement.answer == "unsure":
            yield from self._doubt(file, one, judgement.why)

    def _of_argument(self, file: Bindings, last: Occurrence) -> Judgement:
        own = self.receivers.own_class(file, last)
        if own is not None:
            return self.receivers.of_own(own)
        meaning = self.references.meaning(file.path, last)
        if isinstance(meaning, Symbol) and meaning.kind == "class":
            return self.receivers.of_classes((meaning,))
        if isinstance(meaning, External) or (isinstance(meaning, Symbol) and meaning.kind == "module"):
            return Judgement("no", "something else")
        chain = ".".join(part.name for part in file.occurrences.chain(last))
        classes = self.project.types.of_expression(file.module, last.scope.name, chain)
        if classes and not any(map(self.receivers.vague, classes)):
            return self.receivers.of_classes(classes)
        if not self.families.others:
            return Judgement("likely", "no other class of the project has such a member")
        return Judgement("unsure", "asked of what is not known, by its name")

    # What is left

    def leftovers(self) -> Iterator[Leftover]:
        """Places that may mean it, known once `replacements` has been gone through."""
        yield from sorted(set(self._left))
