"""Where a project begins, and whose its files are."""

import os
from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.commands.workspace import Flags, open_workspace
from overhaul.config import load_config
from overhaul.ledger import ledger_file
from overhaul.standing import home, ours

LEAF = 'from pathlib import Path\n\nPath(__file__).with_name("ran").touch()\n'
Captured = pytest.CaptureFixture[str]
SOMEBODY = 65534
only_root = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a file away")


@pytest.fixture
def above(tmp_path: Path) -> Path:
    """A folder with settings and leaves, above a project that is no git repository."""
    (tmp_path / "leaves").mkdir()
    (tmp_path / "leaves" / "mine.py").write_text(LEAF)
    (tmp_path / "overhaul.toml").write_text('leaves = ["leaves"]\nignore = ["import_cycle"]\n')
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.py").write_text("one = 1\n")
    return tmp_path


def give_away(*paths: Path) -> None:
    for path in paths:
        os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)


@only_root
def test_settings_above_the_project_that_belong_to_another_user_do_not_count_and_are_named(
    above: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    give_away(above / "overhaul.toml", above / "leaves", above / "leaves" / "mine.py")
    monkeypatch.chdir(above / "project")
    assert run(["check"]) == 0
    assert f"{above / 'overhaul.toml'} does not count, because it belongs to another user" in capsys.readouterr().err
    assert not (above / "leaves" / "ran").exists()
    # Whoever names them wants them.
    assert run(["check", "--config", str(above / "overhaul.toml")]) == 0
    assert (above / "leaves" / "ran").exists()


@only_root
def test_settings_of_ones_own_above_the_project_count(above: Path) -> None:
    workspace = open_workspace(above / "project", Flags(), here=above / "project")
    assert workspace.config.ignore == ("import_cycle",)
    assert (workspace.left_out, workspace.config.passed_over) == ((), ())
    assert (above / "leaves" / "ran").exists()


@only_root
def test_another_user_s_project_has_its_settings_and_its_leaves_are_left_out(above: Path) -> None:
    # As in a container, where one is root and the checkout is somebody's.
    give_away(above / "project", above / "overhaul.toml", above / "leaves", above / "leaves" / "mine.py")
    workspace = open_workspace(above / "project", Flags(), here=above / "project")
    assert workspace.config.ignore == ("import_cycle",)
    assert workspace.left_out == ("leaves",) and "overhaul.toml belongs to another user" in workspace.why
    assert not (above / "leaves" / "ran").exists()


@only_root
@pytest.mark.parametrize("given", ["leaves", "leaves/mine.py", "leaves/_more.py"])
def test_no_leaf_runs_from_a_folder_where_anything_belongs_to_another_user(
    above: Path, given: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (above / given).touch()
    give_away(above / given)
    monkeypatch.chdir(above)
    assert run(["check"]) == 0
    said = capsys.readouterr().err
    assert f"leaves in leaves were left out, because {above / given} belongs to another user" in said
    assert not (above / "leaves" / "ran").exists()


@only_root
def test_a_broken_settings_file_of_another_user_breaks_nothing(above: Path) -> None:
    (above / "overhaul.toml").unlink()
    (above / "pyproject.toml").write_text("[tool.overhaul\n")
    give_away(above / "pyproject.toml")
    assert load_config(above / "project").passed_over == (str(above / "pyproject.toml"),)
    (above / "pyproject.toml").write_text("[tool.other\n")
    assert load_config(above / "project").passed_over == ()


@only_root
def test_who_has_become_root_by_sudo_still_has_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_away(tmp_path)
    assert not ours(tmp_path)
    monkeypatch.setenv("SUDO_UID", str(SOMEBODY))
    assert ours(tmp_path)


@only_root
def test_a_link_of_another_user_to_a_file_of_ones_own_is_not_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    (tmp_path / "link").symlink_to("mine")
    assert ours(tmp_path / "link")
    give_away(tmp_path / "link")
    assert not ours(tmp_path / "link")


def test_ledger_and_store_lie_beside_the_settings_only_when_these_lie_at_or_above_the_project(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "project").mkdir(parents=True)
    (top / ".git").mkdir()
    elsewhere = tmp_path / "elsewhere" / "overhaul.toml"
    elsewhere.parent.mkdir()
    elsewhere.touch()
    assert home(str(elsewhere), top / "project") == top
    assert home(str(top / "project" / "overhaul.toml"), top / "project") == top / "project"
    assert home(str(tmp_path / "overhaul.toml"), top / "project") == tmp_path
    assert home("", top / "project") == top
    assert ledger_file(load_config(top, elsewhere), top) == top / "overhaul-baseline.txt"


def test_with_settings_from_elsewhere_renames_and_deletions_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "cfg").mkdir()
    (tmp_path / "cfg" / "oh.toml").write_text("jobs = 1\n")
    project = tmp_path / "project"
    (project / "pkg").mkdir(parents=True)
    (project / ".git").mkdir()
    (project / "pkg" / "__init__.py").touch()
    (project / "pkg" / "a.py").write_text("from pkg import nope\n")
    monkeypatch.chdir(project)
    assert run(["baseline", "-q", "--config", "../cfg/oh.toml"]) == 0
    assert [file.name for file in (tmp_path / "cfg").iterdir()] == ["oh.toml"]
    (project / "pkg" / "a.py").rename(project / "pkg" / "z.py")
    assert run(["check", "--config", "../cfg/oh.toml", "--update"]) == 0
    assert capsys.readouterr().out.endswith("0 new, 1 inherited, 0 fixed\n")
    (project / "pkg" / "z.py").unlink()
    assert run(["check", "-q", "--config", "../cfg/oh.toml"]) == 1


@pytest.mark.parametrize("name", [".git/hooks/pre-commit", ".git/info/attributes", "sub/../.git/config2", ".GIT/x"])
def test_the_baseline_is_never_written_into_the_git_directory(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    for folder in (".git/hooks", ".git/info", "sub", ".GIT"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "a.py").write_text("one = 1\n")
    (tmp_path / "overhaul.toml").write_text(f'baseline = "{name}"\n')
    monkeypatch.chdir(tmp_path)
    assert run(["baseline"]) == 2
    assert "`baseline` lies in the git directory" in capsys.readouterr().err
    assert not (tmp_path / name).exists()
