"""What a merge of duplicates or packages must see before something goes on to work, but differently."""

from collections.abc import Mapping

import pytest

from overhaul.testing import Transformed, transform

F = "def f(x):\n    return len(x)\n"
MEMBERS = {"members": ["a:f", "b:f"], "home": "a"}
USE = "import a, b\n\nprint(a.f('1'), b.f('1'))\n"


def said(done: Transformed) -> str:
    return " ".join(f"{one.path}:{one.line}: {one.why}: {one.remedy}" for one in done.refusals)


def merged(files: Mapping[str, str], **more: object) -> str:
    """Why a merge of two functions is refused; "" where it is not."""
    return said(transform("merge_duplicates", files, {**MEMBERS, **more}))


@pytest.mark.parametrize(
    "line",
    ["b.len = id", "mock.patch('b.len', create=True)", "setattr(b, 'len', id)", "mock.patch.object(b, 'len')",
     "a.len = id", "mock.patch('a.len')"],
)  # fmt: skip
def test_a_builtin_that_is_put_into_a_module_is_seen_there_alone(line: str) -> None:
    files = {"a.py": F, "b.py": F, "c.py": f"from unittest import mock\n\nimport a, b\n\n{line}\nprint(b.f('1'))\n"}
    assert "another value" in merged(files)
    for other in ("b.max = id", "mock.patch('builtins.len')", "x.len = 1"):
        assert merged({**files, "c.py": files["c.py"].replace(line, other)}) == ""


def test_a_constant_that_a_star_import_may_bring_is_none() -> None:
    text = "K = 1\n\n\ndef f(x):\n    return x + K\n"
    files = {"a.py": text, "b.py": f"{text}\n\nfrom d import *\n", "c.py": USE, "d.py": "K = 7\n"}
    assert "`K` is" in merged(files)
    assert merged({**files, "d.py": "L = 7\n"}) == ""


@pytest.mark.parametrize(
    ("body", "use"),
    [
        ("    f.calls = getattr(f, 'calls', 0) + 1\n    return f.calls\n", "b.f(1)"),
        ("    return x\n", "a.f.calls = 1"),
        ("    return x\n", "setattr(b.f, 'calls', 1)"),
    ],
)
def test_what_a_function_keeps_on_itself_is_kept_by_each(body: str, use: str) -> None:
    text = f"def f(x):\n{body}"
    files = {"a.py": text, "b.py": text, "c.py": f"import a, b\n\n{use}\nprint(a.f(1), b.f(1))\n"}
    assert "is set there" in merged(files) or "setattr() is given f" in merged(files)
    plain = "def f(x):\n    x.calls = 1\n    return x.calls\n"
    assert merged({"a.py": plain, "b.py": plain, "c.py": USE}) == ""


COUNT = "def deco(f):\n    def w(x):\n        {}\n        return f(x)\n{}    return w\n"


@pytest.mark.parametrize(
    ("inside", "below", "why"),
    [
        ("w.n += 1", "    w.n = 0\n", "sets w.n of each"),
        ("print(f.__module__)", "", "asks for __module__"),
        ("f.n = 1", "", "sets f.n of each"),
        ("n = 1", "", ""),
        ("w.__name__", "    w.__name__ = f.__name__\n", ""),
    ],
)
def test_a_decorator_that_keeps_something_keeps_it_for_each(inside: str, below: str, why: str) -> None:
    text = f"from d import deco\n\n\n@deco\n{F}"
    files = {"a.py": text, "b.py": text, "c.py": USE, "d.py": COUNT.format(inside, below)}
    done = transform("merge_duplicates", files, MEMBERS)
    assert why in said(done) if why else not done.refusals
    if not why:
        # What else it does is for people to look at.
        assert [(one.path, "@deco" in one.reason) for one in done.leftovers] == [("b.py", True)]
        assert {one.guidance for one in done.plan.files} == {"review"}


def test_a_decorator_that_makes_something_for_each_makes_less() -> None:
    text = f"from d import deco\n\n\n@deco\n{F}"
    deco = "def deco(f):\n    seen = {}\n\n    def w(x):\n        return seen.get(x) or f(x)\n    return w\n"
    files = {"a.py": text, "b.py": text, "c.py": USE, "d.py": deco}
    assert "makes something new for each" in merged(files)
    inside = deco.replace("    seen = {}\n\n", "").replace("        return", "        seen = {}\n        return")
    assert merged({**files, "d.py": inside}) == ""


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        ("b:ff", "did you mean b:f?"),
        ("modul.bb:f", "did you mean module.bb:f?"),
        ("b:other", ""),
    ],
)
def test_a_member_that_was_never_there_is_told_from_one_that_is_gone(gone: str, why: str) -> None:
    files = {"a.py": F, "b.py": F, "c.py": USE, "module/__init__.py": "", "module/bb.py": F}
    if why:
        assert why in merged(files, members=["a:f", gone])
    else:
        assert merged(files, members=["a:f", gone]) == ""


def test_a_name_that_is_deleted_again_is_no_member() -> None:
    assert "in the end" in merged({"a.py": F, "b.py": f"{F}\n\ndel f\n"})


def test_a_module_that_cannot_be_read_is_told() -> None:
    assert "cannot be read" in merged({"a.py": F, "b.py": "def f(x:\n"})


@pytest.mark.parametrize(
    ("first", "second"),
    [("n - 1", "n - 2"), ("n - step", "n - step")],
)
def test_a_function_that_calls_itself_goes_on_with_what_it_was_given(first: str, second: str) -> None:
    head = "def f(n, step={}):\n    return [] if n <= 0 else [n, *f({})]\n"
    files = {"a.py": head.format(1, first), "b.py": head.format(1 if first != second else 2, second), "c.py": USE}
    more = {"parameters": {"less": "1"}} if first != second else {}
    assert "calls itself" in merged(files, **more)
    assert merged({**files, "b.py": files["a.py"]}) == ""


def test_what_is_printed_when_a_module_is_imported_is_told() -> None:
    files = {"a.py": f"print('a')\n{F}", "b.py": f"{F}\n\ny = f('1')\n", "c.py": "import b\n\nprint(b.y)\n"}
    done = transform("merge_duplicates", files, MEMBERS)
    assert [(one.path, one.line) for one in done.leftovers] == [("a.py", 1)]
    assert {one.guidance for one in done.plan.files} == {"review"}
    files["a.py"] = f"def log():\n    print('a')\n\n\n{F}"
    assert not transform("merge_duplicates", files, MEMBERS).leftovers


# Packages

PACKAGES = {
    "p/__init__.py": "", "p/old/__init__.py": "", "p/new/__init__.py": "", "p/old/f.py": "def now():\n    return 1\n",
    "p/new/g.py": "def moment():\n    return 1\n", "app.py": "from p.old.f import now\n\nprint(now())\n",
}  # fmt: skip
REQUEST = {"old": "p.old", "new": "p.new", "names": {"p.old.f:now": "p.new.g:moment"}}


def moved(files: Mapping[str, str], **more: object) -> str:
    """Why users are not moved; "" where they are."""
    return said(transform("merge_packages", {**PACKAGES, **files}, {**REQUEST, **more}))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("def now():\n    return 1\n", "async def moment():\n    return 1\n", "is a coroutine"),
        ("def now():\n    return [1]\n", "def moment():\n    yield 1\n", "is a generator"),
        ("from contextlib import contextmanager\n\n\n@contextmanager\ndef now():\n    yield 1\n",
         "def moment():\n    yield 1\n", "decorated by contextlib.contextmanager"),
        ("def now(x=1):\n    return x\n", "def moment(x=2):\n    return x\n", "x of p.old.f.now is 1"),
        ("A = 1\n\n\ndef now(x=A):\n    return x\n", "A = 2\n\n\ndef moment(x=A):\n    return x\n", "is A where"),
        ("now = 1\n", "def moment():\n    return 1\n", "is a variable"),
        ("def now():\n    return 1\n\n\nif __name__ == '__main__':\n    print(now())\n",
         "def moment():\n    return 1\n", "can be run"),
        ("from p import R\n\nR.append('f')\n\n\ndef now():\n    return 1\n", "def moment():\n    return 1\n",
         "append() is called when p.old.f is imported"),
        ("from functools import lru_cache\n\n\n@lru_cache\ndef now():\n    return 1\n",
         "import functools\n\n\n@functools.lru_cache\ndef moment():\n    return 1\n", ""),
        ("def now(x=1):\n    return x\n", "def moment(x=1, y=2):\n    return x\n", ""),
    ],
)  # fmt: skip
def test_functions_of_another_sort_are_no_replacement(old: str, new: str, why: str) -> None:
    found = moved({"p/__init__.py": "R = []\n", "p/old/f.py": old, "p/new/g.py": new})
    assert why in found if why else found == ""


@pytest.mark.parametrize(
    ("old", "new", "app", "why"),
    [
        ("now = 1\n", "moment = 1\n", "from p.old import f\n\nf.now = 5\nprint(f.now)\n", "is assigned there"),
        ("now = 1\n\n\ndef change():\n    global now\n    now = 2\n", "moment = 1\n",
         "from p.old.f import now\n\nprint(now)\n", "is assigned by a function"),
        ("now = 1\n", "moment = 1\n", "from p.old import f\n\nprint(f.now == 5)\n", ""),
    ],
)  # fmt: skip
def test_constants_are_assigned_once(old: str, new: str, app: str, why: str) -> None:
    found = moved({"p/old/f.py": old, "p/new/g.py": new, "app.py": app})
    assert why in found if why else found == ""


def test_constants_of_other_values_are_told() -> None:
    files = {**PACKAGES, "p/old/f.py": "now = 1\n", "p/new/g.py": "moment = 2\n",
             "app.py": "from p.old.f import now\n\nprint(now)\n"}  # fmt: skip
    done = transform("merge_packages", files, REQUEST)
    assert not done.refusals
    files["p/new/g.py"] = "moment = 1\n"
    same = transform("merge_packages", files, REQUEST)
    assert not same.leftovers


@pytest.mark.parametrize(
    ("app", "why"),
    [
        ("import importlib\n\nfrom p.old.f import now\n\nfor n in ('old', 'new'):\n"
         "    importlib.import_module('p.' + n)\nprint(now())\n", "by names it works out"),
        ("import pkgutil\n\nimport p\nfrom p.old.f import now\n\n"
         "print(now(), *pkgutil.iter_modules(p.__path__))\n", ""),
    ],
)  # fmt: skip
def test_packages_that_are_found_by_their_names_are_refused_or_told(app: str, why: str) -> None:
    done = transform("merge_packages", {**PACKAGES, "app.py": app}, REQUEST)
    assert why in said(done) if why else not done.refusals
    assert bool(done.leftovers) is not bool(why)


def test_a_file_that_is_no_module_would_be_lost() -> None:
    assert "is none of its modules" in moved({"p/old/zones.txt": "UTC\n"})
    assert moved({"p/new/zones.txt": "UTC\n"}) == ""


def test_a_package_that_was_never_there_is_told_from_one_that_is_gone() -> None:
    names = {"p.olt.f:now": "p.new.g:moment"}
    assert "did you mean p.old?" in moved({}, old="p.olt", names=names)
    assert moved({}, old="p.gone", names={"p.gone.h:now": "p.new.g:moment"}) == ""


def test_a_module_that_is_imported_already_is_called_as_it_is() -> None:
    use = "import p.a as held\nimport p.b as other\n\n\ndef use():\n    return other.f('1'), other.g()\n"
    files = {"p/__init__.py": "", "p/a.py": F, "p/b.py": f"{F}\n\ndef g():\n    return 1\n", "c.py": use}
    request = {"members": ["p.a:f", "p.b:f"], "home": "p.a"}
    done = transform("merge_duplicates", files, request)
    assert done.text("c.py") == use.replace("other.f", "held.f")
    # Inside of a function the word means something else.
    files["c.py"] = use.replace("def use():", "def use(held):")
    assert "import p.a as a\n" in transform("merge_duplicates", files, request).text("c.py")
