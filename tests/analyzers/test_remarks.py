"""Comments and docstrings that say that code is not finished."""

from __future__ import annotations

import time

import pytest

from overhaul.facts import Remark
from overhaul.syntax.remarks import code, excuse, said
from overhaul.testing import collect


def remarks(source: str) -> list[Remark]:
    return [row for row in collect("remarks", source) if isinstance(row, Remark)]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("# TODO: read the table", "TODO"),
        ("# todo: read the table", "TODO"),
        ("# TODO. Read the table", "TODO"),
        ("# for now (the table is missing)", "for now"),
        ("# for now. The table is missing", "for now"),
        ("# not yet implemented in this version", "not yet implemented"),
        ("# not yet supported by this function", "not yet supported"),
        ("# use a temporary file for now", "for now"),
        ("# the check is disabled for now and removed later", "for now"),
        ("# works, but XXX slow", "XXX"),
        ("# half of it for now", "for now"),
        ("# not yet implemented", "not yet implemented"),
        ("# Not implemented", "not implemented"),
        ("# placeholder until the table is there", "placeholder until"),
        ("# this is a stub", "this is a stub"),
        ("# returns mock data", "mock data"),
        ("# rates are hard-coded", "hardcoded"),
        ("# temporary: the vendor's own should be used", "temporary"),
        ("# temporary workaround", "temporary workaround"),
        ("# In a real implementation we would ask", "in a real implementation"),
        ("# In production, we'd call the service", "in production, we"),
        ("# This would normally query the ledger", "this would normally query"),
        ("# replace with a real model", "replace with a real"),
        ("# simulate the API call", "simulate the api call"),
        ("# actual processing goes here", "actual processing goes here"),
        ("# coming soon", "coming soon"),
        ("# we should check permissions here eventually", "we should check permissions here eventually"),
    ],
)
def test_a_sentence_about_unfinished_code_is_heard(text: str, phrase: str) -> None:
    found = said(text)
    assert found is not None
    assert found.phrase == phrase
    assert found.strength != "hint"


@pytest.mark.parametrize(
    "text",
    [
        "# write to a temporary file first",
        "# the placeholder attribute of the input",
        "# one SQL placeholder for each column",
        "# the type stubs of the library",
        "# a mock object stands in",
        "# from now on it is closed",
        "# the simplified geometry",
        "# list of `TODO` items",
        "# outages are temporary, so try again",
        "# the template hardcoded below",
        "# avoid hardcoding the path",
        "# raises when not implemented by the mailbox",
        "# until all models are loaded",
        "# implemented in C",
        "# in practice this happens when two meet",
        "# real estate",
        "# see TODO.md for the plan",
        "# for now() see datetime",
        "# for now.date() there is no index",
        "# not yet implemented in Python 3.8: use the slow way",
        "# not supported yet by the driver, so ask twice",
        "# a temporary file is created for now and removed later",
    ],
)
def test_the_same_words_about_something_else_are_not(text: str) -> None:
    found = said(text)
    assert found is None or found.strength == "hint"


def test_a_tag_in_a_docstring_begins_its_line() -> None:
    assert said('"""Read.\n\n    TODO: the header\n    """') is not None
    assert said('"""Return the reason of a test\'s TODO status."""') is None


def test_a_remark_knows_its_function_or_what_it_stands_before() -> None:
    source = (
        "# TODO: from a file\nRATES = {\n    1: 2,  # FIXME\n}\n\n\ndef f(x):\n    return 1  # XXX\n\n\n"
        "# HACK\nclass A:\n    # TODO\n    size = 3\n\n    def g(self):\n        pass\n        # TODO: all of it\n"
    )
    found = [(one.line, one.scope, one.function, one.beside, one.beside_line) for one in remarks(source)]
    assert found == [
        (1, "", False, "RATES", 2),
        (3, "", False, "RATES", 2),
        (8, "f", True, "", 0),
        (11, "", False, "A", 12),
        (13, "A", False, "A.size", 14),
        (18, "A.g", True, "", 0),
    ]


def test_a_remark_in_a_docstring_has_its_own_line() -> None:
    found = remarks('def f(x):\n    """Rank.\n\n    Simplified: price only.\n    """\n    return x.price\n')
    assert [(one.line, one.phrase, one.text) for one in found] == [(4, "simplified", "Simplified: price only.")]


@pytest.mark.parametrize("text", ["Hook for subclasses.", "Does nothing by default.", "Called when the job ends."])
def test_a_docstring_that_excuses_is_heard(text: str) -> None:
    assert excuse(text)


@pytest.mark.parametrize("text", ["Send the notice to the address.", "Return the losses that do not count."])
def test_a_docstring_that_promises_is_no_excuse(text: str) -> None:
    assert not excuse(text)


def test_code_is_told_from_sentences() -> None:
    assert code("# return self.client.send(x)")
    assert code("# total = sum(rows)")
    assert code("# for row in rows:")
    assert not code("# Return the sum (of all rows).")
    assert not code("# The sum: see below")


@pytest.mark.parametrize("sign", [" ", "(", "a ", "# ", "TODO ", "the ", "\\", "x.", "\n "])
def test_a_long_text_takes_no_long_time(sign: str) -> None:
    began = time.process_time()
    for text in ("# " + sign * 100_000, "# for now" + sign * 100_000 + "!"):
        said(text)
        excuse(text)
        code(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "piece", ["def f{}(x):\n    # TODO x\n    return {}\n", "# TODO {} {}\n", "x{} = {}\n# TODO\n"]
)
def test_many_remarks_take_no_more_time_each_than_few(piece: str) -> None:
    source = "".join(piece.format(number, number) for number in range(12_000))
    began = time.process_time()
    assert len(remarks(source)) == 12_000
    assert time.process_time() - began < 8


def test_a_comment_belongs_to_the_innermost_body_that_it_is_indented_as() -> None:
    source = (
        "class A:\n    def f(self):\n        def inner():\n            pass\n            # TODO: inner\n"
        "        # TODO: f\n    # TODO: A\n# TODO: none\nX = [one for one in ()]\n# TODO: none\n"
    )
    assert [(one.line, one.scope) for one in remarks(source)] == [
        (5, "A.f.inner"), (6, "A.f"), (7, "A"), (8, ""), (10, ""),
    ]  # fmt: skip
