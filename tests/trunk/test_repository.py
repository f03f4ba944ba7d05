"""The repository that a folder stands in: what is found, and what is refused."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from overhaul.repository import Repository, repository

HASH = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, *words: str) -> str:
    """Run git as its user would, with nothing of this machine's settings."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_AUTHOR_DATE": "2024-05-01T12:00:00Z", "GIT_COMMITTER_DATE": "2024-05-01T12:00:00Z",
    }  # fmt: skip
    done = subprocess.run(["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A work tree with one commit."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.py").write_text("x = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def head(folder: Path) -> str:
    """The commit that HEAD is found to be."""
    found = repository(folder)
    assert isinstance(found, Repository), found
    return found.head


def test_a_folder_outside_of_any_work_tree_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    assert repository(tmp_path) == "no git repository"


def test_a_folder_below_the_top_knows_where_it_is(project: Path) -> None:
    (project / "src" / "shop").mkdir(parents=True)
    found = repository(project / "src" / "shop")
    assert isinstance(found, Repository)
    assert found.prefix == "src/shop"
    assert found.objects == project.resolve() / ".git" / "objects"
    assert found.head == git(project, "rev-parse", "HEAD")


def test_a_single_file_stands_in_its_folder(project: Path) -> None:
    found = repository(project / "a.py")
    assert isinstance(found, Repository) and found.prefix == ""


def test_packed_references_are_read(project: Path) -> None:
    git(project, "branch", "domain")
    git(project, "pack-refs", "--all")
    assert not (project / ".git" / "refs" / "heads" / "main").exists()
    assert head(project) == git(project, "rev-parse", "HEAD")


def test_a_reference_that_only_ends_like_the_wanted_one_is_another(project: Path) -> None:
    wanted = git(project, "rev-parse", "HEAD")
    git(project, "pack-refs", "--all")
    packed = project / ".git" / "packed-refs"
    others = f"{HASH} refs/heads/domain\n{HASH} refs/remotes/o/refs/heads/main\n"
    packed.write_text(others + packed.read_text())
    assert head(project) == wanted


def test_a_detached_head_is_the_commit_itself(project: Path) -> None:
    git(project, "checkout", "-q", "--detach")
    assert head(project) == git(project, "rev-parse", "HEAD")


def test_a_branch_without_commits_is_said_so(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert repository(tmp_path) == "there is no commit yet"


def test_a_second_work_tree_shares_the_objects_of_the_first(project: Path, tmp_path: Path) -> None:
    git(project, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    found = repository(tmp_path / "side")
    assert isinstance(found, Repository)
    assert found.objects == project.resolve() / ".git" / "objects"
    assert found.head == git(project, "rev-parse", "side")


def test_a_work_tree_that_another_repository_does_not_know_of_is_refused(project: Path, tmp_path: Path) -> None:
    git(project, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "stranger").mkdir()
    (tmp_path / "stranger" / ".git").write_text((tmp_path / "side" / ".git").read_text())
    assert repository(tmp_path / "stranger") == ".git names a git directory that does not belong to this work tree"


def test_a_submodule_is_read_from_the_directory_of_the_project_around_it(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(project), "part")
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "part"), "part")
    found = repository(project / "part")
    assert isinstance(found, Repository)
    assert found.objects == project.resolve() / ".git" / "modules" / "part" / "objects"


def test_a_file_that_names_a_git_directory_elsewhere_is_not_followed(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").write_text(f"gitdir: {project / '.git'}\n")
    assert repository(other) == ".git names a git directory elsewhere, which is not followed"


@pytest.mark.parametrize("text", ["", "gitdir:", "ref: refs/heads/main", "x" * 5000])
def test_a_file_that_names_nothing_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").write_text(text)
    assert isinstance(repository(tmp_path), str)


def test_links_in_the_place_of_the_git_directory_or_its_parts_are_not_followed(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").symlink_to(project / ".git")
    assert repository(other) == ".git is a link, which is not followed"
    (other / ".git").unlink()
    (other / ".git").mkdir()
    (other / ".git" / "HEAD").write_text(f"{HASH}\n")
    (other / ".git" / "objects").symlink_to(project / ".git" / "objects")
    assert repository(other) == "objects in the git directory is no folder of its own"
    (other / ".git" / "objects").unlink()
    (other / ".git" / "objects").mkdir()
    (other / ".git" / "HEAD").unlink()
    (other / ".git" / "HEAD").symlink_to(project / ".git" / "HEAD")
    assert repository(other) == "HEAD in the git directory is a link, which is not followed"


def test_objects_of_another_repository_are_not_borrowed(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--shared", str(project), "borrower")
    said = repository(tmp_path / "borrower")
    assert said == "the objects stand in another repository (objects/info/alternates), which is not followed"


def test_a_pipe_is_not_waited_for(project: Path) -> None:
    (project / ".git" / "HEAD").unlink()
    os.mkfifo(project / ".git" / "HEAD")
    assert repository(project) == "HEAD in the git directory is no plain file"


@pytest.mark.parametrize(
    "text",
    [
        "ref: refs/heads/../../../secret", "ref: /etc/passwd", "ref: refs/heads/.hidden", "ref: refs/heads/a\x07b",
        "ref: refs", "0123456789abcdef", HASH.upper(), "", "ref: refs/heads/" + "a" * 201, "\udcff\udcfe",
    ],
)  # fmt: skip
def test_a_head_that_is_no_name_of_a_branch_or_commit_is_refused(project: Path, text: str) -> None:
    (project / ".git" / "HEAD").write_text(text, errors="surrogateescape")
    assert repository(project) == "HEAD names no branch or commit"


def test_references_that_lead_to_each_other_end(project: Path) -> None:
    heads = project / ".git" / "refs" / "heads"
    (heads / "main").write_text("ref: refs/heads/two\n")
    (heads / "two").write_text("ref: refs/heads/main\n")
    assert repository(project) == "HEAD leads from one reference to the next without end"


def test_a_folder_of_references_that_leads_out_is_not_entered(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "main").write_text(f"{HASH}\n")
    heads = project / ".git" / "refs" / "heads"
    (heads / "main").unlink()
    (heads / "far").symlink_to(outside)
    (project / ".git" / "HEAD").write_text("ref: refs/heads/far/main\n")
    assert repository(project) == "there is no commit yet"


def test_a_file_that_is_too_large_is_refused(project: Path) -> None:
    (project / ".git" / "HEAD").write_text(" " * 5000 + HASH)
    assert repository(project) == "HEAD in the git directory is too large"


def test_a_reftable_is_said_to_be_one(project: Path) -> None:
    (project / ".git" / "reftable").mkdir()
    assert repository(project) == "the references are kept as a reftable, which is not read"


def test_a_git_directory_that_cannot_be_read_is_said_so(project: Path) -> None:
    (project / ".git" / "HEAD").unlink()
    said = repository(project)
    assert isinstance(said, str) and said.startswith("the git directory cannot be read (")
