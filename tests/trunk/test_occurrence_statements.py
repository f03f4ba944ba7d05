"""Where statements, strings and comments of a file begin and end, and what belongs to a statement."""

from textwrap import dedent

import pytest

from overhaul.occurrences.finding import Occurrences, occurrences_of
from overhaul.source import Source, digest


def found_in(text: str) -> Occurrences:
    data = dedent(text).encode()
    return occurrences_of(Source("m.py", data, digest(data)))


def whole(text: str, name: str) -> str:
    """The whole lines of the statement that a name's first occurrence stands in."""
    found = found_in(text)
    start, end = found.lines(found.statement_of(found.named(name)[0]))
    return found.text[start:end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a; b ;c;\n", ["a", "b", "c"]),
        ("if a: b; c; # d\n", ["if a: b; c;", "b", "c"]),
        ("while lambda: a[b:c]: d;e\n", ["while lambda: a[b:c]: d;e", "d", "e"]),
        ("if f(lambda x: x)[a:b]: ';:'; c\n", ["if f(lambda x: x)[a:b]: ';:'; c", "';:'", "c"]),
        ("if a := b: c: int = d\n", ["if a := b: c: int = d", "c: int = d"]),
        ("class C: pass\n", ["class C: pass", "pass"]),
        ("x = (a, # b; c\n  d) ; \\\n  e\n", ["x = (a, # b; c\n  d)", "e"]),
        ("x = 1 \\\n\ny\n", ["x = 1", "y"]),
        ("f'{a:;}'; '''\n;'''\n", ["f'{a:;}'", "'''\n;'''"]),
        ("...  # a\n", ["..."]),
    ],
)
def test_small_statements_end_at_their_last_token(text: str, expected: list[str]) -> None:
    found = found_in(text)
    assert [found.text[one.start : one.end] for one in found.statements] == expected


COMPOUND = """
    try:
        a
    except b as c:
        if d:
            e
        elif f:
            g
        else: h
    else:
        match i:
            case j if k: l
    finally:
        pass
    @m
    # n
    @o(p)
    async def q():
        async with r: s
    for t in u: v
    else: w
    """


def test_every_statement_is_told_with_the_suite_it_stands_in() -> None:
    found = found_in(COMPOUND)
    rows = [found.text[one.start : one.end].split("\n")[0] for one in found.statements]
    around = [rows[one.suite] if one.suite >= 0 else "" for one in found.statements]
    assert list(zip(rows, around, strict=True)) == [
        ("try:", ""), ("a", "try:"), ("if d:", "try:"), ("e", "if d:"), ("g", "if d:"), ("h", "if d:"),
        ("match i:", "try:"), ("l", "match i:"), ("pass", "try:"),
        ("@m", ""), ("async with r: s", "@m"), ("s", "async with r: s"),
        ("for t in u: v", ""), ("v", "for t in u: v"), ("w", "for t in u: v"),
    ]  # fmt: skip


def test_a_name_belongs_to_the_innermost_statement_and_a_header_to_its_own() -> None:
    found = found_in(COMPOUND)
    heads = {one.name: found.text[found.statement_of(one).start :].split("\n")[0].strip() for one in found.all}
    assert heads == {
        "a": "a", "b": "try:", "c": "try:", "d": "if d:", "e": "e", "f": "if d:", "g": "g", "h": "h", "i": "match i:",
        "j": "match i:", "k": "match i:", "l": "l", "m": "@m", "o": "@m", "p": "@m", "q": "@m", "r": "async with r: s",
        "s": "s", "t": "for t in u: v", "u": "for t in u: v", "v": "v", "w": "w",
    }  # fmt: skip


COMMENTED = """#!/bin/python
# -*- coding: utf-8 -*-
# of a
a
    # deeper
b
# apart

# of c
# too
@x
def c():
    pass
    # of the function

  # still

# of d
d; e  # behind
"""


def test_comments_directly_above_belong_to_a_statement() -> None:
    assert whole(COMMENTED, "a") == "# of a\na\n"
    assert whole(COMMENTED, "b") == "b\n"
    assert whole(COMMENTED, "x") == (
        "# of c\n# too\n@x\ndef c():\n    pass\n    # of the function\n\n  # still\n"
    )  # fmt: skip
    assert whole(COMMENTED, "d") == "# of d\nd; e  # behind\n"
    assert whole(COMMENTED, "e") == "e  # behind\n"


def test_the_last_lines_of_a_file_are_whole_too() -> None:
    assert whole("if a: b", "a") == "if a: b"
    assert whole("class C:\n    x = '''\n    # no comment\n    '''", "C").count("\n") == 3


def test_strings_and_comments_are_told_in_their_order_with_what_they_are() -> None:
    text = """
        '''Of the module.''' 'too'
        # a
        def f(b: "C" = 'd'):  # e
            "Of the function."
            'no docstring'
            return f"{g['h']}" 'i'
        class J: "Of the class."
        """
    found = found_in(text)
    assert [(found.text[start:end], kind) for start, end, _, kind in found.strings()] == [
        ("'''Of the module.'''", "docstring"), ("'too'", "docstring"), ("# a", "comment"), ('"C"', "quoted"),
        ("'d'", "string"), ("# e", "comment"), ('"Of the function."', "docstring"), ("'no docstring'", "string"),
        ("f\"{g['h']}\"", "string"), ("'h'", "string"), ("'i'", "string"), ('"Of the class."', "docstring"),
    ]  # fmt: skip
    for start, end, node, _ in found.strings():
        value = getattr(node, "value", None)
        assert value is None or found.text[start:end] == value


def test_the_statement_at_a_place_is_the_last_that_begins_before_it() -> None:
    found = found_in("def f():\n    a\n\nb\n")
    at = found.statement_at(found.text.index("b"))
    assert at is not None
    assert found.text[at.start : at.end] == "b"
    assert found_in("# x\ny\n").statement_at(0) is None
