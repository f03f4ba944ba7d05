"""Strings and comments are found where the tokenizer of Python finds them."""

import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.mentions.lexing import fields, lexed, unescaped


def kinds(text: str) -> list[tuple[str, str]]:
    """Each string and comment as it is written, with its kind."""
    return [(one.kind, text[one.start : one.end]) for one in lexed(text)]


def written(text: str) -> list[str]:
    """Each string and comment as it is written."""
    return [piece for _, piece in kinds(text)]


def test_quotes_in_comments_and_comments_in_quotes_are_told_apart() -> None:
    text = "a = 'x # y'  # it's\nb = \"'\" + '\"'\nreturn'c'\n"
    assert written(text) == ["'x # y'", "# it's", "\"'\"", "'\"'", "'c'"]


def test_prefixes_belong_to_their_string_and_words_do_not() -> None:
    assert kinds("rb'a' if'b'else Rf\"{c}\"") == [("bytes", "rb'a'"), ("string", "'b'"), ("formatted", 'Rf"{c}"')]


def test_strings_in_the_fields_of_formatted_strings_are_part_of_them() -> None:
    text = "f'{a[\"k\"]:{w}} {{ {b!r} }}' + f'{x:%H}' + 'z'"
    assert written(text) == ["f'{a[\"k\"]:{w}} {{ {b!r} }}'", "f'{x:%H}'", "'z'"]
    first = next(lexed(text))
    assert [text[start:end] for start, end in fields(text, first)] == ['{a["k"]:{w}}', "{b!r}"]


def test_quotes_of_the_same_kind_may_be_nested_in_formatted_strings() -> None:
    assert written("f'{a['k']}' + 'z'") == ["f'{a['k']}'", "'z'"]


def test_nothing_is_told_from_a_string_that_does_not_end() -> None:
    assert written("a = 'x'\nb = 'y\nc = 'z'\n") == ["'x'"]


def test_what_is_escaped_is_as_long_as_it_was() -> None:
    text = r"'a\nb\tc\x41\\\'d'"
    assert unescaped(text, next(lexed(text))) == "a \nb  c    \\\\ 'd"
    raw = r"r'a\nb'"
    assert unescaped(raw, next(lexed(raw))) == r"a\nb"


_PIECES = st.sampled_from([
    "'a'", '"b"', r"'\\'", r"'\''", '"""c\n\'d"""', "# e 'f\n", "rb'g'", "\n", " ", "x", "=", "(", ")", "u'h'",
    "'''i''j'''", "\\\n",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=12))
def test_python_finds_the_same_strings(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        expected = [
            token.string
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type in (tokenize.STRING, tokenize.COMMENT)
        ]
    except (tokenize.TokenError, SyntaxError):
        return
    assert written(text) == expected


@pytest.mark.parametrize("text", ["", "x = 1\n", "\\\n"])
def test_code_without_strings_has_none(text: str) -> None:
    assert kinds(text) == []
