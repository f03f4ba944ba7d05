"""A plan carries out its steps in memory, one on what the other has left, and says why it may not be written."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from overhaul.changes import Create, Leftover, Moved, Proposal, Replacement, Target
from overhaul.config import Config
from overhaul.errors import LeafError, Refused, UsageError
from overhaul.leaves import Codemod, Leaves, load_leaves
from overhaul.migrations import request
from overhaul.planning import Asked, plan
from overhaul.plans import Plan, Step
from overhaul.project import Project
from overhaul.requests import Request
from overhaul.survey import survey
from overhaul.testing import Files, InProcess, surveyed

SHOP = {
    "shop/__init__.py": "",
    "shop/models.py": 'class Order:\n    """What is ordered."""\n\n\nclass Item:\n    pass\n',
    "shop/views.py": "from shop.models import Item, Order\n\nprint(Order(), Item())\n",
    "docs/index.md": "See `shop.models.Order`.\n",
}


class Swap(Request, frozen=True):
    """A word for another, wherever it stands in Python."""

    target: str
    """`module:Name`."""
    to: str
    """The new word."""
    only: str = ""
    """A path; "" for all."""


@Codemod
def swap(project: Project, request: Swap) -> Iterator[Proposal]:
    """Put a word in the place of another."""
    module, _, name = request.target.partition(":")
    if request.to in ("crash", "refuse"):
        if request.to == "crash":
            raise ZeroDivisionError("no such thing")
        raise Refused("shop/models.py:1: the name is taken: choose another")
    if name in project.symbols.interior(module).bindings:
        yield Moved(Target(module, name), Target(module, request.to), "class")
    for path in project.mentioning([name]):
        if request.only in ("", path):
            text = project.source(path).text()
            places = re.finditer(rf"\b{name}\b", text)
            yield project.edit(path, [Replacement(one.start(), one.end(), request.to, "a use") for one in places])


class Add(Request, frozen=True):
    """A line more in a file that may not be there."""

    path: str
    """Of the file."""


@Codemod
def add(project: Project, request: Add) -> Iterator[Proposal]:
    """Add a line: asked again, it would add another."""
    if not project.exists(request.path):
        yield Create(request.path, b"x = 1\n")
        return
    end = len(project.source(request.path).text())
    yield project.edit(request.path, [Replacement(end, end, "y = 2\n")])
    yield Leftover(request.path, 1, "x = 1", "x", "look at it")


OWN = (swap, add)
LEAVES = Leaves([leaf for kin in (load_leaves().collectors, load_leaves().analyzers) for leaf in kin.values()])
LEAVES.codemods.update({leaf.name: leaf for leaf in OWN})


def step(codemod: str, **keys: object) -> Step:
    leaf = LEAVES.codemod(codemod)
    return Step(codemod, request("test", leaf, keys))


def planned(steps: Sequence[Step], files: Files | None = None, **asked: object) -> Plan:
    with surveyed(files or SHOP) as seen:
        return plan(Project(seen), steps, LEAVES, Asked(**asked))  # type: ignore[arg-type]


def after(made: Plan) -> dict[str, str]:
    return {one.path: (one.after or b"").decode() for one in made.files}


def test_a_step_is_carried_out_with_what_text_says_of_it_and_proven() -> None:
    made = planned([step("swap", target="shop.models:Order", to="Purchase")])
    assert not made.refusals
    assert after(made).keys() == {"shop/models.py", "shop/views.py", "docs/index.md"}
    assert after(made)["docs/index.md"] == "See `shop.models.Purchase`.\n"
    assert next(check.name for check in made.checks) == "second pass"
    assert {"compile", "bindings", "imports", "cycles"} <= {check.name for check in made.checks}
    assert made.moved == (Moved(Target("shop.models", "Order"), Target("shop.models", "Purchase"), "class"),)


def test_a_step_sees_what_the_ones_before_have_left_and_the_whole_is_told_from_the_disk() -> None:
    first, then = step("swap", target="shop.models:Order", to="Purchase"), step(
        "swap", target="shop.models:Purchase", to="Deal"
    )  # fmt: skip
    made = planned([first, then])
    assert not made.refusals
    views = next(one for one in made.files if one.path == "shop/views.py")
    assert (views.before or b"").decode() == SHOP["shop/views.py"]
    assert (views.after or b"").decode() == SHOP["shop/views.py"].replace("Order", "Deal")
    assert [(one.start, one.end, one.text) for one in views.replacements] == [(30, 35, "Deal"), (43, 48, "Deal")]
    assert made.moved == (Moved(Target("shop.models", "Order"), Target("shop.models", "Deal"), "class"),)


def test_nothing_to_do_is_an_empty_plan_that_is_not_refused() -> None:
    made = planned([step("swap", target="shop.models:Nowhere", to="Elsewhere")])
    assert made.files == () and not made.refusals


def test_a_step_that_would_change_something_again_is_refused() -> None:
    made = planned([step("add", path="shop/views.py")])
    (refusal,) = made.refusals
    assert (refusal.path, refusal.check, refusal.step) == ("shop/views.py", "second pass", 1)


def test_what_a_codemod_refuses_is_a_refusal_with_place_and_remedy() -> None:
    made = planned([step("swap", target="shop.models:Order", to="refuse")])
    (refusal,) = made.refusals
    assert (refusal.path, refusal.line, refusal.why) == ("shop/models.py", 1, "the name is taken")
    assert refusal.remedy == "choose another" and made.files == ()


def test_a_codemod_that_fails_is_told_with_its_place() -> None:
    with pytest.raises(LeafError, match=r"test_planning\.py:\d+: codemod swap failed \(ZeroDivisionError"):
        planned([step("swap", target="shop.models:Order", to="crash")])


def test_half_a_rename_is_refused_by_the_proof() -> None:
    made = planned([step("swap", target="shop.models:Order", to="Purchase", only="shop/models.py")])
    assert made.refusals and made.files, "the plan is shown, with what is wrong in it"


def test_changes_that_contradict_each_other_are_refused() -> None:
    @Codemod
    def torn(project: Project, request: Add) -> Iterator[Proposal]:
        """Replace one stretch twice."""
        yield project.edit(request.path, [Replacement(0, 4, "a")])
        yield project.edit(request.path, [Replacement(2, 6, "b")])

    LEAVES.codemods["torn"] = torn
    (refusal,) = planned([step("torn", path="shop/views.py")]).refusals
    assert (refusal.path, refusal.line) == ("shop/views.py", 1) and "overlap" in refusal.why


def test_a_refused_step_leaves_the_others_as_they_are_and_can_be_left_out() -> None:
    wrong, right = step("swap", target="shop.models:Order", to="refuse"), step(
        "swap", target="shop.models:Item", to="Thing"
    )  # fmt: skip
    made = planned([wrong, right])
    assert made.refusals[0].step == 1 and made.separable == ("1",)
    rest = planned([wrong, right], without=("1",))
    assert not rest.refusals and rest.left_out == ("1",)
    assert "Thing" in after(rest)["shop/views.py"]


def test_a_step_that_others_stand_on_is_not_offered_to_be_left_out() -> None:
    wrong = step("swap", target="shop.models:Order", to="Purchase", only="shop/models.py")
    made = planned([wrong, step("swap", target="shop.models:Purchase", to="Deal")])
    assert made.refusals and "1" not in made.separable


def test_a_file_in_which_only_text_changes_can_be_left_out_and_is_told() -> None:
    made = planned([step("swap", target="shop.models:Order", to="Purchase")], without=("docs/index.md",))
    assert "docs/index.md" not in after(made)
    (left,) = [one for one in made.leftovers if one.path == "docs/index.md"]
    assert (left.line, left.text, left.reason) == (1, "See `shop.models.Order`.", "left out on request")


def test_no_text_changes_where_only_code_is_to_and_it_is_told() -> None:
    made = planned([step("swap", target="shop.models:Order", to="Purchase")], code_only=True)
    assert after(made).keys() == {"shop/models.py", "shop/views.py"}
    assert any(one.path == "docs/index.md" and "--code-only" in one.reason for one in made.leftovers)


@pytest.mark.parametrize(
    ("without", "why"),
    [("shop/views.py", "its code has to change"), ("shop/other.py", "neither a step"), ("7", "neither")],
)
def test_what_cannot_be_left_out_is_refused(without: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        planned([step("swap", target="shop.models:Order", to="Purchase")], without=(without,))


def test_a_file_that_cannot_be_parsed_is_named_when_a_codemod_needs_it() -> None:
    @Codemod
    def reading(project: Project, request: Add) -> Iterator[Proposal]:
        """Look into a file."""
        project.occurrences(request.path)
        yield from ()

    LEAVES.codemods["reading"] = reading
    (refusal,) = planned([step("reading", path="shop/bad.py")], {**SHOP, "shop/bad.py": "def (:\n"}).refusals
    assert refusal.path == "shop/bad.py" and "cannot be read" in refusal.why


def test_only_files_that_change_are_parsed_anew(tmp_path: Path) -> None:
    files = {**SHOP, **{f"shop/more{number}.py": f"x{number} = 1\n" for number in range(20)}}
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    here = Project(survey(tmp_path, Config(), LEAVES, executor=InProcess()))
    seen: list[int] = []
    original = here.after

    def counting(changes: object) -> Project:
        there = original(changes)  # type: ignore[arg-type]
        seen.append(there.survey.fresh)
        return there

    here.after = counting  # type: ignore[method-assign, assignment]
    made = plan(here, [step("swap", target="shop.models:Order", to="Purchase")], LEAVES)
    assert not made.refusals and sum(seen) == 2, "models.py and views.py, whatever else there is"


def test_what_the_project_has_agreed_not_to_change_is_not_changed(tmp_path: Path) -> None:
    from overhaul.commands.freeze import frozen_entry
    from overhaul.config import load_config

    for path, content in SHOP.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    entry = frozen_entry(tmp_path, Config(), "shop.views", "the auditors have signed it", "ann")
    (tmp_path / "pyproject.toml").write_text(entry)
    project = Project(survey(tmp_path, load_config(tmp_path), LEAVES, executor=InProcess()))
    (refusal,) = plan(project, [step("swap", target="shop.models:Order", to="Purchase")], LEAVES).refusals
    assert (refusal.check, refusal.path) == ("frozen", "shop/views.py")
    assert "the auditors have signed it" in refusal.why and "ask ann" in refusal.remedy
    (tmp_path / "shop" / "views.py").write_text("from shop.models import Order\n")
    again = Project(survey(tmp_path, load_config(tmp_path), LEAVES, executor=InProcess()))
    made = plan(again, [step("swap", target="shop.models:Item", to="Thing")], LEAVES)
    assert not made.refusals, "what is not as it was agreed any more is for `overhaul check` to tell"
