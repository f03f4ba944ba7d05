"""A target that is mistyped is refused with what is near; one that is gone because all is done is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

import pytest

from overhaul.scaffolding.copies import original
from overhaul.testing import transform
from overhaul.unifying.mistyped import slipped

BODY = """(text):
    number, _, unit = text.partition(" ")
    if not unit:
        raise ValueError(text)
    return float(number), unit
"""
CACHE = """:
    def __init__(self, size=3):
        self._entries = {}
        self.size = size

    def lookup(self, key):
        return self._entries.get(key)
"""
PROJECT: dict[str, str] = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["cachetools", "psutil"]\n',
    "shop/__init__.py": "",
    "shop/core/__init__.py": "",
    "shop/quotes.py": f"class QuoteCache{CACHE}",
    "shop/store.py": f"class Store{CACHE.replace('lookup', 'get')}",
    "shop/use.py": "from shop.quotes import QuoteCache\n\nCACHE = QuoteCache(4)\n\n\ndef price(key):\n"
                   "    return CACHE.lookup(key)\n",
    "shop/first.py": f"def parse_price{BODY}",
    "shop/second.py": f"def parse_price{BODY}\n\ndef total(text):\n    return parse_price(text)[0]\n",
    "shop/ring_a.py": "from shop import ring_b\n\n\ndef one():\n    return ring_b.two()\n",
    "shop/ring_b.py": "from shop.ring_a import one\n\n\ndef two():\n    return 2\n\n\ndef three():\n    return one()\n",
    "shop/memo.py": "from functools import lru_cache\n\n\n@lru_cache(maxsize=8)\ndef square(n):\n    return n * n\n",
    "shop/orders.py": """from enum import Enum


class OrderState(Enum):
    NEW = 1
    DONE = 2


class Order:
    def __init__(self, number):
        self.number = number
        self.state = OrderState.NEW

    def finish(self):
        if self.state is not OrderState.NEW:
            raise ValueError
        self.state = OrderState.DONE

    def back(self):
        if self.state is OrderState.DONE:
            self.state = OrderState.NEW
""",
    "shop/desk.py": "from shop.orders import Order, OrderState\n\n\ndef stop(order: Order):\n"
                    "    order.state = OrderState.DONE\n",
    "shop/saving.py": "def save(path, text):\n    with open(path, 'w') as file:\n        file.write(text)\n",
    "shop/main.py": """class PriceManager:
    def __init__(self):
        self.prices = {}

    def add(self, key, value):
        self.prices[key] = value


class OrderManager:
    def __init__(self, prices):
        self.prices = prices
        self.orders = []

    def add(self, order):
        self.orders.append(order)


class App:
    def __init__(self):
        self.prices = PriceManager()
        self.orders = OrderManager(self.prices)
""",
    "legacy/__init__.py": "",
    "legacy/tools.py": "def double(n):\n    return n + n\n",
    "fresh/__init__.py": "",
    "fresh/tools.py": "def double(n):\n    return n + n\n",
}


class Asked(NamedTuple):
    """A request, and its keys that name something of the project."""

    request: Mapping[str, object]
    keys: tuple[str, ...]
    copies: tuple[str, ...] = ()
    """The unified modules that it needs."""


ASKED = {
    "unify_class": Asked(
        {"target": "shop.quotes:QuoteCache", "to": "shop.store:Store", "construct": "Store({size})",
         "methods": {"lookup": "get"}}, ("target", "to"),
    ),
    "merge_duplicates": Asked({"members": ["shop.first:parse_price", "shop.second:parse_price"]}, ("members",)),
    "merge_packages": Asked({"old": "legacy", "new": "fresh"}, ("old", "new")),
    "break_cycle": Asked({"target": "shop.ring_b"}, ("target",)),
    "unify_memo": Asked({"target": "shop.memo:square", "cache": "shop.core.cache"}, ("target", "cache"), ("cache",)),
    "coordinate_machine": Asked(
        {"machine": "shop.orders:Order.state", "coordinator": "shop.running:COORDINATOR", "state": "shop.core.state"},
        ("machine", "state"), ("state",),
    ),
    "guard_state": Asked({"machine": "shop.orders:Order.state"}, ("machine",)),
    "atomic_save": Asked(
        {"function": "shop.saving:save", "helper": "shop.core.state"}, ("function", "helper"), ("state",),
    ),
    "introduce_factory": Asked(
        {"function": "shop.main:App.__init__", "factory": "shop.core.factory:ManagerFactory"}, ("function", "factory"),
        ("factory",),
    ),
    "instrument_calls": Asked(
        {"instrumentor": "shop.core.instrument:INSTRUMENTOR", "functions": ["shop.main:OrderManager.add"]},
        ("instrumentor", "functions"), ("instrument",),
    ),
    "rename_symbol": Asked({"target": "shop.first:parse_price", "to": "parse_cost"}, ("target",)),
    "rename_member": Asked({"target": "shop.quotes:QuoteCache.lookup", "to": "find"}, ("target",)),
    "move_symbol": Asked({"target": "shop.first:parse_price", "to": "shop.third"}, ("target",)),
    "move_module": Asked({"target": "shop.first", "to": "shop.third"}, ("target",)),
}  # fmt: skip


def files_of(asked: Asked) -> dict[str, str]:
    return {**PROJECT, **{f"shop/core/{one}.py": original(one) for one in asked.copies}}


def mistyped(text: str) -> Iterator[str]:
    """With a sign too many at the end, one in the module, and one too few."""
    yield f"{text}x"
    module, colon, name = text.partition(":")
    if colon:
        yield f"{module}x:{name}"
    yield text[:-3] + text[-2:]


@pytest.mark.parametrize("codemod", ASKED)
def test_what_is_named_rightly_is_done_and_asked_again_there_is_nothing_to_do(codemod: str) -> None:
    asked = ASKED[codemod]
    done = transform(codemod, files_of(asked), asked.request)
    assert done.plan.files and not done.refusals, done.refusals
    again = transform(codemod, dict(done.files), asked.request)
    assert not again.plan.files and not again.refusals, again.refusals


@pytest.mark.parametrize(("codemod", "key"), [(one, key) for one, asked in ASKED.items() for key in asked.keys])
def test_what_is_mistyped_is_refused(codemod: str, key: str) -> None:
    asked = ASKED[codemod]
    given = asked.request[key]
    right = [given] if isinstance(given, str) else cast("list[str]", given)
    for wrong in mistyped(right[-1]):
        value: object = wrong if isinstance(given, str) else [*right[:-1], wrong]
        done = transform(codemod, files_of(asked), {**asked.request, key: value})
        assert done.refusals, f"{key} = {value}: nothing is said of it"
        said = " ".join(f"{one.why} {one.remedy}" for one in done.refusals)
        assert any(word in said for word in ("did you mean", "known:", "no such module", "create it first")), said


# What is near, and what is gone


UNIFY = ASKED["unify_class"].request


def test_a_class_that_went_in_this_migration_was_no_mistake_whatever_is_near() -> None:
    """`QuotesCache` is nearly called as what went, and has all that was asked of it."""
    files = {**PROJECT, "shop/quotes.py": f"class QuoteCache{CACHE}\n\nclass QuotesCache{CACHE}"}
    done = transform("unify_class", files, UNIFY)
    assert not done.refusals and "QuotesCache" in done.text("shop/quotes.py")


@pytest.mark.parametrize(("left", "said"), [
    (f"class QuoteCache{CACHE}", True),  # the one that is meant
    (f"class QuoteCaches{CACHE}".replace("lookup", "peek"), False),  # it has not what the templates ask for
    (f"class PriceCache{CACHE}", False),  # another
    ("QuoteCahe2 = 3\n", False),  # no class
])  # fmt: skip
def test_a_near_class_is_meant_where_it_has_what_is_asked_for(left: str, said: bool) -> None:
    files = {**PROJECT, "shop/quotes.py": left, "shop/use.py": ""}
    done = transform("unify_class", files, {**UNIFY, "target": "shop.quotes:QuoteCahe"})
    assert bool(done.refusals) is said
    assert not said or "did you mean shop.quotes:QuoteCache" in f"{done.refusals[0].why}: {done.refusals[0].remedy}"


@pytest.mark.parametrize(("name", "other"), [
    ("QuoteCahe", "QuoteCache"), ("QuoteCachex", "QuoteCache"), ("quoteCache", "QuoteCache"),
    ("shop.qoutes", "shop.quotes"), ("shopquotes", "shop.quotes"), ("OrderMangaer", "OrderManager"),
])  # fmt: skip
def test_a_slip_of_the_hand(name: str, other: str) -> None:
    assert slipped(name, other) and slipped(other, name)


@pytest.mark.parametrize(("name", "other"), [
    ("CacheA", "CacheB"), ("cache1", "cache2"), ("Cache", "Cache2"), ("BookCache", "BoxCache"), ("get_x", "get_y"),
    ("QuoteCache", "GreeksCache"), ("Cache", "Cache"), ("legacy_v1", "legacy_v2"), ("tests.a", "tests.b"),
])  # fmt: skip
def test_two_names_of_two_things(name: str, other: str) -> None:
    assert not slipped(name, other) and not slipped(other, name)


# Measurements


METER = {"instrumentor": "shop.core.instrument:INSTRUMENTOR"}


@pytest.mark.parametrize(("asked", "said"), [
    ({"calls": ["parse_prize"]}, "did you mean parse_price"),
    ({"calls": ["self.orders.apend"]}, "there is no such call"),
    ({"calls": ["shop.first:parse_prize"]}, "did you mean parse_price"),
    ({"calls": ["json:dumps"]}, "there is no such call"),
    ({"calls": ["self.stock.*"]}, "there is no such call"),
    ({"calls": ["parse_price"], "within": ["shop.first"]}, "there is no such call in shop.first"),
    ({"calls": ["parse_price"], "within": ["shop.secnd"]}, "did you mean shop.second"),
    ({"functions": ["shop.main:Ordermanager.*"]}, "the project has no such function"),
])  # fmt: skip
def test_a_call_that_nobody_makes_is_refused_when_measurements_are_put_in_or_taken_out(
    asked: dict[str, object], said: str
) -> None:
    files = {**PROJECT, "shop/core/instrument.py": original("instrument")}
    for remove in (False, True):
        done = transform("instrument_calls", files, {**METER, **asked, "remove": remove})
        (one,) = done.refusals
        assert said in f"{one.why}: {one.remedy}"


@pytest.mark.parametrize("form", ["with", "call"])
def test_a_call_that_is_measured_already_is_no_mistake(form: str) -> None:
    files = {**PROJECT, "shop/core/instrument.py": original("instrument"),
             "shop/third.py": "def f(text):\n    number = float(text)\n    return number\n"}  # fmt: skip
    asked = {**METER, "calls": ["float"], "within": ["shop.third"], "form": form}
    done = transform("instrument_calls", files, asked)
    assert not done.refusals and "probe" in done.text("shop/third.py")
    for more in ({}, {"remove": True}, {"remove": True}):
        done = transform("instrument_calls", dict(done.files), {**asked, **more})
        assert not done.refusals
    assert done.text("shop/third.py") == files["shop/third.py"]


def test_an_instrumentor_that_there_is_not_is_told_when_measurements_are_taken_out() -> None:
    done = transform("instrument_calls", PROJECT, {"instrumentor": "shop.main:Apq", "remove": True})
    assert "did you mean App" in f"{done.refusals[0].why}: {done.refusals[0].remedy}"
