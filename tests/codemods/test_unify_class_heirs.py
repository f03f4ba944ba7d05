"""Classes that inherit from the one that goes: which of them go along, and which stand against it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.testing import Transformed, transform

OLD = '''"""Old."""


class Old:
    KIND = "old"

    def __init__(self, size=3):
        self._entries = {}
        self.size = size

    def find(self, key):
        return self._entries.get(key)

    def keep(self, key, value):
        self._entries[key] = value

    def __len__(self):
        return len(self._entries)
'''
NEW = '''"""New."""


class New:
    def __init__(self, limit, name=""):
        self._kept = {}
        self.limit = limit
        self.name = name

    def get(self, key):
        return self._kept.get(key)

    def set(self, key, value):
        self._kept[key] = value

    def fresh(self):
        return not self._kept

    def __len__(self):
        return len(self._kept)
'''
REQUEST: dict[str, object] = {
    "target": "old:Old", "to": "new:New", "construct": "New({size})",
    "methods": {"find": "get", "keep": "set", "__len__": "len({self})"}, "attributes": {"size": "limit"},
}  # fmt: skip


def done(app: str, old: str = OLD, new: str = NEW, **changes: object) -> Transformed:
    """What becomes of a file with a subclass."""
    return transform("unify_class", {"old.py": old, "new.py": new, "app.py": app}, {**REQUEST, **changes})


def why(result: Transformed) -> str:
    """The reasons why it is refused."""
    return "; ".join(f"{one.path}:{one.line}: {one.why}: {one.remedy}" for one in result.refusals)


def printed(folder: Path, files: dict[str, str]) -> str:
    """What app.py prints."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    ran = subprocess.run([sys.executable, "-B", "app.py"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert not ran.returncode, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("body", [
    "    def twice(self, key):\n        return self.find(key) * 2\n",
    "    LIMIT = 5\n\n    def twice(self, key):\n        return super().find(key) * self.LIMIT\n",
    "    def __init__(self, extra):\n        super().__init__(size=extra + 1)\n        self.extra = extra\n\n"
    "    def twice(self, key):\n        return self.find(key), self.extra, self.size\n",
    "    def __init__(self, extra):\n        super().__init__()\n        self.extra = extra\n\n"
    "    def twice(self, key):\n        return self.size, (lambda: self.find(key))()\n",
    "    @property\n    def most(self):\n        return self.size\n\n"
    "    def twice(self, key):\n        return self.most\n",
    "    @staticmethod\n    def half(value):\n        return value / 2\n\n    def twice(self, key):\n"
    "        return self.half(self.find(key))\n",
    "    def __repr__(self):\n        return f'Own({self.size})'\n\n"
    "    def twice(self, key):\n        return repr(self)\n",
])  # fmt: skip
def test_a_class_that_overrides_nothing_goes_along(body: str, tmp_path: Path) -> None:
    app = f"from old import Old\n\n\nclass Own(Old):\n{body}\n\nown = Own(7)\nown.keep('a', 4)\n" \
        "print(own.twice('a'), len(own), own.find('b'), isinstance(own, Own), own.size)\n"  # fmt: skip
    made = done(app)
    assert not made.refusals, why(made)
    after = {name: data.decode() for name, data in made.files.items()}
    assert "class Own(New):" in after["app.py"] and "old.py" not in after
    assert printed(tmp_path / "before", {"old.py": OLD, "new.py": NEW, "app.py": app}) == printed(
        tmp_path / "after", after
    )


def test_it_is_told_that_it_stands_on_another_class() -> None:
    made = done("from old import Old\n\n\nclass Own(Old):\n    pass\n\n\nOwn(2).keep('a', 1)\n")
    assert "Own(2).set('a', 1)" in made.text("app.py")
    assert any("Own inherits from New from now on" in one.reason for one in made.leftovers)


def test_a_class_of_the_same_names_that_stands_on_something_else_is_left_alone() -> None:
    app = "from old import Old\n\n\nclass Own(Old):\n    pass\n\n\nclass Far(dict):\n    def find(self, key):\n" \
        "        return super().get(key)\n\n\nfar: Far = Far()\nfar.find(1)\nOwn().find(1)\n"  # fmt: skip
    made = done(app)
    assert not made.refusals, why(made)
    assert "far.find(1)\nOwn(3).get(1)" in made.text("app.py") and "return super().get(key)" in made.text("app.py")


@pytest.mark.parametrize(("body", "reason"), [
    ("    def find(self, key):\n        return 1\n", "overrides find of Old"),
    ("    KIND = 'own'\n", "overrides KIND of Old"),
    ("    def get(self, key):\n        return 1\n", "would override get of New"),
    ("    def run(self):\n        self.size = 1\n", "assigns size, an attribute of Old that is called otherwise"),
    ("    name = 1\n", "would override name of New"),
    ("    def run(self):\n        self._kept = 1\n", "would override _kept of New"),
    ("    def __len__(self):\n        return 1\n", "has __len__"),
    ("    def __eq__(self, other):\n        return True\n", "has __eq__"),
    ("    def __getattr__(self, name):\n        return 1\n", "has __getattr__"),
    ("    __slots__ = ()\n", "has __slots__"),
    ("    @classmethod\n    def of(cls):\n        return cls(1)\n", "has a method of the class itself, of"),
    ("    def copy(self):\n        return type(self)(1)\n", "asks for its class, or for its names, in copy"),
    ("    def copy(self):\n        return self.__class__(1)\n", "asks for its class in copy"),
    ("    def __init__(self):\n        self.own = 1\n", "does not call super().__init__ once"),
    ("    def __init__(self, a):\n        if a:\n            super().__init__(a)\n", "or under a condition"),
    ("    def run(self):\n        return super(Own, self).find(1)\n", "asks for super() in another way"),
    ("    def run(self):\n        return Old.find(self, 1)\n", "find is asked of the class itself"),
    ("    def run(self):\n        return self._entries\n", "_entries"),
])  # fmt: skip
def test_what_would_be_another_class_afterwards_stands_against_it(body: str, reason: str) -> None:
    text = why(done(f"from old import Old\n\n\nclass Own(Old):\n{body}"))
    assert reason in text


@pytest.mark.parametrize(("rest", "reason"), [
    ("class Below(Own):\n    pass\n", "has a class below it, Below"),
    ("KINDS = {'own': Own}\n", "is passed on at app.py:9"),
    ("Own.run(None)\n", "is asked for run itself"),
    ("class Two(Old, dict):\n    pass\n", "Two inherits from Old, and has other bases"),
    ("@print\nclass Two(Old):\n    pass\n", "has other bases, keywords or decorators too"),
    ("def make():\n    class Two(Old):\n        pass\n", "is no class of its module"),
])  # fmt: skip
def test_what_is_done_with_the_class_itself_stands_against_it(rest: str, reason: str) -> None:
    text = why(done(f"from old import Old\n\n\nclass Own(Old):\n    def run(self):\n        return 1\n\n\n{rest}"))
    assert reason in text


@pytest.mark.parametrize(("old", "new", "reason"), [
    (OLD, NEW.replace("class New:", "class New(dict):"), "needs New to be a plain class"),
    (OLD, NEW.replace("class New:", "class New(metaclass=type):"), "needs New to be a plain class"),
    (OLD, NEW.replace("    def fresh", "    def __init_subclass__(cls):\n        print(cls)\n\n    def fresh"),
     "is made by __init_subclass__ of New too"),
    (OLD.replace("    KIND =", "    __slots__ = ('_entries', 'size')\n    KIND ="), NEW, "is made by __slots__ of Old"),
])  # fmt: skip
def test_classes_that_do_something_to_those_below_them_stand_against_it(old: str, new: str, reason: str) -> None:
    assert reason in why(done("from old import Old\n\n\nclass Own(Old):\n    pass\n", old, new))


def test_a_constructor_that_is_no_plain_call_serves_no_subclass() -> None:
    made = "    @classmethod\n    def of(cls, limit):\n        return cls(limit)\n\n    def fresh"
    app = "from old import Old\n\n\nclass Own(Old):\n    pass\n\n\nOwn(1)\n"
    text = why(done(app, new=NEW.replace("    def fresh", made), construct="New.of({size})"))
    assert "no plain call of New" in text


def test_a_subclass_does_not_come_to_stand_above_its_base() -> None:
    files = {"old.py": OLD, "new.py": f"from old import Old\n\n\nclass Own(Old):\n    pass\n\n\n{NEW}"}
    text = why(transform("unify_class", files, REQUEST))
    assert "would stand above New, which is its base" in text
