"""Measurements that were put in come out again, byte for byte."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from overhaul.errors import UsageError
from overhaul.testing import Transformed, transform

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "codemods"
METER = 'class Instrumentor: ...\n\n\nINSTRUMENTOR = Instrumentor()\n'
NAMED = {"instrumentor": "shop.measuring:INSTRUMENTOR"}

Files = dict[str, str | bytes]


def there(files: Mapping[str, str | bytes]) -> Files:
    return {"shop/__init__.py": "", "shop/measuring.py": METER, **files}


def measured(files: Mapping[str, str | bytes], **request: object) -> Transformed:
    done = transform("instrument_calls", there(files), {**NAMED, **request})
    assert not done.refusals, done.refusals
    return done


def why(files: Mapping[str, str | bytes], **request: object) -> str:
    done = transform("instrument_calls", there(files), {**NAMED, **request})
    (one,) = done.refusals
    return f"{one.path}:{one.line}: {one.why}: {one.remedy}"


def taken_out(done: Transformed) -> dict[str, bytes]:
    again = transform("instrument_calls", dict(done.files), {**NAMED, "remove": True})
    assert not again.refusals, again.refusals
    return again.files


def bytes_of(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    return {path: data if isinstance(data, bytes) else data.encode() for path, data in there(files).items()}


SHAPES = {
    "nothing before the function": "def f(): return 1\n",
    "a decorated function first": "@property\ndef f(self): return 1\n",
    "a comment above the first statement": "#!/bin/sh\n# a comment\ndef f(): return 1",
    "a docstring and nothing else": '"""Of it."""\ndef f(): return 1\n',
    "a docstring and an import on one line": '"""Of it."""; import os\nimport re  # re\ndef f(): return 1\n',
    "an import that goes on": "from os import (\n    path,\n    sep,\n)  # os\n\ndef f(): return 1\n",
    "an import by backslash": "import os, \\\n    re\nx = 1\ndef f(): return 1\n",
    "imports after other statements": "x = 1\nimport os\ndef f(): return 1\n",
    "imports of the future": "from __future__ import annotations\nx = 1\ndef f(): return 1\n",
    "windows": "import os\r\n\r\ndef f():\r\n    return 1\r\n",
    "tabs and a form feed": "import os\n\x0c\nclass A:\n\tdef f(self):\n\t\treturn 1\n",
    "an old encoding": "# coding: latin-1\nimport os\ndef f(): return '\xe4'\n".encode("latin-1"),
    "a byte order mark": b"\xef\xbb\xbfdef f(): return 1\n",
    "letters that take several bytes": 'x = "\u00e4\U0001f600"; y = 1\n\ndef f(\u00e4="\U0001f600"): return 1\n',
    "statements on one line": "def f(): a = 1; b = 2; return a\nclass A: pass\n",
    "branches": "if 1:\n    def f(): return 1\nelse:\n    def f(): return 2\n",
    "a nested class": "class A:\n    class B:\n        async def f(self):\n            yield 1\n",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_a_function_that_was_measured_is_as_it_was_when_that_is_taken_out(shape: str | bytes) -> None:
    files = {"shop/work.py": shape}
    done = measured(files, functions=["shop.work:*"])
    assert done.files["shop/work.py"] != bytes_of(files)["shop/work.py"]
    assert taken_out(done) == bytes_of(files)


CALLS = {
    "a statement": "g(1)\n",
    "arguments over lines, with a text": 'x = g(\n    """a\n  b""",\n)  # kept\n',
    "awaited and returned": "async def f():\n    return await g(1)  # kept\n",
    "two on one line": "g(1); x = g(2)\n",
    "in the head of a branch": "if g(1): g(2)\nwhile g(3): break\n",
    "one in the other": "g(g(g(1)), *g(2))\n",
    "without a line end": "def f():\n\tg(1)",
    "windows": "if 1:\r\n    g(\r\n        1)\r\n",
    "by backslash": "x = 1 + \\\n    g(1)\ng \\\n    (2)\n",
    "a default, a decorator, a comprehension": "@g\ndef f(a=g(1)): return [g(b) for b in g(a)]\n",
    "a lambda": "f = lambda: g(1)\n",
}


@pytest.mark.parametrize("form", ["with", "call"])
@pytest.mark.parametrize("shape", CALLS.values(), ids=CALLS.keys())
def test_a_call_that_was_measured_is_as_it_was_when_that_is_taken_out(shape: str, form: str) -> None:
    files = {"shop/work.py": f"from os import getpid as g\n{shape}"}
    done = measured(files, calls=["g"], form=form)
    if form == "call":
        text = done.text("shop/work.py")
        assert text.count('probe_call("g", g)') + text.count('await INSTRUMENTOR.probe_await("g", g)') == (
            shape.count("g(") + shape.count("g \\\n")
        )
    assert taken_out(done) == bytes_of(files)


@pytest.mark.parametrize("name", ["functions", "statements", "wrapped", "unsure", "odd_bytes"])
def test_what_the_fixtures_show_is_taken_out_again(name: str) -> None:
    folder = FIXTURES / f"instrument_calls_{name}"
    before = {one.relative_to(folder / "before").as_posix(): one.read_bytes()
              for one in (folder / "before").rglob("*.py")}  # fmt: skip
    after: dict[str, str | bytes] = {
        one.relative_to(folder / "after").as_posix(): one.read_bytes() for one in (folder / "after").rglob("*.py")
    }
    assert before != after
    again = transform("instrument_calls", after, {**NAMED, "remove": True})
    assert not again.refusals and again.files == before


def test_a_property_with_a_setter_is_measured_both_ways() -> None:
    text = "class A:\n    @property\n    def p(self): return 1\n\n    @p.setter\n    def p(self, value): pass\n"
    done = measured({"shop/work.py": text}, functions=["shop.work:A.p"])
    assert done.text("shop/work.py").count("    @INSTRUMENTOR.probed()\n    def p(") == 2


def test_functions_inside_of_functions_and_stubs_are_none_that_can_be_named() -> None:
    files = {"shop/work.py": "def f():\n    def g(): ...\n    return g\n", "shop/work.pyi": "def f(): ...\n"}
    done = measured(files, functions=["shop.work:*"])
    assert done.text("shop/work.py").count("probed") == 1
    assert done.text("shop/work.pyi") == "def f(): ...\n"


def test_the_instrumentor_s_own_module_is_left_alone_by_patterns_and_refused_by_name() -> None:
    meter = METER.replace("...", "\n    def probed(self): ...")
    files = {"shop/measuring.py": meter, "shop/work.py": "def f(): ...\n"}
    assert measured(files, functions=["shop.*:*"]).text("shop/measuring.py") == meter
    assert "cannot measure itself" in why(files, functions=["shop.measuring:Instrumentor.probed"])


def test_a_call_that_is_measured_already_is_not_measured_twice() -> None:
    files = {"shop/work.py": "from os import getpid as g\nx = g()\n"}
    done = measured(files, calls=["g"])
    again = transform("instrument_calls", dict(done.files), {**NAMED, "calls": ["g"]})
    assert not again.plan.files and not again.refusals
    wrapped = measured(files, calls=["g"], form="call")
    assert not transform("instrument_calls", dict(wrapped.files), {**NAMED, "calls": ["g"], "form": "call"}).plan.files


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("@wrapper\ndef f(): ...\n", "what @wrapper makes of a function is not known"),
        ("def f():\n    import inspect\n    return inspect.currentframe()\n", "asks who has called it"),
        ('def f():\n    """Of it.\n\n    >>> f()\n    """\n', "doctest passes over"),
        ("def f(): ...\n\n\nprint(f.__defaults__)\n", "looks inside of it"),
        ("def f(): ...\n\n\ndef call(g): return g(*g.__defaults__)\n\n\ncall(f)\n", "work.py:7 looks into functions"),
        ("import warnings\n\n\ndef f(): warnings.warn('old', DeprecationWarning, 2)\n", "a level of the stack"),
    ],
)
def test_a_function_that_may_notice_is_refused_left_or_wrapped(text: str, reason: str) -> None:
    files = {"shop/work.py": f"def wrapper(function): return function\n\n\n{text}"}
    assert reason in why(files, functions=["shop.work:f"])
    left = measured(files, functions=["shop.work:f"], unsure="leave")
    assert [reason in one.reason for one in left.leftovers] == [True]
    assert b"probed" not in left.files["shop/work.py"]
    wrapped = measured(files, functions=["shop.work:f"], unsure="wrap")
    (file,) = wrapped.plan.files
    assert file.guidance == "review"
    assert taken_out(wrapped) == bytes_of(files)


@pytest.mark.parametrize(
    "text",
    [
        "def f(): ...\n", "def g(): ...\n\n\ndef f(): return g.__code__\n",
        "def f(): ...\n\n\ndef call(g): return g(*g.__defaults__)\n\n\nf()\n",
        "import warnings\n\n\ndef f(): warnings.warn('old', DeprecationWarning)\n",
    ],
)  # fmt: skip
def test_a_function_that_cannot_notice_is_measured(text: str) -> None:
    assert "    @" not in measured({"shop/work.py": text}, functions=["shop.work:f"]).text("shop/work.py")


@pytest.mark.parametrize(
    "request_",
    [
        {}, {"functions": ["shop.work"]}, {"functions": ["shop.work:f"], "label": 'a"b'},
        {"functions": ["shop.work:f"], "instrumentor": "shop.measuring"},
    ],
)  # fmt: skip
def test_a_request_that_says_too_little_or_nonsense_is_a_usage_error(request_: dict[str, object]) -> None:
    from overhaul.errors import UsageError

    with pytest.raises(UsageError):
        transform("instrument_calls", there({"shop/work.py": "def f(): ...\n"}), {**NAMED, **request_})


@pytest.mark.parametrize(
    ("decorator", "body", "refused"),
    [
        ("attr.s(slots=True)", "return super().f()", True), ("attr.s(slots=True)", "return __class__", True),
        ("attr.s(slots=True)", "return 1", False), ("dataclasses.dataclass", "return super().f()", False),
    ],
)  # fmt: skip
def test_a_method_that_speaks_of_its_class_is_not_wrapped_where_the_class_may_be_made_anew(
    decorator: str, body: str, refused: bool
) -> None:
    text = f"import attr\nimport dataclasses\n\n\n@{decorator}\nclass A(B):\n    def f(self):\n        {body}\n"
    files = {"shop/work.py": f"class B: ...\n{text}"}
    if refused:
        assert "may make the class anew" in why(files, functions=["shop.work:A.f"])
    else:
        assert "probed" in measured(files, functions=["shop.work:A.f"]).text("shop/work.py")


def test_a_function_that_calls_itself_is_for_review() -> None:
    text = "def f(n): return f(n - 1) if n else 0\n\n\ndef g(): return f(1)\n"
    for name, guidance in (("f", "review"), ("g", "safe")):
        (file,) = measured({"shop/work.py": text}, functions=[f"shop.work:{name}"]).plan.files
        assert file.guidance == guidance


def test_a_function_that_is_named_twice_is_measured_once() -> None:
    done = measured({"shop/work.py": "def f(): ...\n"}, functions=["shop.work:*", "shop.work:f", "shop.*:f"])
    assert done.text("shop/work.py").count("probed") == 1


def test_what_another_instrumentor_of_that_name_measures_stays() -> None:
    text = "from shop.meter import INSTRUMENTOR\n\n\n@INSTRUMENTOR.probed()\ndef f(): ...\n"
    files = {"shop/meter.py": METER, "shop/work.py": text, "shop/core.py": "from shop.measuring import INSTRUMENTOR\n"}
    assert measured(files, remove=True).text("shop/work.py") == text
    passed_on = text.replace("shop.meter", "shop.core")
    done = measured({**files, "shop/work.py": passed_on}, remove=True)
    assert done.text("shop/work.py") == "from shop.core import INSTRUMENTOR\n\n\ndef f(): ...\n"


def test_what_counts_frames_beyond_its_caller_is_told_where_frames_come_between() -> None:
    far = "def far(): warnings.warn('x', stacklevel=3)\n"
    near = "def near(): warnings.warn('x', stacklevel=2)\n"
    work = "from os import getpid as g\n\n\ndef f():\n    return g()\n"
    files = {"shop/far.py": f"import warnings\n\n\n{far}{near}", "shop/work.py": work}
    for request_ in ({"functions": ["shop.work:f"]}, {"calls": ["g"], "form": "call"}):
        assert [(one.path, one.line) for one in measured(files, **request_).leftovers] == [("shop/far.py", 4)]
    assert [one.path for one in measured(files, calls=["g"]).leftovers] == []


@pytest.mark.parametrize("form", ["with", "call"])
def test_calls_that_are_named_as_they_are_meant_come_out_under_that_name(form: str) -> None:
    files = {"shop/m.py": "import json\n\n\ndef f(x):\n    y = json.dumps(x)\n    return y\n"}
    asked = {"calls": ["json:dumps"], "form": form}
    done = measured(files, **asked)
    assert "INSTRUMENTOR.probe" in done.text("shop/m.py")
    again = transform("instrument_calls", dict(done.files), {**NAMED, **asked, "remove": True})
    assert not again.refusals and again.files == bytes_of(files)


def test_an_instrumentor_whose_name_a_class_would_change_is_refused() -> None:
    files = there({"shop/m.py": "class A:\n    def f(self): return 1\n"})
    files["shop/measuring.py"] = METER.replace("INSTRUMENTOR", "__METER")
    with pytest.raises(UsageError, match="call the instrumentor otherwise"):
        transform("instrument_calls", files, {"instrumentor": "shop.measuring:__METER", "functions": ["shop.m:A.f"]})
