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


@pytest.mark.parametrize("number", [3, 4, 5])
def test_copies_are_parallel_however_many_there_are(number: int) -> None:
    found = rows({f"p{at}/receipts.py": _store("ReceiptStore") for at in range(number)})
    assert len(found) == number * (number - 1) // 2
    assert {confidence for _, _, confidence in found} <= {"high", "medium"}


HANDLERS = ("self.{0}.push(one)", "return self.{0}[one:]", "print(one, self.{0})", "assert one in self.{0}.keys()")


def test_what_four_modules_have_with_other_bodies_is_a_convention() -> None:
    names = ("load_receipt", "store_receipt", "evict_receipts", "count_receipts")
    files = {
        f"p{at}/receipts.py": "class ReceiptStore:\n" + "".join(
            f"    def {name}(self, one): {HANDLERS[(at + turn) % 4].format(f'{word}_{name[:4]}')}\n"
            for turn, name in enumerate(names)
        )
        for at, word in enumerate(("socket", "ledger", "mailbox", "cursor"))
    }  # fmt: skip
    assert rows(files) == []


def test_what_four_modules_have_with_next_to_nothing_in_it_is_a_convention() -> None:
    text = "class ReceiptStore:\n" + "".join(
        f"    def {name}(self, number): return self.{name[:4]}\n"
        for name in ("load_receipt", "store_receipt", "evict_receipts", "count_receipts")
    )
    assert rows({f"p{at}/receipts.py": text for at in range(4)}) == []


def test_a_hook_that_twelve_modules_write_alike_is_a_convention() -> None:
    hook = """
def {verb}_entry(session, entry, hand_over):
    broker = entry.runtime.broker
    ledger = broker.ledger.opened(session.tenant, entry.currency)
    ledger.reserve(entry.amount).confirm(session.clerk)
    hand_over(session.wrap(one, ledger) for one in broker.known(entry.kinds))
"""
    hook = hook.format(verb="book") + hook.format(verb="cancel").replace("reserve", "release")
    own = "def {0}_of(meter, {0}): return meter.{0}.scaled({0}, meter.{0}_unit)\n"
    # The two share a word that nobody else has, so that they are compared.
    words = ("frobnicate", "frobnicate", *(f"{chr(97 + at) * 3}" for at in range(10)))
    files = {f"p{at}/sensor.py": hook + own.format(word) for at, word in enumerate(words)}
    assert rows(files) == []
    few = dict(list(files.items())[:4])
    assert ("p0.sensor", "p1.sensor") in {found[:2] for found in rows(few)}


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


SHOWN = pytest.mark.parametrize("folder", ["docs", "samples", "demos", "tutorials", "external", "benchmarks"])


@SHOWN
def test_a_package_of_a_package_is_compared_whatever_it_is_called(folder: str) -> None:
    files = {f"app/{folder}/receipts.py": _store("ReceiptStore"), "app/shop/archive.py": _store("ReceiptStore")}
    files |= {f"app/{inside}__init__.py": "" for inside in ("", f"{folder}/", "shop/")}
    assert [confidence for _, _, confidence in rows(files)] == ["high"]


@SHOWN
def test_what_stands_beside_the_packages_to_be_shown_is_left_out(folder: str) -> None:
    files = {f"{folder}/receipts.py": _store("ReceiptStore"), f"app/{folder}/receipts.py": _store("ReceiptStore")}
    files |= {"app/shop/archive.py": _store("ReceiptStore"), "app/__init__.py": "", "app/shop/__init__.py": ""}
    assert rows({**files, f"{folder}/__init__.py": ""}) == []


@pytest.mark.parametrize("folder", ["examples", "migrations", "_vendor", "third_party"])
def test_what_is_shown_made_anew_or_somebody_elses_is_left_out_in_packages_too(folder: str) -> None:
    files = {f"app/{folder}/receipts.py": _store("ReceiptStore"), "app/shop/archive.py": _store("ReceiptStore")}
    assert rows({**files, **{f"app/{inside}__init__.py": "" for inside in ("", f"{folder}/", "shop/")}}) == []


def _about(subject: str, *, renamed: bool = False) -> str:
    text = _store("ReceiptStore")
    if renamed:
        text = text.replace("ReceiptStore", "EnhancedReceiptStore").replace("load_", "fetch_")
    return text.replace("Receipt", subject.title()).replace("receipt", subject)


SUBJECTS = ("receipt", "voucher", "ticket")


def _packages(subjects: tuple[str, ...] = SUBJECTS) -> dict[str, str]:
    files = {f"old/{subject}.py": _about(subject) for subject in subjects}
    files |= {f"fresh/{subject}_impl.py": _about(subject, renamed=True) for subject in subjects}
    return {**files, "old/__init__.py": "", "fresh/__init__.py": ""}


def _between(files: dict[str, str]) -> list[Any]:
    """The rows that speak of both packages."""
    found: list[Any] = table("parallels", {**files, "other.py": "def unrelated(x): return x\n"})
    return [row for row in found if row.first.partition(".")[0] != row.second.partition(".")[0]]


def test_each_of_three_like_modules_of_a_package_has_one_counterpart() -> None:
    (row,) = _between(_packages())
    assert (row.subkind, row.first, row.second, row.confidence) == ("package", "old", "fresh", "high")
    classes = [(one.first, one.second) for one in row.correspondences if one.unit == "class"]
    assert sorted(classes) == [
        (f"old.{subject}.{subject.title()}Store", f"fresh.{subject}_impl.Enhanced{subject.title()}Store")
        for subject in sorted(SUBJECTS)
    ]
    for side in ("first", "second"):
        named = [getattr(one, side) for one in row.correspondences]
        assert len(named) == len(set(named)) == 3 * 5


def test_a_module_that_was_divided_in_two_corresponds_to_both() -> None:
    files = _packages(("receipt", "voucher", "ticket"))
    files["old/receipt.py"] += files.pop("old/voucher.py")
    (row,) = _between(files)
    assert row.subkind == "package"
    classes = {(one.first, one.second) for one in row.correspondences if one.unit == "class"}
    assert classes == {
        ("old.receipt.ReceiptStore", "fresh.receipt_impl.EnhancedReceiptStore"),
        ("old.receipt.VoucherStore", "fresh.voucher_impl.EnhancedVoucherStore"),
        ("old.ticket.TicketStore", "fresh.ticket_impl.EnhancedTicketStore"),
    }
    assert all(one.first and one.second for one in row.correspondences)


def test_a_module_without_a_counterpart_of_its_own_is_not_lost_in_the_row_of_its_package() -> None:
    files = _packages()
    files["fresh/receipt_again.py"] = _about("receipt", renamed=True).replace("Enhanced", "Better")
    whole, *rest = _between(files)
    assert whole.subkind == "package"
    taken = {one.second.split(".")[1] for one in whole.correspondences if one.first}
    assert {"voucher_impl", "ticket_impl"} < taken and len(taken) == 3
    (left,) = {"receipt_impl", "receipt_again"} - taken
    assert rest and {row.second for row in rest} == {f"fresh.{left}"}


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
