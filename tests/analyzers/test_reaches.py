"""Who uses a definition, and from where it is reached."""

from __future__ import annotations

from typing import Any

import pytest

from overhaul.redundancy import Reach
from overhaul.testing import table

APP = {"pyproject.toml": '[project]\nname = "app"\nscripts = {app = "app.main:main"}\n', "app/__init__.py": ""}
"""A program with an entry point, so that public names alone are no roots."""
MAIN = "def main():\n    {}\n"


def rows(files: dict[str, str]) -> dict[str, Reach]:
    found: list[Any] = table("reaches", files)
    return {f"{row.module}.{row.name}": row for row in found}


def app(source: str, main: str, **more: str) -> dict[str, Reach]:
    """An application whose entry point stands in app/main.py, beside app/parts.py."""
    others = {f"{name.replace('__', '/')}.py": text for name, text in more.items()}
    found = rows({**APP, "app/main.py": main, "app/parts.py": source, **others})
    return {name.removeprefix("app."): row for name, row in found.items()}


def said(found: dict[str, Reach]) -> dict[str, str]:
    return {name: row.reached for name, row in found.items()}


# Who uses it


def test_a_name_is_followed_through_imports_and_re_exports() -> None:
    files = {
        **APP, "app/__init__.py": "from .parts import build as make\n", "app/parts.py": "def build(): ...\n",
        "app/main.py": "import app\nfrom app import make\ndef main():\n    make()\ndef other():\n    app.make()\n",
    }  # fmt: skip
    build = rows(files)["app.parts.build"]
    assert build.called_by == ("app.main.main", "app.main.other") and (build.callers, build.users) == (2, 1)


def test_a_call_on_self_reaches_the_method_of_the_base_and_those_of_subclasses() -> None:
    source = (
        "class Base:\n    def run(self):\n        self.step()\n        self.only()\n    def step(self): ...\n"
        "    def only(self): ...\nclass Heir(Base):\n    def step(self): ...\n"
        "class Stranger:\n    def step(self): ...\n"
    )
    found = app(source, "from app.parts import Base, Heir, Stranger\ndef main():\n    Heir().run()\n    Stranger()\n")
    assert found["parts.Base.step"].called_by == found["parts.Heir.step"].called_by == ("app.parts.Base.run",)
    assert found["parts.Base.only"].called_by == ("app.parts.Base.run",)
    assert found["parts.Stranger.step"].called_by == ()


def test_a_method_of_a_mixin_is_found_through_the_class_that_mixes_it_in() -> None:
    source = (
        "class Base:\n    def run(self):\n        self.extra()\nclass Mixin:\n    def extra(self): ...\n"
        "class Both(Mixin, Base): ...\n"
    )
    found = app(source, "from app.parts import Both\ndef main():\n    Both().run()\n")
    assert found["parts.Mixin.extra"].called_by == ("app.parts.Base.run",)


@pytest.mark.parametrize("body", [
    "def go(one: Tool):\n    one.use()\n",
    "def go():\n    one = Tool()\n    one.use()\n",
    "ONE = Tool()\ndef go():\n    ONE.use()\n",
    "class Box:\n    def __init__(self):\n        self.one = Tool()\nclass Other(Box):\n    def go(self):\n"
    "        self.one.use()\n",
    "def make() -> Tool: ...\ndef go():\n    one = make()\n    one.use()\n",
    "def go():\n    Tool.use(None)\n",
    "class Sub(Tool):\n    def go(self):\n        super().use()\n",
    "def go():\n    return [Tool().use]\n    one = Tool()\n    one.use()\n",
])  # fmt: skip
def test_a_method_is_found_where_the_class_of_the_receiver_is_known(body: str) -> None:
    found = app(f"class Tool:\n    def use(self): ...\n{body}", "")
    assert [one.rpartition(".")[2] for one in found["parts.Tool.use"].called_by] == ["go"]


def test_a_method_of_an_unknown_receiver_is_used_by_nobody_for_sure() -> None:
    source = "class Tool:\n    def use(self): ...\ndef go(one):\n    one.use()\n"
    found = app(source, "from app.parts import Tool, go\ndef main():\n    go(Tool())\n")
    assert (found["parts.Tool.use"].callers, found["parts.Tool.use"].reached) == (0, "unknown")


def test_a_function_that_is_handed_on_or_kept_in_a_table_is_used() -> None:
    source = (
        "def a(): ...\ndef b(): ...\ndef c(): ...\nTABLE = {'a': a}\ndef go():\n    hand(b)\n"
        "    return lambda: c()\n"
    )
    found = app(source, "from app.parts import go\ndef main():\n    go()\n")
    assert found["parts.a"].called_by == ("app.parts",)
    assert found["parts.b"].called_by == found["parts.c"].called_by == ("app.parts.go",)


def test_a_class_is_used_where_it_is_made_inherited_and_annotated() -> None:
    source = "class C: ...\ndef make():\n    C()\nclass D(C): ...\ndef take():\n    one: C\n"
    assert app(source, "")["parts.C"].called_by == ("app.parts.D", "app.parts.make", "app.parts.take")


def test_who_makes_an_instance_calls_its_constructor_even_an_inherited_one() -> None:
    source = (
        "class Base:\n    def __init__(self): ...\nclass Heir(Base): ...\ndef make():\n    Heir()\n"
        "def name():\n    Heir\n"
    )
    assert app(source, "")["parts.Base.__init__"].called_by == ("app.parts.make",)


def test_what_a_class_body_uses_of_itself_is_used_by_the_class() -> None:
    source = (
        "class C:\n    def _get(self): ...\n    def _dead(self): ...\n    size = property(_get)\ndef go():\n"
        "    C().size\n"
    )
    found = app(source, "from app.parts import go\ndef main():\n    go()\n")
    assert found["parts.C._get"].called_by == ("app.parts.C",)
    assert (found["parts.C._get"].reached, found["parts.C._dead"].reached) == ("entry", "nowhere")


def test_tests_are_no_callers_of_what_stands_in_the_source() -> None:
    tests = "from app.parts import a\ndef test_a():\n    a()\n"
    found = app("def a(): ...\n", "def main(): ...\n", tests__test_a=tests)
    assert (found["parts.a"].callers, found["parts.a"].reached, found["parts.a"].tests) == (0, "tests", 1)


def test_at_most_ten_users_are_named_and_all_are_counted() -> None:
    source = "def a(): ...\n" + "".join(f"def f{number:02}():\n    a()\n" for number in range(12))
    row = app(source, "")["parts.a"]
    assert (len(row.called_by), row.callers, row.called_by[0]) == (10, 12, "app.parts.f00")


# From where it is reached


def test_what_the_entry_point_gets_to_is_reached_and_the_rest_is_not() -> None:
    source = "def a():\n    b()\ndef b(): ...\ndef dead():\n    deeper()\ndef deeper():\n    deeper()\n"
    found = said(app(source, "from app.parts import a\ndef main():\n    a()\n"))
    assert found == {"main.main": "entry", "parts.a": "entry", "parts.b": "entry", "parts.dead": "nowhere",
                     "parts.deeper": "nowhere"}  # fmt: skip


@pytest.mark.parametrize(("file", "text"), [
    ("pyproject.toml", '[project]\nname = "x"\n[project.entry-points."plugins"]\nx = "app.parts:a"\n'),
    ("pyproject.toml", '[tool.poetry.scripts]\nx = "app.parts:a"\n'),
    ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    x = app.parts:a\n"),
    ("setup.py", "from setuptools import setup\nsetup(entry_points={'console_scripts': ['x = app.parts:a']})\n"),
    ("app/__main__.py", "from app.parts import a\na()\n"),
    ("run.py", "from app.parts import a\nif __name__ == '__main__':\n    a()\n"),
])  # fmt: skip
def test_a_program_begins_where_its_metadata_and_scripts_say(file: str, text: str) -> None:
    found = said(rows({"app/__init__.py": "", "app/parts.py": "def a(): ...\ndef dead(): ...\n", file: text}))
    assert (found["app.parts.a"], found["app.parts.dead"]) == ("entry", "nowhere")


def test_a_library_offers_its_public_names_and_no_others() -> None:
    source = (
        "def a():\n    _b()\ndef _b(): ...\ndef _dead(): ...\nclass C:\n    def m(self): ...\n"
        "    def _p(self): ...\n"
    )
    found = said(rows({"lib/__init__.py": "", "lib/parts.py": source, "lib/_inner.py": "def c(): ...\ndef d(): ...\n",
                       "lib/api.py": "from ._inner import c\n__all__ = ['c']\n"}))  # fmt: skip
    assert {name for name, where in found.items() if where == "entry"} == {
        "lib.parts.a", "lib.parts._b", "lib.parts.C", "lib.parts.C.m", "lib._inner.c",
    }  # fmt: skip
    assert {where for where in found.values() if where != "entry"} == {"nowhere"}


def test_a_package_that_passes_definitions_on_makes_a_library_of_a_program() -> None:
    parts = "def a(): ...\ndef b(): ...\ndef c(): ...\ndef d(): ...\n"
    found = said(rows({**APP, "app/__init__.py": "from .parts import a, b, c\n", "app/parts.py": parts,
                       "app/main.py": "def main(): ...\n"}))  # fmt: skip
    assert set(found.values()) == {"entry"}


def test_a_decorator_that_may_register_makes_a_root_and_a_wrapper_does_not() -> None:
    source = (
        "import functools, click\nfrom web import server\nHANDLERS = []\n"
        "def register(f):\n    HANDLERS.append(f)\n    return f\n"
        "def timed(f):\n    @functools.wraps(f)\n    def inner(*args):\n        return f()\n    return inner\n"
        "@register\ndef mine(): ...\n@server.route('/')\ndef page(): ...\n@click.command()\ndef command(): ...\n"
        "@timed\ndef dead(): ...\n@functools.lru_cache\ndef gone(): ...\n"
    )
    found = said(app(source, "import app.parts\ndef main(): ...\n"))
    assert {found[f"parts.{name}"] for name in ("mine", "page", "command")} == {"entry"}
    assert {found[f"parts.{name}"] for name in ("dead", "gone")} == {"nowhere"}


def test_a_framework_calls_the_public_methods_of_classes_that_inherit_from_it() -> None:
    source = (
        "import abc\nfrom web import View\nclass Page(View):\n    def get(self):\n        helper()\n"
        "class Plain(abc.ABC):\n    def get_it(self): ...\ndef helper(): ...\n"
    )
    found = said(app(source, "from app.parts import Page, Plain\ndef main():\n    return Page, Plain\n"))
    assert (found["parts.Page.get"], found["parts.helper"]) == ("entry", "entry")
    assert found["parts.Plain.get_it"] == "nowhere"


def test_special_methods_are_reached_with_their_class() -> None:
    source = "class C:\n    def __len__(self): ...\nclass Dead:\n    def __len__(self): ...\n"
    found = said(app(source, "from app.parts import C\ndef main():\n    return C\n"))
    assert (found["parts.C.__len__"], found["parts.Dead.__len__"]) == ("entry", "nowhere")


def test_an_override_needs_somebody_who_uses_its_class() -> None:
    source = (
        "class Base:\n    def run(self):\n        self.step()\n    def step(self): ...\n"
        "class Heir(Base):\n    def step(self): ...\nclass Dead(Base):\n    def step(self): ...\n"
    )
    found = said(app(source, "from app.parts import Heir\ndef main():\n    Heir().run()\n"))
    assert (found["parts.Heir.step"], found["parts.Dead.step"]) == ("entry", "nowhere")


@pytest.mark.parametrize("use", [
    "make().use()", "getattr(thing, 'use')()", "thing[0].use()", "[one.use() for one in thing]",
    "getattr(thing, f'us{thing}')", "getattr(thing, 'us' + thing)", "(lambda one: one.use)(thing)", "thing.use = 1",
])  # fmt: skip
def test_a_name_on_an_unknown_receiver_may_reach_a_method(use: str) -> None:
    source = f"class Tool:\n    def us_e(self): ...\n    def use(self): ...\ndef go(thing):\n    {use}\n"
    if "us{" in use or "'us'" in use:
        use = use.replace("us", "us_")
        source = source.replace("getattr(thing, f'us{", "getattr(thing, f'us_{").replace("'us' +", "'us_' +")
        name = "us_e"
    else:
        name = "use"
    found = said(app(source, "from app.parts import Tool, go\ndef main():\n    go(Tool)\n"))
    assert found[f"parts.Tool.{name}"] == "unknown"


def test_a_name_of_which_next_to_nothing_is_written_is_looked_for_in_its_own_module_only() -> None:
    source = "def go(kind):\n    eval(f'_{kind}')\ndef _here(): ...\n"
    found = said(app(source, "from app.parts import go\nimport app.other\ndef main():\n    go('')\n",
                     app__other="def _there(): ...\n"))  # fmt: skip
    assert (found["parts._here"], found["other._there"]) == ("unknown", "nowhere")


def test_a_computed_name_may_be_all_that_the_class_of_self_has() -> None:
    source = (
        "class A:\n    def go(self, name):\n        getattr(self, name)()\n    def one(self): ...\n"
        "class B(A):\n    def two(self): ...\nclass C:\n    def three(self): ...\n"
    )
    found = said(app(source, "from app.parts import A, B, C\ndef main():\n    B().go(''), C()\n"))
    assert (found["parts.A.one"], found["parts.B.two"], found["parts.C.three"]) == ("unknown", "unknown", "nowhere")


def test_a_look_alike_may_be_handed_in_where_a_class_is_only_announced() -> None:
    source = (
        "class Real:\n    def send(self): ...\nclass Fake:\n    def send(self): ...\n"
        "def announced(one: Real):\n    one.send()\ndef made():\n    one = Real()\n    one.send()\n"
    )
    main = "from app.parts import Fake, {0}\ndef main():\n    {0}(Fake())\n"
    assert said(app(source, main.format("announced")))["parts.Fake.send"] == "unknown"
    assert said(app(source, main.format("made")))["parts.Fake.send"] == "nowhere"


def test_who_implements_an_interface_from_outside_is_called_by_the_outside() -> None:
    source = (
        "from zope.interface import implementer\nfrom web import IThing\n@implementer(IThing)\nclass A:\n"
        "    def run(self): ...\nclass B:\n    def run(self): ...\n"
    )
    found = said(app(source, "from app.parts import A, B\ndef main():\n    return A, B\n"))
    assert (found["parts.A.run"], found["parts.B.run"]) == ("entry", "nowhere")


def test_what_stands_beside_a_module_that_cannot_be_read_may_be_used_by_it() -> None:
    found = said(app("def _a(): ...\n", "def main(): ...\n", app__broken="def (", lib__other="def _b(): ...\n"))
    assert (found["parts._a"], found["lib.other._b"]) == ("unknown", "nowhere")


def test_a_class_that_another_one_of_two_branches_defines_is_used_as_a_base_all_the_same() -> None:
    source = (
        "try:\n    from app.other import Base\nexcept ImportError:\n    class Base: ...\n"
        "class Heir(Base): ...\n"
    )
    found = said(app(source, "from app.parts import Heir\ndef main():\n    Heir()\n",
                     app__other="class Base: ...\nclass Dead: ...\n"))  # fmt: skip
    assert (found["parts.Base"], found["other.Base"], found["other.Dead"]) == ("entry", "entry", "nowhere")


def test_a_registry_of_subclasses_reaches_a_class_that_nobody_names() -> None:
    source = (
        "class Base:\n    def __init_subclass__(cls): ...\nclass Heir(Base): ...\n"
        "class Other: ...\nclass Dead(Other): ...\n"
    )
    found = said(app(source, "import app.parts\ndef main(): ...\n"))
    assert (found["parts.Heir"], found["parts.Dead"]) == ("entry", "nowhere")


def test_the_strings_of_all_name_nobody() -> None:
    source = "__all__ = ['dead']\ndef dead(): ...\n"
    assert said(app(source, "import app.parts\ndef main(): ...\n"))["parts.dead"] == "nowhere"


def test_a_dotted_string_uses_the_class_it_names() -> None:
    source = "class Engine:\n    def __init__(self): ...\n"
    found = app(source, "ENGINE = 'app.parts.Engine'\nNOTHING = 'app.parts.Other'\ndef main(): ...\n")
    assert (found["parts.Engine"].reached, found["parts.Engine"].called_by) == ("entry", ("app.main",))


def test_an_interface_is_reached_with_what_implements_it() -> None:
    source = (
        "from typing import Protocol\nclass Notifier(Protocol):\n    def send(self): ...\n    def dead(self): ...\n"
        "class Mail:\n    def send(self): ...\ndef go(one: Notifier):\n    one.send()\n"
    )
    found = app(source, "from app.parts import Mail, go\ndef main():\n    go(Mail())\n")
    assert (found["parts.Notifier.send"].reached, found["parts.Mail.send"].reached) == ("entry", "unknown")
    assert found["parts.Notifier.dead"].reached == "nowhere"


def test_a_function_inside_another_is_reached_with_it() -> None:
    source = "def a():\n    def inner(): ...\n    return inner\ndef dead():\n    def inner(): ...\n"
    found = said(app(source, "from app.parts import a\ndef main():\n    a()\n"))
    assert (found["parts.a.inner"], found["parts.dead.inner"]) == ("entry", "nowhere")


def test_a_module_that_only_type_checkers_import_is_not_run() -> None:
    source = "def a(): ...\na()\n"
    main = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.parts\ndef main(): ...\n"
    assert said(app(source, main))["parts.a"] == "unknown"


# Names that may mean one thing or another


@pytest.mark.parametrize("source", [
    "try:\n    from speedups import encode\nexcept ImportError:\n    def encode():\n        deeper()\n",
    "try:\n    from speedups import encode\nexcept ImportError:\n    from app.slow import encode\n",
    "if quick:\n    from speedups import encode\nelse:\n    def encode():\n        deeper()\n",
    "try:\n    from yaml import CLoader as encode\nexcept ImportError:\n    class encode:\n"
    "        def __init__(self):\n            deeper()\n",
])  # fmt: skip
def test_what_stands_in_for_an_import_from_outside_is_used_with_it(source: str) -> None:
    deeper = "def deeper(): ...\ndef dead(): ...\n"
    slow = "from app.parts import deeper\ndef encode():\n    deeper()\ndef unused(): ...\n"
    for main in ("from app.parts import encode\ndef main():\n    encode()\n",
                 "import app.parts\ndef main():\n    app.parts.encode()\n",
                 "def main():\n    from app.parts import encode\n    encode()\n"):  # fmt: skip
        found = app(source + deeper, main, app__slow=slow)
        own = found.get("parts.encode", found["slow.encode"])
        assert (own.reached, own.called_by, found["parts.deeper"].reached) == ("entry", ("app.main.main",), "entry")
        assert (found["parts.dead"].reached, found["slow.unused"].reached) == ("nowhere", "nowhere")


def test_a_module_that_stands_in_for_one_from_outside_is_asked_with_it() -> None:
    source = "try:\n    import ujson as json\nexcept ImportError:\n    from app import other as json\n"
    other = "def dumps(): ...\ndef loads(): ...\n"
    found = said(app(source, "from app.parts import json\ndef main():\n    json.dumps()\n", app__other=other))
    assert (found["other.dumps"], found["other.loads"]) == ("entry", "nowhere")


def test_branches_of_a_function_import_a_name_from_here_and_from_there() -> None:
    source = (
        "def go():\n    try:\n        from app.fast import a\n    except ImportError:\n        from {} import a\n"
        "    a()\n"
    )
    fast = "def a(): ...\ndef b(): ...\n"
    for other in ("outside", "app.slow"):
        found = said(app(source.format(other), "from app.parts import go\ndef main():\n    go()\n", app__fast=fast,
                         app__slow=fast))  # fmt: skip
        assert (found["fast.a"], found["fast.b"], found["slow.b"]) == ("entry", "nowhere", "nowhere")
        assert found["slow.a"] == ("entry" if other == "app.slow" else "nowhere")


def test_a_definition_that_an_import_replaces_in_every_case_is_not_used_with_it() -> None:
    source = "def encode(): ...\nfrom speedups import encode\n"
    assert said(app(source, "from app.parts import encode\ndef main():\n    encode()\n"))["parts.encode"] == "nowhere"


def test_a_base_that_stands_in_for_one_from_outside_is_used_by_its_heir() -> None:
    source = "try:\n    from web import Base\nexcept ImportError:\n    class Base: ...\nclass Heir(Base): ...\n"
    found = said(app(source, "from app.parts import Heir\ndef main():\n    Heir()\n"))
    assert found["parts.Base"] == "entry"


# All of a module by computed names


@pytest.mark.parametrize("use", [
    "getattr(other, name)()", "vars(other)[name]()", "[one() for one in vars(other).values()]",
    "inspect.getmembers(other)", "other.__dict__[name]()", "getattr(app.other, name)()",
])  # fmt: skip
def test_what_is_asked_of_a_module_by_a_computed_name_may_be_all_of_it(use: str) -> None:
    source = f"import inspect\nimport app.other\nfrom app import other, third\ndef go(name):\n    third\n    {use}\n"
    other = (
        "from app.third import c\n__all__ = ['c']\ndef a():\n    b()\ndef b(): ...\n"
        "class C:\n    def m(self): ...\n"
    )
    found = said(app(source, "from app.parts import go\ndef main():\n    go('')\n", app__other=other,
                     app__third="def c(): ...\ndef d(): ...\n"))  # fmt: skip
    assert {found[f"other.{name}"] for name in ("a", "b", "C")} == {"unknown"}
    assert (found["third.c"], found["third.d"], found["other.C.m"]) == ("unknown", "nowhere", "nowhere")


@pytest.mark.parametrize("use", [
    "globals()[name]()", "globals().get(name)()", "getattr(sys.modules[__name__], name)()", "exec(name, globals())",
    "table = globals()", "[one for one in globals().values()]",
])  # fmt: skip
def test_what_is_asked_of_its_own_module_by_a_computed_name_may_be_all_of_it(use: str) -> None:
    found = said(app(f"import sys\ndef go(name):\n    {use}\ndef a(): ...\n",
                     "from app.parts import go\nimport app.other\ndef main():\n    go('')\n",
                     app__other="def b(): ...\n"))  # fmt: skip
    assert (found["parts.a"], found["other.b"]) == ("unknown", "nowhere")


@pytest.mark.parametrize("use", [
    "globals()['on_' + name]()", "globals()[f'on_{name}']()", "globals().get('on_%s' % name)",
    "getattr(sys.modules[__name__], 'on_%s' % name)()",
])  # fmt: skip
def test_a_name_of_its_own_module_of_which_a_part_is_written_is_one_with_that_part(use: str) -> None:
    found = said(app(f"import sys\ndef go(name):\n    {use}\ndef on_a(): ...\ndef a(): ...\n",
                     "from app.parts import go\ndef main():\n    go('')\n"))  # fmt: skip
    assert (found["parts.on_a"], found["parts.a"]) == ("unknown", "nowhere")


@pytest.mark.parametrize("use", [
    "globals()['NAME'] = 1", "globals().update(name=1)", "name in globals()", "vars(self)", "self.__dict__",
    "getattr(os, name)", "__import__(name, globals())",
])  # fmt: skip
def test_tables_of_names_that_nothing_is_taken_from_reach_nothing(use: str) -> None:
    source = f"import os\nclass C:\n    def go(self, name):\n        {use}\n    def m(self): ...\ndef a(): ...\n"
    found = said(app(source, "from app.parts import C\ndef main():\n    C().go('')\n"))
    assert (found["parts.a"], found["parts.C.m"]) == ("nowhere", "nowhere")


# What entry points offer


def test_somebody_may_ask_more_of_what_an_entry_point_names() -> None:
    metadata = (
        '[project]\nname = "app"\n[project.entry-points."app.plugins"]\na = "app.parts:Plugin"\nb = "app.other"\n'
        'c = "app.third:hook"\n'
    )
    found = said(rows({
        "pyproject.toml": metadata, "app/__init__.py": "",
        "app/parts.py": "class Base:\n    def close(self): ...\nclass Plugin(Base):\n    def activate(self): ...\n"
                        "    def _own(self): ...\nclass Beside:\n    def activate(self): ...\n",
        "app/other.py": "def hook():\n    inner()\ndef inner(): ...\ndef _own(): ...\n",
        "app/third.py": "def hook(): ...\ndef beside(): ...\n",
    }))  # fmt: skip
    assert (found["app.parts.Plugin"], found["app.third.hook"]) == ("entry", "entry")
    assert {name for name, where in found.items() if where == "unknown"} == {
        "app.parts.Base.close", "app.parts.Plugin.activate", "app.other.hook", "app.other.inner",
    }  # fmt: skip
    assert {name for name, where in found.items() if where == "nowhere"} == {
        "app.parts.Plugin._own", "app.parts.Beside", "app.parts.Beside.activate", "app.other._own", "app.third.beside",
    }  # fmt: skip


# Wrappers that keep what they wrap


@pytest.mark.parametrize(("body", "where"), [
    ("Table.items.append(inner)", "entry"), ("Table.last = inner", "entry"), ("LAST = inner", "entry"),
    ("app.other.ITEMS.append(inner)", "entry"), ("Table.register(inner)", "entry"), ("atexit.register(inner)", "entry"),
    ("inner.last = 1", "nowhere"), ("items = []; items.append(inner)", "nowhere"), ("print(inner)", "nowhere"),
])  # fmt: skip
def test_a_wrapper_that_keeps_what_it_wraps_registers_it(body: str, where: str) -> None:
    source = (
        "import atexit, functools\nimport app.other\nLAST = None\nclass Table:\n    items = []\n    last = None\n"
        "def keep(f):\n    global LAST\n    @functools.wraps(f)\n    def inner(*args, **keywords):\n"
        "        return f()\n"
        f"    {body}\n    return inner\n@keep\ndef decorated(): ...\n"
    )
    found = said(app(source, "import app.parts\ndef main(): ...\n", app__other="ITEMS = []\n"))
    assert found["parts.decorated"] == where


@pytest.mark.parametrize("body", ["Table.calls.append(1)", "Table.last = f.__name__", "LAST = 1"])
def test_what_a_wrapper_keeps_when_it_is_called_registers_nothing(body: str) -> None:
    source = (
        "import functools\nLAST = None\nclass Table:\n    calls = []\n    last = None\n"
        "def count(f):\n    @functools.wraps(f)\n    def inner(*args, **keywords):\n        global LAST\n"
        f"        {body}\n        return f()\n    return inner\n@count\ndef decorated(): ...\n"
    )
    assert said(app(source, "import app.parts\ndef main(): ...\n"))["parts.decorated"] == "nowhere"


# Tests


def test_tests_are_counted_one_by_one_through_whatever_they_call() -> None:
    tests = (
        "from app.parts import a, Tool\nimport pytest\n@pytest.fixture\ndef tool():\n    return Tool()\n"
        "def helper():\n    a()\ndef test_one():\n    helper()\ndef test_two():\n    helper()\n    Tool().use()\n"
        "def test_three(tool): ...\n"
    )
    source = "def a():\n    b()\ndef b():\n    a()\nclass Tool:\n    def __init__(self): ...\n    def use(self): ...\n"
    found = app(source, "", tests__test_a=tests)
    counted = {name: found[f"parts.{name}"].tests for name in ("a", "b", "Tool", "Tool.__init__", "Tool.use")}
    assert counted == {"a": 2, "b": 2, "Tool": 2, "Tool.__init__": 2, "Tool.use": 1}


def test_what_runs_when_a_module_is_imported_counts_for_no_test() -> None:
    found = app("def a(): ...\na()\n", "", tests__test_a="import app.parts\ndef test_a(): ...\n")
    assert found["parts.a"].tests == 0


def test_a_preparation_counts_for_every_test_of_its_class() -> None:
    tests = (
        "import unittest\nfrom app.parts import a\nclass TestA(unittest.TestCase):\n    def setUp(self):\n        a()\n"
        "    def test_one(self): ...\n    def test_two(self): ...\n"
    )
    assert app("def a(): ...\n", "", tests__test_a=tests)["parts.a"].tests == 2


def test_a_test_does_not_count_for_itself() -> None:
    found = rows({**APP, "tests/test_a.py": "def test_a():\n    test_b()\ndef test_b():\n    test_a()\n"})
    assert {row.tests for row in found.values()} == {1}


CONFTEST = "import pytest\nfrom app.parts import a, b\n"


@pytest.mark.parametrize(("fixture", "tests", "count"), [
    ("@pytest.fixture(autouse=True)\ndef auto():\n    a()\n", "def test_one(): ...\ndef test_two(): ...\n", 2),
    ("@pytest.fixture(name='tool')\ndef _():\n    a()\n", "def test_one(tool): ...\ndef test_two(_): ...\n", 1),
    ("@pytest.fixture\ndef tool():\n    a()\n",
     "import pytest\n@pytest.mark.usefixtures('x', 'tool')\ndef test_one(): ...\ndef test_two(): ...\n", 1),
    ("@pytest.fixture\ndef tool():\n    a()\n",
     "import pytest\n@pytest.mark.usefixtures('tool')\nclass TestA:\n    def test_one(self): ...\n"
     "    def test_two(self): ...\ndef test_three(): ...\n", 2),
    ("@pytest.fixture\ndef tool():\n    a()\n",
     "import pytest\npytestmark = [pytest.mark.slow, pytest.mark.usefixtures('tool')]\ndef test_one(): ...\n", 1),
    ("@pytest.fixture\ndef tool():\n    a()\n@pytest.fixture(autouse=True)\ndef auto(tool): ...\n",
     "def test_one(): ...\n", 1),
    ("@pytest.fixture(autouse=False)\ndef auto():\n    a()\n", "def test_one(): ...\n", 0),
    ("@pytest.fixture(name='tool')\ndef other():\n    a()\n", "def test_one(other): ...\n", 0),
])  # fmt: skip
def test_fixtures_count_however_they_are_asked_for(fixture: str, tests: str, count: int) -> None:
    found = app("def a(): ...\ndef b(): ...\n", "", tests__conftest=CONFTEST + fixture, tests__test_a=tests)
    assert found["parts.a"].tests == count


def test_the_nearest_fixture_of_a_name_is_meant() -> None:
    own = "@pytest.fixture\ndef tool(tool):\n    b()\ndef test_one(tool): ...\n"
    found = app(
        "def a(): ...\ndef b(): ...\n", "",
        tests__conftest=CONFTEST + "@pytest.fixture\ndef tool():\n    a()\n",
        tests__deep__conftest=CONFTEST + "@pytest.fixture\ndef tool():\n    b()\n",
        tests__deep__test_b="def test_one(tool): ...\n", tests__test_a=CONFTEST + own,
    )  # fmt: skip
    assert (found["parts.a"].tests, found["parts.b"].tests) == (1, 2)


def test_a_fixture_of_a_class_is_seen_by_its_own_tests_and_those_of_heirs() -> None:
    tests = (
        "import pytest\nfrom app.parts import a\nclass TestA:\n    @pytest.fixture(autouse=True)\n"
        "    def auto(self):\n        a()\n    def test_one(self): ...\nclass TestB(TestA):\n"
        "    def test_two(self): ...\nclass TestC:\n    def test_three(self): ...\ndef test_four(): ...\n"
    )
    assert app("def a(): ...\n", "", tests__test_a=tests)["parts.a"].tests == 2
