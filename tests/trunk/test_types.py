"""Of which classes a value is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from overhaul.facts import LocalName, Variable
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols
from overhaul.testing import surveyed
from overhaul.types import Types

FILES: Mapping[str, str] = {
    "parts.py": '''
from __future__ import annotations
import socket
from typing import Optional, Self, cast

class Bus:
    def clone(self) -> Self: ...
    def __enter__(self) -> Bus: ...

class Tram(Bus):
    pass

class Pool:
    bus: Bus
    def first(self) -> Bus: ...
    @property
    def last(self) -> "Tram": ...
    @classmethod
    def make(cls) -> Pool: ...

def find() -> Optional[Bus]: ...
def unknown(): ...

BUS = Bus()
EITHER = None

class Depot:
    shared = Pool()

    def __init__(self, bus: Bus, pool: "Pool | None" = None, other=None):
        self.bus = bus
        self.pool = pool or Pool()
        self.socket = socket.socket()
        self.other = other
        self.maybe = None
        self.count = 0

    def open(self):
        self.maybe = Tram()
        made = Tram()
        found = find()
        again = self.pool.first()
        several = Bus()
        several = Tram()
        looped = Bus()
        for looped in []:
            pass
        with Bus() as entered:
            pass
        chosen = Bus() if self.count else Tram()
        def inner():
            return made
''',
    "models.py": "import orm\nclass Job(orm.Model):\n    status = orm.Text()\ndef f():\n    job = Job.get(1)\n",
    "others.py": "import parts\nfrom parts import Bus as Omnibus\nX = parts.BUS\n",
}


@pytest.fixture(scope="module")
def types() -> Types:
    with surveyed(FILES) as seen:
        symbols = Symbols(seen.layout, *(seen.facts(row) for row in Symbols.reads))
        made = Types(symbols, seen.facts(Variable), seen.facts(LocalName))
        # Facts are read from the store, which is gone behind this.
        for module in ("parts", "others", "models"):
            made.variables(module, "")
            made.local_rows(module, "", "")
            _ = symbols.interior(module).classes, symbols.interior(module).functions, symbols.attribute_rows(module)
            symbols.interior(module).member("", "")
        return made


def _names(found: tuple[object, ...]) -> list[str]:
    return [getattr(one, "name", "") for one in found]


@pytest.mark.parametrize(("text", "expected"), [
    ("made", ["Tram"]),
    ("found", ["Bus"]),
    ("again", ["Bus"]),
    ("several", ["Bus", "Tram"]),
    ("entered", ["Bus"]),
    ("chosen", ["Bus", "Tram"]),
    ("self.bus", ["Bus"]),
    ("self.pool", ["Pool"]),
    ("self.pool.bus", ["Bus"]),
    ("self.pool.last", ["Tram"]),
    ("self.pool.last.clone()", ["Tram"]),
    ("self.maybe", ["Tram"]),
    ("self.shared", ["Pool"]),
    ("Pool.make()", ["Pool"]),
    ("Pool.make().first()", ["Bus"]),
    ("await find()", ["Bus"]),
    ("BUS", ["Bus"]),
    ("cast(Tram, self.other)", ["Tram"]),
])  # fmt: skip
def test_what_is_constructed_annotated_or_passed_on_is_known(types: Types, text: str, expected: list[str]) -> None:
    assert _names(types.of_expression("parts", "Depot.open", text)) == expected


@pytest.mark.parametrize("text", [
    "looped", "self.other", "unknown()", "EITHER", "self.missing", "1 + 1", "Pool", "x[0]",
])  # fmt: skip
def test_what_one_way_leaves_open_is_not_known(types: Types, text: str) -> None:
    assert types.of_expression("parts", "Depot.open", text) == ()


def test_a_function_inside_sees_the_variables_of_the_one_around(types: Types) -> None:
    assert _names(types.of_expression("parts", "Depot.open.inner", "made")) == ["Tram"]


def test_classes_from_outside_keep_their_dotted_name(types: Types) -> None:
    assert _names(types.of_expression("parts", "Depot.open", "self.socket")) == []
    assert _names(types.of_annotation("parts", "", "socket.socket")) == ["socket.socket"]


def test_names_are_followed_through_other_modules(types: Types) -> None:
    assert _names(types.of_expression("others", "", "X")) == ["Bus"]
    assert _names(types.of_annotation("others", "", "list[Omnibus]")) == ["builtins.list"]
    assert _names(types.of_annotation("others", "", "Omnibus | None")) == ["Bus"]


def test_only_an_instance_made_on_the_spot_is_of_no_subclass(types: Types) -> None:
    assert types.constructed("parts", "Depot.open", "Tram()")
    assert types.constructed("parts", "Depot.open", "None")
    assert not types.constructed("parts", "Depot.open", "find()")
    assert not types.constructed("parts", "Depot.open", "Tram().clone()")


def test_a_member_is_there_or_not_or_nobody_can_tell(types: Types) -> None:
    depot = Symbol("parts", "Depot", "class", "parts.py", 0)
    assert types.has_member(depot, "pool") == "yes"
    assert types.has_member(depot, "tram") == "no"


def test_a_model_s_own_way_of_finding_one_gives_one(types: Types) -> None:
    assert _names(types.of_expression("models", "f", "job")) == ["Job"]
    assert types.of_expression("models", "f", "Job.select()") == ()
