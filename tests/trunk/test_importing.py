"""What an import does, told from facts, against what it does when Python carries it out."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from overhaul.facts import Binding, Class, Export, Function, ImportStatement, Step, UsedName
from overhaul.importing.interpreter import Attempt, attempts
from overhaul.importing.world import World
from overhaul.testing import Files, surveyed

MODULES = ("m0", "m1", "m2", "m3")
PACKAGED = ("p.m0", "p.m1", "p.m2", "p.m3")
NAMES = ("one", "two")


@contextmanager
def world(files: Files) -> Generator[World]:
    with surveyed(files) as seen:
        yield World(
            seen.layout, seen.facts(Step), seen.facts(ImportStatement), seen.facts(Binding), seen.facts(Export),
            seen.facts(UsedName), seen.facts(Class), seen.facts(Function),
        )  # fmt: skip


def outcome(attempt: Attempt) -> str:
    """Where an import fails, and for want of what; "" when it goes well."""
    failure = attempt.failure
    return f"{failure.module}:{failure.line} {failure.name} of {failure.source}" if failure is not None else ""


def told(files: Files) -> dict[str, str]:
    """What comes of importing each module first."""
    with world(files) as known:
        modules = list(known.layout.modules)
        return {attempt.entry: outcome(attempt) for attempt in attempts(known, modules, modules)}


class Sources(MetaPathFinder, Loader):
    """Imports modules of a few lines from a table."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = sources

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname not in self.sources:
            return None
        package = any(name.startswith(f"{fullname}.") for name in self.sources)
        return spec_from_loader(fullname, self, is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.sources[module.__name__], f"<{module.__name__}>", "exec"), module.__dict__)


def carried_out(sources: Mapping[str, str], entry: str) -> str:
    """The module and line where importing `entry` first fails in this interpreter; "" when it goes well."""
    finder = Sources(sources)
    sys.meta_path.insert(0, finder)
    try:
        __import__(entry)
    except (ImportError, AttributeError, NameError) as error:
        place, trace = "", error.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename.strip("<>")
            place = f"{name}:{trace.tb_lineno}" if name in sources else place
            trace = trace.tb_next
        return place
    finally:
        sys.meta_path.remove(finder)
        for name in sources:
            sys.modules.pop(name, None)
    return ""


FORMS = (
    "import {0}",
    "import {0} as other",
    "from {0} import {1}",
    "from {0} import {1} as taken",
    "from {0} import *",
    "import {0}\nused = {0}.{1}",
    "import {0} as other\nused = other.{1}",
    "import {0}\ndef later():\n    return {0}.{1}",
    "def late_{2}_{1}():\n    from {0} import {1}",
    "def now_{2}_{1}():\n    from {0} import {1}\nnow_{2}_{1}()",
    "try:\n    from {0} import {1} as tried\nexcept ImportError:\n    tried = 1",
    "class Body:\n    import {0} as inner\n    value = inner.{1}",
)


@st.composite
def programs(draw: st.DrawFn, modules: Sequence[str]) -> dict[str, str]:
    """Modules that bind the same two names somewhere between imports of each other in every form."""
    found: dict[str, str] = {}
    choice = st.tuples(st.sampled_from(FORMS), st.sampled_from(modules), st.sampled_from(NAMES))
    for module in modules:
        lines = [
            form.format(other, name, other.replace(".", "_"))
            for form, other, name in draw(st.lists(choice, max_size=4, unique=True))
        ]
        for name in NAMES:
            lines.insert(draw(st.integers(0, len(lines))), f"{name} = 1")
        found[module] = "\n".join(lines) + "\n"
    return found


def places(files: Files) -> dict[str, str]:
    """Module and line where the import of each module is told to fail."""
    return {entry: failure.partition(" ")[0] for entry, failure in told(files).items()}


@settings(max_examples=80, deadline=None)
@given(programs(MODULES))
def test_every_entry_into_every_tangle_goes_as_python_has_it(sources: dict[str, str]) -> None:
    foretold = places({f"{module}.py": source for module, source in sources.items()})
    assert foretold == {entry: carried_out(sources, entry) for entry in sources}


# Of the modules of one package, what is learned from one first importer serves for the next.
@settings(max_examples=120, deadline=None)
@given(programs(PACKAGED))
@example({"p.m0": "from p.m2 import one\n", "p.m1": "import p.m2\nfrom p.m0 import one\n",
          "p.m2": "from p.m1 import *\none = 1\n"})  # fmt: skip
def test_every_entry_into_a_tangled_package_goes_as_python_has_it(sources: dict[str, str]) -> None:
    sources = {"p": "", **sources}
    files = {f"{module.replace('.', '/')}.py": source for module, source in sources.items() if source}
    foretold = places(files | {"p/__init__.py": ""})
    assert foretold == {entry: carried_out(sources, entry) for entry in sources}


@pytest.mark.parametrize(("files", "entry", "expected"), [
    ({"a.py": "from b import y\nx = 1", "b.py": "from a import x\ny = 1"}, "a", "b:1 x of a"),
    ({"a.py": "x = 1\nfrom b import y", "b.py": "from a import x\ny = 1"}, "a", ""),
    ({"a.py": "import b\nx = 1", "b.py": "import a\ny = a.x"}, "a", "b:2 x of a"),
    ({"a.py": "import b\nx = 1", "b.py": "import a\ny = a.x"}, "b", ""),
    ({"p/__init__.py": "from p.a import x", "p/a.py": "from p import b\nx = 1", "p/b.py": "from p import x"}, "p.b",
     "p.b:1 x of p"),
    ({"p/__init__.py": "", "p/a.py": "from p import b", "p/b.py": "from p import a"}, "p.a", ""),
    ({"p/__init__.py": "", "p/a.py": "import p.b\nx = p.b.y", "p/b.py": "import p.a\ny = p.a.x"}, "p.a",
     "p.b:2 a of p"),
    ({"a.py": "import b\nx = b.make()\ny = 1", "b.py": "import a\ndef make():\n    return a.y"}, "a", "b:3 y of a"),
])  # fmt: skip
def test_the_name_and_the_module_that_lacks_it_are_told(files: Files, entry: str, expected: str) -> None:
    assert told(files)[entry] == expected


def test_the_order_of_a_failing_import_begins_with_the_entry() -> None:
    files = {"a.py": "import b\nx = 1", "b.py": "import c", "c.py": "from a import x"}
    with world(files) as known:
        failures = {one.entry: one.failure for one in attempts(known, ("a", "b", "c"), ("a", "b", "c"))}
    assert {entry: failure and failure.order for entry, failure in failures.items()} == {
        "a": ("a", "b", "c"), "b": None, "c": None,
    }  # fmt: skip


@pytest.mark.parametrize(("line", "certain"), [("from a import x", True), ("if a:\n    from a import x", False)])
def test_a_failure_that_hangs_on_a_branch_is_not_certain(line: str, certain: bool) -> None:
    with world({"a.py": "import b\nx = 1", "b.py": f"import a\n{line}"}) as known:
        (failure,) = [one.failure for one in attempts(known, ("a",), ("a", "b"))]
    assert failure is not None
    assert failure.certain is certain


def test_of_a_function_that_is_defined_twice_nothing_is_foretold() -> None:
    twice = "def f():\n    return 1\nf()\nx = 1\ndef f():\n    from a import x\nf()"
    assert told({"a.py": twice}) == {"a": ""}
    assert told({"a.py": "def f():\n    from a import x\nf()\nx = 1"}) == {"a": "a:2 x of a"}


def test_what_lies_outside_of_the_scope_counts_as_imported() -> None:
    with world({"a.py": "from b import y\nx = 1", "b.py": "from a import x\ny = 1"}) as known:
        assert [outcome(one) for one in attempts(known, ("a",), ("a",))] == [""]


def public_names(files: Files) -> Iterator[tuple[str, set[str]]]:
    with world(files) as known:
        yield from [(module, known.public(module)) for module in known.layout.modules]


def test_what_a_star_brings_is_all_or_else_the_names_without_an_underscore() -> None:
    files = {"a.py": "__all__ = ['_x']\n_x = y = 1", "b.py": "_x = y = 1\nimport c", "c.py": "from b import *\nz = 1"}
    assert dict(public_names(files)) == {"a": {"_x"}, "b": {"y", "c"}, "c": {"y", "c", "z"}}
