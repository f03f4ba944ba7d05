"""Random packages, renamed and moved at random: what CPython's compiler binds is bound as before, or it is refused."""

from __future__ import annotations

import sys

import pytest
from hypothesis import assume, event, given, settings

from benchmarks.random_packages.asking import NEW_NAMES, NEW_PLACES, UNHURRIED, moved_or_refused, renamed_or_refused
from benchmarks.random_packages.meaning import Origin, Package
from benchmarks.random_packages.writing import targets

Asked = tuple[dict[str, str], str, str]
by_the_same_compiler = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="reads the byte code of Python 3.11 and 3.12"
)


@pytest.mark.slow
@by_the_same_compiler
@given(targets(), NEW_NAMES)
@settings(UNHURRIED, max_examples=200)
def test_a_random_rename_keeps_every_binding_or_is_refused(asked: Asked, new: str) -> None:
    assume(new != asked[2])
    event(renamed_or_refused(*asked, new))


@pytest.mark.slow
@by_the_same_compiler
@given(targets(), NEW_PLACES)
@settings(UNHURRIED, max_examples=200)
def test_a_random_move_keeps_every_binding_or_is_refused(asked: Asked, to: str) -> None:
    assume(to != asked[1])
    event(moved_or_refused(*asked, to))


BEFORE = {
    "pkg/__init__.py": "from .a import Old\n__all__ = ['Old']\n",
    "pkg/a.py": (
        "class Old:\n    pass\n"
        "def f(x: 'list[Old]', k):\n    Old.Old = [Old for Old in k if print('Old', Old=k)]\n    return Old()\n"
        "class C:\n    if f:\n        g = 1\n    h = g\ng = 2\n"
    ),
    "pkg/b.py": (
        "from pkg.a import *\nimport pkg.a as m\ny = Old, m.Old, 'pkg.Old'\n"
        "def g():\n    from . import Old as z\n    return z.Old, lambda: z\n"
    ),
}
AFTER = {
    "pkg/__init__.py": "from .a import New\n__all__ = ['New']\n",
    "pkg/a.py": (
        "class New:\n    pass\n"
        "def f(x: 'list[New]', k):\n    New.Old = [Old for Old in k if print('Old', Old=k)]\n    return New()\n"
        "class C:\n    if f:\n        g = 1\n    h = g\ng = 2\n"
    ),
    "pkg/b.py": (
        "from pkg.a import *\nimport pkg.a as m\ny = New, m.New, 'pkg.New'\n"
        "def g():\n    from . import New as z\n    return z.Old, lambda: z\n"
    ),
}


def same(after: dict[str, str]) -> bool:
    def renamed(origin: Origin) -> Origin:
        return ("def", "pkg.a", "New") if origin == ("def", "pkg.a", "Old") else origin

    before, now = Package(BEFORE), Package(after)
    return before.meanings(renamed) == now.meanings(lambda origin: origin) and not list(now.flaws())


@by_the_same_compiler
def test_the_compiler_sees_that_a_whole_rename_keeps_every_binding() -> None:
    assert same(AFTER)


@by_the_same_compiler
@pytest.mark.parametrize(
    ("path", "written", "instead"),
    [
        ("pkg/__init__.py", "import New", "import Old"),
        ("pkg/__init__.py", "['New']", "['Old']"),
        ("pkg/a.py", "return New", "return Old"),
        ("pkg/a.py", "list[New", "list[Old"),
        ("pkg/a.py", "print('Old", "print('New"),
        ("pkg/a.py", "New.Old", "New.New"),
        ("pkg/a.py", "Old=k", "New=k"),
        ("pkg/a.py", "h = g", "h = New"),
        ("pkg/a.py", "g = 2", "New = 2"),
        ("pkg/b.py", "m.New", "m.Old"),
        ("pkg/b.py", "import New as", "import Old as"),
        ("pkg/b.py", "pkg.New", "pkg.Old"),
        ("pkg/b.py", "z.Old", "z.New"),
        ("pkg/b.py", "lambda: z", "lambda: m"),
    ],
)
def test_the_compiler_sees_each_place_that_was_forgotten_or_should_have_stayed(
    path: str, written: str, instead: str
) -> None:
    assert written in AFTER[path]
    assert not same(AFTER | {path: AFTER[path].replace(written, instead)})
