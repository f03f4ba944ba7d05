"""Candidates of consolidation, from source to row."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from overhaul.config import Config, Justification
from overhaul.redundancy import Consolidation
from overhaul.testing import table

PROJECT = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tradeframe"


def candidates(files: dict[str, str], config: Config | None = None) -> list[Consolidation]:
    return [row for row in table("consolidations", files, config) if isinstance(row, Consolidation)]


def measure(row: Consolidation, name: str) -> str:
    return next(part.measure for part in row.parts if part.name == name)


@pytest.fixture(scope="module")
def rows() -> Sequence[Consolidation]:
    """The candidates of the fixture."""
    return candidates({
        file.relative_to(PROJECT).as_posix(): file.read_text("utf-8")
        for file in sorted(PROJECT.rglob("*"))
        if file.suffix in (".py", ".toml") and ".overhaul" not in file.parts and file.name != "truth.toml"
    })  # fmt: skip


def test_the_best_candidates_come_first(rows: Sequence[Consolidation]) -> None:
    worths = [row.saved_lines * (1 - row.risk) for row in rows]
    assert worths == sorted(worths, reverse=True) and len(rows) > 5


def test_every_risk_can_be_computed_from_what_is_shown(rows: Sequence[Consolidation]) -> None:
    for row in rows:
        assert row.risk == pytest.approx(sum(part.weight * part.value for part in row.parts), abs=0.001)
        assert sum(part.weight for part in row.parts) == pytest.approx(1)
        assert [part.name for part in row.parts] == [
            "users", "fan_in", "interface_distance", "state_held", "untested", "complexity",
        ]  # fmt: skip


def test_three_copies_of_a_parser_are_no_great_risk(rows: Sequence[Consolidation]) -> None:
    (row,) = [row for row in rows if row.name == "parse_timestamp"]
    assert [member.rpartition(".")[0] for member in row.members] == [
        "tradeframe.data.csv_feed", "tradeframe.orders.journal", "tradeframe.utils.timeparse",
    ]  # fmt: skip
    assert row.risk < 0.25
    assert measure(row, "state_held") == "they hold no state"
    assert measure(row, "interface_distance") == "the interfaces are equal"


def test_the_caches_are_a_greater_risk_than_any_pair_of_functions(rows: Sequence[Consolidation]) -> None:
    (caches,) = [row for row in rows if row.subkind == "cache_family"]
    assert len(caches.members) == 3 and "3 caches" in measure(caches, "state_held")
    assert all(row.risk < caches.risk for row in rows if row.subkind == "duplicate")


def test_the_old_package_is_one_candidate_and_not_one_for_each_copied_function(rows: Sequence[Consolidation]) -> None:
    (row,) = [row for row in rows if row.subkind == "parallel"]
    assert all(member.startswith("tradeframe.performance.") for member in row.members[::2])
    assert all(member.startswith("tradeframe.core.") for member in row.members[1::2])
    assert not any(
        all(member in row.members for member in other.members) for other in rows if other.subkind == "duplicate"
    )


COPY = """
def total(rows, day):
    found = 0
    for row in rows:
        if row.day != day:
            continue
        if row.cancelled:
            found -= row.fee
        else:
            found += row.price * row.amount
    if found < 0:
        raise ValueError(day)
    return round(found, 2)
"""


def test_a_reason_on_record_is_shown_until_it_expires() -> None:
    files = {"one.py": COPY, "two.py": COPY}
    (row,) = candidates(files)
    assert row.justified == ""
    entry = Justification(group=row.identity, reason="two ledgers", expires="9999-12-31")
    assert candidates(files, Config(justified=(entry,)))[0].justified == "two ledgers"
    over = msgspec.structs.replace(entry, expires="2001-01-01")
    assert candidates(files, Config(justified=(over,)))[0].justified == ""


def test_tests_and_users_are_counted_from_the_code() -> None:
    test = "from one import total\n\n\ndef test_total():\n    assert total([], 1) == 0\n"
    user = "import one\n\nprint(one.total([], 1))\n"
    (row,) = candidates({"one.py": COPY, "two.py": COPY, "test_one.py": test, "report.py": user})
    assert measure(row, "untested") == "no test reaches 1 of 2"
    assert measure(row, "fan_in") == "1 module imports the modules they stand in"


def test_copies_in_tests_are_no_candidate() -> None:
    test = COPY.replace("total(rows, day)", "test_total(rows, day)")
    assert not candidates({"test_one.py": test, "test_two.py": test})


def test_the_same_frame_around_other_rules_is_no_candidate() -> None:
    other = COPY.replace("row.day != day", "row.late(day)").replace("row.cancelled", "row.kind == 3")
    other = other.replace("found -= row.fee", "day += 1").replace("row.price * row.amount", "len(row.parts)")
    other = other.replace("found < 0", "day in rows").replace("round(found, 2)", "{day: found}")
    assert not candidates({"one.py": COPY, "two.py": other})


def test_a_method_that_stands_in_a_copied_class_is_not_listed_beside_the_class() -> None:
    method = COPY.replace("def total(rows", "def total(self, rows").replace("\n", "\n    ")
    book = f"class Book:\n    def __init__(self, name):\n        self.name = name\n{method}"
    rows = candidates({"one.py": book, "two.py": book})
    assert [row.name for row in rows] == ["Book"]
    assert rows[0].further_lines == rows[0].saved_lines
