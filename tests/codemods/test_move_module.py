"""Moved modules run: what the fixtures show as text is executed here, old names and new."""

import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.testing import transform

SHOP = {
    "shop/__init__.py": "from . import prices\nfrom .core import RATE\n\n_private = 1\n",
    "shop/prices.py": "class Price:\n    pass\n\n\n_hidden = []\nstate = 1\n\n\ndef current():\n    return state\n",
    "shop/core/__init__.py": "RATE = 2\n",
    "shop/core/names.py": "NAME = 'x'\n",
    "stock/__init__.py": "",
}


def run(files: dict[str, bytes], folder: Path, code: str, *options: str) -> str:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    done = subprocess.run([sys.executable, *options, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def moved() -> dict[str, bytes]:
    done = transform("move_module", SHOP, {"target": "shop.prices", "to": "stock.costs", "shim": True})
    assert not done.refusals
    return dict(done.files)


@pytest.fixture
def renamed() -> dict[str, bytes]:
    done = transform("move_module", SHOP, {"target": "shop", "to": "store", "shim": True})
    assert not done.refusals
    return dict(done.files)


def test_a_module_behind_a_shim_is_the_very_same_object(moved: dict[str, bytes], tmp_path: Path) -> None:
    code = "import shop.prices, stock.costs; print(shop.prices is stock.costs, shop.prices.Price is stock.costs.Price)"
    assert run(moved, tmp_path, code) == "True True"


def test_what_is_patched_through_a_shim_is_patched(moved: dict[str, bytes], tmp_path: Path) -> None:
    code = (
        "from unittest import mock\nimport stock.costs\n"
        "with mock.patch('shop.prices.state', 5): print(stock.costs.current())\nprint(stock.costs.current())"
    )
    assert run(moved, tmp_path, code) == "5\n1"


def test_a_shim_gives_private_names_too(moved: dict[str, bytes], tmp_path: Path) -> None:
    assert run(moved, tmp_path, "from shop.prices import _hidden; print(_hidden)") == "[]"


def test_only_the_old_name_warns_and_where_it_is_imported(moved: dict[str, bytes], tmp_path: Path) -> None:
    assert run(moved, tmp_path, "import shop, stock.costs; print(shop.prices.state)", "-W", "error") == "1"
    code = "import warnings\nwith warnings.catch_warnings(record=True) as seen:\n    warnings.simplefilter('always')\n"
    code += "    import shop.prices\nprint([(one.category.__name__, one.filename) for one in seen])"
    assert run(moved, tmp_path, code) == "[('DeprecationWarning', '<string>')]"


def test_modules_of_a_package_behind_a_shim_are_loaded_once(renamed: dict[str, bytes], tmp_path: Path) -> None:
    code = (
        "import shop.prices, shop.core.names, store.prices, store.core.names\n"
        "print(shop.prices is store.prices, shop.core.names is store.core.names, shop.RATE, shop._private)"
    )
    assert run(renamed, tmp_path, code) == "True True 2 1"


def test_what_is_set_through_the_shim_of_a_package_is_set(renamed: dict[str, bytes], tmp_path: Path) -> None:
    code = (
        "from unittest import mock\nimport store\n"
        "with mock.patch('shop.RATE', 5): print(store.RATE)\nprint(store.RATE)\nimport shop\nprint('RATE' in dir(shop))"
    )
    assert run(renamed, tmp_path, code) == "5\n2\nTrue"


def test_a_star_import_through_the_shim_of_a_package_works(renamed: dict[str, bytes], tmp_path: Path) -> None:
    code = "from shop import *\nprint(RATE, prices.__name__, 'sys' in globals())"
    assert run(renamed, tmp_path, code) == "2 store.prices False"


def test_a_shim_that_was_left_can_be_dropped_again(moved: dict[str, bytes]) -> None:
    done = transform("drop_shims", moved, {})
    assert not done.refusals
    assert "shop/prices.py" not in done.files
    assert {path: data for path, data in moved.items() if path != "shop/prices.py"} == done.files


def test_moving_there_and_back_restores_every_byte() -> None:
    files = {
        **SHOP,
        "app.py": "import shop.core.names\nfrom shop import core\nfrom shop.core import (\n    names,  # why\n)\n\n"
        "print(shop.core.names.NAME, core.RATE, names)\n",
        "shop/user.py": "from . import core\nfrom .core.names import NAME\nfrom .core import names as it\n\n",
    }  # fmt: skip
    there = transform("move_module", files, {"target": "shop.core", "to": "shop.base"})
    back = transform("move_module", dict(there.files), {"target": "shop.base", "to": "shop.core"})
    assert not there.refusals and not back.refusals
    assert there.files != back.files
    assert back.files == {path: text.encode() for path, text in files.items()}


def test_the_code_runs_the_same_after_a_move_to_another_package(tmp_path: Path) -> None:
    files = {
        **SHOP,
        "shop/late.py": "from .core import names\nimport shop.prices\n\n\ndef show():\n"
        "    from . import core\n\n    return names.NAME, core.names.NAME, shop.prices.state, shop.core.RATE\n",
        "app.py": "import shop.late\nimport shop.prices\nfrom shop import late as later\n\n"
        "print(shop.late.show(), later is shop.late, shop.prices.current())\n",
    }
    before = run({path: text.encode() for path, text in files.items()}, tmp_path / "before", "import app")
    for number, (target, to) in enumerate([
        ("shop.late", "stock.later"), ("shop.prices", "stock.prices"), ("shop.core", "stock.core"), ("shop", "store"),
        ("shop.core.names", "names"), ("shop.late", "shop.core.late"),
    ]):  # fmt: skip
        done = transform("move_module", files, {"target": target, "to": to})
        assert not done.refusals, done.refusals
        assert run(dict(done.files), tmp_path / str(number), "import app") == before, (target, to)
