"""Modules that implement the same thing, and those that only look so."""

from typing import Any

import pytest

from overhaul.testing import table

STORE = """
class {name}:
    def __init__(self, folder, limit):
        self.folder = folder
        self.limit = limit

    {d}def load_receipt(self, number):
        with open(self.folder / number) as file:
            return file.read()

    {d}def store_receipt(self, number, receipt):
        self.evict_receipts()
        (self.folder / number).write_text(receipt)

    {d}def evict_receipts(self):
        for one in sorted(self.folder.iterdir())[self.limit:]:
            one.unlink()

    {d}def count_receipts(self):
        return len(list(self.folder.iterdir()))
"""


def rows(files: dict[str, str]) -> list[tuple[str, str, str]]:
    found: list[Any] = table("parallels", {**files, "other.py": "def unrelated(x): return x\n"})
    return [(row.first, row.second, row.confidence) for row in found]


def _store(name: str, *, asynchronous: bool = False) -> str:
    return STORE.format(name=name, d="async " if asynchronous else "")


def test_one_class_in_two_places_is_parallel() -> None:
    assert rows({"a/receipts.py": _store("ReceiptStore"), "b/archive.py": _store("ReceiptArchive")}) == [
        ("a.receipts", "b.archive", "high")
    ]


def test_what_is_called_old_comes_first() -> None:
    found = rows({"a/receipts.py": _store("ReceiptStore"), "legacy/receipts.py": _store("ReceiptStore")})
    assert found == [("legacy.receipts", "a.receipts", "high")]


def test_the_asynchronous_twin_has_low_confidence() -> None:
    files = {"a/receipts.py": _store("ReceiptStore"), "b/aio.py": _store("AsyncReceiptStore", asynchronous=True)}
    assert [confidence for _, _, confidence in rows(files)] == ["low"]


def test_versions_of_an_api_have_low_confidence() -> None:
    files = {"api/v1/receipts.py": _store("ReceiptStore"), "api/v2/receipts.py": _store("ReceiptStore")}
    assert [confidence for _, _, confidence in rows(files)] == ["low"]


@pytest.mark.parametrize("kind", ["Protocol", "ABC"])
def test_who_implements_what_another_declares_is_not_parallel(kind: str) -> None:
    declared = "import abc\nfrom typing import Protocol\nfrom abc import ABC\n" + _store(f"ReceiptStore({kind})")
    declared = declared.replace("    def load", "    @abc.abstractmethod\n    def load")
    assert rows({"a/base.py": declared, "b/receipts.py": _store("ReceiptStore")}) == []


def test_what_four_modules_have_is_a_convention() -> None:
    assert rows({f"p{number}/receipts.py": _store("ReceiptStore") for number in range(4)}) == []


def test_names_alone_are_no_proof() -> None:
    other = """
class ReceiptStore:
    receipts: dict[str, bytes] = {}

    @property
    def empty(self): return not self.receipts

    def load_receipt(self, *, session, tenant, query): return session.scalars(query).one(tenant)
"""
    assert [one for one in rows({"a/x.py": _store("ReceiptStore"), "b/y.py": other}) if one[2] == "high"] == []


def test_tests_and_migrations_are_left_out() -> None:
    files = {"tests/receipts.py": _store("ReceiptStore"), "a/receipts.py": _store("ReceiptStore")}
    files |= {"b/migrations/receipts.py": _store("ReceiptStore")}
    assert rows(files) == []


def test_the_order_of_files_makes_no_difference() -> None:
    files = {"a/receipts.py": _store("ReceiptStore"), "b/archive.py": _store("ReceiptArchive")}
    assert table("parallels", files) == table("parallels", dict(reversed(files.items())))


def test_a_layer_that_calls_what_it_was_given_by_the_same_names_has_low_confidence() -> None:
    layer = """
class ReceiptArchive:
    def __init__(self, folder, limit, inner):
        self.folder, self.limit, self.inner = folder, limit, inner

    def load_receipt(self, number):
        return self.inner.load_receipt(number)

    def store_receipt(self, number, receipt):
        self.inner.store_receipt(number, receipt)

    def evict_receipts(self):
        self.inner.evict_receipts()

    def count_receipts(self):
        return self.inner.count_receipts()
"""
    found = rows({"a/receipts.py": _store("ReceiptStore"), "b/archive.py": layer})
    assert [confidence for _, _, confidence in found] in ([], ["low"])


ROUTES = """
@{router}.get("/receipts")
def list_receipts(session, limit):
    return session.query(Receipt).limit(limit).all()

@{router}.get("/receipts/one")
def read_receipt(session, number):
    return session.query(Receipt).get(number)

@{router}.delete("/receipts/one")
def drop_receipt(session, number):
    session.delete(session.query(Receipt).get(number))

@{router}.post("/receipts")
def book_receipt(session, number, amount):
    session.add(Receipt(number=number, amount=amount))
"""


def test_end_points_of_two_apis_have_low_confidence() -> None:
    files = {"admin/receipts.py": ROUTES.format(router="admin"), "shop/orders.py": ROUTES.format(router="router")}
    assert [confidence for _, _, confidence in rows(files)] == ["low"]
    plain = {name: "".join(line for line in text.splitlines(True) if line[0] != "@") for name, text in files.items()}
    assert [confidence for _, _, confidence in rows(plain)] == ["high"]
