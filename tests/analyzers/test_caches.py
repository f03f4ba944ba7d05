"""What is a cache, in all the ways in which it is written, and what only looks like one."""

from typing import Any

import pytest

from overhaul.testing import table


def rows(source: str, **others: str) -> dict[str, Any]:
    """The rows that are not of low confidence, by name."""
    files: dict[str, str | bytes] = {"m.py": source, **{f"{name}.py": text for name, text in others.items()}}
    found: list[Any] = table("caches", files)
    return {row.name: row for row in found if row.confidence != "low"}


def named(source: str, **others: str) -> dict[str, str]:
    """Name -> subkind."""
    return {name: row.subkind for name, row in rows(source, **others).items()}


def method(body: str) -> str:
    """A class whose method has this body."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    return f"class C:\n    def __init__(self):\n        self._x = {{}}\n    def m(self, k):\n{lines}\n"


# Under keys

KEYED = {
    "membership": "if k in self._x:\n    return self._x[k]\nv = self._x[k] = work(k)\nreturn v",
    "no membership": "if k not in self._x:\n    self._x[k] = work(k)\nreturn self._x[k]",
    "get": "v = self._x.get(k)\nif v is None:\n    v = work(k)\n    self._x[k] = v\nreturn v",
    "get and truth": "v = self._x.get(k)\nif not v:\n    v = self._x[k] = work(k)\nreturn v",
    "walrus": "if (v := self._x.get(k)) is not None:\n    return v\nself._x[k] = v = work(k)\nreturn v",
    "sentinel": "v = self._x.get(k, MISSING)\nif v is MISSING:\n    v = work(k)\n    self._x[k] = v\nreturn v",
    "KeyError": "try:\n    return self._x[k]\nexcept KeyError:\n    v = self._x[k] = work(k)\n    return v",
    "KeyError passed": "try:\n    return self._x[k]\nexcept KeyError:\n    pass\nself._x[k] = v = work(k)\nreturn v",
    "suppressed": "with suppress(KeyError):\n    return self._x[k]\nv = self._x[k] = work(k)\nreturn v",
    "alias": "x = self._x\ntry:\n    return x[k]\nexcept KeyError:\n    v = x[k] = work(k)\nreturn v",
    "or": "v = self._x.get(k) or work(k)\nself._x[k] = v\nreturn v",
    "match": "match self._x.get(k):\n    case None:\n        self._x[k] = work(k)\nreturn self._x[k]",
    "setdefault after a look": "if k in self._x:\n    return self._x[k]\nreturn self._x.setdefault(k, work(k))",
    "nested": "inner = self._x.setdefault(k.a, {})\nif k.b not in inner:\n    inner[k.b] = work(k)\nreturn inner[k.b]",
    "tuple key": "key = (k, self.n)\nif key not in self._x:\n    self._x[key] = work(k)\nreturn self._x[key]",
    "double-checked": "if k in self._x:\n    return self._x[k]\nwith self._lock:\n    if k not in self._x:\n"
                      "        self._x[k] = work(k)\n    return self._x[k]",
    "age": "at, v = self._x.get(k, (0, None))\nif time.time() - at > 60:\n    v = work(k)\n"
           "    self._x[k] = (time.time(), v)\n"
           "return v",
    "limit": "if k in self._x:\n    return self._x[k]\nif len(self._x) > 99:\n    self._x.popitem()\n"
             "self._x[k] = v = work(k)\n"
             "return v",
    "derived": "try:\n    pattern = self._x[k]\nexcept KeyError:\n    pattern = self._x[k] = re.compile(k)\n"
               "return pattern.match(self.text)",
}  # fmt: skip


@pytest.mark.parametrize("body", KEYED.values(), ids=KEYED)
def test_a_value_that_is_looked_up_else_made_and_kept_under_a_key_is_cached(body: str) -> None:
    row = rows(method(body))["C._x"]
    assert (row.subkind, row.line, row.scope) == ("adhoc_dict", 3, "instance")


NOT_KEYED = {
    "a counter": "if k not in self._x:\n    self._x[k] = 0\nself._x[k] += 1\nreturn self._x[k]",
    "groups": "if k not in self._x:\n    self._x[k] = []\nself._x[k].append(1)\nreturn self._x[k]",
    "a set default": "self._x.setdefault(k, []).append(1)\nreturn self._x[k]",
    "a mirror": "self._x[k.id] = k\nreturn self._x.get(k.id)",
    "what is handed in": "if k.id not in self._x:\n    self._x[k.id] = k\nreturn self._x[k.id]",
    "tasks": "if k not in self._x:\n    self._x[k] = asyncio.create_task(work(k))\nreturn self._x[k]",
    "locks": "if k not in self._x:\n    self._x[k] = asyncio.Lock()\nreturn self._x[k]",
    "connections": "if k not in self._x:\n    self._x[k] = Connection(k)\nreturn self._x[k]",
    "numbers given out": "if k not in self._x:\n    self._x[k] = len(self._x)\nreturn self._x[k]",
    "random names": "if k not in self._x:\n    self._x[k] = uuid4().hex\nreturn self._x[k]",
    "fields of a record": "if self._x.get('start') is None:\n    self._x['start'] = work(k)\nreturn self._x['start']",
    "seen before": "if k in self._x:\n    return\nself._x[k] = work(k)",
    "what is started": "if k not in self._x:\n    self._x[k] = work(k)\n    self._x[k].start()\nreturn self._x[k]",
}  # fmt: skip


@pytest.mark.parametrize("body", NOT_KEYED.values(), ids=NOT_KEYED)
def test_a_store_under_keys_that_is_no_cache_is_not_taken_for_one(body: str) -> None:
    assert named(method(body)) == {}


# One value

SINGLE = {
    "None": "if self._v is None:\n    self._v = work(self)\nreturn self._v",
    "not None": "if self._v is not None:\n    return self._v\nself._v = work(self)\nreturn self._v",
    "not": "if not self._v:\n    self._v = work(self)\nreturn self._v",
    "or": "self._v = self._v or work(self)\nreturn self._v",
    "if else": "self._v = work(self) if self._v is None else self._v\nreturn self._v",
    "hasattr": "if not hasattr(self, '_v'):\n    self._v = work(self)\nreturn self._v",
    "getattr": "v = getattr(self, '_v', None)\nif v is None:\n    v = self._v = work(self)\nreturn v",
    "AttributeError": "try:\n    return self._v\nexcept AttributeError:\n    self._v = work(self)\n    return self._v",
    "__dict__": "if '_v' not in self.__dict__:\n    self.__dict__['_v'] = work(self)\nreturn self.__dict__['_v']",
    "setattr": "if not hasattr(self, '_v'):\n    setattr(self, '_v', work(self))\nreturn self._v",
    "frozen": "if self._v is None:\n    object.__setattr__(self, '_v', work(self))\nreturn self._v",
    "a local name": "v = self._v\nif v is None:\n    v = work(self)\n    self._v = v\nreturn v",
    "derived": "if self._v is None:\n    self._v = work(self)\nreturn self._v.get(k)",
    "a flag": "if not self._done:\n    self._v = work(self)\n    self._done = True\nreturn self._v",
}  # fmt: skip


@pytest.mark.parametrize("body", SINGLE.values(), ids=SINGLE)
def test_an_attribute_that_is_made_when_it_is_first_needed_is_cached(body: str) -> None:
    row = rows(method(body).replace("self._x = {}", "self._v = None"))["C._v"]
    assert (row.subkind, row.key, row.scope) == ("lazy_attr", "", "instance")


NOT_SINGLE = {
    "a client": "if self._v is None:\n    self._v = Client(self.url)\nreturn self._v",
    "a lock": "if self._v is None:\n    self._v = threading.Lock()\nreturn self._v",
    "an empty container": "if self._v is None:\n    self._v = []\nreturn self._v",
    "a parameter": "if self._v is None:\n    self._v = k\nreturn self._v",
    "a constant": "if self._v is None:\n    self._v = 10\nreturn self._v",
    "the best so far": "if self._v is None or self._v < k:\n    self._v = work(k)\nreturn self._v",
    "a total": "if self._v is None:\n    self._v = work(self)\nself._v += 1\nreturn self._v",
    "an iterator": "if self._v is None:\n    self._v = iter(self)\nreturn next(self._v)",
    "chance": "if self._v is None:\n    self._v = uuid4().hex\nreturn self._v",
    "set up and not returned": "if self._v is None:\n    self._v = work(self)\nself.run()",
}  # fmt: skip


@pytest.mark.parametrize("body", NOT_SINGLE.values(), ids=NOT_SINGLE)
def test_an_attribute_that_is_no_kept_result_is_not_taken_for_one(body: str) -> None:
    assert named(method(body).replace("self._x = {}", "self._v = None")) == {}


def test_what_is_given_in_the_constructor_is_a_default_resolved_once() -> None:
    source = "class C:\n    def __init__(self, v=None):\n        self.v = v\n    def m(self):\n" \
             "        if self.v is None:\n            self.v = work()\n        return self.v\n"  # fmt: skip
    assert named(source) == {}


def test_what_another_method_is_given_is_not_cached() -> None:
    source = method("if self._v is None:\n    self._v = work(self)\nreturn self._v").replace(
        "self._x = {}", "self._v = None"
    )
    assert named(source + "    def set(self, v):\n        self._v = v\n") == {}
    assert named(source + "    def drop(self):\n        self._v = None\n") == {"C._v": "lazy_attr"}


def test_a_helper_may_make_and_keep_what_was_not_found() -> None:
    source = "class C:\n    def __init__(self):\n        self._v = None\n    def v(self):\n" \
             "        if self._v is None:\n" \
             "            self._load()\n        return self._v\n    def _load(self):\n" \
             "        self._v = parse(self.text)\n"  # fmt: skip
    assert named(source) == {"C._v": "lazy_attr"}


def test_a_value_with_a_time_stamp_expires() -> None:
    body = (
        "now = time.time()\nif now - self._at < self.ttl:\n    return self._v\nself._v = work(self)\n"
        "self._at = now\nreturn self._v"
    )
    row = rows(method(body).replace("self._x = {}", "self._v = None"))["C._v"]
    assert (row.subkind, row.ttl) == ("adhoc_dict", True)


def test_the_last_result_is_kept_for_one_key() -> None:
    body = "if k != self._key:\n    self._v = work(k)\n    self._key = k\nreturn self._v"
    assert named(method(body).replace("self._x = {}", "self._v = None")) == {"C._v": "adhoc_dict"}


# Elsewhere


@pytest.mark.parametrize(("source", "name", "scope"), [
    ("X = {}\ndef f(k):\n    if k not in X:\n        X[k] = work(k)\n    return X[k]", "X", "module"),
    ("_v = None\ndef f():\n    global _v\n    if _v is None:\n        _v = load()\n    return _v", "_v", "module"),
    ("def f(k, _x={}):\n    if k not in _x:\n        _x[k] = work(k)\n    return _x[k]", "f._x", "module"),
    ("def f(k):\n    if k not in f.x:\n        f.x[k] = work(k)\n    return f.x[k]\nf.x = {}", "f.x", "module"),
    ("class C:\n    x = {}\n    def m(self, k):\n        if k not in self.x:\n            self.x[k] = work(k)\n"
     "        return self.x[k]", "C.x", "class"),
    ("class C:\n    x = {}\n    @classmethod\n    def m(cls, k):\n        if k not in cls.x:\n"
     "            cls.x[k] = work(k)\n"
     "        return cls.x[k]", "C.x", "class"),
    ("class C:\n    x = {}\ndef f(k):\n    if k not in C.x:\n        C.x[k] = work(k)\n    return C.x[k]", "C.x",
    "class"),
    ("def user(request):\n    if not hasattr(request, '_user'):\n        request._user = load(request)\n"
     "    return request._user", "request._user", "instance"),
])  # fmt: skip
def test_values_are_kept_in_variables_and_on_other_objects(source: str, name: str, scope: str) -> None:
    assert rows(source)[name].scope == scope


def test_a_singleton_of_the_module_is_none() -> None:
    source = "class Engine:\n    def run(self): ...\n_e = None\ndef engine():\n    global _e\n    if _e is None:\n" \
             "        _e = Engine()\n    return _e\n"  # fmt: skip
    assert named(source) == {}


def test_a_memory_of_one_call_is_none() -> None:
    source = "def f(items):\n    seen = {}\n    def g(k):\n        if k not in seen:\n            seen[k] = work(k)\n" \
             "        return seen[k]\n    return [g(k) for k in items]\n"  # fmt: skip
    assert named(source) == {}


# Decorators


@pytest.mark.parametrize(("imports", "decorator", "bounded", "ttl"), [
    ("import functools", "functools.lru_cache", True, False),
    ("import functools as ft", "ft.lru_cache(maxsize=None)", False, False),
    ("from functools import cache as remember", "remember", False, False),
    ("from functools import cached_property", "cached_property", None, False),
    ("from cachetools import cached, TTLCache", "cached(cache=TTLCache(maxsize=9, ttl=5))", True, True),
    ("from cachetools.func import ttl_cache", "ttl_cache(maxsize=9, ttl=5)", True, True),
    ("from async_lru import alru_cache", "alru_cache(maxsize=4)", True, False),
    ("from django.utils.functional import cached_property", "cached_property", None, False),
    ("from joblib import Memory\nmemory = Memory('d')", "memory.cache", None, None),
    ("from flask_caching import Cache\ncache = Cache()", "cache.memoize(timeout=50)", None, True),
    ("from dogpile.cache import make_region\nregion = make_region()", "region.cache_on_arguments()", None, None),
    ("from functools import lru_cache\nmemoize = lru_cache(maxsize=None)", "memoize", False, False),
])  # fmt: skip
def test_the_memoising_decorators_of_libraries_are_known(
    imports: str, decorator: str, bounded: bool | None, ttl: bool | None
) -> None:
    row = rows(f"{imports}\nclass C:\n    @property\n    @{decorator}\n    def f(self):\n        return 1\n")["C.f"]
    assert (row.subkind, row.bounded, row.ttl) == ("decorator", bounded, ttl)


MEMO = """
import functools
def memo(function):
    kept = {}
    @functools.wraps(function)
    def inner(*args):
        if args not in kept:
            kept[args] = function(*args)
        return kept[args]
    return inner
"""
FACTORY = """
def memo(seconds):
    def decorate(function):
        kept = {}
        def inner(*args):
            now = time.time()
            if args in kept and now - kept[args][0] < seconds:
                return kept[args][1]
            value = function(*args)
            kept[args] = (now, value)
            return value
        return inner
    return decorate
"""
DESCRIPTOR = """
class memo:
    def __init__(self, function):
        self.function = function
    def __get__(self, instance, owner):
        if instance is None:
            return self
        value = instance.__dict__[self.function.__name__] = self.function(instance)
        return value
"""
CALLABLE = """
class memo:
    def __init__(self, function):
        self.function = function
        self.kept = {}
    def __call__(self, *args):
        try:
            return self.kept[args]
        except KeyError:
            value = self.kept[args] = self.function(*args)
            return value
"""
PASSED_ON = "from functools import lru_cache\ndef memo(func):\n    return lru_cache(maxsize=None)(func)\n"
ASYNC = MEMO.replace("def inner", "async def inner").replace("function(*args)\n", "await function(*args)\n")


@pytest.mark.parametrize("memo", [MEMO, FACTORY, DESCRIPTOR, CALLABLE, PASSED_ON, ASYNC])
def test_the_project_s_own_memoisers_are_found_by_what_they_do(memo: str) -> None:
    used = "memo(9)" if memo is FACTORY else "memo"
    user = (
        f"from kept import memo\n@{used}\ndef f(a):\n    return a\nclass C:\n    @{used}\n    def m(self):\n"
        f"        return 1\n"
    )
    assert named(user, kept=memo) == {"f": "decorator", "C.m": "decorator"}


def test_a_memoiser_that_was_imported_by_another_name_and_through_another_module_is_known() -> None:
    found = named(
        "from api import remember\n@remember\ndef f(a): ...\n", kept=MEMO, api="from kept import memo as remember\n"
    )
    assert found == {"f": "decorator"}


def test_a_function_that_is_wrapped_by_a_plain_call_is_cached() -> None:
    source = "from functools import lru_cache\ndef _f(a): ...\nf = lru_cache(maxsize=8)(_f)\nclass C:\n" \
             "    def __init__(self):\n" \
             "        self.g = lru_cache(None)(self._g)\n    def _g(self, a): ...\n"  # fmt: skip
    found = rows(source)
    assert {name: row.bounded for name, row in found.items()} == {"f": True, "C.g": False}


@pytest.mark.parametrize("decorator", ["property", "retry", "functools.wraps(g)", "app.route('/cache')", "never_cache"])
def test_other_decorators_are_none(decorator: str) -> None:
    source = (
        "import functools\nfrom django.views.decorators.cache import never_cache\ndef retry(function):\n"
        "    def inner(*a):\n        return function(*a)\n    return inner\n"
        f"@{decorator}\ndef f(a): ...\n"
    )
    assert named(source) == {}


# Classes and libraries

LRU = """
from collections import OrderedDict
class {name}:
    def __init__(self, size):
        self.size = size
        self._entries = OrderedDict()
    def get(self, key, default=None):
        if key not in self._entries:
            return default
        self._entries.move_to_end(key)
        return self._entries[key]
    def put(self, key, value):
        self._entries[key] = value
        while len(self._entries) > self.size:
            self._entries.popitem(last=False)
"""


def test_a_class_that_keeps_entries_for_others_is_one_cache() -> None:
    found = rows(LRU.format(name="QuoteCache") + "quotes = QuoteCache(9)\n")
    assert list(found) == ["QuoteCache"]
    row = found["QuoteCache"]
    assert (row.subkind, row.bounded, row.storage, row.none, row.confidence) == (
        "class",
        True,
        "_entries",
        "miss",
        "high",
    )


def test_a_registry_with_the_same_methods_is_none() -> None:
    assert named("class Registry:\n    def __init__(self):\n        self._all = {}\n    def get(self, name):\n"
                 "        return self._all.get(name)\n    def put(self, name, thing):\n" \
                 "        self._all[name] = thing\n") == {}  # fmt: skip


@pytest.mark.parametrize("name", ["CacheConfig", "CacheError", "CacheStats"])
def test_what_goes_with_a_cache_is_none_by_its_name(name: str) -> None:
    source = f"class {name}:\n    def __init__(self, size):\n        self.size = size\n    def get(self, key):\n" \
             "        return getattr(self, key)\n    def set(self, key, value):\n" \
             "        setattr(self, key, value)\n"  # fmt: skip
    assert named(source) == {}


def test_a_mapping_that_makes_what_is_missing_is_a_cache() -> None:
    assert named("class Sizes(dict):\n    def __missing__(self, key):\n        self[key] = v = measure(key)\n"
                 "        return v\n") == {
        "Sizes": "class"}  # fmt: skip


def test_a_library_s_cache_object_is_a_cache_where_it_is_held() -> None:
    source = "from cachetools import TTLCache, LRUCache\nquotes = TTLCache(9, 60)\nclass C:\n" \
             "    def __init__(self):\n" \
             "        self._names: LRUCache[str, str] = LRUCache(maxsize=9)\n"  # fmt: skip
    found = rows(source)
    assert {name: (row.subkind, row.ttl, row.scope) for name, row in found.items()} == {
        "quotes": ("library", True, "module"), "C._names": ("library", False, "instance")}  # fmt: skip


def test_a_library_s_cache_that_only_tells_what_came_by_throttles() -> None:
    source = "from cachetools import TTLCache\nseen = TTLCache(9, 60)\ndef warn(text):\n    if text in seen:\n" \
             "        return\n" \
             "    seen[text] = True\n    log(text)\n"  # fmt: skip
    assert named(source) == {"seen": "throttle"}


# Files

FILE = """
import json, pathlib
class Bars:
    def bars(self, symbol):
        path = pathlib.Path("kept") / f"{symbol}.json"
        if path.exists():
            return json.loads(path.read_text())
        bars = download_bars(symbol)
        path.write_text(json.dumps(bars))
        return bars
"""


def test_results_kept_in_files_under_a_key_are_cached_by_the_class_that_does() -> None:
    row = rows(FILE)["Bars"]
    assert (row.subkind, row.scope, row.value_kind, row.confidence) == ("file", "process-external", "fetched", "high")


@pytest.mark.parametrize("change", [
    ("bars = download_bars(symbol)", "bars = DEFAULTS"),
    ('f"{symbol}.json"', '"settings.json"'),
    ("            return json.loads(path.read_text())\n", "            raise FileExistsError(path)\n"),
])  # fmt: skip
def test_a_file_that_gets_defaults_or_settings_or_is_only_written_is_none(change: tuple[str, str]) -> None:
    assert change[0] in FILE
    assert named(FILE.replace(*change)) == {}


# What a row says


def test_none_is_kept_where_membership_is_asked_and_a_miss_where_none_is_compared() -> None:
    assert rows(method(KEYED["membership"]))["C._x"].none == "stored"
    assert rows(method(KEYED["sentinel"]))["C._x"].none == "stored"
    assert rows(method(KEYED["get"]))["C._x"].none == "miss"


def test_a_row_says_its_lock_its_limit_and_its_age() -> None:
    row = rows(method(KEYED["limit"]))["C._x"]
    assert (row.bounded, row.ttl, row.locked) == (True, False, False)
    assert rows(method(KEYED["age"]))["C._x"].ttl is True
    assert rows(method(KEYED["double-checked"]))["C._x"].locked is True


def test_a_key_is_told_as_it_is_put_together() -> None:
    assert rows(method(KEYED["tuple key"]))["C._x"].key == "(k, self.n)"


def test_evidence_is_short_and_has_its_line() -> None:
    row = rows(method("if k not in self._x:\n    self._x[k] = work(" + "k, " * 200 + ")\nreturn self._x[k]"))["C._x"]
    assert all(one.startswith("line ") and len(one) < 160 for one in row.evidence)


def test_a_key_of_several_levels_or_elements_is_told_whole() -> None:
    nested = rows(method("sub = self._x.setdefault(k.a, {})\nif k.b not in sub:\n    sub[k.b] = work(k)\n"
                         "return sub[k.b]"))  # fmt: skip
    assert nested["C._x"].key == "(k.a, k.b)"
    several = "if (k, self.n) not in self._x:\n    self._x[k, self.n] = work(k)\nreturn self._x[k, self.n]"
    assert rows(method(several))["C._x"].key == "(k, self.n)"
    other = several.replace("self._x[k, self.n]", "self._x[self.n, k]")
    assert "C._x" not in rows(method(other)) or rows(method(other))["C._x"].confidence != "high"


def test_a_lock_that_is_acquired_or_held_by_all_callers_locks_the_stores() -> None:
    acquired = method("self._lock.acquire()\ntry:\n    if k not in self._x:\n        self._x[k] = work(k)\n"
                      "    return self._x[k]\nfinally:\n    self._lock.release()")  # fmt: skip
    assert rows(acquired)["C._x"].locked is True
    early = method("self._lock.acquire()\nself._lock.release()\n" + KEYED["no membership"])
    assert rows(early)["C._x"].locked is False
    private = method(KEYED["no membership"]).replace("def m", "def _m")
    held = "    def get(self, k):\n        with self._lock:\n            return self._m(k)\n"
    assert rows(private + held)["C._x"].locked is True
    assert rows(private + held + "    def peek(self, k):\n        return self._m(k)\n")["C._x"].locked is False
    assert rows(private + held + "    def all(self, ks):\n        return map(self._m, ks)\n")["C._x"].locked is False


def test_functions_that_clear_a_decorated_function_are_named_in_its_row() -> None:
    source = ("from functools import cache, cached_property\n@cache\ndef rate(k):\n    return work(k)\n"
              "class C:\n    @cached_property\n    def total(self):\n        return work(self)\n"
              "    @cached_property\n    def mean(self):\n        return work(self)\n"
              "    def drop(self):\n        rate.cache_clear()\n        del self.total\n"
              "    def pop(self):\n        self.__dict__.pop('mean', None)\n")  # fmt: skip
    others = "from m import rate as r\ndef reset():\n    r.cache_clear()\n"
    found = rows(source, n=others)
    assert (found["rate"].invalidation, found["rate"].ttl) == (("C.drop", "n.reset"), None)
    assert (found["C.total"].invalidation, found["C.mean"].invalidation) == (("C.drop",), ("C.pop",))
    alike = rows(source.replace("rate.cache_clear()", "rate.cache_info()").replace("del self.total", "self.total"))
    assert (alike["rate"].invalidation, alike["rate"].ttl, alike["C.total"].invalidation) == ((), False, ())


def test_what_only_tests_clear_is_not_cleared() -> None:
    source = "from functools import cache\n@cache\ndef rate(k):\n    return work(k)\n"
    tests = "from m import rate\ndef test_rate():\n    rate.cache_clear()\n"
    found: list[Any] = table("caches", {"m.py": source, "tests/test_m.py": tests})
    assert [(row.name, row.invalidation) for row in found] == [("rate", ())]


TOKEN = """
class Api:
    def __init__(self):
        self._word = None
        self._expires = 0
    def word(self):
        now = time.time()
        if self._word and self._expires > now:
            return self._word
        self._word = fetch_word()
        self._expires = now + 60
        return self._word
"""
RENEWED = """
class Api:
    def __init__(self):
        self._word = None
        self._renew = None
    async def renew(self):
        now = time.time()
        if not self._word or now > self._renew:
            answer = await fetch_word()
            self._word = answer["word"]
            self._renew = now + 60
    async def call(self):
        await self.renew()
        return await post(self._word)
"""


def test_a_single_value_that_holds_until_a_time_expires() -> None:
    for source in (TOKEN, RENEWED):
        row = rows(source)["Api._word"]
        assert (row.subkind, row.ttl, row.key) == ("adhoc_dict", True, "")
    untimed = rows(TOKEN.replace(" and self._expires > now", ""))["Api._word"]
    assert (untimed.subkind, untimed.ttl) == ("lazy_attr", False)
    assert "Api._word" not in rows(RENEWED.replace("await fetch_word()", "fetch_word()"))


def test_what_is_allocated_or_saved_with_a_state_is_no_cache() -> None:
    look = "if k in self._x:\n    return self._x[k]\nv = self._x[k] = work(k)\n"
    assert "C._x" in rows(method(look + "self.log(k)\nreturn v"))
    assert "C._x" not in rows(method(look + "self._async_schedule_save()\nreturn v"))
    assert "C._x" not in rows(method(look + "return v").replace("def m", "def get_or_allocate"))
