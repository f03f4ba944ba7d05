"""What is asked of a receiver whose class does not have it. Look-alikes stand in fixtures/rules/missing_member."""

from typing import Any

from overhaul.testing import table

CLASS = "class Till:\n    def receive(self): ...\n"


def rows(source: str) -> list[str]:
    found: list[Any] = table("interface_mismatches", {"shop.py": CLASS + source})
    return [f"{row.receiver}.{row.member} {row.how} {row.confidence} {','.join(row.near)}".rstrip() for row in found]


def test_a_receiver_that_is_constructed_is_known_for_sure() -> None:
    assert rows("def f():\n    till = Till()\n    till.recieve()") == ["till.recieve call high receive"]


def test_one_that_is_annotated_may_be_of_a_subclass() -> None:
    assert rows("def f(till: Till | None):\n    return till.total") == ["till.total load medium"]
    assert rows("class Big(Till):\n    total = 1\ndef f(till: Till):\n    return till.total") == []


def test_chains_are_followed_as_long_as_classes_are_known() -> None:
    source = "class Shop:\n    def __init__(self):\n        self.till = Till()\n"
    source += "def f(shop: Shop):\n    shop.till.open()"
    assert rows(source) == ["shop.till.open call medium"]


def test_an_attribute_of_either_class_is_enough() -> None:
    source = "class Box:\n    size = 1\ndef f(one: Till | Box):\n    return one.size, one.weight"
    assert rows(source) == ["one.weight load medium"]


def test_a_base_outside_the_project_may_have_anything() -> None:
    assert rows("import other\nclass Big(other.Base): ...\ndef f():\n    big = Big()\n    big.whatever()") == []


def test_members_of_an_enum_are_known() -> None:
    source = "from enum import Enum\nclass Colour(Enum):\n    RED = 1\n"
    source += "def f(colour: Colour):\n    colour.name; colour.hue"
    assert rows(source) == ["colour.hue load medium"]


def test_descriptors_give_what_they_like() -> None:
    source = (
        "class D:\n    def __get__(self, a, b): ...\nclass Shop:\n    till = D()\n"
        "    def m(self):\n        return self.till.anything\n"
    )
    assert rows(source) == []


def test_self_lacks_what_neither_it_nor_a_subclass_has() -> None:
    assert rows("class A:\n    def m(self):\n        self.missing()\n") == ["self.missing call medium"]
    assert rows("class A:\n    def m(self):\n        self.missing()\nclass B(A):\n    def missing(self): ...\n") == []


def test_tests_replace_what_they_like() -> None:
    files = {"shop.py": CLASS, "tests/test_shop.py": "from shop import Till\nTill().x.y\n"}
    assert table("interface_mismatches", files) == []


def test_attributes_that_are_set_by_name_may_be_any() -> None:
    for body in ("self.__dict__.update(k)", "object.__setattr__(self, n, 1)", "vars(self).update(k)"):
        source = f"class D:\n    def __init__(self, k, n):\n        {body}\ndef f():\n    d = D(1, 2)\n    d.x\n"
        assert rows(source) == []


def test_what_is_there_to_be_completed_may_be_completed_elsewhere() -> None:
    assert rows("class SellMixin:\n    def m(self):\n        self.missing()\n") == []
    assert rows("from abc import ABC\nclass A(ABC):\n    def m(self):\n        self.missing()\n") == []


def test_new_may_give_anything() -> None:
    assert rows("class N:\n    def __new__(cls): return Till()\ndef f():\n    n = N()\n    n.receive()\n") == []
