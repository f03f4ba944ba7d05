"""Of which kind a test is, and what says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final, Literal, NamedTuple

from overhaul.covering.rows import KindedTest, SuiteFunction, TestKind
from overhaul.covering.subjects import Subjects
from overhaul.covering.suite import Got, Suite
from overhaul.covering.telling import KIND_OF, NAMING, PLUGIN_FIXTURES, SPEED, words_of
from overhaul.inventory import fact, testing
from overhaul.patterns import regex

ToldBy = Literal["marker", "tool", "folder", "name", "content"]


class Told(NamedTuple):
    """A kind, with what says so."""

    kind: TestKind
    told_by: ToldBy
    evidence: tuple[str, ...]


class Kinds:
    """Tells the kinds of a suite's tests: what is said first, in this order, decides.

    1. **A mark**: `pytest.mark.integration` and the like, of the function, else of its class and its bases, else the
       module's `pytestmark`; Django's `@tag("integration")` likewise. What hooks of a conftest mark is not seen.
    2. **A tool for speed**: the fixture `benchmark`, `timeit`, `pyperf`; a clock that is read twice or more by a test
       whose name or file speaks of speed.
    3. **A folder** below which the file stands, `tests/integration`, `e2e`: the innermost that says a kind. One that
       mirrors a package of the source (`tests/components/integration` of `app/components/integration`) says none.
    4. **A word at either end of the name** of the file, class or function: `test_orders_integration`, `TestE2eOrders`;
       not where modules or classes of the source have that word in their own names.
    5. **What it drives**: the root that builds the other managers, what an entry point names, a command line runner,
       a test client, an interpreter of its own, a browser: system. A doubled one does not count.
    6. **What it works with**: two or more components (managers, classes that are caches, members of custom roles)
       that it, its fixtures or its helpers make or it calls, and does not replace by doubles: integration; else unit.
    """

    def __init__(
        self, suite: Suite, subjects: Subjects, entries: Set[str], packages: Set[str], words: Set[str]
    ) -> None:  # fmt: skip
        """`entries` are the functions that entry points name, dotted; `packages` the folders that the source has.

        `words` are those of the names of the source's modules and classes, in lower case.
        """
        self._suite, self._subjects, self._entries = suite, subjects, entries
        self._packages, self._words = packages, words
        self._folders: dict[str, Told | None] = {}
        self._siblings = _kind_folders(one.path for one in suite.modules.values())

    def __iter__(self) -> Iterator[KindedTest]:
        """One row for each test, by module and name."""
        for test in self._suite.tests:
            got = list(self._suite.got(test))
            components = self._components(test, got)
            told = (
                _marked(test) or self._measuring(test) or self._placed(test.path) or self._named(test)
                or self._driving(test, got) or self._working(test, components)
            )  # fmt: skip
            yield KindedTest(
                module=test.module, name=test.name, path=test.path, line=test.line, kind=told.kind,
                told_by=told.told_by, evidence=told.evidence, components=tuple(components),
            )  # fmt: skip

    # What is said

    def _measuring(self, test: SuiteFunction) -> Told | None:
        for name in test.asked:
            if PLUGIN_FIXTURES[name] == "performance":
                return Told("performance", "tool", (fact(test.line, f"asks for the fixture {name}"),))
        for name in test.outside:
            if name.startswith(("timeit.", "pyperf.")):
                return Told("performance", "tool", (fact(test.line, f"uses {name}"),))
        clock = next((one for one in test.outside if one.startswith("time.")), "")
        spoken = SPEED.intersection((*words_of(test.name), *words_of(_stem(test.path))))
        if clock and spoken - self._words:
            word = min(spoken - self._words)
            return Told("performance", "tool", (fact(test.line, f"reads {clock}, and its name says {word}"),))
        return None

    def _placed(self, path: str) -> Told | None:
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            self._folders[folder] = self._of_folder(folder)
        return self._folders[folder]

    def _of_folder(self, folder: str) -> Told | None:
        parts = folder.split("/") if folder else []
        # Above the tests' own folder a word says something of the program.
        first = next((n for n in range(len(parts)) if testing(f"{'/'.join(parts[: n + 1])}/x.py")), len(parts))
        if first == len(parts):
            first = next((n for n, one in enumerate(parts) if KIND_OF.get(one.lower()) == "performance"), first)
        for number in range(len(parts) - 1, first - 1, -1):
            kind = KIND_OF.get(parts[number].lower().replace("-", "_"))
            if kind is None:
                continue
            # `t` and `tests` are no part of what is mirrored.
            mirrored = "/".join(parts[first + 1 : number + 1])
            several = len(self._siblings.get("/".join(parts[:number]), ())) > 1
            if mirrored and not several and self._mirrors(mirrored):
                continue
            return Told(kind, "folder", (f"stands below {'/'.join(parts[: number + 1])}/",))
        return None

    def _mirrors(self, folder: str) -> bool:
        """Whether the source has a folder of that name, with those above it."""
        return any(one == folder or one.endswith(f"/{folder}") for one in self._packages)

    def _named(self, test: SuiteFunction) -> Told | None:
        owner, _, last = test.name.rpartition(".")
        for what, name in (("its name", last), ("its class's name", owner), ("its file's name", _stem(test.path))):
            words = [one for one in words_of(name) if one not in ("test", "tests", "case")]
            for word in (words[0], words[-1]) if words else ():
                if word in NAMING and word not in self._words and len(words) > (what == "its name"):
                    return Told(NAMING[word], "name", (fact(test.line, f"{what} says {word}"),))
            if "end_to_end" in "_".join(words) and "end" not in self._words:
                return Told("system", "name", (fact(test.line, f"{what} says end to end"),))
        return None

    def _driving(self, test: SuiteFunction, got: Sequence[Got]) -> Told | None:
        doubled = _last_names(test.replaced)
        for one in got:
            use = one.use
            if use.target.rpartition(".")[2] in doubled:
                continue
            if use.target in self._entries:
                return Told("system", "content", (_by(test, one, f"calls the entry point {use.target}"),))
            if use.how == "names":
                continue
            for number in self._subjects.by_name.get(use.target, ()):
                subject = self._subjects.all[number]
                if subject.roots and use.target == subject.owner and use.how == "builds":
                    return Told("system", "content", (_by(test, one, f"builds {subject.row.name}, the root"),))
        for row in (test, *(below for below, _ in self._suite.below(test))):
            if (tool := _drives(row)) is not None:
                where = fact(row.line, tool, row.path if row.path != test.path else "")
                return Told("system", "content", (where,))
        return None

    def _working(self, test: SuiteFunction, components: Mapping[str, Got]) -> Told:
        doubles = next((one for one in test.outside if "mock." in one), "") or next(iter(test.replaced), "")
        told = [_by(test, one, f"{_VERBS[one.use.how]} {name}") for name, one in list(components.items())[:_SHOWN]]
        if len(components) > _SHOWN:
            told.append(fact(test.line, f"and {len(components) - _SHOWN} components more"))
        if doubles:
            told.append(fact(test.line, f"replaces others by doubles: {doubles}"))
        if len(components) > 1:
            return Told("integration", "content", tuple(told))
        return Told("unit", "content", tuple(told) or (fact(test.line, "works with no component that is a class"),))

    def _components(self, test: SuiteFunction, got: Sequence[Got]) -> Mapping[str, Got]:
        """The components that are classes which a test works with -> the use that says so."""
        doubled = _last_names(test.replaced)
        found: dict[str, Got] = {}
        for one in got:
            if one.use.how == "names" or (one.way in ("fixture", "helper") and one.use.how != "builds"):
                continue
            for number in self._subjects.by_name.get(one.use.target, ()):
                subject = self._subjects.all[number]
                # What only reads a constant or a member of the class is no work with an instance, but nobody can tell.
                if subject.owner == one.use.target and subject.row.name.rpartition(".")[2] not in doubled:
                    found.setdefault(subject.dotted, one)
        return found


_SHOWN: Final = 5
_VERBS: Final = {"builds": "makes", "uses": "uses", "names": "names"}
_SPLIT: Final = regex(r"\W+")


def _marked(test: SuiteFunction) -> Told | None:
    for one in test.markers:
        where, _, mark = one.partition(" ")
        if kind := KIND_OF.get(mark.lower()):
            return Told(kind, "marker", (fact(test.line, f"its {where} is marked {mark}"),))
    return None


def _drives(row: SuiteFunction) -> str | None:
    """What of a test, fixture or helper drives the whole program; None for nothing."""
    for name in row.asked:
        if PLUGIN_FIXTURES[name] == "system":
            return f"asks for the fixture {name}"
    python = "sys.executable" in row.outside
    for name in row.outside:
        if name.startswith(("subprocess.", "asyncio.")):
            if python:
                return f"starts an interpreter by {name}"
        elif not name.startswith(("time.", "sys.", "unittest.", "mock.", "timeit.", "pyperf.", "testcontainers.")):
            return f"drives the program by {name}"
    return None


def _by(test: SuiteFunction, one: Got, text: str) -> str:
    """A piece of evidence, with the fixture or helper it stands in."""
    if one.by is test:
        return fact(one.use.line, text)
    path = one.by.path if one.by.path != test.path else ""
    return fact(one.use.line, f"{text}, in the {one.way} {one.by.name}", path)


def _last_names(replaced: Sequence[str]) -> frozenset[str]:
    return frozenset(one.rpartition(".")[2] for one in replaced)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def _kind_folders(paths: Iterator[str]) -> Mapping[str, Set[str]]:
    """Folder -> the folders in it whose names say a kind of test."""
    found: dict[str, set[str]] = {}
    for path in paths:
        parts = path.split("/")[:-1]
        for number, part in enumerate(parts):
            if part.lower().replace("-", "_") in KIND_OF:
                found.setdefault("/".join(parts[:number]), set()).add(part)
    return found
