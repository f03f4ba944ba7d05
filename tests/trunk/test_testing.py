"""What authors of leaves test with."""

from collections.abc import Iterator

import libcst as cst
import pytest

from overhaul.config import Config
from overhaul.errors import LeafError, UnknownName, Unreadable
from overhaul.facts import Class, Facts, Row
from overhaul.findings import Finding
from overhaul.leaves import Analyzer, Collector, Report, Rule
from overhaul.module import Module
from overhaul.survey import Survey
from overhaul.testing import check, collect, render, table


class Loop(Row, frozen=True):
    """A loop."""

    line: int


@Collector("While")
def loops(module: Module) -> Iterator[Loop]:
    """Every while loop."""
    for _, line, _ in module.nodes(cst.While):
        yield Loop(line=line)


class ClassCount(Row, frozen=True):
    """How many classes a module has."""

    module: str
    count: int


@Rule
def odd_class(classes: Facts[Class]) -> Iterator[Finding]:
    """Every class is odd."""
    for module, rows in classes.items():
        for row in rows:
            yield Finding(
                rule="odd_class", severity="note", message=f"{row.name} is odd", module=module, path=f"{module}.py",
                line=row.line, name=row.name,
            )  # fmt: skip


@Report
def classes_only(survey: Survey) -> Iterator[str]:
    """How many classes there are."""
    yield f"{survey.counts()['classes']} classes"


def test_a_collector_is_given_by_name_and_its_rows_come_back() -> None:
    (row,) = collect("classes", "class A(B):\n    pass\n")
    assert isinstance(row, Class)
    assert (row.name, row.line, row.bases) == ("A", 1, ("B",))


def test_a_collector_of_ones_own_is_given_as_it_is() -> None:
    assert collect(loops, "x = 1\nwhile x:\n    pass\n") == [Loop(line=2)]


def test_a_rule_is_no_collector() -> None:
    with pytest.raises(LeafError, match="no collector"):
        collect(odd_class, "")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_source_that_is_no_python_is_told_to_the_author() -> None:
    with pytest.raises(Unreadable, match="syntax error, line 1"):
        collect("classes", "class\n")


def test_an_unknown_leaf_is_refused_with_a_near_name() -> None:
    with pytest.raises(UnknownName, match="did you mean classes"):
        collect("clases", "")


def test_a_table_is_given_by_name_by_row_type_or_by_leaf() -> None:
    files = {"a.py": "class A: ...\n", "pkg/__init__.py": "", "pkg/b.py": "class B: ...\nclass C: ...\n"}
    by_name = table("classes", files)
    assert [row.name for row in by_name if isinstance(row, Class)] == ["A", "B", "C"]
    assert table(Class, files) == by_name


def test_an_analyzer_of_ones_own_fills_its_table_from_the_installed_collectors() -> None:
    @Analyzer
    def class_counts(classes: Facts[Class]) -> Iterator[ClassCount]:
        """How many classes each module has."""
        for module, rows in classes.items():
            yield ClassCount(module=module, count=len(rows))

    assert table(class_counts, {"a.py": "class A: ...\n", "b.py": ""}) == [ClassCount(module="a", count=1)]


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean classes"):
        table("clases", {"a.py": ""})


def test_a_rule_of_ones_own_is_checked_by_path_and_line() -> None:
    found = check(odd_class, {"b.py": "\nclass B: ...\n", "a.py": "class A: ...\n"})
    assert [(one.path, one.line, one.message) for one in found] == [("a.py", 1, "A is odd"), ("b.py", 2, "B is odd")]


def test_the_configuration_reaches_the_survey() -> None:
    files = {"a.py": "class A: ...\n", "skipped/b.py": "class B: ...\n"}
    assert [row.name for row in table(Class, files, Config(exclude=("skipped",))) if isinstance(row, Class)] == ["A"]


def test_a_report_of_ones_own_is_rendered() -> None:
    assert render(classes_only, {"a.py": "class A: ...\n"}) == "1 classes"


def test_libcst_checks_its_nodes_again_after_a_survey_in_this_process() -> None:
    table("classes", {"a.py": ""})
    with pytest.raises(cst.CSTValidationError):
        cst.Name("")
