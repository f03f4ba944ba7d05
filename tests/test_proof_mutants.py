"""Right plans are proven; broken in any of many ways, none is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.proof_mutants.running import mutants, said
from benchmarks.proof_mutants.ways import MUTATIONS, Right
from overhaul.migrations import request
from overhaul.planning import Asked, plan
from overhaul.plans import Step
from overhaul.project import Project
from overhaul.testing import surveyed

PROJECT = Path(__file__).resolve().parent.parent / "fixtures" / "projects" / "tradeframe"
SHOP = {
    "shop/__init__.py": "from shop.orders import Order, total\n\n__all__ = ['Order', 'total']\n",
    "shop/orders.py": (
        "import math\n\n__all__ = ['Order', 'total', 'rounded']\n\n\nclass Order:\n    price = 1.5\n\n"
        "    def pay(self):\n        return total([self])\n\n\ndef rounded(x):\n    return math.floor(x)\n\n\n"
        "def total(orders):\n    return rounded(sum(one.price for one in orders))\n"
    ),
    "shop/bills.py": (
        "from shop.orders import Order\nfrom shop.orders import total\n\n\nclass Bill(Order):\n    pass\n\n\n"
        "def bill(order: Order):\n    return total([order, Order()])\n\n\nTODAY = total([])\n"
    ),
    "use.py": (
        "import functools\n\nimport shop\nfrom shop import Order\n\n\ndef run():\n    return shop.total([Order()])\n"
        "\n\n@functools.cache\ndef most(x, y=2):\n    if x:\n        print(x, y)\n    return max(x, y)\n\n\n"
        "async def late():\n    await late()\n\n\nrun()\n"
    ),
}


def right(project: Project, codemod: str, target: str, to: str) -> Right:
    seen = project.survey
    step = Step(codemod, request("a test", seen.leaves.codemods[codemod], {"target": target, "to": to}))
    made = plan(project, [step], seen.leaves, Asked(code_only=True))
    assert made.refusals == ()
    assert made.files
    after = made.moved[0].after
    return Right(project, made, target.rpartition(":")[2], after.name or after.module.rpartition(".")[2], after.module)


@pytest.mark.parametrize(
    ("codemod", "target", "to"),
    [
        ("rename_symbol", "shop.orders:Order", "Purchase"),
        ("rename_symbol", "shop.orders:total", "summed"),
        ("rename_symbol", "shop.orders:rounded", "floored"),
        ("move_symbol", "shop.bills:bill", "use"),
        ("move_symbol", "shop.orders:rounded", "shop.rounding"),
        ("move_module", "shop.orders", "shop.deals"),
    ],
)
def test_a_right_plan_is_proven_and_no_broken_one_is(codemod: str, target: str, to: str) -> None:
    with surveyed(SHOP) as seen:
        made = right(Project(seen), codemod, target, to)
        broken = list(mutants(made, random.Random(1)))
        assert len(broken) >= 3
        assert [(way, path) for way, path, files in broken if not said(made, files)[0]] == []


def test_each_way_to_break_a_plan_breaks_one_of_these() -> None:
    ways: set[str] = set()
    with surveyed(SHOP) as seen:
        for codemod, target, to in (
            ("rename_symbol", "shop.orders:Order", "Purchase"), ("rename_symbol", "shop.orders:total", "summed"),
        ):  # fmt: skip
            made = right(Project(seen), codemod, target, to)
            ways.update(way for seed in range(3) for way, _, _ in mutants(made, random.Random(seed)))
    assert {one.__name__ for one in MUTATIONS} - ways == set()
