"""From what rules say to what is reported: grades, suppressions, thoughts about the others, the baseline."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from overhaul.config import Config
from overhaul.findings import Finding, Judged, Place
from overhaul.leaves import load_leaves
from overhaul.ledger import Entry, ledger_text
from overhaul.survey import survey
from overhaul.verdicts import Baseline, Verdict, judge


def finding(name: str, rule: str = "bad_name", path: str = "shop.py", places: Sequence[Place] = ()) -> Finding:
    return Finding(
        rule=rule, severity="warning", message="", module=path.removesuffix(".py"), path=path, line=1, name=name,
        places=tuple(places),
    )  # fmt: skip


def entry(name: str, module: str = "shop", mark: str = "00000000") -> Entry:
    return Entry("bad_name", module, name, mark)


def verdict(
    said: Iterable[Finding], *, ledger: Sequence[Entry] = (), earlier: Sequence[Entry] = (),
    unseen: Collection[Entry] = (), gone: Collection[str] = (), suppressed: Collection[str] = (),
) -> Verdict:  # fmt: skip
    baseline = Baseline(
        ledger, earlier, lambda one: one not in unseen, lambda module: module in gone, lambda _: "00000000",
        "ledger.txt", "",
    )  # fmt: skip

    def split(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        found = list(findings)
        return ([one for one in found if one.name not in suppressed], [one for one in found if one.name in suppressed])

    return judge(said, lambda _: (), ("bad_name",), lambda findings: findings, split, baseline)


def test_what_is_in_the_baseline_is_inherited_and_the_rest_is_new() -> None:
    found = verdict([finding("Bad"), finding("Worse")], ledger=[entry("Bad"), entry("Gone")])
    assert [(one.name, one.status) for one in found.findings] == [("Bad", "inherited"), ("Worse", "new")]
    assert found.fixed == found.stale == (entry("Gone"),)
    assert found.sentence == "1 new, 1 inherited, 1 fixed"


def test_suppressed_findings_are_told_in_the_sentence_only_where_there_are_any() -> None:
    assert verdict([finding("Bad")], suppressed=["Bad"]).sentence == "0 new, 0 inherited, 0 fixed, 1 suppressed"
    assert verdict([finding("Bad")]).sentence == "1 new, 0 inherited, 0 fixed"


def test_a_suppressed_finding_is_not_inherited_so_that_its_entry_is_to_be_taken_out() -> None:
    found = verdict([finding("Bad")], ledger=[entry("Bad")], suppressed=["Bad"])
    assert (found.findings, found.stale) == ((), (entry("Bad"),))


def test_nothing_is_said_of_an_entry_that_this_run_could_not_see() -> None:
    found = verdict([], ledger=[entry("Bad"), entry("Gone")], unseen=[entry("Bad")])
    assert found.fixed == (entry("Gone"),)


def test_an_earlier_revision_inherits_what_the_ledger_does_not_hold() -> None:
    found = verdict([finding("Bad"), finding("New")], earlier=[entry("Bad"), entry("Gone")])
    assert [one.status for one in found.findings] == ["inherited", "new"]
    # It is fixed, but nothing has to be taken out of the ledger for it.
    assert (found.fixed, found.stale) == ((entry("Gone"),), ())


def test_what_the_ledger_and_an_earlier_revision_both_hold_is_inherited_once() -> None:
    found = verdict([finding("Bad"), finding("Bad")], ledger=[entry("Bad")], earlier=[entry("Bad")])
    assert [one.status for one in found.findings] == ["inherited", "new"]


def test_an_entry_that_was_rewritten_after_a_move_is_what_the_earlier_revision_had_under_the_old_name() -> None:
    moved = entry("Bad", "store")
    found = verdict([finding("Bad", path="store.py")], ledger=[moved], earlier=[entry("Bad", "shop")], gone=["shop"])
    assert [one.status for one in found.findings] == ["inherited"]
    assert found.fixed == ()


def test_an_entry_of_another_module_that_was_there_all_along_is_not_what_the_earlier_revision_had() -> None:
    earlier, ledger = entry("Bad", "shop"), entry("Bad", "store")
    said = [finding("Bad"), finding("Bad", path="store.py")]
    found = verdict(said, ledger=[ledger], earlier=[earlier])
    assert [(one.module, one.status) for one in found.findings] == [("shop", "inherited"), ("store", "inherited")]


def test_an_entry_of_a_name_that_no_file_can_have_is_only_fixed(tmp_path: Path) -> None:
    for name in ("x" * 300, "a\0b"):
        (tmp_path / "a.py").write_text("one = 1\n")
        (tmp_path / "overhaul-baseline.txt").write_text(ledger_text([Entry("import_cycle", name, "ring", "00000000")]))
        found = survey(tmp_path, Config(), load_leaves()).verdict
        assert [one.module for one in found.stale] == [name]


def test_thoughts_about_the_others_are_graded_and_can_be_inherited_too() -> None:
    heard: list[Judged] = []

    def thoughts(judged: Judged) -> list[Finding]:
        heard.append(judged)
        return [finding("Bad", rule="second")]

    def graded(findings: Iterable[Finding]) -> list[Finding]:
        return [msgspec.structs.replace(one, severity="error") for one in findings]

    baseline = Baseline(
        [Entry("second", "shop", "Bad", "00000000")], (), lambda _: True, lambda _: False, lambda _: "00000000"
    )
    found = judge([finding("Bad")], thoughts, ("bad_name", "second"), graded, lambda all: (all, ()), baseline)
    assert [(one.rule, one.severity, one.status) for one in found.findings] == [
        ("bad_name", "error", "new"), ("second", "error", "inherited"),
    ]  # fmt: skip
    ((judged),) = heard
    assert [one.severity for one in judged.findings] == ["error"]
    assert judged.rules == {"bad_name", "second"}


def test_identities_do_not_change_with_the_order_in_which_rules_speak() -> None:
    one, other = finding("Bad"), finding("Worse", path="a.py")
    first, second = verdict([one, other]), verdict([other, one])
    assert first == second
    assert len({found.identity for found in first.findings}) == 2


def test_a_verdict_about_some_files_keeps_what_stands_in_them_or_names_a_place_there() -> None:
    said = [
        finding("Here"),
        finding("There", path="store.py", places=[Place("shop.py", 3)]),
        finding("Elsewhere", path="store.py", places=[Place("other.py", 3)]),
    ]
    known = [entry("Gone"), entry("Gone", "store")]
    found = verdict(said, ledger=known).only({"shop.py"}, {"shop"})
    assert [one.name for one in found.findings] == ["Here", "There"]
    assert found.fixed == found.stale == (entry("Gone"),)


def test_a_settings_file_among_the_paths_keeps_what_is_found_in_it() -> None:
    settings = msgspec.structs.replace(finding("role"), module="", path="pyproject.toml")
    found = verdict([settings], ledger=[entry("gone", "pyproject.toml")]).only({"pyproject.toml"}, set())
    assert found.findings == verdict([settings]).findings
    assert len(found.fixed) == 1
