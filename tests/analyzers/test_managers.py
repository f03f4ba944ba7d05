"""Which classes are managers, and what is said of them. Real code is measured by `make bench-inventory`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from overhaul.testing import table

BODY = '''
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._jobs: dict[str, int] = {}

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def add(self, name): self._jobs[name] = 1
    def get(self, name): return self._jobs[name]
    def remove(self, name): del self._jobs[name]
'''
BUS = '''
class Bus:
    """Carries messages."""
    def __init__(self) -> None:
        self._listeners: dict[str, list] = {}
    def subscribe(self, topic, listener): self._listeners[topic] = [listener]
    def publish(self, topic): ...
    def close(self): ...
    def get(self, topic): ...
'''


def rows(files: Mapping[str, str]) -> dict[str, Any]:
    found: list[Any] = table("managers", files)
    return {row.name: row for row in found}


def one(source: str) -> Any:
    return rows({"app.py": BUS + source})


def test_a_class_that_owns_keeps_and_is_kept_is_a_manager() -> None:
    found = one(f'class JobManager:\n    """Runs jobs."""\n{BODY}\nBUS = Bus()\nJOBS = JobManager(BUS)\n')
    row = found["JobManager"]
    assert (row.confidence, row.subkind, row.tier, row.depends_on) == ("high", "concrete", 1, ("app.Bus",))
    assert row.purpose == "Runs jobs."
    assert row.life_cycle == ("start", "stop")
    assert row.interface == ("start", "stop", "add", "get", "remove")
    assert [(site.line, site.scope) for site in row.constructed] == [(24, "")]
    assert [(held.name, held.attribute, held.how) for held in row.collaborators] == [("app.Bus", "_bus", "receives")]
    assert found["Bus"].tier == 0


def test_a_name_alone_is_never_high_and_data_is_none() -> None:
    found = one(
        "from dataclasses import dataclass\n"
        "@dataclass\nclass AccountManager:\n    name: str\n    def greet(self): ...\n"
        "class SettingsManager:\n    a = 1\n    b = 2\n"
        "class ErrorManager(Exception):\n    def start(self): ...\n"
    )
    assert found.keys() <= {"Bus"}


def test_a_class_without_a_role_word_counts_when_two_ways_of_managing_meet() -> None:
    found = one(f"class Jobs:\n{BODY}\nclass App:\n    def __init__(self):\n        self.jobs = Jobs(Bus())\n")
    assert found["Jobs"].confidence in ("medium", "high")
    assert not any("is named" in fact for fact in found["Jobs"].evidence)


@pytest.mark.parametrize("use", [
    "def f(bus):\n    all = {}\n    for n in range(3):\n        all[n] = OrderManager(bus)\n",
    "def f(bus):\n    return [OrderManager(bus) for n in range(3)]\n",
])  # fmt: skip
def test_one_that_is_made_again_and_again_is_scoped_and_listed_with_low_confidence(use: str) -> None:
    row = one(f"class OrderManager:\n{BODY}\n{use}")["OrderManager"]
    assert (row.subkind, row.confidence, row.tier) == ("scoped", "low", None)


def test_tests_and_their_doubles_are_left_out() -> None:
    assert rows({"tests/fakes.py": f"{BUS}\nclass FakeManager:\n{BODY}\nX = FakeManager(Bus())\n"}) == {}


def test_an_abstract_base_is_a_manager_and_its_subclass_inherited() -> None:
    found = one(
        f"from abc import ABC, abstractmethod\nclass BaseManager(ABC):\n{BODY}\n"
        "    @abstractmethod\n    def tick(self): ...\n"
        "class FastManager(BaseManager):\n    def tick(self): ...\nX = FastManager(Bus())\n"
    )
    assert (found["BaseManager"].subkind, found["FastManager"].subkind) == ("abstract", "inherited")


def test_the_one_that_makes_the_others_is_the_root_and_stands_above_them() -> None:
    makes = "".join(f"        self.{name} = {name.title()}Manager(self.bus)\n" for name in ("job", "mail", "disk"))
    classes = "".join(f"class {name}Manager:\n{BODY}\n" for name in ("Job", "Mail", "Disk"))
    found = one(
        f"{classes}\nclass Application:\n    def __init__(self):\n        self.bus = Bus()\n{makes}\n"
        "    def start(self): ...\n    def stop(self): ...\nif __name__ == '__main__':\n    app = Application()\n"
    )
    assert (found["Application"].subkind, found["Application"].tier) == ("root", 2)


def test_managers_that_hold_each_other_have_no_tier() -> None:
    first, second = (BODY.replace("bus: Bus", f"bus: {other}") for other in ("BManager", "AManager"))
    found = one(f"class AManager:\n{first}\nclass BManager:\n{second}\n")
    assert (found["AManager"].tier, found["BManager"].tier) == (None, None)


def test_a_manager_of_django_s_orm_says_so() -> None:
    source = "from django.db import models\nclass BookManager(models.Manager):\n    def sold(self): ...\n"
    found = rows({"models.py": source})
    assert found["BookManager"].subkind == "orm"
