"""A gate is judged by all of the code, and a completed phase keeps what it was completed by."""

from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.testing import judge

CAMPAIGN = """\
title = "Shop"

[phases.caches]
number = 1
title = "Caches"

[phases.caches.criteria.few]
expression = "count(caches) <= 0"

[phases.caches.criteria.clean]
silent = "import_cycle"

[phases.places]
number = 2
title = "Places"

[phases.places.criteria.none]
expression = "count(caches) <= 0"
"""
CACHE = "from functools import lru_cache\n\n\n@lru_cache\ndef price(name):\n    return len(name)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in {
        "overhaul.toml": "", "overhaul-campaign.toml": CAMPAIGN, "shop/__init__.py": "", "shop/sub/__init__.py": "",
        "shop/sub/plain.py": "def count(rows):\n    return len(rows)\n", "shop/prices.py": CACHE,
    }.items():  # fmt: skip
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def mended(project: Path) -> None:
    (project / "shop" / "prices.py").write_text("def price(name):\n    return len(name)\n", encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ["phase", "1", "shop/sub"], ["status", "shop/sub"], ["plan", "shop/sub"],
        ["phase", "1", ".", "--exclude", "shop/prices.py"], ["check", "--gates", "--root", "shop/sub"],
    ],
)  # fmt: skip
def test_a_part_of_the_code_opens_no_gate(
    project: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    before = (project / "overhaul-campaign.toml").read_bytes()
    assert run(arguments) == 2
    assert "the campaign is about" in (said := capsys.readouterr().err) or "a gate is judged by all" in said
    assert (project / "overhaul-campaign.toml").read_bytes() == before


def test_a_campaign_of_a_folder_is_judged_by_that_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    (project / "overhaul-campaign.toml").unlink()
    assert run(["plan", "shop", "-q"]) == 0
    assert 'root = "shop"' in (project / "overhaul-campaign.toml").read_text("utf-8")
    assert run(["status", "shop"]) == 0
    assert run(["status", "."]) == 2


def test_a_criterion_that_is_taken_out_of_a_completed_phase_is_lost(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mended(project)
    assert run(["phase", "1", str(project), "--complete", "--by", "Ada"]) == 0
    file = project / "overhaul-campaign.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('[phases.caches.criteria.clean]\nsilent = "import_cycle"\n', ""), "utf-8")
    assert run(["check", "--gates", "--root", str(project)]) == 1
    assert "clean: it was asked for when the phase was completed" in capsys.readouterr().out


def test_a_phase_is_not_completed_while_an_earlier_one_is_lost(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mended(project)
    assert run(["phase", "1", str(project), "--complete", "--by", "Ada"]) == 0
    file = project / "overhaul-campaign.toml"
    file.write_text(file.read_text("utf-8").replace('none]\nexpression = "count(caches) <= 0"', 'none]\nsilent = "import_cycle"'), "utf-8")  # noqa: E501
    (project / "shop" / "prices.py").write_text(CACHE, encoding="utf-8")
    assert run(["phase", "2", str(project), "--complete", "--by", "Ada"]) == 1
    assert "phase 1 (Caches) does not hold any more: few" in capsys.readouterr().err


def test_a_waiver_that_is_not_needed_any_more_hinders_the_completion(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["phase", "1", str(project), "--waive", "few", "--by", "Ada", "--reason", "kept for now"]) == 0
    mended(project)
    assert run(["phase", "1", str(project), "--complete", "--by", "Ada"]) == 1
    assert "few: is met, and its waiver would hide a loss" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["", "  ", "# pytest -q"])
def test_a_check_that_runs_nothing_is_refused(
    project: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "overhaul-campaign.toml"
    file.write_text(CAMPAIGN.replace('title = "Caches"', f'title = "Caches"\nverify = ["{command}"]'), "utf-8")
    assert run(["phase", "1", str(project), "--run"]) == 2
    assert "runs nothing" in capsys.readouterr().err


FACTORY = """\
from factory_library import Factory

from orders import OrderManager

FACTORY = Factory()


def build():
    FACTORY.register("orders", lambda: OrderManager(), tier=0)
{more}"""
ORDERS = '''\
"""Orders."""


class OrderManager:
    """Takes orders and keeps them until they are sent."""

    def __init__(self):
        self._orders = []

    def start(self):
        self._orders.clear()

    def stop(self):
        self._orders.clear()

    def place(self, order):
        self._orders.append(order)
'''


@pytest.mark.parametrize(("more", "met"), [("", True), ("    return OrderManager()\n", False)])
def test_what_a_lambda_makes_is_the_factorys_and_what_stands_beside_it_is_not(more: str, met: bool) -> None:
    files = {"orders.py": ORDERS, "app.py": FACTORY.format(more=more)}
    assert judge("managers_built_by_factory", files).met == met


def test_a_manager_of_the_same_name_elsewhere_is_not_the_registered_one() -> None:
    files = {
        "one/__init__.py": "", "one/orders.py": ORDERS, "two/__init__.py": "", "two/orders.py": ORDERS,
        "app.py": "from factory_library import Factory\n\nfrom one.orders import OrderManager\n\nFACTORY = Factory()\n"
        'FACTORY.register("orders", OrderManager, tier=0)\n',
    }  # fmt: skip
    said = judge("managers_built_by_factory", files)
    assert {one.name or one.what for one in said.evidence if one.met} == {"one.orders.OrderManager"}


def test_a_report_tells_what_was_and_a_migration_leaves_it(project: Path) -> None:
    report, notes = project / "report.md", project / "notes.md"
    assert run(["phase", "1", str(project), "--report", str(report)]) == 1
    assert "price" in report.read_text("utf-8")
    notes.write_text("Prices come from `shop.prices.price`.\n", encoding="utf-8")
    before = report.read_bytes()
    assert run(["rename", "shop.prices:price", "cost", str(project), "--write", "--no-verify", "-q"]) == 0
    assert "shop.prices.cost" in notes.read_text("utf-8")
    assert report.read_bytes() == before


def test_an_unknown_family_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", str(project), "--family", "risk"]) == 2
    assert "unknown role 'risk'" in capsys.readouterr().err
