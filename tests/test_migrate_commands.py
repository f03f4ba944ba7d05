"""rename, move and migrate show what they would do, and do it when they are told to."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.commands.plan_report import plan_schema

SHOP = {
    "shop/__init__.py": "",
    "shop/models.py": 'class Order:\n    """What is ordered."""\n\n    def cancel(self) -> None:\n        pass\n',
    "shop/views.py": "from shop.models import Order\n\nprint(Order().cancel())\n",
    "docs/index.md": "See `shop.models.Order`.\n",
}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    for path, content in SHOP.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def overhaul(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


def files(root: Path) -> dict[str, str]:
    hidden = (".overhaul", ".git")
    found = (file for file in root.rglob("*") if file.is_file())
    own = (file for file in found if not set(hidden).intersection(file.relative_to(root).parts))
    return {file.relative_to(root).as_posix(): file.read_text() for file in sorted(own)}


def test_what_would_be_renamed_is_shown_and_nothing_is_written(shop: Path, overhaul: Run) -> None:
    code, out, err = overhaul("rename", "shop.models:Order", "Purchase")
    assert (code, err) == (0, "")
    assert "-from shop.models import Order\n+from shop.models import Purchase\n" in out
    assert "shop.models:Order -> shop.models:Purchase (class" in out
    assert "Nothing has been written" in out
    assert files(shop) == SHOP


def test_what_is_written_can_be_taken_back_and_a_second_run_has_nothing_to_do(shop: Path, overhaul: Run) -> None:
    code, out, err = overhaul("rename", "shop.models:Order", "Purchase", "--write")
    assert code == 0 and "overhaul undo 1" in err and "---" not in out, "a diff of what is done is asked for by --diff"
    assert files(shop)["shop/views.py"] == SHOP["shop/views.py"].replace("Order", "Purchase")
    code, out, _ = overhaul("rename", "shop.models:Order", "Purchase", "--write")
    assert code == 0 and "Nothing to do" in out
    code, *_ = overhaul("undo")
    assert code == 0 and files(shop) == SHOP


@pytest.mark.parametrize(
    "arguments",
    [
        ("rename", "shop.models", "orders"), ("move", "shop.models", "shop.orders"),
        ("move", "shop.models", "store"), ("move", "shop.models:Order", "shop.views"),
        ("rename", "shop.models.Order", "Purchase"), ("rename", "tool", "instrument"), ("move", "tool", "store"),
    ],
)  # fmt: skip
def test_whatever_is_done_has_nothing_to_do_when_it_is_asked_again(
    shop: Path, overhaul: Run, arguments: Sequence[str]
) -> None:
    (shop / "tool.py").write_text("x = 1\n")
    (shop / "store").mkdir()
    (shop / "store" / "__init__.py").write_text("")
    code, out, err = overhaul(*arguments, "--write")
    assert code == 0, out + err
    after = files(shop)
    code, out, _ = overhaul(*arguments, "--write")
    assert code == 0 and "Nothing to do" in out
    assert files(shop) == after


@pytest.mark.parametrize(
    ("arguments", "codemod", "target", "to"),
    [
        (("rename", "shop.models:Order", "Purchase"), "rename_symbol", "shop.models:Order", "Purchase"),
        (("rename", "shop.models.Order", "Purchase"), "rename_symbol", "shop.models:Order", "Purchase"),
        (("rename", "shop/models.py:Order", "Buy"), "rename_symbol", "shop.models:Order", "Buy"),
        (("rename", "shop.models:Order.cancel", "undo"), "rename_member", "shop.models:Order.cancel", "undo"),
        (("rename", "shop.models", "orders"), "move_module", "shop.models", "shop.orders"),
        (("rename", "shop/models.py", "orders"), "move_module", "shop.models", "shop.orders"),
        (("rename", "shop", "store"), "move_module", "shop", "store"),
        (("move", "shop.models", "shop.orders"), "move_module", "shop.models", "shop.orders"),
        (("move", "shop.models:Order", "shop.views"), "move_symbol", "shop.models:Order", "shop.views"),
    ],
)
def test_the_target_says_which_codemod_is_meant(
    shop: Path, overhaul: Run, arguments: Sequence[str], codemod: str, target: str, to: str
) -> None:
    _, out, _ = overhaul(*arguments, "--json")
    (step,) = json.loads(out)["steps"]
    assert step["codemod"] == codemod
    assert (step["request"]["target"], step["request"]["to"]) == (target, to)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("rename", "shop.models:Order", "new name"), "no name"),
        (("rename", "shop.models:Order", "a.b"), "no name"),
        (("rename", "shop-models:Order", "New"), "no name"),
        (("rename", "missing/file.py", "New"), "no module of the project has this path"),
        (("move", "shop.models:Order.cancel", "shop.views"), "move shop.models:Order"),
        (("move", "shop.models:Order", "shop.9"), "no module"),
        (("rename", "shop.models:Order", "New", "--set", "colour=red"), "unknown key 'colour'"),
        (("rename", "shop.models:Order", "New", "--set", "colour"), "no value"),
        (("rename", "shop.models:Order", "New", "--allow-dirty"), "needs --write"),
        (("rename", "shop.models:Order", "New", "--without", "setup.py"), "neither a step"),
        (("migrate",), "no migration file"),
        (("migrate", "missing.toml"), "does not exist"),
    ],
)
def test_what_cannot_be_meant_is_an_error_of_usage(
    shop: Path, overhaul: Run, arguments: Sequence[str], why: str
) -> None:
    code, _, err = overhaul(*arguments)
    assert code == 2 and why in err
    assert files(shop) == SHOP


def test_what_is_refused_is_told_with_the_reason_and_the_exit_code_1(shop: Path, overhaul: Run) -> None:
    code, out, _ = overhaul("rename", "shop.models:Ordr", "Purchase", "--write")
    assert code == 1 and "refused" in out and "did you mean Order?" in out
    assert files(shop) == SHOP


def test_the_json_of_a_plan_keeps_to_its_schema(shop: Path, overhaul: Run) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    code, out, err = overhaul("rename", "shop.models:Order", "Purchase", "--json")
    told = json.loads(out)
    jsonschema.validate(told, json.loads(plan_schema()))
    assert (code, err, told["verdict"], told["transaction"]) == (0, "", "ready", "")
    views = next(one for one in told["files"] if one["path"] == "shop/views.py")
    assert [(one["line"], one["column"], one["before"], one["after"]) for one in views["replacements"]] == [
        (1, 25, "Order", "Purchase"), (3, 7, "Order", "Purchase"),
    ]  # fmt: skip
    code, out, _ = overhaul("rename", "shop.models:Order", "Purchase", "--json", "plan.json", "--write")
    written = json.loads((shop / "plan.json").read_text())
    assert (code, written["verdict"], written["transaction"]) == (0, "written", "1")


def test_the_commands_of_the_user_decide_too(shop: Path, overhaul: Run) -> None:
    searching = "grep -q Order shop/models.py"
    code, out, _ = overhaul("rename", "shop.models:Order", "Purchase", "--verify", searching, "--write")
    assert code == 1 and "commands" in out and files(shop) == SHOP
    code, out, _ = overhaul("rename", "shop.models:Order", "Purchase", "--verify", "true", "--write")
    assert code == 0 and files(shop) != SHOP


def test_commands_of_the_settings_run_unless_they_are_refused(shop: Path, overhaul: Run) -> None:
    (shop / "overhaul.toml").write_text('[verify]\ncommands = ["grep -q Order shop/models.py"]\n')
    code, *_ = overhaul("rename", "shop.models:Order", "Purchase")
    assert code == 1
    code, *_ = overhaul("rename", "shop.models:Order", "Purchase", "--no-verify")
    assert code == 0
    code, *_ = overhaul("rename", "shop.models:Order", "Purchase", "--verify", "true")
    assert code == 0, "the command line is said last"


def test_commands_of_a_project_that_one_does_not_stand_in_are_not_run(
    shop: Path, overhaul: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "overhaul.toml").write_text('[verify]\ncommands = ["touch /nowhere/at/all"]\n')
    monkeypatch.chdir(shop.parent)
    code, _, err = overhaul("rename", "shop.models:Order", "Purchase", str(shop))
    assert code == 0 and "are not run, because" in err


def test_a_file_for_the_json_that_cannot_be_written_is_refused_before_anything_is(shop: Path, overhaul: Run) -> None:
    for place in ("nowhere/plan.json", "docs"):
        code, _, err = overhaul("rename", "shop.models:Order", "Purchase", "--write", "--json", place)
        assert code == 2 and f"{place}: cannot be written: name another file" in err
    assert files(shop) == SHOP and not (shop / ".overhaul/journal").exists()


def test_what_is_written_is_said_even_where_the_rest_cannot_be(shop: Path, overhaul: Run) -> None:
    code, _, err = overhaul("rename", "shop.models:Order", "Purchase", "--write", "-q", "--json", "x" * 250)
    assert code == 2 and "name another file" in err
    assert "written; `overhaul undo 1` takes it back" in err


@pytest.mark.parametrize(
    "meanwhile",
    [
        "open('shop/late.py', 'w').write('from shop.models import Order')",
        "open('shop/__init__.py', 'w').write('from shop.models import Order')",
        "os.path.exists('shop/old.py') and os.remove('shop/old.py')",
    ],
)  # fmt: skip
def test_a_plan_is_not_written_on_code_that_it_was_not_proven_for(shop: Path, overhaul: Run, meanwhile: str) -> None:
    (shop / "shop/old.py").write_text("")
    script = shop.parent / "meanwhile.py"
    script.write_text(f"import os\nos.chdir({str(shop)!r})\n{meanwhile}\n")
    words = ("rename", "shop.models:Order", "Purchase", "--write", "--verify", f"{sys.executable} {script}")
    code, _, err = overhaul(*words)
    assert code == 1 and "has changed since the plan was made: plan anew" in err
    assert (shop / "shop/models.py").read_text() == SHOP["shop/models.py"]


def test_nothing_is_planned_upon_what_an_interrupted_run_has_left(shop: Path, overhaul: Run) -> None:
    before = files(shop)
    assert overhaul("rename", "shop.models:Order", "Purchase", "--write")[0] == 0
    (shop / ".overhaul/journal/0001/end").unlink()
    code, _, said = overhaul("rename", "shop.models:Purchase", "Order")
    assert code == 1
    assert "has not ended" in said and "`overhaul undo` puts back" in said
    assert overhaul("undo")[0] == 0
    assert files(shop) == before


def test_what_does_not_touch_the_code_meanwhile_does_not_matter(shop: Path, overhaul: Run) -> None:
    script = shop.parent / "meanwhile.py"
    script.write_text(f"import os\nos.utime({str(shop / 'shop/__init__.py')!r})\nopen({str(shop / 'x.txt')!r}, 'w')\n")
    words = ("rename", "shop.models:Order", "Purchase", "--write", "--verify", f"{sys.executable} {script}")
    assert overhaul(*words)[0] == 0


def test_what_was_written_with_other_settings_is_found_without_them(shop: Path, overhaul: Run) -> None:
    (shop.parent / "other.toml").write_text("")
    code, *_ = overhaul("rename", "shop.models:Order", "Purchase", "--write", "--config", "../other.toml")
    assert code == 0 and files(shop) != SHOP
    code, *_ = overhaul("undo")
    assert code == 0 and files(shop) == SHOP


def test_git_is_given_one_commit_with_a_summary(shop: Path, overhaul: Run) -> None:
    def git(*arguments: str) -> str:
        done = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
        return subprocess.run(done, cwd=shop, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("config", "user.name", "a")
    git("config", "user.email", "a@b.c")
    git("add", "-A")
    git("commit", "-qm", "first")
    code, _, err = overhaul("rename", "shop.models:Order", "Purchase", "--commit")
    assert code == 0 and "committed as" in err
    assert git("log", "-1", "--format=%s").strip() == "Rename shop.models:Order to Purchase"
    assert git("status", "--porcelain") == ""
    (shop / "shop" / "views.py").write_text("x = 1\n")
    code, _, err = overhaul("rename", "shop.models:Purchase", "Order", "--write")
    assert code == 1 and "views.py" in err


def test_names_that_would_move_the_cursor_are_told_as_escapes(shop: Path, overhaul: Run) -> None:
    (shop / "docs" / "\x1b[31mred.md").write_text("See `shop.models.Order`. \x1b[2J\n")
    code, out, err = overhaul("rename", "shop.models:Order", "Purchase")
    assert code == 0 and "\x1b" not in out + err and "\\x1b[31mred.md" in out


def test_colours_are_for_terminals_or_whoever_asks(shop: Path, overhaul: Run) -> None:
    asked = ("rename", "shop.models:Order", "Purchase")
    assert "\x1b[" not in overhaul(*asked)[1]
    assert "\x1b[32m+from shop.models import Purchase" in overhaul(*asked, "--color")[1]


def migration(shop: Path, text: str) -> str:
    (shop.parent / "steps.toml").write_text(text)
    return str(shop.parent / "steps.toml")


TWO = """
title = "Orders are purchases"
[[steps]]
codemod = "rename_symbol"
target = "shop.models:Order"
to = "Purchase"
[[steps]]
codemod = "move_module"
target = "shop.models"
to = "shop.purchases"
"""


def test_the_steps_of_a_file_are_one_transaction(shop: Path, overhaul: Run) -> None:
    file = migration(shop, TWO)
    code, out, _ = overhaul("migrate", file)
    assert code == 0 and "Orders are purchases" in out and files(shop) == SHOP
    assert "shop.models:Order -> shop.purchases:Purchase" in out
    code, *_ = overhaul("migrate", file, "--write")
    assert code == 0
    assert "from shop.purchases import Purchase\n" in files(shop)["shop/views.py"]
    assert files(shop)["docs/index.md"] == "See `shop.purchases.Purchase`.\n"
    code, *_ = overhaul("undo")
    assert code == 0 and files(shop) == SHOP


def test_a_step_of_a_file_can_be_left_out(shop: Path, overhaul: Run) -> None:
    code, out, _ = overhaul("migrate", migration(shop, TWO), "--without", "2", "--write")
    assert code == 0 and "Left out: step 2" in out
    assert "from shop.models import Purchase\n" in files(shop)["shop/views.py"]


_AGAIN = [
    """
[[steps]]
codemod = "rename_symbol"
target = "shop.models:Order"
to = "Purchase"
[[steps]]
codemod = "move_module"
target = "shop.models"
to = "shop.kern"
""",
    """
[[steps]]
codemod = "rename_member"
target = "shop.models:Order.cancel"
to = "undo"
[[steps]]
codemod = "move_symbol"
target = "shop.models:Order"
to = "shop.orders"
[[steps]]
codemod = "rename_symbol"
target = "shop.orders:Order"
to = "Purchase"
""",
]


@pytest.mark.parametrize("text", _AGAIN)
def test_steps_that_stand_on_each_other_have_nothing_to_do_when_they_are_asked_again(
    shop: Path, overhaul: Run, text: str
) -> None:
    (shop.parent / "steps.toml").write_text(text)
    code, out, err = overhaul("migrate", "../steps.toml", "--write")
    assert code == 0, out + err
    after = files(shop)
    code, out, err = overhaul("migrate", "../steps.toml", "--write")
    assert code == 0 and "Nothing to do" in out, out + err
    assert files(shop) == after


def test_what_never_was_is_not_taken_for_done(shop: Path, overhaul: Run) -> None:
    (shop.parent / "steps.toml").write_text(_AGAIN[0].replace("shop.models", "shop.nowhere"))
    code, out, _ = overhaul("migrate", "../steps.toml")
    assert code == 1 and "no module shop.nowhere" in out


def test_names_that_change_places_are_refused_for_asked_again_they_would_change_back(shop: Path, overhaul: Run) -> None:
    (shop / "shop/models.py").write_text(SHOP["shop/models.py"] + "\n\nclass Line:\n    pass\n")
    turns = (("Order", "Middle"), ("Line", "Order"), ("Middle", "Line"))
    (shop.parent / "steps.toml").write_text("".join(
        f'[[steps]]\ncodemod = "rename_symbol"\ntarget = "shop.models:{old}"\nto = "{new}"\n' for old, new in turns
    ))  # fmt: skip
    before = files(shop)
    code, out, _ = overhaul("migrate", "../steps.toml", "--write")
    assert code == 1 and "asked again when all steps are done" in out and files(shop) == before


def test_what_a_command_says_is_not_said_otherwise_by_a_setting(shop: Path, overhaul: Run) -> None:
    code, _, err = overhaul("rename", "shop.models:Order", "Purchase", "--set", "target=shop.models:Line")
    assert code == 2 and "--set target: the command itself says it" in err


def test_shims_are_dropped_where_nothing_goes_through_them(shop: Path, overhaul: Run) -> None:
    for words in (("rename", "shop.models:Order", "Purchase"), ("rename", "shop.models", "orders")):
        assert overhaul(*words, "--shim", "--write", "--code-only")[0] == 0
    late = 'import importlib\n\nprint(importlib.import_module("shop.models"))\n'
    (shop / "late.py").write_text(late)
    code, out, err = overhaul("migrate", "--drop-shims", "--write")
    assert code == 0, out + err
    assert (shop / "shop/models.py").exists() and "late.py:3" in out, "somebody still goes through that one"
    assert "__getattr__" not in (shop / "shop/orders.py").read_text()
    (shop / "late.py").unlink()
    code, out, err = overhaul("migrate", "--drop-shims", "--write")
    assert code == 0 and not (shop / "shop/models.py").exists(), out + err
    code, out, _ = overhaul("migrate", "--drop-shims", "--write")
    assert code == 0 and "Nothing to do" in out


def test_a_step_with_nothing_to_do_beside_others_is_told(shop: Path, overhaul: Run) -> None:
    """It may be done already, or name what never was."""
    (shop / "steps.toml").write_text(
        '[[steps]]\ncodemod = "rename_symbol"\ntarget = "shop.models:Ordre"\nto = "Order"\n'
        '[[steps]]\ncodemod = "rename_symbol"\ntarget = "shop.models:Order"\nto = "Purchase"\n'
    )
    code, out, _ = overhaul("migrate", "steps.toml")
    assert code == 0
    assert "Steps with nothing to do" in out
    assert "  1: rename_symbol target=shop.models:Ordre to=Order\n" in out and "  2: rename_symbol" not in out
    (shop / "steps.toml").write_text(
        '[[steps]]\ncodemod = "rename_symbol"\ntarget = "shop.models:Order"\nto = "Purchase"\n'
    )
    assert "Steps with nothing to do" not in overhaul("migrate", "steps.toml")[1]
