"""Managers that do the same."""

from typing import Any

from overhaul.testing import table


def _manager(name: str, *methods: str, base: str = "") -> str:
    body = "".join(f"    def {method}(self, x): self._items[x] = 1\n" for method in methods)
    return (
        f"class {name}{base}:\n    def __init__(self):\n        self._items = {{}}\n    def start(self): ...\n"
        f"    def stop(self): ...\n{body}\n{name.upper()} = {name}()\n"
    )


def rows(source: str) -> list[tuple[str, str, tuple[str, ...]]]:
    found: list[Any] = table("responsibility_overlaps", {"m.py": source})
    return [(row.first, row.second, row.shared) for row in found]


def test_two_that_do_the_same_to_the_same_things_overlap() -> None:
    source = _manager("OrderManager", "add_order", "cancel_order", "get_open_orders", "price_order")
    source += _manager("DeskService", "add_order", "cancel_order", "get_open_order", "print_ticket")
    assert rows(source) == [("m.DeskService", "m.OrderManager", ("add order", "cancel order", "get open order"))]


def test_verbs_alone_are_no_overlap() -> None:
    source = _manager("OrderManager", "add_order", "cancel_order", "get_order")
    assert rows(source + _manager("MailService", "add_letter", "cancel_letter", "get_letter")) == []


def test_one_family_shares_its_interface_on_purpose() -> None:
    source = _manager("OrderManager", "add_order", "cancel_order", "get_order")
    assert rows(source + _manager("FastManager", "add_order", "cancel_order", "get_order", base="(OrderManager)")) == []


def test_starting_and_stopping_say_nothing() -> None:
    source = _manager("OrderManager", "start_worker", "stop_worker", "close_worker", "add")
    assert rows(source + _manager("MailService", "start_worker", "stop_worker", "close_worker", "add")) == []
