"""Where something is replaced, statements are compared as trees: only what was told may have become of them."""

import pytest

from overhaul.changes import Added, Divided, Formed, Target
from tests.trunk.proving_kit import complaints, formed, moved, replaced

OLD = (
    "class Old:\n    def __init__(self, size=3):\n        self.size = size\n\n    def get(self, key, default=None):\n"
    "        return default\n\n    def put(self, key, value):\n        pass\n\n    def __contains__(self, key):\n"
    "        return True\n"
)
NEW = (
    "class New:\n    def __init__(self, limit=3):\n        self.limit = limit\n\n"
    "    def fetch(self, key, default=None):\n"
    "        return default\n\n    def store(self, value, key):\n        pass\n\n    def holds(self, key):\n"
    "        return True\n\n    def begin(self, key):\n        pass\n"
)
USE = (
    "import functools\n\nfrom old import Old\n\n\ndef eff(x, y=1):\n    return x\n\n\n@functools.cache\ndef same(x):\n"
    "    return x\n\n\nasync def late(x):\n    return x\n\n\nasync def go(a, b):\n    o = Old(a)\n"
    "    o.put(eff(a), eff(b))\n"
    "    print(await late(a))\n    if a not in o:\n        return o.size\n    return o.get(a, b)\n"
)
USED = (
    USE.replace("old", "new").replace("Old", "New").replace(".put(eff(a), eff(b))", ".store(eff(b), eff(a))")
    .replace("a not in o", "not o.holds(a)").replace("o.size", "o.limit").replace(".get", ".fetch")
)  # fmt: skip
TOLD = (
    replaced("old:Old", "new:New"), replaced("old:Old.get", "new:New.fetch"), replaced("old:Old.put", "new:New.store"),
    replaced("old:Old.size", "new:New.limit"), replaced("old:Old.__contains__", "new:New.holds"),
    replaced("old:Old.__init__", "new:New.__init__"), replaced("old", "new"),
    formed("old:Old", "New(__blank_0__)", "size"),
    formed("old:Old.get", "__blank_0__.fetch(__blank_1__, __blank_2__)", "self", "key", "default"),
    formed("old:Old.put", "__blank_0__.store(__blank_1__, __blank_2__)", "self", "value", "key"),
    formed("old:Old.size", "__blank_0__.limit", "self", called=False),
    formed("old:Old.__contains__", "__blank_0__.holds(__blank_1__)", "self", "key"),
)  # fmt: skip


def said(after: str, before: str = USE, *more: Formed) -> list[str]:
    files = {"old.py": OLD, "new.py": NEW, "use.py": before}
    return complaints(files, {"use.py": after, "old.py": ""}, *TOLD, *more)


def test_uses_that_have_become_what_was_told_are_proven() -> None:
    assert said(USED) == []


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("    o.store(eff(b), eff(a))\n", ""),
        ("    print(await late(a))\n", ""),
        ("o.store(eff(b), eff(a))", "o.store(eff(a), eff(b))"),
        ("o.store(eff(b), eff(a))", "o.store(b, eff(a))"),
        ("o.fetch(a, b)", "o.fetch(b, a)"),
        ("o.fetch(a, b)", "o.fetch(a, 7)"),
        ("o.fetch(a, b)", "o.fetch(a)"),
        ("return o.fetch(a, b)", "o.fetch(a, b)"),
        ("return o.fetch(a, b)", "return o.fetch(a, b) and 0"),
        ("return o.fetch(a, b)", "return 5"),
        ("not o.holds(a)", "o.holds(a)"),
        ("New(a)", "New()"),
        ("New(a)", "New(b)"),
        ("await late(a)", "late(a)"),
        ("y=1", "y=2"),
        ("@functools.cache\n", ""),
        ("    return x\n\n\n@", "    return None\n\n\n@"),
        ("async def late", "def late"),
        ("    return o.fetch", "    a = b\n    return o.fetch"),
    ],
)
def test_what_nobody_has_told_is_refused(part: str, instead: str) -> None:
    assert part in USED
    assert said(USED.replace(part, instead, 1)) != []


def test_an_argument_that_is_not_given_may_be_left_out_or_be_its_default() -> None:
    before = "from old import Old\n\nprint(Old().get(1))\n"
    for made in ("New()", "New(3)"):
        for got in ("fetch(1)", "fetch(1, None)"):
            assert said(f"from new import New\n\nprint({made}.{got})\n", before) == []
    assert said("from new import New\n\nprint(New(4).fetch(1))\n", before) != []
    assert said("from new import New\n\nprint(New().fetch(1, 0))\n", before) != []


def test_an_argument_that_is_needed_twice_may_stand_in_a_variable_above() -> None:
    before = "from old import Old\n\n\ndef run(o: Old):\n    o.put(next(it), 2)\n\n\nit = iter('ab')\nrun(Old(1))\n"
    after = (
        "from new import New\n\n\ndef run(o: New):\n    key = next(it)\n    o.store(2, key, key)\n\n\nit = iter('ab')\n"
        "run(New(1))\n"
    )
    told = replaced("old:Old", "new:New"), replaced("old:Old.put", "new:New.store"), replaced("old", "new")
    form = formed(
        "old:Old.put", "__blank_0__.store(__blank_1__, __blank_2__, __blank_3__)", "self", "value", "key", "key"
    )
    made = formed("old:Old", "New(__blank_0__)", "size")
    files = {"old.py": OLD, "new.py": NEW, "use.py": before}

    def judged(text: str) -> list[str]:
        return complaints(files, {"use.py": text, "old.py": ""}, *told, form, made)

    assert judged(after) == []
    assert judged(after.replace("key, key)", "key, it)")) != []
    assert judged(after.replace("next(it)\n    o", "next(it), 1\n    o")) != []


def test_two_statements_are_both_there() -> None:
    before = "from old import Old\n\no = Old(1)\no.put(print(1), 2)\n"
    after = "from new import New\n\no = New(1)\no.begin(print(1))\no.store(2, 0)\n"
    told = replaced("old:Old", "new:New"), replaced("old:Old.put", "new:New.store"), replaced("old", "new")
    form = formed("old:Old.put", "__blank_1__.store(__blank_2__, 0)", "key", "self", "value",
                  first="__blank_1__.begin(__blank_0__)")  # fmt: skip
    made = formed("old:Old", "New(__blank_0__)", "size")
    files = {"old.py": OLD, "new.py": NEW, "use.py": before}
    begun = replaced("old:Old.put", "new:New.begin")
    assert complaints(files, {"use.py": after, "old.py": ""}, *told, begun, form, made) == []
    for lost in ("o.begin(print(1))\n", "o.store(2, 0)\n"):
        assert complaints(files, {"use.py": after.replace(lost, ""), "old.py": ""}, *told, begun, form, made) != []


def test_a_statement_of_another_function_is_what_it_was_where_duplicates_become_one() -> None:
    files = {
        "a.py": "def f(x):\n    return x\n",
        "b.py": "def f(x):\n    return x\n\n\ndef g(x):\n    print(x)\n    return f(x)\n",
    }  # fmt: skip
    good = "from a import f\n\n\ndef g(x):\n    print(x)\n    return f(x)\n"
    told = replaced("b:f", "a:f")
    assert complaints(files, {"b.py": good}, told) == []
    for part, instead in (("    print(x)\n", ""), ("return f(x)", "return None"), ("g(x)", "g(x=1)")):
        assert complaints(files, {"b.py": good.replace(part, instead, 1)}, told) != []


def test_a_definition_that_moves_takes_its_statements_along() -> None:
    files = {
        "a.py": "def f(x, y):\n    print(x)\n    return g(x, y)\n\n\ndef g(x, y):\n    return x\n", "b.py": "X = 1\n",
    }  # fmt: skip
    told = moved("a:f", "b:f")
    gone = "def g(x, y):\n    return x\n"
    good = "import a\n\nX = 1\n\n\ndef f(x, y):\n    print(x)\n    return a.g(x, y)\n"
    assert complaints(files, {"a.py": gone, "b.py": good}, told) == []
    for part, instead in (("    print(x)\n", ""), ("g(x, y)", "g(y, x)"), ("    return a", "    a"), ("y):", "y=1):")):
        assert complaints(files, {"a.py": gone, "b.py": good.replace(part, instead, 1)}, told) != []


def test_a_member_that_comes_is_noticed_by_nobody() -> None:
    def added(before: str, member: str, name: str = "go") -> list[str]:
        after = before.replace("class A:\n", f"class A:\n    def {member}\n")
        return complaints({"a.py": before}, {"a.py": after}, Added(Target("a", f"A.{name}")))

    plain = "class A:\n    x = 1\n\n\nclass B:\n    def __init__(self):\n        self.go = 1\n"
    assert added(plain, "go(self): return 1") == []
    assert added(plain.replace("self.go", "self.x").replace("class B", "class B(A)"), "go(self): return 1") == []
    assert added(plain.replace("class B", "class B(A)"), "go(self): return 1") != []
    assert added("class A:\n    x = 1\n\n\ndef f(a):\n    a.go = 1\n", "go(self): return 1") != []
    asked = "class A:\n    def __getattr__(self, name): return name\n\n\nprint(A().go)\n"
    assert added(asked, "go(self): return 1") != []
    assert added(asked.replace(".go", ".gone"), "go(self): return 1") == []
    assert added(plain, "__eq__(self, other): return True", "__eq__") != []


def test_a_function_that_is_divided_loses_no_statement_and_is_handed_its_own() -> None:
    before = "def f(x):\n    a = 1\n    b = a + x\n    print(b)\n    return b\n"
    after = (
        "def f(x):\n    a = 1\n    b = _g(a, x)\n    return b\n\n\n"
        "def _g(a, x):\n    b = a + x\n    print(b)\n    return b\n"
    )
    told = Divided(Target("a", "f"), (Target("a", "_g"),))
    assert complaints({"a.py": before}, {"a.py": after}, told) == []
    for part, instead in (("    print(b)\n", ""), ("_g(a, x)\n    return", "_g(x, a)\n    return"), ("a + x", "x + a")):
        assert complaints({"a.py": before}, {"a.py": after.replace(part, instead, 1)}, told) != []
