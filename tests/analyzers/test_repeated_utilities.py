"""Functions that are there already."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import Any

from overhaul.commands.stdlib_table import entries_of, entries_of_specimens
from overhaul.repeating.stdlib import STDLIB
from overhaul.repeating.utilities import table_of
from overhaul.testing import table

CLAMP = """
def {name}({a}, low, high):
    if {a} < low:
        return low
    if {a} > high:
        return high
    return {a}
"""


def rows(files: dict[str, str]) -> list[tuple[str, str, str, int]]:
    found: list[Any] = table("repeated_utilities", dict(files))
    return [(row.module, row.name, row.repeats, row.type) for row in found]


def test_the_function_that_others_import_is_the_one_that_is_repeated() -> None:
    files = {
        "utils.py": CLAMP.format(name="clamp", a="value"), "a.py": "from utils import clamp\n",
        "b.py": CLAMP.format(name="limit", a="number"),
    }  # fmt: skip
    assert rows(files) == [("b", "limit", "utils.clamp", 2)]


def test_what_nobody_imports_is_no_utility() -> None:
    assert rows({"utils.py": CLAMP.format(name="clamp", a="x"), "b.py": CLAMP.format(name="limit", a="x")}) == []


def test_a_plug_in_function_of_many_modules_is_a_convention() -> None:
    files = {f"p{number}.py": CLAMP.format(name="clamp", a="value") for number in range(9)}
    assert rows({**files, "a.py": "from p0 import clamp\n"}) == []


def test_another_comparison_is_another_function() -> None:
    other = CLAMP.format(name="limit", a="value").replace("<", "<=")
    files = {"utils.py": CLAMP.format(name="clamp", a="value"), "a.py": "from utils import clamp\n", "b.py": other}
    assert rows(files) == []


def test_the_standard_library_is_known_by_its_own_bodies() -> None:
    source = """
def middle(numbers):
    ordered = sorted(numbers)
    count = len(ordered)
    half = count // 2
    if count % 2 == 0:
        return (ordered[half - 1] + ordered[half]) / 2
    return ordered[half]
"""
    assert rows({"m.py": source}) == [("m", "middle", "statistics.median", 2)]


def test_the_table_holds_what_the_specimens_say() -> None:
    known = table_of(STDLIB.splitlines())
    made = dict(entries_of_specimens())
    assert len(made) >= 25
    assert {entry: known.get(entry) for entry in made} == made


def test_the_table_holds_what_the_running_library_says(tmp_path: Path) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    for name in ("bisect.py", "textwrap.py", "shutil.py", "glob.py"):
        (tmp_path / name).write_bytes((library / name).read_bytes())
    made = dict(entries_of(tmp_path))
    known = table_of(STDLIB.splitlines())
    assert len(made) > 10
    # Another patch release may have changed some.
    assert sum(entry in known for entry in made) >= 0.8 * len(made)


def test_a_function_that_is_used_as_an_attribute_of_its_module_is_used() -> None:
    files = {
        "tools/__init__.py": "", "tools/numbers.py": CLAMP.format(name="clamp", a="value"),
        "a.py": "from tools import numbers\nprint(numbers.clamp(1, 2, 3))\n",
        "b.py": CLAMP.format(name="limit", a="number"),
    }  # fmt: skip
    assert rows(files) == [("b", "limit", "tools.numbers.clamp", 2)]


def test_a_function_that_a_package_passes_on_is_used() -> None:
    files = {
        "tools/__init__.py": "from tools.numbers import clamp\n",
        "tools/numbers.py": CLAMP.format(name="clamp", a="value"), "a.py": "from tools import clamp\n",
        "c.py": "import tools\nprint(tools.clamp(1, 2, 3))\n", "b.py": CLAMP.format(name="limit", a="number"),
    }  # fmt: skip
    assert rows(files) == [("b", "limit", "tools.numbers.clamp", 2)]


def test_what_only_tests_use_is_no_utility() -> None:
    files = {
        "numbers.py": CLAMP.format(name="clamp", a="x"), "test_numbers.py": "from numbers import clamp\n",
        "b.py": CLAMP.format(name="limit", a="x"),
    }  # fmt: skip
    assert rows(files) == []


TOPIC = """
def topic_of(name):
    parts = name.split()
    if not parts:
        return DOMAIN
    return "/".join([DOMAIN, *parts])
"""


def test_the_same_name_for_another_value_is_another_function() -> None:
    files = {"utils.py": f"DOMAIN = 'a'\n{TOPIC}", "a.py": "from utils import topic_of\n"}
    assert rows({**files, "b.py": f"DOMAIN = 'b'\n{TOPIC}"}) == []
    assert rows({**files, "b.py": f"DOMAIN = 'a'\n{TOPIC}"}) == [("b", "topic_of", "utils.topic_of", 1)]


def test_the_same_name_for_another_class_is_another_function() -> None:
    code = TOPIC.replace("DOMAIN", "Topic")
    files = {"utils.py": f"class Topic: pass\n{code}", "a.py": "from utils import topic_of\n"}
    assert rows({**files, "b.py": f"class Topic: x = 1\n{code}"}) == []
    assert len(rows({**files, "b.py": f"from utils import Topic\n{code}"})) == 1
