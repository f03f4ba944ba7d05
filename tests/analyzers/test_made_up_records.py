"""Records with the names and addresses of the usual examples."""

from __future__ import annotations

import time

from overhaul.facts import MadeUpRecord
from overhaul.testing import collect


def records(source: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.scope, row.examples) for row in collect("made_up_records", source) if isinstance(row, MadeUpRecord)]


def test_two_usual_examples_make_a_record() -> None:
    source = 'def f():\n    return [{"name": "John Doe", "phone": "555-0100"}]\n'
    assert records(source) == [("f", ("John Doe", "555-0100"))]
    assert records('USERS = ["alice@example.com", "Bob"]\n') == [("", ("alice@example.com", "Bob"))]


def test_one_alone_and_words_of_programmers_are_none() -> None:
    assert records('def f():\n    return {"name": "John Doe"}\n') == []
    assert records('def f():\n    return {"foo": "bar", "bar": "foo"}\n') == []


def test_examples_in_docstrings_comments_and_comparisons_are_none() -> None:
    assert records('def f():\n    """Read.\n\n    name = "John Doe"\n    mail = "jane@example.com"\n    """\n') == []
    assert records('def f(x):\n    # name = "John Doe", mail = "jane@example.com"\n    return x\n') == []
    assert records('def f(x):\n    return x == "John Doe" or x == "jane@example.com"\n') == []


def test_thousands_of_hits_take_no_long_time() -> None:
    source = "A = [\n" + '    "John Doe", "555-0100",\n' * 30_000 + "]\n"
    began = time.process_time()
    found = collect("made_up_records", source + "\n" * 50_000)
    assert len(found) == 1
    assert time.process_time() - began < 20
