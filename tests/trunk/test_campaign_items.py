"""Work items: drafted from the tables, told as to a colleague, in the order in which they are to be done."""

from __future__ import annotations

from collections.abc import Mapping

from overhaul.campaign.items import Listed, listed, sketches, work_items
from overhaul.campaign.measuring import Measuring
from overhaul.campaign.model import WorkItem
from overhaul.campaign.sketches import DRAFTED, WRITTEN, Site, Sketch, effort_of, named
from overhaul.config import Config, RolePattern
from overhaul.project import Project
from overhaul.testing import surveyed

RATES = '''
_RATES = {}

def rate(currency: str) -> float:
    if currency not in _RATES:
        _RATES[currency] = fetch(currency)
    return _RATES[currency]

def fetch(currency: str) -> float:
    return float(len(currency))
'''
NAMES = '''
_NAMES = {}

def name_of(number: int) -> str:
    if number not in _NAMES:
        _NAMES[number] = look_up(number)
    return _NAMES[number]

def look_up(number: int) -> str:
    return str(number)
'''
SAVES = '''
import json

class Book:
    def __init__(self) -> None:
        self.orders = {}

    def save_state(self, path: str) -> None:
        with open(path, "w") as file:
            json.dump({"orders": self.orders}, file)

    def restore_state(self, path: str) -> None:
        with open(path) as file:
            self.orders = json.load(file)["orders"]
'''
RING = {
    "shop/__init__.py": "",
    "shop/a.py": "from shop.b import second\n\ndef first():\n    return second\n",
    "shop/b.py": "from shop.a import first\n\ndef second():\n    return first\n",
}


def items_of(files: Mapping[str, str], phase: str, role: str = "", config: Config | None = None) -> Listed:
    with surveyed(files, config) as survey:
        project = Project(survey)
        return listed(project, Measuring(project), phase, role)


def written(files: Mapping[str, str], phase: str) -> Mapping[str, WorkItem]:
    with surveyed(files) as survey:
        project = Project(survey)
        measuring = Measuring(project)
        return work_items(project, measuring, listed(project, measuring, phase).items)


def titles(found: Listed) -> list[str]:
    return [one.sketch.title for one in found.items]


def sketch(places: int = 1, files: int = 1, by_hand: float = WRITTEN, callers: int = 0) -> Sketch:
    sites = tuple(Site(f"shop/{number % files}.py", number + 1, "shop") for number in range(places))
    return Sketch(
        phase="caches", key=("x",), title="", sites=sites, worth=1, command="", by_hand=by_hand, callers=callers
    )


def test_hand_written_caches_of_two_modules_are_two_items_with_the_command_that_drafts_them() -> None:
    found = written({"shop/__init__.py": "", "shop/rates.py": RATES, "shop/names.py": NAMES}, "caches")
    put = [one for one in found.values() if "on the unified cache" in one.title]
    assert sorted(where for one in put for where in one.where) == ["shop/names.py:_NAMES", "shop/rates.py:_RATES"]
    assert {one.command for one in put} == {"overhaul propose cache -o caches.toml"}


def test_one_cache_alone_is_nothing_to_consolidate() -> None:
    found = items_of({"shop/__init__.py": "", "shop/rates.py": RATES}, "caches")
    assert not [title for title in titles(found) if "unified" in title]


def test_an_identity_outlives_lines_that_move_and_edits_elsewhere() -> None:
    before = {"shop/__init__.py": "", "shop/rates.py": RATES, "shop/names.py": NAMES}
    after = {**before, "shop/rates.py": "import os\n\n\n" + RATES, "shop/more.py": "def more():\n    return os\n"}
    assert set(written(before, "caches")) == set(written(after, "caches"))


def test_where_says_no_lines() -> None:
    found = written({"shop/__init__.py": "", "shop/book.py": SAVES}, "state")
    assert any(one.where == ("shop/book.py:Book.save_state",) for one in found.values())


def test_a_save_in_place_is_an_item_and_one_that_replaces_is_none() -> None:
    atomic = SAVES.replace("open(path, ", 'open(path + ".new", ').replace(
        "file)\n\n    def restore", 'file)\n        os.replace(path + ".new", path)\n\n    def restore', 1
    )
    saved = items_of({"shop/__init__.py": "", "shop/book.py": SAVES}, "state")
    replaced = items_of({"shop/__init__.py": "", "shop/book.py": "import os\n" + atomic}, "state")
    assert [title for title in titles(saved) if "write beside the old file" in title]
    assert not [title for title in titles(replaced) if "write beside the old file" in title]


def test_a_ring_that_fails_is_an_item_and_one_by_an_import_in_a_function_is_none() -> None:
    found = items_of(RING, "cycles")
    assert len(found.items) == 1
    assert "shop.a and shop.b, whose import fails" in found.items[0].sketch.title
    quiet = {**RING, "shop/b.py": "def second():\n    from shop.a import first\n    return first\n"}
    assert not items_of(quiet, "cycles").items


def test_modules_in_a_ring_are_riskier_to_change() -> None:
    changed = {**RING, "shop/a.py": RING["shop/a.py"] + RATES, "shop/c.py": NAMES}
    with surveyed(changed) as survey:
        project = Project(survey)
        measuring = Measuring(project)
        found = {one.sites[0].name: measuring.of(one) for one in sketches(project, "caches") if one.by_hand == DRAFTED}
    assert found["shop.a._RATES"].ringed == 1
    assert found["shop.c._NAMES"].ringed == 0


def test_a_test_that_gets_there_takes_the_site_off_those_that_none_reaches_and_verifies_it() -> None:
    files = {"shop/__init__.py": "", "shop/rates.py": RATES, "shop/names.py": NAMES}
    tested = {**files, "tests/test_rates.py": "from shop.rates import rate\n\ndef test_it():\n    assert rate('x')\n"}
    found = {one.where[0]: one for one in written(tested, "caches").values() if "on the unified" in one.title}
    assert found["shop/rates.py:_RATES"].verify == ("python -m pytest tests/test_rates.py",)
    assert found["shop/names.py:_NAMES"].verify == ()
    assert found["shop/rates.py:_RATES"].functionality < found["shop/names.py:_NAMES"].functionality


def test_somebody_elses_code_comes_last() -> None:
    files = {"shop/__init__.py": "", "shop/vendor/__init__.py": "", "shop/vendor/a.py": RATES, "shop/names.py": NAMES,
             "shop/rates.py": RATES.replace("_RATES", "_PRICES")}  # fmt: skip
    found = items_of(files, "caches").items
    places = [one.sketch.sites[0].path for one in found if "on the unified" in one.sketch.title]
    assert places[-1] == "shop/vendor/a.py"
    assert len(places) == 3


def test_files_with_a_name_between_braces_are_templates_and_others_are_to_be_mended() -> None:
    found = titles(items_of({"t/{{name}}.py": "def {{name}}(): pass", "shop/broken.py": "def (:"}, "audit"))
    assert found[0].startswith("Mend shop/broken.py, or `exclude` it")
    assert found[1].startswith("Leave out with `exclude`, as templates, t/{{name}}.py")


def test_an_import_of_what_is_not_there_is_mended_before_anything_is_moved() -> None:
    files = {"shop/__init__.py": "", "shop/a.py": "from shop.pricez import x\n", "shop/prices.py": "x = 1\n"}
    assert titles(items_of(files, "audit")) == ["Mend the import of shop.pricez in shop/a.py; known is shop.prices"]
    caught = {**files, "shop/a.py": "try:\n    from shop.pricez import x\nexcept ImportError:\n    x = None\n"}
    assert not items_of(caught, "audit").items


def test_measuring_comes_before_every_bottleneck() -> None:
    slow = "def total(rows: list[str]) -> list[str]:\n    seen = []\n    for row in rows:\n" + (
        "        for part in row:\n            if part not in seen:\n                seen.append(part)\n"
        "    return seen\n"
    )
    with surveyed({"shop/__init__.py": "", "shop/slow.py": slow, "shop/use.py": "from shop.slow import total\n\n"
                   "print(total(['a']))\n"}) as survey:  # fmt: skip
        project = Project(survey)
        measuring = Measuring(project)
        found = work_items(project, measuring, listed(project, measuring, "performance").items)
    first, *others = found.items()
    assert first[1].title.startswith("Profile the program")
    assert first[1].risk == 0
    assert others
    assert all(one.after == (first[0],) for _, one in others)


def test_members_without_a_common_base_want_an_interface_first() -> None:
    limits = "".join(
        f"class {name}Limit:\n    def check(self, order: int) -> bool:\n        return order < {number}\n\n\n"
        for number, name in enumerate(("Size", "Loss"), 5)
    )
    role = Config(roles={"risk": RolePattern(names=("*Limit",))})
    found = items_of({"shop/__init__.py": "", "shop/risk.py": limits}, "family", "risk", role)
    assert titles(found)[0] == "Write the interface of the 2 members of risk (1 method that members share: check)"
    assert sorted(titles(found)[1:]) == ["Put LossLimit behind the interface", "Put SizeLimit behind the interface"]
    behind = limits.replace("SizeLimit", "SizeLimit(Limit)").replace("LossLimit", "LossLimit(Limit)")
    base = "class Limit:\n    def check(self, order: int) -> bool:\n        raise NotImplementedError\n\n\n"
    assert not items_of({"shop/__init__.py": "", "shop/risk.py": base + behind}, "family", "risk", role).items


def test_a_plan_stays_readable() -> None:
    some = {f"shop/m{number}.py": RATES.replace("_RATES", f"_RATES_{number}") for number in range(40)}
    found = items_of({"shop/__init__.py": "", **some}, "caches")
    assert len(found.items) == 30
    assert found.more >= 10


def test_the_effort_is_small_for_a_codemod_and_large_for_many_places_by_hand() -> None:
    assert effort_of(sketch(places=20, files=5)) == "small"
    assert effort_of(sketch(places=20, files=6)) == "medium"
    assert effort_of(sketch(by_hand=1.0)) == "small"
    assert effort_of(sketch(by_hand=1.0, callers=1)) == "medium"
    assert effort_of(sketch(places=13, files=3, by_hand=DRAFTED)) == "large"
    assert effort_of(sketch(places=4, files=4, by_hand=1.0)) == "large"


def test_names_are_told_as_many_as_one_reads() -> None:
    assert named([]) == ""
    assert named(["a", "b"]) == "a and b"
    assert named(["a", "b", "c", "d"]) == "a, b, c and d"
    assert named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
