"""What is written where a function is divided: the registrations, the one call, and the heads of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from overhaul.assembling.dividing import Divider, Division, Made, Part
from overhaul.changes import Replacement
from overhaul.refactoring.import_style import line_length

if TYPE_CHECKING:
    from overhaul.facts import Parameter


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What new things are called."""

    factory: str
    """The factory's class, as the file binds it."""
    listing: str
    """The method that lists the parts; in a function the variable that holds the factory."""
    makers: Mapping[str, str]
    """Part -> the function that makes it."""
    rest: str
    """The function with what comes behind the last manager; "" for none."""
    root: str
    """The part that the instance itself becomes, last; "" for none."""
    root_tier: int
    root_written: str
    keep: str
    """The attribute that holds the factory; "" for none."""


class Writing:
    """Inserts lines between statements: these stay where they are, as they are."""

    def __init__(self, divider: Divider, division: Division, names: Names) -> None:
        """Nothing is decided here."""
        self._divider, self._division, self._names = divider, division, names
        self._text = divider.occurrences.text
        self._length = line_length(divider.project, divider.path)
        self._step = division.indent[len(division.outer):] or "    "
        rows = divider.project.symbols.interior(divider.symbol.module)
        row = rows.functions[divider.symbol.name]
        self._parameters: Mapping[str, Parameter] = {one.name: one for one in row.parameters}
        self._returns = row.returns
        self._annotated = bool(row.returns) or any(one.annotation for one in row.parameters)
        """Type checkers look into what is annotated: what they have not looked into stays so."""
        self._plain = any("annotations" in (name for name, _ in one.names) and one.target == "__future__"
                          for one in divider.project.symbols.imports[divider.symbol.module])  # fmt: skip

    def replacements(self) -> Iterator[Replacement]:
        """All insertions, by place; what comes to one place is one."""
        for place, several in groupby(self._inserted(), key=lambda one: one[0]):
            told = list(several)
            yield Replacement(place, place, "".join(text for _, text, _ in told), told[-1][2])

    def _inserted(self) -> Iterator[tuple[int, str, str]]:
        """Place, text and reason, in the order in which they stand there afterwards."""
        division, names = self._division, self._names
        parts = division.parts
        blank = "\n" if division.receiver else "\n\n"
        for number, part in enumerate(parts):
            place = self._line_of(part.first)
            before = "".join(self._head_of_all()) + blank if number == 0 else ""
            if number == 0 and division.receiver:
                before += "".join(self._listing()) + blank
            head = self._def(part)
            if number:
                there = self._text[self._line_before(part.first) : place].count("\n")
                before = "\n" * max(0, len(blank) - there)
            yield place, before + head, self._because(part)
            if part.made is not None or names.root:
                given = self._given(part)
                end = self._divider.end(part.behind - 1)
                newline = "" if self._text[end - 1 : end] == "\n" else "\n"
                yield end, f"{newline}{division.indent}return {given}\n", self._because(part)

    @staticmethod
    def _because(part: Part) -> str:
        return f"{part.made.name} is a part of the factory" if part.made is not None else "what comes behind the parts"

    def _given(self, part: Part) -> str:
        receiver = self._division.receiver
        if part.made is None:
            return receiver
        return f"{receiver}.{part.made.name}" if receiver else part.made.name

    def _line_of(self, index: int) -> int:
        """The first line behind the statement before that is not blank: comments go with what stands below them."""
        at = self._line_before(index)
        while True:
            end = self._text.find("\n", at)
            if end < 0 or self._text[at:end].strip():
                return at
            at = end + 1

    def _line_before(self, index: int) -> int:
        if index:
            return self._divider.end(index - 1)
        first = self._division.statements[0]
        return self._text.rfind("\n", 0, first.head if first.head < first.start else first.start) + 1

    # The function itself

    def _head_of_all(self) -> Iterator[str]:
        """What the function does from now on, behind its beginning."""
        division, names = self._division, self._names
        indent = division.indent
        last = division.parts[-1]
        if division.receiver:
            arguments = self._all_arguments()
            call = f"{division.receiver}.{names.listing}({', '.join(arguments)})"
            if names.keep:
                yield f"{indent}{division.receiver}.{names.keep} = {call}\n"
                call = f"{division.receiver}.{names.keep}"
            yield f"{indent}{call}.build()\n"
            if last.made is None and not names.root:
                yield self._rest(last, f"{division.receiver}.{names.rest}", last.takes)
            return
        yield f"{indent}{names.listing} = {names.factory}(order=\"registered\")\n"
        made = {one.made.name for one in division.parts if one.made is not None}
        later = {name for part in division.parts for name in part.takes}
        for part in division.parts:
            if part.made is not None:
                call = f"lambda: {names.makers[part.made.name]}({', '.join(self._handed(part, made))})"
                if not part.takes:
                    call = names.makers[part.made.name]
                target = f"{part.made.name} = " if part.made.name in later else ""
                yield self._registered(f"{target}{names.listing}.register", self._registration(part.made, call))
        yield f"{indent}{names.listing}.build()\n"
        if last.made is None:
            yield self._rest(last, names.rest, tuple(self._handed(last, made)))

    def _handed(self, part: Part, made: set[str]) -> Iterator[str]:
        for one in part.takes:
            yield f"{one}.value" if one in made else one

    def _rest(self, part: Part, function: str, arguments: Sequence[str]) -> str:
        word = "return " if self._divider.returns(part) else ""
        return f"{self._division.indent}{word}{function}({', '.join(arguments)})\n"

    def _registered(self, start: str, arguments: str) -> str:
        """A call, on several lines where one would be too long."""
        indent = self._division.indent
        line = f"{indent}{start}({arguments})"
        if len(line) <= self._length:
            return f"{line}\n"
        return f"{indent}{start}(\n{indent}{self._step}{arguments},\n{indent})\n"

    @staticmethod
    def _registration(made: Made, call: str) -> str:
        listed = "".join(f'"{one}", ' for one in made.needs).rstrip(" " if len(made.needs) == 1 else ", ").rstrip()
        needs = f", needs=({listed})" if made.needs else ""
        return f'"{made.name}", {call}, tier={made.tier}{needs}'

    # The listing

    def _all_arguments(self) -> list[str]:
        taken = [
            name for part in self._division.parts if part.made is not None or self._names.root for name in part.takes
        ]
        return list(dict.fromkeys(taken))

    def _listing(self) -> Iterator[str]:
        division, names = self._division, self._names
        outer, indent, receiver = division.outer, division.indent, division.receiver
        result = self._result(names.factory)
        yield f"{outer}def {names.listing}({self._signature(self._all_arguments())}){result}:\n"
        yield f'{indent}"""The managers by tiers, in the order in which they are made."""\n'
        yield f'{indent}managers = {names.factory}(order="registered")\n'
        for part in division.parts:
            if part.made is not None:
                call = f"{receiver}.{names.makers[part.made.name]}"
                if part.takes:
                    call = f"lambda: {call}({', '.join(part.takes)})"
                yield self._registered("managers.register", self._registration(part.made, call))
        if names.root:
            call = f"{receiver}.{names.makers[names.root]}"
            last = division.parts[-1]
            if last.made is not None:
                call = f"lambda: {receiver}"
            elif last.takes:
                call = f"lambda: {call}({', '.join(last.takes)})"
            yield self._registered("managers.register", f'"{names.root}", {call}, tier={names.root_tier}')
        yield f"{indent}return managers\n"

    # The parts

    def _def(self, part: Part) -> str:
        names = self._names
        if part.made is not None:
            name, returns = names.makers[part.made.name], part.made.written
        elif names.root:
            name, returns = names.makers[names.root], names.root_written
        else:
            name = names.rest
            returned = self._divider.returns(part)
            return f"{self._division.outer}def {name}({self._signature(part.takes)}){self._same(returned)}:\n"
        return f"{self._division.outer}def {name}({self._signature(part.takes)}){self._result(returns)}:\n"

    def _result(self, returns: str) -> str:
        return f" -> {self._shown(returns)}" if returns and self._annotated else ""

    def _same(self, returned: bool) -> str:
        if not self._returns:
            return ""
        return f" -> {self._returns}" if returned else " -> None"

    def _signature(self, takes: Sequence[str]) -> str:
        receiver = [self._division.receiver] if self._division.receiver else []
        return ", ".join((*receiver, *(self._parameter(one) for one in takes)))

    def _parameter(self, name: str) -> str:
        """A parameter with the annotation that it has in the function; a manager with its class."""
        known = self._parameters.get(name)
        if known is not None and known.kind not in ("variadic", "keywords") and known.annotation:
            return f"{name}: {known.annotation}"
        for part in self._division.parts:
            named = part.made is not None and part.made.name == name and not self._division.receiver
            if named and part.made is not None and part.made.written and self._annotated:
                return f"{name}: {self._shown(part.made.written)}"
        return name

    def _shown(self, annotation: str) -> str:
        """An annotation that asks for no name when the function is defined."""
        return annotation if self._plain else f'"{annotation}"'
