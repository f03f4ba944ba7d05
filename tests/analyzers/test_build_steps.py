"""In which order managers are made."""

from typing import Any

from overhaul.testing import table

PARTS = '''
class StoreManager:
    def __init__(self) -> None:
        self._items: dict[str, int] = {}
    def start(self): ...
    def stop(self): ...
    def add(self, name): self._items[name] = 1
    def get(self, name): return self._items[name]


class ReportService:
    def __init__(self, store: StoreManager) -> None:
        self._store = store
        self._seen: dict[str, int] = {}
    def start(self): ...
    def stop(self): ...
    def add(self, name): self._seen[name] = 1
    def get(self, name): return self._seen[name]


class Depot:
    def initialize(self):
        self.store = StoreManager()
        self.reports = ReportService(self.store)


ONE = StoreManager()
'''


def test_steps_are_counted_in_functions_that_make_several() -> None:
    found: list[Any] = table("build_steps", {"depot.py": PARTS})
    assert [(row.function, row.order, row.component, row.target, row.needs) for row in found] == [
        ("depot.Depot.initialize", 1, "depot.StoreManager", "store", ()),
        ("depot.Depot.initialize", 2, "depot.ReportService", "reports", ("depot.StoreManager",)),
    ]  # fmt: skip
