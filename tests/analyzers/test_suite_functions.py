"""What tests, fixtures and helpers use, by names, by what is constructed, and by what fixtures give."""

from __future__ import annotations

from overhaul.covering.rows import SuiteFunction
from overhaul.testing import Files, table

SOURCE = {
    "shop/__init__.py": "",
    "shop/orders.py": (
        "class Store:\n    def put(self, order): ...\n"
        "class Orders:\n    def __init__(self, store: Store):\n        self.store = store\n        self.last = None\n"
        "    def place(self, order): ...\n"
        "def total(orders): ...\n"
    ),
}


def rows(files: Files) -> dict[str, SuiteFunction]:
    found = table("suite_functions", {**SOURCE, **files})
    return {one.name: one for one in found if isinstance(one, SuiteFunction)}


def uses(row: SuiteFunction) -> dict[str, str]:
    return {one.target.removeprefix("shop.orders."): one.how for one in row.uses}


def test_what_is_made_called_and_asked_of_an_instance_is_told_apart() -> None:
    found = rows({
        "tests/test_orders.py": (
            "from shop.orders import Orders, Store, total\n"
            "def test_place():\n    orders = Orders(Store())\n    orders.place(1)\n    orders.store.put(1)\n"
            "    assert orders.last is None and total\n"
        ),
    })  # fmt: skip
    assert uses(found["test_place"]) == {
        "Orders": "builds", "Store": "builds", "Orders.place": "uses", "Orders.store": "uses", "Store.put": "uses",
        "Orders.last": "uses", "total": "names",
    }  # fmt: skip
    assert uses(found[""]) == {"Orders": "names", "Store": "names", "total": "names"}


def test_of_what_a_fixture_gives_the_class_is_told_by_what_it_makes() -> None:
    found = rows({
        "tests/conftest.py": (
            "import pytest\nfrom shop.orders import Orders, Store\n"
            "@pytest.fixture\ndef store():\n    yield Store()\n"
            "@pytest.fixture(name='desk')\ndef _desk(store):\n    orders = Orders(store)\n    orders.place(0)\n"
            "    return orders\n"
        ),
        "tests/test_desk.py": "def test_desk(desk):\n    desk.place(1)\n",
        "tests/test_number.py": "def test_number(count):\n    count.place(1)\n",
    })
    assert found["test_desk"].fixtures == ("tests.conftest._desk",)
    assert uses(found["test_desk"]) == {"Orders": "uses", "Orders.place": "uses"}
    assert found["_desk"].fixtures == ("tests.conftest.store",)
    assert found["test_number"].fixtures == () and not found["test_number"].uses  # no fixture of that name


def test_the_nearest_fixture_of_a_name_is_meant_and_one_of_another_folder_is_not() -> None:
    fixture = "import pytest\n@pytest.fixture\ndef desk():\n    return 1\n"
    found = rows({
        "tests/conftest.py": fixture, "tests/a/conftest.py": fixture, "tests/b/conftest.py": fixture,
        "tests/a/test_a.py": "def test_a(desk): ...\n",
        "tests/c/test_c.py": "def test_c(desk): ...\n",
        "tests/d/test_d.py": f"{fixture}def test_d(desk): ...\n",
    })  # fmt: skip
    assert [found[name].fixtures for name in ("test_a", "test_c", "test_d")] == [
        ("tests.a.conftest.desk",), ("tests.conftest.desk",), ("tests.d.test_d.desk",)
    ]  # fmt: skip


def test_fixtures_that_run_unasked_or_by_a_mark_count_as_asked_for() -> None:
    found = rows({
        "tests/conftest.py": (
            "import pytest\n@pytest.fixture(autouse=True)\ndef clean(): ...\n@pytest.fixture\ndef base(): ...\n"
        ),
        "tests/test_x.py": (
            "import pytest\npytestmark = pytest.mark.usefixtures('base')\ndef test_x(): ...\ndef helper(): ...\n"
        ),
    })  # fmt: skip
    assert set(found["test_x"].fixtures) == {"tests.conftest.base", "tests.conftest.clean"}
    assert found["helper"].role == "helper" and found["helper"].fixtures == ()


def test_what_prepares_a_class_is_followed_through_bases_and_super() -> None:
    found = rows({
        "tests/base.py": (
            "import unittest\nfrom shop.orders import Orders, Store\n"
            "class Base(unittest.TestCase):\n    def setUp(self):\n        self.orders = Orders(Store())\n"
        ),
        "tests/test_base.py": (
            "from tests.base import Base\nclass TestOrders(Base):\n    def setUp(self):\n        super().setUp()\n"
            "    def test_place(self):\n        self.orders.place(1)\n"
        ),
    })
    assert found["TestOrders.test_place"].helpers == ("tests.test_base.TestOrders.setUp",)
    assert found["TestOrders.setUp"].helpers == ("tests.base.Base.setUp",)
    assert uses(found["TestOrders.test_place"]) == {"Orders": "uses", "Orders.place": "uses"}


def test_marks_are_told_with_where_they_stand_and_doubles_with_what_they_replace() -> None:
    found = rows({
        "tests/test_marks.py": (
            "import pytest\nfrom unittest.mock import patch\npytestmark = [pytest.mark.slow]\n"
            "@pytest.mark.system\nclass TestA:\n"
            "    @pytest.mark.parametrize('n', [1])\n    @pytest.mark.unit\n    @patch('shop.orders.Store')\n"
            "    def test_a(self, store, n): ...\n"
        ),
    })  # fmt: skip
    row = found["TestA.test_a"]
    assert set(row.markers) == {"function parametrize", "function unit", "class system", "module slow"}
    assert row.replaced == ("shop.orders.Store",)


def test_what_is_no_test_is_a_helper() -> None:
    found = rows({
        "tests/test_names.py": "def testing_pays(): ...\ndef test(): ...\ndef testCamel(): ...\ndef contest(): ...\n",
        "src/latest.py": "def test_connection(): ...\n",
    })
    roles = {name: row.role for name, row in found.items() if name}
    assert roles == {"testing_pays": "helper", "test": "test", "testCamel": "test", "contest": "helper"}
