"""Who uses whom: what is left for the next run, and the search for what is reached."""

from __future__ import annotations

import random
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overhaul.calling.project import Project
from overhaul.calling.remembering import State, Tables
from overhaul.facts import (
    Attribute,
    Binding,
    Class,
    Export,
    Function,
    Import,
    ImportStatement,
    LocalName,
    LooseName,
    ReceiverUse,
    UsedName,
    Variable,
)
from overhaul.past import Past
from overhaul.redundancy import Reach
from overhaul.testing import surveyed


def run(files: Mapping[str, str], state: State | None = None) -> tuple[list[Reach], State | None]:
    """The rows of a project, and what is left; the state goes through the bytes it is kept as."""
    past = Past(None if state is None else msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=State))
    with surveyed(files) as seen:
        tables = Tables(
            seen.facts(Binding), seen.facts(Export), seen.facts(Class), seen.facts(Function), seen.facts(Attribute),
            seen.facts(ImportStatement), seen.facts(Variable), seen.facts(LocalName), seen.facts(UsedName),
            seen.facts(ReceiverUse), seen.facts(LooseName),
        )
        rows = list(Project(seen.symbols, tables, seen.rows(Import), past).rows())
    return rows, past.left


START = {
    "pyproject.toml": '[project]\nname = "app"\nscripts = {app = "app.a:main"}\n',
    "app/__init__.py": "",
    "app/a.py": "from app.b import B, help\ndef main():\n    B().run()\n    help()\n",
    "app/b.py": "from app.c import C\nclass B(C):\n    def step(self):\n        self.part.go()\ndef help(): ...\n",
    "app/c.py": "class C:\n    def __init__(self):\n        self.part = Part()\n    def run(self):\n"
                "        self.step()\n    def step(self): ...\nclass Part:\n    def go(self): ...\n"
                "    def dead(self): ...\n",
    "tests/test_a.py": "from app.a import main\nimport pytest\n@pytest.fixture\ndef tool(): ...\n"
                       "def test_a(tool):\n    main()\n",
}  # fmt: skip
LINES = [
    "def help():\n    return None\n", "def wrap(f):\n    def inner(*args, **keywords): ...\n    return inner\n",
    "SEEN = []\n", "def keep(f):\n    def inner(*args, **keywords): ...\n    SEEN.append(f)\n    return inner\n",
    "from app.b import wrap as keep\n", "@keep\ndef decorated(): ...\n",
    "class D(C):\n    def step(self):\n        go\n",
    "def more(one: C):\n    one.step()\n    one.part.dead()\n", "\n\n", "from app.c import *\n", "x = 'dead'\n",
    "def other():\n    C().part.dead()\n", "__all__ = ['D']\n", "help()\n", "class Part:\n    def go(self): ...\n",
    "def _quiet():\n    more(None)\n    getattr(x, f'de{x}')\n", "import app.b\napp.b.wrap\n",
    "try:\n    from outside import help\nexcept ImportError:\n    def help():\n        more(C)\n",
    "import app.c\ndef all_of(name):\n    getattr(app.c, name)\n    globals()[name]\n", "from outside import C\n",
    "LAST = None\ndef wrap(f):\n    global LAST\n    def inner(*args, **keywords): ...\n    LAST = f\n"
    "    return inner\n",
]  # fmt: skip
"""What may be added to a module; whether it means anything there is no matter."""


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(LINES), st.booleans()), max_size=3))
def test_with_a_past_the_rows_are_those_without(edits: list[tuple[str, str, bool]]) -> None:
    files = dict(START)
    _, state = run(files)
    for module, text, front in edits:
        path = f"app/{module}.py"
        files[path] = text + files[path] if front else files[path] + text
        rows, left = run(files, state)
        assert rows == run(files)[0]
        state = left or state


def test_only_modules_whose_facts_have_changed_are_worked_out_anew() -> None:
    _, state = run(START)
    assert state is not None
    files = START | {"app/b.py": START["app/b.py"].replace("def help(): ...", "def help():\n    B().run()")}
    rows, left = run(files, state)
    assert left is not None and {
        name for name, kept in left.modules.items() if kept.outgoing != state.modules[name].outgoing
    } == {"app.b"}
    assert next(row for row in rows if row.name == "C.run").called_by == ("app.a.main", "app.b.help")
    # A trace that shows which modules were looked into: a wrong past of the others is believed.
    wrong = {name: msgspec.structs.replace(kept, outgoing=msgspec.structs.replace(kept.outgoing, uses=b"", asks=b""))
             for name, kept in state.modules.items()}  # fmt: skip
    believed, _ = run(files, State(wrong, others=state.others))
    assert next(row for row in believed if row.name == "C.run").called_by == ("app.b.help",)


def test_a_module_more_or_less_makes_all_of_it_anew() -> None:
    _, state = run(START)
    more = START | {"app/d.py": "from app.b import help\nhelp()\n"}
    rows, left = run(more, state)
    assert rows == run(more)[0] and left is not None
    assert run(START, left)[0] == run(START)[0]


def test_nothing_is_left_where_nothing_has_changed() -> None:
    _, state = run(START)
    assert run(START, state)[1] is None


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_definitions_changes_nothing_but_lines(seed: int) -> None:
    parts = ["def a():\n    b()\n", "def b():\n    c()\n", "def c():\n    a()\n", "class D:\n    def m(self): ...\n",
             "def e(x: D):\n    x.m()\n"]  # fmt: skip
    random.Random(seed).shuffle(parts)
    rows, _ = run({"lib/__init__.py": "", "lib/a.py": "".join(parts)})
    assert [(row.name, row.called_by) for row in rows] == [
        ("D", ("lib.a.e",)), ("D.m", ("lib.a.e",)), ("a", ("lib.a.c",)), ("b", ("lib.a.a",)), ("c", ("lib.a.b",)),
        ("e", ()),
    ]  # fmt: skip
