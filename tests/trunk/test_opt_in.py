"""Rules of a family run where it is selected, and nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.errors import LeafConflict, UnknownName
from overhaul.findings import Finding
from overhaul.layout import Layout
from overhaul.leaves import Leaf, Leaves, OptIn, Rule, load_leaves
from overhaul.testing import check

Captured = pytest.CaptureFixture[str]


def judged(layout: Layout, rule: str) -> Iterator[Finding]:
    """One finding for each module."""
    for module, place in layout.modules.items():
        yield Finding(rule=rule, severity="note", message="here", module=module, path=place.path, line=1, name="it")


@Rule
def plain(layout: Layout) -> Iterator[Finding]:
    """Always runs."""
    yield from judged(layout, "plain")


@OptIn("strict")
def strict_one(layout: Layout) -> Iterator[Finding]:
    """Runs when asked for."""
    yield from judged(layout, "strict_one")


@OptIn("strict")
def strict_two(layout: Layout) -> Iterator[Finding]:
    """Runs when asked for, too."""
    yield from judged(layout, "strict_two")


LEAVES = Leaves([plain, strict_one, strict_two])


def names(*args: list[str]) -> list[str]:
    """The names of the rules that some settings select."""
    return [rule.name for rule in LEAVES.selected_rules(*args)]


def test_a_rule_of_a_family_runs_only_where_it_or_its_family_is_selected() -> None:
    assert names([], []) == ["plain"]
    assert names(["strict"], []) == ["strict_one", "strict_two"]
    assert names(["strict_two"], []) == ["strict_two"]
    assert names(["*_one"], []) == ["strict_one"]


def test_what_is_selected_further_runs_beside_the_others() -> None:
    assert names([], [], ["strict"]) == ["plain", "strict_one", "strict_two"]
    assert names(["strict_one"], [], ["strict_two"]) == ["strict_one", "strict_two"]


def test_to_ignore_goes_before_to_select() -> None:
    assert names([], ["strict_one"], ["strict"]) == ["plain", "strict_two"]
    assert names([], ["strict"], ["strict_one"]) == ["plain"]


def test_a_family_that_there_is_not_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="did you mean strict"):
        LEAVES.selected_rules([], [], ["strickt"])


def test_a_family_must_not_have_the_name_of_a_rule() -> None:
    def other(layout: Layout) -> Iterator[Finding]:
        """One."""
        yield from judged(layout, "other")

    clashing: Leaf = OptIn("plain")(other)
    with pytest.raises(LeafConflict, match="the family plain of other has the name of a rule"):
        Leaves([plain, clashing])


@pytest.mark.parametrize("family", ["", "two words", "a-b"])
def test_a_family_has_a_name_that_can_be_selected(family: str) -> None:
    with pytest.raises(TypeError, match="belongs to a family"):
        OptIn(family)


def test_the_parentheses_cannot_be_forgotten() -> None:
    with pytest.raises(TypeError, match="belongs to a family"):
        OptIn(judged)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_test_of_a_leaf_runs_it_without_further_settings() -> None:
    assert [one.rule for one in check(strict_one, {"a.py": ""})] == ["strict_one"]


LEAF = '''
"""Rules of a family of one's own."""

from collections.abc import Iterator

from overhaul.findings import Finding
from overhaul.layout import Layout
from overhaul.leaves import OptIn


@OptIn("ours")
def each_module(layout: Layout) -> Iterator[Finding]:
    """A module is there."""
    for module, place in layout.modules.items():
        yield Finding(
            rule="each_module", severity="note", message="there", module=module, path=place.path, line=1, name="it"
        )
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a rule of a family."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "own.py").write_text(LEAF.lstrip())
    (tmp_path / "a.py").write_text('"""Nothing in it."""\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(project: Path, text: str) -> None:
    (project / "overhaul.toml").write_text(f"leaves = ['tools']\nexclude = ['tools/']\n{text}\n")


def found(capsys: Captured, *arguments: str) -> set[str]:
    """The rules that an audit has findings of."""
    run(["audit", "-q", "--report", "json=-", *arguments])
    return {one["rule"] for one in json.loads(capsys.readouterr().out)["findings"]}


def test_settings_and_flags_select_a_family(project: Path, capsys: Captured) -> None:
    settings(project, "")
    assert found(capsys) == set()
    assert found(capsys, "--select", "ours") == {"each_module"}
    settings(project, "extend-select = ['ours']")
    assert found(capsys) == {"each_module"}
    assert found(capsys, "--ignore", "ours") == set()
    # What is said with the command is all that runs.
    assert found(capsys, "--select", "import_cycle") == set()


def test_a_family_can_be_left_out_in_some_files(project: Path, capsys: Captured) -> None:
    settings(project, "extend-select = ['ours']\nper-path.\"a.py\".ignore = ['ours']")
    assert found(capsys) == set()
    settings(project, "extend-select = ['ours']\nper-path.\"b.py\".ignore = ['ours']")
    assert found(capsys) == {"each_module"}


def test_a_family_that_no_rule_is_of_is_refused_before_any_file_is_read(project: Path, capsys: Captured) -> None:
    settings(project, "extend-select = ['our']")
    assert run(["audit", "-q"]) == 2
    assert "extend-select: unknown rule 'our': did you mean ours" in capsys.readouterr().err


def test_explain_lists_the_families_and_says_how_one_is_run(project: Path, capsys: Captured) -> None:
    settings(project, "")
    assert run(["explain"]) == 0
    listed = capsys.readouterr().out
    at = listed.index("Rules of the family ours, which run where it is selected\n  each_module")
    assert not re.search(r"^  each_module", listed[:at], re.MULTILINE)
    assert run(["explain", "ours"]) == 0
    assert 'extend-select = ["ours"]' in capsys.readouterr().out
    assert run(["explain", "each_module"]) == 0
    assert "Of the family ours: runs only where that, or the rule itself, is selected." in capsys.readouterr().out


def test_the_schema_knows_the_families(project: Path, capsys: Captured) -> None:
    settings(project, "")
    assert run(["explain", "--config-schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert "ours" in schema["$defs"]["Family"]["enum"]
    assert schema["properties"]["extend-select"]["items"] == {"$ref": "#/$defs/Rules"}


def test_no_rule_of_a_family_runs_by_default() -> None:
    leaves = load_leaves()
    assert not [rule.name for rule in leaves.selected_rules([], []) if rule.family]
