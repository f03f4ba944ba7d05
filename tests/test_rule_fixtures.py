"""Every folder in fixtures/rules holds code and, in expected.txt, what the rule of that name says about it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from overhaul.config import load_config
from overhaul.findings import Finding
from overhaul.leaves import load_leaves
from overhaul.testing import check, surveyed

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "rules"
PROJECTS = [ROOT.parent / "projects" / name for name in ("clinicdesk", "parcelhub", "tradeframe")]
FOLDERS = sorted(folder for folder in ROOT.glob("*") if folder.is_dir())
RULES = load_leaves().rules
UNRELATED = b'''"""Weighs crates."""


def lift(crate):
    """The crate a little higher."""
    return crate.at(crate.height + 1)
'''
BEFORE = {"comments": b"# Parcels go in,\n# and parcels come out.\n" * 6, "blank lines": b"\n" * 11}


def line_of(finding: Finding) -> str:
    """A finding on one readable line: place, severity, message, and what it is about; its other places below."""
    because = "".join(f"; {reason}" for reason in finding.because)
    places = "".join(f"    {place.path}:{place.line}: {place.what}\n" for place in finding.places)
    return f"{finding.path}:{finding.line}: {finding.severity}: {finding.message} [{finding.name}]{because}\n{places}"


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a fixture, all but its expectations and settings."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in ("expected.txt", "overhaul.toml") and "__pycache__" not in file.parts
    }


def found_in(folder: Path, before: bytes = b"", more: Mapping[str, bytes] = {}) -> list[Finding]:
    """What the rule says about its fixture, with something put before every file of Python, and more files."""
    settings = folder / "overhaul.toml"
    config = load_config(folder, settings) if settings.exists() else None
    files = {path: before + content if path.endswith(".py") else content for path, content in files_of(folder).items()}
    return check(folder.name, {**files, **more}, config)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_rule_finds_what_its_fixture_says_and_nothing_else(folder: Path, expect: Callable[[Path, str], None]) -> None:
    found = "".join(map(line_of, found_in(folder)))
    expect(folder / "expected.txt", found)
    assert found, f"fixtures/rules/{folder.name} shows nothing that fires"


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_has_a_fixture_and_says_why_and_what_instead(name: str) -> None:
    assert ROOT / name in FOLDERS, f"fixtures/rules/{name} is missing: what fires, and look-alikes that must not"
    summary, *paragraphs = RULES[name].doc.split("\n\n")
    assert "\n" not in summary and summary.endswith(".")
    begun = [paragraph.partition(": ")[0] for paragraph in paragraphs]
    assert "Why" in begun and "Instead" in begun


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_lines_that_move_change_nothing_but_lines(folder: Path, before: bytes) -> None:
    first, then = found_in(folder), found_in(folder, before)
    assert [without_lines(one) for one in first] == [without_lines(one) for one in then]
    moved = before.count(b"\n")
    for one, two in zip(first, then, strict=True):
        assert two.line - one.line == (moved if one.path.endswith(".py") and two.line > 1 else 0)
        for here, there in zip(one.places, two.places, strict=True):
            # A module as a whole stands in line 1, whatever is put there.
            assert there.line - here.line == (moved if here.path.endswith(".py") and there.line > 1 else 0)


@pytest.mark.parametrize("name", ["aa_unrelated.py", "zz_unrelated.py"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_unrelated_module_changes_nothing(folder: Path, name: str) -> None:
    assert found_in(folder, more={name: UNRELATED}) == found_in(folder)


def without_lines(finding: Finding) -> tuple[object, ...]:
    """All that a finding says, but for the lines of its places."""
    places = tuple((place.path, place.what) for place in finding.places)
    said = finding.rule, finding.severity, finding.module, finding.path, finding.name, finding.identity
    return (*said, finding.message, finding.because, places)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_place_is_told_once_and_no_text_names_it_again(folder: Path) -> None:
    for one in found_in(folder):
        assert len(set(one.places)) == len(one.places)
        assert not [text for text in one.because if _PLACE.search(text)]
        assert not _PLACE.search(one.message)
        assert str(one.line) not in re.findall(r"\b[0-9]+\b", one.name)


_PLACE = re.compile(r"\.py:[0-9]|\blines? [0-9]")


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("project", PROJECTS, ids=lambda folder: folder.name)
def test_in_a_whole_project_lines_that_move_change_nothing_but_lines(project: Path, before: bytes) -> None:
    files = {
        file.relative_to(project).as_posix(): file.read_bytes()
        for file in sorted(project.rglob("*"))
        if file.is_file() and file.suffix in (".py", ".toml", ".cfg") and "__pycache__" not in file.parts
    }
    moved = {path: before + content if path.endswith(".py") else content for path, content in files.items()}
    with surveyed(files) as first, surveyed(moved) as then:
        here, there = list(first.findings), list(then.findings)
    assert len(here) > 10
    assert list(map(without_lines, here)) == list(map(without_lines, there))
