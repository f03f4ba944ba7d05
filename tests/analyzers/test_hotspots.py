"""Modules where changes are dear."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.redundancy import ChangeHistory, Hotspot
from overhaul.survey import Survey, survey
from overhaul.testing import InProcess, table

COMPLEX = "def work(a, b):\n" + "".join(f"    if a == {n}:\n        return b\n" for n in range(12))
SIMPLE = "def work(a, b):\n    return a\n"


def committed(folder: Path, steps: Sequence[Mapping[str, str]]) -> None:
    """Files written and committed, one commit for each step; a day lies between two of them."""
    for number, files in enumerate(steps):
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content)
        day = f"2025-03-{number + 1:02}T12:00:00Z"
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": day,
            "GIT_COMMITTER_DATE": day,
        }  # fmt: skip
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "m")):
            subprocess.run(["git", *who, *words], cwd=folder, env=environment, check=True)


def shop(folder: Path) -> None:
    """`core` is complex, often changed and much imported; each of the others lacks one of the three."""
    imports = "from shop import core, calm, plain\n"
    users = {f"shop/user{n}.py": f"{imports}{SIMPLE}" for n in range(6)}
    first = {
        "shop/__init__.py": "", "shop/core.py": COMPLEX, "shop/calm.py": COMPLEX, "shop/plain.py": SIMPLE,
        "shop/lonely.py": COMPLEX, "tests/test_core.py": f"{imports}from shop import lonely\n{COMPLEX}", **users,
    }  # fmt: skip
    steps = [
        {
            "shop/core.py": f"{COMPLEX}# {n}\n", "shop/plain.py": f"{SIMPLE}# {n}\n",
            "shop/lonely.py": f"{COMPLEX}# {n}\n",
            "tests/test_core.py": f"{first['tests/test_core.py']}# {n}\n",
        }
        for n in range(4)
    ]  # fmt: skip
    committed(folder, [first, *steps])


def seen(folder: Path, store: Path | None = None) -> Survey:
    """A survey in this process."""
    return survey(folder, Config(), load_leaves(), store=store, executor=InProcess())


def test_a_hotspot_is_complex_and_often_changed_and_much_imported(tmp_path: Path) -> None:
    shop(tmp_path)
    (found,) = seen(tmp_path).rows(Hotspot)
    assert (found.module, found.path, found.name, found.line) == ("shop.core", "shop/core.py", "work", 1)
    assert (found.complexity, found.changes, found.authors, found.fan_in) == (13, 5, 1, 6)
    assert found.last == "2025-03-05"
    # Of ten modules three share the highest complexity, three the most changes; the three that are imported are equal.
    assert found.score == pytest.approx((0.85 * 0.85 * 0.5) ** (1 / 3), abs=1e-4)


def test_what_lacks_one_of_the_three_is_none(tmp_path: Path) -> None:
    shop(tmp_path)
    names = {row.module for row in seen(tmp_path).rows(Hotspot)}
    # calm: not changed; plain: not complex; lonely: imported by a test alone; test_core: a test.
    assert names.isdisjoint({"shop.calm", "shop.plain", "shop.lonely", "tests.test_core"})


def test_the_line_is_that_of_the_most_complex_function(tmp_path: Path) -> None:
    shop(tmp_path)
    small = "def easy(a):\n    return a\n\nclass Core:\n    def run(self, a):\n        return a or 1\n"
    (tmp_path / "shop" / "core.py").write_text(small + COMPLEX)
    (found,) = seen(tmp_path).rows(Hotspot)
    assert (found.name, found.line, found.complexity) == ("work", 7, 16)


def test_there_are_none_without_a_history_and_one_line_says_why() -> None:
    files = {"shop/core.py": COMPLEX, "shop/user.py": "from shop import core\n"}
    assert table("hotspots", files) == []
    assert table("change_histories", files) == [ChangeHistory("", "", "", 0, 0, "no git repository")]
