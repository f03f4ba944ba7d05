"""What is drafted of managers: functions that make several, with tiers and order."""

from pathlib import Path

from overhaul.drafts import Drafted
from overhaul.leaves import load_leaves
from overhaul.project import Project
from overhaul.testing import surveyed

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "codemods"


def files(fixture: str, folder: str = "before") -> dict[str, str]:
    root = FIXTURES / fixture / folder
    return {one.relative_to(root).as_posix(): one.read_text() for one in root.rglob("*.py")}


def drafted(of: dict[str, str]) -> list[Drafted]:
    with surveyed(of) as seen:
        return list(load_leaves().draft("managers").function(Project(seen)))


def test_a_function_that_makes_several_is_drafted_with_their_order_and_tiers() -> None:
    shop = files("introduce_factory_of_an_application")
    del shop["shop/factory.py"]
    first, *steps = drafted(shop)
    assert (first.codemod, first.keys) == ("scaffold", {"what": "factory", "into": "shop/factory.py"})
    start = next(one for one in steps if one.keys["function"] == "shop.app:App.start")
    assert start.ready
    assert start.keys["factory"] == "shop.factory:ManagerFactory"
    assert [one.partition(": ")[2] for one in start.because[1:]] == [
        "1. bus = EventBus: tier 0", "2. stock = StockManager: tier 1, is handed EventBus",
        "3. orders = OrderManager: tier 2, is handed EventBus, StockManager",
    ]  # fmt: skip


def test_what_is_refused_is_left_out_with_the_reason() -> None:
    steps = drafted(files("introduce_factory_returns_in_between"))
    assert not any(one.ready for one in steps)
    assert "it returns between two managers" in steps[-1].by_hand[0]


def test_what_a_factory_makes_already_is_not_proposed() -> None:
    steps = drafted(files("introduce_factory_of_an_application", "after"))
    assert not any(one.keys.get("function") == "shop.app:App.start" for one in steps)
