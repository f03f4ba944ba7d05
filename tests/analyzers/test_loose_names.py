"""Names that nobody can tell whose they are."""

from typing import Any

import pytest

from overhaul.testing import collect


def rows(source: str) -> set[str]:
    found: list[Any] = collect("loose_names", source)
    return {f"{row.scope}|{row.how} {' '.join(row.names)}" for row in found}


@pytest.mark.parametrize("text", ["f()().x.y", "a[0].x.y", "(await a).x.y", "(a or b).x.y", "[a.x.y for a in b]"])
def test_attributes_of_expressions_and_of_what_has_no_name_outside(text: str) -> None:
    assert rows(f"async def g(b):\n    {text}\n") == {"g|attribute x y"}


def test_variables_of_lambdas_stand_in_the_lambda() -> None:
    assert rows("def g(b):\n    return lambda a: a.x\n") == {"g.<lambda>|attribute x"}


def test_what_is_asked_of_what_a_call_gives_is_told_with_the_call() -> None:
    assert rows("def g(b):\n    f(1).x\n    b.m().y.z\n") == {"g|called b.m().y f().x", "g|attribute z"}


def test_attributes_of_names_stand_elsewhere() -> None:
    source = "import os\ndef g(b):\n    b.x; os.y; [b.z for c in b]\nclass C:\n    def m(self):\n        self.w\n"
    assert rows(source) == set()


def test_super_is_told_apart() -> None:
    assert rows("class C:\n    def m(self):\n        super().m()\n        super\n") == {"C.m|super m"}


def test_what_a_class_body_uses_of_itself_and_not_what_it_imports() -> None:
    source = (
        "class C:\n    import os\n    def _get(self): ...\n    x = property(_get)\n    y = x.setter\n"
        "    z = os.path, D\n"
    )
    assert rows(source) == {"C|attribute path setter", "C|own _get x"}


def test_strings_that_read_like_names_and_not_those_of_all() -> None:
    source = (
        "__all__ = ['listed']\n__all__ += ['more']\n"
        "x = 'handler', 'a.b.C', 'a.b:main', 'two words', 'é', 'ab', '1a'\n"
    )
    assert rows(source) == {"|string a.b.C a.b:main handler"}


@pytest.mark.parametrize(("text", "pattern"), [
    ("f'visit_{k}'", "visit_*"), ("f'{k}_handler'", "*_handler"), ("f'get_{k}_rows'", "get_*_rows"),
    ("'do_%s' % k", "do_*"), ("'on_{}'.format(k)", "on_*"), ("'_get_%s_rows' % k", "_get_*_rows"),
])  # fmt: skip
def test_names_that_are_put_together(text: str, pattern: str) -> None:
    assert f"|pattern {pattern}" in rows(f"x = {text}\n")


@pytest.mark.parametrize(("text", "row"), [
    ("getattr(a.b, n)", "g|computed a.b"), ("getattr(sys.modules[__name__], n)", "g|computed globals()"),
    ("vars(a)", "g|computed a.__dict__"), ("a.b.__dict__[n]", "g|computed a.b.__dict__"),
    ("inspect.getmembers(a)", "g|computed a"), ("globals()[n]", "g|computed globals()"),
    ("globals().items()", "g|computed globals()"), ("globals()['on_' + n]", "|pattern on_*"),
])  # fmt: skip
def test_what_is_asked_for_all_it_has(text: str, row: str) -> None:
    assert row in rows(f"def g(a, n):\n    {text}\n")


@pytest.mark.parametrize("text", [
    "globals()['name']", "globals().update(a)", "n in globals()", "vars()", "dir(a)", "sys.modules[n]", "locals()[n]",
])  # fmt: skip
def test_what_is_taken_by_a_name_that_is_written_or_not_taken_at_all(text: str) -> None:
    assert not any("computed" in row or "pattern" in row for row in rows(f"def g(a, n):\n    {text}\n"))


@pytest.mark.parametrize("text", ["f'{a} b'", "f'{a}'", "f'a {b} c'", "'100%'", "'%s'"])
def test_sentences_are_no_patterns(text: str) -> None:
    assert not any("pattern" in row for row in rows(f"x = {text}\n"))


def test_a_module_that_asks_whether_it_is_run() -> None:
    assert "|main __main__" in rows("if __name__ == '__main__':\n    f()\n")
    assert not any("main" in row for row in rows("if __name__ == 'other':\n    f()\n"))
