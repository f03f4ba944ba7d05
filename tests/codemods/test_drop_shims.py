"""Shims as the other codemods write them are found again, and go when nothing needs them."""

from pathlib import Path

import pytest

from overhaul.testing import transform

FILES = {
    "shop.py": '"""The shop."""\n\n\nclass Cart:\n    """What one buys."""\n\n\ndef total():\n    return 1\n',
    "stock.py": "",
    "app.py": "from shop import Cart, total\n\nprint(Cart, total())\n",
}


@pytest.fixture
def shimmed() -> dict[str, bytes]:
    done = transform("move_symbol", FILES, {"target": "shop:Cart", "to": "stock", "shim": True})
    assert not done.refusals
    assert b"__getattr__" in done.files["shop.py"]
    return dict(done.files)


def test_the_shim_of_a_symbol_goes_and_nothing_else(shimmed: dict[str, bytes]) -> None:
    plain = transform("move_symbol", FILES, {"target": "shop:Cart", "to": "stock"})
    done = transform("drop_shims", shimmed, {})
    assert not done.refusals and not done.leftovers
    assert done.files == plain.files


@pytest.mark.parametrize(("path", "text", "line"), [
    ("late.py", "def late():\n    from shop import Cart\n\n    return Cart\n", 2),
    ("chain.py", "import shop as s\n\nprint(s.Cart)\n", 3),
    ("quoted.py", "TARGET = 'shop.Cart'\n", 1),
    ("pyproject.toml", '[project]\nname = "x"\nversion = "1"\n\n[project.scripts]\nrun = "shop:Cart"\n', 6),
])  # fmt: skip
def test_a_shim_that_something_goes_through_stays(shimmed: dict[str, bytes], path: str, text: str, line: int) -> None:
    files = {**shimmed, path: text.encode()}
    done = transform("drop_shims", files, {})
    assert not done.refusals
    assert done.files == files
    assert [(one.path, one.line, one.name) for one in done.leftovers] == [(path, line, "shop:Cart")]


@pytest.mark.parametrize(("path", "text"), [
    ("other.py", "class Cart:\n    shop = 1\n\n\nprint(Cart.shop)\n"),  # a class of that name
    ("prose.md", "Once it was called shop.Cart.\n"),  # tells people, and runs nothing
    ("longer.py", "NAMES = ['shop.Carts', 'workshop.Cart', 'shop']\n"),  # other names
])  # fmt: skip
def test_what_only_looks_like_a_use_keeps_no_shim(shimmed: dict[str, bytes], path: str, text: str) -> None:
    done = transform("drop_shims", {**shimmed, path: text.encode()}, {})
    assert not done.refusals and not done.leftovers
    assert b"__getattr__" not in done.files["shop.py"]


def test_a_shim_of_a_shim_goes_with_it() -> None:
    files = {"shop/__init__.py": "", "shop/prices.py": "RATE = 2\n", "app.py": "from shop.prices import RATE\n"}
    once = transform("move_module", files, {"target": "shop.prices", "to": "shop.costs", "shim": True})
    twice = transform("move_module", dict(once.files), {"target": "shop.costs", "to": "shop.rates", "shim": True})
    assert not twice.refusals, twice.refusals
    assert {"shop/prices.py", "shop/costs.py", "shop/rates.py"} <= twice.files.keys()
    assert b'import_module("shop.rates")' in twice.files["shop/prices.py"]
    done = transform("drop_shims", dict(twice.files), {})
    assert not done.refusals, done.refusals
    assert sorted(done.files) == ["app.py", "shop/__init__.py", "shop/rates.py"]


def test_nothing_is_left_to_do_where_there_are_no_shims(tmp_path: Path) -> None:
    done = transform("drop_shims", FILES, {})
    assert done.files == {path: text.encode() for path, text in FILES.items()}


def test_the_shims_of_several_steps_go_all_or_one_by_one() -> None:
    files = {**FILES, "sums.py": ""}
    once = transform("rename_symbol", files, {"target": "shop:Cart", "to": "Basket", "shim": True})
    twice = transform("move_symbol", dict(once.files), {"target": "shop:total", "to": "sums", "shim": True})
    assert not once.refusals and not twice.refusals
    plain = transform("rename_symbol", files, {"target": "shop:Cart", "to": "Basket"})
    plain = transform("move_symbol", dict(plain.files), {"target": "shop:total", "to": "sums"})
    done = transform("drop_shims", dict(twice.files), {})
    assert not done.refusals, done.refusals
    assert done.files == plain.files
    one = transform("drop_shims", dict(twice.files), {"names": ["shop:total"]})
    assert not one.refusals, one.refusals
    assert b'"Cart"' in one.files["shop.py"] and b'"total"' not in one.files["shop.py"]
    assert one.files["shop.py"].count(b"# overhaul: shim of shop.Basket\n    if name ==") == 1
