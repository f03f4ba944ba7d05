"""Fingerprints: what leaves a trace in them, and what does not."""

import textwrap
from typing import Any

import pytest

from overhaul.redundancy import Duplicate
from overhaul.testing import collect, table

FUNCTION = '''
def total(rows, rate: float = 1.0):
    """Add up."""
    result = 0
    for row in rows:
        if row.open and (row.value + 1) * rate > 0:
            result += row.value * rate
            log(f"{row.name}: {result:>{rate}}")
    return [result, "total"]
'''


def fragment(source: str) -> Any:
    """The only fragment."""
    rows: list[Any] = list(collect("fingerprints", source))
    (found,) = rows[0].fragments
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Add up."""', "# add up"),
        ("    result = 0\n", "\n    result  =  (0)  # nothing yet\n\n"),
        ('"total"', "'total'"),
        ('[result, "total"]', '[\n        result,\n        "to" "tal",\n    ]'),
        ("row.open and", "(row.open) and"),
        ("log(f", "(log)(f"),
        ("def total", "def summed"),
    ],
)
def test_layout_and_the_own_name_leave_no_trace(old: str, new: str) -> None:
    assert old in FUNCTION
    assert fragment(FUNCTION.replace(old, new)).exact == fragment(FUNCTION).exact


@pytest.mark.parametrize(
    ("old", "new"),
    [("result", "amount"), ("rows", "lines"), (".value", ".price"), ("log", "say"), ("+ 1", "+ 12")],
)
def test_a_consistent_renaming_and_literals_change_the_exact_digest_alone(old: str, new: str) -> None:
    changed = fragment(FUNCTION.replace(old, new))
    assert changed.renamed == fragment(FUNCTION).renamed
    assert changed.exact != fragment(FUNCTION).exact


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("> 0", "< 0"),
        ("result += row.value", "result -= row.value"),
        ("row.value * rate\n", "rate * row.value\n"),
        ("(row.value + 1) * rate", "row.value + 1 * rate"),
        ("return [result", "return [rate"),
        ("            log", "        log"),
        (" and ", " or "),
        (": float", ""),  # what is annotated is not what is not
        ("if row.open and", "while row.open and"),
    ],
)
def test_what_it_does_changes_both_digests(old: str, new: str) -> None:
    assert old in FUNCTION
    assert fragment(FUNCTION.replace(old, new)).renamed != fragment(FUNCTION).renamed


def test_subtraction_the_other_way_round_is_no_renaming() -> None:
    one = "def f(a, b):\n    x = a - b\n    y = a * x\n    z = g(y, a)\n    return z + x\n"
    assert fragment(one).renamed != fragment(one.replace("a - b", "b - a")).renamed


def test_the_free_names_are_those_that_it_does_not_bind() -> None:
    source = "def f(a):\n    x = [i for i in a if g(i)]\n    h = lambda q: q + K\n    return math.sqrt(len(x), key=h)"
    assert fragment(source).free == "K g len math"


def test_every_statement_has_its_line_and_its_depth() -> None:
    (row,) = collect("fingerprints", "if a:\n    b = 1; c = 2\nelif d:\n    pass\nelse:\n\n    e()\n")
    lines = [int.from_bytes(row.lines[at : at + 4], "little") for at in range(0, len(row.lines), 4)]  # type: ignore[attr-defined]
    assert lines == [1, 2, 2, 3, 4, 4, 7]
    assert list(row.depths) == [0, 1, 1, 0, 1, 0, 1]  # type: ignore[attr-defined]


LABEL = """
def label(rows, width, sep):
    out = []
    for row in rows:
        text = HERE
        out.append((text, width))
    return sep.join(out)
"""


def label(expression: str) -> Any:
    """The fragment of a function in which an expression stands."""
    return fragment(LABEL.replace("HERE", expression))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('f"{row.a}x{row.b}"', 'f"{row.a}{row.b}x"'),
        ('f"{row.a:>{width}}"', 'f"{row.a}>{width}"'),
        ('f"{row.a:x}"', 'f"{row.a}x"'),
        ('f"{row.a=}"', 'f"{row.a}"'),
        ('f"{row.a!r}"', 'f"{row.a}!r"'),
        ('f"{row.a!r}"', 'f"{row.a!s}"'),
        ('f"{row.a}"', 't"{row.a}"'),
        ('t"{row.a}x{row.b}"', 't"{row.a}{row.b}x"'),
        ('"a" f"{row.a}"', 'f"{row.a}" "a"'),
        ("row[1,]", "row[1]"),
        ("row[1:2,]", "row[1:2]"),
    ],
)
def test_another_expression_is_another_shape(one: str, other: str) -> None:
    assert label(one).renamed != label(other).renamed
    assert label(one).exact != label(other).exact


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('f"a{row.a}b"', '"a" f"{row.a}" "b"'),
        ('f"a{row.a}b"', "f'''a{row.a}b'''"),
        ('f"{row.a:>{width}}"', 'f"{ row.a :>{width}}"'),
        (r'f"\n{{{row.a}"', r"f'\x0a' '{' f'{row.a}'"),
        ("row[1, 2]", "row[(1, 2,)]"),
        ("row[1,]", "row[(1,)]"),
        ("row[1:2, 3]", "row[1:2, 3,]"),
    ],
)
def test_the_same_expression_in_another_layout_is_the_same(one: str, other: str) -> None:
    assert label(one).exact == label(other).exact


def fragments(source: str) -> dict[str, Any]:
    """All fragments by their names."""
    rows: list[Any] = list(collect("fingerprints", source))
    return {one.name: one for one in rows[0].fragments}


@pytest.mark.parametrize(
    ("around", "name"),
    [
        ("if sys:\n{}", "total"),
        ("class Sums:\n{}", "Sums.total"),
        ("def make(rate):\n    while rate:\n{}\n    return total", "make.total"),
    ],
)
def test_the_indentation_of_the_whole_leaves_no_trace(around: str, name: str) -> None:
    shift = " " * (8 if "while" in around else 4)
    moved = fragments(around.format(textwrap.indent(FUNCTION, shift)))[name]
    assert (moved.exact, moved.renamed) == (fragment(FUNCTION).exact, fragment(FUNCTION).renamed)


def test_a_function_of_the_name_of_a_method_is_not_the_method() -> None:
    source = LABEL.replace("HERE", "label(row)")
    method = fragments("class Labels:\n" + textwrap.indent(source, "    "))["Labels.label"]
    assert "label" in method.free.split()
    assert "label" not in fragment(source).free.split(), "there it calls itself"
    renamed = fragments("class Labels:\n" + textwrap.indent(source.replace("label(row)", "named(row)"), "    "))
    assert renamed["Labels.label"].exact != method.exact


def test_a_variable_of_the_name_of_its_function_is_not_the_function() -> None:
    one, other = FUNCTION.replace("result", "total"), FUNCTION.replace("def total", "def summed")
    assert fragment(one).exact == fragment(one.replace("def total", "def summed")).exact
    assert fragment(one).exact != fragment(other.replace("result", "summed")).exact
    assert fragment(one).renamed == fragment(other).renamed


@pytest.mark.parametrize("head", ["def total", "class Total"])
def test_bounds_of_type_parameters_count_as_annotations_do(head: str) -> None:
    body = "(base):\n    one = first(1)\n    two = second(one)\n    three = third(one, two)\n    four = one + two\n"
    none, one, other, default, two = (
        fragment(f"{head}{typed}{body}") for typed in ("", "[T: int]", "[T: str]", "[T: int = bool]", "[T, *S, **P]")
    )
    assert len({each.exact for each in (none, one, other, default, two)}) == 5
    assert one.renamed == other.renamed
    assert len({each.renamed for each in (none, one, default, two)}) == 4


def column(row: Any, name: str) -> list[int]:
    """A column of numbers of four bytes each."""
    data = getattr(row, name)
    return [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]


WAITING = """
async def send(rows, to):
    async with to.lock() as lock:
        async for row in rows:
            await to.put(row, lock)
        last = [one async for one in to.seen]
    return last
"""


def test_waiting_is_no_part_of_the_shape_of_a_statement_but_of_the_whole() -> None:
    plain = WAITING.replace("async ", "").replace("await ", "")
    one, other = (next(iter(collect("fingerprints", source))) for source in (WAITING, plain))
    for name in ("shapes", "bare"):
        assert column(one, name) == column(other, name)
    assert one.weights == other.weights  # type: ignore[attr-defined]
    assert list(one.waits) == [1, 1, 1, 1, 1, 0]  # type: ignore[attr-defined]
    assert other.waits == b"", "where nothing waits nothing is kept"  # type: ignore[attr-defined]
    assert fragment(WAITING).renamed != fragment(plain).renamed
    assert fragment(WAITING).renamed != fragment(WAITING.replace("await ", "")).renamed


SETTLE = """
def settle(orders, ledger, day):
    total = 0
    for order in orders:
        if order.day != day:
            continue
        fee = order.size * order.price
        total += fee
        ledger.append((order.key, fee))
    ledger.sort(key=len)
    return total, {one: len(one) for one in ledger}
"""


def waiting(source: str) -> str:
    """The asynchronous copy."""
    source = source.replace("def settle", "async def settle").replace("    for order", "    async for order")
    return source.replace("ledger.append(", "await ledger.append(")


def told(files: dict[str, str]) -> list[Duplicate]:
    """The duplicates."""
    rows: list[Any] = list(table("duplicates", files))
    return rows


def test_an_asynchronous_copy_is_alike_and_said_to_be_one() -> None:
    (row,) = told({"a.py": SETTLE, "b.py": waiting(SETTLE)})
    assert row.type == 3
    assert 0.9 < row.similarity < 0.99
    assert any("settle is asynchronous, the other is not" in one for one in row.evidence)
    assert not any("asynchronous" in one for row in told({"a.py": waiting(SETTLE), "b.py": waiting(SETTLE.replace(
        "    total = 0\n", "    total = 0\n    day.check(ledger)\n"))}) for one in row.evidence)  # fmt: skip


def test_a_run_that_waits_is_not_the_same_run() -> None:
    lines = [f"    {word} = orders.{word}({', '.join(['ledger'] * number)}) + day\n" for number, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"))]  # fmt: skip
    loop = "    for row in ledger:\n        row.go(day, *orders)\n        if row:\n            yield {row: row.some}\n"
    hold = "    with orders as other:\n        del other[day]\n        assert [other] < [ledger], other[1:]\n"
    one = f"async def one(orders, ledger, day):\n{loop}{loop}{loop}{''.join(lines)}"
    two = f"async def two(orders, ledger, day):\n{hold}{hold}{hold}{''.join(lines)}"
    assert [row.unit for row in told({"a.py": one, "b.py": two}) if row.unit == "run"] == ["run"]
    two = two.replace(" = orders", " = await orders")
    assert not [row for row in told({"a.py": one, "b.py": two}) if row.unit == "run"]


def test_equal_text_is_of_type_1_wherever_it_stands() -> None:
    moved = textwrap.indent(SETTLE, "    ")
    for around in (f"import sys\nif sys.platform:\n{moved}", f"class Ledger:\n{moved}"):
        (row,) = told({"a.py": SETTLE, "b.py": around})
        assert (row.type, row.similarity) == (1, 1.0)


@pytest.mark.parametrize(
    "head",
    [
        "# Generated by a tool. DO NOT EDIT.",
        "# @generated",
        "# -*- coding: utf-8 -*-\n\n# Code generated by tool 1.2 from orders.txt",
        "'''What it holds.'''\n\n# This file is auto-generated, do not change it",
        "# AUTO-GENERATED FILE - DO NOT EDIT",
        "# THIS FILE WAS AUTOMATICALLY GENERATED BY A TOOL",
        "# This is an autogenerated module.",
        "# This file contains generated code.",
        "# automatically generated by the compiler, do not modify",
        "# Autogenerated by Compiler (0.9)",
        "# Form implementation generated from reading a file",
        "#\n# DO NOT EDIT!\n#",
        "# WARNING: do not edit this file by hand",
        "# DO NOT EDIT orders.py!\n# It is generated from orders.txt",
        "# All changes made in this file will be lost!",
    ],
)
def test_a_file_is_generated_when_a_comment_before_its_first_statement_says_so(head: str) -> None:
    (row,) = collect("fingerprints", f"{head}\nx = 1\n")
    assert row.generated  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "source",
    [
        "# Random numbers are generated below\nx = 1",
        "# edit at will\nx = 1",
        "# the numbers are generated by the exchange\nx = 1",
        "# The numbers are\n# generated by the exchange\nx = 1",  # goes on with a sentence
        "# It is for orders, generated by hand\nx = 1",
        "# do not edit orders without their lines\nx = 1",
        "# Auto-generated ids are kept apart\nx = 1",
        "# This module generates code\nx = 1",
        "# This file says how ids are generated\nx = 1",
        "# do not change the order\nimport a\nimport b",
        "x = 1  # do not edit",
        "import a  # generated by a tool",
        "import a\n# Generated by a tool. DO NOT EDIT.\nx = 1",  # of what follows, not of the file
    ],
)
def test_comments_on_other_things_do_not_make_a_file_a_generated_one(source: str) -> None:
    (row,) = collect("fingerprints", f"{source}\n")
    assert not row.generated  # type: ignore[attr-defined]
