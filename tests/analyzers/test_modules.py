"""The modules of a project."""

from typing import Any

from overhaul.testing import table


def test_modules_have_their_dotted_name_and_their_file() -> None:
    files = {"shop/__init__.py": "", "shop/till.py": "", "shop/data/notes.txt": "", "README.md": "", "tool.py": ""}
    rows: list[Any] = table("modules", files)
    assert [(row.module, row.path, row.kind, row.package) for row in rows] == [
        ("shop", "shop/__init__.py", "source", True), ("shop.till", "shop/till.py", "source", False),
        ("tool", "tool.py", "source", False),
    ]  # fmt: skip


def test_a_source_layout_does_not_show_in_the_names() -> None:
    rows: list[Any] = table("modules", {"pyproject.toml": "", "src/shop/__init__.py": "", "src/shop/till.py": ""})
    assert [row.module for row in rows] == ["shop", "shop.till"]


def test_a_stub_alone_is_a_module_and_one_beside_its_source_is_not_told_twice() -> None:
    rows: list[Any] = table("modules", {"a.py": "", "a.pyi": "", "b.pyi": ""})
    assert [(row.module, row.kind) for row in rows] == [("a", "source"), ("b", "stub")]
