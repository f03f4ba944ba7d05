"""What fixtures/projects/tradeframe implements twice is what its truth.toml says, and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.redundancy import NameFamily, Parallel
from overhaul.survey import Survey, survey
from overhaul.testing import InProcess

PROJECT = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"
TRUTH: dict[str, Any] = tomllib.loads((PROJECT / "truth.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def seen() -> Survey:
    return survey(PROJECT, Config(), load_leaves(), executor=InProcess())


def test_the_old_package_is_the_only_parallel(seen: Survey) -> None:
    rows = [row for row in seen.rows(Parallel) if row.confidence != "low"]
    assert [(row.first, row.second, row.subkind, row.confidence) for row in rows] == [
        ("tradeframe.performance", "tradeframe.core", "package", "high")
    ]


def test_its_interface_table_is_that_of_the_truth(seen: Survey) -> None:
    (row,) = (row for row in seen.rows(Parallel) if row.confidence != "low")
    found = {
        (one.first, one.first_path, one.first_line, one.second, one.second_path, one.second_line)
        for one in row.correspondences if one.first and one.second
    }  # fmt: skip
    assert found == {
        (one["old"], one["old_path"], one["old_line"], one["new"], one["new_path"], one["new_line"])
        for one in TRUTH["parallels"]
    }
    assert {one.second or one.first for one in row.correspondences if not (one.first and one.second)} == {
        "tradeframe.performance.benchmark_scenarios.BenchmarkScenarios.run_single_symbol",
        "tradeframe.performance.profiling_framework.SectionStats.add",
        "tradeframe.performance.profiling_framework.SectionStats.as_dict",
    }


def test_its_users_are_those_of_the_truth(seen: Survey) -> None:
    (row,) = (row for row in seen.rows(Parallel) if row.confidence != "low")
    paths = {seen.layout.modules[module].path for module in row.first_users}
    assert paths == {one["path"] for one in TRUTH["old_package_users"]}


def test_the_name_families_are_those_of_the_truth(seen: Survey) -> None:
    found = {
        row.pattern: {(one.module, one.name, one.path, one.line) for one in row.members}
        for row in seen.rows(NameFamily)
    }
    assert found == {
        one["pattern"]: {(each["module"], each["name"], each["path"], each["line"]) for each in one["members"]}
        for one in TRUTH["families"]
    }
