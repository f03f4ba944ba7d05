"""A program whose managers are made by the factory does what it did: the same calls, in the same order."""

import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.scaffolding.copies import original
from overhaul.testing import transform

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "codemods"
PARTS = '''
TOLD = []


class Part:
    def __init__(self, *given, **named):
        TOLD.append((type(self).__name__, [type(one).__name__ for one in given], sorted(named.items())))

    def start(self):
        TOLD.append(("start", type(self).__name__))


class Bus(Part):
    """Owns listeners."""

    def __init__(self, keep):
        super().__init__(keep)
        self._listeners = {}

    def subscribe(self, topic, listener):
        self._listeners[topic] = listener

    def publish(self, topic):
        self._listeners[topic](topic)


class StockManager(Part):
    """Owns the stock."""

    def __init__(self, bus: Bus, limit):
        super().__init__(bus, limit)
        self._bus = bus
        self._items = {}

    def add(self, item):
        self._items[item] = 1

    def count(self, item):
        return self._items[item]


class OrderManager(Part):
    """Owns the orders."""

    def __init__(self, bus: Bus, stock: StockManager, limit=0):
        super().__init__(bus, stock, limit=limit)
        if limit < 0:
            raise KeyError("limit")
        self._bus = bus
        self._stock = stock
        self._orders = {}

    def place(self, number):
        self._orders[number] = 1

    def cancel(self, number):
        del self._orders[number]
'''
APP = '''from shop.parts import TOLD, Bus, OrderManager, StockManager


def worked_out(number):
    TOLD.append(("worked out", number))
    return number


class App:
    """Owns all."""

    def __init__(self, limit):
        where = worked_out(limit)

        self.bus = Bus(keep=worked_out(1))
        self.bus.start()
        self.names = ["bus"]

        base = worked_out(2)
        self.stock = StockManager(self.bus, worked_out(where) + base)
        for item in self.names:
            self.stock.add(item)
        self.bus.subscribe("x", lambda topic: TOLD.append((topic, self.names)))

        self.orders = OrderManager(self.bus, self.stock, limit=limit)
        self.bus.publish("x")

        self.names.append("end")
'''
RUN = '''
from shop.app import App
from shop.parts import TOLD
try:
    app = App({limit})
    print(sorted(vars(app)))
except KeyError as error:
    print(type(error), error.args)
print(TOLD)
'''
FILES = {"shop/__init__.py": "", "shop/parts.py": PARTS, "shop/app.py": APP, "shop/factory.py": original("factory")}
STEP = {"function": "shop.app:App.__init__", "factory": "shop.factory:ManagerFactory"}


def printed(folder: Path, files: dict[str, bytes], limit: int) -> str:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    run = [sys.executable, "-B", "-c", RUN.format(limit=limit)]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize("limit", [3, -1], ids=["all is made", "one part raises"])
def test_a_program_prints_the_same_whoever_makes_its_managers(tmp_path: Path, limit: int) -> None:
    done = transform("introduce_factory", FILES, STEP)
    assert not done.refusals, done.refusals
    assert "self._managers(" in done.text("shop/app.py")
    before = {path: text.encode() for path, text in FILES.items()}
    first = printed(tmp_path / "before", before, limit)
    assert "OrderManager" in first
    assert printed(tmp_path / "after", done.files, limit) == first


def test_no_line_of_the_function_is_changed() -> None:
    done = transform("introduce_factory", FILES, STEP)
    lines = iter(done.text("shop/app.py").splitlines())
    assert all(line in lines for line in APP.splitlines()), "every line stands there, in its order"


@pytest.mark.parametrize(("old", "new", "why"), [
    ("self.bus.start()\n", "if limit:\n            return\n", "it returns between two managers"),
    ("self.names = [", "limit = 2\n        self.names = [", "limit is bound anew"),
    ('self.names = ["bus"]', 'self.names = ["bus"]\n        topics = 1', ""),
    ("self.bus.publish(", "print(base)\n        self.bus.publish(", "base is bound in another part"),
    ("self.bus.publish(", "import json\n        json.dumps(1)\n        self.bus.publish(", ""),
    ("where = worked_out(limit)", "if limit:\n            where = limit\n        else:\n            where = 1",
     "where is bound by what may not bind it"),
    ("        self.bus = Bus(", "        if limit:\n            self.bus = Bus(", "under a condition"),
    ("self.bus.start()", "exec('1')", "exec tells from which function"),
    ("self.bus.start()", "print(dir())", "dir tells from which function"),
    ("self.bus.start()", "print(dir(self))", ""),
    ("self.bus.start()", "import inspect\n        print(inspect.stack())", "stack tells from which function"),
    ("self.bus.start()", "self.names = []\n        print(self.names.stack)", ""),
    ("self.bus.start()", "self.kept = self.bus\n        del self.bus", "bus is deleted"),
    ("self.bus.start()", "self.kept = [self.bus]\n        del self.kept", ""),
    ("where = worked_out(limit)", "self = where = worked_out(limit)", "self is bound anew"),
    ("where = worked_out(limit)", "known = limit and (where := 1)", "where is bound by what may not bind it"),
    ("where = worked_out(limit)", "where = worked_out(known := limit)", ""),
    ("class App:", "class App:\n    @property\n    def bus(self): return 1\n", "bus is a property"),
    ("class App:", "class App:\n    bus = None\n    @property\n    def other(self): return 1\n", ""),
    ("class App:", "class App:\n    def __getattribute__(self, name): return 1\n", "has a __getattribute__"),
    ("limit", "managers", "managers is a variable of it"),
    ('self.names = ["bus"]', 'managers = 1\n        self.names = [managers]', ""),
])  # fmt: skip
def test_what_can_be_kept_is_kept_and_what_cannot_is_refused(old: str, new: str, why: str) -> None:
    assert old in APP
    done = transform("introduce_factory", {**FILES, "shop/app.py": APP.replace(old, new)}, STEP)
    if why:
        assert why in f"{done.refusals[0].why}"
    else:
        assert not done.refusals, done.refusals


def test_a_factory_that_is_not_there_is_refused_with_a_remedy() -> None:
    files = {path: text for path, text in FILES.items() if path != "shop/factory.py"}
    done = transform("introduce_factory", files, STEP)
    assert "the project has no module shop.factory" in done.refusals[0].why


@pytest.mark.parametrize(("returned", "why"), [("return 1", "it returns something"), ("return", "")])
def test_what_comes_behind_the_managers_returns_nothing_where_it_becomes_a_part(returned: str, why: str) -> None:
    end = 'self.names.append("end")'
    app = APP.replace(end, f"{end}\n        if self.names:\n            {returned}")
    done = transform("introduce_factory", {**FILES, "shop/app.py": app}, {**STEP, "root": "app"})
    assert (why in done.refusals[0].why) if why else not done.refusals
