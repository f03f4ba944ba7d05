"""The JSON report: whole, valid, and the same bytes however it was made."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from overhaul import __version__
from overhaul.commands.report_schema import report_schema, told_tables
from overhaul.errors import UnknownName
from overhaul.leaves import load_leaves
from overhaul.survey import Survey
from overhaul.testing import render
from overhaul.verdicts import Verdict

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "docs" / "report.schema.json"
FILES: Mapping[str, str | bytes] = {
    "a.py": "import b\n\nclass A(b.B):\n    x: int = 1\n    def f(self, y=2): return self.x\n# a comment\n",
    "b.py": "from a import A\n__all__ = ['B']\nclass B: ...\n",
    "broken.py": "def\n",
    "latin.py": b"# -*- coding: latin-1 -*-\n# caf\xe9\n",
}


def report(files: Mapping[str, str | bytes] = FILES) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render("json", files))
    return document


def written(survey: Survey) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b"".join(survey.leaves.report("json").function(survey)))
    return document


def validate(document: dict[str, Any]) -> None:
    """Raise jsonschema.ValidationError for what the published schema does not allow."""
    validator = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_bytes()))
    validator.validate(document)  # pyright: ignore[reportUnknownMemberType]


def test_the_report_has_the_promised_keys_in_their_order() -> None:
    document = report()
    assert list(document) == ["schema", "version", "root", "tables", "findings", "suppressed", "fixed", "failures"]
    assert document["version"] == __version__


def test_findings_have_identity_status_and_places_and_what_is_suppressed_or_fixed_stands_apart(judged: Any) -> None:
    quiet = "class NoteQuiet: ...  # overhaul: ignore[loud_name] so\n"
    source = f"class ErrorNew(place=Other): ...\nclass NoteOld: ...\n{quiet}"
    survey = judged({"a.py": source}, inherited=["a.NoteOld", "a.NoteGone"])
    document = written(survey)
    new, old = document["findings"]
    assert (new["status"], old["status"]) == ("new", "inherited")
    assert new["places"] == [{"path": "a.py", "line": 1, "what": "Other"}]
    assert new["identity"] != old["identity"] != ""
    assert [(one["name"], one["status"], one["reason"]) for one in document["suppressed"]] == [
        ("NoteQuiet", "suppressed", "so")
    ]
    assert [(one["rule"], one["module"], one["name"]) for one in document["fixed"]] == [("loud_name", "a", "NoteGone")]
    assert document["since"] == "main"
    validate(document)


def test_the_baseline_is_told_relative_to_the_root(judged: Any) -> None:
    survey = judged({"a.py": ""})
    for place, told in ((survey.root / "debts.txt", "debts.txt"), (survey.root.parent / "debts.txt", "../debts.txt")):
        survey._narrow = Verdict((), baseline=str(place))  # pyright: ignore[reportPrivateUsage]
        assert written(survey)["baseline"] == told


def test_only_the_told_tables_are_written_and_no_other_is_made(judged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = judged({"a.py": "class NoteOne: ...\n"})
    survey.told_tables = frozenset({"classes"})

    def refuse(row: type) -> None:
        pytest.fail(f"made {row}")

    monkeypatch.setattr(survey, "rows", refuse)
    document = written(survey)
    assert list(document["tables"]) == ["classes"]
    assert len(document["findings"]) == 1
    validate(document)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ((), None),
        (("none",), frozenset[str]()),
        (("classes, functions", "cycles"), frozenset({"classes", "functions", "cycles"})),
    ],
)
def test_tables_are_named_in_lists_with_commas(named: tuple[str, ...], told: frozenset[str] | None) -> None:
    assert told_tables(named, load_leaves()) == told


def test_a_table_that_there_is_not_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(UnknownName, match="classes"):
        told_tables(["clases"], load_leaves())


def test_the_root_is_a_name_and_no_path_of_the_machine() -> None:
    assert report()["root"] == "project"


def test_every_table_is_there_even_an_empty_one() -> None:
    assert list(report({"a.py": ""})["tables"]) == list(load_leaves().tables)


def test_rows_of_facts_begin_with_the_place_they_were_found_in() -> None:
    (first, second) = report()["tables"]["classes"]
    assert list(first.items())[:4] == [("module", "a"), ("path", "a.py"), ("name", "A"), ("line", 3)]
    assert second["module"] == "b"


def test_a_field_of_a_fact_that_is_called_like_the_place_keeps_its_value_under_another_name() -> None:
    rows = report()["tables"]["import_statements"]
    assert [(row["module"], row["target"]) for row in rows] == [("a", "b"), ("b", "a")]


def test_what_could_not_be_parsed_is_told() -> None:
    (failure,) = report()["failures"]
    assert (failure["path"], failure["stage"]) == ("broken.py", "parse")


def test_text_of_another_encoding_arrives_as_unicode() -> None:
    assert "# café" in [row["text"] for row in report()["tables"]["comments"]]


def test_a_real_report_is_valid_by_the_published_schema() -> None:
    validate(report())


def test_a_row_with_a_wrong_type_is_not_valid_by_the_published_schema() -> None:
    document = report()
    document["tables"]["classes"][0]["line"] = "3"
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def test_the_published_schema_says_what_the_row_types_say(
    request: pytest.FixtureRequest, expect: Callable[[Path, str], None]
) -> None:
    """A new leaf touches no other file: its table may wait for the next `make fixtures-update`."""
    now = report_schema(load_leaves()) + "\n"
    if request.config.getoption("--update-expected"):
        expect(PUBLISHED, now)
    published, made = json.loads(PUBLISHED.read_bytes()), json.loads(now)
    for whole in (published, made):
        tables = whole["properties"]["tables"]["properties"]
        whole["properties"]["tables"]["properties"] = {name: tables.get(name) for name in _tables(PUBLISHED)}
    made["$defs"] = {name: made["$defs"].get(name) for name in published["$defs"]}
    assert made == published


def _tables(schema: Path) -> list[str]:
    return list(json.loads(schema.read_bytes())["properties"]["tables"]["properties"])


def test_the_bytes_depend_neither_on_hash_randomisation_nor_on_the_number_of_processes(tmp_path: Path) -> None:
    for path, content in FILES.items():
        (tmp_path / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    made: set[bytes] = set()
    for seed, jobs in (("1", "1"), ("2", "2")):
        command = [
            sys.executable,
            "-m",
            "overhaul",
            "audit",
            str(tmp_path),
            "--no-store",
            "--jobs",
            jobs,
            "--report",
            "json",
        ]
        done = subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        made.add(done.stdout)
    assert len(made) == 1
