"""Copies that come, go or are moved, held against a baseline that has those that were there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from overhaul.cli import run
from overhaul.findings import Finding
from overhaul.ledger import Entry, Matched, entry_of, match, print_of
from overhaul.testing import check

BODY = """\
def {name}(rows, rate, floor):
    total = 0
    for row in rows:
        if row.kind == "credit":
            total += row.amount * rate
        elif row.kind == "debit":
            total -= row.amount
        else:
            total += floor
    if total < floor:
        total = floor
    {middle}
    average = total / max({least}, len(rows))
    spread = max(row.amount for row in rows) - min(row.amount for row in rows)
    for row in rows:
        if row.amount > average + spread:
            row.mark(spread, average)
    return total, average, spread
"""
OTHER = '''\
"""Weighs crates."""


def lift(crate):
    """The crate a little higher."""
    return crate.at(crate.height + 1)


'''
MODULES = ("a", "b.a", "b.d", "c", "tests.c", "d.a", "e", "f.b")
NAMES = ("sums", "balance", "weigh")
Copy = tuple[str, str, bool]
"""Module, name, and whether a statement is another one."""
COPIES = st.tuples(st.sampled_from(MODULES), st.sampled_from(NAMES), st.booleans())


def path_of(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def source(copies: list[Copy]) -> dict[str, str]:
    """Modules with these copies, each with something before them that has nothing to do with them."""
    files: dict[str, str] = {}
    for module, name, other in copies:
        middle = "rows.sort(key=total)" if other else "rows = list(rows)"
        text = BODY.format(name=name, middle=middle, least=1)
        files[path_of(module)] = files.get(path_of(module), OTHER) + text + "\n\n"
    return files


def found(files: Mapping[str, str]) -> list[Finding]:
    return check("unjustified_duplicate", dict(files))


def entries(files: Mapping[str, str]) -> list[Entry]:
    """The baseline of these files."""
    return [entry_of(one, printed(files, one)) for one in found(files)]


def printed(files: Mapping[str, str], one: Finding) -> str:
    return print_of(files[one.path].split("\n")[one.line - 1].encode())


def held(files: Mapping[str, str], baseline: list[Entry]) -> tuple[list[Finding], Matched]:
    """What is new against a baseline, and what the baseline has become."""
    findings = found(files)
    matched = match(
        findings, baseline, lambda one: printed(files, one), lambda module: path_of(module) not in files
    )  # fmt: skip
    return [one for at, one in enumerate(findings) if at not in matched.inherited], matched


SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)  # fmt: skip


def reported(copies: Sequence[Copy]) -> bool:
    """What only tests say several times is left to the reports."""
    return any(not module.startswith("tests.") for module, _, _ in copies)


SOME = st.lists(COPIES, min_size=2, max_size=5, unique_by=lambda one: one[:2]).filter(reported)


@SLOW
@given(SOME, COPIES)
def test_a_copy_that_comes_is_exactly_one_new_finding_wherever_it_sorts(copies: list[Copy], third: Copy) -> None:
    assume(third[:2] not in [copy[:2] for copy in copies])
    before, after = source(copies), source([*copies, third])
    new, matched = held(after, entries(before))
    assert len(new) == 1 and not matched.fixed
    # Who checks the file of the copy is told: it stands there, or is about what stands there.
    assert path_of(third[0]) in (new[0].path, *(place.path for place in new[0].places))
    assert len(found(after)) == len(copies)


@SLOW
@given(SOME, st.data())
def test_a_copy_that_goes_makes_nothing_new(copies: list[Copy], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(copies))
    left = [one for one in copies if one != gone]
    new, matched = held(source(left), entries(source(copies)))
    assert not new
    assert len(matched.fixed) == (1 if reported(left) else len(left))


@SLOW
@given(SOME, st.data(), st.sampled_from(["a0", "b.c", "b.z", "z"]))
def test_copies_of_different_names_stay_inherited_when_a_file_has_another_name(
    copies: list[Copy], data: st.DataObject, now: str
) -> None:
    copies = [(module, f"{name}{number}", other) for number, (module, name, other) in enumerate(copies)]
    was = data.draw(st.sampled_from([copy[0] for copy in copies if not copy[0].startswith("tests.")] or ["c"]))
    new, matched = held(moved(source(copies), path_of(was), path_of(now)), entries(source(copies)))
    assert not new and not matched.fixed


@SLOW
@given(SOME, st.sampled_from(["b/", "d/", "f/"]), st.sampled_from(["a0/", "z/z/"]))
def test_copies_of_any_names_stay_inherited_when_a_package_is_moved(copies: list[Copy], was: str, now: str) -> None:
    new, matched = held(moved(source(copies), was, now), entries(source(copies)))
    assert not new and not matched.fixed


@SLOW
@given(SOME, st.data(), st.sampled_from(["a0", "b.c", "b.z", "z"]))
def test_a_known_gap_the_first_of_copies_of_one_name_may_be_another_when_a_file_has_another_name(
    copies: list[Copy], data: st.DataObject, now: str
) -> None:
    was = data.draw(st.sampled_from([copy[0] for copy in copies]))
    new, matched = held(moved(source(copies), path_of(was), path_of(now)), entries(source(copies)))
    # Nobody can tell from the names which file was the first before; it is no more than what was moved.
    assert len(new) == len(matched.fixed) <= sum(copy[0] == was for copy in copies)


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_within_a_file_does_not_matter(turned: bool) -> None:
    copies = [("a", "sums", False), ("a", "balance", False), ("a", "weigh", True)]
    new, matched = held(source(copies[::-1] if turned else copies), entries(source(copies)))
    assert not new and not matched.fixed


@pytest.mark.parametrize("third", ["a0", "b.c", "z"])
def test_the_hook_that_is_given_the_file_of_a_third_copy_stops_it(
    third: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("overhaul.toml").write_text('select = ["unjustified_duplicate"]\njobs = 1\n')
    pair, all_three = (source([(module, "sums", False) for module in some]) for some in (["a", "c"], ["a", "c", third]))
    write(pair)
    assert run(["baseline", "-q"]) == 0
    assert run(["check", *pair]) == 0
    write(all_three)
    capsys.readouterr()
    assert run(["check", path_of(third)]) == 1
    assert "3 functions say the same thing" in " ".join(capsys.readouterr().out.split())


def test_a_comment_at_the_copy_suppresses_it_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("overhaul.toml").write_text('select = ["unjustified_duplicate"]\njobs = 1\nbaseline = ""\n')
    files = source([("a", "sums", False), ("c", "sums", False), ("z", "sums", False)])
    said = "):  # overhaul: ignore[unjustified_duplicate] two banks\n"
    for path in ("c.py", "z.py"):
        write(files)
        assert run(["check", path]) == 1
        files[path] = files[path].replace("floor):\n", f"floor{said}")
    write(files)
    assert run(["check", *files]) == 0


def write(files: Mapping[str, str]) -> None:
    """Write the files below the folder one stands in."""
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)


def moved(files: Mapping[str, str], was: str, now: str) -> dict[str, str]:
    """The files, those whose paths begin in one way with another beginning."""
    return {now + path.removeprefix(was) if path.startswith(was) else path: text for path, text in files.items()}
