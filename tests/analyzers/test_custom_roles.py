"""Families that the configuration names."""

from __future__ import annotations

from typing import Any

from overhaul.config import Config, RolePattern
from overhaul.testing import table

FILES = {
    "app/checks.py": (
        "from abc import ABC, abstractmethod\nclass Check(ABC):\n    @abstractmethod\n    def ask(self): ...\n"
        "class NoDebt(Check):\n    def ask(self): ...\nclass DebtCheck:\n    def ask(self): ...\n"
    ),
    "app/rules.py": (
        "def register(f): return f\n@register\ndef weight(x): ...\n@register\nclass Length:\n    def ask(self): ...\n"
    ),
    "tests/test_checks.py": "from app.checks import Check\nclass FakeCheck(Check):\n    def ask(self): ...\n",
}


def rows(**pattern: Any) -> list[str]:
    found: list[Any] = table("custom_roles", FILES, Config(roles={"check": RolePattern(**pattern)}))
    assert all(row.kind == "check" and row.evidence for row in found)
    return [f"{row.subkind} {row.name}" for row in found]


def test_bases_take_whatever_inherits_from_them_and_themselves() -> None:
    assert rows(bases=("Check",)) == ["abstract Check", "inherited NoDebt"]
    assert rows(bases=("app.checks.Check",)) == ["abstract Check", "inherited NoDebt"]


def test_names_are_patterns_of_the_last_part() -> None:
    assert rows(names=("*Check",)) == ["abstract Check", "concrete DebtCheck"]


def test_what_is_excluded_does_not_belong() -> None:
    assert rows(names=("*Check",), exclude=("Debt*",)) == ["abstract Check"]


def test_decorators_take_classes_and_functions_only_when_asked_for() -> None:
    assert rows(decorators=("register",)) == ["concrete Length"]
    assert rows(decorators=("register",), functions=True) == ["function weight", "concrete Length"]


def test_modules_alone_take_every_class_and_with_others_narrow_them() -> None:
    assert rows(modules=("app.checks",)) == ["abstract Check", "inherited NoDebt", "concrete DebtCheck"]
    assert rows(modules=("app.rules",), names=("*Check",)) == []


def test_tests_count_when_asked_for() -> None:
    assert rows(bases=("Check",), tests=True)[-1] == "inherited FakeCheck"


def test_decorators_may_be_named_by_the_module_that_defines_them() -> None:
    assert rows(decorators=("app.rules.register",)) == ["concrete Length"]
