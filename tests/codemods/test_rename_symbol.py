"""Renamed symbols run: what the fixtures show as text is executed here, and random choices are refused or hold."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from overhaul.testing import transform

SHOP = {
    "shop/__init__.py": "from .orders import Order, total\n\n__all__ = ['Order']\n",
    "shop/orders.py": (
        "class Order:\n    def again(self):\n        return Order()\n\n\n"
        "def total(orders):\n    return len(orders)\n\n\nLIMIT = 3\n"
    ),
    "desk.py": "import shop\nfrom shop import *\n\nprint(type(Order().again()) is shop.Order, shop.total([Order()]))\n",
}


def run(files: Mapping[str, bytes], folder: Path, code: str, *options: str) -> str:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    done = subprocess.run([sys.executable, *options, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def renamed(files: Mapping[str, str], target: str, to: str, **more: object) -> dict[str, bytes]:
    done = transform("rename_symbol", files, {"target": target, "to": to, **more})
    assert not done.refusals
    return dict(done.files)


def refused(files: Mapping[str, str], request: Mapping[str, object]) -> str:
    """Why a rename is refused."""
    return " ".join(
        f"{one.path}:{one.line}: {one.why}: {one.remedy}" for one in transform("rename_symbol", files, request).refusals
    )


@pytest.mark.parametrize(("target", "to"), [("Order", "Purchase"), ("total", "sum_up"), ("LIMIT", "MOST")])
def test_a_program_does_what_it_did_after_a_rename(target: str, to: str, tmp_path: Path) -> None:
    files = renamed(SHOP, f"shop.orders:{target}", to)
    assert run(files, tmp_path, f"import desk, shop.orders; print(hasattr(shop.orders, '{target}'))") == "True 1\nFalse"


def test_the_old_name_gives_the_new_thing_behind_a_shim_and_warns(tmp_path: Path) -> None:
    files = renamed(SHOP, "shop.orders:Order", "Purchase", shim=True)
    code = "import shop, shop.orders; print(shop.Order is shop.Purchase is shop.orders.Order)"
    assert run(files, tmp_path, code) == "True"
    warned = (
        "import warnings; warnings.simplefilter('error')\nimport shop\ntry: shop.Order\nexcept Warning as e: print(e)"
    )
    assert run(files, tmp_path, warned) == "Order is called Purchase now"


def test_line_ends_and_encodings_stay_as_they_are() -> None:
    files = {"shop.py": "# coding: latin-1\r\n# gr\xfc\xdfe\r\ndef total():\r\n    return total\r\n".encode("latin-1")}
    done = transform("rename_symbol", files, {"target": "shop:total", "to": "sum_up"})
    assert done.files["shop.py"] == files["shop.py"].replace(b"total", b"sum_up")


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("class", "no name that Python allows"),
        ("two words", "no name that Python allows"),
        ("Order", "is called that already"),
        ("__order__", "means something to Python"),
        ("__order", "mangled"),
        ("total", "has a total already"),
    ],
)
def test_a_name_that_cannot_be_is_refused(to: str, why: str) -> None:
    assert why in refused(SHOP, {"target": "shop.orders:Order", "to": to})


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("shop.orders:Ordr", "did you mean Order"),
        ("shop.order:Order", "no module shop.order"),
        ("shop:Order", "only imported there"),
        ("shop.orders", "write package.module:Name"),
        ("shop.orders:Order.again", "rename_member"),
    ],
)
def test_what_is_not_there_is_refused(target: str, why: str) -> None:
    assert why in refused(SHOP, {"target": target, "to": "Purchase"})


def test_a_module_that_may_offer_the_name_in_a_way_that_cannot_be_seen_is_a_reason_to_refuse() -> None:
    files = {
        **SHOP,
        "lazy.py": "import shop.orders\n\n\ndef __getattr__(name):\n    return getattr(shop.orders, name)\n",
        "more.py": "from lazy import Order\n",
    }
    assert "more.py:1: lazy may pass Order on" in refused(files, {"target": "shop.orders:Order", "to": "Purchase"})
