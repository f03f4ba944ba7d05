"""What of a component runs under tests, as coverage data tells."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence, Set
from sys import byteorder
from typing import Final, NamedTuple

from overhaul.covering.data import CoverageData, Ran, line_set
from overhaul.covering.rows import KindedTest, MeasuredFile, TestKind
from overhaul.covering.subjects import Subject
from overhaul.errors import Unreadable
from overhaul.facts import Facts, Fingerprint, Function
from overhaul.layout import Layout, Place


class Lines(NamedTuple):
    """Statements of a component; None where nothing tells."""

    statements: int | None
    ran: int | None
    run: int | None
    """Under tests of one kind."""
    tests: tuple[KindedTest, ...]
    """Those of the kind that ran any of them."""
    stale: bool


NOTHING: Final = Lines(None, None, None, (), False)


class Measured:
    """Coverage data, by the modules of the project.

    A recorded path is that of a file when it is its path below the audited root, ends in that, or, for code that was
    installed, ends in its path below its import root; of several files the one of which most is there. A file that is
    newer than the data, or has fewer lines than ran, is stale.
    """

    def __init__(
        self, data: CoverageData, layout: Layout, prints: Facts[Fingerprint], functions: Facts[Function],
        kinded: Iterable[KindedTest],
    ) -> None:  # fmt: skip
        """What cannot be read counts as empty: `CoverageData.why` says so."""
        self._data, self._prints, self._functions = data, prints, functions
        self._contexts = _Contexts(kinded)
        self._ran: dict[str, Ran] = {}
        self._recorded: dict[str, str] = {}
        self._places: dict[str, Place] = {}
        self._statements_of: dict[str, int] = {}
        self._stale: dict[str, str] = {}
        try:
            recorded = data.files
        except Unreadable:
            return
        if not recorded:
            return
        paths = _Paths(layout)
        for path, ran in recorded.items():
            place = paths.meant(path)
            if place is None:
                continue
            before = self._ran.get(place.module)
            self._ran[place.module] = ran if before is None else _both(before, ran)
            self._recorded.setdefault(place.module, path)
            self._places[place.module] = place

    def files(self) -> Iterator[MeasuredFile]:
        """One for each module that the data knows; one without a module where the data cannot be read."""
        if self._data.why:
            yield MeasuredFile(
                module="", path=self._data.path, recorded="", ran=0, contexts=0, stale=False, why=self._data.why
            )  # fmt: skip
        for module, ran in sorted(self._ran.items()):
            why = self._stale_because(module)
            yield MeasuredFile(
                module=module, path=self._places[module].path, recorded=self._recorded[module],
                ran=ran.lines.bit_count(), contexts=len(ran.contexts), stale=bool(why), why=why,
            )  # fmt: skip

    def of(self, subject: Subject, kind: TestKind) -> Lines:
        """What ran of the functions by which a component works; what runs at import does not count."""
        return self.of_functions(subject.row.module, subject.members, kind)

    def of_functions(self, module: str, names: Set[str], kind: TestKind) -> Lines:
        """The same for any functions of a module, dotted with it."""
        ran = self._ran.get(module)
        if ran is None:
            return NOTHING
        stale = bool(self._stale_because(module))
        statements = self._body(module, names) & (
            ran.statements if ran.statements is not None else self._statements(module)
        )  # fmt: skip
        if not statements:
            return NOTHING
        told, tests = 0, list[KindedTest]()
        for name, lines in ran.contexts.items():
            test = self._contexts.meant(name)
            if test is not None and test.kind == kind and lines & statements:
                told |= lines
                tests.append(test)
        return Lines(
            statements.bit_count(), (ran.lines & statements).bit_count(),
            (told & statements).bit_count() if ran.contexts else None,
            tuple(dict.fromkeys(tests)), stale,
        )  # fmt: skip

    def _body(self, module: str, members: Set[str]) -> int:
        """The lines of functions behind their `def`; those of functions and classes in them belong to them."""
        found = 0
        for row in self._functions[module]:
            if f"{module}.{row.name}" in members:
                found |= _span(row.line + 1, row.end)
        return found

    def _statements(self, module: str) -> int:
        """The lines on which statements begin."""
        found = self._statements_of.get(module)
        if found is None:
            numbers = array("I")
            for row in self._prints[module]:
                numbers.frombytes(row.lines)
            if byteorder == "big":
                numbers.byteswap()
            found = self._statements_of[module] = line_set(numbers)
        return found

    def _stale_because(self, module: str) -> str:
        found = self._stale.get(module)
        if found is None:
            path = self._places[module].path
            last = max((row.end for row in self._functions[module]), default=0)
            last = max(last, self._statements(module).bit_length() - 1)
            beyond = self._ran[module].lines.bit_length() - 1
            if self._data.newer(path):
                found = "the file was changed after the data was written"
            elif last and beyond > last:
                found = f"line {beyond} ran, and the file's last statement ends on line {last}"
            else:
                found = ""
            self._stale[module] = found
        return found


def _span(first: int, last: int) -> int:
    return ((1 << (last + 1)) - 1) & ~((1 << first) - 1) if last >= first else 0


def _both(one: Ran, other: Ran) -> Ran:
    contexts = dict(one.contexts)
    for name, lines in other.contexts.items():
        contexts[name] = contexts.get(name, 0) | lines
    known = one.statements is not None and other.statements is not None
    return Ran(
        one.lines | other.lines, contexts, (one.statements or 0) | (other.statements or 0) if known else None
    )  # fmt: skip


class _Paths:
    """Which file of the project a recorded path is."""

    def __init__(self, layout: Layout) -> None:
        self._whole: dict[str, Place] = {}
        self._inner: dict[str, Place | None] = {}
        for place in layout.modules.values():
            if place.kind == "source":
                self._whole[place.path] = place
                root = "" if place.root in ("", ".") else f"{place.root}/"
                if root and place.path.startswith(root):
                    inner = place.path.removeprefix(root)
                    # Of two files that would be installed in one place, nobody can tell.
                    self._inner[inner] = None if inner in self._inner else place

    def meant(self, recorded: str) -> Place | None:
        parts = recorded.replace("\\", "/").removeprefix("./").split("/")
        ends = ["/".join(parts[count:]) for count in range(len(parts))]
        for end in ends:
            if (place := self._whole.get(end)) is not None:
                return place
        return next((place for end in ends if (place := self._inner.get(end)) is not None), None)


class _Contexts:
    """Which test a context is: `tests/test_a.py::TestB::test_c[1]|run` (pytest-cov), `test_a.TestB.test_c`."""

    def __init__(self, kinded: Iterable[KindedTest]) -> None:
        self._by_end: dict[str, list[KindedTest]] = {}
        for test in kinded:
            key = f"{test.path.rpartition('/')[2].removesuffix('.py')}.{test.name}"
            self._by_end.setdefault(key, []).append(test)
        self._meant: dict[str, KindedTest | None] = {}

    def meant(self, context: str) -> KindedTest | None:
        """The test; None for what is none, or may be several."""
        if context not in self._meant:
            self._meant[context] = self._find(context)
        return self._meant[context]

    def _find(self, context: str) -> KindedTest | None:
        text = context.rpartition("|")[0] or context
        path, there, names = text.partition("::")
        if there:
            name = names.partition("[")[0].replace("::", ".")
            path = path.replace("\\", "/")
            key = f"{path.rpartition('/')[2].removesuffix('.py')}.{name}"
            near = [one for one in self._by_end.get(key, ()) if _ends_alike(one.path, path)]
            return near[0] if len(near) == 1 else None
        parts = text.partition("[")[0].split(".")
        candidates: Sequence[KindedTest] = [
            one for count in (2, 3, 4) if len(parts) >= count
            for one in self._by_end.get(".".join(parts[-count:]), ())
            if _ends_alike(f"{one.path.removesuffix('.py')}.{one.name}".replace("/", "."), text, ".")
        ]  # fmt: skip
        return candidates[0] if len(candidates) == 1 else None


def _ends_alike(one: str, other: str, mark: str = "/") -> bool:
    """Whether one of two paths is the end of the other."""
    return f"{mark}{one}".endswith(f"{mark}{other}") or f"{mark}{other}".endswith(f"{mark}{one}")
