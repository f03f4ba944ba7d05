"""Where the things that a finding names stand."""

import pytest

from overhaul.facts import Class, Function
from overhaul.findings import Place
from overhaul.placing import Whereabouts, apart
from overhaul.testing import surveyed

FILES = {
    "shop/__init__.py": "def total(): ...\n",
    "shop/till.py": "class Till:\n    class Drawer:\n        def open(self): ...\n\n    def close(self): ...\n",
}


def test_evidence_is_taken_apart_into_facts_and_places() -> None:
    evidence = ("line 3: here", "line 4: below", "shop/other one.py:3: elsewhere", "no place at all")
    because, places = apart(evidence, "shop/till.py", 3)
    assert because == ("here", "no place at all")
    assert places == (Place("shop/till.py", 4, "below"), Place("shop/other one.py", 3, "elsewhere"))


@pytest.mark.parametrize(
    "fact",
    [
        "lines 3 and 4 say so",  # begins like a place
        'its docstring says "line 4: nothing"',  # a place in what is quoted
        "its key is (name, 12): too short",  # a number before a colon
        "see shop/till.py for more",  # a path without a line
    ],
)
def test_what_only_looks_like_a_place_is_a_fact(fact: str) -> None:
    assert apart((fact,), "shop/till.py", 3) == ((fact,), ())


@pytest.mark.parametrize(
    ("dotted", "place"),
    [
        ("shop.till.Till.Drawer.open", ("shop/till.py", 3)),
        ("shop.till.Till.close", ("shop/till.py", 5)),
        ("shop.till.Till", ("shop/till.py", 1)),
        ("shop.till", ("shop/till.py", 1)),
        ("shop.total", ("shop/__init__.py", 1)),
        ("shop.till.Till.count", None),  # nothing of that name
        ("store.till.Till", None),  # no module of the project
    ],
)
def test_what_a_dotted_name_names_is_found(dotted: str, place: tuple[str, int] | None) -> None:
    with surveyed(FILES) as seen:
        where = Whereabouts(seen.layout, seen.facts(Function), seen.facts(Class))
        found = [(one.path, one.line) for one in where.of(dotted, "it")]
    assert found == ([place] if place else [])
