"""Which comment suppresses which finding."""

import msgspec
import pytest

from overhaul.facts import Suppression
from overhaul.findings import Finding
from overhaul.suppressing import covers, suppress

COMMENT = Suppression(
    line=3, first=2, last=5, rules=("stale_cache", "placeholder"), reason="why", whole_file=False, alone=False,
    wrong="", text="# overhaul: ignore[stale_cache, placeholder]",
)  # fmt: skip


def found(line: int, rule: str = "stale_cache", path: str = "a.py") -> Finding:
    return Finding(rule=rule, severity="note", message="it is", module="a", path=path, line=line, name=str(line))


@pytest.mark.parametrize(("line", "covered"), [(1, False), (2, True), (3, True), (5, True), (6, False)])
def test_a_comment_covers_its_statement(line: int, covered: bool) -> None:
    assert covers(COMMENT, "stale_cache", line) is covered
    assert not covers(COMMENT, "dead_end_state", line)


def test_one_for_the_whole_file_covers_every_line() -> None:
    whole = msgspec.structs.replace(COMMENT, whole_file=True, first=0, last=0)
    assert covers(whole, "placeholder", 1) and covers(whole, "stale_cache", 10_000)
    assert not covers(whole, "dead_end_state", 1)


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_wrong_covers_nothing(whole: bool) -> None:
    assert not covers(msgspec.structs.replace(COMMENT, whole_file=whole, wrong="place"), "stale_cache", 3)


def test_findings_keep_their_order_and_the_suppressed_ones_get_status_and_reason() -> None:
    findings = [found(9), found(3), found(2, "placeholder"), found(3, path="b.py"), found(3, "dead_end_state")]
    stay, suppressed = suppress(findings, {"a.py": [COMMENT]})
    assert stay == [findings[0], findings[3], findings[4]]
    assert [(one.line, one.rule, one.status, one.reason) for one in suppressed] == [
        (3, "stale_cache", "suppressed", "why"), (2, "placeholder", "suppressed", "why"),
    ]  # fmt: skip


def test_the_first_comment_that_covers_a_finding_gives_the_reason() -> None:
    second = msgspec.structs.replace(COMMENT, reason="another")
    _, (one,) = suppress([found(3)], {"a.py": [COMMENT, second]})
    assert one.reason == "why"
