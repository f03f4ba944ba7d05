"""The test matrix of tradeframe: the kinds of its tests, and who covers its components."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from overhaul.config import load_config
from overhaul.covering.rows import Coverage, KindedTest
from overhaul.leaves import load_leaves
from overhaul.survey import Survey, survey
from overhaul.testing import InProcess

TRADEFRAME = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"


@pytest.fixture(scope="module")
def seen() -> Survey:
    return survey(TRADEFRAME, load_config(TRADEFRAME), load_leaves(), executor=InProcess())


def test_its_tests_are_mostly_unit_tests_and_the_application_is_tested_as_a_whole(seen: Survey) -> None:
    rows = seen.rows(KindedTest)
    assert Counter(row.kind for row in rows) == {"unit": 166, "integration": 89, "system": 28}
    assert {row.kind for row in rows if row.module == "test_app"} == {"system"}
    assert {row.kind for row in rows if row.module == "test_shared_cache"} == {"unit"}
    # The desk of the tests makes the managers that a risk check needs.
    (row,) = (one for one in rows if one.name == "test_small_orders_pass_and_large_ones_are_trimmed_to_the_room")
    assert row.kind == "integration" and "tradeframe.risk.risk_manager.RiskManager" in row.components


def test_every_component_is_covered_and_managers_by_integration_tests(seen: Survey) -> None:
    cells = {(row.component, row.kind): row for row in seen.rows(Coverage)}
    components = {component for component, _ in cells}
    assert len(components) == 31 and len(cells) == 4 * 31
    assert all(any(cells[one, kind].covered for kind in ("unit", "integration", "system")) for one in components)
    assert not any(row.covered for row in cells.values() if row.kind == "performance")
    orders = cells["tradeframe.orders.order_manager.OrderManager", "integration"]
    assert (orders.tests, orders.beside) == (14, 65)
    assert not cells["tradeframe.orders.order_manager.OrderManager", "unit"].covered
    state = cells["tradeframe.orders.order.Order.state", "system"]
    assert state.tests == 0 and state.testers[0].how == "through"
