"""JUnit's XML: counts that add up, names that stay, and nothing that a parser refuses."""

from typing import Any
from xml.etree import ElementTree

from overhaul.survey import Survey

Judged = Any


def suites(survey: Survey) -> ElementTree.Element:
    return ElementTree.fromstring("".join(survey.leaves.report("junit").function(survey)).encode())


def test_each_finding_is_a_case_that_failed_or_was_skipped(judged: Judged) -> None:
    source = "class ErrorNew: ...\nclass NoteOld: ...\nclass NoteQuiet: ...  # overhaul: ignore[loud_name] so it is\n"
    root = suites(judged({"p/a.py": source}, inherited=["p.a.NoteOld", "p.a.NoteGone"]))
    new, old, quiet = root.iter("testcase")
    assert (new.get("name"), new.get("classname"), new.get("file"), new.get("line")) == (
        "p.a.ErrorNew", "loud_name", "p/a.py", "1",
    )  # fmt: skip
    (failure,) = new
    assert (failure.tag, failure.get("message"), failure.get("type")) == ("failure", "ErrorNew is here", "error")
    assert [(case[0].tag, case[0].get("message")) for case in (old, quiet)] == [
        ("skipped", "in the baseline: NoteOld is here"), ("skipped", "suppressed: so it is: NoteQuiet is here"),
    ]  # fmt: skip


def test_the_failure_tells_place_reasons_and_further_places(judged: Judged) -> None:
    (failure,) = suites(judged({"a.py": "class NoteOne(Base, place=Other): ...\n"})).iter("failure")
    assert failure.text == "a.py:1: note loud_name: NoteOne is here\nBase\na.py:1: Other"


def test_a_rule_that_found_nothing_has_one_case_that_passes(judged: Judged) -> None:
    (case,) = suites(judged({"a.py": ""})).iter("testcase")
    assert (case.get("classname"), list(case)) == ("loud_name", [])


def test_a_rule_that_did_not_run_has_no_suite(judged: Judged) -> None:
    assert [suite.get("name") for suite in suites(judged({"a.py": ""}))] == ["loud_name"]


def test_the_counts_are_those_of_the_cases(judged: Judged) -> None:
    source = "class ErrorNew: ...\nclass NoteOld: ...\n"
    root = suites(judged({"a.py": source, "broken.py": "def\n"}, inherited=["a.NoteOld"], select=()))
    for element in (root, *root):
        assert int(element.get("tests", "")) == len(list(element.iter("testcase")))
        assert int(element.get("failures", "")) == len(list(element.iter("failure")))
        assert int(element.get("skipped", "")) == len(list(element.iter("skipped")))


def test_names_are_unique_and_hold_no_line(judged: Judged) -> None:
    source = "class NoteOne: ...\nclass NoteOne: ...\n"
    before = [case.get("name") for case in suites(judged({"a.py": source})).iter("testcase")]
    after = [case.get("name") for case in suites(judged({"a.py": f"\n{source}"})).iter("testcase")]
    assert before == after == ["a.NoteOne", "a.NoteOne (2)"]


def test_a_file_that_could_not_be_analysed_is_skipped_in_a_suite_of_its_own(judged: Judged) -> None:
    suite = suites(judged({"a.py": "", "broken.py": "def\n"}))[-1]
    assert suite.get("name") == "not analysed"
    assert str(suite[0][0].get("message")).startswith("parse: ")


def test_what_xml_does_not_know_is_escaped(judged: Judged) -> None:
    odd = "]]> </failure> <!-- & \" ' \x00\x08\x1b\ufffe \n end"
    source = f"class NoteOne(path=']]> \\n|`.py', message={odd!r}): ...\n"
    (case,) = suites(judged({"a.py": source})).iter("testcase")
    assert case.get("file") == "]]> \\n|`.py"
    shown = "]]> </failure> <!-- & \" ' \\x00\\x08\\x1b\\ufffe \\n end"
    assert case[0].get("message") == shown
    assert str(case[0].text).endswith(shown)
