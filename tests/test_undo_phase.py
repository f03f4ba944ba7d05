"""`overhaul undo --phase`: all of a phase is restored, or nothing is."""

import os
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


def test_the_list_of_a_phase_shows_it_and_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rename(project, "shop.prices:gross", "with_tax")
    rename(project, "shop.stock:count", "how_many", "--phase", "2")
    after = tree(project)
    assert run(["undo", "--list", "--phase", "1", str(project)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "Rename shop.prices:gross" in line
    assert tree(project) == after


@pytest.mark.parametrize("named", ["", " ", "none"])
def test_a_phase_that_is_no_phase_takes_nothing_back_not_even_without_a_campaign(project: Path, named: str) -> None:
    (project / "overhaul-campaign.toml").unlink()
    rename(project, "shop.prices:gross", "with_tax")
    after = tree(project)
    assert run(["undo", "--phase", named, str(project)]) in (1, 2)
    assert tree(project) == after


def test_bringing_back_twice_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rename(project, "shop.prices:gross", "with_tax")
    after = tree(project)
    assert run(["undo", "--phase", "1", str(project)]) == 0
    assert run(["undo", "--phase", "1", "--again", str(project)]) == 0
    assert run(["undo", "--phase", "1", "--again", str(project)]) == 1
    assert "(phases: names)" in capsys.readouterr().err
    assert tree(project) == after


@pytest.mark.parametrize("broken", ["overhaul-campaign.toml", "overhaul.toml"])
def test_a_campaign_or_settings_that_do_not_load_keep_nobody_from_undoing_a_phase_by_its_identity(
    project: Path, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(project)
    rename(project, "shop.prices:gross", "with_tax")
    (project / broken).write_text("[[", encoding="utf-8")
    assert run(["undo", "--phase", "1", str(project)]) == 2
    assert tree(project) != before
    assert run(["undo", "--phase", "names", str(project)]) == 2
    assert "all is taken back, but for the note in the campaign" in capsys.readouterr().err
    assert tree(project) == before


def test_without_its_campaign_a_phase_is_known_by_its_identity(project: Path) -> None:
    before = tree(project)
    rename(project, "shop.prices:gross", "with_tax")
    (project / "overhaul-campaign.toml").unlink()
    assert run(["undo", "--phase", "names", str(project)]) == 0
    assert tree(project) == before


def test_line_ends_and_comments_of_the_campaign_stay(project: Path) -> None:
    file = project / "overhaul-campaign.toml"
    text = ("# ours\n" + CAMPAIGN).replace("\n", "\r\n").encode()
    file.write_bytes(text)
    rename(project, "shop.prices:gross", "with_tax")
    assert run(["phase", "1", "--complete", "--by", "Ada", str(project)]) == 0
    assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n")
    assert run(["undo", "--phase", "1", str(project)]) == 0
    assert file.read_bytes() == text


def test_a_completion_is_recorded_once_and_what_is_met_is_not_waived(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "overhaul-campaign.toml"
    assert run(["phase", "1", "--complete", "--by", "Ada", str(project)]) == 0
    text = file.read_bytes()
    assert run(["phase", "1", "--complete", "--by", "Bob", str(project)]) == 0
    assert "phase 1 is complete already, by Ada on" in capsys.readouterr().err
    assert run(["phase", "1", "--waive", "none", "--by", "Bob", "--reason", "in case", str(project)]) == 1
    assert "none is met: there is nothing to waive" in capsys.readouterr().err
    assert file.read_bytes() == text


COMMAND = """
[phases.names.criteria.runs]
command = '{}'
"""


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("rm overhaul-campaign.toml", 1, "is gone by now"),
        ("echo \"# theirs\" >> overhaul-campaign.toml", 1, "has changed meanwhile, and is left as it is"),
        ("sleep 60", 1, "runs: reach what is left"),
    ],
)
def test_a_command_that_meddles_with_the_campaign_completes_nothing(
    project: Path, command: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "overhaul-campaign.toml"
    (project / "overhaul.toml").write_text("[verify]\ntimeout = 1\n", encoding="utf-8")
    file.write_text(CAMPAIGN + COMMAND.format(command), encoding="utf-8")
    assert run(["phase", "1", "--run", "--complete", "--by", "Ada", str(project)]) == code
    assert said in capsys.readouterr().err
    assert not file.exists() or "completed" not in file.read_text("utf-8")


def test_what_a_command_prints_moves_no_cursor(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = CAMPAIGN + COMMAND.format(r'printf "\033[31m\007\377"; exit 3')
    (project / "overhaul-campaign.toml").write_text(text, encoding="utf-8")
    assert run(["phase", "1", "--run", str(project)]) == 1
    out = capsys.readouterr().out
    assert "exits with 3: \\x1b[31m" in out and "\x1b" not in out and "\x07" not in out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_campaign_that_is_a_pipe_or_holds_an_endless_number_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "overhaul-campaign.toml"
    file.write_text(f"[phases.names]\nnumber = {'9' * 5000}\n", encoding="utf-8")
    assert run(["phase", "1", str(project)]) == 2
    assert "cannot be read as TOML" in capsys.readouterr().err
    file.unlink()
    os.mkfifo(file)
    assert run(["plan", "-q", str(project)]) == 2
    assert capsys.readouterr().err.endswith("is no regular file: take it away, a campaign is written there\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_commands_of_a_campaign_that_another_user_has_put_there_are_not_run(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "overhaul-campaign.toml"
    file.write_text(CAMPAIGN + COMMAND.format("touch ran"), encoding="utf-8")
    os.chown(file, 54321, 54321)
    assert run(["phase", "1", "--run", str(project)]) == 2
    assert "belongs to another user" in capsys.readouterr().err
    assert not (project / "ran").exists()
    assert run(["phase", "1", str(project)]) == 1, "it is read all the same"
