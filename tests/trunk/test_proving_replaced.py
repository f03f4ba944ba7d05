"""What a step says to take the place of other things is meant wherever those were meant, and nowhere else."""

from tests.trunk.proving_kit import complaints, formed, left, replaced

OLD = (
    "class Old:\n    def __init__(self, max_age=60):\n        self.max_age = max_age\n"
    "\n    def get(self, key):\n        return key\n"
)
NEW = (
    "class New:\n    def __init__(self, ttl=60, name=''):\n        self.ttl = ttl\n"
    "\n    def get(self, key):\n        return key\n"
    "\n    def fetch(self, key):\n        return key\n"
)
USER = "from old import Old\n\ncache = Old(max_age=5)\n\n\ndef ask(key):\n    return cache.get(key)\n"
USED = "from new import New\n\ncache = New(ttl=5)\n\n\ndef ask(key):\n    return cache.get(key)\n"
FILES = {"old.py": OLD, "new.py": NEW, "user.py": USER}
CLASS = replaced("old:Old", "new:New")
GET = replaced("old:Old.get", "new:New.get")
AGE = replaced("old:Old.max_age", "new:New.ttl")
INIT = replaced("old:Old.__init__", "new:New.__init__")
TOLD = (CLASS, GET, AGE, INIT)


def test_a_class_whose_users_use_another_one_is_replaced() -> None:
    assert complaints(FILES, {"user.py": USED}, *TOLD) == []


def test_a_class_may_go_with_its_file_when_nobody_uses_it_any_more() -> None:
    assert complaints(FILES, {"user.py": USED, "old.py": ""}, *TOLD, replaced("old", "new")) == []


def test_a_file_that_goes_while_a_module_imports_it_is_refused_with_the_place() -> None:
    files = {**FILES, "other.py": "import old\n\nprint(old)\n"}
    found = complaints(files, {"user.py": USED, "old.py": ""}, *TOLD, replaced("old", "new"))
    assert any(one.startswith("other.py:1:") for one in found)


def test_a_file_that_goes_without_a_word_is_refused() -> None:
    assert complaints(FILES, {"user.py": USED, "old.py": ""}, GET, AGE, INIT) == [
        ":0: old:Old would be lost"
    ]  # fmt: skip


def test_a_use_that_nobody_changed_is_refused_in_an_unchanged_file() -> None:
    files = {**FILES, "other.py": "from old import Old\n\nOld().get(1)\n"}
    found = complaints(files, {"user.py": USED}, *TOLD)
    assert any(one.startswith("other.py:3: `Old") and "would mean old:Old" in one for one in found)


def test_a_use_that_is_told_to_be_left_may_stay() -> None:
    files = {**FILES, "other.py": "from old import Old\n\nOld().get(1)\n"}
    assert complaints(files, {"user.py": USED}, *TOLD, left("other.py", 3, "old:Old")) == []


def test_a_use_that_is_told_to_be_left_must_go_on_to_mean_what_it_meant() -> None:
    files = {**FILES, "other.py": "from old import Old\n\nOld().get(1)\n"}
    told = *TOLD, replaced("old", "new"), left("other.py", 3, "old:Old")
    assert complaints(files, {"user.py": USED, "old.py": ""}, *told)


def test_a_use_in_a_changed_file_that_was_passed_over_is_refused() -> None:
    files = {**FILES, "user.py": f"{USER}\n\ndef again():\n    return Old(5)\n"}
    after = f"from old import Old\n{USED}\n\ndef again():\n    return Old(5)\n"
    found = complaints(files, {"user.py": after}, *TOLD)
    assert any("would go on to mean old:Old, which becomes new:New" in one for one in found)


def test_a_member_that_is_not_told_may_not_become_another_ones() -> None:
    found = complaints(FILES, {"user.py": USED}, CLASS, AGE, INIT)
    assert found == ["user.py:7: `cache.get` would mean new:New.get, where it meant old:Old.get"]


def test_a_member_may_be_called_otherwise() -> None:
    after = USED.replace(".get(", ".fetch(")
    fetch = replaced("old:Old.get", "new:New.fetch")
    assert complaints(FILES, {"user.py": after}, CLASS, fetch, AGE, INIT) == []
    found = complaints(FILES, {"user.py": USED}, CLASS, fetch, AGE, INIT)
    assert found == ["user.py:7: `cache.get` would mean new:New.get, where it meant old:Old.get"]


def test_a_member_that_the_other_class_lacks_is_no_replacement() -> None:
    gone = replaced("old:Old.get", "new:New.obtain")
    found = complaints(FILES, {"user.py": USED.replace(".get(", ".obtain(")}, CLASS, gone, AGE, INIT)
    assert any("new:New.obtain would not be defined" in one for one in found)


def test_another_thing_than_was_told_is_refused() -> None:
    files = {**FILES, "wrong.py": NEW}
    found = complaints(files, {"user.py": USED.replace("from new", "from wrong")}, *TOLD)
    assert any("would mean wrong:New" in one for one in found)


def test_several_things_may_become_one() -> None:
    files = {
        "a.py": "def f(x):\n    return x\n\n\nprint(f(1))\n", "b.py": "def f(x):\n    return x\n\n\nprint(f(2))\n",
        "user.py": "import a\nimport b\n\nprint(a.f(1), b.f(2))\n",
    }  # fmt: skip
    after = {
        "home.py": "def f(x):\n    return x\n", "a.py": "from home import f\n\n\nprint(f(1))\n",
        "b.py": "from home import f\n\n\nprint(f(2))\n",
    }  # fmt: skip
    told = replaced("a:f", "home:f"), replaced("b:f", "home:f")
    assert complaints(files, after, *told) == []
    assert complaints(files, {**after, "a.py": "def f(x):\n    return x\n\n\nprint(f(1))\n"}, *told) != []


def test_what_goes_while_its_name_is_listed_is_refused() -> None:
    files = {
        "a.py": "__all__ = ['f']\n\n\ndef f(x):\n    return x\n", "b.py": "def f(x):\n    return x\n",
    }  # fmt: skip
    after = {"a.py": "__all__ = ['f']\n"}
    found = complaints(files, after, replaced("a:f", "b:f"))
    assert found == ["a.py:1: `__all__` would list `f`, which a does not bind"]
    assert complaints(files, {"a.py": "__all__ = []\n"}, replaced("a:f", "b:f")) == []


def test_a_listed_name_that_another_module_defines_stays_listed() -> None:
    files = {
        "pkg/__init__.py": "from pkg.a import f\n\n__all__ = ['f']\n", "pkg/a.py": "def f(x):\n    return x\n",
        "pkg/b.py": "def f(x):\n    return x\n",
    }  # fmt: skip
    told = replaced("pkg.a:f", "pkg.b:f")
    good = {"pkg/__init__.py": "from pkg.b import f\n\n__all__ = ['f']\n", "pkg/a.py": "x = 1\n"}
    assert any("pkg:f would be lost" in one or "`x`" in one for one in complaints(files, good, told)) is False
    bad = {"pkg/__init__.py": "\n__all__ = []\n", "pkg/a.py": "x = 1\n"}
    assert any("would no longer list pkg.b:f" in one for one in complaints(files, bad, told))


def test_arguments_may_come_and_go_inside_of_what_is_replaced() -> None:
    files = {
        **FILES, "kinds.py": "class Kind:\n    FAST = 1\n",
        "user.py": "from old import Old\n\nAGE = 5\ncache = Old(AGE)\n",
    }  # fmt: skip
    good = "from kinds import Kind\nfrom new import New\n\nAGE = 5\ncache = New(Kind.FAST)\n"
    assert complaints(files, {"user.py": good}, *TOLD, formed("old:Old", "New(Kind.FAST)")) == []


def test_a_name_that_comes_must_be_bound() -> None:
    files = {**FILES, "user.py": "from old import Old\n\nAGE = 5\ncache = Old(AGE)\n"}
    bad = "from new import New\n\nAGE = 5\ncache = New(Kind.FAST)\n"
    assert complaints(files, {"user.py": bad}, *TOLD) == ["user.py:4: nothing would bind `Kind` any more"]


def test_a_name_that_comes_must_be_one_of_those_that_are_there() -> None:
    files = {
        **FILES, "kinds.py": "class Kind:\n    FAST = 1\n",
        "user.py": "from old import Old\n\nAGE = 5\ncache = Old(AGE)\n",
    }  # fmt: skip
    bad = "from kinds import Kind\nfrom new import New\n\nAGE = 5\ncache = New(Kind.FATS)\n"
    assert complaints(files, {"user.py": bad}, *TOLD) == ["user.py:5: `Kind.FATS` would mean nothing that is known"]


def test_a_name_outside_of_what_is_replaced_is_as_strict_as_ever() -> None:
    files = {**FILES, "user.py": f"from math import floor\n{USER}\n\nprint(floor(2.5))\n"}
    bad = f"from math import ceil as floor\n{USED}\n\nprint(floor(2.5))\n"
    found = complaints(files, {"user.py": bad}, *TOLD)
    assert found == ["user.py:1: user.floor would mean math.ceil, where it meant math.floor"]


def test_the_definition_that_stays_goes_on_to_use_itself() -> None:
    own = f"{OLD}\n    def twice(self, key):\n        return self.get(self.get(key)) + self.max_age\n"
    files = {**FILES, "old.py": own}
    after = {"user.py": USED, "old.py": f"{own}\n    extra = 1\n".replace("\n    extra = 1\n", "\n# Nobody uses it.\n")}
    assert complaints(files, after, *TOLD) == []


def test_what_takes_the_place_may_stand_outside_of_the_project() -> None:
    after = "from cachetools import TTLCache\n\ncache = TTLCache(5)\n\n\ndef ask(key):\n    return cache.get(key)\n"
    files = {**FILES, "pyproject.toml": "[project]\nname = 'x'\nversion = '1'\ndependencies = ['cachetools']\n"}
    told = replaced("old:Old", "cachetools:TTLCache"), replaced("old:Old.get", "cachetools:TTLCache.get")
    made = formed("old:Old", "TTLCache(__blank_0__)", "max_age")
    assert complaints(files, {"user.py": after}, *told, made) == []
    assert complaints(files, {"user.py": after}, told[0], made) != []


def test_a_subclass_that_overrides_the_old_name_is_refused() -> None:
    files = {
        **FILES, "user.py": "from old import Old\n\n\nclass Mine(Old):\n    def get(self, key):\n        return 1\n",
    }  # fmt: skip
    after = {"user.py": files["user.py"].replace("old", "new").replace("Old", "New")}
    fetch = replaced("old:Old.get", "new:New.fetch")
    found = complaints(files, after, CLASS, fetch, AGE, INIT)
    assert found == ["user.py:5: new:New.fetch would not be overridden by user:Mine.get, as old:Old.get was"]
    assert complaints(files, after, *TOLD) == []


def test_a_keyword_must_fit_what_takes_the_place() -> None:
    found = complaints(FILES, {"user.py": USED.replace("ttl=5", "max_age=5")}, *TOLD)
    assert found == ["user.py:3: new.New would not take the keyword `max_age`"]
