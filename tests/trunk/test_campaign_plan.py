"""The plan of tradeframe, from its audit: ten phases, items with commands that work, risk, and go or no-go."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from overhaul.campaign.drafting import drafted
from overhaul.campaign.model import Campaign, WorkItem
from overhaul.campaign.reading import read_campaign
from overhaul.campaign.weighing import PhaseRisk, risk_lines, weighed_phase
from overhaul.campaign.writing import new_text, renewed_text
from overhaul.config import load_config
from overhaul.leaves import load_leaves
from overhaul.project import Project
from overhaul.survey import survey
from overhaul.testing import InProcess

TRADEFRAME = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("plan") / "tradeframe"
    shutil.copytree(TRADEFRAME, copy, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return copy


@pytest.fixture(scope="module")
def project(root: Path) -> Project:
    return Project(survey(root, load_config(root), load_leaves(), executor=InProcess()))


@pytest.fixture(scope="module")
def campaign(project: Project) -> Campaign:
    return drafted(project, "Tradeframe")


def every(campaign: Campaign) -> Iterator[tuple[str, str, WorkItem]]:
    return ((phase.id, name, item) for phase in campaign.phases for name, item in phase.items.items())


def titles(campaign: Campaign, phase: str) -> list[str]:
    found = campaign.phase(phase)
    assert found is not None
    return [item.title for item in sorted(found.items.values(), key=lambda one: one.order)]


def weighed(project: Project, campaign: Campaign, phase: str) -> PhaseRisk:
    found = campaign.phase(phase)
    assert found is not None
    return weighed_phase(project, campaign, found)


def test_sixteen_managers_in_four_tiers_are_one_item(campaign: Campaign) -> None:
    assert titles(campaign, "managers") == [
        "Let a factory build the 16 managers of TradingApp.initialize, in 4 tiers: 241 lines become one call"
    ]


def test_three_cache_classes_become_one_item_and_each_hand_written_one_has_its_own(campaign: Campaign) -> None:
    found = titles(campaign, "caches")
    assert "Make one cache of GreeksCache, SharedCache and QuoteCache" in found
    assert sum(title.startswith("Put the cache written by hand") for title in found) == 3


def test_saves_come_before_the_machine_that_is_saved_is_registered(campaign: Campaign) -> None:
    found = titles(campaign, "state")
    save = found.index("Let CircuitBreakers.dump_state write beside the old file and replace it")
    assert save < found.index("Register CircuitBreakers.state with a coordinator (3 states)")
    assert sum(title.startswith("Register ") for title in found) == 4


def test_the_ring_that_fails_in_every_order_comes_first(campaign: Campaign) -> None:
    first, second = titles(campaign, "cycles")
    assert "fails in every order: cut 1 import" in first
    assert "fails when tradeframe.risk.exposure comes first" in second


def test_a_phase_with_nothing_to_do_is_not_needed_and_says_why(campaign: Campaign) -> None:
    family = campaign.phase("family")
    assert family is not None
    assert not family.needed
    assert not family.items
    assert family.why == ("count(custom_roles) > 1: count(custom_roles) is 0",)


def test_objectives_are_sentences_with_the_numbers_of_the_items(campaign: Campaign) -> None:
    state = campaign.phase("state")
    assert state is not None
    assert state.objectives[1] == "7 items (7 small) in 5 files."
    assert state.objectives[2] == f"First: {titles(campaign, 'state')[0]}."


def test_items_are_numbered_from_one_and_none_stands_before_what_it_needs(campaign: Campaign) -> None:
    order = {name: (phase.number, item.order) for phase in campaign.phases for name, item in phase.items.items()}
    for phase in campaign.phases:
        assert sorted(item.order for item in phase.items.values()) == list(range(1, len(phase.items) + 1))
    for _, name, item in every(campaign):
        assert all(order[one] < order[name] for one in item.after)


def test_identities_tell_their_phase_and_no_two_are_the_same(campaign: Campaign) -> None:
    names = [name for _, name, _ in every(campaign)]
    assert len(names) == len(set(names)) > 30
    assert all(name.startswith(f"{phase}-") for phase, name, _ in every(campaign))


def test_every_place_is_there(campaign: Campaign, root: Path) -> None:
    for _, _, item in every(campaign):
        assert all((root / where.partition(":")[0]).exists() for where in item.where), item.title


def test_every_test_file_that_verifies_an_item_is_there(campaign: Campaign, root: Path) -> None:
    files = [word for _, _, item in every(campaign) for one in item.verify for word in shlex.split(one)[3:]]
    assert len(files) > 30
    assert all((root / file).is_file() for file in files)


def test_tests_that_are_written_break_nothing_and_what_changes_code_may(campaign: Campaign) -> None:
    for phase, _, item in every(campaign):
        if phase == "tests":
            assert (item.functionality, item.performance, item.integration) == (0, 0, 0)
    assert {item.risk > 0 for phase, _, item in every(campaign) if phase in ("caches", "state", "managers")} == {True}


def test_a_second_plan_changes_no_byte(campaign: Campaign, project: Project) -> None:
    again = drafted(project, "Tradeframe")
    text = new_text(campaign)
    assert new_text(again) == text
    assert renewed_text(text, campaign, again) == text


def test_the_risk_of_a_phase_is_that_of_the_plan_while_nothing_has_changed(
    campaign: Campaign, project: Project
) -> None:
    for phase in campaign.phases:
        found = weighed_phase(project, campaign, phase)
        assert found.overall == phase.risk
        assert len(found.items) == len(phase.items)


def test_a_phase_goes_below_the_limit_of_the_campaign_and_not_at_it(campaign: Campaign, project: Project) -> None:
    at = weighed(project, campaign, "managers").overall
    assert not weighed(project, replace(campaign, risk_limit=at), "managers").go
    assert weighed(project, replace(campaign, risk_limit=at + 0.01), "managers").go


def test_items_at_the_limit_are_named_with_what_would_lower_them(campaign: Campaign, project: Project) -> None:
    found = weighed(project, campaign, "caches")
    assert not found.go
    lines = list(risk_lines(found, 2))
    assert lines[0].endswith("NO-GO (below 0.30 it goes)")
    assert any("NO-GO" in line and "Make one cache of" in line for line in lines)
    assert any("(go)" in line and "->" in line for line in lines)
    assert lines[-1].startswith("  With all of these mitigations the phase comes to ")


def test_in_detail_every_part_is_told_with_what_was_counted(campaign: Campaign, project: Project) -> None:
    found = weighed(project, campaign, "managers")
    lines = list(risk_lines(found, 4, detailed=True))
    assert any("functionality: users" in line for line in lines)
    assert any("complexity: decisions" in line for line in lines)


def test_what_an_audit_does_not_draft_any_more_is_done_and_weighs_nothing(
    campaign: Campaign, project: Project
) -> None:
    managers = campaign.phase("managers")
    assert managers is not None
    gone = replace(managers, items={"managers-0000000000": WorkItem(title="Done", risk=0.9)})
    found = weighed_phase(project, campaign, gone)
    assert (found.done, found.items, found.overall, found.go) == (1, (), 0.0, True)
    assert list(risk_lines(found, 4)) == ["Risk: nothing of the plan is left to do."]


def test_an_item_of_somebodys_own_weighs_what_was_written(campaign: Campaign, project: Project) -> None:
    managers = campaign.phase("managers")
    assert managers is not None
    own = WorkItem(title="Tell the desk", risk=0.8, own=True)
    found = weighed_phase(project, campaign, replace(managers, items={**managers.items, "tell": own}))
    assert found.over[0].name == "tell"
    assert found.overall > weighed(project, campaign, "managers").overall
    ended = weighed_phase(project, campaign, replace(managers, items={"tell": replace(own, done=True)}))
    assert (ended.done, ended.items) == (1, ())


@pytest.mark.slow
def test_every_command_works_as_it_stands(campaign: Campaign, root: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1"}
    for command in sorted({item.command for _, _, item in every(campaign)}):
        program, *words = shlex.split(command)
        assert program == "overhaul"
        done = subprocess.run(
            [sys.executable, "-m", "overhaul", *words], cwd=root, env=environment, capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip
        # A check that finds what the item says exits with 1.
        assert done.returncode == (1 if words[0] == "check" else 0), f"{command}: {done.stderr}"
        assert "nothing to propose" not in done.stderr, command


def test_the_file_is_read_as_it_was_written(campaign: Campaign, tmp_path: Path) -> None:
    file = tmp_path / "overhaul-campaign.toml"
    file.write_text(new_text(campaign), "utf-8")
    assert replace(read_campaign(file), source="") == campaign


def test_items_that_come_back_stand_as_if_they_had_never_gone(campaign: Campaign) -> None:
    fewer = replace(campaign, phases=tuple(
        replace(one, items=dict(list(one.items.items())[:-1])) if one.id in ("caches", "state") else one
        for one in campaign.phases
    ))  # fmt: skip
    assert renewed_text(new_text(fewer), fewer, campaign) == new_text(campaign)
