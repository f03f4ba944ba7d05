"""`overhaul propose` writes a migration file that can be carried out, and says what is left for people."""

from collections.abc import Callable
from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.toml import parsed

RING = {
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.book import Book\n\n\nclass Order:\n    def book(self):\n        return Book()\n",
    "shop/book.py": "from shop.orders import Order\n\n\nclass Book(list):\n    first = Order()\n",
}
TIGHT = {
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.book import page\n\n\n@page\nclass Order:\n    file = __file__\n",
    "shop/book.py": "from shop.orders import Order\n\n\ndef page(of):\n    return of, __file__\n\n\nORDER = Order\n",
}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def overhaul(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


def project(root: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    monkeypatch.chdir(root)
    return root


def test_what_is_drafted_can_be_carried_out_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overhaul: Run
) -> None:  # fmt: skip
    root = project(tmp_path / "project", RING, monkeypatch)
    code, out, err = overhaul("propose", "cycles", "-o", "../cycles.toml")
    assert (code, out) == (0, "")
    assert "1 steps, 1 ready" in err or "1 step, 1 ready" in err
    assert {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.py")} == RING
    code, out, _ = overhaul("migrate", "../cycles.toml", "--write")
    assert code == 0, out
    code, out, _ = overhaul("propose", "cycles")
    assert "fatal" not in out and "deferred" in out


def test_a_file_that_is_there_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overhaul: Run) -> None:
    root = project(tmp_path / "project", RING, monkeypatch)
    (root / "mine.toml").write_text("mine")
    code, _, err = overhaul("propose", "cycles", "-o", "mine.toml")
    assert code == 2 and "--force" in err
    assert (root / "mine.toml").read_text() == "mine"
    assert overhaul("propose", "cycles", "-o", "mine.toml", "--force")[0] == 0
    assert "break_cycle" in (root / "mine.toml").read_text()


def test_what_nobody_can_be_sure_of_is_left_out_as_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overhaul: Run
) -> None:  # fmt: skip
    root = project(tmp_path / "project", TIGHT, monkeypatch)
    code, out, _ = overhaul("propose", "cycles")
    assert code == 0
    steps = [line for line in out.splitlines() if line.startswith("[[steps]]")]
    assert steps == [], out
    assert "# [[steps]]" in out and "by hand:" in out and "no cut is proven:" in out
    assert "BUS.publish(" in out, "a skeleton shows the event"
    (root / "none.toml").write_text(out)
    assert "steps" not in parsed(root / "none.toml")[1]


def test_nothing_is_drafted_where_there_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overhaul: Run
) -> None:  # fmt: skip
    project(tmp_path / "project", {"shop.py": "import json\n"}, monkeypatch)
    code, out, err = overhaul("propose", "cycles")
    assert (code, out) == (0, "")
    assert "nothing to propose" in err


def test_a_draft_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overhaul: Run
) -> None:  # fmt: skip
    project(tmp_path / "project", RING, monkeypatch)
    code, _, err = overhaul("propose", "cycle")
    assert code == 2 and "cycles" in err


def test_without_a_kind_the_drafts_there_are_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overhaul: Run
) -> None:  # fmt: skip
    project(tmp_path / "project", RING, monkeypatch)
    code, out, err = overhaul("propose")
    assert (code, out) == (2, "")
    told = [line.split()[0] for line in err.splitlines() if line.startswith("  ")]
    assert told == ["cache", "cycles", "duplicates", "managers", "state"]
    assert "Break import cycles" in err and "KIND" in err


def test_a_migration_that_lies_in_the_project_is_no_place_that_speaks_of_what_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overhaul: Run
) -> None:  # fmt: skip
    steps = '[[steps]]\ncodemod = "rename_symbol"\ntarget = "shop.models:Order"\nto = "Purchase"\n'
    files = {
        "shop/__init__.py": "", "shop/models.py": "class Order:\n    pass\n",
        "steps.toml": steps, "settings.toml": 'model = "shop.models:Order"\nlabel = "an Order"\n',
    }  # fmt: skip
    root = project(tmp_path / "project", files, monkeypatch)
    code, out, _ = overhaul("migrate", "steps.toml", "--write")
    assert code == 0 and "steps.toml" not in out
    assert "settings.toml" in out, "other files that speak of it are told, or follow"
    assert (root / "steps.toml").read_text() == steps
    # What is asked for by a file that lies elsewhere concerns all files of the project.
    overhaul("undo")
    (tmp_path / "again.toml").write_text(steps)
    assert "steps.toml" in overhaul("migrate", str(tmp_path / "again.toml"))[1]
