"""Settings: what is refused, and how it is said."""

from pathlib import Path

import pytest

from overhaul.config import Config, load_config
from overhaul.errors import ConfigError
from overhaul.files.discovery import discover


def project(folder: Path, settings: str, name: str = "pyproject.toml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(settings, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[tool.overhaul]\nexclud = []", "unknown key 'exclud': did you mean exclude?"),
        ("[tool.overhaul]\njobs = -3", "jobs"),
        ("[tool.overhaul]\nfile-timeout = 0", "file-timeout"),
        ("[tool.overhaul]\nsource = 'x'", "unknown key 'source'"),
        ("[tool]\noverhaul = 3", "is no table"),
        ("[tool.overhaul", "cannot be read as TOML"),
    ],
)
def test_a_wrong_setting_is_refused_on_one_line_that_names_it(tmp_path: Path, settings: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(project(tmp_path, settings))
    assert said in str(caught.value) and "\n" not in str(caught.value) and "pyproject.toml" in str(caught.value)


def test_known_keys_are_listed_once_beside_an_unknown_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(project(tmp_path, "[tool.overhaul]\nzzz = 1"))
    assert str(caught.value).count("respect-gitignore") == 1


def test_the_table_of_pyproject_is_not_that_of_overhaul_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="top level"):
        load_config(project(tmp_path, "[tool.overhaul]\njobs = 1", "overhaul.toml"))


@pytest.mark.parametrize("settings", ["tool = 3", "", "[tool.other]\nx = 1"])
def test_a_pyproject_that_says_nothing_to_overhaul_is_passed_over(tmp_path: Path, settings: str) -> None:
    assert load_config(project(tmp_path, settings)) == Config()


def test_patterns_of_a_file_are_relative_to_its_folder_whatever_is_audited(tmp_path: Path) -> None:
    project(tmp_path, "[tool.overhaul]\nexclude = ['/sub/made/']")
    for path in ("sub/made/a.py", "sub/kept/made/b.py", "made/c.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / ".git").mkdir()
    sub = tmp_path / "sub"
    assert [entry.path for entry in discover(sub, load_config(sub)).entries] == ["kept/made/b.py"]
    whole = discover(tmp_path, load_config(tmp_path))
    assert [entry.path for entry in whole.entries] == ["made/c.py", "sub/kept/made/b.py"]


def test_patterns_of_the_command_are_relative_to_what_is_audited(tmp_path: Path) -> None:
    for path in ("sub/made/a.py", "sub/b.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    config = Config(source=str(tmp_path / "pyproject.toml"), also_exclude=("/made/",))
    assert [entry.path for entry in discover(tmp_path / "sub", config).entries] == ["b.py"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('select = "import_cycle"', 'select: expected array, got "import_cycle": mend the value'),
        ("[rules.x]\ny = {a = 1}", '[rules.x] y: expected bool | int | float | str | array, got {"a": 1}'),
        ('[roles.x]\nnames = "a"', 'roles.x.names: expected array, got "a"'),
        ("justified-file = 3", "justified-file: expected str, got 3"),
        ('[per-path."a"]\nignore = 3', "[per-path.a] ignore: expected array, got 3"),
        (f"exclude = {'[' * 5000}", "cannot be read as TOML (values within values, too deep)"),
        ('baseline = "a\\u0000b"', "baseline: holds a null character"),
        ('justified-file = "a\\U00000000b"', "justified-file: holds a null character"),
        ('roots = ["a\\u0000b"]', "roots: holds a null character"),
        ('[rules."a\\u0000"]\nseverity = "note"', "rules: holds a null character"),
    ],
)
def test_a_wrong_value_is_told_by_its_key_with_what_was_expected(tmp_path: Path, settings: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(project(tmp_path, settings, "overhaul.toml"))
    text = str(caught.value)
    assert said in text and "$" not in text and "`" not in text and "\n" not in text


def test_a_null_character_in_what_other_tools_say_or_behind_a_backslash_is_no_business_of_ours(tmp_path: Path) -> None:
    settings = '[tool.other]\nx = "\\u0000"\n[tool.overhaul]\nbaseline = "a\\\\u0000"\n'
    assert load_config(project(tmp_path, settings)).baseline == "a\\u0000"
