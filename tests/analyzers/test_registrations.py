"""Parts of factories and kinds of state machines are listed as they are registered."""

from typing import Any

import pytest

from overhaul.testing import collect


def rows(source: str) -> list[Any]:
    return collect("registrations", source)


def test_a_manager_is_listed_with_its_tier_and_what_it_needs() -> None:
    source = 'def managers(self):\n    parts.register("stock", self._make_stock, tier=1, needs=("bus", "clock"))\n'
    (row,) = rows(source)
    assert (row.what, row.name, row.with_, row.made) == ("manager", "stock", "parts", "self._make_stock")
    assert (row.tier, row.needs, row.scope, row.line) == (1, ("bus", "clock"), "managers", 2)


def test_a_kind_of_machine_is_listed_with_its_class() -> None:
    (row,) = rows('ORDER = COORDINATOR.kind("Order.state", Order, table=anywhere(OrderState), attribute="state")\n')
    assert (row.what, row.name, row.with_, row.made, row.tier) == (
        "machine", "Order.state", "COORDINATOR", "Order", None)


def test_a_tier_that_the_factory_works_out_is_none() -> None:
    (row,) = rows('parts.register("bus", make_bus, needs=["clock"])\n')
    assert (row.tier, row.needs) == (None, ("clock",))


@pytest.mark.parametrize("text", [
    'atexit.register("bus", close)',  # nothing that a factory is told
    "parts.register(name, make, tier=0)",  # its name is worked out
    'register("bus", make_bus, tier=0)',  # of nobody
    'parts.register("bus", tier=0)',  # nothing that makes it
    'order.kind("limit", 5)',  # no machine
])  # fmt: skip
def test_what_only_looks_like_it(text: str) -> None:
    assert rows(text + "\n") == []
