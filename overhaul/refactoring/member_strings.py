"""Whether a string is the name of a member: `getattr(order, "state")`, `vars(order)["state"]`, `Color["RED"]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.naming.meanings import External, Symbol
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.named_strings import NAMING, Listed
from overhaul.refactoring.receivers import Judgement

if TYPE_CHECKING:
    from overhaul.refactoring.member_keywords import Keywords
    from overhaul.refactoring.receivers import Receivers

_NAMED: Final = NAMING | {"attrgetter", "methodcaller", "getattr_static", "safe_getattr"}
_BY_ITSELF: Final = frozenset({"__setattr__", "__getattribute__", "__delattr__"})
"""`object.__setattr__(self, "state", 1)`, `super().__setattr__("state", 1)`."""
_LISTS: Final = frozenset({"__slots__", "__match_args__", "_fields", "_fields_", "__annotations__", "__attrs__"})
_WORKED_OUT: Final = re.compile(r"\b(?:get|set|has|del)attr\([^\"'\n]*?,\s*(?![\s\"'])|\battrgetter\(\s*(?![\s\"'])")
"""Attributes whose names are not written there."""
_OF_ITSELF: Final = re.compile(
    r"\b(?:get|set|has|del)attr\(\s*(?:self|cls|this|type\(self\))\s*,\s*(?![\s\"'])|\b(?:self|cls)\.__dict__|"
    r"\bvars\(\s*self\s*\)|\bdef __[gs]etstate__|\bdef __reduce"
)
"""The same of the instance, and all that it has."""
_DUMPING: Final = re.compile(r"\b(?:asdict|_asdict|astuple|fields|model_dump|__dataclass_fields__|__attrs_attrs__)\b")
_CODE: Final = frozenset({"eval", "exec", "compile"})
_MAKING_CLASSES: Final = frozenset({"type", "new_class", "make_dataclass", "make_class"})
_NOT_KNOWN: Final = Judgement("unsure", "asked of what is not known, by its name")


class Strings:
    """Judges the strings that are, or hold, a member's name."""

    def __init__(self, receivers: Receivers, keywords: Keywords, enumeration: bool) -> None:
        """`enumeration`: it is a member of an Enum, which is looked up by its name."""
        self.receivers, self.keywords, self.enumeration = receivers, keywords, enumeration
        self.families, self.references, self.project = receivers.families, receivers.references, receivers.project
        self.name = receivers.families.name

    def judge(self, file: Bindings, one: Listed) -> Judgement:
        """A string that is the name and nothing else."""
        if self._exported(file, one):
            return Judgement("no", "listed in __all__")
        called = file.brackets.callee(one.start)
        last = file.occurrences.text[called[0] : called[1]].rpartition(".")[2].strip() if called is not None else ""
        if last in _NAMED or last in _BY_ITSELF:
            return self._argument(file, one, last)
        opening = file.brackets.opening(one.start)
        indexed = opening >= 0 and file.brackets.code[opening] == "["
        if indexed and (judged := self._index(file, one, opening)) is not None:
            return judged
        if opening >= 0 and file.brackets.code[opening] == "{":
            outer = file.brackets.callee(opening)
            if outer is not None and file.occurrences.text[outer[0] : outer[1]].rpartition(".")[2] in _MAKING_CLASSES:
                return Judgement("unsure", "a member of a class that is made there")
        if self.enumeration:
            return Judgement("unsure", "a member of an enumeration may be looked up by it")
        if self._of_itself:
            return Judgement("unsure", f"{min(self._of_itself)} takes names of its attributes from elsewhere")
        if self.keywords.fields and (self.keywords.unpacked or self._dumped):
            return Judgement("unsure", "fields are made from, or made, a dictionary somewhere")
        if _WORKED_OUT.search(file.occurrences.text):
            return Judgement("unsure", "attributes are asked for there by names that are worked out")
        return Judgement("no", "a text")

    def _exported(self, file: Bindings, one: Listed) -> bool:
        """Whether it names a variable of the module."""
        found = file.occurrences.statement_at(one.start)
        if found is None or found.scope is not file.top:
            return False
        return any(name.name == "__all__" for name in file.occurrences.all[found.names[0] : found.names[1]])

    def within(self, file: Bindings) -> Iterator[tuple[int, int, str]]:
        """Start, line and why of longer strings that name it in a way that cannot be followed."""
        text = file.occurrences.text
        word = re.compile(rf"(?<!\w){re.escape(self.name)}(?!\w)")
        field = re.compile(rf"\{{[\w.\[\]]*\.{re.escape(self.name)}(?!\w)[^{{}}]*\}}")
        for start, end, node, kind in file.occurrences.strings():
            if kind != "string" or self.name not in text[start:end] or not word.search(text, start, end):
                continue
            if type(node).__name__ == "FormattedString":
                continue
            content = text[start:end].lstrip("rRbBuU").strip("\"'")
            if content == self.name:
                continue
            line = text.count("\n", 0, start) + 1
            if field.search(content) or (f"%({self.name})" in content and self._all_of(file, start)):
                yield start, line, "a format string may ask for it"
                continue
            statement = file.occurrences.statement_at(start)
            if statement is not None and statement.scope.kind == "class":
                names = {one.name for one in file.occurrences.all[statement.names[0] : statement.names[1]]}
                if names & _LISTS and (file.module, statement.scope.name) in self.families.holders:
                    yield start, line, "a text that lists the class's members"
                    continue
            called = file.brackets.callee(start)
            if called is None:
                continue
            last = text[called[0] : called[1]].rpartition(".")[2].strip()
            dotted = re.fullmatch(r"\w+(?:\.\w+)+", content) is not None
            if (last in _NAMED and dotted and not last.startswith(("object", "set", "del"))) or last in _CODE:
                yield start, line, "a text that is carried out may ask for it"

    def _all_of(self, file: Bindings, at: int) -> bool:
        """Whether a statement takes all that an object has: `"%(state)s" % vars(order)`."""
        statement = file.occurrences.statement_at(at)
        return statement is None or bool(
            re.search(r"__dict__|\bvars\(|asdict\(", file.occurrences.text[statement.start : statement.end])
        )

    def listed(self, file: Bindings, one: Listed) -> bool:
        """Whether it stands in the class's `__slots__` and the like."""
        found = file.occurrences.statement_at(one.start)
        if found is None or found.scope.kind != "class":
            return False
        if (file.module, found.scope.name) not in self.families.holders:
            return False
        names = {name.name for name in file.occurrences.all[found.names[0] : found.names[1]]}
        return bool(names & _LISTS)

    # Places

    def _argument(self, file: Bindings, one: Listed, last: str) -> Judgement:
        before = [
            span for span in file.brackets.arguments(file.brackets.opening(one.start)) if span[1] < one.start
        ]  # fmt: skip
        if not before:
            if last in _BY_ITSELF and (statement := file.occurrences.statement_at(one.start)) is not None:
                around = self.project.types.class_around(file.module, statement.scope.name)
                if around is not None:
                    return self.receivers.of_own((around.module, around.name))
            if last == "attrgetter" or last == "methodcaller":
                return _NOT_KNOWN if self.families.others else Judgement("likely", "no other class has such a member")
            return _NOT_KNOWN
        return self._of_text(file, *before[-1])

    def _index(self, file: Bindings, one: Listed, opening: int) -> Judgement | None:
        """`vars(order)["state"]`, `order.__dict__["state"]`, `Color["RED"]`."""
        start = file.brackets.start(opening)
        text = " ".join(file.occurrences.text[start:opening].split())
        if not text or start == opening:
            return None
        if match := re.fullmatch(r"vars\((.*)\)", text):
            inside = file.occurrences.text.index("(", start) + 1
            return self._of_text(file, inside, file.brackets.before(opening - 1) + 1) if match[1] else None
        if text.endswith(".__dict__"):
            dot = file.occurrences.text.rindex(".", start, opening)
            return self._of_text(file, start, dot)
        if self.enumeration:
            callee = next((name for name in reversed(file.occurrences.all) if name.end == opening), None)
            meaning = self.references.meaning(file.path, callee) if callee is not None else None
            if isinstance(meaning, Symbol) and meaning.kind == "class":
                return self.receivers.of_classes((meaning,))
            if callee is not None and callee.name == "__members__":
                return Judgement("unsure", "a member of an enumeration may be looked up by it")
        return None

    def _of_text(self, file: Bindings, start: int, end: int) -> Judgement:
        """Whether what is written somewhere is an instance that has the member, or its class."""
        end = file.brackets.before(end) + 1
        last = next((name for name in reversed(file.occurrences.all) if name.end <= end), None)
        if last is None or last.end != end:
            return _NOT_KNOWN
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
        return _NOT_KNOWN

    # What else takes names from strings

    @cached_property
    def _of_itself(self) -> frozenset[str]:
        """The classes of its instances that look up, or set, attributes of themselves by names from elsewhere."""
        found: set[str] = set()
        for key in self.families.holders:
            for base in self.families.orders[key]:
                if not isinstance(base, Symbol):
                    continue
                row = self.project.symbols.interior(base.module).classes.get(base.name)
                if row is None or base.name in found:
                    continue
                lines = self.project.source(self.project.symbols.path(base.module)).text().splitlines()
                if _OF_ITSELF.search("\n".join(lines[row.line - 1 : row.end])):
                    found.add(base.name)
        return frozenset(found)

    @cached_property
    def _dumped(self) -> bool:
        """Whether the project makes dictionaries of fields anywhere."""
        words = ("asdict", "_asdict", "model_dump", "__dataclass_fields__", "__attrs_attrs__")
        return any(
            path.endswith(".py") and _DUMPING.search(self.project.source(path).text())
            for path in self.project.mentioning(words)
        )
