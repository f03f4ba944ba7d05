"""Of which kind a test is, and what says so."""

from __future__ import annotations

from overhaul.covering.rows import KindedTest
from overhaul.testing import Files, table

STORE = (
    "class StoreManager:\n    def __init__(self):\n        self.items = {}\n        self.log = []\n"
    "    def add(self, item):\n        self.items[item] = 1\n"
    "    def remove(self, item):\n        del self.items[item]\n"
    "    def close(self):\n        self.items.clear()\n"
)
ORDERS = (
    "from shop.store import StoreManager\n"
    "class OrderManager:\n    def __init__(self, store: StoreManager):\n"
    "        self.store = store\n        self.open = []\n"
    "    def add(self, order):\n        self.open.append(order)\n"
    "    def cancel(self, order):\n        self.open.remove(order)\n"
    "    def close(self):\n        self.open.clear()\n"
)  # fmt: skip
APP = (
    "from shop.store import StoreManager\nfrom shop.orders import OrderManager\n"
    "class Application:\n    def __init__(self):\n        self.store = StoreManager()\n"
    "        self.orders = OrderManager(self.store)\n    def start(self):\n        self.orders.add(1)\n"
    "    def stop(self):\n        self.orders.close()\n"
    "def main():\n    app = Application()\n    app.start()\n"
)
SOURCE = {"shop/__init__.py": "", "shop/store.py": STORE, "shop/orders.py": ORDERS, "shop/app.py": APP}


def told(files: Files) -> dict[str, KindedTest]:
    found = table("kinded_tests", {**SOURCE, **files})
    return {one.name: one for one in found if isinstance(one, KindedTest)}


def kinds(files: Files) -> dict[str, tuple[str, str]]:
    return {name: (one.kind, one.told_by) for name, one in told(files).items()}


def test_one_component_is_a_unit_and_two_are_integration_unless_one_is_a_double() -> None:
    found = told({
        "tests/test_parts.py": (
            "from unittest.mock import Mock, patch\nfrom shop.store import StoreManager\n"
            "from shop.orders import OrderManager\n"
            "def test_alone():\n    StoreManager().add(1)\n"
            "def test_double():\n    OrderManager(Mock()).add(1)\n"
            "def test_both():\n    OrderManager(StoreManager()).add(1)\n"
            "@patch('shop.store.StoreManager')\ndef test_patched(store):\n    OrderManager(StoreManager()).add(1)\n"
            "def test_nothing():\n    assert 1\n"
        ),
    })  # fmt: skip
    assert {name: row.kind for name, row in found.items()} == {
        "test_alone": "unit", "test_double": "unit", "test_both": "integration", "test_patched": "unit",
        "test_nothing": "unit",
    }  # fmt: skip
    assert found["test_both"].components == ("shop.orders.OrderManager", "shop.store.StoreManager")
    assert found["test_double"].evidence[-1] == "line 6: replaces others by doubles: unittest.mock.Mock"


def test_what_fixtures_and_helpers_make_counts_and_what_they_only_name_does_not() -> None:
    found = kinds({
        "tests/conftest.py": (
            "import pytest\nfrom shop.store import StoreManager\nfrom shop.orders import OrderManager\n"
            "@pytest.fixture\ndef orders():\n    return OrderManager(StoreManager())\n"
            "@pytest.fixture\ndef named():\n    return [StoreManager, OrderManager]\n"
        ),
        "tests/test_parts.py": "def test_made(orders):\n    orders.add(1)\ndef test_named(named):\n    assert named\n",
    })
    assert found == {"test_made": ("integration", "content"), "test_named": ("unit", "content")}


def test_the_root_of_the_others_and_what_an_entry_point_names_are_the_system() -> None:
    found = kinds({
        "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n[project.scripts]\nshop = 'shop.app:main'\n",
        "tests/test_app.py": (
            "import subprocess, sys\nfrom shop.app import main\n"
            "def test_main():\n    main()\n"
            "def test_process():\n    subprocess.run([sys.executable, '-m', 'shop'])\n"
            "def test_git():\n    subprocess.run(['git', 'log'])\n"
        ),
    })
    assert found == {
        "test_main": ("system", "content"), "test_process": ("system", "content"), "test_git": ("unit", "content")
    }  # fmt: skip


def test_who_asks_a_test_client_drives_the_whole_and_who_has_a_client_of_its_own_does_not() -> None:
    found = kinds({
        "tests/test_pages.py": (
            "from django.test import TestCase\nfrom click.testing import CliRunner\n"
            "class TestPages(TestCase):\n    def test_page(self):\n        assert self.client.get('/')\n"
            "    def test_sum(self):\n        assert 1\n"
            "class TestOwn:\n    client = {}\n    def test_own(self):\n        assert self.client.get('/')\n"
            "def test_command():\n    CliRunner().invoke(None)\n"
        ),
    })  # fmt: skip
    assert {name.rpartition(".")[2]: kind for name, (kind, _) in found.items()} == {
        "test_page": "system", "test_sum": "unit", "test_own": "unit", "test_command": "system",
    }  # fmt: skip


def test_a_mark_goes_before_a_folder_and_a_function_s_own_before_its_class_s() -> None:
    found = kinds({
        "tests/unit/test_marked.py": (
            "import pytest\npytestmark = pytest.mark.system\n"
            "def test_of_module(): ...\n"
            "@pytest.mark.performance\nclass TestA:\n    def test_of_class(self): ...\n"
            "    @pytest.mark.integration\n    def test_own(self): ...\n"
        ),
        "tests/unit/test_plain.py": "import pytest\n@pytest.mark.skip\ndef test_plain(): ...\n",
    })
    assert found == {
        "test_of_module": ("system", "marker"), "TestA.test_of_class": ("performance", "marker"),
        "TestA.test_own": ("integration", "marker"), "test_plain": ("unit", "folder"),
    }  # fmt: skip


def test_the_innermost_folder_decides_and_one_that_mirrors_the_source_says_nothing() -> None:
    test = "def test_{}(): ...\n"
    found = kinds({
        "tests/unit/test_a.py": test.format("a"), "tests/e2e/test_b.py": test.format("b"),
        "tests/integration/smoke/test_c.py": test.format("c"),
        # The folder of the tests of a package that happens to be called so.
        "shop/parts/integration/__init__.py": "", "tests/parts/integration/test_d.py": test.format("d"),
        # A word above the tests says something of the program.
        "shop/system/__init__.py": "", "shop/system/tests/test_e.py": test.format("e"),
    })  # fmt: skip
    assert found == {
        "test_a": ("unit", "folder"), "test_b": ("system", "folder"), "test_c": ("system", "folder"),
        "test_d": ("unit", "content"), "test_e": ("unit", "content"),
    }  # fmt: skip


def test_a_word_of_a_name_says_the_kind_unless_the_source_speaks_of_it_too() -> None:
    found = kinds({
        "shop/smoke.py": "class SmokeDetector: ...\n",
        "tests/test_orders_integration.py": "def test_a(): ...\n",
        "tests/test_b.py": (
            "class TestE2eOrders:\n    def test_b(self): ...\ndef test_end_to_end_sale(): ...\n"
            "def test_smoke(): ...\ndef test_smoke_alarm(): ...\ndef test_the_unit_price(): ...\n"
        ),
    })
    assert found == {
        "test_a": ("integration", "name"), "TestE2eOrders.test_b": ("system", "name"),
        "test_end_to_end_sale": ("system", "name"), "test_smoke": ("unit", "content"),
        "test_smoke_alarm": ("unit", "content"), "test_the_unit_price": ("unit", "content"),
    }  # fmt: skip


def test_what_measures_speed_is_performance_and_what_measures_a_pause_is_not() -> None:
    found = kinds({
        "tests/test_time.py": (
            "import time\nimport timeit\n"
            "def test_fixture(benchmark):\n    benchmark(len, [])\n"
            "def test_timeit():\n    assert timeit.timeit('1', number=1) < 1\n"
            "def test_throughput_of_parsing():\n    begin = time.perf_counter()\n"
            "    assert time.perf_counter() > begin\n"
            "def test_it_waits():\n    begin = time.perf_counter()\n    assert time.perf_counter() > begin\n"
        ),
        "benchmarks/bench_parse.py": "def bench_parse(): ...\ndef helper(): ...\n",
        "shop/time_tools.py": "def time_left(): ...\n",
    })  # fmt: skip
    assert found == {
        "test_fixture": ("performance", "tool"), "test_timeit": ("performance", "tool"),
        "test_throughput_of_parsing": ("performance", "tool"), "test_it_waits": ("unit", "content"),
        "bench_parse": ("performance", "folder"),
    }  # fmt: skip
