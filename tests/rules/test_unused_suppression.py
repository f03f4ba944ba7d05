"""Comments that suppress nothing: what counts as used, and what is not called unused."""

from collections.abc import Iterator, Sequence

import msgspec
import pytest

from overhaul.config import Config, PathSettings
from overhaul.facts import Class, Facts
from overhaul.findings import Finding
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.testing import surveyed
from overhaul.verdicts import Verdict


@Rule
def bad_name(layout: Layout, classes: Facts[Class]) -> Iterator[Finding]:
    """A class is called Bad."""
    for module, rows in classes.items():
        for row in rows:
            if row.name == "Bad":
                yield Finding(
                    rule="bad_name", severity="error", message="called Bad", module=module,
                    path=layout.modules[module].path, line=row.line, name=row.name,
                )  # fmt: skip


def verdict(source: str, config: Config | None = None) -> Verdict:
    chosen = msgspec.structs.replace(config or Config(), select=("bad_name", "unused_suppression"))
    with surveyed({"a.py": source}, chosen, bad_name) as survey:
        return survey.verdict


def messages(findings: Sequence[Finding]) -> list[str]:
    return [f"{one.rule}:{one.line}: {one.message}" for one in findings]


@pytest.mark.parametrize(
    "source",
    [
        "class Bad:  # overhaul: ignore[bad_name] in a protocol\n    pass\n",
        "# overhaul: ignore[bad_name] in a protocol\nclass Bad:\n    pass\n",
        "@final\n@other(\n    1)  # overhaul: ignore[bad_name] in a protocol\nclass Bad(\n    A,\n):\n    pass\n",
        "'''Text.'''\n\n# overhaul: ignore-file[bad_name] in a protocol\n\n\nclass Bad:\n    pass\n",
    ],
)
def test_what_a_comment_covers_is_suppressed_with_its_reason_and_the_comment_is_used(source: str) -> None:
    found = verdict(source)
    assert not found.findings
    (one,) = found.suppressed
    assert (one.rule, one.status, one.reason) == ("bad_name", "suppressed", "in a protocol")


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("class Bad:\n    x = 1  # overhaul: ignore[bad_name] why\n", "here: take it away"),
        ("class Good:  # overhaul: ignore[bad_name] why\n    x = 1\nclass Bad: ...\n", "here: take it away"),
        ("# overhaul: ignore[bad_name] why\n\nclass Bad: ...\n", "here, for no statement stands directly below"),
        ("# overhaul: ignore-file[bad_name] why\nclass Good: ...\n", "in this file: take it away"),
        ("x = 1  # overhaul: ignore[bad_name, stale_cache] why\n", "here: take them out"),
    ],
)
def test_a_comment_that_covers_nothing_is_unused(source: str, where: str) -> None:
    found = [one for one in verdict(source).findings if one.rule == "unused_suppression"]
    assert len(found) == 1 and where in found[0].message and "nothing to suppress of bad_name" in found[0].message


def test_a_rule_that_has_not_run_is_not_called_unused() -> None:
    assert not verdict("x = {}  # overhaul: ignore[stale_cache] why\n").findings


def test_a_comment_without_reason_holds_and_is_told() -> None:
    found = verdict("class Bad: ...  # overhaul: ignore[bad_name]\n")
    assert len(found.suppressed) == 1
    assert messages(found.findings) == [
        "unused_suppression:1: `# overhaul: ignore[bad_name]` does not say why: write a reason behind the brackets"
    ]


def test_one_that_is_unused_is_not_asked_for_a_reason_as_well() -> None:
    assert len(verdict("x = 1  # overhaul: ignore[bad_name]\n").findings) == 1


def test_what_is_said_of_a_comment_can_be_suppressed_on_its_line() -> None:
    source = "class Good: ...  # overhaul: ignore[bad_name, unused_suppression] Bad comes back next month\n"
    found = verdict(source)
    assert not found.findings
    assert [one.rule for one in found.suppressed] == ["unused_suppression"]
    alone = "# overhaul: ignore[unused_suppression] see below\n# overhaul: ignore[bad_name] it comes back\nx = 1\n"
    assert not verdict(alone).findings


def test_a_malformed_comment_suppresses_nothing_and_is_told() -> None:
    found = verdict("class Bad: ...  # overhaul:ignore[bad_name] why\n")
    assert [one.rule for one in found.findings] == ["bad_name", "unused_suppression"]


def test_where_leaves_were_left_out_no_rule_is_called_unknown() -> None:
    with surveyed({"a.py": "x = 1  # overhaul: ignore[of_their_own] why\n"}, Config(), bad_name) as survey:
        assert [one.message for one in survey.findings] == [
            "there is no rule of_their_own: `overhaul explain` lists them"
        ]
    with surveyed({"a.py": "x = 1  # overhaul: ignore[of_their_own] why\n"}, Config(), bad_name) as survey:
        survey.leaves.complete = False
        assert not survey.findings


def test_a_severity_that_is_set_does_not_change_what_is_suppressed() -> None:
    config = Config(rules={"bad_name": {"severity": "note"}}, per_path={"*.py": PathSettings()})
    (one,) = verdict("class Bad: ...  # overhaul: ignore[bad_name] why\n", config).suppressed
    assert one.severity == "note"
