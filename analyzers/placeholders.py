"""Code that claims to do something and does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from overhaul.facts import (
    Attribute,
    Body,
    Class,
    Facts,
    Function,
    LooseName,
    MadeUpRecord,
    Reflection,
    Remark,
    SwallowedError,
    UsedName,
    Variable,
)
from overhaul.inventory import Confidence, fact, testing
from overhaul.leaves import Analyzer
from overhaul.pretending.cases import Pattern, Verdict, quoted, told
from overhaul.pretending.families import Families, passed_on
from overhaul.pretending.fuller import Fuller
from overhaul.pretending.judgement import Judge
from overhaul.pretending.promises import peculiar
from overhaul.pretending.rebinding import Rebindings
from overhaul.pretending.swallowing import pretends
from overhaul.redundancy import Placeholder, Reach, Tier
from overhaul.symbols import Symbols

_CONFIDENCE: Final[Mapping[Tier, Confidence]] = {"certain": "high", "likely": "medium", "note": "low"}
_TIERS: Final[Sequence[Tier]] = ("certain", "likely", "note")


@Analyzer
def placeholders(
    symbols: Symbols, classes: Facts[Class], functions: Facts[Function], bodies: Facts[Body], remarks: Facts[Remark],
    swallowed: Facts[SwallowedError], records: Facts[MadeUpRecord], used: Facts[UsedName], reaches: Sequence[Reach],
    attributes: Facts[Attribute], variables: Facts[Variable], reflections: Facts[Reflection], loose: Facts[LooseName],
) -> Iterator[Placeholder]:  # fmt: skip
    """Functions whose body is nothing, a constant or a pretence, and remarks that say so; one row for each function.

    What `docs/placeholders.md` says decides. Tests, and files for type checkers, have none.
    """
    reached = {(row.module, row.name): row for row in reaches}
    families = Families(symbols, classes, bodies)
    fuller = Fuller(families, functions)
    rebindings = Rebindings(symbols, attributes, variables, used, reflections, loose)
    judge = Judge(
        families, reached, lambda module, name: passed_on(symbols, module, name, used), fuller.namesakes,
        rebindings.rebound,
    )  # fmt: skip
    for module in symbols.layout.modules:
        path = symbols.path(module)
        if testing(path) or not path.endswith(".py"):
            continue
        for name, verdict, line, end in _of_module(module, judge, families, bodies, remarks, swallowed, records):
            reach = reached.get((module, name))
            yield Placeholder(
                kind="placeholder", subkind=verdict.tier, name=name, module=module, path=path, line=line,
                confidence=_CONFIDENCE[verdict.tier], evidence=verdict.evidence, tier=verdict.tier,
                pattern=verdict.pattern, why=verdict.why, marker_line=verdict.marker_line,
                called_by=reach.called_by if reach is not None else (),
                callers=reach.callers if reach is not None else 0,
                reached=reach.reached if reach is not None else "unknown",
                fuller=tuple(fuller.of(module, name)) if verdict.tier != "note" else (), end=end,
            )  # fmt: skip


_Found = tuple[str, Verdict, int, int]
"""Name, verdict, first and last line."""


def _of_module(
    module: str, judge: Judge, families: Families, bodies: Facts[Body], remarks: Facts[Remark],
    swallowed: Facts[SwallowedError], records: Facts[MadeUpRecord],
) -> list[_Found]:  # fmt: skip
    """The rows of a module by line: one for each function, the strongest, with what the others say as evidence."""
    functions = families.symbols.interior(module).functions
    said: dict[str, list[Remark]] = {}
    noted: list[Remark] = []
    for remark in remarks[module]:
        if remark.function:
            said.setdefault(remark.scope, []).append(remark)
        elif remark.beside in functions and remark.strength != "hint":
            said.setdefault(remark.beside, []).append(remark)
            noted.append(remark)
        else:
            noted.append(remark)
    found: dict[str, list[Verdict]] = {}
    for body in bodies[module]:
        row = functions.get(body.name)
        if row is not None and row.line == body.line:
            verdict = judge.verdict(module, row, body, _strongest(said.get(body.name, ())))
            if verdict is not None:
                found.setdefault(body.name, []).append(verdict)
    # What is only declared can promise nothing that is missing.
    for name in [one for one in said if (row := functions.get(one)) is not None and families.declared(module, row)]:
        noted += said.pop(name)
    for name, verdict in [*_swallows(swallowed[module]), *_records(module, records[module]), *_markers(said)]:
        found.setdefault(name, []).append(verdict)
    rows = [_one(name, functions.get(name), verdicts) for name, verdicts in found.items() if verdicts]
    rows += [_note(one) for one in noted if one.strength != "hint" and one.beside not in found]
    # The strongest of each name and line: later ones of the same key take the earlier one's place in the dict.
    weakest_first = sorted(rows, key=lambda one: (one[2], one[0], -_TIERS.index(one[1].tier)))
    return list({(row[0], row[2]): row for row in weakest_first}.values())


def _strongest(found: Sequence[Remark]) -> Remark | None:
    return min(found, key=lambda one: (one.strength == "hint", one.line), default=None)


def _swallows(rows: Sequence[SwallowedError]) -> Iterator[tuple[str, Verdict]]:
    for row in rows:
        if why := pretends(row):
            caught = ", ".join(row.caught) or "everything"
            deed = fact(row.line, f"takes {caught[:80]}, and does nothing with it")
            yield row.scope, Verdict("likely", "swallowed", why, row.line, (deed,))


def _records(module: str, rows: Sequence[MadeUpRecord]) -> Iterator[tuple[str, Verdict]]:
    if peculiar(module.replace(".", "_")):
        return
    for row in rows:
        if row.scope and not peculiar(row.scope):
            examples = ", ".join(row.examples[:4])
            yield row.scope, Verdict(
                "likely", "fake_data", "records of the usual examples", row.line, (fact(row.line, f"holds {examples}"),)
            )


def _markers(said: Mapping[str, Sequence[Remark]]) -> Iterator[tuple[str, Verdict]]:
    for name, remarks in said.items():
        one = _strongest([remark for remark in remarks if remark.function])
        if one is not None and one.strength != "hint":
            yield name, Verdict("likely", "marker", told(one), one.line, (fact(one.line, quoted(one)),))


def _one(name: str, row: Function | None, verdicts: Sequence[Verdict]) -> _Found:
    best = min(verdicts, key=lambda one: _TIERS.index(one.tier))
    others = [piece for one in verdicts if one is not best for piece in one.evidence]
    merged = best._replace(evidence=tuple(dict.fromkeys([*best.evidence, *others]))[:8])
    line = row.line if row is not None else (best.marker_line or 1)
    return name, merged, line, row.end if row is not None else line


def _note(remark: Remark) -> _Found:
    why = "a marker comment alone"
    pattern: Pattern = "marker"
    verdict = Verdict("note", pattern, why, remark.line, (fact(remark.line, quoted(remark)),))
    if remark.beside:
        return remark.beside, verdict, remark.beside_line, remark.beside_end
    return remark.scope, verdict, remark.line, remark.line
