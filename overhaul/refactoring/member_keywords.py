"""Whether a keyword in a call or pattern is the name of a member: `Order(state=1)`, `case Order(state=x)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from overhaul.facts import Function
from overhaul.naming.meanings import External, Meaning, Symbol
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.guesses import stands_in
from overhaul.refactoring.receivers import OWN_CLASS, Judgement

if TYPE_CHECKING:
    from overhaul.refactoring.families import Key
    from overhaul.refactoring.receivers import Receivers

DATA: Final = re.compile(
    r"(?:\w+\.)*(?:dataclass|define|frozen|mutable|attrs|attr\.s|s|attributes|dataclass_transform)\b"
)
"""Decorators that make a constructor of a class's fields."""
_COPYING: Final = frozenset({"replace", "evolve", "_replace", "assoc", "copy_with", "model_copy"})
"""Last names of calls that make another instance with some fields changed."""
_PATCHING: Final = frozenset({"partial", "multiple", "object", "create_autospec"})
"""Last names of calls whose first argument is called with the keywords, or has attributes replaced by them."""
_MAKING: Final = re.compile(r"cls|klass|.*(?:class|type|factory|model)_?|[A-Z]\w*", re.IGNORECASE)
"""How variables and attributes are called that hold a class."""
SETTING: Final = re.compile(r"setattr\(|__dict__|vars\(")
"""How attributes are set by names from elsewhere."""


class Keywords:
    """Judges the keywords of a member's name."""

    def __init__(self, receivers: Receivers, fields: bool) -> None:
        """`fields`: the constructors of its classes take it as a keyword."""
        self.receivers, self.fields = receivers, fields
        self.families, self.references, self.project = receivers.families, receivers.references, receivers.project
        self.name = receivers.families.name

    def judge(self, file: Bindings, one: Occurrence) -> Judgement:
        """One keyword."""
        called = file.brackets.callee(one.start)
        if called is None:
            return Judgement("no", "no call")
        return self._of(file, one, *called)

    def _of(self, file: Bindings, one: Occurrence, start: int, end: int) -> Judgement:
        text = " ".join(file.occurrences.text[start:end].split())
        last = text.rpartition(".")[2].strip()
        callee = next((other for other in reversed(file.occurrences.all[: one.number]) if other.end == end), None)
        if self._in_pattern(file, one):
            return self._pattern(file, callee)
        if last in _PATCHING and (first := self._first(file, one)) is not None:
            return self._of(file, one, *first) if last == "partial" else self._patched(file, one, *first)
        if last in _COPYING and self.fields and (copied := self._copied(file, one, text)) is not None:
            return copied
        if text.endswith("__dict__.update"):
            return Judgement("unsure", "attributes are set there")
        if (match := OWN_CLASS.fullmatch(text)) is not None and (own := self.receivers.around(file, one, match)):
            return self._constructor(own)
        if text == "super().__init__":
            return self._super(file, one)
        if callee is None:
            return self._unknown(last)
        if callee.name == "__init__" and callee.base >= 0:
            callee = file.occurrences.all[callee.base]
        if callee.base < 0 and (own := self.receivers.own_class(file, callee)) is not None:
            return self._constructor(own) if callee.name == "cls" else Judgement("no", "an instance is called")
        return self._meant(self.references.meaning(file.path, callee), last)

    def _meant(self, meaning: Meaning, last: str) -> Judgement:
        match meaning:
            case Symbol(kind="class"):
                if meaning.alternatives:
                    return self._unknown(last)
                return self._constructor((meaning.module, meaning.name))
            case Symbol(kind="function" | "method"):
                row = self.project.symbols.interior(meaning.module).functions.get(meaning.name)
                return self._function(meaning.module, row)
            case External() if stands_in(meaning.name):
                return Judgement("unsure", "what is made there may stand for its class")
            case External() if meaning.name == "builtins.dict" and self.unpacked:
                return Judgement("unsure", "its constructor is called with a dictionary somewhere")
            case External():
                return Judgement("no", "something outside the project")
            case _:
                return self._unknown(last)

    def _function(self, module: str, row: Function | None) -> Judgement:
        """A call of a function of the project."""
        if row is None or all(one.kind != "keywords" for one in row.parameters):
            return Judgement("no", "a parameter")
        if any(one.name == self.name for one in row.parameters):
            return Judgement("no", "a parameter")
        if not self.fields:
            lines = self.project.source(self.project.symbols.path(module)).text().splitlines()
            if not SETTING.search("\n".join(lines[row.line - 1 : row.end])):
                return Judgement("no", "an argument")
        return Judgement("unsure", f"{row.name} may make an attribute of it")

    def _unknown(self, last: str) -> Judgement:
        """A call of what is not known: only what may be a class matters, and what the project has no function of."""
        if not self.fields or not _MAKING.fullmatch(last):
            return Judgement("no", "no class")
        return Judgement("unsure", f"what {last} calls is not known")

    def _constructor(self, key: Key) -> Judgement:
        """A call of a class."""
        families = self.families
        if key not in families.holders:
            below = families.holders_below(key)
            return Judgement("unsure" if below and self.fields else "no", "its class is another one")
        for base in self.project.symbols.order(*key):
            if not isinstance(base, Symbol):
                continue
            interior = self.project.symbols.interior(base.module)
            row = interior.functions.get(f"{base.name}.__init__") or interior.functions.get(f"{base.name}.__new__")
            if row is not None:
                taken = {one.name: one.kind for one in row.parameters}
                if self.name in taken or "keywords" not in taken.values():
                    return Judgement("no", "a parameter of the constructor")
                body = self.project.source(self.project.symbols.path(base.module)).text().splitlines()
                if self.fields or SETTING.search("\n".join(body[row.line - 1 : row.end])):
                    return Judgement("unsure", "the constructor may make an attribute of it")
                return Judgement("no", "an argument of the constructor")
            found = interior.classes.get(base.name)
            if found is not None and any(DATA.match(text) for text in found.decorators):
                break
        return Judgement("yes" if self.fields else "no", "field in the constructor's call")

    def _super(self, file: Bindings, one: Occurrence) -> Judgement:
        around = self.project.types.class_around(file.module, one.scope.name)
        if around is None:
            return self._unknown("cls")
        bases = self.families.orders.get((around.module, around.name), ())[1:]
        first = next((base for base in bases if isinstance(base, Symbol)), None)
        return self._constructor((first.module, first.name)) if first is not None else Judgement("no", "another class")

    # Patterns, copies, patches

    def _in_pattern(self, file: Bindings, one: Occurrence) -> bool:
        """Whether it stands behind `case`, on whatever line."""
        at = one.start
        while (opening := file.brackets.opening(at)) >= 0:
            at = opening
        text = file.occurrences.text
        return text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith("case ")

    def _pattern(self, file: Bindings, callee: Occurrence | None) -> Judgement:
        if callee is None:
            return Judgement("no", "no class")
        own = self.receivers.own_class(file, callee) if callee.base < 0 else None
        meaning = self.references.meaning(file.path, callee)
        if own is None and not isinstance(meaning, Symbol | External):
            return Judgement("unsure", "a pattern of a class that is not known")
        classes = (meaning,) if own is None else ()
        judged = self.receivers.of_own(own) if own is not None else self.receivers.of_classes(classes)
        return judged._replace(why=f"keyword of the pattern: {judged.why}")

    def _first(self, file: Bindings, one: Occurrence) -> tuple[int, int] | None:
        """Start and end of the first argument, where that stands before the keyword."""
        first = next(iter(file.brackets.arguments(file.brackets.opening(one.start))), None)
        return first if first is not None and first[1] < one.start else None

    def _patched(self, file: Bindings, one: Occurrence, start: int, end: int) -> Judgement:
        """`patch.multiple(Order, ship=...)`."""
        callee = next((other for other in reversed(file.occurrences.all[: one.number]) if other.end == end), None)
        meaning = self.references.meaning(file.path, callee) if callee is not None else None
        if isinstance(meaning, Symbol) and meaning.kind == "class":
            return self.receivers.of_classes((meaning,))
        if isinstance(meaning, External) or (isinstance(meaning, Symbol) and meaning.kind == "module"):
            return Judgement("no", "something else")
        return Judgement("unsure", "a patch of what is not known")

    def _copied(self, file: Bindings, one: Occurrence, text: str) -> Judgement | None:
        """`dataclasses.replace(order, state=1)`, `order._replace(state=1)`."""
        what = text.rpartition(".")[0] if text.endswith(("._replace", ".copy_with", ".model_copy")) else ""
        if not what and (first := self._first(file, one)) is not None:
            what = " ".join(file.occurrences.text[first[0] : first[1]].split())
        if not what:
            return None
        classes = self.project.types.of_expression(file.module, one.scope.name, what)
        keys = {(found.module, found.name) for found in classes if isinstance(found, Symbol)}
        own = self.project.types.class_around(file.module, one.scope.name) if what in ("self", "cls") else None
        if own is not None:
            keys = {(own.module, own.name)}
        if keys and keys <= self.families.holders:
            return Judgement("yes", "field that is changed in a copy")
        if not classes and not keys:
            return Judgement("unsure", "a copy of what is not known")
        return Judgement("no", "a copy of something else")

    # Dictionaries

    @property
    def unpacked(self) -> bool:
        """Whether a constructor of its classes is called with `**` somewhere."""
        if not self.fields:
            return False
        return any(True for _ in self._unpacking())

    def _unpacking(self) -> Iterator[str]:
        names = sorted({name.rpartition(".")[2] for _, name in self.families.holders})
        told = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))}|cls|replace|evolve|_replace)\([^()]*\*\*")
        for path in sorted(self.project.mentioning(names)):
            if path.endswith((".py", ".pyi")) and told.search(self.project.source(path).text()):
                yield path
