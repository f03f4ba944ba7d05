"""What the settings say of rules is held against the rules there are, before a file is looked at."""

from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.commands.workspace import Flags, open_workspace
from overhaul.errors import ConfigError, LeafError, UnknownName, UsageError

Captured = pytest.CaptureFixture[str]

LEAF = '''
"""A rule with options."""
from collections.abc import Iterator
from typing import Annotated, Literal
from msgspec import Meta
from overhaul.facts import Class, Facts
from overhaul.findings import Finding
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.options import Options

class BaseOptions(Options, frozen=True):
    """How many are many."""
    most_bases: Annotated[int, Meta(ge=1, description="Bases that are not too many")] = 4
    ratio: Annotated[float, Meta(gt=0, le=1)] = 0.5
    how: Literal["own", "all"] = "own"
    """Which of them count."""
    but: tuple[str, ...] = ("object",)
    strict: bool = False

    def __post_init__(self) -> None:
        if self.strict and self.how == "all":
            raise ValueError("strict goes with own alone")

@Rule
def many_bases(layout: Layout, classes: Facts[Class], options: BaseOptions) -> Iterator[Finding]:
    """A class has many bases."""
    for module, rows in classes.items():
        for row in rows:
            if len(row.bases) > options.most_bases:
                severity = "error" if options.strict else "note"
                yield Finding(rule="many_bases", severity=severity, message=f"{row.name} has {len(row.bases)} bases",
                              module=module, path=layout.modules[module].path, line=row.line, name=row.name)
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a rule of its own, and nothing else set."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "many_bases.py").write_text(LEAF, encoding="utf-8")
    (tmp_path / "a.py").write_text("class A(B, C): pass\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings(tmp_path, "")
    return tmp_path


def settings(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.overhaul]\nleaves = ['tools']\n{text}", encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select = ['stale_cach']", "[tool.overhaul] select: unknown rule 'stale_cach': did you mean stale_cache"),
        ("ignore = ['qqq']", "[tool.overhaul] ignore: unknown rule 'qqq': known: "),
        ("ignore = ['*_cach']", "ignore: unknown rule or pattern of rules '*_cach'"),
        ("select = ['qqq*']", "select: unknown rule or pattern of rules 'qqq*': known: "),
        ("rules.many_base.severity = 'note'", "rules: unknown rule 'many_base': did you mean many_bases"),
        ("rules.'many_*'.severity = 'note'", "rules: unknown rule 'many_*'"),
        ("per-path.'a/'.ignore = ['many_base']", '[tool.overhaul.per-path."a/"] ignore: unknown rule \'many_base\''),
        ("per-path.a.severity.many_base = 'note'", "[tool.overhaul.per-path.a] severity: unknown rule 'many_base'"),
        ("rules.many_bases.most-base = 3", "[tool.overhaul.rules.many_bases] unknown key 'most-base': did you mean "
         "most-bases? (known keys: but, how, most-bases, ratio, severity, strict)"),
        ("rules.stale_cache.least = 3", "[tool.overhaul.rules.stale_cache] unknown key 'least': "
         "(known keys: severity)"),
        ("rules.many_bases.most-bases = 0", "[tool.overhaul.rules.many_bases] most-bases: expected int >= 1, got 0: "
         "mend the value"),
        ("rules.many_bases.most-bases = 'ten'", 'most-bases: expected int, got "ten": mend the value'),
        ("rules.many_bases.most-bases = true", "most-bases: expected int, got true"),
        ("rules.many_bases.ratio = 1.5", "ratio: expected float <= 1.0, got 1.5"),
        ("rules.many_bases.how = 'some'", "how: unknown value 'some': (known values: all, own): mend the value"),
        ("rules.many_bases.but = 'A'", 'but: expected array, got "A"'),
        ("rules.many_bases.strict = 1", "strict: expected bool, got 1"),
        ("rules.many_bases = {strict = true, how = 'all'}", "strict goes with own alone: mend the values"),
        ("rules.many_bases.severity = 'fatal'", "[tool.overhaul.rules.many_bases] severity: expected error or warning "
         'or note, got "fatal": mend the value'),
        ("per-path.a.severity.many_bases = 3", "[tool.overhaul.per-path.a] severity.many_bases: expected error or"),
        ("per-path.a.ignore = 'many_bases'", 'ignore: expected array, got "many_bases": list names of rules'),
        ("per-path.a.ignores = []", "[tool.overhaul.per-path.a] unknown key 'ignores': did you mean ignore?"),
        ("per-path.a = 3", "[tool.overhaul.per-path.a] is no table: write `ignore` or `severity` below it"),
        ("per-path.'!a'.ignore = []", "fits no file: write a pattern as in .gitignore, without ! or # before it"),
        ("per-path = ['a']", "per-path is no table"),
        ("rules = ['many_bases']", "rules is no table"),
        ("rules.many_bases = 'note'", "[tool.overhaul.rules.many_bases] is no table: write `severity`"),
        ("fail-on = 'warnings'", '[tool.overhaul] fail-on: expected error or warning or note, got "warnings"'),
    ],
)  # fmt: skip
def test_a_wrong_setting_of_rules_is_refused_on_one_line_before_a_file_is_looked_at(
    project: Path, capsys: Captured, text: str, said: str
) -> None:
    settings(project, text)
    assert run(["audit", "-q"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"overhaul: {project / 'pyproject.toml'}: [tool.overhaul") and err.count("\n") == 1
    assert said in err
    assert not (project / ".overhaul").exists()


@pytest.mark.parametrize(
    "text",
    [
        "rules.many_bases = {most-bases = 1, ratio = 1, but = [], severity = 'error'}",  # a whole number is a number
        "rules.stale_cache.severity = 'note'",
        "select = ['*_cache*', 'many_*']",
        "ignore = ['many_[a-z]*']",
        "per-path.'tests/' = {ignore = ['*'], severity = {many_bases = 'error'}}",
        "per-path.'\\#a'.ignore = ['many_bases']",
    ],
)
def test_what_is_right_is_taken(project: Path, text: str) -> None:
    settings(project, text)
    assert open_workspace(project, Flags()).left_out == ()


def test_a_message_about_overhaul_toml_names_the_table_as_it_is_written_there(project: Path, capsys: Captured) -> None:
    (project / "overhaul.toml").write_text("[rules.stale_cache]\nleast = 3\n", encoding="utf-8")
    assert run(["audit", "-q"]) == 2
    assert "overhaul.toml: [rules.stale_cache] unknown key 'least'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (Flags(select=("many_base",)), "--select: unknown rule 'many_base': did you mean many_bases"),
        (Flags(ignore=("x*x",)), "--ignore: unknown rule or pattern of rules 'x\\*x'"),
    ],
)
def test_a_wrong_flag_is_refused_by_its_name(project: Path, flags: Flags, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open_workspace(project, flags)


def test_every_command_refuses_wrong_settings(project: Path, capsys: Captured) -> None:
    settings(project, "select = ['qqq']")
    for command in (["query", "--tables"], ["graph"], ["explain"]):
        assert run(command) == 2
        assert "unknown rule 'qqq'" in capsys.readouterr().err


def test_patterns_choose_rules(project: Path, capsys: Captured) -> None:
    settings(project, "select = ['many_*']\nrules.many_bases.most-bases = 1")
    assert run(["audit", "-q"]) == 1
    assert run(["audit", "-q", "--ignore", "*_bases"]) == 0
    assert run(["audit", "-q", "--select", "*_cache*"]) == 0


def test_options_reach_the_rule_and_a_change_of_them_is_noticed(project: Path) -> None:
    settings(project, "select = ['many_bases']")
    assert run(["audit", "-q"]) == 0
    settings(project, "select = ['many_bases']\nrules.many_bases.most-bases = 1")
    assert run(["audit", "-q"]) == 1


def test_rules_of_leaves_that_were_left_out_are_passed_over(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever audits a folder elsewhere does not run its leaves, and its settings may name them all the same."""
    text = "select = ['many_bases']\nignore = ['many_*']\nrules.many_bases.most-bases = 'what it takes'"
    settings(project, f"{text}\nper-path.a.ignore = ['many_bases']")
    workspace = open_workspace(project, Flags(), here=tmp_path_factory.mktemp("elsewhere"))
    assert workspace.left_out == ("tools",)
    # Not all rules, as if none had been selected.
    config = workspace.config
    assert workspace.leaves.selected_rules(config.select, config.ignore) == []
    settings(project, "rules.stale_cache.least = 3")
    with pytest.raises(ConfigError, match="unknown key 'least'"):
        open_workspace(project, Flags(), here=tmp_path_factory.mktemp("elsewhere"))


def test_a_pattern_selects_what_it_fits_and_a_name_itself(project: Path) -> None:
    leaves = open_workspace(project, Flags()).leaves
    assert leaves.rules_named(["many_bases", "stale_*"]) >= {"many_bases", "stale_cache"}
    assert leaves.rules_named(["*"]) == set(leaves.rules)
    assert "stale_cache" not in leaves.rules_named(["STALE_*", "dead_*"], strict=False)
    with pytest.raises(UnknownName):
        leaves.rules_named(["STALE_*"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (")] = 4", ")]", "options of many_bases lack a default: give most_bases one"),
        ("strict: bool = False", "severity: bool = False", "take the name severity, which every rule has"),
        ("options: BaseOptions)", "options: BaseOptions, more: BaseOptions)", "are asked for twice"),
    ],
)
def test_options_that_cannot_be_set_are_refused_with_the_leaf(project: Path, old: str, new: str, said: str) -> None:
    leaf = project / "tools" / "many_bases.py"
    leaf.write_text(LEAF.replace(old, new).replace("self.strict", "True"), encoding="utf-8")
    leaves = open_workspace(project, Flags()).leaves
    with pytest.raises(LeafError, match=said):
        leaves.check_order()


# What is explained


def test_a_rule_is_explained_with_its_severities_options_and_how_to_let_a_place_be(
    project: Path, capsys: Captured
) -> None:
    assert run(["explain", "many_bases"]) == 0
    assert capsys.readouterr().out == """\
many_bases (rule)

A class has many bases.

Severity: error or note, unless the settings say otherwise.

Options, with their defaults:
  most-bases = 4
      Bases that are not too many. Takes a whole number >= 1.
  ratio = 0.5
      Takes a number > 0 and <= 1.
  how = "own"
      Which of them count. Takes "all" or "own".
  but = ["object"]
      Takes a list of texts.
  strict = false
      Takes true or false.

Settings, in pyproject.toml:

    [tool.overhaul.rules.many_bases]
    severity = "warning"
    most-bases = 4

To leave it out, everywhere or in some files:

    [tool.overhaul]
    ignore = ["many_bases"]
    per-path."tests/".ignore = ["many_bases"]

Where one place is meant to be as it is, on a line of the statement or alone above it:

    # overhaul: ignore[many_bases] the reason
"""


def test_the_settings_that_are_shown_are_taken(project: Path, capsys: Captured) -> None:
    run(["explain", "many_bases"])
    shown = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    first, second = shown.index("[tool.overhaul.rules.many_bases]"), shown.index("[tool.overhaul]")
    keys = shown[second + 1 : second + 3]
    settings(project, "\n".join([*keys, *shown[first : first + 3]]))
    assert run(["audit", "-q"]) == 0


def test_a_rule_without_options_lists_none(project: Path, capsys: Captured) -> None:
    run(["explain", "stale_justification"])
    out = capsys.readouterr().out
    assert "Severity: warning, unless" in out and "Options" not in out
