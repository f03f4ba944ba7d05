"""Lazy imports of Python 3.15 (PEP 810), as the audit reads them."""

from __future__ import annotations

from typing import Any

import pytest

from overhaul.facts import Cycle
from overhaul.testing import collect, surveyed

BOOK = "from shop.orders import Order\n\n\nclass Kept(Order): pass\n\n\ndef book(): return Kept()\n"


@pytest.mark.parametrize(("source", "told"), [
    ("lazy from a import b\ndef f(): return b()", [("lazy", False)]),
    ("lazy import a.b as c\nc.d()", [("lazy", True)]),
    ("lazy from a import b\nclass C(b): pass", [("lazy", True)]),
    ("lazy from a import b\nx: b = 1\ndef f(y: b = 2): pass", [("lazy", False)]),
    ("lazy = 1\nfrom a import b\nlazy", [("module", True)]),
])  # fmt: skip
def test_a_lazy_import_runs_at_import_only_where_the_module_uses_its_name(
    source: str, told: list[tuple[str, bool]]
) -> None:
    found: list[Any] = collect("import_statements", source)
    assert [(row.kind, row.at_import) for row in found] == told


@pytest.mark.parametrize(("source", "told"), [
    ("lazy from a import b\ndef f(): b()", ["bind b", "bind f"]),
    ("lazy from a import b\nc = 1\nb.d\nb.e", ["bind b", "bind c", "from b", "load b.d", "load b.e"]),
    ("lazy import a\na.b()", ["bind a", "import a", "call a.b"]),
])  # fmt: skip
def test_what_is_imported_lazily_is_loaded_by_the_first_use(source: str, told: list[str]) -> None:
    found: list[Any] = collect("steps", source)
    assert [f"{row.act} {row.name}" for row in found] == told


@pytest.mark.parametrize(("orders", "effect"), [
    ("from shop.book import book\nclass Order:\n    def place(self): return book()\n", "fatal"),
    ("lazy from shop.book import book\nclass Order:\n    def place(self): return book()\n", "deferred"),
    ("lazy from shop.book import book\nTOLD = book.__name__\nclass Order: pass\n", "fatal"),
    ("lazy from shop.book import book\ndef now(): return book()\nTOLD = now()\nclass Order: pass\n", "fatal"),
])  # fmt: skip
def test_a_ring_fails_by_a_lazy_import_only_where_the_name_is_used_at_once(orders: str, effect: str) -> None:
    files = {"shop/__init__.py": "", "shop/orders.py": orders, "shop/book.py": BOOK}
    with surveyed(files) as survey:
        assert [row.effect for row in survey.rows(Cycle)] == [effect]
