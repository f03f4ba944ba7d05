"""Migration files say which codemod is asked for what, and whatever is wrong in them is told with its place."""

from pathlib import Path
from typing import Literal

import pytest

from overhaul.config import Verify
from overhaul.errors import ConfigError, UsageError
from overhaul.leaves import Codemod, Leaves
from overhaul.migrations import asked_for, load_migration
from overhaul.requests import Request

Finish = Literal["", "gloss", "matt"]


class Layer(Request, frozen=True):
    """One layer."""

    finish: Finish = ""
    """How it shines."""


class Paint(Request, frozen=True):
    """What to paint."""

    target: str
    """What."""
    colours: tuple[str, ...] = ()
    """With which."""
    coats: int = 1
    """How often."""
    dry_between: bool = False
    """Wait."""
    finish: Finish = ""
    """How it shines."""
    tools: tuple[Literal["brush", "roller"], ...] = ()
    """By what."""
    layers: tuple[Layer, ...] = ()
    """One by one."""


@Codemod
def paint(request: Paint) -> None:
    """Paint something."""


LEAVES = Leaves([])
LEAVES.codemods["paint"] = paint
GOOD = '[[steps]]\ncodemod = "paint"\ntarget = "a:X"\n'


def loaded(tmp_path: Path, text: str) -> object:
    file = tmp_path / "steps.toml"
    file.write_text(text)
    return load_migration(file, LEAVES)


def test_a_file_says_title_steps_and_checks(tmp_path: Path) -> None:
    text = (
        'title = "Paint it"\n[verify]\ncommands = ["pytest -q"]\ntimeout = 5\n'
        f'{GOOD}colours = ["red", "blue"]\ndry-between = true\n{GOOD}title = "once more"\ncoats = 2\n'
    )
    file = tmp_path / "steps.toml"
    file.write_text(text)
    found = load_migration(file, LEAVES)
    first, then = found.steps
    assert (found.title, found.verify) == ("Paint it", Verify(commands=("pytest -q",), timeout=5))
    assert first.request == Paint(target="a:X", colours=("red", "blue"), dry_between=True)
    assert (first.called, then.called) == ("paint target=a:X colours=red,blue dry-between=true", "once more")


def test_a_file_without_a_title_is_called_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "steps.toml"
    file.write_text(GOOD)
    found = load_migration(file, LEAVES)
    assert (found.title, found.verify) == ("steps", None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", r"no steps: write \[\[steps\]\]"),
        ("steps = 3\n", r"no steps"),
        ("steps = [3]\n", r"step 1 is no table"),
        (f'tilte = "x"\n{GOOD}', r"unknown key 'tilte': did you mean title\?"),
        (f"title = 3\n{GOOD}", r"title: expected a text"),
        ('[[steps]]\ntarget = "a:X"\n', r"step 1: says no codemod: .*one of paint"),
        (f'{GOOD}[[steps]]\ncodemod = "paimt"\n', r"step 2 codemod: unknown codemod 'paimt': did you mean paint\?"),
        (f'{GOOD}colour = "red"\n', r"step 1 \(paint\): unknown key 'colour': did you mean colours\?"),
        (f'{GOOD}dry_between = true\n', r"unknown key 'dry_between': did you mean dry-between\?"),
        ('[[steps]]\ncodemod = "paint"\n', r"step 1 \(paint\): target is missing"),
        (f'{GOOD}coats = "two"\n', r"step 1 \(paint\) coats: expected int, got \"two\""),
        (f"{GOOD}colours = [1]\n", r"step 1 \(paint\) colours: expected str"),
        (f'{GOOD}finish = "mat"\n', r"finish: unknown value 'mat': did you mean matt\? \(known values: gloss, matt\)"),
        (f'{GOOD}tools = ["broom"]\n', r"tools: \[0\]: unknown value 'broom': \(known values: brush, roller\)"),
        (f'{GOOD}layers = [{{ finish = "dull" }}]\n', r"\[0\]\.finish: unknown value 'dull': \(known values: gloss,"),
        (f'{GOOD}layers = [{{}}, {{ finnish = "matt" }}]\n', r"\[1\]: unknown key 'finnish': did you mean finish\?"),
        (f"{GOOD}finish = 3\n", r"finish: expected str, got 3"),
        (f"{GOOD}title = 3\n", r"step 1 title: expected a text"),
        (f"{GOOD}[verify]\ncommand = []\n", r"verify: unknown key 'command': did you mean commands\?"),
        (f'{GOOD}[verify]\ntimeout = "long"\n', r"verify timeout: expected float"),
        (f"{GOOD}[verify]\ntimeout = 0\n", r"verify timeout: expected float > 0"),
        ("title = \n", r"cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_step_and_key(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as error:
        loaded(tmp_path, text)
    assert "steps.toml" in str(error.value) and "\n" not in str(error.value)


def test_keys_of_a_command_line_are_typed_like_those_of_a_file() -> None:
    settings = ["colours=red, blue", "coats=2", "dry-between=true"]
    expected = Paint(target="a:X", colours=("red", "blue"), coats=2, dry_between=True)
    assert asked_for(paint, {"target": "a:X"}, settings) == expected
    assert asked_for(paint, {"target": "a:X"}, ['colours=["red, too"]']).colours == ("red, too",)  # type: ignore[attr-defined]


def test_a_shim_that_nobody_asks_for_need_not_be_known_to_a_codemod() -> None:
    assert asked_for(paint, {"target": "a:X", "shim": False}, ()) == Paint(target="a:X")
    with pytest.raises(UsageError, match="unknown key 'shim'"):
        asked_for(paint, {"target": "a:X", "shim": True}, ())
