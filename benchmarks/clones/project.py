"""A project of modules: originals, what was made of them in other modules, look-alikes, and unrelated real code."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from benchmarks.clones.editing import edited, foreign_statements
from benchmarks.clones.layout import laid_out
from benchmarks.clones.lookalikes import SMALL, framed, guarded, same_words, turned
from benchmarks.clones.renaming import WHATS, What, renamed
from benchmarks.clones.rewriting import Unfit, Words, identifiers, words
from benchmarks.clones.sampling import Import, Kind, Unit

SHARES: Final = (0.1, 0.2, 0.3)
_RENAMED: Final[tuple[What, ...]] = ("locals", "attributes")
_METHODS: Final = 4
"""In a class that is made for methods."""
_LOGGING: Final = (Import("logger", "loguru", "logger"), Import("time", "time", ""))


class Pair(msgspec.Struct, frozen=True):
    """Two units, and how the second was made of the first."""

    first: int
    """Number of the fragment."""
    second: int
    type: int
    """1, 2 or 3; 0 for look-alikes."""
    mutation: str
    note: str
    """What exactly was changed."""


class Fragment(msgspec.Struct, frozen=True):
    """A unit where it stands in the project."""

    unit: Unit
    path: str
    name: str
    """Dotted inside its module."""
    line: int
    """First line, decorators with it."""
    end: int


class Project(msgspec.Struct, frozen=True):
    """All that was written, and what is true of it."""

    fragments: tuple[Fragment, ...]
    pairs: tuple[Pair, ...]


class Plan(msgspec.Struct, frozen=True):
    """How many pairs of each sort are made."""

    layout: int = 150
    renaming: int = 40
    """Of each sort of names, and of all together."""
    editing: int = 40
    """Of each share, alone and renamed."""
    alike: int = 40
    """Of each way."""
    noise: int = 300

    @property
    def units(self) -> int:
        """How many real definitions it takes, at most."""
        return self.layout + 5 * self.renaming + 6 * self.editing + 8 * self.alike + self.noise


Recipe = tuple[str, int, Callable[[Unit, Unit], tuple[Unit, Unit, str]]]
"""Mutation, type, and what makes the pair of a unit; the second unit is one that may be used up in it."""


def recipes(units: Sequence[Unit], plan: Plan, random: Random) -> Iterator[tuple[int, Recipe]]:
    """Each mutation with the number of pairs wanted, the choosiest ones first."""
    supply = words(units)
    foreign = foreign_statements(units)

    def fresh(*of: Unit) -> Words:
        return Words(supply, random, {name for unit in of for name in identifiers(unit.source)})

    def turn(way: str) -> Recipe:
        return way, 0, lambda unit, _: (unit, turned(unit, way), "")

    def rename(sorts: tuple[What, ...], label: str) -> Recipe:
        return label, 2, lambda unit, _: (unit, renamed(unit, sorts, fresh(unit), random), "")

    def change(share: float) -> Callable[[Unit, Unit], tuple[Unit, Unit, str]]:
        return lambda unit, _: (unit, *edited(unit, share, foreign, random))

    def change_renamed(share: float) -> Callable[[Unit, Unit], tuple[Unit, Unit, str]]:
        def make(unit: Unit, _: Unit) -> tuple[Unit, Unit, str]:
            made, note = edited(unit, share, foreign, random)
            return unit, renamed(made, _RENAMED, fresh(made), random), note

        return make

    def lay_out(unit: Unit, _: Unit) -> tuple[Unit, Unit, str]:
        return (unit, *laid_out(unit, random, supply))

    def vocabulary(unit: Unit, other: Unit) -> tuple[Unit, Unit, str]:
        if unit.kind != other.kind or not 0.6 < unit.statements / other.statements < 1.7:
            raise Unfit("another size")
        return unit, same_words(unit, other, fresh(unit, other), random), other.origin

    def boilerplate(unit: Unit, other: Unit) -> tuple[Unit, Unit, str]:
        return guarded(_logging(unit)), guarded(_logging(other)), other.origin

    for way in ("operands", "operator", "comparison"):
        yield plan.alike, turn(way)
    yield plan.alike, ("frame", 0, lambda unit, _: (unit, framed(unit, foreign, random, fresh(unit)), ""))
    yield plan.alike, ("vocabulary", 0, vocabulary)
    yield plan.alike, ("boilerplate", 0, boilerplate)
    for share in SHARES:
        yield plan.editing, (f"{share:.0%} edited", 3, change(share))
        yield plan.editing, (f"{share:.0%} edited, renamed", 3, change_renamed(share))
    for sort in WHATS:
        yield plan.renaming, rename((sort,), f"other {sort}")
    yield plan.renaming, rename(WHATS, "other names and literals")
    yield plan.layout, ("layout", 1, lay_out)


def _logging(unit: Unit) -> Unit:
    kept = tuple(one for one in unit.imports if one.bound not in ("logger", "time"))
    if len(kept) != len(unit.imports) or {"logger", "time"} & identifiers(unit.source):
        raise Unfit("logs itself")
    return msgspec.structs.replace(unit, imports=(*kept, *_LOGGING))


def make(units: Sequence[Unit], plan: Plan, seed: int) -> tuple[list[Unit], list[Pair]]:
    """All units of the project by their numbers, and the pairs among them; each real unit is used once."""
    random = Random(f"{seed} pairs")
    left = list(units)
    made: list[Unit] = []
    pairs: list[Pair] = []
    for wanted, (label, kind, recipe) in recipes(units, plan, random):
        # What only a few units can give is tried on the small ones first, and those are left for it.
        done = 0
        order = sorted(left, key=lambda unit: unit.statements > SMALL) if kind == 0 else list(left)
        used: set[int] = set()
        for unit in order:
            if done == wanted:
                break
            others = [other for other in random.sample(left, min(3, len(left))) if id(other) not in used]
            if id(unit) in used or not others or others[0] is unit:
                continue
            try:
                first, second, note = recipe(unit, others[0])
            except Unfit:
                continue
            used.add(id(unit))
            if note == others[0].origin:
                used.add(id(others[0]))
            pairs.append(Pair(len(made), len(made) + 1, kind, label, note))
            made += [first, second]
            done += 1
        left = [unit for unit in left if id(unit) not in used]
        random.shuffle(left)
    return [*made, *left[: plan.noise]], pairs


class _Sheet:
    """A module that is being filled."""

    def __init__(self, name: str, random: Random) -> None:
        self.name = name
        self.numbers: list[int] = []
        self.methods = 0
        self._room = random.randint(1, 4)
        self._imports: dict[str, Import] = {}
        self._names: set[str] = set()

    def takes(self, number: int, unit: Unit) -> bool:
        """Whether the unit finds room here: its name is free, and its imports mean what they mean here."""
        of_class = unit.kind == "method"
        if (self.methods >= _METHODS) if of_class else not self._room:
            return False
        if unit.own in self._names or unit.own in self._imports:
            return False
        if any(one.bound in self._names or self._imports.get(one.bound, one) != one for one in unit.imports):
            return False
        self.methods += of_class
        self._room -= not of_class
        self.numbers.append(number)
        self._imports |= {one.bound: one for one in unit.imports}
        self._names.add(unit.own)
        return True

    def text(self, units: Sequence[Unit], owner: str) -> str:
        """The source: imports, functions and classes, and one class for all methods."""
        parts = ["\n".join(sorted({one.statement for one in self._imports.values()}))] if self._imports else []
        parts += [units[number].source.rstrip() for number in self.numbers if units[number].kind != "method"]
        methods = [units[number].source.rstrip() for number in self.numbers if units[number].kind == "method"]
        if methods:
            body = "\n\n".join(textwrap.indent(method, "    ") for method in methods)
            parts.append(f"class {owner}:\n{body}")
        return "\n\n\n".join(part for part in parts if part) + "\n"


def write(units: Sequence[Unit], pairs: Sequence[Pair], seed: int, folder: Path) -> Project:
    """Put all units into modules of a package, by chance, the two of a pair never into the same one."""
    random = Random(f"{seed} modules")
    partner = {pair.first: pair.second for pair in pairs} | {pair.second: pair.first for pair in pairs}
    supply = Words([word for word in words(units) if len(word) > 3], random, {name for u in units for name in [u.own]})
    sheets = _sheets(units, partner, random, lambda: _Sheet(supply.like("some_module"), random))
    package = folder / "emporium"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A shop of everything."""\n', encoding="utf-8")
    found: dict[int, Fragment] = {}
    for sheet in sheets:
        path = package / f"{sheet.name}.py"
        owner = "".join(part.capitalize() for part in sheet.name.split("_")) + "Parts"
        text = sheet.text(units, owner)
        path.write_text(text, encoding="utf-8")
        places = dict(_places(ast.parse(text), owner))
        for number in sheet.numbers:
            unit = units[number]
            name = f"{owner}.{unit.own}" if unit.kind == "method" else unit.own
            line, end = places[name]
            found[number] = Fragment(unit, path.relative_to(folder).as_posix(), name, line, end)
    return Project(tuple(found[number] for number in range(len(units))), tuple(pairs))


def _sheets(
    units: Sequence[Unit], partner: Mapping[int, int], random: Random, new: Callable[[], _Sheet]
) -> list[_Sheet]:
    """Where each unit goes.

    Methods of about one size share a class, so that no class is a copy for one method's sake, and two classes have at
    most one pair in common.
    """
    order = list(range(len(units)))
    random.shuffle(order)
    methods = [number for number in order if units[number].kind == "method"]
    methods.sort(key=lambda number: (number not in partner, units[number].statements))
    others = [number for number in order if units[number].kind != "method"]
    sheets: list[_Sheet] = []
    home: dict[int, _Sheet] = {}

    def fits(sheet: _Sheet, number: int) -> bool:
        near = home.get(partner.get(number, -1))
        if near is not None and (near is sheet or any(home.get(partner.get(one, -1)) is near for one in sheet.numbers)):
            return False
        return sheet.takes(number, units[number])

    def put(number: int, into: Iterable[_Sheet]) -> None:
        sheet = next((sheet for sheet in into if fits(sheet, number)), None)
        if sheet is None:
            sheet = new()
            sheet.takes(number, units[number])
            sheets.append(sheet)
        home[number] = sheet

    for number in methods:
        paired = number in partner
        put(number, sheets[-6:] if paired else sorted(sheets, key=lambda sheet: sheet.methods))
    for number in others:
        put(number, [*random.sample(sheets, min(4, len(sheets))), *sheets[-2:]])
    return sheets


def _places(tree: ast.Module, owner: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """First and last lines of what stands at the top level, and of the methods of `owner`."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = node.body if isinstance(node, ast.ClassDef) and node.name == owner else []
            for one, before in [(node, ""), *((method, f"{owner}.") for method in inner)]:
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    begin = min([one.lineno, *(decorator.lineno for decorator in one.decorator_list)])
                    yield before + one.name, (begin, one.end_lineno or one.lineno)


def wanted(plan: Plan) -> Mapping[Kind, int]:
    """How many units of each kind to take: a few more than are needed, since not every unit can be made use of."""
    count = round(plan.units * 1.25)
    return {"function": count * 4 // 10, "method": count * 9 // 20, "class": count * 3 // 20}
