"""The tables as SQL: what can be asked, and what is refused."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator, Mapping

import msgspec
import pytest

from overhaul.commands.query import Answer, answer, list_tables, written
from overhaul.errors import QueryError
from overhaul.facts import Row
from overhaul.survey import Survey
from overhaul.tables import FactTable
from overhaul.testing import surveyed

FILES: Mapping[str, str] = {
    "shop/__init__.py": "",
    "shop/cart.py": (
        "import json\nfrom shop.stock import Stock, missing\n\nclass Cart(Stock):\n    async def pay(self): ...\n"
    ),
    "shop/stock.py": "class Stock:\n    def count(self): ...\n",
    "broken.py": "class\n",
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Survey]:
    with surveyed(FILES) as survey:
        yield survey


def test_rows_of_facts_begin_with_module_and_path(shop: Survey) -> None:
    found = answer(shop, "SELECT * FROM classes WHERE name = 'Cart'")
    assert found.columns[:4] == ("module", "path", "name", "line")
    assert found.rows[0][:4] == ("shop.cart", "shop/cart.py", "Cart", 4)


def test_booleans_are_numbers_and_nested_values_are_json(shop: Survey) -> None:
    found = answer(
        shop, "SELECT f.asynchronous, c.bases FROM functions f JOIN classes c ON c.name = f.owner ORDER BY 1"
    )
    assert found.rows == [(0, "[]"), (1, '["Stock"]')]


def test_json_functions_reach_into_nested_values(shop: Survey) -> None:
    sql = "SELECT json_extract(n.value, '$[0]') FROM import_statements, json_each(names) n ORDER BY 1"
    assert answer(shop, sql).rows == [("Stock",), ("missing",)]


def test_a_field_that_is_called_like_the_place_has_a_name_of_its_own(shop: Survey) -> None:
    found = answer(shop, "SELECT module, target FROM import_statements ORDER BY line")
    assert found.rows == [("shop.cart", "json"), ("shop.cart", "shop.stock")]


def test_failures_are_a_table(shop: Survey) -> None:
    assert answer(shop, "SELECT path, stage FROM failures").rows == [("broken.py", "parse")]


def test_only_the_tables_and_columns_that_a_statement_reads_are_loaded(
    shop: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    facts = shop.facts

    def noted(row: type[Row]) -> FactTable[Row]:
        asked.append(row.__name__)
        return facts(row)

    monkeypatch.setattr(shop, "facts", noted)
    sql = "WITH c AS (SELECT name FROM classes) SELECT count(*) FROM c WHERE name != (SELECT max(name) FROM functions)"
    assert answer(shop, sql).rows == [(2,)]
    assert sorted(asked) == ["Class", "Function"]


def test_the_count_of_a_table_needs_no_column(shop: Survey) -> None:
    assert answer(shop, "SELECT count(*) FROM classes").rows == [(2,)]


def test_a_recursive_statement_is_reading_too(shop: Survey) -> None:
    sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3) SELECT x FROM n"
    assert answer(shop, sql).rows == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH 'other.sqlite' AS other",
        "PRAGMA table_info(classes)",
        "SELECT * FROM pragma_database_list",
        "DELETE FROM classes",
        "INSERT INTO classes(name) VALUES ('x')",
        "CREATE TABLE t (x)",
        "CREATE TEMP VIEW v AS SELECT 1",
        "VACUUM INTO 'copy.sqlite'",
        "SELECT load_extension('x')",
        "SELECT 1; SELECT 2",
        "BEGIN",
    ],
)
def test_anything_but_one_reading_statement_is_refused(shop: Survey, sql: str) -> None:
    with pytest.raises(QueryError, match="only reading is allowed"):
        answer(shop, sql)


def test_a_mistyped_table_is_refused_with_the_near_ones(shop: Survey) -> None:
    with pytest.raises(QueryError, match="no such table: clases: did you mean classes"):
        answer(shop, "SELECT * FROM clases")


def test_a_mistyped_column_is_refused_with_the_near_ones(shop: Survey) -> None:
    with pytest.raises(QueryError, match=r"no such column: c\.nam: did you mean name"):
        answer(shop, "SELECT c.nam FROM classes c")


@pytest.mark.parametrize("sql", ["SELEC 1", "", "SELECT (", "-- nothing\n"])
def test_what_is_no_sql_is_refused_with_the_known_tables(shop: Survey, sql: str) -> None:
    with pytest.raises(QueryError, match=r"known tables are attributes, .*bindings, .*classes"):
        answer(shop, sql)


def test_the_tables_are_listed_with_the_rows_and_columns_that_a_query_sees(shop: Survey) -> None:
    for name, rows, columns in list_tables(shop).rows:
        assert answer(shop, f"SELECT * FROM {name!s}").columns == tuple(str(columns).split(", "))
        assert answer(shop, f"SELECT count(*) FROM {name!s}").rows == [(rows,)]


def test_a_whole_number_that_sqlite_cannot_hold_is_given_as_text() -> None:
    with surveyed({"a.py": "class A: ...\n"}) as survey:
        (row,) = survey.facts(survey.leaves.tables["classes"])["a"]
        vast = msgspec.structs.replace(row, line=2**70)
        survey.facts(survey.leaves.tables["classes"]).stream = lambda: iter([("a", [vast])])  # type: ignore[method-assign]
        assert answer(survey, "SELECT line FROM classes").rows == [(str(2**70),)]


def test_json_gives_every_value_whole_and_tells_equal_columns_apart() -> None:
    result = Answer(("a", "a"), [(1, "x" * 200), (None, b"\x01")])
    assert json.loads("".join(written(result, "json"))) == [{"a": 1, "a_2": "x" * 200}, {"a": None, "a_2": "01"}]


def test_json_of_no_rows_is_an_empty_list() -> None:
    assert json.loads("".join(written(Answer(("a",), []), "json"))) == []


def test_csv_is_read_back_as_it_was() -> None:
    rows = [("one, two", 'say "x"'), ("line\nbreak", "")]
    text = "".join(written(Answer(("a", "b"), list(rows)), "csv"))
    assert [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))] == [("a", "b"), *rows]


def test_a_table_aligns_numbers_to_the_right_and_escapes_what_a_terminal_would_act_on() -> None:
    text = "".join(written(Answer(("n", "text"), [(1, "a\x1b[31m"), (100, None)]), "table"))
    assert text == "  n  text\n---  ---------\n  1  a\\x1b[31m\n100\n(2 rows)\n"


def test_a_long_value_is_cut_where_another_stands_behind_it_and_only_there() -> None:
    text = "".join(written(Answer(("a", "b"), [("x" * 100, "y" * 100)]), "table")).splitlines()[2]
    assert text == f"{'x' * 79}…  {'y' * 100}"


def test_a_table_without_rows_shows_its_columns() -> None:
    assert "".join(written(Answer(("a", "b"), []), "table")) == "a  b\n-  -\n(0 rows)\n"


def test_sqlite_here_can_be_asked_for_json() -> None:
    assert sqlite3.connect(":memory:").execute("SELECT json('[]')").fetchone() == ("[]",)
