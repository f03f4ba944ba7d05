"""The figures of a codebase as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.redundancy import BaselineMetric
from overhaul.survey import survey
from overhaul.testing import Files, InProcess, table

PROJECT = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe" / "src"


def figures(files: Files) -> dict[str, float]:
    """The value of each figure."""
    rows = [row for row in table(BaselineMetric, files) if isinstance(row, BaselineMetric)]
    assert len({row.name for row in rows}) == len(rows), "a name stands twice"
    return {row.name: row.value for row in rows}


def branches(count: int) -> str:
    """A function of that complexity."""
    tests = "".join(f"    if a == {n}:\n        return {n}\n" for n in range(count - 1))
    return f"def f{count}(a):\n{tests}    return a\n\n\n"


def test_sizes_are_counted() -> None:
    found = figures({
        "shop/__init__.py": "",
        "shop/cart.py": '"""Carts."""\n\n# Why.\nclass Cart:\n    def add(self):\n        pass\n',
        "shop/typed.pyi": "def price() -> int: ...\n", "tests/test_cart.py": "def test_add():\n    assert 1\n",
        "shop/broken.py": "def broken(:\n",
    })  # fmt: skip
    assert (found["files"], found["files_not_analysed"], found["modules"], found["packages"]) == (5, 1, 5, 1)
    assert (found["lines"], found["code_lines"], found["test_code_lines"], found["comments"]) == (9, 6, 2, 1)
    assert (found["classes"], found["functions"], found["methods"]) == (1, 2, 1)


def test_files_that_could_not_even_be_listed_and_stubs_that_cannot_be_parsed_are_not_analysed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("X = 1\n")
    (tmp_path / "b.pyi").write_text("def broken(:\n")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / ".gitignore").mkdir()
    store = tmp_path.with_name("store")
    store.mkdir()
    seen = survey(tmp_path, Config(), load_leaves(), store=store, executor=InProcess())
    assert {row.name: row.value for row in seen.rows(BaselineMetric)}["files_not_analysed"] == 2
    (tmp_path / "gone.py").unlink()
    seen = survey(tmp_path, Config(), load_leaves(), store=store, executor=InProcess())
    assert {row.name: row.value for row in seen.rows(BaselineMetric)}["files_not_analysed"] == 1


def test_an_extension_module_without_a_stub_is_nothing_that_could_have_been_analysed() -> None:
    found = figures({"a.py": "X = 1\n", "fast.so": b"\x7fELF", "other.so": b"\x7fELF", "other.pyi": "X: int\n"})
    assert found["files_not_analysed"] == 0


def test_the_lines_are_those_of_the_files_that_were_analysed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("X = 1\nY = 2\n")
    (tmp_path / "broken.py").write_text("def broken(:\n")
    seen = survey(tmp_path, Config(), load_leaves(), executor=InProcess())
    assert {row.name: row.value for row in seen.rows(BaselineMetric)}["lines"] == seen.lines == 2


def test_complexity_is_told_by_its_distribution_over_functions_and_methods() -> None:
    found = figures({"a.py": "".join(branches(count) for count in (1, 1, 1, 1, 1, 2, 3, 6, 12, 45))})
    assert found["complexity_mean"] == 7.3
    assert (found["complexity_median"], found["complexity_90th_percentile"], found["complexity_max"]) == (1, 12, 45)
    ranks = {rank: found[f"complexity_rank_{rank}"] for rank in "abcdef"}
    assert ranks == {"a": 7, "b": 1, "c": 1, "d": 0, "e": 0, "f": 1}


def test_a_codebase_without_functions_has_no_complexity() -> None:
    found = figures({"a.py": "X = 1\n"})
    assert {name: value for name, value in found.items() if name.startswith("complexity") and value} == {}


def test_cycles_are_counted_by_effect_with_their_modules() -> None:
    found = figures({
        "a.py": "import b\n", "b.py": "from a import X\n", "c.py": "def f():\n    import d\n", "d.py": "import c\n",
        "e.py": "import a\nfrom a import missing_thing\n",
    })  # fmt: skip
    assert (found["import_edges"], found["import_cycles"], found["modules_in_cycles"]) == (5, 2, 4)
    assert found["import_cycles_deferred"] == 1
    effects = ("fatal", "order_dependent", "latent", "deferred", "typing")
    assert sum(found[f"import_cycles_{effect}"] for effect in effects) == 2
    assert found["unresolved_imports"] >= 1


def test_what_is_unsure_does_not_count_as_inventory() -> None:
    cache = "_seen = {}\n\n\ndef price(a):\n    if a not in _seen:\n        _seen[a] = a * 2\n    return _seen[a]\n"
    found = figures({"a.py": cache, "b.py": "RECENT = {}\n\n\ndef note(item):\n    RECENT[item] = 1\n"})
    assert (found["caches"], found["unbounded_caches"]) == (1, 1)


TOTAL = """
def total(rows, rate, limit):
    found = []
    for row in rows:
        price = row.price * rate
        if price > limit:
            found.append((row.name, price))
        else:
            found.append((row.name, limit))
    found.sort(key=lambda pair: pair[1])
    best = found[-1] if found else None
    worst = found[0] if found else None
    return best, worst, len(found), sum(pair[1] for pair in found)
"""


def test_lines_that_stand_twice_are_counted_once_for_each_place() -> None:
    found = figures({"shop/cart.py": TOTAL, "shop/order.py": f"import os\n{TOTAL}", "shop/other.py": branches(20)})
    assert found["duplicate_groups_type_1"] == 1
    assert found["duplicated_lines"] == 2 * (TOTAL.count("\n") - 1)
    assert found["duplicated_share"] == round(found["duplicated_lines"] / found["lines"] * 100, 2)


def test_nothing_that_is_said_once_counts_as_duplicated() -> None:
    found = figures({"shop/cart.py": TOTAL, "shop/other.py": branches(20)})
    assert {name: value for name, value in found.items() if "duplicate" in name and value} == {}


def test_placeholders_are_counted_by_tier() -> None:
    caller = "from shop.cart import pay\n\n\ndef buy():\n    return pay(1)\n"
    found = figures({"shop/cart.py": "def pay(sum) -> int:\n    raise NotImplementedError\n", "shop/buy.py": caller})
    assert (found["placeholders_certain"], found["placeholders_likely"]) == (1, 0)


@pytest.fixture(scope="module")
def tradeframe() -> dict[str, float]:
    seen = survey(PROJECT, Config(), load_leaves(), executor=InProcess())
    return {row.name: row.value for row in seen.rows(BaselineMetric)}


def test_the_figures_of_the_sample_project_are_those_of_its_truth(tradeframe: dict[str, float]) -> None:
    assert tradeframe["managers"] == 17
    assert tradeframe["state_machines"] == 4
    assert tradeframe["caches"] == 10


def test_every_figure_says_what_it_counts_and_only_known_ones_say_what_is_better() -> None:
    rows = [row for row in table(BaselineMetric, {"a.py": "def f(): ...\n"}) if isinstance(row, BaselineMetric)]
    assert all(row.unit and row.group for row in rows)
    neither = {row.name for row in rows if not row.better}
    assert {"lines", "functions", "managers", "import_edges", "complexity_rank_a"} <= neither
    # What a comment or a trivial function more would make better is not called so.
    assert {"duplicated_share", "complexity_mean", "complexity_median", "complexity_90th_percentile"} <= neither
    assert {row.name for row in rows if row.better == "more"} == set()
