"""Results of analyzers and rules: what they may be, and when they are made again."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from overhaul.config import Config
from overhaul.errors import LeafError
from overhaul.facts import Class, Facts, Row
from overhaul.findings import Finding
from overhaul.leaves import Analyzer, Leaf, Leaves, Rule, load_leaves
from overhaul.options import Options
from overhaul.past import Past
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
    first = sizes(tmp_path, sized, Config(jobs=1, source="here/overhaul.toml"))
    other = Config(
        jobs=2, file_timeout=7.0, source="there/overhaul.toml", select=("import_cycle",), ignore=("placeholder",),
        rules={"import_cycle": {"severity": "note"}}, baseline="ledger.txt", fail_on="error",
    )  # fmt: skip
    assert sizes(tmp_path, sized, other) == first
    assert len(made) == 1
    assert sizes(tmp_path, sized, Config(exclude=("b.py",))) == [Size(lines=1)]
    assert len(made) == 2


class Sum(Row, frozen=True):
    """What is made of sizes."""

    of: int


def test_a_table_is_made_and_counts_as_read_only_when_somebody_looks_into_it(tmp_path: Path) -> None:
    made: list[str] = []

    @Analyzer
    def sized(classes: Facts[Class]) -> Iterator[Size]:
        """The number of modules with classes."""
        made.append("sized")
        yield Size(lines=len(classes.prints()))

    @Analyzer
    def summed(classes: Facts[Class], sizes: Sequence[Size]) -> Iterator[Sum]:
        """Look into the other table only where there is a class Wanted."""
        made.append("summed")
        if any(one.name == "Wanted" for one in classes["a"]):
            yield Sum(of=sizes[0].lines)

    def sums() -> list[Sum]:
        with_both = Leaves([*load_leaves().collectors.values(), sized, summed])
        return survey(tmp_path, Config(), with_both, store=tmp_path, executor=InProcess()).rows(Sum)

    (tmp_path / "b.py").write_text("class B: pass\n")
    (tmp_path / "a.py").write_text("class Other: pass\n")
    assert sums() == [] and made == ["summed"]
    (tmp_path / "b.py").write_text("class B: pass\nclass C: pass\n")
    assert sums() == [] and made == ["summed"]
    (tmp_path / "a.py").write_text("class Wanted: pass\n")
    assert sums() == [Sum(of=2)] and made == ["summed", "summed", "sized"]
    assert sums() == [Sum(of=2)] and made == ["summed", "summed", "sized"]
    (tmp_path / "c.py").write_text("class New: pass\n")
    assert sums() == [Sum(of=3)]


class Seen(msgspec.Struct, frozen=True):
    """What the leaf of the next test leaves behind."""

    prints: dict[str, bytes]


def test_a_leaf_is_handed_what_it_left_and_can_tell_which_modules_have_changed(tmp_path: Path) -> None:
    changed: list[set[str] | None] = []

    @Analyzer
    def sized(classes: Facts[Class], past: Past[Seen]) -> Iterator[Size]:
        """Note which modules' classes are new."""
        prints = dict(classes.prints())
        before = past.state.prints if past.state else None
        changed.append(None if before is None else {one for one in prints if prints[one] != before.get(one)})
        past.leave(Seen(prints))
        yield Size(lines=len(prints))

    (tmp_path / "a.py").write_text("class A: pass\n")
    (tmp_path / "b.py").write_text("class B: pass\n")
    assert sizes(tmp_path, sized, Config()) == [Size(lines=2)]
    (tmp_path / "b.py").write_text("class C: pass\n")
    assert sizes(tmp_path, sized, Config()) == [Size(lines=2)]
    (tmp_path / "a.py").unlink()
    assert sizes(tmp_path, sized, Config()) == [Size(lines=1)]
    assert changed == [None, {"b"}, None], "what was left under another layout holds no more"


def test_what_was_left_under_other_settings_holds_only_for_a_leaf_that_reads_none(tmp_path: Path) -> None:
    found: list[bool] = []

    @Analyzer
    def sized(classes: Facts[Class], past: Past[Seen]) -> Iterator[Size]:
        """Note whether anything was left."""
        found.append(past.state is not None)
        past.leave(Seen({}))
        yield Size(lines=len(classes.prints()))

    @Analyzer
    def sized_as_set(classes: Facts[Class], config: Config, past: Past[Seen]) -> Iterator[Size]:
        """Note whether anything was left."""
        found.append(past.state is not None)
        past.leave(Seen({}))
        yield Size(lines=len(classes.prints()) + len(config.roots))

    for leaf in (sized, sized_as_set):
        for body, settings in (("class A: pass", Config()), ("class B: pass", Config(justified_file="ledger.toml"))):
            (tmp_path / "a.py").write_text(body)
            sizes(tmp_path, leaf, settings)
    assert found == [False, True, False, False]


def test_what_was_left_by_a_leaf_and_cannot_be_read_is_as_good_as_nothing(tmp_path: Path) -> None:
    found: list[Seen | None] = []

    @Analyzer
    def sized(classes: Facts[Class], past: Past[Seen]) -> Iterator[Size]:
        """Note what was left."""
        found.append(past.state)
        past.leave(Seen({"a": 3}))  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
        yield Size(lines=len(classes.prints()))

    (tmp_path / "a.py").write_text("class A: pass\n")
    sizes(tmp_path, sized, Config())
    (tmp_path / "a.py").write_text("class B: pass\n")
    sizes(tmp_path, sized, Config())
    assert found == [None, None]


def test_a_result_that_depends_on_the_day_is_made_again_the_next_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [date(2024, 2, 29)]

    @Analyzer
    def sized(today: date) -> Iterator[Size]:
        """The day of the month."""
        yield Size(lines=today.day)

    monkeypatch.setattr("overhaul.results._today", lambda: days[-1])
    (tmp_path / "a.py").write_text("x = 1\n")
    assert sizes(tmp_path, sized, Config()) == [Size(lines=29)]
    days.append(date(2024, 3, 1))
    assert sizes(tmp_path, sized, Config()) == [Size(lines=1)]


class Least(Options, frozen=True):
    """What the rule of the next test can be set to."""

    lines: int = 1


def test_what_a_rule_left_under_other_options_of_its_own_does_not_hold(tmp_path: Path) -> None:
    found: list[bool] = []

    @Rule
    def many_lines(classes: Facts[Class], options: Least, past: Past[Seen]) -> Iterator[Finding]:
        """Note whether anything was left."""
        found.append(past.state is not None)
        past.leave(Seen({}))
        if len(classes.prints()) >= options.lines:
            yield Finding(
                rule="many_lines", severity="note", message="many", module="a", path="a.py", line=1, name="x"
            )

    leaves = Leaves([*load_leaves().collectors.values(), many_lines])
    for number, lines in enumerate((1, 1, 5)):
        (tmp_path / "a.py").write_text("class A: pass\n" + "class B: pass\n" * number)
        settings = Config(rules={"many_lines": {"lines": lines}})
        seen = survey(tmp_path, settings, leaves, store=tmp_path, executor=InProcess())
        assert len(seen.findings) == (lines == 1)
    assert found == [False, True, False]
