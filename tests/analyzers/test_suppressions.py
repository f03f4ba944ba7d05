"""Comments that say of findings that they may stay: which are read, and which lines they are about."""

import pytest

from overhaul.facts import Suppression
from overhaul.testing import collect


def read(source: str) -> list[Suppression]:
    return [row for row in collect("suppressions", source) if isinstance(row, Suppression)]


def only(source: str) -> Suppression:
    (one,) = read(source)
    return one


def about(source: str) -> tuple[int, int]:
    one = only(source)
    assert not one.wrong
    return one.first, one.last


# What is written


def test_rules_and_reason_are_read() -> None:
    one = only("x = {}  # overhaul: ignore[stale_cache, unbounded_cache] cleared by the test runner\n")
    assert (one.rules, one.reason, one.wrong) == (("stale_cache", "unbounded_cache"), "cleared by the test runner", "")
    assert (one.line, one.whole_file, one.alone) == (1, False, False)


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# overhaul: ignore[a]", ""),
        ("# overhaul: ignore[a]   ", ""),
        ("# overhaul: ignore[a]: two protocols", "two protocols"),
        ("# overhaul: ignore[a] - see #12", "see #12"),
        ("# overhaul: ignore[a] why  # noqa: E501", "why"),
        ("# noqa: E501  # overhaul: ignore[a] why", "why"),
        ("# overhaul: ignore[a] why [as agreed]", "why [as agreed]"),
    ],
)
def test_a_reason_ends_where_the_next_remark_begins(comment: str, reason: str) -> None:
    one = only(f"x = 1  {comment}\n")
    assert (one.rules, one.reason, one.wrong) == (("a",), reason, "")


def test_several_may_stand_in_one_comment() -> None:
    rows = read("x = 1  # overhaul: ignore[a] one reason # overhaul: ignore[b] another\n")
    assert [(row.rules, row.reason) for row in rows] == [(("a",), "one reason"), (("b",), "another")]


@pytest.mark.parametrize(
    "comment",
    [
        "# overhaul: ignore", "# overhaul: ignore stale_cache", "# overhaul: ignore[]", "# overhaul: ignore[a,]",
        "# overhaul:ignore[a] why", "#overhaul: ignore[a] why", "# Overhaul: Ignore[a] why", "# overhaul: ignore [a]",
        "# overhaul ignore[a] why", "## overhaul: ignore[a]", "# overhaul: ignore(a)", "# overhaul: ignore[a why",
        "# overhaul: ignores[a]", "# overhaul: disable=a", "# overhaul: noqa", "# overhaul: ignore[*] why",
        "# overhaul: ignore[per file] why",
    ],
)  # fmt: skip
def test_what_is_meant_for_one_and_not_written_like_one_is_told_and_holds_nothing(comment: str) -> None:
    one = only(f"x = 1  {comment}\n")
    assert one.wrong == "form" and not one.rules and one.text in comment


@pytest.mark.parametrize(
    "source",
    [
        "# the overhaul: ignored since May\n",  # prose
        "# overhaul ignores empty rows\n",  # prose about the tool
        "# overhaul: the gearbox comes next\n",
        "# overhaul: ignored until the next release\n",
        "# overhaul: skip the first row of each file\n",
        "# write `# overhaul: ignore[rule] reason` at the end of the line\n",  # quoted
        "x = '# overhaul: ignore[a] why'\n",  # a string
        "'''\n# overhaul: ignore[a] why\n'''\n",
        "# type: ignore[a]\n# noqa\n# pylint: disable=a\n",  # of other tools
        "overhaul: ignore[a]\n",  # an annotation
    ],
)
def test_what_only_looks_like_one_is_none(source: str) -> None:
    assert not read(source)


# What it is about


def test_behind_code_it_is_about_the_statement() -> None:
    assert about("a = 1\nb = 2  # overhaul: ignore[r] why\nc = 3\n") == (2, 2)


@pytest.mark.parametrize("line", range(4))
def test_it_may_stand_on_any_line_of_a_statement(line: int) -> None:
    rows = ["x = [", "    1,", "    2,", "]"]
    rows[line] += "  # overhaul: ignore[r] why"
    assert about("a = 0\n" + "\n".join(rows) + "\nb = 3\n") == (2, 5)


@pytest.mark.parametrize("line", range(6))
def test_of_a_definition_it_may_stand_on_any_line_of_the_head(line: int) -> None:
    rows = ["@cache", "@other(", "    2)", "async def f(", "    a,", ") -> int:"]
    rows[line] += "  # overhaul: ignore[r] why"
    body = "\n    '''Text.'''\n    return 1\n"
    assert about("\n".join(rows) + body) == (1, 6)


def test_in_a_body_it_is_not_about_the_head() -> None:
    assert about("def f():\n    return 1  # overhaul: ignore[r] why\n") == (2, 2)
    assert about("class A:\n    x = 1  # overhaul: ignore[r] why\n\n    y = 2\n") == (2, 2)


def test_above_a_statement_it_is_about_all_of_it_and_about_its_own_line() -> None:
    assert about("a = 1\n# overhaul: ignore[r] why\n@cache\ndef f(\n    x,\n):\n    return x\n") == (2, 6)
    assert only("# overhaul: ignore[r] why\nx = 1\n").alone


def test_other_comments_may_stand_in_between() -> None:
    source = "# overhaul: ignore[r] why\n# and more\n# overhaul: ignore[s] why\nx = 1\n"
    assert [(row.first, row.last) for row in read(source)] == [(1, 4), (3, 4)]


def test_it_may_stand_before_a_branch_and_inside_brackets() -> None:
    assert about("try:\n    f()\n# overhaul: ignore[r] why\nexcept A:\n    pass\n") == (3, 4)
    assert about("x = f(\n    # overhaul: ignore[r] why\n    1,\n)\n") == (1, 4)
    assert about("@a\n# overhaul: ignore[r] why\nclass A:\n    pass\n") == (1, 3)


@pytest.mark.parametrize(
    "source",
    ["# overhaul: ignore[r] why\n\nx = 1\n", "x = 1\n# overhaul: ignore[r] why\n", "# overhaul: ignore[r] why"],
)
def test_with_nothing_directly_below_it_is_about_its_own_line_alone(source: str) -> None:
    one = only(source)
    assert (one.first, one.last) == (one.line, one.line)


def test_lines_are_counted_as_python_counts_them() -> None:
    assert about("a = '''\n\n'''\r\nb = 1 + \\\r\n  2  # overhaul: ignore[r] why\r\n") == (4, 5)
    assert about("a = 1\x0c\nb = 2  # overhaul: ignore[r] why") == (2, 2)


# The whole file


@pytest.mark.parametrize(
    "source",
    [
        "# overhaul: ignore-file[r] why\nx = 1\n",
        "#!/usr/bin/python\n# licence\n\n# overhaul: ignore-file[r] why\n\n'''Text.'''\n",
        "'''Text.\n\nMore.\n'''\n\n# overhaul: ignore-file[r] why\n\nimport os\n",
        "# overhaul: ignore-file[r] why",
    ],
)
def test_above_the_first_statement_it_may_be_about_the_whole_file(source: str) -> None:
    one = only(source)
    assert (one.whole_file, one.rules, one.reason, one.wrong) == (True, ("r",), "why", "")


@pytest.mark.parametrize(
    "source",
    [
        "import os\n# overhaul: ignore-file[r] why\n",
        "import os  # overhaul: ignore-file[r] why\n",
        "'''Text.'''\n'''Not the docstring.'''\n# overhaul: ignore-file[r] why\n",
        "def f():\n    # overhaul: ignore-file[r] why\n    return 1\n",
    ],
)
def test_further_down_it_is_about_nothing(source: str) -> None:
    one = only(source)
    assert (one.whole_file, one.wrong) == (True, "place")


@pytest.mark.parametrize(
    "comment", ["# overhaul: ignore-file", "# overhaul: ignore_file[r] why", "# overhaul: ignore file[r]"]
)
def test_one_for_the_file_must_be_written_right_too(comment: str) -> None:
    one = only(f"{comment}\n")
    assert (one.whole_file, one.wrong) == (True, "form")
