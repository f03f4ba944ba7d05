"""Which file of the project a frame is, wherever the profile was taken."""

from pathlib import Path

import pytest

from overhaul.profiles.model import Frame
from overhaul.profiles.where import Project, Spot

MODULES = {
    "src/shop/__init__.py": "shop",
    "src/shop/orders.py": "shop.orders",
    "src/shop/queue.py": "shop.queue",
    "src/shop/logging/__init__.py": "shop.logging",
    "start.py": "start",
}


def spot(file: str, *others: str, root: Path | None = None) -> Spot:
    return Project(root, MODULES).spots([Frame(file, "f", 1), *(Frame(other, "f", 1) for other in others)])[0]


@pytest.mark.parametrize(
    "file",
    [
        "/srv/app/src/shop/orders.py",
        "/other/place/shop/orders.py",
        "/srv/lib/shop/orders.py",
        "C:\\build\\src\\shop\\orders.py",
        "/srv/venv/lib/python3.12/site-packages/shop/orders.py",
        "shop/orders.py",
        "src/shop/orders.py",
    ],
)
def test_a_file_is_known_wherever_it_was_profiled(file: str) -> None:
    assert spot(file) == Spot("shop.orders", "src/shop/orders.py", own=True)


@pytest.mark.parametrize(
    ("file", "module"),
    [
        ("/usr/lib/python3.12/queue.py", "queue"),
        ("/usr/lib/python3.12/logging/__init__.py", "logging"),
        ("/usr/lib64/python3/queue.py", "queue"),
        ("C:\\Python312\\Lib\\logging\\handlers.py", "logging.handlers"),
        ("/srv/venv/lib/python3.12/site-packages/pandas/core/frame.py", "pandas.core.frame"),
        ("/srv/venv/lib/python3.12/site-packages/orders.py", "orders"),
        ("/usr/lib/python312.zip/logging/__init__.py", "logging"),
        ("<frozen posixpath>", "posixpath"),
        ("queue.py", "queue"),
        ("logging/__init__.py", "logging"),
    ],
)
def test_a_library_is_none_of_the_project_even_where_names_are_alike(file: str, module: str) -> None:
    assert spot(file) == Spot(module)


def test_a_script_beside_known_files_is_known_by_their_folder_and_else_by_nothing() -> None:
    assert spot("/srv/app/start.py", "/srv/app/src/shop/orders.py").path == "start.py"
    alone = spot("/srv/app/start.py")
    assert alone.path == "" and alone.own, "a mere name could be anybody's, but it is no library"


def test_a_file_below_the_root_is_known_without_guessing(tmp_path: Path) -> None:
    assert spot(f"{tmp_path.as_posix()}/start.py", root=tmp_path).path == "start.py"


def test_lines_are_read_from_the_project_and_only_where_there_are_any(tmp_path: Path) -> None:
    (tmp_path / "start.py").write_text("a = 1\n    log.info(a)\n")
    project = Project(tmp_path, MODULES)
    assert project.text("start.py", 2) == "log.info(a)"
    assert project.text("start.py", 3) == "" and project.text("start.py", 0) == ""
    assert project.text("src/shop/orders.py", 1) == "", "it has gone"
