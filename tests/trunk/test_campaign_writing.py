"""Writing a campaign file: what somebody has written stays, and a plan that says the same changes no byte."""

import datetime
from pathlib import Path

import msgspec
import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overhaul.campaign.drafting import drafted
from overhaul.campaign.model import Campaign, Completion, Entry, Phase, Waiver, WorkItem
from overhaul.campaign.reading import read_campaign
from overhaul.campaign.writing import completed_text, entry_text, new_text, renewed_text, reopened_text
from overhaul.errors import ConfigError
from overhaul.project import Project
from overhaul.testing import surveyed

DAY = datetime.date(2031, 2, 3)


def item(title: str, order: int = 1, **more: object) -> WorkItem:
    return msgspec.structs.replace(WorkItem(title=title, order=order, command=f"overhaul {title}"), **more)


PLAN = Campaign(
    title="Shop", baseline={"caches": 7.0, "complexity_mean": 1.25}, inventory={"manager": ("shop.Manager",)},
    phases=(
        Phase(
            id="caches", number=1, title="Caches", why=("caches is 7",), objectives=("One is left.",), risk=0.25,
            criteria={"caches_consolidated": Entry(), "few": Entry(expression="count(caches) <= 1")},
            items={"one": item("one"), "two": item("two", 2, after=("one",))},
        ),
        Phase(id="state", number=2, title="State", needed=False, criteria={"saves_atomic": Entry()}),
        Phase(id="cycles", number=3, title="Cycles", criteria={"no_fatal_cycle": Entry()}, items={"x": item("x")}),
    ),
)  # fmt: skip


def read(tmp_path: Path, text: str) -> Campaign:
    file = tmp_path / "overhaul-campaign.toml"
    file.write_text(text, encoding="utf-8")
    return msgspec.structs.replace(read_campaign(file), source="")


def renewed(tmp_path: Path, text: str, plan: Campaign = PLAN) -> str:
    return renewed_text(text, read(tmp_path, text), plan)


def with_items(**items: WorkItem) -> Campaign:
    first = msgspec.structs.replace(PLAN.phases[0], items=items)
    return msgspec.structs.replace(PLAN, phases=(first, *PLAN.phases[1:]))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert read(tmp_path, new_text(PLAN)) == PLAN


def test_a_second_plan_of_the_same_changes_no_byte(tmp_path: Path) -> None:
    text = new_text(PLAN)
    assert renewed(tmp_path, text) == text


def test_a_plan_of_real_code_changes_no_byte_the_second_time(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent.parent / "fixtures" / "criteria" / "caches_consolidated"
    files = {
        file.relative_to(folder).as_posix(): file.read_text("utf-8")
        for folder in (root / "met", root / "unmet-second-class")
        for file in folder.rglob("*.py")
    }
    with surveyed(files) as seen:
        plan = drafted(Project(seen))
    text = new_text(plan)
    assert any(one.items for one in plan.phases)
    assert read(tmp_path, text) == plan
    assert renewed(tmp_path, text, plan) == text


def test_new_items_come_in_and_those_that_are_drafted_no_more_go(tmp_path: Path) -> None:
    text = renewed(tmp_path, new_text(PLAN), with_items(two=item("two"), three=item("three", 2)))
    assert list(read(tmp_path, text).phases[0].items) == ["two", "three"]
    assert read(tmp_path, text).phases[1:] == PLAN.phases[1:]


def test_a_third_plan_changes_nothing_that_the_second_has_written(tmp_path: Path) -> None:
    other = with_items(three=item("three"))
    text = renewed(tmp_path, new_text(PLAN), other)
    assert renewed(tmp_path, text, other) == text
    back = renewed(tmp_path, text)
    assert read(tmp_path, back) == PLAN
    assert renewed(tmp_path, back) == back


def test_reasons_and_objectives_are_those_of_the_new_plan(tmp_path: Path) -> None:
    first = msgspec.structs.replace(PLAN.phases[0], why=("caches is 3",), objectives=("Two are left.",), risk=0.5)
    found = read(tmp_path, renewed(tmp_path, new_text(PLAN), msgspec.structs.replace(PLAN, phases=(first,))))
    assert found.phases[0] == first
    assert found.baseline == PLAN.baseline, "the baseline stays that of the first plan"


EDITED = """\
# Ours.
title = "The shop"  # not Overhaul of shop
verdicts = "verdicts.toml"

[baseline]
caches = 7

[phases.cycles]
number = 1
title = "Rings first"
needed = false  # there is none that hurts

[phases.cycles.criteria.small]
expression = "metric(import_cycles) <= 2"

[phases.own]
number = 2
title = "Our own"

[phases.own.criteria.told]
statement = "All customers know."

[phases.caches]
number = 7
title = "Caches"
verify = ["make test"]

# Not caches_consolidated: two are enough.
[phases.caches.criteria.few]
expression = "count(caches) <= 2"

[phases.caches.waivers.few]
by = "Ada"
reason = "A customer counts on it."

[phases.caches.items.mine]
title = "Tell the customers"
own = true
done = true

[phases.caches.items.one]
title = "one"
order = 1
"""


def test_what_somebody_has_edited_survives_a_plan(tmp_path: Path) -> None:
    text = renewed(tmp_path, EDITED)
    found = read(tmp_path, text)
    assert found.title == "The shop"
    assert [(one.id, one.number, one.title, one.needed) for one in found.phases] == [
        ("cycles", 1, "Rings first", False), ("own", 2, "Our own", True), ("caches", 7, "Caches", True),
    ]  # fmt: skip
    assert list(found.phases[2].criteria) == ["few"], "what was dropped stays dropped"
    assert found.phases[2].waivers["few"].by == "Ada"
    assert found.phases[2].verify == ("make test",)
    assert found.phases[2].items["mine"] == WorkItem(title="Tell the customers", own=True, done=True)
    assert set(found.phases[2].items) == {"mine", "one", "two"}
    for comment in ("# Ours.", "# not Overhaul of shop", "# there is none that hurts", "# Not caches_consolidated"):
        assert text.count(comment) == 1
    assert renewed(tmp_path, text) == text


def test_an_own_item_with_the_name_of_a_drafted_one_is_the_one_that_stays(tmp_path: Path) -> None:
    own = EDITED.replace("[phases.caches.items.mine]", "[phases.caches.items.two]")
    found = read(tmp_path, renewed(tmp_path, own))
    assert found.phases[2].items["two"].title == "Tell the customers"


def test_a_phase_that_is_completed_stays_as_it_was(tmp_path: Path) -> None:
    done = completed_text(new_text(PLAN), "caches", Completion(by="Ada", on=DAY, metrics={"caches": 1.0}))
    text = renewed(tmp_path, done, with_items(other=item("other")))
    assert text == done
    assert read(tmp_path, text).phases[0].completed == Completion(by="Ada", on=DAY, metrics={"caches": 1.0})


def test_completed_and_reopened_is_as_before(tmp_path: Path) -> None:
    text = completed_text(new_text(PLAN), "caches", Completion(by="Ada", on=DAY))
    assert read(tmp_path, reopened_text(text, "caches")) == PLAN
    again = completed_text(text, "caches", Completion(by="Bob", on=DAY))
    found = read(tmp_path, again).phases[0].completed
    assert found is not None and found.by == "Bob"
    untouched = new_text(PLAN)
    assert reopened_text(untouched, "caches") == untouched


@pytest.mark.parametrize("text", [new_text(PLAN), EDITED], ids=["planned", "edited"])
def test_an_entry_is_added_or_written_anew_and_nothing_else_changes(tmp_path: Path, text: str) -> None:
    before = read(tmp_path, text)
    waiver = Waiver(by="Ada", reason='She said: "so it is"\\ \t{x} \u2028.', until=DAY)
    changed = entry_text(text, "caches", "waivers", "few", waiver)
    after = read(tmp_path, changed)
    for old, new in zip(before.phases, after.phases, strict=True):
        assert new == (msgspec.structs.replace(old, waivers={"few": waiver}) if old.id == "caches" else old)
    assert entry_text(changed, "caches", "waivers", "few", waiver).count("[phases.caches.waivers.few]") == 1


FEW = 'expression = "count(caches) <= 1"'
HEAD = 'number = 1\ntitle = "Caches"\n'


@pytest.mark.parametrize(
    "text",
    [
        f'phases.caches = {{ number = 1, title = "Caches", criteria = {{ few = {{ {FEW} }} }} }}\n',
        f"[phases.caches]\n{HEAD}criteria.few.{FEW}\n",
        f"[phases]\n[phases.caches]\n{HEAD}[phases.caches.criteria]\n[phases.caches.criteria.few]\n{FEW}\n",
        f"[phases.caches]\n{HEAD}[baseline]\ncaches = 7\n[phases.caches.criteria.few]\n{FEW}\n",
    ],
    ids=["inline", "half-dotted", "headed", "out-of-order"],
)
def test_other_ways_to_lay_a_file_out_are_edited_as_well(tmp_path: Path, text: str) -> None:
    before = read(tmp_path, text).phases[0]
    done = Completion(by="Ada", on=DAY, metrics={"caches": 1.0})
    assert read(tmp_path, completed_text(text, "caches", done)).phases[0] == msgspec.structs.replace(
        before, completed=done
    )
    waiver = Waiver(by="Ada", reason="So it is.")
    waived = entry_text(text, "caches", "waivers", "few", waiver)
    assert read(tmp_path, waived).phases[0] == msgspec.structs.replace(before, waivers={"few": waiver})
    found = read(tmp_path, renewed(tmp_path, text)).phases[0]
    assert found.items == PLAN.phases[0].items
    assert found.criteria == before.criteria


def test_a_layout_that_cannot_be_edited_is_refused_and_not_mangled(tmp_path: Path) -> None:
    text = f'phases.caches.number = 1\nphases.caches.title = "Caches"\nphases.caches.criteria.few.{FEW}\n'
    assert read(tmp_path, text).phases[0].title == "Caches"
    with pytest.raises(ConfigError, match="cannot be edited as it is laid out"):
        completed_text(text, "caches", Completion(by="Ada", on=DAY, metrics={"caches": 1.0}))


_NAMES = st.text("abc-_0", min_size=1, max_size=4).filter(lambda name: name[0] not in "-_0")
_LINES = st.text(max_size=20).filter(lambda text: "\0" not in text)
_SHARES = st.floats(0, 1, allow_nan=False).map(lambda value: round(value, 3))
_ITEMS = st.builds(
    WorkItem, title=_LINES, where=st.lists(_LINES, max_size=2).map(tuple), risk=_SHARES, order=st.integers(1, 9),
    command=_LINES, after=st.lists(_NAMES, max_size=2).map(tuple),
)  # fmt: skip
_PHASES = st.lists(
    st.builds(
        Phase, id=_NAMES, number=st.integers(1, 10**6), title=_LINES, why=st.lists(_LINES, max_size=2).map(tuple),
        objectives=st.lists(_LINES, max_size=2).map(tuple), risk=st.one_of(st.none(), _SHARES),
        criteria=st.dictionaries(_LINES.filter(bool), st.builds(Entry), max_size=2),
        items=st.dictionaries(_NAMES, _ITEMS, max_size=3),
    ),
    max_size=3, unique_by=(lambda one: one.id, lambda one: one.number),
).map(lambda several: tuple(sorted(several, key=lambda one: one.number)))  # fmt: skip
_CAMPAIGNS = st.builds(Campaign, title=_LINES, phases=_PHASES)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(plan=_CAMPAIGNS, other=_CAMPAIGNS)
def test_any_plan_is_read_as_written_and_renewed_twice_as_once(tmp_path: Path, plan: Campaign, other: Campaign) -> None:
    text = new_text(plan)
    assert read(tmp_path, text) == plan
    assert renewed(tmp_path, text, plan) == text
    once = renewed(tmp_path, text, other)
    assert renewed(tmp_path, once, other) == once
    assert [one.id for one in read(tmp_path, once).phases] == [one.id for one in plan.phases]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    plan=_CAMPAIGNS.filter(lambda plan: bool(plan.phases)), own=_ITEMS, title=_LINES,
    comment=st.text("ab #[]='", max_size=9),
)  # fmt: skip
def test_own_items_titles_and_comments_survive_any_plan(
    tmp_path: Path, plan: Campaign, own: WorkItem, title: str, comment: str
) -> None:
    first = plan.phases[0].id
    mine = msgspec.structs.replace(own, own=True)
    text = f"# mine: {comment}\n" + entry_text(new_text(plan), first, "items", "mine", mine)
    document = tomlkit.parse(text)
    document["phases"][first]["title"] = title
    fresh = msgspec.structs.replace(plan, phases=tuple(msgspec.structs.replace(one, items={}) for one in plan.phases))
    renewed_once = renewed(tmp_path, tomlkit.dumps(document), fresh)
    found = read(tmp_path, renewed_once).phases[0]
    assert found.items == {"mine": mine}
    assert found.title == title
    assert renewed_once.startswith(f"# mine: {comment}\n")
