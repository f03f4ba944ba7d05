"""What `__all__` comes to."""

from typing import Any

import pytest

from overhaul.testing import collect


def exported(source: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Names, other lists, and whether all was understood; of the one row."""
    rows: list[Any] = collect("exports", source)
    [row] = rows
    return row.names, row.others, row.complete


@pytest.mark.parametrize(("source", "names"), [
    ("__all__ = ['a', 'b']", "a b"),
    ("__all__ = ('a' 'b', \"c\")", "ab c"),
    ("__all__: list[str] = ['a']", "a"),
    ("a = __all__ = ['a']", "a"),
    ("__all__ = ['a']\n__all__ = ['b']", "b"),
    ("__all__ = ['a'] + ['b']\n__all__ += ('c',)", "a b c"),
    ("__all__ = sorted(['b', 'a'])", "b a"),
    ("__all__ = [*('a', 'b'), 'a']", "a b"),
    ("__all__ = ['a']\n__all__.append('b')\n__all__.extend(['c'])\n__all__.insert(0, 'd')\n__all__.remove('a')",
     "b c d"),
    ("__all__ = ['a']\nif x:\n    __all__ += ['b']", "a b"),
    ("if x:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']", "a b"),
])  # fmt: skip
def test_the_names_are_put_together_from_all_changes(source: str, names: str) -> None:
    assert exported(source) == (tuple(names.split()), (), True)


def test_lists_of_other_modules_are_named_and_not_guessed() -> None:
    assert exported("__all__ = ['a', *b.__all__]\n__all__ += c.d.__all__") == (("a",), ("b.__all__", "c.d.__all__"),
        True)


@pytest.mark.parametrize("change", [
    "__all__ += names", "__all__.append(name)", "__all__.extend(f())", "__all__ += [f'{b}']", "__all__ += [b'b']",
    "__all__[0] = 'b'", "__all__.pop()", "__all__.clear()", "__all__ += [n for n in dir()]",
        "for n in b: __all__.append(n)",
])  # fmt: skip
def test_a_change_that_is_not_understood_makes_the_row_incomplete(change: str) -> None:
    assert exported(f"__all__ = ['a']\n{change}") == (("a",), (), False)


def test_an_assignment_that_is_understood_makes_good_what_went_before() -> None:
    assert exported("__all__ = f()\n__all__ = ['a']") == (("a",), (), True)


@pytest.mark.parametrize("source", [
    "def f():\n    __all__ = ['a']", "class C:\n    __all__ = ['a']", "a.__all__ = ['a']", "'__all__'",
        "print(__all__)",
    "__all__: list[str]", "a = b.__all__",
])  # fmt: skip
def test_what_only_looks_like_the_list_of_this_module_makes_no_row(source: str) -> None:
    assert collect("exports", source) == []
