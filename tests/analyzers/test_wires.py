"""Who holds whom."""

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
        self._plain = Plain()
        self._seen: dict[str, int] = {}
    def start(self): ...
    def stop(self): ...
    def add(self, name): self._seen[name] = 1
    def get(self, name): return self._seen[name]


class Plain:
    def look(self): ...


STORE = StoreManager()
REPORTS = ReportService(STORE)
'''


def test_an_edge_says_who_holds_whom_how_and_where() -> None:
    found: list[Any] = table("wires", {"depot.py": PARTS})
    assert [(row.holder, row.held, row.how, row.attribute, row.line) for row in found] == [
        ("depot.ReportService", "depot.StoreManager", "receives", "_store", 13),
    ]  # fmt: skip


def test_a_part_that_is_made_when_it_is_first_asked_for_is_constructed() -> None:
    source = PARTS + '''

class LazyService:
    def __init__(self) -> None:
        self._store = None
        self._seen: dict[str, int] = {}
    @property
    def store(self):
        if self._store is None:
            self._store = StoreManager()
        return self._store
    def start(self): ...
    def stop(self): ...
    def add(self, name): self._seen[name] = 1
    def get(self, name): return self._seen[name]

LAZY = LazyService()
'''
    found: list[Any] = table("wires", {"depot.py": source})
    assert [(row.how, row.line) for row in found if row.holder == "depot.LazyService"] == [("constructs", 37)]
