"""What functions use of their local variables and parameters."""

from typing import Any

from overhaul.testing import collect


def rows(source: str) -> set[str]:
    found: list[Any] = collect("receiver_uses", source)
    return {f"{row.scope}|{row.name} {row.how}{' guarded' if row.guarded else ''}" for row in found}


def test_attributes_of_parameters_and_local_variables() -> None:
    assert rows("def f(a):\n    b = a.x\n    b.y()\n    a.z = 1\n    del a.w") == {
        "f|a.x load", "f|b.y call", "f|a.z store", "f|a.w delete",
    }  # fmt: skip


def test_attributes_of_self_of_imports_and_of_the_module_s_variables_stand_elsewhere() -> None:
    source = "import os\nV = 1\nclass C:\n    def m(self):\n        import re\n        self.x; os.y; re.z; V.w\n"
    assert rows(source) == set()


def test_a_function_inside_uses_the_variable_of_the_one_around() -> None:
    source = "def f(a):\n    def g():\n        return a.x\n    return [a.y for b in c]"
    assert rows(source) == {"f|a.x load", "f|a.y load"}


def test_variables_of_comprehensions_are_left_out() -> None:
    assert rows("def f(a):\n    return [b.x for b in a.y]") == {"f|a.y load"}


def test_a_variable_that_is_asked_what_it_is_says_so() -> None:
    source = "def f(a, b):\n    if isinstance(a, int):\n        a.x\n    b.y"
    assert rows(source) == {"f|a.x load guarded", "f|b.y load"}
