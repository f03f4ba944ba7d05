"""The mutations of the duplicates' benchmark are what they claim to be, and the same seed writes the same bytes."""

import ast
import textwrap
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest

from benchmarks.clones.editing import edited, edits_for, foreign_statements
from benchmarks.clones.exact import alike, kind, nearness, statements
from benchmarks.clones.layout import KINDS, MOVED, laid_out, moved
from benchmarks.clones.lookalikes import framed, guarded, same_words, turned
from benchmarks.clones.peers import Overlap, covered
from benchmarks.clones.project import Pair, Plan, Project, make, write
from benchmarks.clones.renaming import WHATS, What, names_of, renamed, word_supply
from benchmarks.clones.rewriting import Unfit, Words, identifiers
from benchmarks.clones.sampling import Different, Import, Kind, Unit, free_names
from benchmarks.clones.scoring import Judge, Mark, precision, recalls
from overhaul.redundancy import Clone, Duplicate
from overhaul.testing import table

SUPPLY = [
    "amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "jetty", "knoll", "ledge", "marsh",
    "north", "ocean", "plain", "quarry", "ridge", "shore", "tidal", "upland", "valley", "water", "yonder",
]  # fmt: skip

TOTAL = '''
def total(orders, rate, minimum=0.5):
    """What all orders cost."""
    result = 0
    skipped = []
    for order in orders:
        if order.price < minimum:
            skipped.append(order)
            continue
        cost = order.price * order.amount
        # The discount comes first.
        result += cost - discount_of(order, "summer")
    if skipped:
        log.warning("left out %d", len(skipped), extra={"orders": skipped})
    result = convert(result, rate)
    return result
'''
SENDER = '''
async def send(self, message, retries=3):
    for attempt in range(retries):
        try:
            await self.channel.publish(message, timeout=self.timeout)
        except OSError as error:
            self.failures += 1
            last = error
        else:
            return attempt
    raise Undelivered(message) from last
'''
SMALL = '''
def highest(rows, start):
    best = start
    for row in rows:
        gap = row.close - start
        if gap > best:
            best = gap
    return best
'''
BOX = '''
class Box(Base):
    """Holds things."""

    limit = 10

    def __init__(self, name):
        self.name = name
        self.things = []

    def put(self, thing):
        if len(self.things) >= self.limit:
            raise Full(self.name)
        self.things.append(thing)
        return self.weight()

    def weight(self):
        return sum(thing.size for thing in self.things)
'''
WRITER = '''
def export(path, rows, header):
    lines = [",".join(header)]
    for row in rows:
        cells = [str(row.get(column, "")) for column in header]
        lines.append(",".join(cells))
    target = path.with_suffix(".csv")
    target.write_text("\\n".join(lines))
    if not target.exists():
        raise LostError(target)
    publish_report(target, len(rows))
    archive(path, remove=True)
    return target
'''


def unit(source: str, unit_kind: Kind = "function") -> Unit:
    text = source.lstrip("\n")
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    needs = tuple(Import(name, "shop.parts", name) for name in sorted(free_names(node)))
    return Unit("shop", f"shop/{node.name}.py", 1, node.name, unit_kind, text, needs, statements(node))


UNITS = [unit(TOTAL), unit(SENDER, "method"), unit(SMALL), unit(BOX, "class"), unit(WRITER)]
MANY = pytest.mark.parametrize("given", UNITS, ids=lambda given: given.name)


@MANY
@pytest.mark.parametrize("sort", [*KINDS, "indent"])
def test_a_changed_layout_is_of_type_1(given: Unit, sort: str) -> None:
    try:
        made, note = laid_out(given, Random(5), SUPPLY, [sort])
    except Unfit:
        pytest.skip("it has nothing to lay out like this")
    assert note == sort
    assert made.source != given.source
    assert kind(given.source, made.source) == 1


def test_what_is_moved_to_another_indentation_is_the_same_code_in_or_out_of_a_class(tmp_path: Path) -> None:
    made, note = laid_out(UNITS[0], Random(5), SUPPLY, [MOVED])
    assert note == MOVED
    assert (made.source, made.kind) == (UNITS[0].source, "method")
    assert moved(UNITS[1]).kind == "function"
    written = write([UNITS[0], made], [Pair(0, 1, 1, "layout", note)], 1, tmp_path)
    lines = [(tmp_path / one.path).read_text().splitlines()[one.line - 1] for one in written.fragments]
    assert [line.find("def ") for line in lines] == [0, 4]
    rows: list[Any] = list(table("duplicates", {path: text.decode() for path, text in contents(tmp_path).items()}))
    assert [mark.outcome for mark in Judge(written, tmp_path).marks(rows)] == ["right"]


@pytest.mark.parametrize(
    "source",
    [
        "def power(n):\n    return n * power(n - 1)",  # inside a class the name is not the method
        "def power(n):\n    return __times(n)",  # nor is that name
        "def power(self):\n    return super().power",
        "class Power:\n    def up(self):\n        pass",
    ],
)
def test_what_would_mean_something_else_is_not_moved(source: str) -> None:
    with pytest.raises(Unfit):
        moved(unit(source, "class" if source.startswith("class") else "function"))


@pytest.mark.parametrize("sort", KINDS)
def test_every_change_of_layout_is_possible_somewhere(sort: str) -> None:
    def possible(given: Unit) -> bool:
        try:
            return bool(laid_out(given, Random(5), SUPPLY, [sort])[1])
        except Unfit:
            return False

    assert any(possible(given) for given in UNITS)


@MANY
@pytest.mark.parametrize("sorts", [*((what,) for what in WHATS), WHATS], ids=" ".join)
def test_other_names_and_literals_are_of_type_2(given: Unit, sorts: tuple[What, ...]) -> None:
    random = Random(5)
    try:
        made = renamed(given, sorts, word_supply(given, SUPPLY, random), random)
    except Unfit:
        pytest.skip("it has no such names")
    assert kind(given.source, made.source) == 2
    assert free_names(ast.parse(made.source).body[0]) <= {one.bound for one in made.imports}


def test_what_is_renamed_is_renamed_everywhere() -> None:
    random = Random(5)
    made = renamed(UNITS[3], ("attributes",), word_supply(UNITS[3], SUPPLY, random), random)
    assert not {"things", "put", "weight", "limit"} & identifiers(made.source)
    assert {"thing", "append", "size"} <= identifiers(made.source)
    assert "__init__" in made.source


def test_builtins_and_what_python_types_offer_keep_their_names() -> None:
    names = names_of(UNITS[0])
    assert names.free == ("convert", "discount_of", "log")
    assert names.methods == ("warning",)
    assert set(names.locals) == {"orders", "rate", "minimum", "result", "skipped", "order", "cost"}


@MANY
@pytest.mark.parametrize("share", [0.1, 0.2, 0.3])
def test_edited_statements_make_a_copy_of_type_3_that_is_mostly_the_same(given: Unit, share: float) -> None:
    foreign = foreign_statements([one for one in UNITS if one is not given])
    try:
        made, note = edited(given, share, foreign, Random(5))
    except Unfit:
        pytest.skip("too small")
    assert kind(given.source, made.source) is None
    assert len(note.split(", ")) == edits_for(given.statements, share)
    same = nearness(ast.parse(given.source).body[0], ast.parse(made.source).body[0])
    assert 1 - 2 * share - 0.1 <= same < 1


def test_a_share_that_no_number_of_statements_comes_near_is_refused() -> None:
    assert edits_for(20, 0.1) == 2
    with pytest.raises(Unfit):
        edits_for(6, 0.1)


@pytest.mark.parametrize("way", ["comparison", "operator", "operands"])
def test_a_turned_comparison_operator_or_operand_is_no_copy_of_type_1_or_2(way: str) -> None:
    made = turned(UNITS[2], way)
    assert kind(UNITS[2].source, made.source) is None
    assert identifiers(made.source) == identifiers(UNITS[2].source)


def test_long_definitions_with_one_comparison_turned_are_not_taken_as_look_alikes() -> None:
    with pytest.raises(Unfit):
        turned(UNITS[0], "comparison")


def test_a_frame_keeps_the_control_flow_and_hardly_a_statement() -> None:
    random = Random(5)
    made = framed(UNITS[0], foreign_statements([UNITS[3], UNITS[4]]), random, word_supply(UNITS[0], SUPPLY, random))
    frames = (ast.If, ast.For)
    before, now = (
        [type(node) for node in ast.walk(ast.parse(source)) if isinstance(node, frames)]
        for source in (UNITS[0].source, made.source)
    )
    assert before == now
    assert not alike(UNITS[0].source, made.source)


def test_the_same_words_in_another_function_stay_another_function() -> None:
    random = Random(5)
    first, other = UNITS[0], UNITS[4]
    words = Words(SUPPLY, random, identifiers(first.source) | identifiers(other.source))
    made = same_words(first, other, words, random)
    assert kind(other.source, made.source) == 2
    assert not alike(first.source, made.source)
    assert len(identifiers(made.source) & identifiers(first.source)) >= 4


def test_boilerplate_surrounds_what_was_there() -> None:
    first, other = guarded(UNITS[0]), guarded(UNITS[4])
    assert "logger.exception" in first.source
    assert "logger.exception" in other.source
    assert not alike(first.source, other.source)


def test_the_judge_tells_swapped_operands_and_inconsistent_names_from_copies() -> None:
    assert kind("def f(a, b):\n    return a - b", "def g(x, y):\n    return x - y") == 2
    assert kind("def f(a, b):\n    return a - b", "def g(x, y):\n    return y - x") is None
    assert kind("def f(a, b):\n    return a - b", "def g(x, y):\n    return x - x") is None
    assert kind("def f(a):\n    'Says so.'\n    return a[1]", "def f(a):\n    return (a[1])") == 1
    assert kind("def f(a):\n    return a[1]", "def f(a):\n    return a[2]") == 2
    assert kind("def f(a):\n    return a[1]", "def f(a):\n    return a[None]") is None


def test_near_copies_and_members_of_a_class_already_taken_are_not_sampled() -> None:
    different = Different()
    assert different.take(UNITS[0])
    again = renamed(UNITS[0], ("locals",), Words(SUPPLY, Random(1)), Random(1))
    assert not different.take(again)
    assert different.take(UNITS[3])
    method = unit(textwrap.dedent(SENDER), "method")
    inside = Unit("shop", "shop/Box.py", 1, "Box.send", "method", method.source, (), method.statements)
    assert not different.take(inside)
    assert different.take(method)


PLAN = Plan(layout=2, renaming=0, editing=0, alike=0, noise=1)


def project(folder: Path, seed: int = 1) -> Project:
    units, pairs = make(UNITS, PLAN, seed)
    return write(units, pairs, seed, folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.py"))}


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        project(tmp_path / name, seed)
    assert contents(tmp_path / "one") == contents(tmp_path / "two") != contents(tmp_path / "three")


def test_the_two_of_a_pair_stand_in_different_modules_at_the_lines_that_are_said(tmp_path: Path) -> None:
    written = project(tmp_path / "code")
    assert written.pairs
    for pair in written.pairs:
        assert written.fragments[pair.first].path != written.fragments[pair.second].path
    for fragment in written.fragments:
        lines = (tmp_path / "code" / fragment.path).read_text().splitlines()[fragment.line - 1 : fragment.end]
        assert kind(textwrap.dedent("\n".join(lines)), fragment.unit.source) == 1


def row(written: Project, numbers: tuple[int, int], of: Literal[1, 2, 3]) -> Duplicate:
    members = tuple(
        Clone(one.path.removesuffix(".py").replace("/", "."), one.name, one.path, one.line, one.end)
        for one in (written.fragments[number] for number in numbers)
    )
    first = members[0]
    return Duplicate(
        kind="duplicate", subkind="function", name=first.name, module=first.module, path=first.path, line=first.line,
        confidence="high", evidence=(), type=of, unit="function", similarity=1.0, members=members, statements=9,
        saved_lines=9, differences=(), identity="dup-0",
    )  # fmt: skip


def judged(written: Project, folder: Path, *rows: Duplicate) -> list[Mark]:
    return list(Judge(written, folder).marks(rows))


def test_a_pair_counts_only_with_the_type_it_was_made_of(tmp_path: Path) -> None:
    written = project(tmp_path / "code")
    made = next(pair for pair in written.pairs if pair.type == 1)
    right = judged(written, tmp_path / "code", row(written, (made.first, made.second), 1))
    wrong = judged(written, tmp_path / "code", row(written, (made.first, made.second), 3))
    assert sum(mark.outcome == "right" for mark in right) == 1
    assert [mark.outcome for mark in wrong].count("wrong type") == 1
    layout = {figures.label: figures for figures in recalls(wrong)}["layout"]
    assert (layout.found, layout.typed) == (1, 0)


def test_a_reported_pair_that_nobody_made_is_noise(tmp_path: Path) -> None:
    written = project(tmp_path / "code")
    first, second = written.pairs[0].first, written.pairs[1].first
    marks = judged(written, tmp_path / "code", row(written, (first, second), 3))
    assert [mark.outcome for mark in marks].count("noise") == 1
    assert precision(marks) == 0


def test_a_peer_has_found_a_pair_when_it_names_half_of_both(tmp_path: Path) -> None:
    written = project(tmp_path / "code")
    pair = written.pairs[0]
    one, other = written.fragments[pair.first], written.fragments[pair.second]
    whole = Overlap(one.path, one.line, one.end, other.path, other.line, other.end)
    little = Overlap(one.path, one.line, one.line + 1, other.path, other.line, other.line + 1)
    assert covered([whole], written) == ({pair}, 1, 0)
    assert covered([little], written) == (set(), 0, 0)
