"""The baseline ledger: its file survives odd names and merges, and its entries survive edits, moves and renames."""

import random
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.errors import ConfigError
from overhaul.findings import Finding
from overhaul.ledger import HEADER, Entry, Matched, entry_of, ledger_text, match, print_of, read_ledger


def finding(rule: str = "bad_name", module: str = "shop", name: str = "Bad", line: int = 1) -> Finding:
    return Finding(rule=rule, severity="warning", message="", module=module, path=f"{module}.py", line=line, name=name)


def printed_from(lines: Mapping[str, Sequence[str]]) -> Callable[[Finding], str]:
    """The prints of findings in files of these lines."""
    return lambda one: print_of(lines[one.module][one.line - 1].encode())


def entries(findings: Sequence[Finding], lines: Mapping[str, Sequence[str]]) -> list[Entry]:
    printed = printed_from(lines)
    return [entry_of(one, printed(one)) for one in findings]


Findings = tuple[Sequence[Finding], Mapping[str, Sequence[str]]]
"""Findings, and the lines of the files they stand in, by module."""


def held(before: Findings, now: Findings) -> Matched:
    return match(now[0], entries(*before), printed_from(now[1]), lambda module: module not in now[1])


# What is the same finding


def test_a_finding_on_an_edited_line_that_has_moved_is_still_the_same() -> None:
    before = [finding(line=1)], {"shop": ["class Bad: pass"]}
    after = [finding(line=3)], {"shop": ["", "import os", "class Bad(object): pass"]}
    assert held(before, after) == Matched(frozenset({0}), (), ())


def test_a_second_finding_of_the_same_name_is_new_and_it_is_the_one_whose_line_was_not_there() -> None:
    before = [finding(line=1)], {"shop": ["x = Bad()"]}
    after = [finding(line=1), finding(line=2)], {"shop": ["y = Bad()", "x = Bad()"]}
    assert held(before, after).inherited == {1}


def test_of_two_findings_of_the_same_name_the_one_that_is_gone_is_fixed() -> None:
    before = [finding(line=1), finding(line=2)], {"shop": ["y = Bad()", "x = Bad()"]}
    after = [finding(line=1)], {"shop": ["x = Bad()"]}
    matched = held(before, after)
    assert matched.inherited == {0}
    assert [entry.print for entry in matched.fixed] == [print_of(b"y = Bad()")]


def test_a_renamed_file_keeps_its_entries_and_they_are_told_with_their_new_module() -> None:
    before = [finding(line=1)], {"shop": ["class Bad: pass"]}
    after = [finding(module="store", line=2)], {"store": ["", "class Bad: pass"]}
    matched = held(before, after)
    assert matched.inherited == {0} and not matched.fixed
    ((was, now),) = matched.moved
    assert (was.module, now.module) == ("shop", "store")


def test_in_a_renamed_file_a_line_may_have_been_edited_as_long_as_another_tells_the_file() -> None:
    names = [finding(line=1), finding(name="Worse", line=2)]
    before = names, {"shop": ["class Bad: pass", "class Worse: pass"]}
    there = [finding(module="store", line=1), finding(module="store", name="Worse", line=2)]
    after = there, {"store": ["class Bad: pass", "class Worse(Bad): pass"]}
    assert held(before, after).inherited == {0, 1}


def test_a_moved_package_takes_each_entry_to_the_module_of_the_same_last_name() -> None:
    line = ["class Bad: pass"]
    names = ("one", "two", "three")
    before = [finding(module=f"old.{name}") for name in names], {f"old.{name}": line for name in names}
    after = [finding(module=f"new.deep.{name}") for name in names], {f"new.deep.{name}": line for name in names}
    assert [(was.module, now.module) for was, now in held(before, after).moved] == [
        ("old.one", "new.deep.one"), ("old.three", "new.deep.three"), ("old.two", "new.deep.two"),
    ]  # fmt: skip


def test_an_entry_of_a_module_that_is_there_is_not_used_by_another_one() -> None:
    # Copied code is new code: the first place was mended, and the same mistake made elsewhere.
    before = [finding()], {"shop": ["class Bad: pass"]}
    after = [finding(module="store")], {"shop": ["class Good: pass"], "store": ["class Bad: pass"]}
    matched = held(before, after)
    assert not matched.inherited and len(matched.fixed) == 1


def test_an_entry_of_a_deleted_module_is_not_used_by_one_that_has_entries_of_its_own() -> None:
    line = ["class Bad: pass", "class Worse: pass"]
    before = [finding(), finding(module="store", name="Worse", line=2)], {"shop": line, "store": line}
    after = [finding(module="store"), finding(module="store", name="Worse", line=2)], {"store": line}
    matched = held(before, after)
    assert matched.inherited == {1}
    assert [entry.module for entry in matched.fixed] == ["shop"]


def test_a_new_file_with_the_same_name_of_function_is_not_the_deleted_one_unless_the_line_is_the_same() -> None:
    before = [finding(name="main")], {"shop": ["def main(): pass"]}
    after = [finding(module="other", name="main")], {"other": ["async def main(): ..."]}
    assert not held(before, after).inherited


def test_no_print_is_asked_for_where_names_decide() -> None:
    def never(one: Finding) -> str:
        raise AssertionError(one)

    known = [Entry("bad_name", "shop", "Bad", "00000000")]
    assert match([finding()], known, never, lambda _: False).inherited == {0}
    assert match([finding(name="Other")], known, never, lambda _: True).fixed == tuple(known)


MODULES = ("a", "b", "pack.c", "pack.d")
FOUND = st.lists(
    st.tuples(st.sampled_from(("r", "s")), st.sampled_from(MODULES), st.sampled_from(("x", "y")), st.integers(0, 9)),
    max_size=12,
)
Project = tuple[list[Finding], Mapping[str, Sequence[str]]]


def project(found: Sequence[tuple[str, str, str, int]]) -> Project:
    """Findings, and a line of its own for each."""
    lines: dict[str, list[str]] = {module: [] for module in MODULES}
    findings: list[Finding] = []
    for rule, module, name, text in found:
        lines[module].append(f"{name} = {text}")
        findings.append(finding(rule, module, name, len(lines[module])))
    return findings, {**lines}


@given(FOUND, st.integers(1, 5))
def test_whatever_lines_move_all_stays_inherited(found: list[tuple[str, str, str, int]], by: int) -> None:
    before = project(found)
    shifted = [finding(one.rule, one.module, one.name, one.line + by) for one in before[0]]
    moved: Mapping[str, Sequence[str]] = {
        module: [""] * by + [f"    {line}" for line in lines] for module, lines in before[1].items()
    }
    assert held(before, (shifted, moved)) == Matched(frozenset(range(len(shifted))), (), ())


@given(FOUND, st.permutations(MODULES))
def test_whatever_files_are_renamed_all_stays_inherited(
    found: list[tuple[str, str, str, int]], order: list[str]
) -> None:
    before = project(found)
    names = {module: f"new.{other}" for module, other in zip(MODULES, order, strict=True)}
    now = [finding(one.rule, names[one.module], one.name, one.line) for one in before[0]]
    matched = held(before, (now, {names[module]: lines for module, lines in before[1].items()}))
    assert matched.inherited == set(range(len(now)))
    assert not matched.fixed


@given(FOUND, st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_change_what_is_fixed(
    found: list[tuple[str, str, str, int]], chance: random.Random
) -> None:
    before = project(found)
    left = [one for one in before[0] if chance.random() < 0.6]
    mixed = chance.sample(left, len(left))
    one, other = held(before, (left, before[1])), held(before, (mixed, before[1]))
    assert one.fixed == other.fixed
    assert len(one.inherited) == len(left) == len(before[0]) - len(one.fixed)


@given(FOUND, FOUND)
def test_each_entry_is_used_once_or_fixed(
    found: list[tuple[str, str, str, int]], now: list[tuple[str, str, str, int]]
) -> None:
    before, after = project(found), project(now)
    known = entries(*before)
    matched = match(after[0], known, printed_from(after[1]), lambda module: module == "a")
    assert len(matched.inherited) + len(matched.fixed) == len(known)
    assert not Counter(matched.fixed) - Counter(known)


# The file

ODD = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)


@given(st.lists(st.builds(Entry, st.from_regex(r"[a-z_]{1,8}", fullmatch=True), ODD, ODD, st.just("0123abcd"))))
def test_a_ledger_holds_any_name_and_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory,
                                                               known: list[Entry]) -> None:
    file = tmp_path_factory.mktemp("ledger") / "ledger.txt"
    text = ledger_text(known)
    file.write_bytes(text.encode())
    assert read_ledger(file) == tuple(sorted(known))
    assert ledger_text(read_ledger(file) or ()) == text
    lines = text.removeprefix(HEADER).splitlines()
    assert [line.encode() for line in lines] == sorted(line.encode() for line in lines)


@given(FOUND, st.randoms(use_true_random=False))
def test_a_union_of_two_shrunk_ledgers_loses_nothing_and_shrinks_again_to_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, str, str, int]], chance: random.Random
) -> None:
    before = project(found)
    known = entries(*before)
    left, right = ([entry for entry in known if chance.random() < 0.7] for _ in range(2))
    # What `merge=union` may leave behind: lines of both, some twice, in any order.
    lines = [*ledger_text(left).splitlines(), *ledger_text(right).splitlines()]
    chance.shuffle(lines)
    file = tmp_path_factory.mktemp("merged") / "ledger.txt"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    merged = read_ledger(file) or ()
    assert Counter(merged) == Counter(left) | Counter(right)
    both = Counter(left) & Counter(right)
    there: list[Finding] = []
    for one, entry in zip(before[0], known, strict=True):
        if both[entry] > 0:
            both[entry] -= 1
            there.append(one)
    matched = match(there, merged, printed_from(before[1]), lambda _: False)
    assert matched.inherited == set(range(len(there)))
    assert Counter(merged) - Counter(matched.fixed) == Counter(left) & Counter(right)


def merged(folder: Path, base: str, ours: str, theirs: str, *how: str) -> tuple[int, str]:
    """What git makes of two versions of a file: the number of conflicts, and the text."""
    for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_text(text, encoding="utf-8")
    words = ["git", "merge-file", "-p", *how, "ours", "base", "theirs"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_git_merges_two_ledgers_that_were_shrunk_in_different_places(tmp_path: Path) -> None:
    known = [Entry("bad_name", f"shop.m{number}", "Bad", "01234567") for number in range(9)]
    conflicts, text = merged(
        tmp_path, ledger_text(known), ledger_text(known[1:]), ledger_text([*known[:6], *known[7:]])
    )
    assert (conflicts, text) == (0, ledger_text([*known[1:6], *known[7:]]))


def test_lines_that_a_union_merge_brings_back_are_told_as_fixed(tmp_path: Path) -> None:
    known = [Entry("bad_name", f"shop.m{number}", "Bad", "01234567") for number in range(4)]
    versions = ledger_text(known), ledger_text([known[0], *known[2:]]), ledger_text([*known[:2], known[3]])
    assert merged(tmp_path, *versions)[0] == 1
    conflicts, text = merged(tmp_path, *versions, "--union")
    assert conflicts == 0
    (tmp_path / "ledger.txt").write_text(text, encoding="utf-8")
    there = [finding(module="shop.m0"), finding(module="shop.m3")]
    matched = match(there, read_ledger(tmp_path / "ledger.txt") or (), lambda _: "01234567", lambda _: False)
    assert matched.inherited == {0, 1}
    assert set(matched.fixed) <= set(known[1:3])


def test_comments_of_others_stay_at_the_top_and_ours_are_not_doubled() -> None:
    entry = Entry("bad_name", "shop", "Bad", "01234567")
    text = ledger_text([entry], f"# ours to mend until spring\n{HEADER}bad_name\tshop\tBad\t01234567\n")
    assert text == f"{HEADER}# ours to mend until spring\nbad_name\tshop\tBad\t01234567\n"


def test_a_ledger_checked_out_with_other_line_ends_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ledger.txt"
    file.write_bytes(b"\xef\xbb\xbf" + HEADER.replace("\n", "\r\n").encode() + b"bad_name\tshop\tBad\t01234567\r\n\r\n")
    assert read_ledger(file) == (Entry("bad_name", "shop", "Bad", "01234567"),)


def test_no_file_is_no_ledger_and_an_empty_one_is(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "ledger.txt") is None
    (tmp_path / "ledger.txt").touch()
    assert read_ledger(tmp_path / "ledger.txt") == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bad_name shop Bad 01234567", "is no entry"),
        ("bad_name\tshop\tBad\t0123456", "is no entry"),
        ("bad_name\tshop\tBad\t01234567\t", "is no entry"),
        ("\tshop\tBad\t01234567", "is no entry"),
        ("<<<<<<< HEAD", "a conflict of git"),
        ("=======", "a conflict of git"),
        (">>>>>>> other", "a conflict of git"),
    ],
)
def test_a_line_that_is_no_entry_is_told_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "ledger.txt"
    file.write_text(f"{HEADER}bad_name\tshop\tBad\t01234567\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"ledger\.txt:5: {message}"):
        read_ledger(file)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"bad_name\tshop\t\xe9\t01234567\n"])
def test_what_is_no_text_is_no_ledger(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ledger.txt").write_bytes(content)
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read_ledger(tmp_path / "ledger.txt")


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no plain file"):
        read_ledger(tmp_path)
