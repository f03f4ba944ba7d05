"""The unified cache counts as one cache, whatever uses it."""

from typing import Any

from overhaul.testing import table

MARK = "# overhaul scaffold: cache 0.1.0 blake2b:0123456789abcdef0123456789abcdef\n"
CACHE = """class UnifiedCache:
    def __init__(self):
        self._entries = {}

    def get_or_compute(self, key, compute):
        if key not in self._entries:
            self._entries[key] = compute()
        return self._entries[key]

    def clear(self):
        self._entries.clear()


class SharedCaches:
    def __init__(self):
        self._stores = {}

    def get(self, name):
        if name not in self._stores:
            self._stores[name] = work(name)
        return self._stores[name]

    def clear(self):
        self._stores.clear()


def cached(function):
    return function
"""
USES = """from app.cache import UnifiedCache, cached


class Chain:
    def __init__(self):
        self._parsed = UnifiedCache()

    def parse(self, text):
        return self._parsed.get_or_compute(text, lambda: work(text))


@cached
def days(first):
    return work(first)
"""


def names(**files: str) -> list[str]:
    found: list[Any] = table("caches", {path.replace("__", "/") + ".py": text for path, text in files.items()})
    return sorted(f"{row.module}.{row.name}" for row in found)


def test_a_copy_of_the_unified_cache_and_all_that_uses_it_are_one_cache() -> None:
    found: list[Any] = table("caches", {"app/cache.py": MARK + CACHE, "app/uses.py": USES})
    (row,) = found
    assert (row.module, row.name, row.subkind) == ("app.cache", "UnifiedCache", "class")
    assert row.evidence[-1] == "the unified cache, copied by overhaul scaffold"


def test_a_class_of_that_name_that_is_no_copy_is_a_cache_class_like_any_other() -> None:
    assert names(app__cache=CACHE) == ["app.cache.SharedCaches", "app.cache.UnifiedCache"]


def test_a_mark_further_down_is_a_mere_comment() -> None:
    below = CACHE.replace("class SharedCaches", f"{MARK}class SharedCaches")
    assert names(app__cache=below) == ["app.cache.SharedCaches", "app.cache.UnifiedCache"]


def test_how_another_copy_works_inside_is_no_cache_of_the_project() -> None:
    state = MARK.replace(" cache ", " state ") + CACHE
    assert names(app__state=state, app__own=CACHE.replace("UnifiedCache", "OwnCache")) == [
        "app.own.OwnCache", "app.own.SharedCaches",
    ]  # fmt: skip


def test_the_installed_decorator_is_no_further_cache_but_one_of_another_library_is() -> None:
    decorated = "from {} import cached\n\n\n@cached\ndef days(first):\n    return work(first)\n"
    assert names(app__a=decorated.format("overhaul.unified.cache")) == []
    assert names(app__a=decorated.format("other.unified.cache")) == ["app.a.days"]
