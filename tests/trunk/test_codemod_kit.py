"""What authors of codemods test them with."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from overhaul.changes import Delete, Moved, Proposal, Replacement, Target
from overhaul.errors import ConfigError, LeafError, Refused, UnknownName
from overhaul.leaves import Codemod, Leaves, load_leaves
from overhaul.project import Project
from overhaul.requests import Request
from overhaul.testing import case, flaws, transform

ROOT = Path(__file__).resolve().parents[2]


class Word(Request, frozen=True):
    """A word for another."""

    old: str
    """What goes."""
    new: str
    """What comes."""


@Codemod
def reword(project: Project, request: Word) -> Iterator[Proposal]:
    """Put a word in the place of another."""
    if request.new == "taken":
        raise Refused("a.py:1: the word is taken: choose another")
    for path in project.mentioning([request.old]):
        text = project.source(path).text()
        places = re.finditer(rf"\b{request.old}\b", text)
        yield project.edit(path, [Replacement(one.start(), one.end(), request.new) for one in places])
    if request.old in project.symbols.interior("a").bindings:
        yield Moved(Target("a", request.old), Target("a", request.new), "variable")


@Codemod
def lengthen(project: Project, request: Word) -> Iterator[Proposal]:
    """Add a letter to a word each time: never done."""
    yield project.edit("a.py", [Replacement(0, 1, request.new * 2)])


def folder(tmp_path: Path, request: str, before: str = "x = 1\n", after: str | None = "y = 1\n") -> Path:
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "a.py").write_text(before)
    if after is not None:
        (tmp_path / "after").mkdir()
        (tmp_path / "after" / "a.py").write_text(after)
    (tmp_path / "request.toml").write_text(request)
    return tmp_path


def leaves(*codemods: Codemod) -> Leaves:
    known = load_leaves()
    own = [leaf for kin in (known.collectors, known.analyzers) for leaf in kin.values()]
    return Leaves([*own, *codemods])


ASKED = 'codemod = "reword"\nold = "x"\nnew = "y"\n'


def test_a_codemod_is_asked_with_the_keys_of_a_step() -> None:
    done = transform(reword, {"a.py": "x = 1\n", "b.py": "z = 1\n"}, {"old": "x", "new": "y"})
    assert (done.text("a.py"), done.text("b.py")) == ("y = 1\n", "z = 1\n")
    assert done.moved and not done.refusals and not done.leftovers


def test_a_key_that_there_is_not_is_told() -> None:
    with pytest.raises(ConfigError, match="unknown key 'olt': did you mean old"):
        transform(reword, {"a.py": ""}, {"olt": "x", "new": "y"})


def test_files_of_a_refused_plan_stay_as_they_are() -> None:
    done = transform(reword, {"a.py": "x = 1\n"}, {"old": "x", "new": "taken"})
    assert done.text("a.py") == "x = 1\n" and done.refusals[0].path == "a.py"


def test_what_goes_is_gone() -> None:
    @Codemod
    def sweep(project: Project, request: Word) -> Iterator[Proposal]:
        """Take a file away."""
        if project.exists("b.txt"):
            yield Delete("b.txt", project.source("b.txt").digest)

    done = transform(sweep, {"a.py": "x = 1\n", "b.txt": "y"}, {"old": "", "new": ""})
    assert done.files.keys() == {"a.py"} and not done.refusals


def test_a_leaf_of_another_kind_or_no_name_is_told() -> None:
    with pytest.raises(LeafError, match="is no codemod"):
        transform("import_cycle", {"a.py": ""}, {})
    with pytest.raises(UnknownName):
        transform("rename_everything", {"a.py": ""}, {})


def test_a_folder_that_comes_out_as_it_shows_has_no_flaws(tmp_path: Path) -> None:
    shown = case(folder(tmp_path, ASKED), leaves(reword))
    assert list(flaws(shown, reword)) == []


@pytest.mark.parametrize(
    ("request_text", "after", "flaw"),
    [
        (ASKED, "y = 2\n", "+y = 1"),
        (f'{ASKED}refused = "no"\n', None, "not refused for 'no'"),
        (ASKED.replace('"y"', '"taken"'), "y = 1\n", "refused: a.py:1: request: the word is taken"),
        (f'{ASKED}leftovers = ["a.py:1"]\n', "y = 1\n", "leftovers: expected ['a.py:1'], got []"),
    ],
)
def test_what_does_not_come_out_as_a_folder_shows_is_a_flaw(
    tmp_path: Path, request_text: str, after: str | None, flaw: str
) -> None:
    shown = case(folder(tmp_path, request_text, after=after), leaves(reword))
    assert flaw in "\n".join(flaws(shown, reword))


def test_a_file_too_many_is_a_flaw(tmp_path: Path) -> None:
    (folder(tmp_path, ASKED) / "after" / "b.py").write_text("")
    assert "b.py: is missing" in list(flaws(case(tmp_path, leaves(reword)), reword))


def test_a_codemod_that_is_never_done_is_a_flaw(tmp_path: Path) -> None:
    shown = case(folder(tmp_path, 'codemod = "lengthen"\nold = ""\nnew = "x"\n', after="xx = 1\n"), leaves(lengthen))
    assert any("second pass" in flaw for flaw in flaws(shown, lengthen))


def test_a_refusal_that_is_shown_is_looked_for(tmp_path: Path) -> None:
    asked = ASKED.replace('"y"', '"taken"') + 'refused = "the word is taken"\n'
    assert list(flaws(case(folder(tmp_path, asked, after=None), leaves(reword)), reword)) == []


@pytest.mark.parametrize(
    ("heading", "decorator", "test"),
    [
        ("## A codemod", "@Codemod", "test_a_constant_gets_its_new_value"),
        ("## A criterion", "@Criterion", "test_a_class_that_is_called_so_is_left"),
    ],
)
def test_the_leaves_of_the_documents_work(heading: str, decorator: str, test: str) -> None:
    text = (ROOT / "docs" / "leaves.md").read_text("utf-8")
    section = text[text.index(heading) :].split("\n## ")[0]
    blocks = re.findall(r"(?:^    .*\n|^\n)+", section, re.MULTILINE)
    source, tests = (textwrap.dedent(block) for block in blocks if decorator in block or "def test_" in block)
    names: dict[str, object] = {"__name__": __name__}
    exec(compile(source.replace("from __future__", "#"), str(ROOT / "docs" / "leaves.md"), "exec"), names)
    exec(compile(tests, str(ROOT / "docs" / "leaves.md"), "exec"), names)
    names[test]()  # type: ignore[operator]
