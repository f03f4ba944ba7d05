"""What is told of a campaign: its status, the report of a phase, the plan as a page, and the schema of its file."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from overhaul.campaign.reading import read_campaign
from overhaul.campaign.reporting import code, document, text
from overhaul.campaign.status import PhaseStatus, RiskNow, Status
from overhaul.campaign.telling import status_lines
from overhaul.cli import run
from overhaul.commands.campaign_report import campaign_schema
from overhaul.errors import ConfigError
from overhaul.leaves import load_leaves
from overhaul.mentions.sorts import RECORD

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = ROOT / "docs" / "campaign.schema.json"
GUIDE = ROOT / "docs" / "campaign.md"
CACHE = '''"""{doc}"""


class {name}:
    """Keeps {doc}."""

    def __init__(self) -> None:
        self._kept: dict[str, int] = {{}}

    def get(self, key: str) -> int | None:
        return self._kept.get(key)

    def put(self, key: str, value: int) -> None:
        self._kept[key] = value
'''
APP = '''"""The shop."""

from shop.pricing import PriceCache
from shop.stock import StockCache

PRICES = PriceCache()
STOCK = StockCache()


def price(name: str) -> int:
    found = PRICES.get(name)
    if found is None:
        found = len(name)
        PRICES.put(name, found)
    return found


def left(name: str) -> int:
    found = STOCK.get(name)
    if found is None:
        found = 3
        STOCK.put(name, found)
    return found
'''
Told = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with two caches, and a campaign for it."""
    folder = tmp_path_factory.mktemp("planned")
    (folder / "shop").mkdir()
    (folder / "shop" / "__init__.py").write_text('"""A shop."""\n')
    (folder / "shop" / "pricing.py").write_text(CACHE.format(doc="prices", name="PriceCache"))
    (folder / "shop" / "stock.py").write_text(CACHE.format(doc="counts", name="StockCache"))
    (folder / "shop" / "app.py").write_text(APP)
    (folder / "overhaul.toml").write_text('[verify]\ncommands = ["true"]\n')
    assert run(["plan", str(folder), "-q", "--title", "Overhaul of the shop"]) == 0
    return folder


@pytest.fixture
def shop(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it; the current folder, 100 columns wide."""
    folder = tmp_path / "shop"
    shutil.copytree(planned, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    return folder


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Run a command: its exit code, and what it printed."""

    def ask(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        exit_code = run(list(arguments))
        found = capsys.readouterr()
        return exit_code, found.out, found.err

    return ask


def changed(shop: Path, before: str, after: str) -> None:
    """Edit the campaign file."""
    file = shop / "overhaul-campaign.toml"
    campaign = file.read_text()
    assert before in campaign
    file.write_text(campaign.replace(before, after, 1))


def one_cache(shop: Path) -> None:
    """Do the work of phase 2."""
    (shop / "shop" / "stock.py").unlink()
    (shop / "shop" / "pricing.py").rename(shop / "shop" / "memory.py")
    memory = (shop / "shop" / "memory.py").read_text().replace("PriceCache", "Memory")
    (shop / "shop" / "memory.py").write_text(memory)
    app = APP.replace("from shop.stock import StockCache\n", "").replace("StockCache", "Memory")
    (shop / "shop" / "app.py").write_text(app.replace("shop.pricing", "shop.memory").replace("PriceCache", "Memory"))


def finished(shop: Path, told: Told) -> None:
    """Complete the first two phases."""
    assert told("phase", "1", "--run", "--complete", "--by", "Ada L.")[0] == 0
    one_cache(shop)
    assert told("phase", "2", "--run", "--complete", "--by", "Ada L.")[0] == 0


def test_the_status_tells_each_phase_with_what_is_left_of_it(shop: Path, told: Told) -> None:
    code_, out, _ = told("status")
    assert code_ == 0
    assert out.startswith("Overhaul of the shop\n0 of ")
    assert re.search(r"^>  1  Audit and mapping +80%  4 of 5 met  no items$", out, re.MULTILINE)
    assert re.search(r"^   2  Caches +25%  1 of 4 met  1 of 1 item left$", out, re.MULTILINE)
    assert re.search(r"^-  3  State +not needed$", out, re.MULTILINE)
    assert "No figure has changed since the plan was made." in out
    assert "own_checks_pass: `true` was not run\n     overhaul phase 1 --run\n" in out


def test_a_phase_whose_risk_is_too_high_is_a_no_go(shop: Path, told: Told) -> None:
    assert "NO-GO  0." in told("status")[1]
    changed(shop, "risk-limit = 0.3", "risk-limit = 1.0")
    out = told("status")[1]
    assert "NO-GO" not in out and "go     phases 2 (" in out


def test_an_item_that_an_audit_does_not_draft_any_more_is_done(shop: Path, told: Told) -> None:
    one_cache(shop)
    assert re.search(r"  2  Caches .* 0 of 1 item left", told("status")[1])


def test_completed_phases_stand_beside_what_the_figures_are_now(shop: Path, told: Told) -> None:
    finished(shop, told)
    out = told("status")[1]
    assert "2 of 6 phases complete" in out
    assert re.search(r"^\+  2  Caches .*completed \d{4}-\d\d-\d\d$", out, re.MULTILINE)
    assert re.search(r"^  since the plan was made +plan +phase 1 +phase 2 +now$", out, re.MULTILINE)
    assert re.search(r"^  caches +2 +2 +1 +1 +changed$", out, re.MULTILINE)


def test_a_completed_phase_that_has_lost_something_comes_first(shop: Path, told: Told) -> None:
    finished(shop, told)
    (shop / "shop" / "stock.py").write_text(CACHE.format(doc="counts", name="StockCache"))
    (shop / "shop" / "app.py").write_text(
        (shop / "shop" / "app.py").read_text() + "\n\nfrom shop.stock import StockCache\n\nCOUNTS = StockCache()\n"
    )
    out = told("status")[1]
    assert re.search(r"^!  2  Caches .*NOT COMPLETE ANY MORE$", out, re.MULTILINE)
    assert "1. Phase 2 (Caches) is not complete any more: caches_consolidated" in out
    report = told("phase", "2", "--report")[1]
    assert "| Overall success | ❌ INCOMPLETE: it was completed, and is not any more |" in report
    assert "| Next phase ready | No: " in report


def test_a_completed_phase_is_not_lost_while_only_its_commands_were_not_run(shop: Path, told: Told) -> None:
    finished(shop, told)
    assert "NOT COMPLETE" not in told("status")[1]
    _, out, _ = told("phase", "2")
    assert "`overhaul phase 2 --run` tells" in out and "not complete any more" not in out
    assert "it was completed; what asks for a command was not looked at again" in told("phase", "2", "--report")[1]


def test_the_status_as_json_has_every_figure(shop: Path, told: Told) -> None:
    finished(shop, told)
    found = json.loads(told("status", "--json")[1])
    assert found["schema"] == "overhaul-status-1"
    caches = next(one for one in found["phases"] if one["id"] == "caches")
    assert (caches["standing"], caches["items"], caches["items_left"], caches["risk"]) == ("complete", 1, 0, None)
    figure = next(one for one in found["figures"] if one["name"] == "caches")
    assert (figure["plan"], figure["phases"], figure["now"]) == (2, {"audit": 2, "caches": 1}, 1)
    assert len(found["figures"]) == len(tomllib.loads((shop / "overhaul-campaign.toml").read_text())["baseline"])


def test_a_decision_that_rests_on_what_has_changed_is_to_be_reviewed(shop: Path, told: Told) -> None:
    assert told("decide", "Keep both caches", "--context", "x", "--because", "caches:shop.stock.StockCache")[0] == 0
    assert "Decisions to review" not in told("status")[1]
    one_cache(shop)
    out = told("status")[1]
    assert "Decisions to review\n  decision 0001: Keep both caches\n    docs/decisions/0001-keep-both-caches.md:" in out
    assert "overhaul decide --review 0001 --by NAME --reason TEXT" in out


def test_on_a_terminal_each_phase_has_a_bar_and_fits_into_eighty_columns() -> None:
    phases = tuple(
        PhaseStatus(
            number=number, id=f"p{number}", title="One family behind one interface" + "!" * number, standing="open",
            gate_open=False, percentage=number * 10.0, criteria=10, met=number, items=30, items_left=30 - number,
            items_more=560,
            risk=RiskNow(overall=0.4, functionality=0.1, performance=0.1, integration=0.1, complexity=0.1, go=False),
        )
        for number in range(11)
    )  # fmt: skip
    status = Status(title="x", risk_limit=0.3, phases=phases, figures=(), decisions=(), next=())
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in status_lines(status, width=80, drawn=True)]
    assert max(map(len, lines)) <= 80
    assert "  ####....   50%   5/10  25 of 30 items left" in next(line for line in lines if line.startswith("   5"))
    assert any("…" in line for line in lines), "what is cut says so"


def test_lines_of_a_phase_fit_unless_a_word_does_not(
    shop: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "60")
    out = told("phase", "2")[1]
    wide = [line for line in out.splitlines() if len(line) > 60 and " " in line.strip()]
    assert not wide, wide


def test_the_report_of_a_phase_has_the_form_of_the_method(shop: Path, told: Told) -> None:
    finished(shop, told)
    exit_code, out, _ = told("phase", "2", "--run", "--report")
    assert exit_code == 0
    assert out.startswith("# Phase 2 completion report: Caches\n\nOverhaul of the shop\n")
    assert "| Overall success | ✅ COMPLETE |" in out and "| Completion | 100.0%: 4 of 4 criteria met |" in out
    assert "| Next phase ready | Yes: phase 5 (Performance bottlenecks) |" in out
    assert "### ✅ met: `caches_consolidated`" in out
    assert re.search(r"^\| caches \| 2 \| 2 \| 1 \| changed \|$", out, re.MULTILINE)
    assert "1 of 1 item done." in out and "| done | Make one cache of PriceCache and StockCache |" in out
    days = set(re.findall(r"\d{4}-\d\d-\d\d", out))
    completed = read_campaign(shop / "overhaul-campaign.toml").phases[1].completed
    assert completed is not None and days == {str(completed.on)}, "the only day is that of the completion"
    assert told("phase", "2", "--run", "--report")[1] == out


def test_a_report_that_is_asked_for_with_the_completion_tells_that_it_is_complete(shop: Path, told: Told) -> None:
    told("phase", "1", "--run", "--complete", "--by", "Ada L.")
    one_cache(shop)
    exit_code, out, err = told("phase", "2", "--run", "--complete", "--by", "Ada L.", "--report", "two.md")
    assert exit_code == 0 and "overhaul: wrote two.md" in err and "100% complete" in out
    report = (shop / "two.md").read_text("utf-8")
    assert "by Ada L." in report and "| Next phase ready | Yes: " in report


def test_the_report_of_an_open_phase_says_what_is_missing(shop: Path, told: Told) -> None:
    exit_code, out, _ = told("phase", "2", "--report")
    assert exit_code == 1
    assert "| Overall success | ❌ INCOMPLETE |" in out and "| Completion | 25.0%: " in out
    assert "| Next phase ready | No: phase 5 (Performance bottlenecks) may not start |" in out
    assert "- shop/app.py:4: imports shop.stock.StockCache" in out and "- to do: `overhaul propose cache`" in out
    assert "None is in the journals of this machine." in out and "None is recorded for this phase." in out


def test_an_open_gate_behind_an_open_phase_is_not_ready(shop: Path, told: Told) -> None:
    one_cache(shop)
    out = told("phase", "2", "--run", "--report")[1]
    assert "✅ COMPLETE" in out and "| Next phase ready | No: phase 1 (Audit and mapping) is not complete |" in out


def test_waivers_are_told_by_name_and_do_not_count_as_met(shop: Path, told: Told) -> None:
    told("phase", "1", "--run", "--complete", "--by", "Ada L.")
    for criterion in ("caches_consolidated", "no_legacy_cache"):
        told("phase", "2", "--waive", criterion, "--by", "Ada L.", "--reason", "next year")
    exit_code, out, _ = told("phase", "2", "--run", "--report")
    assert exit_code == 0
    assert "| Overall success | ✅ COMPLETE, 2 criteria waived |" in out and "| Completion | 50.0%" in out
    assert "### ⚠️ waived: `caches_consolidated`" in out
    assert "- `no_legacy_cache`, by Ada L.: next year" in out


def test_migrations_and_decisions_of_the_phase_are_listed(shop: Path, told: Told) -> None:
    (shop / "one.toml").write_text(
        'title = "Prices have one name"\n[[steps]]\ncodemod = "rename_symbol"\n'
        'target = "shop.app:price"\nto = "price_of"\n'
    )
    assert told("migrate", "one.toml", "--write", "--phase", "caches", "--no-verify")[0] == 0
    assert told("decide", "One cache", "--context", "x", "--because", "caches:shop.*", "--phase", "caches")[0] == 0
    out = told("phase", "2", "--report")[1]
    assert re.search(r"^- 1: Prices have one name: files: 1 edited$", out, re.MULTILINE)
    assert "- decision 0001: One cache (accepted): `docs/decisions/0001-one-cache.md`" in out
    other = told("phase", "1", "--report")[1]
    assert "Prices have one name" not in other and "decision 0001" not in other


def test_a_phase_that_is_not_needed_has_a_short_report(shop: Path, told: Told) -> None:
    exit_code, out, _ = told("phase", "3", "--report")
    assert exit_code == 0 and "| Overall success | not needed |" in out and "## Why it is not needed" in out
    assert "## Results" not in out


def test_a_report_goes_nowhere_where_there_is_no_folder(shop: Path, told: Told) -> None:
    exit_code, _, err = told("phase", "2", "--report", "away/two.md")
    assert exit_code == 2 and len(err.splitlines()) == 1 and "away/two.md" in err


def test_the_page_of_the_plan_has_every_phase_and_is_the_same_each_time(shop: Path, told: Told) -> None:
    assert told("plan", "-q", "--docs", "plan.md")[0] == 0
    page = (shop / "plan.md").read_text("utf-8")
    page = page.removeprefix(f"{RECORD}\n\n")
    assert page.startswith("# Overhaul of the shop\n\n10 phases, 6 of them needed, with 3 work items.")
    assert "| 2 | [Caches](#phase-2-caches) | 4 | 1 |" in page and '<a id="phase-2-caches"></a>' in page
    assert "1. **Make one cache of PriceCache and StockCache**: " in page
    assert "   - with: `overhaul propose cache" in page
    assert "- `caches_consolidated`: At most one implementation" in page
    assert not re.search(r"\d{4}-\d\d-\d\d", page), "no day"
    told("plan", "-q", "--docs", "again.md")
    assert (shop / "again.md").read_bytes() == (shop / "plan.md").read_bytes()


def test_the_page_tells_what_somebody_has_added(shop: Path, told: Told) -> None:
    with (shop / "overhaul-campaign.toml").open("a") as file:
        file.write(
            '\n[phases.caches.criteria.few]\nexpression = "count(caches) <= 1"\n'
            '[phases.caches.criteria.told]\nstatement = "They know."\n'
            '[phases.caches.waivers.few]\nby = "Ada L."\nreason = "next year"\n'
            '[phases.caches.items.own]\ntitle = "Tell them"\nown = true\norder = 9\n'
        )
    page = told("plan", "-q", "--docs", "-")[1]
    assert "- `few`: `count(caches) <= 1` **Waived by Ada L.: next year**" in page
    assert "- `told`: They know. (not signed yet)" in page
    assert "9. **Tell them**: medium, risk 0.00\n   - written by hand: `own`" in page


def test_plan_and_page_do_not_share_standard_output(shop: Path, told: Told) -> None:
    exit_code, out, err = told("plan", "-o", "-", "--docs", "-")
    assert exit_code == 2 and not out and "both go to standard output" in err


HOSTILE = "<script>alert(1)</script> | `x` [y](http://z) @all \x1b[2J\u202e"


def test_hostile_text_means_nothing_in_a_report(shop: Path, told: Told) -> None:
    encoded = json.dumps(HOSTILE)
    changed(shop, 'title = "Caches"', f"title = {encoded}")
    changed(shop, 'title = "Overhaul of the shop"', f"title = {encoded}")
    with (shop / "overhaul-campaign.toml").open("a") as file:
        file.write(f"\n[phases.caches.waivers.no_legacy_cache]\nby = {encoded}\nreason = {encoded}\n")
    for out in (told("phase", "2", "--report")[1], told("plan", "-q", "--docs", "-")[1]):
        assert "<script" not in out and not re.search(r"(?<!\\)\](\(|\[)http", out) and "@all" not in out
        assert "\x1b" not in out and "\u202e" not in out
        table = [line for line in out.splitlines() if line.startswith("| 2 |")]
        assert all(len(re.findall(r"(?<!\\)\|", line)) == 7 for line in table)
    for arguments in (("status",), ("phase", "2")):
        out = told(*arguments)[1]
        assert "\x1b" not in out and "\u202e" not in out


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a_b and c.d", "a_b and c.d"), ("see `x_y` there", "see `x_y` there"), ("an odd ` tick", "an odd \\` tick"),
        ("1. not a list", "1\\. not a list"), ("- nor this", "\\- nor this"), ("`a|b` | c", "`a\\|b` \\| c"),
    ],
)  # fmt: skip
def test_prose_stays_prose(given: str, shown: str) -> None:
    assert text(given) == shown


def test_code_may_hold_ticks() -> None:
    assert code("a `b` c") == "``a `b` c``" and code("`b`") == "`` `b` ``"


def test_a_document_has_no_second_empty_line() -> None:
    assert document(["", "a", "", "", "b", "", ""]) == "a\n\nb\n"


def validated(document_: object) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_bytes()))
    # Dates of TOML are texts to a schema.
    validator.validate(json.loads(msgspec.json.encode(document_)))  # pyright: ignore[reportUnknownMemberType]


def test_the_published_schema_says_what_the_code_says(
    request: pytest.FixtureRequest, expect: Callable[[Path, str], None]
) -> None:
    """A new criterion touches no other file: it may wait for the next `make fixtures-update`."""
    now = campaign_schema(load_leaves()) + "\n"
    if request.config.getoption("--update-expected"):
        expect(PUBLISHED, now)
    published, made = json.loads(PUBLISHED.read_bytes()), json.loads(now)
    known = published["$defs"]["Phase"]["properties"]["criteria"]["properties"]
    criteria = made["$defs"]["Phase"]["properties"]["criteria"]
    criteria["properties"] = {name: criteria["properties"].get(name) for name in known}
    assert made == published
    jsonschema.Draft202012Validator.check_schema(made)  # pyright: ignore[reportUnknownMemberType]


def test_the_schema_is_printed(told: Told) -> None:
    exit_code, out, _ = told("explain", "--campaign-schema")
    assert exit_code == 0 and json.loads(out)["title"] == "A campaign file of overhaul"


def test_a_plan_and_what_is_recorded_in_it_are_valid(shop: Path, told: Told) -> None:
    finished(shop, told)
    validated(tomllib.loads((shop / "overhaul-campaign.toml").read_text()))


def test_the_example_of_the_guide_is_valid_and_is_read(tmp_path: Path) -> None:
    found = re.findall(r"^```toml\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    for example in found:
        validated(tomllib.loads(example))
        (tmp_path / "overhaul-campaign.toml").write_text(example)
        assert read_campaign(tmp_path / "overhaul-campaign.toml").phases


HEAD = '[phases.caches]\nnumber = 1\ntitle = "x"\n'
WRONG = (
    "titel = 'x'\n", "[phases.caches]\nnumber = 1\n", "[phases.'a b']\nnumber = 1\ntitle = 'x'\n",
    f"{HEAD}colour = 1\n",
    f"{HEAD}[phases.caches.criteria.a]\nexpression = 'x'\ncommand = 'y'\n", "risk-limit = 3\n",
    f"{HEAD}[phases.caches.items.a]\ntitle = 'x'\neffort = 'huge'\n",
    f"{HEAD}[phases.caches.waivers.a]\nby = 'x'\n",
)  # fmt: skip


@pytest.mark.parametrize("file", WRONG)
def test_what_the_command_refuses_the_schema_refuses(file: str, tmp_path: Path) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validated(tomllib.loads(file))
    (tmp_path / "overhaul-campaign.toml").write_text(file)
    with pytest.raises(ConfigError):
        read_campaign(tmp_path / "overhaul-campaign.toml")


@pytest.mark.parametrize(
    "criteria",
    [
        {"no_fatal_cycle": {}}, {"caches_consolidated": {"options": {"at-most": 2}}}, {"own": {"command": "true"}},
        {"no_fatal_cycle": {"statement": "none"}},
    ],
    ids=str,
)  # fmt: skip
def test_criteria_that_the_schema_takes(criteria: dict[str, Any]) -> None:
    validated({"phases": {"caches": {"number": 1, "title": "x", "criteria": criteria}}})


@pytest.mark.parametrize(
    "criteria",
    [
        {"no_such": {}}, {"caches_consolidated": {"options": {"at-mots": 2}}}, {"own": {"command": "a", "silent": "b"}},
        {"no_fatal_cycle": {"command": "true", "options": {}}},
    ],
    ids=str,
)  # fmt: skip
def test_criteria_that_the_schema_refuses(criteria: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validated({"phases": {"caches": {"number": 1, "title": "x", "criteria": criteria}}})
