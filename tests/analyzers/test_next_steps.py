"""What is worth doing next, from source to row."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from overhaul.config import Config, Justification
from overhaul.inventory import Cache, CacheFamily, CacheRole, Operation
from overhaul.redundancy import Consolidation, Duplicate, NextStep, RiskPart
from overhaul.repeating.next_steps import Draft, Users
from overhaul.repeating.next_unions import unions
from overhaul.testing import table

PROJECT = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tradeframe"

BODY = """
    total = 0
    for index, {x} in enumerate({xs}):
        if {x} is None:
            continue
        if {x}.amount < 0:
            raise ValueError("negative amount")
        total += {x}.amount * (index + 1)
        if total > {limit}:
            total = {limit}
            break
    return total
"""


def steps(files: dict[str, str], config: Config | None = None) -> list[NextStep]:
    return [row for row in table("next_steps", files, config) if isinstance(row, NextStep)]


def kinds(files: dict[str, str]) -> list[str]:
    return [step.kind for step in steps(files)]


def copied(name: str, *, x: str = "row", limit: int = 100) -> str:
    return f"def {name}({x}s):{BODY.format(x=x, xs=f'{x}s', limit=limit)}\n"


@pytest.fixture(scope="module")
def rows() -> Sequence[NextStep]:
    """The steps of the fixture."""
    return steps({
        file.relative_to(PROJECT).as_posix(): file.read_text("utf-8")
        for file in sorted(PROJECT.rglob("*"))
        if file.suffix in (".py", ".toml") and ".overhaul" not in file.parts and file.name != "truth.toml"
    })  # fmt: skip


def test_the_five_first_steps_of_the_fixture_are_those_that_one_would_take(rows: Sequence[NextStep]) -> None:
    assert [(step.kind, step.places) for step in rows[:5]] == [
        ("cut_ring", 1), ("unify", 10), ("write_out", 7), ("unify", 3), ("cut_ring", 1),
    ]  # fmt: skip
    assert "`tradeframe.legacy.fix_codec`" in rows[0].title, "whichever is imported first, it fails"
    assert "`tradeframe.core` and `tradeframe.performance`" in rows[1].title
    assert "Make one cache of 3" in rows[3].title


def test_every_number_can_be_computed_from_the_parts_that_are_shown(rows: Sequence[NextStep]) -> None:
    for step in rows:
        assert step.worth == pytest.approx(sum(gain.number * gain.each for gain in step.gains))
        assert step.risk == pytest.approx(sum(doubt.weight * doubt.value for doubt in step.doubts), abs=0.002)
        assert sum(doubt.weight for doubt in step.doubts) == pytest.approx(1)
        assert step.priority == pytest.approx(step.worth * (1 - step.risk), abs=0.06)
        assert step.files <= step.places and len(step.spots) == step.places
    assert [step.rank for step in rows] == list(range(1, len(rows) + 1))
    assert [step.priority for step in rows] == sorted((step.priority for step in rows), reverse=True)


def test_a_step_is_known_by_what_it_is_about_and_not_by_lines() -> None:
    files = {"a.py": copied("pay"), "b.py": copied("owe")}
    moved = {path: f"# One more line.\n\n{text}" for path, text in files.items()}
    assert [step.identity for step in steps(files)] == [step.identity for step in steps(moved)]


def test_three_copies_of_a_module_are_one_step() -> None:
    account = "class Account:\n    def close(self):\n        return 1\n"
    module = copied("pay") + copied("owe", x="debt", limit=7) + account
    step = steps({f"{name}/ledger.py": module for name in ("one", "two", "three")})[0]
    assert step.kind == "unify"
    assert {spot.path for spot in step.spots} == {"one/ledger.py", "two/ledger.py", "three/ledger.py"}


def test_duplicates_between_the_same_two_modules_are_one_step() -> None:
    both = copied("pay") + copied("owe", x="debt", limit=7).replace("* (index + 1)", "- index ** 2 // 3")
    (step,) = steps({"a.py": both, "b.py": both})
    assert len(step.subjects) > 1 or any("parallel" in one.key for one in step.subjects)


def test_a_ring_that_fails_comes_before_a_larger_one_that_holds() -> None:
    fails = {"x.py": "from y import B\nA = 1\n", "y.py": "from x import A\nB = 1\n"}
    source = "import p{0}\ndef f():\n    return p{0}.f\n"
    holds = {f"p{number}.py": source.format((number + 1) % 8) for number in range(8)}
    first, second = steps(fails | holds)
    assert (first.kind, second.kind) == ("cut_ring", "cut_ring")
    assert "`x` and `y`" in first.title and "8 modules" in second.title
    assert second.subjects[0].key == tuple(sorted(f"p{number}" for number in range(8)))


def test_a_cut_gains_only_the_modules_of_the_rings_that_run_at_import() -> None:
    """Four modules import each other at import; four more are tied to them inside functions, and stay so."""
    runs = "import p{0}\ndef f():\n    import p4\n    return p{0}.f, p4\n"
    late = "def f():\n    import p{0}\n    return p{0}\n"
    files = {f"p{one}.py": runs.format((one + 1) % 4) for one in range(4)}
    files |= {f"p{one}.py": late.format((one + 1) % 8) for one in range(4, 8)}
    (step,) = steps(files)
    assert [(gain.number, gain.each) for gain in step.gains] == [(4, 2.0)], "not 8: the others are no better off"
    assert "4 modules are no ring at import any more: `p0`, `p1`, `p2` and `p3`" in step.title
    assert "8 modules stay in a ring" in step.title and "What stays: 8 modules" in step.why


def test_a_ring_whose_cut_ends_it_says_nothing_of_what_stays() -> None:
    (step,) = steps({"x.py": "from y import B\nA = 1\n", "y.py": "from x import A\n\nB = 1\n"})
    assert "can be imported in every order" in step.title and "stay" not in step.title
    assert [(gain.number, gain.each) for gain in step.gains] == [(1, 100.0), (2, 10.0)]


def test_a_ring_that_functions_close_is_no_step_when_all_that_is_offered_is_more_of_them() -> None:
    late = "def f():\n    import {0}\n    return {0}\n"
    ring = {f"p{one}.py": late.format(f"p{one + 1}") for one in range(9)}
    deferring = ring | {"p9.py": "import p0\n\ndef f():\n    return p0.f\n"}
    assert kinds(deferring) == [], "one more import inside a function would leave the ring as it is"
    needed = ring | {"p9.py": "import p0\n\nX = p0.f()\n"}
    (step,) = steps(needed)
    assert "10 modules are no ring any more" in step.title, "what they share can be taken out"


def test_a_caller_of_two_placeholders_counts_once() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "app"\nversion = "1"\n[project.scripts]\napp = "app.main:main"\n',
        "app/__init__.py": "",
        "app/a.py": 'def send_mail(to: str) -> bool:\n    """Send a mail."""\n    raise NotImplementedError\n'
        '\n\ndef charge_card(number: str) -> bool:\n    """Charge a card."""\n    raise NotImplementedError\n',
        "app/main.py": "from app.a import charge_card, send_mail\n\n\ndef main() -> None:\n"
        '    send_mail("a")\n    charge_card("b")\n',
    }
    (step,) = [step for step in steps(files) if step.kind == "write_out"]
    assert "2 functions that only pretend" in step.title
    assert "1 caller believes the answer" in step.why
    assert step.doubts[0].measure == "1 module uses what changes"


READ = """
_READ = {}


def read(key: str) -> int:
    if key not in _READ:
        _READ[key] = len(key) ** 2
    return _READ[key]
"""


def test_a_variable_is_asked_of_the_functions_that_look_it_up() -> None:
    files = {
        "a.py": READ, "b.py": "import a\n\ndef use(key: str) -> int:\n    return a.read(key)\n",
        "tests/test_a.py": "import a\n\ndef test_read():\n    assert a.read('1') == 1\n",
    }  # fmt: skip
    (step,) = steps(files)
    assert step.kind == "bound_caches"
    assert [doubt.measure for doubt in step.doubts] == ["1 module uses what changes", "tests reach all 1"]


def test_what_no_one_knows_is_not_told_as_a_fact() -> None:
    users = Users([], str)
    (row,) = [row for row in table("caches", {"a.py": READ}) if isinstance(row, Cache)]
    assert [doubt.measure for doubt in users.doubts([row])] == [
        "not known who uses what changes", "not known whether tests reach it",
    ]  # fmt: skip


def test_a_ring_of_typing_alone_is_no_step() -> None:
    guarded = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {}\n"
    assert kinds({"a.py": guarded.format("b"), "b.py": "import a\n"}) == []


def test_a_cache_that_grows_for_ever_is_a_step_and_one_with_a_size_is_none() -> None:
    source = "import functools\n\n@functools.lru_cache(maxsize={})\ndef read(key: str) -> int:\n    return len(key)\n"
    assert kinds({"a.py": source.format("None")}) == ["bound_caches"]
    assert kinds({"a.py": source.format("64")}) == []
    assert kinds({"tests/test_a.py": source.format("None")}) == [], "tests end before it grows"


def test_a_cache_that_answers_with_old_values_is_a_step_unless_it_is_dropped() -> None:
    source = """
class Cart:
    def __init__(self):
        self.lines = []
        self._total = None

    def add(self, line):
        self.lines.append(line)
        {then}

    def total(self):
        if self._total is None:
            self._total = sum(line.price for line in self.lines)
        return self._total
"""
    assert kinds({"a.py": source.format(then="pass")}) == ["renew_caches"]
    assert kinds({"a.py": source.format(then="self._total = None")}) == []


def test_a_state_file_that_is_overwritten_is_a_step_and_one_that_is_replaced_is_none() -> None:
    source = """
import json, os

class Book:
    def save_state(self, path):
        with open({target}, "w") as stream:
            json.dump(self.orders, stream)
        {then}

    def load_state(self, path):
        with open(path) as stream:
            self.orders = json.load(stream)
"""
    assert "save_atomically" in kinds({"a.py": source.format(target="path", then="pass")})
    atomic = source.format(target='path + ".new"', then='os.replace(path + ".new", path)')
    assert "save_atomically" not in kinds({"a.py": atomic})


def test_what_is_kept_on_purpose_is_no_step() -> None:
    files = {"a.py": copied("pay"), "b.py": copied("owe")}
    (row,) = [row for row in table("consolidations", files) if isinstance(row, Consolidation)]
    reason = Justification(group=row.identity, reason="they must change apart")
    assert kinds(files) == ["unify"]
    assert steps(files, Config(justified=(reason,))) == []


def test_an_import_of_what_is_not_there_is_a_step_unless_its_failure_is_handled() -> None:
    assert kinds({"p/__init__.py": "", "p/a.py": "from p.b import gone\n", "p/b.py": "x = 1\n"}) == ["repair_imports"]
    handled = "try:\n    from p.b import gone\nexcept ImportError:\n    gone = None\n"
    assert kinds({"p/__init__.py": "", "p/a.py": handled, "p/b.py": "x = 1\n"}) == []


def test_a_sound_project_has_no_step() -> None:
    double = "def double(x: int) -> int:\n    return 2 * x\n"
    assert kinds({"a.py": double, "b.py": "import a\n\nFOUR = a.double(2)\n"}) == []



def test_of_what_is_only_alike_the_share_that_is_counts() -> None:
    other = copied("owe").replace("    return total", "        note(total)\n    tell(total)\n    return total")
    files = {"a.py": copied("pay"), "b.py": other}
    (group,) = [row for row in table("duplicates", files) if isinstance(row, Duplicate)]
    assert group.type == 3 and group.similarity < 1
    (step,) = steps(files)
    assert step.worth == round(group.saved_lines * group.similarity) < group.saved_lines
    assert "that are alike" in step.title and "About" in step.why


def candidate(source: str, *members: str, identity: str, risk: float = 0.0) -> Consolidation:
    part = RiskPart(name="users", value=risk, weight=1.0, measure="1 module uses them")
    return Consolidation(
        kind="consolidation", subkind=source, name="One", module="a", path="a.py", line=1, confidence="high",
        evidence=(), members=members, risk=risk, parts=(part,), saved_lines=18, identity=identity, justified="",
        further_lines=18,
    )  # fmt: skip


def module_of(name: str) -> str:
    return name.partition(".")[0]


def test_caches_that_have_no_operation_in_common_are_no_step() -> None:
    def union(*operations: Operation) -> list[Draft]:
        family = CacheFamily(
            name="caches", basis="class", members=("a.One", "b.Two"), operations=operations, differing=(), module="a",
            path="a.py", line=1, confidence="high", evidence=(),
        )  # fmt: skip
        row = candidate("cache_family", *family.members, identity="cch-1")
        return list(unions([row], (), (), [family], {}, module_of))

    def does(role: CacheRole, cache: str) -> Operation:
        return Operation(
            role=role, cache=cache, function="f", signature="()", asynchronous=False, path="a.py", line=1
        )  # fmt: skip

    assert union(does("get", "a.One"), does("put", "b.Two")) == []
    assert union(does("other", "a.One"), does("other", "b.Two")) == []
    assert union(does("get", "a.One"), does("get", "b.Two"))


def test_the_command_of_a_step_shows_its_own_rows() -> None:
    (step,) = steps({"a.py": READ})
    assert f"next_steps WHERE identity = '{step.identity}'" in step.command


def test_a_risk_of_one_group_among_several_names_it() -> None:
    safe = candidate("duplicate", "a.one", "b.one", identity="dup-1")
    risky = candidate("duplicate", "a.two", "b.two", identity="dup-2", risk=0.5)
    (step,) = unions([safe, risky], (), (), (), {}, module_of)
    assert step.why.endswith("The risk is that of `a.two` and `b.two`, the riskiest of 2.")
    (alone,) = unions([risky], (), (), (), {}, module_of)
    assert "riskiest" not in alone.why
