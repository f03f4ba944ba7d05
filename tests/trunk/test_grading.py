"""What settings make of findings: severities, and what is ignored where it stands."""

from pathlib import Path

import pytest

from overhaul.config import Config, load_config
from overhaul.findings import Finding
from overhaul.grading import grade


def found(path: str, rule: str = "stale_cache") -> Finding:
    return Finding(rule=rule, severity="warning", message="it is", module="a", path=path, line=1, name="x")


def graded(settings: str, root: Path, path: str, rule: str = "stale_cache", below: str = "") -> str:
    """The severity of one finding below `root / below`, audited with these settings; "" where it is ignored."""
    (root / "overhaul.toml").write_text(settings, encoding="utf-8")
    audited = root / below
    audited.mkdir(parents=True, exist_ok=True)
    return "".join(one.severity for one in grade([found(path, rule)], load_config(audited), audited))


def test_a_rule_has_the_severity_that_is_set(tmp_path: Path) -> None:
    settings = '[rules.stale_cache]\nseverity = "error"'
    assert graded(settings, tmp_path, "a.py") == "error"
    assert graded(settings, tmp_path, "a.py", "dead_end_state") == "warning"


def test_an_option_alone_changes_no_severity(tmp_path: Path) -> None:
    assert graded("[rules.stale_cache]\nleast-lines = 3", tmp_path, "a.py") == "warning"


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("tests/", "tests/test_a.py", True),
        ("tests/", "src/tests/deep/test_a.py", True),
        ("/tests/", "src/tests/test_a.py", False),  # anchored
        ("tests/", "tests.py", False),  # a file, no folder
        ("*_pb2.py", "src/made/a_pb2.py", True),
        ("*_pb2.py", "src/made/a_pb2.pyi", False),
        ("src/*/made.py", "src/a/made.py", True),
        ("src/*/made.py", "src/a/b/made.py", False),  # one folder in between
        ("src/**/made.py", "src/a/b/made.py", True),
    ],
)
def test_patterns_are_those_of_gitignore(tmp_path: Path, pattern: str, path: str, fits: bool) -> None:
    settings = f'[per-path."{pattern}"]\nignore = ["stale_cache"]'
    assert graded(settings, tmp_path, path) == ("" if fits else "warning")


def test_patterns_are_relative_to_the_settings_and_not_to_what_is_audited(tmp_path: Path) -> None:
    settings = '[per-path."/src/shop/"]\nignore = ["stale_cache"]'
    assert graded(settings, tmp_path, "shop/a.py", below="src") == ""
    assert graded(settings, tmp_path, "src/shop/a.py", below="src") == "warning"
    assert graded(settings, tmp_path, "src/shop/a.py") == ""


def test_a_finding_in_the_settings_themselves_above_the_audited_folder_has_its_path_there(tmp_path: Path) -> None:
    settings = '[per-path."/pyproject.toml"]\nignore = ["stale_justification"]'
    assert graded(settings, tmp_path, "../pyproject.toml", "stale_justification", below="src") == ""
    assert graded(settings, tmp_path, "pyproject.toml", "stale_justification", below="src") == "warning"


def test_what_is_ignored_may_be_a_pattern_of_names(tmp_path: Path) -> None:
    settings = '[per-path."tests/"]\nignore = ["*_cache*"]'
    assert graded(settings, tmp_path, "tests/a.py") == ""
    assert graded(settings, tmp_path, "tests/a.py", "mutable_default_cache") == ""
    assert graded(settings, tmp_path, "tests/a.py", "dead_end_state") == "warning"


def test_a_path_goes_before_a_rule_and_the_last_pattern_that_names_the_rule_decides(tmp_path: Path) -> None:
    settings = """
        [rules.stale_cache]
        severity = "error"
        [per-path."tests/"]
        ignore = ["stale_cache"]
        [per-path."tests/system/"]
        severity = {stale_cache = "note"}
        [per-path."tests/system/*_x.py"]
        severity = {dead_end_state = "error"}
    """
    assert graded(settings, tmp_path, "a.py") == "error"
    assert graded(settings, tmp_path, "tests/a.py") == ""
    assert graded(settings, tmp_path, "tests/system/a.py") == "note"
    assert graded(settings, tmp_path, "tests/system/a_x.py") == "note"
    assert graded(settings, tmp_path, "tests/system/a_x.py", "dead_end_state") == "error"
    earlier = '[per-path."b/"]\nseverity = {stale_cache = "note"}\n[per-path."*.py"]\nignore = ["stale_cache"]'
    assert graded(earlier, tmp_path, "b/a.py") == ""


def test_without_settings_findings_are_what_they_were(tmp_path: Path) -> None:
    findings = [found("b.py"), found("a.py")]
    assert list(grade(findings, Config(), tmp_path)) == findings
