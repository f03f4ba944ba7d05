"""Which fixture of pytest a name means where it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from overhaul.covering.telling import PLUGIN_FIXTURES
from overhaul.facts import Function
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.symbols import Symbols

_NAMED: Final = regex(r"""\bname\s*=\s*["'](\w{1,120})["']""")
_AUTOUSE: Final = regex(r"\bautouse\s*=\s*True\b")
_USED: Final = regex(r"\busefixtures\(([^()]{0,400})\)")
_QUOTED: Final = regex(r"""["'](\w{1,120})["']""")


class _Fixture(NamedTuple):
    """One fixture."""

    module: str
    name: str
    owner: str
    """The class it stands in; "" for none."""
    folder: str
    """Of a conftest: the one below which it is seen, with a slash at its end."""
    conftest: bool
    unasked: bool

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.name}"


class Fixtures:
    """The fixtures of all test modules. The nearest of a name is meant: of the class, the module, a conftest above.

    One that a module imports counts as its own. Where none is seen from there, the only one of that name is meant: it
    may come from a plug-in of the project (`pytest_plugins`).
    """

    def __init__(self, symbols: Symbols, modules: Iterable[str]) -> None:
        """Gathers those of the modules."""
        self._symbols = symbols
        self._known: dict[str, list[_Fixture]] = {}
        self._unasked: list[tuple[str, _Fixture]] = []
        for module in modules:
            path = symbols.path(module)
            folder, _, file = path.rpartition("/")
            for row in symbols.interior(module).functions.values():
                if not self.is_fixture(row):
                    continue
                text = next(one for one in row.decorators if "fixture" in one)
                called = _NAMED.search(text)
                name = called[1] if called else row.name.rpartition(".")[2]
                found = _Fixture(
                    module, row.name, row.owner, f"{folder}/" if folder else "", file == "conftest.py",
                    _AUTOUSE.search(text) is not None,
                )  # fmt: skip
                self._known.setdefault(name, []).append(found)
                if found.unasked:
                    self._unasked.append((name, found))

    @staticmethod
    def is_fixture(row: Function) -> bool:
        """Whether a function is decorated as a fixture."""
        return any("fixture" in text.partition("(")[0] and "usefixtures" not in text for text in row.decorators)

    def meant(self, name: str, path: str, module: str, asker: str, owners: Sequence[Symbol] = ()) -> str:
        """The fixture of a name that a function gets, dotted; "" for none. `owners` are its class and its bases."""
        known = self._known.get(name, ())
        near = [(self._nearness(one, path, module, owners), one) for one in known if one.dotted != f"{module}.{asker}"]
        best = max(near, key=lambda pair: pair[0], default=None)
        if best is not None and best[0]:
            return best[1].dotted
        if name in self._symbols.interior(module).bindings:
            meaning = self._symbols.member(module, name)
            if isinstance(meaning, Symbol) and any(one.dotted == meaning.dotted for one in known):
                return meaning.dotted
        return near[0][1].dotted if len(near) == 1 and not near[0][1].owner and near[0][1].module != module else ""

    def wanted(
        self, path: str, module: str, row: Function, owners: Sequence[Symbol], *, test: bool, marks: Sequence[str]
    ) -> tuple[str, ...]:  # fmt: skip
        """The fixtures that a test or fixture gets, dotted; those of known plug-ins by their plain names.

        `marks` are the values of the module's `pytestmark`.
        """
        asked = [one.name for one in row.parameters if not one.default]
        texts = list(row.decorators)
        if test:
            for owner in owners:
                around = self._symbols.interior(owner.module).classes.get(owner.name)
                texts += around.decorators if around is not None else ()
            texts += marks
        asked += (one for text in texts for inner in _USED.findall(text) for one in _QUOTED.findall(inner))
        found = [self.meant(one, path, module, row.name, owners) or one for one in asked]
        if test:
            found += self._running(path, module, owners)
        return tuple(one for one in dict.fromkeys(found) if "." in one or one in PLUGIN_FIXTURES)

    def _running(self, path: str, module: str, owners: Sequence[Symbol]) -> Sequence[str]:
        """Those that run without being asked."""
        return [one.dotted for _, one in self._unasked if self._nearness(one, path, module, owners)]

    def _nearness(self, one: _Fixture, path: str, module: str, owners: Sequence[Symbol]) -> int:
        """0: not seen from there."""
        if one.owner:
            return 1_000_000 if any((one.module, one.owner) == (mine.module, mine.name) for mine in owners) else 0
        if one.module == module:
            return 100_000
        return 1 + len(one.folder) if one.conftest and path.startswith(one.folder) else 0
