"""What is worth doing next, from source to row."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from overhaul.config import Config, Justification
from overhaul.redundancy import Consolidation, NextStep
from overhaul.testing import table

PROJECT = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tradeframe"

BODY = """
    total = 0
    for index, {x} in enumerate({xs}):
        if {x} is None:
            continue
        if {x}.amount < 0:
            raise ValueError("negative amount")
        total += {x}.amount * (index + 1)
        if total > {limit}:
            total = {limit}
            break
    return total
"""


def steps(files: dict[str, str], config: Config | None = None) -> list[NextStep]:
    return [row for row in table("next_steps", files, config) if isinstance(row, NextStep)]


def kinds(files: dict[str, str]) -> list[str]:
    return [step.kind for step in steps(files)]


def copied(name: str, *, x: str = "row", limit: int = 100) -> str:
    return f"def {name}({x}s):{BODY.format(x=x, xs=f'{x}s', limit=limit)}\n"


@pytest.fixture(scope="module")
def rows() -> Sequence[NextStep]:
    """The steps of the fixture."""
    return steps({
        file.relative_to(PROJECT).as_posix(): file.read_text("utf-8")
        for file in sorted(PROJECT.rglob("*"))
        if file.suffix in (".py", ".toml") and ".overhaul" not in file.parts and file.name != "truth.toml"
    })  # fmt: skip


def test_the_five_first_steps_of_the_fixture_are_those_that_one_would_take(rows: Sequence[NextStep]) -> None:
    assert [(step.kind, step.places) for step in rows[:5]] == [
        ("cut_ring", 1), ("unify", 10), ("write_out", 7), ("cut_ring", 1), ("unify", 3),
    ]  # fmt: skip
    assert "`tradeframe.legacy.fix_codec`" in rows[0].title, "whichever is imported first, it fails"
    assert "`tradeframe.core` and `tradeframe.performance`" in rows[1].title
    assert "Make one cache of 3" in rows[4].title


def test_every_number_can_be_computed_from_the_parts_that_are_shown(rows: Sequence[NextStep]) -> None:
    for step in rows:
        assert step.worth == pytest.approx(sum(gain.number * gain.each for gain in step.gains))
        assert step.risk == pytest.approx(sum(doubt.weight * doubt.value for doubt in step.doubts), abs=0.002)
        assert sum(doubt.weight for doubt in step.doubts) == pytest.approx(1)
        assert step.priority == pytest.approx(step.worth * (1 - step.risk), abs=0.06)
        assert step.files <= step.places and len(step.spots) == step.places
    assert [step.rank for step in rows] == list(range(1, len(rows) + 1))
    assert [step.priority for step in rows] == sorted((step.priority for step in rows), reverse=True)


def test_a_step_is_known_by_what_it_is_about_and_not_by_lines() -> None:
    files = {"a.py": copied("pay"), "b.py": copied("owe")}
    moved = {path: f"# One more line.\n\n{text}" for path, text in files.items()}
    assert [step.identity for step in steps(files)] == [step.identity for step in steps(moved)]


def test_three_copies_of_a_module_are_one_step() -> None:
    account = "class Account:\n    def close(self):\n        return 1\n"
    module = copied("pay") + copied("owe", x="debt", limit=7) + account
    step = steps({f"{name}/ledger.py": module for name in ("one", "two", "three")})[0]
    assert step.kind == "unify"
    assert {spot.path for spot in step.spots} == {"one/ledger.py", "two/ledger.py", "three/ledger.py"}


def test_duplicates_between_the_same_two_modules_are_one_step() -> None:
    both = copied("pay") + copied("owe", x="debt", limit=7).replace("* (index + 1)", "- index ** 2 // 3")
    (step,) = steps({"a.py": both, "b.py": both})
    assert len(step.subjects) > 1 or any("parallel" in one.key for one in step.subjects)


def test_a_ring_that_fails_comes_before_a_larger_one_that_holds() -> None:
    fails = {"x.py": "from y import B\nA = 1\n", "y.py": "from x import A\nB = 1\n"}
    source = "import p{0}\ndef f():\n    return p{0}.f\n"
    holds = {f"p{number}.py": source.format((number + 1) % 8) for number in range(8)}
    first, second = steps(fails | holds)
    assert (first.kind, second.kind) == ("cut_ring", "cut_ring")
    assert "`x` and `y`" in first.title and "8 modules" in second.title
    assert second.subjects[0].key == tuple(sorted(f"p{number}" for number in range(8)))


def test_a_ring_of_typing_alone_is_no_step() -> None:
    guarded = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {}\n"
    assert kinds({"a.py": guarded.format("b"), "b.py": "import a\n"}) == []


def test_a_cache_that_grows_for_ever_is_a_step_and_one_with_a_size_is_none() -> None:
    source = "import functools\n\n@functools.lru_cache(maxsize={})\ndef read(key: str) -> int:\n    return len(key)\n"
    assert kinds({"a.py": source.format("None")}) == ["bound_caches"]
    assert kinds({"a.py": source.format("64")}) == []
    assert kinds({"tests/test_a.py": source.format("None")}) == [], "tests end before it grows"


def test_a_cache_that_answers_with_old_values_is_a_step_unless_it_is_dropped() -> None:
    source = """
class Cart:
    def __init__(self):
        self.lines = []
        self._total = None

    def add(self, line):
        self.lines.append(line)
        {then}

    def total(self):
        if self._total is None:
            self._total = sum(line.price for line in self.lines)
        return self._total
"""
    assert kinds({"a.py": source.format(then="pass")}) == ["renew_caches"]
    assert kinds({"a.py": source.format(then="self._total = None")}) == []


def test_a_state_file_that_is_overwritten_is_a_step_and_one_that_is_replaced_is_none() -> None:
    source = """
import json, os

class Book:
    def save_state(self, path):
        with open({target}, "w") as stream:
            json.dump(self.orders, stream)
        {then}

    def load_state(self, path):
        with open(path) as stream:
            self.orders = json.load(stream)
"""
    assert "save_atomically" in kinds({"a.py": source.format(target="path", then="pass")})
    atomic = source.format(target='path + ".new"', then='os.replace(path + ".new", path)')
    assert "save_atomically" not in kinds({"a.py": atomic})


def test_what_is_kept_on_purpose_is_no_step() -> None:
    files = {"a.py": copied("pay"), "b.py": copied("owe")}
    (row,) = [row for row in table("consolidations", files) if isinstance(row, Consolidation)]
    reason = Justification(group=row.identity, reason="they must change apart")
    assert kinds(files) == ["unify"]
    assert steps(files, Config(justified=(reason,))) == []


def test_an_import_of_what_is_not_there_is_a_step_unless_its_failure_is_handled() -> None:
    assert kinds({"p/__init__.py": "", "p/a.py": "from p.b import gone\n", "p/b.py": "x = 1\n"}) == ["repair_imports"]
    handled = "try:\n    from p.b import gone\nexcept ImportError:\n    gone = None\n"
    assert kinds({"p/__init__.py": "", "p/a.py": handled, "p/b.py": "x = 1\n"}) == []


def test_a_sound_project_has_no_step() -> None:
    double = "def double(x: int) -> int:\n    return 2 * x\n"
    assert kinds({"a.py": double, "b.py": "import a\n\nFOUR = a.double(2)\n"}) == []
