"""Steps that are drafted for memos: those that can be carried out, and why others cannot."""

from __future__ import annotations

from overhaul.drafts import Drafted, migration_text
from overhaul.memoising.drafts import memo_steps
from overhaul.project import Project
from overhaul.testing import surveyed

FILES = {
    "app/__init__.py": "",
    "app/cache.py": (
        "class CacheType:\n    MEMO = 'MEMO'\n\n\nclass UnifiedCache:\n    pass\n\n\ndef cached(f):\n    return f\n"
    ),
    "app/memo.py": (
        "def memoize(func):\n    store = {}\n\n    def inner(*args):\n        if args not in store:\n"
        "            store[args] = func(*args)\n        return store[args]\n\n    return inner\n"
    ),
    "app/rates.py": (
        "from functools import lru_cache\n\nfrom app.memo import memoize\n\n_RATES = {}\n_CACHE = {}\n\n\n"
        "@lru_cache(maxsize=4)\ndef first(x):\n    return work(x)\n\n\n"
        "@memoize\ndef second(x):\n    return work(x)\n\n\n"
        "def third(x):\n    if x not in _RATES:\n        _RATES[x] = work(x)\n    return _RATES[x]\n\n\n"
        "def fourth(x):\n    if x in _CACHE:\n        return _CACHE[x]\n    if not x:\n        return None\n"
        "    _CACHE[x] = work(x)\n    return _CACHE[x]\n"
    ),
    "tests/test_rates.py": "from app.rates import third\n\n\ndef test_third():\n    assert third(1)\n",
}  # fmt: skip


def drafted() -> dict[str, Drafted]:
    with surveyed(FILES) as seen:
        project = Project(seen)
        return {str(one.keys["target"]): one for one in memo_steps(project, project, "app.cache")}


def test_each_memo_that_can_be_unified_is_a_step_and_the_others_say_why_not() -> None:
    steps = drafted()
    assert {target: one.ready for target, one in steps.items()} == {
        "app.memo:memoize": True, "app": True, "app.rates:_RATES": True, "app.rates:_CACHE": False,
    }  # fmt: skip
    assert "returns without keeping" in steps["app.rates:_CACHE"].by_hand[0]
    assert steps["app"].keys["all"] is True


def test_a_step_tells_where_the_memo_is_and_which_tests_reach_it() -> None:
    step = drafted()["app.rates:_RATES"]
    assert step.because[0].startswith("app/rates.py:5: _RATES (adhoc_dict")
    assert step.tests == ("app.rates:third: 1 tests",)


def test_what_is_drafted_can_be_written_as_a_migration() -> None:
    text = migration_text("Memos", drafted().values())
    assert 'target = "app.memo:memoize"' in text and '# target = "app.rates:_CACHE"' in text


def test_a_file_is_parsed_once_for_all_steps_and_those_that_only_share_a_word_not_at_all() -> None:
    others = {f"app/other{number}.py": "rates = {'cache': 1}\nhome = 'rates of app'\n" for number in range(4)}
    with surveyed({**FILES, **others}) as seen:
        project = Project(seen)
        assert len(list(memo_steps(project, project, "app.cache"))) == 4
        assert project.parsed <= len(FILES)


def test_a_dictionary_of_no_known_shape_is_told_by_its_own_file() -> None:
    files = {**FILES, "app/rates.py": "_D = {}\n\n\ndef f(x):\n    if x in _D:\n        return _D[x]\n"
             "    _D[x] = y = work(x)\n    print(y)\n    return y\n"}  # fmt: skip
    with surveyed(files) as seen:
        project = Project(seen)
        steps = {str(one.keys["target"]): one for one in memo_steps(project, project, "app.cache")}
    assert "no function here looks up, computes and keeps in _D" in steps["app.rates:_D"].by_hand[0]
