"""Functions that the project, or the standard library, has already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from overhaul.facts import Facts, Fingerprint, Fragment, Import, UsedName, Variable
from overhaul.inventory import Confidence, fact, testing
from overhaul.leaves import Analyzer
from overhaul.patterns import regex
from overhaul.redundancy import RepeatedUtility
from overhaul.repeating.sharing import Meanings, Users
from overhaul.repeating.stdlib import STDLIB
from overhaul.repeating.utilities import LEAST, Functions, identity_of, table_of
from overhaul.symbols import Symbols
from overhaul.text import words_of

_SHARED: Final = frozenset({
    "util", "utils", "utility", "utilities", "helper", "helpers", "common", "shared", "tools", "toolbox", "misc", "lib",
    "functions", "funcs",
})  # fmt: skip
_NOT_LOOKED_AT: Final = regex(
    r"(?:^|/)(?:migrations|examples?|samples?|docs?|tutorials?|_?vendor(?:ed)?|_vendored|third_party|extern|_?compat)"
    r"(?:/|\.py$)"
)
"""Code that is kept as it was, shown, or somebody else's."""
_CONVENTION: Final = 8
"""A function that so many modules have under the same name is asked of each of them."""


class _Place(msgspec.Struct, frozen=True):
    """A function of the project."""

    module: str
    path: str
    function: Fragment


@Analyzer
def repeated_utilities(
    symbols: Symbols, fingerprints: Facts[Fingerprint], imports: Sequence[Import], used: Facts[UsedName],
    variables: Facts[Variable],
) -> Iterator[RepeatedUtility]:  # fmt: skip
    """Functions with the same body as one that others import already, or as one of the standard library.

    Bodies are equal but for the names of parameters and variables, annotations and docstrings; what they call, the
    attributes they ask for and their literals are the same, and so is what the names mean. The one that most modules
    use is the one that the others repeat; where nobody uses any, there is no utility. The standard library's are in a
    table of digests, with canonical bodies of what is most often written again. Methods, tests, generated code and
    back-ports are left out.
    """
    known = table_of(STDLIB.splitlines())
    shapes = Counter(line[:12] for line in known)
    modules: dict[str, Functions] = {}
    found: dict[str, list[_Place]] = {}
    for module, rows in fingerprints.items():
        path = symbols.path(module)
        if testing(path) or _NOT_LOOKED_AT.search(path):
            continue
        for row in rows:
            if row.generated:
                continue
            functions = modules[module] = Functions(row)
            for one in functions:
                found.setdefault(functions.shape(one), []).append(_Place(module, path, one))
    groups: dict[bytes, list[_Place]] = {}
    rows_found: list[RepeatedUtility] = []
    for form, places in found.items():
        if len(places) == 1 and form not in shapes:
            continue
        for place in places:
            functions = modules[place.module]
            key = functions.key(place.function)
            if place.function.statements >= LEAST:
                groups.setdefault(key, []).append(place)
            name = known.get(functions.entry(place.function))
            if name is not None and not _imported(symbols, place):
                rows_found.append(_of_the_library(place, name, key))
    users, meanings = Users(symbols, used, imports), Meanings(symbols, variables)
    for key, group in groups.items():
        if len(group) > 1:
            rows_found.extend(_of_the_project(group, key, users, meanings))
    rows_found = list(_weighed(rows_found))
    yield from sorted(rows_found, key=lambda row: (row.subkind, row.module, row.line, row.name))


def _of_the_library(place: _Place, name: str, key: bytes) -> RepeatedUtility:
    one = place.function
    return RepeatedUtility(
        kind="repeated_utility", subkind="stdlib", name=one.name, module=place.module, path=place.path, line=one.line,
        confidence="high" if one.statements > _FEW else "medium",
        evidence=(fact(one.line, f"its {one.statements} statements are those of {name}"),), repeats=name,
        repeats_path="", repeats_line=0, type=2, end=one.end,
        identity=identity_of(f"{place.module}.{one.name}", name, key),
    )  # fmt: skip


_FEW: Final = 4


def _of_the_project(
    group: Sequence[_Place], key: bytes, users: Users, meanings: Meanings
) -> Iterator[RepeatedUtility]:
    """Of functions that are the same, all but the most used one."""
    if len({place.module for place in group}) < 2:
        return
    counts = {id(place): len(users.of(place.module, place.function.name)) for place in group}
    first = min(group, key=lambda one: (-counts[id(one)], not _shared(one.module), one.module, one.function.line))
    used, there = counts[id(first)], first.function
    alike = sum(place.function.name == there.name for place in group)
    if not used or (alike >= _CONVENTION and not _shared(first.module)):
        return
    for place in group:
        one = place.function
        if place is first or place.module == first.module or (counts[id(place)] == used and not _shared(first.module)):
            continue
        if not meanings.same((place.module, one), (first.module, there)):
            continue
        same = one.exact == there.exact
        sure: Confidence = "high" if same and (used > 1 or _shared(first.module)) else "medium"
        yield RepeatedUtility(
            kind="repeated_utility", subkind="project", name=one.name, module=place.module, path=place.path,
            line=one.line, confidence=sure,
            evidence=(
                fact(one.line, f"its {one.statements} statements are those of {first.module}.{there.name}"),
                fact(there.line, f"{used} {'module uses' if used == 1 else 'modules use'} it", first.path),
            ),
            repeats=f"{first.module}.{there.name}", repeats_path=first.path, repeats_line=there.line,
            type=1 if same else 2, end=one.end,
            identity=identity_of(f"{place.module}.{one.name}", f"{first.module}.{there.name}", key),
        )  # fmt: skip


def _weighed(rows: Sequence[RepeatedUtility]) -> Iterator[RepeatedUtility]:
    """Those of a module that is as a whole the library's one, of another Python perhaps, with low confidence."""
    count = Counter((row.module, row.repeats.rpartition(".")[0]) for row in rows if not row.repeats_path)
    for row in rows:
        library = row.repeats.rpartition(".")[0]
        named = row.module.rpartition(".")[2].strip("_") == library.rpartition(".")[2].strip("_")
        kept = not row.repeats_path and named and count[row.module, library] > 1
        yield msgspec.structs.replace(row, confidence="low") if kept else row


def _imported(symbols: Symbols, place: _Place) -> bool:
    """Whether the same name is imported as well: a back-port for where the library does not have it yet."""
    bound = symbols.interior(place.module).bindings.get(place.function.name, ())
    return any(row.kind == "import" for row in bound)


@lru_cache(maxsize=1 << 12)
def _shared(module: str) -> bool:
    """Whether a module is called what shared functions are put into."""
    return any(not _SHARED.isdisjoint(words_of(part)) for part in module.split("."))
