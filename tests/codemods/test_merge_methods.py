"""Methods that become a function which all of them call: what runs as before, and what is refused."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from overhaul.changes import Delegated, FileChange, Target
from overhaul.project import Project
from overhaul.proving.proof import prove
from overhaul.testing import Transformed, surveyed, transform

BODY = "        return self.scale * x\n"
REQUEST = {"members": ["a:A.f", "b:B.f"], "home": "a", "function": "both"}


def pair(method: str, head: str = "") -> dict[str, str]:
    """Two classes with one method, in two modules."""
    text = f"{head}class A:\n    scale = 2\n\n{method}"
    return {"a.py": text, "b.py": text.replace("class A", "class B")}


def done(files: Mapping[str, str], **more: object) -> Transformed:
    return transform("merge_duplicates", files, {**REQUEST, **more})


def refused(files: Mapping[str, str], **more: object) -> str:
    """Why it is refused; "" where it is not."""
    return " ".join(f"{one.path}:{one.line}: {one.why}: {one.remedy}" for one in done(files, **more).refusals)


def ran(folder: Path, files: Mapping[str, bytes]) -> str:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    found = subprocess.run([sys.executable, "main.py"], cwd=folder, capture_output=True, text=True, check=True)
    return found.stdout


@pytest.mark.parametrize(
    ("method", "use"),
    [
        (f"    def f(self, x, *more, k=1, **kw):\n{BODY}", "one.f(1, 2, k=3, z=4), type(one).f.__defaults__"),
        (f"    @property\n    def f(self, x=5):\n{BODY}", "one.f"),
        ("    @staticmethod\n    def f(a, /, b, *, c):\n        return a, b, c\n", "one.f(1, 2, c=3)"),
        ("    @classmethod\n    def f(cls, n):\n        return cls.scale * n\n", "one.f(4)"),
        ("    def f(self):\n        got = yield self.scale\n        return got\n", "list(one.f()), ask(one.f)"),
        ("    async def f(self):\n        return self.scale\n", "asyncio.run(one.f()), ask(one.f)"),
        ("    @contextmanager\n    def f(self):\n        try:\n            yield self.scale\n        finally:\n"
         "            print('left')\n", "one.f().__enter__()"),
        ("    def f(self): return self.scale\n", "one.f()"),
        ("    def f(self):\n        return f'''{\n    self.scale}\n  x''' + \"\"\"\n    y\n  \"\"\"\n", "one.f()"),
        ("    def f(self, n=3):\n        return [] if n == 0 else [n, *self.f(n - 1)]\n", "one.f()"),
        ("    def f(self):\n        \"\"\"Said.\n\n        More.\n        \"\"\"\n        # why\n\n        return 1\n",
         "one.f(), one.f.__doc__"),
        ("    def f(self):\n        self.scale = 7\n        self.scale += 1\n", "one.f(), one.scale"),
        ("    def f(self, x=None):\n        def inner():\n            nonlocal x\n            x = 2\n"
         "            return x\n\n        return inner()\n        # said\n    # of the class\n", "one.f()"),
        ("\tdef f(self):\n\t\tif self:\n\t\t\treturn 1\n".replace("\t", "    "), "one.f()"),
    ],
)  # fmt: skip
def test_methods_do_what_they_did(method: str, use: str, tmp_path: Path) -> None:
    files = pair(method, "from contextlib import contextmanager\n\n\n")
    files["main.py"] = (
        "import asyncio, inspect\nfrom a import A\nfrom b import B\n\n\n"
        "def ask(f):\n    return inspect.isgeneratorfunction(f), inspect.iscoroutinefunction(f)\n\n\n"
        f"class C(B):\n    pass\n\n\nfor one in (A(), B(), C()):\n    print({use})\n"
    )
    made = done(files)
    assert not made.refusals
    assert made.text("a.py").count("both(") == 2
    assert made.text("b.py").count("both(") == 1
    assert {one.guidance for file in made.plan.files for one in file.replacements if one.because != "import"} == {
        "review"
    }
    folders = tmp_path / "before", tmp_path / "after"
    before = ran(folders[0], {path: text.encode() for path, text in files.items()})
    assert ran(folders[1], made.files) == before
    again = {path: data.decode() for path, data in made.files.items()}
    assert done(again).files == made.files


@pytest.mark.parametrize(
    ("method", "why"),
    [
        ("    def f(self):\n        return super().f()\n", "super means something only in a class"),
        ("    def f(self):\n        return __class__\n", "__class__ means something only in a class"),
        ("    def f(self):\n        return self.__x\n", "__x is private"),
        ("    def f(self):\n        return call(__x=1)\n", "__x is private"),
        ("    async def f(self):\n        yield 1\n", "asynchronous generator"),
        ("    def f(self):\n        self.fresh = 1\n", "fresh is set here alone"),
        ("    def f(self):\n        return globals()\n", "globals() sees the names"),
        ("    def f(self):\n        warn('x', stacklevel=2)\n", "stacklevel depends on who asks"),
        ("    def __init_subclass__(cls):\n        cls.x = 1\n", "Python calls __init_subclass__"),
        ("    def f(self, both):\n        return both\n", "both is no free name"),
        ("    size = int\n\n    def f(self, x: size):\n        return x\n", "size is a name of the class"),
        ("    def f(self):\n        '''Only said.'''\n", "does nothing"),
    ],
)
def test_what_a_function_cannot_do_is_refused(method: str, why: str) -> None:
    name = "__init_subclass__" if "__init_subclass__" in method else "f"
    assert why in refused(pair(method), members=[f"a:A.{name}", f"b:B.{name}"])
    assert refused(pair(f"    def f(self, x):\n{BODY}")) == ""


def test_keywords_of_any_name_and_parameters_of_other_names_do_not_meet() -> None:
    files = pair("    def f(self, x, **more):\n        return x, more\n")
    files["b.py"] = files["b.py"].replace("x", "y")
    assert "takes any keywords" in refused(files)
    files = {path: text.replace(", **more", "").replace(", more", "") for path, text in files.items()}
    assert refused(files) == ""


def test_a_name_that_means_something_already_is_refused() -> None:
    files = pair(f"    def f(self, x):\n{BODY}")
    assert "no free name" in refused(files, function="len")
    assert "no free name" in refused(files, function="B")
    files["c.py"] = "from a import *\n\n\ndef both():\n    return 1\n"
    assert "has a both" in refused(files)
    assert refused(files, function="_both") == ""


def test_what_a_test_puts_in_a_module_is_seen_by_whom_it_was_seen() -> None:
    files = pair("    def f(self):\n        return time.time()\n", "import time\n\n\n")
    files["test_b.py"] = "def test(monkeypatch):\n    monkeypatch.setattr('b.time', None)\n"
    assert "may give b another value" in refused(files)
    # The method itself is still there.
    files["test_b.py"] = "def test(monkeypatch):\n    monkeypatch.setattr('b.B.f', None)\n"
    assert refused(files) == ""


def test_comments_go_with_what_they_stand_in() -> None:
    body = "        # above\n        return 1  # beside\n        # below\n"
    files = pair(f"    def f(self):\n{body}    # of the class\n    y = 1\n")
    text = done(files).text("a.py")
    assert "def both(self):\n    # above\n    return 1  # beside\n    # below\n\n\n" in text
    assert "        return both(self)\n    # of the class\n    y = 1\n" in text
    assert not done(files).leftovers
    files["b.py"] = files["b.py"].replace("below", "of its own")
    assert [(one.path, one.line) for one in done(files).leftovers] == [("b.py", 7)]


def test_an_import_that_only_the_body_needed_goes() -> None:
    files = pair("    def f(self):\n        return time.time(), sys.path\n", "import sys\nimport time\n\n\n")
    files["b.py"] += "\n    def g(self):\n        return sys.path\n"
    text = done(files).text("b.py")
    assert "import sys\n" in text
    assert "from a import both\n" in text
    assert "import time" not in text
    assert "import sys\nimport time\n" in done(files).text("a.py")


def test_the_break_of_lines_stays_what_it_is() -> None:
    files = {path: text.replace("\n", "\r\n") for path, text in pair(f"    def f(self, x):\n{BODY}").items()}
    text = done(files).text("a.py")
    assert text.count("\n") == text.count("\r\n")
    assert "def both(self, x):\r\n    return" in text


def test_literals_that_stand_for_two_things_are_refused() -> None:
    files = {
        f"{name}.py": f"class {name.upper()}:\n    def f(self, n):\n        return [n, {first!r}, {second!r}]\n"
        for name, first, second in (("a", "x", "x"), ("b", "b", "x"), ("c", "x", "c"))
    }
    members = ["a:A.f", "b:B.f", "c:C.f"]
    assert "would stand for" in refused(files, members=members, parameters={"key": "'x'"})
    files["b.py"] = files["b.py"].replace("'x'", "'b'")
    files["c.py"] = files["c.py"].replace("'c'", "'x'")
    made = done(files, members=members, parameters={"key": "'x'"})
    assert not made.refusals
    assert [made.text(f"{one}.py").split("key=")[1][:3] for one in "abc"] == ["'x'", "'b'", "'x'"]


def test_a_long_call_is_written_in_several_lines() -> None:
    names = ", ".join(f"argument_{number}" for number in range(6))
    files = pair(f"    def f(self, {names}):\n        return argument_0\n")
    assert f"        return both(\n            self, {names}\n        )\n" in done(files).text("b.py")
    files = pair(f"    def f(self, {names}, last):\n        return argument_0\n")
    assert "        return both(\n            self,\n            argument_0,\n" in done(files).text("b.py")
    assert "def both(\n    self,\n    argument_0,\n" in done(files).text("a.py")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("    return self.scale * x", "    return x * self.scale"),
        ("    return self.scale * x", "    return other.scale * x"),
        ("return both(self, x)", "both(self, x)\n        return None"),
        ("return both(self, x)", "return both(x, self)"),
        ("return both(self, x)", "return both(self, self)"),
        ("def f(self, x):\n        return b", "def f(self, x=1):\n        return b"),
        ("def both(self, x):", "def both(self, x=1):"),
    ],
)
def test_a_function_that_does_something_else_is_not_proven(was: str, becomes: str) -> None:
    files = pair(f"    def f(self, x):\n{BODY}", "other = 1\n\n\n")
    made = done(files).plan
    both = Target("a", "both")
    vouched = [Delegated(Target("a", "A.f"), both), Delegated(Target("b", "B.f"), both)]
    with surveyed(files) as seen:
        project = Project(seen)

        def holds(one: str, other: str) -> bool:
            changes: list[FileChange] = []
            for file in made.files:
                text = (file.after or b"").decode().replace(one, other)
                changes.append(msgspec.structs.replace(file, after=text.encode()))
            checks = prove(project, project.after(changes), changes, (), (), (), vouched)
            return not any(check.refusals for check in checks)

        assert holds("", "")
        assert not holds(was, becomes)
