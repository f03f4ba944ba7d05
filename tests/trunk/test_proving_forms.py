"""The proof of attributes that become expressions, and of subclasses that go along with the class they stand on."""

from __future__ import annotations

import pytest

from tests.trunk.proving_kit import complaints, formed, replaced

OLD = (
    "class Old:\n    def __init__(self, size=3):\n        self.size = size\n\n"
    "    def find(self, key):\n        return key\n"
)
NEW = (
    "class New:\n    def __init__(self, limit):\n        self.sizes = [limit]\n\n"
    "    def get(self, key):\n        return key\n"
)
USE = (
    "from old import Old\n\n\nclass Own(Old):\n    def __init__(self, extra, more):\n"
    "        super().__init__(size=extra)\n        self.extra = more\n\n    def twice(self, key):\n"
    "        return super().find(key)\n\n\nclass Bare(Old):\n    pass\n\n\nown = Own(7, 8)\nbare = Bare()\n"
    "kept = Old(1)\nprint(kept.size.real, own.find(2))\n"
)
RIGHT = (
    "from new import New\n\n\nclass Own(New):\n    def __init__(self, extra, more):\n"
    "        super().__init__(extra)\n        self.extra = more\n\n    def twice(self, key):\n"
    "        return super().get(key)\n\n\nclass Bare(New):\n    pass\n\n\nown = Own(7, 8)\nbare = Bare(3)\n"
    "kept = New(1)\nprint(kept.sizes[-1].real, own.get(2))\n"
)
TOLD = (
    replaced("old:Old", "new:New"), replaced("old:Old.__init__", "new:New.__init__"),
    replaced("old:Old.find", "new:New.get"), replaced("old:Old.size", "new:New.sizes"),
    formed("old:Old", "New(__blank_0__)", "size"),
    formed("old:Old.find", "__blank_0__.get(__blank_1__)", "self", "key"),
    formed("old:Old.size", "__blank_0__.sizes[-1]", "self", called=False),
    formed("old:Old.__init__", "super().__init__(__blank_0__)", "size"),
    formed("use:Bare", "Bare(__blank_0__)", "size"),
)  # fmt: skip


def said(after: str) -> list[str]:
    """What is said against a text."""
    return complaints({"old.py": OLD, "new.py": NEW, "use.py": USE}, {"use.py": after}, *TOLD)


def test_what_is_told_is_proven() -> None:
    assert said(RIGHT) == []


@pytest.mark.parametrize(("part", "instead"), [
    ("kept.sizes[-1].real", "kept.sizes[0].real"), ("kept.sizes[-1].real", "kept.sizes[-1].imag"),
    ("kept.sizes[-1].real", "kept.sizes[-1]"), ("kept.sizes[-1].real", "kept.real"),
    ("kept.sizes[-1].real", "kept[-1].real"), ("kept.sizes[-1].real", "(kept,)[-1].real"),
    ("kept.sizes[-1].real", "own.sizes[-1].real"), ("super().__init__(extra)", "super().__init__(more)"),
    ("super().__init__(extra)", "super().__init__()"), ("super().__init__(extra)", "pass"),
    ("super().get(key)", "self.get(self)"), ("Bare(3)", "Bare(4)"), ("Bare(3)", "Own(3, 4)"),
    ("class Bare(New)", "class Bare(Own)"), ("class Bare(New)", "class Bare"), ("Own(7, 8)", "Own(8, 7)"),
])  # fmt: skip
def test_what_is_written_otherwise_is_refused(part: str, instead: str) -> None:
    assert part in RIGHT
    assert said(RIGHT.replace(part, instead, 1))


def test_an_attribute_of_the_same_name_of_something_else_may_stay() -> None:
    use = f"{USE}\n\nclass Far:\n    size = 1\n\n\nprint(Far.size.real)\n"
    right = f"{RIGHT}\n\nclass Far:\n    size = 1\n\n\nprint(Far.size.real)\n"
    assert complaints({"old.py": OLD, "new.py": NEW, "use.py": use}, {"use.py": right}, *TOLD) == []
