"""What is known of a variable where a statement runs: which constants it can be, and which it is not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from overhaul.lazy import cst
from overhaul.syntax.constants import Claim, claims, constant, constants, place
from overhaul.syntax.paths import Condition, Reached, leaves
from overhaul.text import text_of

_DEEPEST: Final = 60
"""Conditions around a statement above which nothing is said of it: chains of thousands of elifs are no machines."""
_MOST: Final = 40
"""Assignments before a statement that are looked at, the last ones."""


class Knowledge(NamedTuple):
    """What is known of a variable where a statement runs, in the order of the fields of `facts.Held`."""

    place: str
    allowed: tuple[str, ...] | None
    excluded: tuple[str, ...]
    tested: bool


class _Event(NamedTuple):
    """An assignment, or an assertion, in the order in which they run."""

    line: int
    place: str
    values: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    asserted: tuple[Claim, ...]


class Known:
    """What is known of variables along the statements of one function."""

    def __init__(self, reached: Sequence[Reached], returned: Callable[[Any], Any]) -> None:
        """`returned` gives what a property or method without arguments returns, where that is one expression."""
        self._reached = reached
        self._lines = [one.line for one in reached]
        self._of = {id(one.node): one for one in reached}
        self._returned = returned
        self._aliases = _aliases(reached)
        self._events = list(self._all_events())
        self._of_place: dict[str, list[_Event]] = {}
        for event in self._events:
            for name in {event.place, *(one.place for one in event.asserted)} - {""}:
                self._of_place.setdefault(name, []).append(event)
        self._claims: dict[int, tuple[Claim | str, ...]] = {}

    def before(self, statement: Any, where: str, value: Any) -> tuple[tuple[Knowledge, ...], str, str]:
        """What is known of a variable before it is assigned, the guard, and the table that was asked."""
        at = self._of.get(id(statement))
        if at is None:
            return (), "", ""
        held, table = self._held(where, at, text_of(value))
        return (held,) if held is not None else (), self._guard(at, where), table

    def asserted(self, statement: Any, name: str) -> tuple[str, ...]:
        """The constants that an assertion or a condition before a statement lets a name be."""
        at = self._of.get(id(statement))
        held = self._held(name, at, "")[0] if at is not None else None
        allowed = held.allowed if held is not None and held.allowed is not None else ()
        return () if any(one.startswith("*") for one in allowed) else allowed

    def at(self, line: int) -> tuple[tuple[Knowledge, ...], str]:
        """All that is known where a line runs."""
        index = bisect_right(self._lines, line) - 1
        if index < 0 or len(self._reached[index].conditions) > _DEEPEST:
            return (), ""
        at = self._reached[index]
        places = dict.fromkeys(
            [one.place for condition in at.conditions for one in self._told(condition) if isinstance(one, Claim)]
            + [event.place for event in self._events if event.line < line]
        )
        found = [held for one in list(places)[-_MOST:] if (held := self._held(one, at, "")[0]) is not None]
        known = {one.place for one in found}
        return tuple(found), self._guard(at, *known)

    def _meant(self, node: Any) -> str:
        where = place(node)
        if where.endswith((".value", ".name")) and where.count(".") > 1:
            where = where.rpartition(".")[0]
        first, dot, rest = where.partition(".")
        if not dot and first in self._aliases:
            return self._aliases[first]
        if dot and rest in ("value", "name") and first in self._aliases:
            return self._aliases[first]
        return where

    def _all_events(self) -> Iterator[_Event]:
        for one in self._reached:
            kind = one.node.__class__
            if kind is cst.Assign:
                for target in one.node.targets:
                    if where := place(target.target):
                        yield _Event(one.line, where, constants(one.node.value), one.conditions, ())
            elif kind is cst.AnnAssign and one.node.value is not None:
                if where := place(one.node.target):
                    yield _Event(one.line, where, constants(one.node.value), one.conditions, ())
            elif kind is cst.Assert:
                told = tuple(
                    claim for claim in claims(one.node.test, True, self._meant, self._returned)
                    if isinstance(claim, Claim)
                )  # fmt: skip
                if told:
                    yield _Event(one.line, "", None, one.conditions, told)

    def _told(self, condition: Condition) -> tuple[Claim | str, ...]:
        """What a condition says."""
        found = self._claims.get(id(condition))
        if found is None:
            found = self._claims[id(condition)] = tuple(self._tell(condition))
        return found

    def _tell(self, condition: Condition) -> Iterator[Claim | str]:
        match condition.kind:
            case "true" | "false":
                yield from claims(condition.node, condition.kind == "true", self._meant, self._returned)
            case "case" | "not case":
                subject = self._meant(condition.around.subject)
                values = case_values(condition.node.pattern)
                if subject and values:
                    yield Claim(subject, condition.kind == "case", values)
                if condition.node.guard is not None and condition.kind == "case":
                    yield from claims(condition.node.guard, True, self._meant, self._returned)
            case "raised":
                if condition.node.__class__ is cst.ExceptHandler:
                    what = condition.node.type
                    yield f"except {text_of(what, 60)}" if what is not None else "except"
            case _:
                return

    def _guard(self, at: Reached, *places: str) -> str:
        parts: list[str] = []
        for condition in at.conditions[-_DEEPEST:]:
            for one in self._told(condition):
                if isinstance(one, str):
                    parts.append(one)
                elif one.place not in places and not one.table:
                    words = " or ".join(one.values)
                    parts.append(f"{one.place} {'is' if one.positive else 'is not'} {words}")
        text = " and ".join(dict.fromkeys(parts))
        return text if len(text) <= 140 else f"{text[:137]}..."

    def _held(self, where: str, at: Reached, value: str) -> tuple[Knowledge | None, str]:
        """What is known of a variable at a statement, and the table that was asked for the value."""
        table = ""
        if len(at.conditions) > _DEEPEST:
            return None, ""
        steps: list[tuple[int, int, Claim | _Event]] = []
        for condition in at.conditions:
            for one in self._told(condition):
                if isinstance(one, Claim) and one.place == where:
                    if one.table:
                        table = one.table if one.positive and one.values == (value,) else table
                    else:
                        steps.append((condition.line, 0, one))
        for event in self._before(where, at.line):
            if len(event.conditions) > _DEEPEST:
                # Too deep to be compared: it may have been passed.
                steps.append((event.line, 1, event._replace(values=None)))
            elif not _exclusive(event.conditions, at.conditions):
                if event.place == where:
                    steps.append((event.line, 1, event))
                elif event.asserted and _prefix(event.conditions, at.conditions):
                    for one in event.asserted:
                        if one.place == where and not one.table:
                            steps.append((event.line, 1, one))
                        elif one.place == where and one.positive and one.values == (value,):
                            table = one.table
        steps.sort(key=lambda step: step[:2])
        allowed: frozenset[str] | None = None
        order: tuple[str, ...] = ()
        excluded: frozenset[str] = frozenset()
        tested = False
        for _, _, step in steps:
            if isinstance(step, Claim):
                tested = True
                values = frozenset(step.values)
                if step.positive:
                    allowed = values if allowed is None else (allowed & values or values)
                    order += step.values
                else:
                    excluded |= values
                continue
            before = allowed - excluded if allowed is not None else None
            given = frozenset(step.values) if step.values is not None else None
            order += step.values or ()
            if _prefix(step.conditions, at.conditions) and not self._interrupted(step, at):
                allowed, excluded, tested = given, frozenset[str](), False
            elif given is None:
                allowed, excluded = None, frozenset()
            elif before is not None:
                allowed, excluded = before | given, frozenset()
            else:
                excluded -= given
        if allowed is None and not excluded:
            return None, table
        kept = None if allowed is None else tuple(one for one in dict.fromkeys(order) if one in allowed - excluded)
        return Knowledge(where, kept, tuple(sorted(excluded)) if allowed is None else (), tested), table

    def _before(self, where: str, line: int) -> list[_Event]:
        """The last assignments and assertions of a variable before a line."""
        found = [event for event in self._of_place.get(where, ()) if event.line < line]
        return found[-_MOST:]

    def _interrupted(self, event: _Event, at: Reached) -> bool:
        """Whether the statement stands in a handler that may have been entered before the event."""
        for condition in at.conditions:
            if condition.kind == "raised" and condition not in event.conditions:
                begun = self._of.get(id(condition.around))
                if begun is not None and begun.line < event.line < condition.line:
                    first = next((one for one in self._reached if one.line > begun.line), None)
                    return first is None or first.line != event.line
        return False


def case_values(pattern: Any) -> tuple[str, ...]:
    """The constants of a pattern; empty for one that says anything else."""
    kind = pattern.__class__
    if kind is cst.MatchValue:
        one = constant(pattern.value)
        return () if one is None else (one,)
    if kind is cst.MatchOr:
        found: list[str] = []
        for element in pattern.patterns:
            inner = case_values(element.pattern)
            if not inner:
                return ()
            found += inner
        return tuple(found)
    if kind is cst.MatchAs and pattern.pattern is not None:
        return case_values(pattern.pattern)
    return ()


def _aliases(reached: Sequence[Reached]) -> dict[str, str]:
    """Local names that stand for one attribute: `state = self.state`."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    for one in reached:
        if one.node.__class__ is cst.Assign and len(one.node.targets) == 1:
            target = one.node.targets[0].target
            if target.__class__ is cst.Name:
                name = target.value
                where = place(one.node.value) if name not in seen and constant(one.node.value) is None else ""
                seen.add(name)
                if "." in where or "[" in where:
                    found[name] = where
                else:
                    found.pop(name, None)
    return found


def _prefix(first: tuple[Condition, ...], second: tuple[Condition, ...]) -> bool:
    """Whether all that holds at the first place holds at the second, so that it was passed before."""
    held = {(one.kind, id(one.node)) for one in second}
    return all((one.kind, id(one.node)) in held for one in first)


def _exclusive(first: tuple[Condition, ...], second: tuple[Condition, ...]) -> bool:
    """Whether two statements stand in branches of which only one is taken."""
    there = {id(one.node): one for one in second}
    cases = {id(one.around): one for one in second if one.kind in ("case", "raised", "passed")}
    for one in first:
        handler = one.kind == "raised" and id(one.node) not in there and one.node.__class__ is not cst.With
        # A handler that leaves leads to nothing that follows but a `finally`.
        if handler and one.around.finalbody is None and leaves(one.node.body):
            return True
        other = there.get(id(one.node))
        if other is not None and other.kind != one.kind:
            return True
        if one.kind in ("case", "raised", "passed"):
            beside = cases.get(id(one.around))
            if beside is not None and beside.node is not one.node:
                return True
    return False
