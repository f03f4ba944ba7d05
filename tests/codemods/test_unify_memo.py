"""What a memo has become does what it did: the same values, computed as often, for every shape that is known."""

from __future__ import annotations

from typing import Any

import pytest

from overhaul.testing import Transformed, transform

CACHE = "overhaul.unified.cache"
METADATA = '[project]\nname = "m"\nversion = "1"\ndependencies = ["overhaul"]\n'
HEAD = """CALLS = []
MISSING = object()
D = {}


def work(k):
    CALLS.append(k)
    if k == "bad":
        raise ValueError(k)
    return None if k == "none" else f"{k}!"


def sure(k) -> str:
    CALLS.append(k)
    if k == "bad":
        raise ValueError(k)
    return f"{k}!"


def f(k):
"""

SHAPES = {
    "membership": "if k in D:\n    return D[k]\nv = D[k] = work(k)\nreturn v",
    "membership, and then": "if k in D:\n    return D[k]\nelse:\n    D[k] = work(k)\n    return D[k]",
    "no membership": "if k not in D:\n    D[k] = work(k)\nreturn D[k]",
    "several statements": (
        "if k not in D:\n    v = []\n    for one in k:\n        v.append(one)\n    D[k] = work(k), v\nreturn D[k]"
    ),
    "KeyError": "try:\n    return D[k]\nexcept KeyError:\n    v = D[k] = work(k)\n    return v",
    "KeyError passed": "try:\n    return D[k]\nexcept KeyError:\n    pass\nD[k] = v = work(k)\nreturn v",
    "KeyError and assigned": "try:\n    v = D[k]\nexcept KeyError:\n    v = work(k)\n    D[k] = v\nreturn v",
    "sentinel": "v = D.get(k, MISSING)\nif v is MISSING:\n    v = work(k)\n    D[k] = v\nreturn v",
    "no sentinel": "v = D.get(k, MISSING)\nif v is not MISSING:\n    return v\nv = D[k] = work(k)\nreturn v",
    "get": "v = D.get(k)\nif v is None:\n    v = sure(k)\n    D[k] = v\nreturn v",
    "walrus": "if (v := D.get(k)) is not None:\n    return v\nD[k] = v = sure(k)\nreturn v",
    "walrus, and filled": "if (v := D.get(k)) is None:\n    v = D[k] = sure(k)\nreturn v",
    "the first wins": "try:\n    return D[k]\nexcept KeyError:\n    return D.setdefault(k, work(k))",
    "a key of several": "key = (k, len(k))\nif key not in D:\n    D[key] = work(k)\nreturn D[key]",
    "used on the spot": "if k not in D:\n    D[k] = work(k)\nreturn str(D[k]).upper()",
    "under a lock": "with LOCK:\n    if k in D:\n        return D[k]\n    v = D[k] = work(k)\n    return v",
    "docstring and more above": (
        '"""Doc."""\nif not k:\n    return None\nk = k.strip()\nif k not in D:\n    D[k] = work(k)\nreturn D[k]'
    ),
}  # fmt: skip

LOOK_ALIKES = {
    "a key that is a call": "if str(k) not in D:\n    D[str(k)] = work(k)\nreturn D[str(k)]",
    "an attribute in the key": "if k.day not in D:\n    D[k.day] = work(k)\nreturn D[k.day]",
    "KeyError of the key": "try:\n    return D[T[k]]\nexcept KeyError:\n    v = D[T[k]] = work(k)\n    return v",
    "setdefault of what is computed each time": "return D.setdefault(k, work(k))",
    "falsehood is a miss": "v = D.get(k)\nif not v:\n    v = D[k] = work(k)\nreturn v",
    "kept under another key": "if k in D:\n    return D[k]\nv = D[k * 2] = work(k)\nreturn v",
    "returns something else": "if k in D:\n    return D[k]\nv = D[k] = work(k)\nreturn v, 1",
    "found and changed": "if k in D:\n    return D[k] + '?'\nv = D[k] = work(k)\nreturn v",
    "another error is caught": (
        "try:\n    return D[k]\nexcept (KeyError, TypeError):\n    v = D[k] = work(k)\n    return v"
    ),
    "more is tried": (
        "try:\n    v = work(k)\n    return D[k]\nexcept KeyError:\n    v = D[k] = work(k)\n    return v"
    ),
    "something follows": "if k in D:\n    return D[k]\nv = D[k] = work(k)\nprint(v)\nreturn v",
    "not kept at last": "if k in D:\n    return D[k]\nv = work(k)\nif v:\n    D[k] = v\nreturn v",
    "the value is a parameter's": "if k in D:\n    return D[k]\nk = work(k)\nD[k] = k\nreturn k",
    "it looks where it is": "if k in D:\n    return D[k]\nv = D[k] = locals()\nreturn v",
    "it computes by what it found": "v = D.get(k)\nif v is None:\n    v = D[k] = sure(str(v))\nreturn v",
    "other variables": "global X\nif k in D:\n    return D[k]\nX = work(k)\nD[k] = X\nreturn X",
    "it yields": "if k in D:\n    return D[k]\nv = D[k] = yield k\nreturn v",
    "bounded by itself": (
        "if k in D:\n    return D[k]\nif len(D) > 9:\n    D.clear()\nv = D[k] = work(k)\nreturn v"
    ),
    "nested keys": "if k in D:\n    return D[k]['x']\nD[k] = {'x': work(k)}\nreturn D[k]['x']",
}  # fmt: skip
LOCK = "import threading\nLOCK = threading.Lock()\n"


def written(body: str) -> str:
    return LOCK + HEAD + "\n".join(f"    {line}" for line in body.splitlines()) + "\n"


def unified(text: str, target: str = "m:D", **request: object) -> Transformed:
    files = {"m.py": text, "pyproject.toml": METADATA}
    return transform("unify_memo", files, {"target": target, "cache": CACHE, **request})


def seen(text: str) -> tuple[list[object], list[str]]:
    """What calls give, and what was computed."""
    names: dict[str, Any] = {}
    exec(compile(text, "m.py", "exec"), names)
    given: list[object] = []
    for key in ("a", "b", "a", "none", "none", "bad", "bad", "a"):
        try:
            given.append(names["f"](key))
        except ValueError as error:
            given.append(repr(error))
    names["D"].clear()
    given.append(names["f"]("a"))
    names["D"].pop("a", None)
    return given, names["CALLS"]


@pytest.mark.parametrize("name", SHAPES)
def test_a_memo_of_a_known_shape_computes_what_it_did_and_as_often(name: str) -> None:
    before = written(SHAPES[name])
    done = unified(before)
    assert not done.refusals, done.refusals
    after = done.text("m.py")
    # Whoever was first keeps the value for all: the others wait for him there, and nowhere else.
    alone = "" if "setdefault" in SHAPES[name] else ", single_flight=False"
    assert f"D = UnifiedCache.of(CacheType.MEMO, max_size=None{alone})" in after
    assert "D.get_or_compute(" in after
    assert seen(after) == seen(before)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_looks_like_a_memo_is_refused_with_its_place(name: str) -> None:
    done = unified(written(LOOK_ALIKES[name]))
    assert done.refusals and all(one.path == "m.py" and one.line and one.why and one.remedy for one in done.refusals)


def test_where_none_is_a_miss_it_stays_one() -> None:
    before = written("v = D.get(k)\nif v is None:\n    v = work(k)\n    D[k] = v\nreturn v")
    done = unified(before)
    after = done.text("m.py")
    assert not done.refusals and "get_or_compute" not in after and "UnifiedCache.of(" in after
    assert seen(after) == seen(before)


DECORATED = """import functools
from functools import lru_cache

CALLS = []


@lru_cache(maxsize=2, typed=True)
def f(*args, **kwargs):
    CALLS.append((args, tuple(kwargs)))
    return len(CALLS)


@functools.cache
def g(n):
    return n if n < 2 else g(n - 1) + g(n - 2)


class C:
    @lru_cache
    def m(self, x):
        CALLS.append(x)
        return x
"""


def test_decorated_functions_count_keep_and_drop_as_before() -> None:
    def told(text: str) -> list[object]:
        names: dict[str, Any] = {"__name__": "m"}
        exec(compile(text, "m.py", "exec"), names)
        f, g, first, second = names["f"], names["g"], names["C"](), names["C"]()
        given: list[object] = [f(1), f(1.0), f(1), f(x=1), f(1), g(30), first.m(1), second.m(1), first.m(1)]
        with pytest.raises(TypeError):
            f([])
        given += [tuple(one.cache_info()) for one in (f, g, names["C"].m)]
        f.cache_clear()
        given += [tuple(f.cache_info()), f.cache_parameters(), f.__wrapped__.__name__, f.__name__, len(names["CALLS"])]
        return given

    done = unified(DECORATED, "m", all=True)
    after = done.text("m.py")
    assert not done.refusals and "lru_cache" not in after and "functools" not in after
    assert told(after) == told(DECORATED)


OWN = """import functools


def memoize(function):
    store = {}

    @functools.wraps(function)
    def wrapper(*args):
        try:
            if args in store:
                return store[args]
        except TypeError:
            return function(*args)
        result = store[args] = function(*args)
        return result

    wrapper.clear = store.clear
    return wrapper
"""


def test_a_memoiser_of_its_own_goes_and_what_it_made_computes_as_often() -> None:
    uses = "from memo import memoize\n\nCALLS = []\n\n\n@memoize\ndef f(x):\n    CALLS.append(x)\n    return x\n"
    uses += "\n\nCLEAR = f.clear\n"
    files = {"memo.py": OWN, "m.py": uses, "pyproject.toml": METADATA}
    done = transform("unify_memo", files, {"target": "memo:memoize", "cache": CACHE})
    assert not done.refusals and "memo.py" not in done.files
    names: dict[str, Any] = {}
    exec(compile(done.text("m.py"), "m.py", "exec"), names)
    f = names["f"]
    assert [f(1), f(1.0), f([1]), f([1]), f(1)] == [1, 1, [1], [1], 1]
    names["CLEAR"]()
    f(1)
    assert names["CALLS"] == [1, [1], [1], 1]


def test_a_value_for_each_instance_is_worked_out_once_and_goes_with_it() -> None:
    text = (
        "class C:\n    made = 0\n    def __init__(self, x):\n        self.x = x\n        self._v = None\n\n"
        "    @property\n    def v(self):\n        if self._v is None:\n            C.made += 1\n"
        "            self._v = [self.x]\n        return self._v\n"
    )
    done = unified(text, "m:C._v")
    assert not done.refusals and "_v is None" not in done.text("m.py")
    names: dict[str, Any] = {"__name__": "m"}
    exec(compile(done.text("m.py"), "m.py", "exec"), names)
    one, other = names["C"](1), names["C"](2)
    assert one.v is one.v and one.v == [1] and other.v == [2]
    assert names["C"].made == 2 and "_v" not in vars(one)


@pytest.mark.parametrize(("request_", "why"), [
    ({"target": "m"}, "no memo"),
    ({"target": "m:f"}, "remembers nothing"),
    ({"target": "m:gone"}, "m has no gone"),
])  # fmt: skip
def test_what_is_no_memo_is_refused(request_: dict[str, str], why: str) -> None:
    done = transform("unify_memo", {"m.py": "def f(x):\n    return x\n"}, {"cache": CACHE, **request_})
    assert any(why in one.why for one in done.refusals)
