"""Every folder in fixtures/codemods shows what a codemod does to a project, or why it refuses to."""

from pathlib import Path

import pytest

from overhaul.leaves import load_leaves
from overhaul.testing import carried_out, case, flaws

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "codemods"
FOLDERS = sorted(file.parent for file in ROOT.glob("*/request.toml"))
CODEMODS = load_leaves().codemods


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_codemod_does_what_its_fixture_shows_and_nothing_else(folder: Path, request: pytest.FixtureRequest) -> None:
    shown = case(folder)
    if request.config.getoption("--update-expected") and not shown.refused:
        made = carried_out(shown.steps, shown.before, shown.config)
        assert not made.refusals, made.refusals
        for path in shown.after.keys() - made.files.keys():
            (folder / "after" / path).unlink()
        for path, data in made.files.items():
            (folder / "after" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "after" / path).write_bytes(data)
        shown = case(folder)
    assert "\n".join(flaws(shown)) == ""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_fixture_changes_something_or_says_why_not(folder: Path) -> None:
    shown = case(folder)
    assert shown.before, "there is no before/"
    if shown.refused:
        assert not shown.after, "what is refused has no after/"
    else:
        assert shown.after != shown.before or shown.leftovers, "nothing changes, and nothing is told"


@pytest.mark.parametrize("name", sorted(CODEMODS))
def test_a_codemod_has_fixtures_and_tells_what_each_key_means(name: str) -> None:
    from overhaul.commands.fields import field_docs

    named = [folder for folder in FOLDERS if any(step.codemod == name for step in case(folder).steps)]
    assert named, f"fixtures/codemods has nothing that shows {name}"
    docs = field_docs(CODEMODS[name].request)
    lacking = [field for field in CODEMODS[name].request.__struct_fields__ if not docs.get(field)]
    assert not lacking, f"{CODEMODS[name].where}: say what {', '.join(lacking)} of the request mean"


def test_every_folder_of_fixtures_has_a_request() -> None:
    assert [folder.name for folder in ROOT.glob("*") if folder.is_dir() and folder not in FOLDERS] == []
