"""Every folder in fixtures/criteria holds code that meets a criterion, and violations that each turn it red.

`met/` is the code; each `unmet-*/` holds what is laid over it: files that come or change, and in `gone.txt` the paths
that go. `gap-*/` is a violation that goes unseen, as `gap.txt` says: a known gap, which moves to `unmet-*/` once it is
closed. `expected.txt` has the evidence of all, one heading for each.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from overhaul.campaign.gates import Judgement
from overhaul.config import Config, load_config
from overhaul.leaves import load_leaves
from overhaul.testing import judge

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "criteria"
CRITERIA = load_leaves().criteria
FOLDERS = sorted(folder for folder in ROOT.glob("*") if folder.is_dir())


def files_of(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts and ".overhaul" not in file.parts
    }


def laid_over(folder: Path) -> dict[str, bytes]:
    """The code with one violation."""
    files = {**files_of(folder.parent / "met"), **files_of(folder)}
    files.pop("gap.txt", None)
    for path in files.pop("gone.txt", b"").decode().split():
        del files[path]
    return files


def judged(name: str, files: dict[str, bytes], folder: Path) -> Judgement:
    """What becomes of the criterion, with the settings that lie in the folder or in `met/`."""
    settings = next(
        (file for one in (folder, folder.parent / "met") for kind in ("overhaul.toml", "pyproject.toml")
         if (file := one / kind).exists()), None,
    )  # fmt: skip
    config: Config | None = load_config(folder, settings) if settings else None
    return judge(name, files, config=config, running=True)


def lines_of(said: Judgement) -> Iterator[str]:
    """The evidence, each on a readable line with its place and remedy."""
    for one in said.evidence:
        mark = "met" if one.met else "unknown" if one.unknown else "unmet"
        name = f" [{one.name}]" if one.name else ""
        remedy = f" -> {one.remedy}" if one.remedy else ""
        yield f"    {mark}: {f'{one.place}: ' if one.place else ''}{one.what}{name}{remedy}\n"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_criterion_is_met_by_its_fixture_and_turned_red_by_each_violation(
    folder: Path, expect: Callable[[Path, str], None]
) -> None:
    good = judged(folder.name, files_of(folder / "met"), folder / "met")
    told = ["met\n", *lines_of(good)]
    for violation in sorted(folder.glob("unmet-*")):
        bad = judged(folder.name, laid_over(violation), violation)
        told += [f"{violation.name}\n", *lines_of(bad)]
        assert not bad.met, f"{violation.name} does not turn {folder.name} red"
    for gap in sorted(folder.glob("gap-*")):
        unseen = judged(folder.name, laid_over(gap), gap)
        why = " ".join((gap / "gap.txt").read_text("utf-8").split())
        told += [f"{gap.name}: {why}\n", *lines_of(unseen)]
        assert unseen.met, f"{gap.name} turns {folder.name} red: it is no gap any more, so call it unmet-..."
    expect(folder / "expected.txt", "".join(told))
    assert good.met, "".join(told)


@pytest.mark.parametrize("name", sorted(CRITERIA))
def test_a_criterion_has_a_violation_and_says_why_and_how_it_is_reached(name: str) -> None:
    assert list((ROOT / name).glob("unmet-*")), f"fixtures/criteria/{name} has no unmet-* folder"
    doc = CRITERIA[name].doc
    assert "\nWhy: " in doc and "\nTo reach it: " in doc


@pytest.mark.parametrize("name", sorted(CRITERIA))
def test_a_criterion_says_something_of_a_project_with_nothing_in_it(name: str) -> None:
    said = judge(name, {"app.py": '"""Nothing yet."""\n'})
    assert said.evidence
