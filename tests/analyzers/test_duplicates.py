"""Duplicates: what is one, of which type, and what is none."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.redundancy import Duplicate
from overhaul.survey import survey
from overhaul.testing import table

TOTAL = '''
def total(orders, limit):
    """Add up what is open."""
    amount = 0.0
    count = 0
    for order in orders:
        if order.open and order.price < limit:
            amount += order.price * order.quantity
            count += 1
    if not count:
        raise ValueError("nothing is open")
    return round(amount / count, 2)
'''
RENAMED = (
    TOTAL.replace("total", "weigh").replace("orders", "crates").replace("order", "crate").replace("amount", "mass")
    .replace("price", "weight").replace("nothing is open", "no crates")
)  # fmt: skip
"""Another name for everything, as somebody would do who takes it over for another purpose."""


def found(files: Mapping[str, str]) -> list[Any]:
    """All groups."""
    return list(table("duplicates", files))


def shared_run() -> dict[str, str]:
    """Two functions that have eight statements of `TOTAL` in common."""
    body = "".join(TOTAL.splitlines(keepends=True)[3:11])
    one = f"def first(orders, limit):\n{body}    return amount\n"
    other = "def second(path, limit, names):\n" + "".join(
        f"    part{n} = open(path + names[{n}]).read().split(limit)[{n}:-{n}]\n"
        f"    names.update({{x: {n} for x in part{n}}})\n"
        for n in range(12)
    ) + f"    orders = [part0, *names.values()]\n{body}    return count, orders\n"  # fmt: skip
    return {"a.py": one, "b.py": other}


def kinds(files: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """Type, unit and confidence of all groups."""
    return [(row.type, row.unit, row.confidence) for row in found(files)]


def test_a_copy_is_of_type_1_whatever_its_layout() -> None:
    copy = TOTAL.replace('"""Add up what is open."""', "# open ones").replace("round(amount / count, 2)", "(round(\n"
                         "        amount / count,\n        2,\n    ))")  # fmt: skip
    (row,) = found({"a.py": TOTAL, "b.py": f"import os\n\n{copy}"})
    assert (row.type, row.unit, row.similarity, row.confidence) == (1, "function", 1.0, "high")
    assert [(one.module, one.name, one.line, one.end) for one in row.members] == [
        ("a", "total", 2, 12), ("b", "total", 4, 17),
    ]  # fmt: skip
    assert row.saved_lines == 11
    assert not row.differences


def test_a_renamed_copy_is_of_type_2() -> None:
    (row,) = found({"a.py": TOTAL, "b.py": RENAMED})
    assert (row.type, row.name, row.members[1].name) == (2, "total", "weigh")
    assert any("orders is crates" in fact for fact in row.evidence)
    assert any(fact.startswith("line 11: another literal") for fact in row.evidence)


def test_a_copy_with_a_statement_more_is_of_type_3() -> None:
    more = TOTAL.replace("    return", "    log(amount)\n    return")
    (row,) = found({"a.py": TOTAL, "b.py": more})
    assert row.type == 3
    assert 0.9 < row.similarity < 1
    assert "b.py:12: not in total" in row.evidence


def test_equal_text_that_means_other_things_is_of_type_2_and_says_so() -> None:
    use = TOTAL.replace("order.price * order.quantity", "convert(order)")
    (row,) = found({
        "a.py": f"from c import convert\n{use}", "b.py": f"from d import convert\n{use}",
        "c.py": "def convert(x): return x.a\n", "d.py": "def convert(x): return x.b\n",
    })  # fmt: skip
    assert row.type == 2
    assert [(one.name, one.meanings) for one in row.differences] == [("convert", ("c.convert", "d.convert"))]


def test_equal_text_whose_names_come_from_one_place_by_two_ways_is_of_type_1() -> None:
    use = TOTAL.replace("order.price * order.quantity", "convert(order)")
    (row,) = found({
        "a.py": f"from c import convert\n{use}", "b.py": f"from d import convert\n{use}",
        "c.py": "def convert(x): return x.a\n", "d.py": "from c import convert\n",
    })  # fmt: skip
    assert row.type == 1


def in_class(source: str, name: str = "total") -> str:
    """A class whose only method is a copy of `source`, with other statements behind it that tell it apart."""
    body = "".join(f"    {line}\n" for line in source.strip().splitlines())
    return f"class Book:\n{body}".replace("def total(orders", f"def {name}(self, orders")


def said_to_differ(first: str, second: str, names: str) -> list[tuple[int, list[str]]]:
    """The types of the groups that two sources are, and which names are said to differ."""
    files = {"a.py": first, "b.py": second, "c.py": names, "d.py": names}
    return [(row.type, [one.name for one in row.differences]) for row in found(files)]


ALIKE: list[tuple[int, list[str]]] = [(1, [])]
"""One group of type 1, nothing in which means another thing."""
NONE: list[str] = []
LOADS = "def load(x): return x\nlimit = 3\n"
USE = TOTAL.replace("order.price * order.quantity", "load(order)")
HEAD = TOTAL.replace("orders, limit)", "orders, limit=limit)")


@pytest.mark.parametrize(
    ("head", "source", "types"),
    [
        # The method's own name means the method only behind a dot.
        ("from {} import load\n", in_class(USE, "load"), [(2, ["load"])]),
        ("from {} import load\n", in_class(USE.replace("load(order)", "self.load(order)"), "load"), ALIKE),
        ("from {} import limit\n", HEAD, [(2, ["limit"])]),
        ("from {} import limit\n", TOTAL, ALIKE),  # the parameter
        ("from {} import limit\n", in_class(HEAD), [(2, ["limit"])]),
        ("from {} import load\n", f"@load\n{TOTAL.lstrip()}".replace("amount", "load"), [(2, ["load"])]),
        # A property's setter is decorated with its own name.
        ("from {} import load\n", "class A:\n    load = property(len)\n\n    @load.setter\n"
         + in_class(TOTAL, "load")[12:], ALIKE),
        # What one method binds is not what another one means.
        ("from {} import load\n", in_class(USE) + "\n    def go(self):\n        load = self.x\n        return load\n",
         [(2, ["load"])]),
        ("from {} import load\n", f"def outer(load):\n    rows = []\n{in_class(USE)[12:].replace('self, ', '')}"
         "    return total\n", ALIKE),
    ],
)  # fmt: skip
def test_the_same_name_may_mean_another_thing(head: str, source: str, types: list[tuple[int, list[str]]]) -> None:
    assert said_to_differ(head.format("c") + source, head.format("d") + source, LOADS) == types
    assert [kind for kind, _ in said_to_differ(head.format("c") + source, head.format("c") + source, LOADS)] == [1]


def test_a_relative_import_means_what_its_package_has() -> None:
    use = TOTAL.replace("    amount = 0.0", "    from .models import Order\n    amount = 0.0")
    use = use.replace("order.price *", "Order *")
    one = {f"{package}/__init__.py": "" for package in "pq"} | {f"{package}/a.py": use for package in "pq"}
    (row,) = found({**one, "p/models.py": "class Order: pass\n", "q/models.py": "class Order: x = 1\n"})
    assert (row.type, [each.meanings for each in row.differences]) == (2, [("p.models.Order", "q.models.Order")])
    (row,) = found({**one, "p/models.py": "class Order: pass\n", "q/models.py": "from p.models import Order\n"})
    assert row.type == 1


def test_the_meanings_of_all_members_are_held_against_each_other() -> None:
    files = {f"m{n:02}.py": f"import {'json' if n < 24 else 'pickle'} as lib\n{USE.replace('load(', 'lib.dump(')}"
             for n in range(30)}  # fmt: skip
    (row,) = found(files)
    assert (row.type, len(row.members), row.differences[0].name) == (2, 30, "lib")
    assert set(row.differences[0].meanings) == {"json", "pickle"}


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (("import json as step\n", "import pickle as step\n"), (2, "medium", ["step"])),
        (("import json as step\n", "import json as step\n"), (1, "high", NONE)),
        # What the names of local variables mean elsewhere does not matter.
        (("import json as count\n", "import pickle as count\n"), (1, "high", NONE)),
    ],
)
def test_runs_hold_what_their_names_mean_against_each_other(
    heads: tuple[str, str], expected: tuple[int, str, list[str]]
) -> None:
    files = {path: source.replace("count += 1", "count += step.one") for path, source in shared_run().items()}
    (row,) = found({path: head + source for head, (path, source) in zip(heads, files.items(), strict=True)})
    assert row.unit == "run"
    assert (row.type, row.confidence, [one.name for one in row.differences]) == expected


def test_the_variables_of_a_run_at_the_top_of_a_module_are_free_to_differ() -> None:
    run = "".join(line[4:] for line in TOTAL.splitlines(keepends=True)[3:11])
    (row,) = found({"a.py": f"orders = go()\nlimit = 3\n{run}", "b.py": f"limit = 4\norders = [limit]\n{run}"})
    assert (row.unit, row.type) == ("run", 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("order.price < limit", "order.price > limit"),  # another comparison in a small function
        ("amount += order.price * order.quantity", "amount -= order.price * order.quantity"),
    ],
)
def test_another_operator_in_a_small_function_makes_another_thing(old: str, new: str) -> None:
    small = TOTAL.replace("    count = 0\n", "").replace("            count += 1\n", "")
    assert old in small
    assert not found({"a.py": small, "b.py": small.replace(old, new)})


def test_the_same_frame_around_other_rules_is_no_duplicate() -> None:
    other = (
        TOTAL.replace("amount += order.price * order.quantity", "book(order, left=sorted(order.parts)[0])")
        .replace("count += 1", "names[order.key].append(str(order))")
        .replace("amount = 0.0", "names = defaultdict(list)")
        .replace("count = 0", "limit = limit or default(orders)").replace("round(amount / count, 2)", "names")
    )  # fmt: skip
    assert not found({"a.py": TOTAL, "b.py": other})


def test_an_inconsistent_renaming_is_no_type_2() -> None:
    assert not found({"a.py": TOTAL, "b.py": TOTAL.replace("amount / count", "count / amount")})
    # In a large function it is a variation.
    more = MORE.replace("    return", "    for order in orders:\n        order.close(limit)\n    return")
    (row,) = found({"a.py": more, "b.py": more.replace("amount / count", "count / amount")})
    assert row.type == 3


def test_trivial_accessors_and_constructors_that_only_assign_are_left_out() -> None:
    thing = """
class {name}:
    def __init__(self, a, b, c, d, e, f):
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.e = e
        self.f = f

    @property
    def g(self):
        return self.a
"""
    assert not found({"a.py": thing.format(name="One"), "b.py": f"x = 1\n{thing.format(name='Two')}"[:-60]})


def test_tables_are_no_code() -> None:
    lines = "".join(f"KEY_{number} = '{number}'\n" for number in range(40))
    assert not found({"a.py": lines, "b.py": lines})


@pytest.mark.parametrize(
    ("path", "head"),
    [("b.py", "# Generated by protoc. DO NOT EDIT!\n"), ("migrations/0001_initial.py", ""), ("b_pb2.py", "")],
)  # fmt: skip
def test_generated_code_is_left_out(path: str, head: str) -> None:
    assert not found({"a.py": TOTAL, path: head + TOTAL})


def test_copies_among_tests_are_of_low_confidence() -> None:
    assert kinds({"tests/test_a.py": TOTAL, "tests/test_b.py": TOTAL}) == [(1, "function", "low")]
    assert kinds({"a.py": TOTAL, "tests/test_b.py": TOTAL}) == [(1, "function", "high")]


def test_methods_of_duplicate_classes_are_told_by_the_classes_alone() -> None:
    body = "".join(f"    {line}\n" for line in TOTAL.strip().splitlines())
    one = f"class Book:\n    limit = 3\n\n{body}\n    def reset(self):\n        self.limit = 0\n"
    assert kinds({"a.py": one, "b.py": one.replace("Book", "Shelf")}) == [(1, "class", "high")]
    # One of three methods alike: the classes are not.
    other = f"class Shelf:\n    def size(self):\n        return 3\n\n{body}\n" + "".join(
        f"    def step{n}(self, x):\n        y = self.go{n}(x)[{n}:]\n        return y if x else [{n} for z in y]\n"
        for n in range(9)
    )
    assert [kind[:2] for kind in kinds({"a.py": one, "b.py": other})] == [(1, "method")]


def test_a_run_inside_functions_that_are_otherwise_different_is_found() -> None:
    (row,) = found(shared_run())
    assert (row.unit, row.type, [member.name for member in row.members]) == ("run", 1, ["first", "second"])
    assert [(member.line, member.end) for member in row.members] == [(2, 9), (27, 34)]


def test_a_group_has_the_same_identity_wherever_its_lines_stand() -> None:
    (one,) = found({"a.py": TOTAL, "b.py": RENAMED})
    (moved,) = found({"a.py": f"import os\n\n\n{TOTAL}", "b.py": f"# moved\n{RENAMED}"})
    (changed,) = found({"a.py": TOTAL.replace("count += 1", "count += step"),
                        "b.py": RENAMED.replace("count += 1", "count += step")})  # fmt: skip
    assert one.identity == moved.identity
    assert one.identity != changed.identity
    assert one.identity.startswith("dup-") and len(one.identity) == 16


@pytest.mark.parametrize(
    ("old", "new"),
    [("count = 0", "count = 7"), ("order.price", "order.weight"), ("count, 2)", "count, 3)")],
)
def test_the_identity_changes_with_literals_and_names(old: str, new: str) -> None:
    (one,) = found({"a.py": TOTAL, "b.py": TOTAL})
    (all_changed,) = found({"a.py": TOTAL.replace(old, new), "b.py": TOTAL.replace(old, new)})
    (one_changed,) = found({"a.py": TOTAL, "b.py": TOTAL.replace(old, new)})
    assert (one.type, all_changed.type, one_changed.type) == (1, 1, 2)
    assert len({one.identity, all_changed.identity, one_changed.identity}) == 3


def test_the_identity_of_a_run_changes_with_its_literals_and_names() -> None:
    (one,) = found(shared_run())
    (moved,) = found({path: f"import os\n\n\n{source}" for path, source in shared_run().items()})
    assert one.identity == moved.identity
    for old, new in (("count = 0", "count = 7"), ("order.price", "order.weight")):
        (changed,) = found({path: source.replace(old, new) for path, source in shared_run().items()})
        assert changed.type == 1 and changed.identity != one.identity


def chains(names: str) -> str:
    """A function that is made of attributes of attributes."""
    return "def total(rows):\n" + "".join(
        f"    rows.{'.'.join(f'{names}{number}{step}' for step in range(4 + number))}()\n"
        for number in range(9)
    )


MORE = TOTAL.replace("    return", "    log(amount)\n    return")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.py": TOTAL, "b.py": TOTAL, "c.py": TOTAL, "z.py": MORE}, [(1, "abc"), (3, "abcz")]),
        ({"a.py": MORE, "b.py": TOTAL, "c.py": TOTAL}, [(3, "abc"), (1, "bc")]),
        ({"a.py": TOTAL, "b.py": TOTAL.replace("count", "number"), "c.py": MORE, "d.py": MORE},
         [(2, "ab"), (3, "abcd"), (1, "cd")]),
        # Equal but for all the names: too far from the variation to stand in its group.
        ({"a.py": chains("a"), "b.py": chains("b"), "c.py": chains("a") + "    return rows.total()\n"},
         [(2, "ab"), (3, "ac")]),
    ],
)  # fmt: skip
def test_a_group_of_variations_has_the_equal_ones_among_its_members(
    files: dict[str, str], expected: list[tuple[int, str]]
) -> None:
    rows = found(files)
    assert [(row.type, "".join(one.module for one in row.members)) for row in rows] == expected
    for row in rows:
        told = [fact for fact in row.evidence if "equal to total" in fact]
        like_first = [one for one in row.members[1:] if files[f"{one.module}.py"] == files[row.path]]
        assert bool(told) == (row.type == 3 and bool(like_first))


def test_classes_of_a_base_and_its_heirs_are_one_group_and_their_methods_none() -> None:
    body = in_class(TOTAL)[12:]
    heir = f"from b import Book\nclass Shelf(Book):\n{body}"
    rows = found({"b.py": f"class Book:\n{body}", **{f"s{n}.py": heir for n in range(3)}})
    assert [(row.type, row.unit, len(row.members)) for row in rows] == [(3, "class", 4), (1, "class", 3)]


def test_a_chain_of_small_steps_is_no_group() -> None:
    lines = [f"    v{n} = go({', '.join(['rows'] * n)})\n" for n in range(40)]
    files = {f"m{k}.py": f"def f(rows, v0):\n{''.join(lines[k * 2 : k * 2 + 16])}    return rows\n" for k in range(8)}
    sizes = [len(row.members) for row in found(files)]
    assert sizes and max(sizes) <= 3


def test_an_audit_with_a_past_says_what_one_without_says(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    more = TOTAL.replace("    return", "    log(amount)\n    return")
    for name, source in {"a": TOTAL, "b": RENAMED, "c": more, "d": "x = 1\n"}.items():
        (root / f"{name}.py").write_text(source)
    leaves = load_leaves()
    assert survey(root, Config(), leaves, store=tmp_path).rows(Duplicate)
    (root / "c.py").write_text(f"import os\n{more}")
    (root / "d.py").write_text(TOTAL.replace("count += 1", "count += 1\n            note(order)"))
    after = survey(root, Config(), leaves, store=tmp_path).rows(Duplicate)
    assert after == survey(root, Config(), leaves).rows(Duplicate)
    assert {one.module for row in after for one in row.members} == {"a", "b", "c", "d"}


@pytest.mark.parametrize("seed", range(3))
def test_any_number_of_edits_leaves_the_rows_of_an_audit_from_nothing(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    root = tmp_path / "root"
    root.mkdir()
    use = TOTAL.replace("order.price * order.quantity", "convert(order)")
    sources = [
        TOTAL, RENAMED, TOTAL.replace("    return", "    log(amount)\n    return"), f"import os\n{TOTAL}",
        RENAMED.replace("count += 1", "count += step"), f"from x import convert\n{use}",
        f"from y import convert\n{use}", f"{TOTAL}\n\n{RENAMED}", "z = 1\n",
    ]  # fmt: skip
    # What a name means changes in other files than those that use it.
    meanings = ["def convert(x): return x.a\n", "from y import convert\n", "from z import convert\n"]
    for number in range(6):
        (root / f"m{number}.py").write_text(random.choice(sources))
    (root / "x.py").write_text(meanings[0])
    (root / "y.py").write_text(meanings[0])
    leaves = load_leaves()
    seen: set[tuple[int, ...]] = set()
    for step in range(7):
        rows = survey(root, Config(), leaves, store=tmp_path).rows(Duplicate)
        assert rows == survey(root, Config(), leaves).rows(Duplicate), step
        seen.add(tuple(row.type for row in rows))
        if step % 2:
            (root / "x.py").write_text(random.choice(meanings))
        else:
            (root / f"m{random.randrange(6)}.py").write_text(random.choice(sources))
    assert any(seen)


def enumeration(name: str, members: list[str]) -> str:
    body = "".join(f'    {member.upper()} = "{member}"\n' for member in members)
    return f'from enum import Enum\n\n\nclass {name}(Enum):\n    """What there is."""\n\n{body}'


def test_enumerations_are_one_only_when_they_list_the_same() -> None:
    metals = [f"{metal}_{form}" for metal in ("iron", "zinc", "tin", "lead", "gold") for form in range(20)]
    fruits = [f"{fruit}_{form}" for fruit in ("fig", "plum", "pear", "lime", "kiwi") for form in range(20)]
    others = {"fruits.py": enumeration("Fruit", fruits), "more.py": enumeration("Berry", [*fruits, "grape"][30:])}
    assert not found({"metals.py": enumeration("Metal", metals), "fruits.py": others["fruits.py"]})
    assert not found({"metals.py": enumeration("Metal", [*metals, "steel"]), "fruits.py": others["fruits.py"]})
    (group,) = found({"metals.py": enumeration("Metal", metals), **others})
    assert [one.name for one in group.members] == ["Fruit", "Berry"]


# Thresholds: on each side of one there is a look-alike.


def test_a_run_whose_names_are_mostly_others_is_none() -> None:
    files = shared_run()
    some = files["b.py"].replace("quantity", "number")
    (row,) = found({**files, "b.py": some})
    assert (row.unit, row.type) == ("run", 2)
    most = some.replace("amount", "mass").replace("price", "weight").replace(".open", ".full").replace("count", "n")
    assert not found({**files, "b.py": most})


@pytest.mark.parametrize(("same", "groups"), [(2, 0), (6, 1)])
def test_what_is_done_must_be_alike_by_itself(same: int, groups: int) -> None:
    heads = [f"    if rows[{n}].open and rows[{n}].price < limit and {' and '.join(['rows.a'] * (n + 3))}:\n"
             for n in range(10)]  # fmt: skip
    one = [f"        take({', '.join(['rows'] * (n + 1))}, limit)\n" for n in range(10)]
    other = [f"        {'.'.join(['rows', *['a'] * (n + 2)])} += limit[{n}]\n" for n in range(10)]
    first = "".join(head + act for head, act in zip(heads, one, strict=True))
    second = "".join(head + act for head, act in zip(heads, [*one[:same], *other[same:]], strict=True))
    assert len(found({"a.py": f"def f(rows, limit):\n{first}", "b.py": f"def f(rows, limit):\n{second}"})) == groups


@pytest.mark.parametrize(("name", "groups"), [("__init__", 0), ("prepare", 1)])
def test_a_constructor_must_have_more_to_say(name: str, groups: int) -> None:
    source = (
        f"class Book:\n    def {name}(self, rows, limit):\n        self.rows = [row for row in rows if row.open]\n"
        "        self.limit = limit or 3\n        self.names = rows.names()\n        self.sizes = {}\n"
    )
    other = source.replace("Book", "Shelf") + "\n    def go(self):\n        return self.limit\n"
    source += "\n    one, two = 1, 2\n    three = go(one)[two] + 4\n    four = [three]\n"
    rows = found({"a.py": source, "b.py": other})
    assert len([row for row in rows if row.unit == "method"]) == groups


def test_pieces_of_equal_structure_are_held_against_all_groups_of_other_names() -> None:
    source = "def f(a, b):\n    c = a.p\n    if c:\n        b.r(c)\n    return c.s\n"
    names = source.replace(".p", ".u").replace(".r", ".v").replace(".s", ".w")
    rows = found({"a.py": source, "b.py": names, "c.py": names.replace("c", "d")})
    assert [(row.type, [one.module for one in row.members]) for row in rows] == [(2, ["b", "c"])]


def test_the_missing_bound_of_a_slice_leaves_a_trace() -> None:
    one, other = (TOTAL.replace("in orders", f"in orders[{part}]") for part in ("1:", ":1"))
    assert all(row.type == 3 for row in found({"a.py": one, "b.py": other}))
    assert [row.type for row in found({"a.py": one, "b.py": one.replace("1:", "2:")})] == [2]


def test_what_scaffold_has_copied_is_nobodys_duplicate() -> None:
    twice = "\n\n".join(
        f"def {name}(rows):\n    total = 0\n    for row in rows:\n        if row.open:\n"
        "            total += row.amount * 3\n        else:\n            total -= row.fee\n    print(total)\n"
        "    return total\n"
        for name in ("first", "second")
    )
    assert table("duplicates", {"a.py": twice})
    assert not table("duplicates", {"a.py": f"# overhaul scaffold: cache 1.0 blake2b:00\n{twice}"})
