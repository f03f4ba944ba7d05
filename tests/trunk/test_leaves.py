"""How leaves are found, and how those that do not fit are refused."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from overhaul.errors import LeafConflict, LeafError, UnknownName, UsageError
from overhaul.facts import Class, Comment, Facts, Function, ModuleRow, Row
from overhaul.findings import Finding
from overhaul.leaves import Analyzer, Collector, Leaf, Leaves, Rule, load_leaves, row_of, table_name
from overhaul.module import Module


class One(Row, frozen=True):
    """A row."""


class Two(Row, frozen=True):
    """Another row."""


class HTTPProxy(Row, frozen=True):
    """A row with an abbreviation in its name."""


class Registry(Row, frozen=True):
    """A row whose plural ends in `ies`."""


class Relay(Row, frozen=True):
    """A row whose `y` stands after a vowel."""


class Batch(Row, frozen=True):
    """A row whose plural takes an `e`."""


LEAF = '''"""A leaf."""

from collections.abc import Iterator

from overhaul.facts import Facts, Function
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def {name}(functions: Facts[Function]) -> Iterator[Finding]:
    """Say nothing."""
    yield from ()
'''

COLLECTOR = '''"""A leaf."""

from collections.abc import Iterator

from overhaul.facts import Row
from overhaul.leaves import Collector
from overhaul.module import Module

{decorator}
def mine(module: Module) -> "Iterator[Mine]":
    """Look."""
    yield from ()


class Mine(Row, frozen=True):
    """A row."""
'''


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (Class, "classes"), (Function, "functions"), (ModuleRow, "modules"), (HTTPProxy, "http_proxies"),
        (Registry, "registries"), (Relay, "relays"), (Batch, "batches"), (One, "ones"),
    ],
)  # fmt: skip
def test_a_table_is_named_by_the_plural_of_its_rows(row: type[Row], name: str) -> None:
    assert table_name(row) == name


@pytest.mark.parametrize(
    ("hint", "row"),
    [
        (Facts[Comment], Comment),
        (Sequence[One], One),
        (Sequence[str], None),
        (list, None),
        (One, None),
        (Mapping[str, One], None),
    ],
)
def test_a_leaf_reads_tables_of_rows_and_nothing_that_looks_alike(hint: object, row: type[Row] | None) -> None:
    assert row_of(hint) is row


def test_two_leaves_of_a_kind_with_one_name_are_refused_and_both_are_named() -> None:
    def first() -> Leaf:
        @Rule
        def same(rows: Sequence[One]) -> Iterator[Finding]:
            """Judge."""
            yield from ()

        return same

    def second() -> Leaf:
        @Analyzer
        def same() -> Iterator[One]:
            """Look."""
            yield from ()

        return same

    place = r"test_leaves\.py:\d+"
    with pytest.raises(LeafConflict, match=rf"{place}: rule same is defined in .*{place} too: rename"):
        Leaves([first(), first()])
    both = Leaves([first(), second()])  # of two kinds, they are told apart
    assert list(both.rules) == list(both.analyzers) == ["same"]


def test_two_leaves_that_fill_one_table_are_refused() -> None:
    @Analyzer
    def some() -> Iterator[One]:
        """Look."""
        yield from ()

    @Collector("Name")
    def others(module: Module) -> Iterator[One]:
        """Look."""
        yield from ()

    @Collector("Name")
    def apart(module: Module) -> Iterator[Two]:
        """Look."""
        yield from ()

    with pytest.raises(LeafConflict, match="fills the table ones, and so does"):
        Leaves([some, others])
    assert set(Leaves([some, apart]).tables) == {"ones", "twos"}


def test_a_signature_that_cannot_be_read_is_told_with_its_place_and_remedy() -> None:
    @Analyzer
    def unreadable(rows: "Facts[Missing]") -> Iterator[One]:  # type: ignore[name-defined]  # noqa: F821
        """Look."""
        yield from ()

    @Analyzer
    def silent(rows: Facts[Comment]):  # type: ignore[no-untyped-def]
        """Look."""
        yield from ()

    place = r"test_leaves\.py:\d+"
    with pytest.raises(LeafError, match=rf"{place}: the signature of unreadable cannot be read .*Missing.*annotate"):
        Leaves([unreadable])
    with pytest.raises(LeafError, match=rf"{place}: silent does not say which rows it yields: annotate"):
        Leaves([silent])


def test_analyzers_that_read_each_other_in_a_ring_are_refused() -> None:
    @Analyzer
    def one(twos: Sequence[Two]) -> Iterator[One]:
        """Look."""
        yield from ()

    @Analyzer
    def two(ones: Sequence[One]) -> Iterator[Two]:
        """Look."""
        yield from ()

    @Analyzer
    def other() -> Iterator[Two]:
        """Look."""
        yield from ()

    with pytest.raises(LeafError, match=r"in a ring: (one -> two -> one|two -> one -> two)"):
        Leaves([one, two]).check_order()
    Leaves([one, other]).check_order()
    with pytest.raises(LeafError, match="no leaf fills the table of Two"):
        Leaves([one]).check_order()


def test_a_table_is_asked_for_as_what_it_is_and_the_leaf_that_does_not_is_named() -> None:
    @Collector("ClassDef")
    def ones(module: Module) -> Iterator[One]:
        """Look."""
        yield from ()

    @Analyzer
    def twos(rows: Facts[One]) -> Iterator[Two]:
        """Look."""
        yield from ()

    @Rule
    def right(facts: Facts[One], rows: Sequence[Two]) -> Iterator[Finding]:
        """Judge."""
        yield from ()

    @Rule
    def as_rows(rows: Sequence[One]) -> Iterator[Finding]:
        """Judge."""
        yield from ()

    @Analyzer
    def as_facts(rows: Facts[Two]) -> Iterator[Registry]:
        """Look."""
        yield from ()

    @Rule
    def of_nobody(rows: Facts[Relay]) -> Iterator[Finding]:
        """Judge."""
        yield from ()

    place = r"^.*test_leaves\.py:\d+"
    Leaves([ones, twos, right]).check_order()
    with pytest.raises(
        LeafError, match=rf"{place}: as_rows asks for Sequence\[One\], which is a table of facts: ask for Facts\[One\]$"
    ):
        Leaves([ones, twos, as_rows]).check_order()
    with pytest.raises(
        LeafError,
        match=rf"{place}: as_facts asks for Facts\[Two\], which is no table of facts: ask for Sequence\[Two\]",
    ):
        Leaves([ones, twos, as_facts]).check_order()
    with pytest.raises(LeafError, match=rf"{place}: of_nobody asks for Relay, and no leaf fills the table of Relay"):
        Leaves([ones, twos, of_nobody]).check_order()


def test_a_node_class_that_libcst_does_not_have_is_told_with_the_nearest_ones() -> None:
    @Collector("Name", "ClasDef")
    def mistyped(module: Module) -> Iterator[One]:
        """Look."""
        yield from ()

    with pytest.raises(LeafError, match=r"test_leaves\.py:\d+: mistyped wants ClasDef.*did you mean ClassDef"):
        Leaves([mistyped]).check_order()


def test_a_table_that_every_survey_has_of_itself_is_no_leafs() -> None:
    class Failure(Row, frozen=True):
        """A row of which one would not know whose it is."""

    class FailureCount(Row, frozen=True):
        """A row that only begins like it."""

    @Analyzer
    def failing() -> Iterator[Failure]:
        """Look."""
        yield from ()

    @Analyzer
    def finding() -> Iterator[Finding]:
        """Look."""
        yield from ()

    @Analyzer
    def counting() -> Iterator[FailureCount]:
        """Look."""
        yield from ()

    place = r"test_leaves\.py:\d+"
    with pytest.raises(LeafConflict, match=rf"{place}: failing fills the table failures, .*give Failure another name"):
        Leaves([failing])
    with pytest.raises(LeafConflict, match=rf"{place}: finding fills the table findings, which every survey has"):
        Leaves([finding])
    assert list(Leaves([counting]).tables) == ["failure_counts"]


def test_a_collector_without_parentheses_is_refused_with_its_place(tmp_path: Path) -> None:
    """Its function would be taken for what it wants, and nobody would miss it."""
    (tmp_path / "mine.py").write_text(COLLECTOR.format(decorator="@Collector"))
    with pytest.raises(LeafError, match=r"mine\.py:9: .*TypeError.*write @Collector\(\)"):
        load_leaves([tmp_path])
    (tmp_path / "mine.py").write_text(COLLECTOR.format(decorator="@Collector()"))
    assert "mine" in load_leaves([tmp_path]).collectors


def test_a_leaf_is_another_when_a_file_beside_it_is(tmp_path: Path) -> None:
    """It may import that file; a text, or a file in a folder below, is not its code."""
    (tmp_path / "mine.py").write_text(LEAF.format(name="mine"))
    (tmp_path / "_helper.py").write_text("LIMIT = 1\n")
    digests = [load_leaves([tmp_path]).rules["mine"].digest]
    (tmp_path / "notes.txt").write_text("limit\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "other.py").write_text("x = 1\n")
    (tmp_path / ".#mine.py").symlink_to(tmp_path / "nobody@nowhere")  # how an editor notes that it has a file open
    digests.append(load_leaves([tmp_path]).rules["mine"].digest)
    assert digests[0] == digests[1]
    (tmp_path / "_helper.py").write_text("LIMIT = 2\n")
    digests.append(load_leaves([tmp_path]).rules["mine"].digest)
    (tmp_path / "_helper.py").rename(tmp_path / "_other.py")
    digests.append(load_leaves([tmp_path]).rules["mine"].digest)
    assert len(set(digests)) == 3


def test_leaves_of_the_users_own_folder_are_found(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LEAF.format(name="mine"))
    (tmp_path / "_helper.py").write_text("raise SystemError('a helper is not loaded by itself')\n")
    (tmp_path / "borrowed.py").write_text("from overhaul.leaves import Rule\nrules = [Rule]\n")
    found = load_leaves([tmp_path])
    assert set(found.rules) - set(load_leaves().rules) == {"mine"}
    assert found.rules["mine"].where == f"{tmp_path / 'mine.py'}:10"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("x = 1\nraise ValueError('no')\n", 2, "ValueError: no"),
        ("def f(:\n", 1, "SyntaxError"),
        ("\n\nimport no_such_module_anywhere\n", 3, "ModuleNotFoundError"),
    ],
)
def test_a_leaf_that_cannot_be_loaded_stops_the_run_with_file_line_and_remedy(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    (tmp_path / "bad.py").write_text(text)
    before = set(sys.modules)
    with pytest.raises(LeafError) as caught:
        load_leaves([tmp_path])
    assert str(caught.value).startswith(f"{tmp_path / 'bad.py'}:{line}: ") and reason in str(caught.value)
    assert "mend it or take it away" in str(caught.value) and "\n" not in str(caught.value)
    assert not {name for name in set(sys.modules) - before if name.startswith("overhaul_leaf")}


def test_a_leaf_folder_that_is_not_there_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist: mend `leaves`"):
        load_leaves([tmp_path / "nowhere"])


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed distribution with an entry point for leaves."""
    (tmp_path / "theirs_1.py").write_text(LEAF.format(name="theirs"))
    metadata = tmp_path / "theirs-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[overhaul.leaves]\ntheirs = theirs_1\n")
    monkeypatch.syspath_prepend(str(tmp_path))  # pyright: ignore[reportUnknownMemberType]
    return tmp_path


def test_leaves_of_installed_distributions_are_found(distribution: Path) -> None:
    assert load_leaves().rules["theirs"].file == distribution / "theirs_1.py"


def test_an_entry_point_that_leads_nowhere_is_told_by_name(distribution: Path) -> None:
    points = distribution / "theirs-1.0.dist-info" / "entry_points.txt"
    points.write_text("[overhaul.leaves]\ntheirs = no_such_module\n")
    with pytest.raises(LeafError, match=r"entry point theirs \(no_such_module\).*mend it or take it away"):
        load_leaves()


def test_entry_points_of_another_group_are_left_alone(distribution: Path) -> None:
    (distribution / "theirs-1.0.dist-info" / "entry_points.txt").write_text("[overhaul.other]\nx = no_such_module\n")
    assert "theirs" not in load_leaves().rules


def test_names_that_nobody_has_are_refused_with_the_nearest_ones() -> None:
    found = load_leaves()
    with pytest.raises(UnknownName, match="unknown rule 'undefined_imports': did you mean undefined_import"):
        found.selected_rules(["undefined_imports"], [])
    with pytest.raises(UnknownName, match="unknown report 'jsn': did you mean json"):
        found.report("jsn")
    assert [rule.name for rule in found.selected_rules(["undefined_import"], ["undefined_import"])] == []
