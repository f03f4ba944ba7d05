"""move_symbol: what would change without a word when code stands elsewhere, and its look-alikes that move."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from overhaul.testing import Transformed, transform

USER = "from shop.old import thing\n\nprint(thing)\n"


def moved(old: str, more: Mapping[str, str] | None = None, name: str = "thing", **keys: object) -> Transformed:
    """The change of moving a symbol of `shop/old.py` to `shop/new.py`."""
    files = {"shop/__init__.py": "", "shop/old.py": old, "shop/new.py": '"""New."""\n', "user.py": USER, **(more or {})}
    return transform("move_symbol", files, {"target": f"shop.old:{name}", "to": "shop.new", **keys})


def refusal(made: Transformed) -> str:
    (one,) = made.refusals
    return f"{one.path}:{one.line}: {one.why}: {one.remedy}"


def runs(made: Transformed, folder: Path, code: str) -> str:
    """What a program prints that is run in the project as it is afterwards."""
    assert not made.refusals, made.refusals
    for path, data in made.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


THING = "class thing:\n    pass\n\n\n"


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("for name in ('a', 'b'):\n    setattr(thing, name, name)\n", "hands setattr thing"),
        ("def patch(it):\n    it.price = 1\n\n\npatch(thing)\n", "hands patch thing"),
        ("def fill():\n    thing.price = 1\n\n\nfill()\n", "changes thing"),
        ("if True:\n    thing.price = 1\n", "changes thing"),
        ("import atexit\n\nOWN = 1\natexit.register(thing, OWN)\n", "hands atexit thing"),
        ("import sys\n\nKEY = 'k'\nsys.modules[KEY] = thing\n", "gives sys thing"),
        ("def mark(it):\n    thing.all = [it]\n    return it\n\n\n@mark\ndef sell():\n    pass\n", "changes thing"),
    ],
)
def test_what_the_old_module_does_with_it_when_it_is_imported_must_not_be_lost(rest: str, why: str) -> None:
    assert why in refusal(moved(THING + rest))


@pytest.mark.parametrize(
    "rest",
    [
        "one = thing()\nprint(thing)\n",
        "things = []\nthings.append(thing)\n",
        "def patch(it):\n    it.price = 1\n\n\ndef later():\n    patch(thing)\n",
        "def fill(thing):\n    thing.price = 1\n\n\nfill(len)\n",
        "if __name__ == '__main__':\n    thing.price = 1\n",
    ],
)
def test_what_it_does_with_it_otherwise_hinders_no_move(rest: str) -> None:
    assert not moved(THING + rest).refusals


def test_what_only_its_own_module_uses_may_be_changed_there() -> None:
    assert not moved(THING + "for one in (1, 2):\n    thing.price = one\n", {"user.py": ""}).refusals


@pytest.mark.parametrize(
    "body", ["globals()['RATE']", "eval('RATE + 1')", "exec('RATE')", "[one for one in globals()]"]
)
def test_code_that_sees_the_names_of_its_module_does_not_move(body: str) -> None:
    assert "sees the names of the module" in refusal(moved(f"RATE = 1\n\n\ndef thing():\n    return {body}\n"))


@pytest.mark.parametrize("body", ["eval('1', {})", "vars(RATE)", "sorted(locals())", "dir(RATE)", "self.globals()"])
def test_code_that_sees_other_names_moves(body: str) -> None:
    assert not moved(f"RATE = 1\n\n\ndef thing(self):\n    return {body}\n").refusals


@pytest.mark.parametrize(
    "asking",
    [
        "from importlib import import_module\n\nprint(import_module('shop.old').thing)\n",
        "import shop.old\n\nprint(getattr(shop.old, 'thi' + 'ng'))\n",
        "from shop import old\n\n\ndef show(module):\n    print(module.thing)\n\n\nshow(old)\n",
        "import inspect\n\nimport shop.old as it\n\nprint(dict(inspect.getmembers(it))['thing'])\n",
    ],
)
def test_a_module_that_is_asked_for_unknown_names_keeps_them(asking: str, tmp_path: Path) -> None:
    made = moved(THING, {"asking.py": asking})
    assert "from shop.new import thing" in made.text("shop/old.py")
    assert "shop.new.thing" in runs(made, tmp_path, "import asking")


@pytest.mark.parametrize(
    "asking",
    [
        "import shop.old\n\nprint(repr(shop.old))\n",
        "from shop import old\n\nprint(old.other)\n",
        "old = [1]\nprint(getattr(old, 'thi' + 'ng', 0))\n",
        "from importlib import import_module\n\nimport_module('shop.older')\n",
    ],
)
def test_a_module_that_is_asked_for_nothing_lets_names_go(asking: str) -> None:
    made = moved(THING + "other = 1\n", {"asking.py": asking})
    assert made.text("shop/old.py") == "other = 1\n"


@pytest.mark.parametrize(
    "patch",
    [
        "import shop.old as it\n\nwith patch.object(it, 'helper'):\n    thing()\n",
        "import shop.old\n\nwith patch.object(target=shop.old, attribute='helper'):\n    thing()\n",
        "from shop import old as it\n\nwith patch.multiple(it, helper=print):\n    thing()\n",
    ],
)
def test_a_helper_that_a_test_replaces_by_another_name_of_the_module_is_seen(patch: str) -> None:
    code = "def helper():\n    return 1\n\n\ndef thing():\n    return helper()\n"
    test = f"from unittest.mock import patch\n\nfrom shop.old import thing\n{patch}"
    files = {"tests/test_it.py": test, "more.py": "from shop.old import helper\n"}
    assert "another value" in refusal(moved(code, files))


def test_what_a_test_replaces_in_another_module_does_not_matter() -> None:
    code = "def helper():\n    return 1\n\n\ndef thing():\n    return helper()\n"
    test = "from unittest.mock import patch\n\nimport other as it\n\npatch.object(it, 'helper')\n"
    assert not moved(code, {"tests/test_it.py": test, "other.py": "from shop.old import helper\n"}).refusals


@pytest.mark.parametrize(
    "body",
    [
        "    NAMES.extend([one])",
        "    note(one)",
        "    NAMES[one] = 1",
        "    def inner():\n        note(one)\n    inner()",
    ],
)
def test_what_a_registry_knows_of_is_still_imported(body: str) -> None:
    registry = f"NAMES = []\n\n\ndef note(one):\n    NAMES.append(one)\n\n\ndef known(one):\n{body}\n    return one\n"
    head = "from shop.registry import known\n\n\n"
    for code in ("@known\ndef thing():\n    pass\n", "thing = known(1)\n"):
        made = moved(head + code, {"shop/registry.py": registry})
        assert "from shop.new import thing" in made.text("shop/old.py")


def test_what_no_registry_knows_of_goes_without_a_trace() -> None:
    plain = "def look(one):\n    print(one)\n\n\ndef known(one):\n    look(one)\n    return one\n"
    code = "from shop.registry import known\n\n\n@known\ndef thing():\n    pass\n\n\nother = 1\n"
    assert moved(code, {"shop/registry.py": plain}).text("shop/old.py") == "other = 1\n"


HANDED = "def thing(one):\n    return one\n\n\ndef make(one):\n    return thing(one)\n"


def test_a_function_that_is_handed_over_at_import_gets_no_late_import() -> None:
    new = "from shop.old import make\n\nONES = list(map(make, [1]))\n"
    assert "when it is imported" in refusal(moved(HANDED, {"shop/new.py": new}))


@pytest.mark.parametrize(
    "new", ["MADE = {'make': make}\n", "MADE = make\n", "def later():\n    return map(make, [1])\n"]
)
def test_a_function_that_is_only_named_at_import_gets_one(new: str, tmp_path: Path) -> None:
    made = moved(HANDED, {"shop/new.py": f"from shop.old import make\n\n{new}"})
    assert runs(made, tmp_path, "import shop.new, shop.old; print(shop.old.make(3))") == "3\n"


ASKED = (
    "from __future__ import annotations\n\nfrom functools import singledispatch\n\nfrom shop import new\n\n\n"
    "class Order:\n    pass\n\n\n@singledispatch\ndef thing(one):\n    return new.RATE\n\n\n{}\n"
    "def _(one: Order):\n    return 2\n"
)
RATE = {"shop/new.py": "from __future__ import annotations\n\nRATE = 1\n", "more.py": "from shop.old import Order\n"}


def test_annotations_that_a_decorator_looks_up_need_a_real_import(tmp_path: Path) -> None:
    made = moved(ASKED.format("@thing.register"), RATE)
    assert made.refusals or "TYPE_CHECKING" not in made.text("shop/new.py")


def test_annotations_that_nobody_looks_up_need_none(tmp_path: Path) -> None:
    code = ASKED.format("").replace("def _(", "def sell(").replace("@singledispatch\n", "")
    code += "\n\nKEPT = Order, new.RATE\n"
    made = moved(code, RATE, name="sell")
    assert "if TYPE_CHECKING:\n    from shop.old import Order" in made.text("shop/new.py")
    assert runs(made, tmp_path, "import shop.new; print(shop.new.sell(1))") == "2\n"


@pytest.mark.parametrize(
    "new",
    [
        "import sys\n\nif sys.platform != 'cpm':\n    raise ImportError('for CP/M alone')\n",
        "try:\n    import cpm\nexcept ImportError:\n    raise ImportError('install cpm')\n",
        "import winreg\n\nKEY = winreg.HKEY_USERS\n",
    ],
)
def test_nothing_moves_to_where_it_cannot_be_imported(new: str) -> None:
    assert "shop.old can" in refusal(moved(THING, {"shop/new.py": new}))


@pytest.mark.parametrize(
    "new",
    [
        "import sys\n\n\ndef check():\n    raise ImportError('for CP/M alone')\n",
        "try:\n    import winreg\nexcept ImportError:\n    winreg = None\n",
        "class Check:\n    if True:\n        def check(self):\n            raise ImportError\n",
    ],
)
def test_an_error_that_comes_later_hinders_no_move(new: str) -> None:
    assert not moved(THING, {"shop/new.py": new}).refusals


def test_a_helper_that_the_old_module_uses_too_goes_along_where_that_makes_no_cycle(tmp_path: Path) -> None:
    old = (
        "from typing import Generic, TypeVar\n\nT = TypeVar('T')\n\n\nclass thing(Generic[T]):\n    pass\n\n\n"
        "class Other(thing[T]):\n    pass\n"
    )
    made = moved(old, {"more.py": "from shop.old import Other\n\nprint(Other[int]())\n"})
    assert "from shop.new import T, thing" in made.text("shop/old.py")
    assert "shop.old.Other" in runs(made, tmp_path, "import more")


def test_a_helper_that_others_take_stays_and_the_cycle_is_named() -> None:
    old = "RATE = 1\n\n\nclass thing:\n    rate = RATE\n\n\nclass Other(thing):\n    rate = RATE\n"
    made = moved(old, {"more.py": "from shop.old import RATE, Other\n"})
    assert "shop.new -> shop.old -> shop.new" in refusal(made)


@pytest.mark.parametrize(("asked", "kept"), [("Base", True), ("cls", True), ("Other", False)])
def test_whose_subclasses_somebody_asks_for_is_still_imported(asked: str, kept: bool) -> None:
    base = "class Base:\n    pass\n\n\nclass Other:\n    pass\n\n\ndef every(cls):\n"
    base += f"    return {asked}.__subclasses__()\n"
    code = "from shop.base import Base\n\n\nclass thing(Base):\n    pass\n\n\nother = 1\n"
    made = moved(code, {"shop/base.py": base})
    assert ("from shop.new import thing" in made.text("shop/old.py")) is kept


@pytest.mark.parametrize(
    "setting",
    ["old.RATE, x = 2, 3", "with open('x') as old.RATE:\n    pass", "old.RATE: int = 2", "del old.RATE",
     "for old.RATE in (1, 2):\n    pass"],
)  # fmt: skip
def test_whatever_gives_a_name_of_the_module_another_value_is_seen(setting: str) -> None:
    code = "RATE = 1\n\n\ndef thing():\n    return RATE\n"
    more = {"more.py": f"from shop import old\nfrom shop.old import RATE\n\n{setting}\n"}
    assert "another value" in refusal(moved(code, more))


@pytest.mark.parametrize(
    "reading",
    ["x = old.RATE, 3", "x: int = old.RATE", "del x[old.RATE]", "for x in old.RATE:\n    pass", "f(x=old.RATE)"],
)
def test_whatever_reads_it_hinders_no_move(reading: str) -> None:
    code = "RATE = 1\n\n\ndef thing():\n    return RATE\n"
    more = {"more.py": f"from shop import old\nfrom shop.old import RATE\n\n{reading}\n"}
    assert not moved(code, more).refusals


def test_no_star_import_brings_a_name_that_is_another_one() -> None:
    star = "def thing():\n    return 9\n\n\nfrom shop.new import *\n"
    assert "the star import of shop.new would bring thing" in refusal(moved(THING, {"more.py": star}))
    assert not moved(THING, {"more.py": "from shop.old import thing\nfrom shop.new import *\n\nthing()\n"}).refusals
    assert not moved(THING, {"more.py": "def other():\n    pass\n\n\nfrom shop.new import *\n"}).refusals


FIELD = "from dataclasses import dataclass\n\n\n@dataclass\nclass thing:\n    kind: 'Kind' = None\n\n\n"
KIND = "class Kind:\n    pass\n\n\nUSED = thing\n"


def test_fields_that_are_resolved_find_their_types() -> None:
    more = {"more.py": "import typing\n\nfrom shop.old import Kind, thing\n\nprint(typing.get_type_hints(thing))\n"}
    assert "shop.new -> shop.old -> shop.new" in refusal(moved(FIELD + KIND, more))
    assert not moved(FIELD + KIND, {"more.py": "from shop.old import Kind, thing\n"}).refusals


def test_fields_whose_annotations_become_strings_are_told() -> None:
    code = "class thing:\n    kind: int = 0\n\n    def sell(self, kind: int) -> None:\n        other: int = 0\n"
    made = moved(code, {"shop/new.py": "from __future__ import annotations\n"})
    assert [one.line for one in made.leftovers if "string in the new module" in one.reason] == [2]
    assert not moved(code).leftovers


def test_a_module_that_is_made_for_it_may_need_what_the_old_one_needs() -> None:
    code = "import rare\n\n\nclass thing(rare.Base):\n    pass\n\n\nother = rare\n"
    made = transform(
        "move_symbol", {"shop/__init__.py": "", "shop/old.py": code, "user.py": USER},
        {"target": "shop.old:thing", "to": "shop.fresh"},
    )  # fmt: skip
    assert "import rare" in made.text("shop/fresh.py")
    assert "without which shop.new could be imported" in refusal(moved(code))


def test_a_long_line_of_names_is_looked_through_in_no_time() -> None:
    # An expression that can match white space in two ways would not end before the sun goes out.
    files = {
        "shop/__init__.py": "",
        "shop/old.py": "def helper():\n    return 1\n",
        "shop/new.py": "",
        "use.py": "from shop.old import helper\na = b = 1\n(\n" + "  a ,  b , " * 400 + "helper)\n",
    }
    assert transform("move_symbol", files, {"target": "shop.old:helper", "to": "shop.new"}).refusals == ()
