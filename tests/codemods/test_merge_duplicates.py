"""Definitions that become one: what the fixtures do not show, and what would break without a word."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from overhaul.changes import replaced
from overhaul.project import Project
from overhaul.proving.proof import prove
from overhaul.testing import surveyed, transform

BODY = "    if value < low:\n        return low\n    return min(value, high)\n"
ONE = f"def clamp(value, low, high):\n{BODY}"
PAIR = {"a.py": ONE, "b.py": f"{ONE}\n\ndef use(x):\n    return clamp(x, 0, 9)\n"}
MEMBERS = ["a:clamp", "b:clamp"]


def refused(files: Mapping[str, str], **more: object) -> str:
    """Why a merge is refused; "" where it is not."""
    done = transform("merge_duplicates", files, {"members": MEMBERS, "home": "a", **more})
    return " ".join(f"{one.path}:{one.line}: {one.why}: {one.remedy}" for one in done.refusals)


def test_a_merge_runs_as_before(tmp_path: Path) -> None:
    user = "import b\nfrom b import clamp as held\n\nprint(b.use(12), held(1, 2, 3), b.clamp(9, 1, 5))\n"
    files = {**PAIR, "c.py": user}
    before, after = tmp_path / "before", tmp_path / "after"
    done = transform("merge_duplicates", files, {"members": MEMBERS})
    assert not done.refusals
    said: list[str] = []
    for folder, contents in ((before, {path: text.encode() for path, text in files.items()}), (after, done.files)):
        folder.mkdir()
        for path, data in contents.items():
            (folder / path).write_bytes(data)
        ran = subprocess.run([sys.executable, "c.py"], cwd=folder, capture_output=True, text=True, check=True)
        said.append(ran.stdout)
    assert said[0] == said[1] == "9 2 5\n"
    assert b"".join(done.files.values()).count(b"def clamp") == 1


def test_asked_again_it_changes_nothing() -> None:
    files = {**PAIR, "c.py": "from b import clamp\n\nprint(clamp(1, 2, 3))\n"}
    done = transform("merge_duplicates", files, {"members": MEMBERS})
    again = {path: data.decode() for path, data in done.files.items()}
    assert transform("merge_duplicates", again, {"members": MEMBERS}).files == done.files


def test_a_name_that_is_not_there_is_refused_with_what_is_near() -> None:
    done = transform("merge_duplicates", {**PAIR, "c.py": ONE}, {"members": [*MEMBERS, "c:clomp"]})
    assert "did you mean" in done.refusals[0].remedy or "clamp" in done.refusals[0].remedy


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("print({clamp: 1})", "told from others"),
        ("print(clamp is None)", "told from others"),
        ("print(clamp.__doc__)", "__doc__ of clamp is asked for"),
        ("print(getattr(b, 'clamp'))", "is asked of b by a string"),
    ],
)
def test_what_tells_one_from_the_other_is_refused(line: str, why: str) -> None:
    assert why in refused({**PAIR, "c.py": f"import b\nfrom b import clamp\n\n{line}\n"})


@pytest.mark.parametrize("line", ["print([clamp])", "print(clamp(1, 2, 3) < 4)", "print({1: clamp})"])
def test_what_only_hands_it_on_is_not(line: str) -> None:
    assert refused({**PAIR, "c.py": f"from b import clamp\n\n{line}\n"}) == ""


def test_a_test_that_replaces_what_the_other_looks_up_is_refused() -> None:
    timed = "import time\n\n\ndef since(start):\n    return time.time() - start\n"
    files = {
        "a.py": timed, "b.py": f"{timed}\n\ndef use():\n    return since(1)\n",
        "test_b.py": "import b\n\n\ndef test(monkeypatch):\n    monkeypatch.setattr(b, 'time', None)\n    b.use()\n",
    }  # fmt: skip
    done = transform("merge_duplicates", files, {"members": ["a:since", "b:since"], "home": "a"})
    assert "gives b another value" in done.refusals[0].why
    # What the one that stays looks up is seen by more than before.
    files["test_b.py"] = files["test_b.py"].replace("import b\n", "import a, b\n").replace("setattr(b,", "setattr(a,")
    done = transform("merge_duplicates", files, {"members": ["a:since", "b:since"], "home": "a"})
    assert "gives a another value" in done.refusals[0].why
    files["test_b.py"] = files["test_b.py"].replace("'time'", "'other'")
    assert not transform("merge_duplicates", files, {"members": ["a:since", "b:since"], "home": "a"}).refusals


def test_a_script_does_not_come_to_need_a_package_that_it_never_imported() -> None:
    files = {"shop/__init__.py": "", "shop/a.py": ONE, "tools/run.py": f"{ONE}\n\nprint(clamp(1, 2, 3))\n"}
    done = transform("merge_duplicates", files, {"members": ["shop.a:clamp", "tools.run:clamp"], "home": "shop.a"})
    assert "nothing beside tools.run imports anything of shop" in done.refusals[0].why


def test_private_names_of_a_class_have_its_name_in_them() -> None:
    one = "class A:\n    def __init__(self):\n        self.__x = 1\n"
    files = {"a.py": one, "b.py": one.replace("class A", "class B")}
    done = transform("merge_duplicates", files, {"members": ["a:A", "b:B"], "home": "a"})
    assert "is _B__x to Python" in done.refusals[0].why
    files["b.py"] = one
    assert not transform("merge_duplicates", files, {"members": ["a:A", "b:A"], "home": "a"}).refusals


def test_classes_are_to_be_reviewed() -> None:
    one = "class A:\n    def f(self):\n        return 1\n"
    done = transform("merge_duplicates", {"a.py": one, "b.py": f"{one}\n\nprint(A().f())\n"},
                     {"members": ["a:A", "b:A"], "home": "a"})  # fmt: skip
    assert {each.guidance for file in done.plan.files for each in file.replacements} == {"review"}


def test_a_definition_that_may_run_otherwise_inside_is_no_duplicate() -> None:
    for left, right in (("return value", "yield value"), ("x = 1", "x = True"), ("x = 1", "x = 1.0"),
                        ("f'{value!r}'", "f'{value!s}'"), ("f'{value:>3}'", "f'{value:<3}'"),
                        ("lambda: value", "lambda *a: value"), ("global low", "global low")):  # fmt: skip
        files = {"a.py": f"def clamp(value):\n    {left}\n", "b.py": f"def clamp(value):\n    {right}\n"}
        assert refused(files) != "", (left, right)


def test_variables_must_stand_for_one_another() -> None:
    files = {
        "a.py": "def clamp(one, two):\n    return one - two\n", "b.py": "def clamp(one, two):\n    return two - one\n",
    }  # fmt: skip
    assert "stands for two things" in refused(files)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("NAME = 'a'", "NAME = 'a'", True), ("NAME = (1, -2)", "NAME = (1, -2)", True),
        ("import re\nNAME = re.compile('a', re.I)", "import re\nNAME = re.compile('a', re.I)", True),
        ("NAME = 'a'", "NAME = 'b'", False), ("NAME = ['a']", "NAME = ['a']", False),
        ("NAME = 'a'\nNAME = 'b'", "NAME = 'a'\nNAME = 'b'", False), ("NAME = object()", "NAME = object()", False),
        ("import re\nNAME = re.compile('a')", "import regex as re\nNAME = re.compile('a')", False),
    ],
)  # fmt: skip
def test_constants_that_nobody_can_change_are_the_same_where_they_are_equal(
    first: str, second: str, same: bool
) -> None:
    body = "\n\n\ndef clamp(x):\n    return NAME, x\n"
    assert (refused({"a.py": first + body, "b.py": second + body}) == "") is same


def test_a_use_that_is_forgotten_is_refused() -> None:
    """Each replacement of a plan is left out in its turn: the proof is no echo of the codemod."""
    files = {
        **PAIR, "b.py": f"import math\n\n\n{ONE}\n\ndef use(x):\n    return math.floor(clamp(x, 0, 9))\n",
        "c.py": "import b\nfrom b import clamp as held, use\n\nprint(use(12), held(1, 2, 3), b.clamp(9, 1, 5))\n",
    }  # fmt: skip
    plan = transform("merge_duplicates", files, {"members": MEMBERS, "home": "a"}).plan
    assert not plan.refusals
    missed: list[str] = []
    with surveyed(files) as seen:
        project = Project(seen)
        for file in plan.files:
            # An import that nobody needs any more may stay.
            for left in (one for one in file.replacements if one.text or one.because != "import"):
                rest = tuple(one for one in file.replacements if one != left)
                after = replaced(project.source(file.path), rest)
                changed = msgspec.structs.replace(file, after=after, replacements=rest)
                changes = tuple(changed if one is file else one for one in plan.files)
                checks = prove(project, project.after(changes), changes, (), plan.leftovers, plan.replaced)
                if not any(check.refusals for check in list(checks)):
                    missed.append(f"{file.path}: {left.text!r}")
    assert missed == []


METHOD = "    def f(self, x=1):\n        return x, self.y\n"


def mixed(first: str, second: str, more: str = "") -> str:
    """Why the methods `f` of two classes are no mixin; "" where they become one."""
    done = transform("merge_duplicates", {"a.py": f"{first}\n\n{second}\n\n{more}"},
                     {"members": ["a:A.f", "a:B.f"], "mixin": "Both"})  # fmt: skip
    return " ".join(f"{one.why}: {one.remedy}" for one in done.refusals)


@pytest.mark.parametrize(
    ("first", "second", "more", "why"),
    [
        (f"class A:\n{METHOD}", f"class B(A):\n{METHOD}", "", "inherits from several of the classes"),
        (f"class A:\n{METHOD}", f"class B:\n{METHOD}", "class C(A, B):\n    pass\n", "inherits from several"),
        (f"class A:\n{METHOD}    g = f\n", f"class B:\n{METHOD}", "", "is used in the body of A"),
        (f"class A:\n{METHOD}", f"class B:\n{METHOD.replace('x=1', 'x=2')}", "", "other parameters or literals"),
        (f"class A:\n{METHOD}", f"class B:\n{METHOD.replace('x', 'z')}", "", "other parameters or literals"),
        (f"class A:\n{METHOD.replace('self.y', 'super()')}", f"class B:\n{METHOD.replace('self.y', 'super()')}", "",
         "super means something else"),
        (f"class A:\n{METHOD.replace('.y', '.__y')}", f"class B:\n{METHOD.replace('.y', '.__y')}", "", "__y means"),
        (f"class A(dict):\n{METHOD}", f"import enum\nclass B(enum.Enum):\n{METHOD}", "", "inherits from Enum"),
        (f"class A(metaclass=M):\n{METHOD}", f"class B:\n{METHOD}", "", "is told of what its class has"),
        ("class A:\n    @hook\n" + METHOD, "class B:\n    @hook\n" + METHOD, "", "@hook may keep"),
        (f"class A:\n{METHOD}", f"class B:\n{METHOD}", "Both = 1\n", "no free name"),
    ],
)  # fmt: skip
def test_methods_that_would_do_something_else_elsewhere_are_refused(
    first: str, second: str, more: str, why: str
) -> None:
    head = "def hook(f):\n    return f\n\n\nclass M(type):\n    pass\n\n\n"
    assert why in mixed(head + first, second, more)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"class A:\n{METHOD}", f"class B:\n{METHOD}"),
        (f"class A(dict):\n{METHOD}", f"import abc\nclass B(abc.ABC):\n    y = 2\n\n{METHOD}"),
        (f"class A():\n    y = 1\n{METHOD}    z = 3\n", f"class B(object,):\n    y = 9\n{METHOD}"),
        (f"class A:\n    __slots__ = ('y',)\n{METHOD}", f"class B:\n{METHOD}"),
    ],
)
def test_methods_that_are_the_same_everywhere_become_one(first: str, second: str, tmp_path: Path) -> None:
    use = "a, b = A(), B()\na.y = b.y = 5\nprint(A.f(a), b.f(3), hasattr(a, '__dict__'))\n"
    text = f"{first}\n\n{second}\n\n{use}"
    done = transform("merge_duplicates", {"a.py": text}, {"members": ["a:A.f", "a:B.f"], "mixin": "Both"})
    assert not done.refusals and done.text("a.py").count("def f") == 1
    said: list[str] = []
    for number, content in enumerate((text, done.text("a.py"))):
        (tmp_path / f"{number}.py").write_text(content)
        ran = subprocess.run([sys.executable, f"{number}.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
        said.append(ran.stdout)
    assert said[0] == said[1]


def test_a_test_that_imports_another_part_of_a_package_may_import_the_home_too() -> None:
    files = {
        "src/shop/__init__.py": "", "src/shop/more/__init__.py": "", "src/shop/more/a.py": ONE, "src/shop/b.py": ONE,
        "tests/test_b.py": "from shop.b import clamp\n\n\ndef test_clamp():\n    assert clamp(1, 2, 3) == 2\n",
        "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n",
    }  # fmt: skip
    request = {"members": ["shop.more.a:clamp", "shop.b:clamp"], "home": "shop.more.a"}
    done = transform("merge_duplicates", files, request)
    assert not done.refusals
    assert done.text("tests/test_b.py").startswith("from shop.more.a import clamp\n")


LIMITED = "LIMIT = 10\n\n\ndef get():\n    return LIMIT\n"
VALUED = "class Kind:\n    {body}\n"


@pytest.mark.parametrize(
    "lines",
    [
        "a.LIMIT = 5", "setattr(b, 'LIMIT', 5)", "for name in ['LIMIT']:\n    setattr(b, name, 5)", "change(b)",
        "patch('a.LIMIT', 5)", "patch('a.get', 5)", "HERE = 'b'\npatch(f'{HERE}.LIMIT', 5)", "a.get = print",
    ],
)  # fmt: skip
def test_a_value_that_somebody_gives_one_of_the_modules_is_not_given_to_the_other(lines: str) -> None:
    files = {"a.py": LIMITED, "b.py": LIMITED, "c.py": f"import a, b\n\n{lines}\nprint(a.get(), b.get())\n"}
    assert "value" in refused(files, members=["a:get", "b:get"])


def test_a_value_of_another_name_is() -> None:
    lines = "a.other = 5\npatch('a.other', 5)\nsetattr(b, 'other', 5)"
    files = {"a.py": LIMITED, "b.py": LIMITED, "c.py": f"import a, b\nfrom b import get\n\n{lines}\nprint(get())\n"}
    assert refused(files, members=["a:get", "b:get"]) == ""


@pytest.mark.parametrize(
    "lines", ["add(a.clamp)\nadd(b.clamp)", "for each in [a.clamp, b.clamp]:\n    print(each)", "x = a.clamp, b.clamp"]
)
def test_who_is_handed_both_may_tell_them_apart(lines: str) -> None:
    assert "may tell them apart" in refused({**PAIR, "c.py": f"import a, b\n\n{lines}\n"})


def test_who_is_handed_one_is_told_for_review() -> None:
    done = transform("merge_duplicates", {**PAIR, "c.py": "from b import clamp\n\nadd(clamp)\n"}, {"members": MEMBERS})
    assert [(one.path, one.line) for one in done.leftovers] == [("c.py", 3)]


@pytest.mark.parametrize(
    "lines",
    [
        "try:\n    go()\nexcept a.Kind:\n    x = 1\nexcept b.Kind:\n    x = 2", "on(a.Kind, 1)\non(b.Kind, 2)",
        "match go():\n    case a.Kind():\n        x = 1\n    case b.Kind():\n        x = 2",
        "print(isinstance(go(), a.Kind), isinstance(go(), b.Kind))",
        "@show.register\ndef one(x: a.Kind): ...\n\n\n@show.register\ndef two(x: b.Kind): ...",
    ],
)  # fmt: skip
def test_classes_that_are_told_apart_stay_two(lines: str) -> None:
    files = {"a.py": "class Kind: ...\n", "b.py": "class Kind: ...\n", "c.py": f"import a, b\n\n{lines}\n"}
    assert "may tell them apart" in refused(files, members=["a:Kind", "b:Kind"])


@pytest.mark.parametrize(
    "body",
    [
        "kept = ([], {})", "kept = object()", "n = 0\n    def add(self):\n        type(self).n += 1",
        "n = 0\n    def add(self):\n        self.__class__.n = 1", "def add(self, to=[]):\n        return to",
    ],
)
def test_what_a_class_keeps_for_all_instances_stays_its_own(body: str) -> None:
    source = VALUED.format(body=body)
    files = {"a.py": source, "b.py": source, "c.py": "from b import Kind\n\nKind()\n"}
    assert "one for both classes" in refused(files, members=["a:Kind", "b:Kind"])


@pytest.mark.parametrize("body", ["kept = (1, 'x')", "def add(self, to=()):\n        self.n = to", "kept = -1"])
def test_what_nobody_changes_is_no_reason(body: str) -> None:
    source = VALUED.format(body=body)
    files = {"a.py": source, "b.py": source, "c.py": "from b import Kind\n\nKind()\n"}
    assert refused(files, members=["a:Kind", "b:Kind"]) == ""


def test_a_class_that_is_given_something_from_outside_stays_its_own() -> None:
    source = VALUED.format(body="debug = False")
    files = {"a.py": source, "b.py": source, "c.py": "import a, b\n\na.Kind.debug = True\nprint(b.Kind.debug)\n"}
    assert "is set there" in refused(files, members=["a:Kind", "b:Kind"])


def test_a_star_import_behind_a_definition_may_bring_another() -> None:
    files = {**PAIR, "a.py": f"{ONE}\n\nfrom d import *\n", "d.py": "def clamp(): ...\n"}
    assert "star import" in refused(files)
    assert refused({**files, "d.py": "def other(): ...\n"}) == ""


REGISTER = {"r.py": "SEEN = []\n", "a.py": ONE, "b.py": f"from r import SEEN\n\n\n{ONE}\n\nSEEN.append(1)\n"}


def test_a_module_that_does_something_goes_on_to_be_imported() -> None:
    assert "append() is called" in refused({**REGISTER, "c.py": "from b import clamp\n\nprint(clamp(1, 2, 3))\n"})
    again = "import b\nfrom b import clamp\n\nprint(clamp(1, 2, 3), b.SEEN)\n"
    assert refused({**REGISTER, "c.py": again}) == ""


def test_a_module_that_does_something_is_no_new_home() -> None:
    files = {**REGISTER, "c.py": "from a import clamp\n\nprint(clamp(1, 2, 3))\n"}
    assert "does not import it yet" in refused(files, home="b")


def test_a_callback_does_not_come_to_have_more_parameters() -> None:
    files = {"a.py": "def f(x):\n    return x + 1\n", "b.py": "def f(x):\n    return x + 2\n"}
    request = {"members": ["a:f", "b:f"], "home": "a", "parameters": {"k": "1"}}
    assert "more parameters" in refused({**files, "c.py": "import a, b\n\ncall(a.f)\nprint(b.f(1))\n"}, **request)
    assert refused({**files, "c.py": "import a\nfrom b import f\n\nprint(a.f(1), f(1))\n"}, **request) == ""


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("def f(x, **more):\n    return x, more\n", "def f(y, **more):\n    return y, more\n", "takes any keywords"),
        ("def f(x):\n    y = x\n    return locals()\n", "def f(x):\n    z = x\n    return locals()\n", "locals()"),
        ("from __future__ import annotations\n\n\nclass f:\n    x: int = 1\n", "class f:\n    x: int = 1\n", "texts"),
    ],
)
def test_what_shows_its_names_is_refused(first: str, second: str, why: str) -> None:
    files = {"a.py": first, "b.py": second, "c.py": "from b import f\n\nprint(f(1))\n"}
    assert why in refused(files, members=["a:f", "b:f"])
    assert refused({**files, "b.py": first}, members=["a:f", "b:f"]) == ""


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("import logging", "    logging.warning(x)"),
        ("import logging\n\nlog = logging.getLogger('x')", "    log.info(x)"),
        ("from functools import lru_cache\n\n\n@lru_cache", "    return x"),
    ],
)  # fmt: skip
def test_what_reports_or_keeps_something_is_for_review(head: str, line: str) -> None:
    source = f"{head}\ndef f(x):\n{line}\n"
    logged = "log = " in head
    files = {"a.py": source, "b.py": source.replace(head, "from a import log") if logged else source}
    files["c.py"] = "from b import f\n\nf(1)\n"
    done = transform("merge_duplicates", files, {"members": ["a:f", "b:f"], "home": "a"})
    assert not done.refusals
    assert {one.guidance for one in done.plan.files} == {"review"}
    assert [one.path for one in done.leftovers] == ["b.py"]


@pytest.mark.parametrize("line", ["del b.D.total", "print(b.D.__dict__['total'])", "print(vars(a.C))", "b.D.total = 1"])
def test_a_class_that_is_asked_for_what_it_has_itself_keeps_its_method(line: str) -> None:
    method = "    def total(self):\n        return self.x\n"
    files = {"a.py": f"class C:\n{method}", "b.py": f"class D:\n{method}", "c.py": f"import a, b\n\n{line}\n"}
    request = {"members": ["a:C.total", "b:D.total"], "mixin": "Totalled"}
    assert "merge" in refused(files, **request)
    assert refused({**files, "c.py": "import a, b\n\nprint(a.C().total(), b.D.total)\n"}, **request) == ""


def test_an_import_that_only_the_method_needed_goes_with_it() -> None:
    method = "    def total(self):\n        return math.floor(self.x)\n"
    files = {
        "a.py": f"import math\n\n\nclass C:\n{method}",
        "b.py": f"import math\nimport sys\n\n\nclass D:\n    y = sys.path\n\n{method}",
    }
    request = {"members": ["a:C.total", "b:D.total"], "mixin": "Totalled", "home": "a"}
    done = transform("merge_duplicates", files, request)
    assert not done.refusals
    assert "import math" in done.text("a.py")
    assert "import math" not in done.text("b.py")
    assert "import sys" in done.text("b.py")
