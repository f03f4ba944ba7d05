"""Whether what stands before a dot has the member that is looked for."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from overhaul.naming.meanings import External, Meaning, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.families import Families, Key, common_names, common_with, outside_has
from overhaul.refactoring.guesses import Guesses, stands_in
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.types import Classes

Answer = Literal["yes", "likely", "no", "unsure"]
"""likely: by the other members that are asked of it, or because nobody else has such a member."""


class Judgement(NamedTuple):
    """Whether a place means the member, and why."""

    answer: Answer
    why: str


_HARMLESS: Final = frozenset({"pytest", "_pytest", "typing_extensions", "hypothesis", "setuptools", "exceptiongroup"})
"""Packages whose objects are hardly met as values."""
OWN_CLASS: Final = re.compile(r"(?:type\(\s*(?P<a>\w+)\s*\)|(?P<b>\w+)\.__class__)")


class Receivers:
    """Judges the places where a member's name is asked of something."""

    def __init__(self, references: References, families: Families) -> None:
        """Nothing is looked at before it is asked for."""
        self.references, self.families = references, families
        self.project = references.project
        self.guesses = Guesses(references)
        self._met: dict[str, bool] = {}
        self._fits: dict[frozenset[str], tuple[bool, bool, bool]] = {}
        self._below: dict[str, dict[int, list[str]]] = {}
        self._owned: dict[tuple[str, Key, str], frozenset[str]] = {}

    def judge(self, file: Bindings, one: Occurrence) -> Judgement:
        """An attribute of the member's name."""
        text = self._text_before(file, one)
        if (match := OWN_CLASS.fullmatch(text)) is not None and (own := self.around(file, one, match)) is not None:
            return self.of_own(own)
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
        if text == "super()":
            return self._of_super(file, one)
        classes = self.classes(file, one)
        if classes and not any(map(self.vague, classes)):
            return self.of_classes(classes)
        if classes and (others := self._behind(classes)):
            judged = self.of_classes(others)
            if judged.answer in ("yes", "likely"):
                return Judgement("likely", "what it passes it on to has it")
        if self.guesses.outside(file, one, text):
            return Judgement("no", "made outside the project")
        if self.guesses.compared(file, one) in self.families.holders:
            return Judgement("likely", "compared with its own kind")
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

    def around(self, file: Bindings, one: Occurrence, match: re.Match[str]) -> Key | None:
        """The class of `type(self)` and `self.__class__`, where that stands shortly before a place."""
        name = match["a"] or match["b"]
        for other in reversed(file.occurrences.all[: one.number]):
            if other.name == name:
                return self.own_class(file, other)
            if one.start - other.start > len(match[0]) + 40:
                break
        return None

    def vague(self, one: Meaning) -> bool:
        """Whether a value of a class may be anything: a Protocol, one that passes on what it is asked for."""
        families = self.families
        if isinstance(one, External):
            return families.may_stand_for(one.name)
        if not isinstance(one, Symbol) or (key := (one.module, one.name)) in families.holders or families.has(key):
            return False
        return families.protocol(key) or families.passes_on(key) or families.torn_off(key)

    def _behind(self, classes: Classes) -> Classes:
        """The classes that answer in the end, where some pass on what they are asked for; empty where not known."""
        found: Classes = ()
        for one in classes:
            if not self.vague(one):
                found = (*found, one)
                continue
            told = self.guesses.passed_on_to(one) if isinstance(one, Symbol) else ()
            if not told or any(map(self.vague, told)):
                return ()
            found = (*found, *told)
        return found

    def of_own(self, own: Key) -> Judgement:
        """`self.name` in a method of a class: an instance of it or of any class below."""
        families = self.families
        if own in families.holders:
            return Judgement("yes", "its own class has it")
        below = families.holders_below(own)
        if families.torn_off(own) and not families.has(own):
            answer: Answer = "unsure" if families.others else "likely"
            return Judgement(answer, f"{own[1]} has a base that is not known")
        if not below:
            return Judgement("no", "its class is another one")
        if others := families.others_below(own):
            return Judgement("unsure", f"{min(below)[1]} and {min(others)[1]}, classes below, have one each")
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
        """A member of values of some classes, or of the classes themselves."""
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
            if families.torn_off(key):
                return "unsure"
            if families.holders_below(key):
                return "unsure" if families.others_below(key) else "likely"
            return "no"
        if isinstance(one, External):
            if stands_in(one.name):
                return "unsure"
            if not families.may_stand_for(one.name):
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
            return self.guesses.of_fixture(file, base.name)
        return self.guesses.of_entered(file, home, base.name) or self.guesses.of_made(file, home, base.name)

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
        fitting, others, common = self._fitting(asked)
        if not fitting:
            if others or common:
                return Judgement("no", "it is asked for members that the class has not")
            return Judgement("unsure", "it is asked for members that no class is known to have beside it")
        if not others and not common:
            if families.name in common_names() and len(asked) == 1:
                return Judgement("unsure", "its class is not known")
            if len(asked) == 1 and "_" not in families.name.strip("_") and self._meets_others(file, text):
                return Judgement("unsure", "its class is not known, and may stand outside the project")
            return Judgement("likely", "no other class of the project has such a member")
        last = re.sub(r"\(.*", "", text, flags=re.DOTALL).rpartition(".")[2].strip("_").lower()
        mine = any(_alike(last, key) for key in families.holders)
        theirs = any(_alike(last, key) for key in families.others)
        if mine and not theirs:
            return Judgement("likely", "it is called like the class")
        if theirs and not mine:
            return Judgement("no", "it is called like another class")
        return Judgement("unsure", "its class is not known")

    def _fitting(self, asked: frozenset[str]) -> tuple[bool, bool, bool]:
        """Whether some class with the member has all that is asked; one with another such member; a common one."""
        found = self._fits.get(asked)
        if found is None:
            families = self.families
            fitting = any(asked <= families.members(key) or families.open(key) for key in families.holders)
            others = bool(families.listing) or any(
                asked <= families.members(key) or families.open(key) for key in families.others
            )
            common = families.name in common_names() and common_with(asked)
            fitting = fitting or any(asked - {families.name} <= families.members(key) for key in families.passing)
            found = self._fits[asked] = fitting, others, common
        return found

    def _meets_others(self, file: Bindings, text: str) -> bool:
        """Whether a value may be of a package that a file imports: it is not called like a class with the member."""
        last = re.sub(r"\(.*", "", text, flags=re.DOTALL).rpartition(".")[2].strip("_").lower()
        if any(_alike(last, key) for key in self.families.holders):
            return False
        met = self._met.get(file.path)
        if met is None:
            found = (self.references.module(file, taken.target) for taken in file.taken)
            tops = {one.name.partition(".")[0] for one in found if isinstance(one, External)}
            met = self._met[file.path] = bool(tops - sys.stdlib_module_names - _HARMLESS)
        return met

    def _asked(self, file: Bindings, one: Occurrence) -> frozenset[str]:
        """The members that are asked of the same variable."""
        if one.base < 0:
            return frozenset({one.name})
        base = file.occurrences.all[one.base]
        alone = frozenset({one.name})
        if base.base < 0 and base.role != "attribute":
            home = file.home_of(base)
            if home is None or home is file.top:
                return alone
            return alone.union(*(self._asked_at(file, use) for use in file.uses(home, base.name)))
        own = self.own_class(file, file.occurrences.all[base.base]) if base.base >= 0 else None
        if own is None:
            return alone
        key = file.path, own, base.name
        if key not in self._owned:
            self._owned[key] = frozenset[str]().union(*(
                self._asked_at(file, use) for use in file.occurrences.named(base.name)
                if use.base >= 0 and self.own_class(file, file.occurrences.all[use.base]) == own
            ))  # fmt: skip
        return alone | self._owned[key]

    def _asked_at(self, file: Bindings, base: Occurrence) -> Sequence[str]:
        """The members that are asked of one name."""
        below = self._below.get(file.path)
        if below is None:
            below = self._below[file.path] = {}
            for one in file.occurrences.all:
                if one.role == "attribute" and one.base >= 0:
                    below.setdefault(one.base, []).append(one.name)
        return below.get(base.number, ())


def _alike(name: str, key: Key) -> bool:
    plain = key[1].rpartition(".")[2].strip("_").lower()
    bare = name.replace("_", "")
    return len(bare) > 2 and (bare == plain or plain.endswith(bare) or bare.endswith(plain))
