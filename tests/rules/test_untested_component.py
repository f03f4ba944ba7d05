"""Gaps of the test matrix as findings: what the options ask for, and what coverage data says."""

from __future__ import annotations

import msgspec

from overhaul.config import Config, Setting
from overhaul.findings import Finding
from overhaul.testing import Files, check

FILES = {
    "shop/__init__.py": "",
    "shop/prices.py": (
        "from functools import lru_cache\n\n\n@lru_cache(maxsize=10)\ndef price(name):\n"
        "    if not name:\n        return 0\n    return len(name)\n"
    ),
}
TEST = {"tests/unit/test_prices.py": "from shop.prices import price\ndef test_price():\n    assert price('a') == 1\n"}


def found(files: Files, data: str = "", **options: Setting) -> list[Finding]:
    return check("untested_component", files, Config(rules={"untested_component": options}, coverage_data=data))


def test_a_role_lacks_what_the_options_ask_for_and_nothing_else() -> None:
    assert found({**FILES, **TEST}) == []
    (finding,) = found({**FILES, **TEST}, system=("cache",), performance=("manager",))
    assert (finding.message, finding.severity) == ("price has no system test", "note")
    assert found({**FILES, **TEST}, unit=("manager",), system=("manager", "state_machine")) == []


def test_where_no_test_gets_to_anything_the_tests_stand_elsewhere() -> None:
    assert found(FILES) == []
    assert found({**FILES, "tests/test_other.py": "def test_other():\n    assert 1\n"}) == []


def test_too_few_statements_that_run_are_told_only_where_the_data_fits() -> None:
    def report(ran: tuple[int, ...]) -> str:
        entry = {"executed_lines": ran, "missing_lines": (7,)}
        return msgspec.json.encode({"files": {"shop/prices.py": entry}}).decode()

    files = {**FILES, **TEST, "cov.json": report((1, 4, 5, 6, 8))}
    (finding,) = found(files, "cov.json", **{"least-run": 90})
    assert finding.message == "2 of 3 statements run under tests, less than 90%"
    assert found(files, "cov.json", **{"least-run": 60}) == []
    assert found({**files, "cov.json": report((1, 4, 5, 6, 8, 99))}, "cov.json", **{"least-run": 90}) == []


def test_data_that_cannot_be_read_is_a_finding_of_its_own() -> None:
    (finding,) = found({**FILES, **TEST}, "gone.json")
    assert (finding.path, finding.name) == ("gone.json", "coverage-data")
    assert finding.message == "the coverage data cannot be read: No such file or directory"
