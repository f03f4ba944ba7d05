"""`overhaul undo --phase`: all of a phase is restored, or nothing is."""

from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.transaction.journal import KEPT

CAMPAIGN = """\
title = "Shop"

[phases.names]
number = 1
title = "Names"

[phases.names.criteria]
none = { expression = "count(caches) <= 0" }

[phases.places]
number = 2
title = "Places"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "shop/__init__.py": "",
        "shop/prices.py": "def gross(net):\n    return net * 1.2\n\n\ndef net(gross):\n    return gross / 1.2\n",
        "shop/orders.py": "from shop.prices import gross\n\n\ndef total(rows):\n    return sum(map(gross, rows))\n",
        "shop/stock.py": "def count(rows):\n    return len(rows)\n",
        "overhaul-campaign.toml": CAMPAIGN,
        "overhaul.toml": "",
    }
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def rename(project: Path, old: str, new: str, *more: str) -> None:
    assert run(["rename", old, new, str(project), "--write", "-q", *more]) == 0


def tree(project: Path) -> dict[str, bytes]:
    return {
        file.relative_to(project).as_posix(): file.read_bytes()
        for file in sorted(project.rglob("*.py"))
        if ".overhaul" not in file.parts
    }


def test_what_is_written_belongs_to_the_current_phase(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rename(project, "shop.prices:gross", "with_tax")
    rename(project, "shop.stock:count", "how_many", "--phase", "places")
    rename(project, "shop.prices:net", "without_tax", "--phase", "none")
    assert run(["undo", "--list", str(project)]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert ["[phase places]" in line for line in listed] == [False, True, False]
    assert ["[phase names]" in line for line in listed] == [False, False, True]


def test_all_of_a_phase_is_restored_and_brought_back(project: Path) -> None:
    before = tree(project)
    rename(project, "shop.prices:gross", "with_tax")
    rename(project, "shop.orders:total", "sum_of")
    rename(project, "shop.prices:with_tax", "taxed")
    after = tree(project)
    assert run(["undo", "--phase", "1", str(project)]) == 0
    assert tree(project) == before
    assert run(["undo", "--phase", "names", "--again", str(project)]) == 0
    assert tree(project) == after
    assert run(["undo", "--phase", "names", str(project)]) == 0
    assert tree(project) == before


def test_another_phase_stays_as_it_is(project: Path) -> None:
    rename(project, "shop.prices:gross", "with_tax")
    rename(project, "shop.stock:count", "how_many", "--phase", "2")
    assert run(["undo", "--phase", "1", str(project)]) == 0
    assert b"def gross" in tree(project)["shop/prices.py"]
    assert b"def how_many" in tree(project)["shop/stock.py"]


def test_nothing_is_restored_while_a_later_phase_stands_on_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(project, "shop.orders:total", "sum_of")
    rename(project, "shop.prices:gross", "with_tax", "--phase", "2")
    rename(project, "shop.prices:net", "without_tax", "--phase", "1")
    before = tree(project)
    assert run(["undo", "--phase", "1", str(project)]) == 1
    assert "shop/orders.py: changed later by 2 of phase places" in capsys.readouterr().err
    assert tree(project) == before


def test_nothing_is_restored_after_a_change_by_hand_in_the_oldest(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(project, "shop.stock:count", "how_many")
    rename(project, "shop.prices:net", "without_tax")
    (project / "shop" / "stock.py").write_text("x = 1\n", encoding="utf-8")
    before = tree(project)
    assert run(["undo", "--phase", "1", str(project)]) == 1
    assert "shop/stock.py: was changed since 1" in capsys.readouterr().err
    assert tree(project) == before


def test_a_phase_that_is_taken_back_is_not_complete_any_more(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(project, "shop.prices:gross", "with_tax")
    assert run(["phase", "1", "--complete", "--by", "Ada", str(project)]) == 0
    assert "[phases.names.completed]" in (project / "overhaul-campaign.toml").read_text("utf-8")
    assert run(["undo", "--phase", "1", str(project)]) == 0
    assert "phase 1 is not complete any more" in capsys.readouterr().out
    assert "completed" not in (project / "overhaul-campaign.toml").read_text("utf-8")


def test_a_phase_without_transactions_has_nothing_to_undo(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rename(project, "shop.prices:gross", "with_tax")
    assert run(["undo", "--phase", "2", str(project)]) == 1
    assert "nothing of phase places is left to undo" in capsys.readouterr().err
    assert run(["undo", "--phase", "3", str(project)]) == 2
    assert "unknown phase '3'" in capsys.readouterr().err
    assert run(["undo", "--again", str(project)]) == 2


def test_journals_of_a_phase_are_kept_beyond_the_others(project: Path) -> None:
    before = tree(project)
    rename(project, "shop.prices:gross", "with_tax")
    for _ in range(KEPT // 2 + 2):
        rename(project, "shop.stock:count", "how_many", "--phase", "none")
        rename(project, "shop.stock:how_many", "count", "--phase", "none")
    assert run(["undo", "--phase", "1", str(project)]) == 0
    assert tree(project) == before
