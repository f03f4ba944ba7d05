"""What is drafted of cycles: the proven cut, the other ways, and a skeleton where nothing is proven."""

from pathlib import Path

from overhaul.drafts import Drafted
from overhaul.leaves import load_leaves
from overhaul.project import Project
from overhaul.testing import surveyed

TRADEFRAME = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tradeframe"


def drafted(files: dict[str, str]) -> list[Drafted]:
    with surveyed(files) as seen:
        return list(load_leaves().draft("cycles").function(Project(seen)))


def test_each_ring_of_a_codebase_is_drafted_and_those_that_can_fail_are_ready() -> None:
    kept = (one for one in TRADEFRAME.rglob("*") if one.suffix in (".py", ".toml"))
    steps = drafted({one.relative_to(TRADEFRAME).as_posix(): one.read_text() for one in kept})
    assert [(one.keys["impact"], one.ready) for one in steps] == [
        (["fatal"], True), (["order-dependent"], True), (["latent"], True), (["typing"], False), (["deferred"], False),
    ]  # fmt: skip
    risk = steps[1]
    assert risk.keys["ways"] == ["defer"]
    assert risk.tests == ("tests/builders.py: 1 import", "tests/test_risk.py: 2 imports")
    assert any("has no gross_exposure yet when it is asked for" in line for line in risk.because)
    assert any(line.startswith("cut: src/tradeframe/risk/limits.py:31: ") for line in risk.because)
    assert any("why not: " in line and "exposure uses Limit when it is imported" in line for line in risk.because)
    assert "take the marks away where it is worth the change" in steps[3].by_hand[0]


def test_where_nothing_is_proven_an_event_is_sketched_for_people_to_complete() -> None:
    (step,) = drafted({
        "shop/__init__.py": "",
        "shop/orders.py": "from shop.book import page\n\n\n@page\nclass Order:\n    file = __file__\n",
        "shop/book.py": "from shop.orders import Order\n\n\ndef page(of):\n    return __file__\n\n\nORDER = Order\n",
    })  # fmt: skip
    assert not step.ready
    assert any("shop.orders uses page when it is imported" in line for line in step.because)
    assert "  class PageWanted:" in step.by_hand and "  BUS.publish(PageWanted(...))" in step.by_hand
    assert any("shop/orders.py:1: shop.orders need not import page" in line for line in step.by_hand)


def test_nothing_is_drafted_where_modules_import_each_other_in_one_direction() -> None:
    assert drafted({"a.py": "import b\n\nb.one()\n", "b.py": "import json\n\n\ndef one(): ...\n"}) == []
