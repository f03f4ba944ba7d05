"""What would be seen when a memo becomes a use of the cache is refused with its place; what only looks so is done."""

from __future__ import annotations

import pytest

from overhaul.testing import Transformed, transform

CACHE = "overhaul.unified.cache"
METADATA = '[project]\nname = "m"\nversion = "1"\ndependencies = ["overhaul"]\n'
MEMO = "def f(k):\n    if k not in D:\n        D[k] = {value}\n    return D[k]\n"
GOT = "def f(k):\n    v = D.get(k)\n    if v is None:\n        v = D[k] = {value}\n    return v\n"
LAZY = (
    "class View:\n    def __init__(self, x):\n        self.x = x\n\n\n"
    "class A:\n    def __init__(self):\n        self._x = None\n        self.n = 1\n\n"
    "    def view(self):\n        if self._x is None:\n            self._x = {value}\n        return self._x\n"
)
KEPT = (
    "class A{bases}:\n    def __init__(self):\n        self._d = {{}}\n\n"
    "    def f(self, k):\n        if k not in self._d:\n            self._d[k] = [k]\n        return self._d[k]\n"
)


def unified(text: str, target: str, **others: str) -> Transformed:
    files = {"m.py": text, "pyproject.toml": METADATA, **{f"{name}.py": other for name, other in others.items()}}
    wanted = {"target": target, "cache": CACHE, **({"all": True} if ":" not in target else {})}
    return transform("unify_memo", files, wanted)


def why(done: Transformed) -> str:
    return "; ".join(f"{one.path}:{one.line}: {one.why}" for one in done.refusals)


REFUSED = {
    "what cannot be hashed goes round": ("m:D", "goes round the dictionary", (
        "D = {}\n\n\ndef work(k):\n    return k\n\n\ndef f(k):\n    try:\n        if k in D:\n            return D[k]\n"
        "    except TypeError:\n        return work(k)\n    v = work(k)\n    D[k] = v\n    return v\n")),
    "a lazy value that holds its owner": ("m:A._x", "", LAZY.format(value="View(self)")),
    "a lazy value that holds a method of its owner": ("m:A._x", "", LAZY.format(value="View(self.view)")),
    "a base that gives each instance a default of its own": ("m:A.d", "a base of which nothing is known", (
        "import msgspec\n\n\nclass A(msgspec.Struct):\n    k: int\n    d: dict[int, int] = {}\n\n    def f(self, x):\n"
        "        if x not in self.d:\n            self.d[x] = x\n        return self.d[x]\n")),
    "a level of the stack": ("m:D", "stacklevel", (
        "import warnings\n\nD = {}\n\n\ndef f(k):\n    if k in D:\n        return D[k]\n"
        "    warnings.warn('old', DeprecationWarning, stacklevel=2)\n    v = D[k] = str(k)\n    return v\n")),
    "a coroutine that is kept": ("m:D", "coroutine", (
        "D = {}\n\n\nasync def fetch(k):\n    return k\n\n\n" + MEMO.format(value="fetch(k)"))),
    "a doctest that shows it": ("m:D", "a doctest shows D", (
        '"""Shows.\n\n>>> D\n{}\n"""\nD = {}\n\n\n' + MEMO.format(value="[k]"))),
    "a class that compares all its attributes": ("m:A._d", "goes through all attributes", (
        KEPT.format(bases="") + "\n    def __eq__(self, other):\n        return self.__dict__ == other.__dict__\n")),
    "a class below that goes through them": ("m:A._d", "B goes through all attributes", (
        KEPT.format(bases="") + "\n\nclass B(A):\n    def told(self):\n        return list(vars(self).items())\n")),
    "a class that shares the attribute with one above": ("m:B._d", "m.py:3: A has _d, too", (
        KEPT.format(bases="") + "\n\n" + KEPT.format(bases="(A)").replace("class A(A)", "class B(A)"))),
}  # fmt: skip

DONE = {
    "what cannot be hashed fails as it did": ("m:D", "D = {}\n\n\n" + MEMO.format(value="[k]")),
    "a lazy value that is made of a plain attribute": ("m:A._x", LAZY.format(value="View(self.n)")),
    "an attribute of a plain class": ("m:A.d", (
        "class A:\n    d: dict[int, list[int]] = {}\n\n    def f(self, x):\n        if x not in self.d:\n"
        "            self.d[x] = [x]\n        return self.d[x]\n")),
    "a warning without a level": ("m:D", (
        "import warnings\n\nD = {}\n\n\ndef f(k):\n    if k in D:\n        return D[k]\n"
        "    warnings.warn('old', DeprecationWarning)\n    v = D[k] = str(k)\n    return v\n")),
    "a function that is no coroutine": ("m:D", (
        "D = {}\n\n\ndef fetch(k):\n    return k\n\n\n" + MEMO.format(value="fetch(k)"))),
    "a doctest of something else, and prose": ("m:D", (
        '"""What D keeps: D is a memo.\n\n>>> f(1)\n[1]\n"""\nD = {}\n\n\n' + MEMO.format(value="[k]"))),
    "a class that asks for one attribute by name": ("m:A._d", (
        KEPT.format(bases="") + "\n    def n(self):\n        return self.__dict__['n']\n")),
    "another class that goes through its own": ("m:A._d", (
        KEPT.format(bases="") + "\n\nclass B:\n    def told(self):\n        return list(vars(self).items())\n")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_seen_is_refused(name: str) -> None:
    target, reason, text = REFUSED[name]
    done = unified(text, target)
    assert done.refusals, done.text("m.py")
    assert reason in why(done)


@pytest.mark.parametrize("name", DONE)
def test_what_nobody_would_see_is_done(name: str) -> None:
    target, text = DONE[name]
    done = unified(text, target)
    assert not done.refusals, why(done)
    assert CACHE in done.text("m.py")


@pytest.mark.parametrize(("head", "returns", "one_call"), [
    ("import typing as t\n\n", "t.Optional[str]", False),
    ("from typing import Optional as Opt\n\n", "Opt[str]", False),
    ("Maybe = str | None\n\n", "Maybe", False),
    ("import typing as t\n\n", "str", True),
    ("from typing import Sequence as Seq\n\n", "Seq[str]", True),
])  # fmt: skip
def test_an_annotation_is_told_by_what_its_names_mean(head: str, returns: str, one_call: bool) -> None:
    text = f"{head}D = {{}}\n\n\ndef load(k) -> {returns}:\n    return k\n\n\n{GOT.format(value='load(k)')}"
    done = unified(text, "m:D")
    assert not done.refusals, why(done)
    assert ("get_or_compute" in done.text("m.py")) is one_call


@pytest.mark.parametrize(("base", "one_call"), [
    ("class M(type):\n    def __call__(cls, k):\n        pass\n\n\nclass Base(metaclass=M):\n    pass\n", False),
    ("class Base:\n    def __new__(cls, k):\n        return None\n", False),
    ("class Base:\n    def make(self):\n        return None\n", True),
])  # fmt: skip
def test_a_class_gives_instances_unless_one_above_it_says_otherwise(base: str, one_call: bool) -> None:
    text = f"D = {{}}\n\n\n{base}\n\nclass C(Base):\n    pass\n\n\n{GOT.format(value='C(k)')}"
    done = unified(text, "m:D")
    assert not done.refusals, why(done)
    assert ("get_or_compute" in done.text("m.py")) is one_call


LRU = "from functools import lru_cache\n\n\n@lru_cache\ndef f():\n    return 1\n"


@pytest.mark.parametrize(("test", "kept"), [
    ('from unittest import mock\n\nimport m\n\nwith mock.patch("m.lru_cache"):\n    m.f()\n', True),
    ('import m\n\nprint("lru_cache is used in", m)\n', False),
])  # fmt: skip
def test_an_import_stays_where_a_string_names_it(test: str, kept: bool) -> None:
    done = unified(LRU, "m", main=test)
    assert not done.refusals, why(done)
    assert "@cached" in done.text("m.py")
    assert ("import lru_cache" in done.text("m.py")) is kept


@pytest.mark.parametrize(("code", "kept"), [
    ('exec("@lru_cache\\ndef g(x):\\n    return x", globals())\n', True),
    ('print("exec")\n', False),
])  # fmt: skip
def test_an_import_stays_where_code_in_a_string_may_use_it(code: str, kept: bool) -> None:
    done = unified(f"{LRU}\n\n{code}", "m:f")
    if kept:
        assert done.refusals or "import lru_cache" in done.text("m.py")
    else:
        assert not done.refusals and "import lru_cache" not in done.text("m.py")


def test_a_new_name_is_not_brought_where_all_names_are_gone_through() -> None:
    every = "\n\nALL = [name for name in list(globals()) if name[0] != '_']\n"
    done = unified(LRU + every, "m")
    assert not done.files.get("m.py") or "@cached" not in done.text("m.py")
    assert any("goes through all names of the module" in one.reason for one in done.leftovers)
    assert "@cached" in unified(f"{LRU}\n\nONE = globals\n", "m").text("m.py")


@pytest.mark.parametrize(("asked", "refused"), [
    ("_A__d", "asked for from outside, as _A__d"),
    ("_B__d", ""),
])  # fmt: skip
def test_a_mangled_name_is_the_attribute_too(asked: str, refused: str) -> None:
    text = KEPT.format(bases="").replace("_d", "__d")
    done = unified(text, "m:A.__d", main=f"import m\n\n\ndef told(one):\n    return one.{asked}\n")
    assert refused in why(done) and bool(done.refusals) == bool(refused)


@pytest.mark.parametrize(("run", "refused"), [
    ('exec("m.D.update({1: 5})")', "named by code in a string"),
    ('code = "m.D.clear()"\neval(code)', "named by code in a string"),
    ('exec("m.f(1)")\nprint("D is a memo, of m")', ""),
    ('print("m.D.clear()")', ""),
])  # fmt: skip
def test_code_in_a_string_cannot_follow(run: str, refused: str) -> None:
    done = unified("D = {}\n\n\n" + MEMO.format(value="[k]"), "m:D", main=f"import m\n\n{run}\n")
    assert refused in why(done) and bool(done.refusals) == bool(refused)


@pytest.mark.parametrize(("wraps", "guidance"), [("", "review"), ("    @functools.wraps(func)\n", "safe")])
def test_a_memoiser_that_hid_the_name_of_its_function_is_told(wraps: str, guidance: str) -> None:
    memo = (
        "import functools\n\n\ndef memoize(func):\n    cache = {}\n\n" + wraps + "    def wrapper(*args):\n"
        "        if args not in cache:\n            cache[args] = func(*args)\n        return cache[args]\n\n"
        "    return wrapper\n"
    )
    done = unified("from memo import memoize\n\n\n@memoize\ndef f(x):\n    return x\n", "memo:memoize", memo=memo)
    assert not done.refusals, why(done)
    told = {one.path: one for one in done.plan.files}["m.py"]
    assert told.guidance == guidance
    assert ("name and signature" in str(told)) is (guidance == "review")


def test_who_copies_entries_that_are_listed_is_told_by_the_place_that_lists_them() -> None:
    text = KEPT.format(bases="") + "\n    def names(self):\n        return sorted(self._d)\n"
    copying = "import copy\n\nfrom m import A\n\nTWO = copy.deepcopy(A())\n"
    assert "the entries are counted or gone through here" in why(unified(text, "m:A._d", main=copying))
    assert not unified(text, "m:A._d", main=copying.replace("copy.deepcopy(A())", "A()").replace("import copy\n", "")
                       ).refusals  # fmt: skip
    assert not unified(KEPT.format(bases=""), "m:A._d", main=copying).refusals, "a mere memo begins anew"
