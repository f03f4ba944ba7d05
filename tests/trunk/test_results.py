"""Results of analyzers and rules: what they may be, and when they are made again."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from overhaul.config import Config
from overhaul.errors import LeafError
from overhaul.facts import Class, Facts, Finding, Row
from overhaul.leaves import Analyzer, Leaf, Leaves, Rule, load_leaves
from overhaul.survey import survey
from overhaul.testing import InProcess, check, table


class Size(Row, frozen=True):
    """A row of the leaves here."""

    lines: int


class LongSize(Size, frozen=True):
    """A row with a field more."""

    words: int


@cache
def own() -> Leaves:
    return load_leaves()


def sizes(root: Path, leaf: Leaf, config: Config) -> list[Size]:
    """The rows of one leaf, with a store that is kept."""
    leaves = Leaves([*own().collectors.values(), *own().analyzers.values(), leaf])
    return survey(root, config, leaves, store=root, executor=InProcess()).rows(Size)


def yielding(thing: Any) -> Analyzer:
    def sized() -> Iterator[Size]:
        """Yield what is told."""
        yield Size(lines=1)
        yield thing

    return Analyzer(sized)


@pytest.mark.parametrize("thing", [3, "x", None, {"lines": 1}, object(), LongSize(lines=1, words=2)])
def test_what_is_no_row_is_told_with_the_leaf_that_yields_it(thing: object) -> None:
    said = rf"test_results\.py:\d+: analyzer sized yields a {type(thing).__name__} where its rows are Size: mend it"
    with pytest.raises(LeafError, match=said):
        table(yielding(thing), {"a.py": ""})


@pytest.mark.parametrize(
    ("value", "reason"),
    [("many", r"got `str`"), (None, "Expected `int`"), (1 << 70, "OverflowError"), (object(), "object")],
)
def test_a_row_with_a_value_that_its_type_does_not_allow_is_told_with_the_leaf(value: Any, reason: str) -> None:
    said = rf"test_results\.py:\d+: analyzer sized yields a Size that its type does not allow \(.*{reason}"
    with pytest.raises(LeafError, match=said) as caught:
        table(yielding(Size(lines=value)), {"a.py": ""})
    assert "\n" not in str(caught.value)


def test_a_rule_that_yields_a_text_is_named() -> None:
    @Rule
    def wordy(classes: Facts[Class]) -> Iterator[Finding]:
        """Say it in words."""
        words: Any = "a finding"
        yield words

    with pytest.raises(LeafError, match=r"test_results\.py:\d+: rule wordy yields a str where its rows are Finding"):
        check(wordy, {"a.py": ""})


def test_a_rule_that_asks_for_facts_as_rows_is_named_before_anything_is_read() -> None:
    @Rule
    def mistaken(classes: Sequence[Class]) -> Iterator[Finding]:
        """Judge."""
        yield from ()

    with pytest.raises(LeafError, match=r"test_results\.py:\d+: mistaken asks for Sequence\[Class\].*Facts\[Class\]"):
        check(mistaken, {"a.py": ""})


def test_only_settings_that_say_something_of_the_code_make_a_result_again(tmp_path: Path) -> None:
    made: list[Config] = []

    @Analyzer
    def sized(config: Config) -> Iterator[Size]:
        """Note how often it is made."""
        made.append(config)
        yield Size(lines=len(config.exclude))

    (tmp_path / "a.py").write_text("x = 1\n")
    first = sizes(tmp_path, sized, Config(jobs=1))
    assert sizes(tmp_path, sized, Config(jobs=2, file_timeout=7.0, source="elsewhere.toml")) == first
    assert len(made) == 1
    assert sizes(tmp_path, sized, Config(exclude=("b.py",))) == [Size(lines=1)]
    assert len(made) == 2
