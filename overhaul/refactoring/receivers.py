"""Whether what stands before a dot has the member that is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from overhaul.facts import Function
from overhaul.naming.meanings import External, Meaning, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.families import Families, Key, common_names, common_with, outside_has
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.types import Classes

Answer = Literal["yes", "likely", "no", "unsure"]
"""likely: by the other members that are asked of it, or because nobody else has such a member."""


class Judgement(NamedTuple):
    """Whether a place means the member, and why."""

    answer: Answer
    why: str


_OWN_CLASS: Final = re.compile(r"(?:type\(\s*(?P<a>\w+)\s*\)|(?P<b>\w+)\.__class__)")


class Receivers:
    """Judges the places where a member's name is asked of something."""

    def __init__(self, references: References, families: Families) -> None:
        """Nothing is looked at before it is asked for."""
        self.references, self.families = references, families
        self.project = references.project

    def judge(self, file: Bindings, one: Occurrence) -> Judgement:
        """An attribute of the member's name."""
        if one.base >= 0:
            base = file.occurrences.all[one.base]
            own = self.own_class(file, base)
            if own is not None:
                return self.of_own(own)
            meaning = self.references.meaning(file.path, base)
            if isinstance(meaning, Symbol) and meaning.kind == "module":
                return Judgement("no", "an attribute of a module")
            if isinstance(meaning, Symbol) and meaning.kind == "class":
                return self.of_classes((meaning, *(other for other in meaning.alternatives)))
            if isinstance(meaning, External):
                return Judgement("no", "something outside the project")
        text = self._text_before(file, one)
        if text == "super()":
            return self._of_super(file, one)
        if (match := _OWN_CLASS.fullmatch(text)) is not None and (own := self._around(file, one, match)) is not None:
            return self.of_own(own)
        classes = self.classes(file, one)
        if classes:
            return self.of_classes(classes)
        return self._by_evidence(file, one, text)

    # Classes that are known

    def own_class(self, file: Bindings, base: Occurrence) -> Key | None:
        """The class of a method whose first parameter a name is: the instance, or the class itself."""
        if base.role not in ("load", "store", "delete"):
            return None
        home = file.home_of(base)
        if home is None or home.kind != "function":
            return None
        bound = file.bindings(home, base.name)
        if len(bound) != 1 or isinstance(bound[0], Taken) or bound[0].role != "parameter":
            return None
        function = self.project.symbols.interior(file.module).functions.get(home.name)
        if function is None or not function.owner or not function.parameters:
            return None
        if function.kind == "staticmethod" and not function.name.endswith("__new__"):
            return None
        return (file.module, function.owner) if function.parameters[0].name == base.name else None

    def _around(self, file: Bindings, one: Occurrence, match: re.Match[str]) -> Key | None:
        name = match["a"] or match["b"]
        for other in reversed(file.occurrences.all[: one.number]):
            if other.name == name:
                return self.own_class(file, other)
            if one.start - other.start > len(match[0]) + 40:
                break
        return None

    def of_own(self, own: Key) -> Judgement:
        """`self.name` in a method of a class: an instance of it or of any class below."""
        families = self.families
        if own in families.holders:
            return Judgement("yes", "its own class has it")
        below = families.holders_below(own)
        if not below:
            return Judgement("no", "its class is another one")
        return Judgement("likely", f"{min(below)[1]}, a class below, has it")

    def _of_super(self, file: Bindings, one: Occurrence) -> Judgement:
        around = self.project.types.class_around(file.module, one.scope.name)
        if around is None:
            return Judgement("unsure", "super() outside of a class")
        bases = self.families.orders.get((around.module, around.name), ())[1:]
        own = around.module, around.name
        if any(isinstance(base, Symbol) and (base.module, base.name) in self.families.family for base in bases):
            return Judgement("yes", "a base has it")
        if own in self.families.holders or self.families.holders_below(own):
            return Judgement("likely", "a class beside it may come next")
        return Judgement("no", "its bases have another")

    def of_classes(self, classes: tuple[Meaning, ...]) -> Judgement:
        answers = {self._of_class(one) for one in classes}
        if answers == {"yes"}:
            return Judgement("yes", "its class has it")
        if answers <= {"yes", "likely"}:
            return Judgement("likely", "its class, or one below, has it")
        if answers == {"no"}:
            return Judgement("no", "its class is another one")
        return Judgement("unsure", "it may be of several classes")

    def _of_class(self, one: Meaning) -> Answer:
        families = self.families
        if isinstance(one, Symbol):
            key = one.module, one.name
            if one.kind != "class":
                return "unsure"
            if key in families.holders:
                return "yes"
            if families.has(key):
                return "no"
            return "likely" if families.holders_below(key) else "no"
        if isinstance(one, External):
            if one.name not in families.outsiders:
                return "unsure" if one.name in ("typing.Any", "builtins.object") else "no"
            return "unsure" if outside_has(one, families.name) else "likely"
        return "unsure"

    def classes(self, file: Bindings, one: Occurrence) -> Classes:
        """The classes of what stands before the dot; fixtures of pytest are followed to what they give."""
        found = self.references.receivers(file, one)
        if found or one.base < 0:
            return found
        base = file.occurrences.all[one.base]
        if base.base >= 0 or base.role != "load":
            return ()
        home = file.home_of(base)
        if home is None or home.kind != "function":
            return ()
        bound = file.bindings(home, base.name)
        if len(bound) == 1 and not isinstance(bound[0], Taken) and bound[0].role == "parameter":
            return self._of_fixture(file, base.name)
        return ()

    @cached_property
    def _fixtures(self) -> dict[str, list[tuple[str, Function]]]:
        found: dict[str, list[tuple[str, Function]]] = {}
        for module, rows in self.project.facts(Function).items():
            for row in rows:
                if any("fixture" in text for text in row.decorators):
                    found.setdefault(row.name.rpartition(".")[2], []).append((module, row))
        return found

    def _of_fixture(self, file: Bindings, name: str) -> Classes:
        """What the fixtures of a name give: the one of the same module, else all there are."""
        rows = self._fixtures.get(name, [])
        rows = [one for one in rows if one[0] == file.module] or rows
        found: Classes = ()
        for module, row in rows:
            told = tuple(self._given(module, row))
            if not told:
                return ()
            found = (*found, *told)
        return tuple(dict.fromkeys(found))

    def _given(self, module: str, row: Function) -> Iterator[Symbol | External]:
        """The classes of what a fixture returns or yields."""
        types = self.project.types
        if row.returns:
            inner = re.fullmatch(r"(?:\w+\.)*(?:Iterator|Generator|Iterable)\[([^,\]]+).*\]", row.returns)
            yield from types.of_annotation(module, "", inner[1] if inner else row.returns)
            return
        file = self.references.bindings(self.project.symbols.path(module))
        for statement in file.occurrences.statements:
            if statement.scope.name != row.name or statement.scope.kind != "function":
                continue
            text = file.occurrences.text[statement.start : statement.end]
            if match := re.match(r"(?:return|yield)\s+(.*)", text, re.DOTALL):
                yield from types.of_expression(module, row.name, " ".join(match[1].split()))

    # Evidence

    def _text_before(self, file: Bindings, one: Occurrence) -> str:
        dot = file.brackets.before(one.start)
        if dot < 0 or file.brackets.code[dot] != ".":
            return ""
        start = file.brackets.start(dot)
        return " ".join(file.occurrences.text[start:dot].split())

    def _by_evidence(self, file: Bindings, one: Occurrence, text: str) -> Judgement:
        families = self.families
        asked = self._asked(file, one)
        fitting = [key for key in families.holders if asked <= families.members(key) or families.open(key)]
        others = [key for key in families.others if asked <= families.members(key) or families.open(key)]
        if not fitting and (families.others or families.name in common_names()):
            return Judgement("no", "it is asked for members that the class has not")
        common = families.name in common_names() and common_with(asked)
        if not others and not common:
            if families.name in common_names() and len(asked) == 1:
                return Judgement("unsure", "its class is not known")
            return Judgement("likely", "no other class of the project has such a member")
        last = re.sub(r"\(.*", "", text, flags=re.DOTALL).rpartition(".")[2].strip("_").lower()
        mine = any(_alike(last, key) for key in families.holders)
        theirs = any(_alike(last, key) for key in families.others)
        if mine and not theirs:
            return Judgement("likely", "it is called like the class")
        if theirs and not mine:
            return Judgement("no", "it is called like another class")
        return Judgement("unsure", "its class is not known")

    def _asked(self, file: Bindings, one: Occurrence) -> frozenset[str]:
        """The members that are asked of the same variable."""
        if one.base < 0:
            return frozenset({one.name})
        base = file.occurrences.all[one.base]
        found = {one.name}
        if base.base < 0 and base.role != "attribute":
            home = file.home_of(base)
            if home is None or home is file.top:
                return frozenset(found)
            names = {use.number for use in file.uses(home, base.name)}
        else:
            own = self.own_class(file, file.occurrences.all[base.base]) if base.base >= 0 else None
            if own is None:
                return frozenset(found)
            names = {
                use.number for use in file.occurrences.named(base.name)
                if use.base >= 0 and self.own_class(file, file.occurrences.all[use.base]) == own
            }  # fmt: skip
        found.update(use.name for use in file.occurrences.all if use.role == "attribute" and use.base in names)
        return frozenset(found)


def _alike(name: str, key: Key) -> bool:
    plain = key[1].rpartition(".")[2].strip("_").lower()
    bare = name.replace("_", "")
    return len(bare) > 2 and (bare == plain or plain.endswith(bare) or bare.endswith(plain))
