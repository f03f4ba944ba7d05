"""The managers of fixtures/projects/tradeframe are those of its truth.toml, in their tiers, and no others."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from overhaul.config import Config
from overhaul.inventory import BuildStep, Manager, StatePersistence
from overhaul.leaves import load_leaves
from overhaul.survey import Survey, survey
from overhaul.testing import InProcess

PROJECT = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"
TRUTH: dict[str, Any] = tomllib.loads((PROJECT / "truth.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    return survey(PROJECT, Config(), load_leaves(), executor=InProcess())


@pytest.fixture(scope="module")
def managers(seen: Survey) -> dict[str, Manager]:
    return {row.name: row for row in seen.rows(Manager) if row.confidence != "low"}


def test_there_are_these_managers_and_no_others(managers: dict[str, Manager]) -> None:
    assert {(row.path, row.name, row.line) for row in managers.values()} == {
        (one["path"], one["name"], one["line"]) for one in TRUTH["managers"]
    }


@pytest.mark.parametrize("one", TRUTH["managers"], ids=lambda one: one["name"])
def test_each_has_its_subkind_tier_dependencies_and_place_of_construction(
    one: dict[str, Any], managers: dict[str, Manager]
) -> None:
    row = managers[one["name"]]
    assert (row.subkind, row.module, row.tier) == (one["subkind"], one["module"], one["tier"])
    assert {name.rpartition(".")[2] for name in row.depends_on} == set(one["depends_on"])
    assert (one["constructed_path"], one["constructed_line"]) in {(site.path, site.line) for site in row.constructed}
    assert set(one["life_cycle"]) <= set(row.life_cycle)
    assert row.evidence and row.purpose


@pytest.mark.parametrize("one", TRUTH["not_managers"], ids=lambda one: one["name"])
def test_what_only_looks_like_one_is_none(one: dict[str, Any], seen: Survey) -> None:
    row = next((row for row in seen.rows(Manager) if (row.path, row.name) == (one["path"], one["name"])), None)
    assert row is None or row.confidence == "low"


def test_they_are_built_in_the_order_of_the_truth(seen: Survey) -> None:
    steps = [row for row in seen.rows(BuildStep) if row.function.endswith("TradingApp.initialize")]
    ordered = [one for one in TRUTH["managers"] if "construction_order" in one]
    wanted = sorted(ordered, key=lambda one: one["construction_order"])
    assert [row.component.rpartition(".")[2] for row in steps] == [one["name"] for one in wanted]
    assert [row.target for row in steps] == [one["attribute"] for one in wanted]
    for step, one in zip(steps, wanted, strict=True):
        assert {name.rpartition(".")[2] for name in step.needs} == set(one["depends_on"])


def test_its_state_persistence_is_that_of_the_truth(seen: Survey) -> None:
    rows = {row.name: row for row in seen.rows(StatePersistence)}
    assert rows.keys() == {one["name"] for one in TRUTH["persistences"]}
    for one in TRUTH["persistences"]:
        row = rows[one["name"]]
        assert (row.path, row.line, row.module, row.write, row.complete) == (
            one["path"], one["line"], one["module"], one["write"], one["complete"],
        )  # fmt: skip
        assert {(member.name, member.path, member.line) for member in row.members} == {
            (member["name"], member["path"], member["line"]) for member in one["members"]
        }
        assert row.damaged == one.get("damaged", "")
        assert (row.confidence == "low") == (not one["complete"])
