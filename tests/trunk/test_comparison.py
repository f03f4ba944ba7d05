"""Two audits side by side."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from overhaul import __version__
from overhaul.cli import run
from overhaul.commands.compare import read_report
from overhaul.commands.report_schema import SCHEMA, report_schema
from overhaul.comparison import NAMED, Comparison, Standing, compare
from overhaul.errors import UsageError
from overhaul.leaves import load_leaves
from overhaul.redundancy import BaselineMetric

Captured = pytest.CaptureFixture[str]
Better = Literal["less", "more", ""]


def standing(figures: Mapping[str, tuple[float, Better]], names: Mapping[str, Counter[str]] | None = None) -> Standing:
    rows = [BaselineMetric(name, "size", value, "lines", better) for name, (value, better) in figures.items()]
    return Standing("1.0", "shop", rows, names or {}, {})


def groups(*members: str) -> Standing:
    """A standing whose duplicates have these members, one letter each; the letters are their names, too."""
    names = {"duplicates": Counter(members)}
    return Standing("1.0", "shop", (), names, {"duplicates": {one: frozenset(one) for one in members}})


def between(earlier: Standing, now: Standing) -> Comparison:
    return compare("before.json", earlier, now)


def test_a_figure_is_better_or_worse_by_which_way_is_an_improvement() -> None:
    found = between(
        standing({"cycles": (3, "less"), "holes": (3, "less"), "docs": (3, "more"), "lines": (3, ""), "same": (3, "")}),
        standing({"cycles": (1, "less"), "holes": (4, "less"), "docs": (4, "more"), "lines": (9, ""), "same": (3, "")}),
    )
    assert {one.name: (one.verdict, one.changed) for one in found.figures} == {
        "cycles": ("better", True), "holes": ("worse", True), "docs": ("better", True), "lines": ("", True),
        "same": ("", False),
    }  # fmt: skip


def test_a_figure_that_only_one_report_has_went_neither_up_nor_down() -> None:
    found = between(standing({"old": (5, "less")}), standing({"new": (5, "less")}))
    assert [(one.name, one.before, one.after, one.changed) for one in found.figures] == [
        ("new", None, 5, False), ("old", 5, None, False),
    ]  # fmt: skip
    assert not found.changed


def test_rows_are_told_apart_by_name_and_counted_as_often_as_they_are_there() -> None:
    found = between(
        standing({}, {"caches": Counter({"a.X": 2, "a.Y": 1, "a.Z": 1})}),
        standing({}, {"caches": Counter({"a.X": 3, "a.Z": 1, "a.W": 1})}),
    )
    (caches,) = found.turnovers
    assert (caches.new, caches.new_names, caches.gone, caches.gone_names) == (2, ("a.W", "a.X"), 1, ("a.Y",))


def test_of_many_names_the_first_are_kept_and_long_ones_are_cut() -> None:
    names = Counter([*(f"m.c{n:03}" for n in range(100)), "m." + "a" * 500])
    (caches,) = between(standing({}, {"caches": Counter()}), standing({}, {"caches": names})).turnovers
    assert caches.new == 101 and len(caches.new_names) == NAMED
    assert caches.new_names[0].endswith("a…") and len(caches.new_names[0]) == 160


def test_a_group_that_kept_half_of_its_members_has_changed_and_is_neither_new_nor_gone() -> None:
    (found,) = between(groups("abcd", "xy", "same"), groups("abce", "xyz", "same")).turnovers
    assert (found.new, found.gone, found.changed) == (0, 0, 2)
    assert found.changed_names == ("a: 4 -> 4 members (+ e, - d)", "x: 2 -> 3 members (+ z)")


def test_a_group_with_less_in_common_is_another_one() -> None:
    (found,) = between(groups("abc"), groups("cde")).turnovers
    assert (found.new_names, found.gone_names, found.changed) == (("cde",), ("abc",), 0)


def test_of_two_groups_only_the_more_alike_one_is_what_became_of_it() -> None:
    (found,) = between(groups("abcd"), groups("abcde", "abc")).turnovers
    assert (found.changed_names, found.new_names) == (("a: 4 -> 5 members (+ e)",), ("abc",))


def test_a_table_that_the_earlier_report_does_not_have_is_not_all_new_but_noted() -> None:
    found = between(standing({"a": (1, "")}), standing({"a": (1, "")}, {"caches": Counter("a")}))
    assert not found.turnovers and found.notes == ("the earlier report has no caches",)


def test_another_folder_and_another_version_are_noted() -> None:
    before, now = standing({"a": (1, "")}), standing({"a": (1, "")})
    other = msgspec.structs.replace(now, version="2.0", root="store")
    assert between(before, other).notes == (
        "the earlier report is of a folder called shop, this one of store",
        "made by overhaul 1.0, this one by 2.0: what counts may differ",
    )
    assert between(before, now).notes == ()


def test_groups_whose_members_are_the_same_are_told_by_what_they_say() -> None:
    members = frozenset({"a.mean", "b.mean"})
    one, other = (
        Standing("1.0", "shop", (), {"duplicates": Counter([name])}, {"duplicates": {name: members}})
        for name in ("a.mean (dup-1)", "a.mean (dup-2)")
    )
    (found,) = between(one, other).turnovers
    assert found.changed_names == ("a.mean: the same 2 members, what they say has changed",)


def test_where_nothing_could_be_compared_nothing_is_said_to_be_as_it_was() -> None:
    now = standing({"a": (1, "")}, {"caches": Counter("a"), "findings": Counter()})
    assert between(standing({}, {"findings": Counter()}), now).unchanged == "nothing could be compared"
    part = standing({"a": (1, "")}, {"findings": Counter()})
    assert between(part, now).unchanged == "nothing has changed in what can be compared"
    assert between(now, now).unchanged == "nothing has changed"
    assert between(standing({"a": (2, "")}), now).unchanged == ""


def test_groups_that_are_too_many_to_be_told_apart_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overhaul.comparison.MOST_PAIRS", 3)
    found = between(groups("abcd", "wxyz"), groups("abce", "wxyv"))
    assert (found.turnovers[0].new, found.turnovers[0].gone, found.turnovers[0].changed) == (2, 2, 0)
    assert found.notes[-1].startswith("duplicates: too many are new or gone to tell which has become which")
    assert not any("too many" in note for note in between(groups("abcd"), groups("abce")).notes)


# What was not analysed


def looked(rows: Mapping[str, str], *unseen: str, holes: float = 1) -> Standing:
    """A standing whose caches stand in these files; `holes` is a figure of which less is better."""
    figures = [BaselineMetric("holes", "size", holes, "places", "less"),
               BaselineMetric("files_not_analysed", "size", len(unseen), "files", "less")]  # fmt: skip
    places = {"caches": {name: frozenset({path}) for name, path in rows.items()}}
    return Standing("1.0", "shop", figures, {"caches": Counter(list(rows))}, {}, places, frozenset(unseen))


def verdicts(found: Comparison) -> dict[str, str]:
    return {one.name: one.verdict for one in found.figures}


def test_what_stood_in_a_file_that_is_not_analysed_now_is_not_gone_and_no_figure_is_better() -> None:
    before = looked({"a.X": "a.py", "b.Y": "b.py"}, holes=3)
    found = between(before, looked({}, "a.py", holes=1))
    assert (found.turnovers[0].gone_names, found.turnovers[0].gone) == (("b.Y",), 1)
    assert verdicts(found) == {"holes": "", "files_not_analysed": "worse"}
    assert found.notes == (
        "1 file was not analysed in this audit (a.py): no figure is called better, and nothing in there is called gone",
        "1 row for that reason neither new nor gone nor changed",
    )
    assert verdicts(between(before, looked({}, "a.py", holes=9)))["holes"] == "worse"


def test_what_stands_in_a_file_that_was_not_analysed_then_is_not_new_and_no_figure_is_worse() -> None:
    found = between(looked({}, "a.py", holes=1), looked({"a.X": "a.py", "b.Y": "b.py"}, holes=3))
    assert (found.turnovers[0].new_names, found.turnovers[0].new) == (("b.Y",), 1)
    assert verdicts(found) == {"holes": "", "files_not_analysed": "better"}
    assert found.notes[0].startswith("1 file was not analysed in the earlier audit (a.py): no figure is called worse")
    assert verdicts(between(looked({}, "a.py", holes=3), looked({}, holes=1)))["holes"] == "better"


def test_a_file_that_neither_audit_analysed_changes_no_verdict_and_is_noted() -> None:
    found = between(looked({"b.Y": "b.py"}, "a.py", holes=3), looked({}, "a.py", holes=1))
    assert verdicts(found)["holes"] == "better" and found.turnovers[0].gone_names == ("b.Y",)
    assert found.notes == ("1 file was not analysed in either audit: nothing is known of what is in there",)


def test_a_folder_that_could_not_be_listed_counts_for_all_in_it() -> None:
    found = between(looked({"a.X": "p/q/a.py", "b.Y": "pq/b.py"}), looked({}, "p"))
    assert found.turnovers[0].gone_names == ("b.Y",)


def test_a_cycle_or_a_package_goes_by_the_names_of_its_modules() -> None:
    def rings(*rings: str, unseen: str = "") -> Standing:
        places = {ring: frozenset(ring.split()) for ring in rings}
        names = {"cycles": Counter(rings)}
        return Standing("1.0", "shop", (), names, {}, {"cycles": places}, frozenset(unseen.split()))

    modules = {"p/a.py": "p.a", "x.py": "x"}
    found = compare("f", rings("p.a p.b", "x y", "p r"), rings(unseen="p/a.py"), modules)
    assert found.turnovers[0].gone_names == ("x y",)


def test_a_group_that_lost_a_member_which_is_not_analysed_has_not_changed() -> None:
    def group(members: str, unseen: str = "") -> Standing:
        there = {"duplicates": {members: frozenset(members)}}
        places = {"duplicates": {members: frozenset(f"{one}.py" for one in members)}}
        return Standing("1.0", "s", (), {"duplicates": Counter([members])}, there, places, frozenset(unseen.split()))

    (found,) = between(group("abc"), group("ab", "c.py")).turnovers
    assert (found.new, found.gone, found.changed) == (0, 0, 0)
    (found,) = between(group("abc"), group("ab", "d.py")).turnovers
    assert found.changed == 1


def test_a_finding_that_begins_elsewhere_since_a_file_is_not_analysed_is_not_new() -> None:
    def found(places: Mapping[str, str], *unseen: str) -> Standing:
        where = {"findings": {name: frozenset(paths.split()) for name, paths in places.items()}}
        return Standing("1.0", "s", (), {"findings": Counter(list(places))}, {}, where, frozenset(unseen))

    before = found({"twice: a.py f": "a.py b.py c.py"})
    now = {"twice: b.py f": "b.py c.py", "twice: d.py f": "d.py e.py", "other: b.py g": "b.py"}
    (told,) = between(before, found(now, "a.py")).turnovers
    assert (told.new_names, told.gone) == (("other: b.py g", "twice: d.py f"), 0)
    (told,) = between(before, found(now)).turnovers
    assert (told.new, told.gone) == (3, 1)


# Reading


def report(**parts: object) -> str:
    whole: dict[str, object] = {
        "schema": SCHEMA, "version": __version__, "root": "shop", "tables": {}, "findings": [], "failures": [],
    }  # fmt: skip
    return json.dumps({**whole, **parts})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON report of overhaul (Input data was truncated)"),
        ("{", "no JSON report of overhaul"),
        ("[]", "no JSON report of overhaul (Expected `object`, got `array`)"),
        ('{"schema": 1}', "no JSON report of overhaul"),
        ('{"version": "2.1.0", "$schema": "https://example.org/sarif", "runs": []}', "missing required field `schema`"),
        ("[" * 200_000, "no JSON report of overhaul"),
        ('{"schema": "x", "tables": ' + '{"a":' * 200_000, "no JSON report of overhaul"),
        (report(schema="overhaul-report-9"), "schema 'overhaul-report-9', and this version compares 'overhaul-r"),
        (report(tables={"baseline_metrics": [{"name": "lines"}]}), "missing required field"),
        (report(tables={"managers": [{"module": 3}]}), "Expected `str`, got `int`"),
        (report(findings=[{"line": 1}]), "missing required field `rule`"),
        (report()[:-10], "no JSON report of overhaul"),
    ],
)
def test_what_is_no_report_of_ours_is_refused_with_one_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "before.json"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_report(str(file))
    said = str(caught.value)
    assert why in said and said.startswith(str(file)) and "\n" not in said and len(said) < 400


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "before.json").write_bytes(b"\xff\xfe" * 50)
    with pytest.raises(UsageError, match="no JSON report of overhaul"):
        read_report(str(tmp_path / "before.json"))


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_report(str(tmp_path / "before.json"))
    with pytest.raises(UsageError, match="Is a directory"):
        read_report(str(tmp_path))
    monkeypatch.setattr("overhaul.commands.compare.LARGEST", 100)
    (tmp_path / "before.json").write_text(report(root="x" * 200))
    with pytest.raises(UsageError, match="larger than"):
        read_report(str(tmp_path / "before.json"))


def test_tables_and_fields_that_are_not_known_are_passed_over(tmp_path: Path) -> None:
    row = {"module": "a", "name": "B", "kind": "manager", "confidence": "high", "colour": "red"}
    (tmp_path / "before.json").write_text(report(tables={"managers": [row], "colours": [[1]]}, later={"x": 1}))
    assert read_report(str(tmp_path / "before.json")).standing.names["managers"] == Counter(["a.B"])


# The command

BEFORE = {
    "shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": "from shop.a import X\n",
    "shop/old.py": "from functools import lru_cache\n\n\n@lru_cache\ndef price(item):\n    return item * 2\n",
}  # fmt: skip
AFTER = {
    "shop/__init__.py": "", "shop/a.py": "X = 1\n", "shop/b.py": "from shop.a import X\n",
    "shop/new.py": "from functools import lru_cache\n\n\n@lru_cache\ndef cost(item):\n    return item * 2\n",
}  # fmt: skip


@pytest.fixture
def before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The report of an earlier state; the user stands in the project, which has moved on."""
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "project"
    (folder / "shop").mkdir(parents=True)
    monkeypatch.chdir(folder)
    for path, text in BEFORE.items():
        (folder / path).write_text(text)
    assert run(["audit", "-q", "--no-store", "--report", f"json={tmp_path / 'before.json'}"]) in (0, 1)
    for path in BEFORE:
        (folder / path).unlink()
    for path, text in AFTER.items():
        (folder / path).write_text(text)
    return tmp_path / "before.json"


def test_an_audit_says_what_has_changed_since(before: Path, capsys: Captured) -> None:
    assert run(["audit", "--no-store", "--compare", str(before)]) in (0, 1)
    out = capsys.readouterr().out
    block = out[out.index("Since before.json\n") : out.index("Inventory")]
    assert "  better  import cycles                   1 -> 0 (-1)\n" in block
    assert "  caches: 1 new: shop.new.cost\n  caches: 1 gone: shop.old.price\n" in block
    assert "  cycles: 1 gone: 2 modules: shop.a, shop.b\n" in block
    assert "managers" not in block and "functions" not in block


def test_an_audit_of_the_same_code_has_changed_nothing(before: Path, capsys: Captured) -> None:
    assert run(["audit", "-q", "--no-store", "--report", f"json={before}"]) in (0, 1)
    assert run(["audit", "--no-store", "--compare", str(before)]) in (0, 1)
    assert "Since before.json\n  nothing has changed\n" in capsys.readouterr().out


def test_a_file_that_cannot_be_parsed_any_more_is_no_improvement(before: Path, capsys: Captured) -> None:
    assert run(["audit", "-q", "--no-store", "--report", f"json={before}"]) in (0, 1)
    Path("shop/new.py").write_text("def broken(:\n")
    Path("shop/b.py").write_text("def broken(:\n")
    assert run(["audit", "--no-store", "--compare", str(before)]) in (0, 1)
    out = capsys.readouterr().out
    block = out[out.index("Since before.json\n") : out.index("Not analysed")]
    first = block.splitlines()[1]
    assert first.startswith("  2 files were not analysed in this audit (shop/b.py, shop/new.py): no figure")
    assert " better " not in block.partition("\n")[2].replace(first, "") and "gone:" not in block
    assert "  worse   files not analysed" in block


def test_a_finding_that_leans_on_a_file_which_cannot_be_parsed_any_more_is_not_gone(
    before: Path, capsys: Captured
) -> None:
    body = "".join(f"    total += item.price{n} * rate\n    log(total, {n})\n" for n in range(8))
    twice = f"def total_of(item, rate, log):\n    total = 0\n{body}    return total\n"
    Path("shop/new.py").write_text(twice)
    Path("shop/old.py").write_text(f"import os\n\n\n{twice}")
    assert run(["audit", "-q", "--no-store", "--report", f"json={before}"]) in (0, 1)
    assert "unjustified_duplicate" in before.read_text()
    Path("shop/old.py").write_text("def broken(:\n")
    assert run(["audit", "--no-store", "--compare", str(before)]) in (0, 1)
    out = capsys.readouterr().out
    assert "gone:" not in out and "for that reason neither new nor gone" in out


def test_the_earlier_report_may_come_from_standard_input(before: Path) -> None:
    words = [sys.executable, "-m", "overhaul", "audit", "--no-store", "--compare", "-"]
    done = subprocess.run(words, input=before.read_bytes(), capture_output=True)
    assert done.returncode in (0, 1) and b"Since standard input\n" in done.stdout and b"shop.new.cost" in done.stdout


def test_the_json_report_holds_the_comparison_and_is_what_its_schema_says(before: Path, tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    after = tmp_path / "after.json"
    assert run(["audit", "-q", "--no-store", "--report", f"json={after}", "--compare", str(before)]) in (0, 1)
    document = json.loads(after.read_bytes())
    jsonschema.validate(document, json.loads(report_schema(load_leaves())))
    assert document["comparison"]["since"] == "before.json"
    turnovers = {one["table"]: one["new_names"] for one in document["comparison"]["turnovers"] if one["new"]}
    assert turnovers["caches"] == ["shop.new.cost"]
    assert "comparison" not in json.loads(before.read_bytes())


def test_a_report_with_a_comparison_can_be_compared_with(before: Path, tmp_path: Path, capsys: Captured) -> None:
    after = tmp_path / "after.json"
    assert run(["audit", "-q", "--no-store", "--report", f"json={after}", "--compare", str(before)]) in (0, 1)
    assert run(["audit", "--no-store", "--compare", str(after)]) in (0, 1)
    assert "Since after.json\n  nothing has changed\n" in capsys.readouterr().out


def test_the_page_has_a_section_for_it(before: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert run(["audit", "-q", "--no-store", "--report", f"html={page}", "--compare", str(before)]) in (0, 1)
    text = page.read_text()
    section = text[text.index('<section id="comparison"') :]
    section = section[: section.index("</section>")]
    assert "Since before.json" in section and "import cycles" in section and "shop.new.cost" in section


def test_the_report_may_be_written_over_the_one_that_is_compared_with(before: Path) -> None:
    assert run(["audit", "-q", "--no-store", "--report", f"json={before}", "--compare", str(before)]) in (0, 1)
    assert json.loads(before.read_bytes())["comparison"]["turnovers"]


def test_what_is_no_report_ends_the_run_before_the_audit(before: Path, capsys: Captured) -> None:
    before.write_text("{}")
    assert run(["audit", "--no-store", "--compare", str(before)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(f"overhaul: {before}: no JSON report of overhaul (") and err.count("\n") == 1


def test_names_of_an_earlier_report_do_not_reach_the_terminal_as_they_are(before: Path, capsys: Captured) -> None:
    document = json.loads(before.read_bytes())
    document["tables"]["caches"][0]["name"] = "evil\x1b[2J"
    document["root"] = "root\x1b]0;x\x07"
    before.write_text(json.dumps(document))
    assert run(["audit", "--no-store", "--compare", str(before)]) in (0, 1)
    out = capsys.readouterr().out
    assert "evil" in out and "\x1b[2J" not in out and "\x07" not in out


def test_of_a_pair_one_may_be_renamed_and_it_is_the_same_pair() -> None:
    (found,) = between(groups("ab", "xyz"), groups("ac", "x12345")).turnovers
    assert (found.changed_names, found.new_names, found.gone_names) == (
        ("a: 2 -> 2 members (+ c, - b)",), ("x12345",), ("xyz",),
    )  # fmt: skip


def test_a_group_that_has_grown_or_shrunk_much_is_the_same_group() -> None:
    (found,) = between(groups("ab", "uvwxyz"), groups("abcdefgh", "uv")).turnovers
    assert (found.changed, found.new, found.gone) == (2, 0, 0)
