"""Reading a campaign file: what it says comes out, and what is wrong is one line with the place and the remedy."""

import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overhaul.campaign.model import Campaign, Entry, Phase, Waiver, WorkItem
from overhaul.campaign.reading import LARGEST, named_phase, read_campaign
from overhaul.errors import ConfigError, OverhaulError, UnknownName, UsageError

WHOLE = """\
title = "Shop"
risk-limit = 0.2
verdicts = "verdicts.toml"

[baseline]
caches = 7
complexity_mean = 1.5

[inventory]
manager = ["shop.app.Manager"]

[phases.state]
number = 3
title = "State"
needed = false

[phases.caches]
number = 2
title = "Caches"
verify = ["pytest -q"]

[phases.caches.criteria.caches_consolidated]
options = { at-most = 2 }

[phases.caches.criteria.few]
expression = "count(caches) <= 2"

[phases.caches.waivers.few]
by = "Ada"
reason = "A customer counts on it."
until = 2031-02-03

[phases.caches.items.one]
title = "Do it"
where = ["shop/app.py:Manager"]
effort = "small"
own = true
"""


def read(tmp_path: Path, text: str | bytes) -> Campaign:
    file = tmp_path / "overhaul-campaign.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return read_campaign(file)


def refusal(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    told = str(caught.value)
    assert told.startswith(str(tmp_path / "overhaul-campaign.toml"))
    assert "\n" not in told
    return told


def test_all_that_it_says_comes_out_by_number(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    assert (found.title, found.risk_limit, found.verdicts) == ("Shop", 0.2, "verdicts.toml")
    assert found.baseline == {"caches": 7.0, "complexity_mean": 1.5}
    assert found.inventory == {"manager": ("shop.app.Manager",)}
    assert [one.id for one in found.phases] == ["caches", "state"]
    caches = found.phases[0]
    assert caches.criteria["caches_consolidated"] == Entry(options={"at-most": 2})
    assert caches.criteria["few"].forms == ("expression",)
    assert caches.waivers["few"] == Waiver(
        by="Ada", reason="A customer counts on it.", until=datetime.date(2031, 2, 3)
    )
    assert caches.items["one"] == WorkItem(title="Do it", where=("shop/app.py:Manager",), effort="small", own=True)
    assert not found.phases[1].needed
    assert found.source == str(tmp_path / "overhaul-campaign.toml")


def test_an_empty_file_is_a_campaign_without_phases(tmp_path: Path) -> None:
    assert read(tmp_path, "").phases == ()


def test_a_phase_is_found_by_number_and_by_identity(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)
    assert named_phase(found, "2") is named_phase(found, "caches")
    with pytest.raises(UnknownName, match="cahces"):
        named_phase(found, "cahces")
    assert found.current == named_phase(found, "2")


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("titel = 'x'", "", "did you mean title"),
        ("source = 'x'", "", "unknown key 'source'"),
        ("title = 3", "title", "expected str, got 3"),
        ("risk-limit = 2", "risk-limit", "expected float <= 1"),
        ("risk-limit = nan", "risk-limit", ""),
        ("[baseline]\ncaches = 'seven'", "baseline", "expected float"),
        ("[baseline]\ncaches = nan", "[baseline] caches", "is no figure"),
        ("[baseline]\ncaches = -inf", "[baseline] caches", "is no figure"),
        ("[inventory]\nmanager = 'one'", "inventory", "expected array"),
        ("phases = 3", "[phases]", "is no table"),
        ("phases = []", "[phases]", "is no table"),
        ("phases.a = 3", "[phases.a]", "is no table"),
        ("[phases.A]\nnumber = 1\ntitle = 'x'", "[phases.A]", "identity"),
        ("[phases.'../a']\nnumber = 1\ntitle = 'x'", "", "identity"),
        ("[phases.a]\ntitle = 'x'", "[phases.a]", "lacks the key number"),
        ("[phases.a]\nnumber = 1", "[phases.a]", "lacks the key title"),
        ("[phases.a]\nnumber = 0\ntitle = 'x'", "[phases.a] number", "expected int >= 1"),
        ("[phases.a]\nnumber = true\ntitle = 'x'", "[phases.a] number", "expected int"),
        ("[phases.a]\nnumber = 1.5\ntitle = 'x'", "[phases.a] number", "expected int"),
        ("[phases.a]\nid = 'b'\nnumber = 1\ntitle = 'x'", "[phases.a]", "unknown key 'id'"),
        ("[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.b]\nnumber = 1\ntitle = 'y'", "", "a and b have the number 1"),
        ("[phases.a]\nnumber = 1\ntitle = 'x'\ncriteria = ['x']", "[phases.a] criteria", "is no table"),
        ("[phases.a]\nnumber = 1\ntitle = 'x'\ncriteria.c = 'x'", "[phases.a.criteria.c]", "is no table"),
        ("[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.criteria.c]\nexpresion = 'x'", "", "did you mean expression"),
        (
            "[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.criteria.c]\nsilent = 'x'\ncommand = 'y'",
            "[phases.a.criteria.c]", "silent and command stand together",
        ),
        (
            "[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.criteria.c]\nsilent = 'x'\noptions.y = 1",
            "[phases.a.criteria.c]", "options are for built-in",
        ),
        (
            "[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.criteria.c]\nstatement = '  '",
            "[phases.a.criteria.c]", "is blank",
        ),
        (
            "[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.criteria.c]\nstatement = 'y'\nsigned-on = 'today'",
            "[phases.a.criteria.c]", "",
        ),
        (
            "[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.waivers.c]\nby = 'x'\nreason = 'y'",
            "[phases.a.waivers.c]", "no such criterion",
        ),
        ("[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.items.i]\neffort = 'small'", "", "lacks the key title"),
        (
            "[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.items.i]\ntitle = 'y'\neffort = 'huge'",
            "[phases.a.items.i] effort", "known values: large, medium, small",
        ),
        ("[phases.a]\nnumber = 1\ntitle = 'x'\ncompleted.by = 'x'", "[phases.a] completed", "lacks the key on"),
        (
            "[phases.a]\nnumber = 1\ntitle = 'x'\n[phases.a.completed]\nby = ' '\non = 2026-01-01",
            "[phases.a] completed", "by whom",
        ),
        (
            "[phases.a]\nnumber = 1\ntitle = 'x'\ncompleted = { by = 'x', on = 2026-01-01, metrics.caches = inf }",
            "[phases.a.completed.metrics] caches", "is no figure",
        ),
        ("[phases", "", "cannot be read as TOML"),
        ("a = " + "[" * 5_000, "", "cannot be read as TOML"),
        (b"title = '\xff'", "", "cannot be read as TOML"),
        ("title = \"a\\u0000b\"", "", "null character"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_with_its_place(tmp_path: Path, text: str | bytes, place: str, reason: str) -> None:
    told = refusal(tmp_path, text)
    assert place in told
    assert reason in told


@pytest.mark.parametrize(("by", "reason"), [("", "why"), ("Ada", ""), (" ", "why"), ("Ada", "..."), ("\u200b", "why")])
def test_a_waiver_that_nobody_gives_or_for_no_reason_is_none(tmp_path: Path, by: str, reason: str) -> None:
    text = f"""\
[phases.a]
number = 1
title = "x"
criteria.c = {{}}

[phases.a.waivers.c]
by = "{by}"
reason = "{reason}"
"""
    assert "fill in both" in refusal(tmp_path, text)


def test_where_there_is_none_it_says_how_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="overhaul plan"):
        read_campaign(tmp_path / "overhaul-campaign.toml")
    with pytest.raises(UsageError, match="is no regular file: take it away"):
        read_campaign(tmp_path)


def test_a_file_too_large_for_a_campaign_is_not_read(tmp_path: Path) -> None:
    assert "larger than" in refusal(tmp_path, b"#" * (LARGEST + 1))


_KEYS = st.sampled_from(
    ["title", "phases", "a", "number", "criteria", "items", "waivers", "completed", "by", "on", "options", "baseline"]
)
_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-2, 3), st.text("ab \u200b", max_size=3), st.just("1979-05-27")),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.dictionaries(_KEYS, _VALUES, max_size=4))
def test_whatever_stands_in_it_is_read_or_refused_on_one_line(tmp_path: Path, values: dict[str, object]) -> None:
    import tomlkit

    try:
        found = read(tmp_path, tomlkit.dumps(values))
    except OverhaulError as error:
        assert "\n" not in str(error)
    else:
        assert all(isinstance(one, Phase) for one in found.phases)
