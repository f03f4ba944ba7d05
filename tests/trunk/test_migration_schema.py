"""The schemas of migration files and of plans: what the code says, and what it takes and refuses."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from overhaul.cli import run
from overhaul.commands.migration_schema import migration_schema
from overhaul.commands.plan_report import plan_schema
from overhaul.leaves import load_leaves
from overhaul.migrations import load_migration

ROOT = Path(__file__).resolve().parents[2]
LEAVES = load_leaves()
SCHEMA = json.loads(migration_schema(LEAVES))
STEP = '[[steps]]\ncodemod = "rename_symbol"\ntarget = "a:X"\nto = "Y"\n'


def test_the_published_schema_of_plans_says_what_the_code_says(expect: Callable[[Path, str], None]) -> None:
    expect(ROOT / "docs" / "plan.schema.json", plan_schema() + "\n")


def test_the_published_schema_of_migrations_says_what_the_code_says(
    request: pytest.FixtureRequest, expect: Callable[[Path, str], None]
) -> None:
    """A new codemod touches no other file: it may wait for the next `make fixtures-update`."""
    file = ROOT / "docs" / "migration.schema.json"
    if request.config.getoption("--update-expected"):
        expect(file, migration_schema(LEAVES) + "\n")
    published = json.loads(file.read_bytes())
    assert published["$defs"] == {name: SCHEMA["$defs"].get(name) for name in published["$defs"]}
    assert published["properties"]["verify"] == SCHEMA["properties"]["verify"]


@pytest.mark.parametrize("flag", ["--migration-schema", "--plan-schema"])
def test_the_schemas_are_printed_and_are_schemas(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", flag]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)  # pyright: ignore[reportUnknownMemberType]


WHOLE = f'title = "x"\n{STEP}title = "y"\nshim = true\n[verify]\ncommands = ["true"]\n'


@pytest.mark.parametrize("text", [STEP, WHOLE])
def test_what_a_file_may_say_the_schema_takes(tmp_path: Path, text: str) -> None:
    (tmp_path / "steps.toml").write_text(text)
    assert load_migration(tmp_path / "steps.toml", LEAVES).steps
    jsonschema.validate(tomllib.loads(text), SCHEMA)  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize(
    "text",
    [
        "", 'tilte = "x"\n' + STEP, STEP + 'colour = "red"\n', STEP + "shim = 3\n", STEP.replace('to = "Y"\n', ""),
        STEP.replace("rename_symbol", "rename"), STEP + "[verify]\ntimeout = 0\n", "steps = []\n",
    ],
)  # fmt: skip
def test_what_a_file_may_not_say_the_schema_refuses(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)  # pyright: ignore[reportUnknownMemberType]


def test_a_codemod_is_explained_with_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "rename_symbol"]) == 0
    told = capsys.readouterr().out
    assert "rename_symbol (codemod)" in told and 'codemod = "rename_symbol"' in told
    assert "  target\n" in told and "  shim = false\n" in told
    assert run(["explain"]) == 0
    assert "Codemods\n" in capsys.readouterr().out
