"""Gates: what is missing, unknown, unsigned or expired keeps them shut."""

import datetime
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from overhaul.campaign.gates import Gate, Gates, Ground, Runner
from overhaul.campaign.model import Campaign, Completion, Entry, Phase, Waiver
from overhaul.errors import ConfigError
from overhaul.evidence import Evidence, met, unmet
from overhaul.leaves import Criterion
from overhaul.testing import judge, surveyed

SHOP = {
    "shop/__init__.py": "",
    "shop/rates.py": (
        "import functools\nimport math\n\n\n@functools.cache\ndef rate(currency: str, day: int) -> float:\n"
        "    return math.exp(len(currency) * day)\n"
    ),
}
BROKEN = {**SHOP, "shop/orders.py": "def order(:\n"}
TODAY = datetime.date.today()


def phase(number: int = 1, **criteria: Entry) -> Phase:
    return Phase(id=f"p{number}", number=number, title=f"Number {number}", criteria=criteria)


@contextmanager
def gates(*phases: Phase, files: dict[str, str] = SHOP, run: Runner | None = None) -> Generator[Gates]:
    with surveyed(files) as seen:
        yield Gates(Campaign(phases=phases, source="overhaul-campaign.toml"), seen, run)


def gate_of(one: Phase, files: dict[str, str] = SHOP, run: Runner | None = None) -> Gate:
    with gates(one, files=files, run=run) as found:
        return found.gate(one)


FEW = Entry(expression="count(caches) <= 1")
NONE = Entry(expression="count(caches) <= 0")


def test_a_gate_without_criteria_is_shut() -> None:
    gate = gate_of(phase())
    assert not gate.open
    assert gate.percentage == 0


def test_each_criterion_has_to_be_met() -> None:
    assert gate_of(phase(few=FEW)).open
    both = gate_of(phase(few=FEW, none=NONE))
    assert not both.open
    assert both.percentage == 50
    assert [one.name for one in both.left] == ["none"]


def test_a_phase_that_is_not_needed_has_an_open_gate() -> None:
    assert gate_of(msgspec.structs.replace(phase(none=NONE), needed=False)).open


@pytest.mark.parametrize(
    ("entry", "opens"),
    [
        (Entry(silent="unbounded_cache"), False),
        (Entry(silent="import_cycle"), True),
        (Entry(silent="*_cache"), False),
        (Entry(silent="hardening"), True),
        (Entry(statement="All customers know."), False),
        (Entry(statement="All customers know.", signed_by="Ada"), True),
        (Entry(statement="All customers know.", signed_by="   "), False),
        (Entry(statement="All customers know.", signed_by="\u200b"), False),
        (Entry(statement="All customers know.", signed_by="___"), False),
        (Entry(statement="All customers know.", signed_on=TODAY), False),
    ],
)
def test_rules_that_are_silent_and_signed_statements_open_a_gate(entry: Entry, opens: bool) -> None:
    assert gate_of(phase(it=entry)).open is opens


def test_what_a_rule_says_is_placed_and_names_what_explains_it() -> None:
    [judgement] = gate_of(phase(it=Entry(silent="unbounded_cache"))).judgements
    [one] = judgement.evidence
    assert one.place == "shop/rates.py:6"
    assert one.remedy == "overhaul explain unbounded_cache"


def test_an_opt_in_rule_runs_for_a_gate_though_nobody_selects_it() -> None:
    files = {**SHOP, "shop/call.py": "import requests\n\n\ndef ask(url):\n    return requests.get(url)\n"}
    assert not gate_of(phase(it=Entry(silent="connection_without_timeout")), files).open


def test_a_command_is_not_run_unless_that_is_asked_for() -> None:
    ran: list[str] = []

    def run(command: str) -> tuple[int, str]:
        ran.append(command)
        return (0, "") if command == "good" else (3, "two tests fail")

    good, bad = Entry(command="good"), Entry(command="bad")
    without = gate_of(phase(good=good, bad=bad))
    assert not ran
    assert not without.open
    assert all(one.unknown for one in without.judgements)
    gate = gate_of(phase(good=good, bad=bad), run=run)
    assert ran == ["good", "bad"]
    assert [one.met for one in gate.judgements] == [True, False]
    assert "two tests fail" in gate.left[0].evidence[0].what


def test_a_criterion_that_looks_at_nothing_is_unknown() -> None:
    @Criterion("caches")
    def looks_away() -> Iterator[Evidence]:
        """Nothing is looked at."""
        yield from ()

    said = judge(looks_away, SHOP)
    assert not said.met
    assert said.unknown


def test_one_thing_that_is_left_outweighs_all_that_is_met() -> None:
    @Criterion("caches")
    def counts() -> Iterator[Evidence]:
        """Two of three are as they should be."""
        yield met("one")
        yield unmet("two", "shop/rates.py", 4)
        yield met("three")

    said = judge(counts, SHOP)
    assert not said.met
    assert not said.unknown
    assert [one.what for one in said.left] == ["two"]


@pytest.mark.parametrize(
    "entry", [FEW, Entry(silent="import_cycle"), Entry(command="good"), Entry(statement="So it is.", signed_by="Ada")]
)
def test_a_file_that_cannot_be_parsed_leaves_unknown_what_stands_on_the_code(entry: Entry) -> None:
    gate = gate_of(phase(it=entry), BROKEN, lambda command: (0, command))
    [judgement] = gate.judgements
    stands_on_code = not (entry.command or entry.statement)
    assert judgement.unknown is stands_on_code
    assert ("shop/orders.py" in "".join(one.what for one in judgement.evidence)) is stands_on_code


def test_so_does_it_for_criteria_that_read_tables_once() -> None:
    [judgement] = gate_of(phase(no_fatal_cycle=Entry()), BROKEN).judgements
    assert [one.unknown for one in judgement.evidence] == [False, True]
    [judgement] = gate_of(phase(tiers_acyclic=Entry()), BROKEN).judgements
    assert sum("shop/orders.py" in one.what for one in judgement.evidence) == 1


def test_a_broken_file_of_the_tests_leaves_the_program_known() -> None:
    assert gate_of(phase(few=FEW), {**SHOP, "tests/test_rates.py": "def test(:\n"}).open


def waived(until: datetime.date | None, entry: Entry = NONE) -> Gate:
    waiver = Waiver(by="Ada", reason="A customer counts on it.", until=until)
    return gate_of(msgspec.structs.replace(phase(none=entry), waivers={"none": waiver}))


@pytest.mark.parametrize("until", [None, TODAY, TODAY + datetime.timedelta(days=1)])
def test_a_waiver_opens_the_gate_and_makes_nothing_met(until: datetime.date | None) -> None:
    gate = waived(until)
    assert gate.open
    assert gate.percentage == 0
    assert not gate.judgements[0].met


def test_a_waiver_that_has_ended_counts_no_more_and_is_told() -> None:
    yesterday = TODAY - datetime.timedelta(days=1)
    gate = waived(yesterday)
    assert not gate.open
    assert f"the waiver of Ada ended on {yesterday}" in gate.left[0].evidence[-1].what
    assert waived(yesterday, FEW).open, "what is met needs none"


def test_the_gates_before_are_judged_anew_and_have_to_have_been_completed() -> None:
    done = Completion(by="Ada", on=TODAY)
    last = phase(3, earlier_gates_hold=Entry())

    def said(first: Phase, second: Phase) -> Gate:
        with gates(first, second, last) as found:
            return found.gate(last)

    first = msgspec.structs.replace(phase(1, few=FEW), completed=done)
    second = msgspec.structs.replace(phase(2, few=FEW), completed=done)
    assert said(first, second).open
    assert not said(first, phase(2, few=FEW)).open, "never completed"
    assert not said(msgspec.structs.replace(first, criteria={"none": NONE}), second).open, "lost again"
    unneeded = msgspec.structs.replace(phase(2, none=NONE), needed=False)
    assert said(first, unneeded).open


def test_a_phase_does_not_wait_for_itself_or_for_later_ones() -> None:
    one, two = phase(1, earlier_gates_hold=Entry()), phase(2, none=NONE)
    with gates(one, two) as found:
        assert found.gate(one).open


@pytest.mark.parametrize(
    ("name", "entry", "reason"),
    [
        ("no_legacy_cahce", Entry(), "did you mean no_legacy_cache"),
        ("it", Entry(silent="import_cyle"), "did you mean import_cycle"),
        ("it", Entry(expression="count(cache) < 1"), "did you mean caches"),
        ("caches_consolidated", Entry(options={"at-mots": 1}), "did you mean at-most"),
        ("caches_consolidated", Entry(options={"at-most": "one"}), "expected int"),
        ("caches_consolidated", Entry(options={"at-most": -1}), "expected int >= 0"),
        ("no_fatal_cycle", Entry(options={"at-most": 1}), "has no options"),
    ],
)
def test_what_a_campaign_cannot_mean_is_refused_with_its_place(name: str, entry: Entry, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        gate_of(msgspec.structs.replace(phase(), criteria={name: entry}))
    told = str(caught.value)
    assert reason in told
    assert f"[phases.p1.criteria.{name}]" in told
    assert "\n" not in told


def test_options_reach_the_criterion() -> None:
    assert gate_of(phase(caches_consolidated=Entry(options={"at-most": 0, "keep": ("shop.*",)}))).open
    assert not gate_of(phase(caches_consolidated=Entry(options={"at-most": 0}))).open


def test_a_criterion_is_judged_once_however_many_ask() -> None:
    seen: list[str] = []

    @Criterion("caches")
    def counts(ground: Ground) -> Iterator[Evidence]:
        """How often it is asked."""
        seen.append(ground.name)
        yield met("asked")

    with surveyed(SHOP, extra=counts) as survey:
        one, two = phase(1, counts=Entry()), phase(2, earlier_gates_hold=Entry())
        found = Gates(Campaign(phases=(one, two)), survey)
        found.gate(two)
        found.gate(one)
        found.gate(two)
    assert seen == ["counts"]
