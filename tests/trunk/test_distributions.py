"""What is installed, asked without importlib.metadata, is what importlib.metadata says."""

import sys
from importlib import metadata
from pathlib import Path

import pytest

from overhaul.distributions import provides_entry_points, version


@pytest.mark.parametrize("name", ["libcst", "msgspec", "click"])
def test_a_version_is_the_one_that_python_knows(name: str) -> None:
    assert version(name) == metadata.version(name)


def test_a_distribution_that_is_not_installed_has_no_version() -> None:
    with pytest.raises(metadata.PackageNotFoundError):
        version("no_distribution_of_that_name")


def test_groups_of_entry_points_are_found_by_their_whole_name() -> None:
    assert provides_entry_points("console_scripts")
    assert not provides_entry_points("console_script")
    assert not provides_entry_points("overhaul.leaves.of_nobody")


def test_an_installed_distribution_with_leaves_is_seen_and_a_missing_folder_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = "overhaul.test_leaves"
    monkeypatch.setattr(sys, "path", [str(tmp_path / "missing"), str(tmp_path / "site"), *sys.path])
    assert not provides_entry_points(group)
    folder = tmp_path / "site" / "more-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text(f"[{group}]\nmore = more.leaves\n")
    assert provides_entry_points(group)
