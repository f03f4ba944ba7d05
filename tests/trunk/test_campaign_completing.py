"""Completing a phase: at 100% only, after the earlier ones, by somebody, and on record."""

import datetime
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from overhaul.campaign.completing import check_waivable, completed, signed, waived
from overhaul.campaign.gates import Gates
from overhaul.campaign.model import Campaign
from overhaul.campaign.reading import named_phase, read_campaign
from overhaul.errors import Refused, UnknownName, UsageError
from overhaul.testing import surveyed

RATES = "import functools\n\n\n@functools.cache\ndef rate(day):\n    return day\n"
CODE = {"shop/__init__.py": "", "shop/rates.py": RATES}
FILE = """\
# Ours.
[phases.first]
number = 1
title = "First"
criteria.few = { expression = "count(caches) <= 1" }

[phases.second]
number = 2
title = "Second"
criteria.few = { expression = "count(caches) <= 1" }
criteria.told = { statement = "All customers know." }

[phases.third]
number = 3
title = "Third"
criteria.none = { expression = "count(caches) <= 0" }

[phases.empty]
number = 4
title = "Fourth"

[phases.skipped]
number = 5
title = "Fifth"
needed = false
criteria.few = { expression = "count(caches) <= 1" }
"""


class Desk:
    """A campaign file that is edited and read again."""

    def __init__(self, file: Path, gates: Gates) -> None:
        self.file = file
        self.gates = gates

    @property
    def text(self) -> str:
        return self.file.read_text("utf-8")

    def keep(self, text: str) -> Campaign:
        self.file.write_text(text, encoding="utf-8")
        self.gates = Gates(read_campaign(self.file), self.gates.survey)
        return self.gates.campaign

    def complete(self, name: str, by: str = "Ada") -> Campaign:
        gate = self.gates.gate(named_phase(self.gates.campaign, name))
        return self.keep(completed(self.text, self.gates, gate, by))


@contextmanager
def desk(tmp_path: Path, text: str = FILE) -> Generator[Desk]:
    file = tmp_path / "overhaul-campaign.toml"
    file.write_text(text, encoding="utf-8")
    with surveyed(CODE) as seen:
        yield Desk(file, Gates(read_campaign(file), seen))


def test_a_phase_at_100_percent_is_completed_with_who_when_and_the_figures(tmp_path: Path) -> None:
    with desk(tmp_path) as ours:
        found = ours.complete("first").phases[0].completed
        day = ours.gates.survey.day
    assert found is not None
    assert (found.by, found.on, found.waived) == ("Ada", day, ())
    assert found.metrics["caches"] == 1
    assert ours.text.startswith("# Ours.\n")


def test_no_phase_is_completed_before_an_earlier_one_that_is_needed(tmp_path: Path) -> None:
    with desk(tmp_path, FILE.replace('criteria.told = { statement = "All customers know." }\n', "")) as ours:
        with pytest.raises(Refused, match=r"phase 1 \(First\) comes before"):
            ours.complete("second")
        ours.complete("first")
        assert ours.complete("second").phases[1].completed is not None


def test_an_earlier_phase_that_is_not_needed_stands_in_nobodys_way(tmp_path: Path) -> None:
    with desk(tmp_path, FILE.replace('title = "First"', 'title = "First"\nneeded = false')) as ours:
        ours.keep(ours.text.replace('criteria.told = { statement = "All customers know." }\n', ""))
        assert ours.complete("second").phases[1].completed is not None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("second", "phase 2 is at 50%: told"), ("third", "phase 3 is at 0%: none"),
        ("empty", "has no criterion"), ("skipped", "is not needed"),
    ],
)  # fmt: skip
def test_what_is_not_reached_is_not_completed_and_nothing_is_written(tmp_path: Path, name: str, reason: str) -> None:
    with desk(tmp_path) as ours:
        ours.complete("first")
        before = ours.text
        with pytest.raises(Refused, match=reason):
            ours.complete(name)
        assert ours.text == before


def test_a_phase_that_was_completed_stays_as_it_was_recorded(tmp_path: Path) -> None:
    with desk(tmp_path) as ours:
        ours.complete("first")
        before = ours.text
        ours.complete("first", "Bob")
        assert ours.text == before


def test_a_phase_that_does_not_hold_any_more_is_not_completed_again(tmp_path: Path) -> None:
    with desk(tmp_path) as ours:
        ours.complete("first")
        ours.keep(ours.text.replace("count(caches) <= 1", "count(caches) <= 0"))
        with pytest.raises(Refused, match="phase 1 is at 0%"):
            ours.complete("first")


def test_a_waiver_lets_a_phase_be_completed_and_is_on_record(tmp_path: Path) -> None:
    with desk(tmp_path) as ours:
        ours.complete("first")
        third = named_phase(ours.gates.campaign, "third")
        found = ours.keep(waived(ours.text, third, "none", "Ada", "A customer counts on it."))
        assert found.phases[2].waivers["none"].reason == "A customer counts on it."
        with pytest.raises(Refused, match=r"phase 2 \(Second\) comes before"):
            ours.complete("third")
        second = named_phase(ours.gates.campaign, "second")
        ours.keep(signed(ours.text, second, "told", "Ada", ours.gates.survey.day))
        ours.complete("second")
        done = ours.complete("third").phases[2].completed
    assert done is not None
    assert done.waived == ("none",)


def test_a_waiver_needs_a_reason_and_a_criterion_that_the_phase_has(tmp_path: Path) -> None:
    with desk(tmp_path) as ours:
        third = named_phase(ours.gates.campaign, "third")
        for reason in ("", "  ", "...", "\u200b"):
            with pytest.raises(UsageError, match="needs a reason"):
                waived(ours.text, third, "none", "Ada", reason)
        with pytest.raises(UnknownName, match="nine"):
            waived(ours.text, third, "nine", "Ada", "So it is.")


def test_what_is_met_cannot_be_waived(tmp_path: Path) -> None:
    with desk(tmp_path) as ours:
        gate = ours.gates.gate(named_phase(ours.gates.campaign, "first"))
        with pytest.raises(Refused, match="nothing to waive"):
            check_waivable(gate, "few")
        check_waivable(ours.gates.gate(named_phase(ours.gates.campaign, "third")), "none")


def test_a_signature_is_for_statements_only_and_is_read_again(tmp_path: Path) -> None:
    with desk(tmp_path) as ours:
        second, day = named_phase(ours.gates.campaign, "second"), datetime.date(2031, 2, 3)
        with pytest.raises(UsageError, match="few is no statement"):
            signed(ours.text, second, "few", "Ada", day)
        with pytest.raises(UnknownName, match="tolled"):
            signed(ours.text, second, "tolled", "Ada", day)
        entry = ours.keep(signed(ours.text, second, "told", "Ada", day)).phases[1].criteria["told"]
        assert (entry.statement, entry.signed_by, entry.signed_on) == ("All customers know.", "Ada", day)
        assert ours.gates.gate(named_phase(ours.gates.campaign, "second")).open
