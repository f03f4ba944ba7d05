"""What others set is set by the owner, where Python would do the same in the same order."""

import pytest

from overhaul.testing import Transformed, transform

ORDERS = '''from enum import Enum


class OrderState(Enum):
    NEW = 1
    DONE = 2


class Order:
    def __init__(self, number):
        self.number = number
        self.state = OrderState.NEW

    def finish(self):
        if self.state is not OrderState.NEW:
            raise ValueError
        self.state = OrderState.DONE

    def back(self):
        if self.state is OrderState.DONE:
            self.state = OrderState.NEW
'''


def guarded(line: str, **request: object) -> Transformed:
    desk = f"from orders import Order, OrderState\n\n\ndef stop(order: Order, other: Order, make):\n    {line}\n"
    asked = {"machine": "orders:Order.state", **request}
    return transform("guard_state", {"orders.py": ORDERS, "desk.py": desk}, asked)


@pytest.mark.parametrize(("line", "after"), [
    ("order.state = OrderState.DONE", "order.enter_state(OrderState.DONE)"),
    ("order.state = make()", "order.enter_state(make())"),
    ("order.state = other.state", "order.enter_state(other.state)"),
    ("order.state = OrderState.DONE; print(1)", "order.enter_state(OrderState.DONE); print(1)"),
])  # fmt: skip
def test_an_assignment_becomes_a_call(line: str, after: str) -> None:
    done = guarded(line)
    assert not done.refusals, done.refusals
    assert f"    {after}\n" in done.text("desk.py")
    assert "    def enter_state(self, state: \"OrderState\") -> None:" in done.text("orders.py")


@pytest.mark.parametrize("line", [
    "order.state = other.state = OrderState.DONE",  # two at once
    "order.state, order.number = OrderState.DONE, 1",  # two at once
    "order.state = OrderState.DONE, OrderState.NEW",  # would be two arguments
    "(order or other).state = OrderState.DONE",  # an expression
    "order.state = (order := other).state",  # looked up earlier in a call
    "order.state: OrderState = OrderState.DONE",  # an annotation
    "make.state = OrderState.DONE",  # anything
])  # fmt: skip
def test_what_python_would_do_otherwise_stays(line: str) -> None:
    done = guarded(line)
    assert f"    {line}\n" in done.text("desk.py")
    assert "enter_state" not in done.text("orders.py")


def test_a_method_that_is_there_is_called_for_review() -> None:
    desk = "from orders import Order, OrderState\n\n\ndef stop(order: Order):\n    order.state = OrderState.DONE\n"
    there = f"{ORDERS}\n    def go(self, state):\n        print(state)\n        self.state = state\n"
    done = transform(
        "guard_state", {"orders.py": there, "desk.py": desk}, {"machine": "orders:Order.state", "through": "go"}
    )
    assert "order.go(OrderState.DONE)" in done.text("desk.py")
    assert {one.guidance for file in done.plan.files for one in file.replacements} == {"review"}


DESK = """from orders import Order, OrderState


class Desk:
    LAST = OrderState.DONE

    def __init__(self, order: Order):
        self.order = order
        self.next = OrderState.DONE

    @property
    def wanted(self):
        self.order = Order(2)
        return OrderState.DONE

    def stop(self):
        self.order.state = {value}
"""


@pytest.mark.parametrize(("value", "done"), [
    ("self.wanted", False),  # a property, which gives it another order
    ("self.next", True),
    ("OrderState.DONE", True),
    ("Desk.LAST", True),
])  # fmt: skip
def test_a_value_that_may_change_the_owner_is_left(value: str, done: bool) -> None:
    files = {"orders.py": ORDERS, "desk.py": DESK.format(value=value)}
    made = transform("guard_state", files, {"machine": "orders:Order.state"})
    assert (f"self.order.enter_state({value})" in made.text("desk.py")) is done
    assert done or "Python would look that up earlier" in made.leftovers[0].reason


@pytest.mark.parametrize(("line", "guidance"), [
    ("order.state = make()", "review"),
    ("order.state = OrderState.DONE", "safe"),
    ("order.state = other.state", "safe"),
])  # fmt: skip
def test_a_value_that_is_called_for_is_to_be_looked_at(line: str, guidance: str) -> None:
    told = {one.path: one.guidance for one in guarded(line).plan.files}
    assert told["desk.py"] == guidance


@pytest.mark.parametrize(("made", "told"), [
    ("SimpleNamespace(state=None)", True), ("FakeOrder()", True), ("Order(1)", False),
])  # fmt: skip
def test_tests_that_hand_in_something_else_are_told(made: str, told: bool) -> None:
    desk = "from orders import Order, OrderState\n\n\ndef stop(order: Order):\n    order.state = OrderState.DONE\n"
    test = f"from desk import stop\n\n\ndef test_stop():\n    order = {made}\n    stop(order)\n"
    files = {"orders.py": ORDERS, "desk.py": desk, "tests/test_desk.py": test}
    done = transform("guard_state", files, {"machine": "orders:Order.state"})
    places = [(one.path, one.line) for one in done.leftovers if "may have no enter_state" in one.reason]
    assert places == ([("tests/test_desk.py", 5)] if told else [])
