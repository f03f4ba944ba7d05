"""The test matrix: who covers which component, and by what evidence."""

from __future__ import annotations

from overhaul.covering.rows import Coverage
from overhaul.testing import Files, table

SOURCE = {
    "shop/__init__.py": "",
    "shop/store.py": (
        "class StoreManager:\n    def __init__(self):\n        self.items = {}\n        self.log = []\n"
        "    def add(self, item):\n        self.items[item] = 1\n"
        "    def remove(self, item):\n        del self.items[item]\n"
        "    def close(self):\n        self.items.clear()\n"
    ),
    "shop/prices.py": (
        "from functools import lru_cache\n"
        "@lru_cache(maxsize=10)\ndef price(name):\n    return len(name)\n"
        "def bill(names):\n    return sum(price(name) for name in names)\n"
    ),
}  # fmt: skip


def cells(files: Files) -> dict[tuple[str, str], Coverage]:
    found = table("coverages", {**SOURCE, **files})
    return {(one.component.rpartition(".")[2], one.kind): one for one in found if isinstance(one, Coverage)}


def test_a_test_covers_what_it_makes_and_calls_and_what_that_gets_to() -> None:
    found = cells({
        "tests/unit/test_store.py": (
            "from shop.store import StoreManager\nfrom shop.prices import price\n"
            "def test_add():\n    StoreManager().add(1)\ndef test_price():\n    assert price('a') == 1\n"
        ),
        "tests/integration/test_bill.py": "from shop.prices import bill\ndef test_bill():\n    bill(['a'])\n",
    })
    unit = found["StoreManager", "unit"]
    assert (unit.tests, unit.beside, unit.files, unit.role) == (1, 0, 0, "manager")
    assert [(one.test, one.how) for one in unit.testers] == [("tests.unit.test_store.test_add", "uses")]
    assert found["price", "unit"].tests == 1
    through = found["price", "integration"]
    assert (through.tests, through.files) == (0, 1)
    assert through.testers[0].why == "gets to it by way of shop.prices.bill -> shop.prices.price"
    assert not found["price", "system"].covered and not found["StoreManager", "integration"].covered


def test_an_import_alone_and_a_double_cover_nothing() -> None:
    found = cells({
        "tests/test_imports.py": "from shop.store import StoreManager\ndef test_nothing():\n    assert 1\n",
        "tests/test_double.py": (
            "from unittest.mock import patch\nfrom shop import store\n"
            "@patch('shop.store.StoreManager')\ndef test_double(manager):\n    store.StoreManager().add(1)\n"
        ),
        "tests/test_type.py": "from shop.store import StoreManager\ndef test_type():\n    assert StoreManager\n",
    })  # fmt: skip
    unit = found["StoreManager", "unit"]
    assert (unit.tests, unit.beside) == (0, 0)
    assert unit.imported == ("tests/test_imports.py",)


def test_what_a_fixture_makes_among_others_stands_beside() -> None:
    second = SOURCE["shop/store.py"].replace("StoreManager", "OrderManager")
    found = cells({
        "shop/orders.py": second,
        "tests/conftest.py": (
            "import pytest\nfrom shop.store import StoreManager\nfrom shop.orders import OrderManager\n"
            "class Desk:\n    def __init__(self):\n        self.store = StoreManager()\n"
            "        self.orders = OrderManager()\n"
            "@pytest.fixture\ndef desk():\n    return Desk()\n"
            "@pytest.fixture\ndef store():\n    return StoreManager()\n"
        ),
        "tests/test_desk.py": (
            "def test_desk(desk):\n    desk.orders.add(1)\n"
            "def test_store(store):\n    assert store\n"
        ),
    })  # fmt: skip
    orders, store = found["OrderManager", "integration"], found["StoreManager", "integration"]
    assert (orders.tests, orders.beside) == (1, 0)
    assert (store.tests, store.beside) == (0, 1)
    assert store.testers[0].why == "tests/conftest.py:6: the fixture Desk.__init__ makes it"
    alone = found["StoreManager", "unit"]
    assert (alone.tests, alone.testers[0].how) == (1, "fixture")


def test_a_method_of_an_heir_is_not_entered_by_way_of_its_base_alone() -> None:
    heir = (
        "from functools import lru_cache\nfrom shop.base import Channel\n"
        "class {0}Channel(Channel):\n    def send(self):\n        return {1}(1)\n"
        "@lru_cache(maxsize=9)\ndef {1}(key):\n    return key\n"
    )
    found = cells({
        "shop/base.py": (
            "class Channel:\n    def post(self):\n        self.send()\n    def send(self):\n        return 0\n"
        ),
        "shop/red.py": heir.format("Red", "red"), "shop/blue.py": heir.format("Blue", "blue"),
        "tests/test_red.py": "from shop.red import RedChannel\ndef test_red():\n    RedChannel().post()\n",
    })  # fmt: skip
    assert found["red", "unit"].files == 1
    assert found["blue", "unit"].files == 0


def test_without_tests_every_cell_is_empty() -> None:
    found = cells({})
    assert len(found) == 8 and not any(one.covered for one in found.values())
