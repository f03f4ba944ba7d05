"""Decisions are written so that they can be read again, edited by hand, and never taken for what they are not."""

import datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overhaul.deciding.model import Block, Protection, Record, Review, Seen
from overhaul.deciding.reading import named_record, read_records, record_of
from overhaul.deciding.writing import Said, block_text, file_name, record_text, reviewed_text, superseded_text
from overhaul.errors import ConfigError, UnknownName

DAY = datetime.date(2030, 5, 17)
BLOCK = Block(
    phase="state",
    evidence=(
        Seen(link="managers:shop.app.Bus#tier,bases", rows={"shop.app.Bus": {"tier": 2, "bases": ("shop.app.Base",)}}),
        Seen(link="count(caches) <= 1", holds=True, figures={"count(caches)": 1.0}),
    ),
    protected=(Protection(rule="machines stay separate", must_not=("unify",), what=("state_machines:*",)),),
    reviewed=(Review(by="Ada", on=DAY, reason="still right", changes=("a: 1 to 2",)),),
)


def said(**given: object) -> Said:
    return msgspec.structs.replace(
        Said(kind="decision", title="Machines stay separate", on=DAY, context="Four machines.", block=BLOCK), **given
    )


def read(text: str) -> Record:
    return record_of(text, "docs/decisions/0007-x.md", "0007", "decision")


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_decision_has_the_headings_of_madr_in_their_order() -> None:
    text = record_text(
        said(why="each is recovered alone", alternatives=("One machine",), consequences=("Good",), by=("Ada",))
    )
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Machines stay separate", "## Context and Problem Statement", "## Considered Options", "## Decision Outcome",
        "### Consequences", "### Confirmation", "## More Information",
    ]  # fmt: skip
    assert text.startswith("---\nstatus: accepted\ndate: 2030-05-17\ndecision-makers: Ada\n---\n\n# ")
    assert 'Chosen option: "Machines stay separate", because each is recovered alone.\n' in text
    assert "* Machines stay separate\n* One machine\n" in text


def test_what_is_written_is_read_again() -> None:
    found = read(record_text(said()))
    assert (found.title, found.status, found.block) == ("Machines stay separate", "accepted", BLOCK)
    lines = record_text(said()).splitlines()
    assert all(link in lines[number - 1] for link, number in found.lines.items())
    assert len(found.lines) == 2


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=30), max_size=2))
def test_no_text_of_anybodys_makes_a_decision_that_cannot_be_read(title: str, context: str, several: list[str]) -> None:
    block = msgspec.structs.replace(
        BLOCK,
        evidence=(Seen(link="caches:x", rows={title: {"key": context, "names": tuple(several)}}),),
        protected=(Protection(rule=context, must_not=("unify",), what=("a",)),),
    )
    text = record_text(said(title=title or "x", context=context, alternatives=tuple(several), block=block))
    assert read(text).block == block
    assert all(char.isprintable() or char == "\n" for char in text)


def test_a_text_cannot_pretend_to_be_the_block() -> None:
    forged = "```toml overhaul\n[[protected]]\nrule = 'x'\nmust-not = ['unify']\nwhat = ['*']\n```"
    assert read(record_text(said(context=forged))).block == BLOCK
    assert read(record_text(said(context=forged, block=Block()))).block == Block()


def test_a_block_that_says_nothing_is_not_written() -> None:
    text = record_text(said(block=Block()))
    assert "```" not in text and "More Information" not in text and "Confirmation" not in text
    assert block_text(Block()) == ""


def test_a_pattern_has_its_own_headings() -> None:
    text = record_text(
        said(kind="pattern", title="Memo", why="lru_cache", consequences=("short",), trade_offs=("no expiry",))
    )
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Memo", "## Problem", "## Solution", "## Benefits", "## Trade-offs", "## Examples", "## More Information",
    ]  # fmt: skip
    assert "* `managers:shop.app.Bus#tier,bases`" in text


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("---\nstatus: proposed\n---\n", "proposed"),
        ('---\nstatus: "accepted"\n---\n', "accepted"),
        ("---\nstatus: superseded by [ADR-0009](0009-y.md)\n---\n", "superseded"),
        ("---\nStatus: Accepted # by all\n---\n", "accepted"),
        ("* Status: rejected\n", "rejected"),
        ("", ""),
        ("---\nno end\n", ""),
    ],
)
def test_the_status_is_read_as_madr_has_it_in_any_of_its_versions(head: str, status: str) -> None:
    assert read(f"{head}\n# Title\n").status == status


def test_what_is_edited_around_the_block_does_not_matter() -> None:
    text = record_text(said()).replace("\n", "\r\n").replace("# Machines", "\r\nnote\r\n\r\n# Our machines")
    found = read(f"{text}\r\n## Afterwards\r\n\r\n```toml\r\nno = 'block of ours'\r\n```\r\n")
    assert found.block == BLOCK
    assert found.title == "Our machines stay separate"


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("[[evidence]\n", "0007-x.md:4: the block ```toml overhaul cannot be read as TOML"),
        ("[[evidenze]]\n", "unknown key 'evidenze': did you mean evidence or reviewed?"),
        ("[[evidence]]\nlinc = 'x'\n", "[[evidence]] unknown key 'linc': did you mean link?"),
        ("[[evidence]]\nlink = 3\n", "expected"),
        ("evidence = 3\n", "expected"),
        ("evidence = [3]\n", "expected"),
        ("[[protected]]\nrule = 'x'\nmust-not = []\nwhat = ['a']\n", "says nothing: fill in must-not and what"),
        ("[[protected]]\nrule = 'x'\nmust-not = ['unify']\nwhat = [' ']\n", "says nothing: fill in must-not and what"),
        ("[[reviewed]]\nby = 'x'\non = 'yesterday'\nreason = ''\n", "on"),
        (f"a = {'[' * 3000}", "cannot be read as TOML"),
    ],
)
def test_a_bad_block_is_told_on_one_line_with_its_place(block: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(f"# Title\n\n```toml overhaul\n{block}\n```\n")
    assert told in str(caught.value)
    assert "docs/decisions/0007-x.md" in str(caught.value) and "\n" not in str(caught.value)


def test_two_blocks_one_without_an_end_and_an_unknown_status_are_refused() -> None:
    one = "```toml overhaul\n```\n"
    with pytest.raises(ConfigError, match=r"0007-x\.md:3: a second block"):
        read(one + one)
    with pytest.raises(ConfigError, match=r"0007-x\.md:1: the block .* does not end"):
        read("```toml overhaul\n")
    with pytest.raises(ConfigError, match="the status 'maybe' is unknown"):
        read(f"---\nstatus: maybe\n---\n{one}")
    assert read("---\nstatus: maybe\n---\n").status == "maybe"


def test_a_review_changes_the_block_and_nothing_else() -> None:
    text = f"{record_text(said())}\nA note at the end.\n".replace("Four machines.", "Four   machines, *by hand*.")
    other = msgspec.structs.replace(BLOCK, evidence=())
    made = reviewed_text(text, "x", other)
    assert read(made).block == other
    head, tail = text.split("```toml overhaul\n")
    assert made.startswith(f"{head}```toml overhaul\n") and made.endswith(tail.split("```", 1)[1])
    assert reviewed_text(text, "x", BLOCK) == text
    windows = text.replace("\n", "\r\n")
    assert reviewed_text(windows, "x", BLOCK) == windows


@pytest.mark.parametrize(
    "head", ["---\nstatus: accepted\ndate: 2030-05-17\n---\n\n", "---\ndate: 2030-05-17\n---\n\n", ""]
)
def test_what_is_superseded_says_so_and_keeps_the_rest(head: str) -> None:
    text = superseded_text(f"{head}# Title\n\nstatus: of things\n", "0008")
    assert "status: superseded by 0008\n" in text
    assert text.endswith("# Title\n\nstatus: of things\n")
    assert read(text).status == "superseded"
    assert ("date: 2030-05-17" in text) == ("date" in head)


def test_files_are_known_by_their_number_and_others_are_no_records(tmp_path: Path) -> None:
    folder = written(tmp_path / "docs", {
        "0002-b.md": "# B\n", "0010-c.md": "# C\n", "README.md": "# Index\n", "0003-x.txt": "x", "notes.md": "# N\n",
        "patterns/0001-memo.md": "# Memo\n", "0004-folder.md/x": "",
    })  # fmt: skip
    found = read_records(folder, tmp_path)
    assert [(one.id, one.kind, one.file) for one in found] == [
        ("0002", "decision", "docs/0002-b.md"), ("0010", "decision", "docs/0010-c.md"),
        ("P0001", "pattern", "docs/patterns/0001-memo.md"),
    ]  # fmt: skip
    assert [named_record(found, one).id for one in ("2", "0002", "10", "p1", "P0001")] == [
        "0002", "0002", "0010", "P0001", "P0001",
    ]  # fmt: skip
    for unknown in ("3", "P2", "x", "", "-2"):
        with pytest.raises(UnknownName):
            named_record(found, unknown)


def test_two_of_one_number_are_refused_where_one_of_them_is_ours(tmp_path: Path) -> None:
    folder = written(tmp_path / "docs", {"0001-a.md": "# A\n", "0001-b.md": "# B\n"})
    assert len(read_records(folder, tmp_path)) == 1
    written(folder, {"0001-b.md": record_text(said())})
    with pytest.raises(ConfigError, match=r"docs/0001-b\.md: docs/0001-a\.md has the number 0001 too"):
        read_records(folder, tmp_path)


def test_what_cannot_be_read_at_all_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path / "docs", {"0001-a.md": "x"})
    (folder / "0001-a.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"docs/0001-a\.md: cannot be read"):
        read_records(folder, tmp_path)
    (folder / "0001-a.md").write_bytes(b"a" * (2 << 20))
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        read_records(folder, tmp_path)
    assert read_records(tmp_path / "nowhere", tmp_path) == ()


def test_the_name_of_a_file_is_made_of_plain_words() -> None:
    assert file_name(7, "State: stay \N{HEAVY CHECK MARK} ../../separate") == "0007-state-stay-separate.md"
    assert file_name(12345, "\N{HEAVY CHECK MARK}") == "12345-decision.md"
    assert len(file_name(1, "word " * 100)) < 80
    assert len(file_name(1, "w" * 500)) < 100
