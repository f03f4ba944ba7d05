"""What is drafted of state: what is ready, what somebody has to look at, and in which order."""

from overhaul.drafts import Drafted, migration_text
from overhaul.leaves import load_leaves
from overhaul.project import Project
from overhaul.testing import surveyed

ORDERS = '''"""Orders."""

import json
from enum import Enum
from pathlib import Path


class OrderState(Enum):
    NEW = 1
    SENT = 2
    DONE = 3


class Order:
    def __init__(self, number):
        self.number = number
        self.state = OrderState.NEW

    def send(self):
        if self.state is not OrderState.NEW:
            raise ValueError
        self.state = OrderState.SENT

    def finish(self):
        if self.state is not OrderState.SENT:
            raise ValueError
        self.state = OrderState.DONE


class Orders:
    def __init__(self):
        self.orders = {}

    def save_orders(self, path: Path):
        with open(path, "w") as stream:
            json.dump(self.orders, stream)

    def load_orders(self, path: Path):
        with open(path) as stream:
            self.orders = json.load(stream)
'''
APP = {"app/__init__.py": "", "app/orders.py": ORDERS}
DESK = "from app.orders import Order, OrderState\n\n\ndef stop(order: Order):\n    order.state = OrderState.DONE\n"


def drafted(files: dict[str, str]) -> list[Drafted]:
    with surveyed(files) as seen:
        return list(load_leaves().draft("state").function(Project(seen)))


def test_machines_come_under_a_coordinator_and_saves_become_whole() -> None:
    steps = drafted(APP)
    assert [one.codemod for one in steps] == ["scaffold", "coordinate_machine", "atomic_save"]
    assert all(one.ready and not one.by_hand for one in steps)
    assert steps[1].keys == {
        "machine": "app.orders:Order.state", "coordinator": "app.states:COORDINATOR", "state": "app.state",
    }  # fmt: skip
    assert steps[2].keys == {"function": "app.orders:Orders.save_orders", "helper": "app.state"}
    assert "app/orders.py:17: Order.state moves among 3 states (NEW, SENT, DONE), high" in steps[1].because
    assert steps[1].risk is not None
    assert {one.name for one in steps[1].parts} >= {"users", "untested"}


def test_what_others_set_is_a_step_of_its_own_and_tests_are_named() -> None:
    test = "from app.orders import Order\n\n\ndef test_order():\n    assert Order(1).number == 1\n"
    steps = drafted({**APP, "app/desk.py": DESK, "tests/test_orders.py": test})
    assert [one.codemod for one in steps][2] == "guard_state"
    assert steps[2].because == ("app/desk.py:5: stop sets Order.state",)
    assert steps[1].tests == ("tests/test_orders.py: 2 sites",)


def test_a_test_that_wants_the_same_file_keeps_a_save_from_being_ready() -> None:
    test = (
        "from app.orders import Orders\n\n\ndef test_inode(tmp_path):\n    path = tmp_path / 'a'\n    path.touch()\n"
        "    Orders().save_orders(path)\n    assert path.stat().st_ino\n"
    )
    last = drafted({**APP, "tests/test_orders.py": test})[-1]
    assert last.codemod == "atomic_save"
    assert not last.ready
    assert any(one.startswith("tests/test_orders.py:8: it wants the same file") for one in last.by_hand)


def test_what_is_refused_is_left_out_with_the_reason() -> None:
    slots = ORDERS.replace("class Order:\n", "class Order:\n    __slots__ = ('number', 'state')\n\n")
    step = drafted({**APP, "app/orders.py": slots})[1]
    assert not step.ready
    assert "it has __slots__" in step.by_hand[0]


def test_texts_that_are_assigned_from_elsewhere_are_for_somebody_to_look_at() -> None:
    door = '''class Door:
    def __init__(self):
        self.state = "open"

    def close(self):
        if self.state == "open":
            self.state = "closed"

    def open_up(self):
        if self.state == "closed":
            self.state = "open"

    def put(self, value):
        self.state = value
'''
    step = next(one for one in drafted({"app/__init__.py": "", "app/door.py": door}) if one.codemod != "scaffold")
    assert not step.ready
    assert "app/door.py:14: it is assigned what is no constant" in step.by_hand[-1]


def test_nothing_is_proposed_where_all_is_done_or_nothing_is_there() -> None:
    assert drafted({"app/__init__.py": "", "app/a.py": "class Order:\n    state = 1\n"}) == []


def test_the_file_is_a_migration() -> None:
    text = migration_text("State", drafted(APP))
    assert text.count("[[steps]]") == 3
    assert 'into = "app/state.py"' in text
