"""What a decision rests on is looked at as it was and as it is, and each difference is told."""

import datetime

import pytest

from overhaul.campaign.deciding import again, changes, seen
from overhaul.campaign.model import Campaign
from overhaul.deciding.links import Link, link_of
from overhaul.deciding.model import Block, Record, Seen
from overhaul.errors import ConfigError, UnknownName, UsageError
from overhaul.testing import Files, surveyed

PRICES = {
    "shop/__init__.py": "",
    "shop/prices.py": (
        "from functools import lru_cache\n\n\n@lru_cache(maxsize=10)\ndef price(name):\n    return len(name)\n"
    ),
}
MORE = {"shop/taxes.py": PRICES["shop/prices.py"].replace("price", "tax")}
DAY = datetime.date(2030, 1, 1)


def look(text: str, files: Files, campaign: Campaign | None = None) -> Seen:
    with surveyed(files) as survey:
        return seen(text, survey, campaign or Campaign())


def told(text: str, before: Files, after: Files, status: str = "accepted") -> list[str]:
    evidence = (look(text, before),)
    record = Record(
        id="0001", kind="decision", title="x", status=status, file="0001-x.md", block=Block(evidence=evidence)
    )
    with surveyed(after) as survey:
        found = [one.what for one in changes(record, survey, Campaign())]
        if found and status == "accepted":
            fresh = Record(
                id="0001", kind="decision", title="x", status=status, file="0001-x.md",
                block=Block(evidence=again(record, survey, Campaign())),
            )  # fmt: skip
            assert not list(changes(fresh, survey, Campaign()))
        return found


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("caches:shop.prices.price", Link("caches", "shop.prices.price")),
        (" state_machines:shop.*#states, subkind ", Link("state_machines", "shop.*", ("states", "subkind"))),
        ("duplicates:dup-1f0c9a2b3d4e", Link("duplicates", "dup-1f0c9a2b3d4e")),
        ("count(caches) <= 1", None),
        ('count(caches, name="a:b") <= 1', None),
        ("caches:", None),
        ("shop.prices.price", None),
        ("", None),
    ],
)
def test_a_link_is_told_from_an_expression(text: str, link: Link | None) -> None:
    assert link_of(text) == link


def test_a_row_is_seen_by_its_name_with_what_does_not_change_with_every_edit() -> None:
    fields = look("caches:shop.prices.price", PRICES).rows["shop.prices.price"]
    assert fields["bounded"] is True and fields["memoiser"] == "functools.lru_cache"
    assert fields.keys().isdisjoint({"line", "path", "evidence", "name", "module", "lookups", "stores"})
    assert look("caches:price", PRICES).rows.keys() == {"shop.prices.price"}
    assert look("caches:shop/prices.py", PRICES).rows.keys() == {"shop.prices.price"}
    assert look("caches:shop.*#ttl,lookups", PRICES).rows == {"shop.prices.price": {"ttl": False, "lookups": 0}}


def test_facts_of_modules_can_be_linked_too() -> None:
    assert look("functions:shop.prices.price#parameters", PRICES).rows.keys() == {"shop.prices.price"}


def test_rows_of_one_name_are_told_apart() -> None:
    twice = {"a.py": "def f():\n    return 1\n\n\ndef f():\n    return 2\n"}
    assert look("functions:a.f#name", twice).rows.keys() == {"a.f", "a.f (2)"}


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        ("cashes:shop.prices.price", UnknownName, "did you mean"),
        ("caches:shop.prices.prize", UsageError, "did you mean shop.prices.price"),
        ("caches:shop.prices.price#tll", UnknownName, "did you mean ttl"),
        ("caches:", ConfigError, "no expression"),
        ("count(cashes) < 1", ConfigError, "did you mean"),
        ("1 +", ConfigError, "no expression"),
        ("min(caches.line) <= 1 / 0", ConfigError, "has no value"),
        ("__import__('os').system('x')", ConfigError, "is no number"),
        ("True", ConfigError, "looks at nothing"),
        ("1 <= 2", ConfigError, "looks at nothing"),
        ("2 + 3", ConfigError, "looks at nothing"),
        ("functions:*", UsageError, "write an expression"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused_with_what_is_near(text: str, error: type[Exception], why: str) -> None:
    files = {**PRICES, "many.py": "".join(f"def f{n}():\n    pass\n\n\n" for n in range(201))}
    with pytest.raises(error) as caught:
        look(text, files)
    assert why in str(caught.value) and "\n" not in str(caught.value)


def test_a_row_that_has_gone_or_come_and_a_value_that_differs_are_told() -> None:
    renamed = {**PRICES, "shop/prices.py": PRICES["shop/prices.py"].replace("def price", "def cost")}
    unbounded = {**PRICES, "shop/prices.py": PRICES["shop/prices.py"].replace("maxsize=10", "maxsize=None")}
    assert told("caches:shop.prices.price", PRICES, renamed) == ["shop.prices.price is gone"]
    assert told("caches:shop.prices.price#bounded", PRICES, unbounded) == [
        "shop.prices.price: bounded: true \N{RIGHTWARDS ARROW} false"
    ]
    assert told("caches:shop.*#bounded", PRICES, {**PRICES, **MORE}) == ["shop.taxes.tax has come"]


def test_what_moves_down_the_file_or_is_no_part_of_the_link_is_no_change() -> None:
    lower = {**PRICES, "shop/prices.py": f"import os\n\n\n{PRICES['shop/prices.py']}"}
    unbounded = {**PRICES, "shop/prices.py": PRICES["shop/prices.py"].replace("maxsize=10", "maxsize=None")}
    assert told("caches:shop.prices.price", PRICES, lower) == []
    assert told("caches:shop.prices.price", PRICES, {**PRICES, **MORE}) == []
    assert told("caches:shop.prices.price#ttl", PRICES, unbounded) == []


def test_of_a_comparison_the_outcome_counts_and_of_a_number_its_value() -> None:
    more = {**PRICES, **MORE}
    assert told("count(caches) <= 5", PRICES, more) == []
    assert told("count(caches) <= 1", PRICES, more) == [
        "held, and does not hold any more (count(caches): 1 \N{RIGHTWARDS ARROW} 2)"
    ]
    assert told("count(caches) > 1", PRICES, more) == [
        "did not hold, and holds now (count(caches): 1 \N{RIGHTWARDS ARROW} 2)"
    ]
    assert told("count(caches) * 2", PRICES, more) == [
        "count(caches): 1 \N{RIGHTWARDS ARROW} 2",
        "count(caches) * 2: 2 \N{RIGHTWARDS ARROW} 4",
    ]


def test_what_is_out_of_force_rests_on_nothing() -> None:
    for status in ("superseded", "rejected", "deprecated"):
        assert told("count(caches) <= 1", PRICES, {**PRICES, **MORE}, status) == []
    assert told("count(caches) <= 1", PRICES, {**PRICES, **MORE}, "proposed")


def test_what_cannot_be_looked_at_any_more_is_a_change() -> None:
    evidence = (
        Seen(link="lost_tables:x", rows={"x": {"a": 1}}), Seen(link="caches:shop.*#lost", rows={"x": {"lost": 1}}),
        Seen(link="count(lost_tables) < 1", holds=True), Seen(link="((", holds=True),
        Seen(link="caches:shop.prices.price", rows={"shop.prices.price": {"lost": 1}}),
    )  # fmt: skip
    record = Record(id="1", kind="decision", title="x", status="accepted", file="x.md", block=Block(evidence=evidence))
    with surveyed(PRICES) as survey:
        found = [one.what for one in changes(record, survey, Campaign())]
    assert len(found) == 5
    assert all("cannot be looked at any more" in one for one in found[:4])
    assert found[4] == "shop.prices.price: lost was 1, and there is no such field any more"


def test_text_of_audited_code_is_kept_where_it_can_do_no_harm() -> None:
    hostile = {"a.py": "def f(x='\\x1b[31m\u202e```'):\n    return x\n"}
    found = look("functions:a.f", hostile)
    assert all(text.isprintable() for fields in found.rows.values() for text in map(str, fields.values()))
