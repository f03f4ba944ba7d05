"""What a codemod vouches for is allowed and nothing else: divided functions, members that come, single uses."""

from overhaul.changes import Added, Divided, Target, Used
from tests.trunk.proving_kit import complaints

SHOP = {
    "shop.py": """
class Bus: pass
class Stock:
    def __init__(self, bus, folder): self.bus = bus
class App:
    def start(self, folder):
        where = folder
        self.bus = Bus()
        count = 1
        print(count)
        self.stock = Stock(self.bus, where)
        other = [count for count in where]
        print(other)
""",
    "users.py": "from shop import App\nclass Sub(App):\n    def close(self): pass\n",
}
PARTS = """
class Bus: pass
class Stock:
    def __init__(self, bus, folder): self.bus = bus
class App:
    def start(self, folder):
        where = folder
        self.make_bus()
        self.make_stock(where)
    def make_bus(self):
        self.bus = Bus()
        count = 1
        print(count)
    def make_stock(self, where):
        self.stock = Stock(self.bus, where)
        other = [count for count in where]
        print(other)
"""
START = Target("shop", "App.start")
BUS, STOCK = Target("shop", "App.make_bus"), Target("shop", "App.make_stock")
TOLD = Divided(START, (BUS, STOCK)), Added(BUS), Added(STOCK)


def said(after: str, *told: Divided | Added | Used) -> list[str]:
    return complaints(SHOP, {"shop.py": after}, *told)


def test_a_function_may_be_divided_where_that_is_told() -> None:
    assert said(PARTS, *TOLD) == []


def test_a_function_that_is_not_told_to_be_divided_keeps_its_variables() -> None:
    assert any("another variable" in one for one in said(PARTS, Added(BUS), Added(STOCK)))


def test_a_part_that_is_not_told_is_none() -> None:
    assert any("another variable" in one for one in said(PARTS, Divided(START, (BUS,)), Added(BUS), Added(STOCK)))


def test_a_variable_that_no_part_hands_on_is_missed() -> None:
    lost = PARTS.replace("self.make_stock(where)", "self.make_stock()").replace("(self, where):", "(self):")
    assert any("`where`" in one for one in said(lost, *TOLD))


def test_a_part_does_not_call_its_variables_otherwise() -> None:
    other = PARTS.replace("count = 1\n        print(count)", "count = 1\n        print(folder)")
    assert said(other, *TOLD) != []


def test_a_member_comes_only_where_it_is_told() -> None:
    assert any("would get a new `make_bus`" in one for one in said(PARTS, Divided(START, (BUS, STOCK)), Added(STOCK)))


def test_a_member_that_comes_overrides_nothing_and_is_overridden_by_nothing() -> None:
    below = {**SHOP, "users.py": "from shop import App\nclass Sub(App):\n    def make_bus(self): return 1\n"}
    assert any("would be overridden by users:Sub.make_bus" in one
               for one in complaints(below, {"shop.py": PARTS}, *TOLD))  # fmt: skip
    above = {**SHOP, "shop.py": SHOP["shop.py"].replace("class App:", "class App(Base):").replace(
        "class Bus: pass", "class Base:\n    def make_bus(self): pass\nclass Bus: pass")}  # fmt: skip
    after = PARTS.replace("class App:", "class App(Base):").replace(
        "class Bus: pass", "class Base:\n    def make_bus(self): pass\nclass Bus: pass")  # fmt: skip
    assert any("would override shop:Base.make_bus" in one for one in complaints(above, {"shop.py": after}, *TOLD))


def test_a_base_of_the_standard_library_is_asked_too() -> None:
    files = {"a.py": "import threading\nclass Work(threading.Thread):\n    pass\n"}
    after = {"a.py": "import threading\nclass Work(threading.Thread):\n    def run(self): pass\n"}
    assert any("would override threading.Thread.run" in one
               for one in complaints(files, after, Added(Target("a", "Work.run"))))  # fmt: skip


FILES = {
    "safe.py": "def atomic_open(path, mode): return open(path, mode)\ndef other_open(path, mode): pass\n",
    "a.py": "from safe import atomic_open, other_open\n"
            "def save(path):\n    with open(path, 'w') as f:\n        print(f)\n"
            "def show(path):\n    with open(path) as f:\n        print(f)\n",
}  # fmt: skip
ONE = Used("a.py", 3, Target("builtins", "open"), Target("safe", "atomic_open"))


def opened(first: str, second: str = "open(path)", *told: Used) -> list[str]:
    after = FILES["a.py"].replace("open(path, 'w')", first).replace("open(path) as", f"{second} as")
    return complaints(FILES, {"a.py": after}, *told)


def test_one_use_may_become_that_of_another_thing_where_that_is_told() -> None:
    assert opened("atomic_open(path, 'w')", "open(path)", ONE) == []


def test_a_use_on_another_line_stays_what_it_was() -> None:
    assert any(one.startswith("a.py:6:") for one in opened("atomic_open(path, 'w')", "atomic_open(path)", ONE))


def test_a_use_becomes_nothing_else_than_was_told() -> None:
    assert any("other_open" in one for one in opened("other_open(path, 'w')", "open(path)", ONE))


def test_a_use_that_is_not_told_stays_what_it_was() -> None:
    assert any("atomic_open" in one for one in opened("atomic_open(path, 'w')"))
