"""Expressions of a campaign: what they are worth, and that nothing in them is ever run."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.campaign.expressions import DEEPEST, LONGEST, judged, worked_out
from overhaul.campaign.model import Campaign
from overhaul.errors import ConfigError
from overhaul.evidence import Evidence, all_met
from overhaul.survey import Survey
from overhaul.testing import surveyed

CODE = {
    "shop/__init__.py": "",
    "shop/users.py": (
        "class UserManager:\n    def __init__(self):\n        self.users = {}\n\n    def add(self, user):\n"
        "        self.users[user.id] = user\n\n    def get(self, key):\n        return self.users.get(key)\n"
    ),
    "shop/rates.py": (
        "class RateCache:\n    def __init__(self):\n        self._data = {}\n\n    def get(self, key):\n"
        "        return self._data.get(key)\n\n    def set(self, key, value):\n        self._data[key] = value\n"
    ),
}
PLACE = "campaign.toml: [phases.one.criteria.it]"
PLANNED = Campaign(baseline={"managers": 3.0})


@pytest.fixture(scope="module")
def shop() -> Iterator[Survey]:
    with surveyed(CODE) as seen:
        yield seen


def said(text: str, shop: Survey) -> tuple[Evidence, ...]:
    return judged(text, shop, PLANNED, PLACE)


def refusal(text: str, shop: Survey) -> str:
    with pytest.raises(ConfigError) as caught:
        said(text, shop)
    told = str(caught.value)
    assert told.startswith(PLACE)
    assert "\n" not in told
    assert len(told) < 1_500
    return told


@pytest.mark.parametrize(
    "text",
    [
        "count(managers) == 1",
        "count(managers) <= 1 and count(caches) <= 1",
        "count(managers) > 5 or count(caches) == 1",
        "not count(managers) > 1",
        "count(managers) > 5 or count(managers) == 1 and count(caches) == 1",
        "1 + 2 * count(managers) == 3",
        "(1 + 2) * count(managers) == 3",
        "-count(managers) == -1",
        "0 < count(managers) < 2",
        "metric(managers) < baseline(managers)",
        'metric("managers") / baseline(managers) < 0.5',
        'count(managers, name="User*") == 1',
        'count(managers, confidence=["high", "medium"]) == 1',
        "sum(managers.line, line=77) == 0",
        "min(managers.line) == max(managers.line) == mean(managers.line)",
        'count(caches, name="{0}") == 0',
        "\n  count(managers) == 1  # one is enough\n  and count(caches) == 1\n",
    ],
)
def test_what_holds_is_met_by_a_single_piece_of_evidence(shop: Survey, text: str) -> None:
    [only] = said(text, shop)
    assert only.met


def test_and_binds_closer_than_or_and_not_closest(shop: Survey) -> None:
    true, false = "count(managers) == 1", "count(managers) == 7"
    assert all_met(said(f"{true} or {false} and {false}", shop))
    assert not all_met(said(f"({true} or {false}) and {false}", shop))
    assert all_met(said(f"not {false} or {false}", shop))
    assert not all_met(said(f"not ({false} or {true})", shop))


def test_the_figures_and_the_rows_behind_a_count_are_told(shop: Survey) -> None:
    whole, row = said("count(managers) < 1", shop)
    assert whole.what == "count(managers) < 1: count(managers) is 1"
    assert (row.place, row.name, row.what) == ("shop/users.py:1", "shop.users.UserManager", "concrete UserManager")


def test_below_not_it_is_the_other_rows_that_are_told(shop: Survey) -> None:
    # The first part is as wanted: its rows are no evidence against it.
    told = [one.name for one in said("not count(managers) <= 0 and count(caches) < 1", shop)[1:]]
    assert told == ["shop.rates.RateCache"]
    told = [one.name for one in said("not count(managers) > 0", shop)[1:]]
    assert told == ["shop.users.UserManager"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mean(managers.line, line=77) < 3", "no row fits"),
        ("min(managers.line, line=77) < 3", "no row fits"),
        ("count(managers) / 0 < 1", "division by zero"),
        ("baseline(caches) >= 1", "without this figure"),
        ("count(managers) < 1e999", "too large"),
        ("not 1e999 - 1e999 < count(managers)", "too large"),
        (f"count(managers) < {'9' * 1900}", "too large"),
        ("not mean(managers.line, line=77) < 3", "no row fits"),
        ("count(managers) == 1 or mean(managers.line, line=77) < 3", "no row fits"),
    ],
)
def test_what_has_no_value_is_unknown_and_so_not_met(shop: Survey, text: str, reason: str) -> None:
    [only] = said(text, shop)
    assert not only.met
    assert only.unknown
    assert reason in only.what


@pytest.mark.parametrize("text", ["True", "not False", "1 <= 1", "1 + 1 == 2 and True"])
def test_what_looks_at_nothing_is_unknown(shop: Survey, text: str) -> None:
    [only] = said(text, shop)
    assert only.unknown
    assert "looks at nothing" in only.what


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("count(manager) < 1", "did you mean managers"),
        ('count(managers, nam="x") < 1', "did you mean name"),
        ("sum(managers.lines) < 1", "did you mean line"),
        ("sum(managers.name) < 1", "no number"),
        ("cuont(managers) < 1", "is not cuont(TABLE.FIELD)"),
        ("summ(managers.line) < 1", "did you mean sum"),
        ("metric(manager) < 1", "did you mean managers"),
        ("metric() < 1", "is not metric(NAME)"),
        ("metric(managers, caches) < 1", "is not metric(NAME)"),
        ("count() < 1", "is not count(TABLE)"),
        ("count(managers, caches) < 1", "is not count(TABLE)"),
        ("count(*managers) < 1", "is not count(TABLE)"),
        ("count(managers, **{}) < 1", "is no text"),
        ("count(managers)", "is no comparison"),
        ("count(managers) in [1]", "something else than"),
        ("count(managers) < 'a'", "is no number"),
        ('count(caches, subkind=["class", x]) < 1', "is no text"),
        ("", "is no comparison"),
        ("count(managers) <", "is no expression"),
        ("count(managers) < 1, 2", "is no comparison"),
        ("count(managers) < 1\0", "null bytes"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_nearest(shop: Survey, text: str, reason: str) -> None:
    assert reason in refusal(text, shop)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('count(managers, confidence="hihg") < 1', "did you mean high"),
        ('count(managers, line="3") < 1', "another type"),
        ("count(managers, name=3) < 1", "another type"),
        ("count(managers, name=None) < 1", "another type"),
        ('count(managers, collaborators="x") < 1', "another type"),
        ("count(caches, subkind=[]) < 1", "is no text"),
        ('count(caches, subkind="class", subkind="x") < 1', "twice"),
    ],
)
def test_what_nothing_can_fit_is_refused_since_a_count_of_it_is_small_enough(
    shop: Survey, text: str, reason: str
) -> None:
    assert reason in refusal(text, shop)


@pytest.mark.parametrize(
    "text",
    ['count(managers, tier=None) >= 0', 'count(managers, confidence="h*") >= 0', "count(managers, line=-1) == 0"],
)
def test_what_some_row_may_fit_is_not_refused(shop: Survey, text: str) -> None:
    assert all_met(said(text, shop))


@pytest.mark.parametrize(
    "text",
    [
        "10**10**10 > count(managers)",
        "(lambda: 1)() < 2",
        "(x := 1) < 2",
        "count(managers).__class__ < 1",
        "__import__('os').system('true') < 1",
        "[x for x in (1,)] < 2",
        "f'{count}' < 1",
        "'x' * 10 < 2",
        "1 if count(managers) else 2",
        "(yield) < 1",
        "(await x) < 1",
        "count(managers)[0] < 1",
        "1j < count(managers)",
        "1 << 9999 > count(managers)",
        "9 // 2 < count(managers)",
        "9 % 2 < count(managers)",
        "... < count(managers)",
        "count(managers, name=open('/etc/passwd')) < 1",
    ],
)
def test_nothing_else_of_the_language_is_understood(shop: Survey, text: str) -> None:
    refusal(text, shop)


@pytest.mark.parametrize(
    "text",
    [
        "-" * 1900 + "1 < 2", "not " * 480 + "True", "(" * 900 + "1" + ")" * 900 + " < 2",
        "count(managers) < " + "+".join("1" * 900), "x" * (LONGEST + 1),
        "not " * DEEPEST + "count(managers) < 1",
    ],
)  # fmt: skip
def test_what_is_nested_too_deep_or_too_long_is_refused_on_one_line(shop: Survey, text: str) -> None:
    assert "cut it into several" in refusal(text, shop) or "nested" in refusal(text, shop)


_WORDS = (*"()[]{},.=<>!+-*/'\"\n #:", " and ", " or ", " not ", "count", "managers", "line", "sum", "1", "metric")
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=60).map("".join)


@given(text=st.one_of(_TEXTS, st.text(max_size=40)))
def test_any_text_is_judged_or_refused_in_one_way(shop: Survey, text: str) -> None:
    try:
        evidence = said(text, shop)
    except ConfigError as error:
        assert str(error).startswith(PLACE)
    else:
        assert evidence


@given(left=st.integers(-3, 3), right=st.integers(-3, 3), sign=st.sampled_from(["<", "<=", "==", "!=", ">", ">="]))
def test_a_comparison_is_that_of_the_language(shop: Survey, left: int, right: int, sign: str) -> None:
    holds, _ = worked_out(f"count(managers) * {left} {sign} {right}", shop, PLANNED, PLACE)
    assert holds is eval(f"{left} {sign} {right}")
    turned, _ = worked_out(f"not count(managers) * {left} {sign} {right}", shop, PLANNED, PLACE)
    assert turned is not holds
