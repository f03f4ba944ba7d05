"""Which keys functions that save or restore write and read."""

from typing import Any

from overhaul.testing import collect


def rows(source: str) -> list[str]:
    found: list[Any] = collect("state_keys", source)
    return [f"{row.act} {row.scope} {','.join(row.keys)}" for row in found]


def test_keys_of_dictionaries_are_made() -> None:
    assert rows('def save_state(self):\n    return {"b": 1, "a": 2, c: 3}') == ["made save_state a,b"]


def test_keys_that_are_looked_up_are_read() -> None:
    assert rows('def load_state(self, d):\n    d["a"]; d.get("b", 1); d.pop("c")') == ["read load_state a,b,c"]


def test_keys_that_are_assigned_are_made() -> None:
    source = 'def save_state(self, d):\n    d["a"] = 1\n    d["b"] = d["c"]'
    assert rows(source) == ["made save_state a,b", "read save_state c"]


def test_functions_inside_belong_to_the_one_around() -> None:
    source = 'def save_state(self):\n    def inner():\n        return {"a": 1}\n    return inner()'
    assert rows(source) == ["made save_state a"]


def test_functions_of_other_names_are_passed_over() -> None:
    assert rows('def price(self):\n    return {"a": 1}') == []


def test_keywords_of_dict_are_made() -> None:
    assert rows('def save_state(self):\n    d = dict(a=1, b=2)\n    d["c"] = 3') == ["made save_state a,b,c"]


def test_what_is_unpacked_or_handed_on_may_hold_more() -> None:
    assert rows('def save_state(self, x):\n    return {"a": 1, **x}') == ["made save_state *,a"]
    assert rows('def load_state(self, d):\n    d["a"]\n    self.rest(d)') == ["read load_state *,a"]
    assert rows('def load_state(self, d):\n    d["a"]\n    self.rest(**d)') == ["read load_state *,a"]
    assert rows('def load_state(self, d, k):\n    d["a"]\n    d[k]') == ["read load_state *,a"]
    assert rows('def load_state(self, d):\n    d["a"]\n    len(d)') == ["read load_state a"]
