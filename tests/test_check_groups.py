"""What `overhaul check` holds against the baseline by its members: rings, and what was not looked at of them."""

from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.ledger import read_ledger

Captured = pytest.CaptureFixture[str]
LEDGER = "overhaul-baseline.txt"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose modules `pkg.b` and `pkg.c` import each other, as the baseline has it; the user stands in it."""
    folder = tmp_path / "project"
    (folder / "pkg").mkdir(parents=True)
    (folder / "overhaul.toml").write_text("jobs = 1\nselect = ['import_cycle', 'undefined_import']\n")
    (folder / "pkg" / "__init__.py").touch()
    (folder / "pkg" / "b.py").write_text("from pkg.c import two\none = 1\n")
    (folder / "pkg" / "c.py").write_text("from pkg.b import one\ntwo = 2\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["baseline", "-q"]) == 0
    return folder


def check(capsys: Captured, *arguments: str) -> tuple[int, list[str]]:
    """The exit code of a check, and the lines on standard output."""
    capsys.readouterr()
    code = run(["check", *arguments])
    return code, capsys.readouterr().out.splitlines()


def held() -> list[tuple[str, str]]:
    return [(one.module, one.name) for one in read_ledger(Path(LEDGER)) or ()]


def test_a_ring_has_an_entry_for_each_of_its_modules(project: Path, capsys: Captured) -> None:
    assert held() == [("pkg.b", "ring"), ("pkg.c", "ring")]
    assert check(capsys) == (0, ["0 new, 1 inherited, 0 fixed"])


@pytest.mark.parametrize("name", ["a", "x"])
def test_a_module_that_joins_an_inherited_ring_is_new_whatever_its_name(
    project: Path, name: str, capsys: Captured
) -> None:
    (project / "pkg" / f"{name}.py").write_text("from pkg.b import one\nthree = 3\n")
    (project / "pkg" / "c.py").write_text(f"from pkg.b import one\nfrom pkg.{name} import three\ntwo = 2\n")
    code, lines = check(capsys)
    assert (code, lines[-1]) == (1, "1 new, 0 inherited, 0 fixed")
    assert f"    not in the baseline: pkg.{name} (of 3)" in lines
    assert check(capsys, f"pkg/{name}.py")[0] == 1
    assert run(["baseline", "--accept", "import_cycle", "-q"]) == 0
    assert held() == sorted([("pkg.b", "ring"), ("pkg.c", "ring"), (f"pkg.{name}", "ring")])
    assert check(capsys) == (0, ["0 new, 1 inherited, 0 fixed"])


def test_a_ring_of_other_modules_with_one_in_common_is_new(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "b.py").write_text("from pkg.d import four\none = 1\n")
    (project / "pkg" / "c.py").write_text("two = 2\n")
    (project / "pkg" / "d.py").write_text("from pkg.b import one\nfour = 4\n")
    assert check(capsys)[1][-1] == "1 new, 0 inherited, 1 fixed"


def test_a_ring_that_loses_a_module_stays_inherited_and_only_that_one_is_fixed(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "c.py").write_text("from pkg.b import one\nfrom pkg.d import four\ntwo = 2\n")
    (project / "pkg" / "d.py").write_text("from pkg.b import one\nfour = 4\n")
    assert run(["baseline", "--accept", "import_cycle", "-q"]) == 0
    (project / "pkg" / "c.py").write_text("from pkg.b import one\ntwo = 2\n")
    code, lines = check(capsys)
    assert (code, lines[-1]) == (1, "0 new, 1 inherited, 1 fixed")
    assert "  import_cycle  pkg.d: ring" in lines
    assert run(["check", "--update", "-q"]) == 0
    assert held() == [("pkg.b", "ring"), ("pkg.c", "ring")]


@pytest.mark.parametrize("to", ["a", "z"])
def test_a_module_of_a_ring_may_be_renamed_whichever_comes_first_then(project: Path, to: str, capsys: Captured) -> None:
    (project / "pkg" / "b.py").rename(project / "pkg" / f"{to}.py")
    (project / "pkg" / "c.py").write_text(f"from pkg.{to} import one\ntwo = 2\n")
    code, lines = check(capsys)
    assert (code, lines[-1]) == (0, "0 new, 1 inherited, 0 fixed")
    assert lines[0].startswith("1 entry is about a file that has another name now: `overhaul check --update`")
    code, lines = check(capsys, "--update")
    assert (code, lines) == (0, ["1 entry is written anew under a new name.", "0 new, 1 inherited, 0 fixed"])
    assert held() == sorted([(f"pkg.{to}", "ring"), ("pkg.c", "ring")])
    assert check(capsys) == (0, ["0 new, 1 inherited, 0 fixed"])


def test_a_package_that_moves_takes_its_ring_along(project: Path, capsys: Captured) -> None:
    (project / "pkg").rename(project / "lib")
    (project / "lib" / "b.py").write_text("from lib.c import two\none = 1\n")
    (project / "lib" / "c.py").write_text("from lib.b import one\ntwo = 2\n")
    assert check(capsys)[1][-1] == "0 new, 1 inherited, 0 fixed"


def test_a_new_module_is_not_the_deleted_one_of_a_ring(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "c.py").unlink()
    (project / "pkg" / "b.py").write_text("from pkg.other import five\none = 1\n")
    (project / "pkg" / "other.py").write_text("import pkg.b\nfive = pkg.b.one\n")
    assert check(capsys)[1][-1] == "1 new, 0 inherited, 1 fixed"


def test_managers_that_hold_each_other_have_an_entry_each(project: Path) -> None:
    (project / "overhaul.toml").write_text("jobs = 1\nselect = ['construction_cycle']\n")
    (project / "pkg" / "b.py").write_text(
        "from pkg.c import OrderManager\n\n\nclass StockManager:\n    def __init__(self):\n"
        "        self.orders = OrderManager()\n\n    def start(self): ...\n\n    def stop(self): ...\n"
    )
    (project / "pkg" / "c.py").write_text(
        "class OrderManager:\n    def __init__(self):\n        from pkg.b import StockManager\n"
        "        self.stock = StockManager()\n\n    def start(self): ...\n\n    def stop(self): ...\n"
    )
    (project / LEDGER).unlink()
    assert run(["baseline", "-q"]) == 0
    assert held() == [("pkg.b", "StockManager"), ("pkg.c", "OrderManager")]


# What was not looked at


@pytest.mark.parametrize("arguments", [[], ["--exclude", "pkg/b.py"]])
def test_a_ring_is_not_fixed_while_one_of_its_files_is_not_looked_at(
    project: Path, arguments: list[str], capsys: Captured
) -> None:
    before = (project / LEDGER).read_bytes()
    whole = (project / "pkg" / "b.py").read_text()
    if not arguments:
        (project / "pkg" / "b.py").write_text(f"{whole}def (\n")
    code, lines = check(capsys, *arguments, "--select", "import_cycle", "--update")
    assert (code, lines[-1]) == (0, "0 new, 0 inherited, 0 fixed")
    assert lines[-2] == "1 entry is not found any more, and may be about what was not looked at: it stays."
    assert (project / LEDGER).read_bytes() == before


def test_what_is_fixed_is_fixed_again_when_all_can_be_looked_at(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "broken.py").write_text("def (\n")
    (project / "pkg" / "b.py").write_text("one = 1\n")
    assert check(capsys)[0] == 0
    (project / "pkg" / "broken.py").unlink()
    assert check(capsys)[1][-1] == "0 new, 0 inherited, 2 fixed"


def test_a_file_that_cannot_be_parsed_is_named_where_it_is_asked_about(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "broken.py").write_text("def (\n")
    assert check(capsys)[1][0].startswith("pkg/broken.py: not looked at (parse): ")
    assert check(capsys, "pkg/broken.py")[1][0].startswith("pkg/broken.py: not looked at (parse): ")
    assert check(capsys, "pkg/c.py")[1] == ["0 new, 1 inherited, 0 fixed"]


def test_contracts_that_cannot_be_read_are_named_whatever_is_asked_about(project: Path, capsys: Captured) -> None:
    (project / "tach.toml").write_text("modules = [\n")
    for arguments in ((), ("pkg/c.py",)):
        lines = check(capsys, *arguments)[1]
        assert lines[0].startswith("tach.toml: not looked at (contracts): ")
        assert lines[-1] == "0 new, 1 inherited, 0 fixed"


# What is named


def test_what_was_in_a_named_file_that_is_gone_is_fixed(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "c.py").unlink()
    (project / "pkg" / "b.py").write_text("one = 1\n")
    code, lines = check(capsys, "pkg/c.py")
    assert (code, lines[-1]) == (1, "0 new, 0 inherited, 1 fixed")
    assert check(capsys, "pkg/__init__.py")[0] == 0


def test_the_baseline_named_as_a_file_stands_for_all_of_its_entries(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "b.py").write_text("one = 1\n")
    assert check(capsys, LEDGER)[1][-1] == "0 new, 0 inherited, 2 fixed"


@pytest.mark.parametrize("name", ["pgk/", "pgk", "pgk/*.py", "x" * 300])
def test_a_folder_or_pattern_that_is_not_there_is_refused_when_nothing_else_is_named(
    project: Path, name: str, capsys: Captured
) -> None:
    assert run(["check", name]) == 2
    assert "nothing that is named is there" in capsys.readouterr().err
    assert run(["check", name, "pkg/b.py"]) == 0


@pytest.mark.parametrize("name", ["pkg/gone.py", f"{'x' * 300}.py", "gone.md"])
def test_a_file_that_may_have_been_deleted_is_passed_over_and_said(project: Path, name: str, capsys: Captured) -> None:
    assert run(["check", name]) == 0
    assert "nothing that is named is there (any more)" in capsys.readouterr().err


def test_a_folder_named_by_way_of_a_link_is_the_folder(project: Path, capsys: Captured) -> None:
    (project / "links").mkdir()
    (project / "links" / "pkg").symlink_to("../pkg")
    assert check(capsys, "links/pkg")[1][-1] == "0 new, 1 inherited, 0 fixed"


# The ledger


@pytest.mark.parametrize("arguments", [["--update"], ["--update", "--accept", "import_cycle"]])
def test_without_a_ledger_there_is_nothing_to_update(project: Path, arguments: list[str], capsys: Captured) -> None:
    (project / LEDGER).unlink()
    assert run(["baseline", *arguments]) == 2
    assert "there is no baseline to update" in capsys.readouterr().err
    assert not (project / LEDGER).exists()


# The rules


@pytest.mark.parametrize("arguments", [["--ignore", "*"], ["--select", "import_cycle", "--ignore", "import_*"]])
def test_a_check_without_a_rule_is_refused(project: Path, arguments: list[str], capsys: Captured) -> None:
    assert run(["check", *arguments]) == 2
    assert "no rule is left to run" in capsys.readouterr().err
    assert run(["check", "--ignore", "import_*"]) == 0
