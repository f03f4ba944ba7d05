"""Whose time it is: each second counts once, for the component that was asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.profiles.attribution import Attribution, attribute
from overhaul.profiles.evidence import project_at
from overhaul.profiles.matching import Components
from overhaul.profiles.matrix import function_shares
from overhaul.profiles.model import NOWHERE, Edge, Frame, Measured, Profile, Tree
from overhaul.profiles.reading import read_profile
from overhaul.profiles.where import Project
from overhaul.thresholds import BUILT_IN, ComponentPattern, Perf, wanted

OUTPUTS = Path(__file__).resolve().parents[2] / "fixtures" / "profiles" / "outputs"
PROJECT = Project(None, {"shop/loop.py": "shop.loop", "shop/handler.py": "shop.handler", "shop/rules.py": "shop.rules"})
LIBRARY = "/usr/lib/python3.12/"
PANDAS = "/usr/lib/python3.12/site-packages/pandas/core/"

RUN = Frame("shop/loop.py", "run", 3)
EMIT = Frame("shop/handler.py", "emit", 9)
PRICE = Frame("shop/rules.py", "price", 5)
INFO = Frame(f"{LIBRARY}logging/__init__.py", "info", 1479)
FLUSH = Frame("", "TextIOWrapper.flush", module="_io")
WRITEROW = Frame("", "writer.writerow", module="_csv")
PUT = Frame(f"{LIBRARY}queue.py", "put", 122)
TO_CSV = Frame(f"{PANDAS}generic.py", "to_csv", 3700)
CONCAT = Frame(f"{PANDAS}reshape/concat.py", "concat", 1)
DUMPS = Frame(f"{LIBRARY}json/__init__.py", "dumps", 183)


def stacks(*told: tuple[tuple[Frame, ...], float]) -> Profile:
    tree = Tree()
    for frames, spent in told:
        node = NOWHERE
        for frame in frames:
            node = tree.node(node, tree.frame(frame))
        tree.add(node, spent)
    return Profile(
        file="x", format="speedscope", kind="sampled", total=tree.total(), frames=tree.frames(), nodes=tree.nodes()
    )


def told(profile: Profile, perf: Perf | None = None, project: Project = PROJECT) -> Attribution:
    return attribute(profile, Components(wanted(perf or Perf())), project)


def shares(profile: Profile, perf: Perf | None = None, project: Project = PROJECT) -> Mapping[str, float]:
    names = [name for name, _ in wanted(perf or Perf())]
    found = zip(names, told(profile, perf, project).shares, strict=True)
    return {name: round(share, 3) for name, share in found if share}


def test_what_logging_does_is_logging_down_to_the_write() -> None:
    assert shares(stacks(((RUN, INFO, FLUSH), 3), ((RUN,), 1))) == {"logging": 0.75}


def test_a_write_of_the_project_s_own_is_none_of_logging() -> None:
    assert shares(stacks(((RUN, INFO), 2), ((RUN, WRITEROW), 1), ((RUN, FLUSH), 1))) == {
        "logging": 0.5,
        "file_writes": 0.5,
    }


def test_what_a_handler_of_the_project_writes_counts_once_and_as_what_it_is() -> None:
    profile = stacks(((RUN, INFO, EMIT, WRITEROW), 2), ((RUN, INFO, EMIT), 1), ((RUN, INFO), 1))
    assert shares(profile) == {"logging": 0.5, "file_writes": 0.5}, "the handler's own time is that of who called it"
    inclusive = told(profile).inclusive
    assert inclusive is not None and inclusive[0] == 1.0, "all of it is below logging"


def test_a_frame_that_is_written_as_csv_is_a_write_and_any_other_use_of_pandas_is_none() -> None:
    assert shares(stacks(((RUN, TO_CSV), 1), ((RUN, CONCAT), 1))) == {"file_writes": 0.5, "dataframes": 0.5}


def test_a_library_without_component_belongs_to_whoever_called_it() -> None:
    assert shares(stacks(((RUN, DUMPS), 1))) == {}
    assert shares(stacks(((RUN, INFO, DUMPS), 1))) == {"logging": 1.0}


def test_a_component_of_the_project_s_own_gives_way_to_what_it_calls() -> None:
    perf = Perf(components={"pricing": ComponentPattern(frames=("shop.rules",), threshold=0.3)})
    assert shares(stacks(((RUN, PRICE), 2), ((RUN, PRICE, INFO), 1), ((RUN,), 1)), perf) == {
        "pricing": 0.5,
        "logging": 0.25,
    }


def test_importing_a_library_is_no_use_of_it() -> None:
    module = Frame(f"{LIBRARY}logging/__init__.py", "<module>", 1)
    assert shares(stacks(((RUN, module), 2), ((RUN, module, INFO), 1), ((RUN, INFO), 1))) == {"logging": 0.25}
    own = Frame("shop/rules.py", "<module>", 1)
    perf = Perf(components={"pricing": ComponentPattern(frames=("shop.rules",), threshold=0.3)})
    assert shares(stacks(((own,), 1)), perf) == {"pricing": 1.0}, "a script is run by that"


def test_a_built_in_component_is_changed_by_what_the_settings_say_of_it_alone() -> None:
    changed = dict(wanted(Perf(components={"logging": ComponentPattern(threshold=0.1)})))["logging"]
    built_in = dict(BUILT_IN)["logging"]
    assert changed.threshold == 0.1
    assert (changed.frames, changed.priority, changed.advice) == (built_in.frames, "high", built_in.advice)
    off = dict(wanted(Perf(components={"logging": ComponentPattern(threshold=0)})))["logging"]
    assert off.threshold == 0, "it is listed, and nothing is decided"


def test_time_without_a_function_of_its_own_is_told_by_the_line(tmp_path: Path) -> None:
    """py-spy does not see what is written in C: its time is that of the line."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "loop.py").write_text("def run():\n    self._writer.writerow([1])\n    writerow = price()\n")
    project = Project(tmp_path, {"shop/loop.py": "shop.loop"})
    row = Frame("shop/loop.py", "run", 2, exact=True)
    other = Frame("shop/loop.py", "run", 3, exact=True)
    inexact = Frame("shop/loop.py", "run", 2)
    assert shares(stacks(((row,), 1), ((other,), 1), ((inexact,), 2)), project=project) == {"file_writes": 0.25}
    found = told(stacks(((row,), 1)), project=project)
    assert found.by_text[1] == 1.0, "which is said"
    assert [(site.path, site.line, site.exact) for site in found.sites[1]] == [("shop/loop.py", 2, True)]


def test_the_place_is_the_innermost_of_the_project_above_the_component() -> None:
    profile = stacks(((RUN, PRICE, INFO, FLUSH), 1), ((RUN, INFO), 3))
    sites = told(profile).sites[0]
    assert {(site.path, site.function): share for site, share in sites.items()} == {
        ("shop/rules.py", "price"): 0.25,
        ("shop/loop.py", "run"): 0.75,
    }


def graph(own: Mapping[Frame, float], *calls: tuple[Frame, Frame, float, float]) -> Profile:
    frames = tuple(own)
    return Profile(
        file="x", format="cprofile", kind="traced", total=sum(own.values()), frames=frames, own=tuple(own.values()),
        cumulative=tuple(own.values()),
        edges=tuple(
            Edge(frames.index(outer), frames.index(inner), alone, total) for outer, inner, alone, total in calls
        ),
    )  # fmt: skip


def test_without_stacks_time_is_shared_out_over_callers() -> None:
    profile = graph(
        {RUN: 1.0, INFO: 2.0, FLUSH: 4.0, WRITEROW: 1.0},
        (RUN, INFO, 2.0, 5.0), (INFO, FLUSH, 3.0, 3.0), (RUN, FLUSH, 1.0, 1.0), (RUN, WRITEROW, 1.0, 1.0),
    )  # fmt: skip
    assert shares(profile) == {"logging": 0.625, "file_writes": 0.25}, "three quarters of the flushes are logging's"


def test_functions_that_call_each_other_come_to_an_end() -> None:
    profile = graph(
        {RUN: 1.0, INFO: 1.0, EMIT: 1.0, DUMPS: 1.0},
        (RUN, INFO, 0.5, 2.0), (INFO, EMIT, 0.5, 1.0), (EMIT, INFO, 0.5, 1.0), (EMIT, EMIT, 0.5, 1.0),
        (EMIT, DUMPS, 1.0, 1.0), (DUMPS, EMIT, 0.5, 0.5),
    )  # fmt: skip
    assert shares(profile) == {"logging": 0.75}


def test_measurements_belong_to_the_component_of_that_name() -> None:
    names = {"logging": 4.0, "csv_write": 3.0, "queue_ops": 2.0, "signals": 0.5, "catalogue": 0.5}
    measured = tuple(Measured(name, 1, own, own) for name, own in names.items())
    profile = Profile(file="x", format="instrumentor", kind="measured", total=10.0, measured=measured)
    assert shares(profile) == {"logging": 0.4, "file_writes": 0.3, "queues": 0.2}


@pytest.mark.parametrize(
    "name", ["cprofile-1.prof", "pyinstrument.json", "py-spy.speedscope.json", "py-spy.txt", "scalene.json"]
)
def test_tools_that_look_in_different_ways_agree_about_one_program(name: str) -> None:
    """Not to the percent: cProfile makes small calls dear, scalene counts the time of the system."""
    from overhaul.config import Config

    project = project_at(OUTPUTS.parent / "tickapp", Config())
    found = shares(read_profile(OUTPUTS / name), project=project)
    assert 0.6 < found["logging"] < 0.85
    assert 0.02 < found["file_writes"] < 0.13
    assert 0.04 < found["queues"] < 0.17
    sites = told(read_profile(OUTPUTS / name), project=project).sites[0]
    top = max(sites, key=lambda site: sites[site])
    assert (top.path, top.function) == ("trading/signals.py", "evaluate")
    assert top.line == (20 if top.exact else 17), "of the call where the tool knows it, else of the function"


def test_functions_of_the_project_have_shares_for_whoever_ranks_by_them() -> None:
    from overhaul.config import Config

    project = project_at(OUTPUTS.parent / "tickapp", Config())
    for name in ("cprofile-1.prof", "pyinstrument.json", "py-spy.speedscope.json"):
        found = function_shares([read_profile(OUTPUTS / name)], project)
        assert found["trading/loop.py", "run"] > found["trading/signals.py", "evaluate"] > 0.6
        assert found["trading/signals.py", "average"] < 0.15
        assert all(path.startswith("trading/") and share <= 1 for (path, _), share in found.items())


FRAMES = (RUN, EMIT, PRICE, INFO, FLUSH, WRITEROW, PUT, TO_CSV, CONCAT, DUMPS)


@given(
    st.lists(st.tuples(st.lists(st.sampled_from(FRAMES), min_size=1, max_size=8), st.integers(1, 50)), min_size=1),
)
def test_whatever_is_on_the_stack_every_second_counts_once(told_stacks: list[tuple[list[Frame], int]]) -> None:
    found = told(stacks(*((tuple(frames), float(spent)) for frames, spent in told_stacks)))
    assert sum(found.shares) <= 1 + 1e-9
    assert found.inclusive is not None
    for share, inclusive, sites in zip(found.shares, found.inclusive, found.sites, strict=True):
        assert share <= inclusive + 1e-9, "what is a component's own is below it"
        assert sum(sites.values()) == pytest.approx(share)


@given(
    st.lists(st.floats(0.1, 10), min_size=len(FRAMES), max_size=len(FRAMES)),
    st.lists(
        st.tuples(st.sampled_from(FRAMES), st.sampled_from(FRAMES), st.floats(0, 5), st.floats(0, 9)), max_size=30
    ),
)
def test_whoever_calls_whom_every_second_counts_once(
    own: list[float], calls: list[tuple[Frame, Frame, float, float]]
) -> None:
    found = told(graph(dict(zip(FRAMES, own, strict=True)), *calls))
    assert sum(found.shares) <= 1 + 1e-6 and found.settled
    for share, sites in zip(found.shares, found.sites, strict=True):
        assert sum(sites.values()) == pytest.approx(share, abs=1e-6)
