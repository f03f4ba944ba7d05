"""Draft the merges of what the audit calls duplicates and parallels, each tried before it is called ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.changes import Target
from overhaul.drafts import Drafted
from overhaul.errors import Refused, Unreadable
from overhaul.inventory import testing
from overhaul.merging.duplicates import Merger
from overhaul.merging.functions import FunctionMerger
from overhaul.merging.likeness import likeness
from overhaul.merging.mixins import MixinMerger
from overhaul.moving.graph import Graph
from overhaul.moving.sound import sound
from overhaul.redundancy import Consolidation, Correspondence, Duplicate, Parallel
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.project import Project

_OLD: Final = ("first generation", "legacy", "deprecated", "obsolete", "old ", "superseded", "do not use")
_MANY: Final = 6
"""Tests, and lines by hand, that are told of one step."""


def drafted(project: Project) -> Iterator[Drafted]:
    """Steps for all groups: those that can be carried out first, the least risk before, then what people decide."""
    weighed = {row.identity: row for row in project.survey.rows(Consolidation)}
    rows: Sequence[Duplicate] = project.survey.rows(Duplicate)
    aside = [all(_aside(one.path) for one in row.members) for row in rows]
    known = _Known(project)
    groups = [
        _of_group(known, row, weighed, beside=beside) if row.type == 1 or not beside else _left_out(row)
        for row, beside in zip(rows, aside, strict=True)
    ]
    pairs = [
        _of_packages(project, row, weighed) for row in project.survey.rows(Parallel)
        if not _aside(row.path)
    ]  # fmt: skip
    told = [(one, False) for one in pairs] + [
        (one, beside) for one, beside in zip(groups, aside, strict=True) if one.ready or not beside
    ]
    order = {id(one): number for number, (one, _) in enumerate(told)}
    for one, _ in sorted(told, key=lambda pair: (not pair[0].ready, pair[1], pair[0].risk or 0.0, order[id(pair[0])])):
        yield one
    left = sum(beside and not one.ready for one, beside in zip(groups, aside, strict=True))
    if left:
        yield Drafted(
            codemod="merge_duplicates", keys={"members": list[str]()}, ready=False,
            title=f"{left} more group{'s' if left > 1 else ''} in tests, examples and benchmarks alone",
            by_hand=("nothing of them can be merged as it stands: `overhaul query` tells them (table duplicates)",),
        )  # fmt: skip


def _aside(path: str) -> bool:
    """Whether a file is no part of what the project is: tests, examples, benchmarks, documentation."""
    return testing(path) or not _BESIDE.isdisjoint(path.split("/")[:-1])


_BESIDE: Final = frozenset({
    "bench", "benches", "benchmark", "benchmarks", "doc", "docs", "example", "examples", "samples", "demo", "demos",
    "typing-examples",
})  # fmt: skip


# Functions and classes


class _Known:
    """What all groups look at, found once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.references, self.graph = References(project), Graph(project)


def _left_out(row: Duplicate) -> Drafted:
    """A group that is only counted."""
    return Drafted(codemod="merge_duplicates", keys={}, title=row.identity, ready=False)


def _of_group(known: _Known, row: Duplicate, weighed: Mapping[str, Consolidation], *, beside: bool) -> Drafted:
    project = known.project
    names = [f"{one.module}:{one.name}" for one in row.members]
    where = [f"{one.path}:{one.line}: {one.name}, {one.end - one.line + 1} lines" for one in row.members]
    found = weighed.get(row.identity)
    keys: dict[str, object] = {"members": names}
    by_hand: list[str] = []
    because = [*where, f"type {row.type}: {_TYPES[row.type]}; one of them saves {row.saved_lines} lines"]
    tests: tuple[str, ...] = ()
    if found is not None and found.justified:
        by_hand.append(f"it is on record that they stay apart: {found.justified}")
    if row.unit == "method" and row.type < 3:
        if beside:
            return _left_out(row)
        made, why = _of_methods(known, row)
        keys.update(made)
        by_hand.append(why)
    elif row.type == 3 or row.unit not in ("function", "class"):
        by_hand.append(_by_hand(row))
    else:
        try:
            merger = Merger(project, [project.symbol(Target(one.module, one.name)) for one in row.members], "", {},
                            keep=False, references=known.references, graph=known.graph)  # fmt: skip
            proposals = list(merger.proposals())
        except (Refused, Unreadable) as error:
            more = _with_parameters(known, row) if row.type == 2 else dict[str, object]()
            keys.update(more)
            by_hand.append(_NAMES if more else str(error))
        else:
            keys["home"] = merger.home.module
            because.append(f"it stays in {merger.home.module}: {merger.why}")
            places = [one for several in merger.found.values() for one in several if one.how != "import"]
            tests = tuple(_told(Counter(one.path for one in places if testing(one.path))))
            if not sound(project, proposals):
                by_hand.append(f"importing {merger.home.module} there makes an import fail: name another home")
    if by_hand and beside:
        return _left_out(row)
    if by_hand:
        tests = tuple(_tests(known, row))
    return Drafted(
        codemod="merge_duplicates", keys=keys, title=f"One {row.members[0].name.rpartition('.')[2]} of {len(names)}",
        because=tuple(because), by_hand=tuple(by_hand), ready=not by_hand,
        risk=found.risk if found is not None else None, parts=found.parts if found is not None else (), tests=tests,
    )  # fmt: skip


_TYPES: Final[Mapping[int, str]] = {
    1: "equal but for layout, comments and docstring", 2: "equal but for names and literals",
    3: "statements added, removed or changed",
}  # fmt: skip


def _with_parameters(known: _Known, row: Duplicate) -> Mapping[str, object]:
    """The keys with which the literals that differ become arguments; none where that does not help."""
    try:
        symbols = [known.project.symbol(Target(one.module, one.name)) for one in row.members]
        merger = Merger(known.project, symbols, "", {}, keep=False, references=known.references, graph=known.graph)
        home = merger.home
        literals = (each.first for one in merger.others for each in likeness(home, one).literals)
        written = list(dict.fromkeys(home.tree.written(one) for one in literals))
        parameters = {f"value_{number}": text for number, text in enumerate(written, 1)}
        if parameters:
            list(Merger(known.project, symbols, home.module, parameters, keep=False, references=known.references,
                        graph=known.graph).proposals())  # fmt: skip
            return {"home": home.module, "parameters": parameters}
    except (Refused, Unreadable):
        pass
    return {}


_NAMES: Final = "it can be carried out: call the arguments by names that say what they are"


def _of_methods(known: _Known, row: Duplicate) -> tuple[Mapping[str, object], str]:
    """The keys that make one of some methods, and what stands against it, or is left to say."""
    words = row.members[0].name.rpartition(".")[2].strip("_").split("_")
    mixin = f"{''.join(word[:1].upper() + word[1:] for word in words)}Mixin"
    function = f"shared_{'_'.join(words)}"
    try:
        symbols = [known.project.symbol(Target(one.module, one.name)) for one in row.members]
    except Refused as error:
        return {"mixin": mixin}, str(error)
    try:
        list(MixinMerger(known.project, symbols, "", mixin, known.references, known.graph).proposals())
    except (Refused, Unreadable) as error:
        why = str(error)
    else:
        return {"mixin": mixin}, "it can be carried out: give the class a name that says what its methods are about"
    try:
        list(FunctionMerger(known.project, symbols, "", function, {}, known.references, known.graph).proposals())
    except (Refused, Unreadable):
        return {"mixin": mixin}, why
    return {"function": function}, (
        f"it can be carried out, but not as a mixin ({why}): give the function a name that says what it does"
    )  # fmt: skip


def _by_hand(row: Duplicate) -> str:
    match row.unit:
        case "method":
            return "methods: make a function of one, and call that"
        case "run":
            return "a run of statements: make a function of it, and call that"
        case _:
            return "they differ in what they do: look which difference is meant, make it an argument, then merge them"


def _tests(known: _Known, row: Duplicate) -> Iterator[str]:
    """The test files that name one of the members."""
    project, references = known.project, known.references
    counted: Counter[str] = Counter()
    for one in row.members:
        try:
            symbol = project.symbol(Target(one.module, one.name))
            counted.update(each.path for each in references.to(symbol) if testing(each.path) and each.how != "import")
        except (Refused, Unreadable):
            continue
    yield from _told(counted)


def _told(counted: Mapping[str, int]) -> Iterator[str]:
    for path, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:_MANY]:
        yield f"{path}: {count} site{'s' if count != 1 else ''}"


# Packages


def _of_packages(project: Project, row: Parallel, weighed: Mapping[str, Consolidation]) -> Drafted:
    goes, stays, why = _chosen(project, row)
    turned = goes != row.first
    table = [_Line(one, turned=turned) for one in row.correspondences]
    found = weighed.get(row.identity)
    classes = [_class(one, table) for one in table if one.unit == "class" and one.old and one.new]
    names = {
        _target(project, one.old): _target(project, one.new) for one in table
        if one.unit in ("function", "constant") and one.old and one.new
    }  # fmt: skip
    users = row.second_users if turned else row.first_users
    tests = [one for one in users if _path(project, one) and testing(_path(project, one))]
    keys: dict[str, object] = {"old": goes, "new": stays}
    if names:
        keys["names"] = {before: after for before, after in names.items() if before and after}
    if classes:
        keys["classes"] = [_named(project, one) for one in classes]
    by_hand = [f"which of the two goes: {why}"]
    by_hand += [
        f"{one.path}:{one.line}: {one.old} -> {one.new}: {one.difference}: say what its calls become"
        for one in table if one.old and one.new and one.difference
    ]  # fmt: skip
    by_hand += [
        f"{one.path}:{one.line}: {one.old}: {stays} has no such {one.unit}: write its uses anew (by-hand)"
        for one in table if one.old and not one.new
    ]  # fmt: skip
    by_hand += [
        f"{_path(project, one)}: it tests {goes}: change it, or name it in drop-tests" for one in tests
    ]  # fmt: skip
    saved = f"; it would save {found.saved_lines} lines" if found is not None else ""
    because = (
        f"{row.path}:1: {row.first} and {row.second} do the same: {row.similarity:.0%} of the smaller interface{saved}",
        f"used by {', '.join(users) or 'nobody'}",
    )
    return Drafted(
        codemod="merge_packages", keys=keys, title=f"{goes} into {stays}", because=because, by_hand=tuple(by_hand),
        ready=False, risk=found.risk if found is not None else None, parts=found.parts if found is not None else (),
        tests=tuple(_path(project, one) for one in tests[:_MANY]),
    )  # fmt: skip


class _Line:
    """A line of the interface table, what goes first."""

    def __init__(self, one: Correspondence, *, turned: bool) -> None:
        self.unit, self.difference = one.unit, one.difference
        self.old, self.new = (one.second, one.first) if turned else (one.first, one.second)
        self.path = one.second_path if turned else one.first_path
        self.line = one.second_line if turned else one.first_line


def _chosen(project: Project, row: Parallel) -> tuple[str, str, str]:
    """Which goes, which stays, and what speaks for it."""
    for goes, stays in ((row.first, row.second), (row.second, row.first)):
        path = project.layout.modules[goes].path
        try:
            head = project.source(path).text()[:400].lower() if path.endswith(".py") else ""
        except Unreadable:
            head = ""
        word = next((one for one in _OLD if one in head), "")
        if word:
            return goes, stays, f"{path} says `{word.strip()}` of itself"
    fewer = len(row.first_users) <= len(row.second_users)
    goes, stays = (row.first, row.second) if fewer else (row.second, row.first)
    return goes, stays, f"{goes} has no more users than {stays}; nothing else tells"


def _class(one: _Line, table: Iterable[_Line]) -> tuple[_Line, dict[str, str]]:
    """A class with its methods that are called otherwise and take the same."""
    prefix, other = f"{one.old}.", f"{one.new}."
    methods = {
        each.old[len(prefix) :]: each.new[len(other) :] for each in table
        if each.unit == "method" and each.old.startswith(prefix) and each.new.startswith(other) and not each.difference
    }  # fmt: skip
    return one, methods


def _named(project: Project, pair: tuple[_Line, dict[str, str]]) -> dict[str, object]:
    one, methods = pair
    name = one.new.rpartition(".")[2]
    found: dict[str, object] = {
        "target": _target(project, one.old), "to": _target(project, one.new), "construct": f"{name}()",
    }  # fmt: skip
    if methods:
        found["methods"] = methods
    return found


def _target(project: Project, dotted: str) -> str:
    """`package.module:Name` of a dotted name."""
    parts: Sequence[str] = dotted.split(".")
    for count in range(len(parts), 0, -1):
        module = ".".join(parts[:count])
        if module in project.layout.modules:
            return f"{module}:{'.'.join(parts[count:])}"
    return ""


def _path(project: Project, module: str) -> str:
    place = project.layout.modules.get(module)
    return place.path if place is not None else ""
