"""`overhaul decide` writes decisions and patterns, and tells what has changed of what they rest on."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from overhaul.cli import run

TOTAL = "def total(values):\n    found = 0\n    for one in values:\n        found += one\n    return found\n"
FILES = {
    "shop/__init__.py": "",
    "shop/prices.py": (
        "from functools import lru_cache\n\n\n@lru_cache(maxsize=10)\ndef price(name):\n    return len(name)\n"
    ),
    "shop/bills.py": TOTAL,
    "shop/taxes.py": TOTAL,
}
MERGE = (
    '[[steps]]\ncodemod = "merge_duplicates"\nmembers = ["shop.bills:total", "shop.taxes:total"]\nhome = "shop.bills"\n'
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def overhaul(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    monkeypatch.chdir(root)
    return root


def test_a_decision_is_written_checked_and_reviewed(project: Path, overhaul: Run) -> None:
    code, out, err = overhaul(
        "decide", "Prices are remembered", "--context", "Asked often.", "--because", "caches:shop.prices.price#bounded",
        "--because", "count(caches) <= 1", "--alternative", "Ask again", "--consequence", "Good, because fast",
        "--by", "Ada",
    )  # fmt: skip
    file = project / "docs" / "decisions" / "0001-prices-are-remembered.md"
    assert (code, out) == (0, "") and "docs/decisions/0001-prices-are-remembered.md: decision 0001" in err
    text = file.read_text()
    assert "bounded = true" in text and '"count(caches)" = 1' in text and "decision-makers: Ada" in text
    code, out, err = overhaul("decide", "--check")
    assert (code, out) == (0, "") and "0 of 1 decisions" in err

    (project / "shop" / "prices.py").write_text(FILES["shop/prices.py"].replace("maxsize=10", "maxsize=None"))
    line = text.splitlines().index('link = "caches:shop.prices.price#bounded"') + 1
    code, out, err = overhaul("decide", "--check", ".")
    assert code == 1
    assert out == (
        f"docs/decisions/0001-prices-are-remembered.md:{line}: caches:shop.prices.price#bounded: "
        "shop.prices.price: bounded: true \N{RIGHTWARDS ARROW} false\n"
    )
    assert "overhaul decide --review 0001 --by NAME --reason TEXT" in err

    assert overhaul("decide", "--review", "1")[0] == 2
    assert overhaul("decide", "--review", "1", "--by", "Bob", "--reason", " ")[0] == 2
    assert file.read_text() == text
    assert overhaul("decide", "--review", "1", ".", "--by", "Bob", "--reason", "few names")[0] == 0
    seen = file.read_text()
    assert "bounded = false" in seen and 'by = "Bob"' in seen and 'reason = "few names"' in seen
    assert seen.startswith(text.partition("[[evidence]]")[0])
    assert overhaul("decide", "--check")[0] == 0
    code, _, err = overhaul("decide", "--review", "1", "--by", "Bob", "--reason", "again")
    assert code == 0 and "nothing has changed" in err and file.read_text() == seen


def test_a_review_of_what_rests_on_nothing_or_is_not_there_is_refused(project: Path, overhaul: Run) -> None:
    overhaul("decide", "Tabs", "--context", "x")
    for name in ("1", "7"):
        code, _, err = overhaul("decide", "--review", name, "--by", "Bob", "--reason", "x")
        assert code == 2 and len(err.splitlines()) == 1


def test_a_decision_takes_the_place_of_another(project: Path, overhaul: Run) -> None:
    overhaul("decide", "Tabs", "--context", "x", "--because", "count(caches) <= 1")
    assert overhaul("decide", "Spaces", "--context", "x", "--status", "superseded")[0] == 2
    code, _, _ = overhaul("decide", "Spaces", "--context", "x", "--status", "superseded", "--supersedes", "1")
    assert code == 0
    folder = project / "docs" / "decisions"
    assert "status: superseded by 0002" in (folder / "0001-tabs.md").read_text()
    assert "[0001](0001-tabs.md), Tabs" in (folder / "0002-spaces.md").read_text()
    code, out, _ = overhaul("decide", "--list")
    assert code == 0
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["0001", "superseded", "Tabs"], ["0002", "accepted", "Spaces"],
    ]  # fmt: skip
    (project / "shop" / "more.py").write_text(FILES["shop/prices.py"])
    assert overhaul("decide", "--check")[0] == 0


def test_a_pattern_is_kept_beside_the_decisions(project: Path, overhaul: Run) -> None:
    code, _, _ = overhaul(
        "decide", "Memo", "--pattern", "--problem", "Asked twice.", "--solution", "Remember.", "--benefit", "fast",
        "--trade-off", "stale", "--example", "caches:shop.prices.price#memoiser", "--phase", "caches",
    )  # fmt: skip
    text = (project / "docs" / "decisions" / "patterns" / "0001-memo.md").read_text()
    assert code == 0 and 'phase = "caches"' in text and "## Trade-offs\n\n* stale" in text
    assert overhaul("decide", "--list")[1].startswith("P0001")
    (project / "shop" / "prices.py").write_text("")
    code, out, _ = overhaul("decide", "--check")
    assert code == 1 and "patterns/0001-memo.md" in out and "shop.prices.price is gone" in out


def test_what_a_decision_protects_is_left_out_by_propose_and_refused_by_migrate(project: Path, overhaul: Run) -> None:
    (project / "merge.toml").write_text(MERGE)
    assert overhaul("migrate", "merge.toml", "--no-diff")[0] == 0
    code, _, _ = overhaul(
        "decide", "Taxes add up by themselves", "--context", "x", "--protect", "taxes stay apart", "--what",
        "shop.taxes.total",
    )  # fmt: skip
    assert code == 0
    code, out, _ = overhaul("migrate", "merge.toml", "--no-diff")
    assert code == 1 and "shop.taxes.total is kept by decision 0001 (taxes stay apart)" in out
    code, out, err = overhaul("propose", "duplicates")
    assert "codemod" not in out or "shop.taxes:total" not in out, err
    code, _, err = overhaul("migrate", "merge.toml", "--no-diff", "--despite", "9")
    assert code == 2 and "unknown decision '9'" in err
    assert overhaul("migrate", "merge.toml", "--write", "--no-diff", "--despite", "1")[0] == 0
    assert "def total" not in (project / "shop" / "taxes.py").read_text()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "no title"),
        ((" ",), "no title"),
        (("T",), "add --context TEXT"),
        (("T", "--pattern", "--problem", "x"), "add --solution TEXT"),
        (("T", "--context", "x", "--pattern", "--supersedes", "1"), "--supersedes is for a decision"),
        (("T", "--context", "x", "--trade-off", "y"), "--trade-off is for a pattern"),
        (("T", "--context", "x", "--because", "caches:shop.prices.prize"), "did you mean shop.prices.price"),
        (("T", "--context", "x", "--because", "no such thing"), "is no expression"),
        (("T", "--context", "x", "--supersedes", "4"), "unknown decision '4'"),
        (("T", "--context", "x", "--protect", "y"), "--what WHAT"),
        (("T", "--context", "x", "--what", "shop.*"), "--protect TEXT"),
        (("T", "--context", "x", "--protect", "y", "--what", "shpo.*"), "nothing would be protected"),
        (("T", "--context", "x", "--protect", "y", "--what", "caches:shpo.*"), "nothing would be protected"),
        (("T", "--context", "x", "--protect", "y", "--what", "cashes:*"), "did you mean caches"),
        (("T", "--context", "x", "--protect", "y", "--what", "shop", "--must-not", "unifi"), "did you mean unify"),
        (("--check", "--list"), "give one of them"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(
    project: Path, overhaul: Run, arguments: tuple[str, ...], why: str
) -> None:
    code, out, err = overhaul("decide", *arguments)
    assert (code, out) == (2, "") and why in err
    assert not (project / "docs").exists()


def test_the_folder_is_that_of_the_campaign(project: Path, overhaul: Run) -> None:
    (project / "overhaul-campaign.toml").write_text(
        'decisions = "adr"\n\n[phases.caches]\nnumber = 1\ntitle = "Caches"\n'
    )
    assert overhaul("decide", "Tabs", "--context", "x", "--phase", "1")[0] == 0
    assert (project / "adr" / "0001-tabs.md").is_file()
    code, _, err = overhaul("decide", "Tabs", "--context", "x", "--phase", "9")
    assert code == 2 and "unknown phase '9'" in err


def test_a_bad_record_is_one_line_wherever_decisions_are_read(project: Path, overhaul: Run) -> None:
    folder = project / "docs" / "decisions"
    folder.mkdir(parents=True)
    (folder / "0001-x.md").write_text("# X\n\n```toml overhaul\n[[protected]]\n```\n")
    (project / "merge.toml").write_text(MERGE)
    for arguments in (("decide", "--list"), ("decide", "--check"), ("migrate", "merge.toml"), ("propose", "cache")):
        code, _, err = overhaul(*arguments)
        assert code == 2 and "docs/decisions/0001-x.md:4: " in err and len(err.splitlines()) == 1


def test_hostile_text_in_a_record_is_shown_escaped(project: Path, overhaul: Run) -> None:
    folder = project / "docs" / "decisions"
    folder.mkdir(parents=True)
    (folder / "0001-x.md").write_text("# X\x1b[31m \u202ey\n")
    assert "\\x1b[31m \\u202ey" in overhaul("decide", "--list")[1]


def test_the_editor_has_the_last_word(project: Path, overhaul: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def edit(text: str, extension: str) -> str:
        shown.append(extension)
        return text.replace("# Tabs", "# Tabs, and nothing else")

    monkeypatch.setattr(click, "edit", edit)
    assert overhaul("decide", "Tabs", "--edit")[0] == 0
    assert shown == [".md"]
    assert "# Tabs, and nothing else" in (project / "docs" / "decisions" / "0001-tabs.md").read_text()

    def left(text: str, extension: str) -> None:
        return None

    monkeypatch.setattr(click, "edit", left)
    code, _, err = overhaul("decide", "Spaces", "--edit")
    assert code == 2 and "nothing is recorded" in err
    assert len(list((project / "docs" / "decisions").iterdir())) == 1


def test_nothing_is_asked_where_nobody_can_answer(
    project: Path, overhaul: Run, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    def asked(*_: object, **__: object) -> str:
        raise AssertionError("asked")

    monkeypatch.setattr(click, "prompt", asked)
    assert overhaul("decide", "Tabs")[0] == 2


def test_what_is_missing_is_asked_for_on_a_terminal(
    project: Path, overhaul: Run, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    answers = iter(["Which?", "less to type", "Spaces", "", "Good, because short", ""])

    def answer(*_: object, **__: object) -> str:
        return next(answers)

    monkeypatch.setattr(click, "prompt", answer)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert overhaul("decide", "Tabs")[0] == 0
    text = (project / "docs" / "decisions" / "0001-tabs.md").read_text()
    assert 'Chosen option: "Tabs", because less to type.' in text
    assert "* Tabs\n* Spaces\n" in text and "* Good, because short\n" in text


def test_a_decision_follows_what_a_migration_renames(project: Path, overhaul: Run) -> None:
    overhaul(
        "decide", "Prices are remembered", "--context", "x", "--because", "caches:shop.prices.price#bounded",
        "--protect", "prices keep their memo", "--what", "caches:shop.prices.price",
    )  # fmt: skip
    assert overhaul("rename", "shop.prices:price", "cost", "--write", "--no-diff")[0] == 0
    assert overhaul("decide", "--check")[0] == 0
    text = (project / "docs" / "decisions" / "0001-prices-are-remembered.md").read_text()
    assert "shop.prices.price" not in text and text.count("shop.prices.cost") >= 3
